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
# # Small, scaled and modern
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/2_architectures/04_efficient.ipynb)
#
# *Networks for a phone, networks grown by a rule, and a convnet of today. Then choose one from the whole zoo.*
#
# **Before you start**: [Residual networks and after](03_residual.ipynb). **Time**: 45 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - say what a depthwise-separable convolution saves, to the multiplication,
# - scale a network in depth, width and resolution, one at a time and together,
# - read MobileNet's, EfficientNet's and ConvNeXt's blocks,
# - choose a network under a budget, with the numbers of all those that torchvision offers.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Depthwise-separable: first look, then mix
# A 3 × 3 convolution does two things at once: it looks around, and it mixes channels. MobileNet (Howard et al., 2017)
# does them one after the other: a *depthwise* convolution looks around in each channel by itself (as many groups as
# channels), a 1 × 1 mixes.
#
# ## Exercise 1 · what separating saves · ★★☆ · 6 minutes
# Write `separable_share(kernel, c_in, c_out)`: the multiplications of depthwise 3 × 3 plus 1 × 1, as a share of those
# of the ordinary convolution. The size of the map cancels.

# %% tags=["exercise"]
def separable_share(kernel, c_in, c_out):
    ...  # your code


# %%
from ainotes.checks import efficient as ex

ex.separable_share.check(separable_share)  # stuck? ex.separable_share.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def separable_share(kernel, c_in, c_out):
    separate = kernel**2 * c_in + c_in * c_out
    return separate / (kernel**2 * c_in * c_out)


assert ex.separable_share.check(separable_share).passed

# %% [markdown]
# **Predict, then run**: with 128 channels, how many times cheaper is it? And is it that many times *faster*?

# %%
import statistics
import time

import torch
from torch import nn

ordinary = nn.Conv2d(128, 128, 3, padding=1)
separable = nn.Sequential(nn.Conv2d(128, 128, 3, padding=1, groups=128), nn.Conv2d(128, 128, 1))
maps = torch.randn(8, 128, 28, 28)


def milliseconds(module, runs=15):
    laps = []
    with torch.inference_mode():
        for _run in range(runs + 2):
            start = time.perf_counter()
            module(maps)
            laps.append(1000 * (time.perf_counter() - start))
    return statistics.median(laps[2:])  # the first two warm up


cheaper = 1 / separable_share(3, 128, 128)
faster = milliseconds(ordinary) / milliseconds(separable)

# %%
from IPython.display import Markdown

assert cheaper > 8
Markdown(
    f"**{cheaper:.1f} times** fewer multiplications, and here **{faster:.1f} times** as fast. The two are not "
    "the same: a depthwise convolution fetches much and computes little. Measure before you choose."
)

# %% [markdown]
# MobileNetV2 (Sandler et al., 2018) turns the bottleneck inside out: *widen* with a 1 × 1, look around depthwise where
# it is cheap, and go back to narrow *without* a ReLU, so that nothing is lost. An **inverted residual**:

# %%
from ainotes.models import InvertedResidual
from ainotes.widgets import BlockDiagram

BlockDiagram(InvertedResidual(32, 32, expansion=6), (32, 28, 28))

# %% [markdown]
# ## Found by search
# Who decides how often each block comes, how wide, with which kernel? For MnasNet (Tan et al., 2019) a program did: it
# tried thousands of combinations, trained each a little, and rewarded accuracy *and* measured time on a phone. What it
# found became the base of EfficientNet: an inverted residual with *squeeze-and-excitation* (Hu et al., 2018), a small
# network in the block that looks at the mean of each channel and turns channels up or down.

# %%
from ainotes.models import MBConv

BlockDiagram(MBConv(24, 40, kernel=5, stride=2, expansion=6), (24, 28, 28))

# %% [markdown]
# ## Grow, but which way?
# You have a good small network and more time. Make it **deeper** (more blocks), **wider** (more channels), or show it
# **larger pictures**? Tan and Le (2019) tried each alone, and then all three together by one number $\varphi$: depth
# $\alpha^\varphi$, width $\beta^\varphi$, resolution $\gamma^\varphi$, with $\alpha \beta^2 \gamma^2 \approx 2$, so
# that each step of $\varphi$ doubles the multiplications.
#
# ## Exercise 2 · compound scaling · ★★☆ · 6 minutes
# Write `compound(phi, alpha, beta, gamma)`: return depth, width, resolution, and by how much the multiplications grow.
# Think: twice the width means twice the channels *in and out*.

# %% tags=["exercise"]
def compound(phi, alpha=1.2, beta=1.1, gamma=1.15):
    ...  # your code


# %%
ex.compound.check(compound)  # stuck? ex.compound.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def compound(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution = alpha**phi, beta**phi, gamma**phi
    return depth, width, resolution, depth * width**2 * resolution**2


assert ex.compound.check(compound).passed
print([round(compound(phi)[3], 2) for phi in range(5)])

# %% [markdown]
# Let us measure it on a small stack: double the cost by depth alone, by width alone, by resolution alone. **Predict,
# then run**: for which of the three do the *parameters* stay the same?

# %%
from ainotes.shapes import conv_multiply_adds, conv_parameters


def cost(depth, width, side):
    parameters = depth * conv_parameters(width, width, kernel=3)
    return parameters, depth * conv_multiply_adds(width, width, kernel=3, output=side)


base = cost(8, 64, 28)
variants = {"deeper × 2": (16, 64, 28), "wider × √2": (8, 90, 28), "larger × √2": (8, 64, 40)}
rows = [f"| base | {base[0]:,} | 1.0 |"]
for name, sizes in variants.items():
    parameters, operations = cost(*sizes)
    rows.append(f"| {name} | {parameters:,} | {operations / base[1]:.1f} |")
assert cost(*variants["larger × √2"])[0] == base[0]
Markdown("\n".join(["| network | parameters | times the multiplications |", "|---|---|---|", *rows]))

# %% [markdown]
# What accuracy each way brings, only training tells. The paper's finding, on ImageNet: each direction alone flattens
# out early, all three together go on longest. EfficientNet-B0 to B7 are that one network, grown seven times.

# %%
from ainotes.models import efficientnet_b0
from ainotes.utils.train import count_parameters

with torch.device("meta"):
    b0 = efficientnet_b0()
print(f"EfficientNet-B0: {count_parameters(b0):,} parameters")
assert count_parameters(b0) == 5_288_548

# %% [markdown]
# ## ConvNeXt: a convnet of today
# In 2020 transformers began to win. Liu et al. (2022) asked how much of that was attention, and how much was
# everything else. They took a ResNet-50 and changed one thing after another towards a transformer: a 7 × 7 *depthwise*
# kernel, layer normalisation instead of batch normalisation, GELU instead of ReLU, fewer activations, an inverted
# bottleneck. No attention; the accuracy of the transformers.

# %%
from ainotes.models import ConvNeXtBlock

BlockDiagram(ConvNeXtBlock(96), (96, 28, 28))

# %% [markdown]
# ## The zoo
# Every set of classification weights that torchvision offers, from the facts that it carries itself: nothing is
# downloaded. Up is better, left is cheaper.
#
# **Predict, then move**: which family has the best network under 1 GFLOP? And which one should nobody take any more?

# %%
from ainotes.models.zoo import zoo
from ainotes.widgets import ZooExplorer

animals = zoo()
print(len(animals), "sets of weights")
ZooExplorer(animals)

# %% [markdown]
# ## Exercise 3 · the best under a budget · ★★☆ · 6 minutes
# Write `best_under(models, budget)`: `models` is a list of dicts with `"name"`, `"accuracy"` and `"gflops"`; return
# the name of the most accurate that needs at most `budget` GFLOPs; of equals the cheaper one; `None` if there is none.

# %% tags=["exercise"]
def best_under(models, budget):
    ...  # your code


# %%
ex.best_under.check(best_under)  # stuck? ex.best_under.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def best_under(models, budget):
    affordable = [model for model in models if model["gflops"] <= budget]
    best = max(affordable, key=lambda model: (model["accuracy"], -model["gflops"]), default=None)
    return best and best["name"]


assert ex.best_under.check(best_under).passed

# %%
listed = [{"name": a["name"], "accuracy": a["top1"], "gflops": a["gflops"]} for a in animals]
chosen = {budget: best_under(listed, budget) for budget in (0.1, 0.5, 1, 5, 20)}
accuracy = {a["name"]: max(b["top1"] for b in animals if b["name"] == a["name"]) for a in animals}
rows = [f"| {budget} | {name} | {accuracy[name]:.1f} % |" for budget, name in chosen.items()]
Markdown("\n".join(["| at most GFLOPs | model | right at the first guess |", "|---|---|---|", *rows]))

# %% [markdown]
# ## Which way it went, and where it goes on
# Four directions of growth: **depth** (VGG, ResNet), **width and many paths** (Inception, ResNeXt), **keeping what was
# found** (ResNet, DenseNet), **attention and scaling** (squeeze-and-excitation, EfficientNet, ConvNeXt). From here
# roads lead to *detection* (Faster R-CNN, RetinaNet), *segmentation* (U-Net, Mask R-CNN), and off the main street to
# *capsules* (Sabour et al., 2017), which route parts to wholes. Part 4 runs some of them.
#
# The proof, as in the lessons before:

# %%
from ainotes.models.proof import prove, table

rows = prove(["mobilenet_v2", "efficientnet_b0", "convnext_tiny"])
print(table(rows))
assert all(row.parameters == row.expected and row.evaluated < 1e-5 for row in rows)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A depthwise convolution with 64 channels: how many groups?",
        "choices": {
            "1": "That is an ordinary convolution.",
            "64": "Right: each channel by itself.",
            "32": "Then pairs of channels are still mixed.",
        },
        "answer": "64",
    },
    {
        "ask": "Half the multiplications: half the time?",
        "choices": {
            "Yes, always": "Fetching numbers takes time too, and some kernels are better prepared than others.",
            "Not necessarily: measure": "Right.",
            "Never": "Sometimes it comes close.",
        },
        "answer": "Not necessarily: measure",
    },
    {
        "ask": "Pictures of twice the height and width. What grows?",
        "choices": {
            "Parameters": "They do not depend on the size of the map.",
            "Multiplications, four times": "Right.",
            "Multiplications, twice": "Twice the rows times twice the columns.",
        },
        "answer": "Multiplications, four times",
    },
    {
        "ask": "What did ConvNeXt show?",
        "choices": {
            "That convolutions are outdated": "It kept up with transformers without any attention.",
            "That much of the transformers' lead came from everything around the attention": "Right.",
            "That batch normalisation is needed": "It took it out.",
        },
        "answer": "That much of the transformers' lead came from everything around the attention",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "depthwise-separable: times fewer multiplications": round(cheaper, 1),
    "depthwise-separable: times as fast here": round(faster, 1),
    "EfficientNet-B0: parameters": count_parameters(b0),
    "weights in the zoo": len(animals),
}

# %% [markdown]
# ## What you can do now
# - Look first, mix then: eight times fewer multiplications, and less gained in time.
# - Depth, width and resolution cost differently; growing them together goes farthest.
# - Inverted residual, squeeze-and-excitation, ConvNeXt's block: you can read them.
# - The zoo is a chart; your budget draws a line in it.
#
# **Next**: [LeNet learns colours](05_lenet_cifar10.ipynb) · **Sources**: Howard et al. (2017), *MobileNets*; Sandler
# et al. (2018), *MobileNetV2: inverted residuals and linear bottlenecks*; Tan et al. (2019), *MnasNet*; Hu, Shen and
# Sun (2018), *Squeeze-and-excitation networks*; Tan and Le (2019), *EfficientNet*, section 3; Liu et al. (2022), *A
# ConvNet for the 2020s*; Sabour, Frosst and Hinton (2017), *Dynamic routing between capsules*. All in the
# [bibliography](../../site/bibliography.md).
