"""Exercises of the lesson on the anatomy of a convnet: shapes, heads, and the gradient going back."""

from ainotes.checks.anatomy.global_average import global_average
from ainotes.checks.anatomy.input_gradient import input_gradient
from ainotes.checks.anatomy.shapes_through import shapes_through

__all__ = ["global_average", "input_gradient", "shapes_through"]
