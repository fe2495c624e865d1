"""How large an output is."""

from __future__ import annotations

from .checked import places, sides


def output_size(
    size: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return how many places a kernel takes on a row of pixels: floor((n + 2P - D(K - 1) - 1) / S) + 1.

    Parameters
    ----------
    size : int
        Pixels of the row, at least 1.
    kernel : int
        Cells of the kernel, at least 1.
    stride : int
        How far the kernel moves each time.
    padding : int or str
        Pixels added on each side, or "valid" (none), "same" (as many as keep the size; needs a stride of 1) or "full"
        (D(K - 1) on each side: every place where kernel and image touch).
    dilation : int
        Distance between the kernel's cells.
    ceil_mode : bool
        Round up instead of down, as PyTorch's pooling can: a last window may hang over the end, if it starts inside the
        image or the padding before it.

    Returns
    -------
    int
        Size of the output, at least 1.

    Raises
    ------
    TypeError
        Where a number is not a whole number.
    ValueError
        Where a number is too small, or the kernel does not fit on the padded row.

    Notes
    -----
    Source: Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, relationship 6, with
    dilation as in its section 5.1.

    Examples
    --------
    >>> output_size(28, 3)
    26
    >>> output_size(28, 3, stride=2, padding=1)
    14
    >>> output_size(7, 2, stride=2), output_size(7, 2, stride=2, ceil_mode=True)
    (3, 4)
    """
    before, after = sides("output_size", kernel, stride, padding, dilation)
    return places("output_size", size, kernel, stride, before, after, dilation, ceil_mode)
