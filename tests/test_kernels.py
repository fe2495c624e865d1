"""`ainotes.kernels`: kernels made by hand, as plain numbers."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage import filters

from ainotes import kernels, ops
from ainotes.kernels import KERNELS

EDGES = ["horizontal edges", "vertical edges", "diagonal edges", "all edges"]
KEEPERS = ["identity", "blur", "Gaussian blur", "sharpen", "emboss"]


def array(name: str) -> np.ndarray:
    return np.array(kernels.kernel(name), dtype=float)


def test_every_kernel_is_either_an_edge_or_keeps_brightness():
    assert sorted(KERNELS) == sorted(EDGES + KEEPERS)
    for name in KERNELS:
        assert array(name).shape == (3, 3)
        assert array(name).sum() == pytest.approx(1 if name in KEEPERS else 0), name


@pytest.mark.parametrize("name", EDGES)
def test_an_even_area_has_no_edges(name):
    even = torch.full((1, 1, 5, 5), 7.0)
    assert ops.conv2d(even, ops.hand_made(name)[None, None]).abs().max() == 0


def test_a_step_by_hand():
    step = torch.tensor([[1.0, 1, 1], [0, 0, 0], [0, 0, 0]])[None, None]  # bright above, dark below

    def answer(name: str) -> float:
        return ops.conv2d(step, ops.hand_made(name)[None, None]).item()

    assert answer("horizontal edges") == 4  # 1 + 2 + 1
    assert answer("vertical edges") == 0
    assert answer("diagonal edges") == 3  # 2 + 1 + 0
    assert answer("all edges") == -3


def test_sobel_and_laplace_equal_those_of_scikit_image_and_scipy():
    image = np.random.default_rng(0).random((9, 11))
    for name, reference in (("horizontal edges", filters.sobel_h), ("vertical edges", filters.sobel_v)):
        # scikit-image divides by the sum of the positive weights, and turns the kernel round: a true convolution.
        ours = ndimage.convolve(image, array(name)) / 4
        assert np.allclose(ours[1:-1, 1:-1], reference(image)[1:-1, 1:-1])
    assert np.allclose(ndimage.correlate(image, array("sharpen")), image - ndimage.laplace(image))


def test_the_blurs_are_means():
    assert np.allclose(array("blur"), 1 / 9)
    row = np.array([1, 2, 1]) / 4
    assert np.allclose(array("Gaussian blur"), np.outer(row, row))


def test_a_turned_edge_kernel_finds_the_turned_edge():
    assert (array("vertical edges") == array("horizontal edges").T).all()
    diagonal = array("diagonal edges")
    assert (diagonal == diagonal.T).all()
    assert (array("all edges") == np.rot90(array("all edges"))).all()


def test_emboss_is_the_image_and_a_difference_along_the_diagonal():
    difference = array("emboss") - array("identity")
    assert (difference == -difference[::-1, ::-1]).all()


@pytest.mark.parametrize("name", KERNELS)
def test_the_tensor_has_the_same_numbers(name):
    tensor = ops.hand_made(name)
    assert tensor.dtype == torch.float32
    assert torch.equal(tensor, torch.tensor(KERNELS[name], dtype=torch.float32))


def test_capitals_do_not_matter():
    assert kernels.kernel("gaussian BLUR") == KERNELS["Gaussian blur"]


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("horizontal edge", ValueError, "no kernel is called 'horizontal edge'; did you mean 'horizontal edges'"),
        ("gausian", ValueError, "did you mean 'Gaussian blur'"),
        ("sharpn", ValueError, "did you mean 'sharpen'"),
        ("xyzzy", ValueError, "no kernel is called 'xyzzy'; there are 'identity', 'horizontal edges'"),
        (3, TypeError, "name expects a word such as 'blur', got int"),
    ],
)
def test_a_wrong_name_is_answered_with_near_ones(name, error, message):
    for call in (kernels.kernel, ops.hand_made):
        with pytest.raises(error, match=message):
            call(name)
