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
# # Choose a model for your budget
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/4_pretrained/02_choosing.ipynb)
#
# *Accuracy, parameters, seconds: each network trades them differently. Measure, and choose with open eyes.*
#
# **Before you start**: [Four lines to an answer](01_answers.ipynb). **Time**: 50 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - say what decides how long an answer takes, and why it is not the number of parameters,
# - time a network so that the figure holds, the slow calls included,
# - find the networks that no other one beats, and pick one under a limit,
# - tell `eval()` from `inference_mode()`,
# - judge what it is worth that networks agree.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Start in the middle
# You need a classifier for a product. A good habit is to begin with a solid one from the middle of a family and go up
# or down from there. EfficientNet comes in eight sizes; let us begin with **B3**. torchvision carries the facts of all
# of them, so nothing is downloaded.

# %%
from IPython.display import Markdown

from ainotes.models.zoo import zoo

animals = zoo()
family = [row for row in animals if row["name"].startswith("efficientnet_b")]


def table(header, rows):
    lines = [" | ".join(map(str, row)) for row in (header, ["---"] * len(header), *rows)]
    return Markdown("\n".join(f"| {line} |" for line in lines))


table(
    ("network", "weights", "side", "parameters", "multiply-adds", "top-1"),
    [
        (row["name"], row["weights"].removeprefix("IMAGENET1K_"), row["input_size"], f"{row['parameters'] / 1e6:.1f} M",
         f"{row['gflops']:.2f} G", f"{row['top1']:.1f} %")
        for row in family
    ],
)  # fmt: skip

# %% [markdown]
# Three things to see. Each size wants pictures of its **own side**. *Multiply-adds*, in thousand millions (G), grow
# much faster than parameters. And B1 is there **twice**: the same network, so the same cost, with weights from a newer
# training recipe. Before you pay for a larger network, look whether somebody trained the small one better.
#
# **Predict, then run**: from B3 up to B7, parameters grow about fivefold. The multiply-adds? The accuracy?

# %%
facts = {row["name"]: row for row in family}  # of B1 the newer weights, which come last
b0, b3, b7 = (facts[f"efficientnet_b{number}"] for number in (0, 3, 7))
up = {key: b7[key] / b3[key] for key in ("parameters", "gflops")}
recipe = facts["efficientnet_b1"]["top1"] - next(row["top1"] for row in family if row["name"] == "efficientnet_b1")
assert up["gflops"] > 3 * up["parameters"] > 15
assert 2 < b7["top1"] - b3["top1"] < 2.5
assert recipe > 1
Markdown(
    f"From B3 to B7: **{up['parameters']:.1f} times** the parameters, **{up['gflops']:.1f} times** the multiply-adds, "
    f"**{b7['top1'] - b3['top1']:.1f} points** of accuracy. B1's newer recipe alone brought {recipe:.1f} points, for "
    "nothing at run time."
)

# %% [markdown]
# The chart of [part 2](../2_architectures/04_efficient.ipynb) again, standing at B3. Walk up and down with the arrow
# keys, switch the cost, set a budget. Who is above B3 at the same cost?

# %%
from ainotes.widgets import ZooExplorer

place = next(index for index, row in enumerate(animals) if row["name"] == "efficientnet_b3")
ZooExplorer(animals, budget=b3["gflops"], chosen=place)

# %% [markdown]
# But neither parameters nor multiply-adds are what your users feel. They feel **seconds**.
#
# ## What decides the seconds?
# Five networks and a stopwatch that follows the rules of [the lesson on speed](../3_fashion_mnist/04_speed.ipynb):
# warm up, repeat, take the median, compare in turn, and wait for a GPU before each look at the clock. Two rules are
# new: the network answers in **`eval()`** and in **`inference_mode()`**, as in a product; what they do comes below.

# %%
import statistics
import time

import torch
from torchvision.models import get_model

from ainotes.data.registry import is_set
from ainotes.utils.train import get_device

full = not is_set("AINOTES_SHORT")  # the short version measures less
device, message = get_device()
print(message, f"{torch.get_num_threads()} threads.")


# %%
def wait():
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def stopwatch(calls, repeats=9 if full else 3, most_seconds=6 if full else 1):
    seconds, begin = {name: [] for name in calls}, time.perf_counter()
    for turn in range(1 + repeats):  # the first turn warms up
        for name, call in calls.items():
            wait()
            start = time.perf_counter()
            call()
            wait()
            if turn > 0:
                seconds[name].append(time.perf_counter() - start)
        if turn >= 3 and time.perf_counter() - begin > most_seconds:
            break  # three are enough of what takes long
    return seconds


# %% [markdown]
# The networks are **untrained**. May one do that? Every weight is multiplied, whatever its value, so the work is the
# same. Do not believe it, ask the clock: the same network, once trained, once with its weights drawn anew.

# %%
import copy

from ainotes.pretrained import load

trained = load("squeezenet1_0")
print(trained.source)


def redrawn(model, seed):
    torch.manual_seed(seed)
    fresh = copy.deepcopy(model)
    for module in fresh.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return fresh.eval()


def forward(model, images):
    model, images = model.to(device), images.to(device)

    def call():
        with torch.inference_mode():
            return model(images)

    return call


# %%
image = torch.rand(1, 3, 224, 224)
pair = {"trained": trained.model, "redrawn": redrawn(trained.model, seed=0)}
watched = stopwatch({name: forward(model, image) for name, model in pair.items()}, repeats=15 if full else 5)
median = {name: statistics.median(seconds) for name, seconds in watched.items()}
print(f"trained {1e3 * median['trained']:.1f} ms, redrawn {1e3 * median['redrawn']:.1f} ms")
print(f"redrawn / trained: {median['redrawn'] / median['trained']:.2f}; without noise it would be 1")
assert min(median.values()) > 0

# %% [markdown]
# Now the five. AlexNet has **49 times** SqueezeNet's parameters; the last row is EfficientNet-B0 once more, with
# pictures of twice the side.
#
# **Predict, then run**: put the rows in order of their seconds, with the first two columns alone.

# %%
best = {row["name"]: row for row in animals}  # of several weights the last, as a rule the newest
racers = ["squeezenet1_0", "alexnet", "resnet18", "mobilenet_v3_large", "efficientnet_b0"]
calls = {name: forward(get_model(name, weights=None).eval(), image) for name in racers}
calls["efficientnet_b0, side 448"] = forward(
    get_model("efficientnet_b0", weights=None).eval(), torch.rand(1, 3, 448, 448)
)
raced = {name: statistics.median(seconds) for name, seconds in stopwatch(calls).items()}
size = {name: best[name.partition(",")[0]]["parameters"] for name in raced}
work = {name: best[name]["gflops"] for name in racers} | {"efficientnet_b0, side 448": 4 * b0["gflops"]}
assert 48 < size["alexnet"] / size["squeezenet1_0"] < 50

table(
    ("network", "parameters", "multiply-adds", "time", "multiply-adds a second"),
    [
        (name, f"{size[name] / 1e6:.1f} M", f"{work[name]:.2f} G", f"{1e3 * seconds:.1f} ms",
         f"{work[name] / seconds:.0f} G")
        for name, seconds in raced.items()
    ],
)  # fmt: skip

# %%
alex, double = raced["alexnet"] / raced["squeezenet1_0"], raced["efficientnet_b0, side 448"] / raced["efficientnet_b0"]
rate = {name: work[name] / seconds for name, seconds in raced.items()}
Markdown(
    f"With 49 times the parameters AlexNet takes **{alex:.1f} times** as long as SqueezeNet. B0 with twice the side "
    f"has not one parameter more, and takes **{double:.1f} times** as long. And the last column is no constant: in the "
    f"fastest row **{max(rate.values()) / min(rate.values()):.1f} times** as many multiply-adds are done in a second "
    "as in the slowest."
)

# %% [markdown]
# So what decides?
# - **Multiply-adds.** A parameter of a convolution is used at *every place* of the map, a parameter of AlexNet's big
#   linear layers just once. That is why parameters say so little.
# - **The side of the picture.** Twice the side: four times the places, so four times the work.
# - **Memory traffic.** Each layer writes its maps and the next one fetches them. A depthwise convolution fetches much
#   and computes little, so the processor waits for numbers. ShuffleNet V2's authors showed how far apart multiply-adds
#   and seconds can be (Ma et al., 2018).
# - **Many small steps.** Layers run one after the other, and each has to be started. On a GPU a deep, thin network can
#   spend more time on starting than on computing.
# - **Threads.** Two threads share *one* layer's work. A large layer gains nearly twofold; for a small one the sharing
#   costs nearly what it saves; and both wait for the same memory. So say with each figure how many threads there were,
#   and compare at the same number.
#
# ## The slow calls
# A median says what is typical. A user remembers the time when it took ages. So products promise a **percentile**:
# "95 % of the answers within 80 ms", the p95.
#
# ## Exercise 1 · how long most wait · ★☆☆ · 6 minutes
# Write `percentile(seconds, share)`: the smallest of the measured times such that at least `share` (above 0, up to 1)
# of all of them are no longer. No value between two measured ones.


# %% tags=["exercise"]
def percentile(seconds, share): ...  # your code


# %%
from ainotes.checks import choosing as ex

ex.percentile.check(percentile)  # stuck? ex.percentile.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import math


def percentile(seconds, share):
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1]


assert ex.percentile.check(percentile).passed

# %%
many = stopwatch({"b0": calls["efficientnet_b0"]}, repeats=60 if full else 20)["b0"]
p50, p95 = percentile(many, 0.5), percentile(many, 0.95)
assert 0 < p50 <= p95 <= percentile(many, 1.0) == max(many)
Markdown(
    f"EfficientNet-B0, {len(many)} calls: half within **{1e3 * p50:.1f} ms**, 95 % within **{1e3 * p95:.1f} ms**, all "
    f"within {1e3 * max(many):.1f} ms."
)

# %% [markdown]
# ## The whole family
# Each member at its own side, which `weights.transforms()` knows. One after the other, because all at once would fill
# the memory; few calls of the large ones, which take long. (The short version of this lesson stops at B2.)
#
# **Predict, then run**: how many times as long as B0 will the largest take? Its multiply-adds are one guess.

# %%
from torchvision.models import get_model_weights

members = [f"efficientnet_b{number}" for number in range(8 if full else 3)]
times = {}
for name in members:
    side = get_model_weights(name).DEFAULT.transforms().crop_size[0]
    assert side == facts[name]["input_size"]
    call = forward(get_model(name, weights=None).eval(), torch.rand(1, 3, side, side))
    times[name] = stopwatch({name: call}, repeats=20 if full else 3, most_seconds=4)[name]

# %%
seconds_of = {name: statistics.median(each) for name, each in times.items()}
table(
    ("network", "side", "calls", "median", "slowest", "times B0", "multiply-adds, times B0", "top-1"),
    [
        (name, facts[name]["input_size"], len(times[name]), f"{1e3 * seconds:.0f} ms",
         f"{1e3 * max(times[name]):.0f} ms", f"{seconds / seconds_of[members[0]]:.1f}",
         f"{facts[name]['gflops'] / b0['gflops']:.1f}", f"{facts[name]['top1']:.1f} %")
        for name, seconds in seconds_of.items()
    ],
)  # fmt: skip

# %% [markdown]
# All that was measured, in one chart. Up is better, left is faster:

# %%
from matplotlib.ticker import LogLocator, NullLocator

from ainotes.utils.plot import AltFigure

measured = {name: raced[name] for name in racers} | seconds_of  # B0 as measured with its family
told = ", ".join(f"{name} {1e3 * s:.0f} ms and {best[name]['top1']:.1f} %" for name, s in measured.items())
figure = AltFigure(height=3.8, alt=f"Accuracy against the time of one image on this machine: {told}.")
axes = figure.subplots()
lines = {"EfficientNet": (members, "o-"), "others": (racers[:-1], "s")}
for label, (names, style) in lines.items():
    axes.plot([1e3 * measured[name] for name in names], [best[name]["top1"] for name in names], style, label=label)
    for name in names:
        short = name.replace("efficientnet_", "").upper() if label == "EfficientNet" else name
        axes.annotate(
            short, (1e3 * measured[name], best[name]["top1"]), (4, -13), textcoords="offset points", fontsize=9
        )
axes.set(xscale="log", xlabel="ms for one image, logarithmic", ylabel="right at the first guess, %")
axes.margins(x=0.12, y=0.12)
axes.xaxis.set(major_locator=LogLocator(2), major_formatter="{x:.0f}", minor_locator=NullLocator())
axes.legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
figure

# %% [markdown]
# The time axis is logarithmic, and still the family's curve flattens: every further point of accuracy
# *multiplies* the time, and by more and more. And which points need nobody consider? Those that another one *beats*.
#
# ## Exercise 2 · beaten by nobody · ★★★ · 10 minutes
# One network **beats** another if it is at least as accurate *and* at least as fast, and better in one of the two.
# Write `pareto(models)`: `models` is a list of dicts with `"name"`, `"accuracy"` and `"seconds"`; return the names of
# those that no other one beats, in the order of the list. (The Pareto front, after the economist.)


# %% tags=["exercise"]
def pareto(models): ...  # your code


# %%
ex.pareto.check(pareto)  # stuck? ex.pareto.hint()


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def pareto(models):
    def beats(a, b):
        no_worse = a["accuracy"] >= b["accuracy"] and a["seconds"] <= b["seconds"]
        return no_worse and (a["accuracy"] > b["accuracy"] or a["seconds"] < b["seconds"])

    return [model["name"] for model in models if not any(beats(other, model) for other in models)]


assert ex.pareto.check(pareto).passed

# %% [markdown]
# All *weights* of what was measured, so some networks come twice. **Predict**: who is left? One thing is certain
# before any clock has run.

# %%
candidates = [
    {"name": f"{row['name']} {row['weights'][-2:]}", "accuracy": row["top1"], "seconds": measured[row["name"]]}
    for row in animals
    if row["name"] in measured
]
front = pareto(candidates)
assert "efficientnet_b1 V1" not in front  # its newer weights cost the same and are better
assert max(candidates, key=lambda model: model["accuracy"])["name"] in front
print(f"{len(front)} of {len(candidates)} are beaten by nobody: {', '.join(front)}")

# %% [markdown]
# ## Your choice
# Write down what your users will wait, and what fits on the device. The rest is reading off.

# %%
WAIT_SECONDS, MOST_PARAMETERS = 0.1, 20e6  # yours

fitting = [
    model
    for model in candidates
    if model["seconds"] <= WAIT_SECONDS and best[model["name"].split()[0]]["parameters"] <= MOST_PARAMETERS
]
choice = max(fitting, key=lambda model: (model["accuracy"], -model["seconds"]), default=None)
if choice is None:
    print("Nothing that was measured fits. More time, a smaller network, or smaller pictures?")
else:
    print(f"{choice['name']}: {choice['accuracy']:.1f} %, {1e3 * choice['seconds']:.0f} ms on this machine")
assert choice is None or choice["name"] in pareto(fitting)

# %% [markdown]
# ## `eval()` and `inference_mode()`
# They are often taken for one. They have nothing to do with each other:
# - `model.eval()` changes **what layers compute**: dropout lets all through, batch normalisation uses the statistics of
#   the training instead of those of this batch.
# - `torch.inference_mode()` changes **what PyTorch remembers**: no notes for a gradient that nobody will ask for.
#
# EfficientNet-B0 has batch norms and dropout. Let us try all four combinations, count the bytes that are kept for the
# backward pass, and look whether the call *changed the network*.
#
# **Predict, then run**: which of the four change the batch norms' statistics? Which of them keep anything?

# %%
from contextlib import nullcontext


def kept_bytes(model, images, call):
    """What the call of the model keeps for a backward pass, weights and input not counted."""
    known = {tensor.data_ptr() for tensor in (*model.parameters(), *model.buffers(), images)}
    kept = {}

    def note(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        logits = call()  # held until the end, or the same place in memory would be counted once for two
    return sum(size for place, size in kept.items() if place not in known), logits.requires_grad


# %%
model = get_model("efficientnet_b0", weights=None).to(device)
images = torch.rand(4, 3, 224, 224, device=device) if full else torch.rand(2, 3, 96, 96, device=device)
running_mean = model.features[0][1].running_mean


def with_switches(training, context):
    def call():
        model.train(training)
        with context():
            return model(images)

    return call


combined = {
    (training, context is torch.inference_mode): with_switches(training, context)
    for training in (True, False)
    for context in (nullcontext, torch.inference_mode)
}
laps = stopwatch(combined, repeats=7 if full else 3)  # in turn

# %%
found = {}
for (training, inference), call in combined.items():
    before = running_mean.clone()
    kept, wants_gradient = kept_bytes(model, images, call)
    repeatable = torch.equal(call(), call())
    moved = not torch.equal(running_mean, before)
    seconds = statistics.median(laps[training, inference])
    found[training, inference] = (repeatable, moved, wants_gradient, kept, seconds)

# %%
yes = {True: "yes", False: "no"}
table(
    ("mode", "gradients", "same answer twice", "batch norms moved", "logits ask for gradients", "kept", "time"),
    [
        ("train()" if training else "eval()", "inference_mode()" if inference else "as usual", yes[same], yes[moved],
         yes[wants], f"{kept / 1e6:.1f} MB", f"{1e3 * seconds:.0f} ms")
        for (training, inference), (same, moved, wants, kept, seconds) in found.items()
    ],
)  # fmt: skip

# %%
for (training, inference), (same, moved, wants, kept, _) in found.items():
    assert same == (not training)  # the mode decides what is computed ...
    assert moved == training  # ... and whether the network changes, also where no gradient is kept
    assert wants == (not inference)  # the other switch decides what is remembered
    assert (kept == 0) == inference
megabytes = found[False, False][3] / 1e6 / len(images)
Markdown(
    f"`eval()` alone still keeps **{megabytes:.1f} MB for each image**: the gradients are all prepared, for nothing."
)

# %% [markdown]
# So a product wants both. The third row is the common mistake that costs memory; the second is the one that gives wrong
# answers, other ones each time, and quietly spoils the statistics. (`torch.no_grad()` keeps nothing either; inference
# mode skips some more bookkeeping, and its tensors can never again be part of a gradient.)
#
# ## Do they agree?
# If B0 says what B7 says, why pay for B7? Accuracy answers that for ImageNet. For *your* photographs, without labels,
# you can at least ask how often two networks say the same.
#
# ## Exercise 3 · do they agree? · ★★☆ · 7 minutes
# Write `agreement(answers)`: `answers` is a dict, name of a network → list of its classes, one for each picture, the
# same pictures for all; at least two networks. Compare each pair of networks on each picture, and return the share of
# comparisons in which both said the same.


# %% tags=["exercise"]
def agreement(answers): ...  # your code


# %%
ex.agreement.check(agreement)  # stuck? ex.agreement.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
from itertools import combinations


def agreement(answers):
    pairs = list(combinations(answers.values(), 2))
    same = sum(a == b for first, second in pairs for a, b in zip(first, second, strict=True))
    return same / sum(len(first) for first, _ in pairs)


assert ex.agreement.check(agreement).passed

# %% [markdown]
# The pictures: squares out of four photographs that scikit-image ships, a cat, a cup of coffee, a rocket, an astronaut.
#
# Who votes? Weights are needed now: the trained network from above, and of the family what can be had (in the full
# version, and with a connection). One more voter needs no download: the same trained network, shown the same picture
# in **fewer pixels**. Every convnet with global pooling has this knob, and it buys time.

# %%
import skimage.data


def squares(photograph, count, side=260):
    rows, columns = photograph.shape[:2]
    tops, lefts = (torch.linspace(0, length - side, count).int().tolist() for length in (rows, columns))
    cut = [photograph[top : top + side, left : left + side].copy() for top in tops for left in lefts]
    return [torch.from_numpy(square).permute(2, 0, 1) for square in cut]  # uint8 (3, side, side)


photographs = [skimage.data.chelsea(), skimage.data.coffee(), skimage.data.rocket(), skimage.data.astronaut()]
pictures = [square for photograph in photographs for square in squares(photograph, 3 if full else 2)]

# %%
from torch.nn import functional as F


def prepared(network, part=1.0):
    images = torch.stack([network.preprocess(picture) for picture in pictures])  # (N, 3, side, side)
    side = round(part * images.shape[-1])
    return images if part == 1 else F.interpolate(images, (side, side), mode="bilinear", antialias=True)


def classes_of(model, images):
    return [forward(model, image.unsqueeze(0))().argmax().item() for image in images]


# %%
inputs = {part: prepared(trained, part) for part in (1, 3 / 4, 5 / 8)}
labels = {1: trained.name, 3 / 4: f"{trained.name} with 3/4 of the side", 5 / 8: f"{trained.name} with 5/8 of the side"}
voters = {labels[part]: classes_of(trained.model, images) for part, images in inputs.items()}
for name in ("efficientnet_b0", "efficientnet_b3") if full else ():
    network = load(name, quiet=True)
    if network.is_embedded:
        print(f"The weights of {name} cannot be had here: it does not vote.")
        break
    if network.categories == trained.categories:
        voters[name] = classes_of(network.model, prepared(network))

table(
    ("pair", f"same class, one of {len(trained.categories):,}, for {len(pictures)} pictures"),
    [(f"{a} · {b}", f"{agreement({a: voters[a], b: voters[b]}):.0%}") for a, b in combinations(voters, 2)],
)

# %% [markdown]
# The same weights, and yet not the same answers: a network learnt things at a certain size, and in fewer pixels they
# are other things. (A tabby for an Egyptian cat counts as another answer, too.) What does the knob buy?

# %%
one = {part: forward(trained.model, images[:1]) for part, images in inputs.items()}
knob = {part: statistics.median(seconds) for part, seconds in stopwatch(one, repeats=15 if full else 5).items()}
gain = knob[1] / knob[5 / 8]
side, fewer = (inputs[part].shape[-1] for part in (1, 5 / 8))
kept_answers = agreement({part: voters[labels[part]] for part in (1, 5 / 8)})
Markdown(
    f"{trained.name} with {fewer} instead of {side} pixels: {(side / fewer) ** 2:.1f} times fewer places, **{gain:.1f} "
    f"times** as fast, and **{kept_answers:.0%}** of the answers stay."
)

# %% [markdown]
# ### What is agreement worth?
# **Predict, then run**: two *untrained* networks, two draws of the same architecture. How often will they agree? And
# each with itself, with fewer pixels?

# %%
draws = [redrawn(trained.model, seed) for seed in (0, 1)]
noise = [{part: classes_of(draw, inputs[part]) for part in (1, 5 / 8)} for draw in draws]
between = agreement({"first": noise[0][1], "second": noise[1][1]})
within = [agreement(said) for said in noise]
different = [len(set(answers)) for answers in (voters[trained.name], noise[0][1], noise[1][1])]
print(f"between the two draws {between:.0%}; each with itself {within[0]:.0%} and {within[1]:.0%}")
print(f"different classes named: trained {different[0]}, untrained {different[1]} and {different[2]}")
assert max(different[1:]) < different[0]  # it hardly looks at the picture

# %% [markdown]
# An untrained network hardly looks at the picture: it has a few favourite classes and names them for everything. So it
# may agree with itself splendidly, and knows nothing. Agreement is *necessary* for two good networks, and it proves
# nothing: they can be wrong together, the more so as they learnt from the same images. Where they **dis**agree, at
# least one is wrong: those are the pictures to look at, and to label first.
#
# ## Many at once
# So far one picture at a time. If many wait, a *batch* shares the cost of fetching weights and of starting layers.
# **Latency** is what one user waits; **throughput** is how many images a second come out.
#
# ## Exercise 4 · as many as the limit allows · ★★☆ · 7 minutes
# Write `best_batch(seconds, limit)`: `seconds` is a dict, batch size → seconds for the whole batch. Return the size
# with the most images per second among those whose batch takes at most `limit` seconds; of equals the smaller size;
# `None` if there is none.


# %% tags=["exercise"]
def best_batch(seconds, limit): ...  # your code


# %%
ex.best_batch.check(best_batch)  # stuck? ex.best_batch.hint()


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def best_batch(seconds, limit):
    allowed = [batch for batch in seconds if seconds[batch] <= limit]
    return max(allowed, key=lambda batch: (batch / seconds[batch], -batch), default=None)


assert ex.best_batch.check(best_batch).passed

# %% [markdown]
# **Predict, then run**: EfficientNet-B0 on this machine. Does a batch of 8 take 8 times as long as one image?

# %%
LIMIT_SECONDS = 0.5
model, side = get_model("efficientnet_b0", weights=None).eval(), 224 if full else 96
batches = {
    size: forward(model, torch.rand(size, 3, side, side)) for size in ((1, 2, 4, 8, 16) if full else (1, 2, 4, 8))
}
batch_seconds = {size: statistics.median(laps) for size, laps in stopwatch(batches, repeats=5 if full else 3).items()}
chosen = best_batch(batch_seconds, LIMIT_SECONDS)
per_second = {size: size / seconds for size, seconds in batch_seconds.items()}
table(
    ("batch", "time", "images a second"),
    [(size, f"{1e3 * seconds:.0f} ms", f"{per_second[size]:.0f}") for size, seconds in batch_seconds.items()],
)

# %%
peak = max(per_second, key=per_second.get)
verdict = f"The best within {LIMIT_SECONDS} s is a batch of **{chosen}**." if chosen else "None is within the limit."
Markdown(
    f"Most images a second: batches of **{peak}**, {per_second[peak] / per_second[1]:.1f} times as many as one by one. "
    f"{verdict}"
)

# %% [markdown]
# On a GPU a batch is nearly free at first, because most of the chip has nothing to do with one image. On a CPU the gain
# is small, and when the maps of a batch outgrow the processor's caches, larger batches get *slower*. And images wait
# for their batch to fill: that time is in no table.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Network A has ten times the parameters of network B. Which one is faster?",
        "choices": {
            "B": "AlexNet has 49 times SqueezeNet's parameters. Look at the table again.",
            "That cannot be said": "Right: how often each parameter is used matters, and what must be fetched.",
            "A": "More parameters do not make it faster either.",
        },
        "answer": "That cannot be said",
    },
    {
        "ask": "You call model.eval() and answer photographs in a loop. What did you forget?",
        "choices": {
            "Nothing: eval() switches gradients off": "It does not. Look at the column 'kept'.",
            "inference_mode(): the answers are right, but memory is kept for gradients": "Right.",
            "inference_mode(): without it dropout is still active": "Dropout is off: that is what eval() does.",
        },
        "answer": "inference_mode(): the answers are right, but memory is kept for gradients",
    },
    {
        "ask": "You have no trained weights at hand. Which of these can you still measure?",
        "choices": {
            "Latency": "Right: the same multiplications are done, whatever the weights are.",
            "Accuracy": "An untrained network guesses.",
            "Which photographs are doubtful": "Its answers say nothing about the photographs.",
        },
        "answer": "Latency",
    },
    {
        "ask": "Two networks give the same class for 95 % of your photographs. What follows?",
        "choices": {
            "Both are right in at least 95 %": "They can be wrong together.",
            "The other 5 % are worth a look": "Right: there at least one of them is wrong.",
            "The smaller one is as accurate": "It mostly says the same here. Who is right, only labels tell.",
        },
        "answer": "The other 5 % are worth a look",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "threads": torch.get_num_threads(),
    "EfficientNet-B0, milliseconds for one image": round(1e3 * seconds_of["efficientnet_b0"], 1),
    f"{members[-1]}, times B0's time": round(seconds_of[members[-1]] / seconds_of[members[0]], 1),
    f"{members[-1]}, times B0's multiply-adds": round(facts[members[-1]]["gflops"] / b0["gflops"], 1),
    "AlexNet, times SqueezeNet's time": round(alex, 2),
    "eval() alone, MB kept for each image": round(megabytes, 1),
    f"{trained.name}, answers that stay with 5/8 of the side": round(kept_answers, 3),
    "batch with the most images a second": peak,
}

# %% [markdown]
# ## What you can do now
# - Seconds come from multiply-adds, the side of the picture, memory traffic, small steps and threads; parameters are
#   not among them.
# - Own side, warm-up, many calls, median and p95, `eval()` and `inference_mode()`: that figure holds. Trained weights
#   are not needed for it.
# - What another network beats, nobody needs. Of the rest your limit picks one.
# - `eval()` changes what is computed, `inference_mode()` what is remembered.
# - Agreement shows where to look. It is no accuracy.
#
# **Next**: [Inside](03_inside.ipynb), from pixels to class · **Sources**: Tan and Le (2019), *EfficientNet*; Ma et
# al. (2018), *ShuffleNet V2: practical guidelines for efficient CNN architecture design*; Vryniotis (2021), *How to
# train state-of-the-art models using TorchVision's latest primitives* (the newer recipe); Dean and Barroso (2013),
# *The tail at scale* (why the slow calls matter). All in the [bibliography](../../site/bibliography.md).
