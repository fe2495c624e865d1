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
# # Four lines to an answer
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/4_pretrained/01_answers.ipynb)
#
# *Somebody else trained for weeks. Take their network, give it your photograph, and know what its answer is worth.*
#
# **Before you start**: [LeNet learns colours](../2_architectures/05_lenet_cifar10.ipynb). **Time**: 45 minutes. Runs
# offline, no GPU.
#
# **You will be able to**
# - load a trained network and name what is in your own photograph,
# - write every step between the file and the answer yourself,
# - say what the percentage means, and what it does not,
# - predict what a network says of a thing that it never learnt.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A catalogue of trained networks
# torchvision knows how to build many networks, and for each it can download *weights*: the numbers that training found.

# %%
import torchvision
from torchvision.models import get_model_weights, list_models

names = list_models(module=torchvision.models)
print(f"{len(names)} networks that classify photographs; some: {', '.join(names[::11])}")
weights = get_model_weights("squeezenet1_0").DEFAULT
print(f"{weights}: {weights.meta['num_params']:,} parameters, {len(weights.meta['categories']):,} classes")
print(weights.transforms())

# %% [markdown]
# Three things belong together: the **weights**, the **preprocessing** they were trained with, the **categories** that
# the outputs stand for. `weights.transforms()` and `weights.meta` have the other two; old code that says
# `pretrained=True` had neither, and the argument is gone.
#
# ## The recipe
# `ainotes.pretrained.load` hands out all three. It takes torchvision's weights from your disk or downloads them once,
# with a checksum. Without a network it gives you a small one that this course trained, and says so.

# %%
from ainotes.pretrained import load

network = load("squeezenet1_0")
print(network.source)

# %%
import skimage.data

photographs = {"cat": skimage.data.chelsea(), "coffee": skimage.data.coffee(), "rocket": skimage.data.rocket()}
and_a_grey_one = photographs | {"cameraman": skimage.data.camera()}
for name, photograph in and_a_grey_one.items():
    print(f"{name:9s} {network.classify(photograph)}")

# %% [markdown]
# A grey photograph is taken too. But who is in it? None of the classes is a man at work, so the network names what it
# does know in the picture, or the nearest that it has.

# %%
from ainotes.utils.plot import plot_top

plot_top(photographs["cat"], network.top(photographs["cat"]), "the cat")

# %% [markdown]
# That was `classify_image` from the package. Now the same by hand, in four lines, with torchvision's own words:
#
# ```python
# model = get_model("squeezenet1_0", weights=weights).eval()     # 1. weights, and evaluation mode
# batch = weights.transforms()(photograph).unsqueeze(0)          # 2. the same preprocessing as in training
# probabilities = model(batch).softmax(dim=1)[0]                 # 3. logits to probabilities
# print(weights.meta["categories"][probabilities.argmax()])      # 4. a number to a name
# ```

# %%
import torch
from PIL import Image

picture = Image.fromarray(photographs["cat"])
batch = network.preprocess(picture).unsqueeze(0)  # (1, 3, H, W)
with torch.inference_mode():
    logits = network.model(batch)[0]  # (classes,)
probabilities = logits.softmax(dim=0)
best = probabilities.argmax().item()
print(f"{network.categories[best]}: {probabilities[best]:.1%}")
assert network.classify(picture) == f"{network.categories[best]}: {probabilities[best]:.1%}"
assert abs(probabilities.sum().item() - 1) < 1e-5

# %% [markdown]
# ## Exercise 1 · the k best names · ★☆☆ · 6 minutes
# One name hides how close the second was. Write `top_k(logits, categories, k)`: the `k` most probable classes of one
# image as a list of pairs, name and probability, the most probable first. The logits are one row, `(classes,)`.

# %% tags=["exercise"]
def top_k(logits, categories, k):
    ...  # your code


# %%
from ainotes.checks import answers as ex

ex.top_k.check(top_k)  # stuck? ex.top_k.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def top_k(logits, categories, k):
    values, places = logits.softmax(dim=0).topk(k)
    return [(categories[place], value) for value, place in zip(values.tolist(), places.tolist(), strict=True)]


assert ex.top_k.check(top_k).passed

# %% [markdown]
# ## Pixels are not yet input
# **Predict, then run**: the same photographs, but somebody forgot to divide the bytes by 255 and to normalise. Will the
# network notice that something is wrong?

# %%
for name, photograph in photographs.items():
    raw = torch.from_numpy(photograph.copy()).permute(2, 0, 1).float().unsqueeze(0)  # from 0 to 255
    with torch.inference_mode():
        careless = network.model(raw)[0]
    print(f"{name}: {top_k(careless, network.categories, 1)[0]}, largest logit {careless.max():.0f}")
print(f"the cat with care: largest logit {logits.max():.0f}")

# %% [markdown]
# No error, no warning: a network answers whatever comes. In SqueezeNet, which is made of convolutions, ReLUs and
# pooling, twice as bright an input makes about twice as large logits, and the softmax of large logits is nearly 100 %.
# The name may survive that, the percentage does not. (Batch norms can bend it the other way: the course's own network
# gets less sure.) When a good network answers nonsense, look at the preprocessing first.
#
# ## Exercise 2 · from a photograph to a tensor · ★★☆ · 9 minutes
# Write `prepare(image, size, mean, std)` for a photograph of bytes (3, rows, columns): cut the square of `size` rows
# and columns out of its middle (where the rest is odd, the smaller half comes off above and to the left), make floats
# from 0 to 1 of it, normalise each channel, and return a batch of one.

# %% tags=["exercise"]
def prepare(image, size, mean, std):
    ...  # your code


# %%
ex.prepare.check(prepare)  # stuck? ex.prepare.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def prepare(image, size, mean, std):
    _, rows, columns = image.shape
    top, left = (rows - size) // 2, (columns - size) // 2
    square = image[:, top : top + size, left : left + size].float() / 255
    mean, std = torch.tensor(mean).reshape(3, 1, 1), torch.tensor(std).reshape(3, 1, 1)
    return ((square - mean) / std).unsqueeze(0)


assert ex.prepare.check(prepare).passed

# %% [markdown]
# torchvision's own transforms, on a photograph that needs no scaling, agree with yours:

# %%
image = torch.from_numpy(photographs["cat"].copy()).permute(2, 0, 1)[:, :, 1:]  # (3, 300, 450)
theirs = torchvision.transforms.Compose([
    torchvision.transforms.CenterCrop(224),
    torchvision.transforms.ConvertImageDtype(torch.float32),
    torchvision.transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])(image)  # fmt: skip
ours = prepare(image, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
assert torch.allclose(ours[0], theirs, atol=1e-6)

# %% [markdown]
# ## What an untrained network says
# The same architecture with weights drawn by chance. Its answers look like answers. Two draws, the same cat:

# %%
from torchvision.models import get_model

for seed in (0, 1):
    torch.manual_seed(seed)
    untrained = get_model("squeezenet1_0", weights=None).eval()
    with torch.inference_mode():
        answer = top_k(untrained(weights.transforms()(picture).unsqueeze(0))[0], weights.meta["categories"], 1)
    print(f"draw {seed}: {answer[0][0]}, {answer[0][1]:.2%}; a guess would have {1 / 1000:.2%}")

# %% [markdown]
# The architecture is a form, the weights are the knowledge. If a network that you loaded answers like this, the weights
# did not arrive.
#
# ## A network in this page
# This course trained a network of its own: a [residual network](../2_architectures/03_residual.ipynb) with fourteen
# layers that knows the ten classes of CIFAR-10, small enough to come along. Here it runs *in the page*, also when you
# read this on the site, where no Python is. Choose an example, or drop a photograph: it stays on your computer.
#
# **Predict, then run**: what will it call the coffee, and how sure will it be?

# %%
from ainotes.pretrained import embedded
from ainotes.widgets import PageClassifier

own = load("resnet14_cifar10")
print(own.source)
facts = embedded.facts("resnet14_cifar10")
PageClassifier(
    own.model,
    and_a_grey_one,
    own.categories,
    mean=facts["mean"],
    std=facts["std"],
    size=facts["size"],
    title="ResNet-14, ten classes",
)

# %% [markdown]
# What you see beside the photograph is all that the network sees: 32 × 32 pixels.
#
# ## What the percentage means
# A softmax divides 100 % among the classes it has. It cannot say "none of these". So the coffee *must* be one of the
# ten, and the per cent are how the ten compare, not how likely it is that a car stands on the saucer.

# %%
from IPython.display import Markdown

outside = {name: own.top(photograph, 2) for name, photograph in and_a_grey_one.items()}
lines = [
    f"- the {name}: {found[0][0]} {found[0][1]:.0%}, then {found[1][0]} {found[1][1]:.0%}"
    for name, found in outside.items()
]
Markdown("\n".join(lines))

# %% [markdown]
# Even of what it knows, the number is only as honest as training made it. "90 %" should be right nine times in ten;
# modern networks tend to promise more than they keep (Guo et al., 2017). Part 3 drew that curve for your own network.
#
# ## Exercise 3 · silent rather than wrong · ★★☆ · 7 minutes
# A modest assistant says nothing below a limit. Write `silent_below(logits, categories, least)` for logits (N,
# classes): for each image the name of the most probable class, or `None` where its probability is below `least`.

# %% tags=["exercise"]
def silent_below(logits, categories, least):
    ...  # your code


# %%
ex.silent_below.check(silent_below)  # stuck? ex.silent_below.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def silent_below(logits, categories, least):
    best, places = logits.softmax(dim=1).max(dim=1)
    answers = zip(best.tolist(), places.tolist(), strict=True)
    return [categories[place] if probability >= least else None for probability, place in answers]


assert ex.silent_below.check(silent_below).passed

# %% [markdown]
# Does silence help against things that the network never learnt? Noise, grey walls, stripes; pieces of a brick wall,
# of a lawn, and of a slice of stained tissue under the microscope.
#
# **Predict, then run**: which of them will it still name when it has to be 90 % sure?

# %%
import numpy as np

draw = np.random.default_rng(0)
stripes = [np.repeat(np.array([[0], [255]], np.uint8), width, axis=0) for width in (1, 2, 4, 8)]
strange = {
    "noise": [draw.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(10)],
    "grey walls": [np.full((64, 64, 3), level, np.uint8) for level in range(0, 250, 50)],
    "stripes": [np.tile(each, (64, 64))[:64, :64] for each in stripes],
}
textures = {"bricks": skimage.data.brick(), "lawn": skimage.data.grass(), "tissue": skimage.data.immunohistochemistry()}
corners = [(row, column) for row in (0, 160, 320) for column in (0, 160, 320)]
for kind, texture in textures.items():
    strange[kind] = [texture[row : row + 160, column : column + 160] for row, column in corners]

# %%
from collections import Counter

limits = (0.5, 0.7, 0.9)
lines, spoken = ["| thing | pieces | mostly | named at 50 % | at 70 % | at 90 % |", "|---|---|---|---|---|---|"], {}
for kind, images in strange.items():
    inputs = torch.stack([own.preprocess(Image.fromarray(each).convert("RGB")) for each in images])
    with torch.inference_mode():
        strange_logits = own.model(inputs)
    favourite, _ = Counter(silent_below(strange_logits, own.categories, 0)).most_common(1)[0]
    for least in limits:
        names = silent_below(strange_logits, own.categories, least)
        spoken[kind, least] = sum(name is not None for name in names)
    counts = " | ".join(str(spoken[kind, least]) for least in limits)
    lines.append(f"| {kind} | {len(images)} | {favourite} | {counts} |")
assert spoken["noise", 0.9] == 0
assert spoken["tissue", 0.9] > len(strange["tissue"]) / 2
Markdown("\n".join(lines))

# %% [markdown]
# A limit silences what looks like nothing at all. It does not make the network wise: of most pieces of tissue it is
# nearly as sure as of the cat above. To know what a network does not know is a subject of research ("out of
# distribution", Hendrycks and Gimpel, 2017).
#
# ## Your own photograph
# Give a path. JPEG, PNG, WebP, GIF, grey, transparent, turned by your phone, 16 bits: all are read. A wrong name is
# answered with near ones. In JupyterLab and on Colab the cell after the next makes a button that takes a file (on the
# site there is none, because the answer needs Python).

# %%
from pathlib import Path

path = Path("my_photograph.jpg")  # write the name of a file of yours
if path.exists():
    print(network.classify(path, top=5))
else:
    print("no file of that name yet; the cat waits in its place:")
    print(network.classify(photographs["cat"], top=5))

# %% tags=["remove-output"]
from html import escape

import ipywidgets

button = ipywidgets.FileUpload(accept="image/*", description="A photograph of yours", layout={"width": "16rem"})
answer = ipywidgets.HTML("<p>The answer comes here.</p>")


def show_answer(change):
    lines = []
    for file in change["new"]:
        try:
            lines.append(f"{file['name']}: {network.classify(file['content'])}")
        except ValueError as error:
            lines.append(f"{file['name']}: {error}")
    answer.value = "".join(f"<p>{escape(line)}</p>" for line in lines)


button.observe(show_answer, "value")
ipywidgets.VBox([button, answer])

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "You load weights and get a sure, absurd answer for every photograph. First suspicion?",
        "choices": {
            "The preprocessing is not the one of the training": "Right: nothing warns you of it.",
            "The network is too small": "Small ones are less sure, not absurd.",
            "softmax is missing": "Then the numbers would be no probabilities, but the order would be the same.",
        },
        "answer": "The preprocessing is not the one of the training",
    },
    {
        "ask": "A network that knows ten animals says 'deer: 96 %' of a bicycle. What does that tell you?",
        "choices": {
            "Among its ten classes, deer fits by far best": "Right. Nothing else was asked of it.",
            "There is probably a deer": "It had no way to say that there is none.",
            "It was badly trained": "The best one would have to name one of the ten too.",
        },
        "answer": "Among its ten classes, deer fits by far best",
    },
    {
        "ask": "Why `.eval()` before you classify?",
        "choices": {
            "It switches off gradients": "It does not: that is inference_mode() or no_grad().",
            "Dropout stops, and batch normalisation uses what it learnt": "Right.",
            "It loads the weights": "They are loaded when the network is made.",
        },
        "answer": "Dropout stops, and batch normalisation uses what it learnt",
    },
    {
        "ask": "What must travel with the weights of a network?",
        "choices": {
            "The training images": "They are not needed any more.",
            "The optimizer": "Only to go on training.",
            "Its preprocessing and the names of its classes": "Right: without them its numbers mean nothing.",
        },
        "answer": "Its preprocessing and the names of its classes",
    },
])  # fmt: skip

# %% tags=["key-figures"]
cat_name, cat_probability = network.top(photographs["cat"], 1)[0]
{
    f"the cat: {cat_name}": round(cat_probability, 3),
    "own network, test accuracy": facts["accuracy"],
    "pieces of tissue named at 90 %": spoken["tissue", 0.9],
}

# %% [markdown]
# ## What you can do now
# - `load`, and `classify` with any photograph; four lines do it with torchvision alone.
# - Crop, scale, normalise, softmax, top k: you wrote them, and they agree with torchvision's.
# - The per cent compare the classes that there are. They are no measure of truth.
# - Of the unknown a network can speak as surely as of the known.
#
# **Next**: [Choose a model for your budget](02_choosing.ipynb) · **Sources**: Iandola et al. (2016), *SqueezeNet*;
# Russakovsky et al. (2015), *ImageNet*; Guo et al. (2017), *On calibration of modern neural networks*; Hendrycks and
# Gimpel (2017), *A baseline for detecting misclassified and out-of-distribution examples*. All in the
# [bibliography](../../site/bibliography.md).
