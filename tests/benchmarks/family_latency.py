"""How long does each EfficientNet take for one image at its own side, on how many threads, and do the weights matter?

Inside the clock: ``model(images)`` in `eval()` and `inference_mode()`, float32, on the CPU; built before, with
random weights. Each is called once untimed with every number of threads, then `--rounds` times, the
numbers of threads in turn, so that all meet the same state of the machine. Afterwards the same for networks whose
trained weights can be had without a download, trained and with all weights drawn anew in turn, at 224 x 224 on one
thread, with the share of activations that are subnormal (the one way in which values can change the time on a CPU).

A busy second core makes more than one thread meaningless: threads wait for each other at the end of each layer.

    python tests/benchmarks/family_latency.py --threads 1 2 --rounds 5
"""

from __future__ import annotations

import argparse
import copy
import datetime
import os
import platform
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchvision.models import get_model

from ainotes.models.zoo import zoo
from ainotes.pretrained import load

SIZES = 8
SMALLEST_NORMAL = torch.finfo(torch.float32).tiny
TRAINED = ("resnet14_cifar10", "squeezenet1_0")


def seconds(call: Callable[[], object]) -> float:
    """Return the seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the times of each call, one a round, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(1 + rounds):
        for name, call in calls.items():
            taken = seconds(call)
            if turn:
                times[name].append(taken)
    return times


def on_threads(model: nn.Module, images: Tensor, threads: int) -> Callable[[], object]:
    """Return a call of the model on so many threads."""

    def call() -> object:
        torch.set_num_threads(threads)
        return model(images)

    return call


def row(times: list[float]) -> str:
    """Return smallest, median and largest time in milliseconds."""
    return " ".join(f"{1e3 * value:9.1f}" for value in (min(times), statistics.median(times), max(times)))


def family(threads: list[int], rounds: int, largest: int) -> None:
    """Measure B0 to B`largest`."""
    facts = {fact["name"]: fact for fact in zoo()}
    base: dict[str, float] = {}
    print(f"\n{'':16} side threads       min    median       max  times B0  multiply-adds/s")
    for number in range(largest + 1):
        name = f"efficientnet_b{number}"
        fact = facts[name]
        model, images = get_model(name, weights=None).eval(), torch.rand(1, 3, fact["input_size"], fact["input_size"])
        times = in_turn({str(count): on_threads(model, images, count) for count in threads}, rounds)
        for count, taken in times.items():
            median = statistics.median(taken)
            ratio = median / base.setdefault(count, median)
            rate = fact["gflops"] / median
            print(f"{name:16} {fact['input_size']:4} {count:>7} {row(taken)} {ratio:9.1f} {rate:14.1f} G", flush=True)


def redrawn(model: nn.Module) -> nn.Module:
    """Return a copy with other weights, in evaluation mode."""
    fresh = copy.deepcopy(model)
    for module in fresh.modules():
        if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
            module.reset_parameters()
    return fresh.eval()


def subnormal_share(model: nn.Module, images: Tensor) -> float:
    """Return the largest share of subnormal numbers in the output of any layer."""
    shares = []

    def look(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        shares.append(((output != 0) & (output.abs() < SMALLEST_NORMAL)).float().mean().item())

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [leaf.register_forward_hook(look) for leaf in leaves]
    model(images)
    for hook in hooks:
        hook.remove()
    return max(shares)


def weights(rounds: int) -> None:
    """Compare trained networks with themselves, weights drawn anew."""
    torch.set_num_threads(1)
    images = torch.rand(1, 3, 224, 224)
    print(f"\n{'':28}       min    median       max  subnormal")
    for name in TRAINED:
        network = load(name, quiet=True)
        if network.name != name:
            print(f"{name}: no trained weights here")
            continue
        models = {f"{name} trained": network.model, f"{name} redrawn": redrawn(network.model)}
        for label, taken in in_turn({k: on_threads(m, images, 1) for k, m in models.items()}, rounds).items():
            print(f"{label:28} {row(taken)} {subnormal_share(models[label], images):9.2%}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=SIZES - 1, choices=range(SIZES), help="B0 to this one")
    options = parser.parse_args()
    torch.manual_seed(0)
    print(f"{datetime.date.today()}, torch {torch.__version__}, Python {platform.python_version()}")
    print(f"{platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.0f} before), n = {options.rounds}")
    with torch.inference_mode():
        family(options.threads, options.rounds, options.largest)
        weights(max(options.rounds, 15))


if __name__ == "__main__":
    main()
