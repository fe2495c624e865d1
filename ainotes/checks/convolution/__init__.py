"""Exercises of the lesson on the operation: a kernel, a patch, products and a sum."""

from ainotes.checks.convolution.conv_as_matmul import conv_as_matmul
from ainotes.checks.convolution.conv_channels import conv_channels
from ainotes.checks.convolution.correlate import correlate
from ainotes.checks.convolution.numeric_gradient import numeric_gradient

__all__ = ["conv_as_matmul", "conv_channels", "correlate", "numeric_gradient"]
