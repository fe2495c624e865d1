"""Forty garments in place of Fashion-MNIST's 70,000: the same twenty for training and for the test."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import torch
from little_set import LittleSet

from ainotes.data import fashion, fashion_mnist, registry
from ainotes.data.files import DataFile
from ainotes.data.garments import store


def idx(array: np.ndarray) -> bytes:
    """Return a gzipped file of the idx format."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes(), mtime=0)


class LittleFashion(LittleSet):
    load = staticmethod(fashion_mnist)
    credit = "Fashion-MNIST (Zalando Research, MIT licence), 20 "
    standin_source = "20 garments drawn by code, standing in for Fashion-MNIST's photographs."
    announcement = (
        "Fashion-MNIST is not on this machine and AINOTES_OFFLINE forbids to download it, "
        "so garments drawn by code stand in for its photographs.\n"
    )
    standin_counts = (20, 10)

    def __init__(self, root: Path, monkeypatch):
        super().__init__(root, monkeypatch)
        self.images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
        self.labels = np.arange(20, dtype=np.uint8) % 10
        self.served = {"labels.gz": idx(self.labels), "images.gz": idx(self.images)}
        self.files = tuple(
            DataFile(f"FashionMNIST/raw/{name}", len(b), hashlib.sha256(b).hexdigest(), "", ("http://mirror/",))
            for name, b in self.served.items()
        )
        monkeypatch.setattr(registry, "FASHION_MNIST", {"train": self.files, "test": self.files})
        monkeypatch.setattr(store, "COUNT_AND_SEED", {"train": (20, 0), "test": (10, 1)})

    def put(self, folder: Path, damaged: bytes | None = None) -> Path:
        for file in self.files:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.served[file.name])
        if damaged is not None:
            path.write_bytes(damaged)
        return path

    def check(self, found, part: str) -> None:
        assert not found.is_standin
        assert found.classes == fashion.CLASSES
        assert found.images.dtype == torch.uint8
        assert torch.equal(found.images[:, 0], torch.tensor(self.images))
        assert found.labels.tolist() == self.labels.tolist()
