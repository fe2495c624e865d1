"""Learning rates that fall from the head to the pixels."""

from __future__ import annotations

from typing import Any

from torch import nn

from ..pretrained import Pretrained
from .anatomy import Block, anatomy, network_of

__all__ = ["parameter_groups"]


def parameter_groups(network: nn.Module | Pretrained, lr: float, decay: float = 0.3) -> list[dict[str, Any]]:
    """Return what an optimizer takes: the head with the full learning rate, each block below with a smaller one.

    Early layers see edges and colours, which new photographs have too; the later a layer, the more it has to change.
    The topmost block gets `lr * decay`, the next `lr * decay**2`, and so on, whether or not blocks in between are
    frozen. Frozen parameters are left out.

    Parameters
    ----------
    network : nn.Module or Pretrained
        As it will be trained: frozen and unfrozen before.
    lr : float
        Learning rate of the head, more than 0.
    decay : float
        More than 0, at most 1; with 1 all learn alike.

    Returns
    -------
    list of dict
        `params`, `lr` and `name` of each group, the head first, so that the learning rate in the history of `fit` is
        the head's. Every parameter that asks for a gradient is in one group. A schedule that wants a rate for each
        group takes `[group["lr"] for group in groups]`.

    Raises
    ------
    ValueError
        If a number is out of its range, or nothing is there to be trained.

    Notes
    -----
    Source: Howard and Ruder (2018), *Universal language model fine-tuning for text classification*, section 3.2
    ("discriminative fine-tuning"), who divide by 2.6 from layer to layer.

    Examples
    --------
    >>> from ainotes.models import Convnet
    >>> [(group["name"], round(group["lr"], 6)) for group in parameter_groups(Convnet(), lr=1e-3, decay=0.1)]
    [('classifier', 0.001), ('features.3 to features.5', 0.0001), ('features.0 to features.2', 1e-05)]
    """
    if not lr > 0:
        raise ValueError(f"parameter_groups: lr must be more than 0, got {lr}")
    if not 0 < decay <= 1:
        raise ValueError(f"parameter_groups: decay must be more than 0 and at most 1, got {decay}")
    model = network_of("parameter_groups", network)
    found = anatomy(model)
    parts = [*([found.head] if list(found.head.parameters()) else []), *reversed(found.blocks)]
    groups, taken = [], set()
    for depth, part in enumerate([*parts, Block("the rest", [model])]):  # what is in no block learns least
        own = [p for p in part.parameters() if p.requires_grad and id(p) not in taken]
        taken |= {id(parameter) for parameter in own}
        if own:
            groups.append({"params": own, "lr": lr * decay ** min(depth, max(len(parts) - 1, 0)), "name": part.name})
    if not groups:
        raise ValueError("parameter_groups: every parameter is frozen; unfreeze the head or a block first")
    return groups
