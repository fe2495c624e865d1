"""What a filter wants to see: gradient ascent for all filters at once is the same ascent as for one."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import prune
from torch.nn.utils.parametrizations import weight_norm
from torchvision import models as theirs
from torchvision.transforms import Normalize
from torchvision.transforms.v2 import Resize

from ainotes import models
from ainotes.interpret import visualize_filters
from ainotes.interpret.ascent import plan
from ainotes.interpret.blur import blurred
from ainotes.interpret.few_filters import only_filters
from ainotes.interpret.way_back import short_way_to_pixels


def net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5),
    )  # fmt: skip


def answers(network, layer, pictures):
    """The mean answer of each filter of the layer to each picture (pictures, filters)."""
    found = {}
    hook = network.get_submodule(layer).register_forward_hook(lambda *given: found.update(maps=given[2].clone()))
    with torch.no_grad():
        network.eval()(pictures)
    hook.remove()
    return found["maps"].flatten(2).mean(dim=2) if found["maps"].ndim == 4 else found["maps"]


def test_the_pictures_are_in_range_and_of_the_size_asked_for():
    pictures = visualize_filters(net(), "3", size=20, steps=5)
    assert pictures.shape == (8, 3, 20, 20)
    assert pictures.dtype == torch.float32
    assert 0 <= float(pictures.min()) < float(pictures.max()) <= 1


@pytest.mark.parametrize("layer", ["0", "3"])
def test_each_picture_pleases_its_own_filter_more_than_grey(layer):
    network = net()
    pictures = visualize_filters(network, layer, size=24, steps=30)
    grey = answers(network, layer, torch.full((1, 3, 24, 24), 0.5))
    assert (answers(network, layer, pictures).diagonal() > grey[0]).all()


def test_the_pictures_of_classes_raise_the_scores_of_their_classes():
    network = net()
    found = answers(network, "7", visualize_filters(network, "7", size=24, steps=30))
    grey = answers(network, "7", torch.full((1, 3, 24, 24), 0.5))
    assert found.diagonal().mean() > grey.mean()
    assert found.diagonal().mean() > found.mean()


def test_a_first_layer_filter_gets_the_stripes_that_it_is_made_of():
    # One kernel, dark left and bright right: its picture varies along the rows and not along the columns.
    network = nn.Sequential(nn.Conv2d(1, 1, (1, 2), bias=False))
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([-1.0, 1.0]).view(1, 1, 1, 2))
    [[picture]] = visualize_filters(network, "0", size=24, steps=40)
    across, along = (picture.diff(dim=dim)[4:-4, 4:-4].abs().mean() for dim in (1, 0))
    assert across > 2 * along


def test_a_filter_climbs_alike_alone_in_a_batch_and_in_batches():
    network = net()
    together = visualize_filters(network, "3", size=20, steps=6)
    for batch_size in (1, 3):
        torch.testing.assert_close(visualize_filters(network, "3", size=20, steps=6, batch_size=batch_size), together)
    torch.testing.assert_close(visualize_filters(network, "3", [5, 2], size=20, steps=6), together[[5, 2]])
    torch.testing.assert_close(visualize_filters(network, "3", 5, size=20, steps=6), together[[5]])


def test_the_seed_alone_decides():
    network = net()
    first = visualize_filters(network, "3", 0, size=16, steps=4, seed=1)
    torch.manual_seed(99)
    assert torch.equal(visualize_filters(network, "3", 0, size=16, steps=4, seed=1), first)
    assert not torch.equal(visualize_filters(network, "3", 0, size=16, steps=4, seed=2), first)


def test_the_ascent_is_the_one_that_is_described():
    """The same steps written out: shift, score, gradient of root mean square 1, step, blur."""
    network, generator = net().eval(), torch.Generator().manual_seed(3)
    logits = 0.1 * torch.randn(1, 3, 10, 10, generator=generator)
    for size, steps in ((10, 2), (14, 2), (20, 3)):
        logits = nn.functional.interpolate(logits, size=(size, size), mode="bilinear")
        for _ in range(steps):
            down, right = torch.randint(-2, 3, (2,), generator=generator).tolist()
            logits = logits.detach().requires_grad_()
            maps = network[:4](2 * logits.sigmoid().roll((down, right), dims=(2, 3)) - 1)[:, 4]
            (maps.relu() - 0.1 * (-maps).relu()).mean().backward()
            direction = logits.grad / logits.grad.square().mean().sqrt()
            logits = blurred(logits.detach() + 0.2 * direction, 0.7)
    found = visualize_filters(
        network, "3", 4, size=20, steps=7, octaves=3, rate=0.2, jitter=2, blur=0.7, seed=3,
        normalize=lambda pixels: 2 * pixels - 1,
    )  # fmt: skip
    torch.testing.assert_close(found, logits.sigmoid())


def test_nothing_behind_the_layer_runs_but_for_one_look():
    network, calls = net(), []
    network[4].register_forward_hook(lambda *given: calls.append(1))
    visualize_filters(network, "3", size=16, steps=9)
    assert len(calls) == 1


def test_a_silent_filter_stays_grey_and_is_no_nan():
    network = net()
    with torch.no_grad():
        network[3].weight[2].zero_()
    [picture] = visualize_filters(network, "3", 2, size=16, steps=6)
    assert bool(picture.isfinite().all())
    assert 0.4 < float(picture.min()) < float(picture.max()) < 0.6


def test_a_filter_that_is_silent_at_first_finds_a_slope():
    network = net()
    with torch.no_grad():
        network[3].bias[2] = -0.2  # below 0 for grey
        network[3].weight[2].abs_()
    grey = answers(network, "3", torch.full((1, 3, 24, 24), 0.5))[0, 2]
    picture = visualize_filters(network, "3", 2, size=24, steps=20)
    assert answers(network, "3", picture)[0, 2] > grey


@pytest.mark.parametrize(("build", "layer", "channels"), [
    (models.Convnet, "features.3", 1),  # its linear layer wants 28 rows and columns
    (models.LeNet5, "features.3", 3),  # which looks at the size first
    (models.LectureFlatten, "features.3", 1),
])  # fmt: skip
def test_a_network_of_one_size_shows_its_convolutions_at_any(build, layer, channels):
    assert visualize_filters(build(), layer, 0, size=40, steps=3).shape == (1, channels, 40, 40)


def test_classes_are_filters_where_the_size_is_right():
    assert visualize_filters(models.Convnet(), "classifier.3", size=28, steps=3).shape == (10, 1, 28, 28)
    with pytest.raises(ValueError, match=r"Convnet cannot take pictures of shape \(1, 1, 40, 40\) as far as layer"):
        visualize_filters(models.Convnet(), "classifier.3", size=40, steps=3)


def test_octaves_grow_to_the_size_and_share_the_steps():
    assert plan(64, 3, 40, lambda size: True) == [(33, 13), (46, 13), (64, 14)]
    assert plan(64, 1, 40, lambda size: True) == [(64, 40)]
    assert plan(64, 3, 2, lambda size: True) == [(46, 1), (64, 1)]  # fewer steps than octaves
    assert plan(64, 3, 40, lambda size: False) == [(64, 40)]  # the size that was asked for is not left out
    assert plan(2, 5, 10, lambda size: True) == [(1, 5), (2, 5)]


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"filters": 8}, ValueError, r"filters must lie in 0\.\.7, for layer '3' has 8; got 8"),
    ({"filters": [0, -1]}, ValueError, r"got -1"),
    ({"filters": []}, ValueError, "got none"),
    ({"filters": "all"}, TypeError, "filters expects a whole number, got 'a'"),
    ({"filters": 1.0}, TypeError, "filters expects a whole number"),
    ({"size": 0}, ValueError, "size expects a whole number of at least 1"),
    ({"steps": 1.5}, TypeError, "steps expects a whole number"),
    ({"rate": 0}, ValueError, "rate must be more than 0"),
    ({"rate": "fast"}, TypeError, "rate expects a number"),
    ({"blur": -1}, ValueError, "blur must be 0 or more"),
    ({"blur": float("nan")}, ValueError, "blur must be 0 or more"),
    ({"jitter": -1}, ValueError, "jitter expects a whole number of at least 0"),
    ({"channels": 5}, ValueError, r"cannot take pictures of shape \(1, 5, 16, 16\) as far as layer '3'"),
    ({"size": 3}, ValueError, r"cannot take pictures of shape \(1, 3, 3, 3\)"),
    ({"normalize": Resize(8)}, ValueError, r"normalize must keep the shape \(1, 3, 16, 16\), got \(1, 3, 8, 8\)"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(options, error, words):
    with pytest.raises(error, match=words):
        visualize_filters(net(), "3", **{"size": 16, "steps": 2} | options)


def test_filters_may_come_as_a_tensor_or_a_range():
    network = net()
    expected = visualize_filters(network, "3", [1, 2], size=16, steps=2)
    for filters in (torch.tensor([1, 2]), range(1, 3)):
        assert torch.equal(visualize_filters(network, "3", filters, size=16, steps=2), expected)


def test_a_flat_vector_has_units_and_odd_shapes_are_refused():
    with pytest.raises(ValueError, match=r"gives shape .* where \(N, filters, rows, columns\) or \(N, units\)"):
        visualize_filters(theirs.convnext_tiny(), "features.1.0.block.3", 0, size=32, steps=2)


def test_normalize_is_applied_to_what_the_network_sees():
    network, told = net(), Normalize([0.5] * 3, [0.25] * 3)
    shifted = copy.deepcopy(network)
    with torch.no_grad():  # the same normalisation inside the first layer, up to its padding
        shifted[0].padding = network[0].padding = (0, 0)
        shifted[0].weight.mul_(4)
        shifted[0].bias.sub_(0.5 * shifted[0].weight.sum(dim=(1, 2, 3)))
    first = visualize_filters(network, "3", 1, size=16, steps=4, normalize=told)
    torch.testing.assert_close(first, visualize_filters(shifted, "3", 1, size=16, steps=4), atol=1e-4, rtol=1e-4)


# A layer that computes only the filters that are looked at


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"stride": 2, "padding": "valid"}])
def test_a_narrowed_layer_gives_the_filters_in_the_order_asked_for(options):
    layer, images = nn.Conv2d(3, 7, 3, **options).requires_grad_(False), torch.randn(2, 3, 9, 9)
    own, expected = dict(layer.named_parameters()), layer(images)
    with only_filters(layer, torch.tensor([6, 0, 6])) as channels:
        assert channels.tolist() == [0, 1, 2]
        torch.testing.assert_close(layer(images), expected[:, [6, 0, 6]])
    assert all(layer.get_parameter(name) is parameter for name, parameter in own.items())
    assert torch.equal(layer(images), expected)


def test_a_narrowed_layer_is_whole_again_after_an_error():
    layer = nn.Conv2d(3, 7, 3).requires_grad_(False)
    weight, bias = layer.weight, layer.bias
    with pytest.raises(RuntimeError, match="on purpose"), only_filters(layer, torch.tensor([1])):
        raise RuntimeError("on purpose")
    assert layer.weight is weight
    assert layer.bias is bias


def test_layers_that_are_more_than_a_convolution_compute_all_their_filters():
    class Own(nn.Conv2d):
        pass

    watched = nn.Conv2d(3, 6, 3)
    watched.register_forward_hook(lambda *given: None)
    others = [
        watched,
        Own(3, 6, 3),
        nn.Conv2d(3, 6, 3, groups=3),
        nn.Linear(3, 6),
        nn.Sequential(nn.Conv2d(3, 6, 3)),
        prune.l1_unstructured(nn.Conv2d(3, 6, 3), "weight", 0.5),  # a hook writes the weights anew at each call
        weight_norm(nn.Conv2d(3, 6, 3)),
    ]
    learning = nn.Conv2d(3, 6, 3)
    for layer in [*(other.requires_grad_(False) for other in others), learning]:
        with only_filters(layer, torch.tensor([4, 1])) as channels:
            assert channels.tolist() == [4, 1]


def test_a_pruned_layer_shows_the_filters_that_are_left():
    network = net()
    prune.l1_unstructured(network[3], "weight", 0.5)
    plain = net()
    with torch.no_grad():
        plain[3].weight.copy_(network[3].weight)
    pictures = visualize_filters(network, "3", [5, 2], size=16, steps=4)
    torch.testing.assert_close(pictures, visualize_filters(plain, "3", [5, 2], size=16, steps=4))


# The way back to the pixels


@pytest.mark.parametrize("options", [
    {}, {"stride": 2}, {"stride": (2, 3), "padding": (1, 0)}, {"dilation": 2, "padding": 2}, {"bias": False},
])  # fmt: skip
@pytest.mark.parametrize("count", [1, 9])
def test_the_short_way_gives_the_same_maps_and_gradients(options, count):
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 7, (3, 5), **options).requires_grad_(False)
    images = torch.randn(count, 3, 14, 17, requires_grad=True)
    expected = layer(images)
    towards = torch.randn_like(expected)
    [slope] = torch.autograd.grad(expected, images, towards)
    with short_way_to_pixels(layer):
        found = layer(images)
        assert "_Convolution" in type(found.grad_fn).__name__
        assert torch.equal(found, expected)
        torch.testing.assert_close(torch.autograd.grad(found, images, towards)[0], slope)
    assert "forward" not in vars(layer)


def test_the_short_way_leaves_other_convolutions_alone():
    class Own(nn.Conv2d):
        pass

    left = [
        nn.Conv2d(16, 4, 3),  # many channels
        nn.Conv2d(2, 4, 3, groups=2),
        nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(3, 4, 3, padding="same"),
        Own(3, 4, 3),
    ]
    network = nn.ModuleList([*left, learning := nn.Conv2d(3, 4, 3)]).requires_grad_(False)
    learning.weight.requires_grad_(True)
    with short_way_to_pixels(network):
        assert not any("forward" in vars(layer) for layer in network)


# Blur


def test_a_blur_keeps_constant_pictures_and_the_sum_of_a_dot():
    torch.testing.assert_close(blurred(torch.full((1, 2, 5, 7), 0.3), 2.0), torch.full((1, 2, 5, 7), 0.3))
    dot = torch.zeros(1, 1, 31, 21)
    dot[0, 0, 15, 10] = 1
    spread = blurred(dot, 1.5)
    torch.testing.assert_close(spread.sum(), torch.tensor(1.0))
    torch.testing.assert_close(spread, spread.flip(2))
    assert torch.equal(blurred(dot, 0), dot)


@pytest.mark.parametrize("sigma", [0.5, 1.3, 8.0])
def test_a_blur_agrees_with_scipy(sigma):
    from scipy.ndimage import gaussian_filter

    picture = torch.rand(1, 1, 12, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    reach = {"radius": int(-(-3 * sigma // 1))}
    expected = torch.from_numpy(gaussian_filter(picture[0, 0].numpy(), sigma, mode="nearest", **reach))
    torch.testing.assert_close(blurred(picture, sigma)[0, 0], expected)
