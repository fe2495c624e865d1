"""Exercise: put features on one scale, by what the training pictures say."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _standardise(train, val):
    mean, std = train.mean(dim=0), train.std(dim=0)  # (F,)
    std = torch.where(std > 0, std, 1.0)
    return (train - mean) / std, (val - mean) / std


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _measure(values):
    mean, std = values.mean(dim=0), values.std(dim=0)
    return mean, torch.where(std > 0, std, 1.0)


def _by(measure):
    """Centre and scale both parts by ``measure(train, val) -> mean, scale``."""

    def variant(train, val):
        mean, scale = measure(train, val)
        return (train - mean) / scale, (val - mean) / scale

    return variant


def _each_its_own(train, val):
    return tuple((part - mean) / std for part in (train, val) for mean, std in [_measure(part)])


def _unguarded(train, val=None):
    return train.mean(dim=0), train.std(dim=0)


def _each_its_own_unguarded(train, val):
    return tuple((part - mean) / std for part in (train, val) for mean, std in [_unguarded(part)])


def _per_image(train, val):
    return tuple((part - part.mean(1, keepdim=True)) / part.std(1, keepdim=True) for part in (train, val))


def _lengths(train, val):
    return tuple(torch.nn.functional.normalize(part) for part in (train, val))


def _variance(train, val):
    variance = train.var(dim=0)
    return train.mean(dim=0), torch.where(variance > 0, variance, 1.0)


def _population(train, val):
    std = train.std(dim=0, correction=0)
    return train.mean(dim=0), torch.where(std > 0, std, 1.0)


def _range(train, val):
    low, high = train.amin(dim=0), train.amax(dim=0)
    return low, torch.where(high > low, high - low, 1.0)


def _without_nan(train, val):
    return tuple(part.nan_to_num() for part in _by(_unguarded)(train, val))


def _without_nan_or_infinity(train, val):
    return tuple(part.nan_to_num(0, 0, 0) for part in _by(_unguarded)(train, val))


def _sleepers_dropped(train, val):
    awake = train.std(dim=0) > 0
    return _by(_unguarded)(train[:, awake], val[:, awake])


def _training_only(train, val):
    return _standardise(train, val)[0], val


def _in_place(train, val):
    mean, std = _measure(train)
    train -= mean
    train /= std
    val -= mean
    val /= std
    return train, val


def _cases():
    sleeping = noise(12, 5, seed=2).relu()
    sleeping[:, 3] = 0.0  # never above zero in training; it wakes in validation
    same = noise(6, 3, seed=4)
    same[:, 1] = 2.0
    return [
        (noise(8, 4, seed=0) * 3 + 1, noise(5, 4, seed=1) * 2 - 1),
        (sleeping, noise(7, 5, seed=3).relu() + 0.25),
        (same, noise(4, 3, seed=5)),
        (noise(9, 2, seed=6) * torch.tensor([100.0, 0.01]), noise(3, 2, seed=7)),
    ]


standardise = Exercise(
    name="standardise",
    title="One scale for all features",
    difficulty=1,
    minutes=6,
    reference=_standardise,
    cases=_cases,
    misconceptions=(
        Misconception(
            _each_its_own,
            "Each part gets its own mean and scale, so one and the same picture has other features in one part than in "
            "the other. Measure on the training features, use that for both.",
            also=(_each_its_own_unguarded,),
        ),
        Misconception(
            _by(lambda train, val: _measure(torch.cat([train, val]))),
            "Mean and scale are measured on both parts together. What is learned from validation pictures makes them "
            "no judges any more, even if it is only a mean.",
            also=(_by(lambda train, val: _unguarded(torch.cat([train, val]))),),
        ),
        Misconception(
            _by(lambda train, val: _measure(val)),
            "Measured on the validation features. They stand for pictures that nobody has seen yet: use the training "
            "features.",
            also=(_by(lambda train, val: _unguarded(val)),),
        ),
        Misconception(
            _by(_unguarded),
            "A feature that is the same for all training pictures has a standard deviation of 0, and 0 / 0 is no "
            "number. Divide by 1 there: `torch.where(std > 0, std, 1.0)`.",
            also=(_without_nan, _without_nan_or_infinity),
        ),
        Misconception(
            _by(lambda train, val: (train.mean(dim=0), train.std(dim=0) + 1e-6)),
            "A tiny number avoids the division by 0. But a feature that slept in training and wakes in validation is "
            "then divided by that tiny number and drowns all others. Divide by 1 there.",
            also=tuple(
                _by(lambda train, val, tiny=tiny: (train.mean(dim=0), train.std(dim=0) + tiny))
                for tiny in (1e-5, 1e-7, 1e-8, 1e-12)
            )
            + tuple(
                _by(lambda train, val, tiny=tiny: (train.mean(dim=0), train.std(dim=0).clamp(min=tiny)))
                for tiny in (1e-5, 1e-6, 1e-7, 1e-8, 1e-12)
            ),
        ),
        Misconception(
            _by(lambda train, val: (train.mean(dim=0), train.std(dim=0) + 1)),
            "You add 1 to every standard deviation. Only where it is 0 shall it be 1.",
        ),
        Misconception(
            _by(lambda train, val: (train.mean(dim=0), train.std(dim=0).clamp(min=1))),
            "Every standard deviation below 1 becomes 1 in yours, so small features stay small. Only 0 shall become 1.",
        ),
        Misconception(
            _per_image,
            "You standardise each *picture*. Each feature is put on one scale, over all pictures: dimension 0.",
            also=(_lengths,),
        ),
        Misconception(
            _by(lambda train, val: (train.mean(), train.std())),
            "One mean and one scale for everything leaves loud features loud. Each feature has its own: dimension 0.",
        ),
        Misconception(
            _by(_variance),
            "You divide by the variance. The standard deviation is its square root.",
            also=(_by(lambda train, val: (train.mean(dim=0), train.var(dim=0))),),
        ),
        Misconception(
            _by(_population),
            "Nearly: you divide by N under the root, `std(dim=0)` by N - 1. For many pictures it makes no difference; "
            "here take the latter.",
        ),
        Misconception(
            _by(_range),
            "You map smallest and largest to 0 and 1. A single odd picture then squeezes all others: take mean and "
            "standard deviation.",
        ),
        Misconception(
            _by(lambda train, val: (train.mean(dim=0), 1)),
            "The means are 0 now, but each feature is as loud as before. Divide by the standard deviation.",
        ),
        Misconception(
            _by(lambda train, val: (0, _measure(train)[1])),
            "The scale is right. Take the mean away first.",
        ),
        Misconception(
            _sleepers_dropped,
            "You drop features that sleep in training. The head then fits no network any more: keep all of them, in "
            "their places.",
        ),
        Misconception(
            _training_only,
            "The validation features are as they were. They go through the same two steps, with the same numbers.",
            also=(lambda train, val: _standardise(train, val)[0],),
        ),
        Misconception(
            lambda train, val: _standardise(train, val)[::-1],
            "The two parts have changed places: training first.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you write into the features themselves: the stored ones are gone. Make new "
            "tensors.",
        ),
    ),
    hints=(
        "`train.mean(dim=0)` and `train.std(dim=0)`: one number for each feature, of the training pictures alone.",
        "`(features - mean) / std`, for both parts with the same two. Where is std 0?",
        "`torch.where(std > 0, std, 1.0)` puts a 1 where it is 0.",
    ),
    praise="Two more numbers for each feature belong to the head now: keep them with it.",
)
