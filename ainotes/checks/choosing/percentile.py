"""Exercise: the time that most calls stay within."""

import math
import statistics

from ainotes.checks.engine import Exercise, Misconception


def _percentile(seconds, share):
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _place(place, order=sorted):
    """A variant that takes another place of the sorted times, 0 the fastest; beyond the ends it stays at the ends."""

    def variant(seconds, share):
        count = len(seconds)
        return order(seconds)[min(max(place(count, share), 0), count - 1)]

    return variant


def _strict_place(place):
    """The same, and an IndexError where the place does not exist."""

    def variant(seconds, share):
        return sorted(seconds)[place(len(seconds), share)]

    return variant


def _slowest_first(seconds):
    return sorted(seconds, reverse=True)


def _between_neighbours(seconds, share):
    ordered = sorted(seconds)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _share_of_the_slowest(seconds, share):
    return share * max(seconds)


def _share_of_the_range(seconds, share):
    return min(seconds) + share * (max(seconds) - min(seconds))


def _share_of_the_sum(seconds, share):
    total, spent = sum(seconds), 0.0
    for second in sorted(seconds):
        spent += second
        if spent >= share * total:
            return second
    return max(seconds)


def _sorted_in_place(seconds, share):
    seconds.sort()
    return seconds[math.ceil(share * len(seconds)) - 1]


def _within(seconds, share):
    return sorted(seconds)[: math.ceil(share * len(seconds))]


percentile = Exercise(
    name="percentile",
    title="How long most wait",
    difficulty=1,
    minutes=6,
    reference=_percentile,
    cases=[
        ([0.030, 0.021, 0.024, 0.150, 0.022, 0.026, 0.033, 0.023], 0.75),
        ([0.40, 0.10, 0.90, 0.20, 0.30], 0.5),
        ([0.7, 0.2, 0.5, 0.3, 0.9, 0.4, 0.8, 0.1, 0.6, 2.0, 1.1], 0.9),
        ([4.0, 2.0, 3.0], 1.0),
        ([4.0, 2.0, 3.0, 9.0, 5.0, 8.0], 0.25),
        ([0.12, 0.11, 0.35, 0.14, 0.13, 0.90, 0.15], 0.95),
        ([0.8, 0.1, 0.4, 0.2, 0.7, 0.3, 0.6, 0.5], 0.25),
    ],
    misconceptions=(
        Misconception(
            _place(lambda count, share: math.ceil(share * count) - 1, list),
            "The times are in the order of measuring. Sort them first: the place in the sorted list is what counts.",
        ),
        Misconception(
            _place(lambda count, share: math.ceil(share * count) - 1, _slowest_first),
            "You sort the slowest first, so that `share` of the calls are *slower* than your answer. The fastest "
            "comes first.",
            also=(_place(lambda count, share: math.ceil((1 - share) * count) - 1),),
        ),
        Misconception(
            _place(lambda count, share: math.ceil(share * count)),
            "One place too far. The first time has the index 0, so the time number k has the index k - 1.",
            also=(_strict_place(lambda count, share: math.ceil(share * count)),),
        ),
        Misconception(
            _place(lambda count, share: int(share * count)),
            "`int(share * n)` counts from 1 where indices count from 0: where the product is whole, you are one place "
            "too far, and beyond the end for a share of 1.",
            also=(_strict_place(lambda count, share: int(share * count)),),
        ),
        Misconception(
            _place(lambda count, share: int(share * count) - 1),
            "You round down, so fewer than `share` of the times are within your answer. `math.ceil` rounds up.",
            also=(_strict_place(lambda count, share: int(share * count) - 1),),
        ),
        Misconception(
            _place(lambda count, share: round(share * count) - 1),
            "`round` sometimes rounds down, and then fewer than `share` of the times are within your answer. "
            "`math.ceil` rounds up.",
        ),
        Misconception(
            _place(lambda count, share: int(share * (count - 1))),
            "That is the place at `share` of the way from first to last, rounded down: too few times are within it.",
            also=(_place(lambda count, share: round(share * (count - 1))),),
        ),
        Misconception(
            _between_neighbours,
            "That lies between two measured times (as `numpy.quantile` does it). Here a time that was really measured "
            "is wanted.",
        ),
        Misconception(
            _share_of_the_slowest,
            "That is a share of the slowest *time*. Asked is a share of the *calls*: how many were that fast?",
        ),
        Misconception(
            _share_of_the_range,
            "That is a place on the way from the fastest to the slowest time. Asked is a share of the *calls*: how "
            "many were that fast?",
        ),
        Misconception(
            _share_of_the_sum,
            "You go until `share` of the *seconds* are spent. Count calls: each one is one, however long it took.",
        ),
        Misconception(
            lambda seconds, share: statistics.median(seconds),
            "That is the median, whatever the share: half of the calls take longer.",
            also=(lambda seconds, share: statistics.median_high(seconds),),
        ),
        Misconception(
            lambda seconds, share: statistics.mean(seconds),
            "That is the mean. It says nothing about how many calls were that fast.",
        ),
        Misconception(
            lambda seconds, share: max(seconds),
            "That is the slowest call. It is the answer for a share of 1 only.",
        ),
        Misconception(
            lambda seconds, share: min(seconds),
            "That is the fastest call. If you divided `share` by 100: it goes from 0 to 1 already, 0.95 and not 95.",
            also=(lambda seconds, share: sorted(seconds)[math.ceil(share / 100 * len(seconds)) - 1],),
        ),
        Misconception(
            lambda seconds, share: math.ceil(share * len(seconds)),
            "That is how many times are within. Which time is the last of them?",
            also=(lambda seconds, share: math.ceil(share * len(seconds)) - 1,),
        ),
        Misconception(_within, "Those are all the times within. Return the longest of them."),
        Misconception(
            lambda seconds, share: 1000 * _percentile(seconds, share),
            "That is in milliseconds. Return what came in: seconds.",
        ),
        Misconception(
            _sorted_in_place,
            "The time is right, but `sort` has changed the order of the caller's list. `sorted` makes a new one.",
        ),
    ),
    hints=(
        "Sort the times, the fastest first. How many of them must lie within the answer?",
        "At least `share * len(seconds)` of them: `math.ceil` rounds up where that is no whole number.",
        "The k-th of the sorted times has the index k - 1.",
    ),
    praise="A product promises its p95 or p99, because the slow calls are those that users remember.",
)
