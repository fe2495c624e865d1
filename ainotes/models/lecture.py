"""The lecture's small networks: three convolutions to see, and two ways to decide."""

from __future__ import annotations

from torch import nn

from .. import shapes
from .network import Network


class LectureFeatures(nn.Sequential):
    """Three convolutions, two poolings: (N, 1, 28, 28) becomes (N, 64, 3, 3), with 55,744 parameters.

    Parameters
    ----------
    channels : int
        Channels of the images.

    Examples
    --------
    >>> import torch
    >>> LectureFeatures()(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 64, 3, 3])
    """

    def __init__(self, channels: int = 1):
        super().__init__(
            nn.Conv2d(shapes.whole("LectureFeatures", "channels", channels, 1), 32, kernel_size=3),  # (N, 32, 26, 26)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 32, 13, 13)
            nn.Conv2d(32, 64, kernel_size=3),  # (N, 64, 11, 11)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 64, 5, 5): the 11th row and column are dropped
            nn.Conv2d(64, 64, kernel_size=3),  # (N, 64, 3, 3)
            nn.ReLU(),
        )


class LectureFlatten(Network):
    """The lecture's features, flattened: each of the 64 x 3 x 3 numbers has weights of its own.

    Takes images (N, channels, 28, 28). With one channel and ten classes it has 93,322 parameters.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.

    Examples
    --------
    >>> import torch
    >>> LectureFlatten()(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    smallest, exact = 28, True

    def __init__(self, channels: int = 1, classes: int = 10):
        super().__init__(channels, classes)
        self.features = LectureFeatures(channels)  # (N, 64, 3, 3)
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 576)
            nn.Linear(64 * 3 * 3, 64),
            nn.ReLU(),
            nn.Linear(64, classes),
        )


class LectureGap(Network):
    """The lecture's features, averaged: what was found counts, where it was does not.

    Takes images (N, channels, H, W) of 18 rows and columns or more. With one channel and ten classes it has 56,394
    parameters.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.

    Examples
    --------
    >>> import torch
    >>> LectureGap()(torch.rand(2, 1, 28, 40)).shape
    torch.Size([2, 10])
    """

    smallest = 18

    def __init__(self, channels: int = 1, classes: int = 10):
        super().__init__(channels, classes)
        self.features = LectureFeatures(channels)  # (N, 64, rows, columns)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),  # (N, 64, 1, 1): the mean of each map
            nn.Flatten(),  # (N, 64)
            nn.Linear(64, classes),
        )
