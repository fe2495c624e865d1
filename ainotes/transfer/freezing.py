"""Hold parts of a network still while the rest learns, so that nothing about them changes, also no statistics."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..pretrained import Pretrained
from .anatomy import Anatomy, anatomy, network_of

__all__ = ["freeze", "unfreeze"]

Model = TypeVar("Model", bound="nn.Module | Pretrained")


def freeze(network: Model, *, batch_norms: bool = True) -> Model:
    """Hold a network still, except for its head.

    What is frozen computes the same for the same image until `unfreeze`: its parameters ask for no gradient, and its
    layers stay in evaluation mode, also when `model.train()` is called, as `fit` does. A frozen batch normalisation
    that was left in training mode would go on changing its running statistics; frozen dropout would go on dropping.

    The head is what `replace_head` put in, together with a dropout right in front of it, else all that comes after the
    body. A part without a head, such as `model.features`, is frozen whole.

    Parameters
    ----------
    network : nn.Module or Pretrained
        Changed in place. Build the optimizer afterwards.
    batch_norms : bool
        False leaves the batch normalisations learning, statistics and parameters, as fastai does (Howard and Gugger,
        2020).

    Returns
    -------
    nn.Module or Pretrained
        The same network.

    Examples
    --------
    >>> from ainotes.models import ResNet14
    >>> from ainotes.utils.train import count_parameters
    >>> model = freeze(ResNet14())
    >>> count_parameters(model), model.train().features[2].branch[0][1].training
    (1290, False)
    """
    model = network_of("freeze", network)
    found = anatomy(model)
    learning = {id(module) for part in found.head.modules for module in part.modules()}
    around = {id(module) for module in model.modules() if any(id(each) in learning for each in module.modules())}
    for module in model.modules():
        is_left = id(module) in learning or (not batch_norms and isinstance(module, _BatchNorm))
        for parameter in module.parameters(recurse=False):
            if not is_left:
                parameter.requires_grad_(False)
        if not is_left and id(module) not in around:
            _hold(module)
    for parameter in found.head.parameters():
        parameter.requires_grad_(True)
    return network


def unfreeze(network: Model, blocks: int | None = None, *, batch_norms: bool = True) -> Model:
    """Let the topmost blocks of a network learn again, or all of it.

    Parameters
    ----------
    network : nn.Module or Pretrained
        Changed in place. Build the optimizer afterwards: one that was built before does not know the parameters.
    blocks : int, optional
        How many, counted from the head down; `ainotes.transfer.blocks` lists them. What is below stays as it is. None:
        everything that `freeze` held, in any part.
    batch_norms : bool
        False keeps the batch normalisations of these blocks as they are: with few images in a batch their means and
        variances are too noisy to be learnt.

    Returns
    -------
    nn.Module or Pretrained
        The same network.

    Raises
    ------
    TypeError, ValueError
        If there are not so many blocks.

    Examples
    --------
    >>> from ainotes.models import ResNet14
    >>> from ainotes.utils.train import count_parameters
    >>> model = unfreeze(freeze(ResNet14()), blocks=1)
    >>> count_parameters(model)  # two residual blocks and the head
    526858
    """
    model = network_of("unfreeze", network)
    parts = [model] if blocks is None else _topmost(anatomy(model), blocks)
    for part in parts:
        for module in part.modules():
            if batch_norms or not isinstance(module, _BatchNorm):
                _release(module, model.training)
                for parameter in module.parameters(recurse=False):
                    parameter.requires_grad_(True)
    return network


def _topmost(found: Anatomy, count: int) -> list[nn.Module]:
    names = ", ".join(block.name for block in found.blocks)
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(f"unfreeze: blocks expects a whole number, got {count!r}; the blocks are {names}")
    if not 0 <= count <= len(found.blocks):
        raise ValueError(f"unfreeze: blocks expects 0 to {len(found.blocks)}, got {count}; the blocks are {names}")
    chosen = found.blocks[len(found.blocks) - count :]
    return [module for block in [*chosen, found.head] for module in block.modules]


def _hold(module: nn.Module) -> None:
    """Keep a module in evaluation mode: its own `train` takes the place of that of its class."""
    module.training = False
    module.train = partial(_stay, module)  # type: ignore[method-assign]  # unlike a closure it can be copied and pickled


def _stay(module: nn.Module, mode: bool = True) -> nn.Module:
    """Do what `nn.Module.train` does, except for the module itself."""
    for child in module.children():
        child.train(mode)
    module.training = False
    return module


def _release(module: nn.Module, mode: bool) -> None:
    held = vars(module).get("train")
    if isinstance(held, partial) and held.func is _stay:
        del module.train
        module.training = mode
