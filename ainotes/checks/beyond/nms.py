"""Exercise: non-maximum suppression, so that one thing gets one box."""

import torch
from torch import Tensor
from torchvision.ops import box_iou

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _nms(boxes, scores, threshold):
    overlaps = box_iou(boxes, boxes)  # (N, N)
    kept: list[int] = []
    for i in scores.argsort(descending=True).tolist():
        if all(overlaps[i, better] <= threshold for better in kept):
            kept.append(i)
    return kept


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _walk(boxes: Tensor, order: list[int], keeps) -> list[int]:
    """Keep each box of an order for which ``keeps(overlaps with those that are kept)``, given as a list."""
    overlaps = box_iou(boxes, boxes)
    kept: list[int] = []
    for i in order:
        if keeps([overlaps[i, better].item() for better in kept]):
            kept.append(i)
    return kept


def _sorted(scores: Tensor) -> list[int]:
    return scores.argsort(descending=True).tolist()


def _none_above(threshold):
    return lambda overlaps: all(overlap <= threshold for overlap in overlaps)


def _in_the_order_given(boxes, scores, threshold):
    return _walk(boxes, list(range(len(scores))), _none_above(threshold))


def _worst_first(boxes, scores, threshold):
    return _walk(boxes, scores.argsort().tolist(), _none_above(threshold))


def _strictly_below(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: all(overlap < threshold for overlap in overlaps))


def _upside_down(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: not overlaps or all(each > threshold for each in overlaps))


def _any_is_enough(boxes, scores, threshold):
    """Keeps a box that is far enough from one of those that are kept."""
    return _walk(boxes, _sorted(scores), lambda overlaps: not overlaps or any(each <= threshold for each in overlaps))


def _nothing_to_begin_with(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: any(each <= threshold for each in overlaps))


def _last_kept_only(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: not overlaps or overlaps[-1] <= threshold)


def _best_only_compared(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: not overlaps or overlaps[0] <= threshold)


def _dropped_ones_drop(boxes, scores, threshold):
    """Compares with every better box, also with those that are dropped."""
    order, overlaps = _sorted(scores), box_iou(boxes, boxes)
    return [i for place, i in enumerate(order) if all(overlaps[i, better] <= threshold for better in order[:place])]


def _neighbours_in_the_order(boxes, scores, threshold):
    order, overlaps = _sorted(scores), box_iou(boxes, boxes)
    return [i for place, i in enumerate(order) if not place or overlaps[i, order[place - 1]] <= threshold]


def _the_best_alone(boxes, scores, threshold):
    return _sorted(scores)[:1]


def _crashes_without_boxes(boxes, scores, threshold):
    best = int(scores.argmax())
    return [best, *(i for i in _nms(boxes, scores, threshold) if i != best)]


def _by_score(boxes, scores, threshold):
    return [i for i in _sorted(scores) if scores[i] > threshold]


def _places_in_the_order(boxes, scores, threshold):
    """Numbers the boxes anew, by their score."""
    order = _sorted(scores)
    return [order.index(i) for i in _nms(boxes, scores, threshold)]


def _dropped(boxes, scores, threshold):
    kept = _nms(boxes, scores, threshold)
    return [i for i in _sorted(scores) if i not in kept]


def _scores_spoilt(boxes, scores, threshold):
    """Marks what is done by a score of -1."""
    overlaps, kept = box_iou(boxes, boxes), []
    while len(scores) and scores.max() >= 0:
        i = int(scores.argmax())
        kept.append(i)
        scores[overlaps[i] > threshold] = -1
        scores[i] = -1
    return kept


def _removed_while_walking(boxes, scores, threshold):
    """Takes from the list that it walks through, so that the one after each is skipped."""
    order, overlaps = _sorted(scores), box_iou(boxes, boxes)
    for i in order:
        for j in order:
            if scores[j] < scores[i] and overlaps[i, j] > threshold:
                order.remove(j)
    return order


def _sums(boxes, scores, threshold):
    return _walk(boxes, _sorted(scores), lambda overlaps: sum(overlaps) <= threshold)


SPREAD = (0.1, 0.25, 0.4)  # thresholds for scattered boxes


def _scattered(count, seed):
    corners = 12 * noise(count, 2, seed=seed)
    return torch.cat([corners, corners + 6 + 12 * noise(count, 2, seed=10 + seed).abs()], dim=1)


def _cases():
    chain = [[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10], [40, 0, 50, 10]]
    # The first is exactly half of the second; the last two overlap a little less.
    half = [[0, 0, 8, 4], [0, 0, 8, 8], [20, 20, 28, 24], [20, 21.5, 28, 25.5]]
    crowd = [[0, 0, 10, 10], [30, 30, 40, 40], [1, 0, 11, 10], [31, 30, 41, 40], [30, 32, 40, 42], [60, 0, 70, 10]]
    between = [[0, 0, 10, 10], [12, 0, 22, 10], [6, 0, 16, 10]]  # the last meets both others, a little
    heap = [[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 11], [1, 1, 11, 11], [50, 0, 60, 10]]
    return [
        (torch.tensor(heap).float(), torch.tensor([0.7, 0.9, 0.8, 0.75, 0.3]), 0.5),
        (torch.tensor(crowd).float(), torch.tensor([0.6, 0.7, 0.9, 0.95, 0.5, 0.3]), 0.5),
        (torch.tensor(chain).float(), torch.tensor([0.9, 0.8, 0.7, 0.2]), 0.3),
        (torch.tensor(chain).float(), torch.tensor([0.7, 0.8, 0.9, 0.95]), 0.3),
        (torch.tensor(half), torch.tensor([0.6, 0.8, 0.7, 0.5]), 0.5),
        (torch.tensor(between).float(), torch.tensor([0.6, 0.9, 0.5]), 0.3),
        (torch.tensor(between).float(), torch.tensor([0.9, 0.6, 0.5]), 0.3),
        (torch.tensor(crowd).float(), torch.tensor([0.2, 0.4, 0.3, 0.1, 0.6, 0.5]), 0.9),
        (torch.tensor(chain[:1]).float(), torch.tensor([0.4]), 0.5),
        (torch.zeros(0, 4), torch.zeros(0), 0.5),
        (torch.tensor([*half, *crowd[3:]]).float(), torch.tensor([0.3, 0.4, 0.2, 0.1, 0.6, 0.5, 0.7]), 0.5),
        *(
            (_scattered(14, seed), noise(14, seed=30 + seed).sigmoid(), threshold)
            for seed, threshold in enumerate(SPREAD)
        ),
    ]


nms = Exercise(
    name="nms",
    title="Non-maximum suppression",
    difficulty=3,
    minutes=10,
    reference=_nms,
    cases=_cases,
    misconceptions=(
        Misconception(
            _in_the_order_given,
            "You go through the boxes as they come. The one with the highest score goes first, so that it is the "
            "better of two that stays.",
            also=(lambda boxes, scores, threshold: sorted(_in_the_order_given(boxes, scores, threshold)),),
        ),
        Misconception(
            _worst_first,
            "You begin with the lowest score, so the worse of two boxes drops the better one. `descending=True`.",
        ),
        Misconception(
            _dropped_ones_drop,
            "Boxes that are dropped already still drop others in yours. Compare only with those that are *kept*.",
        ),
        Misconception(
            _last_kept_only,
            "You compare with the box that was kept last. Each must be far enough from *all* that are kept.",
            also=(_best_only_compared,),
        ),
        Misconception(
            _neighbours_in_the_order,
            "You compare each box with the one just before it in the order of scores. Those that overlap need not be "
            "neighbours there.",
        ),
        Misconception(
            _any_is_enough,
            "One box that is far away is enough for you. Each must be far enough from *all* that are kept.",
        ),
        Misconception(
            _nothing_to_begin_with,
            "`any` of nothing is false, so the first box is never kept, nor any after it. What is asked is that *all* "
            "overlaps are small.",
        ),
        Misconception(
            _strictly_below,
            "A box whose overlap is just the threshold is dropped by you. It stays: only *more* than the threshold is "
            "too much.",
        ),
        Misconception(
            _upside_down,
            "The wrong way round: you keep what overlaps and drop what stands alone.",
        ),
        Misconception(
            _by_score,
            "You compare the threshold with the scores. It is for the overlap of two boxes.",
        ),
        Misconception(
            _sums,
            "You add up the overlaps. Each of them by itself must be at most the threshold.",
        ),
        Misconception(
            _the_best_alone,
            "One box is left for the whole picture. A box far from the best one shows another thing, and stays.",
        ),
        Misconception(
            _places_in_the_order,
            "You number the boxes by their score. The caller knows them by their place in `boxes`.",
        ),
        Misconception(
            lambda boxes, scores, threshold: sorted(_nms(boxes, scores, threshold)),
            "The right boxes, in the order of their places. The best one comes first.",
        ),
        Misconception(
            lambda boxes, scores, threshold: boxes[_nms(boxes, scores, threshold)],
            "You return the boxes. Their indices are asked for: with them the caller finds scores and names as well.",
            also=(
                lambda boxes, scores, threshold: boxes[_nms(boxes, scores, threshold)].tolist(),
                lambda boxes, scores, threshold: scores[_nms(boxes, scores, threshold)].tolist(),
            ),
        ),
        Misconception(
            lambda boxes, scores, threshold: torch.tensor(_nms(boxes, scores, threshold), dtype=torch.int64),
            "The right indices, as a tensor. Return a list of numbers: `tolist()`.",
            also=(lambda boxes, scores, threshold: [torch.tensor(i) for i in _nms(boxes, scores, threshold)],),
        ),
        Misconception(
            _dropped,
            "Those are the ones to drop. Which stay?",
        ),
        Misconception(
            _crashes_without_boxes,
            "A picture in which nothing was found has no boxes at all. Then the list is empty.",
        ),
        Misconception(
            _scores_spoilt,
            "The result is right, but you write into `scores`, which the caller still needs. Work on a copy.",
        ),
        Misconception(
            _removed_while_walking,
            "You take boxes out of the list that you walk through: then the one after each is skipped. Fill a second "
            "list with what stays.",
        ),
    ),
    hints=(
        "In which order do you look at the boxes? `scores.argsort(descending=True).tolist()` gives their indices.",
        "Keep a list `kept`. A box joins it if its overlap with *every* box in `kept` is at most the threshold.",
        "`all(iou(boxes[i].tolist(), boxes[k].tolist()) <= threshold for k in kept)`, and of an empty list `all` is "
        "true.",
    ),
    praise="So one thing gets one box; and two things that stand close together may get one, too.",
)
