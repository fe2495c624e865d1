"""Exercises of the lesson on the inside of a network: its sizes, its pooling, its new head, what is frozen."""

from ainotes.checks.inside.concat_pool import concat_pool
from ainotes.checks.inside.count_head import count_head
from ainotes.checks.inside.freeze_body import freeze_body
from ainotes.checks.inside.stage_sizes import stage_sizes

__all__ = ["concat_pool", "count_head", "freeze_body", "stage_sizes"]
