"""The figure of sizes on a page without a kernel, operated by keyboard and pointer."""

import pytest
import torch
from figure_page import flaws, sideways, small_targets
from torch.nn import functional as F

from ainotes.widgets.stride import StrideExplorer

pytestmark = pytest.mark.browser
NAMES = {"size": "Size n", "kernel": "Kernel K", "stride": "Stride S", "padding": "Padding P", "dilation": "Dilation D"}


def counted(size, kernel, stride, padding, dilation):
    """Return the size of torch's output, and how many of its cells depend on each cell of the padded input."""
    picture = torch.zeros(1, 1, size, size, requires_grad=True)
    output = F.conv2d(picture, torch.ones(1, 1, kernel, kernel), None, stride, padding, dilation)
    (gradient,) = torch.autograd.grad(output.sum(), picture)
    return output.shape[-1], F.pad(gradient[0, 0], (padding,) * 4).int().flatten().tolist()


def set_slider(page, name, value):
    slider = page.get_by_role("slider", name=NAMES[name])
    slider.press("Home")
    for _ in range(value - int(slider.get_attribute("min"))):
        slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == str(value)


@pytest.mark.parametrize("setting", [(8, 3, 2, 0, 1), (7, 2, 5, 1, 1), (10, 3, 1, 2, 2), (10, 7, 3, 3, 1)])
def test_by_keyboard_the_figure_shows_what_torch_does(open_page, setting):
    page = open_page(StrideExplorer())
    for name, value in zip(NAMES, setting, strict=True):
        set_slider(page, name, value)
    output, expected = counted(*setting)
    assert page.locator(".says").inner_text().startswith(f"Output {output} × {output}: ")
    assert page.locator(".formula").inner_text().endswith(f"= {output}")
    shown = page.locator(".pane").first.locator(".numbers span").all_inner_texts()
    assert [int(text or 0) for text in shown] == expected, (
        "how many windows see each pixel, none of them in the padding"
    )
    assert page.locator(".outs span").count() == output


def test_the_pixel_that_the_floor_loses_is_hatched_and_named(open_page):
    page = open_page(StrideExplorer(size=8, kernel=3, stride=2))
    assert page.locator(".cells .missed").all_inner_texts() == ["7"]
    assert "Pixel 7 is never seen; on the square that is 15 of 64 pixels." in page.locator(".says").inner_text()
    assert page.locator(".pane i.missed").count() == 2, "one row and one column"
    assert "2.5. It drops half a step" in page.locator(".formula + .note").inner_text()
    set_slider(page, "padding", 1)
    assert page.locator(".cells .missed").count() == 0
    assert page.locator(".cells .zero").all_inner_texts() == ["0", "0"]


def test_the_window_follows_the_keys_on_the_row_and_on_the_output(open_page):
    page = open_page(StrideExplorer(size=8, kernel=3, stride=2, dilation=2))
    row = page.get_by_role("slider", name="Window on the row")
    assert page.locator(".cells .tap").all_inner_texts() == ["0", "2", "4"], "dilation leaves holes"
    row.press("ArrowRight")
    assert page.locator(".cells .tap").all_inner_texts() == ["2", "4", "6"]
    assert row.get_attribute("aria-valuetext") == "Output 1 sees pixels 2, 4 and 6."
    row.press("ArrowUp")
    assert row.get_attribute("aria-valuenow") == "1", "it is the last window"
    row.press("Home")
    assert page.locator(".outs .tap").inner_text() == "0"
    output = page.get_by_role("slider", name="output 2 × 2")
    output.press("ArrowDown")
    assert output.evaluate("(node) => getComputedStyle(node).outlineWidth") == "3px", "the focus can be seen"
    output.press("ArrowRight")
    assert output.get_attribute("aria-valuetext") == "row 1, column 1"
    assert page.locator(".cells .tap").all_inner_texts() == ["2", "4", "6"], "the row shows the cell's column"
    window = page.locator(".pane i.window")
    assert window.evaluate("(node) => [node.style.left, node.style.top]") == ["25%", "25%"]
    assert page.locator(".pane i.tap:visible").count() == 9


def test_the_window_follows_the_pointer_in_all_three_places(open_page):
    page = open_page(StrideExplorer(size=8, kernel=3, padding=1))
    taps = page.locator(".cells .tap")

    def point(locator, across, down):
        box = locator.bounding_box()
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])

    point(page.locator(".along"), 5.5 / 10, 0.2)
    assert taps.all_inner_texts() == ["3", "4", "5"]
    point(page.locator(".pane .grid").last, 0.99, 0.3)
    assert taps.all_inner_texts() == ["6", "7", "0"]
    assert page.locator(".along + .note").inner_text() == "Output 7 sees pixels 6 and 7, and 1 padding cell."
    point(page.locator(".pane .grid").first, 2.5 / 10, 4.5 / 10)
    assert taps.all_inner_texts() == ["0", "1", "2"]
    assert page.get_by_role("slider", name="output").get_attribute("aria-valuetext") == "row 3, column 1"


def test_a_kernel_that_does_not_fit_is_told_and_can_be_mended(open_page):
    page = open_page(StrideExplorer(size=4, kernel=7, cell=[3, 3]))
    assert page.locator(".says").inner_text().startswith("The kernel does not fit: 7 spans 7 cells, and the row has 4.")
    assert page.locator(".outs span").count() == 0
    assert not page.get_by_role("slider", name="no output").is_visible()
    page.locator(".along").press("ArrowRight")
    page.locator(".along").hover()
    set_slider(page, "kernel", 3)
    assert page.locator(".says").inner_text().startswith("Output 2 × 2: half the input.")
    last = page.get_by_role("slider", name="output").get_attribute("aria-valuetext")
    assert last == "row 1, column 1", "the cell that was asked for lies outside"


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    figures = StrideExplorer(8, 3, 2), StrideExplorer(16, 3, 5, 4, 2), StrideExplorer(4, 7), StrideExplorer(1, 1)
    page = open_page(*figures)
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(StrideExplorer(8, 3, 2), StrideExplorer(16, 7, 5, 4, 3), StrideExplorer(1, 1), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []
