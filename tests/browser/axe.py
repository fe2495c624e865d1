"""Runs axe-core, the accessibility checker, on pages of the book."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe


def violations(page, name: str) -> list[str]:
    """Return one line for each element that breaks a rule, with the rule and the reason."""
    found = []
    for rule in Axe().run(page).response["violations"]:
        for node in rule["nodes"]:
            reasons = "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
            found.append(f"{name}: {rule['id']}: {node['target']} {node['html'][:120]} ({reasons})")
    return found


def set_theme(page, theme: str) -> None:
    """Let the page follow the reader's system, as it does by itself, and wait until it has."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_for_function("theme => (document.documentElement.dataset.theme ?? theme) === theme", arg=theme)


def violations_everywhere(site, tab) -> list[str]:
    """Return the violations on every page of the book, in light and in dark."""
    found = []
    for name in site.pages:
        tab.open(name)
        if name == "index.html":
            continue  # it has already gone on to the landing page, which has its own turn
        for theme in ("light", "dark"):
            set_theme(tab.page, theme)
            found += [f"{theme} {line}" for line in violations(tab.page, name)]
    return found
