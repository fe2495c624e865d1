"""Exercises of the lesson on images as tensors."""

from ainotes.checks.images.dense_parameters import dense_parameters
from ainotes.checks.images.shift import shift
from ainotes.checks.images.to_tensor import to_tensor

__all__ = ["dense_parameters", "shift", "to_tensor"]
