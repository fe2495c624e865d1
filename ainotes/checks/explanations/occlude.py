"""Exercise: cover an image window by window, and see how far a score falls."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _occlude(score, image, window):
    whole = score(image[None])  # (1,)
    rows, columns = (side // window for side in image.shape[1:])
    falls = torch.zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            covered = image.clone()
            covered[:, row * window : (row + 1) * window, column * window : (column + 1) * window] = 0
            falls[row, column] = whole - score(covered[None])
    return falls


# --- The scores that are asked ----------------------------------------------------------------------------------------


def _checked(images):
    if not isinstance(images, torch.Tensor) or images.ndim != 4:
        shape = tuple(images.shape) if isinstance(images, torch.Tensor) else type(images).__name__
        raise ValueError(f"score expects a batch (N, C, H, W), got {shape}; `image[None]` is a batch of one")
    return images.float()


def weighed(images):
    """A linear score: every pixel of every channel has a weight of its own, of either sign."""
    images = _checked(images)
    return (images * noise(*images.shape[1:], seed=99)).sum(dim=(1, 2, 3))


def brightest(images):
    """A score that only the brightest pixel decides."""
    return _checked(images).amax(dim=(1, 2, 3))


def certain(images):
    """Between 0 and 1, and far from linear."""
    return (0.4 * weighed(images)).sigmoid()


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _places(image, window):
    rows, columns = (side // window for side in image.shape[1:])
    return [(row, column) for row in range(rows) for column in range(columns)], (rows, columns)


def _with(cover, tell=lambda whole, covered: whole - covered):
    """Go through all windows; ``cover(image, down, right)`` makes a covered image, `tell` a number of two scores."""

    def variant(score, image, window):
        places, size = _places(image, window)
        whole = score(image[None])
        numbers = []
        for row, column in places:
            down = slice(row * window, (row + 1) * window)
            right = slice(column * window, (column + 1) * window)
            numbers.append(float(tell(whole, score(cover(image, down, right)[None]))))
        return torch.tensor(numbers).view(size)

    return variant


def _filled(value):
    def cover(image, down, right):
        covered = image.clone()
        covered[:, down, right] = value(image) if callable(value) else value
        return covered

    return cover


_right = _filled(0.0)


def _first_channel(image, down, right):
    covered = image.clone()
    covered[0, down, right] = 0
    return covered


def _all_but_the_window(image, down, right):
    covered = torch.zeros_like(image)
    covered[:, down, right] = image[:, down, right]
    return covered


def _one_pixel(image, down, right):
    covered = image.clone()
    covered[:, down.start, right.start] = 0
    return covered


def _one_row_short(image, down, right):
    covered = image.clone()
    covered[:, down.start : down.stop - 1, right.start : right.stop - 1] = 0
    return covered


def _whole_rows(image, down, right):
    covered = image.clone()
    covered[:, down] = 0
    return covered


def _whole_columns(image, down, right):
    covered = image.clone()
    covered[:, :, right] = 0
    return covered


def _left_covered(score, image, window):
    """Goes on with the same copy, so that windows stay covered."""
    places, size = _places(image, window)
    whole, covered, falls = score(image[None]), image.clone(), torch.zeros(size)
    for row, column in places:
        covered[:, row * window : (row + 1) * window, column * window : (column + 1) * window] = 0
        falls[row, column] = whole - score(covered[None])
    return falls


def _covers_the_image_itself(score, image, window):
    places, size = _places(image, window)
    whole, falls = score(image[None]), torch.zeros(size)
    for row, column in places:
        image[:, row * window : (row + 1) * window, column * window : (column + 1) * window] = 0
        falls[row, column] = whole - score(image[None])
    return falls


def _never_covers(score, image, window):
    _, size = _places(image, window)
    return torch.zeros(size)


def _every_place(score, image, window):
    """Moves by one pixel at a time."""
    rows, columns = (side - window + 1 for side in image.shape[1:])
    falls = torch.zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            covered = image.clone()
            covered[:, row : row + window, column : column + window] = 0
            falls[row, column] = score(image[None]) - score(covered[None])
    return falls


def _counts_as_positions(score, image, window):
    """Takes the number of a window for its first pixel."""
    places, size = _places(image, window)
    falls = torch.zeros(size)
    for row, column in places:
        covered = image.clone()
        covered[:, row : row + window, column : column + window] = 0
        falls[row, column] = score(image[None]) - score(covered[None])
    return falls


def _large(score, image, window):
    return _occlude(score, image, window).repeat_interleave(window, 0).repeat_interleave(window, 1)


def _scaled(score, image, window):
    falls = _occlude(score, image, window).relu()
    return falls / falls.max()


def _cases():
    return [
        (weighed, noise(3, 6, 9, seed=0), 3),
        (weighed, noise(1, 4, 4, seed=1), 2),
        (certain, noise(2, 8, 4, seed=2), 2),
        (brightest, noise(3, 4, 6, seed=3).abs() + 0.1, 2),
        (certain, noise(3, 5, 3, seed=4), 1),
        (weighed, noise(2, 4, 4, seed=5), 4),  # one window covers all
    ]


occlude = Exercise(
    name="occlude",
    title="Cover and ask again",
    difficulty=3,
    minutes=10,
    reference=_occlude,
    cases=_cases,
    misconceptions=(
        Misconception(
            _with(_right, lambda whole, covered: covered - whole),
            "The sign is turned round: a window that the class needs should have a *positive* number, by how much the "
            "score falls.",
        ),
        Misconception(
            _with(_right, lambda whole, covered: covered),
            "Those are the scores of the covered images. How far are they *below* the score of the whole one?",
        ),
        Misconception(
            _with(_right, lambda whole, covered: (whole - covered).abs()),
            "You drop the sign. Where covering helps the class, the fall is negative.",
            also=(_with(_right, lambda whole, covered: (whole - covered).relu()),),
        ),
        Misconception(
            _with(_right, lambda whole, covered: covered / whole),
            "You divide the scores. A logit may be 0 or negative: take the difference.",
            also=(
                _with(_right, lambda whole, covered: (whole - covered) / whole),
                _with(_right, lambda whole, covered: whole / covered),
            ),
        ),
        Misconception(
            _left_covered,
            "Windows stay covered when you go on to the next. Begin each time with a fresh copy, `image.clone()`.",
        ),
        Misconception(
            _covers_the_image_itself,
            "You cover the image itself, and it stays so. `covered = image` makes no copy: `image.clone()` does.",
        ),
        Misconception(
            _with(_first_channel),
            "You cover the first channel only. All channels of the window are covered: `covered[:, ...]`.",
        ),
        Misconception(
            _with(_all_but_the_window),
            "The wrong way round: you keep the window and cover everything else.",
        ),
        Misconception(
            _with(_one_pixel),
            "You cover one pixel of each window. A slice covers `window` rows and columns.",
        ),
        Misconception(
            _with(_one_row_short),
            "Your window is a row and a column too small: a slice ends *before* its last number.",
        ),
        Misconception(
            _with(_whole_rows),
            "You cover whole rows. The window ends to the right and to the left as well.",
            also=(_with(_whole_columns),),
        ),
        Misconception(
            _counts_as_positions,
            "Window number 1 does not begin at pixel 1, but at pixel `window`: multiply.",
        ),
        Misconception(
            _every_place,
            "You move by one pixel. Here windows lie side by side: they begin at 0, `window`, 2 · `window`, ...",
        ),
        Misconception(
            _with(_filled(1.0)),
            "You cover with 1. Here 0 covers: after normalisation that is the mean colour.",
            also=(_with(_filled(lambda image: image.mean())),),
        ),
        Misconception(
            _never_covers,
            "All falls are 0: the image that you ask about is never covered. Set the window to 0 *before* you ask, and "
            "ask about the covered copy.",
        ),
        Misconception(
            lambda score, image, window: _occlude(score, image, window).T,
            "Rows and columns of your map have changed places.",
        ),
        Misconception(
            _large,
            "The numbers are right, on as many pixels as the image has. One for each window is wanted.",
        ),
        Misconception(
            _scaled,
            "You scale the falls. Leave them in units of the score: then they can be compared between images.",
        ),
        Misconception(
            lambda score, image, window: _occlude(score, image, window).flatten(),
            "The numbers are right, in a row. They need their places: (rows, columns).",
        ),
        Misconception(
            lambda score, image, window: _occlude(score, image, window).tolist(),
            "The numbers are right, in lists. Make a tensor of them.",
        ),
    ),
    hints=(
        "Two loops, over the rows of windows and over their columns. In the middle: copy, cover, ask.",
        "`covered = image.clone()`, then `covered[:, top : top + window, left : left + window] = 0`.",
        "`score` wants a batch: `score(covered[None])` is a tensor of one number. The fall is `whole - score(...)`.",
    ),
    praise="No gradient was needed: it works with any classifier, even one that you can only ask over a network.",
)
