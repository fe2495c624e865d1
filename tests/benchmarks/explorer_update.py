"""How long does the network explorer take from a new drawing to everything that it changes on the page?

The figure of the site, with the embedded `Convnet` (225,034 parameters, 192 maps, 128 features, 10 classes), in
headless Chromium. Inside the clock, for each of `--rounds` pieces of a stroke: the pointer's event, the stroke on the
picture, all layers, all maps painted, the answer, and the panel with what is behind the chosen cell; then, as "with the
layout", what the browser needs until it could paint the next frame. The times are a clock's, and whatever else the
machine does is in them; the last column is not a clock's: the processor time of the page's main thread for a piece,
its painting included, by the browser's own account (the mean). With filters switched off the network runs twice,
since the answer with all filters is shown too. Not inside: `--warm` untimed pieces.

    OMP_NUM_THREADS=1 python tests/benchmarks/explorer_update.py
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from ainotes.data import fashion_mnist
from ainotes.pretrained import embedded, load
from ainotes.widgets import NetworkExplorer

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
DRAW = """async ([rounds, warm]) => {
  const pad = document.querySelector(".sheet .grid");
  const root = document.querySelector(".ainotes-explorer");
  const taken = { script: [], layout: [], network: [] };
  const tell = (kind, i) => {
    const box = pad.getBoundingClientRect();
    const [x, y] = [0.5 + 0.3 * Math.cos(i / 7), 0.5 + 0.35 * Math.sin(i / 5)];
    const where = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    pad.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerId: 1, pointerType: "mouse", ...where }));
  };
  pad.setPointerCapture = () => {};
  tell("pointerdown", 0);
  for (let i = 1; i <= rounds + warm; i++) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    tell("pointermove", i);
    const script = performance.now() - start;
    root.getBoundingClientRect();
    const layout = performance.now() - start;
    if (i <= warm) continue;
    taken.script.push(script);
    taken.layout.push(layout);
    taken.network.push(parseFloat(root.textContent.match(/in this page in ([\\d.]+) ms/)[1]));
  }
  tell("pointerup", 0);
  return taken;
}"""


def figure() -> NetworkExplorer:
    """Return the figure as the site has it."""
    own, facts = load("convnet_fashion_mnist"), embedded.facts("convnet_fashion_mnist")
    test = fashion_mnist(train=False, quiet=True)
    return NetworkExplorer(own.model, test.images, test.labels, own.categories, mean=facts["mean"], std=facts["std"])


def measure(page: Page, stage: int, ablated: bool, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the milliseconds of each piece of a stroke, with a map of a stage chosen."""
    page.reload()
    page.wait_for_function("document.querySelector('.answer').textContent")
    page.locator(".layer").nth(stage).locator(".map").nth(20).click()
    if ablated:
        page.get_by_role("button", name="Switch off").click()
    page.evaluate(DRAW, [0, options.warm])
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(browser)
    taken = page.evaluate(DRAW, [options.rounds, 0])
    return taken | {"processor": [1000 * (_busy(browser) - before) / (options.rounds + 2)]}  # it also goes down and up


def _busy(browser: CDPSession) -> float:
    """Return the seconds of processor time that the page's main thread has taken."""
    found = browser.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in found if each["name"] == "TaskDuration")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--warm", type=int, default=20)
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SystemExit(f"explorer_update: no Chromium on this machine (looked for {', '.join(PROGRAMS)})")
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{datetime.date.today()}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        path.write_text(figure().standalone, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(path.as_uri())
        print(f"Chromium {browser.version}, n = {options.rounds}, load {load_before:.0f} before, milliseconds\n")
        print("| what | min | median | 95 % | max | over 50 | processor |\n|---|---|---|---|---|---|---|")
        for stage, ablated in ((0, False), (2, False), (2, True)):
            taken = measure(page, stage, ablated, options)
            chosen = f"stage {stage + 1} chosen{', a filter off' * ablated}"
            for part, name in (
                ("network", "the network alone"),
                ("script", "all of it"),
                ("layout", "with the layout"),
            ):
                times = sorted(taken[part])
                numbers = (times[0], statistics.median(times), times[int(0.95 * len(times))], times[-1])
                late = sum(time > 50 for time in times)
                busy = f"{taken['processor'][0]:.1f}" if part == "layout" else ""
                print(f"| {chosen}: {name} | {' | '.join(f'{number:.1f}' for number in numbers)} | {late} | {busy} |")
        browser.close()


if __name__ == "__main__":
    main()
