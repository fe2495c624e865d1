import re

import matplotlib as mpl
import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from ainotes.utils import plot
from ainotes.utils.plot import (
    AltFigure,
    plot_boxes,
    plot_calibration,
    plot_cifar10_images,
    plot_confusion_matrix,
    plot_fashion_images,
    plot_heat,
    plot_images,
    plot_keypoints,
    plot_loss_acc,
    plot_masks,
    plot_per_class_accuracy,
    plot_runs,
    plot_timeline,
    plot_top,
    plot_worst_mistakes,
)

NAMES = ["ant", "bee", "cat"]
HISTORY = {"loss": [0.61, 0.35, 0.21], "acc": [0.78, 0.87, 0.92], "seconds": [1.0, 1.0, 1.0], "lr": [1e-3] * 3}
VALIDATED = {**HISTORY, "val_loss": [0.65, 0.40, 0.48], "val_acc": [0.75, 0.86, 0.85]}
LABELS = torch.tensor([0, 0, 1, 1, 2, 2])
PREDICTIONS = torch.tensor([0, 1, 1, 1, 0, 2])
PROBABILITIES = torch.tensor(
    [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.3, 0.6, 0.1], [0.9, 0.05, 0.05], [0.1, 0.1, 0.8]]
)


def settings():
    return {key: dict.__getitem__(mpl.rcParams, key) for key in mpl.rcParams}


def dataset(count=30, channels=1, side=8, classes=3):
    images = torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(0))
    return TensorDataset(images, torch.arange(count) % classes)


class Fixed(nn.Module):
    """Takes every image for class `answer`; remembers how it was called."""

    def __init__(self, answer=1, classes=3):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.dropout = nn.Dropout()
        self.answer, self.classes, self.calls = answer, classes, []

    def forward(self, images):
        self.calls.append((self.training, torch.is_grad_enabled(), images.shape))
        return nn.functional.one_hot(torch.full((len(images),), self.answer), self.classes) + self.weight


def titles(fig):
    return [axes.get_title() for axes in fig.axes if axes.get_title()]


FIGURES = {
    "plot_loss_acc": lambda: plot_loss_acc(VALIDATED),
    "plot_runs": lambda: plot_runs({"plain": HISTORY, "other": VALIDATED}, "loss"),
    "plot_images": lambda: plot_images(torch.rand(3, 3, 5, 5)),
    "plot_fashion_images": lambda: plot_fashion_images(dataset(), NAMES, "cpu", Fixed()),
    "plot_cifar10_images": lambda: plot_cifar10_images(dataset(channels=3), NAMES, "cpu"),
    "plot_confusion_matrix": lambda: plot_confusion_matrix(LABELS, PREDICTIONS, NAMES),
    "plot_worst_mistakes": lambda: plot_worst_mistakes(torch.rand(6, 1, 8, 8), LABELS, PROBABILITIES, NAMES),
    "plot_per_class_accuracy": lambda: plot_per_class_accuracy(LABELS, PREDICTIONS, NAMES),
    "plot_calibration": lambda: plot_calibration(LABELS, PROBABILITIES),
    "plot_boxes": lambda: plot_boxes(torch.rand(40, 60), [[10, 5, 30, 25]], ["cat"], [0.9]),
    "plot_masks": lambda: plot_masks(torch.rand(40, 60), (torch.arange(60) < 15).expand(1, 40, 60), ["wall"]),
    "plot_keypoints": lambda: plot_keypoints(torch.rand(40, 60), [[[10, 10, 1], [20, 10, 1]]], limbs=[(0, 1)]),
    "plot_heat": lambda: plot_heat(torch.rand(40, 60), [[0.1, 0.9], [0.1, 0.2]]),
    "plot_top": lambda: plot_top(torch.rand(8, 8, 3).numpy(), [("Egyptian cat", 0.7), ("tabby", 0.1)], "the cat"),
    "plot_timeline": lambda: plot_timeline([(1998, "LeNet-5", "learns"), (2015, "ResNet", "adds " * 30)], "History"),
}


def test_every_public_plot_is_in_the_tests_below():
    assert set(FIGURES) == {name for name in plot.__all__ if name.startswith("plot_")}


@pytest.mark.parametrize("name", FIGURES)
def test_a_plot_returns_a_figure_that_describes_itself_and_can_be_drawn(name):
    fig = FIGURES[name]()
    assert isinstance(fig, AltFigure)
    assert len(fig.alt) > 10
    assert fig.alt.endswith(".")
    assert fig._repr_html_().startswith("<img ")


@pytest.mark.parametrize("name", FIGURES)
def test_a_plot_leaves_the_learners_settings_alone(name):
    with mpl.rc_context({"axes.grid": False, "font.size": 23.0}):
        before = settings()
        FIGURES[name]()._repr_html_()
        assert settings() == before


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_takes_at_most_60_kilobytes(name):
    assert len(FIGURES[name]()._repr_html_()) < 60_000 * 4 / 3


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_cut_off_at_the_edge_of_the_card(name):
    fig = FIGURES[name]()
    fig._repr_html_()
    box = fig.get_tightbbox()
    width, height = fig.get_size_inches()
    assert box.x0 > -0.02
    assert box.y0 > -0.02
    assert box.x1 < width + 0.02
    assert box.y1 < height + 0.02


# --- plot_loss_acc ---


def test_the_curves_are_described_from_their_start_to_their_end():
    assert plot_loss_acc(HISTORY).alt == (
        "Training loss falls from 0.61 to 0.21 over 3 epochs; training accuracy rises from 78.0 % to 92.0 %."
    )


def test_the_turning_point_of_the_validation_loss_is_described_and_ringed():
    fig = plot_loss_acc(VALIDATED)
    assert "validation loss falls from 0.65 to its lowest value 0.4 at epoch 2 and ends at 0.48" in fig.alt
    assert "lowest validation loss: epoch 2" in [line.get_label() for line in fig.axes[0].lines]


def test_training_and_validation_differ_in_marker_and_dash_not_only_in_colour():
    training, validation = plot_loss_acc(VALIDATED).axes[1].lines
    assert training.get_marker() != validation.get_marker()
    assert training.get_linestyle() != validation.get_linestyle()


def test_a_rising_training_loss_is_not_said_to_fall():
    alt = plot_loss_acc({"loss": [0.2, 0.9], "acc": [0.9, 0.9]}).alt
    assert alt == "Training loss rises from 0.2 to 0.9 over 2 epochs; training accuracy stays at 90.0 %."


def test_one_epoch_can_be_plotted():
    assert "after the only epoch" in plot_loss_acc({"loss": [0.6], "acc": [0.7]}).alt


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ({"loss": [], "acc": []}, ValueError, "at least one finished epoch"),
        ({"loss": [1.0]}, ValueError, r"missing \['acc'\]"),
        ({"loss": [1.0, 2.0], "acc": [0.5]}, ValueError, "one value an epoch"),
        ({"loss": [float("nan")], "acc": [0.5]}, ValueError, "1 of 1 are NaN or infinite"),
        ([1.0, 0.5], TypeError, "the dict that `fit` returns, got list"),
    ],
)
def test_what_is_no_history_gets_a_plain_message(history, error, message):
    with pytest.raises(error, match=message):
        plot_loss_acc(history)


# --- plot_runs ---


def test_the_legend_lists_the_runs_as_their_lines_end():
    fig = plot_runs({"low": {"acc": [0.1, 0.2]}, "high": {"acc": [0.1, 0.9]}, "mid": {"acc": [0.1, 0.5, 0.6]}}, "acc")
    assert [text.get_text() for text in fig.axes[0].get_legend().get_texts()] == ["high", "mid", "low"]
    assert fig.alt.startswith("Training accuracy of 3 runs. High: from 10.0 % to 90.0 % in 2 epochs. Mid:")


def test_a_run_keeps_its_looks_when_another_one_ends_above_it():
    def looks(b_end):
        fig = plot_runs({"a": {"loss": [1.0, 0.5]}, "b": {"loss": [1.0, b_end]}}, "loss")
        legend = fig.axes[0].get_legend()
        names = [text.get_text() for text in legend.get_texts()]
        line = legend.get_lines()[names.index("a")]
        return line.get_color(), line.get_marker(), line.get_linestyle()

    assert looks(0.4) == looks(0.6)


def test_many_runs_all_look_different():
    runs = {str(i): {"loss": [1.0, 1 / (i + 1)]} for i in range(12)}
    legend = plot_runs(runs, "loss").axes[0].get_legend()
    looks = {(line.get_marker(), line.get_linestyle(), line._unscaled_dash_pattern) for line in legend.get_lines()}
    assert len({(marker, str(dash)) for marker, _, dash in looks}) == 12


@pytest.mark.parametrize(
    ("runs", "error", "message"),
    [
        ({}, TypeError, "at least one"),
        ([HISTORY], TypeError, "a dict from a name to a history"),
        ({"a": HISTORY}, ValueError, r"missing \['val_acc'\]"),
    ],
)
def test_what_are_no_runs_gets_a_plain_message(runs, error, message):
    with pytest.raises(error, match=message):
        plot_runs(runs)


# --- grids ---


@pytest.mark.parametrize("shape", [(3, 8, 8), (3, 1, 8, 8), (3, 3, 8, 8), (3, 8, 8, 3)])
@pytest.mark.parametrize("kind", ["uint8 array", "float tensor", "list of tensors", "bfloat16"])
def test_images_of_every_usual_shape_and_type_are_shown(shape, kind):
    images = torch.rand(shape)
    given = {
        "uint8 array": (images.numpy() * 255).astype(np.uint8),
        "float tensor": images.requires_grad_(),
        "list of tensors": list(images),
        "bfloat16": images.bfloat16(),
    }[kind]
    fig = plot_images(given)
    assert fig.alt == "A grid of 3 images."
    assert all(axes.images[0].get_array().shape[:2] == (8, 8) for axes in fig.axes)


def test_floats_between_0_and_1_are_shown_as_they_are():
    [axes] = plot_images(torch.full((1, 4, 4), 0.25)).axes
    assert (axes.images[0].get_array() == 0.25).all()
    assert axes.images[0].get_clim() == (0, 1)


def test_normalised_images_are_scaled_together_and_stay_comparable():
    first, second = plot_images(torch.stack([torch.full((4, 4), -2.0), torch.full((4, 4), 2.0)])).axes
    assert (first.images[0].get_array() == 0).all()
    assert (second.images[0].get_array() == 1).all()


def test_an_alt_text_of_ones_own_is_kept():
    assert plot_images(torch.rand(2, 8, 8), alt="Two noises").alt == "Two noises"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"images": torch.rand(2, 4, 8, 8)}, ValueError, r"got shape|got \(2, 4, 8, 8\)"),
        ({"images": torch.rand(8, 8)}, ValueError, r"image\[None\]"),
        ({"images": torch.rand(0, 1, 8, 8)}, ValueError, r"got \(0, 1, 8, 8\)"),
        ({"images": torch.tensor([[[float("inf")]]])}, ValueError, "1 of 1 are NaN or infinite"),
        ({"images": np.array([["a"]])}, TypeError, "must be numbers"),
        ({"images": torch.rand(2, 8, 8), "titles": ["a"]}, ValueError, "images 2, titles 1"),
        ({"images": torch.rand(2, 8, 8), "columns": 0}, ValueError, "columns: expected at least 1"),
    ],
)
def test_what_are_no_images_gets_a_plain_message(arguments, error, message):
    with pytest.raises(error, match=message):
        plot_images(**arguments)


def test_28_garments_are_titled_with_their_labels():
    fig = plot_fashion_images(dataset(60), NAMES, "cpu")
    assert len(titles(fig)) == 28
    assert set(titles(fig)) <= set(NAMES)


def test_the_titles_belong_to_the_images():
    images = torch.arange(30).reshape(30, 1, 1, 1).expand(30, 1, 4, 4) / 30
    fig = plot_fashion_images(TensorDataset(images, torch.arange(30) % 3), NAMES, "cpu")
    for axes in fig.axes:
        index = round(float(axes.images[0].get_array()[0, 0]) * 30)
        assert axes.get_title() == NAMES[index % 3]


def test_the_sample_follows_torchs_global_generator():
    def drawn(seed):
        torch.manual_seed(seed)
        return [float(axes.images[0].get_array().sum()) for axes in plot_fashion_images(dataset(60), NAMES, "cpu").axes]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_predictions_carry_a_question_mark_and_wrong_ones_a_dashed_frame():
    torch.manual_seed(0)
    fig = plot_fashion_images(dataset(60), NAMES, "cpu", Fixed(answer=1))
    assert titles(fig) == ["bee?"] * 28
    framed = sum(bool(axes.patches) for axes in fig.axes)
    right, wrong = map(int, re.search(r"(\d+) right and (\d+) wrong", fig.alt).groups())
    assert framed == wrong > 0
    assert right + wrong == 28
    assert fig.axes[[bool(axes.patches) for axes in fig.axes].index(True)].patches[0].get_linestyle() != "-"


def test_a_model_predicts_in_eval_mode_and_gets_its_own_modes_back():
    model = Fixed()
    model.train()
    model.dropout.eval()
    plot_fashion_images(dataset(), NAMES, "cpu", model)
    assert [(training, grad) for training, grad, _ in model.calls] == [(False, False)]
    assert model.training
    assert not model.dropout.training


def test_a_model_that_fails_gets_its_modes_back_too():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3, 3))
    with pytest.raises(RuntimeError):
        plot_fashion_images(dataset(), NAMES, "cpu", model)
    assert model.training
    assert model[1].training


def test_one_logit_is_read_as_two_classes():
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 1))
    nn.init.zeros_(model[1].weight)
    nn.init.ones_(model[1].bias)
    assert set(titles(plot_cifar10_images(dataset(channels=3, classes=2), NAMES[:2], "cpu", model))) == {"bee?"}


def test_fewer_than_28_images_are_all_shown():
    assert len(titles(plot_cifar10_images(dataset(5, channels=3), NAMES, "cpu"))) == 5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot_fashion_images(dataset(channels=3), NAMES, "cpu"), ValueError, "use plot_fashion_images for one"),
        (lambda: plot_cifar10_images(dataset(), NAMES, "cpu"), ValueError, "plot_cifar10_images for three"),
        (lambda: plot_fashion_images(dataset(), NAMES[:2], "cpu"), ValueError, "0 to 1 for 2 classes, got 0 to 2"),
        (lambda: plot_fashion_images(dataset(), "ant", "cpu"), TypeError, "the class names in order"),
        (lambda: plot_fashion_images(iter([]), NAMES, "cpu"), TypeError, "a data set of"),
        (lambda: plot_fashion_images([], NAMES, "cpu"), ValueError, "the data set is empty"),
        (lambda: plot_fashion_images([("a", 1)], NAMES, "cpu"), TypeError, "a transform that returns a tensor"),
        (lambda: plot_fashion_images(dataset(), NAMES, "cpu", Fixed(classes=4)), ValueError, r"got \(28, 4\)"),
        (lambda: plot_fashion_images(dataset(), NAMES, "meta", Fixed()), ValueError, r"call model\.to\(device\)"),
    ],
)
def test_a_wrong_argument_of_a_sample_grid_gets_a_plain_message(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_worst_mistakes_come_most_confident_first_with_both_labels():
    fig = plot_worst_mistakes(torch.rand(6, 1, 8, 8), LABELS, PROBABILITIES, NAMES)
    assert titles(fig) == ["ant 90 %\nis cat", "bee 70 %\nis ant"]
    assert fig.alt.startswith("The 2 most confident of 2 mistakes in 6 images: cat taken for ant at 90 %;")


def test_a_mistake_shows_its_own_image():
    images = torch.arange(6).reshape(6, 1, 1, 1).expand(6, 1, 4, 4) / 10
    worst = plot_worst_mistakes(images, LABELS, PROBABILITIES, NAMES, count=1)
    assert worst.axes[0].images[0].get_array()[0, 0] == pytest.approx(0.4)


def test_no_probability_below_one_is_called_100_percent():
    fig = plot_worst_mistakes(torch.rand(1, 1, 8, 8), [0], [[0.0004, 0.9996]], NAMES[:2])
    assert titles(fig) == ["bee > 99 %\nis ant"]


def test_a_perfect_model_has_no_mistakes_to_show():
    fig = plot_worst_mistakes(torch.rand(2, 1, 8, 8), [0, 1], [[0.9, 0.1], [0.1, 0.9]], NAMES[:2])
    assert fig.alt == "No mistake in 2 images."
    assert fig._repr_html_().startswith("<img ")


# --- scores ---


def test_a_confusion_matrix_has_true_classes_in_rows():
    axes = plot_confusion_matrix([0, 0, 0], [1, 1, 0], NAMES[:2]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["1", "2", "·", "·"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true", "predicted")


def test_a_confusion_matrix_names_its_most_frequent_mistakes():
    alt = plot_confusion_matrix(LABELS, PREDICTIONS, NAMES).alt
    assert alt.startswith("Confusion matrix of 6 predictions over 3 classes, 66.7 % right.")
    assert "ant taken for bee 1" in alt
    assert "cat taken for ant 1" in alt
    assert plot_confusion_matrix(LABELS, LABELS, NAMES).alt.endswith("No mistake.")


def test_accuracy_per_class_is_the_share_of_the_true_class():
    alt = plot_per_class_accuracy([0, 0, 0, 0, 1], [0, 0, 0, 1, 1], NAMES).alt
    assert alt == (
        "Accuracy per class, best first: bee 100.0 %, ant 75.0 %. Over all 5 images 80.0 %. No image of cat."
    )


def test_the_interval_of_a_share_is_wilsons():
    """Of 10 trials 8 hits: 0.490 to 0.943 (Newcombe 1998, the score interval)."""
    from ainotes.utils.plot_scores import wilson_interval

    low, high = wilson_interval(np.array([0.8]), np.array([10]))
    assert low[0] == pytest.approx(0.490, abs=5e-4)
    assert high[0] == pytest.approx(0.943, abs=5e-4)


def test_the_calibration_error_of_a_worked_example():
    """One part at confidence 0.9 with half right, one at 0.6 with all right: (2 * 0.4 + 2 * 0.4) / 4."""
    fig = plot_calibration([0, 1, 0, 0], [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    assert fig.alt.endswith("Expected calibration error 40.0 %.")


def test_a_model_surer_than_right_is_called_overconfident_and_the_other_way_round():
    assert "the model is overconfident" in plot_calibration([0, 1], [[0.9, 0.1], [0.9, 0.1]]).alt
    assert "the model is underconfident" in plot_calibration([0, 0], [[0.9, 0.1], [0.9, 0.1]]).alt


def test_the_probability_of_one_of_two_classes_is_enough():
    pair = plot_calibration([1, 0, 1], [[0.2, 0.8], [0.6, 0.4], [0.1, 0.9]]).alt
    assert plot_calibration([1, 0, 1], [0.8, 0.4, 0.9]).alt == pair


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot_confusion_matrix(LABELS, PREDICTIONS[:3], NAMES), ValueError, "labels 6, predictions 3"),
        (lambda: plot_confusion_matrix(LABELS, PROBABILITIES, NAMES), ValueError, r"logits\.argmax\(dim=1\)"),
        (lambda: plot_confusion_matrix(LABELS, PREDICTIONS.float(), NAMES), TypeError, "whole class numbers"),
        (lambda: plot_confusion_matrix(LABELS, PREDICTIONS, NAMES[:2]), ValueError, "name every class"),
        (lambda: plot_confusion_matrix([], [], NAMES), ValueError, r"shape \(0,\)"),
        (lambda: plot_confusion_matrix([0], [0], ["ant"]), ValueError, "at least two names"),
        (lambda: plot_calibration(LABELS, PROBABILITIES * 9), ValueError, r"logits\.softmax\(dim=1\)"),
        (lambda: plot_calibration(LABELS, PROBABILITIES[:2]), ValueError, "labels 6, probabilities 2"),
        (lambda: plot_calibration(LABELS, PROBABILITIES / 0), ValueError, "NaN or infinite"),
        (lambda: plot_calibration(LABELS, PROBABILITIES, bins=1), ValueError, "bins: expected at least 2"),
        (
            lambda: plot_worst_mistakes(torch.rand(6, 8, 8), LABELS, PROBABILITIES, [*NAMES, "dog"]),
            ValueError,
            "expected 4 columns for 4 classes, got 3",
        ),
        (
            lambda: plot_worst_mistakes(torch.rand(5, 8, 8), LABELS, PROBABILITIES, NAMES),
            ValueError,
            "labels 6, images 5",
        ),
    ],
)
def test_a_wrong_argument_of_a_score_gets_a_plain_message(call, error, message):
    with pytest.raises(error, match=message):
        call()
