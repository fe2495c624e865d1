"""From a drawing to a picture as in Fashion-MNIST: trimmed, scaled to 28, shaded, sharpened, with a camera's noise.

Source of the steps: Xiao, Rasul and Vollgraf (2017), section 2 and figure 1.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

SIZE = 28
Array = np.ndarray


def trimmed(drawing: Image.Image) -> Array:
    """Cut the background off, scale the longer side to 28 and centre, uint8 (28, 28)."""
    box = drawing.getbbox()
    if box is None:
        return np.zeros((SIZE, SIZE), dtype=np.uint8)
    left, top, right, bottom = box
    scale = SIZE / max(right - left, bottom - top)
    width, height = (max(1, round((b - a) * scale)) for a, b in ((left, right), (top, bottom)))
    small = drawing.resize((width, height), Image.Resampling.BOX, box=box)
    picture = Image.new("L", (SIZE, SIZE), 0)
    picture.paste(small, ((SIZE - width) // 2, (SIZE - height) // 2))
    return np.asarray(picture)


def finish(pictures: Array, rng: np.random.Generator) -> Array:
    """Shade, sharpen and roughen pictures, uint8 (N, 28, 28) to the same."""
    N = len(pictures)
    x = pictures.astype(np.float32)
    cover = np.clip(x / 40, 0, 1)

    def each(low: float, high: float) -> Array:
        return rng.uniform(low, high, (N, 1, 1)).astype(np.float32)

    # Cloth turns away from the light at its edges; in a negative that is brighter.
    near, far = 1 - _blur(cover), 1 - _blur(_blur(_blur(_blur(cover))))
    x += cover * (near * each(-10, 40) + (far - 0.25) * each(-10, 90))
    x += cover * each(0, 3.5) * rng.standard_normal(x.shape, dtype=np.float32)
    x += (x - _blur(x)) * each(0.2, 1.0)
    x *= x > 6
    return np.clip(np.rint(x), 0, 255).astype(np.uint8)


def _blur(x: Array) -> Array:
    """Blur with the binomial kernel 1 2 1, in both directions; outside is black."""
    for axis in (1, 2):
        width = [(0, 0), (0, 0), (0, 0)]
        width[axis] = (1, 1)
        p = np.pad(x, width)
        n = x.shape[axis]
        x = (p.take(range(n), axis) + 2 * p.take(range(1, n + 1), axis) + p.take(range(2, n + 2), axis)) / 4
    return x
