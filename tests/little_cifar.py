"""Fifty pictures in place of CIFAR-10's 60,000, of each class three for training and two for the test, in each form."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from little_set import LittleSet
from PIL import Image

from ainotes.data import cifar10, cifar_tiles, registry
from ainotes.data.cifar_classes import CLASSES, PARTS

COUNTS = {"train": 3, "test": 2}  # of each class


def shade(part, label, number):
    """Return the colour of a picture of the little data set; every one has its own."""
    return (20 * label + 10 * number, 200 if part == "train" else 50, 90)


def jpeg(colour=(9, 9, 9), size=(32, 32), form="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form, quality=95)
    return file.getvalue()


def members():
    """Return the little data set as JPEG files, the last picture first."""
    return [
        (f"{part}/{name.lower()}/{number:04}.jpg", jpeg(shade(part, label, number)))
        for part in PARTS
        for label, name in enumerate(CLASSES)
        for number in reversed(range(COUNTS[part]))
    ]


def packed(files, mode="w:xz", extra=()):
    """Return a tar archive of (name, content) and of ready members."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return file.getvalue()


class Python2Pickler(pickle._Pickler):
    """Pickles as the author's Python 2 did: strings, and the bytes of arrays, are both byte strings."""

    def save_string(self, content):
        content = content.encode("latin1") if isinstance(content, str) else content
        self.write(pickle.BINSTRING + len(content).to_bytes(4, "little") + content)

    dispatch: ClassVar = {**pickle._Pickler.dispatch, bytes: save_string, str: save_string}


def pickled(content):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(content)
    return file.getvalue()


def batch(part, numbers):
    """Return a batch as the author pickled it."""
    pairs = [(number, label) for number in numbers for label in range(10)]
    images = np.empty((len(pairs), 3, 32, 32), dtype=np.uint8)
    for row, (number, label) in enumerate(pairs):
        images[row] = np.array(shade(part, label, number), dtype=np.uint8)[:, None, None]
    content = {"data": images.reshape(-1, 3072), "labels": [label for _, label in pairs], "batch_label": part}
    return pickled(content)


BATCHES = {
    "data_batch_1": batch("train", [0, 1]),
    "data_batch_2": batch("train", [2]),
    "test_batch": batch("test", [0, 1]),
}
TAR_GZ = packed([(f"cifar-10-batches-py/{name}", content) for name, content in BATCHES.items()], "w:gz")
TAR_XZ = packed(members())
FOLDER = "cifar-10-batches-py"


def known(file, content):
    """Return what the registry would say of a file with this content."""
    return dataclasses.replace(file, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def know_batches(monkeypatch, batches):
    sums = {name: (name, md5(content)) for name, content in batches.items()}
    parts = {"train": (sums["data_batch_1"], sums["data_batch_2"]), "test": (sums["test_batch"],)}
    monkeypatch.setattr(registry, "CIFAR10_BATCHES", parts)


def put_batches(folder, **changed):
    (folder / FOLDER).mkdir(parents=True)
    for name, content in BATCHES.items():
        (folder / FOLDER / name).write_bytes(changed.get(name, content))


def put_jpeg(folder, content=TAR_XZ):
    (folder / "cifar10_jpeg.tar.xz").write_bytes(content)


def put_python_archive(folder, content=TAR_GZ):
    (folder / "cifar-10-python.tar.gz").write_bytes(content)


def assert_little_set(found, part, tolerance):
    """Every picture has its own colour, so the colours say that pixels and labels belong together."""
    assert not found.is_standin
    assert found.classes == CLASSES
    assert found.images.dtype == torch.uint8
    assert found.images.shape == (10 * COUNTS[part], 3, 32, 32)
    assert found.labels.tolist() == list(range(10)) * COUNTS[part]
    for row, (image, label) in enumerate(zip(found.images, found.labels.tolist(), strict=True)):
        wanted = torch.tensor(shade(part, label, row // 10)).reshape(3, 1, 1)
        assert (image.int() - wanted).abs().max() <= tolerance


class LittleCifar(LittleSet):
    load = staticmethod(cifar10)
    served: ClassVar = {"cifar-10-python.tar.gz": TAR_GZ}
    credit = "CIFAR-10 (Krizhevsky, 2009), "
    standin_source = "40 crops of ten photographs that scikit-image ships, standing in for CIFAR-10's photographs."
    announcement = (
        "CIFAR-10 is not on this machine and AINOTES_OFFLINE forbids to download it, "
        "so crops of ten photographs that scikit-image ships stand in for its photographs.\n"
    )
    standin_counts = (40, 20)

    def __init__(self, root: Path, monkeypatch):
        super().__init__(root, monkeypatch)
        monkeypatch.setattr(cifar_tiles, "COUNTS", {"train": 4, "test": 2})
        monkeypatch.setattr(registry, "CIFAR10", known(registry.CIFAR10, TAR_GZ))
        monkeypatch.setattr(registry, "CIFAR10_JPEG", known(registry.CIFAR10_JPEG, TAR_XZ))
        know_batches(monkeypatch, BATCHES)

    def put(self, folder: Path, damaged: bytes | None = None) -> Path:
        put_batches(folder)
        path = folder / FOLDER / "data_batch_2"
        if damaged is not None:
            path.write_bytes(damaged)
        return path

    def check(self, found, part: str) -> None:
        assert_little_set(found, part, tolerance=0)
