"""How much of real Fashion-MNIST does a network know that has only seen drawn garments?

Trains `Convnet` on the 10,000 drawn training garments alone (Adam, learning rate 1e-3, batches of 64, no augmentation)
and prints its accuracy on the 10,000 real test images, for several seeds. The real images are not used for anything
else: not for training, not to choose the epoch. Needs AINOTES_DATA with the real Fashion-MNIST.

    AINOTES_DATA=../shared/data python tests/benchmarks/standin_transfer.py
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import time

import torch
from torch import nn

from ainotes.data import ImageSet, fashion, fashion_mnist, garments
from ainotes.models import Convnet

BATCH = 64


def drawn_garments() -> ImageSet:
    """Return the stand-in's training set, also where the real data is at hand."""
    images, labels = garments.drawn("train")
    return ImageSet(images[:, None], labels, fashion.CLASSES, is_standin=True)


def train(data: ImageSet, seed: int, epochs: int) -> nn.Module:
    """Return a `Convnet` trained by the plain loop."""
    torch.manual_seed(seed)
    model = Convnet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(data)).split(BATCH):
            images, labels = data.batch(rows)
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


@torch.inference_mode()
def predictions(model: nn.Module, data: ImageSet) -> torch.Tensor:
    """Return the predicted label of every image, int64 (N,)."""
    model.eval()
    return torch.cat([model(data.batch(rows)[0]).argmax(1) for rows in torch.arange(len(data)).split(1000)])


def accuracy_on_real_images(seed: int, epochs: int) -> float:
    """Return the accuracy on the real test images, from 0 to 1, after training on drawn ones."""
    real = fashion_mnist(train=False)
    if real.is_standin:
        raise SystemExit("This measures against the real Fashion-MNIST: set AINOTES_DATA to a folder that holds it.")
    right = predictions(train(drawn_garments(), seed, epochs), real) == real.labels
    return right.float().mean().item()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    start = time.perf_counter()
    scores = [accuracy_on_real_images(seed, arguments.epochs) for seed in range(arguments.seeds)]
    seconds = time.perf_counter() - start
    print(f"{datetime.date.today()}, torch {torch.__version__}, Python {platform.python_version()}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {seconds / len(scores):.0f} s a run (load not controlled)")
    print(f"{arguments.epochs} epochs on 10,000 drawn garments, then 10,000 real test images")
    print("accuracy by seed:", ", ".join(f"{score:.1%}" for score in scores))
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    print(f"mean {statistics.mean(scores):.1%}, standard deviation {spread:.1%}")


if __name__ == "__main__":
    main()
