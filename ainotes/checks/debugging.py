"""Exercises of the debugging lab."""

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ainotes.checks import patients
from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.words import short

# --- Small material for the checks: everything is decided by a seed ---------------------------------------------------

CLASSES = 4


def _images(count: int) -> tuple[Tensor, Tensor]:
    """Noise (count, 1, 6, 6), and labels that have nothing to do with it."""
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, 1, 6, 6, generator=generator), torch.arange(count) % CLASSES


def _model(norm: bool = False) -> nn.Sequential:
    """A tiny network with dropout, and with batch normalisation where asked for; always the same weights."""
    torch.default_generator.manual_seed(1)  # the engine puts the random state back
    first = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)] if norm else [nn.Conv2d(1, 4, 3)]
    return nn.Sequential(*first, nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, CLASSES))


def _weights(model: nn.Module) -> Tensor:
    return torch.cat([value.detach().flatten() for value in model.parameters()])


def _pair(value: Any, wanted: str) -> tuple:
    """Both halves of a returned pair, or an error that says what was wanted."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"expected {wanted}, a pair; got {short(value, 60)}")
    return tuple(value)


class _Watched(nn.Module):
    """A network that notes, at each call, its mode and whether autograd was recording."""

    def __init__(self, inner: nn.Module):
        super().__init__()
        self.inner = inner
        self.training_seen: list[bool] = []
        self.recording_seen: list[bool] = []

    def forward(self, images: Tensor) -> Tensor:
        self.training_seen.append(self.training)
        self.recording_seen.append(torch.is_grad_enabled())
        return self.inner(images)


# --- Sanity checks ----------------------------------------------------------------------------------------------------


def _sanity_checks(model, images, labels, classes):
    twin = copy.deepcopy(model)  # the caller's model stays as it is
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-2)
    losses = []
    for _ in range(100):
        loss = F.cross_entropy(twin(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"expected": math.log(classes), "first": losses[0], "last": losses[-1]}


def _without_training(model, images, labels, classes):
    """What the sanity checks return, as if the training had gone well: the variants below are quick this way."""
    with torch.no_grad():
        return {"expected": math.log(classes), "first": F.cross_entropy(model(images), labels).item(), "last": 0.0}


def _with_expected(expected: Callable) -> Callable:
    """A variant of the sanity checks that expects another first loss."""

    def variant(model, images, labels, classes):
        return _without_training(model, images, labels, classes) | {"expected": expected(images, classes)}

    return variant


def _trains_the_original(model, images, labels, classes):
    found = _without_training(model, images, labels, classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    F.cross_entropy(model(images), labels).backward()
    optimizer.step()
    return found


def _first_is_last(model, images, labels, classes):
    return _without_training(model, images, labels, classes) | {"first": 0.0}


def _last_is_first(model, images, labels, classes):
    found = _without_training(model, images, labels, classes)
    return found | {"last": found["first"]}


def _first_of_probabilities(model, images, labels, classes):
    with torch.no_grad():
        first = F.cross_entropy(model(images).softmax(dim=1), labels).item()
    return _without_training(model, images, labels, classes) | {"first": first}


def _use_sanity_checks(attempt, model, images, labels, classes) -> Any:
    before = copy.deepcopy(model)
    found = attempt(model, images, labels, classes)
    if not isinstance(found, dict) or set(found) != {"expected", "first", "last"}:
        return found
    found = {key: float(value) for key, value in found.items()}
    with torch.no_grad():
        logits = before(images)
    moments = {
        "before any step": F.cross_entropy(logits, labels).item(),
        "of probabilities": F.cross_entropy(logits.softmax(dim=1), labels).item(),
        "after the training": found["last"],
    }
    return {
        "expected": found["expected"],
        "last": "below 0.1" if found["last"] < 0.1 else "0.1 or more",
        "first": "the loss " + min(moments, key=lambda moment: abs(moments[moment] - found["first"])),
        "the model is as it was": torch.equal(_weights(before), _weights(model)),
    }


def _sanity_cases() -> list[tuple]:
    torch.default_generator.manual_seed(2)
    plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 32), nn.ReLU(), nn.Linear(32, CLASSES))
    wide = nn.Sequential(nn.Flatten(), nn.Linear(36, 32), nn.ReLU(), nn.Linear(32, 10))
    return [(plain, *_images(12), CLASSES), (wide, *_images(16), 10)]


sanity_checks = Exercise(
    name="sanity_checks",
    title="Two sanity checks",
    difficulty=2,
    minutes=12,
    reference=_sanity_checks,
    cases=_sanity_cases,
    call=_use_sanity_checks,
    misconceptions=(
        Misconception(
            _with_expected(lambda images, classes: 1 / classes),
            "`1 / classes` is the probability that an untrained net gives to the right class. The loss is minus the "
            "logarithm of that probability.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log(1 / classes)),
            "The logarithm of a probability is negative, a cross-entropy never is: the loss is *minus* the logarithm.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log2(classes)),
            "That is in bits. Cross-entropy in PyTorch uses the natural logarithm, `math.log`.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log10(classes)),
            "That is the logarithm to base 10. Cross-entropy in PyTorch uses the natural logarithm, `math.log`.",
        ),
        Misconception(
            _with_expected(lambda images, classes: math.log(len(images))),
            "That counts the images of the batch. What an untrained net cannot tell apart are the *classes*.",
        ),
        Misconception(
            _trains_the_original,
            "The numbers are right, but the check has trained the caller's model. Overfit a `copy.deepcopy(model)` "
            "instead: a check must leave no trace.",
        ),
        Misconception(
            _first_is_last,
            "`first` is the loss after training. The check is about the loss *before* any step.",
        ),
        Misconception(
            _last_is_first,
            "`last` is no lower than the loss was at the start. Take a hundred steps on this same batch, and look "
            "again.",
        ),
        Misconception(
            _first_of_probabilities,
            "`first` is computed from probabilities. `F.cross_entropy` takes the logits as they leave the model: it "
            "applies the softmax itself.",
        ),
    ),
    hints=(
        "A net that knows nothing gives every class the same probability, `1 / classes`. What is `-log` of that?",
        "Train a `copy.deepcopy(model)` for 100 steps on this one batch, with `torch.optim.Adam(..., lr=1e-2)`; keep "
        "each `loss.item()` in a list.",
        'Return `{"expected": math.log(classes), "first": losses[0], "last": losses[-1]}`.',
    ),
    seconds=20.0,
    praise="Two numbers and one batch: seconds to run, and they find more faults than an afternoon of staring.",
)


# --- The diagnosis ----------------------------------------------------------------------------------------------------

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


# --- The training step ------------------------------------------------------------------------------------------------


def _train_step(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


def _step_without_zero_grad(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


def _step_with_softmax(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images).softmax(dim=1)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


def _step_zeroed_too_late(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.detach(), logits.detach()


def _step_before_backward(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.detach(), logits.detach()


def _step_in_eval(model, images, labels, loss_fn, optimizer):
    model.eval()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()


def _step_with_second_pass(model, images, labels, loss_fn, optimizer):
    loss, _ = _train_step(model, images, labels, loss_fn, optimizer)
    return loss, model(images).detach()


def _step_returns_graph(model, images, labels, loss_fn, optimizer):
    model.train()
    logits = model(images)
    loss = loss_fn(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss, logits


def _use_train_step(attempt, model, images, labels, lr) -> dict[str, Any]:
    """Three steps of plain SGD, so that what piles up shows in the weights."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    before, answers = _weights(model), []
    for _ in range(3):
        answer = attempt(model, images, labels, F.cross_entropy, optimizer)
        answers.append(_pair(answer, "the loss and the logits"))
    moved = _weights(model) - before
    keeps = any(isinstance(value, Tensor) and value.requires_grad for answer in answers for value in answer)
    return {
        "weights moved by": moved.norm().item(),
        "weights": _weights(model),
        "losses": [float(loss) for loss, _ in answers],
        "logits": torch.stack([torch.as_tensor(logits).detach() for _, logits in answers]),
        "what is returned still holds its graph": keeps,
    }


def _step_cases() -> list[tuple]:
    return [(_model().eval(), *_images(8), 0.2), (_model(norm=True), *_images(12), 0.1)]


_BROKEN_STEP = '''
def train_step(model, images, labels, loss_fn, optimizer):
    """One step of training; return the loss and the logits that it was computed from."""
    model.train()
    logits = model(images).softmax(dim=1)
    loss = loss_fn(logits, labels)
    loss.backward()
    optimizer.step()
    return loss.detach(), logits.detach()
'''

train_step = Exercise(
    name="train_step",
    title="Mend the training step",
    difficulty=1,
    minutes=6,
    reference=_train_step,
    cases=_step_cases,
    call=_use_train_step,
    mutates=True,
    misconceptions=(
        Misconception(
            _step_without_zero_grad,
            "The softmax is gone. But `backward()` *adds* to the gradients of the steps before: who takes those away?",
        ),
        Misconception(
            _step_with_softmax,
            "The gradients start from zero now. But `loss_fn` is a cross-entropy: it applies the softmax itself, and "
            "here it gets probabilities.",
        ),
        Misconception(
            _step_zeroed_too_late,
            "The weights do not move: the gradients are set to zero after `backward()` filled them and before `step()` "
            "used them.",
        ),
        Misconception(
            _step_before_backward,
            "`step()` comes before this batch's `backward()`, so there is nothing to step with: either the "
            "weights stay, or they follow an older batch.",
        ),
        Misconception(
            _step_in_eval,
            "`eval()` switches dropout off and freezes the statistics of batch normalisation. Training wants "
            "`train()`; `eval()` is for measuring.",
        ),
        Misconception(
            _step_with_second_pass,
            "The logits come from a second forward pass: it costs time, and after the step the model is another one. "
            "Return the logits that the loss was computed from.",
        ),
        Misconception(
            _step_returns_graph,
            "The step is right. But what it returns still holds its graph, so a list of losses keeps every graph of "
            "the epoch in memory. Return `loss.detach()` and `logits.detach()`.",
        ),
    ),
    hints=(
        "Two faults, patients A and E. Which line of the healthy `train_step` is missing here? Which call is too much?",
        "Cross-entropy wants logits, so nothing stands between the model and the loss. And each `backward()` adds to "
        "what is already there.",
        "`logits = model(images)`, then the loss, then `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`.",
    ),
    stub=_BROKEN_STEP,
    praise="Setting to zero may come anywhere after `step()` and before the next `backward()`.",
)


# --- Measuring --------------------------------------------------------------------------------------------------------


def _evaluate_accuracy(model, images, labels):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(images)
    model.train(was_training)
    return (logits.argmax(dim=1) == labels).float().mean().item()


def _never_eval(model, images, labels):
    with torch.no_grad():
        logits = model(images)
    return (logits.argmax(dim=1) == labels).float().mean().item()


def _left_in_eval(model, images, labels):
    model.eval()
    with torch.no_grad():
        logits = model(images)
    return (logits.argmax(dim=1) == labels).float().mean().item()


def _always_back_to_train(model, images, labels):
    accuracy = _evaluate_accuracy(model, images, labels)
    model.train()
    return accuracy


def _eval_without_no_grad(model, images, labels):
    was_training = model.training
    model.eval()
    logits = model(images)
    model.train(was_training)
    return (logits.argmax(dim=1) == labels).float().mean().item()


def _gradients_left_off(model, images, labels):
    torch.set_grad_enabled(False)
    return _evaluate_accuracy(model, images, labels)


def _weights_left_frozen(model, images, labels):
    model.requires_grad_(False)
    return _evaluate_accuracy(model, images, labels)


def _in_per_cent(model, images, labels):
    return 100 * _evaluate_accuracy(model, images, labels)


def _count_of_right_ones(model, images, labels):
    return _evaluate_accuracy(model, images, labels) * len(labels)


def _argmax_over_images(model, images, labels):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(images)
    model.train(was_training)
    return (logits.argmax(dim=0) == labels).float().mean().item()


def _use_evaluate_accuracy(attempt, model, images, labels) -> dict[str, Any]:
    was_training = model.training
    watched = _Watched(model).train(was_training)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    accuracy = attempt(watched, images, labels)
    return {
        "accuracy": round(float(accuracy), 6),
        "measured in training mode": any(watched.training_seen),
        "autograd recorded the measuring": any(watched.recording_seen),
        "mode is as it was": all(module.training == was_training for module in watched.modules()),
        "statistics are as they were": all(torch.equal(before[key], now) for key, now in model.state_dict().items()),
        "autograd records again afterwards": torch.is_grad_enabled(),
        "weights still want gradients": all(weight.requires_grad for weight in model.parameters()),
    }


_BROKEN_MEASURE = '''
def evaluate_accuracy(model, images, labels):
    """The fraction of the images that the model gets right; the model is left as it was."""
    with torch.no_grad():
        logits = model(images)
    return (logits.argmax(dim=1) == labels).float().mean().item()
'''

evaluate_accuracy = Exercise(
    name="evaluate_accuracy",
    title="Mend the measurement",
    difficulty=2,
    minutes=8,
    reference=_evaluate_accuracy,
    cases=lambda: [(_model(norm=True), *_images(40)), (_model(norm=True).eval(), *_images(24))],
    call=_use_evaluate_accuracy,
    mutates=True,
    misconceptions=(
        Misconception(
            _never_eval,
            "`no_grad()` stops the recording of gradients, nothing else: dropout still drops, and batch normalisation "
            "still uses (and updates!) the statistics of the batch. What switches those?",
        ),
        Misconception(
            _left_in_eval,
            "The accuracy is right, but a model that came in training mode goes home in `eval()` mode, and the next "
            "epoch trains without dropout. Give it back as it was.",
        ),
        Misconception(
            _always_back_to_train,
            "A model that came in `eval()` mode goes home in training mode. Remember `model.training` before you "
            "change it, and restore *that*.",
        ),
        Misconception(
            _eval_without_no_grad,
            "`eval()` does not stop autograd: every activation is kept for a backward pass that never comes. Measure "
            "under `torch.no_grad()`.",
        ),
        Misconception(
            _gradients_left_off,
            "`torch.set_grad_enabled(False)` outlives the function: the next `loss.backward()` anywhere will fail. "
            "`with torch.no_grad():` ends with its block.",
        ),
        Misconception(
            _weights_left_frozen,
            "`requires_grad_(False)` stays on the weights: they can no longer be trained. `with torch.no_grad():` "
            "does not touch them.",
        ),
        Misconception(_in_per_cent, "That is in per cent. Return the fraction, between 0 and 1."),
        Misconception(
            _count_of_right_ones,
            "That is how *many* are right. The fraction is the mean of right (1) and wrong (0).",
        ),
        Misconception(
            _argmax_over_images,
            "`argmax(dim=0)` looks for the best *image* of each class. Logits are (N, classes): the best class of each "
            "image is along `dim=1`.",
        ),
    ),
    hints=(
        "Dropout and batch normalisation behave differently in training. Which call tells them that this is not "
        "training?",
        "`was_training = model.training`, then `model.eval()`, then measure under `torch.no_grad()`.",
        "Before you return: `model.train(was_training)`.",
    ),
    stub=_BROKEN_MEASURE,
    praise="To restore the mode after an error too, put it into `finally:`, as `ainotes.utils.train.evaluate` does.",
)


# --- The split --------------------------------------------------------------------------------------------------------


def _split_then_mirror(images, labels, generator):
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    validation = images[held_out], labels[held_out]
    train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)
    return train, validation


def _mirror_then_split(images, labels, generator):
    images, labels = torch.cat([images, images.flip(3)]), labels.repeat(2)
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


def _trains_on_everything(images, labels, generator):
    _, validation = _split_then_mirror(images, labels, generator)
    return (torch.cat([images, images.flip(3)]), labels.repeat(2)), validation


def _two_draws(images, labels, generator):
    held_out = torch.randperm(len(images), generator=generator)[: len(images) // 5]
    kept = torch.randperm(len(images), generator=generator)[len(images) // 5 :]
    train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)
    return train, (images[held_out], labels[held_out])


def _not_shuffled(images, labels, generator):
    size = len(images) // 5
    train = torch.cat([images[size:], images[size:].flip(3)]), labels[size:].repeat(2)
    return train, (images[:size], labels[:size])


def _mirrors_both(images, labels, generator):
    train, (held_out, answers) = _split_then_mirror(images, labels, generator)
    return train, (torch.cat([held_out, held_out.flip(3)]), answers.repeat(2))


def _no_mirror(images, labels, generator):
    (kept, answers), validation = _split_then_mirror(images, labels, generator)
    return (kept[: len(kept) // 2], answers[: len(kept) // 2]), validation


def _labels_stay_behind(images, labels, generator):
    order = torch.randperm(len(images), generator=generator)
    size = len(images) // 5
    held_out, kept = images[order[:size]], images[order[size:]]
    return (torch.cat([kept, kept.flip(3)]), labels[size:].repeat(2)), (held_out, labels[:size])


def _flips_upside_down(images, labels, generator):
    (train, answers), validation = _split_then_mirror(images, labels, generator)
    kept = train[: len(train) // 2]
    return (torch.cat([kept, kept.flip(2)]), answers), validation


def _changed_places(images, labels, generator):
    train, validation = _split_then_mirror(images, labels, generator)
    return validation, train


def _numbered_images(count: int) -> tuple[Tensor, Tensor]:
    """Images (count, 1, 2, 2) that carry their number, sorted by class: pixel [0, 0] is it, [0, 1] and [1, 0] say how.

    As it is an image has 1 at [1, 0]; its mirror image has the number at [0, 1].
    """
    images = torch.zeros(count, 1, 2, 2)
    images[:, 0, 0, 0] = torch.arange(1, count + 1)
    images[:, 0, 1, 0] = -1
    return images, torch.arange(count) * CLASSES // count


def _read_numbers(images: Tensor) -> tuple[list[int], int, int]:
    """The number of each image, and how many are mirrored or upside down."""
    flat = images.reshape(-1, 4)
    upside_down = flat[:, :2].max(dim=1).values <= 0
    mirrored = (flat[:, 1] > 0) | (flat[:, 3] > 0)
    numbers = [int(value) for value in flat.max(dim=1).values]
    return numbers, int(mirrored.sum()), int(upside_down.sum())


def _use_split(attempt, images, labels) -> dict[str, Any]:
    sets = _pair(attempt(images, labels, torch.Generator().manual_seed(3)), "the training and the validation set")
    train, train_labels = _pair(sets[0], "images and labels to train on")
    held_out, answers = _pair(sets[1], "images and labels to validate on")
    kept, mirrored, turned = _read_numbers(train)
    numbers, mirrored_out, turned_out = _read_numbers(held_out)
    fits = [int(labels[number - 1]) for number in kept + numbers] == [*train_labels.tolist(), *answers.tolist()]
    return {
        "validation images that are in the training set": len(set(numbers) & set(kept)),
        "different validation images": len(set(numbers)),
        "validation images that are mirrored": mirrored_out,
        "training images": len(train),
        "mirrored training images": mirrored,
        "images upside down": turned + turned_out,
        "validation has all kinds": len(set(answers.tolist())) > 1,
        "every image has its own label": fits,
    }


def _same_split(expected: dict, got: dict) -> bool:
    """Equal, but for a leak only whether there is one: how many images leak depends on how they were drawn."""
    leaks = "validation images that are in the training set"
    exact = {key: value for key, value in expected.items() if key != leaks}
    return (expected[leaks] > 0) == (got[leaks] > 0) and all(got[key] == value for key, value in exact.items())


_BROKEN_SPLIT = '''
def split_then_mirror(images, labels, generator):
    """((images, labels) to train on, (images, labels) to validate on): a fifth is held out."""
    images, labels = torch.cat([images, images.flip(3)]), labels.repeat(2)
    order = torch.randperm(len(images), generator=generator)
    held_out, kept = order[: len(images) // 5], order[len(images) // 5 :]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])
'''

split_then_mirror = Exercise(
    name="split_then_mirror",
    title="Stop the leak",
    difficulty=2,
    minutes=10,
    reference=_split_then_mirror,
    cases=lambda: [_numbered_images(100), _numbered_images(60)],
    call=_use_split,
    same=_same_split,
    misconceptions=(
        Misconception(
            _mirror_then_split,
            "The mirror images are still made before the split, so one half of a pair can land on each side. Split "
            "first.",
        ),
        Misconception(
            _trains_on_everything,
            "The training set still holds *all* images, those of the validation set too. Train on what is not held "
            "out.",
        ),
        Misconception(
            _two_draws,
            "The two sets come from two draws, so an image can be in both. Draw one order and cut it in two.",
        ),
        Misconception(
            _not_shuffled,
            "The held-out images are simply the first ones. Where a file is sorted by class (as here) that is one "
            "class only: hold out at random.",
        ),
        Misconception(
            _mirrors_both,
            "The validation images are mirrored as well. Measure on images as they will really come.",
        ),
        Misconception(_no_mirror, "There is no leak, but the training set has lost its mirror images: add them."),
        Misconception(
            _labels_stay_behind,
            "The images were put in a new order and the labels were not: index both with the same numbers.",
        ),
        Misconception(
            _flips_upside_down,
            "`flip(2)` turns the rows around and stands the garments on their heads. Columns are dimension 3 of "
            "(N, C, H, W).",
        ),
        Misconception(
            _changed_places,
            "The two sets have changed places: the training set comes first, and it is the larger one.",
        ),
    ),
    hints=(
        "Copies of one image must stay on one side. So what has to happen first, splitting or copying?",
        "Cut `torch.randperm(len(images), generator=generator)` after a fifth of the *original* images.",
        "`train = torch.cat([images[kept], images[kept].flip(3)]), labels[kept].repeat(2)`; the validation set is "
        "`images[held_out], labels[held_out]`.",
    ),
    stub=_BROKEN_SPLIT,
    praise="The rule behind it: whatever is made from the data (copies, means, choices) is made after the split.",
)


__all__ = [
    "COMPLAINTS",
    "diagnosis",
    "evaluate_accuracy",
    "patients",
    "sanity_checks",
    "split_then_mirror",
    "train_step",
]
