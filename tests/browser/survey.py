"""One visit to a page of the book, in which everything is looked at that is asked of every page."""

from __future__ import annotations

from collections import defaultdict

from axe import set_theme, violations
from figure_page import LAPTOP, PHONE, sideways
from visitor import HEIGHT, Site, Visitor, resize, settle

THEMES = ("light", "dark")
OUT_OF_REACH = """[...document.querySelectorAll("pre")].filter(pre => pre.scrollWidth > pre.clientWidth + 1
  && pre.offsetParent && pre.tabIndex < 0 && getComputedStyle(pre).overflowX !== "visible").length"""


class Survey:
    """What was seen on some pages: for each question the answers that should not be, each with its page."""

    def __init__(self, context, site: Site, names: list[str]) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)
        self.tab = Visitor(context, site)
        for name in names:
            self._visit(name)
        self.tab.page.close()

    def _visit(self, name: str) -> None:
        page = self.tab.page
        page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        self.tab.open(name)
        if name == "index.html":
            page.wait_for_url("**/site/index.html")
            return  # it has gone on to the landing page, which has its own turn
        settle(page)
        self._note("sideways", name, sideways(page))
        self._note("out of reach", name, page.evaluate(OUT_OF_REACH))
        for width in (PHONE, LAPTOP):
            resize(page, width)
            for theme in THEMES:
                set_theme(page, theme)
                self.found[f"axe {width} {theme}"] += [f"{name}: {line}" for line in violations(page)]

    def _note(self, question: str, name: str, count: int) -> None:
        if count > 0:
            self.found[question].append(f"{name}: {count}")
