"""Do the live figures keep up with a hand? Frames a second while each is dragged, in headless Chromium.

    python tests/benchmarks/figure_frames.py [--seconds 3]

Inside the clock: the pointer moves over the figure, one move a frame, and the browser draws; frames are counted with
requestAnimationFrame, and the longest gap between two is kept. Headless Chromium draws at most 60 frames a second.
Not inside: loading the page, and a first half second of moves.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ainotes.data import fashion_mnist
from ainotes.shapes import Layer
from ainotes.widgets import (
    ConvolutionStepper,
    GaborExplorer,
    LiveFigure,
    PoolingExplorer,
    ReceptiveFieldExplorer,
    StrideExplorer,
)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
COUNT = """() => {
  const gaps = (globalThis.gaps = []);
  let last = performance.now();
  const tick = (now) => { gaps.push(now - last); last = now; globalThis.counting && requestAnimationFrame(tick); };
  globalThis.counting = true;
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(tick); });
}"""


def figures() -> dict[str, tuple[LiveFigure, int]]:
    """Return each figure with the number of the picture in it that is dragged over."""
    garments = fashion_mnist(train=False, quiet=True)
    boot = garments.images[garments.labels == 9][0]
    conv, pool = Layer(3), Layer(2, stride=2, name="max pool")
    large = boot.repeat_interleave(2, 1).repeat_interleave(2, 2)  # (1, 56, 56)
    return {
        "ConvolutionStepper, output": (ConvolutionStepper({"boot": boot}), 1),
        "StrideExplorer, output": (StrideExplorer(size=16, kernel=3, padding=1), 1),
        "PoolingExplorer, output": (PoolingExplorer({"boot": boot}), 1),
        "ReceptiveFieldExplorer, units": (ReceptiveFieldExplorer([conv, pool, conv, pool, conv], image=boot), 0),
        "GaborExplorer, turning, 28 pixels": (GaborExplorer({"boot": boot}), 1),
        "GaborExplorer, turning, 56 pixels": (GaborExplorer({"boot": large}), 1),
    }


def drag(page: Page, box: dict, seconds: float) -> None:
    """Move the pressed pointer round and round over a picture, one move a frame."""
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    for step in range(round(60 * seconds)):
        angle, radius = step / 9, 0.25 + 0.2 * math.sin(step / 31)
        across, down = 0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()


def gaps(page: Page, figure: LiveFigure, place: int, seconds: float) -> list[float]:
    """Return the milliseconds between frames while a figure is dragged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.html"
        path.write_text(figure.standalone, encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_function("!document.querySelector('.ainotes-poster')")
        picture = page.locator(".grid").nth(place)
        picture.scroll_into_view_if_needed()
        drag(page, picture.bounding_box(), 0.5)
        page.evaluate(COUNT)
        drag(page, picture.bounding_box(), seconds)
        page.evaluate("globalThis.counting = false")
        return page.evaluate("globalThis.gaps")


def main() -> None:
    parser = argparse.ArgumentParser(description="Count frames while figures are dragged.")
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SystemExit(f"figure_frames: no Chromium on this machine (looked for {', '.join(PROGRAMS)})")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, {seconds:g} s each")
    print(f"{'figure':36s} {'frames/s':>8s} {'median gap':>11s} {'95 %':>8s} {'longest':>8s}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for name, (figure, place) in figures().items():
            page = browser.new_page(viewport={"width": 1280, "height": 1100})
            found = gaps(page, figure, place, seconds)
            late = sorted(found)[int(0.95 * len(found))]
            rate = 1000 * len(found) / sum(found)
            print(f"{name:36s} {rate:8.1f} {statistics.median(found):8.1f} ms {late:5.1f} ms {max(found):5.1f} ms")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
