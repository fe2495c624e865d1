"""`ainotes.shapes`: sizes, receptive fields, parameters and multiplications, against torch and by hand."""

import itertools
import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ainotes import shapes
from ainotes.shapes import Field, Layer

FIXTURES = Path(__file__).parent / "fixtures"
NUMBERS = ("kernel", "stride", "padding", "dilation")
few = settings(max_examples=60, deadline=None, derandomize=True)
small = st.integers(1, 4)
layer = st.tuples(small, st.integers(1, 3), st.integers(0, 3), st.integers(1, 3))


def cases(name: str) -> list[dict]:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))["cases"]


def torch_size(size, kernel, **options) -> int | None:
    """Return the size of torch's convolution, None where torch refuses."""
    try:
        return F.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), **options).shape[2]
    except RuntimeError:
        return None


def our_size(size, kernel, **options) -> int | None:
    try:
        return shapes.output_size(size, kernel, **options)
    except ValueError:
        return None


def stack(layers) -> nn.Sequential:
    """Return the layers as torch's convolutions of one row, all weights 1, float64."""
    made = [nn.Conv1d(1, 1, k, stride=s, padding=p, dilation=d, bias=False) for k, s, p, d in layers]
    for convolution in made:
        nn.init.ones_(convolution.weight)
    return nn.Sequential(*made).double()


def seen_by_autograd(layers, position, size) -> list[list[int]]:
    """Return the places with a gradient, in the input and after each layer."""
    values = [torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)]
    for convolution in stack(layers):
        values.append(convolution(values[-1]))
    gradients = torch.autograd.grad(values[-1][0, 0, position], values)
    return [gradient[0, 0].nonzero()[:, 0].tolist() for gradient in gradients]


# Sizes


@pytest.mark.parametrize(
    ("size", "kernel", "options", "expected"),
    [
        (28, 3, {}, 26),
        (28, 3, {"padding": 1}, 28),
        (28, 2, {"stride": 2}, 14),
        (7, 2, {"stride": 2}, 3),  # the seventh pixel is left over
        (7, 2, {"stride": 2, "ceil_mode": True}, 4),
        (224, 7, {"stride": 2, "padding": 3}, 112),  # the first layer of ResNet
        (9, 5, {"dilation": 2}, 1),
        (5, 3, {"padding": "valid"}, 3),
        (5, 3, {"padding": "same"}, 5),
        (5, 2, {"padding": "same"}, 5),  # one pixel of padding, after the row
        (5, 3, {"padding": "full"}, 7),
        (5, 3, {"padding": "full", "dilation": 2}, 9),
    ],
)
def test_the_size_of_an_output_by_hand(size, kernel, options, expected):
    assert shapes.output_size(size, kernel, **options) == expected


def test_sizes_equal_those_of_torch_and_what_torch_refuses_is_refused():
    grid = itertools.product(range(1, 9), range(1, 6), (1, 2, 3), (0, 1, 2), (1, 2))
    refused = 0
    for size, kernel, stride, padding, dilation in grid:
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        expected = torch_size(size, kernel, **options)
        assert our_size(size, kernel, **options) == expected, (size, kernel, options)
        refused += expected is None
    assert refused > 50


@pytest.mark.parametrize("word", ["valid", "same"])
def test_words_for_padding_mean_what_they_mean_in_torch(word):
    # torch warns where an even kernel needs one more zero on one side; odd reaches alone are quiet.
    for size, kernel, dilation in itertools.product(range(1, 9), (1, 3, 5), (1, 2)):
        options = {"padding": word, "dilation": dilation}
        assert our_size(size, kernel, **options) == torch_size(size, kernel, **options)


def test_rounding_up_equals_the_pooling_of_torch():
    grid = itertools.product(range(1, 10), range(1, 6), range(1, 6), range(3), (1, 2))
    checked = 0
    for size, kernel, stride, padding, dilation in grid:
        if padding > kernel // 2:
            continue  # torch's pooling refuses more
        options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": True}
        try:
            expected = F.max_pool1d(torch.zeros(1, 1, size), kernel, **options).shape[2]
        except RuntimeError:
            expected = None
        assert our_size(size, kernel, **options) == expected, (size, kernel, options)
        checked += 1
    assert checked > 500


@few
@given(size=st.integers(1, 40), layer=layer)
def test_the_last_place_fits_and_one_more_would_not(size, layer):
    kernel, stride, padding, dilation = layer
    count = our_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
    reach = dilation * (kernel - 1) + 1
    padded = size + 2 * padding
    if count is None:
        assert reach > padded
    else:
        assert (count - 1) * stride + reach <= padded < count * stride + reach


@given(size=st.integers(1, 30), kernel=small, dilation=small)
@few
def test_same_keeps_the_size_and_full_undoes_what_valid_takes(size, kernel, dilation):
    assert shapes.output_size(size, kernel, padding="same", dilation=dilation) == size
    grown = shapes.output_size(size, kernel, padding="full", dilation=dilation)
    assert shapes.output_size(grown, kernel, padding="valid", dilation=dilation) == size


@pytest.mark.parametrize("case", cases("output_size.json"), ids=str)
def test_shared_cases_of_sizes_hold_here_and_in_torch(case):
    expected = case.pop("expected")
    assert our_size(**case) == expected
    assert torch_size(**case) == expected


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (
            (7, 5),
            {"dilation": 2},
            ValueError,
            "output_size: a kernel of 5 with dilation 2 reaches over 9 pixels",
        ),
        (
            (2, 5),
            {"padding": 1},
            ValueError,
            "a kernel of 5 reaches over 5 pixels, the padded input has 4; use a",
        ),
        ((28, 3.0), {}, TypeError, r"kernel expects a whole number, got 3.0 \(float\)"),
        ((28, True), {}, TypeError, r"kernel expects a whole number, got True \(bool\)"),
        (("28", 3), {}, TypeError, r"size expects a whole number, got '28' \(str\)"),
        ((0, 3), {}, ValueError, "size expects a whole number of at least 1, got 0"),
        ((28, 0), {}, ValueError, "kernel expects a whole number of at least 1, got 0"),
        ((28, 3), {"stride": 0}, ValueError, "stride expects a whole number of at least 1, got 0"),
        ((28, 3), {"dilation": 0}, ValueError, "dilation expects a whole number of at least 1, got 0"),
        ((28, 3), {"padding": -1}, ValueError, "padding expects a whole number of at least 0, got -1"),
        ((28, 3), {"padding": None}, TypeError, "padding expects a whole number, got None"),
        (
            (28, 3),
            {"padding": "smae"},
            ValueError,
            "'valid', 'same' or 'full', got 'smae'.*padding=1",
        ),
        ((28, 5), {"padding": "same", "stride": 2}, ValueError, "'same' needs a stride of 1, got 2; padding=2 gives"),
    ],
)
def test_what_makes_no_size_is_refused_with_a_way_out(arguments, options, error, message):
    with pytest.raises(error, match=message):
        shapes.output_size(*arguments, **options)


def test_whole_numbers_of_numpy_count_as_python_counts_and_cannot_overflow():
    n = np.uint8(200)
    results = [
        (shapes.output_size(n, n, dilation=np.uint8(1), padding=n), 401),
        (shapes.output_size(1000, np.uint8(3), stride=np.uint8(2), dilation=n), 300),
        (shapes.receptive_field([(n, n), Layer(n)]), 200 + 199 * 200),
        (shapes.seen([(n, n)], np.uint8(2), 1000)[0][0], 400),
        (shapes.conv_parameters(n, n, n), (200**3 + 1) * 200),
        (shapes.conv_multiply_adds(n, n, n, n, groups=n), 200**5),
        (shapes.linear_parameters(n, n), 201 * 200),
        (shapes.linear_multiply_adds(n, n), 200 * 200),
    ]
    for result, expected in results:
        assert result == expected
        assert type(result) is int


# Receptive fields


def test_two_small_kernels_see_as_much_as_a_large_one():
    assert shapes.receptive_field([(3,), (3,)]) == shapes.receptive_field([(5,)]) == 5


def test_receptive_fields_by_hand():
    layers = [Layer(3, padding=1), Layer(2, stride=2, name="pool"), Layer(3, padding=1)]
    assert shapes.receptive_fields(layers) == [
        Field(size=3, jump=1, start=-1),
        Field(size=4, jump=2, start=-1),  # 3 + 1 x 1
        Field(size=8, jump=2, start=-3),  # 4 + 2 x 2; starts one unit, which is two pixels, further left
    ]


def test_an_even_kernel_padded_to_the_same_size_starts_where_torch_starts_it():
    field = shapes.receptive_fields([Layer(4, padding="same")])[0]
    assert field == Field(size=4, jump=1, start=-1)  # one zero before, two after


def test_no_layers_see_one_pixel():
    assert shapes.receptive_field([]) == 1
    assert shapes.receptive_fields([]) == []
    assert shapes.seen([], 3, 5) == [[3]]


def test_a_field_may_be_wider_than_the_image():
    assert shapes.receptive_field([(3, 1, 1)] * 20) == 41


def test_objects_tuples_and_lists_of_numbers_are_the_same_layers():
    assert shapes.receptive_fields([Layer(3, 2, 1, 2)]) == shapes.receptive_fields([(3, 2, 1, 2)])
    assert shapes.receptive_fields([Layer(3, 2)]) == shapes.receptive_fields([[3, 2]])
    assert shapes.receptive_fields(iter([(3,)])) == [Field(3, 1, 0)]


@few
@given(layers=st.lists(layer, min_size=1, max_size=3))
def test_the_receptive_field_is_where_autograd_finds_a_gradient(layers):
    size = 200  # the last field spans at most 1 + 9 (1 + 3 + 9) = 118 pixels
    fields = shapes.receptive_fields(layers)
    *_, last = fields
    position = (size // 2) // last.jump  # well inside, so that no padding is seen
    touched = seen_by_autograd(layers, position, size)[0]
    assert touched[-1] - touched[0] + 1 == last.size == shapes.receptive_field(layers)
    assert touched[0] == last.start + position * last.jump


@few
@given(layers=st.lists(layer, max_size=3), size=st.integers(1, 40), place=st.integers(0, 1000))
def test_what_a_unit_sees_is_where_autograd_finds_a_gradient(layers, size, place):
    sizes = [size]
    for kernel, stride, padding, dilation in layers:
        sizes.append(our_size(sizes[-1], kernel, stride=stride, padding=padding, dilation=dilation))
        if sizes[-1] is None:
            with pytest.raises(ValueError, match=rf"seen: layer {len(sizes) - 1} \(conv\): a kernel of {kernel}"):
                shapes.seen(layers, 0, size)
            return
    position = place % sizes[-1]
    assert shapes.seen(layers, position, size) == seen_by_autograd(layers, position, size)


def test_a_dilated_kernel_sees_with_holes():
    assert shapes.seen([(3, 1, 0, 2)], 1, 9) == [[1, 3, 5], [1]]
    assert shapes.seen([(2, 2), (3, 1, 0, 2)], 0, 10) == [[0, 1, 4, 5, 8, 9], [0, 2, 4], [0]]


def test_a_unit_that_sees_padding_alone_sees_nothing():
    assert shapes.seen([(1, 1, 2)], 0, 3) == [[], [0]]


@pytest.mark.parametrize("case", cases("receptive_field.json"), ids=str)
def test_shared_cases_of_fields_hold_here_and_in_autograd(case):
    layers = [tuple(numbers[name] for name in NUMBERS) for numbers in case["layers"]]
    assert shapes.receptive_fields(layers) == [Field(**field) for field in case["fields"]]
    assert shapes.seen(layers, case["position"], case["size"]) == case["seen"]
    assert seen_by_autograd(layers, case["position"], case["size"]) == case["seen"]
    for number, field in enumerate(case["fields"], start=1):
        roomy = seen_by_autograd(layers[:number], 50, 2000)[0]  # no padding is seen this far in
        assert roomy[-1] - roomy[0] + 1 == field["size"]
        assert roomy[0] == field["start"] + 50 * field["jump"]


@pytest.mark.parametrize(
    ("layers", "position", "size", "error", "message"),
    [
        ([(3,)], 5, 7, ValueError, "position expects one of the 5 units of the last layer, from 0 to 4, got 5"),
        ([(3,)], -1, 7, ValueError, "from 0 to 4, got -1"),
        ([(3,)], 1.0, 7, TypeError, "position expects a whole number, got 1.0"),
        ([(3,)], 0, 0, ValueError, "seen: size expects a whole number of at least 1"),
        (
            [(3,), (9,)],
            0,
            7,
            ValueError,
            r"seen: layer 2 \(conv\): a kernel of 9 reaches over 9 pixels.* has 5",
        ),
        ([Layer(9, name="pool")], 0, 7, ValueError, r"seen: layer 1 \(pool\): a kernel of 9"),
        ([()], 0, 7, ValueError, "one to four numbers .*, got 0"),
        ([(3, 1, 0, 1, 1)], 0, 7, ValueError, "one to four numbers .*, got 5"),
        ([3, 3], 0, 7, TypeError, r"a layer is a Layer or a tuple .*, got 3; write \(3,\) for a kernel of 3"),
        (["conv"], 0, 7, TypeError, "a layer is a Layer or a tuple .*, got 'conv'"),
        ([("3",)], 0, 7, TypeError, "kernel expects a whole number, got '3'"),
        (Layer(3), 0, 7, TypeError, "layers expects a list of Layer objects or tuples.*put a single one into a list"),
        (3, 0, 7, TypeError, "layers expects a list"),
    ],
)
def test_layers_that_make_no_stack_are_refused(layers, position, size, error, message):
    with pytest.raises(error, match=message):
        shapes.seen(layers, position, size)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kernel": 0}, ValueError, "Layer: kernel expects a whole number of at least 1"),
        ({"kernel": 3, "stride": 1.5}, TypeError, "Layer: stride expects a whole number"),
        ({"kernel": 3, "stride": 2, "padding": "same"}, ValueError, "Layer: padding 'same' needs a stride of 1"),
        ({"kernel": 3, "name": 1}, TypeError, "Layer: name expects a word"),
    ],
)
def test_a_layer_checks_its_numbers(arguments, error, message):
    with pytest.raises(error, match=message):
        Layer(**arguments)


def test_a_layer_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Layer(3).kernel = 5


# Parameters and multiplications


def test_parameters_and_multiplications_by_hand():
    assert shapes.conv_parameters(1, 32, 3) == (3 * 3 * 1 + 1) * 32 == 320
    assert shapes.conv_multiply_adds(1, 32, 3, 26) == 9 * 32 * 26 * 26 == 194_688
    assert shapes.linear_parameters(1600, 128) == 1601 * 128
    assert shapes.linear_multiply_adds(1600, 128) == 1600 * 128


@pytest.mark.parametrize("kernel", [1, 3, (3, 5), [1, 7]])
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("bias", [True, False])
def test_parameters_equal_those_of_torch(kernel, groups, bias):
    side = tuple(kernel) if isinstance(kernel, list) else kernel
    convolution = nn.Conv2d(4, 8, side, groups=groups, bias=bias)
    parameters = sum(parameter.numel() for parameter in convolution.parameters())
    assert shapes.conv_parameters(4, 8, kernel, groups=groups, bias=bias) == parameters
    linear = nn.Linear(7, 3, bias=bias)
    parameters = sum(parameter.numel() for parameter in linear.parameters())
    assert shapes.linear_parameters(7, 3, bias=bias) == parameters


@pytest.mark.parametrize(("kernel", "groups"), [(1, 1), (3, 1), ((3, 2), 2)])
def test_multiplications_are_half_the_operations_that_torch_counts(kernel, groups):
    counter = FlopCounterMode(display=False)
    convolution = nn.Conv2d(4, 8, kernel, groups=groups)
    with counter, torch.no_grad():
        output = convolution(torch.zeros(1, 4, 9, 8))
    counted = shapes.conv_multiply_adds(4, 8, kernel, tuple(output.shape[2:]), groups=groups)
    assert 2 * counted == counter.get_total_flops()


@given(in_channels=small, out_channels=small, groups=small, kernel=small, output=small)
@few
def test_groups_divide_the_multiplications(in_channels, out_channels, groups, kernel, output):
    whole = shapes.conv_multiply_adds(in_channels * groups, out_channels * groups, kernel, output)
    grouped = shapes.conv_multiply_adds(in_channels * groups, out_channels * groups, kernel, output, groups=groups)
    assert grouped * groups == whole


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: shapes.conv_parameters(3, 64, 3, groups=2),
            ValueError,
            "groups must divide in_channels, 3 channels",
        ),
        (
            lambda: shapes.conv_parameters(4, 9, 3, groups=2),
            ValueError,
            "groups must divide out_channels, 9 channels",
        ),
        (lambda: shapes.conv_multiply_adds(4, 9, 3, 8, groups=2), ValueError, "conv_multiply_adds: groups must divide"),
        (
            lambda: shapes.conv_parameters(3, 64, (3, 3, 3)),
            ValueError,
            "kernel expects one number or a pair",
        ),
        (
            lambda: shapes.conv_parameters(3, 64, "3"),
            TypeError,
            "kernel expects a whole number, got '3'",
        ),
        (
            lambda: shapes.conv_multiply_adds(3, 64, 3, 0),
            ValueError,
            "output expects a whole number of at least 1",
        ),
        (
            lambda: shapes.conv_parameters(0, 64, 3),
            ValueError,
            "in_channels expects a whole number of at",
        ),
        (lambda: shapes.linear_parameters(0, 10), ValueError, "linear_parameters: in_features expects a whole number"),
        (
            lambda: shapes.linear_multiply_adds(10, 2.5),
            TypeError,
            "linear_multiply_adds: out_features expects",
        ),
    ],
)
def test_layers_that_cannot_be_counted_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
