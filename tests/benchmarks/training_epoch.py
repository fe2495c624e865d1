"""One epoch of the Convnet on Fashion-MNIST, five ways, in turn in one process.

    python tests/benchmarks/training_epoch.py --rounds 5

The ways: the plain tutorial loop with a second forward pass for the accuracy and `.item()` per batch; the plain
tutorial loop; Lightning's Trainer; `fit` given the same plain DataLoader; `fit` on in-memory data. Each round runs
them all once, from the same weights, batch size 64, Adam, learning rate 1e-3, on the real 60,000 images
(AINOTES_DATA). The clock runs over the whole call, set-up of the loader's workers, decoding and trainer included; the
libraries are imported and warmed up before it. Afterwards each net is measured on the test images in float32.

Lightning is not in the locked environment: `pip install lightning`, or its row is left out.
"""

import argparse
import gzip
import json
import logging
import platform
import statistics
import tempfile
import time
import warnings
from itertools import chain
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from ainotes.data import fashion_mnist
from ainotes.data.registry import FASHION_MNIST, fetch
from ainotes.models import Convnet
from ainotes.utils.train import evaluate, fit, get_device

try:
    import lightning
except ImportError:
    lightning = None

BATCH_SIZE = 64


def torchvision_root() -> str:
    """Unpack the raw files where torchvision's own data set reads them; removed with the process."""
    folder = Path(tempfile.mkdtemp()) / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for file in chain.from_iterable(FASHION_MNIST.values()):
        packed, _ = fetch(file)
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return str(folder.parent.parent)


def parts(device):
    """Return a fresh model, the same every time, with its loss and optimizer."""
    torch.manual_seed(0)
    model = Convnet().to(device)
    return model, nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=1e-3)


def tutorial_loop(loader, device, second_forward: bool):
    """The loop of many tutorials: with `second_forward`, accuracy from another forward pass, waiting twice a batch."""
    model, loss_fn, optimizer = parts(device)
    model.train()
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        loss = loss_fn(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if second_forward:
            total_loss += loss.item()
            correct += (model(images).argmax(dim=1) == labels).float().sum().item()
    return model


def lightning_trainer(loader, device):
    """The same training by Lightning's Trainer, its logging and checkpoints off, its progress bar off."""
    model, loss_fn, optimizer = parts(device)

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.model = model

        def training_step(self, batch, _):
            images, labels = batch
            return loss_fn(self.model(images), labels)

        def configure_optimizers(self):
            return optimizer

    trainer = lightning.Trainer(
        max_epochs=1,
        accelerator="gpu" if device.type == "cuda" else device.type,
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Module(), loader)
    return model


def with_fit(loader, device):
    """The course's `fit`."""
    model, loss_fn, optimizer = parts(device)
    fit(loader, model, loss_fn, optimizer, 1, device, quiet=True)
    return model


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--batches", type=int, help="shorten the epoch, to try the script")
    arguments = arguments.parse_args()
    warnings.filterwarnings("ignore", module="lightning")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    device, message = get_device()

    samples = arguments.batches and arguments.batches * BATCH_SIZE

    def shortened(data):
        return torch.utils.data.Subset(data, range(samples)) if samples else data

    root = torchvision_root()
    plain = DataLoader(
        shortened(datasets.FashionMNIST(root, train=True, transform=transforms.ToTensor())), BATCH_SIZE, shuffle=True
    )
    memory = DataLoader(shortened(fashion_mnist(train=True)), BATCH_SIZE, shuffle=True)
    test = DataLoader(fashion_mnist(train=False), 500)

    ways = {
        "tutorial loop, second forward, .item()": lambda: tutorial_loop(plain, device, second_forward=True),
        "tutorial loop": lambda: tutorial_loop(plain, device, second_forward=False),
        "Lightning": lambda: lightning_trainer(plain, device),
        "fit, the same plain DataLoader": lambda: with_fit(plain, device),
        "fit, in-memory data": lambda: with_fit(memory, device),
    }
    if lightning is None:
        del ways["Lightning"]
    seconds = {name: [] for name in ways}
    accuracy = {}
    warm_up = DataLoader(fashion_mnist(train=False).subset(range(640)), BATCH_SIZE)
    for run in (lambda: tutorial_loop(warm_up, device, True), lambda: with_fit(warm_up, device)):
        run()
    for _ in range(arguments.rounds):
        for name, run in ways.items():
            start = time.perf_counter()
            model = run()
            if device.type == "cuda":
                torch.cuda.synchronize()
            seconds[name].append(time.perf_counter() - start)
            accuracy.setdefault(name, evaluate(test, model, nn.CrossEntropyLoss(), device, precision="float32")["acc"])
            print(f"{name:40s} {seconds[name][-1]:6.2f} s", flush=True)

    report(seconds, accuracy, message, arguments.rounds)


def report(seconds, accuracy, message, rounds):
    """Print medians, spread, and the ratios pair by pair within a round."""
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    if lightning is not None:
        versions["lightning"] = lightning.__version__
    print(f"\n{message} {torch.get_num_threads()} threads, {platform.machine()}; {json.dumps(versions)}; n = {rounds}")
    first, memory = seconds["tutorial loop, second forward, .item()"], seconds["fit, in-memory data"]
    print(f"{'':40s} {'min':>6s} {'median':>7s} {'max':>6s}  {'first/this':>10s}  test accuracy")
    for name, values in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(first, values, strict=True))
        row = f"{min(values):6.2f} {statistics.median(values):7.2f} {max(values):6.2f}  {ratio:9.2f}x"
        print(f"{name:40s} {row}  {accuracy[name]:.2%}  (of the minima: {min(first) / min(values):.2f}x)")
    if "Lightning" in seconds:
        pairs = [a / b for a, b in zip(seconds["Lightning"], memory, strict=True)]
        best = min(seconds["Lightning"]) / min(memory)
        print(f"Lightning / fit in memory: median of pairs {statistics.median(pairs):.2f}x, of the minima {best:.2f}x")


if __name__ == "__main__":
    main()
