"""Exercises of the lesson beyond classification: boxes that overlap, which of them stay, and pixels with a class."""

from ainotes.checks.beyond.confident import confident
from ainotes.checks.beyond.iou import iou
from ainotes.checks.beyond.mask_share import mask_share
from ainotes.checks.beyond.nms import nms

__all__ = ["confident", "iou", "mask_share", "nms"]
