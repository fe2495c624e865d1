"""Serve the built site on this machine alone, and open it in a browser.

python tools/serve.py [--port 8000] [--no-browser]
"""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
import threading
import webbrowser

from project import HTML, stop


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site, without a line on the terminal for each."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def server(folder: str, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server of a folder on the loopback address (port 0: any free one)."""
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=folder))


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the built site on this machine alone.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args()
    if not (HTML / "index.html").exists():
        stop("There is no built site yet: run `make book` first.")
    try:
        site = server(str(HTML), options.port)
    except OSError:
        stop(f"Port {options.port} is taken: choose another with `make serve ARGS='--port 8001'`.")
    address = f"http://127.0.0.1:{options.port}/"
    print(f"The site is at {address} (Ctrl-C stops it).", flush=True)
    if not options.no_browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        site.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
