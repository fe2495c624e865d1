"""`ainotes.data.hymenoptera`: ants and bees from wherever they can be had, complete and safely unpacked, or digits."""

import dataclasses
import hashlib
import io
import stat
import sys
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import ImageFolder

from ainotes.data import (
    digits,
    folders,
    hymenoptera_archive,
    notices,
    photo_sources,
    photographs,
    registry,
)
from ainotes.data import hymenoptera as load
from ainotes.data.download import DownloadError
from ainotes.data.hymenoptera_archive import unpack

SHARED = folders.data_folder()
COUNTS = {"train": (3, 2), "val": (2, 1)}
SHADES = {"ants": 200, "bees": 30}


def jpeg(value, size=(40, 30), form="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, (value, 0, 255 - value)).save(file, form)
    return file.getvalue()


def pictures():
    """Return names and contents of a little set of ants and bees."""
    return {
        f"hymenoptera_data/{part}/{kind}/{i}.jpg": jpeg(SHADES[kind] + i)
        for part, counts in COUNTS.items()
        for kind, count in zip(("ants", "bees"), counts, strict=True)
        for i in range(count)
    }


def zipped(members, **changes):
    """Return a zip archive of names and contents; `changes` are set on the headers of all members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in changes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
    return file.getvalue()


class Place:
    """Two empty folders for data and cache, a network that holds the little archive, and what was asked of it."""

    def __init__(self, root, monkeypatch):
        self.data, self.cache, self.patch = root / "data", root / "cache", monkeypatch
        self.asked = []
        self.data.mkdir()
        monkeypatch.setenv("AINOTES_DATA", str(self.data))
        monkeypatch.setenv("AINOTES_CACHE", str(self.cache))
        monkeypatch.setenv("AINOTES_OFFLINE", "1")
        monkeypatch.setattr(sys.modules["ainotes.data.hymenoptera"], "COUNTS", COUNTS)
        self.serve(zipped(pictures() | {"hymenoptera_data/train/ants/imageNotFound.gif": jpeg(9, form="GIF")}))
        notices.forget()

    def serve(self, archive):
        self.archive = archive
        known = {"sha256": hashlib.sha256(archive).hexdigest()}
        self.patch.setattr(registry, "HYMENOPTERA", dataclasses.replace(registry.HYMENOPTERA, **known))

    def go_online(self):
        def download(file, folder, *, quiet):
            self.asked.append(file.name)
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.archive)
            return path

        self.patch.delenv("AINOTES_OFFLINE")
        self.patch.setattr(registry, "download", download)

    def put(self, folder, without=()):
        for name, content in pictures().items():
            if name not in without:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)


@pytest.fixture
def place(tmp_path, monkeypatch):
    yield Place(tmp_path, monkeypatch)
    notices.forget()


def check(data, part, where):
    """Assert that these are the little photographs."""
    ants, bees = COUNTS[part]
    assert (data.classes, data.is_standin) == (("Ant", "Bee"), False)
    assert data.labels.tolist() == [0] * ants + [1] * bees
    reds = data.images[:, 0].float().mean(dim=(1, 2))
    assert reds.tolist() == pytest.approx([*range(200, 200 + ants), *range(30, 30 + bees)], abs=3)
    assert data.source.startswith("Ants and bees: photographs collected for the Hymenoptera Genome Database")
    assert data.source.endswith(f"; from {where}.")


@pytest.mark.parametrize(("train", "part"), [(True, "train"), (False, "val")])
def test_the_folder_of_the_environment_comes_first(place, train, part, capsys):
    place.put(place.data)
    place.put(place.cache)
    place.go_online()
    data = load(train, size=20)
    check(data, part, "AINOTES_DATA")
    assert data.images.shape[1:] == (3, 20, 20)
    assert data.images.dtype == torch.uint8
    assert (place.asked, capsys.readouterr().out) == ([], "")


def test_then_the_cache(place):
    place.put(place.cache)
    place.go_online()
    check(load(size=20), "train", "the cache")
    assert place.asked == []


def test_then_a_download_which_is_unpacked_into_the_cache_for_everybody(place, capsys):
    place.go_online()
    check(load(size=20), "train", "a download")
    assert sorted(path.name for path in place.cache.iterdir()) == ["derived", "hymenoptera_data"]
    check(load(False, size=20), "val", "the cache")
    assert place.asked == ["hymenoptera_data.zip"]
    assert len(photographs(size=20)[0]) == 5, "the lesson on overfitting finds them too"
    folder = place.cache / "hymenoptera_data" / "val"
    assert ImageFolder(folder).class_to_idx == {"ants": 0, "bees": 1}
    assert capsys.readouterr().out == "Skipped (not a readable photograph): train/ants/imageNotFound.gif.\n"


def test_an_archive_in_the_data_folder_is_unpacked_into_the_cache_and_stays_as_it_is(place):
    (place.data / "hymenoptera_data.zip").write_bytes(place.archive)
    check(load(size=20), "train", "AINOTES_DATA")
    assert [path.name for path in place.data.iterdir()] == ["hymenoptera_data.zip"]
    check(load(False, size=20), "val", "the cache")


def test_an_archive_with_another_checksum_is_named_and_not_opened(place, capsys):
    (place.data / "hymenoptera_data.zip").write_bytes(zipped(pictures()))
    assert load(size=20).is_standin
    said = capsys.readouterr().out
    assert said.startswith(f"Not using the damaged file {place.data / 'hymenoptera_data.zip'}: its checksum is wrong.")


@pytest.mark.parametrize("missing", ["hymenoptera_data/train/bees/1.jpg", "hymenoptera_data/val/ants/0.jpg"])
def test_a_folder_that_lacks_a_photograph_is_named_and_the_next_taken(place, missing, capsys):
    place.put(place.data, without=[missing])
    place.put(place.cache)
    check(load(size=20), "train", "the cache")
    said = capsys.readouterr().out
    assert said.startswith(
        f"Not using the damaged folder {place.data / 'hymenoptera_data'}: {missing.split('/')[1]} holds"
    )
    assert "expects" in said


def test_a_photograph_that_cannot_be_read_counts_as_missing(place, capsys):
    place.put(place.data)
    (place.data / "hymenoptera_data/train/ants/1.jpg").write_bytes(jpeg(1)[:150])
    assert load(size=20).is_standin
    assert "train holds 2 of ants and 2 of bees that can be read, expects 3 and 2" in capsys.readouterr().out


def test_an_incomplete_folder_in_the_cache_is_replaced_by_the_archives(place):
    place.put(place.cache, without=["hymenoptera_data/train/ants/1.jpg"])
    place.go_online()
    check(load(size=20), "train", "a download")
    assert (place.cache / "hymenoptera_data/train/ants/1.jpg").is_file()
    check(load(size=20), "train", "the cache")


def test_offline_the_digits_stand_in_and_are_announced_once(place, capsys):
    train, val = load(size=32), load(False, size=32)
    assert (len(train), len(val)) == (244, 153)
    assert train.labels.bincount().tolist() == [123, 121]
    assert val.labels.bincount().tolist() == [70, 83]
    assert (train.classes, train.is_standin, val.is_standin) == (("Loop", "No loop"), True, True)
    assert train.source == "Handwritten digits that scikit-learn ships, standing in for photographs of ants and bees."
    assert capsys.readouterr().out == (
        "The archive of ants and bees is not on this machine and AINOTES_OFFLINE forbids to download it, so "
        "scikit-learn's handwritten digits stand in for the photographs: with a closed loop or without.\n"
    )


@pytest.mark.parametrize("kept", [load, lambda **given: load(download=False, **given)], ids=["failing", "forbidden"])
def test_without_the_network_the_reason_is_told(place, kept, capsys):
    place.go_online()

    def failing(file, folder, *, quiet):
        raise DownloadError("no connection to download.pytorch.org")

    place.patch.setattr(registry, "download", failing)
    assert kept(size=20).is_standin
    said = capsys.readouterr().out
    assert "(no connection to download.pytorch.org), so" in said or "download=False, so" in said


def test_quiet_says_nothing(place, capfd):
    assert load(size=20, quiet=True).is_standin
    assert capfd.readouterr() == ("", "")


def test_the_digits_are_of_other_writers_in_each_part_and_drawn_dark_on_white():
    arrays = digits.load(40)
    assert arrays["train_images"].shape == (244, 40, 40, 3)
    assert (arrays["train_images"][:, 0].mean(), arrays["train_images"].min()) == (255, 0), "a border of paper"
    assert np.array_equal(arrays["train_images"][..., 0], arrays["train_images"][..., 2])
    again = digits.load(40)
    assert all(np.array_equal(again[name], arrays[name]) for name in arrays)


def test_the_classes_of_the_stand_in_are_those_that_it_says():
    from sklearn.datasets import load_digits

    file = load_digits()
    for part, (begin, end) in {"train": (0, digits.BORDER), "val": (digits.BORDER, 1797)}.items():
        for label, figures in enumerate(digits.DIGITS):
            rows = digits._rows(file.target, part, label)
            assert set(file.target[rows]) == set(figures)
            assert begin <= rows.min() < rows.max() < end


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"train": "val"}, TypeError, "train must be True"),
        ({"size": 224.0}, TypeError, "size must be a whole number"),
        ({"size": True}, TypeError, "size must be a whole number"),
        ({"size": 8}, ValueError, "size must be from 16 to 512"),
    ],
)
def test_what_makes_no_sense_is_refused(given, error, match):
    with pytest.raises(error, match=f"hymenoptera: {match}"):
        load(**given)


# The archive.


@pytest.fixture
def archive(tmp_path):
    def written(content):
        (tmp_path / "a.zip").write_bytes(content)
        (tmp_path / "cache").mkdir(exist_ok=True)
        return tmp_path / "a.zip", tmp_path / "cache"

    return written


def everything_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_unpacking_writes_the_photographs_and_nothing_else(archive, tmp_path):
    extra = {"__MACOSX/x": b"x", "hymenoptera_data/readme": b"x", "hymenoptera_data/val/wasps/1.jpg": b"x"}
    path, cache = archive(zipped(pictures() | extra))
    assert unpack(path, cache) == cache / "hymenoptera_data"
    assert everything_below(cache) == sorted(pictures())
    assert all((cache / name).read_bytes() == content for name, content in pictures().items())
    assert everything_below(tmp_path) == ["a.zip", *(f"cache/{name}" for name in sorted(pictures()))]


EVIL = [
    "../evil.jpg",
    "/tmp/evil.jpg",
    "hymenoptera_data/train/ants/../../../../evil.jpg",
    "hymenoptera_data\\..\\..\\evil.jpg",
    "C:/evil.jpg",
]


@pytest.mark.parametrize("name", EVIL)
def test_a_name_that_leads_outside_is_refused_before_anything_is_written(archive, tmp_path, name):
    path, cache = archive(zipped(pictures() | {name: b"x"}))
    with pytest.raises(ValueError, match="a place outside its folder"):
        unpack(path, cache)
    assert everything_below(tmp_path) == ["a.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(archive, tmp_path, kind):
    path, cache = archive(zipped(pictures(), external_attr=(kind | 0o777) << 16))
    with pytest.raises(ValueError, match="a link or a device"):
        unpack(path, cache)
    assert everything_below(tmp_path) == ["a.zip"]


def test_more_than_the_photographs_can_have_is_refused(archive, monkeypatch):
    name = "hymenoptera_data/train/ants/big.jpg"
    path, cache = archive(zipped(pictures() | {name: bytes(9 << 20)}))
    with pytest.raises(ValueError, match=r"big.jpg has 9,437,184 bytes, expects at most 8,388,608"):
        unpack(path, cache)
    monkeypatch.setattr(hymenoptera_archive, "ARCHIVE_BYTES", 4000)
    path, cache = archive(zipped(pictures()))
    with pytest.raises(ValueError, match=r"unpacks to [\d,]+ bytes, expects at most 4,000"):
        unpack(path, cache)
    monkeypatch.setattr(hymenoptera_archive, "MEMBERS", 5)
    with pytest.raises(ValueError, match="it holds 8 files"):
        unpack(path, cache)
    assert everything_below(cache) == []


def test_an_archive_that_unpacks_to_more_than_it_announces_is_refused(archive):
    content = zipped({"hymenoptera_data/train/ants/0.jpg": bytes(5000)})
    little = (5000).to_bytes(4, "little")
    assert content.count(little) == 2, "in the header of the file and in the directory"
    path, cache = archive(content.replace(little, (50).to_bytes(4, "little")))
    with pytest.raises(ValueError, match=r"cut short or no zip archive|does not have the 50 bytes"):
        unpack(path, cache)
    assert everything_below(cache) == []


@pytest.mark.parametrize("damage", [lambda good: b"", lambda good: good[:-60], lambda good: good[100:]],
                         ids=["empty", "cut short", "without a beginning"])  # fmt: skip
def test_a_damaged_archive_leaves_nothing(archive, damage):
    path, cache = archive(damage(zipped(pictures())))
    with pytest.raises(ValueError, match="cut short or no zip archive"):
        unpack(path, cache)
    assert everything_below(cache) == []


def test_a_photograph_with_a_wrong_checksum_leaves_the_old_folder(archive):
    good = zipped({"hymenoptera_data/train/ants/0.jpg": b"0123456789" * 3}, compress_type=zipfile.ZIP_STORED)
    path, cache = archive(zipped(pictures()))
    unpack(path, cache)
    path.write_bytes(good.replace(b"0123456789", b"0123456780", 1))
    with pytest.raises(ValueError, match="cut short or no zip archive"):
        unpack(path, cache)
    assert everything_below(cache) == sorted(pictures())


def test_an_archive_of_something_else_is_refused(archive):
    path, cache = archive(zipped({"photos/1.jpg": jpeg(1)}))
    with pytest.raises(ValueError, match=r"it holds no hymenoptera_data/\{train,val\}"):
        unpack(path, cache)


def test_an_archive_that_cannot_be_unpacked_is_a_reason_for_the_stand_in(place, capsys):
    place.serve(zipped({"photos/1.jpg": jpeg(1)}))
    place.go_online()
    assert load(size=20).is_standin
    assert "could not be unpacked (it holds no hymenoptera_data" in capsys.readouterr().out


def test_the_published_checksum_is_whole():
    assert len(registry.HYMENOPTERA.sha256) == 64
    assert registry.HYMENOPTERA.size_bytes is None


# The real photographs.


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED and (SHARED / "hymenoptera_data").is_dir()), reason="needs the real photographs in AINOTES_DATA"
)
def test_the_real_photographs_are_complete(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    notices.forget()
    train, val = load(size=32), load(False, size=32)
    assert train.labels.bincount().tolist() == [123, 121]
    assert val.labels.bincount().tolist() == [70, 83]
    assert not train.is_standin
    assert capsys.readouterr().out == "Skipped (not a readable photograph): train/ants/imageNotFound.gif.\n"
    notices.forget()


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED and (SHARED / "hymenoptera_data").is_dir()), reason="needs the real photographs in AINOTES_DATA"
)
def test_the_real_names_are_ones_that_are_unpacked():
    root = SHARED / "hymenoptera_data"
    names = [path.relative_to(SHARED).as_posix() for path in root.rglob("*") if path.is_file()]
    assert len(names) >= 397
    assert [name for name in names if not hymenoptera_archive.PICTURE.fullmatch(name)] == []
    assert photo_sources.ants_and_bees(SHARED) is not None
