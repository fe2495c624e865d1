"""ResNet-9: a residual network for small photographs, trained in minutes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from .blocks import ConvNormAct, GapClassifier
from .initial import he_normal
from .network import Network
from .resnet import BasicBlock

WIDTHS = (32, 48, 96, 160)


class ResNet9(Network):
    """Four convolutions that widen and halve, two residual blocks among them, one linear layer: nine with weights.

    Takes images (N, channels, H, W) of 8 rows and columns or more; made for 32. The course's colour network is one of
    these, with 699,786 parameters (see `ainotes.pretrained`).

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    widths : sequence of 4 int
        Channels after each of the four convolutions.

    Notes
    -----
    Source: Page (2018), *How to train your ResNet*, part 4, where the widths are 64, 128, 256 and 512, the last
    pooling takes the maximum, and the logits are scaled. Blocks after He et al. (2016).

    Examples
    --------
    >>> import torch
    >>> ResNet9()(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    smallest = 8

    def __init__(self, channels: int = 3, classes: int = 10, *, widths: Sequence[int] = WIDTHS):
        super().__init__(channels, classes)
        first, second, third, fourth = widths
        self.features = nn.Sequential(  # shapes for 32 x 32
            ConvNormAct(channels, first),  # (N, 32, 32, 32)
            ConvNormAct(first, second),
            nn.MaxPool2d(2),  # (N, 48, 16, 16)
            BasicBlock(second, second),
            ConvNormAct(second, third),
            nn.MaxPool2d(2),  # (N, 96, 8, 8)
            ConvNormAct(third, fourth),
            nn.MaxPool2d(2),  # (N, 160, 4, 4)
            BasicBlock(fourth, fourth),
        )
        self.classifier = GapClassifier(fourth, classes)
        he_normal(self)
