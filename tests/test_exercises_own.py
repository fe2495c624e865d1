"""The exercises on one's own photographs: right however written, never passed where wrong."""

import attempts
import numpy as np
import pytest
import torch

from ainotes.checks import own_photographs as own
from ainotes.checks.material import noise

EXERCISES = attempts.of(own)

test_every_exercise_of_the_lesson_is_found = attempts.complete(own, count=3, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


def split_by_loops(series, order, share):
    val, waiting = [], list(order)
    while len(val) / len(series) < share:
        name = waiting.pop(0)
        val += [place for place in range(len(series)) if series[place] == name]
    return [place for place in range(len(series)) if place not in val], val


def split_by_arrays(series, order, share):
    names = np.array(series)
    counts = np.array([(names == name).sum() for name in order])
    enough = int(np.searchsorted(np.cumsum(counts), share * len(series) - 1e-9)) + 1
    inside = np.isin(names, order[:enough])
    return list(np.flatnonzero(~inside)), list(np.flatnonzero(inside))


def hesitates_by_sorting(logits, count):
    ordered = torch.sort(torch.softmax(logits, 1), dim=1).values
    lead = [(row[-1] - row[-2]).item() for row in ordered]
    return sorted(range(len(lead)), key=lead.__getitem__)[:count]


def hesitates_by_topk(logits, count):
    best = logits.softmax(-1).topk(2).values
    return (best[:, 0] - best[:, 1]).topk(count, largest=False).indices.tolist()


def translated_by_a_dict(labels, folder_classes, saved_classes):
    number = {name: place for place, name in enumerate(saved_classes)}
    return torch.tensor([number.get(folder_classes[label], -1) for label in labels.tolist()])


def translated_by_where(labels, folder_classes, saved_classes):
    answer = torch.full_like(labels, -1)
    for new, name in enumerate(saved_classes):
        if name in folder_classes:
            answer[labels == folder_classes.index(name)] = new
    return answer


RIGHT: dict[str, list] = {
    "split_series": [split_by_loops, split_by_arrays, lambda *given: list(split_by_loops(*given))],
    "least_certain": [hesitates_by_sorting, hesitates_by_topk],
    "translate": [translated_by_a_dict, translated_by_where],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------

UNFORESEEN: dict[str, list] = {
    "split_series": [
        lambda series, order, share: ([], list(range(len(series)))),
        lambda series, order, share: (list(range(len(series))), list(range(len(series)))),
        lambda series, order, share: tuple(
            [place + 1 for place in part] for part in split_by_loops(series, order, share)
        ),
        lambda series, order, share: split_by_loops(series, order, share)[0] + split_by_loops(series, order, share)[1],
        lambda series, order, share: (series, order),
    ],
    "least_certain": [
        lambda logits, count: list(range(count)),
        lambda logits, count: hesitates_by_sorting(-logits, count),
        lambda logits, count: [place + 1 for place in hesitates_by_sorting(logits, count)],
        lambda logits, count: tuple(hesitates_by_sorting(logits, count)),
    ],
    "translate": [
        lambda labels, folder_classes, saved_classes: translated_by_a_dict(labels, folder_classes, saved_classes) + 1,
        lambda labels, folder_classes, saved_classes: translated_by_a_dict(labels, folder_classes, saved_classes).flip(
            0
        ),
        lambda labels, folder_classes, saved_classes: translated_by_a_dict(labels, folder_classes, saved_classes).abs(),
        lambda labels, folder_classes, saved_classes: labels.new_zeros(3),
    ],
}


test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def cuts_at_the_end(series, order, share):
    ordered = sorted(range(len(series)), key=lambda place: order.index(series[place]))
    cut = int(share * len(series) + 0.5)
    return ordered[cut:], ordered[:cut]


def counts_series(series, order, share):
    chosen = set(order[: round(len(order) * share)])
    return [i for i in range(len(series)) if series[i] not in chosen], [
        i for i in range(len(series)) if series[i] in chosen
    ]


def the_clearest(logits, count):
    return hesitates_by_sorting(logits, len(logits))[::-1][:count]


def by_the_best_alone(logits, count):
    return logits.softmax(1).max(1).values.argsort().tolist()[:count]


def replaces_in_turn(labels, folder_classes, saved_classes):
    result = labels.clone()
    for old in range(len(folder_classes)):
        name = folder_classes[old]
        result = torch.where(result == old, saved_classes.index(name) if name in saved_classes else -1, result)
    return result


@pytest.mark.parametrize(
    ("exercise", "attempt", "message"),
    [
        (own.split_series, cuts_at_the_end, "cut through a series"),
        (own.split_series, counts_series, "a share of the *series*"),
        (own.split_series, lambda *given: split_by_loops(*given)[::-1], "swapped"),
        (own.split_series, lambda *given: split_by_loops(*given)[1], "Return both"),
        (own.least_certain, the_clearest, "*most* certain"),
        (own.least_certain, by_the_best_alone, "*second*"),
        (own.least_certain, lambda logits, count: torch.tensor(hesitates_by_sorting(logits, count)), "in a tensor"),
        (own.translate, replaces_in_turn, "one number after the other"),
        (own.translate, lambda labels, folder, saved: torch.tensor([saved.index(folder[i]) for i in labels]), "-1"),
        (own.translate, lambda labels, folder, saved: [folder[i] for i in labels], "Those are the names"),
    ],
)  # fmt: skip
def test_an_error_written_in_another_way_is_recognised(exercise, attempt, message):
    result = exercise.check(attempt)
    assert result.status == "misconception", result
    assert message in result.message


# --- Properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_series_is_never_torn_and_no_picture_is_lost(seed):
    rng = np.random.default_rng(seed)
    series = [f"s{number}" for number in rng.integers(0, 12, 60)]
    order = list(rng.permutation(sorted(set(series))))
    train, val = own.split_series.reference(series, order, 0.3)
    assert sorted(train + val) == list(range(60))
    assert not {series[place] for place in train} & {series[place] for place in val}
    largest = max(series.count(name) for name in order)
    assert 0.3 * 60 <= len(val) < 0.3 * 60 + largest


def test_the_least_certain_have_smaller_leads_than_all_others():
    logits = noise(40, 5, seed=1)
    best = logits.softmax(dim=1).topk(2, dim=1).values
    lead = best[:, 0] - best[:, 1]
    places = own.least_certain.reference(logits, 10)
    others = [place for place in range(40) if place not in places]
    assert lead[places].max() <= lead[others].min()


def test_a_translated_label_names_the_same_class():
    folder, saved = ["a", "b", "c", "d"], ("c", "a", "x")
    labels = torch.randint(0, 4, (50,), generator=torch.Generator().manual_seed(0))
    for label, number in zip(labels.tolist(), own.translate.reference(labels, folder, saved).tolist(), strict=True):
        assert number == -1 if folder[label] not in saved else saved[number] == folder[label]
