"""Exercise: the numbers of one folder's classes, in the numbers of a saved classifier."""

import torch

from ainotes.checks.engine import Exercise, Misconception


def _translate(labels, folder_classes, saved_classes):
    numbers = [saved_classes.index(name) if name in saved_classes else -1 for name in folder_classes]
    return torch.tensor(numbers)[labels]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _unknown(value):
    """Return the solution with another number for what the classifier does not know."""

    def variant(labels, folder_classes, saved_classes):
        numbers = [
            saved_classes.index(name) if name in saved_classes else value(saved_classes) for name in folder_classes
        ]
        return torch.tensor(numbers)[labels]

    return variant


def _other_way(labels, folder_classes, saved_classes):
    numbers = [folder_classes.index(name) if name in folder_classes else -1 for name in saved_classes]
    known = torch.tensor([*numbers, *[-1] * len(folder_classes)])
    return known[labels]


def _one_after_the_other(labels, folder_classes, saved_classes):
    """What was translated already is translated again."""
    labels = labels.clone()
    for number, name in enumerate(folder_classes):
        labels[labels == number] = saved_classes.index(name) if name in saved_classes else -1
    return labels


def _one_after_the_other_in_place(labels, folder_classes, saved_classes):
    for number, name in enumerate(folder_classes):
        labels[labels == number] = saved_classes.index(name) if name in saved_classes else -1
    return labels


def _without_unknown(labels, folder_classes, saved_classes):
    answer = _translate(labels, folder_classes, saved_classes)
    return answer[answer >= 0]


def _strict(labels, folder_classes, saved_classes):
    return torch.tensor([saved_classes.index(folder_classes[label]) for label in labels])


def _strict_for_all(labels, folder_classes, saved_classes):
    return torch.tensor([saved_classes.index(name) for name in folder_classes])[labels]


def _lookup(labels, folder_classes, saved_classes):
    numbers = {name: number for number, name in enumerate(saved_classes)}
    return torch.tensor([numbers[folder_classes[label]] for label in labels.tolist()])


def _names(labels, folder_classes, saved_classes):
    return [folder_classes[label] for label in labels.tolist()]


def _as_list(labels, folder_classes, saved_classes):
    return _translate(labels, folder_classes, saved_classes).tolist()


def _table(labels, folder_classes, saved_classes):
    return torch.tensor([saved_classes.index(name) if name in saved_classes else -1 for name in folder_classes])


def _sorted(labels, folder_classes, saved_classes):
    """Believes that both are in alphabetical order."""
    numbers = {name: number for number, name in enumerate(sorted(saved_classes))}
    return torch.tensor([numbers.get(folder_classes[label], -1) for label in labels.tolist()])


def _floats(labels, folder_classes, saved_classes):
    return _translate(labels, folder_classes, saved_classes).float()


translate = Exercise(
    name="translate",
    title="The same class, another number",
    difficulty=2,
    minutes=6,
    reference=_translate,
    cases=[
        (torch.tensor([0, 1, 2, 1, 0]), ["ant", "bee", "wasp"], ["bee", "wasp", "ant"]),
        (torch.tensor([2, 0, 1, 3, 3]), ["ant", "bee", "moth", "wasp"], ["wasp", "ant", "bee"]),
        (torch.tensor([1, 1, 0]), ["b", "a"], ["a", "b"]),
        (torch.tensor([0, 1, 1]), ["cup", "mug"], ["bowl", "cup", "glass", "mug"]),
        (torch.tensor([3, 0, 2, 1]), ["e", "f", "g", "h"], ["h", "g"]),
    ],
    misconceptions=(
        Misconception(
            lambda labels, folder_classes, saved_classes: labels,
            "You return the numbers as they are. A 0 of the folder is its first class, which may be another one in the "
            "classifier.",
            also=(lambda labels, folder_classes, saved_classes: labels.clone(),),
        ),
        Misconception(
            _other_way,
            "The wrong way round: you look up the classifier's names in the folder. The labels are numbers of the "
            "*folder*: from a number to its name there, then to that name's number in the classifier.",
        ),
        Misconception(
            _one_after_the_other,
            "You replace one number after the other in the same tensor: a 0 that became 1 is then taken for the "
            "folder's 1. Make the whole table first, then look all labels up in it.",
            also=(_one_after_the_other_in_place,),
        ),
        Misconception(
            _strict_for_all,
            "A class that the classifier does not know stops you with an error. Give it the number -1.",
            also=(_strict, _lookup),
        ),
        Misconception(
            _without_unknown,
            "You leave out pictures of unknown classes, and nobody can tell any more which label belongs to which "
            "picture. Give them -1.",
        ),
        Misconception(
            _unknown(lambda saved: 0),
            "What the classifier does not know becomes its class 0, and would count as right where it says so. Give it "
            "-1.",
        ),
        Misconception(
            _unknown(len),
            "You give unknown classes a number behind the last. That is no class of the classifier: -1 says so.",
        ),
        Misconception(
            lambda labels, folder_classes, saved_classes: labels % len(saved_classes),
            "The remainder of a number is a number, not the same class. Go by the names.",
            also=(lambda labels, folder_classes, saved_classes: labels.clamp(max=len(saved_classes) - 1),),
        ),
        Misconception(
            _sorted,
            "You sort the classifier's classes. Its logits are in the order in which `saved_classes` stands.",
        ),
        Misconception(
            _table,
            "That is the table, one number for each class of the folder. Look the labels up in it: `table[labels]`.",
        ),
        Misconception(
            _names,
            "Those are the names. Their numbers in `saved_classes` are wanted.",
        ),
        Misconception(
            _as_list,
            "The numbers are right, in a list. A tensor is wanted, as the labels are one.",
        ),
        Misconception(
            _floats,
            "The numbers are right, as floats. Labels are whole numbers.",
        ),
    ),
    hints=(
        "Make a table first: for each name in `folder_classes` its number in `saved_classes`, or -1.",
        "`saved_classes.index(name)` finds a number; ask `name in saved_classes` before.",
        "With the table as a tensor, `table[labels]` looks all labels up at once.",
    ),
    praise="A number means nothing without its list of names: save them together.",
)
