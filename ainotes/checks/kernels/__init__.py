"""Exercises of the lesson on kernels made by hand."""

from ainotes.checks.kernels.edge_strength import edge_strength
from ainotes.checks.kernels.gabor import gabor
from ainotes.checks.kernels.move_left import move_left

__all__ = ["edge_strength", "gabor", "move_left"]
