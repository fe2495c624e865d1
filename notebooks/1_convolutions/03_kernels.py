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
# # Kernels made by hand
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/1_convolutions/03_kernels.ipynb)
#
# *Nine numbers blur, sharpen, or find an edge. Design some, build a bank of them, and let a network find its own.*
#
# **Before you start**: [The convolution, by hand](02_convolution.ipynb). **Time**: 45 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - predict from its numbers what a kernel does,
# - design a kernel for a task,
# - say what frequency, direction and width of a Gabor kernel mean, and build one,
# - turn a bank of kernels into a description of a picture,
# - watch gradient descent rediscover a kernel.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A gallery
# Eight kernels that people made before networks learned their own. **Predict, then run**: which one will find the sole
# of the boot, and which one its shaft?

# %%
import torch

from ainotes.data import fashion_mnist
from ainotes.kernels import KERNELS
from ainotes.ops import conv2d, hand_made
from ainotes.utils.plot import plot_images

garments = fashion_mnist(train=False)
boot, shirt, dress, sandal = (garments.images[garments.labels == kind][0] / 255 for kind in (9, 6, 3, 5))  # (1, 28, 28)
names = ["horizontal edges", "vertical edges", "diagonal edges", "all edges", "blur", "sharpen", "emboss", "identity"]
print("horizontal edges:", *KERNELS["horizontal edges"], sep="\n")

# %%
def filtered(image, name):
    return conv2d(image[None], hand_made(name)[None, None], padding=1)[0, 0]


plot_images([filtered(boot, name) for name in names], titles=names, columns=4)

# %% [markdown]
# Grey is zero, where negative numbers occur; white is positive, black negative. Horizontal edges: the sole. Vertical
# edges: the shaft. The *all edges* kernel does not care about direction.

# %%
sole, shaft = (..., slice(19, 28), slice(2, 26)), (..., slice(4, 16), slice(12, 26))
level, upright = filtered(boot, "horizontal edges").abs(), filtered(boot, "vertical edges").abs()
print(f"horizontal edges: sole {level[sole].mean():.2f}, shaft {level[shaft].mean():.2f}")
print(f"vertical edges:   sole {upright[sole].mean():.2f}, shaft {upright[shaft].mean():.2f}")
assert level[sole].mean() > upright[sole].mean()

# %% [markdown]
# ## Read a kernel
# Two questions tell most of what a kernel does.
#
# **What do its numbers sum to?** That is what it gives where all pixels are 1. A sum of 1 keeps the brightness, a sum
# of 0 is blind to it.
#
# **How does it change when mirrored?** A kernel that turns into its negative measures a *difference* in that
# direction.

# %%
from IPython.display import Markdown

rows = []
for name in names:
    kernel = hand_made(name)
    mirrored = kernel.flip(1)
    symmetry = "same" if torch.equal(kernel, mirrored) else "negative" if torch.equal(kernel, -mirrored) else "neither"
    rows.append(f"| {name} | {kernel.sum().item():g} | {symmetry} |")
assert hand_made("blur").sum().item() == 1 or abs(hand_made("blur").sum().item() - 1) < 1e-6
Markdown("\n".join(["| kernel | sum | mirrored left to right |", "|---|---|---|", *rows]))

# %% [markdown]
# A photograph has more to find: try them all here. Then set every number by hand, for instance to find corners.

# %%
from skimage import data as photographs
from skimage.transform import resize

from ainotes.widgets import ConvolutionStepper

camera = resize(photographs.camera(), (64, 64), anti_aliasing=True)
ConvolutionStepper({"camera": camera, "boot": boot, "sandal": sandal}, kernel="horizontal edges", position=1200)

# %% [markdown]
# ## Exercise 1 · a kernel that moves · ★☆☆ · 6 minutes
# Find the 3 × 3 kernel that moves a picture **one pixel to the left** (with a padding of 1). Eight of its numbers are
# 0. Give it as a tensor named `move_left`.

# %% tags=["exercise"]
move_left = ...  # your tensor


# %%
from ainotes.checks import kernels as ex

ex.move_left.check(move_left)  # stuck? ex.move_left.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
move_left = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])

assert ex.move_left.check(move_left).passed
moved = conv2d(boot[None], move_left[None, None], padding=1)[0]
assert torch.equal(moved[..., :-1], boot[..., 1:])

# %% [markdown]
# Each output pixel looks *to its right* and takes what it finds there: so the picture goes left. With the kernel
# turned round, as in a mathematician's convolution, it would go the other way.
#
# ## How strong is an edge?
# One Sobel kernel measures the change from left to right, the other from top to bottom. Together they are the two legs
# of a right-angled triangle; the edge's strength is the long side.
#
# ## Exercise 2 · the strength of an edge · ★★☆ · 8 minutes
# Write `edge_strength(images)`: $(N, 1, H, W)$ to $(N, 1, H - 2, W - 2)$, the square root of the sum of both squared
# Sobel responses. `hand_made("vertical edges")` and `hand_made("horizontal edges")` give the kernels, `conv2d` slides
# them.

# %% tags=["exercise"]
def edge_strength(images):
    ...  # your code


# %%
ex.edge_strength.check(edge_strength)  # stuck? ex.edge_strength.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def edge_strength(images):
    across = conv2d(images, hand_made("vertical edges")[None, None])
    down = conv2d(images, hand_made("horizontal edges")[None, None])
    return (across**2 + down**2).sqrt()


assert ex.edge_strength.check(edge_strength).passed
photograph = torch.from_numpy(camera).float()[None, None]
found = edge_strength(photograph)[0, 0]
plot_images([photograph[0, 0, 1:-1, 1:-1], found], titles=["camera", "edge strength"], columns=2)

# %% [markdown]
# ## A wave in a window: Gabor
# Edges have a direction and a thickness. A kernel for *any* direction and thickness is a wave under a bell:
#
# $$ g(x, y) = \frac{1}{2\pi\sigma^2}\; e^{-\frac{x^2 + y^2}{2\sigma^2}} \;
# \cos\bigl(2\pi f\,(x\cos\theta + y\sin\theta)\bigr) $$
#
# $f$ is the frequency (waves per pixel), $\theta$ the direction *across* the stripes, $\sigma$ the width of the bell.
# Cells in a cat's visual cortex respond much like this (Daugman, 1985), and so do many first-layer kernels that
# networks learn (Krizhevsky et al., 2012).
#
# **Predict**: which $\theta$ answers most to the level sole of the boot? Turn it and see; drag on the kernel, or use
# the sliders.

# %%
from ainotes.widgets import GaborExplorer

GaborExplorer({"boot": boot, "shirt": shirt, "dress": dress, "camera": camera}, frequency=0.2, sigma=2.0)

# %% [markdown]
# **Try**: a low frequency finds broad shapes, a high one fine texture. The real part has stripes of both signs; the
# *magnitude* forgets where in the wave you are, and keeps how strongly it swings.
#
# ## Exercise 3 · your own Gabor kernel · ★★★ · 10 minutes
# Write `gabor(size, frequency, theta, sigma)` by the formula above: a tensor `(size, size)`, `size` odd, measured from
# its middle, $x$ to the right and $y$ downward, `theta` in radians.

# %% tags=["exercise"]
def gabor(size, frequency, theta, sigma):
    ...  # your code


# %%
ex.gabor.check(gabor)  # stuck? ex.gabor.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import math


def gabor(size, frequency, theta, sigma):
    steps = torch.arange(size) - size // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    bell = torch.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    return bell * torch.cos(2 * math.pi * frequency * (x * math.cos(theta) + y * math.sin(theta)))


assert ex.gabor.check(gabor).passed

# %% [markdown]
# Yours, the package's and scikit-image's are one and the same:

# %%
from skimage.filters import gabor_kernel as skimage_gabor

from ainotes.ops import gabor_kernel

ours = gabor_kernel(0.2, theta=0.5, sigma=2.0)  # complex (K, K): real part cosine, imaginary part sine
reference = torch.from_numpy(skimage_gabor(0.2, theta=0.5, sigma_x=2.0, sigma_y=2.0))
assert torch.allclose(ours, reference.to(ours.dtype), atol=1e-6)
print("shape", tuple(ours.shape))

# %% [markdown]
# ## A bank of eight
# Eight kernels, eight directions. Slide all of them and take magnitudes: each place of the picture is now described by
# eight numbers. **Predict, then run**: which directions win on a boot, a shirt, a dress?

# %%
from ainotes.ops import gabor_bank, gabor_response

bank = gabor_bank(0.2, sigma=2.0, orientations=8)  # (8, K, K)
degrees = [round(180 * k / 8, 1) for k in range(8)]
subjects = {"boot": boot, "shirt": shirt, "dress": dress}
plot_images(
    bank.real,
    titles=[f"{each:g}°" for each in degrees],
    columns=8,
    alt="Eight Gabor kernels, their stripes turned by 22.5 degrees from one to the next.",
)

# %%
def described(image):
    return torch.cat([gabor_response(image[None], kernel)[0] for kernel in bank])  # (8, 28, 28)


maps = {name: described(image) for name, image in subjects.items()}
everything = torch.cat([each / each.max() for each in maps.values()])  # (24, 28, 28)
plot_images(everything, titles=[f"{name} {each:g}°" for name in maps for each in degrees], columns=8)

# %%
strength = {name: each.mean(dim=(1, 2)) for name, each in maps.items()}  # eight numbers a garment
rows = [f"| {name} | " + " | ".join(f"{value:.3f}" for value in each) + " |" for name, each in strength.items()]
strongest = {name: degrees[int(each.argmax())] for name, each in strength.items()}
Markdown("\n".join(["| garment | " + " | ".join(f"{each:g}°" for each in degrees) + " |", "|---" * 9 + "|", *rows]))

# %%
assert len(set(strongest.values())) > 1  # they can be told apart by their directions
Markdown("; ".join(f"the {name} answers most at **{each:g}°**" for name, each in strongest.items()).capitalize() + ". "
         "Eight numbers, and they already say something about what it is. That is a *filter bank*, and a convolutional "
         "layer is one: except that its kernels are learned.")  # fmt: skip

# %% [markdown]
# ## Let it find the kernel
# Suppose you know what should come out, but not the kernel. Start from random numbers, compare, take a step downhill.
# Here are garments and their vertical edges; gradient descent has to find out how they were made.
#
# **Predict, then run**: will it find the very numbers, or others that do the same?

# %%
torch.manual_seed(0)
pictures = garments.images[:64] / 255  # (64, 1, 28, 28)
wanted = conv2d(pictures, hand_made("vertical edges")[None, None])
learned = torch.nn.Conv2d(1, 1, 3, bias=False)
optimizer = torch.optim.Adam(learned.parameters(), lr=0.05)
losses = []
for _step in range(400):
    loss = ((learned(pictures) - wanted) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"loss {losses[0]:.3f} → {losses[-1]:.1e}")
print(learned.weight.detach()[0, 0].round(decimals=2))

# %%
found = learned.weight.detach()[0, 0]
off = (found - hand_made("vertical edges")).abs().max().item()
assert off < 0.1
Markdown(
    f"The very numbers, to within {off:.3f}. That is all of deep learning in nine weights: a kernel, an error, and "
    "steps that make it smaller. Part 3 does the same with a few more."
)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A kernel's numbers sum to 1. What does it do to a plain grey wall?",
        "choices": {
            "Turns it black": "That is a kernel whose numbers sum to 0.",
            "Leaves it as it is": "Right: equal pixels, weights that sum to 1.",
            "Makes it brighter": "Only a sum above 1 does.",
        },
        "answer": "Leaves it as it is",
    },
    {
        "ask": "-1 in the left column, 0 in the middle, +1 on the right. Where is its answer largest?",
        "choices": {
            "At upright edges, dark on the left and bright on the right": "Right: bright pixels meet +1, dark ones -1.",
            "At level edges": "Along a column its weights are alike: it cannot see change from top to bottom.",
            "In bright areas": "Its sum is 0: where all is equally bright it gives 0.",
        },
        "answer": "At upright edges, dark on the left and bright on the right",
    },
    {
        "ask": "A Gabor kernel has theta = 90 degrees. How do its stripes lie?",
        "choices": {
            "Upright": "Theta is the direction across the stripes.",
            "Level": "Right: the wave runs downward, so its stripes lie level.",
            "Slanting": "That would be 45 degrees.",
        },
        "answer": "Level",
    },
    {
        "ask": "What does the first layer of a trained convolutional network hold?",
        "choices": {
            "Kernels that somebody chose": "They start as random numbers.",
            "Kernels that gradient descent found": "Right, and some of them look like these.",
            "The training pictures": "It holds weights; the pictures only shaped them.",
        },
        "answer": "Kernels that gradient descent found",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    **{f"strongest direction of the {name}, degrees": each for name, each in strongest.items()},
    "learned kernel: largest error": round(off, 4),
}

# %% [markdown]
# ## What you can do now
# - A kernel's sum says what becomes of brightness, its symmetry which difference it measures.
# - You designed kernels that move, find edges, and measure their strength.
# - A Gabor kernel is a wave under a bell; a bank of them describes a picture by its directions.
# - Gradient descent finds kernels from examples.
#
# **Next**: [How big is the output?](04_sizes.ipynb) · **Sources**: Sobel and Feldman (1968), *A 3x3 isotropic gradient
# operator for image processing*; Gabor (1946), *Theory of communication*; Daugman (1985), *Uncertainty relation for
# resolution in space, spatial frequency, and orientation optimized by two-dimensional visual cortical filters*;
# Krizhevsky, Sutskever and Hinton (2012), *ImageNet classification with deep convolutional neural networks*, figure 3.
# The photograph comes with scikit-image. All in the [bibliography](../../site/bibliography.md).
