"""axe-core, as test_every_page.py and the figures' tests run it, finds what a page gets wrong."""

from __future__ import annotations

import pytest
from axe import set_theme, violations

pytestmark = pytest.mark.browser


def test_axe_would_find_a_picture_without_text(visitor):
    tab = visitor()
    tab.open("site/notation.html")
    tab.page.evaluate("() => document.querySelector('main').append(document.createElement('img'))")
    assert any("image-alt" in line for line in violations(tab.page))


@pytest.mark.parametrize(("theme", "grey"), [("light", "#909090"), ("dark", "#5c626c")])
def test_axe_would_find_pale_text_in_either_theme(visitor, theme, grey):
    tab = visitor()
    tab.open("site/notation.html")
    set_theme(tab.page, theme)
    tab.page.evaluate(
        """grey => {
            const line = Object.assign(document.createElement("p"), { textContent: "hard to read" });
            line.style.color = grey;
            document.querySelector("article").append(line);
        }""",
        grey,
    )
    assert any("color-contrast" in line for line in violations(tab.page))


@pytest.mark.parametrize("which", [0, 7, -1])
def test_axe_would_find_the_one_pale_word_among_many_of_its_kind(visitor, which):
    tab = visitor()
    tab.open("notebooks/start_here.html")
    words = tab.page.locator("pre span.n:visible")
    assert words.count() > 20, "too few for one of them to hide among"
    assert violations(tab.page) == []
    words.nth(which if which >= 0 else words.count() - 1).evaluate("node => { node.style.color = '#9a9a9a'; }")
    assert any("color-contrast" in line for line in violations(tab.page))


def test_axe_would_find_words_on_a_darker_ground(visitor):
    tab = visitor()
    tab.open("notebooks/start_here.html")
    tab.page.locator("pre:visible").nth(1).evaluate("node => { node.style.backgroundColor = '#777'; }")
    assert any("color-contrast" in line for line in violations(tab.page))
