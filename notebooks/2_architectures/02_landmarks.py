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
# # Landmarks: LeNet to Inception
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/2_architectures/02_landmarks.ipynb)
#
# *Sixteen years, four networks, one idea each: built from small blocks, and proved to be the real ones.*
#
# **Before you start**: [Anatomy of a convnet](01_anatomy.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - tell the story from 1998 to 2014, and what each step added,
# - build LeNet, AlexNet and VGG from a few lines,
# - explain what a 1 × 1 convolution is for, and why an Inception module has four branches,
# - prove that a network that you built *is* the published one.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A short history
# In 1998 a convnet read the digits on bank cheques. Then, for fourteen years, hardly anyone cared. What was missing
# was not the idea: it was a million labelled photographs, and processors that could multiply fast enough. The ImageNet
# competition (from 2010) brought the photographs: 1.2 million of them, 1,000 classes. In 2012 AlexNet entered it.

# %%
from ainotes.utils.plot import plot_timeline

plot_timeline(
    [
        (1998, "LeNet-5", "convolution, pooling, end to end"),
        (2012, "AlexNet", "ReLU, dropout, two GPUs"),
        (2014, "VGG", "only 3 × 3, and deep"),
        (2014, "GoogLeNet", "several widths at once"),
        (2015, "ResNet", "skips: 152 layers"),
        (2016, "DenseNet", "every layer sees all before it"),
        (2017, "MobileNet", "depthwise separable, for phones"),
        (2019, "EfficientNet", "depth, width, resolution together"),
        (2022, "ConvNeXt", "a convnet built like a transformer"),
    ]
)

# %% [markdown]
# What 2012 changed, in three numbers: the share of test photographs whose class was not among a method's five best
# guesses.

# %%
errors = {"2011, best without a convnet": 25.8, "2012, second place": 26.2, "2012, AlexNet": 15.3}
for name, percent in errors.items():
    print(f"{name:30s} {percent:.1f} %")
assert errors["2012, AlexNet"] < 0.65 * errors["2011, best without a convnet"]

# %% [markdown]
# Within two years nearly every entry was a convnet.
#
# ## 1998: LeNet-5
# Two convolutions, two poolings, three linear layers. Today we write it with ReLU and max pooling (the original had a
# squashing function and averages with weights). **Guess, then run**: how many parameters has its variant for colour
# pictures of 32 × 32?

# %%
from torch import nn

from ainotes.utils.train import count_parameters

lenet = nn.Sequential(
    nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2),  # (N, 6, 14, 14)
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 5, 5)
    nn.Flatten(),  # (N, 400)
    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
)  # fmt: skip
print(f"{count_parameters(lenet):,} parameters")
assert count_parameters(lenet) == 62_006

# %% [markdown]
# It lives in the package too, as `LeNet5`. Are the two the same network? Copy the weights across and compare the
# answers: that is the proof we shall use from now on. `copy_weights` goes through both networks in order and refuses
# when a shape does not match.

# %%
import torch

from ainotes.models import LeNet5, copy_weights

torch.manual_seed(0)
twin = LeNet5(channels=3, classes=10)
copy_weights(lenet, twin)
pictures = torch.rand(4, 3, 32, 32)
with torch.inference_mode():
    difference = (lenet.eval()(pictures) - twin.eval()(pictures)).abs().max().item()
print(f"largest difference {difference:.1e}")
assert difference < 1e-5

# %% [markdown]
# ## 2012: AlexNet
# The same plan, grown: five convolutions, 224 × 224 pixels, 1,000 classes. New were ReLU (on CIFAR-10 it learned six
# times as fast as the squashing functions), dropout in the linear layers, a lot of augmentation, and two graphics
# cards, for five to six days.

# %%
from ainotes.models import AlexNet

with torch.device("meta"):  # shapes and counts without the memory
    alexnet = AlexNet()
print(count_parameters(alexnet))
assert count_parameters(alexnet) == 61_100_840

# %% [markdown]
# **Predict, then run**: which share of them sits in the three *linear* layers?

# %%
def share_in(model, kind):
    inside = sum(count_parameters(layer) for layer in model.modules() if isinstance(layer, kind))
    return inside / count_parameters(model)


print(f"linear layers: {share_in(alexnet, nn.Linear):.1%}")
assert share_in(alexnet, nn.Linear) > 0.9

# %% [markdown]
# ## 2014: VGG, nothing but 3 × 3
# Simonyan and Zisserman asked: how far does depth alone get us? Every kernel is 3 × 3; where the map is halved, the
# channels double. Two 3 × 3 see as far as one 5 × 5, three as far as one 7 × 7, with fewer weights and more ReLUs
# between.

# %%
from ainotes.shapes import Layer, conv_parameters, receptive_field

for layers, single in ((2, 5), (3, 7)):
    stacked = layers * conv_parameters(64, 64, kernel=3)
    one = conv_parameters(64, 64, kernel=single)
    assert receptive_field([Layer(3)] * layers) == receptive_field([Layer(single)])
    print(f"{layers} of 3 × 3: {stacked:,}   one of {single} × {single}: {one:,}   {stacked / one:.0%}")

# %% [markdown]
# Such a network is written as a *plan*: numbers are filters of a 3 × 3 convolution, "M" is a pooling.
#
# ## Exercise 1 · from plan to network · ★★☆ · 8 minutes
# Write `vgg_features(plan, channels)`: an `nn.Sequential` of `Conv2d(…, 3, padding=1)`, `ReLU` and `MaxPool2d(2)`, in
# the order of the plan.

# %% tags=["exercise"]
def vgg_features(plan, channels=3):
    ...  # your code


# %%
from ainotes.checks import landmarks as ex

ex.vgg_features.check(vgg_features)  # stuck? ex.vgg_features.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def vgg_features(plan, channels=3):
    layers = []
    for step in plan:
        if step == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, step, 3, padding=1), nn.ReLU()]
            channels = step
    return nn.Sequential(*layers)


assert ex.vgg_features.check(vgg_features).passed

# %% [markdown]
# VGG-16 from your own function: thirteen convolutions, then three linear layers.

# %%
plan = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]
with torch.device("meta"):
    yours = nn.Sequential(
        vgg_features(plan), nn.AdaptiveAvgPool2d(7), nn.Flatten(),
        nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
        nn.Linear(4096, 1000),
    )  # fmt: skip
print(f"{count_parameters(yours):,} parameters, {share_in(yours, nn.Linear):.0%} of them in linear layers")
assert count_parameters(yours) == 138_357_544

# %% [markdown]
# VGG-13 has three convolutions fewer and 133,047,848 parameters: nearly as many, because the linear layers are the
# same.

# %%
from ainotes.models import vgg13

with torch.device("meta"):
    assert count_parameters(vgg13()) == 133_047_848

# %% [markdown]
# ## 1 × 1: mix channels, not places
# A 1 × 1 convolution looks at a single place and mixes its channels: the same small linear layer at every pixel. It
# makes 256 channels into 64 before an expensive kernel, or back (Lin et al., 2014).
#
# ## Exercise 2 · a pointwise convolution · ★★☆ · 6 minutes
# Write `pointwise(images, weight)` without a convolution: images $(N, C, H, W)$, weight $(C_\text{out}, C)$, result
# $(N, C_\text{out}, H, W)$.

# %% tags=["exercise"]
def pointwise(images, weight):
    ...  # your code


# %%
ex.pointwise.check(pointwise)  # stuck? ex.pointwise.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def pointwise(images, weight):
    return torch.einsum("nchw,oc->nohw", images, weight)


assert ex.pointwise.check(pointwise).passed

# %% [markdown]
# ## 2014: GoogLeNet, several widths at once
# Should the next layer look at 3 pixels or at 5? An *Inception module* does not choose: it has a branch for 1, for 3,
# for 5, one that pools, and puts the results side by side. The 1 × 1 in front of the large kernels keep it affordable.

# %%
from ainotes.models import Inception
from ainotes.widgets import BlockDiagram

BlockDiagram(Inception(192, 64, (96, 128), (16, 32), 32), (192, 28, 28))

# %% [markdown]
# **Predict, then run**: leave the 1 × 1 in front of the 5 × 5 away. How much more does that branch cost?

# %%
from ainotes.shapes import conv_multiply_adds

with_it = conv_multiply_adds(192, 16, kernel=1, output=28) + conv_multiply_adds(16, 32, kernel=5, output=28)
without = conv_multiply_adds(192, 32, kernel=5, output=28)
print(f"with: {with_it / 1e6:.1f} million multiply-adds; without: {without / 1e6:.1f} million")
assert without > 5 * with_it

# %% [markdown]
# GoogLeNet is 22 layers deep, counting those with weights. In 2014 that was hard to train: the blame arrived faint at
# the first layers. So it has two *auxiliary classifiers* on the way that judge early and send blame from nearby; they
# are thrown away after training.

# %%
from ainotes.models import GoogLeNet

with torch.device("meta"):
    complete = count_parameters(GoogLeNet())
    trimmed = count_parameters(GoogLeNet(auxiliary=False))
print(f"{complete:,} with the auxiliary classifiers, {trimmed:,} without: a tenth of AlexNet's")
assert trimmed < 0.12 * count_parameters(alexnet)

# %% [markdown]
# A year later, Inception v3 split kernels further: a 5 × 5 into two 3 × 3, and an $n \times n$ into $1 \times n$ after
# $n \times 1$ (Szegedy et al., 2016).
#
# ## Exercise 3 · what splitting saves · ★☆☆ · 5 minutes
# Write `factorised_share(n)`: the weights of a $1 \times n$ followed by an $n \times 1$, as a share of those of an
# $n \times n$. All have as many channels in as out; no biases.

# %% tags=["exercise"]
def factorised_share(n):
    ...  # your code


# %%
ex.factorised_share.check(factorised_share)  # stuck? ex.factorised_share.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def factorised_share(n):
    return 2 * n / n**2


assert ex.factorised_share.check(factorised_share).passed
assert abs(factorised_share(3) - 2 / 3) < 1e-9  # a third cheaper
print(f"3: {factorised_share(3):.0%}   7: {factorised_share(7):.0%}   two 3 × 3 for a 5 × 5: {2 * 9 / 25:.0%}")

# %% [markdown]
# ## Is it really the published network?
# Same number of parameters, and the same answers once the weights are copied from torchvision's implementation. Here
# for two; a test of this course does it for twelve.

# %%
from ainotes.models.proof import prove, table

rows = prove(["alexnet", "googlenet"])
print(table(rows))
assert all(row.parameters == row.expected and row.evaluated < 1e-5 for row in rows)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "What did AlexNet have that LeNet-5 had not?",
        "choices": {
            "Convolutions": "LeNet had two.",
            "ReLU, dropout, a million photographs and graphics cards": "Right.",
            "Skip connections": "Those came with ResNet, three years later.",
        },
        "answer": "ReLU, dropout, a million photographs and graphics cards",
    },
    {
        "ask": "Which kernels does VGG-16 use?",
        "choices": {
            "3 × 3 only": "Right, thirteen of them in a row of growing width.",
            "3 × 3, 5 × 5 and 7 × 7": "It replaces the larger ones by stacks of 3 × 3.",
            "11 × 11 at first": "That was AlexNet.",
        },
        "answer": "3 × 3 only",
    },
    {
        "ask": "What can a 1 × 1 convolution not do?",
        "choices": {
            "Reduce the number of channels": "That is its main job.",
            "Compare neighbouring pixels": "Right: it sees one place at a time.",
            "Be followed by a ReLU": "It can, and usually is.",
        },
        "answer": "Compare neighbouring pixels",
    },
    {
        "ask": "Your network and a published one have the same number of parameters. Are they the same?",
        "choices": {
            "Yes": "A different order, padding or activation would not show in the count.",
            "Not proven": "Right: copy the weights across and compare the answers.",
        },
        "answer": "Not proven",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "LeNet-5 (RGB): parameters": count_parameters(lenet),
    "AlexNet: parameters": count_parameters(alexnet),
    "VGG-16: parameters": count_parameters(yours),
    "GoogLeNet with auxiliary classifiers: parameters": complete,
    **{f"{row.name}: largest difference to torchvision": row.evaluated for row in rows},
}

# %% [markdown]
# ## What you can do now
# - Cheques in 1998, ImageNet in 2012: data and processors woke the idea up.
# - LeNet, AlexNet and VGG are a few lines each; most of their weights sit in linear layers.
# - 1 × 1 mixes channels, Inception looks at several widths at once, and factorising saves a third.
# - Same count *and* same answers: that is proof.
#
# **Next**: [Residual networks and after](03_residual.ipynb) · **Sources**: LeCun, Bottou, Bengio and Haffner (1998);
# Krizhevsky, Sutskever and Hinton (2012), *ImageNet classification with deep convolutional neural networks*, sections
# 3 and 6; Russakovsky et al. (2015), *ImageNet large scale visual recognition challenge*; Simonyan and Zisserman
# (2015), *Very deep convolutional networks for large-scale image recognition*; Szegedy et al. (2015), *Going deeper
# with convolutions*; Szegedy et al. (2016), *Rethinking the Inception architecture*; Lin, Chen and Yan (2014),
# *Network in network*. All in the [bibliography](../../site/bibliography.md).
