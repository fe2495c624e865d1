"""`ainotes.data.cifar10`: its copies and what is remembered of them, what stands in for it, and what is done with it.

The order of the look-up is in `test_data_lookup.py`, what is refused in `test_data_cifar10_refused.py`.
"""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
import torchvision
from little_cifar import (
    BATCHES,
    FOLDER,
    LittleCifar,
    assert_little_set,
    batch,
    know_batches,
    put_batches,
    put_jpeg,
    put_python_archive,
)
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torch.utils.data import DataLoader

from ainotes.data import (
    augment,
    cifar10,
    cifar_batches,
    cifar_jpeg,
    cifar_tiles,
    folders,
    notices,
    registry,
)
from ainotes.data.cifar_classes import CLASSES, PARTS
from ainotes.models import LeNet5
from ainotes.utils.plot import plot_cifar10_images, plot_per_class_accuracy
from ainotes.utils.train import evaluate, fit, predict

SHARED = folders.data_folder()
TILES = cifar_tiles.COUNTS


@pytest.fixture
def little(tmp_path, monkeypatch):
    yield LittleCifar(tmp_path, monkeypatch)
    notices.forget()


@pytest.fixture
def data(little):
    """An empty data folder beside an empty cache; the registry knows the little data set; no network."""
    return little.data


@pytest.fixture
def cache(little):
    little.cache.mkdir()
    return little.cache


@pytest.fixture
def standin(data, monkeypatch):
    monkeypatch.setattr(cifar_tiles, "COUNTS", TILES)
    return cifar10(quiet=True), cifar10(False, quiet=True)


def test_torchvisions_batches_come_first(little, data, capsys):
    asked = little.go_online()
    put_batches(data)
    put_jpeg(data)
    assert_little_set(cifar10(), "train", tolerance=0)
    assert_little_set(cifar10(False), "test", tolerance=0)
    assert (asked, capsys.readouterr().out) == ([], "")


def test_the_archive_they_came_in_is_as_good(little, data):
    asked = little.go_online()
    put_python_archive(data)
    assert_little_set(cifar10(), "train", tolerance=0)
    assert_little_set(cifar10(False), "test", tolerance=0)
    assert asked == []


def test_then_the_jpeg_archive_which_is_named_as_such(little, data, capsys):
    asked = little.go_online()
    put_jpeg(data)
    train, test = cifar10(quiet=True), cifar10(False, quiet=True)
    assert_little_set(train, "train", tolerance=3)
    assert_little_set(test, "test", tolerance=3)
    assert train.source.startswith("CIFAR-10 as JPEG (")
    assert train.source.endswith(", 30 training images, from AINOTES_DATA.")
    assert (asked, capsys.readouterr().out) == ([], "")


def test_the_folder_of_the_environment_comes_before_the_cache_also_with_the_lesser_copy(little, data, cache):
    put_jpeg(data)
    put_batches(cache)
    assert "as JPEG" in cifar10().source
    (data / "cifar10_jpeg.tar.xz").unlink()
    assert cifar10().source == f"{little.credit}30 training images, from the cache."


def test_decoding_for_the_first_time_shows_a_bar_unless_it_is_to_be_quiet(data, cache, capfd):
    put_jpeg(data)
    cifar10(quiet=True)
    assert capfd.readouterr() == ("", "")
    shutil.rmtree(cache / "derived")
    cifar10()
    assert "Decoding cifar10_jpeg.tar.xz" in capfd.readouterr().err
    cifar10()
    assert capfd.readouterr().err == ""


def test_the_second_call_decodes_nothing(data, monkeypatch):
    put_jpeg(data)
    first = cifar10(quiet=True)
    monkeypatch.setattr(cifar_jpeg, "read", None)  # would fail if it were called
    again = cifar10()
    assert torch.equal(again.images, first.images)
    assert len(cifar10(False)) == 20  # one reading serves both parts
    again.images.zero_()
    assert cifar10().images.any()


def test_a_changed_copy_is_read_anew(data, monkeypatch):
    put_batches(data)
    before = cifar10(False).images
    batches = {**BATCHES, "test_batch": batch("train", [0, 1])}
    know_batches(monkeypatch, batches)
    (data / FOLDER / "test_batch").write_bytes(batches["test_batch"])
    os.utime(data / FOLDER / "test_batch", (1, 1))
    assert not torch.equal(cifar10(False).images, before)


def test_a_damaged_cache_is_made_anew(data, cache):
    put_jpeg(data)
    first = cifar10(quiet=True).images
    for path in (cache / "derived").iterdir():
        path.write_bytes(path.read_bytes()[:-500])
    assert torch.equal(cifar10(quiet=True).images, first)


def test_nothing_is_written_beside_the_data(data):
    put_batches(data)
    put_jpeg(data)
    put_python_archive(data)
    before = sorted((path, path.stat().st_mtime_ns) for path in data.rglob("*"))
    cifar10()
    (data / FOLDER / "test_batch").unlink()
    cifar10()
    put_python_archive(data, b"damaged")
    cifar10()
    assert {path for path, _ in before} - set(data.rglob("*")) == {data / FOLDER / "test_batch"}
    assert len(list(data.rglob("*"))) == len(before) - 1


def test_several_processes_at_once_get_the_same(data, cache):
    put_jpeg(data)
    file = registry.CIFAR10_JPEG
    program = (
        "import dataclasses; from ainotes.data import cifar10, registry\n"
        f"wanted = dict(size_bytes={file.size_bytes}, sha256={file.sha256!r})\n"
        "registry.CIFAR10_JPEG = dataclasses.replace(registry.CIFAR10_JPEG, **wanted)\n"
        "print(cifar10(quiet=True).images.sum().item())"
    )
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate()[0] for process in running}
    assert said == {f"{cifar10(quiet=True).images.sum().item()}\n"}
    assert sorted(path.suffix for path in (cache / "derived").iterdir()) == [".npz", ".npz"]


# The registry, and the stand-in


def test_the_registry_holds_the_files_that_torchvision_takes():
    theirs = torchvision.datasets.CIFAR10
    assert list(map(list, registry.CIFAR10_BATCHES["train"])) == theirs.train_list
    assert list(map(list, registry.CIFAR10_BATCHES["test"])) == theirs.test_list
    assert (registry.CIFAR10.path, registry.CIFAR10.md5) == (theirs.filename, theirs.tgz_md5)
    assert registry.CIFAR10.urls[0] == theirs.url
    assert theirs.base_folder == cifar_batches.FOLDER


def test_the_data_card_gives_the_checksums_of_the_registry():
    card = (folders.checkout() / "data" / "cifar10.md").read_text(encoding="utf-8")
    for file in (registry.CIFAR10, registry.CIFAR10_JPEG):
        assert f"| `{file.path}` | {file.size_bytes:,} | `{file.md5}` | `{file.sha256}` |" in card
    assert ", ".join(CLASSES) in card
    prose = " ".join(card.split())
    assert all(f"{name} (`{file}`)" in prose for name, file in cifar_tiles.FILES.items())


def test_the_stand_in_is_ten_classes_of_photographs_and_none_of_cifar10s(standin):
    train, test = standin
    assert (train.images.shape, test.images.shape) == ((2000, 3, 32, 32), (500, 3, 32, 32))
    assert train.images.dtype == torch.uint8
    assert (train.labels.bincount().tolist(), test.labels.bincount().tolist()) == ([200] * 10, [50] * 10)
    assert train.classes == test.classes
    assert not set(train.classes) & set(CLASSES)
    assert train.source.startswith("2,000 crops of ten photographs that scikit-image ships, standing in")


def test_the_stand_ins_crops_are_the_same_each_time():
    first, second = cifar_tiles.load(), cifar_tiles.load()
    for part in PARTS:
        np.testing.assert_array_equal(first[part]["images"], second[part]["images"])
        assert first[part]["labels"][:11].tolist() == [*range(10), 0]
        assert len(first[part]["labels"]) == 10 * cifar_tiles.COUNTS[part]
        assert first[part]["images"].std(axis=(1, 2, 3)).min() > 1  # no empty picture


def test_no_pixel_of_a_photograph_is_both_trained_on_and_tested_with():
    """On a picture whose colour is the column, the two parts share no colour."""
    columns = np.broadcast_to(np.arange(250, dtype=np.uint8)[None, :, None], (200, 250, 3))
    rng = np.random.default_rng(0)
    seen = {}
    for part in PARTS:
        crops = [cifar_tiles.crop(Image.fromarray(columns.copy()), part, rng) for _ in range(100)]
        seen[part] = {value for crop in crops for value in np.unique(np.asarray(crop)).tolist()}
        assert all(crop.width == crop.height for crop in crops)
    assert max(seen["train"]) < min(seen["test"])


def test_a_scikit_image_without_its_photographs_is_told(monkeypatch):
    monkeypatch.setitem(cifar_tiles.FILES, "Rocket", "no-such-rocket.jpg")
    with pytest.raises(FileNotFoundError, match=r"no-such-rocket\.jpg is missing; reinstall scikit-image"):
        cifar_tiles.paths()


# The lesson's tools on it


def test_its_images_are_drawn_under_the_names_of_what_they_are(standin, data):
    names = cifar_tiles.CLASSES
    titles = [axes.get_title() for axes in plot_cifar10_images(standin[1], names, "cpu").axes]
    assert len(titles) == 28
    assert set(titles) <= set(names)
    put_jpeg(data)
    real = cifar10(False, quiet=True)
    figure = plot_cifar10_images(real.with_normalize(0.5, 0.25), real.classes, "cpu", LeNet5())
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert len(titles) == 20
    assert set(titles) <= {f"{name}?" for name in CLASSES}


@pytest.fixture
def trained(standin, tmp_path):
    """Return LeNet-5 after some epochs on the stand-in, its checkpoint, and how to go on."""
    train, test = (part.with_normalize(0.5, 0.25) for part in standin)
    train = train.with_augment(augment.compose(augment.flip(), augment.shift(2)))
    path = tmp_path / "lenet.pt"

    def go_on(epochs, path=path):
        torch.manual_seed(0)
        model = LeNet5(channels=3, classes=10)
        loader = DataLoader(train, batch_size=50, shuffle=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)
        history = fit(
            loader, model, nn.CrossEntropyLoss(), optimizer, epochs, "cpu", seed=0, checkpoint=path, quiet=True
        )
        return model, history

    return go_on, DataLoader(test, batch_size=250)


def test_lenet_learns_the_stand_in_and_is_told_by_class(trained):
    go_on, test = trained
    model, history = go_on(4)
    assert history["loss"][-1] < history["loss"][0]
    assert evaluate(test, model, nn.CrossEntropyLoss(), "cpu")["acc"] > 0.4  # chance is 0.1
    logits, labels = predict(test, model, "cpu")
    figure = plot_per_class_accuracy(labels, logits.argmax(dim=1), cifar_tiles.CLASSES)
    assert all(name in figure.alt for name in cifar_tiles.CLASSES)


def test_lenet_saved_and_loaded_gives_equal_outputs(trained, tmp_path):
    go_on, test = trained
    model, _ = go_on(1)
    save_file(model.state_dict(), tmp_path / "lenet.safetensors")
    loaded = LeNet5(channels=3, classes=10)
    before, _ = predict(test, loaded, "cpu")
    loaded.load_state_dict(load_file(tmp_path / "lenet.safetensors"))
    after, _ = predict(test, loaded, "cpu")
    wanted, _ = predict(test, model, "cpu")
    assert torch.equal(after, wanted)
    assert not torch.equal(before, wanted)


def test_lenet_resumed_from_its_checkpoint_gives_equal_outputs(trained, tmp_path):
    go_on, test = trained
    whole, _ = go_on(2, tmp_path / "whole.pt")
    go_on(1)
    resumed, history = go_on(2)
    assert len(history["loss"]) == 2
    assert torch.equal(predict(test, resumed, "cpu")[0], predict(test, whole, "cpu")[0])


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(
    not (SHARED and (SHARED / "cifar10_jpeg.tar.xz").is_file()), reason="needs cifar10_jpeg.tar.xz in AINOTES_DATA"
)
def test_the_real_archive_has_its_60_000_images(monkeypatch, tmp_path):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    train = cifar10(quiet=True)
    assert train.images.shape == (50_000, 3, 32, 32)
    assert train.labels.bincount().tolist() == [5000] * 10
    assert train.labels[:11].tolist() == [*range(10), 0]
    mean = train.images.float().mean(dim=(0, 2, 3)) / 255
    # The original's, in every recipe since; JPEG does not move a mean.
    assert torch.allclose(mean, torch.tensor([0.4914, 0.4822, 0.4465]), atol=1e-3)
    monkeypatch.setattr(cifar_jpeg, "read", None)  # would fail if it were called
    test = cifar10(False, quiet=True)
    assert (test.labels.bincount().tolist(), test.classes) == ([1000] * 10, CLASSES)
