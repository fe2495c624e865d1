"""The network explorer: what is refused, its state, and that the page takes a network apart as torch does."""

from __future__ import annotations

import base64
import copy
import functools
import json
import re

import numpy as np
import pytest
import torch
from page_engine import ask, floats, needs_node, packed
from torch import nn

from ainotes import models
from ainotes.widgets import NetworkExplorer
from ainotes.widgets import explorer_given as given

CLOSE = 1e-3  # what the issue asks for


def small() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 4))


def normed() -> nn.Module:
    first = [nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)]
    more = [nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
    return nn.Sequential(*first, nn.Dropout2d(), *more, nn.Flatten(), nn.Linear(12, 4))


def coloured() -> nn.Module:
    first = [nn.Conv2d(3, 6, (5, 3), stride=(2, 1), padding=(2, 0)), nn.ReLU(inplace=True), nn.AvgPool2d(2)]
    more = [nn.Conv2d(6, 8, 3, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(16, 10), nn.BatchNorm1d(10), nn.ReLU()]
    return nn.Sequential(nn.Sequential(*first), nn.Sequential(*more), nn.Linear(10, 4))


def odd() -> nn.Module:
    first = [nn.BatchNorm2d(1), nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)]
    more = [nn.Conv2d(1, 5, 3, dilation=2, padding=3), nn.AdaptiveAvgPool2d((3, 2)), nn.ReLU(), nn.Conv2d(5, 4, 1)]
    return nn.Sequential(*first, *more, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def flat() -> nn.Module:
    hidden = [nn.BatchNorm1d(144), nn.ReLU(), nn.Linear(144, 40), nn.ReLU(), nn.Linear(40, 4, bias=False)]
    return nn.Sequential(nn.Conv2d(1, 9, 3, stride=2), nn.Flatten(), *hidden)


# (how it is made, shape of its images, what is switched off)
NETWORKS = {
    "Convnet": (models.Convnet, (1, 28, 28), [["features.0", 3], ["features.3", 5], ["classifier.1", 17]]),
    "LeNet": (models.LeNet5, (3, 32, 32), []),
    "a small one": (small, (1, 8, 8), [["0", 1]]),
    "batch norm and GAP": (normed, (1, 12, 12), [["0", 2], ["0", 7], ["5", 11]]),
    "strides, groups, colour, average pooling": (coloured, (3, 12, 10), [["0.0", 5], ["1.0", 6], ["1.3", 0]]),
    "dilation, odd poolings, means of maps as scores": (odd, (1, 9, 8), [["2", 1]]),
    "batch norm on flattened maps": (flat, (1, 9, 9), [["0", 8]]),
}


def network_of(name: str) -> nn.Module:
    """Return a network whose batch normalisation has seen images and has scales of its own, a new one each time."""
    return copy.deepcopy(_network(name))


@functools.cache
def _network(name: str) -> nn.Module:
    torch.manual_seed(0)
    make, shape, _ = NETWORKS[name]
    network = make()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
        for _ in range(4):
            network.train()(torch.rand(16, *shape))
    return network


def explorer(name: str = "a small one", **more) -> NetworkExplorer:
    _, shape, off = NETWORKS[name]
    network = network_of(name)
    images = np.random.default_rng(0).integers(0, 256, (6, *shape), np.uint8)
    with torch.inference_mode():
        count = network.eval()(torch.zeros(1, *shape)).shape[1]
    more = {"mean": [0.3] * shape[0], "std": [0.4] * shape[0], "ablated": off} | more
    return NetworkExplorer(network, images, np.arange(6) % count, [f"c{i}" for i in range(count)], **more)


def cells_of(figure: NetworkExplorer) -> list[list[int]]:
    """Return [stage, map, row, column] of the corners and of some other cells of every stage."""
    generator, found = np.random.default_rng(1), []
    for number, stage in enumerate(figure.stages):
        sides = stage["count"], stage["rows"], stage["columns"]
        places = [(0, 0, 0), tuple(side - 1 for side in sides)]
        places += [tuple(int(generator.integers(side)) for side in sides) for _ in range(4)]
        found += [[number, *place] for place in places]
    return found


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Let the page open all networks, with and without some filters: name -> (figure, cells, answers)."""
    figures = {name: explorer(name) for name in NETWORKS}
    questions = []
    for figure in figures.values():
        image = given.prepared(figure.picture[None], figure.mean, figure.std)[0]
        same = {"layers": figure.layers, "stages": figure.stages, "weights": packed(figure.weights)}
        same |= {"call": "opened", "image": packed(image), "cells": cells_of(figure)}
        questions += [same | {"ablated": figure.ablated}, same | {"ablated": []}]
    answers = iter(ask(questions, tmp_path_factory.mktemp("page")))
    return {name: (figure, cells_of(figure), (next(answers), next(answers))) for name, figure in figures.items()}


def outputs(figure: NetworkExplorer, answer: dict) -> list[np.ndarray]:
    return [floats(text, layer["shape"]) for text, layer in zip(answer["outputs"], figure.layers, strict=True)]


def torchs(name: str, figure: NetworkExplorer, off: list) -> np.ndarray:
    """Return the logits of the very network, not rounded, with hooks that set maps to zero."""
    network = network_of(name).eval()
    modules = dict(network.named_modules())
    for layer, number in off:
        stage = next(stage for stage in figure.stages if stage["name"] == layer)

        def zero(module, inputs, output, number=number):
            output[:, number] = 0

        modules[figure.layers[stage["last"]]["name"]].register_forward_hook(zero)
    with torch.inference_mode():
        return network(torch.from_numpy(given.prepared(figure.picture[None], figure.mean, figure.std)))[0].numpy()


@needs_node
@pytest.mark.parametrize("name", NETWORKS)
def test_the_page_answers_as_torch_does_with_all_filters_and_without_some(opened, name):
    figure, _, answers = opened[name]
    expected = [torchs(name, figure, off) for off in (figure.ablated, [])]
    for answer, logits in zip(answers, expected, strict=True):
        np.testing.assert_allclose(outputs(figure, answer)[-1], logits, atol=CLOSE)
    if figure.ablated:
        assert np.abs(expected[0] - expected[1]).max() > 3 * CLOSE, "it makes a difference"
    shares = torch.softmax(torch.from_numpy(expected[0]), 0).numpy()
    np.testing.assert_allclose(figure.probabilities, shares, atol=CLOSE)
    assert figure.predicted == shares.argmax()


@needs_node
@pytest.mark.parametrize("name", NETWORKS)
def test_every_number_is_the_sum_of_what_is_said_to_be_behind_it(opened, name):
    figure, cells, (_, answer) = opened[name]
    found = outputs(figure, answer)
    for (number, *place), made in zip(cells, answer["made"], strict=True):
        stage = figure.stages[number]
        sides = stage["count"], stage["rows"], stage["columns"]
        value = found[stage["last"]].reshape(sides)[tuple(place)]
        assert made["value"] == pytest.approx(value, rel=1e-4, abs=1e-4), (stage, place)
        assert made["steps"][-1] == made["value"]
        if stage["kind"] in ("conv2d", "linear"):
            before = found[stage["main"]].reshape(stage["count"], -1)[place[0]]
            before = before[place[1] * stage["columns"] + place[2]]
            assert made["steps"][0] == pytest.approx(before, rel=1e-4, abs=1e-4)
            assert sum(made["sums"]) + made["bias"] == pytest.approx(made["steps"][0], rel=1e-4, abs=1e-5)
            weights = dict(network_of(name).named_modules())[stage["name"]].weight
            if stage["kind"] == "conv2d":
                assert len(made["sums"]) == weights.shape[1], "one sum for each input map"


def dependence(name: str, figure: NetworkExplorer, stage: dict, place: list[int]) -> dict[str, int]:
    """Return the smallest box around the pixels that a cell depends on, by torch's gradients, as the page tells it.

    Poolings are made means, ReLUs are left out and weights are positive, so that no path is closed by the numbers.
    """
    picture = torch.rand(1, *figure.images["shape"][1:], requires_grad=True)
    maps, modules = picture, dict(network_of(name).eval().named_modules())
    for layer in figure.layers[1 : stage["last"] + 1]:
        module = modules[layer["name"]]
        if isinstance(module, nn.MaxPool2d):
            module = nn.AvgPool2d(module.kernel_size, module.stride, module.padding, module.ceil_mode)
        for parameter in module.parameters():
            parameter.data.abs_().add_(0.1)
        maps = maps if isinstance(module, nn.ReLU) else module(maps)
    cell = maps.reshape(stage["count"], stage["rows"], stage["columns"])[tuple(place)]
    seen = torch.autograd.grad(cell, picture)[0][0].abs().sum(0) > 0
    rows, columns = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
    if not len(rows):
        return {"row": 0, "column": 0, "rows": 0, "columns": 0}
    box = {
        "row": rows[0],
        "column": columns[0],
        "rows": rows[-1] - rows[0] + 1,
        "columns": columns[-1] - columns[0] + 1,
    }
    return {key: int(value) for key, value in box.items()}


@needs_node
@pytest.mark.parametrize("name", NETWORKS)
def test_a_cell_sees_the_pixels_that_torch_depends_on(opened, name):
    figure, cells, (_, answer) = opened[name]
    for (number, *place), made in zip(cells, answer["made"], strict=True):
        expected = dependence(name, figure, figure.stages[number], place)
        assert made["field"] == expected, (figure.stages[number], place)


# --- stages ---


def test_layers_are_grouped_as_they_are_read():
    titles = {name: [stage["title"] for stage in explorer(name).stages] for name in NETWORKS}
    assert titles["Convnet"] == [
        "Convolution 3 × 3, ReLU", "Max pooling 2 × 2", "Convolution 3 × 3, ReLU", "Max pooling 2 × 2",
        "Linear, ReLU", "Linear",
    ]  # fmt: skip
    assert titles["batch norm and GAP"] == [
        "Convolution 3 × 3, batch norm, ReLU", "Max pooling 2 × 2", "Convolution 3 × 3, stride 2, batch norm, ReLU",
        "Global average pooling", "Linear",
    ]  # fmt: skip
    assert titles["strides, groups, colour, average pooling"][:3] == [
        "Convolution 5 × 3, stride 2 × 1, ReLU", "Average pooling 2 × 2", "Convolution 3 × 3, 2 groups, ReLU",
    ]  # fmt: skip
    assert titles["dilation, odd poolings, means of maps as scores"] == [
        "Batch norm", "Average pooling 3 × 3, stride 2", "Convolution 3 × 3", "Adaptive average pooling, ReLU",
        "Convolution 1 × 1", "Global average pooling",
    ]  # fmt: skip
    assert titles["batch norm on flattened maps"][1] == "Batch norm, ReLU"
    every = explorer("batch norm on flattened maps")
    places = [place for stage in every.stages for place in range(stage["first"], stage["last"] + 1)]
    assert places == list(range(1, len(every.layers))), "each layer is in one stage"
    assert [stage["filters"] for stage in every.stages] == [True, False, True, False]


# --- what is refused ---


class Squeeze(nn.Module):
    def forward(self, images):
        return images.mean((2, 3))


SHAPED = {"model": nn.Sequential(nn.Conv2d(1, 4, 3)), "classes": None}
REFUSED = {
    "an unknown layer": (
        {"model": nn.Sequential(nn.Conv2d(1, 4, 8), nn.GELU(), nn.Flatten())},
        r"1 \(GELU\) is none of",
    ),
    "a module of one's own": ({"model": nn.Sequential(Squeeze())}, r"0 \(Squeeze\) is none of what a page can run"),
    "a shortcut": (
        {"model": nn.Sequential(models.BasicBlock(1, 4), nn.AdaptiveAvgPool2d(1), nn.Flatten())},
        r"0 leads around some of its layers \(a shortcut\), and the explorer opens stacks",
    ),
    "too many parameters": (
        {"model": nn.Sequential(nn.Flatten(), nn.Linear(64, 8000), nn.Linear(8000, 4))},
        "NetworkExplorer: Sequential has 552,004 parameters, a page takes 500,000 at most",
    ),
    "maps as an answer": (
        SHAPED,
        r"must return a row of logits .* numbers of shape \[4, 6, 6\]; end it with nn.Flatten",
    ),
    "no layer": ({"model": nn.Sequential(nn.Identity())}, "the network has no layer to look at"),
    "classes": ({"classes": ["a", "b"]}, "the network returns 4 logits for an image, and classes has 2"),
    "labels": ({"labels": [0, 1, 4]}, "labels must lie between 0 and 3, got 0 to 4"),
    "number of labels": ({"labels": [0, 1]}, "3 images need as many labels, got 2"),
    "normalised images": ({"images": np.full((3, 8, 8), -1.0)}, "undo a normalisation first"),
    "large images": ({"images": np.zeros((3, 8, 65))}, "64 rows and columns at most, got 8 by 65"),
    "no images": ({"images": np.zeros((0, 8, 8))}, "expects one picture at least"),
    "channels": ({"images": np.zeros((3, 3, 8, 8))}, r"Sequential does not take images of shape \(3, 8, 8\)"),
    "a mean for each of two": ({"mean": [0.1, 0.2]}, r"mean expects a number, or 1, one a channel, got \[0.1, 0.2\]"),
    "no spread": ({"std": 0}, "std expects numbers above 0"),
    "how many": ({"count": 25}, "count expects a whole number from 1 to 24, got 25"),
    "an unknown layer to look at": ({"layer": "7"}, r"layer is one of \['0', '2', '4'\], got '7'"),
    "a map that is not": ({"map": 3}, "map expects a whole number from 0 to 2, got 3"),
    "a cell that is not": ({"cell": [0, 8]}, "cell expects a whole number from 0 to 7, got 8"),
    "half a cell": ({"cell": [0]}, r"cell is \[row, column\] of the map"),
    "ablated without a layer": ({"ablated": [3]}, r"ablated is a list of \[name of a layer, number of a map\], got 3"),
    "an ablated pooling": ({"ablated": [["2", 0]]}, r"ablated are filters of \['0'\], not of 2 \(Max pooling 2 × 2\)"),
    "an ablated class": ({"ablated": [["4", 0]]}, r"not of 4 \(Linear\)"),
    "an ablated map that is not": ({"ablated": [["0", 3]]}, "the map of ablated expects a whole number from 0 to 2"),
    "its own picture, without one": ({"chosen": None}, "there is no drawing yet"),
    "a picture that is not": ({"chosen": 3}, "chosen expects a whole number from 0 to 2, got 3"),
    "half a drawing": (
        {"drawing": bytes(63)},
        r"drawing expects 64 bytes, a uint8 picture of shape \(1, 8, 8\), got 63",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_opened_is_refused_by_name(name):
    change, message = REFUSED[name]
    parts = {"model": small(), "images": np.zeros((3, 8, 8)), "labels": [0, 1, 2], "classes": list("abcd")} | change
    with pytest.raises((ValueError, TypeError), match=message):
        NetworkExplorer(parts.pop("model"), parts.pop("images"), parts.pop("labels"), **parts)


# --- state ---


def test_the_state_is_checked_and_stays_together():
    figure = explorer("Convnet")
    figure.layer, figure.map, figure.cell = "features.4", 63, [10, 10]  # the ReLU of the second convolution
    assert figure.layer == "features.3"
    figure.layer = "features.2"
    assert (figure.map, figure.cell) == (31, [10, 10]), "the next layer has fewer maps, and cells enough"
    figure.layer = "classifier.3"
    assert (figure.map, figure.cell) == (9, [0, 0])
    figure.set_state({"layer": "features.0", "map": 20, "cell": [25, 0]})
    assert (figure.layer, figure.map, figure.cell) == ("features.0", 20, [25, 0])
    with pytest.raises(ValueError, match="map expects a whole number from 0 to 31"):
        figure.map = 32


def test_the_answer_follows_the_picture_and_the_filters():
    figure = explorer("a small one", ablated=[])
    assert figure.predicted == figure.answers[0].argmax()
    np.testing.assert_allclose(figure.probabilities, figure.answers[0])
    drawing = np.random.default_rng(3).integers(0, 256, (1, 8, 8), np.uint8)
    figure.set_state({"drawing": memoryview(drawing.tobytes()), "chosen": None})  # as a front end sends it
    assert np.array_equal(figure.picture, drawing)
    expected = torchs("a small one", figure, [])
    np.testing.assert_allclose(figure.probabilities, torch.softmax(torch.from_numpy(expected), 0), atol=CLOSE)
    figure.ablated = [["0", 0], ["1", 0], ("0", 2)]
    assert figure.ablated == [["0", 0], ["0", 2]], "once, by the name of the layer with the filter"
    assert figure.predicted == torchs("a small one", figure, figure.ablated).argmax()


def test_it_opens_at_the_cell_that_answers_most():
    figure = explorer("Convnet", ablated=[])
    maps = given.outputs(figure._page, given.prepared(figure.picture[None], figure.mean, figure.std))[2][0]
    assert (figure.layer, maps[figure.map][tuple(figure.cell)]) == ("features.0", maps.max())


def test_it_opens_where_it_is_told_to():
    figure = explorer("Convnet", ablated=[], layer="features.4")
    maps = given.outputs(figure._page, given.prepared(figure.picture[None], figure.mean, figure.std))[5][0]
    assert (figure.layer, maps[figure.map][tuple(figure.cell)]) == ("features.3", maps.max())
    assert explorer("Convnet", layer="classifier.3", map=7, chosen=2).map == 7


def test_each_class_has_its_turn_among_the_pictures():
    labels = torch.tensor([2, 2, 2, 0, 1, 1, 0, 2])
    images = np.arange(8, dtype=np.uint8)[:, None, None] * np.ones((8, 8, 8), np.uint8)
    figure = NetworkExplorer(small(), images, labels, count=5)
    assert figure.kept == [3, 4, 0, 6, 5]
    assert figure.labels == [0, 1, 2, 0, 1]
    assert figure.picture.tolist() == images[3][None].tolist()
    assert figure.classes == ["class 0", "class 1", "class 2", "class 3"]


def test_the_model_is_given_back_as_it_was():
    network = network_of("batch norm and GAP").train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    figure = NetworkExplorer(network, np.zeros((2, 12, 12)), [0, 1], ablated=[["0", 1]])
    figure.ablated = []
    assert network.training
    assert all(torch.equal(tensor, network.state_dict()[name]) for name, tensor in before.items())
    assert not any(module._forward_hooks for module in network.modules())


def test_what_travels_in_a_page_is_16_bits_a_number():
    figure = explorer("Convnet")
    page = figure.html()
    assert len(page) < 2.7 * 225_034 + 115_000
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])["state"]
    assert base64.b64decode(state["weights"]) == figure.weights
    rows = 32 + 64 + 128 + 10  # biases come twice
    assert len(figure.weights) == 2 * (225_034 + rows)
    assert figure.get_state("weights") == {"weights": figure.weights}, "bytes, to a kernel's front end"
    assert "_page" not in state


def test_without_scripts_the_layers_and_the_answers_are_told():
    figure = explorer("a small one", ablated=[])
    lines = figure.poster()
    assert lines[0].startswith("A network of 3 stages on pictures of 8 × 8 pixels in 1 channel, all its maps drawn: ")
    assert lines[1:4] == [
        "Convolution 3 × 3, ReLU (0): 3 maps of 8 × 8.",
        "Max pooling 2 × 2 (2): 3 maps of 4 × 4.",
        "Linear (4): 4 numbers.",
    ]
    label, best = figure.classes[figure.labels[5]], figure.classes[figure.answers[5].argmax()]
    assert lines[-1] == f"Picture 6, label {label}: the network says {best}, {100 * figure.answers[5].max():.1f} %."


def test_the_embedded_network_opens_in_one_line():
    from ainotes.pretrained import embedded, load

    own, facts = load("convnet_fashion_mnist"), embedded.facts("convnet_fashion_mnist")
    images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20) % 10
    figure = NetworkExplorer(own.model, images, labels, own.categories, mean=facts["mean"], std=facts["std"])
    assert figure.classes[9] == "Ankle Boot"
    assert figure.probabilities.sum() == pytest.approx(1)
