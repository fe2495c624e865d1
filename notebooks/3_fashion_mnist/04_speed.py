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
# # Speed
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/3_fashion_mnist/04_speed.ipynb)
#
# *Find out where the time of a training step goes, and get most of it back without changing what is learned.*
#
# **Before you start**: [Training](01_training.ipynb). **Time**: 50 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - measure a piece of code so that the number means something: warm-up, median, spread, in turn,
# - take a training step apart with a stopwatch and with PyTorch's profiler,
# - say what a faster part is worth before you build it,
# - remove the usual brakes: item-by-item data, second forward passes, waiting in every batch,
# - use channels-last, mixed precision and `torch.compile`, and know when each pays.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Every machine is different
# All times on this page were measured while it ran, on the machine named below. On yours they will be others, and so
# may be the *order* of what helps. That is why this lesson is about measuring first.

# %%
import os
import platform

os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # keeps PyTorch's profiler from printing notices of its own
import torch

from ainotes.data import fashion_mnist, full_run
from ainotes.utils.train import get_device

garments = fashion_mnist(train=True)
full = full_run(garments)
device, message = get_device(use_mps=False)  # an Apple GPU lacks several of the switches that we try
cores = os.cpu_count()
print(message)
print(f"{platform.system()}, cores: {cores}, threads: {torch.get_num_threads()}, PyTorch {torch.__version__}")

# %% [markdown]
# ## A stopwatch that does not lie
# The first candidate for the stopwatch is the forward pass of the `Convnet` on one batch. We let it run some twenty
# times. A GPU works *behind Python's back*: a call returns at once, and the work is done later. So before every look
# at the clock we wait for the device. A CPU has nothing outstanding.
#
# **Predict, then run**: how much longer does the very first call take than the others?

# %%
import time

from ainotes.models import Convnet

BATCH = 64
torch.manual_seed(0)
model = Convnet().to(device)
images = torch.rand(BATCH, 1, 28, 28, device=device)  # (N, C, H, W)


def wait():
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


# %%
seconds = []
for _ in range(21):
    start = time.perf_counter()
    model(images)
    wait()
    seconds.append(time.perf_counter() - start)

later = sorted(seconds[1:])
print(
    f"first call {1e3 * seconds[0]:.2f} ms; later ones {1e3 * later[0]:.2f} to {1e3 * later[-1]:.2f} ms, "
    f"median {1e3 * later[len(later) // 2]:.2f} ms; the first took {seconds[0] / later[len(later) // 2]:.1f} medians"
)
assert min(seconds) > 0

# %% [markdown]
# The first call prepares what the later ones reuse: memory, plans for the convolutions, caches. And the later ones
# still scatter, always upwards: another program, a page of memory, the machine's temperature. Nothing ever makes a run
# *faster* than it can be, so the mean is pulled up by whatever else happened. Hence the rules:
#
# 1. **Warm up**: throw the first calls away.
# 2. **Repeat**, and take the **median**, which one bad run cannot move. Say the **spread** with it.
# 3. Compare two things **in turn** (A, B, A, B, ...), not all of A and then all of B, so that a slow minute hits both.
# 4. State a **ratio**. Milliseconds are this machine's; "twice as fast" travels better.
#
# ## Exercise 1 · a stopwatch to trust · ★★☆ · 10 minutes
# Write `median_seconds(fn, repeats, warmup, clock)`: call `fn` `warmup` times without looking, then `repeats` times
# with a look at the clock before and after each, and return the median in seconds. `clock` is a function that returns
# the time in seconds; handing it in lets the check turn the hands itself.


# %% tags=["exercise"]
def median_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    """The median time of a call of `fn`, in seconds."""
    ...  # your code


# %%
from ainotes.checks import speed as ex

ex.median_seconds.check(median_seconds)  # not attempted yet: try, then run me again

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import statistics


def median_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    for _ in range(warmup):
        fn()
    seconds = []
    for _ in range(repeats):
        start = clock()
        fn()
        seconds.append(clock() - start)
    return statistics.median(seconds)


assert ex.median_seconds.check(median_seconds).passed

# %% [markdown]
# For the rest of the lesson we want several candidates measured *in turn*. `race` does that, and reports the median,
# the middle half of the times (from the first to the third quartile), and the ratio to the first candidate.

# %%
import statistics


def race(candidates, repeats=25 if full else 7, warmup=2):
    times = {name: [] for name in candidates}
    for turn in range(warmup + repeats):
        for name, fn in candidates.items():
            start = time.perf_counter()
            fn()
            wait()
            if turn >= warmup:
                times[name].append(1e3 * (time.perf_counter() - start))
    medians = {name: statistics.median(values) for name, values in times.items()}
    first = next(iter(medians.values()))
    for name, values in times.items():
        low, _, high = statistics.quantiles(values, n=4)
        print(
            f"{name:28} {medians[name]:8.2f} ms  ({low:.2f} to {high:.2f})  {first / medians[name]:5.2f} times as fast"
        )
    return medians


# %% [markdown]
# ## Where does a step spend its time?
# Here is the loop of many tutorials, honest and slow, in slow motion. Its data set opens **one image at a time**, as
# `torchvision.datasets.FashionMNIST` does: bytes to a PIL image, PIL image to a tensor, and later 64 tensors to a
# batch.

# %%
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_tensor


class OneByOne(Dataset):
    def __init__(self, data):
        self.pixels, self.labels = data.images[:, 0].numpy(), data.labels.tolist()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return to_tensor(Image.fromarray(self.pixels[index])), self.labels[index]


one_by_one = DataLoader(OneByOne(garments), batch_size=BATCH, shuffle=True)
assert torch.equal(OneByOne(garments)[7][0], garments[7][0])  # the same numbers, by another road

# %% [markdown]
# And after each step the tutorial's loop does its **bookkeeping**: a second forward pass for the accuracy, and two
# `.item()` for the running sums.

# %%
from torch.nn import functional as F


def second_pass(model, images, labels, logits, loss):
    with torch.no_grad():
        correct = (model(images).argmax(dim=1) == labels).sum().item()
    return loss.item(), correct


# %% [markdown]
# The stopwatch: a lap after each part of each step.


# %%
def watch(loader, model, optimizer, bookkeeping, steps=60 if full else 12):
    laps = {name: [] for name in ("fetch", "forward", "backward", "optimizer", "bookkeeping")}
    mark = time.perf_counter()

    def lap(name):
        nonlocal mark
        wait()
        laps[name].append(1e3 * (time.perf_counter() - mark))
        mark = time.perf_counter()

    batches = iter(loader)
    for _ in range(steps):
        mark = time.perf_counter()
        images, labels = (tensor.to(device) for tensor in next(batches))
        lap("fetch")
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        lap("forward")
        optimizer.zero_grad()
        loss.backward()
        lap("backward")
        optimizer.step()
        lap("optimizer")
        bookkeeping(model, images, labels, logits, loss)
        lap("bookkeeping")
    return {name: statistics.median(values[2:]) for name, values in laps.items()}  # two steps of warm-up


# %% [markdown]
# **Predict, then run**: order the five parts by their time. Which is the largest?


# %%
def new_model(**options):
    torch.manual_seed(0)
    model = Convnet().to(device)
    return model, torch.optim.Adam(model.parameters(), lr=1e-3, **options)


recipes = {"tutorial": watch(one_by_one, *new_model(), second_pass)}
step_ms = sum(recipes["tutorial"].values())
for name, ms in sorted(recipes["tutorial"].items(), key=lambda part: -part[1]):
    print(f"{name:12} {ms:6.2f} ms  {ms / step_ms:6.1%}")
assert min(recipes["tutorial"].values()) >= 0 < step_ms

# %% [markdown]
# Only three of these five parts train the network: forward, backward and optimizer. The other two fetch and count.

# %%
overhead = (recipes["tutorial"]["fetch"] + recipes["tutorial"]["bookkeeping"]) / step_ms
print(f"On this machine {overhead:.0%} of the tutorial's step is fetching and counting.")

# %% [markdown]
# ### The profiler
# A stopwatch sees the parts that you give it. PyTorch's own profiler sees every operation below them, and names the
# dearest. *Self* time is the time in an operation without those that it calls.

# %%
from torch.profiler import ProfilerActivity, profile

activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * (device.type == "cuda")
with profile(activities=activities) as prof:
    watch(one_by_one, *new_model(), second_pass, steps=4)

events = sorted(prof.key_averages(), key=lambda event: -event.self_cpu_time_total)
total = sum(event.self_cpu_time_total for event in events)
for event in events[:8]:
    print(f"{event.key[:46]:48} {event.self_cpu_time_total / total:6.1%}  {event.count:5} calls")

# %% [markdown]
# Read such a table from the top and ask of each line: *is this the work, or is it work about the work?* Convolutions,
# pooling and matrix products (`addmm`) are the work. `DataLoader`, copies and conversions are not. And look at the
# calls: a large count for something small means that it is done image by image.

# %% [markdown]
# ## What is a faster part worth?
# Before you mend anything, ask what mending it can buy. If a part takes a share $f$ of the time and becomes $s$ times
# faster, the rest still takes $1 - f$. This is **Amdahl's law**, and it is merciless.
#
# ## Exercise 2 · what a faster part is worth · ★☆☆ · 6 minutes
# Write `amdahl(fraction, factor)`: how many times faster is the whole, when the part that takes `fraction` of the time
# becomes `factor` times faster?


# %% tags=["exercise"]
def amdahl(fraction, factor):
    """How many times faster the whole becomes."""
    ...  # your code


# %%
ex.amdahl.check(amdahl)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def amdahl(fraction, factor):
    return 1 / ((1 - fraction) + fraction / factor)


assert ex.amdahl.check(amdahl).passed

# %% [markdown]
# With the times from above: what would each part be worth, if it were ten times faster?

# %%
for name, ms in recipes["tutorial"].items():
    share = ms / step_ms
    print(
        f"{name:12} {share:6.1%} of the step, ten times faster: {1 / (1 - share + share / 10):.2f} times as fast in all"
    )

# %% [markdown]
# ## Brake 1: data, item by item
# Fashion-MNIST is small. How small? It would fit into the memory of a telephone.
#
# ## Exercise 3 · does it fit? · ★☆☆ · 5 minutes
# Write `bytes_in_memory(shape, dtype)`: how many bytes does a tensor of this shape and type need?


# %% tags=["exercise"]
def bytes_in_memory(shape, dtype):
    """The size of a tensor in bytes; `dtype` is a torch.dtype."""
    ...  # your code


# %%
ex.bytes_in_memory.check(bytes_in_memory)

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
import math


def bytes_in_memory(shape, dtype):
    return math.prod(shape) * dtype.itemsize


assert ex.bytes_in_memory.check(bytes_in_memory).passed

# %%
pixels = garments.images
print(f"{tuple(pixels.shape)}: {pixels.nbytes / 1e6:.0f} MB as bytes, {4 * pixels.nbytes / 1e6:.0f} MB as float32")
assert pixels.nbytes == pixels.numel()

# %% [markdown]
# So keep it there: as bytes, a quarter of the floats, and make each batch *at once* instead of 64 times one image.
# `ainotes.data.in_memory` takes a plain `DataLoader` and returns the same batches, in the same order; `fit` does it
# for you, wherever each image is the same every time it is asked for (never with random augmentation).

# %%
from ainotes.data import in_memory

in_batches = in_memory(DataLoader(garments, batch_size=BATCH, shuffle=True))


def fetch(loader, count=8):
    batches = iter(loader)
    return lambda: [next(batches) for _ in range(count)]


data_ms = race({"item by item": fetch(one_by_one), "in memory": fetch(in_batches)}, repeats=10 if full else 5)

# %% [markdown]
# The same numbers arrive. A seed proves it:

# %%
torch.manual_seed(1)
slow_images, slow_labels = next(iter(one_by_one))
torch.manual_seed(1)
quick_images, quick_labels = next(iter(in_batches))
assert torch.equal(slow_images, quick_images)
assert torch.equal(slow_labels, quick_labels)

# %% [markdown]
# ### And workers?
# `DataLoader(..., num_workers=2)` opens images in other processes, beside the training. That pays where opening is
# dear (large photographs, augmentation) and cores are idle. But the processes must start, and every batch must travel
# between them. (On systems that cannot fork, a class written in a notebook cannot travel at all, so we only try it on
# Linux.)


# %%
def seconds_for(loader, batches):
    start = time.perf_counter()
    for _, _batch in zip(range(batches), loader, strict=False):
        pass
    return time.perf_counter() - start


count = 200 if full else 20
for workers in (0, 2) if sys.platform == "linux" else (0,):
    loader = DataLoader(OneByOne(garments), batch_size=BATCH, num_workers=workers)
    first, all_of_them = seconds_for(loader, 1), seconds_for(loader, count)
    print(
        f"{workers} workers: first batch after {1e3 * first:.0f} ms, {count} batches after {1e3 * all_of_them:.0f} ms"
    )
print(f"in memory: {count} batches after {1e3 * seconds_for(in_batches, count):.0f} ms")

# %% [markdown]
# ## Brake 2: computing things twice, and waiting
# The logits of the step are all that the accuracy of the epoch needs. A second forward pass costs time, and it
# measures *another* network, the one after the step.
#
# The other brake, `.item()`, hardly shows on a CPU. On a GPU it is a red light in every batch: Python could run ahead
# and hand out the next steps while the device computes, but `.item()` asks for a number, so everything stands still
# until the device has caught up. So add up *tensors*, and ask once, at the end of the epoch.
#
# ## Exercise 4 · count without waiting · ★★☆ · 8 minutes
# Write `accuracy(batches)`: `batches` is a list of `(logits, labels)`, and the last batch may be smaller. Return the
# fraction of right answers as a number, and ask the device for a value once, not in every batch.


# %% tags=["exercise"]
def accuracy(batches):
    """The fraction of right answers in all batches together."""
    ...  # your code


# %%
ex.accuracy.check(accuracy)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def accuracy(batches):
    correct, seen = torch.tensor(0), 0
    for logits, labels in batches:
        correct = correct + (logits.argmax(dim=1) == labels).sum()  # a tensor: nobody waits for it
        seen += len(labels)
    return correct.item() / seen


assert ex.accuracy.check(accuracy).passed

# %% [markdown]
# Back to the stopwatch, with both brakes released one after the other.


# %%
def own_logits(model, images, labels, logits, loss):
    return loss.detach(), (logits.argmax(dim=1) == labels).sum()


recipes["one forward pass"] = watch(one_by_one, *new_model(), own_logits)
recipes["data in memory"] = watch(in_batches, *new_model(), own_logits)
for name, parts in recipes.items():
    total = sum(parts.values())
    print(f"{name:18} {total:6.2f} ms a step, {step_ms / total:.2f} times the tutorial's speed")

# %% [markdown]
# Does Amdahl's law foresee what the data in memory bought?

# %%
before, after = recipes["one forward pass"], recipes["data in memory"]
share, factor = before["fetch"] / sum(before.values()), data_ms["item by item"] / data_ms["in memory"]
foreseen, measured = 1 / (1 - share + share / factor), sum(before.values()) / sum(after.values())
print(f"Fetching, {share:.0%} of the step, became {factor:.0f} times as fast: {foreseen:.2f} times as fast in all")
print(f"foreseen, {measured:.2f} times measured. A perfect fetch would have given {1 / (1 - share):.2f}.")

# %% [markdown]
# ## Faster arithmetic
# What is left is the work itself. Three switches, none of which changes the network:
#
# - **Channels-last** is an order in memory. Usually an image is stored plane after plane (N, C, H, W); channels-last
#   stores pixel after pixel, all channels of a pixel side by side. A convolution reads all channels of a pixel
#   together, so many of them are quicker this way. Shapes and values stay as they are.
# - **A fused optimizer** updates all weights in one sweep instead of one operation after another.
# - **Mixed precision** computes the large products in `bfloat16`, with half the bits of `float32`.

# %%
for dtype in (torch.float32, torch.bfloat16, torch.float16):
    info = torch.finfo(dtype)
    print(f"{dtype!s:15} {info.bits} bits, largest {info.max:.1e}, next after 1: 1 + {info.eps:.1e}")

single, brain = torch.finfo(torch.float32), torch.finfo(torch.bfloat16)
assert brain.eps == 2**-7  # 7 bits of fraction
assert brain.max > 0.99 * single.max  # the same exponent, the same range
assert torch.tensor(1 + brain.eps / 4).bfloat16() == 1  # too small a difference is rounded away

# %% [markdown]
# `bfloat16` keeps the *range* of float32 (the same 8 bits of exponent) and gives up *digits*: it has 7 bits for the
# fraction, between two and three decimal digits. So nothing overflows, as it can in float16, but a sum of many small
# terms would lose them. That is why it is *mixed*: `torch.autocast` lets convolutions and linear layers run in
# bfloat16 and keeps the weights, the loss and the optimizer in float32.
#
# It is faster only where the hardware multiplies bfloat16 itself: CUDA GPUs since Ampere, processors with AMX or
# AVX512-BF16. Elsewhere it is emulated and slower. Does yours?

# %%
from ainotes.utils.precision import has_bfloat16

print(f"bfloat16 in hardware here: {'yes' if has_bfloat16(device) else 'no'}")

# %%
labels = torch.randint(10, (BATCH,), device=device)


def step_maker(channels_last=False, bfloat16=False, fused=False):
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model, optimizer = new_model(fused=fused or None)
    model, batch = model.to(memory_format=layout), images.to(memory_format=layout)

    def step():
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bfloat16):
            loss = F.cross_entropy(model(batch), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


step_ms_by = race(
    {
        "plain": step_maker(),
        "channels-last": step_maker(channels_last=True),
        "fused Adam": step_maker(fused=True),
        "bfloat16": step_maker(bfloat16=True),
        "all three": step_maker(channels_last=True, bfloat16=True, fused=True),
    }
)

# %% [markdown]
# Compare "all three" with the single switches. Gains do not simply add up or multiply: a bfloat16 convolution that
# finds its image in the wrong layout first has to rearrange it, so one switch may only pay when the other is on.

# %%
import math

alone = [step_ms_by["plain"] / step_ms_by[name] for name in ("channels-last", "fused Adam", "bfloat16")]
print(
    f"one after the other they would give {math.prod(alone):.2f} times the speed, together they give "
    f"{step_ms_by['plain'] / step_ms_by['all three']:.2f} times"
)

# %% [markdown]
# Is the result still as good? The order of summation and the rounding differ, so the weights do too, after the first
# step already. What must not differ is how well the network does. Same seed, same batches, once in each precision:

# %%
from ainotes.utils.train import evaluate, fit

small, held_out = garments.split([24_000, 6_000] if full else [1_280, 500])
small_loader = DataLoader(small, batch_size=BATCH, shuffle=True)
held_out_loader = DataLoader(held_out, batch_size=500)
result = {}
for precision in ("float32", "bfloat16"):
    model, optimizer = new_model()
    fit(small_loader, model, F.cross_entropy, optimizer, 2, device, precision=precision, seed=0, quiet=True)
    result[precision] = evaluate(held_out_loader, model, F.cross_entropy, device)["acc"]
    print(f"{precision}: {result[precision]:.1%} of {len(held_out):,} images that it has not seen")

difference = abs(result["float32"] - result["bfloat16"])
if full:
    assert difference < 0.02

# %% [markdown]
# ## Let PyTorch compile it
# One line, `torch.compile(model)`, lets PyTorch translate the network into new code, made for your shapes and your
# processor, with neighbouring operations melted into one. The first call pays for the translation. On a GPU, and with
# large networks, that is soon earned back. On a small network on a CPU it is an open question, so ask it: how long
# does it take, and after how many epochs is it paid back?

# %%
import logging
import shutil
import tempfile


def first_call_seconds(step):
    start = time.perf_counter()
    step()
    wait()
    return time.perf_counter() - start


def compiled_step_maker():
    model, optimizer = new_model()
    model = torch.compile(model)

    def step():
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


# %%
scratch = tempfile.TemporaryDirectory()  # an empty place: an earlier run's translation would make the clock lie
os.environ["TORCHINDUCTOR_CACHE_DIR"] = scratch.name
logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
compiler = device.type == "cuda" or any(shutil.which(name) for name in ("g++", "c++", "clang++", "cl"))
compile_seconds = compiled_ms = None
if not full:
    print("Not tried: this is the short version of the lesson.")
elif not compiler:
    print("Not tried: PyTorch translates to C++ here, and no C++ compiler was found.")
else:
    try:
        compiled_step = compiled_step_maker()
        compile_seconds = first_call_seconds(compiled_step)
    except Exception as error:  # a compiler alone is not enough: it also wants Python's headers, for example
        print("It did not work on this machine:", str(error).strip().splitlines()[0])

# %%
if compile_seconds is not None:
    print(f"translation and first step: {compile_seconds:.1f} s")
    compiled_ms = race({"as it is": step_maker(), "compiled": compiled_step})

# %%
STEPS = 938  # in an epoch of 60,000 images in batches of 64

if compiled_ms is not None:
    saved = (compiled_ms["as it is"] - compiled_ms["compiled"]) * STEPS / 1e3
    if saved > 0:
        print(f"It saves {saved:.2f} s an epoch: paid back after {compile_seconds / saved:.1f} epochs.")
    else:
        print(f"It costs {-saved:.2f} s an epoch more: on this machine, with this small network, it never pays.")

# %% [markdown]
# ## Batch size and threads
# A larger batch gives the processor more work at a time, so an image costs less, up to a point: when a batch no longer
# fits into the processor's caches, an image costs more again. And a larger batch takes *fewer steps* in an epoch, so
# it learns less in an epoch unless the learning rate is adapted. Batch size is a matter of learning first and of speed
# second.
#
# ## Exercise 5 · from a step to an epoch · ★☆☆ · 5 minutes
# Write `epoch_seconds(samples, batch_size, step_seconds)`. Mind the last batch.


# %% tags=["exercise"]
def epoch_seconds(samples, batch_size, step_seconds):
    """How long an epoch takes, in seconds."""
    ...  # your code


# %%
ex.epoch_seconds.check(epoch_seconds)


# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def epoch_seconds(samples, batch_size, step_seconds):
    return math.ceil(samples / batch_size) * step_seconds


assert ex.epoch_seconds.check(epoch_seconds).passed
assert epoch_seconds(60_000, BATCH, 1) == STEPS


# %%
def plain_step(batch_size):
    model, optimizer = new_model()
    batch = torch.rand(batch_size, 1, 28, 28, device=device)
    answers = torch.randint(10, (batch_size,), device=device)

    def step():
        loss = F.cross_entropy(model(batch), answers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def same_images(step, times):
    return lambda: [step() for _ in range(times)]


sizes, together = (64, 16, 256), 256
candidates = {f"{together} images by {size}": same_images(plain_step(size), together // size) for size in sizes}
batch_ms = race(candidates, repeats=11 if full else 3)

# %% [markdown]
# On a CPU PyTorch shares the work of *one* operation among several threads. Two threads are rarely twice as fast:
# small operations are not worth sharing, and all threads wait for the same memory. Be a good guest and put the number
# back.

# %%
threads_before = torch.get_num_threads()
timed = plain_step(BATCH)


def with_threads(number):
    def step():
        torch.set_num_threads(number)
        timed()

    return step


counts = sorted({1, max(1, cores // 2), cores})
threads_ms = race({f"threads: {number}": with_threads(number) for number in counts}, repeats=11 if full else 5)
torch.set_num_threads(threads_before)
assert torch.get_num_threads() == threads_before

# %% [markdown]
# More than one *process*, on several GPUs or machines, is a later lesson's subject.

# %% [markdown]
# ## All together
# `fit` has all of this built in: data in memory, one forward pass, nothing that waits, and on hardware that has it
# bfloat16, channels-last and a fused step. The last recipe for the budget is the arithmetic that `fit` chooses here.
# Then the real thing: a whole epoch of `fit` against the tutorial's loop.

# %%
from ainotes.utils.precision import channels_last, choose


class Quick(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model, self.how = model, choose("auto", device)

    def forward(self, images):
        with self.how.autocast():
            return self.model(channels_last(images) if self.how.fast else images).float()


model, _ = new_model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=choose("auto", device).fast or None)
recipes["faster arithmetic"] = watch(in_batches, Quick(model), optimizer, own_logits)

# %%
from ainotes.widgets import TimeBudget

TimeBudget(recipes, steps=STEPS, epochs=10)

# %% [markdown]
# Choose a recipe, a number of steps and of epochs. Where is the next second to be had, and is it worth having?


# %%
def tutorial_epoch(model, optimizer, loader):
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        second_pass(model, images, labels, logits, loss)


def fit_epoch(model, optimizer, loader):
    fit(loader, model, F.cross_entropy, optimizer, epochs=1, device=device, quiet=True)


# %%
steps = 300 if full else 20
some = garments.subset(slice(steps * BATCH))
some_loader, some_one_by_one = (DataLoader(data, batch_size=BATCH, shuffle=True) for data in (some, OneByOne(some)))
whole = race(
    {
        "tutorial's loop": lambda: tutorial_epoch(*new_model(), some_one_by_one),
        "fit": lambda: fit_epoch(*new_model(), some_loader),
    },
    repeats=3,
    warmup=1,
)

# %%
tutorial_s, fit_s = (ms / 1e3 / steps * STEPS for ms in whole.values())
print(
    f"an epoch of {STEPS} steps: tutorial {tutorial_s:.1f} s, fit {fit_s:.1f} s, {tutorial_s / fit_s:.1f} times as fast"
)
assert tutorial_s > 0 < fit_s

# %% tags=["key-figures"]
{
    "seconds an epoch, tutorial": round(tutorial_s, 2),
    "seconds an epoch, fit": round(fit_s, 2),
    "fit, times the tutorial's speed": round(tutorial_s / fit_s, 2),
    "share of fetching and counting in the tutorial's step": round(overhead, 3),
    "in-memory data, times as fast": round(data_ms["item by item"] / data_ms["in memory"], 1),
    "faster arithmetic, times as fast": round(step_ms_by["plain"] / step_ms_by["all three"], 2),
    "accuracy in float32": round(result["float32"], 4),
    "accuracy in bfloat16": round(result["bfloat16"], 4),
    "seconds to compile": round(compile_seconds or 0, 1),
}

# %% [markdown]
# ## What you can do now
# - Warm up, repeat, take the median, compare in turn, say the spread and the ratio.
# - A stopwatch around the parts of a step, and the profiler below it, show whether the time goes into the work or into
#   work about the work.
# - Amdahl's law says what a faster part is worth *before* you build it.
# - Data that fit belong in memory; the step's own logits give the accuracy; values are asked for once an epoch.
# - Channels-last, bfloat16 and compilation are switches to *try and measure*: they depend on the machine, and the
#   accuracy must stay what it was.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz(
    [
        {
            "ask": "Fetching takes a fifth of each step. You make it infinitely fast. How much faster is training?",
            "choices": {
                "1.25 times": "Yes: four fifths of the time remain, and 1 / 0.8 is 1.25.",
                "5 times": "That would be so if *only* a fifth remained.",
                "Infinitely": "The other four fifths take as long as before.",
            },
            "answer": "1.25 times",
        },
        {
            "ask": "Why the median and not the mean of the times?",
            "choices": {
                "One interrupted run does not move it": "Yes. Disturbances only ever make a run longer.",
                "It is always smaller": "Often, but that is not the reason.",
                "It needs no warm-up": "It does: many slow first calls would move it too.",
            },
            "answer": "One interrupted run does not move it",
        },
        {
            "ask": "On a GPU you time model(images) without waiting for the device. What have you measured?",
            "choices": {
                "How long Python takes to hand out the work": "Yes. The work itself is still going on.",
                "The forward pass": "The call returns before the work is done.",
                "The forward pass without its memory traffic": "Not even that: the call returns before it is done.",
            },
            "answer": "How long Python takes to hand out the work",
        },
        {
            "ask": "What does bfloat16 give up against float32?",
            "choices": {
                "Digits: it has fewer bits of fraction": "Yes. The exponent, and so the range, is the same.",
                "Range: large numbers overflow": "That is float16. bfloat16 has the exponent of float32.",
                "Nothing, on modern hardware": "It has half the bits; the fraction pays.",
            },
            "answer": "Digits: it has fewer bits of fraction",
        },
        {
            "ask": "When may fit NOT keep decoded images in memory?",
            "choices": {
                "When the transform is random": "Yes: then each epoch must see other images.",
                "When the loader shuffles": "The order may change; the images stay the same.",
                "When the images are colour photographs": "Only their size matters then.",
            },
            "answer": "When the transform is random",
        },
    ]
)

# %% [markdown]
# **Next**: [part 4](../4_pretrained/01_answers.ipynb), networks that others have trained.
#
# **Sources**
# - Amdahl (1967), *Validity of the single processor approach to achieving large scale computing capabilities*, AFIPS.
# - Hoefler and Belli (2015), *Scientific benchmarking of parallel computing systems*, SC15: medians, spread, honest
#   ratios.
# - Micikevicius and others (2018), *Mixed precision training*, ICLR. Kalamkar and others (2019), *A study of bfloat16
#   for deep learning training*.
# - Ansel and others (2024), *PyTorch 2: faster machine learning through dynamic Python bytecode transformation and
#   graph compilation*, ASPLOS.
