"""A convolution that computes only the filters that somebody looks at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

__all__ = ["only_filters"]


@contextmanager
def only_filters(layer: nn.Module, numbers: Tensor) -> Iterator[Tensor]:
    """Let a convolution compute some of its filters and no others, for a while.

    Its output has a channel for each number then, in their order. This is for passes that end at the layer: what comes
    behind would miss the other channels. Layers of other kinds, and those that somebody watches or reparametrizes, are
    left alone. Afterwards, also after an exception, the layer has its own weights again.

    Parameters
    ----------
    layer : nn.Module
        Whose parameters ask for no gradient.
    numbers : Tensor (N,) of int64
        Of the filters, each from 0 to below the layer's output channels; a number may come twice.

    Yields
    ------
    Tensor (N,) of int64
        Which channel of the output each of the filters has: 0, 1, 2, ..., or its number where the layer is left alone.

    Examples
    --------
    >>> layer, image = nn.Conv2d(3, 8, 3).requires_grad_(False), torch.rand(1, 3, 5, 5)
    >>> maps = layer(image)
    >>> with only_filters(layer, torch.tensor([6, 2])) as channels:
    ...     print(channels, torch.allclose(layer(image), maps[:, [6, 2]], atol=1e-6))
    tensor([0, 1]) True
    >>> layer(image).shape
    torch.Size([1, 8, 3, 3])
    """
    if not (type(layer) is nn.Conv2d and _can_be_narrowed(layer)):
        yield numbers
        return
    weight, bias = layer.weight, layer.bias
    try:
        layer.weight = nn.Parameter(weight[numbers], requires_grad=False)
        layer.bias = None if bias is None else nn.Parameter(bias[numbers], requires_grad=False)
        yield torch.arange(len(numbers))
    finally:
        layer.weight, layer.bias = weight, bias


def _can_be_narrowed(layer: nn.Conv2d) -> bool:
    """Whether a convolution is a plain one; hooks may be what gives it its weights (pruning, spectral norm)."""
    return (
        layer.groups == 1
        and not layer.weight.requires_grad
        and not layer._forward_pre_hooks
        and not layer._forward_hooks
    )
