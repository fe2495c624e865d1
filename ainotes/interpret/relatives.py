"""Three relatives of Grad-CAM, each for a question that Grad-CAM leaves open.

- :func:`layer_cam`: finer maps, from earlier layers too. Grad-CAM's one weight for a whole map says little there.
- :func:`score_cam`: no gradients; the network itself is asked what each map is worth. An independent second opinion.
- :func:`eigen_cam`: no class at all, only what dominates the maps. A warning: it often looks as convincing.

Grad-CAM++ is left out: in practice it is Grad-CAM with the negative gradients set to 0 (Lerma and Lucas, 2022,
*Grad-CAM++ is equivalent to Grad-CAM with positive gradients*).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .. import shapes
from .class_maps import heat
from .feature_maps import checked_images, maps_and_gradients
from .guest import model_itself, placed, visiting
from .layers import Layer, find_layer, refuse_transformer, spatial
from .passes import run, watched
from .scores import Target, chosen, scores_of

__all__ = ["eigen_cam", "layer_cam", "score_cam"]


def layer_cam(model: nn.Module, layer: Layer, images: Tensor, target: Target = None) -> Tensor:
    """Return where each image speaks for a class, each place of each map weighed by its own positive gradient.

    Grad-CAM gives a map one weight for all its places, which blurs earlier layers, where a map answers here for the
    class and there against it.

    Parameters
    ----------
    model, layer, images, target
        As in :func:`grad_cam`.

    Returns
    -------
    Tensor
        (N, H, W) in [0, 1], as from :func:`grad_cam`.

    Raises
    ------
    TypeError, ValueError
        As :func:`grad_cam`.

    Notes
    -----
    Source: Jiang et al. (2021), *LayerCAM: exploring hierarchical class activation maps for localization*, section
    III.B.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> layer_cam(net, "1", torch.rand(2, 1, 8, 8)).shape
    torch.Size([2, 8, 8])
    """
    maps, gradients = maps_and_gradients("layer_cam", model, layer, images, target)
    return heat((gradients.relu() * maps).sum(dim=1), images)


def score_cam(model: nn.Module, layer: Layer, images: Tensor, target: Target = None, *, batch_size: int = 64) -> Tensor:
    """Return where each image speaks for a class, each map weighed by the score of the image seen through it.

    Each map, enlarged and stretched to [0, 1], is laid over the image as a mask; the softmax of the class's scores over
    all masks weighs the maps. It takes one pass for each map of each image, and no gradient.

    Parameters
    ----------
    model, layer, images, target
        As in :func:`grad_cam`.
    batch_size : int
        Masked images in a pass.

    Returns
    -------
    Tensor
        (N, H, W) in [0, 1], as from :func:`grad_cam`.

    Raises
    ------
    TypeError, ValueError
        As :func:`grad_cam`.

    Notes
    -----
    Source: Wang et al. (2020), *Score-CAM: score-weighted visual explanations for convolutional neural networks*,
    Algorithm 1. The score of the baseline image, which it subtracts, is the same for all masks: the softmax does not
    see it. A map that is the same everywhere is no mask and weighs nothing.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> score_cam(net, "1", torch.rand(2, 1, 8, 8)).shape
    torch.Size([2, 8, 8])
    """
    batch_size = shapes.whole("score_cam", "batch_size", batch_size, 1)
    model = model_itself("score_cam", model)
    maps, scores = _maps_and_scores("score_cam", model, layer, images)
    target = chosen("score_cam", target, scores)  # (N,)
    with visiting(model), torch.no_grad():
        inputs = placed(images, model)
        seen_through = [
            _scores_through(model, image[None], _masks(own, image), wanted, batch_size)
            for image, own, wanted in zip(inputs, maps, target.tolist(), strict=True)
        ]
    weights = torch.stack(seen_through).softmax(dim=1)  # (N, C)
    return heat(torch.einsum("nchw,nc->nhw", maps, weights), images)


def _maps_and_scores(function: str, model: nn.Module, layer: Layer, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return a layer's maps (N, C, rows, columns) and the scores (N, classes), from a pass without gradients."""
    refuse_transformer(function, model)
    name, module = find_layer(function, model, layer)
    checked_images(function, images)
    with visiting(model), torch.no_grad(), watched(function, {name: module}, copy=True) as seen:
        scores = scores_of(function, run(model, placed(images, model)), images)
    return spatial(function, name, module, seen.output(name), model), scores


def _masks(maps: Tensor, image: Tensor) -> Tensor:
    """Return maps (C, rows, columns) as masks (C, 1, H, W) in [0, 1], of the size of an image (channels, H, W).

    The mask of a map that is the same everywhere is 0. Enlarging it first would leave rounding errors to be stretched.
    """
    flat = (maps.amax(dim=(1, 2)) == maps.amin(dim=(1, 2)))[:, None, None, None]
    size = image.shape[1:]
    large = nn.functional.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)  # (C, 1, H, W)
    low, high = large.amin(dim=(2, 3), keepdim=True), large.amax(dim=(2, 3), keepdim=True)  # (C, 1, 1, 1)
    return torch.where(flat, 0, (large - low) / torch.where(high > low, high - low, 1))


def _scores_through(model: nn.Module, image: Tensor, masks: Tensor, target: int, batch_size: int) -> Tensor:
    """Return a class's scores (C,) for an image (1, channels, H, W) seen through each mask, -inf for an empty one."""
    scores = [
        scores_of("score_cam", run(model, image * some), some)[:, target]  # (up to batch_size,)
        for some in masks.split(batch_size)
    ]
    empty = masks.amax(dim=(1, 2, 3)) == 0  # (C,)
    return torch.cat(scores).masked_fill(empty & ~empty.all(), -torch.inf)


def eigen_cam(model: nn.Module, layer: Layer, images: Tensor) -> Tensor:
    """Return what dominates a layer's maps: their projection on their first principal direction. It asks for no class.

    It is the map for every class alike, so it explains no decision. Set beside Grad-CAM it shows how little a picture
    that covers the object proves.

    Parameters
    ----------
    model, layer, images
        As in :func:`grad_cam`.

    Returns
    -------
    Tensor
        (N, H, W) in [0, 1], as from :func:`grad_cam`.

    Raises
    ------
    TypeError, ValueError
        As :func:`grad_cam`.

    Notes
    -----
    Source: Muhammad and Yeasin (2020), *Eigen-CAM: class activation map using principal components*, section III. The
    direction's sign, which a singular value decomposition leaves open, is the one of the larger sum.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> eigen_cam(net, "1", torch.rand(2, 1, 8, 8)).shape
    torch.Size([2, 8, 8])
    """
    maps, _ = _maps_and_scores("eigen_cam", model_itself("eigen_cam", model), layer, images)
    places = maps.flatten(2).transpose(1, 2)  # (N, rows * columns, C)
    direction = torch.linalg.svd(places, full_matrices=False).Vh[:, 0]  # (N, C)
    projected = (places @ direction[:, :, None])[..., 0]  # (N, rows * columns)
    upright = torch.where(projected.sum(dim=1, keepdim=True) < 0, -projected, projected)
    return heat(upright.unflatten(1, maps.shape[2:]), images)
