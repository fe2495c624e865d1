"""Exercise: the map of a class, as a weighted sum of feature maps."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _class_map(maps, weights):
    return (maps * weights[:, None, None]).sum(dim=1)  # (N, C, rows, columns) -> (N, rows, columns)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _by(change):
    """Weigh with changed weights."""
    return lambda maps, weights: _class_map(maps, change(weights))


def _along_the_columns(maps, weights):
    return (maps * weights).sum(dim=1)


def _along_the_rows(maps, weights):
    return (maps * weights[:, None]).sum(dim=1)


def _mean_of_channels(maps, weights):
    return (maps * weights[:, None, None]).mean(dim=1)


def _not_summed(maps, weights):
    return maps * weights[:, None, None]


def _logit(maps, weights):
    return maps.mean(dim=(2, 3)) @ weights


def _summed_over_places(maps, weights):
    return (maps * weights[:, None, None]).sum(dim=(1, 2, 3))


def _pooled_back(maps, weights):
    """Pools first, and then spreads the pooled numbers over all places."""
    pooled = maps.mean(dim=(2, 3), keepdim=True) * weights[:, None, None]
    return pooled.expand_as(maps).sum(dim=1)


def _positive(maps, weights):
    return _class_map(maps, weights).relu()


def _positive_parts(maps, weights):
    return (maps * weights[:, None, None]).relu().sum(dim=1)


def _to_one(maps, weights):
    found = _class_map(maps, weights)
    return found / found.amax(dim=(1, 2), keepdim=True)


def _stretched(maps, weights):
    found = _class_map(maps, weights)
    low, high = found.amin(dim=(1, 2), keepdim=True), found.amax(dim=(1, 2), keepdim=True)
    return (found - low) / (high - low)


def _strongest(maps, weights):
    return maps[:, weights.argmax()]


def _strongest_weighed(maps, weights):
    return maps[:, weights.argmax()] * weights.max()


def _over_the_batch(maps, weights):
    return torch.einsum("nchw,c->hw", maps, weights)


def _first_picture(maps, weights):
    return torch.einsum("chw,c->hw", maps[0], weights)


def _turned(maps, weights):
    return torch.einsum("nchw,c->nwh", maps, weights)


def _in_place(maps, weights):
    maps *= weights[:, None, None]
    return maps.sum(dim=1)


def _cases():
    return [
        (noise(2, 3, 4, 5, seed=0), noise(3, seed=1)),
        (noise(1, 5, 3, 3, seed=2).abs(), noise(5, seed=3)),  # after a ReLU
        (noise(3, 4, 2, 4, seed=4), noise(4, seed=5)),  # as many columns as channels
        (noise(2, 4, 4, 3, seed=6), noise(4, seed=7)),  # as many rows as channels
        (column_by_column(noise(2, 2, 5, 3, seed=8)), noise(2, seed=9)),
        (noise(2, 1, 3, 4, seed=10), noise(1, seed=11)),
    ]


class_map = Exercise(
    name="class_map",
    title="The map of a class",
    difficulty=1,
    minutes=6,
    reference=_class_map,
    cases=_cases,
    misconceptions=(
        Misconception(
            _along_the_columns,
            "`maps * weights` lines the weights up with the *columns*. One weight for each channel: give them the "
            "shape (C, 1, 1), with `weights[:, None, None]`.",
            also=(_along_the_rows,),
        ),
        Misconception(
            lambda maps, weights: maps.sum(dim=1),
            "You add the maps without their weights: that is a picture of where *anything* answers, for no class.",
            also=(lambda maps, weights: maps.mean(dim=1),),
        ),
        Misconception(
            _mean_of_channels,
            "You take the mean over the channels. The logit is a *sum* over them, so its map is one too.",
        ),
        Misconception(
            _not_summed,
            "Each map is weighed, and they are still C maps. Add them up over the channels.",
        ),
        Misconception(
            lambda maps, weights: _class_map(maps, weights)[:, None],
            "The numbers are right, with a dimension of 1 too many: without `keepdim`, (N, rows, columns).",
        ),
        Misconception(
            _logit,
            "That is the logit (without its bias): the places are averaged away. Leave the average out, and keep them.",
            also=(_summed_over_places,),
        ),
        Misconception(
            _pooled_back,
            "Every place has the same number: you average first. Weigh the maps themselves.",
        ),
        Misconception(
            _positive,
            "You cut off what is below 0. Here it stays: such places speak *against* the class.",
            also=(_positive_parts,),
        ),
        Misconception(
            _by(torch.abs),
            "You drop the signs of the weights. A negative weight says that its feature speaks against the class.",
            also=(_by(torch.relu),),
        ),
        Misconception(
            _by(lambda weights: weights.softmax(dim=0)),
            "A softmax over the weights makes all of them positive. Take them as they are.",
        ),
        Misconception(
            _to_one,
            "You scale the map afterwards. Then its mean is no longer the logit: leave the numbers as they are.",
            also=(_stretched,),
        ),
        Misconception(
            _strongest,
            "That is one map only, the one with the largest weight. All of them add up to the logit.",
            also=(_strongest_weighed, lambda maps, weights: maps[:, weights.abs().argmax()]),
        ),
        Misconception(
            _over_the_batch,
            "You add up the pictures of the batch too. Each picture keeps a map of its own.",
        ),
        Misconception(
            _first_picture,
            "That is the map of the first picture. The others need theirs: (N, rows, columns).",
        ),
        Misconception(
            _turned,
            "Rows and columns have changed places.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you change `maps`, which the next class still needs. Make a new tensor.",
        ),
    ),
    hints=(
        "The logit is a sum over channels: weight times mean. What is left if you do not take the mean?",
        "`weights[:, None, None]` has the shape (C, 1, 1) and fits (N, C, rows, columns). Then `sum(dim=...)`.",
    ),
    praise="Its mean over all places, plus the bias, is the logit: nothing was added, nothing lost.",
)
