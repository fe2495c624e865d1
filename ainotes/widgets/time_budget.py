"""Where the time of a training step goes."""

import math
from collections.abc import Mapping
from typing import Any

import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import names, positive

_MOST_PARTS = 8  # as many colours and patterns can be told apart


class TimeBudget(LiveFigure):
    """Stacked bars of the milliseconds of a training step, for several recipes, and the whole training's time.

    Parameters
    ----------
    recipes : dict
        Name of the recipe -> dict: name of the part -> milliseconds a step. The first recipe is the one that the
        others are compared with.
    steps : int
        Steps an epoch to begin with.
    epochs : int
        Epochs to begin with.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    recipe : str
        Name of the chosen recipe. Synchronised, as are `steps` and `epochs`.

    Raises
    ------
    ValueError, TypeError
        Where a recipe has no parts, or a time is not a positive number.

    Examples
    --------
    >>> recipes = {"plain": {"data": 8.0, "forward": 2.0}, "in memory": {"data": 0.5, "forward": 2.0}}
    >>> figure = TimeBudget(recipes, steps=100, epochs=2)
    >>> figure.seconds("plain"), figure.speed_up("in memory")
    (2.0, 4.0)
    """

    figure = "timebudget"
    recipes: Any = traitlets.List().tag(sync=True)
    recipe = traitlets.Unicode().tag(sync=True)
    steps = traitlets.Int().tag(sync=True)
    epochs = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        recipes: Mapping[str, Mapping[str, float]],
        steps: int = 938,
        epochs: int = 10,
        *,
        title: str = "Where the time goes",
        alt: str | None = None,
        **kwargs: Any,
    ):
        if not isinstance(recipes, Mapping):
            raise TypeError(f"TimeBudget: recipes expects a dict, name -> parts, got {type(recipes).__name__}")
        names("TimeBudget", "recipes", list(recipes))
        checked = [{"name": name, "parts": _parts(name, parts)} for name, parts in recipes.items()]
        parts = {part for recipe in checked for part, _ in recipe["parts"]}
        if len(parts) > _MOST_PARTS:
            raise ValueError(f"TimeBudget: at most {_MOST_PARTS} different parts can be told apart, got {len(parts)}")
        super().__init__(
            recipes=checked,
            recipe=checked[0]["name"],
            steps=positive("TimeBudget", "steps", steps),
            epochs=positive("TimeBudget", "epochs", epochs),
            title=title,
            alt=_describe(checked) if alt is None else alt,
            **kwargs,
        )

    def seconds(self, recipe: str) -> float:
        """Return the seconds of all epochs of a recipe, at the current `steps` and `epochs`."""
        return _total(self._parts_of(recipe)) * self.steps * self.epochs / 1000

    def speed_up(self, recipe: str) -> float:
        """Return how many times as fast as the first recipe a recipe is."""
        return _total(self.recipes[0]["parts"]) / _total(self._parts_of(recipe))

    def _parts_of(self, recipe: str) -> list:
        return next(known["parts"] for known in self.recipes if known["name"] == recipe)

    @traitlets.validate("recipe")
    def _valid_recipe(self, proposal: Any) -> str:
        known = [recipe["name"] for recipe in self.recipes]
        if proposal["value"] not in known:
            raise ValueError(f"TimeBudget: recipe is one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("steps", "epochs")
    def _valid_count(self, proposal: Any) -> int:
        return positive("TimeBudget", proposal["trait"].name, proposal["value"])


def _parts(name: str, parts: Any) -> list[list]:
    if not isinstance(parts, Mapping) or not parts:
        raise TypeError(f"TimeBudget: recipe {name!r} expects a dict, part -> milliseconds a step, got {parts!r:.100}")
    checked: list[list] = [[str(part), float(time)] for part, time in parts.items()]
    for part, time in checked:
        if not (math.isfinite(time) and time >= 0):
            raise ValueError(f"TimeBudget: {name!r}, {part!r}: expected milliseconds, 0 or more, got {time}")
    if _total(checked) <= 0:
        raise ValueError(f"TimeBudget: recipe {name!r} takes no time at all; give milliseconds a step")
    return checked


def _total(parts: list) -> float:
    return sum(time for _, time in parts)


def _describe(recipes: list[dict]) -> str:
    first = _total(recipes[0]["parts"])
    texts = []
    for recipe in recipes:
        total = _total(recipe["parts"])
        slowest, time = max(recipe["parts"], key=lambda part: part[1])
        text = f"{recipe['name']} takes {total:.1f} ms a step, most of it ({100 * time / total:.0f} %) for {slowest}"
        texts.append(text if recipe is recipes[0] else f"{text}, {first / total:.1f} times as fast as the first")
    return f"Stacked bars: {'; '.join(texts)}."
