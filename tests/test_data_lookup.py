"""The one order in which a data set is looked for, and what is said of it: alike for every set of the registry."""

import os

import pytest
from little_cifar import LittleCifar
from little_fashion import LittleFashion

from ainotes.data import full_run, notices, registry
from ainotes.data.download import DownloadError

PARTS = ((True, "train"), (False, "test"))


@pytest.fixture(params=[LittleFashion, LittleCifar], ids=["fashion_mnist", "cifar10"])
def little(request, tmp_path, monkeypatch):
    yield request.param(tmp_path, monkeypatch)
    notices.forget()


@pytest.fixture
def asked(little):
    """What the network, which holds the little set, was asked for."""
    return little.go_online()


@pytest.mark.parametrize(("train", "part"), PARTS)
def test_the_folder_of_the_environment_comes_first(little, asked, train, part, capsys):
    little.put(little.data)
    little.put(little.cache)
    found = little.load(train)
    little.check(found, part)
    assert found.source.startswith(little.credit)
    assert found.source.endswith(f" {'training' if train else 'test'} images, from AINOTES_DATA.")
    assert (asked, capsys.readouterr().out) == ([], "")


def test_then_the_cache(little, asked):
    little.put(little.cache)
    found = little.load()
    little.check(found, "train")
    assert found.source.endswith(" training images, from the cache.")
    assert asked == []


def test_then_a_download_which_fills_the_cache(little, asked, capsys):
    found = little.load(False)
    little.check(found, "test")
    assert found.source.endswith(" test images, from a download.")
    assert asked == list(little.served)
    again = little.load(False)
    little.check(again, "test")
    assert again.source.endswith(" test images, from the cache.")
    assert (asked, capsys.readouterr().out) == (list(little.served), "")


def test_then_a_stand_in_announced_once_and_never_as_the_real_thing(little, capsys):
    train, test = little.load(), little.load(train=False)
    assert (len(train), len(test)) == little.standin_counts
    assert train.is_standin
    assert test.is_standin
    assert train.source == little.standin_source
    assert capsys.readouterr().out == little.announcement


def test_quiet_says_nothing_about_the_stand_in(little, capfd):
    assert little.load(quiet=True).is_standin
    assert capfd.readouterr() == ("", "")


def test_a_failed_download_gives_the_reason_then_the_next_call_succeeds(little, asked, monkeypatch, capsys):
    delivering = registry.download

    def failing(file, folder, *, quiet):
        raise DownloadError("mirror answered 403 (Forbidden)")

    monkeypatch.setattr(registry, "download", failing)
    assert little.load().is_standin
    said = capsys.readouterr().out
    assert "could not be downloaded (mirror answered 403 (Forbidden)), so " in said
    assert said.endswith(little.announcement.partition(", so ")[2])
    monkeypatch.setattr(registry, "download", delivering)
    little.check(little.load(), "train")


def test_download_false_does_not_ask_the_network(little, asked):
    assert little.load(download=False).is_standin
    assert asked == []


@pytest.mark.parametrize("damage", [lambda good: b"", lambda good: good[:50], lambda good: good[::-1]],
                         ids=["empty", "cut short", "of the right size"])  # fmt: skip
def test_a_damaged_copy_is_named_and_the_next_one_taken(little, damage, capsys):
    wrong = damage(little.put(little.cache).read_bytes())
    path = little.put(little.data, damaged=wrong)
    found = little.load()
    little.check(found, "train")
    assert found.source.endswith("from the cache.")
    said = capsys.readouterr().out
    assert said.startswith("Not using the damaged f")
    assert str(path) in said or f"{path.parent}: the checksum of {path.name} is wrong" in said
    assert path.read_bytes() == wrong, "it is the owner's to mend"


def test_nothing_is_written_beside_the_data(little):
    little.put(little.data)
    before = sorted(little.data.rglob("*"))
    for path in (*before, little.data):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    try:
        for train, part in PARTS:
            little.check(little.load(train), part)
    finally:
        for path in (*before, little.data):
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
    assert sorted(little.data.rglob("*")) == before


def test_train_must_be_true_or_false(little):
    with pytest.raises(TypeError, match=f"{little.load.__name__}: train must be True"):
        little.load("test")


@pytest.mark.parametrize(("short", "full"), [(None, True), ("", True), ("0", True), ("1", False), ("yes", False)])
def test_a_lesson_runs_in_full_on_real_data_unless_told_otherwise(little, monkeypatch, short, full):
    assert not full_run(little.load(quiet=True))
    little.put(little.data)
    if short is not None:
        monkeypatch.setenv("AINOTES_SHORT", short)
    assert full_run(little.load()) is full
