"""Exercise: hold images out before copies are made of them."""

from typing import Any

import torch
from torch import Tensor

from ainotes.checks.debugging.material import CLASSES, as_pair
from ainotes.checks.engine import Exercise, Misconception


def _split_then_mirror(images, labels, generator):
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    validation = images[held_out], labels[held_out]
    train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)
    return train, validation


def _mirror_then_split(images, labels, generator):
    images, labels = torch.cat([images, images.flip(3)]), labels.repeat(2)
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


def _trains_on_everything(images, labels, generator):
    _, validation = _split_then_mirror(images, labels, generator)
    return (torch.cat([images, images.flip(3)]), labels.repeat(2)), validation


def _two_draws(images, labels, generator):
    held_out = torch.randperm(len(images), generator=generator)[: len(images) // 5]
    kept = torch.randperm(len(images), generator=generator)[len(images) // 5 :]
    train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)
    return train, (images[held_out], labels[held_out])


def _not_shuffled(images, labels, generator):
    size = len(images) // 5
    train = torch.cat([images[size:], images[size:].flip(3)]), labels[size:].repeat(2)
    return train, (images[:size], labels[:size])


def _mirrors_both(images, labels, generator):
    train, (held_out, answers) = _split_then_mirror(images, labels, generator)
    return train, (torch.cat([held_out, held_out.flip(3)]), answers.repeat(2))


def _no_mirror(images, labels, generator):
    (kept, answers), validation = _split_then_mirror(images, labels, generator)
    return (kept[: len(kept) // 2], answers[: len(kept) // 2]), validation


def _labels_stay_behind(images, labels, generator):
    order = torch.randperm(len(images), generator=generator)
    size = len(images) // 5
    held_out, kept = images[order[:size]], images[order[size:]]
    return (torch.cat([kept, kept.flip(3)]), labels[size:].repeat(2)), (held_out, labels[:size])


def _flips_upside_down(images, labels, generator):
    (train, answers), validation = _split_then_mirror(images, labels, generator)
    kept = train[: len(train) // 2]
    return (torch.cat([kept, kept.flip(2)]), answers), validation


def _changed_places(images, labels, generator):
    train, validation = _split_then_mirror(images, labels, generator)
    return validation, train


def _numbered_images(count: int) -> tuple[Tensor, Tensor]:
    """Images (count, 1, 2, 2) that carry their number, sorted by class: pixel [0, 0] is it, [0, 1] and [1, 0] say how.

    As it is an image has 1 at [1, 0]; its mirror image has the number at [0, 1].
    """
    images = torch.zeros(count, 1, 2, 2)
    images[:, 0, 0, 0] = torch.arange(1, count + 1)
    images[:, 0, 1, 0] = -1
    return images, torch.arange(count) * CLASSES // count


def _read_numbers(images: Tensor) -> tuple[list[int], int, int]:
    """The number of each image, and how many are mirrored or upside down."""
    flat = images.reshape(-1, 4)
    upside_down = flat[:, :2].max(dim=1).values <= 0
    mirrored = (flat[:, 1] > 0) | (flat[:, 3] > 0)
    numbers = [int(value) for value in flat.max(dim=1).values]
    return numbers, int(mirrored.sum()), int(upside_down.sum())


def _use_split(attempt, images, labels) -> dict[str, Any]:
    sets = as_pair(attempt(images, labels, torch.Generator().manual_seed(3)), "the training and the validation set")
    train, train_labels = as_pair(sets[0], "images and labels to train on")
    held_out, answers = as_pair(sets[1], "images and labels to validate on")
    kept, mirrored, turned = _read_numbers(train)
    numbers, mirrored_out, turned_out = _read_numbers(held_out)
    fits = [int(labels[number - 1]) for number in kept + numbers] == [*train_labels.tolist(), *answers.tolist()]
    return {
        "validation images that are in the training set": len(set(numbers) & set(kept)),
        "different validation images": len(set(numbers)),
        "validation images that are mirrored": mirrored_out,
        "training images": len(train),
        "mirrored training images": mirrored,
        "images upside down": turned + turned_out,
        "validation has all kinds": len(set(answers.tolist())) > 1,
        "every image has its own label": fits,
    }


def _same_split(expected: dict, got: dict) -> bool:
    """Equal, but for a leak only whether there is one: how many images leak depends on how they were drawn."""
    leaks = "validation images that are in the training set"
    exact = {key: value for key, value in expected.items() if key != leaks}
    return (expected[leaks] > 0) == (got[leaks] > 0) and all(got[key] == value for key, value in exact.items())


_BROKEN_SPLIT = '''
def split_then_mirror(images, labels, generator):
    """((images, labels) to train on, (images, labels) to validate on): a fifth is held out."""
    images, labels = torch.cat([images, images.flip(3)]), labels.repeat(2)
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])
'''

split_then_mirror = Exercise(
    name="split_then_mirror",
    title="Stop the leak",
    difficulty=2,
    minutes=10,
    reference=_split_then_mirror,
    cases=lambda: [_numbered_images(100), _numbered_images(60)],
    call=_use_split,
    same=_same_split,
    misconceptions=(
        Misconception(
            _mirror_then_split,
            "The mirror images are still made before the split, so one half of a pair can land on each side. Split "
            "first.",
        ),
        Misconception(
            _trains_on_everything,
            "The training set still holds *all* images, those of the validation set too. Train on what is not held "
            "out.",
        ),
        Misconception(
            _two_draws,
            "The two sets come from two draws, so an image can be in both. Draw one order and cut it in two.",
        ),
        Misconception(
            _not_shuffled,
            "The held-out images are simply the first ones. Where a file is sorted by class (as here) that is one "
            "class only: hold out at random.",
        ),
        Misconception(
            _mirrors_both,
            "The validation images are mirrored as well. Measure on images as they will really come.",
        ),
        Misconception(_no_mirror, "There is no leak, but the training set has lost its mirror images: add them."),
        Misconception(
            _labels_stay_behind,
            "The images were put in a new order and the labels were not: index both with the same numbers.",
        ),
        Misconception(
            _flips_upside_down,
            "`flip(2)` turns the rows around and stands the garments on their heads. Columns are dimension 3 of "
            "(N, C, H, W).",
        ),
        Misconception(
            _changed_places,
            "The two sets have changed places: the training set comes first, and it is the larger one.",
        ),
    ),
    hints=(
        "Copies of one image must stay on one side. So what has to happen first, splitting or copying?",
        "Cut `torch.randperm(len(images), generator=generator)` after a fifth of the *original* images.",
        "`train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)`; the validation set is "
        "`images[held_out], labels[held_out]`.",
    ),
    stub=_BROKEN_SPLIT,
    praise="The rule behind it: whatever is made from the data (copies, means, choices) is made after the split.",
)
