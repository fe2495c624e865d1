"""Pictures of how good predictions are: confusion matrix, accuracy per class, calibration."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.ticker import PercentFormatter

from ainotes.utils.figure import COLORS, INK, MUTED, RIGHT, WIDTH, WRONG, AltFigure, drawing
from ainotes.utils.plot_inputs import Array, as_class_names, as_labels, as_probabilities, same_length

WILSON_Z = 1.96  # 95 % of a normal distribution; Wilson (1927), the score interval


def plot_confusion_matrix(labels: Array, predictions: Array, classes: Sequence[str]) -> AltFigure:
    """How often each true class (row) was taken for each predicted class (column).

    Parameters
    ----------
    labels : array of int
        (N,) true class numbers.
    predictions : array of int
        (N,) predicted class numbers.
    classes : sequence of str
        The class names, in the order of their numbers.

    Returns
    -------
    AltFigure
        Counts; the shade is the share of the row, spread so that rare mistakes can be seen.

    Raises
    ------
    TypeError, ValueError
        If the lengths differ, or a number has no name.

    Examples
    --------
    >>> plot_confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], ["ant", "bee"])
    Confusion matrix of 4 predictions over 2 classes, 75.0 % right. Most frequent mistakes: ant taken for bee 1.
    """
    names = as_class_names(classes)
    counts = _confusion(labels, predictions, names)
    side = 0.53 * len(names)
    fig = AltFigure(min(max(side + 1.5, 3.6), 8.0), min(max(side + 1.4, 3.0), 7.9))
    with drawing():
        _draw_confusion(fig.subplots(), counts, names)
    fig.alt = _confusion_alt(counts, names)
    return fig


def _confusion(labels: Array, predictions: Array, names: Sequence[str]) -> np.ndarray:
    """Counts (classes, classes): row true, column predicted."""
    true = as_labels(labels, "labels", len(names))
    predicted = as_labels(predictions, "predictions", len(names))
    same_length(labels=len(true), predictions=len(predicted))
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (true, predicted), 1)
    return counts


def _draw_confusion(axes: Axes, counts: np.ndarray, names: Sequence[str]) -> None:
    import seaborn  # here: it costs a second, and not every figure needs it

    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    seaborn.heatmap(
        shares,
        annot=np.where(counts > 0, counts.astype(str), "·"),
        fmt="",
        cmap=seaborn.light_palette(RIGHT, as_cmap=True),
        norm=PowerNorm(0.5, 0, 1),  # the square root: 1 % is seen beside 90 %
        square=True,
        linewidths=1.5,
        cbar=False,
        xticklabels=list(names),
        yticklabels=list(names),
        annot_kws={"fontsize": 9},
        ax=axes,
    )
    axes.set_title(f"{_percent(np.trace(counts) / counts.sum())} right")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.tick_params(axis="x", rotation=45)
    for label in axes.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor")
    axes.tick_params(axis="y", rotation=0)


def _confusion_alt(counts: np.ndarray, names: Sequence[str]) -> str:
    total, right = counts.sum(), np.trace(counts)
    head = f"Confusion matrix of {total} predictions over {len(names)} classes, {_percent(right / total)} right."
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:3]
    pairs = [np.unravel_index(index, wrong.shape) for index in order]
    listed = [f"{names[row]} taken for {names[column]} {wrong[row, column]}" for row, column in pairs]
    listed = [text for text, (row, column) in zip(listed, pairs, strict=True) if wrong[row, column]]
    return f"{head} Most frequent mistakes: {', '.join(listed)}." if listed else f"{head} No mistake."


def plot_per_class_accuracy(labels: Array, predictions: Array, classes: Sequence[str]) -> AltFigure:
    """The share of each class's images that was recognised, best class first, with a 95 % interval.

    Parameters
    ----------
    labels, predictions : array of int
        (N,) true and predicted class numbers.
    classes : sequence of str
        The class names. A class without an image is left out, and the alt text says so.

    Returns
    -------
    AltFigure
        Bars; the whiskers are Wilson's score interval (1927), the dashed line is the accuracy over all images.

    Raises
    ------
    TypeError, ValueError
        If the lengths differ, or a number has no name.

    Examples
    --------
    >>> plot_per_class_accuracy([0, 0, 1, 1], [0, 1, 1, 1], ["ant", "bee"])
    Accuracy per class, best first: bee 100.0 %, ant 50.0 %. Over all 4 images 75.0 %.
    """
    names = as_class_names(classes)
    counts = _confusion(labels, predictions, names)
    totals = counts.sum(axis=1)
    present = [int(index) for index in np.flatnonzero(totals)]
    accuracy = np.diag(counts) / np.maximum(totals, 1)
    order = sorted(present, key=lambda index: -accuracy[index])
    fig = AltFigure(WIDTH, 0.9 + 0.33 * len(order))
    with drawing():
        _draw_accuracies(fig.subplots(), accuracy[order], totals[order], [names[index] for index in order])
    overall = np.trace(counts) / counts.sum()
    with drawing():
        fig.axes[0].axvline(overall, color=INK, ls="--", lw=1.2, zorder=1)
        fig.axes[0].set_title(f"Accuracy per class; dashed: over all, {_percent(overall)}")
    fig.alt = (
        f"Accuracy per class, best first: {', '.join(f'{names[i]} {_percent(accuracy[i])}' for i in order)}. "
        f"Over all {counts.sum()} images {_percent(overall)}."
    )
    missing = [name for index, name in enumerate(names) if index not in present]
    fig.alt += f" No image of {', '.join(missing)}." if missing else ""
    return fig


def _draw_accuracies(axes: Axes, accuracy: np.ndarray, totals: np.ndarray, names: Sequence[str]) -> None:
    import seaborn

    seaborn.barplot(x=accuracy, y=list(names), color=RIGHT, width=0.62, alpha=0.9, errorbar=None, ax=axes)
    low, high = wilson_interval(accuracy, totals)
    rows = np.arange(len(names))
    axes.errorbar(accuracy, rows, xerr=[accuracy - low, high - accuracy], fmt="none", ecolor=INK, elinewidth=1.3)
    for row, share in enumerate(accuracy):
        axes.text(0.012, row, _percent(share), va="center", color="white" if share > 0.12 else INK, fontsize=9)
    axes.set_xlim(0, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_ylabel("")
    axes.grid(visible=False, axis="y")


def wilson_interval(share: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of Wilson's 95 % interval of shares of `count` trials (Wilson 1927, the score interval).

    Examples
    --------
    >>> low, high = wilson_interval(np.array([0.5]), np.array([100]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.404, 0.596)
    """
    z2 = WILSON_Z**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = WILSON_Z * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def plot_calibration(labels: Array, probabilities: Array, bins: int = 10) -> AltFigure:
    """Whether a model is right as often as it says: accuracy against confidence (reliability diagram).

    Parameters
    ----------
    labels : array of int
        (N,) true class numbers.
    probabilities : array of float
        (N, classes), rows that sum to 1; or (N,), the probability of class 1 of two. Not logits.
    bins : int
        The confidence, the largest probability of a row, is cut into so many equal parts of [0, 1]; at least 2.

    Returns
    -------
    AltFigure
        Above, each part's accuracy at its mean confidence, and the diagonal of a model that is exactly as good as it
        says; below, how many images fall in each part. The title gives the expected calibration error: the mean
        distance from the diagonal, weighted by images (Guo et al. 2017, equation 3).

    Raises
    ------
    TypeError, ValueError
        If lengths differ, a label has no probability, the rows are no probabilities, or `bins` is below 2.

    Examples
    --------
    >>> plot_calibration([0, 1, 1, 0], [[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]])
    Calibration of 4 predictions: mean confidence 90.0 %, accuracy 75.0 %, so the model is overconfident. Expected \
calibration error 15.0 %.
    """
    if bins < 2:
        raise ValueError(f"bins: expected at least 2, got {bins}")
    shares = as_probabilities(probabilities, len(labels))
    true = as_labels(labels, "labels", shares.shape[1])
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == true
    part = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(part, minlength=bins)
    filled = counts > 0
    mean_confidence = np.bincount(part, confidence, bins)[filled] / counts[filled]
    accuracy = np.bincount(part, right, bins)[filled] / counts[filled]
    error = float(np.abs(accuracy - mean_confidence) @ counts[filled] / len(true))
    fig = AltFigure(5.2, 5.0)
    with drawing():
        upper, lower = fig.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        _draw_reliability(upper, mean_confidence, accuracy, counts[filled])
        upper.set_title(f"Calibration error {_percent(error)}")
        _draw_confidences(lower, counts)
    fig.alt = _calibration_alt(len(true), float(confidence.mean()), float(right.mean()), error)
    return fig


def _draw_reliability(axes: Axes, confidence: np.ndarray, accuracy: np.ndarray, counts: np.ndarray) -> None:
    low, high = wilson_interval(accuracy, counts)
    axes.plot([0, 1], [0, 1], color=MUTED, ls=":", lw=1.5, label="as good as it says")
    ends = np.minimum(accuracy, confidence), np.maximum(accuracy, confidence)
    axes.vlines(confidence, *ends, color=WRONG, lw=5, alpha=0.3, label="the gap between them")
    axes.errorbar(
        confidence,
        accuracy,
        yerr=[accuracy - low, high - accuracy],
        fmt="o-",
        color=COLORS[0],
        elinewidth=1.2,
        label="this model",
    )
    axes.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="accuracy")
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.legend(loc="upper left")


def _draw_confidences(axes: Axes, counts: np.ndarray) -> None:
    edges = np.linspace(0, 1, len(counts) + 1)
    axes.bar(edges[:-1], counts, width=0.92 / len(counts), align="edge", color=RIGHT, alpha=0.9)
    axes.set(xlabel="confidence", ylabel="images")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))


def _calibration_alt(images: int, confidence: float, accuracy: float, error: float) -> str:
    verdict = "overconfident" if confidence > accuracy else "underconfident"
    if _percent(confidence) == _percent(accuracy):
        verdict = "neither over- nor underconfident on average"
    return (
        f"Calibration of {images} predictions: mean confidence {_percent(confidence)}, accuracy {_percent(accuracy)}, "
        f"so the model is {verdict}. Expected calibration error {_percent(error)}."
    )


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
