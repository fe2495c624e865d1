"""A new head for an old body: pooled twice, two linear layers, batch normalisation and dropout in front of each."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .. import shapes

__all__ = ["ConcatPool", "concat_head"]


class ConcatPool(nn.Module):
    """Global average and global maximum of each map, side by side: twice as many numbers as there are channels.

    The average says how much of a feature there is, the maximum whether it is anywhere. Maps (N, C, H, W) of any size
    become (N, 2C, 1, 1): the averages of all channels first, then their maxima.

    Notes
    -----
    Source: AdaptiveConcatPool2d of the fastai library (Howard and Gugger, 2020), which puts the maxima first.

    Examples
    --------
    >>> maps = torch.tensor([[[[0.0, 1.0], [2.0, 9.0]]]])
    >>> ConcatPool()(maps).flatten().tolist()
    [3.0, 9.0]
    """

    def __init__(self) -> None:
        super().__init__()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.maximum = nn.AdaptiveMaxPool2d(1)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, 2C, 1, 1) of maps (N, C, H, W)."""
        return torch.cat([self.average(maps), self.maximum(maps)], dim=1)


def concat_head(
    channels: int, classes: int, hidden: int = 512, *, dropout: Sequence[float] = (0.25, 0.5)
) -> nn.Sequential:
    """Return a classifier of feature maps, to be trained on a body that is trained already.

    :class:`ConcatPool`, then batch normalisation, dropout and a linear layer, twice, with a ReLU between.

    Parameters
    ----------
    channels : int
        Channels of the maps that come in, (N, channels, H, W) of any size.
    classes : int
        How many logits come out, (N, classes).
    hidden : int
        Numbers between the two linear layers.
    dropout : pair of float
        Shares, 0 to below 1, that training sets to 0 before the first and before the second linear layer.

    Raises
    ------
    TypeError, ValueError
        Where a number is not a whole one of at least 1, or `dropout` no pair of shares.

    Notes
    -----
    In training a batch needs two images at least: batch normalisation of single numbers has nothing else to compare.

    Source: `create_head` of the fastai library (Howard and Gugger, 2020).

    Examples
    --------
    >>> head = concat_head(2048, 44)
    >>> head(torch.rand(2, 2048, 10, 10)).shape
    torch.Size([2, 44])
    >>> sum(parameter.numel() for parameter in head.parameters())
    2129452
    """
    given = {"channels": channels, "classes": classes, "hidden": hidden}
    channels, classes, hidden = (shapes.whole("concat_head", name, value, 1) for name, value in given.items())
    first, second = _shares(dropout)
    return nn.Sequential(
        ConcatPool(),  # (N, 2C, 1, 1)
        nn.Flatten(),  # (N, 2C)
        nn.BatchNorm1d(2 * channels),
        nn.Dropout(first),
        nn.Linear(2 * channels, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(second),
        nn.Linear(hidden, classes),
    )


def _shares(dropout: Sequence[float]) -> tuple[float, float]:
    pair = tuple(dropout) if isinstance(dropout, Sequence) and not isinstance(dropout, str) else ()
    if len(pair) != 2 or not all(isinstance(share, int | float) and 0 <= share < 1 for share in pair):
        raise ValueError(
            f"concat_head: dropout expects a pair of shares from 0 to below 1, such as (0.25, 0.5), got {dropout!r}"
        )
    return float(pair[0]), float(pair[1])
