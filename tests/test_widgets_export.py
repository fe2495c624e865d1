"""Networks in the page: what is exported, what is refused, and that the page computes what torch does."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
import torch
from page_engine import ask, floats, needs_node, packed, question
from torch import nn

from ainotes import models, pretrained
from ainotes.models.blocks import Branches, ConvNormAct
from ainotes.widgets.export import export

CLOSE = 1e-3  # of logits; what the issue asks for
EXACT = 2e-5  # of single layers: both sides add float32, in another order


class Vgg(nn.Sequential):
    """Two blocks like VGG's, with a head that has dropout."""

    def __init__(self):
        conv = [nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(True)]
        more = [nn.MaxPool2d(2, 2), nn.Conv2d(12, 18, 3, padding="same"), nn.ReLU(True), nn.MaxPool2d(2, 2)]
        head = [
            nn.AdaptiveAvgPool2d((3, 3)),
            nn.Flatten(),
            nn.Linear(162, 20),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(20, 4),
        ]
        super().__init__(*conv, *more, *head)


def mobile() -> nn.Sequential:
    """Depthwise-separable blocks with odd numbers of channels, and a residual block with a projection."""
    depthwise = [ConvNormAct(5, 5, 3, stride=2, groups=5), ConvNormAct(5, 10, 1)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(14), nn.Linear(14, 3, bias=False)]
    return nn.Sequential(ConvNormAct(3, 5), *depthwise, models.BasicBlock(10, 14, stride=2), *head)


# (module, shape of its images): each kind of layer, where it is awkward.
LAYERS = {
    "a plain convolution": (nn.Conv2d(2, 5, 3), (2, 7, 9)),
    "1 x 1": (nn.Conv2d(7, 3, 1, bias=False), (7, 5, 4)),
    "oblong kernel, stride and padding": (nn.Conv2d(3, 6, (3, 5), stride=(2, 1), padding=(0, 2)), (3, 11, 8)),
    "dilation": (nn.Conv2d(3, 4, 3, dilation=(2, 3), padding=3), (3, 9, 10)),
    "stride that leaves a rest": (nn.Conv2d(3, 4, 2, stride=3), (3, 10, 12)),
    "kernel as large as the image": (nn.Conv2d(3, 9, (5, 6)), (3, 5, 6)),
    "padding larger than the image": (nn.Conv2d(1, 2, 5, padding=6), (1, 2, 3)),
    "groups": (nn.Conv2d(6, 9, 3, groups=3, padding=1), (6, 6, 5)),
    "depthwise": (nn.Conv2d(10, 10, 3, groups=10, stride=2, padding=1), (10, 7, 7)),
    "depthwise, twice as many": (nn.Conv2d(4, 8, 3, groups=4), (4, 6, 6)),
    "same, with an even kernel": (nn.Conv2d(2, 3, (4, 2), padding="same", dilation=(1, 3)), (2, 7, 6)),
    "valid": (nn.Conv2d(2, 3, 3, padding="valid"), (2, 5, 5)),
    "3 x 3 on many channels": (nn.Conv2d(8, 5, 3, padding=1), (8, 6, 8)),
    "3 x 3, odd sides": (nn.Conv2d(9, 6, 3), (9, 7, 5)),
    "3 x 3, one place": (nn.Conv2d(16, 16, 3, bias=False), (16, 3, 3)),
    "3 x 3, wide padding": (nn.Conv2d(12, 7, 3, padding=(3, 0)), (12, 4, 9)),
    "max pooling": (nn.MaxPool2d(2), (3, 7, 6)),
    "max pooling, overlapping": (nn.MaxPool2d(3, stride=2, padding=1), (2, 8, 9)),
    "max pooling, ceil mode": (nn.MaxPool2d(3, stride=2, ceil_mode=True), (2, 8, 6)),
    "max pooling, dilation": (nn.MaxPool2d((2, 3), stride=(2, 1), padding=(1, 1), dilation=(3, 2)), (2, 9, 10)),
    "average pooling": (nn.AvgPool2d((2, 3)), (3, 6, 7)),
    "average pooling, padding counts": (nn.AvgPool2d(3, stride=2, padding=1), (2, 7, 8)),
    "average pooling, padding left out": (nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), (2, 7, 8)),
    "average pooling, ceil mode": (nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 8, 9)),
    "mean of each map": (nn.AdaptiveAvgPool2d(1), (5, 4, 6)),
    "adaptive pooling to more": (nn.AdaptiveAvgPool2d((3, 4)), (2, 7, 5)),
    "batch norm": (nn.BatchNorm2d(4), (4, 3, 5)),
    "batch norm without scale": (nn.BatchNorm2d(3, affine=False, eps=0.1), (3, 4, 4)),
    "flatten and linear": (nn.Sequential(nn.Flatten(), nn.Linear(30, 4)), (2, 3, 5)),
    "a ReLU": (nn.ReLU(), (2, 3, 4)),
    "residual": (models.Residual(nn.Conv2d(3, 3, 3, padding=1), nn.Identity()), (3, 5, 5)),
    "residual with projection": (models.BasicBlock(4, 6, stride=2), (4, 7, 7)),
    "a plain block": (models.BasicBlock(4, 4, skip=False), (4, 5, 5)),
}
NETWORKS = {
    "Convnet": (models.Convnet, (1, 28, 28)),
    "ResNet14": (models.ResNet14, (3, 32, 32)),
    "LectureGap": (models.LectureGap, (1, 28, 25)),
    "LectureFlatten": (models.LectureFlatten, (1, 28, 28)),
    "LeNet5": (models.LeNet5, (3, 32, 32)),
    "Vgg": (Vgg, (3, 26, 30)),
    "mobile": (mobile, (3, 23, 18)),
}


def spread(network: nn.Module, shape: tuple[int, ...], seed: int = 0) -> nn.Module:
    """Give batch normalisation statistics and scales of its own, so that nothing is near 0 or 1 by habit."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and module.affine:
                module.weight.uniform_(0.5, 1.5, generator=generator)
                module.bias.normal_(0, 0.3, generator=generator)
        for _ in range(5):
            network.train()(torch.randn(16, *shape, generator=generator))
    return network.eval()


def image(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def outputs(page, answer) -> list[np.ndarray]:
    return [floats(text, layer["shape"]) for text, layer in zip(answer, page.layers, strict=True)]


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """Export all layers and networks, and let the page run them once: name -> (page, image, outputs)."""
    torch.manual_seed(0)
    exported = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
        for name, (make, shape) in {**LAYERS, **NETWORKS}.items():
            network = spread(make if isinstance(make, nn.Module) else make(), shape)
            exported[name] = export(network, shape), image(shape)
    answers = ask([question(*each) for each in exported.values()], tmp_path_factory.mktemp("page"))
    return {
        name: (page, given, outputs(page, answer))
        for (name, (page, given)), answer in zip(exported.items(), answers, strict=True)
    }


@needs_node
@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_of_layer_computes_what_torch_computes(answered, name):
    page, given, found = answered[name]
    expected = page(given[None])[0]
    assert found[-1].shape == expected.shape
    np.testing.assert_allclose(found[-1], expected, rtol=EXACT, atol=EXACT)
    assert np.ptp(expected) > 0.05, "there is something to compare"


@needs_node
@pytest.mark.parametrize("name", NETWORKS)
def test_whole_networks_give_the_logits_of_torch(answered, name):
    page, given, found = answered[name]
    expected = page(given[None])[0]
    assert np.abs(found[-1] - expected).max() < CLOSE
    assert np.ptp(expected) > 100 * CLOSE, "the logits differ by more than what is allowed"


@needs_node
@pytest.mark.parametrize("name", NETWORKS)
def test_what_leaves_every_layer_is_what_leaves_the_module_of_its_name(answered, name):
    page, given, found = answered[name]
    modules, expected = dict(page.twin.named_modules()), {}
    layers = {layer["name"]: i for i, layer in enumerate(page.layers)}  # of a residual block the last one: its ReLU

    def keep(name):
        return lambda module, inputs, output: expected.update({name: output[0].numpy()})

    for module in modules.values():
        if hasattr(module, "inplace"):
            module.inplace = False  # or what comes before a ReLU is overwritten
    hooks = [modules[name].register_forward_hook(keep(name)) for name in layers if name]
    page(given[None])
    for hook in hooks:
        hook.remove()
    assert expected.keys() == layers.keys() - {""}
    for layer, maps in expected.items():
        np.testing.assert_allclose(found[layers[layer]], maps, rtol=1e-4, atol=1e-4, err_msg=layer)


@needs_node
def test_changed_maps_run_on_from_where_they_are(answered, tmp_path):
    page, given, found = answered["ResNet14"]
    modules = dict(page.twin.named_modules())
    block = next(name for name, module in modules.items() if isinstance(module, models.BasicBlock))
    number = next(i for i, layer in enumerate(page.layers) if layer["name"] == f"{block}.branch.0.2")
    changed = found[number].copy()
    changed[5:20] = 0  # 15 of 32 maps of the residual block's inner ReLU
    answer = ask([question(page, given, changed={number: packed(changed)})], tmp_path)[0]
    again = outputs(page, answer)

    def ablate(module, inputs, output):
        output[:, 5:20] = 0

    hook = modules[f"{block}.branch.0.2"].register_forward_hook(ablate)
    expected = page(given[None])[0]
    hook.remove()
    np.testing.assert_allclose(again[-1], expected, atol=CLOSE)
    assert np.abs(again[-1] - found[-1]).max() > 100 * CLOSE
    for before, after in zip(found[:number], again[:number], strict=True):
        assert np.array_equal(before, after), "what comes before the change stays"


@needs_node
@pytest.mark.parametrize("name", pretrained.EMBEDDED)
def test_the_embedded_networks_answer_in_the_page_as_they_do_in_torch(name, tmp_path):
    network, facts = pretrained.load(name).model, pretrained.embedded.facts(name)
    shape = (len(facts["mean"]), facts["size"], facts["size"])
    page = export(network, shape)
    given = [image(shape, seed) for seed in range(4)]
    answers = ask([question(page, each) for each in given], tmp_path)
    logits = torch.from_numpy(np.stack([outputs(page, answer)[-1] for answer in answers]))
    with torch.inference_mode():
        expected = network(torch.from_numpy(np.stack(given)))
    torch.testing.assert_close(logits, expected, rtol=0, atol=CLOSE / 10)  # its kernels are kept in 16 bits already
    assert expected.std(1).min() > 1, "it is sure of something"


# --- what is exported ---


def test_the_description_of_a_small_network():
    network = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), nn.ReLU(), nn.Dropout())
    page = export(nn.Sequential(network, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)), (1, 4, 4))
    assert [layer["kind"] for layer in page.layers] == [
        "input", "conv2d", "batch norm", "relu", "max pool", "flatten", "linear",
    ]  # fmt: skip
    assert [layer["name"] for layer in page.layers] == ["", "0.0", "0.1", "0.2", "1", "2", "3"]
    assert page.layers[1] == {
        "kind": "conv2d", "name": "0.0", "shape": [2, 4, 4], "kernel": [3, 3], "stride": [1, 1], "padding": [1, 1],
        "dilation": [1, 1], "groups": 1, "weight": 0, "bias": None,
    }  # fmt: skip
    numbers = np.frombuffer(page.weights, "<f2")
    assert len(numbers) == 18 + 2 * 4 * 2 + 8 * 3 + 2 * 3
    assert np.array_equal(numbers[:18], network[0].weight.detach().numpy().astype("<f2").ravel())
    assert page.layers[-1]["weight"] == 34


def test_a_residual_block_says_what_is_added():
    page = export(models.BasicBlock(4, 6, stride=2), (4, 8, 8))
    add = next(layer for layer in page.layers if layer["kind"] == "add")
    branch, shortcut = add["from"]
    assert page.layers[branch]["name"] == "branch.1.1"
    assert page.layers[shortcut]["name"] == "shortcut.1"
    assert next(layer for layer in page.layers if layer["name"] == "shortcut.0")["from"] == [0]
    identity = export(models.BasicBlock(4, 4), (4, 8, 8))
    assert next(layer for layer in identity.layers if layer["kind"] == "add")["from"] == [5, 0]


def test_the_numbers_are_those_of_the_network_in_16_bits():
    network = spread(models.ResNet14(), (3, 32, 32))
    page = export(network, (3, 32, 32))
    held = [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]  # statistics too
    assert len(page.weights) == 2 * sum(tensor.numel() * (1 + (tensor.ndim == 1)) for tensor in held)
    for name, tensor in network.state_dict().items():
        if tensor.ndim > 1:
            assert torch.equal(page.twin.state_dict()[name], tensor.half().float()), name
        elif tensor.ndim == 1:
            torch.testing.assert_close(page.twin.state_dict()[name], tensor, rtol=1e-6, atol=1e-7)
    given = torch.from_numpy(image((4, 3, 32, 32)))
    with torch.inference_mode():
        exact = network(given).numpy()
    assert 0 < np.abs(page(given) - exact).max() < 0.02 * np.ptp(exact), "rounding moves the logits a little"


def test_a_network_of_the_learners_own_is_taken_if_it_runs_its_parts_in_order():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.see = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU())
            self.flat = nn.Flatten()
            self.decide = nn.Linear(12, 2)

        def forward(self, images):
            return self.decide(self.flat(self.see(images)))

    page = export(Own(), (1, 4, 4))
    assert [layer["name"] for layer in page.layers] == ["", "see.0", "see.1", "flat", "decide"]


def test_the_model_is_given_back_as_it_was():
    network = models.Convnet().train()
    network.features[0].eval()
    network.features[0].weight.requires_grad_(False)
    seen = []
    network.features[1].register_forward_hook(lambda module, inputs, output: seen.append(1))
    network(torch.rand(2, 1, 28, 28)).sum().backward()
    network.kept = network.features(torch.rand(1, 1, 28, 28))  # it has a history, and cannot be copied as it is
    seen.clear()
    before = copy.deepcopy(network.state_dict())
    gradient = network.classifier[1].weight.grad.clone()
    page = export(network, (1, 28, 28))
    assert seen == [], "a learner's hook sees the learner's images only"
    assert [network.training, network.features[0].training] == [True, False]
    assert all(torch.equal(tensor, network.state_dict()[name]) for name, tensor in before.items())
    assert torch.equal(network.classifier[1].weight.grad, gradient)
    assert network.kept.grad_fn is not None
    with torch.no_grad():
        network.classifier[1].weight.zero_()
    assert page.twin.classifier[1].weight.abs().max() > 0, "what was exported stays"


# --- what is refused ---


class Functional(nn.Module):
    """Uses a function between its parts: run one after the other, they do something else."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.flat = nn.Flatten()
        self.fc = nn.Linear(8, 2)

    def forward(self, images):
        return self.fc(self.flat(torch.relu(self.conv(images))))


class View(Functional):
    """Flattens by itself."""

    def __init__(self):
        super().__init__()
        del self.flat

    def forward(self, images):
        return self.fc(self.conv(images).flatten(1))


class Standardised(nn.Conv2d):
    def forward(self, images):
        return super().forward(images) * 2


SMALL = (1, 4, 4)
BRANCHES = Branches([nn.Conv2d(1, 4, 1), nn.Conv2d(1, 8, 5, padding=2)])
IN_PLACE = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(1, 1, 1))  # overwrites what the shortcut adds later
nn.init.ones_(IN_PLACE[1].bias)  # or the last ReLU may hide it
REFUSED = {
    "another activation": (nn.Sequential(nn.Conv2d(1, 1, 1), nn.GELU()), SMALL, r"1 \(GELU\) is none of what a page"),
    "what is allowed": (nn.Sigmoid(), SMALL, r"Sigmoid is none of what a page can run: Conv2d, BatchNorm2d"),
    "a derived layer": (nn.Sequential(Standardised(1, 1, 1)), SMALL, r"0 \(Standardised\) is none of what a page"),
    "a function inside": (nn.Sequential(Functional()), SMALL, r"0 \(Functional\) does something else than run"),
    "a view inside": (View(), SMALL, r"fc \(Linear\) gets maps; put nn.Flatten\(\) before it"),
    "ways side by side": (BRANCHES, SMALL, r"Branches does something else than run its parts one"),
    "a shortcut overwritten": (models.Residual(IN_PLACE, nn.Identity()), SMALL, "Residual does something else than"),
    "other padding": (nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), SMALL, "padding_mode='reflect', which"),
    "no statistics": (nn.BatchNorm2d(1, track_running_stats=False), SMALL, "keeps no running statistics"),
    "indices": (nn.Sequential(nn.MaxPool2d(2, return_indices=True)), SMALL, r"0 \(MaxPool2d\) returns indices"),
    "a divisor": (nn.Sequential(nn.AvgPool2d(2, divisor_override=3)), SMALL, "has divisor_override"),
    "flattening the batch": (nn.Sequential(nn.Flatten(0)), SMALL, "flattens dimensions 0 to -1 instead of all but"),
    "linear on maps": (nn.Sequential(nn.Linear(4, 2)), SMALL, r"0 \(Linear\) gets maps; put nn.Flatten"),
    "a family": (models.efficientnet_b0(classes=10), (3, 32, 32), "EfficientNet has 4,020,358 parameters, a page"),
    "other images": (models.Convnet(), (1, 32, 32), r"Convnet does not take images of shape \(1, 32, 32\)"),
    "other channels": (models.LeNet5(), (1, 32, 32), "LeNet5: built for images with 3 channels, got 1"),
    "a bad shape": (models.LeNet5(), (3, 0, 32), "shape expects a positive integer, got 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_page_cannot_run_is_refused_by_name(name):
    network, shape, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        export(network, shape)


def test_a_limit_of_parameters_can_be_given():
    export(models.Convnet(), (1, 28, 28), most=225_034)
    with pytest.raises(
        ValueError, match="NetworkExplorer: Convnet has 225,034 parameters, a page takes 225,033 at most"
    ):
        export(models.Convnet(), (1, 28, 28), most=225_033, where="NetworkExplorer")


@pytest.mark.parametrize(
    ("number", "told"), [(1e5, "a number of 100000"), (float("nan"), "nan"), (float("inf"), "inf")]
)
def test_numbers_that_16_bits_cannot_hold_are_refused(number, told):
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Flatten())
    with torch.no_grad():
        network[0].weight.fill_(number)
    with pytest.raises(ValueError, match=f"0.weight holds {told}.*in 16 bits a page holds 65,504 at most|{told}"):
        export(network, SMALL)


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match=r"expects a network \(torch.nn.Module\), got dict"):
        export({}, SMALL)
    with torch.device("meta"):
        network = models.Convnet()
    with pytest.raises(ValueError, match="nan"):
        export(network, (1, 28, 28))
