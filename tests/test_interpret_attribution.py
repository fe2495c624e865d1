"""Saliency, integrated gradients and occlusion: one shape of answer, and numbers that can be checked."""

import pytest
import torch
from torch import nn
from torchvision import models as theirs

from ainotes.interpret import integrated_gradients, occlusion, saliency
from ainotes.interpret.baselines import baseline_images

METHODS = {"saliency": saliency, "integrated_gradients": integrated_gradients, "occlusion": occlusion}


def net(classes=3):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5 * 25, classes)
    )


def linear():
    """Scores that are weighted sums of the pixels, so that every answer is known."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(2 * 6 * 6, 3))


def pictures(count=3, side=10):
    return torch.rand(count, 2, side, side, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", METHODS)
def test_the_answer_is_a_number_for_each_pixel(name):
    for target in (None, 1, [0, 1, 2]):
        found = METHODS[name](net(), pictures(), target)
        assert found.shape == (3, 10, 10)
        assert found.dtype == torch.float32
        assert not found.requires_grad
        assert float(found.abs().max()) > 0


@pytest.mark.parametrize("name", METHODS)
def test_each_image_is_explained_as_if_it_were_alone(name):
    network, images = net(), pictures()
    together = METHODS[name](network, images, [0, 1, 2])
    alone = [METHODS[name](network, images[number : number + 1], number) for number in range(3)]
    torch.testing.assert_close(together, torch.cat(alone))


@pytest.mark.parametrize("name", METHODS)
def test_the_predicted_class_is_explained_by_default(name):
    network, images = net().eval(), pictures()
    predicted = network(images).argmax(dim=1)
    assert torch.equal(METHODS[name](network, images), METHODS[name](network, images, predicted))


def test_saliency_of_a_linear_network_is_the_larger_weight_of_a_pixels_channels():
    network = linear()
    weights = network[1].weight.detach()[1].view(2, 6, 6)
    torch.testing.assert_close(saliency(network, pictures(1, 6), 1)[0], weights.abs().amax(dim=0))


def test_integrated_gradients_of_a_linear_network_are_weight_times_pixel():
    network, images = linear(), pictures(2, 6)
    weights = network[1].weight.detach()[2].view(2, 6, 6)
    torch.testing.assert_close(integrated_gradients(network, images, 2), (weights * images).sum(dim=1))
    against = integrated_gradients(network, images, 2, baseline=0.5)
    torch.testing.assert_close(against, (weights * (images - 0.5)).sum(dim=1))


@pytest.mark.parametrize("baseline", [0.0, 0.3, "mean", "blur", torch.tensor([0.1, 0.9])[:, None, None]])
@pytest.mark.parametrize(("steps", "batch_size"), [(200, 64), (300, 1000)])
def test_integrated_gradients_sum_up_to_the_difference_of_the_scores(baseline, steps, batch_size):
    network, images = net().eval(), pictures()
    start = baseline_images("demo", baseline, images)
    found = integrated_gradients(network, images, 1, baseline=baseline, steps=steps, batch_size=batch_size)
    with torch.no_grad():
        difference = (network(images) - network(start))[:, 1]
    torch.testing.assert_close(found.sum(dim=(1, 2)), difference, atol=2e-3, rtol=0)


def test_occlusion_is_the_fall_of_the_score_under_the_window():
    network, images = net().eval(), pictures(2)
    found = occlusion(network, images, 1, window=5, stride=5, baseline=0.5)
    for row in (0, 5):
        for column in (0, 5):
            covered = images.clone()
            covered[:, :, row : row + 5, column : column + 5] = 0.5
            with torch.no_grad():
                fall = (network(images) - network(covered))[:, 1]
            window = found[:, row : row + 5, column : column + 5]
            torch.testing.assert_close(window, fall[:, None, None].expand(2, 5, 5))


def test_a_pixel_under_several_windows_gets_the_mean_of_their_falls():
    network, images = linear(), pictures(1, 6)
    weights = network[1].weight.detach()[0].view(2, 6, 6)
    parts = (weights * images[0]).sum(dim=0)  # what each pixel adds to the score
    found = occlusion(network, images, 0, window=4, stride=2)[0]
    falls = nn.functional.avg_pool2d(parts[None, None], 4, stride=2)[0, 0] * 16  # (2, 2) windows
    torch.testing.assert_close(found[0, 0], falls[0, 0])
    torch.testing.assert_close(found[0, 3], falls[0].mean())
    torch.testing.assert_close(found[2, 2], falls.mean())


@pytest.mark.parametrize("batch_size", [1, 2, 7, 64])
def test_the_answers_do_not_depend_on_the_batch_size(batch_size):
    network, images = net(), pictures(5)
    for method in (integrated_gradients, occlusion):
        expected = method(network, images, [0, 1, 2, 0, 1])
        torch.testing.assert_close(method(network, images, [0, 1, 2, 0, 1], batch_size=batch_size), expected)


def test_a_single_logit_speaks_for_class_one_and_against_class_zero():
    network, images = net(classes=1), pictures()
    for method in (integrated_gradients, occlusion):
        torch.testing.assert_close(method(network, images, 0), -method(network, images, 1))
    torch.testing.assert_close(saliency(network, images, 0), saliency(network, images, 1))


def test_they_work_with_a_transformer_which_has_no_maps():
    torch.manual_seed(0)
    network = theirs.VisionTransformer(32, 16, 1, 2, 16, 32, num_classes=4)
    network.heads.head.weight.data.normal_()  # torchvision starts with zeros, which explain nothing
    for method, options in ((saliency, {}), (integrated_gradients, {"steps": 4}), (occlusion, {"window": 16})):
        found = method(network, torch.rand(2, 3, 32, 32), 1, **options)
        assert found.shape == (2, 32, 32)
        assert float(found.abs().max()) > 0


@pytest.mark.parametrize(("use", "words"), [
    (lambda: occlusion(net(), pictures(), window=11), "window must fit into 10 rows and 10 columns, got 11"),
    (lambda: occlusion(net(), pictures(), window=3, stride=4), "stride must be at most the window, 3"),
    (lambda: occlusion(net(), pictures(), baseline="black"), '"mean", "blur", a number, or a tensor .* got \'black\''),
    (lambda: integrated_gradients(net(), pictures(), baseline=torch.zeros(7)), r"shape \(3, 2, 10, 10\), got \(7,\)"),
    (lambda: integrated_gradients(net(), pictures(), steps=0), "steps expects a whole number of at least 1"),
    (lambda: saliency(net(), pictures(), 3), r"target must lie in 0\.\.2"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(use, words):
    with pytest.raises(ValueError, match=words):
        use()
