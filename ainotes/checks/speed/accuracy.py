"""Exercise: an accuracy that does not wait for the device."""

import statistics
from typing import Any

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception


class _OnDevice(Tensor):
    """A tensor that stands in for one on an accelerator: it notes when Python asks for its numbers."""

    waits = 0
    _ASKING = ("item", "tolist", "numpy", "cpu", "__float__", "__int__", "__bool__", "__index__", "__contains__")

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in cls._ASKING:
            _OnDevice.waits += 1
        return super().__torch_function__(func, types, args, kwargs or {})


def _accuracy(batches):
    correct, seen = torch.tensor(0), 0
    for logits, labels in batches:
        correct = correct + (logits.argmax(dim=1) == labels).sum()  # a tensor: nobody waits for it
        seen += len(labels)
    return correct.item() / seen


def _item_each_batch(batches):
    correct, seen = 0, 0
    for logits, labels in batches:
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += len(labels)
    return correct / seen


def _mean_of_means(batches):
    means = [(logits.argmax(dim=1) == labels).float().mean() for logits, labels in batches]
    return torch.stack(means).mean().item()


def _mean_of_means_and_waits(batches):
    means = [(logits.argmax(dim=1) == labels).float().mean().item() for logits, labels in batches]
    return statistics.mean(means)


def _last_batch_only(batches):
    for logits, labels in batches:
        share = (logits.argmax(dim=1) == labels).float().mean()
    return share.item()


def _how_many(batches):
    return sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches).item()


def _per_batch(batches):
    total = sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches).item()
    return total / len(batches)


def _still_a_tensor(batches):
    correct = sum((logits.argmax(dim=1) == labels).sum() for logits, labels in batches)
    return correct / sum(len(labels) for _, labels in batches)


def _batches(sizes: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(len(sizes))
    return [(torch.randn(N, 5, generator=generator), torch.randint(5, (N,), generator=generator)) for N in sizes]


def _use_accuracy(attempt, batches) -> dict[str, Any]:
    on_device = [tuple(tensor.as_subclass(_OnDevice) for tensor in batch) for batch in batches]
    _OnDevice.waits = 0
    found = attempt(on_device)
    waits = _OnDevice.waits
    found = found.as_subclass(Tensor) if isinstance(found, Tensor) else found
    return {"accuracy": found, "waits for the device": "at most once" if waits <= 1 else "in every batch"}


accuracy = Exercise(
    name="accuracy",
    title="Count without waiting",
    difficulty=2,
    minutes=8,
    reference=_accuracy,
    cases=lambda: [(_batches((8, 8, 3)),), (_batches((16, 16, 16, 16, 1)),)],
    call=_use_accuracy,
    misconceptions=(
        Misconception(
            _item_each_batch,
            "The accuracy is right, but every `.item()` makes Python wait until the device has caught up. Add the "
            "tensors, and ask once, after the loop.",
        ),
        Misconception(
            _mean_of_means,
            "A mean of the batches' accuracies counts an image of the small last batch for more than the others. Count "
            "the right ones, and divide by the images.",
        ),
        Misconception(
            _mean_of_means_and_waits,
            "Two things: the mean of means counts the images of the small last batch for more, and `.item()` waits in "
            "every batch. Add up the right ones as a tensor.",
        ),
        Misconception(_last_batch_only, "That is the accuracy of the last batch. Add up over all of them."),
        Misconception(_how_many, "That is how many are right. Divide by how many images there are."),
        Misconception(
            _per_batch,
            "That is the number of right ones per *batch*. Divide by the number of images, `len(labels)` summed up.",
        ),
        Misconception(
            _still_a_tensor,
            "Almost: that is still a tensor on the device. Ask for its number once, at the very end: `.item()`.",
        ),
    ),
    hints=(
        "`(logits.argmax(dim=1) == labels).sum()` is a tensor with one number. Adding two such tensors waits for "
        "nobody.",
        "`len(labels)` is known without asking the device: a shape is not a value.",
        "`correct = correct + (...).sum()` in the loop; `correct.item() / seen` after it.",
    ),
    praise="`fit` counts like this: the processor runs ahead and hands out work while the device computes.",
)
