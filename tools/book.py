"""Execute every lesson, build the site from nothing, and print its address.

    python tools/book.py [--out FOLDER]

With AINOTES_SHORT=1 the lessons run for seconds instead of minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

import setup
from project import BUILD, NOTEBOOKS, ROOT, absolute_folders, stop

import notebooks

MOST_JOBS = 4


def build(out: Path, jobs: int) -> int:
    """Build the site into `out`/html from a clean folder; return Sphinx's exit code.

    Every warning is an error. The lessons are executed in `jobs` processes, each with its share of the cores.
    """
    from jupyter_book.sphinx import build_sphinx

    for stale in (out / "html", out / ".doctrees"):
        shutil.rmtree(stale, ignore_errors=True)
    result = build_sphinx(
        ROOT,
        out / "html",
        path_config=ROOT / "_config.yml",
        noconfig=True,
        confoverrides={"latex_individualpages": False, "external_toc_path": str(ROOT / "_toc.yml")},
        doctreedir=out / ".doctrees",
        warningiserror=True,
        keep_going=True,
        freshenv=True,
        jobs=jobs,
    )
    return 1 if isinstance(result, BaseException) else int(result)


def main() -> int:
    parser = argparse.ArgumentParser(description="Execute every lesson and build the site.")
    parser.add_argument("--out", type=Path, default=BUILD, help="the site goes to html/ in this folder")
    out = parser.parse_args().out.resolve()
    stale = notebooks.stale(NOTEBOOKS)
    if stale:
        notebooks.main([])
    cores = os.cpu_count() or 1
    jobs = min(cores, MOST_JOBS)
    os.environ.update(absolute_folders(os.environ))
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores // jobs)))
    started = time.monotonic()
    if build(out, jobs):
        stop("The site was not built: the lines above name the page or the cell to mend.")
    print(f"\nThe site was built in {time.monotonic() - started:.0f} s:\n  {(out / 'html' / 'index.html').as_uri()}")
    return 0


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
