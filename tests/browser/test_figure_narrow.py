"""A figure follows its own width and not the window's: in JupyterLab a narrow notebook stands in a wide window."""

import functools
import re

import numpy as np
import pytest
from torch import nn
from torchvision.models.resnet import BasicBlock

from ainotes.widgets import (
    BlockDiagram,
    ConfusionExplorer,
    ConvolutionStepper,
    CurveExplorer,
    GaborExplorer,
    NetworkExplorer,
    PoolingExplorer,
    Quiz,
    ReceptiveFieldExplorer,
    StrideExplorer,
    TimeBudget,
    ZooExplorer,
)
from ainotes.widgets.base import STATIC

pytestmark = pytest.mark.browser
NARROW, LAPTOP, PHONE = 360, 1280, 390


def confusion():
    labels = np.arange(40) % 10
    predictions = np.where(np.arange(40) % 4, labels, 9)
    images = np.full((40, 8, 8), 99, np.uint8)
    return ConfusionExplorer(labels, predictions, [f"class {i}" for i in range(10)], images=images)


def curves():
    falls, rises = [0.9, 0.6, 0.4, 0.3], [0.8, 0.7, 0.75, 0.8]
    runs = ("no augmentation", "dropout 0.5", "weight decay 1e-4")
    return CurveExplorer({run: {"loss": falls, "val_loss": rises} for run in runs}, patience=2)


def pictures():
    ramp = np.arange(784, dtype=float).reshape(28, 28) / 784
    return {"ramp": ramp, "turned": ramp.T.copy()}


def colours():
    return {name: np.repeat(image[..., None], 3, 2) for name, image in pictures().items()}


def budget():
    plain = {"decode": 8.0, "to tensor": 3.0, "forward": 12.0, "backward": 20.0, "optimizer": 2.0}
    return TimeBudget({"plain loop, decoded each time": plain, "fit, in memory": {"forward": 5.0, "backward": 8.0}})


def quiz():
    answers = {"320": "Nine and a bias each.", "an answer that is longer than a line in a narrow figure": "No."}
    return Quiz([{"ask": "How many parameters has a 3×3 layer of 32 filters?", "choices": answers, "answer": "320"}])


def network():
    hidden = [nn.Flatten(), nn.Linear(40 * 36, 40), nn.ReLU(), nn.Linear(40, 4)]
    stack = nn.Sequential(nn.Conv2d(1, 40, 3), nn.ReLU(), nn.MaxPool2d(2), *hidden)
    return NetworkExplorer(stack, np.zeros((8, 14, 14)), np.arange(8) % 4, ablated=[["0", 3], ["4", 7]])


FIGURES = {
    "quiz": quiz,
    "confusion": confusion,
    "curves": curves,
    "budget": budget,
    "stride": functools.partial(StrideExplorer, size=9),
    "pooling": lambda: PoolingExplorer(pictures()),
    "receptive": functools.partial(ReceptiveFieldExplorer, [(3,), (2, 2), (3,), (2, 2), (3, 1, 1)]),
    "stepper": lambda: ConvolutionStepper(pictures(), padding=1),
    "stepper in colour": lambda: ConvolutionStepper(colours(), {"seven": np.ones((7, 7))}),
    "gabor": lambda: GaborExplorer(pictures()),
    "zoo": ZooExplorer,
    "explorer": network,
    "diagram": lambda: BlockDiagram(BasicBlock(64, 64), (64, 8, 8)),
}
# Left edge, right edge and height of all that is seen; what is scrolled inside a frame of its own may be wider.
BOXES = """() => {
  const frame = document.querySelector(".ainotes-figure").getBoundingClientRect();
  return [...document.querySelectorAll(".ainotes-figure, .ainotes-figure *")]
    .filter((node) => node.checkVisibility() && !node.closest(".scroll, .pan, .unseen"))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1)
    .map(([node, box]) => [node.tagName, box.left - frame.left, box.right - frame.left, box.height].map(
      (value) => typeof value === "number" ? Math.round(value) : value));
}"""


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_in_a_narrow_column_of_a_wide_window_looks_as_in_a_narrow_window(open_page, name):
    column = f'<div style="width: {NARROW}px">{FIGURES[name]().html()}</div>'
    page = open_page(column, width=LAPTOP)
    wide = page.evaluate(BOXES)
    assert wide[0][2] == NARROW
    assert [box for box in wide if box[1] < 0 or box[2] > NARROW] == [], "nothing sticks out of the frame"
    narrow = open_page(column, width=PHONE).evaluate(BOXES)
    assert narrow == wide


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_sticks_out_of_a_figure_of_any_width(open_page, name):
    page = open_page(f'<div id="column">{FIGURES[name]().html()}</div>', width=LAPTOP)
    page.emulate_media(reduced_motion="reduce")  # the marks of a chart would glide to their new places
    for width in range(300, 760, 20):
        page.evaluate("width => { document.getElementById('column').style.width = `${width}px`; }", width)
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # charts redraw
        boxes = page.evaluate(BOXES)
        assert [box for box in boxes if box[1] < 0 or box[2] > boxes[0][2]] == [], width


@pytest.mark.parametrize("name", sorted(path.stem for path in STATIC.glob("*.css")))
def test_no_stylesheet_asks_for_the_width_of_the_window(name):
    assert re.findall(r"@media[^{]*width[^{]*", (STATIC / f"{name}.css").read_text(encoding="utf-8")) == []
