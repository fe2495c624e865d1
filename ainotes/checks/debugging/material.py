"""What several exercises of the lab are checked with: everything is decided by a seed."""

from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.words import short

CLASSES = 4


def random_images(count: int) -> tuple[Tensor, Tensor]:
    """Noise (count, 1, 6, 6), and labels that have nothing to do with it."""
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, 1, 6, 6, generator=generator), torch.arange(count) % CLASSES


def small_model(norm: bool = False) -> nn.Sequential:
    """A tiny network with dropout, and with batch normalisation where asked for; always the same weights."""
    torch.default_generator.manual_seed(1)  # the engine puts the random state back
    first = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)] if norm else [nn.Conv2d(1, 4, 3)]
    return nn.Sequential(*first, nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, CLASSES))


def weights_of(model: nn.Module) -> Tensor:
    """Every parameter of a model in one row."""
    return torch.cat([value.detach().flatten() for value in model.parameters()])


def as_pair(value: Any, wanted: str) -> tuple:
    """Both halves of a returned pair, or an error that says what was wanted."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"expected {wanted}, a pair; got {short(value, 60)}")
    return tuple(value)


class Watched(nn.Module):
    """A network that notes, at each call, its mode and whether autograd was recording."""

    def __init__(self, inner: nn.Module):
        super().__init__()
        self.inner = inner
        self.training_seen: list[bool] = []
        self.recording_seen: list[bool] = []

    def forward(self, images: Tensor) -> Tensor:
        self.training_seen.append(self.training)
        self.recording_seen.append(torch.is_grad_enabled())
        return self.inner(images)
