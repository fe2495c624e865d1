"""The figure of two boxes on a page without a kernel, operated by keyboard and pointer."""

import json
from pathlib import Path

import pytest
from figure_page import flaws, sideways, small_targets

from ainotes.widgets import OverlapExplorer

pytestmark = pytest.mark.browser
FIXTURE = Path(__file__).parents[1] / "fixtures" / "overlap.json"
CASES = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]


def box(page, letter):
    return page.get_by_role("slider", name=f"Box {letter}")


def areas(page):
    return page.locator("td").all_inner_texts()


def middle(locator):
    place = locator.bounding_box()
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def drag(page, start, cells):
    """Press the pointer at a point and let it go so many cells (right, down) further."""
    side = page.locator(".plane").bounding_box()["width"] / 12
    page.mouse.move(*start)
    page.mouse.down()
    for part in (0.5, 1):
        page.mouse.move(*(at + part * step * side for at, step in zip(start, cells, strict=True)))
    page.mouse.up()


def test_the_page_shows_the_areas_that_python_counts(open_page):
    page = open_page(*(OverlapExplorer(case["a"], case["b"]) for case in CASES))
    shown = page.locator(".ainotes-figure")
    for place, case in enumerate(CASES):
        figure = shown.nth(place)
        texts = figure.locator("td").all_inner_texts()
        assert texts[2].endswith(str(case["intersection"])), case["note"]
        assert texts[3].endswith(f"= {case['union']}"), case["note"]
        said = figure.locator(".says").inner_text()
        assert said.startswith(f"IoU = {case['intersection']} / {case['union']} = "), case["note"]
        assert figure.locator("div.shared").is_visible() == bool(case["intersection"]), case["note"]


def test_arrow_keys_move_a_box_and_with_shift_stretch_it(open_page):
    page = open_page(OverlapExplorer((1, 1, 5, 5), (5, 1, 9, 5)))
    a = box(page, "A")
    assert page.locator(".says").inner_text().startswith("IoU = 0 / 32 = 0. No cell in common")
    a.press("ArrowRight")
    assert a.get_attribute("aria-valuetext") == "x 2 to 6, y 1 to 5, 16 cells"
    assert areas(page) == ["4 × 4 = 16", "4 × 4 = 16", "1 × 4 = 4", "16 + 16 − 4 = 28"]
    a.press("Shift+ArrowRight")
    a.press("Shift+ArrowDown")
    assert a.get_attribute("aria-valuetext") == "x 2 to 7, y 1 to 6, 25 cells"
    assert a.get_attribute("aria-valuenow") == "25"
    for _ in range(12):
        a.press("ArrowUp")
    assert a.get_attribute("aria-valuetext") == "x 2 to 7, y 0 to 5, 25 cells", "the grid ends there"
    for _ in range(12):
        a.press("Shift+ArrowLeft")
    assert a.get_attribute("aria-valuetext") == "x 2 to 3, y 0 to 5, 5 cells", "one column stays"
    assert a.evaluate("(node) => getComputedStyle(node).outlineWidth") == "3px", "the focus can be seen"


def test_the_pointer_moves_a_box_and_pulls_its_corner(open_page):
    page = open_page(OverlapExplorer((1, 1, 5, 5), (7, 1, 11, 5)))
    drag(page, middle(box(page, "A")), (2, 1))
    assert box(page, "A").get_attribute("aria-valuetext") == "x 3 to 7, y 2 to 6, 16 cells"
    drag(page, middle(box(page, "B").locator(".corner")), (1, 2))
    assert box(page, "B").get_attribute("aria-valuetext") == "x 7 to 12, y 1 to 7, 30 cells"
    drag(page, middle(box(page, "B")), (-2, 9))
    assert box(page, "B").get_attribute("aria-valuetext") == "x 5 to 10, y 2 to 8, 30 cells"
    page.mouse.move(5, 5)
    assert box(page, "B").get_attribute("aria-valuetext") == "x 5 to 10, y 2 to 8, 30 cells", "let go is let go"


def test_a_box_inside_the_other_can_be_taken_hold_of(open_page):
    page = open_page(OverlapExplorer((4, 3, 6, 5), (1, 1, 11, 7)))
    drag(page, middle(box(page, "A")), (1, 0))
    assert box(page, "A").get_attribute("aria-valuetext") == "x 5 to 7, y 3 to 5, 4 cells"
    assert box(page, "B").get_attribute("aria-valuetext") == "x 1 to 11, y 1 to 7, 60 cells"


def test_the_arrangements_show_the_typical_cases(open_page):
    page = open_page(OverlapExplorer())
    expected = {
        "the same": "IoU = 24 / 24 = 1. The boxes are the same.",
        "half a width apart": "IoU = 12 / 36 = 0.33. Below 0.5",
        "one in the other": "IoU = 12 / 35 = 0.34. Below 0.5",
        "touching": "IoU = 0 / 48 = 0. No cell in common",
        "apart": "IoU = 0 / 30 = 0. No cell in common",
    }
    for name, sentence in expected.items():
        page.get_by_role("button", name=name, exact=True).press("Enter")
        assert page.locator(".says").inner_text().startswith(sentence), name


def test_two_copies_on_a_page_are_independent(open_page):
    page = open_page(OverlapExplorer(), OverlapExplorer())
    page.get_by_role("button", name="touching").first.click()
    sentences = page.locator(".says").all_inner_texts()
    assert sentences[0].startswith("IoU = 0")
    assert sentences[1] == "IoU = 6 / 44 = 0.14. Below 0.5: by the usual rule, no match."


def test_a_finger_drags_a_box_and_does_not_scroll_the_page(open_page):
    page = open_page(OverlapExplorer((1, 1, 5, 5), (7, 1, 11, 5)), width=390, has_touch=True)
    assert box(page, "A").evaluate("(node) => getComputedStyle(node).touchAction") == "none"
    assert page.locator(".plane").evaluate("(node) => getComputedStyle(node).touchAction") == "auto"


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    figures = OverlapExplorer(), OverlapExplorer((0, 0, 12, 8), (11, 7, 12, 8)), OverlapExplorer(rows=12)
    page = open_page(*figures)
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(OverlapExplorer(), OverlapExplorer((11, 7, 12, 8), (0, 0, 1, 1)), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []
    corners = page.locator(".corner")
    sizes = [corners.nth(i).bounding_box() for i in range(corners.count())]
    assert all(min(size["width"], size["height"]) >= 24 for size in sizes)
