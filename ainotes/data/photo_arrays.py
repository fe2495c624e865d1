"""Pictures as the arrays that the data sets of photographs hold."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

Arrays = dict[str, np.ndarray]
PARTS = ("train", "val")


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
