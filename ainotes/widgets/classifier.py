"""A network that runs in the page itself, on pictures that came with it and on the reader's own."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from PIL import Image

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.export import export
from ainotes.widgets.inputs import array, integers, names, positive
from ainotes.widgets.sprite import as_uint8, small

if TYPE_CHECKING:
    from torch import nn

LONGEST = 160  # pixels of an example's side: more would be heavy to send
TOP = 5


class PageClassifier(LiveFigure):
    """Top-5 bars of a network that the page itself runs: choose an example, or drop a photograph of your own.

    A picture is cut to the square in its middle, brought to `size` x `size` as Pillow's ``resize`` with ``BILINEAR``
    does, normalised, and classified; nothing of it leaves the page. The numbers of the network travel with the figure,
    in 16 bits: 2.7 bytes of the page for each parameter.

    Parameters
    ----------
    model : nn.Module
        Made of what `ainotes.widgets.export` knows, of 1,000,000 parameters at most; returns logits (N, categories).
        It is copied and stays as it is.
    images : dict, sequence or array_like
        The examples, by name, or in a list or array: (H, W) or (H, W, 3), also (1, H, W) and (3, H, W), each; uint8, or
        floats from 0 to 1. Those with a side longer than 160 pixels are scaled down first.
    categories : sequence of str
        Names of the classes, in their order.
    mean, std : sequence of float
        What the training subtracted from each channel of pictures from 0 to 1, and by what it divided; as many as the
        network's images have channels, 1 (the pictures become grey) or 3.
    size : int
        Rows and columns of the network's images.
    true_labels : sequence of int, optional
        The class of each example.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    chosen : int or None
        Number of the example that is looked at; None for the reader's own picture. Synchronised, as is `top`.
    top : list
        The most probable classes of what is looked at, 5 at most: [name, probability] pairs.
    answers : list
        The same for each example, as Python computes it.

    Raises
    ------
    ValueError, TypeError
        Where the page cannot run the network, or the pictures, names and numbers do not fit it or each other.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> darkness = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    >>> with torch.no_grad():
    ...     _ = darkness[2].weight.copy_(torch.tensor([[-9.0], [9.0]])), darkness[2].bias.zero_()
    >>> pictures = {"night": np.zeros((4, 4)), "snow": np.ones((8, 9))}
    >>> figure = PageClassifier(darkness, pictures, ["dark", "bright"], mean=[0.5], std=[1], size=4)
    >>> [top[0][0] for top in figure.answers]
    ['dark', 'bright']
    """

    figure = "classifier"
    shared = ("network", "photograph")
    layers: Any = traitlets.List().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    categories: Any = traitlets.List().tag(sync=True)
    examples: Any = traitlets.List().tag(sync=True)
    mean: Any = traitlets.List().tag(sync=True)
    std: Any = traitlets.List().tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    chosen = traitlets.Int(0, allow_none=True).tag(sync=True)
    top: Any = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: nn.Module,
        images: Any,
        categories: Sequence[str],
        *,
        mean: Sequence[float],
        std: Sequence[float],
        size: int,
        true_labels: Any = None,
        title: str = "A network in this page",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        categories = names(where, "categories", categories, least=2)
        size = positive(where, "size", size)
        mean, std = _normalisation(where, mean, std)
        page = export(model, (len(mean), size, size), where=where)
        if page.layers[-1]["shape"] != [len(categories)]:
            raise ValueError(
                f"{where}: {len(categories)} categories need as many logits for an image, and the network returns "
                f"numbers of shape {page.layers[-1]['shape']}"
            )
        pictures = _pictures(where, images)
        truths = _truths(where, true_labels, len(categories), len(pictures))
        logits = page(np.stack([prepared(pixels, size, mean, std) for pixels in pictures.values()]))
        self.answers = [_best(each, categories) for each in logits]
        super().__init__(
            layers=page.layers,
            weights=page.weights,
            categories=categories,
            examples=[_packed(*named, truth) for named, truth in zip(pictures.items(), truths, strict=True)],
            mean=mean,
            std=std,
            size=size,
            title=title,
            **kwargs,
        )
        self._answer()
        self.alt = self._describe() if alt is None else alt

    def state(self) -> dict[str, Any]:
        """Return the figure's own traits; the numbers of the network stay base64 in a page until they are needed."""
        return super().state() | {"weights": base64.b64encode(self.weights).decode()}

    def poster(self) -> list[str]:
        """Return the paragraphs that a reader sees where no script runs: the answers to all examples."""
        return [self.alt, *(self._line(number) for number in range(len(self.answers)))]

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> int | None:
        number, last = proposal["value"], len(self.examples) - 1
        if number is not None and not 0 <= number <= last:
            raise ValueError(
                f"{type(self).__name__}: chosen is the number of an example, 0 to {last}, or None for the reader's own "
                f"picture; got {number}"
            )
        return number

    @traitlets.observe("chosen")
    def _answer(self, change: Any = None) -> None:
        if self.chosen is not None and self.examples:
            self.top = self.answers[self.chosen]

    def _line(self, number: int) -> str:
        example, (name, share) = self.examples[number], self.answers[number][0]
        truth = "" if example["truth"] is None else f" (label: {self.categories[example['truth']]})"
        return f"{example['name']}{truth}: the network says {name}, {100 * share:.1f} %."

    def _describe(self) -> str:
        known = f"{', '.join(self.categories[:-1])} and {self.categories[-1]}"
        first = "" if self.chosen is None else f" {self._line(self.chosen)}"
        return (
            f"{len(self.examples)} pictures, and bars of the classes that a network holds most probable for the chosen "
            f"one; it knows {known}.{first} The reader can drop a photograph of their own."
        )


def prepared(pixels: np.ndarray, size: int, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """Return a picture as the network gets it: float32 of shape (channels, size, size).

    Parameters
    ----------
    pixels : ndarray of uint8
        (H, W) or (H, W, 3).
    size : int
        Rows and columns wanted, of the square in the middle.
    mean, std : sequence of float
        One number for each channel, 1 or 3.

    Examples
    --------
    >>> prepared(np.full((6, 9), 255, np.uint8), 2, mean=[0.5], std=[0.25]).tolist()
    [[[2.0, 2.0], [2.0, 2.0]]]
    """
    picture = Image.fromarray(pixels).convert("RGB")
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    square = picture.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.BILINEAR)
    planes = np.asarray(square.convert("RGB" if len(mean) == 3 else "L"), np.float32).reshape(size, size, -1) / 255
    normalised = (planes - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(np.moveaxis(normalised, 2, 0))


def _normalisation(where: str, mean: Any, std: Any) -> tuple[list[float], list[float]]:
    given = {"mean": array(mean).astype(float), "std": array(std).astype(float)}
    for name, values in given.items():
        if values.shape not in ((1,), (3,)) or not np.isfinite(values).all():
            raise ValueError(f"{where}: {name} expects 1 number (grey) or 3 (red, green, blue), got {values.tolist()}")
    if len(given["mean"]) != len(given["std"]) or min(given["std"]) <= 0:
        raise ValueError(f"{where}: std expects as many numbers as mean, all above 0, got {given['std'].tolist()}")
    return given["mean"].tolist(), given["std"].tolist()


def _pictures(where: str, images: Any) -> dict[str, np.ndarray]:
    """Return the examples by name as uint8, (H, W) or (H, W, 3), no side longer than 160 pixels."""
    if isinstance(images, Mapping):
        named = dict(images)
    else:
        named = {f"Picture {number}": image for number, image in enumerate(images, start=1)}
    if not named or not all(isinstance(name, str) and name for name in named):
        raise TypeError(f"{where}: images expects one picture at least, by name or in a list, got {images!r:.100}")
    return {name: _pixels(where, name, array(image)) for name, image in named.items()}


def _pixels(where: str, name: str, image: np.ndarray) -> np.ndarray:
    if image.ndim == 3 and len(image) == 1:
        image = image[0]  # so that three columns are not taken for three channels
    if image.ndim not in (2, 3) or 0 in image.shape:
        shapes = "(H, W), (H, W, 3), (1, H, W) or (3, H, W)"
        raise ValueError(f"{where}: image {name!r} expects {shapes}, got {image.shape}")
    return np.ascontiguousarray(small(as_uint8(image[None]), LONGEST)[0])


def _truths(where: str, labels: Any, classes: int, images: int) -> list[int | None]:
    if labels is None:
        return [None] * images
    given = integers(where, "true_labels", labels, classes)
    if len(given) != images:
        raise ValueError(f"{where}: {images} images need as many true_labels, got {len(given)}")
    return given.tolist()


def _packed(name: str, pixels: np.ndarray, truth: int | None) -> dict[str, Any]:
    shape = [*pixels.shape, 1][:3]
    return {"name": name, "truth": truth, "shape": shape, "pixels": pixels.tobytes()}


def _best(logits: np.ndarray, categories: Sequence[str]) -> list[list[Any]]:
    """Return the names and probabilities of the most probable classes, the most probable first."""
    parts = np.exp(logits.astype(float) - logits.max())
    order = np.argsort(-parts, kind="stable")[:TOP]
    return [[categories[i], float(parts[i] / parts.sum())] for i in order]
