"""The block diagram: what the page gets, and that its layout is one that can be read."""

import importlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from torch import nn
from torchvision.models import convnext, densenet, efficientnet, get_model, resnet

from ainotes.models.graph import trace
from ainotes.widgets import BlockDiagram
from ainotes.widgets.layered import BESIDE, Box, levels_of, place

googlenet = importlib.import_module("torchvision.models.googlenet")  # `models.googlenet` is the function
CASE = json.loads((Path(__file__).parent / "fixtures" / "diagram.json").read_text(encoding="utf-8"))


def halving():
    """The block of the fixture, which the tests of the JavaScript walk."""
    down = nn.Sequential(nn.Conv2d(4, 8, 1, 2, bias=False), nn.BatchNorm2d(8))
    return BlockDiagram(resnet.BasicBlock(4, 8, 2, down), (4, 8, 8))


class Beside(nn.Module):
    """Three branches, two of them with a shortcut of their own."""

    def __init__(self):
        super().__init__()
        self.one, self.other = resnet.BasicBlock(8, 8), resnet.BasicBlock(8, 8)
        self.first, self.plain = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        return self.one(x) + self.other(self.first(x)) + self.plain(x)


FIGURES = {
    "stack": lambda: BlockDiagram(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3)), (3, 12, 12)),
    "basic": lambda: BlockDiagram(resnet.BasicBlock(8, 8), (8, 8, 8)),
    "halving": halving,
    "inception": lambda: BlockDiagram(googlenet.Inception(16, 8, 4, 8, 2, 4, 4), (16, 7, 7)),
    "dense": lambda: BlockDiagram(densenet._DenseBlock(3, 16, 4, 8, 0.0), (16, 8, 8)),
    "mbconv": lambda: BlockDiagram(
        efficientnet.MBConv(efficientnet.MBConvConfig(4, 3, 1, 24, 24, 1, 1, 1), 0.1, nn.BatchNorm2d), (24, 8, 8)
    ),
    "convnext": lambda: BlockDiagram(convnext.CNBlock(12, 1e-6, 0.1), (12, 8, 8)),
    "beside": lambda: BlockDiagram(Beside(), (8, 6, 6)),
    "network": lambda: BlockDiagram(
        get_model("googlenet", init_weights=False), (3, 64, 64), leaves=[googlenet.BasicConv2d]
    ),
}


@pytest.fixture(scope="module", params=FIGURES)
def figure(request):
    return FIGURES[request.param]()


def rectangle(node, air=0.0):
    x, y, width, height = node["box"]
    return x - width / 2 - air, y - height / 2 - air, x + width / 2 + air, y + height / 2 + air


def segments(points, kind):
    """Return the straight parts of a line; its curves stay between two levels."""
    return itertools.pairwise(points if kind == "side" else points[1:])


# --- the layout ---


def test_boxes_do_not_touch_and_stay_inside(figure):
    width, height = figure.size
    for one, other in itertools.combinations(figure.nodes, 2):
        (l1, t1, r1, b1), (l2, t2, r2, b2) = rectangle(one), rectangle(other)
        apart = r1 + BESIDE - 1 <= l2 or r2 + BESIDE - 1 <= l1 or b1 < t2 or b2 < t1
        assert apart, (one["label"], other["label"])
    for node in figure.nodes:
        left, top, right, bottom = rectangle(node)
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height


def test_every_edge_is_a_line_from_box_to_box_downwards(figure):
    assert sorted(line[:2] for line in figure.lines) == sorted(map(list, figure.graph.edges))
    for source, target, points, kind in figure.lines:
        (_, _, right, bottom), (_, top, end, _) = rectangle(figure.nodes[source]), rectangle(figure.nodes[target])
        x, y = points[0]
        assert (x == right and y < bottom) if kind == "side" else y == pytest.approx(bottom)
        assert points[-1][1] == pytest.approx(top) if kind == "down" else points[-1][0] == pytest.approx(end)
        assert figure.nodes[source]["box"][1] < figure.nodes[target]["box"][1]
        assert all(0 <= x <= figure.size[0] for x, _ in points)


def test_no_line_runs_through_a_box(figure):
    for source, target, points, kind in figure.lines:
        for (x1, y1), (x2, y2) in segments(points, kind):
            for i, node in enumerate(figure.nodes):
                left, top, right, bottom = rectangle(node, -1)
                across = min(x1, x2) < right and max(x1, x2) > left and min(y1, y2) < bottom and max(y1, y2) > top
                assert not across or i in (source, target), (node["label"], figure.nodes[source]["label"])


def test_a_chain_stands_straight_and_its_shortcut_lies_beside_it():
    figure = FIGURES["basic"]()
    assert len({node["box"][0] for node in figure.nodes}) == 1
    ((source, target, points, _),) = [line for line in figure.lines if line[3] == "side"]
    assert (figure.nodes[source]["label"], figure.nodes[target]["label"]) == ("input", "+")
    assert points[1][0] > max(rectangle(node)[2] for node in figure.nodes)


def test_four_branches_stand_side_by_side_in_their_order_around_their_fork():
    figure = FIGURES["inception"]()
    first = [figure.nodes[target] for source, target, *_ in figure.lines if source == 0]
    columns = [node["box"][0] for node in first]
    assert [node["path"] for node in first] == ["branch1.conv", "branch2.0.conv", "branch3.0.conv", "branch4.0"]
    assert columns == sorted(columns)
    assert len({node["box"][1] for node in first}) == 1
    assert figure.nodes[0]["box"][0] == pytest.approx(sum(columns) / 4, abs=2)


def test_nested_shortcuts_have_lanes_of_their_own_the_longer_one_outside():
    figure = FIGURES["mbconv"]()
    inner, outer = sorted((points[1][0], target) for _, target, points, kind in figure.lines if kind == "side")
    assert outer[0] >= inner[0] + BESIDE - 0.5
    assert [figure.nodes[target]["label"] for _, target in (inner, outer)] == ["×", "+"]


def test_levels_follow_the_longest_way():
    boxes = [Box(1, 1), Box(1, 1, [0]), Box(1, 1, [1]), Box(1, 1, [0]), Box(1, 1, [2, 3])]
    edges = [(0, 1), (1, 2), (0, 3), (2, 4), (3, 4)]
    assert levels_of(boxes, edges) == [0, 1, 2, 1, 3]


def test_branches_that_join_stand_side_by_side_so_that_no_line_crosses():
    """The first and the third branch join, and the second goes on alone."""
    boxes = [Box(10, 10), *(Box(10, 10, [0]) for _ in range(3)), Box(10, 10, [1, 3]), Box(10, 10, [2])]
    place(boxes)
    first, second, third = (box.x for box in boxes[1:4])
    assert not min(first, third) < second < max(first, third)


def test_of_two_lanes_that_pass_a_level_the_longer_one_is_outside():
    lanes = [points for *_, points, kind in FIGURES["dense"]().lines if kind == "side"]
    assert len(lanes) == 6
    for one, other in itertools.combinations(lanes, 2):
        (x1, top1), (_, bottom1), (x2, top2), (_, bottom2) = *one[1:3], *other[1:3]
        if top1 < bottom2 and top2 < bottom1:
            shorter, longer = sorted([(bottom1 - top1, x1), (bottom2 - top2, x2)])
            assert abs(x2 - x1) > BESIDE - 1
            assert shorter[1] < longer[1]


@pytest.mark.parametrize("seed", range(60))
def test_no_boxes_overlap_however_tangled_the_graph_is(seed):
    random = np.random.default_rng(seed)
    boxes = [Box(60, 30)]
    for i in range(1, random.integers(2, 40)):
        inputs = {max(0, i - 1 - int(random.exponential(1.4))) for _ in range(random.choice([1, 1, 1, 2, 3]))}
        boxes.append(Box(int(random.choice([28, 60, 150])), int(random.choice([28, 46])), sorted(inputs)))
    lines, *_ = place(boxes)
    assert len(lines) == sum(len(box.inputs) for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        beside = abs(one.x - other.x) >= (one.width + other.width) / 2
        assert beside or abs(one.y - other.y) >= (one.height + other.height) / 2


def test_lanes_keep_close_to_what_they_pass():
    figure = FIGURES["mbconv"]()
    right = max(rectangle(node)[2] for node in figure.nodes)
    inner, outer = sorted(points[1][0] for *_, points, kind in figure.lines if kind == "side")
    assert inner == pytest.approx(right + BESIDE, abs=1)
    assert outer == pytest.approx(inner + BESIDE, abs=1)


def test_one_box_and_none_can_be_placed():
    assert place([])[0] == []
    lone = Box(20, 10)
    assert place([lone]) == ([], 28.0, 18.0)
    assert (lone.x, lone.y) == (14.0, 9.0)


# --- what the page gets ---


def test_the_fixture_of_the_javascript_is_what_python_sends():
    figure = halving()
    assert json.loads(json.dumps(figure.nodes)) == CASE["nodes"]
    assert json.loads(json.dumps(figure.lines)) == CASE["lines"]
    assert (figure.size, figure.totals) == (CASE["size"], CASE["totals"])


def test_the_page_gets_the_numbers_of_the_graph(figure):
    assert figure.totals == {"parameters": figure.graph.parameters, "multiply_adds": figure.graph.multiply_adds}
    for sent, node in zip(figure.nodes, figure.graph.nodes, strict=True):
        assert (sent["label"], sent["kind"]) == (node.label, node.kind)
        assert sent.get("parameters", 0) == node.parameters
        assert sent.get("multiply_adds", 0) == node.multiply_adds
        assert tuple(sent["shape"]) == node.shape
        assert tuple(sent.get("inputs", ())) == node.inputs


def test_a_box_is_wide_enough_for_its_name(figure):
    for node in figure.nodes:
        assert node["box"][2] >= 6 * len(node["label"])
        assert min(node["box"][2:]) >= 24, "a finger needs as much"


def test_a_block_takes_little_room_on_a_page():
    assert len(FIGURES["inception"]().html().encode()) < 45_000


def test_a_graph_is_drawn_without_a_module():
    graph = trace(nn.ReLU(), (3,), "A graph")
    figure = BlockDiagram(graph)
    assert figure.graph is graph
    assert figure.title == "A graph"
    assert BlockDiagram(nn.ReLU(), (3,), name="Mine", title="").title == ""


def test_the_alternative_text_tells_the_layers_the_joints_and_the_totals():
    assert FIGURES["mbconv"]().alt == (
        "A diagram of MBConv: input 24 × 8 × 8, conv 1×1, 96, batch norm, SiLU, depthwise 3×3, 96, batch norm, SiLU, "
        "global average pool, conv 1×1, 6, SiLU, 5 more, output 24 × 8 × 8. Lines join in 1 sum, 1 product. "
        "7,158 parameters, 351,360 multiply-adds."
    )
    assert "3 concatenations" in FIGURES["dense"]().alt
    assert BlockDiagram(nn.ReLU(), (3,), alt="Mine.").poster()[0] == "Mine."


def test_without_scripts_each_box_is_a_line_that_says_what_feeds_it():
    lines = halving().poster()[1:]
    assert lines[0] == "1. conv 3×3, 8, /2 of input (0): 8 × 4 × 4, 288 parameters, 4,608 multiply-adds"
    assert "8. sum of batch norm (5), batch norm (7): 8 × 4 × 4" in lines


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: BlockDiagram(nn.ReLU()), TypeError, "input_size expects the shape of one sample without the batch"),
        (lambda: BlockDiagram(nn.Linear(3, 2), (4,)), ValueError, "trace: Linear stops on an input of shape"),
        (
            lambda: BlockDiagram(nn.Sequential(*[nn.ReLU()] * 159), (3,)),
            ValueError,
            r"161 boxes, 160 can be read.*leaves=",
        ),
        (
            lambda: BlockDiagram(nn.ReLU(), (3,), show="flops"),
            ValueError,
            r"show is one of \['shapes', 'parameters', 'mul",
        ),
        (lambda: BlockDiagram(nn.ReLU(), (3,), chosen=3), ValueError, "chosen is the index of a box, 0 to 2, got 3"),
    ],
)
def test_what_makes_no_sense_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
