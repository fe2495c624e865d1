"""Exercises of the lesson on pooling and on what a unit sees."""

from ainotes.checks.sight.layers_needed import layers_needed
from ainotes.checks.sight.max_pool import max_pool
from ainotes.checks.sight.receptive_field import receptive_field
from ainotes.checks.sight.shift_difference import shift_difference

__all__ = ["layers_needed", "max_pool", "receptive_field", "shift_difference"]
