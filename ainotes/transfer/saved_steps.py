"""What makes a network's input of a picture, written down in names and numbers that a file can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision.models import ResNet18_Weights
from torchvision.transforms import InterpolationMode, v2

from ..pretrained import embedded

__all__ = ["Step", "sample", "steps_of", "with_steps"]

Step = tuple[str, dict[str, Any]]  # the name of a transform and the arguments that it was made with

RECIPE = "ImageClassification"  # scale, crop and normalise: what torchvision's own weights bring along
ARGUMENTS = {  # of torchvision.transforms.v2, and of this course: what says all that a step does
    "ToImage": (),
    "ToPureTensor": (),
    "Grayscale": ("num_output_channels",),
    "Resize": ("size", "interpolation", "max_size", "antialias"),
    "CenterCrop": ("size",),
    "MiddleSquare": (),
    "ToDtype": ("dtype", "scale"),
    "Normalize": ("mean", "std"),
    RECIPE: ("crop_size", "resize_size", "mean", "std", "interpolation", "antialias"),
}


def steps_of(preprocess: Callable[[Any], Tensor]) -> list[Step]:
    """Return the steps of a preprocessing in plain names, numbers and lists; `with_steps` makes it anew from them.

    Parameters
    ----------
    preprocess : callable
        That of a `Pretrained`: torchvision's ``weights.transforms()``, or a ``v2.Compose`` of steps in `ARGUMENTS`.

    Raises
    ------
    ValueError
        If a step is another one, or does not do the same when it is made anew.

    Examples
    --------
    >>> steps_of(v2.Compose([v2.ToImage(), v2.CenterCrop(32)]))
    [('ToImage', {}), ('CenterCrop', {'size': [32, 32]})]
    """
    parts = list(preprocess.transforms) if isinstance(preprocess, v2.Compose) else [preprocess]
    steps = [_step(part) for part in parts]
    picture = sample()
    if not torch.equal(with_steps(steps)(picture), preprocess(picture)):
        raise ValueError(
            f"save_classifier: the preprocess does more than its steps say, {preprocess!r}; take that of a network "
            "that ainotes.pretrained.load returned"
        )
    return steps


def with_steps(steps: list[Step]) -> Callable[[Any], Tensor]:
    """Return the preprocessing of these steps, a PIL image to a float tensor (C, H, W).

    Raises
    ------
    ValueError
        If a step is none that is known, or its arguments do not fit.
    """
    try:
        made = [_made(name, dict(arguments)) for name, arguments in steps]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"no preprocessing can be made of the steps {steps} ({error})") from error
    return made[0] if len(made) == 1 else v2.Compose(made)


def sample() -> Image.Image:
    """Return a picture to try things on: noise, the same each time, 80 rows and 96 columns.

    Examples
    --------
    >>> sample().size  # columns, rows
    (96, 80)
    """
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8))


def _step(part: Any) -> Step:
    name = type(part).__name__
    if name not in ARGUMENTS or (name != RECIPE and type(part) is not _kind(name)):
        known = ", ".join(ARGUMENTS)
        raise ValueError(
            f"save_classifier: cannot write down the step {name} of the preprocess, only {known}; take the preprocess "
            "of a network that ainotes.pretrained.load returned"
        )
    return name, {argument: _plain(getattr(part, argument)) for argument in ARGUMENTS[name]}


def _plain(value: Any) -> Any:
    """Return what JSON can hold: a list for a tuple, a name for a dtype or a way to interpolate."""
    if isinstance(value, InterpolationMode):
        return value.value
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    return list(value) if isinstance(value, tuple | list) else value


def _made(name: str, arguments: dict[str, Any]) -> Any:
    """Return the transform of one step."""
    if set(arguments) != set(ARGUMENTS[name]):
        raise ValueError(f"{name} expects {', '.join(ARGUMENTS[name]) or 'no arguments'}")
    if "interpolation" in arguments:
        arguments["interpolation"] = InterpolationMode(arguments["interpolation"])
    if "dtype" in arguments:
        arguments["dtype"] = {"float32": torch.float32}[arguments["dtype"]]
    if name != RECIPE:
        return _kind(name)(**arguments)
    for argument in ("crop_size", "resize_size"):  # kept as a list of one
        (arguments[argument],) = arguments[argument]
    return ResNet18_Weights.IMAGENET1K_V1.transforms(**arguments)


def _kind(name: str) -> Any:
    """Return the class of a step."""
    return getattr(v2, name) if hasattr(v2, name) else getattr(embedded, name)
