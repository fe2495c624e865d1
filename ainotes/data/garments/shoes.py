"""Shoes seen from the side, the toe to the left: sandals, sneakers, ankle boots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import patterns
from .canvas import Canvas, smooth

Along = Callable[[float], float]  # from a part of the shoe (0 at the toe, 1 at the heel) to the column

LEFT, RIGHT, GROUND = 25.0, 130.0, 120.0  # where the toe, the heel and the floor are


def sneaker(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a sneaker: a low, rounded upper on a band of rubber."""
    value = _value(rng)
    sole = rng.uniform(6, 13)
    heel = rng.uniform(30, 42) if rng.uniform() < 0.88 else rng.uniform(44, 60)  # height of the back; high-tops
    toe = rng.uniform(11, 19)
    opening = rng.uniform(0.56, 0.7)  # where the tongue ends, from toe to heel
    tongue = heel * rng.uniform(0.9, 1.08)
    high = heel > 43
    base = GROUND - sole * 0.5

    def x(part: float) -> float:
        return LEFT + part * (RIGHT - LEFT)

    upper = [
        (x(0.02), base),
        (x(0.015), base - toe * 0.6),
        (x(0.09), base - toe),
        (x(0.27), base - toe * rng.uniform(1.15, 1.4)),
        (x(opening - 0.13), base - tongue * rng.uniform(0.72, 0.82)),
        (x(opening), base - tongue),
        (x(opening + 0.07), base - tongue * rng.uniform(0.9, 1.0)),
        (x(0.83), base - heel * rng.uniform(0.75, 0.93) if not high else base - heel * 0.97),
        (x(0.95), base - heel),
        (x(0.985), base - heel * 0.93),
        (x(0.965), base - heel * 0.45),
        (x(0.99), base),
    ]
    canvas.polygon(smooth(upper), value)
    if rng.uniform() < 0.6:
        _toe_cap(canvas, rng, x, base, toe, value)
    _sneaker_marks(canvas, rng, x, base, tongue, opening, value)
    patterns.cloth(canvas, rng, {"plain": 6, "knit": 3, "blossoms": 0.5})
    _rubber(canvas, rng, x, sole, value)


def ankle_boot(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw an ankle boot: a shaft above the heel; flat, on a block or on a stiletto."""
    value = _value(rng)
    heel = rng.choice([rng.uniform(4, 10), rng.uniform(10, 20), rng.uniform(24, 40)], p=[0.3, 0.4, 0.3])
    high = heel > 22
    shaft = (
        rng.choice([rng.uniform(37, 50), rng.uniform(48, 65), rng.uniform(60, 85)]) + heel * 0.7
    )  # height of the top over the floor
    front = rng.uniform(0.48, 0.62) if not high else rng.uniform(0.42, 0.58)
    toe = rng.uniform(14, 24)
    sole = rng.uniform(2, 6)
    right = RIGHT - rng.uniform(0, 20) if high else RIGHT

    def x(part: float) -> float:
        return LEFT + part * (right - LEFT)

    base = GROUND - sole
    tilt = rng.uniform(-3, 5)
    flare = rng.uniform(-0.03, 0.03)
    upper = [
        (x(0.0), base),
        (x(0.01), base - toe * 0.6),
        (x(0.1), base - toe),
        (x(0.28), base - toe * rng.uniform(1.15, 1.45) - heel * 0.25),
        (x(front - 0.04), base - toe * 1.6 - (shaft - toe) * rng.uniform(0.2, 0.35) - heel * 0.2),
        (x(front + 0.02), base - shaft * 0.75),
        (x(front + 0.01 + flare), base - shaft),
    ]
    back = [
        (x(0.97 + flare), base - shaft + tilt),
        (x(0.94), base - shaft * 0.6 - heel * 0.1),
        (x(0.97), base - heel - 10),
        (x(0.98), base - heel),
        (x(0.66), base - heel * 0.95),
        (x(0.42), base),
    ]
    canvas.polygon(np.vstack([smooth(upper, closed=False), smooth(back, closed=False)]), value)
    shade = np.clip(value + rng.uniform(-110, 50), 15, 255)
    _heel(canvas, rng, x, heel, sole, shade)
    canvas.polygon([(x(0.0), base), (x(0.44), base), (x(0.44), GROUND), (x(0.01), GROUND)], shade)
    _boot_marks(canvas, rng, x, base, shaft, front, heel, value)
    patterns.cloth(canvas, rng, {"plain": 6, "knit": 2})
    canvas.overlay(patterns.folds(rng, 3, 0.5), rng.uniform(5, 35))


def sandal(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a sandal: a sole, straps, and air between them."""
    kind = rng.choice(["flat", "flip-flop", "wedge", "heel", "platform"], p=[0.36, 0.1, 0.16, 0.26, 0.12])
    value = _value(rng)
    rise = {"flat": (0, 4), "flip-flop": (0, 3), "wedge": (16, 36), "heel": (26, 52), "platform": (6, 16)}[kind]
    heel = rng.uniform(*rise)
    right = RIGHT - heel * rng.uniform(0.2, 0.6)

    def x(part: float) -> float:
        return LEFT + part * (right - LEFT)

    thick = rng.uniform(3, 7) if kind != "platform" else rng.uniform(9, 18)
    foot = _footbed(x, thick, heel)
    shade = np.clip(value + rng.uniform(-110, 60), 15, 255)
    if kind == "wedge":
        under = [(x(1.0), GROUND), (x(0.5), GROUND), (x(0.05), GROUND)]
        canvas.polygon([*map(tuple, foot), *under], shade)
    elif kind == "heel":
        _heel(canvas, rng, x, heel + thick, 0, shade)
    sole = np.vstack([foot, np.add(foot[::-1], (0, thick))])
    canvas.polygon(sole, shade if rng.uniform() < 0.5 else value)
    if kind == "flip-flop":
        _thong(canvas, rng, x, foot, value)
    else:
        _straps(canvas, rng, x, foot, value)
    patterns.cloth(canvas, rng, {"plain": 4, "knit": 3})


def _value(rng: np.random.Generator) -> float:
    return float(rng.choice([rng.uniform(50, 130), rng.uniform(130, 200), rng.uniform(190, 240)], p=[0.2, 0.45, 0.35]))


def _toe_cap(canvas: Canvas, rng: np.random.Generator, x: Along, base: float, toe: float, value: float) -> None:
    shade = np.clip(value + rng.uniform(-60, 60), 20, 255)
    canvas.ellipse(x(0.1), base - toe * 0.3, (x(1) - x(0)) * 0.085, toe * 0.55, shade)


def _rubber(canvas: Canvas, rng: np.random.Generator, x: Along, sole: float, value: float) -> None:
    """The sole: a band of its own brightness, often thicker under the heel."""
    shade = rng.choice([np.clip(value + rng.uniform(-150, -30), 10, 255), np.clip(value + rng.uniform(0, 90), 10, 255)])
    grow = rng.uniform(0, 4)
    top, foot = GROUND - sole, GROUND
    canvas.polygon(
        [
            (x(0.0), top + 2),
            (x(0.5), top + 1),
            (x(1.0), top - grow),
            (x(0.995), foot - 1),
            (x(0.5), foot),
            (x(0.08), foot),
            (x(0.0), foot - sole * 0.5),
        ],
        shade,
    )
    if rng.uniform() < 0.4:
        canvas.line([(x(0.02), foot - 1), (x(0.99), foot - 1)], np.clip(shade + rng.uniform(-120, 80), 10, 255), 2)


def _sneaker_marks(
    canvas: Canvas, rng: np.random.Generator, x: Along, base: float, tongue: float, opening: float, value: float
) -> None:
    """Stripes, a swoosh, laces, a heel patch."""
    kind = rng.choice(["stripes", "swoosh", "panel", "none"], p=[0.22, 0.2, 0.28, 0.3])
    mark = np.clip(value + rng.choice([-1, 1]) * rng.uniform(50, 150), 10, 255)
    if kind == "stripes":
        for part in 0.42 + 0.09 * np.arange(rng.integers(2, 4)):
            canvas.line([(x(part), base - tongue * 0.6), (x(part + 0.09), base - 6)], mark, rng.uniform(3, 5))
    elif kind == "swoosh":
        curve = smooth([(x(0.36), base - 9), (x(0.5), base - 9), (x(0.9), base - tongue * 0.6)], closed=False)
        canvas.line(curve, mark, rng.uniform(3, 6))
    elif kind == "panel":
        left, wide = rng.uniform(0.3, 0.75), rng.uniform(0.1, 0.25)
        shape = [(x(left), base - 5), (x(left + wide), base - 5), (x(left + wide * 1.2), base - tongue * 0.6)]
        canvas.polygon([*shape, (x(left + 0.06), base - tongue * 0.45)], mark)
    if rng.uniform() < 0.6:
        lace = np.clip(value + rng.choice([-1, 1]) * rng.uniform(40, 120), 10, 255)
        for part in np.linspace(0.3, opening - 0.04, 4):
            row = base - tongue * (0.42 + 0.5 * (part - 0.3) / max(0.2, opening - 0.3))
            canvas.line([(x(part), row), (x(part + 0.05), row + 6)], lace, 2)
    if rng.uniform() < 0.4:
        patch = np.clip(value + rng.uniform(-100, 80), 10, 255)
        canvas.polygon(
            [(x(0.88), base - 4), (x(0.97), base - 4), (x(0.97), base - tongue * 0.7), (x(0.9), base - tongue * 0.6)],
            patch,
        )


def _heel(canvas: Canvas, rng: np.random.Generator, x: Along, heel: float, sole: float, shade: float) -> None:
    """A heel from a flat block to a stiletto, under the right end."""
    wide = rng.uniform(0.22, 0.36) if heel < 22 else rng.choice([rng.uniform(0.05, 0.1), rng.uniform(0.14, 0.3)])
    inset = rng.uniform(0, 0.03)
    canvas.polygon(
        [
            (x(0.7 - 0.05), GROUND - heel - sole),
            (x(0.985), GROUND - heel - sole - 2),
            (x(0.985 - inset), GROUND),
            (x(0.985 - inset - wide), GROUND),
            (x(0.985 - inset - wide * 1.15), GROUND - heel * 0.55),
        ],
        shade,
    )


def _boot_marks(
    canvas: Canvas,
    rng: np.random.Generator,
    x: Along,
    base: float,
    shaft: float,
    front: float,
    heel: float,
    value: float,
) -> None:
    """Elastic, laces, a zip, a strap with a buckle, a cuff."""
    mark = np.clip(value + rng.choice([-1, 1]) * rng.uniform(40, 140), 8, 255)
    kind = rng.choice(["elastic", "laces", "zip", "strap", "cuff", "none"], p=[0.2, 0.22, 0.12, 0.16, 0.12, 0.18])
    top = base - shaft
    if kind == "elastic":
        canvas.polygon(
            [(x(front + 0.13), top + 4), (x(front + 0.32), top + 4), (x(front + 0.22), top + shaft * 0.5)], mark
        )
    elif kind == "laces":
        for row in np.linspace(top + 5, base - heel * 0.3 - 24, 5):
            canvas.line([(x(front - 0.02), row), (x(front + 0.1), row + 3)], mark, 3)
    elif kind == "zip":
        canvas.line([(x(front + 0.22), top), (x(front + 0.24), base - heel - 10)], mark, 2)
    elif kind == "strap":
        row = top + shaft * rng.uniform(0.35, 0.6)
        canvas.line([(x(front - 0.02), row + rng.uniform(-4, 6)), (x(0.95), row)], mark, rng.uniform(3, 6))
        canvas.rectangle(x(front + 0.25), row - 4, x(front + 0.32), row + 4, np.clip(255 - mark, 10, 255))
    elif kind == "cuff":
        canvas.rectangle(x(front), top, x(0.97), top + rng.uniform(5, 14), mark)
    if rng.uniform() < 0.25:
        canvas.line([(x(0.95), top + 3), (x(0.98), top - 5)], mark, 3)  # the loop to pull it on


def _footbed(x: Along, thick: float, heel: float) -> np.ndarray:
    """Return the line on which the foot rests, from toe to heel."""
    return smooth(
        [
            (x(0.0), GROUND - thick - 1),
            (x(0.2), GROUND - thick),
            (x(0.42), GROUND - thick - heel * 0.12),
            (x(0.72), GROUND - thick - heel * 0.8),
            (x(0.86), GROUND - thick - heel),
            (x(1.0), GROUND - thick - heel - 2),
        ],
        closed=False,
    )


def _at(foot: np.ndarray, part: float) -> np.ndarray:
    return foot[min(len(foot) - 1, int(part * len(foot)))]


def _thong(canvas: Canvas, rng: np.random.Generator, x: Along, foot: np.ndarray, value: float) -> None:
    toe, heel = _at(foot, rng.uniform(0.1, 0.2)), _at(foot, rng.uniform(0.55, 0.75))
    peak = (toe * 0.55 + heel * 0.45) - [0, rng.uniform(16, 30)]
    canvas.line(smooth([tuple(toe), tuple(peak), tuple(heel)], closed=False), value, rng.uniform(3, 6))


def _straps(canvas: Canvas, rng: np.random.Generator, x: Along, foot: np.ndarray, value: float) -> None:
    """Bands over the toes, across the instep, round the ankle."""
    width = rng.uniform(3, 10)
    over = rng.uniform(9, 20)
    flat = foot[0, 1] - foot[-1, 1] < 15
    for part in rng.uniform(0.08, 0.3, rng.integers(1, 3)):
        a, b = _at(foot, part), _at(foot, part + rng.uniform(0.08, 0.22))
        top = (a + b) / 2 + [rng.uniform(-2, 8), -over]
        canvas.line(smooth([tuple(a), tuple(top), tuple(b)], closed=False), value, width)
    ankle = _at(foot, 0.93) - [rng.uniform(0, 8), rng.uniform(12, 28) if flat else rng.uniform(24, 46)]
    instep = _at(foot, 0.5) - [rng.uniform(-12, 5), rng.uniform(10, 22) if flat else rng.uniform(16, 30)]
    style = rng.choice(["sling", "cross", "ankle", "mule", "caged"], p=[0.3, 0.2, 0.25, 0.12, 0.13])
    thin = rng.uniform(2.5, 6)
    back = _at(foot, 0.97)
    if style in ("sling", "cross", "caged"):
        canvas.line([tuple(_at(foot, 0.35)), tuple(instep), tuple(ankle)], value, thin)
        canvas.line([tuple(ankle), tuple(back)], value, thin)
    if style == "cross":
        canvas.line([tuple(_at(foot, 0.6)), tuple(instep)], value, thin)
    if style == "ankle":
        canvas.polygon(
            [tuple(back), tuple(np.add(back, (2, -30))), tuple(np.add(ankle, (4, -4))), tuple(_at(foot, 0.82))], value
        )
        canvas.line([tuple(ankle), tuple(ankle - [rng.uniform(18, 30), rng.uniform(-8, 4)])], value, thin)
    if style == "caged":
        for part in (0.35, 0.5, 0.65):
            canvas.line([tuple(_at(foot, part)), tuple(_at(foot, part + 0.15) - [0, rng.uniform(20, 36)])], value, thin)
