"""The exercises on architectures: right however it is written, and never passed where it is wrong."""

import itertools
import math
from collections import Counter, OrderedDict

import attempts
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ainotes.checks import anatomy, efficient, landmarks, lenet, residual
from ainotes.checks.material import column_by_column, noise

LESSONS = (anatomy, landmarks, residual, efficient, lenet)
EXERCISES = attempts.of(*LESSONS)

test_every_exercise_of_the_part_is_found = attempts.complete(*LESSONS, count=14, misconceptions=6)


# --- Right, however it is written -------------------------------------------------------------------------------------


def shapes_by_running(layers, shape):
    """Builds every layer in PyTorch and asks what comes out."""
    made, maps = [], torch.zeros(1, *shape)
    for kind, *numbers in layers:
        if kind == "conv":
            maps = nn.Conv2d(maps.shape[1], numbers[0], numbers[1], padding=numbers[2])(maps)
        elif kind == "pool":
            maps = F.max_pool2d(maps, numbers[0])
        elif kind == "flatten":
            maps = maps.flatten(1)
        elif kind == "gap":
            maps = maps.mean((2, 3))
        else:
            maps = nn.Linear(maps.shape[1], numbers[0])(maps)
        made.append(tuple(maps.shape[1:]))
    return made


def shapes_by_cases(layers, shape):
    result = []
    for layer in layers:
        match layer:
            case ("conv", filters, kernel, padding):
                _, rows, columns = shape
                shape = (filters, rows - kernel + 2 * padding + 1, columns - kernel + 2 * padding + 1)
            case ("pool", kernel):
                channels, rows, columns = shape
                shape = (channels, (rows - kernel) // kernel + 1, (columns - kernel) // kernel + 1)
            case ("flatten",):
                shape = (shape[0] * shape[1] * shape[2],)
            case ("gap",):
                shape = shape[:1]
            case ("linear", units):
                shape = (units,)
        result += [shape]
    return result


def gradient_by_autograd(grad_output, weight):
    height, width = (side + weight.shape[-1] - 1 for side in grad_output.shape[2:])
    images = grad_output.new_zeros(len(grad_output), weight.shape[1], height, width, requires_grad=True)
    F.conv2d(images, weight).backward(grad_output)
    return images.grad


def gradient_by_stamping(grad_output, weight):
    k, (n, _, rows, columns) = weight.shape[-1], grad_output.shape
    gradient = torch.zeros(n, weight.shape[1], rows + k - 1, columns + k - 1)
    for row, column in itertools.product(range(rows), range(columns)):
        blame = (grad_output[:, :, None, None, None, row, column] * weight).sum(1)
        gradient[:, :, row : row + k, column : column + k] += blame
    return gradient


def gradient_by_fold(grad_output, weight):
    k, (rows, columns) = weight.shape[-1], grad_output.shape[2:]
    patches = weight.flatten(1).T @ grad_output.flatten(2)
    return F.fold(patches, (rows + k - 1, columns + k - 1), k)


def vgg_with_lazy_layers(plan, channels=3):
    network = nn.Sequential()
    for step in plan:
        layers = [nn.MaxPool2d(2)] if step == "M" else [nn.LazyConv2d(step, 3, padding=1), nn.ReLU(inplace=True)]
        network.extend(layers)
    return network


def vgg_in_blocks(plan, channels=3):
    relu = nn.ReLU()
    blocks: list[nn.Module] = []
    for step in plan:
        if step == "M":
            blocks.append(nn.MaxPool2d((2, 2), stride=(2, 2)))
        else:
            conv = nn.Conv2d(channels, step, (3, 3), stride=1, padding=(1, 1))
            blocks.append(nn.Sequential(OrderedDict(conv=conv, relu=relu)))
            channels = step
    return nn.Sequential(*blocks)


def vgg_set_to_its_own_weights(plan, channels=3):
    def initialised(c_in, c_out):
        conv = nn.Conv2d(in_channels=c_in, out_channels=c_out, kernel_size=3, padding="same")
        nn.init.kaiming_normal_(conv.weight)
        return conv

    network = nn.Sequential()
    for index, step in enumerate(plan):
        if type(step) is str:
            network.add_module(f"pool{index}", nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            network.add_module(f"conv{index}", initialised(channels, step))
            network.add_module(f"relu{index}", nn.ReLU())
            channels = step
    return network.eval()


def pointwise_by_loops(images, weight):
    made = torch.zeros(len(images), len(weight), *images.shape[2:])
    for out, channel in itertools.product(*map(range, weight.shape)):
        made[:, out] += weight[out, channel] * images[:, channel]
    return made


def normalised_by_loops(x, gamma, beta, eps=1e-5):
    channels = []
    for channel in range(x.shape[1]):
        values = x[:, channel]
        mean = values.sum() / values.numel()
        variance = ((values - mean) ** 2).sum() / values.numel()
        channels.append(gamma[channel] * (values - mean) / torch.sqrt(variance + eps) + beta[channel])
    return torch.stack(channels, dim=1)


def normalised_with_channels_last(x, gamma, beta, eps=1e-5):
    last = x.permute(0, 2, 3, 1)
    rows = last.reshape(-1, last.shape[3])
    standard = (rows - rows.mean(0)) * torch.rsqrt(rows.var(0, correction=0) + eps)
    return (standard * gamma + beta).reshape(last.shape).permute(0, 3, 1, 2)


def normalised_by_two_moments(x, gamma, beta, eps=1e-5):
    x = x.double()
    mean = x.mean((0, 2, 3))[:, None, None]
    variance = (x**2).mean((0, 2, 3))[:, None, None] - mean**2
    return ((x - mean) / (variance + eps) ** 0.5 * gamma[:, None, None] + beta[:, None, None]).float()


def residual_with_zeros(x, body, shortcut):
    total = shortcut(x).clone()
    total += body(x)
    total[total < 0] = 0
    return total


def dense_by_summing(start, growth, layers):
    return [start + sum([growth] * layer) for layer in range(layers + 1)]


def best_by_walking(models, budget):
    best = None
    for model in models:
        if model["gflops"] > budget:
            continue
        if best is None or (model["accuracy"], best["gflops"]) > (best["accuracy"], model["gflops"]):
            best = model
    if best is None:
        return None
    return best["name"]


def best_by_sorting(models, budget):
    ranked = sorted(models, key=lambda model: model["gflops"])
    ranked = sorted(ranked, key=lambda model: model["accuracy"], reverse=True)  # keeps the order of equals
    for model in ranked:
        if model["gflops"] <= budget:
            return model["name"]
    return None


def crop_with_an_empty_canvas(image, row, column, padding=4):
    channels, height, width = image.shape
    canvas = torch.zeros(channels, height + 2 * padding, width + 2 * padding)
    canvas[:, padding : padding + height, padding : padding + width] = image
    return canvas[:, row : row + height, column : column + width].clone()


def crop_by_numbers(image, row, column, padding=4):
    made = torch.zeros_like(image)
    for channel, i, j in itertools.product(*map(range, image.shape)):
        r, c = row + i - padding, column + j - padding
        if 0 <= r < image.shape[1] and 0 <= c < image.shape[2]:
            made[channel, i, j] = image[channel, r, c]
    return made


def shares_by_counting(predictions, labels, classes):
    seen: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for prediction, label in zip(predictions.tolist(), labels.tolist(), strict=True):
        seen[label] += 1
        right[label] += prediction == label
    return [right[each] / seen[each] if seen[each] else float("nan") for each in range(classes)]


def shares_by_bincount(predictions, labels, classes):
    right = torch.bincount(labels[predictions == labels], minlength=classes)
    return (right / torch.bincount(labels, minlength=classes)).tolist()


def shares_by_confusion(predictions, labels, classes):
    matrix = torch.zeros(classes, classes)
    for prediction, label in zip(predictions, labels, strict=True):
        matrix[label, prediction] += 1
    return [float(each) for each in matrix.diag() / matrix.sum(dim=1)]


RIGHT: dict[str, list] = {
    "shapes_through": [shapes_by_running, shapes_by_cases],
    "global_average": [
        lambda maps: F.adaptive_avg_pool2d(maps, 1).flatten(1),
        lambda maps: maps.flatten(2).mean(-1),
        lambda maps: maps.sum((2, 3)) / (maps.shape[2] * maps.shape[3]),
        lambda maps: maps.mean(3).mean(2),
        lambda maps: torch.stack([torch.stack([each.mean() for each in picture]) for picture in maps]),
    ],
    "input_gradient": [
        gradient_by_autograd,
        gradient_by_stamping,
        gradient_by_fold,
        F.conv_transpose2d,
        lambda grad_output, weight: F.conv2d(
            F.pad(grad_output, (weight.shape[2] - 1,) * 4), weight.rot90(2, (2, 3)).permute(1, 0, 2, 3)
        ),
    ],
    "vgg_features": [vgg_with_lazy_layers, vgg_in_blocks, vgg_set_to_its_own_weights],
    "pointwise": [
        pointwise_by_loops,
        lambda images, weight: (weight @ images.flatten(2)).unflatten(2, images.shape[2:]),
        lambda images, weight: (images.permute(0, 2, 3, 1) @ weight.T).permute(0, 3, 1, 2),
        lambda images, weight: torch.tensordot(weight, images, dims=([1], [1])).transpose(0, 1),
        lambda images, weight: (weight[:, :, None, None] * images[:, None]).sum(2),
        lambda images, weight: F.conv2d(images, weight[:, :, None, None]),
        lambda images, weight: F.linear(images.movedim(1, -1), weight).movedim(-1, 1),
    ],
    "factorised_share": [lambda n: 2 / n, lambda n: (n + n) / (n * n), lambda n: (1 * n + n * 1) / n**2],
    "batch_norm": [
        normalised_by_loops,
        normalised_with_channels_last,
        normalised_by_two_moments,
        lambda x, gamma, beta, eps=1e-5: F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps),
    ],
    "residual": [
        residual_with_zeros,
        lambda x, body, shortcut: F.relu(shortcut(x) + body(x)),
        lambda x, body, shortcut: nn.ReLU(inplace=True)(torch.add(body(x), shortcut(x))),
        lambda x, body, shortcut: torch.clamp(body(x) + shortcut(x), min=0),
    ],
    "dense_channels": [
        dense_by_summing,
        lambda start, growth, layers: list(range(start, start + growth * layers + 1, growth)),
        lambda start, growth, layers: list(itertools.accumulate([growth] * layers, initial=start)),
    ],
    "separable_share": [
        lambda kernel, c_in, c_out: 1 / c_out + 1 / kernel**2,
        lambda kernel, c_in, c_out: (kernel * kernel + c_out) / (kernel * kernel * c_out),
        lambda kernel, c_in, c_out: (
            (nn.Conv2d(c_in, c_in, kernel, groups=c_in).weight.numel() + nn.Conv2d(c_in, c_out, 1).weight.numel())
            / nn.Conv2d(c_in, c_out, kernel).weight.numel()
        ),
    ],
    "compound": [
        lambda phi, alpha=1.2, beta=1.1, gamma=1.15: (
            alpha**phi,
            beta**phi,
            gamma**phi,
            (alpha * beta**2 * gamma**2) ** phi,
        ),
        lambda phi, alpha=1.2, beta=1.1, gamma=1.15: (
            *(math.exp(phi * math.log(each)) for each in (alpha, beta, gamma)),
            math.exp(phi * (math.log(alpha) + 2 * math.log(beta) + 2 * math.log(gamma))),
        ),
    ],
    "best_under": [best_by_walking, best_by_sorting],
    "crop": [
        crop_with_an_empty_canvas,
        crop_by_numbers,
        lambda image, row, column, padding=4: (
            nn.ZeroPad2d(padding)(image).narrow(1, row, image.shape[1]).narrow(2, column, image.shape[2])
        ),
    ],
    "per_class_accuracy": [shares_by_counting, shares_by_bincount, shares_by_confusion],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


class Features(nn.Module):
    """Does the same as what is asked for, and is no `nn.Sequential`."""

    def __init__(self, plan, channels=3):
        super().__init__()
        self.layers = vgg_in_blocks(plan, channels)

    def forward(self, images):
        return self.layers(images)


def vgg_backwards(plan, channels=3):
    return nn.Sequential(*list(vgg_set_to_its_own_weights(plan, channels))[::-1])


def vgg_with_one_layer_used_again(plan, channels=3):
    """Names the layers rightly and lets one convolution stand in two places."""
    network = vgg_set_to_its_own_weights(plan, channels)
    layers = list(network)
    for place in range(2, len(layers)):
        if isinstance(layers[place], nn.Conv2d) and layers[place].weight.shape == layers[0].weight.shape:
            layers[place] = layers[0]
    return nn.Sequential(*layers, nn.Identity())


UNFORESEEN: dict[str, list] = {
    "shapes_through": [
        lambda layers, shape: shapes_by_cases(layers, shape)[::-1],
        lambda layers, shape: [tuple(side + 1 for side in each) for each in shapes_by_cases(layers, shape)],
        lambda layers, shape: tuple(shapes_by_cases(layers, shape)),
        lambda layers, shape: [each[::-1] for each in shapes_by_cases(layers, shape)],
        lambda layers, shape: [tuple(map(float, each)) for each in shapes_by_cases(layers, shape)],
    ],
    "global_average": [
        lambda maps: -maps.mean((2, 3)),
        lambda maps: maps.mean((2, 3)) + 0.01,
        lambda maps: maps.mean((2, 3)).flip(1),
        lambda maps: maps.mean((2, 3)).double(),
        lambda maps: maps.abs().mean((2, 3)),
        lambda maps: maps.mean((2, 3)).tolist(),
    ],
    "input_gradient": [
        lambda grad_output, weight: 2 * F.conv_transpose2d(grad_output, weight),
        lambda grad_output, weight: -F.conv_transpose2d(grad_output, weight),
        lambda grad_output, weight: F.conv_transpose2d(grad_output, weight).flip(0),
        lambda grad_output, weight: F.conv_transpose2d(grad_output, weight).relu(),
        lambda grad_output, weight: F.conv_transpose2d(grad_output, weight).transpose(2, 3),
    ],
    "vgg_features": [
        Features,
        vgg_backwards,
        vgg_with_one_layer_used_again,
        lambda plan, channels=3: vgg_in_blocks([step if step == "M" else step + 1 for step in plan], channels),
        lambda plan, channels=3: nn.Sequential(nn.Identity(), *vgg_in_blocks(plan, channels)),
        lambda plan, channels=3: nn.Linear(channels, 4),
    ],
    "pointwise": [
        lambda images, weight: -pointwise_by_loops(images, weight),
        lambda images, weight: pointwise_by_loops(images, weight) + 0.01,
        lambda images, weight: pointwise_by_loops(images, weight.flip(0)),
        lambda images, weight: pointwise_by_loops(images, weight).double(),
        lambda images, weight: pointwise_by_loops(images.flip(3), weight),
    ],
    "factorised_share": [
        lambda n: 3 / n,
        lambda n: 2 / n + 0.01,
        lambda n: 2 / (n + 1),
        lambda n: [2 / n],
        lambda n: torch.tensor(2 / n),
    ],
    "batch_norm": [
        lambda x, gamma, beta, eps=1e-5: normalised_by_loops(x, -gamma, beta, eps),
        lambda x, gamma, beta, eps=1e-5: normalised_by_loops(x, gamma, -beta, eps),
        lambda x, gamma, beta, eps=1e-5: normalised_by_loops(x, gamma, beta, eps).relu(),
        lambda x, gamma, beta, eps=1e-5: normalised_by_loops(x, gamma, beta, eps).double(),
        lambda x, gamma, beta, eps=1e-5: normalised_by_loops(x, gamma.flip(0), beta, 10 * eps),
    ],
    "residual": [
        lambda x, body, shortcut: 2 * (body(x) + shortcut(x)).relu(),
        lambda x, body, shortcut: (body(x) + shortcut(x)).abs(),
        lambda x, body, shortcut: (body(x) + shortcut(x)).sigmoid(),
        lambda x, body, shortcut: (body(x) + shortcut(x)).relu().flatten(1),
        lambda x, body, shortcut: body(x) + 0.5 * shortcut(x),
    ],
    "dense_channels": [
        lambda start, growth, layers: dense_by_summing(start, growth, layers)[::-1],
        lambda start, growth, layers: dense_by_summing(start, growth + 1, layers),
        lambda start, growth, layers: {"channels": dense_by_summing(start, growth, layers)},
        lambda start, growth, layers: [float(each) for each in dense_by_summing(start, growth, layers)],
    ],
    "separable_share": [
        lambda kernel, c_in, c_out: 1 / c_out - 1 / kernel**2,
        lambda kernel, c_in, c_out: 1 / c_out + 1 / kernel**2 + 0.001,
        lambda kernel, c_in, c_out: 1 / c_out * 1 / kernel,
        lambda kernel, c_in, c_out: str(1 / c_out + 1 / kernel**2),
    ],
    "compound": [
        lambda phi, alpha=1.2, beta=1.1, gamma=1.15: [0.0, 0.0, 0.0, 0.0],
        lambda phi, alpha=1.2, beta=1.1, gamma=1.15: (alpha ** (phi + 1), beta**phi, gamma**phi, 1.0),
        lambda phi, alpha=1.2, beta=1.1, gamma=1.15: (alpha**-phi, beta**-phi, gamma**-phi, 0.5**phi),
    ],
    "best_under": [
        lambda models, budget: (best_by_walking(models, budget) or "").upper() or None,
        lambda models, budget: best_by_walking(models, 2 * budget),
        lambda models, budget: best_by_walking(models[1:], budget),
        lambda models, budget: [best_by_walking(models, budget)],
    ],
    "crop": [
        lambda image, row, column, padding=4: crop_by_numbers(image, row + 1, column, padding),
        lambda image, row, column, padding=4: crop_by_numbers(image, row, column, padding) + 0.01,
        lambda image, row, column, padding=4: crop_by_numbers(image, row, column, padding).flip(2),
        lambda image, row, column, padding=4: crop_by_numbers(image, row, column, padding)[:1],
        lambda image, row, column, padding=4: crop_by_numbers(image, row, column, padding)[None],
    ],
    "per_class_accuracy": [
        lambda predictions, labels, classes: shares_by_counting(predictions, labels, classes)[::-1],
        lambda predictions, labels, classes: shares_by_counting(predictions.flip(0), labels, classes),
        lambda predictions, labels, classes: shares_by_counting(predictions, labels, classes + 1),
        lambda predictions, labels, classes: [each / 2 for each in shares_by_counting(predictions, labels, classes)],
        lambda predictions, labels, classes: tuple(shares_by_counting(predictions, labels, classes)),
    ],
}


test_an_error_that_nobody_foresaw_is_wrong_and_no_misconception = attempts.failing(EXERCISES, UNFORESEEN, least=3)


# --- The errors that learners make, in their own words ----------------------------------------------------------------


def unpacks_at_the_top(layers, shape):
    result = []
    for layer in layers:
        c, h, w = shape
        if layer[0] == "conv":
            shape = (layer[1], h + 2 * layer[3] - layer[2] + 1, w + 2 * layer[3] - layer[2] + 1)
        elif layer[0] == "pool":
            shape = (c, h // layer[1], w // layer[1])
        elif layer[0] == "flatten":
            shape = (c * h * w,)
        elif layer[0] == "gap":
            shape = (c,)
        else:
            shape = (layer[1],)
        result.append(shape)
    return result


def forgets_the_comma(layers, shape):
    result = []
    for kind, *numbers in layers:
        if kind == "conv":
            side = 2 * numbers[2] - numbers[1] + 1
            shape = (numbers[0], shape[1] + side, shape[2] + side)
        elif kind == "pool":
            shape = (shape[0], shape[1] // numbers[0], shape[2] // numbers[0])
        elif kind == "flatten":
            shape = shape[0] * shape[1] * shape[2]
        elif kind == "gap":
            shape = shape[0]
        else:
            shape = numbers[0]
        result.append(shape)
    return result


def stamps_without_adding(grad_output, weight):
    k, (n, _, rows, columns) = weight.shape[-1], grad_output.shape
    gradient = torch.zeros(n, weight.shape[1], rows + k - 1, columns + k - 1)
    for row, column in itertools.product(range(rows), range(columns)):
        blame = (grad_output[:, :, None, None, None, row, column] * weight).sum(1)
        gradient[:, :, row : row + k, column : column + k] = blame
    return gradient


def forgets_the_star(plan, channels=3):
    layers: list = []
    for step in plan:
        if step == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers.append(nn.Conv2d(channels, step, 3, padding=1))
            layers.append(nn.ReLU())
            channels = step
    return nn.Sequential(layers)  # type: ignore[call-overload]  # the error that is to be recognised


def keeps_the_channels_of_the_picture(plan, channels=3):
    layers: list = []
    for step in plan:
        if step == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, step, kernel_size=3, padding="same"), nn.ReLU(True)]
    return nn.Sequential(*layers)


def deviates(x, gamma, beta, eps=1e-5):
    mean, std = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), correction=0, keepdim=True)
    return (x - mean) / (std + eps) * gamma.view(1, -1, 1, 1) + beta.view(1, -1, 1, 1)


def normalises_pictures(x, gamma, beta, eps=1e-5):
    return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)


def writes_into_x(x, body, shortcut):
    out = shortcut(x)
    out += body(x)
    return F.relu(out)


def removes_what_is_dear(models, budget):
    for model in models:
        if model["gflops"] > budget:
            models.remove(model)
    best = None
    for model in models:
        if best is None or (model["accuracy"], -model["gflops"]) > (best["accuracy"], -best["gflops"]):
            best = model
    return best["name"] if best else None


def takes_the_first_of_equals(models, budget):
    best, highest = None, 0
    for model in models:
        if model["gflops"] <= budget and model["accuracy"] > highest:
            best, highest = model["name"], model["accuracy"]
    return best


def divides_by_counts(predictions, labels, classes):
    shares = []
    for number in range(classes):
        right = ((predictions == number) & (labels == number)).sum().item()
        shares.append(right / (labels == number).sum().item())
    return shares


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (anatomy.shapes_through, unpacks_at_the_top, "take it apart only where there are three"),
        (anatomy.shapes_through, forgets_the_comma, "A shape is a tuple, also with one entry"),
        (anatomy.global_average, lambda maps: F.adaptive_avg_pool2d(maps, 1), "in the shape (N, C, 1, 1)"),
        (anatomy.input_gradient, stamps_without_adding, "the last one wipes out the others"),
        (
            anatomy.input_gradient,
            lambda grad_output, weight: F.conv_transpose2d(grad_output, weight.flip(2, 3)),
            "You lay the kernels down as they are",
        ),
        (landmarks.vgg_features, forgets_the_star, "A star before the list"),
        (landmarks.vgg_features, keeps_the_channels_of_the_picture, "expects the channels of the picture"),
        (landmarks.pointwise, lambda images, weight: torch.matmul(images, weight.t()), "that counts columns"),
        (landmarks.factorised_share, lambda n: 1 - 2 / n, "That is what you save"),
        (residual.batch_norm, deviates, "You add `eps` after the root"),
        (residual.batch_norm, normalises_pictures, "*instance* normalisation"),
        (residual.residual, writes_into_x, "an empty shortcut gives out `x` itself"),
        (
            residual.dense_channels,
            lambda start, growth, layers: [start + growth * i for i in range(layers)],
            "is missing",
        ),
        (efficient.separable_share, lambda k, c, d: (k * k * c * d) / (k * k * c + c * d), "Upside down"),
        (efficient.compound, lambda p, alpha=1.2, beta=1.1, gamma=1.15: (alpha**p, beta**p, gamma**p), "By how much"),
        (efficient.best_under, removes_what_is_dear, "while you walk through it"),
        (efficient.best_under, takes_the_first_of_equals, "you take the first in the list"),
        (lenet.crop, lambda image, row, column, padding=4: image[:, row : row + 32, column : column + 32], "window"),
        (lenet.per_class_accuracy, divides_by_counts, "divides by zero"),
    ]
)


def test_a_network_of_another_kind_is_told_which_layer_differs():
    result = landmarks.vgg_features.check(lambda plan, channels=3: nn.Sequential(nn.Tanh()))
    assert "At key 'layers'" in result.message
    assert "At key 'kind': 'Sequential' expected, got 'Features'" in landmarks.vgg_features.check(Features).message


# --- The same as PyTorch and the package ------------------------------------------------------------------------------


@pytest.mark.parametrize(("sides", "kernel"), [((5, 8), 3), ((4, 4), 2), ((7, 5), 5)])
def test_the_gradient_for_the_input_is_that_of_autograd(sides, kernel):
    weight = noise(4, 3, kernel, kernel, seed=1, dtype=torch.float64)
    images = noise(2, 3, *sides, dtype=torch.float64).requires_grad_()
    output = F.conv2d(images, weight)
    blame = noise(*output.shape, seed=2, dtype=torch.float64)
    expected = torch.autograd.grad(output, images, blame)[0]
    torch.testing.assert_close(anatomy.input_gradient.reference(blame, weight), expected)


def test_batch_normalisation_is_that_of_torch_in_training():
    x, layer = column_by_column(3 * noise(4, 3, 5, 6) + 1), nn.BatchNorm2d(3, eps=0.01)
    with torch.no_grad():
        layer.weight.copy_(noise(3, seed=1))
        layer.bias.copy_(noise(3, seed=2))
    ours = residual.batch_norm.reference(x, layer.weight, layer.bias, eps=0.01)
    torch.testing.assert_close(ours, layer(x))


def test_a_pointwise_convolution_is_a_convolution_of_one_pixel():
    images, weight = column_by_column(noise(2, 4, 5, 3)), noise(6, 4, seed=1)
    torch.testing.assert_close(landmarks.pointwise.reference(images, weight), F.conv2d(images, weight[..., None, None]))


def test_shares_are_what_the_weights_of_layers_say():
    def weights(*layers):
        return sum(parameter.numel() for layer in layers for parameter in layer.parameters())

    for n in (2, 3, 7):
        pair = weights(nn.Conv2d(6, 6, (1, n), bias=False), nn.Conv2d(6, 6, (n, 1), bias=False))
        assert landmarks.factorised_share.reference(n) == pytest.approx(pair / weights(nn.Conv2d(6, 6, n, bias=False)))
        depthwise = nn.Conv2d(6, 6, n, groups=6, bias=False)
        separate = weights(depthwise, nn.Conv2d(6, 9, 1, bias=False))
        expected = separate / weights(nn.Conv2d(6, 9, n, bias=False))
        assert efficient.separable_share.reference(n, 6, 9) == pytest.approx(expected)


def test_the_features_of_vgg_11_have_the_published_number_of_parameters():
    plan = [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]
    with torch.device("meta"):
        features = landmarks.vgg_features.reference(plan)
    assert sum(parameter.numel() for parameter in features.parameters()) == 9_220_480


def test_a_middle_crop_is_the_picture_and_a_corner_has_a_black_border():
    image = noise(3, 6, 8).abs() + 1
    assert torch.equal(lenet.crop.reference(image, 2, 2, padding=2), image)
    corner = lenet.crop.reference(image, 0, 4, padding=2)
    assert torch.equal(corner[:, 2:, :6], image[:, :4, 2:])
    assert not corner[:, :2].any()
    assert not corner[:, :, 6:].any()
