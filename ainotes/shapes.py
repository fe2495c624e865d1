"""The arithmetic of convolutions in whole numbers: sizes, receptive fields, parameters, multiplications.

Everything here is along one side of an image, its rows or its columns: a convolution treats the two alike, each on its
own. One alphabet: a size n, a kernel of K cells, stride S, padding P on each side, dilation D (the distance
between the kernel's cells). Nothing here needs PyTorch.

Examples
--------
>>> output_size(28, 3)
26
>>> receptive_field([(3,), (2, 2), (3,)])
8
>>> conv_parameters(3, 64, 3)
1792
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

__all__ = [
    "Field",
    "Layer",
    "conv_multiply_adds",
    "conv_parameters",
    "linear_multiply_adds",
    "linear_parameters",
    "output_size",
    "receptive_field",
    "receptive_fields",
    "seen",
]

PADDINGS = ("valid", "same", "full")


def output_size(
    size: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return how many places a kernel takes on a row of pixels: floor((n + 2P - D(K - 1) - 1) / S) + 1.

    Parameters
    ----------
    size : int
        Pixels of the row, at least 1.
    kernel : int
        Cells of the kernel, at least 1.
    stride : int
        How far the kernel moves each time.
    padding : int or str
        Pixels added on each side, or "valid" (none), "same" (as many as keep the size; needs a stride of 1) or "full"
        (D(K - 1) on each side: every place where kernel and image touch).
    dilation : int
        Distance between the kernel's cells.
    ceil_mode : bool
        Round up instead of down, as PyTorch's pooling can: a last window may hang over the end, if it starts inside the
        image or the padding before it.

    Returns
    -------
    int
        Size of the output, at least 1.

    Raises
    ------
    TypeError
        Where a number is not a whole number.
    ValueError
        Where a number is too small, or the kernel does not fit on the padded row.

    Notes
    -----
    Source: Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, relationship 6, with
    dilation as in its section 5.1.

    Examples
    --------
    >>> output_size(28, 3)
    26
    >>> output_size(28, 3, stride=2, padding=1)
    14
    >>> output_size(7, 2, stride=2), output_size(7, 2, stride=2, ceil_mode=True)
    (3, 4)
    """
    before, after = sides("output_size", kernel, stride, padding, dilation)
    return places("output_size", size, kernel, stride, before, after, dilation, ceil_mode)


@dataclass(frozen=True)
class Field:
    """What one unit of a layer sees of the input, along one side.

    Attributes
    ----------
    size : int
        Pixels from the first to the last one seen: the receptive field.
    jump : int
        Pixels of the input between two neighbouring units, the product of all strides so far.
    start : int
        Index of the first pixel that unit 0 sees; negative where it sees padding. Unit i starts at start + i * jump.
    """

    size: int
    jump: int
    start: int


@dataclass(frozen=True)
class Layer:
    """A convolution or a pooling, along one side of the image.

    Attributes
    ----------
    kernel, stride, padding, dilation : int
        As in :func:`output_size`; `padding` may also be one of its words.
    name : str
        What to call it, such as "conv" or "pool".

    Examples
    --------
    >>> Layer(3, stride=2)
    Layer(kernel=3, stride=2, padding=0, dilation=1, name='conv')
    """

    kernel: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    name: str = "conv"

    def __post_init__(self) -> None:
        """Refuse numbers that make no layer."""
        sides("Layer", self.kernel, self.stride, self.padding, self.dilation)
        if not isinstance(self.name, str):
            raise TypeError(f"Layer: name expects a word such as 'pool', got {self.name!r}")
        for field in ("kernel", "stride", "padding", "dilation"):
            value = getattr(self, field)
            if not isinstance(value, str):
                object.__setattr__(self, field, int(value))  # a number of numpy's could overflow in what follows

    @property
    def before(self) -> int:
        """Pixels of padding before the first pixel."""
        return sides("Layer", self.kernel, self.stride, self.padding, self.dilation)[0]


Layers = Iterable[Layer | Sequence[int]]
DEFAULTS = (1, 0, 1)  # stride, padding and dilation of a layer that is given as a shorter tuple


def receptive_fields(layers: Layers) -> list[Field]:
    """Return what a unit sees of the input, after each layer.

    Each layer adds D(K - 1) times the product of the strides before it.

    Parameters
    ----------
    layers : iterable of Layer or tuple
        From the input upwards; a tuple is (kernel, stride, padding, dilation) or the first one to three of them.

    Returns
    -------
    list of Field
        One for each layer.

    Notes
    -----
    Source: Araujo, Norris and Sim (2019), *Computing receptive fields of convolutional neural networks*, Distill.

    Examples
    --------
    >>> receptive_fields([(3, 1, 1), (2, 2), (3, 1, 1)])[-1]
    Field(size=8, jump=2, start=-3)
    """
    field = Field(size=1, jump=1, start=0)  # a pixel sees itself
    fields = []
    for layer in _layers("receptive_fields", layers):
        field = Field(
            size=field.size + layer.dilation * (layer.kernel - 1) * field.jump,
            jump=field.jump * layer.stride,
            start=field.start - layer.before * field.jump,
        )
        fields.append(field)
    return fields


def receptive_field(layers: Layers) -> int:
    """Return how many pixels a unit of the last layer spans, along one side; 1 where there are no layers.

    See :func:`receptive_fields` for the argument.

    Examples
    --------
    >>> receptive_field([(3,), (3,)]), receptive_field([(5,)])
    (5, 5)
    """
    fields = receptive_fields(layers)
    return fields[-1].size if fields else 1


def seen(layers: Layers, position: int, size: int) -> list[list[int]]:
    """Return which units one unit of the last layer depends on, in the input and after each layer.

    Exact: the holes that dilation leaves are left out, and so is padding.

    Parameters
    ----------
    layers : iterable of Layer or tuple
        As in :func:`receptive_fields`.
    position : int
        Index of the unit in the last layer's output.
    size : int
        Pixels of the input.

    Returns
    -------
    list of list of int
        One more than there are layers: ascending indices in the input first, `[position]` last.

    Raises
    ------
    ValueError
        Where a layer does not fit on what arrives, or there is no unit at `position`.

    Examples
    --------
    >>> seen([(3,), (3,)], position=0, size=7)
    [[0, 1, 2, 3, 4], [0, 1, 2], [0]]
    """
    stack = _layers("seen", layers)
    sizes = _sizes(stack, size)
    position = whole("seen", "position", position)
    if not 0 <= position < sizes[-1]:
        raise ValueError(
            f"seen: position expects one of the {sizes[-1]} units of the last layer, from 0 to {sizes[-1] - 1}, "
            f"got {position}; give another position, or a larger input than {size}"
        )
    units = [[position]]
    for layer, below in zip(reversed(stack), reversed(sizes[:-1]), strict=True):
        firsts = [unit * layer.stride - layer.before for unit in units[0]]
        taps = {first + tap * layer.dilation for first in firsts for tap in range(layer.kernel)}
        units.insert(0, sorted(tap for tap in taps if 0 <= tap < below))
    return units


def conv_parameters(
    in_channels: int, out_channels: int, kernel: int | tuple[int, int], *, groups: int = 1, bias: bool = True
) -> int:
    """Return the parameters of a convolution: (K K C_in / groups + 1) C_out, the 1 being the bias.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out; `groups` must divide both.
    kernel : int or pair of int
        Side of the kernel, or (rows, columns).
    groups : int
        Groups of channels that do not see each other.
    bias : bool
        Whether each output channel has a bias.

    Examples
    --------
    >>> conv_parameters(1, 32, 3)
    320
    """
    rows, columns = pair("conv_parameters", "kernel", kernel)
    inputs = _group("conv_parameters", in_channels, out_channels, groups)
    return (rows * columns * inputs + bool(bias)) * int(out_channels)


def conv_multiply_adds(
    in_channels: int,
    out_channels: int,
    kernel: int | tuple[int, int],
    output: int | tuple[int, int],
    *,
    groups: int = 1,
) -> int:
    """Return how often a convolution multiplies and adds for one image: each weight once at each place.

    Parameters
    ----------
    in_channels, out_channels, kernel, groups
        As in :func:`conv_parameters`.
    output : int or pair of int
        Side of the output, or (rows, columns).

    Examples
    --------
    >>> conv_multiply_adds(1, 32, 3, output=26)
    194688
    """
    rows, columns = pair("conv_multiply_adds", "kernel", kernel)
    output_rows, output_columns = pair("conv_multiply_adds", "output", output)
    inputs = _group("conv_multiply_adds", in_channels, out_channels, groups)
    return rows * columns * inputs * int(out_channels) * output_rows * output_columns


def linear_parameters(in_features: int, out_features: int, *, bias: bool = True) -> int:
    """Return the parameters of a linear layer: a weight from each input to each output, and a bias each.

    Examples
    --------
    >>> linear_parameters(784, 10)
    7850
    """
    return (whole("linear_parameters", "in_features", in_features, 1) + bool(bias)) * whole(
        "linear_parameters", "out_features", out_features, 1
    )


def linear_multiply_adds(in_features: int, out_features: int) -> int:
    """Return how often a linear layer multiplies and adds for one sample: once for each weight.

    Examples
    --------
    >>> linear_multiply_adds(784, 10)
    7840
    """
    inputs = whole("linear_multiply_adds", "in_features", in_features, 1)
    return inputs * whole("linear_multiply_adds", "out_features", out_features, 1)


# What `ainotes.ops` uses too. Each begins its messages with the name of the operation that was called.


def whole(operation: str, name: str, value: int, least: int | None = None) -> int:
    """Return a whole number as an int; refuse anything else, and what is below `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{operation}: {name} expects a whole number, got {value!r} ({type(value).__name__})")
    if least is not None and value < least:
        raise ValueError(f"{operation}: {name} expects a whole number of at least {least}, got {value}")
    return int(value)


def pair(operation: str, name: str, value: int | Sequence[int], least: int = 1) -> tuple[int, int]:
    """Return (rows, columns) of one number for both or of a pair."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (whole(operation, name, value, least),) * 2
    if len(value) != 2:
        raise ValueError(f"{operation}: {name} expects one number or a pair (rows, columns), got {value!r}")
    return whole(operation, name, value[0], least), whole(operation, name, value[1], least)


def sides(operation: str, kernel: int, stride: int, padding: int | str, dilation: int) -> tuple[int, int]:
    """Return the pixels of padding before and after a row."""
    kernel = whole(operation, "kernel", kernel, 1)
    stride = whole(operation, "stride", stride, 1)
    reach = whole(operation, "dilation", dilation, 1) * (kernel - 1)
    if not isinstance(padding, str):
        return (whole(operation, "padding", padding, 0),) * 2
    if padding not in PADDINGS:
        raise ValueError(
            f"{operation}: padding expects a number, 'valid', 'same' or 'full', got {padding!r}; "
            f"'same' is what keeps the size, here padding={reach // 2}"
        )
    if padding == "same" and stride != 1:
        raise ValueError(
            f"{operation}: padding 'same' needs a stride of 1, got {stride}; "
            f"padding={reach // 2} gives an output of about size / {stride}"
        )
    # An odd total has its larger half after the row, as in PyTorch.
    return {"valid": (0, 0), "same": (reach // 2, reach - reach // 2), "full": (reach, reach)}[padding]


def places(
    operation: str, size: int, kernel: int, stride: int, before: int, after: int, dilation: int, ceil_mode: bool = False
) -> int:
    """Return how many places a kernel takes on a padded row, at least 1; its other arguments are checked already."""
    size, kernel, stride, dilation = whole(operation, "size", size, 1), int(kernel), int(stride), int(dilation)
    reach = dilation * (kernel - 1) + 1
    padded = size + before + after
    room = padded - reach  # how far the kernel can move
    if ceil_mode:
        room += stride - 1
    count = room // stride + 1
    if ceil_mode and (count - 1) * stride >= size + before:
        count -= 1  # that window would start behind the image
    if count < 1:
        spread = f" with dilation {dilation}" if dilation > 1 else ""
        raise ValueError(
            f"{operation}: a kernel of {kernel}{spread} reaches over {reach} pixels, the padded input has {padded}; "
            f"use a smaller {'kernel or dilation' if dilation > 1 else 'kernel'}, more padding, or a larger input"
        )
    return count


def _layers(operation: str, layers: Layers) -> list[Layer]:
    if isinstance(layers, Layer | str) or not isinstance(layers, Iterable):
        raise TypeError(
            f"{operation}: layers expects a list of Layer objects or tuples, got {layers!r}; "
            "put a single one into a list"
        )
    return [_layer(operation, layer) for layer in layers]


def _layer(operation: str, layer: Layer | Sequence[int]) -> Layer:
    if isinstance(layer, Layer):
        return layer
    if not isinstance(layer, Sequence) or isinstance(layer, str):
        raise TypeError(
            f"{operation}: a layer is a Layer or a tuple (kernel, stride, padding, dilation), got {layer!r}; "
            "write (3,) for a kernel of 3"
        )
    if not 1 <= len(layer) <= 4:
        raise ValueError(
            f"{operation}: a layer's tuple has one to four numbers (kernel, stride, padding, dilation), "
            f"got {len(layer)}: {layer!r}"
        )
    kernel, stride, padding, dilation = (*layer, *DEFAULTS[len(layer) - 1 :])
    return Layer(kernel, stride, padding, dilation)


def _sizes(layers: list[Layer], size: int) -> list[int]:
    """Return the size of the input and of what leaves each layer."""
    sizes = [whole("seen", "size", size, 1)]
    for number, layer in enumerate(layers, start=1):
        before, after = sides("seen", layer.kernel, layer.stride, layer.padding, layer.dilation)
        where = f"seen: layer {number} ({layer.name})"
        sizes.append(places(where, sizes[-1], layer.kernel, layer.stride, before, after, layer.dilation))
    return sizes


def _group(operation: str, in_channels: int, out_channels: int, groups: int) -> int:
    """Return the input channels of one group."""
    groups = whole(operation, "groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if whole(operation, name, channels, 1) % groups:
            raise ValueError(
                f"{operation}: groups must divide {name}, {channels} channels do not make {groups} groups; "
                "use a common divisor of both numbers of channels"
            )
    return int(in_channels) // groups
