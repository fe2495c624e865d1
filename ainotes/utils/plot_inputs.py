"""What the plots accept, checked once: arrays, tensors, class names, histories, samples of a data set."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = Any  # a NumPy array, a torch tensor on any device, or a nested list


def as_array(values: Array) -> np.ndarray:
    """A NumPy array of `values`; a tensor is detached, copied from its device, and widened if NumPy lacks its type.

    Examples
    --------
    >>> as_array(torch.ones(2, dtype=torch.bfloat16, requires_grad=True)).dtype
    dtype('float32')
    """
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        return (values.float() if values.dtype == torch.bfloat16 else values).numpy()
    if isinstance(values, (list, tuple)) and any(isinstance(value, Tensor) for value in values):
        return np.stack([as_array(value) for value in values])
    return np.asarray(values)


def as_finite(values: Array, what: str) -> np.ndarray:
    """`values` as an array of numbers, or a ValueError that counts what is not finite."""
    array = as_array(values)
    if array.dtype.kind not in "buif":
        raise TypeError(f"{what} must be numbers, got dtype {array.dtype}; pass an array or a tensor of numbers")
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ValueError(
            f"{what} must be finite, {bad} of {array.size} are NaN or infinite; look for the step that made them"
        )
    return array


def as_labels(values: Array, what: str, classes: int) -> np.ndarray:
    """Class numbers as (N,) int64 in 0..classes-1.

    Raises
    ------
    ValueError
        If `values` is empty, not one-dimensional, or holds a number outside 0..classes-1.
    TypeError
        If `values` holds anything but whole numbers.
    """
    array = as_array(values)
    if array.ndim != 1 or array.size == 0:
        advice = "for logits (N, classes) pass logits.argmax(dim=1)" if array.ndim == 2 else "pass one per image"
        raise ValueError(f"{what}: expected class numbers of shape (N,), got shape {array.shape}; {advice}")
    if array.dtype.kind not in "bui":
        raise TypeError(f"{what}: expected whole class numbers, got dtype {array.dtype}; convert with .long()")
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(
            f"{what}: expected 0 to {classes - 1} for {classes} classes, got {array.min()} to {array.max()}; "
            "name every class, in the order of its number"
        )
    return array.astype(np.int64)


def as_class_names(classes: Sequence[str]) -> list[str]:
    """The names as a list of at least two.

    Raises
    ------
    TypeError
        If `classes` is one string or holds something else than strings.
    ValueError
        If there are fewer than two names.
    """
    if isinstance(classes, str) or not all(isinstance(name, str) for name in classes):
        raise TypeError(f"classes: expected the class names in order, got {classes!r}; pass dataset.classes")
    if len(classes) < 2:
        raise ValueError(f"classes: expected at least two names, got {list(classes)}; pass dataset.classes")
    return list(classes)


def as_probabilities(values: Array, images: int) -> np.ndarray:
    """Probabilities as (N, classes) float64; one probability an image, (N,) or (N, 1), becomes the pair (1 - p, p).

    Raises
    ------
    ValueError
        If the shape is wrong, there is not one row an image, or the rows are no probabilities (logits, for instance).
    """
    array = as_finite(values, "probabilities").astype(np.float64)
    if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1):
        second = array.reshape(-1)
        array = np.stack([1 - second, second], axis=1)
    if array.ndim != 2:
        raise ValueError(f"probabilities: expected shape (N, classes), got {array.shape}; pass one row an image")
    same_length(labels=images, probabilities=len(array))
    # 0.02: bfloat16 keeps about three digits, and ten rounded numbers are added.
    if array.min() < 0 or array.max() > 1.001 or np.abs(array.sum(axis=1) - 1).max() > 0.02:
        raise ValueError(
            f"probabilities: expected rows in [0, 1] that sum to 1, got values from {array.min():.3g} to "
            f"{array.max():.3g}; for logits pass logits.softmax(dim=1)"
        )
    return array


def same_length(**lengths: int) -> None:
    """Raise a ValueError unless all lengths are equal and not 0."""
    counts = ", ".join(f"{name} {length}" for name, length in lengths.items())
    if len(set(lengths.values())) > 1:
        raise ValueError(f"expected one entry an image, all of the same length, got {counts}; pass the same images")
    if 0 in lengths.values():
        raise ValueError(f"expected at least one image, got {counts}; pass what `predict` returned")


def as_pictures(images: Array) -> np.ndarray:
    """Images as (N, H, W) or (N, H, W, 3), float in [0, 1], ready for `imshow`.

    uint8 is divided by 255. Floats inside [0, 1] stay; other floats (normalised images, kernels) are scaled from their
    own minimum and maximum over the whole set, so that they stay comparable.

    Parameters
    ----------
    images : array
        (N, H, W), (N, 1, H, W), (N, 3, H, W) or (N, H, W, 3), or a list of such images without N.

    Raises
    ------
    ValueError
        For no image, another shape, or values that are not finite.
    """
    array = as_finite(images, "images")
    if array.ndim == 4 and array.shape[1] in (1, 3):
        array = array.transpose(0, 2, 3, 1)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.size == 0 or array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] != 3):
        raise ValueError(
            f"images: expected shape (N, 1, H, W), (N, 3, H, W) or (N, H, W), got {as_array(images).shape}; "
            "pass a batch, for one image `image[None]`"
        )
    if array.dtype == np.uint8:
        return array / 255.0
    array = array.astype(np.float64)
    low, high = array.min(), array.max()
    if low >= 0 and high <= 1:
        return array
    return (array - low) / max(high - low, 1e-12)


def checked_history(history: Mapping[str, Sequence[float]], needs: Sequence[str]) -> dict[str, np.ndarray]:
    """The history as arrays of floats.

    Raises
    ------
    TypeError
        If `history` is not a mapping.
    ValueError
        If a needed metric is missing, no epoch was finished, lengths differ, or a value is not finite.
    """
    if not isinstance(history, Mapping):
        raise TypeError(f"history: expected the dict that `fit` returns, got {type(history).__name__}; pass it whole")
    missing = [name for name in needs if name not in history]
    if missing:
        raise ValueError(f"history: expected the keys {list(needs)}, missing {missing}; it has {list(history)}")
    if not len(history[needs[0]]):
        raise ValueError("history: expected at least one finished epoch, got none; train with epochs >= 1")
    lengths = {name: len(history[name]) for name in needs}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"history: expected one value an epoch for every metric, got lengths {lengths}")
    return {name: as_finite(history[name], f"history[{name!r}]").astype(np.float64) for name in needs}


def sample(data: Any, count: int) -> tuple[Tensor, list[int]]:
    """`count` images of a data set, drawn without repetition by torch's global generator, and their labels.

    Returns
    -------
    images : Tensor
        (min(count, len(data)), C, H, W), as the data set returns them.
    labels : list of int

    Raises
    ------
    TypeError, ValueError
        If `data` is not an indexable data set of (image tensor, label) pairs, or is empty.
    """
    if not (hasattr(data, "__len__") and hasattr(data, "__getitem__")):
        raise TypeError(
            f"data: expected a data set of (image, label) pairs, got {type(data).__name__}; "
            "of a DataLoader pass its .dataset"
        )
    if len(data) == 0:
        raise ValueError("data: expected at least one image, the data set is empty")
    pairs = [data[index] for index in torch.randperm(len(data))[:count].tolist()]
    first = pairs[0]
    if not (isinstance(first, (tuple, list)) and len(first) == 2 and isinstance(first[0], Tensor)):
        parts = [type(part).__name__ for part in first] if isinstance(first, (tuple, list)) else type(first).__name__
        raise TypeError(
            f"data: expected data[i] to be (image tensor, label), got {parts}; "
            "give the data set a transform that returns a tensor"
        )
    return torch.stack([image for image, _ in pairs]), [int(label) for _, label in pairs]
