"""`ainotes.data.ImageSet`: bytes at rest, floats on access."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from ainotes.data import ImageSet, augment


def some_data(N=12, C=1, classes=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (N, C, 6, 5), dtype=torch.uint8, generator=generator)
    return ImageSet(images, torch.arange(N) % classes, [f"class {i}" for i in range(classes)], source="made up")


def test_an_item_is_a_float_image_and_a_python_int():
    data = some_data()
    image, label = data[4]
    assert image.dtype == torch.float32
    assert image.shape == (1, 6, 5)
    assert type(label) is int
    assert label == 1
    assert torch.equal(image, data.images[4].float() / 255)


def test_the_floats_are_those_of_torchvision():
    data = some_data(C=3).with_normalize([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])
    theirs = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])])
    torch.testing.assert_close(data.batch(range(12))[0], theirs(data.images), atol=1e-6, rtol=0)


def test_a_batch_equals_its_items_also_with_repeats_and_from_the_end():
    data = some_data().with_normalize(0.3, 0.4)
    images, labels = data.batch([3, 3, -1])
    assert images.shape == (3, 1, 6, 5)
    assert labels.dtype == torch.int64
    for i, row in enumerate([3, 3, -1]):
        image, label = data[row]
        assert torch.equal(images[i], image)
        assert labels[i] == label


def test_a_data_loader_gives_each_image_once():
    data = some_data()
    batches = list(DataLoader(data, batch_size=5))
    assert [len(labels) for _, labels in batches] == [5, 5, 2]
    assert torch.equal(torch.cat([images for images, _ in batches]), data.batch(slice(None))[0])
    assert torch.equal(torch.cat([labels for _, labels in batches]), data.labels)


def test_iteration_by_index_ends():
    assert len(list(some_data(5))) == 5


def test_a_batch_is_new_memory():
    data = some_data()
    before = data.images.clone()
    data.batch([0, 1])[0].zero_()
    assert torch.equal(data.images, before)


def test_numpy_read_only_memory_is_taken_without_a_warning():
    frozen = np.frombuffer(bytes(range(24)), dtype=np.uint8).reshape(2, 1, 3, 4)
    data = ImageSet(frozen, np.array([0, 1], dtype=np.uint8), ["a", "b"])
    assert data.images.sum() == sum(range(24))
    assert data.labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    "indices", [[0, 5, 2], torch.tensor([0, 5, 2]), np.array([0, 5, 2]), slice(0, 6, 2), slice(8, 2, -3)]
)
def test_a_subset_keeps_order_names_and_source(indices):
    data = some_data()
    part = data.subset(indices)
    rows = torch.arange(12)[indices] if not isinstance(indices, slice) else torch.tensor(range(12)[indices])
    assert torch.equal(part.images, data.images[rows])
    assert torch.equal(part.labels, data.labels[rows])
    assert (part.classes, part.source) == (data.classes, "made up")


def test_a_subset_by_booleans_takes_what_is_true():
    data = some_data()
    assert data.subset(data.labels == 2).labels.unique().tolist() == [2]


def test_a_subset_keeps_augmentation_and_normalisation():
    data = some_data().with_augment(augment.flip(p=1)).with_normalize(0.5, 0.5)
    image, _ = data.subset([7])[0]
    torch.testing.assert_close(image, (data.images[7].flip(2) / 255 - 0.5) / 0.5)


def test_augmentation_acts_anew_each_time_and_can_be_turned_off():
    data = some_data(seed=3)
    moved = data.with_augment(augment.shift(2))
    torch.manual_seed(0)
    first, second = moved.batch(range(12))[0], moved.batch(range(12))[0]
    assert not torch.equal(first, second)
    assert torch.equal(moved.with_augment(None)[3][0], data[3][0])
    assert data.augment is None


def test_augmentation_sees_values_before_normalisation():
    seen = []
    data = some_data().with_normalize(10, 0.1).with_augment(lambda images: seen.append(images.min().item()) or images)
    data.batch([0])
    assert seen[0] >= 0


def test_a_set_with_augmentation_can_be_sent_to_a_worker_process():
    data = some_data().with_augment(augment.compose(augment.flip(), augment.erase()))
    assert len(pickle.loads(pickle.dumps(data))) == 12


@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    fraction=st.floats(0.1, 0.9),
    seed=st.integers(0, 1000),
)
@example(counts=[2, 2, 2, 13], fraction=0.3125, seed=0)  # three classes round up, and the fourth makes room
def test_a_split_shares_nothing_loses_nothing_and_keeps_proportions(counts, fraction, seed):
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    N = len(labels)
    numbers = torch.arange(N, dtype=torch.uint8).reshape(N, 1, 1, 1)  # each image shows its own number
    data = ImageSet(numbers, labels, [str(i) for i in range(len(counts))])
    first = round(fraction * N)
    if first in (0, N):
        return
    train, val = data.split([first, N - first], seed=seed)
    assert sorted(train.images.flatten().tolist() + val.images.flatten().tolist()) == list(range(N))
    for label, count in enumerate(counts):
        expected = count * first / N
        most = 0.5 + count / N * len(counts) / 2  # 1 where all classes are equally large
        assert abs(int((train.labels == label).sum()) - expected) <= most


def test_a_split_depends_on_its_seed_only():
    data = some_data(120)
    again, same, other = (data.split([0.5, 0.5], seed=seed)[0] for seed in (1, 1, 2))
    assert torch.equal(again.images, same.images)
    assert not torch.equal(again.images, other.images)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    data.split([0.5])
    assert torch.equal(before, torch.get_rng_state())


def test_fractions_that_add_up_to_one_use_every_image():
    assert [len(part) for part in some_data(10).split([1 / 3, 1 / 3, 1 / 3])] == [3, 4, 3]


def test_sizes_may_leave_images_out():
    assert [len(part) for part in some_data(12).split([6, 3])] == [6, 3]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([10, 5], "there are 12"),
        ([0.8, 0.3], "adds up to 1.1"),
        ([], "greater than 0"),
        ([0, 12], "greater than 0"),
        ([float("nan"), 0.5], "greater than 0"),
        ([0.99, 0.01], "leaves a part empty"),
    ],
)
def test_a_split_that_cannot_be_is_refused(parts, message):
    with pytest.raises(ValueError, match=message):
        some_data().split(parts)


def test_a_split_asks_for_a_sequence():
    with pytest.raises(TypeError, match=r"write \[0\.8, \.\.\.\]"):
        some_data().split(0.8)


IMAGES = torch.zeros(2, 1, 4, 4, dtype=torch.uint8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((IMAGES.float(), [0, 1], "ab"), TypeError, "must be uint8"),
        (([[1, 2]], [0], ["a"]), TypeError, "got list"),
        ((IMAGES[:, 0], [0, 1], ["a", "b"]), ValueError, r"unsqueeze\(1\)"),
        ((IMAGES, [0], ["a", "b"]), ValueError, "one label for each of the 2 images"),
        ((IMAGES, [0.0, 1.0], ["a", "b"]), TypeError, "labels must be integers"),
        ((IMAGES, [0, 2], ["a", "b"]), ValueError, "from 0 to 1"),
        ((IMAGES, [-1, 0], ["a", "b"]), ValueError, "got -1 to 0"),
        ((IMAGES, [0, 1], "ab"), TypeError, "single string"),
        ((IMAGES, [0, 1], []), TypeError, "at least one name"),
        ((IMAGES, [0, 1], ["a", "a"]), ValueError, "same name"),
    ],
)
def test_what_is_no_image_set_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        ImageSet(*arguments)


def test_indices_out_of_range_are_named():
    data = some_data()
    with pytest.raises(IndexError, match="index 12 is out of range"):
        data[12]
    with pytest.raises(IndexError, match="index -13 is out of range"):
        data.batch([0, -13])
    with pytest.raises(TypeError, match=r"use \.batch\(\) or \.subset\(\)"):
        data[[1, 2]]
    with pytest.raises(TypeError, match="must be integers"):
        data.subset([0.5])
    with pytest.raises(ValueError, match="one boolean for each of the 12"):
        data.subset([True, False])


def test_no_index_is_an_empty_batch():
    images, labels = some_data().batch([])
    assert images.shape == (0, 1, 6, 5)
    assert labels.shape == (0,)


def test_normalisation_that_cannot_be_is_refused():
    data = some_data(C=3)
    with pytest.raises(ValueError, match="greater than 0"):
        data.with_normalize(0.5, 0)
    with pytest.raises(ValueError, match="each of the 3 channels, got 2"):
        data.with_normalize([0.1, 0.2], 1)
    with pytest.raises(ValueError, match="finite"):
        data.with_normalize(float("nan"), 1)


def test_an_augmentation_that_loses_images_or_channels_is_refused():
    for lossy in (lambda images: images[1:], lambda images: images[:, :0], lambda images: images[0]):
        with pytest.raises(ValueError, match="as many images and channels as it got"):
            some_data().with_augment(lossy).batch([0, 1])
    with pytest.raises(TypeError, match="expects a function"):
        some_data().with_augment("flip")


def test_a_set_says_what_it_is():
    data = some_data().with_augment(augment.flip()).with_normalize(0, 1)
    assert repr(data) == "ImageSet(12 images, C=1, H=6, W=5, 3 classes, augmented, normalised)"
