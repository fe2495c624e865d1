"""Colour photographs of two classes: ants and bees, else cats and dogs, else crops of what scikit-image ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from . import cifar_copies, photo_sources
from .array_cache import remembered
from .folders import cache_folder, data_folder
from .image_set import ImageSet
from .notices import tell_once
from .photo_arrays import as_image_set, checked_size
from .photo_sources import Found

_ORDER: tuple[Callable[..., Found | None], ...] = (
    photo_sources.ants_and_bees,
    *(partial(photo_sources.cats_and_dogs, look) for look in cifar_copies.KINDS),
)


def photographs(size: int = 150, *, quiet: bool = False) -> tuple[ImageSet, ImageSet]:
    """Return colour photographs of two classes, to train on and to validate with.

    Taken from the first of these that is there, in the folder named by `AINOTES_DATA` or in the cache:

    1. `hymenoptera_data`: ants and bees, 244 and 153 photographs;
    2. CIFAR-10, any copy that `cifar10` takes: 1,000 and 400 cats and dogs, enlarged;
    3. embedded: 240 and 120 crops of photographs that scikit-image ships, of natural and of made things. The crops to
       validate with come from other parts of the photographs than those to train on.

    Each is scaled so that its shorter side fits, cropped in the middle, and cached.

    Parameters
    ----------
    size : int
        Rows and columns of each image.
    quiet : bool
        Do not say what stands in for the ants and bees.

    Returns
    -------
    train, val : ImageSet
        Images (N, 3, size, size). `.source` says which they are; `.is_standin` is True for the embedded crops.
    """
    checked_size("photographs", size)
    for found in _found():
        try:
            arrays = remembered(f"{found.name}-{size}", f"{found.key} {size}", partial(found.load, size))
        except cifar_copies.DAMAGE as error:
            tell_once(f"Not using the damaged {found.where}: {error}.")
            continue
        if found.notice and not quiet:
            tell_once(found.notice)
        return _image_set(found, arrays, "train"), _image_set(found, arrays, "val")
    raise AssertionError("the embedded photographs are always there")


def _found() -> Iterator[Found]:
    folders = [folder for folder in (data_folder(), cache_folder()) if folder is not None]
    for look in _ORDER:
        yield from filter(None, map(look, folders))
    yield photo_sources.embedded()


def _image_set(found: Found, arrays: photo_sources.Arrays, part: str) -> ImageSet:
    images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
    return as_image_set(images, labels, found.classes, source=found.source, is_standin=found.is_standin)
