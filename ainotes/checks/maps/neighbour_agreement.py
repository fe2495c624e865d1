"""Exercise: how often is the nearest neighbour of the same class?"""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _neighbour_agreement(features, labels):
    directions = F.normalize(features.flatten(1), dim=1)  # (N, numbers), each row of length 1
    similarity = directions @ directions.T  # (N, N): cosines
    similarity.fill_diagonal_(-2)  # below every cosine: nobody is a neighbour of itself
    nearest = similarity.argmax(dim=1)  # (N,)
    return (labels[nearest] == labels).float().mean().item()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _cosines(features):
    rows = F.normalize(features.flatten(1), dim=1)
    return rows @ rows.T


def _agreement(nearest, labels):
    return (labels[nearest] == labels).float().mean().item()


def _itself(features, labels):
    return _agreement(_cosines(features).argmax(1), labels)


def _farthest(features, labels):
    return _agreement(_cosines(features).argmin(1), labels)


def _diagonal(value):
    def variant(features, labels):
        return _agreement(_cosines(features).fill_diagonal_(value).argmax(1), labels)

    return variant


def _dot_products(features, labels):
    rows = features.flatten(1)
    return _agreement((rows @ rows.T).fill_diagonal_(-1e9).argmax(1), labels)


def _distances(features, labels):
    rows = features.flatten(1)
    return _agreement(torch.cdist(rows, rows).fill_diagonal_(1e9).argmin(1), labels)


def _largest_distances(features, labels):
    rows = features.flatten(1)
    return _agreement(torch.cdist(rows, rows).argmax(1), labels)


def _wrong_axis(features, labels):
    rows = F.normalize(features.flatten(1), dim=0)
    return _agreement((rows @ rows.T).fill_diagonal_(-1e9).argmax(1), labels)


def _centred(features, labels):
    return _neighbour_agreement(features.flatten(1) - features.flatten(1).mean(0), labels)


def _averaged_maps(features, labels):
    pooled = features if features.ndim == 2 else features.mean((2, 3))
    return _neighbour_agreement(pooled, labels)


def _numbers_for_labels(features, labels):
    """Compares the neighbour's number with the label."""
    nearest = _cosines(features).fill_diagonal_(-2).argmax(1)
    return (nearest == labels).float().mean().item()


def _count(features, labels):
    return round(_neighbour_agreement(features, labels) * len(labels))


def _per_cent(features, labels):
    return 100 * _neighbour_agreement(features, labels)


def _disagreement(features, labels):
    return 1 - _neighbour_agreement(features, labels)


def _of_each(features, labels):
    nearest = _cosines(features).fill_diagonal_(-2).argmax(1)
    return labels[nearest] == labels


def _third(features, labels):
    return _agreement(_cosines(features).topk(3, dim=1).indices[:, 2], labels)


def _similarity(features, labels):
    return _cosines(features).fill_diagonal_(-2).amax(1).mean().item()


def _pairs_of_a_class(features, labels):
    """The mean cosine of pairs of the same class."""
    same = (labels[:, None] == labels) & ~torch.eye(len(labels), dtype=torch.bool)
    return _cosines(features)[same].mean().item()


def _clustered(count, size, classes, seed, spread=1.0):
    """Noise around a centre for each class, with lengths that differ, so that angle and distance disagree."""
    labels = torch.arange(count) % classes
    centres = noise(classes, size, seed=seed)
    points = centres[labels] + spread * noise(count, size, seed=seed + 1)
    return points * (0.2 + 3 * noise(count, 1, seed=seed + 2).abs()), labels


def _opposed():
    """Four directions with only obtuse angles between them: every cosine is negative."""
    corners = torch.tensor([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    return corners + 0.1 * noise(4, 3, seed=9), torch.tensor([1, 0, 0, 1])


def _cases():
    flat, labels = _clustered(40, 6, 4, seed=0)
    shifted = (flat + 2, labels)  # as after a ReLU: all cosines are large
    moved, groups = _clustered(90, 5, 3, seed=20, spread=0.7)
    maps = noise(30, 3, 4, 4, seed=3) + noise(3, 3, 4, 4, seed=4)[torch.arange(30) % 3]
    kinds = torch.arange(30) % 3
    return [(flat, labels), shifted, (moved + 1, groups), (maps, kinds), (column_by_column(maps), kinds), _opposed()]


neighbour_agreement = Exercise(
    name="neighbour_agreement",
    title="Are neighbours of one class?",
    difficulty=3,
    minutes=10,
    reference=_neighbour_agreement,
    cases=_cases,
    misconceptions=(
        Misconception(
            _itself,
            "1.0 everywhere: each image's nearest neighbour is itself. Take it out: `similarity.fill_diagonal_(-2)`.",
        ),
        Misconception(
            _diagonal(0.0),
            "You set the diagonal to 0 to take each image out. Where all cosines are below 0 it is nearest to itself "
            "again: take a number below -1.",
            also=(
                lambda features, labels: _agreement((_cosines(features) - torch.eye(len(labels))).argmax(1), labels),
            ),
        ),
        Misconception(
            _farthest,
            "Those are the most *unlike* images. The largest cosine belongs to the nearest: `argmax`.",
            also=(_largest_distances,),
        ),
        Misconception(
            _dot_products,
            "You compare products without dividing by the lengths, so that images with large numbers are everybody's "
            "neighbours. Normalise each row first.",
        ),
        Misconception(
            _distances,
            "You compare distances. The *angle* is wanted here, the cosine: an image twice as bright is no stranger.",
        ),
        Misconception(
            _wrong_axis,
            "You normalise each number over the images. Each *image*, a row, is to have length 1: `dim=1`.",
        ),
        Misconception(
            _centred,
            "You subtract the mean over the images first. That is a good idea with other virtues; here the features "
            "are taken as they are.",
        ),
        Misconception(
            _averaged_maps,
            "You average each map: then nobody knows *where* something was. All numbers of an image count, "
            "`features.flatten(1)`.",
        ),
        Misconception(
            _numbers_for_labels,
            "`argmax` gives the *number* of the neighbouring image. Its label is `labels[nearest]`.",
        ),
        Misconception(
            _count,
            "That is how many agree. Divide by the number of images.",
            also=(lambda features, labels: float(_count(features, labels)),),
        ),
        Misconception(
            _per_cent,
            "A share from 0 to 1 is wanted, not per cent.",
        ),
        Misconception(
            _disagreement,
            "That is the share that does *not* agree.",
        ),
        Misconception(
            _of_each,
            "You know it of each image. `.float().mean().item()` makes a share of it.",
            also=(lambda features, labels: _of_each(features, labels).float(),),
        ),
        Misconception(
            _third,
            "You skip one too many: only the image itself comes before its nearest neighbour.",
        ),
        Misconception(
            _similarity,
            "That is how near the neighbours are. Whether they have the same *label* is asked.",
            also=(_pairs_of_a_class,),
        ),
    ),
    hints=(
        "Make a row of numbers of each image: `features.flatten(1)`, (N, numbers). Divide each row by its length: "
        "`torch.nn.functional.normalize(rows, dim=1)`.",
        "Then `rows @ rows.T` holds the cosine of every pair. Take out the diagonal, where each image meets itself.",
        "`similarity.argmax(dim=1)` is the number of each nearest neighbour; compare `labels[nearest]` with `labels`.",
    ),
    praise="No training, no setting to choose: that makes it a fair question to every layer.",
)
