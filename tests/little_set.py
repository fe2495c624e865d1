"""A data set of a few images in place of a real one, with an empty data folder beside an empty cache and no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ainotes.data import notices, registry


class LittleSet:
    """What the tests of a data set's look-up need to know about it.

    Attributes
    ----------
    data, cache : Path
        The folder that `AINOTES_DATA` names, which is there, and the cache, which is not there yet.
    load : callable
        The function of `ainotes.data`.
    served : dict of str and bytes
        The files that the network has, by their names.
    credit, standin_source, announcement : str
        How a source of real images begins, a stand-in's source, and the sentence that is printed of it offline.
    standin_counts : tuple of int
        Images of the stand-in for training and for the test, made small by the test.
    """

    load: Any
    served: dict[str, bytes]
    credit: str
    standin_source: str
    announcement: str
    standin_counts: tuple[int, int]

    def __init__(self, root: Path, monkeypatch):
        self.data, self.cache = root / "data", root / "cache"
        self.data.mkdir()
        self.patch = monkeypatch
        monkeypatch.setenv("AINOTES_DATA", str(self.data))
        monkeypatch.setenv("AINOTES_CACHE", str(self.cache))
        monkeypatch.setenv("AINOTES_OFFLINE", "1")
        monkeypatch.delenv("AINOTES_SHORT", raising=False)
        notices.forget()

    def go_online(self) -> list[str]:
        """Allow downloads, from a network that holds the little set; return the list of what is asked for."""
        asked: list[str] = []

        def download(file, folder, *, quiet):
            asked.append(file.name)
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.served[file.name])
            return path

        self.patch.delenv("AINOTES_OFFLINE")
        self.patch.setattr(registry, "download", download)
        return asked

    def put(self, folder: Path, damaged: bytes | None = None) -> Path:
        """Put the set into a folder, one of its files with other content if that is given; return that file."""
        raise NotImplementedError

    def check(self, found, part: str) -> None:
        """Assert that these are the images and labels of the little set."""
        raise NotImplementedError
