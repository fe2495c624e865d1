"""What `NetworkExplorer` is given, checked, and what its network computes in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ainotes.widgets.export import PageNetwork
from ainotes.widgets.inputs import array, names
from ainotes.widgets.sprite import as_uint8

LONGEST = 64  # pixels of a side


def pixels(where: str, images: Any) -> np.ndarray:
    """Return the images as uint8 (N, C, H, W), C is 1 or 3.

    Raises
    ------
    ValueError
        For no images, another shape, numbers out of range, or a side longer than 64 pixels.

    Examples
    --------
    >>> pixels("Figure", np.ones((2, 5, 4))).shape
    (2, 1, 5, 4)
    """
    given = array(images)
    if 0 in given.shape:
        raise ValueError(f"{where}: images expects one picture at least, got shape {given.shape}")
    if given.ndim == 4 and given.shape[1] == 1:
        given = given[:, 0]  # so that three columns are not taken for three channels
    found = as_uint8(given)
    found = found[:, None] if found.ndim == 3 else np.moveaxis(found, 3, 1)
    if max(found.shape[2:]) > LONGEST:
        raise ValueError(
            f"{where}: images may have {LONGEST} rows and columns at most, got {found.shape[2]} by {found.shape[3]}; "
            "all maps of larger ones are more than a page shows at once"
        )
    return found


def normalisation(where: str, channels: int, mean: Any, std: Any) -> tuple[list[float], list[float]]:
    """Return a mean and a standard deviation for each channel.

    Raises
    ------
    ValueError
        Where they are neither one number nor one a channel, not finite, or a deviation is not above 0.

    Examples
    --------
    >>> normalisation("Figure", 3, 0.5, [1, 2, 3])
    ([0.5, 0.5, 0.5], [1.0, 2.0, 3.0])
    """
    given = {}
    for name, value in (("mean", mean), ("std", std)):
        numbers = np.ravel(array(value)).astype(float)
        if len(numbers) not in (1, channels) or not np.isfinite(numbers).all():
            raise ValueError(f"{where}: {name} expects a number, or {channels}, one a channel, got {numbers.tolist()}")
        given[name] = np.broadcast_to(numbers, channels).tolist()
    if min(given["std"]) <= 0:
        raise ValueError(f"{where}: std expects numbers above 0, got {given['std']}")
    return given["mean"], given["std"]


def class_names(where: str, classes: Sequence[str] | None, shape: Sequence[int]) -> list[str]:
    """Return a name for each of the network's logits, of which `shape` leave it.

    Raises
    ------
    ValueError, TypeError
        Where the network returns maps, or the names are too few, too many or not distinct.
    """
    if len(shape) != 1:
        raise ValueError(
            f"{where}: the network must return a row of logits for each image, and it returns numbers of shape "
            f"{list(shape)}; end it with nn.Flatten(), or with global average pooling and nn.Flatten()"
        )
    if classes is None:
        return [f"class {number}" for number in range(shape[0])]
    known = names(where, "classes", classes)
    if len(known) != shape[0]:
        raise ValueError(f"{where}: the network returns {shape[0]} logits for an image, and classes has {len(known)}")
    return known


def in_turn(labels: np.ndarray, count: int) -> list[int]:
    """Return which images to keep: the first of each class, then the second of each, and so on, `count` at most.

    Examples
    --------
    >>> in_turn(np.array([1, 1, 1, 0, 0]), 3)
    [3, 0, 4]
    """
    rank = np.zeros(len(labels), int)
    for label in np.unique(labels):
        of_class = labels == label
        rank[of_class] = np.arange(of_class.sum())
    return np.lexsort((labels, rank))[:count].tolist()


def prepared(pictures: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """Return uint8 pictures (N, C, H, W) as the network takes them: float32, one mean and deviation a channel."""
    centre, spread = (np.array(each, np.float32)[:, None, None] for each in (mean, std))
    return (pictures.astype(np.float32) / np.float32(255) - centre) / spread


def outputs(page: PageNetwork, images: np.ndarray, off: dict[int, list[int]] | None = None) -> list[np.ndarray]:
    """Return what leaves each layer, the input first, as arrays (N, ...).

    Parameters
    ----------
    page : PageNetwork
        Its layers work one after the other.
    images : ndarray of float32
        (N, C, H, W), normalised.
    off : dict, optional
        Numbers of maps that are set to zero, by the place of their layer in ``page.layers``.
    """
    import torch

    found = [torch.from_numpy(np.ascontiguousarray(images))]
    with torch.inference_mode():
        for place, layer in enumerate(page.layers[1:], start=1):
            maps = page.twin.get_submodule(layer["name"])(found[-1].clone())  # a ReLU may work in place
            maps[:, (off or {}).get(place, [])] = 0
            found.append(maps.clone())  # Flatten gives a view of what a later layer's zeros would reach
    return [maps.numpy() for maps in found]


def strongest(maps: np.ndarray) -> tuple[int, list[int]]:
    """Return the number of the map that answers most, and the row and column where it does, of maps (C, H, W)."""
    number, row, column = np.unravel_index(int(maps.argmax()), maps.shape)
    return int(number), [int(row), int(column)]
