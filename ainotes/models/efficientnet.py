"""EfficientNet (2019): one small network found by search, and one rule to grow it."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from .. import shapes
from .blocks import ConvNormAct, GapClassifier, StochasticDepth, drop_rates, round_channels
from .initial import he_normal
from .network import Network


class SqueezeExcitation(nn.Module):
    """Turn each channel up or down by a factor in 0..1 that depends on the whole image.

    Squeeze: the mean of each map. Excite: two small layers make a factor for each channel of all the means.

    Parameters
    ----------
    channels : int
        Channels of the maps.
    squeezed : int
        Channels between the two layers.

    Notes
    -----
    Source: Hu, Shen and Sun (2018), *Squeeze-and-excitation networks*, section 3; SiLU for its ReLU, as in
    EfficientNet.

    Examples
    --------
    >>> import torch
    >>> maps = torch.rand(2, 32, 8, 8)
    >>> scaled = SqueezeExcitation(32, 8)(maps)
    >>> scaled.shape, bool((scaled <= maps).all())
    (torch.Size([2, 32, 8, 8]), True)
    """

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.factors = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),  # (N, C, 1, 1)
            nn.Conv2d(channels, squeezed, kernel_size=1),  # (N, squeezed, 1, 1); on one pixel a linear layer
            nn.SiLU(),
            nn.Conv2d(squeezed, channels, kernel_size=1),  # (N, C, 1, 1)
            nn.Sigmoid(),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return the maps (N, C, rows, columns), each times its factor."""
        return maps * self.factors(maps)


class MBConv(nn.Module):
    """An inverted residual with squeeze-and-excitation, whose branch training leaves out at random.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out.
    kernel : int
        Side of the depthwise kernel.
    stride : int
        Of the depthwise convolution; 2 halves rows and columns.
    expansion : int
        How many times more channels there are inside; with 1 there is no first convolution.
    drop : float
        Probability of leaving the branch out while training; only where there is a shortcut.
    norm : callable
        Makes the normalisation from a number of channels.

    Notes
    -----
    Source: Tan and Le (2019), *EfficientNet*, section 4, after Tan et al. (2019), *MnasNet*. The squeezed channels are
    a quarter of those that come in.

    Examples
    --------
    >>> import torch
    >>> MBConv(16, 24, stride=2)(torch.rand(2, 16, 8, 8)).shape
    torch.Size([2, 24, 4, 4])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int = 3,
        stride: int = 1,
        expansion: int = 6,
        *,
        drop: float = 0.0,
        norm: partial | type[nn.Module] = nn.BatchNorm2d,
    ):
        super().__init__()
        inner, conv = in_channels * expansion, partial(ConvNormAct, norm=norm, act=nn.SiLU)
        self.branch = nn.Sequential(
            *([conv(in_channels, inner, 1)] if expansion > 1 else []),
            conv(inner, inner, kernel, stride=stride, groups=inner),
            SqueezeExcitation(inner, max(1, in_channels // 4)),
            conv(inner, out_channels, 1, act=None),
        )
        self.shortcut = stride == 1 and in_channels == out_channels
        self.drop = StochasticDepth(drop)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, out_channels, rows, columns), halved where the stride is 2."""
        return maps + self.drop(self.branch(maps)) if self.shortcut else self.branch(maps)


# Table 1 of the paper, stages 2 to 8: expansion, kernel, stride of the first block, channels, blocks.
STAGES = (
    (1, 3, 1, 16, 1),  # (N, 16, 112, 112) for 224 x 224
    (6, 3, 2, 24, 2),  # (N, 24, 56, 56)
    (6, 5, 2, 40, 2),  # (N, 40, 28, 28)
    (6, 3, 2, 80, 3),  # (N, 80, 14, 14)
    (6, 5, 1, 112, 3),  # (N, 112, 14, 14)
    (6, 5, 2, 192, 4),  # (N, 192, 7, 7)
    (6, 3, 1, 320, 1),  # (N, 320, 7, 7)
)


class Scale(NamedTuple):
    """How one of the family differs from B0.

    Parameters
    ----------
    width, depth : float
        Multipliers of channels and of blocks.
    side : int
        Rows and columns of the images it was made for.
    dropout : float
        Share of the pooled numbers that training sets to 0.
    eps : float
        Small number under the root of the batch normalisation.
    momentum : float
        Share of the newest batch in the running statistics.
    """

    width: float
    depth: float
    side: int
    dropout: float
    eps: float = 1e-5
    momentum: float = 0.1


# B0 to B7: multipliers, sides and dropout of the code that the authors published, eps and momentum as in torchvision.
SCALES = (
    Scale(1.0, 1.0, 224, 0.2),  # B0
    Scale(1.0, 1.1, 240, 0.2),  # B1
    Scale(1.1, 1.2, 260, 0.3),  # B2
    Scale(1.2, 1.4, 300, 0.3),  # B3
    Scale(1.4, 1.8, 380, 0.4),  # B4
    Scale(1.6, 2.2, 456, 0.4, eps=1e-3, momentum=0.01),  # B5
    Scale(1.8, 2.6, 528, 0.5, eps=1e-3, momentum=0.01),  # B6
    Scale(2.0, 3.1, 600, 0.5, eps=1e-3, momentum=0.01),  # B7
)


class EfficientNet(Network):
    """A stem, seven stages of MBConv blocks, a 1 x 1 convolution, global average pooling, one linear layer.

    Takes images (N, channels, H, W) of any size; `scale.side` rows and columns are usual.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    scale : Scale
        How much wider and deeper than B0; blocks are rounded up, channels to a multiple of 8.
    drop : float
        Probability of leaving out the last block while training; earlier ones less.

    Notes
    -----
    Source: Tan and Le (2019), *EfficientNet*, Table 1, and its section 5.2 for stochastic depth.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(efficientnet_b0().features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 1280, 7, 7])
    """

    def __init__(self, channels: int = 3, classes: int = 1000, *, scale: Scale = SCALES[0], drop: float = 0.2):
        super().__init__(channels, classes)
        norm = partial(nn.BatchNorm2d, eps=scale.eps, momentum=scale.momentum)
        conv = partial(ConvNormAct, norm=norm, act=nn.SiLU)
        counts = [math.ceil(blocks * scale.depth) for *_, blocks in STAGES]
        drops = iter(drop_rates(drop, sum(counts)))
        arriving = round_channels(32 * scale.width)
        self.features = nn.Sequential(conv(channels, arriving, 3, stride=2))  # (N, 32, 112, 112)
        for (expansion, kernel, stride, plan, _), count in zip(STAGES, counts, strict=True):
            stage, out_channels = nn.Sequential(), round_channels(plan * scale.width)
            for number in range(count):
                step = stride if number == 0 else 1  # a stage's first block may halve rows and columns
                block = MBConv(arriving, out_channels, kernel, step, expansion, drop=next(drops), norm=norm)
                stage.append(block)
                arriving = out_channels
            self.features.append(stage)
        self.features.append(conv(arriving, 4 * arriving, 1))  # (N, 1280, 7, 7)
        self.classifier = GapClassifier(4 * arriving, classes, scale.dropout)
        he_normal(self)


def efficientnet_b(number: int, channels: int = 3, classes: int = 1000) -> EfficientNet:
    """Return one of the family, B0 to B7; see :class:`EfficientNet`.

    Raises
    ------
    TypeError
        Where the number is not a whole one.
    ValueError
        Where there is none of this number.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):
    ...     network = efficientnet_b(1)
    >>> sum(parameter.numel() for parameter in network.parameters())
    7794184
    """
    if shapes.whole("efficientnet_b", "number", number, 0) >= len(SCALES):
        raise ValueError(f"efficientnet_b: number expects 0 to {len(SCALES) - 1}, got {number}")
    return EfficientNet(channels, classes, scale=SCALES[number])


def efficientnet_b0(channels: int = 3, classes: int = 1000) -> EfficientNet:
    """Return EfficientNet-B0, 5,288,548 parameters; see :class:`EfficientNet`."""
    return efficientnet_b(0, channels, classes)


def compound_scaling(phi: float, alpha: float = 1.2, beta: float = 1.1, gamma: float = 1.15) -> Scale:
    """Return B0 grown along depth, width and resolution at once: alpha, beta and gamma, each to the power of phi.

    The three were chosen so that alpha * beta² * gamma² is about 2: each step of phi doubles the multiply-adds.

    Parameters
    ----------
    phi : float
        How many times to double; 0 gives B0, 1 is close to B1.
    alpha, beta, gamma : float
        Growth of depth, width and resolution for phi = 1.

    Notes
    -----
    Source: Tan and Le (2019), *EfficientNet*, section 3.3, equation 3, and section 4 for the three numbers.

    Examples
    --------
    >>> compound_scaling(1)[:3]
    (1.1, 1.2, 258)
    """
    side = round(SCALES[0].side * gamma**phi)
    return SCALES[0]._replace(width=beta**phi, depth=alpha**phi, side=side)
