"""Exercise: the most similar pictures, by the angle between their features."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Call, Exercise, Misconception
from ainotes.checks.material import noise


def _neighbours(queries, gallery, count=5):
    similarity = F.normalize(queries) @ F.normalize(gallery).T  # (Q, G): cosines
    return similarity.topk(count, dim=1).indices


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _cosines(queries, gallery):
    return F.normalize(queries) @ F.normalize(gallery).T


def _ranked(similarity):
    """Take the largest of another measure ``similarity(queries, gallery)``, (Q, G)."""

    def variant(queries, gallery, count=5):
        return similarity(queries, gallery).topk(count, dim=1).indices

    return variant


def _correlation(queries, gallery):
    return _cosines(queries - queries.mean(1, keepdim=True), gallery - gallery.mean(1, keepdim=True))


def _least(queries, gallery, count=5):
    return _cosines(queries, gallery).argsort(dim=1)[:, :count]


def _values(queries, gallery, count=5):
    return _cosines(queries, gallery).topk(count, dim=1).values


def _both(queries, gallery, count=5):
    values, indices = _cosines(queries, gallery).topk(count, dim=1)
    return values, indices


def _for_each_of_the_gallery(queries, gallery, count=5):
    return _cosines(gallery, queries).topk(count, dim=1).indices


def _along_the_wrong_dimension(queries, gallery, count=5):
    return _cosines(queries, gallery).topk(count, dim=0).indices


def _without_the_first(queries, gallery, count=5):
    return _cosines(queries, gallery).topk(count + 1, dim=1).indices[:, 1:]


def _one(queries, gallery, count=5):
    return _cosines(queries, gallery).argmax(dim=1)


def _always_five(queries, gallery, count=5):
    return _neighbours(queries, gallery)


def _all(queries, gallery, count=5):
    return _cosines(queries, gallery).argsort(dim=1, descending=True)


def _last_first(queries, gallery, count=5):
    return _cosines(queries, gallery).argsort(dim=1)[:, -count:]


def _in_order_of_the_gallery(queries, gallery, count=5):
    return _neighbours(queries, gallery, count).sort(dim=1).values


def _transposed(queries, gallery, count=5):
    return _neighbours(queries, gallery, count).T


def _vectors(queries, gallery, count=5):
    return gallery[_neighbours(queries, gallery, count)]


def _among_themselves(queries, gallery, count=5):
    return _neighbours(gallery, gallery, count)


def _cases():
    lengths = torch.linspace(0.2, 5, 9)[:, None]  # of very different lengths, or the angle would not matter
    return [
        (noise(4, 6, seed=0) + 1, (noise(9, 6, seed=1) + 1) * lengths, 3),
        (noise(3, 5, seed=2) * lengths[:3], noise(9, 5, seed=3) * lengths.flip(0)),
        (noise(7, 3, seed=4), noise(8, 3, seed=5) * lengths[:8], 2),
        (noise(1, 4, seed=6).abs(), noise(9, 4, seed=7).abs() * lengths, 1),
        Call(noise(5, 8, seed=8).relu(), noise(7, 8, seed=9).relu() * lengths[:7], count=4),
        (noise(6, 6, seed=10) - 0.5, noise(6, 6, seed=11) * lengths[:6], 5),
    ]


neighbours = Exercise(
    name="neighbours",
    title="The most similar pictures",
    difficulty=2,
    minutes=7,
    reference=_neighbours,
    cases=_cases,
    misconceptions=(
        Misconception(
            _ranked(lambda queries, gallery: queries @ gallery.T),
            "You compare by the plain product, in which a long vector is similar to everything. Divide the gallery's "
            "vectors by their lengths first: `F.normalize`.",
            also=(_ranked(lambda queries, gallery: F.normalize(queries) @ gallery.T),),
        ),
        Misconception(
            _ranked(lambda queries, gallery: -torch.cdist(queries, gallery)),
            "You compare by distance, so a vector in the same direction that is twice as long counts as far away. The "
            "angle is wanted: the product of vectors of length 1.",
        ),
        Misconception(
            _ranked(lambda queries, gallery: -torch.cdist(queries, gallery, p=1)),
            "You add up absolute differences. The angle is wanted: the product of vectors of length 1.",
        ),
        Misconception(
            _ranked(lambda queries, gallery: F.normalize(queries, dim=0) @ F.normalize(gallery, dim=0).T),
            "You give each *feature* the length 1, over all pictures. Each picture's own vector gets it: a row.",
        ),
        Misconception(
            _ranked(lambda queries, gallery: _cosines(queries, gallery).abs()),
            "You take away the sign, so that the opposite counts as similar.",
        ),
        Misconception(
            _ranked(_correlation),
            "You take away each vector's mean first. That is the correlation; the plain cosine is wanted.",
        ),
        Misconception(
            _ranked(lambda queries, gallery: torch.cdist(queries, gallery)),
            "Those are the most distant ones. Similar means a *large* cosine.",
            also=(_ranked(lambda queries, gallery: torch.cdist(F.normalize(queries), F.normalize(gallery))), _least),
        ),
        Misconception(
            _values,
            "Those are the cosines. *Which* pictures they belong to is wanted: `.indices` of what `topk` returns.",
        ),
        Misconception(
            _both,
            "You give cosines and indices. Only the indices are wanted.",
        ),
        Misconception(
            _for_each_of_the_gallery,
            "You look for the queries that are similar to each picture of the gallery. The other way round: a row for "
            "each query.",
            also=(_along_the_wrong_dimension,),
        ),
        Misconception(
            _without_the_first,
            "You leave out the first one, as if the query stood in the gallery itself. It does not here.",
        ),
        Misconception(
            _one,
            "That is the most similar one alone. `count` of them are wanted, (Q, count).",
            also=(lambda queries, gallery, count=5: _one(queries, gallery)[:, None],),
        ),
        Misconception(
            _always_five,
            "You always return five. Use `count`.",
        ),
        Misconception(
            _all,
            "You return all of the gallery, in order. Only the first `count` are wanted.",
        ),
        Misconception(
            _last_first,
            "The right ones, but the most similar one stands last. It comes first.",
        ),
        Misconception(
            _in_order_of_the_gallery,
            "The right ones, in the order of the gallery. The most similar one comes first.",
        ),
        Misconception(
            _transposed,
            "Rows and columns have changed places: each query has its own row, (Q, count).",
        ),
        Misconception(
            _vectors,
            "You return the vectors of the similar pictures. Their places in the gallery are wanted.",
        ),
        Misconception(
            _among_themselves,
            "You compare the gallery with itself.",
        ),
        Misconception(
            lambda queries, gallery, count=5: _neighbours(queries, gallery, count).tolist(),
            "The numbers are right. Leave them in a tensor, so that they can index.",
        ),
    ),
    hints=(
        "`F.normalize(x)` gives each row the length 1. The product of two such rows is the cosine of their angle.",
        "`F.normalize(queries) @ F.normalize(gallery).T` has all cosines, (Q, G). Then `topk` along which dimension?",
        "`.topk(count, dim=1)` gives values and indices, the largest first.",
    ),
    praise="No training at all: whoever has features can search pictures by pictures.",
)
