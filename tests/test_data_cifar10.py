"""`ainotes.data.cifar10`: where the images are looked for, what is refused, and what stands in for them."""

import dataclasses
import hashlib
import io
import lzma
import os
import pickle
import subprocess
import sys
import tarfile
from typing import ClassVar

import numpy as np
import pytest
import torch
import torchvision
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
    full_run,
    notices,
    registry,
)
from ainotes.data.cifar_classes import CLASSES, PARTS
from ainotes.data.download import DownloadError
from ainotes.models import LeNet5
from ainotes.utils.plot import plot_cifar10_images, plot_per_class_accuracy
from ainotes.utils.train import evaluate, fit, predict

SHARED = folders.data_folder()
COUNTS = {"train": 3, "test": 2}  # of each class
TILES = cifar_tiles.COUNTS
EXACT = "CIFAR-10 (Krizhevsky, 2009), "


def shade(part, label, number):
    """Return the colour of a picture of the little data set; every one has its own."""
    return (20 * label + 10 * number, 200 if part == "train" else 50, 90)


def jpeg(colour=(9, 9, 9), size=(32, 32), form="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form, quality=95)
    return file.getvalue()


def members():
    """Return the little data set as JPEG files, the last picture first."""
    return [
        (f"{part}/{name.lower()}/{number:04}.jpg", jpeg(shade(part, label, number)))
        for part in PARTS
        for label, name in enumerate(CLASSES)
        for number in reversed(range(COUNTS[part]))
    ]


def packed(files, mode="w:xz", extra=()):
    """Return a tar archive of (name, content) and of ready members."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return file.getvalue()


class Python2Pickler(pickle._Pickler):
    """Pickles as the author's Python 2 did: strings, and the bytes of arrays, are both byte strings."""

    def save_string(self, content):
        content = content.encode("latin1") if isinstance(content, str) else content
        self.write(pickle.BINSTRING + len(content).to_bytes(4, "little") + content)

    dispatch: ClassVar = {**pickle._Pickler.dispatch, bytes: save_string, str: save_string}


def pickled(content):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(content)
    return file.getvalue()


def batch(part, numbers):
    """Return a batch as the author pickled it."""
    pairs = [(number, label) for number in numbers for label in range(10)]
    images = np.empty((len(pairs), 3, 32, 32), dtype=np.uint8)
    for row, (number, label) in enumerate(pairs):
        images[row] = np.array(shade(part, label, number), dtype=np.uint8)[:, None, None]
    content = {"data": images.reshape(-1, 3072), "labels": [label for _, label in pairs], "batch_label": part}
    return pickled(content)


BATCHES = {
    "data_batch_1": batch("train", [0, 1]),
    "data_batch_2": batch("train", [2]),
    "test_batch": batch("test", [0, 1]),
}
TAR_GZ = packed([(f"cifar-10-batches-py/{name}", content) for name, content in BATCHES.items()], "w:gz")
TAR_XZ = packed(members())
FOLDER = "cifar-10-batches-py"


def known(file, content):
    """Return what the registry would say of a file with this content."""
    return dataclasses.replace(file, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def know_batches(monkeypatch, batches):
    sums = {name: (name, md5(content)) for name, content in batches.items()}
    parts = {"train": (sums["data_batch_1"], sums["data_batch_2"]), "test": (sums["test_batch"],)}
    monkeypatch.setattr(registry, "CIFAR10_BATCHES", parts)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return an empty data folder beside an empty cache; the registry knows the little data set; no network."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("AINOTES_DATA", str(folder))
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AINOTES_OFFLINE", "1")
    monkeypatch.delenv("AINOTES_SHORT", raising=False)
    monkeypatch.setattr(cifar_tiles, "COUNTS", {"train": 4, "test": 2})
    monkeypatch.setattr(registry, "CIFAR10", known(registry.CIFAR10, TAR_GZ))
    monkeypatch.setattr(registry, "CIFAR10_JPEG", known(registry.CIFAR10_JPEG, TAR_XZ))
    know_batches(monkeypatch, BATCHES)
    notices.forget()
    yield folder
    notices.forget()


@pytest.fixture
def cache(data, tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.fixture
def online(data, monkeypatch):
    """Allow downloads, from a network that holds the little data set; the list of what was asked for."""
    asked = []

    def download(file, folder, *, quiet):
        asked.append(file.name)
        (folder / file.path).write_bytes(TAR_GZ)
        return folder / file.path

    monkeypatch.delenv("AINOTES_OFFLINE")
    monkeypatch.setattr(registry, "download", download)
    return asked


def put_batches(folder, **changed):
    (folder / FOLDER).mkdir(parents=True)
    for name, content in BATCHES.items():
        (folder / FOLDER / name).write_bytes(changed.get(name, content))


def put_jpeg(folder, content=TAR_XZ):
    (folder / "cifar10_jpeg.tar.xz").write_bytes(content)


def put_python_archive(folder, content=TAR_GZ):
    (folder / "cifar-10-python.tar.gz").write_bytes(content)


def assert_little_set(found, part, tolerance):
    """Every picture has its own colour, so the colours say that pixels and labels belong together."""
    assert not found.is_standin
    assert found.classes == CLASSES
    assert found.images.dtype == torch.uint8
    assert found.images.shape == (10 * COUNTS[part], 3, 32, 32)
    assert found.labels.tolist() == list(range(10)) * COUNTS[part]
    for row, (image, label) in enumerate(zip(found.images, found.labels.tolist(), strict=True)):
        wanted = torch.tensor(shade(part, label, row // 10)).reshape(3, 1, 1)
        assert (image.int() - wanted).abs().max() <= tolerance


def test_torchvisions_batches_come_first(data, online, capsys):
    put_batches(data)
    put_jpeg(data)
    for train, part in ((True, "train"), (False, "test")):
        found = cifar10(train)
        assert_little_set(found, part, tolerance=0)
    assert found.source == f"{EXACT}20 test images, from AINOTES_DATA."
    assert (online, capsys.readouterr().out) == ([], "")


def test_the_archive_they_came_in_is_as_good(data, online):
    put_python_archive(data)
    assert_little_set(cifar10(), "train", tolerance=0)
    assert_little_set(cifar10(False), "test", tolerance=0)
    assert online == []


def test_then_the_jpeg_archive_which_is_named_as_such(data, online, capsys):
    put_jpeg(data)
    train, test = cifar10(quiet=True), cifar10(False, quiet=True)
    assert_little_set(train, "train", tolerance=3)
    assert_little_set(test, "test", tolerance=3)
    assert train.source.startswith("CIFAR-10 as JPEG (")
    assert train.source.endswith(", 30 training images, from AINOTES_DATA.")
    assert (online, capsys.readouterr().out) == ([], "")


def test_the_folder_of_the_environment_comes_before_the_cache(data, cache):
    put_jpeg(data)
    put_batches(cache)
    assert "as JPEG" in cifar10().source
    (data / "cifar10_jpeg.tar.xz").unlink()
    assert cifar10().source == f"{EXACT}30 training images, from the cache."


def test_then_a_download_which_fills_the_cache(data, online, capsys):
    found = cifar10(False)
    assert_little_set(found, "test", tolerance=0)
    assert "from a download" in found.source
    assert "from the cache" in cifar10().source
    assert (online, capsys.readouterr().out) == (["cifar-10-python.tar.gz"], "")


def test_then_crops_of_photographs_announced_once_and_never_as_the_real_thing(data, monkeypatch, capsys):
    monkeypatch.setattr(cifar_tiles, "COUNTS", TILES)
    train, test = cifar10(), cifar10(train=False)
    assert train.is_standin
    assert test.is_standin
    assert (train.images.shape, test.images.shape) == ((2000, 3, 32, 32), (500, 3, 32, 32))
    assert train.images.dtype == torch.uint8
    assert (train.labels.bincount().tolist(), test.labels.bincount().tolist()) == ([200] * 10, [50] * 10)
    assert train.classes == test.classes
    assert not set(train.classes) & set(CLASSES)
    assert train.source == (
        "2,000 crops of ten photographs that scikit-image ships, standing in for CIFAR-10's photographs."
    )
    assert capsys.readouterr().out == (
        "CIFAR-10 is not on this machine and AINOTES_OFFLINE forbids to download it, "
        "so crops of ten photographs that scikit-image ships stand in for its photographs.\n"
    )
    assert not full_run(train)


def test_quiet_says_nothing(data, capfd):
    assert cifar10(quiet=True).is_standin
    put_jpeg(data)
    assert not cifar10(quiet=True).is_standin
    assert capfd.readouterr() == ("", "")


def test_decoding_for_the_first_time_shows_a_bar(data, capfd):
    put_jpeg(data)
    cifar10()
    assert "Decoding cifar10_jpeg.tar.xz" in capfd.readouterr().err
    cifar10()
    assert capfd.readouterr().err == ""


def test_a_failed_download_gives_the_reason_then_the_next_call_succeeds(data, online, monkeypatch, capsys):
    delivering = registry.download

    def failing(file, folder, *, quiet):
        raise DownloadError("mirror answered 403 (Forbidden)")

    monkeypatch.setattr(registry, "download", failing)
    assert cifar10().is_standin
    assert "could not be downloaded (mirror answered 403 (Forbidden)), so crops" in capsys.readouterr().out
    monkeypatch.setattr(registry, "download", delivering)
    assert not cifar10().is_standin


def test_download_false_does_not_ask_the_network(data, online):
    assert cifar10(download=False).is_standin
    assert online == []


def test_train_must_be_true_or_false(data):
    with pytest.raises(TypeError, match="cifar10: train must be True"):
        cifar10("test")


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


# Copies that are not what they should be


@pytest.mark.parametrize("wrong", [b"", b"short", "same length"])
def test_a_damaged_batch_is_named_and_the_next_copy_taken(data, wrong, capsys):
    wrong = BATCHES["data_batch_2"][::-1] if wrong == "same length" else wrong
    put_batches(data, data_batch_2=wrong)
    put_jpeg(data)
    assert "as JPEG" in cifar10(quiet=True).source
    assert capsys.readouterr().out == (
        f"Not using the damaged folder {data / FOLDER}: the checksum of data_batch_2 is wrong.\n"
    )
    assert (data / FOLDER / "data_batch_2").read_bytes() == wrong  # it is the owner's to mend


def test_without_all_six_batches_it_is_no_copy(data, capsys):
    put_batches(data)
    (data / FOLDER / "test_batch").unlink()
    assert cifar10(quiet=True).is_standin
    assert capsys.readouterr().out == ""


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_that_runs_code_is_not_opened(data, tmp_path, capsys):
    put_batches(data, test_batch=pickled({"data": Evil(tmp_path / "ran"), "labels": [0]}))
    assert cifar10(quiet=True).is_standin
    assert not (tmp_path / "ran").exists()
    assert "the checksum of test_batch is wrong" in capsys.readouterr().out


@pytest.mark.parametrize("make", [Evil, lambda path: np.array([Evil(path)], dtype=object), lambda path: os.system])
def test_nor_would_it_run_if_its_checksum_were_right(data, make, tmp_path, monkeypatch, capsys):
    evil = pickled({"data": make(tmp_path / "ran"), "labels": [0]})
    know_batches(monkeypatch, {**BATCHES, "test_batch": evil})
    put_batches(data, test_batch=evil)
    assert cifar10(quiet=True).is_standin
    assert not (tmp_path / "ran").exists()
    assert "a batch of CIFAR-10 has no use for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"data": np.zeros((1, 3072), np.float32), "labels": [0]}, "holds float32 .1, 3072., expects uint8"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}, r"expects uint8 \(1, 3072\)"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, "labels from 10 to 10, expects 0 to 9"),
    ],
    ids=["floats", "one label too few", "an eleventh class"],
)
def test_a_batch_of_another_shape_is_refused(content, message, monkeypatch, tmp_path):
    other = pickled(content)
    know_batches(monkeypatch, {**BATCHES, "test_batch": other})
    put_batches(tmp_path, test_batch=other)
    with pytest.raises(ValueError, match=message):
        cifar_batches.read_folder(tmp_path / FOLDER)


@pytest.mark.parametrize("keep", [0, 100, -100])
def test_a_damaged_python_archive_is_named_and_passed_over(data, keep, capsys):
    put_python_archive(data, TAR_GZ[:keep])
    assert cifar10().is_standin
    said = capsys.readouterr().out
    held = f"it has {len(TAR_GZ[:keep]):,} bytes instead of {len(TAR_GZ):,}"
    assert f"Not using the damaged file {data / 'cifar-10-python.tar.gz'}: {held}.\n" in said
    assert said.count("Not using") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no archive", "no tar.gz archive"), (packed([], "w:gz"), "holds no data_batch_1")],
    ids=["text", "empty archive"],  # a gzip file holds the time it was made, and two workers must agree on the ids
)
def test_a_python_archive_without_its_batches_is_refused(content, message, monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "CIFAR10", known(registry.CIFAR10, content))
    put_python_archive(tmp_path, content)
    with pytest.raises(ValueError, match=message):
        cifar_batches.read_archive(tmp_path / "cifar-10-python.tar.gz")


@pytest.mark.parametrize(
    "content",
    [TAR_XZ[:0], TAR_XZ[:500], TAR_XZ[:-1], packed(members()[1:]), b"no archive"],
    ids=["nothing", "a beginning", "all but a byte", "another archive", "text"],
)
def test_another_jpeg_archive_than_the_known_one_is_named_and_passed_over(data, content, capsys):
    put_jpeg(data, content)
    assert cifar10().is_standin
    said = capsys.readouterr().out
    assert f"Not using the damaged file {data / 'cifar10_jpeg.tar.xz'}: it " in said
    assert "so it is not the archive that this course knows" in said
    assert (data / "cifar10_jpeg.tar.xz").read_bytes() == content  # it is the owner's to mend


def special(name, kind, **values):
    member = tarfile.TarInfo(name)
    member.type = kind
    for key, value in values.items():
        setattr(member, key, value)
    return member


def with_file(name, content=None):
    return packed([*members(), (name, jpeg() if content is None else content)])


def with_member(member):
    return packed(members(), extra=[member])


HOSTILE = {
    "a path upwards": (lambda: with_file("../outside.jpg"), "it holds '../outside.jpg'"),
    "a path through a class": (lambda: with_file("train/cat/../../../outside.jpg"), "it holds 'train/cat/"),
    "an absolute path": (lambda: with_file("/train/cat/0009.jpg"), "it holds '/train/cat/0009.jpg'"),
    "another class": (lambda: with_file("train/unicorn/0001.jpg"), "it holds 'train/unicorn"),
    "another file": (lambda: with_file("train/cat/setup.py"), "it holds 'train/cat/setup.py'"),
    "a long name": (lambda: with_file("train/" + "x" * 5000), "it holds 'train/x{74}'$"),
    "a link": (lambda: with_member(special("train/cat/0009.jpg", tarfile.SYMTYPE, linkname="/etc/passwd")), "0009"),
    "a hard link": (lambda: with_member(special("test/cat/0009.jpg", tarfile.LNKTYPE, linkname="train/cat")), "0009"),
    "a device": (lambda: with_member(special("train/cat/0009.jpg", tarfile.CHRTYPE, devmajor=1)), "it holds 'train"),
    "a pipe": (lambda: with_member(special("train/cat/0009.jpg", tarfile.FIFOTYPE)), "it holds 'train/cat/0009.jpg'"),
    "a giant": (lambda: with_member(special("train/cat/0009.jpg", tarfile.REGTYPE, size=30_000)), "has 30,000 bytes"),
    "an empty file": (lambda: with_file("train/cat/0009.jpg", b""), "has 0 bytes, expects 1 to"),
    "a name twice": (lambda: with_file("train/cat/0001.jpg"), "train/cat holds number 1 twice"),
    "a number twice": (lambda: with_file("./train/cat/1.jpeg"), "train/cat holds number 1 twice"),
    "a picture more": (lambda: with_file("train/cat/0009.jpg"), "as many train pictures of each class.*4 of cat"),
    "a class less": (lambda: packed(members()[:-2]), "as many test pictures of each class.*0 of truck"),
    "nothing": (lambda: packed([]), "as many train pictures of each class.*0 of airplane"),
    "a large picture": (
        lambda: packed([*members()[1:], ("train/airplane/2.jpg", jpeg(size=(99, 32)))]),
        "32x99 pixels",
    ),
    "a picture cut short": (lambda: packed([*members()[1:], ("train/airplane/2.jpg", jpeg()[:400])]), "readable JPEG"),
    "another format": (
        lambda: packed([*members()[1:], ("train/airplane/2.jpg", jpeg(form="PNG"))]),
        "train/airplane/0002.jpg is no readable JPEG",
    ),
    "text": (lambda: b"no archive at all", "cut short or no tar.xz archive"),
    "no tar": (lambda: lzma.compress(b"no tar " * 1000), "cut short or no tar.xz archive"),
    "an empty file for an archive": (lambda: b"", "cut short or no tar.xz archive"),
    "the first half": (lambda: TAR_XZ[: len(TAR_XZ) // 2], "cut short or no tar.xz archive"),
    "a byte less": (lambda: TAR_XZ[:-1], "cut short or no tar.xz archive"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_an_archive_that_holds_anything_else_is_refused_and_writes_nothing(case, tmp_path):
    make, message = HOSTILE[case]
    path = tmp_path / "below" / "cifar10_jpeg.tar.xz"
    path.parent.mkdir()
    path.write_bytes(make())
    with pytest.raises(ValueError, match=message):
        cifar_jpeg.read(path)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_bomb_is_not_unpacked_to_its_end(kind, tmp_path, monkeypatch):
    """A member, or a header, that says it has more than the whole archive may have."""
    monkeypatch.setattr(cifar_jpeg, "ARCHIVE_BYTES", 1_000_000)
    monkeypatch.setattr(cifar_jpeg, "MEMBER_BYTES", 1 << 40)
    header = special("train/cat/0009.jpg", kind, size=1 << 34).tobuf(tarfile.GNU_FORMAT)
    path = tmp_path / "bomb.tar.xz"
    path.write_bytes(lzma.compress(header + bytes(3_000_000)))
    with pytest.raises(ValueError, match="unpacks to more than 1,000,000 bytes"):
        cifar_jpeg.read(path)


def test_folders_in_the_archive_say_nothing(tmp_path):
    path = tmp_path / "archive.tar.xz"
    path.write_bytes(
        packed(members(), extra=[special("../..", tarfile.DIRTYPE), special("train/cat", tarfile.DIRTYPE)])
    )
    assert len(cifar_jpeg.read(path)["train"]["labels"]) == 30
    assert list(tmp_path.iterdir()) == [path]


def test_a_grey_jpeg_becomes_three_equal_channels(tmp_path):
    grey = io.BytesIO()
    Image.new("L", (32, 32), 77).save(grey, "JPEG")
    path = tmp_path / "archive.tar.xz"
    path.write_bytes(packed([*members()[1:], ("train/airplane/0002.jpg", grey.getvalue())]))
    image = cifar_jpeg.read(path)["train"]["images"][20]  # the third airplane
    assert np.unique(image).tolist() == [77]


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


@pytest.fixture
def standin(data, monkeypatch):
    monkeypatch.setattr(cifar_tiles, "COUNTS", TILES)
    return cifar10(quiet=True), cifar10(False, quiet=True)


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
