"""Exercise: a training step with two faults in it, to be mended."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ainotes.checks.debugging.material import as_pair, random_images, small_model, weights_of
from ainotes.checks.engine import Exercise, Misconception


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
    before, answers = weights_of(model), []
    for _ in range(3):
        answer = attempt(model, images, labels, F.cross_entropy, optimizer)
        answers.append(as_pair(answer, "the loss and the logits"))
    moved = weights_of(model) - before
    keeps = any(isinstance(value, Tensor) and value.requires_grad for answer in answers for value in answer)
    return {
        "weights moved by": moved.norm().item(),
        "weights": weights_of(model),
        "losses": [float(loss) for loss, _ in answers],
        "logits": torch.stack([torch.as_tensor(logits).detach() for _, logits in answers]),
        "what is returned still holds its graph": keeps,
    }


def _step_cases() -> list[tuple]:
    return [(small_model().eval(), *random_images(8), 0.2), (small_model(norm=True), *random_images(12), 0.1)]


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
