"""What a network says of a photograph: the picture, and a bar for each class it thinks of."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ainotes.utils.figure import COLORS, AltFigure, drawing

__all__ = ["plot_top"]


def plot_top(image: Any, found: Sequence[tuple[str, float]], title: str = "") -> AltFigure:
    """A photograph and, beside it, its most probable classes as bars.

    Parameters
    ----------
    image : PIL image or array
        (H, W) or (H, W, 3), as matplotlib shows it.
    found : sequence of (str, float)
        Classes and their probabilities, 0 to 1, the most probable first: what `ainotes.pretrained.top_classes` returns.
    title : str
        What the picture is called.

    Returns
    -------
    AltFigure

    Raises
    ------
    ValueError
        If there is no class, or a probability is not from 0 to 1.

    Examples
    --------
    >>> plot_top(np.zeros((4, 4)), [("night", 0.9), ("coal", 0.05)], "the window")
    The window: night 90.0 %, coal 5.0 %.
    """
    if not found:
        raise ValueError("plot_top: expects at least one class with its probability, got none")
    names, values = [name for name, _ in found], [float(value) for _, value in found]
    if not all(0 <= value <= 1 for value in values):
        raise ValueError(f"plot_top: probabilities go from 0 to 1, got {values}")
    pixels = np.asarray(image)
    fig = AltFigure(7.2, max(2.2, 0.6 + 0.34 * len(found)))
    with drawing():
        picture, bars = fig.subplots(1, 2, width_ratios=(1, 1.7))
        picture.imshow(pixels, cmap="gray" if pixels.ndim == 2 else None)
        picture.set_axis_off()
        picture.set_title(title, fontsize=10.5)
        drawn = bars.barh(range(len(values)), values, color=[COLORS[0], *[COLORS[5]] * (len(values) - 1)])
        bars.bar_label(drawn, [f"{value:.1%}" for value in values], padding=3, fontsize=9)
        bars.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=9.5)
        bars.invert_yaxis()
        bars.set_xlim(0, 1.18)
        bars.xaxis.set_visible(False)
        bars.spines[["top", "right", "bottom"]].set_visible(False)
    told = ", ".join(f"{name} {100 * value:.1f} %" for name, value in zip(names, values, strict=True))
    fig.alt = f"{title[:1].upper()}{title[1:]}: {told}." if title else f"A photograph: {told}."
    return fig


def _short(name: str, most: int = 26) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
