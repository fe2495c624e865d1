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
# # LeNet learns colours
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/2_architectures/05_lenet_cifar10.ipynb)
#
# *The oldest network of this part, 62,006 parameters, on sixty thousand colour photographs. How far does it get?*
#
# **Before you start**: [Landmarks: LeNet to Inception](02_landmarks.ipynb). **Time**: 35 minutes, of which the
# training takes some on the real photographs. Runs offline, no GPU.
#
# **You will be able to**
# - look at a colour data set and prepare it: statistics, flips and crops,
# - train a network with a recipe whose every line has a reason,
# - say which classes it knows and which it mixes up,
# - save a network, load it elsewhere, and prove that it is the same.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Sixty thousand small photographs
# CIFAR-10 (Krizhevsky, 2009): ten classes, 32 × 32 pixels, in colour.

# %%
from ainotes.data import cifar10, full_run

train = cifar10(train=True)
test = cifar10(train=False)
print(train.source)
print(f"{len(train):,} to train with, {len(test):,} for the exam: {', '.join(train.classes)}")

# %%
import torch

from ainotes.utils.plot import plot_cifar10_images
from ainotes.utils.train import get_device

device, message = get_device()
print(message)
torch.manual_seed(0)
plot_cifar10_images(train, train.classes, device)

# %% [markdown]
# Could *you* name them all? Colour means three channels, and each has a brightness and a spread of its own. Networks
# learn more easily from numbers around 0, so measure them on the training images.

# %%
pixels = train.images.float() / 255  # (N, 3, 32, 32)
mean, std = pixels.mean(dim=(0, 2, 3)).tolist(), pixels.std(dim=(0, 2, 3)).tolist()
print("red, green, blue: mean", [round(each, 3) for each in mean], "spread", [round(each, 3) for each in std])
counts = train.labels.bincount()
assert counts.min() == counts.max()  # the classes are balanced

# %% [markdown]
# ## Flip and crop
# A ship looking left is a ship looking right; a frog two pixels further up is a frog. So the network sees each
# photograph mirrored half of the time, and *cropped*: the picture gets a border of zeros, and a window of the old size
# is cut out at a random place. **Predict**: what does a crop by up to 2 pixels do to the corners?

# %%
from ainotes.data.augment import compose, flip, shift
from ainotes.utils.plot import plot_images

augment = compose(flip(), shift(2))
torch.manual_seed(1)
eight = augment(pixels[:1].repeat(8, 1, 1, 1))
told = "One photograph eight times, mirrored and moved by up to two pixels, black at the edges."
plot_images(eight, columns=8, alt=told)

# %% [markdown]
# ## Exercise 1 · crop · ★★☆ · 7 minutes
# Write `crop(image, row, column, padding)`: put a border of zeros around an image $(C, H, W)$, then cut out the $H
# \times W$ window whose upper left corner lies at (row, column) of the bordered picture.

# %% tags=["exercise"]
def crop(image, row, column, padding=4):
    ...  # your code


# %%
from ainotes.checks import lenet as ex

ex.crop.check(crop)  # stuck? ex.crop.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
from torch.nn import functional as F


def crop(image, row, column, padding=4):
    C, H, W = image.shape
    bordered = F.pad(image, (padding,) * 4)
    return bordered[:, row : row + H, column : column + W]


assert ex.crop.check(crop).passed

# %% [markdown]
# A shift by two and a crop from a border of two are the same thing:

# %%
one = pixels[0]
assert torch.equal(crop(one, 2, 2, padding=2), one)  # the middle window is the picture
assert torch.equal(crop(one, 0, 2, padding=2)[:, 2:], one[:, :-2])  # two rows down

# %% [markdown]
# ## The recipe
# - **SGD with momentum** (Nesterov's): it remembers where it was going.
# - **One cycle** of the learning rate, up to 0.04 and down to nothing, in 20 epochs.
# - **Batches of 64**, weight decay 5e-4, flips and crops.
#
# Validation photographs are cut out of the training ones; the test set waits. On the stand-in, and in automatic tests,
# the run is a short one.

# %%
from torch import nn
from torch.utils.data import DataLoader

from ainotes.models import LeNet5
from ainotes.utils.train import count_parameters, fit

full = full_run(train)
if not full and len(train) > 4000:
    train, _ = train.split([4000, len(train) - 4000], seed=0)  # every class in its share
fitting, validation = train.with_normalize(mean, std).split([0.9, 0.1], seed=0)
loader = DataLoader(fitting.with_augment(augment), batch_size=64, shuffle=True)
epochs, rate = (20, 0.04) if full else (10, 0.02)  # few steps, and gentler ones

torch.manual_seed(0)
model = LeNet5(channels=3, classes=len(train.classes)).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=epochs * len(loader))
print(f"{count_parameters(model):,} parameters, {len(fitting):,} photographs, {epochs} epochs")
assert count_parameters(model) == 62_006

# %%
import time

start = time.perf_counter()
history = fit(
    loader,
    model,
    nn.CrossEntropyLoss(),
    optimizer,
    epochs,
    device,
    val_dataloader=DataLoader(validation, batch_size=500),
    scheduler=scheduler,
)
seconds = time.perf_counter() - start

# %%
from ainotes.widgets import CurveExplorer

CurveExplorer({"LeNet-5": history}, metric="acc")

# %% [markdown]
# ## The exam
# **Predict, then run**: the published run of this network got 67 % of the test photographs right, after 50 epochs in
# batches of 8. What will ours get?

# %%
from IPython.display import Markdown

from ainotes.utils.train import predict

exam = DataLoader(test.with_normalize(mean, std), batch_size=500)
logits, truth = predict(exam, model, device)
predictions = logits.argmax(dim=1)
accuracy = (predictions == truth).float().mean().item()
if full:
    assert accuracy >= 0.67
assert accuracy > 0.2  # better than a guess, also in the short run
Markdown(f"**{accuracy:.1%}** of {len(test):,} test photographs, after {seconds / 60:.1f} minutes of training.")

# %% [markdown]
# ## Exercise 2 · accuracy by class · ★★☆ · 7 minutes
# Write `per_class_accuracy(predictions, labels, classes)`: for each class number 0 to `classes - 1`, which share of
# *its* images was recognised? A list of floats; `nan` for a class without images.

# %% tags=["exercise"]
def per_class_accuracy(predictions, labels, classes):
    ...  # your code


# %%
ex.per_class_accuracy.check(per_class_accuracy)  # stuck? ex.per_class_accuracy.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def per_class_accuracy(predictions, labels, classes):
    right = predictions == labels
    return [right[labels == kind].float().mean().item() for kind in range(classes)]  # the mean of nothing is nan


assert ex.per_class_accuracy.check(per_class_accuracy).passed

# %%
from ainotes.utils.plot import plot_per_class_accuracy

shares = per_class_accuracy(predictions, truth, len(test.classes))
plot_per_class_accuracy(truth, predictions, test.classes)

# %%
ranked = sorted(zip(shares, test.classes, strict=True))
Markdown(f"Hardest: **{ranked[0][1]}** with {ranked[0][0]:.0%}. Easiest: **{ranked[-1][1]}** with {ranked[-1][0]:.0%}.")

# %% [markdown]
# Which classes does it mix up? Open the cells.

# %%
from ainotes.widgets import ConfusionExplorer

probabilities = logits.softmax(dim=1)
ConfusionExplorer(truth, predictions, test.classes, images=test.images, probabilities=probabilities, per_cell=4)

# %% [markdown]
# ## Save it, load it, compare
# Weights and names go to a file that cannot run code. A new network, in another place, gets them and gives the same
# answers, to the last bit.

# %%
from pathlib import Path

from safetensors.torch import load_file, save_file

path = Path("trained") / "lenet_cifar10.safetensors"
path.parent.mkdir(exist_ok=True)
save_file(model.state_dict(), path)
reloaded = LeNet5(channels=3, classes=len(test.classes)).to(device)
reloaded.load_state_dict(load_file(path, device=str(device)))
again, _ = predict(exam, reloaded, device)
assert torch.equal(again, logits)
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB, equal after reloading")

# %% [markdown]
# The normalisation is *not* in the file. Whoever uses the network must know mean and spread too, or put them into it:
# keep them beside the weights.
#
# ## What would help?
# Sixty-two thousand numbers are few. A network with skips and batch normalisation ([residual
# networks](03_residual.ipynb)) gets far more of the same photographs right: [Part 4](../4_pretrained/01_answers.ipynb)
# brings one along.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Why are flips fine for ships, and not for digits?",
        "choices": {
            "A mirrored ship is a ship, a mirrored 3 is not a 3": "Right: an augmentation must leave the label true.",
            "Digits are grey": "Colour has nothing to do with it.",
            "Digits are smaller": "Size has nothing to do with it.",
        },
        "answer": "A mirrored ship is a ship, a mirrored 3 is not a 3",
    },
    {
        "ask": "Where should mean and spread be measured?",
        "choices": {
            "On all photographs": "Then the exam has leaked into the preparation.",
            "On the training photographs": "Right, and used for all.",
            "On each photograph by itself": "Then bright and dark ones could not be told apart.",
        },
        "answer": "On the training photographs",
    },
    {
        "ask": "Overall accuracy 70 %. What can be said of cats?",
        "choices": {
            "70 % of cats are recognised": "The overall figure is a mean over classes that differ widely.",
            "Nothing yet: look at the classes one by one": "Right.",
            "Cats are easy": "Look at the plot.",
        },
        "answer": "Nothing yet: look at the classes one by one",
    },
    {
        "ask": "You load the weights into a new LeNet5 and get nonsense for a photograph. First suspicion?",
        "choices": {
            "The photograph was not normalised as in training": "Right: that is not in the file.",
            "The file is broken": "safetensors would have said so.",
            "The network must be trained again": "The weights are all there.",
        },
        "answer": "The photograph was not normalised as in training",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "photographs": len(fitting),
    "parameters": count_parameters(model),
    "epochs": epochs,
    "test accuracy": round(accuracy, 4),
    "seconds of training": round(seconds, 1),
    f"hardest class, {ranked[0][1]}": round(ranked[0][0], 3),
}

# %% [markdown]
# ## What you can do now
# - Statistics per channel, flips and crops: the data are ready.
# - A recipe whose every line has a reason does what the published run did, in fewer epochs.
# - Accuracy by class and a confusion matrix say what one number hides.
# - Saved, reloaded, equal.
#
# **Next**: [Train your first convnet](../3_fashion_mnist/01_training.ipynb) · **Sources**: Krizhevsky (2009),
# *Learning multiple layers of features from tiny images*; LeCun, Bottou, Bengio and Haffner (1998); Smith and Topin
# (2018), *Super-convergence*. All in the [bibliography](../../site/bibliography.md).
