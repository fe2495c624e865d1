"""Exercise: as many images per second as a time limit allows."""

from typing import Any

from ainotes.checks.engine import Exercise, Misconception


def _best_batch(seconds, limit):
    allowed = [batch for batch in seconds if seconds[batch] <= limit]
    return max(allowed, key=lambda batch: (batch / seconds[batch], -batch), default=None)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _within(seconds, limit):
    return [batch for batch in seconds if seconds[batch] <= limit]


def _chosen(key, allowed=_within):
    """A variant with another key or another rule of what is allowed."""

    def variant(seconds, limit):
        return max(allowed(seconds, limit), key=lambda batch: key(batch, seconds[batch]), default=None)

    return variant


def _value(batch, second):
    return batch / second, -batch


def _rate(seconds, limit):
    best: Any = _best_batch(seconds, limit)
    return best and best / seconds[best]


def _with_rate(seconds, limit):
    best: Any = _best_batch(seconds, limit)
    return best and (best, best / seconds[best])


def _time(seconds, limit):
    return seconds.get(_best_batch(seconds, limit))


def _crashes_without(seconds, limit):
    return max(_within(seconds, limit), key=lambda batch: (batch / seconds[batch], -batch))


def _crashes_without_by_sorting(seconds, limit):
    return sorted(_within(seconds, limit), key=lambda batch: (-batch / seconds[batch], batch))[0]


def _or(value):
    return lambda seconds, limit: _best_batch(seconds, limit) or value


def _smallest(seconds, limit):
    return _best_batch(seconds, limit) or min(seconds, default=None)


def _popped(seconds, limit):
    for batch in list(seconds):
        if seconds[batch] > limit:
            seconds.pop(batch)
    return _best_batch(seconds, limit)


def _first_dip(seconds, limit):
    """Goes up the batch sizes and stops at the first that is no better than the one before."""
    best = None
    for batch in sorted(_within(seconds, limit)):
        if best is not None and batch / seconds[batch] <= best / seconds[best]:
            break
        best = batch
    return best


best_batch = Exercise(
    name="best_batch",
    title="As many as the limit allows",
    difficulty=2,
    minutes=7,
    reference=_best_batch,
    cases=[
        ({1: 0.05, 2: 0.08, 4: 0.14, 8: 0.25, 16: 0.45, 32: 1.6}, 1.0),
        ({1: 0.05, 2: 0.08, 4: 0.14, 8: 0.25, 16: 0.45, 32: 1.6}, 0.25),  # the batch of 8 takes just the limit
        ({32: 1.6, 16: 0.3, 8: 0.25, 4: 1.7, 2: 0.05, 1: 0.04}, 2.0),  # the best is in the middle, after a dip
        ({4: 0.8, 6: 0.2, 3: 0.2}, 1.0),
        ({2: 0.55, 4: 1.05}, 2.0),  # nearly equally good
        ({8: 3.1, 4: 1.9}, 5.0),
        ({8: 0.5, 4: 0.25, 16: 2.0, 1: 0.5}, 0.6),  # two equally good ones, the larger first
        ({2: 0.125, 4: 0.25, 1: 0.125}, 3.0),  # and the smaller first
        ({1: 0.05, 2: 0.08, 4: 0.14}, 0.01),  # none
        ({4: 0.5, 1: 0.25}, 0.3),
    ],
    misconceptions=(
        Misconception(
            _chosen(_value, lambda seconds, limit: [batch for batch in seconds if seconds[batch] < limit]),
            "A batch that takes just the limit is left out. It may take *at most* the limit: `<=`.",
        ),
        Misconception(
            _chosen(_value, lambda seconds, limit: [batch for batch in seconds if seconds[batch] >= limit]),
            "You keep the batches that take too long. Those within the limit are wanted.",
            also=(_chosen(_value, lambda seconds, limit: [batch for batch in seconds if seconds[batch] > limit]),),
        ),
        Misconception(
            _chosen(_value, lambda seconds, limit: list(seconds)),
            "You take the best of all, however long its users wait. First leave out what takes longer than the limit.",
        ),
        Misconception(
            _chosen(_value, lambda seconds, limit: [batch for batch in seconds if seconds[batch] / batch <= limit]),
            "You compare the limit with the time of *one image*. An image waits until its whole batch is done: the "
            "time of the batch counts.",
        ),
        Misconception(
            _chosen(lambda batch, second: batch),
            "You take the largest batch that the limit allows. Larger is not always faster: compare images per second.",
        ),
        Misconception(
            _chosen(lambda batch, second: -second),
            "You take the batch that is done first. A small one is done soon and has not done much: compare images "
            "per second.",
            also=(_chosen(lambda batch, second: -batch),),
        ),
        Misconception(
            _chosen(lambda batch, second: second),
            "You take the batch that takes longest. Compare images per second: the size divided by the seconds.",
        ),
        Misconception(
            _chosen(lambda batch, second: (second / batch, -batch)),
            "Upside down: seconds divided by size is the time of one image, and the largest of those is the worst.",
        ),
        Misconception(
            _chosen(lambda batch, second: (batch * second, -batch)),
            "You multiply size and seconds. Images per second is one divided by the other.",
        ),
        Misconception(
            _chosen(lambda batch, second: (batch // second, -batch)),
            "`//` throws away what is behind the point, and nearly equal batches become equal. Divide with `/`.",
        ),
        Misconception(
            _chosen(lambda batch, second: batch / second),
            "Of equally good batches you take the one that comes first. The smaller one is wanted: its images wait "
            "less.",
        ),
        Misconception(
            _chosen(lambda batch, second: (batch / second, batch)),
            "Of equally good batches you take the larger one. The smaller one is wanted: its images wait less.",
        ),
        Misconception(
            _first_dip,
            "You stop at the first batch that is no better than the one before. A still larger one may be: look at "
            "all of them.",
        ),
        Misconception(
            _rate,
            "That is how many images per second the right batch does. Return its size.",
            also=(_with_rate,),
        ),
        Misconception(_time, "That is how long the right batch takes. Return its size."),
        Misconception(
            lambda seconds, limit: _within(seconds, limit),
            "Those are all sizes within the limit. Choose the best of them.",
        ),
        Misconception(
            _crashes_without,
            "This stops with an error when no batch is within the limit. What should come back then?",
            also=(_crashes_without_by_sorting,),
        ),
        Misconception(
            _or(0),
            "Where no batch is within the limit you return something that looks like a size. `None` says that there "
            "is none.",
            also=(_or(1), _or(-1), _smallest),
        ),
        Misconception(
            _popped,
            "The size is right, but you remove entries from the caller's dict. Make a new list of those you keep.",
        ),
    ),
    hints=(
        "First a list of the sizes whose `seconds[batch]` is at most the limit. It may be empty.",
        "Images per second is `batch / seconds[batch]`. `max` takes a `key`, and `default=None` for an empty list.",
        "A key may be a pair: of equal first entries the second one decides. Which sign makes the smaller size win?",
    ),
    praise="Latency is what one user waits, throughput what the machine gets done. A batch trades one for the other.",
)
