"""Borrow a model for a pass over the data, and give it back as it came."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from .reorder import pooled_first


@contextmanager
def borrowed(model: nn.Module, training: bool) -> Iterator[nn.Module]:
    """Set the model to training or evaluation, let it pool first, and give it back as it was.

    Every module gets its own mode back, also after an exception: a frozen batch norm that its owner keeps in
    evaluation mode is in it again. See `ainotes.utils.reorder` for the pooling.
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        with pooled_first(model.train(training)):
            yield model
    finally:
        for module, mode in modes:
            module.training = mode
