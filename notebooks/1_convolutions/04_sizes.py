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
# # How big is the output?
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/1_convolutions/04_sizes.ipynb)
#
# *Padding, stride, dilation, groups: five numbers decide what a layer gives out and what it costs.*
#
# **Before you start**: [The convolution, by hand](02_convolution.ipynb). **Time**: 45 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - compute the output size of any convolution in your head, also where the stride does not divide,
# - choose a padding, and say what it invents at the border,
# - count the parameters and the multiplications of a layer,
# - read and write all the arguments of `nn.Conv2d`.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A kernel needs room
# Slide a window of 3 along 8 pixels. It must not hang over the edge, so it has fewer places to stand than there are
# pixels.
#
# **Predict, then run**: how many?

# %%
import torch

row = torch.arange(8.0)
windows = row.unfold(0, 3, 1)  # (places, 3)
print(windows)
places = len(windows)

# %% [markdown]
# Six: the last window starts at pixel 5. In general $n - k + 1$. That is called *valid*. With $P$ zeros on each side
# the row grows by $2P$, and two choices of $P$ have names: *same* keeps the size, *full* lets the kernel touch the
# picture with its outermost weight.

# %%
from ainotes.shapes import output_size

n, k = 8, 3
assert output_size(n, k, padding="valid") == n - k + 1 == places == 6
assert output_size(n, k, padding="same") == n == 8
assert output_size(n, k, padding="full") == n + k - 1 == 10
for padding in (0, 1, 2):
    print(f"padding {padding}: {n} → {output_size(n, k, padding=padding)}")

# %% [markdown]
# ## Strides, and the floor
# With a stride $S$ the window makes larger steps: only every $S$-th place counts. With a *dilation* $D$ the kernel's
# cells stand $D$ pixels apart, so it spans $D(k - 1) + 1$ pixels. Together:
#
# $$ \left\lfloor \frac{n + 2P - D\,(k - 1) - 1}{S} \right\rfloor + 1 $$
#
# The brackets ⌊ ⌋ round *down*: where a last step does not fit, PyTorch leaves it out, and says nothing.
#
# **Predict, then move**: 8 pixels, a kernel of 3, stride 2. Which pixel does nobody look at? Then: find a setting
# whose output is exactly half the input and which still looks at every pixel. There are several.

# %%
from ainotes.widgets import StrideExplorer

StrideExplorer(size=8, kernel=3, stride=2)

# %%
assert output_size(8, kernel=3, stride=2) == 3
seen = {pixel for place in range(3) for pixel in range(2 * place, 2 * place + 3)}
print("never seen:", set(range(8)) - seen)
assert set(range(8)) - seen == {7}
assert output_size(8, kernel=4, stride=2, padding=1) == 4  # one setting that halves and sees all

# %% [markdown]
# Does PyTorch really not look? Change pixel 7 and see whether anything happens.

# %%
from torch.nn import functional as F

picture = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
changed = picture.clone()
changed[..., 7] = 100.0  # the whole last column
kernel = torch.ones(1, 1, 3, 3)
assert torch.equal(F.conv2d(picture, kernel, stride=2), F.conv2d(changed, kernel, stride=2))
assert not torch.equal(F.conv2d(picture, kernel, stride=1), F.conv2d(changed, kernel, stride=1))

# %% [markdown]
# ## Exercise 1 · size of a feature map · ★☆☆ · 6 minutes
# Write `size_after(n, k, stride, padding, dilation)` without PyTorch: whole numbers in, a whole number out.

# %% tags=["exercise"]
def size_after(n, k, stride=1, padding=0, dilation=1):
    ...  # your code


# %%
from ainotes.checks import sizes as ex

ex.size_after.check(size_after)  # stuck? ex.size_after.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def size_after(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


assert ex.size_after.check(size_after).passed

# %% [markdown]
# ## Exercise 2 · keep the size · ★★☆ · 4 minutes
# Write `same_padding(k, dilation)`: the padding on each side with which an odd kernel, stride 1, keeps the size.

# %% tags=["exercise"]
def same_padding(k, dilation=1):
    ...  # your code


# %%
ex.same_padding.check(same_padding)  # stuck? ex.same_padding.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def same_padding(k, dilation=1):
    return dilation * (k - 1) // 2


assert ex.same_padding.check(same_padding).passed
assert all(size_after(28, k, 1, same_padding(k, d), d) == 28 for k in (1, 3, 5, 7) for d in (1, 2, 3))

# %% [markdown]
# ## What do you put outside the picture?
# Padding invents pixels. Zeros are the usual choice, and to an edge detector they look like an *edge* all around a
# bright picture. PyTorch knows three more: `reflect` mirrors the picture at its border, `replicate` repeats the last
# pixel, `circular` goes on at the other side.

# %%
from skimage import data as photographs

from ainotes.ops import hand_made, pad
from ainotes.utils.plot import plot_images

cup = torch.from_numpy(photographs.coffee()[::10, ::10].copy())  # (40, 60, 3), bytes
coffee = cup.permute(2, 0, 1)[None].float() / 255  # (1, 3, 40, 60)
modes = ["zeros", "reflect", "replicate", "circular"]
padded = {mode: pad(coffee, 12, mode)[0] for mode in modes}
plot_images([each.permute(1, 2, 0).numpy() for each in padded.values()], titles=modes, columns=4)

# %% [markdown]
# **Predict, then run**: with which padding does the *all edges* kernel find most along the border?

# %%
from IPython.display import Markdown

grey = coffee.mean(dim=1, keepdim=True)
edges = {mode: F.conv2d(pad(grey, 1, mode), hand_made("all edges")[None, None]).abs()[0, 0] for mode in modes}
border = {mode: torch.cat([each[0], each[-1], each[:, 0], each[:, -1]]).mean().item() for mode, each in edges.items()}
inside = edges["zeros"][1:-1, 1:-1].mean().item()
rows = [f"| {mode} | {value:.2f} | {value / inside:.1f} |" for mode, value in border.items()]
assert max(border, key=border.get) == "zeros"
Markdown("\n".join(["| padding | edges along the border | times as strong as inside |", "|---|---|---|", *rows]))

# %% [markdown]
# Zeros make an edge that is not there. Networks learn to live with it; they even use it to tell where the border is.
# For image processing, `reflect` is the polite choice.
#
# ## From one filter to a layer
# A layer holds $C_\text{out}$ filters. Each has a kernel for every input channel and one bias, and makes one *feature
# map*.
#
# ## Exercise 3 · one cell of a layer · ★★☆ · 6 minutes
# Write `rgb_cell(patch, weight, bias)`: the number that one filter gives at one place. `patch` and `weight` are
# $(3, K, K)$, `bias` is a number, and so is the result.

# %% tags=["exercise"]
def rgb_cell(patch, weight, bias):
    ...  # your code


# %%
ex.rgb_cell.check(rgb_cell)  # stuck? ex.rgb_cell.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def rgb_cell(patch, weight, bias):
    return (patch * weight).sum().item() + bias


assert ex.rgb_cell.check(rgb_cell).passed

# %% [markdown]
# By hand, with numbers that fit on a napkin: a patch whose red is 1, green 2 and blue 3 everywhere, and a filter that
# is 1 on red, 0 on green and -1 on blue. Each channel has nine products.

# %%
patch = torch.tensor([1.0, 2.0, 3.0]).reshape(3, 1, 1).expand(3, 3, 3)
weight = torch.tensor([1.0, 0.0, -1.0]).reshape(3, 1, 1).expand(3, 3, 3)
by_hand = 9 * (1 * 1) + 9 * (2 * 0) + 9 * (3 * -1) + 0.5
assert rgb_cell(patch, weight, 0.5) == by_hand == F.conv2d(patch[None], weight[None], torch.tensor([0.5])).item()
print(by_hand)

# %% [markdown]
# ## What a layer costs
# So a layer learns $(k \cdot k \cdot C_\text{in} + 1) \cdot C_\text{out}$ numbers. Notice what is *not* in the
# formula: the size of the picture.
#
# **Predict, then run**: ten filters of 3 × 3 on a colour picture of 32 × 32, padding 1. How many parameters? What
# shape comes out? How many multiplications?

# %%
from torch import nn

from ainotes.shapes import conv_multiply_adds, conv_parameters
from ainotes.utils.train import count_parameters

layer = nn.Conv2d(3, 10, kernel_size=3, padding=1)
output = layer(torch.zeros(1, 3, 32, 32))
print(f"{count_parameters(layer)} parameters, output {tuple(output.shape)}")
print(f"{conv_multiply_adds(3, 10, kernel=3, output=32):,} multiply-adds")
assert count_parameters(layer) == conv_parameters(3, 10, kernel=3) == 280
assert output.shape == (1, 10, 32, 32)

# %% [markdown]
# 280 numbers, used a thousand times each. A dense layer with as many outputs as this one would need:

# %%
from ainotes.shapes import linear_parameters

dense = linear_parameters(3 * 32 * 32, 10 * 32 * 32)
Markdown(f"**{dense:,}** parameters, {dense // 280:,} times as many.")

# %% [markdown]
# ## Groups
# With `groups=g` the channels are split into $g$ bundles that do not see one another; each filter looks at
# $C_\text{in} / g$ channels only. With one group per channel it is called *depthwise*: the cheap half of MobileNet
# (Part 2).

# %%
rows = []
for groups in (1, 2, 4, 8):
    grouped = nn.Conv2d(8, 16, 3, groups=groups)
    rows.append(f"| {groups} | {tuple(grouped.weight.shape)} | {count_parameters(grouped):,} |")
    assert count_parameters(grouped) == conv_parameters(8, 16, kernel=3, groups=groups)
Markdown("\n".join(["| groups | shape of the weight | parameters |", "|---|---|---|", *rows]))

# %% [markdown]
# ## Exercise 4 · count the parameters · ★★☆ · 6 minutes
# Write `conv_parameters(k, c_in, c_out, groups, bias)` yourself.

# %% tags=["exercise"]
def conv_parameters(k, c_in, c_out, groups=1, bias=True):
    ...  # your code


# %%
ex.conv_parameters.check(conv_parameters)  # stuck? ex.conv_parameters.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def conv_parameters(k, c_in, c_out, groups=1, bias=True):
    return (k * k * (c_in // groups) + bool(bias)) * c_out


assert ex.conv_parameters.check(conv_parameters).passed
assert conv_parameters(3, 3, 10) == 280

# %% [markdown]
# ## When it does not fit
# A kernel larger than the padded picture has no place at all: the formula gives zero or less, and PyTorch stops. In a
# deep network that happens to the layer where the map has become too small. **Predict, then run**: at which layer does
# this one break?

# %%
sizes, size = [12], 12
for _layer in range(8):
    if size < 3:
        break
    size = output_size(size, kernel=3)
    sizes.append(size)
print(" → ".join(map(str, sizes)), "and the next layer has no room")
try:
    F.conv2d(torch.zeros(1, 1, size, size), torch.ones(1, 1, 3, 3))
except RuntimeError as error:
    print(f"PyTorch: {error}")

# %%
assert len(sizes) - 1 == 5
Markdown(
    f"{len(sizes) - 1} layers of 3 × 3 fit into 12 pixels, since each takes 2 away. With a padding of 1 you could go "
    "on for ever."
)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "28 pixels, kernel 5, no padding, stride 1. The output?",
        "choices": {
            "23": "One short: 28 − 5 + 1.",
            "24": "Right: 28 − 5 + 1.",
            "28": "Only with a padding of 2.",
        },
        "answer": "24",
    },
    {
        "ask": "7 pixels, kernel 2, stride 2. What becomes of the last pixel?",
        "choices": {
            "It is padded with a zero": "PyTorch pads only when asked to.",
            "It is dropped": "Right: the floor leaves the incomplete step out.",
            "PyTorch raises an error": "It says nothing, which is why one should know.",
        },
        "answer": "It is dropped",
    },
    {
        "ask": "The same layer is applied to a picture twice as high and twice as wide. Its parameters…",
        "choices": {
            "stay the same": "Right: the picture's size is not in the formula.",
            "double": "Neither height nor width is in the formula.",
            "become four times as many": "The *multiplications* do, the parameters do not.",
        },
        "answer": "stay the same",
    },
    {
        "ask": "Which padding keeps the size for a kernel of 3 with dilation 4?",
        "choices": {
            "1": "That is for dilation 1. The kernel now spans 9 pixels.",
            "4": "Right: D(k − 1)/2 = 4 · 2 / 2.",
            "12": "It spans 4 · 2 + 1 = 9 pixels: half of what it spans, rounded down, is enough.",
        },
        "answer": "4",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "10 filters on 32 x 32 x 3: parameters": count_parameters(layer),
    "dense layer of the same size: parameters": dense,
    "zeros: edges along the border, times inside": round(border["zeros"] / inside, 1),
}

# %% [markdown]
# ## What you can do now
# - Padding adds room, stride skips places, dilation spreads the kernel; the floor is where pixels get lost.
# - *Same* for an odd kernel is $D(k-1)/2$ on each side; what stands there is your choice.
# - $(k \cdot k \cdot C_\text{in} / g + 1) \cdot C_\text{out}$ parameters, whatever the size of the picture.
# - Every argument of `nn.Conv2d` has a place in one of two formulas.
#
# **Next**: [Pooling, and how far a neuron sees](05_sight.ipynb) · **Sources**: Dumoulin and Visin (2016), *A guide to
# convolution arithmetic for deep learning*, sections 2 and 5; Islam, Jia and Bruce (2020), *How much position
# information do convolutional neural networks encode?* (networks that use the zeros at the border). The photograph
# comes with scikit-image. All in the [bibliography](../../site/bibliography.md).
