"""Set up the environment in .venv: the one way to do it, on every system (standard library only).

    python tools/setup.py            make or mend .venv; well under a second when there is nothing to do
    python tools/setup.py --again    remove .venv and make it anew

What is installed is what requirements.lock names, each file checked against its hash. A step that breaks stops with one
sentence that says what to do; the next call continues from there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from project import ROOT, VENV, stop, venv_program

OLDEST = (3, 11)
LOCK = ROOT / "requirements.lock"
STAMP = "ainotes-setup.txt"
# Linux wheels of torch bring the CUDA libraries; the others do not.
NEEDED_GB = 7.0 if sys.platform == "linux" else 2.5

# What the installers print, and the sentence for the reader; the first that matches is said.
SENTENCES = (
    (
        r"No space left on device|os error 28|not enough space on the disk|os error 112|Disk quota exceeded",
        "The disk is full: free about {needed:.0f} GB in {root}, then run the same command again.",
    ),
    (
        r"[Hh]ash mismatch|DO NOT MATCH THE HASHES|does not match the expected hash|Can't verify hashes",
        "A downloaded file is not the one that requirements.lock names (its hash differs), so nothing was installed "
        "from it. Run the same command again; if it says so twice, run `git checkout requirements.lock`, "
        "or ask whoever runs your package mirror.",
    ),
    (
        r"Permission denied|os error 13|Access is denied|os error 5\b|Read-only file system|os error 30",
        "Python may not write here: put the course in a folder of your own, or mend the rights of {root}, then run the "
        "same command again.",
    ),
    (
        r"dns error|[Nn]ame resolution|Name or service not known|getaddrinfo|nodename nor servname|[Tt]imed out|"
        r"error sending request|Failed to fetch|NewConnectionError|ConnectTimeout|Could not fetch URL|"
        r"Connection (refused|reset|aborted)|Network is unreachable|network connectivity is disabled|"
        r"ProxyError|tunnel error|CERTIFICATE_VERIFY_FAILED|invalid peer certificate",
        "The package index cannot be reached: connect to the internet (behind a proxy, set HTTPS_PROXY), then run the "
        "same command again; it continues from here.",
    ),
    (
        r"No matching distribution|No solution found|no wheels? with a matching|doesn't have a .*wheel",
        "A package of requirements.lock does not exist for this Python ({python}) on this system: use a 64-bit "
        "Python 3.11, 3.12 or 3.13 (on a Mac, macOS 14 or newer on Apple silicon).",
    ),
)
UNREACHABLE = "cannot be reached"
OTHERWISE = "Installing the packages failed; the lines above say why. Mend that, then run the same command again."


class BrokenStep(Exception):
    """A step of the set-up that failed, with what its program printed."""


def explain(printed: str) -> str:
    """Return the one sentence for the reader that fits what a failed installer printed."""
    for pattern, sentence in SENTENCES:
        if re.search(pattern, printed):
            python = "{}.{}".format(*sys.version_info[:2])
            return sentence.format(needed=NEEDED_GB, root=ROOT, python=python)
    return OTHERWISE


def fingerprint(root: Path = ROOT) -> str:
    """Return what the environment depends on: the lock, pyproject.toml and the folder, as one hash."""
    digest = hashlib.sha256(str(root).encode())
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_ready(root: Path = ROOT, venv: Path = VENV) -> bool:
    """Say whether the environment is complete and up to date."""
    stamp = venv / STAMP
    if not (stamp.is_file() and venv_program("python", venv).exists()):
        return False
    return stamp.read_text() == fingerprint(root)


def newer_python(path: str | None = None) -> str | None:
    """Return a program on the search path that is a new enough Python, or None."""
    for minor in (13, 12, 11, 14):
        found = shutil.which(f"python3.{minor}", path=path)
        if found:
            return found
    return None


def check_python() -> None:
    """Go on with a newer Python where this one is too old; stop where there is none."""
    if sys.version_info >= OLDEST:
        return
    version = "{}.{}".format(*sys.version_info[:2])
    newer = newer_python()
    if newer is None:
        stop(
            f"This is Python {version}, and the course needs 3.11 or newer: install one from your system's packages or "
            "from python.org, then run the same command again (with make: `make lab PYTHON=python3.12`)."
        )
    print(f"Python {version} is too old; going on with {newer}.", flush=True)
    raise SystemExit(subprocess.call([str(newer), *sys.argv]))


def check_venv_module() -> None:
    """Stop where this Python came without its standard `venv` (Debian and Ubuntu ship it apart)."""
    try:
        import ensurepip
        import venv
    except ImportError:
        version = "{}.{}".format(*sys.version_info[:2])
        stop(
            f"This Python {version} has no venv module: on Debian or Ubuntu run `sudo apt install "
            f"python{version}-venv`, elsewhere install Python from python.org; then run the same command again."
        )
    del ensurepip, venv


def check_disk(folder: Path = ROOT) -> None:
    """Stop before a long download that would not fit."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < NEEDED_GB:
        stop(
            f"The disk has {free:.1f} GB free and the environment takes about {NEEDED_GB:.0f} GB: free some, "
            "then run the same command again."
        )


def works(venv: Path) -> bool:
    """Say whether an environment's own Python starts, is new enough and has pip."""
    code = f"import sys, pip; sys.exit(not (sys.version_info >= {OLDEST} and sys.prefix != sys.base_prefix))"
    try:
        return subprocess.run([str(venv_program("python", venv)), "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv(venv: Path = VENV) -> None:
    """Make the environment's folder; one that is broken or half-made is replaced."""
    if venv.exists() and not works(venv):
        print(f"{venv.name} is broken or half-made; making it anew.", flush=True)
        shutil.rmtree(venv)
    if venv.exists():
        return
    check_disk(venv.parent)
    done = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
    if done.returncode:
        raise BrokenStep(done.stdout + done.stderr)


def inside(venv: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for an installer that may write to this environment and nowhere else.

    uv is told of the environment by VIRTUAL_ENV and never by `--python`: so it refuses to go on when what it finds is
    no virtual environment. With `--python` it was seen to install into the system's Python, from a stale cache.
    """
    kept = {name: value for name, value in environment.items() if name not in ("UV_SYSTEM_PYTHON", "UV_PYTHON")}
    return kept | {"VIRTUAL_ENV": str(venv), "PIP_REQUIRE_VIRTUALENV": "1"}


def run(command: list[str]) -> None:
    """Run an installer with its progress shown; raise BrokenStep with its words when it fails.

    A failing installer is run once more with its output kept. That costs seconds, and tells a hiccup of the network
    (the second run succeeds) from a fault that the reader must mend.
    """
    environment = inside(VENV, os.environ)
    if subprocess.run(command, cwd=ROOT, env=environment).returncode == 0:
        return
    print("That did not work; trying once more.", flush=True)
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if again.returncode:
        print(again.stdout + again.stderr, flush=True)
        raise BrokenStep(again.stdout + again.stderr)


def locked(name: str, lock: str) -> str:
    """Return the lines of one package, with its hashes, from the text of a lock."""
    match = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError(f"locked: {name} is not in requirements.lock; run `make lock`")
    return match.group()


def install_uv() -> bool:
    """Install uv, the fast installer, into the environment; say whether it is there."""
    uv = venv_program("uv")
    lines = locked("uv", LOCK.read_text())
    version = lines.split("==")[1].split()[0]
    if uv.exists() and version in subprocess.run([str(uv), "--version"], capture_output=True, text=True).stdout:
        return True
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "uv.txt")
        wanted.write_text(lines)
        pip = [str(venv_program("python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "--require-hashes", "-r", str(wanted)], capture_output=True, text=True)
    if done.returncode and UNREACHABLE in explain(done.stderr):
        raise BrokenStep(done.stdout + done.stderr)  # pip was asked, so asking pip for the rest would not help
    return done.returncode == 0


def install_with_uv() -> None:
    """Install the locked packages and this one with uv."""
    uv = [str(venv_program("uv")), "pip", "install"]
    run([*uv, "--compile-bytecode", "--require-hashes", "-r", str(LOCK)])
    run([*uv, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."])


def install_with_pip() -> None:
    """Install the same packages with pip: slower, and there wherever Python is."""
    pip = [str(venv_program("python")), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(LOCK)])
    run([*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."])


def install() -> None:
    """Install everything, by uv where it is to be had and reaches the index, else by pip."""
    if install_uv():
        try:
            return install_with_uv()
        except BrokenStep as broken:
            # pip reads settings that uv does not (a mirror in pip.conf), so a failed look-up is worth its try;
            # and the environment's own pip cannot mistake where it is.
            if UNREACHABLE not in explain(str(broken)) and "No virtual environment found" not in str(broken):
                raise
    print("Going on with pip, which takes a few minutes longer.", flush=True)
    install_with_pip()


def ensure(again: bool = False) -> None:
    """Make the environment complete; return at once where it is."""
    if is_ready() and not again:
        return
    check_python()
    check_venv_module()
    started = time.monotonic()
    if again and VENV.exists():
        shutil.rmtree(VENV)
    (VENV / STAMP).unlink(missing_ok=True)
    try:
        print(f"[1/2] Environment in {VENV}", flush=True)
        make_venv()
        print("[2/2] Packages of requirements.lock (the first time: gigabytes, a minute or more)", flush=True)
        install()
    except BrokenStep as broken:
        stop(explain(str(broken)))
    except OSError as error:
        stop(explain(str(error)))
    except KeyboardInterrupt:
        stop("Stopped. The next call continues from here.")
    (VENV / STAMP).write_text(fingerprint())
    print(f"Ready in {time.monotonic() - started:.0f} s.", flush=True)


def enter() -> None:
    """Go on inside the environment: make it complete, then run the same command with its Python.

    Where that can be, it takes the place of this process: a parent that waits would hear Ctrl-C too, and end its child
    before that could put things in order.
    """
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    ensure()
    command = [str(venv_program("python")), *sys.argv]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    try:
        raise SystemExit(subprocess.call(command))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def main() -> None:
    parser = argparse.ArgumentParser(description="Set up the environment in .venv.")
    parser.add_argument("--again", action="store_true", help="remove .venv and make it anew")
    ensure(again=parser.parse_args().again)
    print(f"The environment is ready: {venv_program('python')}")


if __name__ == "__main__":
    main()
