"""Exercise: move a picture, and let zeros come in."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _shift(image, rows, columns):
    height, width = image.shape[1:]
    top, bottom = max(rows, 0), min(height + rows, height)
    left, right = max(columns, 0), min(width + columns, width)
    moved = torch.zeros_like(image)
    if top < bottom and left < right:  # something is left in the picture
        moved[:, top:bottom, left:right] = image[:, top - rows : bottom - rows, left - columns : right - columns]
    return moved


def _rolled(image, rows, columns):
    return torch.roll(image, (rows, columns), dims=(1, 2))


def _columns_rolled(image, rows, columns):
    return torch.roll(_shift(image, rows, 0), columns, dims=2)


def _rows_rolled(image, rows, columns):
    return torch.roll(_shift(image, 0, columns), rows, dims=1)


def _exchanged(image, rows, columns):
    return _shift(image, columns, rows)


def _backwards(image, rows, columns):
    return _shift(image, -rows, -columns)


def _up_instead_of_down(image, rows, columns):
    return _shift(image, -rows, columns)


def _left_instead_of_right(image, rows, columns):
    return _shift(image, rows, -columns)


def _edge_repeated(image, rows, columns):
    height, width = image.shape[1:]
    from_row = (torch.arange(height) - rows).clamp(0, height - 1)
    from_column = (torch.arange(width) - columns).clamp(0, width - 1)
    return image[:, from_row][:, :, from_column]


def _in_the_callers_picture(image, rows, columns):
    image[:] = _shift(image, rows, columns)
    return image


def _only_positive(image, rows, columns):
    height, width = image.shape[1:]
    moved = torch.zeros_like(image)
    moved[:, rows:, columns:] = image[:, : height - rows, : width - columns]
    return moved


def _only_positive_in_loops(image, rows, columns):
    height, width = image.shape[1:]
    moved = torch.zeros_like(image)
    for row in range(rows, height):
        for column in range(columns, width):
            moved[:, row, column] = image[:, row - rows, column - columns]
    return moved


def _padded_and_cut(image, rows, columns):
    height, width = image.shape[1:]
    return F.pad(image, (columns, 0, rows, 0))[:, :height, :width]


def _grown(image, rows, columns):
    return F.pad(image, (max(columns, 0), max(-columns, 0), max(rows, 0), max(-rows, 0)))


def _channels_moved(image, rows, columns):
    rows_and_channels_last = image.permute(2, 0, 1)  # (W, C, H)
    return _shift(rows_and_channels_last, rows, columns).permute(1, 2, 0)


def _python_counts_from_the_end(image, rows, columns):
    """Looks up every pixel where it came from and forgets that a negative place counts from the end."""
    height, width = image.shape[1:]
    moved = torch.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if row - rows < height and column - columns < width:
                moved[:, row, column] = image[:, row - rows, column - columns]
    return moved


def _looked_up_everywhere(image, rows, columns):
    height, width = image.shape[1:]
    moved = torch.zeros_like(image)
    for row in range(height):
        for column in range(width):
            moved[:, row, column] = image[:, row - rows, column - columns]
    return moved


def _cases():
    image = noise(2, 4, 6)
    places = [(1, 2), (-1, -3), (2, -1), (-2, 1), (0, 0), (0, 3), (-3, 0), (7, 1), (1, -9), (-5, -8)]
    turned = column_by_column(noise(3, 5, 3, seed=1))
    return [*((image.clone(), *place) for place in places), (turned, -1, 1), (noise(1, 3, 3, seed=2), 1, 0)]


shift = Exercise(
    name="shift",
    title="Shift a picture",
    difficulty=2,
    minutes=8,
    reference=_shift,
    cases=_cases,
    misconceptions=(
        Misconception(
            _rolled,
            "What leaves on one side comes back on the other: `torch.roll` bends the picture into a ring. Zeros should "
            "come in.",
        ),
        Misconception(
            _columns_rolled,
            "The rows are right. Columns that leave on one side still come back on the other, where zeros belong.",
        ),
        Misconception(
            _rows_rolled,
            "The columns are right. Rows that leave at one edge still come back at the other, where zeros belong.",
        ),
        Misconception(
            _exchanged,
            "Rows and columns have changed places: in *(C, H, W)* dimension 1 counts rows, dimension 2 columns.",
        ),
        Misconception(
            _backwards,
            "The picture moves the opposite way. What stands at `row` afterwards stood at `row - rows` before.",
        ),
        Misconception(_up_instead_of_down, "The columns are right, but the rows move up where they should move down."),
        Misconception(
            _left_instead_of_right, "The rows are right, but the columns move left where they should move right."
        ),
        Misconception(
            _edge_repeated, "The edge is smeared into the gap. Nothing is known of what lies outside: put zeros there."
        ),
        Misconception(
            _in_the_callers_picture,
            "The result is right, but you write it into the caller's picture. Start from `torch.zeros_like(image)`.",
        ),
        Misconception(
            _only_positive,
            "This works for moves down and to the right. A negative number moves up or left, and in a slice it counts "
            "from the end.",
            also=(_only_positive_in_loops,),
        ),
        Misconception(
            _padded_and_cut,
            "`F.pad` with a negative number cuts off, and your picture shrinks. For moves up or left, put the zeros on "
            "the other side.",
        ),
        Misconception(
            _grown,
            "The zeros are there, but nothing has left: the picture has grown. Keep its number of rows and columns.",
        ),
        Misconception(
            _channels_moved,
            "You move channels and rows. In *(C, H, W)* rows and columns are the *last* two dimensions.",
        ),
        Misconception(
            _python_counts_from_the_end,
            "A place above or left of the picture has a negative index, and Python counts that from the end. Copy only "
            "from places inside.",
            also=(_looked_up_everywhere,),
        ),
    ),
    hints=(
        "Start with zeros of the same shape and copy into them what stays in the picture.",
        "Row `row` of the result was row `row - rows` of `image`, and columns likewise. Which of these places exist?",
        "Two loops over rows and columns and one `if 0 <= from_row < height and 0 <= from_column < width` will do.",
    ),
    praise="Zeros come in at the edge, and what has left is lost: a shift back would not bring it home.",
)
