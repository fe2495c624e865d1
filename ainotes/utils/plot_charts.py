"""The chart of a training run, as the debugging lab reads it: loss and gradient norms by step, accuracy by epoch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ainotes.utils.figure import COLORS, AltFigure, drawing

Record = Mapping[str, Any]

DASHES = ("-", "--", "-.", ":")
TITLES = (("loss", "step"), ("gradient norms", "step"), ("accuracy", "epoch"))


def plot_charts(records: Mapping[str, Record]) -> AltFigure:
    """One row for each run: its loss, the gradient norms of its layers, its accuracy. All rows share their scales.

    Parameters
    ----------
    records : mapping of str to record
        Name of a run to a dict with `"loss"` (one value a step, positive), `"norms"` (name of a layer to one value a
        step, not negative), `"acc"` and `"val_acc"` (fractions, one value an epoch).

    Returns
    -------
    AltFigure
        Norms on a logarithmic scale; loss and norms as a running mean over a fortieth of the steps on top of the raw
        values; the loss up to one and a half times the largest first loss.

    Raises
    ------
    TypeError
        If `records` is no mapping of names to records.
    ValueError
        If a record lacks one of the four entries or has an empty one.

    Examples
    --------
    >>> record = {"loss": [2.3, 1.1], "norms": {"conv 1": [0.1, 0.4]}, "acc": [0.5], "val_acc": [0.6]}
    >>> plot_charts({"healthy": record})  # doctest: +ELLIPSIS
    Healthy: loss from 2.3 to 1.1, at the lowest 1.1; gradient norms from 0.1 to 0.4 ... 50 %, validation 60 %.
    """
    if not isinstance(records, Mapping) or not records:
        raise TypeError(f"plot_charts: expected a dict from a name to a record, got {type(records).__name__}")
    for name, record in records.items():
        _check(name, record)
    fig = AltFigure(7.2, 0.7 + 1.75 * len(records))
    with drawing():
        rows = fig.subplots(len(records), 3, squeeze=False, sharex="col", sharey="col")
        for (name, record), row in zip(records.items(), rows, strict=True):
            _draw(row, name, record)
        for top, bottom, (title, unit) in zip(rows[0], rows[-1], TITLES, strict=True):
            top.set_title(title, fontsize=10.5)
            bottom.set_xlabel(unit, fontsize=9)
        rows[0][0].set_ylim(0, 1.5 * max(record["loss"][0] for record in records.values()))
        handles, labels = rows[0][1].get_legend_handles_labels()
        more = rows[0][2].get_legend_handles_labels()
        fig.legend(handles + more[0], labels + more[1], loc="outside lower center", ncols=6, fontsize=9)
    fig.alt = " ".join(_alt(name, record) for name, record in records.items())
    return fig


def _check(name: str, record: Record) -> None:
    wanted = ("loss", "norms", "acc", "val_acc")
    missing = [key for key in wanted if key not in record or len(record[key]) == 0]
    if missing:
        raise ValueError(f"plot_charts: the record of {name!r} has no {missing[0]!r}; it needs {', '.join(wanted)}")


def _draw(row: np.ndarray, name: str, record: Record) -> None:
    loss, norms, accuracy = row
    _curve(loss, record["loss"], COLORS[0], "-")
    loss.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=13, fontweight="bold", color=COLORS[5])
    norms.set_yscale("log")
    for index, (layer, values) in enumerate(record["norms"].items()):
        _curve(norms, values, COLORS[index % len(COLORS)], DASHES[index % len(DASHES)], layer)
    epochs = np.arange(1, len(record["acc"]) + 1)
    accuracy.plot(epochs, record["acc"], "o-", color=COLORS[0], label="training", ms=4)
    accuracy.plot(epochs, record["val_acc"], "s--", color=COLORS[1], label="validation", ms=4)
    accuracy.set_ylim(-0.03, 1.03)
    accuracy.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in row:
        axes.tick_params(labelsize=8.5)


def _curve(axes: Axes, values: Any, color: str, dash: str, label: str | None = None) -> None:
    """Raw values faintly, their running mean on top. A norm of exactly 0 has no place on a logarithmic scale."""
    raw = np.asarray(values, dtype=float)
    raw = np.where(raw > 0, raw, np.nan)
    width = max(1, len(raw) // 40)
    steps = np.arange(1, len(raw) + 1)
    axes.plot(steps, raw, color=color, lw=0.6, alpha=0.3)
    smooth = np.convolve(raw, np.ones(width) / width, mode="valid")
    axes.plot(steps[width // 2 :][: len(smooth)], smooth, dash, color=color, lw=1.6, label=label)


def _alt(name: str, record: Record) -> str:
    loss = np.asarray(record["loss"], dtype=float)
    norms = np.asarray(list(record["norms"].values()), dtype=float)
    edge = max(1, norms.shape[1] // 20)
    return (
        f"{name[0].upper()}{name[1:]}: loss from {loss[:edge].mean():.3g} to {loss[-edge:].mean():.3g}, at the lowest "
        f"{loss.min():.3g}; gradient norms from {norms[:, :edge].mean():.2g} to {norms[:, -edge:].mean():.2g} in the "
        f"mean of the layers; at the end training accuracy {record['acc'][-1]:.0%}, validation "
        f"{record['val_acc'][-1]:.0%}."
    ).replace("%", " %")
