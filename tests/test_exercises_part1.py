"""The exercises on convolutions: right however it is written, and never passed where it is wrong."""

import itertools
import math

import attempts
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ainotes import shapes
from ainotes.checks import convolution, images, kernels, sight, sizes
from ainotes.checks.material import column_by_column, noise

LESSONS = (images, convolution, kernels, sizes, sight)
EXERCISES = attempts.of(*LESSONS)

test_every_exercise_of_the_part_is_found = attempts.complete(*LESSONS, count=18, misconceptions=6)


# --- Right, however it is written -------------------------------------------------------------------------------------


def picture_by_stack(picture):
    return torch.stack([picture[..., channel] for channel in range(picture.shape[2])]) / 255.0


def picture_by_numbers(picture):
    height, width, channels = picture.shape
    made = torch.zeros(channels, height, width)
    for channel in range(channels):
        for row in range(height):
            for column in range(width):
                made[channel, row, column] = int(picture[row, column, channel]) / 255
    return made


def shift_by_padding(image, rows, columns):
    height, width = image.shape[1:]
    roomy = F.pad(image, (width, width, height, height))
    rows, columns = max(-height, min(rows, height)), max(-width, min(columns, width))
    return roomy[:, height - rows : 2 * height - rows, width - columns : 2 * width - columns]


def shift_by_rolling(image, rows, columns):
    moved = torch.roll(image, (rows, columns), (1, 2))
    if rows >= 0:
        moved[:, :rows] = 0
    else:
        moved[:, rows:] = 0
    if columns > 0:
        moved[:, :, :columns] = 0
    elif columns < 0:
        moved[:, :, columns:] = 0
    return moved


def shift_by_loops(image, rows, columns):
    moved = torch.zeros_like(image)
    for channel, row, column in itertools.product(*map(range, image.shape)):
        if 0 <= row - rows < image.shape[1] and 0 <= column - columns < image.shape[2]:
            moved[channel, row, column] = image[channel, row - rows, column - columns]
    return moved


def correlate_by_numbers(image, kernel):
    k = kernel.shape[0]
    rows = []
    for row in range(image.shape[0] - k + 1):
        rows.append([])
        for column in range(image.shape[1] - k + 1):
            total = 0.0
            for i in range(k):
                for j in range(k):
                    total += float(image[row + i, column + j]) * float(kernel[i, j])
            rows[-1].append(total)
    return torch.tensor(rows, dtype=image.dtype)


def correlate_by_shifted_images(image, kernel):
    k = kernel.shape[0]
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    return sum(kernel[i, j] * image[i : i + rows, j : j + columns] for i in range(k) for j in range(k))


def correlate_by_unfold(image, kernel):
    k = kernel.shape[0]
    return torch.einsum("rcij,ij->rc", image.unfold(0, k, 1).unfold(1, k, 1), kernel)


def correlate_by_torch(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None])[0, 0]


def channels_by_loops(image, weight, bias):
    maps = []
    for kernel, own_bias in zip(weight, bias, strict=True):
        total = own_bias
        for channel in range(image.shape[0]):
            total = total + correlate_by_torch(image[channel], kernel[channel])
        maps.append(total)
    return torch.stack(maps)


def channels_by_einsum(image, weight, bias):
    k = weight.shape[-1]
    patches = image.unfold(1, k, 1).unfold(2, k, 1)
    return torch.einsum("crsij,ocij->ors", patches, weight) + bias.reshape(-1, 1, 1)


def matmul_by_fold(batch, weight):
    k = weight.shape[-1]
    product = weight.flatten(1) @ F.unfold(batch, k)
    return F.fold(product, (batch.shape[2] - k + 1, batch.shape[3] - k + 1), 1)


def matmul_transposed(batch, weight):
    k = weight.shape[-1]
    product = (F.unfold(batch, k).transpose(1, 2) @ weight.reshape(len(weight), -1).T).transpose(1, 2)
    return product.unflatten(2, (batch.shape[2] - k + 1, -1))


def matmul_with_one_large_matrix(batch, weight):
    k, n = weight.shape[-1], len(batch)
    side_by_side = F.unfold(batch, k).permute(1, 0, 2).flatten(1)
    product = (weight.flatten(1) @ side_by_side).reshape(len(weight), n, -1)
    return product.transpose(0, 1).reshape(n, len(weight), batch.shape[2] - k + 1, -1)


def gradient_by_index(f, x, step):
    gradient = torch.zeros_like(x)
    for place in np.ndindex(*x.shape):
        up, down = x.clone(), x.clone()
        up[place] += step
        down[place] -= step
        gradient[place] = (f(up) - f(down)) / step / 2
    return gradient


def gradient_with_x_put_back(f, x, step):
    slopes = []
    flat = x.view(-1)
    for place in range(x.numel()):
        flat[place] += step
        above = f(x).item()
        flat[place] -= 2 * step
        slopes.append((above - f(x).item()) / (2 * step))
        flat[place] += step
    return torch.tensor(slopes, dtype=x.dtype).view(x.shape)


def gradient_by_unit_vectors(f, x, step):
    nudges = step * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    return torch.stack([(f(x + nudge) - f(x - nudge)) / (2 * step) for nudge in nudges]).reshape(x.shape)


def strength_by_two_calls(batch):
    across = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
    first = F.conv2d(batch, across.reshape(1, 1, 3, 3))
    second = F.conv2d(batch, across.T.reshape(1, 1, 3, 3))
    return (first**2 + second**2) ** 0.5


def strength_by_norm(batch):
    across = torch.tensor([1.0, 2.0, 1.0])[:, None] * torch.tensor([-1.0, 0.0, 1.0])
    responses = [F.conv2d(batch, each[None, None]) for each in (across, -across.T)]
    return torch.hypot(*responses)


def gabor_by_numbers(size, frequency, theta, sigma):
    half = size // 2
    made = torch.zeros(size, size)
    for row in range(size):
        for column in range(size):
            x, y = column - half, row - half
            bell = math.exp(-(x * x + y * y) / (2 * sigma * sigma)) / (2 * math.pi * sigma**2)
            wave = math.cos(2 * math.pi * frequency * (x * math.cos(theta) + y * math.sin(theta)))
            made[row, column] = bell * wave
    return made


def gabor_by_broadcasting(size, frequency, theta, sigma):
    x = torch.linspace(-(size - 1) / 2, (size - 1) / 2, size)[None, :]
    y = x.T
    theta = torch.tensor(theta)
    wave = torch.exp(2j * math.pi * frequency * (x * theta.cos() + y * theta.sin())).real
    return wave * torch.exp(-0.5 * (x / sigma) ** 2 - 0.5 * (y / sigma) ** 2) / (sigma**2 * 2 * math.pi)


def size_by_ranges(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


def size_by_torch(n, k, stride=1, padding=0, dilation=1):
    layer = nn.Conv1d(1, 1, k, stride=stride, padding=padding, dilation=dilation)
    return layer(torch.zeros(1, 1, n)).shape[-1]


def size_by_float(n, k, stride=1, padding=0, dilation=1):
    return int((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


def padding_by_trying(k, dilation=1):
    return next(p for p in itertools.count() if 99 + 2 * p - dilation * (k - 1) == 99)


def parameters_by_torch(k, c_in, c_out, groups=1, bias=True):
    return sum(p.numel() for p in nn.Conv2d(c_in, c_out, k, groups=groups, bias=bias).parameters())


def parameters_in_one_line(k, c_in, c_out, groups=1, bias=True):
    return (k**2 * c_in // groups + bias) * c_out


def cell_by_loops(patch, weight, bias):
    total = bias
    for channel, row, column in itertools.product(*map(range, patch.shape)):
        total += patch[channel, row, column].item() * weight[channel, row, column].item()
    return total


def cell_by_torch(patch, weight, bias):
    return F.conv2d(patch[None], weight[None], torch.tensor([bias])).item()


def pool_by_reshape(image, k):
    rows, columns = image.shape[1] // k, image.shape[2] // k
    part = image[:, : rows * k, : columns * k]
    return part.reshape(-1, rows, k, columns, k).amax(dim=(2, 4))


def pool_by_numbers(image, k):
    pooled = torch.full((len(image), image.shape[1] // k, image.shape[2] // k), -math.inf)
    for channel, row, column in itertools.product(*map(range, pooled.shape)):
        for i, j in itertools.product(range(k), range(k)):
            value = image[channel, row * k + i, column * k + j]
            if value > pooled[channel, row, column]:
                pooled[channel, row, column] = value
    return pooled


def field_from_the_last_layer(layers):
    seen = 1
    for kernel, stride, dilation in reversed(layers):
        seen = (seen - 1) * stride + dilation * (kernel - 1) + 1
    return seen


def field_by_products(layers):
    return 1 + sum(d * (k - 1) * math.prod(s for _, s, _ in layers[:i]) for i, (k, _, d) in enumerate(layers))


def depth_by_counting(pixels, kernel=3):
    layers, seen = 0, 1
    while seen < pixels:
        layers, seen = layers + 1, seen + kernel - 1
    return layers


def difference_by_padding(pool, image):
    moved = F.pad(image, (1, 0))[..., :-1]
    return float(torch.mean(torch.abs(pool(moved) - pool(image))))


def difference_by_l1(pool, image):
    moved = torch.cat([torch.zeros_like(image[..., :1]), image[..., :-1]], dim=-1)
    return F.l1_loss(pool(moved), pool(image)).item()


RIGHT = {
    "to_tensor": [
        picture_by_stack,
        picture_by_numbers,
        lambda picture: picture.permute(2, 0, 1).to(torch.float32).div_(255),
        lambda picture: picture.movedim(-1, 0).float().mul(1 / 255).contiguous(),
        lambda picture: torch.from_numpy(picture.numpy().transpose(2, 0, 1).astype("float32") / 255),
        lambda picture: torch.einsum("hwc->chw", picture / 255),
    ],
    "shift": [shift_by_padding, shift_by_rolling, shift_by_loops],
    "dense_parameters": [
        lambda height, width, channels, units: units + units * channels * width * height,
        lambda h, w, c, u: sum(p.numel() for p in nn.Linear(h * w * c, u).parameters()),
    ],
    "correlate": [correlate_by_numbers, correlate_by_shifted_images, correlate_by_unfold, correlate_by_torch],
    "conv_channels": [
        channels_by_loops,
        channels_by_einsum,
        lambda image, weight, bias: F.conv2d(image[None], weight, bias)[0],
        lambda image, weight, bias: F.conv2d(image, weight) + bias[:, None, None],
    ],
    "conv_as_matmul": [
        matmul_by_fold,
        matmul_transposed,
        matmul_with_one_large_matrix,
        lambda batch, weight: matmul_by_fold(batch.contiguous(), weight.contiguous()),
        F.conv2d,
    ],
    "numeric_gradient": [gradient_by_index, gradient_with_x_put_back, gradient_by_unit_vectors],
    "move_left": [
        torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]),
        torch.tensor([[0, 0, 0], [0, 0, 1], [0, 0, 0]]).double(),
        nn.Parameter(torch.eye(3)[:, [0, 2, 1]] * torch.tensor([[0.0], [1.0], [0.0]])),
    ],
    "edge_strength": [strength_by_two_calls, strength_by_norm],
    "gabor": [gabor_by_numbers, gabor_by_broadcasting],
    "size_after": [size_by_ranges, size_by_torch, size_by_float],
    "same_padding": [padding_by_trying, lambda k, dilation=1: k // 2 * dilation],
    "conv_parameters": [parameters_by_torch, parameters_in_one_line],
    "rgb_cell": [cell_by_loops, cell_by_torch, lambda p, w, b: float(torch.dot(p.flatten(), w.flatten()) + b)],
    "max_pool": [
        pool_by_reshape,
        pool_by_numbers,
        F.max_pool2d,
        lambda image, k: nn.MaxPool2d(k)(image[None])[0],
        lambda image, k: image.unfold(1, k, k).unfold(2, k, k).amax(dim=(3, 4)),
    ],
    "receptive_field": [field_from_the_last_layer, field_by_products],
    "layers_needed": [
        depth_by_counting,
        lambda pixels, kernel=3: -(-(pixels - 1) // (kernel - 1)),
        lambda pixels, kernel=3: (pixels + kernel - 3) // (kernel - 1),
    ],
    "shift_difference": [difference_by_padding, difference_by_l1],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------

UNFORESEEN = {
    "to_tensor": [
        lambda picture: 1 - picture.permute(2, 0, 1) / 255,
        lambda picture: picture.permute(2, 0, 1).flip(0) / 255,
        lambda picture: picture[..., :1].permute(2, 0, 1) / 255,
        lambda picture: (picture.permute(2, 0, 1) / 255).half(),
        lambda picture: picture.numpy().transpose(2, 0, 1) / 255,
    ],
    "shift": [
        lambda image, rows, columns: shift_by_loops(image, rows, columns) + 0.01,
        lambda image, rows, columns: shift_by_loops(image, rows + 1, columns),
        lambda image, rows, columns: shift_by_loops(image, 2 * rows, 2 * columns),
        lambda image, rows, columns: shift_by_loops(image, rows, columns)[None],
        lambda image, rows, columns: shift_by_loops(image[:1], rows, columns),
    ],
    "dense_parameters": [
        lambda height, width, channels, units: height * width * channels * units - units,
        lambda height, width, channels, units: (height * width * channels + 1) * units**2,
        lambda height, width, channels, units: ((height * width * channels + 1) * units, units),
    ],
    "correlate": [
        lambda image, kernel: correlate_by_torch(image, kernel).abs(),
        lambda image, kernel: correlate_by_torch(image, kernel.flip(0)),
        lambda image, kernel: correlate_by_torch(image, kernel)[None],
        lambda image, kernel: correlate_by_torch(image, kernel).relu(),
        lambda image, kernel: correlate_by_torch(image, kernel) + 0.01,
        lambda image, kernel: correlate_by_torch(image, kernel)[1:],
    ],
    "conv_channels": [
        lambda image, weight, bias: F.conv2d(image, weight, bias).relu(),
        lambda image, weight, bias: F.conv2d(image, weight, bias.flip(0)),
        lambda image, weight, bias: F.conv2d(image, weight, bias)[None],
        lambda image, weight, bias: F.conv2d(image.flip(0), weight, bias),
    ],
    "conv_as_matmul": [
        lambda batch, weight: F.conv2d(batch, weight)[:1],
        lambda batch, weight: F.conv2d(batch, weight).double(),
        lambda batch, weight: F.conv2d(batch, weight).transpose(0, 1),
    ],
    "numeric_gradient": [
        lambda f, x, step: gradient_by_index(f, x, 2 * step),
        lambda f, x, step: gradient_by_index(f, x, step).abs(),
        lambda f, x, step: gradient_by_index(f, x, step).tolist(),
    ],
    "move_left": [
        torch.zeros(3, 3),
        2 * torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]),
        torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])[None, None],
        [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
        torch.zeros(3, 3, dtype=torch.complex64),
        "left",
    ],
    "edge_strength": [
        lambda batch: strength_by_norm(batch) / 4,
        lambda batch: strength_by_norm(batch) + 0.01,
        lambda batch: strength_by_norm(batch)[:1, :, :-1],
        lambda batch: strength_by_norm(-batch.abs()),
    ],
    "gabor": [
        lambda size, frequency, theta, sigma: -gabor_by_numbers(size, frequency, theta, sigma),
        lambda size, frequency, theta, sigma: gabor_by_numbers(size, frequency, theta + 0.1, sigma),
        lambda size, frequency, theta, sigma: gabor_by_numbers(size, frequency, theta, 1.01 * sigma),
        lambda size, frequency, theta, sigma: gabor_by_numbers(size, frequency, theta, sigma).double(),
        lambda size, frequency, theta, sigma: gabor_by_numbers(size + 2, frequency, theta, sigma),
    ],
    "size_after": [
        lambda n, k, stride=1, padding=0, dilation=1: 2 * size_by_ranges(n, k, stride, padding, dilation),
        lambda n, k, stride=1, padding=0, dilation=1: size_by_ranges(n - 2 * padding, k, stride, 0, dilation),
        lambda n, k, stride=1, padding=0, dilation=1: size_by_ranges(n, k, dilation, padding, stride),
        lambda n, k, stride=1, padding=0, dilation=1: [size_by_ranges(n, k, stride, padding, dilation)],
    ],
    "same_padding": [
        lambda k, dilation=1: -dilation * (k // 2),
        lambda k, dilation=1: dilation**2 * (k // 2),
        lambda k, dilation=1: min(k, dilation),
    ],
    "conv_parameters": [
        lambda k, c_in, c_out, groups=1, bias=True: parameters_in_one_line(k, c_in, c_out, groups, bias) + 1,
        lambda k, c_in, c_out, groups=1, bias=True: parameters_in_one_line(k + 1, c_in, c_out, groups, bias),
        lambda k, c_in, c_out, groups=1, bias=True: str(parameters_in_one_line(k, c_in, c_out, groups, bias)),
    ],
    "rgb_cell": [
        lambda patch, weight, bias: abs(cell_by_loops(patch, weight, bias)),
        lambda patch, weight, bias: -cell_by_loops(patch, weight, bias),
        lambda patch, weight, bias: round(cell_by_loops(patch, weight, bias)),
        lambda patch, weight, bias: [cell_by_loops(patch, weight, bias)],
    ],
    "max_pool": [
        lambda image, k: F.max_pool2d(image, k + 1, k, padding=1)[:, : image.shape[1] // k, : image.shape[2] // k],
        lambda image, k: F.max_pool2d(image.flip(2), k),
        lambda image, k: F.max_pool2d(image, 2),
        lambda image, k: F.max_pool2d(image, k) + 0.01,
    ],
    "receptive_field": [
        lambda layers: field_by_products(layers) + 1,
        lambda layers: 2 * field_by_products(layers),
        lambda layers: field_by_products(layers[:-1]),
        lambda layers: [field_by_products(layers)],
    ],
    "layers_needed": [
        lambda pixels, kernel=3: depth_by_counting(pixels, kernel**2),
        lambda pixels, kernel=3: 2 * depth_by_counting(pixels, kernel),
        lambda pixels, kernel=3: list(range(depth_by_counting(pixels, kernel))),
    ],
    "shift_difference": [
        lambda pool, image: difference_by_l1(pool, image) * 2,
        lambda pool, image: -difference_by_l1(pool, image),
        lambda pool, image: difference_by_l1(pool, image[:, :-1]),
    ],
}


test_an_error_that_nobody_foresaw_is_wrong_and_no_misconception = attempts.failing(EXERCISES, UNFORESEEN, least=3)


# --- Told what to do --------------------------------------------------------------------------------------------------


def test_a_cell_as_a_tensor_is_told_how_to_become_a_number():
    result = sizes.rgb_cell.check(lambda patch, weight, bias: (patch * weight).sum() + bias)
    assert result.status == "wrong"
    assert "`.item()`" in result.message


def test_a_kernel_of_the_wrong_shape_or_kind_is_told_so():
    as_layer = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])[None, None]
    assert "should have shape (3, 3), got (1, 1, 3, 3)" in kernels.move_left.check(as_layer).message
    assert "should be a tensor, got a list" in kernels.move_left.check(as_layer[0, 0].tolist()).message
    whole = kernels.move_left.check(as_layer[0, 0].int())
    assert (whole.status, "write 1.0" in whole.message) == ("misconception", True)
    to_the_right = kernels.move_left.check(as_layer[0, 0].flip(1).int())
    assert "to the right" in to_the_right.message


# --- The errors that learners make, in their own words ----------------------------------------------------------------


def views_a_patch(image, kernel):
    k = len(kernel)
    output = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1, dtype=image.dtype)
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            output[row, column] = image[row : row + k, column : column + k].view(-1) @ kernel.view(-1)
    return output


def takes_a_square(image, kernel):
    n, k = image.shape[0], kernel.shape[0]
    output = torch.zeros(n - k + 1, n - k + 1, dtype=image.dtype)
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            for a in range(k):
                for b in range(k):
                    output[i, j] += image[i + a, j + b] * kernel[a, b]
    return output


def forgets_the_type(image, kernel):
    output = torch.zeros(image.shape[0] - len(kernel) + 1, image.shape[1] - len(kernel) + 1)
    output[:] = correlate_by_torch(image, kernel)
    return output


def adds_the_bias_plainly(image, weight, bias):
    k = weight.shape[-1]
    kernels_as_rows = weight.reshape(len(weight), -1)
    output = (kernels_as_rows @ F.unfold(image[None], k)[0]).reshape(len(weight), image.shape[1] - k + 1, -1)
    output += bias
    return output


def views_the_weight(batch, weight):
    n, c_out, k = len(batch), len(weight), weight.shape[-1]
    return (weight.view(c_out, -1) @ F.unfold(batch, k)).view(n, c_out, batch.shape[2] - k + 1, -1)


def moves_x_itself(f, x, step):
    gradient = torch.zeros_like(x)
    for place in np.ndindex(*x.shape):
        moved = x
        moved[place] += step
        above = f(moved)
        moved[place] -= 2 * step
        gradient[place] = (above - f(moved)) / (2 * step)
    return gradient


def tapers(size, frequency, theta, sigma):
    return gabor_by_numbers(size, frequency, math.radians(theta), sigma)


def compares_with_zero(image, k):
    pooled = torch.zeros(len(image), image.shape[1] // k, image.shape[2] // k)
    for channel, row, column in itertools.product(*map(range, pooled.shape)):
        for i, j in itertools.product(range(k), range(k)):
            pooled[channel, row, column] = max(
                pooled[channel, row, column], image[channel, row * k + i, column * k + j]
            )
    return pooled


def stride_first(layers):
    seen, jump = 1, 1
    for kernel, stride, dilation in layers:
        jump *= stride
        seen += (kernel - 1) * dilation * jump
    return seen


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (convolution.correlate, views_a_patch, "`view` needs numbers that lie next to each other"),
        (convolution.correlate, takes_a_square, "a square with as many columns as rows"),
        (convolution.correlate, forgets_the_type, "comes out in float32"),
        (convolution.conv_channels, adds_the_bias_plainly, "your biases meet the columns"),
        (convolution.conv_as_matmul, views_the_weight, "`reshape` copies where it must"),
        (convolution.numeric_gradient, moves_x_itself, "You move entries of `x` itself"),
        (kernels.gabor, tapers, "in radians already"),
        (sight.max_pool, compares_with_zero, "Your maximum begins at 0"),
        (sight.receptive_field, stride_first, "A layer's own stride does not widen its own kernel"),
        (images.shift, lambda image, rows, columns: image.roll((rows, columns), (1, 2)), "into a ring"),
        (images.to_tensor, lambda picture: picture.T / 255, "lies on its side"),
    ]
)


# --- The same as the package and PyTorch ------------------------------------------------------------------------------


def test_sizes_and_parameters_are_those_of_the_package():
    for n, k, stride, padding, dilation in itertools.product((9, 14), (1, 3, 4), (1, 2, 3), (0, 2), (1, 2)):
        expected = shapes.output_size(n, kernel=k, stride=stride, padding=padding, dilation=dilation)
        assert sizes.size_after.reference(n, k, stride, padding, dilation) == expected
    for k, groups, bias in itertools.product((1, 3), (1, 2, 4), (True, False)):
        expected = shapes.conv_parameters(8, 12, kernel=k, groups=groups, bias=bias)
        assert sizes.conv_parameters.reference(k, 8, 12, groups, bias) == expected
    assert images.dense_parameters.reference(28, 20, 3, 7) == shapes.linear_parameters(28 * 20 * 3, 7)


@pytest.mark.parametrize("layers", [[(3, 1), (2, 2), (3, 1), (2, 2)], [(7, 2), (3, 2), (5, 3), (3, 1)], []])
def test_the_receptive_field_is_that_of_the_package(layers):
    with_dilation = [(kernel, stride, 1) for kernel, stride in layers]
    assert sight.receptive_field.reference(with_dilation) == shapes.receptive_field(layers)


def test_a_receptive_field_is_the_number_of_pixels_with_a_gradient():
    layers = [(3, 2, 1), (3, 1, 2), (2, 2, 1)]
    row = torch.zeros(1, 1, 99, requires_grad=True)
    output = row
    for kernel, stride, dilation in layers:
        output = F.conv1d(output, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
    output[0, 0, 3].backward()
    seen = row.grad.flatten().nonzero()
    assert sight.receptive_field.reference(layers) == int(seen.max() - seen.min()) + 1


def test_references_agree_with_torch_on_what_is_not_contiguous():
    image, weight, bias = (
        column_by_column(noise(3, 6, 8)),
        column_by_column(noise(2, 3, 3, 3, seed=1)),
        noise(2, seed=2),
    )
    expected = F.conv2d(image[None], weight, bias)[0]
    torch.testing.assert_close(convolution.conv_channels.reference(image, weight, bias), expected)
    batch = torch.stack([image, image.flip(1)])
    torch.testing.assert_close(convolution.conv_as_matmul.reference(batch, weight), F.conv2d(batch, weight))
    torch.testing.assert_close(sight.max_pool.reference(image, 3), F.max_pool2d(image, 3))


def test_a_gradient_by_small_steps_is_that_of_autograd():
    image, kernel = noise(4, 5, dtype=torch.float64), noise(3, 3, seed=1, dtype=torch.float64).requires_grad_()

    def loss(weights):
        return convolution.correlate.reference(image, weights).square().sum()

    exact = torch.autograd.grad(loss(kernel), kernel)[0]
    by_steps = convolution.numeric_gradient.reference(loss, kernel.detach(), 1e-4)
    torch.testing.assert_close(by_steps, exact, rtol=1e-6, atol=1e-6)


def test_the_kernel_that_moves_left_moves_left():
    image = noise(1, 1, 5, 7)
    moved = F.conv2d(image, kernels.move_left.reference[None, None], padding=1)
    assert torch.equal(moved[0], images.shift.reference(image[0], 0, -1))
