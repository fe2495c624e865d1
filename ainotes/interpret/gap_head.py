"""Find out which of a network's maps are averaged into its logits, by comparing numbers."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from .passes import run
from .scores import scores_of

__all__ = ["Head", "find_head"]

RTOL, ATOL = 1e-3, 1e-5  # two ways to sum the same numbers


class Head(NamedTuple):
    """The end of a network that averages maps.

    Attributes
    ----------
    name, layer : str, nn.Module
        Whose maps are averaged.
    relu : bool
        Whether a ReLU that is no layer of its own comes in between, as in torchvision's DenseNet.
    linear : nn.Linear or None
        What makes logits of the means; None where the means are the logits.
    """

    name: str
    layer: nn.Module
    relu: bool
    linear: nn.Linear | None

    def weights(self, classes: int, maps: Tensor) -> Tensor:
        """Return the weights (classes, C) of maps (N, C, rows, columns) for each class."""
        weight = torch.eye(maps.shape[1]).to(maps) if self.linear is None else self.linear.weight.detach()
        return torch.cat([-weight, weight]) if len(weight) == 1 and classes == 2 else weight


def find_head(function: str, model: nn.Module, images: Tensor) -> Head:
    """Return the head of a network, from two passes with one noise image of the shape of the images (N, C, H, W).

    Raises
    ------
    ValueError
        Where the logits are not made of the means of maps by at most one linear layer.
    """
    image = torch.rand(1, *images.shape[1:], generator=torch.Generator().manual_seed(0)).to(images)
    linear, means, scores = _last_linear(function, model, image)
    goals = [(None, scores)] if linear is None else [(linear, means), (None, scores)]
    found: list[Head] = []

    def compare(name: str):
        def hook(module: nn.Module, inputs: Any, maps: Any) -> None:
            if not isinstance(maps, Tensor) or maps.ndim != 4 or maps.shape[2:] == (1, 1):
                return
            for relu in (False, True):
                mean = (maps.relu() if relu else maps).mean(dim=(2, 3))
                for layer, goal in goals:
                    if goal.shape == mean.shape and torch.allclose(mean, goal, RTOL, ATOL):
                        found.append(Head(name, module, relu, layer))
                        return

        return hook

    with ExitStack() as hooks:
        for name, module in model.named_modules():
            hooks.callback(module.register_forward_hook(compare(name)).remove)
        run(model, image)
    if not found:
        raise ValueError(
            f"{function}: {type(model).__name__} does not end in an average over the places of its maps and one linear "
            "layer, which is what lets the places be read off; take grad_cam, which works with any head"
        )
    return found[-1]


def _last_linear(function: str, model: nn.Module, image: Tensor) -> tuple[nn.Linear | None, Tensor, Tensor]:
    """Return the linear layer that makes the logits (None where there is none), what went into it, and the scores."""
    calls: list[tuple[nn.Linear, Tensor, Tensor]] = []
    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    with ExitStack() as hooks:
        for module in linears:
            keep = module.register_forward_hook(lambda layer, inputs, output: calls.append((layer, inputs[0], output)))
            hooks.callback(keep.remove)
        output = run(model, image)
    scores = scores_of(function, output, image)
    for layer, arriving, leaving in reversed(calls):
        if leaving.numel() == output.numel() and torch.equal(leaving.flatten(), output.flatten()):
            return layer, arriving.detach().clone(), scores
    return None, scores, scores
