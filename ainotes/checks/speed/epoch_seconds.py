"""Exercise: from the seconds of a step to those of an epoch."""

import math

from ainotes.checks.engine import Exercise, Misconception


def _epoch_seconds(samples, batch_size, step_seconds):
    return math.ceil(samples / batch_size) * step_seconds


epoch_seconds = Exercise(
    name="epoch_seconds",
    title="From a step to an epoch",
    difficulty=1,
    minutes=5,
    reference=_epoch_seconds,
    cases=[(60_000, 64, 0.01), (60_000, 256, 0.03), (128, 64, 0.5), (10, 64, 0.25), (129, 64, 1.0)],
    misconceptions=(
        Misconception(
            lambda samples, batch_size, step_seconds: samples // batch_size * step_seconds,
            "The last, smaller batch is a step too: `//` drops it. Round up.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: samples / batch_size * step_seconds,
            "There are no broken steps: 129 images in batches of 64 are three steps. Round up.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: round(samples / batch_size) * step_seconds,
            "`round` goes to the nearest; a batch that is a quarter full is still a step. Round *up*.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: samples * step_seconds,
            "That is one step for each image. A step takes `batch_size` of them.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: batch_size * step_seconds,
            "That multiplies by the size of a batch. Asked is the *number* of batches.",
        ),
        Misconception(
            lambda samples, batch_size, step_seconds: (samples // batch_size + 1) * step_seconds,
            "One too many when the batches come out even: 128 images in batches of 64 are two steps.",
        ),
    ),
    hints=("How many steps has an epoch? Remember the last batch.", "`math.ceil(samples / batch_size)` steps."),
)
