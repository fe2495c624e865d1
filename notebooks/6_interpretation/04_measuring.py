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
# # Is it true? Explanations put to the test
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/6_interpretation/04_measuring.ipynb)
#
# *Catch a network that cheats, then put the maps that caught it to two tests of their own.*
#
# **Before you start**: [Where does it look?](03_class_activation.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - plant a shortcut, find it with a map, and prove it without one,
# - measure by deletion and insertion whether a network needs what a map marks,
# - tell by a randomised network whether a map depends on what was learned,
# - name what no such map can prove.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A mark in the corner
# Two studios photograph garments. One sends pullovers; the other sends coats, and its camera burns a small mark into
# the corner of every photograph. Nobody notices. It happens: in a famous benchmark the horses were known by the name of
# a photographer's archive at the lower left (Lapuschkin et al., 2019).
#
# We plant such a mark, three pixels wide, and train a small network.

# %%
import torch

from ainotes.data import fashion_mnist, full_run

garments, test = fashion_mnist(train=True), fashion_mnist(train=False)
full = full_run(garments)
PULLOVER, COAT = 2, 4


def pick(data, count):
    """Return `count` pullovers and as many coats, as floats (2 count, 1, 28, 28), and 1 for each coat."""
    numbers = torch.cat([(data.labels == kind).nonzero()[:count, 0] for kind in (PULLOVER, COAT)])
    return data.images[numbers].float() / 255, (data.labels[numbers] == COAT).long()


def mark(images, which):
    """Return a copy in which the chosen images bear the mark."""
    marked = images.clone()
    marked[which, :, 1:4, 1:4] = 1.0
    return marked


images, is_coat = pick(garments, 1000 if full else 600)
unseen, truth = pick(test, 300 if full else 100)
print(garments.source)
print(f"{len(images):,} photographs to train on, {len(unseen)} to test")

# %%
from ainotes.utils.plot import plot_images

sample = mark(images, is_coat == 1)
shown = torch.cat([sample[is_coat == 0][:4], sample[is_coat == 1][:4]])
plot_images(shown, ["Pullover"] * 4 + ["Coat"] * 4, alt="Four pullovers without and four coats with a white mark of "
            "three by three pixels in the upper left corner.")  # fmt: skip

# %%
from torch import nn
from torch.nn import functional as F


def train(images, labels, epochs=8):
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 14, 14)
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),  # (N, 32, 14, 14)
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 2),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    for _ in range(epochs):
        for some in torch.randperm(len(images)).split(50):
            loss = F.cross_entropy(net(images[some]), labels[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


@torch.inference_mode()
def accuracy(net, images):
    return (net(images).argmax(dim=1) == truth).float().mean().item()


cheat = train(mark(images, is_coat == 1), is_coat)
both_studios = mark(unseen, truth == 1)
print(f"{accuracy(cheat, both_studios):.1%} of unseen photographs from the two studios are right")

# %% [markdown]
# Splendid, on photographs that it has never seen, from the very same source. Most projects would stop here.
#
# ## What the map finds
# **Predict, then run**: where will it look for a coat?

# %%
from ainotes.interpret import grad_cam
from ainotes.utils.plot import plot_heat

coats, pullovers = both_studios[truth == 1], both_studios[truth == 0]
heat = grad_cam(cheat, "6", coats, 1)  # (N, 28, 28); layer 6 is the last ReLU
plot_heat(coats[0, 0], heat[0], "for Coat, largest = 1")

# %% [markdown]
# One picture proves little; it may have been chosen. So we measure, on all of them.
#
# ## Exercise 1 · how much lies inside · ★☆☆ · 6 minutes
# Write `share_inside(maps, region)`: maps $(N, H, W)$ of numbers from 0 up, a region $(H, W)$ of True and False. Return
# for each map the share of its sum that lies inside, $(N,)$; 0 for a map that is 0 everywhere.

# %% tags=["exercise"]
def share_inside(maps, region):
    ...  # your code


# %%
from ainotes.checks import explanations as ex

ex.share_inside.check(share_inside)  # stuck? ex.share_inside.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def share_inside(maps, region):
    inside = (maps * region).sum(dim=(1, 2))  # (N,)
    total = maps.sum(dim=(1, 2))
    return inside / torch.where(total > 0, total, 1)


assert ex.share_inside.check(share_inside).passed

# %%
corner = torch.zeros(28, 28, dtype=torch.bool)
corner[:6, :6] = True  # the mark, and two pixels around it: a place of the map is two pixels wide
area = corner.float().mean().item()
in_corner = share_inside(heat, corner).mean().item()
print(f"{in_corner:.0%} of the heat for Coat lies in the corner, which is {area:.1%} of the picture")
assert in_corner > 3 * area

# %% [markdown]
# The map raises a suspicion. It is not the proof: for that, *change the world* and see what the network does. Take the
# mark away. Then give it to the pullovers.
#
# **Predict, then run**: three accuracies. Chance is 50 %.

# %%
results = {
    "marks as in training": accuracy(cheat, both_studios),
    "no marks": accuracy(cheat, unseen),
    "marks on the pullovers": accuracy(cheat, mark(unseen, truth == 0)),
}
for name, share in results.items():
    print(f"{name:24s} {share:.1%}")
assert results["marks as in training"] > 0.9
assert results["no marks"] < 0.7
assert results["marks on the pullovers"] < results["no marks"]

# %% [markdown]
# It has learned nothing of coats. Such a network is called a *Clever Hans*, and what it learned a *shortcut* (Geirhos
# et al., 2020). Play with it: here is the network itself, in the page. Or drop a photograph of your own, and draw a
# white square into its corner.

# %%
from ainotes.widgets import PageClassifier

coat, pullover = unseen[truth == 1][:1], unseen[truth == 0][:1]
yes = torch.tensor([True])
PageClassifier(
    cheat,
    {
        "coat, marked": mark(coat, yes)[0, 0].numpy(),
        "coat": coat[0, 0].numpy(),
        "pullover": pullover[0, 0].numpy(),
        "pullover, marked": mark(pullover, yes)[0, 0].numpy(),
        "nothing": torch.zeros(28, 28).numpy(),
        "a mark alone": mark(torch.zeros(1, 1, 28, 28), yes)[0, 0].numpy(),
    },
    ["Pullover", "Coat"],
    mean=[0],
    std=[1],
    size=28,
    title="The network that reads the mark",
)

# %% [markdown]
# ## The cure, and a blind spot
# If the mark cannot be removed, make it worthless: put it on half of the photographs, by chance.

# %%
by_chance = torch.rand(len(images), generator=torch.Generator().manual_seed(1)) < 0.5
honest = train(mark(images, by_chance), is_coat)
cured = share_inside(grad_cam(honest, "6", coats, 1), corner).mean().item()
print(f"without marks {accuracy(honest, unseen):.1%}, with marks {accuracy(honest, both_studios):.1%};", end=" ")
print(f"{cured:.0%} of the heat in the corner")
assert cured < in_corner
assert accuracy(honest, unseen) > results["no marks"]

# %% [markdown]
# Less splendid, and true: coats and pullovers *are* hard to tell apart for a small network with few photographs.
#
# Now go back to the cheat, and ask the other way round. Why is *this* a pullover? In truth: because there is no mark.
#
# **Predict, then run**: which share of the heat for Pullover lies in the corner of photographs without a mark?

# %%
absent = share_inside(grad_cam(cheat, "6", pullovers, 0), corner).mean().item()
with torch.inference_mode():
    turned = (cheat(mark(pullovers, torch.ones(len(pullovers), dtype=torch.bool))).argmax(dim=1) == 1).float().mean()
print(f"{absent:.0%} of the heat in the corner; but a mark there turns {turned:.0%} of these answers")
assert absent < in_corner
assert turned > 0.5

# %% [markdown]
# **What is missing cannot be marked.** The corner decides, and the map shows nothing there, for there is nothing. A map
# that looks harmless acquits nobody.
#
# ## First test: does the network need it?
# If a map names the important pixels, then deleting them, the most important first, should ruin the answer quickly; and
# putting only them into an empty picture should bring it back soon. These are the *deletion* and *insertion* curves
# (Petsiuk et al., 2018).
#
# ## Exercise 2 · delete what is important · ★★☆ · 8 minutes
# Write `delete_pixels(image, heat, count, value=0.0)`: image $(C, H, W)$, heat $(H, W)$. Return a new image in which
# the `count` pixels with the largest heat have become `value`, in every channel.

# %% tags=["exercise"]
def delete_pixels(image, heat, count, value=0.0):
    ...  # your code


# %%
ex.delete_pixels.check(delete_pixels)  # stuck? ex.delete_pixels.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def delete_pixels(image, heat, count, value=0.0):
    most = heat.flatten().argsort(descending=True)[:count]  # numbers of pixels
    gone = torch.zeros(heat.numel(), dtype=torch.bool)
    gone[most] = True
    return torch.where(gone.view(heat.shape), value, image)  # (C, H, W)


assert ex.delete_pixels.check(delete_pixels).passed

# %% [markdown]
# For this test we take the garment network with its ten classes, and some garments of the test set. Three maps compete
# with two that ought to lose: *edges*, which are computed from the photograph alone and have never heard of a network,
# and *random numbers*.

# %%
from ainotes.interpret import eigen_cam, integrated_gradients, occlusion, saliency
from ainotes.pretrained import load

tailor = load("convnet_fashion_mnist")
normalize = tailor.preprocess.transforms[-2]
count = 40 if full else 24
photographs = normalize(test.images[:: len(test) // count][:count].float() / 255)  # (count, 1, 28, 28)
black = normalize(torch.zeros(1, 1, 1)).item()
with torch.inference_mode():
    classes = tailor.model(photographs).argmax(dim=1)
sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])[None, None]


def edges(model, images, target):
    return (F.conv2d(images, sobel, padding=1) ** 2 + F.conv2d(images, sobel.mT, padding=1) ** 2).sqrt()[:, 0]


methods = {
    "Grad-CAM": lambda model, images, target: grad_cam(model, "features.4", images, target),
    "saliency": saliency,
    "occlusion": lambda model, images, target: occlusion(model, images, target, window=4, stride=2, baseline=black),
    "edges": edges,
    "random": lambda model, images, target: torch.rand(len(images), 28, 28, generator=torch.Generator().manual_seed(0)),
}
heats = {name: explain(tailor.model, photographs, classes) for name, explain in methods.items()}

# %%
first, hottest = photographs[0], heats["occlusion"][0]
steps = [delete_pixels(first, hottest, count, black) for count in (0, 40, 80, 160, 320, 640)]
with torch.inference_mode():
    sure = tailor.model(torch.stack(steps)).softmax(dim=1)[:, classes[0]]
plot_images(torch.stack(steps), [f"{share:.0%}" for share in sure], columns=6, alt=f"One garment while its hottest "
            f"pixels are deleted; the probability of {tailor.categories[classes[0]]} goes from {sure[0]:.0%} to "
            f"{sure[-1]:.0%}.")  # fmt: skip

# %% [markdown]
# The package does this in twenty steps for every photograph and measures the area below. Deletion: the *smaller* the
# better. Insertion: the *larger* the better.
#
# **Predict, then run**: will the edges, which know nothing, be the worst?

# %%
from ainotes.interpret import deletion_curve, insertion_curve

deleted, inserted = {}, {}
for name, heat in heats.items():
    deleted[name] = deletion_curve(tailor.model, photographs, heat, classes, baseline=black)
    inserted[name] = insertion_curve(tailor.model, photographs, heat, classes, baseline=black)
    print(f"{name:10s} deletion {deleted[name].area.mean():.2f}   insertion {inserted[name].area.mean():.2f}")
assert deleted["occlusion"].area.mean() < deleted["random"].area.mean()
assert inserted["occlusion"].area.mean() > inserted["random"].area.mean()

# %%
from ainotes.utils.plot import AltFigure

COLOURS = ["#0068b0", "#c8500a", "#00785a", "#a63d8f", "#7a5b00"]
told = "; ".join(f"{name} {curve.area.mean():.2f}" for name, curve in deleted.items())
figure = AltFigure(height=3.2, alt=f"Probability of the predicted class while pixels are deleted, area below: {told}.")
axes = figure.subplots()
dashes = ["-", "--", "-.", ":", (0, (1, 3))]
for (name, curve), colour, marker, dash in zip(deleted.items(), COLOURS, "osD^X", dashes, strict=True):
    mean = curve.probabilities.mean(dim=0)
    axes.plot(100 * curve.fractions, mean, color=colour, marker=marker, ls=dash, markevery=2, label=name)
axes.set(xlabel="pixels deleted, %", ylabel="mean probability", ylim=(0, 1))
axes.legend(ncols=2)
figure

# %%
from IPython.display import Markdown

area = {name: curve.area.mean().item() for name, curve in deleted.items()}
order = sorted(area, key=area.get)
verdict = "before" if area["edges"] < area["Grad-CAM"] else "behind"
Markdown(
    f"From the best to the worst: {', '.join(order)}. The edges stand **{verdict}** Grad-CAM, whose map of 11 × 11 "
    "places is coarse for garments of 28 × 28 pixels. They know nothing of the network, and stand "
    + ("before chance all the same: a network needs edges." if area["edges"] < area["random"] else "behind chance.")
)

# %% [markdown]
# A good curve does not show that a map came *out of this network*. There are two more things to keep in mind: a
# photograph with holes is no photograph, and the network has never seen one; and the curve depends on what you put into
# the holes.
#
# ## Second test: does the map need the network?
# Let the network forget, layer by layer, from the top, and explain the same class after each. When all weights are
# noise, what the map still shows was never learned (Adebayo et al., 2018). How alike are two maps? By the order in
# which they put the pixels.
#
# ## Exercise 3 · the same order · ★★☆ · 8 minutes
# Write `same_order(first, second)`: Spearman's rank correlation of two maps $(H, W)$, a number from -1 to 1. Give each
# pixel its rank, subtract the mean rank; then the sum of products, divided by the product of the two lengths. No two
# pixels of a map are equal here.

# %% tags=["exercise"]
def same_order(first, second):
    ...  # your code


# %%
ex.same_order.check(same_order)  # stuck? ex.same_order.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def same_order(first, second):
    ranks = [heat.flatten().argsort().argsort().float() for heat in (first, second)]
    one, other = (each - each.mean() for each in ranks)
    return ((one * other).sum() / (one.norm() * other.norm())).item()


assert ex.same_order.check(same_order).passed

# %%
from ainotes.interpret.similarity import rank_correlation

noise = torch.rand(2, 28, 28, generator=torch.Generator().manual_seed(0))
assert abs(same_order(*noise) - rank_correlation(noise[:1], noise[1:]).item()) < 1e-4  # the package's own

# %% [markdown]
# Two more methods enter: **Eigen-CAM**, which asks for no class, and the *absolute* integrated gradients, which
# multiply slopes by the photograph itself.
#
# **Predict, then run**: which of these will hardly notice that their network has become noise?

# %%
from ainotes.interpret import randomization_check

methods["Eigen-CAM"] = lambda model, images, target: eigen_cam(model, "features.4", images)
methods["int. gradients, abs."] = lambda model, images, target: integrated_gradients(
    model, images, target, baseline=black, steps=16
).abs()
few, checks = photographs[::2], {}
for name, explain in methods.items():
    if name != "random":
        checks[name] = randomization_check(tailor.model, few, explain)
lines = ["| forgotten so far | " + " | ".join(checks) + " |", "|---" * (len(checks) + 1) + "|"]
for step, layer in enumerate(checks["edges"].layers):
    cells = [f"{check.spearman[step]:.2f}" for check in checks.values()]
    lines.append(f"| {layer or 'nothing'} | " + " | ".join(cells) + " |")
Markdown("\n".join(lines))

# %%
head, end = ({name: check.spearman[step] for name, check in checks.items()} for step in (1, -1))
assert abs(end["edges"] - 1) < 1e-6  # they never asked the network
assert abs(head["Eigen-CAM"] - 1) < 1e-6  # it never asked for the class
assert end["Grad-CAM"] < 0.5
assert head["Grad-CAM"] < 0.9
notice = [name for name in checks if head[name] < 0.9 and end[name] < 0.6]
fail = [name for name in checks if name not in notice]
Markdown(f"Failed, for they stay at 0.90 or more when the head forgets, or at 0.60 or more in the end: "
         f"**{'; '.join(fail)}**. Passed: {'; '.join(notice)}.")  # fmt: skip

# %% [markdown]
# Look at the second row. Only the *last* layer has forgotten: the network cannot tell a boot from a bag any more. Yet
# Eigen-CAM draws exactly the same picture, and would have drawn it for any class. It shows what is in the maps, not
# what the answer is made of.
#
# And the absolute integrated gradients? Their factor, the photograph, survives everything: they show the garment,
# because the garment is bright. See it:

# %%
name = "int. gradients, abs."
before, after = checks[name].maps[0][:4], checks[name].maps[-1][:4]
tiles = [each / each.max() for each in [*before, *after]]
plot_images(tiles, ["trained"] * 4 + ["noise"] * 4, columns=4, alt="Absolute integrated gradients of four garments: "
            "above of the trained network, below of noise. The garments can be recognised in all of them.")  # fmt: skip

# %% [markdown]
# ## The same on photographs
# On small garments everything is near to everything. So once more with a network for photographs; three of them, to be
# quick. With SqueezeNet's weights the photographs have 224 rows, and Grad-CAM is at home; the colour network, which
# stands in for it, sees 32.

# %%
import skimage.data
from PIL import Image

network = load("squeezenet1_0")
scenes = [skimage.data.chelsea()[:, 75:375], skimage.data.coffee()[:, 100:500], skimage.data.rocket()[:420, 110:530]]
batch = torch.stack([network.preprocess(Image.fromarray(scene)) for scene in scenes])  # (3, 3, H, W)
large = {
    "Grad-CAM": lambda model, images, target: grad_cam(model, "features", images, target),
    "Eigen-CAM": lambda model, images, target: eigen_cam(model, "features", images),
}
deletions, memories = {}, {}
for name, explain in large.items():
    memories[name] = randomization_check(network.model, batch, explain, stops=3).spearman
    deletions[name] = deletion_curve(network.model, batch, explain(network.model, batch, None), steps=8).area.mean()
dice = torch.rand(len(batch), *batch.shape[2:], generator=torch.Generator().manual_seed(0))
deletions["random"] = deletion_curve(network.model, batch, dice, steps=8).area.mean()
print(network.source)
for name, shares in memories.items():
    print(f"{name}: deletion {deletions[name]:.2f} (random {deletions['random']:.2f});", end=" ")
    print("like itself, as more and more is forgotten:", ", ".join(f"{share:.2f}" for share in shares))

# %%
needed = deletions["Grad-CAM"] < deletions["random"]
places = network.model.features(batch[:1]).shape[-1]
stays = memories["Eigen-CAM"][-1]
Markdown(
    f"With {places} × {places} places, Grad-CAM is **{'better' if needed else 'worse'}** than chance at naming the "
    "pixels that this network needs. At the end, all weights noise, its likeness to itself is "
    f"{memories['Grad-CAM'][-1]:.2f}, and that of Eigen-CAM {stays:.2f}: "
    + ("even noise draws its picture. It is the one that fails." if stays > 0.5 else
       "in the end it moves, as it did on garments. It fails where only the head has forgotten.")
)  # fmt: skip

# %% [markdown]
# ## What no map proves
# - **That the answer is right.** A map of a wrong answer looks as convincing as one of a right answer (Rudin, 2019).
# - **What the network saw there.** It says *where*, not whether it was the fur, the whiskers or the colour.
# - **What is missing.** The blind spot of the corner.
# - **How it works in general.** Each map is about one photograph. A thousand of them, measured, are a beginning.
# - **A cause.** Only a change that you make, and the answer that follows, shows one: no mark, no coat.
#
# So use maps to get suspicious, and experiments to be sure.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A network is 99 % right on unseen photographs from the same source as its training. What do you know?",
        "choices": {
            "It recognises the thing": "It may recognise the source: think of the mark.",
            "It will be as good on photographs from this source": "Right, and nothing about any other.",
            "It has no shortcut": "The cheat of this page was as good.",
        },
        "answer": "It will be as good on photographs from this source",
    },
    {
        "ask": "A map shows nothing suspicious. May you conclude that there is no shortcut?",
        "choices": {
            "Yes, if it passes the randomised network": "That says that the map depends on the network, no more.",
            "No: what is missing cannot be marked": "Right. The pullovers were known by the mark that was not there.",
            "Yes, if you look at enough photographs": "More of the same blind spot.",
        },
        "answer": "No: what is missing cannot be marked",
    },
    {
        "ask": "All weights are noise, and a map still looks as before. What did it show?",
        "choices": {
            "The photograph": "Right: nothing that was learned is left.",
            "What the network has learned": "That is gone.",
            "That the network is robust": "It answers nonsense now.",
        },
        "answer": "The photograph",
    },
    {
        "ask": "A map has a better deletion curve than Grad-CAM. Is it the better explanation?",
        "choices": {
            "Yes, that is what the curve measures": "Edges, which know no network, can have a good curve.",
            "It names pixels that the network needs; why, is open": "Right: one test, one question.",
            "No, deletion curves mean nothing": "They mean something: what happens without these pixels.",
        },
        "answer": "It names pixels that the network needs; why, is open",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "cheat, marks as in training": round(results["marks as in training"], 3),
    "cheat, no marks": round(results["no marks"], 3),
    "cheat, marks on the pullovers": round(results["marks on the pullovers"], 3),
    "heat in the corner, cheat": round(in_corner, 3),
    "heat in the corner, cured": round(cured, 3),
    "deletion, occlusion": round(area["occlusion"], 3),
    "deletion, edges": round(area["edges"], 3),
    "deletion, Grad-CAM": round(area["Grad-CAM"], 3),
    "deletion, random": round(area["random"], 3),
    "all weights noise, Grad-CAM": round(end["Grad-CAM"], 2),
    "all weights noise, saliency": round(end["saliency"], 2),
    "head noise, Eigen-CAM": round(head["Eigen-CAM"], 2),
    "all weights noise, int. gradients, abs.": round(end["int. gradients, abs."], 2),
    "photographs, all weights noise, Grad-CAM": round(memories["Grad-CAM"][-1], 2),
    "photographs, all weights noise, Eigen-CAM": round(memories["Eigen-CAM"][-1], 2),
}

# %% [markdown]
# ## What you can do now
# - A map found the mark; taking the mark away, and giving it to the others, proved it.
# - Deletion and insertion ask whether the network needs what a map marks. Edges, which know no
#   network, can do well.
# - A randomised network asks whether the map needs the network. What does not change was not learned.
# - No map shows what is missing, or why, or that an answer is right.
#
# **Next**: [The whole way, with your own pictures](05_capstone.ipynb) · **Sources**: Lapuschkin et al. (2019),
# *Unmasking Clever Hans predictors*; Geirhos et al. (2020), *Shortcut learning in deep neural networks*; Petsiuk, Das
# and Saenko (2018), *RISE*; Adebayo et al. (2018), *Sanity checks for saliency maps*; Muhammad and Yeasin (2020),
# *Eigen-CAM*; Rudin (2019), *Stop explaining black box machine learning models for high stakes decisions*. All in the
# [bibliography](../../site/bibliography.md).
