"""Exercise: keep the largest value of each window."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _max_pool(image, k):
    channels, height, width = image.shape
    rows, columns = height // k, width // k  # whole windows only
    pooled = image.new_zeros(channels, rows, columns)
    for row in range(rows):
        for column in range(columns):
            window = image[:, row * k : (row + 1) * k, column * k : (column + 1) * k]
            pooled[:, row, column] = window.amax(dim=(1, 2))
    return pooled


def _mean(image, k):
    return F.avg_pool2d(image, k)


def _smallest(image, k):
    return -_max_pool(-image, k)


def _stride_one(image, k):
    return F.max_pool2d(image, k, stride=1)


def _incomplete_kept(image, k):
    return F.max_pool2d(image, k, ceil_mode=True)


def _padded(image, k):
    height, width = image.shape[1:]
    return _max_pool(F.pad(image, (0, -width % k, 0, -height % k)), k)


def _from_zero(image, k):
    return _max_pool(image, k).clamp(min=0)


def _largest_absolute_value(image, k):
    return _max_pool(image.abs(), k)


def _absolutely_largest(image, k):
    """The value that is furthest from 0, with its sign."""
    largest, smallest = _max_pool(image, k), _smallest(image, k)
    return torch.where(largest.abs() >= smallest.abs(), largest, smallest)


def _cropped(image, k):
    height, width = image.shape[1:]
    rows, columns = height // k, width // k
    return image[:, : rows * k, : columns * k], rows, columns


def _cut_in_a_line(image, k):
    part, rows, columns = _cropped(image, k)
    return part.reshape(len(image), rows, columns, k * k).amax(dim=3)


def _mixed(image, k):
    part, rows, columns = _cropped(image, k)
    return part.reshape(len(image), rows, columns, k, k).amax(dim=(3, 4))


def _along_rows_only(image, k):
    part, rows, columns = _cropped(image, k)
    return part.reshape(len(image), rows * k, columns, k).amax(dim=3)


def _along_columns_only(image, k):
    part, rows, columns = _cropped(image, k)
    return part.reshape(len(image), rows, k, columns * k).amax(dim=2)


def _every_kth(image, k):
    part, _, _ = _cropped(image, k)
    return part[:, ::k, ::k]


def _over_channels(image, k):
    return _max_pool(image, k).amax(dim=0, keepdim=True)


def _over_channels_everywhere(image, k):
    return _max_pool(image, k).amax(dim=0, keepdim=True).expand(len(image), -1, -1)


def _exchanged(image, k):
    return _max_pool(image, k).transpose(1, 2)


def _places(image, k):
    return F.max_pool2d(image, k, return_indices=True)[1]


def _sum(image, k):
    return F.avg_pool2d(image, k) * k * k


def _in_a_batch(image, k):
    return _max_pool(image, k)[None]


max_pool = Exercise(
    name="max_pool",
    title="Max pooling",
    difficulty=2,
    minutes=8,
    reference=_max_pool,
    cases=lambda: [
        (noise(2, 4, 6, seed=0), 2),
        (noise(3, 5, 7, seed=1), 2),
        (noise(2, 8, 7, seed=2), 3),
        (-noise(2, 4, 4, seed=3).abs() - 0.5, 2),
        (column_by_column(noise(1, 6, 5, seed=4)), 2),
        (noise(2, 3, 3, seed=5), 3),
    ],
    misconceptions=(
        Misconception(_mean, "That is average pooling. Keep the largest value of each window."),
        Misconception(_smallest, "That keeps the smallest value of each window. Keep the largest."),
        Misconception(_sum, "You add up each window. Keep its largest value."),
        Misconception(
            _stride_one,
            "Your windows overlap: they move by one pixel (stride 1). Here they stand side by side, `k` apart.",
        ),
        Misconception(
            _incomplete_kept,
            "You keep the incomplete windows at the lower and right edge. PyTorch drops what does not fill a window.",
            also=(_padded,),
        ),
        Misconception(
            _from_zero,
            "Your maximum begins at 0, so a window of negative values gives 0. Begin with a value of the window.",
        ),
        Misconception(
            _largest_absolute_value,
            "You compare without the sign: -3 is less than 1. Keep the largest value, not the largest distance from 0.",
            also=(_absolutely_largest,),
        ),
        Misconception(
            _cut_in_a_line,
            "`reshape` keeps the order of the numbers, so each of your windows is a run along a row, not a square. "
            "Split rows and columns apart: (C, rows, k, columns, k).",
            also=(_mixed,),
        ),
        Misconception(
            _along_rows_only,
            "You take the maximum along the columns only: as many rows as before are left. A window has `k` rows too.",
        ),
        Misconception(
            _along_columns_only,
            "You take the maximum along the rows only: as many columns as before are left. A window has `k` columns "
            "too.",
        ),
        Misconception(
            _every_kth,
            "You keep the upper left pixel of each window, whatever the others say. Look for the largest.",
            also=(lambda image, k: image[:, ::k, ::k],),
        ),
        Misconception(
            _over_channels,
            "You take the maximum over the channels as well. Each channel is pooled on its own, and all of them stay.",
            also=(_over_channels_everywhere, lambda image, k: _max_pool(image, k).amax(dim=0)),
        ),
        Misconception(_exchanged, "The values are right, but rows and columns of the output have changed places."),
        Misconception(_places, "Those are the places of the largest values. Return the values."),
        Misconception(
            _in_a_batch, "The values are right. One image came in, (C, H, W): leave the batch dimension off."
        ),
    ),
    hints=(
        "How many whole windows of `k` rows fit into the image, one below the other? `//` says so.",
        "The window of output cell (row, column) begins at row `row * k` and column `column * k`.",
        "`window.amax(dim=(1, 2))` is the largest value over rows and columns, for each channel on its own.",
    ),
    praise="There is nothing to learn here: pooling has no parameters.",
)
