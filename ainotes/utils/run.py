"""The state of one training run: what a checkpoint holds, and how an epoch changes it."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from ..data.memory import in_memory
from . import checkpoint as checkpoints
from . import guards
from .progress import Bars
from .steps import STEPPED_PER_BATCH, measure, train_epoch

History = dict[str, list[float]]


class Run:
    """The state of one call of `fit`: what a checkpoint holds, and how an epoch changes it."""

    keep_best = False
    say: Callable = print
    bars = Bars(quiet=True)

    def __init__(self, dataloader, model, loss_fn, optimizer, epochs, how, val_dataloader, scheduler):
        self.model, self.loss_fn, self.optimizer, self.scheduler = model, loss_fn, optimizer, scheduler
        self.epochs, self.how = epochs, how
        self.samples, self.batches = guards.samples_in(dataloader), guards.length(dataloader)
        self.loader = in_memory(dataloader)
        self.val_loader = None if val_dataloader is None else in_memory(val_dataloader)
        names = ["loss", "acc", "lr"] + (["val_loss", "val_acc"] if val_dataloader is not None else [])
        self.history: History = {name: [] for name in names}
        self.steps = 0
        self.best: dict = {}
        self.path: Path | None = None

    @property
    def epochs_done(self) -> int:
        return len(self.history["loss"])

    def asked_to_stop(self, stop_when) -> bool:
        return stop_when is not None and self.epochs_done > 0 and bool(stop_when(self.history))

    def announce(self) -> None:
        samples, batches = ("?" if n is None else n for n in (self.samples, self.batches))
        self.say(f"Training started! {samples} samples. {batches} batches per epoch")

    def one_epoch(self) -> None:
        """Train, validate, note, save."""
        epoch, lr = self.epochs_done + 1, self.optimizer.param_groups[0]["lr"]
        with self.bars.over(self.loader, f"Epoch [{epoch:3d}/{self.epochs:3d}]", self.batches) as bar:
            tally = train_epoch(bar, self.model, self.loss_fn, self.optimizer, self.how, self.scheduler, epoch)
        loss, acc = tally.means()
        self.steps += len(tally)
        values = {"loss": loss, "acc": acc, "lr": float(lr)}
        if self.val_loader is not None:
            val = measure(self.val_loader, self.model, self.loss_fn, self.how)
            values |= {"val_loss": val["loss"], "val_acc": val["acc"]}
        step_after_epoch(self.scheduler, values)
        for name, value in values.items():
            self.history[name].append(value)
        if self.keep_best and values["val_loss"] <= min(self.history["val_loss"]):
            weights = {name: tensor.detach().clone() for name, tensor in self.model.state_dict().items()}
            self.best = {"epoch": epoch, "model": weights}
        self.save()
        self.report(epoch)

    def report(self, epoch: int) -> None:
        """Print the line of a finished epoch, counted from 1."""
        values = {name: series[epoch - 1] for name, series in self.history.items()}
        line = f"Epoch [{epoch:3d}/{self.epochs:3d}] finished. Mean loss: {values['loss']:.5f}. "
        line += f"Accuracy: {values['acc']:.2%}"
        if "val_loss" in values:
            line += f". Validation loss: {values['val_loss']:.5f}. Validation accuracy: {values['val_acc']:.2%}"
        self.say(line)

    def restore_best(self) -> None:
        """Give the model the weights of its best epoch, if they are kept and are not the last."""
        if self.best and self.best["epoch"] != self.epochs_done:
            self.model.load_state_dict(self.best["model"])
            self.say(f"The model has the weights of epoch {self.best['epoch']}, the one of lowest validation loss.")

    # -- checkpoints -------------------------------------------------------------------------------------------------

    def setup(self) -> checkpoints.Setup:
        """The settings that a run cannot change half-way."""
        chosen = {key: float(v) if isinstance(v, Tensor) else v for key, v in self.optimizer.defaults.items()}
        plain = {
            key: v for key, v in chosen.items() if isinstance(v, bool | int | float) and key not in ("fused", "foreach")
        }
        names = {"optimizer": type(self.optimizer).__name__, "scheduler": type(self.scheduler).__name__}
        return {"samples": self.samples, "batches": self.batches, "metrics": list(self.history), **names, **plain}

    def resume_or_save(self, path: Path) -> None:
        """Go on from the file if there is one; else write the start into it, lest a kill in epoch 1 lose it."""
        self.path = path
        if not path.exists():
            return self.save()
        state = checkpoints.load(path)
        checkpoints.check_same_run(path, state, self.model, self.setup())
        if len(state["history"]["loss"]) > self.epochs:
            done = len(state["history"]["loss"])
            raise ValueError(f"fit: {path} already holds {done} epochs, more than the {self.epochs} asked for")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(state["scheduler"])
        self.history, self.steps, self.best = state["history"], state["steps"], state["best"]
        checkpoints.restore_random_state(state["random"], self.generators())
        self.say(f"Going on from {path}: {self.epochs_done} of {self.epochs} epochs are done.")
        for epoch in range(1, self.epochs_done + 1):
            self.report(epoch)

    def save(self) -> None:
        """Write the checkpoint, if one was asked for."""
        if self.path is None:
            return
        parts = {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}
        state = {name: None if part is None else part.state_dict() for name, part in parts.items()}
        state |= {"history": self.history, "steps": self.steps, "best": self.best, "setup": self.setup()}
        checkpoints.save(self.path, state | {"random": checkpoints.random_state(self.generators())})

    def generators(self) -> list[torch.Generator]:
        """The loaders' own generators, each once; torch's global one is saved anyway."""
        owners = [
            owner for loader in (self.loader, self.val_loader) for owner in (loader, getattr(loader, "sampler", None))
        ]
        found = {id(g): g for g in (getattr(owner, "generator", None) for owner in owners) if g is not None}
        return list(found.values())


def step_after_epoch(scheduler, values: dict[str, float]) -> None:
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(values.get("val_loss", values["loss"]))
    elif scheduler is not None and not isinstance(scheduler, STEPPED_PER_BATCH):
        scheduler.step()


def silent(*_) -> None:
    """Print nothing."""
