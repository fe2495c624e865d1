"""A copy of a network without its numbers."""

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
        for key, value in vars(part).items():
            if key.endswith("hooks") and isinstance(value, dict):
                memo[id(value)] = OrderedDict()
            if isinstance(value, Tensor):
                memo[id(value)] = torch.empty_like(value, device="meta")
    for given in module.parameters():
        memo[id(given)] = nn.Parameter(torch.empty_like(given, device="meta"), requires_grad=False)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    try:
        return copy.deepcopy(module, memo).eval()
    except Exception as error:
        raise TypeError(
            f"trace: {type(module).__name__} cannot be copied ({error}); take open files, locks and the like out of it"
        ) from error
