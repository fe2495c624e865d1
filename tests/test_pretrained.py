"""`ainotes.pretrained`: torchvision's networks where they can be had, else the course's own, and honest answers."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
import torchvision
from bad_server import serving
from PIL import Image
from safetensors.torch import load as load_tensors
from torch import nn
from torchvision.models import SqueezeNet1_0_Weights, SqueezeNet1_1_Weights

import ainotes
from ainotes import pretrained
from ainotes.data import download as download_module
from ainotes.data import fashion_mnist, notices
from ainotes.data.folders import data_folder
from ainotes.models import Convnet, ResNet14
from ainotes.pretrained import EMBEDDED, WeightsError, classify_image, embedded, fetch_weights, load, top_classes
from ainotes.pretrained import torchvision_weights as weights_module
from ainotes.utils.train import count_parameters

WEIGHTS = Path(ainotes.__file__).parent / "weights"
TORCH_HOME = Path(os.environ.get("TORCH_HOME", "")) / "hub" / "checkpoints"
SQUEEZENET = TORCH_HOME / "squeezenet1_0-b66bff10.pth"
needs_squeezenet = pytest.mark.skipif(not SQUEEZENET.is_file(), reason="needs TORCH_HOME with SqueezeNet's weights")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty cache of torchvision, no network, and every sentence new."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("AINOTES_OFFLINE", "1")
    notices.forget()
    return tmp_path / "hub" / "checkpoints"


def by_means(bias=(0.0, 0.0, 0.0)):
    """Return a classifier whose logits are the means of the channels."""
    head = nn.Linear(3, 3)
    with torch.no_grad():
        head.weight.copy_(torch.eye(3) * 4)
        head.bias.copy_(torch.tensor(bias))
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


def as_tensor(picture):
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1).float() / 255


RGB = ["red", "green", "blue"]


def test_a_class_and_its_per_cent():
    green = Image.new("RGB", (4, 4), (0, 255, 0))
    assert classify_image(green, by_means(), as_tensor, RGB) == f"green: {np.exp(4) / (np.exp(4) + 2):.1%}"
    lines = classify_image(np.asarray(green), by_means((0.0, 0.0, 1.0)), as_tensor, RGB, top=9).splitlines()
    assert [line.split(":")[0] for line in lines] == ["green", "blue", "red"]
    found = top_classes(green, by_means(), as_tensor, RGB, top=3)
    assert sum(value for _, value in found) == pytest.approx(1)


def test_the_model_is_a_guest():
    model = nn.Sequential(by_means(), nn.Dropout(0.9)).train()
    model[0].eval()
    seed = torch.get_rng_state()
    answers = {classify_image(Image.new("RGB", (4, 4), "red"), model, as_tensor, RGB) for _ in range(5)}
    assert len(answers) == 1, "without dropout"
    assert (model.training, model[0].training, model[1].training) == (True, False, True)
    assert torch.equal(seed, torch.get_rng_state())
    assert all(parameter.grad is None for parameter in model.parameters())


class Broken(nn.Module):
    def forward(self, images):
        raise RuntimeError("broken")


def test_a_model_that_raises_gets_its_modes_back():
    model = Broken().train()
    with pytest.raises(RuntimeError, match="broken"):
        classify_image(Image.new("RGB", (4, 4)), model, as_tensor, RGB)
    assert model.training


def test_parts_that_do_not_fit_together_are_told():
    picture = Image.new("RGB", (4, 4))
    with pytest.raises(ValueError, match="the model has 3 classes, there are 1000 categories; pass categories="):
        classify_image(picture, by_means(), as_tensor)
    with pytest.raises(ValueError, match="has 3 classes, there are 2 categories"):
        classify_image(picture, by_means(), as_tensor, ["a", "b"])
    with pytest.raises(ValueError, match=r"logits \(1, classes\), got shape \(1, 3, 4, 4\)"):
        classify_image(picture, nn.Identity(), as_tensor, RGB)
    with pytest.raises(TypeError, match="preprocess must return a float tensor"):
        classify_image(picture, by_means(), np.asarray, RGB)
    for top in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="top must be a whole number"):
            classify_image(picture, by_means(), as_tensor, RGB, top=top)


def test_a_name_that_no_network_has_suggests_near_ones():
    with pytest.raises(ValueError, match=r"no network is called 'resnet5'; did you mean resnet50"):
        load("resnet5")
    with pytest.raises(ValueError, match="did you mean resnet14_cifar10"):
        load("resnet14_cifar")
    with pytest.raises(ValueError, match=r"list_models\(\) has them all"):
        load("???")
    with pytest.raises(ValueError, match="does not classify photographs"):
        load("fasterrcnn_resnet50_fpn")
    with pytest.raises(TypeError, match="name of a network, got int"):
        load(50)


# The embedded networks.


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_card_the_facts_and_the_file_agree(name):
    known, data = embedded.facts(name), (WEIGHTS / f"{name}.safetensors").read_bytes()
    card = (WEIGHTS / f"{name}.md").read_text(encoding="utf-8")
    assert hashlib.sha256(data).hexdigest() == known["sha256"]
    assert len(data) <= 1.5e6
    tensors = load_tensors(data)
    assert {tensor.dtype for tensor in tensors.values() if tensor.ndim > 1} == {torch.float16}
    assert f"{len(data) / 1e6:.2f} MB" in card
    assert f"{count_parameters(embedded.network(name)):,} parameters" in card
    seeds = [line for line in card.splitlines() if line.startswith("| ") and "%" in line]
    assert len(seeds) >= 2
    assert f"{known['accuracy']:.2%}" in seeds[0]
    for words in ("- **Data**", "- **Command**: `python tools/weights.py", "- **Versions**", known["date"]):
        assert words in card


def test_what_the_course_promises_of_them():
    assert embedded.facts("convnet_fashion_mnist")["accuracy"] >= 0.915
    assert embedded.facts("resnet14_cifar10")["accuracy"] >= 0.905
    assert isinstance(embedded.network("convnet_fashion_mnist"), Convnet)
    assert isinstance(embedded.network("resnet14_cifar10"), ResNet14)
    assert not {module.training for name in EMBEDDED for module in embedded.network(name).modules()} - {False}


@pytest.mark.shared
@pytest.mark.skipif(data_folder() is None, reason="needs AINOTES_DATA with the real Fashion-MNIST")
def test_the_embedded_convnet_is_as_good_as_its_card_says():
    network, test = load("convnet_fashion_mnist"), fashion_mnist(train=False, quiet=True)
    assert not test.is_standin
    images = torch.stack([network.preprocess(image) for image in test.images])  # (10000, 1, 28, 28)
    with torch.inference_mode():
        right = network.model(images).argmax(dim=1) == test.labels
    assert right.float().mean().item() == pytest.approx(embedded.facts("convnet_fashion_mnist")["accuracy"], abs=3e-4)


def test_a_damaged_weights_file_is_refused(monkeypatch):
    monkeypatch.setitem(embedded.facts("convnet_fashion_mnist"), "sha256", "0" * 64)
    with pytest.raises(
        ValueError, match=r"convnet_fashion_mnist\.safetensors .*wrong checksum.* install ainotes again"
    ):
        embedded.network("convnet_fashion_mnist")


def test_an_embedded_network_takes_any_photograph():
    network = load("resnet14_cifar10")
    assert network.source.startswith("embedded")
    assert network.is_embedded
    assert network.preprocess(Image.fromarray(skimage.data.astronaut())).shape == (3, 32, 32)
    name, per_cent = network.classify(skimage.data.chelsea()).split(": ")
    assert name in network.categories
    assert per_cent.endswith("%")
    assert len(network.top(skimage.data.chelsea())) == 5
    grey = load("convnet_fashion_mnist")
    assert grey.preprocess(Image.fromarray(skimage.data.astronaut())).shape == (1, 28, 28)


def test_the_preprocessing_is_what_the_images_of_training_got():
    network, known = load("resnet14_cifar10"), embedded.facts("resnet14_cifar10")
    image = torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)
    mean, std = (torch.tensor(known[key]).reshape(3, 1, 1) for key in ("mean", "std"))
    expected = (image.float() / 255 - mean) / std
    assert torch.allclose(network.preprocess(image), expected, atol=1e-6)
    assert torch.allclose(
        network.preprocess(torchvision.transforms.functional.to_pil_image(image)), expected, atol=1e-6
    )


# torchvision's weights.


def test_without_a_network_the_embedded_one_takes_its_place_and_one_sentence_says_so(hub, capsys):
    first, second = load("efficientnet_b2"), load("efficientnet_b2")
    assert first.name == second.name == "resnet14_cifar10"
    assert first.source.startswith("embedded")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith("torchvision's weights of efficientnet_b2 are not on this machine")
    assert first.source in out
    assert not hub.exists()
    load("squeezenet1_1", quiet=True)
    assert capsys.readouterr().out == ""


@needs_squeezenet
def test_a_cached_file_is_taken():
    network = load("squeezenet1_0")
    assert network.source.startswith("torchvision: squeezenet1_0, weights IMAGENET1K_V1, 1,000 classes")
    assert not network.model.training
    assert not network.is_embedded


@needs_squeezenet
def test_squeezenet_names_the_photographs_of_scikit_image():
    network = load("squeezenet1_0")
    name, per_cent = network.classify(skimage.data.chelsea()).split(": ")
    assert name == "Egyptian cat"
    assert float(per_cent.rstrip("%")) == pytest.approx(71, abs=1.5)
    assert network.classify(skimage.data.coffee()).startswith("espresso: ")
    assert network.classify(skimage.data.rocket()).split(": ")[0] in ("missile", "projectile")
    assert classify_image(skimage.data.chelsea(), network.model, network.preprocess).startswith("Egyptian cat")


@pytest.mark.shared
@needs_squeezenet
@pytest.mark.skipif(data_folder() is None, reason="needs AINOTES_DATA with ants and bees")
def test_squeezenet_knows_some_of_the_ants_and_bees():
    network, folder = load("squeezenet1_0"), data_folder() / "hymenoptera_data" / "val"
    right = {}
    for kind in ("ant", "bee"):
        paths = sorted((folder / f"{kind}s").glob("*.jpg"))
        images = torch.stack([network.preprocess(pretrained.open_picture(path)) for path in paths])
        with torch.inference_mode():
            found = network.model(images).argmax(dim=1)
        right[kind] = sum(network.categories[place] == kind for place in found.tolist()), len(paths)
    assert right == {"ant": (39, 70), "bee": (56, 83)}


def squeezenet_weights(tmp_path):
    """Return the bytes of weights for SqueezeNet 1.1, as torchvision saves them."""
    torch.manual_seed(0)
    path = tmp_path / "made.pth"
    torch.save(torchvision.models.squeezenet1_1().state_dict(), path)
    return path.read_bytes()


@pytest.fixture
def made(tmp_path_factory):
    return squeezenet_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def online(hub, monkeypatch, made):
    """A server in place of torchvision's, whose file is one made here; yields what it is asked to do."""
    monkeypatch.delenv("AINOTES_OFFLINE")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download_module, "OPEN_SECONDS", 0.5)
    monkeypatch.setattr(download_module, "READ_SECONDS", 0.5)
    mood = {"kind": "good"}
    true = weights_module.described

    with serving(made) as address:

        def described(weights):
            file = true(weights)
            digest = hashlib.sha256(made).hexdigest()[:8]
            return replace(file, sha256=digest, urls=(f"{address}/{mood['kind']}/{file.name}",))

        monkeypatch.setattr(weights_module, "described", described)
        yield mood


def test_a_download_goes_where_torchvision_looks(online, hub, capfd):
    network = load("squeezenet1_1")
    assert network.source.startswith("torchvision: squeezenet1_1")
    assert "squeezenet1_1" in capfd.readouterr().err, "a progress bar"
    assert [path.name for path in hub.iterdir()] == [Path(SqueezeNet1_1_Weights.DEFAULT.url).name]
    online["kind"] = "forbidden"
    again = load("squeezenet1_1", quiet=True)
    assert capfd.readouterr() == ("", "")
    state = network.model.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in again.model.state_dict().items())


@pytest.mark.parametrize("kind", ["cut", "other", "forbidden", "stall", "silent", "shorter", "page"])
def test_a_download_that_fails_leaves_nothing_and_the_next_call_succeeds(kind, online, hub, capsys):
    online["kind"] = kind
    assert load("squeezenet1_1").is_embedded
    assert "could not be downloaded (127.0.0.1" in capsys.readouterr().out
    assert not hub.exists() or list(hub.iterdir()) == []
    online["kind"] = "good"
    assert not load("squeezenet1_1", quiet=True).is_embedded


def test_a_truncated_file_in_the_cache_is_named_and_left_alone(hub, made, capsys):
    hub.mkdir(parents=True)
    path = hub / Path(SqueezeNet1_1_Weights.DEFAULT.url).name
    path.write_bytes(made[: len(made) // 2])
    assert load("squeezenet1_1").is_embedded
    assert f"delete {path}" in capsys.readouterr().out
    assert path.stat().st_size == len(made) // 2


class Harm:
    def __reduce__(self):
        return (Path.touch, (Path("harm"),))


@pytest.mark.parametrize("legacy", [True, False])
def test_a_file_that_would_run_code_is_not_loaded(legacy, hub, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    hub.mkdir(parents=True)
    path = hub / Path(SqueezeNet1_1_Weights.DEFAULT.url).name
    torch.save({"features.0.weight": Harm()}, path, _use_new_zipfile_serialization=not legacy)
    assert load("squeezenet1_1").is_embedded
    assert "damaged on this machine" in capsys.readouterr().out
    assert not (tmp_path / "harm").exists()


def test_weights_that_are_no_state_are_refused(hub):
    hub.mkdir(parents=True)
    torch.save([1, 2], hub / Path(SqueezeNet1_1_Weights.DEFAULT.url).name)
    with pytest.raises(WeightsError, match="holds a list"):
        fetch_weights(SqueezeNet1_1_Weights.DEFAULT)
    with pytest.raises(TypeError, match="expects weights of torchvision"):
        fetch_weights("squeezenet1_1")


def test_the_published_names_carry_their_checksums():
    assert weights_module.described(SqueezeNet1_0_Weights.DEFAULT).sha256 == "b66bff10"
    for name in torchvision.models.list_models(module=torchvision.models):
        described = weights_module.described(torchvision.models.get_model_weights(name).DEFAULT)
        assert len(described.sha256) >= 8, name


def test_the_door_stays_shut_until_it_is_used():
    code = (
        "import ainotes, sys; print([name for name in ('torch', 'torchvision', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []
