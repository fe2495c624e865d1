"""Exercises of the training lesson."""

import torch
from torch import Tensor

from ainotes.checks.engine import Exercise, Misconception

# --- batches_per_epoch ------------------------------------------------------------------------------------------------


def _batches(samples: int, batch_size: int, drop_last: bool = False) -> int:
    whole, rest = divmod(samples, batch_size)
    return whole if drop_last or rest == 0 else whole + 1


batches_per_epoch = Exercise(
    name="batches_per_epoch",
    title="How many batches",
    difficulty=1,
    minutes=4,
    reference=_batches,
    cases=[
        (60_000, 64),
        (60_000, 64, True),
        (640, 64),
        (640, 64, True),
        (10, 64),
        (10, 64, True),
        (50, 20),
        (70, 20),
        (1, 1),
    ],
    misconceptions=(
        Misconception(
            lambda samples, batch_size, drop_last=False: samples // batch_size,
            "The incomplete last batch is lost also where it should be kept: without `drop_last`, round up.",
        ),
        Misconception(
            lambda samples, batch_size, drop_last=False: -(-samples // batch_size),
            "You always round up. With `drop_last` the incomplete last batch is left out.",
        ),
        Misconception(
            lambda samples, batch_size, drop_last=False: samples // batch_size + (not drop_last),
            "One batch too many when the samples divide evenly: then there is no incomplete batch to add.",
        ),
        Misconception(
            lambda samples, batch_size, drop_last=False: samples / batch_size,
            "A fraction of a batch is still a batch, or none: return a whole number.",
        ),
        Misconception(
            lambda samples, batch_size, drop_last=False: round(samples / batch_size),
            "Rounding to the nearest drops an incomplete batch that is small and keeps one that is large. Its "
            "size does not matter: only `drop_last` does.",
        ),
        Misconception(
            lambda samples, batch_size, drop_last=False: _batches(samples, batch_size, not drop_last),
            "The other way round: `drop_last=True` leaves the incomplete batch out.",
        ),
    ),
    hints=(
        "How many *whole* batches fit? Python's `//` says so, and `%` says what is left over.",
        "What is left over makes one more batch, unless there is nothing left or `drop_last` is set.",
    ),
)

# --- accuracy ---------------------------------------------------------------------------------------------------------


def _accuracy(logits, labels):
    return (logits.argmax(dim=1) == labels).float().mean().item()


def _logits(count: int, classes: int, seed: int) -> tuple[Tensor, Tensor]:
    """Logits of both signs, right for about half of the labels."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(count, classes, generator=generator)
    labels = torch.where(
        torch.arange(count) % 2 == 0, logits.argmax(dim=1), torch.randint(classes, (count,), generator=generator)
    )
    return logits, labels


def _over_the_batch(logits: Tensor, labels: Tensor) -> float:
    best = logits.argmax(dim=0)
    shared = min(len(best), len(labels))
    return (best[:shared] == labels[:shared]).float().mean().item()


accuracy = Exercise(
    name="accuracy",
    title="Accuracy",
    difficulty=1,
    minutes=5,
    reference=_accuracy,
    cases=lambda: [_logits(12, 5, 0), _logits(7, 3, 1), _logits(10, 10, 2), _logits(1, 4, 3)],
    misconceptions=(
        Misconception(
            lambda logits, labels: (logits.argmax(dim=1) == labels).sum().item(),
            "That counts the right answers. Divide by how many images there are.",
        ),
        Misconception(
            lambda logits, labels: 100 * _accuracy(logits, labels),
            "That is in per cent. A fraction lies between 0 and 1; `f'{value:.1%}'` prints it as per cent.",
        ),
        Misconception(
            _over_the_batch,
            "`dim=0` looks for the best *image* of each class. Classes lie along dimension 1.",
        ),
        Misconception(
            lambda logits, labels: 1 - _accuracy(logits, labels),
            "That is the fraction of *wrong* answers: the error rate.",
        ),
        Misconception(
            lambda logits, labels: (logits.max(dim=1).values == labels).float().mean().item(),
            "`max` gives the largest logit itself; you want its place. That is `argmax`.",
        ),
        Misconception(
            lambda logits, labels: (logits.argmax(dim=1) == labels).sum().item() / logits.numel(),
            "You divide by all the numbers in `logits`, rows times classes. Divide by the number of images.",
        ),
        Misconception(
            lambda logits, labels: (logits > 0).gather(1, labels[:, None]).float().mean().item(),
            "A positive logit at the label is not enough: another class may have a larger one.",
        ),
    ),
    hints=(
        "For each image, at which place is the largest logit? `argmax` knows, along the right dimension.",
        "`==` between two tensors gives a tensor of true and false; as floats, their mean is the fraction of true.",
    ),
)

# --- mean_loss --------------------------------------------------------------------------------------------------------


def _mean_loss(losses: list[float], sizes: list[int]) -> float:
    return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


mean_loss = Exercise(
    name="mean_loss",
    title="The mean loss of an epoch",
    difficulty=2,
    minutes=5,
    reference=_mean_loss,
    cases=[
        ([0.5, 0.25, 2.0], [64, 64, 32]),
        ([1.0, 3.0], [10, 2]),
        ([0.75], [5]),
        ([0.5, 0.5, 0.5, 0.1], [8, 8, 8, 1]),
    ],
    misconceptions=(
        Misconception(
            lambda losses, sizes: sum(losses) / len(losses),
            "The mean of the batches lets an image of the small last batch count for more than others. Weigh each loss "
            "by the size of its batch.",
        ),
        Misconception(
            lambda losses, sizes: sum(a * b for a, b in zip(losses, sizes, strict=True)) / len(sizes),
            "The sum is right. It is a sum over *images*, so divide by the number of images, not of batches.",
        ),
        Misconception(
            lambda losses, sizes: sum(losses) / sum(sizes),
            "Each loss is the *mean* of its batch already. To get the sum over its images, multiply by the size first.",
        ),
        Misconception(
            lambda losses, sizes: sum(a * b for a, b in zip(losses, sizes, strict=True)),
            "That is the sum over all images. Divide by how many there are.",
        ),
        Misconception(
            lambda losses, sizes: sum(losses),
            "Adding the losses up makes an epoch of more batches look worse. Weigh each by its size, then divide.",
        ),
        Misconception(
            lambda losses, sizes: losses[-1],
            "That is the loss of the last batch only.",
        ),
        Misconception(
            lambda losses, sizes: sum(a * b for a, b in zip(losses, sizes, strict=True)) / (len(sizes) * max(sizes)),
            "You divide as if every batch were a full one. Add up the true sizes.",
        ),
    ),
    hints=(
        "How much loss have all images of one batch together, if their mean is `loss` and they are `size`?",
        "Add that up over the batches; then divide by the number of images in all batches.",
    ),
)

# --- standardise ------------------------------------------------------------------------------------------------------


def _column(values: list[float]) -> Tensor:
    return torch.tensor(values).reshape(1, -1, 1, 1)


def _standardise(images, mean, std):
    mean = torch.tensor(mean).reshape(1, -1, 1, 1)  # (1, C, 1, 1)
    std = torch.tensor(std).reshape(1, -1, 1, 1)
    return (images / 255 - mean) / std


def _bytes(count: int, channels: int, side: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (count, channels, side, side), dtype=torch.uint8, generator=generator)


def _own_statistics(images: Tensor, mean: list[float], std: list[float]) -> Tensor:
    pixels = images / 255
    return (pixels - pixels.mean()) / pixels.std()


def _along_columns(images: Tensor, mean: list[float], std: list[float]) -> Tensor:
    return (images / 255 - torch.tensor(mean)) / torch.tensor(std)


standardise = Exercise(
    name="standardise",
    title="Standardise",
    difficulty=2,
    minutes=8,
    reference=_standardise,
    cases=lambda: [
        (_bytes(4, 1, 6, 0), [0.3], [0.35]),
        (_bytes(2, 3, 3, 1), [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]),
        (_bytes(1, 3, 3, 2), [0.0, 0.5, 1.0], [1.0, 0.5, 2.0]),
    ],
    misconceptions=(
        Misconception(
            lambda images, mean, std: (images.float() - _column(mean)) / _column(std),
            "The mean and standard deviation were measured between 0 and 1, but your pixels run to 255. Bring them to "
            "the same scale first.",
        ),
        Misconception(
            lambda images, mean, std: images / 255 - _column(mean),
            "The mean is gone, the spread is not: divide by the standard deviation.",
        ),
        Misconception(
            lambda images, mean, std: (images / 255 - _column(mean)) / _column(std) ** 2,
            "You divide by the *variance*. The standard deviation is its square root.",
        ),
        Misconception(
            lambda images, mean, std: images / 255 / _column(std) - _column(mean),
            "Subtract the mean first, then divide: the other order divides by the standard deviation before the pixels "
            "are centred.",
        ),
        Misconception(
            _own_statistics,
            "You use the statistics of the images at hand. At test time they would differ from batch to batch: use the "
            "`mean` and `std` that were measured on the training set.",
        ),
        Misconception(
            _along_columns,
            "Broadcasting aligns the *last* dimension, columns. Give `mean` and `std` the shape (1, C, 1, 1), so that "
            "they meet the channels.",
        ),
        Misconception(
            lambda images, mean, std: images / 255,
            "The pixels are between 0 and 1 now; `mean` and `std` have not been used yet.",
        ),
    ),
    hints=(
        "Three steps in this order: to floats between 0 and 1, minus the mean, divided by the standard deviation.",
        "One number per channel must meet dimension 1 of *(N, C, H, W)*: reshape it to (1, C, 1, 1).",
    ),
)
