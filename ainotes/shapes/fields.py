"""How much of its input a unit sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .checked import places, sides, whole


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
