"""Exercise: follow the shape of a picture through a list of layers."""

import math

from ainotes.checks.engine import Exercise, Misconception


def _shapes_through(layers, shape):
    shapes = []
    for kind, *numbers in layers:
        if kind == "conv":
            filters, kernel, padding = numbers
            shape = (filters, *(side + 2 * padding - kernel + 1 for side in shape[1:]))
        elif kind == "pool":
            (kernel,) = numbers
            shape = (shape[0], *(side // kernel for side in shape[1:]))
        elif kind == "flatten":
            shape = (math.prod(shape),)
        elif kind == "gap":
            shape = (shape[0],)
        else:  # "linear"
            shape = tuple(numbers)
        shapes.append(shape)
    return shapes


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _walk(layers, shape, **rules):
    """Follow the layers with other rules for some of them, each ``rule(shape, *numbers)``."""
    shapes = []
    for kind, *numbers in layers:
        if kind in rules:
            shape = rules[kind](shape, *numbers)
        else:
            (shape,) = _shapes_through([(kind, *numbers)], shape)
        shapes.append(shape)
    return shapes


def _with(**rules):
    """A variant that follows these rules."""
    return lambda layers, shape: _walk(layers, shape, **rules)


def _sides(rule):
    """A convolution whose rows and columns follow ``rule(side, kernel, padding)``."""

    def conv(shape, filters, kernel, padding):
        return (filters, *(rule(side, kernel, padding) for side in shape[1:]))

    return _with(conv=conv)


def _channels_kept(shape, filters, kernel, padding):
    return (shape[0], *(side + 2 * padding - kernel + 1 for side in shape[1:]))


def _channels_multiplied(shape, filters, kernel, padding):
    return (shape[0] * filters, *(side + 2 * padding - kernel + 1 for side in shape[1:]))


def _only_rows_shrink(shape, filters, kernel, padding):
    return (filters, shape[1] + 2 * padding - kernel + 1, shape[2])


def _square(shape, filters, kernel, padding):
    side = shape[1] + 2 * padding - kernel + 1
    return (filters, side, side)


def _channels_last(shape, filters, kernel, padding):
    rows, columns, _ = shape
    return (rows + 2 * padding - kernel + 1, columns + 2 * padding - kernel + 1, filters)


def _channels_pooled(shape, kernel):
    return tuple(side // kernel for side in shape)


def _pooled_as_by_stride_1(shape, kernel):
    return (shape[0], *(side - kernel + 1 for side in shape[1:]))


def _always_halved(shape, kernel):
    return (shape[0], *(side // 2 for side in shape[1:]))


def _pooled_up(shape, kernel):
    return (shape[0], *(math.ceil(side / kernel) for side in shape[1:]))


def _pooled_to_fractions(shape, kernel):
    return (shape[0], *(side / kernel for side in shape[1:]))


def _rounded(shape, kernel):
    return (shape[0], *(round(side / kernel) for side in shape[1:]))


def _units_behind(shape, units):
    return (*shape, units)


def _shapes_with_the_first(layers, shape):
    return [shape, *_shapes_through(layers, shape)]


def _last_shape(layers, shape):
    return [shape, *_shapes_through(layers, shape)][-1]


def _last_shape_in_a_list(layers, shape):
    return _shapes_through(layers, shape)[-1:]


def _never_moved_on(layers, shape):
    return [_shapes_through([layer], shape)[0] for layer in layers]


def _unpacked_every_time(layers, shape):
    """Takes every shape apart into three, which a shape of one number does not have."""
    shapes = []
    for layer in layers:
        channels, rows, columns = shape
        (shape,) = _shapes_through([layer], (channels, rows, columns))
        shapes.append(shape)
    return shapes


def _one_list_changed(layers, shape):
    """Puts one and the same list into the result again and again."""
    current, shapes = list(shape), []
    for layer in layers:
        current[:] = _shapes_through([layer], tuple(current))[0]
        shapes.append(current)
    return shapes


def _as_lists(layers, shape):
    return [list(each) for each in _shapes_through(layers, shape)]


shapes_through = Exercise(
    name="shapes_through",
    title="Shapes in your head",
    difficulty=2,
    minutes=10,
    reference=_shapes_through,
    cases=[
        ([("conv", 8, 3, 0)], (1, 28, 20)),
        ([("conv", 4, 5, 2), ("conv", 6, 3, 1)], (3, 9, 7)),
        ([("pool", 2), ("pool", 3)], (6, 27, 16)),
        (
            [("conv", 32, 3, 0), ("pool", 2), ("conv", 64, 3, 0), ("pool", 2), ("conv", 64, 3, 0), ("flatten",)],
            (1, 28, 28),
        ),
        ([("conv", 5, 5, 1), ("pool", 3), ("gap",), ("linear", 10)], (3, 15, 19)),
        ([("flatten",), ("linear", 120), ("linear", 84)], (16, 5, 4)),
        ([("conv", 12, 1, 0), ("conv", 7, 2, 3), ("pool", 2), ("flatten",), ("linear", 9)], (2, 4, 11)),
        ([], (3, 8, 8)),
    ],
    misconceptions=(
        Misconception(
            _with(conv=_channels_kept),
            "Your convolution keeps the channels that came in. Each filter makes one map: what does that say of what "
            "comes out?",
        ),
        Misconception(
            _with(conv=_channels_multiplied),
            "You multiply the channels by the filters. A filter adds up all channels that come in, and makes one map.",
        ),
        Misconception(
            _sides(lambda side, kernel, padding: side + padding - kernel + 1),
            "You count the padding once. It is put on both sides: left and right, top and bottom.",
        ),
        Misconception(
            _sides(lambda side, kernel, padding: side - kernel + 1),
            "The padding has no effect yet. It makes the map larger before the kernel moves over it.",
        ),
        Misconception(
            _sides(lambda side, kernel, padding: side + 2 * padding - kernel),
            "One too few after a convolution: in how many places can a kernel as large as the map stand?",
        ),
        Misconception(
            _sides(lambda side, kernel, padding: side),
            "Your convolution keeps rows and columns. It does so only where the padding makes up for what the kernel "
            "takes away.",
        ),
        Misconception(
            _sides(lambda side, kernel, padding: (side + 2 * padding) // kernel),
            "Your convolution jumps by its own kernel, as a pooling does. Its stride is 1.",
            also=(_sides(lambda side, kernel, padding: (side + 2 * padding - kernel) // kernel + 1),),
        ),
        Misconception(
            _with(conv=_only_rows_shrink),
            "The columns of a map shrink under a convolution just as its rows do.",
        ),
        Misconception(
            _with(conv=_square),
            "You take the map for a square with as many columns as rows. Count its columns on their own.",
        ),
        Misconception(
            _with(conv=_channels_last),
            "You put the channels last. A shape here is (C, H, W): the channels come first.",
        ),
        Misconception(
            _with(pool=_pooled_up),
            "Your pooling rounds up. A window that would hang over the edge is left out.",
            also=(_with(pool=_rounded),),
        ),
        Misconception(
            _with(pool=_pooled_to_fractions),
            "There is no half row: your pooling leaves fractions. `//` counts whole windows.",
            also=(_with(pool=lambda shape, kernel: (shape[0], *(int(side) / kernel for side in shape[1:]))),),
        ),
        Misconception(
            _with(pool=_channels_pooled),
            "Your pooling divides the channels as well. Each channel is pooled on its own, and all of them stay.",
        ),
        Misconception(
            _with(pool=_pooled_as_by_stride_1),
            "Your pooling moves by one pixel at a time. Its stride is its kernel, so its windows do not overlap.",
        ),
        Misconception(
            _with(pool=_always_halved),
            "Your pooling always halves. Its kernel says how many rows and columns become one.",
        ),
        Misconception(
            _with(gap=lambda shape: (shape[0], 1, 1)),
            "Global average pooling here leaves one number for each channel and nothing else: a shape of one entry.",
        ),
        Misconception(
            _with(gap=lambda shape: (1,)),
            "You average over the channels too. Global average pooling keeps one number for each channel.",
            also=(_with(gap=lambda shape: shape[1:]), _with(gap=lambda shape: (1, *shape[1:]))),
        ),
        Misconception(
            _with(flatten=lambda shape: (shape[1] * shape[2],)),
            "You flatten one channel. All numbers of the map are laid in a row, those of every channel.",
        ),
        Misconception(
            _with(flatten=lambda shape: (shape[0],)),
            "Flattening loses nothing: every number of the map stays. You keep one for each channel, as global average "
            "pooling does.",
        ),
        Misconception(
            _with(flatten=lambda shape: (sum(shape),)),
            "You add channels, rows and columns. How many numbers does a block of that shape hold?",
        ),
        Misconception(
            _with(flatten=lambda shape: (shape[0], shape[1] * shape[2])),
            "You flatten each map by itself. The channels are laid in the same row: one entry is left.",
        ),
        Misconception(
            _with(
                flatten=lambda shape: math.prod(shape), gap=lambda shape: shape[0], linear=lambda shape, units: units
            ),
            "After the picture has become a row, you give a plain number. A shape is a tuple, also with one entry: "
            "`(n,)`, with its comma.",
            also=(
                _with(flatten=lambda shape: math.prod(shape)),
                _with(gap=lambda shape: shape[0]),
                _with(linear=lambda shape, units: units),
                _with(flatten=lambda shape: math.prod(shape), gap=lambda shape: shape[0]),
            ),
        ),
        Misconception(
            _with(linear=_units_behind),
            "You put the units behind what came in. A linear layer uses it up: only its units come out.",
            also=(_with(linear=lambda shape, units: (shape[0], units)),),
        ),
        Misconception(
            _with(linear=lambda shape, units: (shape[0] * units,)),
            "Those are the weights of the linear layer. What comes out is one number for each unit.",
        ),
        Misconception(
            _with(linear=lambda shape, units: shape),
            "Your linear layer passes on the shape that came in. One number for each unit comes out.",
        ),
        Misconception(
            _shapes_with_the_first,
            "Your list begins with the shape that came in. The first entry is the shape after the first layer.",
        ),
        Misconception(
            _last_shape,
            "That is the last shape only. Collect the shape after *each* layer in a list.",
            also=(_last_shape_in_a_list,),
        ),
        Misconception(
            _never_moved_on,
            "Every layer of yours starts from the first picture. The shape after one layer is what the next one gets.",
        ),
        Misconception(
            _unpacked_every_time,
            "You take every shape apart into three numbers. After a flatten or a global average there is only one: "
            "take it apart only where there are three.",
        ),
        Misconception(
            _one_list_changed,
            "You put the same list into the result again and again, and then change it: all entries show the last "
            "shape. Make a new shape, as a tuple, for every layer.",
        ),
        Misconception(
            _as_lists,
            "The numbers are right. Give each shape as a tuple, as PyTorch does: `tuple(...)` makes one.",
        ),
    ),
    hints=(
        "Go through the layers one by one, and let `shape` be what the next layer gets. What does each kind change?",
        "A convolution decides the channels, a pooling keeps them. Rows and columns follow the rule of part 1: padding "
        "on both sides, less the kernel, plus 1.",
        "`flatten` leaves one number, the product of all three; `gap` leaves the channels; `linear` its units. Each is "
        "a tuple of one entry.",
    ),
    praise="Whoever can do this rarely meets an error about shapes, and knows at once what one of them means.",
)
