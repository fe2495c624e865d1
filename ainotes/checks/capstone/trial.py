"""A trial of a learner's network: what is wrong with it, in a few words, or that it beats the baseline."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.material import noise

__all__ = ["FINE", "MOST", "SIDE", "verdict"]

FINE = "it beats the baseline"
MOST = 100_000  # parameters
SIDE = 64  # rows and columns
STEPS, ENOUGH = 120, 0.8  # of the small training; a dense layer gets half of these pictures right


def verdict(build: Any, classes: int) -> str | None:
    """Return what is wrong with the network of ``build(classes)``, the gravest first, or `FINE`; None where it is None.

    The network has to turn images (N, 3, 64, 64) into logits (N, classes), with convolutions, within `MOST` parameters,
    and to learn to tell stripes of two directions apart, which a dense layer on the pixels cannot.

    Examples
    --------
    >>> verdict(lambda classes: nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, classes)), 2)
    'no convolution'
    """
    torch.manual_seed(0)
    network = build(classes)
    if network is None:
        return None
    if not isinstance(network, nn.Module):
        return "no network"
    try:
        with torch.inference_mode():
            logits = network.eval()(noise(4, 3, SIDE, SIDE))
    except (RuntimeError, ValueError, TypeError):
        return "sizes do not fit"
    return (
        _of_logits(logits, classes)
        or _of_parts(network)
        or _of_behaviour(build, network, classes)
        or _of_other_weights(network)
        or _learns(network)
    )


def _of_logits(logits: Any, classes: int) -> str:
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != 4:
        return "no row for each image"
    if logits.shape[1] != classes:
        return "another number of classes"
    if bool((logits >= 0).all()) and torch.allclose(logits.sum(dim=1), torch.ones(4), atol=1e-4):
        return "probabilities"
    return ""


def _of_parts(network: nn.Module) -> str:
    if sum(parameter.numel() for parameter in network.parameters()) > MOST:
        return "too many parameters"
    if not any(isinstance(module, nn.Conv2d) for module in network.modules()):
        return "no convolution"
    return "" if any(parameter.requires_grad for parameter in network.parameters()) else "frozen"


def _of_behaviour(build: Any, network: nn.Module, classes: int) -> str:
    one, other = 5 * noise(2, 3, SIDE, SIDE, seed=1), 5 * noise(2, 3, SIDE, SIDE, seed=2)
    with torch.inference_mode():
        first, second, both = network(one), network(other), network((one + other) / 2)
        if not torch.equal(first, network(one)):
            return "another answer each time"
        if torch.equal(first, second):
            return "blind"
        if _most_runs(network, one) > 1:
            return "a layer that runs twice"
        if ((first + second) / 2 - both).abs().max() < 1e-3 * (first - second).abs().max():
            return "linear"
    again = build(classes)
    ours = {id(parameter) for parameter in network.parameters()}
    return "the same network again" if any(id(parameter) in ours for parameter in again.parameters()) else ""


def _most_runs(network: nn.Module, images: Tensor) -> int:
    """Return how often the busiest convolution or pooling runs in one pass."""
    runs: Counter[nn.Module] = Counter()
    windows = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d)]
    hooks = [module.register_forward_hook(lambda module, *_: runs.update([module])) for module in windows]
    network(images)
    for hook in hooks:
        hook.remove()
    return max(runs.values(), default=0)


def _of_other_weights(network: nn.Module) -> str:
    """Try whether a logit can be negative at all: with weights of both signs each is so half of the time."""
    other, lowest = copy.deepcopy(network).eval(), 0.0
    with torch.no_grad():
        for seed in range(10):
            for number, parameter in enumerate(other.parameters()):
                parameter.copy_(noise(*parameter.shape, seed=100 * seed + number))
            lowest = min(lowest, other(noise(2, 3, SIDE, SIDE, seed=seed)).min().item())
    return "" if lowest < 0 else "squashed logits"


def _learns(network: nn.Module) -> str:
    """Train for some steps; the pictures to judge by have their stripes elsewhere."""
    (images, labels), (others, theirs) = _stripes(16, seed=0), _stripes(24, seed=1)
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=3e-3)
    for step in range(1, STEPS + 1):
        loss = nn.functional.cross_entropy(network.train()(images), labels)
        if not loss.requires_grad:
            return "no gradient"
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            with torch.inference_mode():
                right = (network.eval()(others).argmax(dim=1) == theirs).float().mean().item()
            if right >= ENOUGH:
                return FINE
    return "does not learn"


def _stripes(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return images (N, 3, 64, 64) of stripes, lying and standing by turns, each begun anywhere."""
    labels = torch.arange(count) % 2
    generator = torch.Generator().manual_seed(seed)
    begin = torch.rand(count, 1, 1, generator=generator) * 8
    place = torch.arange(SIDE, dtype=torch.float32)
    wave = torch.sin((place + begin) * (2 * torch.pi / 8))  # (N, 1, 64), a period of 8 pixels
    lying = wave.transpose(1, 2).expand(count, SIDE, SIDE)
    images = torch.where(labels[:, None, None] == 0, lying, wave.expand(count, SIDE, SIDE))
    return images[:, None].repeat(1, 3, 1, 1) + 0.1 * noise(count, 3, SIDE, SIDE, seed=seed), labels
