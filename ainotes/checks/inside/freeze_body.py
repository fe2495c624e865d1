"""Exercise: freeze a body, but for its batch normalisations."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _freeze_body(body):
    for module in body.modules():
        for parameter in module.parameters(recurse=False):  # its own, not those of what it holds
            parameter.requires_grad = isinstance(module, nn.BatchNorm2d)
    return sum(parameter.numel() for parameter in body.parameters() if parameter.requires_grad)


# --- The networks, and what is looked at afterwards -------------------------------------------------------------------


class _Block(nn.Module):
    """A residual block whose shortcut holds a batch normalisation that is not called "bn"."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=True)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        x = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())) + self.shortcut(x)
        return x.relu()


def _stack() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.BatchNorm2d(5))


def _residual() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Sequential(_Block(4, 6), _Block(6, 6)))


def _frozen() -> nn.Module:
    return _residual().requires_grad_(False)


def _without_norms() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 3, 3))


def _evaluated() -> nn.Module:
    return _stack().eval()


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "convolutions and batch norms": _stack,
    "residual blocks": _residual,
    "residual blocks, all frozen": _frozen,
    "convolutions alone": _without_norms,
    "in evaluation mode": _evaluated,
}


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.dtype == other.dtype and torch.equal(one, other)


def _applied(attempt: Callable, network: str) -> Any:
    """Freeze a network and tell what has become of it."""
    body = NETWORKS[network]()
    with torch.no_grad():
        for seed, parameter in enumerate(body.parameters()):
            parameter.copy_(noise(*parameter.shape, seed=seed))
    before = copy.deepcopy(body)
    returned = attempt(body)
    after = dict(body.named_parameters())
    return {
        "trainable parameters": [name for name, parameter in after.items() if parameter.requires_grad],
        "returned": "a network" if isinstance(returned, nn.Module) else returned,
        "weights as before": all(_same(old, after[name]) for name, old in before.named_parameters()),
        "modes as before": [part.training for part in body.modules()] == [part.training for part in before.modules()],
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _trainable(body):
    return sum(parameter.numel() for parameter in body.parameters() if parameter.requires_grad)


def _by(rule, count=_trainable):
    """Set each parameter by ``rule(name, parameter, module that holds it)``."""

    def variant(body):
        for path, module in body.named_modules():
            for name, parameter in module.named_parameters(recurse=False):
                parameter.requires_grad = rule(f"{path}.{name}", parameter, module)
        return count(body)

    return variant


def _is_norm(name, parameter, module):
    return isinstance(module, nn.BatchNorm2d)


def _everything(body):
    body.requires_grad_(False)
    return _trainable(body)


def _nothing(body):
    return sum(
        p.numel() for module in body.modules() if isinstance(module, nn.BatchNorm2d) for p in module.parameters()
    )


def _attribute_of_the_module(body):
    """Sets an attribute that nobody looks at."""
    for module in body.modules():
        if not isinstance(module, nn.BatchNorm2d):
            module.requires_grad = False
    return _trainable(body)


def _no_grad_around(body):
    with torch.no_grad():
        return _trainable(body)


def _evaluation_instead(body):
    body.eval()
    return _trainable(body)


def _evaluation_too(body):
    count = _freeze_body(body)
    body.eval()
    return count


def _evaluation_of_the_norms_too(body):
    for module in body.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    return _freeze_body(body)


def _training_too(body):
    body.train()
    return _freeze_body(body)


def _only_direct_children(body):
    body.requires_grad_(False)
    for module in body.children():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(True)
    return _trainable(body)


def _containers_freeze(body):
    """Walks from the inside out, so that every container freezes the batch norms in it."""
    for module in reversed(list(body.modules())):
        module.requires_grad_(isinstance(module, nn.BatchNorm2d))
    return _trainable(body)


def _thaw_then_freeze(body):
    for module in body.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(True)
    for module in body.modules():
        if not isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(False)
    return _trainable(body)


def _never_thawed(body):
    for module in body.modules():
        if not isinstance(module, nn.BatchNorm2d):
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad = False
    return _trainable(body)


def _of_a_copy(body):
    return _freeze_body(copy.deepcopy(body))


def _with_buffers(body):
    return 2 * _freeze_body(body)


def _counting(count):
    def variant(body):
        _freeze_body(body)
        return count(body)

    return variant


def _returns_the_body(body):
    _freeze_body(body)
    return body


def _zeroed(body):
    """Takes freezing for setting to 0."""
    for module in body.modules():
        if not isinstance(module, nn.BatchNorm2d):
            for parameter in module.parameters(recurse=False):
                parameter.data.zero_()
    return _trainable(body)


freeze_body = Exercise(
    name="freeze_body",
    title="Freeze all but the batch norms",
    difficulty=3,
    minutes=8,
    reference=_freeze_body,
    cases=[(name,) for name in NETWORKS],
    call=_applied,
    misconceptions=(
        Misconception(
            _everything,
            "Now everything is frozen, the batch norms too. If you did set them: a block that is frozen as a whole, "
            "after that, takes them along. Set each module's own parameters, `parameters(recurse=False)`.",
            also=(_containers_freeze, _thaw_then_freeze),
        ),
        Misconception(
            _nothing,
            "The count is right, and nothing of `body` is frozen. Set `requires_grad` of every other parameter to "
            "False: of `body` itself, not of a copy.",
            also=(_of_a_copy,),
        ),
        Misconception(
            _by(lambda *given: not _is_norm(*given)),
            "The wrong way round: the batch norms stay trainable, everything else is frozen.",
        ),
        Misconception(
            _by(lambda name, parameter, module: "bn" in name),
            "You go by the name. The batch norm in a shortcut is called `shortcut.1`: ask for its type with "
            "`isinstance(module, nn.BatchNorm2d)`.",
            also=(_by(lambda name, parameter, module: "bn" in name or "norm" in name),),
        ),
        Misconception(
            _by(lambda name, parameter, module: parameter.ndim == 1),
            "You go by the shape. A convolution's bias is a row of numbers too, and is to be frozen.",
        ),
        Misconception(
            _by(lambda name, parameter, module: _is_norm(name, parameter, module) and name.endswith("weight")),
            "Only the scales of the batch norms are trainable. Their shifts, `bias`, are so too.",
        ),
        Misconception(
            _by(lambda name, parameter, module: _is_norm(name, parameter, module) and name.endswith("bias")),
            "Only the shifts of the batch norms are trainable. Their scales, `weight`, are so too.",
        ),
        Misconception(
            _attribute_of_the_module,
            "`module.requires_grad = False` makes a new attribute that nobody reads. Set it on each *parameter*, or "
            "call `module.requires_grad_(False)`.",
            also=(_no_grad_around,),
        ),
        Misconception(
            _evaluation_instead,
            "`eval()` freezes nothing: gradients still come. Set `requires_grad` of the parameters.",
        ),
        Misconception(
            _evaluation_too,
            "The right parameters are frozen, but you also switch to `eval()`. That is another matter, which the next "
            "section is about: leave the mode as it is.",
            also=(_evaluation_of_the_norms_too, _training_too),
        ),
        Misconception(
            _only_direct_children,
            "`children()` sees the uppermost layers only. Batch norms inside the blocks are frozen: `modules()` goes "
            "all the way down.",
        ),
        Misconception(
            _never_thawed,
            "A batch norm that was frozen before is still frozen. Set its parameters to True.",
        ),
        Misconception(
            _counting(lambda body: sum(parameter.numel() for parameter in body.parameters())),
            "You count all parameters. Only the trainable ones are wanted.",
        ),
        Misconception(
            _counting(lambda body: sum(p.numel() for p in body.parameters() if not p.requires_grad)),
            "You count what is frozen. What is left to train?",
        ),
        Misconception(
            _counting(lambda body: sum(parameter.requires_grad for parameter in body.parameters())),
            "You count tensors. `numel()` says how many numbers are in one.",
            also=(_counting(lambda body: len(list(body.parameters()))),),
        ),
        Misconception(
            _with_buffers,
            "You count running mean and variance too. They are buffers, and no gradient changes them.",
        ),
        Misconception(
            _returns_the_body,
            "The right ones are frozen. Return how many parameters are left to train, not the network.",
        ),
        Misconception(
            _zeroed,
            "Frozen parameters keep their values; you set them to 0, and what they had learned is gone.",
        ),
    ),
    hints=(
        "`body.modules()` gives every module, blocks and layers alike. `isinstance(module, nn.BatchNorm2d)` says of "
        "which kind one is.",
        "A parameter is frozen by `parameter.requires_grad = False`. `module.parameters(recurse=False)` are those of "
        "the module itself.",
        "One loop: each own parameter of each module gets `isinstance(module, nn.BatchNorm2d)`. Then add up `numel()` "
        "of those that are trainable.",
    ),
    praise="One line in an optimizer, `filter(lambda p: p.requires_grad, ...)`, and only these are trained.",
)
