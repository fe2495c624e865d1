"""Exercise: the pictures between whose two best classes a network can hardly decide."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _least_certain(logits, count):
    first, second = logits.softmax(dim=1).topk(2, dim=1).values.unbind(dim=1)
    return (first - second).argsort()[:count].tolist()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _by(score, pick=lambda scores, count: scores.argsort()[:count].tolist()):
    """Return the pictures with the smallest scores, or what ``pick(scores, count)`` makes of them."""
    return lambda logits, count: pick(score(logits), count)


def _lead(logits):
    first, second = logits.softmax(dim=1).topk(2, dim=1).values.unbind(dim=1)
    return first - second


def _logit_lead(logits):
    first, second = logits.topk(2, dim=1).values.unbind(dim=1)
    return first - second


def _first_two(logits):
    """The lead of class 0 over class 1, whatever the others say."""
    probabilities = logits.softmax(dim=1)
    return (probabilities[:, 0] - probabilities[:, 1]).abs()


def _entropy(logits):
    probabilities = logits.softmax(dim=1)
    return (probabilities * probabilities.clamp_min(1e-30).log()).sum(dim=1)


def _along_the_images(logits):
    first, second = logits.softmax(dim=0).topk(2, dim=1).values.unbind(dim=1)
    return first - second


def _to_the_worst(logits):
    probabilities = logits.softmax(dim=1)
    return probabilities.amax(dim=1) - probabilities.amin(dim=1)


def _sorted_places(logits, count):
    return sorted(_least_certain(logits, count))


def _classes(logits, count):
    return logits.argmax(dim=1)[_least_certain(logits, count)].tolist()


least_certain = Exercise(
    name="least_certain",
    title="Where the network hesitates",
    difficulty=2,
    minutes=7,
    reference=_least_certain,
    cases=[
        (2 * noise(8, 4, seed=3), 3),
        (
            torch.tensor(  # the second has the smaller best probability, the first the smaller lead
                [
                    [2.0, 1.9, -9.0, -9.0, -9.0],
                    [1.3, 0.6, 0.6, 0.6, 0.6],
                    [5.0, 0.0, 0.0, 0.0, 0.0],
                    [3.0, 1.0, 0, 0, 0],
                ]
            ),
            2,
        ),
        (1.5 * noise(6, 3, seed=5), 6),
        (torch.tensor([[0.1, 0.0, 8.0], [4.0, 4.3, 0.0], [-1.0, 2.0, -1.5], [1.0, 0.0, 0.9]]), 2),
        (noise(7, 6, seed=9) * torch.tensor([[1.0], [2], [3], [4], [5], [6], [7]]), 1),
        (noise(5, 2, seed=2), 4),
        (torch.tensor([[0.42, 0.2, 0.19, 0.19], [0.4, 0.35, 0.24, 0.01], [0.7, 0.1, 0.1, 0.1]]).log(), 1),
    ],
    misconceptions=(
        Misconception(
            _by(_lead, lambda scores, count: scores.argsort(descending=True)[:count].tolist()),
            "Those are the *most* certain ones: the largest lead comes first. Sort upwards.",
            also=(
                _by(lambda logits: -_lead(logits)),
                _by(_lead, lambda scores, count: scores.topk(count).indices.tolist()),
            ),
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.argsort()[-count:].tolist()),
            "You take the end of the list, where the lead is largest. Take its beginning.",
        ),
        Misconception(
            _by(lambda logits: logits.softmax(dim=1).amax(dim=1)),
            "You go by the best probability alone. 40 % against 15 % four times is clear, 49 % against 48 % is not: "
            "the lead over the *second* counts.",
            also=(_by(_entropy),),
        ),
        Misconception(
            _by(_logit_lead),
            "You compare logits. How much a lead in logits means depends on the other classes: `softmax` first.",
        ),
        Misconception(
            _by(_along_the_images),
            "You take the softmax along the images. The probabilities of *one image* add up to 1: `dim=1`.",
        ),
        Misconception(
            _by(_to_the_worst),
            "You compare the best class with the *worst*. The second best is its rival: `topk(2, dim=1)`.",
        ),
        Misconception(
            _by(_first_two),
            "You compare the first class with the second, as they stand. The *best* with the second best: "
            "`topk(2, dim=1)`.",
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.sort().values[:count].tolist()),
            "Those are the leads. The *places* of the pictures are wanted: `argsort`.",
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.argsort()[:count]),
            "The places are right, in a tensor. A list is wanted: `.tolist()`.",
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.argsort().tolist()),
            "You return all pictures. Only the first `count` are wanted.",
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.argmin().item()),
            "You return one picture. A list of `count` is wanted.",
            also=(_by(_lead, lambda scores, count: [scores.argmin().item()]),),
        ),
        Misconception(
            _by(_lead, lambda scores, count: scores.argsort()[1 : count + 1].tolist()),
            "The very least certain one is missing: places begin at 0.",
        ),
        Misconception(
            _sorted_places,
            "The right pictures, sorted by their places. The least certain one comes first.",
        ),
        Misconception(
            _classes,
            "Those are the classes that the network says. Which *pictures* are they? Return their places.",
        ),
    ),
    hints=(
        "`logits.softmax(dim=1).topk(2, dim=1).values` has two columns: the best probability and the second.",
        "The lead is one column minus the other; `argsort()` gives the places, the smallest lead first.",
    ),
    praise="Look at these before you look at any average: they show what the classes have in common.",
)
