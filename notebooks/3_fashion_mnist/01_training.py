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
# # Train your first convnet
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/3_fashion_mnist/01_training.ipynb)
#
# *From sixty thousand pictures of clothes to a network that names them, with every step in your hands.*
#
# **Before you start**: a little PyTorch (tensors, `nn.Module`), and what a convolution is
# ([Part 1](../1_convolutions/02_convolution.ipynb)). **Time**: 45 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - look at a data set before you use it, and keep its three parts apart,
# - write a training loop from memory, and say why each line is there,
# - read curves, a confusion matrix and a calibration plot,
# - improve a recipe and know that it really is better.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Look before you train
# Fashion-MNIST (Xiao et al., 2017) is a shop's catalogue shrunk to stamps: grey pictures, 28 rows by 28 columns, ten
# kinds of clothes.

# %%
from ainotes.data import fashion_mnist, full_run

train = fashion_mnist(train=True)
test = fashion_mnist(train=False)
print(train.source)
print(f"{len(train):,} images to train with, {len(test):,} to test with, {len(train.classes)} classes")

# %% [markdown]
# An image is a tensor of bytes, channels first: *(C, H, W)*. Ask the data set for one and you get floats between 0 and
# 1, and its label, a number.

# %%
image, label = train[0]
print(image.shape, image.dtype, f"from {image.min():.1f} to {image.max():.1f}", "label", label, train.classes[label])
assert image.shape == (1, 28, 28)
assert 0 <= image.min() <= image.max() <= 1

# %%
import torch

from ainotes.utils.plot import plot_fashion_images
from ainotes.utils.train import get_device

device, message = get_device()
print(message)
torch.manual_seed(0)
plot_fashion_images(train, train.classes, device)

# %% [markdown]
# Would *you* tell a shirt from a pullover at this size? Keep that in mind when you judge the network.
#
# Two questions to ask of any data set: are the classes balanced, and what are the typical values?

# %%
counts = train.labels.bincount()
pixels = train.images.float() / 255
mean, std = pixels.mean().item(), pixels.std().item()
print("images per class:", counts.tolist())
print(f"mean {mean:.4f}, standard deviation {std:.4f}")
assert counts.min() == counts.max()

# %% [markdown]
# Balanced: someone who always answers "Bag" is right once in ten. That is the figure to beat.
#
# ## Three sets, three jobs
# | set | who sees it | how often |
# |---|---|---|
# | training | the optimizer | every epoch |
# | validation | you, when you choose | every epoch |
# | test | nobody, until the end | **once** |
#
# Choose with the test set, and its accuracy turns into a promise that you cannot keep. So we cut a validation set out
# of the *training* images, with every class in its share.
#
# This page knows two sizes of run: the full one on the real images, and a short one, a minute long, for the drawn
# stand-in and for automatic tests.

# %%
full = full_run(train)
if not full:
    train = train.subset(range(10_000))
fitting, validation = train.split([11 / 12, 1 / 12], seed=0)
print(f"{len(fitting):,} to fit, {len(validation):,} to choose, {len(test):,} for the exam")

# %% [markdown]
# ## Batches
# A `DataLoader` deals the images out in batches. **Predict, then run**: with 64 images a batch, how many batches make
# one pass over all of them (an *epoch*)?

# %%
from torch.utils.data import DataLoader

batch_size = 64
loader = DataLoader(train, batch_size=batch_size, shuffle=True)
images, labels = next(iter(loader))
print(f"{len(loader)} batches; a batch is {tuple(images.shape)}, its labels {tuple(labels.shape)}")
assert len(loader) == -(-len(train) // batch_size)  # rounded up: the last batch is a small one
if full:
    assert len(loader) == 938

# %% [markdown]
# `shuffle=True` deals a new order in every epoch. Without it, batches that happen to hold one class pull the weights
# to and fro; the [debugging lab](03_debugging_lab.ipynb) shows how that looks.
#
# ## Exercise 1 · how many batches · ★☆☆ · 4 minutes
# Write `batches_per_epoch(samples, batch_size, drop_last)`. With `drop_last` an incomplete last batch is left out.

# %% tags=["exercise"]
def batches_per_epoch(samples, batch_size, drop_last=False):
    ...  # your code


# %%
from ainotes.checks import training as ex

ex.batches_per_epoch.check(batches_per_epoch)  # stuck? ex.batches_per_epoch.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def batches_per_epoch(samples, batch_size, drop_last=False):
    whole, rest = divmod(samples, batch_size)
    return whole if drop_last or rest == 0 else whole + 1


assert ex.batches_per_epoch.check(batches_per_epoch).passed

# %% [markdown]
# ## The network
# Two convolutions to see with, two linear layers to decide with. `ainotes.models.Convnet` holds this very class; here
# it is in full.

# %%
from torch import nn


class Convnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, kernel_size=3),  # (N, 32, 26, 26)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 32, 13, 13)
            nn.Conv2d(32, 64, kernel_size=3),  # (N, 64, 11, 11)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 64, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 1600)
            nn.Linear(64 * 5 * 5, 128),
            nn.ReLU(),
            nn.Linear(128, 10),  # (N, 10): one score a class, a logit
        )

    def forward(self, images):
        return self.classifier(self.features(images))


# %% [markdown]
# **Guess, then run**: how many parameters does it have, and which layer has most of them?

# %%
from torchinfo import summary

from ainotes.utils.train import count_parameters

print(summary(Convnet(), input_size=(batch_size, 1, 28, 28), col_names=("output_size", "num_params"), verbose=0))
assert count_parameters(Convnet()) == 225_034
assert count_parameters(nn.Linear(1600, 128)) > 0.9 * count_parameters(Convnet())

# %% [markdown]
# More than nine in ten sit in the first *linear* layer. The two convolutions, which do the seeing, are cheap: they use
# the same few weights at every place of the image.
#
# What does an untrained network answer? Ten logits, nearly equal. The cross-entropy of a fair guess among ten is
# $\ln 10$: remember that number, a healthy training starts there.

# %%
import math

torch.manual_seed(0)
model = Convnet().to(device)
loss_fn = nn.CrossEntropyLoss()
first_loss = loss_fn(model(images.to(device)), labels.to(device)).item()
print(f"loss of the untrained network {first_loss:.3f}, of a fair guess {math.log(10):.3f}")
assert abs(first_loss - math.log(10)) < 0.1

# %% [markdown]
# ## The loop, once, by hand
# Everything that trains a network fits in a dozen lines. Read it aloud: *predict, compare, clear, blame, step.*

# %%
def train_one_epoch(loader, model, loss_fn, optimizer, device):
    model.train()
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # predict
        loss = loss_fn(logits, labels)  # compare
        optimizer.zero_grad()  # clear the gradients of the step before
        loss.backward()  # blame: a gradient for every weight
        optimizer.step()  # step downhill
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


# %% [markdown]
# Two details that are often wrong elsewhere. The accuracy comes from the logits of the step itself: a second forward
# pass would cost a third more and measure a different network. And the loss is weighted by the size of the batch,
# because the last one may be smaller.
#
# ## Exercise 2 · accuracy · ★☆☆ · 5 minutes
# Write `accuracy(logits, labels)`: the fraction of images whose largest logit is at the place of the label. `logits`
# is *(N, classes)*, `labels` is *(N,)*.

# %% tags=["exercise"]
def accuracy(logits, labels):
    ...  # your code


# %%
ex.accuracy.check(accuracy)  # stuck? ex.accuracy.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def accuracy(logits, labels):
    return (logits.argmax(dim=1) == labels).float().mean().item()


assert ex.accuracy.check(accuracy).passed

# %% [markdown]
# ## Exercise 3 · the mean loss of an epoch · ★★☆ · 5 minutes
# Each batch reports its mean loss and its size. Write `mean_loss(losses, sizes)`: the mean over all *images*.

# %% tags=["exercise"]
def mean_loss(losses, sizes):
    ...  # your code


# %%
ex.mean_loss.check(mean_loss)  # stuck? ex.mean_loss.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def mean_loss(losses, sizes):
    return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


assert ex.mean_loss.check(mean_loss).passed

# %% [markdown]
# ## The same loop, from the package
# From here on we call `ainotes.utils.train.fit`. It is your loop with a progress bar, checks and some speed (the
# [speed lesson](04_speed.ipynb) takes it apart). Don't take our word for it: from the same seed, both must end at the
# same weights, bit for bit.

# %%
from ainotes.utils.train import fit

some = DataLoader(train.subset(range(640)), batch_size=batch_size, shuffle=True)
ends = []
for by_hand in (True, False):
    torch.manual_seed(1)
    twin = Convnet().to(device)
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-3)
    torch.manual_seed(2)  # the same order of images
    if by_hand:
        train_one_epoch(some, twin, loss_fn, optimizer, device)
    else:
        fit(some, twin, loss_fn, optimizer, 1, device, precision="float32", quiet=True)
    ends.append(torch.cat([p.detach().flatten() for p in twin.parameters()]))

print("largest difference:", (ends[0] - ends[1]).abs().max().item())
assert torch.equal(*ends) if device.type == "cpu" else torch.allclose(*ends, atol=1e-4)

# %% [markdown]
# ## Train
# Adam (Kingma and Ba, 2015), learning rate 1e-3, 64 images a batch. **Predict, then run**: how many steps of gradient
# descent will that be?

# %%
import time

epochs = 10 if full else 3
torch.manual_seed(0)
model = Convnet().to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
start = time.perf_counter()
history = fit(loader, model, loss_fn, optimizer, epochs, device)
seconds = time.perf_counter() - start
assert len(history["loss"]) == epochs
if full:
    assert epochs * len(loader) == 9_380

# %%
from ainotes.utils.plot import plot_loss_acc

plot_loss_acc(history)

# %%
from IPython.display import Markdown

Markdown(
    f"The loss falls from {history['loss'][0]:.3f} to {history['loss'][-1]:.3f}, in {seconds:.0f} seconds. Careful: "
    f"these are *training* figures. {history['acc'][-1]:.1%} says how well the network knows the images it learnt from."
)

# %% [markdown]
# ## A better recipe
# Four changes, each with a reason:
#
# 1. **batch normalisation** (Ioffe and Szegedy, 2015) after every convolution, so that larger steps stay safe,
# 2. **more convolutions**, five instead of two, and **global average pooling** instead of the big linear layer: more to
#    see with, less to memorise with,
# 3. **augmentation**: each image is mirrored half of the time and moved by up to one pixel, anew in each epoch,
# 4. **one cycle** of the learning rate (Smith and Topin, 2018), up and then down to nothing, with AdamW
#    (Loshchilov and Hutter, 2019) and softened labels (Szegedy et al., 2016).
#
# The first two change the network, the third what it sees, the last how it walks. This time we watch a validation set,
# because we are choosing.

# %%
def stage(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU())


def better_net():
    return nn.Sequential(
        stage(1, 32), nn.MaxPool2d(2),  # (N, 32, 14, 14)
        stage(32, 64), stage(64, 64), nn.MaxPool2d(2),  # (N, 64, 7, 7)
        stage(64, 128), stage(128, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(),  # (N, 128)
        nn.Linear(128, 10),
    )  # fmt: skip


candidate = better_net()
print(f"{count_parameters(candidate):,} parameters, {count_parameters(candidate[-1]):,} of them in the head")

# %%
from ainotes.data.augment import compose, flip, shift

augmented = fitting.with_augment(compose(flip(), shift(1)))
better_loader = DataLoader(augmented, batch_size=128, shuffle=True, drop_last=True)
better_epochs = 15 if full else 2

torch.manual_seed(0)
better = better_net().to(device)
optimizer = torch.optim.AdamW(better.parameters(), lr=5e-3, weight_decay=0.05)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=better_epochs * len(better_loader))

# %%
start = time.perf_counter()
better_history = fit(
    better_loader,
    better,
    nn.CrossEntropyLoss(label_smoothing=0.1),
    optimizer,
    better_epochs,
    device,
    val_dataloader=DataLoader(validation, batch_size=500),
    scheduler=scheduler,
)
better_seconds = time.perf_counter() - start

# %% [markdown]
# Move along the epochs. Augmentation makes the *training* images harder than the validation ones, so the dashed
# line of the training accuracy may lie below the solid one; choose *Loss*, and it may lie above.

# %%
from ainotes.widgets import CurveExplorer

CurveExplorer({"first recipe": history, "better recipe": better_history}, metric="acc")

# %% [markdown]
# ## The exam
# All choices are made. Now, once, the test images.

# %%
from ainotes.utils.train import evaluate, predict

exam = DataLoader(test, batch_size=500)
first_result = evaluate(exam, model, loss_fn, device)
better_result = evaluate(exam, better, loss_fn, device)
for name, result in {"first recipe": first_result, "better recipe": better_result}.items():
    print(f"{name:14s} test accuracy {result['acc']:.2%}, loss {result['loss']:.3f}")
if full:
    assert first_result["acc"] >= 0.905
    assert better_result["acc"] >= 0.930
assert first_result["acc"] > 0.5  # far from a guess, also in the short run

# %%
error, better_error = 1 - first_result["acc"], 1 - better_result["acc"]
Markdown(
    f"The first recipe gets {error:.1%} of the test images wrong, the better one {better_error:.1%}, in "
    f"{better_seconds / 60:.1f} minutes on this machine."
    + ("" if full else " (This was the short run: a few epochs, so the second recipe has hardly begun.)")
)

# %%
torch.manual_seed(4)
plot_fashion_images(test, test.classes, device, model=better if full else model)

# %% [markdown]
# Those titles are *predictions*. How right they are differs from class to class:

# %%
from ainotes.utils.plot import plot_per_class_accuracy

best = better if full else model
logits, truth = predict(exam, best, device)
probabilities = logits.softmax(dim=1)
predictions = probabilities.argmax(dim=1)
plot_per_class_accuracy(truth, predictions, test.classes)

# %%
from ainotes.utils.plot import plot_confusion_matrix

plot_confusion_matrix(truth, predictions, test.classes)

# %% [markdown]
# Now play: choose a cell of the matrix (arrow keys work) and look at the very images in it. Would you have known
# better?

# %%
from ainotes.widgets import ConfusionExplorer

ConfusionExplorer(truth, predictions, test.classes, images=test.images, probabilities=probabilities)

# %%
per_class = torch.stack([(predictions[truth == k] == k).float().mean() for k in range(10)])
hardest = test.classes[int(per_class.argmin())]
wrong = predictions[(truth == per_class.argmin()) & (predictions != truth)]
mixed_up = test.classes[int(wrong.mode().values)] if len(wrong) else "nothing"
Markdown(f"The hardest class is **{hardest}**: {per_class.min():.0%} right, most often taken for **{mixed_up}**.")

# %% [markdown]
# ## Confidently wrong
# The worst mistakes are those the network was sure of. They often say something about the *labels*.

# %%
from ainotes.utils.plot import plot_worst_mistakes

plot_worst_mistakes(test.images, truth, probabilities, test.classes)

# %% [markdown]
# ## Does 90 % mean 90 %?
# A network is *calibrated* when, of all images to which it gives 90 %, nine in ten are right (Guo et al., 2017).

# %%
from ainotes.utils.plot import plot_calibration

plot_calibration(truth, probabilities)

# %%
confidence = probabilities.max(dim=1).values.mean().item()
right = (predictions == truth).float().mean().item()
verdict = "more sure than right" if confidence > right else "more right than sure"
if abs(confidence - right) < 0.005:
    verdict = "about as sure as right"
Markdown(
    f"Mean confidence {confidence:.1%}, accuracy {right:.1%}: on the whole this network is {verdict}."
    + (" Softened labels push towards the cautious side, because they never ask for 100 %." if full else "")
)

# %% [markdown]
# ## Save it, load it, trust it
# What you trained is the *state dict*: names and tensors, nothing else. `safetensors` stores just that, so loading a
# file can never run somebody's code. After loading, check that it is the same network.

# %%
from pathlib import Path

from safetensors.torch import load_file, save_file

path = Path("trained") / "fashion_convnet.safetensors"
path.parent.mkdir(exist_ok=True)
save_file(model.state_dict(), path)
print(f"{path}: {path.stat().st_size / 1024:.0f} kB")

# %%
restored = Convnet().to(device)
restored.load_state_dict(load_file(path, device=str(device)))
batch = next(iter(exam))[0].to(device)
with torch.inference_mode():
    assert torch.equal(restored.eval()(batch), model.eval()(batch))

# %% [markdown]
# A long training may also be cut short. Give `fit` a `checkpoint="trained/run.pt"`: run the cell again, and it goes on
# where it was.
#
# ## Exercise 4 · standardise · ★★☆ · 8 minutes
# Many recipes shift and scale the pixels to mean 0 and standard deviation 1. Write `standardise(images, mean, std)`
# for byte images *(N, C, H, W)* with values 0 to 255; `mean` and `std` are lists with one number per channel, measured
# on pixels *between 0 and 1*. Return floats, and leave the input as it is.

# %% tags=["exercise"]
def standardise(images, mean, std):
    ...  # your code


# %%
ex.standardise.check(standardise)  # stuck? ex.standardise.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def standardise(images, mean, std):
    mean = torch.tensor(mean).reshape(1, -1, 1, 1)  # (1, C, 1, 1)
    std = torch.tensor(std).reshape(1, -1, 1, 1)
    return (images / 255 - mean) / std


assert ex.standardise.check(standardise).passed
standard = standardise(train.images, [mean], [std])
assert abs(standard.mean()) < 0.05
assert abs(standard.std() - 1) < 0.05

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "You try ten learning rates and keep the one with the best test accuracy. What is that accuracy now?",
        "choices": {
            "An honest estimate for new images": "Ten tries, and you kept the luckiest one on these very images.",
            "Too optimistic": "Right: the choice was made on the test set, so part of it is luck with these images.",
            "Too pessimistic": "The choice favours rates that happen to suit these images; that flatters.",
        },
        "answer": "Too optimistic",
    },
    {
        "ask": "Why does `optimizer.zero_grad()` stand in the loop?",
        "choices": {
            "backward() adds to the gradients that are already there": "Right: without it, each step also obeys all "
            "steps before.",
            "It sets the weights back to zero": "The weights are what you want to keep; only gradients are cleared.",
            "It frees the memory of the images": "The images go when nothing refers to them; this is about gradients.",
        },
        "answer": "backward() adds to the gradients that are already there",
    },
    {
        "ask": "What does the network return, and where is the softmax?",
        "choices": {
            "Probabilities; the softmax is its last layer": "Look at the class: it ends with a linear layer.",
            "Logits; CrossEntropyLoss applies the softmax itself": "Right. A second softmax would flatten the "
            "gradients: one of the patients of the debugging lab.",
            "Logits; the softmax is in the optimizer": "The optimizer sees gradients only.",
        },
        "answer": "Logits; CrossEntropyLoss applies the softmax itself",
    },
    {
        "ask": "With augmentation, validation accuracy is above training accuracy. Is something broken?",
        "choices": {
            "Yes, validation can never be better": "It can: the two are not measured on equally hard images.",
            "Not necessarily: the training images were made harder": "Right. They were also measured while the network "
            "was still changing.",
            "Yes, images must have leaked into validation": "A leak is worth ruling out, but augmentation alone "
            "explains it.",
        },
        "answer": "Not necessarily: the training images were made harder",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "training images": len(train),
    "parameters": count_parameters(model),
    "batches per epoch": len(loader),
    "steps": epochs * len(loader),
    "test accuracy": round(first_result["acc"], 4),
    "seconds": round(seconds, 1),
    "better recipe: test accuracy": round(better_result["acc"], 4),
    "better recipe: seconds": round(better_seconds, 1),
}

# %% [markdown]
# ## What you can do now
# - You look first: shapes, values, balance; and you keep the test set for one last question.
# - Your loop is *predict, compare, clear, blame, step*, and you have proof that `fit` is the same loop.
# - Curves say whether it learns, the confusion matrix says what it mixes up, calibration says whether to believe it.
# - A better recipe is a list of reasons, chosen on validation images and confirmed once on test images.
#
# **Next**: [Overfitting](02_overfitting.ipynb) · **Sources**: Xiao et al. (2017), *Fashion-MNIST*; Kingma and Ba
# (2015), *Adam*; Ioffe and Szegedy (2015), *Batch normalization*; Szegedy et al. (2016), *Rethinking the Inception
# architecture*, section 7 (label smoothing); Guo et al. (2017), *On calibration of modern neural networks*; Smith and
# Topin (2018), *Super-convergence*; Loshchilov and Hutter (2019), *Decoupled weight decay regularization*. All in the
# [bibliography](../../site/bibliography.md).
