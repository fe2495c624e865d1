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
# # The convolution, by hand
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/1_convolutions/02_convolution.ipynb)
#
# *Multiply, add, move on: you write the operation three ways, prove that they agree, and check its gradient.*
#
# **Before you start**: [Images as tensors](01_images.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - compute any cell of a convolution with a pencil, also for colour pictures,
# - write it as loops, as one matrix product, and as one call, and say why their speed differs,
# - tell cross-correlation from convolution, and when that matters,
# - check a gradient by finite differences, and know what precision that needs.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## One place
# A *kernel* is a small table of weights. Lay it on the picture: each weight meets the pixel beneath it. Multiply the
# pairs, add the products. That number says how well the *patch* under the kernel matches.

# %%
import torch

picture = torch.tensor([[0.0, 0, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
kernel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
print(picture)

# %% [markdown]
# The picture is a bright block in the upper right corner. **Predict, then run**: what is the sum where the kernel's
# upper left weight lies on the pixel in row 0, column 0? And at row 0, column 2?

# %%
def one_place(row, column):
    patch = picture[row : row + 3, column : column + 3]  # (3, 3)
    return (patch * kernel).sum().item()


print(one_place(0, 0), one_place(0, 2))
assert (one_place(0, 0), one_place(0, 2)) == (-4, 0)

# %% [markdown]
# At column 0 the left pixels are dark and the right ones bright: −4, a strong "bright on the right". At column 2 all
# nine are alike, the weights cancel: 0. This kernel answers *how much does it change from left to right?*
#
# ## All places
# Now slide. The kernel of 3 has $5 - 3 + 1 = 3$ places down and 3 across. Choose a cell of the output with the mouse
# or the arrow keys; the nine products that made it stand below.

# %%
from ainotes.data import fashion_mnist
from ainotes.widgets import ConvolutionStepper

garments = fashion_mnist(train=False)
boot, shirt, dress = (garments.images[garments.labels == kind][0] for kind in (9, 6, 3))
pictures = {"block": picture, "boot": boot, "shirt": shirt, "dress": dress}
ConvolutionStepper(pictures, {"vertical edges": kernel})

# %% [markdown]
# **Try**: find the cell with the value −4 in *block*. Where on the boot is the output most blue? Make the kernel `0 0
# 0`, `0 1 0`, `0 0 0`: what comes out, and why is it smaller than the input?

# %% [markdown]
# ## Exercise 1 · your own convolution · ★★☆ · 12 minutes
# Write `correlate(image, kernel)` for an image $(H, W)$ and a kernel $(K, K)$: the sum of products at every place
# where the kernel fits, a tensor of shape $(H - K + 1, W - K + 1)$. Two loops are fine.

# %% tags=["exercise"]
def correlate(image, kernel):
    ...  # your code


# %%
from ainotes.checks import convolution as ex

ex.correlate.check(correlate)  # stuck? ex.correlate.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def correlate(image, kernel):
    K = len(kernel)
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    sums = [(image[r : r + K, c : c + K] * kernel).sum() for r in range(rows) for c in range(columns)]
    return torch.stack(sums).reshape(rows, columns)


assert ex.correlate.check(correlate).passed

# %% [markdown]
# PyTorch has it as one call. It wants a batch and channels: $(N, C, H, W)$ for the images and $(C_\text{out}, C, K,
# K)$ for the weights.

# %%
from torch.nn import functional as F

ours = correlate(picture, kernel)  # (3, 3)
theirs = F.conv2d(picture[None, None], kernel[None, None])[0, 0]
print(ours)
assert torch.allclose(ours, theirs)

# %% [markdown]
# ## Convolution or cross-correlation?
# Mathematicians *turn the kernel upside down and left to right* before they slide it, and call that a convolution.
# What deep learning slides is not turned: a *cross-correlation*. The name stuck all the same.
#
# **Predict, then run**: SciPy's `convolve2d` is the mathematicians'. What has to be done to the kernel to get
# PyTorch's answer from it?

# %%
from scipy.signal import convolve2d, correlate2d

scipy_says = torch.from_numpy(convolve2d(picture.numpy(), kernel.numpy(), mode="valid"))
print(scipy_says)
assert torch.equal(scipy_says, -ours)  # only because this kernel turned by 180 degrees is its own negative
assert torch.allclose(torch.from_numpy(convolve2d(picture, kernel.flip(0, 1), mode="valid")), ours)
assert torch.allclose(torch.from_numpy(correlate2d(picture, kernel, mode="valid")), ours)

# %% [markdown]
# For a network it makes no difference: its weights are *learned*, so it would simply learn them turned. It matters
# when you bring a kernel from a book, or compare two libraries.
#
# ## Colour: one kernel per channel, summed
# A colour picture has three channels. A filter has a table of weights for *each* of them. The products of all three
# are added to one number, and a *bias* on top. So three channels go in and **one** map comes out.
#
# **Predict, then run**: one pixel of each channel, a kernel of 1 × 1. What is the output?

# %%
orange = torch.tensor([1.0, 0.5, 0.0])  # red, green, blue
weight = torch.tensor([2.0, -1.0, 3.0])
by_hand = 1.0 * 2 + 0.5 * -1 + 0.0 * 3 + 0.25
output = F.conv2d(orange.reshape(1, 3, 1, 1), weight.reshape(1, 3, 1, 1), bias=torch.tensor([0.25]))
print(output.item())
assert output.item() == by_hand == 1.75

# %% [markdown]
# With 3 × 3 there are 27 products. Here they are, for any place of a photograph; this filter likes red and dislikes
# green.

# %%
from skimage import data as photographs

smooth = torch.ones(3, 3) / 9
likes_red = torch.stack([smooth, -smooth, torch.zeros(3, 3)])
rocket = photographs.rocket()[::14, ::14][:28, 8:36]
coffee = photographs.coffee()[::14, ::14][:28, 10:38]
ConvolutionStepper({"coffee": coffee, "rocket": rocket}, {"red, not green": likes_red}, position=300)

# %% [markdown]
# ## Exercise 2 · several channels, several filters · ★★☆ · 8 minutes
# Write `conv_channels(image, weight, bias)`: image $(C, H, W)$, weight $(C_\text{out}, C, K, K)$, bias
# $(C_\text{out},)$, result $(C_\text{out}, H - K + 1, W - K + 1)$. You may use your `correlate`.

# %% tags=["exercise"]
def conv_channels(image, weight, bias):
    ...  # your code


# %%
ex.conv_channels.check(conv_channels)  # stuck? ex.conv_channels.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def conv_channels(image, weight, bias):
    maps = []
    for filter_weight, filter_bias in zip(weight, bias, strict=True):
        parts = [correlate(channel, kernel) for channel, kernel in zip(image, filter_weight, strict=True)]
        maps.append(sum(parts) + filter_bias)
    return torch.stack(maps)  # (C_out, H - K + 1, W - K + 1)


assert ex.conv_channels.check(conv_channels).passed

# %% [markdown]
# ## The same, as one matrix product
# Loops in Python are slow. But look: every output cell is *patch times weights*. Write each patch as a column, put all
# columns side by side, and all sums are one matrix product. `F.unfold` (elsewhere *im2col*) makes the columns.

# %%
small = torch.arange(16.0).reshape(1, 1, 4, 4)
columns = F.unfold(small, kernel_size=3)  # (N, C * K * K, places)
print(columns.shape)
print(columns[0, :, 0].reshape(3, 3))  # the first patch

# %% [markdown]
# **Predict, then run**: 64 grey pictures of 28 × 28, a kernel of 3. How many columns for each picture? By what factor
# do the numbers in memory grow?

# %%
batch = garments.images[:64].float() / 255  # (64, 1, 28, 28)
unfolded = F.unfold(batch, kernel_size=3)
growth = unfolded.numel() / batch.numel()
print(tuple(unfolded.shape), f"{growth:.1f} times as many numbers")
assert unfolded.shape[2] == (28 - 3 + 1) ** 2

# %% [markdown]
# ## Exercise 3 · convolution as a matrix product · ★★★ · 12 minutes
# Write `conv_as_matmul(images, weight)` with `F.unfold` and one `@`: images $(N, C, H, W)$, weight $(C_\text{out}, C,
# K, K)$, result $(N, C_\text{out}, H', W')$. Inputs may come from a `permute`: it must work for those too.

# %% tags=["exercise"]
def conv_as_matmul(images, weight):
    ...  # your code


# %%
ex.conv_as_matmul.check(conv_as_matmul)  # stuck? ex.conv_as_matmul.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def conv_as_matmul(images, weight):
    N, C, H, W = images.shape
    C_out, _, K, _ = weight.shape
    patches = F.unfold(images, kernel_size=K)  # (N, C * K * K, places)
    sums = weight.reshape(C_out, -1) @ patches  # (N, C_out, places)
    return sums.reshape(N, C_out, H - K + 1, W - K + 1)


assert ex.conv_as_matmul.check(conv_as_matmul).passed

# %% [markdown]
# ## Three ways, one answer; and the time they take
# First that they agree, then the clock. Eight filters on one garment; each way runs a few times and we take the
# median.
#
# **Predict, then run**: how many times faster than your loops is the matrix product?

# %%
import statistics
import time

torch.manual_seed(0)
filters = torch.randn(8, 1, 3, 3)
one = batch[:1]
ways = {
    "loops": lambda: conv_channels(one[0], filters, torch.zeros(8))[None],
    "matrix product": lambda: conv_as_matmul(one, filters),
    "F.conv2d": lambda: F.conv2d(one, filters),
}
answers = [way() for way in ways.values()]
assert all(torch.allclose(answer, answers[-1], atol=1e-5) for answer in answers)


def milliseconds(way, runs):
    way()  # warm up
    laps = []
    for _ in range(runs):
        start = time.perf_counter()
        way()
        laps.append(1000 * (time.perf_counter() - start))
    return statistics.median(laps)


took = {name: milliseconds(way, runs=5 if name == "loops" else 50) for name, way in ways.items()}

# %%
from IPython.display import Markdown

rows = [f"| {name} | {each:.3g} | {took['loops'] / each:,.0f} |" for name, each in took.items()]
Markdown("\n".join(["| way | milliseconds | times as fast as loops |", "|---|---|---|", *rows]))

# %% [markdown]
# The sums are the same; the loops pay for tens of thousands of trips through Python. The matrix product makes one
# trip, but copies every pixel nine times first. `F.conv2d` avoids even that copy where it can. `ainotes.ops.conv2d` is
# a fourth way, a readable one: it adds up nine shifted pictures. Read it, it is short.

# %%
import inspect

from ainotes import ops

assert torch.allclose(ops.conv2d(one, filters), answers[-1], atol=1e-5)
print(inspect.getsource(ops.conv2d).split('"""')[-1])

# %% [markdown]
# ## Is the gradient right?
# A network learns by gradients, so a convolution must have the right one. *Finite differences* check it without any
# calculus: move one weight up a little and down a little, and see how the result changes.
#
# $$ \frac{\partial f}{\partial x_i} \approx \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\,\varepsilon} $$
#
# ## Exercise 4 · a numeric gradient · ★★★ · 10 minutes
# Write `numeric_gradient(f, x, step)`: `f` takes a tensor and gives one number; return a tensor shaped like `x` with
# the central difference for each entry. Leave `x` as it was.

# %% tags=["exercise"]
def numeric_gradient(f, x, step):
    ...  # your code


# %%
ex.numeric_gradient.check(numeric_gradient)  # stuck? ex.numeric_gradient.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def numeric_gradient(f, x, step):
    gradient = torch.zeros_like(x)
    for i in range(x.numel()):
        nudge = torch.zeros_like(x)
        nudge.view(-1)[i] = step
        gradient.view(-1)[i] = (f(x + nudge) - f(x - nudge)) / (2 * step)
    return gradient


assert ex.numeric_gradient.check(numeric_gradient).passed

# %% [markdown]
# Now put *your own* `correlate` to the test: autograd's gradient through it against the numeric one, for the kernel
# and for the picture.

# %%
torch.manual_seed(1)
image64 = torch.randn(6, 7, dtype=torch.float64, requires_grad=True)
kernel64 = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)


def result(image, kernel):
    return (correlate(image, kernel) ** 3).sum()


result(image64, kernel64).backward()
with torch.no_grad():
    by_differences = numeric_gradient(lambda k: result(image64, k), kernel64.detach(), 1e-6)
    for_image = numeric_gradient(lambda x: result(x, kernel64), image64.detach(), 1e-6)
worst = max((by_differences - kernel64.grad).abs().max(), (for_image - image64.grad).abs().max()).item()
print(f"largest difference {worst:.1e}")
assert worst < 1e-5

# %% [markdown]
# That was in 64-bit numbers. **Predict, then run**: is a smaller step always better? And what happens in 32 bits?

# %%
def error_of(step, dtype):
    weight, image = kernel64.detach().to(dtype), image64.detach().to(dtype)
    numeric = numeric_gradient(lambda k: result(image, k), weight, step)
    return (numeric.double() - kernel64.grad).abs().max().item()


steps = [10.0**-power for power in range(1, 11)]
bits = {"32 bits": torch.float32, "64 bits": torch.float64}
errors = {name: [error_of(step, dtype) for step in steps] for name, dtype in bits.items()}

# %%
from ainotes.utils.plot import AltFigure

best = {name: steps[each.index(min(each))] for name, each in errors.items()}
told = "; ".join(f"in {name} it is smallest ({min(errors[name]):.0e}) at a step of {best[name]:.0e}" for name in errors)
figure = AltFigure(height=3, alt=f"Error of the numeric gradient against the step: {told}.")
axes = figure.subplots()
for (name, each), marker in zip(errors.items(), "os", strict=True):
    axes.loglog(steps, each, marker=marker, label=name)
axes.set(xlabel="step", ylabel="largest error")
axes.legend()
figure

# %%
assert min(errors["64 bits"]) < min(errors["32 bits"])
assert errors["32 bits"][-1] > 10 * min(errors["32 bits"])
Markdown(
    f"Best step: **{best['32 bits']:.0e}** in 32 bits, **{best['64 bits']:.0e}** in 64. A large step is crude; a tiny "
    "one drowns in rounding, because two nearly equal numbers are subtracted. So gradients are checked in float64, "
    "with a middling step. `torch.autograd.gradcheck` does just that."
)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A photograph (3, 32, 32) meets one filter (3, 5, 5). How many maps come out?",
        "choices": {
            "One": "Right: the three channels are summed.",
            "Three": "One per channel would be a depthwise convolution; here they are added up.",
            "Fifteen": "The filter has 75 weights, but it makes one map.",
        },
        "answer": "One",
    },
    {
        "ask": "PyTorch's conv2d turns the kernel round before it slides. True?",
        "choices": {
            "True": "SciPy's convolve2d does. PyTorch computes a cross-correlation.",
            "False": "Right. For learned weights it makes no difference.",
        },
        "answer": "False",
    },
    {
        "ask": "Why is the matrix product so much faster than the loops?",
        "choices": {
            "It computes fewer products": "It computes exactly the same ones.",
            "One call does all of them, instead of thousands of small ones": "Right: the trips through Python "
            "cost, not the arithmetic.",
            "It uses less memory": "It uses more: every pixel is copied into several columns.",
        },
        "answer": "One call does all of them, instead of thousands of small ones",
    },
    {
        "ask": "In float32 with a step of 1e-7, your numeric gradient differs from autograd's in the third digit. Now?",
        "choices": {
            "The formula of the gradient must be wrong": "Perhaps, but this test cannot tell: rounding is as large.",
            "Repeat it in float64 with a step of about 1e-6": "Right: then the difference is far below any real error.",
            "Make the step still smaller": "Then even less is left of the difference of two nearly equal numbers.",
        },
        "answer": "Repeat it in float64 with a step of about 1e-6",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "loops / matrix product": round(took["loops"] / took["matrix product"]),
    "loops / F.conv2d": round(took["loops"] / took["F.conv2d"]),
    "im2col: growth of memory": round(growth, 1),
    "gradient: largest difference": worst,
}

# %% [markdown]
# ## What you can do now
# - Multiply, add, move on; for colours one kernel per channel, summed, plus a bias.
# - Three ways agree: loops to understand, a matrix product to see the structure, `F.conv2d` to use.
# - PyTorch's convolution is a cross-correlation. Learned weights do not mind, kernels from books do.
# - Central differences in float64 say whether a gradient is right.
#
# **Next**: [Kernels made by hand](03_kernels.ipynb) · **Sources**: Goodfellow, Bengio and Courville (2016), *Deep
# Learning*, chapter 9; Chellapilla, Puri and Simard (2006), *High performance convolutional neural networks for
# document processing* (the matrix product); Paszke et al. (2019), *PyTorch*. All in the
# [bibliography](../../site/bibliography.md).
