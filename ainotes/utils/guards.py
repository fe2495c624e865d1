"""Tell the learner what is wrong with what `fit` was given, before PyTorch stumbles over it."""

import math
from collections.abc import Sized

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

CLASS_LOSSES = (nn.CrossEntropyLoss, nn.NLLLoss)


class NonFiniteLossError(ValueError):
    """The loss became infinite or not a number; `history` holds the epochs before."""

    history: dict[str, list[float]]


def checked_epochs(epochs) -> int:
    """Return the number of epochs if it is a whole number of at least 1."""
    if isinstance(epochs, bool) or not isinstance(epochs, int):
        raise TypeError(f"fit: epochs expects a whole number, got {epochs!r} ({type(epochs).__name__})")
    if epochs < 1:
        raise ValueError(f"fit: epochs must be at least 1, got {epochs}")
    return epochs


def checked_device(device) -> torch.device:
    """Return the device if this machine has it."""
    if isinstance(device, tuple):
        raise TypeError("device: got a tuple; get_device() returns two things: device, message = get_device()")
    try:
        device = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f'device: expected one like "cpu" or "cuda", got {device!r}') from error
    counts = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if (device.index or 0) >= counts.get(device.type, 1):
        raise ValueError(
            f"device: this machine has no {str(device)!r}; device, message = get_device() picks what it has"
        )
    return device


def check_loader(dataloader, name: str = "dataloader") -> None:
    """Refuse a loader that hands out no batch."""
    if not hasattr(dataloader, "__iter__"):
        raise TypeError(f"{name}: expected a DataLoader, got {type(dataloader).__name__}")
    if isinstance(dataloader, Sized) and length(dataloader) == 0:
        samples = samples_in(dataloader)
        raise ValueError(
            f"{name}: expected at least one batch, got none from {samples} samples; "
            "give it data, or a smaller batch_size where drop_last=True"
        )


def length(sized) -> int | None:
    """Return the length, of a loader its batches an epoch; None where it cannot know, as over an IterableDataset."""
    try:
        return len(sized)
    except TypeError:
        return None


def samples_in(dataloader) -> int | None:
    """Return the samples of an epoch, None where the loader cannot know."""
    for owner in (getattr(dataloader, "sampler", None), getattr(dataloader, "dataset", None)):
        if isinstance(owner, Sized) and (samples := length(owner)) is not None:
            return samples
    return None


def check_optimizer(optimizer: Optimizer, model: nn.Module) -> None:
    """Refuse an optimizer that would train something else than the model."""
    own = {id(parameter) for parameter in model.parameters()}
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    strangers = sum(id(parameter) not in own for parameter in held)
    if strangers:
        raise ValueError(
            f"fit: {strangers} of the optimizer's {len(held)} parameter tensors are not in the model; "
            "build the optimizer after the model: Adam(model.parameters())"
        )
    if not any(parameter.requires_grad for parameter in held):
        raise ValueError("fit: no parameter in the optimizer requires a gradient; unfreeze at least one layer")


def check_pair(batch, where: str) -> tuple[Tensor, Tensor]:
    """Return the (images, labels) of a batch."""
    if not (isinstance(batch, list | tuple) and len(batch) == 2 and all(isinstance(part, Tensor) for part in batch)):
        got = f"{len(batch)} parts" if isinstance(batch, list | tuple) else type(batch).__name__
        raise TypeError(f"{where}: each batch must be a pair of tensors (images, labels), got {got}")
    images, labels = batch
    if not images.is_floating_point():
        raise TypeError(f"{where}: images must be float, got {images.dtype}; divide bytes by 255: images.float() / 255")
    return images, labels


def check_logits(logits, images: Tensor, where: str) -> None:
    """Refuse anything but one row of scores for each image."""
    if not isinstance(logits, Tensor):
        raise TypeError(f"{where}: the model must return one tensor of logits, got {type(logits).__name__}")
    if logits.ndim not in (1, 2) or len(logits) != len(images):
        raise ValueError(
            f"{where}: the model must return logits of shape ({len(images)}, classes), got {tuple(logits.shape)}; "
            "flatten or pool its feature maps before the last linear layer"
        )


def check_labels(labels: Tensor, logits: Tensor, loss_fn, where: str) -> None:
    """Refuse labels that the loss cannot use; reads labels only where they lie on the CPU."""
    if not isinstance(loss_fn, CLASS_LOSSES) or labels.shape == logits.shape:
        return  # another loss may want other targets; targets shaped like the logits are probabilities
    name, classes = type(loss_fn).__name__, logits.shape[-1]
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise TypeError(f"{where}: {name} expects integer labels, got {labels.dtype}; use labels.long()")
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"{where}: expected {len(logits)} labels, one for each image, got shape {tuple(labels.shape)}")
    if labels.device.type == "cpu" and not _all_below(classes, labels):
        used = labels[labels != loss_fn.ignore_index]
        if len(used) and not _all_below(classes, used):
            raise ValueError(
                f"{where}: labels must lie in 0..{classes - 1}, since the model returns {classes} logits; "
                f"got {int(used.min())}..{int(used.max())}; count classes from 0, or give the model more outputs"
            )


def _all_below(classes: int, labels: Tensor) -> bool:
    low, high = labels.aminmax()
    return int(low) >= 0 and int(high) < classes


def check_loss(loss: Tensor, where: str) -> None:
    """Refuse a loss that is not one number."""
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        got = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"{where}: the loss must be one number, got {got}; use reduction='mean'")


def explain_forward_error(error: RuntimeError, model: nn.Module, images: Tensor) -> Exception:
    """Return a clearer error for a model that cannot take the images, or the error as it is."""
    layer = next((m for m in model.modules() if isinstance(m, nn.Conv2d)), None)
    if images.ndim == 4 and layer is not None and layer.in_channels != images.shape[1]:
        return ValueError(
            f"fit: the model's first convolution expects {layer.in_channels} channels, images have {images.shape[1]} "
            f"(shape {tuple(images.shape)}); build it with in_channels={images.shape[1]}"
        )
    if "mat1 and mat2" in str(error):
        return ValueError(
            f"fit: a linear layer of the model does not fit images of shape {tuple(images.shape)} ({error}); "
            "flatten before it, and give it in_features = channels * rows * columns of what arrives"
        )
    return error


def non_finite(loss: float, epoch: int | None, batch: int) -> NonFiniteLossError:
    """Return the error for a loss that is infinite or not a number; epoch and batch count from 1."""
    place = f"batch {batch}" if epoch is None else f"epoch {epoch}, batch {batch}"
    kind = "not a number" if math.isnan(loss) else "infinite"
    return NonFiniteLossError(
        f"fit: the loss became {kind} ({loss}) in {place}. Try a learning rate ten times smaller; "
        "look for images or labels that are nan, and for log or division by zero in the model or the loss"
    )
