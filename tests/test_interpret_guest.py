"""A guest leaves a network as it was; a layer is found by name or module, and a wrong name gets near ones."""

import pytest
import torch
import torchvision
from torch import nn

from ainotes import interpret, models
from ainotes.interpret.guest import visiting
from ainotes.interpret.layers import find_layer, is_channels_last
from ainotes.interpret.scores import chosen, probabilities, scores_of


class Stumbling(nn.Module):
    """Breaks in the middle of a pass, if it is told to."""

    def __init__(self):
        super().__init__()
        self.broken = False

    def forward(self, maps):
        if self.broken:
            raise RuntimeError("stumbled")
        return maps


def network(classes=4):
    """A network with all that a careless guest could spoil: dropout, batch norm, in-place layers, a frozen layer."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(inplace=True),
        nn.Conv2d(6, 8, 3, stride=2),
        nn.ReLU(inplace=True),
        Stumbling(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(8, classes),
    )
    net.train()
    net[1].eval()  # a frozen batch norm, as its owner wants it
    net[0].weight.requires_grad_(False)
    net[3].weight.grad = torch.full_like(net[3].weight, 0.25)
    net[3].register_forward_hook(lambda *given: None)
    return net.to(memory_format=torch.channels_last)


def state(net):
    """All that a guest could change, as plain data; gradients by identity and by value."""
    return {
        "modes": [module.training for module in net.modules()],
        "hooks": [
            {name: list(hooks) for name, hooks in vars(module).items() if name.endswith("hooks")}
            for module in net.modules()
        ],
        "attributes": [sorted(vars(module)) for module in net.modules()],
        "asks": [parameter.requires_grad for parameter in net.parameters()],
        "grads": [None if each.grad is None else (id(each.grad), each.grad.tolist()) for each in net.parameters()],
        "numbers": [(id(each), str(each.dtype), str(each.device), each.stride()) for each in net.parameters()],
        "values": {name: values.tolist() for name, values in net.state_dict().items()},
        "random": torch.get_rng_state().tolist(),
    }


def explained(net, images, target):
    return interpret.grad_cam(net, "3", images, target)


USES = {
    "activations": lambda net, images: interpret.activations(net, ["0", "3"], images),
    "cam": lambda net, images: interpret.cam(net, images),
    "grad_cam": lambda net, images: interpret.grad_cam(net, "3", images),
    "layer_cam": lambda net, images: interpret.layer_cam(net, "3", images),
    "score_cam": lambda net, images: interpret.score_cam(net, "3", images),
    "eigen_cam": lambda net, images: interpret.eigen_cam(net, "3", images),
    "saliency": lambda net, images: interpret.saliency(net, images),
    "integrated_gradients": lambda net, images: interpret.integrated_gradients(net, images, steps=4),
    "occlusion": lambda net, images: interpret.occlusion(net, images),
    "randomization_check": lambda net, images: interpret.randomization_check(net, images, explained),
    "deletion_curve": lambda net, images: interpret.deletion_curve(net, images, images[:, 0], steps=3),
    "insertion_curve": lambda net, images: interpret.insertion_curve(net, images, images[:, 0], steps=3),
    "visualize_filters": lambda net, images: interpret.visualize_filters(net, "6", [0, 3], size=12, steps=4),
}


def pictures():
    return torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(1))


def test_every_public_function_is_tried():
    classes = {name for name in interpret.__all__ if isinstance(getattr(interpret, name), type)}
    assert set(USES) == set(interpret.__all__) - classes


@pytest.mark.parametrize("name", USES)
def test_a_visit_leaves_network_images_and_generator_as_they_were(name):
    net, images = network(), pictures()
    kept, before = images.clone(), state(net)
    USES[name](net, images)
    assert state(net) == before
    assert torch.equal(images, kept)
    assert not images.requires_grad


@pytest.mark.parametrize("name", USES)
def test_also_a_visit_that_ends_in_an_exception(name):
    net, images = network(), pictures()
    net[5].broken = True
    before = state(net)
    with pytest.raises((RuntimeError, ValueError), match="stumbled"):
        USES[name](net, images)
    assert state(net) == before
    assert torch.is_grad_enabled()


def test_also_an_ascent_that_breaks_on_the_way():
    net, calls = network(), []

    def tired(pixels):
        calls.append(pixels)
        if len(calls) > 5:
            raise RuntimeError("enough of it")
        return pixels

    before = state(net)
    with pytest.raises(RuntimeError, match="enough of it"):
        interpret.visualize_filters(net, "3", size=12, steps=8, octaves=1, normalize=tired)
    assert state(net) == before


def test_an_exception_in_the_block_restores_all():
    net = network()
    before = state(net)

    def interrupted():
        with visiting(net):
            assert not any(module.training for module in net.modules())
            assert not any(parameter.requires_grad for parameter in net.parameters())
            torch.rand(3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert state(net) == before


def test_the_state_that_is_compared_sees_what_a_careless_guest_does():
    def grad_step(net):
        net(pictures()).sum().backward()

    for spoil in (
        nn.Module.eval,
        grad_step,
        nn.Module.zero_grad,
        lambda net: net[0].register_forward_hook(lambda *given: None),
        lambda net: torch.rand(1),
        lambda net: net.to(memory_format=torch.contiguous_format),
        lambda net: net.requires_grad_(True),
        lambda net: setattr(net[0], "forward", net[0].forward),
    ):
        net = network()
        before = state(net)
        spoil(net)
        assert state(net) != before


@pytest.mark.parametrize("name", [name for name in USES if name not in ("randomization_check",)])
def test_the_mode_that_the_network_came_in_does_not_matter(name):
    trained, evaluated = network(), network().eval()
    found = [USES[name](net, pictures()) for net in (trained, evaluated)]
    tensors = [torch.cat([part.flatten() for part in flat(each)]) for each in found]
    torch.testing.assert_close(*tensors)


def flat(found):
    """The tensors of an answer."""
    if isinstance(found, dict):
        return list(found.values())
    return [found.probabilities] if isinstance(found, interpret.Curve) else [found]


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("name", ["grad_cam", "saliency", "visualize_filters", "activations"])
def test_gradients_are_found_also_where_the_caller_switched_them_off(name, context):
    net = network()
    expected = flat(USES[name](net, pictures()))[0]
    with context():
        found = flat(USES[name](net, pictures()))[0]
    torch.testing.assert_close(found.clone(), expected)


def test_a_network_that_draws_numbers_while_it_evaluates_leaves_the_generator_alone():
    class Noisy(nn.Module):
        def forward(self, maps):
            return maps + 0.001 * torch.randn_like(maps)

    net = nn.Sequential(nn.Conv2d(1, 2, 3), Noisy(), nn.Flatten(), nn.Linear(72, 3))
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    interpret.grad_cam(net, "0", torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(torch.rand(1), expected)


def test_a_train_method_of_the_networks_own_is_not_called():
    class Touchy(nn.Sequential):
        def train(self, mode=True):
            raise AssertionError("somebody called train")

    net = Touchy(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 3))
    assert interpret.saliency(net, torch.rand(1, 1, 8, 8)).shape == (1, 8, 8)


def test_wrapped_networks_are_looked_into():
    net, images = network().eval(), pictures()
    expected = interpret.grad_cam(net, "3", images)
    compiled = torch.compile(net, backend="eager")
    for wrapped in (nn.DataParallel(net), compiled):
        torch.testing.assert_close(interpret.grad_cam(wrapped, "3", images), expected)
        assert interpret.visualize_filters(wrapped, net[3], 1, size=12, steps=2).shape == (1, 3, 12, 12)


def test_a_network_in_double_precision_takes_single_images():
    net, images = network().double(), pictures()
    assert interpret.grad_cam(net, "3", images).dtype == torch.float64
    assert interpret.visualize_filters(net, "3", 1, size=12, steps=2).dtype == torch.float32


# Layers


def test_a_layer_goes_by_name_or_by_itself():
    net, images = network(), pictures()
    assert torch.equal(interpret.grad_cam(net, net[3], images), interpret.grad_cam(net, "3", images))
    assert list(interpret.activations(net, [net[3], "0"], images)) == ["3", "0"]


def test_a_wrong_name_is_answered_with_near_ones():
    net = torchvision.models.squeezenet1_1()
    with pytest.raises(ValueError, match=r"SqueezeNet has no layer 'feature\.3'; near: 'features\.3'"):
        interpret.grad_cam(net, "feature.3", torch.rand(1, 3, 64, 64))
    with pytest.raises(ValueError, match=r"near: 'features\.3\.expand3x3'"):
        find_layer("demo", net, "features.3.expand3")
    with pytest.raises(ValueError, match=r"it has 'features', 'features\.0', 'features\.1', \.\.\."):
        find_layer("demo", net, "zzz")
    with pytest.raises(ValueError, match="no layer ''"):
        find_layer("demo", net, "")


def test_a_layer_of_another_network_is_refused():
    with pytest.raises(ValueError, match="this Conv2d is none of the Sequential's"):
        interpret.grad_cam(network(), network()[3], pictures())
    with pytest.raises(TypeError, match=r"layer expects a name or a module of the network, got 3 \(int\)"):
        interpret.grad_cam(network(), 3, pictures())
    with pytest.raises(ValueError, match="at least one layer"):
        interpret.activations(network(), [], pictures())


def test_a_layer_that_runs_twice_or_never_is_refused():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.look, self.relu, self.spare = nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 3, 3)
            self.decide = nn.Linear(3, 2)

        def forward(self, images):
            return self.decide(self.relu(self.look(self.relu(self.look(images)))).mean((2, 3)))

    for use in (
        lambda layer: interpret.activations(Twice(), layer, pictures()),
        lambda layer: interpret.grad_cam(Twice(), layer, pictures()),
        lambda layer: interpret.visualize_filters(Twice(), layer, size=12, steps=2),
    ):
        with pytest.raises(ValueError, match="'relu' runs 2 times in one pass"):
            use("relu")
        with pytest.raises(ValueError, match="'spare' does not run when the network evaluates"):
            use("spare")


def test_a_layer_without_places_is_refused():
    net, images = network(), pictures()
    with pytest.raises(ValueError, match=r"'9' \(Linear\) gives shape \(2, 4\), not feature maps"):
        interpret.grad_cam(net, "9", images)
    with pytest.raises(ValueError, match="maps of 1 x 1 for these images, which cannot say where"):
        interpret.layer_cam(net, "6", images)


def test_a_layer_that_the_scores_do_not_depend_on_is_refused():
    class Detached(nn.Module):
        def __init__(self):
            super().__init__()
            self.look, self.aside, self.decide = nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 3), nn.Linear(3, 2)

        def forward(self, images):
            self.aside(images)
            return self.decide(self.look(images).detach().mean((2, 3)))

    for layer in ("aside", "look"):
        with pytest.raises(ValueError, match=f"no gradient comes back from the scores to layer '{layer}'"):
            interpret.grad_cam(Detached(), layer, pictures())


def test_a_layer_that_gives_no_tensor_is_refused():
    class Pair(nn.Module):
        def forward(self, maps):
            return maps, maps

    class Picked(nn.Module):
        def __init__(self):
            super().__init__()
            self.pair, self.rest = Pair(), nn.Sequential(nn.Flatten(), nn.Linear(432, 2))

        def forward(self, images):
            return self.rest(self.pair(images)[0])

    with pytest.raises(TypeError, match=r"'pair' \(Pair\) gives tuple, not one tensor"):
        interpret.activations(Picked(), "pair", pictures())


def test_channels_last_inside_a_convnext_block_are_told_from_maps():
    ours, theirs = models.ConvNeXt(blocks=(1, 1, 1, 1)), torchvision.models.convnext_tiny()
    first, last = "features.1.0.look", [f"features.1.0.think.{step}" for step in range(4)]
    assert [is_channels_last(ours, ours.get_submodule(name)) for name in [first, *last]] == [False, *[True] * 4]
    block = [theirs.get_submodule(f"features.1.0.block.{step}") for step in range(7)]
    assert [is_channels_last(theirs, layer) for layer in block] == [False, *[True] * 5, False]
    assert not is_channels_last(theirs, theirs.features[1])
    with pytest.raises(ValueError, match="channels last, here"):
        interpret.grad_cam(theirs, "features.1.0.block.4", torch.rand(1, 3, 64, 64))


@pytest.mark.parametrize("build", [torchvision.models.vit_b_16, torchvision.models.swin_t])
def test_a_vision_transformer_is_refused_by_name(build):
    with torch.device("meta"):
        net = build()
    for use in (interpret.grad_cam, interpret.score_cam, interpret.eigen_cam):
        with pytest.raises(ValueError, match=f"{type(net).__name__} works on a list of patches"):
            use(net, "head", torch.rand(1, 3, 224, 224))
    with pytest.raises(ValueError, match="take saliency, integrated_gradients or occlusion"):
        interpret.visualize_filters(net, "head")


# Images, targets, scores


@pytest.mark.parametrize("name", [name for name in USES if name != "visualize_filters"])
def test_images_of_a_wrong_kind_are_answered_in_words(name):
    net = network()
    with pytest.raises(ValueError, match=r"images expect shape \(N, C, H, W\), got \(3, 12, 12\)"):
        USES[name](net, pictures()[0])
    with pytest.raises(TypeError, match=r"images expect? ?a float dtype, got torch.uint8"):
        USES[name](net, (255 * pictures()).byte())
    with pytest.raises(ValueError, match="at least one image"):
        USES[name](net, pictures()[:0])


def test_the_target_is_one_class_or_one_for_each_image():
    scores = torch.tensor([[1.0, 3.0, 2.0], [5.0, 0.0, 1.0]])
    for target, expected in ((None, [1, 0]), (2, [2, 2]), ([0, 1], [0, 1]), (torch.tensor([2, 0]), [2, 0])):
        found = chosen("demo", target, scores)
        assert (found.tolist(), found.dtype) == (expected, torch.int64)


@pytest.mark.parametrize(("target", "error", "words"), [
    (3, ValueError, r"must lie in 0\.\.2, since the network tells 3 classes apart; got 3\.\.3"),
    (-1, ValueError, r"must lie in 0\.\.2"),
    ([0], ValueError, r"one class or 2, one for each image, got shape \(1,\)"),
    ([[0, 1]], ValueError, r"got shape \(1, 2\)"),
    (1.0, TypeError, "expects a class number"),
    (True, TypeError, "expects a class number"),
    ("cat", TypeError, r"got 'cat' \(str\)"),
])  # fmt: skip
def test_a_target_that_makes_no_sense_is_refused(target, error, words):
    with pytest.raises(error, match=words):
        chosen("demo", target, torch.zeros(2, 3))


def test_one_logit_means_two_classes():
    logits, images = torch.tensor([[2.0], [-1.0]]), torch.zeros(2, 1, 2, 2)
    for given in (logits, logits[:, 0]):
        assert scores_of("demo", given, images).tolist() == [[-2.0, 2.0], [1.0, -1.0]]
        expected = torch.cat([1 - logits.sigmoid(), logits.sigmoid()], dim=1)
        torch.testing.assert_close(probabilities("demo", given, images), expected)
    assert chosen("demo", None, scores_of("demo", logits, images)).tolist() == [1, 0]


def test_a_network_without_logits_is_refused():
    with pytest.raises(ValueError, match=r"logits of shape \(2, classes\), got \(2, 6, 12, 12\)"):
        interpret.saliency(network()[:2], pictures())
    with pytest.raises(TypeError, match="one tensor of logits"):
        scores_of("demo", (torch.zeros(2, 3),), pictures())
    with pytest.raises(TypeError, match=r"expects a network \(nn.Module\), got function"):
        interpret.saliency(explained, pictures())
