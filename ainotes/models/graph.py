"""The graph of a network, recorded from the network itself: which layer feeds which, with shapes and costs.

How it works: a copy of the network without numbers (torch's "meta" device) runs once, and every call of a layer or of
a torch function is written down with what went in and what came out. So branches, sums and concatenations appear as
they are computed, and the network that was given is not touched.
"""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from .. import shapes
from .layer_words import Words, of_function, of_module

__all__ = ["Graph", "Node", "trace"]

CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
SILENT = ("contiguous", "detach", "clone", "to", "float", "type_as", "requires_grad")  # no more than another copy
SHIFTED = "conv_transpose"


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
    ghost = _ghost(module)
    recorder = _Recorder(ghost, name or type(module).__name__, _leaf_rule(ghost, leaves))
    kind = next((each.dtype for each in module.parameters() if each.is_floating_point()), torch.float32)
    return recorder.graph(torch.empty(1, *size, dtype=kind, device="meta"))


def _ghost(module: nn.Module) -> nn.Module:
    """Return a copy on the meta device, in `eval()` mode, without hooks; tied parameters stay tied."""
    memo: dict[int, Any] = {}
    for part in module.modules():
        for key, value in vars(part).items():
            if key.endswith("hooks") and isinstance(value, dict):
                memo[id(value)] = OrderedDict()
            if isinstance(value, Tensor):
                memo[id(value)] = torch.empty_like(value, device="meta")
    for given in module.parameters():
        memo[id(given)] = nn.Parameter(torch.empty_like(given, device="meta"), requires_grad=False)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    try:
        return copy.deepcopy(module, memo).eval()
    except Exception as error:
        raise TypeError(
            f"trace: {type(module).__name__} cannot be copied ({error}); take open files, locks and the like out of it"
        ) from error


def _leaf_rule(ghost: nn.Module, leaves: Sequence[type | str]) -> Callable[[str, nn.Module], bool]:
    """Return what tells whether a part is drawn as one box."""
    if isinstance(leaves, str) or not all(isinstance(each, type | str) for each in leaves):
        raise TypeError(f"trace: leaves expects a list of types and names, got {leaves!r:.100}; write [BasicBlock]")
    names = {each for each in leaves if isinstance(each, str)}
    types = tuple(each for each in leaves if isinstance(each, type))
    if unknown := names - {path for path, _ in ghost.named_modules()}:
        raise ValueError(f"trace: no part of {type(ghost).__name__} is called {sorted(unknown)}; see named_modules()")

    def is_leaf(path: str, part: nn.Module) -> bool:
        if path and (path in names or (types and isinstance(part, types))):
            return True
        named = of_module(part).kind not in ("block", "other")
        of_torch = type(part).__module__.startswith("torch.nn.") and not isinstance(part, CONTAINERS)
        return named or of_torch

    return is_leaf


class _Recorder(TorchFunctionMode):
    """Writes down what a network computes. Inside a leaf only the multiply-adds are counted."""

    def __init__(self, ghost: nn.Module, name: str, is_leaf: Callable[[str, nn.Module], bool]):
        super().__init__()
        self.ghost, self.name = ghost, name
        self.nodes: list[Node] = []
        self.owner: dict[int, int] = {}  # id of a tensor -> id of the node that made it
        self.alive: list[Tensor] = []  # as long as they live, no other tensor has their id
        self.inside: list[int] = []  # for each leaf that is running, the multiply-adds before it
        self.running: list[str] = []
        self.count = 0
        self.paths = {id(each): path for path, each in ghost.named_parameters()}
        self.paths |= {id(each): path for path, each in ghost.named_buffers()}
        self.parameters: dict[int, int] = {}  # id of a parameter -> how many numbers it has
        for path, part in ghost.named_modules():
            self._watch(path, part, is_leaf(path, part))

    def graph(self, sample: Tensor) -> Graph:
        self.owner[id(sample)] = self._add(Words("input", "input"), [], sample)
        self.alive.append(sample)
        try:
            with torch.no_grad(), self:
                output = self.ghost(sample)
        except Exception as error:
            raise ValueError(self._refusal(tuple(sample.shape[1:]), error)) from error
        ends = [each for each in tree_leaves(output) if isinstance(each, Tensor)]
        sources = self._sources(ends)
        if not sources:
            raise ValueError(f"trace: what {self.name} returns is not made from its input; return a tensor that is")
        self._add(Words("output", "output"), sources, ends[0])
        return Graph(self.name, tuple(self.nodes), sum(self.parameters.values()))

    def _refusal(self, shape: tuple[int, ...], error: Exception) -> str:
        where = next((f" in {path}" for path in reversed(self.running) if path), "")
        told = f"trace: {self.name} stops{where} on an input of shape {shape}: {str(error).strip() or error!r}; "
        if isinstance(error, NotImplementedError) or "meta" in str(error):
            return told + "it looks at numbers, and there are none here: draw the parts around that decision instead"
        return told + "give one sample's shape without the batch, such as (3, 224, 224), that fits the first layer"

    def _watch(self, path: str, part: nn.Module, leaf: bool) -> None:
        """Hook a part of the copy: all for the place of an error, leaves to become a node."""

        def before(_: nn.Module, args: tuple, kwargs: dict) -> None:
            self.running.append(path)
            if leaf:
                self.inside.append(self.count)

        def after(_: nn.Module, args: tuple, kwargs: dict, output: Any) -> Any:
            self.running.pop()
            if not leaf:
                return None
            made = self._leaf(path, part, [*tree_leaves(args), *tree_leaves(kwargs)], output)
            self.inside.pop()
            return made

        part.register_forward_pre_hook(before, with_kwargs=True)
        part.register_forward_hook(after, with_kwargs=True)

    def _leaf(self, path: str, part: nn.Module, given: list, output: Any) -> Any:
        """Add the node of a leaf that has run; return its output, or one tensor like it that can be told apart."""
        if len(self.inside) > 1 or isinstance(part, nn.Identity):
            return None
        held = {id(each): each.numel() for each in part.parameters()}
        self.parameters |= held
        words = of_module(part)
        tensors = _tensors(output)
        if words.kind == "block" and tensors and tensors[0].ndim == 4:
            words = words._replace(label=f"{words.label}, {tensors[0].shape[1]}")
        node = self._add(
            words,
            self._sources(given),
            tensors[0] if tensors else None,
            path=path,
            parameters=sum(held.values()),
            multiply_adds=self.count - self.inside[-1],
        )
        if isinstance(output, Tensor) and any(output is each for each in given) and not getattr(part, "inplace", False):
            output = output.view_as(output)  # dropout hands on its input: who uses that later does not use the dropout
            tensors = [output]
        self._own(tensors, node)
        return output

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = [each for each in [*tree_leaves(args), *tree_leaves(kwargs)] if isinstance(each, Tensor)]
        versions = [each._version for each in given]
        output = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        tensors = _tensors(output)
        if not tensors or not any(id(each) in self.owner or id(each) in self.paths for each in given):
            return output
        before, self.count = self.count, self.count + _multiply_adds(name, given, tensors[0])
        if self.inside:
            return output
        changed = any(each._version != version for each, version in zip(given, versions, strict=True))
        if not changed and tensors[0] is given[0]:
            return output  # nothing was done
        sources = self._sources(given)
        if sources and self._quiet(name, given):
            self._own(tensors, sources[0])
        elif any(id(each) in self.owner for each in given):
            self._own(tensors, self._add(_words(name, given), sources, tensors[0], multiply_adds=self.count - before))
        return output

    def _quiet(self, name: str, given: list[Tensor]) -> bool:
        plain = name.strip("_")
        return plain in SILENT or (plain in ("cat", "concat") and len(given) == 1)

    def _own(self, tensors: list[Tensor], node: int) -> None:
        self.owner |= {id(each): node for each in tensors}
        self.alive += tensors

    def _sources(self, given: Sequence[Any]) -> list[int]:
        """Return the ids of the nodes that made tensors, and new ones for parameters that are used directly."""
        tensors = [each for each in given if isinstance(each, Tensor)]
        for each in tensors:
            if id(each) not in self.owner and id(each) in self.paths:
                path = self.paths[id(each)]
                held = each.numel() if isinstance(each, nn.Parameter) else 0
                self.parameters |= {id(each): held} if held else {}
                words = Words("parameter", path.rpartition(".")[2])
                self.owner[id(each)] = self._add(words, [], each, path=path, parameters=held, batch=False)
        return list(dict.fromkeys(self.owner[id(each)] for each in tensors if id(each) in self.owner))

    def _add(self, words: Words, inputs: list[int], made: Tensor | None, *, batch: bool = True, **rest: Any) -> int:
        shape = () if made is None else tuple(made.shape)
        shape = shape[1:] if batch and shape[:1] == (1,) else shape
        node = Node(len(self.nodes), words.label, words.kind, words.detail, shape=shape, inputs=tuple(inputs), **rest)
        self.nodes.append(node)
        return node.id


def _tensors(output: Any) -> list[Tensor]:
    return [each for each in tree_leaves(output) if isinstance(each, Tensor)]


def _words(name: str, given: list[Tensor]) -> Words:
    words = of_function(name)
    if words.kind == "conv" and len(given) > 1:
        kernel = "×".join(map(str, given[1].shape[2:]))
        return words._replace(label=f"conv {kernel}, {given[1].shape[0]}", detail=f"kernel {kernel}")
    if words.kind == "linear" and len(given) > 1:
        return words._replace(label=f"linear, {given[1].shape[0]}")
    return words


def _multiply_adds(name: str, given: list[Tensor], output: Tensor) -> int:
    """Return the multiply-adds of one call for the whole batch, which is one sample."""
    plain = name.strip("_")
    if plain in ("conv1d", "conv2d", "conv3d") or plain.startswith(SHIFTED):
        # A transposed convolution uses each weight once at each place of its input, not of its output.
        places = given[0].shape[2:] if plain.startswith(SHIFTED) else output.shape[2:]
        outputs, inputs, *kernel = given[1].shape
        # Its sides but the last as one: a cube is as much work as a long rectangle.
        return len(output) * shapes.conv_multiply_adds(inputs, outputs, _folded(kernel), _folded(places))
    if plain == "linear":
        features, inputs = given[1].shape
        return output.numel() // features * shapes.linear_multiply_adds(inputs, features)
    if plain in ("matmul", "rmatmul", "bmm", "mm"):
        return output.numel() * given[0].shape[-1]
    if plain == "scaled_dot_product_attention":
        queries, keys, values = given[:3]
        return math.prod(queries.shape[:-1]) * keys.shape[-2] * (queries.shape[-1] + values.shape[-1])
    if plain == "multi_head_attention_forward":
        (length, batch, width), seen = given[0].shape, given[1].shape[0]
        projections = 2 * (length + seen) * width * width  # of queries and outputs, of keys and values
        return batch * (projections + 2 * length * seen * width)
    return 0


def _folded(sides: Sequence[int]) -> tuple[int, int]:
    return math.prod(sides[:-1]), int(sides[-1])
