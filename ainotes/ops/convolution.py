"""Two-dimensional convolution as deep learning means it: a cross-correlation, the kernel is not turned round."""

from __future__ import annotations

import torch
from torch import Tensor

from . import checked
from .padding import pad_with
from .windows import IntOrPair, grid


def conv2d(
    images: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Tensor:
    """Lay each kernel on each place of the images, multiply cell by cell, and sum.

    For each of the kernel's K x K cells, all the pixels under that cell (a shifted slice of the images) times the
    cell's weights, summed over the input channels; then the sum over all cells.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W), float; whole numbers (int32, int64) work too.
    weight : Tensor
        (C_out, C / groups, K, K), or with a kernel that is not square; dtype and device of the images.
    bias : Tensor, optional
        (C_out,): what is added to each output channel.
    stride, dilation : int or pair of int
        How far the kernel moves each time; the distance between its cells. A pair is (rows, columns).
    padding : int, pair of int or str
        Zeros added on each side, or "valid" (none), "same" (the output is as large as the images; needs a stride of 1)
        or "full" (every place where kernel and image touch).
    groups : int
        Groups of channels that do not see each other; as many as there are channels make it depthwise.

    Returns
    -------
    Tensor
        (N, C_out, H_out, W_out), equal to :func:`torch.nn.functional.conv2d` up to rounding.

    Raises
    ------
    TypeError
        Where an argument is no tensor, dtypes differ, or a number is not a whole one.
    ValueError
        Where shapes, channels, groups or devices do not fit, or the kernel is larger than the padded images.

    Notes
    -----
    Source: Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, section 1.1.

    Examples
    --------
    >>> conv2d(torch.rand(8, 1, 28, 28), torch.rand(32, 1, 3, 3), torch.zeros(32)).shape
    torch.Size([8, 32, 26, 26])
    >>> image = torch.tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]])
    >>> conv2d(image, torch.tensor([[[[1, 0], [0, -1]]]])).tolist()
    [[[[-4, -4], [-4, -4]]]]
    """
    checked.images("conv2d", images)
    checked.weight("conv2d", weight, images, groups)
    where = grid("conv2d", images, tuple(weight.shape[2:]), stride, padding, dilation)
    padded = pad_with(images, where.before, where.after, 0)
    kernels = weight.unflatten(0, (groups, len(weight) // groups))  # (G, C_out / G, C / G, K, K)
    output = images.new_zeros(()) if bias is None else checked.bias("conv2d", bias, weight)[:, None, None]
    for row, column, pixels in where.taps(padded):
        output = output + _weigh(pixels, kernels[..., row, column])  # (N, C_out, H_out, W_out)
    return output


def _weigh(pixels: Tensor, taps: Tensor) -> Tensor:
    """Return pixels (N, C, H, W) times one cell's weights (G, C_out / G, C / G), summed over a group's channels."""
    groups, _, inputs = taps.shape
    pixels = pixels.unflatten(1, (groups, inputs))  # (N, G, C / G, H, W)
    return torch.einsum("ngchw,goc->ngohw", pixels, taps).flatten(1, 2)  # (N, C_out, H, W)


def im2col(
    images: Tensor,
    kernel: IntOrPair,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
) -> Tensor:
    """Return the pixels under each place of a kernel as one column, so that a convolution becomes a matrix product.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W).
    kernel : int or pair of int
        Side of the kernel, or (rows, columns).
    stride, padding, dilation
        As in :func:`conv2d`.

    Returns
    -------
    Tensor
        (N, C K K, L), a new tensor: one column for each of the L = H_out W_out places, in reading order; in it the
        channels one after the other, each in reading order. Equal to :func:`torch.nn.functional.unfold`.

    Raises
    ------
    TypeError
        Where images are no tensor, or a number is not a whole one.
    ValueError
        Where the shape is wrong, or the kernel is larger than the padded images.

    Notes
    -----
    Source: Chellapilla, Puri and Simard (2006), *High performance convolutional neural networks for document
    processing*.

    Examples
    --------
    >>> images, weight = torch.rand(8, 3, 28, 28), torch.rand(32, 3, 5, 5)
    >>> columns = im2col(images, 5)
    >>> columns.shape
    torch.Size([8, 75, 576])
    >>> products = weight.flatten(1) @ columns  # (8, 32, 576)
    >>> torch.allclose(products.unflatten(2, (24, 24)), conv2d(images, weight), atol=1e-5)
    True
    """
    checked.images("im2col", images)
    where = grid("im2col", images, kernel, stride, padding, dilation)
    padded = pad_with(images, where.before, where.after, 0)
    cells = [pixels for _, _, pixels in where.taps(padded)]
    return torch.stack(cells, dim=2).flatten(3).flatten(1, 2)  # (N, C, K K, H_out, W_out) -> (N, C K K, L)
