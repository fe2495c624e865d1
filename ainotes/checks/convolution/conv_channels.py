"""Exercise: a convolution of an image with several channels, by several kernels, with a bias each."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _conv_channels(image, weight, bias):
    k = weight.shape[-1]
    rows, columns = image.shape[1] - k + 1, image.shape[2] - k + 1
    output = image.new_zeros(len(weight), rows, columns)  # (C_out, H', W')
    for row in range(rows):
        for column in range(columns):
            patch = image[:, row : row + k, column : column + k]  # (C, K, K)
            output[:, row, column] = (weight * patch).sum(dim=(1, 2, 3)) + bias
    return output


def _without_bias(image, weight, bias):
    return _conv_channels(image, weight, torch.zeros_like(bias))


def _bias_per_channel(image, weight, bias):
    return _conv_channels(image, weight, bias * len(image))


def _bias_per_product(image, weight, bias):
    return _conv_channels(image, weight, bias * weight[0].numel())


def _one_bias_for_all(image, weight, bias):
    return _without_bias(image, weight, bias) + bias[0]


def _biases_added_up(image, weight, bias):
    return _without_bias(image, weight, bias) + bias.sum()


def _bias_along_columns(image, weight, bias):
    return _without_bias(image, weight, bias) + bias


def _bias_multiplied(image, weight, bias):
    return _without_bias(image, weight, bias) * bias[:, None, None]


def _bias_subtracted(image, weight, bias):
    return _conv_channels(image, weight, -bias)


def _mean_over_channels(image, weight, bias):
    return _conv_channels(image, weight / len(image), bias)


def _first_channel_only(image, weight, bias):
    return _conv_channels(image[:1], weight[:, :1], bias)


def _last_channel_only(image, weight, bias):
    return _conv_channels(image[-1:], weight[:, -1:], bias)


def _one_kernel_for_all_inputs(image, weight, bias):
    return _conv_channels(image, weight[:, :1].expand_as(weight), bias)


def _one_kernel_for_all_outputs(image, weight, bias):
    return _conv_channels(image, weight[:1].expand_as(weight), bias)


def _flipped(image, weight, bias):
    return _conv_channels(image, weight.flip(2, 3), bias)


def _kernels_transposed(image, weight, bias):
    return _conv_channels(image, weight.transpose(2, 3), bias)


def _channels_last(image, weight, bias):
    return _conv_channels(image, weight, bias).permute(1, 2, 0)


def _rows_and_columns_exchanged(image, weight, bias):
    return _conv_channels(image, weight, bias).transpose(1, 2)


def _kept_apart(image, weight, bias):
    """One map (H', W') for each pair of an output and an input channel: (C_out, C, H', W')."""
    pairs = [
        [F.conv2d(image[None, i : i + 1], each[None, i : i + 1])[0, 0] for i in range(len(each))] for each in weight
    ]
    return torch.stack([torch.stack(maps) for maps in pairs]) + bias[:, None, None, None]


def _outputs_added_up(image, weight, bias):
    return _conv_channels(image, weight, bias).sum(dim=0)


def _product_in_place(image, weight, bias):
    k = weight.shape[-1]
    rows, columns = image.shape[1] - k + 1, image.shape[2] - k + 1
    output = image.new_zeros(len(weight), rows, columns)
    for out in range(len(weight)):
        for row in range(rows):
            for column in range(columns):
                patch = image[:, row : row + k, column : column + k]
                patch *= weight[out]
                output[out, row, column] = patch.sum() + bias[out]
    return output


def _same_size(image, weight, bias):
    return F.conv2d(image[None], weight, bias, padding=weight.shape[-1] // 2)[0]


def _cases():
    return [
        (noise(3, 5, 7, seed=0), noise(2, 3, 3, 3, seed=1), torch.tensor([1.5, -2.0])),
        (noise(1, 6, 5, seed=2), noise(3, 1, 3, 3, seed=3), torch.tensor([-1.0, 0.5, 2.0])),
        (noise(2, 4, 5, seed=4), noise(4, 2, 1, 1, seed=5), torch.tensor([0.75, -0.5, 3.0, -1.0])),
        (noise(3, 7, 6, seed=6), noise(3, 3, 5, 5, seed=7), torch.tensor([2.0, -3.0, 1.0])),
        (noise(4, 4, 5, seed=8), noise(1, 4, 3, 3, seed=9), torch.tensor([-1.25])),
        (column_by_column(noise(2, 5, 6, seed=10)), column_by_column(noise(3, 2, 3, 3, seed=11)), noise(3, seed=12)),
    ]


conv_channels = Exercise(
    name="conv_channels",
    title="Several channels in, several out",
    difficulty=2,
    minutes=8,
    reference=_conv_channels,
    cases=_cases,
    misconceptions=(
        Misconception(_without_bias, "The sums are right. Each output channel still waits for its bias."),
        Misconception(
            _bias_per_channel,
            "The bias is added once for every input channel. Add up the channels first, then the bias once.",
        ),
        Misconception(
            _bias_per_product,
            "The bias is added with every product. Finish the sum first, then add the bias once.",
        ),
        Misconception(_one_bias_for_all, "Every output channel gets the first bias. Each has its own."),
        Misconception(
            _biases_added_up, "Every output channel gets the sum of all biases. Each has its own, and only that."
        ),
        Misconception(
            _bias_along_columns,
            "Broadcasting aligns the *last* dimension, so your biases meet the columns. They belong to the output "
            "channels: give them the shape (C_out, 1, 1).",
            also=(lambda image, weight, bias: bias + _without_bias(image, weight, bias),),
        ),
        Misconception(_bias_multiplied, "You multiply by the bias. It is added: the same number at every place."),
        Misconception(_bias_subtracted, "You subtract the bias. It is added."),
        Misconception(
            _mean_over_channels,
            "You take the mean over the input channels. What the channels say is added up.",
        ),
        Misconception(
            _first_channel_only,
            "Only the first input channel is seen. Every input channel has its own slice of the kernel.",
            also=(_last_channel_only,),
        ),
        Misconception(
            _one_kernel_for_all_inputs,
            "All input channels meet the same slice of the kernel. A kernel has a slice of its own for each: "
            "`weight[out, channel]`.",
        ),
        Misconception(
            _one_kernel_for_all_outputs,
            "All output channels are made by the first kernel. Each of them has a kernel of its own.",
        ),
        Misconception(_flipped, "You flip the kernels. PyTorch lays them down as they are."),
        Misconception(
            _kernels_transposed,
            "Rows and columns of the kernels have changed places: dimension 2 of `weight` counts rows, dimension 3 "
            "columns.",
        ),
        Misconception(_channels_last, "The values are right, but the output channels stand last: they come first."),
        Misconception(
            _rows_and_columns_exchanged,
            "The values are right, but rows and columns of the output have changed places.",
        ),
        Misconception(
            _kept_apart,
            "You keep the input channels apart: one map for each. Their maps are added up into one for each kernel.",
        ),
        Misconception(
            _outputs_added_up,
            "You add up the output channels as well. Each kernel makes a map of its own; stack them.",
        ),
        Misconception(
            _product_in_place,
            "A patch is a window into the image, not a copy: `*=` changes the image for all that comes after.",
        ),
        Misconception(
            _same_size, "Your output is as large as the image: you padded it with zeros. Here the kernels stay inside."
        ),
    ),
    hints=(
        "Take one output channel and one place: the patch is (C, K, K) and so is the kernel.",
        "Multiply the two cell by cell and add *everything* up, over channels, rows and columns. Then the bias, once.",
        "With all kernels at a time: `(weight * patch).sum(dim=(1, 2, 3)) + bias` gives C_out numbers for one place.",
    ),
    praise="However many channels come in, each kernel makes one map.",
)
