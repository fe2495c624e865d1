"""Exercise: dropout, with the noise handed in."""

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception


def _dropout(x, p, noise, training):
    if not training:
        return x
    return torch.where(noise >= p, x / (1 - p), 0.0)


def _dropout_unscaled(x, p, noise, training):
    return torch.where(noise >= p, x, 0.0) if training else x


def _dropout_always(x, p, noise, training):
    return _dropout(x, p, noise, True)


def _dropout_other_side(x, p, noise, training):
    return torch.where(noise < p, x / (1 - p), 0.0) if training else x


def _dropout_by_p(x, p, noise, training):
    return torch.where(noise >= p, x / p, 0.0) if training else x


def _dropout_shrinks(x, p, noise, training):
    return torch.where(noise >= p, x * (1 - p), 0.0) if training else x


def _dropout_of_2014(x, p, noise, training):
    return torch.where(noise >= p, x, 0.0) if training else x * (1 - p)


def _dropout_backwards(x, p, noise, training):
    return _dropout(x, p, noise, not training)


def _dropout_in_place(x, p, noise, training):
    if training:
        x[noise < p] = 0
        x /= 1 - p
    return x


def _noise(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(len(shape)))


dropout = Exercise(
    name="dropout",
    title="Dropout",
    difficulty=2,
    minutes=8,
    reference=_dropout,
    cases=lambda: [
        (torch.ones(2, 5), 0.25, _noise(2, 5), True),
        (torch.arange(1.0, 9.0).reshape(2, 4), 0.4, _noise(2, 4), True),
        (torch.ones(2, 3), 0.25, _noise(2, 3), False),
        (torch.ones(2, 3), 0.0, _noise(2, 3), True),
    ],
    misconceptions=(
        Misconception(
            _dropout_unscaled,
            "The right values are zero, but the sum has shrunk: what stays must be divided by `1 - p`, so that the "
            "next layer meets the same mean in training and in use.",
        ),
        Misconception(
            _dropout_always,
            "You drop values in evaluation too. In use every value counts: return `x` unless `training`.",
        ),
        Misconception(
            _dropout_other_side,
            "The wrong side stays: a share `p` is to be *dropped*, so what stays has `noise >= p`.",
        ),
        Misconception(
            _dropout_by_p,
            "You divide by `p`. A share `1 - p` of the values stays, so that is what makes up for the rest.",
        ),
        Misconception(
            _dropout_shrinks,
            "You multiply by `1 - p`, which makes the sum smaller still. To make up for what is gone, divide.",
        ),
        Misconception(
            _dropout_of_2014,
            "That is dropout as first published: leave training alone and multiply by `1 - p` in use. Today's is "
            "*inverted*: it divides in training, so that in use nothing is left to do.",
        ),
        Misconception(
            _dropout_backwards,
            "You drop when *not* training. Dropout is a nuisance for training; in use it is off.",
        ),
        Misconception(
            _dropout_in_place,
            "The result is right, but `x` itself has changed, and the backward pass may still need it. Make a new "
            "tensor.",
        ),
    ),
    hints=(
        "Two cases: in use (`training` is False) the input comes back as it is.",
        "In training a value is dropped where `noise < p`. `torch.where(noise >= p, kept, 0.0)` does that.",
        "The kept values are `x / (1 - p)`: with p = 0.25 three of four stay, each counts 4/3.",
    ),
    praise="`nn.Dropout` does just this; `model.train()` and `model.eval()` are its switch.",
)
