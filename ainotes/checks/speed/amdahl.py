"""Exercise: what the whole gains when a part gets faster."""

import math

from ainotes.checks.engine import Exercise, Misconception


def _amdahl(fraction, factor):
    return 1 / ((1 - fraction) + fraction / factor)


amdahl = Exercise(
    name="amdahl",
    title="What a faster part is worth",
    difficulty=1,
    minutes=6,
    reference=_amdahl,
    cases=[(0.5, 2.0), (0.8, 4.0), (0.1, 10.0), (1.0, 3.0), (0.0, 5.0)],
    misconceptions=(
        Misconception(
            lambda fraction, factor: fraction * factor,
            "`fraction * factor` is less than 1 for a small part, as if it had become slower. Add up the *times* that "
            "are left: of the part, and of the rest.",
        ),
        Misconception(
            lambda fraction, factor: (1 - fraction) + fraction / factor,
            "That is the new time as a share of the old. How many times faster is the inverse of it.",
        ),
        Misconception(
            lambda fraction, factor: (1 - fraction) + fraction * factor,
            "A part that is `factor` times faster takes `fraction / factor` of the time. What is asked is the old time "
            "divided by the new.",
        ),
        Misconception(
            lambda fraction, factor: 1 / (fraction + (1 - fraction) / factor),
            "That makes the *rest* faster. `fraction` is the share of the part that is improved.",
        ),
        Misconception(
            lambda fraction, factor: 1 / (1 - fraction) if fraction < 1 else math.inf,
            "That is the limit, for a part that takes no time at all any more. This one still takes "
            "`fraction / factor`.",
        ),
        Misconception(
            lambda fraction, factor: factor,
            "The whole is not `factor` times faster: the rest takes as long as before.",
        ),
    ),
    hints=(
        "Let the old time be 1. How long does the part take now, and how long the rest?",
        "The rest: `1 - fraction`. The part: `fraction / factor`. The speed-up is old time / new time.",
    ),
    praise="So a part of a tenth, made ten times faster, buys almost nothing: measure before you mend.",
)
