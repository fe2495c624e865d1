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
# # Residual networks and after
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/2_architectures/03_residual.ipynb)
#
# *Deeper was worse, until somebody added one plus sign. Measure why it helps.*
#
# **Before you start**: [Landmarks: LeNet to Inception](02_landmarks.ipynb). **Time**: 50 minutes. Runs offline, no
# GPU.
#
# **You will be able to**
# - measure how gradients fade in a deep stack, and what a skip does about it,
# - write batch normalisation, and say what it does differently in training and in use,
# - build ResNet's two blocks, and read a ResNet-50,
# - compute the channels of a dense block, and say how ResNeXt differs from ResNet.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Deep and deaf
# If three layers are good, are thirty better? A deeper network can do all that a shallower one can: let the extra
# layers do nothing. But it has to *learn* to do nothing, and for that the blame must reach the first layers.
#
# Here is a plain stack of ReLUs and 3 × 3 convolutions, and the same stack with a *skip* around every layer: the
# layer's input is added to its output.

# %%
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, depth, skip, channels=16):
        super().__init__()
        self.skip = skip
        self.first = nn.Conv2d(1, channels, 4, stride=4)  # (N, 16, 7, 7): small, so that depth costs little
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth))
        self.head = nn.Linear(channels, 10)

    def forward(self, images):
        x = self.first(images)
        for layer in self.layers:
            found = layer(x.relu())
            x = x + found if self.skip else found  # the plus sign
        return self.head(x.relu().mean(dim=(2, 3)))


# %% [markdown]
# **Predict, then run**: 30 layers, one batch of garments, one backward pass. How large is the gradient at the first
# layers, compared with the last?

# %%
from torch.nn import functional as F

from ainotes.data import fashion_mnist

train = fashion_mnist(train=True).subset(range(3000))
images, labels = train.images[:64].float() / 255, train.labels[:64]


def gradient_norms(model):
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    return [layer.weight.grad.norm().item() for layer in model.layers]


norms = {}
for name, skip in {"plain": False, "with skips": True}.items():
    torch.manual_seed(0)
    norms[name] = gradient_norms(Stack(30, skip))
fading = {name: each[0] / each[-1] for name, each in norms.items()}
print({name: f"first / last = {each:.1e}" for name, each in fading.items()})
assert fading["plain"] < 1e-3 < fading["with skips"]

# %%
from ainotes.utils.plot import AltFigure

told = "; ".join(f"{name}: {each[0]:.0e} at layer 1, {each[-1]:.0e} at layer 30" for name, each in norms.items())
figure = AltFigure(height=3, alt=f"Norm of the gradient at each of 30 layers, on a logarithmic scale. {told}.")
axes = figure.subplots()
for (name, each), marker in zip(norms.items(), "os", strict=True):
    axes.semilogy(range(1, 31), each, marker=marker, label=name)
axes.set(xlabel="layer", ylabel="norm of the gradient")
axes.legend()
figure

# %% [markdown]
# In the plain stack each layer passes on only a part of the blame, and thirty parts of parts are nothing. The skip is
# a motorway: $\frac{\partial}{\partial x}\bigl(x + f(x)\bigr) = 1 + f'(x)$, and that 1 does not fade, however often it
# is multiplied.
#
# Does it matter for learning? The same optimizer, the same few steps:

# %%
from torch.utils.data import DataLoader

from ainotes.utils.train import fit, get_device

device, message = get_device()


def learn(skip):
    torch.manual_seed(0)
    model = Stack(20, skip).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loader = DataLoader(train, batch_size=32, shuffle=True)
    return fit(loader, model, nn.CrossEntropyLoss(), optimizer, 3, device, quiet=True)


learned = {"plain": learn(False), "with skips": learn(True)}
for name, history in learned.items():
    print(f"{name:12s} training accuracy {history['acc'][-1]:.1%}")
assert learned["with skips"]["acc"][-1] > learned["plain"]["acc"][-1] + 0.2

# %% [markdown]
# The plain stack of twenty layers guesses; with a plus sign it learns. He et al. (2016) trained 152 layers that way
# and won ImageNet in 2015.
#
# ## Batch normalisation
# The other half of the cure: after each convolution, shift and scale every channel so that over the batch it has mean
# 0 and variance 1, then let the network choose its own scale $\gamma$ and shift $\beta$ (Ioffe and Szegedy, 2015).
#
# ## Exercise 1 · batch normalisation · ★★★ · 10 minutes
# Write `batch_norm(x, gamma, beta, eps)` as it works in training: `x` is $(N, C, H, W)$, `gamma` and `beta` are
# $(C,)$. Mean and variance (divided by the count, not by the count less one) are taken per channel.

# %% tags=["exercise"]
def batch_norm(x, gamma, beta, eps=1e-5):
    ...  # your code


# %%
from ainotes.checks import residual as ex

ex.batch_norm.check(batch_norm)  # stuck? ex.batch_norm.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def batch_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True)
    standard = (x - mean) / (variance + eps).sqrt()
    return standard * gamma.reshape(1, -1, 1, 1) + beta.reshape(1, -1, 1, 1)


assert ex.batch_norm.check(batch_norm).passed

# %% [markdown]
# **Predict, then run**: in training, does the answer for one picture depend on the *other* pictures of its batch? And
# in `eval()`?

# %%
torch.manual_seed(0)
layer = nn.BatchNorm2d(3)
one, others = torch.randn(1, 3, 4, 4), 5 + torch.randn(7, 3, 4, 4)
alone = layer.train()(one)
in_company = layer.train()(torch.cat([one, others]))[:1]
print("in training the same?", torch.allclose(alone, in_company, atol=1e-3))
alone, in_company = layer.eval()(one), layer.eval()(torch.cat([one, others]))[:1]
print("in use the same?     ", torch.allclose(alone, in_company))
assert torch.allclose(alone, in_company)

# %% [markdown]
# In training it uses the batch's own mean, in `eval()` a running average. Forget `eval()`, and your answers depend on
# who else is asked: one of the patients of the [debugging lab](../3_fashion_mnist/03_debugging_lab.ipynb).
#
# ## ResNet's two blocks
# The *basic block* (ResNet-18 and 34): two 3 × 3 convolutions, each with batch normalisation, and the skip around
# both. Where the map is halved, the skip needs a 1 × 1 convolution to keep the shapes equal.
#
# ## Exercise 2 · the plus sign · ★★☆ · 6 minutes
# Write `residual(x, body, shortcut)`: both are modules (or functions); the last ReLU comes *after* the sum.

# %% tags=["exercise"]
def residual(x, body, shortcut):
    ...  # your code


# %%
ex.residual.check(residual)  # stuck? ex.residual.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def residual(x, body, shortcut):
    return (body(x) + shortcut(x)).relu()


assert ex.residual.check(residual).passed

# %% [markdown]
# With it, a basic block from pieces that you know, checked against torchvision's own:

# %%
from torchvision.models.resnet import BasicBlock as Published

from ainotes.models import copy_weights


def conv_bn(c_in, c_out, kernel, stride=1):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(c_out)
    )


class Basic(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.body = nn.Sequential(conv_bn(c_in, c_out, 3, stride), nn.ReLU(), conv_bn(c_out, c_out, 3))
        same = stride == 1 and c_in == c_out
        self.shortcut = nn.Identity() if same else conv_bn(c_in, c_out, 1, stride)

    def forward(self, x):
        return residual(x, self.body, self.shortcut)


torch.manual_seed(0)
published = Published(64, 128, stride=2, downsample=conv_bn(64, 128, 1, 2)).eval()
ours = Basic(64, 128, stride=2).eval()
copy_weights(published, ours)
x = torch.randn(2, 64, 8, 8)
with torch.inference_mode():
    assert torch.allclose(ours(x), published(x), atol=1e-5)

# %% [markdown]
# The *bottleneck* (ResNet-50 and deeper) squeezes the channels with a 1 × 1, works in the narrow middle, and widens
# them again. Walk through it: which of its three convolutions multiplies most?

# %%
from ainotes.models import Bottleneck
from ainotes.widgets import BlockDiagram

BlockDiagram(Bottleneck(256, 64), (256, 14, 14))

# %%
from ainotes.models import resnet50
from ainotes.utils.train import count_parameters

with torch.device("meta"):
    network = resnet50()
print(f"ResNet-50: {count_parameters(network):,} parameters")
assert count_parameters(network) == 25_557_032

# %% [markdown]
# Fifty layers, and fewer parameters than AlexNet with its eight: no big linear layers. How much better it is, the
# [chart of the zoo](04_efficient.ipynb) shows.
#
# ## DenseNet: keep everything
# If adding the input helps, why not *keep* it? In a dense block each layer sees the outputs of all layers before it,
# side by side, and adds a few channels of its own: the *growth rate* (Huang et al., 2017). A *transition* between
# blocks halves the channels and the map.
#
# ## Exercise 3 · channels of a dense block · ★☆☆ · 5 minutes
# Write `dense_channels(start, growth, layers)`: the list of channels that each layer of the block *sees*, and as its
# last entry what the block gives out.

# %% tags=["exercise"]
def dense_channels(start, growth, layers):
    ...  # your code


# %%
ex.dense_channels.check(dense_channels)  # stuck? ex.dense_channels.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def dense_channels(start, growth, layers):
    return [start + growth * layer for layer in range(layers + 1)]


assert ex.dense_channels.check(dense_channels).passed

# %%
from ainotes.models import DenseBlock, densenet121

block = DenseBlock(layers=3, in_channels=64, growth=32).eval()
assert block(torch.zeros(1, 64, 8, 8)).shape[1] == dense_channels(64, 32, 3)[-1]
BlockDiagram(block, (64, 14, 14))

# %%
with torch.device("meta"):
    dense = densenet121()
print(f"DenseNet-121: {count_parameters(dense):,} parameters")
assert count_parameters(dense) == 7_978_856

# %% [markdown]
# ## ResNeXt: many narrow paths
# A bottleneck whose middle convolution is split into 32 *groups*: 32 narrow paths side by side, summed (Xie et al.,
# 2017). **Predict, then run**: twice the width in the middle, 32 groups. More parameters than ResNet-50, or fewer?

# %%
from ainotes.models import resnext50

with torch.device("meta"):
    paths = resnext50()
print(f"ResNeXt-50: {count_parameters(paths):,} parameters")
assert count_parameters(paths) < count_parameters(network)

# %% [markdown]
# ## The real ones?
# Counts and answers against torchvision, with copied weights:

# %%
from ainotes.models.proof import prove, table

rows = prove(["resnet18", "resnet50", "densenet121"])
print(table(rows))
assert all(row.parameters == row.expected and row.evaluated < 1e-5 for row in rows)

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Why does a skip help a deep network to learn?",
        "choices": {
            "It adds parameters": "The plus sign has none.",
            "Its derivative is 1, so the blame does not fade": "Right.",
            "It makes the network shallower": "All layers are still there.",
        },
        "answer": "Its derivative is 1, so the blame does not fade",
    },
    {
        "ask": "Over what does batch normalisation take its mean, for one channel?",
        "choices": {
            "Over the batch, rows and columns": "Right: one mean and one variance a channel.",
            "Over the channels of one picture": "That would be layer normalisation.",
            "Over the batch only": "Then every pixel position would have a mean of its own.",
        },
        "answer": "Over the batch, rows and columns",
    },
    {
        "ask": "A dense block starts with 64 channels, growth 32, 6 layers. What comes out?",
        "choices": {
            "224": "That is what the sixth layer sees.",
            "256": "Right: 64 + 6 · 32.",
            "384": "64 is there once: the growth is added six times.",
        },
        "answer": "256",
    },
    {
        "ask": "Where does a skip need a 1 × 1 convolution?",
        "choices": {
            "Everywhere": "Mostly it is the plain input.",
            "Where channels or size change": "Right: otherwise the two could not be added.",
            "After the last block": "There comes global average pooling.",
        },
        "answer": "Where channels or size change",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "plain stack: gradient at layer 1 / layer 30": fading["plain"],
    "with skips: gradient at layer 1 / layer 30": round(fading["with skips"], 3),
    "plain stack of 20: training accuracy": round(learned["plain"]["acc"][-1], 3),
    "with skips: training accuracy": round(learned["with skips"]["acc"][-1], 3),
    "ResNet-50: parameters": count_parameters(network),
    "DenseNet-121: parameters": count_parameters(dense),
}

# %% [markdown]
# ## What you can do now
# - Gradients fade in a plain stack by orders of magnitude; a plus sign stops it.
# - Batch normalisation uses the batch in training and running averages in use.
# - Basic block, bottleneck, dense block, groups: you built them and proved the networks.
#
# **Next**: [Small, scaled and modern](04_efficient.ipynb) · **Sources**: He, Zhang, Ren and Sun (2016), *Deep residual
# learning for image recognition*; Ioffe and Szegedy (2015), *Batch normalization*; Huang, Liu, van der Maaten and
# Weinberger (2017), *Densely connected convolutional networks*; Xie, Girshick, Dollár, Tu and He (2017), *Aggregated
# residual transformations for deep neural networks*. All in the [bibliography](../../site/bibliography.md).
