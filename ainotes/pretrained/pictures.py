"""Any picture that a learner may bring, as an RGB photograph, or a sentence that says what is wrong with it."""

from __future__ import annotations

import difflib
import io
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ..data.rgb import DAMAGE, as_bytes, as_rgb

__all__ = ["open_picture"]

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def open_picture(image: Any) -> Image.Image:
    """Return a picture as an upright RGB photograph.

    Parameters
    ----------
    image : path, bytes, file, PIL image, Tensor or ndarray
        A path or the bytes of a picture file; an open binary file; a PIL image of any mode; a tensor (C, H, W),
        (1, C, H, W) or (H, W), or an array (H, W) or (H, W, C), with 1, 3 or 4 channels: uint8 from 0 to 255, uint16
        from 0 to 65,535, or floats from 0 to 1. Grey becomes RGB, transparent parts become white, 16 bits become 8,
        an animation gives its first frame, and a photograph that says how the camera was held is turned upright.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, a picture of its own: the one that came in stays as it is.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message names files that are called nearly the same.
    ValueError
        If it is no picture, a damaged one, an unreasonably large one, or its numbers are out of range.
    TypeError
        If it is something else altogether.

    Examples
    --------
    >>> open_picture(np.zeros((2, 3), np.uint8)).size  # columns, rows
    (3, 2)
    """
    if isinstance(image, Image.Image):
        return _from_pillow(lambda: image, "the PIL image")
    if isinstance(image, str | os.PathLike):
        with open(_existing(image), "rb") as file:
            return _from_pillow(lambda: Image.open(file), file.name)
    if isinstance(image, bytes | bytearray | memoryview):
        data = bytes(image)
        return _from_pillow(lambda: Image.open(io.BytesIO(data)), f"what came, {len(data):,} bytes,")
    if hasattr(image, "read"):
        return _from_pillow(lambda: Image.open(image), "the open file")
    if isinstance(image, np.ndarray):
        return _from_array(image, channels_last=True)
    if hasattr(image, "detach"):  # a tensor, without importing torch for those who bring none
        return _from_array(image.detach().cpu().float().numpy() if _is_half(image) else image.detach().cpu().numpy())
    raise TypeError(
        f"open_picture: expects a path, the bytes of a file, a PIL image, a tensor (C, H, W) or an array (H, W, C), "
        f"got {type(image).__name__}"
    )


def _is_half(tensor: Any) -> bool:
    return str(tensor.dtype) in ("torch.float16", "torch.bfloat16")


def _existing(named: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is there."""
    text = os.fspath(named)
    if text.startswith(("http://", "https://")):
        raise ValueError(f"open_picture: {text} is an address: download the picture and give its path")
    path = Path(text).expanduser()
    if path.is_dir():
        raise ValueError(f"open_picture: {path} is a folder{_some_pictures(path)}; give the path of one picture")
    if not path.exists():
        raise FileNotFoundError(f"open_picture: there is no file {path}{_near(path)}")
    return path


def _near(path: Path) -> str:
    """Say which files in the same folder, or the folder above it, are called nearly so."""
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent} either (the working folder is {Path.cwd()})"
    names = {each.name.lower(): each.name for each in path.parent.iterdir()}
    near = [names[name] for name in difflib.get_close_matches(path.name.lower(), names, n=3, cutoff=0.6)]
    near += [name for low, name in names.items() if Path(low).stem == path.stem.lower() and name not in near]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; {path.parent} holds{_some_pictures(path.parent) or ' no pictures'}"


def _some_pictures(folder: Path) -> str:
    pictures = sorted(each.name for each in folder.iterdir() if each.suffix.lower() in SUFFIXES)
    more = f" and {len(pictures) - 3} more" if len(pictures) > 3 else ""
    return f" {', '.join(pictures[:3])}{more}" if pictures else ""


def _from_pillow(opened: Callable[[], Image.Image], name: str) -> Image.Image:
    """Decode a picture; Pillow's many errors become one kind with a plain sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = opened()
            return as_rgb(ImageOps.exif_transpose(_first_frame(picture)))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(
                f"open_picture: {name} would unpack to more than {Image.MAX_IMAGE_PIXELS:,} pixels: no photograph is "
                "so large; make it smaller first"
            ) from error
        except UnidentifiedImageError as error:
            raise ValueError(
                f"open_picture: {name} holds no picture that Pillow knows (JPEG, PNG, WebP, ...)"
            ) from error
        except DAMAGE as error:
            raise ValueError(f"open_picture: {name} is damaged or cut off ({error})") from error


def _first_frame(picture: Image.Image) -> Image.Image:
    if getattr(picture, "n_frames", 1) > 1:
        picture.seek(0)
    picture.load()
    if 0 in picture.size:
        raise ValueError("it has no pixels")
    return picture


def _from_array(array: np.ndarray, channels_last: bool = False) -> Image.Image:
    """Return a picture of an array (H, W, C), or of a tensor's (C, H, W); see `open_picture`."""
    shape = tuple(array.shape)
    if array.size == 0:
        raise ValueError(f"open_picture: the image has no pixels, its shape is {shape}")
    if array.ndim == 4 and shape[0] == 1:
        array = array[0]
    if array.ndim == 4:
        raise ValueError(f"open_picture: expects one image, got a batch of {shape[0]}; give images[0]")
    if array.ndim == 3:
        array = _last(array, channels_last)
    if array.ndim not in (2, 3):
        order = "(H, W) or (H, W, C)" if channels_last else "(H, W), (C, H, W) or (1, C, H, W)"
        raise ValueError(f"open_picture: expects an image {order}, got shape {shape}")
    pixels = _pixels(array)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    return as_rgb(Image.fromarray(np.ascontiguousarray(pixels)))


def _last(array: np.ndarray, channels_last: bool) -> np.ndarray:
    """Move the channels to the end; the other order is taken too where it is the only one possible."""
    first, last = (array.shape[axis] in (1, 3, 4) for axis in (0, 2))
    if not (first or last):
        raise ValueError(f"open_picture: expects 1, 3 or 4 channels, got shape {tuple(array.shape)}")
    is_last = last if channels_last else not first
    return array if is_last else np.moveaxis(array, 0, 2)


def _pixels(array: np.ndarray) -> np.ndarray:
    """Return bytes; floats from 0 to 1 are scaled, others refused with what to do."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16:
        return as_bytes(array)
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"open_picture: expects uint8 from 0 to 255 or floats from 0 to 1, got {array.dtype}; "
            "if the numbers are from 0 to 255, convert them to uint8"
        )
    if not np.isfinite(array).all():
        raise ValueError("open_picture: the image has values that are nan or infinite")
    low, high = float(array.min()), float(array.max())
    if low < 0:
        raise ValueError(
            f"open_picture: expects floats from 0 to 1, got {low:.3g} to {high:.3g}; if the image is normalised "
            "already, give the photograph itself"
        )
    if high > 1:
        raise ValueError(f"open_picture: expects floats from 0 to 1, got up to {high:.3g}; divide by 255")
    return np.round(array * 255).astype(np.uint8)
