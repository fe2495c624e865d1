"""Exercise: a convolution as one matrix product over unfolded patches."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _conv_as_matmul(images, weight):
    n, _, height, width = images.shape
    c_out, _, k, _ = weight.shape
    patches = F.unfold(images, kernel_size=k)  # (N, C*K*K, places)
    kernels = weight.reshape(c_out, -1)  # (C_out, C*K*K)
    output = kernels @ patches  # (N, C_out, places)
    return output.reshape(n, c_out, height - k + 1, width - k + 1)


def _parts(images, weight):
    """The unfolded patches (N, C*K*K, places), the kernels (C_out, C*K*K) and the right shape of the output."""
    k = weight.shape[-1]
    shape = len(images), len(weight), images.shape[2] - k + 1, images.shape[3] - k + 1
    return F.unfold(images, k), weight.reshape(len(weight), -1), shape


def _viewed(images, weight):
    patches, _, shape = _parts(images, weight)
    return (weight.view(len(weight), -1) @ patches).reshape(shape)


def _kernels_mixed(images, weight):
    patches, _, shape = _parts(images, weight)
    return (weight.reshape(-1, len(weight)).T @ patches).reshape(shape)


def _channels_of_the_kernel_last(images, weight):
    return _conv_as_matmul(images, weight.permute(0, 2, 3, 1).reshape(weight.shape))


def _kernels_transposed(images, weight):
    return _conv_as_matmul(images, weight.transpose(2, 3))


def _flipped(images, weight):
    return _conv_as_matmul(images, weight.flip(2, 3))


def _columns_before_rows(images, weight):
    patches, kernels, (n, c_out, rows, columns) = _parts(images, weight)
    return (kernels @ patches).reshape(n, c_out, columns, rows)


def _rows_and_columns_transposed(images, weight):
    return _conv_as_matmul(images, weight).transpose(2, 3)


def _batch_beside_the_places(images, weight):
    patches, kernels, shape = _parts(images, weight)
    side_by_side = patches.permute(1, 0, 2).reshape(kernels.shape[1], -1)  # (C*K*K, N*places)
    return (kernels @ side_by_side).reshape(shape)


def _batch_cut_anew(images, weight):
    patches, kernels, shape = _parts(images, weight)
    return (kernels @ patches.reshape(kernels.shape[1], -1)).reshape(shape)


def _channels_after_the_places(images, weight):
    patches, kernels, shape = _parts(images, weight)
    return (patches.transpose(1, 2) @ kernels.T).reshape(shape)


def _places_in_a_line(images, weight):
    patches, kernels, _ = _parts(images, weight)
    return kernels @ patches


def _channels_last(images, weight):
    return _conv_as_matmul(images, weight).permute(0, 2, 3, 1)


def _first_channel_only(images, weight):
    return _conv_as_matmul(images[:, :1], weight[:, :1])


def _mean_over_channels(images, weight):
    return _conv_as_matmul(images, weight) / images.shape[1]


def _kept_apart(images, weight):
    each = [_conv_as_matmul(images[:, [i]], weight[:, [i]]) for i in range(images.shape[1])]
    return torch.stack(each, dim=2)  # (N, C_out, C, H', W')


def _same_size(images, weight):
    return F.conv2d(images, weight, padding=weight.shape[-1] // 2)


def _whole_kernels_apart(images, weight):
    k = weight.shape[-1]
    return _conv_as_matmul(images, weight)[:, :, ::k, ::k]


def _cases():
    return [
        (noise(2, 3, 5, 7, seed=0), noise(4, 3, 3, 3, seed=1)),
        (noise(3, 2, 6, 4, seed=2), noise(2, 2, 3, 3, seed=3)),
        (noise(1, 1, 4, 6, seed=4), noise(3, 1, 2, 2, seed=5)),
        (noise(2, 3, 4, 4, seed=6), noise(2, 3, 1, 1, seed=7)),
        (column_by_column(noise(2, 3, 5, 6, seed=8)), noise(4, 3, 3, 3, seed=9)),
        (noise(2, 2, 5, 4, seed=10), column_by_column(noise(3, 2, 3, 3, seed=11))),
    ]


conv_as_matmul = Exercise(
    name="conv_as_matmul",
    title="A convolution as a matrix product",
    difficulty=3,
    minutes=12,
    reference=_conv_as_matmul,
    cases=_cases,
    misconceptions=(
        Misconception(
            _viewed,
            "`view` needs numbers that lie next to each other in memory, and after a transpose they do not. `reshape` "
            "copies where it must.",
            also=(lambda images, weight: _conv_as_matmul(images.view(-1).reshape(images.shape), weight),),
        ),
        Misconception(
            _kernels_mixed,
            "The matrix of kernels has the right shape and the wrong order: each kernel should be one *row* of it. "
            "Keep dimension 0 of `weight` and flatten the rest.",
        ),
        Misconception(
            _channels_of_the_kernel_last,
            "`F.unfold` lists a patch channel by channel, and rows and columns inside. Your kernels are listed with "
            "the channels last.",
        ),
        Misconception(
            _kernels_transposed,
            "Rows and columns of the kernels have changed places before you flatten them. `F.unfold` lists a patch row "
            "by row.",
        ),
        Misconception(_flipped, "You flip the kernels. PyTorch lays them down as they are."),
        Misconception(
            _columns_before_rows,
            "You fold the places back with the number of columns first. `F.unfold` counts them row by row: rows come "
            "first.",
        ),
        Misconception(
            _rows_and_columns_transposed,
            "The values are right, but rows and columns of the output have changed places.",
        ),
        Misconception(
            _batch_beside_the_places,
            "With the patches of all images side by side, the product is (C_out, N·places). `reshape` alone mixes "
            "images and channels: split off N first, then move it to the front.",
        ),
        Misconception(
            _batch_cut_anew,
            "`reshape` cuts the patches anew and mixes the images. `@` takes a batch as it is: no reshape is needed "
            "there.",
        ),
        Misconception(
            _channels_after_the_places,
            "Your product is (N, places, C_out). `reshape` does not move the channels to the front; `transpose` does.",
        ),
        Misconception(
            _places_in_a_line,
            "The numbers are right, in one long line of places. Fold them back into rows and columns.",
        ),
        Misconception(_channels_last, "The values are right, but the output channels stand last: they come after N."),
        Misconception(
            _first_channel_only, "Only the first input channel is used. A row of the matrix holds all C*K*K weights."
        ),
        Misconception(
            _mean_over_channels,
            "You take the mean over the input channels. The matrix product adds them up, and so should you.",
        ),
        Misconception(
            _kept_apart,
            "You keep the input channels apart. Flatten them together with the kernel's rows and columns, and the "
            "product adds them up.",
        ),
        Misconception(_same_size, "You padded the images with zeros. Here the kernels stay inside."),
        Misconception(
            _whole_kernels_apart, "Your patches stand side by side. They should overlap: the kernel moves by one pixel."
        ),
    ),
    hints=(
        "`F.unfold(images, k)` writes every patch as a column: (N, C*K*K, places). What shape must the kernels have?",
        "One kernel, one row: `weight.reshape(c_out, -1)`. Then `@` multiplies it with every image of the batch.",
        "The product is (N, C_out, places), counted row by row: reshape `places` into H' rows and W' columns.",
    ),
    praise="Copying every pixel up to K*K times buys one large product, which a processor does best.",
)
