"""Mends what the tools leave undone for readers who do not use a mouse or do not see the page."""

from __future__ import annotations

from typing import Any

# docutils gives the bibliography a role that ARIA has since withdrawn, and a list whose children are no list items.
ROLES = (' role="doc-biblioentry"', ' role="list" class="citation-list"')


def mend_roles(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Take wrong roles off a page's body: what is left is plain text in reading order."""
    body = context.get("body")
    if body:
        context["body"] = body.replace(ROLES[0], "").replace(ROLES[1], ' class="citation-list"')


def setup(app: Any) -> None:
    """Register the parts."""
    app.connect("html-page-context", mend_roles)
