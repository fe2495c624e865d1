"""Pooling: one number for each window of an image, its largest or its mean."""

from __future__ import annotations

import torch
from torch import Tensor

from .. import shapes
from . import checked
from .padding import pad_with
from .windows import Grid, IntOrPair, grid


def max_pool2d(
    images: Tensor,
    kernel: IntOrPair,
    *,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
) -> Tensor:
    """Return the largest pixel of each window, in each channel on its own.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W).
    kernel : int or pair of int
        Side of the window, or (rows, columns).
    stride : int or pair of int, optional
        How far the window moves each time; by default its own size, so that windows touch and do not overlap.
    padding : int or pair of int
        Pixels added on each side, at most half the window; they are never the largest.
    dilation : int or pair of int
        Distance between the pixels of a window.

    Returns
    -------
    Tensor
        (N, C, H_out, W_out), equal to :func:`torch.nn.functional.max_pool2d`. The gradient goes to the largest pixel
        alone, to the first one in reading order where several are as large.

    Raises
    ------
    TypeError
        Where images are no tensor, or a number is not a whole one.
    ValueError
        Where the shape is wrong, the padding too large, the window larger than the padded images, or a dilated window
        sees padding alone.

    Examples
    --------
    >>> image = torch.tensor([[[[1., 5., 2., 0.], [3., 4., 1., 7.]]]])
    >>> max_pool2d(image, 2)
    tensor([[[[5., 7.]]]])
    """
    where = _windows("max_pool2d", images, kernel, stride, padding, dilation)
    _check_pixels(where, images)
    lowest = -torch.inf if images.is_floating_point() else torch.iinfo(images.dtype).min
    padded = pad_with(images, where.before, where.after, lowest)
    cells = torch.stack([pixels for _, _, pixels in where.taps(padded)])  # (K K, N, C, H_out, W_out)
    return cells.max(dim=0).values  # (N, C, H_out, W_out)


def avg_pool2d(
    images: Tensor,
    kernel: IntOrPair,
    *,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window, in each channel on its own.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W), float.
    kernel, stride, padding
        As in :func:`max_pool2d`; padding is zeros.
    count_include_pad : bool
        Whether those zeros count as pixels of the mean, as PyTorch has it. Without them the border is not darkened.

    Returns
    -------
    Tensor
        (N, C, H_out, W_out), equal to :func:`torch.nn.functional.avg_pool2d` up to rounding.

    Raises
    ------
    TypeError
        Where images are not floats, or a number is not a whole one.
    ValueError
        Where the shape is wrong, the padding too large, or the window larger than the padded images.

    Examples
    --------
    >>> image = torch.tensor([[[[1., 5., 2., 0.], [3., 4., 1., 7.]]]])
    >>> avg_pool2d(image, 2)
    tensor([[[[3.2500, 2.5000]]]])
    """
    where = _windows("avg_pool2d", images, kernel, stride, padding, 1)
    checked.floats("avg_pool2d", images)
    total = _sum(where, images)
    if count_include_pad:
        return total / (where.kernel[0] * where.kernel[1])
    return total / _sum(where, torch.ones_like(images[:1, :1]))  # divided by the pixels of the image in each window


def _check_pixels(where: Grid, images: Tensor) -> None:
    """Refuse windows whose holes swallow the whole image.

    PyTorch 2.15 answers such a window with -inf, and its backward pass writes outside the image.
    """
    for side, name in enumerate(("rows", "columns")):
        S, P, D, size = where.stride[side], where.before[side], where.dilation[side], images.shape[2 + side]
        for place in range(where.output[side] if D > 1 else 0):
            taps = (place * S - P + cell * D for cell in range(where.kernel[side]))
            if not any(0 <= tap < size for tap in taps):
                raise ValueError(
                    f"max_pool2d: with padding {P} and dilation {D} a window on {size} {name} sees padding alone, "
                    "which has no largest pixel; use less of either, or a larger image"
                )


def _sum(where: Grid, images: Tensor) -> Tensor:
    padded = pad_with(images, where.before, where.after, 0)
    return torch.stack([pixels for _, _, pixels in where.taps(padded)]).sum(dim=0)  # (N, C, H_out, W_out)


def _windows(
    operation: str,
    images: Tensor,
    kernel: IntOrPair,
    stride: IntOrPair | None,
    padding: IntOrPair,
    dilation: IntOrPair,
) -> Grid:
    checked.images(operation, images)
    if images.is_complex():
        raise TypeError(f"{operation}: images expect real numbers, got {images.dtype}; use images.abs()")
    kernels, paddings = shapes.pair(operation, "kernel", kernel), shapes.pair(operation, "padding", padding, 0)
    if any(P > K // 2 for K, P in zip(kernels, paddings, strict=True)):
        raise ValueError(
            f"{operation}: padding expects at most half the kernel, got padding {padding} for a kernel of {kernel}; "
            "more would make windows of padding alone"
        )
    return grid(operation, images, kernel, kernel if stride is None else stride, padding, dilation)
