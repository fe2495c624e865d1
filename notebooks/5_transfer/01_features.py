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
# # Features that travel
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/5_transfer/01_features.ipynb)
#
# *Let a trained network look at 244 pictures once, and teach it two new classes in seconds.*
#
# **Before you start**: [Inside a trained network](../4_pretrained/03_inside.ipynb) and
# [Overfitting](../3_fashion_mnist/02_overfitting.ipynb). **Time**: 60 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - show that features learned on one task serve another, and where in a network they arise,
# - compute features once and train a classifier on them in seconds, by hand and with the package,
# - compare two ways fairly, with seeds, draws, and the margin that so few pictures leave,
# - say how many pictures a new task needs.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Few pictures, and a network that has seen many
# Ants or bees? There are 244 photographs to learn from, and 153 to judge by. At the end of
# [Overfitting](../3_fashion_mnist/02_overfitting.ipynb) a network that began from nothing learned something from such
# photographs, and not enough to be relied on. Now we borrow SqueezeNet, which has learned to name a thousand kinds of
# things from 1.2 million photographs.
#
# Folders of photographs hold surprises. In this one lies `imageNotFound.gif`: somebody's script asked a server for an
# ant and stored its apology. `hymenoptera` names such files and skips them.

# %%
from ainotes.data import full_run, hymenoptera
from ainotes.pretrained import load

train, val = hymenoptera(train=True), hymenoptera(train=False)
network = load("squeezenet1_0")
full, classes = full_run(train), train.classes
print(train.source)
print(network.source)
standing = ["handwritten digits for ants and bees"] * train.is_standin
standing += ["the course's own small network for SqueezeNet"] * network.is_embedded
if standing:
    print(f"Standing in on this page: {', and '.join(standing)}. All figures on it are theirs.")

# %%
import torch

from ainotes.utils.plot import plot_images

for part in (train, val):
    counts = part.labels.bincount().tolist()
    print(f"{len(part)} pictures:", ", ".join(f"{count} {name}" for count, name in zip(counts, classes, strict=True)))
assert (len(train), len(val)) == (244, 153)
chance = val.labels.bincount().max().item() / len(val)
print(f"Whoever always says the larger class is right in {chance:.1%}.")
some = torch.linspace(0, len(train) - 1, 16).long()
plot_images(train.images[some], [classes[label] for label in train.labels[some]])

# %% [markdown]
# ## What does it say of them?
# Before we teach it anything: what does the network call these pictures? `prepare` scales, crops and normalises them as
# it wants them, once for all that follows.
#
# **Predict, then run**: has it a name that fits? How often will it be used?

# %%
from ainotes.transfer import prepare

ready, ready_val = prepare(train, network), prepare(val, network)
pixels, pixels_val = (part.batch(slice(None))[0] for part in (ready, ready_val))  # (N, 3, rows, columns)
labels, labels_val = train.labels, val.labels


def ask(pixels):
    with torch.inference_mode():
        return torch.cat([network.model(batch) for batch in pixels.split(32)])  # (N, names)


answers, answers_val = ask(pixels), ask(pixels_val)
guesses, guesses_val = answers.argmax(dim=1), answers_val.argmax(dim=1)

# %%
from collections import Counter

from IPython.display import Markdown

lines = ["| pictures of | called so | most common names |", "|---|---|---|"]
called = {}
for label, name in enumerate(classes):
    said = Counter(network.categories[guess] for guess in guesses_val[labels_val == label])
    called[name] = said[name.lower()] / said.total()
    fit = f"{said[name.lower()]} of {said.total()}" if name.lower() in network.categories else "no such name"
    lines.append(f"| {name} | {fit} | {', '.join(f'{each} {count}' for each, count in said.most_common(5))} |")
Markdown("\n".join(lines))

# %% [markdown]
# Using a network for a task that it was never taught is called *zero-shot*. With luck it has names that fit, and even
# then they are two of many: an ant on a flower may be called *daisy*, which is no error. Two ways to help it: let it
# choose between the two names only, where it has them; or *translate*: see what each of its names mostly means among
# the training pictures.

# %%
fitting = [network.categories.index(name.lower()) for name in classes if name.lower() in network.categories]
if len(fitting) == len(classes):
    choosing = (answers_val[:, fitting].argmax(dim=1) == labels_val).float().mean().item()
    print(f"choosing between {' and '.join(classes)} only: {choosing:.1%} right")
else:
    choosing = chance
    print(f"It has no names for {' and '.join(classes)}, so it cannot choose between them.")
meaning = {guess: labels[guesses == guess].mode().values.item() for guess in guesses.unique().tolist()}
translated = torch.tensor([meaning.get(guess, 0) for guess in guesses_val.tolist()])
by_name = (translated == labels_val).float().mean().item()
print(f"translating the {len(meaning)} names that it gave to training pictures: {by_name:.1%} right")

# %% [markdown]
# A name is the very last thing that the network says. To find it, it first computed hundreds of numbers, which know
# much more than one word can tell. Take those.
#
# ## Look once, and keep it
# The *body* ends in feature maps. The average of each map says how much of its feature there is: a *vector* for each
# picture.
#
# ## Exercise 1 · look once, and keep it · ★★☆ · 8 minutes
# Write `extract(body, images, size=32)`. `images` are ready for the network, (N, C, H, W). Send `size` of them at a
# time through the body, in evaluation mode and without gradients; return the averages of the maps, (N, F).

# %% tags=["exercise"]
def extract(body, images, size=32):
    ...  # your code


# %%
from ainotes.checks import features as ex

ex.extract.check(extract)  # stuck? ex.extract.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def extract(body, images, size=32):
    body.eval()
    vectors = []
    with torch.no_grad():
        for batch in images.split(size):
            maps = body(batch)  # (n, F, rows, columns)
            vectors.append(maps.mean(dim=(2, 3)))
    return torch.cat(vectors)


assert ex.extract.check(extract).passed

# %%
import time

from torch.nn import functional as F

from ainotes.transfer import body

chain = body(network)
start = time.perf_counter()
vectors, vectors_val = extract(chain, pixels), extract(chain, pixels_val)
looking = time.perf_counter() - start
print(f"{pixels[0].numel():,} numbers of a picture become {vectors.shape[1]}; {looking:.1f} s for all pictures")
assert not vectors.requires_grad

# %% [markdown]
# ## Similar pictures
# Are these vectors any good for a task that nobody thought of when the network was trained? A first test needs no
# training at all: which pictures have *similar* vectors? Similar means pointing the same way, whatever their lengths:
# the cosine of the angle between them,
# $\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert\, \lVert b \rVert}$.
#
# ## Exercise 2 · the most similar pictures · ★★☆ · 7 minutes
# Write `neighbours(queries, gallery, count=5)`: for each row of `queries` (Q, F), the places of the `count` rows of
# `gallery` (G, F) with the largest cosines, the most similar first: (Q, count).

# %% tags=["exercise"]
def neighbours(queries, gallery, count=5):
    ...  # your code


# %%
ex.neighbours.check(neighbours)  # stuck? ex.neighbours.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def neighbours(queries, gallery, count=5):
    similarity = F.normalize(queries) @ F.normalize(gallery).T  # (Q, G): cosines
    return similarity.topk(count, dim=1).indices


assert ex.neighbours.check(neighbours).passed

# %% [markdown]
# Two validation pictures, each with its nearest training pictures: in the row *pixels* by the pixels themselves, in
# the row *features* by the vectors.
#
# **Predict, then run**: what do two pictures have in common that are similar pixel by pixel?

# %%
spaces = {"pixels": (pixels_val.flatten(1), pixels.flatten(1)), "features": (vectors_val, vectors)}
near = {name: neighbours(*space, count=5) for name, space in spaces.items()}
asked = torch.linspace(8, len(val) - 9, 2).long().tolist()
shown, titles = [], []
for query in asked:
    for name, places in near.items():
        shown += [val.images[query], *train.images[places[query]]]
        titles += [f"{name}: {classes[labels_val[query]]}", *(classes[label] for label in labels[places[query]])]
told = [f"{classes[labels_val[query]]}, by {name}: {', '.join(classes[i] for i in labels[places[query]])}"
        for query in asked for name, places in near.items()]  # fmt: skip
plot_images(shown, titles, columns=6, alt=f"Pictures, each with its five nearest ones. {'; '.join(told)}.")

# %%
single = {name: (labels[places[:, 0]] == labels_val).float().mean().item() for name, places in near.items()}
for name, share in single.items():
    print(f"nearest by {name}: the same class in {share:.1%} (always the larger class: {chance:.1%})")
if full and not network.is_embedded:
    assert single["features"] > single["pixels"] + 0.15

# %% [markdown]
# Pixels compare place with place: a dark spot in the middle is near to any dark spot in the middle. In photographs,
# where the subject may be anywhere, that says next to nothing; in centred drawings a good deal. Features compare *what*
# is there. A search for similar pictures needs no more than this.
#
# ## Why it works
# Was it the training, or would *any* network do? The fair opponent is a twin of the same layers with random weights.
# And where in the network do useful features arise? Take the averages after every layer, and ask each time how well a
# linear classifier tells our classes apart. First, all vectors of one pass:

# %%
import copy


def by_layer(chain, pixels):
    found = {}
    with torch.inference_mode():
        for batch in pixels.split(32):
            for name, layer in chain.named_children():
                batch = layer(batch)
                found.setdefault(name, []).append(batch.mean(dim=(2, 3)))
    return {name: torch.cat(rows) for name, rows in found.items()}


torch.manual_seed(0)
twin = copy.deepcopy(chain)
for layer in twin.modules():
    if hasattr(layer, "reset_parameters"):
        layer.reset_parameters()
layers = {"trained": (by_layer(chain, pixels), by_layer(chain, pixels_val)),
          "random": (by_layer(twin, pixels), by_layer(twin, pixels_val))}  # fmt: skip
loud = vectors.mean(dim=0).sort().values
print(f"Features after the last layer, on average: the loudest {loud[-1]:.3g}, the quietest {loud[0]:.3g}")

# %% [markdown]
# Features are loud or quiet by accident. A classifier that shall listen to all of them alike gets them *standardised*:
# mean 0, standard deviation 1.
#
# ## Exercise 3 · one scale for all features · ★☆☆ · 6 minutes
# Write `standardise(train, val)` for vectors (N, F) and (M, F). Return both, each feature minus its mean and divided by
# its standard deviation (`std(dim=0)`). Measure both on the *training* vectors alone. A feature that is the same for
# all of them is divided by 1.

# %% tags=["exercise"]
def standardise(train, val):
    ...  # your code


# %%
ex.standardise.check(standardise)  # stuck? ex.standardise.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def standardise(train, val):
    mean, std = train.mean(dim=0), train.std(dim=0)  # (F,)
    std = torch.where(std > 0, std, 1.0)
    return (train - mean) / std, (val - mean) / std


assert ex.standardise.check(standardise).passed

# %% [markdown]
# And a classifier: one linear layer, the *head*. Stored vectors are so small that all of them are one batch. Weight
# decay is strong, for the features are about as many as the pictures, and the head could learn these by heart.

# %%
from torch import nn


def train_head(vectors, labels, seed=0, decay=0.3, steps=100):
    torch.manual_seed(seed)
    head = nn.Linear(vectors.shape[1], len(classes))
    optimizer = torch.optim.SGD(head.parameters(), lr=0.01, momentum=0.9, weight_decay=decay)
    for _ in range(steps):
        loss = F.cross_entropy(head(vectors), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head


def score(vectors, vectors_val, labels=labels, **options):
    """Train a head on standardised vectors, and return the share of the other pictures that it gets right."""
    given, asked = standardise(vectors, vectors_val)
    head = train_head(given, labels, **options)
    with torch.inference_mode():
        return (head(asked).argmax(dim=1) == labels_val).float().mean().item()


start = time.perf_counter()
plain = score(vectors, vectors_val)
learning = time.perf_counter() - start
print(f"{plain:.1%} of the validation pictures right, after {learning:.2f} s of training")

# %% [markdown]
# That was the whole of *feature extraction*. Now for the question from above: one head after each layer.
#
# **Predict, then run**: sketch both lines, the trained network's and its random twin's.

# %%
from ainotes.utils.plot import AltFigure

reached = {name: [score(part[layer], other[layer]) for layer in part] for name, (part, other) in layers.items()}
ends = " and ".join(f"{name} from {line[0]:.0%} after the first to {line[-1]:.0%}" for name, line in reached.items())
figure = AltFigure(height=3.2, alt=f"Accuracy of a linear head after each of {len(reached['random'])} layers: {ends}.")
axes = figure.subplots()
for (name, line), style in zip(reached.items(), ["o-", "s--"], strict=True):
    axes.plot(range(1, len(line) + 1), [100 * share for share in line], style, label=f"{name} weights")
axes.axhline(100 * chance, color="gray", linestyle=":", label="always the larger class")
axes.set(xlabel="layers of the body", ylabel="validation accuracy, %")
axes.legend()
figure

# %%
top = {name: max(line) for name, line in reached.items()}
print(f"At their best: {top['trained']:.1%} with trained weights, {top['random']:.1%} with random ones.")
if full and not network.is_embedded:
    assert reached["trained"][-1] > reached["trained"][0] + 0.2
    assert top["trained"] > top["random"] + 0.1

# %% [markdown]
# Random layers are not worthless: they, too, answer to edges and colours, and a linear head picks what helps. What
# training adds shows where the lines part. Early layers see what any picture has. Later ones see what helped to tell
# the old classes apart; for those of ImageNet that means wings, legs and petals too, and ants and bees have these as
# well. The nearer the two tasks, the more of it can be used (Yosinski et al., 2014). Where the trained line falls again
# at its end, the last layers have become specialists of the old task.
#
# ## From the package, in seconds
# `features` does what you wrote, keeps the result in the cache, picture by picture, and reads it from there the next
# time. `pool="concat"` sets averages and maxima side by side, as in
# [Inside a trained network](../4_pretrained/03_inside.ipynb): twice as many features.

# %%
from ainotes.transfer import features

start = time.perf_counter()
both, both_val = (features(network.model, part, pool="concat", quiet=True).tensors[0] for part in (ready, ready_val))
first = time.perf_counter() - start
start = time.perf_counter()
features(network.model, ready, pool="concat", quiet=True)
again = time.perf_counter() - start
print(f"{tuple(both.shape)}; {first:.1f} s (less, if you have been here before), then {again:.1f} s")
torch.testing.assert_close(both[:, : vectors.shape[1]], vectors, rtol=1e-3, atol=1e-3 * vectors.max().item())

# %% [markdown]
# An experiment takes a fraction of a second now, so we can afford to do it properly. How strong should the weight decay
# be? The validation pictures must not decide that. So we *leave out* a sixth of the training pictures, train on the
# rest, and ask about those; six times over (cross-validation).

# %%
folds = [torch.arange(len(labels)) % 6 == fold for fold in range(6)]


def left_out(vectors, decay):
    right = 0
    for fold in folds:
        given, asked = standardise(vectors[~fold], vectors[fold])
        head = train_head(given, labels[~fold], decay=decay)
        right += (head(asked).argmax(dim=1) == labels[fold]).sum().item()
    return right


trials = {decay: left_out(vectors, decay) for decay in (0.03, 0.3, 3.0)}
decay = max(trials, key=lambda each: (trials[each], each))  # of equals the strongest: it relies on the data least
print(f"of {len(labels)} right: {', '.join(f'{right} with {each}' for each, right in trials.items())}; so {decay}")

# %% [markdown]
# ## Average, or average and maximum?
# **Predict, then run**: twice the features from the same maps. Better?
#
# Three seeds each, as any comparison deserves. And one more idea: a *second look*, at the middle of each picture,
# enlarged. Its vector is set beside the first.

# %%
from ainotes.data import ImageSet

edge = train.images.shape[-1] // 10
closer = [ImageSet(part.images[:, :, edge:-edge, edge:-edge], part.labels, classes) for part in (train, val)]
second, second_val = (features(network, part, pool="average", quiet=True).tensors[0] for part in closer)
ways = {
    "average": (vectors, vectors_val),
    "average and maximum": (both, both_val),
    "average, two looks": (torch.cat([vectors, second], dim=1), torch.cat([vectors_val, second_val], dim=1)),
}

# %%
scores, lines = {}, ["| the head sees | features | right, mean of 3 seeds | lowest to highest |", "|---|---|---|---|"]
for name, (seen, seen_val) in ways.items():
    scores[name] = [score(seen, seen_val, seed=seed, decay=decay) for seed in range(3)]
    mean = sum(scores[name]) / 3
    lines.append(f"| {name} | {seen.shape[1]} | {mean:.2%} | {min(scores[name]):.2%} to {max(scores[name]):.2%} |")
means = {name: sum(each) / 3 for name, each in scores.items()}
margin = 2 * (means["average"] * (1 - means["average"]) / len(val)) ** 0.5
if full and not network.is_embedded:
    assert min(means.values()) > 0.89
    assert means["average, two looks"] > 0.93
Markdown("\n".join(lines))

# %%
widest = max(means.values()) - min(means.values())
print(f"One picture is {1 / len(val):.2%}. Best and worst differ by {widest:.2%}; with other {len(val)} pictures")
print(f"of the same kind, each figure could be {margin:.1%} higher or lower.")

# %% [markdown]
# Read the two spreads apart. The seeds agree, for a linear head has one best solution, and every start leads near it: a
# small spread proves nothing about *other pictures*. That margin is much wider, and differences inside it are not shown
# to be any. And more features need not be better ones: each is one more way to tell 244 pictures apart by accident.
#
# ## How many pictures?
# You photograph a new pair of species yourself. Are ten of each enough? We draw a few training pictures, train, and
# measure, many times over, for luck has a part in it.
#
# ## Exercise 4 · a few of each · ★★★ · 9 minutes
# Write `draw(labels, count, seed)`: the places, in one row, of `count` pictures of *each* class, drawn at random and
# none twice. The same seed always gives the same pictures, whatever was drawn before.

# %% tags=["exercise"]
def draw(labels, count, seed):
    ...  # your code


# %%
ex.draw.check(draw)  # stuck? ex.draw.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def draw(labels, count, seed):
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return torch.cat([order[labels[order] == kind][:count] for kind in labels.unique()])


assert ex.draw.check(draw).passed

# %% [markdown]
# **Predict, then run**: with five pictures of each class, how far apart are a lucky and an unlucky draw?

# %%
counts, draws = [5, 10, 25, 50, 100], 10 if full else 4
last = list(layers["random"][0])[-1]
sources = {"trained": (vectors, vectors_val), "random": tuple(part[last] for part in layers["random"])}
curves = {name: [] for name in sources}
for name, (seen, seen_val) in sources.items():
    for count in counts:
        chosen = [draw(labels, count, seed) for seed in range(draws)]
        curves[name].append([score(seen[few], seen_val, labels[few], decay=decay) for few in chosen])

# %%
steps = zip(counts, curves["trained"], strict=True)
told = "; ".join(f"{count} of each: {min(luck):.0%} to {max(luck):.0%}" for count, luck in steps)
figure = AltFigure(height=3.4, alt=f"Accuracy against training pictures of each class. Trained weights, {told}.")
axes = figure.subplots()
for (name, curve), style in zip(curves.items(), ["o-", "s--"], strict=True):
    luck = 100 * torch.tensor(curve)  # (counts, draws)
    axes.fill_between(counts, luck.amin(1), luck.amax(1), alpha=0.15)
    axes.plot(counts, luck.mean(1), style, label=f"{name} weights: mean, and all draws")
axes.set(xscale="log", xlabel="training pictures of each class", ylabel="validation accuracy, %")
axes.set_xticks(counts, [str(count) for count in counts])
axes.minorticks_off()
axes.legend(loc="lower right")
figure

# %%
average = {name: [sum(luck) / draws for luck in curve] for name, curve in curves.items()}
enough = [count for count, share in zip(counts, average["trained"], strict=True) if share > average["random"][-1]]
luckiest, unluckiest = max(curves["trained"][0]), min(curves["trained"][0])
gains = [100 * (average["trained"][place + 1] - average["trained"][place]) for place in (0, -2)]
print(f"5 of each: {unluckiest:.0%} to {luckiest:.0%}, by the luck of the draw alone.")
print(f"From 5 to 10 the mean gains {gains[0]:.1f} points, from 50 to 100 it gains {gains[1]:.1f}.")
print(f"100 of each with random weights: {average['random'][-1]:.1%}. With trained weights", end=" ")
print(f"{enough[0]} of each are better than that." if enough else "no number tried is better than that.")
if full and not network.is_embedded:
    assert average["trained"][0] < average["trained"][2] < average["trained"][4]
    assert enough[0] <= 10

# %% [markdown]
# Look at the band on the left: whoever reports a single draw of five reports luck. A curve that still climbs at its
# right end says that more pictures would help; where it lies flat, look for a better body instead.
#
# ## The whole network, for new pictures
# A head on stored vectors is no network yet. Two steps make it one. Standardising is linear, so it folds into the
# head: $W \frac{x - m}{s} + b = \frac{W}{s}\,x + \left(b - \frac{W}{s}\,m\right)$. And `replace_head` puts it on the
# body. We train this head as any network, with `fit`.

# %%
from torch.utils.data import DataLoader, TensorDataset

from ainotes.utils.train import fit

given, asked = standardise(vectors, vectors_val)
torch.manual_seed(0)
head = nn.Linear(given.shape[1], len(classes))
optimizer = torch.optim.SGD(head.parameters(), lr=0.01, momentum=0.9, weight_decay=decay)
loader = DataLoader(TensorDataset(given, labels), batch_size=32, shuffle=True)
history = fit(loader, head, nn.CrossEntropyLoss(), optimizer, 15, "cpu", seed=0, quiet=True)
print(f"training accuracy {history['acc'][-1]:.1%}")

# %%
from ainotes.transfer import replace_head

mean, std = vectors.mean(dim=0), vectors.std(dim=0)
std = torch.where(std > 0, std, 1.0)
folded = nn.Linear(given.shape[1], len(classes))
with torch.no_grad():
    folded.weight.copy_(head.weight / std)
    folded.bias.copy_(head.bias - folded.weight @ mean)
    model = replace_head(network, folded, pool="average").eval()
    logits = torch.cat([model(batch) for batch in pixels_val.split(32)])  # from pixels to classes
    torch.testing.assert_close(logits, head(asked), rtol=1e-2, atol=1e-2)
probabilities = logits.softmax(dim=1)
right = logits.argmax(dim=1) == labels_val
print(f"{right.sum()} of {len(val)} right: {right.float().mean():.1%}")

# %% [markdown]
# ## Look at the answers
# Some of them, with what the network says and how sure it is.

# %%
sure, said = probabilities.max(dim=1)
some = torch.linspace(0, len(val) - 1, 12).long().tolist()
truth = ["" if right[i] else f"\nis {classes[labels_val[i]]}" for i in some]
titles = [f"{classes[said[i]]}? {sure[i]:.0%}{note}" for i, note in zip(some, truth, strict=True)]
plot_images(val.images[some], titles, columns=6)

# %% [markdown]
# And all of them, sorted: choose a cell of the table and look at its pictures. What would *you* have said?

# %%
from ainotes.widgets import ConfusionExplorer

ConfusionExplorer(labels_val, said, classes, images=val.images, probabilities=probabilities)

# %%
from ainotes.utils.plot import plot_worst_mistakes

plot_worst_mistakes(val.images, labels_val, probabilities, classes)

# %% [markdown]
# Mistakes have reasons: a subject that is tiny, or cut off, or of the other class at second sight. Some pictures are
# hard for you too, and some labels may be wrong. The surest mistakes are the ones to look at first, for they tell what
# the training pictures lacked.
#
# ## What these figures are worth
# **This is no exam.** There is no test part. On this page we looked at the validation pictures again and again: layers,
# poolings, looks, seeds. Only the weight decay was chosen without them. Whoever picks the best row of a table and
# reports *its* figure reports luck along with merit. For your own task, put some pictures away before you begin, and
# look at them once.
#
# **And the network may know the answer already.** ImageNet has a name for ants and one for bees: a head that learns
# them finds again, from 244 pictures, what 1.2 million have taught. Compare the row of the two names with the heads.
# For species that have no name there is no such row, and a head can be trained all the same.

# %%
table = {
    "always the larger class": chance,
    "nearest picture, by pixels": single["pixels"],
    "its own names, the two that fit" if fitting else "its own names, none of which fits": choosing,
    "its own names, translated": by_name,
    "nearest picture, by features": single["features"],
    "linear head, random weights": reached["random"][-1],
    **{f"linear head, {name}": share for name, share in means.items()},
}
rows = ["| way | right |", "|---|---|", *(f"| {name} | {share:.1%} |" for name, share in table.items())]
parameters = len(classes) * (vectors.shape[1] + 1)
print(f"looking: {looking:.1f} s, once; then {learning:.2f} s for each head of {parameters:,} parameters")
if fitting:
    print(f"its own two names {choosing:.1%}, the best head {max(means.values()):.1%}, give or take {margin:.1%}")
Markdown("\n".join(rows))

# %% [markdown]
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Features are stored, and you now want to augment the training pictures. What happens?",
        "choices": {
            "The head sees new pictures in every epoch": "It sees stored vectors; the pictures are never asked again.",
            "Every changed picture must go through the body anew": "Right: that is the price, and the next lesson's "
            "subject.",
            "The vectors can be mirrored instead": "A vector has no left and right.",
        },
        "answer": "Every changed picture must go through the body anew",
    },
    {
        "ask": "Mean and deviation for standardising: of which pictures?",
        "choices": {
            "Of each part its own": "Then one and the same picture would have other features in each part.",
            "Of all pictures, there are so few": "Then the validation pictures have had a say in the training.",
            "Of the training pictures": "Right, for both parts.",
        },
        "answer": "Of the training pictures",
    },
    {
        "ask": "Three seeds give 93.5 %, 93.5 % and 93.5 % on 153 pictures. How sure is the figure?",
        "choices": {
            "Very: it does not move": "It does not move with the seed. With other pictures it will.",
            "To about four points either way": "Right: that is what 153 pictures can tell.",
            "Not at all": "It is far from the chance of guessing.",
        },
        "answer": "To about four points either way",
    },
    {
        "ask": "A network with random weights gives features, too. Why compare with them?",
        "choices": {
            "To see what the training added": "Right: layers alone, with a trained head, get somewhere as well.",
            "They are faster": "The same layers take the same time.",
            "To choose a seed": "The seed is not the point.",
        },
        "answer": "To see what the training added",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "training pictures": len(train),
    "validation pictures": len(val),
    "first class called by its name": round(called[classes[0]], 4),
    "second class called by its name": round(called[classes[1]], 4),
    "choosing between two names": round(choosing, 4),
    "names translated": round(by_name, 4),
    "nearest by pixels": round(single["pixels"], 4),
    "nearest by features": round(single["features"], 4),
    "linear head, random weights": round(reached["random"][-1], 4),
    "average: mean of three seeds": round(means["average"], 4),
    "average and maximum: mean of three seeds": round(means["average and maximum"], 4),
    "two looks: mean of three seeds": round(means["average, two looks"], 4),
    "5 of each class: mean": round(average["trained"][0], 4),
    "100 of each class: mean": round(average["trained"][-1], 4),
    "seconds to compute features": round(looking, 1),
}

# %% [markdown]
# ## What you can do now
# - You saw what learned features are worth: by neighbours, by layers, and against a twin with random weights.
# - You compute features once, in `eval()` and without gradients, and train a head in a blink, by hand or by `fit`.
# - You compare with seeds and draws, choose on training pictures, and say how wide the margin of 153 pictures is.
# - A learning curve with its band tells how many pictures a task needs, and how much is luck.
#
# **Next**: [Fine-tuning](02_finetuning.ipynb) · **Sources**: Donahue et al. (2014), *DeCAF: a deep
# convolutional activation feature*; Sharif Razavian et al. (2014), *CNN features off-the-shelf*; Yosinski et al.
# (2014), *How transferable are features in deep neural networks?*; Iandola et al. (2016), *SqueezeNet*; Russakovsky et
# al. (2015), *ImageNet large scale visual recognition challenge*; Chilamkurthy, *Transfer learning for computer vision
# tutorial*, whose photographs these are. All in the [bibliography](../../site/bibliography.md).
