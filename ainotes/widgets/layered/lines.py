"""The points of each line, and the frame around everything."""

from collections.abc import Sequence

from .parts import BESIDE, BETWEEN, MARGIN, Box, Item, Line


def rows_of(boxes: Sequence[Box], levels: Sequence[int]) -> tuple[list[float], list[float]]:
    """Return where each level begins and how high it is."""
    heights = [0.0] * (max(levels, default=0) + 1)
    for box, level in zip(boxes, levels, strict=True):
        heights[level] = max(heights[level], box.height)
    return [MARGIN + sum(heights[:level]) + BETWEEN * level for level in range(len(heights))], heights


def straight(edge, boxes, points: list[Item], tops, heights) -> Line:
    """Return a line from the bottom of a box to the top of another, through the points between them."""
    (source, target), line = edge, []
    line.append([boxes[source].x, boxes[source].y + boxes[source].height / 2])
    for item in points:
        line += [[item.x, tops[item.level]], [item.x, tops[item.level] + heights[item.level]]]
    line.append([boxes[target].x, boxes[target].y - boxes[target].height / 2])
    return Line(source, target, line)


def beside(edge: tuple[int, int], boxes: Sequence[Box], levels, lane: float, tops, heights) -> Line:
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


def framed(boxes: Sequence[Box], lines: list[Line], height: float) -> tuple[float, float]:
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
