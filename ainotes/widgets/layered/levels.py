"""Which level each box stands on, and what passes beside it: the chains of long lines, the lanes of shortcuts."""

from collections.abc import Sequence
from itertools import pairwise

from .parts import WEAK, Box, Item


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


def leads_around(edge: tuple[int, int], edges: Sequence[tuple[int, int]], levels: Sequence[int]) -> bool:
    """Whether a line passes other levels although what it starts from goes on there too: a shortcut."""
    source, target = edge
    branches = any(other == source and end != target for other, end in edges)
    return levels[target] - levels[source] > 1 and branches


def chain_of(items: list[Item], edge: tuple[int, int], boxes, levels, *, lane: bool = False) -> list[int]:
    """Add the points of a line between its ends, join all of them, and return the points.

    A lane has one in the level of its last box too: it comes back to that box from the side.
    """
    source, target = edge
    firsts = len(items)
    items += [Item(level, 0.0) for level in range(levels[source] + 1, levels[target] + lane)]
    chain = [source, *range(firsts, len(items)), target]
    loose = lane or (source > 0 and not boxes[source].inputs)
    for above, below in pairwise(chain):
        pull = WEAK if loose and {above, below} & {source, target} else 1.0
        items[above].down.append((below, pull))
        items[below].up.append((above, pull))
    return chain[1:-1]


def lanes_of(items, rows, around, edges, passing, boxes, levels) -> dict[tuple[int, int], list[int]]:
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
        lanes[source, target] = chain_of(items, (source, target), boxes, levels, lane=True)
        for i in lanes[source, target]:
            row = rows[items[i].level]
            at = max((at for at, other in enumerate(row) if other in passed), default=len(row) - 1) + 1
            while at < len(row) and row[at] in known:
                at += 1
            row.insert(at, i)
    return lanes
