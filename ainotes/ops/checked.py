"""What the operations are given, checked: errors name the operation, what it expects, what it got and what to do."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .. import shapes

DTYPES = (torch.int64, torch.int32)  # besides floats: smaller integers would overflow unseen


def tensor(operation: str, name: str, value: Any) -> Tensor:
    """Return the value if it is a tensor of numbers that can be summed safely."""
    expects = f"{operation}: {name} {'expect' if name == 'images' else 'expects'}"
    if not isinstance(value, Tensor):
        raise TypeError(f"{expects} a tensor, got {type(value).__name__}; use torch.as_tensor({name}).float()")
    if value.is_floating_point() or value.is_complex() or value.dtype in DTYPES:
        return value
    bytes_of_pixels = name == "images" and value.dtype == torch.uint8
    mend = f"{name}.float()" + (" / 255" if bytes_of_pixels else "")
    raise TypeError(f"{expects} a float dtype, got {value.dtype}; use {mend}")


def images(operation: str, images: Any) -> Tensor:
    """Return the images if they are a tensor (N, C, H, W) with at least one pixel each."""
    tensor(operation, "images", images)
    if images.ndim != 4:
        mend = {2: "add images[None, None]", 3: "add images[None] for one image, images[:, None] for grey images"}
        raise ValueError(
            f"{operation}: images expect shape (N, C, H, W), got {tuple(images.shape)}; "
            + mend.get(images.ndim, "give a batch of images, each with channels, rows and columns")
        )
    if 0 in images.shape[1:]:
        raise ValueError(
            f"{operation}: images expect at least one channel, row and column, got shape {tuple(images.shape)}; "
            "look for a slice that came out empty"
        )
    return images


def weight(operation: str, weight: Any, images: Tensor, groups: int) -> Tensor:
    """Return the weight if it is a tensor (out channels, channels of a group, rows, columns) that fits the images."""
    tensor(operation, "weight", weight)
    if weight.ndim != 4:
        mend = {2: "add weight[None, None] for one kernel", 3: "add weight[:, None] for kernels of one channel"}
        raise ValueError(
            f"{operation}: weight expects shape (out channels, in channels, rows, columns), got {tuple(weight.shape)}; "
            + mend.get(weight.ndim, "give one kernel for each pair of channels")
        )
    if 0 in weight.shape:
        raise ValueError(f"{operation}: weight expects at least one of each, got shape {tuple(weight.shape)}")
    same_kind(operation, "weight", weight, images)
    _groups(operation, weight, images, groups)
    return weight


def _groups(operation: str, weight: Tensor, images: Tensor, groups: int) -> None:
    """Refuse channels that the groups do not divide, or that the weight does not expect."""
    shapes.whole(operation, "groups", groups, 1)
    for name, channels in (("images", images.shape[1]), ("weight", weight.shape[0])):
        if channels % groups:
            kind = "input" if name == "images" else "output"
            raise ValueError(
                f"{operation}: groups must divide the channels, {name} {'have' if name == 'images' else 'has'} "
                f"{channels} {kind} channels, groups are {groups}; use a common divisor of both numbers of channels"
            )
    expected = weight.shape[1] * groups
    if expected != images.shape[1]:
        each = f"{groups} x {weight.shape[1]} = {expected}" if groups > 1 else f"{expected}"
        raise ValueError(
            f"{operation}: weight expects {each} input channels, images have {images.shape[1]} "
            f"(shape {tuple(images.shape)}); build the layer with in_channels={images.shape[1]}"
        )


def bias(operation: str, bias: Any, weight: Tensor) -> Tensor:
    """Return the bias if it is a tensor with one number for each output channel."""
    tensor(operation, "bias", bias)
    if bias.shape != weight.shape[:1]:
        raise ValueError(
            f"{operation}: bias expects shape ({weight.shape[0]},), one number for each output channel, "
            f"got {tuple(bias.shape)}; use torch.zeros({weight.shape[0]}) or None"
        )
    same_kind(operation, "bias", bias, weight, "weight")
    return bias


def same_kind(operation: str, name: str, value: Tensor, other: Tensor, other_name: str = "images") -> None:
    """Refuse two tensors of different dtypes, or on different devices."""
    if value.dtype != other.dtype:
        raise TypeError(
            f"{operation}: {name} and {other_name} expect one dtype, got {value.dtype} and {other.dtype}; "
            f"use {name}.to({other_name}.dtype)"
        )
    if value.device != other.device:
        raise ValueError(
            f"{operation}: {name} and {other_name} must be on one device, got {value.device} and {other.device}; "
            f"use {name}.to({other_name}.device)"
        )


def floats(operation: str, images: Tensor) -> Tensor:
    """Return the images if their dtype holds fractions."""
    if images.is_floating_point():
        return images
    raise TypeError(f"{operation}: images expect a float dtype, got {images.dtype}; use images.float()")
