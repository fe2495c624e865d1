"""Derive the notebooks from their sources: notebooks/**/NAME.py is edited, NAME.ipynb beside it is derived.

The notebook is a function of the source alone. It has no outputs, and its cell ids come from the cells' content,
so deriving twice gives the same bytes on every machine.

    python tools/notebooks.py            derive every notebook whose source changed
    python tools/notebooks.py --check    change nothing; fail when a notebook differs from its source
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import setup
from project import NOTEBOOKS, relative, sources, write_text

CELL_METADATA = ("tags", "jupyter", "cellView")  # the same list stands in pyproject.toml, table tool.jupytext
NOTEBOOK_METADATA = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def cell_id(kind: str, source: str, seen: Counter[str]) -> str:
    """Return an id made from the cell's content and from how often that content came before it."""
    digest = hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:10]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def derive_cell(cell: Any, seen: Counter[str]) -> dict[str, Any]:
    """Return one cell without outputs, with the metadata in use and a stable id."""
    metadata = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
    derived = {
        "cell_type": cell.cell_type,
        "id": cell_id(cell.cell_type, cell.source, seen),
        "metadata": metadata,
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.cell_type == "code":
        derived |= {"execution_count": None, "outputs": []}
    return derived


def derive(text: str) -> str:
    """Return the notebook, as JSON text, of a source in py:percent form."""
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    seen: Counter[str] = Counter()
    cells = [derive_cell(cell, seen) for cell in notebook.cells]
    document = {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def orphans(folder: Path) -> list[Path]:
    """Return the notebooks that have no source beside them."""
    found = (path for path in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts)
    return [path for path in found if not path.with_suffix(".py").exists()]


def stale(folder: Path) -> list[Path]:
    """Return the notebooks that are missing or differ from what their source gives."""
    derived = {source.with_suffix(".ipynb"): derive(source.read_text(encoding="utf-8")) for source in sources(folder)}
    return [
        path for path, text in derived.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ] + orphans(folder)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Derive notebooks/**/*.ipynb from the .py beside each.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a notebook is stale")
    parser.add_argument("--folder", type=Path, default=NOTEBOOKS, help="where the lessons are")
    options = parser.parse_args(arguments)
    if options.check:
        differing = stale(options.folder)
        for path in differing:
            print(f"{shown(path, options.folder)} differs from its source: run `make notebooks`.")
        return 1 if differing else 0
    for source in sources(options.folder):
        target = source.with_suffix(".ipynb")
        if write_text(target, derive(source.read_text(encoding="utf-8"))):
            print(f"derived {shown(target, options.folder)}")
    for path in orphans(options.folder):
        print(f"{shown(path, options.folder)} has no .py beside it; the .py is the file to edit.")
    return 0


def shown(path: Path, folder: Path) -> str:
    """Return the path as a reader of this project writes it, also for a folder elsewhere."""
    return relative(path) if folder == NOTEBOOKS else str(path)


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
