"""Exercise: how the loss changes with each pixel that went into a convolution."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _input_gradient(grad_output, weight):
    k = weight.shape[-1]
    turned = weight.flip(2, 3).transpose(0, 1)  # (C, C_out, K, K): inputs and outputs change places
    return F.conv2d(grad_output, turned, padding=k - 1)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _convolved(grad_output, kernels, padding):
    """The gradient convolved with other kernels (C, C_out, K, K), with another padding."""
    return F.conv2d(grad_output, kernels, padding=padding)


def _turned(weight):
    return weight.flip(2, 3).transpose(0, 1)


def _not_turned(grad_output, weight):
    return _convolved(grad_output, weight.transpose(0, 1), weight.shape[-1] - 1)


def _columns_turned(grad_output, weight):
    return _convolved(grad_output, weight.flip(3).transpose(0, 1), weight.shape[-1] - 1)


def _rows_turned(grad_output, weight):
    return _convolved(grad_output, weight.flip(2).transpose(0, 1), weight.shape[-1] - 1)


def _mirrored_in_the_diagonal(grad_output, weight):
    return _convolved(grad_output, weight.transpose(2, 3).transpose(0, 1), weight.shape[-1] - 1)


def _turned_and_mirrored(grad_output, weight):
    return _convolved(grad_output, _turned(weight).transpose(2, 3), weight.shape[-1] - 1)


def _quarter_turned(grad_output, weight):
    return _convolved(grad_output, weight.rot90(1, (2, 3)).transpose(0, 1), weight.shape[-1] - 1)


def _everything_flipped(grad_output, weight):
    return _convolved(grad_output, weight.flip(0, 1, 2, 3).transpose(0, 1), weight.shape[-1] - 1)


def _no_padding(grad_output, weight):
    return _convolved(grad_output, _turned(weight), 0)


def _same_padding(grad_output, weight):
    return _convolved(grad_output, _turned(weight), weight.shape[-1] // 2)


def _padding_k(grad_output, weight):
    return _convolved(grad_output, _turned(weight), weight.shape[-1])


def _padding_1(grad_output, weight):
    return _convolved(grad_output, _turned(weight), 1)


def _padding_2(grad_output, weight):
    return _convolved(grad_output, _turned(weight), 2)


def _channels_not_exchanged(grad_output, weight):
    return _convolved(grad_output, weight.flip(2, 3), weight.shape[-1] - 1)


def _neither_turned_nor_exchanged(grad_output, weight):
    return _convolved(grad_output, weight, weight.shape[-1] - 1)


def _channels_reshaped(grad_output, weight):
    c_out, c, k, _ = weight.shape
    return _convolved(grad_output, weight.flip(2, 3).reshape(c, c_out, k, k), k - 1)


def _summed_over_the_batch(grad_output, weight):
    return _input_gradient(grad_output, weight).sum(dim=0)


def _summed_over_the_batch_kept(grad_output, weight):
    return _input_gradient(grad_output, weight).sum(dim=0, keepdim=True)


def _mean_over_the_batch(grad_output, weight):
    return _input_gradient(grad_output, weight) / len(grad_output)


def _summed_over_channels(grad_output, weight):
    gradient = _input_gradient(grad_output, weight)
    return gradient.sum(dim=1, keepdim=True)


def _channel_by_channel(grad_output, weight):
    """Sends each output channel back to the input channel of the same number only."""
    gradient = _input_gradient(grad_output, weight) * 0
    for channel in range(min(weight.shape[:2])):
        one = slice(channel, channel + 1)
        gradient[:, one] = _input_gradient(grad_output[:, one], weight[one, one])
    return gradient


def _first_output_only(grad_output, weight):
    return _input_gradient(grad_output[:, :1], weight[:1])


def _by_stamping(grad_output, weight, place):
    """Lay down a kernel for each number of the gradient, with ``place(row, column)`` for its upper left corner."""
    k, (rows, columns) = weight.shape[-1], grad_output.shape[2:]
    gradient = grad_output.new_zeros(len(grad_output), weight.shape[1], rows + k - 1, columns + k - 1)
    for row in range(rows):
        for column in range(columns):
            stamp = torch.einsum("no,ocij->ncij", grad_output[:, :, row, column], weight)
            place(gradient, row, column, k, stamp)
    return gradient


def _overwrite(gradient, row, column, k, stamp):
    gradient[:, :, row : row + k, column : column + k] = stamp


def _stamped_over(grad_output, weight):
    return _by_stamping(grad_output, weight, _overwrite)


def _one_case_by_hand():
    grad_output = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]])
    weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    return grad_output, weight


def _cases():
    return [
        _one_case_by_hand(),
        (noise(2, 4, 3, 5, seed=0), noise(4, 3, 3, 3, seed=1)),
        (noise(3, 2, 5, 4, seed=2), noise(2, 2, 3, 3, seed=3)),
        (noise(1, 3, 6, 7, seed=4), noise(3, 1, 5, 5, seed=5)),
        (noise(2, 2, 3, 4, seed=6), noise(2, 5, 2, 2, seed=7)),
        (noise(2, 1, 1, 1, seed=8), noise(1, 2, 4, 4, seed=9)),
        (noise(2, 3, 4, 3, seed=10), noise(3, 2, 1, 1, seed=11)),
        (column_by_column(noise(2, 3, 4, 5, seed=12)), column_by_column(noise(3, 3, 3, 3, seed=13))),
    ]


input_gradient = Exercise(
    name="input_gradient",
    title="The gradient for the input",
    difficulty=3,
    minutes=10,
    reference=_input_gradient,
    cases=_cases,
    misconceptions=(
        Misconception(
            _not_turned,
            "You lay the kernels down as they are. On the way back a pixel meets the weights in the opposite order: "
            "what its right neighbour saw with the left weight.",
        ),
        Misconception(
            _columns_turned,
            "Your kernels are mirrored left to right, but not top to bottom. Half a turn does both.",
        ),
        Misconception(
            _rows_turned,
            "Your kernels are mirrored top to bottom, but not left to right. Half a turn does both.",
        ),
        Misconception(
            _mirrored_in_the_diagonal,
            "You exchange rows and columns of the kernels. They should be given half a turn.",
            also=(
                _turned_and_mirrored,
                lambda grad_output, weight: F.conv_transpose2d(grad_output, weight.transpose(2, 3)),
            ),
        ),
        Misconception(
            _quarter_turned,
            "Your kernels are given a quarter of a turn. Half a turn is needed: both dimensions mirrored.",
            also=(
                lambda grad_output, weight: _convolved(
                    grad_output, weight.rot90(-1, (2, 3)).transpose(0, 1), weight.shape[-1] - 1
                ),
            ),
        ),
        Misconception(
            _everything_flipped,
            "You reverse the order of the channels too. Only rows and columns of the kernels are turned.",
        ),
        Misconception(
            _no_padding,
            "Your result is smaller than the gradient that came in, but it should be larger: as large as the picture. "
            "The kernel must hang over the edge of `grad_output`.",
        ),
        Misconception(
            _same_padding,
            "With that padding the result is as large as `grad_output`. The picture was larger: a corner pixel was "
            "seen by one place only.",
            also=(lambda grad_output, weight: F.conv2d(grad_output, _turned(weight), padding="same"),),
        ),
        Misconception(
            _padding_k,
            "One row and column too many on each side: there no cell of the kernel touches `grad_output`.",
        ),
        Misconception(
            _padding_1,
            "Your padding fits one size of kernel only. It depends on K.",
            also=(_padding_2,),
        ),
        Misconception(
            _channels_not_exchanged,
            "The kernels are turned, but inputs and outputs have not changed places: what was C_out comes in now, and "
            "C goes out. Which dimension of the weight is which?",
            also=(
                lambda grad_output, weight: F.conv2d(grad_output, weight.rot90(2, (2, 3)), padding=weight.size(3) - 1),
            ),
        ),
        Misconception(
            _neither_turned_nor_exchanged,
            "You use the weights as the layer does on its way forward. Two things change on the way back: the "
            "kernels are turned, and inputs and outputs change places.",
            also=(
                lambda grad_output, weight: F.conv2d(grad_output, weight),
                lambda grad_output, weight: F.conv2d(grad_output, weight, padding=weight.shape[-1] // 2),
            ),
        ),
        Misconception(
            _channels_reshaped,
            "The shape of your weights is right and their numbers are mixed up: `reshape` only cuts them anew. Let two "
            "dimensions change places instead.",
            also=(
                lambda grad_output, weight: _convolved(
                    grad_output,
                    weight.flip(2, 3).contiguous().view(weight.shape[1], weight.shape[0], *weight.shape[2:]),
                    weight.shape[-1] - 1,
                ),
            ),
        ),
        Misconception(
            _summed_over_the_batch,
            "You add up the pictures of the batch. Weights have one gradient for all pictures; each pixel has its own.",
            also=(_summed_over_the_batch_kept,),
        ),
        Misconception(
            _mean_over_the_batch,
            "You divide by the number of pictures. Such a factor is in `grad_output` already, if the loss is a mean.",
        ),
        Misconception(
            _summed_over_channels,
            "You add up the input channels. Each of them has its own gradient.",
            also=(lambda grad_output, weight: _input_gradient(grad_output, weight).sum(dim=1),),
        ),
        Misconception(
            _channel_by_channel,
            "You send each output channel back to the one input channel of the same number. Every input channel was "
            "seen by *all* filters, so blame comes from all of them.",
        ),
        Misconception(
            _first_output_only,
            "Only the first filter sends blame back. Every filter has seen the picture.",
        ),
        Misconception(
            _stamped_over,
            "Where the kernels overlap, the last one wipes out the others. A pixel that was seen several times gets "
            "the sum: `+=`.",
        ),
    ),
    hints=(
        "Along which ways did one pixel reach the output? Through each weight of each filter, each time to another "
        "place.",
        "So each pixel collects `grad_output` from the K × K places around it: a convolution, with the kernels given "
        "half a turn and with inputs and outputs exchanged.",
        "`weight.flip(2, 3)` turns, `transpose(0, 1)` exchanges. The result must be K - 1 larger than `grad_output`: "
        "which padding does that?",
    ),
    praise="Backwards, a convolution is a convolution again: what is fast on the way out is fast on the way back.",
)
