"""Exercise: a window of the same size, somewhere in the padded picture."""

import random

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Call, Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _crop(image, row, column, padding=4):
    height, width = image.shape[1:]
    padded = F.pad(image, (padding, padding, padding, padding))  # left, right, top, bottom
    return padded[:, row : row + height, column : column + width]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _padded(image, padding, mode="constant"):
    return F.pad(image[None], (padding,) * 4, mode=mode)[0]


def _window(padded, row, column, height, width):
    return padded[:, row : row + height, column : column + width]


def _cut_from(pad):
    """A variant that cuts the window out of ``pad(image, padding)``."""

    def variant(image, row, column, padding=4):
        return _window(pad(image, padding), row, column, *image.shape[1:])

    return variant


def _never_padded(image, row, column, padding=4):
    return _window(image, row, column, *image.shape[1:])


def _exchanged(image, row, column, padding=4):
    return _window(_padded(image, padding), column, row, *image.shape[1:])


def _counted_from_the_picture(image, row, column, padding=4):
    return _window(_padded(image, padding), row + padding, column + padding, *image.shape[1:])


def _counted_backwards(image, row, column, padding=4):
    height, width = image.shape[1:]
    moved = torch.zeros_like(image)
    top, left = padding - row, padding - column
    for to_row in range(height):
        for to_column in range(width):
            from_row, from_column = to_row + top, to_column + left
            if 0 <= from_row < height and 0 <= from_column < width:
                moved[:, to_row, to_column] = image[:, from_row, from_column]
    return moved


def _rest_of_the_padded(image, row, column, padding=4):
    return _padded(image, padding)[:, row:, column:]


def _of_the_padded_size(image, row, column, padding=4):
    padded = _padded(image, padding)
    return _window(padded, row, column, *padded.shape[1:])


def _up_to_its_size(image, row, column, padding=4):
    height, width = image.shape[1:]
    return _padded(image, padding)[:, row:height, column:width]


def _one_more(image, row, column, padding=4):
    height, width = image.shape[1:]
    return _window(_padded(image, padding), row, column, height + 1, width + 1)


def _sides_exchanged(image, row, column, padding=4):
    height, width = image.shape[1:]
    return _window(_padded(image, padding), row, column, width, height)


def _square(image, row, column, padding=4):
    height = image.shape[1]
    return _window(_padded(image, padding), row, column, height, height)


def _square_by_width(image, row, column, padding=4):
    width = image.shape[2]
    return _window(_padded(image, padding), row, column, width, width)


def _always_32(image, row, column, padding=4):
    return _window(_padded(image, padding), row, column, 32, 32)


def _always_4(image, row, column, padding=4):
    return _window(_padded(image, 4), row, column, *image.shape[1:])


def _one_pixel_of_padding(image, row, column, padding=4):
    return _window(_padded(image, 1), row, column, *image.shape[1:])


def _centre_at_the_place(image, row, column, padding=4):
    """Takes row and column for the middle of the window."""
    height, width = image.shape[1:]
    top, left = max(row - height // 2, 0), max(column - width // 2, 0)
    return _window(_padded(image, padding), top, left, height, width)


def _rows_of_channels(image, row, column, padding=4):
    """Slices the first two dimensions, as if the channels stood last."""
    height, width = image.shape[1:]
    return _padded(image, padding)[row : row + height, column : column + width]


def _channels_last(image, row, column, padding=4):
    return _crop(image, row, column, padding).permute(1, 2, 0)


def _painted_black(image, row, column, padding=4):
    """Gives the whole padded picture, with zeros outside of the window."""
    height, width = image.shape[1:]
    padded = _padded(image, padding)
    kept = torch.zeros_like(padded)
    kept[:, row : row + height, column : column + width] = _window(padded, row, column, height, width)
    return kept


def _in_place(image, row, column, padding=4):
    image[:] = _crop(image, row, column, padding)
    return image


def _rolled(image, row, column, padding=4):
    return image.roll((padding - row, padding - column), dims=(1, 2))


def _mean_around(image, padding):
    padded = _padded(image - image.mean(), padding)
    return padded + image.mean()


def _at_random(image, row, column, padding=4):
    row, column = torch.randint(2 * padding + 1, (2,)).tolist()
    return _crop(image, row, column, padding)


def _at_random_by_python(image, row, column, padding=4):
    row, column = random.randint(0, 2 * padding), random.randint(0, 2 * padding)
    return _crop(image, row, column, padding)


def _cases():
    image = noise(3, 6, 9, seed=0)
    return [
        (image.clone(), 4, 4),
        (image.clone(), 0, 0),
        (image.clone(), 8, 8),
        (image.clone(), 1, 6),
        Call(noise(3, 7, 5, seed=1), 3, 1, padding=2),
        Call(noise(1, 5, 6, seed=2), 0, 5, padding=3),
        Call(noise(2, 4, 4, seed=3) + 2, 2, 1, padding=1),
        Call(noise(3, 5, 4, seed=4), 0, 0, padding=0),
        Call(column_by_column(noise(2, 6, 5, seed=5)), 2, 3, padding=2),
        (noise(3, 32, 32, seed=6), 7, 2),
    ]


crop = Exercise(
    name="crop",
    title="A crop of the padded picture",
    difficulty=2,
    minutes=7,
    reference=_crop,
    cases=_cases,
    misconceptions=(
        Misconception(
            _never_padded,
            "There is no padding, so your window leaves the picture and comes out too small. Put zeros around it "
            "first.",
        ),
        Misconception(
            _exchanged,
            "Row and column have changed places: in (C, H, W) dimension 1 counts rows, dimension 2 columns.",
        ),
        Misconception(
            _counted_from_the_picture,
            "You count from the corner of the picture. The place is counted from the corner of the *padded* picture, "
            "so it is never negative.",
        ),
        Misconception(
            _counted_backwards,
            "Your window moves the opposite way: a larger `row` looks further down, so the picture in it moves up.",
        ),
        Misconception(
            _rest_of_the_padded,
            "Your window reaches to the end of the padded picture. It is as large as the picture that came in.",
            also=(_of_the_padded_size,),
        ),
        Misconception(
            _up_to_its_size,
            "Your slices end at the size of the picture, wherever they begin. A slice of `height` rows from `row` on "
            "ends at `row + height`.",
        ),
        Misconception(
            _one_more,
            "One row and one column too many: the end of a slice is left out, so it needs no extra 1.",
            also=(
                lambda image, row, column, padding=4: _window(
                    _padded(image, padding), row, column, image.shape[1] - 1, image.shape[2] - 1
                ),
            ),
        ),
        Misconception(
            _sides_exchanged,
            "Height and width of your window have changed places.",
        ),
        Misconception(
            _square,
            "Your window is a square. It has as many rows and as many columns as the picture.",
            also=(_square_by_width,),
        ),
        Misconception(
            _always_32,
            "Your window is always 32 by 32. Take its size from the picture.",
        ),
        Misconception(
            _always_4,
            "You always pad by 4. Use `padding`.",
            also=(_one_pixel_of_padding,),
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (padding, 0, padding, 0))),
            "You pad on the left and on top only. The picture may be cut on every side: pad all four.",
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (padding, padding))),
            "You pad the columns only. `F.pad` counts from the *last* dimension: two numbers for the columns, two more "
            "for the rows.",
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (0, 0, padding, padding))),
            "You pad the rows only. The columns need zeros on both sides too.",
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (padding,) * 6)),
            "You pad the channels too: black channels have come in. Two pairs of numbers are enough, for columns and "
            "rows.",
            also=(_cut_from(lambda image, padding: F.pad(image, (0, 0, padding, padding, padding, padding))),),
        ),
        Misconception(
            _cut_from(lambda image, padding: _padded(image, 2 * padding)),
            "You pad twice as much. `padding` is what is put on *each* side.",
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (padding // 2,) * 4)),
            "You pad half as much. `padding` is what is put on *each* side.",
        ),
        Misconception(
            _cut_from(lambda image, padding: _padded(image, padding, "reflect")),
            "You mirror the picture at its edge. Zeros are asked for here.",
        ),
        Misconception(
            _cut_from(lambda image, padding: _padded(image, padding, "replicate")),
            "You smear the edge outwards. Zeros are asked for here.",
        ),
        Misconception(
            _cut_from(lambda image, padding: F.pad(image, (padding,) * 4, value=1.0)),
            "You pad with ones. Zeros are asked for.",
            also=(_cut_from(_mean_around),),
        ),
        Misconception(
            _rolled,
            "What leaves on one side comes back on the other: `roll` bends the picture into a ring. Zeros should come "
            "in.",
        ),
        Misconception(
            _centre_at_the_place,
            "You take the place for the middle of the window. It is its upper left corner.",
        ),
        Misconception(
            _rows_of_channels,
            "You slice channels and rows. In (C, H, W) rows and columns are the last two dimensions: a `:` comes "
            "first.",
        ),
        Misconception(
            _channels_last,
            "The numbers are right, but the channels are last. They stay in front: (C, H, W).",
        ),
        Misconception(
            _painted_black,
            "You blacken what is outside the window, and keep it. Cut it off: the result is as large as the picture.",
        ),
        Misconception(
            _in_place,
            "The window is right, but you write it into the caller's picture. Make a new tensor.",
        ),
        Misconception(
            _at_random,
            "You draw a place yourself. Chance comes later: here `row` and `column` say where.",
            also=(_at_random_by_python,),
        ),
    ),
    hints=(
        "First the padded picture, with `padding` more rows and columns on each side, then a slice of it.",
        "`F.pad(image, (left, right, top, bottom))` puts zeros around the last two dimensions.",
        "The window begins at `row` and has as many rows as `image`: where does its slice end? The columns likewise.",
    ),
    praise="With a padding of 4 there are 81 such windows of each picture: the network rarely sees the same one twice.",
)
