"""A layered drawing of a graph: levels from top to bottom, branches side by side, ways around them in lanes.

Plain numbers in and out, in pixels; no torch. The steps are those of Sugiyama, Tagawa and Toda (1981), *Methods for
visual understanding of hierarchical system structures*: levels, order within a level, coordinates; with lanes beside
the boxes for what leads around others, since that is what a shortcut means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

BETWEEN = 24  # pixels between two levels, room for an arrow
BESIDE = 16  # pixels between two boxes, two lanes, or one of each
MARGIN = 4
_SWEEPS, _PUSHES = 120, 20
_WEAK = 0.01  # the pull of what stands beside the way from input to output, such as a parameter


@dataclass
class Box:
    """What is to be placed: its size, and the indices of the boxes that feed it, all of them earlier ones.

    After `place`, `x` and `y` are its centre.
    """

    width: float
    height: float
    inputs: Sequence[int] = ()
    x: float = 0.0
    y: float = 0.0


@dataclass
class Line:
    """A line from one box to another and the points that it passes.

    Its kind is "down" from level to level, "side" through a lane beside the boxes, and "below" where it comes into
    that lane from the bottom of its first box.
    """

    source: int
    target: int
    points: list[list[float]] = field(default_factory=list)
    kind: str = "down"


@dataclass
class _Item:
    """A place within a level: the boxes come first, then the points of lines that pass."""

    level: int
    width: float
    up: list[tuple[int, float]] = field(default_factory=list)  # neighbours in the level above, and how hard they pull
    down: list[tuple[int, float]] = field(default_factory=list)
    x: float = 0.0


def place(boxes: Sequence[Box]) -> tuple[list[Line], float, float]:
    """Set the centre of each box; return the lines, and width and height of the whole.

    Parameters
    ----------
    boxes : sequence of Box
        Each after those that feed it. Their `x` and `y` are set.

    Examples
    --------
    >>> boxes = [Box(40, 20), Box(40, 20, [0]), Box(40, 20, [1, 0])]  # a layer and a way around it
    >>> lines, width, height = place(boxes)
    >>> [box.y for box in boxes], [line.kind for line in lines]
    ([14.0, 58.0, 102.0], ['down', 'down', 'side'])
    """
    edges = [(source, target) for target, box in enumerate(boxes) for source in dict.fromkeys(box.inputs)]
    levels = levels_of(boxes, edges)
    tops, heights = _rows_of(boxes, levels)
    around = [edge for edge in edges if _leads_around(edge, edges, levels)]
    items = [_Item(level, box.width) for box, level in zip(boxes, levels, strict=True)]
    passing = {edge: _chain(items, edge, boxes, levels) for edge in edges if edge not in around}
    rows = _ordered(items, len(heights))
    lanes = _lanes(items, rows, around, edges, passing, boxes, levels)
    _spread(items, rows, {i for chain in lanes.values() for i in chain})
    for box, item in zip(boxes, items, strict=False):
        box.x, box.y = item.x, tops[item.level] + heights[item.level] / 2
    lines = [_straight(edge, boxes, [items[i] for i in chain], tops, heights) for edge, chain in passing.items()]
    lines += [_beside(edge, boxes, levels, items[chain[0]].x, tops, heights) for edge, chain in lanes.items()]
    return lines, *_framed(boxes, lines, tops[-1] + heights[-1] + MARGIN if boxes else 0.0)


def _rows_of(boxes: Sequence[Box], levels: Sequence[int]) -> tuple[list[float], list[float]]:
    """Return where each level begins and how high it is."""
    heights = [0.0] * (max(levels, default=0) + 1)
    for box, level in zip(boxes, levels, strict=True):
        heights[level] = max(heights[level], box.height)
    return [MARGIN + sum(heights[:level]) + BETWEEN * level for level in range(len(heights))], heights


def levels_of(boxes: Sequence[Box], edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the level of each box: one below the lowest that feeds it; what nothing feeds stands right above its user.

    Examples
    --------
    >>> boxes = [Box(1, 1), Box(1, 1, [0]), Box(1, 1), Box(1, 1, [1, 2])]
    >>> levels_of(boxes, [(0, 1), (1, 3), (2, 3)])
    [0, 1, 1, 2]
    """
    levels = [0] * len(boxes)
    for i, box in enumerate(boxes):
        levels[i] = 1 + max((levels[source] for source in box.inputs), default=-1)
    for i in range(1, len(boxes)):
        users = [levels[target] for source, target in edges if source == i]
        if not boxes[i].inputs and users:
            levels[i] = min(users) - 1
    return levels


def _leads_around(edge: tuple[int, int], edges: Sequence[tuple[int, int]], levels: Sequence[int]) -> bool:
    """Whether a line passes other levels although what it starts from goes on there too: a shortcut."""
    source, target = edge
    branches = any(other == source and end != target for other, end in edges)
    return levels[target] - levels[source] > 1 and branches


def _chain(items: list[_Item], edge: tuple[int, int], boxes, levels, *, lane: bool = False) -> list[int]:
    """Add the points of a line between its ends, join all of them, and return the points.

    A lane has one in the level of its last box too: it comes back to that box from the side.
    """
    source, target = edge
    firsts = len(items)
    items += [_Item(level, 0.0) for level in range(levels[source] + 1, levels[target] + lane)]
    chain = [source, *range(firsts, len(items)), target]
    loose = lane or (source > 0 and not boxes[source].inputs)
    for above, below in pairwise(chain):
        pull = _WEAK if loose and {above, below} & {source, target} else 1.0
        items[above].down.append((below, pull))
        items[below].up.append((above, pull))
    return chain[1:-1]


def _lanes(items, rows, around, edges, passing, boxes, levels) -> dict[tuple[int, int], list[int]]:
    """Add a lane for each line that leads around others, right of what it passes, the shortest one nearest."""
    reach = [1 << i for i in range(len(boxes))]  # bit j of reach[i]: box j is box i or comes after it
    for source, target in sorted(edges, reverse=True):
        reach[source] |= reach[target]
    lanes: dict[tuple[int, int], list[int]] = {}
    for source, target in sorted(around, key=lambda edge: (levels[edge[1]] - levels[edge[0]], edge)):
        inner = {i for i in range(len(boxes)) if reach[source] >> i & 1 and reach[i] >> target & 1}
        passed = inner - {source}
        for others in (passing, lanes):
            passed |= {i for (start, end), chain in others.items() if {start, end} <= inner for i in chain}
        known = {i for chain in lanes.values() for i in chain}
        lanes[source, target] = _chain(items, (source, target), boxes, levels, lane=True)
        for i in lanes[source, target]:
            row = rows[items[i].level]
            at = max((at for at, other in enumerate(row) if other in passed), default=len(row) - 1) + 1
            while at < len(row) and row[at] in known:
                at += 1
            row.insert(at, i)
    return lanes


def _ordered(items: list[_Item], levels: int) -> list[list[int]]:
    """Return the items of each level from left to right: as they are met from the top, then by their neighbours."""
    rows: list[list[int]] = [[] for _ in range(levels)]
    met: set[int] = set()

    def visit(i: int) -> None:
        if i not in met:
            met.add(i)
            rows[items[i].level].append(i)
            for below, _ in items[i].down:
                visit(below)

    for i, item in enumerate(items):
        if not item.up and any(pull >= 1 for _, pull in item.down):
            visit(i)
    for i in range(len(items)):
        visit(i)
    best, fewest = [list(row) for row in rows], _crossings(items, rows)
    for sweep in range(6):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            place_of = {i: at for each in rows for at, i in enumerate(each)}
            near = {i: [place_of[j] for j, _ in (items[i].up if sweep % 2 == 0 else items[i].down)] for i in row}
            row.sort(key=lambda i: sum(near[i]) / len(near[i]) if near[i] else place_of[i])
        if (crossings := _crossings(items, rows)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _crossings(items: list[_Item], rows: list[list[int]]) -> int:
    place_of = {i: at for row in rows for at, i in enumerate(row)}
    total = 0
    for row in rows:
        ends = [
            place_of[below] for i in row for below in sorted((j for j, _ in items[i].down), key=place_of.__getitem__)
        ]
        total += sum(a > b for at, a in enumerate(ends) for b in ends[at + 1 :])
    return total


def _spread(items: list[_Item], rows: list[list[int]], lanes: set[int]) -> None:
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


def _columns(items: list[_Item]) -> list[int]:
    """Return the column of each item, by its first item: a chain without forks and joins is one column."""
    column = list(range(len(items)))
    for i in sorted(range(len(items)), key=lambda i: items[i].level):
        firm = [above for above, pull in items[i].up if pull >= 1]
        if len(firm) == 1 and sum(pull >= 1 for _, pull in items[firm[0]].down) == 1:
            column[i] = column[firm[0]]
    return column


def _gaps(items: list[_Item], rows: list[list[int]], column: list[int]) -> dict[tuple[int, int], float]:
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


def _straight(edge, boxes, points: list[_Item], tops, heights) -> Line:
    """Return a line from the bottom of a box to the top of another, through the points between them."""
    (source, target), line = edge, []
    line.append([boxes[source].x, boxes[source].y + boxes[source].height / 2])
    for item in points:
        line += [[item.x, tops[item.level]], [item.x, tops[item.level] + heights[item.level]]]
    line.append([boxes[target].x, boxes[target].y - boxes[target].height / 2])
    return Line(source, target, line)


def _beside(edge: tuple[int, int], boxes: Sequence[Box], levels, lane: float, tops, heights) -> Line:
    """Return a line that leaves a box at its right side and comes back at the right side of another.

    Where the lane begins below the first box, it leaves at the bottom: then the line has a point more.
    """
    source, target = (boxes[i] for i in edge)
    start, end = source.x + source.width / 2, target.x + target.width / 2
    first = levels[edge[0]] + 1
    row = [box for box, level in zip(boxes, levels, strict=True) if level == first - 1 and box.x > source.x]
    blocked = any(box.x - box.width / 2 < lane + BESIDE / 2 for box in row)
    if blocked or lane < start + BESIDE / 2:
        points = [[source.x, source.y + source.height / 2], [lane, tops[first]], [lane, target.y], [end, target.y]]
        return Line(*edge, points, kind="below")
    return Line(*edge, [[start, source.y], [lane, source.y], [lane, target.y], [end, target.y]], kind="side")


def _framed(boxes: Sequence[Box], lines: list[Line], height: float) -> tuple[float, float]:
    """Move everything to the right until nothing is left of the margin; return width and height."""
    lefts = [box.x - box.width / 2 for box in boxes] + [x for line in lines for x, _ in line.points]
    shift = MARGIN - min(lefts, default=MARGIN)
    for box in boxes:
        box.x = round(box.x + shift, 1)
        box.y = round(box.y, 1)
    for line in lines:
        line.points = [[round(x + shift, 1), round(y, 1)] for x, y in line.points]
    rights = [box.x + box.width / 2 for box in boxes] + [x for line in lines for x, _ in line.points]
    return round(max(rights, default=0.0) + MARGIN, 1), round(height, 1)
