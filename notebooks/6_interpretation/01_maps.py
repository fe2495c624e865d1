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
# # Kernels and feature maps
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/6_interpretation/01_maps.ipynb)
#
# *Open a trained network layer by layer, and learn what its maps say, what they do not say, and how to tell.*
#
# **Before you start**: [Train your first convnet](../3_fashion_mnist/01_training.ipynb) and
# [Inside a trained network](../4_pretrained/03_inside.ipynb). **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - show kernels as pictures that may be compared, and say what they look for,
# - keep the maps of any layer with a hook of six lines, and leave no trace,
# - find filters that never answer, and say what silences them,
# - measure that a network grows more abstract with depth, against a control,
# - refuse three conclusions that feature maps invite.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Whose network?
# Yours, if you saved one at the end of part 3 and it can tell garments apart; else the course's own `Convnet`. Garments
# come from the test set, which neither has learnt from.

# %%
import torch

from ainotes.data import fashion_mnist, full_run
from ainotes.pretrained import load
from ainotes.pretrained.embedded import facts

garments = fashion_mnist(train=False)
full = full_run(garments)
pixels, labels = garments.batch(slice(0, 1000 if full else 400))  # (N, 1, 28, 28) in [0, 1], (N,)
print(garments.source)


def accuracy(network, images):
    with torch.inference_mode():
        return (network(images).argmax(dim=1) == labels).float().mean().item()


# %%
from pathlib import Path

from safetensors.torch import load_file

from ainotes.models import Convnet

known = facts("convnet_fashion_mnist")
network, mean, std = load("convnet_fashion_mnist").model, known["mean"][0], known["std"][0]
owner, saved = "the course's", Path("..", "3_fashion_mnist", "trained", "fashion_convnet.safetensors")
if saved.exists():
    mine = Convnet().eval()
    mine.load_state_dict(load_file(saved))
    if accuracy(mine, pixels) >= 0.85:
        network, mean, std, owner = mine, 0.0, 1.0, "yours"  # it learnt from pixels as they are
    else:
        print(f"Yours gets {accuracy(mine, pixels):.0%} right: train it in full, then open this page again.")
images = (pixels - mean) / std
print(f"The network is {owner}: {accuracy(network, images):.1%} of {len(images):,} garments right.")

# %% [markdown]
# ## Kernels
# Its first layer has 32 kernels of 3 × 3. They are numbers of both signs, so their pictures need a rule: **grey is
# zero**, darker is negative, brighter positive, and each kernel has its own scale.
#
# ## Exercise 1 · kernels as pictures · ★☆☆ · 6 minutes
# Write `kernel_pictures(weight)` for weights $(C_{out}, C_{in}, K, K)$: the same shape, values from 0 to 1, where zero
# becomes 0.5 and twice the weight is twice as far from it. In each kernel the largest absolute value, among all its
# channels, becomes 0 or 1.

# %% tags=["exercise"]
def kernel_pictures(weight):
    ...  # your code


# %%
from ainotes.checks import maps as ex

ex.kernel_pictures.check(kernel_pictures)  # stuck? ex.kernel_pictures.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def kernel_pictures(weight):
    largest = weight.abs().amax(dim=(1, 2, 3), keepdim=True)  # (C_out, 1, 1, 1): each kernel has its own
    return 0.5 + weight / (2 * largest)


assert ex.kernel_pictures.check(kernel_pictures).passed

# %%
from ainotes.utils.plot import plot_images

kernels = network.features[0].weight.detach()  # (32, 1, 3, 3)
plot_images(
    kernel_pictures(kernels),
    titles=[str(number) for number in range(32)],
    columns=11,
    alt="The 32 kernels of the first layer, each of 3 by 3 squares from black to white, grey where a weight is zero.",
)

# %% [markdown]
# You will see edges: dark on one side, bright on the other. But an eye that looks for edges finds them in noise, too.
# So measure. The squares of a kernel's nine weights are shared out among nine directions at right angles; one of them
# is *all alike* (a blur), two are *slopes*, left to right and top to bottom. By chance they get 1 and 2 of 9 parts.
#
# **Predict, then run**: how much of your kernels is slope? And of an untrained network's?

# %%
flat = torch.ones(3, 3)
slope = torch.tensor([[-1.0, 0, 1]] * 3)


def share(kernels, pattern):
    """Return which part of each kernel's squares lies in the direction of a pattern."""
    squares = kernels.square().sum(dim=(1, 2, 3))
    return (kernels * pattern / pattern.norm()).sum(dim=(1, 2, 3)) ** 2 / squares


torch.manual_seed(0)
untrained = Convnet().eval()
random_kernels = torch.randn(100_000, 1, 3, 3, generator=torch.Generator().manual_seed(0))
for name, some in [("trained", kernels), ("untrained", untrained.features[0].weight), ("chance", random_kernels)]:
    slopes = share(some, slope) + share(some, slope.T)
    print(f"{name:10s} blur {share(some, flat).mean():4.0%}   slopes {slopes.mean():4.0%}")
assert abs(slopes.mean() - 2 / 9) < 0.01

# %% [markdown]
# More slope than chance gives, and far from all of it: with nine weights, most kernels are a mixture. Networks that see
# photographs through larger kernels learn purer ones, much like the Gabor kernels of part 1 and like cells in a cat's
# visual cortex. A kernel with three channels can be shown in colour.

# %%
from torch import nn

seer = load("squeezenet1_0")  # or the course's ResNet-14, where its weights cannot be had
print(seer.source)
colour_kernels = next(layer for layer in seer.model.modules() if isinstance(layer, nn.Conv2d)).weight.detach()
grey = colour_kernels.mean(dim=1, keepdim=True).expand_as(colour_kernels)  # what the three channels have in common
colourful = 1 - grey.square().sum(dim=(1, 2, 3)) / colour_kernels.square().sum(dim=(1, 2, 3))  # 0: blind to colour
order = colourful.argsort()
print(f"{(colourful > 0.5).sum()} of {len(order)} kernels care more for colour than for brightness")
told = f"The {len(order)} kernels of a network for photographs, from grey ones to the most colourful."
plot_images(kernel_pictures(colour_kernels[order]), columns=16, alt=told)

# %% [markdown]
# SqueezeNet's 7 × 7 kernels begin with stripes of all directions, nearly grey, and end with blobs of colour: much of
# the work is shared out between those that look for shape and those that look for colour (Krizhevsky and others saw it
# in 2012). The ResNet-14 that stands in has kernels of 2 × 2, computed from photographs rather than learnt.
#
# And the second layer? Each of its kernels has 32 channels, one for each map of the first layer. There is no picture of
# that. From here on we look at what comes *out*.
#
# ## Feature maps, by a hook
# A *forward hook* is called whenever its layer has computed. It keeps what it sees; afterwards it must go.

# %%
boot, dress = (int((labels == kind).nonzero()[0]) for kind in (9, 3))
pair = images[[boot, dress]]  # (2, 1, 28, 28)
kept = {}


def keep(layer, inputs, output):
    kept["maps"] = output.detach().clone()


hook = network.features[1].register_forward_hook(keep)  # the ReLU behind the first convolution
network(pair)
hook.remove()
print(tuple(kept["maps"].shape))

# %% [markdown]
# Why `detach` and `clone`? Try without. **Predict**: what is wrong with the maps of a convolution, kept as they are,
# when the ReLU behind it works *in place*?

# %%
small = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True)).requires_grad_(False)
hook = small[0].register_forward_hook(lambda layer, inputs, output: kept.update(theirs=output, ours=output.clone()))
small(pair)
hook.remove()
print(f"smallest number kept: {kept['theirs'].min():.2f} as it is, {kept['ours'].min():.2f} in the copy")
assert kept["theirs"].min() == 0 > kept["ours"].min()

# %% [markdown]
# The ReLU wrote over what you had kept. SqueezeNet and most of torchvision's networks do this, to save memory.
#
# ## Exercise 2 · keep what a layer gives · ★★☆ · 8 minutes
# Write `keep_maps(model, layer, images)`: what the module `layer` gives in one pass of `model`, as a tensor that no
# later layer changes and that holds no graph. Leave the network as it was: its mode, and other people's hooks.

# %% tags=["exercise"]
def keep_maps(model, layer, images):
    ...  # your code


# %%
ex.keep_maps.check(keep_maps)  # stuck? ex.keep_maps.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def keep_maps(model, layer, images):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output.detach().clone()))
    model(images)
    hook.remove()
    return kept[0]


assert ex.keep_maps.check(keep_maps).passed

# %% [markdown]
# The package's `activations` does the same for several layers at once, by name, in evaluation mode, and cleans up also
# when the network fails half way.

# %%
from ainotes.interpret import activations

layers = {"features.1": "convolution 1", "features.4": "convolution 2"}
maps = activations(network, layers, pair)
assert torch.equal(maps["features.1"], keep_maps(network, network.features[1], pair))
assert torch.equal(maps["features.1"], kept["maps"])
print({name: tuple(each.shape) for name, each in maps.items()})

# %% [markdown]
# ### One filter, two inputs
# Of the 32 filters, take the one that tells boot and dress apart most. All four pictures have one scale.

# %%
first = maps["features.1"]  # (2, 32, 26, 26)
difference = (first[0] - first[1]).mean(dim=(1, 2))  # (32,)
chosen = int(difference.abs().argmax())
shown = [pixels[boot, 0, 1:-1, 1:-1], first[0, chosen] / first[:, chosen].max()]
shown += [pixels[dress, 0, 1:-1, 1:-1], first[1, chosen] / first[:, chosen].max()]
more, less = ("boot", "dress") if difference[chosen] > 0 else ("dress", "boot")
told = f"A boot, its map by filter {chosen}, a dress, its map by the same filter: the {more} gets more."
plot_images(shown, titles=["boot", f"by filter {chosen}", "dress", f"by filter {chosen}"], columns=4, alt=told)

# %% [markdown]
# The same nine weights for both, and for every place. Compare with the kernel above: where should it be bright?
#
# ### Whole layers
# All maps of the boot. **Predict, then run**: in which layer can you still recognise it?

# %%
def all_maps(layer):
    some = maps[layer][0]  # of the boot, (C, H, W)
    told = f"All {len(some)} maps of {layers[layer]} for a boot, {some.shape[1]} by {some.shape[2]} cells each."
    return plot_images(some / some.max(), columns=16, alt=told)


all_maps("features.1")

# %%
all_maps("features.4")

# %%
for name, each in maps.items():
    print(f"{layers[name]}: {(each == 0).float().mean():.0%} of all numbers are zero")

# %% [markdown]
# At first every map is a picture of a boot. Later most cells are dark, and the bright ones say *something is here*.
#
# ## Open it
# Here is the whole network, exported in one line: your garments, every map of every layer, computed in this page. Point
# at a map to see its kernel and its inputs, at a cell to see the pixels that it sees, at a class to see who voted
# for it. Draw, or drop a picture. Switch filters off.

# %%
from ainotes.widgets import NetworkExplorer

NetworkExplorer(network, pixels, labels, garments.classes, mean=mean, std=std)

# %% [markdown]
# Four things to do in it, each with a prediction first:
#
# 1. **Find** a filter of the first layer that answers to *upper* edges only. Check it by its kernel: what should stand
#    in its top row?
# 2. **Point** at a cell of the last pooling. How many pixels across does it see? (The rule is in
#    [part 1](../1_convolutions/05_sight.ipynb); a table further down has the number.)
# 3. **Ablate**: choose the boot, and switch off the brightest map of the second convolution. Does the answer change?
#    Go on, brightest first. How many does it take?
# 4. **Draw** a trouser, then join its legs stroke by stroke. When does it become a dress, and which votes moved?
#
# ## Filters that never answer
# A ReLU gives zero wherever its convolution is negative. A filter that is negative everywhere, on every image, is
# silent; no gradient passes a zero, so it can learn nothing more. It is *dead*.
#
# ## Exercise 3 · filters that never answer · ★☆☆ · 5 minutes
# Write `silent_filters(maps)` for maps $(N, C, H, W)$ behind a ReLU: a list of the numbers of all filters that are zero
# on every image, at every place.

# %% tags=["exercise"]
def silent_filters(maps):
    ...  # your code


# %%
ex.silent_filters.check(silent_filters)  # stuck? ex.silent_filters.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def silent_filters(maps):
    strongest = maps.amax(dim=(0, 2, 3))  # (C,): over all images and all places
    return (strongest == 0).nonzero().flatten().tolist()


assert ex.silent_filters.check(silent_filters).passed

# %% [markdown]
# **Predict, then run**: how many of the filters are silent? Does it depend on how many images you ask?

# %%
from IPython.display import Markdown

whole = {"features.1": "convolution 1", "features.4": "convolution 2", "classifier.2": "hidden units"}
answers = activations(network, whole, images)
answers["classifier.2"] = answers["classifier.2"][:, :, None, None]  # each unit is a map of one cell
asked = [1, 10, 100, len(images)]
table = ["| silent on | " + " | ".join(f"{n:,} image{'s' * (n > 1)}" for n in asked) + " |", "|---" * 5 + "|"]
silent = {name: [len(silent_filters(answers[name][:n])) for n in asked] for name in whole}
for name, counts in silent.items():
    table.append(f"| {whole[name]}, {answers[name].shape[1]} | " + " | ".join(map(str, counts)) + " |")
assert all(counts == sorted(counts, reverse=True) for counts in silent.values())  # more images, fewer silent ones
Markdown("\n".join(table))

# %% [markdown]
# Most hidden units are silent on any one image, and that is how they tell classes apart; hardly any is silent on all.
# "Dead" is a claim about *every* image, and a sample can refute it but never prove it.
#
# What kills filters? One step that is too large can push a bias so low that nothing ever lifts the filter above zero
# again. **Predict, then run**: twenty steps of Adam, once with the usual learning rate and once with thirty times as
# much. How many of 64 filters survive?

# %%
to_learn, truth = fashion_mnist(train=True).batch(slice(0, 1280))


def twenty_steps(rate):
    torch.manual_seed(0)
    beginner = Convnet()
    optimizer = torch.optim.Adam(beginner.parameters(), lr=rate)
    for batch, target in zip(to_learn.split(64), truth.split(64), strict=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(beginner(batch), target).backward()
        optimizer.step()
    return len(silent_filters(activations(beginner, "features.4", pixels)["features.4"]))


dead = {rate: twenty_steps(rate) for rate in (0.001, 0.03)}
print(", ".join(f"learning rate {rate}: {count} of 64 silent" for rate, count in dead.items()))
assert dead[0.03] > dead[0.001] + 20

# %% [markdown]
# The loss of such a network may still fall, with what few filters are left. If yours stays worse than it should be,
# count. Smaller steps, a warm-up, batch normalisation or a leaky ReLU keep filters alive.
#
# ## Abstraction, measured
# "Deeper layers are more abstract" is easily said. A test: what a network has made of two images of *one class* should
# be alike, whatever their pixels. So ask each layer: is an image's nearest neighbour of the same class? "Near" means a
# small angle between the two rows of numbers, so that brightness does not matter.
#
# ## Exercise 4 · are neighbours of one class? · ★★★ · 10 minutes
# Write `neighbour_agreement(features, labels)` for features $(N, \dots)$, maps or rows: the share, from 0 to 1, of
# images whose nearest *other* image, by the largest cosine, has the same label.

# %% tags=["exercise"]
def neighbour_agreement(features, labels):
    ...  # your code


# %%
ex.neighbour_agreement.check(neighbour_agreement)  # stuck? ex.neighbour_agreement.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
from torch.nn import functional as F


def neighbour_agreement(features, labels):
    directions = F.normalize(features.flatten(1), dim=1)  # (N, numbers), each row of length 1
    similarity = directions @ directions.T  # (N, N): cosines
    similarity.fill_diagonal_(-2)  # below every cosine: nobody is a neighbour of itself
    nearest = similarity.argmax(dim=1)  # (N,)
    return (labels[nearest] == labels).float().mean().item()


assert ex.neighbour_agreement.check(neighbour_agreement).passed

# %% [markdown]
# And a **control**. An untrained network has the same layers in the same order, with random weights. Whatever it does
# as well is not learning.
#
# **Predict, then run**: pixels, two convolutions, two poolings, hidden units, logits. Sketch both lines.

# %%
from ainotes.shapes import receptive_fields

stages = {"features.1": "conv 1", "features.2": "pool 1", "features.4": "conv 2", "features.5": "pool 2"}
stages |= {"classifier.2": "hidden", "classifier.3": "logits"}
sees = [1, *(field.size for field in receptive_fields([(3,), (2, 2), (3,), (2, 2)])), 28, 28]  # pixels across


def by_depth(model):
    seen = activations(model, stages, images)
    return [neighbour_agreement(each, labels) for each in (images, *seen.values())]


agreement = {"trained": by_depth(network), "untrained": by_depth(untrained)}
names = ["pixels", *stages.values()]
table = ["| layer | " + " | ".join(names) + " |", "|---" * 8 + "|"]
table.append("| sees, pixels across | " + " | ".join(map(str, sees)) + " |")
for name, values in agreement.items():
    table.append(f"| {name} | " + " | ".join(f"{value:.0%}" for value in values) + " |")
Markdown("\n".join(table))

# %%
from ainotes.utils.plot import AltFigure

hidden = names.index("hidden")
gained = agreement["trained"][hidden] - agreement["trained"][0]
told = "; ".join(f"{name} from {values[0]:.0%} to {values[hidden]:.0%}" for name, values in agreement.items())
figure = AltFigure(height=3.0, alt=f"Neighbours of the same class, from the pixels to the hidden units: {told}.")
axes = figure.subplots()
for (name, values), style in zip(agreement.items(), ["o-", "s--"], strict=True):
    margin = [2 * (value * (1 - value) / len(labels)) ** 0.5 for value in values]
    axes.errorbar(range(len(names)), values, margin, fmt=style, capsize=3, label=name)
axes.set(xticks=range(len(names)), xticklabels=names, ylabel="neighbours of one class")
axes.yaxis.set_major_formatter("{x:.0%}")
axes.legend(loc="lower left")
figure

# %%
assert sees[:5] == [1, 3, 4, 8, 10]
assert gained > 0.02
assert agreement["trained"][hidden] > agreement["untrained"][hidden] + 0.05
assert agreement["untrained"][hidden] < agreement["untrained"][0] + 0.03

# %% [markdown]
# In the trained network agreement rises on the way to the hidden units; in the untrained one it does not, though its
# receptive fields grow just as much. So depth and a wide view alone bring no abstraction. Training does, with their
# help. (A linear classifier trained on each layer tells much the same: Alain and Bengio, 2017.)
#
# The margins are two standard errors: what another sample of garments could change.
#
# ## What a map does not say
# **"It is bright, so it matters."** Test it: switch off each filter of the second convolution alone, and see what
# the network loses. Behind its pooling the network is only `classifier`, so that is quick. **Predict**: what does the
# loudest filter's silence cost?

# %%
second = answers["features.4"]  # (N, 64, 11, 11)
pooled = nn.functional.max_pool2d(second, 2)  # (N, 64, 5, 5)


def right_without(filters):
    """Return the accuracy with these filters switched off."""
    muted = pooled.clone()
    muted[:, filters] = 0
    return accuracy(network.classifier, muted)


loudness = second.mean(dim=(0, 2, 3))  # (64,)
base = right_without([])
assert base == accuracy(network, images)
cost = base - torch.tensor([right_without([number]) for number in range(64)])  # (64,)
loudest, dearest = int(loudness.argmax()), int(cost.argmax())
correlation = torch.corrcoef(torch.stack([loudness, cost]))[0, 1].item()

# %%
told = f"Cost of switching a filter off against its loudness, 64 points; correlation {correlation:.2f}."
figure = AltFigure(height=3.0, alt=told)
axes = figure.subplots()
axes.axhline(0, color="0.6", linewidth=1)
axes.scatter(loudness, 100 * cost)
axes.annotate("loudest", (loudness[loudest], 100 * cost[loudest]), (-6, 4), textcoords="offset points", ha="right")
axes.set(xlabel="mean answer of the filter", ylabel="accuracy lost, in points")
figure

# %%
step = 100 / len(labels)  # points that one garment more or less makes
together = right_without(loudness.topk(16).indices)
Markdown(
    f"Without the loudest filter, number {loudest}, the network loses {100 * cost[loudest]:.2f} points; the costliest "
    f"of all 64 is number {dearest}, at {100 * cost[dearest]:.2f}. Loudness and cost are correlated by "
    f"{correlation:.2f}. (One garment is {step:.2f} points.) Without the 16 loudest together {together:.0%} are right, "
    f"with all {base:.0%}."
)

# %% [markdown]
# Filters stand in for each other, so each alone hardly counts; together they do. Brightness is what a filter *says*.
# Whether anybody listens is a question to the layers behind it, and only an intervention answers it (Morcos and others,
# 2018, found the same of units that know one class well).
#
# **"It is the sole detector."** Take the 20 garments that a filter answers to most. If it stood for one thing, they
# would be of one class.

# %%
def purity(layer):
    """Return for each filter which share of its 20 favourite images is of one class."""
    favourites = answers[layer].amax(dim=(2, 3)).topk(20, dim=0).indices  # (20, C)
    return torch.tensor([labels[each].bincount().max() / 20 for each in favourites.T])


for name, title in whole.items():
    pure = purity(name)
    print(f"{title:15s} {pure.mean():.0%} of the favourites from one class; {(pure == 1).sum()} of {len(pure)} pure")
assert purity("classifier.2").mean() > purity("features.1").mean()

# %%
look_at = int(purity("features.4").argsort()[32])  # neither the purest filter nor the least pure
best = answers["features.4"][:, look_at].amax(dim=(1, 2)).topk(16).indices
kinds = sorted({garments.classes[int(labels[each])] for each in best})
told = f"The 16 garments that filter {look_at} of the second convolution answers to most: {', '.join(kinds)}."
plot_images(pixels[best], titles=[garments.classes[int(labels[each])] for each in best], columns=8, alt=told)

# %% [markdown]
# An average filter. Whatever name you give it, look at the garments that do not fit. Filters answer to parts and
# textures that many classes share; classes are made of *many* filters, later.
#
# **"I see it in the picture."** Each map above was divided by the largest number of its layer. Divided each by its own,
# the faintest one shines like any other:

# %%
heard = [each for each in second[boot] if each.max() > 0]  # maps (11, 11) of the boot that are not all zero
faint = min(heard, key=lambda each: each.max())
scales = {"scale of the layer": second[boot].max(), "its own scale": faint.max()}
told = f"The boot's faintest map on its layer's scale, up to {faint.max() / second[boot].max():.3f}, and on its own."
plot_images([faint / scale for scale in scales.values()], titles=list(scales), columns=2, alt=told)

# %% [markdown]
# So: ask for the scale, ask what happens without it, ask what an untrained network would show.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A kernel's picture is bright grey all over, no black, no white. Grey is zero. What does the kernel do?",
        "choices": {
            "It finds nothing": "Only if all its weights were zero, medium grey.",
            "It cannot be: its largest weight must be black or white": "Right: each kernel has its own scale.",
            "It blurs": "A blur would be white all over: equal weights are all the largest.",
        },
        "answer": "It cannot be: its largest weight must be black or white",
    },
    {
        "ask": "You keep a convolution's output in a hook, and it has no negative numbers. Why?",
        "choices": {
            "Convolutions give no negative numbers": "They do: their weights have both signs.",
            "The hook came too late": "It comes right after the layer. What came later is the ReLU.",
            "A ReLU that works in place has written over it": "Right. Keep a copy.",
        },
        "answer": "A ReLU that works in place has written over it",
    },
    {
        "ask": "A filter is zero on all of 1,000 images. Is it dead?",
        "choices": {
            "Yes": "The next image may wake it.",
            "On these images; nobody can say more from them": "Right: a sample can refute it, not prove it.",
            "No, dead filters do not exist": "One step that is too large makes them.",
        },
        "answer": "On these images; nobody can say more from them",
    },
    {
        "ask": "In a trained network, neighbours agree more in every layer. What shows that training did it?",
        "choices": {
            "That the accuracy is high": "It is about the end of the network, not about its layers.",
            "That an untrained network of the same layers does not show it": "Right: that is the control.",
            "That the receptive field grows": "So it does in the untrained one.",
        },
        "answer": "That an untrained network of the same layers does not show it",
    },
    {
        "ask": "Filter 7 is the brightest on every boot. Without it as many boots are recognised. What follows?",
        "choices": {
            "Others say the same, or nobody listens": "Right: brightness is no importance.",
            "The measurement is wrong": "It is what happens for most filters.",
            "Filter 7 is dead": "A dead filter is dark.",
        },
        "answer": "Others say the same, or nobody listens",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "garments": len(labels),
    "accuracy": round(base, 4),
    "filters of convolution 2 silent on all": silent["features.4"][-1],
    "silent after 20 steps at 0.001": dead[0.001],
    "silent after 20 steps at 0.03": dead[0.03],
    "neighbours of one class, pixels": round(agreement["trained"][0], 3),
    "neighbours of one class, hidden units": round(agreement["trained"][hidden], 3),
    "the same, untrained": round(agreement["untrained"][hidden], 3),
    "correlation of loudness and cost": round(correlation, 2),
    "largest cost of one filter, in points": round(100 * cost[dearest].item(), 2),
    "favourites from one class, convolution 1": round(purity("features.1").mean().item(), 2),
    "favourites from one class, hidden units": round(purity("classifier.2").mean().item(), 2),
}

# %% [markdown]
# ## What you can do now
# - Kernels become pictures whose grey is zero; you measure how much of them is edge, and compare with chance.
# - A hook keeps maps: `detach`, `clone`, `remove`. `activations` does it for several layers.
# - Silent filters are counted over many images; one step that is too large makes them.
# - The share of neighbours of one class grows with depth in a trained network, and not in an untrained one: that is
#   abstraction.
# - Bright is not important, a favourite is not a meaning, and every picture has a scale.
#
# **Next**: [What a filter wants to see](02_filters.ipynb) · **Sources**: Krizhevsky, Sutskever and Hinton (2012),
# *ImageNet classification with deep convolutional neural networks*, figure 3; Zeiler and Fergus (2014), *Visualizing
# and understanding convolutional networks*; Alain and Bengio (2017), *Understanding intermediate layers using linear
# classifier probes*; Morcos, Barrett, Rabinowitz and Botvinick (2018), *On the importance of single directions for
# generalization*; Araujo, Norris and Sim (2019), *Computing receptive fields of convolutional neural networks*. All in
# the [bibliography](../../site/bibliography.md).
