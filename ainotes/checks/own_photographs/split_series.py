"""Exercise: split pictures so that a series lies on one side."""

import numbers

from ainotes.checks.engine import Exercise, Misconception


def _split_series(series, order, share):
    chosen, count = set(), 0
    for name in order:
        if count >= share * len(series):
            break
        chosen.add(name)
        count += series.count(name)
    train = [place for place, name in enumerate(series) if name not in chosen]
    val = [place for place, name in enumerate(series) if name in chosen]
    return train, val


def _same(expected, got):
    """Compare two lists of places; in which order they stand does not matter."""
    return _sorted(expected) == _sorted(got)


def _sorted(parts):
    """Return lists with what is in them sorted, True and 1 told apart; anything else as it is."""
    if not isinstance(parts, (tuple, list)):
        return parts
    if any(isinstance(part, (list, tuple)) for part in parts):
        return [_sorted(part) for part in parts]
    return sorted(_typed(item) for item in parts)


def _typed(item):
    is_place = isinstance(item, numbers.Integral) and not isinstance(item, bool)
    return ("place", int(item)) if is_place else (type(item).__name__, item)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _parts(series, chosen):
    """Return the places outside some series, and those inside."""
    inside = [place for place, name in enumerate(series) if name in chosen]
    return [place for place in range(len(series)) if place not in inside], inside


def _whole(enough, order_of=lambda series, order: order):
    """Take whole series while not ``enough(count, length of the next, share, all)``."""

    def variant(series, order, share):
        chosen, count = [], 0
        for name in order_of(series, order):
            if enough(count, series.count(name), share, len(series)):
                break
            chosen.append(name)
            count += series.count(name)
        return _parts(series, chosen)

    return variant


def _pictures(series, order, share):
    """Cut through the series: as many pictures as are wanted, taken in the order of the series."""
    places = [place for name in order for place, own in enumerate(series) if own == name]
    count = round(share * len(series))
    return places[count:], places[:count]


def _last_pictures(series, order, share):
    count = len(series) - round(share * len(series))
    return list(range(count)), list(range(count, len(series)))


def _every_so_many(series, order, share):
    step = round(1 / share)
    val = list(range(0, len(series), step))
    return [place for place in range(len(series)) if place not in val], val


def _one_of_each(series, order, share):
    """One picture of each series to validate with."""
    val = [series.index(name) for name in order]
    return [place for place in range(len(series)) if place not in val], val


def _share_of_each(series, order, share):
    """The same share of every series."""
    val = []
    for name in order:
        places = [place for place, own in enumerate(series) if own == name]
        val += places[: max(1, round(share * len(places)))]
    return [place for place in range(len(series)) if place not in val], val


def _share_of_the_series(series, order, share):
    return _parts(series, order[: round(share * len(order))])


def _names(series, order, share):
    train, val = _split_series(series, order, share)
    return [series[place] for place in train], [series[place] for place in val]


def _names_once(series, order, share):
    chosen = {series[place] for place in _split_series(series, order, share)[1]}
    return [name for name in order if name not in chosen], [name for name in order if name in chosen]


def _flags(series, order, share):
    chosen = set(_split_series(series, order, share)[1])
    return [place not in chosen for place in range(len(series))], [place in chosen for place in range(len(series))]


split_series = Exercise(
    name="split_series",
    title="A series stays together",
    difficulty=2,
    minutes=8,
    reference=_split_series,
    cases=[
        (["cup", "cup", "mug", "cup", "jar", "mug", "jar", "jar"], ["mug", "jar", "cup"], 0.25),
        (["a", "b", "b", "c", "c", "c", "d", "d", "d", "d"], ["c", "a", "d", "b"], 0.35),
        (["x", "y", "x", "y", "x", "y", "z"], ["y", "z", "x"], 0.5),
        (["one"] * 5 + ["two"] * 4 + ["three"], ["three", "two", "one"], 0.2),
        (["p", "q", "r", "s"], ["s", "q", "p", "r"], 0.5),
        (["7", "9", "9", "9", "9", "9", "9", "8"], ["9", "7", "8"], 0.1),
    ],
    same=_same,
    misconceptions=(
        Misconception(
            _pictures,
            "You count pictures off and cut through a series: some of it is in both parts. Take *whole* series until "
            "there are enough pictures.",
            also=(_last_pictures, _every_so_many),
        ),
        Misconception(
            _one_of_each,
            "You validate with one picture of each series, and its sisters are trained on: the network has seen every "
            "series. A series goes to one side as a whole.",
            also=(_share_of_each,),
        ),
        Misconception(
            _share_of_the_series,
            "You take a share of the *series*. Some hold many pictures, some few: count pictures.",
            also=(lambda series, order, share: _parts(series, order[: max(1, int(share * len(order)))]),),
        ),
        Misconception(
            lambda series, order, share: _split_series(series, order, share)[::-1],
            "The parts are swapped: those to train on come first.",
        ),
        Misconception(
            _whole(lambda count, length, share, total: count > share * total),
            "Exactly `share` is enough; you take one more series then. Stop when `count >= share * len(series)`.",
        ),
        Misconception(
            _whole(lambda count, length, share, total: count + length > share * total),
            "Your part to validate with stays below `share`, or empty. Take series until it has *at least* so many "
            "pictures.",
        ),
        Misconception(
            _whole(lambda count, length, share, total: count >= (1 - share) * total),
            "`share` is the part to *validate* with. Yours is trained on.",
        ),
        Misconception(
            lambda series, order, share: _parts(series, order[:1]),
            "You always take one series, or compare the count of pictures with `share`, which is a fraction. Go on "
            "until the count is at least `share * len(series)`.",
            also=(_whole(lambda count, length, share, total: count >= share),),
        ),
        Misconception(
            _whole(lambda count, length, share, total: count >= share * total, lambda series, order: sorted(order)),
            "You take the series by their names, or as they come. `order` was shuffled so that chance decides: go "
            "through that.",
            also=(
                _whole(
                    lambda count, length, share, total: count >= share * total,
                    lambda series, order: list(dict.fromkeys(series)),
                ),
            ),
        ),
        Misconception(
            _whole(lambda count, length, share, total: count >= share * total, lambda series, order: order[::-1]),
            "You begin at the end of `order`. Its first series goes to validation first.",
        ),
        Misconception(
            _names,
            "Those are the names of series. The *places* of the pictures are wanted, numbers from 0: `enumerate`.",
            also=(_names_once,),
        ),
        Misconception(
            _flags,
            "Those are True and False. The places are wanted: the numbers of the pictures, from 0.",
        ),
        Misconception(
            lambda series, order, share: _split_series(series, order, share)[1],
            "That is the part to validate with. Return both: `return train, val`.",
        ),
    ),
    hints=(
        "First decide which *series* to validate with. Go through `order`, and count the pictures so far.",
        "`series.count(name)` says how many pictures a series has. Stop as soon as the count is at least "
        "`share * len(series)`.",
        "Then `[place for place, name in enumerate(series) if name in chosen]`, and the same with `not in`.",
    ),
    praise="scikit-learn has it as `GroupShuffleSplit`.",
)
