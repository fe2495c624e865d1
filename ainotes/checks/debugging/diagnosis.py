"""Exercise: name the complaint of each patient."""

from typing import Any

from ainotes.checks.engine import Exercise, Misconception

COMPLAINTS = (
    "no zero_grad",
    "no eval",
    "softmax before the loss",
    "not shuffled",
    "validation normalised differently",
    "data leak",
    "learning rate too high",
    "learning rate too low",
    "overfitting",
    "nothing wrong",
)

_DIAGNOSIS = {
    "A": "softmax before the loss",
    "B": "no eval",
    "C": "not shuffled",
    "D": "data leak",
    "E": "no zero_grad",
    "F": "validation normalised differently",
}

_CLUES = {
    "A": "It learns, yet its loss comes to rest far above the healthy one, as if on a floor. What sets such a floor?",
    "B": "Its training curve is the healthy one. Its validation curve lost its lead, and a second look at the same "
    "weights gives another number. What is random in this net?",
    "C": "Look at the loss within one epoch: it sinks and jumps up again, in a rhythm. What changes at each jump?",
    "D": "The most beautiful validation curve of the ward, and on fresh images it does not hold. Who has seen the "
    "validation images before?",
    "E": "Look at the *size* of its gradients: from the healthy start to how many times that? What could add up?",
    "F": "Training is healthy to the last digit, and fresh images are recognised well. Only one set of images fares "
    "badly, from the first epoch on.",
}

_CONFUSIONS = {
    ("A", "learning rate too low"): "A loss that sinks slowly looks like too small a step. But a small step only needs "
    "time, and this loss does not come down any more: its lowest value is far above the healthy one while its "
    "accuracy is decent.",
    ("A", "no eval"): "A missing `eval()` touches the validation curve only. Here the *training* loss is the odd one.",
    ("B", "overfitting"): "Overfitting is good on the training images and poor on others, and it grows with time. Here "
    "fresh images are recognised as well as in the healthy run: the net is fine, its measurement is not.",
    ("B", "nothing wrong"): "Compare with the healthy run: there, validation runs *ahead* of training, because dropout "
    "disturbs training only. And compare the two looks at the same weights in the table.",
    ("B", "validation normalised differently"): "Differently prepared images would give the same answer at a second "
    "look. This patient's answers change with nothing changed.",
    ("C", "no zero_grad"): "Both are restless. But gradients that are never set to zero grow and stay large; these "
    "rise and fall with the loss, in a rhythm.",
    ("C", "learning rate too high"): "Too large a step also makes the loss jump, but at any time. These jumps come at "
    "the same places in every epoch.",
    ("C", "overfitting"): "Overfitting needs a training curve that is good. This one fails on its training images too.",
    ("D", "nothing wrong"): "It looks like the healthiest of all, and that is the symptom: look at its accuracy on "
    "fresh images in the table.",
    ("D", "overfitting"): "The net does overfit, yet its validation curve does not show it, although that is what "
    "validation is for. Why does it not?",
    ("E", "learning rate too high"): "Close: the steps are wild. But the learning rate does not change the gradients "
    "of the very first steps, and a high one does not make them grow from step to step. Something adds up.",
    ("E", "not shuffled"): "Both are restless. Unshuffled data show a rhythm of one beat per class; here the gradients "
    "swell from the start and stay large.",
    ("F", "overfitting"): "Overfitting needs time to memorise; this gap is there after the first epoch. And fresh "
    "images, prepared as the training images were, are recognised well.",
    ("F", "no eval"): "Without `eval()` a second look at the same weights would differ. This one gives the same poor "
    "number twice.",
    ("F", "data leak"): "A leak flatters the validation accuracy. This one is far too low.",
}


_NOT_ON_THE_LIST = "(not on the list)"


def _confusions() -> tuple[Misconception, ...]:
    """An answer to every wrong complaint: its own where people really mix the two up, else the patient's clue.

    A variant is right up to one patient and wrong there, so the first wrong diagnosis of an attempt is the one named.
    """
    found: list[Misconception] = []
    before: dict[str, str] = {}
    for patient, right in _DIAGNOSIS.items():
        missing = f"Patient {patient} has no diagnosis from the list yet; write it exactly as it stands there."
        found.append(Misconception(before | {patient: _NOT_ON_THE_LIST}, missing))
        for complaint in COMPLAINTS:
            message = _CONFUSIONS.get((patient, complaint), f"it is not `{complaint}`. {_CLUES[patient]}")
            if complaint != right:
                found.append(Misconception(before | {patient: complaint}, f"Patient {patient}: {message}"))
        before = before | {patient: right}
    return tuple(found)


def _same_diagnosis(expected: dict, got: Any) -> bool:
    """Whether `got` says of each patient in `expected` what is expected; of others it may say anything."""
    if not isinstance(got, dict):
        return False
    said = {patient: got.get(patient) if got.get(patient) in COMPLAINTS else _NOT_ON_THE_LIST for patient in expected}
    return said == expected


diagnosis = Exercise(
    name="diagnosis",
    title="Six diagnoses",
    difficulty=3,
    minutes=15,
    reference=_DIAGNOSIS,
    same=_same_diagnosis,
    misconceptions=_confusions(),
    hints=(
        "Begin with the three whose *training* curves differ from the healthy run; the other three are healthy in "
        "training and odd in validation.",
        "Of the first three: one has gradients that only grow, one has a rhythm, one has a floor. Which fault makes "
        "which?",
        "Of the others, read the table: one answers differently at a second look, one is far better on fresh images "
        "than on its validation set, one is far worse.",
        "Every patient needs one complaint from the list, spelled as it is there.",
    ),
    praise="All six. Now read the code, and see how little it takes.",
)
