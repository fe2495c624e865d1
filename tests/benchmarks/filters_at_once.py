"""Pictures of 32 filters: all at once and no further than their layer, or one by one through the whole network?

    python tests/benchmarks/filters_at_once.py --rounds 5

Both ways climb 40 steps from the same noise, with the same octaves, shifts and blurs, up to pictures of 64 x 64 pixels;
before the clock counts, the script makes sure that they agree (over some steps in double precision: in single precision
rounding soon decides which way the pictures of a deep layer go). One by one is the loop that a lesson would write out:
a picture, a pass through the whole network in evaluation mode with a hook on the layer, `backward()`, a step; the
weights ask for gradients, as they do after loading. A third way is that loop without octaves, which takes all 40 steps
at 64 x 64. At once is `visualize_filters`.

The network is torchvision's squeezenet1_0, with its ImageNet weights where TORCH_HOME has them, else with random ones.
Inside the clock is all from the noise to the pictures; loading the network is before it. The ways take turns and
change who begins; the comparison of their pictures is the warm-up.
"""

import argparse
import copy
import json
import os
import platform
import statistics
import time
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn
from torchvision.transforms import Normalize

from ainotes.interpret import visualize_filters
from ainotes.interpret.ascent import FAINT, LEAK, SILENT, plan
from ainotes.interpret.blur import blurred

AT_ONCE, ONE_BY_ONE, PLAIN = "at once, to the layer", "one by one, whole network", "the same without octaves"
SIZE, STEPS, OCTAVES, RATE, JITTER, BLUR = 64, 40, 3, 0.3, 4, 0.5
normalize = Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def squeezenet() -> tuple[nn.Module, str]:
    """Return the network, and what its weights are; nothing is downloaded."""
    weights = torchvision.models.SqueezeNet1_0_Weights.IMAGENET1K_V1
    file = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name)
    torch.manual_seed(0)
    network = torchvision.models.squeezenet1_0()
    if file.is_file():
        network.load_state_dict(torch.load(file, weights_only=True))
    return network.eval(), "ImageNet weights" if file.is_file() else "random weights"


def at_once(network: nn.Module, layer: str, filters: list[int], steps: int = STEPS) -> Tensor:
    return visualize_filters(
        network, layer, filters, size=SIZE, steps=steps, octaves=OCTAVES, rate=RATE, jitter=JITTER, blur=BLUR,
        normalize=normalize,
    )  # fmt: skip


def one_by_one(network: nn.Module, layer: str, filters: list[int], steps: int = STEPS) -> Tensor:
    octaves = plan(SIZE, OCTAVES, steps, lambda size: True)
    return torch.cat([one_picture(network, layer, number, octaves) for number in filters])


def without_octaves(network: nn.Module, layer: str, filters: list[int]) -> Tensor:
    return torch.cat([one_picture(network, layer, number, [(SIZE, STEPS)]) for number in filters])


def one_picture(network: nn.Module, layer: str, number: int, octaves: list[tuple[int, int]]) -> Tensor:
    """Return the picture (1, 3, H, W) of one filter, by the loop that one would write first."""
    seen = {}
    hook = network.get_submodule(layer).register_forward_hook(lambda *given: seen.update(maps=given[2].clone()))
    generator = torch.Generator().manual_seed(0)
    logits = FAINT * torch.randn(1, 3, octaves[0][0], octaves[0][0], generator=generator)
    for size, steps in octaves:
        logits = nn.functional.interpolate(logits, size=(size, size), mode="bilinear", align_corners=False)
        for _ in range(steps):
            shift = torch.randint(-JITTER, JITTER + 1, (2,), generator=generator).tolist()
            logits = logits.detach().requires_grad_()
            network(normalize(logits.sigmoid().roll(shift, dims=(2, 3))))
            nn.functional.leaky_relu(seen["maps"][0, number], LEAK).mean().backward()
            direction = logits.grad / (logits.grad.square().mean() + SILENT).sqrt()
            logits = blurred(logits.detach() + RATE * direction, BLUR)
    hook.remove()
    network.zero_grad()
    return logits.sigmoid()


def difference(network: nn.Module, layer: str, filters: list[int], steps: int = 9) -> float:
    """Return by how much the pictures of the first two ways differ in the mean, computed in double precision."""
    precise = copy.deepcopy(network).double()
    torch.set_default_dtype(torch.float64)
    try:
        return float(
            (at_once(precise, layer, filters, steps) - one_by_one(precise, layer, filters, steps)).abs().mean()
        )
    finally:
        torch.set_default_dtype(torch.float32)


WAYS = {AT_ONCE: at_once, ONE_BY_ONE: one_by_one, PLAIN: without_octaves}


def a_round(network: nn.Module, layer: str, filters: list[int], number: int) -> dict[str, float]:
    """Return the seconds of each way; none always begins."""
    seconds = {}
    for name in list(WAYS)[:: 1 if number % 2 else -1]:
        start = time.perf_counter()
        WAYS[name](network, layer, filters)
        seconds[name] = time.perf_counter() - start
    return seconds


def spread(values: list[float]) -> str:
    return "".join(f"{value:9.2f}" for value in (min(values), statistics.median(values), max(values)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--filters", type=int, default=32)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument(
        "--layers", nargs="+", default=["features.0", "features.4.expand3x3", "features.8.expand3x3"]
    )
    arguments = arguments.parse_args()
    busy = os.getloadavg()[0]
    torch.set_num_threads(arguments.threads)
    network, weights = squeezenet()
    filters = list(range(arguments.filters))
    versions = {module.__name__: module.__version__ for module in (torch, torchvision)}
    print(
        f"{torch.get_num_threads()} threads, {platform.machine()}; {weights}; n = {arguments.rounds} rounds;", end=" "
    )
    print(json.dumps({"python": platform.python_version()} | versions))
    print(f"processes that ran or wanted to in the minute before: {busy:.2f}, of {os.cpu_count()} processors")
    for layer in arguments.layers:
        apart = difference(network, layer, filters[:2])
        assert apart < 1e-6, f"the two ways give other pictures: mean difference {apart:.1e}"
        rounds = [a_round(network, layer, filters, number) for number in range(arguments.rounds)]
        print(f"\n{layer}, {len(filters)} filters; in double precision pictures differ by {apart:.0e} in the mean")
        print(f"{'seconds':42s}{'min':>9s}{'median':>9s}{'max':>9s}")
        for name in WAYS:
            print(f"{name:42s}{spread([seconds[name] for seconds in rounds])}")
        for name in (ONE_BY_ONE, PLAIN):
            print(f"{name + ' / at once':42s}{spread([each[name] / each[AT_ONCE] for each in rounds])}")


if __name__ == "__main__":
    main()
