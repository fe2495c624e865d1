"""Exercise: does a made picture get more than every natural one?"""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _beats_nature(made, natural):
    best = natural.amax(dim=0)  # (C,): each filter's best natural picture
    return (made > best).float().mean().item()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _share(won):
    return won.float().mean().item()


def _mean_instead(made, natural):
    return _share(made > natural.mean(0))


def _median_instead(made, natural):
    return _share(made > natural.median(0).values)


def _best_of_all_filters(made, natural):
    return _share(made > natural.max())


def _worst_instead(made, natural):
    return _share(made > natural.amin(0))


def _pairs(made, natural):
    return _share(made > natural)


def _first_only(made, natural):
    return _share(made > natural[0])


def _by_picture(made, natural):
    """The natural pictures that lose to every made one."""
    return _share((natural < made).all(1))


def _by_picture_maximum(made, natural):
    """Each picture's favourite filter, compared with the largest made answer."""
    return _share(natural.amax(1) < made.max())


def _all_or_nothing(made, natural):
    return float((made > natural.amax(0)).all())


def _means_compared(made, natural):
    return float(made.mean() > natural.mean())


def _ratio(made, natural):
    return (made / natural.amax(0)).mean().item()


def _cases():
    natural = noise(30, 8, seed=0)
    made = natural.amax(0) + torch.tensor([0.5, -0.2, 1.0, -0.1, 2.0, 0.1, -1.0, 0.3])
    loud = natural * torch.tensor([1.0, 100, 1, 0.01, 1, 10, 1, 1])  # filters speak at different volumes
    above = loud.amax(0) * torch.tensor([1.1, 1.1, 0.9, 1.2, 0.8, 1.3, 0.9, 1.2])
    tie = natural.amax(0).clone()  # as much as the best is no victory
    tie[:3] += 1
    few = noise(5, 4, seed=1) - 3  # all below zero
    wide = noise(20, 9, seed=5)
    between = wide.sort(dim=0).values[torch.tensor([0, 1, 3, 6, 9, 12, 15, 18, 19]), torch.arange(9)]
    between[1:] += 0.01  # from below all natural pictures to above all
    return [
        (made, natural),
        (above, loud),
        (between, wide),
        (tie, natural),
        (few.amax(0) + torch.tensor([0.1, -0.1, 0.2, -0.3]), few),
    ]


beats_nature = Exercise(
    name="beats_nature",
    title="The test against nature",
    difficulty=2,
    minutes=6,
    reference=_beats_nature,
    cases=_cases,
    misconceptions=(
        Misconception(
            _mean_instead,
            "You compare with the *average* natural picture: half of all pictures beat that. Compare with the best.",
            also=(_median_instead,),
        ),
        Misconception(
            _best_of_all_filters,
            "You compare with the largest answer of *all* filters. Some filters speak louder than others: each is "
            "compared with its own best, `amax(dim=0)`.",
        ),
        Misconception(
            _worst_instead,
            "In yours it is enough to beat *one* natural picture, the one that a filter likes least. Beat them all.",
            also=(lambda made, natural: _share((made > natural).any(0)),),
        ),
        Misconception(
            _pairs,
            "You count pairs of a filter and a picture. A filter counts if its picture beats *every* natural one.",
            also=(lambda made, natural: (made > natural).float().mean(0).mean().item(),),
        ),
        Misconception(
            _first_only,
            "You compare with the first natural picture only.",
        ),
        Misconception(
            _by_picture,
            "You count *pictures* that lose to every filter. The share of *filters* is wanted: take the maximum over "
            "the pictures, dimension 0.",
            also=(_by_picture_maximum, lambda made, natural: _share((made > natural).all(1))),
        ),
        Misconception(
            lambda made, natural: _share(made >= natural.amax(0)),
            "As much as the best is no more than the best: `>`, not `>=`.",
        ),
        Misconception(
            lambda made, natural: 1 - _beats_nature(made, natural),
            "That is the share that does *not* win.",
            also=(lambda made, natural: _share(made < natural.amax(0)),),
        ),
        Misconception(
            lambda made, natural: int((made > natural.amax(0)).sum()),
            "That is how many filters. Divide by their number.",
            also=(lambda made, natural: float((made > natural.amax(0)).sum()),),
        ),
        Misconception(
            lambda made, natural: 100 * _beats_nature(made, natural),
            "A share from 0 to 1 is wanted, not per cent.",
        ),
        Misconception(
            lambda made, natural: made > natural.amax(0),
            "You know it of each filter. `.float().mean().item()` makes a share of it.",
            also=(lambda made, natural: (made > natural.amax(0)).float(),),
        ),
        Misconception(
            _all_or_nothing,
            "You ask whether *all* filters win. Which share of them does?",
            also=(_means_compared,),
        ),
        Misconception(
            _ratio,
            "That is by how much they win, on average. Which share of the filters wins?",
            also=(lambda made, natural: (made - natural.amax(0)).mean().item(),),
        ),
    ),
    hints=(
        "Each column of `natural` belongs to a filter. What is the largest answer in it?",
        "`natural.amax(dim=0)` has one number for each filter, as `made` has. Compare the two.",
    ),
    praise="A hard test, you would think. The lesson gives it to a network that has learnt nothing.",
)
