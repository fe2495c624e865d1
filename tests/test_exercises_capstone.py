"""The capstone's exercises: open-ended, so that very different answers are right, and each wrong one is told why."""

import re

import attempts
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ainotes.checks import capstone
from ainotes.checks.capstone.model_card import FACTS, FINE
from ainotes.checks.capstone.model_card import _told as told
from ainotes.checks.capstone.trial import verdict

EXERCISES = attempts.of(capstone)

test_every_exercise_of_the_lesson_is_found = attempts.complete(capstone, count=3, misconceptions=10)


# --- Networks that are right, and very different ----------------------------------------------------------------------


def lenet(classes):
    first = [nn.Conv2d(3, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(4)]
    return nn.Sequential(*first, nn.Flatten(), nn.Linear(16 * 36, 84), nn.Tanh(), nn.Linear(84, classes))


def plain_and_deep(classes):
    def block(i, o):
        return [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]

    layers = [*block(3, 8), *block(8, 16), *block(16, 32), *block(32, 32)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes))


def with_strides_and_dropout(classes):
    def block(i, o):
        return [nn.Conv2d(i, o, 3, stride=2, padding=1), nn.BatchNorm2d(o), nn.GELU()]

    head = [
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 32),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(32, classes),
    ]
    return nn.Sequential(*block(3, 16), *block(16, 32), *block(32, 32), *head)


def tiny(classes):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes)
    )  # fmt: skip


class Residual(nn.Module):
    """A network with a class of its own, a shortcut, and functions instead of layers."""

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.conv = nn.Conv2d(16, 16, 3, padding=1)
        self.last = nn.Linear(16, classes)

    def forward(self, images):
        maps = F.max_pool2d(F.relu(self.norm(self.stem(images))), 4)
        maps = F.relu(maps + self.conv(maps))
        return self.last(F.dropout(maps.mean(dim=(2, 3)), 0.2, self.training))


@pytest.mark.parametrize("build", [lenet, plain_and_deep, with_strides_and_dropout, tiny, Residual])
def test_a_good_network_passes_whatever_it_is_made_of(build):
    result = capstone.my_network.check(lambda classes: build(classes))
    assert result.passed, result


def test_the_trial_repeats_itself_and_leaves_the_callers_chance_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    capstone.my_network.check(tiny)
    assert torch.equal(torch.get_rng_state(), before)


class Careless(nn.Module):
    """Its flatten swallows the batch."""

    def __init__(self, classes):
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3, stride=8), nn.Linear(4 * 8 * 8 * 4, classes)

    def forward(self, images):
        return self.last(self.conv(images).relu().flatten())


class Unlearning(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.inner = tiny(classes)

    def forward(self, images):
        with torch.no_grad():
            return self.inner(images)


def made_once():
    made = {classes: tiny(classes) for classes in range(1, 11)}
    return lambda classes: made[classes]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda classes: tiny(classes).state_dict(), "no network"),
        (lambda classes: Residual, "no network"),
        (lambda classes: nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4, classes)), "do not get through"),
        (Careless, "no row of logits"),
        (lambda classes: tiny(2), "as many logits whatever `classes` is"),
        (lambda classes: nn.Sequential(tiny(classes), nn.LogSoftmax(dim=1), nn.Softmax(dim=1)), "Probabilities"),
        (lambda classes: nn.Sequential(tiny(classes), nn.Sigmoid()), "a ReLU or a sigmoid at the end"),
        (lambda classes: nn.Sequential(tiny(classes), nn.Softplus()), "a ReLU or a sigmoid at the end"),
        (
            lambda classes: nn.Sequential(nn.Flatten(), nn.Linear(12288, 8), nn.ReLU(), nn.Linear(8, classes)),
            "no convolution",
        ),
        (Unlearning, "No gradient comes through"),
        (made_once(), "the same weights again"),
    ],
)
def test_a_fault_in_a_network_is_named(build, message):
    result = capstone.my_network.check(build)
    assert result.status == "misconception", result
    assert message in result.message


def test_a_network_that_is_too_large_by_one_parameter_is_too_large():
    def exactly(count):
        def build(classes):
            network = tiny(classes)
            rest = count - sum(parameter.numel() for parameter in network.parameters())
            network.register_parameter("ballast", nn.Parameter(torch.zeros(rest)))
            return network

        return build

    assert verdict(exactly(100_001), 2) == "too many parameters"
    assert verdict(exactly(100_000), 2) != "too many parameters"


def test_a_dense_layer_does_not_learn_the_stripes_of_the_trial():
    class Disguised(nn.Module):
        """A dense layer behind a convolution that does nothing."""

        def __init__(self):
            super().__init__()
            self.conv, self.last = nn.Conv2d(3, 3, 1), nn.Linear(3 * 16 * 16, 2)

        def forward(self, images):
            return self.last(F.avg_pool2d(self.conv(images), 4).tanh().flatten(1))

    assert verdict(lambda classes: Disguised(), 2) == "does not learn"


# --- The choice -------------------------------------------------------------------------------------------------------


def by_a_loop(results):
    table = sorted(results.items(), key=lambda item: item[1][2])
    top = max(right / total for right, total, _ in results.values())
    count = next(total for right, total, _ in results.values() if right / total == top)
    line = top - ((top - top * top) / count) ** 0.5
    for name, (right, total, _) in table:
        if right / total >= line:
            return name
    raise AssertionError("the best is always above the line")


def by_pandas_like_steps(results):
    names = list(results)
    share = torch.tensor([results[name][0] / results[name][1] for name in names], dtype=torch.float64)
    place = share.argmax()
    error = (share[place] * (1 - share[place]) / results[names[place]][1]).sqrt()
    size = torch.tensor([float(results[name][2]) for name in names])
    size[share < share[place] - error] = float("inf")
    return names[int(size.argmin())]


@pytest.mark.parametrize("attempt", [by_a_loop, by_pandas_like_steps])
def test_a_right_choice_passes_however_it_is_made(attempt):
    result = capstone.choose_simplest.check(attempt)
    assert result.passed, result


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda results: max(results, key=lambda name: results[name][0] / results[name][1]), "the largest accuracy"),
        (lambda results: sorted(results, key=lambda name: results[name][2])[0], "however bad"),
    ],
)
def test_a_wrong_choice_is_told_why(attempt, message):
    result = capstone.choose_simplest.check(attempt)
    assert result.status == "misconception", result
    assert message in result.message


@pytest.mark.parametrize(
    "attempt",
    [lambda results: list(results)[-1], lambda results: "nobody", lambda results: [min(results)]],
)
def test_an_unforeseen_choice_is_wrong_and_no_misconception(attempt):
    result = capstone.choose_simplest.check(attempt)
    assert result.status == "wrong", result


# --- The card ---------------------------------------------------------------------------------------------------------


def in_prose(facts):
    low, high = (f"{100 * facts[edge]:.0f} %" for edge in ("low", "high"))
    return (
        f"This is “{facts['name']}”. Trained on {facts['train']} photographs, it tells "
        f"{' from '.join(facts['classes'])} with {facts['parameters']} numbers inside. Of {facts['test']} test "
        f"photographs it got {100 * facts['accuracy']:.0f} % right ({low} to {high}); guessing would get "
        f"{100 * facts['baseline']:.0f} %. It is worst with {facts['weakest']}. Never use it for {facts['not_for']}!"
    )


def as_a_table(facts):
    rows = {**facts, "classes": " / ".join(facts["classes"])}
    for share in ("accuracy", "low", "high", "baseline"):
        rows[share] = f"{facts[share]:.2%}"
    return "| what | value |\n|---|---|\n" + "\n".join(f"| {key} | {value} |" for key, value in rows.items())


@pytest.mark.parametrize("attempt", [in_prose, as_a_table])
def test_a_card_in_other_words_passes(attempt):
    result = capstone.model_card.check(attempt)
    assert result.passed, result


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accuracy": 0.5}, "How often is it right"),
        ({"low": 0.5}, "needs its interval"),
        ({"test": 11}, "Out of how many"),
        ({"baseline": 0.01}, "Good compared with what"),
        ({"parameters": 5}, "How large is it"),
        ({"not_for": "nothing"}, "not* be used for"),
        ({"train": 3}, "learnt from"),
        ({"name": "net"}, "What is it called"),
    ],
)
def test_a_card_with_another_figure_than_the_measured_one_is_found_out(change, message):
    result = capstone.model_card.check(lambda facts: in_prose({**facts, **change}))
    assert result.status == "misconception", result
    assert message in result.message


def test_a_card_typed_by_hand_is_found_out():
    text = in_prose(FACTS[0])
    result = capstone.model_card.check(lambda facts: text)
    assert "the numbers are typed" in result.message


def test_figures_inside_other_figures_do_not_count():
    facts = FACTS[0] | {"test": 77, "train": 244}
    text = in_prose(facts).replace("Of 77 ", "Of 1772 ")
    assert told(text, facts) == "the test pictures"
    assert told(re.sub(r"92 %", "192 %", in_prose(facts)), facts) == "the accuracy"
    assert told(in_prose(facts), facts) == FINE
