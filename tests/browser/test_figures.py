"""The live figures on a page without a kernel, operated by keyboard and pointer."""

import numpy as np
import pytest
from figure_page import PAGE, flaws, sideways, small_targets

from ainotes.widgets import ConfusionExplorer, CurveExplorer, Quiz, TimeBudget

pytestmark = pytest.mark.browser


def quiz():
    wrong = {"ask": "One?", "choices": {"no": "Because `a`.", "yes": "Because <b>."}, "answer": "yes"}
    return Quiz([wrong, {"ask": "Two?", "choices": {"left": "It is left.", "right": "It is not."}, "answer": "left"}])


def confusion():
    images = np.arange(12, dtype=np.uint8)[:, None, None] * np.full((1, 28, 28), 20, np.uint8)
    labels, predictions = [0] * 6 + [1] * 6, [0, 0, 0, 1, 1, 2, 1, 1, 1, 1, 0, 2]
    return ConfusionExplorer(labels, predictions, ["cat", "dog", "eel"], images, np.linspace(0.5, 0.99, 12))


def curves():
    runs = {
        "plain": {"loss": [0.9, 0.6, 0.4, 0.3], "val_loss": [0.9, 0.7, 0.8, 0.95], "acc": [0.5, 0.6, 0.7, 0.8]},
        "broken": {"loss": [0.9, float("nan"), 0.7, float("inf")], "val_loss": [1.0, 0.9, 0.8, 0.85]},
    }
    return CurveExplorer(runs, patience=2)


def budget():
    recipes = {"plain": {"data": 8.0, "step": 2.0}, "in memory": {"data": 0.5, "step": 2.0}}
    return TimeBudget(recipes, steps=100, epochs=10)


def test_a_quiz_is_taken_by_keyboard_alone(open_page):
    page = open_page(quiz())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first choice, which is wrong
    page.keyboard.press("Enter")
    assert page.locator(".feedback").first.inner_text() == "✗ Not quite. Because a."
    page.keyboard.press("ArrowDown")
    assert page.locator(".feedback").first.inner_text() == ""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on the button
    assert page.locator(".feedback").first.inner_text() == "✓ Right. Because <b>."
    assert page.locator(".verdict").inner_text() == "1 more question to go."
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert page.locator(".verdict").inner_text() == "All 2 right. Well done!"
    page.get_by_role("button", name="Start again").press("Enter")
    assert page.locator("input:checked").count() == 0
    assert page.locator(".verdict").inner_text() == ""


def test_a_confusion_matrix_is_walked_with_the_arrow_keys(open_page):
    page = open_page(confusion())
    assert page.locator("[aria-pressed=true]").get_attribute("aria-label") == "2: cat predicted as dog"
    assert page.locator("td button[tabindex='0']").count() == 1
    page.locator("td button[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    focused = page.locator(":focus")
    assert focused.get_attribute("aria-label") == "4: dog predicted as dog"
    assert page.locator(".sentence").inner_text() == "dog, recognised: 4 of 6 (66.7 %)."
    pictures = page.locator(".picture")
    assert pictures.count() == 4
    assert pictures.first.get_attribute("aria-label") == "Image 9: predicted dog with 90.1 %"
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert page.locator(".sentence").inner_text() == "eel, recognised: 0 of 0 (–)."
    page.get_by_role("button", name="cat → dog (2)").click()
    assert page.locator(".sentence").inner_text() == "cat, taken for dog: 2 of 6 (33.3 %)."
    page.get_by_label("% of the row").check()
    assert page.locator("[aria-pressed=true]").inner_text() == "33"


def test_curves_are_read_by_slider_and_by_pointer(open_page):
    page = open_page(curves())
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("slider", name="Epoch").get_attribute("aria-valuetext") == "2 of 4"
    rows = page.locator(".readout tbody tr")
    assert rows.nth(0).inner_text().split() == ["plain", "0.6", "0.7"]
    assert rows.nth(1).inner_text().split() == ["broken", "–", "0.9"], "a value that is not finite is a gap"
    box = page.locator(".chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 100)
    assert rows.nth(0).inner_text().split() == ["plain", "0.3", "0.95"]


def test_early_stopping_runs_and_metric_are_chosen(open_page):
    page = open_page(curves())
    assert page.locator(".stops li").all_inner_texts() == [
        "plain stops after epoch 4; its best is epoch 2 (0.7).",
        "broken runs to its end; its best is epoch 3 (0.8).",
    ]
    page.get_by_role("slider", name="Patience").press("ArrowLeft")
    assert page.locator(".stops li").all_inner_texts()[0].startswith("plain stops after epoch 3")
    page.get_by_role("checkbox", name="broken").uncheck()
    assert page.locator(".readout tbody tr").count() == 1
    page.get_by_label("Accuracy").check()
    assert page.locator(".readout td").all_inner_texts() == ["80.00 %"]
    assert "accuracy by epoch, 1 to 4. plain ends at 80.00 %" in page.locator(".chart").get_attribute("aria-label")
    page.get_by_role("checkbox", name="plain").uncheck()
    assert "Nothing to draw" in page.locator(".chart").text_content()


def test_a_time_budget_adds_up(open_page):
    page = open_page(budget())
    assert page.locator(".total").inner_text() == "One epoch takes 1.0 s, 10 epochs 10.0 s."
    page.get_by_label("plain").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(".total").inner_text() == "One epoch takes 250 ms, 10 epochs 2.5 s."
    assert "4.00× as fast" in page.locator(".recipe.chosen").inner_text()
    page.get_by_role("slider", name="Epochs").press("ArrowRight")
    assert page.locator(".total").inner_text() == "One epoch takes 250 ms, 11 epochs 2.8 s."


def test_two_copies_of_a_figure_do_not_disturb_each_other(open_page):
    same = quiz()
    page = open_page(same.html(), same.html(), curves(), curves())
    first, second = (page.locator(".ainotes-quiz").nth(i) for i in (0, 1))
    first.get_by_label("no", exact=True).check()
    first.get_by_role("button", name="Check").first.click()
    assert first.locator("input:checked").count() == 1
    assert second.locator("input:checked").count() == 0
    assert second.locator(".feedback").first.inner_text() == ""
    second.get_by_label("yes").check()
    assert first.get_by_label("no", exact=True).is_checked()
    page.locator(".ainotes-curves").nth(0).get_by_label("Accuracy").check()
    captions = page.locator(".readout caption").all_inner_texts()
    assert captions == ["Accuracy in epoch 4", "Loss in epoch 4"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))
    sheets = page.locator("style[data-live]").count()
    assert sheets == 2, "one style sheet for each kind of figure, however often it is shown"


def test_axe_finds_nothing_and_nothing_sticks_out(open_page):
    page = open_page(quiz(), confusion(), curves(), budget())
    page.get_by_label("no", exact=True).check()
    page.get_by_role("button", name="Check").first.click()
    assert flaws(page) == []


def test_the_figures_follow_the_theme_of_the_page_before_that_of_the_system(open_page):
    def surface(page):
        colour = page.locator(".ainotes-figure").evaluate("(node) => getComputedStyle(node).backgroundColor")
        return "dark" if colour == "rgb(23, 26, 33)" else colour

    assert surface(open_page(quiz(), theme="dark", color_scheme="light")) == "dark"
    assert surface(open_page(quiz(), theme="light", color_scheme="dark")) == "rgb(255, 255, 255)"
    page = open_page(quiz(), theme="", color_scheme="dark")
    assert surface(page) == "dark"
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert surface(page) == "rgb(255, 255, 255)"
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert surface(page) == "dark"


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page):
    page = open_page(quiz(), confusion(), curves(), budget(), width=340)
    assert sideways(page) <= 0
    assert small_targets(page) == []


def test_in_a_narrow_notebook_no_word_is_cut_off(open_page):
    """On a phone JupyterLab leaves a figure about 270 pixels between its side bars."""
    names = [f"Ankle Boot {number}" for number in range(10)]
    matrix = ConfusionExplorer(range(10), range(10), names, np.zeros((10, 28, 28), np.uint8))
    recipes = {"tutorial": {"bookkeeping": 50.0, "backward": 64.0}, "better": {"bookkeeping": 0.5, "backward": 64.0}}
    page = open_page(matrix, curves(), TimeBudget(recipes, steps=938, epochs=10), width=289)
    assert sideways(page) <= 0
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.ainotes-figure :is(output, caption, p, li, .parts td)')]
        .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right >
          node.closest('.ainotes-figure').getBoundingClientRect().right - 8)
        .map((node) => node.textContent)"""
    )
    assert cut == []


def test_best_epochs_that_lie_together_share_a_word(open_page):
    same = {"val_loss": [0.9, 0.5, 0.6]}
    page = open_page(CurveExplorer({"a": same, "b": same, "c": {"val_loss": [0.9, 1.5, 1.6]}}, patience=5))
    assert page.locator(".stop circle").count() == 3
    assert page.locator(".stop text").all_text_contents() == ["best", "best"]
    one, other = (word.bounding_box() for word in page.locator(".stop text").all())
    assert abs(one["x"] - other["x"]) >= one["width"] or abs(one["y"] - other["y"]) >= 12, "they lie on each other"


def test_a_broken_module_leaves_the_poster_to_the_reader(open_page, chromium, tmp_path):
    page = chromium.new_page()
    broken = quiz().html().replace("export default { render }", "throw new Error('broken')")
    path = tmp_path / "broken.html"
    path.write_text(PAGE.format(theme="light", figures=broken), encoding="utf-8")
    with page.expect_console_message(lambda message: "broken" in message.text):
        page.goto(path.as_uri())
    assert "Check yourself: a quiz with 2 questions." in page.locator("main").inner_text()
    page.close()


def test_without_scripts_the_reader_is_asked_the_questions(open_page):
    page = open_page(quiz(), java_script_enabled=False)
    assert "2. Two? left / right" in page.locator("main").inner_text()


def test_state_that_python_set_is_there_when_the_page_opens(open_page):
    figure = quiz()
    figure.chosen = [1, 1]
    page = open_page(figure)
    assert page.locator(".verdict").inner_text() == "1 of 2 right. Read why, and try the others again."
    assert page.locator(".feedback").all_inner_texts() == ["✓ Right. Because <b>.", "✗ Not quite. It is not."]
