"""The course's networks: one idea per class, logits out."""

from .convnet import Convnet

__all__ = ["Convnet"]
