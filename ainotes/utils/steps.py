"""One pass over a data set: train on it, or measure it."""

import math

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

from . import guards
from .modes import borrowed
from .precision import Precision, fused_steps

STEPPED_PER_BATCH = (OneCycleLR, CyclicLR)


class Tally:
    """Loss and correct answers of an epoch, summed on the device so that nothing waits for it."""

    def __init__(self, epoch: int | None = None):
        self.epoch = epoch
        self.sizes: list[int] = []
        self.losses: list[Tensor] = []
        self.correct: list[Tensor] = []

    def __len__(self) -> int:
        """Return the number of batches."""
        return len(self.sizes)

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        self.sizes.append(len(logits))
        self.losses.append(loss.detach().reshape(()))
        self.correct.append(count_correct(logits.detach(), labels))

    def check_last(self) -> None:
        """Refuse a loss that is not finite as soon as it is known: on a CPU, where looking costs no waiting."""
        if self.losses[-1].device.type == "cpu" and not math.isfinite(value := float(self.losses[-1])):
            raise guards.non_finite(value, self.epoch, len(self.losses))

    def means(self) -> tuple[float, float]:
        """Return mean loss and accuracy, weighted by samples."""
        losses, correct = torch.stack(self.losses).double().cpu(), torch.stack(self.correct).sum().item()
        if not losses.isfinite().all():
            batch = int((~losses.isfinite()).nonzero()[0])
            raise guards.non_finite(losses[batch].item(), self.epoch, batch + 1)
        sizes = torch.tensor(self.sizes, dtype=torch.float64)
        return float(losses @ sizes / sizes.sum()), float(correct / sizes.sum())


def train_epoch(batches, model, loss_fn, optimizer, how: Precision, scheduler=None, epoch: int | None = None) -> Tally:
    """Train for one epoch and return what was counted; the learner's loop of the lesson, with checks."""
    tally, per_batch = Tally(epoch), isinstance(scheduler, STEPPED_PER_BATCH)
    with borrowed(model, training=True), torch.enable_grad(), fused_steps(optimizer, how):
        for number, batch in enumerate(batches, start=1):
            where = f"fit: batch {number}"
            images, labels = guards.check_pair(batch, where)
            logits = forward(model, images, how, where)
            loss, labels = loss_of(loss_fn, logits, labels, where)
            tally.add(loss, logits, labels)
            tally.check_last()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if per_batch:
                scheduler.step()
    return tally


@torch.inference_mode()
def measure(batches, model, loss_fn, how: Precision) -> dict[str, float]:
    tally = Tally()
    with borrowed(model, training=False):
        for number, batch in enumerate(batches, start=1):
            where = f"evaluate: batch {number}"
            images, labels = guards.check_pair(batch, where)
            logits = forward(model, images, how, where)
            loss, labels = loss_of(loss_fn, logits, labels, where)
            tally.add(loss, logits, labels)
    return dict(zip(("loss", "acc"), tally.means(), strict=True))


def forward(model: nn.Module, images: Tensor, how: Precision, where: str) -> Tensor:
    """Return the float32 logits of a batch."""
    try:
        with how.autocast():
            logits = model(how.place(images))
    except RuntimeError as error:
        clearer = guards.explain_forward_error(error, model, images)
        raise clearer from (None if clearer is error else error)
    guards.check_logits(logits, images, where)
    return logits.float()


def loss_of(loss_fn, logits: Tensor, labels: Tensor, where: str) -> tuple[Tensor, Tensor]:
    """Return the loss of a batch and its labels on the device, in the shape and type that the loss wants."""
    guards.check_labels(labels, logits, loss_fn, where)
    labels = labels.to(logits.device, non_blocking=True)
    if isinstance(loss_fn, nn.BCEWithLogitsLoss) and labels.numel() == logits.numel():
        labels = labels.reshape(logits.shape).float()
    elif isinstance(loss_fn, guards.CLASS_LOSSES) and labels.ndim == 1 and logits.ndim == 2:
        labels = labels.long()
    loss = loss_fn(logits, labels)
    guards.check_loss(loss, where)
    return loss, labels


def count_correct(logits: Tensor, labels: Tensor) -> Tensor:
    """Return how many answers are right, as a tensor on the device.

    Several logits: the largest one names the class (and the largest target, where targets are probabilities). One
    logit: positive means class 1.
    """
    if logits.ndim == 2 and logits.shape[1] > 1:
        targets = labels.argmax(dim=1) if labels.ndim == 2 else labels
        return (logits.argmax(dim=1) == targets).sum()
    return ((logits > 0) == (labels.reshape(logits.shape) > 0.5)).sum()
