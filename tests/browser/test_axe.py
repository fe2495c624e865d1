"""axe-core on every page of the book, as wide as a laptop."""

from __future__ import annotations

import pytest
from axe import set_theme, violations, violations_everywhere

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_on_any_page_in_light_and_dark(site, visitor):
    assert violations_everywhere(site, visitor(width=1280)) == []


def test_axe_would_find_a_picture_without_text(visitor):
    tab = visitor()
    tab.open("site/notation.html")
    tab.page.evaluate("() => document.querySelector('main').append(document.createElement('img'))")
    assert any("image-alt" in line for line in violations(tab.page, "probe"))


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
    assert any("color-contrast" in line for line in violations(tab.page, "probe"))
