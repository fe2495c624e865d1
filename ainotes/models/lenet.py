"""LeNet-5 (1998), which read the amounts on cheques."""

from __future__ import annotations

from torch import nn

from .network import Network


class LeNet5(Network):
    """Two convolutions, two poolings, three linear layers: the plan that networks kept for twenty years.

    Takes images (N, channels, 32, 32). With three channels and ten classes it has 62,006 parameters.

    The sizes are those of 1998; the parts are today's: ReLU for the tanh, max pooling for a trained average, every map
    of the second convolution sees all six maps of the first, and the last layer is linear where the paper measured
    distances to drawn digits.

    Parameters
    ----------
    channels, classes : int
        Channels of the images, number of classes.

    Notes
    -----
    Source: LeCun et al. (1998), *Gradient-based learning applied to document recognition*, section II.B.

    Examples
    --------
    >>> import torch
    >>> LeNet5()(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    smallest, exact = 32, True

    def __init__(self, channels: int = 3, classes: int = 10):
        super().__init__(channels, classes)
        self.features = nn.Sequential(
            nn.Conv2d(channels, 6, kernel_size=5),  # (N, 6, 28, 28)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 6, 14, 14)
            nn.Conv2d(6, 16, kernel_size=5),  # (N, 16, 10, 10)
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (N, 16, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 400)
            nn.Linear(16 * 5 * 5, 120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.ReLU(),
            nn.Linear(84, classes),
        )
