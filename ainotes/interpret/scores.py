"""What a network says: scores of its classes, their probabilities, and the class that is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

__all__ = ["Target", "chosen", "probabilities", "scores_of"]

Target = int | Sequence[int] | Tensor | None


def scores_of(function: str, output: Any, images: Tensor) -> Tensor:
    """Return scores (N, classes); a network with one logit has two classes, whose scores are -logit and logit.

    Raises
    ------
    TypeError, ValueError
        Where the network gives no tensor, or not one row of logits for each image.
    """
    if not isinstance(output, Tensor):
        raise TypeError(
            f"{function}: the network must return one tensor of logits (N, classes), got {type(output).__name__}; "
            "wrap it in a module whose forward picks the logits out"
        )
    logits = output[:, None] if output.ndim == 1 else output
    if logits.ndim != 2 or len(logits) != len(images):
        raise ValueError(
            f"{function}: the network must return logits of shape ({len(images)}, classes), got {tuple(output.shape)}; "
            "give the whole classifier, not only its features"
        )
    return torch.cat([-logits, logits], dim=1) if logits.shape[1] == 1 else logits


def probabilities(function: str, output: Any, images: Tensor) -> Tensor:
    """Return the probabilities (N, classes): softmax of the logits; sigmoid of a single one and the rest to 1."""
    scores = scores_of(function, output, images)
    return (scores / 2 if output.ndim == 1 or output.shape[1] == 1 else scores).softmax(dim=1)


def chosen(function: str, target: Target, scores: Tensor) -> Tensor:
    """Return the class to explain for each image, int64 (N,): the predicted one where nothing is said.

    Raises
    ------
    TypeError
        Where the target is no whole number and no list of them.
    ValueError
        Where there is not one for each image, or the network has no such class.
    """
    count, classes = scores.shape
    if target is None:
        return scores.detach().argmax(dim=1)
    try:
        wanted = torch.as_tensor(target).detach().clone().to(scores.device)  # of a tensor made in inference mode, too
        whole = not (wanted.is_floating_point() or wanted.is_complex() or wanted.dtype == torch.bool)
    except (TypeError, ValueError, RuntimeError):
        whole = False
    if not whole:
        raise TypeError(
            f"{function}: target expects a class number, one for each image, or None for the predicted class, got "
            f"{target!r:.80} ({type(target).__name__})"
        )
    wanted = wanted.expand(count) if wanted.ndim == 0 else wanted
    if wanted.shape != (count,):
        raise ValueError(
            f"{function}: target expects one class or {count}, one for each image, got shape {tuple(wanted.shape)}"
        )
    if bool((wanted < 0).any()) or bool((wanted >= classes).any()):
        raise ValueError(
            f"{function}: target must lie in 0..{classes - 1}, since the network tells {classes} classes apart; got "
            f"{int(wanted.min())}..{int(wanted.max())}"
        )
    return wanted.long()
