"""Features computed once and kept, or computed anew in every epoch? And how far does the first get in a minute?

    AINOTES_DATA=../shared/data TORCH_HOME=../shared/torch_home python tests/benchmarks/cached_features.py

**In turn**: a new linear head on a frozen body, trained by `fit` for some epochs on the training photographs of ants
and bees, without augmentation. *Anew* sends every image through the body in every epoch (`freeze`, then `fit`). *Kept*
computes the features once, into an empty cache, and trains the head on them; *again* is its second experiment, which
finds them in the cache. All three begin with the same head and see the images in the same order, and the script makes
sure that they end with nearly the same head: `fit` may compute in bfloat16, features are float32. Images are decoded
before the clock starts. The ways take turns and change who begins.

**Accuracy**: a linear head on standardised features of two views of each photograph (the whole square, and its middle
enlarged), from the photographs' files to the validation accuracy, for three seeds of the head. Views and weight decay
were chosen by cross-validation on the training photographs (`--choose` prints it), never on the validation part.
Inside the clock: decoding, features, training, from empty caches; loading the network is inside too, starting Python
and importing PyTorch is not.

The network is torchvision's squeezenet1_0 where TORCH_HOME has its weights, else the course's own; the photographs are
the real ones where AINOTES_DATA has them, else handwritten digits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable

import torch
import torchvision
from sklearn.model_selection import StratifiedKFold
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from ainotes.data import ImageSet, hymenoptera
from ainotes.pretrained import Pretrained, load
from ainotes.transfer import features, freeze, prepare, replace_head
from ainotes.utils.train import evaluate, fit

ANEW, KEPT, AGAIN = "anew in every epoch", "kept, first experiment", "kept, next experiment"
BATCH = 32
SIZE = 320  # pixels of the squares that the photographs are cut to
VIEWS = (224, 320)  # scaled to so many; the middle 224 are seen
DECAY, RATE, EPOCHS = 0.3, 0.01, 60  # of the head on views: weight decay, chosen by `--choose`, learning rate, epochs
DECAYS = (0.03, 0.1, 0.3, 1.0, 3.0)
CHOICES = ((256,), (224,), (320,), (224, 320), (224, 288, 384))


class EmptyCache:
    """An empty cache for a while; features and pixels are computed anew."""

    def __enter__(self) -> None:
        self.folder, self.before = tempfile.TemporaryDirectory(), os.environ.get("AINOTES_CACHE")
        os.environ["AINOTES_CACHE"] = self.folder.name

    def __exit__(self, *_: object) -> None:
        os.environ.pop("AINOTES_CACHE") if self.before is None else os.environ.update(AINOTES_CACHE=self.before)
        self.folder.cleanup()


def trained(model: nn.Module, data, epochs: int) -> Tensor:
    """Return the weights of the head after training it."""
    head = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(head, lr=1e-3)
    order = torch.Generator().manual_seed(0)  # of its own: a dropout draws from the global one
    loader = DataLoader(data, BATCH, shuffle=True, generator=order)
    fit(loader, model, nn.CrossEntropyLoss(), optimizer, epochs, "cpu", quiet=True)
    return head[0].detach().flatten().clone()


def in_turn(network: Pretrained, images: ImageSet, epochs: int, number: int) -> tuple[dict[str, float], list[Tensor]]:
    """Return the seconds of each way and the heads that they end with; neither always begins."""
    prepared = prepare(images, network)
    torch.manual_seed(0)
    model = freeze(replace_head(network, 2))
    first = next(layer for layer in model.modules() if isinstance(layer, nn.Linear) and layer.out_features == 2)
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0  # a cached feature has none either
    head = nn.Linear(first.in_features, 2)
    head.load_state_dict(first.state_dict())

    def kept() -> Tensor:
        return trained(head, features(network.model, prepared, quiet=True), epochs)

    seconds, heads = {}, []
    with EmptyCache():
        ways: dict[str, Callable[[], Tensor]] = {ANEW: lambda: trained(model, prepared, epochs), KEPT: kept}
        for name in sorted(ways, reverse=number % 2 == 0):
            start = time.perf_counter()
            heads.append(ways[name]())
            seconds[name] = time.perf_counter() - start
        head.load_state_dict(nn.Linear(first.in_features, 2).state_dict())
        start = time.perf_counter()
        kept()
        seconds[AGAIN] = time.perf_counter() - start
    return seconds, heads


def views(network: Pretrained, images: ImageSet, sides: tuple[int, ...]) -> Tensor:
    """Return the features of all views side by side, float32 (N, F * views)."""
    if network.is_embedded:
        return features(network, images, quiet=True).tensors[0]
    weights = torchvision.models.get_model_weights(network.name).DEFAULT
    looks = [weights.transforms(resize_size=side) for side in sides]
    found = [features(network.model, images, preprocess=look, quiet=True).tensors[0] for look in looks]
    return torch.cat(found, dim=1)


def accuracy(train: TensorDataset, val: TensorDataset, decay: float, seed: int) -> float:
    """Return the validation accuracy of a linear head on standardised features."""
    mean, std = train.tensors[0].mean(dim=0), train.tensors[0].std(dim=0) + 1e-6
    train, val = (TensorDataset((each.tensors[0] - mean) / std, each.tensors[1]) for each in (train, val))
    torch.manual_seed(seed)
    head, loss = nn.Linear(len(mean), 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(head.parameters(), lr=RATE, momentum=0.9, weight_decay=decay)
    fit(DataLoader(train, BATCH, shuffle=True), head, loss, optimizer, EPOCHS, "cpu", seed=seed, quiet=True)
    return evaluate(DataLoader(val, len(val)), head, loss, "cpu")["acc"]


def left_out(found: Tensor, labels: Tensor, decay: float) -> float:
    """Return the accuracy on training photographs that were left out, over three times eight folds."""
    scores = []
    for seed in range(3):
        for a, b in StratifiedKFold(8, shuffle=True, random_state=seed).split(labels, labels):
            parts = [TensorDataset(found[rows], labels[rows]) for rows in (a, b)]
            scores.append(accuracy(*parts, decay, seed))
    return statistics.mean(scores)


def choose(network: Pretrained, images: ImageSet) -> None:
    """Print the accuracy on photographs that were left out, for each choice."""
    print("\naccuracy on training photographs left out, by weight decay: ", *(f"{decay:>7}" for decay in DECAYS))
    for sides in CHOICES:
        found = views(network, images, sides)
        scores = [left_out(found, images.labels, decay) for decay in DECAYS]
        print(f"views at {', '.join(map(str, sides)):50s}", *(f"{score:7.2%}" for score in scores))


def to_the_answer(seeds: int, choosing: bool) -> None:
    """Print accuracies and the seconds to the last of them."""
    with EmptyCache():
        start = time.perf_counter()
        network = load("squeezenet1_0")
        train, val = (hymenoptera(part, size=SIZE) for part in (True, False))
        found = [TensorDataset(views(network, images, VIEWS), images.labels) for images in (train, val)]
        computed = time.perf_counter() - start
        scores = [accuracy(*found, DECAY, seed) for seed in range(seeds)]
        seconds = time.perf_counter() - start
        print(f"\n{network.source}\n{train.source}")
        print("validation accuracy by seed:", ", ".join(f"{score:.2%}" for score in scores))
        print(f"mean {statistics.mean(scores):.2%}; {computed:.1f} s to the features, {seconds:.1f} s in all")
        if choosing:
            choose(network, train)


def spread(values: list[float]) -> str:
    return "".join(f"{value:9.2f}" for value in (min(values), statistics.median(values), max(values)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--choose", action="store_true", help="print the cross-validation behind the recipe")
    arguments = parser.parse_args()
    busy = os.getloadavg()[0]
    torch.set_num_threads(arguments.threads)
    versions = {module.__name__: module.__version__ for module in (torch, torchvision)}
    print(f"{torch.get_num_threads()} threads, {platform.machine()}", end="; ")
    print(json.dumps({"python": platform.python_version()} | versions))
    print(f"processes that ran or wanted to in the minute before: {busy:.2f}, of {os.cpu_count()} processors")
    to_the_answer(arguments.seeds, arguments.choose)
    if not arguments.rounds:
        return
    network, images = load("squeezenet1_0", quiet=True), hymenoptera(quiet=True)
    rounds = []
    for number in range(arguments.rounds):
        seconds, (one, other) = in_turn(network, images, arguments.epochs, number)
        alike = nn.functional.cosine_similarity(one, other, dim=0).item()
        assert alike > 0.99, f"the ways end with other heads: cosine {alike:.3f}"
        rounds.append(seconds)
    print(f"\n{arguments.epochs} epochs over {len(images)} images, n = {arguments.rounds}")
    print(f"{'seconds':28s}{'min':>9s}{'median':>9s}{'max':>9s}")
    for name in (ANEW, KEPT, AGAIN):
        print(f"{name:28s}{spread([each[name] for each in rounds])}")
    print(f"{'times faster, pair by pair':28s}{spread([each[ANEW] / each[KEPT] for each in rounds])}")


if __name__ == "__main__":
    main()
