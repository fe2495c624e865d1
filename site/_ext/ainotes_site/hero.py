"""The landing page's live figure: nine numbers, which the reader may change, slide over a drawn garment."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

HERE = Path(__file__).parent
# Which drawn garments are shown: a name for the reader, the class's number, and which one of its class.
GARMENTS = (("Boot", 9, 6), ("Dress", 3, 7), ("Bag", 8, 7), ("Shirt", 6, 3))
SEED = 7
KERNELS = {
    "Upright edges": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "Level edges": [1, 2, 1, 0, 0, 0, -1, -2, -1],
    "All edges": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "Blur": [1, 1, 1, 1, 1, 1, 1, 1, 1],
    "Nothing": [0, 0, 0, 0, 1, 0, 0, 0, 0],
}


def pictures() -> dict[str, str]:
    """Return the garments' pixels, row by row, two hexadecimal digits each."""
    from ainotes.data import garments

    images, labels = garments.draw(400, SEED)
    images = images.reshape(-1, 28, 28)
    return {name: images[labels == number][which].tobytes().hex() for name, number, which in GARMENTS}


def choices(group: str, names: list[str], legend: str) -> str:
    """Return a group of radio buttons."""
    buttons = "".join(
        f'<label><input type="radio" name="{group}" value="{html.escape(name)}"'
        f"{' checked' if name == names[0] else ''}><span>{html.escape(name)}</span></label>"
        for name in names
    )
    return f"<fieldset><legend>{legend}</legend>{buttons}</fieldset>"


def cells() -> str:
    """Return the nine fields of the kernel."""
    first = next(iter(KERNELS.values()))
    return "".join(
        f'<input type="number" step="1" min="-99" max="99" value="{value}" '
        f'aria-label="Kernel, row {place // 3 + 1}, column {place % 3 + 1}">'
        for place, value in enumerate(first)
    )


def screen(name: str, side: int, label: str) -> str:
    """Return a picture with the frame that shows where the kernel stands."""
    canvas = f'<canvas class="{name}" width="{side}" height="{side}" role="img" aria-label="{label}"></canvas>'
    return f'<div class="screen {name}">{canvas}<div class="window" aria-hidden="true"></div></div>'


def figure(garments: dict[str, str]) -> str:
    """Return the figure with its script and its data."""
    data = json.dumps({"garments": garments, "kernels": KERNELS}).replace("<", "\\u003c")
    script = (HERE / "hero.js").read_text(encoding="utf-8")
    return f"""
<div class="ainotes-hero" role="group" aria-label="A kernel slides over a picture">
  <div class="stage">
    <div class="pane">{screen("input", 28, "A drawn garment")}<p>28 × 28 pixels</p></div>
    <div class="pane kernel">
      <div class="cells">{cells()}</div>
      <p>9 numbers: change them</p>
      <button type="button" class="slide">Slide it</button>
    </div>
    <div class="pane">{screen("output", 26, "What the kernel makes of it")}<p>26 × 26 sums</p></div>
  </div>
  <div class="controls">
    {choices("ainotes-kernel", list(KERNELS), "Kernel")}
    {choices("ainotes-garment", list(garments), "Picture")}
  </div>
  <p class="says" role="status"></p>
  <script type="application/json">{data}</script>
  <script type="module">{script}</script>
</div>
"""


class Hero(SphinxDirective):
    """The live figure; pages in other formats go without."""

    def run(self) -> list[nodes.Node]:
        """Return the figure as raw HTML."""
        return [nodes.raw("", figure(pictures()), format="html")]


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_directive("hero", Hero)
