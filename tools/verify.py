"""Run lessons in full on the real data and record what they measured, for the line under each title on the site.

    python tools/verify.py                      every lesson
    python tools/verify.py notebooks/3_*/01_*   those that are named

AINOTES_DATA must name a folder with the real data. A lesson reports its key figures by a cell tagged `key-figures`
whose last expression is a dict of names and numbers. Records are merged, lesson by lesson, into data/verified.json.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import setup
from project import NOTEBOOKS, ROOT, VERIFIED, absolute_folders, relative, sources, stop, write_text

import notebooks

SECONDS_A_CELL = 4 * 3600
NEEDED = "FashionMNIST/raw/train-images-idx3-ubyte.gz"
PACKAGES = ("torch", "torchvision")


def processor() -> str:
    """Return the processor's name and the number of cores, as the system tells them."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].split(":", 1)[1].strip() if lines else name
    elif sys.platform == "darwin":
        asked = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        name = asked.stdout.strip() or name
    return f"{name}, {os.cpu_count()} cores"


def device() -> str:
    """Return the name of the device that the lessons will train on."""
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    if torch.backends.mps.is_available():
        return f"MPS GPU of {processor()}"
    return processor()


def key_figures(notebook: Any) -> dict[str, float]:
    """Return what the cells tagged `key-figures` of an executed notebook report.

    Raises
    ------
    ValueError
        When such a cell's last expression is not a dict of names and numbers.
    """
    figures: dict[str, float] = {}
    for cell in notebook.cells:
        if "key-figures" not in cell.metadata.get("tags", ()):
            continue
        texts = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
        try:
            reported = ast.literal_eval(texts[-1])
            assert all(isinstance(name, str) and isinstance(value, int | float) for name, value in reported.items())
        except (IndexError, ValueError, SyntaxError, AttributeError, AssertionError) as error:
            raise ValueError(
                f"key-figures: expected the cell to end in a dict of names and numbers, got {texts!r}; "
                "turn tensors and numpy numbers into float or int"
            ) from error
        figures |= reported
    return figures


def execute(path: Path) -> Any:
    """Return a notebook executed to its end in its own folder; raise nbclient's CellExecutionError where it fails."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    return NotebookClient(notebook, timeout=SECONDS_A_CELL, kernel_name="python3", resources=resources).execute()


def code_hash(path: Path) -> str:
    """Return the hash of a notebook's code that the site compares: later edits of the code show there."""
    sys.path.insert(0, str(ROOT / "site" / "_ext"))
    from ainotes_site.lessons import code_hash as hash_of

    return str(hash_of(path.read_text(encoding="utf-8")))


def verify(path: Path) -> dict[str, Any]:
    """Run one lesson; return its record."""
    started = time.monotonic()
    executed = execute(path)
    return {
        "date": date.today().isoformat(),
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "device": device(),
        "seconds": round(time.monotonic() - started, 1),
        "figures": key_figures(executed),
        "code": code_hash(path),
    }


def merged(known: dict[str, Any], page: str, record: dict[str, Any], present: list[str]) -> dict[str, Any]:
    """Return the records with one renewed, without those of lessons that are gone, in order."""
    records = known | {page: record}
    return {name: records[name] for name in sorted(records) if name in present}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run lessons in full on the real data and record their figures.")
    parser.add_argument("lessons", nargs="*", type=Path, help="notebooks or their sources; by default all")
    chosen = {path.resolve().with_suffix(".ipynb") for path in parser.parse_args(arguments).lessons}
    data = os.environ.get("AINOTES_DATA")
    if not data or not Path(data, NEEDED).exists():
        stop(f"AINOTES_DATA must name a folder with the real data (it has {NEEDED} in it); it is {data!r}.")
    os.environ.update(absolute_folders(os.environ))
    os.environ.pop("AINOTES_SHORT", None)
    notebooks.main([])
    everything = [source.with_suffix(".ipynb") for source in sources(NOTEBOOKS)]
    pages = [relative(path.with_suffix("")) for path in everything]
    failed = 0
    for path in everything:
        if chosen and path.resolve() not in chosen:
            continue
        page = relative(path.with_suffix(""))
        print(f"{page} ...", flush=True)
        try:
            record = verify(path)
        except Exception as error:
            failed += 1
            print(f"{page} failed, its record stays as it was:\n{error}", flush=True)
            continue
        known = json.loads(VERIFIED.read_text(encoding="utf-8")) if VERIFIED.exists() else {}
        text = json.dumps(merged(known, page, record, pages), indent=2, ensure_ascii=False)
        write_text(VERIFIED, text + "\n")
        print(f"{page}: {record['seconds']:.0f} s, {record['figures']}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
