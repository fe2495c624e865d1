"""Exercise: how much of each class was recognised."""

import math

import torch

from ainotes.checks.engine import Exercise, Misconception


def _per_class_accuracy(predictions, labels, classes):
    shares = []
    for number in range(classes):
        ours = labels == number  # the pictures of this class
        shares.append((predictions[ours] == number).float().mean().item())  # the mean of none is nan
    return shares


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _per_class(share):
    """A list with ``share(predictions, labels, number)`` for each class."""

    def variant(predictions, labels, classes):
        return [share(predictions, labels, number) for number in range(classes)]

    return variant


def _ratio(part, whole):
    return part / whole if whole else math.nan


def _right(predictions, labels, number):
    return int(((predictions == number) & (labels == number)).sum())


def _recall(predictions, labels, number):
    return _ratio(_right(predictions, labels, number), int((labels == number).sum()))


def _precision(predictions, labels, number):
    return _ratio(_right(predictions, labels, number), int((predictions == number).sum()))


def _of_all(predictions, labels, number):
    return _ratio(_right(predictions, labels, number), len(labels))


def _right_about_the_class(predictions, labels, number):
    """How often "is it of this class?" is answered rightly, also with no."""
    return ((predictions == number) == (labels == number)).float().mean().item()


def _overlap(predictions, labels, number):
    either = int(((predictions == number) | (labels == number)).sum())
    return _ratio(_right(predictions, labels, number), either)


def _overall(predictions, labels, number):
    return (predictions == labels).float().mean().item()


def _predicted_per_true(predictions, labels, number):
    return _ratio(int((predictions == number).sum()), int((labels == number).sum()))


def _share_of_labels(predictions, labels, number):
    return (labels == number).float().mean().item()


def _of_all_right(predictions, labels, number):
    return _ratio(_right(predictions, labels, number), int((predictions == labels).sum()))


def _wrong_share(predictions, labels, number):
    return 1 - _recall(predictions, labels, number)


def _zero_for_none(predictions, labels, number):
    share = _recall(predictions, labels, number)
    return 0.0 if math.isnan(share) else share


def _one_for_none(predictions, labels, number):
    share = _recall(predictions, labels, number)
    return 1.0 if math.isnan(share) else share


def _none_for_none(predictions, labels, number):
    share = _recall(predictions, labels, number)
    return None if math.isnan(share) else share


def _divided_plainly(predictions, labels, number):
    return _right(predictions, labels, number) / int((labels == number).sum())


def _divided_by_max_1(predictions, labels, number):
    return _right(predictions, labels, number) / max(1, int((labels == number).sum()))


def _from_one(predictions, labels, classes):
    return [_recall(predictions, labels, number) for number in range(1, classes + 1)]


def _one_missing(predictions, labels, classes):
    return _per_class_accuracy(predictions, labels, classes)[:-1]


def _present_only(predictions, labels, classes):
    return [_recall(predictions, labels, number) for number in labels.unique().tolist()]


def _as_dict(predictions, labels, classes):
    return dict(enumerate(_per_class_accuracy(predictions, labels, classes)))


def _as_tensor(predictions, labels, classes):
    return torch.tensor(_per_class_accuracy(predictions, labels, classes))


def _tensors_in_a_list(predictions, labels, classes):
    return [torch.tensor(share) for share in _per_class_accuracy(predictions, labels, classes)]


def _in_pairs(predictions, labels, classes):
    return [(_right(predictions, labels, n), int((labels == n).sum())) for n in range(classes)]


def _mean_of_classes(predictions, labels, classes):
    shares = [share for share in _per_class_accuracy(predictions, labels, classes) if not math.isnan(share)]
    return sum(shares) / len(shares)


def _overall_alone(predictions, labels, classes):
    return (predictions == labels).float().mean().item()


def _summed_to_one(predictions, labels, classes):
    shares = torch.tensor(_per_class_accuracy(predictions, labels, classes))
    return (shares / shares.nansum()).tolist()


def _cases():
    def numbers(*values):
        return torch.tensor(values)

    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(5, (60,), generator=generator)
    guesses = torch.where(torch.rand(60, generator=generator) < 0.6, labels, (labels + 1) % 5)
    return [
        (numbers(0, 1, 1, 2, 2, 0, 2), numbers(0, 1, 1, 1, 2, 2, 2), 3),
        (numbers(1, 1, 0, 3, 1), numbers(1, 1, 1, 3, 0), 4),  # nothing of class 2
        (guesses, labels, 5),
        (numbers(2, 0, 0, 2), numbers(0, 0, 0, 0), 3),  # one class only
        (numbers(1, 0, 0, 1, 1), numbers(0, 1, 1, 0, 1), 2),
    ]


per_class_accuracy = Exercise(
    name="per_class_accuracy",
    title="Accuracy, class by class",
    difficulty=2,
    minutes=7,
    reference=_per_class_accuracy,
    cases=_cases,
    misconceptions=(
        Misconception(
            _per_class(_precision),
            "You divide by how often the class was *predicted*: that is the precision. Of the pictures that *are* of "
            "the class, how many were recognised?",
            also=(lambda predictions, labels, classes: _per_class_accuracy(labels, predictions, classes),),
        ),
        Misconception(
            _per_class(_of_all),
            "You divide by the number of all pictures. Each class is divided by its own.",
        ),
        Misconception(
            _per_class(_of_all_right),
            "You divide by all that were recognised. Each class is divided by its own pictures.",
        ),
        Misconception(
            _per_class(_right),
            "Those are counts. Divide each by the number of pictures of its class.",
            also=(_in_pairs,),
        ),
        Misconception(
            _per_class(lambda *args: 100 * _recall(*args)),
            "The numbers are right, in per cent. Give the shares themselves: half is 0.5.",
            also=(_per_class(lambda *args: 100 * _zero_for_none(*args)),),
        ),
        Misconception(
            _per_class(_zero_for_none),
            "A class without pictures gets 0, as if all of them had been missed. Nothing is known of it: nan says so.",
            also=(_per_class(_divided_by_max_1),),
        ),
        Misconception(
            _per_class(_one_for_none),
            "A class without pictures gets 1, as if all of them had been recognised. Nothing is known of it: nan says "
            "so.",
        ),
        Misconception(
            _per_class(_none_for_none),
            "A class without pictures gets None. A list of floats is wanted, and its number for unknown is nan.",
        ),
        Misconception(
            _per_class(_divided_plainly),
            "A class without pictures divides by zero. What should stand there?",
        ),
        Misconception(
            _per_class(_overall),
            "That is the accuracy over all classes, again and again. Look at the pictures of one class at a time.",
        ),
        Misconception(
            _overall_alone,
            "That is the accuracy over all classes. One number for each class is asked.",
            also=(_mean_of_classes,),
        ),
        Misconception(
            _per_class(_right_about_the_class),
            "You also count every picture that is of another class and was called so. Look only at the pictures of the "
            "class.",
        ),
        Misconception(
            _per_class(_overlap),
            "You divide by all that are of the class *or* were taken for it. Divide by those that are of it.",
        ),
        Misconception(
            _per_class(_predicted_per_true),
            "You count every prediction of the class, also the wrong ones. A share above 1 gives it away: prediction "
            "and label must agree.",
        ),
        Misconception(
            _per_class(_share_of_labels),
            "That is how common each class is. How many of its pictures were recognised?",
        ),
        Misconception(
            _per_class(_wrong_share),
            "That is the share that was missed. The share that was recognised is asked.",
        ),
        Misconception(
            _from_one,
            "You count the classes from 1. They are numbered from 0.",
        ),
        Misconception(
            _one_missing,
            "The last class is missing: `range(classes)` goes through all of them.",
        ),
        Misconception(
            _present_only,
            "Classes without pictures are left out, so the others move up. Each class has its place in the list.",
        ),
        Misconception(
            _as_tensor,
            "The numbers are right, as a tensor. A list of floats is wanted: `tolist()` makes one.",
        ),
        Misconception(
            _tensors_in_a_list,
            "The numbers are right, each as a tensor. `.item()` makes it a float.",
        ),
        Misconception(
            _as_dict,
            "The numbers are right, as a dict. A list is enough: the class is the place.",
        ),
        Misconception(
            _summed_to_one,
            "Your numbers add up to 1. They need not: every class could be recognised completely.",
        ),
    ),
    hints=(
        "Take one class: which pictures are of it? `labels == number` is True for those.",
        "Among these, the share whose prediction is `number` too. A mean of True and False, as floats, is a share.",
        "The mean of no numbers at all is nan in PyTorch; Python's own division by zero is an error.",
    ),
    praise="One accuracy for all hides much. Look for the class that does worst, and for what it is taken for.",
)
