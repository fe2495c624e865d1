"""The layers of a sequential network, grouped as a reader sees them: a convolution with its ReLU is one stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FILTERS = ("conv2d", "linear")
JOINED = ("batch norm", "relu")  # change each number by itself, so they are shown with the layer before them
TITLES = {
    "conv2d": "Convolution",
    "batch norm": "batch norm",
    "relu": "ReLU",
    "max pool": "Max pooling",
    "average pool": "Average pooling",
    "adaptive average pool": "Adaptive average pooling",
    "flatten": "Flatten",
    "linear": "Linear",
}


def stages_of(where: str, layers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group what `ainotes.widgets.export.export` wrote.

    Parameters
    ----------
    where : str
        Name of the figure, for the error messages.
    layers : sequence of dict
        `PageNetwork.layers`, the input first.

    Returns
    -------
    list of dict
        Each with the `name` of the module that gives the stage its kind, a `title`, the places in `layers` of its
        `first` layer, of the one that gives the `kind` (`main`) and of its `last`, what leaves it (`count` maps of
        `rows` by `columns` cells, 1 by 1 for a row of numbers), and whether it has `filters` to switch off.

    Raises
    ------
    ValueError
        Where layers work on others than the one before, or there are none.

    Examples
    --------
    >>> layers = [{"kind": "input", "name": "", "shape": [1, 4, 4]}]
    >>> layers += [{"kind": "conv2d", "name": "0", "shape": [2, 2, 2], "kernel": [3, 3], "stride": [1, 1], "groups": 1}]
    >>> layers += [{"kind": "relu", "name": "1", "shape": [2, 2, 2]}, {"kind": "flatten", "name": "2", "shape": [8]}]
    >>> layers += [{"kind": "linear", "name": "3", "shape": [2]}]
    >>> [(stage["title"], stage["first"], stage["last"]) for stage in stages_of("Figure", layers)]
    [('Convolution 3 × 3, ReLU', 1, 2), ('Linear', 3, 4)]
    """
    beside = next((layer["name"] for layer in layers if "from" in layer), None)
    if beside is not None:
        raise ValueError(
            f"{where}: {beside or 'the network'} leads around some of its layers (a shortcut), and the explorer opens "
            "stacks in which each layer works on the one before; ainotes.widgets.PageClassifier runs such networks"
        )
    groups = _groups(layers)
    if not groups:
        raise ValueError(f"{where}: the network has no layer to look at")
    stages = [_stage(layers, group) for group in groups]
    stages[-1]["filters"] = False  # what leaves the last layer is the answer itself
    return stages


def named(where: str, what: str, stages: Sequence[dict[str, Any]], layers: Sequence[dict[str, Any]], name: Any) -> str:
    """Return the name of the stage that a module belongs to.

    Raises
    ------
    ValueError
        Where no stage has such a module; the message lists those of the stages.
    """
    for stage in stages:
        if name in {layer["name"] for layer in layers[stage["first"] : stage["last"] + 1]}:
            return stage["name"]
    raise ValueError(f"{where}: {what} is one of {[stage['name'] for stage in stages]}, got {name!r}")


def _groups(layers: Sequence[dict[str, Any]]) -> list[list[int]]:
    """Return the places of the layers of each stage."""
    groups: list[list[int]] = []
    waiting: list[int] = []  # flattening goes with what comes after it
    for place, layer in enumerate(layers):
        if layer["kind"] == "flatten":
            waiting.append(place)
        elif layer["kind"] in JOINED and groups and not waiting:
            groups[-1].append(place)
        elif layer["kind"] != "input":
            groups.append([*waiting, place])
            waiting = []
    if waiting and groups and layers[groups[-1][-1]]["shape"][1:] == [1, 1]:
        groups[-1] += waiting
    elif waiting:
        groups.append(waiting)
    return groups


def _stage(layers: Sequence[dict[str, Any]], group: Sequence[int]) -> dict[str, Any]:
    telling = [place for place in group if layers[place]["kind"] != "flatten"] or list(group)
    main, last = layers[telling[0]], layers[group[-1]]
    count, rows, columns = [*last["shape"], 1, 1][:3]
    titles = [_title(layers[place]) for place in telling]
    title = ", ".join(titles)
    return {
        "name": main["name"],
        "kind": main["kind"],
        "title": title[0].upper() + title[1:],
        "first": group[0],
        "main": telling[0],
        "last": group[-1],
        "count": count,
        "rows": rows,
        "columns": columns,
        "filters": main["kind"] in FILTERS,
    }


def _title(layer: dict[str, Any]) -> str:
    if layer["kind"] == "adaptive average pool" and layer["shape"][1:] == [1, 1]:
        return "Global average pooling"
    title = TITLES[layer["kind"]]
    if "kernel" in layer:
        title += " " + _sides(layer["kernel"])
    standard = layer.get("kernel") if "pool" in layer["kind"] else [1, 1]
    if "stride" in layer and layer["stride"] != standard:
        title += f", stride {_sides(layer['stride'], short=True)}"
    if layer.get("groups", 1) > 1:
        title += f", {layer['groups']} groups"
    return title


def _sides(sides: Sequence[int], short: bool = False) -> str:
    down, right = sides
    return str(down) if short and down == right else f"{down} × {right}"
