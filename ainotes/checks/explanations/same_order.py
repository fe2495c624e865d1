"""Exercise: do two maps put the pixels in the same order? Spearman's rank correlation."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _same_order(first, second):
    ranks = [heat.flatten().argsort().argsort().float() for heat in (first, second)]
    one, other = (each - each.mean() for each in ranks)
    return ((one * other).sum() / (one.norm() * other.norm())).item()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _ranks(heat):
    return heat.flatten().argsort().argsort().float()


def _pearson(one, other):
    one, other = one - one.mean(), other - other.mean()
    return ((one * other).sum() / (one.norm() * other.norm())).item()


def _of(make):
    """Correlate what is made of each map."""
    return lambda first, second: _pearson(make(first), make(second))


def _one_descending(first, second):
    return -_same_order(first, second)


def _uncentred(first, second):
    one, other = _ranks(first), _ranks(second)
    return ((one * other).sum() / (one.norm() * other.norm())).item()


def _uncentred_from_one(first, second):
    one, other = _ranks(first) + 1, _ranks(second) + 1
    return ((one * other).sum() / (one.norm() * other.norm())).item()


def _covariance(first, second):
    one, other = (_ranks(heat) - _ranks(heat).mean() for heat in (first, second))
    return (one * other).mean().item()


def _covariance_sum(first, second):
    one, other = (_ranks(heat) - _ranks(heat).mean() for heat in (first, second))
    return (one * other).sum().item()


def _equal_ranks(first, second):
    return (_ranks(first) == _ranks(second)).float().mean().item()


def _mean_difference(first, second):
    return (_ranks(first) - _ranks(second)).abs().mean().item()


def _mean_square(first, second):
    return (_ranks(first) - _ranks(second)).square().mean().item()


def _formula(count=lambda heat: heat.numel(), power=2, whole=1):
    """Spearman's formula, 1 - 6 sum(d^2) / (n (n^2 - 1)), with something changed."""

    def variant(first, second):
        n = count(first)
        apart = (_ranks(first) - _ranks(second)).abs().pow(power).sum()
        return (whole - 6 * apart / max(n * (n**2 - 1), 1)).item()

    return variant


def _pairs(first, second):
    """Kendall's tau: of all pairs of pixels, the share in the same order minus that in the other."""
    one, other = first.flatten(), second.flatten()
    agree = (one[:, None] - one).sign() * (other[:, None] - other).sign()
    n = one.numel()
    return (agree.sum() / (n * (n - 1))).item()


def _by_row(first, second):
    pairs = zip(first, second, strict=True)
    return sum(_same_order(*pair) for pair in pairs) / len(first)


def _first_rows(first, second):
    return _same_order(first[0], second[0])


def _cosine(first, second):
    one, other = first.flatten(), second.flatten()
    return ((one * other).sum() / (one.norm() * other.norm())).item()


def _cases():
    ramp = torch.arange(12.0).view(3, 4)
    return [
        (noise(4, 5, seed=0), noise(4, 5, seed=1)),
        (ramp, ramp.exp()),  # the same order, other numbers
        (ramp, -(ramp**3)),  # the reverse
        (noise(3, 6, seed=2).exp(), noise(3, 6, seed=2) + 0.6 * noise(3, 6, seed=3)),
        (column_by_column(noise(5, 4, seed=4)), noise(5, 4, seed=5)),
        (noise(2, 3, seed=6), noise(2, 3, seed=7)),
    ]


same_order = Exercise(
    name="same_order",
    title="The same order?",
    difficulty=2,
    minutes=8,
    reference=_same_order,
    cases=_cases,
    misconceptions=(
        Misconception(
            _of(torch.flatten),
            "You correlate the numbers themselves: Pearson's. One very large number then decides everything. Replace "
            "the numbers by their *ranks* first.",
        ),
        Misconception(
            _of(lambda heat: heat.flatten().argsort().float()),
            "`argsort` says which pixel comes first, second, third. The *rank* of each pixel is the `argsort` of that.",
        ),
        Misconception(
            _one_descending,
            "The sign is turned round: one of the two is sorted the other way. Maps in the same order give 1.",
        ),
        Misconception(
            _uncentred,
            "Subtract the mean rank first. Ranks are all positive, so that anything looks alike otherwise.",
            also=(_uncentred_from_one,),
        ),
        Misconception(
            _covariance,
            "That is the covariance of the ranks. Divide by both lengths, so that it lies between -1 and 1.",
            also=(_covariance_sum,),
        ),
        Misconception(
            _equal_ranks,
            "You count pixels with exactly the same rank. One place further up is nearly the same: correlate.",
        ),
        Misconception(
            _mean_difference,
            "That is how far the ranks are apart. A correlation is wanted: 1 for the same order, -1 for the reverse.",
            also=(_mean_square,),
        ),
        Misconception(
            _formula(whole=0),
            "In the formula 1 - 6 Σd² / (n (n² - 1)) the 1 is missing.",
        ),
        Misconception(
            _formula(power=1),
            "In the formula the differences of the ranks are *squared*.",
        ),
        Misconception(
            _formula(count=len),
            "In the formula n is the number of pixels, not of rows: `heat.numel()`.",
        ),
        Misconception(
            _pairs,
            "You compare pairs of pixels: that is Kendall's correlation, another one. Here the ranks are correlated.",
        ),
        Misconception(
            lambda first, second: abs(_same_order(first, second)),
            "You drop the sign. The reverse order is -1, and not the same as the same.",
            also=(lambda first, second: max(0.0, _same_order(first, second)),),
        ),
        Misconception(
            lambda first, second: _same_order(first, second) ** 2,
            "You square the correlation. Leave it, with its sign.",
        ),
        Misconception(
            _by_row,
            "You rank each row by itself. All pixels of a map are ranked together: `flatten()`.",
            also=(_first_rows, lambda first, second: _same_order(first[:, 0], second[:, 0])),
        ),
        Misconception(
            _cosine,
            "That is the cosine of the two maps. Rank the pixels, subtract the mean rank, then take it.",
        ),
    ),
    hints=(
        "`heat.flatten().argsort().argsort()` gives the rank of each pixel, from 0.",
        "Subtract the mean of the ranks. Then: the sum of products, divided by the product of both `norm()`s.",
    ),
    praise="The numbers do not matter, only their order: what is left when a map's colours may be chosen freely.",
)
