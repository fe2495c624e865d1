"""The exercises on explanations: right however written, never passed where wrong, and as package and Captum compute."""

import attempts
import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam, Occlusion
from scipy.stats import spearmanr
from torch import nn
from torch.nn import functional as F

from ainotes import interpret
from ainotes.checks import explanations
from ainotes.checks.explanations.occlude import brightest, certain, weighed
from ainotes.checks.material import column_by_column, noise
from ainotes.interpret.similarity import rank_correlation

EXERCISES = attempts.of(explanations)

test_every_exercise_of_the_two_lessons_is_found = attempts.complete(explanations, count=6, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


def mapped_by_loops(maps, weights):
    total = torch.zeros(len(maps), *maps.shape[2:])
    for channel in range(maps.shape[1]):
        total = total + weights[channel] * maps[:, channel]
    return total


def cam_one_by_one(maps, gradients):
    found = []
    for own, slopes in zip(maps, gradients, strict=True):
        heat = sum(slope.mean() * each for slope, each in zip(slopes, own, strict=True)).clamp(min=0)
        found.append(heat / heat.max() if heat.max() > 0 else heat)
    return torch.stack(found)


def occluded_in_one_batch(score, image, window):
    rows, columns = image.shape[1] // window, image.shape[2] // window
    covered = image.repeat(rows * columns, 1, 1, 1)
    for number, own in enumerate(covered):
        row, column = divmod(number, columns)
        own[:, row * window :][:, :window, column * window :][:, :, :window] = 0
    return (score(image[None]) - score(covered)).view(rows, columns)


def occluded_by_masks(score, image, window):
    size = [side // window for side in image.shape[1:]]
    falls = []
    for mask in torch.eye(size[0] * size[1]).view(-1, *size):
        keep = 1 - mask.repeat_interleave(window, 0).repeat_interleave(window, 1)
        falls.append(score(image[None]).item() - score((image * keep)[None]).item())
    return torch.tensor(falls).reshape(size)


def share_one_by_one(maps, region):
    return torch.stack([own[region].sum() / own.sum() if own.sum() > 0 else torch.tensor(0.0) for own in maps])


def deleted_pixel_by_pixel(image, heat, count, value=0.0):
    deleted, left = image.clone(), heat.clone()
    for _ in range(count):
        row, column = divmod(int(left.flatten().argmax()), heat.shape[1])
        deleted[:, row, column] = value
        left[row, column] = -torch.inf
    return deleted


def deleted_by_rank(image, heat, count, value=0.0):
    ranks = heat.flatten().argsort(descending=True).argsort().view(heat.shape)
    return image.masked_fill(ranks < count, value)


def order_by_formula(first, second):
    ranks = [heat.flatten().argsort(descending=True).argsort().double() for heat in (first, second)]
    n = first.numel()
    return 1 - 6 * ((ranks[0] - ranks[1]) ** 2).sum().item() / (n * (n**2 - 1))


RIGHT: dict[str, list] = {
    "class_map": [
        mapped_by_loops,
        lambda maps, weights: torch.einsum("nkij,k->nij", maps, weights),
        lambda maps, weights: (maps.movedim(1, -1) @ weights[:, None])[..., 0],
        lambda maps, weights: F.conv2d(maps, weights[None, :, None, None])[:, 0],
    ],
    "grad_cam": [
        cam_one_by_one,
        lambda maps, gradients: (lambda heat: torch.nan_to_num(heat / heat.flatten(1).max(1).values[:, None, None]))(
            torch.einsum("nc,nchw->nhw", gradients.flatten(2).mean(2), maps).relu()
        ),
        # Neither a sum for a mean nor the order of the factors changes the picture.
        lambda maps, gradients: cam_one_by_one(maps, gradients.sum((2, 3), keepdim=True)),
    ],
    "occlude": [occluded_in_one_batch, occluded_by_masks],
    "share_inside": [
        share_one_by_one,
        lambda maps, region: torch.nan_to_num((maps * region).flatten(1).sum(1) / maps.flatten(1).sum(1)),
        lambda maps, region: maps[:, region].sum(dim=1) / maps.sum(dim=(1, 2)).clamp(min=1e-12),
    ],
    "delete_pixels": [deleted_pixel_by_pixel, deleted_by_rank],
    "same_order": [
        order_by_formula,
        lambda first, second: float(spearmanr(first.flatten(), second.flatten()).statistic),
        lambda first, second: float(
            np.corrcoef(*(heat.flatten().numpy().argsort().argsort() for heat in (first, second)))[0, 1]
        ),
        lambda first, second: rank_correlation(first[None], second[None]).item(),
    ],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


UNFORESEEN: dict[str, list] = {
    "class_map": [
        lambda maps, weights: 2 * mapped_by_loops(maps, weights),
        lambda maps, weights: mapped_by_loops(maps, weights).double(),
        lambda maps, weights: mapped_by_loops(maps.flip(3), weights),
        lambda maps, weights: mapped_by_loops(maps, weights.flip(0)) + 0.1,
        lambda maps, weights: mapped_by_loops(maps, weights).tolist(),
    ],
    "grad_cam": [
        lambda maps, gradients: cam_one_by_one(maps, gradients) ** 2,
        lambda maps, gradients: cam_one_by_one(maps, -gradients),
        lambda maps, gradients: 255 * cam_one_by_one(maps, gradients),
        lambda maps, gradients: cam_one_by_one(maps, gradients).numpy(),
        lambda maps, gradients: cam_one_by_one(maps.flip(2), gradients),
    ],
    "occlude": [
        lambda score, image, window: 2 * occluded_by_masks(score, image, window),
        lambda score, image, window: occluded_by_masks(score, image.flip(1), window),
        lambda score, image, window: occluded_by_masks(score, image, window).numpy(),
        lambda score, image, window: score(image),  # no batch
        lambda score, image, window: occluded_by_masks(score, image, window).mean(),
    ],
    "share_inside": [
        lambda maps, region: share_one_by_one(maps, region).sqrt(),
        lambda maps, region: share_one_by_one(maps, region.flip(0)),
        lambda maps, region: share_one_by_one(maps, region)[:, None],
        lambda maps, region: share_one_by_one(maps**2, region),
        lambda maps, region: maps[region].sum() / maps.sum(),
    ],
    "delete_pixels": [
        lambda image, heat, count, value=0.0: deleted_by_rank(image, heat, count, value).flip(1),
        lambda image, heat, count, value=0.0: deleted_by_rank(image, heat, count, value).double(),
        lambda image, heat, count, value=0.0: deleted_by_rank(image, heat, 2 * count, value),
        lambda image, heat, count, value=0.0: deleted_by_rank(image, heat, count, value)[None],
        lambda image, heat, count, value=0.0: deleted_by_rank(image, heat.flip(0), count, value),
    ],
    "same_order": [
        lambda first, second: order_by_formula(first, second) + 0.1,
        lambda first, second: order_by_formula(first, second) / 2,
        lambda first, second: str(order_by_formula(first, second)),
        lambda first, second: order_by_formula(first, second.flip(0)),
    ],
}


test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def keeps_the_last_copy(score, image, window):
    covered, falls = image.clone(), []
    for row in range(0, image.shape[1], window):
        for column in range(0, image.shape[2], window):
            covered[:, row : row + window, column : column + window] = 0
            falls.append(score(image[None]).item() - score(covered[None]).item())
    return torch.tensor(falls).view(image.shape[1] // window, -1)


def makes_no_copy(score, image, window):
    whole, rows = score(image[None]).item(), []
    for row in range(0, image.shape[1], window):
        rows.append([])
        for column in range(0, image.shape[2], window):
            covered = image
            covered[:, row : row + window, column : column + window] = 0
            rows[-1].append(whole - score(covered[None]).item())
    return torch.tensor(rows)


def slices_from_the_end(image, heat, count, value=0.0):
    deleted = image.clone().flatten(1)
    deleted[:, torch.argsort(heat.reshape(-1))[-count:]] = value
    return deleted.view(image.shape)


@pytest.mark.parametrize(
    ("name", "attempt", "message"),
    [
        ("class_map", lambda maps, weights: sum(maps[:, k] for k in range(maps.shape[1])), "without their weights"),
        ("class_map", lambda maps, weights: torch.einsum("nchw,c->n", maps, weights), "That is the logit"),
        ("class_map", lambda maps, weights: mapped_by_loops(maps, weights).clamp(min=0), "*against* the class"),
        ("grad_cam", lambda maps, gradients: cam_one_by_one(maps, gradients.clamp(min=0)), "negative gradients out"),
        ("grad_cam", lambda maps, gradients: cam_one_by_one(maps, gradients.abs()), "drop the signs"),
        (
            "grad_cam",
            lambda maps, gradients: (lambda heat: heat / heat.flatten(1).amax(1)[:, None, None])(
                torch.einsum("nc,nchw->nhw", gradients.mean((2, 3)), maps).relu()
            ),
            "you divide by it: `nan`",
        ),
        ("occlude", keeps_the_last_copy, "stay covered"),
        ("occlude", makes_no_copy, "You cover the image itself"),
        ("occlude", lambda score, image, window: -occluded_by_masks(score, image, window), "sign is turned round"),
        ("share_inside", lambda maps, region: maps[:, region].sum(1), "which *share* of all"),
        ("share_inside", lambda maps, region: maps[:, region].sum(1) / maps.sum((1, 2)), "you divide by it: `nan`"),
        ("share_inside", lambda maps, region: maps[:, region].mean(1), "a mean"),
        ("delete_pixels", slices_from_the_end, "`[-0:]`"),
        (
            "delete_pixels",
            lambda image, heat, count, value=0.0: deleted_by_rank(image, -heat, count, value),
            "*least* important",
        ),
        (
            "same_order",
            lambda first, second: float(np.corrcoef(first.flatten(), second.flatten())[0, 1]),
            "Pearson's",
        ),
        (
            "same_order",
            lambda first, second: float(np.corrcoef(*(heat.flatten().argsort() for heat in (first, second)))[0, 1]),
            "The *rank* of each pixel",
        ),
    ],
)
def test_an_error_written_in_another_way_is_recognised(name, attempt, message):
    result = EXERCISES[name].check(attempt)
    assert result.status == "misconception", result
    assert message in result.message


# --- The same as the package, Captum and SciPy ------------------------------------------------------------------------


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4)
    )


def test_the_class_map_has_the_logit_as_its_mean():
    net, images = network(), noise(2, 3, 8, 8)
    heat = explanations.class_map.reference(net[:2](images), net[4].weight[1])
    torch.testing.assert_close(heat.mean(dim=(1, 2)) + net[4].bias[1], net(images)[:, 1])


def test_grad_cam_is_that_of_the_package_and_of_captum():
    net, images = network(), noise(2, 3, 8, 8)
    maps = net[:2](images).detach().requires_grad_()
    [gradients] = torch.autograd.grad(net[2:](maps)[:, 1].sum(), maps)
    heat = explanations.grad_cam.reference(maps.detach(), gradients)
    torch.testing.assert_close(heat, interpret.grad_cam(net, "1", images, 1))
    theirs = LayerGradCam(net, net[1]).attribute(images, target=1, relu_attributions=True)[:, 0].detach()
    largest = theirs.amax(dim=(1, 2), keepdim=True)
    torch.testing.assert_close(heat, theirs / torch.where(largest > 0, largest, 1))


def test_grad_cam_of_the_ramp_is_the_one_worked_by_hand():
    ramp = torch.arange(16.0).view(4, 4)
    slopes = torch.tensor([3.0, 1.0])[None, :, None, None].expand(1, 2, 4, 4)
    found = explanations.grad_cam.reference(torch.stack([ramp, -ramp])[None], slopes)
    torch.testing.assert_close(found[0], ramp / 15)


@pytest.mark.parametrize("score", [weighed, brightest, certain])
def test_occlusion_is_that_of_captum(score):
    image = noise(2, 6, 4, seed=3).abs() + 0.1
    ours = explanations.occlude.reference(score, image, 2)
    theirs = Occlusion(score).attribute(image[None], (2, 2, 2), strides=(2, 2, 2), baselines=0)
    torch.testing.assert_close(theirs[0, 0, ::2, ::2].float(), ours, rtol=1e-4, atol=1e-5)


def test_deletion_is_a_step_of_the_packages_curve():
    net, image, heat = network(), noise(1, 3, 5, 4, seed=1), noise(1, 5, 4, seed=2)
    curve = interpret.deletion_curve(net, image, heat, 2, steps=4, baseline=0.5)
    images = torch.stack([explanations.delete_pixels.reference(image[0], heat[0], 5 * step, 0.5) for step in range(5)])
    torch.testing.assert_close(curve.probabilities[0], net(images).softmax(dim=1)[:, 2].detach())


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_is_that_of_scipy(seed):
    first, second = column_by_column(noise(5, 6, seed=seed)), noise(5, 6, seed=seed + 10)
    expected = spearmanr(first.flatten(), second.flatten()).statistic
    assert explanations.same_order.reference(first, second) == pytest.approx(expected, abs=1e-6)
