"""Train and evaluate: the loop that the first lesson writes out, made fast and hard to misuse."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ..data.memory import in_memory
from . import guards
from .guards import NonFiniteLossError
from .modes import borrowed
from .precision import choose
from .progress import Bars
from .run import History, Run, silent
from .steps import forward, measure, train_epoch

__all__ = [
    "NonFiniteLossError",
    "count_parameters",
    "epoch_loop",
    "evaluate",
    "fit",
    "get_device",
    "patience",
    "predict",
]


def get_device(use_mps: bool = True) -> tuple[torch.device, str]:
    r"""Return the best device of this machine and a message that names it.

    Parameters
    ----------
    use_mps : bool
        Whether the GPU of an Apple chip counts.

    Returns
    -------
    device : torch.device
    message : str
        ``"Using CUDA GPU NAME :)"``, ``"Using MPS GPU :)"`` or ``"No GPU found, using CPU instead :\"``.
    """
    if torch.cuda.is_available():
        return torch.device("cuda"), f"Using CUDA GPU {torch.cuda.get_device_name()} :)"
    if use_mps and torch.backends.mps.is_available():
        return torch.device("mps"), "Using MPS GPU :)"
    return torch.device("cpu"), "No GPU found, using CPU instead :\\"


def count_parameters(model: nn.Module, trainable: bool = True) -> int:
    """Return the number of parameters of a model; with ``trainable=False`` the frozen ones count too.

    Examples
    --------
    >>> count_parameters(nn.Conv2d(3, 10, kernel_size=5))  # (5 * 5 * 3 + 1) * 10
    760
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad or not trainable)


def fit(
    dataloader,
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    device: torch.device | str,
    *,
    val_dataloader=None,
    scheduler: LRScheduler | None = None,
    precision: str = "auto",
    seed: int | None = None,
    checkpoint: str | Path | None = None,
    stop_when: Callable[[History], bool] | None = None,
    keep_best: bool = False,
    quiet: bool = False,
) -> History:
    """Train a model and return what happened.

    Loss and accuracy of an epoch come from the very logits that made its gradients, weighted by samples. The model
    is trained in place, on `device`, and keeps the modes that it came in.

    Parameters
    ----------
    dataloader : DataLoader
        Batches of (images (N, C, H, W) float, labels (N,) int64). Where each sample is the same every time, it is
        decoded once and kept in memory (see `ainotes.data.in_memory`).
    model : nn.Module
        Returns logits (N, classes), or (N, 1) for ``BCEWithLogitsLoss``.
    loss_fn : callable
        ``loss_fn(logits, labels)``, a mean over the batch.
    optimizer : Optimizer
        Holds parameters of this model.
    epochs : int
        At least 1. With a checkpoint: in all, those already done included.
    device : torch.device or str
        See `get_device`.
    val_dataloader : DataLoader, optional
        Evaluated after each epoch in evaluation mode.
    scheduler : LRScheduler, optional
        ``OneCycleLR`` and ``CyclicLR`` step after each batch, ``ReduceLROnPlateau`` with the validation loss (the
        training loss if there is none), others after each epoch.
    precision : {"auto", "float32", "bfloat16"}
        ``"float32"`` computes what the plain loop computes, bit for bit. ``"auto"`` takes bfloat16 and the
        channels-last layout where the hardware has them, and a fused optimizer step.
    seed : int, optional
        Seeds torch, numpy and random before the first epoch. The weights of the model are drawn earlier: seed them
        where you build it.
    checkpoint : path, optional
        Saved after every epoch, atomically. If the file exists, the run goes on from it, and ends with the same
        weights as one never interrupted.
    stop_when : callable, optional
        Asked after each epoch with the history; training ends when it says True. See `patience`.
    keep_best : bool
        End with the weights of the epoch of lowest validation loss instead of the last.
    quiet : bool
        Print nothing.

    Returns
    -------
    dict of lists, one value an epoch
        ``"loss"``, ``"acc"`` (fraction, 0 to 1), ``"lr"``, and with validation ``"val_loss"`` and ``"val_acc"``.
        A KeyboardInterrupt ends training and returns the epochs finished so far.

    Raises
    ------
    ValueError, TypeError
        If the parts do not fit together; the message says what to do.
    NonFiniteLossError
        If the loss becomes nan or infinite: at once on a CPU, where the weights stay those before the bad batch, at
        the end of the epoch elsewhere. The error's ``history`` holds the epochs before.

    Examples
    --------
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> data = DataLoader(TensorDataset(torch.rand(8, 2), torch.tensor([0, 1] * 4)), batch_size=4)
    >>> net = nn.Linear(2, 2)
    >>> history = fit(data, net, nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), 0.1), 2, "cpu", quiet=True)
    >>> sorted(history), len(history["loss"])
    (['acc', 'loss', 'lr'], 2)
    """
    epochs = guards.checked_epochs(epochs)
    device = guards.checked_device(device)
    guards.check_loader(dataloader)
    guards.check_optimizer(optimizer, model)
    if val_dataloader is not None:
        guards.check_loader(val_dataloader, "val_dataloader")
    elif keep_best:
        raise ValueError("fit: keep_best compares validation losses; give it val_dataloader=...")

    model.to(device)
    run = Run(dataloader, model, loss_fn, optimizer, epochs, choose(precision, device), val_dataloader, scheduler)
    run.keep_best, run.say = keep_best, silent if quiet else print
    if seed is not None:
        _seed_everything(seed)
    with Bars(quiet) as run.bars:
        run.announce()
        if checkpoint is not None:
            run.resume_or_save(Path(checkpoint))
        try:
            while run.epochs_done < epochs and not run.asked_to_stop(stop_when):
                run.one_epoch()
            run.say(f"Training complete! Total gradient descent steps: {run.steps}")
        except KeyboardInterrupt:
            run.say(
                f"Training stopped by you in epoch {run.epochs_done + 1}: the model keeps what it has learnt so far."
            )
        except NonFiniteLossError as error:
            error.history = run.history
            raise
    run.restore_best()
    return run.history


def epoch_loop(
    dataloader,
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    device: torch.device | str,
    *,
    precision: str = "auto",
    scheduler: LRScheduler | None = None,
) -> tuple[float, float]:
    """Train a model for one epoch and return its mean loss and its accuracy (fraction, 0 to 1).

    Parameters are those of `fit`; a scheduler that steps per batch is stepped, others are left to the caller.
    """
    guards.check_loader(dataloader)
    guards.check_optimizer(optimizer, model)
    how = choose(precision, guards.checked_device(device))
    model.to(how.device)
    return train_epoch(in_memory(dataloader), model, loss_fn, optimizer, how, scheduler).means()


def evaluate(
    dataloader,
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    device: torch.device | str,
    *,
    precision: str = "auto",
) -> dict[str, float]:
    """Return the mean loss and the accuracy of a model over a data set, as ``{"loss": ..., "acc": ...}``.

    The model runs in evaluation mode without gradients, and keeps the modes that it came in. Parameters are those of
    `fit`.
    """
    guards.check_loader(dataloader)
    how = choose(precision, guards.checked_device(device))
    model.to(how.device)
    return measure(in_memory(dataloader), model, loss_fn, how)


@torch.inference_mode()
def predict(
    dataloader, model: nn.Module, device: torch.device | str, *, precision: str = "auto"
) -> tuple[Tensor, Tensor]:
    """Return the logits of a model for a whole data set, and the labels, in the order of the loader.

    Returns
    -------
    logits : Tensor, float32, (N, classes)
        On the CPU. ``logits.softmax(dim=1)`` are probabilities, ``logits.argmax(dim=1)`` predictions.
    labels : Tensor, (N,)
    """
    guards.check_loader(dataloader)
    how = choose(precision, guards.checked_device(device))
    model.to(how.device)
    logits, labels = [], []
    with borrowed(model, training=False):
        for number, batch in enumerate(in_memory(dataloader), start=1):
            images, targets = guards.check_pair(batch, f"predict: batch {number}")
            logits.append(forward(model, images, how, f"predict: batch {number}").cpu())
            labels.append(targets.cpu())
    return torch.cat(logits), torch.cat(labels)


def patience(epochs: int, metric: str = "val_loss") -> Callable[[History], bool]:
    """Return a `stop_when` for `fit`: stop once the best value of a metric is that many epochs old.

    Early stopping as in Prechelt (1998), *Early stopping, but when?* The best value is the lowest, for accuracies
    the highest.

    Examples
    --------
    >>> patience(2)({"val_loss": [0.9, 0.5, 0.6, 0.55]})
    True
    """
    if epochs < 1:
        raise ValueError(f"patience: expected at least 1 epoch, got {epochs}")

    def stop(history: History) -> bool:
        if metric not in history:
            raise ValueError(f"patience: no {metric!r} in the history, which has {', '.join(history)}")
        values = history[metric]
        best = max(values) if metric.endswith("acc") else min(values)
        return len(values) - 1 - values.index(best) >= epochs

    return stop


def _seed_everything(seed: int) -> None:
    torch.manual_seed(seed)
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
