"""CIFAR-10 as JPEG files in a `.tar.xz`, read without unpacking it and without believing what it says of itself."""

from __future__ import annotations

import io
import lzma
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from .cifar_classes import CLASSES, PARTS, SIDE, Arrays

MEMBER_BYTES = 20_000  # a 32x32 photograph as JPEG has about 900
ARCHIVE_BYTES = 1 << 28  # the whole archive unpacks to 96 MB
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what Pillow raises on a damaged file

_LABELS = {name.lower(): label for label, name in enumerate(CLASSES)}
_PICTURE = re.compile(rf"(?:\./)?({'|'.join(PARTS)})/({'|'.join(_LABELS)})/([0-9]{{1,9}})\.jpe?g")

Pictures = dict[tuple[int, int], bytes]  # (number of the file, label): the file


def read(path: Path, *, quiet: bool = True) -> dict[str, Arrays]:
    """Return both parts of an archive with members `{train,test}/CLASS/NNNN.jpg`.

    Nothing is written: a member's name only says which picture it is, and one that could mean anything else ends the
    reading. Members, the archive as a whole and every picture are held to their known sizes before they are decoded.

    Parameters
    ----------
    path : Path
        The archive.
    quiet : bool
        No progress bar.

    Returns
    -------
    dict
        `"train"` and `"test"`, each with `images`, uint8 (N, 3, 32, 32), and `labels`, int64 (N,). By number, the
        classes taking turns, so that the first images are not all of one class.

    Raises
    ------
    ValueError
        If the archive is damaged, or holds anything but the ten classes' pictures, as many of each.
    """
    pictures = _pictures(path)
    total = sum(map(len, pictures.values()))
    with tqdm(desc=f"Decoding {path.name}", total=total, unit=" images", leave=False, disable=quiet) as bar:
        return {part: _decoded(part, pictures[part], bar) for part in PARTS}


def _pictures(path: Path) -> dict[str, Pictures]:
    pictures: dict[str, Pictures] = defaultdict(dict)
    try:
        with lzma.open(path) as file:
            unpacked: Any = _AtMost(file)  # a file that tarfile need only read
            with tarfile.open(fileobj=unpacked, mode="r|") as archive:
                for part, key, content in _members(archive):
                    if key in pictures[part]:
                        raise ValueError(f"{part}/{CLASSES[key[1]].lower()} holds number {key[0]} twice")
                    pictures[part][key] = content
            while unpacked.read(tarfile.RECORDSIZE):  # to the end, where xz has its own checksum
                pass
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise ValueError(f"it is cut short or no tar.xz archive ({error})") from error
    for part in PARTS:
        _check_balance(part, pictures[part])
    return pictures


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, tuple[int, int], bytes]]:
    """Yield part, (number, label) and content of each picture; folders say nothing."""
    for member in archive:
        if member.isdir():
            continue
        match = _PICTURE.fullmatch(member.name)
        if not match or not member.isfile() or member.issparse():
            raise ValueError(
                f"expects regular files {{train,test}}/CLASS/NNNN.jpg of {', '.join(_LABELS)}; "
                f"it holds {member.name[:80]!r}"
            )
        if not 0 < member.size <= MEMBER_BYTES:
            raise ValueError(f"{member.name} has {member.size:,} bytes, expects 1 to {MEMBER_BYTES:,}")
        content = archive.extractfile(member)
        assert content is not None  # it is a regular file
        yield match[1], (int(match[3]), _LABELS[match[2]]), content.read()


def _check_balance(part: str, pictures: Pictures) -> None:
    counts = np.bincount([label for _, label in pictures], minlength=len(CLASSES))
    if counts.min() == 0 or counts.min() < counts.max():
        held = ", ".join(f"{count:,} of {name}" for name, count in zip(_LABELS, counts, strict=True))
        raise ValueError(f"expects as many {part} pictures of each class, it holds {held}")


def _decoded(part: str, pictures: Pictures, bar: tqdm) -> Arrays:
    images = np.empty((len(pictures), 3, SIDE, SIDE), dtype=np.uint8)
    labels = np.empty(len(pictures), dtype=np.int64)
    for row, (number, label) in enumerate(sorted(pictures)):
        name = f"{part}/{CLASSES[label].lower()}/{number:04}.jpg"
        images[row] = _pixels(name, pictures[number, label]).transpose(2, 0, 1)  # (H, W, C) -> (C, H, W)
        labels[row] = label
        bar.update()
    return {"images": images, "labels": labels}


def _pixels(name: str, content: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            if picture.size == (SIDE, SIDE):  # known from its header: nothing large is ever decoded
                return np.asarray(picture.convert("RGB"))
            width, height = picture.size
    except UNREADABLE as error:
        raise ValueError(f"{name} is no readable JPEG ({type(error).__name__})") from error
    raise ValueError(f"{name} has {height}x{width} pixels, expects {SIDE}x{SIDE}")


class _AtMost:
    """A file that may be read up to `ARCHIVE_BYTES`: a few kilobytes of xz can unpack to as many gigabytes."""

    def __init__(self, file: lzma.LZMAFile) -> None:
        self.file, self.left = file, ARCHIVE_BYTES

    def read(self, count: int) -> bytes:
        """Return up to `count` bytes."""
        content = self.file.read(count)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError(f"it unpacks to more than {ARCHIVE_BYTES:,} bytes, which CIFAR-10 does not")
        return content
