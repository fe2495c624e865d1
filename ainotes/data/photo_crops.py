"""Crops of the photographs in scikit-image's wheel: what colour photographs there are with no data and no network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .photo_arrays import PARTS, Arrays, squared, stacked

CLASSES = ("Natural", "Made")

# Only what the wheel holds: nothing is fetched. Licences, according to `skimage.data`: CC0; the motorcycle is from the
# Middlebury stereo benchmark of 2014.
FILES = {
    "Natural": ("chelsea.png", "retina.jpg", "grass.png"),  # a cat, the back of an eye, a lawn
    "Made": ("coffee.png", "motorcycle_left.png", "brick.png"),  # a cup on a table, a motorcycle, a wall
}
COUNTS = {"train": 120, "val": 60}  # of each class
REGIONS = {"train": (0.0, 0.6), "val": (0.65, 1.0)}  # parts of the width, with a gap: no pixel is in both
CROP = (0.3, 0.7)  # side of a crop, as a part of the region's shorter side


def paths() -> list[Path]:
    """Return the photographs that are there, class by class."""
    return [path for name in CLASSES for path in _paths(name)]


def load(size: int) -> Arrays:
    """Cut the crops, the same ones each time; see `photo_sources.Found.load` for what comes back."""
    images: dict[str, list[np.ndarray]] = {part: [] for part in PARTS}
    labels: dict[str, list[int]] = {part: [] for part in PARTS}
    rng = np.random.default_rng(0)
    for label, name in enumerate(CLASSES):
        pictures = [Image.open(path).convert("RGB") for path in _paths(name)]
        for part in PARTS:
            for i in range(COUNTS[part]):
                images[part].append(squared(_crop(pictures[i % len(pictures)], part, rng), size))
                labels[part].append(label)
    return stacked(images, labels)


def _crop(picture: Image.Image, part: str, rng: np.random.Generator) -> Image.Image:
    """Cut a square at random out of the part's region of a picture."""
    begin, end = (round(edge * picture.width) for edge in REGIONS[part])
    side = int(min(end - begin, picture.height) * rng.uniform(*CROP))
    left = int(rng.integers(begin, end - side + 1))
    top = int(rng.integers(0, picture.height - side + 1))
    return picture.crop((left, top, left + side, top + side))


def _paths(name: str) -> list[Path]:
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    there = [folder / file for file in FILES[name] if (folder / file).is_file()]
    if not there:
        raise FileNotFoundError(
            f"photographs: expects scikit-image's own photographs {', '.join(FILES[name])} in {folder}, found none; "
            "reinstall scikit-image"
        )
    return there
