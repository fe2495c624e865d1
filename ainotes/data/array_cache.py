"""Arrays that take seconds to make, kept in the cache for the next time."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable

import numpy as np

from .folders import cache_folder, replace_atomically


def remembered(name: str, key: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return arrays from the cache, or make them and put them there.

    Parameters
    ----------
    name : str
        Begins the file's name, so that a person finds it.
    key : str
        Everything the arrays depend on. Another key means another file.
    make : callable
        Called without arguments where the cache has no such file, or a damaged one.

    Returns
    -------
    dict of ndarray
        New arrays, the caller's to change.
    """
    path = cache_folder() / "derived" / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.npz"
    try:
        with open(path, "rb") as file, np.load(file) as arrays:  # numpy leaves a damaged file open
            return dict(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        pass  # not there, or not whole
    arrays = make()
    with contextlib.suppress(OSError):  # a full or read-only disk only costs time
        # No compression: reading is then as fast as the disk, and zip's own checksum still finds damage.
        replace_atomically(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
    return arrays
