"""Exercise: how much pooling hides a shift by one pixel."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _shift_difference(pool, image):
    moved = torch.zeros_like(image)
    moved[:, :, 1:] = image[:, :, :-1]
    return (pool(image) - pool(moved)).abs().mean().item()


def _moved(image, rows=0, columns=0):
    """Move (C, H, W) by up to one pixel, with zeros coming in."""
    padded = F.pad(image, (1, 1, 1, 1))
    height, width = image.shape[1:]
    return padded[:, 1 - rows : 1 - rows + height, 1 - columns : 1 - columns + width]


def _compared(pool, image, moved):
    return (pool(image) - pool(moved)).abs().mean().item()


def _edge_repeated(pool, image):
    return _compared(pool, image, torch.cat([image[:, :, :1], image[:, :, :-1]], dim=2))


def _moved_after_pooling(pool, image):
    return (pool(image) - _moved(pool(image), columns=1)).abs().mean().item()


def _orders_compared(pool, image):
    return (_moved(pool(image), columns=1) - pool(_moved(image, columns=1))).abs().mean().item()


def _in_place(pool, image):
    before = pool(image)
    image[:, :, 1:] = image[:, :, :-1].clone()
    image[:, :, 0] = 0
    return (before - pool(image)).abs().mean().item()


def _difference(pool, image):
    return pool(image) - pool(_moved(image, columns=1))


def max_pool_2(image):
    """Max pooling, 2 by 2, stride 2."""
    return F.max_pool2d(image, 2)


def average_pool_3(image):
    """Average pooling, 3 by 3, stride 1."""
    return F.avg_pool2d(image, 3, stride=1)


def every_second(image):
    """Every second row and column: no pooling at all."""
    return image[:, ::2, ::2]


shift_difference = Exercise(
    name="shift_difference",
    title="What pooling hides",
    difficulty=2,
    minutes=8,
    reference=_shift_difference,
    cases=lambda: [
        (max_pool_2, noise(2, 6, 8, seed=0)),
        (average_pool_3, noise(1, 5, 7, seed=1)),
        (every_second, noise(3, 7, 5, seed=2)),
        (max_pool_2, noise(3, 4, 5, seed=3).abs() + 1),
    ],
    misconceptions=(
        Misconception(
            lambda pool, image: _compared(pool, image, image.roll(1, dims=2)),
            "The last column comes back on the left: `torch.roll` bends the picture into a ring. Zeros should come in.",
        ),
        Misconception(
            _edge_repeated, "Your first column stays where it was and is doubled. Zeros should come in there."
        ),
        Misconception(
            lambda pool, image: _compared(pool, image, _moved(image, columns=-1)),
            "You move the picture to the left. To the right, each pixel takes what stood on its left.",
        ),
        Misconception(
            lambda pool, image: _compared(pool, image, _moved(image, rows=1)),
            "You move the picture down: dimension 1 counts rows. Columns are the last dimension.",
            also=(
                lambda pool, image: _compared(pool, image, _moved(image, rows=-1)),
                lambda pool, image: _compared(pool, image, image.roll(1, dims=1)),
            ),
        ),
        Misconception(
            _moved_after_pooling,
            "You move the pooled map. Move the picture first, then pool it.",
        ),
        Misconception(
            _orders_compared,
            "You compare moving before pooling with moving after it. Compare the pooled picture with the pooled, moved "
            "picture.",
        ),
        Misconception(
            lambda pool, image: (image - _moved(image, columns=1)).abs().mean().item(),
            "`pool` is not used: this is how much the picture itself changes. Compare after pooling.",
        ),
        Misconception(
            lambda pool, image: _difference(pool, image).mean().item(),
            "Differences of both signs cancel in the mean. Take the absolute value of each first.",
            also=(lambda pool, image: _difference(pool, image).mean().abs().item(),),
        ),
        Misconception(
            lambda pool, image: _difference(pool, image).abs().sum().item(),
            "That is the sum of the differences: it grows with the picture. Take their mean.",
        ),
        Misconception(
            lambda pool, image: _difference(pool, image).square().mean().item(),
            "You take the mean of squares. The mean of absolute values is wanted.",
            also=(lambda pool, image: _difference(pool, image).square().mean().sqrt().item(),),
        ),
        Misconception(
            lambda pool, image: _difference(pool, image).abs().max().item(),
            "That is the largest difference. The mean is wanted.",
        ),
        Misconception(
            lambda pool, image: _difference(pool, image).abs(),
            "Those are the differences, one for each cell. Take their mean: one number.",
        ),
        Misconception(
            _in_place,
            "The number is right, but you move the caller's picture. Move a copy.",
        ),
    ),
    hints=(
        "First make the moved picture: zeros of the same shape, then copy all columns but the last, one to the right.",
        "Pool both pictures. The difference has both signs: `abs()` before `mean()`.",
    ),
    praise="Pooling hides a small shift in part only. Try an average with a larger window, or a shift by two.",
)
