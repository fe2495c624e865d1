"""The exercises on kernels and maps: right however written, never passed where wrong, and as the package computes."""

import attempts
import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from torch import nn
from torch.nn import functional as F

from ainotes.checks import maps
from ainotes.checks.material import column_by_column, noise
from ainotes.interpret import activations

EXERCISES = attempts.of(maps)

test_every_exercise_of_the_lesson_is_found = attempts.complete(maps, count=4, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


def pictures_by_loops(weight):
    return torch.stack([0.5 * (kernel / max(kernel.max(), -kernel.min()) + 1) for kernel in weight])


def pictures_by_flattening(weight):
    largest = weight.abs().flatten(1).max(dim=1).values
    return weight.div(largest.view(-1, 1, 1, 1)).add(1).div(2)


def kept_by_a_class(model, layer, images):
    class Keeper:
        def __call__(self, module, inputs, output):
            self.maps = output.clone().detach()

    keeper = Keeper()
    hook = layer.register_forward_hook(keeper)
    try:
        model(images)
    finally:
        hook.remove()
    return keeper.maps


def kept_without_a_graph(model, layer, images):
    found = {}

    def keep(module, inputs, output):
        found["maps"] = output.clone()

    with layer.register_forward_hook(keep), torch.no_grad():
        model(images)
    return found["maps"]


def silent_by_loops(images):
    return [channel for channel in range(images.shape[1]) if not images[:, channel].any()]


def silent_by_sums(images):
    return torch.where(images.sum(dim=(0, 2, 3)) == 0)[0].tolist()


def agreement_by_loops(features, labels):
    rows = [each.flatten() / each.norm() for each in features]
    right = 0
    for i, row in enumerate(rows):
        near = max((j for j in range(len(rows)) if j != i), key=lambda j: float(row @ rows[j]))
        right += int(labels[i] == labels[near])
    return right / len(rows)


def agreement_by_topk(features, labels):
    rows = features.reshape(len(features), -1)
    cosines = F.cosine_similarity(rows[:, None], rows[None], dim=2)
    second = cosines.topk(2, dim=1).indices[:, 1]
    return labels[second].eq(labels).float().mean().item()


def agreement_by_distances(features, labels):
    rows = F.normalize(features.flatten(1))  # of length 1: the smallest distance is the largest cosine
    distances = torch.cdist(rows, rows) + torch.eye(len(rows)) * 10
    return (labels[distances.argmin(1)] == labels).double().mean().item()


RIGHT: dict[str, list] = {
    "kernel_pictures": [pictures_by_loops, pictures_by_flattening],
    "keep_maps": [kept_by_a_class, kept_without_a_graph],
    "silent_filters": [silent_by_loops, silent_by_sums],
    "neighbour_agreement": [agreement_by_loops, agreement_by_topk, agreement_by_distances],
}

test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


def kept_at_another_layer(model, layer, images):
    return kept_by_a_class(model, next(iter(model.children())), images[:, :, :-1])


UNFORESEEN: dict[str, list] = {
    "kernel_pictures": [
        lambda weight: pictures_by_loops(weight).flip(0),
        lambda weight: pictures_by_loops(weight).double(),
        lambda weight: pictures_by_loops(weight) + 0.01,
        lambda weight: pictures_by_loops(weight).transpose(2, 3) ** 2,
        lambda weight: pictures_by_loops(weight).numpy(),
    ],
    "keep_maps": [
        kept_at_another_layer,
        lambda model, layer, images: kept_by_a_class(model, layer, images) + 1,
        lambda model, layer, images: kept_by_a_class(model, layer, images.flip(0)),
        lambda model, layer, images: kept_by_a_class(model, layer, images).double(),
    ],
    "silent_filters": [
        lambda images: silent_by_loops(images)[:1] * 2,
        lambda images: [str(channel) for channel in silent_by_loops(images)],
        lambda images: [*silent_by_loops(images), 99],
        lambda images: np.array(silent_by_loops(images)),
    ],
    "neighbour_agreement": [
        lambda features, labels: agreement_by_loops(features, labels) + 0.01,
        lambda features, labels: torch.tensor(agreement_by_loops(features, labels)),
        lambda features, labels: str(agreement_by_loops(features, labels)),
        lambda features, labels: 0.5,
    ],
}

test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, least=4, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def stretched_like_a_photograph(weight):
    flat = weight.flatten(1)
    low, high = flat.min(1).values[:, None], flat.max(1).values[:, None]
    return ((flat - low) / (high - low)).view_as(weight)


def forgets_the_parentheses(model, layer, images):
    found = []
    hook = layer.register_forward_hook(lambda *given: found.append(given[2].detach().clone()))
    model(images)
    hook.remove  # noqa: B018
    return found[0]


def keeps_the_input(model, layer, images):
    found = {}

    def keep(module, output, _):  # the arguments' names are mistaken
        found["maps"] = output[0].detach().clone()

    with layer.register_forward_hook(keep):
        model(images)
    return found["maps"]


def asks_for_one_quiet_image(images):
    return [c for c in range(images.shape[1]) if any(not image[c].any() for image in images)]


def takes_itself(features, labels):
    rows = F.normalize(features.flatten(1))
    return (labels[(rows @ rows.T).max(1).indices] == labels).float().mean().item()


def forgets_lengths(features, labels):
    rows = features.flatten(1)
    products = rows @ rows.T
    products[range(len(rows)), range(len(rows))] = -float("inf")
    return (labels[products.argmax(1)] == labels).float().mean().item()


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (maps.kernel_pictures, stretched_like_a_photograph, "smallest number to its largest"),
        (maps.kernel_pictures, lambda weight: 0.5 + weight / weight.abs().max() / 2, "largest number of *all* kernels"),
        (maps.keep_maps, forgets_the_parentheses, "with its parentheses"),
        (maps.keep_maps, keeps_the_input, "come *into* the layer"),
        (maps.silent_filters, asks_for_one_quiet_image, "on *one* image"),
        (maps.silent_filters, lambda images: (images.amax((0, 2, 3)) == 0).nonzero()[:, 0], "in a tensor"),
        (maps.neighbour_agreement, takes_itself, "nearest neighbour is itself"),
        (maps.neighbour_agreement, forgets_lengths, "without dividing by the lengths"),
    ]
)


# --- As the package and scikit-learn compute --------------------------------------------------------------------------


def test_pictures_lie_between_0_and_1_and_grey_is_zero():
    weight = noise(5, 3, 4, 4)
    weight[:, :, 0, 0] = 0
    pictures = maps.kernel_pictures.reference(weight)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert torch.equal(pictures[:, :, 0, 0], torch.full((5, 3), 0.5))
    extremes = (pictures - 0.5).abs().amax(dim=(1, 2, 3))
    torch.testing.assert_close(extremes, torch.full((5,), 0.5))  # each kernel uses its whole scale


@pytest.mark.parametrize("inplace", [False, True])
def test_what_is_kept_is_what_the_package_keeps(inplace):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(inplace=inplace), nn.Conv2d(3, 2, 3), nn.ReLU(inplace=inplace))
    images = noise(2, 1, 9, 9)
    for number, name in enumerate(["0", "1", "2", "3"]):
        kept = maps.keep_maps.reference(model, model[number], images)
        assert torch.equal(kept, activations(model, name, images)[name])


def test_a_filter_with_a_bias_far_below_zero_is_silent():
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU())
    with torch.no_grad():
        layers[0].bias[[1, 4]] = -100
        layers[0].bias[[0, 2, 3, 5]] = 1
        found = maps.silent_filters.reference(layers(torch.rand(3, 1, 8, 8)))
    assert found == [1, 4]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_neighbours_are_those_of_scikit_learn(seed):
    features, labels = noise(50, 3, 4, 4, seed=seed), torch.arange(50) % 5
    rows = features.flatten(1).numpy()
    neighbours = NearestNeighbors(n_neighbors=2, metric="cosine").fit(rows).kneighbors(rows, return_distance=False)
    expected = float((labels.numpy()[neighbours[:, 1]] == labels.numpy()).mean())
    for given in (features, column_by_column(features)):
        assert maps.neighbour_agreement.reference(given, labels) == pytest.approx(expected)
