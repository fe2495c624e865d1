"""The Gabor figure on a page without a kernel: turned by slider, keys and pointer, it shows what Python computes."""

import math

import numpy as np
import pytest
import torch
from figure_page import flaws, sideways, small_targets, tap

from ainotes import ops
from ainotes.widgets import GaborExplorer

pytestmark = pytest.mark.browser


def pictures(size=28):
    rows = np.indices((size, size))[0]
    level = np.round(127 + 127 * np.sin(2 * np.pi * 0.2 * rows))
    noise = np.random.default_rng(0).integers(0, 256, (size, size))
    return {"level stripes": level.astype(np.uint8), "noise": noise.astype(np.uint8)}


def kernel(page):
    return page.get_by_role("slider", name="Direction of the kernel")


def angle(page):
    return kernel(page).get_attribute("aria-valuetext")


def bank(page):
    """Return the mean magnitudes that the eight buttons show, and the number of the marked one."""
    buttons = page.locator(".bank button")
    marked = [i for i in range(8) if "★" in buttons.nth(i).inner_text()]
    return [float(text.removesuffix(" ★")) for text in page.locator(".bank span").all_inner_texts()], marked


def painted(page, number):
    """Return the pixels of a canvas as (H, W, 4)."""
    data = (
        page.locator(".stage canvas")
        .nth(number)
        .evaluate("(node) => [...node.getContext('2d').getImageData(0, 0, node.width, node.height).data, node.height]")
    )
    return np.array(data[:-1]).reshape(data[-1], -1, 4)


def shades(figure):
    """Return the greys of the magnitude as torch computes it: 255 for the largest of the whole bank."""
    image = np.frombuffer(figure.pictures[figure.picture]["pixels"], np.uint8).reshape(1, 1, *figure.response.shape)
    images = torch.from_numpy(image / 255)
    peak = ops.gabor_response(images, ops.gabor_bank(figure.frequency, figure.sigma)).max()
    one = ops.gabor_kernel(figure.frequency, figure.theta, figure.sigma, len(figure.kernel))
    return (255 * ops.gabor_response(images, one) / peak).clamp(max=255)[0, 0].numpy()


def test_the_bank_shows_torchs_means_and_marks_the_strongest(open_page):
    page = open_page(GaborExplorer(pictures()))
    for name in ("noise", "level stripes"):
        page.get_by_role("combobox", name="Picture").select_option(name)
        image = torch.from_numpy(pictures()[name] / 255)[None, None]
        expected = ops.gabor_response(image, ops.gabor_bank(0.2, 2.0)).mean((0, 2, 3)).numpy()
        means, marked = bank(page)
        assert means == pytest.approx(expected, abs=0.0006)
        assert marked == [expected.argmax()]
        assert (
            page.locator(".says").nth(1).inner_text().startswith(f"Strongest at {22.5 * expected.argmax():g}°: a mean")
        )
    assert marked == [4], "level stripes answer at 90°"


def test_the_response_that_is_drawn_is_torchs(open_page):
    figure = GaborExplorer(pictures(), picture="noise", theta=math.radians(52.5), frequency=0.15, sigma=1.5)
    page = open_page(figure)
    np.testing.assert_allclose(painted(page, 2)[..., 0], shades(figure), atol=1)
    page.get_by_role("slider", name="Frequency").press("ArrowRight")
    page.get_by_role("slider", name="Sigma").press("ArrowLeft")
    kernel(page).press("PageUp")
    figure.frequency, figure.sigma, figure.theta = 0.16, 1.4, math.radians(75)
    np.testing.assert_allclose(painted(page, 2)[..., 0], shades(figure), atol=1)
    page.get_by_role("radio", name="real part").check()
    figure.part = "real part"
    drawn = painted(page, 2)
    blue = drawn[..., 2] > drawn[..., 0]
    clear = drawn[..., 3] > 8
    assert clear.any()
    np.testing.assert_array_equal(blue[clear], (figure.response > 0)[clear])


def test_the_kernel_that_is_drawn_is_that_of_python(open_page):
    figure = GaborExplorer(pictures(), theta=math.radians(30))
    drawn = painted(open_page(figure), 1)
    real = figure.kernel.real
    np.testing.assert_allclose(drawn[..., 3], 255 * np.abs(real) / np.abs(real).max(), atol=1)
    clear = drawn[..., 3] > 8
    np.testing.assert_array_equal((drawn[..., 2] > drawn[..., 0])[clear], (real > 0)[clear])


def test_arrow_keys_on_the_kernel_turn_it(open_page):
    page = open_page(GaborExplorer(pictures()))
    kernel(page).focus()
    for key, expected in [
        ("ArrowRight", "7.5°"),
        ("ArrowUp", "15°"),
        ("ArrowLeft", "7.5°"),
        ("PageUp", "30°"),
        ("Home", "0°"),
        ("ArrowDown", "0°"),
        ("End", "180°"),
        ("PageDown", "157.5°"),
    ]:
        page.keyboard.press(key)
        assert angle(page) == expected
    assert page.locator(".says").first.inner_text() == "At 157.5° it answers stripes and edges that stand upright."
    assert page.locator(".bank [aria-pressed=true]").inner_text().startswith("157.5°")


def test_the_slider_and_the_thumbnails_turn_it_too(open_page):
    page = open_page(GaborExplorer(pictures()))
    page.get_by_role("slider", name="Direction", exact=True).press("ArrowRight")
    assert angle(page) == "7.5°"
    assert page.locator(".bank [aria-pressed=true]").count() == 0
    button = page.get_by_role("button", name="45°: mean magnitude")
    button.press("Enter")
    assert angle(page) == "45°"
    assert button.get_attribute("aria-pressed") == "true"
    assert page.get_by_role("slider", name="Direction", exact=True).get_attribute("aria-valuetext") == "45°"


def test_dragging_on_the_kernel_turns_it_and_hovering_does_not(open_page):
    page = open_page(GaborExplorer(pictures()))
    box = kernel(page).bounding_box()

    def to(degrees, far=60):
        turn = math.radians(degrees)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x + far * math.cos(turn), y + far * math.sin(turn))

    to(45)
    assert angle(page) == "0°"
    page.mouse.down()
    assert angle(page) == "45°"
    for degrees, expected in ((90, "90°"), (201, "21°"), (-45, "135°")):
        to(degrees)
        assert angle(page) == expected
    to(63, far=300)  # outside the picture the drag goes on
    assert angle(page) == "63°"
    page.mouse.up()
    to(10)
    assert angle(page) == "63°"


def test_a_finger_turns_it(open_page):
    page = open_page(GaborExplorer(pictures()), width=390, has_touch=True)
    box = kernel(page).bounding_box()
    tap(page, box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9)
    assert angle(page) == "90°"
    assert kernel(page).evaluate("(node) => getComputedStyle(node).touchAction") == "none"


def test_two_copies_do_not_disturb_each_other(open_page):
    figure = GaborExplorer(pictures())
    page = open_page(figure.html(), figure.html())
    first, second = (page.locator(".ainotes-gabor").nth(i) for i in (0, 1))
    first.get_by_role("slider", name="Direction", exact=True).press("End")
    first.get_by_role("radio", name="real part").check()
    assert second.get_by_role("slider", name="Direction", exact=True).get_attribute("aria-valuetext") == "0°"
    assert second.get_by_role("radio", name="magnitude").is_checked()


def test_a_direction_between_the_steps_is_shown_as_python_set_it(open_page):
    page = open_page(GaborExplorer(pictures(), theta=1.0, part="real part"))
    assert angle(page) == "57.3°"
    kernel(page).press("ArrowRight")
    assert angle(page) == "64.8°"
    assert page.get_by_role("radio", name="real part").is_checked()


def test_a_black_picture_has_no_strongest_direction(open_page):
    page = open_page(GaborExplorer(np.zeros((8, 8))))
    assert bank(page) == ([0.0] * 8, [])
    assert page.locator(".says").nth(1).inner_text().startswith("No answer at any orientation")


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    page = open_page(GaborExplorer(pictures()), GaborExplorer(pictures(64), part="real part"))
    page.get_by_role("button", name="90°").first.click()
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(GaborExplorer(pictures(), sigma=4.0), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []


def test_without_scripts_the_reader_is_told_the_strongest_direction(open_page):
    page = open_page(GaborExplorer(pictures()), java_script_enabled=False)
    assert "the strongest is 90°" in page.locator("main").inner_text()
