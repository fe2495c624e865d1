"""`open_picture`: whatever a learner brings becomes an upright RGB photograph, or a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from ainotes.pretrained import open_picture

RED = (200, 30, 30)


def halves(mode="RGB", left=RED, right=(20, 20, 220), size=(8, 6)):
    """Return a picture whose left and right half differ."""
    picture = Image.new(mode, size, left)
    picture.paste(right, (size[0] // 2, 0, size[0], size[1]))
    return picture


def encoded(picture, form="PNG", **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def pixel(picture, column=0, row=0):
    return picture.getpixel((column, row))


def test_a_path_a_string_bytes_a_file_and_a_pillow_image_are_the_same(tmp_path):
    path = tmp_path / "halves.png"
    path.write_bytes(encoded(halves()))
    with open(path, "rb") as file:
        opened = [open_picture(each) for each in (path, str(path), path.read_bytes(), file, halves())]
    opened.append(open_picture(memoryview(path.read_bytes())))
    for picture in opened:
        assert picture.mode == "RGB"
        assert np.array_equal(np.asarray(picture), np.asarray(halves()))


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_of_pillow_becomes_rgb(mode):
    grey = Image.linear_gradient("L").resize((8, 8))
    if mode == "I;16":
        source = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "I":
        source = Image.fromarray(np.asarray(grey).astype(np.int32) * 257)
    else:
        source = grey.convert("RGB").convert(mode) if mode in ("CMYK", "YCbCr", "RGBA") else grey.convert(mode)
    assert source.mode == mode
    opened = np.asarray(open_picture(source)).astype(int)
    assert opened.shape == (8, 8, 3)
    expected = np.asarray(grey.convert("1").convert("L") if mode == "1" else grey).astype(int)
    assert np.abs(opened - expected[..., None]).max() <= 4


def test_a_dark_picture_of_16_bits_stays_dark():
    dark = Image.fromarray(np.full((4, 4), 200, np.uint16))
    assert pixel(open_picture(dark)) == (1, 1, 1)


def test_colours_of_16_bits_become_8():
    deep = np.arange(0, 65_536, 257, dtype=np.uint16).reshape(8, 32)[..., None].repeat(3, axis=2)  # (8, 32, 3)
    for image in (deep, torch.from_numpy(deep).permute(2, 0, 1)):
        assert np.array_equal(np.asarray(open_picture(image)), deep // 257)


def test_what_is_transparent_becomes_white():
    picture = halves("RGBA", left=(0, 0, 0, 0), right=(0, 0, 0, 128))
    opened = open_picture(encoded(picture))
    assert pixel(opened, 0) == (255, 255, 255)
    assert pixel(opened, 7) == (127, 127, 127)
    palette = halves().convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    assert pixel(open_picture(encoded(palette, transparency=palette.getpixel((0, 0))))) == (255, 255, 255)


def test_a_photograph_is_turned_as_the_camera_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held with its right side down: turn by 90 degrees clockwise
    opened = open_picture(encoded(halves(size=(16, 8)), "JPEG", exif=exif, quality=95))
    assert opened.size == (8, 16)
    assert pixel(opened, 4, 2)[0] > 150, "the left half is on top now"
    assert pixel(opened, 4, 13)[2] > 150


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_an_animation_gives_its_first_frame(form):
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, (0, 255, 0), (0, 0, 255))]
    data = encoded(
        frames[0], form, save_all=True, append_images=frames[1:], **({"lossless": True} if form == "WEBP" else {})
    )
    assert pixel(open_picture(data)) == RED
    moved = Image.open(io.BytesIO(data))
    moved.seek(2)
    assert pixel(open_picture(moved)) == RED


def test_the_picture_that_came_in_stays_as_it_is():
    picture = halves("RGBA", left=(1, 2, 3, 255), right=(0, 0, 0, 255))
    before = picture.tobytes()
    opened = open_picture(picture)
    opened.putpixel((0, 0), (9, 9, 9))
    assert picture.mode == "RGBA"
    assert picture.tobytes() == before


def test_tensors_and_arrays_in_every_order():
    rows = torch.arange(3 * 4 * 5, dtype=torch.uint8).reshape(3, 4, 5)
    expected = rows.permute(1, 2, 0).numpy()
    floats = rows.float() / 255
    every = [rows, rows[None], floats, floats.double(), floats.requires_grad_(), expected, expected / 255, rows.numpy()]
    for image in every:
        assert np.array_equal(np.asarray(open_picture(image)), expected)
    assert open_picture(rows[0]).size == (5, 4)
    assert open_picture(rows[:1]).mode == "RGB"
    assert open_picture(expected[:, :, :1]).size == (5, 4)
    assert open_picture(np.eye(4, dtype=bool)).getpixel((0, 0)) == (255, 255, 255)
    assert np.abs(np.asarray(open_picture(floats.detach().half())).astype(int) - expected).max() <= 1


def test_a_small_picture_with_three_rows_keeps_its_order():
    array = np.zeros((3, 9, 3), np.uint8)
    assert open_picture(array).size == (9, 3), "of an array the last are the channels"
    assert open_picture(torch.zeros(3, 9, 3)).size == (3, 9), "of a tensor the first"


BAD_TENSORS = {
    "empty": (torch.zeros(3, 0, 5), ValueError, r"no pixels, its shape is \(3, 0, 5\)"),
    "batch": (torch.zeros(2, 3, 4, 4), ValueError, r"batch of 2; give images\[0\]"),
    "channels": (torch.zeros(5, 4, 6), ValueError, "expects 1, 3 or 4 channels"),
    "row": (torch.zeros(4), ValueError, r"got shape \(4,\)"),
    "nan": (torch.full((3, 4, 4), float("nan")), ValueError, "nan or infinite"),
    "normalised": (torch.full((3, 4, 4), -2.0), ValueError, "normalised already"),
    "bytes as floats": (torch.full((3, 4, 4), 200.0), ValueError, "divide by 255"),
    "integers": (torch.zeros(3, 4, 4, dtype=torch.long), TypeError, "convert them to uint8"),
    "nothing": (None, TypeError, "got NoneType"),
    "number": (7, TypeError, "got int"),
}


@pytest.mark.parametrize("kind", BAD_TENSORS)
def test_what_is_no_image_is_refused_with_a_sentence(kind):
    image, error, words = BAD_TENSORS[kind]
    with pytest.raises(error, match=words):
        open_picture(image)


def bomb():
    """Return a PNG of a few bytes that would unpack to 30,000 by 30,000 pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD_FILES = {
    "text": (b"This is not a picture, whatever its name says.", "holds no picture"),
    "nothing": (b"", "holds no picture"),
    "page": (b"<!doctype html><title>404</title>", "holds no picture"),
    "bomb": (bomb(), "no photograph is so large"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_holds_no_photograph_is_told_with_its_name(kind, tmp_path):
    data, words = BAD_FILES[kind]
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=words) as caught:
        open_picture(path)
    assert "photo.jpg" in str(caught.value)
    assert path.read_bytes() == data


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_file_that_was_cut_off_is_told_as_such(form, share, tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    data = encoded(noise, form)
    path = tmp_path / "cut"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ValueError, match=r"damaged or cut off|holds no picture"):
        open_picture(path)


def test_a_missing_file_suggests_near_names(tmp_path):
    for name in ("Holiday_cat.jpg", "dog.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"did you mean Holiday_cat\.jpg\?"):
        open_picture(tmp_path / "holiday_cat.jpeg")
    with pytest.raises(FileNotFoundError, match=r"did you mean dog\.png\?"):
        open_picture(str(tmp_path / "dog.jpg"))
    with pytest.raises(FileNotFoundError, match=r"holds Holiday_cat\.jpg, dog\.png"):
        open_picture(tmp_path / "zzzzzzzzz.tif")
    with pytest.raises(FileNotFoundError, match=r"no folder .* either"):
        open_picture(tmp_path / "nowhere" / "cat.jpg")


def test_a_folder_and_an_address_are_no_file(tmp_path):
    (tmp_path / "cat.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"is a folder cat\.jpg; give the path of one"):
        open_picture(tmp_path)
    with pytest.raises(ValueError, match="download the picture"):
        open_picture("https://example.org/cat.jpg")
