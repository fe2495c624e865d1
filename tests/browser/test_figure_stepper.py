"""The stepping kernel on a page without a kernel: the numbers that it shows are those of torch."""

import re

import numpy as np
import pytest
import torch
from figure_page import flaws, sideways, small_targets, tap
from torch.nn.functional import conv2d

from ainotes.kernels import KERNELS
from ainotes.widgets import ConvolutionStepper

pytestmark = pytest.mark.browser
SOBEL = KERNELS["vertical edges"]
STEP = 84  # milliseconds; the figure plays 12 cells a second


def pictures(*shape):
    random = np.random.default_rng(0)
    return {name: random.integers(0, 256, shape, np.uint8) for name in ("noise", "more")}


def by_torch(pixels, weight=SOBEL, bias=0.0, **options):
    """Return torch's output of pixels (H, W) or (H, W, 3), (H', W')."""
    image = torch.from_numpy(pixels / 255)
    image = image[None] if image.ndim == 2 else image.movedim(2, 0)
    kernel = torch.tensor(weight, dtype=torch.float64).expand(1, len(image), -1, -1)
    return conv2d(image[None], kernel, torch.tensor([bias], dtype=torch.float64), **options)[0, 0].numpy()


def output(page):
    return page.get_by_role("slider", name="Output,")


def told(page):
    """Return what the output's slider says of its cell: row, column, value."""
    text = output(page).get_attribute("aria-valuetext").replace("−", "-")
    row, column, value = re.split(", column |: ", text.removeprefix("row "))
    return [int(row), int(column), float(value)]


def products(page):
    """Return the products of the tables, in reading order."""
    return [float(text.replace("−", "-")) for text in page.locator(".tables td b").all_inner_texts()]


def same(page, expected, *cells):
    """Walk to cells by Home, PageUp and arrows; each shows torch's number."""
    for row, column in cells:
        for key in ["PageUp", "Home"] + ["ArrowDown"] * row + ["ArrowRight"] * column:
            output(page).press(key)
        assert told(page) == [row, column, pytest.approx(expected[row, column], abs=0.0051)]


def test_an_output_cell_under_the_pointer_shows_the_nine_products_that_made_it(open_page):
    pixels = pictures(10, 12)
    expected = by_torch(pixels["noise"])
    page = open_page(ConvolutionStepper(pixels))
    box = output(page).bounding_box()
    for row, column in [(0, 0), (3, 7), (7, 9), (5, 2)]:
        page.mouse.move(box["x"] + box["width"] * (column + 0.5) / 10, box["y"] + box["height"] * (row + 0.5) / 8)
        window = pixels["noise"][row : row + 3, column : column + 3] / 255
        assert products(page) == pytest.approx((window * SOBEL).ravel(), abs=0.0051)
        assert told(page) == [row, column, pytest.approx(expected[row, column], abs=0.0051)]
        total = page.locator(".says").inner_text().replace("−", "-")
        assert total.startswith(f"Output row {row}, column {column}: the 9 products sum to ")
        assert float(total.rstrip(".").split()[-1]) == pytest.approx(expected[row, column], abs=0.0051)


def test_a_pixel_under_the_pointer_takes_the_window_to_it(open_page):
    page = open_page(ConvolutionStepper(pictures(12, 12), stride=2, padding=1))
    box = page.locator(".grid").first.bounding_box()  # 14 by 14, with its padding
    for pixel, cell in [((0, 0), (0, 0)), ((7, 5), (3, 2)), ((13, 13), (5, 5))]:
        page.mouse.move(
            *(
                box[side] + box[size] * (at + 0.5) / 14
                for side, size, at in zip(("x", "y"), ("width", "height"), reversed(pixel), strict=True)
            )
        )
        assert told(page)[:2] == list(cell)


def test_arrow_keys_walk_over_the_output(open_page):
    pixels = pictures(9, 9)
    page = open_page(ConvolutionStepper(pixels))
    same(page, by_torch(pixels["noise"]), (0, 0), (0, 6), (4, 3), (6, 6))
    output(page).press("ArrowDown")
    assert told(page)[:2] == [6, 6], "the last row is the last"


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 0), (4, 2)])
def test_arrow_keys_on_the_input_go_from_window_to_window(open_page, stride, padding):
    page = open_page(ConvolutionStepper(pictures(12, 12), {"even": np.ones((2, 2))}, stride=stride, padding=padding))
    source = page.get_by_role("slider", name="noise,")
    for key, cell in [("ArrowRight", [0, 1]), ("ArrowDown", [1, 1]), ("ArrowLeft", [1, 0]), ("ArrowUp", [0, 0])]:
        source.press(key)
        assert told(page)[:2] == cell
        assert source.get_attribute("aria-valuetext") == f"window at row {cell[0]}, column {cell[1]}"


def test_the_position_is_a_slider_in_reading_order(open_page):
    page = open_page(ConvolutionStepper(pictures(6, 7)))
    position = page.get_by_role("slider", name="Position")
    position.press("End")
    assert position.get_attribute("aria-valuetext") == "row 3, column 4"
    position.press("Home")
    for _ in range(6):
        position.press("ArrowRight")
    assert told(page)[:2] == [1, 1]


def test_every_kernel_of_the_list_computes_what_torch_does(open_page):
    pixels = pictures(6, 6)
    page = open_page(ConvolutionStepper(pixels))
    chooser = page.get_by_role("combobox", name="Kernel")
    names = chooser.locator("option").all_inner_texts()
    assert len(names) == 9
    for name in names[:-1]:
        chooser.select_option(name)
        same(page, by_torch(pixels["noise"], KERNELS[name]), (0, 0), (2, 3))
    page.get_by_role("combobox", name="Picture").select_option("more")
    same(page, by_torch(pixels["more"], KERNELS["identity"]), (3, 1))


def test_a_number_that_is_edited_makes_a_kernel_by_hand(open_page):
    pixels = pictures(6, 6)
    page = open_page(ConvolutionStepper(pixels))
    field = page.get_by_label("kernel, row 0, column 2", exact=True)
    assert field.input_value() == "-1"
    field.fill("2.5")
    chooser = page.get_by_role("combobox", name="Kernel")
    assert chooser.input_value() == "by hand"
    weight = np.array(SOBEL, float)
    weight[0, 2] = 2.5
    same(page, by_torch(pixels["noise"], weight), (0, 0), (3, 2))
    field.fill("")
    assert told(page)[2] == pytest.approx(by_torch(pixels["noise"], weight)[3, 2], abs=0.0051), "nothing is not 0"
    field.press("Tab")
    assert field.input_value() == "2.5", "what was left empty is filled again"
    chooser.select_option("blur")
    assert field.input_value() == "0.111"
    same(page, by_torch(pixels["noise"], KERNELS["blur"]), (1, 1))


def test_stride_and_padding_are_those_of_torch(open_page):
    pixels = pictures(9, 11)
    page = open_page(ConvolutionStepper(pixels))
    page.get_by_role("slider", name="Stride").press("ArrowRight")
    page.get_by_role("slider", name="Padding").press("ArrowRight")
    expected = by_torch(pixels["noise"], stride=2, padding=1)
    assert output(page).get_attribute("aria-label") == "Output, 5 rows and 6 columns"
    same(page, expected, (0, 0), (2, 3), (4, 5))
    assert page.locator(".tables td span").nth(8).inner_text().startswith("0 × "), "padding counts as 0"
    page.get_by_role("slider", name="Stride").press("End")
    assert output(page).get_attribute("aria-label") == "Output, 3 rows and 3 columns"
    row, column, value = told(page)
    assert (row, column) == (2, 2), "a position beyond the end is the last one"
    assert value == pytest.approx(by_torch(pixels["noise"], stride=4, padding=1)[2, 2], abs=0.0051)
    assert page.get_by_role("slider", name="Position").get_attribute("aria-valuetext") == "row 2, column 2"


def test_three_channels_and_a_bias_are_summed(open_page):
    pixels = pictures(7, 8, 3)
    figure = ConvolutionStepper(pixels, bias=-0.25)
    page = open_page(figure)
    expected = by_torch(pixels["noise"], bias=-0.25)
    same(page, expected, (0, 0), (4, 5))
    window = pixels["noise"][4:7, 5:8] / 255
    each = np.moveaxis(window, 2, 0) * SOBEL
    assert products(page) == pytest.approx(each.ravel(), abs=0.0051)
    formula = page.locator(".formula").inner_text().replace("−", "-").replace(" (bias)", "")
    terms, total = formula.replace("- ", "+ -").split(" = ")
    assert [float(term) for term in terms.split(" + ")] == pytest.approx([*each.sum((1, 2)), -0.25], abs=0.0051)
    assert float(total) == pytest.approx(expected[4, 5], abs=0.0051)
    page.get_by_label("Green kernel, row 1, column 1").fill("7")
    weight = np.stack([SOBEL] * 3).astype(float)
    weight[1, 1, 1] = 7
    same(page, by_torch(pixels["noise"], weight, -0.25), (2, 2))


def drawn(page):
    """Return how many cells of the output are not blank."""
    return (
        page.locator(".stage canvas")
        .nth(1)
        .evaluate(
            "(node) => { const { data } = node.getContext('2d').getImageData(0, 0, node.width, node.height);"
            " return data.filter((value, i) => i % 4 === 3 && value > 0).length; }"
        )
    )


def test_step_goes_on_by_one_and_reveal_hides_what_comes_later(open_page):
    page = open_page(ConvolutionStepper(np.full((5, 5), 0.5), {"sum": np.ones((3, 3))}))
    step = page.get_by_role("button", name="Step")
    assert drawn(page) == 9
    reveal = page.get_by_role("checkbox", name="Only what was computed so far")
    reveal.press("Space")
    assert drawn(page) == 1
    for count in range(2, 10):
        step.press("Enter")
        assert drawn(page) == count
    step.press("Enter")
    assert told(page)[:2] == [2, 2], "it stays at the end"
    reveal.press("Space")
    output(page).press("Home")
    assert drawn(page) == 9


def test_play_runs_to_the_end_and_starts_again(open_page):
    page = open_page(ConvolutionStepper(np.full((4, 5), 0.5), position=2, reveal=False), clock=True)
    says = page.locator(".says")
    page.get_by_role("button", name="Play").press("Enter")
    assert says.get_attribute("aria-live") == "off", "a screen reader is not told every step"
    assert page.get_by_role("checkbox").is_checked()
    for cell in ([1, 0], [1, 1], [1, 2]):
        assert page.get_by_role("button", name="Pause").is_visible()
        page.clock.run_for(STEP)
        assert told(page)[:2] == cell
    assert says.get_attribute("aria-live") == "polite"
    page.get_by_role("button", name="Play").press("Enter")
    assert told(page)[:2] == [0, 0], "from the end it starts again"


def test_pause_holds_it(open_page):
    page = open_page(ConvolutionStepper(pictures(20, 20)), clock=True)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(3 * STEP)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(100 * STEP)
    assert told(page)[:2] == [0, 3]
    assert page.get_by_role("button", name="Play").is_visible()


def test_with_reduced_motion_it_goes_a_row_at_a_time(open_page):
    page = open_page(ConvolutionStepper(pictures(5, 9)), clock=True, reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(10 * STEP)
    assert told(page)[:2] == [0, 0], "slowly"
    page.clock.run_for(2 * STEP)
    assert told(page)[:2] == [1, 0]


def test_two_copies_do_not_disturb_each_other(open_page):
    figure = ConvolutionStepper(pictures(6, 6))
    page = open_page(figure.html(), figure.html())
    first, second = (page.locator(".ainotes-stepper").nth(i) for i in (0, 1))
    first.get_by_label("kernel, row 1, column 1", exact=True).fill("9")
    first.get_by_role("slider", name="Output,").press("End")
    assert second.get_by_role("combobox", name="Kernel").input_value() == "vertical edges"
    assert second.get_by_label("kernel, row 1, column 1", exact=True).input_value() == "0"
    assert second.locator(".says").inner_text().startswith("Output row 0, column 0:")
    second.get_by_role("combobox", name="Kernel").select_option("blur")
    assert first.get_by_label("kernel, row 1, column 1", exact=True).input_value() == "9"


def test_state_that_python_set_is_there_when_the_page_opens(open_page):
    figure = ConvolutionStepper(pictures(9, 9), kernel="blur", stride=3, padding=2, position=4)
    figure.weight = [[[0, 0, 0], [0, 3, 0], [0, 0, 0]]]
    page = open_page(figure)
    assert told(page) == [*figure.cell, pytest.approx(figure.output[figure.cell], abs=0.0051)]
    assert page.get_by_role("combobox", name="Kernel").input_value() == "by hand"


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    grey = ConvolutionStepper(pictures(28, 28))
    colour = ConvolutionStepper(pictures(24, 24, 3), padding=1, reveal=True)
    large = ConvolutionStepper(pictures(28, 28), {"seven": np.arange(49).reshape(7, 7) / 49})
    page = open_page(grey, colour, large)
    output(page).nth(1).press("PageDown")
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    wide = {"seven": np.arange(49).reshape(7, 7) / 49}
    page = open_page(ConvolutionStepper(pictures(28, 28, 3)), ConvolutionStepper(pictures(28, 28), wide), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []


def test_a_finger_chooses_a_cell(open_page):
    page = open_page(ConvolutionStepper(pictures(10, 10)), width=390, has_touch=True)
    box = output(page).bounding_box()
    tap(page, box["x"] + box["width"] * 0.99, box["y"] + box["height"] * 0.01)
    assert told(page)[:2] == [0, 7]


def test_without_scripts_the_reader_is_told_what_there_is(open_page):
    page = open_page(ConvolutionStepper(pictures(28, 28)), java_script_enabled=False)
    assert "A picture (noise, 28 rows and 28 columns), a 3 by 3 kernel" in page.locator("main").inner_text()
