"""`save_classifier` and `load_classifier`: the same answers elsewhere, or a sentence that says what is wrong."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision.models import get_model, get_model_weights
from torchvision.transforms import v2

from ainotes.models.heads import concat_head
from ainotes.pretrained import Pretrained, load
from ainotes.transfer import freeze, load_classifier, replace_head, save_classifier
from ainotes.transfer.saved_steps import sample, steps_of, with_steps

CLASSES = ["mug", "cup", "Käse 🧀"]
FROM_OTHERS = {"googlenet": {"transform_input": True, "aux_logits": False, "init_weights": False}}


@pytest.fixture
def network():
    torch.manual_seed(0)
    return load("resnet14_cifar10")


@pytest.fixture
def saved(tmp_path, network):
    """A classifier that was saved: the file, and the model."""
    model = replace_head(network, 3)
    return save_classifier(tmp_path / "mine.safetensors", model, network, CLASSES), model


def torchvisions(name):
    """A network of torchvision as `load` hands it out, with random weights."""
    torch.manual_seed(0)
    model = get_model(name, weights=None, **FROM_OTHERS.get(name, {})).eval()
    weights = get_model_weights(name).DEFAULT
    return Pretrained(name, model, weights.transforms(), tuple(weights.meta["categories"]), "torchvision: random")


def logits(model, network, picture=None):
    with torch.inference_mode():
        return model.eval()(network.preprocess(picture or sample()).unsqueeze(0))


# The same again


@pytest.mark.parametrize("pool", [None, "average", "concat"])
def test_a_loaded_classifier_gives_the_same_logits_classes_and_preprocessing(tmp_path, network, pool):
    model = replace_head(network, 3, pool=pool)
    again = load_classifier(save_classifier(tmp_path / "mine", model, network, CLASSES))
    picture = Image.effect_noise((70, 50), 60).convert("RGB")
    assert again.categories == tuple(CLASSES)
    assert torch.equal(again.preprocess(picture), network.preprocess(picture))
    assert torch.equal(logits(again.model, again, picture), logits(model, network, picture))
    assert not any(module.training for module in again.model.modules())


@pytest.mark.parametrize("name", ["squeezenet1_1", "googlenet", "mobilenet_v3_small"])
def test_a_network_of_torchvision_needs_none_of_its_own_weights_again(tmp_path, name, monkeypatch):
    network = torchvisions(name)
    model = replace_head(network, 3)
    path = save_classifier(tmp_path / "mine", model, network, CLASSES)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *_, **__: pytest.fail("no download is needed"))
    again = load_classifier(path)
    assert torch.equal(logits(again.model, again), logits(model, network))
    assert str(again.preprocess) == str(network.preprocess)


def test_a_linear_head_that_was_trained_on_features_can_be_saved(tmp_path, network):
    head = nn.Linear(128, 3)
    again = load_classifier(save_classifier(tmp_path / "mine", replace_head(network, head), network, CLASSES))
    assert torch.equal(again.model.get_submodule("classifier.2").weight, head.weight)


def test_another_python_loads_it_with_nothing_but_the_file(tmp_path, saved, network):
    path, model = saved
    picture = tmp_path / "new.png"
    sample().save(picture)
    code = (
        "import sys; from ainotes.transfer import load_classifier; "
        "print(load_classifier(sys.argv[1]).top(sys.argv[2], 1)[0][1].hex())"
    )
    said = subprocess.run([sys.executable, "-c", code, path, picture], capture_output=True, text=True, check=True)
    expected = logits(model, network).softmax(dim=1).max().item()
    assert float.fromhex(said.stdout.strip()) == pytest.approx(expected, abs=1e-6)


def test_a_loaded_classifier_can_be_trained_on(saved):
    model = load_classifier(saved[0]).model
    model(torch.rand(2, 3, 32, 32)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_names_what_it_is_and_where_it_comes_from(saved):
    source = load_classifier(saved[0]).source
    assert source == "saved: resnet14_cifar10 with a new head for 3 classes (mug, cup, Käse 🧀), from mine.safetensors."


# A good guest


def test_saving_leaves_the_model_as_it_was_and_draws_nothing_at_random(tmp_path, network):
    model = freeze(replace_head(network, 3)).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    asked = [parameter.requires_grad for parameter in model.parameters()]
    random = torch.get_rng_state()
    load_classifier(save_classifier(tmp_path / "mine", model, network, CLASSES))
    assert torch.equal(torch.get_rng_state(), random)
    assert [module.training for module in model.modules()] == modes
    assert [parameter.requires_grad for parameter in model.parameters()] == asked
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_a_second_save_replaces_the_first_and_leaves_nothing_beside_it(saved, network):
    path, model = saved
    with torch.no_grad():
        model.classifier[2].bias.add_(1)
    save_classifier(path, model, network, CLASSES)
    assert torch.equal(load_classifier(path).model.classifier[2].bias, model.classifier[2].bias)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_save_that_fails_leaves_the_old_file(saved, network, monkeypatch):
    path, model = saved
    before = path.read_bytes()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("ainotes.data.folders.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        save_classifier(path, model, network, CLASSES[::-1])
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_folders_on_the_way_are_made(tmp_path, saved, network):
    assert save_classifier(tmp_path / "a" / "b" / "mine", saved[1], network, CLASSES).is_file()


# Refused on the way in


def test_a_number_of_classes_that_does_not_fit_is_refused(tmp_path, network):
    with pytest.raises(ValueError, match=r"gives logits \(1, 3\) for one image, there are 2 classes"):
        save_classifier(tmp_path / "mine", replace_head(network, 3), network, CLASSES[:2])


def test_a_model_that_cannot_be_built_from_words_is_refused(tmp_path, network):
    deep = nn.Sequential(nn.Linear(128, 8), nn.ReLU(), nn.Linear(8, 3))
    with pytest.raises(ValueError, match="expects a model that replace_head made of resnet14_cifar10 for 3 classes"):
        save_classifier(tmp_path / "mine", replace_head(network, deep), network, CLASSES)
    assert not (tmp_path / "mine").exists()


def test_the_same_shapes_with_another_meaning_are_refused(tmp_path, network):
    model = replace_head(network, 3, pool="average")
    model.pool[0] = nn.AdaptiveMaxPool2d(1)
    with pytest.raises(ValueError, match="this Sequential is another one"):
        save_classifier(tmp_path / "mine", model, network, CLASSES)


def test_a_concat_head_of_another_width_is_refused(tmp_path, network):
    model = replace_head(network, concat_head(128, 3, hidden=64), pool="concat")
    with pytest.raises(ValueError, match="is another one"):
        save_classifier(tmp_path / "mine", model, network, CLASSES)


def test_a_preprocessing_of_the_learners_own_is_refused(tmp_path, network):
    odd = Pretrained(network.name, network.model, lambda _: torch.zeros(3, 32, 32), network.categories, "mine")
    with pytest.raises(ValueError, match="cannot write down the step function"):
        save_classifier(tmp_path / "mine", replace_head(network, 3), odd, CLASSES)


def test_a_step_with_an_argument_that_is_not_written_down_is_found_out():
    class Normalize(v2.Normalize):
        pass

    with pytest.raises(ValueError, match="cannot write down the step Normalize"):
        steps_of(v2.Compose([v2.ToImage(), Normalize([0.5], [0.5])]))


def test_what_is_no_network_no_path_or_a_folder_is_refused(tmp_path, saved, network):
    model = saved[1]
    with pytest.raises(TypeError, match=r"what ainotes\.pretrained\.load returned, got ResNet14"):
        save_classifier(tmp_path / "mine", model, network.model, CLASSES)
    with pytest.raises(TypeError, match="expects the path of a file, got int"):
        save_classifier(3, model, network, CLASSES)
    with pytest.raises(ValueError, match="is a folder"):
        save_classifier(tmp_path, model, network, CLASSES)
    with pytest.raises(TypeError, match="expects a network"):
        save_classifier(tmp_path / "mine", "model", network, CLASSES)


# Refused on the way back


def test_a_missing_file_is_answered_with_near_names(saved):
    with pytest.raises(FileNotFoundError, match=r"did you mean mine\.safetensors\?"):
        load_classifier(saved[0].with_name("mine.safetensor"))


def test_a_folder_is_answered_with_the_files_in_it(saved):
    with pytest.raises(ValueError, match=r"is a folder; give the file in it: mine\.safetensors"):
        load_classifier(saved[0].parent)


@pytest.mark.parametrize("keep", [0, 4, 100, 5000, -1])
def test_a_file_that_was_cut_off_is_refused(saved, keep):
    path = saved[0]
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="is damaged"):
        load_classifier(path)


@pytest.mark.parametrize("place", [-1, -100_000, 300])
def test_one_bit_that_flipped_is_noticed(saved, place):
    path = saved[0]
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"is damaged|was not written by"):
        load_classifier(path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"hello", json.dumps({"a": 1}).encode()])
def test_a_file_that_is_something_else_is_refused(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ValueError, match="no file of save_classifier"):
        load_classifier(tmp_path / "other")


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("a file must not run code",)

    torch.save({"model": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(ValueError, match="no file of save_classifier"):
        load_classifier(tmp_path / "trap.pt")


def test_weights_of_somebody_else_are_refused(tmp_path):
    save_file({"weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="holds weights, but was not written by save_classifier"):
        load_classifier(tmp_path / "other.safetensors")


def rewritten(path, **changes):
    """Write a file anew with other facts and a checksum that is right, as a newer version of the course would."""
    from ainotes.transfer import saving

    facts, state = saving._read(path)
    saving._write(path, facts | changes, state)


def test_a_format_or_a_network_of_a_newer_version_is_named(saved):
    path = saved[0]
    rewritten(path, network="resnet9000")
    with pytest.raises(ValueError, match="a newer version of the course or of torchvision: it holds resnet9000"):
        load_classifier(path)


def test_weights_that_do_not_fit_the_classes_are_refused(saved):
    path = saved[0]
    rewritten(path, classes=["mug", "cup"])
    with pytest.raises(ValueError, match="do not fit resnet14_cifar10"):
        load_classifier(path)


def test_a_step_that_nobody_knows_is_refused(saved):
    path = saved[0]
    rewritten(path, steps=[["Resize", {"edge": 3}]])
    with pytest.raises(ValueError, match="no preprocessing can be made of the steps"):
        load_classifier(path)


# What is in the file


def test_the_file_is_plain_safetensors(saved):
    path, model = saved
    assert load_file(path).keys() == model.state_dict().keys()


def test_steps_give_the_same_numbers_when_made_anew(network):
    for preprocess in (network.preprocess, load("convnet_fashion_mnist").preprocess):
        again = with_steps(json.loads(json.dumps(steps_of(preprocess))))
        picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (45, 90, 3), dtype=np.uint8))
        assert torch.equal(again(picture), preprocess(picture))
