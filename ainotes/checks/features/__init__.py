"""Exercises of the lesson on features: compute them once, compare them, put them on one scale, draw some of them."""

from ainotes.checks.features.draw import draw
from ainotes.checks.features.extract import extract
from ainotes.checks.features.neighbours import neighbours
from ainotes.checks.features.standardise import standardise

__all__ = ["draw", "extract", "neighbours", "standardise"]
