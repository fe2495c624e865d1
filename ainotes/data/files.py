"""What a file of a data set must be, so that anybody's copy can be trusted or turned away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class DataFile:
    """A file of a data set and where in the world to get it.

    Attributes
    ----------
    path : str
        Its place inside a data folder, with forward slashes; torchvision's place where it has one.
    size_bytes : int or None
        None where nobody has published it: then the server's word is taken, and the checksum decides.
    sha256 : str
        Checksum of the file as it is distributed, in hexadecimal; or its beginning, where no more is published.
    md5 : str
        The weaker checksum that torchvision asks for, so that a test can hold the two to the same file.
    urls : tuple of str
        Mirrors, tried in this order.
    """

    path: str
    size_bytes: int | None
    sha256: str
    md5: str = ""
    urls: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]

    def is_sum(self, digest: str) -> bool:
        """Return whether this SHA-256, in hexadecimal, is the file's."""
        return bool(self.sha256) and digest.startswith(self.sha256)


def stamps(paths: Iterable[Path]) -> str:
    """Return names, sizes and times of files in one string, which is another one when a file changed."""
    return str([(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths])


def problem(file: DataFile, path: Path) -> str | None:
    """Say what is wrong with a copy of a file, in a few words, or return None for a true copy."""
    try:
        size_bytes = path.stat().st_size
        if file.size_bytes not in (None, size_bytes):
            return f"it has {size_bytes:,} bytes instead of {file.size_bytes:,}"
        digest = hashlib.sha256()
        with open(path, "rb") as copy:
            while chunk := copy.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        return f"it cannot be read ({error.strerror or error})"
    return None if file.is_sum(digest.hexdigest()) else "its checksum is wrong"
