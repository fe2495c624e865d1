"""Exercise: from logits to names and probabilities."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise

NAMES = ["cat", "dog", "cup", "ship", "ant", "bee", "tree"]


def _top_k(logits, categories, k):
    values, places = logits.softmax(dim=0).topk(k)
    return [(categories[place], value) for value, place in zip(values.tolist(), places.tolist(), strict=True)]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _best_of(scores):
    """Take the k largest of ``scores(logits)``, instead of the probabilities."""

    def variant(logits, categories, k):
        values, places = scores(logits).topk(k)
        return [(categories[place], value) for value, place in zip(values.tolist(), places.tolist(), strict=True)]

    return variant


def _softmax_of_the_best(logits, categories, k):
    values, places = logits.topk(k)
    return [
        (categories[place], value) for value, place in zip(values.softmax(0).tolist(), places.tolist(), strict=True)
    ]


def _least_first(logits, categories, k):
    return _top_k(logits, categories, k)[::-1]


def _smallest(logits, categories, k):
    values, places = logits.softmax(dim=0).topk(k, largest=False)
    return [(categories[place], value) for value, place in zip(values.tolist(), places.tolist(), strict=True)]


def _first_k(logits, categories, k):
    return list(zip(categories[:k], logits.softmax(dim=0)[:k].tolist(), strict=True))


def _sorted_names(logits, categories, k):
    values, _ = logits.softmax(dim=0).topk(k)
    return list(zip(categories[:k], values.tolist(), strict=True))


def _numbers(logits, categories, k):
    values, places = logits.softmax(dim=0).topk(k)
    return list(zip(places.tolist(), values.tolist(), strict=True))


def _names(logits, categories, k):
    return [name for name, _ in _top_k(logits, categories, k)]


def _values(logits, categories, k):
    return [value for _, value in _top_k(logits, categories, k)]


def _value_first(logits, categories, k):
    return [(value, name) for name, value in _top_k(logits, categories, k)]


def _per_cent(logits, categories, k):
    return [(name, 100 * value) for name, value in _top_k(logits, categories, k)]


def _as_text(logits, categories, k):
    return [f"{name}: {value:.1%}" for name, value in _top_k(logits, categories, k)]


def _only_the_best(logits, categories, k):
    return _top_k(logits, categories, 1)


def _all_of_them(logits, categories, k):
    return _top_k(logits, categories, len(categories))


def _best_alone(logits, categories, k):
    return _top_k(logits, categories, 1)[0]


def _two_lists(logits, categories, k):
    return tuple(map(list, zip(*_top_k(logits, categories, k), strict=True)))


def _as_dict(logits, categories, k):
    return dict(_top_k(logits, categories, k))


def _as_tensors(logits, categories, k):
    return [(name, torch.tensor(value)) for name, value in _top_k(logits, categories, k)]


top_k = Exercise(
    name="top_k",
    title="The k best names",
    difficulty=1,
    minutes=6,
    reference=_top_k,
    cases=[
        (4 * noise(5, seed=1), NAMES[:5], 3),
        (3 * noise(7, seed=2) + 2, NAMES, 5),
        (torch.tensor([-1.0, 3.0, 0.5, 2.9]), NAMES[:4], 2),
        (2 * noise(6, seed=5), NAMES[:6], 1),
    ],
    misconceptions=(
        Misconception(
            _best_of(lambda logits: logits),
            "Those are the logits: any numbers, that add up to nothing in particular. `softmax` makes probabilities of "
            "them.",
        ),
        Misconception(
            _best_of(torch.sigmoid),
            "`sigmoid` looks at each class by itself, and together they may give more than 1. Exactly one class is "
            "right here: that is `softmax`.",
        ),
        Misconception(
            _best_of(torch.exp),
            "`exp` is only the first half of the softmax: divide by the sum over *all* classes.",
        ),
        Misconception(
            _best_of(lambda logits: logits / logits.sum()),
            "Dividing by the sum does not make probabilities: a logit may be negative. `softmax` takes the exponential "
            "first.",
            also=(_best_of(lambda logits: logits.abs() / logits.abs().sum()),),
        ),
        Misconception(
            _best_of(lambda logits: logits.log_softmax(dim=0)),
            "Those are logarithms of probabilities. Use `softmax`, or `exp` of what you have.",
        ),
        Misconception(
            _softmax_of_the_best,
            "You choose first and take the softmax of the chosen ones: they add up to 1, as if there were no other "
            "class. Softmax over all classes first, then choose.",
        ),
        Misconception(_least_first, "The right ones, the wrong way round: the most probable comes first."),
        Misconception(_smallest, "Those are the *least* probable classes."),
        Misconception(_first_k, "Those are the first k classes of the list, whatever the network says."),
        Misconception(
            _sorted_names,
            "The probabilities are sorted, the names are not: they are the first of the list. `topk` also returns the "
            "places, and they choose the names.",
        ),
        Misconception(_numbers, "Numbers of classes. Look up each name: `categories[place]`."),
        Misconception(_names, "The names alone. Pairs are asked: the name and its probability."),
        Misconception(_values, "The probabilities alone. Pairs are asked: the name and its probability."),
        Misconception(_value_first, "Each pair is the other way round: the name first, then the probability."),
        Misconception(_per_cent, "In per cent. Leave the probability as it is, from 0 to 1."),
        Misconception(_as_text, "That is text. Return pairs of a name and a number; `classify_image` writes the text."),
        Misconception(_only_the_best, "Only the best one. There are `k` to return."),
        Misconception(_all_of_them, "All classes. Stop after `k`."),
        Misconception(_best_alone, "One pair. Return a list of `k` pairs, also where `k` is 1."),
        Misconception(_two_lists, "Two lists, names and probabilities. Return one list of pairs: `zip` puts them so."),
        Misconception(_as_dict, "A dict. Return a list of pairs: its order is part of the answer."),
        Misconception(
            _as_tensors, "The probabilities are still tensors. `.tolist()` or `.item()` makes Python numbers."
        ),
    ),
    hints=(
        "Two steps: probabilities of all classes, then the `k` largest of them.",
        "`values, places = logits.softmax(dim=0).topk(k)`. What are the places good for?",
    ),
    praise="Softmax never changes the order of the classes: it only says how far apart they are.",
)
