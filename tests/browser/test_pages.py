"""Links, formulas, tables and pictures of the book; what a browser sees of every page is in test_every_page.py."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import nbformat
import pytest
from tools_path import load

verify = load("verify")
pytestmark = pytest.mark.browser


def test_a_request_to_another_host_and_a_script_error_would_be_seen(site, visitor):
    tab = visitor()
    tab.open("site/notation.html")
    with tab.page.expect_event("requestfailed") as failed:
        tab.page.evaluate(
            "() => { document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/a.png'})); }"
        )
    with tab.page.expect_event("pageerror"):
        tab.page.evaluate("() => { setTimeout(() => { throw new Error('seen'); }); }")
    assert "ERR_NAME_NOT_RESOLVED" in failed.value.failure, "the browser goes nowhere else"
    assert any("192.0.2.1" in line for line in tab.foreign)
    assert any("seen" in line for line in tab.errors)


def test_a_missing_file_would_be_seen(visitor):
    tab = visitor()
    tab.open("site/notation.html")
    with tab.page.expect_event("response"):
        tab.page.evaluate("void fetch('missing.json')")
    assert any("404" in line and "missing.json" in line for line in tab.errors)


def test_mathjax_sets_formulas_from_the_book_itself(visitor):
    tab = visitor()
    tab.open("site/notation.html")
    tab.page.wait_for_selector("mjx-container")
    assert tab.page.locator("mjx-container").count() > 5


def test_formulas_can_be_read_by_a_screen_reader(visitor):
    tab = visitor()
    tab.open("site/notation.html")
    tab.page.wait_for_selector("mjx-container")
    assert tab.page.locator("mjx-container mjx-assistive-mml").count() > 5


class Page(HTMLParser):
    """Links, anchors and pictures of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.pictures: list[dict[str, str | None]] = []

    def handle_starttag(self, tag, attrs) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.anchors.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "img":
            self.pictures.append(found)


@pytest.fixture(scope="module")
def parsed(site):
    pages = {}
    for name in site.pages:
        pages[name] = Page()
        pages[name].feed((site.folder / name).read_text(encoding="utf-8"))
    return pages


def test_every_link_inside_the_book_leads_to_a_page_and_a_place(site, parsed):
    broken = []
    for name, page in parsed.items():
        for link in page.links:
            target = urlsplit(urljoin(f"http://book/{name}", link))
            if target.netloc != "book" or target.scheme not in ("http", "https"):
                continue
            path, anchor = unquote(target.path).lstrip("/") or "index.html", unquote(target.fragment)
            if not (site.folder / path).is_file():
                broken.append(f"{name}: {link} (no such file)")
            elif anchor and path in parsed and anchor not in parsed[path].anchors:
                broken.append(f"{name}: {link} (no such place)")
    assert broken == []


def test_a_table_that_a_cell_prints_is_a_table(site):
    texts = {name: (site.folder / name).read_text(encoding="utf-8") for name in site.pages}
    assert [name for name, text in texts.items() if re.search(r"<p>\s*\|", text)] == []
    assert "<table" in texts["notebooks/3_fashion_mnist/02_overfitting.html"]


def test_every_lesson_reports_figures_that_can_be_recorded(book):
    lessons = sorted((book.parent / "jupyter_execute" / "notebooks").glob("*/*.ipynb"))
    assert lessons, f"no executed lessons beside {book}"
    for lesson in lessons:
        assert verify.key_figures(nbformat.read(lesson, as_version=4)), f"{lesson.stem} reports none"


def test_links_out_of_the_book_are_https(parsed):
    plain = {urldefrag(link).url for page in parsed.values() for link in page.links if link.startswith("http:")}
    assert plain == set()


def test_every_picture_has_a_text_in_its_place(parsed):
    # An empty alt is right only where a picture is decoration; the book has none such outside the theme's logo pair.
    without = [
        f"{name}: {picture.get('src', '')[:80]}"
        for name, page in parsed.items()
        for picture in page.pictures
        if not (picture.get("alt") or "").strip()
    ]
    assert without == []


def test_the_alt_text_of_a_figure_is_a_sentence_and_not_a_file_name(parsed):
    names = [
        f"{name}: {picture.get('alt')}"
        for name, page in parsed.items()
        for picture in page.pictures
        if re.fullmatch(r"[\w./-]+\.(png|svg|jpe?g|gif)", picture.get("alt") or "")
    ]
    assert names == []
