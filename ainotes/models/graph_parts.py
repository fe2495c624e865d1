"""A network's graph as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One box of the drawing.

    Attributes
    ----------
    id : int
        Its number, from 0 in the order of computation.
    label, kind, detail : str
        As in `ainotes.models.layer_words.Words`; the kind may also be "input", "output" or "parameter".
    path : str
        Name of the layer in the network, such as "layer1.0.conv2"; empty for a function.
    shape : tuple of int
        Shape of what comes out, without the batch.
    parameters : int
        How many it holds, also where an earlier node holds the same ones.
    multiply_adds : int
        Multiplications with an addition for one sample: of convolutions, linear layers, matrix products and attention.
        Normalisation, activation, pooling and sums count as 0.
    inputs : tuple of int
        Ids of the nodes that feed it, in the order of its arguments.
    """

    id: int
    label: str
    kind: str
    detail: str = ""
    path: str = ""
    shape: tuple[int, ...] = ()
    parameters: int = 0
    multiply_adds: int = 0
    inputs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Graph:
    """A network as plain data.

    Attributes
    ----------
    name : str
        What to call it.
    nodes : tuple of Node
        In the order of computation; each comes after those that feed it.
    parameters : int
        Of all nodes, each parameter once.
    """

    name: str
    nodes: tuple[Node, ...]
    parameters: int

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Pairs of ids, from a node to one that it feeds."""
        return [(source, node.id) for node in self.nodes for source in node.inputs]

    @property
    def multiply_adds(self) -> int:
        """Of all nodes, for one sample."""
        return sum(node.multiply_adds for node in self.nodes)
