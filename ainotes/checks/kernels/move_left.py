"""Exercise: the kernel that moves a picture one pixel to the left."""

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception


def _kernel(**cells: float) -> Tensor:
    """Return a 3x3 kernel of zeros but for the cells named, by row and column: ``_kernel(r1c2=1.0)``."""
    made = torch.zeros(3, 3)
    for place, value in cells.items():
        made[int(place[1]), int(place[3])] = value
    return made


_ANSWER = _kernel(r1c2=1.0)


def _same(expected: Tensor, got: object) -> bool:
    """Compare the values, whole numbers or not; only the right kernel must be of floats."""
    if not isinstance(got, Tensor) or got.shape != expected.shape or got.is_complex():
        return False
    values = got.detach().cpu().double()
    if not torch.allclose(values, expected.double()):
        return False
    is_right = torch.allclose(values, _ANSWER.double())
    return not is_right or got.is_floating_point() == expected.is_floating_point()


move_left = Exercise(
    name="move_left",
    title="A kernel that moves a picture",
    difficulty=1,
    minutes=6,
    reference=_ANSWER,
    same=_same,
    code="move_left = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])",
    misconceptions=(
        Misconception(
            _kernel(r1c0=1.0),
            "This moves the picture to the right. Each output pixel takes what the 1 lies on: from which side must it "
            "come?",
        ),
        Misconception(_kernel(r2c1=1.0), "This moves the picture up: the 1 lies on the pixel below."),
        Misconception(_kernel(r0c1=1.0), "This moves the picture down: the 1 lies on the pixel above."),
        Misconception(
            _kernel(r1c1=1.0), "This leaves the picture as it is: each output pixel takes the pixel in the middle."
        ),
        Misconception(
            _kernel(r1c1=0.5, r1c2=0.5),
            "This blurs: each output pixel is the mean of two. For a whole step take one pixel only.",
            also=(_kernel(r0c2=1 / 3, r1c2=1 / 3, r2c2=1 / 3), _kernel(r1c0=1 / 3, r1c1=1 / 3, r1c2=1 / 3)),
        ),
        Misconception(
            _kernel(r0c2=1.0, r1c2=1.0, r2c2=1.0),
            "This adds three pixels on top of one another: smeared, and three times as bright. A move takes one pixel "
            "only.",
        ),
        Misconception(
            _kernel(r1c0=1.0, r1c1=1.0, r1c2=1.0),
            "This adds three neighbours of a row: blurred, and three times as bright. A move takes one pixel only.",
        ),
        Misconception(
            _kernel(r1c0=1.0, r1c2=-1.0),
            "This takes a difference, so it finds edges. A move takes one pixel only, and takes it as it is.",
            also=(_kernel(r1c0=-1.0, r1c2=1.0), _kernel(r1c1=-1.0, r1c2=1.0), _kernel(r1c1=1.0, r1c2=-1.0)),
        ),
        Misconception(
            _kernel(r1c2=-1.0), "The picture moves the right way and comes out as its negative: mind the sign."
        ),
        Misconception(
            _kernel(r0c2=1.0),
            "This moves the picture left and also down: the 1 lies on a corner.",
        ),
        Misconception(
            _kernel(r2c2=1.0),
            "This moves the picture left and also up: the 1 lies on a corner.",
        ),
        Misconception(
            _ANSWER.long(),
            "The 1 is in the right place, but the kernel holds whole numbers. Images are floats, and PyTorch wants "
            "both of one type: write 1.0.",
        ),
    ),
    hints=(
        "A kernel with a single 1 takes one pixel of the patch and writes it down in the middle.",
        "If the picture moves left, which neighbour's value appears in the middle?",
        "The 1 stands in the middle row. `torch.zeros(3, 3)` is a start; set one cell of it to 1.",
    ),
    praise="Under a flipped kernel, a mathematician's convolution, the same 1 would move the picture to the right.",
)
