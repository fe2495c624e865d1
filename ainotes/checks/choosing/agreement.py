"""Exercise: how often do networks say the same?"""

import math
from itertools import combinations, pairwise
from typing import Any

from ainotes.checks.engine import Exercise, Misconception


def _agreement(answers):
    pairs = list(combinations(answers.values(), 2))
    same = sum(a == b for first, second in pairs for a, b in zip(first, second, strict=True))
    return same / sum(len(first) for first, _ in pairs)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _share(first, second):
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def _mean(values):
    values = list(values)
    return sum(values) / len(values)


def _unanimous(answers):
    return _mean(len(set(said)) == 1 for said in zip(*answers.values(), strict=True))


def _some_pair(answers):
    return _mean(len(set(said)) < len(said) for said in zip(*answers.values(), strict=True))


def _with_the_first(answers):
    first, *others = answers.values()
    return _mean(_share(first, other) for other in others)


def _with_the_next(answers):
    said = list(answers.values())
    return _mean(_share(first, second) for first, second in pairwise(said))


def _with_themselves(answers):
    return _mean(_share(first, second) for first in answers.values() for second in answers.values())


def _with_themselves_once(answers):
    said = list(answers.values())
    return _mean(_share(said[i], said[j]) for i in range(len(said)) for j in range(i, len(said)))


def _counted_twice(answers):
    said = list(answers.values())
    total = sum(_share(said[i], said[j]) for i in range(len(said)) for j in range(len(said)) if i != j)
    return total / math.comb(len(said), 2)


def _counted_once_for_two(answers):
    return _agreement(answers) / 2


def _majority(answers):
    said = list(zip(*answers.values(), strict=True))
    return _mean(max(each.count(name) for name in each) / len(each) for each in said)


def _not_divided_by_pairs(answers):
    return sum(_share(first, second) for first, second in combinations(answers.values(), 2))


def _not_divided_by_pictures(answers):
    return _agreement(answers) * len(next(iter(answers.values())))


def _per_network(answers):
    return _agreement(answers) * math.comb(len(answers), 2) / len(answers)


def _per_pair(answers):
    return {(a, b): _share(answers[a], answers[b]) for a, b in combinations(answers, 2)}


def _per_pair_listed(answers):
    return list(_per_pair(answers).values())


def _per_picture(answers):
    return [_mean(a == b for a, b in combinations(said, 2)) for said in zip(*answers.values(), strict=True)]


def _somewhere_in_the_list(answers):
    pairs = combinations(answers.values(), 2)
    return _mean(a in second for first, second in pairs for a in first)


def _the_same_set(answers):
    pairs = combinations(answers.values(), 2)
    return _mean(len(set(first) & set(second)) / len(set(first) | set(second)) for first, second in pairs)


def _whole_lists(answers):
    return _mean(first == second for first, second in combinations(answers.values(), 2))


def _pictures_compared(answers):
    return _mean(_mean(a == b for a, b in combinations(said, 2)) for said in answers.values())


def _first_picture(answers):
    return _mean(first[0] == second[0] for first, second in combinations(answers.values(), 2))


def _names_compared(answers):
    pairs: Any = list(combinations(answers, 2))
    return _mean(_mean(a == b for a, b in zip(first, second, strict=False)) for first, second in pairs)


agreement = Exercise(
    name="agreement",
    title="Do they agree?",
    difficulty=2,
    minutes=7,
    reference=_agreement,
    cases=[
        (
            {
                "small": ["cat", "cup", "ant", "bee", "cat"],
                "middle": ["cat", "cup", "bee", "bee", "dog"],
                "large": ["cat", "mug", "bee", "bee", "cup"],
            },
        ),
        ({"one": [3, 1, 4, 1], "two": [1, 3, 4, 1]},),
        (
            {
                "a": ["owl", "owl", "emu", "kiwi", "rook", "owl"],
                "b": ["emu", "owl", "owl", "kiwi", "rook", "emu"],
                "c": ["emu", "owl", "emu", "kiwi", "owl", "owl"],
                "d": ["kiwi", "owl", "emu", "kiwi", "rook", "rook"],
            },
        ),
        ({"left": [7, 7, 7], "right": [8, 8, 8]},),  # each constant, and never the same
        ({"left": [5, 6], "right": [5, 6], "third": [6, 6]},),
    ],
    misconceptions=(
        Misconception(
            _unanimous,
            "You count the pictures on which *all* agree. One that disagrees spoils only its own pairs: go through "
            "the pairs.",
        ),
        Misconception(
            _some_pair,
            "You count the pictures on which *some* two agree. Each pair counts by itself.",
        ),
        Misconception(
            _with_the_first,
            "You compare all with the first network. The others form pairs among themselves too.",
        ),
        Misconception(
            _with_the_next,
            "You compare each network with the next one in the dict. All pairs are wanted: "
            "`itertools.combinations(..., 2)`.",
        ),
        Misconception(
            _with_themselves,
            "Each network is compared with itself too, and always agrees. A pair has two different ones.",
            also=(_with_themselves_once,),
        ),
        Misconception(
            _counted_twice,
            "You count each pair twice, (a, b) and (b, a), and divide as if once: the share can become 2.",
        ),
        Misconception(
            _counted_once_for_two,
            "You count each pair once and divide as if twice, (a, b) and (b, a): the share never gets above a half.",
        ),
        Misconception(
            _majority,
            "That is the share of networks that go with the majority. Asked are pairs.",
        ),
        Misconception(
            _not_divided_by_pairs,
            "You add up over the pairs and do not divide by how many pairs there are.",
        ),
        Misconception(
            _not_divided_by_pictures,
            "You do not divide by how many pictures there are: a share lies between 0 and 1.",
        ),
        Misconception(
            _per_network,
            "You divide by the number of networks. Of n networks there are n (n - 1) / 2 pairs.",
        ),
        Misconception(
            _per_pair,
            "That is one share for each pair. Return one number over all of them.",
            also=(_per_pair_listed,),
        ),
        Misconception(
            _per_picture,
            "That is one share for each picture. Return one number over all of them.",
        ),
        Misconception(
            lambda answers: 1 - _agreement(answers),
            "That is how often they *differ*.",
        ),
        Misconception(
            lambda answers: 100 * _agreement(answers),
            "That is in per cent. A share lies between 0 and 1.",
        ),
        Misconception(
            lambda answers: round(_agreement(answers) * math.comb(len(answers), 2) * len(next(iter(answers.values())))),
            "That is how often they agree. A share is wanted: divide by how often they were compared.",
        ),
        Misconception(
            _somewhere_in_the_list,
            "You ask whether the other network says the same of *any* picture. Compare picture by picture: `zip`.",
        ),
        Misconception(
            _the_same_set,
            "You compare which classes occur at all. Two networks can use the same words for different pictures: "
            "`zip` their lists.",
        ),
        Misconception(
            _whole_lists,
            "You compare whole lists: one picture that differs makes the pair differ. Compare picture by picture.",
        ),
        Misconception(
            _pictures_compared,
            "You compare the pictures of one network with each other. Compare two networks on the same picture.",
        ),
        Misconception(_first_picture, "You look at the first picture only. Compare all of them."),
        Misconception(
            _names_compared,
            "You compare the names of the networks. Their answers are the dict's `values()`.",
        ),
    ),
    hints=(
        "`itertools.combinations(answers.values(), 2)` gives each pair of lists once.",
        "Of one pair: `zip` the two lists and count where they are equal.",
        "Divide by how often you compared: the number of pairs times the number of pictures.",
    ),
    praise="It says how alike networks are. Whether they are right, only labels can say.",
)
