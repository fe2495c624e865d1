"""Exercises of the lesson on landmarks: VGG's plan, the 1 x 1 convolution, and kernels split in two."""

from ainotes.checks.landmarks.factorised_share import factorised_share
from ainotes.checks.landmarks.pointwise import pointwise
from ainotes.checks.landmarks.vgg_features import vgg_features

__all__ = ["factorised_share", "pointwise", "vgg_features"]
