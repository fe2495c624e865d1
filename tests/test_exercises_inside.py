"""The exercises on the inside of a network: right however written, never passed where wrong, and as torch counts."""

import copy

import attempts
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50

from ainotes.checks import inside
from ainotes.checks.material import column_by_column, noise
from ainotes.models.heads import ConcatPool, concat_head

EXERCISES = attempts.of(inside)

test_every_exercise_of_the_lesson_is_found = attempts.complete(inside, count=4, misconceptions=8)


# --- Right, however it is written -------------------------------------------------------------------------------------


def sizes_by_running(size):
    layers = [nn.MaxPool2d(7, 2, padding=3), *(nn.MaxPool2d(3, 2, padding=1) for _ in range(4))]
    sizes, maps = [], torch.zeros(1, 1, size, size)
    for layer in layers:
        maps = layer(maps)
        sizes.append(maps.shape[-1])
    return sizes


def pooled_by_loops(maps):
    rows = []
    for picture in maps:
        average = torch.stack([each.mean() for each in picture])
        rows.append(torch.cat([average, torch.stack([each.max() for each in picture])]))
    return torch.stack(rows)


def head_by_building(channels, classes, hidden=512):
    head = nn.Sequential(
        nn.BatchNorm1d(2 * channels),
        nn.Linear(2 * channels, hidden),
        nn.BatchNorm1d(hidden),
        nn.Linear(hidden, classes),
    )
    return sum(parameter.numel() for parameter in head.parameters())


def frozen_by_a_set(body):
    norms = {
        id(parameter)
        for module in body.modules()
        if isinstance(module, nn.modules.batchnorm._BatchNorm)
        for parameter in module.parameters()
    }
    total = 0
    for parameter in body.parameters():
        parameter.requires_grad_(id(parameter) in norms)
        total += parameter.numel() if parameter.requires_grad else 0
    return total


def frozen_in_two_steps(body):
    body.requires_grad_(False)
    norms = [module for module in body.modules() if type(module) is nn.BatchNorm2d]
    for norm in norms:
        norm.weight.requires_grad = norm.bias.requires_grad = True
    return sum(2 * norm.num_features for norm in norms)


RIGHT: dict[str, list] = {
    "stage_sizes": [
        sizes_by_running,
        lambda size: [-(-size // 2**step) for step in range(1, 6)],
        lambda size: [(size - 1) // 2**step + 1 for step in (1, 2, 3, 4, 5)],
    ],
    "concat_pool": [
        pooled_by_loops,
        lambda maps: torch.cat([F.adaptive_avg_pool2d(maps, 1), F.adaptive_max_pool2d(maps, 1)], 1).flatten(1),
        lambda maps: torch.hstack([maps.flatten(2).mean(2), maps.flatten(2).max(2).values]),
        lambda maps: torch.stack([maps.mean((2, 3)), maps.amax((2, 3))], dim=1).flatten(1),
    ],
    "count_head": [
        head_by_building,
        lambda channels, classes, hidden=512: (
            4 * channels + 2 * channels * hidden + hidden + 2 * hidden + hidden * classes + classes
        ),
    ],
    "freeze_body": [frozen_by_a_set, frozen_in_two_steps],
}


test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)


# --- Wrong in a way that nobody foresaw: told so, and no misconception is made up -------------------------------------


def frozen_but_for_the_last(body):
    frozen_in_two_steps(body)
    list(body.modules())[-1].requires_grad_(True)
    return sum(parameter.numel() for parameter in body.parameters() if parameter.requires_grad)


UNFORESEEN: dict[str, list] = {
    "stage_sizes": [
        lambda size: sizes_by_running(size)[::-1],
        lambda size: tuple(sizes_by_running(size)),
        lambda size: [rows + 1 for rows in sizes_by_running(size)],
        lambda size: sizes_by_running(size + 3),
    ],
    "concat_pool": [
        lambda maps: -pooled_by_loops(maps),
        lambda maps: pooled_by_loops(maps).double(),
        lambda maps: pooled_by_loops(maps) + 0.01,
        lambda maps: pooled_by_loops(maps.flip(1)),
        lambda maps: pooled_by_loops(maps).tolist(),
    ],
    "count_head": [
        lambda channels, classes, hidden=512: head_by_building(channels, classes, hidden) + 1,
        lambda channels, classes, hidden=512: head_by_building(channels, hidden, classes),
        lambda channels, classes, hidden=512: float(head_by_building(channels, classes, hidden)),
        lambda channels, classes, hidden=512: str(head_by_building(channels, classes, hidden)),
    ],
    "freeze_body": [
        frozen_but_for_the_last,
        lambda body: frozen_in_two_steps(body) + 1,
        lambda body: frozen_in_two_steps(body.double()),
    ],
}


test_an_unforeseen_error_is_wrong_and_no_misconception = attempts.failing(
    EXERCISES, UNFORESEEN, status=("wrong", "error")
)


# --- Errors that learners make, written in another way ----------------------------------------------------------------


def rounds_down(size):
    answer = []
    while len(answer) < 5:
        size //= 2
        answer.append(size)
    return answer


def lays_pictures_in_a_row(maps):
    return torch.vstack([maps.mean((2, 3)), maps.amax((2, 3))])


def goes_by_the_name(body):
    for name, parameter in body.named_parameters():
        parameter.requires_grad = ".bn" in name
    return sum(p.numel() for p in body.parameters() if p.requires_grad)


def freezes_the_module(body):
    body.requires_grad = False
    return sum(p.numel() for p in body.parameters() if p.requires_grad)


def forgets_the_blocks(body):
    for part in body:
        part.requires_grad_(isinstance(part, nn.BatchNorm2d))
    return sum(p.numel() for p in body.parameters() if p.requires_grad)


test_an_error_written_in_another_way_is_recognised = attempts.recognised(
    [
        (inside.stage_sizes, rounds_down, "You round down"),
        (inside.stage_sizes, lambda size: [size / 2, size / 4, size / 8, size / 16, size / 32], "no half row"),
        (inside.concat_pool, lays_pictures_in_a_row, "twice as many *pictures*"),
        (inside.concat_pool, lambda maps: torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], 1), "maxima come first"),
        (inside.count_head, lambda channels, classes, hidden=512: head_by_building(channels, classes), "`hidden`"),
        (
            inside.count_head,
            lambda channels, classes, hidden=512: 2 * channels * hidden + hidden + hidden * classes + classes,
            "Batch normalisation learns too",
        ),
        (inside.freeze_body, goes_by_the_name, "You go by the name"),
        (inside.freeze_body, freezes_the_module, "an attribute|a new attribute"),
        (inside.freeze_body, forgets_the_blocks, "uppermost layers only"),
    ]
)


# --- The same as torch ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [300, 224, 64, 101])
def test_sizes_are_those_of_the_network(size):
    with torch.device("meta"):
        network = resnet50()
        x = network.maxpool(first := network.conv1(torch.empty(1, 3, size, size)))
        seen = [first.shape[-1]]
        for stage in (network.layer1, network.layer2, network.layer3, network.layer4):
            x = stage(x)
            seen.append(x.shape[-1])
    assert seen == inside.stage_sizes.reference(size)


def test_pooling_is_that_of_the_package():
    maps = column_by_column(noise(3, 5, 4, 6))
    torch.testing.assert_close(inside.concat_pool.reference(maps), ConcatPool()(maps).flatten(1))


@pytest.mark.parametrize(("channels", "classes", "hidden"), [(2048, 44, 512), (16, 3, 8), (1, 2, 1)])
def test_the_count_is_that_of_the_package(channels, classes, hidden):
    head = concat_head(channels, classes, hidden)
    assert inside.count_head.reference(channels, classes, hidden) == sum(p.numel() for p in head.parameters())


def test_a_frozen_resnet_50_has_the_published_number_left_to_train():
    with torch.device("meta"):
        body = nn.Sequential(*list(resnet50().children())[:-2])
    assert inside.freeze_body.reference(body) == 53_120
    assert 53_120 + inside.count_head.reference(2048, 44) == 2_182_572


def test_a_step_changes_the_batch_norms_of_a_frozen_body_and_nothing_else():
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 3))
    inside.freeze_body.reference(body)
    before = copy.deepcopy(body)
    optimizer = torch.optim.SGD([p for p in body.parameters() if p.requires_grad], lr=0.1)
    body(torch.rand(4, 3, 8, 8)).square().sum().backward()
    optimizer.step()
    pairs = zip(before.named_parameters(), body.parameters(), strict=True)
    assert [name for (name, old), new in pairs if not torch.equal(old, new)] == ["1.weight", "1.bias"]
