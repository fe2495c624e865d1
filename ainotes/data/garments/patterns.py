"""Cloth: stripes, checks, blossoms, prints, knit and folds, as arrays to lay over a drawn garment."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .canvas import MIDDLE, SIDE, Canvas

_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
# Soft patterns are made on every fourth place: sixteen times faster.
COARSE_ROWS, COARSE_COLUMNS = np.mgrid[0:SIDE:4, 0:SIDE:4].astype(np.float32) + 1.5


def cloth(canvas: Canvas, rng: np.random.Generator, weights: dict[str, float]) -> None:
    """Lay a pattern over the whole garment; `weights` says how often each kind is chosen."""
    kinds = list(weights)
    kind = rng.choice(kinds, p=np.array([weights[k] for k in kinds]) / sum(weights.values()))
    if kind == "plain":
        return
    strength = rng.uniform(5, 20) if kind == "knit" else rng.uniform(30, 120)
    canvas.overlay(_KINDS[kind](rng), strength * rng.choice([-1, -1, 1]))


def stripes(rng: np.random.Generator) -> np.ndarray:
    """Horizontal bands."""
    period = rng.uniform(9, 22)
    return np.where((_ROWS / period + rng.uniform()) % 1 < rng.uniform(0.3, 0.6), 1.0, -0.2)


def pinstripes(rng: np.random.Generator) -> np.ndarray:
    """Vertical bands."""
    period = rng.uniform(7, 16)
    return np.where((_COLUMNS / period + rng.uniform()) % 1 < rng.uniform(0.3, 0.6), 0.7, -0.2)


def checks(rng: np.random.Generator) -> np.ndarray:
    """Crossing bands, as on flannel."""
    period = rng.uniform(11, 20)
    across = (_ROWS / period + rng.uniform()) % 1 < 0.4
    down = (_COLUMNS / period + rng.uniform()) % 1 < 0.4
    return 0.6 * across + 0.6 * down - 0.5


def blossoms(rng: np.random.Generator) -> np.ndarray:
    """Blotches, as in a floral print."""
    return np.where(_clouds(rng, rng.uniform(5, 9)) > rng.uniform(0.0, 0.6), 1.0, -0.3)


def knit(rng: np.random.Generator) -> np.ndarray:
    """A restless, fine texture."""
    return _clouds(rng, rng.uniform(4, 9))


def fade(rng: np.random.Generator) -> np.ndarray:
    """A change from top to bottom."""
    return np.clip((_ROWS - MIDDLE) / 50 * rng.choice([-1, 1]), -1, 1)


def folds(rng: np.random.Generator, count: int, slant: float = 0.15) -> np.ndarray:
    """Soft, nearly vertical folds: bright and dark streaks."""
    total = np.zeros_like(COARSE_ROWS)
    for _ in range(count):
        centre = MIDDLE + rng.normal(0, 18)
        lean, width = rng.normal(0, slant), rng.uniform(2, 6)
        begin, length = rng.uniform(10, 120), rng.uniform(20, 70)
        across = bump(COARSE_COLUMNS - centre - lean * (COARSE_ROWS - MIDDLE), width)
        total += across * bump(COARSE_ROWS - begin, length) * rng.choice([-1.0, 1.0])
    return enlarged(total)


def bump(distance: np.ndarray, width: float) -> np.ndarray:
    """Return 1 at distance 0, falling to 0 over about twice the width."""
    return np.exp(-((distance / width) ** 2))


def enlarged(coarse: np.ndarray) -> np.ndarray:
    """Return a pattern made on the coarse grid, or a smaller one, smoothly enlarged to the canvas."""
    return np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def picture(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float, cloth_value: float) -> None:
    """Print something on the chest: a few lines of writing, a badge, a blot, a panel."""
    value = np.clip(cloth_value + rng.choice([-1, 1]) * rng.uniform(60, 160), 15, 255)
    if abs(value - cloth_value) < 50:
        value = cloth_value - 110 if cloth_value > 140 else cloth_value + 110
    kind = rng.choice(["writing", "badge", "blot", "panel", "band", "ring"], p=[0.35, 0.15, 0.2, 0.1, 0.12, 0.08])
    if kind == "writing":
        _writing(canvas, rng, x, y, size, value)
    elif kind == "badge":
        canvas.rectangle(x - size * 0.5, y - size * 0.4, x + size * 0.5, y + size * 0.5, value)
        canvas.ellipse(x, y, size * 0.3, size * 0.3, cloth_value)
    elif kind == "blot":
        for _ in range(rng.integers(3, 8)):
            u, v = rng.normal(0, size * 0.35, 2)
            half_width, half_height = rng.uniform(2, 2 + size * 0.3, 2)
            canvas.ellipse(x + u, y + v, half_width, half_height, value)
    elif kind == "panel":
        canvas.rectangle(x - size * 0.55, y - size * 0.7, x + size * 0.55, y + size * 0.7, value)
    elif kind == "band":
        canvas.rectangle(x - size * 0.9, y - size * 0.15, x + size * 0.9, y + size * 0.2, value)
    else:
        canvas.arc((x - size * 0.6, y - size * 0.6, x + size * 0.6, y + size * 0.6), 0, 360, value, 4)


def _writing(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float, value: float) -> None:
    for line in range(rng.integers(1, 4)):
        left, right = x - size * rng.uniform(0.4, 0.8), x + size * rng.uniform(0.4, 0.8)
        row = y + line * 8
        while left < right:
            letter = rng.uniform(3, 6)
            canvas.rectangle(left, row - 3, left + letter, row + rng.uniform(1, 3), value)
            left += letter + rng.uniform(1.5, 4)


def _clouds(rng: np.random.Generator, grain: float) -> np.ndarray:
    """Return smooth noise of mean 0 and variance about 1, with lumps `grain` across."""
    side = int(SIDE / grain) + 2
    return enlarged(rng.standard_normal((side, side)))


_KINDS = {
    "stripes": stripes,
    "pinstripes": pinstripes,
    "checks": checks,
    "blossoms": blossoms,
    "knit": knit,
    "fade": fade,
}
