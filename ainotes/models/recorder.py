"""Writes down what a network computes while it runs: each layer and each torch function becomes a node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from .graph_parts import Graph, Node
from .layer_words import Words, of_function, of_module
from .multiply_adds import multiply_adds_of

CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
SILENT = ("contiguous", "detach", "clone", "to", "float", "type_as", "requires_grad")  # no more than another copy


def leaf_rule(ghost: nn.Module, leaves: Sequence[type | str]) -> Callable[[str, nn.Module], bool]:
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


class Recorder(TorchFunctionMode):
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
        before, self.count = self.count, self.count + multiply_adds_of(name, given, tensors[0])
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
