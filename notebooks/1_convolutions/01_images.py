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
# # Images as tensors
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/1_convolutions/01_images.ipynb)
#
# *A picture is a block of numbers. What makes it a picture is which numbers are neighbours.*
#
# **Before you start**: [Start here](../start_here.ipynb), and a little PyTorch (making and indexing tensors).
# **Time**: 40 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - read the shape of any picture or batch, and turn a photograph into a tensor without mixing it up,
# - say why bytes and floats must not be confused,
# - name three properties of pictures, and measure two of them,
# - count what a dense layer costs, and say what it throws away.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Rows, columns, channels
# A grey picture is a table of numbers. Row 0 is at the top, column 0 at the left.

# %%
from ainotes.data import fashion_mnist

garments = fashion_mnist(train=False)
print(garments.source)
boot = garments.images[garments.labels == 9][0]  # the first ankle boot
print(boot.shape, boot.dtype)
print(boot[0, 12:18, 4:16])  # channel 0, six rows, twelve columns

# %% [markdown]
# A photograph has three such tables, for red, green and blue. Libraries disagree about where to put that 3.
#
# **Predict, then run**: this photograph is 600 pixels wide and 400 high. What is its shape, as Python loads it?

# %%
from skimage import data as photographs

coffee = photographs.coffee()
print(coffee.shape, coffee.dtype)
assert coffee.shape == (400, 600, 3)

# %% [markdown]
# Height before width, because rows come first; and the channels come *last*. PyTorch wants them *first*: $(C, H, W)$.
#
# There are two ways to make the shapes fit, and both run without an error. Only one of them is right.

# %%
import torch

from ainotes.utils.plot import plot_images

pixels = torch.from_numpy(coffee)  # (400, 600, 3)
moved = pixels.permute(2, 0, 1)  # (3, 400, 600)
recut = pixels.reshape(3, 400, 600)
assert moved.shape == recut.shape
plot_images(
    [each[:, ::4, ::4].permute(1, 2, 0).numpy() for each in (moved, recut)],
    titles=["permute", "reshape"],
    columns=2,
    alt="Two pictures of one shape. permute: a cup of coffee. reshape: coloured stripes with hardly a cup in them.",
)

# %% [markdown]
# `permute` renames the axes: every number keeps its place in the picture. `reshape` lays all numbers on one string and
# cuts the string anew. When a network "does not learn", look at what it is shown.

# %%
row, column, channel = 100, 200, 1
assert moved[channel, row, column] == pixels[row, column, channel]
print("the same numbers?", torch.equal(moved.flatten().sort().values, recut.flatten().sort().values))
print("at the same places?", torch.equal(moved, recut))

# %% [markdown]
# ## Bytes and floats
# A byte holds 0 to 255 and then starts again. **Predict, then run**: make a picture brighter by adding 100 to every
# byte. What becomes of the brightest parts?

# %%
brighter = moved + 100  # bytes
honest = moved.float() / 255 + 100 / 255  # floats
print("200 + 100 =", (torch.tensor(200, dtype=torch.uint8) + 100).item())
plot_images(
    [each[:, ::4, ::4].permute(1, 2, 0).numpy() for each in (brighter, honest.clamp(0, 1))],
    titles=["bytes", "floats"],
    columns=2,
    alt="The same cup made brighter. As bytes its bright parts turn dark, in false colours; as floats it is brighter.",
)

# %% [markdown]
# So the first thing to do with a picture is `.float() / 255`: numbers from 0 to 1 that do not wrap round.

# %%
from IPython.display import Markdown

wrapped = (moved > 155).float().mean().item()
Markdown(f"Of the numbers in this photograph, **{wrapped:.0%}** are above 155: those fell over the edge.")

# %% [markdown]
# ## Exercise 1 · a photograph becomes a tensor · ★☆☆ · 5 minutes
# Write `to_tensor(picture)`: takes a byte tensor $(H, W, C)$, returns floats from 0 to 1 of shape $(C, H, W)$, and
# leaves the picture as it was.

# %% tags=["exercise"]
def to_tensor(picture):
    ...  # your code


# %%
from ainotes.checks import images as ex

ex.to_tensor.check(to_tensor)  # stuck? ex.to_tensor.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def to_tensor(picture):
    return picture.permute(2, 0, 1).float() / 255


assert ex.to_tensor.check(to_tensor).passed
assert to_tensor(pixels).shape == (3, 400, 600)

# %% [markdown]
# ## A batch
# Networks eat many pictures at once: $(N, C, H, W)$, all of one size. Read such a shape from the right: columns, rows,
# channels, pictures.

# %%
batch = garments.images[:64].float() / 255
N, C, H, W = batch.shape
print(f"{N} pictures, {C} channel, {H} rows, {W} columns: {batch.numel():,} numbers")
assert batch[5, 0, 10, 3] == garments.images[5, 0, 10, 3] / 255

# %% [markdown]
# ## What a dense layer sees
# A *dense* (or linear) layer first flattens the picture into one long row of numbers, then gives every unit a weight
# for every number. What does that cost? A photograph of 224 by 224 pixels, three channels, 1,000 units:

# %%
dense = torch.nn.Linear(224 * 224 * 3, 1000, device="meta")  # "meta": counted, but not stored
parameters = sum(each.numel() for each in dense.parameters())
print(f"{parameters:,} parameters, {parameters * 4 / 2**20:,.0f} MiB, for the first layer alone")

# %% [markdown]
# ## Exercise 2 · the price of a dense layer · ★☆☆ · 4 minutes
# Write `dense_parameters(height, width, channels, units)`: how many numbers does such a first layer learn? Each unit
# has a weight for every input and one bias.

# %% tags=["exercise"]
def dense_parameters(height, width, channels, units):
    ...  # your code


# %%
ex.dense_parameters.check(dense_parameters)  # stuck? ex.dense_parameters.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def dense_parameters(height, width, channels, units):
    return (height * width * channels + 1) * units


assert ex.dense_parameters.check(dense_parameters).passed
assert dense_parameters(224, 224, 3, 1000) == parameters

# %% [markdown]
# ## It does not know what a neighbour is
# The price is not the worst of it. A dense layer treats pixel 5 and pixel 6 like any two numbers: nothing tells it
# that they touch. Here is a test. Shuffle the pixels of all pictures *in one and the same way*. You could not name a
# single garment any more.

# %%
generator = torch.Generator().manual_seed(0)
order = torch.randperm(28 * 28, generator=generator)


def shuffled(images):
    return images.flatten(1)[:, order].reshape(images.shape)


plot_images(
    torch.cat([batch[:6], shuffled(batch[:6])]),
    columns=6,
    alt="Six garments, and below them the same six with their pixels shuffled: grey noise without any shape.",
)

# %% [markdown]
# **Predict, then run**: a dense network is trained on garments as they are, and another one on shuffled garments. How
# much worse will the second one do? (How training works is the matter of Part 3. Here, just watch.)

# %%
from torch import nn
from torch.utils.data import DataLoader

from ainotes.data import ImageSet
from ainotes.utils.train import evaluate, fit, get_device

device, message = get_device()
train = fashion_mnist(train=True).subset(range(6000))
test = garments.subset(range(2000))


def with_images(images, like):
    return ImageSet(images, like.labels, like.classes, source=like.source)


def trained(model, data, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    fit(loader, model, nn.CrossEntropyLoss(), optimizer, epochs, device, quiet=True)
    return model


def accuracy(model, data):
    return evaluate(DataLoader(data, batch_size=500), model, nn.CrossEntropyLoss(), device)["acc"]


# %%
def dense_net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)).to(device)


dense_model = trained(dense_net(), train, epochs=4)
confused = trained(dense_net(), with_images(shuffled(train.images), train), epochs=4)
as_they_are = accuracy(dense_model, test)
when_shuffled = accuracy(confused, with_images(shuffled(test.images), test))
assert abs(as_they_are - when_shuffled) < 0.04
Markdown(
    f"Trained on {len(train):,} pictures: **{as_they_are:.1%}** right as they are, **{when_shuffled:.1%}** right when "
    "shuffled."
)

# %% [markdown]
# It hardly cares: to a dense network, a boot and grey noise are the same problem. That is no accident of this
# training. Take any dense layer, shuffle its weights as the pixels were shuffled, and it says *exactly* the same.

# %%
layer = nn.Linear(784, 64)
twin = nn.Linear(784, 64)
with torch.no_grad():
    twin.weight.copy_(layer.weight[:, order])
    twin.bias.copy_(layer.bias)
assert torch.allclose(layer(batch.flatten(1)), twin(shuffled(batch).flatten(1)), atol=1e-5)

# %% [markdown]
# So a dense network is not only expensive: it ignores the very thing that makes a picture a picture.
#
# ## Three properties of the visual world
# **1. Locality.** What belongs together lies together. That can be measured: how alike are two pixels, the farther
# apart they are?

# %%

from ainotes.utils.plot import AltFigure

pictures = garments.images[:2000, 0].float()  # (2000, 28, 28)


def likeness(distance):
    left, right = pictures[:, :, : 28 - distance], pictures[:, :, distance:]
    return torch.corrcoef(torch.stack([left.flatten(), right.flatten()]))[0, 1].item()


distances = list(range(1, 15))
correlations = [likeness(distance) for distance in distances]
figure = AltFigure(height=2.6, alt=f"The correlation of two pixels falls from {correlations[0]:.2f} between neighbours "
                   f"to {correlations[-1]:.2f} at {distances[-1]} columns apart.")  # fmt: skip
axes = figure.subplots()
axes.plot(distances, correlations, marker="o")
axes.set(xlabel="columns apart", ylabel="correlation", ylim=(-0.1, 1))
figure

# %%
assert correlations[0] > 0.8
assert correlations[0] > 2 * abs(correlations[9])
Markdown(
    f"Neighbours: **{correlations[0]:.2f}**. Ten columns apart: **{correlations[9]:.2f}**. A window of a few pixels "
    "sees most of what belongs together."
)

# %% [markdown]
# **2. Translation.** A boot two pixels further right is still a boot. So a detector that is useful here is useful
# everywhere, and one set of weights is enough for all places. Two words for two wishes:
#
# - *equivariance*: move the picture, and what was found moves with it. Right for "where is the heel?"
# - *invariance*: move the picture, and the answer stays. Right for "is there a boot?"
#
# ## Exercise 3 · move a picture · ★★☆ · 8 minutes
# Write `shift(image, rows, columns)`: moves a picture $(C, H, W)$ down by `rows` and right by `columns`; negative
# numbers move it up and left. Black (0) comes in where nothing was, the shape stays, and the input is left alone.

# %% tags=["exercise"]
def shift(image, rows, columns):
    ...  # your code


# %%
ex.shift.check(shift)  # stuck? ex.shift.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def shift(image, rows, columns):
    C, H, W = image.shape
    moved = torch.zeros_like(image)
    if abs(rows) < H and abs(columns) < W:
        part = image[:, max(0, -rows) : H - max(0, rows), max(0, -columns) : W - max(0, columns)]
        moved[:, max(0, rows) : H - max(0, -rows), max(0, columns) : W - max(0, -columns)] = part
    return moved


assert ex.shift.check(shift).passed

# %% [markdown]
# Now the proof that a convolution is equivariant: *first move, then look* gives the same as *first look, then move*,
# away from the border.

# %%
from torch.nn import functional as F

look = torch.randn(1, 1, 3, 3, generator=generator)  # any kernel will do
picture = boot.float() / 255
first_move = F.conv2d(shift(picture, 2, 3)[None], look)[0]  # (1, 26, 26)
first_look = shift(F.conv2d(picture[None], look)[0], 2, 3)
inside = (..., slice(2, -2), slice(3, -3))
assert torch.allclose(first_move[inside], first_look[inside], atol=1e-5)
print("equal inside:", torch.allclose(first_move[inside], first_look[inside], atol=1e-5))

# %% [markdown]
# What is that worth to a whole network? Here is one made of windows: three convolutions, and at the end only *how
# strongly* each thing was found anywhere. We ask it and the dense network about pictures that moved to the right.
#
# **Predict, then run**: neither ever saw a moved picture. Which one loses less?

# %%
torch.manual_seed(0)
window_net = nn.Sequential(
    nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(),  # (N, 16, 14, 14)
    nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),  # (N, 32, 7, 7)
    nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),  # (N, 64, 7, 7)
    nn.AdaptiveMaxPool2d(1), nn.Flatten(),  # (N, 64): the strongest place of each
    nn.Linear(64, 10),
).to(device)  # fmt: skip
trained(window_net, train, epochs=5)


def moved_by(columns):
    return with_images(torch.stack([shift(image, 0, columns) for image in test.images]), test)


steps = (0, 1, 2, 3, 4)
exams = [moved_by(columns) for columns in steps]
asked = {
    name: [accuracy(model, exam) for exam in exams]
    for name, model in {"dense": dense_model, "made of windows": window_net}.items()
}

# %%
rows = [f"| {name} | " + " | ".join(f"{each:.1%}" for each in values) + " |" for name, values in asked.items()]
assert asked["made of windows"][-1] > asked["dense"][-1] + 0.1
Markdown("\n".join(["| moved right by | " + " | ".join(map(str, steps)) + " |", "|---" * 6 + "|", *rows]))

# %% [markdown]
# The dense network falls to pieces after a few pixels: its weights wait for a boot at one place. The windows do not
# mind where it is. They still lose something, at the border and because of their strides; [Pooling, and how far a
# neuron sees](05_sight.ipynb) looks into that, and moved training pictures (Part 3) win more of it back.
#
# **3. Hierarchy.** Edges make a sole, a sole and a shaft make a boot. Stack small windows and each layer sees more
# than the one before; how much more, [Pooling, and how far a neuron sees](05_sight.ipynb) counts.
#
# ## Nine numbers instead of 150 million
# A layer that takes all three seriously: a small window (locality), the same weights everywhere (translation), stacked
# (hierarchy). Step through it: which nine pixels make the output cell, and what do they have to do with the rest of
# the picture?

# %%
from ainotes.widgets import ConvolutionStepper

dress, bag = (garments.images[garments.labels == kind][0] for kind in (3, 8))
ConvolutionStepper({"boot": boot, "dress": dress, "bag": bag}, kernel="vertical edges", position=220)

# %% [markdown]
# Press *Play*; take another kernel; change one number. The [next lesson](02_convolution.ipynb) writes it by hand.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A batch has shape (32, 3, 120, 160). What is true?",
        "choices": {
            "32 photographs, 160 pixels wide": "Right: columns come last.",
            "32 photographs, 160 pixels high": "Rows come before columns: they are 120 high.",
            "3 photographs in 32 channels": "The batch comes first, then the channels.",
        },
        "answer": "32 photographs, 160 pixels wide",
    },
    {
        "ask": "You have (H, W, C) and need (C, H, W). Which one?",
        "choices": {
            "reshape(C, H, W)": "The shape fits, the picture is destroyed: numbers land at other places.",
            "permute(2, 0, 1)": "Right: the axes are renamed and every number keeps its place.",
            "flatten()": "Then there are no rows and columns left.",
        },
        "answer": "permute(2, 0, 1)",
    },
    {
        "ask": "Every picture's pixels are shuffled in the same way. What happens to a dense network's accuracy?",
        "choices": {
            "It drops to a guess": "That is what happens to you. The dense layer never knew the order.",
            "It hardly changes": "Right: a dense layer has a weight for every pixel, wherever it lies.",
            "It rises": "There is nothing to gain: the same numbers, in another order.",
        },
        "answer": "It hardly changes",
    },
    {
        "ask": "Move the picture, and the map of edges moves with it. That is…",
        "choices": {
            "equivariance": "Right: the answer moves along.",
            "invariance": "Then the answer would stay where it was.",
            "locality": "Locality says that what belongs together lies together.",
        },
        "answer": "equivariance",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "dense layer on 224 x 224 x 3: parameters": parameters,
    "dense: accuracy as they are": round(as_they_are, 3),
    "dense: accuracy when shuffled": round(when_shuffled, 3),
    "dense: accuracy moved by 4": round(asked["dense"][-1], 3),
    "made of windows: accuracy moved by 4": round(asked["made of windows"][-1], 3),
    "correlation of neighbours": round(correlations[0], 2),
}

# %% [markdown]
# ## What you can do now
# - A shape is read from the right: columns, rows, channels, pictures. `permute` keeps the picture, `reshape` does not.
# - Bytes wrap round at 256; divide by 255 first.
# - Locality and translation you have measured; hierarchy is their sum over layers.
# - A dense layer on a photograph costs millions, and would work just as well on shuffled pixels.
#
# **Next**: [The convolution, by hand](02_convolution.ipynb) · **Sources**: LeCun, Bottou, Bengio and Haffner (1998),
# *Gradient-based learning applied to document recognition*, section II; Xiao, Rasul and Vollgraf (2017),
# *Fashion-MNIST*. The photograph of the cup comes with scikit-image. All in the
# [bibliography](../../site/bibliography.md).
