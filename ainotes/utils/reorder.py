"""Let a model pool before its ReLUs: the same numbers, and ReLUs that see only what pooling left."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.modules import module as torch_modules

POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d)
GLOBAL_HOOKS = (
    "_global_forward_pre_hooks",
    "_global_forward_hooks",
    "_global_backward_pre_hooks",
    "_global_backward_hooks",
)


@contextmanager
def pooled_first(model: nn.Module) -> Iterator[nn.Module]:
    """Let each Sequential of a model run a max pooling before the ReLU that stands in front of it, for a while.

    Both orders give the same outputs and the same gradients, bit for bit: ReLU keeps the order of its inputs, so the
    largest stays the largest, and where all are negative no gradient comes back.

    Only the call of a Sequential changes, by an attribute ``forward`` of the instance, which is taken away afterwards,
    also after an exception. Its layers stay where they are: ``self.features[1]``, a slice, a loop over the layers and
    the names in ``state_dict`` mean what they say. Layers run in the order of the list where somebody would notice:
    where one is watched through a hook, and in a Sequential that has a ``forward`` of its own already, from its class,
    from its owner, or from another ``pooled_first`` around this one, which then decides how long it lasts.

    Parameters
    ----------
    model : nn.Module
        Changed as said, until the context ends. One that holds an ``nn.DataParallel`` is left alone: its replicas on
        other devices would inherit the attribute, and with it the layers of the first device.

    Yields
    ------
    nn.Module
        The same model.

    Examples
    --------
    >>> import torch
    >>> model, images = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), torch.randn(1, 1, 4, 4)
    >>> expected = model(images)
    >>> with pooled_first(model):
    ...     print([type(layer).__name__ for layer in model], torch.equal(model(images), expected))
    ['ReLU', 'MaxPool2d'] True
    """
    calls = {chain: partial(_forward, chain) for chain in _chains(model)}  # unlike a closure, a partial can be copied
    try:
        for chain, call in calls.items():
            chain.forward = call  # type: ignore[method-assign]
        yield model
    finally:
        for chain, call in calls.items():
            if vars(chain).get("forward") is call:
                del chain.forward


def _chains(model: nn.Module) -> list[nn.Sequential]:
    """Find every Sequential that may gain from another order and has no forward of its own."""
    modules = list(model.modules())
    if any(isinstance(module, nn.DataParallel) for module in modules):
        return []
    return [
        module
        for module in modules
        if isinstance(module, nn.Sequential)
        and type(module).forward is nn.Sequential.forward
        and "forward" not in vars(module)
        and any(_commute(*pair) for pair in pairwise(module))
    ]


def _forward(chain: nn.Sequential, input: Tensor) -> Tensor:  # the name is part of Sequential.forward
    """Do what ``nn.Sequential.forward`` does, poolings first.

    Which pairs may change places is asked at every call: hooks come and go, and a copy that was made of the model
    meanwhile keeps this forward.
    """
    layers = list(chain)
    if not _everything_is_watched():
        for index in range(len(layers) - 1):
            if _commute(*layers[index : index + 2]):
                layers[index : index + 2] = layers[index + 1], layers[index]
    for layer in layers:
        input = layer(input)
    return input


def _commute(relu: nn.Module, pool: nn.Module) -> bool:
    """Whether the two are a ReLU and a max pooling that nobody would see change places."""
    return (
        type(relu) is nn.ReLU
        and type(pool) in POOLS
        and not relu.inplace  # else what comes into the ReLU would no longer change
        and not pool.return_indices
        and not _watched(relu)
        and not _watched(pool)
    )


def _watched(layer: nn.Module) -> bool:
    return "forward" in vars(layer) or any(hooks for name, hooks in vars(layer).items() if name.endswith("_hooks"))


def _everything_is_watched() -> bool:
    """Whether a hook looks at every module there is, as profilers set one."""
    return any(getattr(torch_modules, name, None) for name in GLOBAL_HOOKS)
