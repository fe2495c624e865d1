"""MobileNet (2017) and MobileNetV2 (2018): look at each channel alone, then mix the channels."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from .blocks import ConvNormAct, GapClassifier, round_channels
from .initial import he_normal, small_normal
from .network import Network

Conv6 = partial(ConvNormAct, act=nn.ReLU6)  # ReLU that ends at 6, for phones that compute in 8 bits


class DepthwiseSeparable(nn.Sequential):
    """MobileNet's block: a 3 x 3 kernel for each channel, then 1 x 1 to mix them.

    Costs 1 / C_out + 1 / 9 of a 3 x 3 convolution.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out.
    stride : int
        Of the depthwise convolution; 2 halves rows and columns.

    Notes
    -----
    Source: Howard et al. (2017), *MobileNets*, section 3.1 and Figure 3.

    Examples
    --------
    >>> import torch
    >>> DepthwiseSeparable(32, 64, stride=2)(torch.rand(2, 32, 8, 8)).shape
    torch.Size([2, 64, 4, 4])
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__(
            ConvNormAct(in_channels, in_channels, 3, stride=stride, groups=in_channels),  # depthwise
            ConvNormAct(in_channels, out_channels, 1),  # pointwise
        )


class InvertedResidual(nn.Module):
    """1 x 1 up to many channels, 3 x 3 on each alone, 1 x 1 down to few without a ReLU; a shortcut joins the few.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out.
    stride : int
        Of the depthwise convolution; 2 halves rows and columns.
    expansion : int
        How many times more channels there are inside; with 1 there is no first convolution.

    Notes
    -----
    Source: Sandler et al. (2018), *MobileNetV2*, section 3.3 and Table 1. There is a shortcut where the shape stays.

    Examples
    --------
    >>> import torch
    >>> InvertedResidual(16, 24, stride=2)(torch.rand(2, 16, 8, 8)).shape
    torch.Size([2, 24, 4, 4])
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, expansion: int = 6):
        super().__init__()
        inner = in_channels * expansion
        self.shortcut = stride == 1 and in_channels == out_channels
        self.branch = nn.Sequential(
            *([Conv6(in_channels, inner, 1)] if expansion > 1 else []),
            Conv6(inner, inner, 3, stride=stride, groups=inner),
            ConvNormAct(inner, out_channels, 1, act=None),  # linear: a ReLU would lose too much of so few channels
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, out_channels, rows, columns), halved where the stride is 2."""
        return maps + self.branch(maps) if self.shortcut else self.branch(maps)


# Table 2 of the paper: expansion, channels, blocks, stride of the first block.
STAGES = (
    (1, 16, 1, 1),  # (N, 16, 112, 112) for 224 x 224
    (6, 24, 2, 2),  # (N, 24, 56, 56)
    (6, 32, 3, 2),  # (N, 32, 28, 28)
    (6, 64, 4, 2),  # (N, 64, 14, 14)
    (6, 96, 3, 1),  # (N, 96, 14, 14)
    (6, 160, 3, 2),  # (N, 160, 7, 7)
    (6, 320, 1, 1),  # (N, 320, 7, 7)
)


class MobileNetV2(Network):
    """A stem, 17 inverted residuals, a 1 x 1 convolution, global average pooling, one linear layer.

    Takes images (N, channels, H, W) of any size; 224 rows and columns are usual. With three channels and 1,000 classes
    it has 3,504,872 parameters.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    width : float
        Multiplies the channels of every layer; the last 1,280 only grow.
    dropout : float
        Share of the pooled numbers that training sets to 0.

    Notes
    -----
    Source: Sandler et al. (2018), *MobileNetV2*, section 4 and Table 2.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(MobileNetV2().features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 1280, 7, 7])
    """

    def __init__(self, channels: int = 3, classes: int = 1000, *, width: float = 1.0, dropout: float = 0.2):
        super().__init__(channels, classes)
        arriving, last = round_channels(32 * width), round_channels(1280 * max(1.0, width))
        self.features = nn.Sequential(Conv6(channels, arriving, 3, stride=2))
        for expansion, plan, blocks, stride in STAGES:
            out_channels = round_channels(plan * width)
            for block in range(blocks):
                block_stride = stride if block == 0 else 1
                self.features.append(InvertedResidual(arriving, out_channels, block_stride, expansion))
                arriving = out_channels
        self.features.append(Conv6(arriving, last, 1))  # (N, 1280, 7, 7)
        self.classifier = GapClassifier(last, classes, dropout)
        he_normal(self)
        small_normal(self, std=0.01)


def mobilenet_v2(channels: int = 3, classes: int = 1000) -> MobileNetV2:
    """Return a MobileNetV2 of width 1; see :class:`MobileNetV2`."""
    return MobileNetV2(channels, classes)
