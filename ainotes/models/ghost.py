"""Copies of a network: without its hooks, and without its numbers."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn


def ghost_of(module: nn.Module) -> nn.Module:
    """Return a copy on the meta device, in `eval()` mode, without hooks; tied parameters stay tied."""
    memo: dict[int, Any] = {}
    for part in module.modules():
        for value in vars(part).values():
            if isinstance(value, Tensor):
                memo[id(value)] = torch.empty_like(value, device="meta")
    for given in module.parameters():
        memo[id(given)] = nn.Parameter(torch.empty_like(given, device="meta"), requires_grad=False)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return without_hooks("trace", module, memo).eval()


def without_hooks(function: str, module: nn.Module, memo: dict[int, Any] | None = None) -> nn.Module:
    """Return a copy without hooks, so that whoever watches the module does not see the copy run.

    Parameters
    ----------
    function : str
        Who copies, for the error's message.
    module : nn.Module
        Left as it is.
    memo : dict, optional
        As `copy.deepcopy` takes it: what stands in the copy for some objects, by their `id`.

    Raises
    ------
    TypeError
        If it holds something that cannot be copied.
    """
    hooks: dict[int, Any] = {
        id(value): OrderedDict()
        for part in module.modules()
        for key, value in vars(part).items()
        if key.endswith("hooks") and isinstance(value, dict)
    }
    try:
        return copy.deepcopy(module, {**(memo or {}), **hooks})
    except Exception as error:
        raise TypeError(
            f"{function}: {type(module).__name__} cannot be copied ({error}); "
            "take open files, locks and the like out of it"
        ) from error
