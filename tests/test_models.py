"""The networks of the course: the published ones, weight for weight, and friendly to who holds them wrongly."""

import math

import pytest
import torch
import torchinfo
import torchvision
from torch import nn

from ainotes import models
from ainotes.models import proof

BUILDERS = {
    "Convnet": models.Convnet,
    "LectureFlatten": models.LectureFlatten,
    "LectureGap": models.LectureGap,
    "LeNet5": models.LeNet5,
    "AlexNet": models.AlexNet,
    "vgg11": models.vgg11,
    "GoogLeNet": models.GoogLeNet,
    "resnet18": models.resnet18,
    "resnet50": models.resnet50,
    "resnext50": models.resnext50,
    "densenet121": models.densenet121,
    "mobilenet_v2": models.mobilenet_v2,
    "efficientnet_b0": models.efficientnet_b0,
    "convnext_tiny": models.convnext_tiny,
}
CHECKED = {name: build for name, build in BUILDERS.items() if name != "Convnet"}


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def count(network):
    return sum(values.numel() for values in network.parameters())


def without_numbers(build, *arguments, **options):
    """Build a network that has shapes only: no time, no memory."""
    with torch.device("meta"):
        return build(*arguments, **options)


def side(network):
    """Return rows and columns of images that any of the networks can take."""
    return network.smallest if getattr(network, "exact", False) else 28 if type(network).__name__ == "Convnet" else 64


# The proof


@pytest.mark.parametrize("name", proof.PAIRS)
def test_a_network_with_torchvisions_weights_gives_torchvisions_output(name):
    [row] = proof.prove([name])
    print(proof.table([row]))
    assert row.parameters == row.expected
    assert row.evaluated < 1e-5
    assert row.trained is None or row.trained < 1e-5
    assert 0.01 < row.spread < math.inf  # two images have two answers


def test_the_networks_with_batch_normalisation_are_proved_in_both_modes():
    with_norm = {"googlenet", "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "densenet121"}
    with_norm |= {"mobilenet_v2", "efficientnet_b0"}
    assert set(proof.PAIRS) == with_norm | {"alexnet", "vgg13", "vgg16", "convnext_tiny"}
    for name, pair in proof.PAIRS.items():
        layers = without_numbers(pair.ours).modules()
        assert any(isinstance(layer, nn.BatchNorm2d) for layer in layers) == (name in with_norm)


def test_a_large_efficientnet_has_torchvisions_batch_normalisation(monkeypatch):
    pair = proof.Pair(lambda: models.efficientnet_b(5), torchvision.models.efficientnet_b5, (32, 64))
    monkeypatch.setitem(proof.PAIRS, "efficientnet_b5", pair)
    [row] = proof.prove(["efficientnet_b5"])
    assert max(row.evaluated, row.trained) < 1e-5


def norms(network):
    return [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]


def other_eps(network):
    norms(network)[-1].eps = 1e-3


def other_momentum(network):
    norms(network)[-1].momentum = 0.2


def other_stride(network):
    first, second = (network.features[2][0].branch[step][0] for step in (0, 1))
    first.stride, second.stride = second.stride, first.stride


def no_shortcut(network):
    network.features[1][1].shortcut = None


def other_activation(network):
    network.features[4][1].branch[0][2] = nn.SiLU()


@pytest.mark.parametrize("spoil", [other_eps, other_momentum, other_stride, no_shortcut, other_activation])
def test_the_proof_finds_what_no_shape_tells(spoil, monkeypatch):
    def spoilt():
        network = models.resnet18()
        spoil(network)
        return network

    monkeypatch.setitem(proof.PAIRS, "resnet18", proof.PAIRS["resnet18"]._replace(ours=spoilt))
    [row] = proof.prove(["resnet18"])
    assert row.parameters == row.expected
    assert max(row.evaluated, row.trained) > 1e-5
    assert (row.evaluated < 1e-5) == (spoil is other_momentum)  # which shows in training only


def test_the_proof_tells_the_auxiliary_classifiers_apart(monkeypatch):
    class Exchanged(models.GoogLeNet):
        def forward(self, images):
            output = super().forward(images)
            return models.GoogLeNetOutput(output[0], output[2], output[1]) if self.training else output

    monkeypatch.setitem(proof.PAIRS, "googlenet", proof.PAIRS["googlenet"]._replace(ours=Exchanged))
    [row] = proof.prove(["googlenet"])
    assert row.evaluated < 1e-5 < row.trained


def test_a_number_that_is_none_is_no_proof(monkeypatch):
    class Nothing(models.MobileNetV2):
        def forward(self, images):
            return super().forward(images) * math.nan

    monkeypatch.setitem(proof.PAIRS, "mobilenet_v2", proof.PAIRS["mobilenet_v2"]._replace(ours=Nothing))
    [row] = proof.prove(["mobilenet_v2"])
    assert not row.evaluated < 1e-5


def test_the_paper_has_wider_kernels_than_torchvision(monkeypatch):
    pair = proof.PAIRS["googlenet"]._replace(ours=lambda: models.GoogLeNet(wide=5))
    monkeypatch.setitem(proof.PAIRS, "googlenet", pair)
    with pytest.raises(ValueError, match=r"\(32, 16, 3, 3\) of the source GoogLeNet meets .* \(32, 16, 5, 5\)"):
        proof.prove(["googlenet"])


def test_the_proof_leaves_the_random_state_alone_and_repeats_itself():
    before = torch.get_rng_state()
    first = proof.prove("mobilenet_v2")
    assert torch.equal(before, torch.get_rng_state())
    assert proof.prove(["mobilenet_v2"]) == first
    assert proof.prove(["mobilenet_v2"], seed=1)[0].spread != first[0].spread


def test_an_unknown_network_cannot_be_proved():
    with pytest.raises(ValueError, match=r"prove: expected names among alexnet, vgg13, .*, got 'resnet1000'"):
        proof.prove(["resnet18", "resnet1000"])


# Parameters


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (models.LectureFeatures, 55_744),
        (models.LectureFlatten, 93_322),
        (models.LectureGap, 56_394),
        (models.LeNet5, 62_006),
        (models.AlexNet, 61_100_840),
        (models.vgg13, 133_047_848),
        (models.vgg16, 138_357_544),
        (models.resnet50, 25_557_032),
        (models.densenet121, 7_978_856),
        (models.efficientnet_b0, 5_288_548),
    ],
)
def test_parameters_are_those_of_the_syllabus(build, expected):
    assert count(without_numbers(build)) == expected


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("vgg11", models.vgg11),
        ("vgg19", models.vgg19),
        ("googlenet", lambda: models.GoogLeNet(auxiliary=False)),
        *[(f"efficientnet_b{number}", lambda number=number: models.efficientnet_b(number)) for number in range(8)],
    ],
)
def test_the_rest_of_a_family_has_as_many_parameters_as_torchvision_says(name, build):
    expected = torchvision.models.get_model_weights(name).DEFAULT.meta["num_params"]
    assert count(without_numbers(build)) == expected


def test_lenets_parameters_by_hand():
    convolutions = (5 * 5 * 3 + 1) * 6 + (5 * 5 * 6 + 1) * 16
    linear = (400 + 1) * 120 + (120 + 1) * 84 + (84 + 1) * 10
    assert count(models.LeNet5()) == convolutions + linear == 62_006


def test_torchinfo_counts_alike():
    assert torchinfo.summary(models.LectureFlatten(), (2, 1, 28, 28), verbose=0).total_params == 93_322


@pytest.mark.parametrize("width", [0.5, 1.4])
def test_a_mobilenet_of_another_width_is_torchvisions(width):
    theirs = without_numbers(torchvision.models.mobilenet_v2, weights=None, width_mult=width)
    assert count(without_numbers(models.MobileNetV2, width=width)) == count(theirs)


def test_compound_scaling_begins_at_b0_and_doubles_the_work():
    assert models.compound_scaling(0)[:3] == (1, 1, 224)
    one = models.compound_scaling(1)
    assert one.depth * one.width**2 * (one.side / 224) ** 2 == pytest.approx(2, rel=0.05)


# Shapes


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (models.AlexNet, {(64, 55), (64, 27), (192, 27), (192, 13), (384, 13), (256, 13), (256, 6)}),
        (
            models.vgg16,
            {(64, 224), (64, 112), (128, 112), (128, 56), (256, 56), (256, 28), (512, 28), (512, 14), (512, 7)},
        ),
        (
            models.GoogLeNet,
            {(192, 28), (256, 28), (480, 28), (480, 14), (512, 14), (528, 14), (832, 14), (832, 7), (1024, 7)},
        ),
        (models.resnet34, {(64, 56), (128, 28), (256, 14), (512, 7)}),
        (models.resnet50, {(64, 56), (256, 56), (512, 28), (1024, 14), (2048, 7)}),
        (
            models.densenet121,
            {(64, 112), (64, 56), (256, 56), (128, 28), (512, 28), (256, 14), (1024, 14), (512, 7), (1024, 7)},
        ),
        (
            models.mobilenet_v2,
            {(32, 112), (16, 112), (24, 56), (32, 28), (64, 14), (96, 14), (160, 7), (320, 7), (1280, 7)},
        ),
        (
            models.efficientnet_b0,
            {(32, 112), (16, 112), (24, 56), (40, 28), (80, 14), (112, 14), (192, 7), (320, 7), (1280, 7)},
        ),
        (models.convnext_tiny, {(96, 56), (192, 28), (384, 14), (768, 7)}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_shapes_stage_by_stage(build, expected):
    maps, seen = torch.empty(1, 3, 224, 224, device="meta"), set()
    for stage in without_numbers(build).features:
        maps = stage(maps)
        assert maps.shape[2] == maps.shape[3]
        seen.add(tuple(maps.shape[1:3]))
    assert seen == expected


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize(("channels", "classes"), [(1, 10), (3, 7)])
def test_channels_and_classes_are_as_asked_for(name, channels, classes):
    network = without_numbers(BUILDERS[name], channels=channels, classes=classes).eval()
    images = torch.empty(2, channels, side(network), side(network), device="meta")
    assert network(images).shape == (2, classes)


@pytest.mark.parametrize("name", BUILDERS)
def test_gradient_reaches_every_parameter(name):
    network = without_numbers(BUILDERS[name], channels=1, classes=10).to_empty(device="cpu")
    proof.fill(network, torch.Generator().manual_seed(0))
    output = proof._certain(network.train())(torch.randn(2, 1, side(network), side(network)))
    parts = [output] if isinstance(output, torch.Tensor) else output
    sum(logits.square().sum() for logits in parts).backward()
    silent = [name for name, values in network.named_parameters() if values.grad is None or not values.grad.any()]
    assert silent == []


def test_only_training_with_auxiliary_classifiers_gives_three_answers():
    images = torch.randn(2, 3, 32, 32)
    network = models.GoogLeNet(classes=10)
    assert [logits.shape for logits in network.train()(images)] == [(2, 10)] * 3
    assert network.eval()(images).shape == (2, 10)
    assert models.GoogLeNet(classes=10, auxiliary=False).train()(images).shape == (2, 10)


def test_the_auxiliary_loss_weighs_as_the_paper_does():
    logits, labels = torch.randn(3, 4, 10), torch.tensor([0, 3, 9, 3])
    first, second, third = (nn.functional.cross_entropy(part, labels) for part in logits)
    loss = models.auxiliary_loss(models.GoogLeNetOutput(*logits), labels)
    assert torch.allclose(loss, first + 0.3 * second + 0.3 * third)


def test_a_plain_network_lacks_the_shortcuts_and_nothing_else():
    plain, residual = (without_numbers(models.ResNet, skip=skip) for skip in (False, True))
    projections = sum(count(layer.shortcut) for layer in residual.modules() if isinstance(layer, models.Residual))
    assert count(residual) - count(plain) == projections > 0


# First weights


def test_a_fresh_network_answers_with_reasonable_numbers():
    for build in (
        models.resnet18,
        models.densenet121,
        models.mobilenet_v2,
        models.efficientnet_b0,
        models.convnext_tiny,
    ):
        logits = build(classes=10).train()(torch.randn(4, 3, 64, 64))
        assert 1e-4 < logits.std() < 10


@pytest.mark.parametrize(
    "build", [models.vgg11, models.resnet18, models.densenet121, models.mobilenet_v2, models.efficientnet_b0]
)
def test_convolutions_begin_as_he_says(build):
    convolutions = [layer for layer in build().modules() if isinstance(layer, nn.Conv2d)]
    largest = max(convolutions, key=lambda layer: layer.weight.numel())
    expected = math.sqrt(2 / (math.prod(largest.kernel_size) * largest.out_channels))
    assert float(largest.weight.detach().std()) == pytest.approx(expected, rel=0.02)


def test_a_convnext_begins_with_small_weights_and_nearly_silent_branches():
    block = models.convnext_tiny().features[1][0]
    assert float(block.think[1].weight.detach().std()) == pytest.approx(0.02, rel=0.05)
    assert block.scale.detach().unique().tolist() == pytest.approx([1e-6])


# What a learner can get wrong


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize("what", ["channels", "classes"])
def test_a_number_that_makes_no_network_is_refused(name, what):
    with pytest.raises(ValueError, match=rf"{what} expects a whole number of at least 1, got 0"):
        CHECKED[name](**{what: 0})
    with pytest.raises(TypeError, match=rf"{what} expects a whole number, got 2.5"):
        CHECKED[name](**{what: 2.5})


@pytest.mark.parametrize("name", CHECKED)
def test_images_of_another_number_of_channels_are_refused(name):
    network = without_numbers(CHECKED[name], channels=3)
    words = rf"{type(network).__name__}: built for images with 3 channels, got 1 .*; build it with channels=1"
    with pytest.raises(ValueError, match=words):
        network(torch.empty(8, 1, 64, 64, device="meta"))


@pytest.mark.parametrize("name", [name for name, build in CHECKED.items() if without_numbers(build).smallest > 1])
def test_the_smallest_image_is_the_smallest(name):
    network = without_numbers(CHECKED[name]).eval()
    images = torch.empty(2, network.channels, network.smallest, network.smallest, device="meta")
    assert network(images).shape == (2, network.classes)
    with pytest.raises(ValueError, match=rf"{network.smallest} rows and columns, got {network.smallest} and .*resize"):
        network(images[..., 1:])
    if not network.exact:
        with pytest.raises(RuntimeError):  # PyTorch itself has no answer for smaller ones
            network.classifier(network.features(images[..., 1:]))


@pytest.mark.parametrize("build", [models.LectureFlatten, models.LeNet5])
def test_flattening_takes_one_size_only(build):
    network = build()
    images = torch.rand(2, network.channels, 64, 64)
    with pytest.raises(ValueError, match=rf"expect exactly {network.smallest} rows and columns, got 64 and 64"):
        network(images)
    smaller = nn.functional.interpolate(images, size=(network.smallest, network.smallest))  # as the message says
    assert network(smaller).shape == (2, 10)


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (torch.zeros(3, 64, 64), ValueError, r"ResNet: images expect shape \(N, C, H, W\), got \(3, 64, 64\)"),
        (
            torch.zeros(1, 3, 64, 64, dtype=torch.uint8),
            TypeError,
            r"ResNet: images expect a float dtype, got torch.uint8",
        ),
        (
            torch.zeros(1, 3, 64, 64, dtype=torch.int64),
            TypeError,
            r"ResNet: images expect a float dtype, got torch.int64",
        ),
        ("photo.jpg", TypeError, r"ResNet: images expect a tensor, got str"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(images, error, words):
    with pytest.raises(error, match=words):
        without_numbers(models.resnet18)(images)


def test_a_plan_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"VGG: layers expects one of 11, 13, 16, 19, got 15"):
        models.VGG(layers=15)
    with pytest.raises(ValueError, match=r"efficientnet_b: number expects 0 to 7, got 8"):
        models.efficientnet_b(8)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'groups'"):
        models.ResNet(block=models.BasicBlock, groups=32)
