"""Exercise: one step of gradient ascent on a picture."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _climb_step(picture, score, rate):
    picture = picture.detach().clone().requires_grad_()
    [slope] = torch.autograd.grad(score(picture), picture)
    size = slope.square().mean().sqrt()  # root mean square
    return (picture + rate * slope / (size + 1e-8)).detach()


# --- What is climbed, and what is looked at afterwards ----------------------------------------------------------------


def _plane(picture: Tensor) -> Tensor:
    """A score with the same slope everywhere."""
    return (picture * noise(*picture.shape, seed=11)).sum()


def _steep(picture: Tensor) -> Tensor:
    return 500 * (picture * (noise(*picture.shape, seed=12) + 0.7)).sum()


def _curved(picture: Tensor) -> Tensor:
    return (0.1 * picture.sin() * noise(*picture.shape, seed=13)).sum()


def _level(picture: Tensor) -> Tensor:
    """A filter that is silent here: no slope at all."""
    return (0 * picture).sum()


SCORES: dict[str, Callable[[Tensor], Tensor]] = {
    "even": _plane,
    "steep": _steep,
    "curved": _curved,
    "level": _level,
}


def _applied(attempt: Callable, picture: Tensor, score: str, rate: float) -> Any:
    """Take a step and tell what came of it."""
    taken = attempt(picture, SCORES[score], rate)
    return {
        "picture": taken.detach() if isinstance(taken, Tensor) else taken,
        "it holds a graph": isinstance(taken, Tensor) and taken.requires_grad,
        "the picture handed in asks for gradients": picture.requires_grad or picture.grad is not None,
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _slope(picture, score):
    picture = picture.detach().clone().requires_grad_()
    return torch.autograd.grad(score(picture), picture)[0]


def _divided_by(size, sign=1):
    """A step whose slope is divided by ``size(slope)``."""

    def variant(picture, score, rate):
        slope = _slope(picture, score)
        return picture + sign * rate * slope / (size(slope) + 1e-8)

    return variant


def _rms(slope):
    return slope.square().mean().sqrt()


def _nan_where_level(picture, score, rate):
    slope = _slope(picture, score)
    return picture + rate * slope / _rms(slope)


def _not_scaled(picture, score, rate):
    return picture + rate * _slope(picture, score)


def _signs(picture, score, rate):
    return picture + rate * _slope(picture, score).sign()


def _slope_only(picture, score, rate):
    return _slope(picture, score)


def _step_only(picture, score, rate):
    return _climb_step(picture, score, rate) - picture


def _rate_ignored(picture, score, rate):
    return _climb_step(picture, score, 1.0)


def _clamped(picture, score, rate):
    return _climb_step(picture, score, rate).clamp(0, 1)


def _graph_kept(picture, score, rate):
    picture = picture.detach().clone().requires_grad_()
    [slope] = torch.autograd.grad(score(picture), picture)
    return picture + rate * slope / (_rms(slope) + 1e-8)


def _asked_of_the_original(picture, score, rate):
    picture.requires_grad_()
    [slope] = torch.autograd.grad(score(picture), picture)
    return (picture + rate * slope / (_rms(slope) + 1e-8)).detach()


def _backward_into_the_original(picture, score, rate):
    picture.requires_grad_()
    score(picture).backward()
    return (picture + rate * picture.grad / (_rms(picture.grad) + 1e-8)).detach()


def _graph_of_the_original(picture, score, rate):
    picture.requires_grad_()
    [slope] = torch.autograd.grad(score(picture), picture)
    return picture + rate * slope / (_rms(slope) + 1e-8)


def _in_place(picture, score, rate):
    picture += _climb_step(picture, score, rate) - picture
    return picture


def _unchanged(picture, score, rate):
    _climb_step(picture, score, rate)
    return picture


def _score_returned(picture, score, rate):
    return score(_climb_step(picture, score, rate))


def _centred(picture, score, rate):
    slope = _slope(picture, score)
    slope = slope - slope.mean()
    return picture + rate * slope / (_rms(slope) + 1e-8)


def _cases():
    picture = noise(1, 3, 6, 5, seed=0)
    return [
        (picture, "even", 0.3),
        (0.1 * noise(1, 1, 8, 8, seed=1), "steep", 0.1),
        (noise(1, 3, 4, 4, seed=2), "curved", 2.0),
        (noise(1, 1, 5, 5, seed=3), "level", 0.5),
        (column_by_column(noise(1, 2, 7, 4, seed=4)), "even", 0.05),
    ]


climb_step = Exercise(
    name="climb_step",
    title="One step uphill",
    difficulty=2,
    minutes=8,
    reference=_climb_step,
    cases=_cases,
    call=_applied,
    misconceptions=(
        Misconception(
            _divided_by(_rms, sign=-1),
            "You go downhill, as in training. There the loss was to fall; here the score is to *grow*: add.",
            also=(lambda picture, score, rate: picture - rate * _slope(picture, score),),
        ),
        Misconception(
            _not_scaled,
            "The slope is not scaled: one filter's step is a hop, another's no step at all. Divide by the root mean "
            "square of the slope, then `rate` is how far the pixels move.",
        ),
        Misconception(
            _nan_where_level,
            "Where the filter is silent the slope is 0, and 0 / 0 is no number. Add a little, 1e-8, to what you divide "
            "by.",
        ),
        Misconception(
            _signs,
            "You take the signs only, so that every pixel moves as far as the others. How far each moves relative to "
            "the others is what the slope says: keep it.",
        ),
        Misconception(
            _divided_by(lambda slope: slope.norm()),
            "You divide by the length, the root of the *sum* of squares. It grows with the picture: take the root of "
            "their *mean*.",
        ),
        Misconception(
            _divided_by(lambda slope: slope.abs().max()),
            "You divide by the largest slope, one single pixel. Divide by the root mean square of all.",
            also=(_divided_by(lambda slope: slope.abs().mean()), _divided_by(lambda slope: slope.max())),
        ),
        Misconception(
            _divided_by(lambda slope: slope.square().mean()),
            "The root is missing: you divide by the mean of the squares.",
        ),
        Misconception(
            _divided_by(lambda slope: slope.std()),
            "You divide by the standard deviation, which subtracts the mean first. Where all pixels want to go up "
            "together that is nearly 0. Take `slope.square().mean().sqrt()`.",
            also=(_centred,),
        ),
        Misconception(
            _slope_only,
            "That is the slope. Take a step along it, from the picture.",
        ),
        Misconception(
            _step_only,
            "That is the step. Add it to the picture.",
        ),
        Misconception(
            _rate_ignored,
            "Your step does not depend on `rate`.",
        ),
        Misconception(
            _clamped,
            "You cut off what leaves [0, 1]. Here the picture may go anywhere: a sigmoid brings it back later.",
        ),
        Misconception(
            _graph_kept,
            "The step is right, but the result still hangs on its graph, which would grow from step to step. "
            "`.detach()` it.",
        ),
        Misconception(
            _asked_of_the_original,
            "The step is right, but the picture that you were handed asks for gradients now. Work on a copy: "
            "`picture.detach().clone().requires_grad_()`.",
            also=(_backward_into_the_original, _graph_of_the_original),
        ),
        Misconception(
            _in_place,
            "You change the picture that you were handed. Return a new one.",
        ),
        Misconception(
            _unchanged,
            "You return the picture as it came. Return what came of the step.",
        ),
        Misconception(
            _score_returned,
            "That is the score. The picture is wanted.",
        ),
    ),
    hints=(
        "A copy that asks for gradients: `picture.detach().clone().requires_grad_()`. Then "
        "`[slope] = torch.autograd.grad(score(picture), picture)`.",
        "Its root mean square: `slope.square().mean().sqrt()`, plus 1e-8.",
        "`picture + rate * slope / size`, detached.",
    ),
    praise="The weights stood still and the picture learnt.",
)
