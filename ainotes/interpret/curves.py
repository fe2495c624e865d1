"""Does the network need the pixels that a map calls important? Deletion and insertion curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import shapes
from .baselines import Baseline, baseline_images
from .feature_maps import checked_images
from .guest import model_itself, placed, visiting
from .passes import run
from .scores import Target, chosen, probabilities, scores_of

__all__ = ["Curve", "deletion_curve", "insertion_curve"]


@dataclass(frozen=True)
class Curve:
    """How sure a network is of a class while pixels go, or come.

    Attributes
    ----------
    fractions : Tensor
        (steps + 1,), from 0 to 1: how many of the pixels have been deleted, or inserted.
    probabilities : Tensor
        (N, steps + 1): of the class, for each image.
    """

    fractions: Tensor
    probabilities: Tensor

    @property
    def area(self) -> Tensor:
        """(N,): the area under each curve, from 0 to 1, by the trapezoidal rule."""
        return torch.trapezoid(self.probabilities, self.fractions.to(self.probabilities), dim=1)


def deletion_curve(
    model: nn.Module,
    images: Tensor,
    maps: Tensor,
    target: Target = None,
    *,
    steps: int = 20,
    baseline: Baseline = "mean",
    batch_size: int = 64,
    seed: int = 0,
) -> Curve:
    """Return how a class's probability falls while pixels are deleted, the most important of a map first.

    The smaller the area, the better the map names the pixels that the network needs. Compare it with the area of a map
    of random numbers: a network may well be upset by any deleted pixel.

    Parameters
    ----------
    model : nn.Module
        A classifier; left as it was.
    images : Tensor
        (N, C, H, W), float.
    maps : Tensor
        (N, H, W): what to rank the pixels by, larger is more important. Pixels of equal value go in random order, the
        same for a whole batch.
    target : int, sequence of int or Tensor (N,), optional
        The class whose probability is watched; by default the one predicted for the whole image.
    steps : int
        How often to look on the way; there are `steps` + 1 points.
    baseline : {"mean", "blur"}, float or Tensor
        What a deleted pixel becomes: its image's mean colour, its place in the blurred image (sigma of a tenth of the
        larger side), or a number or tensor that broadcasts to the images.
    batch_size : int
        Images in a pass.
    seed : int
        For the order of pixels that the map does not tell apart.

    Returns
    -------
    Curve
        Fractions, probabilities, and the area under each image's curve.

    Raises
    ------
    TypeError, ValueError
        Where images, maps, target or baseline do not fit.

    Notes
    -----
    Source: Petsiuk, Das and Saenko (2018), *RISE: randomized input sampling for explanation of black-box models*,
    section 4.3. What is put in place of a pixel is a new picture to the network too: no baseline is neutral.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    >>> curve = deletion_curve(net, torch.rand(3, 1, 4, 4), torch.rand(3, 4, 4), steps=8)
    >>> curve.probabilities.shape, curve.area.shape
    (torch.Size([3, 9]), torch.Size([3]))
    """
    return _curve("deletion_curve", model, images, maps, target, steps, baseline, batch_size, seed)


def insertion_curve(
    model: nn.Module,
    images: Tensor,
    maps: Tensor,
    target: Target = None,
    *,
    steps: int = 20,
    baseline: Baseline = "blur",
    batch_size: int = 64,
    seed: int = 0,
) -> Curve:
    """Return how a class's probability rises while pixels are put back into a baseline, the most important first.

    The larger the area, the better the map names the pixels that are enough for the network.

    Parameters
    ----------
    model, images, maps, target, steps, baseline, batch_size, seed
        As in :func:`deletion_curve`; the baseline is where it begins.

    Returns
    -------
    Curve
        As from :func:`deletion_curve`.

    Raises
    ------
    TypeError, ValueError
        As :func:`deletion_curve`.

    Notes
    -----
    Source: as for :func:`deletion_curve`. A blurred baseline has no sharp edges that could be taken for a shape.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    >>> insertion_curve(net, torch.rand(3, 1, 4, 4), torch.rand(3, 4, 4), steps=8).fractions[:3]
    tensor([0.0000, 0.1250, 0.2500])
    """
    return _curve("insertion_curve", model, images, maps, target, steps, baseline, batch_size, seed)


def _curve(
    function: str,
    model: nn.Module,
    images: Tensor,
    maps: Tensor,
    target: Target,
    steps: int,
    baseline: Baseline,
    batch_size: int,
    seed: int,
) -> Curve:
    model = model_itself(function, model)
    checked_images(function, images)
    shapes.whole(function, "steps", steps, 1)
    shapes.whole(function, "batch_size", batch_size, 1)
    ranks = _ranks(function, maps, images, shapes.whole(function, "seed", seed))  # (N, H, W)
    other = baseline_images(function, baseline, images)
    before, after = (other, images) if function == "insertion_curve" else (images, other)
    fractions = torch.linspace(0, 1, steps + 1)
    counts = (fractions * ranks[0].numel()).round()  # of the pixels that have changed
    with visiting(model), torch.no_grad():
        whole = scores_of(function, run(model, placed(images, model)), images)
        wanted = chosen(function, target, whole).repeat_interleave(steps + 1)  # (N * (steps + 1),)
        found = [
            probabilities(function, run(model, placed(some, model)), some)
            for some in _mixed(before, after, ranks, counts, batch_size)
        ]
        sure = torch.cat(found).gather(1, wanted[:, None])[:, 0]
    return Curve(fractions, sure.view(len(images), steps + 1).float().cpu())


def _mixed(before: Tensor, after: Tensor, ranks: Tensor, counts: Tensor, batch_size: int) -> Iterator[Tensor]:
    """Hand out batches of images on the way from one picture to the other, image by image, step by step."""
    number = torch.arange(len(ranks)).repeat_interleave(len(counts))
    changed = counts.repeat(len(ranks))
    for some, count in zip(number.split(batch_size), changed.split(batch_size), strict=True):
        gone = (ranks[some] < count[:, None, None])[:, None].to(before.device)  # (batch, 1, H, W)
        yield torch.where(gone, after[some], before[some])


def _ranks(function: str, maps: Tensor, images: Tensor, seed: int) -> Tensor:
    """Return the place of each pixel in the order of its map, 0 for the most important (N, H, W)."""
    expected = (len(images), *images.shape[2:])
    if not isinstance(maps, Tensor) or tuple(maps.shape) != expected:
        got = tuple(maps.shape) if isinstance(maps, Tensor) else type(maps).__name__
        raise ValueError(f"{function}: maps expect a tensor of shape {expected}, one value for each pixel, got {got}")
    if bool(maps.isnan().any()):
        raise ValueError(f"{function}: maps expect numbers, got nan; the network that they explain may have overflowed")
    values = maps.detach().cpu().flatten(1)  # (N, H W)
    shuffled = torch.randperm(values.shape[1], generator=torch.Generator().manual_seed(seed))
    order = shuffled[values[:, shuffled].argsort(dim=1, descending=True, stable=True)]
    places = torch.arange(values.shape[1]).expand_as(order)
    return torch.empty_like(order).scatter_(1, order, places).view(expected)
