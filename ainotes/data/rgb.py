"""Any picture that Pillow opened, in RGB."""

from __future__ import annotations

import numpy as np
from PIL import Image

DAMAGE = (OSError, ValueError, SyntaxError, EOFError)  # what Pillow raises on a damaged file


def as_rgb(picture: Image.Image) -> Image.Image:
    """Return a picture in RGB: 16 bits become 8, what is transparent becomes white.

    Examples
    --------
    >>> as_rgb(Image.new("RGBA", (1, 1), (9, 9, 9, 0))).getpixel((0, 0))
    (255, 255, 255)
    >>> as_rgb(Image.fromarray(np.full((1, 1), 257, np.uint16))).getpixel((0, 0))  # 257 of 65,535
    (1, 1, 1)
    """
    if picture.mode.startswith(("I", "F")):
        return Image.fromarray(as_bytes(np.asarray(picture))).convert("RGB")
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return picture.convert("RGB")


def as_bytes(numbers: np.ndarray) -> np.ndarray:
    """Return the numbers of a picture of 16 or 32 bits as bytes, scaled by the range that their kind has."""
    tops = (1.0, 255.0, 65_535.0) if np.issubdtype(numbers.dtype, np.floating) else (65_535.0,)
    numbers = np.nan_to_num(numbers.astype(np.float64))
    top = next((top for top in tops if numbers.max() <= top), numbers.max())
    return np.round(np.clip(numbers / top, 0, 1) * 255).astype(np.uint8)
