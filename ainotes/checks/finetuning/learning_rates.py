"""Exercise: a smaller learning rate for each block below the head."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.engine import Exercise, Misconception

DEFAULT = 9.0  # the optimizer's own rate: whoever gets it was given none


def _learning_rates(blocks, head, lr, decay):
    groups = []
    for depth, part in enumerate([head, *reversed(blocks)]):
        learning = [parameter for parameter in part.parameters() if parameter.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": lr * decay**depth})
    return groups


# --- The networks, and what is looked at afterwards -------------------------------------------------------------------


def _blocks(frozen: int = 0, count: int = 3) -> list[nn.Module]:
    blocks: list[nn.Module] = [
        nn.Sequential(nn.Conv2d(3 + i, 4 + i, 3), nn.BatchNorm2d(4 + i), nn.ReLU()) for i in range(count)
    ]
    for block in blocks[:frozen]:
        block.requires_grad_(False)
    return blocks


def _middle_frozen() -> list[nn.Module]:
    blocks = _blocks()
    blocks[1].requires_grad_(False)
    return blocks


def _half_frozen() -> list[nn.Module]:
    """Two blocks, of which the upper one holds its convolution and lets its batch norm learn."""
    blocks = _blocks(count=2)
    blocks[1][0].requires_grad_(False)  # type: ignore[index]
    return blocks


def _one() -> list[nn.Module]:
    return _blocks(count=1)


BODIES: dict[str, Callable[[], list[nn.Module]]] = {
    "three blocks": _blocks,
    "the lowest of three frozen": lambda: _blocks(frozen=1),
    "the middle one of three frozen": _middle_frozen,
    "one block": _one,
    "batch norm alone learns in the upper block": _half_frozen,
    "all frozen": lambda: _blocks(frozen=3),
}


def _applied(attempt: Callable, body: str, lr: float, decay: float) -> Any:
    """Give the groups to an optimizer, and tell which parameter it got with which rate."""
    blocks, head = BODIES[body](), nn.Linear(8, 2)
    names = {id(parameter): f"head.{name}" for name, parameter in head.named_parameters()}
    for number, block in enumerate(blocks):
        names |= {id(parameter): f"block {number}: {name}" for name, parameter in block.named_parameters()}
    learning = {name: each.requires_grad for name, each in _every(blocks, head, names)}
    groups = attempt(blocks, head, lr, decay)
    if groups is None:
        return None
    rates = {names.get(id(parameter), "a stranger"): rate for parameter, rate in _taken(groups)}
    changed = learning != {name: each.requires_grad for name, each in _every(blocks, head, names)}
    return {"rates": dict(sorted(rates.items())), "frozen or thawed something": changed}


def _taken(groups: Any) -> Iterator[tuple[Tensor, float]]:
    """Yield parameters with their rates as an optimizer takes them; making one would take seconds the first time."""
    groups = groups.param_groups if isinstance(groups, torch.optim.Optimizer) else list(groups)
    for group in groups if groups and isinstance(groups[0], dict) else [{"params": groups}]:
        params = group["params"]
        for parameter in [params] if isinstance(params, Tensor) or callable(params) else params:
            if not isinstance(parameter, Tensor):
                raise TypeError(f"an optimizer takes tensors, one of the params is of type {_kind(parameter)}")
            yield parameter, float(group.get("lr", DEFAULT))


def _kind(value: Any) -> str:
    return "Module" if isinstance(value, nn.Module) else "method" if callable(value) else type(value).__name__


def _every(blocks: list[nn.Module], head: nn.Module, names: dict[int, str]) -> list[tuple[str, nn.Parameter]]:
    return [(names[id(each)], each) for part in [*blocks, head] for each in part.parameters()]


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _learning(part):
    return [parameter for parameter in part.parameters() if parameter.requires_grad]


def _with(rate, parts=lambda blocks, head: [head, *reversed(blocks)], choose=_learning):
    """Group with another rule for the rate, ``rate(lr, decay, depth)``, another order, or other parameters."""

    def variant(blocks, head, lr, decay):
        groups = []
        for depth, part in enumerate(parts(blocks, head)):
            if choose(part):
                groups.append({"params": choose(part), "lr": rate(lr, decay, depth)})
        return groups

    return variant


def _right(lr, decay, depth):
    return lr * decay**depth


def _everything(part):
    return list(part.parameters())


def _skipping_frozen(blocks, head, lr, decay):
    """Counts only blocks that learn."""
    parts = [part for part in [head, *reversed(blocks)] if _learning(part)]
    return [{"params": _learning(part), "lr": lr * decay**depth} for depth, part in enumerate(parts)]


def _per_parameter(blocks, head, lr, decay):
    every = [parameter for part in [head, *reversed(blocks)] for parameter in _learning(part)]
    return [{"params": [parameter], "lr": lr * decay**depth} for depth, parameter in enumerate(every)]


def _growing_powers(blocks, head, lr, decay):
    groups = []
    for depth, part in enumerate([head, *reversed(blocks)]):
        lr = lr * decay**depth
        if _learning(part):
            groups.append({"params": _learning(part), "lr": lr})
    return groups


def _plain_list(blocks, head, lr, decay):
    return [parameter for part in [head, *reversed(blocks)] for parameter in _learning(part)]


def _other_key(blocks, head, lr, decay):
    return [
        {"params": group["params"], "learning_rate": group["lr"]} for group in _learning_rates(blocks, head, lr, decay)
    ]


def _modules_for_parameters(blocks, head, lr, decay):
    return [{"params": part, "lr": lr * decay**depth} for depth, part in enumerate([head, *reversed(blocks)])]


def _methods_for_parameters(blocks, head, lr, decay):
    return [
        {"params": part.parameters, "lr": lr * decay**depth} for depth, part in enumerate([head, *reversed(blocks)])
    ]


def _pairs(blocks, head, lr, decay):
    return [(group["params"], group["lr"]) for group in _learning_rates(blocks, head, lr, decay)]


def _weights_only(part):
    return [parameter for parameter in _learning(part) if parameter.ndim > 1]


def _thaws(blocks, head, lr, decay):
    for block in blocks:
        block.requires_grad_(True)
    return _learning_rates(blocks, head, lr, decay)


def _rates_alone(blocks, head, lr, decay):
    return [lr * decay**depth for depth in range(len(blocks) + 1)]


learning_rates = Exercise(
    name="learning_rates",
    title="A smaller rate for every block",
    difficulty=2,
    minutes=8,
    reference=_learning_rates,
    cases=[
        ("three blocks", 0.1, 0.5),
        ("the lowest of three frozen", 1.0, 0.3),
        ("the middle one of three frozen", 0.2, 0.1),
        ("one block", 0.01, 0.2),
        ("batch norm alone learns in the upper block", 0.4, 0.25),
        ("all frozen", 0.1, 0.3),
    ],
    call=_applied,
    seconds=20,  # an attempt may make an optimizer, whose first import takes long
    misconceptions=(
        Misconception(
            _with(_right, parts=lambda blocks, head: [head, *blocks]),
            "Your lowest block learns fastest. `blocks` begins with the pixels; the block next to the head gets the "
            "largest of their rates.",
            also=(_with(lambda lr, decay, depth: lr * decay**depth, parts=lambda blocks, head: [*blocks, head]),),
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr * decay ** (depth + 1)),
            "The head's rate is too small: it gets `lr` itself. The first `decay` is for the block below it.",
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr * decay ** max(0, depth - 1)),
            "Your topmost block learns as fast as the head. It gets `decay` times the head's rate.",
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr * (decay if depth else 1)),
            "All your blocks learn alike. Each gets `decay` times the rate of the one *above* it.",
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr),
            "Everything learns with `lr`. Each block gets `decay` times the rate of what is above it.",
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr / decay**depth),
            "Your rates grow towards the pixels: multiply by `decay`, do not divide.",
        ),
        Misconception(
            _with(lambda lr, decay, depth: lr * decay * depth if depth else lr),
            "You multiply by the depth. Two blocks down it is `decay` *times* `decay`: a power, `decay ** depth`.",
            also=(_with(lambda lr, decay, depth: lr * decay / depth if depth else lr),),
        ),
        Misconception(
            _growing_powers,
            "You multiply a rate that has been multiplied already by a power: lr · decay, then times decay² again. "
            "Either `lr * decay ** depth`, or `decay` once for each block.",
        ),
        Misconception(
            _with(_right, choose=_everything),
            "Frozen parameters are among yours. An optimizer with weight decay or momentum has no business with them: "
            "take those with `requires_grad`.",
        ),
        Misconception(
            _skipping_frozen,
            "You do not count frozen blocks. A block's rate depends on how deep it lies, frozen neighbours or not.",
        ),
        Misconception(
            _with(_right, parts=lambda blocks, head: list(reversed(blocks))),
            "The head is missing.",
            also=(
                _with(
                    lambda lr, decay, depth: lr * decay ** (depth + 1),
                    parts=lambda blocks, head: list(reversed(blocks)),
                ),
            ),
        ),
        Misconception(
            _with(_right, parts=lambda blocks, head: [head]),
            "Only the head learns in yours. The blocks come after it, with smaller rates.",
        ),
        Misconception(
            _per_parameter,
            "The rate falls from parameter to parameter. All of a block share one rate.",
        ),
        Misconception(
            _plain_list,
            "No rate arrives at the optimizer. It wants a dict for each block, with the keys `params` and `lr`.",
            also=(_other_key,),
        ),
        Misconception(
            _modules_for_parameters,
            "You give the optimizer a module. It wants its parameters: a list.",
            also=(_methods_for_parameters,),
        ),
        Misconception(
            _pairs,
            'You give pairs. The optimizer wants dicts: `{"params": [...], "lr": ...}`.',
        ),
        Misconception(
            _with(_right, choose=_weights_only),
            "Biases and batch norms are missing: take every parameter with `requires_grad`.",
        ),
        Misconception(
            _thaws,
            "You let frozen blocks learn again. Take what is there, and change nothing.",
        ),
        Misconception(
            _rates_alone,
            "Those are the rates. Each belongs in a dict with the parameters that it is for.",
        ),
    ),
    hints=(
        "`enumerate([head, *reversed(blocks)])` counts from the head down: 0 for the head, 1 for the block below it.",
        "The rate at a depth is `lr * decay ** depth`.",
        "Of each part: `[p for p in part.parameters() if p.requires_grad]`. If there are any, append a dict of "
        "`params` and `lr`.",
    ),
    praise="What has been learnt on a million pictures is touched with care; what is new moves fast.",
)
