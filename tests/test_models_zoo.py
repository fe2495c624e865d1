"""The numbers of torchvision's classification weights, as torchvision itself tells them."""

import json
import math
from types import SimpleNamespace

import pytest
from torchvision import models
from torchvision.models import get_model_weights, get_weight

from ainotes.models import zoo as module
from ainotes.models.zoo import FAMILIES, family_of, zoo

KEYS = ["name", "weights", "family", "year", "paper", "top1", "top5", "parameters", "gflops", "size_mb", "input_size"]


def weights(name="newnet_b", crop=224, **meta):
    """Weights as a later torchvision might list them."""
    given = {"_metrics": {"ImageNet-1K": {"acc@1": 91.5, "acc@5": 99.0}}, "num_params": 12, "_ops": 0.5} | meta
    return name, SimpleNamespace(
        name="IMAGENET2K_V1", meta=given, transforms=SimpleNamespace(keywords={"crop_size": crop})
    )


def listed(monkeypatch, *given):
    monkeypatch.setattr(module, "_all_weights", lambda: iter(given))
    return zoo()


def test_resnet50_has_the_numbers_that_are_known_by_heart():
    rows = {row["weights"]: row for row in zoo() if row["name"] == "resnet50"}
    assert rows["IMAGENET1K_V1"]["top1"] == 76.13
    assert rows["IMAGENET1K_V1"]["parameters"] == 25_557_032
    assert rows["IMAGENET1K_V2"]["top1"] == 80.858
    assert rows["IMAGENET1K_V1"]["gflops"] == pytest.approx(4.1, abs=0.02)


def test_every_classification_weight_of_torchvision_is_there_once_with_its_numbers():
    expected = {}
    for name in models.list_models(module=models):
        for each in get_model_weights(name):
            accuracy = each.meta["_metrics"]["ImageNet-1K"]
            if math.isfinite(accuracy["acc@1"]):
                expected[name, each.name] = (accuracy["acc@1"], accuracy["acc@5"], each.meta["num_params"])
    rows = zoo()
    assert len(rows) == len(expected) > 100
    assert {(row["name"], row["weights"]): (row["top1"], row["top5"], row["parameters"]) for row in rows} == expected


def test_the_parameters_are_those_of_the_network_itself():
    rows = {(row["name"], row["weights"]): row for row in zoo()}
    for name in ("squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5"):
        count = sum(parameter.numel() for parameter in models.get_model(name, weights=None).parameters())
        assert rows[name, "IMAGENET1K_V1"]["parameters"] == count


def test_name_and_weights_are_what_torchvision_takes():
    for row in zoo():
        enum = type(get_model_weights(row["name"])[row["weights"]]).__name__
        assert get_weight(f"{enum}.{row['weights']}").meta["num_params"] == row["parameters"]


def test_every_row_has_a_family_a_year_a_paper_and_an_input_side():
    for row in zoo():
        assert list(row) == KEYS
        assert all(row[key] is not None for key in KEYS), row
        assert 2012 <= row["year"] <= 2022
        assert 200 <= row["input_size"] <= 600
    assert {row["family"] for row in zoo()} == {family for family, _, _ in FAMILIES.values()}


def test_weights_without_an_accuracy_are_left_out():
    assert "IMAGENET1K_FEATURES" in get_model_weights("vgg16").__members__
    assert [row["weights"] for row in zoo() if row["name"] == "vgg16"] == ["IMAGENET1K_V1"]


def test_rows_are_plain_data():
    assert json.loads(json.dumps(zoo(), allow_nan=False)) == zoo()


@pytest.mark.parametrize(
    ("name", "family", "year"),
    [
        ("resnet18", "ResNet", 2015),
        ("resnext50_32x4d", "ResNeXt", 2016),
        ("wide_resnet50_2", "Wide ResNet", 2016),
        ("efficientnet_b0", "EfficientNet", 2019),
        ("efficientnet_v2_s", "EfficientNet", 2021),
        ("swin_t", "Swin", 2021),
        ("swin_v2_t", "Swin", 2021),
        ("vit_b_16", "ViT", 2020),
    ],
)
def test_the_longest_start_of_a_name_decides_the_family(name, family, year):
    assert family_of(name)[:2] == (family, year)


def test_papers_of_the_second_version_are_not_those_of_the_first():
    assert family_of("swin_v2_t")[2] != family_of("swin_t")[2]
    assert family_of("efficientnet_v2_s")[2] != family_of("efficientnet_b0")[2]


def test_an_unknown_family_of_a_newer_torchvision_is_listed_without_a_paper(monkeypatch):
    (row,) = listed(monkeypatch, weights())
    assert (row["family"], row["year"], row["paper"]) == (None, None, None)
    assert (row["top1"], row["parameters"], row["input_size"], row["size_mb"]) == (91.5, 12, 224, None)


def test_what_torchvision_does_not_tell_is_none_and_a_crop_may_be_a_list(monkeypatch):
    rows = listed(
        monkeypatch, weights(crop=[320, 320]), weights(num_params=float("nan"), crop=None), weights(_metrics={})
    )
    assert [row["input_size"] for row in rows] == [320, None]
    assert rows[1]["parameters"] is None
