"""GoogLeNet (2014) and the factorised modules of Inception v3 (2015): several kernels side by side."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from .blocks import Branches, ConvNormAct, GapClassifier
from .network import Network

# Batch normalisation came a year after GoogLeNet, but torchvision's has it, with TensorFlow's small number
# under the root.
Conv = partial(ConvNormAct, norm=partial(nn.BatchNorm2d, eps=0.001))


class Inception(Branches):
    """Kernels of 1 x 1, 3 x 3 and 5 x 5 and a pooling side by side; 1 x 1 convolutions keep the larger ones cheap.

    Gives one + three[1] + five[1] + pool channels, as many rows and columns as come in.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    one : int
        Channels of the 1 x 1 branch.
    three, five : pair of int
        Channels after the 1 x 1 reduction and after the larger kernel.
    pool : int
        Channels of the 1 x 1 convolution after the pooling.
    wide : int
        Side of the largest kernel: 5, as in the paper.

    Notes
    -----
    Source: Szegedy et al. (2015), *Going deeper with convolutions*, Figure 2(b).

    Examples
    --------
    >>> import torch
    >>> Inception(192, 64, (96, 128), (16, 32), 32)(torch.rand(2, 192, 28, 28)).shape
    torch.Size([2, 256, 28, 28])
    """

    def __init__(
        self, in_channels: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int, *, wide: int = 5
    ):
        super().__init__(
            [
                Conv(in_channels, one, 1),
                nn.Sequential(Conv(in_channels, three[0], 1), Conv(*three, 3)),
                nn.Sequential(Conv(in_channels, five[0], 1), Conv(*five, wide)),
                nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), Conv(in_channels, pool, 1)),
            ]
        )


class Auxiliary(nn.Sequential):
    """A small classifier half way up, that brings gradient to the lower half while training.

    Parameters
    ----------
    in_channels : int
        Channels of the feature maps.
    classes : int
        Number of classes.
    dropout : float
        Share of the 1,024 numbers that training sets to 0.

    Notes
    -----
    Source: Szegedy et al. (2015), *Going deeper with convolutions*, section 5.

    Examples
    --------
    >>> import torch
    >>> Auxiliary(512, 10)(torch.rand(2, 512, 14, 14)).shape
    torch.Size([2, 10])
    """

    def __init__(self, in_channels: int, classes: int, dropout: float = 0.7):
        super().__init__(
            nn.AdaptiveAvgPool2d(4),  # (N, C, 4, 4): for 14 x 14 the paper's 5 x 5 windows with stride 3
            Conv(in_channels, 128, 1),  # (N, 128, 4, 4)
            nn.Flatten(),  # (N, 2048)
            nn.Linear(128 * 4 * 4, 1024),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(1024, classes),
        )


class GoogLeNetOutput(NamedTuple):
    """What GoogLeNet returns while training: three times logits (N, classes), the auxiliary ones from below upwards."""

    logits: Tensor
    aux_logits1: Tensor
    aux_logits2: Tensor


# Inception modules by the names of the paper's Table 1: channels in, then one, three, five, pool. A single number is
# the side of a pooling that halves rows and columns.
Plan = tuple[int, int, tuple[int, int], tuple[int, int], int]
MODULES: dict[str, Plan | int] = {
    "inception3a": (192, 64, (96, 128), (16, 32), 32),  # (N, 256, 28, 28) for 224 x 224
    "inception3b": (256, 128, (128, 192), (32, 96), 64),  # (N, 480, 28, 28)
    "pool3": 3,  # (N, 480, 14, 14)
    "inception4a": (480, 192, (96, 208), (16, 48), 64),  # (N, 512, 14, 14)
    "inception4b": (512, 160, (112, 224), (24, 64), 64),  # (N, 512, 14, 14)
    "inception4c": (512, 128, (128, 256), (24, 64), 64),  # (N, 512, 14, 14)
    "inception4d": (512, 112, (144, 288), (32, 64), 64),  # (N, 528, 14, 14)
    "inception4e": (528, 256, (160, 320), (32, 128), 128),  # (N, 832, 14, 14)
    "pool4": 2,  # (N, 832, 7, 7); 3 in the paper, 2 in torchvision
    "inception5a": (832, 256, (160, 320), (32, 128), 128),  # (N, 832, 7, 7)
    "inception5b": (832, 384, (192, 384), (48, 128), 128),  # (N, 1024, 7, 7)
}


class GoogLeNet(Network):
    """A stem, nine Inception modules, global average pooling, one linear layer: 22 layers deep.

    Takes images (N, channels, H, W) of 15 rows and columns or more; 224 are usual.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    auxiliary : bool
        Whether there are two auxiliary classifiers. With them, `train()` mode returns a :class:`GoogLeNetOutput`.
    wide : int
        Side of the largest kernel of each module: 3 as torchvision built and trained it, 5 as in the paper.
    dropout : float
        Share of the pooled numbers that training sets to 0.

    Notes
    -----
    Source: Szegedy et al. (2015), *Going deeper with convolutions*, Table 1.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     network, images = GoogLeNet(), torch.empty(2, 3, 224, 224)
    ...     [logits.shape for logits in network.train()(images)], network.eval()(images).shape
    ([torch.Size([2, 1000]), torch.Size([2, 1000]), torch.Size([2, 1000])], torch.Size([2, 1000]))
    """

    smallest = 15

    def __init__(
        self,
        channels: int = 3,
        classes: int = 1000,
        *,
        auxiliary: bool = True,
        wide: int = 3,
        dropout: float = 0.2,
    ):
        super().__init__(channels, classes)
        stem = nn.Sequential(  # shapes for 224 x 224
            Conv(channels, 64, 7, stride=2),  # (N, 64, 112, 112)
            _halve(3),  # (N, 64, 56, 56)
            Conv(64, 64, 1),
            Conv(64, 192, 3),  # (N, 192, 56, 56)
            _halve(3),  # (N, 192, 28, 28)
        )
        steps = {
            name: _halve(plan) if isinstance(plan, int) else Inception(*plan, wide=wide)
            for name, plan in MODULES.items()
        }
        self.features = nn.Sequential(OrderedDict(stem=stem, **steps))
        below = {"inception4a": 512, "inception4d": 528} if auxiliary else {}  # after which modules, with how many maps
        self.auxiliary = nn.ModuleDict({name: Auxiliary(maps, classes) for name, maps in below.items()})
        self.classifier = GapClassifier(1024, classes, dropout)

    def forward(self, images: Tensor) -> Tensor | GoogLeNetOutput:  # type: ignore[override]
        """Return logits (N, classes); three of them in training with auxiliary classifiers."""
        maps, below = self.checked(images), []
        for name, step in self.features.named_children():
            maps = step(maps)
            if self.training and name in self.auxiliary:
                below.append(self.auxiliary[name](maps))
        logits = self.classifier(maps)
        return GoogLeNetOutput(logits, *below) if below else logits


def _halve(kernel: int) -> nn.Module:
    return nn.MaxPool2d(kernel, stride=2, ceil_mode=True)  # rounded up: 112 becomes 56 without padding


def auxiliary_loss(output: GoogLeNetOutput, labels: Tensor, weight: float = 0.3) -> Tensor:
    """Return the cross-entropy of the logits, plus `weight` times that of each auxiliary classifier.

    Parameters
    ----------
    output : GoogLeNetOutput
        What the network returned in `train()` mode.
    labels : Tensor
        (N,), int64.
    weight : float
        0.3 in the paper's section 5.

    Examples
    --------
    >>> import torch
    >>> output = GoogLeNetOutput(*torch.zeros(3, 2, 10))
    >>> float(auxiliary_loss(output, torch.tensor([3, 7])) / torch.tensor(10.0).log())
    1.6...
    """
    first, *below = (nn.functional.cross_entropy(logits, labels) for logits in output)
    return first + weight * sum(below)


class InceptionStacked(Branches):
    """Inception v3, first kind: two 3 x 3 convolutions in a row do what one 5 x 5 did, for 18/25 of its weights.

    Gives one + middle[1] + stacked[1] + pool channels, as many rows and columns as come in.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    one : int
        Channels of the 1 x 1 branch.
    middle, stacked : pair of int
        Channels after the 1 x 1 reduction and after the one kernel, or after each of the two.
    pool : int
        Channels of the 1 x 1 convolution after the average pooling.
    kernel : int
        Side of the one kernel: 3 in the paper, 5 in the networks that were published.

    Notes
    -----
    Source: Szegedy et al. (2016), *Rethinking the Inception architecture*, section 3.1 and Figure 5.

    Examples
    --------
    >>> import torch
    >>> InceptionStacked(192, pool=32)(torch.rand(2, 192, 35, 35)).shape
    torch.Size([2, 256, 35, 35])
    """

    def __init__(
        self,
        in_channels: int,
        one: int = 64,
        middle: tuple[int, int] = (48, 64),
        stacked: tuple[int, int] = (64, 96),
        pool: int = 64,
        *,
        kernel: int = 3,
    ):
        super().__init__(
            [
                Conv(in_channels, one, 1),
                nn.Sequential(Conv(in_channels, middle[0], 1), Conv(*middle, kernel)),
                nn.Sequential(Conv(in_channels, stacked[0], 1), Conv(*stacked, 3), Conv(stacked[1], stacked[1], 3)),
                nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), Conv(in_channels, pool, 1)),
            ]
        )


class InceptionAsymmetric(Branches):
    """Inception v3, second kind: a row of 1 x n and a column of n x 1 do what n x n did, for 2/n of its weights.

    Gives 4 * out_channels channels, as many rows and columns as come in.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    inner : int
        Channels between the kernels.
    out_channels : int
        Channels of each of the four branches.
    side : int
        n, odd.

    Notes
    -----
    Source: Szegedy et al. (2016), *Rethinking the Inception architecture*, section 3.2 and Figure 6.

    Examples
    --------
    >>> import torch
    >>> InceptionAsymmetric(768, 128)(torch.rand(2, 768, 17, 17)).shape
    torch.Size([2, 768, 17, 17])
    """

    def __init__(self, in_channels: int, inner: int, out_channels: int = 192, *, side: int = 7):
        row, column = (1, side), (side, 1)
        super().__init__(
            [
                Conv(in_channels, out_channels, 1),
                nn.Sequential(
                    Conv(in_channels, inner, 1),
                    Conv(inner, inner, row),
                    Conv(inner, out_channels, column),
                ),
                nn.Sequential(
                    Conv(in_channels, inner, 1),
                    Conv(inner, inner, column),
                    Conv(inner, inner, row),
                    Conv(inner, inner, column),
                    Conv(inner, out_channels, row),
                ),
                nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), Conv(in_channels, out_channels, 1)),
            ]
        )


class GridReduction(Branches):
    """Inception v3: halve rows and columns by strided convolutions and a pooling at once, so that nothing is squeezed.

    Gives three + stacked[1] + in_channels channels, (rows - 1) // 2 rows.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in; the pooling hands them all on.
    three : int
        Channels of the single 3 x 3 convolution.
    stacked : pair of int
        Channels after the 1 x 1 reduction, and after each of two 3 x 3 convolutions.

    Notes
    -----
    Source: Szegedy et al. (2016), *Rethinking the Inception architecture*, section 5 and Figure 10.

    Examples
    --------
    >>> import torch
    >>> GridReduction(288)(torch.rand(2, 288, 35, 35)).shape
    torch.Size([2, 768, 17, 17])
    """

    def __init__(self, in_channels: int, three: int = 384, stacked: tuple[int, int] = (64, 96)):
        super().__init__(
            [
                Conv(in_channels, three, 3, stride=2, padding=0),
                nn.Sequential(
                    Conv(in_channels, stacked[0], 1),
                    Conv(*stacked, 3),
                    Conv(stacked[1], stacked[1], 3, stride=2, padding=0),
                ),
                nn.MaxPool2d(3, stride=2),
            ]
        )
