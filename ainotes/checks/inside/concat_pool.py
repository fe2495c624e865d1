"""Exercise: average and maximum of every map, side by side."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _concat_pool(maps):
    average = maps.mean(dim=(2, 3))  # (N, C)
    maximum = maps.amax(dim=(2, 3))
    return torch.cat([average, maximum], dim=1)  # (N, 2C)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _both(maps, dims=(2, 3), keepdim=False):
    return maps.mean(dims, keepdim=keepdim), maps.amax(dims, keepdim=keepdim)


def _interleaved(maps):
    return torch.stack(_both(maps), dim=2).flatten(1)


def _one_beside_the_other(maps):
    return torch.cat(_both(maps), dim=0)


def _stacked(dim):
    return lambda maps: torch.stack(_both(maps), dim=dim)


def _tuple(maps):
    return _both(maps)


def _ones_kept(maps):
    return torch.cat(_both(maps, keepdim=True), dim=1)


def _rows_only(maps):
    average, maximum = maps.mean(2), maps.amax(2)
    return torch.cat([average, maximum], dim=1)


def _over_the_channels(maps):
    return torch.cat([maps.mean(1), maps.amax(1)], dim=1)


def _over_everything(maps):
    return torch.cat([maps.mean((0, 2, 3))[None], maps.amax((0, 2, 3))[None]], dim=1)


def _one_maximum(maps):
    """One maximum of all channels, given to each."""
    average = maps.mean((2, 3))
    return torch.cat([average, maps.amax((1, 2, 3))[:, None].expand_as(average)], dim=1)


def _magnitudes(maps):
    return torch.cat([maps.mean((2, 3)), maps.abs().amax((2, 3))], dim=1)


def _without_negatives(maps):
    return _concat_pool(maps.relu())


def _sum_instead(maps):
    return torch.cat([maps.sum((2, 3)), maps.amax((2, 3))], dim=1)


def _places(maps):
    return torch.cat([maps.mean((2, 3)), maps.flatten(2).argmax(2).float()], dim=1)


def _minimum(maps):
    return torch.cat([maps.mean((2, 3)), maps.amin((2, 3))], dim=1)


def _max_of_rows_of_average(maps):
    """The maximum of the pooled averages, not of the maps."""
    average = maps.mean((2, 3), keepdim=True)
    return torch.cat([average, average.amax((2, 3), keepdim=True)], dim=1).flatten(1)


def _in_place(maps):
    result = _concat_pool(maps)
    maps -= maps.mean((2, 3), keepdim=True)
    return result


def _cases():
    return [
        (noise(2, 3, 4, 5, seed=0),),
        (noise(3, 3, 3, 3, seed=1) - 1.5,),  # mostly negative: the maximum need not be above 0
        (noise(1, 6, 2, 7, seed=2),),
        (column_by_column(noise(2, 4, 6, 3, seed=3)),),
        (noise(4, 1, 5, 5, seed=4),),
        (noise(2, 5, 1, 1, seed=5),),  # one pixel: both are the same
    ]


concat_pool = Exercise(
    name="concat_pool",
    title="Pooled twice",
    difficulty=2,
    minutes=6,
    reference=_concat_pool,
    cases=_cases,
    misconceptions=(
        Misconception(
            lambda maps: torch.cat(_both(maps)[::-1], dim=1),
            "The maxima come first in yours. The averages come first here, then the maxima.",
        ),
        Misconception(
            _one_beside_the_other,
            "`cat` along dimension 0 lays them as if there were twice as many *pictures*. Each picture gets twice as "
            "many numbers: dimension 1.",
            also=(lambda maps: torch.cat(_both(maps, keepdim=True), dim=0),),
        ),
        Misconception(
            _stacked(1),
            "`stack` makes a new dimension. `cat` lays the two in a row: (N, 2C).",
            also=(_stacked(0), _stacked(2)),
        ),
        Misconception(
            _interleaved,
            "Average and maximum alternate in yours. All averages come first, then all maxima.",
        ),
        Misconception(
            _tuple,
            "You give two tensors. `torch.cat` makes one of them.",
            also=(lambda maps: list(_both(maps)),),
        ),
        Misconception(
            _ones_kept,
            "The numbers are right. Rows and columns of 1 are still there: `flatten(1)` takes them away.",
        ),
        Misconception(
            lambda maps: maps.mean((2, 3)),
            "Those are the averages. The maxima come beside them.",
        ),
        Misconception(
            lambda maps: maps.amax((2, 3)),
            "Those are the maxima. The averages come before them.",
        ),
        Misconception(
            lambda maps: sum(_both(maps)),
            "You add the two: then nobody knows which was which. Lay them side by side.",
            also=(lambda maps: sum(_both(maps)) / 2,),
        ),
        Misconception(
            _sum_instead,
            "You take the sum of each map. An average does not grow with the picture: `mean`.",
        ),
        Misconception(
            _rows_only,
            "You pool the rows and keep the columns. One number of each kind stays of a map: dimensions 2 *and* 3.",
            also=(lambda maps: torch.cat([maps.mean(3), maps.amax(3)], dim=1),),
        ),
        Misconception(
            _over_the_channels,
            "You pool over the channels. Each channel has its own average and maximum, over rows and columns.",
            also=(lambda maps: torch.cat([maps.mean(1), maps.amax(1)], dim=1).flatten(1),),
        ),
        Misconception(
            _over_everything,
            "You pool over the pictures of the batch too. Each picture keeps its own numbers.",
        ),
        Misconception(
            _one_maximum,
            "Your maximum is that of all channels together. Each map has its own.",
        ),
        Misconception(
            _magnitudes,
            "Your maximum is that of absolute values. The largest number is wanted, with its sign.",
        ),
        Misconception(
            _without_negatives,
            "You cut off negative numbers first. Pool the maps as they are.",
            also=(lambda maps: torch.cat([maps.mean((2, 3)), maps.relu().amax((2, 3))], dim=1),),
        ),
        Misconception(
            _places,
            "`argmax` says *where* the maximum is. Its value is wanted: `amax`.",
        ),
        Misconception(
            _minimum,
            "That is the smallest number of each map. The largest is wanted: `amax`.",
        ),
        Misconception(
            _max_of_rows_of_average,
            "You take the maximum of what is averaged already. Both are pooled from the maps.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you change `maps`, which the backward pass still needs. Make a new tensor.",
        ),
    ),
    hints=(
        "`maps.mean(dim=...)` and `maps.amax(dim=...)`: over which two dimensions?",
        "Both have the shape (N, C) then. `torch.cat([..., ...], dim=1)` lays them side by side.",
    ),
    praise="The average says how much of it there is, the maximum whether it is anywhere.",
)
