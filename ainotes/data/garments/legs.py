"""Trousers: two legs under a waistband."""

from __future__ import annotations

import numpy as np

from . import patterns
from .canvas import MIDDLE, Canvas

TOP = 22.0


def trouser(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw trousers: skinny, straight, flared or wide, sometimes one leg bent, sometimes shorts."""
    value = float(np.clip(rng.choice([rng.uniform(70, 150), rng.uniform(140, 215), rng.uniform(210, 250)]), 40, 250))
    short = rng.uniform() < 0.05
    length = rng.uniform(45, 62) if short else rng.uniform(100, 112)
    waist = rng.uniform(13, 19)
    hip = waist * rng.uniform(1.08, 1.3)
    crotch = TOP + rng.uniform(27, 35)
    foot = TOP + length
    knee_row = (crotch + foot) / 2
    spread = rng.uniform(1, 7)  # half of the gap between the feet
    knee = hip * rng.uniform(0.5, 0.78)  # width of a leg
    ankle = knee * rng.choice(
        [rng.uniform(0.62, 0.95), rng.uniform(0.95, 1.15), rng.uniform(1.15, 1.5)], p=[0.5, 0.4, 0.1]
    )
    bent = rng.uniform() < 0.28
    for side in (-1, 1):
        shift = rng.uniform(3, 8) if bent and side == -1 else 0
        kick = rng.uniform(4, 9) if bent and side == -1 else 0
        leg = [
            (side * waist, TOP),
            (side * hip, crotch - 8),
            (side * (spread * 0.6 + knee + shift), knee_row),
            (side * (spread + ankle) + kick, foot),
            (side * spread + kick, foot),
            (side * (spread * 0.6 + shift * 0.6), knee_row),
            (side * 0.5, crotch),
            (side * -1.5, crotch - 3),
            (side * -1.5, TOP),
        ]
        canvas.polygon([(MIDDLE + x, y) for x, y in leg], value + rng.normal(0, 7))
    patterns.cloth(canvas, rng, {"plain": 8, "knit": 2, "blossoms": 0.5, "pinstripes": 0.3, "checks": 0.15})
    if rng.uniform() < 0.55:
        _worn(canvas, rng, hip, crotch)
    _band(canvas, rng, value, waist)
    if rng.uniform() < 0.5:
        canvas.line([(MIDDLE, TOP + 4), (MIDDLE, crotch + 2)], np.clip(value - rng.uniform(20, 70), 15, 255), 2)
    canvas.overlay(patterns.folds(rng, int(rng.integers(1, 5)), 0.1), rng.uniform(5, 30))


def _worn(canvas: Canvas, rng: np.random.Generator, hip: float, crotch: float) -> None:
    """Fade the thighs, as on jeans: less bright down the middle of each leg."""
    total = np.zeros_like(patterns.COARSE_ROWS)
    for side in (-1, 1):
        across = patterns.bump(patterns.COARSE_COLUMNS - MIDDLE - side * hip * 0.52, rng.uniform(3, 6))
        total += across * patterns.bump(patterns.COARSE_ROWS - crotch - 12, rng.uniform(18, 45))
    canvas.overlay(patterns.enlarged(total), -rng.uniform(30, 110))


def _band(canvas: Canvas, rng: np.random.Generator, value: float, waist: float) -> None:
    shade = np.clip(value + rng.uniform(-80, 40), 15, 255)
    if rng.uniform() < 0.6:
        canvas.rectangle(MIDDLE - waist, TOP, MIDDLE + waist, TOP + rng.uniform(3, 6), shade)
    if rng.uniform() < 0.5:
        for side in (-1, 1):
            canvas.line([(MIDDLE + side * waist * 0.5, TOP + 5), (MIDDLE + side * waist, TOP + 14)], shade, 2)
