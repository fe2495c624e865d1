"""Train the networks that the course carries in ainotes/weights/, each with its model card.

    python tools/weights.py convnet_fashion_mnist              two seeds, about five minutes on two cores
    python tools/weights.py resnet14_cifar10                   two seeds, each about three hours on one core

AINOTES_DATA must name a folder with the real data. A run that was stopped goes on from its last epoch: checkpoints and
results of each seed lie in data/runs. Weights and card are written once every seed is done. The published weights are
those of the first seed, whatever the others reached: choosing the best by the test images would flatter it.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import setup
from model_card import card, facts
from project import ROOT, stop, write_text

if TYPE_CHECKING:
    from torch import nn

    from ainotes.data import ImageSet

WEIGHTS = ROOT / "ainotes" / "weights"
RUNS = ROOT / "data" / "runs"


@dataclass(frozen=True)
class Recipe:
    """How one network is trained: SGD with Nesterov momentum, one cycle of the learning rate, softened labels."""

    name: str
    title: str
    network: str  # a class of ainotes.models
    data: str  # a function of ainotes.data
    cite: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    epochs: int
    shift: int  # pixels
    asked: float  # test accuracy that the course promises, 0 to 1
    rate: float = 0.15
    batch: int = 128
    decay: float = 5e-4
    smoothing: float = 0.1
    erase: float = 0.0  # probability
    jitter: float = 0.0  # of brightness and contrast, each way
    crops: int = 0  # pixels a side of the squares that the first two thirds of the epochs see; 0: whole images
    whitened: int = 0  # images whose patches fix the first layer

    @property
    def first(self) -> int:
        """Epochs that see random squares."""
        return self.epochs * 2 // 3 if self.crops else 0

    @property
    def sentence(self) -> str:
        """The recipe in words, for the card."""
        whitened = f"The first layer is whitened by {self.whitened:,} training images. " if self.whitened else ""
        squares = f"the first {self.first} on random squares of {self.crops} pixels, the others " if self.crops else ""
        erased = f", {self.erase:.0%} of them with a rectangle erased" if self.erase else ""
        colours = f", their brightness and contrast changed by up to {self.jitter:.0%}" if self.jitter else ""
        moved = f"images moved by up to {self.shift} pixel{'s' * (self.shift > 1)}{erased}"
        return (
            f"{whitened}{self.epochs} epochs in batches of {self.batch}, {squares}on {moved}; all mirrored half of "
            f"the time{colours}, normalised by channel. SGD with Nesterov momentum 0.9 and weight decay "
            f"{self.decay:g}, one cycle of the learning rate up to {self.rate:g}; cross-entropy with labels softened "
            f"by {self.smoothing:g}. All training images are used, and the test images are seen once, at the end."
        )


RECIPES = {
    recipe.name: recipe
    for recipe in [
        Recipe(
            name="convnet_fashion_mnist",
            title="Convnet on Fashion-MNIST",
            network="Convnet",
            data="fashion_mnist",
            cite="Xiao, Rasul and Vollgraf (2017), Fashion-MNIST, MIT licence",
            mean=(0.286,),
            std=(0.353,),
            epochs=16,
            shift=1,
            asked=0.915,
            rate=0.05,
        ),
        Recipe(
            name="resnet14_cifar10",
            title="ResNet-14 on CIFAR-10",
            network="ResNet14",
            data="cifar10",
            cite="Krizhevsky (2009), Learning multiple layers of features from tiny images",
            mean=(0.491, 0.482, 0.447),
            std=(0.247, 0.243, 0.262),
            epochs=90,
            shift=4,
            jitter=0.2,
            crops=24,
            asked=0.905,
            erase=0.5,
            whitened=1000,
        ),
    ]
}


def sets(recipe: Recipe) -> tuple[ImageSet, ImageSet]:
    """Return the images to train on, augmented, and to test with; the real ones or none."""
    import ainotes.data

    load: Callable[..., ImageSet] = getattr(ainotes.data, recipe.data)
    train, test = (load(train=part, quiet=True).with_normalize(recipe.mean, recipe.std) for part in (True, False))
    if train.is_standin or test.is_standin:
        stop(f"AINOTES_DATA must name a folder with the real data; what was found is: {train.source}")
    print(train.source, flush=True)
    return train, test


def phases(recipe: Recipe, data: ImageSet) -> list[tuple[str, int, ImageSet]]:
    """Return name, epochs and augmented images of each part of the training: on squares if asked, on whole images."""
    from ainotes.data import augment

    colours = [augment.jitter(recipe.jitter, recipe.jitter)] if recipe.jitter else []
    erased = [augment.erase(recipe.erase)] if recipe.erase else []
    squares = augment.compose(augment.flip(), augment.crop(recipe.crops or 1), *colours)
    whole = augment.compose(augment.flip(), augment.shift(recipe.shift), *colours, *erased)
    parts = [("squares", recipe.first, squares), ("whole", recipe.epochs - recipe.first, whole)]
    return [(name, epochs, data.with_augment(change)) for name, epochs, change in parts if epochs]


def train(recipe: Recipe, seed: int, data: tuple[ImageSet, ImageSet]) -> dict[str, Any]:
    """Train from one seed, or read what it gave before; return its result."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    from ainotes.utils.train import fit, get_device

    name = f"{recipe.name}_{seed}"
    result_path = RUNS / f"{name}.json"
    if result_path.exists():
        return dict(json.loads(result_path.read_text(encoding="utf-8")))
    device, message = get_device()
    print(f"{name}. {message}", flush=True)
    model = untrained(recipe, seed, data[0])
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.SGD(learning, recipe.rate, 0.9, weight_decay=recipe.decay, nesterov=True)
    steps = recipe.epochs * (len(data[0]) // recipe.batch)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps, pct_start=0.25)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=recipe.smoothing)
    for part, epochs, images in phases(recipe, data[0]):
        loader = DataLoader(images, batch_size=recipe.batch, shuffle=True, drop_last=True)
        checkpoint = RUNS / f"{name}_{part}.pt"
        fit(loader, model, loss_fn, optimizer, epochs, device, scheduler=cycle, seed=seed, checkpoint=checkpoint)
    save(model, RUNS / f"{name}.safetensors")
    result = {
        "seed": seed,
        "accuracy": test(model, data[1], RUNS / f"{name}.safetensors"),
        "date": date.today().isoformat(),
        "device": str(device),
        "Python": platform.python_version(),
        "torch": torch.__version__.split("+")[0],
    }
    write_text(result_path, json.dumps(result, indent=2) + "\n")
    print(result, flush=True)
    return result


def untrained(recipe: Recipe, seed: int, data: ImageSet) -> Any:
    """Return the network with the random weights of a seed, the first layer whitened if asked."""
    import torch

    from ainotes import models

    torch.manual_seed(seed)
    model: Any = getattr(models, recipe.network)()
    if recipe.whitened:
        models.whiten(model.features[0], data.batch(slice(recipe.whitened))[0])
    return model


def save(model: nn.Module, path: Path) -> None:
    """Write weights of two or more dimensions in half precision, the rest (biases, batch statistics) in single."""
    from safetensors.torch import save as packed

    from ainotes.data.folders import replace_atomically

    state = {name: value.half() if value.ndim > 1 else value for name, value in model.state_dict().items()}
    content = packed({name: value.cpu().contiguous() for name, value in state.items()})
    replace_atomically(path, lambda file: file.write(content))


def test(model: nn.Module, data: ImageSet, path: Path) -> float:
    """Return the accuracy of the weights in the file, rounded to half precision as they are, on the test images."""
    from safetensors.torch import load_file
    from torch import nn
    from torch.utils.data import DataLoader

    from ainotes.utils.train import evaluate

    model.cpu().load_state_dict(load_file(path))
    loader = DataLoader(data, batch_size=500)
    return float(evaluate(loader, model, nn.CrossEntropyLoss(), "cpu", precision="float32")["acc"])


def publish(recipe: Recipe, results: list[dict[str, Any]], data: ImageSet) -> None:
    """Put the first seed's weights, what is known of them, and the card into ainotes/weights."""
    worst = min(result["accuracy"] for result in results)
    if worst < recipe.asked:
        stop(
            f"{recipe.name}: a seed reached {worst:.2%}, the course promises {recipe.asked:.1%}: nothing is published."
        )
    from ainotes.data.folders import replace_atomically

    target = WEIGHTS / f"{recipe.name}.safetensors"
    content = (RUNS / f"{recipe.name}_{results[0]['seed']}.safetensors").read_bytes()
    replace_atomically(target, lambda file: file.write(content))
    known = json.dumps(facts(recipe, results, data, target), indent=2, ensure_ascii=False)
    write_text(WEIGHTS / f"{recipe.name}.json", known + "\n")
    write_text(WEIGHTS / f"{recipe.name}.md", card(recipe, results, data.source, target))
    print(f"written: {target}, its .json and its card", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the networks in ainotes/weights.")
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    asked = parser.parse_args(arguments)
    recipe = RECIPES[asked.name]
    data = sets(recipe)
    results = [train(recipe, seed, data) for seed in asked.seeds]
    publish(recipe, results, data[1])
    return 0


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
