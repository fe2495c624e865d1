"""What is on a top: buttons, zips, pockets, belts, seams, ribs, quilting, and how its cloth falls."""

from __future__ import annotations

import numpy as np

from . import patterns
from .canvas import MIDDLE, Canvas
from .cut import TOP, Cut, contrast


def buttons(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a row of buttons, perhaps with their strip and a pocket."""
    shade = contrast(rng, cut.value, 20, 80, darkest=20)
    width = rng.uniform(0.8, 2.5)
    canvas.rectangle(MIDDLE - width, TOP + 6, MIDDLE + width, TOP + cut.length, shade)
    if rng.uniform() < 0.7:
        dot = contrast(rng, cut.value, 30, 110, darkest=15)
        for row in np.arange(TOP + 14, TOP + cut.length - 4, rng.uniform(11, 17)):
            canvas.ellipse(MIDDLE, row, 1.5, 1.5, dot)
    if rng.uniform() < 0.3:
        pocket = np.clip(cut.value - 35, 20, 255)
        canvas.line([(MIDDLE + 8, TOP + 34), (MIDDLE + 20, TOP + 34), (MIDDLE + 20, TOP + 46)], pocket, 2)


def front(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw what closes a coat: a zip, a row of buttons, an open front; perhaps pockets and a belt."""
    line = contrast(rng, cut.value, 15, 90, darkest=8)
    off = rng.choice([0, rng.uniform(-6, 6)])
    foot = TOP + cut.length
    kind = rng.choice(["zip", "double", "open"], p=[0.55, 0.25, 0.2])
    if kind == "zip":
        canvas.line([(MIDDLE + off * 0.5, TOP), (MIDDLE + off, foot)], line, rng.uniform(2, 4))
    elif kind == "double":
        width = rng.uniform(3, 6)
        for side in (-1, 1):
            canvas.line([(MIDDLE + off + side * width, TOP), (MIDDLE + off + side * width, foot)], line, 2)
    else:
        spread = rng.uniform(1, 6)
        inside = rng.choice([0, line])
        canvas.polygon([(MIDDLE - 4, TOP), (MIDDLE + 4, TOP), (MIDDLE + spread, foot), (MIDDLE - spread, foot)], inside)
    if rng.uniform() < 0.35:
        dot = np.clip(cut.value - rng.uniform(60, 140), 8, 255)
        for row in np.arange(TOP + 20, foot - 6, rng.uniform(12, 18)):
            canvas.ellipse(MIDDLE + off + 3, row, 2.2, 2.2, dot)
    if rng.uniform() < 0.5:
        row, shade = TOP + cut.length * rng.uniform(0.58, 0.75), np.clip(cut.value + rng.uniform(-80, 60), 15, 255)
        for side in (-1, 1):
            canvas.line([(MIDDLE + side * 9, row - 3), (MIDDLE + side * 20, row + rng.uniform(-3, 8))], shade, 2.5)
    if rng.uniform() < 0.15:
        row = TOP + cut.length * rng.uniform(0.42, 0.55)
        canvas.rectangle(MIDDLE - cut.waist, row, MIDDLE + cut.waist, row + rng.uniform(4, 8), line)


def ribs(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """A hem of another brightness."""
    shade = np.clip(cut.value + rng.uniform(-50, 40), 20, 255)
    row = TOP + cut.length - rng.uniform(4, 9)
    canvas.rectangle(MIDDLE - cut.hem + 1, row, MIDDLE + cut.hem - 1, TOP + cut.length, shade)


def quilting(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Lay soft bands across the cloth."""
    step = rng.uniform(8, 14)
    bright = np.sin(np.arange(canvas.image.height) * (2 * np.pi / step))[:, None]
    canvas.overlay(bright * np.ones((1, canvas.image.width)), rng.uniform(15, 45))


def yoke(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Shoulders of another colour."""
    row = TOP + rng.uniform(18, 50)
    above = np.arange(canvas.image.height)[:, None] < row
    canvas.overlay(above * np.ones((1, canvas.image.width)), rng.choice([-1, 1]) * rng.uniform(50, 120))


def skirt(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Give a dress its cloth, belt and skirt."""
    patterns.cloth(
        canvas, rng, {"plain": 6, "blossoms": 1.6, "stripes": 0.5, "knit": 1.5, "fade": 0.5, "pinstripes": 0.3}
    )
    waist = TOP + cut.length * cut.waist_at
    rows = np.arange(canvas.image.height)[:, None] * np.ones((1, canvas.image.width))
    if rng.uniform() < 0.2:
        canvas.overlay(rows > waist, rng.choice([-1, 1]) * rng.uniform(40, 140))
    if rng.uniform() < 0.3:
        shade = contrast(rng, cut.value, 40, 110, darkest=15)
        canvas.rectangle(MIDDLE - cut.waist - 1, waist - 2, MIDDLE + cut.waist + 1, waist + rng.uniform(1, 4), shade)
    drape(canvas, rng, 5, 40, spread=0.5)


def drape(canvas: Canvas, rng: np.random.Generator, count: int, strength: float, spread: float = 0.15) -> None:
    """Let the cloth fall in folds."""
    canvas.overlay(patterns.folds(rng, int(rng.integers(1, count + 1)), spread), rng.uniform(0.3, 1) * strength)
