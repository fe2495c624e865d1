"""A Gaussian blur that takes any sigma and any size of image."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["blurred"]

REACH = 3  # standard deviations from the centre of the kernel to its border


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Return images (N, C, H, W) blurred by a Gaussian of `sigma` pixels; with 0 the images themselves.

    Beyond the border the outermost pixels are repeated. Two matrix products do it: one mixes rows, one columns.

    Examples
    --------
    >>> edge = torch.tensor([[[[0.0, 0, 0, 1, 1, 1]]]])
    >>> blurred(edge, 0.5).flatten().mul(100).round()
    tensor([  0.,   0.,  11.,  89., 100., 100.])
    """
    if sigma == 0:
        return images
    rows, columns = (_mixing(side, sigma).to(images) for side in images.shape[2:])
    return rows @ images @ columns.T


def _mixing(side: int, sigma: float) -> Tensor:
    """Return the matrix (side, side) that blurs a row of pixels: each row of it holds a pixel's weights for all."""
    half = math.ceil(REACH * sigma)
    offsets = torch.arange(-half, half + 1)
    weights = torch.exp(-(offsets.double() ** 2) / (2 * sigma**2))
    seen = (torch.arange(side)[:, None] + offsets).clamp(0, side - 1)  # (side, 2 half + 1)
    empty = torch.zeros(side, side, dtype=torch.float64)
    return empty.scatter_add(1, seen, (weights / weights.sum()).expand_as(seen))
