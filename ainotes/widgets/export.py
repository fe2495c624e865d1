"""A trained network as a page needs it: a list of its layers, and its numbers in 16 bits.

``static/network.js`` runs what is written here. It is plain JavaScript and not onnxruntime-web, which was tried and is
the faster one: its version 1.30.0 ran a residual network of 0.7 million parameters and 40 million multiply-adds in 3.8
ms where the engine here took 13.4 ms (the least of 60 runs, in Node, on one thread of a busy machine). But its smallest
build is a file of 14.2 MB, seven times what the weights of that network take in a page; as a second file beside the
page it may not be loaded by a page that was opened from a folder; and it took half a second to start. The engine is
15 kB inside the figure, and is done within some frames. ``tests/benchmarks/page_inference.py`` sets it beside PyTorch.

torch is loaded by `export` alone, so that the figures load without it.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ainotes.widgets.inputs import positive

if TYPE_CHECKING:
    from torch import Tensor, nn

MOST_PARAMETERS = 1_000_000
CLOSE = 1e-3  # how far two ways to the same numbers may lie apart, as a share of the largest
LARGEST_HALF = 65_504  # the largest number in 16 bits
ALLOWED = (
    "Conv2d, BatchNorm2d, BatchNorm1d, ReLU, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, Flatten, Linear, Dropout, "
    "Identity, ainotes.models.Residual, and modules that run such parts one after the other"
)


@dataclasses.dataclass(frozen=True)
class PageNetwork:
    """What a page gets of a network, and the network that it stands for.

    Attributes
    ----------
    layers : list of dict
        What ``network.js`` builds. The first is the input; each has a `kind`, the `name` of its module in the model,
        and the `shape` of what leaves it, without the batch: [C, H, W] or [numbers]. `from` lists the layers that it
        works on, where that is not the one before. `weight`, `bias`, `mean` and `variance` say where in `weights` its
        numbers begin, in numbers; None stands for zeros.
    weights : bytes
        All numbers as float16, low byte first. Biases and the numbers of batch normalisation are few, and rounding
        them is felt: they come twice, as float16 and then as what that left out, and count for their sum.
    twin : nn.Module
        A copy of the model in evaluation mode, float32 on the CPU, whose numbers are those of `weights`.
    """

    layers: list[dict[str, Any]]
    weights: bytes
    twin: nn.Module

    def __call__(self, images: Any) -> np.ndarray:
        """Return what the page computes: float32 (N, ...) of prepared images (N, C, H, W)."""
        import torch

        with torch.inference_mode():
            return self.twin(torch.tensor(np.asarray(images, np.float32))).numpy()


def export(
    model: nn.Module, shape: Sequence[int], *, most: int = MOST_PARAMETERS, where: str = "export"
) -> PageNetwork:
    """Describe a network for the page.

    The model stays as it is. Every module that holds others is tried on random images: what it returns must be what
    its parts return one after the other, or it is refused.

    Parameters
    ----------
    model : nn.Module
        On any device, in any mode.
    shape : sequence of 3 int
        Channels, rows and columns of the images.
    most : int
        How many parameters it may have at most.
    where : str
        Name of the figure, for the error messages.

    Raises
    ------
    TypeError
        Where the model is no ``nn.Module``.
    ValueError
        Where a part is of another kind than the page can run, does something of its own besides running its parts, has
        numbers that do not fit into 16 bits, or where the network is too large or takes no such images. The message
        names the part, and what is allowed.

    Examples
    --------
    >>> from torch import nn
    >>> page = export(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)), (1, 4, 4))
    >>> [(layer["kind"], layer["shape"]) for layer in page.layers]
    [('input', [1, 4, 4]), ('conv2d', [2, 2, 2]), ('relu', [2, 2, 2]), ('flatten', [8]), ('linear', [2])]
    >>> len(page.weights) // 2  # 2 * 3 * 3 + 8 * 2, and both biases twice
    42
    """
    import torch

    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"{where}: expects a network (torch.nn.Module), got {type(model).__name__}")
    channels, rows, columns = (positive(where, "shape", side) for side in shape)
    count = sum(parameter.numel() for parameter in model.parameters())
    if count > most:
        raise ValueError(
            f"{where}: {type(model).__name__} has {count:,} parameters, a page takes {most:,} at most; "
            "a smaller network of the same kind will do there"
        )
    twin = _twin(model, where)
    walk = _Walk(where, [channels, rows, columns])
    images = torch.randn(2, channels, rows, columns, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        try:
            twin(images.clone())
        except RuntimeError as error:
            raise ValueError(
                f"{where}: {type(model).__name__} does not take images of shape {(channels, rows, columns)}: {error}"
            ) from error
        walk.through(twin, "", images, 0)
    return PageNetwork(walk.layers, walk.weights(), twin)


def _twin(model: nn.Module, where: str) -> nn.Module:
    """Return a copy with numbers of 16 bits, in float32 on the CPU, in evaluation mode, watched by no hook."""
    for name, tensor in model.state_dict().items():
        largest = float("nan") if tensor.is_meta else tensor.detach().abs().max().item() if tensor.numel() else 0
        if tensor.is_floating_point() and not largest <= LARGEST_HALF:
            raise ValueError(
                f"{where}: {name} holds a number of {largest:g}; in 16 bits a page holds {LARGEST_HALF:,} at most"
            )
    # What a learner's forward left as an attribute, for a look at it later, has a history that cannot be copied.
    left = [value for module in model.modules() for value in vars(module).values() if hasattr(value, "detach")]
    twin = copy.deepcopy(model, {id(value): value.detach() for value in left}).cpu().float().eval()
    for tensor in twin.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(sum(_halves(tensor)))
    for module in twin.modules():
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    return twin


def _halves(tensor: Tensor) -> list[Tensor]:
    """Return a tensor as numbers of 16 bits, in float32; one that is a row as two of them, which are added."""
    rough = tensor.detach().half().float()
    return [rough, (tensor.detach() - rough).half().float()] if tensor.ndim == 1 else [rough]


class _Walk:
    """Goes through a network with two random images, and writes down what happens to them."""

    def __init__(self, where: str, shape: list[int]):
        self.where = where
        self.layers: list[dict[str, Any]] = [{"kind": "input", "name": "", "shape": shape}]
        self.numbers: list[np.ndarray] = []
        self.count = 0

    def through(self, module: nn.Module, name: str, maps: Tensor, at: int) -> tuple[Tensor, int]:
        """Go through a module with what leaves layer `at`; return what comes out, and of which layer."""
        if describe := _KINDS.get(_kind(module)):
            return self._leaf(module, name, maps, at, describe)
        try:
            if _is_residual(module):
                found, at = self._residual(module, name, maps, at)
            else:
                found, at = self._in_order(module, name, maps, at)
        except RuntimeError as error:  # of torch: shapes that do not fit
            raise self._own_way(module, name) from error
        expected = module(maps.clone())
        if found.shape != expected.shape or (found - expected).abs().max() > CLOSE * expected.abs().max():
            raise self._own_way(module, name)
        return found, at

    def weights(self) -> bytes:
        """Return all numbers as float16."""
        return np.concatenate([np.zeros(0, "<f2"), *self.numbers]).tobytes()

    def _leaf(
        self, module: nn.Module, name: str, maps: Tensor, at: int, describe: Callable[[nn.Module], dict[str, Any]]
    ) -> tuple[Tensor, int]:
        described = describe(module)
        if why := described.pop("refused", None):
            raise ValueError(f"{self.where}: {self._called(module, name)} {why}, which a page cannot run")
        if described.get("kind") == "linear" and maps.ndim != 2:
            raise ValueError(f"{self.where}: {self._called(module, name)} gets maps; put nn.Flatten() before it")
        maps = maps.relu() if described.get("kind") == "relu" else module(maps)  # ReLU may work in place
        return maps, self._add(described, name, maps, [at]) if described else at

    def _in_order(self, module: nn.Module, name: str, maps: Tensor, at: int) -> tuple[Tensor, int]:
        parts = [(part, each) for part, each in module._modules.items() if each is not None]
        if not parts:
            raise ValueError(f"{self.where}: {self._called(module, name)} is none of what a page can run: {ALLOWED}")
        for part, each in parts:
            maps, at = self.through(each, f"{name}.{part}".lstrip("."), maps, at)
        return maps, at

    def _residual(self, module: Any, name: str, maps: Tensor, start: int) -> tuple[Tensor, int]:
        change, at = self.through(module.branch, f"{name}.branch".lstrip("."), maps, start)
        if module.shortcut is not None:
            kept, other = self.through(module.shortcut, f"{name}.shortcut".lstrip("."), maps, start)
            change = change + kept
            at = self._add({"kind": "add"}, name, change, [at, other])
        change = change.relu()
        return change, self._add({"kind": "relu"}, name, change, [at])

    def _add(self, layer: dict[str, Any], name: str, maps: Tensor, sources: list[int]) -> int:
        """Write a layer down; its tensors become places in the numbers."""
        placed = {key: self._place(value) if hasattr(value, "detach") else value for key, value in layer.items()}
        links = {} if sources == [len(self.layers) - 1] else {"from": sources}
        self.layers.append({**placed, "name": name, "shape": list(maps.shape[1:]), **links})
        return len(self.layers) - 1

    def _place(self, tensor: Tensor) -> int:
        start = self.count
        parts = [part.detach().numpy().astype("<f2").ravel() for part in _halves(tensor)]
        self.numbers += parts
        self.count += sum(map(len, parts))
        return start

    def _own_way(self, module: nn.Module, name: str) -> ValueError:
        return ValueError(
            f"{self.where}: {self._called(module, name)} does something else than run its parts one after the other; "
            f"write every step as a part (nn.ReLU() for a function, nn.Flatten() for a view). A page can run: {ALLOWED}"
        )

    def _called(self, module: nn.Module, name: str) -> str:
        return f"{name} ({type(module).__name__})" if name else type(module).__name__


def _kind(module: nn.Module) -> str:
    """Return the name of one of torch's own modules; what is derived from it may do otherwise."""
    kind = type(module)
    return kind.__name__ if kind.__module__.startswith("torch.nn.modules.") else ""


def _is_residual(module: nn.Module) -> bool:
    from ainotes.models import Residual

    return isinstance(module, Residual)


def _pair(value: Any) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _conv2d(layer: Any) -> dict[str, Any]:
    if layer.padding_mode != "zeros":
        return {"refused": f"has padding_mode={layer.padding_mode!r}"}
    spans = [step * (side - 1) for step, side in zip(layer.dilation, layer.kernel_size, strict=True)]
    named = {"valid": [0, 0], "same": [span // 2 for span in spans]}
    return {
        "kind": "conv2d",
        "kernel": list(layer.kernel_size),
        "stride": list(layer.stride),
        "padding": named.get(layer.padding) or list(layer.padding),
        "dilation": list(layer.dilation),
        "groups": layer.groups,
        "weight": layer.weight,
        "bias": layer.bias,
    }


def _batch_norm(layer: Any) -> dict[str, Any]:
    if layer.running_mean is None:
        return {"refused": "keeps no running statistics"}
    return {
        "kind": "batch norm",
        "epsilon": layer.eps,
        "mean": layer.running_mean,
        "variance": layer.running_var,
        "weight": layer.running_var.new_ones(layer.num_features) if layer.weight is None else layer.weight,
        "bias": layer.bias,
    }


def _pool(kind: str) -> Callable[[Any], dict[str, Any]]:
    def describe(layer: Any) -> dict[str, Any]:
        if getattr(layer, "return_indices", False):
            return {"refused": "returns indices"}
        if getattr(layer, "divisor_override", None):
            return {"refused": "has divisor_override"}
        sides = {
            "kernel": _pair(layer.kernel_size),
            "stride": _pair(layer.stride),
            "padding": _pair(layer.padding),
        }
        extra = (
            {"dilation": _pair(layer.dilation)} if kind == "max pool" else {"counts_padding": layer.count_include_pad}
        )
        return {"kind": kind, **sides, **extra}

    return describe


def _flatten(layer: Any) -> dict[str, Any]:
    if (layer.start_dim, layer.end_dim) != (1, -1):
        return {"refused": f"flattens dimensions {layer.start_dim} to {layer.end_dim} instead of all but the first"}
    return {"kind": "flatten"}


def _linear(layer: Any) -> dict[str, Any]:
    return {"kind": "linear", "weight": layer.weight, "bias": layer.bias}


def _nothing(layer: Any) -> dict[str, Any]:
    return {}


_KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Conv2d": _conv2d,
    "BatchNorm2d": _batch_norm,
    "BatchNorm1d": _batch_norm,
    "ReLU": lambda layer: {"kind": "relu"},
    "MaxPool2d": _pool("max pool"),
    "AvgPool2d": _pool("average pool"),
    "AdaptiveAvgPool2d": lambda layer: {"kind": "adaptive average pool"},
    "Flatten": _flatten,
    "Linear": _linear,
    "Dropout": _nothing,
    "Dropout2d": _nothing,
    "Identity": _nothing,
}
