"""What is worn above: T-shirts, pullovers, dresses, coats and shirts, all cut from one parametric pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import patterns
from .canvas import MIDDLE, Canvas, Point, smooth

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


def t_shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a T-shirt or a top: short sleeves, or straps."""
    value = _value(rng)
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
    _sleeves(canvas, rng, cut)
    _body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 8, "stripes": 0.8, "knit": 1.2, "blossoms": 0.6, "fade": 0.4})
    _neckline(canvas, rng, cut, depth=rng.uniform(3, 12), kinds=(0.75, 0.25))
    if rng.uniform() < 0.14:
        _polo(canvas, rng, cut)
    elif rng.uniform() < 0.5:
        size = rng.uniform(4, 18)
        patterns.picture(canvas, rng, MIDDLE + rng.normal(0, 2), TOP + rng.uniform(26, 50), size, value)
    _drape(canvas, rng, 4, 28)


def pullover(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a pullover: long sleeves that hang beside the body, often a hood or a ribbed hem."""
    value = _value(rng)
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
    hood = rng.uniform() < 0.2
    if hood:
        _hood(canvas, rng, cut)
    _sleeves(canvas, rng, cut)
    _body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 6, "stripes": 0.9, "knit": 2.2, "blossoms": 0.4, "fade": 0.4})
    _gaps(canvas, rng, cut)
    if not hood:
        if rng.uniform() < 0.12:
            _turtleneck(canvas, rng, cut)
        else:
            _neckline(canvas, rng, cut, depth=rng.uniform(2, 9), kinds=(0.8, 0.2))
    if rng.uniform() < 0.5:
        _ribs(canvas, rng, cut)
    if rng.uniform() < 0.33:
        patterns.picture(canvas, rng, MIDDLE + rng.normal(0, 2), TOP + rng.uniform(30, 48), rng.uniform(7, 17), value)
    _drape(canvas, rng, 5, 30)


def dress(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a dress: narrow and long, straight, waisted or flared, with any sleeve or none."""
    value = _value(rng)
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
    _sleeves(canvas, rng, cut)
    _body(canvas, cut)
    _skirt(canvas, rng, cut)
    _neckline(canvas, rng, cut, depth=rng.uniform(2, 12), kinds=(0.65, 0.35))


def coat(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a coat or jacket: open down the front, with a collar, a hood, quilting or a belt."""
    value = np.clip(_value(rng), 45, 240)
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
    hood = rng.uniform() < 0.36
    if hood:
        _hood(canvas, rng, cut)
    _sleeves(canvas, rng, cut)
    _body(canvas, cut)
    patterns.cloth(canvas, rng, {"plain": 7, "knit": 3, "blossoms": 0.3, "checks": 0.2})
    if rng.uniform() < 0.14:
        _quilting(canvas, rng, cut)
    if rng.uniform() < 0.18:
        _yoke(canvas, rng, cut)
    _gaps(canvas, rng, cut)
    _front(canvas, rng, cut)
    if not hood:
        _lapels(canvas, rng, cut) if rng.uniform() < 0.45 else _stand_collar(canvas, rng, cut)
    _drape(canvas, rng, 5, 32)


def shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a shirt or blouse: a collar and buttons, checks or blossoms, sleeves of any length."""
    value = _value(rng)
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
    _sleeves(canvas, rng, cut)
    _body(canvas, cut)
    patterns.cloth(
        canvas, rng, {"plain": 6, "checks": 1.1, "blossoms": 1.3, "stripes": 0.3, "pinstripes": 0.5, "knit": 1.2}
    )
    if cut.sleeve > 36:
        _gaps(canvas, rng, cut)
    if rng.uniform() < 0.68:
        _buttons(canvas, rng, cut)
        _shirt_collar(canvas, rng, cut)
    else:
        _neckline(canvas, rng, cut, depth=rng.uniform(4, 16), kinds=(0.5, 0.5))
    _drape(canvas, rng, 5, 30)


def _value(rng: np.random.Generator) -> float:
    """Return a cloth's brightness: seldom dark, often light, as black garments are bright in a negative."""
    return float(rng.choice([rng.uniform(45, 115), rng.uniform(115, 190), rng.uniform(185, 240)], p=[0.17, 0.4, 0.43]))


def _shoulder_points(cut: Cut, side: int) -> tuple[Point, Point]:
    """Return the shoulder's end and the armpit, on side -1 (left) or 1."""
    tip = (MIDDLE + side * cut.shoulder, TOP + cut.slope)
    pit = (MIDDLE + side * cut.chest, TOP + cut.slope + cut.armhole)
    return tip, pit


def _body(canvas: Canvas, cut: Cut) -> None:
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
    canvas.polygon([(MIDDLE + x, y) for x, y in half] + [(MIDDLE - x, y) for x, y in reversed(half)], cut.value)


def _sleeves(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    if cut.sleeve <= 0:
        return
    bend = rng.uniform(-1, 5) if cut.sleeve > 45 else 0
    for side in (-1, 1):
        lean = cut.lean * rng.uniform(0.9, 1.1)
        along = np.array([side * np.sin(lean), np.cos(lean)])
        inwards = np.array([-side * np.cos(lean), np.sin(lean)])
        tip, pit = (np.array(p) for p in _shoulder_points(cut, side))
        outer = tip + along * cut.sleeve
        inner = outer + inwards * cut.cuff
        elbow_outer = tip + along * cut.sleeve * 0.45 - inwards * bend
        elbow_inner = elbow_outer + inwards * (cut.sleeve_top + cut.cuff) / 2
        ball = tip + np.array([side * 2.0, 3.0])
        shape = [tip + inwards * 6, tip, ball, elbow_outer, outer, inner, elbow_inner, pit, pit + inwards * 6]
        if cut.sleeve <= 45:
            shape = [tip + inwards * 6, tip, outer, inner, pit, pit + inwards * 6]
        canvas.polygon(shape, cut.sleeve_value)


def _gaps(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Part the sleeve from the body: a seam above, a dark gap or a bright shadow below the armpit."""
    if cut.sleeve <= 36:
        return
    edge = rng.choice([0, cut.value * 0.45, min(255, cut.value * 1.35 + 20)], p=[0.3, 0.35, 0.35])
    width = rng.uniform(1, 3.5)
    for side in (-1, 1):
        tip, pit = _shoulder_points(cut, side)
        waist = (MIDDLE + side * cut.waist, TOP + cut.length * max(cut.waist_at, 0.55))
        end = (MIDDLE + side * cut.hem, TOP + min(cut.length, cut.sleeve + cut.slope + 2))
        canvas.line([pit, waist, end], edge, width)
        seam = cut.value + rng.uniform(-50, 40)
        canvas.line([(tip[0] - side * 3, tip[1]), (pit[0] - side * 2, pit[1])], max(20, seam), 2)


def _neckline(canvas: Canvas, rng: np.random.Generator, cut: Cut, depth: float, kinds: tuple[float, float]) -> None:
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


def _polo(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    shade = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(25, 70), 20, 255)
    _shirt_collar(canvas, rng, cut)
    canvas.rectangle(MIDDLE - 2.5, TOP + 6, MIDDLE + 2.5, TOP + rng.uniform(22, 34), shade)


def _shirt_collar(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    shade = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(10, 60), 25, 255)
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


def _buttons(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    shade = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(20, 80), 20, 255)
    width = rng.uniform(0.8, 2.5)
    canvas.rectangle(MIDDLE - width, TOP + 6, MIDDLE + width, TOP + cut.length, shade)
    if rng.uniform() < 0.7:
        dot = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(30, 110), 15, 255)
        for row in np.arange(TOP + 14, TOP + cut.length - 4, rng.uniform(11, 17)):
            canvas.ellipse(MIDDLE, row, 1.5, 1.5, dot)
    if rng.uniform() < 0.3:
        pocket = np.clip(cut.value - 35, 20, 255)
        canvas.line([(MIDDLE + 8, TOP + 34), (MIDDLE + 20, TOP + 34), (MIDDLE + 20, TOP + 46)], pocket, 2)


def _front(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw what closes a coat: a zip, a row of buttons, an open front; perhaps pockets and a belt."""
    line = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(15, 90), 8, 255)
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


def _lapels(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
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


def _stand_collar(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    high, shade = rng.uniform(2, 9), np.clip(cut.value + rng.uniform(-70, 50), 20, 255)
    n = cut.neck
    canvas.polygon(
        [
            (MIDDLE - n, TOP + 5),
            (MIDDLE - n * 0.85, TOP - high),
            (MIDDLE + n * 0.85, TOP - high),
            (MIDDLE + n, TOP + 5),
        ],
        shade,
    )
    canvas.ellipse(MIDDLE, TOP - high + 2, n * 0.7, rng.uniform(2, 5), cut.value * rng.uniform(0.2, 0.7))


def _hood(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
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


def _turtleneck(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    high, n = rng.uniform(6, 12), cut.neck * 0.85
    shade = np.clip(cut.value + rng.uniform(-30, 30), 20, 255)
    canvas.polygon(
        [(MIDDLE - n * 1.1, TOP + 4), (MIDDLE - n, TOP - high), (MIDDLE + n, TOP - high), (MIDDLE + n * 1.1, TOP + 4)],
        shade,
    )


def _ribs(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """A hem of another brightness."""
    shade = np.clip(cut.value + rng.uniform(-50, 40), 20, 255)
    row = TOP + cut.length - rng.uniform(4, 9)
    canvas.rectangle(MIDDLE - cut.hem + 1, row, MIDDLE + cut.hem - 1, TOP + cut.length, shade)


def _quilting(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    step = rng.uniform(8, 14)
    bright = np.sin(np.arange(canvas.image.height) * (2 * np.pi / step))[:, None]
    canvas.overlay(bright * np.ones((1, canvas.image.width)), rng.uniform(15, 45))


def _yoke(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Shoulders of another colour."""
    row = TOP + rng.uniform(18, 50)
    above = np.arange(canvas.image.height)[:, None] < row
    canvas.overlay(above * np.ones((1, canvas.image.width)), rng.choice([-1, 1]) * rng.uniform(50, 120))


def _skirt(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Give a dress its cloth, belt and skirt."""
    patterns.cloth(
        canvas, rng, {"plain": 6, "blossoms": 1.6, "stripes": 0.5, "knit": 1.5, "fade": 0.5, "pinstripes": 0.3}
    )
    waist = TOP + cut.length * cut.waist_at
    rows = np.arange(canvas.image.height)[:, None] * np.ones((1, canvas.image.width))
    if rng.uniform() < 0.2:
        canvas.overlay(rows > waist, rng.choice([-1, 1]) * rng.uniform(40, 140))
    if rng.uniform() < 0.3:
        shade = np.clip(cut.value + rng.choice([-1, 1]) * rng.uniform(40, 110), 15, 255)
        canvas.rectangle(MIDDLE - cut.waist - 1, waist - 2, MIDDLE + cut.waist + 1, waist + rng.uniform(1, 4), shade)
    _drape(canvas, rng, 5, 40, spread=0.5)


def _strap_top(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    """Draw a top with two straps or a racer back."""
    cut.chest *= rng.uniform(0.7, 0.95)
    cut.hem = cut.chest * rng.uniform(0.95, 1.2)
    cut.waist = cut.chest * rng.uniform(0.85, 1.0)
    _straps(canvas, rng, cut, fall=rng.uniform(16, 26))
    patterns.cloth(canvas, rng, {"plain": 6, "stripes": 0.8, "blossoms": 1.5, "knit": 1})
    if rng.uniform() < 0.35:
        patterns.picture(canvas, rng, MIDDLE, TOP + rng.uniform(42, 58), rng.uniform(6, 15), cut.value)
    _drape(canvas, rng, 3, 22)


def _strap_dress(canvas: Canvas, rng: np.random.Generator, cut: Cut) -> None:
    _straps(canvas, rng, cut, fall=rng.uniform(10, 22))
    _skirt(canvas, rng, cut)


def _straps(canvas: Canvas, rng: np.random.Generator, cut: Cut, fall: float) -> None:
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
    canvas.polygon([(MIDDLE + x, y) for x, y in half] + [(MIDDLE - x, y) for x, y in reversed(half)], cut.value)
    deep = fall * rng.uniform(0.6, 1.0)
    if rng.uniform() < 0.3:
        canvas.polygon([(MIDDLE - inner, TOP - 2), (MIDDLE + inner, TOP - 2), (MIDDLE, TOP + deep)], 0)
    else:
        canvas.ellipse(MIDDLE, TOP - 2, inner, deep, 0)


def _drape(canvas: Canvas, rng: np.random.Generator, count: int, strength: float, spread: float = 0.15) -> None:
    canvas.overlay(patterns.folds(rng, int(rng.integers(1, count + 1)), spread), rng.uniform(0.3, 1) * strength)
