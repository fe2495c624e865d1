"""Ants and bees: the photographs of the lessons on transfer, or handwritten digits in their place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import PIL

from . import digits, registry
from .array_cache import remembered
from .folders import cache_folder, data_folder
from .hymenoptera_archive import FOLDER, unpack
from .image_set import ImageSet
from .notices import tell_once
from .photo_arrays import Arrays, as_image_set, checked_size
from .photo_sources import Found, ants_and_bees

COUNTS = {"train": (123, 121), "val": (70, 83)}  # of each class
DAMAGE = (OSError, ValueError)  # what reading or unpacking a damaged copy raises


def hymenoptera(train: bool = True, size: int = 256, *, download: bool = True, quiet: bool = False) -> ImageSet:
    """Return the photographs of ants and bees: 244 to train on, or 153 to validate with.

    The first copy that is complete is taken:

    1. the folder `hymenoptera_data/{train,val}/{ants,bees}` in the folder named by `AINOTES_DATA`, then in the cache;
    2. the archive `hymenoptera_data.zip`, as the tutorial distributes it, in the same places, else downloaded (47 MB,
       once); its SHA-256 is checked, and it is unpacked into the cache.

    Where there is none, scikit-learn's handwritten digits stand in, as many of them: those with a closed loop and those
    without. One printed sentence says so; `.is_standin` and `.source` keep saying it.

    Each photograph is turned upright, scaled so that its shorter side is `size`, and cropped in the middle. That is
    done once, then the pixels come from the cache.

    Parameters
    ----------
    train : bool
        The photographs to train on, or those to validate with.
    size : int
        Rows and columns, 16 to 512. Most networks of torchvision look at 224 in the middle of 256.
    download : bool
        Whether the archive may be downloaded.
    quiet : bool
        No progress bar and no sentence about the stand-in.

    Returns
    -------
    ImageSet
        Images (N, 3, size, size); classes Ant and Bee, or Loop and No loop of the stand-in. At size 256 the 244
        photographs take 48 MB.

    Raises
    ------
    TypeError, ValueError
        If `train` is not a bool, or `size` not a whole number in its range.

    References
    ----------
    Photographs collected for the Hymenoptera Genome Database; Chilamkurthy, *Transfer learning for computer vision
    tutorial*, of PyTorch.

    Examples
    --------
    >>> from contextlib import redirect_stdout
    >>> with redirect_stdout(None):  # it names the files that it cannot read
    ...     data = hymenoptera(size=32, download=False, quiet=True)
    >>> data.images.shape, len(data.classes)
    (torch.Size([244, 3, 32, 32]), 2)
    """
    if not isinstance(train, bool | np.bool_):
        raise TypeError(f"hymenoptera: train must be True (to train on) or False (to validate with), got {train!r}")
    checked_size("hymenoptera", size)
    part = "train" if train else "val"
    for place, found in _found():
        if arrays := _read(found, size):
            return _image_set(arrays, part, found.classes, f"{found.source.rstrip('.')}; from {place}.")
    try:
        place, found, arrays = _fetched(size, download, quiet)
    except FileNotFoundError as reason:
        return _standin(part, size, str(reason), quiet)
    return _image_set(arrays, part, found.classes, f"{found.source.rstrip('.')}; from {place}.")


def _found() -> Iterator[tuple[str, Found]]:
    for place, folder in (("AINOTES_DATA", data_folder()), ("the cache", cache_folder())):
        if folder is not None and (found := ants_and_bees(folder)):
            yield place, found


def _read(found: Found, size: int) -> Arrays | None:
    try:
        return _arrays(found, size)
    except DAMAGE as error:
        tell_once(f"Not using the damaged folder {found.where}: {error}.")
        return None


def _arrays(found: Found, size: int) -> Arrays:
    """Return both parts of a copy, which must be complete.

    Raises
    ------
    OSError, ValueError
        If photographs are missing or unreadable, or there are others.
    """
    arrays = remembered(f"{found.name}-{size}", f"{found.key} {size}", partial(found.load, size))
    for part, expected in COUNTS.items():
        held = tuple(np.bincount(arrays[f"{part}_labels"], minlength=2).tolist())
        if held != expected:
            counts = " and ".join(f"{count} of {kind}" for count, kind in zip(held, ("ants", "bees"), strict=True))
            raise ValueError(f"{part} holds {counts} that can be read, expects {expected[0]} and {expected[1]}")
    return arrays


def _fetched(size: int, allow_download: bool, quiet: bool) -> tuple[str, Found, Arrays]:
    """Return where the archive was, and its photographs, unpacked into the cache.

    Raises
    ------
    FileNotFoundError
        If there is none; the message goes on from "it".
    """
    archive, place = registry.fetch(registry.HYMENOPTERA, allow_download=allow_download, quiet=quiet)
    folder = cache_folder()
    try:
        unpack(archive, folder)
        found = ants_and_bees(folder)
        if found is None:
            raise ValueError(f"it holds no {FOLDER} as it should")
        arrays = _arrays(found, size)
    except DAMAGE as error:
        raise FileNotFoundError(f"could not be unpacked ({error})") from error
    if archive.parent == folder:  # it is ours, and all that is in it is in the folder now
        with contextlib.suppress(OSError):
            archive.unlink()
    return place, found, arrays


def _standin(part: str, size: int, reason: str, quiet: bool) -> ImageSet:
    if not quiet:
        tell_once(
            f"The archive of ants and bees {reason}, so scikit-learn's handwritten digits stand in for the "
            "photographs: with a closed loop or without.",
            key="hymenoptera",
        )
    key = f"{PIL.__version__} {digits.COUNTS} {digits.DIGITS} {size}"
    arrays = remembered(f"digits-{size}", key, partial(digits.load, size))
    source = "Handwritten digits that scikit-learn ships, standing in for photographs of ants and bees."
    return _image_set(arrays, part, digits.CLASSES, source, is_standin=True)


def _image_set(
    arrays: Arrays, part: str, classes: tuple[str, str], source: str, *, is_standin: bool = False
) -> ImageSet:
    images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
    return as_image_set(images, labels, classes, source=source, is_standin=is_standin)
