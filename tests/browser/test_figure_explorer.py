"""The network explorer on a page without a kernel: chosen, drawn on, dropped on, taken apart, by pointer and keys."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
import test_lab_figures as jupyter
import torch
from figure_page import flaws, sideways, small_targets, tap
from PIL import Image
from test_figure_classifier import GIVE
from torch import nn

from ainotes.pretrained import embedded, load
from ainotes.widgets import NetworkExplorer
from ainotes.widgets import explorer_given as given

pytestmark = pytest.mark.browser
lab = jupyter.lab  # the fixture: a JupyterLab of its own
CLASSES = ["shirt", "boot", "bag"]
# With all their digits.
SHARES = "() => [...document.querySelectorAll('.class .bar')].map((bar) => parseFloat(bar.style.width) / 100)"
PIXELS = """(channels) => {
  const canvas = document.querySelector(".sheet canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...data].filter((_, i) => i % 4 < channels);
}"""

READ = "(all) => all.map((node) => [...node.children].map((span) => Number(span.textContent.replace('−', '-'))))"


def stack() -> nn.Sequential:
    """Return a small network with everything in it, whose answers differ."""
    torch.manual_seed(3)
    first = [nn.Conv2d(1, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)]
    more = [nn.Conv2d(6, 20, 3), nn.ReLU(), nn.Flatten(), nn.Linear(320, 12), nn.ReLU(), nn.Linear(12, 3)]
    network = nn.Sequential(*first, *more)
    with torch.no_grad():
        for _ in range(4):
            network.train()(torch.rand(32, 1, 12, 12))
        network[-1].weight.mul_(8)
    return network.eval()


def pictures() -> np.ndarray:
    """Return three pictures, light on dark: uint8 (3, 12, 12)."""
    images = np.zeros((3, 12, 12), np.uint8)
    images[0, 2:10, 4:8], images[0, 2:5, 2:10] = 220, 250
    images[1, 3:10, 5:9], images[1, 7:10, 2:9] = 190, 255
    images[2, 5:10, 2:10], images[2, 3:5, 4:8] = 230, 120
    return images


@pytest.fixture(scope="module")
def opened():
    network = stack()
    return NetworkExplorer(network, pictures(), [0, 1, 2], CLASSES, mean=0.3, std=0.4), network


@pytest.fixture(scope="module")
def garments():
    """The network of the site, on pictures that need no data."""
    own, facts = load("convnet_fashion_mnist"), embedded.facts("convnet_fashion_mnist")
    images = np.stack([np.asarray(Image.fromarray(each).resize((28, 28))) for each in pictures()])
    return NetworkExplorer(own.model, images, [0, 9, 8], own.categories, mean=facts["mean"], std=facts["std"])


def wait(page):
    page.wait_for_function(
        "[...document.querySelectorAll('.ainotes-explorer .answer')].every((node) => node.textContent)"
    )
    return page


def through(network, pixels, off=()):
    """Return what leaves each module in torch, of bytes (H, W) or (1, H, W), with maps of some modules set to zero."""
    maps = torch.from_numpy(given.prepared(np.asarray(pixels, np.uint8).reshape(1, 1, 12, 12), [0.3], [0.4]))
    found = []
    with torch.inference_mode():
        for place, module in enumerate(network):
            maps = module(maps)
            for layer, number in off:
                if layer == place:
                    maps[:, number] = 0
            found.append(maps.clone())
    return found


def agrees(page, network, pixels, off=()):
    """Assert that the page shows torch's probabilities to 1e-3, and says the most probable class."""
    expected = through(network, pixels, off)[-1][0].softmax(0).numpy()
    assert page.evaluate(SHARES) == pytest.approx(expected, abs=1e-3)
    best = f"The network says: {CLASSES[expected.argmax()]}, {100 * expected.max():.1f}\u00a0%."
    assert page.locator(".answer").inner_text() == best
    return expected


def drawn(page):
    """Return the bytes on the drawing pad."""
    return np.array(page.evaluate(PIXELS, 1), np.uint8).reshape(12, 12)


def ledger(page):
    """Return what the panel adds up: name -> text."""
    return dict(
        page.locator(".ledger p").evaluate_all("(lines) => lines.map((p) => [...p.children].map((s) => s.textContent))")
    )


def told(value):
    """Return a number as the panel tells it."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


def tile(page, stage, number):
    return page.locator(".layer").nth(stage).locator(".map").nth(number)


def test_every_picture_gets_the_answer_of_torch(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    for number, name in enumerate(CLASSES):
        page.get_by_role("radio", name=f"{name}, picture {number + 1}").check()
        agrees(page, network, pictures()[number])
        assert np.array_equal(drawn(page), pictures()[number])
        assert page.get_by_text(f"Label: {name}.").is_visible()
        assert page.locator(".class .name").nth(number).inner_text() == f"{name} (label)"


def test_a_stroke_of_the_pen_runs_through_the_whole_network(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    page.get_by_role("button", name="Clear").click()
    assert not drawn(page).any()
    blank = agrees(page, network, np.zeros((12, 12)))
    box = page.locator(".sheet .grid").bounding_box()
    cell = box["width"] / 12
    page.mouse.move(box["x"] + 2.5 * cell, box["y"] + 3.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 9.5 * cell, box["y"] + 3.5 * cell, steps=4)
    half = drawn(page)
    assert (half[3, 2:10] == 255).all(), "no gap"
    agrees(page, network, half)  # at once, while the pen is down
    page.mouse.move(box["x"] + 9.5 * cell, box["y"] + 9.5 * cell, steps=4)
    page.mouse.up()
    after = agrees(page, network, drawn(page))
    assert np.abs(after - blank).max() > 0.02
    assert page.get_by_role("radio", name="Your picture").is_checked()
    assert page.get_by_text("Your picture: nobody labelled it.").is_visible()
    page.get_by_role("radio", name="Eraser").check()
    page.mouse.move(box["x"] + 5.5 * cell, box["y"] + 3.5 * cell)
    page.mouse.down()
    page.mouse.up()
    assert drawn(page)[3, 5] == 0
    agrees(page, network, drawn(page))
    mine = drawn(page)
    page.get_by_role("radio", name="bag, picture 3").check()
    agrees(page, network, pictures()[2])
    page.get_by_role("radio", name="Your picture").check()
    assert np.array_equal(drawn(page), mine), "it is kept"
    page.get_by_role("button", name="Invert").click()
    assert np.array_equal(drawn(page), 255 - mine)


def test_a_map_under_the_pointer_is_looked_at_and_one_that_is_clicked_stays(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    what = page.locator(".panel .head b")
    before = what.inner_text()
    maps = through(network, pictures()[0])
    box = tile(page, 2, 13).bounding_box()
    side = box["width"] / 4
    page.mouse.move(box["x"] + 2.5 * side, box["y"] + 1.5 * side)
    assert what.inner_text() == "Map 13, of 0 to 19"
    assert page.locator(".panel .says").inner_text().startswith(f"Row 1, column 2 holds {told(maps[5][0, 13, 1, 2])}.")
    page.mouse.move(box["x"], box["y"] - 40)
    page.mouse.move(2, 2)
    assert what.inner_text() == before, "only looked at"
    tile(page, 2, 13).click(position={"x": 3.5 * side, "y": 3.5 * side})
    page.mouse.move(2, 2)
    assert what.inner_text() == "Map 13, of 0 to 19"
    assert tile(page, 2, 13).get_attribute("aria-selected") == "true"
    assert (
        "It sees 7\u00a0×\u00a07 pixels of the picture: rows 5 to 11, columns 5 to 11."
        in page.locator(".panel .says").inner_text()
    )


def test_the_products_behind_a_cell_are_those_of_torch(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    maps = through(network, pictures()[0])
    number, row, column = np.unravel_index(int(maps[4][0].argmax()), (20, 4, 4))
    box = tile(page, 2, number).bounding_box()
    tile(page, 2, number).click(position={"x": (column + 0.5) * box["width"] / 4, "y": (row + 0.5) * box["width"] / 4})
    window = maps[3][0, :, row : row + 3, column : column + 3]
    products = window * network[4].weight[number].detach()
    sums = products.sum((1, 2))
    value, bias = maps[4][0, number, row, column], network[4].bias[number].detach()
    assert float(sums.sum() + bias) == pytest.approx(float(value), abs=1e-5)
    found = ledger(page)
    assert list(found) == ["54 products", "bias", "sum", "ReLU"]
    numbers = [float(text.replace("−", "-")) for text in found.values()]
    assert numbers == pytest.approx([float(sums.sum()), float(bias), float(value), float(value)], abs=2e-3)
    order = sums.abs().argsort(descending=True)
    assert page.locator(".entry .name").all_inner_texts() == [f"map {i}" for i in order]
    added = [float(text.replace("−", "-")) for text in page.locator(".entry .sum").all_inner_texts()]
    assert added == pytest.approx(sums[order].tolist(), abs=2e-3)
    # The largest is spread out, and another one on request.
    for choose in (0, 3):
        page.locator(".entry").nth(choose).click()
        shown = page.locator(".triple .numbers").evaluate_all(READ)
        assert shown[0] == pytest.approx(window[order[choose]].ravel().tolist(), abs=0.011)
        assert shown[1] == pytest.approx(network[4].weight[number, order[choose]].ravel().tolist(), abs=0.011)
        assert shown[2] == pytest.approx(products[order[choose]].ravel().tolist(), abs=0.011)
        assert page.locator(".entry").nth(choose).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name=f"Go to map {order[3]} of stage 2").click()
    assert page.locator(".panel .head b").inner_text() == f"Map {order[3]}, of 0 to 5"
    assert list(ledger(page)) == ["largest of 4"]
    page.get_by_role("button", name=f"Go to map {order[3]} of stage 1").click()
    assert list(ledger(page))[:3] == ["9 products", "bias", "sum"]
    assert list(ledger(page))[-2:] == ["batch norm", "ReLU"]


def test_the_field_of_a_cell_is_drawn_on_the_picture(open_page, opened):
    page = wait(open_page(opened[0]))
    tile(page, 2, 0).click(position={"x": 3, "y": 3})
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".field")].filter((box) => box.checkVisibility()).map(({ style }) =>
        ["left", "top", "width", "height"].map((side) => Math.round((12 * parseFloat(style[side])) / 100)))"""
    )
    assert boxes == [[0, 0, 7, 7], [0, 0, 7, 7]], "on the pad and in the panel; a pixel of its 8 is padding"


def test_a_class_shows_which_features_voted_for_it(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    features = through(network, pictures()[0])[-2][0]
    votes = features * network[-1].weight[1].detach()
    page.get_by_role("option", name="boot").click()
    assert page.locator(".panel .head b").inner_text() == "Class boot"
    order = sorted(range(12), key=lambda i: (-abs(float(votes[i])), i))
    assert page.locator(".entry").count() == 6
    page.get_by_role("button", name="All 12").click()
    shown = [float(text.replace("−", "-")) for text in page.locator(".entry .sum").all_inner_texts()]
    assert shown == pytest.approx([float(votes[i]) for i in order], abs=6e-3)
    assert page.locator(".entry .name").first.inner_text() == f"feature {order[0]}"
    page.locator(".entry").first.click()
    assert page.locator(".panel .head b").inner_text() == f"Feature {order[0]}, of 0 to 11"
    assert page.get_by_role("slider", name="Stage 4").get_attribute("aria-valuenow") == str(order[0])


def test_filters_are_switched_off_and_on_again_and_the_answer_follows(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    whole = agrees(page, network, pictures()[0])
    off = []
    for number in (4, 11):
        tile(page, 2, number).click()
        page.get_by_role("button", name=f"Switch off map {number}").click()
        off.append((5, number))
        agrees(page, network, pictures()[0], off)
        assert page.get_by_role("option", name=f"map {number}, switched off").count() == 1
        assert ledger(page)["switched off"] == "0"
    tile(page, 1, 2).click()  # a pooling passes on what a filter made
    page.get_by_role("button", name="Switch off map 2 of stage 1").click()
    now = agrees(page, network, pictures()[0], [(2, 2), *off])
    best = f"With all filters: {CLASSES[whole.argmax()]}, {100 * whole.max():.1f}\u00a0%."
    assert best in page.locator(".effect").inner_text()
    assert ("The answer has changed." in page.locator(".effect").inner_text()) == (now.argmax() != whole.argmax())
    assert page.locator(".chips button").all_inner_texts() == [
        "map 4 of stage 3 ✕", "map 11 of stage 3 ✕", "map 2 of stage 1 ✕",
    ]  # fmt: skip
    page.get_by_role("radio", name="boot, picture 2").check()
    agrees(page, network, pictures()[1], [(2, 2), *off])
    page.get_by_role("button", name="Switch on map 4 of stage 3").click()
    agrees(page, network, pictures()[1], [(2, 2), off[1]])
    page.get_by_role("button", name="Restore all").click()
    agrees(page, network, pictures()[1])
    assert page.locator(".switched").is_hidden()


def test_everything_is_done_by_keyboard(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))

    def focused():
        return page.locator(":focus").evaluate("(node) => node.getAttribute('aria-label') ?? node.textContent")

    page.keyboard.press("Tab")
    assert focused().startswith("Drawing pad: arrow keys move, Space draws")
    assert page.locator(":focus").get_attribute("aria-valuetext") == "row 6, column 6"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert drawn(page)[5, 6] == 255
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    assert (drawn(page)[5, 1:7] == 255).all()
    agrees(page, network, drawn(page))
    page.keyboard.press("Tab")
    assert focused() == "Your picture"
    page.keyboard.press("ArrowLeft")
    assert focused() == "bag, picture 3"
    agrees(page, network, pictures()[2])
    names = []
    for _ in range(5):
        page.keyboard.press("Tab")
        names.append(focused())
    assert names[1:4] == ["Clear", "Invert", "Choose a photograph"]
    assert names[4] == "Stage 1: Convolution 3 × 3, batch norm, ReLU, 6 maps of 12 × 12"
    what = page.locator(".panel .head b")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert what.inner_text() == "Map 1, of 0 to 5"
    active = page.locator(":focus").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-label") == "map 1"
    page.keyboard.press("Delete")
    agrees(page, network, pictures()[2], [(2, 1)])
    page.keyboard.press("Tab")
    assert focused() == "Cells of map 1"
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    assert page.locator(":focus").get_attribute("aria-valuetext") == "row 0, column 0: 0"
    page.keyboard.press("Tab")
    assert focused() == "Switch on map 1"
    page.keyboard.press("Enter")
    agrees(page, network, pictures()[2])
    assert focused() == "Switch off map 1", "the focus is not lost"
    for stage in range(1, 5):
        while not focused().startswith("Stage"):
            page.keyboard.press("Tab")
        assert focused().startswith(f"Stage {stage + 1}: ")
        if stage == 3:
            page.keyboard.press("ArrowRight")
            assert what.inner_text().startswith("Feature ")
        assert page.locator(".layer").nth(stage).evaluate("(row) => row.nextElementSibling.className") == "panel"
        page.keyboard.press("Tab")
    assert what.inner_text().startswith("Class ")


def give(page, content, kind="drop", name="mine.png", type="image/png"):
    page.evaluate(
        GIVE.replace(".ainotes-classifier", ".ainotes-explorer"),
        [kind, name, type, base64.b64encode(content).decode()],
    )


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_dropped_picture_is_made_like_those_of_the_data_set(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure))
    give(page, png(pictures()[1]))
    page.wait_for_function("document.querySelectorAll('.strip input')[3].checked")
    assert np.array_equal(drawn(page), pictures()[1]), "one of its size stays as it is"
    agrees(page, network, pictures()[1])
    shop = np.full((48, 24, 3), 255, np.uint8)  # a dark garment on white, upright
    shop[8:40, 6:18] = 40
    give(page, png(shop), "paste", "shop.png")
    page.wait_for_function("document.querySelector('.choose').textContent.includes('inverted')")
    found = drawn(page)
    assert found[:, :3].max() == 0, "what is missing of a square is background"
    assert found[:, 9:].max() == 0
    assert found[3:9, 5:7].min() > 180
    agrees(page, network, found)
    give(page, b"hello", name="notes.txt", type="text/plain")
    page.wait_for_function("document.querySelector('.choose').textContent.includes('notes.txt is no picture.')")
    assert np.array_equal(drawn(page), found)


def test_a_finger_draws_and_chooses(open_page, opened):
    figure, network = opened
    page = wait(open_page(figure, width=390, has_touch=True))
    page.get_by_role("button", name="Clear").tap()
    box = page.locator(".sheet .grid").bounding_box()
    tap(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert drawn(page).max() > 100, "between four pixels"
    agrees(page, network, drawn(page))
    tile(page, 2, 7).tap()
    panel = page.locator(".panel")
    assert panel.locator(".head b").inner_text() == "Map 7, of 0 to 19"
    row = page.locator(".layer").nth(2).bounding_box()
    assert panel.bounding_box()["y"] == pytest.approx(row["y"] + row["height"], abs=12), "below its row"


def test_the_tapped_row_stays_where_it_is(open_page, opened):
    space = '<div style="height:3000px"></div>'
    page = open_page(space, opened[0], space, width=390)
    page.locator(".layer").nth(2).scroll_into_view_if_needed()
    wait(page)
    before = tile(page, 2, 3).bounding_box()["y"]
    page.mouse.click(*(tile(page, 2, 3).bounding_box()[side] + 8 for side in ("x", "y")))
    assert page.locator(".panel .head b").inner_text() == "Map 3, of 0 to 19"
    assert tile(page, 2, 3).bounding_box()["y"] == pytest.approx(before, abs=2)


def test_what_a_screen_reader_hears(open_page, opened):
    page = wait(open_page(opened[0]))
    assert page.get_by_role("group", name="Inside the network").count() == 1
    assert [box.get_attribute("aria-label") for box in page.get_by_role("listbox").all()] == [
        "Stage 1: Convolution 3 × 3, batch norm, ReLU, 6 maps of 12 × 12",
        "Stage 2: Max pooling 2 × 2, 6 maps of 6 × 6",
        "Stage 3: Convolution 3 × 3, ReLU, 20 maps of 4 × 4",
        "Stage 5: Linear, 3 classes",
    ]
    assert page.get_by_role("slider", name="Stage 4: Linear, ReLU, 12 features").count() == 1
    assert page.get_by_role("region", name="What is chosen").count() == 1
    for live in (".answer", ".panel .says"):
        assert (
            page.locator(live).evaluate("(node) => node.closest('[aria-live]').getAttribute('aria-live')") == "polite"
        )
    assert page.get_by_role("option", selected=True).count() == 1


def test_a_colour_network_is_opened_too(open_page):
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 9, 9), np.uint8)
    figure = NetworkExplorer(network.eval(), images, [0, 1])
    page = wait(open_page(figure))
    assert page.evaluate(SHARES) == pytest.approx(figure.answers[0], abs=1e-3)
    assert np.array_equal(np.array(page.evaluate(PIXELS, 3)).reshape(9, 9, 3), np.moveaxis(images[0], 0, 2))
    tile(page, 0, 2).click()
    assert sorted(page.locator(".entry .name").all_inner_texts()) == ["blue", "green", "red"]
    page.get_by_role("button", name="Clear").click()
    assert page.evaluate(SHARES) == pytest.approx(figure._shares(np.zeros((3, 9, 9), np.uint8)), abs=1e-3)


def test_two_figures_keep_their_state_apart(open_page, opened):
    page = open_page(opened[0].html(), opened[0].html())
    second = page.locator(".ainotes-explorer").nth(1)
    second.scroll_into_view_if_needed()
    wait(page)
    second.get_by_role("radio", name="boot, picture 2").check()
    second.locator(".map").nth(3).click()
    first = page.locator(".ainotes-explorer").nth(0)
    assert first.get_by_role("radio", name="shirt, picture 1").is_checked()
    assert second.locator(".panel .head b").inner_text() == "Map 3, of 0 to 5"
    assert first.locator(".panel .head b").inner_text() == f"Map {opened[0].map}, of 0 to 5"


def test_axe_finds_nothing_and_nothing_sticks_out(open_page, garments):
    page = wait(open_page(garments))
    tile(page, 2, 20).click()
    page.get_by_role("button", name="Switch off map 20").click()
    assert flaws(page) == []
    page.get_by_role("option", name="Bag").click()
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page, garments):
    page = wait(open_page(garments, width=340))
    for stage in (0, 2):
        tile(page, stage, 5).click()
        page.get_by_role("button", name="Switch off map 5").click()
        assert sideways(page) <= 0
        assert small_targets(page) == []
    sides = page.evaluate(
        "[...document.querySelectorAll('[role=option]')].map((node) => Math.min(node.offsetWidth, node.offsetHeight))"
    )
    assert min(sides) >= 24


def test_without_scripts_the_answers_can_be_read(open_page, opened):
    figure, _ = opened
    page = open_page(figure, java_script_enabled=False)
    text = page.locator("main").inner_text()
    best = figure.answers[1].argmax()
    assert f"Picture 2, label boot: the network says {CLASSES[best]}, {100 * figure.answers[1][best]:.1f} %." in text
    assert "Max pooling 2 × 2 (3): 6 maps of 6 × 6." in text


LAB_CELL = """
import numpy as np, torch
from pathlib import Path
from torch import nn
from ainotes.widgets import NetworkExplorer

torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(150, 3))
garments = np.random.default_rng(0).random((3, 12, 12))
figure = NetworkExplorer(network, garments, [0, 1, 2], map=0, cell=[0, 0])

def told(change):
    with open(f"explorer_{change.name}.txt", "a") as file:
        file.write(f"{change.new} ")
    if change.name == "map" and change.new == 2:
        figure.ablated = [["0", 5]]  # Python switches a filter off
    if change.name == "drawing":
        Path("explorer_picture.txt").write_text(f"{figure.picture.max()} {figure.chosen} {figure.predicted}")
        figure.chosen = 1  # and goes on to another picture

figure.observe(told, ["map", "layer", "ablated"])
figure.observe(told, "drawing")
figure
"""


@pytest.mark.slow
def test_what_is_done_in_the_lab_reaches_python_and_back(chromium, lab):
    address, work = lab
    (work / "explorer.ipynb").write_text(jupyter._notebook(LAB_CELL))
    page = jupyter._new_page(chromium)
    jupyter._run_all(page, address, "explorer.ipynb", ".ainotes-explorer .answer:not(:empty)")
    page.locator(".ainotes-explorer .layer").nth(1).locator(".map").nth(2).click()
    jupyter._wait_for_text(page, work / "explorer_layer.txt", "2 ")
    page.wait_for_selector(".ainotes-explorer .map.off")
    assert page.locator(".ainotes-explorer .map.off").get_attribute("aria-label") == "map 5, switched off"
    page.get_by_role("button", name="Restore all").click()
    jupyter._wait_for_text(page, work / "explorer_ablated.txt", "[['0', 5]] [] ")
    pad = page.locator(".ainotes-explorer .sheet .grid")
    pad.press("Space")  # JupyterLab would scroll, were it not held back
    jupyter._wait_on(page, (work / "explorer_picture.txt").exists, "Python gets the drawing")
    page.wait_for_function("document.querySelectorAll('.ainotes-explorer .strip input')[1].checked")
    assert (work / "explorer_picture.txt").read_text().startswith("255 None ")
    page.close()
