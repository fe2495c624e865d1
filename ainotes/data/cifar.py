"""CIFAR-10: 60,000 small colour photographs of ten classes, or crops of ten photographs in their place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import PIL

from . import cifar_tiles, registry
from .cifar_classes import CLASSES, Arrays
from .cifar_copies import DAMAGE, Copy, arrays, copies, python_archive, remembered_part
from .files import stamps
from .folders import cache_folder, data_folder
from .image_set import ImageSet
from .notices import tell_once


def cifar10(train: bool = True, *, download: bool = True, quiet: bool = False) -> ImageSet:
    """Return CIFAR-10's 50,000 training or 10,000 test images.

    The first copy that is whole is taken, in the folder named by `AINOTES_DATA` and then in the cache:

    1. `cifar-10-batches-py`, as torchvision leaves it, or the `cifar-10-python.tar.gz` that it came in;
    2. `cifar10_jpeg.tar.xz`, the same photographs as JPEG files. They lost a little in that, and `.source` says so;
    3. a download of `cifar-10-python.tar.gz` into the cache.

    Where there is none, crops of ten photographs that scikit-image ships stand in, 2,000 for training and 500 for the
    test, of other parts of the photographs. Their classes are the ten photographs; one printed sentence says so;
    `.is_standin` and `.source` keep saying it. Pixels are decoded once and then come from the cache.

    Parameters
    ----------
    train : bool
        The training images, or the test images.
    download : bool
        Whether the file may be downloaded (170 MB, once).
    quiet : bool
        No progress bar and no sentence about the stand-in.

    Returns
    -------
    ImageSet
        Images (N, 3, 32, 32), channels red, green, blue; ten classes, as many images of each.

    Raises
    ------
    TypeError
        If `train` is not a bool.

    References
    ----------
    Krizhevsky (2009), *Learning multiple layers of features from tiny images*, chapter 3.

    Examples
    --------
    >>> data = cifar10(train=False, download=False, quiet=True)
    >>> data.images.shape[1:], len(data.classes)
    (torch.Size([3, 32, 32]), 10)
    """
    if not isinstance(train, bool | np.bool_):
        raise TypeError(f"cifar10: train must be True (training images) or False (test images), got {train!r}")
    part = "train" if train else "test"
    for place, copy in _copies_here():
        if found := _read(copy, part, quiet):
            return _real(copy, found, part, place)
    try:
        path, _ = registry.fetch(registry.CIFAR10, allow_download=download, quiet=quiet)
    except FileNotFoundError as reason:
        return _standin(part, str(reason), quiet)
    fetched = python_archive(path.parent)
    assert fetched is not None  # it is there, and true
    return _real(fetched, arrays(fetched, part, quiet=quiet), part, "a download")


def _copies_here() -> Iterator[tuple[str, Copy]]:
    for place, folder in (("AINOTES_DATA", data_folder()), ("the cache", cache_folder())):
        for copy in copies(folder) if folder is not None else ():
            yield place, copy


def _read(copy: Copy, part: str, quiet: bool) -> Arrays | None:
    try:
        return arrays(copy, part, quiet=quiet)
    except DAMAGE as error:
        kind = "folder" if copy.where.is_dir() else "file"
        tell_once(f"Not using the damaged {kind} {copy.where}: {error}.")
        return None


def _real(copy: Copy, found: Arrays, part: str, place: str) -> ImageSet:
    words = "training" if part == "train" else "test"
    source = f"{copy.what}, {len(found['labels']):,} {words} images, from {place}."
    return ImageSet(found["images"], found["labels"], CLASSES, source=source)


def _standin(part: str, reason: str, quiet: bool) -> ImageSet:
    if not quiet:
        tell_once(
            f"CIFAR-10 {reason}, so crops of ten photographs that scikit-image ships stand in for its photographs.",
            key="CIFAR-10",
        )
    key = f"{PIL.__version__} {stamps(cifar_tiles.paths())} {cifar_tiles.COUNTS}"
    found = remembered_part("tiles", key, part, cifar_tiles.load)
    count = len(found["labels"])
    source = f"{count:,} crops of ten photographs that scikit-image ships, standing in for CIFAR-10's photographs."
    return ImageSet(found["images"], found["labels"], cifar_tiles.CLASSES, source=source, is_standin=True)
