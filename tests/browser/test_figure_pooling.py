"""The pooling figure on a page without a kernel: what it shows is what torch computes."""

import re

import numpy as np
import pytest
import torch
from figure_page import flaws, sideways, small_targets
from torch.nn.functional import avg_pool2d, max_pool2d

from ainotes.widgets import PoolingExplorer

pytestmark = pytest.mark.browser


def pictures(*shape):
    random = np.random.default_rng(0)
    return {name: random.integers(0, 256, shape, np.uint8) for name in ("noise", "more")}


def pooled(figure, call, picture="noise", **options):
    """Return what torch makes of a picture, (C, H', W')."""
    held = figure.pictures[picture]
    image = np.frombuffer(held["pixels"], np.uint8).reshape(held["shape"]) / 255
    return call(torch.from_numpy(image), **options).numpy()


def told(page, name):
    """Return the numbers at the end of what a picture's slider says."""
    text = page.get_by_role("slider", name=name).get_attribute("aria-valuetext")
    return [float(number) for number in re.findall(r"[\d.]+", text.split(": ")[1])]


def test_arrow_keys_walk_over_the_output_and_tell_torchs_numbers(open_page):
    figure = PoolingExplorer(pictures(9, 11), kernel=3, stride=2)
    page = open_page(figure)
    expected = pooled(figure, max_pool2d, kernel_size=3, stride=2)[0]
    output = page.get_by_role("slider", name="max pooling, 4 rows and 5 columns")
    output.focus()
    for row in range(4):
        page.keyboard.press("Home")
        for column in range(5):
            assert told(page, "pooling,") == [pytest.approx(expected[row, column], abs=0.005)]
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    assert page.locator(".says").first.inner_text().startswith("Output row 3, column 4: the largest of 9 numbers is")


def test_the_window_shows_its_numbers_and_marks_the_largest(open_page):
    figure = PoolingExplorer(pictures(6, 6), kernel=2)
    page = open_page(figure)
    page.get_by_role("slider", name="pooling,").press("End")
    image = np.frombuffer(figure.pictures["noise"]["pixels"], np.uint8).reshape(6, 6) / 255
    cells = page.locator(".window td")
    shown = [float(text.split()[0]) for text in cells.all_text_contents()]
    assert shown == pytest.approx(image[:2, 4:].ravel(), abs=0.005)
    assert page.locator("td.won").all_text_contents() == [f"{max(shown):g} (the largest)"]
    assert (
        page.locator(".formula").inner_text() == f"max({', '.join(f'{value:g}' for value in shown)}) = {max(shown):g}"
    )
    page.get_by_role("radio", name="average").check()
    mean = pooled(figure, avg_pool2d, kernel_size=2)[0, 0, 2]
    assert page.locator(".formula").inner_text().endswith(f") / 4 = {mean:.2g}")
    assert page.locator("td.won").count() == 0


def test_a_pointer_chooses_a_window_on_either_picture(open_page):
    page = open_page(PoolingExplorer(pictures(8, 8), kernel=2))
    first, second = (page.locator(".grid").nth(i).bounding_box() for i in (0, 1))
    page.mouse.move(second["x"] + second["width"] * 0.9, second["y"] + second["height"] * 0.1)
    assert page.locator(".says").first.inner_text().startswith("Output row 0, column 3:")
    page.mouse.move(first["x"] + first["width"] * 0.05, first["y"] + first["height"] * 0.95)
    assert page.locator(".says").first.inner_text().startswith("Output row 3, column 0:")


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (2, 2), (3, 1), (3, 3), (2, 5)])
def test_arrow_keys_on_the_input_go_from_window_to_window(open_page, kernel, stride):
    page = open_page(PoolingExplorer(pictures(12, 12), kernel=kernel, stride=stride))
    source = page.get_by_role("slider", name="noise,")
    for key, cell in [("ArrowRight", (0, 1)), ("ArrowDown", (1, 1)), ("ArrowLeft", (1, 0)), ("ArrowUp", (0, 0))]:
        source.press(key)
        assert source.get_attribute("aria-valuetext") == f"window at row {cell[0]}, column {cell[1]}"


def test_window_and_stride_are_set_by_slider_and_the_stride_follows_the_window(open_page):
    figure = PoolingExplorer(pictures(28, 28))
    page = open_page(figure)
    shape = page.locator(".note").nth(2)
    page.get_by_role("slider", name="Window").press("ArrowRight")
    assert (
        shape.inner_text()
        == "28 × 28 becomes 9 × 9: ⌊(28 − 3) / 3⌋ + 1 = 9. In no window (hatched): 1 row and 1 column."
    )
    assert page.locator(".missed:visible").count() == 2
    page.get_by_role("slider", name="Stride").press("ArrowLeft")
    page.get_by_role("slider", name="Window").press("ArrowRight")
    assert shape.inner_text().startswith("28 × 28 becomes 13 × 13:"), "a stride of its own stays"
    page.get_by_role("slider", name="pooling,").press("ArrowDown")
    assert told(page, "pooling,") == [
        pytest.approx(pooled(figure, max_pool2d, kernel_size=4, stride=2)[0, 1, 0], abs=0.005)
    ]


def test_both_pictures_are_drawn_to_one_scale(open_page):
    page = open_page(PoolingExplorer(pictures(28, 20), kernel=3, stride=2))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        first, second = (page.locator(".grid").nth(i).bounding_box() for i in (0, 1))
        assert second["width"] / first["width"] == pytest.approx(9 / 20, rel=0.02)
        assert second["height"] / first["height"] == pytest.approx(13 / 28, rel=0.02)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_a_shift_tells_the_change_that_python_computes(open_page, kind):
    figure = PoolingExplorer(pictures(12, 12), kernel=3, stride=2)
    page = open_page(figure)
    tells = page.locator(".says").nth(1)
    assert tells.inner_text().startswith("Move the picture by a pixel")
    assert page.locator(".bars b").all_inner_texts() == ["0 %"] * 3
    page.get_by_role("radio", name=kind).check()
    page.get_by_role("slider", name="Right").press("ArrowRight")
    page.get_by_role("slider", name="Down").press("Home")
    figure.kind, figure.shift = kind, [-3, 1]
    shares = [f"{100 * share:.0f} %" for share in figure.change.values()]
    assert tells.inner_text() == (
        f"Shifted 3 rows up and 1 column right: the picture changed in {shares[0]} of its brightness, "
        f"the pooled picture in {shares[1]}, the thinned one in {shares[2]}."
    )
    assert page.locator(".bars b").all_inner_texts() == shares
    assert told(page, "pooling,") == [pytest.approx(figure.output[0, 0], abs=0.005)]


def test_each_channel_of_a_colour_picture_is_pooled(open_page):
    figure = PoolingExplorer(pictures(10, 10, 3), kind="average", kernel=5)
    page = open_page(figure)
    page.get_by_role("slider", name="pooling,").press("ArrowRight")
    expected = pooled(figure, avg_pool2d, kernel_size=5)[:, 0, 1]
    assert told(page, "pooling,") == pytest.approx(expected, abs=0.005)
    assert page.locator("caption").all_inner_texts() == ["Red", "Green", "Blue"]
    lines = page.locator(".formula").inner_text().splitlines()
    assert [float(line.split("= ")[1]) for line in lines] == pytest.approx(expected, abs=0.005)
    page.get_by_role("combobox", name="Picture").select_option("more")
    assert told(page, "pooling,") == pytest.approx(
        pooled(figure, avg_pool2d, "more", kernel_size=5)[:, 0, 1], abs=0.005
    )


def test_small_pictures_show_their_numbers_and_large_ones_do_not(open_page):
    page = open_page(PoolingExplorer(pictures(12, 12)), PoolingExplorer(pictures(13, 12)))
    counts = [page.locator(".grid").nth(i).locator(".numbers span").count() for i in range(4)]
    assert counts == [144, 36, 0, 0]


def test_two_copies_do_not_disturb_each_other(open_page):
    figure = PoolingExplorer(pictures(8, 8))
    page = open_page(figure.html(), figure.html())
    first, second = (page.locator(".ainotes-pooling").nth(i) for i in (0, 1))
    first.get_by_role("radio", name="average").check()
    first.get_by_role("slider", name="pooling,").press("End")
    assert second.get_by_role("radio", name="max").is_checked()
    assert second.locator(".says").first.inner_text().startswith("Output row 0, column 0: the largest")


def test_state_that_python_set_is_there_when_the_page_opens(open_page):
    figure = PoolingExplorer(pictures(8, 8), kind="average", kernel=3, stride=1, shift=(0, -2))
    figure.cell = [99, 2]
    page = open_page(figure)
    text = page.locator(".says").first.inner_text()
    assert text.startswith("Output row 5, column 2: the mean of 9 numbers is"), "no further than the last row"
    assert told(page, "pooling,") == [pytest.approx(figure.output[5, 2], abs=0.005)]
    assert page.locator(".says").nth(1).inner_text().startswith("Shifted 2 columns left:")


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    figures = (PoolingExplorer(pictures(9, 8), kernel=6, shift=(0, 1)), PoolingExplorer(pictures(28, 28, 3), kernel=6))
    page = open_page(*figures)
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(
        PoolingExplorer(pictures(28, 28, 3), kernel=6, stride=1), PoolingExplorer(pictures(9, 9)), width=340
    )
    assert sideways(page) <= 0
    assert small_targets(page) == []


def test_without_scripts_the_reader_is_told_the_shapes(open_page):
    page = open_page(PoolingExplorer(pictures(28, 28)), java_script_enabled=False)
    assert "14 rows and 14 columns, with windows of 2 by 2" in page.locator("main").inner_text()
