"""How often one call of a torch function multiplies and adds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from .. import shapes

SHIFTED = "conv_transpose"


def multiply_adds_of(name: str, given: list[Tensor], output: Tensor) -> int:
    """Return the multiply-adds of one call for the whole batch, which is one sample."""
    plain = name.strip("_")
    if plain in ("conv1d", "conv2d", "conv3d") or plain.startswith(SHIFTED):
        # A transposed convolution uses each weight once at each place of its input, not of its output.
        places = given[0].shape[2:] if plain.startswith(SHIFTED) else output.shape[2:]
        outputs, inputs, *kernel = given[1].shape
        # Its sides but the last as one: a cube is as much work as a long rectangle.
        return len(output) * shapes.conv_multiply_adds(inputs, outputs, _folded(kernel), _folded(places))
    if plain == "linear":
        features, inputs = given[1].shape
        return output.numel() // features * shapes.linear_multiply_adds(inputs, features)
    if plain in ("matmul", "rmatmul", "bmm", "mm"):
        return output.numel() * given[0].shape[-1]
    if plain == "scaled_dot_product_attention":
        queries, keys, values = given[:3]
        return math.prod(queries.shape[:-1]) * keys.shape[-2] * (queries.shape[-1] + values.shape[-1])
    if plain == "multi_head_attention_forward":
        (length, batch, width), seen = given[0].shape, given[1].shape[0]
        projections = 2 * (length + seen) * width * width  # of queries and outputs, of keys and values
        return batch * (projections + 2 * length * seen * width)
    return 0


def _folded(sides: Sequence[int]) -> tuple[int, int]:
    return math.prod(sides[:-1]), int(sides[-1])
