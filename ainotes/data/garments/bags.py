"""Bags: a box, a bowl or a sack of leather, most with handles."""

from __future__ import annotations

import numpy as np

from . import patterns
from .canvas import MIDDLE, Canvas, smooth


def bag(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a bag: a tote, a clutch, a bowling bag, a satchel, a hobo, a rucksack."""
    value = float(rng.choice([rng.uniform(60, 130), rng.uniform(130, 200), rng.uniform(190, 235)], p=[0.25, 0.4, 0.35]))
    kind = rng.choice(["tote", "clutch", "bowling", "satchel", "hobo"], p=[0.28, 0.24, 0.18, 0.22, 0.08])
    half = rng.uniform(36, 52)
    high = {"tote": (50, 80), "clutch": (40, 68), "bowling": (46, 68), "satchel": (46, 80), "hobo": (50, 75)}[kind]
    bottom = 130.0
    top = bottom - rng.uniform(*high)
    if kind == "tote" and rng.uniform() < 0.3:
        half *= 0.6
    flare = rng.uniform(-8, 6) if kind == "tote" else rng.uniform(-3, 4)
    _handles(canvas, rng, kind, half, top, bottom, value)
    _case(canvas, rng, kind, half, top, bottom, flare, value)
    _fittings(canvas, rng, kind, half, top, bottom, value)
    patterns.cloth(canvas, rng, {"plain": 7, "knit": 2.5, "blossoms": 1.0, "checks": 0.4, "stripes": 0.4})
    canvas.overlay(patterns.folds(rng, 3, 0.5), rng.uniform(0, 25))


def _case(
    canvas: Canvas,
    rng: np.random.Generator,
    kind: str,
    half: float,
    top: float,
    bottom: float,
    flare: float,
    value: float,
) -> None:
    rows = bottom - top
    if kind == "bowling":
        arch = [(-half, bottom - 6), (-half, top + rows * 0.5), (-half * 0.6, top + 3), (0, top), (half * 0.6, top + 3)]
        arch += [(half, top + rows * 0.5), (half, bottom - 6), (half * 0.9, bottom), (-half * 0.9, bottom)]
        canvas.polygon(smooth([(MIDDLE + x, y) for x, y in arch]), value)
    elif kind == "hobo":
        bowl = [(-half * 0.7, top), (-half, top + rows * 0.6), (-half * 0.6, bottom), (half * 0.6, bottom)]
        bowl += [(half, top + rows * 0.6), (half * 0.7, top), (0, top + rows * 0.25)]
        canvas.polygon(smooth([(MIDDLE + x, y) for x, y in bowl]), value)
    else:
        corner = rng.uniform(0, 7)
        box = [(-half + flare, top), (half - flare, top), (half, bottom - corner), (half - corner, bottom)]
        box += [(-half + corner, bottom), (-half, bottom - corner)]
        canvas.polygon([(MIDDLE + x, y) for x, y in box], value)


def _handles(
    canvas: Canvas, rng: np.random.Generator, kind: str, half: float, top: float, bottom: float, value: float
) -> None:
    shade = np.clip(value + rng.uniform(-90, 60), 20, 255)
    width = rng.uniform(3, 6)
    if kind == "clutch" and rng.uniform() < 0.7:
        return
    if kind == "satchel" and rng.uniform() < 0.55:
        # A long strap, folded down at both sides.
        for side in (-1, 1):
            outer = MIDDLE + side * (half + rng.uniform(1, 5))
            canvas.line(
                [(MIDDLE + side * half * 0.9, top + 2), (outer, top + 8), (outer, bottom - rng.uniform(4, 25))],
                shade,
                width,
            )
        return
    rise = rng.uniform(14, 50)
    reach = half * rng.uniform(0.3, 0.75)
    if kind == "hobo":
        reach = half * 0.65
    pointed = rng.uniform() < 0.3
    for offset in (0, rng.uniform(-4, 4)):
        if pointed:
            peak = [(MIDDLE - reach, top + 4), (MIDDLE + offset, top - rise), (MIDDLE + reach, top + 4)]
            canvas.line(peak, shade, width)
        else:
            box = (MIDDLE - reach + offset, top - rise, MIDDLE + reach + offset, top + rise)
            canvas.arc(box, 180, 360, shade, width)


def _fittings(
    canvas: Canvas, rng: np.random.Generator, kind: str, half: float, top: float, bottom: float, value: float
) -> None:
    """A flap, a zip, a pocket, a clasp, a tag, edges."""
    rows = bottom - top
    line = np.clip(value + rng.choice([-1, 1]) * rng.uniform(30, 110), 12, 255)
    inset = half * 0.9
    if kind in ("satchel", "clutch") and rng.uniform() < 0.6:
        low = top + rows * rng.uniform(0.35, 0.75)
        point = rng.uniform(0, 12)
        canvas.line([(MIDDLE - inset, low - point), (MIDDLE, low), (MIDDLE + inset, low - point)], line, 2)
    if rng.uniform() < 0.5:
        row = top + rng.uniform(3, 12)
        canvas.line([(MIDDLE - inset, row), (MIDDLE + inset, row)], line, rng.uniform(1, 3))
    if rng.uniform() < 0.3:
        left, right = MIDDLE - half * rng.uniform(0.4, 0.75), MIDDLE + half * rng.uniform(0.4, 0.75)
        canvas.line(
            [(left, bottom - 6), (left, bottom - rows * 0.5), (right, bottom - rows * 0.5), (right, bottom - 6)],
            line,
            2,
        )
    if rng.uniform() < 0.6:
        y, size = top + rows * rng.uniform(0.3, 0.7), rng.uniform(2, 6)
        dot = np.clip(value + rng.choice([-1, 1]) * rng.uniform(80, 170), 8, 255)
        canvas.rectangle(MIDDLE - size, y - size * 0.6, MIDDLE + size, y + size * 0.6, dot)
    if rng.uniform() < 0.35:
        for side in (-1, 1):
            column = MIDDLE + side * half * rng.uniform(0.4, 0.85)
            canvas.line([(column, top + 2), (column, bottom - 2)], line, 2)
