"""Exercise: build the first half of a VGG from its plan."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.engine import Call, Exercise, Misconception
from ainotes.checks.material import noise


def _vgg_features(plan, channels=3):
    layers = []
    for step in plan:
        if step != "M":
            layers += [nn.Conv2d(channels, step, 3, padding=1), nn.ReLU()]
            channels = step
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


# --- How a network is compared ----------------------------------------------------------------------------------------


class Sequential(dict):
    """What is compared of a network: its kind, its layers in order, and what they make of a picture.

    It has the name of what is asked for, because a message tells a learner the type that was expected.
    """

    def __repr__(self) -> str:
        return f"{self['kind']}({', '.join(self['layers'])})"


def _described(attempt: Callable, plan: list, **named: int) -> Any:
    """Build a network and describe it; anything that is no network is handed on as it is."""
    network = attempt(plan, **named)
    if isinstance(network, (list, tuple)) and any(isinstance(layer, nn.Module) for layer in network):
        return [_text(layer) for layer in network]  # as text, because two layers are never equal
    if not isinstance(network, nn.Module):
        return network
    pictures = noise(2, named.get("channels", 3), 11, 8)
    output = _output(network, pictures)  # first, because lazy layers become ordinary ones in their first pass
    kind = "Sequential" if isinstance(network, nn.Sequential) else type(network).__name__
    return Sequential(kind=kind, layers=[_text(layer) for layer in _layers(network)], output=output)


def _layers(network: nn.Module) -> Iterator[nn.Module]:
    """Yield the layers in order, also those of blocks within blocks."""
    for layer in network.children():
        if isinstance(layer, nn.Sequential):
            yield from _layers(layer)
        else:
            yield layer


def _output(network: nn.Module, pictures: Tensor) -> Tensor | str:
    """What comes out, with weights that do not depend on how they were first set."""
    try:
        with torch.no_grad():
            network(pictures)
            for seed, parameter in enumerate(network.parameters()):
                parameter.copy_(noise(*parameter.shape, seed=seed))
            return network(pictures)
    except Exception as error:
        return type(error).__name__


def _text(layer: Any) -> str:
    """Return a layer as code, the same for all ways to write the same settings."""
    if isinstance(layer, nn.Conv2d):
        padding = 1 if layer.padding in ((1, 1), "same") and layer.kernel_size == (3, 3) else layer.padding
        unusual = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "padding_mode": "zeros"}
        settings = {name: getattr(layer, name) for name, usual in unusual.items() if getattr(layer, name) != usual}
        settings |= {} if layer.bias is not None else {"bias": False}
        return _code("Conv2d", layer.in_channels, layer.out_channels, layer.kernel_size[0], padding=padding, **settings)
    if isinstance(layer, nn.MaxPool2d):
        kernel, stride = _side(layer.kernel_size), _side(layer.stride)
        settings = {} if stride == kernel else {"stride": stride}
        settings |= {"padding": layer.padding} if _side(layer.padding) else {}
        return _code("MaxPool2d", kernel, **settings, **({"ceil_mode": True} if layer.ceil_mode else {}))
    return "ReLU()" if isinstance(layer, nn.ReLU) else repr(layer)


def _side(size: Any) -> Any:
    """Return one number for a square."""
    return size[0] if isinstance(size, tuple) and len(set(size)) == 1 else size


def _code(name: str, *values: Any, **settings: Any) -> str:
    texts = [*map(str, values), *(f"{key}={value!r}" for key, value in settings.items())]
    return f"{name}({', '.join(texts)})"


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _conv(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]


def _pool():
    return [nn.MaxPool2d(2)]


def _listed(plan, channels, conv=_conv, pool=_pool):
    """The layers in a list, with other layers for a number or for an "M"."""
    layers = []
    for step in plan:
        if step == "M":
            layers += pool()
        else:
            layers += conv(channels, step)
            channels = step
    return layers


def _with(conv=_conv, pool=_pool):
    """A variant with other layers for a number or for an "M"."""
    return lambda plan, channels=3: nn.Sequential(*_listed(plan, channels, conv, pool))


def _convolution(**settings):
    """A variant whose convolutions have other settings."""

    def conv(channels, filters):
        return [nn.Conv2d(channels, filters, **({"kernel_size": 3, "padding": 1} | settings)), nn.ReLU()]

    return _with(conv)


def _normalised(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU()]


def _activated_first(channels, filters):
    return [nn.ReLU(), nn.Conv2d(channels, filters, 3, padding=1)]


def _another_activation(kind):
    return _with(lambda channels, filters: [nn.Conv2d(channels, filters, 3, padding=1), kind()])


def _always_from_the_first(plan, channels=3):
    return nn.Sequential(*(layer for step in plan for layer in (_pool() if step == "M" else _conv(channels, step))))


def _channels_taken_from_m(plan, channels=3):
    layers = []
    for step in plan:
        layers += _pool() if step == "M" else _conv(channels, step)
        channels = step
    return nn.Sequential(*layers)


def _from_the_step_before(plan, channels=3):
    """Looks at the entry before in the plan, and that may be an "M"."""
    layers = []
    for before, step in zip([channels, *plan], plan, strict=False):
        layers += _pool() if step == "M" else _conv(before, step)
    return nn.Sequential(*layers)


def _always_three(plan, channels=3):
    return _vgg_features(plan, 3)


def _pools_last(plan, channels=3):
    convolutions = _listed([step for step in plan if step != "M"], channels)
    return nn.Sequential(*convolutions, *(nn.MaxPool2d(2) for step in plan if step == "M"))


def _pool_after_each(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels, lambda *sizes: [*_conv(*sizes), *_pool()], list))


def _pool_after_each_too(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels, lambda *sizes: [*_conv(*sizes), *_pool()]))


def _never_pooled(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels, pool=list))


def _pool_before_its_convolution(plan, channels=3):
    layers = _listed(plan, channels)
    for place in [place for place, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]:
        layers[place - 2 : place + 1] = [layers[place], *layers[place - 2 : place]]
    return nn.Sequential(*layers)


def _pool_before_its_relu(plan, channels=3):
    layers = _listed(plan, channels)
    for place in [place for place, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]:
        layers[place - 1 : place + 1] = [layers[place], layers[place - 1]]
    return nn.Sequential(*layers)


def _one_relu_per_block(plan, channels=3):
    def conv(channels, filters):
        return [nn.Conv2d(channels, filters, 3, padding=1)]

    return nn.Sequential(*_listed(plan, channels, conv, lambda: [nn.ReLU(), nn.MaxPool2d(2)]))


def _last_relu_missing(plan, channels=3):
    layers = _listed(plan, channels)
    last = max(place for place, layer in enumerate(layers) if isinstance(layer, nn.ReLU))
    return nn.Sequential(*layers[:last], *layers[last + 1 :])


def _first_step_only(plan, channels=3):
    return nn.Sequential(*_listed(plan[:1], channels))


def _without_star(plan, channels=3):
    return nn.Sequential(_listed(plan, channels))


def _a_class(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels, lambda channels, filters: [_conv(channels, filters)[0], nn.ReLU]))


def _classified(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels), nn.Flatten())


def _averaged(plan, channels=3):
    return nn.Sequential(*_listed(plan, channels), nn.AdaptiveAvgPool2d(7))


vgg_features = Exercise(
    name="vgg_features",
    title="From plan to network",
    difficulty=2,
    minutes=8,
    reference=_vgg_features,
    call=_described,
    cases=[
        ([4, "M", 6, 5, "M"],),
        Call([3, 3, "M", 7], channels=1),
        Call([6, "M", 2, "M", 8, 8], channels=5),
        Call([2, 4], channels=3),
    ],
    misconceptions=(
        Misconception(
            _convolution(padding=0),
            "Your convolutions have no padding, so each takes two rows and columns away. In a VGG only the poolings "
            "make the map smaller.",
        ),
        Misconception(
            _convolution(padding=2),
            "Your padding is too large: the map grows with each convolution. It should keep its size.",
            also=(_convolution(padding=3),),
        ),
        Misconception(
            _convolution(bias=False),
            "Your convolutions have no bias. VGG's have one: leave the setting as it is by default.",
        ),
        Misconception(
            _convolution(kernel_size=5, padding=2),
            "Your kernels are not 3 × 3, and that was VGG's whole idea: small kernels, many of them.",
            also=(_convolution(kernel_size=1, padding=0), _convolution(kernel_size=5), _convolution(kernel_size=2)),
        ),
        Misconception(
            _convolution(stride=2),
            "Your convolutions have a stride of 2 and make the map smaller. That is left to the poolings.",
        ),
        Misconception(
            _with(lambda channels, filters: [nn.Conv2d(channels, filters, 3, padding=1)]),
            "There is no ReLU. Without one, all these convolutions in a row are no more than one linear map.",
        ),
        Misconception(
            _with(_activated_first),
            "Your ReLU stands before its convolution. It works on what the convolution found: it comes after.",
        ),
        Misconception(
            _one_relu_per_block,
            "There is a ReLU before each pooling only. One belongs behind every convolution.",
        ),
        Misconception(
            _last_relu_missing,
            "The last convolution has no ReLU. All of them have one.",
        ),
        Misconception(
            _with(_normalised),
            "You added batch normalisation. VGG is older than that: convolution, ReLU, pooling, nothing else.",
        ),
        Misconception(
            _another_activation(nn.LeakyReLU),
            "Your activation is not `nn.ReLU`.",
            also=tuple(map(_another_activation, (nn.Sigmoid, nn.Tanh, nn.GELU))),
        ),
        Misconception(
            _always_from_the_first,
            "Every convolution of yours expects the channels of the picture. From the second on, it gets what the one "
            "before it gave out.",
        ),
        Misconception(
            _channels_taken_from_m,
            'After a pooling your `channels` is "M". A pooling keeps the channels: only a convolution sets them.',
            also=(_from_the_step_before,),
        ),
        Misconception(
            _with(lambda channels, filters: [nn.Conv2d(filters, channels, 3, padding=1), nn.ReLU()]),
            "Channels in and channels out have changed places: `nn.Conv2d` takes those that come in first.",
        ),
        Misconception(
            _always_three,
            "Your network always begins with three channels. Begin with `channels`: a grey picture has one.",
        ),
        Misconception(
            _with(pool=lambda: [nn.MaxPool2d(3)]),
            "Your pooling is 3 wide. It should halve the map: a kernel of 2, which is its stride too.",
            also=(
                _with(pool=lambda: [nn.MaxPool2d(3, 2)]),
                _with(pool=lambda: [nn.MaxPool2d(3, 2, 1)]),
                _with(pool=lambda: [nn.MaxPool2d(3, 1)]),
            ),
        ),
        Misconception(
            _with(pool=lambda: [nn.MaxPool2d(2, 1)]),
            "Your pooling moves by one pixel, so it hardly makes the map smaller. Its stride should be its kernel.",
            also=(_with(pool=lambda: [nn.MaxPool2d(2, stride=1, padding=1)]),),
        ),
        Misconception(
            _with(pool=lambda: [nn.MaxPool2d(2, padding=1)]),
            "Your pooling is padded. Only the convolutions are.",
        ),
        Misconception(
            _with(pool=lambda: [nn.AvgPool2d(2)]),
            "You pool by the mean. VGG keeps the largest value of each window.",
            also=(_with(pool=lambda: [nn.AvgPool2d(2, 2)]),),
        ),
        Misconception(
            _never_pooled,
            'The poolings are missing: each "M" in the plan is one.',
        ),
        Misconception(
            _pools_last,
            'All poolings stand at the end. Each belongs where its "M" stands in the plan.',
        ),
        Misconception(
            _pool_after_each,
            'You pool after every convolution. Only an "M" in the plan is a pooling.',
            also=(_pool_after_each_too,),
        ),
        Misconception(
            _pool_before_its_convolution,
            'Your pooling comes before the convolution that precedes its "M". Keep the order of the plan.',
        ),
        Misconception(
            _pool_before_its_relu,
            "Your pooling stands between a convolution and its ReLU. Those two belong together, and the pooling comes "
            "after both.",
        ),
        Misconception(
            _with(pool=lambda: [nn.MaxPool2d(2), nn.ReLU()]),
            "There is a ReLU behind the poolings too. What comes out of them is never negative: one behind each "
            "convolution is enough.",
        ),
        Misconception(
            lambda plan, channels=3: _listed(plan, channels),
            "That is a list of layers, not a network. `nn.Sequential` makes one of them.",
            also=(
                lambda plan, channels=3: tuple(_listed(plan, channels)),
                lambda plan, channels=3: nn.ModuleList(_listed(plan, channels)),
            ),
        ),
        Misconception(
            _without_star,
            "`nn.Sequential` takes the layers one by one, not in a list. A star before the list hands them over so.",
        ),
        Misconception(
            _a_class,
            "`nn.ReLU` is the class. A layer is made by calling it, with parentheses, even if there is nothing in "
            "them.",
        ),
        Misconception(
            _first_step_only,
            "Only the first step of the plan is there. Does your `return` stand inside the loop?",
            also=(lambda plan, channels=3: nn.Conv2d(channels, plan[0], 3, padding=1),),
        ),
        Misconception(
            _classified,
            "You go on to the classifier. Here the network ends where the plan does.",
            also=(_averaged,),
        ),
    ),
    hints=(
        'Collect the layers in a list. An "M" adds one layer, a number adds two: a convolution and its ReLU.',
        "A convolution needs to know how many channels come in. Keep that number, and change it after each "
        "convolution.",
        "At the end, `nn.Sequential(*layers)` takes the layers out of the list.",
    ),
    praise="A list of numbers is a whole network. VGG-11, 13, 16 and 19 differ in nothing but this list.",
)
