"""What a network's layers make of images: their feature maps, and the gradients that come back to them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ..ops import checked
from .guest import model_itself, placed, visiting
from .layers import Layer, find_layer, find_layers, refuse_transformer, spatial
from .passes import run, watched
from .scores import Target, chosen, scores_of

__all__ = ["activations", "checked_images", "maps_and_gradients"]


def activations(model: nn.Module, layers: Layer | Iterable[Layer], images: Tensor) -> dict[str, Tensor]:
    """Return what layers give for images, from one pass in evaluation mode.

    The model is left as it was (modes, hooks, gradients); what is returned is a copy that later layers, also such as
    work in place, do not change.

    Parameters
    ----------
    model : nn.Module
        Any network that takes images.
    layers : str or nn.Module, or several of them
        Names as in ``model.named_modules()``, or modules of the network.
    images : Tensor
        (N, C, H, W), float.

    Returns
    -------
    dict of str to Tensor
        By the names of the layers, in the order given; feature maps have shape (N, C, rows, columns). On the device of
        the images.

    Raises
    ------
    TypeError
        Where the images are no floats, or a layer does not give one tensor.
    ValueError
        Where there is no such layer (near names are offered), or it does not run exactly once in a pass.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> maps = activations(net, ["0", net[1]], torch.rand(2, 1, 8, 8))
    >>> {name: tuple(given.shape) for name, given in maps.items()}, bool((maps["0"] < 0).any())
    ({'0': (2, 4, 6, 6), '1': (2, 4, 6, 6)}, True)
    """
    model = model_itself("activations", model)
    found = find_layers("activations", model, layers)
    checked_images("activations", images)
    with visiting(model), torch.no_grad(), watched("activations", found, copy=True) as seen:
        run(model, placed(images, model))
    return {name: seen.output(name).to(images.device) for name in found}


def checked_images(function: str, images: Tensor) -> Tensor:
    """Return the images if they are a tensor (N, C, H, W) of floats with at least one image."""
    checked.floats(function, checked.images(function, images))
    if len(images) == 0:
        raise ValueError(f"{function}: images expect at least one image, got shape {tuple(images.shape)}")
    return images


def maps_and_gradients(
    function: str, model: nn.Module, layer: Layer, images: Tensor, target: Target
) -> tuple[Tensor, Tensor]:
    """Return a layer's feature maps and the gradients of each image's score with respect to them.

    Both have shape (N, C, rows, columns) and no graph. The way back ends at the layer, and no weight gets a gradient.
    """
    model = model_itself(function, model)
    refuse_transformer(function, model)
    name, module = find_layer(function, model, layer)
    checked_images(function, images)
    with visiting(model), watched(function, {name: module}, leaf=True) as seen:
        scores = scores_of(function, run(model, placed(images, model)), images)  # (N, classes)
        maps = spatial(function, name, module, seen.output(name), model)  # (N, C, rows, columns)
        target = chosen(function, target, scores)  # (N,)
        if not scores.requires_grad:
            raise ValueError(unreached(function, name))
        score = scores.gather(1, target[:, None]).sum()  # of all images: in evaluation mode none sees another
        [gradients] = torch.autograd.grad(score, maps, allow_unused=True)
    if gradients is None:
        raise ValueError(unreached(function, name))
    return maps.detach(), gradients


def unreached(function: str, name: str) -> str:
    """Return the sentence for a layer that no gradient comes back to."""
    return (
        f"{function}: no gradient comes back from the scores to layer {name!r}: the network does not use what it "
        "gives, or detaches it on the way; choose a layer on the way from the image to the logits"
    )
