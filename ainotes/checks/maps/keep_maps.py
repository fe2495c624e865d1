"""Exercise: keep what a layer gives, and leave no trace."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _keep_maps(model, layer, images):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output.detach().clone()))
    model(images)
    hook.remove()
    return kept[0]


# --- The networks, and what is looked at afterwards -------------------------------------------------------------------


def _plain() -> tuple[nn.Sequential, int]:
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4)), 0


def _works_in_place() -> tuple[nn.Sequential, int]:
    """The ReLU behind the layer overwrites what the layer has given, as SqueezeNet's do."""
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(inplace=True), nn.Conv2d(3, 2, 3), nn.ReLU(inplace=True)), 2


def _pooled() -> tuple[nn.Sequential, int]:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(36, 2)).eval(), 2


def _first() -> tuple[nn.Sequential, int]:
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(108, 2)), 0


NETWORKS: dict[str, Callable[[], tuple[nn.Sequential, int]]] = {
    "convolution, ReLU, pooling": _plain,
    "a ReLU that works in place": _works_in_place,
    "in evaluation mode": _pooled,
    "the first layer": _first,
}


def _hooks(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def _applied(attempt: Callable, network: str) -> Any:
    """Keep a layer's maps and tell what has become of them, and of the network."""
    model, place = NETWORKS[network]()
    with torch.no_grad():
        for seed, parameter in enumerate(model.parameters()):
            parameter.copy_(noise(*parameter.shape, seed=seed))
    visitors: list[None] = []  # somebody else looks at the same layer, and wants to go on doing so
    model[place].register_forward_hook(lambda *given: visitors.append(None))
    modes, hooks, images = [each.training for each in model.modules()], _hooks(model), noise(2, 1, 8, 8, seed=7)
    maps = attempt(model, model[place], images.clone())
    return {
        "maps": maps.detach() if isinstance(maps, torch.Tensor) else maps,
        "the maps hold a graph": isinstance(maps, torch.Tensor) and maps.requires_grad,
        "hooks more than before": _hooks(model) - hooks,
        "passes": min(len(visitors), 2),  # one is enough
        "modes as before": [each.training for each in model.modules()] == modes,
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _hooked(keep, leave=False):
    """Keep ``keep(inputs, output)`` of one pass; `leave` the hook where it is."""

    def variant(model, layer, images):
        kept = []
        hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(keep(inputs, output)))
        model(images)
        if not leave:
            hook.remove()
        return kept[0]

    return variant


def _copied(inputs, output):
    return output.detach().clone()


def _itself(inputs, output):
    return output


def _answer_of_the_network(model, layer, images):
    return model(images).detach()


def _layer_called(model, layer, images):
    """Hands the images to the layer itself, which expects what comes before it."""
    return layer(images).detach()


def _stacked(model, layer, images):
    return [_keep_maps(model, layer, images)]


def _removed_before(model, layer, images):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output.detach().clone()))
    hook.remove()
    model(images)
    return kept[0]


def _no_pass(model, layer, images):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output.detach().clone()))
    hook.remove()
    return kept[0]


def _all_hooks_cleared(model, layer, images):
    maps = _hooked(_copied, leave=True)(model, layer, images)
    layer._forward_hooks.clear()
    return maps


def _evaluated(model, layer, images):
    model.eval()
    return _keep_maps(model, layer, images)


def _trained(model, layer, images):
    model.train()
    return _keep_maps(model, layer, images)


def _on_every_layer(model, layer, images):
    """Hooks every module, so that what is kept last is the network's own answer."""
    kept: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda module, inputs, output: kept.update(maps=output.detach().clone()))
        for module in model.modules()
    ]
    model(images)
    for hook in hooks:
        hook.remove()
    return kept["maps"]


def _twice(model, layer, images):
    model(images)
    return _keep_maps(model, layer, images)


keep_maps = Exercise(
    name="keep_maps",
    title="Keep what a layer gives",
    difficulty=2,
    minutes=8,
    reference=_keep_maps,
    cases=[(name,) for name in NETWORKS],
    call=_applied,
    misconceptions=(
        Misconception(
            _hooked(_copied, leave=True),
            "The maps are right, but your hook is still there and will run in every pass to come. Take it away with "
            "`hook.remove()`, with its parentheses.",
        ),
        Misconception(
            _hooked(lambda inputs, output: output.detach()),
            "Right for most networks, but where the ReLU behind the layer works *in place* (`inplace=True`), it "
            "overwrites what you have kept. Keep a copy: `.clone()`.",
            also=(_hooked(lambda inputs, output: output.data),),
        ),
        Misconception(
            _hooked(_itself),
            "Your maps still hang on their graph, and where a ReLU works in place they have changed meanwhile. Keep "
            "`output.detach().clone()`.",
            also=(_hooked(_itself, leave=True),),
        ),
        Misconception(
            _hooked(lambda inputs, output: output.clone()),
            "Your maps still hang on the graph of their pass: as long as you keep them, all that it holds stays in "
            "memory. `.detach()` lets go of it.",
        ),
        Misconception(
            _hooked(lambda inputs, output: inputs[0].detach().clone()),
            "Those are the numbers that come *into* the layer. What it gives is the third argument of the hook.",
            also=(
                _hooked(lambda inputs, output: inputs),
                _hooked(lambda inputs, output: inputs[0]),
                _hooked(lambda inputs, output: inputs[0].detach()),
            ),
        ),
        Misconception(
            _answer_of_the_network,
            "Those are the answers of the whole network. What the layer gives on the way, only a hook on "
            "`layer` itself sees.",
            also=(lambda model, layer, images: model(images), _on_every_layer),
        ),
        Misconception(
            _layer_called,
            "You hand the images to the layer itself. It expects what the layers before it give: let the whole network "
            "run, and listen.",
            also=(lambda model, layer, images: layer(images),),
        ),
        Misconception(
            _removed_before,
            "The hook is gone before the network has run, or the network never runs: nothing was kept. Register, run, "
            "remove, in this order.",
            also=(_no_pass,),
        ),
        Misconception(
            _all_hooks_cleared,
            "You clear *all* hooks of the layer. Somebody else's was among them: remove your own only.",
        ),
        Misconception(
            _evaluated,
            "The maps are right, but you leave the network in another mode. Whoever handed it to you may be training.",
            also=(_trained,),
        ),
        Misconception(
            _stacked,
            "The right maps, in a list. The tensor itself is wanted.",
            also=(
                lambda model, layer, images: {"maps": _keep_maps(model, layer, images)},
                lambda model, layer, images: (_keep_maps(model, layer, images),),
            ),
        ),
        Misconception(
            lambda model, layer, images: _keep_maps(model, layer, images)[0],
            "Those are the maps of the first image. Those of all are wanted: (N, C, H, W).",
        ),
        Misconception(
            lambda model, layer, images: _keep_maps(model, layer, images).numpy(),
            "An array of NumPy. The tensor is wanted.",
        ),
        Misconception(
            lambda model, layer, images: _keep_maps(model, layer, images).relu(),
            "You cut off what is below 0. Keep what the layer gives, as it gives it.",
        ),
        Misconception(
            _twice,
            "The maps are right, but the network ran twice. Register the hook first, then one pass is enough.",
        ),
    ),
    hints=(
        "`layer.register_forward_hook(f)` calls `f(module, inputs, output)` each time the layer has computed. Let `f` "
        "put a copy of `output` into a list.",
        "A copy that no later layer changes and that holds no graph: `output.detach().clone()`.",
        "Register, `model(images)`, `hook.remove()`, return what is in the list.",
    ),
    praise="Nothing of your visit is left in the network. `ainotes.interpret.activations` does it also after an error.",
)
