"""A kernel that steps over a picture: every output cell shows the products that made it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from ainotes.kernels import KERNELS
from ainotes.shapes import output_size
from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import array
from ainotes.widgets.pictures import named_pictures, one_of, plane

BY_HAND = "by hand"
_MOST_SIDE = 7  # of a kernel: more numbers than that nobody edits
_EDGES = ("vertical edges", "horizontal edges", "diagonal edges", "all edges")
_CHOICES = (*_EDGES, "blur", "sharpen", "emboss", "identity")


class ConvolutionStepper(LiveFigure):
    """A kernel, editable, that stands on a picture; step, play or point, and see the products of the current cell.

    Parameters
    ----------
    images : dict or array_like
        Name -> picture, or one picture: (H, W), (1, H, W), (3, H, W) or (H, W, 3); uint8, or floats from 0 to 1; at
        most 96 pixels a side. Pixels count as numbers from 0 to 1. All have as many channels.
    kernels : dict, optional
        Name -> kernel, (K, K) for every channel alike or (C, K, K); by default the hand-made ones of
        `ainotes.kernels`. All have as many channels as the pictures.
    picture, kernel : str, optional
        Names of those to begin with; the first ones by default.
    stride, padding : int
        1 to 4, and 0 to 4.
    bias : float
        Added to every sum.
    position : int
        Number of the current output cell, in reading order.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    weight : list
        The kernel in use, [C][K][K]. Synchronised, as are `picture`, `kernel` ("by hand" once a number was edited),
        `stride`, `padding`, `bias`, `position` and `reveal` (whether only the cells computed so far are shown).

    Raises
    ------
    ValueError, TypeError
        For pictures or kernels of another shape, an unknown name, or a kernel that does not fit the picture.

    Examples
    --------
    >>> figure = ConvolutionStepper(np.eye(5), kernel="identity")
    >>> figure.output.shape, figure.cell, float(figure.output[0, 0])
    ((3, 3), (0, 0), 1.0)
    """

    figure = "stepper"
    shared = ("arithmetic", "pictures")
    pictures: Any = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    kernels: Any = traitlets.Dict().tag(sync=True)
    kernel = traitlets.Unicode().tag(sync=True)
    weight: Any = traitlets.List().tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=4).tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    reveal = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        images: Any,
        kernels: Mapping[str, Any] | None = None,
        *,
        picture: str | None = None,
        kernel: str | None = None,
        title: str = "A kernel steps over a picture",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        pictures = named_pictures(where, images)
        channels = {each["shape"][0] for each in pictures.values()}
        if len(channels) > 1:
            raise ValueError(f"{where}: all pictures need as many channels, got {sorted(channels)}")
        given = {name: KERNELS[name] for name in _CHOICES} if kernels is None else dict(kernels)
        if not given:
            raise ValueError(f"{where}: kernels expects at least one, name -> numbers, got none")
        weights = {name: _weight(where, name, each, channels.copy().pop()) for name, each in given.items()}
        picture = one_of(where, "picture", next(iter(pictures)) if picture is None else picture, pictures)
        kernel = one_of(where, "kernel", next(iter(weights)) if kernel is None else kernel, weights)
        _fits(where, max(len(each[0]) for each in weights.values()), pictures)
        super().__init__(
            pictures=pictures,
            kernels=weights,
            picture=picture,
            kernel=kernel,
            weight=weights[kernel],
            title=title,
            alt=_describe(pictures, weights, picture, kernel) if alt is None else alt,
            **kwargs,
        )

    @property
    def output(self) -> np.ndarray:
        """The output plane, float64 of shape (H', W'), as torch's ``conv2d`` computes it."""
        image, weight = plane(self.pictures[self.picture]), np.array(self.weight, float)
        sides = ((0, 0), (self.padding,) * 2, (self.padding,) * 2)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, sides), weight.shape[1:], axis=(1, 2))
        return np.einsum("chwij,cij->hw", windows[:, :: self.stride, :: self.stride], weight) + self.bias

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of the current output cell."""
        _, height, width = self.pictures[self.picture]["shape"]
        rows, columns = (
            output_size(size, len(self.weight[0]), stride=self.stride, padding=self.padding) for size in (height, width)
        )
        row, column = divmod(min(self.position, rows * columns - 1), columns)
        return row, column

    @traitlets.validate("picture")
    def _valid_picture(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "picture", proposal["value"], self.pictures)

    @traitlets.validate("kernel")
    def _valid_kernel(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "kernel", proposal["value"], [*self.kernels, BY_HAND])

    @traitlets.validate("weight")
    def _valid_weight(self, proposal: Any) -> list:
        where = type(self).__name__
        weight = _weight(where, "weight", proposal["value"], next(iter(self.pictures.values()))["shape"][0])
        _fits(where, len(weight[0]), self.pictures)
        return weight

    @traitlets.observe("kernel")
    def _take_kernel(self, change: Any) -> None:
        if change["new"] in self.kernels:
            self.weight = self.kernels[change["new"]]

    @traitlets.observe("weight")
    def _name_kernel(self, change: Any) -> None:
        if self.kernel in self.kernels and change["new"] != self.kernels[self.kernel]:
            self.kernel = BY_HAND


def _fits(where: str, side: int, pictures: Mapping[str, Any]) -> None:
    smallest = min(min(each["shape"][1:]) for each in pictures.values())
    if side > smallest:
        raise ValueError(f"{where}: a kernel of {side} needs pictures of at least {side} pixels, got {smallest}")


def _weight(where: str, name: str, numbers: Any, channels: int) -> list[list[list[float]]]:
    given = array(numbers).astype(float)
    if given.ndim == 2:
        given = np.stack([given] * channels)
    if given.ndim != 3 or given.shape[0] != channels or given.shape[1] != given.shape[2]:
        raise ValueError(
            f"{where}: kernel {name!r} expects shape (K, K) or ({channels}, K, K), got {tuple(np.shape(numbers))}"
        )
    if not (1 <= given.shape[1] <= _MOST_SIDE and np.all(np.isfinite(given))):
        raise ValueError(f"{where}: kernel {name!r} expects 1 to {_MOST_SIDE} finite numbers a side, got {given.shape}")
    return given.tolist()


def _describe(pictures: Mapping, weights: Mapping[str, Sequence], picture: str, kernel: str) -> str:
    channels, rows, columns = pictures[picture]["shape"]
    side = len(weights[kernel][0])
    layers = "" if channels == 1 else f" with {channels} channels"
    return (
        f"A picture ({picture}, {rows} rows and {columns} columns{layers}), a {side} by {side} kernel ({kernel}) that "
        f"stands on it, and the output, one sum of products for each place."
    )
