"""The drawn garments that stand in for Fashion-MNIST."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ainotes.data import array_cache, fashion, folders, garments
from ainotes.data.garments import store

SHARED = folders.data_folder()
T_SHIRT, TROUSER, PULLOVER, DRESS, COAT, SANDAL, SHIRT, SNEAKER, BAG, ANKLE_BOOT = range(10)


@pytest.fixture(scope="module")
def drawn():
    images, labels = garments.draw(400, seed=0)
    return {label: images[labels == label] for label in range(10)}


def test_a_seed_gives_the_same_garments_and_another_seed_others():
    (images, labels), (again, same), (others, _) = (garments.draw(60, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, same)
    assert (images != others).any(axis=(1, 2)).all()


def test_the_garments_are_the_same_in_another_process():
    program = (
        "import hashlib; from ainotes.data import garments; images, labels = garments.draw(60, 3);"
        "print(hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_format_and_balance_are_those_of_the_original():
    images, labels = garments.draw(200, seed=0)
    assert images.shape == (200, 28, 28)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [20] * 10
    assert len(np.unique(labels[:20])) > 5  # in random order


def test_each_class_has_a_drawing_of_its_name():
    names = [drawing.__name__.replace("_", " ") for drawing in garments.DRAWINGS]
    assert names == [name.lower().replace("-", " ") for name in fashion.CLASSES]


def test_a_garment_touches_the_border_on_its_longer_side_and_lies_on_black(drawn):
    for images in drawn.values():
        used = images > 0
        height, width = used.any(2).sum(1), used.any(1).sum(1)
        assert np.maximum(height, width).min() >= 26
        assert (images[:, :2, :2].max(axis=(1, 2)) < 255).all()
        assert 0.03 < used.mean() < 0.9


def test_no_two_garments_are_alike(drawn):
    everything = np.concatenate(list(drawn.values()))
    assert len(np.unique(everything.reshape(len(everything), -1), axis=0)) == len(everything)


def test_trousers_are_narrow_and_shoes_are_wide(drawn):
    def aspect(label):
        used = drawn[label] > 0
        return np.median(used.any(1).sum(1) / used.any(2).sum(1))  # width by height

    assert aspect(TROUSER) < 0.6
    assert aspect(DRESS) < aspect(PULLOVER) < 1
    assert aspect(SNEAKER) > 1.8


def test_shoes_point_to_the_left(drawn):
    rows = np.arange(28)[None, :, None]
    for label in (SNEAKER, ANKLE_BOOT):
        used = drawn[label] > 0
        top = np.where(used, rows, 28).min(1)  # the highest pixel of each column
        assert np.median(top[:, 3]) > np.median(top[:, 23])  # the toe is lower than the heel


def test_trousers_have_a_gap_and_sandals_let_the_floor_show(drawn):
    low = drawn[TROUSER][:, 20, :] > 60
    pieces = (np.diff(low.astype(int), axis=1) == 1).sum(1)
    assert np.median(pieces) == 2
    filled = {label: (drawn[label] > 0).mean() for label in (SANDAL, SNEAKER)}
    assert filled[SANDAL] < filled[SNEAKER]


def test_the_drawn_sets_are_cached_and_a_damaged_cache_is_drawn_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    monkeypatch.setattr(store, "COUNT_AND_SEED", {"train": (20, 0), "test": (10, 1)})
    drawings = []

    def draw(count, seed):
        drawings.append((count, seed))
        return garments.draw(count, seed)

    first = store.stored("train", draw)
    second = store.stored("train", draw)
    assert drawings == [(20, 0)]
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    (path,) = tmp_path.rglob("*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    for damaged in (bytes(content), bytes(content[:500]), b""):
        path.write_bytes(damaged)
        np.testing.assert_array_equal(store.stored("train", draw)[0], first[0])
    assert len(drawings) == 4
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_training_and_test_garments_differ():
    assert len({seed for _, seed in store.COUNT_AND_SEED.values()}) == 2
    assert {part: count for part, (count, _) in store.COUNT_AND_SEED.items()} == {"train": 10_000, "test": 2_000}


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError("disk full")

    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    monkeypatch.setattr(array_cache, "replace_atomically", refuse)
    arrays = array_cache.remembered("name", "key", lambda: {"x": np.arange(3)})
    assert arrays["x"].tolist() == [0, 1, 2]


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(
    not (SHARED and (SHARED / "FashionMNIST").is_dir()), reason="needs the real Fashion-MNIST in AINOTES_DATA"
)
def test_who_learned_on_drawn_garments_knows_real_ones(monkeypatch):
    monkeypatch.setenv("AINOTES_DATA", str(SHARED))
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "benchmarks"))
    import standin_transfer

    assert standin_transfer.accuracy_on_real_images(seed=0, epochs=1) >= 0.5
