"""`ainotes.data.fashion_mnist`: where the images are looked for, and what happens when they are not there."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st

from ainotes.data import fashion, fashion_mnist, folders, full_run, notices, registry
from ainotes.data.download import DownloadError
from ainotes.data.fashion import read_idx
from ainotes.data.files import DataFile
from ainotes.data.garments import store

SHARED = folders.data_folder()
needs_real_data = pytest.mark.skipif(
    not (SHARED and (SHARED / "FashionMNIST").is_dir()), reason="needs the real Fashion-MNIST in AINOTES_DATA"
)


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes(), mtime=0)


class Place:
    """A little data set of twenty images, and folders to put it into."""

    def __init__(self, root):
        self.data, self.cache = root / "data", root / "cache"
        rng = np.random.default_rng(0)
        self.images = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
        self.labels = np.arange(20, dtype=np.uint8) % 10
        self.bytes = {"labels.gz": idx(self.labels), "images.gz": idx(self.images)}
        self.files = tuple(
            DataFile(f"FashionMNIST/raw/{name}", len(b), hashlib.sha256(b).hexdigest(), "", ("http://mirror/",))
            for name, b in self.bytes.items()
        )

    def fill(self, folder, **changed):
        for file in self.files:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(changed.get(file.name.removesuffix(".gz"), self.bytes[file.name]))


@pytest.fixture
def place(tmp_path, monkeypatch):
    place = Place(tmp_path)
    monkeypatch.setattr(registry, "FASHION_MNIST", {"train": place.files, "test": place.files})
    monkeypatch.setattr(store, "COUNT_AND_SEED", {"train": (20, 0), "test": (10, 1)})
    monkeypatch.setenv("AINOTES_DATA", str(place.data))
    monkeypatch.setenv("AINOTES_CACHE", str(place.cache))
    monkeypatch.setenv("AINOTES_OFFLINE", "1")
    monkeypatch.delenv("AINOTES_SHORT", raising=False)
    place.data.mkdir()
    notices.forget()
    yield place
    notices.forget()


@pytest.fixture
def online(place, monkeypatch):
    """Allow downloads, from a network that holds the little data set; the list of what was asked for."""
    asked = []

    def download(file, folder, *, quiet):
        asked.append(file.name)
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(place.bytes[file.name])
        return path

    monkeypatch.delenv("AINOTES_OFFLINE")
    monkeypatch.setattr(registry, "download", download)
    return asked


def test_the_folder_of_the_environment_comes_first(place, online):
    place.fill(place.data)
    place.fill(place.cache)
    data = fashion_mnist()
    assert data.source.endswith("20 training images, from AINOTES_DATA.")
    assert not data.is_standin
    assert online == []
    assert torch.equal(data.images[:, 0], torch.tensor(place.images))
    assert data.labels.tolist() == place.labels.tolist()


def test_then_the_cache(place, online):
    place.fill(place.cache)
    assert "from the cache" in fashion_mnist().source
    assert online == []


def test_then_a_download_which_fills_the_cache(place, online, capsys):
    assert "from a download" in fashion_mnist(False).source
    assert online == ["labels.gz", "images.gz"]
    assert "from the cache" in fashion_mnist(False).source
    assert capsys.readouterr().out == ""


def test_then_the_drawn_garments_announced_once_and_never_as_the_real_thing(place, capsys):
    train, test = fashion_mnist(), fashion_mnist(train=False)
    assert (len(train), len(test)) == (20, 10)
    assert train.is_standin
    assert test.is_standin
    assert train.images.shape == (20, 1, 28, 28)
    assert train.images.dtype == torch.uint8
    assert train.source == "20 garments drawn by code, standing in for Fashion-MNIST's photographs."
    said = capsys.readouterr().out
    assert said == (
        "Fashion-MNIST is not on this machine and AINOTES_OFFLINE forbids to download it, "
        "so garments drawn by code stand in for its photographs.\n"
    )


def test_quiet_says_nothing_about_the_stand_in(place, capsys):
    assert fashion_mnist(quiet=True).is_standin
    assert capsys.readouterr().out == ""


def test_a_failed_download_gives_the_reason_then_the_next_call_succeeds(place, online, monkeypatch, capsys):
    delivering = registry.download

    def failing(file, folder, *, quiet):
        raise DownloadError("mirror answered 403 (Forbidden)")

    monkeypatch.setattr(registry, "download", failing)
    assert fashion_mnist().is_standin
    assert "could not be downloaded (mirror answered 403 (Forbidden)), so garments" in capsys.readouterr().out
    monkeypatch.setattr(registry, "download", delivering)
    assert not fashion_mnist().is_standin


def test_download_false_does_not_ask_the_network(place, online):
    assert fashion_mnist(download=False).is_standin
    assert online == []


@pytest.mark.parametrize("wrong", [b"", b"short", "same length"])
def test_a_damaged_file_is_named_and_passed_over(place, wrong, capsys):
    if wrong == "same length":
        wrong = place.bytes["images.gz"][::-1]
    place.fill(place.data, images=wrong)
    place.fill(place.cache)
    data = fashion_mnist()
    said = capsys.readouterr().out
    assert str(Path("FashionMNIST", "raw", "images.gz")) in said
    assert "Not using the damaged file" in said
    assert not data.is_standin
    assert torch.equal(data.images[:, 0], torch.tensor(place.images))
    assert (place.data / place.files[1].path).read_bytes() == wrong  # it is the owner's to mend


def test_a_damaged_file_in_the_cache_is_downloaded_anew(place, online):
    place.fill(place.cache, images=b"damaged")
    assert not fashion_mnist().is_standin
    assert online == ["images.gz"]
    assert (place.cache / place.files[1].path).read_bytes() == place.bytes["images.gz"]


def test_nothing_is_written_beside_the_data(place):
    place.fill(place.data)
    before = sorted(place.data.rglob("*"))
    for path in (*before, place.data):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    try:
        assert not fashion_mnist().is_standin
    finally:
        for path in (*before, place.data):
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
    assert sorted(place.data.rglob("*")) == before


def test_a_relative_folder_is_found_from_the_notebooks_own_folder(place, tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    (checkout / "notebooks" / "1_part").mkdir(parents=True)
    monkeypatch.setattr(folders, "checkout", lambda: checkout)
    monkeypatch.setenv("AINOTES_DATA", "../data")
    monkeypatch.chdir(checkout / "notebooks" / "1_part")
    assert folders.data_folder() == place.data.resolve()


def test_a_folder_that_is_not_there_is_told_once(place, monkeypatch, capsys):
    monkeypatch.setenv("AINOTES_DATA", "no/such/folder")
    fashion_mnist(quiet=True)
    fashion_mnist(quiet=True)
    assert capsys.readouterr().out.count("'no/such/folder', which is not there") == 1


def test_a_cache_that_cannot_be_made_is_replaced_by_another(place, tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path / "a file" / "cache"))
    monkeypatch.setattr(folders, "checkout", lambda: None)
    monkeypatch.setattr(folders, "_user_cache", lambda: tmp_path / "user")
    assert folders.cache_folder() == tmp_path / "user" / "ainotes"


def test_the_checkout_is_this_one():
    assert folders.checkout() == Path(__file__).resolve().parents[1]


def test_train_must_be_true_or_false(place):
    with pytest.raises(TypeError, match="must be True"):
        fashion_mnist("test")


@pytest.mark.parametrize(("short", "full"), [(None, True), ("", True), ("0", True), ("1", False), ("yes", False)])
def test_a_lesson_runs_in_full_on_real_data_unless_told_otherwise(place, monkeypatch, short, full):
    assert not full_run(fashion_mnist())
    place.fill(place.data)
    if short is not None:
        monkeypatch.setenv("AINOTES_SHORT", short)
    assert full_run(fashion_mnist()) is full


def test_the_registry_holds_the_files_that_torchvision_takes():
    files = [file for part in registry.FASHION_MNIST.values() for file in part]
    assert sorted((file.name, file.md5) for file in files) == sorted(torchvision.datasets.FashionMNIST.resources)
    assert all(url.endswith(file.name) for file in files for url in file.urls)
    assert torchvision.datasets.FashionMNIST.mirrors[0] in files[0].urls[0]


def test_the_data_card_gives_the_checksums_of_the_registry():
    card = (folders.checkout() / "data" / "fashion_mnist.md").read_text(encoding="utf-8")
    for file in (file for part in registry.FASHION_MNIST.values() for file in part):
        assert f"| `{file.name}` | {file.size_bytes:,} | `{file.md5}` | `{file.sha256}` |" in card


def test_the_classes_are_those_of_the_course():
    theirs = torchvision.datasets.FashionMNIST.classes
    assert len(fashion.CLASSES) == len(theirs)
    assert all(ours.lower() == name.split("/")[0].lower() for ours, name in zip(fashion.CLASSES, theirs, strict=True))


@given(shape=st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_an_idx_file_comes_back_as_it_was(shape, tmp_path_factory):
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path = tmp_path_factory.mktemp("idx") / "file.gz"
    path.write_bytes(idx(array))
    back = read_idx(path)
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)


WHOLE = idx(np.zeros((3, 28, 28), dtype=np.uint8))
RAW = gzip.decompress(WHOLE)


def zipped(content):
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[:-12], "damaged"),
        (WHOLE[:10] + b"\xff\xff\xff" + WHOLE[13:], "damaged"),
        (b"not gzip at all", "damaged"),
        (b"", "begins 00 00 08"),
        (zipped(b"\x00\x00\x0d\x03" + RAW[4:]), "begins 00 00 08; got 00 00 0d 03"),
        (zipped(b"PK\x03\x04" + RAW[4:]), "begins 00 00 08"),
        (zipped(RAW[:-1]), "promises .3, 28, 28., 2,352 bytes; the file holds 2,351"),
        (zipped(RAW + b"!"), "the file holds more"),
        (zipped(RAW[:10]), "promises"),
    ],
    ids=["cut", "scratched", "not gzip", "empty", "of doubles", "zip", "a byte less", "a byte more", "no header"],
)
def test_a_file_that_is_not_idx_is_refused_by_name(content, message, tmp_path):
    path = tmp_path / "some-file.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(path)
    assert "some-file.gz" in str(caught.value)


@pytest.mark.shared
@needs_real_data
def test_the_real_images_are_those_that_torchvision_reads(monkeypatch, tmp_path):
    monkeypatch.setenv("AINOTES_DATA", str(SHARED))
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for file in (file for part in registry.FASHION_MNIST.values() for file in part):
        (raw / file.name.removesuffix(".gz")).write_bytes(gzip.decompress((SHARED / file.path).read_bytes()))
    ours, theirs = fashion_mnist(train=False), torchvision.datasets.FashionMNIST(str(tmp_path), train=False)
    assert torch.equal(ours.images[:, 0], theirs.data)
    assert torch.equal(ours.labels, theirs.targets)
    assert len(fashion_mnist()) == 60_000
    assert not ours.is_standin
