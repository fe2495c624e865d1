"""A cheaper way back from a network's first convolution to the pixels, on CPUs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["short_way_to_pixels"]

FEW = 4  # channels of pictures; with more, torch's own way is the faster one
CACHED = 4  # pictures at a time, whose columns stay in the processor's cache


@contextmanager
def short_way_to_pixels(model: nn.Module) -> Iterator[nn.Module]:
    """Let the convolutions that take pictures send gradients back to them by a matrix product, for a while.

    The numbers are the same up to rounding. On CPUs torch's own way works on channels by the sixteen, of which a
    picture has three: for the first layer of SqueezeNet and 32 pictures of 64 x 64 it took 40 ms, this one takes 15
    (x86-64, one thread, torch 2.15). Half of the time of `visualize_filters` goes there.

    Convolutions whose weights ask for gradients, that live on another device or compute in a special way are left
    alone. Afterwards, also after an exception, every one is as it was.
    """
    changed = [layer for layer in model.modules() if type(layer) is nn.Conv2d and _takes_pictures(layer)]
    try:
        for layer in changed:
            layer.forward = partial(_forward, layer)  # type: ignore[method-assign]
        yield model
    finally:
        for layer in changed:
            vars(layer).pop("forward", None)


def _takes_pictures(layer: nn.Conv2d) -> bool:
    return (
        layer.in_channels <= FEW
        and layer.groups == 1
        and layer.padding_mode == "zeros"
        and not isinstance(layer.padding, str)
        and layer.weight.device.type == "cpu"
        and not layer.weight.requires_grad
        and "forward" not in vars(layer)
    )


def _forward(layer: nn.Conv2d, images: Tensor) -> Tensor:
    return _Convolution.apply(images, layer)


class _Convolution(torch.autograd.Function):
    """A convolution whose gradient with respect to its input is a matrix product and a sum of overlapping columns."""

    @staticmethod
    def forward(context: Any, images: Tensor, layer: nn.Conv2d) -> Tensor:
        context.layer, context.size = layer, images.shape[2:]
        return nn.functional.conv2d(images, layer.weight, layer.bias, layer.stride, layer.padding, layer.dilation)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        layer = context.layer
        spread = layer.weight.flatten(1).T  # (C K K, C_out)
        parts = [
            nn.functional.fold(
                spread @ some.flatten(2),  # (N, C K K, L)
                context.size,
                layer.kernel_size,
                layer.dilation,
                layer.padding,
                layer.stride,
            )
            for some in gradient.split(CACHED)
        ]
        return torch.cat(parts), None
