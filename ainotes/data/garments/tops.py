"""What is worn above: T-shirts, pullovers, dresses, coats and shirts, all cut from one parametric pattern."""

from __future__ import annotations

import numpy as np

from . import patterns
from .canvas import MIDDLE, Canvas
from .collars import hood, lapels, neckline, polo, shirt_collar, stand_collar, turtleneck
from .cut import TOP, Cut, body, brightness, gaps, sleeves, straps
from .details import buttons, drape, front, quilting, ribs, skirt, yoke


def t_shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a T-shirt or a top: short sleeves, or straps."""
    value = brightness(rng)
    cut = Cut(
        length=rng.uniform(92, 112),
        neck=rng.uniform(11, 17),
        shoulder=rng.uniform(25, 33),
        slope=rng.uniform(4, 11),
        armhole=rng.uniform(20, 27),
        chest=rng.uniform(22, 29),
        value=value,
        sleeve_value=value,
    )
    cut.waist = cut.chest * rng.uniform(0.88, 1.02)
    cut.hem = cut.chest * rng.uniform(0.94, 1.1)
    cut.hem_curve = rng.choice([0, rng.uniform(-2, 6)])
    if rng.uniform() < 0.24:
        return _strap_top(canvas, rng, cut)
    cut.sleeve = rng.choice([rng.uniform(6, 14), rng.uniform(20, 34), rng.uniform(36, 60)], p=[0.12, 0.76, 0.12])
    cut.lean = rng.uniform(0.3, 0.75) if cut.sleeve < 36 else rng.uniform(0.12, 0.4)
    cut.sleeve_top = cut.armhole * rng.uniform(0.85, 1.0)
    cut.cuff = cut.sleeve_top * rng.uniform(0.7, 0.95)
    if rng.uniform() < 0.12:
        cut.sleeve_value = np.clip(value + rng.uniform(-90, 60), 20, 255)
    sleeves(canvas, rng, cut)
    body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 8, "stripes": 0.8, "knit": 1.2, "blossoms": 0.6, "fade": 0.4})
    neckline(canvas, rng, cut, depth=rng.uniform(3, 12), kinds=(0.75, 0.25))
    if rng.uniform() < 0.14:
        polo(canvas, rng, cut)
    elif rng.uniform() < 0.5:
        size = rng.uniform(4, 18)
        patterns.picture(canvas, rng, MIDDLE + rng.normal(0, 2), TOP + rng.uniform(26, 50), size, value)
    drape(canvas, rng, 4, 28)


def pullover(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a pullover: long sleeves that hang beside the body, often a hood or a ribbed hem."""
    value = brightness(rng)
    cut = Cut(
        length=rng.uniform(88, 108),
        neck=rng.uniform(9, 15),
        shoulder=rng.uniform(24, 32),
        slope=rng.uniform(7, 14),
        armhole=rng.uniform(24, 31),
        chest=rng.uniform(20, 28),
        value=value,
        sleeve_value=value + rng.normal(0, 6),
    )
    cut.waist = cut.chest * rng.uniform(0.92, 1.05)
    cut.hem = cut.chest * rng.uniform(0.9, 1.08)
    cut.sleeve = cut.length * rng.uniform(0.78, 0.97)
    cut.lean = rng.uniform(0.02, 0.2)
    cut.sleeve_top = cut.armhole * rng.uniform(0.68, 0.9)
    cut.cuff = rng.uniform(7, 12)
    if rng.uniform() < 0.08:
        cut.sleeve *= 0.6
        cut.cuff += 4
    hooded = rng.uniform() < 0.2
    if hooded:
        hood(canvas, rng, cut)
    sleeves(canvas, rng, cut)
    body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 6, "stripes": 0.9, "knit": 2.2, "blossoms": 0.4, "fade": 0.4})
    gaps(canvas, rng, cut)
    if not hooded:
        if rng.uniform() < 0.12:
            turtleneck(canvas, rng, cut)
        else:
            neckline(canvas, rng, cut, depth=rng.uniform(2, 9), kinds=(0.8, 0.2))
    if rng.uniform() < 0.5:
        ribs(canvas, rng, cut)
    if rng.uniform() < 0.33:
        patterns.picture(canvas, rng, MIDDLE + rng.normal(0, 2), TOP + rng.uniform(30, 48), rng.uniform(7, 17), value)
    drape(canvas, rng, 5, 30)


def dress(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a dress: narrow and long, straight, waisted or flared, with any sleeve or none."""
    value = brightness(rng)
    chest = rng.uniform(14, 22)
    cut = Cut(
        length=rng.uniform(98, 112),
        neck=rng.uniform(7, 11),
        slope=rng.uniform(3, 8),
        armhole=rng.uniform(14, 20),
        chest=chest,
        value=value,
        sleeve_value=value,
    )
    cut.shoulder = chest * rng.uniform(0.85, 1.1)
    cut.waist = chest * rng.uniform(0.72, 1.02)
    cut.waist_at = rng.uniform(0.3, 0.45)
    cut.hem = chest * rng.choice(
        [rng.uniform(0.85, 1.15), rng.uniform(1.15, 1.5), rng.uniform(1.5, 2.0)], p=[0.55, 0.3, 0.15]
    )
    kind = rng.choice(["straps", "none", "short", "long"], p=[0.16, 0.24, 0.28, 0.32])
    if kind == "straps":
        return _strap_dress(canvas, rng, cut)
    if kind == "short":
        cut.sleeve, cut.lean = rng.uniform(12, 30), rng.uniform(0.15, 0.5)
    if kind == "long":
        cut.sleeve, cut.lean = rng.uniform(38, 68), rng.uniform(0.1, 0.32)
    cut.sleeve_top = cut.armhole * rng.uniform(0.6, 0.85)
    cut.cuff = rng.uniform(6, 11)
    sleeves(canvas, rng, cut)
    body(canvas, cut)
    skirt(canvas, rng, cut)
    neckline(canvas, rng, cut, depth=rng.uniform(2, 12), kinds=(0.65, 0.35))


def coat(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a coat or jacket: open down the front, with a collar, a hood, quilting or a belt."""
    value = np.clip(brightness(rng), 45, 240)
    length = rng.choice([rng.uniform(88, 100), rng.uniform(100, 122)], p=[0.65, 0.35])
    cut = Cut(
        length=length,
        neck=rng.uniform(8, 13),
        shoulder=rng.uniform(23, 30),
        slope=rng.uniform(8, 14),
        armhole=rng.uniform(25, 32),
        chest=rng.uniform(19, 27),
        value=value,
        sleeve_value=np.clip(value + rng.normal(4, 12), 20, 255),
    )
    cut.waist = cut.chest * rng.uniform(0.88, 1.02)
    cut.hem = cut.chest * rng.uniform(0.94, 1.15)
    cut.sleeve = min(rng.uniform(80, 98), cut.length * 0.96)
    cut.lean = rng.uniform(0.03, 0.22)
    cut.sleeve_top = cut.armhole * rng.uniform(0.7, 0.92)
    cut.cuff = rng.uniform(8, 14)
    hooded = rng.uniform() < 0.36
    if hooded:
        hood(canvas, rng, cut)
    sleeves(canvas, rng, cut)
    body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 7, "knit": 3, "blossoms": 0.3, "checks": 0.2})
    if rng.uniform() < 0.14:
        quilting(canvas, rng, cut)
    if rng.uniform() < 0.18:
        yoke(canvas, rng, cut)
    gaps(canvas, rng, cut)
    front(canvas, rng, cut)
    if not hooded:
        lapels(canvas, rng, cut) if rng.uniform() < 0.45 else stand_collar(canvas, rng, cut)
    drape(canvas, rng, 5, 32)


def shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a shirt or blouse: a collar and buttons, checks or blossoms, sleeves of any length."""
    value = brightness(rng)
    cut = Cut(
        length=rng.uniform(92, 110),
        neck=rng.uniform(8, 14),
        shoulder=rng.uniform(22, 31),
        slope=rng.uniform(6, 13),
        armhole=rng.uniform(22, 29),
        chest=rng.uniform(19, 28),
        value=value,
        sleeve_value=value + rng.normal(0, 8),
    )
    cut.waist = cut.chest * rng.uniform(0.86, 1.04)
    cut.hem = cut.chest * rng.uniform(0.95, 1.25)
    cut.hem_curve = rng.uniform(0, 7)
    kind = rng.choice(["none", "short", "three quarters", "long"], p=[0.12, 0.28, 0.12, 0.48])
    cut.sleeve, cut.lean = {
        "none": (0.0, 0.3),
        "short": (rng.uniform(20, 34), rng.uniform(0.3, 0.65)),
        "three quarters": (rng.uniform(44, 62), rng.uniform(0.15, 0.4)),
        "long": (rng.uniform(78, 96), rng.uniform(0.02, 0.18)),
    }[kind]
    cut.sleeve_top = cut.armhole * rng.uniform(0.68, 0.9)
    cut.cuff = rng.uniform(7, 11) if kind == "long" else cut.sleeve_top * rng.uniform(0.75, 1.0)
    sleeves(canvas, rng, cut)
    body(canvas, cut)
    patterns.cloth(
        canvas, rng, {"plain": 6, "checks": 1.1, "blossoms": 1.3, "stripes": 0.3, "pinstripes": 0.5, "knit": 1.2}
    )
    if cut.sleeve > 36:
        gaps(canvas, rng, cut)
    if rng.uniform() < 0.68:
        buttons(canvas, rng, cut)
        shirt_collar(canvas, rng, cut)
    else:
        neckline(canvas, rng, cut, depth=rng.uniform(4, 16), kinds=(0.5, 0.5))
    drape(canvas, rng, 5, 30)


def _strap_top(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a top with two straps or a racer back."""
    cut.chest *= rng.uniform(0.7, 0.95)
    cut.hem = cut.chest * rng.uniform(0.95, 1.2)
    cut.waist = cut.chest * rng.uniform(0.85, 1.0)
    straps(canvas, rng, cut, fall=rng.uniform(16, 26))
    patterns.cloth(canvas, rng, {"plain": 6, "stripes": 0.8, "blossoms": 1.5, "knit": 1})
    if rng.uniform() < 0.35:
        patterns.picture(canvas, rng, MIDDLE, TOP + rng.uniform(42, 58), rng.uniform(6, 15), cut.value)
    drape(canvas, rng, 3, 22)


def _strap_dress(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    straps(canvas, rng, cut, fall=rng.uniform(10, 22))
    skirt(canvas, rng, cut)
