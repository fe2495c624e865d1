"""Exercise: choose a net and an epoch by their curves."""

from collections.abc import Callable

from ainotes.checks.engine import Exercise, Misconception


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
