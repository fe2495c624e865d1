"""Exercise: train on, and end with the weights of the best epoch."""

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ainotes.checks.engine import Exercise, Misconception


def _keep_best(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best = loss, epoch
            weights = copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


# --- The network, and what is looked at afterwards --------------------------------------------------------------------


class _Course:
    """A training whose every epoch writes its own number into the network, and whose losses are known."""

    def __init__(self, losses: tuple[float, ...]):
        self.losses, self.trained, self.validated = losses, 0, 0
        self.model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        with torch.no_grad():
            for tensor in self.model.state_dict().values():
                tensor.zero_()

    def train(self, model: nn.Module) -> None:
        self.trained += 1
        with torch.no_grad():
            for tensor in model.state_dict().values():
                tensor.add_(1)

    def validate(self, model: nn.Module) -> float:
        self.validated += 1
        return (8.0, *self.losses)[int(model[0].weight[0, 0])]  # type: ignore[index]


def _applied(attempt: Callable, losses: tuple[float, ...], epochs: int) -> Any:
    """Train, and tell from which epoch the network's numbers are."""
    course = _Course(losses)
    returned = attempt(course.model, course.train, course.validate, epochs)
    weights, buffers = (course.model.state_dict()[name] for name in ("0.weight", "1.running_mean"))
    return {
        "returned": "a network" if isinstance(returned, nn.Module) else returned,
        "weights are of epoch": int(weights[0, 0]),
        "running statistics are of epoch": int(buffers[0]),
        "epochs trained": course.trained,
        "validated": course.validated,
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _with(
    keep=lambda model: copy.deepcopy(model.state_dict()),
    put_back=lambda model, kept: model.load_state_dict(kept),
    better=lambda loss, losses: loss < min(losses, default=math.inf),
    count=lambda epochs: range(1, epochs + 1),
    answer=lambda model, best, losses: best,
):
    """Train with another way of keeping, of putting back, of telling what is better, of counting, of answering."""

    def variant(model, train, validate, epochs):
        best, kept = None, None
        losses: list[float] = []
        for epoch in count(epochs):
            train(model)
            loss = validate(model)
            if better(loss, losses):
                best, kept = epoch, keep(model)
            losses.append(loss)
        if kept is not None:
            put_back(model, kept)
        return answer(model, best, losses)

    return variant


def _parameters(model):
    return [parameter.detach().clone() for parameter in model.parameters()]


def _load_parameters(model, kept):
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), kept, strict=True):
            parameter.copy_(value)


def _nothing(model, kept):
    pass


def _from_zero(model, train, validate, epochs):
    """Begins with a lowest loss of 0, below which none ever falls."""
    lowest, best, weights = 0.0, 0, model.state_dict()
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best, weights = loss, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


def _validates_first(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        loss = validate(model)
        train(model)
        if loss < lowest:
            lowest, best, weights = loss, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


def _keeps_before_training(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        before = copy.deepcopy(model.state_dict())
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best, weights = loss, epoch, before
    model.load_state_dict(weights)
    return best


def _goes_back_at_once(model, train, validate, epochs):
    """Puts the best weights back after every epoch that was worse."""
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best, weights = loss, epoch, copy.deepcopy(model.state_dict())
        else:
            model.load_state_dict(weights)
    return best


def _stops_at_the_first_rise(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss >= lowest:
            break
        lowest, best, weights = loss, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


def _trains_a_copy(model, train, validate, epochs):
    return _keep_best(copy.deepcopy(model), train, validate, epochs)


def _validates_twice(model, train, validate, epochs):
    lowest, best, weights = math.inf, 0, {}
    for epoch in range(1, epochs + 1):
        train(model)
        if validate(model) < lowest:
            lowest, best, weights = validate(model), epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return best


def _trains_again(model, train, validate, epochs):
    """Finds the best epoch, then trains as far once more from where it is."""
    losses = []
    for _ in range(epochs):
        train(model)
        losses.append(validate(model))
    best = losses.index(min(losses)) + 1
    for _ in range(best):
        train(model)
    return best


def _fewer(epochs):
    return range(1, epochs)


def _from_naught(epochs):
    return range(epochs)


keep_best = Exercise(
    name="keep_best",
    title="End with the best epoch",
    difficulty=3,
    minutes=10,
    reference=_keep_best,
    cases=[
        ((0.9, 0.5, 0.4, 0.6, 0.7), 5),
        ((0.7, 0.8, 0.3, 0.3, 0.5), 5),
        ((0.5, 0.6, 0.2, 0.4), 4),
        ((0.9, 0.8, 0.7), 3),
        ((0.3, 0.6, 0.5, 0.4), 4),
        ((2.5, 1.5, 3.0), 3),
    ],
    call=_applied,
    misconceptions=(
        Misconception(
            _with(put_back=_nothing),
            "The model has the weights of the *last* epoch. If you did put others back: `state_dict()` hands out the "
            "tensors themselves, which training goes on changing. Keep a copy, `copy.deepcopy(model.state_dict())`.",
            also=(
                _with(keep=lambda model: model.state_dict()),
                _with(keep=lambda model: dict(model.state_dict())),
                _with(keep=lambda model: copy.copy(model.state_dict())),
            ),
        ),
        Misconception(
            _with(keep=_parameters, put_back=_load_parameters),
            "The weights are those of the best epoch, the running statistics of the batch norm those of the last: they "
            "are no parameters. `state_dict()` has both.",
        ),
        Misconception(
            _with(better=lambda loss, losses: loss > max(losses, default=-math.inf)),
            "You keep the epoch of the *highest* loss. That is right for an accuracy; a loss should be low.",
        ),
        Misconception(
            _with(better=lambda loss, losses: loss <= min(losses, default=math.inf)),
            "Of equal losses you keep the later one. An equal loss is no progress: the first counts.",
        ),
        Misconception(
            _with(better=lambda loss, losses: not losses or loss < losses[-1]),
            "You compare with the epoch before. Compare with the lowest loss so far.",
        ),
        Misconception(
            _with(better=lambda loss, losses: not losses),
            "You keep the first epoch and never another one: remember each new lowest loss.",
        ),
        Misconception(
            _with(better=lambda loss, losses: True),
            "You keep every epoch, so in the end the last. Only one with a new lowest loss.",
            also=(_with(keep=lambda model: model.state_dict(), better=lambda loss, losses: True),),
        ),
        Misconception(
            _from_zero,
            "No loss falls below 0, so nothing was ever kept. Begin with `math.inf`.",
            also=(_with(better=lambda loss, losses: False),),
        ),
        Misconception(
            _with(count=_from_naught),
            "You count epochs from 0. The first one is number 1.",
        ),
        Misconception(
            _with(count=_fewer),
            "One epoch too few: `range(1, epochs)` ends before `epochs`.",
        ),
        Misconception(
            _validates_first,
            "You validate before you train: that loss belongs to the epoch before.",
        ),
        Misconception(
            _keeps_before_training,
            "You keep the weights from before the epoch, and judge those after it.",
        ),
        Misconception(
            _goes_back_at_once,
            "You go back after every epoch that was worse, and train on from there. Train to the end, then put the "
            "best back.",
        ),
        Misconception(
            _stops_at_the_first_rise,
            "You stop at the first epoch that is no better. A better one may come later: train all of them.",
        ),
        Misconception(
            _trains_a_copy,
            "You train a copy. The model that came in is left as it was.",
        ),
        Misconception(
            _trains_again,
            "You train once more, from the last weights on: that leads elsewhere. Keep the weights when they come by.",
        ),
        Misconception(
            _validates_twice,
            "You validate twice in an epoch, which costs time for nothing. Keep what it gave in a variable.",
        ),
        Misconception(
            _with(answer=lambda model, best, losses: min(losses)),
            "The model is right. Return the number of the epoch, not its loss.",
        ),
        Misconception(
            _with(answer=lambda model, best, losses: model),
            "The model is right, and it was changed in place. Return the number of its epoch.",
        ),
        Misconception(
            _with(answer=lambda model, best, losses: None),
            "The model is right. Return the number of the epoch that its weights are of.",
        ),
        Misconception(
            _with(put_back=_nothing, answer=lambda model, best, losses: copy.deepcopy(model)),
            "You return a network; the one that came in has the weights of the last epoch. `load_state_dict` puts them "
            "into it.",
        ),
    ),
    hints=(
        "Three things to remember: the lowest loss so far, its epoch, and a copy of the weights. Begin with "
        "`math.inf`.",
        "`copy.deepcopy(model.state_dict())` copies weights and running statistics. Without the copy you keep a view "
        "of what training goes on changing.",
        "After the loop: `model.load_state_dict(weights)`, and return the epoch.",
    ),
    praise="`fit(..., keep_best=True)` does this for you.",
)
