"""Exercise: the sizes of a picture that grows in octaves."""

from ainotes.checks.engine import Exercise, Misconception


def _octave_sizes(size, count, growth=1.4):
    return [round(size / growth**octave) for octave in reversed(range(count))]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _made(rule):
    """Sizes by ``rule(size, growth, octave)``, the smallest first."""
    return lambda size, count, growth=1.4: [rule(size, growth, octave) for octave in reversed(range(count))]


def _largest_first(size, count, growth=1.4):
    return _octave_sizes(size, count, growth)[::-1]


def _growing_from_size(size, count, growth=1.4):
    return [round(size * growth**octave) for octave in range(count)]


def _last_left_out(size, count, growth=1.4):
    return [round(size / growth**octave) for octave in reversed(range(1, count + 1))]


def _one_more(size, count, growth=1.4):
    return _octave_sizes(size, count + 1, growth)


def _one_less(size, count, growth=1.4):
    return _octave_sizes(size, count - 1, growth)


def _rounded_each_time(size, count, growth=1.4):
    sizes = [size]
    for _ in range(count - 1):
        sizes.insert(0, round(sizes[0] / growth))
    return sizes


def _cut_each_time(size, count, growth=1.4):
    sizes = [size]
    for _ in range(count - 1):
        sizes.insert(0, int(sizes[0] / growth))
    return sizes


def _growth_ignored(size, count, growth=1.4):
    return _octave_sizes(size, count)


def _even_steps(size, count, growth=1.4):
    return [round(size * (step + 1) / count) for step in range(count)]


octave_sizes = Exercise(
    name="octave_sizes",
    title="Sizes of the octaves",
    difficulty=1,
    minutes=5,
    reference=_octave_sizes,
    cases=[(64, 3), (96, 4), (64, 1), (97, 6, 1.3), (160, 5), (32, 3, 1.3), (100, 5, 1.2), (224, 3, 2), (50, 4, 1.5)],
    misconceptions=(
        Misconception(
            _largest_first,
            "Yours shrinks. The picture begins small, coarse shapes first, and grows: the smallest size comes first.",
        ),
        Misconception(
            _growing_from_size,
            "You begin with `size` and go beyond it. `size` is where the picture *ends*.",
            also=(lambda size, count, growth=1.4: _growing_from_size(size, count, growth)[::-1],),
        ),
        Misconception(
            _last_left_out,
            "The last one, `size` itself, is missing: it is the first to be divided by nothing.",
        ),
        Misconception(
            _one_more,
            "One too many: `count` sizes, with `size` among them.",
        ),
        Misconception(
            _one_less,
            "One too few: `count` sizes, with `size` among them.",
        ),
        Misconception(
            _made(lambda size, growth, octave: int(size / growth**octave)),
            "You cut off the fraction. Round to the nearest: `round`.",
            also=(_made(lambda size, growth, octave: int(size // growth**octave)), _cut_each_time),
        ),
        Misconception(
            _made(lambda size, growth, octave: -int(-size // growth**octave)),
            "You round up. Round to the nearest: `round`.",
        ),
        Misconception(
            _rounded_each_time,
            "You divide what is rounded already, and the errors add up. Divide `size` by a power of `growth`, then "
            "round once.",
        ),
        Misconception(
            _made(lambda size, growth, octave: size / growth**octave),
            "A picture has no half rows: round each size.",
            also=(_made(lambda size, growth, octave: float(round(size / growth**octave))),),
        ),
        Misconception(
            _made(lambda size, growth, octave: round(size / (growth * octave) if octave else size)),
            "You divide by `growth` times the number of the octave. From octave to octave the size grows by a "
            "*factor*: a power.",
            also=(
                _made(lambda size, growth, octave: round(size / (1 + (growth - 1) * octave))),
                _made(lambda size, growth, octave: round(size - growth * octave)),
            ),
        ),
        Misconception(
            _even_steps,
            "Your sizes grow by equal steps. They are to grow by an equal *factor*, `growth`.",
        ),
        Misconception(
            _growth_ignored,
            "Your sizes do not depend on `growth`.",
        ),
        Misconception(
            lambda size, count, growth=1.4: tuple(_octave_sizes(size, count, growth)),
            "The right ones, in a tuple. A list is wanted.",
        ),
        Misconception(
            lambda size, count, growth=1.4: _octave_sizes(size, count, growth)[0],
            "That is the first. All of them are wanted, in a list.",
            also=(lambda size, count, growth=1.4: _octave_sizes(size, count, growth)[:1],),
        ),
    ),
    hints=(
        "The last size is `size`, the one before it `size / growth`, the one before that `size / growth**2`.",
        "`round` each. `reversed(range(count))` counts down to 0.",
    ),
    praise="Coarse first, fine last: as painters do.",
)
