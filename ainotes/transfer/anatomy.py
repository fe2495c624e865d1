"""What a network is made of, for transfer: blocks that see, and a head that names what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..interpret.guest import model_itself
from ..models.heads import ConcatPool
from ..pretrained import Pretrained

__all__ = ["Anatomy", "Block", "anatomy", "blocks", "last_layer", "mark_head", "network_of", "steps"]

HEADS = ("classifier", "fc", "head", "heads")  # what torchvision and this course call the part that names classes
CHAINS = ("features", "layers", "body", "trunk_output")  # what they call a chain of layers that sees
POOLS = (nn.MaxPool2d, nn.AvgPool2d)
GLOBAL_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, ConcatPool)
NORMS = (_BatchNorm, nn.LayerNorm, nn.GroupNorm)
MARK = "_is_new_head"  # an attribute of the modules that `replace_head` put in; copies and pickles keep it

Named = tuple[str, nn.Module]


class Block(NamedTuple):
    """Layers that work at one resolution, in the order in which they run."""

    name: str
    modules: list[nn.Module]

    def parameters(self) -> Iterator[nn.Parameter]:
        """Yield the block's parameters."""
        for module in self.modules:
            yield from module.parameters()


class Anatomy(NamedTuple):
    """The blocks of a network, those that see the pixels first, and its head; the head may be empty."""

    blocks: list[Block]
    head: Block


def network_of(function: str, network: nn.Module | Pretrained) -> nn.Module:
    """Return the module itself of whatever came: a `Pretrained`, a compiled or a data-parallel network."""
    return model_itself(function, network.model if isinstance(network, Pretrained) else network)


def blocks(network: nn.Module | Pretrained) -> dict[str, int]:
    """Return the blocks of a network with their numbers of parameters, and its head at the end.

    A block is a run of layers at one resolution: a pooling ends it, a convolution with a stride begins the next. These
    are what `unfreeze` counts from above and `parameter_groups` gives learning rates to. Linear layers between the body
    and the head, as AlexNet and VGG have, are the topmost block.

    Parameters
    ----------
    network : nn.Module or Pretrained
        A convolutional network of torchvision or of this course, or any in which the layers are defined in the order in
        which they run.

    Returns
    -------
    dict of str to int
        Named after the first and the last layer in it.

    Examples
    --------
    >>> from ainotes.models import Convnet
    >>> blocks(Convnet())
    {'features.0 to features.2': 320, 'features.3 to features.5': 18496, 'classifier': 206218}
    """
    found = anatomy(network_of("blocks", network))
    every = [*found.blocks, found.head] if found.head.modules else found.blocks
    return {block.name: sum(parameter.numel() for parameter in block.parameters()) for block in every}


def anatomy(model: nn.Module) -> Anatomy:
    """Return the blocks and the head of a network."""
    head, body = _head(model), steps(model)
    found = _cut(body)
    between = _between(model, [module for _, module in [*body, *head]])
    if between:
        names, modules = [name for name, _ in between], [module for _, module in between]
        if found and all(isinstance(leaf, NORMS) for module in modules for leaf in _with_parameters(module)):
            found[-1] = Block(found[-1].name, found[-1].modules + modules)  # a norm alone is no block
        else:
            found.append(_named(names, modules))
    names = [name for name, module in head if _with_parameters(module)]
    return Anatomy(found, _named(names, [module for _, module in head]))


def steps(model: nn.Module) -> list[Named]:
    """Return the layers of the body, by name and in order; chains such as `features` are opened."""
    found: list[Named] = []
    for name, child in model.named_children():
        if name in HEADS or _is_marked(child) or _ends_a_body(child):
            break
        if name.lower().startswith("aux"):
            continue  # a second head half way up
        inner = list(child.named_children()) if name in CHAINS and isinstance(child, nn.Sequential) else []
        found += [(f"{name}.{each}", module) for each, module in inner] or [(name, child)]
    return found


def last_layer(model: nn.Module) -> str | None:
    """Return the name of the layer that makes the logits: linear, or a convolution; None where there is no head."""
    inside = {id(module) for _, part in _head(model) for module in part.modules()}
    names = [
        name
        for name, module in model.named_modules()
        if id(module) in inside and isinstance(module, nn.Linear | nn.Conv2d)
    ]
    return names[-1] if names else None


def mark_head(module: nn.Module) -> nn.Module:
    """Mark a module as the new head of the network that it is put into, and return it."""
    setattr(module, MARK, True)
    return module


def _is_marked(module: nn.Module) -> bool:
    return getattr(module, MARK, False) is True


def _head(model: nn.Module) -> list[Named]:
    """Return the parts that name the classes: what `replace_head` put in, else all that comes after the body."""
    marked = [(name, module) for name, module in model.named_modules() if _is_marked(module)]
    if marked:
        return [*_dropout_before(model, marked[0][0]), *marked]
    children = list(model.named_children())
    for place, (name, child) in enumerate(children):
        if name in HEADS or _ends_a_body(child):
            rest = [(name, child) for name, child in children[place:] if not name.lower().startswith("aux")]
            return [named for named in rest if named[0] in HEADS] or rest
    return []


def _dropout_before(model: nn.Module, name: str) -> list[Named]:
    """Return the layers without parameters right in front of a layer of a chain: they work for it."""
    parent, _, own = name.rpartition(".")
    chain = model.get_submodule(parent)
    if not isinstance(chain, nn.Sequential):
        return []
    found: list[Named] = []
    for each, module in chain.named_children():
        if each == own:
            break
        found = [] if _with_parameters(module) else [*found, (f"{parent}.{each}" if parent else each, module)]
    return found


def _between(model: nn.Module, known: list[nn.Module], prefix: str = "") -> list[Named]:
    """Return the largest parts with parameters that are neither in the known parts nor around them."""
    ours = {id(module) for part in known for module in part.modules()}
    found: list[Named] = []
    for name, child in model.named_children():
        if id(child) in ours or not _with_parameters(child) or name.lower().startswith("aux"):
            continue
        around = any(id(module) in ours for module in child.modules())
        found += _between(child, known, f"{prefix}{name}.") if around else [(f"{prefix}{name}", child)]
    return found


def _cut(body: list[Named]) -> list[Block]:
    """Cut a body where the resolution falls; what has no parameters joins its neighbour."""
    runs: list[list[Named]] = [[]]
    for name, module in body:
        if _strides(module):
            runs.append([])
        runs[-1].append((name, module))
        if _ends_in_pooling(module):
            runs.append([])
    joined: list[list[Named]] = []
    for run in filter(None, runs):
        if joined and not (_has_parameters(run) and _has_parameters(joined[-1])):
            joined[-1] += run
        else:
            joined.append(run)
    return [_named([name for name, _ in run], [module for _, module in run]) for run in joined]


def _named(names: list[str], modules: list[nn.Module]) -> Block:
    ends = f"{names[0]} to {names[-1]}" if len(names) > 1 else "".join(names)
    return Block(ends, modules)


def _strides(module: nn.Module) -> bool:
    return any(isinstance(each, nn.Conv2d) and max(each.stride) > 1 for each in module.modules())


def _ends_in_pooling(module: nn.Module) -> bool:
    layers = [each for each in module.modules() if isinstance(each, nn.Conv2d | POOLS[0] | POOLS[1])]
    return bool(layers) and isinstance(layers[-1], POOLS) and _largest(layers[-1].stride) > 1


def _largest(stride: int | tuple[int, ...]) -> int:
    return stride if isinstance(stride, int) else max(stride)


def _ends_a_body(module: nn.Module) -> bool:
    """Whether a layer, or the first of a chain that is no dropout, flattens or pools all that is left, or is linear."""
    if isinstance(module, nn.Sequential):
        first = next((each for each in module if not isinstance(each, nn.Dropout)), None)
        return first is not None and _ends_a_body(first)
    return isinstance(module, nn.Flatten | nn.Linear | GLOBAL_POOLS[0] | GLOBAL_POOLS[1] | GLOBAL_POOLS[2])


def _with_parameters(module: nn.Module) -> list[nn.Module]:
    """Return the modules that have parameters of their own."""
    return [each for each in module.modules() if any(True for _ in each.parameters(recurse=False))]


def _has_parameters(run: list[Named]) -> bool:
    return any(_with_parameters(module) for _, module in run)
