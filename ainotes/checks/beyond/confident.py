"""Exercise: read what a detector returns."""

import torch

from ainotes.checks.engine import Exercise, Misconception


def _confident(output, threshold, names):
    pairs = zip(output["labels"].tolist(), output["scores"].tolist(), strict=True)
    return [(names[label], score) for label, score in pairs if score >= threshold]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _found(output, threshold, names, keeps=lambda score, threshold: score >= threshold, name=None):
    """Detections that ``keeps(score, threshold)``, each under ``name(names, label, place)``."""
    name = name or (lambda names, label, place: names[label])
    pairs = zip(output["labels"].tolist(), output["scores"].tolist(), strict=True)
    return [(name(names, label, i), score) for i, (label, score) in enumerate(pairs) if keeps(score, threshold)]


def _with(**rules):
    return lambda output, threshold, names: _found(output, threshold, names, **rules)


def _sorted_by_name(output, threshold, names):
    return sorted(_found(output, threshold, names))


def _best_first(output, threshold, names):
    return sorted(_found(output, threshold, names), key=lambda pair: -pair[1])


def _each_name_once(output, threshold, names):
    once: dict[str, float] = {}
    for name, score in _found(output, threshold, names):
        once.setdefault(name, score)
    return list(once.items())


def _as_dict(output, threshold, names):
    return dict(_found(output, threshold, names))


def _tensors(output, threshold, names):
    keep = output["scores"] >= threshold
    return [(names[label], score) for label, score in zip(output["labels"][keep], output["scores"][keep], strict=True)]


def _boxes_too(output, threshold, names):
    keep = output["scores"] >= threshold
    parts = (output[key][keep].tolist() for key in ("labels", "scores", "boxes"))
    return [(names[label], score, box) for label, score, box in zip(*parts, strict=True)]


def _first_one(output, threshold, names):
    return _found(output, threshold, names)[:1]


def _until_the_first_low_one(output, threshold, names):
    kept = []
    for pair in _found(output, 0.0, names):
        if pair[1] < threshold:
            break
        kept.append(pair)
    return kept


def _scores_of_all(output, threshold, names):
    """Filters the labels and pairs them with the first scores."""
    labels = output["labels"][output["scores"] >= threshold].tolist()
    return [(names[label], score) for label, score in zip(labels, output["scores"].tolist(), strict=False)]


def _first_of_a_list(output, threshold, names):
    return _found(output[0], threshold, names)


def _filtered_in_place(output, threshold, names):
    found = _found(output, threshold, names)
    for key in list(output):
        output[key] = output[key][output["scores"] >= threshold] if key != "scores" else output[key]
    output["scores"] = output["scores"][output["scores"] >= threshold]
    return found


NAMES = ["__background__", "person", "bicycle", "cat", "dog", "cup", "book"]


def _output(*rows):
    return {
        "boxes": torch.arange(4 * len(rows)).reshape(len(rows), 4).float(),
        "labels": torch.tensor([label for label, _ in rows], dtype=torch.int64),
        "scores": torch.tensor([score for _, score in rows], dtype=torch.float32),
    }


def _cases():
    return [
        (_output((3, 0.875), (5, 0.75), (1, 0.25)), 0.5, NAMES),
        (_output((1, 0.25), (3, 0.875), (2, 0.5), (4, 0.75)), 0.5, NAMES),  # not sorted, and one just at the bar
        (_output((3, 0.75), (3, 0.625), (5, 0.125)), 0.6, NAMES),  # two of a kind
        (_output((4, 0.125), (1, 0.0625)), 0.5, NAMES),
        (_output(), 0.5, NAMES),
        (_output((1, 0.5), (2, 0.25)), 0.0, NAMES[:3]),
    ]


confident = Exercise(
    name="confident",
    title="Read a detector's answer",
    difficulty=1,
    minutes=5,
    reference=_confident,
    cases=_cases,
    misconceptions=(
        Misconception(
            _with(keeps=lambda score, threshold: score > threshold),
            "A score that is just the threshold counts: `>=`.",
        ),
        Misconception(
            _with(keeps=lambda score, threshold: score < threshold),
            "The wrong way round: those are the ones that it is *not* sure of.",
            also=(_with(keeps=lambda score, threshold: score <= threshold),),
        ),
        Misconception(
            _with(keeps=lambda score, threshold: True),
            "You return all of them. Leave out those whose score is below the threshold.",
        ),
        Misconception(
            _with(name=lambda names, label, place: names[label - 1]),
            "You take one away from the label. Label 0 is the background, and it has its place in `names`: "
            "`names[label]`.",
        ),
        Misconception(
            _with(name=lambda names, label, place: names[place]),
            "You name the detections by their place in the list. The *label* says which name it is.",
        ),
        Misconception(
            _with(name=lambda names, label, place: label),
            "You return the number of the class. `names` has the word for it.",
        ),
        Misconception(
            lambda output, threshold, names: [name for name, _ in _found(output, threshold, names)],
            "The names are right. Give each together with its score, as a pair.",
        ),
        Misconception(
            lambda output, threshold, names: [score for _, score in _found(output, threshold, names)],
            "Those are the scores. Give each together with its name, as a pair.",
        ),
        Misconception(
            lambda output, threshold, names: [(score, name) for name, score in _found(output, threshold, names)],
            "The pairs are the wrong way round: the name first, then the score.",
        ),
        Misconception(
            _tensors,
            "Your scores are tensors still. `tolist()` turns all of them into plain numbers.",
        ),
        Misconception(
            lambda output, threshold, names: [list(pair) for pair in _found(output, threshold, names)],
            "The content is right. Make each pair a tuple: `(name, score)`.",
        ),
        Misconception(
            _boxes_too,
            "You give the boxes as well. Name and score are enough here.",
        ),
        Misconception(
            _best_first,
            "You sort. The order of the output is wanted: so each answer can be found again in `boxes`.",
            also=(_sorted_by_name,),
        ),
        Misconception(
            _each_name_once,
            "Two cats are two detections: both belong into the list.",
            also=(_as_dict,),
        ),
        Misconception(
            _first_one,
            "You stop after the first. There may be more of which it is sure.",
        ),
        Misconception(
            _until_the_first_low_one,
            "You stop at the first low score. The output need not be sorted: look at each.",
        ),
        Misconception(
            _scores_of_all,
            "You filter the labels and not the scores, so the two no longer belong together.",
        ),
        Misconception(
            lambda output, threshold, names: [
                (name, round(100 * score)) for name, score in _found(output, threshold, names)
            ],
            "Your scores are in per cent. Leave them as they are, from 0 to 1.",
            also=(
                lambda output, threshold, names: [
                    (name, 100 * score) for name, score in _found(output, threshold, names)
                ],
            ),
        ),
        Misconception(
            _first_of_a_list,
            "`output` is the dict of one picture already; `[0]` was taken outside.",
        ),
        Misconception(
            _filtered_in_place,
            "The result is right, but `output` has changed. The caller still needs all of it.",
        ),
    ),
    hints=(
        "`output` is a dict of tensors that belong together: label i, score i and box i are of one thing.",
        "`zip(output['labels'].tolist(), output['scores'].tolist())` walks through both at once.",
    ),
)
