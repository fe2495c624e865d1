"""What is each pixel worth to a class? Saliency, integrated gradients and occlusion, computed by Captum.

All three answer in one shape: a number for each pixel of each image (N, H, W), larger where the pixel speaks more for
the class. They ask for no layer, and so work with any classifier, transformers included.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .. import shapes
from .baselines import Baseline, baseline_images
from .feature_maps import checked_images
from .guest import model_itself, placed, visiting
from .scores import Target, chosen, scores_of

__all__ = ["integrated_gradients", "occlusion", "saliency"]

Method = Callable[[Callable[[Tensor], Tensor], Tensor, Tensor], Tensor]


def saliency(model: nn.Module, images: Tensor, target: Target = None) -> Tensor:
    """Return how fast a class's score changes with each pixel: the largest slope, up or down, among its channels.

    The network is evaluated and left as it was: modes, hooks, gradients, random generators, also after an error.

    Parameters
    ----------
    model : nn.Module
        A classifier: logits (N, classes), or a single logit for two classes, of which class 1 is its yes.
    images : Tensor
        (N, C, H, W), float, prepared as the network expects them; unchanged.
    target : int, sequence of int or Tensor (N,), optional
        The class to explain, one for all or one for each image; by default the one that the network predicts.

    Returns
    -------
    Tensor
        (N, H, W), 0 or more: score for one unit of pixel. On the device of the images.

    Raises
    ------
    TypeError, ValueError
        Where images or target are of the wrong kind or shape, or there is no such class.

    Notes
    -----
    Source: Simonyan, Vedaldi and Zisserman (2014), *Deep inside convolutional networks*, section 3.1.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    >>> torch.allclose(saliency(net, torch.rand(1, 1, 2, 2), 1).flatten(), net[1].weight[1].abs())
    True
    """

    def method(scores: Callable[[Tensor], Tensor], inputs: Tensor, wanted: Tensor) -> Tensor:
        from captum.attr import Saliency

        return Saliency(scores).attribute(inputs, target=wanted).amax(dim=1)  # (N, C, H, W) -> (N, H, W)

    return _attribute("saliency", method, model, images, target)


def integrated_gradients(
    model: nn.Module,
    images: Tensor,
    target: Target = None,
    *,
    baseline: Baseline = 0.0,
    steps: int = 50,
    batch_size: int = 64,
) -> Tensor:
    """Return each pixel's share in the difference between a class's score for an image and for a baseline.

    Gradients are summed along the straight way from the baseline to the image and multiplied with the difference of the
    two; channels are added up. So the pixels of an image sum up to score(image) - score(baseline), the better the more
    steps: check it.

    Parameters
    ----------
    model, images, target
        As in :func:`saliency`.
    baseline : float, Tensor, "mean" or "blur"
        The picture that means "nothing": one number for all pixels, or a tensor that broadcasts to (N, C, H, W), in the
        units of `images`; each image's mean colour, or itself blurred. After normalisation 0 is not black.
    steps : int
        Points on the way.
    batch_size : int
        Images in a pass.

    Returns
    -------
    Tensor
        (N, H, W), signed, in units of the score: what is below 0 speaks against the class.

    Raises
    ------
    TypeError, ValueError
        As :func:`saliency`; also where the baseline does not fit.

    Notes
    -----
    Source: Sundararajan, Taly and Yan (2017), *Axiomatic attribution for deep networks*, section 3.

    Examples
    --------
    >>> net, images = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.rand(1, 1, 2, 2)
    >>> shares = integrated_gradients(net, images, 1)
    >>> torch.allclose(shares.sum(), (net(images) - net(0 * images))[0, 1], atol=1e-5)
    True
    """
    steps = shapes.whole("integrated_gradients", "steps", steps, 1)
    batch_size = shapes.whole("integrated_gradients", "batch_size", batch_size, 1)
    start = baseline_images("integrated_gradients", baseline, checked_images("integrated_gradients", images))

    def method(scores: Callable[[Tensor], Tensor], inputs: Tensor, wanted: Tensor) -> Tensor:
        from captum.attr import IntegratedGradients

        ways, count = IntegratedGradients(scores), max(1, batch_size // steps)  # images whose ways fit in a pass
        parts = zip(inputs.split(count), start.to(inputs).split(count), wanted.split(count), strict=True)
        shares = [
            ways.attribute(some, begin, target=own, n_steps=steps, internal_batch_size=max(batch_size, len(some)))
            for some, begin, own in parts
        ]
        return torch.cat(shares).sum(dim=1)  # (N, C, H, W) -> (N, H, W)

    return _attribute("integrated_gradients", method, model, images, target)


def occlusion(
    model: nn.Module,
    images: Tensor,
    target: Target = None,
    *,
    window: int = 8,
    stride: int = 4,
    baseline: Baseline = 0.0,
    batch_size: int = 64,
) -> Tensor:
    """Return by how much a class's score falls where a window of the image is covered.

    The window moves over the image; a pixel under several windows gets the mean of their falls. No gradient is needed,
    only one pass for each place.

    Parameters
    ----------
    model, images, target
        As in :func:`saliency`.
    window : int
        Rows and columns that are covered at once; all channels are.
    stride : int
        How far the window moves, at most `window`, so that no pixel is left out.
    baseline : float, Tensor, "mean" or "blur"
        What covers, as in :func:`integrated_gradients`.
    batch_size : int
        Images in a pass.

    Returns
    -------
    Tensor
        (N, H, W), signed, in units of the score: below 0 where covering helps the class.

    Raises
    ------
    TypeError, ValueError
        As :func:`saliency`; also where window, stride or baseline do not fit.

    Notes
    -----
    Source: Zeiler and Fergus (2014), *Visualizing and understanding convolutional networks*, section 4.2.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    >>> falls = occlusion(net, torch.ones(1, 1, 2, 2), 0, window=1, stride=1)  # each pixel's own weight
    >>> torch.allclose(falls.flatten(), net[1].weight[0], atol=1e-6)
    True
    """
    checked_images("occlusion", images)
    window = shapes.whole("occlusion", "window", window, 1)
    stride = shapes.whole("occlusion", "stride", stride, 1)
    batch_size = shapes.whole("occlusion", "batch_size", batch_size, 1)
    channels, rows, columns = images.shape[1:]
    if window > min(rows, columns):
        raise ValueError(f"occlusion: window must fit into {rows} rows and {columns} columns, got {window}")
    if stride > window:
        raise ValueError(
            f"occlusion: stride must be at most the window, {window}, or pixels between two windows are never covered; "
            f"got {stride}"
        )
    cover = baseline_images("occlusion", baseline, images)

    def method(scores: Callable[[Tensor], Tensor], inputs: Tensor, wanted: Tensor) -> Tensor:
        from captum.attr import Occlusion

        windows, steps = (channels, window, window), (channels, stride, stride)
        parts = zip(inputs.split(batch_size), cover.to(inputs).split(batch_size), wanted.split(batch_size), strict=True)
        falls = [
            Occlusion(scores).attribute(
                some, windows, steps, begin, target=own, perturbations_per_eval=max(1, batch_size // len(some))
            )
            for some, begin, own in parts
        ]
        return torch.cat(falls)[:, 0]  # all channels are covered together and say the same

    return _attribute("occlusion", method, model, images, target)


def _attribute(function: str, method: Method, model: nn.Module, images: Tensor, target: Target) -> Tensor:
    """Return what a method of Captum says of the images, with the network borrowed."""
    model = model_itself(function, model)
    checked_images(function, images)

    def scores(inputs: Tensor) -> Tensor:
        return scores_of(function, model(inputs), inputs)  # (N, classes)

    with visiting(model):
        inputs = placed(images, model).requires_grad_()
        with torch.no_grad():
            wanted = chosen(function, target, scores(inputs))
        found = method(scores, inputs, wanted)
    return found.detach().to(images.device)
