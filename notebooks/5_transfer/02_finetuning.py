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
# # Fine-tuning
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/5_transfer/02_finetuning.ipynb)
#
# *Teach a trained network new classes in three ways, and once from scratch; set cost and gain in one table.*
#
# **Before you start**: [Features that travel](01_features.ipynb) and
# [Inside a trained network](../4_pretrained/03_inside.ipynb). **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - choose between kept features, a frozen base and fine-tuning, and say what each costs,
# - freeze a base so that it really stands still, its batch norms included,
# - give every block a learning rate of its own, and end with the best epoch,
# - say what augmentation bought, and how sure you are of it,
# - rebuild two recipes from the books, and count what they train.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Few photographs, a network that has seen many
# The task is that of the last lesson: two classes, 244 photographs to learn from, 153 to judge by. The *base* is a
# network that others trained.

# %%
from ainotes.data import full_run, hymenoptera
from ainotes.pretrained import load
from ainotes.transfer import prepare

network = load("squeezenet1_0")
side = 32 if network.is_embedded else 256
photographs, judges = hymenoptera(True, side), hymenoptera(False, side)
full = full_run(photographs) and not network.is_embedded
print(photographs.source, network.source, sep="\n")
standing = ["handwritten digits for ants and bees"] * photographs.is_standin
standing += ["the course's own small network for SqueezeNet"] * network.is_embedded
print(f"Standing in on this page: {' and '.join(standing)}; its figures are theirs." * bool(standing))

# %%
train, val = prepare(photographs, network), prepare(judges, network)  # scaled, cropped and normalised, once
if not full and not network.is_embedded:
    (train,), (val,) = train.split([48]), val.split([32])  # in a hurry
print(train)
print(f"{len(train)} to train on, {len(val)} to judge by: {' and '.join(train.classes)}")

# %% [markdown]
# A word on those to judge by. We keep the epoch that does best on them, and the recipes below were tried out on them
# too. So they are *validation* pictures: good enough to compare ways that were all chosen so, too kind to say how well
# one of them does on the pictures of tomorrow. For that a test set would be needed.
#
# ## Who may learn
# A network is a chain of blocks and a head that names the classes. The old head goes, a new one comes, with random
# numbers in it. Everything else is *frozen*.

# %%
from IPython.display import Markdown

from ainotes.transfer import blocks, freeze, replace_head, unfreeze
from ainotes.utils.train import count_parameters

model = freeze(replace_head(network, 2, pool="average"))
rows = [f"| `{name}` | {count:,} |" for name, count in blocks(model).items()]
Markdown("\n".join(["| block, from the pixels up | parameters |", "|---|---|", *rows]))

# %% [markdown]
# **Predict, then run**: which share of the parameters does the head alone have, and the head with the topmost block?

# %%
whole, head_alone = count_parameters(model, trainable=False), count_parameters(model)
with_top = count_parameters(unfreeze(model, blocks=1))
for name, count in {"head": head_alone, "head and topmost block": with_top, "everything": whole}.items():
    print(f"{name:23s} {count:9,}  {count / whole:6.1%}")
assert head_alone < with_top < whole

# %% [markdown]
# ## Two recipes from the books
# Most first experiments with transfer begin with one of two networks. We build both as they are published and count,
# on PyTorch's *meta* device: tensors there have a shape and no memory, so that even VGG-16 is made in no time.
#
# **AlexNet** ends in `classifier[6]`, a linear layer for 1,000 classes. The recipe of the PyTorch tutorials puts one
# for two classes in its place, `net.classifier[6] = nn.Linear(4096, 2)`, and trains on.

# %%
import torch
from torch import nn
from torchvision.models import alexnet, vgg16

with torch.device("meta"):
    alex = replace_head(alexnet(), 2)
print(alex.classifier[6])
alex_all = count_parameters(alex, trainable=False)
print(f"{alex_all:,} parameters; fine-tuned all of them learn, with a frozen base {count_parameters(freeze(alex)):,}")
assert alex_all == 61_100_840 - (4096 + 1) * 1000 + (4096 + 1) * 2
assert count_parameters(alex) == (4096 + 1) * 2 == 8_194

# %% [markdown]
# A published run of this recipe on ants and bees had 88.9 % of the validation photographs right after 10 epochs and
# 5 minutes 51 seconds. Keep the figure in mind.
#
# **VGG-16**, in Chollet's (2017) recipe: pictures of 150 × 150, the convolutions frozen, the maps *flattened*, 256
# hidden units, one logit.
#
# ## Exercise 1 · count a flat head · ★★☆ · 6 minutes
# VGG-16 pools five times, 2 × 2 with stride 2, which halves the rows and rounds *down*; its other layers keep the size.
# Write `flat_head(size, channels, hidden)`: how many parameters has a head on the flattened maps of a square picture of
# `size` rows, with `channels` maps at the end, `hidden` units in a linear layer, and one logit after them?


# %% tags=["exercise"]
def flat_head(size, channels, hidden): ...  # your code


# %%
from ainotes.checks import finetuning as ex

ex.flat_head.check(flat_head)  # stuck? ex.flat_head.hint()


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def flat_head(size, channels, hidden):
    rows = size // 32  # five poolings, each of which rounds down
    inputs = channels * rows * rows
    return (inputs + 1) * hidden + (hidden + 1)


assert ex.flat_head.check(flat_head).passed

# %%
with torch.device("meta"):
    head = nn.Sequential(nn.Linear(512 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, 1))
    vgg = freeze(replace_head(vgg16(), head, pool="flat"))
vgg_all, vgg_frozen = count_parameters(vgg, trainable=False), count_parameters(vgg)
assert tuple(vgg(torch.empty(1, 3, 150, 150, device="meta")).shape) == (1, 1)
print(f"{vgg_all:,} parameters; with the base frozen {vgg_frozen:,} are trained")
assert vgg_all == 16_812_353
assert vgg_frozen == flat_head(150, 512, 256) == 2_097_665

# %% [markdown]
# In the second half of the recipe the base is unfrozen from layer 10 on: the three upper of its five blocks.

# %%
vgg_tuned = count_parameters(unfreeze(vgg, blocks=3))
print(f"unfrozen from layer 10: {vgg_tuned:,} are trained, all but {vgg_all - vgg_tuned:,}")
assert vgg_tuned == 16_552_193
assert count_parameters(vgg.body[:10]) == 0 < count_parameters(vgg.body[10])

# %% [markdown]
# The first two blocks work on the largest maps and hold next to nothing: what a layer costs and what there is to train
# in it are two things.
#
# ## Way 1: features, kept
# What is frozen gives the same answer each time. So ask it once and keep the answer. Of the base we keep two things:
# the maps that enter its topmost block, for later, and what comes out of it, averaged to one number a channel.

# %%
import time

from ainotes.utils.train import get_device

device, message = get_device()
topmost = list(blocks(model))[-2]  # "body.7", or "body.8 to body.9" where it is two modules
top = int(topmost.split(" to ")[0].removeprefix("body."))  # its place
frozen = freeze(model).to(device).eval()
lower, upper = frozen.body[:top], frozen.body[top:]


@torch.no_grad()
def kept(images):
    """What the lower blocks make of all images, computed once: maps (N, C, rows, columns)."""
    batches = (images.batch(rows)[0] for rows in torch.arange(len(images)).split(32))
    return torch.cat([lower(batch.to(device)).cpu() for batch in batches])


@torch.no_grad()
def averages(maps):
    """What the topmost block makes of kept maps, averaged: one number for each channel, (N, C)."""
    return torch.cat([frozen.pool(upper(some.to(device))).cpu() for some in maps.split(64)])


# %%
start = time.perf_counter()
maps, val_maps = kept(train), kept(val)
features, val_features = averages(maps), averages(val_maps)
seconds = {"kept": time.perf_counter() - start}
print(f"maps {tuple(maps.shape)}, features {tuple(features.shape)}: {seconds['kept']:.1f} s, with those to judge by")

# %% [markdown]
# Every run on this page goes through one function: SGD, a learning rate that rises and falls (`OneCycleLR`), the best
# epoch kept. A *seed* decides the head's first weights and the order of the images; we take three.

# %%
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

from ainotes.transfer import parameter_groups
from ainotes.utils.train import fit

SEEDS, loss_fn = range(3), nn.CrossEntropyLoss()


def set_up(groups, data, epochs, batch=32):
    """A loader, an optimizer, and a schedule for so many epochs."""
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    optimizer = torch.optim.SGD(groups, momentum=0.9, weight_decay=1e-3)
    rates = [group["lr"] for group in groups]
    return loader, optimizer, OneCycleLR(optimizer, rates, total_steps=epochs * len(loader))


def train_part(part, groups, data, val_data, epochs, seed, batch=32):
    """Train a part of a network on a set, and give back its history."""
    loader, optimizer, schedule = set_up(groups, data, epochs, batch)
    options = {"val_dataloader": DataLoader(val_data, batch_size=64), "scheduler": schedule, "keep_best": True}
    return fit(loader, part, loss_fn, optimizer, epochs, device, seed=seed, quiet=True, **options)


# %% [markdown]
# The head is a linear layer behind a batch norm, which puts all features on one scale, as you did by hand in the last
# lesson.


# %%
def new_model(seed, learning=0):
    """The base with a new head, frozen but for the head and so many blocks."""
    torch.manual_seed(seed)
    width = features.shape[1]
    head = nn.Sequential(nn.BatchNorm1d(width, affine=False), nn.Linear(width, 2))
    return unfreeze(freeze(replace_head(network, head, pool="average")), blocks=learning).to(device)


def groups_of(model, lr=1e-2, decay=0.1):
    """What the optimizer takes: a rate for the head, smaller ones for the blocks; the head's weights decay strongly."""
    groups = parameter_groups(model, lr=lr, decay=decay)
    groups[0]["weight_decay"] = 0.3
    return groups


# %%
def at_best(history, key="val_acc"):
    """The value of the epoch that `fit` kept: that of the lowest validation loss, of equal ones the last."""
    losses = history["val_loss"]
    return history[key][max(epoch for epoch, loss in enumerate(losses) if loss == min(losses))]


runs, table, models = {}, {}, {}


def measure(name, train_one, before):
    """Train with every seed and enter the way into the table; `before`: seconds that a run needs besides."""
    start = time.perf_counter()
    models[name], histories = zip(*(train_one(seed) for seed in SEEDS), strict=True)
    seconds = before + (time.perf_counter() - start) / len(SEEDS)
    right, trained = torch.tensor([at_best(history) for history in histories]), count_parameters(models[name][0])
    table[name] = {"mean": right.mean().item(), "spread": right.std().item(), "seconds": seconds, "trained": trained}
    runs[name] = histories[0]
    print(f"{name}: {', '.join(f'{each:.1%}' for each in right)} by seed, {seconds:.1f} s a run")


# %%
HEAD_EPOCHS = 40 if full else 15


def train_head(seed, features, labels, epochs):
    model = new_model(seed)
    data, val_data = TensorDataset(features, labels), TensorDataset(val_features, val.labels)
    return model, train_part(model.head, groups_of(model), data, val_data, epochs, seed)


measure("kept features", lambda seed: train_head(seed, features, train.labels, HEAD_EPOCHS), seconds["kept"])

# %% [markdown]
# ## Way 2: the base frozen, the photographs changed
# The head has seen each photograph in one pose only. Augmentation shows it others:

# %%
from ainotes.data import augment
from ainotes.utils.plot import plot_images

change = augment.compose(augment.flip(), augment.zoom(0.2), augment.rotate(10), augment.jitter())
torch.manual_seed(4)
one = train.subset([len(train) // 3] * 8).with_normalize(0, 1)  # one photograph eight times, to be looked at
eight = one.with_augment(change).batch(slice(8))[0]
alt = f"One {train.classes[int(one.labels[0])]} eight times: mirrored, nearer, farther, turned, brighter, darker"
plot_images(eight, columns=4, alt=alt)

# %% [markdown]
# There is a price. A changed photograph has other features, so the base has to run again, in every epoch. Or, since it
# is frozen: for a few changed copies of each photograph, once. Then the copies stand in for all epochs and all seeds.
#
# **Predict, then run**: with so many copies, how much longer does a run take than with kept features?

# %%
COPIES = 3 if full else 2
torch.manual_seed(0)
start = time.perf_counter()
changed = torch.cat([maps, *(kept(train.with_augment(change)) for _ in range(COPIES))])
changed_features, changed_labels = averages(changed), train.labels.repeat(1 + COPIES)
seconds["changed"] = seconds["kept"] + time.perf_counter() - start
print(f"{len(train)} photographs and {COPIES} changed copies of each: maps {tuple(changed.shape)}")

# %%
few = HEAD_EPOCHS // (1 + COPIES)  # as many steps in all
measure("frozen, augmented", lambda seed: train_head(seed, changed_features, changed_labels, few), seconds["changed"])
print(f"{table['frozen, augmented']['seconds'] / table['kept features']['seconds']:.1f} times as long")

# %% [markdown]
# ## Frozen, and yet it moves
# SqueezeNet has no batch norms. Most networks do, and with them a frozen base holds a trap. The course's own small
# network has some; it shall learn the same two classes, on pictures of 32 × 32. Its base gets no gradient at all:
# `requires_grad_(False)`. **Predict, then run**: when the head has learnt, does the base compute what it did before?

# %%
import torch.nn.functional as F

seer = load("resnet14_cifar10")
small, small_val = (prepare(hymenoptera(part, 32), seer) for part in (True, False))


def train_frozen(mode, epochs=3 if full else 2):
    """Train a new head on the frozen base; `mode(model)` is called at the start of every epoch."""
    torch.manual_seed(0)
    model = replace_head(seer, 2)
    model.features.requires_grad_(False)
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=1e-3)
    for _ in range(epochs):
        mode(model)
        for rows in torch.randperm(len(small)).split(8):
            images, labels = small.batch(rows)
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %%
@torch.no_grad()
def moved(model):
    """How far the base's maps have moved, and the share of pictures that its old head now calls something else."""
    images = small_val.batch(slice(None))[0]
    before, after = seer.model.features(images), model.features(images)
    renamed = seer.model.classifier(before).argmax(dim=1) != seer.model.classifier(after).argmax(dim=1)
    return ((after - before).norm() / before.norm()).item(), renamed.float().mean().item()


loose = train_frozen(nn.Module.train)
weights = zip(loose.features.parameters(), seer.model.features.parameters(), strict=True)
assert all(torch.equal(one, other) for one, other in weights)  # no weight was touched
distance, renamed = moved(loose)  # the length of the difference, as a share of the length before
print(f"Its maps have moved by {distance:.0%}, and of the pictures it now calls {renamed:.0%} something else,")
print(f"among the {len(seer.categories)} classes that it knew before. None of its weights has changed.")
assert distance > 0.01

# %% [markdown]
# What changed are the *notes*: running mean and variance of every batch norm. They are no parameters, so no
# `requires_grad` reaches them; in training mode each batch of eight is normalised by itself and leaves its trace in
# the notes. What the network was trained with is forgotten, and the kept features of way 1 are no longer its own.
#
# ## Exercise 2 · training mode, but for what is frozen · ★★☆ · 8 minutes
# Write `train_mode(model)`: everything goes into training mode, but each `nn.BatchNorm2d` of which no parameter asks
# for a gradient goes into evaluation mode. Return the model.


# %% tags=["exercise"]
def train_mode(model): ...  # your code


# %%
ex.train_mode.check(train_mode)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def train_mode(model):
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d) and not any(p.requires_grad for p in module.parameters()):
            module.eval()
    return model


assert ex.train_mode.check(train_mode).passed

# %%
held = train_frozen(train_mode)
images, labels = small_val.batch(slice(None))
for name, each in {"notes taken": loose, "norms held": held}.items():
    with torch.no_grad():
        logits = each(images)
    right, loss = (logits.argmax(dim=1) == labels).float().mean(), F.cross_entropy(logits, labels)
    print(f"{name}: maps moved by {moved(each)[0]:4.0%}; validation accuracy {right:.1%}, loss {loss:.2f}")
assert moved(held) == (0.0, 0.0)

# %% [markdown]
# Do not be surprised if the first row is no worse than the second: notes of the *new* pictures can even suit them (Li
# and others, 2017, adapt networks to new surroundings in this way). But that should be your choice. By accident it
# means that features which you kept were computed by another base than the one you have; that a few pictures in the
# last batches decide; and that a base which serves several heads is spoilt for all others, as for its old one here.
#
# The package's `freeze` holds what it freezes in evaluation mode, also when `fit` calls `model.train()`.

# %%
norms = [module for module in freeze(replace_head(seer, 2)).train().modules() if isinstance(module, nn.BatchNorm2d)]
print(f"{len(norms)} batch norms, {sum(norm.training for norm in norms)} of them in training mode after train()")
assert not any(norm.training for norm in norms)

# %% [markdown]
# ## Way 3: fine-tuning
# So far the base sees what it saw before: edges, textures, parts, as the old classes needed them. *Fine-tuning* lets
# its topmost block bend towards the new task. Three rules make it work with few photographs:
#
# 1. **The head first.** A head of random numbers sends random gradients downwards, and they spoil what they pass
#    (Kumar and others, 2022). We begin with the heads of the first two ways.
# 2. **Small steps below.** Early layers see what every photograph has, late ones what the old classes needed
#    (Yosinski and others, 2014). So the learning rate falls from the head to the pixels (Howard and Ruder, 2018).
# 3. **Keep the best epoch.** With so few photographs a network soon knows them by heart.
#
# ## Exercise 3 · a smaller rate for every block · ★★☆ · 8 minutes
# Write `learning_rates(blocks, head, lr, decay)`: `blocks` is a list of modules, the one that sees the pixels first.
# Return what an optimizer takes, a list of dicts with `"params"` and `"lr"`. The head gets `lr`, the block below it
# `decay` times as much, the next `decay` times that, and so on. Leave out frozen parameters; a frozen block still
# counts as a step.


# %% tags=["exercise"]
def learning_rates(blocks, head, lr, decay): ...  # your code


# %%
ex.learning_rates.check(learning_rates)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def learning_rates(blocks, head, lr, decay):
    groups = []
    for depth, part in enumerate([head, *reversed(blocks)]):
        learning = [parameter for parameter in part.parameters() if parameter.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": lr * decay**depth})
    return groups


assert ex.learning_rates.check(learning_rates).passed

# %%
model = new_model(0, learning=2)
for group in parameter_groups(model, lr=1e-3, decay=0.1):  # the package's own, by name
    print(f"{group['name']:20s} {sum(p.numel() for p in group['params']):9,} parameters, rate {group['lr']:.0e}")
model = new_model(0, learning=1)
ours = learning_rates([model.body[:top], model.body[top:]], model.head, 1e-3, 0.1)
theirs = parameter_groups(model, lr=1e-3, decay=0.1)
assert [group["lr"] for group in ours] == [group["lr"] for group in theirs]

# %% [markdown]
# ## Exercise 4 · end with the best epoch · ★★★ · 10 minutes
# Write `keep_best(model, train, validate, epochs)`. `train(model)` trains one epoch, `validate(model)` returns the
# validation loss. Train all epochs; in the end `model` shall be as it was after the epoch of the lowest loss, of equal
# ones the first, running statistics included. Return that epoch, counted from 1.


# %% tags=["exercise"]
def keep_best(model, train, validate, epochs): ...  # your code


# %%
ex.keep_best.check(keep_best)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import copy
import math


def keep_best(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best = loss, epoch
            weights = copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


assert ex.keep_best.check(keep_best).passed

# %% [markdown]
# `fit(..., keep_best=True)` does this. With `checkpoint=PATH` the best weights are also in the file that it saves after
# every epoch, so that they survive a power cut. Does your function find the epoch of the first run on this page?

# %%
from ainotes.utils.train import epoch_loop, evaluate

model = new_model(0)
data, judge = TensorDataset(features, train.labels), DataLoader(TensorDataset(val_features, val.labels), 64)
loader, optimizer, schedule = set_up(groups_of(model), data, HEAD_EPOCHS)
torch.manual_seed(0)
best = keep_best(
    model.head,
    lambda part: epoch_loop(loader, part, loss_fn, optimizer, device, scheduler=schedule),
    lambda part: evaluate(judge, part, loss_fn, device)["loss"],
    HEAD_EPOCHS,
)
losses = runs["kept features"]["val_loss"]
print(f"epoch {best} of {HEAD_EPOCHS}; the lowest loss that fit saw was in epoch {losses.index(min(losses)) + 1}")
if device.type == "cpu":
    assert best == losses.index(min(losses)) + 1

# %% [markdown]
# ### The run
# What lies below the topmost block is frozen here as well. So its maps can be kept, as the features were in way 1, and
# only the block and the head have to be computed: that is why this fits into a lesson. The head knows its task by now,
# so it too takes smaller steps than before. First with the photographs as they are, then with the changed copies.


# %%
TUNE_EPOCHS = 6 if full else 3


def tune(seed, start, maps, labels, epochs):
    """Fine-tune the topmost block and the head on kept maps, from a way with a frozen base on."""
    model = new_model(seed, learning=1)
    model.head.load_state_dict(models[start][seed].head.state_dict())
    part = nn.Sequential(model.body[top:], model.pool, model.head)
    sets = TensorDataset(maps, labels), TensorDataset(val_maps, val.labels)
    return model, train_part(part, groups_of(model, lr=2e-3, decay=0.5), *sets, epochs, seed)


START = {"fine-tuned": "kept features", "fine-tuned, augmented": "frozen, augmented"}
plain, augmented = START
before = [table[start]["seconds"] for start in START.values()]
measure(plain, lambda seed: tune(seed, START[plain], maps, train.labels, TUNE_EPOCHS), before[0])
few = TUNE_EPOCHS // 2 + 1
measure(augmented, lambda seed: tune(seed, START[augmented], changed, changed_labels, few), before[1])

# %% [markdown]
# The part that was trained *is* the upper end of the model: `part` and `model` share their layers. So the model as a
# whole, fed with photographs, now answers as fine-tuned.

# %%
model = models[augmented][0].eval()
with torch.no_grad():
    by_parts = model.head(model.pool(model.body[top:](val_maps[:16].to(device))))
    as_a_whole = model(val.batch(range(16))[0].to(device))
assert torch.allclose(by_parts, as_a_whole, atol=1e-2)
assert all(torch.equal(p, q) for p, q in zip(model.body[:top].parameters(), lower.parameters(), strict=True))
old, new = (torch.cat([p.detach().flatten() for p in each.parameters()]) for each in (upper, model.body[top:]))
bent = ((new - old).norm() / old.norm()).item()
print(f"The same answers in parts and as a whole. The topmost block has changed by {bent:.2%}; below it, nothing has.")

# %% [markdown]
# ## From scratch, for contrast
# And without any base? Then a network learns from these pictures alone. We take a ResNet-14 with random weights, which
# is small itself, and small pictures, to save time. It gets the same augmentation and more epochs.
#
# **Predict, then run**: how far does it get? Guessing gives about a half.

# %%
from ainotes.models import ResNet14

scratch_side, scratch_epochs = (48, 10) if full else (32, 3)
little, little_val = hymenoptera(True, scratch_side), hymenoptera(False, scratch_side)
pixels = little.images.float() / 255
mean, std = pixels.mean(dim=(0, 2, 3)).tolist(), pixels.std(dim=(0, 2, 3)).tolist()
little, little_val = (each.with_normalize(mean, std) for each in (little.with_augment(change), little_val))


def from_scratch(seed):
    torch.manual_seed(seed)
    net = ResNet14(classes=2).to(device)
    groups = [{"params": list(net.parameters()), "lr": 0.05}]
    return net, train_part(net, groups, little, little_val, scratch_epochs, seed, batch=16)


measure("from scratch", from_scratch, 0.0)

# %% [markdown]
# ## The table
# Accuracy is the mean over three seeds, ± the standard deviation between them. Seconds are those of one run on this
# machine, from the photographs to the trained network.

# %%
lines = ["| way | validation accuracy | seconds | trained parameters |", "|---|---|---|---|"]
for name, row in table.items():
    accuracy = f"{row['mean']:.1%} ± {100 * row['spread']:.1f}"
    lines.append(f"| {name} | {accuracy} | {row['seconds']:.1f} | {row['trained']:,} |")
Markdown("\n".join(lines))

# %%
kept_acc, tuned_acc = table["kept features"]["mean"], max(table[name]["mean"] for name in (plain, augmented))
scratch_acc, n = table["from scratch"]["mean"], len(val)
margin = 2 * (kept_acc * (1 - kept_acc) / n) ** 0.5
verdict = "at least as good as" if tuned_acc > kept_acc - 1e-6 else "no better than"  # equal but for rounding
print(f"Fine-tuning, the better of its rows, is {verdict} kept features: {tuned_acc:.1%} against {kept_acc:.1%}.")
print(f"One picture of {n} is {100 / n:.1f} points, and chance alone moves such an accuracy by ± {100 * margin:.1f}.")
print(f"In its first epoch of fine-tuning {runs[augmented]['acc'][0]:.1%} of the training pictures were right already:")
print(f"what they still had to teach has changed the topmost block by {bent:.2%}.")
for name, without in {augmented: plain, "frozen, augmented": "kept features"}.items():
    print(f"Augmentation bought {100 * (table[name]['mean'] - table[without]['mean']):+.1f} points: {without} → {name}")
print(f"The base bought {100 * (kept_acc - scratch_acc):+.1f} points against learning from scratch.")
if full:
    assert abs(tuned_acc - kept_acc) < margin  # with so few photographs no difference is proven
    assert kept_acc > scratch_acc + 0.1
    assert min(row["mean"] for name, row in table.items() if name != "from scratch") > 0.889  # the published AlexNet

# %% [markdown]
# How to read it:
#
# - **What the base brings** is the distance to the last row. It is large where pictures are few and the task is hard;
#   digits are simple, and with more epochs a small network soon learns them from scratch.
# - **Kept features are the place to begin**: the cheapest row. What follows has to beat it by more than the margin.
# - **Fine-tuning pays most where the new pictures look unlike the old**: medical slides, maps, digits. Kept features
#   fit the worse, the farther the tasks lie apart (Yosinski and others, 2014). Ants and bees are among the thousand
#   classes that SqueezeNet was trained on; there is less left to gain.
# - **Augmentation is measured**, not believed in: compare the rows with and without it, and mind the margin.
#
# The runs of the first seed, epoch by epoch. Choose *acc*: which way has the widest gap between training and
# validation?

# %%
from ainotes.widgets import CurveExplorer

CurveExplorer(runs, metric="loss", patience=3)

# %% [markdown]
# ## Look at the answers
# A percentage has no face. Twelve validation photographs, each under what the fine-tuned model says of it.

# %%
from ainotes.utils.train import predict

logits, labels = predict(DataLoader(val, batch_size=32), models[augmented][0], device)
said, sure = logits.argmax(dim=1), logits.softmax(dim=1).max(dim=1).values
twelve = torch.linspace(0, len(val) - 1, 12).long()
names = [f"{val.classes[said[i]]} {'✓' if said[i] == labels[i] else '✗'} {sure[i]:.0%}" for i in twelve]
told = f"Twelve pictures under what the model says of them, {(said == labels)[twelve].sum()} of them rightly"
plot_images(val.images[twelve], names, columns=4, alt=told)

# %% [markdown]
# And its mistakes, the surest first. **Predict**: what do they have in common?

# %%
from ainotes.utils.plot import plot_worst_mistakes

plot_worst_mistakes(val.images, labels, logits.softmax(dim=1), val.classes, count=8)

# %%
other, _ = predict(DataLoader(val, batch_size=32), models["kept features"][0], device)
wrong, wrong_before = said != labels, other.argmax(dim=1) != labels
print(f"{int(wrong.sum())} mistakes of {len(val)}; kept features (first seed) make {int(wrong_before.sum())}.")
both, mended, new = (int(each.sum()) for each in (wrong & wrong_before, wrong_before & ~wrong, wrong & ~wrong_before))
print(f"{both} are common to both, {mended} were mended by fine-tuning, {new} are new.")

# %% [markdown]
# Before you change a recipe, look here. An insect of a few pixels, a flower that fills the picture, two kinds in one
# photograph: no learning rate mends these. A larger picture might, or a better crop, or a corrected label.
#
# ## The two recipes, run
# Where the weights of AlexNet and VGG-16 are on this machine, both recipes run now. Else nothing is downloaded unless
# you say so.

# %%
from pathlib import Path

from torchvision.models import get_model_weights

from ainotes.transfer import features as features_of

DOWNLOAD = False  # True fetches the weights, once; then the recipes run, for some minutes


def alexnet_recipe(net):
    """All of AlexNet with a new `classifier[6]`: SGD, batches of 8."""
    data, val_data = (prepare(hymenoptera(part), net) for part in (True, False))
    model = replace_head(net, 2)
    return model, torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9), data, val_data, loss_fn


def vgg_recipe(net):
    """A head of 256 units with one logit on the kept, flattened features of VGG-16 at 150 × 150."""
    imagenet = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    sets = [hymenoptera(part, 150).with_normalize(*imagenet) for part in (True, False)]
    data, val_data = (features_of(net.model, each, pool="flat", quiet=True) for each in sets)
    head = nn.Sequential(nn.Linear(512 * 4 * 4, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 1))
    return head, torch.optim.Adam(head.parameters(), lr=1e-4), data, val_data, nn.BCEWithLogitsLoss()


# %%
for name, recipe in {"alexnet": alexnet_recipe, "vgg16": vgg_recipe}.items():
    weights = get_model_weights(name).DEFAULT
    here = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name).exists()
    net = load(name) if DOWNLOAD or here else None
    if net is None or net.is_embedded:
        size = f"{weights.meta['_file_size']:.0f} MB"
        print(f"{name}: its weights, {size}, are not on this machine; its counts above hold without them.")
        continue
    start = time.perf_counter()
    part, optimizer, data, val_data, loss = recipe(net)
    options = {"val_dataloader": DataLoader(val_data, 32), "keep_best": True, "seed": 0, "quiet": True}
    history = fit(DataLoader(data, 8, shuffle=True), part, loss, optimizer, 10 if full else 1, device, **options)
    print(f"{name}: {at_best(history):.1%} of the validation set in {time.perf_counter() - start:.0f} s")

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "A base is frozen by requires_grad_(False), the model trains. What in the base may still change?",
        "choices": {
            "Nothing": "Running means and variances are no parameters: in training mode they go on.",
            "The running statistics of its batch norms": "Right. eval() holds them, again after every train().",
            "The weights of the topmost block": "Without a gradient no step changes them.",
        },
        "answer": "The running statistics of its batch norms",
    },
    {
        "ask": "Why does the base get a smaller learning rate than the new head?",
        "choices": {
            "It has more parameters": "The rate is not about how many there are.",
            "It knows much already, the head knows nothing": "Right: large steps would overwrite what it knows.",
            "So that it does not overfit": "It overfits all the same, only later. Keep the best epoch.",
        },
        "answer": "It knows much already, the head knows nothing",
    },
    {
        "ask": "Why can the maps below the topmost block be kept while it is fine-tuned?",
        "choices": {
            "They are small": "They are rather large.",
            "Their layers are frozen, so they stay the same": "Right; of changed copies too, as many as you keep.",
            "The gradient is zero there": "Nobody asks for it there. What counts is that the layers stand still.",
        },
        "answer": "Their layers are frozen, so they stay the same",
    },
    {
        "ask": "best = model.state_dict() after the best epoch, load_state_dict(best) in the end. What is loaded?",
        "choices": {
            "The weights of the best epoch": "state_dict() hands out the tensors themselves, and training goes on.",
            "The weights of the last epoch": "Right: without a copy, best is what the model is.",
            "The weights of the first epoch": "Nothing has kept those.",
        },
        "answer": "The weights of the last epoch",
    },
    {
        "ask": "Of 153 photographs, kept features get 143 right and fine-tuning 145. What do you report?",
        "choices": {
            "Fine-tuning is better": "By two photographs, on these. On others it may be the other way round.",
            "No difference that these photographs could show": "Right. And the cheaper way is the cheaper way.",
            "Kept features are better": "Nothing speaks for that.",
        },
        "answer": "No difference that these photographs could show",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    **{f"{name}: validation accuracy": round(row["mean"], 4) for name, row in table.items()},
    **{f"{name}: spread over seeds": round(row["spread"], 4) for name, row in table.items()},
    **{f"{name}: trained parameters": row["trained"] for name, row in table.items()},
    "seconds of a run with kept features": round(table["kept features"]["seconds"], 1),
    "seconds of a run of fine-tuning, augmented": round(table["fine-tuned, augmented"]["seconds"], 1),
    "frozen base with loose batch norms: maps moved by": round(distance, 3),
    "AlexNet for two classes: parameters": alex_all,
    "VGG-16 recipe: parameters": vgg_all,
    "VGG-16 recipe, frozen: trained parameters": vgg_frozen,
    "VGG-16 recipe, from layer 10: trained parameters": vgg_tuned,
}

# %% [markdown]
# ## What you can do now
# - You begin with kept features, and let everything else beat them by more than the margin.
# - A frozen base stands still when its parameters *and* its modes are held; `freeze` does both.
# - Each block has its own learning rate, smaller towards the pixels; the model ends with a *copy* of its best epoch.
# - You measured what augmentation buys, and know that the validation photographs helped to choose.
# - AlexNet with a new `classifier[6]`, VGG-16 with a flat head: you counted what each trains.
#
# **Next**: [your own photographs](03_your_photographs.ipynb) · **Sources**: Chilamkurthy, *Transfer learning for
# computer vision tutorial*, and Inkawhich, *Finetuning torchvision models*, both of PyTorch; Chollet (2017), *Deep
# learning with Python*, section 5.3; Yosinski, Clune, Bengio and Lipson (2014), *How transferable are features in deep
# neural networks?*; Howard and Ruder (2018), *Universal language model fine-tuning for text classification*; Kumar,
# Raghunathan, Jones, Ma and Liang (2022), *Fine-tuning can distort pretrained features and underperform
# out-of-distribution*; Li, Wang, Shi, Liu and Hou (2017), *Revisiting batch normalization for practical domain
# adaptation*; Iandola et al. (2016), *SqueezeNet*. All in the [bibliography](../../site/bibliography.md).
