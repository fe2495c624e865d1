"""VGG (2014): nothing but 3 x 3 kernels, and many of them."""

from __future__ import annotations

from torch import nn

from .initial import he_normal, small_normal
from .network import Network

WIDTHS = (64, 128, 256, 512, 512)  # kernels of the five stages; Table 1 of the paper
# Convolutions in each stage, by the number of layers with weights, three of them linear: columns A, B, D, E there.
PLANS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class VGG(Network):
    """Five stages of 3 x 3 convolutions, each ended by a pooling, and three linear layers.

    Two 3 x 3 kernels in a row see as far as one 5 x 5, with fewer weights and a ReLU in between. Made for images of 224
    rows and columns; adaptive pooling lets it take any from 32 on.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    layers : int
        Layers with weights: 11, 13, 16 or 19.
    dropout : float
        Share of the numbers that training sets to 0 after each of the two large linear layers.

    Raises
    ------
    ValueError
        Where there is no plan with so many layers.

    Notes
    -----
    Source: Simonyan and Zisserman (2015), *Very deep convolutional networks for large-scale image recognition*,
    section 2 and Table 1. First weights after He et al. (2015): the paper had to train a shallow network first.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     print(VGG(layers=16).features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 512, 7, 7])
    """

    smallest = 32

    def __init__(self, channels: int = 3, classes: int = 1000, *, layers: int = 16, dropout: float = 0.5):
        super().__init__(channels, classes)
        if layers not in PLANS:
            raise ValueError(f"VGG: layers expects one of {', '.join(map(str, PLANS))}, got {layers!r}")
        self.features = nn.Sequential(*_stages(channels, PLANS[layers]))  # (N, 512, 7, 7) for 224 x 224
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(7),  # (N, 512, 7, 7) whatever the image's size
            nn.Flatten(),  # (N, 25088)
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, classes),
        )
        he_normal(self)
        small_normal(self, std=0.01)  # section 3.1


def _stages(channels: int, plan: tuple[int, ...]) -> list[nn.Module]:
    """Return convolutions and ReLUs as the plan has them, with a pooling after each stage."""
    layers: list[nn.Module] = []
    for width, convolutions in zip(WIDTHS, plan, strict=True):
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(kernel_size=2))  # rows and columns halved
    return layers


def vgg11(channels: int = 3, classes: int = 1000) -> VGG:
    """Return a VGG with 11 layers; see :class:`VGG`."""
    return VGG(channels, classes, layers=11)


def vgg13(channels: int = 3, classes: int = 1000) -> VGG:
    """Return a VGG with 13 layers, 133,047,848 parameters; see :class:`VGG`."""
    return VGG(channels, classes, layers=13)


def vgg16(channels: int = 3, classes: int = 1000) -> VGG:
    """Return a VGG with 16 layers, 138,357,544 parameters; see :class:`VGG`."""
    return VGG(channels, classes, layers=16)


def vgg19(channels: int = 3, classes: int = 1000) -> VGG:
    """Return a VGG with 19 layers; see :class:`VGG`."""
    return VGG(channels, classes, layers=19)
