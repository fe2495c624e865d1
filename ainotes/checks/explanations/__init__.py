"""Exercises of the lessons on class activation and on its measurement: maps by hand, and how far to believe them."""

from ainotes.checks.explanations.class_map import class_map
from ainotes.checks.explanations.delete_pixels import delete_pixels
from ainotes.checks.explanations.grad_cam import grad_cam
from ainotes.checks.explanations.occlude import occlude
from ainotes.checks.explanations.same_order import same_order
from ainotes.checks.explanations.share_inside import share_inside

__all__ = ["class_map", "delete_pixels", "grad_cam", "occlude", "same_order", "share_inside"]
