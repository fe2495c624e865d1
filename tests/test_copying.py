"""`ainotes.models.copy_weights`: everything or nothing, by order and shape."""

import pytest
import torch
from torch import nn

from ainotes.models import copy_weights


class Named(nn.Module):
    """The same layers as `plain`, under other names and in a nest."""

    def __init__(self):
        super().__init__()
        self.eyes = nn.ModuleDict({"conv": nn.Conv2d(3, 4, 3), "norm": nn.BatchNorm2d(4)})
        self.brain = nn.Linear(4, 2)


def plain():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Linear(4, 2))


def tensors(network):
    return [*network.parameters(), *network.buffers()]


def random(network):
    with torch.no_grad():
        for values in tensors(network):
            values.copy_(torch.randint(1, 100, values.shape))
    return network


def test_parameters_and_buffers_arrive_whatever_they_are_called():
    source, target = random(plain()), Named()
    copy_weights(source, target)
    assert all(map(torch.equal, tensors(source), tensors(target)))
    assert len(tensors(source)) == 9


def test_the_copy_is_a_copy():
    source, target = random(plain()), Named()
    copy_weights(source, target)
    kept = source[0].weight.detach().clone()
    with torch.no_grad():
        target.eyes["conv"].weight.zero_()
    assert torch.equal(source[0].weight, kept)


def test_the_target_keeps_its_dtype_modes_and_frozen_parameters():
    source, target = random(plain()).double(), Named().eval()
    target.brain.weight.requires_grad_(False)
    copy_weights(source, target)
    assert target.brain.weight.dtype == torch.float32
    assert torch.equal(target.brain.weight, source[3].weight.float())
    assert [values.requires_grad for values in target.parameters()] == [True] * 4 + [False, True]
    assert not target.eyes["norm"].training
    assert target.brain.weight.grad is None
    assert source[3].weight.dtype == torch.float64


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 3)),
            r"copy_weights: entry 5 of the parameters: 2.weight \(3, 4\) of the source Sequential "
            r"meets brain.weight \(2, 4\) of the target Named; their shapes differ",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)),
            r"entry 5 of the parameters: nothing in the source Sequential meets brain.weight \(2, 4\) .* more layers"
            r".* has 4 parameters, the target 6; nothing was copied",
        ),
        (
            nn.Sequential(*plain(), nn.Linear(2, 2)),
            r"entry 7 of the parameters: 4.weight \(2, 2\) of the source Sequential meets nothing in the target Named",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False), nn.Linear(4, 2)),
            r"entry 1 of the buffers: nothing in the source Sequential meets eyes.norm.running_mean \(4,\)",
        ),
    ],
    ids=["shape", "too few", "too many", "buffers"],
)
def test_a_network_that_does_not_fit_is_refused_and_nothing_is_changed(source, words):
    target = random(Named())
    before = [values.clone() for values in tensors(target)]
    with pytest.raises(ValueError, match=words):
        copy_weights(source, target)
    assert all(map(torch.equal, before, tensors(target)))


def test_a_counter_does_not_take_a_fraction():
    source, target = nn.Module(), nn.Module()
    source.register_buffer("mean", torch.tensor(0.5))
    target.register_buffer("counter", torch.tensor(7))
    with pytest.raises(ValueError, match=r"one is torch.float32 and the other torch.int64"):
        copy_weights(source, target)
    assert int(target.counter) == 7


@pytest.mark.parametrize("empty", ["source", "target"])
def test_a_network_without_numbers_is_refused(empty):
    networks = {"source": nn.Linear(2, 2), "target": nn.Linear(2, 2), empty: nn.Linear(2, 2, device="meta")}
    with pytest.raises(ValueError, match=r'"meta" device has no numbers, build the network on a real device'):
        copy_weights(**networks)


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match=r"copy_weights: source expects a network \(nn.Module\), got OrderedDict"):
        copy_weights(plain().state_dict(), Named())
