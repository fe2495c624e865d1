"""`ainotes.transfer.features` and `prepare`: computed once, kept by image, and always those of this very network."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.models import get_model, get_model_weights
from torchvision.transforms import v2

from ainotes.data import ImageSet, augment, in_memory
from ainotes.models import Convnet
from ainotes.models.heads import ConcatPool
from ainotes.pretrained import load
from ainotes.transfer import body, features, prepare, replace_head
from ainotes.transfer import feature_cache as cache_module
from ainotes.utils.train import fit, predict


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AINOTES_CACHE", str(tmp_path))
    torch.manual_seed(0)
    return tmp_path / "derived"


@pytest.fixture
def network():
    return load("resnet14_cifar10")


def photographs(count=6, side=40, channels=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, channels, side, side), generator=generator, dtype=torch.uint8)
    return ImageSet(images, torch.arange(count) % 2, ["cat", "dog"], source="noise", is_standin=True)


class Counting(nn.Module):
    """A body that counts the images it is given."""

    def __init__(self):
        super().__init__()
        self.layer, self.seen = nn.Conv2d(3, 5, 3), 0

    def forward(self, images):
        self.seen += len(images)
        return self.layer(images)


def counting(model):
    """Count the images that a network sees."""
    seen = []
    model.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    return seen


# What they are.


def test_features_are_what_the_last_layer_sees(network):
    images = photographs()
    found, labels = features(network, images, quiet=True).tensors
    with torch.inference_mode():
        maps = network.model.features(torch.stack([network.preprocess(image) for image in images.images]))
    torch.testing.assert_close(found, maps.mean(dim=(2, 3)))
    assert (found.dtype, found.shape, labels.tolist()) == (torch.float32, (6, 128), [0, 1, 0, 1, 0, 1])
    logits = network.model.classifier[2](found)
    prepared = prepare(images, network)
    torch.testing.assert_close(predict(DataLoader(prepared, 4), network.model, "cpu", precision="float32")[0], logits)


@pytest.mark.parametrize(("pool", "width"), [("average", 128), ("concat", 256), ("flat", 128 * 49)])
def test_maps_of_the_body_are_pooled_as_asked(network, pool, width):
    images = photographs(side=32)
    found = features(network, images, pool=pool, quiet=True).tensors[0]
    with torch.inference_mode():
        maps = body(network)(network.preprocess(images.images))
    assert maps.shape == (6, 128, 7, 7)
    expected = {"average": maps.mean(dim=(2, 3)), "concat": ConcatPool()(maps).flatten(1), "flat": maps.flatten(1)}
    torch.testing.assert_close(found, expected[pool])
    assert found.shape == (6, width)


def test_any_layer_may_be_asked_by_name_or_itself(network):
    images = photographs()
    first = features(network, images, layer="features.0", quiet=True).tensors[0]
    with torch.inference_mode():
        maps = network.model.features[0](network.preprocess(images.images))
    torch.testing.assert_close(first, maps.mean(dim=(2, 3)))
    itself = features(network, images, layer=network.model.features[0], pool="concat", quiet=True).tensors[0]
    torch.testing.assert_close(itself, ConcatPool()(maps).flatten(1))
    logits = features(network, images, layer="classifier", quiet=True).tensors[0]
    assert logits.shape == (6, 10)


def test_a_layer_whose_output_is_changed_in_place_is_seen_before():
    model = get_model("squeezenet1_1").eval()
    images = photographs(side=64).with_normalize(0.5, 0.25)
    found = features(model, images, layer="features.0", quiet=True).tensors[0]  # a ReLU in place comes next
    with torch.inference_mode():
        maps = model.features[0](images.batch(slice(None))[0])
    assert (maps < 0).any()
    torch.testing.assert_close(found, maps.mean(dim=(2, 3)))


@pytest.mark.parametrize("name", ["squeezenet1_1", "resnet18", "mobilenet_v3_small"])
@pytest.mark.parametrize("pool", [None, "average", "concat"])
def test_a_head_on_features_and_the_network_with_that_head_agree(name, pool):
    model, images = get_model(name), photographs(3, side=64).with_normalize(0.5, 0.25)
    found = features(model, images, pool=pool, quiet=True)
    head = nn.Linear(found.tensors[0].shape[1], 2)
    whole = replace_head(model, head, pool=pool)
    logits, labels = predict(DataLoader(images, 2), whole, "cpu", precision="float32")
    torch.testing.assert_close(logits, head(found.tensors[0]), rtol=1e-3, atol=1e-4)
    assert torch.equal(labels, found.tensors[1])


def test_a_body_alone_gives_its_averaged_maps(network):
    images = prepare(photographs(), network)
    assert torch.equal(features(network.model.features, images, quiet=True).tensors[0],
                       features(network.model, images, quiet=True).tensors[0])  # fmt: skip


def test_without_a_preprocess_the_set_gives_its_images_out(network):
    images = photographs(side=32)
    plain = features(network.model, images, quiet=True).tensors[0]
    scaled = features(network.model, images.with_normalize(0.5, 0.25), quiet=True).tensors[0]
    with torch.inference_mode():
        maps = [network.model.features((images.images / 255 - mean) / std) for mean, std in ((0, 1), (0.5, 0.25))]
    torch.testing.assert_close(plain, maps[0].mean(dim=(2, 3)))
    torch.testing.assert_close(scaled, maps[1].mean(dim=(2, 3)))


def test_the_batch_changes_nothing(network, monkeypatch, tmp_path):
    images = photographs(7)
    found = []
    for batch in (1, 3, 32):
        monkeypatch.setenv("AINOTES_CACHE", str(tmp_path / str(batch)))
        found.append(features(network, images, batch=batch, quiet=True).tensors[0])
    torch.testing.assert_close(found[0], found[1])
    torch.testing.assert_close(found[0], found[2])


def test_grey_images_do_for_a_network_of_colours(network):
    grey = photographs(channels=1)
    colour = ImageSet(grey.images.expand(-1, 3, -1, -1), grey.labels, grey.classes)
    assert torch.equal(features(network, grey, quiet=True).tensors[0], features(network, colour, quiet=True).tensors[0])
    assert prepare(grey, network).images.shape == (6, 3, 32, 32)
    assert features(load("convnet_fashion_mnist"), photographs(), quiet=True).tensors[0].shape == (6, 128)


def test_the_network_is_a_guest(network):
    model = network.model.train()
    model.features[2].eval()
    modes = [module.training for module in model.modules()]
    before, seed = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    found = features(network, photographs(), quiet=True).tensors[0]
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert torch.equal(seed, torch.get_rng_state())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not found.is_inference()
    nn.Linear(128, 2)(found).sum().backward()  # they may be learnt from


def test_a_network_that_raises_is_given_back_too(network):
    model = network.model.train()
    with pytest.raises(ValueError, match="built for images with 3 channels, got 5"):
        features(
            model, photographs(), layer="classifier.0", preprocess=lambda x: torch.zeros(len(x), 5, 9, 9), quiet=True
        )
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


# The cache.


def test_features_are_computed_once():
    model, images = Counting(), photographs()
    first = features(model, images, quiet=True).tensors[0]
    assert model.seen == 6
    again = features(model, images, quiet=True).tensors[0]
    assert torch.equal(first, again)
    assert model.seen == 6 + 1, "one image, to see that the network is the one that it was"


def test_parts_and_other_orders_of_the_same_images_are_known_already():
    model, images = Counting(), photographs(10)
    every = features(model, images, quiet=True).tensors[0]
    for rows in (torch.arange(9, -1, -1), torch.tensor([3, 3, 7])):
        assert torch.equal(features(model, images.subset(rows), quiet=True).tensors[0], every[rows])
    assert model.seen == 10 + 2
    more = ImageSet(torch.cat([images.images, photographs(3, seed=1).images]), [0] * 13, ["one"])
    found = features(model, more, quiet=True).tensors[0]
    assert torch.equal(found[:10], every)
    assert model.seen == 10 + 2 + 1 + 3


def test_the_same_image_twice_is_computed_once():
    model, images = Counting(), photographs(1)
    found = features(model, images.subset([0, 0, 0]), quiet=True)
    assert model.seen == 1
    assert len(found) == 3


CHANGES = {
    "a weight": lambda model, images: (model[0].weight.data[0].mul_(1.5), {})[1],
    "a statistic": lambda model, images: (model[1].running_mean.add_(1), {})[1],
    "a pixel": lambda model, images: (images.images[:, 0, 0, 0].bitwise_not_(), {})[1],
    "the normalisation": lambda model, images: {"images": images.with_normalize(0.5, 0.2500001)},
    "the pooling": lambda model, images: {"pool": "concat"},
    "the layer": lambda model, images: {"layer": "1"},
    "a layer without weights": lambda model, images: (model.append(nn.Tanh()), {})[1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_the_features_makes_others_of_them(change, monkeypatch):
    model = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU()).eval()
    images = photographs().with_normalize(0.5, 0.25)
    before = features(model, images, quiet=True).tensors[0]
    monkeypatch.setattr(cache_module.Table, "_holds", lambda *_: True)  # found by the key alone
    given = {"images": images, **CHANGES[change](model, images)}
    after = features(model, quiet=True, **given).tensors[0]
    assert before.shape != after.shape or not torch.equal(before, after)


def test_another_preprocess_makes_others(network):
    images = photographs(side=64)
    found = [features(network.model, images, preprocess=each, quiet=True).tensors[0]
             for each in (network.preprocess, v2.Compose([v2.CenterCrop(32), network.preprocess]))]  # fmt: skip
    assert not torch.equal(*found)
    assert torch.equal(features(network, images, quiet=True).tensors[0], found[0])


def test_code_that_changed_under_the_same_name_is_noticed():
    images = photographs()

    def build(factor):
        class Model(nn.Module):
            def forward(self, x):
                return x * factor

        return Model()

    once, twice = (features(build(factor), images, quiet=True).tensors[0] for factor in (1.0, 2.0))
    torch.testing.assert_close(twice, 2 * once)


@pytest.mark.parametrize("damage", [lambda good: b"", lambda good: good[:-200], lambda good: bytes(len(good)),
                                    lambda good: good[: len(good) // 2] + b"!" + good[len(good) // 2 + 1 :]],
                         ids=["empty", "cut short", "zeros", "one byte"])  # fmt: skip
def test_a_damaged_table_is_computed_anew(damage, cache):
    model, images = Counting(), photographs()
    first = features(model, images, quiet=True).tensors[0]
    (path,) = cache.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert torch.equal(features(model, images, quiet=True).tensors[0], first)
    assert model.seen in (7, 12)  # one byte may have hit what nobody reads
    features(model, images, quiet=True)
    assert model.seen in (8, 13)


def test_a_table_of_other_things_is_not_believed(cache):
    model, images = Counting(), photographs()
    features(model, images, quiet=True)
    (path,) = cache.iterdir()
    for arrays in (
        {"a": np.zeros(3)},
        {"digests": np.zeros((6, 16), np.uint8), "features": np.zeros((5, 5), np.float32)},
    ):
        np.savez(path, **arrays)
        assert features(model, images, quiet=True).tensors[0].shape == (6, 5)


def test_a_disk_that_is_full_only_costs_time(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_module, "replace_atomically", full)
    model = Counting()
    for count in (6, 12):
        features(model, photographs(), quiet=True)
        assert model.seen == count


def test_a_table_beyond_reason_is_not_kept(monkeypatch, cache):
    monkeypatch.setattr(cache_module, "MOST_BYTES", 100)
    features(Counting(), photographs(), quiet=True)
    assert not cache.exists()


def test_chance_is_never_kept(cache):
    model, images = Counting(), photographs()
    changing = images.with_augment(augment.flip())
    found = [features(model, changing, quiet=True).tensors[0] for _ in range(3)]
    assert model.seen == 18
    assert not all(torch.equal(found[0], other) for other in found[1:])
    random = v2.Compose([v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True)])
    features(model, images, preprocess=random, quiet=True)
    features(model, images, preprocess=lambda pixels: pixels / 255, quiet=True)
    assert model.seen == 30
    assert not cache.exists()


def test_what_stands_in_the_cache_is_found_by_a_person(network, cache):
    features(network, photographs(), quiet=True)
    assert [path.name[:18] for path in cache.iterdir()] == ["features-ResNet14-"]


def test_progress_is_shown_unless_quiet(network, capfd):
    features(network, photographs(), quiet=True)
    assert capfd.readouterr() == ("", "")
    features(network, photographs(seed=1))
    assert "Features" in capfd.readouterr().err


# For training.


def test_features_train_a_head_within_fit(network):
    images = photographs(16)
    images.images[images.labels == 1] //= 4  # dogs are dark
    train = features(network, images, quiet=True)
    loader = DataLoader(train, batch_size=8, shuffle=True)
    assert in_memory(loader) is not loader, "the fast path of fit"
    head = nn.Linear(128, 2)
    history = fit(loader, head, nn.CrossEntropyLoss(), torch.optim.Adam(head.parameters(), 0.01), 30, "cpu", quiet=True)
    assert history["acc"][-1] == 1.0


def test_bad_arguments_are_told(network):
    images = photographs()
    with pytest.raises(TypeError, match="features: expects an ImageSet"):
        features(network, images.images)
    with pytest.raises(ValueError, match="at least one image"):
        features(network, images.subset([]))
    with pytest.raises(TypeError, match="features: model expects a network"):
        features("resnet18", images)
    with pytest.raises(ValueError, match="pool expects 'average', 'concat', 'flat' or None, got 'max'"):
        features(network, images, pool="max")
    with pytest.raises(ValueError, match=r"has no layer 'features.99'; near"):
        features(network, images, layer="features.99")
    with pytest.raises(ValueError, match="layer 'classifier' gives vectors, which have nothing to pool"):
        features(network, images, layer="classifier", pool="concat", quiet=True)
    with pytest.raises(ValueError, match="batch expects a whole number of at least 1"):
        features(network, images, batch=0)
    with pytest.raises(ValueError, match="features: the images are normalised"):
        features(network, images.with_normalize(0.5, 0.5))
    with pytest.raises(TypeError, match=r"preprocess must make a float batch .* got torch.uint8"):
        features(network.model, images, preprocess=lambda pixels: pixels, quiet=True)


# Images as a network wants them.


@pytest.mark.parametrize("side", [32, 40, 70])
def test_prepared_images_are_those_of_the_preprocess(network, side):
    images = photographs(side=side)
    prepared = prepare(images, network)
    expected = torch.stack([network.preprocess(image) for image in images.images])
    torch.testing.assert_close(prepared.batch(slice(None))[0], expected, rtol=1e-4, atol=1e-4)
    assert (prepared.images.shape, prepared.classes) == ((6, 3, 32, 32), ("cat", "dog"))
    assert (prepared.source, prepared.is_standin) == ("noise", True)
    assert torch.equal(prepared.labels, images.labels)


def test_torchvisions_preprocessing_is_prepared_alike(network):
    transforms = get_model_weights("squeezenet1_0").DEFAULT.transforms()
    trained = load("resnet14_cifar10").__class__(
        "squeezenet", get_model("squeezenet1_0"), transforms, (), "torchvision: x"
    )
    images = photographs(3, side=260)
    prepared = prepare(images, trained)
    assert prepared.images.shape == (3, 3, 224, 224)
    torch.testing.assert_close(prepared.batch(slice(None))[0], transforms(images.images), rtol=1e-4, atol=1e-4)


def test_an_augmentation_stays(network):
    images = photographs().with_augment(augment.flip(p=1.0))
    plain, flipped = prepare(photographs(), network), prepare(images, network)
    assert flipped.augment is images.augment
    assert torch.equal(plain.batch([0])[0].flip(3), flipped.batch([0])[0])


def test_what_is_normalised_already_or_more_than_that_is_refused(network):
    with pytest.raises(ValueError, match="prepare: the images are normalised"):
        prepare(photographs().with_normalize(0.5, 0.5), network)
    odd = type(network)("odd", Convnet(channels=3), lambda pixels: (pixels / 255).square(), (), "x")
    with pytest.raises(ValueError, match="prepare: the preprocess of odd does more than scale, crop and normalise"):
        prepare(photographs(side=28), odd)
