"""A stack of layers, and what one unit of it sees of the input."""

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from ainotes import shapes
from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import between
from ainotes.widgets.pictures import named_pictures, one_of

KINDS = ("conv", "max pool", "average pool")
LIMITS = {"kernel": (1, 15), "stride": (1, 8), "padding": (0, 16), "dilation": (1, 16)}
MOST_LAYERS, MOST_SIZE = 8, 64


class ReceptiveFieldExplorer(LiveFigure):
    """Convolutions and poolings on top of each other, editable, and the pixels that one unit depends on.

    Parameters
    ----------
    layers : sequence
        1 to 8, from the input upwards: `ainotes.shapes.Layer` objects, dicts, or tuples (kernel, stride, padding,
        dilation) of which the last ones may be missing. The names of layers are "conv", "max pool" and "average pool"
        ("conv" by default). They may be such that one does not fit: the figure then says which, and why.
    size : int
        Pixels a side of the square input, 1 to 64.
    image : array_like, optional
        What to show as the input: (size, size), (1, size, size), (3, size, size) or (size, size, 3); uint8, or floats
        from 0 to 1. By default an empty grid.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    depth : int
        Number of the layer whose unit is looked at, from 1; the last one to begin with. Synchronised, as are `layers`
        (a list of dicts with name, kernel, stride, padding and dilation) and `unit`.
    unit : list
        Row and column of the unit; to begin with the one in the middle. The last one where the layer is smaller.

    Raises
    ------
    ValueError, TypeError
        For an unknown name, a number out of its range, too many layers, a padding or dilation that PyTorch refuses
        for a pooling, or an image of another size.

    Notes
    -----
    Source: Araujo, Norris and Sim (2019), *Computing receptive fields of convolutional neural networks*, Distill.

    Examples
    --------
    >>> figure = ReceptiveFieldExplorer([(3,), (2, 2), (3,)], size=14)
    >>> figure.field
    Field(size=8, jump=2, start=0)
    >>> figure.unit, figure.seen_rows
    ([2, 2], [4, 5, 6, 7, 8, 9, 10, 11])
    """

    figure = "receptive"
    shared = ("pictures",)
    layers: Any = traitlets.List().tag(sync=True)
    size = traitlets.Int(28).tag(sync=True)
    image: Any = traitlets.Dict().tag(sync=True)
    depth = traitlets.Int(1).tag(sync=True)
    unit: Any = traitlets.List([0, 0]).tag(sync=True)

    def __init__(
        self,
        layers: Sequence[Any],
        size: int = 28,
        image: Any = None,
        *,
        title: str = "How far does a unit see?",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = "ReceptiveFieldExplorer"
        stack = _stack(where, layers)
        size = between(where, "size", size, 1, MOST_SIZE)
        picture = {} if image is None else named_pictures(where, image)["picture"]
        if picture and picture["shape"][1:] != [size, size]:
            raise ValueError(
                f"{where}: the image has {picture['shape'][1]} rows and {picture['shape'][2]} columns, and size is "
                f"{size}; give a square image and its size, at most {MOST_SIZE}"
            )
        places = _sizes(stack, size)
        start = {"depth": len(stack), "unit": [places[-1] // 2] * 2}
        super().__init__(
            layers=stack,
            size=size,
            image=picture,
            title=title,
            alt=_describe(stack, places) if alt is None else alt,
            **start | kwargs,
        )

    @property
    def field(self) -> shapes.Field:
        """Size, jump and start of what a unit of the looked-at layer sees, along one side.

        Where a layer does not fit, those of the last one below it.
        """
        looked_at = _as_layers(self.layers)[: self._depth]
        return shapes.receptive_fields(looked_at)[-1] if looked_at else shapes.Field(size=1, jump=1, start=0)

    @property
    def seen_rows(self) -> list[int]:
        """The rows of the input that the unit depends on; holes and padding are left out."""
        return self._seen(self.unit[0])

    @property
    def seen_columns(self) -> list[int]:
        """The columns of the input that the unit depends on."""
        return self._seen(self.unit[1])

    @property
    def _depth(self) -> int:
        return min(self.depth, len(_sizes(self.layers, self.size)) - 1)

    def _seen(self, place: int) -> list[int]:
        last = _sizes(self.layers, self.size)[self._depth] - 1
        return shapes.seen(_as_layers(self.layers)[: self._depth], min(place, last), self.size)[0]

    @traitlets.validate("layers")
    def _valid_layers(self, proposal: Any) -> list[dict]:
        return _stack(type(self).__name__, proposal["value"])

    @traitlets.validate("depth")
    def _valid_depth(self, proposal: Any) -> int:
        return between(type(self).__name__, "depth", proposal["value"], 1, MOST_LAYERS)

    @traitlets.validate("unit")
    def _valid_unit(self, proposal: Any) -> list[int]:
        unit, most = list(proposal["value"]), MOST_SIZE + 2 * sum(LIMITS["padding"]) * MOST_LAYERS
        if len(unit) != 2:
            raise ValueError(f"{type(self).__name__}: unit is [row, column] of the looked-at layer, got {unit}")
        return [between(type(self).__name__, "unit", each, 0, most) for each in unit]


def _stack(where: str, layers: Any) -> list[dict]:
    if isinstance(layers, (str, Mapping)) or not isinstance(layers, Sequence):
        raise TypeError(f"{where}: layers expects a list of Layer objects, dicts or tuples, got {layers!r:.100}")
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"{where}: layers expects 1 to {MOST_LAYERS}, got {len(layers)}")
    return [_layer(f"{where}: layer {number}", layer) for number, layer in enumerate(layers, start=1)]


def _layer(where: str, layer: Any) -> dict:
    """Return a layer as the figure sends it; refuse what PyTorch would."""
    given = {"name": "conv", "stride": 1, "padding": 0, "dilation": 1} | _fields(where, layer)
    checked: dict = {"name": one_of(where, "name", given["name"], KINDS)}
    for name, limits in LIMITS.items():
        checked[name] = between(where, name, given[name], *limits)
    if checked["name"] == "average pool" and checked["dilation"] > 1:
        raise ValueError(f"{where}: average pooling has no dilation, got {checked['dilation']}; use 'max pool' or 1")
    if checked["name"] != "conv" and checked["padding"] > checked["kernel"] // 2:
        raise ValueError(
            f"{where}: a pooling's padding is at most half its window of {checked['kernel']}, got {checked['padding']}"
        )
    return checked


def _fields(where: str, layer: Any) -> dict:
    if isinstance(layer, shapes.Layer):
        return {name: getattr(layer, name) for name in ("name", *LIMITS)} | {"padding": _padding(where, layer)}
    if isinstance(layer, Mapping) and "kernel" in layer and set(layer) <= {"name", *LIMITS}:
        return dict(layer)
    if isinstance(layer, Sequence) and not isinstance(layer, str) and 1 <= len(layer) <= len(LIMITS):
        return dict(zip(LIMITS, layer, strict=False))
    raise TypeError(
        f"{where} expects a Layer, a tuple (kernel, stride, padding, dilation), or a dict with 'kernel' and any of "
        f"'name', 'stride', 'padding' and 'dilation', got {layer!r:.100}"
    )


def _padding(where: str, layer: shapes.Layer) -> int:
    reach = layer.dilation * (layer.kernel - 1)
    if layer.padding == "same" and reach % 2:
        raise ValueError(
            f"{where}: padding 'same' of a kernel of {layer.kernel} differs on its two sides; give a number of pixels"
        )
    return layer.before


def _as_layers(stack: Sequence[Mapping]) -> list[shapes.Layer]:
    return [shapes.Layer(**layer) for layer in stack]


def _sizes(stack: Sequence[Mapping], size: int) -> list[int]:
    """Return the size of the input and of what leaves each layer, up to the first one that does not fit."""
    found = [size]
    for layer in stack:
        numbers = {name: layer[name] for name in ("stride", "padding", "dilation")}
        try:
            found.append(shapes.output_size(found[-1], layer["kernel"], **numbers))
        except ValueError:  # the numbers were checked, so it is the kernel that does not fit
            break
    return found


def _describe(stack: Sequence[Mapping], places: list[int]) -> str:
    names = ", ".join(f"{layer['name']} {layer['kernel']}" for layer in stack)
    count = f"{len(stack)} layer{'s' * (len(stack) > 1)}"
    text = f"A stack of {count} ({names}) on an input of {places[0]} by {places[0]} pixels"
    if len(places) <= len(stack):
        return f"{text}: layer {len(places)} does not fit."
    field = shapes.receptive_fields(_as_layers(stack))[-1]
    return (
        f"{text}. A unit of the last layer has a receptive field of {field.size} by {field.size} pixels, and "
        f"neighbouring units stand {field.jump} pixel{'s' * (field.jump > 1)} apart."
    )
