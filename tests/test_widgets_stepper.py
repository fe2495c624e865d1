"""The stepping kernel: its state, its output against torch, and what it refuses."""

import itertools

import numpy as np
import pytest
import torch
import traitlets
from torch.nn.functional import conv2d

from ainotes.kernels import KERNELS
from ainotes.widgets import ConvolutionStepper
from ainotes.widgets.pictures import named_pictures, one_of, plane


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def torch_output(figure):
    image = torch.from_numpy(plane(figure.pictures[figure.picture]))[None]
    weight = torch.tensor(figure.weight, dtype=torch.float64)[None]
    bias = torch.tensor([figure.bias], dtype=torch.float64)
    return conv2d(image, weight, bias, figure.stride, figure.padding)[0, 0].numpy()


# --- the arithmetic ---


def test_one_cell_is_as_by_hand():
    image = np.array([[0, 51, 102], [153, 204, 255], [0, 0, 255]], np.uint8)  # in fifths: 0 1 2, 3 4 5, 0 0 5
    figure = ConvolutionStepper(image, {"mine": [[1, 2], [0, -1]]}, bias=10)
    assert figure.output == pytest.approx(np.array([[(0 + 2 - 4) / 5 + 10, 10.0], [(3 + 8 - 0) / 5 + 10, 11.8]]))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [1, 2, 3, 7])
def test_the_output_is_that_of_torch(channels, side):
    kernels = {"random": noise(channels, side, side, seed=1) - 0.5}
    for stride, padding, bias in itertools.product(range(1, 5), range(5), (0.0, -1.5)):
        figure = ConvolutionStepper(
            noise(channels, 9, 12), kernels, stride=stride, padding=padding, bias=bias, position=10_000
        )
        expected = torch_output(figure)
        np.testing.assert_allclose(figure.output, expected, atol=1e-12)
        assert figure.cell == (expected.shape[0] - 1, expected.shape[1] - 1), "a position beyond the end is the last"


@pytest.mark.parametrize("name", KERNELS)
def test_every_hand_made_kernel_can_be_used(name):
    figure = ConvolutionStepper(noise(6, 6, 3), KERNELS, kernel=name)
    np.testing.assert_allclose(figure.output, torch_output(figure), atol=1e-12)
    np.testing.assert_array_equal(figure.weight, [KERNELS[name]] * 3)


def test_positions_count_the_cells_in_reading_order():
    figure = ConvolutionStepper(noise(5, 9), stride=2)
    cells = []
    for figure.position in range(8):
        cells.append(figure.cell)
    assert cells == [(row, column) for row in range(2) for column in range(4)]
    figure.padding = 1
    figure.position = 5
    assert figure.cell == (1, 0), "with padding there are five columns"


# --- its state ---


def test_choosing_a_kernel_sets_its_numbers():
    figure = ConvolutionStepper(noise(5, 5))
    assert figure.kernel == "vertical edges"
    figure.kernel = "sharpen"
    assert figure.weight == [[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]]


def test_other_numbers_are_a_kernel_by_hand():
    figure = ConvolutionStepper(noise(5, 5))
    figure.weight = [[[0, 0, 0], [0, 2, 0], [0, 0, 0]]]
    assert figure.kernel == "by hand"
    figure.kernel = "blur"
    figure.weight = figure.kernels["blur"]
    assert figure.kernel == "blur", "its own numbers are not by hand"


def test_what_the_page_sends_is_taken_whole():
    figure = ConvolutionStepper(noise(5, 5))
    mine = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]
    figure.set_state({"weight": mine, "kernel": "by hand"})
    assert (figure.kernel, figure.weight) == ("by hand", mine)
    figure.set_state({"weight": figure.kernels["emboss"], "kernel": "emboss"})
    assert (figure.kernel, figure.weight) == ("emboss", figure.kernels["emboss"])


def test_a_flat_kernel_is_laid_on_every_channel_and_a_deep_one_is_kept():
    deep = noise(3, 2, 2)
    figure = ConvolutionStepper(noise(3, 4, 4), {"flat": [[1, 0], [0, 1]], "deep": deep}, kernel="deep")
    assert figure.weight == deep.tolist()
    assert figure.kernels["flat"] == [[[1, 0], [0, 1]]] * 3


def test_the_alternative_text_tells_the_data():
    alt = ConvolutionStepper({"boot": noise(5, 6)}, kernel="blur").alt
    assert alt.startswith("A picture (boot, 5 rows and 6 columns), a 3 by 3 kernel (blur) that stands on it")
    assert "with 3 channels" in ConvolutionStepper(noise(5, 6, 3)).alt
    assert ConvolutionStepper(noise(5, 6), alt="Mine.").poster() == ["Mine."]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": {"a": noise(5, 5), "b": noise(5, 5, 3)}}, ValueError, r"as many channels, got \[1, 3\]"),
        ({"kernels": {}}, ValueError, "kernels expects at least one"),
        ({"kernels": {"x": [1, 2]}}, ValueError, r"kernel 'x' expects shape \(K, K\) or \(1, K, K\), got \(2,\)"),
        ({"kernels": {"x": noise(2, 3)}}, ValueError, r"kernel 'x' expects shape .* got \(2, 3\)"),
        ({"kernels": {"x": noise(3, 2, 2)}}, ValueError, r"or \(1, K, K\), got \(3, 2, 2\)"),
        ({"kernels": {"x": noise(8, 8)}, "images": noise(9, 9)}, ValueError, "expects 1 to 7 finite numbers a side"),
        ({"kernels": {"x": [[float("nan")]]}}, ValueError, "1 to 7 finite numbers"),
        ({"kernels": {"x": noise(6, 6)}}, ValueError, "a kernel of 6 needs pictures of at least 6 pixels, got 5"),
        ({"kernel": "edges"}, ValueError, r"kernel is one of \['vertical edges', .* got 'edges'"),
        ({"kernel": "by hand"}, ValueError, "kernel is one of"),
        ({"picture": "cat"}, ValueError, r"picture is one of \['picture'\], got 'cat'"),
        ({"stride": 5}, traitlets.TraitError, "'stride' trait .* should not be greater than 4"),
        ({"padding": -1}, traitlets.TraitError, "'padding' trait .* should not be less than 0"),
    ],
)
def test_what_does_not_fit_is_named(change, error, message):
    with pytest.raises(error, match=message):
        ConvolutionStepper(**({"images": noise(5, 5)} | change))


def test_state_that_is_set_later_is_checked_too():
    figure = ConvolutionStepper({"a": noise(5, 5), "b": noise(9, 9)}, picture="b")
    with pytest.raises(ValueError, match=r"kernel is one of .*'by hand'"):
        figure.kernel = "mine"
    with pytest.raises(ValueError, match=r"kernel 'weight' expects shape \(K, K\) or \(1, K, K\)"):
        figure.weight = [[[1.0, 2.0]]]
    with pytest.raises(ValueError, match="a kernel of 7 needs pictures of at least 7 pixels, got 5"):
        figure.weight = np.ones((1, 7, 7)).tolist()


# --- pictures, which several figures share ---


@pytest.mark.parametrize(
    ("image", "shape"),
    [
        (noise(4, 5), [1, 4, 5]),
        (noise(1, 4, 5), [1, 4, 5]),
        (noise(3, 4, 5), [3, 4, 5]),
        (noise(4, 5, 3), [3, 4, 5]),
        (torch.rand(3, 4, 5, requires_grad=True), [3, 4, 5]),
        ([[0, 1.0], [0.5, 0]], [1, 2, 2]),
        (noise(4, 3), [1, 4, 3]),
        (noise(1, 4, 3), [1, 4, 3]),
        (noise(3, 3, 3), [3, 3, 3]),
    ],
)
def test_a_picture_may_have_these_shapes(image, shape):
    assert named_pictures("Figure", image)["picture"]["shape"] == shape


def test_a_picture_is_packed_to_bytes_and_back():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 7, 3), np.uint8)
    packed = named_pictures("Figure", {"mine": pixels})["mine"]
    np.testing.assert_array_equal(plane(packed), np.moveaxis(pixels, 2, 0) / 255)


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        ({}, TypeError, "Figure: images expects a dict, name -> picture, with at least one"),
        ({"": noise(4, 4)}, TypeError, "images expects a dict"),
        ({3: noise(4, 4)}, TypeError, "images expects a dict"),
        (noise(4), ValueError, r"image 'picture' expects \(H, W\), .* got \(4,\)"),
        (noise(2, 3, 4, 5), ValueError, r"got \(2, 3, 4, 5\)"),
        (noise(2, 4, 5), ValueError, r"expected \(N, H, W\)"),
        (noise(4, 4) * 255, ValueError, "expected uint8, or floats from 0 to 1"),
        (noise(97, 4), ValueError, r"may have 1 to 96 rows and columns, got \(97, 4\)"),
        (np.zeros((0, 4)), ValueError, r"may have 1 to 96 rows and columns, got \(0, 4\)"),
    ],
)
def test_what_is_no_picture_is_refused(images, error, message):
    with pytest.raises(error, match=message):
        named_pictures("Figure", images)


def test_a_name_is_one_of_those_that_are_known():
    assert one_of("Figure", "colour", "red", ["red", "blue"]) == "red"
    with pytest.raises(ValueError, match=r"Figure: colour is one of \['red', 'blue'\], got 'pink'"):
        one_of("Figure", "colour", "pink", ["red", "blue"])
