"""Exercise: a 1 x 1 convolution without a convolution."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _pointwise(images, weight):
    return torch.einsum("nchw,oc->nohw", images, weight)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _along_the_columns(images, weight):
    """Multiplies the last dimension: a linear layer along the columns."""
    return images @ weight.T


def _along_the_rows(images, weight):
    return weight @ images


def _channels_last(images, weight):
    return images.permute(0, 2, 3, 1) @ weight.T


def _channels_reshaped_back(images, weight):
    """Has the channels last and then cuts the numbers anew, where whole dimensions should move."""
    mixed = _channels_last(images, weight)
    n, height, width, c_out = mixed.shape
    return mixed.reshape(n, c_out, height, width)


def _rows_reshaped(images, weight):
    """Makes a row for each pixel by cutting the numbers anew: the rows mix places and channels."""
    n, c, height, width = images.shape
    mixed = images.reshape(-1, c) @ weight.T
    return mixed.reshape(n, height, width, -1).permute(0, 3, 1, 2)


def _reshaped_there_and_back(images, weight):
    n, c, height, width = images.shape
    return (images.reshape(-1, c) @ weight.T).reshape(n, -1, height, width)


def _batch_and_channels_mixed(images, weight):
    n, c, height, width = images.shape
    return (weight @ images.reshape(c, -1)).reshape(n, -1, height, width)


def _columns_before_rows(images, weight):
    return _pointwise(images, weight).transpose(2, 3)


def _outputs_first(images, weight):
    return _pointwise(images, weight).transpose(0, 1)


def _viewed(images, weight):
    n, c, height, width = images.shape
    return (weight @ images.view(n, c, -1)).view(n, len(weight), height, width)


def _not_unflattened(images, weight):
    return weight @ images.flatten(2)


def _summed_over_the_map(images, weight):
    return torch.einsum("nchw,oc->no", images, weight)


def _inputs_kept_apart(images, weight):
    return torch.einsum("nchw,oc->nochw", images, weight)


def _channel_by_channel(images, weight):
    """Multiplies each channel by the sum of its weights, and mixes none."""
    return torch.einsum("nchw,oc->nchw", images, weight)


def _channels_summed_first(images, weight):
    return torch.einsum("nchw,oc->nohw", images.sum(dim=1, keepdim=True), weight.sum(dim=1, keepdim=True))


def _mean(images, weight):
    return _pointwise(images, weight) / weight.shape[1]


def _same_weights_for_all(images, weight):
    return _pointwise(images, weight[:1].expand_as(weight))


def _activated(images, weight):
    return _pointwise(images, weight).relu()


def _first_picture_only(images, weight):
    return _pointwise(images, weight)[:1]


def _first_picture_alone(images, weight):
    return _pointwise(images, weight)[0]


def _cases():
    return [
        (noise(2, 3, 4, 5, seed=0), noise(4, 3, seed=1)),
        (noise(3, 2, 3, 3, seed=2), noise(5, 2, seed=3)),
        (noise(1, 4, 2, 6, seed=4), noise(2, 4, seed=5)),
        (noise(2, 3, 3, 3, seed=6), noise(3, 3, seed=7)),
        (column_by_column(noise(2, 5, 3, 4, seed=8)), column_by_column(noise(3, 5, seed=9))),
    ]


pointwise = Exercise(
    name="pointwise",
    title="A pointwise convolution",
    difficulty=2,
    minutes=6,
    reference=_pointwise,
    cases=_cases,
    misconceptions=(
        Misconception(
            _along_the_columns,
            "`@` multiplies along the *last* dimension, and that counts columns. The weights belong to the channels, "
            "in dimension 1.",
            also=(
                F.linear,
                lambda images, weight: images @ weight,
                lambda images, weight: torch.matmul(images, weight.transpose(0, 1)),
                lambda images, weight: torch.einsum("nchw,ow->ncho", images, weight),
            ),
        ),
        Misconception(
            _along_the_rows,
            "A matrix in front of (N, C, H, W) multiplies along the *rows*. Flatten the places first, so that the "
            "channels stand second to last, or move them.",
            also=(lambda images, weight: weight.T @ images,),
        ),
        Misconception(
            _channels_last,
            "The numbers are right, with the output channels last. Move them back behind N.",
            also=(lambda images, weight: torch.einsum("nchw,oc->nhwo", images, weight),),
        ),
        Misconception(
            _channels_reshaped_back,
            "The products are right and then scrambled: `reshape` keeps the numbers in their order and cuts them anew. "
            "Bring the channels back with `permute`.",
        ),
        Misconception(
            _rows_reshaped,
            "`reshape(-1, C)` takes the next C numbers as they lie in memory, and those are neighbours in a row, not "
            "the channels of one place. Put the channels last before you reshape.",
            also=(_reshaped_there_and_back,),
        ),
        Misconception(
            _batch_and_channels_mixed,
            "With more than one picture your reshape mixes pictures and channels. Keep N where it is: (N, C, H·W).",
        ),
        Misconception(
            _columns_before_rows,
            "The numbers are right, but rows and columns of the output have changed places.",
        ),
        Misconception(
            _outputs_first,
            "The numbers are right, but pictures and output channels have changed places: N comes first.",
        ),
        Misconception(
            _viewed,
            "`view` needs numbers that lie next to each other in memory, which those of a transposed picture do not. "
            "`reshape` and `flatten` copy where they must.",
        ),
        Misconception(
            _not_unflattened,
            "The products are right, in one row for each map. Give rows and columns back: `unflatten` or `reshape`.",
        ),
        Misconception(
            _summed_over_the_map,
            "You add up all places. A 1 × 1 looks at each place by itself: rows and columns stay.",
        ),
        Misconception(
            _inputs_kept_apart,
            "You keep the input channels apart. What an output channel gets from them is added up.",
        ),
        Misconception(
            _channel_by_channel,
            "Your channels are scaled, not mixed. An output channel takes something from *every* input channel.",
        ),
        Misconception(
            _channels_summed_first,
            "You add the channels up before you weigh them. Each has its own weight: multiply first, then add.",
        ),
        Misconception(_mean, "You take the mean over the input channels. What the channels say is added up."),
        Misconception(
            _same_weights_for_all,
            "Every output channel gets the weights of the first. Each has a row of its own in `weight`.",
        ),
        Misconception(
            lambda images, weight: torch.einsum("nchw,co->nohw", images, weight),
            "You use `weight` as (C, C_out). It is (C_out, C): one row for each output channel.",
            also=(lambda images, weight: _pointwise(images, weight.T),),
        ),
        Misconception(
            lambda images, weight: F.conv2d(images, weight),
            "A convolution wants four dimensions of weights: (C_out, C, 1, 1). But do without: this is a matrix "
            "product at every place.",
            also=(
                lambda images, weight: F.conv2d(images, weight[None, None]),
                lambda images, weight: F.conv2d(images, weight, padding=0),
            ),
        ),
        Misconception(
            lambda images, weight: images * weight,
            "`*` multiplies number by number. Here every output channel is a *sum* over the input channels.",
            also=(
                lambda images, weight: images * weight[:, :, None, None],
                lambda images, weight: weight[:, :, None, None] * images,
            ),
        ),
        Misconception(
            _activated,
            "Your negative numbers are gone. No ReLU is asked for: it would come afterwards.",
        ),
        Misconception(
            _first_picture_only,
            "Only the first picture is there. Every picture of the batch is mixed in the same way.",
            also=(_first_picture_alone,),
        ),
    ),
    hints=(
        "Take one place: C numbers come in, C_out go out. Which product of a matrix and a vector is that?",
        "The same for all places: `einsum` names the dimensions, and sums over a letter that the result does not have.",
        "Or flatten the places, `images.flatten(2)` is (N, C, H·W): a matrix in front of it works on the channels.",
    ),
    praise="It is the same linear layer at every pixel: it sees channels, never neighbours.",
)
