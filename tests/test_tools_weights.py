"""The command that trains the embedded networks, on a few small images; and the networks that teach each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from tools_path import TOOLS, load
from torch import nn

from ainotes.data import ImageSet

weights = load("weights")
taught = load("taught")
CLASSES = ("Airplane", "Automobile", "Bird", "Cat", "Deer", "Dog", "Frog", "Horse", "Ship", "Truck")
RECIPE = replace(weights.RECIPES["resnet9_cifar10"], epochs=3, taught=3, batch=8, crops=12, whitened=8, asked=0.0)


HOWS = ("alone", "taught")


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
        patch.syspath_prepend(str(TOOLS))
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


def test_each_seed_learns_alone_and_then_from_all(folder, published):
    for seed in (0, 1):
        before, after = (load_file(folder / "runs" / f"{RECIPE.name}_{seed}_{how}.safetensors") for how in HOWS)
        moved = {name for name in before if not before[name].equal(after[name])}
        assert "features.0.weight" not in moved, "the whitened layer is fixed"
        assert {"features.0.bias", "classifier.2.weight"} <= moved
    held = load_file(published.with_suffix(".safetensors"))
    first = load_file(folder / "runs" / f"{RECIPE.name}_1_taught.safetensors")
    assert all(held[name].equal(first[name]) for name in first)


def test_the_card_tells_the_recipe_and_every_seed(folder, published):
    card = published.with_suffix(".md").read_text(encoding="utf-8")
    assert "3 epochs in batches of 8, the first 2 on random squares of 12 pixels" in card
    assert "Then 3 epochs more" in card
    heads, _, *rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("|")]
    assert heads == ["seed", "accuracy on the test images", "before it was taught", "seconds", "date"]
    for seed, row in zip((1, 0), rows, strict=True):
        before, after = (json.loads((folder / "runs" / f"{RECIPE.name}_{seed}_{how}.json").read_text()) for how in HOWS)
        assert row[:3] == [str(seed), f"{after['accuracy']:.2%}", f"{before['accuracy']:.2%}"]
        assert int(row[3]) == before["seconds"] + after["seconds"]


def test_a_seed_below_what_is_promised_is_not_published(published, monkeypatch):
    before = published.with_suffix(".md").read_text(encoding="utf-8")
    monkeypatch.setitem(weights.RECIPES, RECIPE.name, replace(RECIPE, asked=1.0))
    with pytest.raises(SystemExit, match="nothing is published"):
        weights.main([RECIPE.name, "--seeds", "0"])
    assert published.with_suffix(".md").read_text(encoding="utf-8") == before


class Constant(nn.Module):
    """Answers the same for every image, and remembers what it was shown."""

    def __init__(self, logits: list[float]):
        super().__init__()
        self.logits = nn.Parameter(torch.tensor(logits))
        self.shown: list[torch.Tensor] = []

    def forward(self, images):
        self.shown.append(images)
        return self.logits.expand(len(images), -1)


STUDENT = [0.5, 0.0, -0.5]


def lesson(labels: float = 0.2):
    teachers = [Constant([2.0, 0.0, 0.0]), Constant([0.0, 2.0, 0.0])]
    return taught.Taught(Constant(STUDENT), teachers, labels=labels), teachers


def test_each_teacher_answers_for_its_part_as_it_is_and_mirrored():
    model, teachers = lesson()
    model.batches += 1  # the next batch is not mixed
    pixels = torch.rand(8, 3, 4, 4)
    model.train()(pixels)
    first, second = teachers
    assert first.shown[0].equal(pixels[:2])
    assert first.shown[1].equal(pixels[2:4].flip(3))
    assert second.shown[0].equal(pixels[4:6])
    assert second.shown[1].equal(pixels[6:].flip(3))
    assert model.answers.argmax(1).tolist() == [0] * 4 + [1] * 4


def test_every_other_batch_is_mixed_and_has_no_label():
    model, _ = lesson()
    pixels, labels = torch.rand(8, 3, 4, 4), torch.zeros(8, dtype=torch.int64)
    for mixed in (True, False, True):
        logits = model.train()(pixels)
        seen = model.student.shown[-1]
        assert model.mixes is mixed
        assert seen.equal(pixels) is not mixed
        assert model.loss(logits, labels).equal(model.loss(logits, labels + 1)) is mixed
    low, high = torch.minimum(pixels, pixels.flip(0)), torch.maximum(pixels, pixels.flip(0))
    assert bool(((seen >= low - 1e-6) & (seen <= high + 1e-6)).all())


def test_the_loss_is_the_divergence_at_its_temperature():
    model = taught.Taught(Constant(STUDENT), [Constant([1.0, 0.0, 0.0])], labels=0)
    model.batches += 1
    logits = model.train()(torch.rand(4, 3, 4, 4)).detach()
    teacher = (torch.tensor([1.0, 0.0, 0.0]) / 2).softmax(0)  # 2 is the temperature
    expected = 4 * float((teacher * (teacher.log() - (torch.tensor(STUDENT) / 2).log_softmax(0))).sum())
    assert float(model.loss(logits, torch.zeros(4, dtype=torch.int64))) == pytest.approx(expected, rel=1e-5)


def test_it_is_zero_where_a_student_answers_as_its_teacher_does():
    teacher = Constant([1.0, -1.0, 0.5])
    model = taught.Taught(Constant([1.0, -1.0, 0.5]), [teacher], labels=0)
    logits = model.train()(torch.rand(4, 3, 4, 4)).detach()
    assert float(model.loss(logits, torch.zeros(4, dtype=torch.int64))) == pytest.approx(0, abs=1e-6)


def test_teachers_stay_as_they_are_and_are_not_asked_in_evaluation():
    model, teachers = lesson()
    model.train()
    assert not any(teacher.training for teacher in teachers)
    assert model.student.training
    model.eval()(torch.rand(4, 3, 4, 4))
    assert not any(teacher.shown for teacher in teachers)
    assert not any(weight.requires_grad for teacher in teachers for weight in teacher.parameters())
