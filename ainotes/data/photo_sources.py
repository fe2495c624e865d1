"""The places that colour photographs of two classes can come from, each read into plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

from . import cifar_copies, photo_crops
from .cifar_classes import CLASSES as CIFAR_CLASSES
from .files import stamps
from .notices import tell_once
from .photo_arrays import PARTS, Arrays, squared, stacked

PHOTOGRAPHS = {".jpg", ".jpeg", ".png"}
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what Pillow raises on a damaged file
CAT_AND_DOG = ("Cat", "Dog")
CAT_DOG_COUNTS = {"train": 500, "val": 200}  # of each class
MISSING = "The photographs of ants and bees are not on this machine, so"


@dataclass(frozen=True)
class Found:
    """Photographs that are there: what they are, and how to read them.

    `load(size)` gives `train_images`, `val_images`, uint8 (N, size, size, 3), and `train_labels`, `val_labels`, int64
    (N,). It is only called where the cache has no arrays under `name` and `key`.
    """

    name: str
    where: Path
    key: str
    classes: tuple[str, str]
    source: str
    load: Callable[[int], Arrays]
    notice: str = ""
    is_standin: bool = False


def ants_and_bees(folder: Path) -> Found | None:
    """Find `hymenoptera_data`, with `train` and `val` and in each `ants` and `bees`."""
    root = folder / "hymenoptera_data"
    files = {(part, kind): _files(root / part / kind) for part in PARTS for kind in ("ants", "bees")}
    if not all(files.values()):
        return None
    return Found(
        name="ants-and-bees",
        where=root,
        key=_key(path for paths in files.values() for path in paths),
        classes=("Ant", "Bee"),
        source="Ants and bees: photographs collected for the Hymenoptera Genome Database, as in PyTorch's tutorial.",
        load=lambda size: _load_folder(root, files, size),
    )


def cats_and_dogs(look: Callable[[Path], cifar_copies.Copy | None], folder: Path) -> Found | None:
    """Find a copy of CIFAR-10, of the kind that one of `cifar_copies.KINDS` looks for."""
    copy = look(folder)
    if copy is None:
        return None
    return Found(
        name="cats-and-dogs",
        where=copy.where,
        key=f"{PIL.__version__} {copy.key}",
        classes=CAT_AND_DOG,
        source="Cats and dogs of CIFAR-10 (Krizhevsky, 2009), a seeded selection, enlarged from 32x32 pixels.",
        load=lambda size: _load_cats_and_dogs(copy, size),
        notice=f"{MISSING} cats and dogs of CIFAR-10, enlarged, take their place.",
    )


def embedded() -> Found:
    """Offer crops of the photographs that scikit-image ships, which needs no file and no network."""
    return Found(
        name="crops",
        where=photo_crops.paths()[0].parent,
        key=_key(photo_crops.paths()),
        classes=photo_crops.CLASSES,
        source="Crops of photographs that scikit-image ships: natural things, and things made by people.",
        load=photo_crops.load,
        notice=f"{MISSING} crops of a few photographs that scikit-image ships stand in for them: natural or made.",
        is_standin=True,
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _key(paths: Iterable[Path]) -> str:
    """Change when a file does, or Pillow."""
    return f"{PIL.__version__} {stamps(paths)}"


def _load_folder(root: Path, files: dict[tuple[str, str], list[Path]], size: int) -> Arrays:
    images: dict[str, list[np.ndarray]] = {part: [] for part in PARTS}
    labels: dict[str, list[int]] = {part: [] for part in PARTS}
    skipped = []
    for (part, kind), paths in files.items():
        for path in paths:
            if (image := _read(path, size)) is None:
                skipped.append(path.relative_to(root).as_posix())
                continue
            images[part].append(image)
            labels[part].append(0 if kind == "ants" else 1)
    if skipped:
        tell_once(f"Skipped (not a readable photograph): {', '.join(skipped)}.")
    for part, kind in files:
        if (0 if kind == "ants" else 1) not in labels[part]:
            raise ValueError(f"{part}/{kind} holds no readable photograph")
    return stacked(images, labels)


def _read(path: Path, size: int) -> np.ndarray | None:
    if path.suffix.lower() not in PHOTOGRAPHS:
        return None
    try:
        with Image.open(path) as picture:
            return squared(picture, size)
    except UNREADABLE:
        return None


def _load_cats_and_dogs(copy: cifar_copies.Copy, size: int) -> Arrays:
    """Choose among CIFAR-10's cats and dogs and enlarge them; the classes take turns."""
    images = {}
    for part in PARTS:
        every = cifar_copies.arrays(copy, "train" if part == "train" else "test")
        both = [_chosen(np.flatnonzero(every["labels"] == CIFAR_CLASSES.index(kind)), part) for kind in CAT_AND_DOG]
        rows = np.stack(both, axis=1).ravel()
        pictures = every["images"][rows].transpose(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
        images[part] = [squared(Image.fromarray(picture), size) for picture in pictures]
    return stacked(images, {part: [0, 1] * (len(images[part]) // 2) for part in PARTS})


def _chosen(candidates: np.ndarray, part: str) -> np.ndarray:
    """Choose as many as are wanted of a class, the same ones each time."""
    count = CAT_DOG_COUNTS[part]
    if len(candidates) < count:
        raise ValueError(f"expects at least {count} pictures of each class to choose from, got {len(candidates)}")
    return candidates[np.random.default_rng(0).permutation(len(candidates))[:count]]
