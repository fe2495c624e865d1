"""Exercises of the lesson on trained networks: prepare a photograph, name the best classes, be silent in doubt."""

from ainotes.checks.answers.prepare import prepare
from ainotes.checks.answers.silent_below import silent_below
from ainotes.checks.answers.top_k import top_k

__all__ = ["prepare", "silent_below", "top_k"]
