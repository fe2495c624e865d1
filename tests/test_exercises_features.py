"""The exercises on features: right however written, never passed where wrong, and as torch and the package do it."""

import attempts
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from ainotes.checks import features as lesson
from ainotes.checks.material import noise
from ainotes.data import ImageSet
from ainotes.models import Convnet
from ainotes.transfer import body, features

EXERCISES = attempts.of(lesson)

test_every_exercise_of_the_lesson_is_found = attempts.complete(lesson, count=4, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


@torch.inference_mode()
def extracted_with_a_loader(network, images, size=32):
    network.train(False)
    loader = DataLoader(TensorDataset(images), batch_size=size)
    return torch.vstack([F.adaptive_avg_pool2d(network(batch), 1).flatten(1) for (batch,) in loader])


def extracted_by_index_and_given_back(network, images, size=32):
    mode = network.training
    network.eval()
    found = None
    for start in range(0, len(images), size):
        with torch.no_grad():
            row = network(images[start : start + size]).flatten(2).mean(2)
        found = row if found is None else torch.cat([found, row])
    network.train(mode)
    return found


def neighbours_by_loops(queries, gallery, count=5):
    rows = []
    for query in queries:
        cosines = torch.stack([F.cosine_similarity(query, each, dim=0) for each in gallery])
        rows.append(cosines.argsort(descending=True)[:count])
    return torch.stack(rows)


def neighbours_by_distance_of_directions(queries, gallery, count=5):
    directions = [each / each.norm(dim=1, keepdim=True) for each in (queries, gallery)]
    return torch.cdist(*directions).topk(count, largest=False).indices


def neighbours_with_the_gallery_alone_normalised(queries, gallery, count=5):
    return torch.sort(queries @ F.normalize(gallery).mT, descending=True, stable=True).indices[:, :count]


def standardised_by_loops(train, val):
    columns = []
    for one, other in zip(train.T, val.T, strict=True):
        spread = one.std().item() or 1.0
        columns.append(((one - one.mean()) / spread, (other - one.mean()) / spread))
    return torch.stack([a for a, _ in columns], dim=1), torch.stack([b for _, b in columns], dim=1)


def standardised_by_a_mask(train, val):
    std, mean = torch.std_mean(train, dim=0, keepdim=True)
    std[std == 0] = 1
    return train.sub(mean).div(std), val.sub(mean).div(std)


def drawn_class_by_class(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    chosen = []
    for kind in range(int(labels.max()) + 1):
        places = torch.where(labels == kind)[0]
        chosen.append(places[torch.randperm(len(places), generator=generator)[:count]])
    return torch.cat(chosen).sort().values


def drawn_with_numpy(labels, count, seed):
    rng = np.random.default_rng(seed)
    classes = np.unique(labels)
    return np.concatenate([rng.choice(np.flatnonzero(labels == kind), count, replace=False) for kind in classes])


def drawn_by_the_image_set(labels, count, seed):
    classes = [str(kind) for kind in labels.unique().tolist()]
    data = ImageSet(torch.arange(len(labels)).to(torch.uint8).reshape(-1, 1, 1, 1), labels, classes)
    parts = [data.subset(labels == kind).split([count], seed=seed)[0] for kind in range(len(classes))]
    return torch.cat([part.images.flatten().long() for part in parts]).tolist()


RIGHT: dict[str, list] = {
    "extract": [extracted_with_a_loader, extracted_by_index_and_given_back],
    "neighbours": [
        neighbours_by_loops,
        neighbours_by_distance_of_directions,
        neighbours_with_the_gallery_alone_normalised,
    ],
    "standardise": [standardised_by_loops, standardised_by_a_mask],
    "draw": [drawn_class_by_class, drawn_with_numpy, drawn_by_the_image_set],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


def extracted_in_half_precision(network, images, size=32):
    return extracted_with_a_loader(network, images, size).half()


def extracted_twice_over(network, images, size=32):
    extracted_with_a_loader(network, images, size)
    return extracted_with_a_loader(network, images, size)


UNFORESEEN: dict[str, list] = {
    "extract": [
        extracted_in_half_precision,
        extracted_twice_over,
        lambda network, images, size=32: extracted_with_a_loader(network, images.flip(3), size) + 0.1,
        lambda network, images, size=32: -extracted_with_a_loader(network, images, size),
        lambda network, images, size=32: extracted_with_a_loader(network, images, size).numpy(),
    ],
    "neighbours": [
        lambda queries, gallery, count=5: neighbours_by_loops(queries, gallery, count) + 1,
        lambda queries, gallery, count=5: neighbours_by_loops(queries, gallery, count).float(),
        lambda queries, gallery, count=5: neighbours_by_loops(-queries, gallery, count).flip(1) * 0,
        lambda queries, gallery, count=5: neighbours_by_loops(queries, gallery.flip(1), count),
    ],
    "standardise": [
        lambda train, val: tuple(part + 0.1 for part in standardised_by_loops(train, val)),
        lambda train, val: tuple(part.double() for part in standardised_by_loops(train, val)),
        lambda train, val: torch.cat(standardised_by_loops(train, val)),
        lambda train, val: standardised_by_loops(train.abs(), val.abs()),
    ],
    "draw": [
        lambda labels, count, seed: drawn_class_by_class(labels, count - 1, seed),
        lambda labels, count, seed: drawn_class_by_class(labels, count, seed) + 1,
        lambda labels, count, seed: drawn_class_by_class(labels, count, seed).tolist() * 2,
        lambda labels, count, seed: drawn_class_by_class(labels, count, seed // 30)[::2],
        lambda labels, count, seed: "pictures",
    ],
}


test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def forgets_both_switches(network, images, size=32):
    rows = []
    for start in range(0, len(images), size):
        rows += [maps.mean(dim=(1, 2)) for maps in network(images[start : start + size])]
    return torch.stack(rows)


def forgets_evaluation(network, images, size=32):
    with torch.inference_mode():
        return torch.cat([network(batch).mean((2, 3)) for batch in torch.split(images, size)])


def steps_over_the_rest(network, images, size=32):
    network.eval()
    rows = []
    with torch.no_grad():
        for number in range(len(images) // size):
            rows.append(network(images[number * size : (number + 1) * size]).mean((2, 3)))
    return torch.cat(rows)


def multiplies_plainly(queries, gallery, count=5):
    return torch.einsum("qf,gf->qg", queries, gallery).sort(dim=1, descending=True).indices[:, :count]


def measures_with_euclid(queries, gallery, count=5):
    distances = (queries[:, None] - gallery[None]).square().sum(dim=2)
    return distances.argsort(dim=1)[:, :count]


def fits_on_everything(train, val):
    both = torch.cat([train, val])
    both = (both - both.mean(0)) / both.std(0).where(both.std(0) > 0, torch.tensor(1.0))
    return both[: len(train)], both[len(train) :]


def fits_each_part(train, val):
    return tuple((part - part.mean(0)) / part.std(0).where(part.std(0) > 0, torch.tensor(1.0)) for part in (train, val))


def draws_like_a_lottery(labels, count, seed):
    torch.manual_seed(seed)
    return torch.randint(len(labels), (count * len(labels.unique()),))


def draws_without_looking(labels, count, seed):
    return np.random.default_rng(seed).permutation(len(labels))[: 2 * count if labels.max() == 1 else 3 * count]


def draws_in_file_order(labels, count, seed):
    return [i for kind in labels.unique() for i in (labels == kind).nonzero().flatten().tolist()[:count]]


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (lesson.extract, forgets_both_switches, "Two switches are missing"),
        (lesson.extract, forgets_evaluation, "The body is in training mode"),
        (lesson.extract, steps_over_the_rest, "a batch that is not full counts too"),
        (lesson.neighbours, multiplies_plainly, "a long vector is similar to everything"),
        (lesson.neighbours, measures_with_euclid, "You compare by distance"),
        (lesson.standardise, fits_on_everything, "measured on both parts together"),
        (lesson.standardise, fits_each_part, "Each part gets its own mean"),
        (lesson.draw, draws_without_looking, "by chance one class gets more"),
        (lesson.draw, draws_in_file_order, "Always the first ones of each class"),
    ]
)


def test_a_lottery_is_no_draw():
    assert not lesson.draw.check(draws_like_a_lottery).passed


# --- The same as torch and the package --------------------------------------------------------------------------------


def test_extracted_features_are_those_of_the_package():
    images = ImageSet(torch.randint(256, (5, 1, 28, 28), dtype=torch.uint8), [0, 1, 0, 1, 0], ["a", "b"])
    torch.manual_seed(0)
    network = Convnet()
    expected, _ = features(network, images, pool="average", quiet=True).tensors
    found = lesson.extract.reference(body(network), images.batch(slice(None))[0], 2)
    torch.testing.assert_close(found, expected)


def test_a_training_picture_is_its_own_nearest_neighbour_whatever_its_length():
    gallery = noise(20, 7, seed=1)
    queries = gallery * torch.linspace(0.1, 9, 20)[:, None]
    assert lesson.neighbours.reference(queries, gallery, 1).flatten().tolist() == list(range(20))


def test_standardised_training_features_have_mean_0_and_deviation_1_or_are_all_0():
    train = noise(50, 4) * 7 + 3
    train[:, 2] = 5.0
    found, _ = lesson.standardise.reference(train, train)
    torch.testing.assert_close(found.mean(0), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.std(0), torch.tensor([1.0, 1.0, 0.0, 1.0]))


def test_a_feature_that_wakes_up_in_validation_stays_small():
    train, val = torch.zeros(4, 1), torch.full((2, 1), 0.5)
    assert lesson.standardise.reference(train, val)[1].flatten().tolist() == [0.5, 0.5]


def test_a_draw_is_the_same_for_the_same_seed_and_leaves_the_global_generator_alone():
    labels = torch.tensor([0, 1] * 30)
    state = torch.get_rng_state()
    one, other = (lesson.draw.reference(labels, 5, seed=3) for _ in range(2))
    assert one.tolist() == other.tolist()
    assert labels[one].bincount().tolist() == [5, 5]
    assert torch.equal(torch.get_rng_state(), state)


def test_a_frozen_body_is_reported_as_such_and_not_as_right():
    def freezes(network, images, size=32):
        network.eval().requires_grad_(False)
        return torch.cat([network(batch).mean((2, 3)) for batch in images.split(size)])

    result = lesson.extract.check(freezes)
    assert "not yours to change" in result.message


def test_extracting_leaves_the_running_statistics_as_they_were():
    network = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2))
    before = network[1].running_mean.clone()
    lesson.extract.reference(network, noise(6, 3, 5, 5), 2)
    assert torch.equal(network[1].running_mean, before)
    assert not network.training
