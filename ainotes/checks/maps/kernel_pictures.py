"""Exercise: kernels as pictures whose grey means zero."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _kernel_pictures(weight):
    largest = weight.abs().amax(dim=(1, 2, 3), keepdim=True)  # (C_out, 1, 1, 1): each kernel has its own
    return 0.5 + weight / (2 * largest)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _stretched(dims):
    """From the smallest number, black, to the largest, white: then grey is whatever lies in the middle."""

    def variant(weight):
        low, high = weight.amin(dims, keepdim=True), weight.amax(dims, keepdim=True)
        return (weight - low) / (high - low)

    return variant


def _scaled(dims):
    """As the reference, with one scale for all that `dims` names."""
    return lambda weight: 0.5 + weight / (2 * weight.abs().amax(dims, keepdim=True))


def _by_the_sum(weight):
    return 0.5 + weight / (2 * weight.abs().sum((1, 2, 3), keepdim=True))


def _by_the_deviation(weight):
    return 0.5 + weight / (2 * weight.std((1, 2, 3), keepdim=True))


def _by_the_norm(weight):
    return 0.5 + weight / (2 * weight.flatten(1).norm(dim=1)[:, None, None, None])


def _largest_with_its_sign(weight):
    return 0.5 + weight / (2 * weight.amax((1, 2, 3), keepdim=True))


def _not_moved(weight):
    return weight / weight.abs().amax((1, 2, 3), keepdim=True)


def _moved_too_far(weight):
    return 0.5 + weight / weight.abs().amax((1, 2, 3), keepdim=True)


def _moved_by_one(weight):
    return 1 + weight / (2 * weight.abs().amax((1, 2, 3), keepdim=True))


def _not_scaled(weight):
    return (weight + 1) / 2


def _signs_lost(weight):
    return weight.abs() / weight.abs().amax((1, 2, 3), keepdim=True)


def _only_positive(weight):
    return weight.relu() / weight.abs().amax((1, 2, 3), keepdim=True)


def _clamped(weight):
    return (0.5 + weight / 2).clamp(0, 1)


def _bytes(weight):
    return (255 * _kernel_pictures(weight)).round().to(torch.uint8)


def _to_255(weight):
    return 255 * _kernel_pictures(weight)


def _channels_averaged(weight):
    return _kernel_pictures(weight.mean(dim=1, keepdim=True))


def _centred(weight):
    return _kernel_pictures(weight - weight.mean((1, 2, 3), keepdim=True))


def _in_place(weight):
    weight /= 2 * weight.abs().amax((1, 2, 3), keepdim=True)
    return weight + 0.5


def _cases():
    positive = noise(3, 1, 3, 3, seed=2).abs() + 0.2  # a blur: nothing in it is negative
    return [
        (noise(4, 1, 3, 3, seed=0),),
        (0.1 * noise(5, 3, 5, 5, seed=1),),
        (positive,),
        (-positive,),
        (column_by_column(noise(2, 3, 2, 4, seed=3)),),
        (torch.cat([noise(1, 2, 3, 3, seed=4), 20 * noise(1, 2, 3, 3, seed=5)]),),  # a quiet kernel, a loud one
    ]


kernel_pictures = Exercise(
    name="kernel_pictures",
    title="Kernels as pictures",
    difficulty=1,
    minutes=6,
    reference=_kernel_pictures,
    cases=_cases,
    misconceptions=(
        Misconception(
            _stretched((1, 2, 3)),
            "You stretch each kernel from its smallest number to its largest. Then zero is dark in one picture and "
            "bright in another, and a blur gets a black spot. Zero must be 0.5 everywhere.",
            also=(_stretched((2, 3)),),
        ),
        Misconception(
            _stretched((0, 1, 2, 3)),
            "You stretch all kernels together, from the smallest number of all to the largest. Zero is not 0.5 then, "
            "and each kernel is to have its own scale.",
        ),
        Misconception(
            _scaled((0, 1, 2, 3)),
            "You divide by the largest number of *all* kernels: next to a strong one, the others look grey. Each "
            "kernel, `weight[k]`, has its own scale.",
        ),
        Misconception(
            _scaled((2, 3)),
            "Each channel has its own scale in yours, and the colours of a kernel are no longer true to each other. "
            "One scale for all channels of a kernel.",
        ),
        Misconception(
            _scaled((0,)),
            "`dim=(0,)` compares kernels with each other. The largest number *inside* each kernel is wanted: the "
            "dimensions 1, 2 and 3.",
            also=(_scaled((0, 2, 3)), _scaled((1,))),
        ),
        Misconception(
            _largest_with_its_sign,
            "You divide by the largest number, with its sign. The largest *absolute* value is wanted: a kernel may "
            "have its strongest weight below zero.",
        ),
        Misconception(
            _not_moved,
            "Your pictures lie between -1 and 1. Halve them and move them up: zero is to be 0.5.",
        ),
        Misconception(
            _moved_too_far,
            "Zero is 0.5, but the rest lies between -0.5 and 1.5. Divide by *twice* the largest absolute value.",
        ),
        Misconception(
            _moved_by_one,
            "In yours zero is 1, white. Add a half.",
        ),
        Misconception(
            _not_scaled,
            "You take for granted that weights lie between -1 and 1. Divide each kernel by its own largest absolute "
            "value first.",
            also=(lambda weight: weight + 0.5, lambda weight: weight / 2 + 1),
        ),
        Misconception(
            _signs_lost,
            "The signs are lost: -1 and +1 look the same. A kernel works by the difference of the two.",
        ),
        Misconception(
            _only_positive,
            "Everything below zero has become black. Negative weights are half of a kernel: show them darker than 0.5.",
            also=(lambda weight: weight.clamp(0, 1), lambda weight: weight.relu()),
        ),
        Misconception(
            _clamped,
            "You cut off what is too large. Scale instead: each kernel by its own largest absolute value.",
        ),
        Misconception(
            _by_the_norm,
            "You divide by the length of the kernel, the root of the sum of squares. The largest absolute value is "
            "wanted, so that the strongest weight is black or white.",
            also=(_by_the_sum, _by_the_deviation),
        ),
        Misconception(
            _centred,
            "You subtract each kernel's mean. Then a blur looks like an edge detector: leave the numbers as they are.",
        ),
        Misconception(
            torch.sigmoid,
            "A sigmoid makes zero 0.5, but bends the rest. Divide, so that twice the weight is twice as far from grey.",
            also=(lambda weight: (weight.tanh() + 1) / 2,),
        ),
        Misconception(
            _bytes,
            "Floats from 0 to 1 are wanted, not bytes from 0 to 255.",
            also=(_to_255,),
        ),
        Misconception(
            _channels_averaged,
            "You average over the channels. Red, green and blue stay apart: the shape stays as it is.",
        ),
        Misconception(
            lambda weight: 1 - _kernel_pictures(weight),
            "That is the negative: positive weights are to be brighter than 0.5.",
        ),
        Misconception(
            _in_place,
            "The pictures are right, but you changed the network's own weights. Make a new tensor.",
        ),
    ),
    hints=(
        "`weight.abs()` first: how large is the strongest weight of each kernel, whatever its sign?",
        "`.amax(dim=(1, 2, 3), keepdim=True)` gives one number for each kernel, in a shape that divides `weight`.",
        "`weight / largest` lies between -1 and 1. Half of that, plus 0.5.",
    ),
    praise="Grey is zero in every one of your pictures, so that you may compare them.",
)
