"""Which files of a learner's folder belong to which class, and what is wrong with a folder that has none."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})  # what systems leave behind, besides hidden files
VAL_NAMES = ("val", "valid", "validation")
ANY, TRAIN, VAL = 0, 1, 2  # the part that a file belongs to; ANY is for the split to decide


@dataclass(frozen=True)
class File:
    """A file of a class: where it is, the name of the class, and the part it belongs to."""

    path: Path
    kind: str
    part: int


def files_in(root: Path) -> tuple[list[File], list[str]]:
    """Return the files of a folder, and the names of its classes in alphabetical order.

    The folder holds a folder for each class, or `train` and `val` with such folders each. Folders inside a class's
    folder belong to the class. Hidden files, and what systems leave behind, are passed over.

    Raises
    ------
    ValueError
        If there are no folders of classes, or `train` has others than `val`; the message says what was found.
    """
    parts = _given_parts(root)
    if not parts:
        kinds = _kinds(root)
        return _files(kinds, ANY), [kind.name for kind in kinds]
    train, val = (_kinds(folder) for folder in parts)
    one, other = ([kind.name for kind in kinds] for kinds in (train, val))
    if one != other:
        raise ValueError(
            f"image_folder: train and val in {root} expect the same classes, train has {', '.join(one)}, "
            f"val has {', '.join(other)}; name their folders alike"
        )
    return _files(train, TRAIN) + _files(val, VAL), one


def existing(path: str | os.PathLike[str]) -> Path:
    """Return the path of a folder that is there.

    Raises
    ------
    TypeError, FileNotFoundError, ValueError
        If it is no path, there is nothing, or there is a file.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"image_folder: expects the path of a folder, got {type(path).__name__}")
    root = Path(path).expanduser()
    if root.is_dir():
        return root.resolve()
    if root.exists():
        what = (
            "an archive: unpack it and" if root.suffix.lower() in (".zip", ".tar", ".gz", ".7z", ".rar") else "a file:"
        )
        raise ValueError(f"image_folder: {root} is {what} give the folder that holds a folder for each class")
    raise FileNotFoundError(f"image_folder: there is no folder {root}{_near(root)}")


def _given_parts(root: Path) -> tuple[Path, ...]:
    """Return the folders to train on and to validate with, where there are such, else nothing."""
    folders = {folder.name.lower(): folder for folder in _visible(root) if folder.is_dir()}
    val = next((folders[name] for name in VAL_NAMES if name in folders), None)
    if "train" not in folders or val is None or not any(path.is_dir() for path in _visible(folders["train"])):
        return ()
    return folders["train"], val


def _kinds(folder: Path) -> list[Path]:
    """Return the folders of the classes, in alphabetical order."""
    kinds = [path for path in _visible(folder) if path.is_dir()]
    if not kinds:
        loose = sum(path.is_file() for path in _visible(folder))
        held = f"it holds {loose} files and no folder" if loose else "it is empty"
        raise ValueError(
            f"image_folder: {folder} expects a folder for each class, such as {folder.name}/cats and "
            f"{folder.name}/dogs; {held}"
        )
    return sorted(kinds, key=lambda path: path.name)


def _files(kinds: list[Path], part: int) -> list[File]:
    return [File(path, kind.name, part) for kind in kinds for path in _below(kind)]


def _below(folder: Path) -> list[Path]:
    """Return all files below a folder, in a fixed order; links to folders are not followed."""
    found = []
    for path in _visible(folder):
        if path.is_dir():
            found += [] if path.is_symlink() else _below(path)
        elif path.is_file():
            found.append(path)
    return found


def _visible(folder: Path) -> list[Path]:
    paths = (path for path in folder.iterdir() if path.name[0] != "." and path.name.lower() not in IGNORED)
    return sorted(paths, key=lambda path: (path.name.lower(), path.name))


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent} either (the working folder is {Path.cwd()})"
    names = [each.name for each in _visible(path.parent) if each.is_dir()]
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else f"; the working folder is {Path.cwd()}"
