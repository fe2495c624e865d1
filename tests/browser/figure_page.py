"""A page of live figures without a kernel, and what is asked of every figure on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Figures</title>
<style>body {{ margin: 8px }} html[data-theme=dark] body {{ background: #121212; color: #eee }}</style></head>
<body><main><h1>Figures</h1>{figures}</main></body></html>"""
TARGETS = ".ainotes-figure :is(button, label, select, input:not([type=radio], [type=checkbox]), [role=slider])"


@contextmanager
def pages(browser, folder: Path) -> Iterator[Callable]:
    """Yield what opens a page of figures from a file; nothing else may be asked for and nothing may fail."""
    contexts: list = []
    complaints: list[str] = []

    def make(*figures, theme="light", width=1280, **options):
        html = "".join(figure if isinstance(figure, str) else figure.html() for figure in figures)
        path = folder / f"{len(contexts)}.html"
        path.write_text(PAGE.format(theme=theme, figures=html), encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend([message.text] if message.type == "error" else []))
        page.on("request", lambda each: complaints.extend([each.url] if each.url.startswith("http") else []))
        page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_function("!document.querySelector('.ainotes-poster')")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds: rule and the beginning of each element."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]


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
