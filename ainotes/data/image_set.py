"""A set of labelled pictures that stays in memory: bytes at rest, floats on access."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from . import checked

Augmentation = Callable[[Tensor], Tensor]


class ImageSet(Dataset[tuple[Tensor, int]]):
    """Labelled images in memory; a `torch.utils.data.Dataset` that a `DataLoader` takes as it is.

    The pixels are kept as bytes (a quarter of the memory of floats) and become floats when they are asked for.

    Parameters
    ----------
    images : Tensor or ndarray, uint8, (N, C, H, W)
        Pixels from 0 to 255.
    labels : Tensor, ndarray or sequence of int, (N,)
        Each from 0 to `len(classes) - 1`. Stored as int64.
    classes : sequence of str
        The name of each class; the place in the sequence is the label.
    source : str
        One sentence that says where the images come from.
    is_standin : bool
        True where the images stand in for a data set that could not be had.

    Raises
    ------
    TypeError
        For images that are not uint8 or labels that are not integers.
    ValueError
        For a wrong number of dimensions, of labels, or a label without a class.

    Examples
    --------
    >>> images = torch.zeros(4, 1, 28, 28, dtype=torch.uint8)
    >>> data = ImageSet(images, [0, 1, 0, 1], classes=["cat", "dog"])
    >>> image, label = data[3]
    >>> image.shape, image.dtype, data.classes[label]
    (torch.Size([1, 28, 28]), torch.float32, 'dog')
    """

    def __init__(
        self,
        images: Tensor | np.ndarray,
        labels: Tensor | np.ndarray | Sequence[int],
        classes: Iterable[str],
        *,
        source: str = "",
        is_standin: bool = False,
    ) -> None:
        self.images = checked.images(images)
        self.classes = checked.classes(classes)
        self.labels = checked.labels(labels, len(self.images), len(self.classes))
        self.source = source
        self.is_standin = bool(is_standin)
        self.augment: Augmentation | None = None
        self.normalize: tuple[Tensor, Tensor] | None = None  # mean and std, each (1, C, 1, 1)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return one image, float32 (C, H, W), and its label."""
        index = checked.index(index, len(self))
        images, labels = self.batch([index])
        return images[0], int(labels[0])

    def __getitems__(self, indices: Sequence[int]) -> list[tuple[Tensor, int]]:
        """Return several samples at once; PyTorch's `DataLoader` asks for a batch this way."""
        images, labels = self.batch(indices)
        return list(zip(images.unbind(0), labels.tolist(), strict=True))

    def batch(self, indices: Tensor | np.ndarray | Sequence[int] | slice) -> tuple[Tensor, Tensor]:
        """Gather, convert, augment and normalise many images at once.

        Parameters
        ----------
        indices : integers, (N,), or a slice
            Which images, in this order; repeats are allowed.

        Returns
        -------
        images : Tensor, float32, (N, C, H, W)
            New memory. Values in [0, 1] before normalisation; augmentation comes first, normalisation last.
        labels : Tensor, int64, (N,)
        """
        rows = self._rows(indices)
        images = self.images.index_select(0, rows).float().div_(255)  # (N, C, H, W)
        if self.augment is not None:
            images = _augmented(self.augment, images)
        if self.normalize is not None:
            mean, std = self.normalize
            images = (images - mean) / std
        return images, self.labels.index_select(0, rows)

    def subset(self, indices: Tensor | np.ndarray | Sequence[int] | slice) -> ImageSet:
        """Return the images at these indices, in this order, as a set of its own (the pixels are copied).

        `indices` may be integers, a slice, or one boolean for each image.

        Examples
        --------
        >>> data = ImageSet(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), [0, 1, 0, 1], ["cat", "dog"])
        >>> len(data.subset(data.labels == 1)), data.subset(slice(3)).labels.tolist()
        (2, [0, 1, 0])
        """
        rows = self._rows(indices)
        return self._like(self.images.index_select(0, rows), self.labels.index_select(0, rows))

    def split(self, parts: Sequence[int] | Sequence[float], seed: int = 0) -> tuple[ImageSet, ...]:
        """Split at random into parts that share no image and all have the classes in the same proportions.

        Parameters
        ----------
        parts : sequence of int, or of float
            Sizes, or fractions of the whole. What they leave over is left out.
        seed : int
            The same seed gives the same split.

        Returns
        -------
        tuple of ImageSet
            One for each part; inside a part the images keep their order.

        Raises
        ------
        ValueError
            If the parts ask for more than there is, or for nothing.

        Examples
        --------
        >>> data = ImageSet(torch.zeros(10, 1, 8, 8, dtype=torch.uint8), [0, 1] * 5, ["cat", "dog"])
        >>> train, val = data.split([0.6, 0.4])
        >>> len(train), len(val), train.labels.bincount().tolist()
        (6, 4, [3, 3])
        """
        sizes = checked.sizes(parts, len(self))
        order = _interleaved_by_class(self.labels.cpu(), seed)
        bounds = np.cumsum([0, *sizes])
        return tuple(self.subset(order[a:b].sort().values) for a, b in itertools.pairwise(bounds))

    def with_augment(self, fn: Augmentation | None) -> ImageSet:
        """Return the same images, passed through `fn` anew each time they are asked for (None: as they are).

        `fn` takes and returns a float32 batch (N, C, H, W) with values in [0, 1], for example one of
        `ainotes.data.augment`. It acts before normalisation. The pixels are shared, not copied.
        """
        if fn is not None and not callable(fn):
            raise TypeError(
                f"with_augment: expects a function of a batch (N, C, H, W), or None; got {type(fn).__name__}; "
                "take one from ainotes.data.augment"
            )
        return self._like(self.images, self.labels, augment=fn)

    def with_normalize(self, mean: float | Sequence[float], std: float | Sequence[float]) -> ImageSet:
        """Return the same images, given out as `(image - mean) / std`, one mean and std for each channel.

        A single number counts for every channel. The pixels are shared, not copied.
        """
        channels = self.images.shape[1]
        centre = checked.per_channel("mean", mean, channels)
        spread = checked.per_channel("std", std, channels)
        if not bool((spread > 0).all()):
            raise ValueError(
                f"with_normalize: std must be greater than 0, got {std}; a channel that never changes has none"
            )
        device = self.images.device
        return self._like(self.images, self.labels, normalize=(centre.to(device), spread.to(device)))

    def to(self, device: torch.device | str) -> ImageSet:
        """Return the same set with its images and labels on a device."""
        other = self._like(self.images.to(device), self.labels.to(device))
        if self.normalize is not None:
            mean, std = self.normalize
            other.normalize = (mean.to(device), std.to(device))
        return other

    def __repr__(self) -> str:
        """Say what is in the set, in a few words."""
        N, C, H, W = self.images.shape
        extras = "".join(
            f", {name}" for name, on in (("augmented", self.augment), ("normalised", self.normalize)) if on is not None
        )
        return f"ImageSet({N:,} images, C={C}, H={H}, W={W}, {len(self.classes)} classes{extras})"

    def _rows(self, indices: Any) -> Tensor:
        return checked.indices(indices, len(self)).to(self.images.device)

    def _like(self, images: Tensor, labels: Tensor, **changes: Any) -> ImageSet:
        # Past the constructor: the pixels were checked when they came in.
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, images=images, labels=labels, **changes)
        return other


def _interleaved_by_class(labels: Tensor, seed: int) -> Tensor:
    """Return a random order in which every stretch has the classes in proportion.

    The r-th image of a class with n images is placed at (r + 1/2) / n of the way. So a first part has of each class
    what is due to it, give or take half an image and what the rounding of the other classes adds: 1 image at most where
    all are equally large, 1/2 + n / N * classes / 2 in general.
    """
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(labels), generator=generator)
    place = torch.empty(len(labels), dtype=torch.float64)
    for label in labels.unique():
        rows = (labels[shuffled] == label).nonzero().squeeze(1)
        place[rows] = (torch.arange(len(rows), dtype=torch.float64) + 0.5) / len(rows)
    return shuffled[place.argsort(stable=True)]


def _augmented(fn: Augmentation, images: Tensor) -> Tensor:
    result = fn(images)
    if not isinstance(result, Tensor) or result.ndim != 4 or result.shape[:2] != images.shape[:2]:
        got = f"shape {tuple(result.shape)}" if isinstance(result, Tensor) else type(result).__name__
        raise ValueError(
            f"ImageSet: the augmentation must return as many images and channels as it got, {tuple(images.shape)}; it "
            f"returned {got}"
        )
    return result
