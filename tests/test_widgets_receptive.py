"""The figure of receptive fields: what Python knows of it is what torch's gradients say."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ainotes.shapes import Field, Layer
from ainotes.widgets.receptive import LIMITS, ReceptiveFieldExplorer

KINDS = [(3,), (3, 1, 1), (2, 2), (3, 2, 1), (3, 1, 2, 2), (1, 3), (5, 1, 0, 2)]
STACKS = [list(stack) for length in (1, 2, 3) for stack in itertools.combinations(KINDS, length)]
LESSON = [Layer(3), Layer(2, stride=2, name="max pool"), Layer(3), Layer(2, stride=2, name="max pool"), Layer(3)]


def gradient(layers, size, unit):
    """Return which pixels of a size x size input the unit depends on, by autograd; every weight is 1."""
    picture = torch.zeros(1, 1, size, size, requires_grad=True)
    output = picture
    for layer in layers:
        kernel = torch.ones(1, 1, layer["kernel"], layer["kernel"])
        output = F.conv2d(output, kernel, None, layer["stride"], layer["padding"], layer["dilation"])
    return torch.autograd.grad(output[0, 0, unit[0], unit[1]], picture)[0][0, 0] != 0


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_a_unit_depends_on_the_pixels_that_get_a_gradient(stack):
    figure = ReceptiveFieldExplorer(stack, size=64)
    for depth in range(1, len(stack) + 1):
        figure.depth = depth
        for unit in ([0, 2], [1, 1]):
            figure.unit = unit
            seen = torch.zeros(64, 64, dtype=torch.bool)
            seen[np.ix_(figure.seen_rows, figure.seen_columns)] = True
            assert torch.equal(seen, gradient(figure.layers[:depth], 64, unit))


def test_the_lessons_stack_sees_eighteen_pixels():
    figure = ReceptiveFieldExplorer(LESSON)
    assert figure.field == Field(size=18, jump=4, start=0)
    assert (figure.depth, figure.unit) == (5, [1, 1])
    assert figure.seen_rows == list(range(4, 22))
    assert figure.alt == (
        "A stack of 5 layers (conv 3, max pool 2, conv 3, max pool 2, conv 3) on an input of 28 by 28 pixels. A unit "
        "of the last layer has a receptive field of 18 by 18 pixels, and neighbouring units stand 4 pixels apart."
    )
    figure.depth = 1
    assert (figure.field.size, figure.seen_columns) == (3, [1, 2, 3])


def test_dilation_leaves_holes():
    figure = ReceptiveFieldExplorer([(3, 1, 0, 2)], size=9)
    figure.unit = [0, 4]
    assert (figure.field.size, figure.seen_rows, figure.seen_columns) == (5, [0, 2, 4], [4, 6, 8])


def test_layers_come_as_objects_dicts_or_tuples():
    same = {"name": "conv", "kernel": 3, "stride": 1, "padding": 2, "dilation": 2}
    given = [
        Layer(3, padding="same", dilation=2),
        Layer(3, 1, 2, 2),
        {"kernel": 3, "padding": 2, "dilation": 2},
        (3, 1, 2, 2),
    ]
    assert ReceptiveFieldExplorer(given).layers == [same] * 4
    pools = ReceptiveFieldExplorer([{"name": "average pool", "kernel": 2, "stride": 2}, Layer(2, 2, name="max pool")])
    assert [layer["name"] for layer in pools.layers] == ["average pool", "max pool"]


def test_a_stack_that_does_not_fit_shows_what_does_and_can_be_mended():
    figure = ReceptiveFieldExplorer([(3,), (2, 2), (9,), (3,)], size=16)
    assert figure.alt.endswith("on an input of 16 by 16 pixels: layer 3 does not fit.")
    assert figure.field == Field(size=4, jump=2, start=0)
    assert (figure.unit, figure.seen_rows) == ([3, 3], [6, 7, 8, 9])
    figure.layers = [(3,), (2, 2), (3,), (3,)]
    assert figure.field.size == 12
    assert figure.seen_rows == list(range(4, 16)), "the last unit, where the layer is smaller"
    nothing = ReceptiveFieldExplorer([(5,)], size=3)
    assert (nothing.field, nothing.seen_rows) == (Field(size=1, jump=1, start=0), [1])


def test_an_image_is_shown_at_its_size():
    figure = ReceptiveFieldExplorer([(3,)], size=5, image=torch.rand(1, 5, 5))
    assert figure.image["shape"] == [1, 5, 5]
    assert len(figure.image["pixels"]) == 25
    assert ReceptiveFieldExplorer([(3,)]).image == {}
    with pytest.raises(ValueError, match="the image has 5 rows and 6 columns, and size is 5; give a square image"):
        ReceptiveFieldExplorer([(3,)], size=5, image=np.zeros((5, 6)))


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ((3,), TypeError, r"layer 1 expects a Layer, a tuple \(kernel, stride, padding, dilation\), or a dict"),
        (Layer(3), TypeError, "layers expects a list of Layer objects, dicts or tuples, got Layer"),
        ("conv", TypeError, "layers expects a list"),
        ([], ValueError, "layers expects 1 to 8, got 0"),
        ([(3,)] * 9, ValueError, "layers expects 1 to 8, got 9"),
        ([(3,), ()], TypeError, "layer 2 expects a Layer"),
        ([(3, 1, 0, 1, 1)], TypeError, "layer 1 expects a Layer"),
        ([{"stride": 2}], TypeError, "a dict with 'kernel'"),
        ([{"kernel": 3, "groups": 2}], TypeError, "a dict with 'kernel'"),
        (
            [{"kernel": 3, "name": "pool"}],
            ValueError,
            r"layer 1: name is one of \['conv', 'max pool', 'average pool'\], got 'pool'",
        ),
        ([(16,)], ValueError, "layer 1: kernel expects a whole number from 1 to 15, got 16"),
        ([(3, 0)], ValueError, "layer 1: stride expects a whole number from 1 to 8, got 0"),
        ([(3, 1, 1.5)], TypeError, "layer 1: padding expects a whole number, got 1.5"),
        ([Layer(2, padding="same")], ValueError, "padding 'same' of a kernel of 2 differs on its two sides"),
        (
            [Layer(3, padding=2, name="max pool")],
            ValueError,
            "a pooling's padding is at most half its window of 3, got 2",
        ),
        ([Layer(3, dilation=2, name="average pool")], ValueError, "average pooling has no dilation, got 2"),
    ],
)
def test_a_layer_that_is_none_is_refused(layers, error, message):
    with pytest.raises(error, match=message):
        ReceptiveFieldExplorer(layers)
    figure = ReceptiveFieldExplorer([(3,)])
    if isinstance(layers, list):
        with pytest.raises(error, match=message):
            figure.layers = layers
    assert figure.layers == [{"name": "conv", "kernel": 3, "stride": 1, "padding": 0, "dilation": 1}]


def test_what_the_figure_refuses_of_a_pooling_torch_refuses_too():
    with pytest.raises(RuntimeError, match="pad should be at most half"):
        F.max_pool2d(torch.zeros(1, 1, 9, 9), 3, 1, padding=2)
    for kernel in (2, 3, 4, 5):
        layer = {"name": "max pool", "kernel": kernel, "padding": kernel // 2}
        ReceptiveFieldExplorer([layer])
        F.max_pool2d(torch.zeros(1, 1, 9, 9), kernel, 1, padding=kernel // 2)


def test_the_state_is_checked():
    figure = ReceptiveFieldExplorer(LESSON)
    for name, value, message in (
        ("depth", 0, "depth expects a whole number from 1 to 8, got 0"),
        ("unit", [1], r"unit is \[row, column\] of the looked-at layer, got \[1\]"),
        ("unit", [0, -1], "unit expects a whole number from 0"),
    ):
        with pytest.raises(ValueError, match=message):
            setattr(figure, name, value)
    assert (figure.depth, figure.unit) == (5, [1, 1])
    with pytest.raises(ValueError, match="size expects a whole number from 1 to 64, got 65"):
        ReceptiveFieldExplorer(LESSON, size=65)
    given = ReceptiveFieldExplorer(LESSON, depth=2, unit=[0, 3], title="Mine", alt="Mine too")
    assert (given.depth, given.unit, given.title, given.poster()) == (2, [0, 3], "Mine", ["Mine too"])


def test_every_unit_of_the_largest_padding_can_be_named():
    padding = LIMITS["padding"][1]
    figure = ReceptiveFieldExplorer([(1, 1, padding)] * 8, size=64)
    figure.unit = [64 + 2 * padding * 8 - 1] * 2
    assert figure.seen_rows == []
