"""Class activation maps: a ramp worked by hand, Captum as the oracle, every family, and what the relatives promise."""

import os
import warnings
from pathlib import Path

import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import nn
from torchvision import models as theirs

from ainotes import interpret, models
from ainotes.interpret import cam, eigen_cam, grad_cam, layer_cam, score_cam
from ainotes.interpret.class_maps import heat


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


# A ramp, by hand


class Ramp(nn.Module):
    """Two maps of a 4 x 4 ramp, the ramp itself and its negative; scores with known slopes at every place."""

    def __init__(self, slopes):
        super().__init__()
        self.maps = nn.Conv2d(1, 2, 1, bias=False)
        self.slopes = nn.Parameter(torch.tensor(slopes))  # (classes, maps)
        with torch.no_grad():
            self.maps.weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))

    def forward(self, images):
        return torch.einsum("nchw,kc->nk", self.maps(images), self.slopes)


def ramp():
    return torch.arange(16.0).view(1, 1, 4, 4)


def test_grad_cam_of_a_ramp_is_the_one_worked_by_hand():
    # The score of class 0 is 3 times the sum of the first map plus the sum of the second, so the mean gradients are 3
    # and 1, and the map is 3 ramp - 1 ramp = 2 ramp, divided by its largest, 30.
    net = Ramp([[3.0, 1.0], [1.0, 3.0]])
    torch.testing.assert_close(grad_cam(net, "maps", ramp(), 0)[0], torch.arange(16.0).view(4, 4) / 15)


def test_what_speaks_against_the_class_is_cut_off_and_stays_zero():
    # Class 1: 1 ramp - 3 ramp = -2 ramp, nowhere above 0.
    assert grad_cam(Ramp([[3.0, 1.0], [1.0, 3.0]]), "maps", ramp(), 1).tolist() == [[[0.0] * 4] * 4]


class Corners(nn.Module):
    """Only the four corners of the first map count for the score, 4 each, and every place of the second, 1 each."""

    def __init__(self):
        super().__init__()
        self.maps = nn.Identity()

    def forward(self, images):
        maps = self.maps(images)
        score = 4 * maps[:, 0, ::3, ::3].sum(dim=(1, 2)) + maps[:, 1].sum(dim=(1, 2))
        return torch.stack([score, -score], dim=1)


def test_a_map_has_one_weight_the_mean_of_its_gradients():
    # 4 * 4 / 16 = 1 for the first map, 1 for the second: ramp + (15 - ramp) is the same everywhere.
    images = torch.cat([ramp(), 15 - ramp()], dim=1)
    torch.testing.assert_close(grad_cam(Corners(), "maps", images, 0), torch.ones(1, 4, 4))


def test_layer_cam_keeps_the_places():
    # 4 ramp at the corners, which is 0, 12, 48, 60, and 15 - ramp everywhere.
    images = torch.cat([ramp(), 15 - ramp()], dim=1)
    expected = 15 - ramp()[0, 0]
    expected[::3, ::3] += torch.tensor([[0.0, 12.0], [48.0, 60.0]])
    torch.testing.assert_close(layer_cam(Corners(), "maps", images, 0)[0], expected / 60)


def test_enlargement_is_bilinear_after_the_relu():
    # -2 becomes 0 before it is enlarged, so it pulls nothing down: 0, 1, 3, 4 and not -2, -0.5, 2.5, 4.
    found = heat(torch.tensor([[[-2.0, 4.0]]]), torch.zeros(1, 3, 1, 4))
    torch.testing.assert_close(found, torch.tensor([[[0.0, 0.25, 0.75, 1.0]]]))


def test_each_image_is_divided_by_its_own_largest_value():
    images = torch.cat([ramp(), 10 * ramp(), 0 * ramp()])
    found = grad_cam(Ramp([[3.0, 1.0], [1.0, 3.0]]), "maps", images, 0)
    torch.testing.assert_close(found[0], found[1])
    assert [float(each.max()) for each in found] == [1.0, 1.0, 0.0]


# Captum as the oracle


def by_captum(net, layer, images, target):
    """Grad-CAM as Captum has it: ReLU, bilinear to the size of the images, each divided by its own largest value."""
    net.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells what it registers
        found = LayerGradCam(net, net.get_submodule(layer)).attribute(images, target, relu_attributions=True)
    large = LayerAttribution.interpolate(found, tuple(images.shape[2:]), "bilinear")[:, 0].detach()
    largest = large.amax(dim=(1, 2), keepdim=True)
    return large / torch.where(largest > 0, largest, 1)


ARCHITECTURES = {
    "squeezenet, in-place ReLU behind the layer": (theirs.squeezenet1_0, "features.12.expand3x3", 96),
    "squeezenet": (theirs.squeezenet1_0, "features.12", 96),
    "ResNet14": (models.ResNet14, "features.8", 32),
    "resnet18, in-place sum behind the layer": (theirs.resnet18, "layer4.1.bn2", 96),
    "vgg11": (models.vgg11, "features.18", 64),
    "convnext_tiny, ours": (models.convnext_tiny, "features", 96),
    "convnext_tiny, torchvision's": (theirs.convnext_tiny, "features.7", 96),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_grad_cam_agrees_with_captum(name):
    build, layer, side = ARCHITECTURES[name]
    net, images = build().train(), torch.randn(4, 3, side, side + 8)
    found = grad_cam(net, layer, images, [1, 2, 3, 5])
    assert found.shape == (4, side, side + 8)
    assert float(found.max()) == 1  # else equal maps of zeros would prove nothing
    torch.testing.assert_close(found, by_captum(net, layer, images, torch.tensor([1, 2, 3, 5])), atol=1e-5, rtol=0)


def real_squeezenet():
    """SqueezeNet with its ImageNet weights; skips where they are not on this machine."""
    weights = theirs.SqueezeNet1_0_Weights.IMAGENET1K_V1
    file = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name)
    if "TORCH_HOME" not in os.environ or not file.is_file():
        pytest.skip("needs squeezenet1_0 in TORCH_HOME")
    net = theirs.squeezenet1_0()
    net.load_state_dict(torch.load(file, weights_only=True))
    return net, weights


@pytest.mark.shared
def test_grad_cam_agrees_with_captum_on_real_weights_and_a_real_photograph():
    from skimage.data import chelsea

    net, weights = real_squeezenet()
    cat = weights.transforms()(torch.from_numpy(chelsea()).permute(2, 0, 1))[None]
    found = grad_cam(net, "features.12", cat)
    with torch.no_grad():
        predicted = net.eval()(cat).argmax(dim=1)
    assert "cat" in weights.meta["categories"][predicted].lower()
    torch.testing.assert_close(found, by_captum(net, "features.12", cat, predicted), atol=1e-5, rtol=0)
    assert 0.02 < float(found.mean()) < 0.6  # somewhere and not everywhere


# Every family

FAMILIES = {
    "Convnet": (models.Convnet, "features.4", (1, 28)),
    "LectureFlatten": (models.LectureFlatten, "features.7", (1, 28)),
    "LeNet5": (models.LeNet5, "features.4", (3, 32)),
    "AlexNet": (models.AlexNet, "features.11", (3, 96)),
    "GoogLeNet": (models.GoogLeNet, "features.inception5b", (3, 64)),
    "resnext50": (models.resnext50, "features.4", (3, 64)),
    "densenet121": (models.densenet121, "features", (3, 64)),
    "mobilenet_v2": (models.mobilenet_v2, "features", (3, 64)),
    "efficientnet_b0": (models.efficientnet_b0, "features", (3, 64)),
    "their alexnet": (theirs.alexnet, "features.11", (3, 96)),
    "their densenet121": (theirs.densenet121, "features", (3, 64)),
    "their efficientnet_v2_s": (theirs.efficientnet_v2_s, "features", (3, 64)),
    "their googlenet": (lambda: theirs.googlenet(init_weights=False), "inception5b", (3, 64)),
    "their inception_v3": (lambda: theirs.inception_v3(init_weights=False), "Mixed_7c", (3, 128)),
    "their mnasnet": (theirs.mnasnet0_5, "layers", (3, 64)),
    "their mobilenet_v3": (theirs.mobilenet_v3_small, "features", (3, 64)),
    "their regnet": (theirs.regnet_y_400mf, "trunk_output", (3, 64)),
    "their shufflenet": (theirs.shufflenet_v2_x0_5, "conv5", (3, 64)),
    "their vgg11_bn": (lambda: theirs.vgg11_bn(init_weights=False), "features.27", (3, 64)),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_can_be_opened(name):
    build, layer, (channels, side) = FAMILIES[name]
    net, images = build(), torch.randn(2, channels, side, side)
    for found in (grad_cam(net, layer, images), layer_cam(net, layer, images)):
        assert found.shape == (2, side, side)
        assert 0 <= float(found.min()) <= float(found.max()) <= 1
    [maps] = interpret.activations(net, layer, images).values()
    pictures = interpret.visualize_filters(net, layer, [0, maps.shape[1] - 1], size=side, steps=3)
    assert pictures.shape == (2, channels, side, side)
    assert interpret.saliency(net, images, 1).shape == (2, side, side)


# CAM


@pytest.mark.parametrize(("build", "layer"), [
    (models.ResNet14, "features"),
    (models.LectureGap, "features"),
    (models.mobilenet_v2, "features"),
    (models.densenet121, "features"),
    (theirs.resnet18, "layer4"),
    (theirs.googlenet, "inception5b"),
    (theirs.squeezenet1_1, "classifier.2"),
    (theirs.shufflenet_v2_x0_5, "conv5"),
])  # fmt: skip
def test_cam_is_grad_cam_where_the_head_is_an_average_and_a_linear_layer(build, layer):
    net = build(init_weights=False) if build is theirs.googlenet else build()
    channels = getattr(net, "channels", 3)
    images = torch.randn(4, channels, 64, 64)
    found = cam(net, images, [1, 2, 3, 4])
    assert float(found.max()) == 1
    torch.testing.assert_close(found, grad_cam(net, layer, images, [1, 2, 3, 4]), atol=1e-4, rtol=0)


def test_cam_sums_up_to_the_logit_it_explains():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    with torch.no_grad():
        net[4].weight.abs_()  # so that the ReLU cuts nothing off
        images = torch.rand(2, 1, 8, 8)
        coarse = torch.einsum("nchw,c->nhw", net[:2](images), net[4].weight[1])
        torch.testing.assert_close(coarse.mean(dim=(1, 2)) + net[4].bias[1], net(images)[:, 1])
        torch.testing.assert_close(cam(net, images, 1), heat(coarse, images))


def test_cam_sees_a_relu_that_is_no_layer():
    net = theirs.densenet121()
    images = torch.randn(2, 3, 64, 64)
    maps = interpret.activations(net, "features", images)["features"].relu()
    expected = torch.einsum("nchw,c->nhw", maps, net.classifier.weight[7].detach())
    torch.testing.assert_close(cam(net, images, 7), heat(expected, images), atol=1e-5, rtol=0)


def test_a_single_logit_speaks_for_class_one_and_against_class_zero():
    layers = [nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1)]
    net, images = nn.Sequential(*layers), torch.rand(3, 1, 8, 8)
    for target in (0, 1):
        torch.testing.assert_close(cam(net, images, target), grad_cam(net, "1", images, target))
    assert not torch.allclose(cam(net, images, 0), cam(net, images, 1))


@pytest.mark.parametrize("build", [models.Convnet, models.vgg11, models.convnext_tiny, theirs.mobilenet_v3_small])
def test_cam_refuses_other_heads(build):
    net = build()
    channels, side = (1, 28) if build is models.Convnet else (3, 64)
    images = torch.rand(1, channels, side, side)
    with pytest.raises(ValueError, match=f"cam: {type(net).__name__} does not end in an average.*take grad_cam"):
        cam(net, images)


# The relatives


def small():
    return nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.Conv2d(5, 6, 3, stride=2), nn.ReLU(), nn.Flatten(),
        nn.Linear(6 * 5 * 5, 4),
    )  # fmt: skip


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_score_cam_weighs_each_map_by_the_score_of_what_it_lets_through(batch_size):
    net, images, target = small(), torch.rand(2, 3, 12, 12), [2, 0]
    found = score_cam(net, "3", images, target, batch_size=batch_size)
    for image, wanted, given in zip(images, target, found, strict=True):
        with torch.no_grad():
            maps = net[:4](image[None])[0]
            scores = torch.full((6,), -torch.inf)
            for number, each in enumerate(maps):
                mask = nn.functional.interpolate(each[None, None], size=(12, 12), mode="bilinear")[0, 0]
                if mask.max() > mask.min():
                    mask = (mask - mask.min()) / (mask.max() - mask.min())
                    scores[number] = net(image[None] * mask)[0, wanted]
            expected = heat((scores.softmax(0)[:, None, None] * maps).sum(dim=0)[None], images)[0]
        torch.testing.assert_close(given, expected)


def test_score_cam_of_maps_that_are_the_same_everywhere_is_no_nan():
    net, images = small(), torch.rand(1, 3, 12, 12)
    with torch.no_grad():
        net[2].weight.zero_()
        net[2].bias.fill_(1.0)
    torch.testing.assert_close(score_cam(net, "3", images), torch.ones(1, 12, 12))
    with torch.no_grad():
        net[2].weight[0].normal_().abs_()  # one map that says where, five that do not
    found = score_cam(net, "3", images)
    alone = interpret.activations(net, "3", images)["3"][:, 0]
    torch.testing.assert_close(found, heat(alone, images))


def test_eigen_cam_is_the_best_single_map_and_knows_no_class():
    net, images = small(), torch.rand(3, 3, 12, 12)
    maps = interpret.activations(net, "3", images)["3"]
    found = eigen_cam(net, "3", images)
    for own, given in zip(maps, found, strict=True):
        places = own.flatten(1).double()  # (C, places)
        values, vectors = torch.linalg.eigh(places @ places.T)
        direction = vectors[:, values.argmax()]
        projected = direction @ places
        expected = heat((projected * projected.sum().sign()).view(1, 5, 5).float(), images)[0]
        torch.testing.assert_close(given, expected, atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        net[5].weight.normal_()  # a head that decides otherwise
    assert torch.equal(eigen_cam(net, "3", images), found)


def test_layer_cam_says_in_an_early_layer_what_grad_cam_blurs():
    # The class is decided by bright pixels on the left minus bright pixels on the right: over the whole map the
    # gradients cancel, so that Grad-CAM sees nothing, and LayerCAM sees the left half.
    class Sides(nn.Module):
        def __init__(self):
            super().__init__()
            self.maps = nn.Identity()

        def forward(self, images):
            left, right = self.maps(images)[:, 0].chunk(2, dim=2)
            score = left.sum(dim=(1, 2)) - right.sum(dim=(1, 2))
            return torch.stack([score, -score], dim=1)

    images = torch.ones(1, 1, 4, 4)
    assert float(grad_cam(Sides(), "maps", images, 0).max()) == 0
    assert layer_cam(Sides(), "maps", images, 0)[0].tolist() == [[1.0, 1.0, 0.0, 0.0]] * 4


# Activations


def test_activations_are_what_the_layers_give():
    net, images = theirs.squeezenet1_1(), torch.randn(2, 3, 64, 64)
    net.eval()
    with torch.no_grad():
        first = nn.functional.conv2d(images, net.features[0].weight, net.features[0].bias, stride=2)
        expected = {"features.0": first, "features.1": first.relu(), "classifier": net(images)[..., None, None]}
    found = interpret.activations(net, list(expected), images)
    assert list(found) == list(expected)
    for name, maps in expected.items():
        torch.testing.assert_close(found[name], maps)
        assert not found[name].requires_grad


def test_a_class_predicted_in_inference_mode_can_be_explained():
    net, images = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 3)), torch.rand(2, 1, 8, 8)
    with torch.inference_mode():
        predicted = net(images).argmax(dim=1)
    torch.testing.assert_close(grad_cam(net, "0", images, predicted), grad_cam(net, "0", images))
