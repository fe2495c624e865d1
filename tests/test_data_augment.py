"""`ainotes.data.augment`: whole batches changed at random."""

import pickle

import pytest
import torch
from torchvision.transforms.v2 import functional as TF

from ainotes.data import augment

STEPS = [
    augment.flip(),
    augment.shift(2),
    augment.erase(),
    augment.rotate(),
    augment.zoom(),
    augment.jitter(),
    augment.compose(augment.flip(), augment.shift(1)),
]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.func.__name__)
@pytest.mark.parametrize("shape", [(6, 1, 28, 28), (3, 3, 10, 16), (0, 1, 8, 8)])
def test_shape_type_and_range_stay_and_the_input_too(step, shape):
    images = torch.rand(shape)
    before = images.clone()
    changed = step(images)
    assert changed.shape == shape
    assert changed.dtype == torch.float32
    assert torch.equal(images, before)
    if len(images):
        assert changed.min() >= 0
        assert changed.max() <= 1 + 1e-6


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.func.__name__)
def test_images_of_a_batch_change_each_in_its_own_way_and_a_seed_repeats_it(step):
    images = torch.rand(1, 1, 28, 28).expand(16, 1, 28, 28)
    torch.manual_seed(1)
    first = step(images)
    torch.manual_seed(1)
    assert torch.equal(first, step(images))
    assert len(torch.unique(first.flatten(1), dim=0)) > 1
    assert pickle.loads(pickle.dumps(step))(images).shape == images.shape


def test_a_certain_flip_mirrors_and_an_impossible_one_does_nothing():
    images = torch.rand(4, 3, 5, 7)
    assert torch.equal(augment.flip(1)(images), TF.horizontal_flip(images))
    assert torch.equal(augment.flip(0)(images), images)


def test_a_shift_moves_a_dot_by_at_most_its_pixels_and_reaches_all_of_them():
    images = torch.zeros(2000, 1, 9, 9)
    images[:, 0, 4, 4] = 1
    moved = augment.shift(2)(images)
    assert moved.sum() == 2000
    rows, columns = moved[:, 0].nonzero()[:, 1:].unbind(1)
    assert sorted(rows.unique().tolist()) == sorted(columns.unique().tolist()) == [2, 3, 4, 5, 6]
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 25  # rows and columns on their own


def test_a_shift_brings_in_black():
    moved = augment.shift(3)(torch.ones(200, 1, 8, 8))
    assert set(moved.unique().tolist()) == {0.0, 1.0}


def test_a_crop_cuts_a_square_from_every_place():
    images = torch.arange(30.0).reshape(1, 1, 5, 6).expand(400, 2, 5, 6)
    squares = augment.crop(4)(images)
    assert squares.shape == (400, 2, 4, 4)
    corners = {int(square[0, 0, 0]) for square in squares}
    assert corners == {0, 1, 2, 6, 7, 8}
    for square in squares[:20]:
        row, column = divmod(int(square[0, 0, 0]), 6)
        assert torch.equal(square, images[0, :, row : row + 4, column : column + 4])


def test_a_crop_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"squares of 9 pixels do not fit into images of \(12, 8\)"):
        augment.crop(9)(torch.rand(2, 1, 12, 8))


def test_erasing_leaves_the_rest_as_it_was():
    images = torch.rand(200, 3, 12, 12) + 0.01
    erased = augment.erase(p=1, size=0.5)(images)
    black = erased == 0
    assert torch.equal(erased[~black], images[~black])
    assert torch.equal(black[:, 0], black[:, 1])  # the same hole in every channel
    assert 0.01 < black.float().mean() < 0.25


def test_no_turn_and_no_zoom_leave_the_image():
    images = torch.rand(3, 1, 9, 12)
    torch.testing.assert_close(augment.rotate(0)(images), images)
    torch.testing.assert_close(augment.zoom(0)(images), images)


def test_a_turn_is_torchvisions_turn(monkeypatch):
    images = torch.rand(1, 1, 15, 21)
    monkeypatch.setattr(augment, "_symmetric", lambda count, like: torch.ones(count))
    ours = augment.rotate(20)(images)
    theirs = TF.rotate(images, 20, interpolation=TF.InterpolationMode.BILINEAR)
    middle = (..., slice(5, 10), slice(7, 14))  # the border is treated differently
    torch.testing.assert_close(ours[middle], theirs[middle], atol=1e-4, rtol=0)


def test_zooming_in_enlarges(monkeypatch):
    dot = torch.zeros(1, 1, 21, 21)
    dot[..., 8:13, 8:13] = 1
    monkeypatch.setattr(augment, "_symmetric", lambda count, like: torch.ones(count))
    assert augment.zoom(0.5)(dot).sum() > 1.8 * dot.sum()


def test_no_jitter_changes_nothing_and_brightness_scales(monkeypatch):
    images = torch.rand(2, 3, 6, 6) / 2
    torch.testing.assert_close(augment.jitter(0, 0)(images), images)
    monkeypatch.setattr(augment, "_symmetric", lambda count, like: torch.ones(count))
    torch.testing.assert_close(augment.jitter(brightness=0.5, contrast=0)(images), images * 1.5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: augment.flip(1.5), "probability"),
        (lambda: augment.shift(-1), "whole number"),
        (lambda: augment.shift(1.5), "whole number"),
        (lambda: augment.crop(0), "whole number"),
        (lambda: augment.erase(size=0), "fraction of the side"),
        (lambda: augment.rotate(200), "from 0 to 180"),
        (lambda: augment.zoom(1), "less than 1"),
        (lambda: augment.jitter(brightness=2), "brightness must be"),
    ],
)
def test_amounts_without_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_forgotten_pair_of_parentheses_is_not_taken_for_an_augmentation():
    with pytest.raises(TypeError, match="write flip"):
        augment.compose("flip")
