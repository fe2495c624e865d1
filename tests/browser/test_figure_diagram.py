"""The block diagram on a page without a kernel: it shows what the graph says, and is walked along its lines."""

import importlib

import pytest
from figure_page import flaws, sideways, small_targets, tap
from torch import nn
from torchvision.models import convnext, resnet

from ainotes.widgets import BlockDiagram

pytestmark = pytest.mark.browser
NAMES = {"+": "sum"}
googlenet = importlib.import_module("torchvision.models.googlenet")  # `models.googlenet` is the function


def basic(**options):
    return BlockDiagram(resnet.BasicBlock(64, 64), (64, 56, 56), **options)


def inception(**options):
    return BlockDiagram(googlenet.Inception(192, 64, 96, 128, 16, 32, 32), (192, 28, 28), **options)


def chosen(page):
    return page.locator("[role=option][aria-selected=true]").get_attribute("aria-label").replace("\xa0", " ")


def card(page):
    return list(filter(None, page.locator(".facts").inner_text().replace("\xa0", " ").split("\n")))


def test_arrow_keys_walk_from_the_input_to_the_output_and_read_each_layer(open_page):
    figure = basic()
    page = open_page(figure)
    page.locator(".chart").focus()
    for node in figure.graph.nodes:
        assert chosen(page).startswith(f"{NAMES.get(node.label, node.label)}; ")
        lines = card(page)
        assert lines[0] == NAMES.get(node.label, node.label)
        assert lines[lines.index("out") + 1] == " × ".join(map(str, node.shape))
        assert not node.path or lines[1] == node.path
        page.keyboard.press("ArrowDown")
    assert chosen(page).startswith("output")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    lines = card(page)
    assert lines[:2] == ["conv 3×3, 64", "conv1"]
    assert lines[2:] == [
        *("in", "64 × 56 × 56", "out", "64 × 56 × 56", "parameters", "36,864 50 %"),
        *("multiply-adds", "115.6 million 50 %", "settings", "kernel 3×3, stride 1, padding 1"),
    ]


def test_keys_cross_over_to_the_branch_beside(open_page):
    figure = inception()
    page = open_page(figure)
    page.locator(".chart").focus()
    page.keyboard.press("ArrowDown")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    first = []
    for _ in range(4):
        first.append(chosen(page).split(";")[0])
        page.keyboard.press("ArrowRight")
    assert first == ["conv 1×1, 64", "conv 1×1, 96", "conv 1×1, 16", "max pool 3×3"]


def test_the_diagram_is_one_tab_stop_that_names_what_is_chosen(open_page):
    page = open_page(basic())
    page.locator(".chart").focus()
    active = page.locator(".chart").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_mouse_and_finger_choose_a_box(open_page):
    for touch in (False, True):
        page = open_page(basic(), has_touch=touch)
        box = page.get_by_role("option", name="sum; out").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tap(page, x, y) if touch else page.mouse.move(x, y)
        assert card(page)[0] == "sum"
        assert "64 × 56 × 56 and 64 × 56 × 56" in card(page)
        assert page.locator(".line.on").count() == 3, "two lines come in, one goes out"


def test_the_switch_changes_what_stands_on_the_boxes(open_page):
    figure = basic()
    page = open_page(figure)

    def told():
        return [text.replace("\xa0", " ") for text in page.locator(".second").all_text_contents() if text]

    assert told() == ["64 × 56 × 56"] * 4, "input, two convolutions, output"
    page.get_by_label("parameters", exact=True).check()
    assert told() == ["36.9 k", "128", "36.9 k", "128"]
    page.get_by_label("multiply-adds", exact=True).check()
    assert told() == ["116 M", "116 M"]
    bars = page.locator(".bar").evaluate_all("bars => bars.map((bar) => Number(bar.getAttribute('width')))")
    rooms = [node["box"][2] - 16 for node in figure.nodes]
    total = figure.graph.multiply_adds
    shares = [bar / room for bar, room in zip(bars, rooms, strict=True)]
    assert shares == pytest.approx([node.multiply_adds / total for node in figure.graph.nodes], abs=0.001)


def test_names_fit_into_their_boxes(open_page):
    block = convnext.CNBlock(96, 1e-6, 0.1)
    for show in ("shapes", "parameters", "multiply-adds"):
        page = open_page(inception(show=show), BlockDiagram(block, (96, 56, 56), show=show))
        over = page.locator(".box").evaluate_all(
            """boxes => boxes.filter((box) => {
                const body = box.querySelector('.body').getBBox();
                const texts = [...box.querySelectorAll('text')].filter((text) => text.textContent)
                    .map((text) => text.getBBox());
                const out = texts.some((text) => text.x < body.x + 2 || text.x + text.width > body.x + body.width - 2);
                const [one, two] = texts;
                const over = two && one.y + one.height - 5 > two.y && one.x + one.width > two.x - 3;
                return out || over;
            }).map((box) => box.getAttribute('aria-label'))"""
        )
        assert over == []


def test_the_totals_and_the_table_are_those_of_the_graph(open_page):
    figure = basic()
    page = open_page(figure)
    assert page.locator(".says").inner_text().replace("\xa0", " ") == (
        "In total 73,984 parameters and 231.2 million multiply-adds for one sample, from 64 × 56 × 56 to 64 × 56 × 56."
    )
    page.get_by_text("The same as a table").click()
    cells = [row.split("\t") for row in page.locator("tbody tr").all_inner_texts()]
    assert [[row[0], row[1], row[3], row[4]] for row in cells] == [
        [NAMES.get(node.label, node.label), node.path, f"{node.parameters:,}", f"{node.multiply_adds:,}"]
        for node in figure.graph.nodes
    ]


def test_two_copies_do_not_disturb_each_other_and_python_state_is_there(open_page):
    figure = basic(show="parameters")
    figure.chosen = 4
    page = open_page(figure.html(), figure.html())
    first, second = (page.locator(".ainotes-diagram").nth(i) for i in (0, 1))
    assert first.locator(".who b").inner_text() == "conv 3×3, 64"
    first.get_by_label("shapes", exact=True).check()
    first.locator(".chart").press("End")
    assert second.get_by_label("parameters", exact=True).is_checked()
    assert second.locator(".who code").inner_text() == "conv2"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_a_wide_diagram_scrolls_in_its_own_box_and_follows_the_keys(open_page):
    page = open_page(inception(), width=390)
    pan = page.locator(".pan")
    assert pan.evaluate("(node) => node.scrollWidth > node.clientWidth")
    assert sideways(page) <= 0
    before = pan.evaluate("(node) => node.scrollLeft")
    page.locator(".chart").focus()
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert chosen(page).startswith("max pool")
    assert pan.evaluate("(node) => node.scrollLeft") > before
    box = page.locator("[aria-selected=true]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_what_is_read_stays_in_view_beside_a_tall_diagram(open_page):
    stack = nn.Sequential(*[nn.Conv2d(8, 8, 3, padding=1) for _ in range(25)])
    for width in (1280, 390):
        page = open_page(BlockDiagram(stack, (8, 8, 8)), width=width)
        page.mouse.wheel(0, 700)
        page.wait_for_function("scrollY >= 500")
        box = page.locator(".facts").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    figures = (inception(show="parameters"), BlockDiagram(convnext.CNBlock(96, 1e-6, 0.1), (96, 56, 56)))
    page = open_page(*figures)
    page.get_by_text("The same as a table").first.click()
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(inception(), basic(), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []
    sizes = page.locator("[role=option]").evaluate_all(
        "boxes => boxes.map((box) => box.getBoundingClientRect()).map((box) => [box.width, box.height])"
    )
    assert min(map(min, sizes)) >= 24


def test_without_scripts_the_reader_is_told_the_layers(open_page):
    page = open_page(basic(), java_script_enabled=False)
    text = page.locator("main").inner_text()
    assert "A diagram of BasicBlock: input 64 × 56 × 56, conv 3×3, 64, batch norm" in text
    assert "6. sum of batch norm (5), input (0): 64 × 56 × 56" in text
