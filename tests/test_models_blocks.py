"""The blocks that the networks are built from: their parameters by formula, their shapes, what they promise."""

import math

import pytest
import torch
from torch import nn
from torchvision.models import inception as published

from ainotes import models
from ainotes.models.vgg import PLANS, _stages
from ainotes.shapes import conv_parameters


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def count(network):
    return sum(values.numel() for values in network.parameters())


def norm(*channels):
    """Parameters of batch normalisations: a factor and an offset for each channel."""
    return 2 * sum(channels)


def maps(channels, rows=8, columns=6):
    return torch.rand(2, channels, rows, columns)


# Parameters, worked out by hand: kernels first, then biases or normalisations.


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (models.ConvNormAct(3, 16, 5), 5 * 5 * 3 * 16 + norm(16)),
        (models.ConvNormAct(8, 8, (1, 7), groups=8, act=None), 7 * 8 + norm(8)),
        (models.GapClassifier(64, 10, dropout=0.5), (64 + 1) * 10),
        # The paper's Table 1 says 159K for this module: 163,328 weights by 1,024, with its 5 x 5 kernels.
        (models.Inception(192, 64, (96, 128), (16, 32), 32), 163_328 + norm(64, 96, 128, 16, 32, 32)),
        (models.Auxiliary(512, 1000), 512 * 128 + norm(128) + (2048 + 1) * 1024 + (1024 + 1) * 1000),
        (models.BasicBlock(64, 64), 2 * 9 * 64 * 64 + norm(64, 64)),
        (models.BasicBlock(64, 128, stride=2), 9 * 64 * 128 + 9 * 128 * 128 + 64 * 128 + norm(128, 128, 128)),
        (models.Bottleneck(256, 64), 256 * 64 + 9 * 64 * 64 + 64 * 256 + norm(64, 64, 256)),
        (
            models.Bottleneck(256, 64, groups=32, group_width=4),
            256 * 128 + 9 * 4 * 128 + 128 * 256 + norm(128, 128, 256),
        ),
        (models.DenseLayer(64, growth=32), norm(64) + 64 * 128 + norm(128) + 9 * 128 * 32),
        (models.Transition(256, 128), norm(256) + 256 * 128),
        (models.DepthwiseSeparable(32, 64), 9 * 32 + norm(32) + 32 * 64 + norm(64)),
        (models.InvertedResidual(16, 24), 16 * 96 + norm(96) + 9 * 96 + norm(96) + 96 * 24 + norm(24)),
        (models.InvertedResidual(32, 16, expansion=1), 9 * 32 + norm(32) + 32 * 16 + norm(16)),
        (models.SqueezeExcitation(32, 8), (32 + 1) * 8 + (8 + 1) * 32),
        (models.MBConv(16, 24), 5136 + (96 + 1) * 4 + (4 + 1) * 96),
        (models.ChannelNorm(96), norm(96)),
        (models.ConvNeXtBlock(96), 50 * 96 + norm(96) + (96 + 1) * 384 + (384 + 1) * 96 + 96),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_parameters_are_those_of_the_formula(block, expected):
    assert count(block) == expected


def test_two_small_kernels_are_cheaper_than_a_large_one():
    assert 2 * conv_parameters(64, 64, 3, bias=False) / conv_parameters(64, 64, 5, bias=False) == 18 / 25
    row, column = (conv_parameters(64, 64, kernel, bias=False) for kernel in ((1, 3), (3, 1)))
    assert (row + column) / conv_parameters(64, 64, 3, bias=False) == pytest.approx(2 / 3)  # a third cheaper


def test_depthwise_separable_costs_what_the_paper_says():
    weights = sum(layer.weight.numel() for layer in models.DepthwiseSeparable(32, 64).modules() if is_conv(layer))
    assert weights / conv_parameters(32, 64, 3, bias=False) == pytest.approx(1 / 64 + 1 / 9)


def is_conv(layer):
    return isinstance(layer, nn.Conv2d)


# Shapes and promises


@pytest.mark.parametrize(
    ("block", "shape"),
    [
        (models.ConvNormAct(16, 8, (1, 7)), (2, 8, 8, 6)),
        (models.ConvNormAct(16, 8, 3, stride=2, padding=0), (2, 8, 3, 2)),
        (models.Inception(16, 1, (4, 2), (4, 3), 4), (2, 10, 8, 6)),
        (models.InceptionStacked(16, 1, (4, 2), (4, 3), 4), (2, 10, 8, 6)),
        (models.InceptionAsymmetric(16, 4, 5), (2, 20, 8, 6)),
        (models.GridReduction(16, 5, (4, 3)), (2, 24, 3, 2)),
        (models.BasicBlock(16, 24, stride=2), (2, 24, 4, 3)),
        (models.Bottleneck(16, 64, groups=4, group_width=8), (2, 256, 8, 6)),
        (models.DenseBlock(3, 16, growth=4), (2, 28, 8, 6)),
        (models.Transition(16, 8), (2, 8, 4, 3)),
        (models.DepthwiseSeparable(16, 8, stride=2), (2, 8, 4, 3)),
        (models.InvertedResidual(16, 8, stride=2), (2, 8, 4, 3)),
        (models.SqueezeExcitation(16, 4), (2, 16, 8, 6)),
        (models.MBConv(16, 8, kernel=5, stride=2), (2, 8, 4, 3)),
        (models.ConvNeXtBlock(16), (2, 16, 8, 6)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_shapes_and_gradients(block, shape):
    output = block(maps(16))
    assert output.shape == shape
    output.square().sum().backward()
    assert all(values.grad.abs().sum() > 0 for values in block.parameters())


def test_a_residual_block_whose_branch_says_nothing_changes_nothing():
    for block in (models.BasicBlock(16, 16), models.Bottleneck(64, 16), models.InvertedResidual(16, 16)):
        nn.init.zeros_(block.branch[-1][1].weight)  # the factor of the last normalisation
        images = maps(block.branch[0][0].in_channels)
        assert torch.equal(block(images), images)  # which are positive: the ReLU lets them through


def test_without_its_shortcut_a_block_is_its_branch():
    block = models.BasicBlock(16, 24, stride=2, skip=False).eval()
    images = maps(16)
    assert torch.equal(block(images), block.branch(images).relu())
    assert count(models.BasicBlock(16, 24, stride=2)) - count(block) == 16 * 24 + norm(24)


def test_there_is_a_shortcut_only_where_the_shape_stays():
    assert models.MBConv(16, 16).shortcut
    assert not models.MBConv(16, 16, stride=2).shortcut
    assert not models.InvertedResidual(16, 24).shortcut


def test_the_last_convolution_of_an_inverted_residual_is_linear():
    block = models.InvertedResidual(16, 24)
    assert (block(maps(16)) < 0).any()
    assert not (models.BasicBlock(16, 24)(maps(16)) < 0).any()


def test_squeeze_and_excitation_scales_whole_maps():
    images = maps(16) + 0.1
    factors = models.SqueezeExcitation(16, 4)(images) / images
    assert torch.allclose(factors, factors[:, :, :1, :1].expand_as(factors))
    assert 0 < factors.min() < factors.max() < 1


def test_channel_norm_looks_at_one_pixel_only():
    layer, images = models.ChannelNorm(16), maps(16)
    expected = nn.functional.layer_norm(images[1, :, 3, 2], (16,), eps=1e-6)
    assert torch.allclose(layer(images)[1, :, 3, 2], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (models.InceptionStacked(192, pool=32, kernel=5), published.InceptionA(192, pool_features=32)),
        (models.GridReduction(288), published.InceptionB(288)),
        (models.InceptionAsymmetric(768, 128), published.InceptionC(768, channels_7x7=128)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_modules_of_inception_v3_equal_torchvisions(ours, theirs):
    for values in theirs.parameters():  # its normalisations begin at 1 and 0
        nn.init.uniform_(values, -0.2, 0.2)
    models.copy_weights(theirs, ours)
    images = maps(ours[0][0].in_channels, 17, 13)
    assert torch.allclose(ours(images), theirs(images), atol=1e-5)
    assert torch.allclose(ours.eval()(images), theirs.eval()(images), atol=1e-5)


# Chance


def test_stochastic_depth_drops_whole_images_and_keeps_the_mean():
    layer, branch = models.StochasticDepth(0.25), torch.ones(4000, 2, 3, 3)
    output = layer(branch)
    assert torch.equal(output, output[:, :1, :1, :1].expand_as(output))
    assert output.unique().tolist() == pytest.approx([0, 4 / 3])
    assert float(output.mean()) == pytest.approx(1, abs=0.04)  # standard deviation 0.009
    assert torch.equal(layer.eval()(branch), branch)


def test_a_dropped_branch_leaves_the_shortcut():
    images = maps(16)
    for block in (models.MBConv(16, 16, drop=0.999_999), models.ConvNeXtBlock(16, drop=0.999_999, scale=1.0)):
        assert torch.equal(block(images), images)
        assert not torch.equal(block.eval()(images), images)


@pytest.mark.parametrize("p", [-0.1, 1, math.nan])
def test_a_probability_that_is_none_is_refused(p):
    with pytest.raises(ValueError, match=r"StochasticDepth: p expects a probability from 0 to below 1, got "):
        models.StochasticDepth(p)


def test_drop_rates_begin_at_nothing_and_end_at_the_last():
    rates = models.drop_rates(0.2, 16)
    assert (rates[0], rates[-1]) == (0, 0.2)
    assert rates == sorted(rates)
    assert models.drop_rates(0.2, 1) == [0]


@pytest.mark.parametrize("channels", [1, 3, 11, 31.9, 100, 1280.5])
def test_rounded_channels_are_eights_and_never_much_fewer(channels):
    rounded = models.round_channels(channels)
    assert rounded % 8 == 0
    assert rounded >= 0.9 * channels
    assert rounded <= max(8, channels + 8)


# First weights


def gradient_at_the_first(layers, images):
    """Return the size of the gradient in the first layer, measured by that in the last."""
    network = nn.Sequential(*layers)
    network.zero_grad()
    network(images).square().mean().backward()
    first, last = (layer.weight.grad.norm() for layer in (layers[0], layers[-2]))
    return float(first / last)


def test_he_keeps_a_gradient_that_pytorchs_own_weights_lose():
    network = nn.Sequential(*_stages(3, PLANS[16]))
    layers = [layer for layer in network if not isinstance(layer, nn.MaxPool2d)]  # pooling would change the size too
    images = torch.randn(2, 3, 16, 16)
    assert gradient_at_the_first(layers, images) < 1e-3
    models.he_normal(network)
    assert 0.1 < gradient_at_the_first(layers, images) < 10


def test_he_counts_what_an_input_of_a_group_reaches():
    grouped = nn.Conv2d(64, 256, kernel_size=3, groups=4)
    models.he_normal(grouped)
    assert float(grouped.weight.detach().std()) == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.03)
    assert not grouped.bias.any()


def test_first_weights_of_other_layers_stay():
    layer = nn.Linear(4, 4)
    before = layer.weight.detach().clone()
    models.he_normal(layer)
    models.small_normal(layer, 0.02, kinds=(nn.Conv2d,))
    assert torch.equal(layer.weight, before)
