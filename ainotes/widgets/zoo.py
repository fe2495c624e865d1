"""All of torchvision's classifiers in one chart: what accuracy costs, and which is best for a budget."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.pictures import one_of

COSTS = ("parameters", "gflops")
OTHER = "other"
_NUMBERS = ("top1", "top5", "parameters", "gflops", "size_mb", "input_size")
_MOST_FAMILIES = 72  # 8 colours times 9 shapes
_BUDGETS = {"parameters": 10e6, "gflops": 1.0}

Points = Sequence[tuple[float | None, float]]


def pareto_front(points: Points) -> list[int]:
    """Return which points no other one beats: none has a higher value for as little or less, in order of their cost.

    Parameters
    ----------
    points : sequence of (cost, value)
        A cost of None is not known: that point is left out. Of equal points the first is kept.

    Examples
    --------
    >>> pareto_front([(4, 76.0), (2, 70.0), (4, 80.0), (9, 79.0)])
    [1, 2]
    """
    known = [(cost, -value, i) for i, (cost, value) in enumerate(points) if cost is not None]
    front: list[int] = []
    for _, value, i in sorted(known):
        if not front or -value > points[front[-1]][1]:
            front.append(i)
    return front


def best_under(points: Points, budget: float) -> int | None:
    """Return the point of the highest value that costs at most `budget`, the cheaper one of two; None for none.

    Examples
    --------
    >>> best_under([(4, 76.0), (2, 70.0), (9, 79.0)], 5), best_under([(4, 76.0)], 1)
    (0, None)
    """
    within = [i for i in pareto_front(points) if points[i][0] <= budget]  # type: ignore[operator]
    return within[-1] if within else None


class ZooExplorer(LiveFigure):
    """Accuracy against cost, one mark for each set of weights; filter, walk, and set a budget.

    Parameters
    ----------
    rows : list of dict, optional
        As `ainotes.models.zoo.zoo` returns them, which is the default. A row of your own needs ``"name"``, ``"top1"``
        (per cent) and one of ``"parameters"`` and ``"gflops"``; what else it lacks is shown as not known.
    cost : str
        What accuracy is drawn against: "parameters" or "gflops" (10^9 multiply-adds for one image).
    budget : float, optional
        The most that the best model may cost, in units of `cost`; 1 GFLOPs or 10 million parameters by default.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    chosen : int
        Index of the row that is read out. Synchronised, as are `cost`, `budgets` (one for each cost), `hidden`
        (families that are switched off), `file_mb` (files larger than that are left out; None for no limit) and
        `more_data` (whether weights that saw more than ImageNet are shown: those that torchvision calls SWAG).

    Raises
    ------
    ValueError, TypeError
        Where a row has no name or no accuracy, a number makes no sense, or there is no such cost or family.

    Notes
    -----
    SWAG: Singh et al., *Revisiting Weakly Supervised Pre-Training of Visual Perception Models*, arXiv:2201.08371.

    Examples
    --------
    >>> mine = {"name": "mine", "top1": 71.5, "gflops": 0.3}
    >>> figure = ZooExplorer([mine, {"name": "theirs", "top1": 72.0, "gflops": 1.2}], budget=0.5)
    >>> figure.best["name"], [row["name"] for row in figure.front]
    ('mine', ['mine', 'theirs'])
    """

    figure = "zoo"
    models: Any = traitlets.List().tag(sync=True)
    families: Any = traitlets.List().tag(sync=True)
    papers: Any = traitlets.List().tag(sync=True)
    cost = traitlets.Unicode("gflops").tag(sync=True)
    budgets: Any = traitlets.Dict().tag(sync=True)
    hidden: Any = traitlets.List().tag(sync=True)
    file_mb = traitlets.Float(None, allow_none=True).tag(sync=True)
    more_data = traitlets.Bool(True).tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]] | None = None,
        *,
        cost: str = "gflops",
        budget: float | None = None,
        title: str = "What accuracy costs",
        alt: str | None = None,
        **kwargs: Any,
    ):
        if rows is None:
            from ainotes.models.zoo import zoo  # here: it loads torch, which a figure of other rows does not need

            rows = zoo()
        if isinstance(rows, Mapping | str) or not isinstance(rows, Sequence):
            raise TypeError(
                f"ZooExplorer: rows expects a list of dicts as `zoo()` returns it, got {type(rows).__name__}"
            )
        self.rows = [_checked(i, row) for i, row in enumerate(rows)]
        if not self.rows:
            raise ValueError("ZooExplorer: rows expects at least one model, got none")
        cost = one_of("ZooExplorer", "cost", cost, COSTS)
        families, papers = _families(self.rows), _papers(self.rows)
        super().__init__(
            models=[_packed(row, families, papers) for row in self.rows],
            families=families,
            papers=[list(paper) for paper in papers],
            cost=cost,
            budgets=_BUDGETS | ({} if budget is None else {cost: budget}),
            title=title,
            **kwargs,
        )
        if "chosen" not in kwargs:
            self.chosen = self._best() or 0
        self.alt = self._describe() if alt is None else alt

    @property
    def front(self) -> list[dict[str, Any]]:
        """The rows that no other shown one beats at the current cost, cheapest first."""
        return [self.rows[i] for i in pareto_front(self._points())]

    @property
    def best(self) -> dict[str, Any] | None:
        """The most accurate of the rows shown that cost at most the budget; None where none does."""
        best = self._best()
        return None if best is None else self.rows[best]

    def _best(self) -> int | None:
        return best_under(self._points(), self.budgets[self.cost])

    def _points(self) -> Points:
        """Return cost and accuracy of each row; the cost is None where a filter leaves the row out."""
        return [(row[self.cost] if self._passes(row) else None, row["top1"]) for row in self.rows]

    def _passes(self, row: Mapping[str, Any]) -> bool:
        small = self.file_mb is None or (row["size_mb"] is not None and row["size_mb"] <= self.file_mb)
        family = row["family"] or OTHER
        return small and family not in self.hidden and (self.more_data or not _saw_more(row["weights"]))

    @traitlets.validate("cost")
    def _valid_cost(self, proposal: Any) -> str:
        return one_of("ZooExplorer", "cost", proposal["value"], COSTS)

    @traitlets.validate("budgets")
    def _valid_budgets(self, proposal: Any) -> dict[str, float]:
        given = dict(proposal["value"])
        if set(given) != set(COSTS) or not all(_positive(value) for value in given.values()):
            raise ValueError(f"ZooExplorer: budgets expects a positive number for each of {list(COSTS)}, got {given}")
        return given

    @traitlets.validate("hidden")
    def _valid_hidden(self, proposal: Any) -> list[str]:
        return [one_of("ZooExplorer", "hidden", name, self.families) for name in proposal["value"]]

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self.models):
            raise ValueError(
                f"ZooExplorer: chosen is the index of a row, 0 to {len(self.models) - 1}, got {proposal['value']}"
            )
        return proposal["value"]

    def _describe(self) -> str:
        what = "parameters" if self.cost == "parameters" else "multiply-adds"
        low, high = (pick(self.rows, key=lambda row: row["top1"]) for pick in (min, max))
        text = (
            f"A chart of {len(self.rows)} sets of weights from {len(self.families)} families: accuracy on ImageNet "
            f"against {what}, from {_title(low)} with {low['top1']:.1f} % to {_title(high)} with {high['top1']:.1f} %."
        )
        best, budget = self.best, self.budgets[self.cost]
        limit = f"{budget:g} GFLOPs" if self.cost == "gflops" else f"{budget / 1e6:g} million parameters"
        return text + (f" The best with at most {limit}: {_title(best)}, {best['top1']:.1f} %." if best else "")


def _title(row: Mapping[str, Any]) -> str:
    return f"{row['name']} {row['weights'].removeprefix('IMAGENET1K_').replace('_', ' ')}".strip()


def _saw_more(weights: str) -> bool:
    return "SWAG" in weights


def _positive(value: Any) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and math.isfinite(value) and value > 0


def _checked(i: int, row: Any) -> dict[str, Any]:
    """Return a row with all its keys, None where it lacks one."""
    if not isinstance(row, Mapping) or not isinstance(row.get("name"), str) or not row["name"]:
        raise TypeError(f"ZooExplorer: row {i} expects a dict with a 'name', as `zoo()` returns it, got {row!r:.100}")
    numbers = {key: row.get(key) for key in _NUMBERS}
    wrong = {key: value for key, value in numbers.items() if value is not None and not _positive(value)}
    if wrong:
        raise ValueError(f"ZooExplorer: {row['name']}: numbers are positive and finite, or None; got {wrong}")
    if numbers["top1"] is None or numbers["top1"] > 100:
        raise ValueError(f"ZooExplorer: {row['name']}: top1 expects an accuracy in per cent, got {numbers['top1']}")
    if all(numbers[cost] is None for cost in COSTS):
        raise ValueError(f"ZooExplorer: {row['name']} needs 'parameters' or 'gflops', or both")
    texts = {key: row.get(key) for key in ("family", "year", "paper")}
    return {"name": row["name"], "weights": row.get("weights") or "", **texts, **numbers}


def _families(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the families, the oldest first, and last what has none."""
    first: dict[str, int] = {}
    for row in rows:
        family = row["family"] or OTHER
        first[family] = min(first.get(family, 9999), row["year"] or 9999)
    if len(first) > _MOST_FAMILIES:
        raise ValueError(f"ZooExplorer: at most {_MOST_FAMILIES} families can be told apart, got {len(first)}")
    return sorted(first, key=lambda family: (family == OTHER, first[family], family))


def _papers(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int | None, str | None]]:
    return list(dict.fromkeys((row["year"], row["paper"]) for row in rows))


def _packed(row: Mapping[str, Any], families: list[str], papers: list) -> list:
    """Return what the front end gets of a row, as short as it can be."""
    numbers = [row[key] for key in _NUMBERS]
    return [
        row["name"],
        row["weights"],
        families.index(row["family"] or OTHER),
        papers.index((row["year"], row["paper"])),
        *numbers,
    ]
