"""The one exercise of the first page: find the brightest pixel."""

import torch

from ainotes.checks.engine import Exercise, Misconception


def _brightest(image):
    place = int(image.argmax())
    columns = image.shape[1]
    return place // columns, place % columns


def _flat(image):
    return int(image.argmax())


def _column_first(image):
    return _brightest(image)[::-1]


def _divided_by_rows(image):
    place = int(image.argmax())
    rows = image.shape[0]
    return place // rows, place % rows


def _darkest(image):
    return _brightest(-image)


def _from_one(image):
    row, column = _brightest(image)
    return row + 1, column + 1


def _value(image):
    return float(image.max())


def _by_sums(image):
    return int(image.sum(1).argmax()), int(image.sum(0).argmax())


def _pictures() -> list[tuple[torch.Tensor]]:
    """Return pictures with more columns than rows, one with its brightest pixel off the brightest row and column."""
    first = torch.tensor([[0.1, 0.2, 0.0, 0.3], [0.5, 0.4, 0.9, 0.2], [0.6, 0.0, 0.1, 0.7]])
    second = torch.tensor([[0.8, 0.8, 0.8, 0.8, 0.0], [0.0, 0.1, 0.0, 0.0, 1.0]])
    return [(first,), (second,)]


brightest = Exercise(
    name="brightest",
    title="The brightest pixel",
    difficulty=1,
    minutes=5,
    reference=_brightest,
    cases=_pictures,
    misconceptions=(
        Misconception(
            _flat, "That is one number: the place when all rows are laid end to end. Say the row and the column."
        ),
        Misconception(_column_first, "Row and column have changed places: the row comes first."),
        Misconception(
            _divided_by_rows,
            "You divide by the number of rows. A row is as long as there are columns: that is `image.shape[1]`.",
        ),
        Misconception(_darkest, "That is the darkest pixel: `argmin`, or a sign too many."),
        Misconception(_from_one, "You count from 1. In Python and PyTorch the first row is row 0."),
        Misconception(_value, "That is how bright the pixel is. The question is where it is."),
        Misconception(_by_sums, "That is the brightest row and the brightest column. Their crossing can be dark."),
    ),
    hints=(
        "`image.argmax()` gives one number: it counts through the first row, then the second, and so on.",
        "How many whole rows lie before that place? Divide by the length of a row with `//`.",
        "What is left over, `%`, is the column: `return place // columns, place % columns`.",
    ),
)
