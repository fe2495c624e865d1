"""Mends what the tools leave undone for readers who do not use a mouse or do not see the page."""

from __future__ import annotations

import re
from typing import Any

# docutils gives the bibliography a role that ARIA has since withdrawn, and a list whose children are no list items.
ROLES = (' role="doc-biblioentry"', ' role="list" class="citation-list"')
# A folded cell as myst-nb writes it: the cell with its tags, then the summary that a click unfolds.
FOLDED = re.compile(r'(<div class="cell ([^"]*)">\s*<details[^>]*>\s*)<summary.*?</summary>', re.S)
SUMMARY = (
    '<summary><p class="collapsed admonition-title">Show {0}</p>'
    '<p class="expanded admonition-title">Hide {0}</p></summary>'
)


def mend_roles(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Take wrong roles off a page's body: what is left is plain text in reading order."""
    body = context.get("body")
    if body:
        context["body"] = body.replace(ROLES[0], "").replace(ROLES[1], ' class="citation-list"')


def fold_words(tags: str) -> str:
    """Return what a folded cell with these tags holds, in a reader's words."""
    return "the solution" if "tag_solution" in tags else "the code"


def name_folds(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Say on each folded cell what is in it, in words that are seen and heard alike."""
    body = context.get("body")
    if body:
        context["body"] = FOLDED.sub(lambda fold: fold[1] + SUMMARY.format(fold_words(fold[2])), body)


def setup(app: Any) -> None:
    """Register the parts."""
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", name_folds)
