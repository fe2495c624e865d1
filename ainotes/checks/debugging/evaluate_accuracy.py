"""Exercise: measure a model, and give it back as it was."""

from typing import Any

import torch

from ainotes.checks.debugging.material import Watched, random_images, small_model
from ainotes.checks.engine import Exercise, Misconception


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
    watched = Watched(model).train(was_training)
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
    cases=lambda: [(small_model(norm=True), *random_images(40)), (small_model(norm=True).eval(), *random_images(24))],
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
