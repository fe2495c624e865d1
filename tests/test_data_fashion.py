"""`ainotes.data.fashion_mnist`: its files and their format. The order of the look-up is in `test_data_lookup.py`."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from little_fashion import LittleFashion, idx

from ainotes.data import fashion, fashion_mnist, folders, notices, registry
from ainotes.data.fashion import read_idx

SHARED = folders.data_folder()
needs_real_data = pytest.mark.skipif(
    not (SHARED and (SHARED / "FashionMNIST").is_dir()), reason="needs the real Fashion-MNIST in AINOTES_DATA"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    yield LittleFashion(tmp_path, monkeypatch)
    notices.forget()


def test_a_damaged_file_in_the_cache_is_downloaded_anew(place):
    asked = place.go_online()
    path = place.put(place.cache, damaged=b"damaged")
    place.check(fashion_mnist(), "train")
    assert asked == ["images.gz"]
    assert path.read_bytes() == place.served["images.gz"]


def test_a_stand_in_has_the_form_of_the_real_images(place):
    found = fashion_mnist(quiet=True)
    assert found.images.shape == (20, 1, 28, 28)
    assert found.images.dtype == torch.uint8
    assert found.classes == fashion.CLASSES


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
