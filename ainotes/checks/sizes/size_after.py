"""Exercise: how many rows or columns a convolution or a pooling leaves."""

import math

from ainotes.checks.engine import Call, Exercise, Misconception


def _size_after(n, k, stride=1, padding=0, dilation=1):
    reach = dilation * (k - 1) + 1  # pixels from the first to the last cell of the kernel
    steps = (n + 2 * padding - reach) // stride
    return steps + 1


def _room(n, k, padding, dilation):
    """Pixels by which a kernel can move from its first place on."""
    return n + 2 * padding - dilation * (k - 1) - 1


def _without_one(n, k, stride=1, padding=0, dilation=1):
    return _room(n, k, padding, dilation) // stride


def _rounded_up(n, k, stride=1, padding=0, dilation=1):
    return math.ceil(_room(n, k, padding, dilation) / stride) + 1


def _rounded(n, k, stride=1, padding=0, dilation=1):
    return round(_room(n, k, padding, dilation) / stride) + 1


def _one_before_dividing(n, k, stride=1, padding=0, dilation=1):
    return (_room(n, k, padding, dilation) + 1) // stride


def _a_fraction(n, k, stride=1, padding=0, dilation=1):
    return _room(n, k, padding, dilation) / stride + 1


def _padded_once(n, k, stride=1, padding=0, dilation=1):
    return (_room(n, k, padding, dilation) - padding) // stride + 1


def _never_padded(n, k, stride=1, padding=0, dilation=1):
    return _size_after(n, k, stride, 0, dilation)


def _padded_after_dividing(n, k, stride=1, padding=0, dilation=1):
    return _size_after(n, k, stride, 0, dilation) + 2 * padding


def _not_dilated(n, k, stride=1, padding=0, dilation=1):
    return _size_after(n, k, stride, padding)


def _every_cell_dilated(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * k) // stride + 1


def _dilation_added(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - (k + dilation - 1)) // stride + 1


def _always_by_one(n, k, stride=1, padding=0, dilation=1):
    return _size_after(n, k, 1, padding, dilation)


def _kernel_ignored(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding) // stride


size_after = Exercise(
    name="size_after",
    title="Size after a layer",
    difficulty=1,
    minutes=6,
    reference=_size_after,
    cases=[
        (28, 3),
        Call(28, 3, padding=1),
        Call(28, 2, stride=2),
        Call(13, 2, stride=2),
        Call(224, 7, stride=2, padding=3),
        Call(32, 5, stride=3, padding=2),
        Call(31, 4, stride=4, padding=1),
        Call(28, 3, dilation=2),
        Call(40, 5, stride=3, padding=4, dilation=4),
        Call(21, 3, stride=4, padding=0, dilation=3),
        Call(9, 1, stride=2, dilation=3),
        (5, 5),
        (10, 3, 2, 1, 2),
    ],
    misconceptions=(
        Misconception(
            _without_one,
            "One too few: you count the steps. Before its first step the kernel has already stood in one place.",
            also=(lambda n, k, stride=1, padding=0, dilation=1: _without_one(n, k, stride, padding),),
        ),
        Misconception(
            lambda n, k, stride=1, padding=0, dilation=1: _size_after(n, k, stride, padding, dilation) + 1,
            "One too many everywhere: in how many places does a kernel of 5 fit into 5 pixels?",
        ),
        Misconception(
            _rounded_up,
            "You round up. PyTorch drops a last step that does not fit whole.",
        ),
        Misconception(
            _rounded,
            "You round to the nearest. PyTorch drops a last step that does not fit whole, however nearly it fits.",
            also=(
                lambda n, k, stride=1, padding=0, dilation=1: math.floor(
                    _a_fraction(n, k, stride, padding, dilation) + 0.5
                ),
            ),
        ),
        Misconception(
            _one_before_dividing,
            "You add the 1 before you divide, so it shrinks with the stride. It stands for the first place: add it "
            "last.",
        ),
        Misconception(
            _a_fraction,
            "A kernel does not stand in half a place: divide with `//`, which gives a whole number.",
            also=(lambda n, k, stride=1, padding=0, dilation=1: _a_fraction(n, k, stride, padding),),
        ),
        Misconception(
            _padded_once,
            "Padding is added on *both* sides of the image.",
            also=(lambda n, k, stride=1, padding=0, dilation=1: _padded_once(n, k, stride, padding),),
        ),
        Misconception(
            _never_padded,
            "`padding` has no effect yet: it makes the image larger before the kernel moves.",
            also=(lambda n, k, stride=1, padding=0, dilation=1: _size_after(n, k, stride),),
        ),
        Misconception(
            _padded_after_dividing,
            "You add the padding to the output. It is added to the image, so the stride divides it too.",
        ),
        Misconception(
            _not_dilated,
            "`dilation` has no effect yet: it spreads the cells of the kernel, which then reaches further.",
        ),
        Misconception(
            _every_cell_dilated,
            "You multiply the whole kernel by `dilation`. Only the gaps between its cells grow: how many are there?",
        ),
        Misconception(
            _dilation_added,
            "You add `dilation` to the kernel once. Every gap between two of its cells grows by that much.",
        ),
        Misconception(
            _always_by_one,
            "`stride` has no effect yet: it is how far the kernel moves each time.",
            also=(
                lambda n, k, stride=1, padding=0, dilation=1: _size_after(n, k, 1, padding),
                lambda n, k, stride=1, padding=0, dilation=1: n - k + 1,
            ),
        ),
        Misconception(
            _kernel_ignored,
            "You divide the size by the stride. The kernel needs room as well: its last place begins earlier.",
        ),
    ),
    hints=(
        "How many pixels does the kernel cover, from its first to its last cell? With `dilation` there are gaps.",
        "The image has `n + 2 * padding` pixels. How far can the kernel move, and how many strides fit in there?",
        "Whole strides, with `//`, and one more: the place where the kernel begins.",
    ),
    praise="The same rule holds for pooling, and for rows and columns one by one.",
)
