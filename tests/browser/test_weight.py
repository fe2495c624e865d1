"""Pages stay light: what the course adds to a page, besides the theme and MathJax."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
MOST = 800_000  # bytes, uncompressed
# Pages that carry a whole network: 695 thousand numbers of 16 bits in base64, or 225 thousand to look into.
WITH_A_NETWORK = {
    "notebooks/4_pretrained/01_answers.html": MOST + 1_900_000,
    "notebooks/6_interpretation/01_maps.html": MOST + 730_000,
    "notebooks/6_interpretation/02_filters.html": MOST + 730_000,
}


def weight(site, name: str) -> int:
    """Return the bytes of a page's HTML (with the figures, data and pictures in it) and of the pictures it links to."""
    text = (site.folder / name).read_bytes()
    pictures = set(re.findall(rb'src="((?:\.\./)*_images/[^"]+)"', text))
    folder = (site.folder / name).parent
    return len(text) + sum((folder / picture.decode()).stat().st_size for picture in pictures)


def test_every_page_weighs_at_most_800_kb_besides_a_network(site):
    weights = {name: weight(site, name) for name in site.pages}
    assert {name: f"{each:,}" for name, each in weights.items() if each > WITH_A_NETWORK.get(name, MOST)} == {}
    assert weights.keys() >= WITH_A_NETWORK.keys()


def test_the_weight_counts_what_is_in_a_page(site):
    # The lessons carry their figures and plots inline, so they weigh far more than a page of text.
    assert weight(site, "notebooks/3_fashion_mnist/01_training.html") > 3 * weight(site, "site/notation.html")
