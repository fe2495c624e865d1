"""Give a trained network another head: as many logits as there are new classes."""

from __future__ import annotations

import copy
from collections import OrderedDict

from torch import nn

from .. import shapes
from ..models.heads import concat_head
from ..pretrained import Pretrained
from .anatomy import GLOBAL_POOLS, last_layer, mark_head, network_of
from .bodies import body, channels_of, checked_pool, pooling

__all__ = ["replace_head"]


def replace_head(network: nn.Module | Pretrained, head: int | nn.Module, *, pool: str | None = None) -> nn.Module:
    """Return a copy of a network with another head; the body keeps what it has learnt.

    `pool` means what it means for `features`, so that a head trained on features fits the network that they came from.

    Parameters
    ----------
    network : nn.Module or Pretrained
        Stays as it is. For `pool=None` any network that ends in a linear layer, or in the convolution of a SqueezeNet;
        otherwise see `body`.
    head : int or nn.Module
        A number of classes, for a new head with random weights: one linear layer, or for ``pool="concat"`` the
        `ainotes.models.heads.concat_head`, which has two, with batch normalisation and dropout. A module is taken as
        it is, a copy of it; it turns vectors (N, F) into logits.
    pool : {None, "average", "concat", "flat"}
        None: only the last layer is replaced. Else everything after the body is: its maps (N, C, rows, columns) are
        averaged to C numbers, or averages and maxima set side by side (2C), or all kept ("flat", with a module only).

    Returns
    -------
    nn.Module
        Of the same class for ``pool=None``. Else an `nn.Sequential` of `body`, `pool` and `head`, without `pool` where
        the head begins with one itself, as `concat_head` does.

    Raises
    ------
    TypeError, ValueError
        If the network has no such place for a head, or the head does not fit.

    Notes
    -----
    A SqueezeNet ends in a convolution, a ReLU and an average. A ReLU on logits gives no gradient where all are
    negative, so the new end averages first: pooling, dropout, a linear layer, with as many parameters.

    Auxiliary heads of GoogLeNet and Inception go, since they name the old classes.

    Examples
    --------
    >>> from torchvision.models import resnet18
    >>> model = replace_head(resnet18(), 2)
    >>> model.fc
    Linear(in_features=512, out_features=2, bias=True)
    >>> [name for name, _ in replace_head(resnet18(), 2, pool="concat").named_children()]
    ['body', 'head']
    """
    model = network_of("replace_head", network)
    checked_pool("replace_head", pool)
    if not isinstance(head, nn.Module):
        head = shapes.whole("replace_head", "head, where it is no module but a number of classes,", head, 1)
    return _with_last(model, head) if pool is None else _with_body(model, head, pool)


def _with_last(model: nn.Module, head: int | nn.Module) -> nn.Module:
    name = last_layer(model)
    if name is None:
        raise ValueError(
            f"replace_head: {type(model).__name__} has no linear layer at its end; write "
            "nn.Sequential(model, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)) yourself"
        )
    old = model.get_submodule(name)
    width = old.in_features if isinstance(old, nn.Linear) else old.in_channels
    new = mark_head(_new(head, int(width)).to(next(old.parameters()).device))  # type: ignore[arg-type]
    replaced: dict[int, object] = {id(old): new}
    if isinstance(old, nn.Conv2d):
        end = model.get_submodule(name.rpartition(".")[0])
        replaced = {id(end): _averaged(end, new)}
    other = copy.deepcopy(model, replaced)  # deepcopy takes for a copy what its memo already has
    _forget_auxiliaries(other)
    for attribute in ("num_classes", "classes"):  # where a network notes how many it has
        if isinstance(getattr(other, attribute, None), int) and isinstance(head, int):
            setattr(other, attribute, head)
    return other


def _averaged(end: nn.Module, new: nn.Module) -> nn.Sequential:
    """Return SqueezeNet's end with the average in front."""
    drops = [copy.deepcopy(layer) for layer in end.children() if isinstance(layer, nn.Dropout)]
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), *drops, new)


def _with_body(model: nn.Module, head: int | nn.Module, pool: str) -> nn.Sequential:
    chain = copy.deepcopy(body(model))
    if isinstance(head, int) and pool == "flat":
        raise ValueError(
            'replace_head: with pool="flat" the size of the images decides how many numbers arrive; give the head '
            "as a module, such as nn.Linear(channels * rows * columns, classes)"
        )
    if isinstance(head, int) and pool == "concat":
        new: nn.Module = concat_head(channels_of(chain), head)
    elif pool == "flat":
        new = copy.deepcopy(head)  # type: ignore[assignment]  # a module, see above
    else:
        new = _new(head, channels_of(chain) * (2 if pool == "concat" else 1))
    pools = next(iter(new.modules() if not isinstance(new, nn.Sequential) else new), new)
    parts = [("body", chain), ("pool", pooling(pool)), ("head", mark_head(new))]
    return nn.Sequential(
        OrderedDict(part for part in parts if part[0] != "pool" or not isinstance(pools, GLOBAL_POOLS))
    )


def _new(head: int | nn.Module, width: int) -> nn.Module:
    """Return a linear layer, or a copy of a module that takes so many numbers."""
    if isinstance(head, int):
        return nn.Linear(width, head)
    for layer in head.modules():
        takes = layer.in_features if isinstance(layer, nn.Linear) else getattr(layer, "num_features", width)
        if takes != width:
            raise ValueError(
                f"replace_head: the head takes {takes:,} numbers for each image ({layer}), {width:,} arrive; train it "
                "on features with the same pool, of the same network"
            )
        if isinstance(layer, nn.Linear):
            break
    return copy.deepcopy(head)


def _forget_auxiliaries(model: nn.Module) -> None:
    for name, _ in list(model.named_children()):
        if name.lower().startswith("aux"):
            setattr(model, name, nn.ModuleDict() if isinstance(getattr(model, name), nn.ModuleDict) else None)
    if getattr(model, "aux_logits", False):
        model.aux_logits = False  # type: ignore[assignment]
