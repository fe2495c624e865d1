"""Write requirements.lock anew from pyproject.toml: one file for every system, with hashes and without an address.

python tools/lock.py               move to the newest versions that pyproject.toml allows
python tools/lock.py --no-upgrade  keep the versions that still fit
"""

from __future__ import annotations

import subprocess
import sys

import setup
from project import ROOT, venv_program


def command(upgrade: bool) -> list[str]:
    """Return the command that resolves the package's dependencies and the group `dev`."""
    resolve = [str(venv_program("uv")), "pip", "compile", "--universal", "--generate-hashes", "--python-version=3.11"]
    shape = ["--no-header", "--no-annotate", "--quiet", "--group=dev", "--output-file=requirements.lock"]
    return [*resolve, *shape, *(["--upgrade"] if upgrade else []), "pyproject.toml"]


def main() -> int:
    return subprocess.call(command(upgrade="--no-upgrade" not in sys.argv[1:]), cwd=ROOT)


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
