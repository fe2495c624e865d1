"""ResNet (2015) and ResNeXt (2017): each block only adds to what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .blocks import ConvNormAct, GapClassifier
from .initial import he_normal
from .network import Network

WIDTHS = (64, 128, 256, 512)  # of the four stages; Table 1 of the paper


class Residual(nn.Module):
    """ReLU of a branch plus a shortcut: what the branch has to learn is only the difference, the residual.

    Parameters
    ----------
    branch : nn.Module
        The layers that learn.
    shortcut : nn.Module or None
        What leads around them; None leaves it out, which makes the block a plain one.

    Notes
    -----
    Source: He et al. (2016), *Deep residual learning for image recognition*, section 3.2.

    Examples
    --------
    >>> block = Residual(branch=nn.Conv2d(4, 4, 3, padding=1), shortcut=nn.Identity())
    >>> maps = torch.rand(2, 4, 8, 8)
    >>> torch.equal(block(maps), torch.relu(block.branch(maps) + maps))
    True
    """

    def __init__(self, branch: nn.Module, shortcut: nn.Module | None):
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps with as many channels, rows and columns as the branch gives."""
        change = self.branch(maps)
        return torch.relu(change if self.shortcut is None else change + self.shortcut(maps))


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Return the shortcut that fits: nothing at all where the shape stays, else a 1 x 1 convolution without ReLU.

    Option B of the paper's section 4.1.

    Examples
    --------
    >>> projection(64, 64, stride=1), len(projection(64, 128, stride=2))
    (Identity(), 2)
    """
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return ConvNormAct(in_channels, out_channels, 1, stride=stride, act=None)


class BasicBlock(Residual):
    """Two 3 x 3 convolutions and a shortcut around them.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    width : int
        Channels of both convolutions, and of what goes out.
    stride : int
        Of the first convolution; 2 halves rows and columns.
    skip : bool
        Whether there is a shortcut; without it the block is plain.

    Notes
    -----
    Source: He et al. (2016), *Deep residual learning for image recognition*, Figure 5, left.

    Examples
    --------
    >>> BasicBlock(64, 128, stride=2)(torch.rand(2, 64, 8, 8)).shape
    torch.Size([2, 128, 4, 4])
    """

    expansion = 1  # channels out, for one of width

    def __init__(self, in_channels: int, width: int, stride: int = 1, *, skip: bool = True):
        branch = nn.Sequential(
            ConvNormAct(in_channels, width, 3, stride=stride),
            ConvNormAct(width, width, 3, act=None),  # the ReLU comes after the sum
        )
        super().__init__(branch, projection(in_channels, width, stride) if skip else None)


class Bottleneck(Residual):
    """1 x 1 down to few channels, 3 x 3 among them, 1 x 1 up to four times the width, and a shortcut around them.

    Parameters
    ----------
    in_channels : int
        Channels of what comes in.
    width : int
        A quarter of the channels that go out, and the channels of the 3 x 3 convolution where nothing else is said.
    stride : int
        Of the 3 x 3 convolution; 2 halves rows and columns. The paper has it in the first 1 x 1, which passes over
        three in four pixels; torchvision moved it.
    groups : int
        Groups of the 3 x 3 convolution, ResNeXt's "cardinality".
    group_width : int
        Channels of each group where `width` is 64; they grow with it.
    skip : bool
        Whether there is a shortcut; without it the block is plain.

    Notes
    -----
    Source: He et al. (2016), *Deep residual learning for image recognition*, Figure 5, right; for the groups Xie et al.
    (2017), *Aggregated residual transformations for deep neural networks*, Figure 3(c).

    Examples
    --------
    >>> Bottleneck(256, 128, stride=2)(torch.rand(2, 256, 8, 8)).shape
    torch.Size([2, 512, 4, 4])
    """

    expansion = 4  # channels out, for one of width

    def __init__(
        self,
        in_channels: int,
        width: int,
        stride: int = 1,
        *,
        groups: int = 1,
        group_width: int = 64,
        skip: bool = True,
    ):
        inner, out_channels = groups * (width * group_width // 64), width * self.expansion
        branch = nn.Sequential(
            ConvNormAct(in_channels, inner, 1),
            ConvNormAct(inner, inner, 3, stride=stride, groups=groups),
            ConvNormAct(inner, out_channels, 1, act=None),  # the ReLU comes after the sum
        )
        super().__init__(branch, projection(in_channels, out_channels, stride) if skip else None)


class ResNet(Network):
    """A stem, four stages of residual blocks, global average pooling, one linear layer.

    Takes images (N, channels, H, W) of any size; 224 rows and columns are usual, and 32 times smaller is the last map.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    block : type
        :class:`BasicBlock` or :class:`Bottleneck`.
    blocks : sequence of int
        Blocks in each of the four stages.
    **options
        For each block. With `skip=False` it is the plain network that the paper compares with; a bottleneck also takes
        `groups` and `group_width`.

    Notes
    -----
    Source: He et al. (2016), *Deep residual learning for image recognition*, Table 1. First weights after He et al.
    (2015), which its section 3.4 asks for.

    Examples
    --------
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(resnet50().features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 2048, 7, 7])
    """

    def __init__(
        self,
        channels: int = 3,
        classes: int = 1000,
        *,
        block: type[BasicBlock] | type[Bottleneck] = BasicBlock,
        blocks: Sequence[int] = (2, 2, 2, 2),
        **options: Any,
    ):
        super().__init__(channels, classes)
        stem = nn.Sequential(  # shapes for 224 x 224
            ConvNormAct(channels, 64, 7, stride=2),  # (N, 64, 112, 112)
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # (N, 64, 56, 56)
        )
        self.features, arriving = nn.Sequential(stem), 64
        for width, count in zip(WIDTHS, blocks, strict=True):
            stage = nn.Sequential()
            for number in range(count):
                stride = 2 if number == 0 and width > 64 else 1  # later stages begin by halving rows and columns
                stage.append(block(arriving, width, stride, **options))
                arriving = width * block.expansion
            self.features.append(stage)  # (N, 64, 56, 56), ..., (N, 512, 7, 7); four times the channels by bottlenecks
        self.classifier = GapClassifier(arriving, classes)
        he_normal(self)


def resnet18(channels: int = 3, classes: int = 1000) -> ResNet:
    """Return a ResNet of 2 + 2 + 2 + 2 basic blocks; see :class:`ResNet`."""
    return ResNet(channels, classes, block=BasicBlock, blocks=(2, 2, 2, 2))


def resnet34(channels: int = 3, classes: int = 1000) -> ResNet:
    """Return a ResNet of 3 + 4 + 6 + 3 basic blocks; see :class:`ResNet`."""
    return ResNet(channels, classes, block=BasicBlock, blocks=(3, 4, 6, 3))


def resnet50(channels: int = 3, classes: int = 1000) -> ResNet:
    """Return a ResNet of 3 + 4 + 6 + 3 bottlenecks, 25,557,032 parameters; see :class:`ResNet`."""
    return ResNet(channels, classes, block=Bottleneck, blocks=(3, 4, 6, 3))


def resnext50(channels: int = 3, classes: int = 1000, *, groups: int = 32, group_width: int = 4) -> ResNet:
    """Return a ResNet-50 whose 3 x 3 convolutions fall into groups: ResNeXt-50 (32 x 4d); see :class:`Bottleneck`.

    Examples
    --------
    >>> with torch.device("meta"):
    ...     network = resnext50()
    >>> sum(parameter.numel() for parameter in network.parameters())
    25028904
    """
    return ResNet(channels, classes, block=Bottleneck, blocks=(3, 4, 6, 3), groups=groups, group_width=group_width)
