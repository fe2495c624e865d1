"""The figure of receptive fields on a page without a kernel, operated by keyboard and pointer."""

import numpy as np
import pytest
import torch
from figure_page import flaws, sideways, small_targets
from torch.nn import functional as F

from ainotes.shapes import Layer
from ainotes.widgets.receptive import ReceptiveFieldExplorer

pytestmark = pytest.mark.browser
CONV, POOL = Layer(3), Layer(2, stride=2, name="max pool")
LESSON = [CONV, POOL, CONV, POOL, CONV]
IMAGE = np.linspace(0, 1, 784).reshape(28, 28)
# Pixels of the canvas that are as bright or as coloured as what is seen, read back from the page.
LIT = """() => {
  const canvas = document.querySelector(".grid canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: canvas.width * canvas.height }, (_, i) => data[4 * i + 3] > 0);
}"""


def lit(page):
    side = page.evaluate("document.querySelector('.grid canvas').width")
    return torch.tensor(page.evaluate(LIT)).reshape(side, side)


def depends(layers, size, unit):
    """Return which pixels the unit depends on, by torch's gradients; layers are (kernel, stride, padding, dilation)."""
    picture = torch.zeros(1, 1, size, size, requires_grad=True)
    output = picture
    for kernel, *numbers in layers:
        output = F.conv2d(output, torch.ones(1, 1, kernel, kernel), None, *numbers)
    return torch.autograd.grad(output[0, 0, unit[0], unit[1]], picture)[0][0, 0] != 0


def says(page):
    return page.locator(".says").inner_text()


def told(page, layer):
    """Return size, jump and field that the table tells of a layer."""
    return page.locator("tbody tr").nth(layer - 1).locator("td").all_inner_texts()[4:7]


def test_the_field_grows_layer_by_layer_and_stays_where_it_looks(open_page):
    page = open_page(ReceptiveFieldExplorer(LESSON))
    layer = page.get_by_role("slider", name="Layer", exact=True)
    expected = {5: 18, 4: 10, 3: 8, 2: 4, 1: 3}
    for depth, field in expected.items():
        assert f"A unit of layer {depth} sees {field} × {field} pixels of the input" in says(page)
        assert layer.get_attribute("aria-valuetext") == f"{depth} of 5"
        assert page.locator(".labels span").count() == depth + 1
        rows = lit(page).any(1).nonzero().flatten()
        assert len(rows) == field
        assert abs(rows.float().mean() - 12.5) <= 2, "it still looks at the middle"
        layer.press("ArrowLeft")
    assert says(page) == "A unit of layer 1 sees 3 × 3 pixels of the input; neighbours are 1 pixel apart."


@pytest.mark.parametrize("unit", [[0, 0], [2, 5], [6, 3]])
def test_exactly_the_pixels_that_torch_depends_on_are_lit(open_page, unit):
    layers = [(3, 1, 1, 1), (3, 2, 1, 1), (3, 1, 2, 2)]
    page = open_page(ReceptiveFieldExplorer(layers, size=14, unit=unit))
    assert torch.equal(lit(page), depends(layers, 14, unit))


def test_layers_are_edited_added_and_removed_by_keyboard(open_page):
    page = open_page(ReceptiveFieldExplorer([CONV], size=16))
    page.get_by_role("button", name="Add max pool 2").press("Enter")
    page.get_by_role("button", name="Add conv 3").press("Enter")
    assert [told(page, layer) for layer in (1, 2, 3)] == [["14", "1", "3"], ["7", "2", "4"], ["5", "2", "8"]]
    assert says(page).startswith("A unit of layer 3 sees 8 × 8 pixels")
    for name, value in (("dilation", "2"), ("padding", "2")):
        page.get_by_role("spinbutton", name=f"Layer 3, {name}").fill(value)
    assert told(page, 3) == ["7", "2", "12"]
    row = page.get_by_role("slider", name="Row", exact=True)
    row.press("Home")
    page.get_by_role("slider", name="Column", exact=True).press("End")
    stack = [(3, 1, 0, 1), (2, 2, 0, 1), (3, 1, 2, 2)]
    assert torch.equal(lit(page), depends(stack, 16, [0, 6]))
    page.get_by_role("combobox", name="Layer 3", exact=True).select_option("avg pool")
    assert page.get_by_role("spinbutton", name="Layer 3, dilation").input_value() == "1", "average pooling has none"
    assert page.get_by_role("spinbutton", name="Layer 3, padding").input_value() == "1", "at most half its window"
    page.get_by_role("button", name="Remove layer 3").press("Enter")
    assert page.locator(":focus").get_attribute("aria-label") == "Remove layer 2", "the focus is not lost"
    page.get_by_role("button", name="Remove layer 1").press("Enter")
    assert page.get_by_role("button", name="Remove layer 1").is_disabled(), "one layer stays"
    assert told(page, 1) == ["8", "2", "2"]
    for _ in range(7):
        page.get_by_role("button", name="Add conv 3").press("Enter")
    assert page.locator("tbody tr:visible").count() == 8
    assert page.get_by_role("button", name="Add conv 3").is_disabled()


def test_a_number_that_is_none_changes_nothing(open_page):
    page = open_page(ReceptiveFieldExplorer([CONV], size=16))
    kernel = page.get_by_role("spinbutton", name="Layer 1, kernel")
    for text in ("", "0", "99", "2.5"):
        kernel.fill(text)
        assert told(page, 1) == ["14", "1", "3"]
        assert kernel.input_value() == text, "nobody is interrupted while typing"
    kernel.blur()
    assert kernel.input_value() == "3"


def test_the_unit_follows_pointer_and_arrow_keys_on_the_picture(open_page):
    page = open_page(ReceptiveFieldExplorer(LESSON[:3], size=28, image=IMAGE))
    unit = page.get_by_role("slider", name="Unit of layer 3")
    assert unit.get_attribute("aria-valuetext") == "row 5, column 5"
    box = unit.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] - 2)
    assert unit.get_attribute("aria-valuetext") == "row 10, column 0"
    unit.press("ArrowUp")
    assert unit.evaluate("(node) => getComputedStyle(node).outlineWidth") == "3px", "the focus can be seen"
    unit.press("ArrowRight")
    assert unit.get_attribute("aria-valuetext") == "row 9, column 1"
    window = page.locator(".grid i.window")
    assert window.evaluate("(node) => parseFloat(node.style.top)") == pytest.approx(100 * 18 / 28, abs=0.01)
    drawing = page.locator(".stack svg").bounding_box()
    page.mouse.move(drawing["x"] + drawing["width"] - 1, drawing["y"] + 20)
    assert unit.get_attribute("aria-valuetext") == "row 9, column 10"
    unit.press("PageUp")
    unit.press("Home")
    assert unit.get_attribute("aria-valuenow") == "0"


def test_the_rest_of_the_picture_stays_visible(open_page):
    page = open_page(ReceptiveFieldExplorer([CONV], size=28, image=IMAGE, unit=[13, 13]))
    pixels = page.evaluate(
        """() => { const canvas = document.querySelector(".grid canvas");
        return [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]; }"""
    )
    shown = np.array(pixels).reshape(28, 28, 4)[:, :, 0]
    original = np.round(255 * IMAGE)
    assert np.abs(shown[13:16, 13:16] - original[13:16, 13:16]).max() <= 1, "what is seen is shown as it is"
    assert np.ptp(shown[0]) >= 1
    assert np.ptp(shown) > np.ptp(shown[13:16, 13:16])
    outside = np.delete(shown, range(13, 16), 0)
    assert np.ptp(outside) < 0.4 * np.ptp(original), "the rest is dimmed"
    assert np.all(np.diff(outside.mean(1)) > 0), "and still told apart"


def test_a_stack_that_does_not_fit_names_the_layer_and_stays_usable(open_page):
    page = open_page(ReceptiveFieldExplorer([CONV, POOL, Layer(9), CONV], size=16))
    assert (
        says(page)
        == "Layer 3 (conv) does not fit: its kernel spans 9 cells, and 7 arrive. Change it or a layer before it."
    )
    assert told(page, 2) == ["7", "2", "4"]
    assert told(page, 3) == ["–", "–", "–"]
    page.get_by_role("slider", name="Unit of layer 2").press("ArrowLeft")
    page.get_by_role("spinbutton", name="Layer 3, kernel").fill("3")
    assert says(page).startswith("A unit of layer 4 sees 12 × 12 pixels")
    page.get_by_role("spinbutton", name="Layer 1, kernel").fill("15")
    assert says(page).startswith("Layer 3 (conv) does not fit: its kernel spans 3 cells, and 1 arrive")
    page.get_by_role("button", name="Remove layer 4").press("Enter")
    page.get_by_role("button", name="Remove layer 3").press("Enter")
    assert says(page).startswith("A unit of layer 2 sees 16 × 16 pixels")


def test_padding_is_drawn_dashed_and_holes_stay_empty(open_page):
    page = open_page(ReceptiveFieldExplorer([(3, 1, 2, 2)], size=6, unit=[0, 0]))

    def count(kind):
        return (page.locator(f"path.{kind}").get_attribute("d") or "").count("z")

    assert [count(kind) for kind in ("lit", "touched", "plain", "pad")] == [3, 1, 9, 3]
    dashes = page.locator("path.pad").evaluate("(node) => getComputedStyle(node).strokeDasharray")
    assert dashes != "none"
    page.get_by_role("slider", name="Column", exact=True).press("End")
    assert count("touched") == 1


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    stuck = ReceptiveFieldExplorer([CONV, Layer(9)], size=8)
    page = open_page(ReceptiveFieldExplorer(LESSON, image=IMAGE), stuck)
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    large = [Layer(15, stride=8, padding=16), POOL, CONV]
    page = open_page(ReceptiveFieldExplorer(LESSON), ReceptiveFieldExplorer(large, size=64), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []
    tables = page.evaluate(
        """[...document.querySelectorAll("table")].map((table) => table.getBoundingClientRect().right
        - table.closest(".ainotes-figure").getBoundingClientRect().right)"""
    )
    assert max(tables) < 0, "the table stays inside its figure"
