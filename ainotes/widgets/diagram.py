"""A block drawn from the network itself: boxes, branches, shortcuts; and what each box costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.layered import Box, place
from ainotes.widgets.pictures import one_of

if TYPE_CHECKING:
    from ainotes.models.graph import Graph, Node

SHOWN = ("shapes", "parameters", "multiply-adds")
MAIN = (
    "conv",
    "linear",
    "pool",
    "block",
    "attention",
    "input",
    "output",
    "other",
)  # two lines of text; others have one
_SIGNS = ("add", "multiply")  # a circle with a sign in it
_BOLD, _PLAIN, _SMALL = 7.4, 7.3, 6.8  # pixels of a letter: names of large and of small boxes, and what stands beside
_MOST = 160  # boxes: what is larger nobody can read


class BlockDiagram(LiveFigure):
    """A network or a part of it as boxes and lines, made from the network itself; walk it and read what each box costs.

    Parameters
    ----------
    module : nn.Module or Graph
        A network that takes one tensor, which is left as it was, or what `ainotes.models.graph.trace` returned for it.
    input_size : sequence of int, optional
        Shape of one sample without the batch, such as (64, 56, 56). Not needed with a graph.
    leaves : sequence of type or str
        Parts to draw as one box: types, or names as in ``module.named_modules()``.
    name : str, optional
        What to call it; the name of its class by default.
    show : str
        What stands on the boxes: "shapes", "parameters" or "multiply-adds".
    title, alt : str, optional
        By default made from the network.

    Attributes
    ----------
    chosen : int
        Index of the box that is read out. Synchronised, as is `show`.
    graph : Graph
        What is drawn.

    Raises
    ------
    ValueError, TypeError
        Where the network cannot be traced (see `ainotes.models.graph.trace`) or has more than 160 boxes.

    Examples
    --------
    >>> from torch import nn
    >>> figure = BlockDiagram(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), (3, 6, 6), name="A stack")
    >>> figure.alt
    'A diagram of A stack: input 3 × 6 × 6, conv 3×3, 8, ReLU, output 8 × 4 × 4. 224 parameters, 3,456 multiply-adds.'
    """

    figure = "diagram"
    nodes: Any = traitlets.List().tag(sync=True)
    lines: Any = traitlets.List().tag(sync=True)
    size: Any = traitlets.List().tag(sync=True)
    totals: Any = traitlets.Dict().tag(sync=True)
    show = traitlets.Unicode("shapes").tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        module: Any,
        input_size: Sequence[int] | None = None,
        *,
        leaves: Sequence[type | str] = (),
        name: str | None = None,
        show: str = "shapes",
        title: str | None = None,
        alt: str | None = None,
        **kwargs: Any,
    ):
        self.graph = graph = _graph(module, input_size, leaves, name)
        if len(graph.nodes) > _MOST:
            raise ValueError(
                f"BlockDiagram: {graph.name} has {len(graph.nodes)} boxes, {_MOST} can be read at most; name parts to "
                "draw as one box, such as leaves=[BasicBlock], or draw one part"
            )
        boxes = [Box(*_extent(node, graph), node.inputs) for node in graph.nodes]
        lines, width, height = place(boxes)
        super().__init__(
            nodes=[_packed(node, box) for node, box in zip(graph.nodes, boxes, strict=True)],
            lines=[[line.source, line.target, line.points, line.kind] for line in lines],
            size=[width, height],
            totals={"parameters": graph.parameters, "multiply_adds": graph.multiply_adds},
            show=show,
            title=graph.name if title is None else title,
            alt=_describe(graph) if alt is None else alt,
            **kwargs,
        )

    def poster(self) -> list[str]:
        """Return the alternative text, and a line for each box."""
        rows = [f"{node.id}. {_told(node, self.graph)}" for node in self.graph.nodes if node.inputs]
        return [*super().poster(), *rows]

    @traitlets.validate("show")
    def _valid_show(self, proposal: Any) -> str:
        return one_of("BlockDiagram", "show", proposal["value"], SHOWN)

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self.nodes):
            raise ValueError(
                f"BlockDiagram: chosen is the index of a box, 0 to {len(self.nodes) - 1}, got {proposal['value']}"
            )
        return proposal["value"]


def _graph(module: Any, input_size: Sequence[int] | None, leaves: Sequence[type | str], name: str | None) -> "Graph":
    from ainotes.models.graph import Graph, trace  # here: the widgets load without torch

    if isinstance(module, Graph):
        return module
    if input_size is None:
        raise TypeError(
            "BlockDiagram: input_size expects the shape of one sample without the batch, such as (3, 32, 32)"
        )
    return trace(module, input_size, name, leaves=leaves)


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as it is read.

    Examples
    --------
    >>> shape_text((64, 56, 56))
    '64 × 56 × 56'
    """
    return " × ".join(map(str, shape))


def _reshaped(node: "Node", graph: "Graph") -> bool:
    return not node.inputs or node.shape != graph.nodes[node.inputs[0]].shape


def _extent(node: "Node", graph: "Graph") -> tuple[float, float]:
    """Return width and height of a box, wide enough for whatever it may show."""
    if node.kind in _SIGNS:
        return 28, 28
    shape = _SMALL * len(shape_text(node.shape))
    if node.kind in MAIN:
        return round(max(_BOLD * len(node.label), shape, 76) + 24), 46
    beside = max(shape if _reshaped(node, graph) else 0, 36 if node.parameters else 0)
    return round(_PLAIN * len(node.label) + beside + 24 + (10 if beside else 0)), 28


def _packed(node: "Node", box: Box) -> dict[str, Any]:
    """Return what the front end gets of a node, without what is empty."""
    given = {
        "label": node.label,
        "kind": node.kind,
        "detail": node.detail,
        "path": node.path,
        "shape": list(node.shape),
        "parameters": node.parameters,
        "multiply_adds": node.multiply_adds,
        "inputs": list(node.inputs),
    }
    return {"box": [box.x, box.y, box.width, box.height]} | {key: value for key, value in given.items() if value}


def _word(node: "Node") -> str:
    """Return a box's name in a word that can be read aloud."""
    return {"+": "sum", "×": "product", "−": "difference"}.get(node.label, node.label)


def _told(node: "Node", graph: "Graph") -> str:
    """Return one box in words: what feeds it, what comes out, what it costs."""
    sources = ", ".join(f"{_word(graph.nodes[i])} ({i})" for i in node.inputs)
    parts = [f"{_word(node)} of {sources}: {shape_text(node.shape)}"]
    parts += [f"{node.parameters:,} parameters"] if node.parameters else []
    parts += [f"{node.multiply_adds:,} multiply-adds"] if node.multiply_adds else []
    return ", ".join(parts)


def _describe(graph: "Graph", most: int = 12) -> str:
    """Return alternative text: the boxes in order, how many of them join, and the totals."""
    named = [
        f"{node.label} {shape_text(node.shape)}" if node.kind in ("input", "output") else node.label
        for node in graph.nodes
        if node.kind not in ("add", "multiply", "concat", "parameter")
    ]
    if len(named) > most:
        named = [*named[: most - 2], f"{len(named) - most + 1} more", named[-1]]
    joints = {"add": "sum", "multiply": "product", "concat": "concatenation"}
    counts = {word: sum(node.kind == kind for node in graph.nodes) for kind, word in joints.items()}
    joined = [f"{count} {word}{'s' * (count > 1)}" for word, count in counts.items() if count]
    return (
        f"A diagram of {graph.name}: {', '.join(named)}."
        f"{' Lines join in ' + ', '.join(joined) + '.' if joined else ''}"
        f" {graph.parameters:,} parameters, {graph.multiply_adds:,} multiply-adds."
    )
