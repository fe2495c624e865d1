"""Borrow a model and give it back in the modes it came in."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def borrowed(model: nn.Module, training: bool) -> Iterator[nn.Module]:
    """Set the model to training or evaluation, and every module back to its own mode afterwards.

    A frozen batch norm that its owner keeps in evaluation mode is put back into it, also after an exception.
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield model.train(training)
    finally:
        for module, mode in modes:
            module.training = mode
