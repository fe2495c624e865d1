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
# # Your photographs in ten minutes
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/5_transfer/03_your_photographs.ipynb)
#
# *From a folder of your own pictures to a classifier in a file, and what to do when it does not work.*
#
# **Before you start**: [Features that travel](01_features.ipynb). **Time**: 40 minutes, ten of them for your own
# folder. Runs offline, no GPU.
#
# **You will be able to**
# - make a classifier of your own pictures, and say how far to trust its accuracy,
# - keep a series of pictures from flattering you,
# - find out whether it lacks pictures, or looks at the background,
# - save it in one file, and ask it again elsewhere.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## One line to change
# Sort your pictures into folders, one for each class, and write down where they are. Twenty of each will do to begin
# with. Leave the line as it is, and the page makes itself a little folder to practise on.
#
# ```
# pictures
# ├── cup      any names, any formats, any sizes
# └── mug
# ```

# %%
FOLDER = ""  # for example "/home/me/pictures"

# %% [markdown]
# On Colab, drag a zip file of the folder into the panel *Files*, and run `!unzip -q pictures.zip` in a cell of its own;
# or mount your drive:
#
# ```python
# from google.colab import drive
#
# drive.mount("/content/drive")
# FOLDER = "/content/drive/MyDrive/pictures"
# ```
#
# The page's own folder is made here. It has what grown folders have: among the photographs lie a file that was cut off,
# a grey placeholder, a copy, a scan with 16 bits, and a folder with a single picture.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from ainotes.data import photographs

COUNTS = {"train": 40, "val": 20}  # of each class


def as_picture(pixels):
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def make_folder(root):
    """Write photographs as files, plant what goes wrong, and return the path of a photograph that is in no class."""
    spare = {}  # a photograph of each part and class that is in no folder
    for part, data in zip(COUNTS, photographs(size=160), strict=True):
        for label, kind in enumerate(data.classes):
            folder = root / "pictures" / part / kind.lower()
            folder.mkdir(parents=True)
            places = (data.labels == label).nonzero().flatten()[: COUNTS[part] + 1].tolist()
            for place in places[:-1]:
                as_picture(data.images[place]).save(folder / f"{place:03d}.jpg", quality=90)
            spare[part, label] = as_picture(data.images[places[-1]])
        (root / "pictures" / part / "unsorted").mkdir()
    kind = root / "pictures" / "train" / data.classes[0].lower()
    first = min(kind.iterdir()).read_bytes()
    (kind / "cut_off.jpg").write_bytes(first[: len(first) // 2])
    (kind / "copy.jpg").write_bytes(first)
    Image.new("RGB", (200, 150), "lightgrey").save(kind / "placeholder.png")
    grey = np.asarray(spare["train", 0].convert("L"), dtype=np.uint16)
    Image.fromarray(grey * 257).save(kind / "scan.png")  # 16 bits
    spare["train", 1].save(root / "pictures" / "train" / "unsorted" / "one.png")
    spare["val", 1].save(root / "new.jpg", quality=90)
    for path in root.rglob("*.*"):
        os.utime(path, (0, 0))  # the same times in every run, so that the cache knows the files again
    return root / "new.jpg"


holder = tempfile.TemporaryDirectory()  # gone when Python ends
new_file = None if FOLDER else make_folder(Path(holder.name))
folder = Path(FOLDER) if FOLDER else Path(holder.name) / "pictures"

# %% [markdown]
# ## Read it
# `image_folder` reads whatever Pillow can, turns what your phone held upright, makes colours of grey, transparent
# and 16-bit pictures, and leaves out what is nothing to learn from. **Predict, then run**: what will it leave out?

# %%
from ainotes.data import image_folder

train, val = image_folder(folder, size=256 if FOLDER else 160, quiet=False)
classes = train.classes
for name, part in (("to train on", train), ("to validate with", val)):
    counts = part.labels.bincount(minlength=len(classes)).tolist()
    told = ", ".join(f"{count} {kind}" for kind, count in zip(classes, counts, strict=True))
    print(f"{len(part):4d} pictures {name}: {told}")
if not FOLDER:  # the scan with 16 bits is in, the four others are out
    assert (len(train), len(val), len(classes)) == (2 * COUNTS["train"] + 1, 2 * COUNTS["val"], 2)

# %% [markdown]
# Read that list. A file that you miss may be the one that your phone stores as HEIC; a copy in two classes means that
# you could not decide yourself.
#
# Where a folder has no `train` and `val` of its own, a fifth of each class is drawn to validate with, the same ones for
# the same `seed`. The page's folder has them, because some of its pictures may be pieces of the same photograph.
#
# ## Look before you train
# What could tell the classes apart *without* the things you mean? A background, a light, a frame, a date in the corner?

# %%
import torch

from ainotes.utils.plot import plot_images

shown = [place for label in range(len(classes)) for place in (train.labels == label).nonzero().flatten()[:8].tolist()]
told = f"Up to eight pictures of each class: {', '.join(classes)}."
plot_images([train.images[place] for place in shown], [classes[train.labels[place]] for place in shown], alt=told)

# %% [markdown]
# Two opponents that see nothing of things. One always says the larger class. The other knows the *mean colour* of a
# picture, three numbers, and says the class whose average is nearest. **Predict, then run**: how far does colour get?

# %%
def colours(images):
    return images.float().mean(dim=(2, 3))  # (N, 3)


def share_right(answers):
    return (answers == val.labels).float().mean().item()


means = torch.stack([colours(train.images[train.labels == label]).mean(dim=0) for label in range(len(classes))])
larger = share_right(train.labels.bincount().argmax().expand(len(val)))
by_colour = share_right(torch.cdist(colours(val.images), means).argmin(dim=1))
print(f"always {classes[train.labels.bincount().argmax()]}: {larger:.1%}; by the mean colour: {by_colour:.1%}")

# %% [markdown]
# If colour alone is nearly always right, your classes were photographed in two places, and the network will learn the
# places. Better now than in three weeks.
#
# ## A series must not be torn apart
# You photograph a cup five times in a row. Four of these pictures are trained on, the fifth validates, and is
# recognised, since it is the same cup on the same table. Whether the network knows *cups* remains unknown. A series
# goes to one side, as a whole.
#
# ## Exercise 1 · a series stays together · ★★☆ · 8 minutes
# `series` holds for each picture the name of its series, `order` the names of all series, shuffled. Write
# `split_series(series, order, share)`: go through `order` and put whole series aside to validate with, until they hold
# at least `share` of all pictures. Return two lists of places: those to train on, those to validate with.

# %% tags=["exercise"]
def split_series(series, order, share):
    ...  # your code: return train, val


# %%
from ainotes.checks import own_photographs as ex

ex.split_series.check(split_series)  # stuck? ex.split_series.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def split_series(series, order, share):
    chosen, count = set(), 0
    for name in order:
        if count >= share * len(series):
            break
        chosen.add(name)
        count += series.count(name)
    train = [place for place, name in enumerate(series) if name not in chosen]
    val = [place for place, name in enumerate(series) if name in chosen]
    return train, val


assert ex.split_series.check(split_series).passed

# %% [markdown]
# How much does it matter? We will see as soon as there is something to train.
#
# ## Train, in seconds
# The network looks at each picture once. Its features are kept, and a linear layer on top of them is all that learns.

# %%
import time

from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ainotes.pretrained import load
from ainotes.transfer import features
from ainotes.utils.train import fit

network = load("squeezenet1_0")
print(network.source)
begin = time.perf_counter()
known, judged = features(network, train), features(network, val)
seconds = time.perf_counter() - begin
print(f"{len(known) + len(judged)} pictures, {known.tensors[0].shape[1]} numbers each, in {seconds:.1f} seconds")


# %%
def teach(data, epochs=60):
    """Train a linear layer on features (N, F) and labels (N,), and return it."""
    torch.manual_seed(0)
    head = nn.Linear(data.tensors[0].shape[1], int(data.tensors[1].max()) + 1)
    lr = 0.01 / data.tensors[0].std().item()  # the larger the numbers that come in, the smaller the steps
    optimizer = torch.optim.AdamW(head.parameters(), lr=lr, weight_decay=1e-2)
    loader = DataLoader(data, batch_size=16, shuffle=True)
    fit(loader, head, nn.CrossEntropyLoss(), optimizer, epochs, "cpu", seed=0, quiet=True)
    return head.eval()


def accuracy(head, data):
    with torch.inference_mode():
        return (head(data.tensors[0]).argmax(dim=1) == data.tensors[1]).float().mean().item()


begin = time.perf_counter()
head = teach(known)
trained = accuracy(head, known)
reached = accuracy(head, judged)
print(f"{trained:.1%} of those it trained on, {reached:.1%} of the others, {time.perf_counter() - begin:.1f} seconds")

# %% [markdown]
# How far can you trust that figure, from so few pictures? The interval of Wilson (1927) covers the true accuracy about
# 19 times out of 20.

# %%
def interval(share, count, z=1.96):
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return middle - half, middle + half


low, high = interval(reached, len(judged))
print(f"{reached:.1%} of {len(judged)} pictures: on many others probably between {low:.0%} and {high:.0%}")
print(f"colour alone {by_colour:.1%}, the larger class {larger:.1%}")
assert low <= reached <= high + 1e-9

# %% [markdown]
# Now the torn series. Make it as hard as can be: *nonsense* labels, drawn by chance, so that nothing can be learnt but
# single pictures by heart. Each picture gets a sister, the same one cut a little closer.
#
# **Predict, then run**: how often is nonsense "recognised", if sisters may be torn apart? And if they stay together?

# %%
from ainotes.data import ImageSet

torch.manual_seed(0)
nonsense = torch.randint(0, 2, (len(train),))
closer = features(network, ImageSet(train.images[:, :, 6:-6, 6:-6], train.labels, classes), quiet=True)
vectors, labels = torch.cat([known.tensors[0], closer.tensors[0]]), torch.cat([nonsense, nonsense])
series = [f"{place:03d}" for place in range(len(train))] * 2
shuffled = torch.randperm(len(series)).tolist()
torn = shuffled[len(series) // 4 :], shuffled[: len(series) // 4]
whole = split_series(series, [series[place] for place in shuffled if place < len(train)], 0.25)

flattery = {}
for name, (some, others) in {"torn apart": torn, "kept together": whole}.items():
    head_of_nonsense = teach(TensorDataset(vectors[some], labels[some]))
    flattery[name] = accuracy(head_of_nonsense, TensorDataset(vectors[others], labels[others]))
    print(f"series {name}: {flattery[name]:.1%} right, of what cannot be known")
assert not {series[place] for place in whole[0]} & {series[place] for place in whole[1]}

# %% [markdown]
# There is nothing to know, so whatever the first figure has above one half is flattery. Films, bursts, the same person,
# the same day, crops of one picture: ask what your pictures share, and split by that.
#
# ## Look at the mistakes
# Choose a cell: these are the pictures.

# %%
from ainotes.widgets import ConfusionExplorer

with torch.inference_mode():
    logits = head(judged.tensors[0])
probabilities = logits.softmax(dim=1)
ConfusionExplorer(val.labels, logits.argmax(dim=1), classes, val.images, probabilities)

# %% [markdown]
# Mistakes are one half. The other are pictures that it got right by a hair.
#
# ## Exercise 2 · where the network hesitates · ★★☆ · 7 minutes
# Write `least_certain(logits, count)` for logits (N, classes): the places of the `count` pictures whose most probable
# class leads over the *second* by least, the smallest lead first, in a list.

# %% tags=["exercise"]
def least_certain(logits, count):
    ...  # your code


# %%
ex.least_certain.check(least_certain)  # stuck? ex.least_certain.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def least_certain(logits, count):
    first, second = logits.softmax(dim=1).topk(2, dim=1).values.unbind(dim=1)
    return (first - second).argsort()[:count].tolist()


assert ex.least_certain.check(least_certain).passed

# %%
places = least_certain(logits, min(12, len(val)))
titles = [
    f"{classes[val.labels[place]]}\n{' or '.join(f'{value:.0%}' for value in probabilities[place].topk(2).values)}"
    for place in places
]
told = f"{len(places)} pictures at which it hesitates most: {', '.join(' '.join(title.split()) for title in titles)}."
plot_images([val.images[place] for place in places], titles, columns=6, alt=told)

# %% [markdown]
# What do they have in common? Too dark, too near, two things in one picture? More pictures of *that* kind help more
# than more of any kind.
#
# ## Is it more pictures that you need?
# Train on a quarter of them, on half, on all. If the last step still rose, the next pictures will pay. If not, they
# will not, and something else is wrong.

# %%
grown = {}
for step in (4, 2, 1):
    part = TensorDataset(*(tensor[::step] for tensor in known.tensors))
    grown[len(part)] = accuracy(teach(part), judged)
print(", ".join(f"{count} pictures: {value:.1%}" for count, value in grown.items()))

# %% [markdown]
# ## Does it look at the thing?
# Cover the middle of the pictures, where the thing usually is; then everything but the middle. **Predict, then run**:
# which costs more?

# %%
side = val.images.shape[2]
edge = slice(side // 5, side - side // 5)  # the middle three fifths
middle, around = val.images.clone(), torch.full_like(val.images, 128)
middle[:, :, edge, edge] = 128
around[:, :, edge, edge] = val.images[:, :, edge, edge]
covered = {
    name: accuracy(head, features(network, ImageSet(images, val.labels, classes), quiet=True))
    for name, images in {"its middle covered": middle, "its rim covered": around}.items()
}
print(f"as they are: {reached:.1%}; " + "; ".join(f"{name}: {value:.1%}" for name, value in covered.items()))
plot_images([middle[0], around[0]], list(covered), alt="One picture twice: with a grey middle, and with a grey rim.")

# %% [markdown]
# If it does as well without the middle, it knows your classes by their surroundings. That can be right (grass is all
# there is of a lawn) or a trap (all dogs on lawns). [Part 6](../6_interpretation/03_class_activation.ipynb)
# shows where it looks.
#
# ## When it does not work
#
# - **Low on its own pictures already**: the classes differ in details that are too small for what the network sees.
#   Crop closer; take a network for larger inputs; [fine-tune](02_finetuning.ipynb).
# - **High on its own, low on others**: too few pictures, or others of another kind. The curve above says whether more
#   will do; augmentation helps a little.
# - **Two classes are taken for each other**: would people dispute the labels? Write down the rule and sort again, or
#   join the two.
# - **Nearly as good by colour, or without the middle**: the background gives it away. Photograph every class in every
#   place.
# - **Good here, bad with new photographs**: torn series, or another camera. Validate with pictures of another day.
# - **Sure of everything, also of what it does not know**: a class "something else", or
#   [silence below a limit](../4_pretrained/01_answers.ipynb).
#
# ## Save it
# Three things belong together: the weights, the **classes in their order**, the preprocessing. `save_classifier` puts
# them in one file, which is there whole or not at all, and holds no code. (With `weights_only=False`, `torch.load` runs
# whatever a stranger has put into a file.)

# %%
from ainotes.transfer import load_classifier, replace_head, save_classifier

model = replace_head(network, head)  # the network, with what has just been learnt at its end
file = save_classifier(Path(holder.name) / "mine.safetensors", model, network, classes)
print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB, {sum(p.numel() for p in model.parameters()):,} parameters")

# %% [markdown]
# ## Ask it elsewhere
# Another Python, which knows nothing of this page, gets the file and a photograph that was in no folder.

# %%
NEW = ""  # the path of a new photograph of yours

if NEW or new_file is None:
    new_file = NEW or Path(holder.name) / "first.png"
    if not NEW:
        as_picture(val.images[0]).save(new_file)  # one to validate with, as long as there is no other

# %%
import subprocess

program = """
import sys
from ainotes.transfer import load_classifier

for name, probability in load_classifier(sys.argv[1]).top(sys.argv[2]):
    print(probability.hex(), name)
"""
command = [sys.executable, "-c", program, str(file), str(new_file)]
said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
elsewhere = [(name, float.fromhex(value)) for value, name in (line.split(" ", 1) for line in said.splitlines())]
print(elsewhere)

# %%
from ainotes.pretrained import open_picture, top_classes
from ainotes.utils.plot import plot_top

here = top_classes(new_file, model, network.preprocess, classes)
assert [name for name, _ in elsewhere] == [name for name, _ in here]
assert all(abs(one[1] - other[1]) < 1e-5 for one, other in zip(elsewhere, here, strict=True))
again = load_classifier(file)
print(again.source)
plot_top(open_picture(new_file), again.top(new_file), "a new photograph")

# %% [markdown]
# ## Next month, another folder
# Class numbers follow the alphabet of *one folder*. Add a class, and all the numbers behind it move; a classifier of
# last month keeps its old ones.
#
# ## Exercise 3 · the same class, another number · ★★☆ · 6 minutes
# Write `translate(labels, folder_classes, saved_classes)`: the folder's labels (N,), each in the number that the saved
# classifier has for that class, -1 where it knows no such class.

# %% tags=["exercise"]
def translate(labels, folder_classes, saved_classes):
    ...  # your code


# %%
ex.translate.check(translate)  # stuck? ex.translate.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def translate(labels, folder_classes, saved_classes):
    numbers = [saved_classes.index(name) if name in saved_classes else -1 for name in folder_classes]
    return torch.tensor(numbers)[labels]


assert ex.translate.check(translate).passed

# %%
month = ["a new one", *classes]  # what image_folder would call the classes then
careless = ((val.labels + 1) == logits.argmax(dim=1)).float().mean().item()
careful = (translate(val.labels + 1, month, again.categories) == logits.argmax(dim=1)).float().mean().item()
print(f"the same pictures, numbers compared: {careless:.1%} right; classes compared: {careful:.1%}")
assert abs(careful - reached) < 1e-6

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "98 % on the validation pictures, 60 % on those of the next day. What comes to mind first?",
        "choices": {
            "Series that lie in both parts, or one day's light": "Right. Validate with pictures of another day.",
            "The network is too small": "Then it would have failed on the first day too.",
            "Too many epochs": "The validation pictures would have noticed, had they been strangers.",
        },
        "answer": "Series that lie in both parts, or one day's light",
    },
    {
        "ask": "20 of 20 validation pictures are right. The accuracy on many others is …",
        "choices": {
            "100 %": "That is the accuracy on these 20.",
            "probably above 80 %": "Right: the interval reaches down to 84 %.",
            "unknown altogether": "Twenty pictures say something: a coin would hardly do it.",
        },
        "answer": "probably above 80 %",
    },
    {
        "ask": "Half of the pictures gave 88 %, all of them 88 %. More of the same?",
        "choices": {
            "Yes, always": "The curve is flat: the next hundred will cost an afternoon and give little.",
            "First look at the mistakes": "Right: labels, background, pictures of the kind that fails.",
            "No, 88 % is the most there is": "Another network, a closer crop or cleaner labels may do better.",
        },
        "answer": "First look at the mistakes",
    },
    {
        "ask": "Why must the classes be saved with the weights?",
        "choices": {
            "The network needs their names": "It knows numbers only.",
            "A logit is a place, and nothing says which class it is": "Right. The order of a folder may change.",
            "They make the file complete": "What would be missing without them?",
        },
        "answer": "A logit is a place, and nothing says which class it is",
    },
])  # fmt: skip

# %%
assert abs(interval(1.0, 20)[0] - 0.84) < 0.005  # what the second answer says

# %% tags=["key-figures"]
{
    "pictures to train on": len(train),
    "pictures to validate with": len(val),
    "the larger class": round(larger, 4),
    "by the mean colour": round(by_colour, 4),
    "validation accuracy": round(reached, 4),
    "lower end of the interval": round(low, 3),
    "upper end of the interval": round(high, 3),
    "nonsense, series torn apart": round(flattery["torn apart"], 3),
    "nonsense, series kept together": round(flattery["kept together"], 3),
    "middle covered": round(covered["its middle covered"], 4),
    "rim covered": round(covered["its rim covered"], 4),
    "size of the file in MB": round(file.stat().st_size / 1e6, 2),
}

# %% [markdown]
# ## What you can do now
# - A folder of folders becomes a classifier in seconds, and the report says what was left out.
# - Series stay on one side; your accuracy comes with its interval, and with what colour alone reaches.
# - You look at the mistakes and at the narrow escapes, and three quick trainings say whether more pictures would help.
# - Weights, classes and preprocessing travel together, and the answer elsewhere is the same.
#
# **Next**: [Kernels and feature maps](../6_interpretation/01_maps.ipynb) · **Sources**: Wilson (1927), *Probable
# inference, the law of succession, and statistical inference*; Torralba and Efros (2011), *Unbiased look at dataset
# bias*; Ribeiro, Singh and Guestrin (2016), *"Why should I trust you?"* (huskies and snow); Iandola et al. (2016),
# *SqueezeNet*. All in the [bibliography](../../site/bibliography.md).
