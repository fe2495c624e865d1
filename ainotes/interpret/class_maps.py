"""Where does a network look for a class? Class activation maps: CAM and Grad-CAM."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .feature_maps import checked_images, maps_and_gradients
from .gap_head import find_head
from .guest import model_itself, placed, visiting
from .layers import Layer
from .passes import run, watched
from .scores import Target, chosen, scores_of

__all__ = ["cam", "grad_cam", "heat"]


def grad_cam(model: nn.Module, layer: Layer, images: Tensor, target: Target = None) -> Tensor:
    """Return where each image speaks for a class: a layer's maps, weighed by how much the class's score needs them.

    Each of the layer's maps gets one weight, the mean of the score's gradient over all its places; the weighed maps are
    summed, what speaks against the class is cut off (ReLU), and the rest is enlarged to the size of the image.

    The network is evaluated and left as it was: modes, hooks, gradients, random generators, also after an error.

    Parameters
    ----------
    model : nn.Module
        A classifier: logits (N, classes), or a single logit for two classes, of which class 1 is its yes.
    layer : str or nn.Module
        Whose maps to weigh; usually the last one that still has rows and columns. Names are those of
        ``model.named_modules()``.
    images : Tensor
        (N, C, H, W), float, prepared as the network expects them; unchanged.
    target : int, sequence of int or Tensor (N,), optional
        The class to explain, one for all or one for each image; by default the one that the network predicts.

    Returns
    -------
    Tensor
        (N, H, W) in [0, 1], each image's own maximum is 1; 0 everywhere where nothing speaks for the class. On the
        device of the images.

    Raises
    ------
    TypeError
        Where model, layer, images or target are of the wrong kind.
    ValueError
        Where there is no such layer (near names are offered), it has no maps, or there is no such class.

    Notes
    -----
    Source: Selvaraju et al. (2017), *Grad-CAM: visual explanations from deep networks via gradient-based localization*,
    section 3, equations 1 and 2. Enlarged bilinearly.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> maps = grad_cam(net, "1", torch.rand(2, 1, 8, 8))
    >>> maps.shape, 0 <= float(maps.min()), float(maps.max()) <= 1
    (torch.Size([2, 8, 8]), True, True)
    """
    maps, gradients = maps_and_gradients("grad_cam", model, layer, images, target)
    weights = gradients.mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
    return heat((weights * maps).sum(dim=1), images)


def heat(coarse: Tensor, images: Tensor) -> Tensor:
    """Return a coarse map (N, rows, columns) as one in [0, 1] of the images' size (N, H, W), and on their device.

    ReLU, then bilinear enlargement, then each divided by its own maximum; a map that is 0 everywhere stays 0.

    Examples
    --------
    >>> heat(torch.tensor([[[-1.0, 4.0]]]), torch.zeros(1, 3, 1, 4))
    tensor([[[0.0000, 0.2500, 0.7500, 1.0000]]])
    """
    positive = coarse.detach().relu()[:, None]  # (N, 1, rows, columns)
    size = images.shape[2:]
    large = nn.functional.interpolate(positive, size=size, mode="bilinear", align_corners=False)[:, 0]  # (N, H, W)
    largest = large.amax(dim=(1, 2), keepdim=True)  # (N, 1, 1)
    return (large / torch.where(largest > 0, largest, 1)).to(images.device)


# CAM: no gradient is needed where the head is an average and one linear layer


def cam(model: nn.Module, images: Tensor, target: Target = None) -> Tensor:
    """Return where each image speaks for a class, in a network that averages its maps into one linear layer.

    There a logit is a sum over maps and places, so the places can be read off: the last maps, each times its weight for
    the class. In such a network Grad-CAM of the same maps is the same picture.

    Which maps are averaged is found out by comparing numbers, not by looking at names. A network that averages its last
    maps into logits directly (SqueezeNet) works too: there each class has a map of its own.

    Parameters
    ----------
    model : nn.Module
        A classifier with global average pooling and one linear layer at its end, such as a ResNet or a MobileNet.
    images, target
        As in :func:`grad_cam`.

    Returns
    -------
    Tensor
        (N, H, W) in [0, 1], as from :func:`grad_cam`. The bias, which has no place, is left out.

    Raises
    ------
    ValueError
        Where the head is another one, as in VGG and ConvNeXt; :func:`grad_cam` takes any.

    Notes
    -----
    Source: Zhou et al. (2016), *Learning deep features for discriminative localization*, section 2. The ReLU is not in
    the paper; it makes the picture comparable with Grad-CAM's.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))
    >>> images = torch.rand(2, 1, 8, 8)
    >>> torch.allclose(cam(net, images), grad_cam(net, "1", images), atol=1e-5)
    True
    """
    model = model_itself("cam", model)
    checked_images("cam", images)
    with visiting(model), torch.no_grad():
        inputs = placed(images, model)
        head = find_head("cam", model, inputs)
        with watched("cam", {head.name: head.layer}, copy=True) as seen:
            scores = scores_of("cam", run(model, inputs), images)
        maps = seen.output(head.name)  # (N, C, rows, columns)
        maps = maps.relu() if head.relu else maps
        target = chosen("cam", target, scores)
        weights = head.weights(scores.shape[1], maps)[target]  # (N, C)
    return heat(torch.einsum("nchw,nc->nhw", maps, weights), images)
