# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What a filter wants to see
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/6_interpretation/02_filters.ipynb)
#
# *Let a picture climb until a filter answers as loudly as it can, then put the pretty picture to the test.*
#
# **Before you start**: [Kernels and feature maps](01_maps.ipynb). **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - make a picture for any filter by gradient ascent, in ten lines,
# - say why the first try is noise, and what jitter, blur and octaves each buy,
# - see a whole layer's wishes at once, and layers of growing depth,
# - test such pictures against nature and against an untrained network, and say what is left of them.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A network, a layer, a filter
# SqueezeNet has seen a million photographs; where its weights cannot be had, the course's ResNet-14 stands in, which
# has seen fifty thousand small ones. And some natural pictures: squares cut from photographs.

# %%
import torch
from torch import nn
from torchvision.transforms import Normalize

from ainotes.data import full_run, photographs
from ainotes.pretrained import load
from ainotes.pretrained.embedded import facts

seer = load("squeezenet1_0")
print(seer.source)
network = seer.model.requires_grad_(False)  # it will not be trained
known = facts(seer.name) if seer.is_embedded else {"mean": seer.preprocess.mean, "std": seer.preprocess.std}
normalize = Normalize(known["mean"], known["std"])
size = 32 if seer.is_embedded else 64  # rows and columns of the pictures to come

# %%
whole = photographs(size=150)[1]
full = full_run(whole)
print(whole.source)
corners = torch.Generator().manual_seed(0)
cuts = torch.randint(0, 150 - 64, (120 if full else 24, 2), generator=corners).tolist()
natural = torch.stack([whole[i][0][:, row : row + 64, column : column + 64] for i, (row, column) in enumerate(cuts)])
natural = nn.functional.interpolate(natural, size=(size, size), mode="bilinear", antialias=True)  # (N, 3, H, W)

# %%
from ainotes.utils.plot import plot_images

plot_images(natural[:16], columns=8, alt="Sixteen squares cut from photographs.")

# %% [markdown]
# The layers have names. One from the middle, and one of its filters. Its *answer* to a picture is the mean of its map,
# caught by a hook. Two details: `clone`, since the ReLU behind works in place, but no `detach`, since the gradient has
# to come back through it; and what is below zero counts a tenth, so that a filter which is silent at first still has a
# slope to climb.

# %%
convolutions = [name for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d)]
middle, number = convolutions[len(convolutions) // 2], 11 if seer.is_embedded else 8


def answer(pixels):
    """Return the mean answers (N,) of the filter to pixels (N, 3, H, W) in [0, 1]."""
    kept = []
    layer = network.get_submodule(middle)
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output.clone()))
    network(normalize(pixels))
    hook.remove()
    return nn.functional.leaky_relu(kept[0][:, number], 0.1).mean(dim=(1, 2))


usual = answer(natural)
print(f"{middle}, filter {number}: natural pictures get {usual.mean():.2f} on average, the best one {usual.max():.2f}")

# %% [markdown]
# ## Uphill
# In training the picture is fixed and the weights go downhill. Turn both round: the weights are fixed, and the
# *picture* goes uphill, towards a larger answer (Erhan and others, 2009).
#
# ## Exercise 1 · one step uphill · ★★☆ · 8 minutes
# Write `climb_step(picture, score, rate)`; `score(picture)` is one number to make larger. Divide its slope by the
# slope's own root mean square (plus 1e-8, for a filter that is silent), go `rate` times that from the picture, and
# return where you are: a new tensor without a graph. Leave `picture` as it is.

# %% tags=["exercise"]
def climb_step(picture, score, rate):
    ...  # your code


# %%
from ainotes.checks import wishes as ex

ex.climb_step.check(climb_step)  # stuck? ex.climb_step.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def climb_step(picture, score, rate):
    picture = picture.detach().clone().requires_grad_()
    [slope] = torch.autograd.grad(score(picture), picture)
    size = slope.square().mean().sqrt()  # root mean square
    return (picture + rate * slope / (size + 1e-8)).detach()


assert ex.climb_step.check(climb_step).passed

# %% [markdown]
# Pixels must stay in [0, 1]. So the picture that climbs may take any value, and a sigmoid makes pixels of it. It begins
# as faint noise around grey.
#
# **Predict, then run**: after all its steps, what will it look like?

# %%
def score(picture):
    return answer(picture.sigmoid()).sum()


steps = 40 if full else 12
start = 0.1 * torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))
picture = start
for _ in range(steps):
    picture = climb_step(picture, score, rate=0.3)
plain = picture.sigmoid()
titles = ["before", f"after {steps} steps"]
plot_images([start[0].sigmoid(), plain[0]], titles=titles, alt="Faint noise, then a hard pattern of fine details.")

# %%
from IPython.display import Markdown


def lead(answers):
    """Return how far answers lie above the natural average; the best natural picture lies at 1."""
    return (answers - usual.mean()) / (usual.max() - usual.mean())


assert answer(plain) > answer(start.sigmoid())
Markdown(
    f"The best of {len(natural)} natural pictures lies above their average; this one lies "
    f"**{lead(answer(plain)).item():.1f} times** as far above it. But look at it: hard, full of single pixels and "
    "shrill colours. That is no picture of anything."
)

# %% [markdown]
# ## What goes wrong
# A filter adds up what thousands of paths bring it, and strides and poolings leave gaps between them. A pattern of
# single pixels, in step with the gaps, moves the sum more cheaply than any shape. Nature has no such patterns, so
# training never taught the network to ignore them. Measure it.
#
# ## Exercise 2 · how rough is a picture? · ★★☆ · 7 minutes
# Write `roughness(pictures)` for $(N, C, H, W)$, giving $(N,)$: the mean absolute difference of neighbours side by
# side, plus that of neighbours one below the other, divided by the picture's own standard deviation.

# %% tags=["exercise"]
def roughness(pictures):
    ...  # your code


# %%
ex.roughness.check(roughness)  # stuck? ex.roughness.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def roughness(pictures):
    across = pictures.diff(dim=3).abs().mean(dim=(1, 2, 3))  # (N,): neighbours side by side
    down = pictures.diff(dim=2).abs().mean(dim=(1, 2, 3))  # (N,): one below the other
    return (across + down) / pictures.std(dim=(1, 2, 3))


assert ex.roughness.check(roughness).passed

# %%
noise = torch.rand(1, 3, size, size)
rough = {"nature": natural, "climbed": plain, "noise": noise}
rough = {name: roughness(each).mean().item() for name, each in rough.items()}
print(", ".join(f"{name} {value:.2f}" for name, value in rough.items()))
assert rough["nature"] < rough["climbed"]

# %% [markdown]
# ## Three remedies
# **Jitter**: before each step, shift the picture by a few pixels at random. A pattern that only works in one place
# loses; what works anywhere stays.
#
# **Blur**: after each step, smooth a little. A single pixel is spread out and must win anew every time; a broad shape
# hardly notices.
#
# **Octaves**: begin small and enlarge. In a small picture there is only room for coarse shapes; details come later, on
# top of them (Mordvintsev and others, 2015).
#
# ## Exercise 3 · sizes of the octaves · ★☆☆ · 5 minutes
# Write `octave_sizes(size, count, growth=1.4)`: a list of `count` whole numbers, the smallest first, `size` last; from
# one to the next the picture grows by `growth`. Divide `size` by powers of `growth`, and round.

# %% tags=["exercise"]
def octave_sizes(size, count, growth=1.4):
    ...  # your code


# %%
ex.octave_sizes.check(octave_sizes)  # stuck? ex.octave_sizes.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def octave_sizes(size, count, growth=1.4):
    return [round(size / growth**octave) for octave in reversed(range(count))]


assert ex.octave_sizes.check(octave_sizes).passed

# %% [markdown]
# All three, by hand:

# %%
from torchvision.transforms.functional import gaussian_blur


def climb(jitter=0, blur=0.0, octaves=1):
    """Return a picture (1, 3, size, size) in [0, 1] that the filter answers to."""
    chance = torch.Generator().manual_seed(0)
    sizes = octave_sizes(size, octaves)
    picture = 0.1 * torch.randn(1, 3, sizes[0], sizes[0], generator=chance)
    for side in sizes:
        picture = nn.functional.interpolate(picture, size=(side, side), mode="bilinear")
        for _ in range(steps // octaves):
            shift = torch.randint(-jitter, jitter + 1, (2,), generator=chance).tolist()
            picture = climb_step(picture, lambda picture, by=shift: score(picture.roll(by, dims=(2, 3))), rate=0.3)
            if blur:
                picture = gaussian_blur(picture, kernel_size=5, sigma=blur)
    return picture.sigmoid()


assert torch.allclose(climb(), plain, atol=1e-4)

# %% [markdown]
# **Predict, then run**: each costs some of the answer. Which buys what?

# %%
ways = {"plain": {}, "jitter": {"jitter": 4}, "blur": {"blur": 0.5}, "octaves": {"octaves": 3}}
ways["all three"] = {"jitter": 4, "blur": 0.5, "octaves": 3}
made = {name: climb(**way) for name, way in ways.items()}
told = f"Pictures for filter {number} of {middle}: {', '.join(made)}. With the remedies shapes grow larger and softer."
plot_images([each[0] for each in made.values()], titles=list(made), columns=5, alt=told)

# %% [markdown]
# How good is a picture? Ask three things. How far does it lead, the best natural picture being at 1? How much of that
# is left when the picture is shifted by three pixels, and when it is blurred by one? A shape survives both.

# %%
def report(picture):
    changed = torch.cat([picture, picture.roll((3, 2), dims=(2, 3)), gaussian_blur(picture, 7, sigma=1.0)])
    leads, shifted, soft = lead(answer(changed)).tolist()
    return [leads, shifted / leads, soft / leads, roughness(picture).item()]


reports = {name: report(each) for name, each in made.items()}
table = ["| ascent | lead, best natural = 1 | left after a shift | left after a blur | roughness |", "|---" * 5 + "|"]
for name, (leads, shifted, soft, roughly) in reports.items():
    table.append(f"| {name} | {leads:.1f} | {shifted:.0%} | {soft:.0%} | {roughly:.2f} |")
Markdown("\n".join(table))

# %%
if full and not seer.is_embedded:
    plainly, jittered, blurry, grown, all_three = reports.values()
    assert jittered[1] > plainly[1]  # jitter buys indifference to shifts
    assert blurry[2] > plainly[2]  # blur buys robustness to blur
    assert blurry[3] < plainly[3]  # and smoothness
    assert grown[3] < plainly[3]  # octaves buy coarse shapes
    assert all_three[0] < plainly[0]  # all of it is paid for with loudness

# %% [markdown]
# Jitter buys indifference to place, blur buys smoothness, octaves buy larger shapes, and each is paid for with
# loudness. Mind what that means: *we* have decided what the picture should look like. The filter would prefer the
# noise.
#
# ## A whole layer
# The package climbs for many filters at once, a picture each in one batch, and each pass ends at the layer. Without the
# remedies its step is the one that you took by hand. (One step: soon rounding decides which way a picture goes.)

# %%
from ainotes.interpret import visualize_filters

bare = {"octaves": 1, "jitter": 0, "blur": 0.0, "size": size, "normalize": normalize}
theirs = visualize_filters(network, middle, number, steps=1, **bare)
ours = climb_step(start, score, rate=0.3).sigmoid()
assert (theirs - ours).abs().mean() < 1e-4 < (ours - start.sigmoid()).abs().mean()

# %%
count = 24 if full else 8


def wishes(model, layer, **options):
    """Return a picture for each of the first filters of a layer."""
    options = {"size": size, "steps": steps, "normalize": normalize} | options
    return visualize_filters(model, layer, range(count), **options)


plot_images(wishes(network, middle), columns=8, alt=f"What the first {count} filters of {middle} want to see.")

# %% [markdown]
# ### Deeper and deeper
# Eight filters from each of four layers. **Predict**: where will you first see something like an eye, or fur?

# %%
depths = [convolutions[int(share * (len(convolutions) - 1))] for share in (0, 0.25, 0.5, 0.8)]
pictures = {name: wishes(network, name) for name in depths}


def gallery(pictures, what):
    rows = torch.cat([each[:8] for each in pictures.values()])
    told = f"{what}, eight filters in each row, from {depths[0]} to {depths[-1]}."
    return plot_images(rows, columns=8, alt=told)


gallery(pictures, "What filters of a trained network want to see")

# %% [markdown]
# In SqueezeNet: stripes and plain colours, then textures, then curves and grids, then pieces that may be eyes,
# fur, petals. ResNet-14 stays with stripes and textures for longer: its photographs were small. This is the picture
# that made the method famous. Now doubt it.
#
# ## Is it true where we know the truth?
# For one case the best picture can be worked out: a 3 × 3 kernel of the `Convnet`, and a picture of 3 × 3 pixels. Each
# pixel should be white where its weight is positive, and black where it is negative. Does the ascent find that?

# %%
convnet, fashion = load("convnet_fashion_mnist").model, facts("convnet_fashion_mnist")
grey = Normalize(fashion["mean"], fashion["std"])
found = visualize_filters(convnet, "features.0", size=3, octaves=1, jitter=0, blur=0.0, normalize=grey)  # (32, 1, 3, 3)
kernels = convnet.features[0].weight.detach()
ideal = (kernels > 0).float()  # the best that pixels from 0 to 1 can be; the worst is its negative
best, worst, ours = ((each * kernels).sum(dim=(1, 2, 3)) for each in (ideal, 1 - ideal, found))  # (32,)
reached = (ours - worst) / (best - worst)
print(f"Between the worst possible answer, 0 %, and the best, 100 %, it reaches at least {reached.min():.1%}.")
assert reached.min() > 0.9

# %% [markdown]
# It does. Deeper in the network nobody knows the best picture; there we need another test.
#
# ## Against nature
# If a picture shows what a filter looks for, the filter should answer to it more than to *any* natural picture.
#
# ## Exercise 4 · the test against nature · ★★☆ · 6 minutes
# Write `beats_nature(made, natural)`: `made` $(C,)$ holds each filter's answer to its own made picture, `natural`
# $(N, C)$ the answers of all filters to $N$ natural ones. Return the share of filters whose own picture gets more than
# every natural picture does.

# %% tags=["exercise"]
def beats_nature(made, natural):
    ...  # your code


# %%
ex.beats_nature.check(beats_nature)  # stuck? ex.beats_nature.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def beats_nature(made, natural):
    best = natural.amax(dim=0)  # (C,): each filter's best natural picture
    return (made > best).float().mean().item()


assert ex.beats_nature.check(beats_nature).passed

# %% [markdown]
# And the **control**, as in the last lesson: the same network with fresh random weights. **Predict, then run**: which
# share of its filters passes?

# %%
import copy

from ainotes.interpret import activations

torch.manual_seed(0)
untrained = copy.deepcopy(network)
for module in untrained.modules():
    if hasattr(module, "reset_parameters"):
        module.reset_parameters()
untrained_pictures = {name: wishes(untrained, name) for name in depths}


def answers(model, name, pixels):
    """Return the answers (N, filters) of a layer's first filters."""
    maps = activations(model, name, normalize(pixels))[name][:, :count]
    return nn.functional.leaky_relu(maps, 0.1).mean(dim=(2, 3))


# %%
tested = {}
for kind, model, own in [("trained", network, pictures), ("untrained", untrained, untrained_pictures)]:
    for name in depths:
        to_made, to_natural = answers(model, name, own[name]).diagonal(), answers(model, name, natural)
        average, best = to_natural.mean(dim=0), to_natural.amax(dim=0)
        tested[kind, name] = beats_nature(to_made, to_natural), ((to_made - average) / (best - average)).median().item()
table = ["| layer | trained: passes | lead | untrained: passes | lead |", "|---" * 5 + "|"]
for name in depths:
    cells = [f"{passed:.0%} | {leads:.1f}" for passed, leads in (tested["trained", name], tested["untrained", name])]
    table.append(f"| {name} | {cells[0]} | {cells[1]} |")
Markdown("\n".join(table))

# %%
passed = {kind: sum(tested[kind, name][0] for name in depths) / len(depths) for kind in ("trained", "untrained")}
if full:
    assert passed["trained"] > 0.7
    assert passed["untrained"] > 0.5
if full and not seer.is_embedded:
    assert tested["trained", depths[-1]][1] > tested["untrained", depths[-1]][1]
Markdown(
    f"The trained network passes with {passed['trained']:.0%} of its filters; the untrained one, which knows nothing, "
    f"with {passed['untrained']:.0%}."
)

# %% [markdown]
# Of course: the ascent *looks for* large answers, in any network. To beat nature says that ascent works, not that
# something has been learnt. What differs is by *how much* they win, the lead, and what the pictures are:

# %%
gallery(untrained_pictures, "What filters of an untrained network want to see")

# %% [markdown]
# Even a first layer that was never trained has its colours and slanted stripes: they prove little. Deeper down the
# untrained network's pictures are blotches, all of one kind. If you show such pictures as a finding, show this one
# beside them.
#
# ## What they do not prove
# **They are not *the* picture.** Another seed, another climb:

# %%
options = {"size": size, "steps": steps, "normalize": normalize}
seeds = torch.cat([visualize_filters(network, depths[-1], 3, seed=seed, **options) for seed in range(4)])
alike = torch.corrcoef(seeds.flatten(1))[0, 1:].mean().item()
told = f"Four pictures for one filter of {depths[-1]}, from four seeds, and their mean correlation of {alike:.2f}."
plot_images(seeds, titles=[f"seed {s}" for s in range(4)], columns=4, alt=told)

# %%
Markdown(
    f"Pixel by pixel, the others correlate with the first by {alike:.2f}, where 1 would be the same picture. What all "
    "of them *share* is what the filter asks for; the rest is chance. One picture cannot tell you which is which."
)

# %% [markdown]
# **Nature's favourites are another story.** The natural squares that three filters of the same layer answer to most,
# after the picture that each wants to see:

# %%
deep = answers(network, depths[-1], natural)  # (N, filters)
row, titles = [], []
for each in range(3):
    row += [pictures[depths[-1]][each], *natural[deep[:, each].topk(5).indices]]
    titles += [f"filter {each}", *["nature"] * 5]
plot_images(row, titles=titles, columns=6, alt="Three filters: a made picture each, and five natural favourites.")

# %% [markdown]
# Would you have guessed the second from the first? The made picture goes far beyond anything the filter ever meets;
# the favourites show what it does at work. Look at both (Olah and others, 2017).
#
# **A sure network is no witness.** Climb for a *class*: here each of the ten garments gets its picture, by the logit of
# the `Convnet`. **Predict, then run**: how sure will it be, and would you buy one?

# %%
garments = visualize_filters(convnet, "classifier.3", size=28, octaves=1, blur=0.5, jitter=1, normalize=grey)
probabilities = convnet(grey(garments)).softmax(dim=1).detach()  # (10, 10)
names = fashion["categories"]
sure = probabilities.diagonal()
titles = [f"{name}\n{share:.0%}" for name, share in zip(names, sure, strict=True)]
told = "Ten patterns in grey, and how sure the network is: " + ", ".join(titles).replace("\n", " ") + "."
plot_images(garments, titles=titles, columns=10, alt=told)

# %%
assert (probabilities.argmax(dim=1) == torch.arange(10)).sum() >= 8

# %% [markdown]
# Here they are in the network explorer: the ten patterns, then a garment of each class in the same order. Go from layer
# to layer and compare: which maps shine in both? Switch them off; who loses more, the pattern or the garment? Then
# draw: can you make a pattern of your own that gets 99 %, and is no garment?

# %%
from ainotes.data import fashion_mnist
from ainotes.widgets import NetworkExplorer

real = fashion_mnist(train=False)
examples = torch.stack([real.images[real.labels == label][0] / 255 for label in range(10)])  # (10, 1, 28, 28)
both, labels = torch.cat([garments, examples]), list(range(10)) * 2
NetworkExplorer(convnet, both, labels, names, mean=fashion["mean"], std=fashion["std"], count=20)

# %% [markdown]
# A classifier must choose among its classes, and has never been shown what is none of them (Nguyen, Yosinski and Clune,
# 2015, fooled networks this way). Whether the network relies on such patterns in *real* pictures is another question,
# and [the next lesson](03_class_activation.ipynb) asks it: where in *this* picture did it
# look?
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "What is trained when a picture climbs for a filter?",
        "choices": {
            "The filter's weights": "They stand still, or the question would change with the answer.",
            "The pixels": "Right: the gradient goes to the picture.",
            "Both": "Then the filter would end up wanting anything.",
        },
        "answer": "The pixels",
    },
    {
        "ask": "Without remedies the answer is loudest. Why use them?",
        "choices": {
            "They make the ascent faster": "They cost steps and loudness.",
            "They keep to patterns that survive a shift or a blur, as shapes do": "Right, and that is our choice.",
            "Without them the ascent fails": "It climbs highest without them.",
        },
        "answer": "They keep to patterns that survive a shift or a blur, as shapes do",
    },
    {
        "ask": "Every filter answers more to its made picture than to any photograph. What does that show?",
        "choices": {
            "That the ascent works": "Right: an untrained network passes the test, too.",
            "That the network has learnt these shapes": "The untrained one passes as well.",
            "That the photographs are poor": "No photograph was made to please a filter.",
        },
        "answer": "That the ascent works",
    },
    {
        "ask": "A made picture gets 99 % “Bag”. What follows?",
        "choices": {
            "It looks like a bag to the network, so it shows its idea of bags": "It shows one point where the logit is "
            "high. There are many.",
            "The network was trained badly": "Good networks do this.",
            "High confidence does not mean that a picture is of the class": "Right.",
        },
        "answer": "High confidence does not mean that a picture is of the class",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "plain: lead": round(reports["plain"][0], 2),
    "plain: roughness": round(reports["plain"][3], 2),
    "all three: lead": round(reports["all three"][0], 2),
    "all three: roughness": round(reports["all three"][3], 2),
    "nature: roughness": round(rough["nature"], 2),
    "trained: filters that pass": round(passed["trained"], 2),
    "untrained: filters that pass": round(passed["untrained"], 2),
    "deepest layer, trained: lead": round(tested["trained", depths[-1]][1], 2),
    "deepest layer, untrained: lead": round(tested["untrained", depths[-1]][1], 2),
    "correlation between seeds": round(alike, 2),
    "classes whose made picture is taken for them": int((probabilities.argmax(dim=1) == torch.arange(10)).sum()),
}

# %% [markdown]
# ## What you can do now
# - Gradient ascent turns training round: weights stand still, pixels climb.
# - The loudest picture is noise; jitter, blur and octaves trade loudness for shapes, each in its own way.
# - `visualize_filters` does a whole layer at once, and agrees with your ten lines.
# - Beating nature proves the ascent. Only beside an untrained network, other seeds and natural favourites does such a
#   picture say something.
#
# **Next**: [Where does it look? Class activation](03_class_activation.ipynb) · **Sources**: Erhan, Bengio, Courville
# and Vincent (2009), *Visualizing higher-layer features of a deep network*; Mordvintsev, Olah and Tyka (2015),
# *Inceptionism*; Nguyen, Yosinski and Clune (2015), *Deep neural networks are easily fooled*; Olah, Mordvintsev and
# Schubert (2017), *Feature visualization*; Iandola et al. (2016), *SqueezeNet*. All in the
# [bibliography](../../site/bibliography.md).
