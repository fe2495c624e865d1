"""The part of a network that sees, as a chain of its own; and what pooling makes of its maps."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..models.heads import ConcatPool
from ..models.network import Network
from ..pretrained import Pretrained
from ..utils.modes import borrowed
from .anatomy import CHAINS, network_of, steps

__all__ = ["POOLINGS", "body", "channels_of", "checked_pool", "first_channels", "pooling"]

POOLINGS = ("average", "concat", "flat")
TRIED = frozenset(  # torchvision's classes whose layers run in the order in which they are defined
    {"AlexNet", "ConvNeXt", "DenseNet", "EfficientNet", "GoogLeNet", "Inception3", "MNASNet", "MobileNetV2"}
    | {"MobileNetV3", "RegNet", "ResNet", "ShuffleNetV2", "SqueezeNet", "VGG"}
)
SIDE = 224  # rows and columns of an image to try a body with


def body(network: nn.Module | Pretrained) -> nn.Sequential:
    """Return the part of a network that turns images (N, C, H, W) into feature maps, everything before the pooling.

    Parameters
    ----------
    network : nn.Module or Pretrained
        AlexNet, VGG, SqueezeNet, ResNet (also ResNeXt and wide ones), DenseNet, MobileNet, EfficientNet, ConvNeXt,
        MNASNet, RegNet or ShuffleNet of torchvision, a network of `ainotes.models`, or any other that is a plain chain
        of layers.

    Returns
    -------
    nn.Sequential
        Of the network's own layers, no copies.

    Raises
    ------
    ValueError
        If the network is no chain, or does more than its layers say.

    Examples
    --------
    >>> from ainotes.models import Convnet
    >>> body(Convnet())(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 64, 5, 5])
    """
    model = network_of("body", network)
    if not _is_chain(model):
        raise ValueError(
            f"body: {type(model).__name__} is no chain of layers whose maps are pooled and classified; take a "
            "convolutional network of torchvision or of ainotes.models, or write nn.Sequential(its layers) yourself"
        )
    chain = OrderedDict((name.rpartition(".")[2], module) for name, module in steps(model))
    if _torchvisions(model) == "DenseNet":
        chain["relu"] = nn.ReLU()  # its forward has one that is no layer
    return nn.Sequential(chain)


def pooling(pool: str) -> nn.Sequential:
    """Return the layers that make one vector for each image of maps (N, C, H, W).

    "average": the mean of each map, (N, C). "concat": means, then maxima, (N, 2C). "flat": all numbers, (N, C * H * W).
    """
    layers: dict[str, list[nn.Module]] = {"average": [nn.AdaptiveAvgPool2d(1)], "concat": [ConcatPool()], "flat": []}
    return nn.Sequential(*layers[pool], nn.Flatten())


def checked_pool(function: str, pool: str | None) -> str | None:
    """Return the name of a pooling, or None."""
    if pool is None or pool in POOLINGS:
        return pool
    raise ValueError(f"{function}: pool expects {', '.join(map(repr, POOLINGS))} or None, got {pool!r}")


def channels_of(chain: nn.Module) -> int:
    """Return how many maps a body gives, without computing them: on PyTorch's meta device numbers have no values."""
    tensors = [*chain.named_parameters(), *chain.named_buffers()]
    shapes = {name: torch.empty_like(tensor, device="meta") for name, tensor in tensors}
    image = torch.empty(1, first_channels(chain) or 3, SIDE, SIDE, device="meta")
    with borrowed(chain, training=False), torch.inference_mode():
        maps = functional_call(chain, shapes, (image,))
    if not isinstance(maps, Tensor) or maps.ndim != 4:
        raise ValueError(
            f"body: expects maps (N, C, rows, columns) at its end, {type(chain).__name__} gives other things"
        )
    return maps.shape[1]


def first_channels(model: nn.Module) -> int | None:
    """Return how many channels the images of a network have, None where it has no convolution."""
    convolution = next((module for module in model.modules() if isinstance(module, nn.Conv2d)), None)
    return None if convolution is None else convolution.in_channels


def _is_chain(model: nn.Module) -> bool:
    """Whether running the steps one after the other does what the network does before its head."""
    if isinstance(model, nn.Sequential):
        return type(model).forward is nn.Sequential.forward and bool(steps(model))
    if isinstance(model, Network):
        return True
    if _torchvisions(model):
        return _torchvisions(model) in TRIED and not getattr(model, "transform_input", False)
    children = dict(model.named_children())
    return [name for name in children if name in CHAINS] == list(children)[:1] and len(steps(model)) > 0


def _torchvisions(model: nn.Module) -> str:
    """Return the name of the class if it is one of torchvision's own classifiers."""
    kind = type(model)
    return kind.__name__ if kind.__module__.startswith("torchvision.models.") else ""
