"""Runs axe-core, the accessibility checker, on a page.

Nine tenths of axe's time go into the contrast of every single word, 14,000 of them on the page of the package. Words
that stand in equal places (same tags and classes up to the root) and look the same (colour, size, weight, and every
background and opacity behind them) have the same contrast: of each such kind three are measured, the first, the
middle and the last. All other rules see every element.
"""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from visitor import settle

MARK_ONE_OF_EACH_KIND = """() => {
  const numbers = new Map();
  const number = (text) => numbers.set(text, numbers.get(text) ?? numbers.size).get(text);
  const places = new Map();
  const place = (node) => {
    if (!node) return "";
    if (!places.has(node)) {
      const { backgroundColor, backgroundImage, opacity, filter, position } = getComputedStyle(node);
      places.set(node, number([place(node.parentElement), node.tagName, node.getAttribute("class"),
        backgroundColor, backgroundImage, opacity, filter, position].join("|")));
    }
    return places.get(node);
  };
  const speaks = (node) => node.matches("input, select, textarea, button")
    || [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const kinds = new Map();
  for (const node of document.body.querySelectorAll("*")) {
    node.removeAttribute("data-contrast");
    if (!speaks(node) || !node.checkVisibility() || !node.getClientRects().length) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(node);
    const kind = [place(node), color, fontSize, fontWeight, textShadow].join("|");
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(node);
  }
  for (const nodes of kinds.values())
    for (const i of [0, nodes.length >> 1, nodes.length - 1]) nodes[i].setAttribute("data-contrast", "");
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-contrast]" }] });
}"""
# Style sheets are not loaded again: no rule that is on needs them, and what they import would be looked for in vain.
RUN = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"], preload: { assets: ["media"] } });
  return violations.flatMap((rule) => rule.nodes.map((node) => {
    const reasons = [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
    return `${rule.id}: ${node.target} ${node.html.slice(0, 120)} (${reasons})`;
  }));
}"""


def violations(page) -> list[str]:
    """Return one line for each element that breaks a rule, with the rule and the reason."""
    settle(page)
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(MARK_ONE_OF_EACH_KIND)
    return page.evaluate(RUN)


def set_theme(page, theme: str) -> None:
    """Let the page follow the reader's system, as it does by itself, and wait until it has."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_for_function("theme => (document.documentElement.dataset.theme ?? theme) === theme", arg=theme)
