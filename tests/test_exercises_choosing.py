"""The lesson on choosing a network: its exercises accept what is right, and its instruments measure what they say."""

import itertools
import math
import re
import statistics
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import attempts
import numpy as np
import pytest
import torch
from torch import nn

from ainotes.checks import choosing
from ainotes.widgets.zoo import best_under, pareto_front

LESSON = Path(__file__).parents[1] / "notebooks" / "4_pretrained" / "02_choosing.py"
EXERCISES = attempts.of(choosing)

test_every_exercise_of_the_lesson_is_found = attempts.complete(choosing, count=4, misconceptions=8)


# --- Right, however it is written -------------------------------------------------------------------------------------


def percentile_by_counting(seconds, share):
    for second in sorted(seconds):
        if sum(other <= second for other in seconds) >= share * len(seconds):
            return second
    return None


def percentile_by_dropping(seconds, share):
    left = list(seconds)
    while (len(left) - 1) / len(seconds) >= share:
        left.remove(max(left))
    return max(left)


def pareto_by_loops(models):
    names = []
    for model in models:
        beaten = False
        for other in models:
            if other["accuracy"] >= model["accuracy"] and other["seconds"] < model["seconds"]:
                beaten = True
            if other["accuracy"] > model["accuracy"] and other["seconds"] <= model["seconds"]:
                beaten = True
        if not beaten:
            names.append(model["name"])
    return names


def pareto_by_pairs(models):
    values = [(model["accuracy"], -model["seconds"]) for model in models]
    good = [
        all(other == own or other[0] < own[0] or other[1] < own[1] for other in values) for own in values
    ]  # fmt: skip
    return [model["name"] for model, kept in zip(models, good, strict=True) if kept]


def agreement_by_counters(answers):
    same = compared = 0
    for said in zip(*answers.values(), strict=True):
        same += sum(math.comb(count, 2) for count in Counter(said).values())
        compared += math.comb(len(said), 2)
    return same / compared


def agreement_by_arrays(answers):
    said = np.array(list(answers.values()))
    equal = (said[:, None] == said[None]).mean(axis=2)
    return float(equal[np.triu_indices(len(said), 1)].mean())


def agreement_by_ordered_pairs(answers):
    shares = [
        statistics.mean(float(a == b) for a, b in zip(answers[one], answers[other], strict=True))
        for one, other in itertools.permutations(answers, 2)
    ]
    return sum(shares) / len(shares)


def best_batch_by_walking(seconds, limit):
    best = None
    for batch in sorted(seconds):
        if seconds[batch] <= limit and (best is None or batch / seconds[batch] > best / seconds[best]):
            best = batch
    return best


def best_batch_by_time_of_one(seconds, limit):
    each = {batch: second / batch for batch, second in seconds.items() if second <= limit}
    return min(each, key=lambda batch: (each[batch], batch)) if each else None


RIGHT: dict[str, list] = {
    "percentile": [
        percentile_by_counting,
        percentile_by_dropping,
        lambda seconds, share: float(np.quantile(seconds, share, method="inverted_cdf")),
        lambda seconds, share: sorted(seconds, reverse=True)[len(seconds) - math.ceil(share * len(seconds))],
    ],
    "pareto": [pareto_by_loops, pareto_by_pairs],
    "agreement": [agreement_by_counters, agreement_by_arrays, agreement_by_ordered_pairs],
    "best_batch": [best_batch_by_walking, best_batch_by_time_of_one],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong ------------------------------------------------------------------------------------------------------------

UNFORESEEN: dict[str, list] = {
    "percentile": [
        lambda seconds, share: share,
        lambda seconds, share: 2 * seconds[0],
        lambda seconds, share: statistics.stdev(seconds),
    ],
    "pareto": [
        lambda models: [model["name"] for model in models if model["accuracy"] > 70],
        lambda models: [model["name"] for model in models[:2]],
        lambda models: ", ".join(model["name"] for model in models),
    ],
    "agreement": [
        lambda answers: 0.5,
        lambda answers: len(answers) / 4,
        lambda answers: {"share": 0.6},
    ],
    "best_batch": [
        lambda seconds, limit: limit,
        lambda seconds, limit: 2,
        lambda seconds, limit: sum(seconds.values()) / len(seconds),
    ],
}


test_an_error_that_nobody_foresaw_is_wrong_and_no_misconception = attempts.failing(EXERCISES, UNFORESEEN)


def largest_that_fits(seconds, limit):
    best = None
    for batch in seconds:
        if seconds[batch] <= limit and (best is None or batch > best):
            best = batch
    return best


def everyone_beats_himself(models):
    names = []
    for model in models:
        if not any(o["accuracy"] >= model["accuracy"] and o["seconds"] <= model["seconds"] for o in models):
            names.append(model["name"])
    return names


def compares_all_with_the_first(answers):
    names = list(answers)
    right = [a == b for name in names[1:] for a, b in zip(answers[names[0]], answers[name], strict=True)]
    return sum(right) / len(right)


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (choosing.percentile, lambda seconds, share: float(np.quantile(seconds, share)), "between two measured"),
        (choosing.percentile, lambda seconds, share: sorted(seconds)[int(len(seconds) * share)], "counts from 1"),
        (choosing.pareto, everyone_beats_himself, "it beats itself"),
        (
            choosing.pareto,
            lambda models: [max(models, key=lambda m: m["accuracy"])["name"]] if models else [],
            "most accurate only",
        ),
        (choosing.agreement, compares_all_with_the_first, "all with the first"),
        (
            choosing.agreement,
            lambda answers: (
                sum(len(set(each)) == 1 for each in zip(*answers.values(), strict=True))
                / len(next(iter(answers.values())))
            ),
            "on which *all* agree",
        ),
        (choosing.best_batch, largest_that_fits, "You take the largest batch"),
        (
            choosing.best_batch,
            lambda seconds, limit: max((b for b in seconds if seconds[b] <= limit), key=lambda b: (b / seconds[b], -b)),
            "stops with an error",
        ),
    ]
)


# --- Properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_without_ties_the_unbeaten_are_those_of_the_chart(seed):
    rng = np.random.default_rng(seed)
    models = [
        {"name": str(i), "accuracy": float(accuracy), "seconds": float(seconds)}
        for i, (accuracy, seconds) in enumerate(rng.uniform(0.1, 1.0, (30, 2)))
    ]
    points = [(model["seconds"], model["accuracy"]) for model in models]
    assert sorted(pareto_front(points)) == [int(name) for name in choosing.pareto.reference(models)]
    best = best_under(points, 0.5)
    assert best is None or str(best) in choosing.pareto.reference(models)


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.875, 0.99, 1.0])
def test_a_percentile_is_the_smallest_measured_time_within_which_the_share_lies(share):
    seconds = np.random.default_rng(0).uniform(0.1, 1.0, 40).tolist()
    found = choosing.percentile.reference(seconds, share)
    assert sum(second <= found for second in seconds) >= share * 40
    assert sum(second < found for second in seconds) < share * 40


def test_one_dissenter_among_four_costs_half_of_the_agreement():
    answers = {name: ["cat"] * 6 for name in "abc"} | {"d": ["dog"] * 6}
    assert choosing.agreement.reference(answers) == pytest.approx(3 / 6)


# --- The instruments of the lesson ------------------------------------------------------------------------------------


def lesson_function(name: str, **scope):
    """The function of that name as the lesson defines it."""
    cells = re.split(r"(?m)^# %%.*\n", LESSON.read_text(encoding="utf-8"))
    source = next(cell for cell in cells if f"\ndef {name}(" in cell)
    start = source.index(f"\ndef {name}(")
    found = re.match(r"\ndef .*?(?=\n\S|\Z)", source[start:], re.DOTALL)
    exec(found[0], scope)
    return scope[name]


class Clock:
    """A clock that moves only when something is done."""

    def __init__(self):
        self.now = 100.0

    def perf_counter(self):
        return self.now

    def work(self, seconds):
        def call():
            self.now += seconds.pop(0) if len(seconds) > 1 else seconds[0]

        return call


@pytest.fixture
def clock():
    return Clock()


def stopwatch_of(clock):
    return lesson_function("stopwatch", time=clock, wait=lambda: None, full=True)


def test_the_stopwatch_takes_turns_and_leaves_the_first_one_out(clock):
    laps = stopwatch_of(clock)({"a": clock.work([9.0, 1.0, 2.0]), "b": clock.work([8.0, 3.0, 4.0])}, 2, 1e9)
    assert laps == {"a": [1.0, 2.0], "b": [3.0, 4.0]}


def test_the_stopwatch_stops_after_three_of_what_takes_too_long(clock):
    assert stopwatch_of(clock)({"slow": clock.work([5.0])}, 20, 6) == {"slow": [5.0] * 3}
    assert len(stopwatch_of(clock)({"quick": clock.work([0.1])}, 20, 6)["quick"]) == 20


def test_what_a_linear_layer_keeps_is_counted_to_the_byte():
    kept_bytes = lesson_function("kept_bytes", torch=torch)
    model, images = nn.Sequential(nn.Linear(10, 7), nn.Sigmoid(), nn.Linear(7, 3)), torch.rand(5, 10)
    kept, wants_gradient = kept_bytes(model, images, lambda: model(images))
    assert wants_gradient
    assert kept == 5 * 7 * 4  # the sigmoid's output, which the last layer takes too; input and weights not counted


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode, nullcontext])
def test_nothing_is_kept_where_no_gradient_is_wanted(context):
    kept_bytes = lesson_function("kept_bytes", torch=torch)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    images = torch.rand(2, 1, 6, 6)
    with context():
        kept, wants_gradient = kept_bytes(model, images, lambda: model(images))
    assert (kept == 0) == (context is not nullcontext)
    assert wants_gradient == (context is nullcontext)


def test_redrawing_gives_other_weights_and_leaves_the_model_alone():
    import copy

    redrawn = lesson_function("redrawn", torch=torch, copy=copy)
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).train()
    before = copy.deepcopy(model.state_dict())
    fresh = redrawn(model, seed=3)
    assert model.training
    assert not fresh.training
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(not torch.equal(before[name], tensor) for name, tensor in fresh.state_dict().items())
    assert torch.equal(redrawn(model, seed=3)[0].weight, fresh[0].weight)
