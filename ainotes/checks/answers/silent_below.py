"""Exercise: say nothing rather than something that one does not know."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise

NAMES = ["cat", "dog", "cup", "ship"]


def _silent_below(logits, categories, least):
    best, places = logits.softmax(dim=1).max(dim=1)
    answers = zip(best.tolist(), places.tolist(), strict=True)
    return [categories[place] if probability >= least else None for probability, place in answers]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _with(scores=lambda logits: logits.softmax(dim=1), keep=lambda probability, least: probability >= least, none=None):
    """Return the solution with one of its parts exchanged."""

    def variant(logits, categories, least):
        best, places = scores(logits).max(dim=1)
        answers = zip(best.tolist(), places.tolist(), strict=True)
        return [categories[place] if keep(probability, least) else none for probability, place in answers]

    return variant


def _left_out(logits, categories, least):
    return [answer for answer in _silent_below(logits, categories, least) if answer is not None]


def _places(logits, categories, least):
    return [None if answer is None else categories.index(answer) for answer in _silent_below(logits, categories, least)]


def _all_or_none(logits, categories, least):
    answers = _silent_below(logits, categories, 0)
    return answers if logits.softmax(dim=1).max(dim=1).values.mean() >= least else [None] * len(answers)


def _several(logits, categories, least):
    chosen = [[categories[place] for place in (row >= least).nonzero().flatten()] for row in logits.softmax(dim=1)]
    return [names or None for names in chosen]


def _pairs(logits, categories, least):
    best = logits.softmax(dim=1).max(dim=1).values.tolist()
    return list(zip(_silent_below(logits, categories, least), best, strict=True))


def _gap(logits, categories, least):
    first, second = logits.softmax(dim=1).topk(2, dim=1).values.unbind(dim=1)
    names = _silent_below(logits, categories, 0)
    return [name if gap >= least else None for name, gap in zip(names, (first - second).tolist(), strict=True)]


silent_below = Exercise(
    name="silent_below",
    title="Silent rather than wrong",
    difficulty=2,
    minutes=7,
    reference=_silent_below,
    cases=[
        (3 * noise(6, 4, seed=1), NAMES, 0.6),
        (2 * noise(5, 3, seed=2) + 1, NAMES[:3], 0.5),
        (torch.zeros(2, 4), NAMES, 0.25),
        (torch.tensor([[0.0, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 0.2], [9.0, 0.0, 0.0, 0.0]]), NAMES, 0.9),
        (torch.tensor([[2.0, 1.5, -3.0], [0.2, 0.1, 0.0], [-4.0, 1.0, -1.0]]), NAMES[:3], 0.55),
    ],
    misconceptions=(
        Misconception(
            _with(scores=lambda logits: logits),
            "You compare the logit with the limit. A logit of 2 says nothing by itself: `softmax` makes it a "
            "probability.",
        ),
        Misconception(
            _with(scores=lambda logits: logits.sigmoid()),
            "`sigmoid` looks at each class alone. Exactly one is right here: `softmax` over the classes.",
        ),
        Misconception(
            _with(scores=lambda logits: logits.softmax(dim=0)),
            "You take the softmax along the images. The probabilities of *one image* add up to 1: `dim=1`.",
        ),
        Misconception(
            _with(keep=lambda probability, least: probability > least),
            "Exactly at the limit is still enough: `>=`.",
        ),
        Misconception(
            _with(keep=lambda probability, least: probability <= least),
            "The wrong way round: you speak when the network is unsure, and are silent when it is sure.",
            also=(_with(keep=lambda probability, least: probability < least),),
        ),
        Misconception(_with(keep=lambda probability, least: True), "You always answer. Below `least`, answer None."),
        Misconception(
            _with(keep=lambda probability, least: probability >= 0.5),
            "Your limit is one half, whatever `least` is.",
        ),
        Misconception(
            _with(none="None"), 'The text "None" looks like an answer. Return `None` itself, without quotes.'
        ),
        Misconception(_with(none=""), "Below the limit the answer is `None`, so that nobody takes it for a name."),
        Misconception(
            _left_out,
            "The unsure ones are missing, and nobody knows any more which answer belongs to which image. Keep a None "
            "in their places.",
        ),
        Misconception(_places, "Numbers of classes. Look up the name: `categories[place]`."),
        Misconception(_all_or_none, "You decide once for the whole batch. Each image has a probability of its own."),
        Misconception(
            _several, "You return every class above the limit, in lists. One name for each image: the most probable."
        ),
        Misconception(_pairs, "The probabilities come along. Only names are asked, or None."),
        Misconception(
            _gap,
            "You compare the *lead* over the second class with the limit. That is a rule too, but here the "
            "probability of the best class decides.",
        ),
    ),
    hints=(
        "`probabilities.max(dim=1)` returns two tensors: the largest value of each row, and its place.",
        "One name or `None` for each row: a list comprehension with `if ... else None` in front of its `for`.",
    ),
    praise="It is no cure, for a network can be sure and wrong; how often it is, a calibration curve shows (Part 3).",
)
