"""A small canvas to draw garments on: bright shapes on black, many times larger than the picture they become."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]  # column, row

SIDE = 160  # of the canvas; garments are about 100 long
MIDDLE = SIDE / 2


class Canvas:
    """A grey picture that starts black; 0 is background, garments have values from 1 to 255."""

    def __init__(self) -> None:
        self.image = Image.new("L", (SIDE, SIDE), 0)
        self.pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point] | np.ndarray, value: float) -> None:
        """Fill a polygon."""
        self.pen.polygon([(float(x), float(y)) for x, y in points], fill=_grey(value))

    def mirrored(self, half: Sequence[Point], value: float) -> None:
        """Fill what is alike on both sides of the middle; `half` counts its columns from there."""
        self.polygon([(MIDDLE + x, y) for x, y in half] + [(MIDDLE - x, y) for x, y in reversed(half)], value)

    def line(self, points: Sequence[Point] | np.ndarray, value: float, width: float = 2) -> None:
        """Draw a broken line."""
        self.pen.line([(float(x), float(y)) for x, y in points], fill=_grey(value), width=max(1, round(width)))

    def ellipse(self, x: float, y: float, half_width: float, half_height: float, value: float) -> None:
        """Fill an ellipse around a centre."""
        self.pen.ellipse((x - half_width, y - half_height, x + half_width, y + half_height), fill=_grey(value))

    def rectangle(self, left: float, top: float, right: float, bottom: float, value: float) -> None:
        """Fill a rectangle; nothing where it has no area."""
        if right > left and bottom > top:
            self.pen.rectangle((left, top, right, bottom), fill=_grey(value))

    def arc(self, box: tuple[float, float, float, float], start: float, end: float, value: float, width: float) -> None:
        """Draw part of an ellipse's outline, angles in degrees clockwise from three o'clock."""
        self.pen.arc(box, start, end, fill=_grey(value), width=max(1, round(width)))

    def overlay(self, pattern: np.ndarray, strength: float) -> None:
        """Add `strength * pattern`, (SIDE, SIDE), to the garment drawn so far; the background stays black."""
        pixels = np.asarray(self.image, dtype=np.float32)
        pixels = np.where(pixels > 0, np.clip(pixels + strength * pattern, 12, 255), 0)
        self.image = Image.fromarray(pixels.astype(np.uint8))
        self.pen = ImageDraw.Draw(self.image)


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 5) -> np.ndarray:
    """Return a smooth curve through points, (about `steps` times as many, 2).

    Source: Catmull and Rom (1974), *A class of local interpolating splines*.
    """
    p = np.asarray(points, dtype=np.float64)
    if not closed:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
        a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    else:
        a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (q[:, None, :] for q in (a, b, c, d))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    curve = curve.reshape(-1, 2)
    return curve if closed else np.vstack([curve, p[-2]])


def _grey(value: float) -> int:
    return int(min(255, max(0, value)))
