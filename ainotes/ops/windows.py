"""The one idea behind every operation here: all the pixels that lie under one cell of a sliding kernel.

A kernel with its first cell on pixel 0, S, 2S, ... has its cell number t on pixels tD, tD + S, tD + 2S, ...: a slice.
Nothing slides; the whole image is shifted instead, once for each of the kernel's cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from .. import shapes

IntOrPair = int | Sequence[int]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """Where a kernel lies on padded images: each entry is a pair for rows and columns."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    before: Pair  # pixels of padding above and on the left
    after: Pair  # below and on the right
    output: Pair  # places that the kernel takes

    def taps(self, padded: Tensor) -> Iterator[tuple[int, int, Tensor]]:
        """Yield the row and column of each cell of the kernel, and the pixels under it, a view (N, C, H_out, W_out)."""
        for row in range(self.kernel[0]):
            for column in range(self.kernel[1]):
                rows, columns = self._slice(0, row), self._slice(1, column)
                yield row, column, padded[:, :, rows, columns]  # (N, C, H_out, W_out)

    def _slice(self, side: int, tap: int) -> slice:
        first = tap * self.dilation[side]
        last = first + (self.output[side] - 1) * self.stride[side]
        return slice(first, last + 1, self.stride[side])


def grid(
    operation: str, images: Tensor, kernel: IntOrPair, stride: IntOrPair, padding: IntOrPair | str, dilation: IntOrPair
) -> Grid:
    """Return where the kernel lies on the images, or raise an error where it does not fit."""
    kernels = shapes.pair(operation, "kernel", kernel)
    strides = shapes.pair(operation, "stride", stride)
    dilations = shapes.pair(operation, "dilation", dilation)
    paddings: Sequence[int | str] = (
        (padding, padding) if isinstance(padding, str) else shapes.pair(operation, "padding", padding, 0)
    )
    before, after, output = [], [], []
    for side, size in enumerate(images.shape[2:]):
        K, S, D = kernels[side], strides[side], dilations[side]
        first, last = shapes.sides(operation, K, S, paddings[side], D)
        before.append(first)
        after.append(last)
        output.append(shapes.places(operation, size, K, S, first, last, D))
    return Grid(kernels, strides, dilations, _pair(before), _pair(after), _pair(output))


def _pair(values: list[int]) -> Pair:
    rows, columns = values
    return rows, columns
