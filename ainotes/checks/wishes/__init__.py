"""Exercises of the lesson on what a filter wants to see: a step uphill, octaves, roughness, the test against nature."""

from ainotes.checks.wishes.beats_nature import beats_nature
from ainotes.checks.wishes.climb_step import climb_step
from ainotes.checks.wishes.octave_sizes import octave_sizes
from ainotes.checks.wishes.roughness import roughness

__all__ = ["beats_nature", "climb_step", "octave_sizes", "roughness"]
