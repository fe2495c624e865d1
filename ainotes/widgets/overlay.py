"""Heat maps over pictures: the reader chooses picture, method, opacity, and how many pixels are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import array, between
from ainotes.widgets.pictures import LONGEST, named_pictures, one_of
from ainotes.widgets.sprite import as_uint8, small

FEW = 10  # per cent of the pixels that the alternative text speaks of


class MapExplorer(LiveFigure):
    """Maps of where a network looks, laid over the pictures that they explain.

    The reader chooses picture and method, how strongly the map covers the picture, and whether only its hottest pixels
    are shown. A sentence says how much of the map these hold.

    Parameters
    ----------
    images : dict of str to array_like
        Name -> picture, all of one size: (H, W), (3, H, W) or (H, W, 3); uint8, or floats from 0 to 1. Those with a
        side longer than 96 pixels are scaled down, and their maps with them.
    heats : dict of str to array_like
        Name of a method -> its maps (N, H, W) of the N pictures, in their order; floats from 0 to 1, as large as the
        pictures.
    picture, method : str, optional
        What is shown first; by default the first of each.
    opacity : int
        Per cent, 0 to 100: how strongly the map covers the picture.
    share : int
        Per cent of the pixels that are shown, 1 to 100, the hottest first.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    picture, method, opacity, share
        Synchronised: what the reader chooses reaches Python.

    Raises
    ------
    ValueError, TypeError
        For pictures of different sizes, maps that do not fit them, or numbers out of range.

    Examples
    --------
    >>> ramp = np.arange(16.0).reshape(1, 4, 4) / 15
    >>> figure = MapExplorer({"ramp": ramp[0]}, {"itself": ramp}, share=25)
    >>> figure.held()  # the four largest of 0 to 15, 12 + 13 + 14 + 15, of a sum of 120
    0.45
    """

    figure = "overlay"
    shared = ("pictures",)
    pictures: Any = traitlets.Dict().tag(sync=True)
    heats: Any = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    method = traitlets.Unicode().tag(sync=True)
    opacity = traitlets.Int(60).tag(sync=True)
    share = traitlets.Int(100).tag(sync=True)

    def __init__(
        self,
        images: Mapping[str, Any],
        heats: Mapping[str, Any],
        *,
        picture: str | None = None,
        method: str | None = None,
        opacity: int = 60,
        share: int = 100,
        title: str = "Where does it look?",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        pictures, size = _pictures(where, images)
        maps = _maps(where, heats, list(pictures), size)
        super().__init__(
            pictures=pictures,
            heats=maps,
            picture=next(iter(pictures)) if picture is None else one_of(where, "picture", picture, pictures),
            method=next(iter(maps)) if method is None else one_of(where, "method", method, maps),
            opacity=between(where, "opacity", opacity, 0, 100),
            share=between(where, "share", share, 1, 100),
            title=title,
            **kwargs,
        )
        self.alt = self._describe() if alt is None else alt

    def held(self, share: int | None = None) -> float:
        """Return how much of the chosen map its hottest pixels hold, from 0 to 1; `share` of them, in per cent."""
        heat = np.frombuffer(bytes(self.heats[self.method][self.picture]["pixels"]), np.uint8).astype(int)
        count = max(1, ((self.share if share is None else share) * heat.size + 50) // 100)
        return round(float(np.sort(heat)[::-1][:count].sum() / max(1, heat.sum())), 6)

    @traitlets.validate("picture", "method")
    def _valid_name(self, proposal: Any) -> str:
        name = proposal["trait"].name
        return one_of(type(self).__name__, name, proposal["value"], self.pictures if name == "picture" else self.heats)

    @traitlets.validate("opacity", "share")
    def _valid_number(self, proposal: Any) -> int:
        name = proposal["trait"].name
        return between(type(self).__name__, name, proposal["value"], 0 if name == "opacity" else 1, 100)

    def _describe(self) -> str:
        pictures, methods = ", ".join(self.pictures), ", ".join(self.heats)
        return (
            f"Pictures ({pictures}) under maps of what speaks for their class, by {methods}. Of the map by "
            f"{self.method} over {self.picture}, the hottest {FEW} % of the pixels hold "
            f"{100 * self.held(FEW):.0f} %. The reader chooses picture, method, opacity and how many pixels are shown."
        )


def _pictures(where: str, images: Any) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return the pictures as they are sent, and the rows and columns that they had."""
    if not isinstance(images, Mapping) or not images:
        raise TypeError(f"{where}: images expects a dict, name -> picture, with at least one; got {images!r:.100}")
    pixels = {name: as_uint8(array(image)[None])[0] for name, image in images.items()}
    sizes = {each.shape[:2] for each in pixels.values()}
    if len(sizes) > 1:
        raise ValueError(f"{where}: images expects pictures of one size, got {sorted(sizes)}; crop or resize them")
    [size] = sizes
    return named_pictures(where, {name: small(each[None], LONGEST)[0] for name, each in pixels.items()}), size


def _maps(where: str, heats: Any, pictures: list[str], size: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Return the maps as they are sent: method -> picture -> packed."""
    if not isinstance(heats, Mapping) or not heats or not all(isinstance(name, str) and name for name in heats):
        raise TypeError(f"{where}: heats expects a dict, method -> maps, with at least one; got {heats!r:.100}")
    found = {}
    for method, given in heats.items():
        maps = array(given)
        if maps.shape != (len(pictures), *size):
            raise ValueError(
                f"{where}: the maps of {method!r} expect shape {(len(pictures), *size)}, one for each picture and as "
                f"large, got {maps.shape}"
            )
        reduced = small(as_uint8(maps), LONGEST)
        found[method] = named_pictures(where, dict(zip(pictures, reduced, strict=True)))
    return found
