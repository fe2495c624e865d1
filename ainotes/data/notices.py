"""Sentences for the learner that are worth saying once."""

from __future__ import annotations

_told: set[str] = set()


def tell_once(sentence: str, key: str | None = None) -> None:
    """Print a sentence, unless it (or another with the same key) was printed by this process before."""
    if (key or sentence) not in _told:
        _told.add(key or sentence)
        print(sentence)


def forget() -> None:
    """Make every sentence new again; for tests."""
    _told.clear()
