"""Unpack the archive of ants and bees without believing what it says of itself."""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from .photo_arrays import PARTS

FOLDER = "hymenoptera_data"
KINDS = ("ants", "bees")
PICTURE = re.compile(rf"{FOLDER}/(?:{'|'.join(PARTS)})/(?:{'|'.join(KINDS)})/\w[\w.() -]{{0,150}}\.\w{{2,4}}")
MEMBER_BYTES = 8 << 20  # the largest photograph has 2.1 MB
ARCHIVE_BYTES = 256 << 20  # all together have 47 MB
MEMBERS = 1000  # there are about 400


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the photographs into a folder, all of them or none.

    Only members `hymenoptera_data/{train,val}/{ants,bees}/NAME` are written, as plain files, each under its own name;
    other files in the archive are passed over. The folder appears under its name when it is complete; one that was
    there before is replaced.

    Parameters
    ----------
    archive : Path
        A zip file.
    folder : Path
        Where `hymenoptera_data` goes.

    Returns
    -------
    Path
        `folder / "hymenoptera_data"`.

    Raises
    ------
    ValueError
        If the archive is damaged, names places outside the folder, holds links, or would unpack to more than the
        photographs can have.
    OSError
        If the folder cannot be written to.
    """
    goal = folder / FOLDER
    part = folder / f".{FOLDER}.{os.getpid()}-{os.urandom(4).hex()}.part"
    try:
        for name, content in _pictures(archive):
            path = part.joinpath(*name.split("/")[1:])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if not part.is_dir():
            raise ValueError(f"it holds no {FOLDER}/{{{','.join(PARTS)}}}/{{{','.join(KINDS)}}}")
        _replace(goal, part)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return goal


def _pictures(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each picture; every name is looked at before the first is read."""
    try:
        with zipfile.ZipFile(archive) as file:
            members = file.infolist()
            _check(members)
            for member in members:
                if PICTURE.fullmatch(member.filename):
                    yield member.filename, _content(file, member)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"it is cut short or no zip archive ({error})") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBERS:
        raise ValueError(f"it holds {len(members):,} files, the photographs are about 400")
    for member in members:
        name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
        parts = re.split(r"[/\\]", name)
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise ValueError(f"it holds {name[:80]!r}, a place outside its folder")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ValueError(f"it holds {name[:80]!r}, which is a link or a device and no file")
        if member.file_size > MEMBER_BYTES:
            raise ValueError(f"{name[:80]} has {member.file_size:,} bytes, expects at most {MEMBER_BYTES:,}")
    total = sum(member.file_size for member in members)
    if total > ARCHIVE_BYTES:
        raise ValueError(f"it unpacks to {total:,} bytes, expects at most {ARCHIVE_BYTES:,}")


def _content(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member, no more of it than its header announced; zipfile compares the checksum."""
    with file.open(member) as opened:
        content = opened.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise ValueError(f"{member.filename[:80]} does not have the {member.file_size:,} bytes that it announces")
    return content


def _replace(goal: Path, part: Path) -> None:
    """Give a complete folder its name; what was there under the name goes first."""
    old = part.with_suffix(".old")
    try:
        if goal.exists():
            os.replace(goal, old)
        os.replace(part, goal)
    finally:
        shutil.rmtree(old, ignore_errors=True)
