"""Exercise: the parameters of a head on flattened maps."""

import math

from ainotes.checks.engine import Call, Exercise, Misconception


def _flat_head(size, channels, hidden):
    rows = size // 32  # five poolings, each of which rounds down
    inputs = channels * rows * rows
    return (inputs + 1) * hidden + (hidden + 1)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _with(rows=lambda size: size // 32, bias=1, outputs=1):
    """Count with another rule for the rows, other biases, another number of logits."""

    def variant(size, channels, hidden):
        inputs = channels * rows(size) ** 2
        return (inputs + bias) * hidden + (hidden + bias) * outputs

    return variant


def _up_at_each_pooling(size):
    for _ in range(5):
        size = math.ceil(size / 2)
    return size


def _one_side(size, channels, hidden):
    return (channels * (size // 32) + 1) * hidden + hidden + 1


def _without_channels(size, channels, hidden):
    return ((size // 32) ** 2 + 1) * hidden + hidden + 1


def _pooled_globally(size, channels, hidden):
    return (channels + 1) * hidden + hidden + 1


def _one_bias_each(size, channels, hidden):
    return channels * (size // 32) ** 2 * hidden + 1 + hidden + 1


def _bias_of_inputs(size, channels, hidden):
    inputs = channels * (size // 32) ** 2
    return inputs * hidden + inputs + hidden + hidden


def _without_the_last_bias(size, channels, hidden):
    return _flat_head(size, channels, hidden) - 1


def _first_layer(size, channels, hidden):
    return (channels * (size // 32) ** 2 + 1) * hidden


def _straight_to_the_logit(size, channels, hidden):
    return channels * (size // 32) ** 2 + 1


def _product_of_all(size, channels, hidden):
    return channels * (size // 32) ** 2 * hidden * hidden


def _inputs(size, channels, hidden):
    return channels * (size // 32) ** 2


def _parts(size, channels, hidden):
    return [_first_layer(size, channels, hidden), hidden + 1]


def _of_pixels(size, channels, hidden):
    return (3 * size * size + 1) * hidden + hidden + 1


def _dropout_counted(size, channels, hidden):
    return _flat_head(size, channels, hidden) + hidden


flat_head = Exercise(
    name="flat_head",
    title="Count a flat head",
    difficulty=2,
    minutes=6,
    reference=_flat_head,
    cases=[
        (150, 512, 256),
        (224, 512, 256),
        (224, 512, 4096),
        (100, 8, 5),
        Call(size=191, channels=6, hidden=10),
        (64, 3, 7),
        (95, 1, 1),
    ],
    misconceptions=(
        Misconception(
            _with(rows=lambda size: math.ceil(size / 32)),
            "You round up. A 2 × 2 pooling without padding drops a row that has no partner: 75 rows become 37.",
            also=(_with(rows=_up_at_each_pooling), _with(rows=lambda size: round(size / 32))),
        ),
        Misconception(
            _with(rows=lambda size: size / 32),
            "There is no part of a row: every pooling gives a whole number, rounded down.",
            also=(lambda size, channels, hidden: int(_with(rows=lambda each: each / 32)(size, channels, hidden)),),
        ),
        Misconception(
            _one_side,
            "You count one side of the maps. They have rows *and* columns: as many of both.",
        ),
        Misconception(
            _without_channels,
            "You flatten one map. There are `channels` of them, and all their numbers go in.",
        ),
        Misconception(
            _pooled_globally,
            "You count one number for each map, as global average pooling would leave. This head flattens: all places "
            "of all maps go in.",
        ),
        Misconception(
            _first_layer,  # as many parameters as without any bias
            "Exactly `hidden + 1` are missing. So many biases the two layers have, one for each output; and so many "
            "parameters the second layer has. Which of the two did you leave out?",
            also=(_with(bias=0),),
        ),
        Misconception(
            _without_the_last_bias,
            "One is missing: the logit has a bias too.",
        ),
        Misconception(
            _one_bias_each,
            "You count one bias a layer. It has one for each of its outputs.",
        ),
        Misconception(
            _bias_of_inputs,
            "You count a bias for each input of a layer. It has one for each *output*.",
        ),
        Misconception(
            _straight_to_the_logit,
            "The flattened numbers do not go to the logit directly: first to the hidden units.",
        ),
        Misconception(
            _with(outputs=2),
            "You count two logits. With two classes one is enough: positive means the second class.",
        ),
        Misconception(
            _product_of_all,
            "You multiply the layers. They come one after the other: their counts are added.",
        ),
        Misconception(
            _with(rows=lambda size: 7),
            "You take 7 × 7 for granted. That is what 224 rows give; here the maps follow the size of the picture.",
        ),
        Misconception(
            _with(rows=lambda size: size // 16),
            "Four halvings. VGG-16 pools five times: once after each of its blocks.",
        ),
        Misconception(
            _with(rows=lambda size: size // 64),
            "Six halvings. VGG-16 pools five times: once after each of its blocks.",
        ),
        Misconception(
            _with(rows=lambda size: size // 10),
            "Five poolings halve five times: they divide by 2 · 2 · 2 · 2 · 2, not by 5 · 2.",
        ),
        Misconception(
            _with(rows=lambda size: size),
            "Your maps are as large as the picture. Five poolings halve them before they are flattened.",
            also=(_of_pixels,),
        ),
        Misconception(
            _inputs,
            "That is how many numbers are flattened. How many parameters do the two linear layers have?",
        ),
        Misconception(
            _parts,
            "The parts are right. Their sum is wanted, one number.",
            also=(lambda size, channels, hidden: tuple(_parts(size, channels, hidden)),),
        ),
        Misconception(
            lambda size, channels, hidden: _flat_head(size, channels, 256),
            "Your count does not depend on `hidden`. Use what is handed in.",
        ),
        Misconception(
            lambda size, channels, hidden: _flat_head(size, 512, hidden),
            "Your count does not depend on `channels`. Use what is handed in.",
        ),
        Misconception(
            _dropout_counted,
            "Dropout learns nothing: it has no parameters. Nor has a ReLU.",
        ),
    ),
    hints=(
        "150 rows, halved and rounded down five times: which number is left? `//` rounds down.",
        "rows · rows · channels numbers go in. A linear layer from n to m has n · m weights and m biases.",
        "(inputs + 1) · hidden for the first layer, (hidden + 1) · 1 for the second.",
    ),
    praise="Nearly all of it is the first layer: that is what flattening costs, and what pooling globally saves.",
)
