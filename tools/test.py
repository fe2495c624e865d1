"""Run all tests: the package, the site in a browser, and every notebook to its end (by nbval).

python tools/test.py                      everything
python tools/test.py tests/test_train.py  what is named, with any option of pytest
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import setup
from project import ROOT, absolute_folders, venv_program

# tests/browser comes first: it builds the book, which takes longest, and must not start last.
EVERYTHING = ("tests/browser", "tests", "notebooks")
MOST_WORKERS = 4  # each holds a kernel with torch, about 1 GB


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for the tests: short runs of the lessons, one thread a worker."""
    return {"AINOTES_SHORT": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"} | dict(given) | absolute_folders(given)


def command(arguments: list[str], cores: int) -> list[str]:
    """Return the pytest command.

    What is in one file stays on one worker, since the cells of a notebook share a kernel; what is in one class too, so
    that the classes of a long file are shared out.
    """
    workers = max(1, min(cores, MOST_WORKERS))
    parallel = ["-n", str(workers), "--dist", "loadscope", "--no-loadscope-reorder"]
    lessons = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    named = any(not argument.startswith("-") for argument in arguments)
    chosen = arguments if named else [*EVERYTHING, *arguments]
    return [str(venv_program("python")), "-m", "pytest", *parallel, *lessons, *chosen]


def main() -> int:
    arguments = command(sys.argv[1:], os.cpu_count() or 1)
    return subprocess.call(arguments, cwd=ROOT, env=environment(os.environ))


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
