"""The command that trains the embedded networks, on a few small images."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from tools_path import load

from ainotes.data import ImageSet

weights = load("weights")
CLASSES = ("Airplane", "Automobile", "Bird", "Cat", "Deer", "Dog", "Frog", "Horse", "Ship", "Truck")
RECIPE = replace(weights.RECIPES["resnet14_cifar10"], epochs=3, batch=8, crops=12, whitened=8, asked=0.0)


def images(count: int) -> ImageSet:
    generator = torch.Generator().manual_seed(count)
    pixels = torch.randint(0, 256, (count, 3, 16, 16), generator=generator, dtype=torch.uint8)
    return ImageSet(pixels, torch.arange(count) % 10, CLASSES, source="random pixels, for a test").with_normalize(
        RECIPE.mean, RECIPE.std
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the command trains a small network on small data; gone through by the module's tests."""
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "RUNS", folder / "runs")
        patch.setattr(weights, "WEIGHTS", folder / "weights")
        patch.setattr(weights, "sets", lambda recipe: (images(32), images(20)))
        patch.setitem(weights.RECIPES, RECIPE.name, RECIPE)
        for part in ("runs", "weights"):
            (folder / part).mkdir()
        yield folder


@pytest.fixture(scope="module")
def published(folder):
    assert weights.main([RECIPE.name, "--seeds", "1", "0"]) == 0
    return folder / "weights" / RECIPE.name


def test_what_is_published_is_the_first_seed_in_half_precision(folder, published):
    held = load_file(published.with_suffix(".safetensors"))
    first, second = (load_file(folder / "runs" / f"{RECIPE.name}_{seed}.safetensors") for seed in (1, 0))
    assert all(held[name].equal(first[name]) for name in first)
    assert not held["classifier.2.weight"].equal(second["classifier.2.weight"])
    assert {value.dtype for value in held.values() if value.ndim > 1} == {torch.float16}


def test_the_first_layer_is_whitened_and_stays_so_while_the_others_learn(folder, published):
    held = load_file(published.with_suffix(".safetensors"))
    before = weights.untrained(RECIPE, 1, images(32)).state_dict()
    assert held["features.0.weight"].equal(before["features.0.weight"].half())
    assert not held["classifier.2.weight"].equal(before["classifier.2.weight"].half())


def test_the_card_tells_the_recipe_and_every_seed(folder, published):
    card = published.with_suffix(".md").read_text(encoding="utf-8")
    assert "3 epochs in batches of 8, the first 2 on random squares of 12 pixels" in card
    heads, _, *rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("|")]
    assert heads == ["seed", "accuracy on the test images", "date"]
    for seed, row in zip((1, 0), rows, strict=True):
        result = json.loads((folder / "runs" / f"{RECIPE.name}_{seed}.json").read_text())
        assert row == [str(seed), f"{result['accuracy']:.2%}", result["date"]]


def test_a_run_that_was_done_is_read_and_not_trained_again(folder, published, monkeypatch):
    monkeypatch.setattr(weights, "untrained", None)  # or it would be called
    assert weights.main([RECIPE.name, "--seeds", "1", "0"]) == 0


def test_a_seed_below_what_is_promised_is_not_published(published, monkeypatch):
    before = published.with_suffix(".md").read_text(encoding="utf-8")
    monkeypatch.setitem(weights.RECIPES, RECIPE.name, replace(RECIPE, asked=1.0))
    with pytest.raises(SystemExit, match="nothing is published"):
        weights.main([RECIPE.name, "--seeds", "0"])
    assert published.with_suffix(".md").read_text(encoding="utf-8") == before
