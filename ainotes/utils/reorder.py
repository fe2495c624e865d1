"""Let a model pool before its ReLUs: the same numbers, and ReLUs that see only what pooling left."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d)
Place = tuple[nn.Sequential, int]


@contextmanager
def pooled_first(model: nn.Module) -> Iterator[nn.Module]:
    """Swap each ReLU with the max pooling right after it in a Sequential, and swap them back afterwards.

    Both orders give the same outputs and the same gradients, bit for bit: ReLU keeps the order of its inputs, so the
    largest stays the largest, and where all are negative no gradient comes back. A layer that somebody watches
    through a hook stays where it is. The model is taken to call its Sequentials as a whole: one that asks for
    ``self.features[1]`` by its number meets the swapped layer.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2))
    >>> with pooled_first(model):
    ...     print([type(layer).__name__ for layer in model])
    ['Conv2d', 'MaxPool2d', 'ReLU']
    """
    places = _places(model)
    _swap(places)
    try:
        yield model
    finally:
        _swap(places)


def _places(model: nn.Module) -> list[Place]:
    """Find every ReLU with a max pooling behind it, as (Sequential, index)."""
    chains = [m for m in model.modules() if isinstance(m, nn.Sequential) and type(m).forward is nn.Sequential.forward]
    return [
        (chain, index)
        for chain in chains
        for index in range(len(chain) - 1)
        if type(chain[index]) is nn.ReLU and type(chain[index + 1]) in POOLS and _commute(chain[index : index + 2])
    ]


def _commute(pair: nn.Sequential) -> bool:
    """Whether nobody would notice: no input changed in place, no indices returned, no hook looking at either layer."""
    relu, pool = pair
    watched = any(hooks for layer in pair for name, hooks in vars(layer).items() if name.endswith("_hooks"))
    return not relu.inplace and not pool.return_indices and not watched


def _swap(places: list[Place]) -> None:
    for chain, index in places:
        chain[index], chain[index + 1] = chain[index + 1], chain[index]
