"""What a layered drawing is made of: boxes, lines, and the places within a level."""

from collections.abc import Sequence
from dataclasses import dataclass, field

BETWEEN = 24  # pixels between two levels, room for an arrow
BESIDE = 16  # pixels between two boxes, two lanes, or one of each
MARGIN = 4
WEAK = 0.01  # the pull of what stands beside the way from input to output, such as a parameter


@dataclass
class Box:
    """What is to be placed: its size, and the indices of the boxes that feed it, all of them earlier ones.

    After `place`, `x` and `y` are its centre.
    """

    width: float
    height: float
    inputs: Sequence[int] = ()
    x: float = 0.0
    y: float = 0.0


@dataclass
class Line:
    """A line from one box to another and the points that it passes.

    Its kind is "down" from level to level, "side" through a lane beside the boxes, and "below" where it comes into
    that lane from the bottom of its first box.
    """

    source: int
    target: int
    points: list[list[float]] = field(default_factory=list)
    kind: str = "down"


@dataclass
class Item:
    """A place within a level: the boxes come first, then the points of lines that pass."""

    level: int
    width: float
    up: list[tuple[int, float]] = field(default_factory=list)  # neighbours in the level above, and how hard they pull
    down: list[tuple[int, float]] = field(default_factory=list)
    x: float = 0.0
