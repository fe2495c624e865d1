"""A Gaussian blur that takes any sigma and any size of image."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

__all__ = ["blurred"]

REACH = 3  # standard deviations from the centre of the kernel to its border


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Return images (N, C, H, W) blurred by a Gaussian of `sigma` pixels; with 0 the images themselves.

    Beyond the border the outermost pixels are repeated.

    Examples
    --------
    >>> edge = torch.tensor([[[[0.0, 0, 0, 1, 1, 1]]]])
    >>> blurred(edge, 0.5).flatten().mul(100).round()
    tensor([  0.,   0.,  11.,  89., 100., 100.])
    """
    if sigma == 0:
        return images
    half = math.ceil(REACH * sigma)
    weights = torch.exp(-(torch.arange(-half, half + 1, dtype=torch.float64) ** 2) / (2 * sigma**2))
    weights = (weights / weights.sum()).to(images)  # (2 half + 1,)
    channels = images.shape[1]
    column = weights.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    row = weights.view(1, 1, 1, -1).expand(channels, 1, 1, -1)
    padded = nn.functional.pad(images, (half, half, half, half), mode="replicate")
    return nn.functional.conv2d(nn.functional.conv2d(padded, column, groups=channels), row, groups=channels)
