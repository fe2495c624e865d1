"""What is at the neck of a top: necklines, collars, lapels, hoods."""

from __future__ import annotations

import numpy as np

from .canvas import MIDDLE, Canvas, smooth
from .cut import TOP, Cut, contrast


def neckline(canvas: Canvas, rng: np.random.Generator, cut: Cut, depth: float, kinds: tuple[float, float]) -> None:
    """Cut out a round or a pointed neckline; sometimes the inside of the back shows, sometimes there is a border."""
    pointed = rng.choice([False, True], p=kinds)
    border = rng.uniform() < 0.5
    back = rng.uniform(1, 4)
    inside = cut.value * rng.uniform(0.3, 0.9) if rng.uniform() < 0.5 else 0
    edge = np.clip(cut.value + rng.uniform(-60, 60), 20, 255)
    for grow, value in ((2.5, edge if border else None), (0.0, inside)):
        if value is None:
            continue
        n, d = cut.neck + grow, depth + grow
        if pointed:
            canvas.polygon([(MIDDLE - n, TOP - 3), (MIDDLE + n, TOP - 3), (MIDDLE, TOP + d * 1.6)], value)
        else:
            canvas.ellipse(MIDDLE, TOP - 2, n, d + 2, value)
    canvas.ellipse(MIDDLE, TOP - 3, cut.neck, min(back, depth) + 1, 0)
    canvas.rectangle(0, 0, 2 * MIDDLE, TOP - 1, 0)


def shirt_collar(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a collar that is folded down."""
    shade = contrast(rng, cut.value, 10, 60, darkest=25)
    high, low = rng.uniform(2, 7), rng.uniform(8, 15)
    n = cut.neck
    canvas.ellipse(MIDDLE, TOP - high * 0.4, n, high * 0.8, cut.value * 0.55)
    for side in (-1, 1):
        canvas.polygon(
            [
                (MIDDLE + side * n * 1.05, TOP + 3),
                (MIDDLE + side * n * 0.8, TOP - high),
                (MIDDLE, TOP + low * 0.55),
                (MIDDLE + side * n * 0.55, TOP + low),
            ],
            shade,
        )


def polo(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a collar and a short strip of buttons."""
    shade = contrast(rng, cut.value, 25, 70, darkest=20)
    shirt_collar(canvas, rng, cut)
    canvas.rectangle(MIDDLE - 2.5, TOP + 6, MIDDLE + 2.5, TOP + rng.uniform(22, 34), shade)


def lapels(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw two lapels and what shows between them."""
    deep, shade = rng.uniform(18, 48), np.clip(cut.value + rng.uniform(-60, 50), 20, 255)
    inside = rng.choice([0, cut.value * 0.5, min(255, cut.value * 1.3)])
    canvas.polygon([(MIDDLE - cut.neck, TOP - 2), (MIDDLE + cut.neck, TOP - 2), (MIDDLE, TOP + deep)], inside)
    for side in (-1, 1):
        canvas.polygon(
            [
                (MIDDLE + side * cut.neck * 0.5, TOP - 3),
                (MIDDLE + side * cut.neck * 1.1, TOP),
                (MIDDLE + side * cut.neck * 1.3, TOP + deep * 0.45),
                (MIDDLE, TOP + deep),
            ],
            shade,
        )


def stand_collar(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a collar that stands up."""
    high, shade = rng.uniform(2, 9), np.clip(cut.value + rng.uniform(-70, 50), 20, 255)
    n = cut.neck
    canvas.mirrored([(n * 0.85, TOP - high), (n, TOP + 5)], shade)
    canvas.ellipse(MIDDLE, TOP - high + 2, n * 0.7, rng.uniform(2, 5), cut.value * rng.uniform(0.2, 0.7))


def turtleneck(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a high neck."""
    high, n = rng.uniform(6, 12), cut.neck * 0.85
    shade = np.clip(cut.value + rng.uniform(-30, 30), 20, 255)
    canvas.mirrored([(n, TOP - high), (n * 1.1, TOP + 4)], shade)


def hood(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a hood behind the neck."""
    high = rng.uniform(7, 17)
    wide = cut.neck * rng.uniform(1.1, 1.5)
    canvas.polygon(
        smooth(
            [
                (MIDDLE - wide, TOP + 8),
                (MIDDLE - wide * 0.9, TOP - high * 0.5),
                (MIDDLE, TOP - high),
                (MIDDLE + wide * 0.9, TOP - high * 0.5),
                (MIDDLE + wide, TOP + 8),
            ],
        ),
        cut.value,
    )
    canvas.ellipse(MIDDLE, TOP - high * 0.3, wide * 0.55, high * 0.45 + 2, cut.value * rng.uniform(0.4, 0.8))
