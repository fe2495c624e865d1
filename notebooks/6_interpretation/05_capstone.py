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
# # The whole way, with your own pictures
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/6_interpretation/05_capstone.ipynb)
#
# *All six parts once more, in one piece of work that is yours: from pictures to a network that you can answer for.*
#
# **Before you start**: the course, or as much of it as you have; each step says where it comes from.
# **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - take a set of pictures the whole way: look, baseline, own network, borrowed network, choice, test,
# - build a network within a budget, and predict its shapes and what it sees,
# - choose on validation, and use the test pictures once,
# - test an explanation before you believe it, and write down what your network is for.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## 1 · Your pictures
# A folder with a folder for each class, as in [Your photographs](../5_transfer/03_your_photographs.ipynb). Without one
# the page takes photographs of two kinds that it finds on this machine: ants and bees, or what stands in for them.

# %%
FOLDER = ""  # for example "/home/me/pictures"

# %%
from ainotes.data import full_run, image_folder, photographs

train, rest = image_folder(FOLDER, size=160, val=0.4) if FOLDER else photographs(size=160)
full, classes = full_run(train), train.classes
if not full:  # in a hurry, or with stand-ins: fewer pictures, and all figures prove less
    (train,), (rest,) = train.split([min(96, len(train))]), rest.split([min(80, len(rest))])
val, test = rest.split([0.5, 0.5], seed=0)  # every class in the same proportion
print(train.source)
for name, part in (("to train on", train), ("to choose by", val), ("to judge by, once", test)):
    counts = part.labels.bincount(minlength=len(classes)).tolist()
    told = ", ".join(f"{count} {kind}" for count, kind in zip(counts, classes, strict=True))
    print(f"{len(part):4d} {name}: {told}")

# %% [markdown]
# Three parts, three uses: the first for gradients, the second for *decisions*, the third for one figure at the end. A
# picture that helped to decide cannot judge any more. From here on nobody looks at `test`.
#
# ## 2 · Look
# What could give the classes away besides the things? ([Your photographs](../5_transfer/03_your_photographs.ipynb))

# %%
from ainotes.utils.plot import plot_images

shown = [place for label in range(len(classes)) for place in (train.labels == label).nonzero().flatten()[:8].tolist()]
told = f"Up to eight pictures of each class: {', '.join(classes)}."
plot_images([train.images[place] for place in shown], [classes[train.labels[place]] for place in shown], alt=told)

# %% [markdown]
# ## 3 · What is easy
# Before any convolution: how far does somebody come who always says the larger class? And one dense layer on all the
# pixels, at 64 rows? It has a weight for each pixel, channel and class, and no idea that pixels have neighbours
# ([Images as tensors](../1_convolutions/01_images.ipynb)).
#
# **Predict, then run**: how many parameters? And how far above the larger class will it come?

# %%
import torch
from torch import nn
from torch.utils.data import DataLoader

from ainotes.data import ImageSet, augment
from ainotes.utils.train import count_parameters, fit

SIDE = 64
pixels = train.images.float() / 255
mean, std = pixels.mean(dim=(0, 2, 3)).tolist(), pixels.std(dim=(0, 2, 3)).tolist()  # of the training pictures alone


def small(part):
    """Return the pictures with 64 rows and columns, normalised."""
    images = nn.functional.interpolate(part.images.float(), size=(SIDE, SIDE), mode="bilinear", antialias=True)
    pictures = ImageSet(images.round().to(torch.uint8), part.labels, classes, is_standin=part.is_standin)
    return pictures.with_normalize(mean, std)


def train_net(net, epochs, data, lr=3e-3):
    loader = DataLoader(data, batch_size=16, shuffle=True, drop_last=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * len(loader))
    options = {"val_dataloader": small_val, "scheduler": scheduler, "seed": 0, "quiet": True}
    return fit(loader, net, nn.CrossEntropyLoss(), optimizer, epochs, "cpu", **options)


small_train, small_val = small(train), DataLoader(small(val), batch_size=100)

# %%
def dense(classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, classes))


def count_right(history):
    return round(history["val_acc"][-1] * len(val))


torch.manual_seed(0)
nets, histories = {"dense": dense(len(classes))}, {}
histories["dense"] = train_net(nets["dense"], 20 if full else 4, small_train, lr=1e-3)
right = {"larger class": val.labels.bincount().max().item(), "dense": count_right(histories["dense"])}
assert count_parameters(nets["dense"]) == (3 * SIDE * SIDE + 1) * len(classes)
print(f"larger class: {right['larger class'] / len(val):.1%}")
print(f"dense: {right['dense'] / len(val):.1%}, with {count_parameters(nets['dense']):,} parameters")

# %% [markdown]
# ## Exercise 1 · a network of your own · ★★★ · 15 minutes
# Write `my_network(classes)`: a new network that turns images (N, 3, 64, 64) into logits (N, classes). It has
# convolutions, each layer a module of its own, and at most **100,000 parameters**. It must beat the dense layer; how is
# up to you. The check trains it for a moment, on stripes that no dense layer can tell apart.

# %% tags=["exercise"]
def my_network(classes):
    ...  # your code


# %%
from ainotes.checks import capstone as ex

ex.my_network.check(my_network)  # stuck? ex.my_network.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def my_network(classes):
    def block(channels_in, channels_out):
        conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2))

    blocks = [block(3, 16), block(16, 32), block(32, 64), block(64, 64)]  # (N, 64, 4, 4)
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


assert ex.my_network.check(my_network).passed

# %% [markdown]
# ## 4 · Know it before you train it
# Two things can be said of your network by arithmetic alone: the size of every map
# ([How big is the output?](../1_convolutions/04_sizes.ipynb)), and how many pixels a number in it has seen
# ([How far a neuron sees](../1_convolutions/05_sight.ipynb)).
#
# **Predict, then run**: for your last map, both numbers. Write them down first.

# %%
PREDICTED_ROWS, PREDICTED_FIELD = None, None  # your guesses

# %%
from ainotes.interpret import activations
from ainotes.shapes import Layer, output_size, receptive_fields

torch.manual_seed(0)
nets["own"] = my_network(len(classes))
windows = {}  # by the names of the layers that have a window
for name, module in nets["own"].named_modules():
    if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        numbers = [getattr(module, what, 1) for what in ("kernel_size", "stride", "padding", "dilation")]
        windows[name] = Layer(*(number if isinstance(number, int) else number[0] for number in numbers))
maps = activations(nets["own"], list(windows), small_train.batch([0])[0])

rows, field = SIDE, 1
for (name, layer), seen in zip(windows.items(), receptive_fields(windows.values()), strict=True):
    rows = output_size(rows, layer.kernel, stride=layer.stride, padding=layer.padding, dilation=layer.dilation)
    field = seen.size
    fact = maps[name].shape[2]
    note = "" if fact == rows else " (something between the layers: count by hand)"
    print(f"{name:6s} {rows:2d} rows by arithmetic, {fact:2d} in fact; sees {field:3d} pixels{note}")
    rows = fact
print(f"you said {PREDICTED_ROWS} rows and {PREDICTED_FIELD} pixels; it is {rows} and {field}")
print(f"{count_parameters(nets['own']):,} parameters")

# %% [markdown]
# This arithmetic is for layers in a row. If yours branch, the longest way decides what is seen. Does the last map see
# enough for *your* things?
#
# ## 5 · Train it
# With mirrored and slightly varied copies ([Overfitting](../3_fashion_mnist/02_overfitting.ipynb)); and a look at the
# curves, which tell faults apart ([Debugging lab](../3_fashion_mnist/03_debugging_lab.ipynb)).

# %%
from ainotes.utils.plot import plot_loss_acc

vary = augment.compose(augment.flip(), augment.shift(4), augment.jitter())
histories["own"] = train_net(nets["own"], 30 if full else 6, small_train.with_augment(vary))
right["own"] = count_right(histories["own"])
plot_loss_acc(histories["own"])

# %%
lead = right["own"] - right["dense"]
verdict = f"beats the dense layer by {lead} of {len(val)} pictures" if lead > 0 else "does not beat the dense layer yet"
print(f"your network: {right['own'] / len(val):.1%} of the validation pictures; it {verdict}")

# %% [markdown]
# ## 6 · Borrow
# From so few pictures a network that begins with nothing may learn little, whoever built it. The same with features
# that were learnt elsewhere ([Features that travel](../5_transfer/01_features.ipynb)): cached, and a linear layer on
# them. **Predict, then run**: how much further does it come, and in how many seconds?

# %%
import time

from ainotes.pretrained import load
from ainotes.transfer import features, replace_head

network = load("squeezenet1_0")
print(network.source)
begin = time.perf_counter()
known, judged = features(network, train, quiet=True), features(network, val, quiet=True)
torch.manual_seed(0)
head = nn.Linear(known.tensors[0].shape[1], len(classes))
lr = 0.01 / known.tensors[0].std().item()  # the larger the numbers that come in, the smaller the steps
optimizer = torch.optim.AdamW(head.parameters(), lr=lr, weight_decay=1e-2)
loaders = [DataLoader(known, batch_size=16, shuffle=True), DataLoader(judged, batch_size=100)]
history = fit(
    loaders[0], head, nn.CrossEntropyLoss(), optimizer, 40, "cpu", val_dataloader=loaders[1], seed=0, quiet=True
)
right["transfer"] = count_right(history)
nets["transfer"] = replace_head(network, head)
print(f"transfer: {right['transfer'] / len(val):.1%}, after {time.perf_counter() - begin:.1f} seconds")

# %% [markdown]
# ## 7 · Choose
# Two pictures more are no reason to choose the larger network: another sample of pictures might turn that round. Among
# those that the validation cannot tell from the best, the simplest is enough.
#
# ## Exercise 2 · the simplest that is good enough · ★★☆ · 8 minutes
# `results` is a dict from a name to (right, total, parameters). Write `choose_simplest(results)`: the name of the one
# with the fewest parameters among those whose share of right answers is at most *one standard error* below the best
# share. The standard error is that of the best: $\sqrt{p\,(1 - p) / n}$.

# %% tags=["exercise"]
def choose_simplest(results):
    ...  # your code


# %%
ex.choose_simplest.check(choose_simplest)  # stuck? ex.choose_simplest.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def choose_simplest(results):
    shares = {name: right / total for name, (right, total, parameters) in results.items()}
    best = max(shares, key=lambda name: shares[name])
    error = (shares[best] * (1 - shares[best]) / results[best][1]) ** 0.5
    near = [name for name in results if shares[name] >= shares[best] - error]
    return min(near, key=lambda name: results[name][2])


assert ex.choose_simplest.check(choose_simplest).passed

# %%
from IPython.display import Markdown

results = {name: (right[name], len(val), count_parameters(net, trainable=False)) for name, net in nets.items()}
chosen = choose_simplest(results)
table = ["| network | validation | parameters | choice |", "|---|---|---|---|"]
for name, (count, total, parameters) in results.items():
    table.append(f"| {name} | {count / total:.1%} | {parameters:,} | {'**chosen**' if name == chosen else ''} |")
Markdown("\n".join(table))

# %% [markdown]
# ## 8 · Judge, once
# Now the test pictures. Whatever comes out is the result; who goes back to change something has no test pictures any
# more. **Predict, then run**: higher or lower than on validation?

# %%
from ainotes.utils.train import predict


def asked(part):
    """Return logits of the chosen network for pictures, and the labels."""
    if chosen != "transfer":
        return predict(DataLoader(small(part), batch_size=100), nets[chosen], "cpu")
    given = features(network, part, quiet=True)
    with torch.inference_mode():
        return head.eval()(given.tensors[0]), given.tensors[1]


def interval(share, count, z=1.96):
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return middle - half, middle + half


logits, labels = asked(test)
answers = logits.argmax(dim=1)
accuracy = (answers == labels).float().mean().item()
low, high = interval(accuracy, len(test))
baseline = labels.bincount().max().item() / len(labels)
print(f"{chosen}: {accuracy:.1%} of {len(test)} test pictures, {low:.0%} to {high:.0%}; larger class {baseline:.1%}")

# %% [markdown]
# ## 9 · Look at the mistakes
# Choose a cell ([Training](../3_fashion_mnist/01_training.ipynb)).

# %%
from ainotes.widgets import ConfusionExplorer

ConfusionExplorer(labels, answers, classes, test.images, logits.softmax(dim=1))

# %%
recalls = [(answers[labels == label] == label).float().mean().item() for label in range(len(classes))]
weakest = classes[min(range(len(classes)), key=recalls.__getitem__)]
print(", ".join(f"{name} {recall:.0%}" for name, recall in zip(classes, recalls, strict=True)), "- weakest:", weakest)

# %% [markdown]
# ## 10 · Open it
# Your own network, with the numbers that it has learnt ([Kernels and feature maps](01_maps.ipynb)). Choose a picture
# and a layer, point at a map, switch its filter off. **Predict, then run**: how far will the answer move without the
# filter whose map is brightest?

# %%
from ainotes.widgets import NetworkExplorer

pictures = small(test)
try:
    figure = NetworkExplorer(nets["own"], pictures.images, pictures.labels, classes, mean=mean, std=std, count=8)
except (TypeError, ValueError) as reason:
    figure = Markdown(f"This figure takes layers that stand in a row, and yours do not: {reason}.")
figure

# %% [markdown]
# And where does the chosen one look for its class? Grad-CAM, on its last maps
# ([Where does it look?](03_class_activation.ipynb)).

# %%
from ainotes.interpret import grad_cam, randomization_check
from ainotes.utils.plot import plot_heat

looking = "own" if chosen == "dense" else chosen  # a dense layer has no maps to look at
if looking == "own":
    layer = next((name for name, seen in reversed(maps.items()) if seen.shape[2] >= 8), list(maps)[-1])
    names = [name for name, module in nets["own"].named_modules() if not list(module.children())]
    behind = names[names.index(layer) + 1 :][:2]  # its normalisation and its ReLU, where it has them
    layer = next((name for name in behind if isinstance(nets["own"].get_submodule(name), nn.ReLU)), layer)
    inputs = pictures.batch(range(min(12, len(test))))[0]
else:
    layer = "features"
    inputs = network.preprocess(test.images[:12])


def explain(net, images, target=None):
    return grad_cam(net, layer, images, target)


heats = explain(nets[looking], inputs)  # (N, H, W), each from 0 to 1
found = (heats.amax(dim=(1, 2)) > 0).nonzero().flatten()  # a map is 0 everywhere where nothing speaks for the class
print(f"{looking}, layer {layer}: {len(found)} of {len(inputs)} maps show something")
place = int(found[0]) if len(found) else 0
seen = test.images[place].float() if looking == "own" else inputs[place]  # what it was given, from 0 to 1
picture = (seen - seen.min()) / (seen.max() - seen.min())
with torch.inference_mode():
    named = classes[nets[looking].eval()(inputs[[place]]).argmax()]
plot_heat(picture, heats[place], f"for {named}")

# %% [markdown]
# It looks convincing. So would an edge detector. Before you believe it: does the map *change* when the network forgets
# what it has learnt ([Is it true?](04_measuring.ipynb); Adebayo et al., 2018)? The layers get random weights, from the
# top to the bottom; at each stop the maps are compared with the first ones. **Predict, then run**: what should the
# correlation come down to?

# %%
check = randomization_check(nets[looking], inputs[found if len(found) else [0]], explain, stops=3)
for stop, spearman in zip(check.layers, check.spearman, strict=True):
    print(f"{'as trained' if not stop else f'random down to {stop}':40s} rank correlation {spearman:5.2f}")
alike = check.spearman[-1]
survives = "depends on what was learnt" if alike < 0.5 else "hardly depends on what was learnt: do not rely on it"
print(f"The map {survives}.")

# %% [markdown]
# Even a map that passes says *where*, not *why*. What it can do is to make you doubt: if it lies beside the thing, go
# back to your pictures.
#
# ## 11 · Keep it
# In one file, and loaded again ([Your photographs](../5_transfer/03_your_photographs.ipynb)). For a network of your own
# the file holds the numbers, and the code stays with you.

# %%
import tempfile
from pathlib import Path

from ainotes.transfer import load_classifier, save_classifier

holder = tempfile.TemporaryDirectory()  # a folder of yours, to keep it
if chosen == "transfer":
    file = save_classifier(Path(holder.name) / "mine.safetensors", nets[chosen], network, classes)
    kept, question = load_classifier(file).model, network.preprocess(test.images[:4])
else:
    file = Path(holder.name) / "mine.pt"
    torch.save({"state": nets[chosen].state_dict(), "classes": list(classes), "mean": mean, "std": std}, file)
    saved = torch.load(file, weights_only=True)
    kept = {"own": my_network, "dense": dense}[chosen](len(saved["classes"]))
    kept.load_state_dict(saved["state"])
    question = small(test).batch(range(4))[0]
with torch.inference_mode():
    torch.testing.assert_close(kept.eval()(question), nets[chosen].eval()(question), rtol=1e-4, atol=1e-4)
print(f"{file.name}: {file.stat().st_size / 1e6:.2f} MB; loaded again it answers the same")

# %% [markdown]
# ## 12 · Answer for it
# A network that leaves your desk needs a *model card* (Mitchell et al., 2019): what it knows, what it learnt from, how
# good it is and how surely, where it is weak, what it is not for.
#
# ## Exercise 3 · a card for your network · ★★☆ · 8 minutes
# Write `model_card(facts)`: a text in Markdown, in your own words. It has to say everything in `facts` (the next cells
# show what there is), shares in per cent.

# %%
facts = {
    "name": f"{' or '.join(classes)}?",
    "classes": list(classes),
    "train": len(train),
    "test": len(test),
    "accuracy": accuracy,
    "low": low,
    "high": high,
    "baseline": baseline,
    "parameters": results[chosen][2],
    "weakest": weakest,
    "not_for": "anything that is none of these classes: it will name one all the same",
}

# %% tags=["exercise"]
def model_card(facts):
    ...  # your code


# %%
ex.model_card.check(model_card)  # stuck? ex.model_card.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def model_card(facts):
    lines = [
        f"**{facts['name']}**\n",
        f"- **Knows** {', '.join(facts['classes'])}; {facts['parameters']:,} parameters.",
        f"- **Learnt from** {facts['train']:,} pictures, judged once by {facts['test']:,} others.",
        f"- **Right** in {facts['accuracy']:.1%} of them; on others of the kind, between {facts['low']:.1%} and "
        f"{facts['high']:.1%} are likely. Always saying the largest class: {facts['baseline']:.1%}.",
        f"- **Weakest** at {facts['weakest']}. **Not for** {facts['not_for']}.",
    ]
    return "\n".join(lines)


assert ex.model_card.check(model_card).passed

# %%
Markdown(model_card(facts))

# %% [markdown]
# ## The course, as a checklist
# Whatever network comes your way, yours or another's:
#
# 1. I have looked at the pictures, and know what else tells the classes apart. (Parts 1 and 5)
# 2. I know what a stupid rule reaches. (Part 1)
# 3. I can say every shape, the parameters, and how far the last map sees. (Parts 1 and 2)
# 4. One batch can be learnt by heart; the first loss is what it must be. (Part 3)
# 5. I stopped, regularised and augmented by the validation curve, not by the training curve. (Part 3)
# 6. I tried borrowed features before I trained for long. (Parts 4 and 5)
# 7. I chose on validation, with its error in mind, and asked the test pictures once. (Parts 3 and 5)
# 8. I have seen its mistakes, and know what its percentages are worth. (Parts 3 and 4)
# 9. Its explanation changes when its weights do. (Part 6)
# 10. It is saved with its classes and its preprocessing, and its card says what it is not for. (Parts 5 and 6)
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "The test accuracy disappoints. You change the learning rate and test again. What is the new figure?",
        "choices": {
            "The test accuracy of the better network": "You chose by it: it is a validation accuracy now.",
            "A validation accuracy": "Right. For a test you need pictures that have decided nothing.",
            "Worthless": "It may still tell the two apart, as validation does. It is no test any more.",
        },
        "answer": "A validation accuracy",
    },
    {
        "ask": "70 of 77 against 72 of 77 validation pictures, 60,000 parameters against 700,000. Which?",
        "choices": {
            "The larger: it is better": "By two pictures; the standard error is about two pictures.",
            "The smaller": "Right: the validation cannot tell them apart, and it is cheaper in every way.",
            "Both, averaged": "That would be the most expensive of all, for a lead that nobody can see.",
        },
        "answer": "The smaller",
    },
    {
        "ask": "The heat map lies on the animal, also when all weights are random. What does it show?",
        "choices": {
            "That the network looks at the animal": "A network of random weights knows no animals.",
            "What the picture looks like": "Right: edges and contrast, which are there without any learning.",
            "That the network has forgotten nothing": "It has forgotten everything: its weights are random.",
        },
        "answer": "What the picture looks like",
    },
    {
        "ask": "What does your network say of a bicycle?",
        "choices": {
            "One of its classes, perhaps very surely": "Right; so the card says what it is not for.",
            "Nothing": "A softmax always adds up to 100 %.",
            "All classes alike": "Nothing makes it do so: it was never shown a stranger.",
        },
        "answer": "One of its classes, perhaps very surely",
    },
])  # fmt: skip

# %%
share = 72 / 77  # what the second answer says
assert share - 70 / 77 <= (share * (1 - share) / 77) ** 0.5
assert round(77 * (share * (1 - share) / 77) ** 0.5) == 2

# %% tags=["key-figures"]
{
    "pictures to train on": len(train),
    "larger class, validation": round(right["larger class"] / len(val), 4),
    "dense layer, validation": round(right["dense"] / len(val), 4),
    "own network, validation": round(right["own"] / len(val), 4),
    "own network, parameters": count_parameters(nets["own"]),
    "own network, receptive field": field,
    "transfer, validation": round(right["transfer"] / len(val), 4),
    "test accuracy": round(accuracy, 4),
    "test accuracy, lower end of the interval": round(low, 3),
    "test accuracy, upper end of the interval": round(high, 3),
    "Grad-CAM and its randomised network: rank correlation": round(alike, 2),
}

# %% [markdown]
# ## What you can do now
# - You have gone the whole way with your own pictures, and each decision rests on a figure.
# - You built a network within a budget, and knew its shapes and its sight before it ran.
# - You chose by validation and its error; the test pictures spoke once.
# - You tested the explanation, and your network has a card that says what it is not for.
#
# **Next**: your own questions. The [references](../../site/bibliography.md) are a good place to find some, and the
# [page for teachers](../../site/teaching.md) says how to make lessons of them.
#
# **Sources**: Mitchell et al. (2019), *Model cards for model reporting*; Adebayo et al. (2018), *Sanity checks for
# saliency maps*; Selvaraju et al. (2017), *Grad-CAM*; Breiman, Friedman, Olshen and Stone (1984), *Classification and
# regression trees*; Wilson (1927), *Probable inference, the law of succession, and statistical inference*. All in the
# [bibliography](../../site/bibliography.md).
