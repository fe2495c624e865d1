"""The figure of maps over pictures: what it sends, what it says, what it refuses."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from traitlets import TraitError

from ainotes.widgets import MapExplorer

CASES = json.loads((Path(__file__).parent / "fixtures" / "overlay.json").read_text(encoding="utf-8"))["cases"]


def ramp(rows=4, columns=5, count=2):
    return np.stack([np.linspace(0, 1, rows * columns).reshape(rows, columns) ** (k + 1) for k in range(count)])


def figure(**changes):
    given = {"images": {"one": ramp()[0], "two": np.zeros((3, 4, 5))}, "heats": {"a": ramp(), "b": 1 - ramp()}}
    return MapExplorer(**given | changes)


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_the_hottest_pixels_hold_what_was_worked_by_hand(case):
    heat = np.array(case["heat"], np.uint8)[None, None]
    shown = MapExplorer({"x": np.zeros(heat.shape[2:])}, {"m": heat[0]}, share=case["share"])
    assert shown.held() == pytest.approx(case["held"], abs=1e-6)


def test_all_pixels_hold_all_and_more_hold_more():
    shown = figure()
    shares = [shown.held(share) for share in (1, 10, 50, 100)]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_an_empty_map_holds_nothing():
    assert figure(heats={"a": np.zeros((2, 4, 5))}).held() == 0


def test_what_the_reader_chooses_reaches_python():
    shown = figure()
    shown.set_state({"picture": "two", "method": "b", "opacity": 0, "share": 5})
    assert (shown.picture, shown.method, shown.opacity, shown.share) == ("two", "b", 0, 5)
    assert shown.held() == pytest.approx(255 / (255 - np.round(255 * ramp()[1])).sum(), abs=1e-3)


def test_large_pictures_are_scaled_down_with_their_maps():
    images = {"large": np.random.default_rng(0).random((224, 112, 3))}
    shown = MapExplorer(images, {"a": torch.rand(1, 224, 112)})
    assert shown.pictures["large"]["shape"] == [3, 96, 48]
    assert shown.heats["a"]["large"]["shape"] == [1, 96, 48]


def test_pictures_and_maps_come_as_arrays_and_tensors():
    as_arrays, as_tensors = (
        figure(),
        figure(
            images={"one": torch.tensor(ramp()[0]), "two": torch.zeros(3, 4, 5)},
            heats={"a": torch.tensor(ramp(), requires_grad=True), "b": torch.tensor(1 - ramp())},
        ),
    )
    assert as_arrays.state() == as_tensors.state()


def test_the_alt_text_names_pictures_methods_and_a_number():
    assert figure().alt == (
        "Pictures (one, two) under maps of what speaks for their class, by a, b. Of the map by a over one, the hottest "
        f"10 % of the pixels hold {100 * figure().held(10):.0f} %. The reader chooses picture, method, opacity and how "
        "many pixels are shown."
    )
    assert figure(alt="Mine.").poster() == ["Mine."]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": {}}, TypeError, "images expects a dict"),
        ({"images": [ramp()[0]]}, TypeError, "images expects a dict"),
        ({"images": {"one": ramp()[0], "two": np.zeros((3, 3))}}, ValueError, "pictures of one size"),
        ({"heats": {}}, TypeError, "heats expects a dict"),
        ({"heats": {"a": ramp(count=1)}}, ValueError, r"maps of 'a' expect shape \(2, 4, 5\)"),
        ({"heats": {"a": ramp(columns=6)}}, ValueError, r"got \(2, 4, 6\)"),
        ({"heats": {"a": 2 * ramp()}}, ValueError, "floats from 0 to 1"),
        ({"heats": {"a": -ramp()}}, ValueError, "floats from 0 to 1"),
        ({"picture": "three"}, ValueError, r"picture is one of \['one', 'two'\]"),
        ({"method": "c"}, ValueError, r"method is one of \['a', 'b'\]"),
        ({"opacity": 101}, ValueError, "opacity expects a whole number from 0 to 100"),
        ({"share": 0}, ValueError, "share expects a whole number from 1 to 100"),
    ],
)
def test_what_does_not_fit_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        figure(**changes)


@pytest.mark.parametrize(("trait", "value"), [("picture", "three"), ("method", "c"), ("opacity", -1), ("share", 0)])
def test_a_refused_choice_changes_nothing(trait, value):
    shown = figure()
    before = getattr(shown, trait)
    with pytest.raises((ValueError, TraitError)):
        setattr(shown, trait, value)
    assert getattr(shown, trait) == before


def test_its_output_carries_a_widget_view_and_a_page_that_asks_no_other_host():
    data, _ = figure()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert not re.search(r"https?://(?!www\.w3\.org/)", data["text/html"])
    assert len(data["text/html"]) < 40_000
