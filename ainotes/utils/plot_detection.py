"""What networks answer besides a class, drawn over the photograph: boxes, masks, joints, and maps of scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ainotes.utils.figure import COLORS, WIDTH, AltFigure, drawing
from ainotes.utils.plot_inputs import Array, as_array, as_finite, as_pictures

__all__ = ["COCO_LIMBS", "plot_boxes", "plot_heat", "plot_keypoints", "plot_masks"]

DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)))  # beside the colour: no name has only a colour
LISTED = 6  # things that the alternative text tells one by one
# Pairs of the 17 joints that are connected: the person's skeleton in COCO's annotations (Lin et al., 2014), from 0.
COCO_LIMBS = (
    *((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10)),
    *((1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),
)


def plot_boxes(
    image: Array,
    boxes: Array,
    names: Sequence[str] | None = None,
    scores: Array | None = None,
    *,
    alt: str | None = None,
) -> AltFigure:
    """A photograph with boxes over it, each with its name and score.

    Parameters
    ----------
    image : array
        (3, H, W), (H, W, 3) or (H, W): uint8, or floats from 0 to 1.
    boxes : array
        (N, 4), each (x1, y1, x2, y2) in pixels: x counts columns from the left, y rows from the top. N may be 0.
    names : sequence of str, optional
        One a box. Boxes of the same name look the same.
    scores : array of float, optional
        (N,), from 0 to 1.
    alt : str, optional
        What the figure shows; by default the boxes are counted and the first few told.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        For another shape, numbers that are not finite, or as many names or scores as there are not boxes.

    Examples
    --------
    >>> plot_boxes(np.zeros((40, 60)), [[10, 5, 30, 25]], ["cat"], [0.9])
    A photograph of 60 by 40 pixels with 1 box: cat 90 % at x 10 to 30, y 5 to 25.
    """
    picture = _picture(image)
    corners = _boxes(boxes)
    labels = _labels(len(corners), names, scores)
    fig, axes = _over(picture)
    looks = _looks(names if names is not None else [""] * len(corners))
    with drawing():
        for (x1, y1, x2, y2), label, (color, dash) in zip(corners, labels, looks, strict=True):
            axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec="white", lw=3.6))
            axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=color, lw=2.2, ls=dash))
            _tag(axes, x1, y1, label, color)
    places = [f"x {x1:.0f} to {x2:.0f}, y {y1:.0f} to {y2:.0f}" for x1, y1, x2, y2 in corners]
    told = [f"{label} at {place}".strip() if label else place for label, place in zip(labels, places, strict=True)]
    fig.alt = alt or _told(picture, "box", "boxes", told)
    return fig


def plot_masks(
    image: Array,
    masks: Array,
    names: Sequence[str] | None = None,
    *,
    threshold: float = 0.5,
    alt: str | None = None,
) -> AltFigure:
    """A photograph with masks over it: each tinted, outlined and named.

    Parameters
    ----------
    image : array
        (3, H, W), (H, W, 3) or (H, W): uint8, or floats from 0 to 1.
    masks : array
        (N, 1, H, W) or (N, H, W): true or false, or floats from 0 to 1. N may be 0.
    names : sequence of str, optional
        One a mask.
    threshold : float
        A pixel belongs to a mask where its number is larger.
    alt : str, optional
        What the figure shows; by default the masks are counted, and the share of the picture that each covers is told.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        For another shape, or as many names as there are not masks.

    Examples
    --------
    >>> left = np.arange(60) < 15
    >>> plot_masks(np.zeros((40, 60)), np.tile(left, (1, 40, 1)), ["wall"])
    A photograph of 60 by 40 pixels with 1 mask: wall, 25 % of the picture.
    """
    picture = _picture(image)
    inside = _masks(masks, picture) > threshold
    labels = _labels(len(inside), names, None)
    fig, axes = _over(picture)
    with drawing():
        for mask, label, (color, dash) in zip(inside, labels, _looks(names or [""] * len(inside)), strict=True):
            if not mask.any():
                continue
            tint = np.zeros((*mask.shape, 4))
            tint[mask] = [*(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)), 0.45]
            axes.imshow(tint, interpolation="nearest")
            if not mask.all():
                axes.contour(mask, levels=[0.5], colors=["white"], linewidths=3)
                axes.contour(mask, levels=[0.5], colors=[color], linewidths=1.6, linestyles=[dash])
            rows, columns = np.nonzero(mask)
            _tag(axes, columns.min(), rows.min(), label, color)
    told = [
        f"{label or 'unnamed'}, {mask.mean():.0%} of the picture" for label, mask in zip(labels, inside, strict=True)
    ]
    fig.alt = alt or _told(picture, "mask", "masks", [each.replace("%", " %") for each in told])
    return fig


def plot_keypoints(
    image: Array,
    keypoints: Array,
    limbs: Sequence[tuple[int, int]] = COCO_LIMBS,
    *,
    alt: str | None = None,
) -> AltFigure:
    """A photograph with the joints of people over it, connected to skeletons.

    Parameters
    ----------
    image : array
        (3, H, W), (H, W, 3) or (H, W): uint8, or floats from 0 to 1.
    keypoints : array
        (N, K, 3): for each of K joints its x (column) and y (row) in pixels, and a number above 0 where it is visible;
        others are not drawn.
    limbs : sequence of pair of int
        Joints to connect; COCO's for its 17 by default.
    alt : str, optional
        What the figure shows; by default people and visible joints are counted.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        For another shape, or a limb that names a joint which is not there.

    Examples
    --------
    >>> plot_keypoints(np.zeros((40, 60)), [[[10, 10, 1], [20, 10, 1], [5, 5, 0]]], limbs=[(0, 1), (1, 2)])
    A photograph of 60 by 40 pixels with 1 skeleton: 2 of 3 joints.
    """
    picture = _picture(image)
    joints = as_finite(keypoints, "keypoints").astype(np.float64)
    if joints.ndim != 3 or joints.shape[2] != 3:
        raise ValueError(f"keypoints: expected shape (N, K, 3), got {joints.shape}; for one person keypoints[None]")
    if any(not 0 <= joint < joints.shape[1] for limb in limbs for joint in limb):
        raise ValueError(f"limbs: expected joints from 0 to {joints.shape[1] - 1}, got {list(limbs)}")
    fig, axes = _over(picture)
    with drawing():
        for person, (color, dash) in zip(joints, _looks([str(i) for i in range(len(joints))]), strict=True):
            for ends in (person[list(limb)] for limb in limbs):
                if (ends[:, 2] > 0).all():
                    axes.plot(ends[:, 0], ends[:, 1], color="white", lw=4.2)
                    axes.plot(ends[:, 0], ends[:, 1], color=color, lw=2.4, ls=dash)
            seen = person[person[:, 2] > 0]
            axes.plot(seen[:, 0], seen[:, 1], "o", ms=7, mfc=color, mec="white", mew=1.4)
    told = [f"{int((person[:, 2] > 0).sum())} of {len(person)} joints" for person in joints]
    fig.alt = alt or _told(picture, "skeleton", "skeletons", told)
    return fig


def plot_heat(
    image: Array,
    heat: Array,
    label: str = "probability",
    *,
    extent: Sequence[float] | None = None,
    alt: str | None = None,
) -> AltFigure:
    """A photograph, made paler, with a map of numbers from 0 to 1 over it.

    Parameters
    ----------
    image : array
        (3, H, W), (H, W, 3) or (H, W): uint8, or floats from 0 to 1.
    heat : array
        (rows, columns), from 0 to 1, of any size.
    label : str
        What the numbers are; it stands beside the colour bar.
    extent : sequence of float, optional
        (x1, y1, x2, y2) in pixels: where the map lies; the whole picture by default.
    alt : str, optional
        What the figure shows; by default the largest number and its place, and the share of the map above one half.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        For another shape, or numbers outside 0 to 1.

    Examples
    --------
    >>> plot_heat(np.zeros((40, 60)), [[0.1, 0.9], [0.1, 0.2]])
    A map of 2 by 2 numbers over a photograph, probability: largest, 0.90, at x 45, y 10; 25 % are above 0.5.
    """
    picture = _picture(image)
    values = as_finite(heat, "heat").astype(np.float64)
    if values.ndim != 2 or values.size == 0 or values.min() < 0 or values.max() > 1:
        got = f"shape {values.shape}" + (f", {values.min():.3g} to {values.max():.3g}" if values.size else "")
        raise ValueError(f"heat: expected a map (rows, columns) of numbers from 0 to 1, got {got}")
    height, width = picture.shape[:2]
    left, top, right, bottom = extent if extent is not None else (0, 0, width, height)
    fig, axes = _over(_paler(picture), bar=True)
    with drawing():
        place = (left - 0.5, right - 0.5, bottom - 0.5, top - 0.5)
        shown = axes.imshow(values, cmap="viridis", vmin=0, vmax=1, alpha=0.62, extent=place, interpolation="nearest")
        axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        fig.colorbar(shown, ax=axes, label=label, shrink=0.8)
    row, column = np.unravel_index(values.argmax(), values.shape)
    x = left + (column + 0.5) * (right - left) / values.shape[1]
    y = top + (row + 0.5) * (bottom - top) / values.shape[0]
    fig.alt = alt or (
        f"A map of {values.shape[0]} by {values.shape[1]} numbers over a photograph, {label}: largest, "
        f"{values.max():.2f}, at x {x:.0f}, y {y:.0f}; {(values > 0.5).mean():.0%} are above 0.5.".replace("%", " %")
    )
    return fig


def _picture(image: Array) -> np.ndarray:
    """One image as (H, W) or (H, W, 3), float in [0, 1]."""
    array = as_array(image)
    if array.ndim not in (2, 3):
        raise ValueError(f"image: expected one image (3, H, W), (H, W, 3) or (H, W), got shape {array.shape}")
    return as_pictures(array[None])[0]


def _paler(picture: np.ndarray) -> np.ndarray:
    """The picture with a third of its colour, so that it does not speak into the colours of a map over it."""
    return picture if picture.ndim == 2 else picture / 3 + picture.mean(axis=2, keepdims=True) * 2 / 3


def _boxes(boxes: Array) -> np.ndarray:
    corners = as_finite(boxes, "boxes").astype(np.float64)
    corners = corners.reshape(0, 4) if corners.size == 0 else corners
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ValueError(f"boxes: expected shape (N, 4), got {corners.shape}; for one box boxes[None]")
    return corners


def _masks(masks: Array, picture: np.ndarray) -> np.ndarray:
    """Masks as (N, H, W) of numbers."""
    values = as_finite(masks, "masks").astype(np.float64)
    values = values[:, 0] if values.ndim == 4 and values.shape[1] == 1 else values
    if values.ndim != 3 or values.shape[1:] != picture.shape[:2]:
        raise ValueError(
            f"masks: expected shape (N, 1, {picture.shape[0]}, {picture.shape[1]}), as large as the image, "
            f"got {as_array(masks).shape}"
        )
    return values


def _labels(count: int, names: Sequence[str] | None, scores: Array | None) -> list[str]:
    """What is written at each thing: its name and score, or one of them, or nothing."""
    shares = [None] * count if scores is None else as_finite(scores, "scores").reshape(-1).tolist()
    words = [""] * count if names is None else [str(name) for name in names]
    if isinstance(names, str) or len(words) != count or len(shares) != count:
        raise ValueError(f"expected {count} names and scores, one for each, got {len(words)} and {len(shares)}")
    percents = ["" if share is None else f"{share:.0%}".replace("%", " %") for share in shares]
    return [f"{word} {percent}".strip() for word, percent in zip(words, percents, strict=True)]


def _looks(names: Sequence[str]) -> list[tuple[str, Any]]:
    """A colour and a dash for each, the same for the same name."""
    order = list(dict.fromkeys(names))
    return [(COLORS[order.index(name) % len(COLORS)], DASHES[order.index(name) % len(DASHES)]) for name in names]


def _over(picture: np.ndarray, bar: bool = False) -> tuple[AltFigure, Axes]:
    """A figure that shows the picture and nothing else, at most as wide as a column and about as high."""
    height, width = picture.shape[:2]
    wide = min(WIDTH, 5.0 * width / height)
    fig = AltFigure(wide + bar, wide * height / width)
    with drawing():
        axes = fig.subplots()
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.axis("off")
        axes.autoscale(False)
    return fig, axes


def _tag(axes: Axes, x: float, y: float, label: str, color: str) -> None:
    """White words on the colour, inside the upper left corner of what they name."""
    if label:
        x, y = max(x, 0), max(y, 0)
        box = {"facecolor": color, "edgecolor": "none", "pad": 1.8}
        axes.text(x + 2, y + 2, label, color="white", fontsize=9, va="top", ha="left", bbox=box, clip_on=True)


def _told(picture: np.ndarray, one: str, many: str, things: Sequence[str]) -> str:
    """The alternative text: how many things there are, and the first few of them."""
    height, width = picture.shape[:2]
    start = f"A photograph of {width} by {height} pixels with"
    if not things:
        return f"{start} no {one}."
    more = f"; and {len(things) - LISTED} more" if len(things) > LISTED else ""
    return f"{start} {len(things)} {one if len(things) == 1 else many}: {'; '.join(things[:LISTED])}{more}."
