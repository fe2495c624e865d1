"""Exercise: the networks that no other one beats."""

from ainotes.checks.engine import Exercise, Misconception


def _pareto(models):
    def beats(a, b):
        no_worse = a["accuracy"] >= b["accuracy"] and a["seconds"] <= b["seconds"]
        return no_worse and (a["accuracy"] > b["accuracy"] or a["seconds"] < b["seconds"])

    return [model["name"] for model in models if not any(beats(other, model) for other in models)]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _beats(a, b):
    no_worse = a["accuracy"] >= b["accuracy"] and a["seconds"] <= b["seconds"]
    return no_worse and (a["accuracy"] > b["accuracy"] or a["seconds"] < b["seconds"])


def _unbeaten(beats):
    """A variant with another rule of who beats whom."""

    def variant(models):
        return [b["name"] for b in models if not any(beats(a, b) for a in models)]

    return variant


def _better_in_both(a, b):
    return a["accuracy"] > b["accuracy"] and a["seconds"] < b["seconds"]


def _no_worse(a, b):
    return a["accuracy"] >= b["accuracy"] and a["seconds"] <= b["seconds"]


def _no_worse_and_another(a, b):
    return a is not b and _no_worse(a, b)


def _better_in_one(a, b):
    return a["accuracy"] > b["accuracy"] or a["seconds"] < b["seconds"]


def _slower(a, b):
    return _beats({"accuracy": a["accuracy"], "seconds": -a["seconds"]}, b | {"seconds": -b["seconds"]})


def _less_accurate(a, b):
    return _beats({"accuracy": -a["accuracy"], "seconds": a["seconds"]}, b | {"accuracy": -b["accuracy"]})


def _both_turned_round(a, b):
    return _beats(b, a)


def _faster_only_if_as_accurate(a, b):
    return a["accuracy"] == b["accuracy"] and a["seconds"] < b["seconds"]


def _more_accurate_only_if_as_fast(a, b):
    return a["seconds"] == b["seconds"] and a["accuracy"] > b["accuracy"]


def _more_accurate_and_no_slower(a, b):
    return a["accuracy"] > b["accuracy"] and a["seconds"] <= b["seconds"]


def _faster_and_no_less_accurate(a, b):
    return a["accuracy"] >= b["accuracy"] and a["seconds"] < b["seconds"]


def _sweep(models):
    """Walks from the fastest on and keeps what is more accurate than all before: the first of equals only."""
    kept, highest = [], float("-inf")
    for model in sorted(models, key=lambda model: (model["seconds"], -model["accuracy"])):
        if model["accuracy"] > highest:
            kept.append(model["name"])
            highest = model["accuracy"]
    return kept


def _sweep_in_order_of_the_list(models):
    kept = _sweep(models)
    return [model["name"] for model in models if model["name"] in kept]


def _by_seconds(models):
    return [model["name"] for model in sorted(models, key=lambda m: m["seconds"]) if model["name"] in _pareto(models)]


def _by_accuracy(models):
    ordered = sorted(models, key=lambda m: m["accuracy"], reverse=True)
    return [model["name"] for model in ordered if model["name"] in _pareto(models)]


def _beaten_ones(models):
    return [model["name"] for model in models if model["name"] not in _pareto(models)]


def _only_earlier(models):
    return [b["name"] for i, b in enumerate(models) if not any(_beats(a, b) for a in models[:i])]


def _only_later(models):
    return [b["name"] for i, b in enumerate(models) if not any(_beats(a, b) for a in models[i:])]


def _neighbours(models):
    around = (models[max(i - 1, 0) : i + 2] for i in range(len(models)))
    return [b["name"] for b, near in zip(models, around, strict=True) if not any(_beats(a, b) for a in near)]


def _extremes(models):
    if not models:
        return []
    fastest, best = min(m["seconds"] for m in models), max(m["accuracy"] for m in models)
    return [m["name"] for m in models if m["seconds"] == fastest or m["accuracy"] == best]


def _most_accurate(models):
    best = max((m["accuracy"] for m in models), default=0)
    return [m["name"] for m in models if m["accuracy"] == best]


def _fastest(models):
    fastest = min((m["seconds"] for m in models), default=0)
    return [m["name"] for m in models if m["seconds"] == fastest]


def _removed_in_place(models):
    for model in models[:]:
        if any(_beats(other, model) for other in models):
            models.remove(model)
    return [model["name"] for model in models]


def _removed_while_walking(models):
    left = list(models)
    for model in left:
        if any(_beats(other, model) for other in models):
            left.remove(model)
    return [model["name"] for model in left]


def _models(*rows):
    return [{"name": name, "accuracy": accuracy, "seconds": seconds} for name, accuracy, seconds in rows]


def _cases():
    return [
        (
            _models(
                ("owl", 80.0, 0.30),
                ("wren", 70.0, 0.05),
                ("moa", 60.0, 0.40),  # beaten twice, and so is the next: removing while walking skips it
                ("rook", 65.0, 0.35),
                ("swan", 78.0, 0.10),
                ("eagle", 84.0, 0.90),
                ("dodo", 79.0, 0.95),
            ),
        ),
        # As accurate as another but slower; as fast as another but less accurate.
        (_models(("heron", 76.0, 0.20), ("crane", 76.0, 0.10), ("stork", 71.0, 0.10), ("finch", 60.0, 0.02)),),
        # Two that are equal in both: neither beats the other.
        (_models(("raven", 75.0, 0.10), ("crow", 75.0, 0.10), ("magpie", 74.0, 0.20), ("jay", 85.0, 0.50)),),
        (_models(("kiwi", 55.0, 0.01), ("emu", 50.0, 0.02), ("goose", 82.0, 0.60), ("gull", 81.0, 0.61)),),
        # What beats a network stands neither beside it nor before it.
        (_models(("lark", 66.0, 0.30), ("tern", 72.0, 0.40), ("ibis", 73.0, 0.45), ("swift", 69.0, 0.25)),),
        (
            _models(
                ("robin", 70.0, 0.10),
            ),
        ),
        ([],),
    ]


pareto = Exercise(
    name="pareto",
    title="Beaten by nobody",
    difficulty=3,
    minutes=10,
    reference=_pareto,
    cases=_cases,
    misconceptions=(
        Misconception(
            _unbeaten(_better_in_both),
            "You ask for better in *both*. A network that is as accurate and slower is beaten too: no worse in both, "
            "better in one is enough.",
        ),
        Misconception(
            _unbeaten(_no_worse),
            "Each network is no worse than itself, so it beats itself and nobody is left. Ask that the other one be "
            "*better* in something.",
            also=(_unbeaten(lambda a, b: not _better_in_one(b, a)),),
        ),
        Misconception(
            _unbeaten(_no_worse_and_another),
            "Two networks that are equal in both throw each other out. Neither beats the other: ask that one be "
            "*better* in something.",
            also=(_unbeaten(lambda a, b: a["name"] != b["name"] and _no_worse(a, b)),),
        ),
        Misconception(
            _unbeaten(_better_in_one),
            "Better in one is not enough: the other one must not be *worse* in the rest, or the accurate and the fast "
            "throw each other out.",
        ),
        Misconception(
            _unbeaten(_more_accurate_and_no_slower),
            "A network that is as accurate and slower stays. It is beaten too: *no less* accurate, and faster.",
        ),
        Misconception(
            _unbeaten(_faster_and_no_less_accurate),
            "A network that is as fast and less accurate stays. It is beaten too: *no slower*, and more accurate.",
        ),
        Misconception(
            _unbeaten(_faster_only_if_as_accurate),
            "You compare only networks of equal accuracy. One that is *more* accurate and faster beats as well.",
        ),
        Misconception(
            _unbeaten(_more_accurate_only_if_as_fast),
            "You compare only networks of equal time. One that is *faster* and more accurate beats as well.",
        ),
        Misconception(
            _unbeaten(_slower),
            "More seconds are taken for better. Accuracy is good when large, seconds when small.",
        ),
        Misconception(
            _unbeaten(_less_accurate),
            "Less accuracy is taken for better. Accuracy is good when large, seconds when small.",
        ),
        Misconception(
            _unbeaten(_both_turned_round),
            "Those are the networks that beat nobody. Who is better than whom has changed places.",
        ),
        Misconception(
            _beaten_ones,
            "Those are the networks that are beaten. The others are wanted.",
        ),
        Misconception(
            _sweep,
            "You walk from the fastest on and keep what is more accurate than all before. That drops the second of two "
            "equal ones, and the names come in another order than the list's.",
            also=(lambda models: _sweep(models)[::-1],),
        ),
        Misconception(
            _sweep_in_order_of_the_list,
            "Of two networks that are equal in both you keep only one. Neither beats the other: both stay.",
        ),
        Misconception(
            _by_seconds,
            "The names are right, in another order. Keep the order of the list.",
            also=(_by_accuracy, lambda models: sorted(_pareto(models)), lambda models: _pareto(models)[::-1]),
        ),
        Misconception(
            _only_earlier,
            "You compare each network with those before it only. One that comes later can beat it too.",
        ),
        Misconception(
            _only_later,
            "You compare each network with those after it only. One that came before can beat it too.",
        ),
        Misconception(
            _neighbours,
            "You compare each network with its neighbours in the list only. Compare it with all.",
        ),
        Misconception(
            _extremes,
            "Those are the fastest and the most accurate. What lies between can be unbeaten too.",
        ),
        Misconception(
            _most_accurate,
            "That is the most accurate only. A faster one that is less accurate is not beaten by it.",
            also=(lambda models: _most_accurate(models)[:1],),
        ),
        Misconception(
            _fastest,
            "That is the fastest only. A slower one that is more accurate is not beaten by it.",
            also=(lambda models: _fastest(models)[:1],),
        ),
        Misconception(
            lambda models: [model["name"] for model in models],
            "Those are all of them. Leave out each one that another one beats.",
        ),
        Misconception(
            lambda models: [model for model in models if model["name"] in _pareto(models)],
            "Those are the right networks, whole dicts. Return their names.",
        ),
        Misconception(
            lambda models: len(_pareto(models)),
            "That is how many are unbeaten. Return their names, in a list.",
        ),
        Misconception(
            lambda models: set(_pareto(models)),
            "A set has no order. Return a list, in the order of the networks.",
        ),
        Misconception(
            _removed_in_place,
            "The names are right, but you remove networks from the caller's list. Make a new list.",
        ),
        Misconception(
            _removed_while_walking,
            "You remove from a list while you walk through it, so the network after each removed one is never looked "
            "at. Make a new list of those you keep.",
        ),
    ),
    hints=(
        "Write a small function `beats(a, b)` first: is a nowhere worse than b, and somewhere better?",
        "Nowhere worse: `a` at least as accurate *and* at most as slow. Somewhere better: more accurate *or* faster.",
        "Then keep the names of those for which `any(beats(other, model) for other in models)` is false.",
    ),
    praise="The rest need not be looked at again: whatever you prefer, one of these is at least as good.",
)
