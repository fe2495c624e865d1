"""fit computes what the plain loop computes, says what the course promises, and answers bad input in plain words."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from ainotes.models import Convnet
from ainotes.utils import precision, train
from ainotes.utils.train import (
    NonFiniteLossError,
    count_parameters,
    epoch_loop,
    evaluate,
    fit,
    get_device,
    patience,
    predict,
)

CPU = torch.device("cpu")


def striped(count=48, classes=2, channels=1, size=12):
    """Images whose class is the third of columns that is bright: easy to learn, uneven batches at batch size 10."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % classes
    images = torch.rand(count, channels, size, size, generator=generator) * 0.3
    for index, label in enumerate(labels.tolist()):
        images[index, :, :, label * size // classes : (label + 1) * size // classes] += 0.6
    return TensorDataset(images, labels)


def tiny_net(classes=2, channels=1, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(channels, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(100, classes)]
    return nn.Sequential(*layers)


def parts(model=None, data=None, lr=0.05, batch_size=10, optimizer=torch.optim.Adam):
    model = tiny_net() if model is None else model
    loader = DataLoader(data or striped(), batch_size=batch_size, shuffle=True)
    return loader, model, nn.CrossEntropyLoss(), optimizer(model.parameters(), lr=lr)


def plain_loop(loader, model, loss_fn, optimizer, epochs):
    """The loop as the first lesson writes it."""
    history = {"loss": [], "acc": []}
    model.train()
    for _ in range(epochs):
        total, correct, samples = 0.0, 0, 0
        for images, labels in loader:
            logits = model(images)
            loss = loss_fn(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
            correct += (logits.argmax(dim=1) == labels).sum().item()
            samples += len(labels)
        history["loss"].append(total / samples)
        history["acc"].append(correct / samples)
    return history


def weights(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


# -- what it computes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop])
def test_fit_in_float32_equals_the_plain_loop_bit_for_bit(optimizer):
    plain, fitted = parts(optimizer=optimizer), parts(optimizer=optimizer)
    torch.manual_seed(7)
    expected = plain_loop(*plain, epochs=3)
    history = fit(*fitted, 3, CPU, seed=7, precision="float32", quiet=True)
    assert torch.equal(weights(plain[1]), weights(fitted[1]))
    assert history["acc"] == expected["acc"]
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-12)


def test_the_fast_step_learns_as_well_as_the_plain_one():
    loader, model, loss_fn, optimizer = parts()
    history = fit(loader, model, loss_fn, optimizer, 6, CPU, seed=0, quiet=True)
    assert history["loss"][-1] < history["loss"][0] / 2
    assert evaluate(loader, model, loss_fn, CPU, precision="float32")["acc"] >= 0.95


def test_the_fast_float32_step_differs_from_the_plain_one_by_rounding_only():
    plain, fused = parts(), parts()
    how = precision.Precision(CPU, bfloat16=False, fast=True)
    torch.manual_seed(7)
    plain_loop(*plain, epochs=2)
    torch.manual_seed(7)
    for _ in range(2):
        train.train_epoch(*fused, how)
    torch.testing.assert_close(weights(fused[1]), weights(plain[1]), rtol=1e-3, atol=1e-4)


def test_loss_is_weighted_by_samples_and_accuracy_comes_from_the_steps_own_logits():
    data = TensorDataset(torch.tensor([[2.0], [2.0], [-1.0]]), torch.tensor([1, 0, 0]))
    model = nn.Linear(1, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.0], [1.0]]))
        model.bias.zero_()
    loader = DataLoader(data, batch_size=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    loss, acc = epoch_loop(loader, model, nn.CrossEntropyLoss(), optimizer, CPU, precision="float32")
    by_hand = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(2)), math.log(1 + math.exp(-1))]
    assert loss == pytest.approx(sum(by_hand) / 3)
    assert acc == pytest.approx(2 / 3)


def test_one_logit_with_bce_takes_integer_labels_and_counts_at_zero():
    data = TensorDataset(torch.tensor([[3.0], [-3.0], [1.0]]), torch.tensor([1, 0, 0]))
    model = nn.Linear(1, 1)
    nn.init.ones_(model.weight)
    nn.init.zeros_(model.bias)
    result = evaluate(DataLoader(data, 2), model, nn.BCEWithLogitsLoss(), CPU, precision="float32")
    by_hand = [math.log(1 + math.exp(-3)), math.log(1 + math.exp(-3)), math.log(1 + math.exp(1))]
    assert result == {"loss": pytest.approx(sum(by_hand) / 3), "acc": pytest.approx(2 / 3)}


def test_soft_targets_count_as_their_largest_class():
    targets = torch.tensor([[0.9, 0.1], [0.2, 0.8]])
    model = nn.Identity()
    result = evaluate(
        DataLoader(TensorDataset(torch.tensor([[2.0, 1.0], [2.0, 1.0]]), targets), 2), model, nn.CrossEntropyLoss(), CPU
    )
    assert result["acc"] == 0.5


def test_validation_runs_in_evaluation_mode_and_without_gradients():
    seen = []

    class Watcher(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = tiny_net()

        def forward(self, images):
            seen.append((self.training, torch.is_grad_enabled()))
            return self.net(images)

    loader, model, loss_fn, optimizer = parts(Watcher())
    history = fit(loader, model, loss_fn, optimizer, 1, CPU, val_dataloader=loader, quiet=True)
    assert set(seen) == {(True, True), (False, False)}
    assert list(history) == ["loss", "acc", "lr", "val_loss", "val_acc"]


def test_predict_returns_logits_and_labels_in_the_order_of_the_data():
    data = striped(count=13)
    model = tiny_net()
    logits, labels = predict(DataLoader(data, batch_size=5), model, CPU, precision="float32")
    images, expected = data.tensors
    assert torch.equal(labels, expected)
    torch.testing.assert_close(logits, model(images).detach())


# -- what it leaves behind -------------------------------------------------------------------------------------------


def test_every_module_keeps_its_own_mode_also_after_an_error():
    loader, model, loss_fn, optimizer = parts()
    model.eval()
    model[2].train()
    fit(loader, model, loss_fn, optimizer, 1, CPU, quiet=True)
    evaluate(loader, model, loss_fn, CPU)
    with pytest.raises(ZeroDivisionError):
        fit(loader, model, lambda logits, labels: 1 / 0, optimizer, 1, CPU, quiet=True)
    assert [module.training for module in model] == [False, False, True, False, False]


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD])
def test_the_optimizer_gets_its_own_settings_back(optimizer):
    loader, model, loss_fn, chosen = parts(optimizer=optimizer)
    before = {key: chosen.param_groups[0][key] for key in ("fused", "foreach", "lr")}
    fit(loader, model, loss_fn, chosen, 1, CPU, quiet=True)
    assert {key: chosen.param_groups[0][key] for key in before} == before
    chosen.step()  # and it still works by itself


def test_weights_stay_contiguous_float32():
    loader, model, loss_fn, optimizer = parts()
    fit(loader, model, loss_fn, optimizer, 1, CPU, precision="bfloat16", quiet=True)
    assert all(parameter.is_contiguous() and parameter.dtype == torch.float32 for parameter in model.parameters())


# -- what it prints --------------------------------------------------------------------------------------------------


def test_the_printed_lines_are_those_of_the_course(capsys):
    loader, model, loss_fn, optimizer = parts()
    history = fit(loader, model, loss_fn, optimizer, 2, CPU)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Training started! 48 samples. 5 batches per epoch",
        f"Epoch [  1/  2] finished. Mean loss: {history['loss'][0]:.5f}. Accuracy: {history['acc'][0]:.2%}",
        f"Epoch [  2/  2] finished. Mean loss: {history['loss'][1]:.5f}. Accuracy: {history['acc'][1]:.2%}",
        "Training complete! Total gradient descent steps: 10",
    ]


def test_validation_is_printed_on_the_same_line(capsys):
    loader, model, loss_fn, optimizer = parts()
    fit(loader, model, loss_fn, optimizer, 1, CPU, val_dataloader=loader)
    assert "Validation loss: " in capsys.readouterr().out.splitlines()[1]


def test_quiet_prints_nothing(capsys):
    loader, model, loss_fn, optimizer = parts()
    fit(loader, model, loss_fn, optimizer, 1, CPU, quiet=True)
    assert capsys.readouterr() == ("", "")


class Stream(IterableDataset):
    """Twenty images whose number no loader knows beforehand."""

    def __iter__(self):
        yield from zip(*striped(20).tensors, strict=True)


def test_a_loader_that_does_not_know_its_length_trains_too(capsys):
    _, model, loss_fn, optimizer = parts()
    history = fit(DataLoader(Stream(), batch_size=8), model, loss_fn, optimizer, 1, CPU)
    assert len(history["loss"]) == 1
    assert "Total gradient descent steps: 3" in capsys.readouterr().out


def test_steps_are_counted_also_where_nothing_is_printed(tmp_path, capsys):
    _, model, loss_fn, optimizer = parts()
    settings = {"checkpoint": tmp_path / "run.pt", "quiet": True}
    fit(DataLoader(Stream(), batch_size=8), model, loss_fn, optimizer, 1, CPU, **settings)
    fit(DataLoader(Stream(), batch_size=8), model, loss_fn, optimizer, 2, CPU, checkpoint=settings["checkpoint"])
    assert "Total gradient descent steps: 6" in capsys.readouterr().out


# -- schedulers, stopping, the best epoch ----------------------------------------------------------------------------


def test_one_cycle_steps_with_every_batch():
    loader, model, loss_fn, optimizer = parts(optimizer=torch.optim.SGD)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=2 * len(loader))
    fit(loader, model, loss_fn, optimizer, 2, CPU, scheduler=scheduler, quiet=True)
    assert scheduler.last_epoch == 2 * len(loader)


def test_other_schedulers_step_with_every_epoch():
    loader, model, loss_fn, optimizer = parts(lr=0.08, optimizer=torch.optim.SGD)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    assert fit(loader, model, loss_fn, optimizer, 3, CPU, scheduler=scheduler, quiet=True)["lr"] == [0.08, 0.04, 0.02]


def test_a_plateau_scheduler_sees_the_validation_loss():
    loader, model, loss_fn, optimizer = parts(lr=0.0, optimizer=torch.optim.SGD)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    history = fit(loader, model, loss_fn, optimizer, 2, CPU, val_dataloader=loader, scheduler=scheduler, quiet=True)
    assert scheduler.best == min(history["val_loss"])


def test_training_stops_when_asked():
    loader, model, loss_fn, optimizer = parts()
    history = fit(loader, model, loss_fn, optimizer, 9, CPU, stop_when=lambda h: len(h["loss"]) == 3, quiet=True)
    assert len(history["loss"]) == 3


def test_patience_counts_epochs_since_the_best():
    stop = patience(2)
    assert not stop({"val_loss": [1.0, 0.5, 0.6]})
    assert stop({"val_loss": [1.0, 0.5, 0.6, 0.5]})  # equal is no better
    assert patience(1, "val_acc")({"val_acc": [0.5, 0.9, 0.8]})
    with pytest.raises(ValueError, match="no 'val_loss' in the history, which has loss"):
        stop({"loss": [1.0]})
    with pytest.raises(ValueError, match="at least 1 epoch"):
        patience(0)


def test_the_best_weights_come_back():
    loader, model, loss_fn, optimizer = parts(lr=0.0, optimizer=torch.optim.SGD)
    kept = []

    def worsen(history):
        kept.append(weights(model).clone())
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
        return False

    history = fit(
        loader, model, loss_fn, optimizer, 3, CPU, val_dataloader=loader, stop_when=worsen, keep_best=True, quiet=True
    )
    assert history["val_loss"] == sorted(history["val_loss"])
    assert torch.equal(weights(model), kept[0])


def test_keep_best_needs_validation():
    with pytest.raises(ValueError, match="val_dataloader"):
        fit(*parts(), 1, CPU, keep_best=True)


# -- stopping by hand, and losses that are no numbers ----------------------------------------------------------------


class Interrupting(nn.Module):
    """A model whose owner presses stop at a given forward pass."""

    def __init__(self, at):
        super().__init__()
        self.net, self.calls, self.at = tiny_net(), 0, at

    def forward(self, images):
        self.calls += 1
        if self.calls == self.at:
            raise KeyboardInterrupt
        return self.net(images)


def test_an_interrupt_returns_the_history_so_far_and_a_usable_model(capsys):
    loader, model, loss_fn, optimizer = parts(Interrupting(at=13))
    history = fit(loader, model, loss_fn, optimizer, 9, CPU)
    assert len(history["loss"]) == 2  # five batches an epoch
    assert "stopped by you in epoch 3" in capsys.readouterr().out
    assert evaluate(loader, model, loss_fn, CPU)["acc"] > 0.5


def test_a_loss_that_is_not_finite_names_epoch_and_batch_and_keeps_the_weights():
    images, labels = striped().tensors
    images[37] = math.nan
    loader = DataLoader(TensorDataset(images, labels), batch_size=10)
    model = tiny_net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with pytest.raises(NonFiniteLossError, match=r"epoch 1, batch 4.*learning rate") as caught:
        fit(loader, model, nn.CrossEntropyLoss(), optimizer, 2, CPU, quiet=True)
    assert caught.value.history["loss"] == []
    assert weights(model).isfinite().all()


def test_a_non_finite_loss_is_found_at_the_end_of_the_epoch_where_looking_would_wait():
    tally = train.train_epoch.__globals__["Tally"](epoch=3)
    for value in (0.5, math.inf, math.nan):
        tally.add(torch.tensor(value), torch.zeros(4, 2), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(NonFiniteLossError, match=r"infinite .* in epoch 3, batch 2"):
        tally.means()


# -- bad input -------------------------------------------------------------------------------------------------------


def refused(error, match, *, loader=None, model=None, loss_fn=None, optimizer=None, epochs=1, device=CPU, **options):
    own_loader, own_model, own_loss, _ = parts()
    model = model or own_model
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(error, match=match):
        fit(own_loader if loader is None else loader, model, loss_fn or own_loss, optimizer, epochs, device, **options)


def loader_of(images, labels, **options):
    return DataLoader(TensorDataset(images, labels), **({"batch_size": 10} | options))


def test_an_empty_loader_is_refused():
    refused(ValueError, "at least one batch, got none from 4 samples.*drop_last",
            loader=loader_of(*striped(4).tensors, drop_last=True))  # fmt: skip
    refused(ValueError, "val_dataloader: expected at least one batch", val_dataloader=[])
    refused(TypeError, "expected a DataLoader, got int", loader=3)


def test_a_wrong_channel_count_is_explained():
    refused(ValueError, r"expects 1 channels, images have 3 \(shape \(10, 3, 12, 12\)\); build it with in_channels=3",
            loader=DataLoader(striped(channels=3), batch_size=10))  # fmt: skip


def test_a_linear_layer_of_the_wrong_size_is_explained():
    refused(ValueError, "linear layer of the model does not fit", loader=DataLoader(striped(size=16), batch_size=10))


@pytest.mark.parametrize(("label", "match"), [(2, r"0\.\.1.*2 logits; got 0\.\.2"), (-1, r"got -1\.\.1")])
def test_labels_out_of_range_are_refused(label, match):
    images, labels = striped().tensors
    labels = labels.clone()
    labels[45] = label
    refused(ValueError, match, loader=loader_of(images, labels))


def test_the_ignored_label_is_allowed():
    images, labels = striped().tensors
    loader, model, loss_fn, optimizer = parts(
        data=TensorDataset(images, labels.clone().index_fill_(0, torch.tensor([3]), -100))
    )
    assert len(fit(loader, model, loss_fn, optimizer, 1, CPU, quiet=True)["loss"]) == 1


def test_labels_of_the_wrong_type_are_refused():
    images, labels = striped().tensors
    refused(TypeError, r"CrossEntropyLoss expects integer labels, got torch.float32; use labels.long\(\)",
            loader=loader_of(images, labels.float()))  # fmt: skip
    refused(ValueError, "expected 10 labels, one for each image", loader=loader_of(images, labels[:, None]))


def test_small_integer_labels_are_fine():
    images, labels = striped().tensors
    loader, model, loss_fn, optimizer = parts(data=TensorDataset(images, labels.to(torch.int32)))
    assert fit(loader, model, loss_fn, optimizer, 1, CPU, quiet=True)["acc"][0] > 0


def test_images_as_bytes_are_refused():
    images, labels = striped().tensors
    refused(TypeError, "images must be float, got torch.uint8; divide bytes by 255",
            loader=loader_of((images * 255).byte(), labels))  # fmt: skip


def test_batches_that_are_no_pairs_are_refused():
    refused(TypeError, r"pair of tensors \(images, labels\), got 1 parts",
            loader=DataLoader(TensorDataset(striped().tensors[0]), batch_size=10))  # fmt: skip


@pytest.mark.parametrize(("model", "match"), [
    (nn.Conv2d(1, 2, 3), r"logits of shape \(10, classes\), got \(10, 2, 10, 10\); flatten or pool"),
    (nn.Sequential(nn.Flatten(0), nn.Linear(1440, 2)), r"got \(2,\)"),
])  # fmt: skip
def test_a_model_of_the_wrong_output_shape_is_refused(model, match):
    refused(ValueError, match, model=model, loader=loader_of(*striped(10).tensors))


def test_a_model_that_returns_something_else_is_refused():
    class Pair(nn.Linear):
        def forward(self, images):
            return images, images

    refused(TypeError, "one tensor of logits, got tuple", model=Pair(1, 2))


def test_the_optimizer_of_another_model_is_refused():
    refused(ValueError, "4 of the optimizer's 4 parameter tensors are not in the model",
            optimizer=torch.optim.Adam(tiny_net().parameters()))  # fmt: skip


def test_a_frozen_model_is_refused():
    refused(ValueError, "unfreeze at least one layer", model=tiny_net().requires_grad_(False))


def test_a_loss_for_each_sample_is_refused():
    refused(ValueError, r"must be one number, got \(10,\); use reduction='mean'",
            loss_fn=nn.CrossEntropyLoss(reduction="none"))  # fmt: skip


@pytest.mark.parametrize(("epochs", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), (True, TypeError)])
def test_epochs_must_be_a_whole_number_of_at_least_one(epochs, error):
    refused(error, "epochs", epochs=epochs)


def test_a_device_that_is_not_there_is_refused():
    missing = f"cuda:{torch.cuda.device_count()}"
    refused(ValueError, f"this machine has no '{missing}'.*get_device", device=missing)
    refused(ValueError, 'expected one like "cpu"', device="gpu0")
    refused(TypeError, r"device, message = get_device\(\)", device=get_device())


def test_an_unknown_precision_is_refused():
    refused(ValueError, "'auto', 'float32', 'bfloat16', got 'half'", precision="half")


# -- small things ----------------------------------------------------------------------------------------------------


def test_parameters_are_counted():
    model = Convnet()
    assert count_parameters(model) == 225_034
    model.features.requires_grad_(False)
    assert count_parameters(model) == 225_034 - (3 * 3 * 1 + 1) * 32 - (3 * 3 * 32 + 1) * 64
    assert count_parameters(model, trainable=False) == 225_034


def test_the_device_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert get_device() == (torch.device("cpu"), "No GPU found, using CPU instead :\\")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert get_device() == (torch.device("mps"), "Using MPS GPU :)")
    assert get_device(use_mps=False)[0].type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Test 9000")
    assert get_device() == (torch.device("cuda"), "Using CUDA GPU Test 9000 :)")


def test_channels_last_keeps_the_values_and_tells_the_layout_also_with_one_channel():
    for channels in (1, 3):
        images = torch.rand(2, channels, 4, 5)
        moved = precision.channels_last(images)
        assert torch.equal(moved, images)
        assert moved.stride() == (20 * channels, 1, 5 * channels, channels)


def test_automatic_precision_follows_the_hardware(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: False)
    assert precision.choose("auto", CPU) == precision.Precision(CPU, bfloat16=False, fast=True)
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: True)
    assert precision.choose("auto", CPU).bfloat16
    assert precision.choose("float32", CPU) == precision.Precision(CPU)


def test_a_system_without_mallopt_trains_too(monkeypatch):
    def no_such_library(name):
        raise TypeError

    monkeypatch.setattr(precision, "ctypes", SimpleNamespace(CDLL=no_such_library))
    precision.keep_freed_memory.cache_clear()
    try:
        loader, model, loss_fn, optimizer = parts()
        assert len(fit(loader, model, loss_fn, optimizer, 1, CPU, quiet=True)["loss"]) == 1
    finally:
        precision.keep_freed_memory.cache_clear()
