"""A trained network, opened layer by layer, on pictures that came with it and on the reader's own drawing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from ainotes.widgets import explorer_given as given
from ainotes.widgets.base import LiveFigure
from ainotes.widgets.export import export
from ainotes.widgets.inputs import between, integers
from ainotes.widgets.stages import named, stages_of

if TYPE_CHECKING:
    from torch import nn

MOST_PARAMETERS = 500_000


class NetworkExplorer(LiveFigure):
    """Every map of every layer of a network, computed in the page for the picture that is chosen, drawn or dropped.

    Point at a map to see its kernels and inputs, at a cell to see its receptive field and the products behind it, at a
    class to see which features voted for it; switch filters off and watch the answer change. The numbers of the network
    travel with the figure, in 16 bits: 2.7 bytes of the page for each parameter.

    Parameters
    ----------
    model : nn.Module
        Convolutions, ReLUs, pooling, flattening, linear layers, batch norm and global average pooling, one after the
        other, of 500,000 parameters at most; returns logits (N, classes). It is copied and stays as it is.
    images : array_like
        (N, H, W), (N, 1, H, W) or (N, 3, H, W), no side longer than 64; uint8, or floats from 0 to 1.
    labels : sequence of int
        The class of each image.
    classes : sequence of str, optional
        Names of the classes, in their order; "class 0" and so on by default.
    mean, std : float or sequence of float
        What the training subtracted from each channel of pictures from 0 to 1, and by what it divided.
    count : int
        How many images the figure keeps to choose from, 24 at most: those of each class in turn.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    chosen : int or None
        Number of the picture among `kept` that is looked at; None for the reader's own. Synchronised, as all below.
    drawing : bytes
        The reader's own picture, C * H * W bytes; empty until there is one. `picture` is what is looked at.
    layer : str
        Name of the module whose output is looked at, as in ``model.named_modules()``.
    map : int
        Number of the map, the feature or, in the last layer, the class.
    cell : list
        Row and column of the cell of that map.
    ablated : list
        [name of a layer, number of a map] pairs: filters that are switched off, so that their maps are zero.
    predicted : int
        The class that the network holds most probable.
    kept : list of int
        Which of the images the figure shows, in its order. Not synchronised.

    Raises
    ------
    ValueError, TypeError
        Where the page cannot run the network, which names the module, or the pictures, labels and names do not fit it.

    Examples
    --------
    >>> from torch import nn
    >>> network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    >>> figure = NetworkExplorer(network, np.zeros((3, 4, 4)), [0, 1, 1], classes=["cat", "dog"])
    >>> figure.kept, [stage["title"] for stage in figure.stages]
    ([0, 1, 2], ['Convolution 3 × 3, ReLU', 'Linear'])
    >>> figure.ablated = [["0", 1]]  # without the second filter
    >>> figure.probabilities.shape
    (2,)
    """

    figure = "explorer"
    shared = ("network", "pictures", "photograph", "stages", "drawing", "maps", "explain")
    layers: Any = traitlets.List().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    stages: Any = traitlets.List().tag(sync=True)
    classes: Any = traitlets.List().tag(sync=True)
    images: Any = traitlets.Dict().tag(sync=True)
    labels: Any = traitlets.List().tag(sync=True)
    mean: Any = traitlets.List().tag(sync=True)
    std: Any = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(0, allow_none=True).tag(sync=True)
    drawing = traitlets.CBytes(b"").tag(sync=True)  # a front end sends a memoryview
    layer = traitlets.Unicode().tag(sync=True)
    map = traitlets.Int(0).tag(sync=True)
    cell: Any = traitlets.List([0, 0]).tag(sync=True)
    ablated: Any = traitlets.List().tag(sync=True)
    predicted = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        model: nn.Module,
        images: Any,
        labels: Any,
        classes: Sequence[str] | None = None,
        *,
        mean: Any = 0.0,
        std: Any = 1.0,
        count: int = 20,
        title: str = "Inside the network",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        pixels = given.pixels(where, images)
        mean, std = given.normalisation(where, pixels.shape[1], mean, std)
        self._page = export(model, pixels.shape[1:], most=MOST_PARAMETERS, where=where)
        stages = stages_of(where, self._page.layers)
        classes = given.class_names(where, classes, self._page.layers[-1]["shape"])
        truths = integers(where, "labels", labels, len(classes))
        if len(truths) != len(pixels):
            raise ValueError(f"{where}: {len(pixels)} images need as many labels, got {len(truths)}")
        self.kept = given.in_turn(truths, between(where, "count", count, 1, 24))
        shown = np.ascontiguousarray(pixels[self.kept])
        first = named(where, "layer", stages, self._page.layers, kwargs.get("layer", stages[0]["name"]))
        stage = next(each for each in stages if each["name"] == first)
        maps = given.outputs(self._page, given.prepared(shown[:1], mean, std))[stage["last"]]
        number, cell = given.strongest(maps.reshape([stage[side] for side in ("count", "rows", "columns")]))
        start = {"layer": first, "map": number, "cell": cell}
        super().__init__(
            layers=self._page.layers,
            weights=self._page.weights,
            stages=stages,
            classes=classes,
            images={"shape": list(shown.shape), "pixels": shown.tobytes()},
            labels=truths[self.kept].tolist(),
            mean=mean,
            std=std,
            title=title,
            **start | kwargs,
        )
        self.answers = [self._shares(picture) for picture in shown]
        self._answer()
        self.alt = self._describe() if alt is None else alt

    @property
    def picture(self) -> np.ndarray:
        """The picture that is looked at: uint8 of shape (C, H, W)."""
        shape = self.images["shape"][1:]
        if self.chosen is None:
            return np.frombuffer(self.drawing, np.uint8).reshape(shape)
        return np.frombuffer(self.images["pixels"], np.uint8).reshape(-1, *shape)[self.chosen]

    @property
    def probabilities(self) -> np.ndarray:
        """What the network makes of `picture`, without what is switched off: a share for each class."""
        return self._shares(self.picture, self.ablated)

    def state(self) -> dict[str, Any]:
        """Return the figure's own traits; the numbers of the network stay base64 in a page until they are needed."""
        return super().state() | {"weights": base64.b64encode(self.weights).decode()}

    def poster(self) -> list[str]:
        """Return the paragraphs that a reader sees where no script runs: the layers, and the answer to each picture."""
        layers = [
            f"{stage['title']} ({stage['name']}): {stage['count']} "
            + (f"maps of {stage['rows']} × {stage['columns']}." if stage["rows"] * stage["columns"] > 1 else "numbers.")
            for stage in self.stages
        ]
        return [self.alt, *layers, *map(self._line, range(len(self.answers)))]

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> int | None:
        where, number = type(self).__name__, proposal["value"]
        if number is None and not self.drawing:
            raise ValueError(f"{where}: chosen is None for the reader's own picture, and there is no drawing yet")
        return None if number is None else between(where, "chosen", number, 0, len(self.labels) - 1)

    @traitlets.validate("drawing")
    def _valid_drawing(self, proposal: Any) -> bytes:
        pixels, shape = bytes(proposal["value"]), self.images["shape"][1:]
        if len(pixels) not in (0, np.prod(shape)):
            raise ValueError(
                f"{type(self).__name__}: drawing expects {np.prod(shape)} bytes, a uint8 picture of shape "
                f"{tuple(shape)}, got {len(pixels)}"
            )
        return pixels

    @traitlets.validate("layer")
    def _valid_layer(self, proposal: Any) -> str:
        return named(type(self).__name__, "layer", self.stages, self.layers, proposal["value"])

    @traitlets.validate("map")
    def _valid_map(self, proposal: Any) -> int:
        return between(type(self).__name__, "map", proposal["value"], 0, self._stage(self.layer)["count"] - 1)

    @traitlets.validate("cell")
    def _valid_cell(self, proposal: Any) -> list[int]:
        stage, cell = self._stage(self.layer), list(proposal["value"])
        if len(cell) != 2:
            raise ValueError(f"{type(self).__name__}: cell is [row, column] of the map that is looked at, got {cell}")
        sides = zip(cell, (stage["rows"], stage["columns"]), strict=True)
        return [between(type(self).__name__, "cell", place, 0, side - 1) for place, side in sides]

    @traitlets.validate("ablated")
    def _valid_ablated(self, proposal: Any) -> list[list[Any]]:
        where, found = type(self).__name__, []
        for pair in proposal["value"]:
            if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
                raise ValueError(f"{where}: ablated is a list of [name of a layer, number of a map], got {pair!r}")
            stage = self._stage(named(where, "the layer of ablated", self.stages, self.layers, pair[0]))
            if not stage["filters"]:
                able = [each["name"] for each in self.stages if each["filters"]]
                raise ValueError(f"{where}: ablated are filters of {able}, not of {stage['name']} ({stage['title']})")
            kept = [stage["name"], between(where, "the map of ablated", pair[1], 0, stage["count"] - 1)]
            found += [kept] if kept not in found else []
        return found

    @traitlets.observe("layer")
    def _stay_inside(self, change: Any) -> None:
        """Another layer may have fewer maps and fewer cells."""
        if not self.stages:
            return
        stage = self._stage(self.layer)
        self.map = min(self.map, stage["count"] - 1)
        sides = zip(self.cell, (stage["rows"], stage["columns"]), strict=True)
        self.cell = [min(place, side - 1) for place, side in sides]

    @traitlets.observe("chosen", "drawing", "ablated")
    def _answer(self, change: Any = None) -> None:
        if self.stages:
            self.predicted = int(self.probabilities.argmax())

    def _stage(self, name: str) -> dict[str, Any]:
        """Return the stage that a module belongs to."""
        first = named(type(self).__name__, "layer", self.stages, self.layers, name)
        return next(stage for stage in self.stages if stage["name"] == first)

    def _shares(self, picture: np.ndarray, ablated: Sequence[Sequence[Any]] = ()) -> np.ndarray:
        off: dict[int, list[int]] = {}
        for name, number in ablated:
            off.setdefault(self._stage(name)["last"], []).append(number)
        images = given.prepared(picture[None], self.mean, self.std)
        logits = given.outputs(self._page, images, off)[-1][0].astype(float)
        parts = np.exp(logits - logits.max())
        return parts / parts.sum()

    def _line(self, number: int) -> str:
        shares, label = self.answers[number], self.classes[self.labels[number]]
        says = f"{self.classes[int(shares.argmax())]}, {100 * shares.max():.1f} %"
        return f"Picture {number + 1}, label {label}: the network says {says}."

    def _describe(self) -> str:
        maps = [f"{stage['count']} of {stage['title']}" for stage in self.stages]
        channels, rows, columns = self.images["shape"][1:]
        first = "" if self.chosen is None else f" {self._line(self.chosen)}"
        return (
            f"A network of {len(maps)} stages on pictures of {rows} × {columns} pixels in {channels} "
            f"channel{'s' * (channels > 1)}, all its maps drawn: {', '.join(maps[:-1])}{' and ' * (len(maps) > 1)}"
            f"{maps[-1]}.{first}"
        )
