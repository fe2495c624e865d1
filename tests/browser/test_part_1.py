"""The figures of part 1 on the built pages: operated by pointer and by keys, they show what torch computes."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ainotes import ops

pytestmark = pytest.mark.browser
PART = "notebooks/1_convolutions"


class Shown:
    """One live figure of a page: what it holds, and the element that the reader operates."""

    def __init__(self, tab, page: str, name: str, place: int = 0) -> None:
        tab.open(f"{PART}/{page}.html")
        self.page = tab.page
        self.root = self.page.locator(f".ainotes-{name}").nth(place)
        self.root.scroll_into_view_if_needed()
        text = self.root.evaluate("node => node.closest('.ainotes-live').querySelector('script').textContent")
        self.state = json.loads(text)["state"]

    def image(self, name: str) -> torch.Tensor:
        """Return a picture that the figure holds as floats (1, C, H, W)."""
        held = self.state["pictures"][name]
        pixels = np.frombuffer(base64.b64decode(held["pixels"]["$bytes"]), np.uint8).reshape(1, *held["shape"])
        return torch.from_numpy(pixels / 255)

    def slider(self, name: str):
        return self.root.get_by_role("slider", name=name)

    def says(self, number: int = 0) -> str:
        return self.root.locator(".says").nth(number).inner_text()

    def point(self, picture, across: float, down: float) -> None:
        """Move the pointer to a place of a picture, in shares of its sides."""
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        self.page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def number(text: str) -> float:
    """Return the last number of a sentence."""
    return float(re.findall(r"−?\d+(?:\.\d+)?", text)[-1].replace("−", "-"))


def test_the_stepper_sums_the_products_that_torch_sums(visitor):
    figure = Shown(visitor(), "01_images", "stepper")
    weight = torch.tensor(figure.state["weight"], dtype=torch.float64)[None]
    expected = F.conv2d(figure.image("boot"), weight)[0, 0]  # (26, 26)
    output = figure.root.locator(".grid").nth(1)
    for row, column in ((3, 20), (12, 7), (25, 25)):
        figure.point(output, (column + 0.5) / 26, (row + 0.5) / 26)
        assert f"row {row}, column {column}:" in figure.says()
        assert number(figure.says()) == pytest.approx(expected[row, column].item(), abs=0.006)
        products = figure.root.locator("td b").all_inner_texts()
        assert sum(map(number, products)) == pytest.approx(expected[row, column].item(), abs=0.06)
    output.press("ArrowUp")
    output.press("ArrowLeft")
    assert "row 24, column 24: " in output.get_attribute("aria-valuetext")
    assert number(output.get_attribute("aria-valuetext")) == pytest.approx(expected[24, 24].item(), abs=0.006)
    field = figure.root.get_by_label("kernel, row 1, column 1")
    field.fill("5")
    weight[0, 0, 1, 1] = 5
    changed = F.conv2d(figure.image("boot"), weight)[0, 0]
    assert number(figure.says()) == pytest.approx(changed[24, 24].item(), abs=0.006)
    assert figure.root.get_by_role("combobox", name="Kernel").input_value() == "by hand"


def test_the_stepper_in_colour_sums_its_channels_as_torch_does(visitor):
    figure = Shown(visitor(), "02_convolution", "stepper", place=1)
    expected = F.conv2d(figure.image("coffee"), torch.tensor(figure.state["weight"], dtype=torch.float64)[None])[0, 0]
    row, column = divmod(figure.state["position"], expected.shape[1])
    assert number(figure.says()) == pytest.approx(expected[row, column].item(), abs=0.006)
    assert figure.root.locator("td").count() == 27
    figure.slider("Position").press("ArrowRight")
    assert number(figure.says()) == pytest.approx(expected[row, column + 1].item(), abs=0.006)


def test_the_gabor_bank_finds_the_direction_that_torch_finds(visitor):
    figure = Shown(visitor(), "03_kernels", "gabor")
    bank = ops.gabor_bank(figure.state["frequency"], figure.state["sigma"])
    for name in ("boot", "dress"):
        figure.root.get_by_role("combobox", name="Picture").select_option(name)
        means = ops.gabor_response(figure.image(name), bank).mean((0, 2, 3))
        assert figure.says(1).startswith(f"Strongest at {22.5 * int(means.argmax()):g}°: a mean")
    kernel = figure.slider("Direction of the kernel")
    before = kernel.get_attribute("aria-valuetext")
    kernel.press("ArrowRight")
    turned = kernel.get_attribute("aria-valuetext")
    assert turned != before
    picture = figure.root.locator(".grid").nth(1)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    figure.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)
    figure.page.mouse.down()
    figure.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.95, steps=8)
    figure.page.mouse.up()
    assert kernel.get_attribute("aria-valuetext").startswith("90")


def test_the_stride_explorer_counts_what_torch_gives(visitor):
    figure = Shown(visitor(), "04_sizes", "stride")
    size, kernel, stride, padding = 8, 3, 2, 0
    for name, value in (("Padding P", 1), ("Kernel K", 4)):
        slider = figure.slider(name)
        slider.press("Home")
        for _ in range(value - int(slider.get_attribute("min"))):
            slider.press("ArrowRight")
        padding, kernel = (value, kernel) if name == "Padding P" else (padding, value)
        expected = F.conv2d(torch.zeros(1, 1, size, size), torch.zeros(1, 1, kernel, kernel), None, stride, padding)
        assert figure.says().startswith(f"Output {expected.shape[2]} × {expected.shape[3]}")
    figure.point(figure.root.locator(".grid").nth(1), 0.99, 0.01)
    assert figure.slider("output").get_attribute("aria-valuetext") == f"row 0, column {expected.shape[3] - 1}"


def test_the_pooling_explorer_keeps_what_torch_keeps(visitor):
    figure = Shown(visitor(), "05_sight", "pooling")
    moved = F.pad(figure.image("boot"), (1, 0))[..., :-1]  # the lesson shifts it one column to the right
    expected = F.max_pool2d(moved, 2)[0, 0]
    figure.point(figure.root.locator(".grid").nth(1), 8.5 / 14, 9.5 / 14)
    assert "row 9, column 8" in figure.says()
    assert number(figure.says()) == pytest.approx(expected[9, 8].item(), abs=0.006)
    figure.root.get_by_role("radio", name="average").check()
    mean = F.avg_pool2d(moved, 2)[0, 0]
    assert number(figure.says()) == pytest.approx(mean[9, 8].item(), abs=0.006)


def test_the_receptive_field_is_the_one_that_torchs_gradient_shows(visitor):
    figure = Shown(visitor(), "05_sight", "receptive")
    layers = [(each["kernel"], each["stride"], each["padding"], each["dilation"]) for each in figure.state["layers"]]
    for depth in (5, 4):
        picture = torch.zeros(1, 1, 28, 28, requires_grad=True)
        output = picture
        for kernel, *numbers in layers[:depth]:
            output = F.conv2d(output, torch.ones(1, 1, kernel, kernel), None, *numbers)
        middle = output.shape[2] // 2
        (gradient,) = torch.autograd.grad(output[0, 0, middle, middle], picture)
        seen = int((gradient[0, 0].sum(1) > 0).sum())
        assert figure.says().startswith(f"A unit of layer {depth} sees {seen} × {seen} pixels")
        figure.root.get_by_role("slider", name="Layer", exact=True).press("ArrowLeft")
    rows = figure.root.locator(".grid").first
    rows.press("ArrowRight")
    assert figure.says().startswith("A unit of layer 3")
