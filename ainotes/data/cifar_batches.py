"""CIFAR-10 as its author distributes it and torchvision keeps it: pickled batches, opened only once they are known.

A pickle can run any code. So a batch is unpickled when its MD5 is the one that torchvision asks for, and then by a
reader that can make numbers, strings, lists and arrays, and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import registry
from .cifar_classes import CLASSES, PARTS, SIDE, Arrays
from .files import problem

BATCH_BYTES = 1 << 26  # a batch has 31 MB
FOLDER = "cifar-10-batches-py"

_MAKERS = {
    "_reconstruct": np.empty(0).__reduce__()[0],  # numpy's own, wherever its version keeps it
    "ndarray": np.ndarray,
    "dtype": np.dtype,
}


def read_folder(folder: Path) -> dict[str, Arrays]:
    """Return both parts from a folder `cifar-10-batches-py`.

    Returns
    -------
    dict
        `"train"` and `"test"`, each with `images`, uint8 (N, 3, 32, 32), and `labels`, int64 (N,), in the author's
        order.

    Raises
    ------
    ValueError, OSError
        If a batch is missing, cannot be read, or is not the one that torchvision takes.
    """
    return _read(lambda name: _content(folder / name))


def read_archive(path: Path) -> dict[str, Arrays]:
    """Return the same from `cifar-10-python.tar.gz`, which stays packed.

    Raises
    ------
    ValueError, OSError
        If the file is not the one that the registry knows.
    """
    if wrong := problem(registry.CIFAR10, path):
        raise ValueError(wrong)
    wanted = {f"{FOLDER}/{name}": name for batches in registry.CIFAR10_BATCHES.values() for name, _ in batches}
    contents = {}
    try:
        with tarfile.open(path, mode="r|gz") as archive:
            for member in archive:
                if member.name in wanted and member.isfile() and member.size <= BATCH_BYTES:
                    file = archive.extractfile(member)
                    assert file is not None  # it is a regular file
                    contents[wanted[member.name]] = file.read()
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise ValueError(f"it is no tar.gz archive ({error})") from error
    if missing := [name for name in wanted.values() if name not in contents]:
        raise ValueError(f"it holds no {missing[0]}")
    return _read(contents.__getitem__)


def _content(path: Path) -> bytes:
    if path.stat().st_size > BATCH_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes, more than any batch")
    return path.read_bytes()


def _read(content: Callable[[str], bytes]) -> dict[str, Arrays]:
    return {
        part: _joined([_batch(name, content(name), md5) for name, md5 in registry.CIFAR10_BATCHES[part]])
        for part in PARTS
    }


def _joined(batches: list[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in ("images", "labels")}


def _batch(name: str, content: bytes, md5: str) -> Arrays:
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise ValueError(f"the checksum of {name} is wrong")
    try:
        batch = _OnlyArrays(io.BytesIO(content), encoding="latin1").load()  # written by Python 2
    except (pickle.UnpicklingError, EOFError) as error:
        raise ValueError(f"{name} is no pickled batch ({error})") from error
    images, labels = batch["data"], np.array(batch["labels"], dtype=np.int64)
    if images.dtype != np.uint8 or images.shape != (len(labels), 3 * SIDE * SIDE):
        raise ValueError(f"{name} holds {images.dtype} {images.shape}, expects uint8 ({len(labels)}, 3072)")
    if labels.min() < 0 or labels.max() >= len(CLASSES):
        raise ValueError(f"{name} holds labels from {labels.min()} to {labels.max()}, expects 0 to 9")
    return {"images": images.reshape(-1, 3, SIDE, SIDE), "labels": labels}


class _OnlyArrays(pickle.Unpickler):
    """Reads pickled arrays and what Python has built in; refuses everything that a pickle may name besides."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the three makers of arrays."""
        if module.split(".")[0] == "numpy" and name in _MAKERS:
            return _MAKERS[name]
        raise pickle.UnpicklingError(f"a batch of CIFAR-10 has no use for {module}.{name}")
