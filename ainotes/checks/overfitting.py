"""Exercises of the lesson on overfitting."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.engine import Exercise, Misconception

# --- Reading the curves -----------------------------------------------------------------------------------------------


def _choose(runs):
    epochs = [
        (loss, name, epoch) for name, history in runs.items() for epoch, loss in enumerate(history["val_loss"], start=1)
    ]
    _, name, epoch = min(epochs)
    return name, epoch


def _lowest(metric: str, sign: int = 1) -> Callable:
    """Choose run and epoch by the lowest value of another metric; `sign=-1` for the highest."""

    def variant(runs):
        values = [
            (sign * value, name, epoch)
            for name, history in runs.items()
            for epoch, value in enumerate(history[metric], start=1)
        ]
        _, name, epoch = min(values)
        return name, epoch

    return variant


def _smallest_gap(runs):
    gaps = [
        (abs(val - train), name, epoch)
        for name, history in runs.items()
        for epoch, (train, val) in enumerate(zip(history["loss"], history["val_loss"], strict=True), start=1)
    ]
    _, name, epoch = min(gaps)
    return name, epoch


def _last_epochs(runs):
    name = min(runs, key=lambda name: runs[name]["val_loss"][-1])
    return name, len(runs[name]["val_loss"])


def _best_epoch_of_last_best(runs):
    name, _ = _last_epochs(runs)
    losses = runs[name]["val_loss"]
    return name, losses.index(min(losses)) + 1


def _choose_from_zero(runs):
    name, epoch = _choose(runs)
    return name, epoch - 1


def _first_minimum(runs):
    """Stop at the first rise of each run."""
    turns = []
    for name, history in runs.items():
        losses = history["val_loss"]
        turn = next((i for i in range(len(losses) - 1) if losses[i + 1] > losses[i]), len(losses) - 1)
        turns.append((losses[turn], name, turn + 1))
    _, name, epoch = min(turns)
    return name, epoch


def _history(loss: list[float], acc: list[float], val_loss: list[float], val_acc: list[float]) -> dict:
    return {"loss": loss, "acc": acc, "val_loss": val_loss, "val_acc": val_acc}


# Each way of choosing picks another run or epoch in at least one of the cases.
_RUNS = {
    "small": _history(
        [1.1, 0.8, 0.7, 0.62, 0.58], [0.55, 0.66, 0.72, 0.75, 0.77], [1.12, 0.82, 0.74, 0.68, 0.66], [0.6] * 5
    ),
    "large": _history(
        [0.9, 0.5, 0.2, 0.05, 0.01],
        [0.66, 0.8, 0.93, 1.0, 0.99],
        [0.95, 0.7, 0.6, 0.8, 1.1],
        [0.7, 0.82, 0.8, 0.81, 0.79],
    ),
    "bumpy": _history(
        [1.0, 0.7, 0.5, 0.4, 0.3],
        [0.6, 0.7, 0.8, 0.85, 0.9],
        [1.0, 0.75, 0.9, 0.57, 0.64],
        [0.62, 0.7, 0.7, 0.75, 0.74],
    ),
}
_TWO_RUNS = {
    "calm": _history([1.0, 0.9, 0.8], [0.5, 0.6, 0.7], [1.0, 0.92, 0.83], [0.5, 0.58, 0.66]),
    "hasty": _history([0.8, 0.3, 0.1], [0.7, 0.9, 0.97], [0.85, 0.8, 1.2], [0.65, 0.72, 0.73]),
}

choose = Exercise(
    name="choose",
    title="Which net, which epoch",
    difficulty=1,
    minutes=6,
    reference=_choose,
    cases=[(_RUNS,), (_TWO_RUNS,), ({"only": _TWO_RUNS["calm"]},)],
    misconceptions=(
        Misconception(
            _lowest("loss"),
            "You chose by the *training* loss. It falls as long as you train; it says how well a net knows its own "
            "images. Which key holds the loss on images that it has not learnt from?",
        ),
        Misconception(
            _lowest("acc", sign=-1),
            "You chose by the *training* accuracy: the net that knows its own images best, the one that has overfitted "
            "most. Look at the validation.",
        ),
        Misconception(
            _lowest("val_acc", sign=-1),
            "That is the highest validation *accuracy*. It moves in steps of one image; here the lowest validation "
            "*loss* is asked.",
        ),
        Misconception(
            _smallest_gap,
            "You chose the smallest gap between training and validation. A small gap is no aim in itself: a net that "
            "has learnt nothing has none.",
        ),
        Misconception(
            _last_epochs,
            "You compared the runs at their *last* epochs. Each of them may have been better before: go through all "
            "epochs.",
        ),
        Misconception(
            _best_epoch_of_last_best,
            "You chose the run by its last epoch and then looked for the best epoch in it. A run that ends badly may "
            "have passed the best point of all: compare every epoch of every run.",
        ),
        Misconception(
            _choose_from_zero,
            "The right net, and one epoch early: epochs count from 1, Python's positions from 0.",
        ),
        Misconception(
            _first_minimum,
            "You stopped looking at the first rise of the validation loss. Curves are bumpy, and a lower point may "
            "come after a bump.",
        ),
    ),
    hints=(
        "The loss on images that the net has not learnt from is in `history['val_loss']`, one value an epoch.",
        "Go through `runs.items()`, and inside through `enumerate(history['val_loss'], start=1)`. Keep the lowest.",
        "Collect `(loss, name, epoch)` of every epoch in one list: `min` of such a list compares losses first.",
    ),
    praise="Training told you nothing here: the validation loss alone decided.",
)

# --- Early stopping ---------------------------------------------------------------------------------------------------


def _early_stop(losses, patience):
    best = 1
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses)


def _stop_from_zero(losses, patience):
    best, stop = _early_stop(losses, patience)
    return best - 1, stop - 1


def _stop_one_late(losses, patience):
    return _early_stop(losses, patience + 1)


def _knows_the_future(losses, patience):
    _, stop = _early_stop(losses, patience)
    return losses.index(min(losses)) + 1, stop


def _rises_in_a_row(losses, patience):
    best, rises = 1, 0
    for epoch in range(2, len(losses) + 1):
        rises = rises + 1 if losses[epoch - 1] > losses[epoch - 2] else 0
        if losses[epoch - 1] < losses[best - 1]:
            best = epoch
        if rises >= patience:
            return best, epoch
    return best, len(losses)


def _ties_are_progress(losses, patience):
    best = 1
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] <= losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses)


def _keeps_the_last(losses, patience):
    _, stop = _early_stop(losses, patience)
    return stop, stop


def _forgets_the_end(losses, patience):
    best, stop = _early_stop(losses, patience)
    return (best, stop) if stop - best >= patience else None


def _highest_is_best(losses, patience):
    return _early_stop([-loss for loss in losses], patience)


early_stop = Exercise(
    name="early_stop",
    title="Early stopping",
    difficulty=2,
    minutes=10,
    reference=_early_stop,
    cases=[
        ([0.9, 0.7, 0.6, 0.65, 0.64, 0.7, 0.5], 3),
        ([0.9, 0.7, 0.6, 0.65, 0.64, 0.7, 0.5], 9),
        ([0.5, 0.6, 0.7, 0.4], 1),
        ([0.8, 0.6, 0.6, 0.6, 0.6], 2),
        ([0.9, 0.8, 0.85, 0.7, 0.75, 0.72, 0.71, 0.9], 2),
        ([1.0, 0.9, 0.8, 0.7], 2),
    ],
    misconceptions=(
        Misconception(_stop_from_zero, "One less in both places: epochs count from 1, Python's positions from 0."),
        Misconception(
            _stop_one_late,
            "You stop one epoch late: with a patience of 3, training ends when the best epoch is 3 epochs old, "
            "`epoch - best >= patience`.",
        ),
        Misconception(
            _knows_the_future,
            "Your best epoch comes after the stop. In training nobody knows the losses to come: only epochs up to the "
            "stop can be the best.",
        ),
        Misconception(
            _rises_in_a_row,
            "You count rises from one epoch to the next, and a small fall sets you back to 0. Patience counts the "
            "epochs since the *best* one.",
        ),
        Misconception(
            _ties_are_progress,
            "An equal loss counts as progress here, so a flat curve never stops. A new best is strictly lower.",
        ),
        Misconception(
            _keeps_the_last,
            "You return the stop twice. The epoch to keep is the *best* one; those after it are the ones that patience "
            "has spent.",
        ),
        Misconception(
            _forgets_the_end,
            "Patience may never run out: then training ends with the last epoch. Your function returns nothing there.",
        ),
        Misconception(_highest_is_best, "You look for the *highest* loss. For a loss, lower is better."),
    ),
    hints=(
        "Go through the epochs in order and remember the number of the best one so far.",
        "After each epoch: is its loss strictly lower than the best? Then it is the best. Is the best "
        "`patience` epochs old? Then return.",
        "`if epoch - best >= patience: return best, epoch` inside the loop, `return best, len(losses)` after it.",
    ),
    praise="`fit` does the same with `stop_when=patience(...)`, and `keep_best=True` loads the weights of that epoch.",
)

# --- Augmentation -----------------------------------------------------------------------------------------------------


def _flip(images, coins):
    mirrored = images.flip(3)  # (N, C, H, W): columns are the last dimension
    return torch.where(coins[:, None, None, None], mirrored, images)


def _flip_along(*dims: int) -> Callable:
    def variant(images, coins):
        return torch.where(coins[:, None, None, None], images.flip(*dims), images)

    return variant


def _flip_all(images, coins):
    return images.flip(3)


def _flip_the_others(images, coins):
    return _flip(images, ~coins)


def _flip_in_place(images, coins):
    images[coins] = images[coins].flip(3)
    return images


def _only_the_flipped(images, coins):
    return images[coins].flip(3)


def _transposed(images, coins):
    return torch.where(coins[:, None, None, None], images.transpose(2, 3), images)


def _photographs(count: int, channels: int = 3) -> Tensor:
    """Square noise (count, channels, 4, 4); square, so that a transposed image still fits."""
    return torch.rand(count, channels, 4, 4, generator=torch.Generator().manual_seed(count))


flip = Exercise(
    name="flip",
    title="Mirror some images of a batch",
    difficulty=1,
    minutes=6,
    reference=_flip,
    cases=lambda: [
        (_photographs(4), torch.tensor([True, False, False, True])),
        (_photographs(3, channels=1), torch.tensor([False, True, True])),
        (_photographs(2), torch.tensor([False, False])),
    ],
    misconceptions=(
        Misconception(
            _flip_along(2),
            "Your images stand on their heads: dimension 2 holds the rows. A mirror swaps the *columns* of (N, C, H, "
            "W).",
        ),
        Misconception(
            _flip_along(0),
            "You reversed the order of the batch: an image now stands where another was, and the labels no longer "
            "belong to it.",
        ),
        Misconception(
            _flip_along(1),
            "You reversed the channels: red became blue. Which dimension of (N, C, H, W) holds the columns?",
        ),
        Misconception(
            _flip_along(2, 3),
            "You turned the images by 180 degrees, rows and columns both. A mirror swaps the columns only.",
        ),
        Misconception(
            _flip_all,
            "Every image is mirrored, whatever its coin says. The net would then never see one the right way round.",
        ),
        Misconception(_flip_the_others, "You mirrored the images whose coin is False, and left those with True alone."),
        Misconception(
            _flip_in_place,
            "The result is right, but the caller's images have changed too: the next epoch would start from mirrored "
            "ones. Make a new tensor.",
        ),
        Misconception(
            _only_the_flipped,
            "Only the mirrored images came back. The batch keeps its size: the others belong in it, unchanged, in "
            "their places.",
        ),
        Misconception(
            _transposed,
            "You swapped rows with columns, which tips the image over its diagonal. `images.flip(...)` reverses one "
            "dimension.",
        ),
    ),
    hints=(
        "`images.flip(d)` returns a copy with dimension `d` reversed. In (N, C, H, W), which one holds the columns?",
        "`torch.where(condition, a, b)` takes from `a` where the condition is True. The condition must broadcast to "
        "(N, C, H, W), and `coins` has shape (N,).",
        "`coins[:, None, None, None]` has shape (N, 1, 1, 1): one coin for a whole image.",
    ),
    praise="The labels did not change, and that is the whole point: the new image still shows the same thing.",
)

# --- Dropout ----------------------------------------------------------------------------------------------------------


def _dropout(x, p, noise, training):
    if not training:
        return x
    return torch.where(noise >= p, x / (1 - p), 0.0)


def _dropout_unscaled(x, p, noise, training):
    return torch.where(noise >= p, x, 0.0) if training else x


def _dropout_always(x, p, noise, training):
    return _dropout(x, p, noise, True)


def _dropout_other_side(x, p, noise, training):
    return torch.where(noise < p, x / (1 - p), 0.0) if training else x


def _dropout_by_p(x, p, noise, training):
    return torch.where(noise >= p, x / p, 0.0) if training else x


def _dropout_shrinks(x, p, noise, training):
    return torch.where(noise >= p, x * (1 - p), 0.0) if training else x


def _dropout_of_2014(x, p, noise, training):
    return torch.where(noise >= p, x, 0.0) if training else x * (1 - p)


def _dropout_backwards(x, p, noise, training):
    return _dropout(x, p, noise, not training)


def _dropout_in_place(x, p, noise, training):
    if training:
        x[noise < p] = 0
        x /= 1 - p
    return x


def _noise(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(len(shape)))


dropout = Exercise(
    name="dropout",
    title="Dropout",
    difficulty=2,
    minutes=8,
    reference=_dropout,
    cases=lambda: [
        (torch.ones(2, 5), 0.25, _noise(2, 5), True),
        (torch.arange(1.0, 9.0).reshape(2, 4), 0.4, _noise(2, 4), True),
        (torch.ones(2, 3), 0.25, _noise(2, 3), False),
        (torch.ones(2, 3), 0.0, _noise(2, 3), True),
    ],
    misconceptions=(
        Misconception(
            _dropout_unscaled,
            "The right values are zero, but the sum has shrunk: what stays must be divided by `1 - p`, so that the "
            "next layer meets the same mean in training and in use.",
        ),
        Misconception(
            _dropout_always,
            "You drop values in evaluation too. In use every value counts: return `x` unless `training`.",
        ),
        Misconception(
            _dropout_other_side,
            "The wrong side stays: a share `p` is to be *dropped*, so what stays has `noise >= p`.",
        ),
        Misconception(
            _dropout_by_p,
            "You divide by `p`. A share `1 - p` of the values stays, so that is what makes up for the rest.",
        ),
        Misconception(
            _dropout_shrinks,
            "You multiply by `1 - p`, which makes the sum smaller still. To make up for what is gone, divide.",
        ),
        Misconception(
            _dropout_of_2014,
            "That is dropout as first published: leave training alone and multiply by `1 - p` in use. Today's is "
            "*inverted*: it divides in training, so that in use nothing is left to do.",
        ),
        Misconception(
            _dropout_backwards,
            "You drop when *not* training. Dropout is a nuisance for training; in use it is off.",
        ),
        Misconception(
            _dropout_in_place,
            "The result is right, but `x` itself has changed, and the backward pass may still need it. Make a new "
            "tensor.",
        ),
    ),
    hints=(
        "Two cases: in use (`training` is False) the input comes back as it is.",
        "In training a value is dropped where `noise < p`. `torch.where(noise >= p, kept, 0.0)` does that.",
        "The kept values are `x / (1 - p)`: with p = 0.25 three of four stay, each counts 4/3.",
    ),
    praise="`nn.Dropout` does just this; `model.train()` and `model.eval()` are its switch.",
)

# --- Weight decay -----------------------------------------------------------------------------------------------------


def _l2_penalty(model, strength):
    weights = [parameter for parameter in model.parameters() if parameter.ndim > 1]  # no biases
    return strength / 2 * sum((weight**2).sum() for weight in weights)


def _penalty(of_weight: Callable[[Tensor], Tensor], every: bool = False) -> Callable:
    """A penalty that treats each weight (`every`: each parameter) in another way."""

    def variant(model, strength):
        chosen = [parameter for parameter in model.parameters() if every or parameter.ndim > 1]
        return strength / 2 * sum(of_weight(parameter) for parameter in chosen)

    return variant


def _penalty_whole(model, strength):
    return 2 * _l2_penalty(model, strength)


def _penalty_without_strength(model, strength):
    return _l2_penalty(model, 1.0)


def _penalty_first_only(model, strength):
    weight = next(parameter for parameter in model.parameters() if parameter.ndim > 1)
    return strength / 2 * (weight**2).sum()


def _penalty_detached(model, strength):
    return _l2_penalty(model, strength).item()


def _penalty_and_gradient(attempt: Callable, model: nn.Module, strength: float) -> Any:
    """The penalty, and its gradient with respect to every parameter (None where it depends on none)."""
    penalty = attempt(model, strength)
    if not isinstance(penalty, (Tensor, int, float)):
        return penalty
    gradients = None
    if isinstance(penalty, Tensor) and penalty.requires_grad and penalty.ndim == 0:
        found = torch.autograd.grad(penalty, list(model.parameters()), allow_unused=True)
        gradients = [None if gradient is None else gradient.clone() for gradient in found]
    return {"penalty": penalty if not isinstance(penalty, Tensor) else _number(penalty), "gradients": gradients}


def _number(penalty: Tensor) -> Any:
    return penalty.item() if penalty.numel() == 1 else penalty.detach()


def _penalty_cases() -> list[tuple]:
    torch.default_generator.manual_seed(3)  # the engine puts the random state back
    return [
        (nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), 0.1),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2)), 0.5),
    ]


l2_penalty = Exercise(
    name="l2_penalty",
    title="A price on large weights",
    difficulty=2,
    minutes=8,
    reference=_l2_penalty,
    cases=_penalty_cases,
    call=_penalty_and_gradient,
    misconceptions=(
        Misconception(
            _penalty(lambda weight: (weight**2).sum(), every=True),
            "The biases pay too. They only shift, they do not make a function wiggly: take parameters with more than "
            "one dimension.",
        ),
        Misconception(
            _penalty(lambda weight: weight.abs().sum()),
            "That is the sum of absolute values, an L1 penalty. L2 adds up squares.",
        ),
        Misconception(
            _penalty(lambda weight: weight.sum() ** 2),
            "You square the sum: weights of 5 and -5 would cost nothing. Square each weight first, then add.",
        ),
        Misconception(
            _penalty(lambda weight: (weight**2).mean()),
            "You take the mean, so a weight costs less in a larger layer. Each weight pays the same: take the sum.",
        ),
        Misconception(
            _penalty(lambda weight: weight.norm()),
            "You took the root of each layer's sum. The penalty is the sum of squares itself; its gradient is then the "
            "weight, times the strength.",
        ),
        Misconception(
            _penalty_whole,
            "Twice too much: the factor is `strength / 2`, so that the gradient is `strength` times the weight.",
        ),
        Misconception(_penalty_without_strength, "`strength` has no effect in your function: it multiplies the sum."),
        Misconception(
            _penalty_first_only,
            "Only the first layer pays. Add up over all of `model.parameters()`.",
        ),
        Misconception(
            _penalty_detached,
            "The number is right, but it is only a number: it has no gradient, so no weight would ever shrink. Leave "
            "out `.item()`, `.data` and `no_grad`.",
        ),
    ),
    hints=(
        "`model.parameters()` yields kernels, matrices and biases. Biases have one dimension (`parameter.ndim`).",
        "The squares of one weight tensor: `(weight ** 2).sum()`. Python's `sum` adds up tensors as well.",
        "`strength / 2 * sum(...)`, and nothing that cuts the graph: no `.item()`, no `.data`, no `no_grad`.",
    ),
    praise="Its gradient is `strength` times the weight: every step pulls each weight a little towards 0.",
)
