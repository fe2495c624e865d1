"""Exercise: training mode, but for the batch normalisations that are frozen."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ainotes.checks.engine import Exercise, Misconception


def _train_mode(model):
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d) and not any(p.requires_grad for p in module.parameters()):
            module.eval()
    return model


# --- The networks, and what is looked at afterwards -------------------------------------------------------------------


class _Block(nn.Module):
    """A residual block whose shortcut holds a batch normalisation that is not called "bn"."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        return (self.bn(self.conv(x)) + self.shortcut(x)).relu()


def _network() -> nn.Sequential:
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.1), _Block(4, 5), _Block(5, 6))
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 2))
    return nn.Sequential(body, head)


def _frozen_body() -> nn.Sequential:
    model = _network()
    model[0].requires_grad_(False)
    return model


def _top_block_learns() -> nn.Module:
    model = _frozen_body()
    model.eval()
    list(model[0].children())[4].requires_grad_(True)
    return model


def _everything_learns() -> nn.Module:
    return _network().eval()


def _flat() -> nn.Module:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Dropout2d())
    model[:2].requires_grad_(False)
    return model


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "body frozen": _frozen_body,
    "body frozen but for its top block": _top_block_learns,
    "nothing frozen": _everything_learns,
    "a chain, its lower half frozen": _flat,
}


def _norms(model: nn.Module) -> list[nn.modules.batchnorm._BatchNorm]:
    return [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]


def _settings(model: nn.Module, name: str) -> list:
    return [getattr(norm, name) for norm in _norms(model)]


def _applied(attempt: Callable, network: str) -> Any:
    """Set the modes of a network and tell what has become of it."""
    torch.manual_seed(0)
    model = NETWORKS[network]()
    for norm in _norms(model):
        norm.running_mean.normal_()  # type: ignore[union-attr]  # they have seen pictures
    before = copy.deepcopy(model)
    returned = attempt(model)
    state = model.state_dict()
    return {
        "in training mode": [name for name, module in model.named_modules() if module.training],
        "trainable as before": [p.requires_grad for p in model.parameters()]
        == [p.requires_grad for p in before.parameters()],
        "numbers as before": all(torch.equal(old, state[name].to(old)) for name, old in before.state_dict().items()),
        "types as before": all(old.dtype == state[name].dtype for name, old in before.state_dict().items()),
        "momentum as before": _settings(model, "momentum") == _settings(before, "momentum"),
        "statistics are kept": all(_settings(model, "track_running_stats")),
        "returned": _what(returned, model),
    }


def _what(returned: Any, model: nn.Module) -> Any:
    if returned is model:
        return "the model"
    return "another network" if isinstance(returned, nn.Module) else returned


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _is_norm(module):
    return isinstance(module, nn.BatchNorm2d)


def _is_frozen(module):
    return not any(parameter.requires_grad for parameter in module.parameters())


def _but_for(rule):
    """Training mode, but evaluation mode for each module of which ``rule(name, module)`` is true."""

    def variant(model):
        model.train()
        for name, module in model.named_modules():
            if rule(name, module):
                module.eval()
        return model

    return variant


def _never_train(model):
    for module in model.modules():
        if _is_norm(module) and _is_frozen(module):
            module.eval()
    return model


def _evaluation(model):
    return model.eval()


def _norms_in_evaluation_first(model):
    _never_train(model)
    return model.train()


def _children_only(model):
    model.train()
    for module in model.children():
        if _is_norm(module) and _is_frozen(module):
            module.eval()
    return model


def _settings_instead(change):
    def variant(model):
        model.train()
        for module in model.modules():
            if _is_norm(module) and _is_frozen(module):
                change(module)
        return model

    return variant


def _no_momentum(module):
    module.momentum = 0.0


def _no_statistics(module):
    module.track_running_stats = False


def _frozen_too(model):
    _train_mode(model)
    for module in model.modules():
        if _is_norm(module):
            module.requires_grad_(False)
    return model


def _thawed_too(model):
    _train_mode(model)
    for module in model.modules():
        if _is_norm(module):
            module.requires_grad_(True)
    return model


def _reset_too(model):
    _train_mode(model)
    for module in model.modules():
        if _is_norm(module):
            module.reset_running_stats()
    return model


def _returns(value):
    def variant(model):
        return value(_train_mode(model))

    return variant


def _of_a_copy(model):
    return _train_mode(copy.deepcopy(model))


def _first_parameter_decides(model):
    """Asks once, of the whole model."""
    model.train()
    if not next(model.parameters()).requires_grad:
        for module in model.modules():
            if _is_norm(module):
                module.eval()
    return model


train_mode = Exercise(
    name="train_mode",
    title="Training mode, but for what is frozen",
    difficulty=2,
    minutes=8,
    reference=_train_mode,
    cases=[(name,) for name in NETWORKS],
    call=_applied,
    misconceptions=(
        Misconception(
            lambda model: model.train(),
            "The frozen batch norms are in training mode. If you did put them into `eval()`: a `model.train()` after "
            "that switches them on again, for it reaches every module.",
            also=(_norms_in_evaluation_first,),
        ),
        Misconception(
            _evaluation,
            "Everything is in evaluation mode: no dropout, and the head's own batch norm does not learn its "
            "statistics. Only frozen batch norms shall be.",
        ),
        Misconception(
            _never_train,
            "A model that came in evaluation mode stays in it. Begin with `model.train()`.",
        ),
        Misconception(
            _but_for(lambda name, module: _is_norm(module)),
            "Batch norms that learn are in evaluation mode too. Only those of which no parameter asks for a gradient "
            "shall be.",
            also=(_first_parameter_decides,),
        ),
        Misconception(
            _but_for(lambda name, module: isinstance(module, nn.modules.batchnorm._BatchNorm)),
            "Batch norms that learn are in evaluation mode, that of the head among them. Ask each for its parameters.",
        ),
        Misconception(
            _but_for(lambda name, module: _is_norm(module) and not _is_frozen(module)),
            "The wrong way round: frozen batch norms go on counting, and those that learn are held.",
        ),
        Misconception(
            _but_for(lambda name, module: _is_frozen(module)),
            "You put everything into evaluation mode that has nothing to train, dropout and whole blocks too. Ask for "
            "`nn.BatchNorm2d` as well.",
            also=(
                _but_for(lambda name, module: _is_frozen(module) and bool(list(module.parameters()))),
                _but_for(
                    lambda name, module: bool(list(module.parameters(recurse=False))) and _is_frozen(module),
                ),
            ),
        ),
        Misconception(
            _but_for(lambda name, module: name == "0"),
            "You put the whole body into evaluation mode, with its dropout and with blocks that learn. Go through "
            "`model.modules()`, and ask each.",
        ),
        Misconception(
            _children_only,
            "`children()` sees the uppermost layers only. Batch norms inside the body go on counting: `modules()` goes "
            "all the way down.",
        ),
        Misconception(
            _but_for(lambda name, module: name.endswith("bn") and _is_frozen(module)),
            "You go by the name. The batch norm in a shortcut is called `shortcut.1`: ask for its type with "
            "`isinstance(module, nn.BatchNorm2d)`.",
        ),
        Misconception(
            _settings_instead(_no_momentum),
            "With `momentum = 0` the notes stay as they are, but the layer still normalises by the *batch*, not by its "
            "notes. `module.eval()` does both.",
        ),
        Misconception(
            _settings_instead(_no_statistics),
            "Without `track_running_stats` nothing is noted, but the layer still normalises by the *batch*. "
            "`module.eval()` does both.",
        ),
        Misconception(
            _frozen_too,
            "You freeze batch norms that were to learn. This is about modes: leave `requires_grad` alone.",
        ),
        Misconception(
            _thawed_too,
            "You let frozen batch norms learn. This is about modes: leave `requires_grad` alone.",
        ),
        Misconception(
            _reset_too,
            "The modes are right, but you reset the running statistics: what the base knows of its pictures is gone.",
        ),
        Misconception(
            _returns(lambda model: None),
            "The modes are right. Return the model, so that the call can stand in a line with others.",
        ),
        Misconception(
            _of_a_copy,
            "You set the modes of a copy. The model itself is meant.",
        ),
        Misconception(
            _returns(lambda model: [module.training for module in model.modules()]),
            "The modes are right. Return the model, not a list of modes.",
        ),
    ),
    hints=(
        "`model.train()` first: it reaches every module. Then take back what it was not meant for.",
        "`for module in model.modules()` sees all of them. Which are `nn.BatchNorm2d`?",
        "Frozen means `not any(p.requires_grad for p in module.parameters())`. Such a batch norm gets `module.eval()`.",
    ),
    praise="Call it at the start of every epoch: an evaluation in between has put everything into `eval()`.",
)
