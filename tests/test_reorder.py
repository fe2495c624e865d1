"""Pooling before the ReLU: exactly the same numbers, and a model that nobody can tell from what it was."""

import copy
import io

import pytest
import torch
from torch import nn

from ainotes.models import Convnet
from ainotes.utils.reorder import pooled_first
from ainotes.utils.train import evaluate, fit

CPU = torch.device("cpu")
PLAIN = [("ReLU", 4), ("MaxPool2d", 4)]  # layer, and the rows of what came in
POOLED_FIRST = [("MaxPool2d", 4), ("ReLU", 2)]


@pytest.fixture
def calls(monkeypatch):
    """The calls of ReLUs and poolings, in their order, each with the rows of its input; no hook gives it away."""
    seen = []
    for kind in (nn.ReLU, nn.MaxPool2d, nn.AvgPool2d, nn.LeakyReLU):

        def noted(self, images, kind=kind, forward=kind.forward):
            seen.append((kind.__name__, images.shape[-2]))
            return forward(self, images)

        monkeypatch.setattr(kind, "forward", noted)
    return seen


def pair():
    return nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))


def picture():
    return torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(0))


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


def test_overlapping_windows_and_padding_are_equal_too(calls):
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1), nn.Flatten(), nn.LazyLinear(10)
    model, images, labels = nn.Sequential(*layers), torch.randn(8, 1, 15, 15), torch.randint(10, (8,))
    model(images)
    plain = gradients(model, images, labels, torch.float32)
    calls.clear()
    with pooled_first(model):
        swapped = gradients(model, images, labels, torch.float32)
    assert calls == [("MaxPool2d", 13), ("ReLU", 7)]
    assert all(map(torch.equal, plain, swapped))


def test_one_relu_in_several_places_is_called_in_each(calls):
    relu = nn.ReLU()
    model = nn.Sequential(relu, nn.MaxPool2d(2), relu, nn.MaxPool2d(2))
    plain = model(picture())
    calls.clear()
    with pooled_first(model):
        assert torch.equal(model(picture()), plain)
    assert calls == [*POOLED_FIRST, ("MaxPool2d", 2), ("ReLU", 1)]


def test_the_model_comes_back_as_it_was_also_after_an_exception(calls):
    model = Convnet()
    before, names = dict(vars(model.features)), list(model.state_dict())

    def interrupted():
        with pooled_first(model):
            assert list(model.state_dict()) == names
            assert vars(model.features) != before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert vars(model.features) == before
    model(torch.rand(1, 1, 28, 28))
    assert calls[:2] == [("ReLU", 26), ("MaxPool2d", 26)]


def test_indexing_slicing_and_iterating_meet_the_layers_in_their_places(calls):
    model = pair()
    relu, pool = model
    with pooled_first(model):
        assert (model[0], model[1], list(model), list(model[:1])) == (relu, pool, [relu, pool], [relu])
        assert dict(model.named_modules()) == {"": model, "0": relu, "1": pool}
        model[:2](picture())  # a slice is a Sequential of its own
        assert calls == PLAIN
        calls.clear()
        model(picture())
    assert calls == POOLED_FIRST


def test_a_forward_that_asks_for_layers_by_their_number_gets_the_same_numbers():
    class Skips(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
            self.classifier = nn.Linear(4 + 4 + 4 * 4, 10)

        def forward(self, images):  # (N, 1, 8, 8)
            seen = self.features[1](self.features[0](images))  # (N, 4, 8, 8): negative ones are gone
            again = images
            for layer in self.features[:2]:
                again = layer(again)
            pooled = self.features(images).amax(dim=3).flatten(1)  # (N, 16)
            return self.classifier(torch.cat([seen.mean(dim=(2, 3)), again.amin(dim=(2, 3)), pooled], dim=1))

    torch.manual_seed(0)
    model, images, labels = Skips(), torch.randn(8, 1, 8, 8), torch.randint(10, (8,))
    plain = gradients(model, images, labels, torch.float32)
    with pooled_first(model):
        assert all(map(torch.equal, plain, gradients(model, images, labels, torch.float32)))


def test_borrowed_twice_the_outer_one_decides_how_long(calls):
    model = pair()
    with pooled_first(model):
        with pooled_first(model):
            model(picture())
        assert calls == POOLED_FIRST
        calls.clear()
        model(picture())
        assert calls == POOLED_FIRST
    calls.clear()
    model(picture())
    assert calls == PLAIN


@pytest.mark.parametrize(
    ("relu", "pool"),
    [
        (nn.ReLU(inplace=True), nn.MaxPool2d(2)),  # would no longer change its input
        (nn.ReLU(), nn.AvgPool2d(2)),  # does not commute
        (nn.LeakyReLU(), nn.MaxPool2d(2)),
        (nn.ReLU(), nn.MaxPool2d(2, return_indices=True)),
    ],
)
def test_other_pairs_keep_their_order(relu, pool, calls):
    with pooled_first(nn.Sequential(relu, pool, nn.Identity())) as model:
        model(picture())
    assert calls == [(type(relu).__name__, 4), (type(pool).__name__, 4)]


@pytest.mark.parametrize("watched", [0, 1])
@pytest.mark.parametrize("how", ["register_forward_hook", "register_full_backward_hook"])
@pytest.mark.parametrize("late", [False, True])
def test_a_layer_that_somebody_watches_keeps_its_place(watched, how, late, calls):
    model = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2), nn.ReLU(), nn.MaxPool2d(2))
    if not late:
        getattr(model[watched], how)(lambda *_: None)
    with pooled_first(model):
        if late:
            getattr(model[watched], how)(lambda *_: None)
        model(picture())
    assert calls == [*PLAIN, ("MaxPool2d", 2), ("ReLU", 1)]


def test_a_layer_whose_call_was_replaced_keeps_its_place(calls):
    model = pair()
    model[0].forward = lambda images: -images
    plain = model(picture())
    with pooled_first(model):
        assert torch.equal(model(picture()), plain)
    assert calls == [("MaxPool2d", 4)] * 2


def test_a_hook_on_every_module_sees_the_order_that_was_written():
    seen = []
    hook = nn.modules.module.register_module_forward_hook(lambda module, *_: seen.append(type(module).__name__))
    try:
        with pooled_first(pair()) as model:
            model(picture())
    finally:
        hook.remove()
    assert seen == ["ReLU", "MaxPool2d", "Sequential"]


def test_a_hook_on_the_sequential_itself_sees_no_difference(calls):
    seen = []
    model = pair()
    model.register_forward_hook(lambda module, args, output: seen.append(tuple(output.shape)))
    with pooled_first(model):
        model(input=picture())
    assert (seen, calls) == ([(1, 1, 2, 2)], POOLED_FIRST)


def test_a_sequential_with_a_forward_of_its_own_keeps_it(calls):
    class Odd(nn.Sequential):
        def forward(self, images):
            return self[0](images) - self[1](images).mean()

    with pooled_first(Odd(nn.ReLU(), nn.MaxPool2d(2))) as model:
        model(picture())
    assert calls == PLAIN


def test_an_instance_with_a_forward_of_its_own_keeps_it_for_good():
    def own(images):
        return images + 1

    model = pair()
    model.forward = own
    with pooled_first(model):
        assert model.forward is own
    assert model.forward is own


def test_a_forward_that_its_owner_sets_meanwhile_stays():
    def own(images):
        return images + 1

    model = pair()
    with pooled_first(model):
        model.forward = own
    assert model.forward is own


@pytest.mark.parametrize("how", ["deepcopy", "pickle"])
def test_a_copy_of_a_borrowed_model_uses_its_own_weights(how):
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2))
    plain = model(picture())
    with pooled_first(model):
        twin = copy.deepcopy(model) if how == "deepcopy" else pickled_and_back(model)
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.zero_()
    assert torch.equal(twin(picture()), plain)
    twin[1].register_forward_hook(lambda module, args, output: output + 10)
    assert (twin(picture()) >= 10).all()


def pickled_and_back(model):
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def test_a_model_with_replicas_on_several_devices_keeps_its_order():
    inner = pair()
    with pooled_first(nn.Sequential(nn.DataParallel(inner))):
        assert "forward" not in vars(inner)


@pytest.mark.parametrize("compiled_first", [False, True])
def test_a_compiled_model_computes_the_same_before_meanwhile_and_after(compiled_first):
    torch._dynamo.reset()
    torch.manual_seed(0)
    model, images = Convnet(), torch.rand(2, 1, 28, 28)
    plain = model(images)
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    if compiled_first:
        assert torch.equal(compiled(images), plain)
    with pooled_first(compiled):
        assert torch.equal(compiled(images), plain)
    assert torch.equal(compiled(images), plain)


def test_evaluate_pools_first(calls):
    model = Convnet()
    evaluate([(torch.rand(2, 1, 28, 28), torch.tensor([0, 1]))], model, nn.CrossEntropyLoss(), CPU)
    assert calls[:4] == [("MaxPool2d", 26), ("ReLU", 13), ("MaxPool2d", 11), ("ReLU", 5)]
    assert "forward" not in vars(model.features)


def test_fit_pools_first_also_after_a_loss_that_evaluates_in_the_middle_of_an_epoch(calls):
    """The inner borrowing ends before the outer one."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 2))
    data = [(torch.rand(2, 1, 6, 6), torch.tensor([0, 1]))] * 2

    def loss_fn(logits, labels):
        if torch.is_grad_enabled():
            evaluate(data[:1], model, nn.CrossEntropyLoss(), CPU)
        return nn.functional.cross_entropy(logits, labels)

    fit(data, model, loss_fn, torch.optim.SGD(model.parameters(), 0.1), 1, CPU, quiet=True)
    assert calls == [("MaxPool2d", 4), ("ReLU", 2)] * 4  # each of the two steps, and each evaluation
    assert "forward" not in vars(model)
