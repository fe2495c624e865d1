"""Exercise: a price on large weights."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.engine import Exercise, Misconception


def _l2_penalty(model, strength):
    weights = [parameter for parameter in model.parameters() if parameter.ndim > 1]  # no biases
    return strength / 2 * sum((weight**2).sum() for weight in weights)


def _penalty(of_weight: Callable[[Tensor], Tensor], every: bool = False) -> Callable:
    """A penalty that treats each weight (`every`: each parameter) in another way."""

    def variant(model, strength):
        chosen = [parameter for parameter in model.parameters() if every or parameter.ndim > 1]
        return strength / 2 * sum(of_weight(parameter) for parameter in chosen)

    return variant


def _penalty_whole(model, strength):
    return 2 * _l2_penalty(model, strength)


def _penalty_without_strength(model, strength):
    return _l2_penalty(model, 1.0)


def _penalty_first_only(model, strength):
    weight = next(parameter for parameter in model.parameters() if parameter.ndim > 1)
    return strength / 2 * (weight**2).sum()


def _penalty_detached(model, strength):
    return _l2_penalty(model, strength).item()


def _penalty_and_gradient(attempt: Callable, model: nn.Module, strength: float) -> Any:
    """The penalty, and its gradient with respect to every parameter (None where it depends on none)."""
    penalty = attempt(model, strength)
    if not isinstance(penalty, (Tensor, int, float)):
        return penalty
    gradients = None
    if isinstance(penalty, Tensor) and penalty.requires_grad and penalty.ndim == 0:
        found = torch.autograd.grad(penalty, list(model.parameters()), allow_unused=True)
        gradients = [None if gradient is None else gradient.clone() for gradient in found]
    return {"penalty": penalty if not isinstance(penalty, Tensor) else _number(penalty), "gradients": gradients}


def _number(penalty: Tensor) -> Any:
    return penalty.item() if penalty.numel() == 1 else penalty.detach()


def _penalty_cases() -> list[tuple]:
    torch.default_generator.manual_seed(3)  # the engine puts the random state back
    return [
        (nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), 0.1),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2)), 0.5),
    ]


l2_penalty = Exercise(
    name="l2_penalty",
    title="A price on large weights",
    difficulty=2,
    minutes=8,
    reference=_l2_penalty,
    cases=_penalty_cases,
    call=_penalty_and_gradient,
    misconceptions=(
        Misconception(
            _penalty(lambda weight: (weight**2).sum(), every=True),
            "The biases pay too. They only shift, they do not make a function wiggly: take parameters with more than "
            "one dimension.",
        ),
        Misconception(
            _penalty(lambda weight: weight.abs().sum()),
            "That is the sum of absolute values, an L1 penalty. L2 adds up squares.",
        ),
        Misconception(
            _penalty(lambda weight: weight.sum() ** 2),
            "You square the sum: weights of 5 and -5 would cost nothing. Square each weight first, then add.",
        ),
        Misconception(
            _penalty(lambda weight: (weight**2).mean()),
            "You take the mean, so a weight costs less in a larger layer. Each weight pays the same: take the sum.",
        ),
        Misconception(
            _penalty(lambda weight: weight.norm()),
            "You took the root of each layer's sum. The penalty is the sum of squares itself; its gradient is then the "
            "weight, times the strength.",
        ),
        Misconception(
            _penalty_whole,
            "Twice too much: the factor is `strength / 2`, so that the gradient is `strength` times the weight.",
        ),
        Misconception(_penalty_without_strength, "`strength` has no effect in your function: it multiplies the sum."),
        Misconception(
            _penalty_first_only,
            "Only the first layer pays. Add up over all of `model.parameters()`.",
        ),
        Misconception(
            _penalty_detached,
            "The number is right, but it is only a number: it has no gradient, so no weight would ever shrink. Leave "
            "out `.item()`, `.data` and `no_grad`.",
        ),
    ),
    hints=(
        "`model.parameters()` yields kernels, matrices and biases. Biases have one dimension (`parameter.ndim`).",
        "The squares of one weight tensor: `(weight ** 2).sum()`. Python's `sum` adds up tensors as well.",
        "`strength / 2 * sum(...)`, and nothing that cuts the graph: no `.item()`, no `.data`, no `no_grad`.",
    ),
    praise="Its gradient is `strength` times the weight: every step pulls each weight a little towards 0.",
)
