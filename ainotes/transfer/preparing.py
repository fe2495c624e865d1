"""Images as a trained network wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ..data import ImageSet
from ..pretrained import Pretrained
from .bodies import first_channels

__all__ = ["inputs", "prepare"]

STEP = 64  # images at a time


def prepare(images: ImageSet, network: Pretrained) -> ImageSet:
    """Return images scaled, cropped and normalised for a network, to train it on; augmentation can still be added.

    What the network's `preprocess` does to each image is done once, and kept as bytes; the set gives them out
    normalised. So ``fit`` need not do it in every epoch.

    Parameters
    ----------
    images : ImageSet
        As they come from the data set, not normalised. An augmentation stays: it acts on the prepared images.
    network : Pretrained
        Whose `preprocess` scales, crops and normalises, as those of torchvision's classifiers and of this course do.

    Returns
    -------
    ImageSet
        Images (N, C, S, S), the same labels and classes.

    Raises
    ------
    ValueError
        If the images are normalised already, or `preprocess` does more than scale, crop and normalise.

    Examples
    --------
    >>> from ainotes.pretrained import load
    >>> images = ImageSet(torch.zeros(4, 3, 40, 40, dtype=torch.uint8), [0, 1, 0, 1], ["cat", "dog"])
    >>> prepare(images, load("resnet14_cifar10"))
    ImageSet(4 images, C=3, H=32, W=32, 2 classes, normalised)
    """
    plain = images.with_augment(None)
    give = inputs("prepare", plain, network.model, network.preprocess)
    mean, std = _normalisation(network, images.images.shape[1:])
    pixels = []
    for rows in torch.arange(len(images)).split(STEP):
        levels = (give(rows.tolist()) * std + mean) * 255  # (n, C, S, S), from 0 to 255
        pixels.append(levels.round().clamp(0, 255).to(torch.uint8))
    prepared = ImageSet(
        torch.cat(pixels), images.labels, images.classes, source=images.source, is_standin=images.is_standin
    )
    return prepared.with_normalize(mean.flatten().tolist(), std.flatten().tolist()).with_augment(images.augment)


def inputs(
    function: str, images: ImageSet, model: nn.Module, preprocess: Callable[[Any], Tensor] | None
) -> Callable[[list[int]], Tensor]:
    """Return the function from places in a set to what the network takes, float (n, C, H, W).

    Grey images become three equal channels for a network of colours.
    """
    grey = images.images.shape[1] == 1 and first_channels(model) == 3
    if preprocess is None:
        return lambda places: images.batch(places)[0].expand(-1, 3 if grey else -1, -1, -1)
    if images.normalize is not None:
        raise ValueError(
            f"{function}: the images are normalised, and the network's preprocess would do it again; give the set as "
            "it was before with_normalize"
        )

    def give(places: list[int]) -> Tensor:
        pixels = images.images[torch.tensor(places)] if images.augment is None else images.batch(places)[0]
        given = preprocess(pixels.expand(-1, 3, -1, -1) if grey else pixels)
        if not isinstance(given, Tensor) or given.ndim != 4 or not given.is_floating_point():
            got = f"{given.dtype} {tuple(given.shape)}" if isinstance(given, Tensor) else type(given).__name__
            raise TypeError(f"{function}: preprocess must make a float batch (n, C, H, W) of one of bytes, got {got}")
        return given

    return give


def _normalisation(network: Pretrained, shape: torch.Size) -> tuple[Tensor, Tensor]:
    """Return the mean and the spread (1, C, 1, 1) that a preprocess normalises with, seen on black and on white.

    Raises
    ------
    ValueError
        If what it makes of grey shows that it does something else.
    """
    levels = torch.tensor([0.0, 51.0, 255.0]).reshape(3, 1, 1, 1).expand(3, *shape).to(torch.uint8)
    black, grey, white = network.preprocess(levels).mean(dim=(2, 3), keepdim=True).unsqueeze(1)  # each (1, C, 1, 1)
    std = 1 / (white - black)
    if not (std.isfinite().all() and torch.allclose(grey, black + 0.2 / std, atol=1e-3)):
        raise ValueError(
            f"prepare: the preprocess of {network.name} does more than scale, crop and normalise; call it on each image"
        )
    return -black * std, std
