"""Garments drawn by code: what stands in for Fashion-MNIST where its photographs cannot be had.

Ten classes, 28x28 bytes, a bright garment on black, made like the original: trimmed, the longer side scaled to 28,
sharpened, centred. Nothing is taken from the original's pixels; the measures were chosen by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bags import bag
from .canvas import Canvas
from .finish import finish, trimmed
from .legs import trouser
from .shoes import ankle_boot, sandal, sneaker
from .store import stored
from .tops import coat, dress, pullover, shirt, t_shirt

Draw = Callable[[Canvas, np.random.Generator], None]

# In the order of Fashion-MNIST's labels.
DRAWINGS: tuple[Draw, ...] = (t_shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle_boot)


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` drawn garments and their labels, as many of each class, in random order.

    The same count and seed give the same garments with the same numpy and Pillow. Between platforms a pixel may differ
    by a grey level, where the last bit of an exponential is rounded the other way.

    Returns
    -------
    images : ndarray, uint8, (count, 28, 28)
    labels : ndarray, int64, (count,)
    """
    labels = np.arange(count) % len(DRAWINGS)
    images = np.empty((count, 28, 28), dtype=np.uint8)
    for label, drawing in enumerate(DRAWINGS):
        rows = np.flatnonzero(labels == label)
        rng = np.random.default_rng([seed, label])
        images[rows] = finish(np.stack([_one(drawing, rng) for _ in rows]), rng) if len(rows) else 0
    order = np.random.default_rng(seed).permutation(count)
    return images[order], labels[order]


def drawn(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the 10,000 garments of the part "train" or the 2,000 of the part "test", drawn once and then cached.

    Returns
    -------
    images : ndarray, uint8, (N, 28, 28)
    labels : ndarray, int64, (N,)
    """
    return stored(part, draw)


def _one(drawing: Draw, rng: np.random.Generator) -> np.ndarray:
    canvas = Canvas()
    drawing(canvas, rng)
    return trimmed(canvas.image)
