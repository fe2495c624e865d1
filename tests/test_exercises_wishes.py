"""The exercises on what a filter wants to see: right however written, never passed where wrong, as the package does."""

import math

import attempts
import numpy as np
import pytest
import torch
from torch import nn

from ainotes.checks import wishes
from ainotes.checks.material import column_by_column, noise
from ainotes.interpret import visualize_filters

EXERCISES = attempts.of(wishes)

test_every_exercise_of_the_lesson_is_found = attempts.complete(wishes, count=4, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


def step_by_backward(picture, score, rate):
    copy = picture.clone().detach()
    copy.requires_grad = True
    score(copy).backward()
    with torch.no_grad():
        return picture + copy.grad * rate / (copy.grad.pow(2).mean() ** 0.5 + 1e-8)


def step_by_length(picture, score, rate):
    pixels = nn.Parameter(picture.clone())
    slope = torch.autograd.grad(score(pixels), pixels)[0]
    length = slope.norm() / math.sqrt(slope.numel())
    return pixels.data + rate * slope / length.clamp(min=1e-8)


def step_by_an_optimizer(picture, score, rate):
    pixels = nn.Parameter(picture.clone())
    (-score(pixels)).backward()
    pixels.grad /= pixels.grad.square().mean().sqrt() + 1e-8
    torch.optim.SGD([pixels], lr=rate).step()
    return pixels.detach()


def sizes_by_a_loop(size, count, growth=1.4):
    sizes = []
    for octave in range(count):
        sizes = [round(size / growth**octave), *sizes]
    return sizes


def sizes_by_sorting(size, count, growth=1.4):
    return sorted(int(size * growth**-octave + 0.5) for octave in range(count))


def roughness_by_slices(pictures):
    across = (pictures[:, :, :, 1:] - pictures[:, :, :, :-1]).abs()
    down = (pictures[:, :, 1:] - pictures[:, :, :-1]).abs()
    return (across.flatten(1).mean(1) + down.flatten(1).mean(1)) / pictures.flatten(1).std(1)


def roughness_of_the_population(pictures):
    """The standard deviation divides by n."""
    spread = pictures.flatten(1).std(dim=1, correction=0)
    return torch.stack([each.diff(dim=2).abs().mean() + each.diff(dim=1).abs().mean() for each in pictures]) / spread


def wins_by_loops(made, natural):
    won = [bool(all(made[c] > picture[c] for picture in natural)) for c in range(len(made))]
    return sum(won) / len(won)


RIGHT: dict[str, list] = {
    "climb_step": [step_by_backward, step_by_length, step_by_an_optimizer],
    "octave_sizes": [sizes_by_a_loop, sizes_by_sorting],
    "roughness": [roughness_by_slices, roughness_of_the_population],
    "beats_nature": [
        wins_by_loops,
        lambda made, natural: (made > natural).all(0).double().mean().item(),
        lambda made, natural: float(np.mean((made - natural.max(0).values).numpy() > 0)),
    ],
}

test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------

UNFORESEEN: dict[str, list] = {
    "climb_step": [
        lambda picture, score, rate: step_by_backward(picture, score, 2 * rate),
        lambda picture, score, rate: step_by_backward(picture, score, rate).double(),
        lambda picture, score, rate: step_by_backward(picture, score, rate).flip(3),
        lambda picture, score, rate: step_by_backward(picture, score, rate)[0],
        lambda picture, score, rate: step_by_backward(picture, score, rate).numpy(),
    ],
    "octave_sizes": [
        lambda size, count, growth=1.4: [each + 1 for each in sizes_by_a_loop(size, count, growth)],
        lambda size, count, growth=1.4: [*sizes_by_a_loop(size, count, growth), 0],
        lambda size, count, growth=1.4: [str(each) for each in sizes_by_a_loop(size, count, growth)],
        lambda size, count, growth=1.4: torch.tensor(sizes_by_a_loop(size, count, growth)),
    ],
    "roughness": [
        lambda pictures: -roughness_by_slices(pictures),
        lambda pictures: roughness_by_slices(pictures) * 1.1,
        lambda pictures: roughness_by_slices(pictures)[:, None],
        lambda pictures: roughness_by_slices(pictures).flip(0) + 1,
    ],
    "beats_nature": [
        lambda made, natural: wins_by_loops(made, natural) + 0.01,
        lambda made, natural: torch.tensor(wins_by_loops(made, natural)),
        lambda made, natural: str(wins_by_loops(made, natural)),
        lambda made, natural: 0.123,
    ],
}

test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, least=4, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def descends_by_an_optimizer(picture, score, rate):
    pixels = nn.Parameter(picture.clone())
    score(pixels).backward()
    pixels.grad /= pixels.grad.square().mean().sqrt() + 1e-8
    torch.optim.SGD([pixels], lr=rate).step()
    return pixels.detach()


def steps_by_the_bare_slope(picture, score, rate):
    pixels = picture.clone().requires_grad_()
    score(pixels).backward()
    return (picture + rate * pixels.grad).detach()


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (wishes.climb_step, descends_by_an_optimizer, "You go downhill"),
        (wishes.climb_step, steps_by_the_bare_slope, "The slope is not scaled"),
        (wishes.octave_sizes, lambda size, count, growth=1.4: sizes_by_a_loop(size, count, growth)[::-1], "shrinks"),
        (
            wishes.octave_sizes,
            lambda size, count, growth=1.4: [math.floor(size / growth**k) for k in range(count - 1, -1, -1)],
            "cut off the fraction",
        ),
        (
            wishes.roughness,
            lambda pictures: roughness_by_slices(pictures) * pictures.flatten(1).std(1),
            "do not divide by the standard deviation",
        ),
        (wishes.beats_nature, lambda made, natural: (made > natural.mean(0)).float().mean().item(), "*average*"),
        (wishes.beats_nature, lambda made, natural: (made > natural.max()).float().mean().item(), "*all* filters"),
    ]
)


# --- As the package does ----------------------------------------------------------------------------------------------


def test_two_steps_are_those_of_the_package():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3))

    def score(picture):
        return nn.functional.leaky_relu(network(picture.sigmoid())[0, 1], 0.1).mean()

    picture = 0.1 * torch.randn(1, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    for _ in range(2):
        picture = wishes.climb_step.reference(picture, score, 0.3)
    theirs = visualize_filters(network, "2", 1, size=12, steps=2, octaves=1, jitter=0, blur=0.0, rate=0.3)
    torch.testing.assert_close(picture.sigmoid(), theirs, atol=1e-5, rtol=1e-4)


def test_a_step_moves_pixels_by_the_rate_and_the_score_up():
    picture, weights = noise(1, 3, 6, 6), noise(1, 3, 6, 6, seed=1)
    taken = wishes.climb_step.reference(picture, lambda pixels: (pixels * weights).sum(), 0.25)
    assert (taken - picture).square().mean().sqrt().item() == pytest.approx(0.25, rel=1e-4)
    assert (taken * weights).sum() > (picture * weights).sum()


def test_roughness_knows_noise_from_a_ramp_and_does_not_mind_contrast():
    ramp = torch.linspace(0, 1, 16).expand(1, 1, 16, 16).contiguous()
    rough = wishes.roughness.reference(torch.cat([ramp, noise(1, 1, 16, 16), 5 * ramp + 2]))
    assert rough[1] > 10 * rough[0]
    assert rough[2] == pytest.approx(rough[0].item(), rel=1e-4)
    # of independent normal numbers a neighbour is 2 / sqrt(pi) standard deviations away, in two directions
    [white] = wishes.roughness.reference(column_by_column(noise(1, 3, 100, 100, seed=3)))
    assert white.item() == pytest.approx(4 / math.sqrt(math.pi), rel=0.03)


def test_a_flat_test_is_won_by_those_above_the_best():
    made, natural = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([[0.0, 2.0, 5.0, 3.0], [0.5, 1.0, 1.0, 3.9]])
    assert wishes.beats_nature.reference(made, natural) == 0.5
