"""Exercise: what an untrained network must lose, and a batch that it must learn by heart."""

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ainotes.checks.debugging.material import CLASSES, random_images, weights_of
from ainotes.checks.engine import Exercise, Misconception


def _sanity_checks(model, images, labels, classes):
    twin = copy.deepcopy(model)  # the caller's model stays as it is
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-2)
    losses = []
    for _ in range(100):
        loss = F.cross_entropy(twin(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"expected": math.log(classes), "first": losses[0], "last": losses[-1]}


def _without_training(model, images, labels, classes):
    """What the sanity checks return, as if the training had gone well: the variants below are quick this way."""
    with torch.no_grad():
        return {"expected": math.log(classes), "first": F.cross_entropy(model(images), labels).item(), "last": 0.0}


def _with_expected(expected: Callable) -> Callable:
    """A variant of the sanity checks that expects another first loss."""

    def variant(model, images, labels, classes):
        return _without_training(model, images, labels, classes) | {"expected": expected(images, classes)}

    return variant


def _trains_the_original(model, images, labels, classes):
    found = _without_training(model, images, labels, classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    F.cross_entropy(model(images), labels).backward()
    optimizer.step()
    return found


def _first_is_last(model, images, labels, classes):
    return _without_training(model, images, labels, classes) | {"first": 0.0}


def _last_is_first(model, images, labels, classes):
    found = _without_training(model, images, labels, classes)
    return found | {"last": found["first"]}


def _first_of_probabilities(model, images, labels, classes):
    with torch.no_grad():
        first = F.cross_entropy(model(images).softmax(dim=1), labels).item()
    return _without_training(model, images, labels, classes) | {"first": first}


def _use_sanity_checks(attempt, model, images, labels, classes) -> Any:
    before = copy.deepcopy(model)
    found = attempt(model, images, labels, classes)
    if not isinstance(found, dict) or set(found) != {"expected", "first", "last"}:
        return found
    found = {key: float(value) for key, value in found.items()}
    with torch.no_grad():
        logits = before(images)
    moments = {
        "before any step": F.cross_entropy(logits, labels).item(),
        "of probabilities": F.cross_entropy(logits.softmax(dim=1), labels).item(),
        "after the training": found["last"],
    }
    return {
        "expected": found["expected"],
        "last": "below 0.1" if found["last"] < 0.1 else "0.1 or more",
        "first": "the loss " + min(moments, key=lambda moment: abs(moments[moment] - found["first"])),
        "the model is as it was": torch.equal(weights_of(before), weights_of(model)),
    }


def _sanity_cases() -> list[tuple]:
    torch.default_generator.manual_seed(2)
    plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 32), nn.ReLU(), nn.Linear(32, CLASSES))
    wide = nn.Sequential(nn.Flatten(), nn.Linear(36, 32), nn.ReLU(), nn.Linear(32, 10))
    return [(plain, *random_images(12), CLASSES), (wide, *random_images(16), 10)]


sanity_checks = Exercise(
    name="sanity_checks",
    title="Two sanity checks",
    difficulty=2,
    minutes=12,
    reference=_sanity_checks,
    cases=_sanity_cases,
    call=_use_sanity_checks,
    misconceptions=(
        Misconception(
            _with_expected(lambda images, classes: 1 / classes),
            "`1 / classes` is the probability that an untrained net gives to the right class. The loss is minus the "
            "logarithm of that probability.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log(1 / classes)),
            "The logarithm of a probability is negative, a cross-entropy never is: the loss is *minus* the logarithm.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log2(classes)),
            "That is in bits. Cross-entropy in PyTorch uses the natural logarithm, `math.log`.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log10(classes)),
            "That is the logarithm to base 10. Cross-entropy in PyTorch uses the natural logarithm, `math.log`.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log(len(images))),
            "That counts the images of the batch. What an untrained net cannot tell apart are the *classes*.",
        ),
        Misconception(
            _trains_the_original,
            "The numbers are right, but the check has trained the caller's model. Overfit a `copy.deepcopy(model)` "
            "instead: a check must leave no trace.",
        ),
        Misconception(
            _first_is_last,
            "`first` is the loss after training. The check is about the loss *before* any step.",
        ),
        Misconception(
            _last_is_first,
            "`last` is no lower than the loss was at the start. Take a hundred steps on this same batch, and look "
            "again.",
        ),
        Misconception(
            _first_of_probabilities,
            "`first` is computed from probabilities. `F.cross_entropy` takes the logits as they leave the model: it "
            "applies the softmax itself.",
        ),
    ),
    hints=(
        "A net that knows nothing gives every class the same probability, `1 / classes`. What is `-log` of that?",
        "Train a `copy.deepcopy(model)` for 100 steps on this one batch, with `torch.optim.Adam(..., lr=1e-2)`; keep "
        "each `loss.item()` in a list.",
        'Return `{"expected": math.log(classes), "first": losses[0], "last": losses[-1]}`.',
    ),
    seconds=20.0,
    praise="Two numbers and one batch: seconds to run, and they find more faults than an afternoon of staring.",
)
