"""Name what is in a photograph, and say how sure the network is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..utils.modes import borrowed
from .pictures import open_picture

__all__ = ["classify_image", "top_classes"]


def classify_image(
    image: Any,
    model: nn.Module,
    preprocess: Callable[[Any], Tensor],
    categories: Sequence[str] | None = None,
    top: int = 1,
) -> str:
    """Name what is in a photograph.

    Parameters
    ----------
    image : path, bytes, PIL image, Tensor or ndarray
        As `open_picture` takes it.
    model : nn.Module
        Takes (1, C, H, W) and returns logits (1, classes). It is used in evaluation mode and keeps the modes it had.
    preprocess : callable
        Turns a PIL image into what the model takes, float (C, H, W): `weights.transforms()` of torchvision, or the
        `.preprocess` of `load`.
    categories : sequence of str, optional
        A name for each logit; the 1,000 classes of ImageNet where nothing is said.
    top : int
        How many classes to name, at least 1.

    Returns
    -------
    str
        The class and its probability in per cent, ``"Egyptian cat: 71.0%"``; a line for each of the `top`, the most
        probable first.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        If the picture cannot be read, or if model, preprocess and categories do not fit together.

    Examples
    --------
    >>> from torchvision.transforms.functional import to_tensor
    >>> black_or_white = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    >>> with torch.no_grad():
    ...     _ = black_or_white[2].weight.copy_(torch.tensor([[-1.0] * 3, [1.0] * 3]))
    ...     _ = black_or_white[2].bias.zero_()
    >>> classify_image(torch.ones(3, 8, 8), black_or_white, to_tensor, ["black", "white"])
    'white: 99.8%'
    """
    found = top_classes(image, model, preprocess, categories, top)
    return "\n".join(f"{name}: {probability:.1%}" for name, probability in found)


def top_classes(
    image: Any,
    model: nn.Module,
    preprocess: Callable[[Any], Tensor],
    categories: Sequence[str] | None = None,
    top: int = 5,
) -> list[tuple[str, float]]:
    """Return the most probable classes of a photograph, (name, probability from 0 to 1), the first first.

    Parameters and errors are those of `classify_image`; where there are fewer classes than `top`, all of them come.
    """
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise ValueError(f"classify_image: top must be a whole number of at least 1, got {top!r}")
    batch = _prepared(open_picture(image), preprocess).unsqueeze(0).to(_device(model))
    with borrowed(model, training=False), torch.inference_mode():
        logits = model(batch)
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != 1:
        got = f"shape {tuple(logits.shape)}" if isinstance(logits, Tensor) else type(logits).__name__
        raise ValueError(f"classify_image: expects a model that returns logits (1, classes), got {got}")
    names = list(imagenet_categories() if categories is None else categories)
    if len(names) != logits.shape[1]:
        raise ValueError(
            f"classify_image: the model has {logits.shape[1]} classes, there are {len(names)} categories; "
            "pass categories=network.categories"
        )
    values, places = logits[0].float().softmax(dim=0).topk(min(top, len(names)))
    return [(names[place], value) for value, place in zip(values.tolist(), places.tolist(), strict=True)]


def imagenet_categories() -> list[str]:
    """Return the names of ImageNet's 1,000 classes, as torchvision has them."""
    from torchvision.models import ResNet18_Weights

    return list(ResNet18_Weights.IMAGENET1K_V1.meta["categories"])


def _prepared(picture: Any, preprocess: Callable[[Any], Tensor]) -> Tensor:
    prepared = preprocess(picture)
    if not isinstance(prepared, Tensor) or prepared.ndim != 3 or not prepared.is_floating_point():
        got = f"{prepared.dtype} {tuple(prepared.shape)}" if isinstance(prepared, Tensor) else type(prepared).__name__
        raise TypeError(f"classify_image: preprocess must return a float tensor (C, H, W), got {got}")
    return prepared


def _device(model: nn.Module) -> torch.device:
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
