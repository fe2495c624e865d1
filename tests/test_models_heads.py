"""The head with concatenated pooling: its numbers by hand, its shapes, what it refuses."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50

from ainotes.models.graph import trace
from ainotes.models.heads import ConcatPool, concat_head


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def count(module, trainable=False):
    return sum(values.numel() for values in module.parameters() if values.requires_grad or not trainable)


def test_one_map_gives_its_mean_and_its_maximum():
    maps = torch.tensor([[[[-4.0, 1.0], [2.0, 9.0]], [[-1.0, -1.0], [-1.0, -5.0]]]])
    assert ConcatPool()(maps).tolist() == [[[[2.0]], [[-2.0]], [[9.0]], [[-1.0]]]], "averages first, then maxima"


@pytest.mark.parametrize("sides", [(1, 1), (7, 7), (10, 10), (3, 8)])
def test_pooling_is_that_of_torch_for_any_size(sides):
    maps = torch.randn(2, 5, *sides)
    pooled = ConcatPool()(maps)
    assert pooled.shape == (2, 10, 1, 1)
    torch.testing.assert_close(pooled[:, :5], F.adaptive_avg_pool2d(maps, 1))
    assert torch.equal(pooled[:, 5:], F.adaptive_max_pool2d(maps, 1))


def test_pooling_does_not_mind_where_a_thing_is():
    maps = torch.rand(1, 3, 6, 6)
    moved = maps.roll((2, 3), dims=(2, 3))
    torch.testing.assert_close(ConcatPool()(moved), ConcatPool()(maps))


@pytest.mark.parametrize(
    ("channels", "classes", "hidden", "expected"),
    [
        (2048, 44, 512, 2 * 4096 + (4096 + 1) * 512 + 2 * 512 + (512 + 1) * 44),
        (3, 2, 5, 2 * 6 + (6 + 1) * 5 + 2 * 5 + (5 + 1) * 2),
        (512, 2, 512, 2 * 1024 + (1024 + 1) * 512 + 2 * 512 + (512 + 1) * 2),
    ],
)
def test_parameters_are_those_counted_by_hand(channels, classes, hidden, expected):
    assert count(concat_head(channels, classes, hidden)) == expected


def test_on_a_resnet_50_the_published_numbers_come_out():
    with torch.device("meta"):
        body = nn.Sequential(*list(resnet50().children())[:-2])
        network = nn.Sequential(body, concat_head(2048, 44))
    assert count(network) == 25_637_484
    body.requires_grad_(False)
    for module in body.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(True)
    assert count(network, trainable=True) == 2_182_572


def test_any_size_of_maps_gives_logits():
    head = concat_head(6, 4, hidden=8).eval()
    for sides in ((1, 1), (5, 9)):
        assert head(torch.rand(3, 6, *sides)).shape == (3, 4)


def test_layers_come_in_the_order_of_the_lesson():
    kinds = [type(layer).__name__ for layer in concat_head(6, 4, hidden=8)]
    norm_to_linear = ["BatchNorm1d", "Dropout", "Linear"]
    assert kinds == ["ConcatPool", "Flatten", *norm_to_linear, "ReLU", *norm_to_linear]
    assert [layer.p for layer in concat_head(6, 4, dropout=(0, 0.3)) if isinstance(layer, nn.Dropout)] == [0.0, 0.3]


def test_it_learns_to_tell_maps_apart():
    head, maps = concat_head(4, 2, hidden=16), torch.rand(64, 4, 3, 3)
    labels = (maps[:, 0].mean(dim=(1, 2)) > 0.5).long()
    optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(head(maps), labels).backward()
        optimizer.step()
    assert (head.eval()(maps).argmax(dim=1) == labels).float().mean() > 0.9


def test_one_image_alone_cannot_be_trained_with():
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        concat_head(6, 4)(torch.rand(1, 6, 5, 5))


def test_the_drawing_shows_both_poolings_side_by_side():
    graph = trace(concat_head(8, 4, hidden=16), (8, 5, 5))
    labels = [node.label for node in graph.nodes]
    assert labels[1:4] == ["global average pool", "global max pool", "concat"]
    assert graph.nodes[3].shape == (16, 1, 1)
    assert graph.nodes[3].inputs == (1, 2)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"channels": 0}, ValueError, "concat_head: channels"),
        ({"classes": 2.5}, TypeError, "concat_head: classes"),
        ({"hidden": 0}, ValueError, "concat_head: hidden"),
        ({"dropout": 0.5}, ValueError, r"a pair of shares from 0 to below 1, such as \(0.25, 0.5\), got 0.5"),
        ({"dropout": (0.5, 1)}, ValueError, r"got \(0.5, 1\)"),
        ({"dropout": (0.1, 0.2, 0.3)}, ValueError, "pair of shares"),
        ({"dropout": "ab"}, ValueError, "pair of shares"),
    ],
)
def test_what_makes_no_head_gets_a_plain_message(given, error, message):
    with pytest.raises(error, match=message):
        concat_head(**{"channels": 8, "classes": 4} | given)
