"""Exercises of the lesson in which LeNet learns colours: crops, and accuracy class by class."""

from ainotes.checks.lenet.crop import crop
from ainotes.checks.lenet.per_class_accuracy import per_class_accuracy

__all__ = ["crop", "per_class_accuracy"]
