"""Where a training step of the Convnet goes, and what pooling before the ReLUs is worth.

    python tests/benchmarks/step_parts.py --rounds 15

The whole step: `train_epoch`, as `fit` calls it (precision "auto", Adam, learning rate 1e-3), over `--steps` batches of
the training images, kept in memory; with and without pooling first, in turn in one process, from the same weights. The
clock runs over all steps of a round, divided by their number: taking a batch from memory, the checks, forward, loss,
backward, optimizer and counting are inside; decoding and the making of model and optimizer are before it.

The parts: every layer alone, in the order and on the very inputs (type, shape, memory layout) that it meets in such a
step, forward and backward as often as `--steps` says, the clock read around each half; then the loss and the optimizer.
What is left between their sum and the whole step of the same round is the rest: batches, checks, counting, and what a
layer pays, or saves, by coming after others. A first round of everything is the warm-up.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from ainotes.data import fashion_mnist
from ainotes.data.memory import in_memory
from ainotes.models import Convnet
from ainotes.utils import modes
from ainotes.utils.precision import Precision, choose, fused_steps
from ainotes.utils.steps import train_epoch
from ainotes.utils.train import get_device

AS_FIT, AS_WRITTEN = "pooling first", "as written"
POOLED_FIRST = (0, 2, 1, 3, 5, 4)  # the layers of Convnet.features in the order in which `fit` runs them
Halves = tuple[float, float]  # seconds forward, seconds backward


def fresh(device: torch.device):
    """Return a model, the same every time, with its loss and optimizer."""
    torch.manual_seed(0)
    model = Convnet().to(device)
    return model, nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=1e-3)


def now(device: torch.device) -> float:
    """Read the clock once the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


# -- the whole step ----------------------------------------------------------------------------------------------------


class Whole:
    """Training steps with and without pooling first, each way with a model of its own."""

    def __init__(self, loader, how: Precision):
        self.loader, self.how = loader, how
        self.runs = {AS_FIT: fresh(how.device), AS_WRITTEN: fresh(how.device)}
        self.rounds = 0

    def round(self) -> dict[str, float]:
        """Return the seconds of a step, each way; neither always comes first."""
        self.rounds += 1
        return {name: self.seconds(name) for name in sorted(self.runs, reverse=self.rounds % 2 == 0)}

    def seconds(self, name: str) -> float:
        pooling = patch.object(modes, "pooled_first", nullcontext) if name == AS_WRITTEN else nullcontext()
        with pooling:
            start = now(self.how.device)
            steps = len(train_epoch(self.loader, *self.runs[name], self.how))
            return (now(self.how.device) - start) / steps


# -- its parts ---------------------------------------------------------------------------------------------------------


class Alone:
    """A layer on the input that it meets in a step, with a gradient to send back."""

    def __init__(self, layer: nn.Module, arriving: Tensor, how: Precision):
        self.layer, self.how = layer, how
        self.arriving = arriving.detach()
        with torch.no_grad(), how.autocast():
            self.leaving = layer(self.arriving)
        self.gradient = torch.randn_like(self.leaving)

    def __call__(self, first: bool = False) -> Halves:
        """Return the seconds of one pass forward and back; the first layer sends nothing to the images."""
        arriving = self.arriving.detach().requires_grad_(not first)
        self.layer.zero_grad()
        start = now(self.how.device)
        with self.how.autocast():
            leaving = self.layer(arriving)
        middle = now(self.how.device)
        leaving.backward(self.gradient)
        return middle - start, now(self.how.device) - middle


def layers_alone(model: Convnet, images: Tensor, how: Precision) -> dict[str, Alone]:
    """Return every layer with its input, in the order in which `fit` runs them."""
    found: dict[str, Alone] = {}
    arriving = how.place(images)
    for layer in [*(model.features[index] for index in POOLED_FIRST), *model.classifier]:
        alone = Alone(layer, arriving, how)
        found[f"{len(found) + 1:2d} {type(layer).__name__} {shape(alone.arriving)}"] = alone
        arriving = alone.leaving
    with torch.no_grad(), how.autocast():
        assert torch.equal(arriving, model(how.place(images))), "the layers one by one are not the model"
    return found


def shape(images: Tensor) -> str:
    """A shape and a type: "64 x 1 x 28 x 28 float32"."""
    return f"{' x '.join(map(str, images.shape))} {str(images.dtype).removeprefix('torch.')}"


class Parts:
    """The layers, the loss and the optimizer of a step, each alone."""

    def __init__(self, loader, how: Precision, passes: int):
        self.how, self.passes = how, passes
        self.model, self.loss_fn, self.optimizer = fresh(how.device)
        images, labels = next(iter(loader))
        self.labels = labels.to(how.device)
        layers = layers_alone(self.model.train(), images, how)
        first, *_, self.last = layers.values()
        self.measured: dict[str, Callable[[], Halves]] = {
            **{name: partial(alone, first=alone is first) for name, alone in layers.items()},
            "loss": self.loss,
            "optimizer (step, zero_grad)": self.step,
        }

    def loss(self) -> Halves:
        """Return the seconds of the loss, forward and back to the logits."""
        logits = self.last.leaving.detach().requires_grad_()
        start = now(self.how.device)
        value = self.loss_fn(logits.float(), self.labels)
        middle = now(self.how.device)
        value.backward()
        return middle - start, now(self.how.device) - middle

    def step(self) -> Halves:
        """Return the seconds of the optimizer's step and of zero_grad."""
        for parameter in self.model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        start = now(self.how.device)
        self.optimizer.step()
        middle = now(self.how.device)
        self.optimizer.zero_grad()
        return middle - start, now(self.how.device) - middle

    def round(self) -> dict[str, Halves]:
        """Return the seconds of each part, both halves: the means of the round's passes."""
        with fused_steps(self.optimizer, self.how):
            return {name: self.mean(run) for name, run in self.measured.items()}

    def mean(self, run: Callable[[], Halves]) -> Halves:
        forward, backward = zip(*(run() for _ in range(self.passes)), strict=True)
        return statistics.mean(forward), statistics.mean(backward)


# -- the report --------------------------------------------------------------------------------------------------------


def spread(seconds: list[float]) -> str:
    """Minimum, median and maximum in milliseconds."""
    return "".join(f"{1000 * value:8.3f}" for value in (min(seconds), statistics.median(seconds), max(seconds)))


def report_whole(rounds: list[dict[str, float]]) -> None:
    print(f"\n{'whole step, ms':42s} {'min':>7s} {'median':>7s} {'max':>7s}")
    for name in (AS_FIT, AS_WRITTEN):
        print(f"{name:42s}{spread([seconds[name] for seconds in rounds])}")
    pairs = [seconds[AS_WRITTEN] / seconds[AS_FIT] for seconds in rounds]
    low, middle, high = min(pairs), statistics.median(pairs), max(pairs)
    print(f"{AS_WRITTEN} / {AS_FIT}, pair by pair: min {low:.3f}, median {middle:.3f}, max {high:.3f}")


def report_parts(rounds: list[dict[str, Halves]], whole: list[float]) -> None:
    """Print the parts, their shares of a step as fit runs it, and what is left of it: computed in each round."""
    print(f"\n{'part, ms':42s} {'min':>7s} {'median':>7s} {'max':>7s}  {'forward':>8s} {'backward':>8s}  share of step")
    for name in rounds[0]:
        both = [sum(halves[name]) for halves in rounds]
        forward, backward = (1000 * statistics.median(halves[name][at] for halves in rounds) for at in (0, 1))
        print(f"{name:42s}{spread(both)}  {forward:8.3f} {backward:8.3f}  {share(both, whole):13.1%}")
    rest = [step - sum(map(sum, halves.values())) for step, halves in zip(whole, rounds, strict=True)]
    print(f"{'the rest of the step':42s}{spread(rest)}{'':21s}{share(rest, whole):13.1%}")


def share(part: list[float], whole: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(part, whole, strict=True))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--steps", type=int, default=100, help="steps, and passes of each part, in a round")
    arguments.add_argument("--batch-size", type=int, default=64)
    arguments = arguments.parse_args()
    busy = os.getloadavg()[0]
    device, message = get_device()
    how = choose("auto", device)
    data = Subset(fashion_mnist(train=True), range(arguments.steps * arguments.batch_size))
    loader = in_memory(DataLoader(data, arguments.batch_size, shuffle=True))
    versions = json.dumps({"python": platform.python_version(), "torch": torch.__version__})
    print(f"{message} {torch.get_num_threads()} threads, {platform.machine()}; {versions}; n = {arguments.rounds}")
    print(
        f"processes that ran or wanted to in the minute before: {busy:.2f} on average, of {os.cpu_count()} processors"
    )
    chosen = f"bfloat16 {how.bfloat16}, channels last and fused step {how.fast}"
    print(f"batch size {arguments.batch_size}, {arguments.steps} steps a round; precision auto: {chosen}")
    whole, parts = Whole(loader, how), Parts(loader, how, arguments.steps)
    rounds = [(whole.round(), parts.round()) for _ in range(arguments.rounds + 1)][1:]  # the first one warmed up
    report_whole([steps for steps, _ in rounds])
    report_parts([halves for _, halves in rounds], [steps[AS_FIT] for steps, _ in rounds])


if __name__ == "__main__":
    main()
