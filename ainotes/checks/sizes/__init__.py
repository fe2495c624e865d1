"""Exercises of the lesson on sizes: stride, padding, dilation, parameters, and one cell by hand."""

from ainotes.checks.sizes.conv_parameters import conv_parameters
from ainotes.checks.sizes.rgb_cell import rgb_cell
from ainotes.checks.sizes.same_padding import same_padding
from ainotes.checks.sizes.size_after import size_after

__all__ = ["conv_parameters", "rgb_cell", "same_padding", "size_after"]
