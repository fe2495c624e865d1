"""Verified downloads: a file arrives whole and right, or nothing is left behind and the reason is told."""

from __future__ import annotations

import errno
import hashlib
import http.client
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tqdm import tqdm

from .files import DataFile
from .folders import replace_atomically

OPEN_SECONDS = 4.0  # to look up the name, connect and get the first byte: an offline laptop is told soon
READ_SECONDS = 10.0  # for the next bytes to arrive
SLOW_SECONDS, SLOW_BYTES = 30.0, 50_000  # fewer bytes than this in such a time: try the next mirror
CHUNK_BYTES = 1 << 16
UNREACHABLE = "cannot be reached"


class DownloadError(OSError):
    """No mirror gave the file; the message says why, mirror by mirror."""


def download(file: DataFile, folder: Path, *, quiet: bool = False) -> Path:
    """Download a file into a data folder, from the first mirror that has it right.

    Size and SHA-256 are checked while the bytes arrive in a temporary file beside the goal, which takes its name at the
    end. A mirror that refuses, stalls, cuts the connection or sends other bytes is left for the next.

    Parameters
    ----------
    file : DataFile
        What to download, and its mirrors.
    folder : Path
        The file goes to `folder / file.path`.
    quiet : bool
        No progress bar.

    Returns
    -------
    Path
        The file, verified.

    Raises
    ------
    DownloadError
        If no mirror could give it.
    """
    goal = folder / file.path
    reasons = []
    for url in file.urls:
        try:
            with closing(_open(url)) as response:
                replace_atomically(goal, partial(_receive, response, file, quiet))
            return goal
        except (OSError, http.client.HTTPException, ValueError) as error:
            if _is_the_disk(error):
                raise DownloadError(f"{goal.parent} cannot be written to: {error}") from error
            reasons.append((urlsplit(url).netloc, _in_words(error)))
    raise DownloadError(_in_short(reasons))


def _open(url: str) -> Any:
    """Open an address within `OPEN_SECONDS`.

    The wait is in a thread of its own because a socket's time-out does not cover looking up the name, which can take
    half a minute on a laptop without a network.
    """
    answers: queue.SimpleQueue = queue.SimpleQueue()
    given_up = threading.Event()
    request = urllib.request.Request(url, headers={"User-Agent": "ainotes"})

    def ask() -> None:
        try:
            response = urllib.request.urlopen(request, timeout=READ_SECONDS)
        except Exception as error:
            answers.put(error)
        else:
            response.close() if given_up.is_set() else answers.put(response)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=OPEN_SECONDS)
    except queue.Empty:
        given_up.set()
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _receive(response: Any, file: DataFile, quiet: bool, part: IO[bytes]) -> None:
    """Write what arrives into `part`; raise as soon as it cannot be the file."""
    digest = hashlib.sha256()
    expected = file.size_bytes or int(response.headers.get("Content-Length") or 0)  # 0: nobody says
    received = 0
    window_start, window_bytes = time.monotonic(), 0
    with _progress(file, expected, quiet) as bar:
        while chunk := response.read1(CHUNK_BYTES):
            received += len(chunk)
            if expected and received > expected:
                raise ValueError(f"sent more than the {expected:,} bytes of {file.name}")
            digest.update(chunk)
            part.write(chunk)
            bar.update(len(chunk))
            window_bytes += len(chunk)
            if time.monotonic() - window_start > SLOW_SECONDS:
                if window_bytes < SLOW_BYTES:
                    raise ValueError(f"was too slow ({received:,} of {expected:,} bytes)")
                window_start, window_bytes = time.monotonic(), 0
    if received < expected:
        raise ValueError(f"ended after {received:,} of {expected:,} bytes")
    if not file.is_sum(digest.hexdigest()):
        raise ValueError(f"sent something other than {file.name} (wrong checksum)")


def _progress(file: DataFile, size_bytes: int, quiet: bool) -> tqdm:
    return tqdm(
        desc=file.name,
        total=size_bytes or None,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        leave=False,
        disable=quiet,
        file=sys.stderr,
    )


def _in_short(reasons: list[tuple[str, str]]) -> str:
    """Return the mirrors' reasons as one; without a network every mirror has the same."""
    if not reasons:
        return "no address to download it from is known"
    if all(why.startswith(UNREACHABLE) for _, why in reasons):
        return f"no connection to {' or '.join(host for host, _ in reasons)}"
    return "; ".join(f"{host} {why}" for host, why in reasons)


def _is_the_disk(error: Exception) -> bool:
    """Return whether it was not the network: another mirror would not help."""
    if not isinstance(error, OSError) or isinstance(error, urllib.error.URLError):
        return False
    return bool(error.filename) or error.errno in (errno.ENOSPC, errno.EDQUOT)


def _in_words(error: Exception) -> str:
    """Say what happened at a mirror, as the end of a sentence that begins with its name."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"answered {error.code} ({error.reason})"
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "did not answer in time"
    if isinstance(reason, ValueError):
        return str(reason)
    if isinstance(reason, ConnectionError | http.client.HTTPException):
        return f"broke off the connection ({type(reason).__name__})"
    return f"{UNREACHABLE} ({getattr(reason, 'strerror', None) or reason})"
