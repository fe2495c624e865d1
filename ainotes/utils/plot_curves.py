"""Curves over epochs: one training run, or several side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ainotes.utils.figure import COLORS, INK, WIDTH, AltFigure, drawing
from ainotes.utils.plot_inputs import checked_history

History = Mapping[str, Sequence[float]]

MARKERS = ("o", "s", "^", "D", "X", "v", "P")
DASHES = ("", (5, 2), (2, 1.5), (7, 2, 2, 2), (1, 1))  # seven markers and five dashes: 35 looks before one returns

METRIC_NAMES = {
    "loss": "training loss",
    "val_loss": "validation loss",
    "acc": "training accuracy",
    "val_acc": "validation accuracy",
    "lr": "learning rate",
    "seconds": "seconds per epoch",
}


def is_share(metric: str) -> bool:
    """Whether a metric is a fraction that is read as per cent."""
    return metric.endswith("acc")


def as_text(metric: str, value: float) -> str:
    """A metric's value as it is read: `0.212`, or `91.3 %` for an accuracy.

    Examples
    --------
    >>> as_text("val_acc", 0.9126), as_text("loss", 0.2117)
    ('91.3 %', '0.212')
    """
    return f"{value:.1%}".replace("%", " %") if is_share(metric) else f"{value:.3g}"


def trend(metric: str, values: np.ndarray) -> str:
    """One clause about a curve: where it starts, its best epoch if that is in between, where it ends.

    Examples
    --------
    >>> trend("val_loss", np.array([0.61, 0.40, 0.48]))
    'validation loss falls from 0.61 to its lowest value 0.4 at epoch 2 and ends at 0.48'
    >>> trend("acc", np.array([0.5, 0.75]))
    'training accuracy rises from 50.0 % to 75.0 %'
    """
    name = METRIC_NAMES.get(metric, metric)
    first, last = (as_text(metric, value) for value in (values[0], values[-1]))
    if len(values) == 1:
        return f"{name} is {first} after the only epoch"
    rising = is_share(metric)
    best = int(values.argmax() if rising else values.argmin())
    verb, extreme = ("rises", "highest") if rising else ("falls", "lowest")
    if 0 < best < len(values) - 1 and as_text(metric, values[best]) != last:
        value = as_text(metric, values[best])
        return f"{name} {verb} from {first} to its {extreme} value {value} at epoch {best + 1} and ends at {last}"
    if first == last:
        return f"{name} stays at {first}"
    return f"{name} {'rises' if values[-1] > values[0] else 'falls'} from {first} to {last}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _dress(axes: Axes, metric: str, epochs: int, title: str) -> None:
    """Titles, whole epochs on the x axis, per cent where it is a share."""
    axes.set_title(title)
    axes.set_xlabel("epoch")
    most = 8
    ticks = MaxNLocator(integer=True, nbins=most, min_n_ticks=1).tick_values(1, epochs)
    first = 1 if epochs <= most else 2  # with many epochs a 2 would stand too close to the 1
    axes.set_xticks([1, *(tick for tick in ticks if first < tick <= epochs)])
    axes.set_xlim(1 - 0.04 * max(epochs - 1, 5), epochs + 0.04 * max(epochs - 1, 5))
    axes.margins(y=0.08)
    if is_share(metric):
        axes.yaxis.set_major_formatter(lambda share, _: f"{round(100 * share, 3):g} %")


def _mark_best(axes: Axes, values: np.ndarray, color: str) -> None:
    """Ring the lowest validation loss, unless it is simply the last."""
    best = int(values.argmin())
    if best < len(values) - 1:
        label = f"lowest validation loss: epoch {best + 1}"
        axes.plot([best + 1], values[best], "o", ms=13, mfc="none", mec=color, mew=1.6, label=label, zorder=5)


def plot_loss_acc(history: History) -> AltFigure:
    """Loss and accuracy of one training run over its epochs.

    Parameters
    ----------
    history : mapping of str to sequence of float
        What `fit` returns: `"loss"` and `"acc"` (fractions, 0 to 1), and `"val_loss"`, `"val_acc"` if it validated.

    Returns
    -------
    AltFigure
        Two panels. Training is solid with dots, validation dashed with squares; the lowest validation loss is ringed.

    Raises
    ------
    TypeError, ValueError
        If `history` is no history, has no finished epoch, or holds a value that is not finite.

    Examples
    --------
    >>> plot_loss_acc({"loss": [0.61, 0.35, 0.21], "acc": [0.78, 0.87, 0.92]})
    Training loss falls from 0.61 to 0.21 over 3 epochs; training accuracy rises from 78.0 % to 92.0 %.
    """
    validated = isinstance(history, Mapping) and "val_loss" in history and "val_acc" in history
    metrics = ["loss", "acc", "val_loss", "val_acc"] if validated else ["loss", "acc"]
    curves = checked_history(history, metrics)
    epochs = len(curves["loss"])
    fig = AltFigure(WIDTH, 3.3)
    with drawing():
        for axes, metric, title in zip(fig.subplots(1, 2), ("loss", "acc"), ("Loss", "Accuracy"), strict=True):
            steps = np.arange(1, epochs + 1)
            often = max(1, epochs // 12)  # a marker at each epoch of a long run would hide the dashes
            axes.plot(steps, curves[metric], "o-", color=COLORS[0], label="training", markevery=often)
            if validated:
                axes.plot(steps, curves[f"val_{metric}"], "s--", color=COLORS[1], label="validation", markevery=often)
            if validated and metric == "loss":
                _mark_best(axes, curves["val_loss"], COLORS[1])
            _dress(axes, metric, epochs, title)
        fig.legend(*fig.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=3)
    fig.alt = _loss_acc_alt(curves, epochs)
    return fig


def _loss_acc_alt(curves: Mapping[str, np.ndarray], epochs: int) -> str:
    span = f" over {epochs} epochs" if epochs > 1 else ""
    order = [metric for metric in ("loss", "val_loss", "acc", "val_acc") if metric in curves]
    clauses = [trend(metric, curves[metric]) for metric in order]
    return _sentence(f"{clauses[0]}{span}; {'; '.join(clauses[1:])}.")


def plot_runs(runs: Mapping[str, History], metric: str = "val_acc") -> AltFigure:
    """One metric of several training runs, side by side.

    Parameters
    ----------
    runs : mapping of str to history
        Name of a run to what `fit` returned for it; the runs may differ in length.
    metric : str
        A key that every history has: `"loss"`, `"acc"`, `"val_loss"`, `"val_acc"`, `"lr"` or `"seconds"`.

    Returns
    -------
    AltFigure
        One line a run, each with its own colour, marker and dashes; the legend lists them as the lines end, top first.

    Raises
    ------
    TypeError, ValueError
        If `runs` is empty or one of them is no history with that metric.

    Examples
    --------
    >>> plot_runs({"plain": {"loss": [0.9, 0.5]}, "dropout": {"loss": [1.0, 0.6]}}, metric="loss")
    Training loss of 2 runs. Dropout: from 1 to 0.6 in 2 epochs. Plain: from 0.9 to 0.5 in 2 epochs.
    """
    if not isinstance(runs, Mapping) or not runs:
        raise TypeError("runs: expected a dict from a name to a history, at least one; pass {'plain': history}")
    curves = {str(name): checked_history(history, [metric])[metric] for name, history in runs.items()}
    order = sorted(curves, key=lambda name: -curves[name][-1])
    name = _sentence(METRIC_NAMES.get(metric, metric))
    fig = AltFigure(WIDTH, 3.6)
    with drawing():
        axes = fig.subplots()
        _draw_runs(axes, curves, order)
        _dress(axes, metric, max(map(len, curves.values())), name)
        axes.set_ylabel("")
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), labelcolor=INK)
    fig.alt = f"{name} of {len(runs)} runs. " + " ".join(_run_alt(run, metric, curves[run]) for run in order)
    return fig


def _draw_runs(axes: Axes, curves: Mapping[str, np.ndarray], order: Sequence[str]) -> None:
    import seaborn  # here: it costs a second, and not every figure needs it

    steps = [np.arange(1, len(curves[name]) + 1) for name in order]
    names = np.repeat(order, [len(step) for step in steps])
    # Looks go by the order given, not by where the lines end: a run keeps its colour from figure to figure.
    looks = {name: index for index, name in enumerate(curves)}
    seaborn.lineplot(
        x=np.concatenate(steps),
        y=np.concatenate([curves[name] for name in order]),
        hue=names,
        style=names,
        hue_order=order,
        style_order=order,
        palette={name: COLORS[index % len(COLORS)] for name, index in looks.items()},
        markers={name: MARKERS[index % len(MARKERS)] for name, index in looks.items()},
        dashes={name: DASHES[index % len(DASHES)] for name, index in looks.items()},
        errorbar=None,
        ax=axes,
    )
    for line in axes.lines:
        line.set_markevery(max(1, len(np.asarray(line.get_xdata())) // 12))


def _run_alt(name: str, metric: str, values: np.ndarray) -> str:
    first, last = as_text(metric, values[0]), as_text(metric, values[-1])
    return f"{_sentence(name)}: from {first} to {last} in {len(values)} epochs."
