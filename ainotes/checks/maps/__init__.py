"""Exercises of the lesson on kernels and feature maps: show kernels, keep maps, find silent filters, judge a layer."""

from ainotes.checks.maps.keep_maps import keep_maps
from ainotes.checks.maps.kernel_pictures import kernel_pictures
from ainotes.checks.maps.neighbour_agreement import neighbour_agreement
from ainotes.checks.maps.silent_filters import silent_filters

__all__ = ["keep_maps", "kernel_pictures", "neighbour_agreement", "silent_filters"]
