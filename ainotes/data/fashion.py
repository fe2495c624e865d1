"""Fashion-MNIST: 70,000 photographs of garments, or drawn garments in their place."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from . import garments, registry
from .image_set import ImageSet
from .notices import tell_once

CLASSES = ("T-Shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle Boot")


def fashion_mnist(train: bool = True, *, download: bool = True, quiet: bool = False) -> ImageSet:
    """Return Fashion-MNIST's 60,000 training or 10,000 test images.

    The files are looked for in the folder named by `AINOTES_DATA`, in the cache, and on the network (see
    `ainotes.data.registry`). Where they cannot be had, garments drawn by code stand in for them, 10,000 for training
    and 2,000 for the test, and one printed sentence says so; `.is_standin` and `.source` keep saying it.

    Parameters
    ----------
    train : bool
        The training images, or the test images.
    download : bool
        Whether the files may be downloaded (about 30 MB, once).
    quiet : bool
        No progress bar and no sentence about the stand-in.

    Returns
    -------
    ImageSet
        Images (N, 1, 28, 28), a bright garment on black; ten classes.

    References
    ----------
    Xiao, Rasul and Vollgraf (2017), *Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms*.
    """
    if not isinstance(train, bool | np.bool_):
        raise TypeError(f"fashion_mnist: train must be True (training images) or False (test images), got {train!r}")
    part = "train" if train else "test"
    try:
        (labels_path, _), (images_path, place) = (
            registry.fetch(file, allow_download=download, quiet=quiet) for file in registry.FASHION_MNIST[part]
        )
    except FileNotFoundError as reason:
        return _drawn(part, str(reason), quiet)
    images, labels = read_idx(images_path), read_idx(labels_path)
    words = "training" if train else "test"
    source = f"Fashion-MNIST (Zalando Research, MIT licence), {len(labels):,} {words} images, from {place}."
    return ImageSet(images[:, None], labels, CLASSES, source=source)


def read_idx(path: Path | str) -> np.ndarray:
    """Return the array in a gzipped file of the idx format, uint8.

    Raises
    ------
    ValueError
        If the file is cut short, is not gzip, is not idx of bytes, or has more or fewer bytes than its header says.

    References
    ----------
    LeCun, Cortes and Burges, *The MNIST database of handwritten digits*, describe the format: two zero bytes, the type
    (8 for bytes), the number of dimensions, each dimension as a big-endian 32-bit integer, then the data.
    """
    try:
        with gzip.open(path, "rb") as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:3] != b"\x00\x00\x08" or not 1 <= magic[3] <= 4:
                raise ValueError(
                    f"{path}: expects the idx format of bytes, which begins 00 00 08; got {magic.hex(' ')}"
                )
            header = file.read(4 * magic[3])
            shape = tuple(int.from_bytes(header[i : i + 4], "big") for i in range(0, len(header), 4))
            count = math.prod(shape)
            data = file.read(count + 1)  # one more than there should be
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path}: the file is damaged ({error}); delete it and it is fetched anew") from error
    if len(header) != 4 * magic[3] or len(data) != count:
        held = f"{len(data):,}" if len(data) <= count else "more"
        raise ValueError(f"{path}: the header promises {shape}, {count:,} bytes; the file holds {held}")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape).copy()


def full_run(data: ImageSet) -> bool:
    """Return whether a lesson should run in full: on the real data, unless the environment sets AINOTES_SHORT."""
    return not data.is_standin and not registry.is_set("AINOTES_SHORT")


def _drawn(part: str, reason: str, quiet: bool) -> ImageSet:
    if not quiet:
        tell_once(
            f"Fashion-MNIST {reason}, so garments drawn by code stand in for its photographs.", key="Fashion-MNIST"
        )
    images, labels = garments.drawn(part)
    source = f"{len(labels):,} garments drawn by code, standing in for Fashion-MNIST's photographs."
    return ImageSet(images[:, None], labels, CLASSES, source=source, is_standin=True)
