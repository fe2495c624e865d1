"""Mends what the theme leaves undone for readers who do not use a mouse or do not see the page."""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> None:
    """Nothing yet."""
