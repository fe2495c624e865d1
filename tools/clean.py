"""Remove what was built: the site, caches of tools, checkpoints of notebooks. Never .venv, data/cache or data/runs.

python tools/clean.py
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from project import BUILD, ROOT, relative

CACHES = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
KEPT = {".venv", ".git", "node_modules", "cache", "runs"}


def built(folder: Path) -> Iterator[Path]:
    """Yield the folders that a tool made inside `folder`."""
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or path.is_symlink() or path.name in KEPT:
            continue
        if path.name in CACHES:
            yield path
        else:
            yield from built(path)


def main() -> int:
    folders = [BUILD] if BUILD.exists() else []
    folders += [path for path in built(ROOT) if BUILD not in path.parents]
    for path in folders:
        shutil.rmtree(path)
    print(f"Removed {', '.join(relative(path) for path in folders) or 'nothing: there was nothing built'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
