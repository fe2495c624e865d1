"""Exercise: choose the simplest of those that the validation cannot tell from the best."""

from ainotes.checks.engine import Exercise, Misconception


def _choose_simplest(results):
    shares = {name: right / total for name, (right, total, parameters) in results.items()}
    best = max(shares, key=lambda name: shares[name])
    error = (shares[best] * (1 - shares[best]) / results[best][1]) ** 0.5
    near = [name for name in results if shares[name] >= shares[best] - error]
    return min(near, key=lambda name: results[name][2])


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _with(error=lambda share, total: (share * (1 - share) / total) ** 0.5, pick=None, about=max):
    """Return the solution with another error, another choice among those near, or near to another one."""

    def variant(results):
        shares = {name: right / total for name, (right, total, _) in results.items()}
        best = about(shares, key=lambda name: shares[name])
        near = [name for name in results if shares[name] >= shares[best] - error(shares[best], results[best][1])]
        return pick(near, results, shares) if pick else min(near, key=lambda name: results[name][2])

    return variant


def _own_error(results):
    """Goes by the error of each candidate instead of that of the best."""
    shares = {name: right / total for name, (right, total, _) in results.items()}
    best = max(shares.values())
    near = [
        name
        for name, share in shares.items()
        if share + (share * (1 - share) / results[name][1]) ** 0.5 >= best
    ]  # fmt: skip
    return min(near, key=lambda name: results[name][2])


def _by_counts(results):
    """Compares the numbers of right answers, whatever they are out of."""
    best = max(results, key=lambda name: results[name][0])
    share, total = results[best][0] / results[best][1], results[best][1]
    least = results[best][0] - (share * (1 - share) * total) ** 0.5
    near = [name for name in results if results[name][0] >= least]
    return min(near, key=lambda name: results[name][2])


choose_simplest = Exercise(
    name="choose_simplest",
    title="The simplest that is good enough",
    difficulty=2,
    minutes=8,
    reference=_choose_simplest,
    cases=[
        ({"dense": (60, 100, 24_578), "own": (84, 100, 60_818), "transfer": (87, 100, 736_450)},),
        ({"dense": (52, 80, 24_578), "own": (58, 80, 60_818), "transfer": (75, 80, 736_450)},),
        ({"a": (90, 100, 900), "b": (88, 100, 500), "c": (84, 100, 100), "d": (80, 100, 50)},),
        ({"one": (450, 500, 80), "two": (440, 500, 90), "three": (437, 500, 10), "four": (400, 500, 5)},),
        ({"wide": (19, 20, 300), "narrow": (90, 100, 200), "deep": (17, 20, 100), "flat": (10, 20, 1)},),
        ({"small": (30, 40, 10), "large": (30, 40, 20)},),
        (
            {
                "a": (3, 4, 100),
                "b": (149, 200, 90),
                "c": (29, 40, 80),
                "d": (66, 100, 60),
                "e": (60, 100, 40),
                "f": (9, 20, 3),
            },
        ),
        ({"x": (97, 100, 50), "y": (95, 100, 30)},),
        ({"u": (88, 100, 10), "v": (86, 100, 30), "w": (89, 100, 50)},),
        ({"p": (72, 100, 30), "q": (76, 100, 40), "r": (68, 100, 20), "s": (50, 100, 10)},),
    ],
    misconceptions=(
        Misconception(
            _with(error=lambda share, total: 0.0),
            "You take the largest accuracy. Another one within its standard error is just as good, as far as anybody "
            "can tell: take the simplest of those.",
        ),
        Misconception(
            lambda results: min(results, key=lambda name: results[name][2]),
            "You take the smallest, however bad it is. First leave only those within one standard error of the best.",
        ),
        Misconception(
            _with(error=lambda share, total: (share * (1 - share)) ** 0.5),
            "You have forgotten the number of pictures: the error of a *mean* of n is `sqrt(p * (1 - p) / n)`.",
        ),
        Misconception(
            _with(error=lambda share, total: share * (1 - share) / total),
            "That is the variance. The standard error is its square root.",
        ),
        Misconception(
            _with(error=lambda share, total: 2 * (share * (1 - share) / total) ** 0.5),
            "You allow two standard errors. The rule asks for one.",
            also=(_with(error=lambda share, total: 1.96 * (share * (1 - share) / total) ** 0.5),),
        ),
        Misconception(
            _with(error=lambda share, total: (share * (1 - share)) ** 0.5 / total),
            "You divide by n outside the root. `sqrt(p * (1 - p) / n)`: four times the pictures halve the error.",
        ),
        Misconception(
            _own_error,
            "You use each candidate's own error. The rule draws *one* line, one standard error of the best below the "
            "best.",
        ),
        Misconception(
            _with(pick=lambda near, results, shares: max(near, key=lambda name: results[name][2])),
            "Of those near the best you take the largest. The fewest parameters are wanted.",
        ),
        Misconception(
            _with(pick=lambda near, results, shares: min(near, key=lambda name: shares[name])),
            "Of those near the best you take the least accurate. The fewest *parameters* are wanted.",
        ),
        Misconception(
            _with(pick=lambda near, results, shares: near[0]),
            "You take the first that is near enough, as they stand in the dict. Compare their parameters.",
        ),
        Misconception(
            _by_counts,
            "You compare how many were right. Not all were asked as many pictures: compare shares.",
        ),
        Misconception(
            _with(error=lambda share, total: 0.05),
            "Your margin is the same for any number of pictures. With few it must be wider: the standard error.",
            also=(_with(error=lambda share, total: 0.01), _with(error=lambda share, total: 0.1)),
        ),
        Misconception(
            _with(pick=lambda near, results, shares: near),
            "Those are all that are near enough. One name is wanted: that with the fewest parameters.",
        ),
        Misconception(
            lambda results: results[_choose_simplest(results)],
            "That is the result of the right one. Its name is wanted.",
        ),
    ),
    hints=(
        "First the share of each, and the name with the largest: `max(shares, key=lambda name: shares[name])`.",
        "The standard error of a share p of n pictures is `(p * (1 - p) / n) ** 0.5`. Take it of the best.",
        "Leave those whose share is at least best minus error; of these, `min(..., key=...)` by parameters.",
    ),
    praise="The one-standard-error rule is from Breiman, Friedman, Olshen and Stone (1984), who pruned trees by it.",
)
