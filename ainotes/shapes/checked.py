"""Whole numbers, checked: what the arithmetic of shapes stands on, and what `ainotes.ops` and the models use too.

Each function begins its messages with the name of the operation that was called.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

PADDINGS = ("valid", "same", "full")


def whole(operation: str, name: str, value: int, least: int | None = None) -> int:
    """Return a whole number as an int; refuse anything else, and what is below `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{operation}: {name} expects a whole number, got {value!r} ({type(value).__name__})")
    if least is not None and value < least:
        raise ValueError(f"{operation}: {name} expects a whole number of at least {least}, got {value}")
    return int(value)


def pair(operation: str, name: str, value: int | Sequence[int], least: int = 1) -> tuple[int, int]:
    """Return (rows, columns) of one number for both or of a pair."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (whole(operation, name, value, least),) * 2
    if len(value) != 2:
        raise ValueError(f"{operation}: {name} expects one number or a pair (rows, columns), got {value!r}")
    return whole(operation, name, value[0], least), whole(operation, name, value[1], least)


def sides(operation: str, kernel: int, stride: int, padding: int | str, dilation: int) -> tuple[int, int]:
    """Return the pixels of padding before and after a row."""
    kernel = whole(operation, "kernel", kernel, 1)
    stride = whole(operation, "stride", stride, 1)
    reach = whole(operation, "dilation", dilation, 1) * (kernel - 1)
    if not isinstance(padding, str):
        return (whole(operation, "padding", padding, 0),) * 2
    if padding not in PADDINGS:
        raise ValueError(
            f"{operation}: padding expects a number, 'valid', 'same' or 'full', got {padding!r}; "
            f"'same' is what keeps the size, here padding={reach // 2}"
        )
    if padding == "same" and stride != 1:
        raise ValueError(
            f"{operation}: padding 'same' needs a stride of 1, got {stride}; "
            f"padding={reach // 2} gives an output of about size / {stride}"
        )
    # An odd total has its larger half after the row, as in PyTorch.
    return {"valid": (0, 0), "same": (reach // 2, reach - reach // 2), "full": (reach, reach)}[padding]


def places(
    operation: str, size: int, kernel: int, stride: int, before: int, after: int, dilation: int, ceil_mode: bool = False
) -> int:
    """Return how many places a kernel takes on a padded row, at least 1; its other arguments are checked already."""
    size, kernel, stride, dilation = whole(operation, "size", size, 1), int(kernel), int(stride), int(dilation)
    reach = dilation * (kernel - 1) + 1
    padded = size + before + after
    room = padded - reach  # how far the kernel can move
    if ceil_mode:
        room += stride - 1
    count = room // stride + 1
    if ceil_mode and (count - 1) * stride >= size + before:
        count -= 1  # that window would start behind the image
    if count < 1:
        spread = f" with dilation {dilation}" if dilation > 1 else ""
        raise ValueError(
            f"{operation}: a kernel of {kernel}{spread} reaches over {reach} pixels, the padded input has {padded}; "
            f"use a smaller {'kernel or dilation' if dilation > 1 else 'kernel'}, more padding, or a larger input"
        )
    return count
