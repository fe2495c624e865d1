"""The proof that the networks of the course are the published ones: torchvision's weights in, torchvision's output out.

Run ``python -m ainotes.models.proof`` for every network (15 seconds of one core), or name some:
``python -m ainotes.models.proof resnet18 alexnet``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
import torchvision
from torch import Tensor, nn

from .. import models
from .copying import copy_weights


class Pair(NamedTuple):
    """How the course and torchvision each build a network, and images (rows, columns) on which to compare them."""

    ours: Callable[[], nn.Module]
    theirs: Callable[..., nn.Module]
    size: tuple[int, int] = (64, 96)  # oblong, so that rows and columns cannot be mistaken for each other


class Row(NamedTuple):
    """What one comparison gave.

    Attributes
    ----------
    name : str
        Name of the network in torchvision.
    parameters, expected : int
        Parameters of the course's network and of torchvision's.
    evaluated : float
        Largest difference between two logits in `eval()` mode, as a share of the largest logit.
    trained : float or None
        The same in `train()` mode, dropout and stochastic depth off, auxiliary outputs and the running statistics
        afterwards included; None for a network without batch normalisation, which has only one mode then.
    spread : float
        How much the logits differ between the two images, measured likewise: what to hold the differences against.
    """

    name: str
    parameters: int
    expected: int
    evaluated: float
    trained: float | None
    spread: float


def _pairs() -> dict[str, Pair]:
    theirs = torchvision.models
    return {
        "alexnet": Pair(models.AlexNet, theirs.alexnet, (127, 159)),
        "vgg13": Pair(models.vgg13, theirs.vgg13),
        "vgg16": Pair(models.vgg16, theirs.vgg16),
        "googlenet": Pair(models.GoogLeNet, partial(theirs.googlenet, init_weights=False)),
        "resnet18": Pair(models.resnet18, theirs.resnet18),
        "resnet34": Pair(models.resnet34, theirs.resnet34),
        "resnet50": Pair(models.resnet50, theirs.resnet50),
        "resnext50_32x4d": Pair(models.resnext50, theirs.resnext50_32x4d),
        "densenet121": Pair(models.densenet121, theirs.densenet121),
        "mobilenet_v2": Pair(models.mobilenet_v2, theirs.mobilenet_v2),
        "efficientnet_b0": Pair(models.efficientnet_b0, theirs.efficientnet_b0),
        "convnext_tiny": Pair(models.convnext_tiny, theirs.convnext_tiny),
    }


PAIRS = _pairs()


def prove(names: Iterable[str] | None = None, *, seed: int = 0) -> list[Row]:
    """Compare networks of the course with torchvision's, weight for weight and output for output.

    For each name torchvision's network is built and filled with random numbers, those of its batch normalisations too,
    so that nothing stays at 0 or 1 and hides an error. The numbers are copied into ours by order and shape, and both
    see the same two random images. Nothing is downloaded, and PyTorch's global random state stays as it is.

    Parameters
    ----------
    names : iterable of str, optional
        Names as in `PAIRS`, which are torchvision's; all where nothing is said. VGG takes a gigabyte of memory.
    seed : int
        Seed of the random weights and images.

    Returns
    -------
    list of Row
        One for each name, in their order.

    Raises
    ------
    ValueError
        Where a name is not in `PAIRS`, or the two networks do not hold tensors of the same shapes in the same order.

    Examples
    --------
    >>> row = prove(["mobilenet_v2"])[0]
    >>> row.parameters == row.expected, row.evaluated < 1e-5
    (True, True)
    """
    names = [names] if isinstance(names, str) else PAIRS if names is None else list(names)
    for name in names:
        if name not in PAIRS:
            raise ValueError(f"prove: expected names among {', '.join(PAIRS)}, got {name!r}")
    return [_row(name, PAIRS[name], torch.Generator().manual_seed(seed)) for name in names]


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table to print.

    Examples
    --------
    >>> print(table([Row("resnet18", 11_689_512, 11_689_512, 0.0, 1.5e-8, 0.7)]))
    network            parameters  torchvision  difference: eval    train   spread
    resnet18           11,689,512   11,689,512           0.0e+00  1.5e-08     0.70
    """
    lines = [
        f"{'network':<16} {'parameters':>12} {'torchvision':>12} {'difference: eval':>17} {'train':>8} {'spread':>8}"
    ]
    for row in rows:
        trained = "-" if row.trained is None else f"{row.trained:.1e}"
        counts = f"{row.parameters:>12,} {row.expected:>12,}"
        lines.append(f"{row.name:<16} {counts} {row.evaluated:>17.1e} {trained:>8} {row.spread:>8.2f}")
    return "\n".join(lines)


def fill(network: nn.Module, generator: torch.Generator) -> None:
    """Fill a network's parameters and buffers with random numbers that keep the size of what passes through.

    Weights are uniform with variance 2 / inputs; biases and running means lie in -0.1..0.1; the factors of a
    normalisation or a layer scale, and running variances, in 0.5..1.5; counters become 0. Uniform numbers are the
    cheapest there are.

    Examples
    --------
    >>> layer = nn.BatchNorm2d(1000)
    >>> fill(layer, torch.Generator().manual_seed(0))
    >>> bool(layer.running_var.min() >= 0.5), bool(layer.bias.abs().max() <= 0.1)
    (True, True)
    """
    with torch.no_grad():
        for name, values in [*network.named_parameters(), *network.named_buffers()]:
            if not values.is_floating_point():
                values.zero_()
                continue
            low, high = _range(name.rpartition(".")[2], values)
            values.uniform_(low, high, generator=generator)


def _range(name: str, values: Tensor) -> tuple[float, float]:
    if name == "weight" and values.ndim > 1:
        bound = math.sqrt(3 * 2 / values[0].numel())  # a uniform number within ±b has variance b² / 3
        return -bound, bound
    return (-0.1, 0.1) if name in ("bias", "running_mean") else (0.5, 1.5)


def _row(name: str, pair: Pair, generator: torch.Generator) -> Row:
    ours, theirs = _empty(pair.ours), _empty(pair.theirs)
    fill(theirs, generator)
    copy_weights(theirs, ours)
    images = torch.randn(2, 3, *pair.size, generator=generator)
    parameters, expected_parameters = (sum(one.numel() for one in net.parameters()) for net in (ours, theirs))
    given, expected = (_outputs(network.eval(), images) for network in (ours, theirs))
    evaluated, trained = _difference(given, expected), _trained(ours, theirs, images)
    return Row(name, parameters, expected_parameters, evaluated, trained, _difference(*([one] for one in expected[0])))


def _trained(ours: nn.Module, theirs: nn.Module, images: Tensor) -> float | None:
    """Return the largest difference in train mode, of outputs and of the statistics that were updated."""
    if not any(isinstance(layer, nn.BatchNorm2d) for layer in theirs.modules()):
        return None
    seen = [_outputs(_certain(network.train()), images) + list(network.buffers()) for network in (ours, theirs)]
    return _difference(*seen)


def _empty(build: Callable[[], nn.Module]) -> nn.Module:
    """Build a network without its first weights, which take longer than all the rest."""
    with torch.device("meta"):
        network = build()
    return network.to_empty(device="cpu")


def _certain(network: nn.Module) -> nn.Module:
    """Switch off what happens at random."""
    for layer in network.modules():
        if isinstance(layer, (nn.Dropout, models.StochasticDepth, torchvision.ops.StochasticDepth)):
            layer.p = 0.0
    return network


def _outputs(network: nn.Module, images: Tensor) -> list[Tensor]:
    with torch.no_grad():
        output: Any = network(images)
    if isinstance(output, Tensor):
        return [output]
    return [output.logits, output.aux_logits1, output.aux_logits2]  # by name: torchvision has the last one first


def _difference(given: Sequence[Tensor], expected: Sequence[Tensor]) -> float:
    """Return the largest difference of two lists of tensors, each measured by the largest number expected in it."""
    pairs = zip(given, expected, strict=True)
    shares = [(one - other).abs().max() / other.abs().max().clamp_min(1e-30) for one, other in pairs]
    return float(torch.stack(shares).max())  # unlike Python's max, torch's does not lose a nan


if __name__ == "__main__":
    print(table(prove(sys.argv[1:] or None)))
