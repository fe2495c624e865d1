"""Pictures as the arrays that the data sets of photographs hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps

from .image_set import ImageSet

Arrays = dict[str, np.ndarray]
PARTS = ("train", "val")
SIZES = (16, 512)  # pixels; smaller is no photograph, larger fills the memory


def checked_size(function: str, size: Any) -> int:
    """Return the rows and columns that photographs shall have, if they are a whole number within `SIZES`."""
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"{function}: size must be a whole number of pixels, got {size!r}")
    if not SIZES[0] <= size <= SIZES[1]:
        raise ValueError(f"{function}: size must be from {SIZES[0]} to {SIZES[1]} pixels, got {size}")
    return size


def squared(picture: Image.Image, size: int) -> np.ndarray:
    """Scale a picture so that its shorter side is `size` and crop the middle, uint8 (size, size, 3)."""
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.BICUBIC))


def stacked(images: dict[str, list[np.ndarray]], labels: dict[str, list[int]]) -> Arrays:
    """Return the lists of both parts as `train_images`, `train_labels` and so on."""
    arrays: Arrays = {}
    for part in PARTS:
        arrays[f"{part}_images"] = np.stack(images[part])
        arrays[f"{part}_labels"] = np.array(labels[part], dtype=np.int64)
    return arrays


def as_image_set(images: np.ndarray, labels: np.ndarray, classes: Sequence[str], **kwargs: Any) -> ImageSet:
    """Return pictures (N, H, W, C) as an `ImageSet`, which takes (N, C, H, W); more arguments are passed on to it."""
    return ImageSet(torch.from_numpy(images).permute(0, 3, 1, 2), labels, classes, **kwargs)
