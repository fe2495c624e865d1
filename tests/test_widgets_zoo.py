"""The chart of all classifiers: its state, the Pareto front, the best for a budget, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ainotes.models.zoo import zoo
from ainotes.widgets import ZooExplorer
from ainotes.widgets.zoo import best_under, pareto_front

CASES = json.loads((Path(__file__).parent / "fixtures" / "zoo.json").read_text(encoding="utf-8"))


def row(name="net", top1=70.0, gflops=1.0, **changes):
    return {"name": name, "top1": top1, "gflops": gflops} | changes


def small_zoo(**changes):
    rows = [
        row("a", 60.0, 0.5, family="Old", year=2012, size_mb=100.0),
        row("b", 70.0, 0.9, family="New", year=2020, size_mb=5.0),
        row("c", 80.0, 0.8, family="New", year=2019, size_mb=500.0, weights="IMAGENET1K_SWAG_E2E_V1"),
        row("d", 75.0, 2.0, size_mb=10.0),
    ]
    return ZooExplorer(rows, **changes)


def beats(one, other):
    """Whether a point costs no more and is more accurate, or costs less and is as accurate."""
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@pytest.mark.parametrize("case", CASES["front"])
def test_the_front_is_the_one_worked_by_hand(case):
    assert pareto_front(case["points"]) == case["expected"]


@pytest.mark.parametrize("case", CASES["best"])
def test_the_best_under_a_budget_is_the_one_worked_by_hand(case):
    assert best_under(case["points"], case["budget"]) == case["expected"]


@pytest.mark.parametrize("cost", ["parameters", "gflops"])
def test_no_model_beats_one_of_the_front_and_every_other_is_beaten(cost):
    points = [(each[cost], each["top1"]) for each in zoo()]
    front = set(pareto_front(points))
    for i, point in enumerate(points):
        beaten = any(beats(other, point) for other in points)
        assert beaten == (i not in front), zoo()[i]


@pytest.mark.parametrize("budget", [0.1, 0.5, 1, 4, 16, 2000])
def test_the_best_for_a_budget_is_the_maximum_of_those_within_it(budget):
    rows = zoo()
    best = ZooExplorer(rows, budget=budget).best
    assert best["top1"] == max(each["top1"] for each in rows if each["gflops"] <= budget)
    assert best["gflops"] <= budget


def test_by_default_it_holds_all_of_torchvision_in_less_than_60_kilobytes():
    figure = ZooExplorer()
    assert len(figure.rows) == len(zoo())
    assert len(figure.html().encode()) < 60_000


def test_what_the_page_gets_of_a_row_is_the_row():
    figure = ZooExplorer()
    for packed, given in zip(figure.models, zoo(), strict=True):
        name, weights, family, paper, *numbers = packed
        assert (name, weights, figure.families[family]) == (given["name"], given["weights"], given["family"])
        assert figure.papers[paper] == [given["year"], given["paper"]]
        assert numbers == [given[key] for key in ("top1", "top5", "parameters", "gflops", "size_mb", "input_size")]


def test_families_are_listed_from_the_oldest_and_what_has_none_comes_last():
    assert small_zoo().families == ["Old", "New", "other"]
    assert ZooExplorer().families[0] == "AlexNet"


def test_the_filters_decide_which_is_the_best():
    figure = small_zoo()
    assert (figure.best["name"], figure.chosen) == ("c", 2)
    figure.more_data = False
    assert figure.best["name"] == "b"
    figure.hidden = ["New"]
    assert figure.best["name"] == "a"
    figure.file_mb = 50.0
    assert figure.best is None
    assert [each["name"] for each in figure.front] == ["d"]


def test_a_row_of_your_own_needs_a_name_an_accuracy_and_one_cost():
    figure = ZooExplorer([row("mine", 71.5, 0.3), {"name": "bare", "top1": 50.0, "parameters": 1000}])
    assert figure.best["name"] == "mine"
    figure.cost = "parameters"
    assert figure.best["name"] == "bare"
    assert figure.front == [figure.rows[1]], "what has no such cost is left out"


def test_the_budget_is_in_units_of_the_cost():
    figure = small_zoo(budget=0.6)
    assert figure.budgets == {"parameters": 10e6, "gflops": 0.6}
    assert figure.best["name"] == "a"


def test_the_alternative_text_tells_the_range_and_the_best():
    assert small_zoo().alt == (
        "A chart of 4 sets of weights from 3 families: accuracy on ImageNet against multiply-adds, from a with 60.0 % "
        "to c SWAG E2E V1 with 80.0 %. The best with at most 1 GFLOPs: c SWAG E2E V1, 80.0 %."
    )
    assert "million parameters" not in small_zoo(cost="parameters").alt, "none has parameters: there is no best"
    assert small_zoo(alt="Mine.").poster() == ["Mine."]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ZooExplorer([]), ValueError, "at least one model, got none"),
        (lambda: ZooExplorer({"name": "a"}), TypeError, "rows expects a list of dicts"),
        (lambda: ZooExplorer(["resnet18"]), TypeError, "row 0 expects a dict with a 'name'"),
        (lambda: ZooExplorer([row(), {"top1": 1.0}]), TypeError, "row 1 expects a dict with a 'name'"),
        (lambda: ZooExplorer([row(top1=None)]), ValueError, "net: top1 expects an accuracy in per cent, got None"),
        (lambda: ZooExplorer([row(top1=7612)]), ValueError, "net: top1 expects an accuracy in per cent, got 7612"),
        (lambda: ZooExplorer([row(gflops=0)]), ValueError, r"positive and finite, or None; got \{'gflops': 0\}"),
        (lambda: ZooExplorer([row(top5=float("nan"))]), ValueError, r"got \{'top5': nan\}"),
        (lambda: ZooExplorer([row(gflops=None)]), ValueError, "net needs 'parameters' or 'gflops', or both"),
        (lambda: ZooExplorer([row(family=str(i)) for i in range(73)]), ValueError, "at most 72 families"),
        (lambda: small_zoo(cost="top1"), ValueError, r"cost is one of \['parameters', 'gflops'\], got 'top1'"),
        (lambda: small_zoo(budget=-1), ValueError, "budgets expects a positive number for each"),
        (lambda: small_zoo(hidden=["VGG"]), ValueError, r"hidden is one of \['Old', 'New', 'other'\], got 'VGG'"),
        (lambda: small_zoo(chosen=4), ValueError, "chosen is the index of a row, 0 to 3, got 4"),
    ],
)
def test_what_makes_no_sense_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_rows_of_ones_own_need_no_torch():
    code = "import sys; from ainotes.widgets import ZooExplorer as Z; Z([dict(name='a', top1=1., gflops=1.)]).html()"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'torch' not in sys.modules"], check=True, timeout=120)
