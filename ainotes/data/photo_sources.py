"""The places that colour photographs of two classes can come from, each read into plain arrays."""

from __future__ import annotations

import io
import lzma
import re
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

from . import photo_crops
from .notices import tell_once
from .photo_arrays import PARTS, Arrays, squared, stacked

PHOTOGRAPHS = {".jpg", ".jpeg", ".png"}
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what Pillow raises on a damaged file
CAT_AND_DOG = {"cat": 0, "dog": 1}
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


def cats_and_dogs_archive(folder: Path) -> Found | None:
    """Find `cifar10_jpeg.tar.xz`: CIFAR-10 as JPEG files `{train,test}/CLASS/NNNN.jpg`."""
    path = folder / "cifar10_jpeg.tar.xz"
    return _cats_and_dogs(path, [path], lambda: _archive_pictures(path)) if path.is_file() else None


def cats_and_dogs_torchvision(folder: Path) -> Found | None:
    """Find CIFAR-10 as torchvision keeps it, in `cifar-10-batches-py`."""
    path = folder / "cifar-10-batches-py"
    batches = sorted(path.glob("*_batch*"))
    return _cats_and_dogs(path, batches, lambda: _torchvision_pictures(folder)) if len(batches) == 6 else None


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
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return f"{PIL.__version__} {stats}"


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
        tell_once(f"Skipped, as no readable photographs: {', '.join(skipped)}.")
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


def _cats_and_dogs(where: Path, paths: list[Path], pictures: Callable[[], dict[str, list[list[Image.Image]]]]) -> Found:
    return Found(
        name="cats-and-dogs",
        where=where,
        key=_key(paths),
        classes=("Cat", "Dog"),
        source="Cats and dogs of CIFAR-10 (Krizhevsky, 2009), a seeded selection, enlarged from 32x32 pixels.",
        load=lambda size: _enlarged(pictures(), size),
        notice=f"{MISSING} cats and dogs of CIFAR-10, enlarged, take their place.",
    )


def _enlarged(pictures: dict[str, list[list[Image.Image]]], size: int) -> Arrays:
    """Enlarge pictures given by part and class; the classes take turns."""
    images = {
        part: [squared(p, size) for pair in zip(*both, strict=True) for p in pair] for part, both in pictures.items()
    }
    return stacked(images, {part: [0, 1] * (len(images[part]) // 2) for part in PARTS})


def _chosen(candidates: list, part: str) -> list:
    """Choose as many as are wanted of a class, the same ones each time."""
    count = CAT_DOG_COUNTS[part]
    if len(candidates) < count:
        raise ValueError(f"expects at least {count} pictures of each class to choose from, got {len(candidates)}")
    order = np.random.default_rng(0).permutation(len(candidates))[:count]
    return [candidates[i] for i in order]


def _archive_pictures(path: Path) -> dict[str, list[list[Image.Image]]]:
    """Read cats and dogs straight from the archive; nothing is unpacked, so its paths can do no harm."""
    encoded: dict[str, list[list[tuple[str, bytes]]]] = {part: [[], []] for part in PARTS}
    wanted = re.compile(r"(?:\./)?(train|test)/(cat|dog)/[^/]+\.jpg")
    try:
        with tarfile.open(path, mode="r|xz") as archive:
            for member in archive:
                match = wanted.fullmatch(member.name)
                if match and member.isfile() and member.size < 100_000:
                    data = archive.extractfile(member)
                    assert data is not None  # it is a file
                    part = "train" if match[1] == "train" else "val"
                    encoded[part][CAT_AND_DOG[match[2]]].append((member.name, data.read()))
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise ValueError(str(error)) from error
    return {
        part: [[Image.open(io.BytesIO(data)) for _, data in _chosen(sorted(files), part)] for files in both]
        for part, both in encoded.items()
    }


def _torchvision_pictures(folder: Path) -> dict[str, list[list[Image.Image]]]:
    from torchvision.datasets import CIFAR10

    pictures = {}
    for part in PARTS:
        data = CIFAR10(str(folder), train=part == "train")  # checks every file's MD5 before it unpickles it
        targets = np.array(data.targets)
        rows = [_chosen(np.flatnonzero(targets == data.class_to_idx[kind]).tolist(), part) for kind in CAT_AND_DOG]
        pictures[part] = [[Image.fromarray(data.data[row]) for row in some] for some in rows]
    return pictures
