"""What all networks of the course have in common: feature maps first, then a decision, and a look at the images."""

from __future__ import annotations

from torch import Tensor, nn

from .. import shapes
from ..ops import checked


class Network(nn.Module):
    """A classifier of images, in two parts: `features` sees, `classifier` decides.

    A network of the course fills in the two parts and says which images fit. Its `forward` looks at the images first,
    so that a wrong shape is answered in words.

    Parameters
    ----------
    channels : int
        Channels of the images, 1 for grey ones, 3 for RGB; at least 1.
    classes : int
        Number of classes, at least 1.

    Attributes
    ----------
    features : nn.Module
        Images (N, channels, H, W) to feature maps (N, C, rows, columns).
    classifier : nn.Module
        Feature maps to logits (N, classes): scores before the softmax.
    smallest : int
        Rows and columns that an image must have at least.
    exact : bool
        Whether an image must have exactly `smallest` rows and columns, as a linear layer on flattened maps wants it.

    Raises
    ------
    TypeError
        Where a number is not a whole one, or the images are no tensor of floats.
    ValueError
        Where a number is too small, or the images do not have the shape that the network was built for.

    Examples
    --------
    >>> class Mean(Network):
    ...     def __init__(self, channels=1, classes=10):
    ...         super().__init__(channels, classes)
    ...         self.features = nn.Sequential(nn.AdaptiveAvgPool2d(1))
    ...         self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(channels, classes))
    >>> import torch
    >>> Mean()(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    smallest = 1
    exact = False
    features: nn.Module
    classifier: nn.Module

    def __init__(self, channels: int, classes: int):
        super().__init__()
        self.channels = shapes.whole(type(self).__name__, "channels", channels, 1)
        self.classes = shapes.whole(type(self).__name__, "classes", classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (N, classes) of float images (N, channels, H, W)."""
        return self.classifier(self.features(self.checked(images)))

    def checked(self, images: Tensor) -> Tensor:
        """Return the images if they are ones that this network can take."""
        name = type(self).__name__
        checked.floats(name, checked.images(name, images))
        if images.shape[1] != self.channels:
            raise ValueError(
                f"{name}: built for images with {self.channels} channels, got {images.shape[1]} "
                f"(shape {tuple(images.shape)}); build it with channels={images.shape[1]}"
            )
        sides = set(images.shape[2:])
        if min(sides) < self.smallest or (self.exact and sides != {self.smallest}):
            raise ValueError(
                f"{name}: images expect {'exactly' if self.exact else 'at least'} {self.smallest} rows and columns, "
                f"got {images.shape[2]} and {images.shape[3]}; resize them: "
                f"torch.nn.functional.interpolate(images, size=({self.smallest}, {self.smallest}))"
            )
        return images
