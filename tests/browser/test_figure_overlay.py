"""The figure of maps over pictures on a page without a kernel, operated by keyboard."""

import numpy as np
import pytest
from figure_page import flaws, sideways, small_targets

from ainotes.widgets import MapExplorer

pytestmark = pytest.mark.browser


def explorer(size=24, **changes):
    down, right = np.mgrid[0:size, 0:size] / (size - 1)
    images = {"cat": np.stack([down, right, 1 - down]), "rocket": right}
    heats = {
        "Grad-CAM": np.stack([down, right]) ** 4,
        "saliency": np.stack([right, down]),
        "integrated gradients": np.stack([right, right]) ** 9,
    }
    return MapExplorer(images, heats, **changes)


def pixel(page, row, column, which=1):
    script = "(canvas, at) => [...canvas.getContext('2d').getImageData(at[1], at[0], 1, 1).data]"
    return page.locator("canvas").nth(which).evaluate(script, [row, column])


def test_the_sentence_is_what_python_says(open_page):
    figure = explorer(share=20)
    page = open_page(figure)
    text = page.locator(".says").inner_text()
    assert text == f"Grad-CAM, cat: the hottest 20 % of the pixels hold {100 * figure.held():.0f} % of the map."


def test_everything_is_chosen_by_keyboard(open_page):
    page = open_page(explorer())
    page.get_by_role("radio", name="Grad-CAM").press("ArrowRight")
    assert page.get_by_role("radio", name="saliency").is_checked()
    page.get_by_role("combobox", name="Picture").select_option("rocket")
    shown = page.get_by_role("slider", name="Pixels shown")
    shown.press("Home")
    assert shown.get_attribute("aria-valuetext") == "1 %"
    assert page.locator(".says").inner_text().startswith("saliency, rocket: the hottest 1 % of the pixels hold")
    assert page.get_by_role("img", name="rocket under its map. saliency, rocket").count() == 1
    opacity = page.get_by_role("slider", name="Opacity")
    opacity.press("End")
    assert opacity.get_attribute("aria-valuetext") == "100 %"


def test_opacity_and_share_change_the_picture(open_page):
    page = open_page(explorer(opacity=0))
    assert pixel(page, 23, 0) == pixel(page, 23, 0, which=0), "without opacity it is the picture"
    page.get_by_role("slider", name="Opacity").press("End")
    assert pixel(page, 23, 0)[:3] == [253, 231, 37], "the largest number is yellow"
    page.get_by_role("slider", name="Pixels shown").press("Home")
    assert pixel(page, 0, 0)[3] == 0, "what is not shown is not there"
    assert pixel(page, 23, 0)[3] == 255


def test_two_copies_on_a_page_are_independent(open_page):
    page = open_page(explorer(), explorer())
    page.get_by_role("radio", name="saliency").first.check()
    sentences = page.locator(".says").all_inner_texts()
    assert sentences[0].startswith("saliency, cat")
    assert sentences[1].startswith("Grad-CAM, cat")


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    assert flaws(open_page(explorer(), explorer(share=3, opacity=100))) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(explorer(), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []
