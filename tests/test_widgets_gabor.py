"""The Gabor figure: its kernel against scikit-image, its answers against torch, and what it refuses."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.filters import gabor_kernel
from torch.nn.functional import conv2d

from ainotes import ops
from ainotes.widgets import GaborExplorer
from ainotes.widgets.pictures import plane

CASES = json.loads((Path(__file__).parent / "fixtures" / "gabor.json").read_text(encoding="utf-8"))["cases"]
RANGES = {"frequency": (0.05, 0.5), "theta": (0, math.pi), "sigma": (1, 4)}  # further the figure does not go
SHOWN = [case for case in CASES if all(low <= case[name] <= high for name, (low, high) in RANGES.items())]
ANGLES = [math.pi * step / 24 for step in range(25)]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def wave(theta, frequency=0.2, size=32):
    rows, columns = np.indices((size, size))
    return (1 + np.cos(2 * np.pi * frequency * (columns * np.cos(theta) + rows * np.sin(theta)))) / 2


def torch_answer(figure, kernel):
    """Return the complex answer of the figure's picture to a kernel, as torch correlates."""
    image = torch.from_numpy(plane(figure.pictures[figure.picture]))[None]
    parts = [
        conv2d(image, torch.from_numpy(part.copy())[None, None], padding="same") for part in (kernel.real, kernel.imag)
    ]
    return (parts[0] + 1j * parts[1])[0, 0].numpy()


def middle(kernel, shape):
    rows, columns = ((large - small) // 2 for large, small in zip(kernel.shape, shape, strict=True))
    return kernel[rows : rows + shape[0], columns : columns + shape[1]]


def test_a_kernel_is_as_by_hand():
    """With half a wave a pixel the wave is 1, -1, 1, ...; at the middle there is only the window, 1 / (2 pi)."""
    kernel = GaborExplorer(noise(8, 8), frequency=0.5, sigma=1).kernel
    assert kernel.shape == (7, 7)
    assert kernel[3, 3] == pytest.approx(1 / (2 * math.pi))
    assert kernel[3, 4] == pytest.approx(-math.exp(-0.5) / (2 * math.pi))
    assert kernel[4, 3] == pytest.approx(math.exp(-0.5) / (2 * math.pi)), "the wave runs to the right, not down"


@pytest.mark.parametrize("sigma", [1.0, 1.7, 2.5, 4.0])
@pytest.mark.parametrize("frequency", [0.05, 0.2, 0.5])
def test_the_kernel_is_that_of_scikit_image_in_every_direction(sigma, frequency):
    for theta in ANGLES:
        expected = gabor_kernel(frequency, theta=theta, sigma_x=sigma, sigma_y=sigma)
        kernel = GaborExplorer(noise(4, 4), frequency=frequency, theta=theta, sigma=sigma).kernel
        assert kernel.shape == (2 * math.ceil(3 * sigma) + 1,) * 2, "its size does not depend on the direction"
        np.testing.assert_allclose(middle(kernel, expected.shape), expected, atol=1e-15)


@pytest.mark.parametrize("case", SHOWN)
def test_the_kernel_is_that_of_the_shared_cases(case):
    figure = GaborExplorer(noise(4, 4), **{name: case[name] for name in ("frequency", "theta", "sigma")})
    expected = np.array(case["real"]) + 1j * np.array(case["imaginary"])
    shape = (min(case["size"], len(figure.kernel)),) * 2
    np.testing.assert_allclose(middle(figure.kernel, shape), middle(expected, shape), atol=1e-6)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("shape", [(28, 28), (5, 40), (33, 6)])
def test_the_response_is_that_of_torch(sigma, shape):
    for theta in ANGLES[::3]:
        figure = GaborExplorer(noise(*shape), frequency=0.13, theta=theta, sigma=sigma)
        expected = torch_answer(figure, figure.kernel)
        np.testing.assert_allclose(figure.response, np.abs(expected), atol=1e-12)
        figure.part = "real part"
        np.testing.assert_allclose(figure.response, expected.real, atol=1e-12)


def test_the_bank_is_that_of_the_package():
    figure = GaborExplorer(noise(20, 24), frequency=0.3, sigma=1.5)
    image = torch.from_numpy(plane(figure.pictures["picture"]))[None]
    expected = ops.gabor_response(image, ops.gabor_bank(0.3, 1.5)).mean((0, 2, 3))
    np.testing.assert_allclose(figure.bank, expected, rtol=1e-5)


@pytest.mark.parametrize("step", range(8))
def test_stripes_are_answered_most_in_their_own_direction(step):
    theta = math.pi * step / 8
    assert GaborExplorer(wave(theta)).bank.argmax() == step
    assert (
        GaborExplorer(wave(theta), theta=theta).response.mean()
        > 2 * GaborExplorer(wave(theta), theta=(theta + math.pi / 2) % math.pi).response.mean()
    )


def test_half_a_turn_changes_nothing_that_is_shown():
    first, last = (GaborExplorer(noise(12, 12), theta=theta) for theta in (0.0, math.pi))
    np.testing.assert_allclose(first.kernel.real, last.kernel.real, atol=1e-15)
    np.testing.assert_allclose(first.response, last.response, atol=1e-15)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"frequency": 0.6}, ValueError, r"frequency expects a number from 0\.05 to 0\.5 waves a pixel, got 0\.6"),
        ({"theta": 4}, ValueError, r"theta expects a number from 0 to 3\.142 radians, got 4"),
        ({"theta": -0.1}, ValueError, "theta expects a number from 0"),
        ({"sigma": 0.5}, ValueError, "sigma expects a number from 1 to 4 pixels, got 0.5"),
        ({"sigma": float("nan")}, ValueError, "sigma expects a number from 1 to 4 pixels, got nan"),
        ({"part": "phase"}, ValueError, r"part is one of \['magnitude', 'real part'\], got 'phase'"),
        ({"picture": "cat"}, ValueError, r"picture is one of \['picture'\], got 'cat'"),
        ({"images": noise(8, 8, 3)}, ValueError, "image 'picture' is in colour; give a grey one"),
        ({"images": {}}, TypeError, "images expects a dict"),
    ],
)
def test_what_is_out_of_range_is_named(change, error, message):
    with pytest.raises(error, match=message):
        GaborExplorer(**({"images": noise(8, 8)} | change))


def test_the_alternative_text_tells_what_the_data_show():
    alt = GaborExplorer({"level": wave(math.pi / 2)}, theta=math.pi / 8, sigma=3).alt
    assert alt.startswith("A picture (level, 32 rows and 32 columns), a Gabor kernel of 19 by 19 pixels with 0.2 waves")
    assert "turned to 22.5°" in alt
    assert alt.endswith("the answers to 8 orientations; the strongest is 90°.")
    assert GaborExplorer(np.zeros((8, 8))).alt.endswith("the answers to 8 orientations.")
