"""Exercise: the rows of a picture on its way through a ResNet."""

import math

from ainotes.checks.engine import Exercise, Misconception


def _stage_sizes(size):
    sizes = []
    for kernel, padding in ((7, 3), (3, 1), (3, 1), (3, 1), (3, 1)):
        size = (size + 2 * padding - kernel) // 2 + 1
        sizes.append(size)
    return sizes


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _halved(rule, times=5):
    """Follow ``rule(size)`` from stage to stage."""

    def variant(size):
        sizes = []
        for _ in range(times):
            size = rule(size)
            sizes.append(size)
        return sizes

    return variant


def _layers(*layers):
    """Follow layers (kernel, padding) of stride 2."""

    def variant(size):
        sizes = []
        for kernel, padding in layers:
            size = (size + 2 * padding - kernel) // 2 + 1
            sizes.append(size)
        return sizes

    return variant


def _one_less(size):
    sizes = []
    for kernel, padding in ((7, 3), *((3, 1),) * 4):
        size = (size + 2 * padding - kernel) // 2
        sizes.append(size)
    return sizes


def _padding_once(size):
    sizes = []
    for kernel, padding in ((7, 3), *((3, 1),) * 4):
        size = (size + padding - kernel) // 2 + 1
        sizes.append(size)
    return sizes


def _first_stage_halves_too(size):
    return _halved(lambda rows: (rows + 1) // 2, times=6)(size)


def _first_stage_counted(size):
    sizes = _stage_sizes(size)
    return [*sizes[:2], sizes[1], *sizes[2:]]


def _with_the_first(size):
    return [size, *_stage_sizes(size)]


def _last_only(size):
    return _stage_sizes(size)[-1]


def _from_the_first_each_time(size):
    return [(size + 1) // 2] * 5


def _one_list_too_short(size):
    return [size, *_stage_sizes(size)[:-1]]


def _fractions(size):
    return [size / 2**stage for stage in range(1, 6)]


def _divided_at_once(size):
    return [size // 2**stage for stage in range(1, 6)]


def _pairs(size):
    return [(rows, rows) for rows in _stage_sizes(size)]


stage_sizes = Exercise(
    name="stage_sizes",
    title="Rows on the way",
    difficulty=1,
    minutes=5,
    reference=_stage_sizes,
    cases=[(300,), (224,), (64,), (301,), (37,), (225,), (33,), (1000,)],
    misconceptions=(
        Misconception(
            _halved(lambda size: size // 2),
            "You round down. A map of 75 rows gives 38: with padding on both sides the last row still gets a window.",
            also=(_divided_at_once, _halved(lambda size: int(size / 2))),
        ),
        Misconception(
            _halved(lambda size: round(size / 2)),
            "`round` takes the *even* neighbour of a half: 18.5 becomes 18. Which way do the layers round?",
        ),
        Misconception(
            _fractions,
            "There is no half row: every layer gives a whole number, and the next one starts from that.",
            also=(_halved(lambda size: size / 2),),
        ),
        Misconception(
            _one_less,
            "One too few: in how many places can a kernel stand that just fits?",
        ),
        Misconception(
            _layers((7, 0), (3, 0), (3, 0), (3, 0), (3, 0)),
            "Without padding every map would lose its rim. The 7 × 7 has a padding of 3, the others of 1.",
            also=(_layers((7, 0), *((3, 1),) * 4), _layers((7, 3), (3, 0), *((3, 1),) * 3)),
        ),
        Misconception(
            _layers((7, 1), *((3, 1),) * 4),
            "You pad the 7 × 7 by 1. Its padding is 3: half of the kernel, rounded down.",
        ),
        Misconception(
            _padding_once,
            "You count the padding once. It is put on both sides.",
        ),
        Misconception(
            _first_stage_halves_too,
            "Six halvings: the first stage keeps its size, for the pooling before it has halved already.",
        ),
        Misconception(
            _first_stage_counted,
            "Six numbers, two of them the same: the first stage halves nothing. Only the five sizes are wanted.",
        ),
        Misconception(
            _halved(lambda size: (size + 1) // 2, times=4),
            "Four halvings. There are five: the stem, its pooling, and three of the four stages.",
        ),
        Misconception(
            _with_the_first,
            "Your list begins with the picture. Its first entry is what comes out of the 7 × 7 convolution.",
            also=(_one_list_too_short,),
        ),
        Misconception(
            _last_only,
            "That is the last size. Collect all five in a list.",
            also=(lambda size: [_last_only(size)],),
        ),
        Misconception(
            _from_the_first_each_time,
            "Every layer of yours starts from the picture. What comes out of one goes into the next.",
        ),
        Misconception(
            _pairs,
            "The picture is a square: one number for each size is enough.",
        ),
        Misconception(
            _halved(lambda size: size // 2 + 1),
            "One too many where the size is even: 300 becomes 150.",
        ),
        Misconception(
            _halved(lambda size: math.ceil(size / 4)),
            "You quarter. Each step halves.",
        ),
    ),
    hints=(
        "The rule of part 1: (rows + 2 · padding - kernel) // stride + 1. The stride is 2 in all five places.",
        "The 7 × 7 has a padding of 3, each 3 × 3 one of 1. Put one size after the other into a list.",
        "Both come to the same: half, rounded *up*. `(size + 1) // 2` does that, five times.",
    ),
    praise="Five times by two: a pixel of the last map stands 32 pixels from its neighbour.",
)
