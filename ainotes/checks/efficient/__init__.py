"""Exercises of the lesson on small, scaled and modern networks: separate, grow, and choose under a budget."""

from ainotes.checks.efficient.best_under import best_under
from ainotes.checks.efficient.compound import compound
from ainotes.checks.efficient.separable_share import separable_share

__all__ = ["best_under", "compound", "separable_share"]
