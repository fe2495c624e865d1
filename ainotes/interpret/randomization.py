"""Does an explanation depend on what the network has learned? Randomise its weights and see whether the map changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import shapes
from ..models.ghost import without_hooks
from .feature_maps import checked_images
from .guest import model_itself, placed, visiting
from .passes import run
from .scores import Target, chosen, scores_of
from .similarity import rank_correlation, structural_similarity

__all__ = ["RandomizationCheck", "randomization_check"]

Explain = Callable[[nn.Module, Tensor, Tensor], Tensor]
NAME = "randomization_check"


@dataclass(frozen=True)
class RandomizationCheck:
    """What became of a map while the network was randomised from the top.

    Attributes
    ----------
    layers : tuple of str
        The last layer randomised so far; the first entry, "", is the network as it was.
    spearman : tuple of float
        Rank correlation with the first maps, mean over the images, from -1 to 1; 1 for the first entry.
    ssim : tuple of float
        Structural similarity with the first maps, mean over the images, at most 1; 1 for the first entry.
    maps : tuple of Tensor
        The maps (N, H, W) themselves.
    """

    layers: tuple[str, ...]
    spearman: tuple[float, ...]
    ssim: tuple[float, ...]
    maps: tuple[Tensor, ...]


def randomization_check(
    model: nn.Module,
    images: Tensor,
    explain: Explain,
    target: Target = None,
    *,
    stops: int | None = None,
    seed: int = 0,
) -> RandomizationCheck:
    """Return how like itself an explanation stays while the network's layers forget, one after the other, from the top.

    A map that still looks the same when the weights are noise did not show what the network had learned. The layers are
    those with weights of their own, in the order in which they run, the last first; each gets the weights it would have
    had before training, and keeps them while the next is randomised.

    All of this happens to a copy; the model is left as it was, and so are torch's random generators.

    Parameters
    ----------
    model : nn.Module
        A classifier, trained.
    images : Tensor
        (N, C, H, W), float.
    explain : callable
        ``explain(model, images, target)`` returns maps (N, H, W). It gets the copy, so layers must go by name:
        ``lambda model, images, target: grad_cam(model, "features.5", images, target)``.
    target : int, sequence of int or Tensor (N,), optional
        The class to explain; by default the one that the model predicts, and the same for every randomised copy.
    stops : int, optional
        How many times to look on the way, evenly spread, the last time when all is randomised; by default after each
        layer.
    seed : int
        For the new weights.

    Returns
    -------
    RandomizationCheck
        One entry for the network as it was and one for each stop.

    Raises
    ------
    TypeError
        Where the model cannot be copied, or `explain` gives no maps (N, H, W).
    ValueError
        Where images or target do not fit, or the network has no weights.

    Notes
    -----
    Source: Adebayo et al. (2018), *Sanity checks for saliency maps*, section 3.1 (cascading randomisation) and its
    metrics in section 3. Layers with a ``reset_parameters``, as all of ``torch.nn`` have, draw anew as when they were
    made; other parameters get normal noise of their own mean and standard deviation.

    Examples
    --------
    >>> from ainotes.interpret import saliency
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    >>> check = randomization_check(net, torch.rand(2, 1, 8, 8), saliency)
    >>> check.layers, check.spearman[0], check.spearman[-1] < 0.9
    (('', '3', '0'), 1.0, True)
    """
    model = model_itself(NAME, model)
    checked_images(NAME, images)
    with visiting(model), torch.no_grad():
        wanted = chosen(NAME, target, scores_of(NAME, run(model, placed(images, model)), images))
        forgetful = without_hooks(NAME, model)
    names = _from_the_top(forgetful, images)
    maps = {"": _explained(explain, forgetful, images, wanted)}
    look_after = _stops(names, stops)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(shapes.whole(NAME, "seed", seed))
        for name in names:
            _forget(forgetful.get_submodule(name), forgetful, names)
            if name in look_after:
                maps[name] = _explained(explain, forgetful, images, wanted)
    first = maps[""]
    return RandomizationCheck(
        layers=tuple(maps),
        spearman=tuple(float(rank_correlation(first, each).mean()) for each in maps.values()),
        ssim=tuple(float(structural_similarity(first, each).mean()) for each in maps.values()),
        maps=tuple(maps.values()),
    )


def _from_the_top(model: nn.Module, images: Tensor) -> list[str]:
    """Return the names of the modules with parameters of their own, the one that runs last first."""
    order: dict[str, None] = {}
    with visiting(model), torch.no_grad(), ExitStack() as hooks:
        for name, module in model.named_modules():
            if next(module.parameters(recurse=False), None) is not None:
                # After a module's call, so that a block with a parameter of its own comes after its layers.
                note = module.register_forward_hook(lambda *_, name=name: order.setdefault(name))
                hooks.callback(note.remove)
        run(model, placed(images[:1], model))
    if not order:
        raise ValueError(f"{NAME}: {type(model).__name__} has no weights that could be randomised")
    return list(reversed(order))


def _stops(names: list[str], stops: int | None) -> set[str]:
    """Return the layers after which to look."""
    count = len(names) if stops is None else min(shapes.whole(NAME, "stops", stops, 1), len(names))
    return {names[round((stop + 1) * len(names) / count) - 1] for stop in range(count)}


def _forget(layer: nn.Module, model: nn.Module, names: list[str]) -> None:
    """Give a layer's own parameters the values of a beginner; also those of parts that never run on their own.

    The numbers are drawn on the CPU, so that they are the same on every device.
    """
    ran = [model.get_submodule(name) for name in names]
    for part in layer.modules():
        if part is layer or not any(part is other for other in ran):
            _begin_anew(part)


def _begin_anew(layer: nn.Module) -> None:
    own = list(layer.parameters(recurse=False))
    if not own:
        return
    devices = [parameter.device for parameter in own]
    _move(own, [torch.device("cpu")] * len(own))
    reset = getattr(layer, "reset_parameters", None)
    if callable(reset):
        reset()
    else:
        with torch.no_grad():
            for parameter in own:
                spread = parameter.std() if parameter.numel() > 1 else parameter.abs()
                parameter.copy_(parameter.mean() + spread * torch.randn_like(parameter))
    _move(own, devices)


def _move(parameters: list[nn.Parameter], devices: list[torch.device]) -> None:
    for parameter, device in zip(parameters, devices, strict=True):
        parameter.data = parameter.data.to(device)


def _explained(explain: Explain, model: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    """Return the maps of an explanation, on the CPU; refuse what is none."""
    maps = explain(model, images, target.to(images.device))
    expected = (len(images), *images.shape[2:])
    if not isinstance(maps, Tensor) or tuple(maps.shape) != expected:
        got = tuple(maps.shape) if isinstance(maps, Tensor) else type(maps).__name__
        raise TypeError(f"{NAME}: explain(model, images, target) must return a tensor of shape {expected}, got {got}")
    return maps.detach().cpu()
