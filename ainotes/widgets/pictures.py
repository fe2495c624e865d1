"""Pictures and planes of numbers as figures need them, without torch."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ainotes.widgets.inputs import array
from ainotes.widgets.sprite import as_uint8

LONGEST = 96  # pixels of a side: more would be heavy to send, and too small to see


def named_pictures(where: str, images: Any) -> dict[str, dict[str, Any]]:
    """Return pictures by name as a figure sends them: ``{"shape": [C, H, W], "pixels": bytes}``, C is 1 or 3.

    Parameters
    ----------
    where : str
        Name of the figure, for the error messages.
    images : dict or array_like
        Name -> picture, or one picture: (H, W), (1, H, W), (3, H, W) or (H, W, 3); uint8, or floats from 0 to 1.

    Raises
    ------
    ValueError, TypeError
        For no pictures, another shape, numbers out of range, or a side longer than 96 pixels.

    Examples
    --------
    >>> pictures = named_pictures("Figure", {"grey": np.ones((4, 5)), "colour": np.zeros((6, 6, 3), np.uint8)})
    >>> [picture["shape"] for picture in pictures.values()]
    [[1, 4, 5], [3, 6, 6]]
    """
    named = images if isinstance(images, Mapping) else {"picture": images}
    if not named or not all(isinstance(name, str) and name for name in named):
        raise TypeError(f"{where}: images expects a dict, name -> picture, with at least one; got {images!r:.100}")
    return {name: _packed(where, name, array(image)) for name, image in named.items()}


def plane(picture: Mapping[str, Any]) -> np.ndarray:
    """Return a packed picture as float64 from 0 to 1 of shape (C, H, W)."""
    return np.frombuffer(bytes(picture["pixels"]), np.uint8).reshape(picture["shape"]) / 255


def one_of(where: str, what: str, value: str, known: Any) -> str:
    """Return `value` where it is among the known names.

    Raises
    ------
    ValueError
        Where it is not; the message lists the names.
    """
    if value not in known:
        raise ValueError(f"{where}: {what} is one of {list(known)}, got {value!r}")
    return value


def _packed(where: str, name: str, image: np.ndarray) -> dict[str, Any]:
    if image.ndim == 3 and len(image) == 1:
        image = image[0]  # so that three columns are not taken for three channels
    if image.ndim not in (2, 3):
        shapes = "(H, W), (1, H, W), (3, H, W) or (H, W, 3)"
        raise ValueError(f"{where}: image {name!r} expects {shapes}, got {image.shape}")
    pixels = as_uint8(image[None])[0]  # (H, W) or (H, W, 3)
    if max(pixels.shape[:2]) > LONGEST or 0 in pixels.shape:
        raise ValueError(f"{where}: image {name!r} may have 1 to {LONGEST} rows and columns, got {pixels.shape[:2]}")
    planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, 2, 0)
    return {"shape": list(planes.shape), "pixels": np.ascontiguousarray(planes).tobytes()}
