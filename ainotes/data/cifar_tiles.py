"""Small crops of ten photographs that scikit-image ships, the class being which photograph: for want of CIFAR-10."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .cifar_classes import PARTS, SIDE, Arrays
from .photo_arrays import squared

# Only what the wheel holds: nothing is fetched. All are free to use according to `skimage.data`: CC0, public domain or
# without known restrictions; the motorcycle is from the Middlebury stereo benchmark of 2014. Gravel and bricks
# are grey.
FILES = {
    "Astronaut": "astronaut.png",
    "Bricks": "brick.png",
    "Chelsea": "chelsea.png",  # a cat, by her name
    "Coffee": "coffee.png",
    "Galaxies": "hubble_deep_field.jpg",
    "Gravel": "gravel.png",
    "Motorcycle": "motorcycle_left.png",
    "Retina": "retina.jpg",
    "Rocket": "rocket.jpg",
    "Tissue": "ihc.png",
}
CLASSES = tuple(FILES)
COUNTS = {"train": 200, "test": 50}  # of each class
REGIONS = {"train": (0.0, 0.6), "test": (0.65, 1.0)}  # parts of the width, with a gap: no pixel is in both
SHORTER_SIDE = 200  # pixels that a photograph is scaled to, so that a crop of any of them shows as much of it
CROP_SIDES = (40, 100)  # pixels of the scaled photograph


def paths() -> list[Path]:
    """Return the ten photographs, in the order of the classes."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    missing = [name for name in FILES.values() if not (folder / name).is_file()]
    if missing:
        raise FileNotFoundError(
            f"cifar10: expects scikit-image's own photographs in {folder}, {', '.join(missing)} is missing; "
            "reinstall scikit-image"
        )
    return [folder / name for name in FILES.values()]


def load() -> dict[str, Arrays]:
    """Cut the crops, the same ones each time, the classes taking turns.

    Returns
    -------
    dict
        `"train"` and `"test"`, each with `images`, uint8 (N, 3, 32, 32), and `labels`, int64 (N,).
    """
    rng = np.random.default_rng(0)
    pictures = [_scaled(Image.open(path)) for path in paths()]
    arrays = {}
    for part in PARTS:
        tiles = [squared(crop(picture, part, rng), SIDE) for _ in range(COUNTS[part]) for picture in pictures]
        labels = np.tile(np.arange(len(CLASSES)), COUNTS[part])
        images = np.stack(tiles).transpose(0, 3, 1, 2)  # (N, H, W, C) -> (N, C, H, W)
        arrays[part] = {"images": np.ascontiguousarray(images), "labels": labels}
    return arrays


def crop(picture: Image.Image, part: str, rng: np.random.Generator) -> Image.Image:
    """Cut a square at random out of the part's region of a scaled picture."""
    begin, end = (round(edge * picture.width) for edge in REGIONS[part])
    side = int(rng.integers(CROP_SIDES[0], min(CROP_SIDES[1], end - begin, picture.height) + 1))
    left = int(rng.integers(begin, end - side + 1))
    top = int(rng.integers(0, picture.height - side + 1))
    return picture.crop((left, top, left + side, top + side))


def _scaled(picture: Image.Image) -> Image.Image:
    scale = SHORTER_SIDE / min(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
