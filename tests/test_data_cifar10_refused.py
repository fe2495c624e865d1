"""Copies of CIFAR-10 that are damaged, hostile or something else: named, refused, and never unpacked to do harm."""

import io
import lzma
import os
import tarfile

import numpy as np
import pytest
from little_cifar import (
    BATCHES,
    FOLDER,
    TAR_GZ,
    TAR_XZ,
    LittleCifar,
    jpeg,
    know_batches,
    known,
    members,
    packed,
    pickled,
    put_batches,
    put_jpeg,
    put_python_archive,
)
from PIL import Image

from ainotes.data import cifar10, cifar_batches, cifar_jpeg, notices, registry


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return an empty data folder beside an empty cache; the registry knows the little data set; no network."""
    yield LittleCifar(tmp_path, monkeypatch).data
    notices.forget()


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
