"""Gradient ascent on pictures: many filters of one layer at once, each with a picture of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .blur import blurred
from .few_filters import only_filters
from .layers import way_to
from .passes import run, watched

__all__ = ["Ascent", "plan"]

GROWTH = 1.4  # of the picture's sides from one octave to the next
FAINT = 0.1  # standard deviation of the first noise, before the sigmoid: pixels of 0.5, give or take 0.025
LEAK = 0.1  # what an answer below 0 counts: places that answer decide, and a filter silent everywhere has a slope
SILENT = 1e-20  # added to the square of a gradient: one of 0, as of a silent filter, moves nothing and is no nan


def plan(size: int, octaves: int, steps: int, fits: Callable[[int], bool]) -> list[tuple[int, int]]:
    """Return (size, steps) of each octave, the smallest first; what does not fit the network is left out.

    The steps are spread evenly, what is left over goes to the last octaves. With fewer steps than octaves the smallest
    ones are left out too.

    Examples
    --------
    >>> plan(64, 3, 40, lambda size: True), plan(64, 3, 40, lambda size: size > 40)
    ([(33, 13), (46, 13), (64, 14)], [(46, 20), (64, 20)])
    """
    sizes = sorted({size, *(round(size / GROWTH**octave) for octave in range(octaves))})[-steps:]
    sizes = [each for each in sizes if each == size or (each > 0 and fits(each))]
    share, left = divmod(steps, len(sizes))
    return [(each, share + (number >= len(sizes) - left)) for number, each in enumerate(sizes)]


@dataclass(frozen=True)
class Ascent:
    """What it takes to climb.

    Attributes
    ----------
    function : str
        Who asks, for errors.
    model, layer, name : nn.Module, nn.Module, str
        The network, which a caller is visiting, and whose filters.
    normalize : callable or None
        From pixels in [0, 1] to what the network expects.
    channels : int
        Channels of the pictures.
    rate, jitter, blur : float, int, float
        As in `visualize_filters`.
    seed : int
        For noise and shifts.
    """

    function: str
    model: nn.Module
    layer: nn.Module
    name: str
    normalize: Callable[[Tensor], Tensor] | None
    channels: int
    rate: float
    jitter: int
    blur: float
    seed: int

    def pictures(self, filters: list[int], octaves: list[tuple[int, int]]) -> Tensor:
        """Return a picture (filters, channels, H, W) in [0, 1] for each filter, with pixels as the network saw them."""
        generator = torch.Generator().manual_seed(self.seed)
        numbers = torch.tensor(filters, device=self.place.device)
        logits = FAINT * torch.randn(1, self.channels, octaves[0][0], octaves[0][0], generator=generator)
        logits = logits.to(self.place).repeat(len(filters), 1, 1, 1)  # of the pixels; the same noise for every filter
        with only_filters(self.layer, numbers) as channels:
            for size, steps in octaves:
                logits = nn.functional.interpolate(logits, size=(size, size), mode="bilinear", align_corners=False)
                for shift in self._shifts(steps, generator):
                    logits = blurred(logits + self.rate * self._uphill(logits, channels, shift), self.blur)
        return logits.sigmoid().float().cpu()

    @property
    def place(self) -> Tensor:
        """A tensor of the network's device and float dtype."""
        floats = (each for each in self.model.parameters() if each.is_floating_point())
        return next(floats, torch.zeros(())).detach()

    def _shifts(self, steps: int, generator: torch.Generator) -> Iterator[tuple[int, int]]:
        for _ in range(steps):
            down, right = torch.randint(-self.jitter, self.jitter + 1, (2,), generator=generator).tolist()
            yield down, right

    def _uphill(self, logits: Tensor, channels: Tensor, shift: tuple[int, int]) -> Tensor:
        """Return the direction in which each filter's mean answer grows, of root mean square 1 for each picture."""
        logits = logits.detach().requires_grad_()
        answers = self.answers(logits.sigmoid().roll(shift, dims=(2, 3)), channels)  # (filters,)
        wanted = answers.sum()  # in evaluation mode no picture sees another
        [gradient] = torch.autograd.grad(wanted, logits)
        square = gradient.square().mean(dim=(1, 2, 3), keepdim=True)
        return gradient / (square + SILENT).sqrt()

    def answers(self, pixels: Tensor, channels: Tensor) -> Tensor:
        """Return the mean answer (N,) in the layer's `channels` (N,), each to its picture, by a pass that ends there.

        A plain mean over a convolution without ReLU is linear, so that an edge detector's answers would cancel out.
        """
        with watched(self.function, {self.name: self.layer}, stop=True) as seen:
            prepared = self.prepared(pixels).contiguous(memory_format=torch.channels_last)  # faster on CPUs
            run(way_to(self.model, self.layer), prepared)
        maps = seen[self.name][torch.arange(len(channels)), channels]  # (N, rows, columns), or (N,) of a linear layer
        maps = nn.functional.leaky_relu(maps, LEAK)
        return maps.mean(dim=(1, 2)) if maps.ndim > 1 else maps

    def prepared(self, pixels: Tensor) -> Tensor:
        """Return pixels as the network expects them."""
        if self.normalize is None:
            return pixels
        prepared = self.normalize(pixels)
        if not isinstance(prepared, Tensor) or prepared.shape != pixels.shape:
            raise ValueError(
                f"{self.function}: normalize must keep the shape {tuple(pixels.shape)}, got "
                f"{tuple(prepared.shape) if isinstance(prepared, Tensor) else type(prepared).__name__}; give only the "
                "last step of the transforms: torchvision.transforms.Normalize(mean, std)"
            )
        return prepared
