"""Exercises of the lesson on overfitting."""

from ainotes.checks.overfitting.choose import choose
from ainotes.checks.overfitting.dropout import dropout
from ainotes.checks.overfitting.early_stop import early_stop
from ainotes.checks.overfitting.flip import flip
from ainotes.checks.overfitting.l2_penalty import l2_penalty

__all__ = ["choose", "dropout", "early_stop", "flip", "l2_penalty"]
