"""Exercise: batch normalisation, as it works in training."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _batch_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True)
    standard = (x - mean) / (variance + eps).sqrt()
    return standard * gamma.reshape(1, -1, 1, 1) + beta.reshape(1, -1, 1, 1)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _per_channel(values):
    return values.reshape(1, -1, 1, 1)


def _over(dims, unbiased=False):
    """Normalise over other dimensions than N, H and W."""

    def variant(x, gamma, beta, eps=1e-5):
        mean, variance = x.mean(dims, keepdim=True), x.var(dims, unbiased=unbiased, keepdim=True)
        return (x - mean) / (variance + eps).sqrt() * _per_channel(gamma) + _per_channel(beta)

    return variant


def _scaled(divisor):
    """Divide by ``divisor(variance, eps)`` instead of the root of their sum."""

    def variant(x, gamma, beta, eps=1e-5):
        mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), unbiased=False, keepdim=True)
        return (x - mean) / divisor(variance, eps) * _per_channel(gamma) + _per_channel(beta)

    return variant


def _unbiased_by_default(x, gamma, beta, eps=1e-5):
    return _over((0, 2, 3), unbiased=True)(x, gamma, beta, eps)


def _unbiased_deviation_and_eps(x, gamma, beta, eps=1e-5):
    standard = (x - x.mean((0, 2, 3), keepdim=True)) / (x.std((0, 2, 3), keepdim=True) + eps)
    return standard * _per_channel(gamma) + _per_channel(beta)


def _along_the_columns(x, gamma, beta, eps=1e-5):
    return _standard(x, eps) * gamma + beta


def _along_the_rows(x, gamma, beta, eps=1e-5):
    return _standard(x, eps) * gamma[:, None] + beta[:, None]


def _beta_along_the_columns(x, gamma, beta, eps=1e-5):
    return _standard(x, eps) * _per_channel(gamma) + beta


def _per_picture(x, gamma, beta, eps=1e-5):
    return _standard(x, eps) * gamma.reshape(-1, 1, 1, 1) + beta.reshape(-1, 1, 1, 1)


def _statistics_along_the_columns(x, gamma, beta, eps=1e-5):
    """Means and variances of shape (C,), without their dimensions of one."""
    standard = (x - x.mean((0, 2, 3))) / (x.var((0, 2, 3), unbiased=False) + eps).sqrt()
    return standard * _per_channel(gamma) + _per_channel(beta)


def _standard(x, eps=1e-5):
    ones, zeros = x.new_ones(x.shape[1]), x.new_zeros(x.shape[1])
    return _batch_norm(x, ones, zeros, eps)


def _gamma_and_beta_exchanged(x, gamma, beta, eps=1e-5):
    return _batch_norm(x, beta, gamma, eps)


def _shifted_before_scaling(x, gamma, beta, eps=1e-5):
    return (_standard(x, eps) + _per_channel(beta)) * _per_channel(gamma)


def _not_centred(x, gamma, beta, eps=1e-5):
    variance = x.var((0, 2, 3), unbiased=False, keepdim=True)
    return x / (variance + eps).sqrt() * _per_channel(gamma) + _per_channel(beta)


def _mean_of_squares(x, gamma, beta, eps=1e-5):
    """Takes the variance about 0 instead of about the mean."""
    mean, squares = x.mean((0, 2, 3), keepdim=True), x.square().mean((0, 2, 3), keepdim=True)
    return (x - mean) / (squares + eps).sqrt() * _per_channel(gamma) + _per_channel(beta)


def _only_the_mean_divided(x, gamma, beta, eps=1e-5):
    mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), unbiased=False, keepdim=True)
    return (x - mean / (variance + eps).sqrt()) * _per_channel(gamma) + _per_channel(beta)


def _in_place(x, gamma, beta, eps=1e-5):
    x[:] = _batch_norm(x, gamma, beta, eps)
    return x


def _centred_in_place(x, gamma, beta, eps=1e-5):
    result = _batch_norm(x, gamma, beta, eps)
    x -= x.mean((0, 2, 3), keepdim=True)
    return result


def _cases():
    faint = 0.004 * noise(2, 3, 4, 5, seed=20)  # so little variance that eps counts
    return [
        (2 * noise(4, 3, 5, 3, seed=0) + 1, noise(3, seed=1), noise(3, seed=2)),
        (noise(2, 5, 4, 5, seed=3) - 2, noise(5, seed=4) + 1, noise(5, seed=5)),
        (3 * noise(3, 3, 3, 3, seed=6) + 1, noise(3, seed=7), noise(3, seed=8)),
        (faint, noise(3, seed=21), noise(3, seed=22)),
        (noise(2, 2, 3, 4, seed=9) + 3, noise(2, seed=10), noise(2, seed=11), 0.5),
        (torch.full((2, 1, 2, 2), 0.25), torch.tensor([1.5]), torch.tensor([0.25])),
        (column_by_column(noise(2, 4, 6, 7, seed=12)), noise(4, seed=13), noise(4, seed=14), 0.25),
        (noise(1, 2, 4, 3, seed=15), noise(2, seed=16), noise(2, seed=17)),
    ]


batch_norm = Exercise(
    name="batch_norm",
    title="Batch normalisation",
    difficulty=3,
    minutes=10,
    reference=_batch_norm,
    cases=_cases,
    misconceptions=(
        Misconception(
            _over((0,)),
            "You take mean and variance over the batch only: each place gets its own. A channel is the same detector "
            "everywhere, so its places are counted together.",
            also=(_over((0,), unbiased=True),),
        ),
        Misconception(
            _over((2, 3)),
            "You take mean and variance of each picture by itself. That is *instance* normalisation; here the pictures "
            "of the batch are counted together.",
            also=(_over((2, 3), unbiased=True),),
        ),
        Misconception(
            _over((0, 1, 2, 3)),
            "You take one mean and one variance of everything. Each channel has its own.",
            also=(_over((0, 1, 2, 3), unbiased=True),),
        ),
        Misconception(
            _over((1, 2, 3)),
            "You take mean and variance over the channels of each picture. That is *layer* normalisation; here each "
            "channel is on its own, and the pictures are counted together.",
            also=(_over((1, 2, 3), unbiased=True),),
        ),
        Misconception(
            _over((1,)),
            "You normalise across the channels, at each place. Keep the channels apart: the other three dimensions are "
            "counted together.",
            also=(_over((1,), unbiased=True),),
        ),
        Misconception(
            _unbiased_by_default,
            "Your variance is divided by the count less one: that is what `var` and `std` do by default. "
            "`unbiased=False` divides by the count.",
            also=(_unbiased_deviation_and_eps,),
        ),
        Misconception(
            _scaled(lambda variance, eps: variance + eps),
            "You divide by the variance. Its square root has the unit of `x`.",
            also=(_scaled(lambda variance, eps: variance),),
        ),
        Misconception(
            _scaled(lambda variance, eps: variance.sqrt() + eps),
            "You add `eps` after the root. It is added to the variance, under the root: so it counts much more where a "
            "channel hardly varies.",
        ),
        Misconception(
            _scaled(lambda variance, eps: variance.sqrt()),
            "`eps` has no effect yet. A channel that does not vary would be divided by zero.",
        ),
        Misconception(
            _scaled(lambda variance, eps: (variance + 1e-5).sqrt()),
            "Your `eps` is always 0.00001. Use the one that is handed in.",
        ),
        Misconception(
            _scaled(lambda variance, eps: (variance + eps**2).sqrt()),
            "You square `eps`. It is added to the variance as it is.",
        ),
        Misconception(
            _along_the_columns,
            "Broadcasting aligns the *last* dimension, so `gamma` and `beta` meet the columns. They belong to the "
            "channels: give them the shape (1, C, 1, 1).",
            also=(_beta_along_the_columns,),
        ),
        Misconception(
            _along_the_rows,
            "Your `gamma` and `beta` meet the rows: a dimension of one is missing at their end.",
        ),
        Misconception(
            _per_picture,
            "Your `gamma` and `beta` meet the pictures of the batch. They belong to the channels, dimension 1.",
        ),
        Misconception(
            _statistics_along_the_columns,
            "Mean and variance have lost their dimensions, and broadcasting lays them along the columns. "
            "`keepdim=True` keeps them where they belong.",
        ),
        Misconception(
            _gamma_and_beta_exchanged,
            "`gamma` and `beta` have changed places: gamma is multiplied, beta is added.",
        ),
        Misconception(
            _shifted_before_scaling,
            "You add `beta` before you multiply by `gamma`, so it is scaled too. Multiply first.",
        ),
        Misconception(
            lambda x, gamma, beta, eps=1e-5: _standard(x, eps) * (1 + _per_channel(gamma)) + _per_channel(beta),
            "You multiply by one plus `gamma`. It is multiplied as it is: 1 means that nothing changes.",
        ),
        Misconception(
            lambda x, gamma, beta, eps=1e-5: _standard(x, eps),
            "The values have mean 0 and variance 1 now. `gamma` and `beta` still wait: the network may choose another "
            "scale.",
        ),
        Misconception(
            lambda x, gamma, beta, eps=1e-5: _standard(x, eps) * _per_channel(gamma),
            "`beta` is missing. It is added last.",
        ),
        Misconception(
            lambda x, gamma, beta, eps=1e-5: _standard(x, eps) + _per_channel(beta),
            "`gamma` is missing. The normalised values are multiplied by it.",
        ),
        Misconception(
            _not_centred,
            "You divide, but the mean is still in there. Subtract it first.",
        ),
        Misconception(
            lambda x, gamma, beta, eps=1e-5: (
                (x - x.mean((0, 2, 3), keepdim=True)) * _per_channel(gamma) + _per_channel(beta)
            ),
            "The mean is gone, but the scale is what it was. Divide by the root of the variance.",
        ),
        Misconception(
            _mean_of_squares,
            "You take the mean of the squares as the variance. Subtract the mean before you square.",
        ),
        Misconception(
            _only_the_mean_divided,
            "Only the mean is divided: `x - mean / ...` divides first. The difference needs parentheses.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you change `x`, which the backward pass still needs. Make a new tensor.",
            also=(_centred_in_place,),
        ),
    ),
    hints=(
        "Mean and variance of each channel: over which three dimensions do you take them?",
        "`x.mean(dim=(0, 2, 3), keepdim=True)` has the shape (1, C, 1, 1), which fits `x`. The same for the variance.",
        "Subtract the mean, divide by the root of variance plus `eps`. Then `gamma` and `beta`, in the same shape "
        "(1, C, 1, 1).",
    ),
    praise="Every picture of the batch has a say in the normalisation of every other.",
)
