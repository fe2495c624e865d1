"""What pooling does to a picture: to its shape, and to a shift of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from ainotes.shapes import output_size
from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import positive
from ainotes.widgets.pictures import named_pictures, one_of, plane

KINDS = ("max", "average")
_MOST = 6  # pixels of a window's side and of a stride
_FURTHEST = 3  # pixels of a shift


class PoolingExplorer(LiveFigure):
    """A picture and what is left of it after pooling, window by window; move the picture and compare what changes.

    Parameters
    ----------
    images : dict or array_like
        Name -> picture, or one picture: (H, W), (1, H, W), (3, H, W) or (H, W, 3); uint8, or floats from 0 to 1; at
        most 96 pixels a side. Pixels count as numbers from 0 to 1. All have as many channels; each is pooled by itself.
    picture : str, optional
        Name of the one to begin with; the first one by default.
    kind : str
        "max" or "average".
    kernel : int
        Side of the window, 1 to 6 pixels.
    stride : int, optional
        How far the window moves each time, 1 to 6 pixels; as far as it is wide by default, as in PyTorch.
    shift : pair of int
        How far the picture is moved, [down, right], each from -3 to 3 pixels. Zeros come in.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    cell : list
        Row and column of the current output cell, no further than the last one. Synchronised, as are `picture`, `kind`,
        `kernel`, `stride` and `shift`. In the figure, the stride follows the window for as long as the two are equal.

    Raises
    ------
    ValueError, TypeError
        For pictures of another shape, an unknown name or kind, a number out of range, or a window that does not fit.

    Examples
    --------
    >>> figure = PoolingExplorer(np.eye(4), kind="max", kernel=2, shift=(0, 1))
    >>> figure.output.tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    >>> figure.change
    {'input': 1.75, 'pooled': 0.5, 'thinned': 1.0}
    """

    figure = "pooling"
    shared = ("pictures",)
    pictures: Any = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode("max").tag(sync=True)
    kernel = traitlets.Int(2).tag(sync=True)
    stride = traitlets.Int(2).tag(sync=True)
    shift: Any = traitlets.List([0, 0]).tag(sync=True)
    cell: Any = traitlets.List([0, 0]).tag(sync=True)

    def __init__(
        self,
        images: Any,
        *,
        picture: str | None = None,
        kind: str = "max",
        kernel: int = 2,
        stride: int | None = None,
        shift: Any = (0, 0),
        title: str = "Pooling makes a picture smaller",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        pictures = named_pictures(where, images)
        channels = {each["shape"][0] for each in pictures.values()}
        if len(channels) > 1:
            raise ValueError(f"{where}: all pictures need as many channels, got {sorted(channels)}")
        picture = one_of(where, "picture", next(iter(pictures)) if picture is None else picture, pictures)
        kernel = _side(where, "kernel", kernel)
        super().__init__(
            pictures=pictures,
            picture=picture,
            kind=kind,
            kernel=kernel,
            stride=kernel if stride is None else stride,
            shift=list(shift),
            title=title,
            **kwargs,
        )
        self.alt = self._describe() if alt is None else alt

    @property
    def output(self) -> np.ndarray:
        """The pooled picture, float64 of shape (H', W'), or (3, H', W') of a colour picture, as torch computes it."""
        pooled = self._pooled(self._moved())
        return pooled[0] if len(pooled) == 1 else pooled

    @property
    def change(self) -> dict[str, float]:
        """How much the shift changes: the sum of the absolute differences, by the sum of what is not shifted.

        Of the picture ("input"), of what is pooled of it ("pooled"), and of every stride-th pixel of it, without
        pooling ("thinned"). 0 is no change; pictures of one sum that share nothing give 2. nan where the sum is 0.
        """
        still, moved, step = plane(self.pictures[self.picture]), self._moved(), self.stride
        return {
            "input": _change(still, moved),
            "pooled": _change(self._pooled(still), self._pooled(moved)),
            "thinned": _change(still[:, ::step, ::step], moved[:, ::step, ::step]),
        }

    def _moved(self) -> np.ndarray:
        image, (down, right) = plane(self.pictures[self.picture]), self.shift
        _, height, width = image.shape
        wide = np.pad(image, ((0, 0), (_FURTHEST,) * 2, (_FURTHEST,) * 2))
        top, left = _FURTHEST - down, _FURTHEST - right
        return wide[:, top : top + height, left : left + width]

    def _pooled(self, image: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(image, (self.kernel,) * 2, axis=(1, 2))
        windows = windows[:, :: self.stride, :: self.stride]
        return windows.max((3, 4)) if self.kind == "max" else windows.mean((3, 4))

    @traitlets.validate("picture")
    def _valid_picture(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "picture", proposal["value"], self.pictures)

    @traitlets.validate("kind")
    def _valid_kind(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "kind", proposal["value"], KINDS)

    @traitlets.validate("kernel", "stride")
    def _valid_side(self, proposal: Any) -> int:
        where, name = type(self).__name__, proposal["trait"].name
        side = _side(where, name, proposal["value"])
        smallest = min(min(each["shape"][1:]) for each in self.pictures.values())
        if name == "kernel" and side > smallest:
            raise ValueError(f"{where}: a window of {side} needs pictures of at least {side} pixels, got {smallest}")
        return side

    @traitlets.validate("shift", "cell")
    def _valid_pair(self, proposal: Any) -> list[int]:
        where, name, pair = type(self).__name__, proposal["trait"].name, list(proposal["value"])
        if len(pair) != 2 or not all(isinstance(each, int | np.integer) for each in pair):
            raise TypeError(f"{where}: {name} expects two whole numbers, rows and columns, got {pair}")
        if name == "shift" and max(map(abs, pair)) > _FURTHEST:
            raise ValueError(f"{where}: shift expects -{_FURTHEST} to {_FURTHEST} rows and columns, got {pair}")
        if name == "cell" and min(pair) < 0:
            raise ValueError(f"{where}: cell expects a row and a column from 0 on, got {pair}")
        return [int(each) for each in pair]

    def _describe(self) -> str:
        channels, rows, columns = self.pictures[self.picture]["shape"]
        tall, wide = (output_size(size, self.kernel, stride=self.stride) for size in (rows, columns))
        colour = " in colour" if channels == 3 else ""
        return (
            f"A picture ({self.picture}, {rows} rows and {columns} columns{colour}) beside what {self.kind} pooling "
            f"leaves of it, {tall} rows and {wide} columns, with windows of {self.kernel} by {self.kernel} and a "
            f"stride of {self.stride}; and bars that say how much a shift changes "
            f"both{_percentages(self.shift, self.change)}."
        )


def _side(where: str, name: str, value: Any) -> int:
    side = positive(where, name, value)
    if side > _MOST:
        raise ValueError(f"{where}: {name} expects 1 to {_MOST} pixels, got {side}")
    return side


def _change(still: np.ndarray, moved: np.ndarray) -> float:
    total = float(still.sum())
    return float(np.abs(moved - still).sum()) / total if total else float("nan")


def _percentages(shift: list[int], change: Mapping[str, float]) -> str:
    if shift == [0, 0] or not np.isfinite(list(change.values())).all():
        return ""
    down, right = shift
    return (
        f": after {down} down and {right} right, the picture in {100 * change['input']:.0f} % and the pooled one in "
        f"{100 * change['pooled']:.0f} %"
    )
