"""The picture that means "nothing here": what pixels are compared with, covered by, or deleted into."""

from __future__ import annotations

import torch
from torch import Tensor

from .blur import blurred

__all__ = ["Baseline", "baseline_images"]

Baseline = str | float | Tensor

BLUR = 0.1  # sigma of the blur, for each pixel of the image's larger side


def baseline_images(function: str, baseline: Baseline, images: Tensor) -> Tensor:
    """Return a baseline as images (N, C, H, W), on the device and with the dtype of the given ones.

    Parameters
    ----------
    function : str
        Who asks, for the error.
    baseline : {"mean", "blur"}, float or Tensor
        Each image's mean colour; each image blurred, with a sigma of a tenth of its larger side; one number for all
        pixels; or a tensor that broadcasts to the images.
    images : Tensor
        (N, C, H, W).

    Raises
    ------
    ValueError
        Where it is none of these.

    Examples
    --------
    >>> baseline_images("demo", "mean", torch.tensor([[[[1.0, 3.0]]]]))
    tensor([[[[2., 2.]]]])
    """
    if isinstance(baseline, str) and baseline == "mean":
        return images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    if isinstance(baseline, str) and baseline == "blur":
        return blurred(images, BLUR * max(images.shape[2:]))
    try:
        return torch.as_tensor(baseline, dtype=images.dtype).detach().to(images.device).expand_as(images)
    except (TypeError, ValueError, RuntimeError) as error:
        got = tuple(baseline.shape) if isinstance(baseline, Tensor) else repr(baseline)
        raise ValueError(
            f'{function}: baseline expects "mean", "blur", a number, or a tensor that broadcasts to the images\' shape '
            f"{tuple(images.shape)}, got {got}"
        ) from error
