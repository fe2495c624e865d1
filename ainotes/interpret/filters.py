"""What does a filter want to see? Gradient ascent in the space of images, for all filters of a layer at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real

import torch
from torch import Tensor, nn

from .. import shapes
from ..models.network import Network
from ..utils.precision import keep_freed_memory
from .ascent import Ascent, plan
from .guest import model_itself, visiting
from .layers import Layer, find_layer, is_channels_last, refuse_transformer, way_to
from .passes import run, watched
from .way_back import short_way_to_pixels

__all__ = ["visualize_filters"]

NAME = "visualize_filters"


def visualize_filters(
    model: nn.Module,
    layer: Layer,
    filters: int | Sequence[int] | None = None,
    *,
    size: int = 64,
    steps: int = 40,
    octaves: int = 3,
    rate: float = 0.3,
    jitter: int = 4,
    blur: float = 0.5,
    normalize: Callable[[Tensor], Tensor] | None = None,
    channels: int | None = None,
    batch_size: int = 64,
    seed: int = 0,
) -> Tensor:
    """Return for each filter of a layer a picture that makes its answers large, found by gradient ascent.

    All filters climb at once, a picture each, in one batch. A pass goes no further than the layer, of which it computes
    only these filters where it is a plain convolution, and no weight gets a gradient. A picture starts as faint noise,
    small, and is enlarged in octaves: coarse shapes first, then details. Before each step it is shifted a little at
    random, so that no pixel can count on its place, and after it blurred a little, so that no pattern of single pixels
    wins. What comes back is what the network saw.

    The network is left as it was: modes, hooks, gradients, and torch's random generators, also after an error.

    Parameters
    ----------
    model : nn.Module
        Any convolutional network.
    layer : str or nn.Module
        Name as in ``model.named_modules()``, or the module. A convolution is a better choice than the ReLU behind it,
        which can be silent at the start, without a slope to climb. The units of a linear layer, such as classes, are
        filters too, where the network takes images of that size.
    filters : int or sequence of int, optional
        Numbers of the filters; all of them by default.
    size : int
        Rows and columns of the pictures.
    steps : int
        Steps of ascent in all, spread over the octaves.
    octaves : int
        Sizes to climb through, each 1.4 times the one before. Those that are too small for the network are left out.
    rate : float
        Length of a step: the root mean square by which the pixels move, before a sigmoid takes them into [0, 1].
    jitter : int
        Pixels by which a picture is shifted at most, up, down and sideways.
    blur : float
        Standard deviation in pixels, 0 for none.
    normalize : callable, optional
        What the network expects to be done to pixels in [0, 1], such as
        ``torchvision.transforms.Normalize(mean, std)``.
    channels : int, optional
        Channels of the pictures; by default those that the first convolution takes.
    batch_size : int
        Pictures in a pass. The result does not depend on it, nor on which other filters are asked for.
    seed : int
        For the noise and the shifts, which are the same for each filter.

    Returns
    -------
    Tensor
        (filters, channels, size, size) in [0, 1], float32, on the CPU.

    Raises
    ------
    TypeError
        Where an argument is of the wrong kind.
    ValueError
        Where there is no such layer (near names are offered) or filter, or the network cannot take the size.

    Notes
    -----
    Climbed is the mean of a filter's answers, of which those below 0 count a tenth. Source: Erhan et al. (2009),
    *Visualizing higher-layer features of a deep network*; octaves and jitter after Mordvintsev, Olah and Tyka (2015),
    *Inceptionism*; more of this kind in Olah, Mordvintsev and Schubert (2017), *Feature visualization*.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 8, 3))
    >>> visualize_filters(net, "2", [0, 5], size=16, steps=4).shape
    torch.Size([2, 3, 16, 16])
    """
    counts = {"size": size, "steps": steps, "octaves": octaves, "batch_size": batch_size}
    for name, count in counts.items():
        shapes.whole(NAME, name, count, 1)
    model = model_itself(NAME, model)
    refuse_transformer(NAME, model)
    name, module = find_layer(NAME, model, layer)
    climb = Ascent(
        function=NAME,
        model=model,
        layer=module,
        name=name,
        normalize=normalize,
        channels=_channels(model) if channels is None else shapes.whole(NAME, "channels", channels, 1),
        rate=_positive("rate", rate),
        jitter=shapes.whole(NAME, "jitter", jitter, 0),
        blur=_positive("blur", blur, or_zero=True),
        seed=shapes.whole(NAME, "seed", seed),
    )
    if climb.place.device.type == "cpu":
        keep_freed_memory()  # each pass takes and frees the same large maps
    with visiting(model), short_way_to_pixels(model):
        answers = _answers(climb, size)  # (1, C), or (1, C, rows, columns)
        wanted = _numbers(filters, answers.shape[1], name)
        octave_plan = plan(size, octaves, steps, lambda small: _fits(climb, small))
        batches = [wanted[start : start + batch_size] for start in range(0, len(wanted), batch_size)]
        return torch.cat([climb.pictures(batch, octave_plan) for batch in batches])


def _answers(climb: Ascent, size: int) -> Tensor:
    """Return what the layer gives for a grey picture, from a whole pass, which also tells whether it runs only once.

    What comes behind the layer may refuse the picture's size: then the pass ends there, and nothing is lost.
    """
    picture = climb.prepared(torch.full((1, climb.channels, size, size), 0.5).to(climb.place))
    failure: Exception | None = None
    for part in (climb.model, way_to(climb.model, climb.layer)):
        with torch.no_grad(), watched(NAME, {climb.name: climb.layer}, copy=True) as seen:
            try:
                run(part, picture)
            except (RuntimeError, ValueError) as error:
                failure = error
        if seen.calls[climb.name]:
            return _maps(climb, seen.output(climb.name))
    if failure is None:
        return seen.output(climb.name)  # which says why there is none
    raise ValueError(
        f"{NAME}: {type(climb.model).__name__} cannot take pictures of shape {tuple(picture.shape)} as far as layer "
        f"{climb.name!r} ({failure}); choose another size=..., and channels=... where those are meant"
    ) from failure


def _maps(climb: Ascent, answers: Tensor) -> Tensor:
    """Return answers whose second axis counts the filters; refuse others."""
    if answers.ndim == 2 or (answers.ndim == 4 and not is_channels_last(climb.model, climb.layer)):
        return answers
    raise ValueError(
        f"{NAME}: layer {climb.name!r} ({type(climb.layer).__name__}) gives shape {tuple(answers.shape)}, where "
        "(N, filters, rows, columns) or (N, units) is expected; choose a convolution or the block around this layer"
    )


def _fits(climb: Ascent, size: int) -> bool:
    """Whether the network can take pictures of a size as far as the layer."""
    try:
        with torch.no_grad():
            climb.answers(torch.full((1, climb.channels, size, size), 0.5).to(climb.place), torch.tensor([0]))
    except (RuntimeError, ValueError):
        return False
    return True


def _channels(model: nn.Module) -> int:
    """Return the channels of the images that a network takes: its own word, else its first convolution's."""
    if isinstance(model, Network):
        return model.channels
    first = next((module for module in model.modules() if isinstance(module, nn.Conv2d)), None)
    if first is None:
        raise ValueError(
            f"{NAME}: {type(model).__name__} has no convolution; say how many channels=... its images have"
        )
    return first.in_channels


def _numbers(filters: int | Sequence[int] | None, count: int, name: str) -> list[int]:
    """Return the numbers of the filters that are asked for."""
    if filters is None:
        return list(range(count))
    numbers = [int(each) if isinstance(each, Tensor) and each.ndim == 0 else each for each in _listed(filters)]
    numbers = [shapes.whole(NAME, "filters", number) for number in numbers]
    wrong = [number for number in numbers if not 0 <= number < count]
    if wrong or not numbers:
        got = f"got {wrong[0]}" if wrong else "got none"
        raise ValueError(f"{NAME}: filters must lie in 0..{count - 1}, for layer {name!r} has {count}; {got}")
    return numbers


def _listed(filters: int | Sequence[int]) -> list[int]:
    return list(filters) if isinstance(filters, Iterable) else [filters]


def _positive(name: str, value: float, or_zero: bool = False) -> float:
    """Return a finite number above 0, or 0 itself where that is allowed."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{NAME}: {name} expects a number, got {value!r} ({type(value).__name__})")
    if not math.isfinite(value) or value < 0 or (value == 0 and not or_zero):
        raise ValueError(f"{NAME}: {name} must be {'0 or more' if or_zero else 'more than 0'}, got {value}")
    return float(value)
