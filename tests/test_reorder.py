"""Pooling before the ReLU: exactly the same numbers, and a model that comes back as it was."""

import pytest
import torch
from torch import nn

from ainotes.models import Convnet
from ainotes.utils.reorder import pooled_first
from ainotes.utils.train import evaluate

CPU = torch.device("cpu")


def kinds(model):
    return [type(layer).__name__ for layer in model]


def gradients(model, images, labels, dtype):
    model.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        logits = model(images)
    nn.functional.cross_entropy(logits.float(), labels).backward()
    return [logits.detach(), *(parameter.grad.clone() for parameter in model.parameters())]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_and_gradients_are_equal_bit_for_bit(dtype):
    torch.manual_seed(0)
    model, labels = Convnet(), torch.randint(10, (32,))
    images = torch.rand(32, 1, 28, 28).round(decimals=1)  # few grey values: windows with several largest
    plain = gradients(model, images, labels, dtype)
    with pooled_first(model):
        swapped = gradients(model, images, labels, dtype)
    assert all(map(torch.equal, plain, swapped))


def test_overlapping_windows_and_padding_are_equal_too():
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1), nn.Flatten(), nn.LazyLinear(10)
    model, images, labels = nn.Sequential(*layers), torch.randn(8, 1, 15, 15), torch.randint(10, (8,))
    model(images)
    plain = gradients(model, images, labels, torch.float32)
    with pooled_first(model):
        assert kinds(model)[1:3] == ["MaxPool2d", "ReLU"]
        swapped = gradients(model, images, labels, torch.float32)
    assert all(map(torch.equal, plain, swapped))


def test_the_model_comes_back_as_it_was_also_after_an_exception():
    model = Convnet()
    before, names = list(model.features), list(model.state_dict())

    def interrupted():
        with pooled_first(model):
            assert list(model.state_dict()) == names
            assert list(model.features) != before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(model.features) == before


@pytest.mark.parametrize(
    ("relu", "pool"),
    [
        (nn.ReLU(inplace=True), nn.MaxPool2d(2)),  # would no longer change its input
        (nn.ReLU(), nn.AvgPool2d(2)),  # does not commute
        (nn.LeakyReLU(), nn.MaxPool2d(2)),
        (nn.ReLU(), nn.MaxPool2d(2, return_indices=True)),
    ],
)
def test_other_pairs_stay_where_they_are(relu, pool):
    model = nn.Sequential(relu, pool)
    with pooled_first(model):
        assert list(model) == [relu, pool]


@pytest.mark.parametrize("watched", [0, 1])
@pytest.mark.parametrize("how", ["register_forward_hook", "register_full_backward_hook"])
def test_a_layer_that_somebody_watches_stays_where_it_is(watched, how):
    model = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
    getattr(model[watched], how)(lambda *_: None)
    with pooled_first(model):
        assert kinds(model) == ["ReLU", "MaxPool2d"]


def test_a_sequential_with_a_forward_of_its_own_keeps_its_order():
    class Odd(nn.Sequential):
        def forward(self, images):
            return self[0](images) - self[1](images).mean()

    with pooled_first(Odd(nn.ReLU(), nn.MaxPool2d(2))) as model:
        assert kinds(model) == ["ReLU", "MaxPool2d"]


def test_evaluate_pools_first():
    seen = []
    model = Convnet()
    model.classifier.register_forward_hook(lambda *_: seen.append(kinds(model.features)))
    evaluate([(torch.rand(2, 1, 28, 28), torch.tensor([0, 1]))], model, nn.CrossEntropyLoss(), CPU)
    assert seen[0][1:3] == ["MaxPool2d", "ReLU"]
    assert kinds(model.features)[1:3] == ["ReLU", "MaxPool2d"]
