"""A table on disk with one row of features for each image that was ever asked for, found by the image's own bytes."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..data.folders import cache_folder, replace_atomically

__all__ = ["Table", "digests", "fingerprint"]

FORMAT = 1  # of what is cached
DIGEST_BYTES = 16
MOST_BYTES = 2 << 30  # a larger table is not kept


def digests(images: Tensor) -> list[bytes]:
    """Return what tells uint8 images (N, C, H, W) apart."""
    start = str(tuple(images.shape[1:])).encode()
    return [hashlib.blake2b(start + image.tobytes(), digest_size=DIGEST_BYTES).digest() for image in images.numpy()]


def fingerprint(model: nn.Module, *how: object) -> str:
    """Return what tells apart networks, by their layers and every weight, and how they are asked."""
    known = hashlib.sha256(repr((FORMAT, torch.__version__, type(model).__qualname__, repr(model), how)).encode())
    for name, tensor in model.state_dict().items():
        known.update(repr((name, tuple(tensor.shape), tensor.dtype)).encode())
        # As bytes: numpy knows no bfloat16.
        known.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return known.hexdigest()


class Table:
    """Features by image.

    Parameters
    ----------
    name : str
        Begins the file's name, so that a person finds it.
    key : str
        Everything the features depend on except the image, from `fingerprint`.
    """

    def __init__(self, name: str, key: str) -> None:
        self.path: Path = cache_folder() / "derived" / f"features-{name}-{key[:12]}.npz"
        self.rows: dict[bytes, np.ndarray] = {}
        with contextlib.suppress(
            OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile
        ):  # not there, or not whole
            with open(self.path, "rb") as file, np.load(file) as arrays:
                names, features = arrays["digests"], arrays["features"]
            if len(names) == len(features) and features.dtype == np.float32 and features.ndim == 2:
                self.rows = {name.tobytes(): row for name, row in zip(names, features, strict=True)}

    def gather(self, wanted: list[bytes], compute: Callable[[list[int]], np.ndarray]) -> np.ndarray:
        """Return the rows of images, float32 (N, F); those that are not there are computed and kept.

        What is there is believed only if computing the first of the images anew gives the same numbers, so that a
        network whose code has changed under the same name is noticed.

        Parameters
        ----------
        wanted : list of bytes
            From `digests`.
        compute : callable
            Places in `wanted` to features, float32.
        """
        missing = [place for place, digest in enumerate(wanted) if digest not in self.rows]
        if 0 not in missing and not self._holds(wanted[0], compute([0])[0]):
            self.rows, missing = {}, list(range(len(wanted)))
        if missing:
            once = list({wanted[place]: place for place in missing}.values())
            self.rows.update(zip((wanted[place] for place in once), compute(once), strict=True))
            self._save()
        return np.stack([self.rows[digest] for digest in wanted])

    def _holds(self, digest: bytes, fresh: np.ndarray) -> bool:
        kept = self.rows[digest]
        return kept.shape == fresh.shape and np.allclose(kept, fresh, rtol=1e-3, atol=1e-4 * float(np.abs(fresh).max()))

    def _save(self) -> None:
        features = np.stack(list(self.rows.values()))
        if features.nbytes > MOST_BYTES:
            return
        names = np.frombuffer(b"".join(self.rows), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
        with contextlib.suppress(OSError):  # a full or read-only disk only costs time
            replace_atomically(self.path, lambda file: np.savez(file, digests=names, features=features))
