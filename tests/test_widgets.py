"""Live figures: what Python hands to the page, and the arithmetic that both sides share."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ainotes.utils import train
from ainotes.widgets import ConfusionExplorer, CurveExplorer, LiveFigure, Quiz, TimeBudget
from ainotes.widgets.base import STATIC

HERE = Path(__file__).parent
CASES = json.loads((HERE / "fixtures" / "live_figures.json").read_text(encoding="utf-8"))
NODE = shutil.which("node")


def quiz(**changes):
    question = {"ask": "Which?", "choices": {"a": "No.", "b": "Yes."}, "answer": "b"}
    return Quiz([question | changes, question])


def confusion(**changes):
    given = {
        "labels": [0, 0, 1, 1],
        "predictions": [0, 1, 1, 1],
        "classes": ["cat", "dog"],
        "images": np.full((4, 8, 8), 7, np.uint8),
    }
    return ConfusionExplorer(**given | changes)


def curves(history=None, **changes):
    return CurveExplorer({"net": history or {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6], "acc": [0.5, 0.7]}}, **changes)


def budget(**changes):
    return TimeBudget({"plain": {"data": 8.0, "forward": 2.0}, "fast": {"forward": 2.0}}, **changes)


FIGURES = {"quiz": quiz, "confusion": confusion, "curves": curves, "budget": budget}


def content(page: str) -> dict:
    """Return what the HTML carries as JSON."""
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])


# --- the base ---


@pytest.mark.parametrize("name", FIGURES)
def test_the_output_has_a_widget_view_and_a_page_that_needs_nothing_else(name):
    figure = FIGURES[name]()
    data, _ = figure._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == figure.model_id
    assert data["text/plain"] == "\n".join(figure.poster())
    page = data["text/html"]
    held = content(page)
    assert held["module"]["text"] == figure._esm
    assert held["css"]["text"] == figure._css
    assert held["state"]["title"] == figure.title
    assert not any(key.startswith("_") or key in ("layout", "tooltip", "tabbable") for key in held["state"])
    assert not re.search(r"https?://(?!www\.w3\.org/)", page), "no page may ask another host"


@pytest.mark.parametrize("name", FIGURES)
def test_without_scripts_the_reader_sees_what_the_figure_shows(name):
    figure = FIGURES[name]()
    visible = re.sub(r"<script.*?</script>", "", figure.html(), flags=re.DOTALL)
    assert len(figure.alt) > 20
    assert figure.alt in re.sub(r"<[^>]+>", " ", visible)


def test_two_copies_differ_in_their_name_only_and_a_rebuilt_page_is_the_same():
    LiveFigure._shown.clear()
    first, second = quiz().html(), quiz().html()
    names = [re.search(r'id="(live-[0-9a-f]{12}-\d+)"', page)[1] for page in (first, second)]
    assert names[0].endswith("-1")
    assert names[1].endswith("-2")
    assert first.replace(names[0], names[1]) == second
    LiveFigure._shown.clear()
    assert quiz().html() == first
    assert quiz(ask="Another?").html() != first


def test_no_text_of_a_learner_can_end_the_script_that_holds_it():
    page = quiz(ask="</script><script>alert(1)</script><!--").html()
    assert page.count("</script>") == 2
    assert page.count("<script") == 2
    assert content(page)["state"]["questions"][0]["ask"] == "</script><script>alert(1)</script><!--"
    assert "&lt;script&gt;alert(1)" in page, "in the poster it is escaped as HTML"


def test_bytes_travel_as_base64():
    import traitlets

    class Pixels(LiveFigure):
        figure = "quiz"
        pixels = traitlets.Bytes(b"\x00\x01\xff").tag(sync=True)
        deep = traitlets.List([{"more": b"\x02"}]).tag(sync=True)

    state = content(Pixels(alt="pixels").html())["state"]
    assert state["pixels"] == {"$bytes": "AAH/"}
    assert state["deep"] == [{"more": {"$bytes": "Ag=="}}]


def test_a_figure_can_be_a_page_of_its_own():
    page = quiz().standalone
    assert page.startswith("<!doctype html>")
    assert "<title>Check yourself</title>" in page
    assert page.count("ainotes-live") >= 1


def test_files_stay_small():
    assert sum((STATIC / name).stat().st_size for name in ("base.js", "kit.js")) <= 6_000
    assert (STATIC / "network.js").stat().st_size <= 15_000, "the engine that runs networks, beside a figure's own"
    figures = [each for each in LiveFigure.__subclasses__() if each.figure]
    assert {each.figure for each in figures} >= {"quiz", "stepper"}
    for each in figures:
        own = {*each.shared, each.figure} - {"network"}
        most = 64_000 if each.figure == "explorer" else 20_000  # a network to look into: five files of its own
        assert sum((STATIC / f"{name}.js").stat().st_size for name in own) <= most, each


def test_the_widgets_load_without_torch():
    code = "import sys, ainotes.widgets; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


# --- the arithmetic that Python and JavaScript share ---


@pytest.mark.skipif(NODE is None, reason="no node on this machine: the figures' JavaScript is not tested")
def test_the_javascript_passes_its_own_tests():
    tests = sorted(str(path) for path in (HERE / "js").glob("*.test.mjs"))
    assert len(tests) >= 5
    done = subprocess.run([NODE, "--test", *tests], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("case", CASES["early_stopping"])
def test_early_stopping_is_that_of_the_package(case):
    metric = f"val_{case['metric']}"
    rule = train.patience(case["patience"], metric)
    epochs = range(1, len(case["values"]) + 1)
    stop = next((epoch for epoch in epochs if rule({metric: case["values"][:epoch]})), None)
    assert stop == case["stop"]
    seen = case["values"][:stop]
    assert seen.index((max if case["metric"] == "acc" else min)(seen)) + 1 == case["best"]


@pytest.mark.parametrize("case", CASES["confusion"])
def test_accuracy_recall_and_precision_are_those_of_numpy(case):
    matrix = np.array(case["matrix"])
    pairs = [(i, j) for i, row in enumerate(case["matrix"]) for j, count in enumerate(row) for _ in range(count)]
    labels, predictions = (np.array([pair[k] for pair in pairs], int) for k in (0, 1))
    classes = [f"class {i}" for i in range(len(matrix))]
    figure = ConfusionExplorer(labels, predictions, classes, np.zeros((len(pairs), 4, 4), np.uint8))
    assert figure.matrix == case["matrix"]
    assert figure.accuracy == pytest.approx(case["accuracy"] if pairs else float("nan"), nan_ok=True)
    for total, share in ((matrix.sum(1), case["recall"]), (matrix.sum(0), case["precision"])):
        expected = [hit / all_ if all_ else None for hit, all_ in zip(np.diag(matrix), total, strict=True)]
        assert share == [None if value is None else pytest.approx(value) for value in expected]
    mistakes = [[i, j, int(n)] for (i, j), n in np.ndenumerate(matrix) if i != j and n]
    assert sorted(mistakes, key=lambda mistake: -mistake[2]) == case["mix_ups"]


@pytest.mark.parametrize("case", CASES["time_budget"])
def test_totals_and_speed_up_are_those_of_python(case):
    figure = TimeBudget({"first": case["first"], "parts": case["parts"]}, case["steps"], case["epochs"])
    assert figure.seconds("parts") == pytest.approx(case["all"] / 1000)
    assert figure.speed_up("parts") == pytest.approx(case["speed_up"])


@pytest.mark.parametrize("case", CASES["quiz"])
def test_the_score_of_a_quiz_is_that_of_python(case):
    choices = {"a": "1", "b": "2", "c": "3"}
    figure = Quiz([{"ask": "?", "choices": choices, "answer": list(choices)[answer]} for answer in case["answers"]])
    figure.chosen = case["chosen"]
    assert figure.score == (case["right"], len(case["answers"]))


# --- each figure's input ---


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"answer": "c"}, ValueError, r"question 1: the answer 'c' is not one of \['a', 'b'\]"),
        ({"choices": {"b": "Only one."}}, TypeError, "at least two choices"),
        ({"choices": ["a", "b"]}, TypeError, "at least two choices"),
        ({"choices": {"a": " ", "b": "Yes."}}, ValueError, "must be texts, not empty"),
    ],
)
def test_a_bad_question_is_named(change, error, message):
    with pytest.raises(error, match=message):
        quiz(**change)


def test_a_quiz_without_questions_or_with_half_of_one_is_refused():
    with pytest.raises(ValueError, match="at least one question"):
        Quiz([])
    with pytest.raises(TypeError, match="needs a dict with 'ask', 'choices' and 'answer'"):
        Quiz([{"ask": "Which?"}])


def test_choices_of_a_quiz_are_checked():
    figure = quiz()
    figure.chosen = [1, None]
    assert figure.score == (1, 2)
    with pytest.raises(ValueError, match="one entry for each of 2 questions"):
        figure.chosen = [1]
    with pytest.raises(ValueError, match="None or 0 to 1, got 2"):
        figure.chosen = [2, None]
    assert figure.chosen == [1, None]


def test_the_poster_of_a_quiz_asks_the_questions_without_their_answers():
    text = "\n".join(quiz().poster())
    assert "1. Which? a / b" in text
    assert "Yes." not in text


def test_a_confusion_matrix_comes_from_lists_arrays_and_tensors_alike():
    images = torch.rand(4, 1, 8, 8, requires_grad=True)
    logits = torch.tensor([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6]])
    figure = confusion(labels=torch.tensor([0, 0, 1, 1]), images=images, probabilities=logits)
    assert figure.matrix == confusion().matrix == [[1, 1], [0, 2]]
    assert figure.cell == [0, 1], "it opens at the largest mix-up"
    assert figure.samples[1][1] == [[2, 2, 0.8], [3, 3, 0.6]], "the most certain first"
    assert confusion(probabilities=[0.9, 0.7, 0.6, 0.8]).samples[1][1] == [[2, 3, 0.8], [3, 2, 0.6]]
    assert "75.0 % are on the diagonal" in figure.alt
    assert "cat taken for dog, 1 times" in figure.alt


def test_the_sprite_shows_each_image_where_its_sample_says():
    import base64
    import io

    from PIL import Image

    images = np.arange(4, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 6), np.uint8) * 60
    figure = confusion(images=images)
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(figure.sprite.split(",")[1]))))
    assert figure.tile == [8, 6]
    for row in figure.samples:
        for position, index, _ in (sample for cell in row for sample in cell):
            top, left = 8 * (position // figure.columns), 6 * (position % figure.columns)
            assert np.array_equal(sheet[top : top + 8, left : left + 6], images[index])


@pytest.mark.parametrize(("shape", "classes"), [((3000, 28, 28), 10), ((400, 3, 150, 150), 2), ((1000, 3, 64, 64), 10)])
def test_the_sprite_stays_within_its_size(shape, classes):
    generator = np.random.default_rng(0)
    count = shape[0]
    # Noise compresses worst: no picture takes more.
    images = generator.integers(0, 256, shape, np.uint8)
    labels, predictions = generator.integers(0, classes, (2, count))
    figure = ConfusionExplorer(labels, predictions, [str(i) for i in range(classes)], images)
    assert len(figure.sprite) <= 120_000
    shown = [[len(cell) for cell in row] for row in figure.samples]
    assert np.all(np.array(shown) >= np.minimum(1, figure.matrix)), "each cell that has images shows one at least"
    assert figure.count == sum(map(sum, shown))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"predictions": [0, 1]}, ValueError, "predictions expects 4 entries, as many as labels, got 2"),
        ({"labels": [0, 0, 1, 2]}, ValueError, "labels must lie between 0 and 1, got 0 to 2"),
        ({"labels": [0.0, 0, 1, 1]}, ValueError, "labels expects integers of shape"),
        ({"predictions": np.zeros((4, 2))}, ValueError, r"use argmax\(1\) on logits"),
        ({"images": np.zeros((3, 8, 8), np.uint8)}, ValueError, "4 labels need as many images, got 3"),
        ({"images": np.zeros((4, 8), np.uint8)}, ValueError, r"images: expected \(N, H, W\)"),
        ({"images": np.full((4, 8, 8), -2.0)}, ValueError, "undo a normalisation first"),
        (
            {"probabilities": np.zeros((4, 3))},
            ValueError,
            r"shape \(4, 2\) or \(4,\), got \(4, 3\)",
        ),
        ({"probabilities": [2.0, 1, 1, 1]}, ValueError, "apply softmax"),
        ({"classes": "ab"}, TypeError, "classes expects a list of texts"),
        ({"classes": ["a"]}, ValueError, "classes expects at least 2"),
        ({"classes": ["a", "a"]}, ValueError, "must be distinct"),
        ({"per_cell": 0}, ValueError, "per_cell expects a positive integer"),
    ],
)
def test_bad_input_of_a_confusion_explorer_is_named(change, error, message):
    with pytest.raises(error, match=message):
        confusion(**change)


def test_a_cell_outside_the_matrix_is_refused():
    figure = confusion()
    figure.cell = [1, 1]
    with pytest.raises(ValueError, match=r"each from 0 to 1, got \[2, 0\]"):
        figure.cell = [2, 0]
    assert figure.cell == [1, 1]


def test_a_history_may_have_gaps_and_runs_of_different_length():
    history = {
        "loss": torch.tensor([0.5, float("nan"), 0.4]),
        "val_loss": np.array([0.5, np.inf, 0.45]),
        "acc": [1, 1, 1],
    }
    figure = CurveExplorer({"a": history, "b": {"loss": [0.9]}}, metric="val_loss", patience=2)
    assert figure.metric == "loss"
    assert figure.runs[0]["history"]["loss"] == [0.5, None, pytest.approx(0.4)]
    assert figure.runs[0]["history"]["val_loss"] == [0.5, None, 0.45]
    assert figure.epoch == 1, "the last epoch that both have reached"
    assert figure.alt == "Curves over 3 epochs: a ends at a validation loss of 0.45; b ends at a loss of 0.9."
    content(figure.html())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: curves(metric="f1"), ValueError, r"no metric 'f1' in the runs, which have \['loss', 'acc'\]"),
        (lambda: curves({"loss": []}), ValueError, "has no epoch yet"),
        (lambda: curves({"loss": ["a"]}), TypeError, "net, loss, expects a list of numbers"),
        (lambda: curves({"loss": [[1.0]]}), ValueError, r"got shape \(1, 1\)"),
        (lambda: CurveExplorer({"net": [0.9, 0.5]}), TypeError, "expects a dict of lists as `fit` returns it"),
        (lambda: CurveExplorer([{"loss": [1]}]), TypeError, "runs expects a dict"),
        (lambda: CurveExplorer({}), ValueError, "runs expects at least 1"),
        (lambda: CurveExplorer({str(i): {"loss": [1]} for i in range(9)}), ValueError, "at most 8 runs"),
        (lambda: curves(patience=-1), ValueError, "patience counts epochs, 0 or more, got -1"),
    ],
)
def test_bad_input_of_a_curve_explorer_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_the_state_of_a_curve_explorer_is_checked():
    figure = curves()
    figure.metric, figure.epoch, figure.hidden, figure.log = "acc", 1, ["net"], True
    for name, value in (("metric", "val_loss"), ("epoch", 3), ("epoch", 0), ("hidden", ["other"])):
        with pytest.raises(ValueError, match=name):
            setattr(figure, name, value)
    assert (figure.metric, figure.epoch, figure.hidden) == ("acc", 1, ["net"])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: TimeBudget({"a": {}}), TypeError, "part -> milliseconds a step"),
        (lambda: TimeBudget([]), TypeError, "recipes expects a dict"),
        (lambda: TimeBudget({"a": {"b": -1}}), ValueError, "expected milliseconds, 0 or more, got -1"),
        (lambda: TimeBudget({"a": {"b": float("nan")}}), ValueError, "0 or more, got nan"),
        (lambda: TimeBudget({"a": {"b": 0.0}}), ValueError, "takes no time at all"),
        (lambda: TimeBudget({"a": {str(i): 1 for i in range(9)}}), ValueError, "at most 8 different parts"),
        (lambda: budget(steps=0), ValueError, "steps expects a positive integer, got 0"),
        (lambda: budget(epochs=2.5), ValueError, "epochs expects a positive integer, got 2.5"),
    ],
)
def test_bad_input_of_a_time_budget_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_the_state_of_a_time_budget_is_checked():
    figure = budget(steps=100, epochs=2)
    figure.recipe = "fast"
    with pytest.raises(ValueError, match=r"recipe is one of \['plain', 'fast'\], got 'none'"):
        figure.recipe = "none"
    figure.epochs = 4
    assert figure.seconds("fast") == pytest.approx(0.8)
    assert figure.alt == (
        "Stacked bars: plain takes 10.0 ms a step, most of it (80 %) for data; "
        "fast takes 2.0 ms a step, most of it (100 %) for forward, 5.0 times as fast as the first."
    )
