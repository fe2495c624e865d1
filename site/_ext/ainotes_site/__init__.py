"""The book's own Sphinx extension: pages that ask no other host, speak to everybody and say when they were verified."""

from __future__ import annotations

from typing import Any

from . import accessible, hero, lessons, offline, redirect


def setup(app: Any) -> dict[str, Any]:
    """Register the parts."""
    for part in (offline, accessible, hero, lessons, redirect):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
