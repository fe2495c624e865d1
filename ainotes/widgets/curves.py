"""Training curves to play with: runs, metric, epoch, early stopping."""

from collections.abc import Mapping
from typing import Any

import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.inputs import gaps, names, positive

_MOST_RUNS = 8  # as many colours and shapes can be told apart


class CurveExplorer(LiveFigure):
    """Curves of one or several training runs, training dashed and validation solid.

    Parameters
    ----------
    runs : dict
        Name of the run -> its history, a dict of lists with one value an epoch, as `ainotes.utils.train.fit` returns
        it. ``"val_" + metric`` is drawn together with the metric. A value that is not finite leaves a gap.
        Runs may differ in length.
    metric : str
        The metric to begin with, "loss" for example; with or without ``"val_"``.
    patience : int, optional
        Show a slider for early stopping that begins at this many epochs (0: off). It marks, for each run, the best
        epoch and the epoch after which training stops: the first at which the best value is that many epochs old,
        as `ainotes.utils.train.patience` does. Judged by the validation curve where there is one.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    epoch : int
        The epoch whose values are read out, from 1; first the last one that every run has reached. Synchronised, as are
        `metric`, `patience`, `hidden` (names of the runs that are switched off) and `log` (logarithmic axis).

    Raises
    ------
    ValueError, TypeError
        Where a history is empty or not made of numbers, or there is no such metric.

    Examples
    --------
    >>> figure = CurveExplorer({"small net": {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}}, patience=1)
    >>> figure.epoch, figure.metric, figure.patience
    (3, 'loss', 1)
    """

    figure = "curves"
    runs: Any = traitlets.List().tag(sync=True)
    metric = traitlets.Unicode().tag(sync=True)
    epoch = traitlets.Int(1).tag(sync=True)
    patience = traitlets.Int(None, allow_none=True).tag(sync=True)
    hidden: Any = traitlets.List().tag(sync=True)
    log = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        runs: Mapping[str, Mapping[str, Any]],
        metric: str = "loss",
        patience: int | None = None,
        *,
        title: str = "Training curves",
        alt: str | None = None,
        **kwargs: Any,
    ):
        if not isinstance(runs, Mapping):
            raise TypeError(f"CurveExplorer: runs expects a dict, name -> history, got {type(runs).__name__}")
        names("CurveExplorer", "runs", list(runs))
        if len(runs) > _MOST_RUNS:
            raise ValueError(f"CurveExplorer: at most {_MOST_RUNS} runs can be told apart, got {len(runs)}")
        checked = [{"name": name, "history": _history(name, history)} for name, history in runs.items()]
        known = _metrics(checked)
        metric = metric.removeprefix("val_")
        if metric not in known:
            raise ValueError(f"CurveExplorer: no metric {metric!r} in the runs, which have {known}")
        super().__init__(
            runs=checked,
            metric=metric,
            epoch=min(_length(run) for run in checked),
            patience=patience,
            title=title,
            alt=_describe(checked, metric) if alt is None else alt,
            **kwargs,
        )

    @traitlets.validate("metric")
    def _valid_metric(self, proposal: Any) -> str:
        known = _metrics(self.runs)
        if proposal["value"] not in known:
            raise ValueError(f"CurveExplorer: metric is one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("epoch")
    def _valid_epoch(self, proposal: Any) -> int:
        if not 1 <= proposal["value"] <= _last(self.runs):
            raise ValueError(f"CurveExplorer: epoch lies between 1 and {_last(self.runs)}, got {proposal['value']}")
        return positive("CurveExplorer", "epoch", proposal["value"])

    @traitlets.validate("patience")
    def _valid_patience(self, proposal: Any) -> int | None:
        if proposal["value"] is not None and proposal["value"] < 0:
            raise ValueError(f"CurveExplorer: patience counts epochs, 0 or more, got {proposal['value']}")
        return proposal["value"]

    @traitlets.validate("hidden")
    def _valid_hidden(self, proposal: Any) -> list[str]:
        known = [run["name"] for run in self.runs]
        unknown = [name for name in proposal["value"] if name not in known]
        if unknown:
            raise ValueError(f"CurveExplorer: hidden names runs, which are {known}, got {unknown}")
        return list(proposal["value"])


def _history(name: str, history: Any) -> dict[str, list]:
    if not isinstance(history, Mapping) or not history:
        raise TypeError(f"CurveExplorer: the history of {name!r} expects a dict of lists as `fit` returns it")
    checked = {str(key): gaps("CurveExplorer", f"{name}, {key},", values) for key, values in history.items()}
    if not any(checked.values()):
        raise ValueError(f"CurveExplorer: the history of {name!r} has no epoch yet; train first")
    return checked


def _metrics(runs: list[dict]) -> list[str]:
    keys = [key.removeprefix("val_") for run in runs for key in run["history"]]
    return list(dict.fromkeys(keys))


def _last(runs: list[dict]) -> int:
    return max(map(_length, runs))


def _length(run: dict) -> int:
    return max(len(values) for values in run["history"].values())


def _describe(runs: list[dict], metric: str) -> str:
    """Return alt text: for each run the last finite value, of validation where there is one."""
    ends = []
    for run in runs:
        key = f"val_{metric}" if f"val_{metric}" in run["history"] else metric
        finite = [value for value in run["history"].get(key, []) if value is not None]
        if finite:
            shown = f"{100 * finite[-1]:.2f} %" if metric.endswith("acc") else f"{finite[-1]:.4g}"
            ends.append(f"{run['name']} ends at a {key.replace('val_', 'validation ')} of {shown}")
    epochs = _last(runs)
    return f"Curves over {epochs} epoch{'s' * (epochs > 1)}: {'; '.join(ends) or 'no finite value'}."
