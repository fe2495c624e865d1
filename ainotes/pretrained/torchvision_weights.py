"""Weights of torchvision: found in its cache or downloaded and checked, and proved harmless before they are loaded."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import torch
from torchvision.models import WeightsEnum

from ..data.download import DownloadError, download
from ..data.files import DataFile
from ..data.registry import offline

__all__ = ["WeightsError", "fetch_weights"]


class WeightsError(OSError):
    """Weights could not be had; the message goes on from "torchvision's weights of ..." and says why."""


def fetch_weights(weights: WeightsEnum, *, quiet: bool = False) -> Path:
    """Make sure that a file of torchvision's weights is on this machine, where `get_model` finds it.

    Looks in torchvision's own cache (`torch.hub.get_dir()`, which TORCH_HOME moves), else downloads with a progress bar
    into a temporary file, compares the checksum that is part of the file's name, and renames. A file is taken only if
    it holds nothing but tensors: it is read once with ``weights_only=True``. A file that is damaged is named and left
    as it is.

    Parameters
    ----------
    weights : WeightsEnum
        Such as ``torchvision.models.ResNet18_Weights.DEFAULT``.
    quiet : bool
        No progress bar.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WeightsError
        If there is no such file here and none can be downloaded, or the one here is damaged.
    """
    if not isinstance(weights, WeightsEnum):
        raise TypeError(
            f"fetch_weights: expects weights of torchvision, such as ResNet18_Weights.DEFAULT, "
            f"got {type(weights).__name__}"
        )
    file = described(weights)
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    path = folder / file.path
    if not path.exists():
        if offline():
            raise WeightsError("are not on this machine, and AINOTES_OFFLINE forbids to download them")
        try:
            download(file, folder, quiet=quiet)
        except DownloadError as error:
            raise WeightsError(f"are not on this machine and could not be downloaded ({error})") from error
    _prove(path)
    return path


def described(weights: WeightsEnum) -> DataFile:
    """Return what is published of a file of weights: its address and, in its name, the first digits of its SHA-256."""
    name = weights.url.rsplit("/", 1)[-1]
    found = re.search(r"-([0-9a-f]{8,})\.", name)
    return DataFile(name, None, found.group(1) if found else "", urls=(weights.url,))


def _prove(path: Path) -> None:
    """Read the file as tensors and nothing else; torchvision's own reading would run what a pickle asks for."""
    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=_can_map(path))
    except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
        raise WeightsError(
            f"are damaged on this machine ({type(error).__name__}): delete {path} and they will be downloaded again"
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(f"are damaged on this machine: {path} holds a {type(state).__name__}; delete it")


def _can_map(path: Path) -> bool:
    """Return whether a file has the layout of today, whose tensors need not be read to see that they are tensors."""
    with open(path, "rb") as file:
        return file.read(2) == b"PK"
