"""Save a training run so that it can be killed at any moment and go on as if nothing had happened."""

import os
import random
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

FORMAT = 1
Setup = dict[str, Any]


def save(path: Path, state: dict) -> None:
    """Write the state beside the path and rename: the file is the old one or the new one, never half of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    with open(partial, "wb") as file:
        torch.save({"format": FORMAT, **state}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def load(path: Path) -> dict:
    """Read a state that `save` wrote; tensors and plain numbers only, no code is run."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(
            f"fit: {path} is not a complete checkpoint ({type(error).__name__}); it is left as it is. "
            "Delete it to start afresh, or pass another path"
        ) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError(f"fit: {path} was not written by fit(checkpoint=...); pass another path")
    return state


def check_same_run(path: Path, state: dict, model: nn.Module, setup: Setup) -> None:
    """Refuse a checkpoint of another model or of a run with other settings, before anything is changed."""
    saved, own = state["model"], model.state_dict()
    for name in [*saved, *own]:
        there, here = (tuple(s[name].shape) if name in s else None for s in (saved, own))
        if there != here:
            raise ValueError(
                f"fit: {path} is a checkpoint of another model: {name} is {_shape(there)} there, {_shape(here)} here; "
                "pass another path, or build the model that was saved"
            )
    changed = [
        f"{key} was {state['setup'].get(key)}, is {value}"
        for key, value in setup.items()
        if state["setup"].get(key) != value
    ]
    if changed:
        raise ValueError(
            f"fit: {path} is a checkpoint of another run: {'; '.join(changed)}. "
            "Pass another path, or delete the file to start afresh"
        )


def _shape(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else str(shape)


def random_state(generators: list[torch.Generator]) -> dict:
    """Return the state of every random generator that a training run may draw from."""
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "generators": [generator.get_state() for generator in generators],
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if numpy := sys.modules.get("numpy"):
        name, keys, *rest = numpy.random.get_state()
        state["numpy"] = (name, keys.tolist(), *rest)
    return state


def restore_random_state(state: dict, generators: list[torch.Generator]) -> None:
    """Set every random generator to what `random_state` recorded."""
    torch.set_rng_state(state["torch"])
    random.setstate(state["python"])
    for generator, saved in zip(generators, state["generators"], strict=True):
        generator.set_state(saved)
    if "cuda" in state and torch.cuda.device_count() == len(state["cuda"]):
        torch.cuda.set_rng_state_all(state["cuda"])
    if "numpy" in state and "numpy" in sys.modules:
        sys.modules["numpy"].random.set_state(state["numpy"])
