"""Padding: more pixels around an image, so that a kernel can stand on its border."""

from __future__ import annotations

import difflib

import torch
from torch import Tensor

from .. import shapes
from . import checked
from .windows import IntOrPair, Pair

MODES = ("zeros", "reflect", "replicate", "circular")


def pad(images: Tensor, padding: IntOrPair, mode: str = "zeros") -> Tensor:
    """Add pixels on every side of images.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W).
    padding : int or pair of int
        Pixels to add on each side, or (rows above and below, columns left and right).
    mode : str
        What the new pixels are, in the words of :class:`torch.nn.Conv2d`: "zeros"; "reflect", the image mirrored at its
        outermost pixels; "replicate", the outermost pixels repeated; "circular", the opposite side, as on a tiled wall.

    Returns
    -------
    Tensor
        (N, C, H + 2 rows, W + 2 columns), a new tensor.

    Raises
    ------
    TypeError
        Where images are no tensor of numbers, or padding is not a whole number.
    ValueError
        Where the shape is wrong, the mode is unknown, or the image is too small for it.

    Examples
    --------
    >>> row = torch.tensor([[[[1., 2., 3.]]]])
    >>> for mode in ("zeros", "reflect", "replicate", "circular"):
    ...     print(pad(row, (0, 2), mode).flatten().tolist())
    [0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0]
    [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]
    [1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0]
    [2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]
    """
    checked.images("pad", images)
    both = shapes.pair("pad", "padding", padding, 0)
    _check_mode(mode, both, images)
    if mode == "zeros":
        return pad_with(images, both, both, 0)
    rows, columns = (
        _sources(size, added, mode, images.device) for size, added in zip(images.shape[2:], both, strict=True)
    )
    return images[:, :, rows][:, :, :, columns]  # (N, C, H + 2 rows, W + 2 columns)


def pad_with(images: Tensor, before: Pair, after: Pair, value: float) -> Tensor:
    """Return images inside a frame of one value; `before` and `after` are (rows, columns)."""
    N, C, H, W = images.shape
    (top, left), (bottom, right) = before, after
    padded = images.new_full((N, C, top + H + bottom, left + W + right), value)
    padded[:, :, top : top + H, left : left + W] = images
    return padded


def _sources(size: int, added: int, mode: str, device: torch.device) -> Tensor:
    """Return which pixel of a row each pixel of the padded row comes from, int64 (size + 2 added,)."""
    places = torch.arange(-added, size + added, device=device)
    if mode == "replicate":
        return places.clamp(0, size - 1)
    if mode == "circular":
        return places % size
    return (size - 1) - ((size - 1) - places.abs()).abs()  # mirrored at 0, then at the last pixel


def _check_mode(mode: str, padding: Pair, images: Tensor) -> None:
    """Refuse an unknown mode, and more pixels than a mode can take from the image."""
    if mode not in MODES:
        near = difflib.get_close_matches(str(mode), [*MODES, "constant"], n=1)
        mean = "zeros" if near == ["constant"] else near[0] if near else None
        hint = f"; did you mean {mean!r}?" if mean else ""
        raise ValueError(f"pad: mode expects one of {', '.join(map(repr, MODES))}, got {mode!r}{hint}")
    spare = {"reflect": 1, "circular": 0}.get(mode)  # a mirror does not repeat the outermost pixel
    for name, size, added in zip(("rows", "columns"), images.shape[2:], padding, strict=True):
        if spare is not None and added > size - spare:
            raise ValueError(
                f"pad: mode {mode!r} has {size - spare} {name} of pixels to add on each side of images "
                f"of shape {tuple(images.shape)}, padding asks for {added}; use less padding, or mode 'replicate'"
            )
