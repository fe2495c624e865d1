"""First weights: what the papers say where it matters, PyTorch's own elsewhere."""

from __future__ import annotations

import math

from torch import nn


def he_normal(network: nn.Module) -> None:
    """Give every convolution weights that keep the size of the gradient from layer to layer; biases become 0.

    Drawn from a normal distribution with mean 0 and variance 2 / n, where n = K K C_out / groups is the number of
    outputs that an input value reaches. The 2 makes up for the ReLU, which lets half of them through. Without it the
    signal of a deep network without batch normalisation fades out.

    Parameters
    ----------
    network : nn.Module
        Changed in place; random numbers come from PyTorch's global generator.

    Notes
    -----
    Source: He et al. (2015), *Delving deep into rectifiers*, section 2.2, backward case.

    Examples
    --------
    >>> import torch
    >>> layer = nn.Conv2d(64, 32, kernel_size=5)
    >>> he_normal(layer)
    >>> expected = (2 / (5 * 5 * 32)) ** 0.5
    >>> bool(abs(layer.weight.std() - expected) < 0.02 * expected)
    True
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            reached = math.prod(layer.kernel_size) * layer.out_channels // layer.groups
            _normal(layer, math.sqrt(2 / reached))


def small_normal(network: nn.Module, std: float, kinds: tuple[type[nn.Module], ...] = (nn.Linear,)) -> None:
    """Give every layer of some kinds weights from a normal distribution with mean 0; biases become 0.

    Parameters
    ----------
    network : nn.Module
        Changed in place; random numbers come from PyTorch's global generator.
    std : float
        Standard deviation of the weights.
    kinds : tuple of type
        Which layers.

    Examples
    --------
    >>> layer = nn.Linear(100, 100)
    >>> small_normal(layer, std=0.01)
    >>> round(float(layer.weight.detach().std()), 3), float(layer.bias.detach().abs().max())
    (0.01, 0.0)
    """
    for layer in network.modules():
        if isinstance(layer, kinds):
            _normal(layer, std)


def _normal(layer: nn.Module, std: float) -> None:
    nn.init.normal_(layer.weight, std=std)  # type: ignore[arg-type]
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
