"""`ainotes.transfer`: what networks are made of, and another head for each of torchvision's families."""

import copy
from collections import OrderedDict
from itertools import pairwise

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models import get_model

from ainotes import models
from ainotes.models.heads import ConcatPool, concat_head
from ainotes.pretrained import load
from ainotes.transfer import blocks, body, freeze, replace_head, unfreeze
from ainotes.transfer.anatomy import last_layer
from ainotes.utils.train import count_parameters

# Name, last layer, numbers that it sees, channels at the end of the body, blocks.
FAMILIES = [
    ("alexnet", "classifier.6", 4096, 256, 3),
    ("vgg11", "classifier.6", 4096, 512, 5),
    ("vgg16_bn", "classifier.6", 4096, 512, 5),
    ("squeezenet1_0", "classifier.1", 512, 512, 4),
    ("squeezenet1_1", "classifier.1", 512, 512, 4),
    ("resnet18", "fc", 512, 512, 5),
    ("resnet50", "fc", 2048, 2048, 5),
    ("resnext50_32x4d", "fc", 2048, 2048, 5),
    ("densenet121", "classifier", 1024, 1024, 5),
    ("mobilenet_v2", "classifier.1", 1280, 1280, 5),
    ("mobilenet_v3_small", "classifier.3", 1024, 576, 5),
    ("efficientnet_b0", "classifier.1", 1280, 1280, 5),
    ("efficientnet_v2_s", "classifier.1", 1280, 1280, 5),
    ("convnext_tiny", "classifier.2", 768, 768, 4),
    ("mnasnet0_5", "classifier.1", 1280, 1280, 5),
    ("shufflenet_v2_x0_5", "fc", 1024, 1024, 4),
]
NAMES = [family[0] for family in FAMILIES]
SMALL = ("squeezenet1_1", "resnet18", "densenet121", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0",
         "mnasnet0_5", "shufflenet_v2_x0_5", "regnet_y_400mf")  # fmt: skip
OURS = [
    (models.AlexNet, "classifier.8", 4096, 3),
    (models.vgg11, "classifier.8", 4096, 5),
    (models.resnet18, "classifier.2", 512, 5),
    (models.densenet121, "classifier.2", 1024, 5),
    (models.mobilenet_v2, "classifier.3", 1280, 5),
    (models.efficientnet_b0, "classifier.3", 1280, 5),
    (models.convnext_tiny, "classifier.3", 768, 4),
    (models.ResNet14, "classifier.2", 128, 3),
    (models.LeNet5, "classifier.5", 84, 2),
    (models.Convnet, "classifier.3", 128, 2),
]


def on_meta(build, *given):
    """Return a network whose numbers have no values: no time, no memory."""
    with torch.device("meta"):
        return build(*given)


def out_of(model, side=64):
    images = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return model.eval()(images)


# What networks are made of.


@pytest.mark.parametrize(("name", "last", "width", "channels", "count"), FAMILIES, ids=NAMES)
def test_torchvisions_families_are_taken_apart(name, last, width, channels, count):
    model = on_meta(get_model, name)
    found = blocks(model)
    assert last_layer(model) == last
    assert sum(found.values()) == count_parameters(model, trainable=False), "each parameter is in one block"
    assert len(found) == count + 1, "hidden linear layers belong to the head until it is replaced"
    replaced = replace_head(model, 2)
    layer = replaced.get_submodule(list(blocks(replaced))[-1])
    assert (layer.in_features, layer.out_features) == (width, 2)
    old = model.get_submodule(last)
    lost = sum(parameter.numel() for parameter in old.parameters()) - 2 * (width + 1)
    assert count_parameters(model) - count_parameters(replaced) == lost
    hidden = name.startswith(("alexnet", "vgg", "mobilenet_v3"))
    assert len(blocks(replaced)) == count + 1 + hidden, "linear layers in front of the last one are a block"
    assert body(model)(torch.empty(1, 3, 224, 224, device="meta")).shape[:2] == (1, channels)


@pytest.mark.parametrize(("build", "last", "width", "count"), OURS, ids=lambda value: getattr(value, "__name__", None))
def test_the_courses_networks_are_taken_apart_alike(build, last, width, count):
    model = on_meta(build)
    assert last_layer(model) == last
    assert len(blocks(model)) == count + 1
    assert sum(blocks(model).values()) == count_parameters(model)
    assert model.get_submodule(last).in_features == width
    assert replace_head(model, 3).get_submodule(last).out_features == 3


def test_blocks_end_where_the_resolution_falls():
    assert blocks(on_meta(get_model, "vgg16")) == {
        "features.0 to features.4": 38_720,  # by hand: (3 * 9 + 1) * 64 + (64 * 9 + 1) * 64
        "features.5 to features.9": 221_440,
        "features.10 to features.16": 1_475_328,
        "features.17 to features.23": 5_899_776,
        "features.24 to features.30": 7_079_424,
        "classifier": 123_642_856,
    }
    assert list(blocks(on_meta(get_model, "resnet18"))) == [
        "conv1 to maxpool",
        "layer1",
        "layer2",
        "layer3",
        "layer4",
        "fc",
    ]


@pytest.mark.parametrize(
    "name", ["resnet18", "densenet121", "efficientnet_b0", "mobilenet_v2", "convnext_tiny", "vgg11"]
)
def test_within_a_block_the_resolution_stays(name):
    """Maps leave a block either as large as they came, or a half of it, but for the pixels' first block."""
    model, x, sizes = on_meta(get_model, name).eval(), torch.empty(1, 3, 224, 224, device="meta"), []
    layers = dict(body(model).named_children())
    for block in list(blocks(model))[:-1]:
        ends = [each.rpartition(".")[2] for each in block.split(" to ")]
        names = list(layers)
        for layer in names[names.index(ends[0]) : names.index(ends[-1]) + 1]:
            x = layers[layer](x)
        sizes.append(x.shape[2])
    ratios = [before / after for before, after in pairwise(sizes)]
    assert all(ratio in (1, 2) for ratio in ratios), sizes


def test_a_plain_chain_is_cut_before_it_flattens():
    chain = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3), nn.Flatten(), nn.Linear(8, 2)
    )
    assert blocks(chain) == {"0 to 2": 112, "3": 296, "5": 18}
    assert [name for name, _ in body(chain).named_children()] == ["0", "1", "2", "3"]
    features = get_model("squeezenet1_1").features
    assert list(blocks(features)) == ["0 to 2", "3 to 5", "6 to 8", "9 to 12"], "a part without a head has none"


# The body.


@pytest.mark.parametrize("name", SMALL)
def test_the_body_gives_what_the_network_pools(name):
    """Pooling the body's maps and running the rest gives the network's own logits."""
    torch.manual_seed(0)
    model = get_model(name)
    seen = {}
    last = model.get_submodule(last_layer(model))
    hook = last.register_forward_pre_hook(lambda _, given: seen.update(vectors=given[0]))
    out_of(model)
    hook.remove()
    maps = out_of(body(model))
    assert maps.ndim == 4
    vectors = maps.mean(dim=(2, 3))
    if name == "mobilenet_v3_small":
        vectors = model.classifier[1](model.classifier[0](vectors))
    expected = seen["vectors"].mean(dim=(2, 3)) if seen["vectors"].ndim == 4 else seen["vectors"]
    torch.testing.assert_close(vectors, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def test_the_body_shares_its_layers_and_leaves_the_network_alone():
    model = get_model("resnet18")
    part = body(model)
    assert part.layer4 is model.layer4
    assert [name for name, _ in part.named_children()][-1] == "layer4"
    small = load("resnet14_cifar10")
    assert body(small).state_dict().keys() == small.model.features.state_dict().keys()


class Crossed(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.fc = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 3, 3), nn.Linear(3, 2)


def test_a_network_that_is_no_chain_is_refused():
    for model in (Crossed(), on_meta(get_model, "vit_b_16"), on_meta(get_model, "swin_t")):
        with pytest.raises(ValueError, match=f"body: {type(model).__name__} is no chain of layers"):
            body(model)
    with pytest.raises(TypeError, match="body: model expects a network"):
        body("resnet18")


# Another head.


@pytest.mark.parametrize("name", SMALL)
def test_the_new_head_sits_on_the_old_body(name):
    torch.manual_seed(0)
    model = get_model(name)
    before = copy.deepcopy(model.state_dict())
    new = replace_head(model, 2)
    assert type(new) is type(model)
    assert out_of(new).shape == (2, 2)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items()), "the old one stays"
    same = [key for key, value in new.state_dict().items() if key in before and value.shape == before[key].shape]
    assert len(same) >= len(before) - 2
    assert all(torch.equal(new.state_dict()[key], before[key]) for key in same)
    assert not {id(p) for p in new.parameters()} & {id(p) for p in model.parameters()}, "nothing is shared"


@pytest.mark.parametrize("name", ["squeezenet1_1", "resnet18", "densenet121", "mobilenet_v3_small"])
def test_a_linear_layer_trained_elsewhere_gives_its_own_logits(name):
    """The network with the head equals the head on what the last layer saw."""
    torch.manual_seed(0)
    model = get_model(name).eval()
    old = model.get_submodule(last_layer(model))
    seen = {}
    hook = old.register_forward_pre_hook(lambda _, given: seen.update(vectors=given[0]))
    out_of(model)
    hook.remove()
    vectors = seen["vectors"].mean(dim=(2, 3)) if seen["vectors"].ndim == 4 else seen["vectors"]
    head = nn.Linear(vectors.shape[1], 3)
    new = replace_head(model, head)
    torch.testing.assert_close(out_of(new), head(vectors), rtol=1e-4, atol=1e-4)
    assert all(layer is not head for layer in new.modules()), "a copy"


def test_squeezenets_new_end_has_no_relu_on_its_logits():
    new = replace_head(get_model("squeezenet1_1"), 2)
    assert [type(layer).__name__ for layer in new.classifier] == ["AdaptiveAvgPool2d", "Flatten", "Dropout", "Linear"]
    with torch.no_grad():
        new.classifier[3].bias.fill_(-5.0)
    assert (out_of(new) < 0).any()
    assert count_parameters(new.classifier) == 2 * 513


@pytest.mark.parametrize("name", ["alexnet", "vgg11", "squeezenet1_0", "resnet18", "densenet121", "mobilenet_v2",
                                  "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny"])  # fmt: skip
def test_a_head_with_concatenated_pooling_fits_every_family(name):
    model = on_meta(get_model, name)
    channels = next(family[3] for family in FAMILIES if family[0] == name)
    new = on_meta(lambda: replace_head(model, 2, pool="concat"))
    assert [part for part, _ in new.named_children()] == ["body", "head"]
    assert isinstance(new.head[0], ConcatPool)
    assert count_parameters(new.head) == count_parameters(on_meta(concat_head, channels, 2))
    assert new.eval()(torch.empty(2, 3, 96, 96, device="meta")).shape == (2, 2)


def test_the_average_and_a_module_of_ones_own():
    torch.manual_seed(0)
    model = get_model("resnet18")
    own = nn.Sequential(nn.Linear(512, 8), nn.ReLU(), nn.Linear(8, 3))
    new = replace_head(model, own, pool="average")
    assert [part for part, _ in new.named_children()] == ["body", "pool", "head"]
    torch.testing.assert_close(out_of(new), own(out_of(body(model)).mean(dim=(2, 3))))
    whole = concat_head(512, 3)
    new = replace_head(model, whole, pool="concat")
    torch.testing.assert_close(out_of(new), whole.eval()(out_of(body(model))))
    vectors = nn.Linear(1024, 3)
    new = replace_head(model, vectors, pool="concat")
    torch.testing.assert_close(out_of(new), vectors(ConcatPool()(out_of(body(model))).flatten(1)))


def test_the_frozen_vgg16_of_the_published_recipe_has_its_parameters():
    """150 x 150 pixels leave 4 x 4 maps; 256 units; one logit. Frozen, then unfrozen from layer 10 on."""
    head = on_meta(lambda: nn.Sequential(nn.Linear(512 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, 1)))
    model = replace_head(on_meta(get_model, "vgg16"), head, pool="flat")
    assert model(torch.empty(2, 3, 150, 150, device="meta")).shape == (2, 1)
    assert count_parameters(model, trainable=False) == 16_812_353
    assert count_parameters(freeze(model)) == 2_097_665
    assert list(blocks(model))[2] == "body.10 to body.16"
    assert count_parameters(unfreeze(model, blocks=3)) == 16_552_193


def test_the_head_of_a_resnet50_with_44_classes_has_its_parameters():
    model = on_meta(lambda: replace_head(get_model("resnet50"), 44, pool="concat"))
    assert count_parameters(model) == 25_637_484
    assert count_parameters(freeze(model, batch_norms=False)) == 2_182_572


def test_alexnets_published_recipe_swaps_its_last_layer():
    model = replace_head(on_meta(get_model, "alexnet"), 2)
    assert model.classifier[6].out_features == 2
    assert count_parameters(model) == 61_100_840 - 4097 * 998
    assert count_parameters(freeze(model)) == 4097 * 2


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_auxiliary_heads_of_the_old_classes_go(name):
    model = on_meta(lambda: get_model(name, init_weights=False, aux_logits=True))
    new = replace_head(model, 2).train()
    assert new(torch.empty(2, 3, 299, 299, device="meta")).shape == (2, 2)
    ours = replace_head(on_meta(models.GoogLeNet), 2).train()
    assert ours(torch.empty(2, 3, 64, 64, device="meta")).shape == (2, 2)


def test_a_head_may_be_replaced_again_and_again():
    model = get_model("squeezenet1_1")
    for classes in (2, 5, 3):
        model = replace_head(model, classes)
        assert out_of(model).shape == (2, classes)
        assert list(blocks(model))[-1] == "classifier.3"
    model = replace_head(replace_head(model, 2, pool="concat"), 4, pool="concat")
    assert out_of(model).shape == (2, 4)
    assert list(blocks(model)) == [
        "body.0 to body.2",
        "body.3 to body.5",
        "body.6 to body.8",
        "body.9 to body.12",
        "head",
    ]


def test_a_network_that_notes_its_classes_notes_the_new_ones():
    assert replace_head(models.ResNet14(), 4).classes == 4
    assert replace_head(get_model("squeezenet1_1"), 4).num_classes == 4


def test_a_trained_network_and_a_copy_of_it_are_taken_too():
    network = load("resnet14_cifar10")
    new = replace_head(network, 2)
    assert new.classifier[2].out_features == 2
    assert torch.equal(new.features[0].weight, network.model.features[0].weight)
    assert list(blocks(copy.deepcopy(new)))[-1] == "classifier.2"
    wrapped = nn.DataParallel(network.model)
    assert replace_head(wrapped, 2).classifier[2].out_features == 2


def test_the_new_head_is_where_the_old_one_was():
    new = replace_head(on_meta(models.ResNet14), 2)
    assert new.classifier[2].weight.device.type == "meta"


MISFITS = [
    ({"head": 0}, ValueError, "expects a whole number of at least 1, got 0"),
    ({"head": 2.0}, TypeError, "head, where it is no module but a number of classes, expects a whole number"),
    ({"head": True}, TypeError, "expects a whole number"),
    ({"head": 2, "pool": "max"}, ValueError, "pool expects 'average', 'concat', 'flat' or None, got 'max'"),
    ({"head": 2, "pool": "flat"}, ValueError, "the size of the images decides how many numbers arrive"),
    ({"head": nn.Linear(512, 2), "pool": "concat"}, ValueError, "takes 512 numbers .* 256 arrive"),
    ({"head": nn.Linear(320, 2)}, ValueError, "takes 320 numbers .* 128 arrive"),
    (
        {"head": nn.Sequential(nn.BatchNorm1d(9), nn.Linear(9, 2))},
        ValueError,
        r"takes 9 numbers .*BatchNorm1d.* 128 arrive",
    ),
]


@pytest.mark.parametrize(("given", "error", "match"), MISFITS, ids=[str(number) for number in range(len(MISFITS))])
def test_heads_that_do_not_fit_are_refused(given, error, match):
    with pytest.raises(error, match=f"replace_head: .*{match}"):
        replace_head(load("resnet14_cifar10"), **given)


def test_a_body_has_no_last_layer_to_replace():
    with pytest.raises(ValueError, match="replace_head: Sequential has no linear layer at its end"):
        replace_head(get_model("resnet18").layer4, 2)


def test_every_torchvision_classifier_is_known_or_refused_in_words():
    """No name of the zoo ends in a traceback: it is taken apart completely, or `body` says that it is none of its."""
    names = [name for name in torchvision.models.list_models(module=torchvision.models)
             if not name.startswith(("regnet", "maxvit"))]  # these two compute while they are built  # fmt: skip
    smallest = {name.rstrip("0123456789_xblhs"): name for name in reversed(names)}
    for name in smallest.values():
        options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        model = on_meta(lambda name=name, options=options: get_model(name, **options))
        assert last_layer(model), name
        assert out_features(on_meta(lambda model=model: replace_head(model, 7))) == 7, name


def out_features(model):
    return model.get_submodule(last_layer(model)).out_features


def test_names_of_a_chain_stay_in_order():
    chain = OrderedDict(stem=nn.Conv2d(3, 4, 3, stride=2), rest=nn.Conv2d(4, 4, 3), fc=nn.Linear(4, 2))
    assert blocks(nn.Sequential(chain)) == {"stem to rest": 112 + 148, "fc": 10}
