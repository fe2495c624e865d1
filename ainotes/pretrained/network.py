"""`load`: four lines from a photograph to its name, with a network that is trained in any case."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torchvision import models
from torchvision.models import get_model, get_model_weights, list_models

from ..data.notices import tell_once
from ..utils.train import count_parameters
from . import embedded
from .classify import classify_image, top_classes
from .torchvision_weights import WeightsError, fetch_weights

__all__ = ["Pretrained", "load"]

STANDIN = embedded.EMBEDDED[0]


@dataclass(frozen=True)
class Pretrained:
    """A trained classifier and what belongs to it.

    Attributes
    ----------
    name : str
        The network that this is; not the one asked for where an embedded one took its place.
    model : nn.Module
        In evaluation mode, on the CPU; images (N, C, H, W) as `preprocess` makes them to logits (N, classes).
    preprocess : callable
        A PIL image to the float tensor (C, H, W) that the model takes.
    categories : tuple of str
        A name for each logit.
    source : str
        A sentence that begins with "torchvision", "embedded" or, from `ainotes.transfer.load_classifier`, "saved".
    """

    name: str
    model: nn.Module
    preprocess: Callable[[Any], Tensor]
    categories: tuple[str, ...]
    source: str

    @property
    def is_embedded(self) -> bool:
        """Whether it is one of the course's own networks."""
        return self.source.startswith("embedded")

    def classify(self, image: Any, top: int = 1) -> str:
        """Name what is in a photograph; see `classify_image`."""
        return classify_image(image, self.model, self.preprocess, self.categories, top)

    def top(self, image: Any, count: int = 5) -> list[tuple[str, float]]:
        """Return the most probable classes and their probabilities; see `top_classes`."""
        return top_classes(image, self.model, self.preprocess, self.categories, count)


def load(name: str = "efficientnet_b2", *, quiet: bool = False) -> Pretrained:
    """Return a trained network by its name.

    torchvision's weights are taken when they are in its cache or can be downloaded; otherwise the course's own
    ResNet-14, which knows the ten classes of CIFAR-10, and one sentence says so.

    Parameters
    ----------
    name : str
        A classification network of torchvision (``torchvision.models.list_models(module=torchvision.models)``), or one
        of `EMBEDDED`.
    quiet : bool
        No progress bar, no sentence.

    Returns
    -------
    Pretrained

    Raises
    ------
    ValueError
        If no network has this name; the message names those that are called nearly so.
    """
    if not isinstance(name, str):
        raise TypeError(f"load: expects the name of a network, got {type(name).__name__}")
    asked = name.lower().strip()
    if asked in embedded.EMBEDDED:
        return _embedded(asked)
    weights = get_model_weights(_known(asked)).DEFAULT
    try:
        fetch_weights(weights, quiet=quiet)
    except WeightsError as error:
        standin = _embedded(STANDIN)
        if not quiet:
            tell_once(f"torchvision's weights of {asked} {error}. In its place: {standin.source}")
        return standin
    model = get_model(asked, weights=weights, progress=False).eval()
    categories = tuple(weights.meta["categories"])
    source = (
        f"torchvision: {asked}, weights {weights.name}, {len(categories):,} classes of ImageNet, "
        f"{count_parameters(model, trainable=False):,} parameters."
    )
    return Pretrained(asked, model, weights.transforms(), categories, source)


def _known(name: str) -> str:
    """Return the name if torchvision classifies with it."""
    names = list_models(module=models)
    if name in names:
        return name
    if name in list_models():
        raise ValueError(
            f"load: {name} does not classify photographs (it detects, segments or watches films); call "
            f'torchvision.models.get_model("{name}", weights=...) itself, after ainotes.pretrained.fetch_weights'
        )
    near = difflib.get_close_matches(name, [*names, *embedded.EMBEDDED], n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "torchvision.models.list_models() has them all"
    raise ValueError(f"load: no network is called {name!r}; {hint}")


def _embedded(name: str) -> Pretrained:
    known = embedded.facts(name)
    source = (
        f"embedded: {known['title']}, trained by this course, {known['accuracy']:.1%} of the test images right; "
        f"it knows {len(known['categories'])} classes only."
    )
    return Pretrained(name, embedded.network(name), embedded.preprocess(name), tuple(known["categories"]), source)
