"""The exercises beyond classification: right however written, never passed where wrong, and as torchvision computes."""

import itertools

import attempts
import pytest
import torch
import torchvision
from torch.nn import functional as F
from torchvision.ops import batched_nms, box_iou

from ainotes.checks import beyond
from ainotes.checks.material import noise

EXERCISES = attempts.of(beyond)

test_every_exercise_of_the_lesson_is_found = attempts.complete(beyond, count=4, misconceptions=8)


# --- Right, however it is written -------------------------------------------------------------------------------------


def iou_by_torchvision(a, b):
    a, b = (torch.tensor([box], dtype=torch.float64) for box in (a, b))
    return box_iou(a, b).nan_to_num().item()


def iou_by_ranges(a, b):
    def meets(low, high):
        return max(min(a[high], b[high]) - max(a[low], b[low]), 0.0)

    def area(box):
        x1, y1, x2, y2 = box
        return (x2 - x1) * (y2 - y1)

    inter = meets(0, 2) * meets(1, 3)
    if inter == 0:
        return 0.0
    return inter / (area(a) + area(b) - inter)


def iou_by_leaving_early(a, b):
    left, top, right, bottom = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    if right <= left or bottom <= top:
        return 0
    inter = (right - left) * (bottom - top)
    return inter / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - inter)


def nms_by_torchvision(boxes, scores, threshold):
    return torchvision.ops.nms(boxes, scores, threshold).tolist()


def nms_by_taking_the_best(boxes, scores, threshold):
    left, kept = list(range(len(boxes))), []
    while left:
        best = max(left, key=lambda i: scores[i].item())
        kept.append(best)
        left = [i for i in left if i != best and iou_by_ranges(boxes[i].tolist(), boxes[best].tolist()) <= threshold]
    return kept


def nms_by_a_mask(boxes, scores, threshold):
    remaining, overlaps, kept = scores.clone(), box_iou(boxes, boxes), []
    while (remaining > float("-inf")).any():
        i = remaining.argmax().item()
        kept.append(i)
        remaining[overlaps[i] > threshold] = float("-inf")
        remaining[i] = float("-inf")
    return kept


def confident_by_index(output, threshold, names):
    found = []
    for i in range(len(output["scores"])):
        score = output["scores"][i].item()
        if score < threshold:
            continue
        found += [(names[output["labels"][i]], score)]
    return found


def confident_by_mask(output, threshold, names):
    keep = output["scores"] >= threshold
    words = [names[label] for label in output["labels"][keep].tolist()]
    return list(zip(words, output["scores"][keep].tolist(), strict=True))


def share_by_loops(logits, kind):
    pictures = []
    for picture in logits:
        pixels = itertools.product(range(picture.shape[1]), range(picture.shape[2]))
        wins = [picture[:, row, column].argmax().item() == kind for row, column in pixels]
        pictures.append(sum(wins) / len(wins))
    return torch.tensor(pictures)


RIGHT: dict[str, list] = {
    "iou": [iou_by_torchvision, iou_by_ranges, iou_by_leaving_early],
    "nms": [nms_by_torchvision, nms_by_taking_the_best, nms_by_a_mask],
    "confident": [confident_by_index, confident_by_mask],
    "mask_share": [
        share_by_loops,
        lambda logits, kind: F.one_hot(logits.argmax(1), logits.shape[1]).float().mean((1, 2))[:, kind],
        lambda logits, kind: (logits.softmax(1).argmax(1) == kind).sum((1, 2)) / logits[0, 0].numel(),
        lambda logits, kind: (logits[:, kind] == logits.amax(1)).float().mean((1, 2)),
    ],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------

UNFORESEEN: dict[str, list] = {
    "iou": [
        lambda a, b: iou_by_ranges(a, b) ** 2,
        lambda a, b: -iou_by_ranges(a, b),
        lambda a, b: iou_by_ranges(a, b) + 0.001,
        lambda a, b: torch.tensor(iou_by_ranges(a, b)),
        lambda a, b: str(iou_by_ranges(a, b)),
    ],
    "nms": [
        lambda boxes, scores, threshold: nms_by_torchvision(boxes, scores, threshold)[::-1],
        lambda boxes, scores, threshold: nms_by_torchvision(boxes, scores, threshold / 3),
        lambda boxes, scores, threshold: tuple(nms_by_torchvision(boxes, scores, threshold)),
        lambda boxes, scores, threshold: nms_by_torchvision(boxes, scores, threshold)[:2],
    ],
    "confident": [
        lambda output, threshold, names: confident_by_mask(output, threshold / 2, names),
        lambda output, threshold, names: confident_by_mask(output, threshold, names)[::-1],
        lambda output, threshold, names: tuple(confident_by_mask(output, threshold, names)),
        lambda output, threshold, names: [(n.title(), s) for n, s in confident_by_mask(output, threshold, names)],
    ],
    "mask_share": [
        lambda logits, kind: share_by_loops(logits, kind) ** 2,
        lambda logits, kind: share_by_loops(logits, kind).double(),
        lambda logits, kind: share_by_loops(logits.flip(1), kind),
        lambda logits, kind: share_by_loops(logits, kind) + 0.01,
    ],
}


test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def forgets_that_boxes_may_miss(a, b):
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - wide * high
    return 0.0 if union == 0 else wide * high / union


def forgets_to_sort(boxes, scores, threshold):
    kept: list[int] = []
    for i in range(len(boxes)):
        if not any(iou_by_ranges(boxes[i].tolist(), boxes[k].tolist()) > threshold for k in kept):
            kept.append(i)
    return kept


def lets_the_dropped_drop(boxes, scores, threshold):
    overlaps, kept = box_iou(boxes, boxes), []
    for i in scores.argsort(descending=True).tolist():
        better = scores > scores[i]
        if not (overlaps[i][better] > threshold).any():
            kept.append(i)
    return kept


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (beyond.iou, forgets_that_boxes_may_miss, "two negatives make a positive area"),
        (
            beyond.iou,
            lambda a, b: iou_by_ranges((a[0], a[1], a[2] + 1, a[3] + 1), (b[0], b[1], b[2] + 1, b[3] + 1)),
            "add 1",
        ),
        (beyond.nms, forgets_to_sort, "You go through the boxes as they come"),
        (beyond.nms, lets_the_dropped_drop, "only with those that are *kept*"),
        (
            beyond.nms,
            lambda boxes, scores, threshold: torchvision.ops.nms(boxes, scores, threshold),
            "as a tensor",
        ),
        (
            beyond.confident,
            lambda output, threshold, names: [
                (names[i], s) for i, s in enumerate(output["scores"].tolist()) if s >= threshold
            ],
            "by their place in the list",
        ),
        (beyond.mask_share, lambda logits, kind: (logits[:, kind] >= 0).float().mean((1, 2)), "A positive logit"),
        (beyond.mask_share, lambda logits, kind: (logits.argmax(-1) == kind).float().mean((1, 2)), "wrong dimension"),
    ]
)


# --- The same as torchvision ------------------------------------------------------------------------------------------


def some_boxes(count, seed):
    corners = 10 * noise(count, 2, seed=seed)
    return torch.cat([corners, corners + 5 + 20 * noise(count, 2, seed=seed + 1).abs()], dim=1)


@pytest.mark.parametrize("seed", range(3))
def test_iou_is_that_of_torchvision_for_all_pairs(seed):
    a, b = some_boxes(7, seed), some_boxes(9, 10 + seed)
    ours = [[beyond.iou.reference(one, other) for other in b.tolist()] for one in a.tolist()]
    torch.testing.assert_close(torch.tensor(ours), box_iou(a, b))


@pytest.mark.parametrize(("seed", "threshold"), [(seed, each) for seed in range(3) for each in (0.05, 0.2, 0.4)])
def test_suppression_is_that_of_torchvision(seed, threshold):
    boxes, scores = some_boxes(40, seed), noise(40, seed=20 + seed).sigmoid()
    kept = beyond.nms.reference(boxes, scores, threshold)
    assert kept == torchvision.ops.nms(boxes, scores, threshold).tolist()
    assert kept == batched_nms(boxes, scores, torch.zeros(40, dtype=torch.int64), threshold).tolist()
    assert 1 < len(kept) < 40


def test_the_shares_of_all_classes_add_up_to_one():
    logits = noise(3, 4, 9, 7)
    shares = torch.stack([beyond.mask_share.reference(logits, kind) for kind in range(4)])
    torch.testing.assert_close(shares.sum(0), torch.ones(3))
