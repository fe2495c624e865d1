"""Exercise: how many channels the layers of a dense block see."""

from ainotes.checks.engine import Exercise, Misconception


def _dense_channels(start, growth, layers):
    channels = [start]
    for _ in range(layers):
        channels.append(channels[-1] + growth)  # each layer adds its maps to all that came before
    return channels


def _last_missing(start, growth, layers):
    return _dense_channels(start, growth, layers)[:-1]


def _first_missing(start, growth, layers):
    return _dense_channels(start, growth, layers)[1:]


def _growth_grows(start, growth, layers):
    """Adds growth once for the first layer, twice for the second, and so on."""
    channels = [start]
    for layer in range(layers):
        channels.append(channels[-1] + growth * (layer + 1))
    return channels


def _from_growth(start, growth, layers):
    return [growth * (layer + 1) for layer in range(layers + 1)]


def _from_zero(start, growth, layers):
    return [growth * layer for layer in range(layers + 1)]


def _exchanged(start, growth, layers):
    return _dense_channels(growth, start, layers)


def _powers(start, growth, layers):
    return [start * growth**layer for layer in range(layers + 1)]


def _multiplied(start, growth, layers):
    return [start, *(start * growth * layer for layer in range(1, layers + 1))]


def _doubled(start, growth, layers):
    return [start * 2**layer for layer in range(layers + 1)]


def _everything_given_on(start, growth, layers):
    """Every layer gives out as many maps as all before it together."""
    channels = [start]
    for _ in range(layers):
        channels.append(sum(channels) + growth)
    return channels


def _never_kept(start, growth, layers):
    return [start] + [growth] * layers


def _growth_at_the_end(start, growth, layers):
    return [start] * layers + [start + growth]


def _one_too_many(start, growth, layers):
    return _dense_channels(start, growth, layers + 1)


def _never_grown(start, growth, layers):
    return [start] * (layers + 1)


dense_channels = Exercise(
    name="dense_channels",
    title="Channels of a dense block",
    difficulty=1,
    minutes=5,
    reference=_dense_channels,
    cases=[(64, 32, 3), (24, 12, 4), (16, 4, 6), (10, 7, 1), (5, 3, 2), (8, 8, 5)],
    misconceptions=(
        Misconception(
            _last_missing,
            "What the block gives out is missing: it is the last entry, after what the layers see.",
        ),
        Misconception(
            _first_missing,
            "The first layer sees what comes into the block. Your list begins one layer later.",
        ),
        Misconception(
            lambda start, growth, layers: start + growth * layers,
            "That is what the block gives out. What each layer sees comes before it, in one list.",
            also=(lambda start, growth, layers: [start + growth * layers],),
        ),
        Misconception(
            _one_too_many,
            "One entry too many: one for each layer, and one for what the block gives out.",
        ),
        Misconception(
            _powers,
            "You multiply by `growth` at each layer. Each layer *adds* so many maps to those that are there.",
            also=(_multiplied,),
        ),
        Misconception(
            _doubled,
            "You double the channels with each layer. Each adds the same number of maps, `growth`.",
            also=(_everything_given_on,),
        ),
        Misconception(
            _growth_grows,
            "Your layers add more and more. Each adds the same number of maps, however many it sees.",
        ),
        Misconception(
            _from_growth,
            "You begin at `growth`. The first layer sees what comes into the block: `start`.",
        ),
        Misconception(
            _from_zero,
            "What comes into the block is missing from your numbers. It is passed on to every layer.",
        ),
        Misconception(
            _exchanged,
            "`start` and `growth` have changed places: the block begins with `start`, and each layer adds `growth`.",
        ),
        Misconception(
            _never_kept,
            "Your layers see the maps of the layer before only. In a dense block each sees *all* that came before it.",
            also=(lambda start, growth, layers: [start] + [growth] * (layers - 1),),
        ),
        Misconception(
            _growth_at_the_end,
            "You grow once, at the end. Every layer adds its maps, so the next one sees more.",
        ),
        Misconception(
            _never_grown,
            "Nothing grows. Every layer adds `growth` maps to what the next one sees.",
            also=(lambda start, growth, layers: [start] * layers,),
        ),
        Misconception(
            lambda start, growth, layers: [growth] * layers,
            "That is what each layer *gives out*. What it sees is asked: everything that came before it.",
            also=(lambda start, growth, layers: [growth] * (layers + 1),),
        ),
        Misconception(
            lambda start, growth, layers: tuple(_dense_channels(start, growth, layers)),
            "The numbers are right. A list is asked for, and you return something else.",
            also=(lambda start, growth, layers: range(start, start + growth * layers + 1, growth),),
        ),
    ),
    hints=(
        "What does the first layer see? And the second, when the first has added its maps?",
        "Each step adds `growth`. For three layers the list has four entries.",
    ),
    praise="Every layer adds a little, and nothing that was found is lost: that is why `growth` may be small.",
)
