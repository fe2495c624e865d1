"""Exercise: from a photograph to what a network takes."""

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _prepare(image, size, mean, std):
    _, rows, columns = image.shape
    top, left = (rows - size) // 2, (columns - size) // 2
    square = image[:, top : top + size, left : left + size].float() / 255
    mean, std = torch.tensor(mean).reshape(3, 1, 1), torch.tensor(std).reshape(3, 1, 1)
    return ((square - mean) / std).unsqueeze(0)


def _photograph(rows: int, columns: int) -> Tensor:
    """Return a picture whose every channel, row and column differs, uint8 (3, rows, columns)."""
    generator = torch.Generator().manual_seed(rows * columns)
    return torch.randint(0, 256, (3, rows, columns), generator=generator, dtype=torch.uint8)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _cut(image, size, top=None, left=None):
    """Return a square of the image, the middle one where nothing else is said, as floats from 0 to 255."""
    _, rows, columns = image.shape
    top = (rows - size) // 2 if top is None else top
    left = (columns - size) // 2 if left is None else left
    return image[:, top : top + size, left : left + size].float()


def _tall(numbers):
    return torch.tensor(numbers).reshape(-1, 1, 1)


def _with(square=_cut, scale=lambda pixels: pixels / 255, normalize=lambda x, mean, std: (x - mean) / std, end=None):
    """Return the solution with one of its steps exchanged."""

    def variant(image, size, mean, std):
        prepared = normalize(scale(square(image, size)), _tall(mean), _tall(std))
        return prepared.unsqueeze(0) if end is None else end(prepared)

    return variant


def _whole_image(image, size):
    return torch.nn.functional.interpolate(image[None].float(), (size, size), mode="bilinear", antialias=True)[0]


def _own_statistics(x, mean, std):
    return (x - x.mean((1, 2), keepdim=True)) / x.std((1, 2), keepdim=True)


def _bottom_right(image, size):
    return _cut(image, size, image.shape[1] - size, image.shape[2] - size)


def _one_further(image, size):
    return _cut(image, size, (image.shape[1] - size + 1) // 2, (image.shape[2] - size + 1) // 2)


def _axes_exchanged(image, size):
    return _cut(image, size, (image.shape[2] - size) // 2, (image.shape[1] - size) // 2)


prepare = Exercise(
    name="prepare",
    title="From a photograph to a tensor",
    difficulty=2,
    minutes=9,
    reference=_prepare,
    cases=[(_photograph(12, 16), 8, MEAN, STD), (_photograph(15, 10), 7, MEAN, STD), (_photograph(9, 9), 9, MEAN, STD)],
    misconceptions=(
        Misconception(
            _with(scale=lambda pixels: pixels),
            "The pixels still go from 0 to 255, but mean and spread are those of pixels from 0 to 1: divide by 255 "
            "first. Networks answer such input with great certainty, and nonsense.",
        ),
        Misconception(
            _with(scale=lambda pixels: pixels / 256),
            "The brightest byte is 255, and it has to become 1: divide by 255.",
        ),
        Misconception(
            _with(normalize=lambda x, mean, std: x),
            "The numbers are still from 0 to 1. The network was trained on normalised ones: subtract the mean of each "
            "channel, divide by its spread.",
        ),
        Misconception(_with(normalize=lambda x, mean, std: x - mean), "The spread is missing: divide by `std`."),
        Misconception(_with(normalize=lambda x, mean, std: x / std), "The mean is missing: subtract it first."),
        Misconception(
            _with(normalize=lambda x, mean, std: (x - mean) * std), "You multiply by the spread. Divide by it."
        ),
        Misconception(
            _with(normalize=lambda x, mean, std: x - mean / std),
            "Python divides before it subtracts: `(x - mean) / std` needs its parentheses.",
        ),
        Misconception(_with(normalize=lambda x, mean, std: (x - std) / mean), "Mean and spread have changed places."),
        Misconception(
            _with(normalize=lambda x, mean, std: (x - mean) / std**2),
            "You divide by the variance. `std` is its root already: divide by that.",
        ),
        Misconception(
            _with(normalize=_own_statistics),
            "Those are mean and spread of *this photograph*: a dark one would be made bright. Use those of the "
            "training images, that came as `mean` and `std`.",
        ),
        Misconception(
            _with(normalize=lambda x, mean, std: (x - mean.mean()) / std.mean()),
            "One mean for all channels. Each has its own: shape (3, 1, 1) lines them up with (3, rows, columns).",
        ),
        Misconception(
            _with(normalize=lambda x, mean, std: (x - mean.flip(0)) / std.flip(0)),
            "The channels are taken in the order blue, green, red. PyTorch's order is red, green, blue.",
        ),
        Misconception(
            _with(square=lambda image, size: _cut(image, size, 0, 0)),
            "That is the upper left corner. What matters is mostly in the middle: begin at `(rows - size) // 2`.",
        ),
        Misconception(_with(square=_bottom_right), "That is the lower right corner. Cut out the middle."),
        Misconception(
            _with(square=_one_further),
            "One pixel too far where the rest is odd: `(rows - size) // 2` rounds down.",
        ),
        Misconception(
            _with(square=_axes_exchanged),
            "Rows and columns have changed places: `image.shape` is (channels, rows, columns).",
        ),
        Misconception(
            _with(square=lambda image, size: image.float()),
            "The whole photograph is still there. Cut out the middle `size` rows and columns.",
        ),
        Misconception(
            _with(square=_whole_image),
            "You squeeze the whole photograph into a square, and everything in it changes its shape. Cut out the "
            "middle.",
        ),
        Misconception(
            _with(end=lambda prepared: prepared),
            "All right but the batch: a network takes (N, 3, rows, columns), also when N is 1. `unsqueeze(0)`.",
        ),
        Misconception(
            _with(end=lambda prepared: prepared.unsqueeze(1)),
            "The new dimension is behind the channels. The batch comes first: `unsqueeze(0)`.",
        ),
        Misconception(
            _with(end=lambda prepared: prepared.permute(1, 2, 0).unsqueeze(0)),
            "The channels are at the end, as matplotlib likes them. PyTorch wants (N, channels, rows, columns).",
        ),
    ),
    hints=(
        "Four steps: cut out the middle, bytes to floats from 0 to 1, normalise, add the batch.",
        "`top = (rows - size) // 2`, the same for the columns, and `image[:, top : top + size, left : left + size]`.",
        "`torch.tensor(mean).reshape(3, 1, 1)` gives each channel its own number.",
    ),
    praise="`weights.transforms()` does this, and scales the shorter side first.",
)
