"""`ainotes.data.image_folder`: a learner's own photographs, with all that is wrong with such folders."""

import io
import os
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from ainotes.data import image_folder, image_folder_files, image_folder_pictures, notices

MODULE = sys.modules["ainotes.data.image_folder"]


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path / "cache"))
    notices.forget()
    yield
    notices.forget()


@pytest.fixture
def root(tmp_path):
    """Return a folder with ten cats and five dogs."""
    for kind, count in (("dogs", 5), ("cats", 10)):
        for i in range(count):
            put(tmp_path / "pets" / kind / f"{i}.jpg", photo(len(kind) * 100 + 10 * count + i))
    return tmp_path / "pets"


def photo(seed, size=(40, 30), form="JPEG", mode="RGB", **options):
    """Return a picture file of noise, another one for each seed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, form, **options)
    return file.getvalue()


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def distinct(*sets):
    """Return the images of sets as bytes, each once."""
    return {image.numpy().tobytes() for data in sets for image in data.images}


def test_every_photograph_is_in_one_of_the_two_parts(root, capsys):
    train, val = image_folder(root, size=20)
    assert train.classes == val.classes == ("cats", "dogs")
    assert (train.images.shape[1:], train.images.dtype) == ((3, 20, 20), torch.uint8)
    assert train.labels.bincount().tolist() == [8, 4]
    assert val.labels.bincount().tolist() == [2, 1]
    assert len(distinct(train, val)) == 15
    assert (train.source, val.source) == ("12 photographs of the folder pets.", "3 photographs of the folder pets.")
    assert not train.is_standin
    assert capsys.readouterr().out == ""


def test_labels_belong_to_their_pictures(tmp_path):
    for kind, shade in (("dark", 10), ("light", 240)):
        for i in range(6):
            pixels = np.full((30, 30, 3), shade, np.uint8)
            pixels[0, :] = i
            put(tmp_path / "x" / kind / f"{i}.png", b"")
            Image.fromarray(pixels).save(tmp_path / "x" / kind / f"{i}.png")
    for data in image_folder(tmp_path / "x", size=30):
        bright = data.images[:, :, 15].float().mean(dim=(1, 2)) > 128
        assert [data.classes[label] for label in data.labels] == ["light" if each else "dark" for each in bright]


def test_the_seed_decides_the_split_and_nothing_else_does(root):
    first, again, other = (image_folder(root, size=20, seed=seed)[1] for seed in (0, 0, 1))
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)
    assert other.labels.bincount().tolist() == [2, 1]


@pytest.mark.parametrize(("val", "counts"), [(0.5, [5, 2]), (0.01, [1, 1]), (0.99, [9, 4])])
def test_the_share_is_that_of_each_class_and_both_parts_have_every_class(root, val, counts):
    train, other = image_folder(root, size=20, val=val)
    assert other.labels.bincount().tolist() == counts
    assert train.labels.bincount().tolist() == [10 - counts[0], 5 - counts[1]]


@pytest.mark.parametrize("name", ["val", "valid", "Validation"])
def test_a_folder_with_its_own_parts_keeps_them(tmp_path, name):
    for part, count in (("train", 3), (name, 2)):
        for kind in ("a", "b"):
            for i in range(count):
                put(tmp_path / "x" / part / kind / f"{i}.jpg", photo(100 * count + 10 * ord(kind) + i))
    train, val = image_folder(tmp_path / "x", size=20, seed=5)
    assert (train.labels.tolist(), val.labels.tolist()) == ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1])
    assert val.classes == ("a", "b")


def test_a_picture_of_the_training_part_is_not_validated_with(tmp_path, capsys):
    for kind in "ab":
        for i in range(3):
            put(tmp_path / "x" / "train" / kind / f"{i}.jpg", photo(10 * ord(kind) + i))
            put(tmp_path / "x" / "val" / kind / f"{i}.jpg", photo(5000 + 10 * ord(kind) + i))
    put(tmp_path / "x" / "val" / "a" / "copy.jpg", photo(10 * ord("a")))
    train, val = image_folder(tmp_path / "x", size=20)
    assert (len(train), len(val)) == (6, 6)
    assert "left out 1 of 13 files: val/a/copy.jpg (the same picture as train/a/0.jpg)." in capsys.readouterr().out


def test_classes_that_differ_between_the_parts_are_refused(tmp_path):
    for name in ("train/a", "train/b", "val/a", "val/c"):
        put(tmp_path / "x" / name / "0.jpg", photo(1))
    with pytest.raises(ValueError, match="train has a, b, val has a, c; name their folders alike"):
        image_folder(tmp_path / "x")


def test_a_class_may_be_called_train(tmp_path):
    for kind in ("train", "plane"):
        for i in range(2):
            put(tmp_path / "x" / kind / f"{i}.jpg", photo(ord(kind[0]) + 10 * i))
    assert image_folder(tmp_path / "x", size=20)[0].classes == ("plane", "train")


def test_what_is_no_photograph_is_named_with_its_reason_and_left_out(root, capsys):
    put(root / "cats" / "cut.jpg", photo(1)[:300])
    put(root / "cats" / "drawing.gif", photo(2, form="GIF"))
    put(root / "cats" / "empty.png", b"")
    put(root / "cats" / "grey wall.png", b"")
    Image.new("RGB", (40, 40), (90, 90, 90)).save(root / "cats" / "grey wall.png")
    put(root / "dogs" / "icon.png", photo(3, size=(8, 8), form="PNG"))
    put(root / "dogs" / "notes.txt", b"call the vet")
    put(root / "dogs" / "phone.HEIC", b"ftypheic")
    train, val = image_folder(root, size=20)
    assert (len(train), len(val)) == (12, 3)
    assert capsys.readouterr().out == (
        "pets: left out 7 of 22 files: cats/cut.jpg (damaged or cut off), cats/drawing.gif (a GIF, no photograph), "
        "cats/empty.png (no picture), cats/grey wall.png (one colour only), dogs/icon.png (only 8x8 pixels), "
        "dogs/notes.txt (no picture), dogs/phone.HEIC (HEIC: export it as JPEG).\n"
    )
    image_folder(root, size=20)
    assert capsys.readouterr().out == "", "said once"
    image_folder(root, size=24, quiet=True)
    assert capsys.readouterr().out == ""


def test_a_long_list_is_cut(root, capsys):
    for i in range(20):
        put(root / "cats" / f"note{i:02}.txt", b"x")
    image_folder(root, size=20)
    said = capsys.readouterr().out
    assert said.startswith("pets: left out 20 of 35 files: cats/note00.txt (no picture), ")
    assert said.endswith("cats/note07.txt (no picture), and 12 more.\n")


def test_a_picture_that_would_unpack_beyond_reason_is_left_out(root, monkeypatch, capsys):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2000)
    put(root / "cats" / "wall.jpg", photo(1, size=(60, 50)))
    put(root / "cats" / "huge.jpg", photo(1, size=(90, 80)))
    assert len(image_folder(root, size=20)[0]) == 12
    assert "cats/huge.jpg (more than 2,000 pixels), cats/wall.jpg (more than 2,000 pixels)." in capsys.readouterr().out


def test_hidden_files_are_passed_over_in_silence(root, capsys):
    for name in (".DS_Store", "cats/.hidden.jpg", "cats/Thumbs.db", ".trash/x.jpg", "__MACOSX/cats/1.jpg"):
        put(root / name, photo(1))
    train, val = image_folder(root, size=20)
    assert (train.classes, len(train) + len(val)) == (("cats", "dogs"), 15)
    assert capsys.readouterr().out == ""


def test_folders_inside_a_class_belong_to_it(root):
    put(root / "cats" / "summer" / "beach" / "0.jpg", photo(1))
    os.symlink(root / "cats", root / "cats" / "summer" / "loop")
    train, val = image_folder(root, size=20)
    assert (train.labels == 0).sum() + (val.labels == 0).sum() == 11


def test_a_picture_in_two_classes_is_left_out_of_both(root, capsys):
    put(root / "dogs" / "stray.jpg", (root / "cats" / "3.jpg").read_bytes())
    train, val = image_folder(root, size=20)
    assert len(distinct(train, val)) == len(train) + len(val) == 14
    said = capsys.readouterr().out
    assert "dogs/stray.jpg (the same picture as cats/3.jpg), cats/3.jpg (it is in two classes)." in said


def test_a_copy_inside_a_class_counts_once(root, capsys):
    put(root / "cats" / "3 (copy).jpg", (root / "cats" / "3.jpg").read_bytes())
    train, val = image_folder(root, size=20)
    assert len(distinct(train, val)) == len(train) + len(val) == 15
    assert "cats/3.jpg (the same picture as cats/3 (copy).jpg)" in capsys.readouterr().out


def test_a_class_of_one_photograph_is_named_and_left_out(root, capsys):
    put(root / "birds" / "0.jpg", photo(77))
    (root / "fish").mkdir()
    train, val = image_folder(root, size=20)
    assert train.classes == ("cats", "dogs")
    assert len(train) + len(val) == 15
    assert "left out the classes that have fewer than two photographs, or none in a part: birds, fish." in (
        capsys.readouterr().out
    )


def test_fewer_than_two_classes_are_refused_with_what_was_left_out(root, capsys):
    for path in (root / "dogs").iterdir():
        path.write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"expects two classes or more.*it holds 1\. pets: left out 5 of 15 files: dogs/0"
    ):
        image_folder(root, size=20)
    for path in (root / "cats").iterdir():
        path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"it holds 0\."):
        image_folder(root, size=20)


def test_a_folder_without_classes_is_refused_with_an_example(tmp_path):
    (tmp_path / "new").mkdir()
    with pytest.raises(ValueError, match="a folder for each class, such as new/cats and new/dogs; it is empty"):
        image_folder(tmp_path / "new")
    put(tmp_path / "loose" / "0.jpg", photo(1))
    with pytest.raises(ValueError, match="it holds 1 files and no folder"):
        image_folder(tmp_path / "loose")


def test_a_path_that_is_no_folder_is_refused_with_what_to_do(root, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*/pet; did you mean pets\?"):
        image_folder(tmp_path / "pet")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*/nowhere either"):
        image_folder(tmp_path / "nowhere" / "pets")
    with pytest.raises(ValueError, match=r"0.jpg is a file: give the folder that holds a folder for each class"):
        image_folder(root / "cats" / "0.jpg")
    with pytest.raises(ValueError, match="is an archive: unpack it and give the folder"):
        image_folder(put(tmp_path / "pets.zip", b"PK"))
    with pytest.raises(TypeError, match="expects the path of a folder, got int"):
        image_folder(3)


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"size": 224.0}, TypeError, "size must be a whole number"),
        ({"size": 3}, ValueError, "size must be from 16 to 512"),
        ({"val": 0}, ValueError, "val is the share"),
        ({"val": 1}, ValueError, "val is the share"),
    ],
)
def test_what_makes_no_sense_is_refused(root, given, error, match):
    with pytest.raises(error, match=f"image_folder: {match}"):
        image_folder(root, **given)


def test_more_than_fits_into_memory_is_refused_before_it_is_read(root, monkeypatch):
    monkeypatch.setattr(MODULE, "MOST_BYTES", 10_000)
    with pytest.raises(ValueError, match=r"holds 15 files, which at 20x20 pixels would take .* GB of memory"):
        image_folder(root, size=20)


def test_pixels_are_decoded_once_until_a_file_changes(root, monkeypatch):
    before = image_folder(root, size=20)
    monkeypatch.setattr(MODULE, "read", None)  # would fail if it were called
    assert torch.equal(image_folder(root, size=20)[0].images, before[0].images)
    monkeypatch.undo()
    monkeypatch.setenv("AINOTES_CACHE", str(root.parent / "cache"))
    put(root / "cats" / "0.jpg", photo(999, size=(50, 50)))
    assert distinct(*image_folder(root, size=20)) != distinct(*before)
    os.rename(root / "cats" / "1.jpg", root / "dogs" / "moved.jpg")
    train, val = image_folder(root, size=20)
    assert (train.labels == 1).sum() + (val.labels == 1).sum() == 6


def test_a_home_folder_may_be_written_short(root, monkeypatch):
    monkeypatch.setenv("HOME", str(root.parent))
    monkeypatch.setenv("USERPROFILE", str(root.parent))
    assert len(image_folder("~/pets", size=20)[0]) == 12


# One file.


def read(path, content, size=32):
    return image_folder_pictures.read(put(path, content), size)


@pytest.mark.parametrize(
    ("mode", "form"), [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("LA", "PNG"),
                       ("YCbCr", "JPEG"), ("RGB", "WEBP"), ("RGB", "BMP"), ("RGB", "TIFF"), ("I;16", "TIFF")],
    ids=lambda value: value.replace(";", "_"),
)  # fmt: skip
def test_a_photograph_of_any_mode_becomes_rgb(tmp_path, mode, form):
    # Half black, half white: every mode can say that.
    pixels = np.zeros((32, 32), np.uint8)
    pixels[:, 16:] = 255
    picture = Image.fromarray(pixels)
    if mode == "I;16":
        picture = Image.fromarray(pixels.astype(np.uint16) * 257)
    elif mode == "LA":
        picture = picture.convert("LA")
    else:
        picture = picture.convert("RGB").convert(mode)
    picture.save(tmp_path / "x", form)
    found = image_folder_pictures.read(tmp_path / "x", 32)
    assert (found.shape, found.dtype) == ((32, 32, 3), np.uint8)
    assert found[:, :12].max() < 12
    assert found[:, 20:].min() > 243


def test_what_is_transparent_becomes_white(tmp_path):
    pixels = np.zeros((32, 32, 4), np.uint8)
    pixels[:16, :, 3] = 255  # the upper half is opaque and black
    Image.fromarray(pixels).save(tmp_path / "x.png")
    found = image_folder_pictures.read(tmp_path / "x.png", 32)
    assert (found[:12].max(), found[20:].min()) == (0, 255)


def test_a_photograph_on_its_side_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    left = np.zeros((640, 640, 3), np.uint8)
    left[:, :320] = 255
    Image.fromarray(left).save(tmp_path / "x.jpg", exif=exif, quality=95)
    found = image_folder_pictures.read(tmp_path / "x.jpg", 32)
    assert found[:12].mean() > 240 > 15 > found[20:].mean()


def test_a_large_jpeg_read_at_a_part_of_its_size_looks_the_same(tmp_path):
    rows = np.linspace(0, 255, 1024).astype(np.uint8)
    picture = Image.fromarray(np.stack([np.broadcast_to(rows[:, None], (1024, 1024))] * 3, axis=-1).copy())
    picture.save(tmp_path / "x.jpg", quality=95)
    picture.save(tmp_path / "x.png")
    jpeg, png = (image_folder_pictures.read(tmp_path / name, 64).astype(int) for name in ("x.jpg", "x.png"))
    assert np.abs(jpeg - png).max() <= 4


def test_the_files_come_in_the_same_order_on_every_disk(root, monkeypatch):
    expected = image_folder_files.files_in(root)
    walk = type(root).iterdir
    monkeypatch.setattr(type(root), "iterdir", lambda self: reversed(list(walk(self))))
    assert image_folder_files.files_in(root) == expected
