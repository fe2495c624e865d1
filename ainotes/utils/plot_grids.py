"""Grids of images: a sample of a data set, a model's predictions, its worst mistakes."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from ainotes.utils.figure import MUTED, WIDTH, WRONG, AltFigure, drawing
from ainotes.utils.modes import borrowed
from ainotes.utils.plot_inputs import (
    Array,
    as_class_names,
    as_labels,
    as_pictures,
    as_probabilities,
    same_length,
    sample,
)

GRID_IMAGES, GRID_COLUMNS = 28, 7


def plot_images(
    images: Array, titles: Sequence[str] | None = None, columns: int = 8, alt: str | None = None
) -> AltFigure:
    """Images in a grid, each with its title above.

    Parameters
    ----------
    images : array
        (N, 1, H, W), (N, 3, H, W), (N, H, W) or (N, H, W, 3), or a list of images. uint8 in 0..255, or floats: inside
        [0, 1] they are shown as they are, otherwise scaled from the minimum to the maximum of the whole set.
    titles : sequence of str, optional
        One an image.
    columns : int
        Images in a row, at least 1.
    alt : str, optional
        What the grid shows. Without it the text counts the images and lists the titles.

    Returns
    -------
    AltFigure

    Raises
    ------
    ValueError
        For another shape, values that are not finite, as many titles as there are not images, or `columns` below 1.

    Examples
    --------
    >>> plot_images(torch.rand(3, 1, 8, 8), titles=["a", "b", "c"])
    A grid of 3 images: a, b, c.
    """
    pictures = as_pictures(images)
    if columns < 1:
        raise ValueError(f"columns: expected at least 1, got {columns}")
    if titles is not None:
        same_length(images=len(pictures), titles=len(titles))
    fig = _grid(pictures, titles, min(columns, len(pictures)))
    described = f": {', '.join(' '.join(str(title).split()) for title in titles)}" if titles is not None else ""
    fig.alt = alt or f"A grid of {len(pictures)} image{'s' * (len(pictures) > 1)}{described}."
    return fig


def _grid(
    pictures: np.ndarray,
    titles: Sequence[str] | None,
    columns: int,
    dress: Callable[[Axes, int], None] = lambda axes, index: None,
) -> AltFigure:
    """The pictures with their titles; `dress(axes, index)` adds to one of them."""
    rows = -(-len(pictures) // columns)
    cell = min(WIDTH / columns, 1.8)  # inches; a few images do not become posters
    title_lines = max((str(title).count("\n") + 1 for title in titles), default=0) if titles is not None else 0
    height, width = pictures.shape[1:3]
    cell_height = cell * height / width + 0.165 * title_lines + 0.03
    fig = AltFigure(cell * columns, cell_height * rows + 0.06)
    with drawing():
        fig.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)  # type: ignore[union-attr, call-arg]
        for index, axes in enumerate(np.ravel(fig.subplots(rows, columns, squeeze=False))):
            axes.axis("off")
            if index < len(pictures):
                axes.imshow(pictures[index], cmap="gray", vmin=0, vmax=1, interpolation="nearest")
                if titles is not None:
                    axes.set_title(str(titles[index]), loc="center", fontsize=9, fontweight="normal", pad=3)
                dress(axes, index)
    return fig


def plot_fashion_images(
    data: Any, labels: Sequence[str], device: torch.device | str, model: nn.Module | None = None
) -> AltFigure:
    """28 images of a data set, titled with their label, or with what a model takes them for.

    The sample is drawn by torch's global generator: `torch.manual_seed` repeats it.

    Parameters
    ----------
    data : Dataset
        `data[i]` is (image (1, H, W) in [0, 1], class number).
    labels : sequence of str
        The class names, in the order of their numbers.
    device : torch.device or str
        Where `model` is; the images are sent there.
    model : Module, optional
        If given, each title is the predicted label with a question mark, and a thick dashed frame marks those that
        differ from the data set's label. It predicts in `eval()` and is left in the mode it was in.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        If `data` is no such data set or is empty, a label has no name, or the model is on another device or returns
        something else than one logit a class.
    """
    return _sample_grid(data, labels, device, model, "Fashion-MNIST style garments", channels=1)


def plot_cifar10_images(
    data: Any, labels: Sequence[str], device: torch.device | str, model: nn.Module | None = None
) -> AltFigure:
    """28 colour images of a data set, titled with their label, or with what a model takes them for.

    As `plot_fashion_images`, for images (3, H, W).

    Parameters
    ----------
    data : Dataset
        `data[i]` is (image (3, H, W) in [0, 1], or normalised, class number).
    labels : sequence of str
        The class names, in the order of their numbers.
    device : torch.device or str
        Where `model` is; the images are sent there.
    model : Module, optional
        If given, each title is the predicted label with a question mark; a thick dashed frame marks a wrong one.

    Returns
    -------
    AltFigure

    Raises
    ------
    TypeError, ValueError
        As `plot_fashion_images`.
    """
    return _sample_grid(data, labels, device, model, "colour photographs", channels=3)


def _sample_grid(
    data: Any, labels: Sequence[str], device: torch.device | str, model: nn.Module | None, what: str, channels: int
) -> AltFigure:
    names = as_class_names(labels)
    images, numbers = sample(data, GRID_IMAGES)
    if images.ndim != 4 or images.shape[1] != channels:
        raise ValueError(
            f"data: expected images of shape ({channels}, H, W), got {tuple(images.shape[1:])}; "
            "use plot_fashion_images for one channel, plot_cifar10_images for three"
        )
    true = as_labels(numbers, "the data set's labels", len(names))
    columns = min(GRID_COLUMNS, len(images))
    if model is None:
        titles = [names[number] for number in true]
        fig = _grid(as_pictures(images), titles, columns)
        fig.alt = f"{len(images)} {what}: {_counted(titles)}."
        return fig
    predicted = _predicted(model, images, torch.device(device), len(names))
    titles = [f"{names[number]}?" for number in predicted]
    fig = _grid(as_pictures(images), titles, columns, lambda axes, i: _frame(axes) if predicted[i] != true[i] else None)
    fig.alt = _predictions_alt(true, predicted, names, what)
    return fig


def _predicted(model: nn.Module, images: Tensor, device: torch.device, classes: int) -> np.ndarray:
    """The predicted class of each image, (N,); the model is left as it was."""
    home = next((parameter.device for parameter in model.parameters()), device)
    if home.type != device.type:
        raise ValueError(f"model: expected it on {device}, its parameters are on {home}; call model.to(device)")
    with borrowed(model, training=False), torch.inference_mode():
        logits = model(images.to(home))
    if isinstance(logits, Tensor) and logits.shape == (len(images), 1) and classes == 2:
        return (logits[:, 0] > 0).long().cpu().numpy()
    if not isinstance(logits, Tensor) or logits.shape != (len(images), classes):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ValueError(
            f"model: expected logits of shape ({len(images)}, {classes}), got {shape}; match its last layer"
        )
    return logits.argmax(dim=1).cpu().numpy()


def _frame(axes: Axes) -> None:
    """A thick dashed frame: the prediction differs from the label. Dashed, so that colour is not the only sign."""
    frame = Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, ec=WRONG, lw=3.5, ls=(0, (2.2, 1.1)))
    frame.set_clip_on(False)
    axes.add_patch(frame)
    axes.title.set_color(WRONG)
    axes.title.set_fontweight("bold")


def _counted(names: Sequence[str]) -> str:
    """`Bag 3, Coat 2`, most frequent first."""
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _predictions_alt(true: np.ndarray, predicted: np.ndarray, names: Sequence[str], what: str) -> str:
    wrong = np.flatnonzero(true != predicted)
    right = f"{len(true)} {what} with predictions, {len(true) - len(wrong)} right and {len(wrong)} wrong (framed)"
    listed = [f"{names[true[i]]} taken for {names[predicted[i]]}" for i in wrong]
    return f"{right}{': ' + _counted(listed) if listed else ''}."


def plot_worst_mistakes(
    images: Array, labels: Array, probabilities: Array, classes: Sequence[str], count: int = 12
) -> AltFigure:
    """The mistakes a model was surest of, most confident first.

    Parameters
    ----------
    images : array
        (N, 1, H, W), (N, 3, H, W) or (N, H, W), as `plot_images` takes them.
    labels : array of int
        (N,) true class numbers.
    probabilities : array of float
        (N, classes), rows that sum to 1; or (N,), the probability of class 1 of two.
    classes : sequence of str
        The class names.
    count : int
        At most so many mistakes, at least 1.

    Returns
    -------
    AltFigure
        Each image under the predicted label with its probability, and below that the true label. Without any mistake
        the figure says so.

    Raises
    ------
    TypeError, ValueError
        If lengths differ, a label has no name, or the probabilities are none (logits, for instance).
    """
    names = as_class_names(classes)
    true = as_labels(labels, "labels", len(names))
    shares = as_probabilities(probabilities, len(true))
    same_length(labels=len(true), images=len(images))
    _same_classes(shares, names)
    if count < 1:
        raise ValueError(f"count: expected at least 1, got {count}")
    predicted, confidence = shares.argmax(axis=1), shares.max(axis=1)
    wrong = np.flatnonzero(predicted != true)
    if not len(wrong):
        return _no_mistake(len(true))
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    titles = [f"{names[predicted[i]]} {_sure(confidence[i])}\nis {names[true[i]]}" for i in worst]
    chosen = images[torch.as_tensor(worst)] if isinstance(images, Tensor) else [images[i] for i in worst]
    fig = _grid(as_pictures(chosen), titles, min(6, len(worst)))
    listed = "; ".join(f"{names[true[i]]} taken for {names[predicted[i]]} at {_sure(confidence[i])}" for i in worst)
    fig.alt = f"The {len(worst)} most confident of {len(wrong)} mistakes in {len(true)} images: {listed}."
    return fig


def _sure(confidence: float) -> str:
    """Per cent without a false certainty: 0.9996 is not 100 %."""
    return "> 99 %" if confidence > 0.99 else f"{confidence:.0%}".replace("%", " %")


def _same_classes(shares: np.ndarray, names: Sequence[str]) -> None:
    if shares.shape[1] != len(names):
        raise ValueError(
            f"probabilities: expected {len(names)} columns for {len(names)} classes, got {shares.shape[1]}; "
            "name every class, in the order of its number"
        )


def _no_mistake(images: int) -> AltFigure:
    fig = AltFigure(WIDTH, 0.9, alt=f"No mistake in {images} images.", layout="none")
    with drawing():
        fig.text(0.5, 0.5, fig.alt, ha="center", va="center", color=MUTED, fontsize=12)
    return fig
