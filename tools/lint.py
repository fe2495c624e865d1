"""Check style and types: ruff's rules, ruff's format, mypy.

python tools/lint.py          say what is wrong
python tools/lint.py --fix    mend what ruff can mend
"""

from __future__ import annotations

import subprocess
import sys

import setup
from project import ROOT, venv_program


def commands(fix: bool) -> list[list[str]]:
    """Return the commands to run, in order."""
    ruff = str(venv_program("ruff"))
    check = [ruff, "check", "--fix"] if fix else [ruff, "check"]
    layout = [ruff, "format"] if fix else [ruff, "format", "--check"]
    return [check, layout, [str(venv_program("mypy"))]]


def main() -> int:
    failed = 0
    for command in commands(fix="--fix" in sys.argv[1:]):
        failed |= subprocess.call(command, cwd=ROOT) != 0
    return int(failed)


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
