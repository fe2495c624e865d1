"""Exercise: the most accurate network that a budget allows."""

from typing import Any

from ainotes.checks.engine import Exercise, Misconception


def _best_under(models, budget):
    affordable = [model for model in models if model["gflops"] <= budget]
    best = max(affordable, key=lambda model: (model["accuracy"], -model["gflops"]), default=None)
    return best and best["name"]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _affordable(models, budget):
    return [model for model in models if model["gflops"] <= budget]


def _chosen(models, budget, key, allowed=_affordable):
    """The name of the first one with the largest key among those that are allowed."""
    best = max(allowed(models, budget), key=key, default=None)
    return best and best["name"]


def _value(model):
    return model["accuracy"], -model["gflops"]


def _strictly_under(models, budget):
    return _chosen(models, budget, _value, lambda models, budget: [m for m in models if m["gflops"] < budget])


def _over_budget(models, budget):
    return _chosen(models, budget, _value, lambda models, budget: [m for m in models if m["gflops"] >= budget])


def _whatever_it_costs(models, budget):
    return _chosen(models, budget, _value, lambda models, budget: models)


def _cheapest(models, budget):
    return _chosen(models, budget, lambda model: (-model["gflops"], model["accuracy"]))


def _dearest(models, budget):
    return _chosen(models, budget, lambda model: (model["gflops"], model["accuracy"]))


def _least_accurate(models, budget):
    return _chosen(models, budget, lambda model: (-model["accuracy"], -model["gflops"]))


def _most_for_the_money(models, budget):
    return _chosen(models, budget, lambda model: model["accuracy"] / model["gflops"])


def _first_of_equals(models, budget):
    return _chosen(models, budget, lambda model: model["accuracy"])


def _last_of_equals(models, budget):
    return _chosen(models[::-1], budget, lambda model: model["accuracy"])


def _dearer_of_equals(models, budget):
    return _chosen(models, budget, lambda model: (model["accuracy"], model["gflops"]))


def _by_name(models, budget):
    return _chosen(models, budget, lambda model: model["name"])


def _whole(models, budget):
    return max(_affordable(models, budget), key=_value, default=None)


def _accuracy(models, budget):
    best = _whole(models, budget)
    return best and best["accuracy"]


def _name_and_accuracy(models, budget):
    best = _whole(models, budget)
    return best and (best["name"], best["accuracy"])


def _all_affordable(models, budget):
    return [model["name"] for model in _affordable(models, budget)]


def _all_best(models, budget):
    affordable = _affordable(models, budget)
    highest = max((model["accuracy"] for model in affordable), default=None)
    return [model["name"] for model in affordable if model["accuracy"] == highest]


def _first_affordable(models, budget):
    return next((model["name"] for model in models if model["gflops"] <= budget), None)


def _crashes_without(models, budget):
    return max(_affordable(models, budget), key=_value)["name"]


def _crashes_without_by_sorting(models, budget):
    return sorted(_affordable(models, budget), key=_value)[-1]["name"]


def _crashes_without_from_the_front(models, budget):
    return sorted(_affordable(models, budget), key=_value, reverse=True)[0]["name"]


def _none_taken_apart(models, budget):
    best: Any = max(_affordable(models, budget), key=_value, default=None)
    return best["name"]


def _nothing_as_text(models, budget):
    return _best_under(models, budget) or ""


def _none_as_text(models, budget):
    return _best_under(models, budget) or "None"


def _sorted_in_place(models, budget):
    models.sort(key=lambda model: (-model["accuracy"], model["gflops"]))
    return next((model["name"] for model in models if model["gflops"] <= budget), None)


def _emptied(models, budget):
    for model in models[:]:
        if model["gflops"] > budget:
            models.remove(model)
    return _best_under(models, budget)


def _removed_while_walking(models, budget):
    """Removes from the list it walks through, so that the one after each is never looked at."""
    for model in models:
        if model["gflops"] > budget:
            models.remove(model)
    best = max(models, key=_value, default=None)
    return best and best["name"]


def _models(*rows):
    return [{"name": name, "accuracy": accuracy, "gflops": gflops} for name, accuracy, gflops in rows]


def _cases():
    zoo = (
        ("wren", 62.5, 0.32),
        ("owl", 81.0, 8.0),
        ("stork", 77.5, 4.0),
        ("moa", 35.0, 1.5),  # the least accurate is not the cheapest
        ("rook", 40.0, 0.3),  # nor does the cheapest give most for the money
        ("goose", 69.0, 7.0),
        ("finch", 71.0, 0.6),
    )
    first_dearer = (("heron", 80.0, 3.0), ("robin", 74.0, 0.5), ("crane", 80.0, 2.0), ("swift", 80.0, 2.5))
    first_cheaper = (("swan", 76.0, 1.0), ("raven", 76.0, 3.0), ("eagle", 83.0, 9.0), ("dove", 60.0, 0.2))
    return [
        (_models(*zoo), 5.0),
        (_models(*zoo), 4.0),  # a model that costs just the budget
        (_models(*zoo), 0.5),
        (_models(*zoo), 0.1),  # none
        (_models(*first_dearer), 3.0),
        (_models(*first_cheaper), 4.0),
        (_models(*zoo), 7.5),
        (_models(*zoo[::-1], ("kiwi", 55.0, 12.0), ("emu", 50.0, 15.0)), 7),
        ([], 1.0),
    ]


best_under = Exercise(
    name="best_under",
    title="The best under a budget",
    difficulty=2,
    minutes=6,
    reference=_best_under,
    cases=_cases,
    misconceptions=(
        Misconception(
            _strictly_under,
            "A model that needs just the budget is left out. It needs *at most* the budget: `<=`.",
        ),
        Misconception(
            _over_budget,
            "You keep the models that are too dear. Those within the budget are wanted.",
            also=(
                lambda models, budget: _chosen(
                    models, budget, _value, lambda models, budget: [m for m in models if m["gflops"] > budget]
                ),
            ),
        ),
        Misconception(
            _whatever_it_costs,
            "You choose the most accurate of all, whatever it needs. First leave out those beyond the budget.",
            also=(lambda models, budget: max(models, key=lambda model: model["accuracy"])["name"],),
        ),
        Misconception(
            _cheapest,
            "You choose the cheapest. The budget may be spent: the most accurate within it is wanted.",
            also=(lambda models, budget: min(models, key=lambda model: model["gflops"])["name"],),
        ),
        Misconception(
            _dearest,
            "You choose the one that uses most of the budget. Dear is not always good: compare the accuracies.",
        ),
        Misconception(
            _least_accurate,
            "You choose the least accurate: the order is upside down.",
        ),
        Misconception(
            _most_for_the_money,
            "You divide accuracy by cost, which favours what is very cheap. Within the budget only the accuracy "
            "counts.",
        ),
        Misconception(
            _first_of_equals,
            "Of equally accurate models you take the first in the list. The cheaper one is wanted.",
        ),
        Misconception(
            _last_of_equals,
            "Of equally accurate models you take the last in the list. The cheaper one is wanted.",
        ),
        Misconception(
            _dearer_of_equals,
            "Of equally accurate models you take the dearer one. A minus turns the second key round.",
            also=(
                lambda models, budget: max(
                    ((model["accuracy"], model["gflops"], model["name"]) for model in _affordable(models, budget)),
                    default=(0, 0, None),
                )[2],
            ),
        ),
        Misconception(
            _by_name,
            "You compare the names. `max` needs a key that says what to compare.",
        ),
        Misconception(
            _whole,
            "That is the right model, the whole dict. Return its name.",
        ),
        Misconception(
            _accuracy,
            "That is the accuracy of the right model. Return its name.",
            also=(_name_and_accuracy,),
        ),
        Misconception(
            _all_affordable,
            "Those are all names within the budget. Choose the best of them.",
        ),
        Misconception(
            _all_best,
            "That is a list. One name is wanted, of equals the cheaper one's.",
        ),
        Misconception(
            _first_affordable,
            "You take the first that the budget allows. Compare all of them.",
        ),
        Misconception(
            _crashes_without,
            "This stops with an error when the budget allows none. What should come back then?",
            also=(_crashes_without_by_sorting, _crashes_without_from_the_front, _none_taken_apart),
        ),
        Misconception(
            _nothing_as_text,
            "Where the budget allows none, you return text. `None` says that there is no name.",
            also=(_none_as_text, lambda models, budget: _best_under(models, budget) or "none"),
        ),
        Misconception(
            _sorted_in_place,
            "The name is right, but `sort` has changed the order of the caller's list. `sorted` makes a new one.",
        ),
        Misconception(
            _emptied,
            "The name is right, but you remove models from the caller's list. Make a new list of those you keep.",
        ),
        Misconception(
            _removed_while_walking,
            "You remove from a list while you walk through it, so the model after each removed one is never looked at. "
            "Make a new list of those you keep.",
        ),
    ),
    hints=(
        "First make a list of the models that need at most the budget. It may be empty.",
        "`max` with a `key` finds the most accurate; `default=None` says what to return if there is none.",
        "A key may be a pair: of equal first entries the second one decides. Which sign makes the cheaper one larger?",
    ),
    praise="A chart of accuracy against cost, and a line at the budget: that is how a network is chosen.",
)
