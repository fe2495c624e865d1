"""The exercises on fine-tuning: right however written, never passed where wrong, and as torch and the package do it."""

import copy
import math

import attempts
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import vgg16

from ainotes.checks import finetuning
from ainotes.models import ResNet14
from ainotes.transfer import blocks, freeze, parameter_groups, unfreeze
from ainotes.transfer.anatomy import anatomy
from ainotes.utils.train import epoch_loop, evaluate, fit

EXERCISES = attempts.of(finetuning)

test_every_exercise_of_the_lesson_is_found = attempts.complete(finetuning, count=4, misconceptions=10)


# --- Right, however it is written -------------------------------------------------------------------------------------


def flat_by_building(size, channels, hidden):
    with torch.device("meta"):
        maps = torch.empty(1, channels, size, size)
        for _ in range(5):
            maps = nn.functional.max_pool2d(maps, 2)
        head = nn.Sequential(nn.Linear(maps.numel(), hidden), nn.ReLU(), nn.Linear(hidden, 1))
    return sum(parameter.numel() for parameter in head.parameters())


def flat_step_by_step(size, channels, hidden):
    for _ in range(5):
        size = int(size / 2)
    return channels * size * size * hidden + hidden + hidden + 1


def modes_one_by_one(model):
    for module in model.modules():
        frozen = all(not parameter.requires_grad for parameter in module.parameters())
        module.training = not (isinstance(module, nn.BatchNorm2d) and frozen)
    return model


def modes_by_the_scale(model):
    model.train(True)
    norms = (module for module in model.modules() if isinstance(module, nn.BatchNorm2d))
    for norm in norms:
        norm.train(norm.weight.requires_grad or norm.bias.requires_grad)
    return model


def rates_by_dividing_on(blocks, head, lr, decay):
    groups = [{"params": list(head.parameters()), "lr": lr}]
    for block in blocks[::-1]:
        lr *= decay
        groups.append({"params": (p for p in block.parameters() if p.requires_grad), "lr": lr})
    return groups


def rates_from_below(blocks, head, lr, decay):
    groups = {"head": {"params": head.parameters(), "lr": lr}}
    for number, block in enumerate(blocks):
        own = list(filter(lambda parameter: parameter.requires_grad, block.parameters()))
        groups[number] = {"name": f"block {number}", "params": own, "lr": lr * decay ** (len(blocks) - number)}
    return list(groups.values())


def best_by_all(model, train, validate, epochs):
    losses, every = [], []
    for _ in range(epochs):
        train(model)
        losses.append(validate(model))
        every.append({name: tensor.clone() for name, tensor in model.state_dict().items()})
    best = losses.index(min(losses))
    model.load_state_dict(every[best])
    return best + 1


def best_by_a_twin(model, train, validate, epochs):
    best, lowest, twin = 1, None, None
    for epoch in range(epochs):
        train(model)
        loss = validate(model)
        if lowest is None or loss < lowest:
            best, lowest, twin = epoch + 1, loss, copy.deepcopy(model)
    model.load_state_dict(twin.state_dict())
    return best


RIGHT: dict[str, list] = {
    "flat_head": [flat_by_building, flat_step_by_step],
    "train_mode": [modes_one_by_one, modes_by_the_scale],
    "learning_rates": [rates_by_dividing_on, rates_from_below],
    "keep_best": [best_by_all, best_by_a_twin],
}

test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


def last_in_evaluation(model):
    modes_one_by_one(model)
    list(model.modules())[-1].eval()
    return model


def rates_of_strangers(blocks, head, lr, decay):
    return rates_by_dividing_on([copy.deepcopy(block) for block in blocks], head, lr, decay)


def middling(model, train, validate, epochs):
    losses, every = [], []
    for _ in range(epochs):
        train(model)
        losses.append(validate(model))
        every.append(copy.deepcopy(model.state_dict()))
    middle = sorted(range(epochs), key=losses.__getitem__)[epochs // 2]
    model.load_state_dict(every[middle])
    return middle + 1


UNFORESEEN: dict[str, list] = {
    "flat_head": [
        lambda size, channels, hidden: flat_by_building(size, channels, hidden) + 1,
        lambda size, channels, hidden: flat_by_building(size, hidden, channels),
        lambda size, channels, hidden: str(flat_by_building(size, channels, hidden)),
        lambda size, channels, hidden: size,
    ],
    "train_mode": [
        last_in_evaluation,
        lambda model: modes_one_by_one(model.double()),
        lambda model: (modes_one_by_one(model), None),
    ],
    "learning_rates": [
        rates_of_strangers,
        lambda blocks, head, lr, decay: rates_by_dividing_on(blocks, head, -lr, decay),
        lambda blocks, head, lr, decay: rates_by_dividing_on(blocks, head, lr, decay / 2),
        lambda blocks, head, lr, decay: 5,
    ],
    "keep_best": [
        middling,
        lambda model, train, validate, epochs: best_by_all(model, train, validate, epochs + 1),
        lambda model, train, validate, epochs: best_by_all(model, train, validate, epochs) + 1,
        lambda model, train, validate, epochs: 1 / 0,
    ],
}

test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, least=3, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def norms_then_train(model):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d) and not module.weight.requires_grad:
            module.eval()
    model.train()
    return model


def body_in_evaluation(model):
    model.train()
    next(model.children()).eval()
    return model


def rates_from_the_pixels(blocks, head, lr, decay):
    groups = [{"params": head.parameters(), "lr": lr}]
    for block in blocks:
        lr = lr * decay
        groups.append({"params": [p for p in block.parameters() if p.requires_grad], "lr": lr})
    return groups


def rates_with_frozen(blocks, head, lr, decay):
    groups = [{"params": head.parameters(), "lr": lr}]
    for depth, block in enumerate(reversed(blocks), start=1):
        groups.append({"params": block.parameters(), "lr": lr * decay**depth})
    return groups


def an_optimizer(blocks, head, lr, decay):
    return torch.optim.Adam([p for part in (*blocks, head) for p in part.parameters() if p.requires_grad], lr=lr)


def best_without_a_copy(model, train, validate, epochs):
    lowest, best, weights = float("inf"), None, None
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, best, weights = loss, epoch, model.state_dict()
    model.load_state_dict(weights)
    return best


def best_by_patience(model, train, validate, epochs):
    lowest, weights, best = math.inf, None, 0
    for epoch in range(1, epochs + 1):
        train(model)
        loss = validate(model)
        if loss < lowest:
            lowest, weights, best = loss, copy.deepcopy(model.state_dict()), epoch
        else:
            model.load_state_dict(weights)
            return best
    return best


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (
            finetuning.flat_head,
            lambda size, channels, hidden: flat_by_building(size + 31, channels, hidden),
            "You round up",
        ),
        (
            finetuning.flat_head,
            lambda size, channels, hidden: flat_by_building(224, channels, hidden),
            "7 × 7 for granted",
        ),
        (
            finetuning.flat_head,
            lambda size, channels, hidden: flat_by_building(size, channels, hidden) - hidden - 1,
            "`hidden + 1` are missing",
        ),
        (finetuning.train_mode, norms_then_train, "`model.train()` after"),
        (finetuning.train_mode, body_in_evaluation, "whole body"),
        (finetuning.train_mode, lambda model: model.train(False), "Everything is in evaluation mode"),
        (finetuning.learning_rates, rates_from_the_pixels, "lowest block learns fastest"),
        (finetuning.learning_rates, rates_with_frozen, "Frozen parameters"),
        (finetuning.learning_rates, an_optimizer, "Everything learns with `lr`"),
        (finetuning.keep_best, best_without_a_copy, "the tensors themselves"),
        (finetuning.keep_best, best_by_patience, "stop at the first"),
    ]
)


# --- The same as torch and as the package -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [150, 224, 100])
def test_the_count_is_that_of_a_head_on_vgg_16(size):
    with torch.device("meta"):
        maps = vgg16().features(torch.empty(1, 3, size, size))
    head = nn.Sequential(nn.Flatten(), nn.Linear(maps.numel(), 256, device="meta"), nn.Linear(256, 1, device="meta"))
    assert finetuning.flat_head.reference(size, 512, 256) == sum(p.numel() for p in head.parameters())


def test_the_count_is_the_published_one():
    assert finetuning.flat_head.reference(150, 512, 256) == 2_097_665


def test_the_norms_that_are_held_are_those_that_the_package_holds():
    model = unfreeze(freeze(ResNet14()), blocks=1).train()
    plain = copy.deepcopy(model)
    for module in plain.modules():
        vars(module).pop("train", None)  # what `freeze` holds a module with
    finetuning.train_mode.reference(plain)
    modes = [
        [(name, part.training) for name, part in each.named_modules() if isinstance(part, nn.BatchNorm2d)]
        for each in (model, plain)
    ]
    assert modes[0] == modes[1]
    assert {training for _, training in modes[0]} == {True, False}


@pytest.mark.parametrize("learning", [0, 1, 2, 3])
def test_the_rates_are_those_of_the_package(learning):
    model = unfreeze(freeze(ResNet14()), blocks=learning)
    found = anatomy(model)
    assert len(found.blocks) == len(blocks(model)) - 1 == 3
    parts = [nn.ModuleList(block.modules) for block in found.blocks]
    ours = finetuning.learning_rates.reference(parts, nn.ModuleList(found.head.modules), 1e-2, 0.3)
    theirs = parameter_groups(model, lr=1e-2, decay=0.3)
    rates = [{id(p): group["lr"] for group in groups for p in group["params"]} for groups in (ours, theirs)]
    assert rates[0].keys() == rates[1].keys()
    assert all(math.isclose(rate, rates[1][key]) for key, rate in rates[0].items())


def test_the_best_epoch_is_the_one_that_fit_keeps():
    torch.manual_seed(0)
    images, labels = torch.randn(24, 6), torch.arange(24) % 2
    train, val = (
        DataLoader(TensorDataset(images[part], labels[part]), 4) for part in (slice(12), slice(12, None))
    )  # noise: the validation loss rises as soon as the training images are known by heart
    one = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
    other, loss = copy.deepcopy(one), nn.CrossEntropyLoss()
    first, second = (torch.optim.SGD(model.parameters(), lr=0.3) for model in (one, other))
    best = finetuning.keep_best.reference(
        one,
        lambda model: epoch_loop(train, model, loss, first, "cpu"),
        lambda model: evaluate(val, model, loss, "cpu")["loss"],
        12,
    )
    history = fit(train, other, loss, second, 12, "cpu", val_dataloader=val, keep_best=True, quiet=True)
    assert best == history["val_loss"].index(min(history["val_loss"])) + 1 < 12
    torch.testing.assert_close(one.state_dict(), other.state_dict())
