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
# # Anatomy of a convnet
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/2_architectures/01_anatomy.ipynb)
#
# *See, shrink, see again, decide: take a network apart, follow a picture through it, and follow the blame back.*
#
# **Before you start**: [Pooling, and how far a neuron sees](../1_convolutions/05_sight.ipynb). **Time**: 45 minutes.
# Runs offline, no GPU.
#
# **You will be able to**
# - name the two halves of a convnet and say what each is for,
# - write down the shape after every layer before you run it,
# - say where the parameters of a network sit, and what global average pooling saves and loses,
# - compute the gradient of a convolution, and see that it is a convolution too.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Two halves
# A convnet *sees* and then *decides*. The first half, the **features**, is convolution, activation, pooling, again and
# again: the map gets smaller and the channels more. The second half, the **classifier**, turns what was found into one
# score for each class.
#
# Here is a first half for garments: three convolutions, two poolings. **Predict**: what shape has a picture of
# 1 × 28 × 28 after each line?

# %%
from torch import nn

features = nn.Sequential(
    nn.Conv2d(1, 32, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(64, 64, 3),
    nn.ReLU(),
)

# %%
import torch

picture = torch.zeros(1, 1, 28, 28)
for layer in features:
    picture = layer(picture)
    print(f"{type(layer).__name__:10s} {tuple(picture.shape[1:])}")
assert picture.shape[1:] == (64, 3, 3)

# %% [markdown]
# 28 to 26 because a kernel of 3 has 26 places; 26 to 13 because pooling halves; 13 to 11; 11 to 5, and the eleventh
# row and column are dropped; 5 to 3. Rows and columns go down, channels go up: the network trades *where* for *what*.
#
# ## Exercise 1 · shapes in your head · ★★☆ · 10 minutes
# Write `shapes_through(layers, shape)`: follow a picture $(C, H, W)$ through a list of layers and return the list of
# shapes after each, as tuples. A layer is `("conv", filters, kernel, padding)`, `("pool", kernel)`, `("flatten",)`,
# `("gap",)` (global average pooling) or `("linear", units)`. Convolutions have stride 1; a pooling's stride is its
# kernel, and incomplete windows are left out. A flattened or averaged picture has a shape with one entry, `(n,)`.

# %% tags=["exercise"]
def shapes_through(layers, shape):
    ...  # your code


# %%
from ainotes.checks import anatomy as ex

ex.shapes_through.check(shapes_through)  # stuck? ex.shapes_through.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import math


def shapes_through(layers, shape):
    shapes = []
    for kind, *numbers in layers:
        if kind == "conv":
            filters, kernel, padding = numbers
            shape = (filters, *(side + 2 * padding - kernel + 1 for side in shape[1:]))
        elif kind == "pool":
            shape = (shape[0], *(side // numbers[0] for side in shape[1:]))
        elif kind == "flatten":
            shape = (math.prod(shape),)
        elif kind == "gap":
            shape = (shape[0],)
        else:
            shape = (numbers[0],)
        shapes.append(shape)
    return shapes


assert ex.shapes_through.check(shapes_through).passed

# %% [markdown]
# ## Where the parameters are
# `torchinfo.summary` prints shapes and parameters of any network.

# %%
from torchinfo import summary

from ainotes.utils.train import count_parameters

print(summary(features, input_size=(1, 1, 28, 28), col_names=("output_size", "num_params"), verbose=0))
assert count_parameters(features) == 55_744

# %% [markdown]
# Now a second half. The usual one lays the 64 × 3 × 3 numbers in a row (*flatten*) and adds two linear layers.
# **Guess, then run**: how many parameters come on top of the 55,744?

# %%
from ainotes.models import LectureFlatten, LectureGap

flat = LectureFlatten()
print(flat)
assert count_parameters(flat) == 93_322
print(f"{count_parameters(flat) - count_parameters(features):,} on top")

# %% [markdown]
# The other way is *global average pooling* (Lin et al., 2014): keep one number per channel, its mean over the map, and
# decide from those.

# %%
gap = LectureGap()
print(gap)
assert count_parameters(gap) == 56_394
print(f"{count_parameters(gap) - count_parameters(features):,} on top")

# %% [markdown]
# Take the network apart yourself: choose a box and see what it costs. What share of the multiplications happens in the
# second convolution?

# %%
from ainotes.widgets import BlockDiagram

BlockDiagram(gap, (1, 28, 28))

# %% [markdown]
# ## Exercise 2 · global average pooling · ★☆☆ · 4 minutes
# Write `global_average(maps)`: $(N, C, H, W)$ to $(N, C)$, the mean of each channel's map.

# %% tags=["exercise"]
def global_average(maps):
    ...  # your code


# %%
ex.global_average.check(global_average)  # stuck? ex.global_average.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def global_average(maps):
    return maps.mean(dim=(2, 3))


assert ex.global_average.check(global_average).passed

# %% [markdown]
# ## What is lost
# Global average pooling forgets *where*. **Predict, then run**: shuffle the nine places of the last map. Which of the
# two heads notices?

# %%
torch.manual_seed(0)
maps = torch.rand(1, 64, 3, 3)
shuffled = maps.flatten(2)[:, :, torch.randperm(9)].reshape(maps.shape)
same_after_gap = torch.allclose(global_average(maps), global_average(shuffled), atol=1e-6)
same_after_flatten = torch.allclose(maps.flatten(1), shuffled.flatten(1))
print("global average pooling gives the same:", same_after_gap)
print("flatten gives the same:", same_after_flatten)
assert same_after_gap
assert not same_after_flatten

# %% [markdown]
# Is that a loss? It depends on the question. Both networks learn from the same garments; then both are asked about
# garments that moved by two and by four pixels.

# %%
from torch.utils.data import DataLoader

from ainotes.data import ImageSet, fashion_mnist
from ainotes.utils.train import evaluate, fit, get_device

device, message = get_device()
train = fashion_mnist(train=True).subset(range(2000))
test = fashion_mnist(train=False).subset(range(1000))


def moved_by(columns):
    images = torch.zeros_like(test.images)
    images[..., columns:] = test.images[..., : 28 - columns]
    return DataLoader(ImageSet(images, test.labels, test.classes, source="moved"), batch_size=500)


def accuracies(build):
    torch.manual_seed(0)
    model = build().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loss_fn = nn.CrossEntropyLoss()
    fit(DataLoader(train, batch_size=32, shuffle=True), model, loss_fn, optimizer, 6, device, quiet=True)
    return [evaluate(moved_by(columns), model, loss_fn, device)["acc"] for columns in (0, 2, 4)]


results = {"flatten": accuracies(LectureFlatten), "global average pooling": accuracies(LectureGap)}

# %%
from IPython.display import Markdown

rows = [f"| {name} | " + " | ".join(f"{each:.1%}" for each in found) + " |" for name, found in results.items()]
kept = {name: found[2] / found[0] for name, found in results.items()}
Markdown("\n".join(["| head | as they are | moved by 2 | moved by 4 |", "|---|---|---|---|", *rows]))

# %%
better = max(kept, key=kept.get)
assert all(found[0] > 0.5 for found in results.values())
Markdown(
    f"Moved by 4, the flattening network keeps {kept['flatten']:.0%} of its accuracy, the averaging one "
    f"{kept['global average pooling']:.0%}. A head that knows places can use them, and can be fooled by them."
)

# %% [markdown]
# ## The blame flows back
# To learn, each weight needs to know how the loss changes with it. Backpropagation hands the gradient back layer by
# layer. What does a convolution do with it?
#
# Think of one input pixel. It took part in up to nine output cells, each time under *another* weight of the kernel. So
# its share of the blame is the sum of those nine cells' gradients, each times the weight it was under. Nine products,
# one sum, at every place: that is a convolution again, with the kernel turned by 180°.

# %%
from torch.nn import functional as F

torch.manual_seed(0)
x = torch.randn(1, 1, 6, 6, requires_grad=True)
w = torch.randn(1, 1, 3, 3, requires_grad=True)
y = F.conv2d(x, w)  # (1, 1, 4, 4)
blame = torch.randn_like(y)  # what the layer above hands back
y.backward(blame)

for_the_input = F.conv2d(blame, w.detach().flip(2, 3), padding=2)  # "full": every place the kernel touches
for_the_kernel = F.conv2d(x.detach(), blame)
print("input:", tuple(for_the_input.shape), " kernel:", tuple(for_the_kernel.shape))
assert torch.allclose(for_the_input, x.grad, atol=1e-5)
assert torch.allclose(for_the_kernel, w.grad, atol=1e-5)

# %% [markdown]
# So *three* convolutions make a layer learn: forward, back to the input, and to the kernel. That is why a training
# step takes about three times as long as a prediction.
#
# ## Exercise 3 · the gradient for the input · ★★★ · 10 minutes
# Write `input_gradient(grad_output, weight)` for several channels: `grad_output` $(N, C_\text{out}, H', W')$, `weight`
# $(C_\text{out}, C, K, K)$, result $(N, C, H, W)$. The layer had stride 1 and no padding. No autograd.

# %% tags=["exercise"]
def input_gradient(grad_output, weight):
    ...  # your code


# %%
ex.input_gradient.check(input_gradient)  # stuck? ex.input_gradient.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def input_gradient(grad_output, weight):
    K = weight.shape[-1]
    turned = weight.flip(2, 3).transpose(0, 1)  # (C, C_out, K, K): inputs and outputs change places
    return F.conv2d(grad_output, turned, padding=K - 1)


assert ex.input_gradient.check(input_gradient).passed

# %% [markdown]
# PyTorch has this very operation as a layer of its own, `conv_transpose2d`; networks that draw pictures use it
# *forwards*.

# %%
gradient = torch.randn(2, 5, 4, 4)
weights = torch.randn(5, 3, 3, 3)
assert torch.allclose(input_gradient(gradient, weights), F.conv_transpose2d(gradient, weights), atol=1e-4)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "From layer to layer, rows and columns go down and channels go up. Why?",
        "choices": {
            "To save memory only": "It does, but there is a reason beyond it.",
            "The network trades where for what": "Right: fewer places, more things to say about each.",
            "Because ReLU demands it": "ReLU keeps every shape.",
        },
        "answer": "The network trades where for what",
    },
    {
        "ask": "Where are most parameters of a small network with a flatten?",
        "choices": {
            "In the first convolution": "It has the fewest: few channels go in.",
            "In the pooling layers": "They have none.",
            "In the linear layer after the flatten": "Often so: every one of the flattened numbers meets every unit.",
        },
        "answer": "In the linear layer after the flatten",
    },
    {
        "ask": "A network with global average pooling is fed a larger picture. What happens?",
        "choices": {
            "It works": "Right: one mean per channel, however large the map.",
            "The shapes do not fit": "That is what happens after a flatten.",
            "It needs more parameters": "Neither convolutions nor the mean depend on the picture's size.",
        },
        "answer": "It works",
    },
    {
        "ask": "The gradient of a convolution with respect to its input is…",
        "choices": {
            "a convolution of the output's gradient with the kernel turned round": "Right, with padding K − 1.",
            "the kernel itself": "For one output cell, yes. Each pixel sums over all cells it took part in.",
            "the output's gradient divided by the kernel": "There is no division: products are summed.",
        },
        "answer": "a convolution of the output's gradient with the kernel turned round",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "features: parameters": count_parameters(features),
    "with flatten: parameters": count_parameters(flat),
    "with global average pooling: parameters": count_parameters(gap),
    "flatten: accuracy kept when moved by 4": round(kept["flatten"], 2),
    "global average pooling: accuracy kept when moved by 4": round(kept["global average pooling"], 2),
}

# %% [markdown]
# ## What you can do now
# - Features see, a classifier decides; shapes can be followed in the head.
# - Flatten costs parameters and knows places; global average pooling costs next to nothing and forgets them.
# - Forward, back to the input, to the kernel: three convolutions.
#
# **Next**: [Landmarks: LeNet to Inception](02_landmarks.ipynb) · **Sources**: LeCun, Bottou, Bengio and Haffner
# (1998), *Gradient-based learning applied to document recognition*; Lin, Chen and Yan (2014), *Network in network*;
# Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, section 4. All in the
# [bibliography](../../site/bibliography.md).
