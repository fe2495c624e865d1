"""Exercise: when to stop, and which epoch to keep."""

from ainotes.checks.engine import Exercise, Misconception


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
