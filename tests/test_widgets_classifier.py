"""The figure that classifies in the page: what Python hands over, and that both sides prepare a picture alike."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
import skimage.data
import torch
from page_engine import ask, floats, needs_node, packed
from PIL import Image
from torch import nn

from ainotes import models
from ainotes.pretrained import embedded
from ainotes.widgets import PageClassifier
from ainotes.widgets.classifier import prepared

MEAN, STD = [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def brightness(channels: int = 1) -> nn.Module:
    """Return a network that says how bright a picture is: its logits are -9 and 9 times the mean."""
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 2))
    with torch.no_grad():
        network[2].weight.copy_(torch.tensor([[-9.0], [9.0]]).expand(2, channels) / channels)
        network[2].bias.zero_()
    return network


def figure(**changes) -> PageClassifier:
    given = {
        "model": brightness(),
        "images": {"night": np.zeros((4, 4), np.uint8), "snow": np.ones((6, 4))},
        "categories": ["dark", "bright"],
        "mean": [0.5],
        "std": [1.0],
        "size": 4,
    } | changes
    return PageClassifier(given.pop("model"), given.pop("images"), given.pop("categories"), **given)


def test_the_answers_are_those_of_a_hand_calculation():
    night, snow = figure().answers
    assert [name for name, _ in night] == ["dark", "bright"]
    assert night[0][1] == pytest.approx(1 / (1 + np.exp(-9)), rel=1e-5)
    assert snow[0] == ["bright", pytest.approx(night[0][1])]


def test_the_answers_are_those_of_torchvision_and_pillow():
    from torchvision.transforms import v2

    torch.manual_seed(0)
    network = models.ResNet14().eval()
    photographs = [skimage.data.chelsea()[:140, :150], skimage.data.coffee()[:100, :130]]
    made = PageClassifier(network, photographs, NAMES, mean=MEAN, std=STD, size=32)
    steps = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])
    for photograph, answer in zip(photographs, made.answers, strict=True):
        picture = Image.fromarray(photograph)
        left, top = (picture.width - picture.height) // 2, 0
        square = picture.crop((left, top, left + picture.height, picture.height))
        with torch.inference_mode():
            shares = network(steps(square.resize((32, 32), Image.Resampling.BILINEAR))[None]).softmax(1)[0]
        assert [name for name, _ in answer] == [NAMES[i] for i in shares.topk(5).indices]
        np.testing.assert_allclose([share for _, share in answer], shares.topk(5).values, atol=1e-3)


def test_a_picture_is_prepared_as_a_grey_or_a_colour_one():
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[:, 1:3] = [200, 100, 50]
    colour = prepared(pixels, 2, [0, 0.5, 0], [1, 1, 0.5])
    assert colour.shape == (3, 2, 2)
    assert colour[:, 0, 0].tolist() == pytest.approx([200 / 255, 100 / 255 - 0.5, 100 / 255])
    grey = prepared(pixels, 2, [0], [1])
    assert grey.tolist() == [
        [[pytest.approx(124 / 255, abs=1 / 255)] * 2] * 2
    ]  # 0.299 * 200 + 0.587 * 100 + 0.114 * 50
    assert (
        prepared(np.full((2, 2), 51, np.uint8), 2, [0, 0, 0], [1, 1, 1]).tolist()
        == [[[pytest.approx(0.2)] * 2] * 2] * 3
    )


PHOTOGRAPHS = {
    "the cat": (skimage.data.chelsea()[:, 75:375], 32),
    "the astronaut": (skimage.data.astronaut(), 28),
    "coffee, hardly smaller": (skimage.data.coffee()[:100, :100], 90),
    "a patch, enlarged": (skimage.data.rocket()[200:217, 300:317], 50),
    "one pixel": (skimage.data.rocket()[200:201, 300:301], 3),
}


@needs_node
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_the_page_makes_a_picture_smaller_as_pillow_does(name, tmp_path):
    photograph, size = PHOTOGRAPHS[name]
    rgba = np.dstack([photograph, np.full(photograph.shape[:2], 255, np.uint8)])
    given = {"width": rgba.shape[1], "height": rgba.shape[0], "data": packed(rgba), "size": size}
    answer = ask([{"call": "resized", **given}], tmp_path)[0]
    found = np.frombuffer(base64.b64decode(answer), np.uint8).reshape(size, size, 4)
    expected = np.asarray(Image.fromarray(photograph).resize((size, size), Image.Resampling.BILINEAR))
    assert np.abs(found[..., :3].astype(int) - expected).max() <= 1
    assert (found[..., 3] == 255).all()


@needs_node
@pytest.mark.parametrize(("mean", "std"), [(MEAN, STD), ([0.3], [0.35])], ids=["colour", "grey"])
def test_the_page_normalises_as_python_does(mean, std, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    rgba = np.dstack([pixels, np.full((16, 16), 255, np.uint8)])
    answer = ask([{"call": "normalised", "data": packed(rgba), "mean": mean, "std": std}], tmp_path)[0]
    np.testing.assert_allclose(floats(answer, (len(mean), 16, 16)), prepared(pixels, 16, mean, std), atol=1e-6)


def test_what_travels_in_a_page_and_what_with_a_kernel():
    network = models.ResNet14()
    made = PageClassifier(network, [np.zeros((32, 32, 3), np.uint8)], NAMES, mean=MEAN, std=STD, size=32)
    page = made.html()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert len(page) < 2.7 * parameters + 60_000, "as the docstring says, and the module itself"
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])["state"]
    assert base64.b64decode(state["weights"]) == made.weights, "text, until the figure is seen"
    assert made.get_state("weights") == {"weights": made.weights}, "bytes, to a kernel's front end"
    assert state["examples"][0]["pixels"] == {"$bytes": packed(bytes(3072))}


def test_examples_come_in_many_shapes_and_large_ones_are_scaled_down():
    grey = np.linspace(0, 1, 480 * 320).reshape(480, 320)
    images = {"grey": grey, "one channel": torch.rand(1, 5, 3), "planes": np.zeros((3, 8, 9), np.uint8)}
    made = figure(images=images | {"last": np.zeros((8, 9, 3))})
    assert [example["shape"] for example in made.examples] == [[160, 107, 1], [5, 3, 1], [8, 9, 3], [8, 9, 3]]
    assert [example["name"] for example in made.examples] == [*images, "last"]
    batch = figure(images=torch.rand(3, 1, 8, 8), true_labels=torch.tensor([0, 1, 1]))
    assert [(example["name"], example["truth"]) for example in batch.examples] == [
        ("Picture 1", 0), ("Picture 2", 1), ("Picture 3", 1),
    ]  # fmt: skip


def test_alt_and_poster_tell_the_answers():
    made = figure(true_labels=[1, 1])
    assert made.alt == (
        "2 pictures, and bars of the classes that a network holds most probable for the chosen one; it knows dark and "
        "bright. night (label: bright): the network says dark, 100.0 %. The reader can drop a photograph of their own."
    )
    assert made.poster()[1:] == [
        "night (label: bright): the network says dark, 100.0 %.",
        "snow (label: bright): the network says bright, 100.0 %.",
    ]
    assert figure().poster()[1] == "night: the network says dark, 100.0 %."


def test_top_follows_the_chosen_example():
    made = figure(chosen=1)
    assert made.top == made.answers[1]
    made.chosen = 0
    assert made.top == made.answers[0]
    made.set_state({"chosen": None, "top": [["bright", 0.7], ["dark", 0.3]]})  # as a front end sends it
    assert made.top == [["bright", 0.7], ["dark", 0.3]], "a photograph of the reader's own"
    for wrong in (2, -1):
        with pytest.raises(ValueError, match="chosen is the number of an example, 0 to 1, or None"):
            made.chosen = wrong
    assert made.chosen is None


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": "resnet"}, TypeError, r"PageClassifier: expects a network \(torch.nn.Module\), got str"),
        ({"model": nn.Sequential(nn.Conv2d(1, 2, 1), nn.GELU())}, ValueError, r"PageClassifier: 1 \(GELU\) is none of"),
        ({"model": nn.Conv2d(1, 2, 1)}, ValueError, r"2 categories need as many logits .* of shape \[2, 4, 4\]"),
        ({"categories": ["a", "b", "c"]}, ValueError, r"3 categories need as many logits .* of shape \[2\]"),
        ({"categories": ["a"]}, ValueError, "categories expects at least 2"),
        ({"mean": [0.5, 0.5]}, ValueError, r"mean expects 1 number \(grey\) or 3 \(red, green, blue\)"),
        ({"std": [0.5] * 3}, ValueError, "std expects as many numbers as mean, all above 0"),
        ({"std": [0.0]}, ValueError, "std expects as many numbers as mean, all above 0"),
        ({"size": 0}, ValueError, "size expects a positive integer, got 0"),
        ({"images": {}}, TypeError, "images expects one picture at least"),
        ({"images": {"": np.zeros((4, 4))}}, TypeError, "images expects one picture at least"),
        ({"images": {"a": np.zeros(4)}}, ValueError, r"image 'a' expects \(H, W\), .* got \(4,\)"),
        ({"images": {"a": np.full((4, 4), -1.0)}}, ValueError, "undo a normalisation first"),
        ({"true_labels": [0]}, ValueError, "2 images need as many true_labels, got 1"),
        ({"true_labels": [0, 2]}, ValueError, "true_labels must lie between 0 and 1, got 0 to 2"),
    ],
)  # fmt: skip
def test_bad_input_is_named(change, error, message):
    with pytest.raises(error, match=message):
        figure(**change)


@pytest.mark.parametrize("name", ["rocket", "chelsea", "coffee"])
def test_the_page_prepares_an_oblong_photograph_as_the_package_does(name):
    known = embedded.facts("resnet14_cifar10")
    photograph = getattr(skimage.data, name)()
    assert photograph.shape[0] != photograph.shape[1]
    tensor = embedded.preprocess("resnet14_cifar10")(torch.from_numpy(photograph).movedim(2, 0))
    page = prepared(photograph, 32, known["mean"], known["std"])
    levels = np.abs(tensor.numpy() - page) * np.array(known["std"]).reshape(3, 1, 1) * 255
    assert levels.max() <= 1.01  # either side rounds to whole levels in its own way
