"""What tops are cut from: measures, a body, sleeves or straps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .canvas import MIDDLE, Canvas, Point

TOP = 25.0  # row of the shoulder beside the neck


@dataclass
class Cut:
    """The measures of a garment, in canvas pixels; half widths are counted from the middle."""

    length: float = 100
    neck: float = 15  # half width of the neckline
    shoulder: float = 30  # half width at the shoulder's end
    slope: float = 8  # how far the shoulder falls
    armhole: float = 24
    chest: float = 28
    waist: float = 28
    waist_at: float = 0.5  # of the length
    hem: float = 29
    hem_curve: float = 0  # how much lower the hem is in the middle
    sleeve: float = 0  # length; 0 for none
    lean: float = 0.2  # sleeve's angle from hanging straight down, radians
    sleeve_top: float = 20
    cuff: float = 12
    value: float = 180
    sleeve_value: float = 180


def brightness(rng: np.random.Generator) -> float:
    """Return a cloth's brightness: seldom dark, often light, as black garments are bright in a negative."""
    return float(rng.choice([rng.uniform(45, 115), rng.uniform(115, 190), rng.uniform(185, 240)], p=[0.17, 0.4, 0.43]))


def contrast(rng: np.random.Generator, value: float, least: float, most: float, darkest: float) -> float:
    """Return a brightness that differs from another by `least` to `most`, either way."""
    return float(np.clip(value + rng.choice([-1, 1]) * rng.uniform(least, most), darkest, 255))


def shoulder_points(cut: Cut, side: int) -> tuple[Point, Point]:
    """Return the shoulder's end and the armpit, on side -1 (left) or 1."""
    tip = (MIDDLE + side * cut.shoulder, TOP + cut.slope)
    pit = (MIDDLE + side * cut.chest, TOP + cut.slope + cut.armhole)
    return tip, pit


def body(canvas: Canvas, cut: Cut) -> None:
    """Fill the body, from the neck to the hem."""
    half = [
        (cut.neck, TOP),
        (cut.shoulder, TOP + cut.slope),
        (cut.chest, TOP + cut.slope + cut.armhole),
        (cut.waist, TOP + cut.length * cut.waist_at),
        (cut.hem, TOP + cut.length),
        (cut.hem * 0.5, TOP + cut.length + cut.hem_curve * 0.8),
        (0, TOP + cut.length + cut.hem_curve),
    ]
    if half[3][1] < half[2][1] + 4:
        del half[3]
    canvas.mirrored(half, cut.value)


def straps(canvas: Canvas, rng: np.random.Generator, cut: Cut, fall: float) -> None:
    """Draw a body that hangs from two straps; `fall` is how far the armpits are below their tops."""
    wide = rng.choice([rng.uniform(2, 4), rng.uniform(4, 9)])
    inner = cut.chest * rng.uniform(0.3, 0.6)
    edge, hem = TOP + fall, TOP + cut.length
    half = [
        (inner, TOP),
        (inner + wide, TOP),
        (inner + wide + 1, edge - fall * 0.45),
        (cut.chest * 0.93, edge - fall * 0.12),
        (cut.chest, edge + 3),
        (cut.waist, TOP + cut.length * max(cut.waist_at, 0.4)),
        (cut.hem, hem),
        (0, hem + cut.hem_curve),
    ]
    canvas.mirrored(half, cut.value)
    deep = fall * rng.uniform(0.6, 1.0)
    if rng.uniform() < 0.3:
        canvas.polygon([(MIDDLE - inner, TOP - 2), (MIDDLE + inner, TOP - 2), (MIDDLE, TOP + deep)], 0)
    else:
        canvas.ellipse(MIDDLE, TOP - 2, inner, deep, 0)


def sleeves(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Fill both sleeves, bent where they are long; none where they have no length."""
    if cut.sleeve <= 0:
        return
    bend = rng.uniform(-1, 5) if cut.sleeve > 45 else 0
    for side in (-1, 1):
        lean = cut.lean * rng.uniform(0.9, 1.1)
        along = np.array([side * np.sin(lean), np.cos(lean)])
        inwards = np.array([-side * np.cos(lean), np.sin(lean)])
        tip, pit = (np.array(p) for p in shoulder_points(cut, side))
        outer = tip + along * cut.sleeve
        inner = outer + inwards * cut.cuff
        elbow_outer = tip + along * cut.sleeve * 0.45 - inwards * bend
        elbow_inner = elbow_outer + inwards * (cut.sleeve_top + cut.cuff) / 2
        ball = tip + np.array([side * 2.0, 3.0])
        shape = [tip + inwards * 6, tip, ball, elbow_outer, outer, inner, elbow_inner, pit, pit + inwards * 6]
        if cut.sleeve <= 45:
            shape = [tip + inwards * 6, tip, outer, inner, pit, pit + inwards * 6]
        canvas.polygon(shape, cut.sleeve_value)


def gaps(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Part the sleeve from the body: a seam above, a dark gap or a bright shadow below the armpit."""
    if cut.sleeve <= 36:
        return
    edge = rng.choice([0, cut.value * 0.45, min(255, cut.value * 1.35 + 20)], p=[0.3, 0.35, 0.35])
    width = rng.uniform(1, 3.5)
    for side in (-1, 1):
        tip, pit = shoulder_points(cut, side)
        waist = (MIDDLE + side * cut.waist, TOP + cut.length * max(cut.waist_at, 0.55))
        end = (MIDDLE + side * cut.hem, TOP + min(cut.length, cut.sleeve + cut.slope + 2))
        canvas.line([pit, waist, end], edge, width)
        seam = cut.value + rng.uniform(-50, 40)
        canvas.line([(tip[0] - side * 3, tip[1]), (pit[0] - side * 2, pit[1])], max(20, seam), 2)
