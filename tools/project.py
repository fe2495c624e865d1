"""Where things are, for the tools in this folder.

Standard library only, so that set-up can use it before anything is installed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
NOTEBOOKS = ROOT / "notebooks"
VERIFIED = ROOT / "data" / "verified.json"


# Variables that name folders: kernels run in the lessons' folders, where a relative path would mean another place.
FOLDERS = ("AINOTES_DATA", "AINOTES_CACHE", "TORCH_HOME")


def absolute_folders(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that name folders, with absolute paths."""
    return {name: os.path.abspath(environment[name]) for name in FOLDERS if environment.get(name)}


def venv_program(name: str, venv: Path = VENV) -> Path:
    """Return the path of a program of the environment, on any system."""
    windows = os.name == "nt"
    return venv / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


def sources(folder: Path = NOTEBOOKS) -> Iterator[Path]:
    """Yield the source files of the lessons (py:percent), in the order in which they are read."""
    for path in sorted(folder.rglob("*.py")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path


def relative(path: Path, root: Path = ROOT) -> str:
    """Return a path as it is written in this project: from the root, with forward slashes."""
    return path.resolve().relative_to(root.resolve()).as_posix()


def write_text(path: Path, text: str) -> bool:
    """Write a file whole or not at all, and only when it changes; say whether it changed."""
    if path.exists() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return True


def stop(sentence: str) -> NoReturn:
    """End the program with one plain sentence for the reader, without a traceback."""
    sys.stdout.flush()
    raise SystemExit(f"\n{sentence}")
