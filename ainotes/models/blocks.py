"""Small blocks that more than one network is built from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from .. import shapes


class ConvNormAct(nn.Sequential):
    """Convolution, normalisation, activation: the brick of nearly every network since 2015.

    The convolution has no bias, for the normalisation has one. With stride 1 the output is as large as the input.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out.
    kernel : int or pair of int
        Side of the kernel, or (rows, columns).
    stride : int
        How far the kernel moves each time.
    padding : int or pair of int, optional
        Zeros on each side; half the kernel where nothing is said.
    groups : int
        Groups of channels that do not see each other; as many as there are channels make it depthwise.
    norm : callable
        Makes the normalisation from a number of channels.
    act : callable, optional
        Makes the activation; None leaves it out.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), *Batch normalization*, section 3.2.

    Examples
    --------
    >>> ConvNormAct(3, 16, 5, stride=2)(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 16, 16, 16])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int | tuple[int, int] = 3,
        *,
        stride: int = 1,
        padding: int | tuple[int, int] | None = None,
        groups: int = 1,
        norm: Callable[[int], nn.Module] = nn.BatchNorm2d,
        act: Callable[[], nn.Module] | None = nn.ReLU,
    ):
        rows, columns = shapes.pair("ConvNormAct", "kernel", kernel)
        padding = (rows // 2, columns // 2) if padding is None else padding
        layers = [
            nn.Conv2d(in_channels, out_channels, (rows, columns), stride, padding, groups=groups, bias=False),
            norm(out_channels),
        ]
        super().__init__(*layers, *([act()] if act else []))


class GapClassifier(nn.Sequential):
    """Global average pooling and one linear layer: any image size gives one number for each channel.

    Parameters
    ----------
    channels : int
        Channels of the feature maps.
    classes : int
        Number of classes.
    dropout : float
        Share of the pooled numbers that training sets to 0; with 0 there is no such layer.

    Notes
    -----
    Source: Lin, Chen and Yan (2014), *Network in network*, section 3.2.

    Examples
    --------
    >>> GapClassifier(64, 10)(torch.rand(2, 64, 7, 5)).shape
    torch.Size([2, 10])
    """

    def __init__(self, channels: int, classes: int, dropout: float = 0.0):
        layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]  # (N, C, 1, 1), then (N, C)
        layers += [nn.Dropout(dropout)] if dropout else []
        super().__init__(*layers, nn.Linear(channels, classes))


class Branches(nn.ModuleList):
    """Several ways through, side by side: each sees the same input, their channels are stacked.

    Parameters
    ----------
    branches : sequence of nn.Module
        What they return must agree in everything but its channels.

    Examples
    --------
    >>> Branches([nn.Conv2d(3, 4, 1), nn.Conv2d(3, 8, 5, padding=2)])(torch.rand(2, 3, 9, 9)).shape
    torch.Size([2, 12, 9, 9])
    """

    def __init__(self, branches: Sequence[nn.Module]):
        super().__init__(branches)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, sum of the branches' channels, rows, columns)."""
        return torch.cat([branch(maps) for branch in self], dim=1)


class StochasticDepth(nn.Module):
    """Leave out a residual branch at random, image by image, while training; what stays is scaled up to the same mean.

    In `eval()` mode nothing happens.

    Parameters
    ----------
    p : float
        Probability of leaving it out, 0 to below 1.

    Raises
    ------
    ValueError
        Where `p` is no such probability.

    Notes
    -----
    Source: Huang et al. (2016), *Deep networks with stochastic depth*, section 3.

    Examples
    --------
    >>> branch = torch.ones(4, 3, 2, 2)
    >>> torch.equal(StochasticDepth(0.5).eval()(branch), branch)
    True
    >>> set(StochasticDepth(0.5)(branch).unique().tolist()) <= {0.0, 2.0}
    True
    """

    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"StochasticDepth: p expects a probability from 0 to below 1, got {p}; 0.1 is usual")
        self.p = p

    def forward(self, branch: Tensor) -> Tensor:
        """Return the branch (N, ...) with some of its N images set to 0, in training mode."""
        if not self.training or not self.p:
            return branch
        keep = torch.rand(len(branch), device=branch.device) >= self.p  # (N,)
        keep = keep.view(-1, *[1] * (branch.ndim - 1))  # (N, 1, 1, 1)
        return branch * keep / (1 - self.p)

    def extra_repr(self) -> str:
        """Return what stands between the brackets when the block is printed."""
        return f"p={self.p}"


def drop_rates(last: float, blocks: int) -> list[float]:
    """Return the probability of leaving out each block: 0 for the first, growing evenly to `last`.

    The first blocks hold what all others build on, so they are left out least.

    Parameters
    ----------
    last : float
        Probability for the last block.
    blocks : int
        Number of blocks, at least 1.

    Notes
    -----
    Source: Huang et al. (2016), *Deep networks with stochastic depth*, section 3.

    Examples
    --------
    >>> drop_rates(0.2, 5)
    [0.0, 0.05, 0.1, 0.15, 0.2]
    """
    steps = max(shapes.whole("drop_rates", "blocks", blocks, 1) - 1, 1)
    return [round(last * block / steps, 12) for block in range(blocks)]


def round_channels(channels: float, divisor: int = 8) -> int:
    """Return a multiple of `divisor` near to a number of channels, and not below nine tenths of it.

    Hardware likes channels in eights, and a scaled width is rarely a whole number.

    Parameters
    ----------
    channels : float
        Such as 1.1 * 32.
    divisor : int
        At least 1.

    Notes
    -----
    Source: the code that Sandler et al. (2018) published with *MobileNetV2*; the paper does not mention it.

    Examples
    --------
    >>> round_channels(1.1 * 32), round_channels(1.4 * 32), round_channels(11)
    (32, 48, 16)
    """
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * channels else nearest
