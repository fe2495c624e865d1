"""Exercise: the bytes that a tensor takes."""

import math

import torch

from ainotes.checks.engine import Exercise, Misconception


def _bytes_in_memory(shape, dtype):
    return math.prod(shape) * dtype.itemsize


bytes_in_memory = Exercise(
    name="bytes_in_memory",
    title="Does it fit?",
    difficulty=1,
    minutes=5,
    reference=_bytes_in_memory,
    cases=[
        ((60_000, 1, 28, 28), torch.uint8),
        ((60_000, 1, 28, 28), torch.float32),
        ((64, 3, 150, 150), torch.bfloat16),
        ((10,), torch.int64),
    ],
    misconceptions=(
        Misconception(
            lambda shape, dtype: math.prod(shape),
            "That counts numbers, not bytes: each takes `dtype.itemsize` bytes.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * 4,
            "Not every number takes 4 bytes: that is a float32. Ask the `dtype`.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * dtype.itemsize * 8,
            "That is in bits. A byte has eight of them.",
        ),
        Misconception(
            lambda shape, dtype: sum(shape) * dtype.itemsize,
            "The sides of a box are multiplied, not added: rows times columns times channels times images.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape[1:]) * dtype.itemsize,
            "That is one image. The first dimension says how many there are.",
        ),
        Misconception(
            lambda shape, dtype: math.prod(shape) * dtype.itemsize / 1e6,
            "That is in megabytes. Asked are bytes.",
        ),
    ),
    hints=("How many numbers are there? How many bytes has each?", "`math.prod(shape)` numbers of `dtype.itemsize`."),
)
