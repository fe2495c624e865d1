"""How much two boxes agree: intersection over union, on a grid whose cells can be counted."""

from collections.abc import Sequence
from typing import Any

import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import array, between

SIDES = (4, 12)  # cells of the grid
CORNERS = ("x1", "y1", "x2", "y2")


class OverlapExplorer(LiveFigure):
    """Two boxes to be moved and stretched on a grid; their intersection, their union, and the one over the other.

    Parameters
    ----------
    first, second : sequence of int
        The boxes A and B, (x1, y1, x2, y2) in cells: x counts columns from the left, y rows from the top, and a box
        ends before column x2 and row y2, so that it has (x2 - x1) * (y2 - y1) cells, at least one.
    columns, rows : int
        Cells of the grid, 4 to 12 each way.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    first, second : list
        Synchronised: what the reader does to the boxes reaches Python.

    Raises
    ------
    ValueError, TypeError
        For a number out of its range or no whole number, or a box that has no cell or leaves the grid.

    Notes
    -----
    Source: Everingham et al. (2010), *The PASCAL visual object classes (VOC) challenge*, section 4.2, where a box is
    taken as found from an overlap of 0.5.

    Examples
    --------
    >>> figure = OverlapExplorer(first=(0, 0, 4, 4), second=(2, 0, 6, 4))
    >>> figure.intersection, figure.union, round(figure.iou, 3)
    (8, 24, 0.333)
    """

    figure = "overlap"
    first: Any = traitlets.List().tag(sync=True)
    second: Any = traitlets.List().tag(sync=True)
    columns = traitlets.Int(12).tag(sync=True)
    rows = traitlets.Int(8).tag(sync=True)

    def __init__(
        self,
        first: Sequence[int] = (1, 1, 6, 5),
        second: Sequence[int] = (4, 2, 10, 7),
        *,
        columns: int = 12,
        rows: int = 8,
        title: str = "How much do two boxes agree?",
        alt: str | None = None,
        **kwargs: Any,
    ):
        grid = {"columns": columns, "rows": rows}
        grid = {name: between("OverlapExplorer", name, value, *SIDES) for name, value in grid.items()}
        super().__init__(
            **grid, first=_box("first", first, **grid), second=_box("second", second, **grid), title=title, **kwargs
        )
        self.alt = self._describe() if alt is None else alt

    @property
    def intersection(self) -> int:
        """Cells that lie in both boxes."""
        pairs = zip(self.first, self.second, strict=True)
        left, top, right, bottom = (max(pair) if i < 2 else min(pair) for i, pair in enumerate(pairs))
        return max(0, right - left) * max(0, bottom - top)

    @property
    def union(self) -> int:
        """Cells that lie in one box at least."""
        return _area(self.first) + _area(self.second) - self.intersection

    @property
    def iou(self) -> float:
        """Intersection over union, 0 to 1."""
        return self.intersection / self.union

    @traitlets.validate("first", "second")
    def _valid_box(self, proposal: Any) -> list[int]:
        return _box(proposal["trait"].name, proposal["value"], self.columns, self.rows)

    def _describe(self) -> str:
        boxes = [f"from x {x1} to {x2} and from y {y1} to {y2}" for x1, y1, x2, y2 in (self.first, self.second)]
        return (
            f"Two boxes on a grid of {self.columns} by {self.rows} cells. A reaches {boxes[0]}, B {boxes[1]}. "
            f"{self.intersection} of the {self.union} cells of their union lie in both: an intersection over union of "
            f"{self.iou:.2f}."
        )


def _box(name: str, box: Sequence[int], columns: int, rows: int) -> list[int]:
    """Return a box as a list of four whole numbers that lies on the grid."""
    given = array(box)
    if given.shape != (4,):
        raise ValueError(f"OverlapExplorer: {name} is (x1, y1, x2, y2), got {box!r:.100}")
    ends = (columns, rows, columns, rows)
    x1, y1, x2, y2 = (
        between("OverlapExplorer", f"{corner} of {name}", given[i].item(), 0, ends[i])
        for i, corner in enumerate(CORNERS)
    )
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f"OverlapExplorer: {name} needs x1 < x2 and y1 < y2, got {[x1, y1, x2, y2]}")
    return [x1, y1, x2, y2]


def _area(box: list[int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
