"""AlexNet (2012), which won the ImageNet competition by ten points and turned the field round."""

from __future__ import annotations

from torch import nn

from .network import Network


class AlexNet(Network):
    """Five convolutions, three of them pooled, and three linear layers that hold most of the 61,100,840 parameters.

    The one-GPU variant of 2014, which torchvision has too: 64, 192, 384, 256, 256 kernels, and no local response
    normalisation. Made for images of 224 rows and columns; adaptive pooling lets it take any from 63 on.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.
    dropout : float
        Share of the numbers that training sets to 0 before each of the two large linear layers.

    Notes
    -----
    Source: Krizhevsky, Sutskever and Hinton (2012), *ImageNet classification with deep convolutional neural networks*,
    section 3.5 (layers), 3.4 (overlapping pooling) and 4.2 (dropout); Krizhevsky (2014), *One weird trick for
    parallelizing convolutional neural networks*, for the numbers of kernels.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no time, no memory
    ...     network = AlexNet()
    ...     print(network.features(torch.empty(1, 3, 224, 224)).shape)
    torch.Size([1, 256, 6, 6])
    >>> sum(parameter.numel() for parameter in network.parameters())
    61100840
    """

    smallest = 63

    def __init__(self, channels: int = 3, classes: int = 1000, *, dropout: float = 0.5):
        super().__init__(channels, classes)
        self.features = nn.Sequential(  # shapes for 224 x 224
            nn.Conv2d(channels, 64, kernel_size=11, stride=4, padding=2),  # (N, 64, 55, 55)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 64, 27, 27): windows overlap by a pixel
            nn.Conv2d(64, 192, kernel_size=5, padding=2),  # (N, 192, 27, 27)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 192, 13, 13)
            nn.Conv2d(192, 384, kernel_size=3, padding=1),  # (N, 384, 13, 13)
            nn.ReLU(),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),  # (N, 256, 13, 13)
            nn.ReLU(),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),  # (N, 256, 13, 13)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 256, 6, 6)
        )
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(6),  # (N, 256, 6, 6) whatever the image's size
            nn.Flatten(),  # (N, 9216)
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, classes),
        )
