"""Exercises of the lesson on speed."""

from ainotes.checks.speed.accuracy import accuracy
from ainotes.checks.speed.amdahl import amdahl
from ainotes.checks.speed.bytes_in_memory import bytes_in_memory
from ainotes.checks.speed.epoch_seconds import epoch_seconds
from ainotes.checks.speed.median_seconds import median_seconds

__all__ = ["accuracy", "amdahl", "bytes_in_memory", "epoch_seconds", "median_seconds"]
