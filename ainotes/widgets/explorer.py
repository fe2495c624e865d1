"""A trained network, opened layer by layer, on pictures that came with it and on the reader's own drawing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.export import PageNetwork, export
from ainotes.widgets.inputs import array, between, integers, names, positive
from ainotes.widgets.sprite import as_uint8
from ainotes.widgets.stages import named, stages_of

if TYPE_CHECKING:
    from torch import nn

MOST_PARAMETERS = 500_000
LONGEST = 64  # pixels of a side


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
    drawing = traitlets.Bytes(b"").tag(sync=True)
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
        pixels = _pixels(where, images)
        mean, std = _normalisation(where, pixels.shape[1], mean, std)
        page = export(model, pixels.shape[1:], most=MOST_PARAMETERS, where=where)
        stages = stages_of(where, page.layers)
        classes = _classes(where, classes, page.layers[-1]["shape"])
        truths = integers(where, "labels", labels, len(classes))
        if len(truths) != len(pixels):
            raise ValueError(f"{where}: {len(pixels)} images need as many labels, got {len(truths)}")
        self.kept = _in_turn(truths, between(where, "count", count, 1, 24))
        shown = np.ascontiguousarray(pixels[self.kept])
        self._page = page
        start = _strongest(page, stages[0], _prepared(shown[:1], mean, std))
        super().__init__(
            layers=page.layers,
            weights=page.weights,
            stages=stages,
            classes=classes,
            images={"shape": list(shown.shape), "pixels": shown.tobytes()},
            labels=truths[self.kept].tolist(),
            mean=mean,
            std=std,
            title=title,
            **{"layer": stages[0]["name"]} | start | kwargs,
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
        """What the network makes of the picture that is looked at, without what is switched off: float of (classes,)."""
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
        number, last = proposal["value"], len(self.labels) - 1
        if number is None and not self.drawing:
            raise ValueError(
                f"{type(self).__name__}: chosen is None for the reader's own picture, and there is none yet"
            )
        return None if number is None else between(type(self).__name__, "chosen", number, 0, last)

    @traitlets.validate("drawing")
    def _valid_drawing(self, proposal: Any) -> bytes:
        given, shape = bytes(proposal["value"]), self.images["shape"][1:]
        if len(given) not in (0, np.prod(shape)):
            raise ValueError(f"{type(self).__name__}: drawing expects the bytes of a uint8 picture {tuple(shape)}")
        return given

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
        self.cell = [
            min(place, side - 1) for place, side in zip(self.cell, (stage["rows"], stage["columns"]), strict=True)
        ]

    @traitlets.observe("chosen", "drawing", "ablated")
    def _answer(self, change: Any = None) -> None:
        if self.stages:
            self.predicted = int(self.probabilities.argmax())

    def _stage(self, name: str) -> dict[str, Any]:
        return next(stage for stage in self.stages if stage["name"] == name)

    def _shares(self, picture: np.ndarray, ablated: Sequence[Sequence[Any]] = ()) -> np.ndarray:
        off = {self._stage(name)["last"]: [] for name, _ in ablated}
        for name, number in ablated:
            off[self._stage(name)["last"]].append(number)
        logits = _outputs(self._page, _prepared(picture[None], self.mean, self.std), off)[-1][0].astype(float)
        parts = np.exp(logits - logits.max())
        return parts / parts.sum()

    def _line(self, number: int) -> str:
        shares, label = self.answers[number], self.classes[self.labels[number]]
        best = int(shares.argmax())
        return (
            f"Picture {number + 1}, label {label}: the network says {self.classes[best]}, {100 * shares[best]:.1f} %."
        )

    def _describe(self) -> str:
        maps = [f"{stage['count']} of {stage['title']}" for stage in self.stages]
        channels, rows, columns = self.images["shape"][1:]
        first = "" if self.chosen is None else f" {self._line(self.chosen)}"
        return (
            f"A network of {len(maps)} stages on pictures of {rows} × {columns} pixels in {channels} "
            f"channel{'s' * (channels > 1)}, all its maps drawn: {', '.join(maps[:-1])}{' and ' * (len(maps) > 1)}"
            f"{maps[-1]}.{first}"
        )


def _pixels(where: str, images: Any) -> np.ndarray:
    """Return the images as uint8 (N, C, H, W)."""
    given = array(images)
    if 0 in given.shape:
        raise ValueError(f"{where}: images expects one picture at least, got shape {given.shape}")
    pixels = as_uint8(given)
    pixels = pixels[:, None] if pixels.ndim == 3 else np.moveaxis(pixels, 3, 1)
    if max(pixels.shape[2:]) > LONGEST:
        raise ValueError(
            f"{where}: images may have {LONGEST} rows and columns at most, got {pixels.shape[2]} by {pixels.shape[3]}; "
            "all maps of larger ones are more than a page shows at once"
        )
    return pixels


def _normalisation(where: str, channels: int, mean: Any, std: Any) -> tuple[list[float], list[float]]:
    given = {}
    for name, value in (("mean", mean), ("std", std)):
        numbers = np.ravel(array(value)).astype(float)
        if len(numbers) not in (1, channels) or not np.isfinite(numbers).all():
            raise ValueError(f"{where}: {name} expects a number, or {channels}, one a channel, got {numbers.tolist()}")
        given[name] = np.broadcast_to(numbers, channels).tolist()
    if min(given["std"]) <= 0:
        raise ValueError(f"{where}: std expects numbers above 0, got {given['std']}")
    return given["mean"], given["std"]


def _classes(where: str, classes: Sequence[str] | None, shape: list[int]) -> list[str]:
    if len(shape) != 1:
        raise ValueError(
            f"{where}: the network must return a row of logits for each image, and it returns numbers of shape {shape}; "
            "end it with nn.Flatten(), or global average pooling and nn.Flatten()"
        )
    count = positive(where, "logits", shape[0])
    known = [f"class {number}" for number in range(count)] if classes is None else names(where, "classes", classes, 1)
    if len(known) != count:
        raise ValueError(f"{where}: {len(known)} classes need as many logits for an image, the network returns {count}")
    return known


def _in_turn(labels: np.ndarray, count: int) -> list[int]:
    """Return which images to keep: the first of each class, the second of each, and so on, `count` at most."""
    rank = np.zeros(len(labels), int)
    for label in np.unique(labels):
        of_class = labels == label
        rank[of_class] = np.arange(of_class.sum())
    return np.lexsort((np.arange(len(labels)), labels, rank))[:count].tolist()


def _prepared(pixels: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """Return uint8 pictures (N, C, H, W) as the network takes them: float32."""
    columns = [np.array(each, np.float32)[:, None, None] for each in (mean, std)]
    return (pixels.astype(np.float32) / np.float32(255) - columns[0]) / columns[1]


def _outputs(page: PageNetwork, images: np.ndarray, off: dict[int, list[int]]) -> list[np.ndarray]:
    """Return what leaves each layer, the input first; maps in `off`, by the place of their layer, are zero."""
    import torch

    found = [torch.from_numpy(np.ascontiguousarray(images))]
    with torch.inference_mode():
        for place, layer in enumerate(page.layers[1:], start=1):
            maps = page.twin.get_submodule(layer["name"])(found[-1].clone())  # a ReLU may work in place
            maps[:, off.get(place, [])] = 0
            found.append(maps)
    return [maps.numpy() for maps in found]


def _strongest(page: PageNetwork, stage: dict[str, Any], images: np.ndarray) -> dict[str, Any]:
    """Return the map and the cell of a stage that answer most, to begin with."""
    maps = _outputs(page, images, {})[stage["last"]][0].reshape(stage["count"], stage["rows"], stage["columns"])
    number, row, column = np.unravel_index(int(maps.argmax()), maps.shape)
    return {"map": int(number), "cell": [int(row), int(column)]}
