"""Exercises of the lesson on choosing a network: long waits, the unbeaten, agreement, batches."""

from ainotes.checks.choosing.agreement import agreement
from ainotes.checks.choosing.best_batch import best_batch
from ainotes.checks.choosing.pareto import pareto
from ainotes.checks.choosing.percentile import percentile

__all__ = ["agreement", "best_batch", "pareto", "percentile"]
