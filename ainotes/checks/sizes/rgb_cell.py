"""Exercise: one cell of a feature map, from a patch in colour."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _rgb_cell(patch, weight, bias):
    products = patch * weight  # (3, K, K)
    return products.sum().item() + bias


def _middle_only(patch, weight, bias):
    middle = patch.shape[1] // 2
    return _rgb_cell(patch[:, middle, middle], weight[:, middle, middle], bias)


def _sums_of_channels(patch, weight):
    return (patch * weight).sum(dim=(1, 2))


rgb_cell = Exercise(
    name="rgb_cell",
    title="One cell, in colour",
    difficulty=2,
    minutes=6,
    reference=_rgb_cell,
    cases=lambda: [
        (noise(3, 3, 3, seed=0), noise(3, 3, 3, seed=1), 0.5),
        (noise(3, 3, 3, seed=2), noise(3, 3, 3, seed=3), -1.25),
        (noise(3, 5, 5, seed=4), noise(3, 5, 5, seed=5), 2.0),
        (column_by_column(noise(3, 3, 3, seed=6)), noise(3, 3, 3, seed=7), -8.0),
        (torch.ones(3, 3, 3), -torch.ones(3, 3, 3), 1.0),
    ],
    misconceptions=(
        Misconception(
            lambda patch, weight, bias: _rgb_cell(patch, weight, 3 * bias),
            "The bias is added once for each channel. Add up the channels first, then the bias once.",
        ),
        Misconception(
            lambda patch, weight, bias: _rgb_cell(patch, weight, patch.numel() * bias),
            "The bias is added with every product. Add up the products first, then the bias once.",
        ),
        Misconception(
            lambda patch, weight, bias: _sums_of_channels(patch, weight) + bias,
            "You keep the channels apart: three numbers. The cell is one number: add them up.",
            also=(
                lambda patch, weight, bias: _sums_of_channels(patch, weight),
                lambda patch, weight, bias: (_sums_of_channels(patch, weight) + bias).tolist(),
                lambda patch, weight, bias: _sums_of_channels(patch, weight).tolist(),
            ),
        ),
        Misconception(
            lambda patch, weight, bias: (patch * weight).mean().item() + bias,
            "You take the mean of the products. Their sum is wanted.",
        ),
        Misconception(
            lambda patch, weight, bias: (patch * weight).sum().item() / 3 + bias,
            "You take the mean over the channels. Their sums are added up.",
        ),
        Misconception(
            _middle_only,
            "Only the middle of the patch is seen. Every cell of the kernel counts.",
        ),
        Misconception(
            lambda patch, weight, bias: _rgb_cell(patch[0], weight[0], bias),
            "Only the red channel is seen. Green and blue have their own slices of the kernel.",
            also=(lambda patch, weight, bias: _rgb_cell(patch[-1], weight[-1], bias),),
        ),
        Misconception(
            lambda patch, weight, bias: _rgb_cell(patch, weight[:1], bias),
            "All channels meet the first slice of the kernel. Each has its own.",
        ),
        Misconception(
            lambda patch, weight, bias: (patch @ weight).sum().item() + bias,
            "`@` is a matrix product. Multiply patch and kernel cell by cell.",
        ),
        Misconception(
            lambda patch, weight, bias: max(_rgb_cell(patch, weight, bias), 0.0),
            "A negative answer has turned to 0: that is ReLU, which comes after the convolution.",
            also=(lambda patch, weight, bias: max(_rgb_cell(patch, weight, bias), 0),),
        ),
        Misconception(
            lambda patch, weight, bias: (patch * weight).sum().item(),
            "The sum is right. The bias is still missing.",
        ),
        Misconception(
            lambda patch, weight, bias: (patch * weight).sum().item() * bias,
            "You multiply by the bias. It is added.",
        ),
        Misconception(
            lambda patch, weight, bias: _rgb_cell(patch, weight.flip(1, 2), bias),
            "You flip the kernel. PyTorch lays it down as it is.",
            also=(lambda patch, weight, bias: _rgb_cell(patch, weight.flip(0, 1, 2), bias),),
        ),
        Misconception(
            lambda patch, weight, bias: (patch + weight).sum().item() + bias,
            "You add the kernel to the patch. Multiply them cell by cell.",
        ),
    ),
    hints=(
        "Patch and kernel have the same shape: multiply them cell by cell.",
        "Add up all the products, of all three channels; then the bias. `.item()` makes a number of the sum.",
    ),
    praise="Three channels went in, one number came out: colour is not kept, it is weighed.",
)
