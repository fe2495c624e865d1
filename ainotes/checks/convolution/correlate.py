"""Exercise: slide a kernel over a grey image, as PyTorch does."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _correlate(image, kernel):
    k = len(kernel)
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    output = image.new_zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            patch = image[row : row + k, column : column + k]
            output[row, column] = (patch * kernel).sum()
    return output


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _patch(image, kernel, row, column):
    k = len(kernel)
    return image[row : row + k, column : column + k]


def _by_patches(image, kernel, row, column):
    return (_patch(image, kernel, row, column) * kernel).sum()


def _by_kernels(image, kernel, row, column):
    return (kernel * _patch(image, kernel, row, column)).sum()


def _by_numbers(image, kernel, row, column):
    k = len(kernel)
    return sum(image[row + i, column + j] * kernel[i, j] for i in range(k) for j in range(k))


_CELLS = (_by_patches, _by_kernels, _by_numbers)


def _slid(image, kernel, rows, columns, cell=_by_patches):
    """Fill `rows` by `columns` cells, however many fit."""
    output = image.new_zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            output[row, column] = cell(image, kernel, row, column)
    return output


def _in_forms(size):
    """An error in the size of the output, in the three ways to fill a cell: past the edge each stops differently."""

    def form(cell):
        def slid(image, kernel):
            rows, columns = size(image, len(kernel))
            return _slid(image, kernel, rows, columns, cell)

        return slid

    return tuple(map(form, _CELLS))


_EXCHANGED = _in_forms(lambda image, k: (image.shape[1] - k + 1, image.shape[0] - k + 1))
_BY_ROWS = _in_forms(lambda image, k: (image.shape[0] - k + 1, image.shape[0] - k + 1))
_BY_COLUMNS = _in_forms(lambda image, k: (image.shape[1] - k + 1, image.shape[1] - k + 1))
_TOO_FAR = _in_forms(lambda image, k: (image.shape[0] - k + 2, image.shape[1] - k + 2))
_EVERY_PIXEL = _in_forms(lambda image, k: tuple(image.shape))


def _flipped(image, kernel):
    return _correlate(image, kernel.flip(0, 1))


def _transposed(image, kernel):
    return _correlate(image, kernel.T)


def _one_short(image, kernel):
    return _correlate(image, kernel)[:-1, :-1]


def _matrix_product(image, kernel):
    k = len(kernel)
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    return _slid(image, kernel, rows, columns, lambda *place: (_patch(*place) @ kernel).sum())


def _never_reset(image, kernel):
    cells = _correlate(image, kernel)
    return cells.flatten().cumsum(0).reshape(cells.shape)


def _reset_in_each_row(image, kernel):
    return _correlate(image, kernel).cumsum(1)


def _mean(image, kernel):
    return _correlate(image, kernel) / kernel.numel()


def _same_size(image, kernel):
    k = len(kernel)
    return F.conv2d(image[None, None], kernel[None, None], padding=k // 2)[0, 0]


def _same_size_by_name(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None], padding="same")[0, 0]


def _same_size_in_loops(image, kernel):
    return _same_size(image, kernel)[: image.shape[0], : image.shape[1]]


def _whole_kernels_apart(image, kernel):
    k = len(kernel)
    return _correlate(image, kernel)[::k, ::k]


def _always_float32(image, kernel):
    return _correlate(image, kernel).float()


def _whole_numbers(image, kernel):
    return _correlate(image, kernel).long()


def _flattened_by_view(image, kernel):
    weights = kernel.view(-1)
    patches = F.unfold(image[None, None], len(kernel))[0]
    return (weights @ patches).reshape(_correlate(image, kernel).shape)


def _product_in_place(image, kernel):
    k = len(kernel)
    output = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1, dtype=image.dtype)
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            patch = image[row : row + k, column : column + k]
            patch *= kernel
            output[row, column] = patch.sum()
    return output


def _added(image, kernel):
    k = len(kernel)
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    return _slid(image, kernel, rows, columns, lambda *place: (_patch(*place) + kernel).sum())


def _cases():
    return [
        (noise(5, 7, seed=0), noise(3, 3, seed=1)),
        (noise(6, 4, seed=2), noise(3, 3, seed=3)),
        (noise(5, 6, seed=4), noise(2, 2, seed=5)),
        (noise(7, 9, seed=6), noise(5, 5, seed=7)),
        (noise(3, 3, seed=8), noise(3, 3, seed=9)),
        (noise(3, 4, seed=10), noise(1, 1, seed=11)),
        (noise(4, 5, seed=12, dtype=torch.float64), noise(3, 3, seed=13, dtype=torch.float64)),
        (column_by_column(noise(5, 6, seed=14)), column_by_column(noise(3, 3, seed=15))),
    ]


correlate = Exercise(
    name="correlate",
    title="Slide a kernel over an image",
    difficulty=2,
    minutes=12,
    reference=_correlate,
    cases=_cases,
    misconceptions=(
        Misconception(
            _flipped,
            "You flip the kernel first. That is a convolution as mathematicians define it; PyTorch lays the kernel "
            "down as it is.",
        ),
        Misconception(
            _transposed,
            "Rows and columns of the kernel have changed places: its first index belongs to the rows of the patch.",
        ),
        Misconception(
            _EXCHANGED[0],
            "Rows and columns of the output have changed places: `image.shape[0]` counts the rows, and they come "
            "first.",
            also=(*_EXCHANGED[1:], lambda image, kernel: _correlate(image, kernel).T),
        ),
        Misconception(
            _BY_ROWS[0],
            "You take the image for a square with as many columns as rows. Count its columns on their own.",
            also=_BY_ROWS[1:],
        ),
        Misconception(
            _BY_COLUMNS[0],
            "You take the image for a square with as many rows as columns. Count its rows on their own.",
            also=_BY_COLUMNS[1:],
        ),
        Misconception(
            _one_short,
            "The last row and the last column are missing. In how many places can a kernel as large as the image "
            "stand?",
        ),
        Misconception(
            _TOO_FAR[0],
            "One place too many: the kernel hangs over the edge of the image at the last one.",
            also=_TOO_FAR[1:],
        ),
        Misconception(
            _EVERY_PIXEL[0],
            "You start a patch at every pixel, also where the kernel would hang over the edge. It has fewer places "
            "than there are pixels.",
            also=_EVERY_PIXEL[1:],
        ),
        Misconception(
            _matrix_product,
            "`@` is a matrix product: it adds along rows and columns. Multiply patch and kernel cell by cell.",
        ),
        Misconception(
            _never_reset,
            "The sum runs on from one place to the next. Start again from 0 at every place.",
            also=(_reset_in_each_row,),
        ),
        Misconception(
            _mean, "You take the mean of the products. Their sum is wanted: the kernel alone sets the scale."
        ),
        Misconception(
            _same_size,
            "Your output is as large as the image: you padded it with zeros. Here the kernel stays inside.",
            also=(_same_size_by_name, _same_size_in_loops),
        ),
        Misconception(
            _whole_kernels_apart,
            "Your kernel jumps by its own width. It should move by one pixel at a time (stride 1).",
        ),
        Misconception(
            _always_float32,
            "An image in float64 comes out in float32: half of its digits are lost. Make the output in the type of the "
            "image.",
        ),
        Misconception(
            _whole_numbers,
            "Everything after the decimal point is lost: your output holds whole numbers. Make it in the type of the "
            "image.",
            also=(lambda image, kernel: _correlate(image, kernel).int(),),
        ),
        Misconception(
            _flattened_by_view,
            "`view` needs numbers that lie next to each other in memory. Those of a patch or of a transposed image do "
            "not; `reshape` copies where it must.",
        ),
        Misconception(
            _product_in_place,
            "A patch is a window into the image, not a copy: `*=` changes the image under it, and the next patch "
            "multiplies again.",
        ),
        Misconception(
            _added, "You add the kernel to the patch. Multiply first, cell by cell, then add the products up."
        ),
    ),
    hints=(
        "First the size: in how many places can a kernel of `k` cells stand along `n` pixels, without hanging over?",
        "For each place, cut out the patch with two slices, multiply it by the kernel cell by cell, and add up.",
        "The patch of output cell (row, column) is `image[row : row + k, column : column + k]`.",
    ),
    praise="Two loops, one product, one sum: all a convolution is. Everything that follows makes it faster or deeper.",
)
