"""Measuring an explanation: randomised weights, and curves of deletion and insertion."""

import copy

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity as ssim
from torch import nn
from torchvision import models as theirs

from ainotes import models
from ainotes.interpret import deletion_curve, eigen_cam, grad_cam, insertion_curve, randomization_check, saliency
from ainotes.interpret.similarity import rank_correlation, structural_similarity


def net(classes=3):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * 64, classes),
    )  # fmt: skip


def pictures(count=3):
    return torch.rand(count, 3, 12, 12, generator=torch.Generator().manual_seed(1))


def by_grad_cam(network, images, target):
    return grad_cam(network, "4", images, target)


# How alike two maps are


def test_rank_correlation_is_scipys():
    generator = torch.Generator().manual_seed(0)
    maps, others = torch.rand(4, 9, 7, generator=generator), torch.randn(4, 9, 7, generator=generator)
    others[1:] += 3 * maps[1:]
    maps[2:] = (4 * maps[2:]).round()  # with many ties
    others[3] = others[3].relu()
    expected = [
        spearmanr(a.flatten(), b.flatten()).statistic for a, b in zip(maps.numpy(), others.numpy(), strict=True)
    ]
    np.testing.assert_allclose(rank_correlation(maps, others), expected, atol=1e-12)


def test_rank_correlation_sees_order_alone_and_a_flat_map_has_none():
    ramp = torch.arange(12.0).view(1, 3, 4)
    assert rank_correlation(ramp, ramp.exp()).tolist() == [1.0]
    assert rank_correlation(ramp, -ramp).tolist() == [-1.0]
    assert rank_correlation(ramp, torch.full_like(ramp, 2.0)).tolist() == [0.0]


def test_structural_similarity_is_scikit_images_of_maps_on_one_scale():
    generator = torch.Generator().manual_seed(0)
    maps, others = torch.rand(2, 9, 9, generator=generator), torch.randn(2, 9, 9, generator=generator)
    first, second = (each.double() / each.abs().amax(dim=(1, 2), keepdim=True).double() for each in (maps, others))
    expected = [ssim(a, b, data_range=2.0) for a, b in zip(first.numpy(), second.numpy(), strict=True)]
    np.testing.assert_allclose(structural_similarity(maps, others), expected, atol=1e-12)
    np.testing.assert_allclose(structural_similarity(5 * maps, 2 * maps), [1, 1], atol=1e-12)
    assert structural_similarity(torch.rand(1, 4, 5), torch.rand(1, 4, 5)).shape == (1,)
    with pytest.raises(ValueError, match="3 rows and columns or more"):
        structural_similarity(torch.rand(1, 2, 5), torch.rand(1, 2, 5))


# Randomised weights


def test_the_layers_forget_from_the_top_and_keep_what_they_forgot():
    seen = []

    def watch(network, images, target):
        seen.append({name: values.clone() for name, values in network.state_dict().items()})
        return images[:, 0]

    network, images = net(), pictures()
    check = randomization_check(network, images, watch)
    assert check.layers == ("", "6", "3", "1", "0")
    for before, after, layer in zip(seen, seen[1:], check.layers[1:], strict=False):
        changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
        if layer == "1":  # a batch norm without training is what it was: this one has never learned
            assert changed == set()
        else:
            assert changed == {layer}
    for name, values in network.state_dict().items():
        assert torch.equal(values, seen[0][name])


def test_the_first_entry_is_the_network_as_it_was():
    network, images = net(), pictures()
    check = randomization_check(network, images, by_grad_cam)
    assert (check.layers[0], check.spearman[0]) == ("", pytest.approx(1))
    assert check.ssim[0] == pytest.approx(1)
    assert torch.equal(check.maps[0], grad_cam(network, "4", images))
    assert len(check.layers) == len(check.spearman) == len(check.ssim) == len(check.maps) == 5
    for number, maps in enumerate(check.maps):
        assert check.spearman[number] == pytest.approx(float(rank_correlation(check.maps[0], maps).mean()))


def test_a_map_that_knows_no_class_does_not_notice_that_the_head_forgot():
    """Eigen-CAM does not depend on the head, Grad-CAM does: what the check is for."""
    network, images = net(), pictures()
    blind = randomization_check(network, images, lambda network, images, target: eigen_cam(network, "4", images))
    seeing = randomization_check(network, images, by_grad_cam)
    assert blind.spearman[1] == pytest.approx(1)
    assert seeing.spearman[1] < 0.8
    assert blind.spearman[-1] < 0.99


def test_an_explanation_that_only_looks_at_the_image_never_notices():
    check = randomization_check(net(), pictures(), lambda network, images, target: images.mean(dim=1))
    assert check.spearman == pytest.approx([1] * 5)
    assert check.ssim == pytest.approx([1] * 5)


def test_the_same_class_is_explained_all_the_way():
    targets = []

    def watch(network, images, target):
        targets.append(target.tolist())
        return images[:, 0]

    network, images = net().eval(), pictures()
    randomization_check(network, images, watch)
    assert targets == [network(images).argmax(dim=1).tolist()] * 5
    targets.clear()
    randomization_check(network, images, watch, 2)
    assert targets == [[2, 2, 2]] * 5


def test_the_seed_decides_and_stops_are_spread():
    network, images = net(), pictures()
    first, again, other = (randomization_check(network, images, saliency, seed=seed) for seed in (0, 0, 1))
    assert first.spearman == again.spearman != other.spearman
    few = randomization_check(network, images, saliency, stops=2)
    assert few.layers == ("", "3", "0")
    assert few.spearman == (first.spearman[0], first.spearman[2], first.spearman[4])
    assert randomization_check(network, images, saliency, stops=99).layers == first.layers


def test_layers_forget_in_the_order_in_which_they_run():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.decide = nn.Linear(8 * 100, 2)  # made first, runs last
            self.look = nn.Conv2d(3, 8, 3)
            self.scale = nn.Parameter(torch.randn(8, 1, 1))

        def forward(self, images):
            return self.decide((self.scale * self.look(images)).flatten(1))

    check = randomization_check(nn.Sequential(Backwards()), pictures(), saliency)
    assert check.layers == ("", "0", "0.decide", "0.look")


def test_parameters_without_a_reset_get_noise_of_their_own_kind():
    network = models.ConvNeXt(3, 4, widths=(8, 8, 8, 8), blocks=(1, 1, 1, 1), scale=0.5)
    seen = []

    def watch(network, images, target):
        seen.append(network.features[1][0].scale.detach().clone())
        return images[:, 0]

    with torch.no_grad():
        network.features[1][0].scale.normal_(3, 0.1)
    randomization_check(network, torch.rand(1, 3, 32, 32), watch)
    first, last = seen[0], seen[-1]
    assert not torch.equal(first, last)
    assert float((last - first.mean()).abs().max()) < 0.6


def test_no_weight_of_a_transformer_is_forgotten_to_be_forgotten():
    """Its attention uses the weights of a part that is never called."""
    network = theirs.VisionTransformer(32, 16, 1, 2, 16, 32, num_classes=4)
    seen = []

    def watch(network, images, target):
        seen.append(copy.deepcopy(network.state_dict()))
        return images[:, 0]

    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_()
    randomization_check(network, torch.rand(1, 3, 32, 32), watch)
    assert [name for name, values in seen[0].items() if torch.equal(values, seen[-1][name])] == []


def test_who_watches_the_network_does_not_see_the_copy_run():
    network, calls = net(), []
    network[0].register_forward_hook(lambda *given: calls.append(1))
    randomization_check(network, pictures(), saliency)
    assert len(calls) == 1  # to learn which class it predicts


@pytest.mark.parametrize(("explain", "error", "words"), [
    (lambda network, images, target: images, TypeError, r"shape \(3, 12, 12\), got \(3, 3, 12, 12\)"),
    (lambda network, images, target: None, TypeError, "got NoneType"),
])  # fmt: skip
def test_an_explanation_of_another_shape_is_refused(explain, error, words):
    with pytest.raises(error, match=words):
        randomization_check(net(), pictures(), explain)


def test_a_layer_given_by_module_belongs_to_the_model_and_not_to_the_copy():
    network = net()
    with pytest.raises(ValueError, match="take it from the same object, or give its name"):
        randomization_check(network, pictures(), lambda copy, *rest: grad_cam(copy, network[4], *rest))


def test_a_network_without_weights_and_one_that_cannot_be_copied_are_refused():
    with pytest.raises(ValueError, match="no weights that could be randomised"):
        randomization_check(nn.Flatten(), pictures(), saliency)
    network = net()
    network.open = (each for each in "a generator cannot be copied")
    with pytest.raises(TypeError, match="Sequential cannot be copied"):
        randomization_check(network, pictures(), saliency)


# Deletion and insertion


class Odds(nn.Module):
    """One logit: the weighted sum of the pixels, so that every point of a curve can be worked out."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, images):
        return (images[:, 0] * self.weights).sum(dim=(1, 2))[:, None]


def test_a_deletion_curve_is_the_one_worked_by_hand():
    # Pixels of 1 with weights 3, 2, 1, 0 and the map in that order: the logit is 6, then 3, 1, 0, 0.
    network, image = Odds([[3.0, 2.0], [1.0, 0.0]]), torch.ones(1, 1, 2, 2)
    order = torch.tensor([[[4.0, 3.0], [2.0, 1.0]]])
    curve = deletion_curve(network, image, order, 1, steps=4, baseline=0.0)
    expected = torch.tensor([6.0, 3.0, 1.0, 0.0, 0.0]).sigmoid()
    torch.testing.assert_close(curve.probabilities[0], expected)
    assert curve.fractions.tolist() == [0, 0.25, 0.5, 0.75, 1]
    torch.testing.assert_close(curve.area[0], (expected[:-1] + expected[1:]).sum() / 8)
    # Put back in that order, from nothing: 0, then 3, 5, 6, 6.
    curve = insertion_curve(network, image, order, 1, steps=4, baseline=0.0)
    torch.testing.assert_close(curve.probabilities[0], torch.tensor([0.0, 3.0, 5.0, 6.0, 6.0]).sigmoid())
    # For class 0 the probabilities are the rest to 1.
    against = insertion_curve(network, image, order, 0, steps=4, baseline=0.0)
    torch.testing.assert_close(against.probabilities, 1 - curve.probabilities)


def test_both_curves_begin_and_end_with_the_image_and_the_baseline():
    network, images = net().eval(), pictures()
    maps = torch.rand(3, 12, 12)
    grey = images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    with torch.no_grad():
        whole, nothing = (network(each).softmax(dim=1)[:, 1] for each in (images, grey))
    deletion = deletion_curve(network, images, maps, 1, steps=5)
    insertion = insertion_curve(network, images, maps, 1, steps=5, baseline="mean")
    torch.testing.assert_close(deletion.probabilities[:, [0, -1]], torch.stack([whole, nothing], dim=1))
    torch.testing.assert_close(insertion.probabilities[:, [0, -1]], torch.stack([nothing, whole], dim=1))
    blurry = insertion_curve(network, images, maps, 1, steps=5)
    assert not torch.allclose(blurry.probabilities[:, 0], nothing)
    torch.testing.assert_close(blurry.probabilities[:, -1], whole)


def test_the_true_order_beats_chance_and_chance_beats_the_reverse():
    torch.manual_seed(0)
    network, images = Odds(torch.randn(8, 8).div(3).tolist()), torch.rand(5, 1, 8, 8)
    truth = (network.weights * images[:, 0]).detach()
    orders = (truth, torch.rand(5, 8, 8), -truth)
    deletion = [deletion_curve(network, images, order, 1, baseline=0.0).area.mean() for order in orders]
    insertion = [insertion_curve(network, images, order, 1, baseline=0.0).area.mean() for order in orders]
    assert deletion[0] < deletion[1] < deletion[2]
    assert insertion[0] > insertion[1] > insertion[2]


@pytest.mark.parametrize("batch_size", [1, 5, 1000])
def test_the_batch_size_changes_nothing(batch_size):
    network, images, maps = net(), pictures(), torch.rand(3, 12, 12)
    expected = deletion_curve(network, images, maps)
    found = deletion_curve(network, images, maps, batch_size=batch_size)
    torch.testing.assert_close(found.probabilities, expected.probabilities)
    assert torch.equal(found.fractions, expected.fractions)


def test_pixels_that_the_map_does_not_tell_apart_go_in_random_order():
    # In reading order the upper half would go first, which has all the weight, and 0 of its 32 pixels would be left.
    network = Odds([[0.1] * 8] * 4 + [[0.0] * 8] * 4)
    image, flat = torch.ones(1, 1, 8, 8), torch.zeros(1, 8, 8)
    curves = [deletion_curve(network, image, flat, 1, steps=2, baseline=0.0, seed=seed) for seed in (0, 0, 1, 2, 3)]
    left = [round(10 * float(curve.probabilities[0, 1].logit())) for curve in curves]
    assert left[0] == left[1]
    assert len(set(left)) > 1
    assert all(8 < count < 24 for count in left)  # about 16


@pytest.mark.parametrize(("options", "words"), [
    ({"maps": torch.zeros(3, 6, 6)}, r"maps expect a tensor of shape \(3, 12, 12\).* got \(3, 6, 6\)"),
    ({"maps": np.zeros((3, 12, 12))}, "got ndarray"),
    ({"maps": torch.full((3, 12, 12), torch.nan)}, "maps expect numbers, got nan"),
    ({"baseline": "noise"}, "got 'noise'"),
    ({"steps": 0}, "steps expects a whole number of at least 1"),
    ({"target": 3}, r"target must lie in 0\.\.2"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(options, words):
    given = {"maps": torch.zeros(3, 12, 12)} | options
    for function in (deletion_curve, insertion_curve):
        with pytest.raises(ValueError, match=words):
            function(net(), pictures(), **given)
