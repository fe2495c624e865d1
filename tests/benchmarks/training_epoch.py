"""One epoch of the Convnet on Fashion-MNIST, five ways, in turn.

    python tests/benchmarks/training_epoch.py --rounds 5

The ways: the plain tutorial loop with a second forward pass for the accuracy and `.item()` per batch; the plain
tutorial loop; Lightning's Trainer; `fit` given the same plain DataLoader; `fit` on in-memory data. Each round runs
them all once, from the same weights, batch size 64, Adam, learning rate 1e-3, on the real 60,000 images
(AINOTES_DATA), each in a process of its own that has loaded its own training images and nothing else, so that no way
inherits another's memory or threads. The clock runs over the whole call, decoding and the trainer's set-up included;
the libraries are imported and warmed up before it. Afterwards each net is measured on the test images in float32.

Lightning is not in the locked environment: `pip install lightning`, or its row is left out.
"""

import argparse
import gzip
import json
import logging
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from functools import partial
from itertools import chain
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
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


def unpack_for_torchvision(root: str) -> None:
    """Unpack the raw files where torchvision's own data set reads them."""
    folder = Path(root) / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for file in chain.from_iterable(FASHION_MNIST.values()):
        packed, _ = fetch(file)
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))


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


def plain_loader(root) -> DataLoader:
    """The DataLoader of every tutorial: torchvision's data set, ToTensor."""
    pictures = datasets.FashionMNIST(root, train=True, transform=transforms.ToTensor())
    return DataLoader(pictures, BATCH_SIZE, shuffle=True)


def memory_loader(_) -> DataLoader:
    """The same images as the course hands them out."""
    return DataLoader(fashion_mnist(train=True), BATCH_SIZE, shuffle=True)


FIRST, LIGHTNING, IN_MEMORY = "tutorial loop, second forward, .item()", "Lightning", "fit, in-memory data"
WAYS = {
    FIRST: (plain_loader, partial(tutorial_loop, second_forward=True)),
    "tutorial loop": (plain_loader, partial(tutorial_loop, second_forward=False)),
    LIGHTNING: (plain_loader, lightning_trainer),
    "fit, the same plain DataLoader": (plain_loader, with_fit),
    IN_MEMORY: (memory_loader, with_fit),
}


def run_alone(way: str, root: str, batches: int | None) -> None:
    """Run one way once and print seconds and test accuracy as JSON; the whole work of a child process."""
    warnings.filterwarnings("ignore", module="lightning")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    device, _ = get_device()
    load, train = WAYS[way]
    loader = load(root)
    if batches:
        loader = part_of(loader, batches)
    train(part_of(loader, 10), device)  # warms up
    start = time.perf_counter()
    model = train(loader, device)
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    test = DataLoader(fashion_mnist(train=False), 500)
    accuracy = evaluate(test, model, nn.CrossEntropyLoss(), device, precision="float32")["acc"]
    print(json.dumps({"seconds": seconds, "accuracy": accuracy}))


def part_of(loader: DataLoader, batches: int) -> DataLoader:
    """The first batches of a loader's data, in its kind of order."""
    return DataLoader(Subset(loader.dataset, range(batches * BATCH_SIZE)), BATCH_SIZE, shuffle=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--batches", type=int, help="shorten the epoch, to try the script")
    arguments.add_argument("--way", choices=WAYS, help="run this way once, in this process")
    arguments.add_argument("--root", help="the folder of torchvision's data sets, for --way")
    arguments = arguments.parse_args()
    if arguments.way:
        return run_alone(arguments.way, arguments.root, arguments.batches)
    ways = [way for way in WAYS if way != LIGHTNING or lightning is not None]
    seconds, accuracy = {way: [] for way in ways}, {}
    extra = ["--batches", str(arguments.batches)] if arguments.batches else []
    with tempfile.TemporaryDirectory() as root:
        unpack_for_torchvision(root)
        for _ in range(arguments.rounds):
            for way in ways:
                command = [sys.executable, __file__, "--way", way, "--root", root, *extra]
                child = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                result = json.loads(child.stdout.splitlines()[-1])
                seconds[way].append(result["seconds"])
                accuracy[way] = result["accuracy"]
                print(f"{way:40s} {seconds[way][-1]:6.2f} s", flush=True)
    report(seconds, accuracy, get_device()[1], arguments.rounds)


def report(seconds, accuracy, message, rounds):
    """Print medians, spread, and the ratios pair by pair within a round."""
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    if lightning is not None:
        versions["lightning"] = lightning.__version__
    print(f"\n{message} {torch.get_num_threads()} threads, {platform.machine()}; {json.dumps(versions)}; n = {rounds}")
    first, memory = seconds[FIRST], seconds[IN_MEMORY]
    print(f"{'':40s} {'min':>6s} {'median':>7s} {'max':>6s}  {'first/this':>10s}  test accuracy")
    for name, values in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(first, values, strict=True))
        row = f"{min(values):6.2f} {statistics.median(values):7.2f} {max(values):6.2f}  {ratio:9.2f}x"
        print(f"{name:40s} {row}  {accuracy[name]:.2%}  (of the minima: {min(first) / min(values):.2f}x)")
    if LIGHTNING in seconds:
        pairs = [a / b for a, b in zip(seconds[LIGHTNING], memory, strict=True)]
        best = min(seconds[LIGHTNING]) / min(memory)
        print(f"Lightning / fit in memory: median of pairs {statistics.median(pairs):.2f}x, of the minima {best:.2f}x")


if __name__ == "__main__":
    main()
