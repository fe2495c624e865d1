"""How fast is a convolution written in four ways: Python loops, im2col and a matrix product, `ops.conv2d`, PyTorch?

Eight kernels of 3 x 3 on one grey image of 28 x 28, and on a batch of 64 of them; forward only, float32, no padding.
Inside the clock: the call alone, one thread. Each way is called once untimed, then in turn with the others, `--rounds`
times; a time is the mean of as many calls as take 20 ms (the loops: one call). All four give the same answer, which is
asserted first. Printed: the smallest and the median time, and how many times as long as `F.conv2d` it took.

    python tests/benchmarks/convolution_ways.py --rounds 5
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ainotes import ops

KERNELS, SIDE, K = 8, 28, 3
ENOUGH_SECONDS = 0.02


def loops(images: Tensor, weight: Tensor) -> Tensor:
    """Return the convolution, each product by itself in plain Python."""
    pixels, kernels, (H, W) = images.tolist(), weight.tolist(), (images.shape[2] - K + 1, images.shape[3] - K + 1)

    def answer(image: list, kernel: list, row: int, column: int) -> float:
        total = 0.0
        for channel, plane in zip(image, kernel, strict=True):
            for i in range(K):
                for j in range(K):
                    total += channel[row + i][column + j] * plane[i][j]
        return total

    return torch.tensor(
        [
            [[[answer(image, kernel, row, column) for column in range(W)] for row in range(H)] for kernel in kernels]
            for image in pixels
        ]
    )


def matrix(images: Tensor, weight: Tensor) -> Tensor:
    """Return the convolution as one matrix product."""
    side = images.shape[2] - K + 1
    return (weight.flatten(1) @ ops.im2col(images, K)).unflatten(2, (side, side))


WAYS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Python loops": loops,
    "im2col + matmul": matrix,
    "ops.conv2d": ops.conv2d,
    "F.conv2d": F.conv2d,
}


def seconds(way: Callable[[Tensor, Tensor], Tensor], images: Tensor, weight: Tensor, calls: int) -> float:
    """Return the mean seconds of one call."""
    start = time.perf_counter()
    for _ in range(calls):
        way(images, weight)
    return (time.perf_counter() - start) / calls


def measure(images: Tensor, weight: Tensor, rounds: int) -> dict[str, list[float]]:
    """Return the times of each way, one a round."""
    expected = F.conv2d(images, weight)
    calls = {}
    for name, way in WAYS.items():
        torch.testing.assert_close(way(images, weight), expected, rtol=1e-4, atol=1e-4)  # untimed, and right
        calls[name] = max(1, round(ENOUGH_SECONDS / seconds(way, images, weight, 1)))
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, way in WAYS.items():
            times[name].append(seconds(way, images, weight, calls[name]))
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"{datetime.date.today()}, torch {torch.__version__}, Python {platform.python_version()}")
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, one thread of {os.cpu_count()} cores (load {load:.0f} before), n = {rounds}")
    weight = torch.randn(KERNELS, 1, K, K)
    for N in (1, 64):
        with torch.inference_mode():
            times = measure(torch.rand(N, 1, SIDE, SIDE), weight, rounds)
        fastest = {name: min(taken) for name, taken in times.items()}
        print(f"\n({N}, 1, {SIDE}, {SIDE}), {KERNELS} kernels of {K} x {K}")
        for name, taken in times.items():
            ratio = fastest[name] / fastest["F.conv2d"]
            median = statistics.median(taken)
            print(
                f"{name:16} min {fastest[name] * 1e6:10,.0f} us, median {median * 1e6:10,.0f} us, {ratio:9,.1f} times"
            )


if __name__ == "__main__":
    main()
