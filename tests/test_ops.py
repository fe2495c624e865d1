"""`ainotes.ops`: convolution, pooling and Gabor kernels equal those of torch and scikit-image."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import filters
from torch import Tensor, nn

from ainotes import ops

FIXTURES = Path(__file__).parent / "fixtures"
few = settings(max_examples=60, deadline=None, derandomize=True)
close = {"rtol": 1e-9, "atol": 1e-9}  # float64
sizes = st.tuples(st.integers(1, 8), st.integers(1, 8))


def pairs(low: int, high: int) -> st.SearchStrategy:
    """One number for rows and columns, or a pair."""
    one = st.integers(low, high)
    return one | st.tuples(one, one)


def cases(name: str) -> list[dict]:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))["cases"]


def random(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    # Seeded by the shape: the same case, the same numbers.
    generator = torch.Generator().manual_seed(hash(shape) % 2**32)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def assert_same(ours, theirs, *inputs: Tensor) -> None:
    """Both give the same values and gradients, or torch refuses and we raise a ValueError that names the operation."""
    inputs = tuple(tensor.requires_grad_() for tensor in inputs)
    try:
        expected = theirs(*inputs)
    except RuntimeError:
        with pytest.raises(ValueError, match=r"^(conv2d|im2col|max_pool2d|avg_pool2d|pad): "):
            ours(*inputs)
        return
    before = [tensor.detach().clone() for tensor in inputs]
    result = ours(*inputs)
    torch.testing.assert_close(result, expected, **close)
    weights = random(*expected.shape)
    for gradient, other in zip(
        torch.autograd.grad((result * weights).sum(), inputs),
        torch.autograd.grad((expected * weights).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(gradient, other, **close)
    for tensor, kept in zip(inputs, before, strict=True):
        assert torch.equal(tensor, kept)


# Convolution


def test_a_convolution_by_hand():
    image = torch.tensor([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])
    weight = torch.tensor([[[[1.0, 0], [0, -1]]]])
    assert ops.conv2d(image, weight).tolist() == [[[[-4, -4], [-4, -4]]]]  # 1 - 5, 2 - 6, 4 - 8, 5 - 9
    assert ops.conv2d(image, weight, torch.tensor([10.0])).tolist() == [[[[6, 6], [6, 6]]]]
    assert ops.conv2d(image, weight, stride=2, padding=1).tolist() == [[[[-1, -3], [-7, -4]]]]


def test_channels_are_added_up():
    images = torch.tensor([[[[2.0]], [[3.0]]]])
    weight = torch.tensor([[[[10.0]], [[100.0]]], [[[1.0]], [[-1.0]]]])
    assert ops.conv2d(images, weight).flatten().tolist() == [320, -1]


@few
@given(
    N=st.integers(0, 2),
    groups=st.integers(1, 3),
    inputs=st.integers(1, 2),
    outputs=st.integers(1, 2),
    size=sizes,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    biased=st.booleans(),
    stride=pairs(1, 3),
    padding=pairs(0, 3),
    dilation=pairs(1, 3),
)
def test_convolution_equals_torch(N, groups, inputs, outputs, size, kernel, biased, **options):
    tensors = [random(N, groups * inputs, *size), random(groups * outputs, inputs, *kernel)]
    if biased:
        tensors.append(random(groups * outputs))
    assert_same(
        lambda *given: ops.conv2d(*given, groups=groups, **options),
        lambda *given: F.conv2d(*given, groups=groups, **options),
        *tensors,
    )


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 3), (4, 2), (5, 5)])
@pytest.mark.parametrize("dilation", [1, 2, (1, 3)])
def test_words_for_padding_mean_what_they_mean_in_torch(padding, kernel, dilation):
    options = {"padding": padding, "dilation": dilation}
    assert_same(
        lambda *given: ops.conv2d(*given, **options),
        lambda *given: F.conv2d(*given, **options),
        random(2, 1, 6, 7),
        random(3, 1, *kernel),
    )


def test_full_padding_is_the_convolution_of_signal_processing():
    row, kernel = random(1, 1, 1, 6), random(1, 1, 1, 3)
    expected = np.convolve(row.flatten(), kernel.flatten().flip(0), mode="full")
    assert ops.conv2d(row, kernel, padding="full").flatten().tolist() == pytest.approx(expected.tolist())


def test_gradients_pass_the_numerical_check_also_twice():
    tensors = [random(1, 2, 3, 3).requires_grad_(), random(2, 1, 2, 2).requires_grad_(), random(2).requires_grad_()]

    def ours(*given):
        return ops.conv2d(*given, stride=(1, 2), padding=(1, 0), dilation=(2, 1), groups=2)

    assert torch.autograd.gradcheck(ours, tensors)
    assert torch.autograd.gradgradcheck(ours, tensors)


@few
@given(size=sizes, step=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_a_moved_image_gives_a_moved_answer(size, step):
    image, weight = random(1, 2, *size), random(3, 2, 3, 3)
    moved = F.pad(image, (step[1], 0, step[0], 0))
    answer = ops.conv2d(image, weight, padding=2)
    assert torch.allclose(ops.conv2d(moved, weight, padding=2)[:, :, step[0] :, step[1] :], answer)


@few
@given(size=sizes, padding=pairs(0, 2), stride=pairs(1, 2))
def test_a_convolution_is_linear(size, padding, stride):
    one, other, weight = random(1, 2, *size), random(2, 2, *size)[1:], random(3, 2, 1, 1)

    def answer(images):
        return ops.conv2d(images, weight, padding=padding, stride=stride)

    torch.testing.assert_close(answer(2 * one - 3 * other), 2 * answer(one) - 3 * answer(other), **close)


def test_a_kernel_with_one_cell_of_1_changes_nothing():
    images = random(2, 3, 5, 6)
    depthwise = ops.hand_made("identity").double().expand(3, 1, 3, 3)
    assert torch.equal(ops.conv2d(images, depthwise, padding="same", groups=3), images)


@pytest.mark.parametrize("case", cases("conv2d.json"), ids=lambda case: f"{case['stride']}{case['padding']}")
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.float32, torch.complex64])
def test_shared_cases_of_convolutions_hold_here_and_in_torch(case, dtype):
    images, weight = (torch.tensor([case[name]], dtype=dtype) for name in ("images", "weight"))
    bias = torch.tensor([case["bias"]], dtype=dtype)
    options = {name: case[name] for name in ("stride", "padding", "dilation")}
    expected = torch.tensor(case["expected"], dtype=dtype)
    assert torch.equal(ops.conv2d(images, weight, bias, **options)[0, 0], expected)
    if dtype in (torch.int64, torch.float32):
        torch.testing.assert_close(F.conv2d(images, weight, bias, **options)[0, 0], expected)


# Pixels as columns


@few
@given(
    N=st.integers(0, 2),
    C=st.integers(1, 3),
    size=sizes,
    kernel=pairs(1, 4),
    stride=pairs(1, 3),
    padding=pairs(0, 3),
    dilation=pairs(1, 3),
)
def test_columns_equal_those_of_torch(N, C, size, kernel, **options):
    if N == 0:  # torch's unfold refuses an empty batch; ours has none to unfold
        assert ops.im2col(random(0, C, 9, 9), 2).shape == (0, C * 4, 64)
        return
    assert_same(
        lambda images: ops.im2col(images, kernel, **options),
        lambda images: F.unfold(images, kernel, **options),
        random(N, C, *size),
    )


def test_columns_by_hand():
    image = torch.tensor([[[[1, 2, 3], [4, 5, 6]]]])
    assert ops.im2col(image, 2).tolist() == [[[1, 2], [2, 3], [4, 5], [5, 6]]]


@pytest.mark.parametrize("padding", [0, (1, 2), "valid", "same", "full"])
def test_columns_times_weights_are_the_convolution(padding):
    images, weight = random(2, 3, 6, 5), random(4, 3, 3, 2)
    expected = ops.conv2d(images, weight, padding=padding)
    columns = ops.im2col(images, (3, 2), padding=padding)
    torch.testing.assert_close((weight.flatten(1) @ columns).reshape(expected.shape), expected, **close)


# Pooling


@few
@given(
    N=st.integers(0, 2),
    size=sizes,
    kernel=pairs(1, 4),
    stride=pairs(1, 3) | st.none(),
    padding=pairs(0, 2),
    dilation=pairs(1, 3),
)
def test_the_largest_pixels_equal_those_of_torch(N, size, kernel, **options):
    def theirs(images):
        if F.max_pool2d(torch.zeros(1, 1, *size), kernel, **options).isinf().any():
            raise RuntimeError("a window of padding alone: torch gives -inf, and its gradient harms the memory")
        return F.max_pool2d(images, kernel, **options)

    assert_same(lambda images: ops.max_pool2d(images, kernel, **options), theirs, random(N, 2, *size))


@few
@given(
    N=st.integers(0, 2),
    size=sizes,
    kernel=pairs(1, 4),
    stride=pairs(1, 3) | st.none(),
    padding=pairs(0, 2),
    count_include_pad=st.booleans(),
)
def test_means_equal_those_of_torch(N, size, kernel, **options):
    assert_same(
        lambda images: ops.avg_pool2d(images, kernel, **options),
        lambda images: F.avg_pool2d(images, kernel, **options),
        random(N, 2, *size),
    )


def test_pooling_by_hand():
    image = torch.tensor([[[[1.0, 5, 2, 0, 9], [3, 4, 1, 7, 9]]]])  # the fifth column is left over
    assert ops.max_pool2d(image, 2).tolist() == [[[[5, 7]]]]
    assert ops.avg_pool2d(image, 2).tolist() == [[[[3.25, 2.5]]]]
    assert ops.max_pool2d(image, 2, stride=1).tolist() == [[[[5, 5, 7, 9]]]]


def test_zeros_of_padding_darken_a_mean_unless_they_do_not_count():
    image = torch.ones(1, 1, 4, 4)
    assert ops.avg_pool2d(image, 2, padding=1)[0, 0, 0].tolist() == [0.25, 0.5, 0.25]
    assert torch.equal(ops.avg_pool2d(image, 2, padding=1, count_include_pad=False), torch.ones(1, 1, 3, 3))


def test_padding_is_never_the_largest():
    assert ops.max_pool2d(torch.full((1, 1, 2, 2), -7.0), 2, padding=1).unique().tolist() == [-7]
    assert ops.max_pool2d(torch.full((1, 1, 2, 2), -7), 2, padding=1).unique().tolist() == [-7]


def test_of_equal_pixels_the_first_has_the_gradient_as_in_torch():
    after_relu = torch.zeros(1, 1, 4, 4, requires_grad=True)
    ours = torch.autograd.grad(ops.max_pool2d(after_relu, 2).sum(), after_relu)[0]
    theirs = torch.autograd.grad(F.max_pool2d(after_relu, 2).sum(), after_relu)[0]
    assert torch.equal(ours, theirs)
    assert ours.nonzero()[:, 2:].tolist() == [[0, 0], [0, 2], [2, 0], [2, 2]]


def test_nan_stays_visible():
    image = torch.tensor([[[[1.0, math.nan], [2, 3]]]])
    assert ops.max_pool2d(image, 2).isnan().all()
    assert ops.avg_pool2d(image, 2).isnan().all()


@few
@given(size=st.tuples(st.integers(4, 8), st.integers(4, 8)), kernel=pairs(1, 4), stride=pairs(1, 3))
def test_a_mean_lies_between_the_smallest_and_the_largest(size, kernel, stride):
    images = random(1, 2, *size)
    mean = ops.avg_pool2d(images, kernel, stride=stride)
    assert (mean <= ops.max_pool2d(images, kernel, stride=stride) + 1e-12).all()
    assert (mean >= -ops.max_pool2d(-images, kernel, stride=stride) - 1e-12).all()


@pytest.mark.parametrize("case", cases("pooling.json"), ids=lambda case: f"{case['kind']}{case['kernel']}")
def test_shared_cases_of_pooling_hold_here_and_in_torch(case):
    image = torch.tensor(case["image"], dtype=torch.float64)[None, None]
    expected = torch.tensor(case["expected"], dtype=torch.float64)
    ours, theirs = {"max": (ops.max_pool2d, F.max_pool2d), "average": (ops.avg_pool2d, F.avg_pool2d)}[case["kind"]]
    for pool in (ours, theirs):
        result = pool(image, case["kernel"], stride=case["stride"])[0, 0]
        torch.testing.assert_close(result, expected, rtol=0, atol=6e-7)  # six digits are written down


# Padding


def test_padding_by_hand():
    row = torch.tensor([[[[1, 2, 3]]]])
    padded = {mode: ops.pad(row, (0, 2), mode).flatten().tolist() for mode in ("zeros", "reflect", "replicate")}
    assert padded == {
        "zeros": [0, 0, 1, 2, 3, 0, 0],
        "reflect": [3, 2, 1, 2, 3, 2, 1],
        "replicate": [1, 1, 1, 2, 3, 3, 3],
    }
    assert ops.pad(row, (0, 2), "circular").flatten().tolist() == [2, 3, 1, 2, 3, 1, 2]


@few
@given(size=sizes, padding=pairs(0, 8), mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
def test_padding_equals_torch(size, padding, mode):
    rows, columns = padding if isinstance(padding, tuple) else (padding, padding)
    assert_same(
        lambda images: ops.pad(images, padding, mode),
        lambda images: F.pad(images, (columns, columns, rows, rows), "constant" if mode == "zeros" else mode),
        random(2, 3, *size),
    )


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_the_words_are_those_of_the_layer(mode):
    layer = nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode=mode).double()
    images = random(2, 2, 6, 6)
    ours = ops.conv2d(ops.pad(images, (1, 2), mode), layer.weight, layer.bias)
    torch.testing.assert_close(ours, layer(images), **close)


# Gabor


@pytest.mark.parametrize("frequency", [0, 0.05, 0.25, 0.5])
@pytest.mark.parametrize("theta", [0, 0.3, math.pi / 4, math.pi / 2, 2.0, -1.0, 7.0])
@pytest.mark.parametrize("sigma", [0.2, 1, 2.0, 3.3])
def test_gabor_kernels_equal_those_of_scikit_image_in_size_and_value(frequency, theta, sigma):
    expected = filters.gabor_kernel(frequency, theta, sigma_x=sigma, sigma_y=sigma)
    ours = ops.gabor_kernel(frequency, theta, sigma)
    assert ours.dtype == torch.complex64
    assert ours.shape == expected.shape
    assert np.allclose(ours.numpy(), expected, atol=1e-6)


def central(kernel: np.ndarray, size: int) -> np.ndarray:
    margin = (len(kernel) - size) // 2
    return kernel[margin : margin + size, margin : margin + size]


@pytest.mark.parametrize("size", [1, 3, 9, 21])
@pytest.mark.parametrize("theta", [0.0, 0.5, 2.5])
def test_a_size_cuts_the_same_function(size, theta):
    expected = central(filters.gabor_kernel(0.2, theta, sigma_x=1.5, sigma_y=1.5, n_stds=20), size)
    ours = ops.gabor_kernel(0.2, theta, 1.5, size)
    assert ours.shape == (size, size)
    assert np.allclose(ours.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("case", cases("gabor.json"), ids=lambda case: f"{case['frequency']}-{case['theta']}")
def test_shared_cases_of_gabor_kernels_hold_here_and_in_scikit_image(case):
    frequency, theta, sigma, size = (case[name] for name in ("frequency", "theta", "sigma", "size"))
    expected = np.array(case["real"]) + 1j * np.array(case["imaginary"])
    reference = filters.gabor_kernel(frequency, theta, sigma_x=sigma, sigma_y=sigma, n_stds=20)
    assert np.allclose(central(reference, size), expected, rtol=0, atol=1e-6)
    assert np.allclose(ops.gabor_kernel(frequency, theta, sigma, size).numpy(), expected, rtol=0, atol=1e-6)


def test_a_gabor_kernel_by_hand():
    kernel = ops.gabor_kernel(0.25, sigma=1.0, size=3)
    assert kernel[1, 1] == pytest.approx(1 / (2 * math.pi))
    assert kernel[1, 2] == pytest.approx(1j * math.exp(-0.5) / (2 * math.pi), abs=1e-7)  # a quarter of a wave further


def test_the_real_part_is_even_and_the_imaginary_part_is_odd():
    kernel = ops.gabor_kernel(0.2, 0.7)
    torch.testing.assert_close(kernel.flip(0, 1), kernel.conj().resolve_conj())


def test_a_bank_shares_out_half_a_circle_in_one_size():
    bank = ops.gabor_bank(0.25, sigma=2.0, orientations=6)
    assert bank.shape == (6, 13, 13)
    for step, kernel in enumerate(bank):
        assert torch.equal(kernel, ops.gabor_kernel(0.25, step * math.pi / 6, 2.0, size=13))
    assert ops.gabor_bank(0.25).shape == (8, 13, 13)
    assert ops.gabor_bank(0.25, 0.2, 3).shape == (3, 3, 3)
    assert ops.gabor_bank(0.25, 2.0, 3, size=5).shape == (3, 5, 5)


@pytest.mark.parametrize("step", range(8))
def test_stripes_are_answered_most_by_the_kernel_of_their_direction(step):
    theta = step * math.pi / 8
    row, column = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    stripes = torch.cos(2 * math.pi * 0.2 * (column * math.cos(theta) + row * math.sin(theta)))
    answers = ops.gabor_response(stripes[None, None], ops.gabor_bank(0.2, sigma=3.0))[0, :, 20, 20]
    assert answers.argmax() == step


def test_the_answer_does_not_change_when_stripes_move():
    column = torch.arange(41.0, dtype=torch.float64)
    answers = []
    for shift in range(5):
        stripes = torch.cos(2 * math.pi * 0.2 * (column - shift)).expand(1, 1, 41, 41)
        answers.append(ops.gabor_response(stripes, ops.gabor_kernel(0.2, sigma=3.0))[0, 0, 20, 20].item())
    assert answers == pytest.approx([0.5] * 5, abs=5e-3)  # half the amplitude: the window sums to 1


@pytest.mark.parametrize("size", [None, 5])
def test_the_answer_equals_that_of_scikit_image(size):
    image = np.random.default_rng(0).random((17, 20))
    ours = ops.gabor_response(torch.from_numpy(image)[None, None], ops.gabor_kernel(0.2, 0.6, 1.5, size))
    stds = 3 if size is None else 2 / (1.5 * math.cos(0.6))  # five pixels on a side
    real, imaginary = filters.gabor(image, 0.2, 0.6, sigma_x=1.5, sigma_y=1.5, n_stds=stds, mode="constant", cval=0)
    assert ours.dtype == torch.float64
    assert ours.shape == (1, 1, 17, 20)
    assert np.allclose(ours[0, 0], np.hypot(real, imaginary), atol=1e-6)


def test_where_there_is_nothing_to_answer_the_gradient_is_zero_and_not_nan():
    images = torch.zeros(1, 1, 5, 5, requires_grad=True)
    ops.gabor_response(images, ops.gabor_kernel(0.25, size=3)).sum().backward()
    assert torch.equal(images.grad, torch.zeros_like(images))


def test_a_bank_answers_with_one_channel_for_each_kernel():
    images, bank = random(2, 1, 9, 8), ops.gabor_bank(0.25, orientations=3, size=5)
    answers = ops.gabor_response(images, bank)
    assert answers.shape == (2, 3, 9, 8)
    for number, kernel in enumerate(bank):
        torch.testing.assert_close(answers[:, number : number + 1], ops.gabor_response(images, kernel))


# Every operation


def convolve(images: Tensor) -> Tensor:
    dtype = images.dtype if isinstance(images, Tensor) else torch.float64
    return ops.conv2d(images, random(3, 1, 3, 3, dtype=dtype), padding=1, stride=2)


OPERATIONS = {
    "pad": lambda images: ops.pad(images, 1, "reflect"),
    "conv2d": convolve,
    "im2col": lambda images: ops.im2col(images, 3),
    "max_pool2d": lambda images: ops.max_pool2d(images, 2),
    "avg_pool2d": lambda images: ops.avg_pool2d(images, 2, padding=1, count_include_pad=False),
    "gabor_response": lambda images: ops.gabor_response(images, ops.gabor_kernel(0.25, size=5)),
}
each = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@each
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_dtype_stays(operation, dtype):
    images = random(2, 1, 7, 6)
    result = operation(images.to(dtype))
    assert result.dtype == dtype
    tolerance = {"rtol": 0.05, "atol": 0.1} if dtype.itemsize == 2 else {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(result.double(), operation(images), **tolerance)


@each
def test_memory_in_any_order_gives_the_same(operation):
    images = random(2, 1, 7, 6)
    expected = operation(images)
    variants = {
        "transposed": images.transpose(2, 3).contiguous().transpose(2, 3),
        "every other": images.repeat_interleave(2, dim=3)[..., ::2],
        "channels last": images.expand(2, 2, 7, 6).contiguous(memory_format=torch.channels_last)[:, :1],
    }
    for name, variant in variants.items():
        assert not variant.is_contiguous(), name
        torch.testing.assert_close(operation(variant), expected, **close)
    torch.testing.assert_close(operation(images[:1].expand(2, 1, 7, 6)), expected[:1].expand_as(expected), **close)


def test_three_channels_in_channels_last_order_give_the_same():
    images, weight = random(2, 3, 7, 6), random(4, 3, 3, 3)
    last = [tensor.contiguous(memory_format=torch.channels_last) for tensor in (images, weight)]
    torch.testing.assert_close(ops.conv2d(*last), ops.conv2d(images, weight), **close)
    torch.testing.assert_close(ops.im2col(last[0], 2), ops.im2col(images, 2), **close)
    torch.testing.assert_close(ops.max_pool2d(last[0], 2), ops.max_pool2d(images, 2), **close)


@each
def test_the_result_is_new_and_the_images_stay(operation):
    images = random(2, 1, 7, 6)
    before = images.clone()
    operation(images).mul_(0)
    ops.pad(images, 0).mul_(0)
    ops.pad(images, 0, "replicate").mul_(0)
    ops.max_pool2d(images, 1).mul_(0)
    assert torch.equal(images, before)


@each
def test_an_empty_batch_gives_an_empty_batch(operation):
    result = operation(random(0, 1, 7, 6))
    assert len(result) == 0
    assert result.shape[1:] == operation(random(1, 1, 7, 6)).shape[1:]


@each
def test_gradients_of_every_operation_pass_the_numerical_check(operation):
    assert torch.autograd.gradcheck(operation, random(1, 1, 4, 5).requires_grad_())


@each
@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (torch.zeros(28, 28), ValueError, r"images expect shape \(N, C, H, W\), got \(28, 28\); add images\[None, Non"),
        (torch.zeros(1, 28, 28), ValueError, r"got \(1, 28, 28\); add images\[None\] for one image, images\[:, None\]"),
        (torch.zeros(28), ValueError, r"got \(28,\); give a batch"),
        (torch.zeros(1, 1, 0, 28), ValueError, r"at least one channel, row and column, got shape \(1, 1, 0, 28\)"),
        (torch.zeros(1, 1, 9, 9, dtype=torch.uint8), TypeError, r"got torch.uint8; use images.float\(\) / 255$"),
        (torch.zeros(1, 1, 9, 9, dtype=torch.bool), TypeError, r"float dtype, got torch.bool; use images.float\(\)$"),
        (np.zeros((1, 1, 9, 9)), TypeError, r"images expect a tensor, got ndarray; use torch.as_tensor\(images\).floa"),
        (None, TypeError, "images expect a tensor, got NoneType"),
    ],
    ids=lambda value: str(tuple(value.shape)) if hasattr(value, "shape") else None,
)
def test_what_are_no_images_is_refused(operation, images, error, message):
    with pytest.raises(error, match=message):
        operation(images)


IMAGES = torch.zeros(8, 1, 28, 28)
WEIGHT = torch.zeros(4, 1, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ops.conv2d(IMAGES, torch.zeros(4, 3, 3, 3)),
            ValueError,
            r"conv2d: weight expects 3 input channels, images have 1 \(shape \(8, 1, 28, 28\)\); .* in_channels=1",
        ),
        (
            lambda: ops.conv2d(torch.zeros(1, 4, 9, 9), torch.zeros(4, 4, 3, 3), groups=2),
            ValueError,
            "weight expects 2 x 4 = 8 input channels, images have 4",
        ),
        (lambda: ops.conv2d(IMAGES, WEIGHT, groups=2), ValueError, "images have 1 input channels, groups are 2; use a"),
        (
            lambda: ops.conv2d(torch.zeros(1, 2, 9, 9), torch.zeros(3, 1, 3, 3), groups=2),
            ValueError,
            "weight has 3 output channels, groups are 2",
        ),
        (lambda: ops.conv2d(IMAGES, WEIGHT, groups=0), ValueError, "groups expects a whole number of at least 1, got"),
        (lambda: ops.conv2d(IMAGES, WEIGHT[0, 0]), ValueError, r"weight expects shape .*got \(3, 3\); add weight\[Non"),
        (lambda: ops.conv2d(IMAGES, WEIGHT[:, 0]), ValueError, r"got \(4, 3, 3\); add weight\[:, None\]"),
        (lambda: ops.conv2d(IMAGES, WEIGHT[0, 0, 0]), ValueError, r"got \(3,\); give one kernel"),
        (lambda: ops.conv2d(IMAGES, WEIGHT[:0]), ValueError, r"weight expects at least one of each.*\(0, 1, 3, 3\)"),
        (lambda: ops.conv2d(IMAGES, [[1.0]]), TypeError, r"weight expects a tensor, got list; use torch.as_tensor\(we"),
        (lambda: ops.conv2d(IMAGES, WEIGHT.byte()), TypeError, r"weight expects .*got torch.uint8; use weight.float\("),
        (
            lambda: ops.conv2d(IMAGES, WEIGHT.double()),
            TypeError,
            r"weight and images expect one dtype, got torch.float64 and torch.float32; use weight.to\(images.dtype\)",
        ),
        (
            lambda: ops.conv2d(IMAGES, WEIGHT.to("meta")),
            ValueError,
            r"weight and images must be on one device, got meta and cpu; use weight.to\(images.device\)",
        ),
        (
            lambda: ops.conv2d(IMAGES, WEIGHT, torch.zeros(1)),
            ValueError,
            r"bias expects shape \(4,\), one number for each output channel, got \(1,\); use torch.zeros\(4\) or None",
        ),
        (lambda: ops.conv2d(IMAGES, WEIGHT, 0.5), TypeError, "bias expects a tensor, got float"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, torch.zeros(4).double()), TypeError, "bias and weight expect one dtype"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, torch.zeros(4, device="meta")), ValueError, "bias and weight must be on o"),
        (
            lambda: ops.conv2d(IMAGES[..., :2], WEIGHT),
            ValueError,
            "conv2d: a kernel of 3 reaches over 3 pixels, the padded input has 2; use a smaller kernel, more padding",
        ),
        (
            lambda: ops.conv2d(IMAGES[..., :4], WEIGHT, dilation=2),
            ValueError,
            "conv2d: a kernel of 3 with dilation 2 reaches over 5 pixels, the padded input has 4",
        ),
        (lambda: ops.conv2d(IMAGES, WEIGHT, padding="same", stride=2), ValueError, "conv2d: padding 'same' needs a st"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, padding="same", stride=(1, 2)), ValueError, "needs a stride of 1, got 2"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, padding="reflect"), ValueError, "conv2d: padding expects a number, 'valid"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, padding=-1), ValueError, "padding expects a whole number of at least 0"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, padding=(1, 1, 1)), ValueError, r"padding expects one number or a pair \("),
        (lambda: ops.conv2d(IMAGES, WEIGHT, stride=0), ValueError, "conv2d: stride expects a whole number of at least"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, stride=1.5), TypeError, "conv2d: stride expects a whole number, got 1.5"),
        (lambda: ops.conv2d(IMAGES, WEIGHT, dilation=True), TypeError, "conv2d: dilation expects a whole number, got"),
        (lambda: ops.im2col(IMAGES, 29), ValueError, "im2col: a kernel of 29 reaches over 29 pixels"),
        (lambda: ops.im2col(IMAGES, "3"), TypeError, "im2col: kernel expects a whole number, got '3'"),
        (lambda: ops.max_pool2d(IMAGES, 2, padding=2), ValueError, "max_pool2d: padding expects at most half the kern"),
        (lambda: ops.avg_pool2d(IMAGES, (4, 2), padding=2), ValueError, r"half the kernel, got padding 2 for .* \(4,"),
        (lambda: ops.avg_pool2d(IMAGES, 30), ValueError, "avg_pool2d: a kernel of 30 reaches over 30 pixels"),
        (
            lambda: ops.max_pool2d(IMAGES[..., :2], 2, padding=1, dilation=3),
            ValueError,
            "max_pool2d: with padding 1 and dilation 3 a window on 2 columns sees padding alone.*use less of either",
        ),
        (lambda: ops.max_pool2d(IMAGES, 2, stride=0), ValueError, "max_pool2d: stride expects a whole number of at le"),
        (lambda: ops.max_pool2d(IMAGES, 2, padding="same"), TypeError, "max_pool2d: padding expects a whole number"),
        (lambda: ops.avg_pool2d(IMAGES.long(), 2), TypeError, r"images expect a float dtype, got torch.int64; use ima"),
        (lambda: ops.max_pool2d(IMAGES + 0j, 2), TypeError, r"images expect real numbers, got torch.complex64; use im"),
        (lambda: ops.pad(IMAGES, 1, "relect"), ValueError, "pad: mode expects one of 'zeros', .*'relect'; did you mea"),
        (lambda: ops.pad(IMAGES, 1, "constant"), ValueError, "got 'constant'; did you mean 'zeros'"),
        (lambda: ops.pad(IMAGES, 1, "xyz"), ValueError, "got 'xyz'$"),
        (lambda: ops.pad(IMAGES, (0, 28), "reflect"), ValueError, "'reflect' has 27 columns of pixels to add .*asks f"),
        (lambda: ops.pad(IMAGES, (29, 0), "circular"), ValueError, "'circular' has 28 rows .*or mode 'replicate'"),
        (lambda: ops.pad(IMAGES, -1), ValueError, "pad: padding expects a whole number of at least 0, got -1"),
        (lambda: ops.pad(IMAGES, "same"), TypeError, "pad: padding expects a whole number, got 'same'"),
        (lambda: ops.gabor_kernel(4.0), ValueError, "frequency expects .* 0 to 0.5, got 4.0; for a wavelength of 4.0"),
        (lambda: ops.gabor_kernel(0.6), ValueError, "from 0 to 0.5, got 0.6$"),
        (lambda: ops.gabor_kernel(-0.1), ValueError, "gabor_kernel: frequency expects waves per pixel"),
        (lambda: ops.gabor_kernel(math.nan), ValueError, "frequency expects a finite number, got nan"),
        (lambda: ops.gabor_kernel("0.1"), TypeError, "frequency expects a number, got '0.1'"),
        (lambda: ops.gabor_kernel(0.1, theta=math.inf), ValueError, "theta expects a finite number"),
        (lambda: ops.gabor_kernel(0.1, sigma=0), ValueError, "sigma expects a number of pixels above 0, got 0"),
        (lambda: ops.gabor_kernel(0.1, size=4), ValueError, "gabor_kernel: size expects an odd number, .*got 4"),
        (lambda: ops.gabor_kernel(0.1, size=5.0), TypeError, "size expects a whole number"),
        (lambda: ops.gabor_bank(0.1, size=4), ValueError, "gabor_bank: size expects an odd number"),
        (lambda: ops.gabor_bank(0.7), ValueError, "gabor_bank: frequency expects waves per pixel"),
        (lambda: ops.gabor_bank(0.1, orientations=0), ValueError, "orientations expects a whole number of at least 1"),
        (
            lambda: ops.gabor_response(torch.zeros(1, 3, 9, 9), ops.gabor_kernel(0.1)),
            ValueError,
            r"images expect one channel .*got \(1, 3, 9, 9\); use images.mean\(dim=1, keepdim=True\)",
        ),
        (lambda: ops.gabor_response(IMAGES, WEIGHT), TypeError, r"a complex dtype, got torch.float32; make it with ga"),
        (lambda: ops.gabor_response(IMAGES, WEIGHT + 0j), ValueError, r"kernel expects shape .*got \(4, 1, 3, 3\)"),
        (lambda: ops.gabor_response(IMAGES, ops.gabor_kernel(0.1).to("meta")), ValueError, "on one device, got meta a"),
        (lambda: ops.gabor_response(IMAGES.long(), ops.gabor_kernel(0.1)), TypeError, "float dtype, got torch.int64"),
    ],
)
def test_every_mismatch_is_told_with_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()
