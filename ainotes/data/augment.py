"""Random changes of a whole batch of images at once, for training.

Each function here returns an augmentation: a function of a float batch (N, C, H, W) with values in [0, 1] that returns
a new batch of the same shape (`crop`: of a smaller one), every image changed in its own way. The chance comes from
PyTorch's global generator, so `torch.manual_seed` repeats it. They are `functools.partial` objects of plain functions,
so they can be pickled, printed and chained with `compose`.

Examples
--------
>>> import torch
>>> change = compose(flip(), shift(2))
>>> change(torch.rand(8, 1, 28, 28)).shape
torch.Size([8, 1, 28, 28])
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

Augmentation = Callable[[Tensor], Tensor]


def compose(*steps: Augmentation) -> Augmentation:
    """Apply one augmentation after the other."""
    for step in steps:
        if not callable(step):
            raise TypeError(
                f"compose: expects augmentations, got {type(step).__name__}; write flip(), with parentheses"
            )
    return partial(_compose, steps=steps)


def flip(p: float = 0.5) -> Augmentation:
    """Mirror left and right, each image with probability `p`."""
    return partial(_flip, p=_probability("flip", p))


def shift(pixels: int = 2) -> Augmentation:
    """Move by up to `pixels` rows and columns; black comes in from the border. Same as a random crop with padding."""
    if not isinstance(pixels, int) or pixels < 0:
        raise ValueError(f"shift: pixels must be a whole number of at least 0, got {pixels!r}")
    return partial(_shift, pixels=pixels)


def crop(side: int) -> Augmentation:
    """Cut a square of `side` pixels from anywhere in each image: less to compute, and hardly ever the same twice.

    A network that pools globally learns from the squares what it is asked of whole images, which should have its last
    epochs. Source: Krizhevsky et al. (2012), *ImageNet classification with deep convolutional neural networks*,
    section 4.1; smaller images first after Howard (2018), *Training ImageNet in 18 minutes*.
    """
    if not isinstance(side, int) or side < 1:
        raise ValueError(f"crop: side must be a whole number of at least 1, got {side!r}")
    return partial(_crop, side=side)


def erase(p: float = 0.5, size: float = 0.4) -> Augmentation:
    """Black out one rectangle with sides up to `size` of the image's, in each image with probability `p`.

    Source: Zhong et al. (2020), *Random erasing data augmentation*; DeVries and Taylor (2017), *Cutout*.
    """
    if not 0 < size <= 1:
        raise ValueError(f"erase: size is a fraction of the side, more than 0 and at most 1; got {size}")
    return partial(_erase, p=_probability("erase", p), size=size)


def rotate(degrees: float = 10.0) -> Augmentation:
    """Turn about the centre by up to `degrees` either way; the outermost pixels are repeated outwards."""
    if not 0 <= degrees <= 180:
        raise ValueError(f"rotate: degrees must be from 0 to 180, got {degrees}")
    return partial(_affine, degrees=degrees, zoom=0.0)


def zoom(amount: float = 0.1) -> Augmentation:
    """Magnify by a factor from `1 - amount` to `1 + amount`; the outermost pixels are repeated outwards."""
    if not 0 <= amount < 1:
        raise ValueError(f"zoom: amount must be at least 0 and less than 1, got {amount}")
    return partial(_affine, degrees=0.0, zoom=amount)


def jitter(brightness: float = 0.2, contrast: float = 0.2) -> Augmentation:
    """Change brightness and contrast, each by a factor within 1 ± the amount; the result stays in [0, 1]."""
    for name, amount in (("brightness", brightness), ("contrast", contrast)):
        if not 0 <= amount <= 1:
            raise ValueError(f"jitter: {name} must be from 0 to 1, got {amount}")
    return partial(_jitter, brightness=brightness, contrast=contrast)


def _compose(images: Tensor, *, steps: tuple[Augmentation, ...]) -> Tensor:
    for step in steps:
        images = step(images)
    return images


def _flip(images: Tensor, *, p: float) -> Tensor:
    mirrored = torch.rand(len(images), 1, 1, 1, device=images.device) < p
    return torch.where(mirrored, images.flip(3), images)


def _shift(images: Tensor, *, pixels: int) -> Tensor:
    return _windows(F.pad(images, (pixels,) * 4), *images.shape[2:])


def _crop(images: Tensor, *, side: int) -> Tensor:
    if side > min(images.shape[2:]):
        raise ValueError(f"crop: squares of {side} pixels do not fit into images of {tuple(images.shape[2:])}")
    return _windows(images, side, side)


def _windows(images: Tensor, H: int, W: int) -> Tensor:
    """Return a window of (H, W) from a random place of each image."""
    N, C, rows, columns = images.shape
    device = images.device
    top = torch.randint(0, rows - H + 1, (N, 1), device=device)
    left = torch.randint(0, columns - W + 1, (N, 1), device=device)
    row = (top + torch.arange(H, device=device)).reshape(N, 1, H, 1)
    column = (left + torch.arange(W, device=device)).reshape(N, 1, 1, W)
    image = torch.arange(N, device=device).reshape(N, 1, 1, 1)
    channel = torch.arange(C, device=device).reshape(1, C, 1, 1)
    return images[image, channel, row, column]


def _erase(images: Tensor, *, p: float, size: float) -> Tensor:
    N, _, H, W = images.shape
    device = images.device
    hole = _band(N, H, size, device).reshape(N, 1, H, 1) & _band(N, W, size, device).reshape(N, 1, 1, W)
    hole &= torch.rand(N, 1, 1, 1, device=device) < p
    return images.masked_fill(hole, 0.0)


def _band(count: int, length: int, size: float, device: torch.device) -> Tensor:
    """Return one random stretch of places in each row, bool (count, length)."""
    centre = torch.rand(count, 1, device=device) * length
    half = torch.rand(count, 1, device=device) * size * length / 2
    return (torch.arange(length, device=device) + 0.5 - centre).abs() < half


def _affine(images: Tensor, *, degrees: float, zoom: float) -> Tensor:
    N, _, H, W = images.shape
    if N == 0:
        return images.clone()
    angle = _symmetric(N, images) * math.radians(degrees)
    scale = 1 / (1 + _symmetric(N, images) * zoom)
    cos, sin, none = angle.cos() * scale, angle.sin() * scale, torch.zeros_like(angle)
    # affine_grid counts from -1 to 1 along either side: the ratio keeps a turn a turn on images that are not square.
    theta = torch.stack([cos, -sin * H / W, none, sin * W / H, cos, none], dim=1).reshape(N, 2, 3)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)  # (N, H, W, 2)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _jitter(images: Tensor, *, brightness: float, contrast: float) -> Tensor:
    N = len(images)
    bright = (1 + _symmetric(N, images) * brightness).reshape(N, 1, 1, 1)
    strong = (1 + _symmetric(N, images) * contrast).reshape(N, 1, 1, 1)
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    return ((images - middle) * strong + middle).mul_(bright).clamp_(0, 1)


def _symmetric(count: int, like: Tensor) -> Tensor:
    """Return random numbers from -1 to 1, (count,), on the device of `like`."""
    return torch.rand(count, device=like.device) * 2 - 1


def _probability(name: str, p: float) -> float:
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability, from 0 to 1; got {p}")
    return p
