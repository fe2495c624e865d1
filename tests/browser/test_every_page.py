"""What is asked of every page of the book, in a browser that can reach nothing but the book.

Each page is visited once, by one of four classes, so that as many workers can share the pages.
"""

from __future__ import annotations

import pytest
from figure_page import LAPTOP, PHONE
from survey import THEMES, Survey

pytestmark = pytest.mark.browser
SHARES = 4


@pytest.fixture(scope="class")
def survey(request, context_for, site) -> Survey:
    names = site.share(request.cls.number, SHARES)
    return Survey(context_for(PHONE, reduced_motion="reduce"), site, names)


class Pages:
    """The questions; each class below asks them of its share of the pages."""

    number: int

    def test_no_page_asks_another_host(self, survey):
        assert survey.tab.foreign == []

    def test_no_page_reports_an_error(self, survey):
        assert survey.tab.errors == []

    def test_no_page_scrolls_sideways_on_a_phone(self, survey):
        assert survey.found["sideways"] == []

    def test_a_code_cell_can_be_scrolled_by_keyboard_where_it_is_too_wide(self, survey):
        assert survey.found["out of reach"] == []

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("width", [LAPTOP, PHONE])
    def test_axe_finds_nothing(self, survey, width, theme):
        assert survey.found[f"axe {width} {theme}"] == []


class TestFirstShare(Pages):
    number = 0


class TestSecondShare(Pages):
    number = 1


class TestThirdShare(Pages):
    number = 2


class TestFourthShare(Pages):
    number = 3


def test_the_shares_together_are_all_pages(site):
    shares = [name for kind in Pages.__subclasses__() for name in site.share(kind.number, SHARES)]
    assert sorted(shares) == site.pages
    assert len(shares) > 8
