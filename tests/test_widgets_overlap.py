"""The figure of two boxes: what Python knows of it is what torchvision computes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.ops import box_iou
from traitlets import TraitError

from ainotes.widgets import OverlapExplorer

FIXTURE = Path(__file__).parent / "fixtures" / "overlap.json"
CASES = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]
each_case = pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])


def cells(box, columns=12, rows=8):
    """The cells of a box as a picture."""
    picture = np.zeros((rows, columns), bool)
    x1, y1, x2, y2 = box
    picture[y1:y2, x1:x2] = True
    return picture


@each_case
def test_the_areas_are_those_of_counting_cells(case):
    figure = OverlapExplorer(case["a"], case["b"])
    a, b = cells(case["a"]), cells(case["b"])
    assert figure.intersection == case["intersection"] == (a & b).sum()
    assert figure.union == case["union"] == (a | b).sum()


@each_case
def test_the_quotient_is_that_of_torchvision_either_way_round(case):
    boxes = [torch.tensor([case[name]]).float() for name in "ab"]
    for first, second in (boxes, boxes[::-1]):
        figure = OverlapExplorer(first[0].int(), second[0].int())
        assert figure.iou == pytest.approx(box_iou(first, second).item())


def test_what_the_reader_does_reaches_python():
    figure = OverlapExplorer()
    figure.set_state({"first": [0, 0, 4, 4], "second": [0, 0, 4, 2]})
    assert (figure.intersection, figure.union, figure.iou) == (8, 16, 0.5)


def test_the_alt_text_says_where_the_boxes_are_and_how_much_they_share():
    assert OverlapExplorer((0, 0, 4, 4), (2, 0, 6, 4)).alt == (
        "Two boxes on a grid of 12 by 8 cells. A reaches from x 0 to 4 and from y 0 to 4, B from x 2 to 6 and from "
        "y 0 to 4. 8 of the 24 cells of their union lie in both: an intersection over union of 0.33."
    )
    assert OverlapExplorer(alt="Mine.").poster() == ["Mine."]


def test_boxes_come_as_lists_tuples_arrays_and_tensors():
    given = [[1, 1, 4, 3], (1, 1, 4, 3), np.array([1, 1, 4, 3]), torch.tensor([1, 1, 4, 3])]
    assert all(OverlapExplorer(box).first == [1, 1, 4, 3] for box in given)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"first": (0, 0, 4)}, ValueError, r"first is \(x1, y1, x2, y2\), got \(0, 0, 4\)"),
        ({"first": (4, 0, 4, 4)}, ValueError, r"first needs x1 < x2 and y1 < y2, got \[4, 0, 4, 4\]"),
        ({"second": (0, 5, 4, 3)}, ValueError, r"second needs x1 < x2 and y1 < y2"),
        ({"first": (0, 0, 13, 4)}, ValueError, "x2 of first expects a whole number from 0 to 12, got 13"),
        ({"first": (0, -1, 3, 4)}, ValueError, "y1 of first expects a whole number from 0 to 8, got -1"),
        ({"second": (0, 0, 3, 9)}, ValueError, "y2 of second expects a whole number from 0 to 8, got 9"),
        ({"second": (0, 0, 3, 2.5)}, TypeError, "of second expects a whole number"),
        ({"columns": 13}, ValueError, "columns expects a whole number from 4 to 12, got 13"),
        ({"rows": 3}, ValueError, "rows expects a whole number from 4 to 12, got 3"),
    ],
)
def test_what_is_no_box_on_the_grid_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        OverlapExplorer(**given)


def test_a_refused_box_changes_nothing():
    figure = OverlapExplorer((1, 1, 5, 5), (2, 2, 6, 6), columns=8)
    for bad in ([1, 1, 9, 5], [1, 1, 1, 5], [1, 1, 5]):
        with pytest.raises((ValueError, TraitError)):
            figure.first = bad
    assert figure.first == [1, 1, 5, 5]


def test_its_state_is_all_that_the_page_gets():
    state = OverlapExplorer((0, 0, 4, 4), (2, 0, 6, 4), rows=6).state()
    assert {name: value for name, value in state.items() if name not in ("title", "alt")} == {
        "first": [0, 0, 4, 4],
        "second": [2, 0, 6, 4],
        "columns": 12,
        "rows": 6,
    }


def test_its_output_carries_a_widget_view_and_a_page_that_asks_no_other_host():
    figure = OverlapExplorer()
    data, _ = figure._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == figure.model_id
    assert data["text/plain"] == figure.alt
    assert not re.search(r"https?://(?!www\.w3\.org/)", data["text/html"])
    assert len(data["text/html"]) < 40_000
