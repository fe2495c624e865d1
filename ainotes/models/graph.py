"""The graph of a network, recorded from the network itself: which layer feeds which, with shapes and costs.

How it works: a copy of the network without numbers (torch's "meta" device) runs once, and every call of a layer or of
a torch function is written down with what went in and what came out. So branches, sums and concatenations appear as
they are computed, and the network that was given is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .. import shapes
from .ghost import ghost_of
from .graph_parts import Graph, Node
from .recorder import Recorder, leaf_rule

__all__ = ["Graph", "Node", "trace"]


def trace(
    module: nn.Module, input_size: Sequence[int], name: str | None = None, *, leaves: Sequence[type | str] = ()
) -> Graph:
    """Return the graph of a network, as it computes in `eval()` mode.

    Parameters
    ----------
    module : nn.Module
        Takes one tensor. It is left as it was: what runs is a copy of it without numbers and without hooks.
    input_size : sequence of int
        Shape of one sample without the batch, such as (3, 224, 224).
    name : str, optional
        What to call it; the name of its class by default.
    leaves : sequence of type or str
        Parts to draw as one box: types, or names as in ``module.named_modules()``. Layers of ``torch.nn`` always are.

    Raises
    ------
    TypeError
        Where `module` is no network, or `leaves` are no types or names.
    ValueError
        Where the network cannot take that shape, or decides by the numbers that it sees, of which the copy has none.

    Notes
    -----
    A layer that does nothing in `eval()` mode is left out where it hands on its input itself (``nn.Identity``);
    dropout is shown.

    Examples
    --------
    >>> graph = trace(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4 * 4, 10)), (3, 6, 6))
    >>> [node.label for node in graph.nodes]
    ['input', 'conv 3×3, 8', 'ReLU', 'flatten', 'linear, 10', 'output']
    >>> graph.nodes[1].shape, graph.nodes[1].multiply_adds, graph.parameters
    ((8, 4, 4), 3456, 1514)
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"trace: module expects a network (nn.Module), got {type(module).__name__}")
    size = tuple(shapes.whole("trace", "input_size", side, 1) for side in input_size)
    ghost = ghost_of(module)
    recorder = Recorder(ghost, name or type(module).__name__, leaf_rule(ghost, leaves))
    kind = next((each.dtype for each in module.parameters() if each.is_floating_point()), torch.float32)
    return recorder.graph(torch.empty(1, *size, dtype=kind, device="meta"))
