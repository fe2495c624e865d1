"""Many small images as one PNG in a data URI."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image


def as_uint8(images: Any) -> np.ndarray:
    """Return images as uint8 of shape (N, H, W) or (N, H, W, 3).

    Parameters
    ----------
    images : array_like
        (N, H, W), (N, 1, H, W), (N, 3, H, W), (N, H, W, 1) or (N, H, W, 3); uint8, or floats from 0 to 1.

    Raises
    ------
    ValueError
        For another shape, or for numbers out of range.

    Examples
    --------
    >>> as_uint8(np.ones((2, 1, 28, 28))).shape
    (2, 28, 28)
    """
    pixels = np.asarray(images)
    if pixels.ndim == 4 and pixels.shape[1] in (1, 3) and pixels.shape[3] not in (1, 3):
        pixels = np.moveaxis(pixels, 1, 3)
    if pixels.ndim == 4 and pixels.shape[3] == 1:
        pixels = pixels[..., 0]
    if not (pixels.ndim == 3 or (pixels.ndim == 4 and pixels.shape[3] == 3)):
        raise ValueError(f"images: expected (N, H, W), (N, 1, H, W) or (N, 3, H, W), got shape {pixels.shape}")
    if pixels.dtype == np.uint8:
        return pixels
    if not (np.all(np.isfinite(pixels)) and pixels.min(initial=0) >= 0 and pixels.max(initial=0) <= 1):
        raise ValueError(
            f"images: expected uint8, or floats from 0 to 1, got {pixels.dtype} from {pixels.min():g} to "
            f"{pixels.max():g}; undo a normalisation first"
        )
    return np.round(pixels * 255).astype(np.uint8)


def small(pixels: np.ndarray, longest: int) -> np.ndarray:
    """Scale uint8 images down so that no side is longer than `longest` pixels; smaller ones stay as they are."""
    height, width = pixels.shape[1:3]
    scale = longest / max(height, width)
    if scale >= 1 or not len(pixels):
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.stack([np.asarray(Image.fromarray(each).resize(size, Image.Resampling.BOX)) for each in pixels])


def sprite(pixels: np.ndarray, columns: int) -> str:
    """Return the images side by side in rows of `columns` as the data URI of one PNG.

    Colours are reduced to a palette of 128, for size; grey images are kept exactly.
    """
    count, height, width = pixels.shape[:3]
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, *pixels.shape[1:]), np.uint8)
    sheet[:count] = pixels
    sheet = sheet.reshape(rows, columns, *pixels.shape[1:]).swapaxes(1, 2)
    picture = Image.fromarray(np.ascontiguousarray(sheet.reshape(rows * height, columns * width, *pixels.shape[3:])))
    if picture.mode == "RGB":
        picture = picture.quantize(128, dither=Image.Dither.FLOYDSTEINBERG)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
