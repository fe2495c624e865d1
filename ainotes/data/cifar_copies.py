"""The copies of CIFAR-10 that a folder can hold, and their pixels, decoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import PIL

from . import cifar_batches, cifar_jpeg, registry
from .array_cache import remembered
from .cifar_classes import PARTS, Arrays
from .files import problem, stamps

DAMAGE = (OSError, ValueError, RuntimeError)  # what reading a damaged copy raises
EXACT = "CIFAR-10 (Krizhevsky, 2009)"
LOSSY = "CIFAR-10 as JPEG (Krizhevsky, 2009; compressed, so its pixels differ a little from the original's)"


@dataclass(frozen=True)
class Copy:
    """A copy of CIFAR-10 that is there: what it is, and how to read it.

    `load(quiet)` gives both parts; it is only called where the cache has no arrays under `key`, and raises one of
    `DAMAGE` if the copy is not a true one.
    """

    where: Path
    what: str
    key: str
    load: Callable[[bool], dict[str, Arrays]]


def copies(folder: Path) -> Iterator[Copy]:
    """Yield the copies in a folder, the exact ones first."""
    yield from filter(None, (look(folder) for look in KINDS))


def batches(folder: Path) -> Copy | None:
    """Find `cifar-10-batches-py`, as torchvision leaves it."""
    place = folder / cifar_batches.FOLDER
    files = [place / name for part in PARTS for name, _ in registry.CIFAR10_BATCHES[part]]
    if not all(path.is_file() for path in files):
        return None
    return Copy(place, EXACT, stamps(files), lambda quiet: cifar_batches.read_folder(place))


def python_archive(folder: Path) -> Copy | None:
    """Find `cifar-10-python.tar.gz`, as it is downloaded."""
    path = folder / registry.CIFAR10.path
    if not path.is_file():
        return None
    return Copy(path, EXACT, stamps([path]), lambda quiet: cifar_batches.read_archive(path))


def jpeg_archive(folder: Path) -> Copy | None:
    """Find `cifar10_jpeg.tar.xz`: CIFAR-10 as JPEG files `{train,test}/CLASS/NNNN.jpg`."""
    path = folder / registry.CIFAR10_JPEG.path
    if not path.is_file():
        return None
    return Copy(path, LOSSY, f"{PIL.__version__} {stamps([path])}", partial(_read_jpeg, path))


KINDS = (batches, python_archive, jpeg_archive)


def arrays(copy: Copy, part: str, *, quiet: bool = True) -> Arrays:
    """Return one part of a copy, from the cache if it was read before; one reading puts both parts there.

    Returns
    -------
    dict
        `images`, uint8 (N, 3, 32, 32), and `labels`, int64 (N,).

    Raises
    ------
    OSError, ValueError, RuntimeError
        If the copy is damaged.
    """
    return remembered_part("cifar10", copy.key, part, partial(copy.load, quiet))


def remembered_part(name: str, key: str, part: str, make: Callable[[], dict[str, Arrays]]) -> Arrays:
    """Return one part's arrays from the cache, or make both parts and put both there."""

    def make_both() -> Arrays:
        both = make()
        for other in both.keys() - {part}:
            remembered(f"{name}-{other}", key, partial(both.__getitem__, other))
        return both[part]

    return remembered(f"{name}-{part}", key, make_both)


def _read_jpeg(path: Path, quiet: bool) -> dict[str, Arrays]:
    if wrong := problem(registry.CIFAR10_JPEG, path):
        raise ValueError(f"{wrong}, so it is not the archive that this course knows")
    return cifar_jpeg.read(path, quiet=quiet)
