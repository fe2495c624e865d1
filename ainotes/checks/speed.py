"""Exercises of the lesson on speed."""

import math
import statistics
import time
from typing import Any

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception

# --- Measuring: a clock that the check turns by hand ------------------------------------------------------------------


class _Clock:
    """A clock of whole seconds that only moves when the measured function runs."""

    def __init__(self, durations: list[float]):
        self.durations = durations
        self.now = 1000.0
        self.calls = 0

    def __call__(self) -> float:
        return self.now

    def work(self) -> None:
        """Take the next duration; the last one again when the list is used up."""
        self.now += self.durations[min(self.calls, len(self.durations) - 1)]
        self.calls += 1


def _median_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    for _ in range(warmup):
        fn()
    seconds = []
    for _ in range(repeats):
        start = clock()
        fn()
        seconds.append(clock() - start)
    return statistics.median(seconds)


def _times(fn, repeats, clock) -> list[float]:
    seconds = []
    for _ in range(repeats):
        start = clock()
        fn()
        seconds.append(clock() - start)
    return seconds


def _mean_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    return statistics.mean(_times(fn, repeats, clock))


def _no_warm_up(fn, repeats=7, warmup=2, clock=time.perf_counter):
    return statistics.median(_times(fn, repeats, clock))


def _warm_up_counted(fn, repeats=7, warmup=2, clock=time.perf_counter):
    return statistics.median(_times(fn, warmup + repeats, clock))


def _best_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    return min(_times(fn, repeats, clock))


def _milliseconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    return 1000 * _median_seconds(fn, repeats, warmup, clock)


def _all_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    return _times(fn, repeats, clock)


def _middle_of_unsorted(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    return _times(fn, repeats, clock)[repeats // 2]


def _upper_middle(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    return sorted(_times(fn, repeats, clock))[repeats // 2]


def _since_the_first_start(fn, repeats=7, warmup=2, clock=time.perf_counter):
    _times(fn, warmup, clock)
    start, seconds = clock(), []
    for _ in range(repeats):
        fn()
        seconds.append(clock() - start)
    return statistics.median(seconds)


def _own_clock(fn, repeats=7, warmup=2, clock=time.perf_counter):
    return _median_seconds(fn, repeats, warmup, time.perf_counter)


def _use_median_seconds(attempt, durations: list[float], repeats: int, warmup: int) -> dict[str, Any]:
    clock = _Clock(durations)
    seconds = attempt(clock.work, repeats, warmup, clock)
    # A real clock sees almost nothing here: the measured function only turns the hands of this one.
    seconds = 0.0 if isinstance(seconds, float) and 0 < seconds < 0.5 else seconds
    return {"seconds": seconds, "calls of fn": clock.calls}


median_seconds = Exercise(
    name="median_seconds",
    title="A stopwatch to trust",
    difficulty=2,
    minutes=10,
    reference=_median_seconds,
    cases=[
        ([90.0, 30.0, 3.0, 1.0, 2.0, 2.0, 40.0, 5.0, 4.0], 7, 2),
        ([50.0, 6.0, 1.0, 2.0, 8.0], 4, 1),
        ([9.0, 70.0, 2.0, 1.0], 3, 0),
    ],
    call=_use_median_seconds,
    misconceptions=(
        Misconception(
            _mean_seconds,
            "That is the mean: one interruption (the 40 among the small times) moves it a lot. The median is the "
            "middle of the sorted times.",
        ),
        Misconception(
            _no_warm_up,
            "The first calls are slow because things are prepared once. Call `fn` `warmup` times *before* you start "
            "to measure.",
        ),
        Misconception(
            _warm_up_counted,
            "The warm-up calls are among the measured times. Their time is not written down at all.",
        ),
        Misconception(
            _best_seconds,
            "That is the fastest run. It says what is possible in the best case; asked is the middle one.",
        ),
        Misconception(_milliseconds, "That is in milliseconds. The name promises seconds."),
        Misconception(_all_seconds, "These are all the times. Return one number: their median."),
        Misconception(
            _middle_of_unsorted,
            "That is the middle one in the order of *measuring*. The median is the middle of the sorted times; "
            "`statistics.median` does it.",
        ),
        Misconception(
            _upper_middle,
            "With an even number of times the median is halfway between the two in the middle; `statistics.median` "
            "knows.",
        ),
        Misconception(
            _since_the_first_start,
            "The clock is started only once, so each time contains all the runs before it. Read it before *each* run.",
        ),
        Misconception(
            _own_clock,
            "The times do not come from the clock that was handed in. Call `clock()` before and after each run.",
        ),
    ),
    hints=(
        "Three parts: call `fn` without looking at the clock, then measure `repeats` times, then take the middle.",
        "One time: `start = clock()`, then `fn()`, then `clock() - start`. Collect them in a list.",
        "`statistics.median(seconds)` sorts, and averages the two in the middle where there are two.",
    ),
    praise="On a GPU one more line is needed: wait for the device before each look at the clock.",
)


# --- Amdahl -----------------------------------------------------------------------------------------------------------


def _amdahl(fraction, factor):
    return 1 / ((1 - fraction) + fraction / factor)


amdahl = Exercise(
    name="amdahl",
    title="What a faster part is worth",
    difficulty=1,
    minutes=6,
    reference=_amdahl,
    cases=[(0.5, 2.0), (0.8, 4.0), (0.1, 10.0), (1.0, 3.0), (0.0, 5.0)],
    misconceptions=(
        Misconception(
            lambda fraction, factor: fraction * factor,
            "`fraction * factor` is less than 1 for a small part, as if it had become slower. Add up the *times* that "
            "are left: of the part, and of the rest.",
        ),
        Misconception(
            lambda fraction, factor: (1 - fraction) + fraction / factor,
            "That is the new time as a share of the old. How many times faster is the inverse of it.",
        ),
        Misconception(
            lambda fraction, factor: (1 - fraction) + fraction * factor,
            "A part that is `factor` times faster takes `fraction / factor` of the time. What is asked is the old time "
            "divided by the new.",
        ),
        Misconception(
            lambda fraction, factor: 1 / (fraction + (1 - fraction) / factor),
            "That makes the *rest* faster. `fraction` is the share of the part that is improved.",
        ),
        Misconception(
            lambda fraction, factor: 1 / (1 - fraction) if fraction < 1 else math.inf,
            "That is the limit, for a part that takes no time at all any more. This one still takes "
            "`fraction / factor`.",
        ),
        Misconception(
            lambda fraction, factor: factor,
            "The whole is not `factor` times faster: the rest takes as long as before.",
        ),
    ),
    hints=(
        "Let the old time be 1. How long does the part take now, and how long the rest?",
        "The rest: `1 - fraction`. The part: `fraction / factor`. The speed-up is old time / new time.",
    ),
    praise="So a part of a tenth, made ten times faster, buys almost nothing: measure before you mend.",
)


# --- An epoch ---------------------------------------------------------------------------------------------------------


def _epoch_seconds(samples, batch_size, step_seconds):
    return math.ceil(samples / batch_size) * step_seconds


epoch_seconds = Exercise(
    name="epoch_seconds",
    title="From a step to an epoch",
    difficulty=1,
    minutes=5,
    reference=_epoch_seconds,
    cases=[(60_000, 64, 0.01), (60_000, 256, 0.03), (128, 64, 0.5), (10, 64, 0.25), (129, 64, 1.0)],
    misconceptions=(
        Misconception(
            lambda samples, batch_size, step_seconds: samples // batch_size * step_seconds,
            "The last, smaller batch is a step too: `//` drops it. Round up.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: samples / batch_size * step_seconds,
            "There are no broken steps: 129 images in batches of 64 are three steps. Round up.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: round(samples / batch_size) * step_seconds,
            "`round` goes to the nearest; a batch that is a quarter full is still a step. Round *up*.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: samples * step_seconds,
            "That is one step for each image. A step takes `batch_size` of them.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: batch_size * step_seconds,
            "That multiplies by the size of a batch. Asked is the *number* of batches.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: (samples // batch_size + 1) * step_seconds,
            "One too many when the batches come out even: 128 images in batches of 64 are two steps.",
        ),
    ),
    hints=("How many steps has an epoch? Remember the last batch.", "`math.ceil(samples / batch_size)` steps."),
)


# --- Bytes ------------------------------------------------------------------------------------------------------------


def _bytes_in_memory(shape, dtype):
    return math.prod(shape) * dtype.itemsize


bytes_in_memory = Exercise(
    name="bytes_in_memory",
    title="Does it fit?",
    difficulty=1,
    minutes=5,
    reference=_bytes_in_memory,
    cases=[
        ((60_000, 1, 28, 28), torch.uint8),
        ((60_000, 1, 28, 28), torch.float32),
        ((64, 3, 150, 150), torch.bfloat16),
        ((10,), torch.int64),
    ],
    misconceptions=(
        Misconception(
            lambda shape, dtype: math.prod(shape),
            "That counts numbers, not bytes: each takes `dtype.itemsize` bytes.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * 4,
            "Not every number takes 4 bytes: that is a float32. Ask the `dtype`.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * dtype.itemsize * 8,
            "That is in bits. A byte has eight of them.",
        ),
        Misconception(
            lambda shape, dtype: sum(shape) * dtype.itemsize,
            "The sides of a box are multiplied, not added: rows times columns times channels times images.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape[1:]) * dtype.itemsize,
            "That is one image. The first dimension says how many there are.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * dtype.itemsize / 1e6,
            "That is in megabytes. Asked are bytes.",
        ),
    ),
    hints=("How many numbers are there? How many bytes has each?", "`math.prod(shape)` numbers of `dtype.itemsize`."),
)


# --- Counting without waiting -----------------------------------------------------------------------------------------


class _OnDevice(Tensor):
    """A tensor that stands in for one on an accelerator: it notes when Python asks for its numbers."""

    waits = 0
    _ASKING = ("item", "tolist", "numpy", "cpu", "__float__", "__int__", "__bool__", "__index__", "__contains__")

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in cls._ASKING:
            _OnDevice.waits += 1
        return super().__torch_function__(func, types, args, kwargs or {})


def _accuracy(batches):
    correct, seen = torch.tensor(0), 0
    for logits, labels in batches:
        correct = correct + (logits.argmax(dim=1) == labels).sum()  # a tensor: nobody waits for it
        seen += len(labels)
    return correct.item() / seen


def _item_each_batch(batches):
    correct, seen = 0, 0
    for logits, labels in batches:
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += len(labels)
    return correct / seen


def _mean_of_means(batches):
    means = [(logits.argmax(dim=1) == labels).float().mean() for logits, labels in batches]
    return torch.stack(means).mean().item()


def _mean_of_means_and_waits(batches):
    means = [(logits.argmax(dim=1) == labels).float().mean().item() for logits, labels in batches]
    return statistics.mean(means)


def _last_batch_only(batches):
    for logits, labels in batches:
        share = (logits.argmax(dim=1) == labels).float().mean()
    return share.item()


def _how_many(batches):
    return sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches).item()


def _per_batch(batches):
    total = sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches).item()
    return total / len(batches)


def _still_a_tensor(batches):
    correct = sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches)
    return correct / sum(len(labels) for _, labels in batches)


def _batches(sizes: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(len(sizes))
    return [(torch.randn(N, 5, generator=generator), torch.randint(5, (N,), generator=generator)) for N in sizes]


def _use_accuracy(attempt, batches) -> dict[str, Any]:
    on_device = [tuple(tensor.as_subclass(_OnDevice) for tensor in batch) for batch in batches]
    _OnDevice.waits = 0
    found = attempt(on_device)
    waits = _OnDevice.waits
    found = found.as_subclass(Tensor) if isinstance(found, Tensor) else found
    return {"accuracy": found, "waits for the device": "at most once" if waits <= 1 else "in every batch"}


accuracy = Exercise(
    name="accuracy",
    title="Count without waiting",
    difficulty=2,
    minutes=8,
    reference=_accuracy,
    cases=lambda: [(_batches((8, 8, 3)),), (_batches((16, 16, 16, 16, 1)),)],
    call=_use_accuracy,
    misconceptions=(
        Misconception(
            _item_each_batch,
            "The accuracy is right, but every `.item()` makes Python wait until the device has caught up. Add the "
            "tensors, and ask once, after the loop.",
        ),
        Misconception(
            _mean_of_means,
            "A mean of the batches' accuracies counts an image of the small last batch for more than the others. Count "
            "the right ones, and divide by the images.",
        ),
        Misconception(
            _mean_of_means_and_waits,
            "Two things: the mean of means counts the images of the small last batch for more, and `.item()` waits in "
            "every batch. Add up the right ones as a tensor.",
        ),
        Misconception(_last_batch_only, "That is the accuracy of the last batch. Add up over all of them."),
        Misconception(_how_many, "That is how many are right. Divide by how many images there are."),
        Misconception(
            _per_batch,
            "That is the number of right ones per *batch*. Divide by the number of images, `len(labels)` summed up.",
        ),
        Misconception(
            _still_a_tensor,
            "Almost: that is still a tensor on the device. Ask for its number once, at the very end: `.item()`.",
        ),
    ),
    hints=(
        "`(logits.argmax(dim=1) == labels).sum()` is a tensor with one number. Adding two such tensors waits for "
        "nobody.",
        "`len(labels)` is known without asking the device: a shape is not a value.",
        "`correct = correct + (...).sum()` in the loop; `correct.item() / seen` after it.",
    ),
    praise="`fit` counts like this: the processor runs ahead and hands out work while the device computes.",
)

__all__ = ["accuracy", "amdahl", "bytes_in_memory", "epoch_seconds", "median_seconds"]
