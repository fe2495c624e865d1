"""A layered drawing of a graph: levels from top to bottom, branches side by side, ways around them in lanes.

Plain numbers in and out, in pixels; no torch. The steps are those of Sugiyama, Tagawa and Toda (1981), *Methods for
visual understanding of hierarchical system structures*: levels, order within a level, coordinates; with lanes beside
the boxes for what leads around others, since that is what a shortcut means.
"""

from collections.abc import Sequence

from .levels import chain_of, lanes_of, leads_around, levels_of
from .lines import beside, framed, rows_of, straight
from .order import ordered
from .parts import BESIDE, BETWEEN, MARGIN, Box, Item, Line
from .spread import spread

__all__ = ["BESIDE", "BETWEEN", "MARGIN", "Box", "Line", "levels_of", "place"]


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
    tops, heights = rows_of(boxes, levels)
    around = [edge for edge in edges if leads_around(edge, edges, levels)]
    items = [Item(level, box.width) for box, level in zip(boxes, levels, strict=True)]
    passing = {edge: chain_of(items, edge, boxes, levels) for edge in edges if edge not in around}
    rows = ordered(items, len(heights))
    lanes = lanes_of(items, rows, around, edges, passing, boxes, levels)
    spread(items, rows, {i for chain in lanes.values() for i in chain})
    for box, item in zip(boxes, items, strict=False):
        box.x, box.y = item.x, tops[item.level] + heights[item.level] / 2
    lines = [straight(edge, boxes, [items[i] for i in chain], tops, heights) for edge, chain in passing.items()]
    lines += [beside(edge, boxes, levels, items[chain[0]].x, tops, heights) for edge, chain in lanes.items()]
    return lines, *framed(boxes, lines, tops[-1] + heights[-1] + MARGIN if boxes else 0.0)
