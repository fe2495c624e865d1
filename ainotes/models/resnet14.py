"""ResNet-14: a residual network for small photographs, small itself."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .. import shapes
from .blocks import GapClassifier
from .initial import he_normal
from .network import Network
from .resnet import BasicBlock

WIDTHS = (32, 64, 128)


class ResNet14(Network):
    """A stem, three stages of two residual blocks with pooling among them, one linear layer.

    Takes images (N, channels, H, W) of 5 rows and columns or more; made for 32. The course's colour network is one of
    these (see `ainotes.pretrained`).

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    widths : sequence of 3 int
        Channels of the three stages.

    Notes
    -----
    Source: He et al. (2016), *Deep residual learning for image recognition*, section 4.2 with n = 2, twice as wide as
    there (Zagoruyko and Komodakis, 2016, *Wide residual networks*, found width to pay better than depth). The stem
    follows Page (2019); pooling halves the maps, as there, where the papers stride. The second normalisation of each
    block begins at 0, so that a block begins by doing nothing (Goyal et al., 2017, section 5.1).

    Examples
    --------
    >>> ResNet14()(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    smallest = 5

    def __init__(self, channels: int = 3, classes: int = 10, *, widths: Sequence[int] = WIDTHS):
        super().__init__(channels, classes)
        first, second, third = (shapes.whole("ResNet14", "widths", width, 1) for width in widths)
        filters = 2 * channels * 2 * 2  # as many as a 2 x 2 patch has values, and their negatives: see `whiten`
        self.features = nn.Sequential(  # shapes for 32 x 32
            nn.Conv2d(channels, filters, kernel_size=2),  # (N, 24, 31, 31)
            nn.ReLU(),
            BasicBlock(filters, first),
            BasicBlock(first, first),  # (N, 32, 31, 31)
            nn.MaxPool2d(2),
            BasicBlock(first, second),
            BasicBlock(second, second),  # (N, 64, 15, 15)
            nn.MaxPool2d(2),
            BasicBlock(second, third),
            BasicBlock(third, third),  # (N, 128, 7, 7)
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
