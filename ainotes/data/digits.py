"""Handwritten digits with a closed loop or without one: the small target where no photographs can be had."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .photo_arrays import PARTS, Arrays

CLASSES = ("Loop", "No loop")
DIGITS = ((0, 6, 8, 9), (1, 2, 3, 5, 7))  # of each class; a four is written both ways
COUNTS = {"train": (123, 121), "val": (70, 83)}  # of each class: as many as there are ants and bees
BORDER = 1200  # the rows before it are to train on, those after it to validate with: the writers are others
INK = 16  # the darkest value in the file


def load(size: int) -> Arrays:
    """Return the digits as dark ink on white paper, the same ones each time.

    Parameters
    ----------
    size : int
        Rows and columns of each image; the originals have 8.

    Returns
    -------
    dict
        `train_images`, `val_images`, uint8 (N, size, size, 3), and `train_labels`, `val_labels`, int64 (N,).
    """
    from sklearn.datasets import load_digits  # on demand: it takes longer than the rest together

    file = load_digits()
    arrays: Arrays = {}
    for part in PARTS:
        rows = [_rows(file.target, part, label) for label in range(len(CLASSES))]
        chosen = np.concatenate(rows)
        arrays[f"{part}_images"] = np.stack([_drawn(pixels, size) for pixels in file.images[chosen]])
        arrays[f"{part}_labels"] = np.repeat(np.arange(len(CLASSES)), [len(each) for each in rows])
    return arrays


def _rows(digits: np.ndarray, part: str, label: int) -> np.ndarray:
    """Return the first rows of a part of the file that show a class."""
    begin, end = (0, BORDER) if part == "train" else (BORDER, len(digits))
    rows = begin + np.flatnonzero(np.isin(digits[begin:end], DIGITS[label]))
    return rows[: COUNTS[part][label]]


def _drawn(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return 8 x 8 values, 0 for paper and 16 for ink, as a photograph of so many rows and columns."""
    paper = np.pad(np.round(255 * (1 - pixels / INK)).astype(np.uint8), 1, constant_values=255)
    return np.asarray(Image.fromarray(paper).resize((size, size), Image.Resampling.BICUBIC).convert("RGB"))
