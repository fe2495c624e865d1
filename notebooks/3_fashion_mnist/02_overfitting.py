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
# # Overfitting, and what helps
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/3_fashion_mnist/02_overfitting.ipynb)
#
# *Watch a network learn its images by heart, then measure what each remedy buys.*
#
# **Before you start**: [Training](01_training.ipynb). **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - recognise overfitting from two curves, and say which epoch to keep,
# - write early stopping, a mirror for batches, dropout and weight decay yourself,
# - compare remedies fairly: the same start, the same validation images, an honest margin,
# - train on a few hundred colour photographs, and know what the result is worth.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Few images, many parameters
# In the last lesson the network had tens of thousands of images, and they kept it honest. Most people who train a
# network have far fewer. So we take a thousand garments, and keep a larger set aside to see the truth by.
#
# Without the real images, or in a hurry (`AINOTES_SHORT=1`), everything below runs smaller and shorter, and proves
# less.

# %%
from ainotes.data import fashion_mnist, full_run

garments, test = fashion_mnist(train=True), fashion_mnist(train=False)
full = full_run(garments)
few, validation, plenty = garments.split([1000, 3000, 10_000] if full else [200, 300, 2000])
epochs = 40 if full else 4
print(garments.source)
print(f"{len(few):,} images to train on, {len(validation):,} to judge by; {epochs} epochs")

# %% [markdown]
# The network is the `Convnet` you know, with 1,024 hidden units where it had 128. Two switches are built in for later:
# dropout, and a normalisation after each convolution (`nn.Identity` does nothing).
#
# **Predict, then run**: how many parameters for each training image?

# %%
import torch
from torch import nn


def block(channels_in, channels_out, norm=nn.Identity):
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 3), norm(channels_out), nn.ReLU(), nn.MaxPool2d(2))


def wide_net(dropout=0.0, norm=nn.Identity):
    torch.manual_seed(0)  # every net on this page begins with the same weights
    features = [block(1, 32, norm), block(32, 64, norm), nn.Flatten()]  # (N, 1600)
    hidden = [nn.Dropout(dropout), nn.Linear(1600, 1024), nn.ReLU(), nn.Dropout(dropout)]  # (N, 1024)
    return nn.Sequential(*features, *hidden, nn.Linear(1024, 10))  # (N, 10)


# %%
from ainotes.utils.train import count_parameters

parameters = count_parameters(wide_net())
print(f"{parameters:,} parameters, {parameters / len(few):,.0f} for each image")
assert parameters == 320 + 18_496 + 1600 * 1024 + 1024 + 1024 * 10 + 10

# %% [markdown]
# Every run on this page goes through one function, so that they differ only in what we name. `AdamW` with a weight
# decay of 0 is Adam.

# %%
from torch.utils.data import DataLoader

from ainotes.utils.train import fit, get_device

device, message = get_device()
val_loader = DataLoader(validation, batch_size=500)
nets, runs = {}, {}


def train_net(net, data, epochs=epochs, weight_decay=0.0, **options):
    loader = DataLoader(data, batch_size=50, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=weight_decay)
    options = {"val_dataloader": val_loader, "seed": 0, "quiet": True} | options
    return fit(loader, net, nn.CrossEntropyLoss(), optimizer, epochs, device, **options)


# %% [markdown]
# **Predict, then run**: sketch two curves, the loss on the training images and the loss on the others. Where do they
# part?

# %%
from ainotes.utils.plot import plot_loss_acc

nets["plain"] = wide_net()
plain = runs["plain"] = train_net(nets["plain"], few)
plot_loss_acc(plain)

# %%
lowest = min(plain["val_loss"])
turn = plain["val_loss"].index(lowest) + 1
gap = plain["acc"][-1] - plain["val_acc"][-1]
print(f"After epoch {turn} the validation loss is at its lowest, {lowest:.2f}; at the end it is", end=" ")
print(f"{plain['val_loss'][-1]:.2f}, {plain['val_loss'][-1] / lowest:.1f} times as much.")
print(f"Accuracy at the end: {plain['acc'][-1]:.1%} on its own images, {plain['val_acc'][-1]:.1%} on others,", end=" ")
print(f"a gap of {100 * gap:.0f} points.")
if full:
    assert plain["acc"][-1] > 0.99
    assert gap > 0.12
    assert plain["val_loss"][-1] > 1.5 * lowest
    assert plain["val_acc"][-1] > plain["val_acc"][turn - 1] - 0.02  # the loss nearly doubles, the accuracy holds

# %% [markdown]
# That is **overfitting**. The training curves look splendid to the end; only the other images tell.
#
# Look once more: the validation *loss* gets much worse while the validation *accuracy* holds. The answers hardly
# change; the net becomes ever surer of them, of the wrong ones too. You have met the picture that shows this.

# %%
from ainotes.utils.plot import plot_calibration
from ainotes.utils.train import predict

logits, labels = predict(val_loader, nets["plain"], device)
sure = logits.softmax(dim=1).max(dim=1).values
print(f"mean confidence {sure.mean():.1%}, accuracy {(logits.argmax(dim=1) == labels).float().mean():.1%}")
if full:
    assert sure.mean() > (logits.argmax(dim=1) == labels).float().mean() + 0.08
plot_calibration(labels, logits.softmax(dim=1))

# %% [markdown]
# ## By heart
# How much can such a net memorise? We shuffle the labels of the training images: a boot may be called *Bag* now, the
# next one *Dress*. There is nothing left to understand.
#
# **Predict, then run**: which accuracy will it reach on these images? And on others?

# %%
from ainotes.data import ImageSet
from ainotes.utils.train import evaluate

torch.manual_seed(0)
nonsense = ImageSet(few.images, few.labels[torch.randperm(len(few))], few.classes)
confused = wide_net()
by_heart = train_net(confused, nonsense, val_dataloader=None)["acc"][-1]
elsewhere = evaluate(val_loader, confused, nn.CrossEntropyLoss(), device)["acc"]
print(f"{by_heart:.1%} of the nonsense learnt, {elsewhere:.1%} right on other images")
if full:
    assert by_heart > 0.95
    assert elsewhere < 0.2

# %% [markdown]
# The net can store a thousand arbitrary answers (Zhang and others, 2017, had nets learn the whole of ImageNet so). So a
# perfect training accuracy proves nothing at all: what a net has *understood* shows only on images that it has not
# learnt from.
#
# ## Exercise 1 · which net, which epoch · ★☆☆ · 6 minutes
# `runs` is a dict from a name to a history, each with `"loss"`, `"acc"`, `"val_loss"` and `"val_acc"`, one value an
# epoch. Write `choose(runs)`: it returns the name of the run and the epoch (from 1) with the lowest loss on images that
# the net has not learnt from.


# %% tags=["exercise"]
def choose(runs): ...  # your code


# %%
from ainotes.checks import overfitting as ex

ex.choose.check(choose)  # stuck? ex.choose.hint()


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def choose(runs):
    epochs = [
        (loss, name, epoch) for name, history in runs.items() for epoch, loss in enumerate(history["val_loss"], start=1)
    ]
    _, name, epoch = min(epochs)
    return name, epoch


assert ex.choose.check(choose).passed
assert choose(runs) == ("plain", turn)

# %% [markdown]
# ## Early stopping
# The cheapest remedy: stop when the validation loss has not reached a new low for some epochs (the *patience*), and
# keep the weights of the best epoch. Move the patience and see where training would have ended. What goes wrong when it
# is very small?

# %%
from ainotes.widgets import CurveExplorer

CurveExplorer(runs, metric="loss", patience=5)

# %% [markdown]
# ## Exercise 2 · early stopping · ★★☆ · 10 minutes
# Write `early_stop(losses, patience)`; `losses` holds a validation loss for each epoch. Return two epochs, counted
# from 1: the best one up to the stop, and the one after which training stops, the first at which the best is `patience`
# epochs old. If that never happens, training stops after the last. An equal loss is no progress.


# %% tags=["exercise"]
def early_stop(losses, patience): ...  # your code: return best, stop


# %%
ex.early_stop.check(early_stop)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def early_stop(losses, patience):
    best = 1
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses)


assert ex.early_stop.check(early_stop).passed

# %% [markdown]
# `fit` has it built in. `stop_when` is asked after each epoch, and `keep_best` loads the weights of the best epoch at
# the end. Your function can foretell the result, since the same seed repeats the same run.

# %%
from ainotes.utils.train import patience

limit = 5 if full else 2
best, stop = early_stop(plain["val_loss"], limit)
nets["early stopping"] = wide_net()
stopped = runs["early stopping"] = train_net(nets["early stopping"], few, stop_when=patience(limit), keep_best=True)
print(f"foretold: stop after epoch {stop}, keep epoch {best}; fit stopped after epoch {len(stopped['val_loss'])}")
if device.type == "cpu":
    assert len(stopped["val_loss"]) == stop

# %% [markdown]
# ## Augmentation
# More images would be best. The next best thing is to change those we have, a little and anew in every epoch, in ways
# that leave the *meaning* alone. A mirrored boot is a boot; a hidden corner does not make it a bag. What leaves
# the meaning alone depends on the task: mirrored text is not text, and an upside-down boot is not sold.

# %%
from ainotes.data import augment
from ainotes.utils.plot import plot_images

change = augment.compose(augment.flip(), augment.erase())
torch.manual_seed(31)
boot = few.subset([int((few.labels == 9).nonzero()[0])])
eight = change(boot.batch([0] * 8)[0])  # the same image eight times, (8, 1, 28, 28)
plot_images(eight, alt="One boot eight times, some mirrored, some with a black rectangle over a part")

# %% [markdown]
# `augment.flip` comes from the package. Here is how it is made.
#
# ## Exercise 3 · mirror some images of a batch · ★☆☆ · 6 minutes
# Write `flip(images, coins)`: `images` is a batch (N, C, H, W), `coins` has shape (N,) and type bool. Return a new
# batch in which the images whose coin is True are mirrored left to right, and leave `images` itself alone.


# %% tags=["exercise"]
def flip(images, coins): ...  # your code


# %%
ex.flip.check(flip)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def flip(images, coins):
    mirrored = images.flip(3)  # (N, C, H, W): columns are the last dimension
    return torch.where(coins[:, None, None, None], mirrored, images)


assert ex.flip.check(flip).passed

# %% [markdown]
# A data set with `with_augment` changes its images whenever they are asked for. The validation images stay as they are:
# they stand for the world, and the world is not augmented.
#
# **Predict, then run**: what will the *training* accuracy do?

# %%
nets["augmentation"] = wide_net()
augmented = runs["augmentation"] = train_net(nets["augmentation"], few.with_augment(change))
print(f"training {augmented['acc'][-1]:.1%} (plain {plain['acc'][-1]:.1%}),", end=" ")
print(f"validation loss {augmented['val_loss'][-1]:.2f} (plain {plain['val_loss'][-1]:.2f})")
if full:
    assert augmented["acc"][-1] < plain["acc"][-1]
    assert augmented["val_loss"][-1] < plain["val_loss"][-1]

# %% [markdown]
# It falls: the net never sees the same picture twice, so there is nothing to learn by heart. A lower training accuracy
# is no loss.
#
# ## Dropout
# In training, set a random share of the values to zero. No unit can rely on one certain other unit, and arrangements
# that recognise *one* image by a conspiracy of details fall apart (Srivastava and others, 2014).
#
# ## Exercise 4 · dropout · ★★☆ · 8 minutes
# Write `dropout(x, p, noise, training)`. `noise` has the shape of `x`, uniform between 0 and 1. In training, set `x` to
# 0 where `noise < p`, and scale what stays so that the mean is kept *on average*. Otherwise return `x`.


# %% tags=["exercise"]
def dropout(x, p, noise, training): ...  # your code


# %%
ex.dropout.check(dropout)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def dropout(x, p, noise, training):
    if not training:
        return x
    return torch.where(noise >= p, x / (1 - p), 0.0)


assert ex.dropout.check(dropout).passed

# %%
values = torch.ones(100_000)
dropped = dropout(values, 0.5, torch.rand(100_000), training=True)
print(f"zeros: {(dropped == 0).float().mean():.1%}, mean: {dropped.mean():.2f}")
assert abs(dropped.mean() - 1) < 0.02
nets["dropout"] = wide_net(dropout=0.5)
runs["dropout"] = train_net(nets["dropout"], few)

# %% [markdown]
# ## Weight decay
# A net that has to pass through every point of a small data set needs steep slopes, and steep slopes need large
# weights. So let weights cost something: add half the sum of their squares, times a strength, to the loss.
#
# ## Exercise 5 · a price on large weights · ★★☆ · 8 minutes
# Write `l2_penalty(model, strength)`: `strength / 2` times the sum of the squares of all weights, kernels and matrices,
# but not of the biases. It must have a gradient.


# %% tags=["exercise"]
def l2_penalty(model, strength): ...  # your code


# %%
ex.l2_penalty.check(l2_penalty)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def l2_penalty(model, strength):
    weights = [parameter for parameter in model.parameters() if parameter.ndim > 1]  # no biases
    return strength / 2 * sum((weight**2).sum() for weight in weights)


assert ex.l2_penalty.check(l2_penalty).passed

# %% [markdown]
# The gradient of that price is `strength` times the weight, so plain gradient descent shrinks each weight by a fixed
# share in every step: weight *decay*. Adam would rescale this gradient with all the others and spoil it. `AdamW` takes
# the decay out of the gradient and applies it directly (Loshchilov and Hutter, 2019), and for this reason its numbers
# look large.

# %%
nets["weight decay"] = wide_net()
runs["weight decay"] = train_net(nets["weight decay"], few, weight_decay=0.5)
norms = {name: l2_penalty(nets[name], 2.0).item() ** 0.5 for name in ("plain", "weight decay")}
print(f"length of all weights together: {norms['plain']:.1f} without, {norms['weight decay']:.1f} with decay")
assert norms["weight decay"] < norms["plain"]

# %% [markdown]
# ## Batch normalisation
# `nn.BatchNorm2d` brings every channel to mean 0 and standard deviation 1 over the *batch*, then lets the net choose
# scale and shift (Ioffe and Szegedy, 2015). It is meant for faster training. But since an image is now seen together
# with random others, it also adds a little noise, and noise is what most remedies on this page are made of.

# %%
nets["batch norm"] = wide_net(norm=nn.BatchNorm2d)
runs["batch norm"] = train_net(nets["batch norm"], few)
first = {name: next((e for e, acc in enumerate(runs[name]["acc"], 1) if acc > 0.9), None) for name in runs}
for name in ("plain", "batch norm"):
    print(f"{name}: a training accuracy above 90 % {f'in epoch {first[name]}' if first[name] else 'in no epoch yet'}")
if full:
    assert first["batch norm"] < first["plain"]

# %% [markdown]
# ## The yardstick: more images
# Ten times the images, and a tenth of the epochs: the same number of steps, the same work.
#
# And at last everything at once: changed images, dropout, decay and batch norm.

# %%
nets["ten times the images"] = wide_net()
runs["ten times the images"] = train_net(nets["ten times the images"], plenty, epochs=max(1, epochs // 10))
nets["all together"] = wide_net(dropout=0.5, norm=nn.BatchNorm2d)
runs["all together"] = train_net(nets["all together"], few.with_augment(change), weight_decay=0.5)
CurveExplorer(runs, metric="loss", patience=5)

# %% [markdown]
# ## What each remedy bought
# All nets answer the same validation images, so we can compare them image by image. If one net is right on $c$ images
# on which the other is wrong, and wrong on $b$ on which it is right, it is better by $(c - b) / N$, and chance alone
# moves that by about $\sqrt{b + c} / N$. Twice that is our margin.


# %%
def right_answers(net):
    logits, labels = predict(val_loader, net, device)
    return logits.argmax(dim=1) == labels  # (N,) bool


right = {name: right_answers(net) for name, net in nets.items()}


def bought(name):
    better, worse = ((right[name] & ~right["plain"]).sum(), (right["plain"] & ~right[name]).sum())
    return (100 * (better - worse) / len(validation)).item(), (200 * (better + worse) ** 0.5 / len(validation)).item()


# %%
from IPython.display import Markdown

lines = ["| net | training | validation | bought, in points | validation loss |", "|---|---|---|---|---|"]
for name, history in runs.items():
    at = best if name == "early stopping" else len(history["loss"])  # the epoch whose weights the net has
    gain, margin = bought(name)
    difference = f"{gain:+.1f} ± {margin:.1f}" if name != "plain" else ""
    accuracy = f"{history['acc'][at - 1]:.1%} | {right[name].float().mean():.1%}"
    lines.append(f"| {name} | {accuracy} | {difference} | {history['val_loss'][at - 1]:.2f} |")
Markdown("\n".join(lines))

# %%
proven = [name for name in runs if name != "plain" and bought(name)[0] > bought(name)[1]]
calmer = [name for name in runs if name != "plain" and runs[name]["val_loss"][-1] < plain["val_loss"][-1]]
dearer = [name for name in runs if name != "plain" and -bought(name)[0] > bought(name)[1]]
print("More accurate than chance explains:", ", ".join(proven) or "none")
print("Less accurate than chance explains:", ", ".join(dearer) or "none")
print("Lower validation loss at the end:", ", ".join(calmer))
if full:
    assert "ten times the images" in proven
    assert {"augmentation", "dropout", "all together"} <= set(calmer)
    assert max(runs, key=lambda name: right[name].sum()) == "ten times the images"

# %% [markdown]
# Read the table with its margins. Nothing beats *more images*. What the other remedies buy first of all is a lower
# loss, and with it a confidence that can be believed; a gain inside its margin is no gain that you have shown.
# Early stopping keeps the epoch of the lowest loss, which need not be the most accurate one. It buys calm and time.
#
# Two cautions. The training accuracies of the augmented and the dropped-out net are measured under their handicap, so
# they cannot be compared with the others. And the margin speaks of these images only: another seed moves every row a
# little.
#
# ## The exam
# The test images have not been touched. Two nets sit the exam, the plain one and the one with everything, both chosen
# before.

# %%
test_loader = DataLoader(test, batch_size=500)
exam = {name: evaluate(test_loader, nets[name], nn.CrossEntropyLoss(), device) for name in ("plain", "all together")}
for name, result in exam.items():
    print(f"{name}: accuracy {result['acc']:.1%}, loss {result['loss']:.2f}")
if full:
    assert exam["all together"]["loss"] < exam["plain"]["loss"]

# %% [markdown]
# ## On colour photographs
# Garments on a black ground are tame. Photographs have three channels, a background, and a subject that may be
# anywhere at any size. Here are a few hundred, 150 rows by 150 columns.

# %%
from ainotes.data import photographs

photo_train, photo_val = photographs(size=150)
photo_full = full_run(photo_train)
few_photos, few_others = (244, 153) if photo_full else (32, 32)  # as many as there are of ants and bees
(photo_train,) = photo_train.split([min(few_photos, len(photo_train))])
(photo_val,) = photo_val.split([min(few_others, len(photo_val))])
print(photo_train.source)
print(f"{len(photo_train)} to train on, {len(photo_val)} to judge by")
classes = photo_train.classes
plot_images(photo_train.images[:: len(photo_train) // 12][:12], alt=f"Twelve photographs of {' and '.join(classes)}")

# %% [markdown]
# The net: four blocks, then **global average pooling** (GAP), which keeps one number of each channel, its mean. It
# asks *how much* of a feature there is and forgets *where*. With two classes one logit is enough: positive means the
# second class, and `BCEWithLogitsLoss` is cross-entropy for this case.
#
# **Predict, then run**: more parameters than the net for the garments, or fewer? Images have 29 times as many pixels
# and three channels.


# %%
def gap_net():
    torch.manual_seed(0)
    blocks = [block(3, 32), block(32, 64), block(64, 128), block(128, 128)]  # (N, 128, 7, 7)
    head = [nn.Linear(128, 512), nn.ReLU(), nn.Linear(512, 1)]
    net = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *head)  # (N, 1)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # keeps signals alive; He and others (2015)
    return net


# %%
def kernels(channels_in, channels_out):
    return (3 * 3 * channels_in + 1) * channels_out


convolutions = kernels(3, 32) + kernels(32, 64) + kernels(64, 128) + kernels(128, 128)
linear = (128 + 1) * 512 + (512 + 1)
flat = (128 * 7 * 7 + 1) * 512 + (512 + 1)  # the same head on a flattened map
print(f"{convolutions:,} + {linear:,} = {count_parameters(gap_net()):,}; flattened it would be {convolutions + flat:,}")
assert convolutions + linear == count_parameters(gap_net()) == 307_393
assert round(150**2 / 28**2) == 29
assert round(parameters / count_parameters(gap_net())) == 5

# %% [markdown]
# Pixels are normalised with the mean and the standard deviation of the *training* photographs. The learning rate rises
# and falls again (`OneCycleLR`), which gets this net through in a few dozen epochs.

# %%
photo_epochs = 40 if photo_full else 2
pixels = photo_train.images.float() / 255
mean, std = pixels.mean(dim=(0, 2, 3)).tolist(), pixels.std(dim=(0, 2, 3)).tolist()
photo_val_loader = DataLoader(photo_val.with_normalize(mean, std), batch_size=51)


def train_photo_net(net, data):
    loader = DataLoader(data.with_normalize(mean, std), batch_size=8, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.0)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=photo_epochs * len(loader))
    options = {"val_dataloader": photo_val_loader, "scheduler": scheduler, "seed": 0, "quiet": True}
    return fit(loader, net, nn.BCEWithLogitsLoss(), optimizer, photo_epochs, device, **options)


# %%
photo_runs = {"plain": train_photo_net(gap_net(), photo_train)}
plot_loss_acc(photo_runs["plain"])

# %% [markdown]
# Overfitting again, with a net five times smaller. The remedy that suits photographs best is augmentation: mirrored,
# turned a little, nearer or farther, in another light, it still shows the same. One photograph, eight times:

# %%
vary = augment.compose(augment.flip(), augment.rotate(15), augment.zoom(0.2), augment.jitter())
torch.manual_seed(0)
eight = vary(photo_train.batch([0] * 8)[0])  # (8, 3, 150, 150)
assert not torch.equal(eight[0], eight[1])
plot_images(eight, columns=4, alt="One photograph eight times: mirrored, turned, nearer, farther, brighter or darker")

# %% [markdown]
# **A trap.** In many notebooks you find `RandomResizedCrop(scale=(0.8, 1.2))`, meant as "80 to 120 percent". But scale
# is a share of the image's *area*, to be cut from it, and no scissors cut out more than the sheet. **Predict, then
# run**: what does torchvision do with a draw above 1?

# %%
from torchvision.transforms import RandomResizedCrop

torch.manual_seed(0)
draws = [RandomResizedCrop.get_params(eight[0], (0.8, 1.2), (3 / 4, 4 / 3)) for _ in range(2_000)]
shares = torch.tensor([height * width / 150**2 for _, _, height, width in draws])
print(f"areas from {shares.min():.2f} to {shares.max():.2f} of the image, {shares.mean():.2f} on average")
assert shares.max() <= 1

# %% [markdown]
# It throws the draw away without a word and tries again. The objects get larger, never smaller. `augment.zoom(0.2)`
# does what was meant: its factor lies between 0.8 and 1.2, and what a smaller picture leaves open is filled from its
# border.

# %%
photo_runs["augmented"] = train_photo_net(gap_net(), photo_train.with_augment(vary))
CurveExplorer(photo_runs, metric="loss", patience=10)

# %% [markdown]
# How good is the cured net? To pick the best epoch and report *its* accuracy would be choosing and judging on the same
# few images. So we choose nothing and take the mean over the last ten epochs.

# %%
tail = min(10, photo_epochs)


def late_mean(run, key):
    return sum(run[key][-tail:]) / tail


late = {name: {key: late_mean(run, key) for key in ("acc", "val_acc", "val_loss")} for name, run in photo_runs.items()}
lines = ["| net | training | validation | validation loss |", "|---|---|---|---|"]
for name, mean_of in late.items():
    lines.append(f"| {name} | {mean_of['acc']:.1%} | {mean_of['val_acc']:.1%} | {mean_of['val_loss']:.2f} |")
Markdown("\n".join(lines))

# %%
cured, guess = late["augmented"]["val_acc"], photo_val.labels.bincount().max().item() / len(photo_val)
margin = 2 * (cured * (1 - cured) / len(photo_val)) ** 0.5
print(f"gap in accuracy: {100 * (late['plain']['acc'] - late['plain']['val_acc']):.0f} points plain,", end=" ")
print(f"{100 * (late['augmented']['acc'] - cured):.0f} augmented")
print(f"augmented: {cured:.1%} ± {100 * margin:.1f} points; always the larger class: {guess:.1%}")
if photo_full:
    assert late["augmented"]["val_loss"] < late["plain"]["val_loss"]
    assert late["augmented"]["acc"] - cured < late["plain"]["acc"] - late["plain"]["val_acc"]

# %% [markdown]
# The overfitting is cured: the loss stays down, the gap has shrunk. Whether the accuracy on other photographs has grown
# is another question, and the margin of so few images is wide. From a few hundred photographs alone a net learns
# something, and not enough to be relied on. What it lacks is other photographs; a net that has already seen a million
# of them is the strongest remedy of all, and a part of its own in this course.

# %% [markdown]
# ## What you can do now
# - Overfitting shows where the curves part: the validation loss turns up, and the epoch to keep is its lowest.
# - You have written the remedies: early stopping, a mirror for batches, inverted dropout, a price on weights.
# - You compare on the same validation images, with a margin, and you call a difference inside its margin no difference.
# - You can train on a few hundred photographs, and you say how many images your figure rests on.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz(
    [
        {
            "ask": "Training loss falls, validation loss rises, validation accuracy stays the same. What is going on?",
            "choices": {
                "The net grows surer of the same answers, wrong ones included": "Yes. The loss charges for confidence "
                "in wrong answers, accuracy does not.",
                "The validation images are harder": "They have been as hard from the first epoch on.",
                "The learning rate is too high": "Then the training loss would not fall so smoothly.",
                "Nothing: the accuracy is what counts": "It counts until someone relies on the net's confidence.",
            },
            "answer": "The net grows surer of the same answers, wrong ones included",
        },
        {
            "ask": "With dropout the training accuracy is lower than the validation accuracy. What is wrong?",
            "choices": {
                "The validation images have leaked into training": "That would be a reason to worry; here dropout "
                "alone explains it.",
                "The net has overfitted": "Overfitting is the other way round.",
                "Nothing": "Yes. Training is measured with units missing, validation with all of them.",
                "Dropout was left on in evaluation": "Then validation would suffer as well.",
            },
            "answer": "Nothing",
        },
        {
            "ask": "Which augmentation is harmful when a net is to read house numbers?",
            "choices": {
                "Moving by two pixels": "The number stays the number.",
                "Mirroring": "Yes. A mirrored 2 is no digit, and 7 has a side to look at.",
                "Changing the brightness": "Cameras do that all the time.",
                "Zooming a little": "A number a little nearer is the same number.",
            },
            "answer": "Mirroring",
        },
        {
            "ask": "Of 153 photographs, net A gets 110 right, net B 113. Is B better?",
            "choices": {
                "Yes, by two points": "By two points on these images; on others it may be the other way round.",
                "No, it is worse": "There is no sign of that either.",
                "Nobody can say from this": "Yes. Three of 153 lie well inside what chance does.",
            },
            "answer": "Nobody can say from this",
        },
        {
            "ask": "What does RandomResizedCrop(scale=(0.8, 1.2)) never do?",
            "choices": {
                "Enlarge the subject": "It does, with every crop smaller than the image.",
                "Show more than the image": "Yes. Draws above 1 are thrown away.",
                "Change the subject's place": "It does: the crop lies anywhere.",
                "Change the aspect ratio": "It does, between 3 to 4 and 4 to 3.",
            },
            "answer": "Show more than the image",
        },
    ]
)

# %% tags=["key-figures"]
{
    "training images": len(few),
    "parameters": parameters,
    "plain: training accuracy": round(plain["acc"][-1], 4),
    "plain: validation accuracy": round(plain["val_acc"][-1], 4),
    "plain: epoch of the lowest validation loss": turn,
    "augmentation: points bought": round(bought("augmentation")[0], 1),
    "ten times the images: points bought": round(bought("ten times the images")[0], 1),
    "nonsense labels learnt": round(by_heart, 4),
    "plain: test accuracy": round(exam["plain"]["acc"], 4),
    "plain: test loss": round(exam["plain"]["loss"], 3),
    "all together: test accuracy": round(exam["all together"]["acc"], 4),
    "all together: test loss": round(exam["all together"]["loss"], 3),
    "photographs": len(photo_train),
    "GAP net: parameters": count_parameters(gap_net()),
    "GAP net, plain: training accuracy": round(late["plain"]["acc"], 4),
    "GAP net, plain: validation loss": round(late["plain"]["val_loss"], 3),
    "GAP net, augmented: validation loss": round(late["augmented"]["val_loss"], 3),
    "GAP net, plain: validation accuracy": round(late["plain"]["val_acc"], 4),
    "GAP net, augmented: validation accuracy": round(late["augmented"]["val_acc"], 4),
}

# %% [markdown]
# **Next**: [The debugging lab](03_debugging_lab.ipynb), where the curves tell of faults.
#
# **Sources**: Zhang et al. (2017), *Understanding deep learning requires rethinking generalization*; Prechelt (1998),
# *Early stopping, but when?*; Shorten and Khoshgoftaar (2019), *A survey on image data augmentation for deep learning*;
# Zhong et al. (2020), *Random erasing data augmentation*; Srivastava et al. (2014), *Dropout*; Loshchilov and Hutter
# (2019), *Decoupled weight decay regularization*; Ioffe and Szegedy (2015), *Batch normalization*; Lin, Chen and Yan
# (2014), *Network in network*, section 3.2 (global average pooling); McNemar (1947), *Note on the sampling error of the
# difference between correlated proportions*. All in the [bibliography](../../site/bibliography.md).
