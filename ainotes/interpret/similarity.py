"""How alike are two heat maps? Spearman's rank correlation and structural similarity."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["rank_correlation", "structural_similarity"]


def rank_correlation(maps: Tensor, others: Tensor) -> Tensor:
    """Return Spearman's rank correlation of each pair of maps: do they put the pixels in the same order?

    Parameters
    ----------
    maps, others : Tensor
        (N, H, W).

    Returns
    -------
    Tensor
        (N,) in [-1, 1], float64: 1 for the same order, -1 for the reverse; 0 where a map is the same everywhere and so
        has no order. Pixels of equal value share their mean rank.

    Examples
    --------
    >>> ramp = torch.arange(6.0).view(1, 2, 3)
    >>> rank_correlation(torch.cat([ramp, ramp, ramp]), torch.cat([ramp**3, -ramp, 0 * ramp])).tolist()
    [1.0, -1.0, 0.0]
    """
    first, second = (torch.stack([_ranks(each.flatten()) for each in batch]) for batch in (maps, others))  # (N, H W)
    first, second = (ranks - ranks.mean(dim=1, keepdim=True) for ranks in (first, second))
    product, size = (first * second).sum(dim=1), (first.square().sum(dim=1) * second.square().sum(dim=1)).sqrt()
    return product / torch.where(size > 0, size, 1)


def _ranks(values: Tensor) -> Tensor:
    """Return the rank of each value, from 1; equal values share the mean of theirs."""
    _, group, counts = values.cpu().unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()  # rank of each group's last member
    return (last - (counts - 1) / 2)[group]


def structural_similarity(maps: Tensor, others: Tensor) -> Tensor:
    """Return the structural similarity of each pair of maps: do they look alike, window by window?

    Parameters
    ----------
    maps, others : Tensor
        (N, H, W), of 3 rows and columns or more. Each is divided by its own largest absolute value first.

    Returns
    -------
    Tensor
        (N,), float64, at most 1, which stands for equal maps.

    Notes
    -----
    Source: Wang et al. (2004), *Image quality assessment: from error visibility to structural similarity*, by
    scikit-image, in windows of 7 rows and columns, fewer for smaller maps.

    Examples
    --------
    >>> maps = torch.rand(2, 8, 8)
    >>> structural_similarity(maps, 2 * maps).tolist()
    [1.0, 1.0]
    """
    from skimage.metrics import structural_similarity as ssim  # here: it takes a while to load, and only this needs it

    side = min(*maps.shape[1:], 7)
    if side < 3:
        raise ValueError(f"structural_similarity: maps expect 3 rows and columns or more, got {tuple(maps.shape)}")
    window = side - (side + 1) % 2  # odd
    pairs = zip(_scaled(maps), _scaled(others), strict=True)
    found = [ssim(one.numpy(), other.numpy(), win_size=window, data_range=_range(one, other)) for one, other in pairs]
    return torch.tensor(found, dtype=torch.float64)


def _scaled(maps: Tensor) -> Tensor:
    maps = maps.detach().double().cpu()
    largest = maps.abs().amax(dim=(1, 2), keepdim=True)
    return maps / torch.where(largest > 0, largest, 1)


def _range(one: Tensor, other: Tensor) -> float:
    """The width of the range of values: 2 where one of the two maps has signs, else 1."""
    return 2.0 if bool((one < 0).any()) or bool((other < 0).any()) else 1.0
