"""Kernels made by hand, as people wrote them long before networks learned their own.

Plain tuples of rows, for a cross-correlation as PyTorch computes it (the kernel is laid on the image as it is written,
not turned round). Kernels that look for something sum to 0 and answer an even area with 0; kernels that change an image
sum to 1 and leave an even area as it is.

Examples
--------
>>> for row in kernel("horizontal edges"):
...     print(row)
(1, 2, 1)
(0, 0, 0)
(-1, -2, -1)
"""

from __future__ import annotations

import difflib

__all__ = ["KERNELS", "kernel"]

Kernel = tuple[tuple[float, ...], ...]

IDENTITY: Kernel = ((0, 0, 0), (0, 1, 0), (0, 0, 0))

# Sobel and Feldman (1968), *A 3x3 isotropic gradient operator for image processing*, a talk at Stanford: a difference
# across the edge, smoothed along it. Positive where the image is brighter above (or left) than below (or right).
HORIZONTAL_EDGES: Kernel = ((1, 2, 1), (0, 0, 0), (-1, -2, -1))
VERTICAL_EDGES: Kernel = ((1, 0, -1), (2, 0, -2), (1, 0, -1))
# The same, turned by 45 degrees: Robinson (1977), *Edge detection by compass gradient masks*.
DIAGONAL_EDGES: Kernel = ((2, 1, 0), (1, 0, -1), (0, -1, -2))

# Laplacian with all eight neighbours: Rosenfeld and Kak (1982), *Digital picture processing*, volume 2.
ALL_EDGES: Kernel = ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))

# Mean of nine pixels.
BLUR: Kernel = ((1 / 9,) * 3,) * 3
# Binomial weights (1 2 1) / 4 in both directions: Burt (1981), *Fast filter transforms for image processing*.
GAUSSIAN_BLUR: Kernel = ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16))

# The image plus its Laplacian with four neighbours: Rosenfeld and Kak (1982), volume 1.
SHARPEN: Kernel = ((0, -1, 0), (-1, 5, -1), (0, -1, 0))
# The image plus a diagonal difference, as if lit from the lower right; common practice in image editors.
EMBOSS: Kernel = ((-2, -1, 0), (-1, 1, 1), (0, 1, 2))

KERNELS: dict[str, Kernel] = {
    "identity": IDENTITY,
    "horizontal edges": HORIZONTAL_EDGES,
    "vertical edges": VERTICAL_EDGES,
    "diagonal edges": DIAGONAL_EDGES,
    "all edges": ALL_EDGES,
    "blur": BLUR,
    "Gaussian blur": GAUSSIAN_BLUR,
    "sharpen": SHARPEN,
    "emboss": EMBOSS,
}


def kernel(name: str) -> Kernel:
    """Return a kernel made by hand.

    Parameters
    ----------
    name : str
        A key of `KERNELS`; capitals do not matter.

    Returns
    -------
    tuple of tuple of float
        Rows of the kernel, (3, 3).

    Raises
    ------
    ValueError
        Where there is no such kernel; the message names the nearest ones.

    Examples
    --------
    >>> kernel("sharpen")
    ((0, -1, 0), (-1, 5, -1), (0, -1, 0))
    """
    if not isinstance(name, str):
        raise TypeError(f"kernel: name expects a word such as 'blur', got {type(name).__name__}")
    names = {known.casefold(): known for known in KERNELS}
    if name.casefold() in names:
        return KERNELS[names[name.casefold()]]
    near = [names[word] for word in difflib.get_close_matches(name.casefold(), names, n=3, cutoff=0.4)]
    known = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(map(repr, KERNELS))}"
    raise ValueError(f"kernel: no kernel is called {name!r}; {known}")
