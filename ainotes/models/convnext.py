"""ConvNeXt (2022): what a ResNet becomes when it is given all that vision transformers had learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .blocks import StochasticDepth, drop_rates
from .initial import small_normal
from .network import Network

EPS = 1e-6  # small number under the root of each normalisation, as in the code that the authors published


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of each pixel: mean 0 and variance 1, then a factor and an offset each.

    Unlike batch normalisation it looks at one pixel of one image, so that training and evaluation are the same.

    Parameters
    ----------
    channels : int
        Channels of the maps.

    Notes
    -----
    Source: Ba, Kiros and Hinton (2016), *Layer normalization*; Liu et al. (2022), *A ConvNet for the 2020s*,
    section 2.6.

    Examples
    --------
    >>> maps = ChannelNorm(16)(torch.rand(2, 16, 4, 4))
    >>> maps.shape, bool(maps.mean(dim=1).abs().max() < 1e-5)
    (torch.Size([2, 16, 4, 4]), True)
    """

    def __init__(self, channels: int):
        super().__init__(channels, eps=EPS)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape (N, C, rows, columns)."""
        return super().forward(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    """A depthwise 7 x 7, then each pixel alone through two linear layers; scaled, and added to what came in.

    Parameters
    ----------
    channels : int
        Channels of what comes in and goes out; there are four times as many inside.
    drop : float
        Probability of leaving the branch out while training.
    scale : float
        What each channel of the branch is multiplied with at first; learned.

    Notes
    -----
    Source: Liu et al. (2022), *A ConvNet for the 2020s*, Figure 4; layer scale after Touvron et al. (2021), *Going
    deeper with image transformers*.

    Examples
    --------
    >>> ConvNeXtBlock(16)(torch.rand(2, 16, 8, 8)).shape
    torch.Size([2, 16, 8, 8])
    """

    def __init__(self, channels: int, *, drop: float = 0.0, scale: float = 1e-6):
        super().__init__()
        self.scale = nn.Parameter(torch.full((channels, 1, 1), scale))
        self.look = nn.Conv2d(channels, channels, kernel_size=7, padding=3, groups=channels)
        self.think = nn.Sequential(  # on (N, rows, columns, C): a linear layer is a 1 x 1 convolution
            nn.LayerNorm(channels, eps=EPS),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
        )
        self.drop = StochasticDepth(drop)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape (N, C, rows, columns)."""
        pixels = self.look(maps).permute(0, 2, 3, 1)  # (N, rows, columns, C)
        branch = self.think(pixels).permute(0, 3, 1, 2)  # (N, C, rows, columns)
        return maps + self.drop(self.scale * branch)


class ConvNeXt(Network):
    """A stem of 4 x 4 patches, four stages of blocks, global average pooling, one linear layer.

    Takes images (N, channels, H, W) of 32 rows and columns or more; 224 are usual.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    widths, blocks : sequence of int
        Channels and blocks of each stage.
    drop : float
        Probability of leaving out the last block while training; earlier ones less.
    scale : float
        As in :class:`ConvNeXtBlock`.

    Notes
    -----
    Source: Liu et al. (2022), *A ConvNet for the 2020s*, section 2; first weights, `drop` and `scale` as in its
    appendix. Its code truncates the first weights at 2, a hundred standard deviations: as good as not at all.

    Examples
    --------
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(convnext_tiny().features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 768, 7, 7])
    """

    smallest = 32

    def __init__(
        self,
        channels: int = 3,
        classes: int = 1000,
        *,
        widths: Sequence[int] = (96, 192, 384, 768),
        blocks: Sequence[int] = (3, 3, 9, 3),
        drop: float = 0.1,
        scale: float = 1e-6,
    ):
        super().__init__(channels, classes)
        self.features, arriving = nn.Sequential(), channels
        drops = iter(drop_rates(drop, sum(blocks)))
        for stage, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            if stage == 0:  # patches of 4 x 4, then the norm
                entry = [nn.Conv2d(arriving, width, kernel_size=4, stride=4), ChannelNorm(width)]  # (N, 96, 56, 56)
            else:  # the norm, then patches of 2 x 2
                entry = [ChannelNorm(arriving), nn.Conv2d(arriving, width, kernel_size=2, stride=2)]
            self.features.append(nn.Sequential(*entry))
            stack = [ConvNeXtBlock(width, drop=next(drops), scale=scale) for _ in range(count)]
            self.features.append(nn.Sequential(*stack))
            arriving = width
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),  # (N, 768, 1, 1)
            nn.Flatten(),  # (N, 768)
            nn.LayerNorm(arriving, eps=EPS),
            nn.Linear(arriving, classes),
        )
        small_normal(self, std=0.02, kinds=(nn.Conv2d, nn.Linear))


def convnext_tiny(channels: int = 3, classes: int = 1000) -> ConvNeXt:
    """Return ConvNeXt-Tiny, 28,589,128 parameters; see :class:`ConvNeXt`."""
    return ConvNeXt(channels, classes)
