"""Exercise: a few pictures of each class, at random, and the same ones for the same seed."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception

_SEEDS = range(24)


def _draw(labels, count, seed):
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return torch.cat([order[labels[order] == kind][:count] for kind in labels.unique()])


# --- What is looked at: not which pictures, but what holds for all draws ----------------------------------------------


def _many(attempt: Callable, labels: Tensor, count: int) -> dict[str, Any]:
    """Draw with many seeds, and tell what the draws have in common."""
    draws = [torch.as_tensor(attempt(labels, count, seed)) for seed in _SEEDS]
    again = torch.as_tensor(attempt(labels, count, _SEEDS[0]))
    if any(each.ndim != 1 or each.dtype not in (torch.int64, torch.int32) for each in draws):
        return {"draws": "no row of places", "shape": tuple(draws[0].shape), "type": str(draws[0].dtype)}
    if any(len(each) and not 0 <= int(each.min()) <= int(each.max()) < len(labels) for each in draws):
        return {"draws": "places outside the data"}
    kinds = labels.unique()
    shares = [[int((labels[each] == kind).sum()) for kind in kinds] for each in draws]
    wanted = [count] * len(kinds)
    seen = torch.cat(draws).unique()
    first = torch.cat([(labels == kind).nonzero().flatten()[:count] for kind in kinds])
    return {
        "pictures in a draw": len(draws[0]),
        "so many of each class": all(share == wanted for share in shares),
        "no picture twice": all(len(each.unique()) == len(each) for each in draws),
        "same seed, same pictures": set(draws[0].tolist()) == set(again.tolist()),
        "other seeds, other pictures": len({tuple(sorted(each.tolist())) for each in draws}) > 1,
        "other seeds, another order": len({tuple(each.tolist()) for each in draws}) > 1,
        "more than the first of each class": any(set(each.tolist()) != set(first.tolist()) for each in draws),
        "every picture has a chance": len(seen) == len(labels),
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _generator(seed):
    return torch.Generator().manual_seed(seed)


def _each_class(choose):
    """Join ``choose(places of a class, count, seed)`` of all classes."""

    def variant(labels, count, seed):
        places = [(labels == kind).nonzero().flatten() for kind in labels.unique()]
        return torch.cat([choose(each, count, seed) for each in places])

    return variant


def _among_all(size):
    """Draw ``size(labels, count)`` pictures whatever their class."""

    def variant(labels, count, seed):
        return torch.randperm(len(labels), generator=_generator(seed))[: size(labels, count)]

    return variant


def _unseeded(labels, count, seed):
    return _each_class(lambda each, count, seed: each[torch.randperm(len(each))[:count]])(labels, count, seed)


def _places_in_the_class(labels, count, seed):
    """Forgets to go from places within a class to places in the data."""
    return _each_class(lambda each, count, seed: torch.randperm(len(each), generator=_generator(seed))[:count])(
        labels, count, seed
    )


def _two_classes(labels, count, seed):
    order = torch.randperm(len(labels), generator=_generator(seed))
    return torch.cat([order[labels[order] == kind][:count] for kind in (0, 1)])


def _mask(labels, count, seed):
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    chosen[_draw(labels, count, seed)] = True
    return chosen


def _list_of_classes(labels, count, seed):
    return _draw(labels, count, seed).reshape(-1, count)


def _split(labels, count):
    return count // len(labels.unique())


def _shared(labels, count, seed):
    return _draw(labels, _split(labels, count), seed)


draw = Exercise(
    name="draw",
    title="A few of each",
    difficulty=3,
    minutes=9,
    reference=_draw,
    cases=lambda: [
        (torch.tensor([0] * 9 + [1] * 7), 3),
        (torch.tensor([1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0]), 2),
        (torch.tensor([2, 0, 1] * 6), 4),
        (torch.tensor([0] * 12 + [1] * 6 + [2] * 5), 4),
    ],
    call=_many,
    misconceptions=(
        Misconception(
            _among_all(lambda labels, count: count * len(labels.unique())),
            "The number is right, but you draw from all pictures together: by chance one class gets more than the "
            "other. Draw from each class by itself.",
        ),
        Misconception(
            _among_all(lambda labels, count: count),
            "You draw `count` pictures in all, of whatever class. It is `count` of *each* class.",
        ),
        Misconception(
            _shared,
            "You share `count` among the classes. It is `count` of *each*.",
        ),
        Misconception(
            _each_class(lambda each, count, seed: each[:count]),
            "Always the first ones of each class, whatever the seed. Files come in the order in which somebody saved "
            "them: shuffle first.",
        ),
        Misconception(
            _each_class(lambda each, count, seed: each[torch.randperm(count, generator=_generator(seed))]),
            "You shuffle the first `count` of each class, so the others never get a chance. Shuffle all, then take "
            "`count`.",
        ),
        Misconception(
            _each_class(lambda each, count, seed: each[torch.randint(len(each), (count,), generator=_generator(seed))]),
            "`randint` may draw a picture twice, and then there are fewer than you think. `randperm` draws each once.",
        ),
        Misconception(
            lambda labels, count, seed: _draw(labels, count, 0),
            "Every seed gives the same pictures. `torch.Generator().manual_seed(seed)`, with the seed that comes in.",
            also=(_each_class(lambda each, count, seed: each[-count:]),),
        ),
        Misconception(
            _unseeded,
            "The same seed gives other pictures each time, so nobody can repeat your experiment. Hand "
            "`generator=torch.Generator().manual_seed(seed)` to `randperm`.",
        ),
        Misconception(
            _places_in_the_class,
            "Those are places *within* each class. With them index the places that the class has in the data.",
        ),
        Misconception(
            lambda labels, count, seed: labels[_draw(labels, count, seed)],
            "You return the labels of the pictures. Their places are wanted.",
        ),
        Misconception(
            _mask,
            "You return True and False for all pictures. The places of those that are drawn are wanted.",
            also=(lambda labels, count, seed: _mask(labels, count, seed).float(),),
        ),
        Misconception(
            _list_of_classes,
            "A row of places for each class. `torch.cat` makes a single row of them.",
        ),
        Misconception(
            _two_classes,
            "You draw of the classes 0 and 1 only. `labels.unique()` has them all.",
        ),
        Misconception(
            lambda labels, count, seed: _draw(labels, count, seed)[:count],
            "Only the first class gets through: you cut to `count` after joining. Cut each class, then join.",
        ),
        Misconception(
            lambda labels, count, seed: _draw(labels, count + 1, seed),
            "One too many of each class.",
        ),
        Misconception(
            lambda labels, count, seed: torch.randperm(len(labels), generator=_generator(seed)),
            "You shuffle all pictures and return all of them. Keep `count` of each class.",
        ),
    ),
    hints=(
        "`torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))` is a random order of all places.",
        "`order[labels[order] == kind]` are the places of one class in that order. How many of them do you take?",
        "Do so for each kind in `labels.unique()`, and join the pieces with `torch.cat`.",
    ),
    praise="Several seeds now show how much of a result is the luck of the draw.",
)
