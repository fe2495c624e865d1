"""ResNet-9: a residual network for small photographs that learns in few epochs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .. import shapes
from .blocks import ConvNormAct, GapClassifier
from .initial import he_normal
from .network import Network
from .resnet import BasicBlock

WIDTHS = (48, 96, 160)


class ResNet9(Network):
    """A stem, three convolutions that widen and halve, two residual blocks among them, one linear layer.

    Takes images (N, channels, H, W) of 9 rows and columns or more; made for 32. The course's colour network is one of
    these (see `ainotes.pretrained`).

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    widths : sequence of 3 int
        Channels after each of the three convolutions.

    Notes
    -----
    Source: Page (2018), *How to train your ResNet*, parts 4 and 8, where the widths are larger, the last pooling takes
    the maximum, and the logits are scaled. Blocks after He et al. (2016); the second normalisation of each begins at 0,
    so that a block begins by doing nothing (Goyal et al., 2017, section 5.1).

    Examples
    --------
    >>> ResNet9()(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    smallest = 9

    def __init__(self, channels: int = 3, classes: int = 10, *, widths: Sequence[int] = WIDTHS):
        super().__init__(channels, classes)
        first, second, third = (shapes.whole("ResNet9", "widths", width, 1) for width in widths)
        filters = 2 * channels * 2 * 2  # as many as a 2 x 2 patch has values, and their negatives: see `whiten`
        self.features = nn.Sequential(  # shapes for 32 x 32
            nn.Conv2d(channels, filters, kernel_size=2),  # (N, 24, 31, 31)
            nn.ReLU(),
            ConvNormAct(filters, first),
            nn.MaxPool2d(2),  # (N, 48, 15, 15)
            BasicBlock(first, first),
            ConvNormAct(first, second),
            nn.MaxPool2d(2),  # (N, 96, 7, 7)
            ConvNormAct(second, third),
            nn.MaxPool2d(2),  # (N, 160, 3, 3)
            BasicBlock(third, third),
        )
        self.classifier = GapClassifier(third, classes)
        he_normal(self)
        for block in self.features.modules():
            if isinstance(block, BasicBlock):
                nn.init.zeros_(block.branch[1][1].weight)  # type: ignore[index]


def whiten(layer: nn.Conv2d, images: Tensor, floor: float = 5e-4) -> None:
    """Set a network's first convolution to the directions in which patches of its images vary, and fix it there.

    Neighbouring pixels are nearly equal, so what comes into a network is mostly brightness, over and over. After this
    layer all directions vary as much: brightness, slopes, colour differences. The layers behind it learn faster.

    Parameters
    ----------
    layer : nn.Conv2d
        With twice as many filters as a patch has values: one for each direction, and its negative, which the ReLU
        would lose otherwise. Its weights are changed in place and no longer trained; its biases become 0 and are.
    images : Tensor (N, C, H, W)
        Images of the training set, prepared as in training; a thousand are enough.
    floor : float
        Added to the variances, so that what is hardly there is not blown up.

    Raises
    ------
    ValueError
        If the layer has another number of filters.

    Notes
    -----
    Source: Page (2019), *How to train your ResNet*, part 8; the two signs after Jordan (2024), *94% on CIFAR-10 in 3.29
    seconds on a single GPU*, section 3.2.

    Examples
    --------
    >>> layer = nn.Conv2d(3, 24, kernel_size=2)
    >>> images = torch.rand(50, 3, 8, 8)
    >>> whiten(layer, images)
    >>> maps = layer(images)[:, :12].detach().movedim(1, 0).flatten(1)  # (12, patches)
    >>> bool((torch.cov(maps) - torch.eye(12)).abs().max() < 0.05)
    True
    """
    values = layer.weight[0].numel()
    if layer.out_channels != 2 * values:
        raise ValueError(f"whiten: patches of {values} values need {2 * values} filters, got {layer.out_channels}")
    kernel = (layer.kernel_size[0], layer.kernel_size[1])
    patches = nn.functional.unfold(images, kernel).movedim(1, 2).reshape(-1, values).double()
    variances, directions = torch.linalg.eigh(torch.cov(patches.T))  # directions in columns, the weakest first
    filters = (directions / (variances + floor).sqrt()).T.flip(0).reshape(values, *layer.weight.shape[1:])
    with torch.no_grad():
        layer.weight.copy_(torch.cat([filters, -filters]))
        if layer.bias is not None:
            layer.bias.zero_()
    layer.weight.requires_grad_(False)
