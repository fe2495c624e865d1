"""Exercises of the lesson on residual networks: batch normalisation, the plus sign, and dense blocks."""

from ainotes.checks.residual.batch_norm import batch_norm
from ainotes.checks.residual.dense_channels import dense_channels
from ainotes.checks.residual.residual import residual

__all__ = ["batch_norm", "dense_channels", "residual"]
