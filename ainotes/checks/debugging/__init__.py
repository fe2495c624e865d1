"""Exercises of the debugging lab."""

from ainotes.checks import patients
from ainotes.checks.debugging.diagnosis import COMPLAINTS, diagnosis
from ainotes.checks.debugging.evaluate_accuracy import evaluate_accuracy
from ainotes.checks.debugging.sanity_checks import sanity_checks
from ainotes.checks.debugging.split_then_mirror import split_then_mirror
from ainotes.checks.debugging.train_step import train_step

__all__ = [
    "COMPLAINTS",
    "diagnosis",
    "evaluate_accuracy",
    "patients",
    "sanity_checks",
    "split_then_mirror",
    "train_step",
]
