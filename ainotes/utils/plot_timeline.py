"""A history as a drawing: what came when, and what was new about it."""

import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from ainotes.utils.figure import COLORS, INK, MUTED, AltFigure, drawing

Event = tuple[int, str, str]

WIDTH = 5.8  # inches: narrower than other figures, so that a phone shrinks its text less
ROOM = 54  # letters of one line beside the name of an event
LINE = 0.19  # inches of one line of text
AIR = 0.17  # inches between two events
GAP_YEARS = 4  # with more years than that between two events, the line is broken


def plot_timeline(events: Sequence[Event], title: str = "") -> AltFigure:
    """Landmarks from the oldest to the newest, one below the other, each with its year, its name and what was new.

    Parameters
    ----------
    events : sequence of (year, name, what was new)
        A year is a whole number. They may come in any order; of one year, the first that is given comes first.
    title : str
        Shown above the drawing, and read before the events.

    Returns
    -------
    AltFigure
        A vertical line with a dot for each event. It is dashed where more than four years passed.

    Raises
    ------
    TypeError, ValueError
        If there is no event, or one is not a whole year and two texts that say something.

    Examples
    --------
    >>> plot_timeline([(2015, "ResNet", "shortcuts around layers"), (1998, "LeNet-5", "convolutions that learn")])
    1998: LeNet-5, convolutions that learn. 2015: ResNet, shortcuts around layers.
    """
    told = sorted((_checked(i, event) for i, event in enumerate(_listed(events))), key=lambda event: event[0])
    lines = [textwrap.wrap(news, ROOM) for _, _, news in told]
    heights = [LINE * (1 + len(each)) + AIR for each in lines]
    head = 0.42 if title else 0.08
    fig = AltFigure(WIDTH, sum(heights) + head, layout=None)
    with drawing():
        axes = fig.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(sum(heights), -head)  # inches, downwards
        if title:
            axes.text(0.08, 0.1 - head, title, va="top", fontsize=12, fontweight="bold")
        _draw(axes, told, lines, heights)
    start = f"{title}. " if title else ""
    fig.alt = start + " ".join(f"{year}: {name}, {news}." for year, name, news in told)
    return fig


def _draw(axes: Axes, told: Sequence[Event], lines: Sequence[list[str]], heights: Sequence[float]) -> None:
    middle, top, before = 0.95, 0.0, None
    for (year, name, _), text, height in zip(told, lines, heights, strict=True):
        y = top + LINE / 2 + 0.03
        if before is not None:
            far = year - before[0] > GAP_YEARS
            style: dict[str, Any] = {"ls": (0, (1, 2.2)), "color": MUTED} if far else {"ls": "-", "color": COLORS[0]}
            axes.plot([middle, middle], [before[1], y], lw=2.2, solid_capstyle="butt", zorder=1, **style)
        axes.plot([middle], [y], "o", ms=10, mfc=COLORS[0], mec="white", mew=2, zorder=2)
        if before is None or before[0] != year:
            axes.text(middle - 0.2, y, str(year), ha="right", va="center", fontsize=12, fontweight="bold", color=INK)
        axes.text(middle + 0.24, y, name, va="center", fontsize=12, fontweight="bold", color=COLORS[0])
        for row, part in enumerate(text, start=1):
            axes.text(middle + 0.24, y + row * LINE, part, va="center", fontsize=11, color=INK)
        before, top = (year, y), top + height


def _listed(events: Any) -> list[Any]:
    if isinstance(events, str) or not isinstance(events, Sequence) or not events:
        raise TypeError(
            "plot_timeline: events expects a list of (year, name, what was new), at least one; "
            f'got {events!r:.60}; pass [(2015, "ResNet", "shortcuts around layers")]'
        )
    return list(events)


def _checked(i: int, event: Any) -> Event:
    """An event with its texts on one line, without the full stop at the end."""
    if isinstance(event, str) or not isinstance(event, Sequence) or len(event) != 3:
        raise TypeError(f"plot_timeline: event {i} expects (year, name, what was new), got {event!r:.80}")
    year, *texts = event
    if isinstance(year, bool) or not isinstance(year, int):
        raise TypeError(f"plot_timeline: the year of event {i} expects a whole number, got {year!r}")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"plot_timeline: name and news of event {i} expect texts, got {texts!r:.80}")
    name, news = (" ".join(text.split()).rstrip(".") for text in texts)
    if not name or not news:
        raise ValueError(f"plot_timeline: event {i} ({year}) needs a name and what was new, got {name!r} and {news!r}")
    return year, name, news
