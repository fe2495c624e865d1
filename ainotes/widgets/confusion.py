"""A confusion matrix that opens: choose a cell and see its images."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import array, integers, names, positive
from ainotes.widgets.sprite import as_uint8, small, sprite

SPRITE_CHARACTERS = 120_000  # of the data URI, at most
_COLUMNS = 16


class ConfusionExplorer(LiveFigure):
    """The confusion matrix as a table; a chosen cell shows some of its images and how sure the model was.

    Parameters
    ----------
    labels, predictions : array_like of int, shape (N,)
        True and predicted class of each sample, 0 to ``len(classes) - 1``.
    classes : sequence of str
        Names of the classes, in their order.
    images : array_like
        (N, H, W), (N, 1, H, W) or (N, 3, H, W); uint8, or floats from 0 to 1. As many of each cell are sent to the
        page as fit into about 120 kB; images larger than 64 pixels are scaled down.
    probabilities : array_like of float, optional
        (N, classes), or (N,): of the predicted class. With them each cell shows its most certain samples first.
    per_cell : int
        How many images a cell shows at most.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    cell : list
        Row (true class) and column (prediction) of the chosen cell. Synchronised, as is `percent` (whether the table
        shows shares of the row instead of counts).
    matrix : list of list of int
        Rows are true classes, columns predictions.

    Raises
    ------
    ValueError, TypeError
        Where lengths or shapes do not fit, or a number is out of range.

    Examples
    --------
    >>> figure = ConfusionExplorer([0, 0, 1], [0, 1, 1], ["cat", "dog"], images=np.zeros((3, 8, 8), np.uint8))
    >>> figure.matrix, figure.cell
    ([[1, 1], [0, 1]], [0, 1])
    """

    figure = "confusion"
    classes: Any = traitlets.List().tag(sync=True)
    matrix: Any = traitlets.List().tag(sync=True)
    cell: Any = traitlets.List().tag(sync=True)
    percent = traitlets.Bool(False).tag(sync=True)
    samples: Any = traitlets.List().tag(sync=True)  # per row and column: [position in the sprite, sample, probability]
    sprite = traitlets.Unicode().tag(sync=True)
    tile: Any = traitlets.List().tag(sync=True)  # height and width in pixels
    columns = traitlets.Int(_COLUMNS).tag(sync=True)
    count = traitlets.Int().tag(sync=True)  # of images in the sprite
    sure = traitlets.Bool().tag(sync=True)  # whether there are probabilities

    def __init__(
        self,
        labels: Any,
        predictions: Any,
        classes: Sequence[str],
        images: Any,
        probabilities: Any = None,
        *,
        per_cell: int = 8,
        title: str = "Where the model is right, and what it mixes up",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = "ConfusionExplorer"
        classes = names(where, "classes", classes, least=2)
        labels = integers(where, "labels", labels, len(classes))
        predictions = integers(where, "predictions", predictions, len(classes), length=len(labels))
        sure = _certainty(probabilities, predictions, len(classes))
        pixels = as_uint8(array(images))
        if len(pixels) != len(labels):
            raise ValueError(f"{where}: {len(labels)} labels need as many images, got {len(pixels)}")
        matrix = np.zeros((len(classes), len(classes)), int)
        np.add.at(matrix, (labels, predictions), 1)
        tiles, samples, sheet = _choose(
            labels, predictions, sure, pixels, matrix, positive(where, "per_cell", per_cell)
        )
        super().__init__(
            classes=classes,
            matrix=matrix.tolist(),
            cell=_first_cell(matrix),
            samples=samples,
            sprite=sheet,
            tile=list(tiles.shape[1:3]),
            count=len(tiles),
            sure=sure is not None,
            title=title,
            alt=_describe(matrix, classes) if alt is None else alt,
            **kwargs,
        )

    @property
    def accuracy(self) -> float:
        """Fraction of the samples that are on the diagonal; nan without samples."""
        matrix = np.array(self.matrix)
        return float(np.trace(matrix) / matrix.sum()) if matrix.sum() else float("nan")

    @traitlets.validate("cell")
    def _valid_cell(self, proposal: Any) -> list[int]:
        cell, size = list(proposal["value"]), len(self.classes)
        if len(cell) != 2 or not all(isinstance(i, int) and 0 <= i < size for i in cell):
            raise ValueError(f"ConfusionExplorer: cell is [row, column], each from 0 to {size - 1}, got {cell}")
        return cell


def _certainty(probabilities: Any, predictions: np.ndarray, classes: int) -> np.ndarray | None:
    """Return the probability of each prediction, shape (N,)."""
    if probabilities is None:
        return None
    given = array(probabilities).astype(float)
    if given.shape not in ((len(predictions),), (len(predictions), classes)):
        raise ValueError(
            f"ConfusionExplorer: probabilities expect shape ({len(predictions)}, {classes}) or ({len(predictions)},), "
            f"got {given.shape}"
        )
    if not np.all((given >= 0) & (given <= 1 + 1e-4)):
        raise ValueError(
            "ConfusionExplorer: probabilities lie between 0 and 1, "
            f"got {given.min():g} to {given.max():g}; apply softmax to logits first"
        )
    return given if given.ndim == 1 else given[np.arange(len(given)), predictions]


def _choose(labels, predictions, sure, pixels, matrix: np.ndarray, per_cell: int):
    """Choose samples of each cell: as many as fit into the sprite, and smaller ones where one each is too much.

    Returns
    -------
    tuple
        The chosen images, the samples of each cell, and the sprite's data URI.
    """
    order = np.arange(len(labels)) if sure is None else np.argsort(-sure, kind="stable")
    pairs = labels[order] * len(matrix) + predictions[order]
    inside = [[order[pairs == i * len(matrix) + j] for j in range(len(matrix))] for i in range(len(matrix))]

    def attempt(total: int, side: int):
        quota = _quotas(matrix, per_cell, total)
        cells = [[cell[:count] for cell, count in zip(*row, strict=True)] for row in zip(inside, quota, strict=True)]
        kept = [int(index) for row in cells for cell in row for index in cell]
        tiles = small(pixels[kept], side)
        return cells, kept, tiles, sprite(tiles, _COLUMNS) if kept else ""

    least, most = int(np.count_nonzero(matrix)), int(np.minimum(matrix, per_cell).sum())
    for side in (64, 32, 16, 8):
        found = attempt(least, side)
        if len(found[3]) <= SPRITE_CHARACTERS:
            break
    total = int(least * SPRITE_CHARACTERS / max(1, len(found[3])))
    while (total := min(total, most)) > least:
        larger = attempt(total, side)
        if len(larger[3]) <= SPRITE_CHARACTERS:
            found = larger
            break
        total = min(total - 1, int(total * SPRITE_CHARACTERS / len(larger[3])))
    cells, kept, tiles, sheet = found
    position = {index: i for i, index in enumerate(kept)}

    def sample(index: int) -> list:
        return [position[index], index, None if sure is None else round(float(sure[index]), 4)]

    return tiles, [[[sample(int(index)) for index in cell] for cell in row] for row in cells], sheet


def _quotas(matrix: np.ndarray, per_cell: int, total: int) -> np.ndarray:
    """Share `total` images between the cells: one each, then all of the largest mix-ups', then some of the others'."""
    mistakes = matrix - np.diag(np.diag(matrix))
    largest = np.argsort(-mistakes, axis=None, kind="stable")
    right = np.flatnonzero(np.eye(len(matrix)))
    half = min(4, per_cell)
    stages = [(largest[:6], per_cell), (right, half), (largest, half), (largest, per_cell), (right, per_cell)]
    quota = np.minimum(matrix, 1)
    for cells, wanted in stages:
        for cell in cells:
            have, room = int(quota.flat[cell]), max(0, total - int(quota.sum()))
            quota.flat[cell] = min(max(have, min(wanted, int(matrix.flat[cell]))), have + room)
    return quota


def _first_cell(matrix: np.ndarray) -> list[int]:
    """Return the largest mix-up, or the first cell where there is none."""
    mistakes = matrix - np.diag(np.diag(matrix))
    return [int(i) for i in np.unravel_index(np.argmax(mistakes), matrix.shape)]


def _describe(matrix: np.ndarray, classes: list[str]) -> str:
    total = int(matrix.sum())
    if not total:
        return f"A confusion matrix of {len(classes)} classes without samples."
    text = (
        f"A confusion matrix of {len(classes)} classes and {total} samples: "
        f"{100 * np.trace(matrix) / total:.1f} % are on the diagonal."
    )
    row, column = _first_cell(matrix)
    if row != column:
        text += f" The largest mix-up: {classes[row]} taken for {classes[column]}, {matrix[row, column]} times."
    return text
