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
# # Pooling, and how far a neuron sees
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/1_convolutions/05_sight.ipynb)
#
# *One layer sees three pixels. Stack layers, skip places, and watch the view grow.*
#
# **Before you start**: [How big is the output?](04_sizes.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - say why a network needs something non-linear between two convolutions, and what ReLU throws away,
# - compute max and average pooling, and say what they do to shapes and to shifts,
# - compute the receptive field of any stack, and check it against PyTorch,
# - widen it with stride, pooling or dilation, and name the price of each.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Two convolutions are one
# Put a convolution after a convolution. Have you won anything? Sums of sums are sums.
#
# **Predict, then run**: two kernels of 3, one after the other. How large is the *single* kernel that does the same?

# %%
import torch
from torch.nn import functional as F

from ainotes.data import fashion_mnist

garments = fashion_mnist(train=False)
boot, shirt, bag = (garments.images[garments.labels == kind][0] / 255 for kind in (9, 6, 8))  # (1, 28, 28)

torch.manual_seed(0)
first, second = torch.randn(1, 1, 3, 3), torch.randn(1, 1, 3, 3)
one_after_the_other = F.conv2d(F.conv2d(boot[None], first), second)
merged = F.conv2d(first, second.flip(2, 3), padding=2)  # the "full" convolution of both kernels
print(tuple(merged.shape))
assert merged.shape == (1, 1, 5, 5)
assert torch.allclose(one_after_the_other, F.conv2d(boot[None], merged), atol=1e-4)

# %% [markdown]
# One kernel of 5 does it all. However many you stack, it stays *one* linear operation. Something between them has to
# bend.
#
# ## ReLU
# $\max(0, x)$: keep what was found, silence its opposite. That is enough to break the collapse, and it costs nothing.

# %%
from ainotes.ops import hand_made
from ainotes.utils.plot import plot_images

edges = F.conv2d(boot[None], hand_made("vertical edges")[None, None])[0, 0]
both = [edges.relu(), (-edges).relu()]
plot_images([edges, *both], titles=["edges", "ReLU: bright on the left", "ReLU of −edges: on the right"], columns=3)

# %%
bent = F.conv2d(F.conv2d(boot[None], first).relu(), second)
assert not torch.allclose(bent, one_after_the_other, atol=1e-2)
assert torch.allclose(both[0] - both[1], edges)  # nothing is lost if some other filter looks for the opposite
silent = (edges.relu() == 0).float().mean().item()
print(f"{silent:.0%} of this map is exactly 0")

# %% [markdown]
# The kernel that looks for *bright on the left* no longer reports *bright on the right*; another filter has to. Most
# of the map is now silent, and that is fine: where there is nothing to find, nothing is said.
#
# ## Pooling
# *Is there an edge somewhere around here?* Cut the map into windows and keep one number of each: the largest (*max
# pooling*), or the mean (*average pooling*). With windows of 2 and a stride of 2, three of four numbers go.

# %%
tiny = torch.tensor([[1.0, 3, 2, 0], [4, 2, 1, 1], [0, 0, 5, 6], [1, 3, 7, 8]])
print("largest:", F.max_pool2d(tiny[None], 2)[0].tolist())
print("mean:   ", F.avg_pool2d(tiny[None], 2)[0].tolist())
assert F.max_pool2d(tiny[None], 2)[0].tolist() == [[4, 2], [3, 8]]
assert F.avg_pool2d(tiny[None], 2)[0].tolist() == [[2.5, 1], [1, 6.5]]

# %% [markdown]
# Max pooling is not linear; average pooling is: it is a convolution with equal weights and a stride. Both are ways to
# make the map smaller. Neither has anything to learn.
#
# **Predict, then move**: shift the picture by one column. By how much does the picture change, and by how much what is
# left after pooling?

# %%
from ainotes.widgets import PoolingExplorer

PoolingExplorer({"boot": boot, "shirt": shirt, "bag": bag, "4 × 4": tiny / 8}, kernel=2, shift=[0, 1], cell=[7, 6])

# %% [markdown]
# One picture proves little. Over a thousand garments: each is shifted by a pixel, and we compare before and after,
# relative to how much brightness there is. For a fair comparison, the third line throws away as many pixels *without*
# looking at them.

# %%
from IPython.display import Markdown

images = garments.images[:1000] / 255  # (1000, 1, 28, 28)


def shifted(pictures, columns):
    return F.pad(pictures, (columns, 0))[..., :-columns]


def change(reduce, columns=1):
    before, after = reduce(images), reduce(shifted(images, columns))
    return ((after - before).abs().sum() / before.sum()).item()


ways = {
    "the picture itself": lambda x: x,
    "every second pixel": lambda x: x[..., ::2, ::2],
    "max pooling 2": lambda x: F.max_pool2d(x, 2),
    "average pooling 2": lambda x: F.avg_pool2d(x, 2),
    "max pooling 7": lambda x: F.max_pool2d(x, 7),
    "the mean of all pixels": lambda x: F.avg_pool2d(x, 28),
}
changes = {name: change(way) for name, way in ways.items()}
rows = [f"| {name} | {value:.1%} |" for name, value in changes.items()]
Markdown("\n".join(["| what is left | changes by |", "|---|---|", *rows]))

# %%
assert changes["max pooling 2"] < changes["every second pixel"]
assert changes["the mean of all pixels"] < 0.05
Markdown(
    f"A shift by one pixel changes {changes['the picture itself']:.0%} of the picture, {changes['max pooling 2']:.0%} "
    f"of what max pooling by 2 leaves, and {changes['the mean of all pixels']:.1%} of the mean of all pixels. So "
    "pooling makes a network *less* sensitive to shifts, little by little. It does not make it invariant."
)

# %% [markdown]
# ## Exercise 1 · max pooling · ★★☆ · 8 minutes
# Write `max_pool(image, k)`: $(C, H, W)$, windows of $k \times k$, stride $k$; incomplete windows at the edge are left
# out.

# %% tags=["exercise"]
def max_pool(image, k):
    ...  # your code


# %%
from ainotes.checks import sight as ex

ex.max_pool.check(max_pool)  # stuck? ex.max_pool.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def max_pool(image, k):
    C, H, W = image.shape
    rows, columns = H // k, W // k
    windows = image[:, : rows * k, : columns * k].reshape(C, rows, k, columns, k)
    return windows.amax(dim=(2, 4))


assert ex.max_pool.check(max_pool).passed

# %% [markdown]
# ## Exercise 2 · what pooling hides · ★★☆ · 8 minutes
# Write `shift_difference(pool, image)`: the mean absolute difference between `pool(image)` and `pool` of the image
# moved one pixel to the right, with zeros coming in. `image` is $(C, H, W)$, `pool` a function; return a number.

# %% tags=["exercise"]
def shift_difference(pool, image):
    ...  # your code


# %%
ex.shift_difference.check(shift_difference)  # stuck? ex.shift_difference.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def shift_difference(pool, image):
    moved = torch.zeros_like(image)
    moved[..., 1:] = image[..., :-1]
    return (pool(moved) - pool(image)).abs().mean().item()


assert ex.shift_difference.check(shift_difference).passed

# %% [markdown]
# ## How far does a neuron see?
# A unit of the first 3 × 3 layer sees 3 pixels across. A unit of the second sees three units of the first, which see 3
# pixels each and overlap. **Predict, then run**: 3, 5 or 9 pixels?

# %%
from ainotes.shapes import Layer, receptive_field

print([receptive_field([Layer(3)] * depth) for depth in range(1, 6)])
assert receptive_field([Layer(3)] * 2) == 5

# %% [markdown]
# Each further layer adds $k - 1$: five layers of 3 see 11 pixels. That is slow. A *stride* makes it faster, because
# behind it neighbours stand farther apart. In general, layer $l$ adds
#
# $$ D_l\,(k_l - 1) \cdot S_1 S_2 \cdots S_{l-1} $$
#
# pixels: its own reach times the product of all strides *before* it. Build a stack and watch: add a pooling, change
# its place, set a dilation. Which order of the same layers sees the most?

# %%
from ainotes.widgets import ReceptiveFieldExplorer

conv, pool = Layer(3), Layer(2, stride=2, name="max pool")
ReceptiveFieldExplorer([conv, pool, conv, pool, conv], size=28, image=boot)

# %% [markdown]
# ## Exercise 3 · receptive field · ★★★ · 10 minutes
# Write `receptive_field(layers)`: `layers` is a list of `(kernel, stride, dilation)`, the first layer first. Return
# how many pixels across one unit sees after the last one.

# %% tags=["exercise"]
def receptive_field(layers):
    ...  # your code


# %%
ex.receptive_field.check(receptive_field)  # stuck? ex.receptive_field.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def receptive_field(layers):
    seen, jump = 1, 1
    for kernel, stride, dilation in layers:
        seen += dilation * (kernel - 1) * jump
        jump *= stride
    return seen


assert ex.receptive_field.check(receptive_field).passed

# %% [markdown]
# Don't trust formulas: ask PyTorch. Take one unit in the middle of the last map and ask for its gradient with respect
# to the picture. Where the gradient is not zero, the unit looks.
#
# **Predict, then run**: how many pixels across does the course's `Convnet` (Part 3) see before its linear layers? Conv
# 3, pool 2, conv 3, pool 2.

# %%
from torch import nn


def what_it_sees(network, size=64):
    picture = torch.ones(1, 1, size, size, requires_grad=True)
    output = network(picture)
    output[0, 0, output.shape[2] // 2, output.shape[3] // 2].backward()
    return picture.grad[0, 0].abs()


def with_equal_weights(*layers):
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.constant_(layer.weight, 1 / layer.weight[0].numel())
    return nn.Sequential(*layers)


# Average instead of max pooling: a maximum passes its gradient to the winner alone, though it looks at all four.
features = with_equal_weights(nn.Conv2d(1, 1, 3), nn.AvgPool2d(2), nn.Conv2d(1, 1, 3), nn.AvgPool2d(2))
rows_seen = (what_it_sees(features).sum(dim=1) > 0).sum().item()
assert rows_seen == receptive_field([(3, 1, 1), (2, 2, 1), (3, 1, 1), (2, 2, 1)])
print(rows_seen, "pixels across")

# %% [markdown]
# ## Seeing is not the same as minding
# Within its field a unit does not mind all pixels alike: those in the middle reach it by many paths, those at the rim
# by one. The *effective* receptive field is a soft spot in the middle (Luo et al., 2016).

# %%
deep = with_equal_weights(*[nn.Conv2d(1, 1, 3, padding=1, bias=False) for _layer in range(10)])
influence = what_it_sees(deep)[32]  # one row through the middle
influence = influence / influence.sum()
order = influence.sort(descending=True).values.cumsum(0)
field, mostly = int((influence > 0).sum()), int((order < 0.9).sum()) + 1
assert field == 21
Markdown(
    f"Ten layers of 3 × 3 see **{field}** pixels across, but 90 % of the influence comes from the **{mostly}** in the "
    "middle."
)

# %%
from ainotes.utils.plot import AltFigure

told = f"Influence of a row's pixels on one unit after ten layers: a bell over {field} pixels, 90 % of it in {mostly}."
figure = AltFigure(height=2.4, alt=told)
axes = figure.subplots()
axes.bar(range(64), influence, width=0.9)
axes.set(xlabel="column of the picture", ylabel="share of the influence", xlim=(16, 48))
figure

# %% [markdown]
# ## Dilation: far without shrinking
# Stride and pooling widen the view and shrink the map. Where every pixel needs an answer (segmentation) that hurts. A
# dilated kernel puts gaps between its cells: with dilations 1, 2, 4, 8 the field doubles with every layer, and the map
# keeps its size (Yu and Koltun, 2016).

# %%
for name, dilations in {"plain": [1, 1, 1, 1], "dilated": [1, 2, 4, 8]}.items():
    layers = [(3, 1, d) for d in dilations]
    print(f"{name:8s} {[receptive_field(layers[: depth + 1]) for depth in range(4)]}")
assert receptive_field([(3, 1, d) for d in (1, 2, 4, 8)]) == 31

# %% [markdown]
# The price: with the *same* dilation again and again, the view is a sieve. **Predict, then run**: three layers of
# dilation 2; which of the pixels in their field do they really see?

# %%
from ainotes.shapes import seen

sieve = seen([Layer(3, dilation=2)] * 3, position=7, size=27)[0]
dense = seen([Layer(3, dilation=d) for d in (1, 2, 4)], position=6, size=27)[0]
print("dilation 2, 2, 2:", sieve)
print("dilation 1, 2, 4:", dense)
assert all((pixel - sieve[0]) % 2 == 0 for pixel in sieve)  # every second one, never its neighbours
assert dense == list(range(dense[0], dense[-1] + 1))  # no holes

# %% [markdown]
# ## Exercise 4 · how deep must it be? · ★★☆ · 6 minutes
# Write `layers_needed(pixels, kernel)`: how many layers of stride 1 until a unit sees at least `pixels` pixels? One
# pixel needs no layer.

# %% tags=["exercise"]
def layers_needed(pixels, kernel=3):
    ...  # your code


# %%
ex.layers_needed.check(layers_needed)  # stuck? ex.layers_needed.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def layers_needed(pixels, kernel=3):
    return -(-(pixels - 1) // (kernel - 1))  # rounded up


assert ex.layers_needed.check(layers_needed).passed
Markdown(
    f"To see all of a photograph of 224 pixels: **{layers_needed(224)}** layers of 3 × 3. Poolings between them make "
    "it a handful."
)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Three convolutions of 3 × 3 in a row, nothing between them. Which single one can replace them?",
        "choices": {
            "3 × 3": "Each further one reaches two pixels farther.",
            "7 × 7": "Right: 3 + 2 + 2, and sums of sums are sums.",
            "None": "With a ReLU between them that would be true.",
        },
        "answer": "7 × 7",
    },
    {
        "ask": "What does a 2 × 2 max pooling with stride 2 learn?",
        "choices": {
            "Four weights": "It has none: it takes the largest.",
            "Nothing": "Right.",
            "Which of the four to take": "That is decided anew at every place, not learned.",
        },
        "answer": "Nothing",
    },
    {
        "ask": "Conv 3, then pooling 2 (stride 2), then conv 3. The receptive field?",
        "choices": {
            "6": "The last layer counts double: its neighbours are 2 pixels apart.",
            "8": "Right: 1 + 2 + 1 + 2 · 2.",
            "10": "The pooling adds 1, the stride only counts for what comes after it.",
        },
        "answer": "8",
    },
    {
        "ask": "Why not always use dilation 8?",
        "choices": {
            "It has more parameters": "As many as without: nine for a 3 × 3 kernel.",
            "It skips the pixels in between": "Right: fine detail falls through the sieve.",
            "The map gets too small": "With the right padding it keeps its size.",
        },
        "answer": "It skips the pixels in between",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "shift by 1: change of the picture": round(changes["the picture itself"], 3),
    "shift by 1: change after max pooling 2": round(changes["max pooling 2"], 3),
    "receptive field of the Convnet's features": rows_seen,
    "ten layers: pixels seen": field,
    "ten layers: pixels with 90 % of the influence": mostly,
}

# %% [markdown]
# ## What you can do now
# - Without something that bends, a stack of convolutions is one convolution; ReLU keeps what was found.
# - Pooling keeps one number of each window, learns nothing, and makes shifts matter less.
# - The field grows by $D(k - 1)$ times the strides before; the gradient proves it.
# - Stride and pooling shrink the map, dilation leaves holes, depth costs layers.
#
# **Next**: [Anatomy of a convnet](../2_architectures/01_anatomy.ipynb) · **Sources**: Nair and Hinton (2010),
# *Rectified linear units improve restricted Boltzmann machines*; Araujo, Norris and Sim (2019), *Computing receptive
# fields of convolutional neural networks*; Luo, Li, Urtasun and Zemel (2016), *Understanding the effective receptive
# field in deep convolutional neural networks*; Yu and Koltun (2016), *Multi-scale context aggregation by dilated
# convolutions*; Zhang (2019), *Making convolutional networks shift-invariant again*. All in the
# [bibliography](../../site/bibliography.md).
