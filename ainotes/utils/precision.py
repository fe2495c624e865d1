"""Make a training step fast without changing what it computes: number format, memory layout, fused optimizers."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer

PRECISIONS = ("auto", "float32", "bfloat16")
HAS_FUSED_STEP = (Adam, AdamW, SGD)


@dataclass(frozen=True)
class Precision:
    """How a step runs on a device.

    Attributes
    ----------
    device : torch.device
        Where it runs.
    bfloat16 : bool
        Matrix products and convolutions in bfloat16 (8 bits of exponent, 7 of fraction); weights, loss and optimizer
        stay float32. Micikevicius et al. (2018), *Mixed precision training*.
    fast : bool
        Channels-last images and a fused optimizer step: the same arithmetic, summed in another order.
    """

    device: torch.device
    bfloat16: bool = False
    fast: bool = False

    def autocast(self):
        """Return the context in which the model's forward pass runs."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bfloat16)

    def place(self, images: Tensor) -> Tensor:
        """Move a batch to the device, in the memory layout that suits its convolutions."""
        images = images.to(self.device, non_blocking=True)
        return channels_last(images) if self.fast and images.ndim == 4 else images


def choose(precision: str, device: torch.device) -> Precision:
    """Return how to run on the device: see `fit`.

    ``"float32"`` is the arithmetic of the plain loop, bit for bit. ``"bfloat16"`` is used where asked for;
    ``"auto"`` chooses it where the hardware multiplies it: CUDA since Ampere, CPUs with AMX or AVX512-BF16.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision: expected one of {', '.join(map(repr, PRECISIONS))}, got {precision!r}")
    if device.type == "cpu":
        keep_freed_memory()
    if precision == "float32":
        return Precision(device)
    bfloat16 = precision == "bfloat16" or has_bfloat16(device)
    return Precision(device, bfloat16=bfloat16, fast=device.type in ("cpu", "cuda"))


def has_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 matrices itself; emulated ones are slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        instructions = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
        return torch.backends.mkldnn.is_available() and any(getattr(torch.cpu, name, bool)() for name in instructions)
    return False


@cache
def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next batch instead of handing it back after every layer.

    By default glibc may return each large feature map to the system and fetch it anew, page by page: up to 1,700 page
    faults a step were counted for the Convnet at batch size 64, and 5 like this. It counts for the whole process, and
    does nothing where the C library has no ``mallopt``. Source: mallopt(3).
    """
    mmap_threshold, trim_threshold = -3, -1
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library; on Windows there is no such handle
        return
    mallopt(mmap_threshold, 32 << 20)  # bytes; glibc before 2.35 takes no more than this
    mallopt(trim_threshold, 1 << 30)


def channels_last(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) whose channels lie next to each other in memory.

    With one channel both layouts hold the same bytes, and only the strides tell convolutions which one is meant;
    ``Tensor.to`` leaves those as they are.
    """
    if images.shape[1] == 1:
        return images.reshape(len(images), *images.shape[2:], 1).permute(0, 3, 1, 2)
    return images.contiguous(memory_format=torch.channels_last)


@contextmanager
def fused_steps(optimizer: Optimizer, precision: Precision) -> Iterator[None]:
    """Let the optimizer update all its parameters in one kernel, and give it back as it was."""
    groups = [group for group in optimizer.param_groups if precision.fast and _can_fuse(optimizer, group)]
    before = [(group["fused"], group["foreach"]) for group in groups]
    for group in groups:
        group["fused"], group["foreach"] = True, False
        for parameter in group["params"]:
            state = optimizer.state.get(parameter, {})
            if "step" in state:  # a fused step counts on the device of the parameter
                state["step"] = state["step"].to(parameter.device)
    try:
        yield
    finally:
        for group, (fused, foreach) in zip(groups, before, strict=True):
            group["fused"], group["foreach"] = fused, foreach


def _can_fuse(optimizer: Optimizer, group: dict) -> bool:
    """Whether a fused step exists for the group and its owner has not chosen otherwise."""
    return (
        type(optimizer) in HAS_FUSED_STEP
        and group.get("fused") is None
        and group.get("foreach") is None
        and not group.get("differentiable")
        and all(p.dtype == torch.float32 and p.device.type in ("cpu", "cuda") for p in group["params"])
    )
