"""What a reader does on the built pages, by keyboard alone: answers a quiz, slides the kernel, unfolds a solution."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def focus_by_tab(page, selector: str, presses: int = 400) -> None:
    """Press Tab until the element has the focus; fail when it never gets it."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def start_at_heading(page, text: str) -> None:
    """Put the reader's place at a heading, so that Tab goes on from there."""
    page.evaluate(
        """text => {
            const found = [...document.querySelectorAll("h2")].filter(each => each.textContent.includes(text)).pop();
            found.tabIndex = -1;
            found.focus();
        }""",
        text,
    )


def test_the_quiz_of_every_lesson_is_answered_by_keyboard_alone(site, visitor):
    tab = visitor()
    for name in site.lessons:
        tab.open(name)
        form = tab.page.locator(".cell_output form", has=tab.page.locator("input[type=radio]")).last
        form.wait_for()
        form.evaluate("form => form.closest('.cell').setAttribute('tabindex', '-1')")
        form.evaluate("form => form.closest('.cell').focus()")
        focus_by_tab(tab.page, ".cell_output form input[type=radio]")
        tab.page.keyboard.press("Space")
        tab.page.keyboard.press("ArrowDown")
        tab.page.keyboard.press("Enter")
        said = tab.page.evaluate("document.activeElement.closest('form').textContent")
        assert "Right." in said or "Not quite." in said, name
    assert tab.errors == []


def test_the_first_page_slides_a_kernel_that_is_typed_in(visitor):
    tab = visitor()
    tab.open("site/index.html")
    output = tab.page.locator(".ainotes-hero canvas.output")
    before = output.get_attribute("aria-label")
    focus_by_tab(tab.page, ".ainotes-hero .cells input")
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type("7")
    assert output.get_attribute("aria-label") != before
    assert "your own kernel" in output.get_attribute("aria-label")


def test_the_first_page_changes_kernel_and_picture_by_arrow_keys(visitor):
    tab = visitor()
    tab.open("site/index.html")
    says = tab.page.locator(".ainotes-hero .says")
    assert "Upright edges" in says.text_content()
    focus_by_tab(tab.page, "input[name=ainotes-kernel]")
    tab.page.keyboard.press("ArrowRight")
    assert "Level edges" in says.text_content()
    assert tab.page.locator(".ainotes-hero .cells input").nth(1).input_value() == "2"
    focus_by_tab(tab.page, "input[name=ainotes-garment]")
    label = tab.page.locator(".ainotes-hero canvas.input").get_attribute("aria-label")
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.locator(".ainotes-hero canvas.input").get_attribute("aria-label") != label


def test_the_sum_of_equal_pixels_under_an_edge_kernel_is_zero_on_the_page(visitor):
    tab = visitor()
    tab.open("site/index.html")
    seen = tab.page.evaluate(
        """[...document.querySelector('.ainotes-hero canvas.output').getContext('2d').getImageData(0, 0, 26, 26).data]
        .filter((_, i) => i % 4 === 3)"""
    )
    assert seen[0] == 0, "a black corner gives 0, and 0 is painted transparent"
    assert max(seen) == 255, "the strongest edge is painted in full"


def test_a_solution_is_folded_and_unfolds_by_keyboard(visitor):
    tab = visitor()
    tab.open("notebooks/start_here.html")
    solution = tab.page.locator(".cell.tag_solution details")
    assert not solution.evaluate("details => details.open")
    assert "Show the solution" in solution.locator("summary").inner_text()
    solution.evaluate("details => { const cell = details.closest('.cell'); cell.tabIndex = -1; cell.focus(); }")
    focus_by_tab(tab.page, "summary")
    tab.page.keyboard.press("Enter")
    assert solution.evaluate("details => details.open")


def test_the_search_finds_a_word_without_any_other_host(visitor):
    tab = visitor()
    tab.open("search.html?q=augmentation")
    tab.page.wait_for_selector("#search-results li")
    assert tab.foreign == []


def test_the_root_address_leads_to_the_first_page(visitor):
    tab = visitor()
    tab.open("index.html")
    tab.page.wait_for_url("**/site/index.html")
