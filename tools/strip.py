"""Write the lessons without their solutions into a folder, for a class.

python tools/strip.py FOLDER
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import setup
from address import BADGE_LINE
from project import NOTEBOOKS, sources, stop, write_text

import notebooks

CELL = re.compile(r"(?m)^(?=# %%)")
SOLUTION = re.compile(r"# %%[^\n]*tags=\[[^\]\n]*\"solution\"")


def without_solutions(text: str) -> tuple[str, int]:
    """Return a lesson's source without the cells tagged `solution`, and how many there were.

    The Colab badge goes too: it would open the lesson with its solutions.
    """
    cells = CELL.split(text)
    kept = [cell for cell in cells if not SOLUTION.match(cell)]
    return BADGE_LINE.sub("#", "".join(kept), count=1), len(cells) - len(kept)


def strip(source_folder: Path, target_folder: Path) -> dict[str, int]:
    """Write every lesson, source and notebook; return how many solutions each lost."""
    removed = {}
    for lesson in sources(source_folder):
        text, count = without_solutions(lesson.read_text(encoding="utf-8"))
        target = target_folder / lesson.relative_to(source_folder)
        write_text(target, text)
        write_text(target.with_suffix(".ipynb"), notebooks.derive(text))
        removed[lesson.relative_to(source_folder).as_posix()] = count
    return removed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the lessons without solutions, for a class.")
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    folder = parser.parse_args(arguments).folder.expanduser().resolve()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        stop(f"{folder} is not empty: name a new or an empty folder, so that nothing of yours is overwritten.")
    removed = strip(NOTEBOOKS, folder)
    for lesson, count in removed.items():
        print(f"{lesson}: {count} solution{'' if count == 1 else 's'} removed")
    print(f"{len(removed)} lessons are in {folder}.")
    return 0


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
