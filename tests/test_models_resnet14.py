"""ResNet-14 and the whitening of its first layer."""

import pytest
import torch
from torch import nn

from ainotes.data import cifar10
from ainotes.models import BasicBlock, ResNet14, whiten


def test_the_shapes_that_its_comments_tell():
    network, images = ResNet14().eval(), torch.zeros(2, 3, 32, 32)
    seen = []
    for layer in network.features:
        images = layer(images)
        seen.append(tuple(images.shape[1:]))
    assert [seen[place] for place in (0, 3, 6, 9)] == [(24, 31, 31), (32, 31, 31), (64, 15, 15), (128, 7, 7)]
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


@pytest.mark.parametrize(("channels", "classes", "side"), [(1, 2, 5), (3, 10, 32), (3, 5, 64)])
def test_other_images_and_classes(channels, classes, side):
    assert ResNet14(channels, classes)(torch.rand(2, channels, side, side)).shape == (2, classes)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="at least 5 rows and columns, got 4 and 4"):
        ResNet14()(torch.rand(1, 3, 4, 4))
    with pytest.raises(ValueError, match="built for images with 3 channels, got 1"):
        ResNet14()(torch.rand(1, 1, 32, 32))
    with pytest.raises((TypeError, ValueError), match="widths"):
        ResNet14(widths=(32, 64, 0))


def test_a_new_block_begins_by_doing_nothing():
    torch.manual_seed(0)
    for block in [each for each in ResNet14().modules() if isinstance(each, BasicBlock)]:
        maps = torch.rand(2, block.branch[0][0].in_channels, 7, 7)
        assert torch.equal(block.eval()(maps), block.shortcut(maps).relu())


def test_in_half_precision_it_takes_at_most_a_megabyte_and_a_half():
    assert sum(parameter.numel() for parameter in ResNet14().parameters()) * 2 < 1.5e6


def test_whitened_patches_vary_alike_in_every_direction():
    images = cifar10(quiet=True).batch(slice(300))[0]
    layer = nn.Conv2d(3, 24, kernel_size=2)
    whiten(layer, images, floor=0.0)
    maps = layer(images).detach().movedim(1, 0).flatten(1)  # (24, patches)
    assert torch.allclose(torch.cov(maps[:12]), torch.eye(12), atol=0.02)
    assert torch.allclose(maps[12:], -maps[:12], atol=1e-4)
    assert not layer.weight.requires_grad
    assert layer.bias.requires_grad
    energies = layer.weight.detach()[:12].flatten(1).norm(dim=1)
    assert energies.argmin() == 0, "the direction that varies most, brightness, is scaled least"
    assert (layer.weight.detach()[0].sign() == layer.weight.detach()[0].sign().flatten()[0]).all()


def test_a_layer_with_another_number_of_filters_cannot_be_whitened():
    layer = nn.Conv2d(3, 16, kernel_size=2)
    before = layer.weight.clone()
    with pytest.raises(ValueError, match="patches of 12 values need 24 filters, got 16"):
        whiten(layer, torch.rand(4, 3, 8, 8))
    assert torch.equal(layer.weight, before)
