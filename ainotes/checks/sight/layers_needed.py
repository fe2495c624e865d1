"""Exercise: how deep a network must be to see that far."""

import math

from ainotes.checks.engine import Call, Exercise, Misconception


def _layers_needed(pixels, kernel=3):
    missing = pixels - 1  # without a layer, a unit sees one pixel
    return math.ceil(missing / (kernel - 1))


def _rounded_down(pixels, kernel=3):
    return (pixels - 1) // (kernel - 1)


layers_needed = Exercise(
    name="layers_needed",
    title="How many layers see it all",
    difficulty=2,
    minutes=6,
    reference=_layers_needed,
    cases=[
        (1,),
        (2,),
        (3,),
        (4,),
        (28,),
        (29,),
        Call(28, kernel=5),
        Call(10, kernel=4),
        Call(224, kernel=7),
        Call(5, kernel=5),
        Call(12, kernel=6),
        Call(1, kernel=5),
        (18, 2),
        (150, 11),
    ],
    misconceptions=(
        Misconception(
            _rounded_down,
            "You round down, so the last pixels stay unseen. Part of a layer is not to be had: round up.",
            also=(lambda pixels, kernel=3: _rounded_down(pixels),),
        ),
        Misconception(
            lambda pixels, kernel=3: math.ceil(pixels / (kernel - 1)),
            "One too many where the layers come out even. Before the first layer a unit sees one pixel already, and "
            "*at least* `pixels` is enough.",
            also=(lambda pixels, kernel=3: _rounded_down(pixels, kernel) + 1,),
        ),
        Misconception(
            lambda pixels, kernel=3: _layers_needed(pixels, kernel) + 1,
            "One too many everywhere: a single pixel needs no layer at all.",
        ),
        Misconception(
            lambda pixels, kernel=3: math.ceil(pixels / kernel),
            "A layer adds less than its whole kernel: only what lies beyond the cell it stands on.",
            also=(
                lambda pixels, kernel=3: math.ceil((pixels - 1) / kernel),
                lambda pixels, kernel=3: pixels // kernel,
            ),
        ),
        Misconception(
            lambda pixels, kernel=3: round((pixels - 1) / (kernel - 1)),
            "You round to the nearest, which is sometimes too few. Part of a layer is not to be had: round up.",
        ),
        Misconception(
            lambda pixels, kernel=3: (pixels - 1) / (kernel - 1),
            "Part of a layer is not to be had: return a whole number, rounded up.",
        ),
        Misconception(
            lambda pixels, kernel=3: _layers_needed(pixels),
            "`kernel` has no effect yet: a larger one sees further in a single layer.",
        ),
        Misconception(
            lambda pixels, kernel=3: math.ceil(math.log(pixels, kernel)),
            "You count as if every layer multiplied what is seen. Without strides, each adds the same number.",
        ),
        Misconception(
            lambda pixels, kernel=3: math.ceil((pixels - kernel) / (kernel - 1)) if pixels > kernel else 0,
            "You count the layers after the first. A single layer is one too.",
            also=(lambda pixels, kernel=3: _layers_needed(pixels, kernel) - 1,),
        ),
        Misconception(
            lambda pixels, kernel=3: max(_layers_needed(pixels, kernel), 1),
            "To see one pixel, no layer is needed at all.",
        ),
    ),
    hints=(
        "What does a unit see after no layer, one, two, three layers with a kernel of 3? Write the numbers down.",
        "Each layer adds `kernel - 1` pixels to the one that a unit sees at first.",
        "How many times must you add `kernel - 1` to 1 until it is at least `pixels`? Loop, or divide and round up.",
    ),
    praise="So many layers for one small picture: one reason why networks use strides and pooling.",
)
