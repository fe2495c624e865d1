"""A built book, served on this machine alone, and a Chromium that can reach nothing else."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from figure_page import pages
from filelock import FileLock

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
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files, without a line on the terminal for each."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback address; yield the address with a slash at its end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


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
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Site:
    """The served book."""

    address: str
    folder: Path
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = (path.relative_to(self.folder) for path in sorted(self.folder.rglob("*.html")))
        self.pages = [path.as_posix() for path in found if path.parts[0] not in ("_static", "_sources")]


@pytest.fixture(scope="session")
def site(book) -> Iterator[Site]:
    with serve(book) as address:
        yield Site(address, book)


class Visitor:
    """A browser tab that records what a page did: requests to other hosts, errors, missing files."""

    def __init__(self, browser, site: Site, width: int = 1280, scheme: str = "light") -> None:
        self.site = site
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.page.route("**/*", self._decide)
        self.page.on("pageerror", lambda error: self.errors.append(f"{self._where()}: {error}"))
        self.page.on("console", self._console)
        self.page.on("response", self._response)

    def _where(self) -> str:
        return self.page.url.removeprefix(self.site.address)

    def _decide(self, route) -> None:
        if route.request.url.startswith((self.site.address, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(f"{self._where()}: {route.request.url}")
            route.abort()

    def _console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{self._where()}: {message.text}")

    def _response(self, response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self.errors.append(f"{self._where()}: {response.status} for {response.url}")

    def open(self, name: str) -> None:
        """Open a page of the book and let its scripts settle."""
        self.page.goto(self.site.address + name, wait_until="load")
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def visitor(chromium, site):
    """Make visitors; each is closed at the end."""
    made: list[Visitor] = []

    def make(**options) -> Visitor:
        made.append(Visitor(chromium, site, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture
def open_page(chromium, tmp_path):
    """Open a page of figures from a file, as `figure_page.pages` says."""
    with pages(chromium, tmp_path) as make:
        yield make
