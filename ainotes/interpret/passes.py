"""One pass through a network, watched: what its layers gave, and no further than it must go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import Tensor, nn

__all__ = ["Seen", "run", "watched"]


class Enough(BaseException):
    """Raised in a hook to stop a pass that has come as far as it must; no network catches it by `except Exception`."""


class Seen(dict[str, Tensor]):
    """What each watched layer gave, by name; asking for a layer that did not run once tells why."""

    def __init__(self, function: str, names: Sequence[str]):
        super().__init__()
        self.function, self.names = function, names
        self.calls = dict.fromkeys(names, 0)

    def output(self, name: str) -> Tensor:
        """Return what a layer gave in its one call.

        Raises
        ------
        ValueError
            Where the layer was not called, or more than once.
        """
        if self.calls[name] > 1:
            raise ValueError(
                f"{self.function}: layer {name!r} runs {self.calls[name]} times in one pass, so it has no output to "
                "call its own; choose the block around it, or a layer that runs once, such as a convolution"
            )
        if not self.calls[name]:
            raise ValueError(
                f"{self.function}: layer {name!r} does not run when the network evaluates; auxiliary classifiers, for "
                "one, are there for training only. Choose a layer on the way from the image to the logits"
            )
        return self[name]


@contextmanager
def watched(
    function: str, layers: dict[str, nn.Module], *, leaf: bool = False, stop: bool = False, copy: bool = False
) -> Iterator[Seen]:
    """Keep what layers give during a pass; the hooks are gone afterwards, also after an exception.

    What is kept is safe from layers behind that work in place (``ReLU(inplace=True)``, ``+=``).

    Parameters
    ----------
    function : str
        Who asks, for errors.
    layers : dict of str to nn.Module
        The layers by name.
    leaf : bool
        Cut the graph behind the layer: what is kept is a leaf that asks for a gradient, and the way back ends there.
    stop : bool
        End the pass once all layers have given something; use :func:`run` for the call.
    copy : bool
        Keep a copy without a graph and let the network go on with its own tensor.
    """
    seen = Seen(function, list(layers))
    with ExitStack() as hooks:
        for name, layer in layers.items():
            hook = _hook(seen, name, leaf, stop, copy)
            hooks.callback(layer.register_forward_hook(hook).remove)
        yield seen


def _hook(seen: Seen, name: str, leaf: bool, stop: bool, copy: bool):
    def keep(module: nn.Module, inputs: Any, output: Any) -> Tensor | None:
        seen.calls[name] += 1
        if not isinstance(output, Tensor):
            raise TypeError(
                f"{seen.function}: layer {name!r} ({type(module).__name__}) gives {type(output).__name__}, not one "
                "tensor; choose a layer in front of it or inside it"
            )
        if copy:
            seen[name] = output.detach().clone()
        else:
            seen[name] = output.detach().requires_grad_() if leaf else output
        if stop and all(seen.calls.values()):
            raise Enough
        return None if copy else seen[name].clone()

    return keep


def run(model: nn.Module, images: Tensor) -> Any:
    """Return what the network gives; None where a watcher stopped the pass."""
    try:
        return model(images)
    except Enough:
        return None
