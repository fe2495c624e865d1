"""A learner's own photographs: a folder for each class, from anywhere, with all that is wrong with such folders."""

from __future__ import annotations

import hashlib
import os
import re
from functools import partial
from pathlib import Path

import numpy as np
import PIL
from tqdm import tqdm

from .array_cache import remembered
from .image_folder_files import ANY, TRAIN, VAL, File, existing, files_in
from .image_folder_pictures import Unfit, read
from .image_set import ImageSet
from .notices import tell_once
from .photo_arrays import Arrays, as_image_set, checked_size

MOST_BYTES = 4 << 30  # of pixels in memory
NAMED = 8  # files that a report names
FORMAT = 2  # of what is cached


def image_folder(
    path: str | os.PathLike[str], size: int = 256, *, val: float = 0.2, seed: int = 0, quiet: bool = False
) -> tuple[ImageSet, ImageSet]:
    """Return the photographs of a folder, to train on and to validate with.

    The folder holds a folder for each class, whose name is the class's; or `train` and `val`, and in each a folder for
    each class. Every photograph is turned upright, scaled so that its shorter side is `size`, and cropped in the
    middle. Pixels are decoded once, then they come from the cache, until a file changes.

    Left out, and named in one printed sentence: files that cannot be read, GIFs, icons, pictures of one colour, a
    picture that is there a second time (it must not be in both parts; in two classes it is left out of both), classes
    with nothing to learn from. Hidden files are passed over; folders inside a class's folder belong to the class.

    Parameters
    ----------
    path : path
        The folder.
    size : int
        Rows and columns, 16 to 512.
    val : float
        Share of each class to validate with, more than 0 and less than 1; at least one photograph of each class goes to
        each part. Without meaning where the folder has its own `train` and `val`.
    seed : int
        The same seed gives the same split.
    quiet : bool
        No progress bar, and no sentence about what was left out.

    Returns
    -------
    train, val : ImageSet
        Images (N, 3, size, size); classes in alphabetical order.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it is a file, holds no folders of classes, or fewer than two classes with photographs enough.
    TypeError
        If `path` is no path, or `size` no whole number.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for kind in ("cats", "dogs"):
    ...         (Path(folder) / kind).mkdir()
    ...         for i in range(5):
    ...             Image.effect_noise((40, 30), 50 + i).save(Path(folder) / kind / f"{i}.jpg")
    ...     train, val = image_folder(folder, size=32, quiet=True)
    >>> train.classes, len(train), len(val)
    (('cats', 'dogs'), 8, 2)
    """
    _check(size, val)
    root = existing(path)
    files, kinds = files_in(root)
    _check_memory(root, len(files), size)
    name = f"folder-{re.sub(r'[^A-Za-z0-9]+', '-', root.name)[:40]}-{size}"
    arrays = remembered(
        name, f"{FORMAT} {PIL.__version__} {_stamps(root, files)}", partial(_read, root, files, size, quiet)
    )
    classes = [kind for kind in kinds if _is_enough(arrays["parts"][arrays["kinds"] == kind])]
    few = [kind for kind in kinds if kind not in classes]
    report = _report(root, arrays["left_out"].tolist(), len(files), few)
    if len(classes) < 2:
        raise ValueError(
            f"image_folder: {root} expects two classes or more, with at least two photographs of each; it holds "
            f"{len(classes)}. {report}"
        )
    if report and not quiet:
        tell_once(report)
    return _sets(arrays, classes, val, seed, f"photographs of the folder {root.name}.")


def _check(size: int, val: float) -> None:
    checked_size("image_folder", size)
    if not 0 < val < 1:
        raise ValueError(f"image_folder: val is the share to validate with, more than 0 and less than 1; got {val}")


def _check_memory(root: Path, count: int, size: int) -> None:
    size_bytes = count * size * size * 3
    if size_bytes > MOST_BYTES:
        raise ValueError(
            f"image_folder: {root} holds {count:,} files, which at {size}x{size} pixels would take "
            f"{size_bytes / 1e9:.1f} GB of memory; ask for a smaller size"
        )


def _stamps(root: Path, files: list[File]) -> str:
    """Change when a file does, its name, its class or its part."""
    return str(
        [(f.path.relative_to(root).as_posix(), f.part, f.path.stat().st_size, f.path.stat().st_mtime_ns) for f in files]
    )


def _read(root: Path, files: list[File], size: int, quiet: bool) -> Arrays:
    """Decode what can be learnt from, `images` uint8 (N, size, size, 3), `kinds`, `parts`; `left_out` says the rest."""
    images: dict[bytes, tuple[np.ndarray, File]] = {}
    left_out: list[str] = []
    torn: set[bytes] = set()  # pictures that are in two classes
    for file in tqdm(files, desc=f"Reading {root.name}", unit=" files", leave=False, disable=quiet):
        name = file.path.relative_to(root).as_posix()
        try:
            pixels = read(file.path, size)
        except Unfit as why:
            left_out.append(f"{name} ({why})")
            continue
        digest = hashlib.sha256(pixels.tobytes()).digest()
        if digest not in images:
            images[digest] = pixels, file
            continue
        first = images[digest][1]
        left_out.append(f"{name} (the same picture as {first.path.relative_to(root).as_posix()})")
        if first.kind != file.kind and digest not in torn:
            torn.add(digest)
            left_out.append(f"{first.path.relative_to(root).as_posix()} (it is in two classes)")
    kept = [pair for digest, pair in images.items() if digest not in torn]
    return {
        "images": np.stack([pixels for pixels, _ in kept]) if kept else np.zeros((0, size, size, 3), np.uint8),
        "kinds": np.array([file.kind for _, file in kept], dtype=np.str_),
        "parts": np.array([file.part for _, file in kept], dtype=np.int64),
        "left_out": np.array(left_out, dtype=np.str_),
    }


def _is_enough(parts: np.ndarray) -> bool:
    """Whether the photographs of a class, of which these are the parts, give one to each part at least."""
    return len(parts) >= 2 if (parts == ANY).all() else {TRAIN, VAL} <= set(parts.tolist())


def _sets(arrays: Arrays, classes: list[str], val: float, seed: int, words: str) -> tuple[ImageSet, ImageSet]:
    """Return the photographs of these classes, to train on and to validate with."""
    rows = np.flatnonzero(np.isin(arrays["kinds"], classes))
    labels, parts = np.searchsorted(classes, arrays["kinds"][rows]), arrays["parts"][rows]
    if (parts == ANY).all():
        parts = _split(labels, val, seed)
    train, other = (
        as_image_set(
            arrays["images"][rows[parts == part]],
            labels[parts == part],
            classes,
            source=f"{(parts == part).sum():,} {words}",
        )
        for part in (TRAIN, VAL)
    )
    return train, other


def _split(labels: np.ndarray, val: float, seed: int) -> np.ndarray:
    """Return TRAIN or VAL for each row: of every class its share, and at least one of each."""
    rng = np.random.default_rng(seed)
    parts = np.full(len(labels), TRAIN)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        parts[rows[: min(max(round(val * len(rows)), 1), len(rows) - 1)]] = VAL
    return parts


def _report(root: Path, left_out: list[str], total: int, few: list[str]) -> str:
    sentences = []
    if left_out:
        more = f", and {len(left_out) - NAMED} more" if len(left_out) > NAMED else ""
        sentences.append(
            f"{root.name}: left out {len(left_out)} of {total} files: {', '.join(left_out[:NAMED])}{more}."
        )
    if few:
        named = ", ".join(few)
        sentences.append(
            f"{root.name}: left out the classes that have fewer than two photographs, or none in a part: {named}."
        )
    return " ".join(sentences)
