"""Exercise: a picture of bytes, channels last, becomes a tensor of floats, channels first."""

import torch

from ainotes.checks.engine import Exercise, Misconception


def _to_tensor(picture):
    channels_first = picture.permute(2, 0, 1)  # (C, H, W)
    return channels_first.float() / 255


def _reshaped(picture):
    height, width, channels = picture.shape
    return picture.reshape(channels, height, width) / 255


def _columns_before_rows(picture):
    return picture.permute(2, 1, 0) / 255


def _channels_in_the_middle(picture):
    return picture.permute(0, 2, 1) / 255


def _channels_last(picture):
    return picture / 255


def _not_divided(picture):
    return picture.permute(2, 0, 1).float()


def _still_bytes(picture):
    return picture.permute(2, 0, 1)


def _by_256(picture):
    return picture.permute(2, 0, 1) / 256


def _by_its_own_maximum(picture):
    return picture.permute(2, 0, 1) / picture.max()


def _whole_numbers(picture):
    return picture.permute(2, 0, 1) // 255


def _whole_numbers_as_floats(picture):
    return _whole_numbers(picture).float()


def _divided_in_place(picture):
    picture /= 255
    return picture.permute(2, 0, 1)


def _in_double_precision(picture):
    return picture.permute(2, 0, 1).double() / 255


def _from_minus_one(picture):
    return picture.permute(2, 0, 1) / 127.5 - 1


def _pictures():
    """Pictures (H, W, C) of bytes: tall, wide, as deep as high and wide, of one channel, and one that is dark."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(6, 4, 3), (2, 5, 3), (3, 3, 3), (4, 3, 1)]
    made = [torch.randint(256, shape, dtype=torch.uint8, generator=generator) for shape in shapes]
    dark = torch.randint(100, (4, 5, 3), dtype=torch.uint8, generator=generator)
    bright = torch.tensor([[[255, 0, 51], [102, 255, 255]]], dtype=torch.uint8)
    return [(picture,) for picture in (*made, dark, bright)]


to_tensor = Exercise(
    name="to_tensor",
    title="From picture to tensor",
    difficulty=1,
    minutes=5,
    reference=_to_tensor,
    cases=_pictures,
    misconceptions=(
        Misconception(
            _reshaped,
            "The shape is right and the picture is scrambled: `reshape` and `view` keep the numbers in their old order "
            "and only cut them anew. Move whole dimensions instead.",
        ),
        Misconception(
            _columns_before_rows,
            "The channels are in front, but rows and columns have changed places: the picture lies on its side. Rows "
            "come before columns.",
        ),
        Misconception(
            _channels_in_the_middle,
            "The channels have changed places with the columns and stand in the middle now. They belong in front of "
            "both rows and columns.",
        ),
        Misconception(
            _channels_last,
            "The numbers are right, the channels are still last. PyTorch wants *(C, H, W)*.",
            also=(lambda picture: picture.float(), lambda picture: picture),
        ),
        Misconception(_not_divided, "The values still run from 0 to 255. White should be 1."),
        Misconception(
            _still_bytes, "The dimensions are right. The values are still bytes: make them floats from 0 to 1."
        ),
        Misconception(
            _by_256,
            "White comes out as 0.996. A byte has 256 values, and the largest of them is one less.",
        ),
        Misconception(
            _by_its_own_maximum,
            "You divide by the brightest pixel of this picture, so a dark picture turns bright. Use the largest value "
            "that a byte can hold.",
        ),
        Misconception(
            _whole_numbers,
            "Whole numbers have no room between 0 and 1: nearly every pixel is 0 now. Divide floats, and keep floats.",
            also=(_whole_numbers_as_floats,),
        ),
        Misconception(
            _divided_in_place,
            "Dividing in place would put fractions into the caller's bytes, where they do not fit. Make a new tensor.",
            also=(
                lambda picture: picture.div_(255).permute(2, 0, 1),
                lambda picture: picture.permute(2, 0, 1).div_(255),
            ),
        ),
        Misconception(
            _in_double_precision,
            "The values are right, in double precision (float64). Networks compute in float32: half the memory.",
        ),
        Misconception(
            _from_minus_one,
            "Your values run from -1 to 1. Here black is 0 and white is 1.",
        ),
    ),
    hints=(
        "Two things change: the order of the dimensions, and the type and range of the values.",
        "`permute` takes the old places of the dimensions in their new order. Where do the channels stand now?",
        "A byte runs from 0 to 255: make floats first (`.float()`), then divide.",
    ),
    praise="Same numbers, new order: `permute` copies nothing, it only reads the memory another way.",
)
