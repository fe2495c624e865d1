"""Exercise: the sum that lets a network be deep."""

import torch
from torch.nn import functional as F

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _residual(x, body, shortcut):
    return (body(x) + shortcut(x)).relu()


def _concatenated(x, body, shortcut):
    return torch.cat([body(x), shortcut(x)], dim=1).relu()


def _concatenated_plainly(x, body, shortcut):
    return torch.cat([body(x), shortcut(x)]).relu()


def _added_to_x(x, body, shortcut):
    x += body(x)
    return x.relu()


def _added_in_place(x, body, shortcut):
    kept = shortcut(x)
    kept += body(x)
    return kept.relu()


def _body_first_then_shortcut(x, body, shortcut):
    x = body(x)
    return (x + shortcut(x)).relu()


def _shortcut_first_then_body(x, body, shortcut):
    x = shortcut(x)
    return (body(x) + x).relu()


def _relu_on_the_body(x, body, shortcut):
    return body(x).relu() + shortcut(x)


def _relu_on_both(x, body, shortcut):
    return body(x).relu() + shortcut(x).relu()


def _relu_on_both_and_the_sum(x, body, shortcut):
    return (body(x).relu() + shortcut(x)).relu()


def _relu_first(x, body, shortcut):
    return (body(x.relu()) + shortcut(x)).relu()


def _relu_first_and_no_more(x, body, shortcut):
    return body(x.relu()) + shortcut(x)


def _mean(x, body, shortcut):
    return ((body(x) + shortcut(x)) / 2).relu()


def _summed(x, body, shortcut):
    return (body(x) + shortcut(x) + x).relu()


def _same(x):
    """Nothing: the shortcut of a block whose input and output have the same shape."""
    return x


def _mirrored(x):
    """A body: the picture mirrored, weighed and lowered, so that both signs come out."""
    return -0.7 * x.flip(3) + 0.5 * x.roll(1, dims=2) - 0.2


def _larger(x):
    """A body: three times as much and a little more."""
    return 3 * x + 0.1


def _narrowed(x):
    """A body that halves rows and columns and doubles the channels."""
    kernels = noise(2 * x.shape[1], x.shape[1], 3, 3, seed=40)
    return F.conv2d(x, kernels, stride=2, padding=1)


def _projected(x):
    """The shortcut for it: a 1 x 1 convolution with stride 2."""
    return F.conv2d(x, noise(2 * x.shape[1], x.shape[1], 1, 1, seed=41), stride=2)


def _scaled(x):
    """A shortcut that keeps the shape but not the values."""
    return 0.3 * x - 0.4


def _copied(x):
    """A shortcut that leaves the values as they are, in a new tensor."""
    return x.clone()


def _cases():
    return [
        (noise(2, 3, 4, 5, seed=0), _mirrored, _same),
        (noise(1, 2, 4, 4, seed=1), _larger, _scaled),
        (noise(2, 2, 6, 4, seed=2), _narrowed, _projected),
        (noise(3, 1, 3, 3, seed=3), _mirrored, _scaled),
        (noise(1, 2, 3, 5, seed=4), _larger, _copied),
    ]


residual = Exercise(
    name="residual",
    title="The plus sign",
    difficulty=2,
    minutes=6,
    reference=_residual,
    cases=_cases,
    misconceptions=(
        Misconception(
            _relu_on_the_body,
            "Your ReLU is taken before the sum. The last one comes after it: on body and shortcut together.",
            also=(_relu_on_both,),
        ),
        Misconception(
            _relu_on_both_and_the_sum,
            "You cut off the body's negative numbers before the sum, so the block can only add and never take away. "
            "One ReLU, after the sum, is enough.",
        ),
        Misconception(
            lambda x, body, shortcut: (body(x) + shortcut(x).relu()).relu(),
            "You cut off the shortcut's negative numbers before the sum. It should pass on what it got.",
            also=(lambda x, body, shortcut: body(x) + shortcut(x).relu(),),
        ),
        Misconception(
            lambda x, body, shortcut: body(x) + shortcut(x),
            "The sum is right. The last ReLU comes after it.",
        ),
        Misconception(
            lambda x, body, shortcut: body(x).relu(),
            "The shortcut is forgotten: what comes in must also get past the body.",
            also=(lambda x, body, shortcut: body(x),),
        ),
        Misconception(
            lambda x, body, shortcut: shortcut(x).relu(),
            "The body is forgotten: the block adds what it has learned to the shortcut.",
            also=(lambda x, body, shortcut: shortcut(x),),
        ),
        Misconception(
            lambda x, body, shortcut: (body(x) + x).relu(),
            "You add `x` itself. Where the body changes the shape that does not fit: `shortcut` is there to make it "
            "fit.",
            also=(lambda x, body, shortcut: (x + body(x)).relu(), lambda x, body, shortcut: body(x) + x),
        ),
        Misconception(
            _summed,
            "You add `x` once more. It comes in by the shortcut already.",
        ),
        Misconception(
            _concatenated,
            "You put the two side by side, as a dense block does. A residual block adds them.",
            also=(
                _concatenated_plainly,
                lambda x, body, shortcut: torch.cat([shortcut(x), body(x)], dim=1).relu(),
                lambda x, body, shortcut: torch.cat([x, body(x)], dim=1).relu(),
                lambda x, body, shortcut: torch.cat([body(x), shortcut(x)], dim=1),
            ),
        ),
        Misconception(
            lambda x, body, shortcut: (body(x) * shortcut(x)).relu(),
            "You multiply. A body that has learned nothing yet would then wipe out everything: add.",
        ),
        Misconception(
            lambda x, body, shortcut: (body(x) - shortcut(x)).relu(),
            "You subtract the shortcut. The body learns what to add to it.",
            also=(lambda x, body, shortcut: (shortcut(x) - body(x)).relu(),),
        ),
        Misconception(
            _mean,
            "You take the mean of the two. Their sum is wanted: nothing is halved on the way.",
            also=(lambda x, body, shortcut: (body(x) + shortcut(x)).relu() / 2,),
        ),
        Misconception(
            _shortcut_first_then_body,
            "Your body gets what the shortcut gave out. Both get `x`.",
            also=(lambda x, body, shortcut: (body(shortcut(x)) + shortcut(x)).relu(),),
        ),
        Misconception(
            _body_first_then_shortcut,
            "Your shortcut gets what the body gave out, so it is no way past it. Both get `x`: keep it under its name.",
            also=(lambda x, body, shortcut: (body(x) + shortcut(body(x))).relu(),),
        ),
        Misconception(
            lambda x, body, shortcut: shortcut(body(x)).relu(),
            "You apply the two one after the other. They stand side by side, and meet in a sum.",
            also=(
                lambda x, body, shortcut: body(shortcut(x)).relu(),
                lambda x, body, shortcut: shortcut(body(x)),
                lambda x, body, shortcut: body(shortcut(x)),
            ),
        ),
        Misconception(
            _relu_first,
            "You take a ReLU of what goes into the body. It belongs after the sum.",
            also=(
                _relu_first_and_no_more,
                lambda x, body, shortcut: (body(x.relu()) + shortcut(x.relu())).relu(),
                lambda x, body, shortcut: body(x.relu()) + shortcut(x.relu()),
            ),
        ),
        Misconception(
            _added_in_place,
            "`+=` writes the sum into what the shortcut gave out, and an empty shortcut gives out `x` itself: the "
            "caller's tensor has changed. Write `a + b`.",
            also=(_added_to_x,),
        ),
        Misconception(
            lambda x, body, shortcut: (body + shortcut)(x).relu(),
            "Functions cannot be added, only what they give out: call each of them with `x`.",
            also=(
                lambda x, body, shortcut: (body + shortcut).relu(),
                lambda x, body, shortcut: (body(x) + shortcut).relu(),
                lambda x, body, shortcut: torch.relu(body(x) + shortcut),
                lambda x, body, shortcut: F.relu(body + shortcut),
            ),
        ),
    ),
    hints=(
        "`x` goes two ways, through `body` and through `shortcut`. What happens where they meet?",
        "Call both with `x`, add what they give out, and take the ReLU of the sum.",
    ),
    praise="If the body gives out zeros, the block passes on what came in. That is an easy start for a deep network.",
)
