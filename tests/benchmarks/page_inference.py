"""How long does a network take in the page, and how long in PyTorch on one thread?

One image, four networks of the course, with random weights: the time does not depend on them. Inside the clock: in the
page ``run(layers, { 0: pixels })`` of ``static/network.js`` in headless Chromium; in PyTorch the call of the network in
`inference_mode()`, float32, one thread. Each is run `--warm` times untimed, then `--rounds` times, the two in turn in
blocks of `--block`, so that both meet the same state of the machine. "Ready" is what the page does once: unpack the 16
bits and pack the kernels; "first" its first run, before the browser has compiled what it runs often. Both give the same
logits to 1e-3, which is asserted first.

    OMP_NUM_THREADS=1 python tests/benchmarks/page_inference.py
"""

from __future__ import annotations

import argparse
import base64
import datetime
import os
import platform
import shutil
import statistics
import time

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright
from torch import Tensor, nn

from ainotes import models
from ainotes.widgets.base import STATIC
from ainotes.widgets.export import PageNetwork, export

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
NETWORKS = {
    "ResNet14": (models.ResNet14, (3, 32, 32)),
    "Convnet": (models.Convnet, (1, 28, 28)),
    "LectureGap": (models.LectureGap, (1, 28, 28)),
    "LeNet5": (models.LeNet5, (3, 32, 32)),
}
READY = """async ([engine, layers, weights, pixels]) => {
  const url = URL.createObjectURL(new Blob([engine], { type: "text/javascript" }));
  const { build, decode, run } = await import(url);
  let start = performance.now();
  const net = build(layers, decode(weights));
  const ready = performance.now() - start;
  const image = Float32Array.from(pixels);
  start = performance.now();
  const logits = run(net, { 0: image }).at(-1);
  const first = performance.now() - start;
  globalThis.timed = (count) => Array.from({ length: count }, () => {
    const start = performance.now();
    run(net, { 0: image });
    return performance.now() - start;
  });
  return { ready, first, logits: [...logits] };
}"""


def milliseconds(network: nn.Module, images: Tensor, count: int) -> list[float]:
    """Return the milliseconds of each of `count` calls."""
    taken = []
    with torch.inference_mode():
        for _ in range(count):
            start = time.perf_counter()
            network(images)
            taken.append(1000 * (time.perf_counter() - start))
    return taken


def measure(page: Page, exported: PageNetwork, image: np.ndarray, options: argparse.Namespace) -> dict:
    """Return the times of one network in the page and in torch."""
    engine, weights = (STATIC / "network.js").read_text(encoding="utf-8"), base64.b64encode(exported.weights).decode()
    told = page.evaluate(READY, [engine, exported.layers, weights, image.ravel().tolist()])
    np.testing.assert_allclose(told.pop("logits"), exported(image[None])[0], atol=1e-3)
    network, images = exported.twin, torch.from_numpy(image)[None]
    times: dict = {"page": [], "torch": []}
    page.evaluate("(count) => timed(count).length", options.warm)
    milliseconds(network, images, options.warm)
    for _ in range(options.rounds // options.block):
        times["page"] += page.evaluate("(count) => timed(count)", options.block)
        times["torch"] += milliseconds(network, images, options.block)
    return told | times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--block", type=int, default=10)
    parser.add_argument("--warm", type=int, default=20)
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SystemExit(f"page_inference: no Chromium on this machine (looked for {', '.join(PROGRAMS)})")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"{datetime.date.today()}, torch {torch.__version__}, Python {platform.python_version()}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{platform.machine()}, one thread of {os.cpu_count()} cores (load {load:.0f} before), n = {options.rounds}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        print(f"Chromium {browser.version}\n\n| network | parameters | | min | median | max | ready | first |")
        print("|---|---|---|---|---|---|---|---|")
        for name, (make, shape) in NETWORKS.items():
            exported = export(make(), shape)
            image = np.random.default_rng(0).normal(size=shape).astype(np.float32)
            page = browser.new_page()
            found = measure(page, exported, image, options)
            count = sum(parameter.numel() for parameter in exported.twin.parameters())
            for where in ("page", "torch"):
                taken = found[where]
                line = f"{min(taken):.2f} | {statistics.median(taken):.2f} | {max(taken):.2f}"
                once = f"{found['ready']:.0f} | {found['first']:.1f}" if where == "page" else " | "
                print(f"| {name} | {count:,} | {where} | {line} | {once} |")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
