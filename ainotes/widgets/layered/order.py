"""The order of boxes and passing lines within each level, from left to right, with few crossings."""

from .parts import Item


def ordered(items: list[Item], levels: int) -> list[list[int]]:
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


def _crossings(items: list[Item], rows: list[list[int]]) -> int:
    place_of = {i: at for row in rows for at, i in enumerate(row)}
    total = 0
    for row in rows:
        ends = [
            place_of[below] for i in row for below in sorted((j for j, _ in items[i].down), key=place_of.__getitem__)
        ]
        total += sum(a > b for at, a in enumerate(ends) for b in ends[at + 1 :])
    return total
