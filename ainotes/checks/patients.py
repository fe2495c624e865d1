"""The six patients of the debugging lab: the healthy training loop with one part replaced by a broken one.

The lab's loop is put together from four parts, each a function: `prepare` (images and labels to a training and a
validation set), `batches`, `train_step` and `evaluate_accuracy`. A patient brings its own version of one of them.
Every version here is code that people really write; none of it raises, and that is the point.
"""

import inspect
import textwrap
from collections.abc import Callable

import torch

Part = Callable


def _patient_a() -> dict[str, Part]:
    def train_step(model, images, labels, loss_fn, optimizer):
        model.train()
        probabilities = model(images).softmax(dim=1)
        loss = loss_fn(probabilities, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach(), probabilities.detach()

    return {"train_step": train_step}


def _patient_b() -> dict[str, Part]:
    def evaluate_accuracy(model, images, labels):
        with torch.no_grad():
            logits = model(images)
        return (logits.argmax(dim=1) == labels).float().mean().item()

    return {"evaluate_accuracy": evaluate_accuracy}


def _patient_c() -> dict[str, Part]:
    def batches(images, labels, generator, size):
        for start in range(0, len(images), size):
            yield images[start : start + size], labels[start : start + size]

    return {"batches": batches}


def _patient_d() -> dict[str, Part]:
    def prepare(images, labels, generator, share=0.2):
        few = torch.arange(0, len(images), 20)  # one image in twenty was collected, and shifted to make twenty of it
        shifts = [(row, column) for row in (-2, -1, 1, 2) for column in (-2, -1, 0, 1, 2)]
        images = torch.cat([images[few].roll(shift, dims=(2, 3)) for shift in shifts])
        labels = labels[few].repeat(len(shifts))
        held_out = torch.rand(len(images), generator=generator) < share
        pixels = images.float()
        pixels = (pixels - pixels[~held_out].mean()) / pixels[~held_out].std()
        return (pixels[~held_out], labels[~held_out]), (pixels[held_out], labels[held_out])

    return {"prepare": prepare}


def _patient_e() -> dict[str, Part]:
    def train_step(model, images, labels, loss_fn, optimizer):
        model.train()
        logits = model(images)
        loss = loss_fn(logits, labels)
        loss.backward()
        optimizer.step()
        return loss.detach(), logits.detach()

    return {"train_step": train_step}


def _patient_f() -> dict[str, Part]:
    def prepare(images, labels, generator, share=0.2):
        held_out = torch.rand(len(images), generator=generator) < share
        train, validation = images[~held_out].float(), images[held_out].float()
        train = (train - train.mean()) / train.std()
        validation = validation / 255
        return (train, labels[~held_out]), (validation, labels[held_out])

    return {"prepare": prepare}


WARD: dict[str, dict[str, Part]] = {
    "A": _patient_a(),
    "B": _patient_b(),
    "C": _patient_c(),
    "D": _patient_d(),
    "E": _patient_e(),
    "F": _patient_f(),
}


def admit(name: str, healthy: dict[str, Part]) -> dict[str, Part]:
    """The parts of a patient's training loop: the healthy ones, one of them replaced.

    Parameters
    ----------
    name : str
        `"A"` to `"F"`.
    healthy : dict of str to callable
        The lab's own `prepare`, `batches`, `train_step` and `evaluate_accuracy`.

    Raises
    ------
    ValueError
        If there is no such patient, or `healthy` lacks the part that the patient replaces.
    """
    broken = WARD[_known(name)]
    missing = sorted(set(broken) - set(healthy))
    if missing:
        raise ValueError(
            f"admit: the healthy parts lack {missing[0]!r}; pass all four parts, they are {sorted(healthy)}"
        )
    return healthy | broken


def code(name: str) -> str:
    """The source of a patient's broken part, exactly as it ran.

    Examples
    --------
    >>> print(code("B").splitlines()[0])
    def evaluate_accuracy(model, images, labels):
    """
    (part,) = WARD[_known(name)].values()
    return textwrap.dedent(inspect.getsource(part)).rstrip()


def _known(name: str) -> str:
    if name not in WARD:
        raise ValueError(f"patients: expected one of {', '.join(WARD)}, got {name!r}")
    return name
