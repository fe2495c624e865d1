"""How well does LeNet-5 know CIFAR-10 after some minutes on a CPU?

Trains `LeNet5` (62,006 parameters) with `fit`: 45,000 images, mirrored and moved by up to 2 pixels at random,
normalised by channel; SGD with Nesterov momentum 0.9, weight decay 5e-4, learning rate up to 0.04 and down again
(OneCycleLR), batches of 64, 20 epochs. The other 5,000 training images are for validation, and the choices above were
made with them. The test images are seen once, by each finished network. Needs CIFAR-10 in AINOTES_DATA or the cache.

    AINOTES_DATA=../shared/data python tests/benchmarks/lenet_cifar10.py --seeds 2

The clock runs over the call of `fit`: loading batches, augmentation, training, and validation after each epoch. The
images are decoded before it starts. There is no warm-up: it is a run as a learner sees it.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import time
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader

from ainotes.data import ImageSet, augment, cifar10
from ainotes.models import LeNet5
from ainotes.utils.train import evaluate, fit, get_device, predict

MEAN, STD = (0.491, 0.482, 0.447), (0.247, 0.243, 0.262)  # of the training images, red, green, blue
BATCH = 64
RATE = 0.04


@dataclass
class Result:
    """What one seed gave: accuracies from 0 to 1, by class too, and the seconds of `fit`."""

    train: float
    val: float
    test: float
    by_class: list[float]
    seconds: float


def parts() -> tuple[ImageSet, ImageSet, ImageSet]:
    """Return the images to train on, augmented; to validate with; to test with."""
    full, test = cifar10(quiet=True), cifar10(train=False, quiet=True)
    if full.is_standin:
        raise SystemExit("This measures on the real CIFAR-10: set AINOTES_DATA to a folder that holds it.")
    print(full.source)
    train, val = full.with_normalize(MEAN, STD).split([45_000, 5_000], seed=0)
    changed = train.with_augment(augment.compose(augment.flip(), augment.shift(2)))
    return changed, val, test.with_normalize(MEAN, STD)


def run(seed: int, epochs: int, device: torch.device, sets: tuple[ImageSet, ImageSet, ImageSet]) -> Result:
    """Train from this seed, then test once."""
    train, val, test = sets
    torch.manual_seed(seed)
    model, loss_fn = LeNet5(channels=3, classes=10), nn.CrossEntropyLoss()
    loader = DataLoader(train, batch_size=BATCH, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, epochs=epochs, steps_per_epoch=len(loader))
    start = time.perf_counter()
    history = fit(
        loader,
        model,
        loss_fn,
        optimizer,
        epochs,
        device,
        val_dataloader=DataLoader(val, batch_size=1000),
        scheduler=scheduler,
        seed=seed,
    )
    seconds = time.perf_counter() - start
    test_loader = DataLoader(test, batch_size=1000)
    logits, labels = predict(test_loader, model, device)
    right = logits.argmax(dim=1) == labels
    by_class = [right[labels == label].float().mean().item() for label in range(10)]
    accuracy = evaluate(test_loader, model, loss_fn, device)["acc"]
    return Result(history["acc"][-1], history["val_acc"][-1], accuracy, by_class, seconds)


def report(results: list[Result], epochs: int) -> None:
    """Print one line a seed, and what they have in common."""
    for seed, r in enumerate(results):
        each = r.seconds / epochs
        print(f"seed {seed}: train {r.train:.2%}, validation {r.val:.2%}, test {r.test:.2%}; ", end="")
        print(f"{r.seconds:.0f} s, {each:.1f} s an epoch")
    scores = [result.test for result in results]
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    print(f"test: mean {statistics.mean(scores):.2%}, standard deviation {spread:.2%}, n = {len(scores)}")
    names = cifar10(train=False, quiet=True).classes
    means = [statistics.mean(values) for values in zip(*(r.by_class for r in results), strict=True)]
    print("by class:", ", ".join(f"{name} {mean:.1%}" for name, mean in zip(names, means, strict=True)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    device, message = get_device()
    print(f"{datetime.date.today()}, torch {torch.__version__}, Python {platform.python_version()}. {message}")
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads{load}")
    sets = parts()
    report([run(seed, arguments.epochs, device, sets) for seed in range(arguments.seeds)], arguments.epochs)


if __name__ == "__main__":
    main()
