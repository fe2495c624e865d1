"""Data sets: looked for on this machine, downloaded and verified, or stood in for by pictures drawn by code."""

from .image_set import ImageSet

__all__ = ["ImageSet"]
