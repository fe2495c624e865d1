"""Exercise: how much of a heat map lies inside a region."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _share_inside(maps, region):
    inside = (maps * region).sum(dim=(1, 2))  # (N,)
    total = maps.sum(dim=(1, 2))
    return inside / torch.where(total > 0, total, 1)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _guarded(some, total):
    return some / torch.where(total > 0, total, 1)


def _divided_by_nothing(maps, region):
    return (maps * region).sum(dim=(1, 2)) / maps.sum(dim=(1, 2))


def _amount(maps, region):
    return (maps * region).sum(dim=(1, 2))


def _mean_inside(maps, region):
    return (maps * region).sum(dim=(1, 2)) / region.sum()


def _mean_of_all_places(maps, region):
    return (maps * region).mean(dim=(1, 2))


def _of_the_batch(maps, region):
    return (maps * region).sum() / maps.sum()


def _mean_of_the_batch(maps, region):
    return _share_inside(maps, region).mean()


def _outside(maps, region):
    return _guarded((maps * ~region).sum(dim=(1, 2)), maps.sum(dim=(1, 2)))


def _inside_by_outside(maps, region):
    return _guarded((maps * region).sum(dim=(1, 2)), (maps * ~region).sum(dim=(1, 2)))


def _means_by_means(maps, region):
    """How many times denser the map is inside than over all."""
    return _guarded((maps * region).sum(dim=(1, 2)) / region.sum(), maps.mean(dim=(1, 2)))


def _area(maps, region):
    return region.float().mean().expand(len(maps)).clone()


def _hits(maps, region):
    """The pointing game: whether the largest number lies inside."""
    return region.flatten()[maps.flatten(1).argmax(dim=1)].float()


def _largest_inside(maps, region):
    return (maps * region).amax(dim=(1, 2))


def _bright_pixels(maps, region):
    bright = maps > 0.5
    return _guarded((bright & region).sum(dim=(1, 2)).float(), bright.sum(dim=(1, 2)).float())


def _pixels_above_zero(maps, region):
    bright = maps > 0
    return _guarded((bright & region).sum(dim=(1, 2)).float(), bright.sum(dim=(1, 2)).float())


def _bright_share_of_the_region(maps, region):
    return ((maps > 0.5) & region).sum(dim=(1, 2)).float() / region.sum()


def _first(maps, region):
    return _share_inside(maps, region)[0]


def _by_row(maps, region):
    return _guarded((maps * region).sum(dim=2), maps.sum(dim=2))


def _percent(maps, region):
    return 100 * _share_inside(maps, region)


def _in_place(maps, region):
    total = maps.sum(dim=(1, 2))
    maps *= region
    return _guarded(maps.sum(dim=(1, 2)), total)


def _region(rows, columns, down, right):
    region = torch.zeros(rows, columns, dtype=torch.bool)
    region[down, right] = True
    return region


def _cases():
    silent = noise(3, 4, 5, seed=4).relu()
    silent[1] = 0  # a map that says nothing
    return [
        (noise(2, 4, 6, seed=0).relu(), _region(4, 6, slice(0, 2), slice(0, 2))),
        (noise(3, 5, 5, seed=1).abs() / 4, _region(5, 5, slice(1, 4), slice(2, 5))),
        (silent, _region(4, 5, slice(0, 3), slice(3, 5))),
        (noise(1, 3, 7, seed=6).abs(), _region(3, 7, slice(0, 3), slice(0, 7))),  # everywhere
        (3 * noise(2, 6, 3, seed=7).abs(), _region(6, 3, slice(0, 1), slice(0, 1))),
        (column_by_column(noise(2, 4, 4, seed=8).abs()), _region(4, 4, slice(2, 4), slice(0, 3))),
    ]


share_inside = Exercise(
    name="share_inside",
    title="How much of a map lies inside",
    difficulty=1,
    minutes=6,
    reference=_share_inside,
    cases=_cases,
    misconceptions=(
        Misconception(
            _divided_by_nothing,
            "A map that is 0 everywhere sums to 0, and you divide by it: `nan`. Its share is 0.",
        ),
        Misconception(
            _amount,
            "That is how much heat lies inside, not which *share* of all. Divide by the sum of the whole map.",
        ),
        Misconception(
            _mean_inside,
            "You divide by the number of pixels inside: a mean. Divide by the sum of the whole map.",
            also=(_mean_of_all_places,),
        ),
        Misconception(
            _of_the_batch,
            "That is one share for the whole batch. Each map has its own: (N,).",
            also=(_mean_of_the_batch,),
        ),
        Misconception(
            _outside,
            "That is the share *outside* of the region.",
        ),
        Misconception(
            _inside_by_outside,
            "You divide by what lies outside. A share is a part of the whole, inside and outside together.",
        ),
        Misconception(
            _means_by_means,
            "That is how many times *denser* the map is inside, which is good to know too. Here the share of its sum "
            "is asked.",
        ),
        Misconception(
            _area,
            "That is the region's share of the picture, whatever the map says. You need it for comparison, later.",
        ),
        Misconception(
            _hits,
            "You only ask where the largest number lies. All numbers of the map count, each as much as it is.",
        ),
        Misconception(
            _largest_inside,
            "That is the largest number inside. The share of the *sum* is asked.",
        ),
        Misconception(
            _bright_pixels,
            "You count pixels. Each counts as much as its number says: sum the numbers up.",
            also=(_pixels_above_zero, _bright_share_of_the_region),
        ),
        Misconception(
            _first,
            "That is the share of the first map only. One for each is wanted: (N,).",
        ),
        Misconception(
            _by_row,
            "You have a share for each row of each map. Sum over rows *and* columns, dimensions 1 and 2.",
        ),
        Misconception(
            _percent,
            "The share is right, in per cent. Leave it between 0 and 1.",
        ),
        Misconception(
            lambda maps, region: _share_inside(maps, region).tolist(),
            "The shares are right, in a list. Return the tensor.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you change `maps` itself: outside of the region it is 0 from now on. Make a new "
            "tensor: `maps * region`.",
        ),
    ),
    hints=(
        "`maps * region` is 0 outside of the region, and what it was inside.",
        "Sum over dimensions 1 and 2, once with the region and once without; divide the one by the other.",
        "`torch.where(total > 0, total, 1)` saves you from dividing by 0.",
    ),
    praise="Beside the region's share of the picture it says whether the map points there, or only passes by.",
)
