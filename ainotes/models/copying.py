"""Carry weights from one network to another that was built in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import torch
from torch import Tensor, nn

Named = tuple[str, Tensor]


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Copy all parameters and buffers of one network into another, by order and shape; names do not matter.

    The first parameter goes to the first, the second to the second, and so on, in the order in which the layers were
    registered; buffers (a batch normalisation's running statistics) likewise. All pairs are looked at before the first
    number is copied: a refusal leaves the target as it was.

    Parameters
    ----------
    source : nn.Module
        Where the numbers come from; unchanged.
    target : nn.Module
        Changed in place. It keeps its dtypes, its devices, its modes, and which parameters want gradients.

    Raises
    ------
    TypeError
        Where one of the two is no network.
    ValueError
        Where the two differ in the number, a shape, or the kind (float or not) of what they hold, or where one is on
        the "meta" device and has no numbers.

    Notes
    -----
    Two layers of the same shape that stand in another order change places unnoticed. Compare the outputs afterwards.

    Examples
    --------
    >>> ours, theirs = nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    >>> copy_weights(theirs, ours)
    >>> torch.equal(ours.weight, theirs[0].weight)
    True
    """
    for name, network in (("source", source), ("target", target)):
        if not isinstance(network, nn.Module):
            raise TypeError(f"copy_weights: {name} expects a network (nn.Module), got {type(network).__name__}")
    pairs = [*_pairs("parameters", source, target), *_pairs("buffers", source, target)]
    with torch.no_grad():
        for given, kept in pairs:
            kept.copy_(given)


def _pairs(kind: str, source: nn.Module, target: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    given, kept = (list(getattr(network, f"named_{kind}")()) for network in (source, target))
    for number, pair in enumerate(zip_longest(given, kept), start=1):
        if problem := _problem(*pair):
            first, second = _described(pair[0], source, "source"), _described(pair[1], target, "target")
            raise ValueError(
                f"copy_weights: entry {number} of the {kind}: {first} meets {second}; {problem}. The source has "
                f"{len(given)} {kind}, the target {len(kept)}; nothing was copied"
            )
        yield pair[0][1], pair[1][1]


def _problem(given: Named | None, kept: Named | None) -> str | None:
    """Return why the one cannot go where the other is, and what to do; None where it can."""
    if given is None or kept is None:
        return "one network has more layers, build both with the same layers"
    if given[1].shape != kept[1].shape:
        return "their shapes differ, build both with the same sizes and register the layers in the same order"
    if given[1].is_floating_point() != kept[1].is_floating_point():
        return f"one is {given[1].dtype} and the other {kept[1].dtype}, register the buffers in the same order"
    if given[1].is_meta or kept[1].is_meta:
        return 'a tensor on the "meta" device has no numbers, build the network on a real device'
    return None


def _described(entry: Named | None, network: nn.Module, role: str) -> str:
    name = type(network).__name__
    return f"{entry[0]} {tuple(entry[1].shape)} of the {role} {name}" if entry else f"nothing in the {role} {name}"
