"""Exercise: the padding that keeps the size."""

from ainotes.checks.engine import Call, Exercise, Misconception


def _same_padding(k, dilation=1):
    return dilation * (k - 1) // 2


same_padding = Exercise(
    name="same_padding",
    title="Padding that keeps the size",
    difficulty=2,
    minutes=4,
    reference=_same_padding,
    cases=[
        (3,),
        (5,),
        (11,),
        (1,),
        Call(3, dilation=2),
        Call(3, dilation=3),
        Call(5, dilation=4),
        Call(7, dilation=3),
        Call(1, dilation=5),
        (9, 2),
    ],
    misconceptions=(
        Misconception(
            lambda k, dilation=1: k // 2,
            "Right for a kernel without gaps. `dilation` makes it reach further, and it then needs more padding.",
        ),
        Misconception(
            lambda k, dilation=1: dilation * (k - 1),
            "That is what the kernel takes off in all. Padding is added on each side: half of it.",
            also=(lambda k, dilation=1: k - 1,),
        ),
        Misconception(
            lambda k, dilation=1: k,
            "As much as the kernel itself is too much: the image would grow. By how much does a kernel of 3 shrink it?",
            also=(lambda k, dilation=1: k * dilation,),
        ),
        Misconception(
            lambda k, dilation=1: dilation * (k - 1) / 2,
            "The number is right, but a float: PyTorch wants a whole number of pixels. Divide with `//`.",
        ),
        Misconception(
            lambda k, dilation=1: k * dilation // 2,
            "You multiply the kernel by `dilation`. Only the gaps between its cells grow, and there is one fewer of "
            "them.",
        ),
        Misconception(
            lambda k, dilation=1: dilation * (k + 1) // 2,
            "Too much on each side: try a kernel of 1, which needs no padding at all.",
        ),
        Misconception(
            lambda k, dilation=1: k // 2 + dilation - 1,
            "You add `dilation` once. Each gap between two cells grows by that much.",
            also=(lambda k, dilation=1: (k + dilation - 1) // 2,),
        ),
        Misconception(
            lambda k, dilation=1: k // 2 // dilation,
            "You divide by `dilation`. A kernel with gaps reaches further and needs more padding, not less.",
            also=(lambda k, dilation=1: (k - 1) // (2 * dilation),),
        ),
        Misconception(
            lambda k, dilation=1: (dilation * (k - 1) // 2,) * 2,
            "Rows and columns need the same padding here: return one number.",
        ),
        Misconception(
            lambda k, dilation=1: 1,
            "That is right for a kernel of 3 without gaps only. Let the answer depend on `k` and `dilation`.",
        ),
        Misconception(
            lambda k, dilation=1: "same",
            "PyTorch finds the number itself when it is told `'same'`. Find it yourself this time.",
        ),
    ),
    hints=(
        "By how many pixels does a kernel of `k` cells shrink an image, without padding?",
        "With dilation it reaches over `dilation * (k - 1) + 1` pixels. Half of what it takes off goes on each side.",
    ),
    praise="An even kernel would need one pixel more on one side than on the other.",
)
