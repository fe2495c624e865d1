"""Where across the drawing each box and passing line stands."""

from itertools import pairwise

from .parts import BESIDE, Item

_SWEEPS, _PUSHES = 120, 20


def spread(items: list[Item], rows: list[list[int]], lanes: set[int]) -> None:
    """Set the middle of each item: chains stand straight, each as near to its neighbours as widths allow.

    Lanes then move to the left as far as they can.
    """
    column = _columns(items)
    gaps = _gaps(items, rows, column)
    pulls: dict[int, list[tuple[int, float]]] = {each: [] for each in column}
    for i, item in enumerate(items):
        for below, pull in item.down:
            if column[i] != column[below]:
                pulls[column[i]].append((column[below], pull))
                pulls[column[below]].append((column[i], pull))
    x = dict.fromkeys(column, 0.0)
    for _ in range(_SWEEPS):
        wishes = {
            each: sum(x[j] * pull for j, pull in near) / sum(pull for _, pull in near)
            for each, near in pulls.items()
            if near
        }
        for each, wish in wishes.items():
            x[each] += (wish - x[each]) / 2
        _push_apart(x, gaps, _PUSHES)
    _push_apart(x, gaps, 100 * _PUSHES)
    for lane in dict.fromkeys(column[i] for i in sorted(lanes)):  # in the order in which they were added, inside first
        x[lane] = max(x[left] + gap for (left, right), gap in gaps.items() if right == lane)
    for i, item in enumerate(items):
        item.x = x[column[i]]
    for row in rows:
        # Two columns of a tangled graph may want to stand on either side of each other: there a chain bends.
        for left, right in pairwise(sorted(row, key=lambda i: items[i].x)):
            items[right].x = max(items[right].x, items[left].x + (items[left].width + items[right].width) / 2 + 1)


def _columns(items: list[Item]) -> list[int]:
    """Return the column of each item, by its first item: a chain without forks and joins is one column."""
    column = list(range(len(items)))
    for i in sorted(range(len(items)), key=lambda i: items[i].level):
        firm = [above for above, pull in items[i].up if pull >= 1]
        if len(firm) == 1 and sum(pull >= 1 for _, pull in items[firm[0]].down) == 1:
            column[i] = column[firm[0]]
    return column


def _gaps(items: list[Item], rows: list[list[int]], column: list[int]) -> dict[tuple[int, int], float]:
    """Return how far apart the middles of two neighbouring columns must be, the left one first."""
    gaps: dict[tuple[int, int], float] = {}
    for row in rows:
        for left, right in pairwise(row):
            pair = column[left], column[right]
            gaps[pair] = max(gaps.get(pair, 0.0), (items[left].width + items[right].width) / 2 + BESIDE)
    return gaps


def _push_apart(x: dict[int, float], gaps: dict[tuple[int, int], float], times: int) -> None:
    """Move columns that are too close, both by half of what is missing, until none is or `times` are over."""
    for _ in range(times):
        worst = 0.0
        for (left, right), gap in gaps.items():
            missing = x[left] + gap - x[right]
            if missing > 0:
                worst = max(worst, missing)
                x[left] -= missing / 2
                x[right] += missing / 2
        if worst < 0.01:
            return
