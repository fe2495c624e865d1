"""Exercise: the gradient of a function by central differences, to check a gradient with."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _numeric_gradient(f, x, step):
    gradient = torch.zeros(x.numel(), dtype=x.dtype)
    for place in range(x.numel()):
        nudge = torch.zeros(x.numel(), dtype=x.dtype)
        nudge[place] = step
        nudge = nudge.reshape(x.shape)
        gradient[place] = (f(x + nudge) - f(x - nudge)) / (2 * step)
    return gradient.reshape(x.shape)


def _differences(x, rise):
    """Fill a gradient with `rise(nudge)`, for a nudge of size 1 at each place in turn."""
    gradient = torch.zeros_like(x)
    for place in range(x.numel()):
        nudge = torch.zeros_like(x)
        nudge.view(-1)[place] = 1
        gradient.view(-1)[place] = rise(nudge)
    return gradient


def _forward(f, x, step):
    return _differences(x, lambda nudge: (f(x + step * nudge) - f(x)) / step)


def _backward(f, x, step):
    return _differences(x, lambda nudge: (f(x) - f(x - step * nudge)) / step)


def _by_one_step(f, x, step):
    return 2 * _numeric_gradient(f, x, step)


def _undivided(f, x, step):
    return 2 * step * _numeric_gradient(f, x, step)


def _only_the_last_is_divided(f, x, step):
    return _differences(x, lambda nudge: f(x + step * nudge) - f(x - step * nudge) / (2 * step))


def _halved_then_multiplied(f, x, step):
    return _differences(x, lambda nudge: (f(x + step * nudge) - f(x - step * nudge)) / 2 * step)


def _piles_up(f, x, step):
    moved, gradient = x.clone(), torch.zeros_like(x)
    for place in range(x.numel()):
        moved.view(-1)[place] += step
        above = f(moved)
        moved.view(-1)[place] -= 2 * step
        gradient.view(-1)[place] = (above - f(moved)) / (2 * step)
    return gradient


def _two_copies_pile_up(f, x, step):
    up, down, gradient = x.clone(), x.clone(), torch.zeros_like(x)
    for place in range(x.numel()):
        up.view(-1)[place] += step
        down.view(-1)[place] -= step
        gradient.view(-1)[place] = (f(up) - f(down)) / (2 * step)
    return gradient


def _piles_up_in_x(f, x, step):
    gradient = torch.zeros_like(x)
    for place in range(x.numel()):
        x.view(-1)[place] += step
        above = f(x)
        x.view(-1)[place] -= 2 * step
        gradient.view(-1)[place] = (above - f(x)) / (2 * step)
    return gradient


def _all_at_once(f, x, step):
    return torch.full_like(x, float((f(x + step) - f(x - step)) / (2 * step)))


def _negative(f, x, step):
    return -_numeric_gradient(f, x, step)


def _in_float32(f, x, step):
    return _numeric_gradient(f, x, step).float()


def _by_autograd(f, x, step):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(f(x), x)[0]


def _flat(f, x, step):
    return _numeric_gradient(f, x, step).flatten()


def sum_of_cubes(x):
    """A function whose slopes differ visibly from one side to the other."""
    return (x**3).sum()


def product_of_neighbours(x):
    """A function in which each entry's slope depends on the other entries."""
    flat = x.flatten()
    return (flat[1:] * flat[:-1] ** 2).sum() + flat[0]


def _cases():
    # Eighths and steps that are powers of two: moving an entry to and fro ends exactly where it began.
    def eighths(*shape, seed):
        return (8 * noise(*shape, seed=seed, dtype=torch.float64)).round() / 8

    return [
        (sum_of_cubes, eighths(3, seed=0), 0.25),
        (product_of_neighbours, eighths(2, 3, seed=1), 0.25),
        (sum_of_cubes, eighths(2, 1, 2, seed=2), 0.125),
        (product_of_neighbours, eighths(4, seed=3), 1.0),
    ]


numeric_gradient = Exercise(
    name="numeric_gradient",
    title="A gradient by small steps",
    difficulty=3,
    minutes=10,
    reference=_numeric_gradient,
    cases=_cases,
    misconceptions=(
        Misconception(
            _forward,
            "You step to one side only, so the curve's bend stays in the answer. Step to both sides of `x`: the error "
            "shrinks from the size of `step` to that of its square.",
            also=(_backward,),
        ),
        Misconception(
            _by_one_step,
            "Twice too large. From `x - step` to `x + step`, how far apart are the two points?",
        ),
        Misconception(_undivided, "That is how much `f` changes. A slope is the change divided by the distance."),
        Misconception(
            _only_the_last_is_divided,
            "Division comes before subtraction: only the second value is divided. Put brackets around the difference.",
        ),
        Misconception(
            _halved_then_multiplied,
            "`/ 2 * step` divides by 2 and *multiplies* by `step`. Put brackets around the distance.",
        ),
        Misconception(
            _piles_up,
            "The entries that you moved earlier are still moved. Put each one back, or begin every step from `x` "
            "again.",
            also=(_two_copies_pile_up,),
        ),
        Misconception(
            _piles_up_in_x,
            "You move entries of `x` itself, and they stay moved: the caller's tensor is changed. Work on a copy, "
            "`x.clone()`.",
        ),
        Misconception(
            _all_at_once,
            "You move all entries at once: that is one slope, along the diagonal. Move one entry at a time.",
            also=(lambda f, x, step: (f(x + step) - f(x - step)) / (2 * step),),
        ),
        Misconception(_negative, "The sign is turned: take the value at `x + step` minus the value at `x - step`."),
        Misconception(
            _in_float32,
            "Your gradient is float32. A difference of two nearly equal values needs every digit of `x`: keep its "
            "type.",
        ),
        Misconception(
            _by_autograd,
            "That is autograd's own answer, which this function is meant to check. Get yours from values of `f` alone.",
        ),
        Misconception(_flat, "The slopes are right, in one long line. Give them the shape of `x`."),
    ),
    hints=(
        "One entry at a time: how does `f` change when only this entry goes a step up, and a step down?",
        "The two points lie `2 * step` apart: the slope is the difference of the values divided by that.",
        "Loop over `range(x.numel())`. In `nudge = torch.zeros(x.numel(), dtype=x.dtype)` set one entry to `step`, "
        "then reshape `nudge` to the shape of `x` and compare `f(x + nudge)` with `f(x - nudge)`.",
    ),
    praise="Two calls of `f` for each entry: far too slow to train with, and just right to check a gradient once.",
)
