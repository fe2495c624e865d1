"""The built book, served on this machine alone, and a tab that records what its pages do."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HEIGHT = 900
# A page is ready when its formulas are set, its fonts are there and every figure stands in the place of its poster.
READY = """async () => {
  await globalThis.MathJax?.startup?.promise;
  await document.fonts.ready;
  return !document.querySelector(".ainotes-live[data-mounted] > .ainotes-poster");
}"""
# What a change of theme, width or state sets in motion: charts redraw in the next frame, colours fade for a moment.
STILL = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const ends = (moving) => Number.isFinite(moving.effect.getComputedTiming().endTime);
  await Promise.allSettled(document.getAnimations().filter(ends).map((moving) => moving.finished));
}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files, without a line on the terminal for each."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of a reader who goes on before a page is there."""

    def handle_error(self, request, client_address) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback address; yield the address with a slash at its end."""
    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Site:
    """The served book."""

    address: str
    folder: Path
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = (path.relative_to(self.folder) for path in sorted(self.folder.rglob("*.html")))
        self.pages = [path.as_posix() for path in found if path.parts[0] not in ("_static", "_sources")]

    @property
    def lessons(self) -> list[str]:
        return [name for name in self.pages if name.startswith("notebooks/")]

    def share(self, number: int, shares: int) -> list[str]:
        """Return one of equal shares of the pages; large pages are dealt out first, so that all take about as long."""
        largest_first = sorted(self.pages, key=lambda name: (-(self.folder / name).stat().st_size, name))
        return largest_first[number::shares]


def settle(page) -> None:
    """Wait until nothing on a page moves any more."""
    page.evaluate(STILL)


def resize(page, width: int) -> None:
    """Make a page's window as wide as told, and wait until the page has followed."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    settle(page)


class Visitor:
    """A browser tab that records what a page did: requests to other hosts, errors, missing files."""

    def __init__(self, context, site: Site) -> None:
        self.site = site
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page = context.new_page()
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.errors.append(f"{self._where()}: {error}"))
        self.page.on("console", self._console)
        self.page.on("response", self._response)

    def _where(self) -> str:
        return self.page.url.removeprefix(self.site.address)

    def _request(self, request) -> None:
        # The browser itself finds no other host: see the flags in conftest.py.
        if not request.url.startswith((self.site.address, "data:", "blob:")):
            self.foreign.append(f"{self._where()}: {request.url}")

    def _console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{self._where()}: {message.text}")

    def _response(self, response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self.errors.append(f"{self._where()}: {response.status} for {response.url}")

    def open(self, name: str) -> None:
        """Open a page of the book and wait until it is ready."""
        self.page.goto(self.site.address + name, wait_until="load")
        self.page.wait_for_function(READY)
