"""The chart of all classifiers on a page without a kernel, by keyboard and pointer."""

import pytest
from figure_page import flaws, sideways, small_targets, tap
from playwright.sync_api import expect

from ainotes.models.zoo import zoo
from ainotes.widgets import ZooExplorer

pytestmark = pytest.mark.browser
ROWS = zoo()


def chosen(page):
    return page.locator("[role=option][aria-selected=true]").get_attribute("aria-label")


def by(key, rows=ROWS):
    return sorted(rows, key=lambda row: row[key])


def unfold(page):
    """Unfold the table and return its rows, once they are there."""
    page.get_by_text("The same as a table").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(ROWS))
    return rows


def test_arrow_keys_walk_the_models_by_cost_and_by_accuracy(open_page):
    page = open_page(ZooExplorer())
    page.locator(".chart").focus()
    page.keyboard.press("Home")
    for row in by("gflops")[:4]:
        assert chosen(page).startswith(f"{row['name']} V1, {row['family']}: {row['top1']:.1f} %")
        assert page.locator(".who").inner_text().startswith(row["name"])
        page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    for _ in ROWS:
        page.keyboard.press("ArrowUp")
    top = by("top1")[-1]
    assert chosen(page).startswith(top["name"])
    assert f"{top['top1']:.1f} %" in page.locator(".facts").inner_text()
    assert top["paper"] in page.locator(".facts").inner_text()


def test_the_whole_chart_is_one_tab_stop_that_names_what_is_chosen(open_page):
    page = open_page(ZooExplorer())
    page.locator(".chart").focus()
    active = page.locator(".chart").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "checkbox"


def test_the_budget_names_the_model_that_python_finds(open_page):
    figure = ZooExplorer(budget=5.0)
    page = open_page(figure)
    says = page.locator(".says")
    slider = page.get_by_role("slider", name="Budget")
    assert slider.get_attribute("aria-valuetext") == "5 GFLOPs"
    assert f"is {figure.best['name']} V1: {figure.best['top1']:.1f} % top-1" in says.inner_text()
    slider.press("ArrowLeft")
    figure.budgets = figure.budgets | {"gflops": 3.0}
    assert says.inner_text().startswith(f"With at most 3 GFLOPs the most accurate is {figure.best['name']} ")
    assert page.get_by_role("option", name="the best within the budget").count() == 1
    slider.press("Home")
    slider.press("ArrowRight")
    assert says.inner_text().startswith("With at most 0.05 GFLOPs the most accurate is shufflenet_v2_x0_5 V1")


def test_the_cost_is_switched_and_each_has_its_own_budget(open_page):
    figure = ZooExplorer()
    page = open_page(figure)
    page.get_by_label("parameters", exact=True).check()
    figure.cost = "parameters"
    assert (
        page.locator(".says")
        .inner_text()
        .startswith(f"With at most 10 million parameters the most accurate is {figure.best['name']} ")
    )
    assert page.get_by_role("slider", name="Budget").get_attribute("aria-valuetext") == "10 million"
    page.locator(".chart").focus()
    page.keyboard.press("Home")
    assert chosen(page).startswith(by("parameters")[0]["name"])
    page.get_by_label("GFLOPs", exact=True).check()
    assert "at most 1 GFLOPs" in page.locator(".says").inner_text()


def test_families_files_and_training_data_are_filtered(open_page):
    page = open_page(ZooExplorer())
    visible = page.locator("[role=option]:visible")
    assert visible.count() == len(ROWS)
    page.get_by_label("Also weights that saw more than ImageNet").uncheck()
    plain = [row for row in ROWS if "SWAG" not in row["weights"]]
    assert visible.count() == len(plain)
    page.get_by_role("button", name="None").click()
    assert visible.count() == 0
    assert page.locator(".says").inner_text() == "No model shown has at most 1 GFLOPs."
    page.get_by_role("checkbox", name="VGG").check()
    assert visible.count() == sum(row["family"] == "VGG" for row in plain)
    page.get_by_role("button", name="All").click()
    page.get_by_role("slider", name="File").press("Home")
    page.get_by_role("slider", name="File").press("ArrowRight")
    assert page.get_by_role("slider", name="File").get_attribute("aria-valuetext") == "at most 5 MB"
    assert visible.count() == sum(row["size_mb"] <= 5 for row in plain)
    assert page.locator(".count").inner_text().startswith(f"{visible.count()} of {len(ROWS)} shown.")


def test_a_pointer_and_a_finger_choose_the_nearest_mark(open_page):
    for touch in (False, True):
        page = open_page(ZooExplorer(), has_touch=touch)
        mark = page.get_by_role("option", name="alexnet")
        box = mark.bounding_box()
        x, y = box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2 + 4
        tap(page, x, y) if touch else page.mouse.move(x, y)
        assert chosen(page).startswith("alexnet V1")


def test_marks_stand_where_their_numbers_say(open_page):
    page = open_page(ZooExplorer(), reduced_motion="reduce")

    def middle(name):
        box = page.locator(f"[role=option][aria-label^='{name} V1']").bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    by_name = {row["name"]: row for row in ROWS if row["weights"] == "IMAGENET1K_V1"}
    for one, other in (("resnet18", "resnet152"), ("alexnet", "convnext_base"), ("mnasnet0_5", "vgg19")):
        (x1, y1), (x2, y2) = middle(one), middle(other)
        assert (x1 < x2) == (by_name[one]["gflops"] < by_name[other]["gflops"])
        assert (y1 > y2) == (by_name[one]["top1"] < by_name[other]["top1"])


def test_the_table_holds_the_same_rows_and_sorts(open_page):
    page = open_page(ZooExplorer())
    rows = unfold(page)
    assert rows.first.locator("th").inner_text() == by("top1")[-1]["name"]
    head = page.get_by_role("columnheader", name="File, MB")
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert rows.first.locator("th").inner_text() == by("size_mb")[-1]["name"]
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert rows.first.locator("th").inner_text() == by("size_mb")[0]["name"]
    assert page.locator("th[aria-sort]").count() == 1
    page.get_by_role("checkbox", name="ResNeXt").uncheck()
    assert rows.count() == sum(row["family"] != "ResNeXt" for row in ROWS)


def test_what_is_not_known_of_a_row_is_a_dash_and_a_wide_budget_is_no_error(open_page):
    figure = ZooExplorer([{"name": "<mine>", "top1": 71.5, "gflops": 0.3}], budget=1e6)
    page = open_page(figure)
    assert page.locator(".says").inner_text().endswith("is <mine>: 71.5 % top-1, 0.3 GFLOPs.")
    assert page.locator("dd").all_inner_texts() == ["71.5 %", "–", "–", "0.3", "–", "–"]
    page.get_by_label("parameters", exact=True).check()
    assert "No model shown" in page.locator(".says").inner_text()


def test_two_copies_do_not_disturb_each_other_and_python_state_is_there(open_page):
    figure = ZooExplorer(cost="parameters", hidden=["VGG"], file_mb=50.0, more_data=False)
    page = open_page(figure.html(), figure.html())
    first, second = (page.locator(".ainotes-zoo").nth(i) for i in (0, 1))
    assert not first.get_by_role("checkbox", name="VGG").is_checked()
    first.get_by_label("GFLOPs", exact=True).check()
    assert second.get_by_label("parameters", exact=True).is_checked()
    assert second.get_by_role("slider", name="File").get_attribute("aria-valuetext") == "at most 50 MB"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    page = open_page(ZooExplorer())
    unfold(page)
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(ZooExplorer(), width=340)
    unfold(page)
    assert sideways(page) <= 0
    assert small_targets(page) == []
    edge = page.locator(".controls").first.evaluate("(node) => node.getBoundingClientRect().right")
    outputs = page.locator("output").evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().right)")
    assert max(outputs) <= edge + 0.5, "what a slider says stays within the frame"


def test_without_scripts_the_reader_is_told_the_best(open_page):
    page = open_page(ZooExplorer(), java_script_enabled=False)
    assert "The best with at most 1 GFLOPs: efficientnet_b1 V2, 79.8 %." in page.locator("main").inner_text()
