"""Exercise: measure seconds, against a clock that the check turns by hand."""

import statistics
import time
from typing import Any

from ainotes.checks.engine import Exercise, Misconception


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
