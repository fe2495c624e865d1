"""`ainotes.data.photographs`: colour photographs of two classes, whatever this machine has."""

import dataclasses
import hashlib
import io
import pickle
import subprocess
import sys
import tarfile

import numpy as np
import pytest
import torch
from PIL import Image

from ainotes.data import cifar10, folders, notices, photo_arrays, photo_crops, photo_sources, photographs, registry
from ainotes.data.cifar_classes import CLASSES

SHARED = folders.data_folder()


def encoded(value, size=(40, 30), form="JPEG", **options):
    file = io.BytesIO()
    Image.new("RGB", size, (value, 0, 255 - value)).save(file, form, **options)
    return file.getvalue()


def cifar_archive():
    """Return CIFAR-10 as a JPEG archive, with five pictures of each class; each its own shade."""
    members = [
        (f"{part}/{kind.lower()}/{i:04}.jpg", encoded(40 * i + label, (32, 32)))
        for part in ("train", "test")
        for label, kind in enumerate(CLASSES)
        for i in range(5)
    ]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


CIFAR = cifar_archive()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return an empty data folder; the cache is empty too."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("AINOTES_DATA", str(folder))
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(photo_sources, "CAT_DOG_COUNTS", {"train": 3, "val": 2})
    known = {"size_bytes": len(CIFAR), "sha256": hashlib.sha256(CIFAR).hexdigest()}
    monkeypatch.setattr(registry, "CIFAR10_JPEG", dataclasses.replace(registry.CIFAR10_JPEG, **known))
    notices.forget()
    yield folder
    notices.forget()


def ants_and_bees(folder):
    for part, count in (("train", 3), ("val", 2)):
        for kind, value in (("ants", 200), ("bees", 30)):
            place = folder / "hymenoptera_data" / part / kind
            place.mkdir(parents=True)
            for i in range(count):
                (place / f"{i}.jpg").write_bytes(encoded(value))
    return folder / "hymenoptera_data"


def put_cifar(folder, content=CIFAR):
    (folder / "cifar10_jpeg.tar.xz").write_bytes(content)


def test_ants_and_bees_come_first(data, capsys):
    ants_and_bees(data)
    put_cifar(data)
    train, val = photographs(size=20)
    assert train.images.shape == (6, 3, 20, 20)
    assert train.images.dtype == torch.uint8
    assert (train.classes, len(val)) == (("Ant", "Bee"), 4)
    assert train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert train.images[0, 0].float().mean() > 180 > 60 > train.images[-1, 0].float().mean()
    assert not train.is_standin
    assert capsys.readouterr().out == ""


def test_what_is_no_photograph_is_named_in_one_line_and_skipped(data, capsys):
    root = ants_and_bees(data)
    (root / "train" / "ants" / "placeholder.gif").write_bytes(encoded(1, form="GIF"))
    (root / "train" / "bees" / "broken.jpg").write_bytes(encoded(1)[:200])
    (root / "val" / "ants" / "empty.png").write_bytes(b"")
    train, val = photographs(size=20)
    assert (len(train), len(val)) == (6, 4)
    assert capsys.readouterr().out == (
        "Skipped (not a readable photograph): train/ants/placeholder.gif, train/bees/broken.jpg, val/ants/empty.png.\n"
    )


def test_a_class_without_a_readable_photograph_is_passed_over(data, capsys):
    root = ants_and_bees(data)
    for path in (root / "val" / "bees").iterdir():
        path.write_bytes(b"")
    assert photographs(size=20)[0].is_standin
    said = capsys.readouterr().out
    assert f"Not using the damaged {root}: val/bees" in said
    assert "bees holds no readable photograph" in said


def test_then_cats_and_dogs_of_cifar10(data, tmp_path, capsys):
    put_cifar(data)
    before = sorted(p for p in tmp_path.rglob("*") if "cache" not in p.parts)
    train, val = photographs(size=24)
    assert (train.classes, len(train), len(val)) == (("Cat", "Dog"), 6, 4)
    assert train.labels.tolist() == [0, 1] * 3
    assert not train.is_standin
    assert sorted(p for p in tmp_path.rglob("*") if "cache" not in p.parts) == before
    assert capsys.readouterr().out == (
        "The photographs of ants and bees are not on this machine, so cats and dogs of CIFAR-10, enlarged, "
        "take their place.\n"
    )


@pytest.mark.parametrize(("part", "number"), [("train", 0), ("val", 1)])
def test_the_cats_and_dogs_are_those_that_cifar10_gives(data, part, number):
    put_cifar(data)
    few, every = photographs(size=32)[number], cifar10(train=part == "train", quiet=True)
    for kind, name in enumerate(few.classes):
        theirs = every.images[every.labels == every.classes.index(name)]
        chosen = few.images[few.labels == kind]
        assert len({image.numpy().tobytes() for image in chosen}) == len(chosen)
        assert all((theirs == image).flatten(1).all(dim=1).any() for image in chosen)


def test_cats_and_dogs_also_come_from_torchvisions_batches(data, monkeypatch):
    (data / "cifar-10-batches-py").mkdir()
    known = {"train": [], "test": []}
    for part, name, shade in (("train", "data_batch_1", 10), ("test", "test_batch", 200)):
        images = np.full((50, 3072), shade, dtype=np.uint8)
        content = pickle.dumps({"data": images, "labels": list(range(10)) * 5}, protocol=4)
        (data / "cifar-10-batches-py" / name).write_bytes(content)
        known[part].append((name, hashlib.md5(content, usedforsecurity=False).hexdigest()))
    monkeypatch.setattr(registry, "CIFAR10_BATCHES", known)
    train, val = photographs(size=24)
    assert (train.classes, len(train), len(val)) == (("Cat", "Dog"), 6, 4)
    assert (train.images.unique().tolist(), val.images.unique().tolist()) == ([10], [200])


@pytest.mark.parametrize("keep", [0, 100, 700])
def test_a_damaged_archive_is_named_and_passed_over(data, keep, capsys):
    put_cifar(data, CIFAR[:keep])
    assert photographs(size=20)[0].is_standin
    assert "cifar10_jpeg.tar.xz" in capsys.readouterr().out


def test_the_embedded_photographs_need_no_data(data, capsys):
    train, val = photographs(size=32)
    assert train.is_standin
    assert train.classes == val.classes == ("Natural", "Made")
    assert (len(train), len(val)) == (240, 120)
    assert train.labels.bincount().tolist() == [120, 120]
    assert train.images.float().std(dim=(1, 2, 3)).min() > 1  # no empty picture
    assert "stand in for them" in capsys.readouterr().out
    photographs(size=32)
    assert capsys.readouterr().out == ""


def test_the_embedded_crops_are_the_same_each_time():
    first, second = photo_crops.load(16), photo_crops.load(16)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


def test_no_pixel_is_both_trained_on_and_validated_with(monkeypatch):
    """On a picture whose colour is the column, the two parts share no colour."""
    columns = np.broadcast_to(np.arange(250, dtype=np.uint8)[None, :, None], (200, 250, 3))
    rng = np.random.default_rng(0)
    seen = {}
    for part in photo_crops.PARTS:
        crops = [photo_crops._crop(Image.fromarray(columns.copy()), part, rng) for _ in range(100)]
        seen[part] = {value for crop in crops for value in np.unique(np.asarray(crop)).tolist()}
        assert all(crop.width == crop.height for crop in crops)
    assert max(seen["train"]) < min(seen["val"])


def test_a_picture_is_scaled_by_its_shorter_side_and_cropped_in_the_middle():
    wide = np.zeros((20, 60, 3), dtype=np.uint8)
    wide[:, 20:40] = 255
    np.testing.assert_array_equal(photo_arrays.squared(Image.fromarray(wide), 20), np.full((20, 20, 3), 255))
    assert photo_arrays.squared(Image.new("L", (7, 50), 90), 10).shape == (10, 10, 3)


def test_a_photograph_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    left = np.zeros((20, 20, 3), dtype=np.uint8)
    left[:, :10] = 255
    file = io.BytesIO()
    Image.fromarray(left).save(file, "JPEG", quality=95, exif=exif)
    image = photo_arrays.squared(Image.open(file), 20)
    assert image[:8].mean() > 240 > 15 > image[12:].mean()


def test_each_size_is_decoded_once(data, monkeypatch):
    ants_and_bees(data)
    first = photographs(size=20)[0]
    monkeypatch.setattr(photo_sources, "squared", None)  # would fail if it were called
    assert torch.equal(photographs(size=20)[0].images, first.images)
    monkeypatch.undo()
    monkeypatch.setenv("AINOTES_DATA", str(data))
    assert photographs(size=30)[0].images.shape == (6, 3, 30, 30)


def test_a_changed_photograph_is_decoded_anew(data):
    root = ants_and_bees(data)
    before = photographs(size=20)[0].images[0]
    (root / "train" / "ants" / "0.jpg").write_bytes(encoded(90, size=(50, 50)))
    assert not torch.equal(photographs(size=20)[0].images[0], before)


@pytest.mark.parametrize(
    ("size", "error"), [(8, ValueError), (5000, ValueError), (150.0, TypeError), (True, TypeError)]
)
def test_a_size_without_sense_is_refused(size, error):
    with pytest.raises(error, match="photographs: size must be"):
        photographs(size)


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED and (SHARED / "hymenoptera_data").is_dir()), reason="needs the real photographs in AINOTES_DATA"
)
def test_the_real_ants_and_bees_are_all_there(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    notices.forget()
    train, val = photographs(size=32)
    assert (train.labels.bincount().tolist(), val.labels.bincount().tolist()) == ([123, 121], [70, 83])
    assert capsys.readouterr().out.count("train/ants/imageNotFound.gif") == 1


def test_importing_the_data_is_light():
    program = (
        "import sys, ainotes.data; print([m for m in ('matplotlib', 'skimage', 'torchvision') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
