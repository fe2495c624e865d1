"""Exercises of the lesson on fine-tuning: who learns, in which mode, how fast, and which epoch is kept."""

from ainotes.checks.finetuning.flat_head import flat_head
from ainotes.checks.finetuning.keep_best import keep_best
from ainotes.checks.finetuning.learning_rates import learning_rates
from ainotes.checks.finetuning.train_mode import train_mode

__all__ = ["flat_head", "keep_best", "learning_rates", "train_mode"]
