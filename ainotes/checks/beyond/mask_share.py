"""Exercise: how much of each picture belongs to a class, from the logits of its pixels."""

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _mask_share(logits, kind):
    winners = logits.argmax(dim=1)  # (N, H, W)
    return (winners == kind).float().mean(dim=(1, 2))


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _wins(logits, kind, dim=1):
    return (logits.argmax(dim=dim) == kind).float()


def _positive(logits, kind):
    return (logits[:, kind] > 0).float().mean((1, 2))


def _half(logits, kind):
    return (logits.softmax(1)[:, kind] > 0.5).float().mean((1, 2))


def _mean_probability(logits, kind):
    return logits.softmax(1)[:, kind].mean((1, 2))


def _mean_logit(logits, kind):
    return logits[:, kind].mean((1, 2))


def _one_for_the_batch(logits, kind):
    return _wins(logits, kind).mean()


def _over_the_batch(logits, kind):
    return _wins(logits, kind).mean(0)


def _of_each_row(logits, kind):
    return _wins(logits, kind).mean(2)


def _number(logits, kind):
    return _wins(logits, kind).mean().item()


def _counted(logits, kind):
    return _wins(logits, kind).sum((1, 2))


def _by_all_numbers(logits, kind):
    return _wins(logits, kind).sum((1, 2)) / logits[0].numel()


def _by_the_batch(logits, kind):
    return _wins(logits, kind).sum((1, 2)) / len(logits)


def _winner_of_means(logits, kind):
    return (logits.mean((2, 3)).argmax(1) == kind).float()


def _largest_value(logits, kind):
    return (logits.amax(1) == kind).float().mean((1, 2))


def _other_classes(logits, kind):
    return 1 - _mask_share(logits, kind)


def _mean_of_winners(logits, kind):
    return logits.argmax(1).float().mean((1, 2))


def _one_further(logits, kind):
    return _mask_share(logits, kind - 1)


def _lowest(logits, kind):
    return (logits.argmin(1) == kind).float().mean((1, 2))


def _without_background(logits, kind):
    """Leaves class 0 out, so that it can never win."""
    return (logits[:, 1:].argmax(1) + 1 == kind).float().mean((1, 2))


def _list(logits, kind):
    return _mask_share(logits, kind).tolist()


def _cases():
    return [
        (noise(2, 4, 5, 7, seed=0), 2),
        (noise(3, 3, 4, 4, seed=1) - 2, 1),  # mostly negative: the largest still wins
        (noise(1, 21, 6, 5, seed=2), 15),
        (noise(4, 2, 3, 6, seed=3), 0),
        (noise(2, 6, 8, 3, seed=4), 5),
        (noise(2, 5, 5, 5, seed=5) + 3, 3),
    ]


mask_share = Exercise(
    name="mask_share",
    title="How much of the picture",
    difficulty=2,
    minutes=6,
    reference=_mask_share,
    cases=_cases,
    misconceptions=(
        Misconception(
            _positive,
            "A positive logit is not enough: another class may have a larger one at that pixel. The largest wins.",
        ),
        Misconception(
            _half,
            "You ask for a probability above one half. Among many classes the largest may be far below that: it wins "
            "all the same.",
        ),
        Misconception(
            _mean_probability,
            "You average the probability. Each pixel is given to one class, and then counted.",
        ),
        Misconception(
            _mean_logit,
            "You average the logits of the class. Each pixel is given to the class of its *largest* logit, and then "
            "counted.",
        ),
        Misconception(
            _winner_of_means,
            "You decide for the whole picture. Every pixel decides for itself: `argmax` first.",
        ),
        Misconception(
            _largest_value,
            "`amax` is the largest logit itself. Which class it belongs to, `argmax` says.",
            also=(lambda logits, kind: (logits.max(1).values == kind).float().mean((1, 2)),),
        ),
        Misconception(
            _lowest,
            "You give each pixel to the class with the *smallest* logit.",
        ),
        Misconception(
            _one_for_the_batch,
            "One number for the whole batch. Each picture has its own share: average over rows and columns only.",
            also=(_number, lambda logits, kind: _wins(logits, kind).mean()[None]),
        ),
        Misconception(
            _over_the_batch,
            "You average over the pictures. Average over rows and columns: dimensions 1 and 2 are left of them.",
        ),
        Misconception(
            _of_each_row,
            "That is a share for each row. Average over rows *and* columns.",
            also=(lambda logits, kind: _wins(logits, kind).mean(1),),
        ),
        Misconception(
            _counted,
            "That is the number of pixels. Divide by how many pixels a picture has, or take the mean.",
            also=(lambda logits, kind: (logits.argmax(1) == kind).sum((1, 2)),),
        ),
        Misconception(
            _by_all_numbers,
            "You divide by all logits of the picture. A pixel has one for each class and counts once.",
        ),
        Misconception(
            _by_the_batch,
            "You divide by the number of pictures. Divide by the pixels of one.",
        ),
        Misconception(
            _other_classes,
            "That is the share of all other classes.",
        ),
        Misconception(
            _mean_of_winners,
            "You average the numbers of the classes. They are names: compare each with `kind`, then average.",
        ),
        Misconception(
            _one_further,
            "You take one away from the class. The background is class 0 and has its own logits: count from 0.",
            also=(lambda logits, kind: _mask_share(logits, kind + 1),),
        ),
        Misconception(
            _without_background,
            "You leave the background out. It competes like any other class, and most pixels are its own.",
        ),
        Misconception(
            lambda logits, kind: _wins(logits, kind, dim=2).mean((1, 2)),
            "`argmax` runs along the wrong dimension. Classes are dimension 1.",
            also=(
                lambda logits, kind: _wins(logits, kind, dim=3).mean((1, 2)),
                lambda logits, kind: _wins(logits, kind, dim=0).mean((1, 2)),
                lambda logits, kind: _wins(logits, kind, dim=-1).mean((1, 2)),
            ),
        ),
        Misconception(
            lambda logits, kind: 100 * _mask_share(logits, kind),
            "That is in per cent. A share lies between 0 and 1.",
        ),
        Misconception(
            _list,
            "The numbers are right. Leave them in a tensor of shape (N,).",
        ),
    ),
    hints=(
        "`logits` has the shape (N, classes, H, W). Along which dimension does each pixel choose its class?",
        "`logits.argmax(dim=1) == kind` is true where the class has won. As floats, their mean over rows and columns "
        "is the share.",
    ),
    praise="A segmentation is a classification of every pixel.",
)
