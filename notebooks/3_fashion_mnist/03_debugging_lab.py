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
# # The debugging lab
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/3_fashion_mnist/03_debugging_lab.ipynb)
#
# *Find out what ails a training loop from its curves, before you read its code.*
#
# **Before you start**: [Training](01_training.ipynb) and [Overfitting](02_overfitting.ipynb).
# **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - say what a healthy run looks like: its first loss, its curves, the gradient norms of its layers,
# - find most faults in seconds with two checks, before any long training,
# - tell six common faults apart by their symptoms,
# - mend a training step, a measurement and a split, and prove that the cure worked.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Faults that raise no error
# A wrong shape stops the program at once, and the message names the line. The faults of this lesson do not. The loop
# runs to its end, the loss may even fall, and the network is merely worse than it could be, or its figures are better
# than the truth. Nobody tells you. You have to know what healthy looks like.
#
# So this is a lab, with patients. First a healthy run, looked at closely. Then six sick ones: you see their charts,
# you make the diagnosis, and only then you open the code.
#
# The images are Fashion-MNIST's, *sorted by class*, as they come from a disk with one folder for each class. Some more
# images stay outside: no loop ever trains on these or chooses anything by them.

# %%
import torch

from ainotes.data import fashion_mnist, full_run

garments = fashion_mnist(train=True)
size, epochs, batch_size = (8_000, 8, 64) if full_run(garments) else (2_000, 3, 16)
lab, fresh = garments.split([size, 2_000])
order = lab.labels.argsort(stable=True)
images, labels = lab.images[order], lab.labels[order]  # uint8 (N, 1, 28, 28) and int64 (N,)
print(f"{garments.source} {len(images):,} images for the lab, {len(fresh):,} fresh ones, {epochs} epochs.")

# %% [markdown]
# ## A healthy loop, in four parts
# Every run in this lesson is put together from the same four parts. A sick one has *one* part replaced, nothing else.
#
# **Prepare**: hold a fifth out for validation, and normalise. Mean and standard deviation come from the training part,
# and the same two numbers serve both parts.


# %%
def prepare(images, labels, generator, share=0.2):
    held_out = torch.rand(len(images), generator=generator) < share
    pixels = images.float()
    pixels = (pixels - pixels[~held_out].mean()) / pixels[~held_out].std()
    return (pixels[~held_out], labels[~held_out]), (pixels[held_out], labels[held_out])


# %% [markdown]
# **Batches**: in a new random order each epoch, which is what `DataLoader(..., shuffle=True)` does.


# %%
def batches(images, labels, generator, size):
    order = torch.randperm(len(images), generator=generator)
    for rows in order.split(size):
        yield images[rows], labels[rows]


# %% [markdown]
# **Step**: the five lines that you know. It returns the loss, and the logits that this loss was computed from.


# %%
def train_step(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


# %% [markdown]
# **Measure**: in `eval()` mode, without gradients, and the model goes home in the mode in which it came.


# %%
def evaluate_accuracy(model, images, labels):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(images)
    model.train(was_training)
    return (logits.argmax(dim=1) == labels).float().mean().item()


healthy = {"prepare": prepare, "batches": batches, "train_step": train_step, "evaluate_accuracy": evaluate_accuracy}

# %% [markdown]
# The network is a small one with **dropout**, because one of the faults needs it. Its layers get names, so that we can
# speak of them.

# %%
from torch import nn


def lab_net(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential()
    model.extend([nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)])  # (N, 16, 14, 14)
    model.extend([nn.Conv2d(16, 32, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)])  # (N, 32, 7, 7)
    model.extend([nn.Flatten(), nn.Dropout(0.5), nn.Linear(32 * 7 * 7, 64), nn.ReLU()])  # (N, 64)
    return model.extend([nn.Dropout(0.3), nn.Linear(64, 10)])


# %% [markdown]
# ### The pulse: gradient norms
# Loss and accuracy say *that* something is wrong. The gradients often say *where*. One number for each layer is
# enough: the norm of its weights' gradient, $\lVert \partial L / \partial W \rVert_2$, noted at every step.

# %%
LAYERS = {"conv 1": 0, "conv 2": 3, "linear 1": 8, "linear 2": 11}  # places in the Sequential


def gradient_norms(model):
    gradients = {name: model[place].weight.grad for name, place in LAYERS.items()}
    return {name: 0.0 if grad is None else grad.norm().item() for name, grad in gradients.items()}


# %% [markdown]
# The run itself puts the parts together and keeps the record. At the end it takes two more looks: the validation
# accuracy *once more* (nothing has changed, so neither should the number), and the accuracy on the fresh images.

# %%
from torch.nn import functional as F

fresh_images = (fresh.images.float() - images.float().mean()) / images.float().std()


def run(parts, seed=0):
    generator = torch.Generator().manual_seed(seed)
    train, validation = parts["prepare"](images, labels, generator)
    model = lab_net(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    record = {"loss": [], "norms": {name: [] for name in LAYERS}, "acc": [], "val_acc": []}
    for _ in range(epochs):
        correct = 0
        for x, y in parts["batches"](*train, generator, batch_size):
            loss, logits = parts["train_step"](model, x, y, F.cross_entropy, optimizer)
            correct += (logits.argmax(dim=1) == y).sum().item()
            record["loss"].append(loss.item())
            for name, norm in gradient_norms(model).items():
                record["norms"][name].append(norm)
        record["acc"].append(correct / len(train[1]))
        record["val_acc"].append(parts["evaluate_accuracy"](model, *validation))
    record["second look"] = parts["evaluate_accuracy"](model, *validation)
    record["fresh"] = evaluate_accuracy(model, fresh_images, fresh.labels)
    record["model"] = model.eval()
    return record


# %% [markdown]
# **Predict, then run**: before the first step the network knows nothing, so it gives each of the ten classes about the
# same probability. What is the cross-entropy of that?

# %%
import math

records = {"healthy": run(healthy)}
first_loss = records["healthy"]["loss"][0]
print(f"first loss {first_loss:.3f}, -log(1/10) = log(10) = {math.log(10):.3f}")
assert abs(first_loss - math.log(10)) < 0.15

# %%
from ainotes.utils.plot_charts import plot_charts

plot_charts(records)

# %% [markdown]
# Take your time with this chart; everything later is compared with it.
#
# - **The loss** begins at $\log 10$, falls steeply, then ever more slowly. It is noisy: each step sees another batch.
#   (The thin line is every step, the thick one a running mean.)
# - **The gradients** begin small, because the untrained net's answers hardly depend on the image, rise within the
#   first steps and then stay in their lane. No layer falls silent, none runs away, and the layers keep a similar
#   distance from each other on the logarithmic scale.
# - **Validation runs ahead of training.** That is no mistake: dropout disturbs the training images' answers and not
#   the validation images', and the training accuracy of an epoch includes its poor beginning.

# %%
healthy_record = records["healthy"]
assert healthy_record["second look"] == healthy_record["val_acc"][-1]  # the same weights, the same answer
assert all(a < b for a, b in zip(healthy_record["acc"], healthy_record["val_acc"], strict=True))
assert min(min(norms) for norms in healthy_record["norms"].values()) > 0  # no layer falls silent

# %% [markdown]
# ## Exercise 1 · two sanity checks · ★★☆ · 12 minutes
# Two checks take seconds and belong in front of every long training:
#
# 1. Is the **first loss** what ignorance costs, $\log(\text{classes})$?
# 2. Can the net learn **one batch by heart**? With a hundred steps on the same few images the loss must go to almost
#    nothing. If it does not, no amount of data will help.
#
# Write `sanity_checks(model, images, labels, classes)`. It returns a dict of three numbers: `"expected"`, the loss of
# a net that knows nothing; `"first"`, the loss of this model before any step; `"last"`, its loss after a hundred steps
# of Adam with a learning rate of `1e-2` on this one batch. And it gives the model back untrained.
#
# Stuck? Put `ex.sanity_checks.hint()` into a cell of its own; there is more than one hint.


# %% tags=["exercise"]
def sanity_checks(model, images, labels, classes):
    """Return {"expected": ..., "first": ..., "last": ...}; the model is left as it was."""
    ...  # your code


# %%
from ainotes.checks import debugging as ex

ex.sanity_checks.check(sanity_checks)  # not attempted yet: try, then run me again

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import copy


def sanity_checks(model, images, labels, classes):
    twin = copy.deepcopy(model)  # the caller's model stays as it is
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-2)
    losses = []
    for _ in range(100):
        loss = F.cross_entropy(twin(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"expected": math.log(classes), "first": losses[0], "last": losses[-1]}


assert ex.sanity_checks.check(sanity_checks).passed

# %% [markdown]
# The first check alone finds a whole family of faults. Here is one: somebody forgets to normalise, and the pixels go
# in as they are, from 0 to 255. **Predict, then run**: what will the first loss be, about the same, smaller, larger?

# %%
few = torch.arange(0, len(images), len(images) // 64)  # a few of each class
raw_loss = F.cross_entropy(lab_net().eval()(images[few].float()), labels[few]).item()
print(f"first loss with pixels from 0 to 255: {raw_loss:.2f}; ignorance costs {math.log(10):.2f}")
assert raw_loss > 1.5 * math.log(10)

# %% [markdown]
# Larger: with such large inputs the untrained net is not ignorant, it is *confident and wrong*. It would recover
# within an epoch, and the only trace would be a result that is a little worse than it could be. The first loss tells
# at once.

# %% [markdown]
# ## The ward
# Six patients. Each is the healthy run with one part replaced by something that people really write.

# %%
from ainotes.checks import patients

for name in patients.WARD:
    records[name] = run(patients.admit(name, healthy))

# %% [markdown]
# Their charts, all on the same scales, the healthy one on top. Read a row from left to right: loss, pulse, accuracy.

# %%
plot_charts(records)

# %% [markdown]
# The same runs, live, one value an epoch: lay any patient over the healthy run, choose what to compare (the gradients
# too), and move the cursor along the epochs.

# %%
from ainotes.widgets import CurveExplorer


def by_epoch(record):
    steps = len(record["loss"]) // epochs
    means = {"loss": record["loss"]} | {f"gradient of {name}": norms for name, norms in record["norms"].items()}
    means = {key: torch.tensor(values).reshape(epochs, steps).mean(dim=1).tolist() for key, values in means.items()}
    return means | {"acc": record["acc"], "val_acc": record["val_acc"]}


curves = {name: by_epoch(record) for name, record in records.items()}
CurveExplorer(curves, metric="acc", hidden=list("BCDEF"), title="Six patients and a healthy run")

# %% [markdown]
# And the laboratory's report. *Second look* is the validation accuracy of the same weights on the same images,
# measured again. *Fresh* is the accuracy on the images that stayed outside, prepared as the healthy run prepares its
# own and measured properly, whatever the patient does.

# %%
print(f"{'':8}{'lowest loss':>12}{'training':>10}{'validation':>12}{'second look':>13}{'fresh':>8}")
for name, record in records.items():
    looks = record["acc"][-1], record["val_acc"][-1], record["second look"], record["fresh"]
    print(f"{name:8}{min(record['loss']):12.3f}{looks[0]:10.1%}{looks[1]:12.1%}{looks[2]:13.1%}{looks[3]:8.1%}")

# %% [markdown]
# ## Exercise 2 · six diagnoses · ★★★ · 15 minutes
# For each patient choose one complaint from the list. Each of the six ails from something else; the complaints left
# over are what these are most often mistaken for. A good order is: is the *training* loss odd? Are the *gradients*
# odd? Is only the *validation* odd? And then, what could make just that?

# %%
print(*ex.COMPLAINTS, sep="\n")

# %% tags=["exercise"]
diagnosis = ...  # for example {"A": "overfitting", "B": "nothing wrong", ...} and so on to "F"

# %%
ex.diagnosis.check(diagnosis)

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
diagnosis = {
    "A": "softmax before the loss",
    "B": "no eval",
    "C": "not shuffled",
    "D": "data leak",
    "E": "no zero_grad",
    "F": "validation normalised differently",
}
assert ex.diagnosis.check(diagnosis).passed

# %% [markdown]
# From here on we open the code. If you have not made your diagnoses yet, go back: you only get to do this once.

# %% [markdown]
# ## A and E: the step
# Patient A learns, but its loss comes to rest on a floor, while its accuracy is decent. Its code:

# %%
print(patients.code("A"))

# %% [markdown]
# `F.cross_entropy` takes logits and applies the softmax itself. Patient A applies it twice. What goes in are then
# probabilities, between 0 and 1, and even the best possible input, 1 for the right class and 0 for the nine others,
# costs
#
# $$ -\log \frac{e^1}{e^1 + 9 e^0} . $$
#
# That is the floor. The softmax also flattens the gradients, so every layer's pulse is weak from the first step on.

# %%
floor = -math.log(math.e / (math.e + 9))
weak = records["A"]["norms"]["linear 2"][0] / records["healthy"]["norms"]["linear 2"][0]
print(
    f"floor {floor:.3f}, lowest loss of A {min(records['A']['loss']):.3f}, of the healthy run "
    f"{min(records['healthy']['loss']):.3f}; first gradient of the last layer: {weak:.2f} of the healthy one"
)
assert min(records["A"]["loss"]) > floor
assert weak < 0.5

# %% [markdown]
# Patient E is the opposite: its pulse rises and does not come down.

# %%
print(patients.code("E"))

# %% [markdown]
# `backward()` does not *set* the gradients, it **adds** to them. That is useful (several losses, several small
# batches) and it is why each step begins by setting them to zero. Without it, every step follows the sum of all
# gradients since the beginning.

# %%
weight = torch.ones(3, requires_grad=True)
for _ in range(3):
    (2 * weight).sum().backward()
    print(weight.grad)

pulse = {name: sum(records[name]["norms"]["linear 2"][-20:]) / 20 for name in ("healthy", "E")}
print(f"last layer, mean of the last 20 steps: healthy {pulse['healthy']:.2f}, E {pulse['E']:.1f}")
assert pulse["E"] > 5 * pulse["healthy"]

# %% [markdown]
# ## Exercise 3 · mend the training step · ★☆☆ · 6 minutes
# This step has both faults, A's and E's. Mend it, without looking up. The check runs it on a tiny network and compares
# weights, losses and logits.


# %% tags=["exercise"]
def train_step(model, images, labels, loss_fn, optimizer):
    """One step of training; return the loss and the logits that it was computed from."""
    model.train()
    logits = model(images).softmax(dim=1)
    loss = loss_fn(logits, labels)
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


# %%
ex.train_step.check(train_step)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def train_step(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


assert ex.train_step.check(train_step).passed

# %% [markdown]
# Does it cure the patient? Give E your step and let it run once more, from the same seed. A cured patient equals the
# healthy run, not roughly but in every digit.

# %%
treated = run(patients.admit("E", healthy) | {"train_step": train_step})
cured = treated["loss"] == records["healthy"]["loss"]
print("cured: the same loss at every step" if cured else "not cured yet: mend train_step, then run this cell again")

# %% [markdown]
# ## B: the measurement
# Patient B's training curve is as good as the healthy one. Its validation has lost the lead, it trembles, and a second
# look at the same weights gives another number.

# %%
print(patients.code("B"))

# %% [markdown]
# `no_grad()` only stops autograd from recording. Dropout still drops half of the features of every image, at random.
# Nothing is wrong with this *network*: on fresh images, measured properly, it is about as good as the healthy one. A
# sick measurement, then, and it makes you throw away good networks.
#
# With batch normalisation the same mistake is worse: in training mode the answer for one image depends on *which other
# images are in its batch*, and the layer's running statistics change while you measure.

# %%
torch.manual_seed(0)
norm_net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4), nn.Linear(4, 2))
image, neighbours, others = torch.randn(1, 4), torch.randn(7, 4), torch.randn(7, 4)
for mode in (True, False):
    norm_net.train(mode)
    with torch.no_grad():
        answers = [norm_net(torch.cat([image, rest]))[0] for rest in (neighbours, others)]
    print("train()" if mode else "eval() ", "the same image in two batches:", *answers)
    assert torch.allclose(*answers) == (not mode)

# %% [markdown]
# ## Exercise 4 · mend the measurement · ★★☆ · 8 minutes
# Mend patient B's function, and be a good guest while you are at it: the model comes in some mode, and must go home in
# that mode, with its gradients and statistics untouched.


# %% tags=["exercise"]
def evaluate_accuracy(model, images, labels):
    """The fraction of the images that the model gets right; the model is left as it was."""
    with torch.no_grad():
        logits = model(images)
    return (logits.argmax(dim=1) == labels).float().mean().item()


# %%
ex.evaluate_accuracy.check(evaluate_accuracy)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def evaluate_accuracy(model, images, labels):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(images)
    model.train(was_training)
    return (logits.argmax(dim=1) == labels).float().mean().item()


assert ex.evaluate_accuracy.check(evaluate_accuracy).passed

# %%
treated = run(patients.admit("B", healthy) | {"evaluate_accuracy": evaluate_accuracy})
cured = treated["val_acc"] == records["healthy"]["val_acc"]
print("cured: the same accuracy after every epoch" if cured else "not cured yet: mend evaluate_accuracy, then run me")

# %% [markdown]
# ## C: the order
# Patient C hardly learns, and then its loss sinks and jumps up again, in a rhythm, and its gradients beat with it.

# %%
print(patients.code("C"))

# %% [markdown]
# The images lie sorted by class, and this loop takes them as they lie. How many batches of an epoch show the net one
# single class?

# %%
pure = {}
for name, part in {"healthy": batches, "C": patients.WARD["C"]["batches"]}.items():
    train, _ = prepare(images, labels, torch.Generator().manual_seed(0))
    kinds = [len(y.unique()) for _, y in part(*train, torch.Generator().manual_seed(0), batch_size)]
    pure[name] = kinds.count(1) / len(kinds)
    print(f"{name:8} {kinds.count(1):4} of {len(kinds)} batches hold a single class")
assert pure["healthy"] == 0
assert pure["C"] > 0.5

# %% [markdown]
# Now the rhythm. In C's last epoch, what was the loss of the first and of the last batch of each class?

# %%
by_class = {}
for loss, (_, y) in zip(records["C"]["loss"][-len(kinds) :], part(*train, None, batch_size), strict=True):
    if len(y.unique()) == 1:
        by_class.setdefault(lab.classes[y[0]], []).append(loss)
for name, losses in by_class.items():
    print(f"{name:12} first batch {losses[0]:5.2f}, last batch {losses[-1]:5.2f}")

# %% [markdown]
# Each batch is a sample of the data, and the step that it suggests is only good if the sample is. A batch of shirts
# says: *call everything a shirt*. So it goes, class after class, and each overwrites the one before. What does patient
# C call the fresh images, after its last epoch?

# %%
with torch.no_grad():
    called = records["C"]["model"](fresh_images).argmax(dim=1)

last_class = labels[-1].item()
share = (called == last_class).float().mean().item()
print(f"the file ends with {lab.classes[last_class]}; that is what C calls {share:.0%} of the fresh images")
if full_run(garments):
    assert share > 0.5

# %% [markdown]
# The cure is one word, `shuffle=True`, for the *training* loader (a validation loader may keep its order: nothing is
# learned there).
#
# The rhythm is the symptom to remember: a wave with one beat for each class, at the same places in every epoch.

# %% [markdown]
# ## D: the split
# Patient D had few photographs. Somebody made shifted copies, a sound idea, then split.

# %%
print(patients.code("D"))

# %% [markdown]
# Of the copies of one garment, most land in the training set and the others in the validation set. The net learns
# *that garment*, and is examined on it. This is a **data leak**: what should measure has been seen. The curve that
# results is the most beautiful of the ward, and the only one that lies about the future.

# %%
gap = {name: records[name]["val_acc"][-1] - records[name]["fresh"] for name in ("healthy", "D")}
print(f"validation minus fresh: healthy {100 * gap['healthy']:+.1f} points, D {100 * gap['D']:+.1f} points")
if full_run(garments):
    assert gap["D"] > 0.05 > gap["healthy"]

# %% [markdown]
# Leaks have many doors: several photographs of one person or from one second of film on both sides; a mean or a
# selection of features computed before the split; the same picture twice on the web; tuning on the test set. Whatever
# is *made from the data* is made after the split, from the training part.
#
# ## Exercise 5 · stop the leak · ★★☆ · 10 minutes
# This function doubles the data with mirror images and then splits. Mend it: a fifth of the *original* images is held
# out, at random; what remains is doubled with its mirror images; the validation set holds originals only.


# %% tags=["exercise"]
def split_then_mirror(images, labels, generator):
    """((images, labels) to train on, (images, labels) to validate on): a fifth is held out."""
    images, labels = torch.cat([images, images.flip(3)]), labels.repeat(2)
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


# %%
ex.split_then_mirror.check(split_then_mirror)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def split_then_mirror(images, labels, generator):
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    validation = images[held_out], labels[held_out]
    train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)
    return train, validation


assert ex.split_then_mirror.check(split_then_mirror).passed

# %% [markdown]
# ## F: the normalisation
# Patient F trains like the healthy run, to the last digit, and does well on fresh images. Only its own validation set
# fares badly, and from the first epoch on: too early for overfitting.

# %%
print(patients.code("F"))
assert records["F"]["loss"] == records["healthy"]["loss"]

# %% [markdown]
# Two pipelines, written at different times, and one forgot a line. The remedy is to look at what *enters the network*,
# for each set, by two numbers:

# %%
sets = patients.WARD["F"]["prepare"](images, labels, torch.Generator().manual_seed(0))
for name, (pixels, _) in zip(("training", "validation"), sets, strict=True):
    print(f"{name:10} mean {pixels.mean():+.2f}, standard deviation {pixels.std():.2f}")
assert abs(sets[0][0].mean()) < 0.01
assert sets[1][0].mean() > 0.1

# %% [markdown]
# In real projects this one hides between training and *use*: the network is trained in a notebook, and the program
# that ships prepares its images a little differently. Keep the transform beside the weights; torchvision's pretrained
# networks do, as `weights.transforms()`.

# %% [markdown]
# ## The first five things to try
# 1. **Look at what enters the network**, for training, validation and use alike: shape, type, mean, standard
#    deviation, labels, and a handful of pictures.
# 2. **First loss**: is it $\log(\text{classes})$?
# 3. **One batch by heart**: does its loss go to almost nothing within a hundred steps?
# 4. **Read the loop aloud**: train, logits, loss, zero, backward, step; and for measuring: eval, no_grad, back again.
#    Is the training data shuffled? Was it split before anything was made from it?
# 5. **Gradient norms for twenty steps**: does a layer fall silent, does one run away, do they only grow? And at the
#    end, **measure twice**, and once on images that nothing has seen.
#
# Then, and only then, change the learning rate.

# %% tags=["key-figures"]
{
    "healthy validation accuracy": round(records["healthy"]["val_acc"][-1], 4),
    "lowest loss with softmax before the loss": round(min(records["A"]["loss"]), 4),
    "floor of that loss": round(floor, 4),
    "accuracy lost by measuring without eval": round(records["B"]["fresh"] - records["B"]["val_acc"][-1], 4),
    "validation accuracy unshuffled": round(records["C"]["val_acc"][-1], 4),
    "leak, validation minus fresh": round(gap["D"], 4),
    "gradient norm without zero_grad, times healthy": round(pulse["E"] / pulse["healthy"], 1),
    "accuracy lost by another normalisation": round(records["F"]["fresh"] - records["F"]["val_acc"][-1], 4),
}

# %% [markdown]
# ## What you can do now
# - A healthy run begins at $\log(\text{classes})$, falls steeply, then slowly; its gradient norms stay in their lanes;
#   its answers do not change at a second look.
# - First loss and one batch by heart: two checks, seconds, before every long training.
# - A floor is a softmax too many. Gradients that only grow were never set to zero. A rhythm is unshuffled data. A
#   trembling validation is a missing `eval()`. Poor from the first epoch is another normalisation. Too good to be true
#   is a leak.
# - You mended a step, a measurement and a split, and proved two cures by equality with the healthy run.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz(
    [
        {
            "ask": f"A net with 100 classes has a first loss of {2 * math.log(100):.1f}. What do you look at first?",
            "choices": {
                "The inputs: shape, mean and standard deviation": f"Yes. Ignorance costs log(100), about "
                f"{math.log(100):.1f}; twice that means confident and wrong, most often because the inputs are far too "
                "large.",
                "The learning rate": "It has had no influence yet: the first loss comes before the first step.",
                "The number of epochs": "The first loss comes before any of them.",
                "Nothing: it will come down": "It will, and you may never learn what it cost you.",
            },
            "answer": "The inputs: shape, mean and standard deviation",
        },
        {
            "ask": "Validation accuracy is poor after the very first epoch and stays so, while training is fine. "
            "Which is the least likely?",
            "choices": {
                "Overfitting": "Yes: memorising takes time, so its gap opens slowly.",
                "The validation images are prepared differently": "Very likely: such a gap is there from the start.",
                "A bug in how validation is measured": "Likely: a wrong measurement is wrong from the start.",
            },
            "answer": "Overfitting",
        },
        {
            "ask": "What does torch.no_grad() do to dropout?",
            "choices": {
                "Nothing": "Yes. It only stops autograd from recording; model.eval() switches dropout off.",
                "It switches it off": "That is model.eval(). no_grad() only stops the recording of gradients.",
                "It makes it repeatable": "No; a seed would. And model.eval() switches it off.",
            },
            "answer": "Nothing",
        },
        {
            "ask": "You have ten photographs of each of 300 dogs and want to know how well dogs *never seen* are "
            "recognised. How do you split?",
            "choices": {
                "By dog: all ten photographs on one side": "Yes. Otherwise the net is examined on dogs it knows.",
                "By photograph, at random": "Then nearly every dog is on both sides: a leak.",
                "By photograph, the last ones for validation": "Still the same dogs on both sides.",
            },
            "answer": "By dog: all ten photographs on one side",
        },
        {
            "ask": "Where may optimizer.zero_grad() stand?",
            "choices": {
                "Anywhere after step() and before the next backward()": "Yes: at the top of the loop, before backward, "
                "or right after step are all the same.",
                "Only between backward() and step()": "There it erases what step() needs: nothing would ever move.",
                "Once, before the loop": "Then every step follows the sum of all gradients: patient E.",
            },
            "answer": "Anywhere after step() and before the next backward()",
        },
    ]
)

# %% [markdown]
# **Next**: [Speed](04_speed.ipynb), where the loop that is now right becomes fast.
#
# **Sources**
# - Karpathy (2019), *A recipe for training neural networks*: the sanity checks, and much more of this kind.
# - Goodfellow, Bengio and Courville (2016), *Deep learning*, section 11.5 on debugging strategies.
# - Glorot and Bengio (2010), *Understanding the difficulty of training deep feedforward neural networks*, AISTATS:
#   gradients read layer by layer.
# - Srivastava and others (2014), *Dropout*, JMLR 15. Ioffe and Szegedy (2015), *Batch normalization*, ICML.
# - Kapoor and Narayanan (2023), *Leakage and the reproducibility crisis in machine-learning-based science*, Patterns
#   4.
