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
# # Inside a trained network
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/4_pretrained/03_inside.ipynb)
#
# *Follow one photograph through ResNet-50, from its pixels to its class, and know every number on the way.*
#
# **Before you start**: [Residual networks and after](../2_architectures/03_residual.ipynb) and
# [Four lines to an answer](01_answers.ipynb). **Time**: 50 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - trace a photograph through any network with three lines of code,
# - say how large the maps of a ResNet are for any picture, and why,
# - give a trained body a new head, and count what there is to train,
# - freeze a body, and not fall into the trap of its batch norms.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## One photograph, one network
# ResNet-50 takes pictures of any size. Ours is a square of 300 rows, so that the halvings do not come out even.

# %%
from torchvision.models import ResNet50_Weights, get_model

from ainotes.pretrained import WeightsError, fetch_weights

weights = ResNet50_Weights.DEFAULT
try:
    fetch_weights(weights)
except WeightsError as error:
    weights = None
    print(f"torchvision's weights of ResNet-50 {error}. So it is untrained here: its shapes and counts are the same.")
network = get_model("resnet50", weights=weights).eval()

# %%
import numpy as np
import skimage.data
import torch
from PIL import Image

from ainotes.utils.plot import plot_images

photograph = Image.fromarray(skimage.data.chelsea()[:, 75:375])
preprocess = ResNet50_Weights.DEFAULT.transforms(resize_size=300, crop_size=300)
batch = preprocess(photograph)[None]  # (1, 3, 300, 300)
print(f"{tuple(batch.shape)}: {batch.numel():,} numbers go in")
plot_images([torch.from_numpy(np.array(photograph))], alt="The head of a cat, 300 rows and 300 columns.")

# %% [markdown]
# ## Ask every stage
# A *hook* is a function that a layer calls as soon as it has computed. Three lines are enough to ask all stages what
# they gave out; the fourth takes the hooks away again, for they would stay for ever.
#
# **Predict, then run**: 300 rows are halved to 150, then to 75. And then?

# %%
shapes = {}


def ask(name):
    return lambda layer, inputs, output: shapes.update({name: tuple(output.shape)})


hooks = [stage.register_forward_hook(ask(name)) for name, stage in network.named_children()]
with torch.inference_mode():
    network(batch)
for hook in hooks:
    hook.remove()
for name, shape in shapes.items():
    print(f"{name:8s} {shape}")

# %%
halving = ["conv1", "maxpool", "layer2", "layer3", "layer4"]
rows = [shapes[name][2] for name in halving]
assert rows == [150, 75, 38, 19, 10]
assert shapes["layer1"][2] == 75  # the first stage keeps the size: the pooling before it has halved already

# %% [markdown]
# 75 rows become 38, and 19 become 10: half, rounded *up*. Not by a whim, but by the rule that you know from
# [Sizes](../1_convolutions/04_sizes.ipynb): the stem is a 7 × 7 with padding 3, the other four halvings are 3 × 3 with
# padding 1, and the stride is 2 in all five.
#
# ## Exercise 1 · rows on the way · ★☆☆ · 5 minutes
# Write `stage_sizes(size)`: the five sizes, in a list, for a square picture of `size` rows.

# %% tags=["exercise"]
def stage_sizes(size):
    ...  # your code


# %%
from ainotes.checks import inside as ex

ex.stage_sizes.check(stage_sizes)  # stuck? ex.stage_sizes.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def stage_sizes(size):
    sizes = []
    for kernel, padding in [(7, 3), (3, 1), (3, 1), (3, 1), (3, 1)]:
        size = (size + 2 * padding - kernel) // 2 + 1
        sizes.append(size)
    return sizes


assert ex.stage_sizes.check(stage_sizes).passed

# %%
assert stage_sizes(300) == rows
print("224 rows, the size that it was trained with:", stage_sizes(224))

# %% [markdown]
# ## What a stage is made of
# Four stages of bottlenecks. Each begins with a block that halves the map and doubles the channels; the others keep
# both.

# %%
from IPython.display import Markdown

from ainotes.utils.train import count_parameters

table = ["| stage | blocks | kernels | inside | channels out | map | numbers | parameters |", "|---" * 8 + "|"]
numbers = {}
for name in ["layer1", "layer2", "layer3", "layer4"]:
    stage, (_, channels, height, width) = getattr(network, name), shapes[name]
    first = stage[0]
    kernels = ", ".join(f"{conv.kernel_size[0]}" for conv in (first.conv1, first.conv2, first.conv3))
    numbers[name] = channels * height * width
    cells = [name, len(stage), kernels, first.conv2.out_channels, channels, f"{height} × {width}"]
    table.append("| " + " | ".join(map(str, [*cells, f"{numbers[name]:,}", f"{count_parameters(stage):,}"])) + " |")
Markdown("\n".join(table))

# %%
channels = [shapes[name][1] for name in numbers]
assert channels == [256, 512, 1024, 2048]
assert [getattr(network, name)[0].conv2.stride[0] for name in numbers] == [1, 2, 2, 2]
shares = [numbers[after] / numbers[before] for before, after in [("layer1", "layer2"), ("layer2", "layer3")]]
print("From stage to stage the numbers shrink to", " and ".join(f"{share:.0%}" for share in shares))

# %% [markdown]
# A quarter of the places, twice the channels: each stage says half as much as the one before, and each of its numbers
# knows more. Walk through the block that does it, the first of the second stage.

# %%
from ainotes.widgets import BlockDiagram

BlockDiagram(network.layer2[0], shapes["layer1"][1:], name="The first bottleneck of the second stage")

# %% [markdown]
# ## What the maps look like
# For that a network must be trained. SqueezeNet is small enough to be at hand where ResNet-50 is not, and the course's
# own network is there in any case. Their layers stand in a row, `features`, so that a loop is enough: no hooks.

# %%
from ainotes.pretrained import load

seer = load("squeezenet1_0")
print(seer.source)
print(seer.classify(photograph))

# %%
maps = seer.preprocess(photograph)[None]
last = {}
with torch.inference_mode():
    for layer in seer.model.features:
        maps = layer(maps)
        last[maps.shape[2]] = maps[0]  # of each size, what comes last stays
print({size: tuple(each.shape) for size, each in last.items()})

# %% [markdown]
# Of each size, the six maps with the largest number. **Predict**: in which row can you still see the cat?

# %%
from torch.nn import functional as F

pictures, titles = [], []
for size, each in last.items():
    inner = each[:, 1:-1, 1:-1]  # at the rim, padding makes edges of its own
    for channel in inner.amax(dim=(1, 2)).argsort(descending=True)[:6].tolist():
        one = F.interpolate(each[channel][None, None].relu(), size=(96, 96))[0]  # each cell as a square
        pictures.append(one / one.max())
        titles.append(f"{size} × {size}, {channel}")
told = f"Six feature maps for each of the sizes {', '.join(map(str, last))}. In large maps the cat's outline shows; "
plot_images(pictures, titles, columns=6, alt=told + "in small ones only a few cells are bright.")

# %%
for size, each in last.items():
    print(f"{size:3d} × {size:<3d} {len(each):4d} maps, {(each <= 0).float().mean():.0%} of their numbers are zero")

# %% [markdown]
# At first the maps are pictures: edges, fur, the light in the eyes. Later ones are answers: *something* is here, and
# nothing anywhere else. What exactly, [part 6 asks](../6_interpretation/01_maps.ipynb).
#
# ## Pooled twice
# At the end of ResNet-50 stand 2,048 maps of 10 × 10. A classifier wants a row of numbers. The average of a map says
# how much of its feature there is; the maximum says whether it is *anywhere*. Why choose? Both are *adaptive*: whatever
# size comes in, one number comes out of each map.
#
# ## Exercise 2 · pooled twice · ★★☆ · 6 minutes
# Write `concat_pool(maps)` for maps $(N, C, H, W)$: first the averages of all channels, then their maxima, side by
# side: $(N, 2C)$.

# %% tags=["exercise"]
def concat_pool(maps):
    ...  # your code


# %%
ex.concat_pool.check(concat_pool)  # stuck? ex.concat_pool.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def concat_pool(maps):
    average = maps.mean(dim=(2, 3))  # (N, C)
    maximum = maps.amax(dim=(2, 3))
    return torch.cat([average, maximum], dim=1)  # (N, 2C)


assert ex.concat_pool.check(concat_pool).passed

# %% [markdown]
# The *body* is everything before the pooling. What do its maps give?

# %%
from torch import nn

body = nn.Sequential(*list(network.children())[:-2])  # without its own pooling and its linear layer
with torch.inference_mode():
    maps = body(batch)
pooled = concat_pool(maps)
print(f"{tuple(maps.shape)} become {tuple(pooled.shape)}")
assert maps.shape == (1, 2048, 10, 10)
assert pooled.shape == (1, 4096)
average, maximum = pooled[0, :2048], pooled[0, 2048:]
print(f"The maxima are {maximum.mean() / average.mean():.1f} times as large as the averages, in the mean.")

# %% [markdown]
# ## A new head
# ResNet-50 knows the 1,000 classes of ImageNet. Say you have 44 of your own: birds, leaves, coins. Then the body stays
# and its last layer goes. The new head is a small network itself, as fastai builds it (Howard and Gugger, 2020). It
# begins with a batch normalisation, which puts averages and maxima on one scale.

# %%
from ainotes.models.heads import ConcatPool

head = nn.Sequential(
    ConcatPool(),  # (N, 4096, 1, 1): what you wrote
    nn.Flatten(),  # (N, 4096)
    nn.BatchNorm1d(4096),
    nn.Dropout(0.25),
    nn.Linear(4096, 512),
    nn.ReLU(),
    nn.BatchNorm1d(512),
    nn.Dropout(0.5),
    nn.Linear(512, 44),
).eval()
assert torch.equal(head[:2](maps), pooled)
with torch.inference_mode():
    print(tuple(head(maps).shape))

# %%
BlockDiagram(head, maps.shape[1:], name="A new head for 44 classes", show="parameters")

# %% [markdown]
# ## Exercise 3 · count the head · ★★☆ · 7 minutes
# Write `count_head(channels, classes, hidden=512)`: the number of parameters of such a head on a body that ends with
# so many channels.

# %% tags=["exercise"]
def count_head(channels, classes, hidden=512):
    ...  # your code


# %%
ex.count_head.check(count_head)  # stuck? ex.count_head.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def count_head(channels, classes, hidden=512):
    pooled = 2 * channels
    first = 2 * pooled + (pooled + 1) * hidden  # batch norm, then linear with a bias for each output
    second = 2 * hidden + (hidden + 1) * classes
    return first + second


assert ex.count_head.check(count_head).passed

# %%
from ainotes.models.heads import concat_head  # the same, for later lessons

model = nn.Sequential(body, head)
assert count_head(2048, 44) == count_parameters(head) == count_parameters(concat_head(2048, 44))
print(f"body {count_parameters(body):,} + head {count_parameters(head):,} = {count_parameters(model):,} parameters")
assert count_parameters(model) == 25_637_484

# %% [markdown]
# ## Freeze the body
# Few photographs cannot train 25 million numbers. So the body is *frozen*: no gradient, no step. With one exception
# that costs next to nothing: scale and shift of its batch norms, which let every channel adapt to the new photographs.
# These alone can learn a surprising lot (Frankle, Schwab and Morcos, 2021).
#
# ## Exercise 4 · freeze all but the batch norms · ★★★ · 8 minutes
# Write `freeze_body(body)`. Afterwards exactly the parameters of its `nn.BatchNorm2d` layers are trainable, wherever
# these stand and whatever was so before; return how many parameters that are.

# %% tags=["exercise"]
def freeze_body(body):
    ...  # your code


# %%
ex.freeze_body.check(freeze_body)  # stuck? ex.freeze_body.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def freeze_body(body):
    for module in body.modules():
        for parameter in module.parameters(recurse=False):  # its own, not those of what it holds
            parameter.requires_grad = isinstance(module, nn.BatchNorm2d)
    return sum(parameter.numel() for parameter in body.parameters() if parameter.requires_grad)


assert ex.freeze_body.check(freeze_body).passed

# %%
left = freeze_body(body)
trainable = count_parameters(model)
print(f"{left:,} in the body and {count_parameters(head):,} in the head: {trainable:,} to train")
print(f"That is {trainable / count_parameters(model, trainable=False):.1%} of all parameters.")
assert trainable == 2_182_572
assert count_parameters(model, trainable=False) == 25_637_484

# %% [markdown]
# ## Frozen is not still
# Now freeze *everything*. No gradient, no optimizer, not even a loss; only `train()`, and some other pictures pass
# through.
#
# **Predict, then run**: does the body answer the same for the cat afterwards, in `eval()`?

# %%
body.requires_grad_(False)
others = torch.rand(8, 3, 64, 64)


def change(mode):
    with torch.no_grad():
        before = body.eval()(batch)
        mode(body)(others)
        after = body.eval()(batch)
    return ((after - before).norm() / before.norm()).item()


moved = change(nn.Module.train)
print(f"after one batch in train(): its maps have changed by {moved:.0%}")
assert moved > 0.01

# %% [markdown]
# It has moved. Running mean and variance are no parameters but *buffers*: `requires_grad` does not reach them, and in
# `train()` every batch writes into them. That is right as long as the batch norms learn along. Where the body shall
# stay as it is, they must be put into `eval()`, again after every `model.train()`.


# %%
def train_but_norms(model):
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    return model


still = change(train_but_norms)
print(f"with the norms in eval(): {still:.0%}")
assert still == 0

# %% [markdown]
# Two switches, then, that have nothing to do with each other: `requires_grad` decides what a *gradient* may change,
# `train()` and `eval()` how layers *compute*, and whether batch norms take notes.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A map of 75 rows goes through a 3 × 3 convolution of stride 2 with padding 1. How many come out?",
        "choices": {
            "37": "Without the padding it would be 37.",
            "38": "Right: (75 + 2 - 3) // 2 + 1.",
            "37.5": "There is no half row.",
        },
        "answer": "38",
    },
    {
        "ask": "Why average and maximum side by side?",
        "choices": {
            "It makes the maps larger": "Pooling leaves one number of each map and kind.",
            "One says how much, the other whether anywhere": "Right, and the head may use both.",
            "The maximum is needed for the gradient": "Either has a gradient.",
        },
        "answer": "One says how much, the other whether anywhere",
    },
    {
        "ask": "All parameters are frozen, the model is in train(), batches pass through. What changes?",
        "choices": {
            "Nothing": "Running mean and variance are no parameters.",
            "The running statistics of the batch norms": "Right: buffers, which no gradient touches, but train() does.",
            "The weights, a little": "Without a gradient no step changes them.",
        },
        "answer": "The running statistics of the batch norms",
    },
    {
        "ask": "Training the head stops with “Expected more than 1 value per channel when training”. What happened?",
        "choices": {
            "The last batch held one picture": "Right: its batch norm has nothing to compare. Set drop_last=True.",
            "The head has too few channels": "It says that one channel has too few values.",
            "The body is frozen": "That is no error.",
        },
        "answer": "The last batch held one picture",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "rows of the last map": rows[-1],
    "pooled features": pooled.shape[1],
    "parameters of the head": count_parameters(concat_head(2048, 44)),
    "parameters in all": count_parameters(model, trainable=False),
    "parameters to train": trainable,
    "all frozen, one batch in train(): change of the maps": round(moved, 3),
}

# %% [markdown]
# ## What you can do now
# - A hook tells the shape of every stage; take it away afterwards.
# - Five halvings, rounded up: 300 rows become 10. The channels double, and each stage says half as much.
# - Average and maximum give 4,096 features; a head of two linear layers makes classes of them, and you counted it.
# - `requires_grad` freezes parameters; only `eval()` keeps running statistics still.
#
# **Next**: [Beyond classification](04_beyond.ipynb) · **Sources**: He, Zhang, Ren and Sun (2016), *Deep residual
# learning for image recognition*; Howard and Gugger (2020), *Fastai: a layered API for deep learning*; Ioffe and
# Szegedy (2015), *Batch normalization*; Frankle, Schwab and Morcos (2021), *Training BatchNorm and only BatchNorm*;
# Iandola et al. (2016), *SqueezeNet*. All in the [bibliography](../../site/bibliography.md).
