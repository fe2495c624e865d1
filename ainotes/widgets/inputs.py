"""Check what a figure is given; NumPy arrays, lists and torch tensors alike, without importing torch."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def array(values: Any) -> np.ndarray:
    """Return an array of lists, arrays or tensors; a tensor may be on any device and need a gradient."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values)


def names(where: str, what: str, values: Sequence[str], least: int = 1) -> list[str]:
    """Return a list of distinct texts.

    Raises
    ------
    ValueError, TypeError
        Where there are too few, or one is not a text, or two are the same.
    """
    given = list(values)
    if isinstance(values, str) or not all(isinstance(name, str) for name in given):
        raise TypeError(f"{where}: {what} expects a list of texts, got {values!r:.100}")
    if len(given) < least:
        raise ValueError(f"{where}: {what} expects at least {least}, got {len(given)}")
    if len(set(given)) < len(given):
        raise ValueError(f"{where}: {what} must be distinct, got {given}")
    return given


def integers(where: str, what: str, values: Any, classes: int, length: int | None = None) -> np.ndarray:
    """Return class numbers as an int array of shape (N,).

    Raises
    ------
    ValueError
        Where they are no integers from 0 to ``classes - 1``, or not as many as expected.
    """
    given = array(values)
    if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
        hint = "; use argmax(1) on logits" if given.ndim == 2 else ""
        raise ValueError(
            f"{where}: {what} expects integers of shape (N,), got {given.dtype} of shape {given.shape}{hint}"
        )
    if length is not None and len(given) != length:
        raise ValueError(f"{where}: {what} expects {length} entries, as many as labels, got {len(given)}")
    if given.size and not (given.min() >= 0 and given.max() < classes):
        raise ValueError(
            f"{where}: {what} must lie between 0 and {classes - 1}, got {given.min()} to {given.max()}; "
            "does `classes` name them all?"
        )
    return given.astype(int)


def gaps(where: str, what: str, values: Any) -> list[float | None]:
    """Return a list of floats in which None stands for what is not finite: a gap in a curve.

    Raises
    ------
    ValueError, TypeError
        Where the values are no row of numbers.

    Examples
    --------
    >>> gaps("Figure", "loss", [1, float("nan"), None, 0.5])
    [1.0, None, None, 0.5]
    """
    try:
        given = array([math.nan if each is None else each for each in values]).astype(float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{where}: {what} expects a list of numbers, got {values!r:.100}") from error
    if given.ndim != 1:
        raise ValueError(f"{where}: {what} expects a list of numbers, got shape {given.shape}")
    return [float(value) if math.isfinite(value) else None for value in given]


def positive(where: str, what: str, value: Any) -> int:
    """Return a positive integer.

    Raises
    ------
    ValueError
        For anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{where}: {what} expects a positive integer, got {value!r}")
    return int(value)


def between(where: str, what: str, value: Any, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`.

    Raises
    ------
    ValueError, TypeError
        Where it is out of that range, or no whole number.

    Examples
    --------
    >>> between("Figure", "stride", 2, 1, 5)
    2
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{where}: {what} expects a whole number, got {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{where}: {what} expects a whole number from {least} to {most}, got {value}")
    return int(value)
