"""The networks that the course trained itself and carries along; each has a model card beside its weights.

They are small enough for the package (at most 1.5 MB), need no network, and know ten classes each. `tools/weights.py`
of the repository trains them.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from torch import nn
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from .. import models

__all__ = ["EMBEDDED", "facts", "network", "preprocess"]

EMBEDDED = ("resnet14_cifar10", "convnet_fashion_mnist")  # the first stands in where others cannot be had
_FOLDER = files("ainotes") / "weights"


@cache
def facts(name: str) -> dict[str, Any]:
    """Return what is known of an embedded network: title, network, categories, mean, std, size, accuracy, sha256."""
    return dict(json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def network(name: str) -> nn.Module:
    """Return an embedded network with its trained weights, in evaluation mode.

    Raises
    ------
    ValueError
        If the file is not the one that was published: the installation is damaged.
    """
    known = facts(name)
    data = (_FOLDER / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(data).hexdigest() != known["sha256"]:
        raise ValueError(f"{name}.safetensors in ainotes/weights is damaged (wrong checksum): install ainotes again")
    model: nn.Module = getattr(models, known["network"])(classes=len(known["categories"]))
    model.load_state_dict(load_tensors(data))  # half precision at rest, single precision in the network
    return model.eval()


def preprocess(name: str) -> v2.Compose:
    """Return what makes a PIL image, or a uint8 tensor (C, H, W), the float tensor (C, size, size) that it knows.

    The square in the middle is scaled to the size, each channel normalised: the same as the figure of the first lesson
    of part 4 does in the page. A network of grey images gets the brightness.
    """
    known = facts(name)
    size, mean, std = known["size"], known["mean"], known["std"]
    grey = [v2.Grayscale(1)] if len(mean) == 1 else []
    return v2.Compose(
        [
            v2.ToImage(),
            *grey,
            MiddleSquare(),
            v2.Resize((size, size), antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(mean, std),
            v2.ToPureTensor(),
        ]
    )


class MiddleSquare(nn.Module):
    """Cuts the largest square from the middle: (..., H, W) becomes (..., min(H, W), min(H, W))."""

    def forward(self, image: Any) -> Any:
        """Return the square of a tensor or a PIL image."""
        height, width = functional.get_size(image)
        side = min(height, width)
        return functional.crop(image, (height - side) // 2, (width - side) // 2, side, side)
