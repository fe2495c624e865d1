"""`ainotes.transfer`: what is frozen stays as it is, also through `fit`; learning rates by block."""

import copy
import io

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import get_model

from ainotes.models import Convnet, ResNet14
from ainotes.pretrained import load
from ainotes.transfer import blocks, freeze, parameter_groups, replace_head, unfreeze
from ainotes.utils.train import count_parameters, evaluate, fit, predict


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def little_network():
    """Return two blocks with batch norm and dropout, and a head with dropout."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(16, 2),
    )  # fmt: skip


def data(count=24, side=14):
    images = torch.rand(count, 3, side, side)
    return DataLoader(TensorDataset(images, torch.arange(count) % 2), batch_size=8)


def train(model, epochs=2, optimizer=None, **given):
    optimizer = optimizer or torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1, momentum=0.9)
    return fit(data(), model, nn.CrossEntropyLoss(), optimizer, epochs, "cpu", quiet=True, **given)


def changed(model, before):
    return {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}


def state(model):
    return copy.deepcopy(model.state_dict())


def training(model):
    return {name for name, module in model.named_modules() if module.training}


# Freezing.


def test_only_the_head_learns_through_fit():
    model = freeze(little_network())
    before = state(model)
    train(model)
    assert changed(model, before) == {"11.weight", "11.bias"}
    assert count_parameters(model) == 34


def test_without_freezing_the_statistics_a_body_without_gradients_still_changes():
    """What goes wrong in many a notebook, and why `freeze` does more than set requires_grad."""
    model = little_network()
    for parameter in model[:9].parameters():
        parameter.requires_grad_(False)
    before = state(model)
    train(model)
    assert {"1.running_mean", "1.running_var", "5.running_mean"} <= changed(model, before)


def test_a_frozen_body_computes_the_same_in_training_as_in_evaluation():
    model, images = freeze(little_network()), torch.rand(4, 3, 14, 14)
    maps = [model.train(mode)[:10](images) for mode in (True, False)]
    assert torch.equal(*maps)
    assert not maps[0].requires_grad, "no graph is built for it"


def test_modes_survive_training_evaluating_and_predicting():
    model = freeze(little_network()).train()
    expected = {"", "9", "10", "11"}
    assert training(model) == expected
    train(model, val_dataloader=data())
    assert training(model) == expected
    evaluate(data(), model, nn.CrossEntropyLoss(), "cpu")
    predict(data(), model, "cpu")
    assert training(model) == expected
    assert training(model.eval()) == set()
    assert training(model.train()) == expected


def test_the_dropout_in_front_of_a_new_head_works_for_it():
    model = replace_head(get_model("mobilenet_v2", dropout=0.9), 2)
    freeze(model).train()
    assert model.classifier[0].training
    assert not any(module.training for module in model.features.modules())
    torch.manual_seed(0)
    assert not torch.equal(*(model.classifier(torch.ones(1, 1280)) for _ in range(2)))


def test_hidden_layers_of_an_old_classifier_are_frozen_with_the_body():
    with torch.device("meta"):
        model = freeze(replace_head(get_model("vgg11"), 2)).train()
    assert count_parameters(model) == 4097 * 2
    assert [module.training for module in model.classifier] == [False] * 4 + [True] * 3


def test_a_part_without_a_head_is_frozen_whole():
    model = get_model("resnet18")
    freeze(model.layer1)
    model.train()
    assert count_parameters(model.layer1) == 0
    assert not any(module.training for module in model.layer1.modules())
    assert all(module.training for module in model.layer2.modules())
    assert count_parameters(freeze(nn.Conv2d(3, 4, 3))) == 0


def test_batch_norms_may_go_on_learning_in_a_frozen_body():
    model = freeze(little_network(), batch_norms=False)
    before = state(model)
    train(model)
    assert {name.split(".")[0] for name in changed(model, before)} == {"1", "5", "11"}
    assert count_parameters(model) == 34 + 2 * 8


def test_freezing_twice_is_freezing_once():
    model = freeze(freeze(little_network()))
    assert count_parameters(model) == 34
    unfreeze(model)
    assert training(model.train()) == {name for name, _ in model.named_modules()}


def test_a_frozen_network_can_be_copied_saved_and_pickled():
    model = freeze(little_network())
    other = copy.deepcopy(model).train()
    assert other[1].training is False
    assert other[1].train.args[0] is other[1], "it holds itself, not the original"
    unfreeze(other)
    assert (other.train()[1].training, model.train()[1].training) == (True, False)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False).train()
    assert training(loaded) == training(model)
    assert model.state_dict().keys() == little_network().state_dict().keys()


def test_what_is_taken_is_given_back():
    network = load("resnet14_cifar10")
    assert freeze(network) is network
    assert count_parameters(network.model) == 1290
    assert unfreeze(network) is network
    with pytest.raises(TypeError, match="freeze: model expects a network"):
        freeze("resnet18")


# Unfreezing.


def test_blocks_are_unfrozen_from_above():
    model = unfreeze(freeze(little_network()), blocks=1).train()
    assert training(model) == {"", *map(str, range(4, 12))}
    before = state(model)
    train(model)
    assert {int(name.split(".")[0]) for name in changed(model, before)} == {4, 5, 11}
    unfreeze(model, blocks=2)
    before = state(model)
    train(model)
    assert {int(name.split(".")[0]) for name in changed(model, before)} == {0, 1, 4, 5, 11}


def test_unfreezing_without_a_number_undoes_all():
    model = little_network()
    expected = training(model)
    unfreeze(freeze(model))
    assert training(model) == expected
    assert count_parameters(model) == count_parameters(model, trainable=False)
    assert all("train" not in vars(module) for module in model.modules())
    model.eval()
    freeze(model)
    assert training(unfreeze(model)) == set(), "the mode is that of the network"


def test_batch_norms_of_an_unfrozen_block_may_stay_frozen():
    model = unfreeze(freeze(little_network()), blocks=2, batch_norms=False).train()
    before = state(model)
    train(model)
    assert {int(name.split(".")[0]) for name in changed(model, before)} == {0, 4, 11}


@pytest.mark.parametrize(
    "name", ["resnet18", "densenet121", "efficientnet_b0", "convnext_tiny", "squeezenet1_0", "alexnet"]
)
def test_each_block_adds_its_own_parameters(name):
    with torch.device("meta"):
        model = freeze(replace_head(get_model(name), 2))
    sizes = list(blocks(model).values())[::-1]
    for count in range(len(sizes)):
        assert count_parameters(unfreeze(model, blocks=count)) == sum(sizes[: count + 1])


def test_more_blocks_than_there_are_are_refused_with_their_names():
    for count in (3, -1):
        with pytest.raises(ValueError, match=f"expects 0 to 2, got {count}; the blocks are 0 to 3, 4 to 8"):
            unfreeze(little_network(), blocks=count)
    for count in (1.0, True, "layer4"):
        with pytest.raises(TypeError, match="blocks expects a whole number"):
            unfreeze(little_network(), blocks=count)


# Learning rates.


def rates(groups):
    return {group["name"]: group["lr"] for group in groups}


def test_rates_fall_from_the_head_to_the_pixels():
    groups = parameter_groups(ResNet14(), lr=1e-2, decay=0.5)
    assert rates(groups) == pytest.approx({
        "classifier": 1e-2, "features.8 to features.9": 5e-3, "features.5 to features.7": 2.5e-3,
        "features.0 to features.4": 1.25e-3,
    })  # fmt: skip


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "efficientnet_b0", "convnext_tiny", "googlenet", "vgg11"])
def test_every_parameter_is_in_one_group(name):
    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        model = get_model(name, **options)
    groups = parameter_groups(model, lr=1.0)
    held = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(held) == sorted(id(parameter) for parameter in model.parameters())


def test_frozen_parameters_are_left_out_and_blocks_keep_their_rates():
    model = unfreeze(freeze(ResNet14()), blocks=1)
    assert rates(parameter_groups(model, lr=1.0, decay=0.5)) == {"classifier": 1.0, "features.8 to features.9": 0.5}
    model = freeze(ResNet14(), batch_norms=False)
    found = rates(parameter_groups(model, lr=1.0, decay=0.5))
    assert found["features.0 to features.4"] == 0.5**3
    assert sum(len(group["params"]) for group in parameter_groups(model, 1.0)) == 2 + 2 * 15


def test_a_part_without_a_head_begins_with_its_topmost_block():
    assert rates(parameter_groups(Convnet().features, lr=1.0, decay=0.1)) == {"3 to 5": 1.0, "0 to 2": 0.1}


def test_a_parameter_shared_by_blocks_is_taken_once_and_one_in_no_block_learns_least():
    model = Convnet()
    model.scale = nn.Parameter(torch.ones(1))
    model.classifier[1] = nn.Linear(1600, 64)
    model.features[3].bias = model.classifier[1].bias
    groups = parameter_groups(model, lr=1.0, decay=0.5)
    assert rates(groups)["the rest"] == rates(groups)["features.0 to features.2"] == 0.25
    held = [id(parameter) for group in groups for parameter in group["params"]]
    assert len(held) == len(set(held)) == len(list(model.parameters()))


def test_an_optimizer_and_a_schedule_take_the_groups():
    model = unfreeze(freeze(little_network()), blocks=1)
    groups = parameter_groups(model, lr=0.1, decay=0.1)
    optimizer = torch.optim.AdamW(groups)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [group["lr"] for group in groups], total_steps=6)
    history = train(model, optimizer=optimizer, scheduler=schedule)
    assert len(history["lr"]) == 2
    head, block = optimizer.param_groups
    assert block["lr"] == pytest.approx(head["lr"] / 10)


NONSENSE = [
    ({"lr": 0}, "lr must be more than 0"),
    ({"lr": float("nan")}, "lr must be more than 0"),
    ({"lr": 1, "decay": 0}, "decay must be more than 0 and at most 1"),
    ({"lr": 1, "decay": 1.5}, "decay must be more than 0 and at most 1"),
]


@pytest.mark.parametrize(("given", "match"), NONSENSE)
def test_rates_without_sense_are_refused(given, match):
    with pytest.raises(ValueError, match=f"parameter_groups: {match}"):
        parameter_groups(Convnet(), **given)


def test_a_network_that_is_frozen_whole_has_nothing_to_train():
    with pytest.raises(ValueError, match="every parameter is frozen; unfreeze the head or a block first"):
        parameter_groups(freeze(Convnet().features), lr=1.0)


# The best epoch.


def test_fit_ends_with_the_best_epoch_of_a_partly_frozen_network():
    """Weights, and running statistics too, are those of the epoch of lowest validation loss."""
    model = unfreeze(freeze(little_network()), blocks=1)
    seen, losses = [], []

    def after_each_epoch(history):
        seen.append(state(model))
        losses.append(history["val_loss"][-1])
        return False

    optimizer = torch.optim.SGD(parameter_groups(model, lr=1.0), momentum=0.9)  # too fast: the loss goes up and down
    history = train(
        model, epochs=6, optimizer=optimizer, val_dataloader=data(), keep_best=True, stop_when=after_each_epoch
    )
    seen.append(state(model))
    best = min(range(6), key=history["val_loss"].__getitem__)
    assert best < 5, "a run whose last epoch is the best proves nothing"
    assert changed(model, seen[best]) == set()
    assert changed(model, seen[best + 1]) > {"4.weight", "5.running_mean"}
