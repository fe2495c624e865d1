"""The convolutional network of the Fashion-MNIST lessons."""

import torch
from torch import nn


class Convnet(nn.Module):
    """Two convolutions to see, two linear layers to decide.

    Takes float images (N, 1, 28, 28) in [0, 1] and returns logits (N, classes): scores before the softmax, which
    :class:`torch.nn.CrossEntropyLoss` applies itself. With ten classes it has 225,034 parameters.

    Parameters
    ----------
    channels : int
        Channels of the images, 1 for grey ones.
    classes : int
        Number of classes.

    Examples
    --------
    >>> Convnet()(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(self, channels: int = 1, classes: int = 10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 32, kernel_size=3),  # (N, 32, 26, 26)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 32, 13, 13)
            nn.Conv2d(32, 64, kernel_size=3),  # (N, 64, 11, 11)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 64, 5, 5): the 11th row and column are dropped
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 1600)
            nn.Linear(64 * 5 * 5, 128),
            nn.ReLU(),
            nn.Linear(128, classes),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits (N, classes) of images (N, C, 28, 28)."""
        return self.classifier(self.features(images))
