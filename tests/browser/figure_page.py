"""A page of live figures without a kernel, and what is asked of every figure on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import axe
from visitor import resize, settle

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Figures</title>
<style>body {{ margin: 8px }} html[data-theme=dark] body {{ background: #121212; color: #eee }}</style></head>
<body><main><h1>Figures</h1>{figures}</main></body></html>"""
TARGETS = ".ainotes-figure :is(button, label, select, input:not([type=radio], [type=checkbox]), [role=slider])"
# Readers may set letters and words this far apart (WCAG 2.2, 1.4.12). It also stands for fonts wider than those here.
SPACED = "* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important }"
LAPTOP, PHONE = 1280, 390

violations = axe.violations


@contextmanager
def pages(context_for: Callable, folder: Path) -> Iterator[Callable]:
    """Yield what opens a page of figures from a file; nothing else may be asked for and nothing may fail.

    With `clock=True` the page's timers stand still until `page.clock.run_for(milliseconds)` moves them on.
    """
    opened: list = []
    complaints: list[str] = []

    def make(*figures, theme="light", width=LAPTOP, clock=False, **options):
        html = "".join(figure if isinstance(figure, str) else figure.html() for figure in figures)
        path = folder / f"{len(opened)}.html"
        path.write_text(PAGE.format(theme=theme, figures=html), encoding="utf-8")
        page = context_for(width, clock, **options).new_page()
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend([message.text] if message.type == "error" else []))
        page.on("request", lambda each: complaints.extend([each.url] if each.url.startswith("http") else []))
        page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_function("!document.querySelector('.ainotes-poster')")
            page.clock.pause_at(3_600_000) if clock else settle(page)
        return page

    yield make
    for page in opened:
        page.close()
    assert complaints == []


def tap(page, x: float, y: float) -> None:
    """Tap on a place of a page and wait until the page has heard of it, which a tap alone does not."""
    page.touchscreen.tap(x, y)
    settle(page)


def sideways(page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def small_targets(page, least: int = 24) -> list[list]:
    """Return the controls that a finger would miss: less than 24 pixels wide or high."""
    return page.evaluate(
        """([targets, least]) => [...document.querySelectorAll(targets)]
        .filter((node) => node.checkVisibility())
        .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([, box]) => box.width < least || box.height < least)""",
        [TARGETS, least],
    )


def flaws(page) -> list[str]:
    """Return what is wrong with a page's figures on a laptop and on a phone, in light and in dark.

    That is all that axe-core finds, and whatever sticks out at the side, also where the letters are wider.
    """
    found = []
    for width in (LAPTOP, PHONE):
        resize(page, width)
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
            found += [f"{width} {theme} {line}" for line in violations(page)]
        found += [f"{width}: the page is {sideways(page)} pixels too wide"] if sideways(page) > 0 else []
    wide_letters = page.add_style_tag(content=SPACED)
    settle(page)
    found += [f"{PHONE}, wide letters: {sideways(page)} pixels too wide"] if sideways(page) > 0 else []
    wide_letters.evaluate("node => node.remove()")
    return found
