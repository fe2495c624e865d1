"""Exercises of the lesson on one's own photographs: series, doubt, and classes in another order."""

from ainotes.checks.own_photographs.least_certain import least_certain
from ainotes.checks.own_photographs.split_series import split_series
from ainotes.checks.own_photographs.translate import translate

__all__ = ["least_certain", "split_series", "translate"]
