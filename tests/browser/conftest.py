"""A built book, served on this machine alone, and a Chromium that can reach nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from figure_page import pages
from filelock import FileLock
from visitor import HEIGHT, Site, Visitor, serve

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 120_000  # milliseconds; what fails takes so long, nothing else, and a busy machine is not a failure


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Path:
    """The folder of the built book: the one that AINOTES_BOOK names, else one built here, once for all workers."""
    if given := os.environ.get("AINOTES_BOOK"):
        html = Path(given).resolve()
        assert (html / "site" / "index.html").exists(), f"AINOTES_BOOK: there is no built book in {html}"
        return html
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    with FileLock(shared / "book.lock"):
        out = shared / "book"
        if not (out / "built").exists():
            command = [sys.executable, str(ROOT / "tools" / "book.py"), "--out", str(out)]
            done = subprocess.run(
                command, env={"AINOTES_SHORT": "1"} | dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            assert done.returncode == 0, done.stdout.decode()[-6000:]
            (out / "built").touch()
    return out / "html"


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium of the system."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(PROGRAMS)})")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context_for(chromium) -> Callable:
    """Give the browser context with some options; tests share it: to make one takes longer than most of them.

    One with a clock, whose timers a test moves, is shared with nobody.
    """
    made: dict = {}

    def give(width: int = 1280, clock: bool = False, **options):
        key = (width, *sorted(options.items()))
        if key in made and not clock:
            return made[key]
        context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, **options)
        context.set_default_timeout(PATIENCE)
        if clock:
            context.clock.install(time=0)
        else:
            made[key] = context
        return context

    return give


@pytest.fixture(scope="session")
def site(book) -> Iterator[Site]:
    with serve(book) as address:
        yield Site(address, book)


@pytest.fixture
def visitor(context_for, site):
    """Make visitors; each is closed at the end."""
    made: list[Visitor] = []

    def make(width: int = 1280) -> Visitor:
        made.append(Visitor(context_for(width, reduced_motion="reduce"), site))
        return made[-1]

    yield make
    for one in made:
        one.page.close()


@pytest.fixture
def open_page(context_for, tmp_path):
    """Open a page of figures from a file, as `figure_page.pages` says."""
    with pages(context_for, tmp_path) as make:
        yield make
