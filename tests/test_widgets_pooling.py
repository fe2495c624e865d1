"""The pooling figure: its state, its arithmetic against torch, and what it refuses."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d, max_pool2d

from ainotes.widgets import PoolingExplorer
from ainotes.widgets.pictures import plane

POOLS: dict[str, Any] = {"max": max_pool2d, "average": avg_pool2d}


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def torch_pool(figure, image):
    pooled = POOLS[figure.kind](torch.from_numpy(image), figure.kernel, figure.stride)
    return pooled[0].numpy() if len(pooled) == 1 else pooled.numpy()


def shifted(image, down, right):
    """Move by rolling, then clear what came round the edge."""
    moved = np.roll(image, (down, right), axis=(1, 2))
    for axis, by in ((1, down), (2, right)):
        edge = slice(None, by) if by > 0 else slice(by or image.shape[axis], None)
        moved[(slice(None),) * axis + (edge,)] = 0
    return moved


def test_four_numbers_are_pooled_as_by_hand():
    image = np.array([[0, 51], [102, 255]], np.uint8)  # 0, 0.2, 0.4 and 1
    assert PoolingExplorer(image, kind="max").output.tolist() == [[1.0]]
    assert PoolingExplorer(image, kind="average").output == pytest.approx(np.array([[0.4]]))


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_output_is_that_of_torch(kind, channels):
    for kernel, stride in itertools.product(range(1, 7), range(1, 7)):
        figure = PoolingExplorer(noise(channels, 9, 11), kind=kind, kernel=kernel, stride=stride)
        expected = torch_pool(figure, plane(figure.pictures["picture"]))
        np.testing.assert_allclose(figure.output, expected, atol=1e-12)


def test_the_stride_is_the_window_unless_it_is_given():
    assert PoolingExplorer(noise(9, 9), kernel=3).stride == 3
    assert PoolingExplorer(noise(9, 9), kernel=3, stride=2).stride == 2


@pytest.mark.parametrize("shift", list(itertools.product((-3, 0, 1), (-1, 0, 3))))
def test_a_shift_moves_the_picture_and_zeros_come_in(shift):
    figure = PoolingExplorer(noise(3, 8, 10), kernel=1, shift=shift)
    np.testing.assert_array_equal(figure.output, shifted(plane(figure.pictures["picture"]), *shift))


@pytest.mark.parametrize("kind", POOLS)
def test_the_change_is_the_share_of_brightness_that_a_shift_moves(kind):
    figure = PoolingExplorer(noise(3, 12, 12), kind=kind, kernel=3, stride=2, shift=(1, -2))
    image = plane(figure.pictures["picture"])
    moved = shifted(image, 1, -2)
    pairs = {
        "input": (image, moved),
        "pooled": (torch_pool(figure, image), torch_pool(figure, moved)),
        "thinned": (image[:, ::2, ::2], moved[:, ::2, ::2]),
    }
    assert figure.change == pytest.approx({name: np.abs(b - a).sum() / a.sum() for name, (a, b) in pairs.items()})


def test_without_a_shift_nothing_changes_and_a_black_picture_has_no_share():
    assert PoolingExplorer(noise(8, 8)).change == {"input": 0, "pooled": 0, "thinned": 0}
    assert np.isnan(list(PoolingExplorer(np.zeros((8, 8)), shift=(1, 1)).change.values())).all()


def test_averaging_moves_less_of_a_checkerboard_than_thinning_does():
    """A shift by one turns the board round: its means stay, every second pixel turns from white to black."""
    board = np.indices((9, 9)).sum(0) % 2 == 0
    change = PoolingExplorer(board.astype(float), kind="average", kernel=2, shift=(0, 1)).change
    assert change["pooled"] < 0.3 < 1 <= change["thinned"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"kind": "min"}, ValueError, r"kind is one of \['max', 'average'\], got 'min'"),
        ({"kernel": 7}, ValueError, "kernel expects 1 to 6 pixels, got 7"),
        ({"kernel": 6}, ValueError, "a window of 6 needs pictures of at least 6 pixels, got 5"),
        ({"kernel": 0}, ValueError, "kernel expects a positive integer, got 0"),
        ({"stride": 7}, ValueError, "stride expects 1 to 6 pixels, got 7"),
        ({"shift": (4, 0)}, ValueError, r"shift expects -3 to 3 rows and columns, got \[4, 0\]"),
        ({"shift": (0.5, 0)}, TypeError, "shift expects two whole numbers"),
        ({"shift": (1, 0, 0)}, TypeError, "shift expects two whole numbers"),
        ({"cell": [-1, 0]}, ValueError, "cell expects a row and a column from 0 on"),
        ({"picture": "cat"}, ValueError, r"picture is one of \['picture'\], got 'cat'"),
    ],
)
def test_what_is_out_of_range_is_named(change, error, message):
    with pytest.raises(error, match=message):
        PoolingExplorer(noise(5, 8), **change)


def test_pictures_need_one_number_of_channels():
    with pytest.raises(ValueError, match=r"all pictures need as many channels, got \[1, 3\]"):
        PoolingExplorer({"grey": noise(8, 8), "colour": noise(8, 8, 3)})


def test_state_that_is_set_later_is_checked_too():
    figure = PoolingExplorer(noise(8, 8))
    with pytest.raises(ValueError, match="kind is one of"):
        figure.kind = "median"
    figure.kernel = 3
    assert figure.output.shape == (3, 3), "the stride stays as it is"


def test_the_alternative_text_tells_the_shapes_and_the_shift():
    alt = PoolingExplorer({"boot": noise(9, 11)}, kernel=3, stride=2).alt
    assert alt.startswith("A picture (boot, 9 rows and 11 columns) beside what max pooling leaves of it, 4 rows and 5")
    figure = PoolingExplorer(noise(8, 8, 3), shift=(0, 1))
    assert "in colour" in figure.alt
    share = round(100 * figure.change["pooled"])
    assert f"after 0 down and 1 right, the picture in {100 * figure.change['input']:.0f} % and the pooled" in figure.alt
    assert figure.alt.endswith(f"one in {share} %.")
    assert PoolingExplorer(noise(8, 8), alt="Mine.").poster() == ["Mine."]
