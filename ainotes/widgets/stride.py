"""What kernel, stride, padding and dilation make of a size, cell by cell."""

from typing import Any

import traitlets

from ainotes import shapes
from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import between

LIMITS = {"size": (1, 16), "kernel": (1, 7), "stride": (1, 5), "padding": (0, 4), "dilation": (1, 3)}


class StrideExplorer(LiveFigure):
    """Where the windows of a convolution stand, along a row and on a square, and which pixels none of them sees.

    Parameters
    ----------
    size : int
        Pixels a side of the square input, 1 to 16.
    kernel, stride, padding, dilation : int
        1 to 7, 1 to 5, 0 to 4 and 1 to 3. They may be such that the kernel does not fit: the figure then says so.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    cell : list
        Row and column of the output cell whose window is shown; the last one where the output is smaller.
        Synchronised, as are the five numbers.

    Raises
    ------
    ValueError, TypeError
        For a number out of its range, or no whole number.

    Notes
    -----
    Source: Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, relationship 6.

    Examples
    --------
    >>> figure = StrideExplorer(size=8, kernel=3, stride=2)
    >>> figure.output_size, figure.unseen
    (3, [7])
    """

    figure = "stride"
    shared = ("arithmetic", "pictures")
    size = traitlets.Int(8).tag(sync=True)
    kernel = traitlets.Int(3).tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    padding = traitlets.Int(0).tag(sync=True)
    dilation = traitlets.Int(1).tag(sync=True)
    cell: Any = traitlets.List([0, 0]).tag(sync=True)

    def __init__(
        self,
        size: int = 8,
        kernel: int = 3,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        *,
        title: str = "How big is the output?",
        alt: str | None = None,
        **kwargs: Any,
    ):
        given = {"size": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        numbers = {name: between("StrideExplorer", name, value, *LIMITS[name]) for name, value in given.items()}
        super().__init__(**numbers, title=title, alt=_describe(numbers) if alt is None else alt, **kwargs)

    @property
    def output_size(self) -> int:
        """Cells a side of the output; 0 where the kernel does not fit, as PyTorch raises an error there."""
        return _output_size(self._numbers)

    @property
    def unseen(self) -> list[int]:
        """The pixels of a row that no window touches, from 0; all of them where the kernel does not fit."""
        return _unseen(self._numbers)

    @property
    def _numbers(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in LIMITS}

    @traitlets.validate(*LIMITS)
    def _valid_number(self, proposal: Any) -> int:
        name = proposal["trait"].name
        return between(type(self).__name__, name, proposal["value"], *LIMITS[name])

    @traitlets.validate("cell")
    def _valid_cell(self, proposal: Any) -> list[int]:
        cell = list(proposal["value"])
        if len(cell) != 2:
            raise ValueError(f"{type(self).__name__}: cell is [row, column] of the output, got {cell}")
        most = LIMITS["size"][1] + 2 * LIMITS["padding"][1] - 1
        return [between(type(self).__name__, "cell", each, 0, most) for each in cell]


def _output_size(numbers: dict[str, int]) -> int:
    size, kernel, stride, padding, dilation = (numbers[name] for name in LIMITS)
    try:
        return shapes.output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
    except ValueError:  # the numbers are in range, so it is the kernel that does not fit
        return 0


def _unseen(numbers: dict[str, int]) -> list[int]:
    starts = [place * numbers["stride"] - numbers["padding"] for place in range(_output_size(numbers))]
    seen = {start + tap * numbers["dilation"] for start in starts for tap in range(numbers["kernel"])}
    return [pixel for pixel in range(numbers["size"]) if pixel not in seen]


def _describe(numbers: dict[str, int]) -> str:
    output, missed = _output_size(numbers), _unseen(numbers)
    text = (
        f"A kernel of {numbers['kernel']}, stride {numbers['stride']}, padding {numbers['padding']} and dilation "
        f"{numbers['dilation']} on an input of {numbers['size']} by {numbers['size']} pixels"
    )
    if not output:
        return f"{text}: it does not fit."
    names = f"pixel{'s' * (len(missed) > 1)} {', '.join(map(str, missed))}"
    lost = f"no window sees {names} of a row" if missed else "every pixel is seen"
    return f"{text}: the output has {output} by {output} cells, and {lost}."
