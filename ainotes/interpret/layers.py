"""Find the layer that a learner means, by name or by the module itself, and judge whether its maps can say where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from torch import Tensor, nn

from ..models.network import Network

__all__ = ["Layer", "find_layer", "find_layers", "is_channels_last", "refuse_transformer", "spatial", "way_to"]

Layer = str | nn.Module

TRANSFORMERS = ("VisionTransformer", "SwinTransformer")  # torchvision's, by the names of their classes
CHANNELS_LAST = (nn.Linear, nn.LayerNorm)  # those alone: what is derived from them may turn the axes itself
NEAR, SHOWN = 0.5, 3  # how alike names must be to be offered, from 0 to 1; how many are


def find_layer(function: str, model: nn.Module, layer: Layer) -> tuple[str, nn.Module]:
    """Return name and module of a layer.

    Parameters
    ----------
    function : str
        Who asks, for the error.
    model : nn.Module
        The network.
    layer : str or nn.Module
        A name as in ``model.named_modules()``, or a module of the network.

    Raises
    ------
    TypeError
        Where `layer` is neither.
    ValueError
        Where the network has no such layer; the message offers the names nearest to it.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> find_layer("demo", net, "1"), find_layer("demo", net, net[0])[0]
    (('1', ReLU()), '0')
    """
    if isinstance(layer, nn.Module):
        name = next((name for name, module in model.named_modules() if module is layer), None)
        if name is None:
            raise ValueError(
                f"{function}: layer expects a part of the network, and this {type(layer).__name__} is none of the "
                f"{type(model).__name__}'s; take it from the same object, or give its name: {_some_names(model)}"
            )
        return name, layer
    if not isinstance(layer, str):
        raise TypeError(
            f"{function}: layer expects a name or a module of the network, got {layer!r:.80} "
            f"({type(layer).__name__}); give a name such as {_some_names(model)}"
        )
    modules = dict(model.named_modules(remove_duplicate=False))
    if layer not in modules or (layer == "" and len(modules) > 1):
        raise ValueError(
            f"{function}: {type(model).__name__} has no layer {layer!r}; {_near(layer, list(modules))}. "
            "All names: [name for name, _ in model.named_modules()]"
        )
    return layer, modules[layer]


def find_layers(function: str, model: nn.Module, layers: Layer | Iterable[Layer]) -> dict[str, nn.Module]:
    """Return the modules of one layer or of several, by name and in the order given; see :func:`find_layer`."""
    several = [layers] if isinstance(layers, str | nn.Module) else list(layers)
    if not several:
        raise ValueError(f"{function}: layers expects at least one layer, such as {_some_names(model)}")
    return dict(find_layer(function, model, layer) for layer in several)


def _near(wrong: str, names: list[str]) -> str:
    """Return the sentence that offers the names nearest to a wrong one."""
    known = [name for name in names if name]
    near = difflib.get_close_matches(wrong, known, n=SHOWN, cutoff=NEAR)
    near = near or [name for name in known if wrong and wrong in name][:SHOWN]
    return f"near: {', '.join(map(repr, near))}" if near else f"it has {', '.join(map(repr, known[:SHOWN]))}, ..."


def _some_names(model: nn.Module) -> str:
    """Return a name to try: that of the last convolution, else of the last layer."""
    names = [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    names = names or [name for name, _ in model.named_modules()]
    return repr(names[-1])


def way_to(model: nn.Module, layer: nn.Module) -> nn.Module:
    """Return the smallest part to run in order to get to a layer: `features` of a course network that holds it.

    The features take images of sizes that the network as a whole refuses, for the sake of its linear layers.
    """
    if isinstance(model, Network) and any(module is layer for module in model.features.modules()):
        return model.features
    return model


def refuse_transformer(function: str, model: nn.Module) -> None:
    """Refuse the networks that have no feature maps (N, C, rows, columns) to look at."""
    name = type(model).__name__
    if name in TRANSFORMERS:
        raise ValueError(
            f"{function}: {name} works on a list of patches, not on feature maps (N, C, rows, columns), so there is no "
            "map to weigh; take saliency, integrated_gradients or occlusion, which ask for no layer"
        )


def spatial(function: str, name: str, layer: nn.Module, maps: Tensor, model: nn.Module) -> Tensor:
    """Return feature maps if they are ones (N, C, rows, columns) that can say where."""
    if maps.ndim != 4:
        raise ValueError(
            f"{function}: layer {name!r} ({type(layer).__name__}) gives shape {tuple(maps.shape)}, not feature maps "
            "(N, C, rows, columns); choose a layer before the network flattens or pools everything away"
        )
    if is_channels_last(model, layer):
        raise ValueError(
            f"{function}: layer {name!r} ({type(layer).__name__}) gives (N, rows, columns, C), channels last, here "
            f"{tuple(maps.shape)}; choose the block around it, whose maps have their channels first"
        )
    if maps.shape[2:] == (1, 1):
        raise ValueError(
            f"{function}: layer {name!r} gives maps of 1 x 1 for these images, which cannot say where; choose an "
            "earlier layer, or enlarge the images"
        )
    return maps


def is_channels_last(model: nn.Module, layer: nn.Module) -> bool:
    """Whether a layer gives (N, rows, columns, C), as the linear layers inside a ConvNeXt block do.

    Linear layers and plain layer normalisations do, and in a Sequential also what comes after them, until a
    convolution, a block or a permutation changes it.
    """
    if type(layer) in CHANNELS_LAST:
        return True
    for chain in model.modules():
        if isinstance(chain, nn.Sequential) and any(each is layer for each in chain):
            last = False
            for each in chain:
                last = _afterwards(each, last)
                if each is layer:
                    return last
    return False


def _afterwards(layer: nn.Module, last: bool) -> bool:
    """Whether channels are last behind a layer of a Sequential, if they were in front of it or not."""
    if type(layer).__name__ == "Permute":  # torchvision's
        return list(getattr(layer, "dims", []))[-1:] == [1]
    if type(layer) in CHANNELS_LAST:
        return True
    return last and not isinstance(layer, nn.Conv2d) and not list(layer.children())
