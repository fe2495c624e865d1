"""Data sets: looked for on this machine, downloaded and verified, or stood in for by pictures drawn by code."""

from . import augment
from .fashion import fashion_mnist, full_run
from .image_set import ImageSet
from .memory import in_memory

__all__ = ["ImageSet", "augment", "fashion_mnist", "full_run", "in_memory"]
