"""Exercise: mirror those images of a batch whose coin says so."""

from collections.abc import Callable

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception


def _flip(images, coins):
    mirrored = images.flip(3)  # (N, C, H, W): columns are the last dimension
    return torch.where(coins[:, None, None, None], mirrored, images)


def _flip_along(*dims: int) -> Callable:
    def variant(images, coins):
        return torch.where(coins[:, None, None, None], images.flip(*dims), images)

    return variant


def _flip_all(images, coins):
    return images.flip(3)


def _flip_the_others(images, coins):
    return _flip(images, ~coins)


def _flip_in_place(images, coins):
    images[coins] = images[coins].flip(3)
    return images


def _only_the_flipped(images, coins):
    return images[coins].flip(3)


def _transposed(images, coins):
    return torch.where(coins[:, None, None, None], images.transpose(2, 3), images)


def _photographs(count: int, channels: int = 3) -> Tensor:
    """Square noise (count, channels, 4, 4); square, so that a transposed image still fits."""
    return torch.rand(count, channels, 4, 4, generator=torch.Generator().manual_seed(count))


flip = Exercise(
    name="flip",
    title="Mirror some images of a batch",
    difficulty=1,
    minutes=6,
    reference=_flip,
    cases=lambda: [
        (_photographs(4), torch.tensor([True, False, False, True])),
        (_photographs(3, channels=1), torch.tensor([False, True, True])),
        (_photographs(2), torch.tensor([False, False])),
    ],
    misconceptions=(
        Misconception(
            _flip_along(2),
            "Your images stand on their heads: dimension 2 holds the rows. A mirror swaps the *columns* of (N, C, H, "
            "W).",
        ),
        Misconception(
            _flip_along(0),
            "You reversed the order of the batch: an image now stands where another was, and the labels no longer "
            "belong to it.",
        ),
        Misconception(
            _flip_along(1),
            "You reversed the channels: red became blue. Which dimension of (N, C, H, W) holds the columns?",
        ),
        Misconception(
            _flip_along(2, 3),
            "You turned the images by 180 degrees, rows and columns both. A mirror swaps the columns only.",
        ),
        Misconception(
            _flip_all,
            "Every image is mirrored, whatever its coin says. The net would then never see one the right way round.",
        ),
        Misconception(_flip_the_others, "You mirrored the images whose coin is False, and left those with True alone."),
        Misconception(
            _flip_in_place,
            "The result is right, but the caller's images have changed too: the next epoch would start from mirrored "
            "ones. Make a new tensor.",
        ),
        Misconception(
            _only_the_flipped,
            "Only the mirrored images came back. The batch keeps its size: the others belong in it, unchanged, in "
            "their places.",
        ),
        Misconception(
            _transposed,
            "You swapped rows with columns, which tips the image over its diagonal. `images.flip(...)` reverses one "
            "dimension.",
        ),
    ),
    hints=(
        "`images.flip(d)` returns a copy with dimension `d` reversed. In (N, C, H, W), which one holds the columns?",
        "`torch.where(condition, a, b)` takes from `a` where the condition is True. The condition must broadcast to "
        "(N, C, H, W), and `coins` has shape (N,).",
        "`coins[:, None, None, None]` has shape (N, 1, 1, 1): one coin for a whole image.",
    ),
    praise="The labels did not change, and that is the whole point: the new image still shows the same thing.",
)
