"""The exercises on trained networks: right however they are written, and never passed where they are wrong."""

import heapq
import math

import attempts
import pytest
import torch
from torchvision.transforms import v2

from ainotes.checks import answers

EXERCISES = attempts.of(answers)

test_every_exercise_of_the_lesson_is_found = attempts.complete(answers, count=3, misconceptions=8)


def top_k_by_hand(logits, categories, k):
    largest = max(logits.tolist())
    powers = [math.exp(logit - largest) for logit in logits.tolist()]
    shares = [power / sum(powers) for power in powers]
    return heapq.nlargest(k, zip(categories, shares, strict=True), key=lambda pair: pair[1])


def top_k_by_sorting(logits, categories, k):
    probabilities = torch.nn.functional.softmax(logits, dim=-1)
    places = probabilities.argsort(descending=True)[:k]
    return [(categories[int(place)], probabilities[place].item()) for place in places]


def top_k_as_lists(logits, categories, k):
    return [list(pair) for pair in answers.top_k.reference(logits, categories, k)]


def prepare_by_torchvision(image, size, mean, std):
    _, rows, columns = image.shape
    square = v2.functional.crop(image, (rows - size) // 2, (columns - size) // 2, size, size)
    return v2.functional.normalize(v2.functional.to_dtype(square, torch.float32, scale=True), mean, std)[None]


def prepare_channel_by_channel(image, size, mean, std):
    top, left = (image.shape[1] - size) // 2, (image.shape[2] - size) // 2
    square = image.narrow(1, top, size).narrow(2, left, size).double() / 255
    return torch.stack([(square[c] - mean[c]) / std[c] for c in range(3)])[None].float()


def silent_in_a_loop(logits, categories, least):
    names = []
    for row in logits:
        probabilities = torch.softmax(row, dim=0)
        place = int(probabilities.argmax())
        names.append(categories[place] if probabilities[place] >= least else None)
    return names


def silent_by_a_mask(logits, categories, least):
    probabilities = logits.softmax(dim=-1)
    sure = (probabilities.amax(dim=1) >= least).tolist()
    return [categories[place] if each else None for place, each in zip(logits.argmax(1).tolist(), sure, strict=True)]


RIGHT = [
    (answers.top_k, top_k_by_hand),
    (answers.top_k, top_k_by_sorting),
    (answers.prepare, prepare_by_torchvision),
    (answers.prepare, prepare_channel_by_channel),
    (answers.silent_below, silent_in_a_loop),
    (answers.silent_below, silent_by_a_mask),
]


@pytest.mark.parametrize(("exercise", "attempt"), RIGHT, ids=lambda each: getattr(each, "name", None) or each.__name__)
def test_right_however_it_is_written(exercise, attempt):
    result = exercise.check(attempt)
    assert result.passed, result


WRONG = {
    "one off": (answers.top_k, lambda logits, categories, k: top_k_by_hand(logits, categories, k + 1)),
    "tempered": (answers.top_k, lambda logits, categories, k: top_k_by_hand(logits / 2, categories, k)),
    "no crop, no batch": (answers.prepare, lambda image, size, mean, std: image.float() / 255),
    "rounded": (answers.prepare, lambda *given: prepare_by_torchvision(*given).round(decimals=1)),
    "second": (
        answers.silent_below,
        lambda logits, categories, least: [categories[i] for i in logits.argsort(1, descending=True)[:, 1]],
    ),
    "empty": (answers.silent_below, lambda logits, categories, least: []),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_is_never_passed(kind):
    exercise, attempt = WRONG[kind]
    result = exercise.check(attempt)
    assert not result.passed
    assert result.status in ("wrong", "misconception")


def test_what_the_first_exercise_asks_adds_up():
    found = answers.top_k.reference(torch.tensor([1.0, 2.0, 0.0]), ["a", "b", "c"], 3)
    assert [name for name, _ in found] == ["b", "a", "c"]
    assert sum(value for _, value in found) == pytest.approx(1)
