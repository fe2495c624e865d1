"""Exercise: which filters never answer?"""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _silent_filters(maps):
    strongest = maps.amax(dim=(0, 2, 3))  # (C,): over all images and all places
    return (strongest == 0).nonzero().flatten().tolist()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _numbers(mask):
    return mask.nonzero().flatten().tolist()


def _on_some_image(maps):
    return _numbers((maps.amax((2, 3)) == 0).any(0))


def _at_some_place(maps):
    return _numbers(maps.amin((0, 2, 3)) == 0)


def _first_image_only(maps):
    return _numbers(maps[0].amax((1, 2)) == 0)


def _last_image_only(maps):
    return _numbers(maps[-1].amax((1, 2)) == 0)


def _images_instead(maps):
    return _numbers(maps.amax((1, 2, 3)) == 0)


def _quiet_ones_too(threshold):
    return lambda maps: _numbers(maps.mean((0, 2, 3)) < threshold)


def _by_the_maximum_below(threshold):
    return lambda maps: _numbers(maps.amax((0, 2, 3)) < threshold)


def _mostly_zero(maps):
    return _numbers((maps == 0).float().mean((0, 2, 3)) > 0.9)


def _middle_only(maps):
    return _numbers(maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].amax(0) == 0)


def _alive(maps):
    return _numbers(maps.amax((0, 2, 3)) > 0)


def _mask(maps):
    return maps.amax((0, 2, 3)) == 0


def _pairs(maps):
    return (maps.amax((2, 3)) == 0).nonzero().tolist()


def _by_rows(maps):
    """Over images and columns; the rows stay, so that a filter comes once for each of its rows."""
    return (maps.amax((0, 3)) == 0).nonzero()[:, 0].tolist()


def _a_map(silent, quiet, images=3, channels=6, seed=0):
    """Answers after a ReLU: filters that are silent, filters that speak faintly and rarely, and others."""
    maps = noise(images, channels, 5, 4, seed=seed).relu()
    maps[:, silent] = 0
    maps[:, quiet] = 0
    maps[-1, quiet, 1, 2] = 1e-4
    return maps


def _cases():
    few = _a_map([1, 4], [2])
    few[0, 3] = 0  # silent on the first image alone
    few[1] = 0  # an image on which nothing answers
    many = _a_map([0, 5, 6, 7], [3], images=5, channels=8, seed=1)
    many[-1, 2] = 0
    none = _a_map([], [0], images=2, channels=3, seed=2)
    everything = torch.zeros(2, 3, 4, 4)
    return [(few,), (many,), (none,), (everything,), (column_by_column(_a_map([2], [0], seed=3)),)]


silent_filters = Exercise(
    name="silent_filters",
    title="Filters that never answer",
    difficulty=1,
    minutes=5,
    reference=_silent_filters,
    cases=_cases,
    misconceptions=(
        Misconception(
            _on_some_image,
            "You call a filter silent if it is so on *one* image. It may answer to the others: it must be silent on "
            "all of them.",
        ),
        Misconception(
            _at_some_place,
            "You look for zeros: after a ReLU every map has some. A filter is silent if its *largest* answer is 0.",
        ),
        Misconception(
            _first_image_only,
            "You look at the first image only. Take the maximum over dimension 0 too.",
            also=(_last_image_only,),
        ),
        Misconception(
            _images_instead,
            "Those are the *images* on which no filter answers. Filters are dimension 1: take the maximum over 0, 2 "
            "and 3.",
        ),
        Misconception(
            _quiet_ones_too(1e-3),
            "A filter that speaks rarely and softly is among yours. It is not dead: ask for a largest answer of "
            "exactly 0, which is what the ReLU leaves.",
            also=(_quiet_ones_too(1e-2), _by_the_maximum_below(1e-3), _by_the_maximum_below(1e-2), _mostly_zero),
        ),
        Misconception(
            _middle_only,
            "You look at the middle of the maps. A filter may answer anywhere: take the maximum over rows and columns.",
            also=(lambda maps: _numbers(maps[:, :, 0, 0].amax(0) == 0),),
        ),
        Misconception(
            _alive,
            "The wrong way round: those are the filters that do answer.",
        ),
        Misconception(
            _mask,
            "That is a mask. `.nonzero()` gives the numbers where it is True; `.flatten().tolist()` makes a list.",
            also=(lambda maps: _mask(maps).tolist(),),
        ),
        Misconception(
            lambda maps: _mask(maps).nonzero().flatten(),
            "The right numbers, in a tensor. `.tolist()` makes the list.",
            also=(lambda maps: _mask(maps).nonzero(), lambda maps: _mask(maps).nonzero().tolist()),
        ),
        Misconception(
            lambda maps: len(_silent_filters(maps)),
            "That is how many there are. Which ones are they?",
            also=(lambda maps: _mask(maps).sum(), lambda maps: _mask(maps).float().mean().item()),
        ),
        Misconception(
            lambda maps: [number + 1 for number in _silent_filters(maps)],
            "You count filters from 1. The first one is number 0, as in `maps[:, 0]`.",
        ),
        Misconception(
            _pairs,
            "You get pairs of image and filter. Only filters that are silent on *every* image count, each once.",
            also=(lambda maps: [pair[1] for pair in _pairs(maps)],),
        ),
        Misconception(
            _by_rows,
            "Rows are left over: take the maximum over dimensions 0, 2 *and* 3, then one number a filter stays.",
        ),
        Misconception(
            lambda maps: set(_silent_filters(maps)),
            "The right ones, as a set. A list is wanted, in ascending order.",
            also=(lambda maps: tuple(_silent_filters(maps)),),
        ),
    ),
    hints=(
        "After a ReLU nothing is below 0. So a filter is silent where its largest answer is 0.",
        "`maps.amax(dim=(0, 2, 3))` is the largest answer of each filter, over images, rows and columns.",
        "`(... == 0).nonzero().flatten().tolist()` lists the numbers of those that are 0.",
    ),
    praise="Silent on these images, that is: whether on all, no sample can say.",
)
