"""DenseNet (2016): each layer sees what all layers before it found."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .blocks import GapClassifier
from .initial import he_normal
from .network import Network


class DenseLayer(nn.Module):
    """Add `growth` new maps to those that came in.

    A 1 x 1 convolution to 4 * growth channels keeps the 3 x 3 cheap; normalisation and ReLU come before each of them.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    growth : int
        Channels that are added.

    Notes
    -----
    Source: Huang et al. (2017), *Densely connected convolutional networks*, section 3 ("bottleneck layers").

    Examples
    --------
    >>> layer, maps = DenseLayer(64, growth=32), torch.rand(2, 64, 8, 8)
    >>> layer(maps).shape, torch.equal(layer(maps)[:, :64], maps)
    (torch.Size([2, 96, 8, 8]), True)
    """

    def __init__(self, in_channels: int, growth: int):
        super().__init__()
        inner = 4 * growth
        self.found = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, inner, kernel_size=1, bias=False),  # (N, 4 * growth, rows, columns)
            nn.BatchNorm2d(inner),
            nn.ReLU(),
            nn.Conv2d(inner, growth, kernel_size=3, padding=1, bias=False),  # (N, growth, rows, columns)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, in_channels + growth, rows, columns), the maps that came in first."""
        return torch.cat([maps, self.found(maps)], dim=1)


class DenseBlock(nn.Sequential):
    """Several dense layers: the channels grow by `growth` with each.

    Parameters
    ----------
    layers : int
        Number of layers.
    in_channels, growth : int
        As in :class:`DenseLayer`.

    Examples
    --------
    >>> DenseBlock(6, 64, growth=32)(torch.rand(2, 64, 8, 8)).shape
    torch.Size([2, 256, 8, 8])
    """

    def __init__(self, layers: int, in_channels: int, growth: int):
        super().__init__(*[DenseLayer(in_channels + layer * growth, growth) for layer in range(layers)])


class Transition(nn.Sequential):
    """Half the channels, half the rows and columns, between two dense blocks.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out; half as many in DenseNet-121.

    Notes
    -----
    Source: Huang et al. (2017), *Densely connected convolutional networks*, section 3 ("compression").

    Examples
    --------
    >>> Transition(256, 128)(torch.rand(2, 256, 8, 8)).shape
    torch.Size([2, 128, 4, 4])
    """

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False),
            nn.AvgPool2d(kernel_size=2),
        )


class DenseNet(Network):
    """A stem, four dense blocks with transitions between them, global average pooling, one linear layer.

    Takes images (N, channels, H, W) of 29 rows and columns or more; 224 are usual.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    growth : int
        Maps that each layer adds.
    layers : sequence of int
        Layers in each dense block.

    Notes
    -----
    Source: Huang et al. (2017), *Densely connected convolutional networks*, Table 1; first weights after He et al.
    (2015).

    Examples
    --------
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(densenet121().features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 1024, 7, 7])
    """

    smallest = 29

    def __init__(
        self, channels: int = 3, classes: int = 1000, *, growth: int = 32, layers: Sequence[int] = (6, 12, 24, 16)
    ):
        super().__init__(channels, classes)
        maps = 2 * growth
        self.features = nn.Sequential(  # shapes for 224 x 224
            nn.Conv2d(channels, maps, kernel_size=7, stride=2, padding=3, bias=False),  # (N, 64, 112, 112)
            nn.BatchNorm2d(maps),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # (N, 64, 56, 56)
        )
        for number, count in enumerate(layers):
            if number > 0:
                self.features.append(Transition(maps, maps // 2))
                maps //= 2
            self.features.append(DenseBlock(count, maps, growth))
            maps += count * growth
        self.features.extend([nn.BatchNorm2d(maps), nn.ReLU()])  # (N, 1024, 7, 7)
        self.classifier = GapClassifier(maps, classes)
        he_normal(self)


def densenet121(channels: int = 3, classes: int = 1000) -> DenseNet:
    """Return a DenseNet of 6 + 12 + 24 + 16 layers, 7,978,856 parameters; see :class:`DenseNet`."""
    return DenseNet(channels, classes)
