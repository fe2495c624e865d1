"""A server on this machine that does what servers do: sends the file, or refuses, cuts, lies, stalls and drips."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = bytes(range(256)) * 400


class Handler(BaseHTTPRequestHandler):
    """Answers with what the first part of the path says; `server.content` is the file."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        getattr(self, self.path.split("/")[1])()

    def good(self, body=None, length=None):
        body = self.server.content if body is None else body
        self.send_response(200)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forbidden(self):
        self.send_error(403)

    def other(self):
        self.good(self.server.content[::-1])

    def longer(self):
        self.good(self.server.content + b"!")

    def shorter(self):
        self.good(self.server.content[:1000])

    def cut(self):
        self.good(self.server.content[:5000], len(self.server.content))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def silent(self):
        self.server.patience.wait(10)
        self.close_connection = True

    def stall(self):
        self.good(self.server.content[:5000], len(self.server.content))
        self.server.patience.wait(10)
        self.close_connection = True

    def drip(self):
        self.good(self.server.content[:10], len(self.server.content))
        for _ in range(1000):
            if self.server.patience.wait(0.02):
                break
            self.wfile.write(b".")
        self.close_connection = True

    def page(self):
        self.send_response(302)  # a network that wants a password sends its own page
        self.send_header("Location", "/other/login")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def serving(content: bytes = GOOD) -> Iterator[str]:
    """Serve; yield the address without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content = content
    server.handle_error = lambda *args: None  # a client that hangs up is part of the plan
    server.patience = threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.patience.set()
        server.shutdown()
        server.server_close()
        thread.join()
