"""Live figures in a running JupyterLab: what is done in the browser reaches Python, and back."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PATIENCE = 180  # seconds; a busy machine is not a failure
CELL = """
from pathlib import Path
from torch import nn
from ainotes.widgets import BlockDiagram, CurveExplorer, Quiz

quiz = Quiz([{"ask": "One?", "choices": {"no": "No.", "yes": "Yes."}, "answer": "yes"}])
curves = CurveExplorer({"net": {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}}, patience=1)

def answered(change):
    curves.epoch = 1  # Python moves the other figure
    Path("answered.txt").write_text(f"{quiz.chosen} {quiz.score}")

quiz.observe(answered, "chosen")
curves.observe(lambda change: Path("epoch.txt").write_text(str(change.new)), "epoch")
display(quiz, curves, BlockDiagram(nn.Sequential(nn.Conv2d(1, 2, 3)), (1, 8, 8)))
"""


# Each figure of part 1, what is pressed on it, the trait that must follow in Python, and what Python sets it to then.
PART_1 = {
    "stepper": ("ConvolutionStepper({'boot': picture})", "Position", "ArrowRight", "position", 1, 7),
    "stride": ("StrideExplorer(size=8)", "Stride S", "ArrowRight", "stride", 2, 4),
    "pooling": ("PoolingExplorer({'boot': picture})", "Window", "ArrowRight", "kernel", 3, 4),
    "receptive": ("ReceptiveFieldExplorer([(3,), (2, 2), (3,)])", "Layer", "ArrowLeft", "depth", 2, 1),
    "gabor": ("GaborExplorer({'boot': picture})", "Frequency", "ArrowRight", "frequency", 0.21, 0.3),
}
PART_1_CELL = """
import numpy as np
from pathlib import Path
from ainotes.widgets import *

picture = np.arange(784, dtype=float).reshape(28, 28) / 784
figures = {FIGURES}
traits = {TRAITS}

def told(name, trait, back):
    def tell(change):
        with open(f"{name}.txt", "a") as file:
            file.write(f"{change.new} ")
        if change.new != back:
            setattr(figures[name], trait, back)  # Python moves it on
    return tell

for name, (trait, back) in traits.items():
    figures[name].observe(told(name, trait, back), trait)
display(*figures.values())
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own, with its own settings; yields its address and its folder."""
    tmp_path = tmp_path_factory.mktemp("lab")
    work = tmp_path / "work"
    work.mkdir()
    (work / "figures.ipynb").write_text(_notebook(CELL))
    (work / "part_1.ipynb").write_text(_notebook(_part_1_cell()))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME", "DATA")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    command += ["--LabApp.news_url=", "--LabApp.extension_manager=readonly"]
    with open(tmp_path / "lab.log", "wb") as log:
        server = subprocess.Popen(command, cwd=work, env=os.environ | folders, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(lambda: _answers(f"{address}/api/status"), PATIENCE, tmp_path / "lab.log")
        yield address, work
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _part_1_cell() -> str:
    figures = ", ".join(f"{name!r}: {code}" for name, (code, *_) in PART_1.items())
    traits = {name: (trait, back) for name, (_, _, _, trait, _, back) in PART_1.items()}
    return PART_1_CELL.replace("FIGURES", figures).replace("{TRAITS}", repr(traits))


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError:
        return False


def _wait_for(condition, seconds: float, log: Path) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, log.read_text()[-3000:]
        time.sleep(0.1)


def _wait_on(page, condition, what: str) -> None:
    """Wait, with the page alive, until a condition holds."""
    for _ in range(10 * PATIENCE):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it did not happen in time: {what}")


def _wait_for_text(page, path: Path, text: str) -> None:
    """Wait, with the page alive, until Python wrote a text to a file."""
    _wait_on(page, lambda: path.exists() and path.read_text() == text, f"{path.name} holds {text!r}")


def _stands_at(slider, value: float) -> bool:
    return float(slider.input_value()) == pytest.approx(value)


def _new_page(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(1000 * PATIENCE)
    return page


def _run_all(page, address: str, notebook: str, wait_for: str) -> None:
    page.goto(f"{address}/lab/workspaces/{notebook.split('.')[0]}/tree/{notebook}")  # not where another test left off
    # Run before the kernel is there, and JupyterLab asks for one in a dialog.
    ready = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(ready)
    page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(wait_for)
    assert page.locator(".ainotes-live").count() == 0, "with a kernel the widget view is used, not the HTML"


@pytest.mark.slow
def test_the_figures_of_part_1_reach_python_and_are_moved_by_it(chromium, lab):
    address, work = lab
    page = _new_page(chromium)
    _run_all(page, address, "part_1.ipynb", ".ainotes-gabor")
    for name, (_, control, key, trait, value, back) in PART_1.items():
        slider = page.locator(f".ainotes-{name}").get_by_role("slider", name=control, exact=True)
        slider.press(key)
        _wait_for_text(page, work / f"{name}.txt", f"{value} {back} ")
        _wait_on(page, partial(_stands_at, slider, back), f"{name}: Python set {trait} to {back}")
    page.close()


@pytest.mark.slow
def test_what_is_done_in_the_lab_reaches_python_and_back(chromium, lab):
    address, work = lab
    page = _new_page(chromium)
    _run_all(page, address, "figures.ipynb", ".ainotes-curves")

    # JupyterLab floats the terms of a list beside what they explain, in a column that breaks every word.
    page.wait_for_selector(".ainotes-diagram dt")
    above = """all => all.every(
        dt => dt.getBoundingClientRect().bottom <= dt.nextSibling.getBoundingClientRect().top + 1)"""
    assert page.locator(".ainotes-diagram dt").evaluate_all(above)

    page.get_by_label("no", exact=True).focus()
    page.keyboard.press("ArrowDown")  # JupyterLab would move to another cell, were it not held back
    assert page.get_by_label("yes").is_checked()
    page.keyboard.press("Enter")
    _wait_for_text(page, work / "answered.txt", "[1] (1, 1)")
    assert page.locator(".feedback").inner_text() == "✓ Right. Yes."
    page.wait_for_function("document.querySelector('.readout caption').textContent === 'Loss in epoch 1'")
    _wait_for_text(page, work / "epoch.txt", "1")
    page.get_by_role("slider", name="Epoch").press("ArrowRight")
    _wait_for_text(page, work / "epoch.txt", "2")
    page.close()
