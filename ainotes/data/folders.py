"""Where data is looked for and kept on this machine."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .notices import tell_once

ABANDONED_SECONDS = 3600.0  # a temporary file that nobody has written to for so long is nobody's


def data_folder() -> Path | None:
    """Return the folder named by the environment variable AINOTES_DATA, or None.

    A relative path counts from the working directory, then from the checkout: a notebook runs in its own folder.
    """
    named = os.environ.get("AINOTES_DATA", "").strip()
    if not named:
        return None
    bases = [Path.cwd(), *filter(None, [checkout()])]
    for base in bases:
        folder = base / Path(named).expanduser()
        if folder.is_dir():
            return folder.resolve()
    tell_once(f"AINOTES_DATA names the folder {named!r}, which is not there: looking elsewhere.")
    return None


def cache_folder() -> Path:
    """Return the folder for downloads and derived files, made if need be.

    In this order: the environment variable AINOTES_CACHE; `data/cache` of the checkout; the user's cache folder; the
    system's folder for temporary files. The first that can be written to is taken.
    """
    for folder in _cache_candidates():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="ainotes-"))


def checkout() -> Path | None:
    """Return the root of the course's working copy, or None where only the package is installed."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def replace_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    `write` gets an open binary file beside `path`, which then takes its name; when it raises, nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with open(part, "xb") as file:
            write(file)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what a killed process left of this file."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError):  # another process may have been quicker
            if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                part.unlink()


def _cache_candidates() -> list[Path]:
    candidates = []
    if named := os.environ.get("AINOTES_CACHE", "").strip():
        candidates.append(Path(named).expanduser().absolute())
    if root := checkout():
        candidates.append(root / "data" / "cache")
    candidates.append(_user_cache() / "ainotes")
    candidates.append(Path(tempfile.gettempdir()) / "ainotes-cache")
    return candidates


def _user_cache() -> Path:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
