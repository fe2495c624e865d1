"""Exercise: how rough is a picture?"""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _roughness(pictures):
    across = pictures.diff(dim=3).abs().mean(dim=(1, 2, 3))  # (N,): neighbours side by side
    down = pictures.diff(dim=2).abs().mean(dim=(1, 2, 3))  # (N,): one below the other
    return (across + down) / pictures.std(dim=(1, 2, 3))


# --- Wrong variants ---------------------------------------------------------------------------------------------------

INSIDE = (1, 2, 3)


def _changes(pictures, size=torch.Tensor.abs):
    return size(pictures.diff(dim=3)).mean(INSIDE) + size(pictures.diff(dim=2)).mean(INSIDE)


def _per(divisor):
    return lambda pictures: _changes(pictures) / divisor(pictures)


def _signed(pictures):
    return _changes(pictures, size=lambda change: change) / pictures.std(INSIDE)


def _absolute_too_late(pictures):
    return (pictures.diff(dim=3).mean(INSIDE).abs() + pictures.diff(dim=2).mean(INSIDE).abs()) / pictures.std(INSIDE)


def _squared(pictures):
    return _changes(pictures, size=torch.Tensor.square) / pictures.std(INSIDE)


def _one_direction(dim):
    return lambda pictures: pictures.diff(dim=dim).abs().mean(INSIDE) / pictures.std(INSIDE)


def _between_channels(pictures):
    return (pictures.diff(dim=2).abs().mean(INSIDE) + pictures.diff(dim=1).abs().mean(INSIDE)) / pictures.std(INSIDE)


def _round_the_edge(pictures):
    across = (pictures - pictures.roll(1, dims=3)).abs().mean(INSIDE)
    down = (pictures - pictures.roll(1, dims=2)).abs().mean(INSIDE)
    return (across + down) / pictures.std(INSIDE)


def _sums(pictures):
    total = pictures.diff(dim=3).abs().sum(INSIDE) + pictures.diff(dim=2).abs().sum(INSIDE)
    return total / pictures.std(INSIDE)


def _halved(pictures):
    return _roughness(pictures) / 2


def _two_steps_away(pictures):
    across = (pictures[..., 2:] - pictures[..., :-2]).abs().mean(INSIDE)
    down = (pictures[..., 2:, :] - pictures[..., :-2, :]).abs().mean(INSIDE)
    return (across + down) / pictures.std(INSIDE)


def _changes_of_changes(pictures):
    return (pictures.diff(n=2, dim=3).abs().mean(INSIDE) + pictures.diff(n=2, dim=2).abs().mean(INSIDE)) / pictures.std(
        INSIDE
    )


def _cases():
    rough, ramp = noise(3, 3, 8, 8, seed=0), torch.linspace(0, 1, 9).expand(2, 1, 7, 9).contiguous()
    faint = torch.cat([noise(1, 3, 6, 6, seed=1), 0.05 * noise(1, 3, 6, 6, seed=2) + 0.5])  # of unlike contrast
    return [
        (rough,),
        (ramp,),
        (faint,),
        (column_by_column(noise(2, 1, 6, 11, seed=3).cumsum(dim=3)),),
        (noise(2, 3, 12, 12, seed=4).cumsum(dim=2) / 20 + 3,),
    ]


roughness = Exercise(
    name="roughness",
    title="How rough is a picture?",
    difficulty=2,
    minutes=7,
    reference=_roughness,
    cases=_cases,
    rtol=0.02,  # a standard deviation that divides by n, not by n - 1, is right too
    misconceptions=(
        Misconception(
            _changes,
            "You do not divide by the standard deviation: a faint picture of noise would count as smooth.",
        ),
        Misconception(
            _per(lambda pictures: pictures.std()),
            "You divide by the deviation of all pictures together. Each picture has its own contrast: "
            "`std(dim=(1, 2, 3))`.",
            also=(_per(lambda pictures: pictures.std(INSIDE).mean()),),
        ),
        Misconception(
            _per(lambda pictures: pictures.var(INSIDE)),
            "You divide by the variance, in squared units. The standard deviation is its root.",
        ),
        Misconception(
            _per(lambda pictures: pictures.mean(INSIDE)),
            "You divide by the mean brightness. The standard deviation says how large the contrasts are.",
            also=(_per(lambda pictures: pictures.abs().mean(INSIDE)),),
        ),
        Misconception(
            _signed,
            "Without absolute values ups and downs cancel out: `.abs()` of each difference.",
        ),
        Misconception(
            _absolute_too_late,
            "You average first and take the absolute value then: ups and downs have cancelled out by that time.",
        ),
        Misconception(
            _squared,
            "You square the differences. Their absolute values are wanted.",
            also=(lambda pictures: _changes(pictures, size=torch.Tensor.square).sqrt() / pictures.std(INSIDE),),
        ),
        Misconception(
            _one_direction(3),
            "You compare neighbours side by side only. Add those that stand one below the other, `dim=2`.",
        ),
        Misconception(
            _one_direction(2),
            "You compare neighbours one below the other only. Add those side by side, `dim=3`.",
        ),
        Misconception(
            _between_channels,
            "`dim=1` compares red with green. Neighbours stand in rows and columns, dimensions 2 and 3.",
        ),
        Misconception(
            _round_the_edge,
            "`roll` makes the last column a neighbour of the first. Only pixels that touch are compared: `diff`.",
        ),
        Misconception(
            _sums,
            "You add up where the mean is wanted: a larger picture is not rougher.",
        ),
        Misconception(
            _halved,
            "Half of it: the two directions are added, not averaged.",
        ),
        Misconception(
            _two_steps_away,
            "You compare pixels that stand two apart.",
            also=(_changes_of_changes,),
        ),
        Misconception(
            lambda pictures: _roughness(pictures).mean(),
            "That is one number for all. Each picture gets its own: (N,).",
            also=(lambda pictures: _roughness(pictures).mean().item(),),
        ),
        Misconception(
            lambda pictures: _roughness(pictures).tolist(),
            "The right numbers, in a list. A tensor (N,) is wanted.",
        ),
    ),
    hints=(
        "`pictures.diff(dim=3)` is the difference of each pixel and its right neighbour, `dim=2` and its lower one.",
        "Absolute values, then the mean over channels, rows and columns: `.abs().mean(dim=(1, 2, 3))`.",
        "Add the two means, divide by `pictures.std(dim=(1, 2, 3))`.",
    ),
    praise="It does not change with brightness or contrast, so that faint and strong pictures may be compared.",
)
