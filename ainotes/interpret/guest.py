"""Be a guest in a learner's network: whatever happens during the visit, it is afterwards as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

__all__ = ["model_itself", "placed", "visiting"]


def model_itself(function: str, model: nn.Module) -> nn.Module:
    """Return the network inside the wrappers that ``torch.compile`` and ``nn.DataParallel`` put around it.

    Both keep its layers, its weights and their names; neither lets a visitor stop half way.

    Raises
    ------
    TypeError
        Where `model` is no network.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"{function}: model expects a network (nn.Module), got {type(model).__name__}")
    if isinstance(model, nn.DataParallel):
        return model_itself(function, model.module)
    inner = getattr(model, "_orig_mod", None)  # what torch.compile keeps the original as
    return model_itself(function, inner) if isinstance(inner, nn.Module) else model


@contextmanager
def visiting(model: nn.Module) -> Iterator[nn.Module]:
    """Evaluate a network, with gradients for what flows through it and none for its weights; then leave it as it was.

    Inside, every module is in evaluation mode, no parameter asks for a gradient (so ``.grad`` is never touched, and the
    way back is cheaper), and gradients are recorded, also where the caller switched them off by ``no_grad`` or
    ``inference_mode``. Afterwards, also after an exception: each module's own mode, each parameter's ``requires_grad``,
    and the random generators of the CPU and of the network's CUDA devices.

    Modes are set module by module and not by ``model.eval()``: a network may have a ``train`` of its own.

    Parameters
    ----------
    model : nn.Module
        Changed as said, until the context ends.

    Yields
    ------
    nn.Module
        The same network.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    >>> with visiting(net):
    ...     print(net[1].training, net[0].weight.requires_grad)
    False False
    >>> net[1].training, net[0].weight.requires_grad
    (True, True)
    """
    modes = [(module, module.training) for module in model.modules()]
    wanted = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    devices = sorted({parameter.device.index for parameter, _ in wanted if parameter.device.type == "cuda"})
    with torch.random.fork_rng(devices), torch.inference_mode(False), torch.enable_grad():
        try:
            for module, _ in modes:
                module.training = False
            for parameter, _ in wanted:
                parameter.requires_grad_(False)
            yield model
        finally:
            for module, mode in modes:
                module.training = mode
            for parameter, asks in wanted:
                parameter.requires_grad_(asks)


def placed(images: Tensor, model: nn.Module) -> Tensor:
    """Return a copy of the images with the device and float dtype of the network; the images themselves stay untouched.

    Examples
    --------
    >>> placed(torch.ones(1, 1, 2, 2, dtype=torch.float64), nn.Conv2d(1, 1, 1)).dtype
    torch.float32
    """
    copy = images.detach().clone()
    weight = next((each for each in model.parameters() if each.is_floating_point()), None)
    return copy if weight is None else copy.to(weight.device, weight.dtype)
