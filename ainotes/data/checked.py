"""What an `ImageSet` is given, checked: the value in its one stored form, or an error that says what to do."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor


def images(images: Any) -> Tensor:
    """Return the images as a contiguous uint8 tensor (N, C, H, W)."""
    if not isinstance(images, Tensor | np.ndarray):
        raise TypeError(f"ImageSet: images must be a uint8 tensor or array (N, C, H, W), got {type(images).__name__}")
    if isinstance(images, np.ndarray):
        # A copy where the memory is read-only: torch would warn and a write would crash.
        images = torch.from_numpy(np.require(images, requirements=["C", "W"]))
    if images.dtype != torch.uint8:
        raise TypeError(
            f"ImageSet: images must be uint8 from 0 to 255, got {images.dtype}; "
            "for floats in [0, 1] use (images * 255).round().to(torch.uint8)"
        )
    if images.ndim != 4:
        raise ValueError(
            f"ImageSet: images must be (N, C, H, W), got shape {tuple(images.shape)}; "
            "for grey images (N, H, W) use images.unsqueeze(1)"
        )
    return images.contiguous()


def classes(classes: Iterable[str]) -> tuple[str, ...]:
    """Return the class names as a tuple: at least one, all different."""
    if isinstance(classes, str):
        raise TypeError(f"ImageSet: classes must be a sequence of names, got the single string {classes!r}")
    names = tuple(classes)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"ImageSet: classes must be a sequence of at least one name, got {names!r}")
    if len(set(names)) < len(names):
        raise ValueError(f"ImageSet: two classes have the same name: {names!r}")
    return names


def labels(labels: Any, count: int, class_count: int) -> Tensor:
    """Return the labels as int64 (count,), each from 0 to `class_count - 1`."""
    labels = torch.as_tensor(np.asarray(labels) if not isinstance(labels, Tensor) else labels)
    if labels.numel() and (labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool):
        raise TypeError(f"ImageSet: labels must be integers, got {labels.dtype}; use labels.long()")
    if labels.shape != (count,):
        raise ValueError(
            f"ImageSet: expects one label for each of the {count} images, shape ({count},); "
            f"got shape {tuple(labels.shape)}"
        )
    labels = labels.long()
    if count and (labels.min() < 0 or labels.max() >= class_count):
        raise ValueError(
            f"ImageSet: labels must be from 0 to {class_count - 1} ({class_count} classes), "
            f"got {int(labels.min())} to {int(labels.max())}; count classes from 0"
        )
    return labels


def index(index: Any, count: int) -> int:
    """Return one index that lies within `count` places; it may count from the end."""
    try:
        index = index.__index__()
    except AttributeError:
        raise TypeError(
            f"ImageSet: one index gives one image, got {type(index).__name__}; use .batch() or .subset() for several"
        ) from None
    if not -count <= index < count:
        raise IndexError(f"ImageSet: index {index} is out of range, there are {count} images (0 to {count - 1})")
    return index


def indices(indices: Any, count: int) -> Tensor:
    """Return indices, a slice or booleans as int64 (N,), each from 0 to `count - 1`."""
    if isinstance(indices, slice):
        return torch.tensor(range(count)[indices], dtype=torch.long)  # torch itself has no negative steps
    rows = torch.as_tensor(indices if isinstance(indices, Tensor) else np.asarray(indices))
    if rows.numel() == 0:
        return torch.zeros(0, dtype=torch.long)
    if rows.ndim != 1:
        raise ValueError(f"ImageSet: indices must be a row of integers (N,), got shape {tuple(rows.shape)}")
    if rows.dtype == torch.bool:
        if len(rows) != count:
            raise ValueError(f"ImageSet: expects one boolean for each of the {count} images, got {len(rows)}")
        return rows.nonzero().squeeze(1)
    if rows.is_floating_point() or rows.is_complex():
        raise TypeError(f"ImageSet: indices must be integers, got {rows.dtype}")
    rows = rows.long()
    lowest, highest = int(rows.min()), int(rows.max())
    if lowest < -count or highest >= count:
        wrong = highest if highest >= count else lowest
        raise IndexError(f"ImageSet: index {wrong} is out of range, there are {count} images (0 to {count - 1})")
    return torch.where(rows < 0, rows + count, rows) if lowest < 0 else rows


def sizes(parts: Sequence[int] | Sequence[float], count: int) -> list[int]:
    """Return how many of `count` images each part gets; the parts are sizes or fractions."""
    if isinstance(parts, int | float):
        raise TypeError(f"split: expects one size or fraction for each part, got {parts}; write [{parts}, ...]")
    values = list(parts)
    if not values or not all(value > 0 for value in values):
        raise ValueError(f"split: expects sizes or fractions greater than 0, got {values}")
    if all(isinstance(value, int | np.integer) for value in values):
        sizes = [int(value) for value in values]
    else:
        if sum(values) > 1 + 1e-9:
            raise ValueError(f"split: fractions must add up to at most 1, {values} adds up to {sum(values):g}")
        # Rounded at the borders, so that fractions that add up to 1 use every image.
        borders = [round(float(total) * count) for total in np.cumsum([0.0, *values])]
        sizes = [b - a for a, b in itertools.pairwise(borders)]
    if sum(sizes) > count:
        raise ValueError(f"split: {values} asks for {sum(sizes)} images, there are {count}; ask for fewer")
    if 0 in sizes:
        raise ValueError(f"split: {values} of {count} images leaves a part empty; ask for larger parts")
    return sizes


def per_channel(name: str, value: Any, channels: int) -> Tensor:
    """Return one finite number for each channel, float32 (1, C, 1, 1)."""
    numbers = torch.as_tensor(value, dtype=torch.float32).flatten().cpu()
    if len(numbers) == 1:
        numbers = numbers.expand(channels)
    if len(numbers) != channels:
        raise ValueError(
            f"with_normalize: expects one {name} for each of the {channels} channels, got {len(numbers)} ({value})"
        )
    if not bool(numbers.isfinite().all()):
        raise ValueError(f"with_normalize: {name} must be finite, got {value}")
    return numbers.reshape(1, channels, 1, 1).clone()
