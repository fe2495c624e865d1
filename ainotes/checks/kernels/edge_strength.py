"""Exercise: how strong an edge is, whatever its direction."""

from functools import partial

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _edge_strength(images):
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])  # over the columns
    both = torch.stack([across, across.T])[:, None]  # (2, 1, 3, 3)
    responses = F.conv2d(images, both)  # (N, 2, H-2, W-2)
    return responses.square().sum(dim=1, keepdim=True).sqrt()


def _responses(images, smooth=(1.0, 2.0, 1.0), padding=0):
    """The responses over the columns and over the rows, (N, 1, H', W') each."""
    across = torch.tensor(smooth)[:, None] * torch.tensor([-1.0, 0.0, 1.0])
    return [F.conv2d(images, kernel[None, None], padding=padding) for kernel in (across, across.T)]


def _combined(combine, **changes):
    return lambda images: combine(*_responses(images, **changes))


def _root(a, b):
    return (a**2 + b**2).sqrt()


def _forms(combine):
    """The same error whichever way a kernel is turned: the sign of each response is free."""
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    return [partial(_with_signs, combine, one, other) for one, other in signs]


def _with_signs(combine, one, other, images):
    across, down = _responses(images)
    return combine(one * across, other * down)


_ADDED = _forms(lambda a, b: a + b)
_ROOT_OF_ADDED = _forms(lambda a, b: (a + b).sqrt())
_ONE_SIGNED = [*_forms(lambda a, b: a)[1:3], *_forms(lambda a, b: b)[1:3]]


edge_strength = Exercise(
    name="edge_strength",
    title="Strength of an edge",
    difficulty=2,
    minutes=8,
    reference=_edge_strength,
    cases=lambda: [
        (noise(2, 1, 5, 7, seed=0),),
        (noise(3, 1, 6, 4, seed=1),),
        (noise(1, 1, 3, 3, seed=2),),
        (column_by_column(noise(2, 1, 4, 5, seed=3)),),
    ],
    misconceptions=(
        Misconception(
            _ADDED[0],
            "The two responses have signs, and added as they are they cancel. Square each before you add.",
            also=(*_ADDED[1:], *_ROOT_OF_ADDED, *_forms(lambda a, b: (a + b).abs())[:2]),
        ),
        Misconception(
            _combined(lambda a, b: a.abs() + b.abs()),
            "You add the absolute values, which makes a diagonal edge up to 1.4 times too strong. Think of Pythagoras.",
        ),
        Misconception(
            _combined(lambda a, b: a**2 + b**2),
            "That is the square of the strength: an edge twice as strong counts four times.",
        ),
        Misconception(
            _combined(lambda a, b: _root(a, a)),
            "You use one direction twice, so edges along the other are not seen. The second kernel is the first one "
            "transposed.",
            also=(_combined(lambda a, b: _root(b, b)),),
        ),
        Misconception(
            _combined(lambda a, b: a.abs()),
            "You use one of the two Sobel kernels only: edges in the other direction are missed.",
            also=(_combined(lambda a, b: b.abs()), *_ONE_SIGNED),
        ),
        Misconception(
            _combined(lambda a, b: torch.maximum(a.abs(), b.abs())),
            "You take the stronger of the two responses. A diagonal edge is seen by both: combine them.",
        ),
        Misconception(
            _combined(lambda a, b: ((a**2 + b**2) / 2).sqrt()),
            "You take the mean of the two squares. Their sum is wanted.",
        ),
        Misconception(
            _combined(_root, smooth=(1.0, 1.0, 1.0)),
            "That is Prewitt's kernel: all rows weigh the same. In Sobel's the middle one weighs twice as much.",
        ),
        Misconception(
            _combined(_root, smooth=(0.0, 1.0, 0.0)),
            "You take the difference of two neighbours only. Sobel's kernel smooths along the edge with 1, 2, 1.",
        ),
        Misconception(
            _combined(_root, padding=1),
            "Your output is as large as the images: you padded with zeros, and the frame now looks like an edge. Leave "
            "the padding out.",
        ),
        Misconception(
            lambda images: _edge_strength(images)[:, 0],
            "The values are right; the dimension of channels is gone. Return (N, 1, H-2, W-2), as a next layer would "
            "expect it.",
            also=(lambda images: _edge_strength(images).squeeze(),),
        ),
        Misconception(
            lambda images: torch.cat(_responses(images), dim=1),
            "Those are the two responses, a channel each. Combine them into one strength.",
            also=(lambda images: torch.stack(_responses(images)),),
        ),
    ),
    hints=(
        "Sobel's kernel over the columns is [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]; over the rows, its transpose.",
        "`F.conv2d` wants kernels of shape (C_out, C_in, K, K). Two kernels make two output channels.",
        "At each pixel the two responses are the legs of a right triangle. How long is its third side?",
    ),
    praise="Turn the picture by a quarter, and the strengths turn with it: its direction no longer matters.",
)
