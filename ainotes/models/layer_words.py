"""What a layer or a function is called in a drawing: its kind, a short label, and its settings in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import nn

__all__ = ["Words", "of_function", "of_module", "times"]


class Words(NamedTuple):
    """How a node is called.

    Attributes
    ----------
    kind : str
        "conv", "linear", "pool", "norm", "activation", "dropout", "add", "multiply", "concat", "reshape", "attention",
        "block" or "other".
    label : str
        A few words, such as "conv 3×3, 64, /2", where /2 is the stride.
    detail : str
        All settings in words; empty where there are none.
    """

    kind: str
    label: str
    detail: str = ""


CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
POOLS: dict[str, tuple[type[nn.Module], ...]] = {
    "max pool": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    "average pool": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
}
ADAPTIVE: dict[str, tuple[type[nn.Module], ...]] = {
    "max pool": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    "average pool": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
}
# Layers with a fixed name, and the functions that do the same, without the underscores that mark the in-place kind.
NAMED: dict[type[nn.Module], tuple[str, str]] = {
    nn.BatchNorm1d: ("norm", "batch norm"),
    nn.BatchNorm2d: ("norm", "batch norm"),
    nn.BatchNorm3d: ("norm", "batch norm"),
    nn.LayerNorm: ("norm", "layer norm"),
    nn.GroupNorm: ("norm", "group norm"),
    nn.InstanceNorm2d: ("norm", "instance norm"),
    nn.LocalResponseNorm: ("norm", "local response norm"),
    nn.ReLU6: ("activation", "ReLU6"),
    nn.ReLU: ("activation", "ReLU"),
    nn.LeakyReLU: ("activation", "leaky ReLU"),
    nn.GELU: ("activation", "GELU"),
    nn.SiLU: ("activation", "SiLU"),
    nn.Sigmoid: ("activation", "sigmoid"),
    nn.Hardsigmoid: ("activation", "hard sigmoid"),
    nn.Hardswish: ("activation", "hard swish"),
    nn.Tanh: ("activation", "tanh"),
    nn.Softmax: ("activation", "softmax"),
    nn.Dropout: ("dropout", "dropout"),
    nn.Dropout2d: ("dropout", "dropout"),
    nn.AlphaDropout: ("dropout", "dropout"),
    nn.Flatten: ("reshape", "flatten"),
    nn.Unflatten: ("reshape", "unflatten"),
    nn.Upsample: ("reshape", "upsample"),
    nn.MultiheadAttention: ("attention", "attention"),
}
FUNCTIONS = {
    "add": ("add", "+"),
    "iadd": ("add", "+"),
    "radd": ("add", "+"),
    "sub": ("other", "−"),
    "mul": ("multiply", "×"),
    "imul": ("multiply", "×"),
    "rmul": ("multiply", "×"),
    "cat": ("concat", "concat"),
    "concat": ("concat", "concat"),
    "stack": ("concat", "stack"),
    "relu": ("activation", "ReLU"),
    "relu6": ("activation", "ReLU6"),
    "gelu": ("activation", "GELU"),
    "silu": ("activation", "SiLU"),
    "sigmoid": ("activation", "sigmoid"),
    "hardsigmoid": ("activation", "hard sigmoid"),
    "hardswish": ("activation", "hard swish"),
    "tanh": ("activation", "tanh"),
    "softmax": ("activation", "softmax"),
    "dropout": ("dropout", "dropout"),
    "conv1d": ("conv", "conv"),
    "conv2d": ("conv", "conv"),
    "conv3d": ("conv", "conv"),
    "linear": ("linear", "linear"),
    "matmul": ("other", "matrix product"),
    "bmm": ("other", "matrix product"),
    "scaled_dot_product_attention": ("attention", "attention"),
    "multi_head_attention_forward": ("attention", "attention"),
    "batch_norm": ("norm", "batch norm"),
    "layer_norm": ("norm", "layer norm"),
    "group_norm": ("norm", "group norm"),
    "max_pool2d": ("pool", "max pool"),
    "avg_pool2d": ("pool", "average pool"),
    "adaptive_avg_pool2d": ("pool", "average pool"),
    "adaptive_max_pool2d": ("pool", "max pool"),
    "mean": ("pool", "mean"),
    "amax": ("pool", "maximum"),
    "max": ("pool", "maximum"),
    "sum": ("other", "sum"),
    "interpolate": ("reshape", "resize"),
    "pad": ("reshape", "pad"),
    "getitem": ("reshape", "slice"),
}
RESHAPING = ("flatten", "permute", "transpose", "reshape", "view", "squeeze", "unsqueeze", "chunk", "split", "movedim")
FUNCTIONS |= {name: ("reshape", name) for name in (*RESHAPING, "roll", "unflatten", "expand", "repeat", "narrow")}


def of_module(module: nn.Module) -> Words:
    """Return how a layer is called.

    Examples
    --------
    >>> of_module(nn.Conv2d(16, 32, 3, stride=2, padding=1))
    Words(kind='conv', label='conv 3×3, 32, /2', detail='kernel 3×3, stride 2, padding 1')
    >>> of_module(nn.Conv2d(16, 16, 7, groups=16)).label, of_module(nn.Linear(8, 10)).label
    ('depthwise 7×7, 16', 'linear, 10')
    """
    if isinstance(module, CONVOLUTIONS + TRANSPOSED):
        return _convolution(module)
    if isinstance(module, nn.Linear):
        bias = "" if module.bias is not None else ", no bias"
        label = f"linear, {module.out_features}"
        return Words("linear", label, f"{module.in_features} inputs, {module.out_features} outputs{bias}")
    for name, types in POOLS.items():
        if isinstance(module, types):
            return _pool(name, module)
    for name, types in ADAPTIVE.items():
        if isinstance(module, types):
            return _adaptive(name, module)
    for known, (kind, label) in NAMED.items():
        if isinstance(module, known):
            return Words(kind, label, f"p = {module.p:g}" if kind == "dropout" else "")
    if type(module).__name__ in ("StochasticDepth", "DropPath"):
        return Words("dropout", "stochastic depth", f"p = {module.p:g}" if hasattr(module, "p") else "")
    return Words("block" if next(module.children(), None) else "other", type(module).__name__, module.extra_repr())


def of_function(name: str) -> Words:
    """Return how a function or method of torch is called; an unknown one by its own name.

    Examples
    --------
    >>> of_function("__iadd__").label, of_function("relu_").label, of_function("cumsum").label
    ('+', 'ReLU', 'cumsum')
    """
    plain = name.strip("_")
    return Words(*FUNCTIONS.get(plain, ("other", plain)))


def times(sides: int | Sequence[Any] | None) -> str:
    """Return sides as text: "3×3"; one number stands alone.

    Examples
    --------
    >>> times((3, 3)), times((1, 7)), times(2)
    ('3×3', '1×7', '2')
    """
    return "×".join(map(str, sides)) if isinstance(sides, Sequence) else str(sides)


def _one(sides: int | Sequence[int] | str) -> str:
    """Return sides as one number where all are the same."""
    same = isinstance(sides, Sequence) and not isinstance(sides, str) and len(set(sides)) == 1
    return str(sides[0]) if same else sides if isinstance(sides, str) else times(sides)  # type: ignore[index]


def _square(sides: int | Sequence[int], like: nn.Module) -> str:
    """Return the kernel of a layer that may give it as one number."""
    digits = [each for each in type(like).__name__ if each.isdigit()]
    dimensions = int(digits[-1]) if digits else 2
    return times(sides if isinstance(sides, Sequence) else (sides,) * dimensions)


def _convolution(module: Any) -> Words:
    kernel, transposed = times(module.kernel_size), isinstance(module, TRANSPOSED)
    depthwise = module.groups > 1 and module.groups == module.in_channels
    name = "transposed conv" if transposed else "depthwise" if depthwise else "conv"
    label, stride = f"{name} {kernel}, {module.out_channels}", _one(module.stride)
    if module.groups > 1 and not depthwise:
        label += f", {module.groups} groups"
    if stride != "1":
        label += f", {'×' if transposed else '/'}{stride}"
    parts = [f"kernel {kernel}", f"stride {stride}", f"padding {_one(module.padding)}"]
    parts += [f"dilation {_one(module.dilation)}"] if _one(module.dilation) != "1" else []
    parts += [f"groups {module.groups}"] if module.groups > 1 else []
    return Words("conv", label, ", ".join(parts))


def _pool(name: str, module: Any) -> Words:
    kernel, stride = _square(module.kernel_size, module), _one(module.stride)
    label = f"{name} {kernel}" + (f", /{stride}" if stride != "1" else "")
    return Words("pool", label, f"kernel {kernel}, stride {stride}, padding {_one(module.padding)}")


def _adaptive(name: str, module: Any) -> Words:
    side = times(module.output_size)
    whole = set(side.split("×")) == {"1"}
    return Words("pool", f"global {name}" if whole else f"{name} to {side}", f"to {side} for any size")
