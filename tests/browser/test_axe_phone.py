"""axe-core on every page of the book, as narrow as a phone. A file of its own, so that two workers share the pages."""

from __future__ import annotations

import pytest
from axe import violations_everywhere

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_on_any_page_of_a_phone_in_light_and_dark(site, visitor):
    assert violations_everywhere(site, visitor(width=390)) == []
