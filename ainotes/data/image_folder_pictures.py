"""One file of a learner's folder as pixels, or a few words that say why it is no photograph to learn from."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .photo_arrays import squared
from .rgb import DAMAGE, as_rgb

SMALLEST = 16  # rows and columns; smaller ones are icons
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Unfit(Exception):
    """A file is nothing to learn from; the message says why, in a few words that may stand in brackets."""


def read(path: Path, size: int) -> np.ndarray:
    """Return a photograph, upright, scaled by its shorter side and cropped in the middle, uint8 (size, size, 3).

    Grey becomes RGB, transparent parts become white, 16 bits become 8.

    Raises
    ------
    Unfit
        If it cannot be read, is an animation or a drawing (GIF), an icon, unreasonably large, or of one colour.
    """
    if path.suffix.lower() in (".heic", ".heif"):
        raise Unfit("HEIC: export it as JPEG")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as picture:
                _check(picture)
                picture.draft(picture.mode, (2 * size, 2 * size))  # a large JPEG is decoded at a half, a quarter, ...
                pixels = squared(as_rgb(ImageOps.exif_transpose(picture)), size)
        except TOO_LARGE:
            raise Unfit(f"more than {Image.MAX_IMAGE_PIXELS:,} pixels") from None
        except UnidentifiedImageError:
            raise Unfit("no picture") from None
        except DAMAGE:
            raise Unfit("damaged or cut off") from None
    if (pixels == pixels[0, 0]).all():
        raise Unfit("one colour only")
    return pixels


def _check(picture: Image.Image) -> None:
    if picture.format == "GIF":
        raise Unfit("a GIF, no photograph")
    if min(picture.size) < SMALLEST:
        raise Unfit(f"only {picture.height}x{picture.width} pixels")
