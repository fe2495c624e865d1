"""The graph of a network: what feeds what, what it costs, and that the network stays as it was."""

import importlib
import threading

import pytest
import torch
import torchinfo
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models
from torchvision.models import convnext, densenet, efficientnet, resnet

from ainotes.models.graph import trace
from ainotes.models.zoo import zoo

googlenet = importlib.import_module("torchvision.models.googlenet")  # `models.googlenet` is the function
NETWORKS = [
    "resnet18",
    "vgg11_bn",
    "densenet121",
    "mobilenet_v3_small",
    "efficientnet_b0",
    "convnext_tiny",
    "squeezenet1_1",
]


def bottleneck(stride=1):
    down = nn.Sequential(nn.Conv2d(64, 256, 1, stride, bias=False), nn.BatchNorm2d(256))
    return resnet.Bottleneck(64, 64, stride, downsample=down)


def mbconv():
    return efficientnet.MBConv(efficientnet.MBConvConfig(4, 3, 1, 24, 24, 1, 1, 1), 0.1, nn.BatchNorm2d)


BLOCKS = {
    "stack": (lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3)), (3, 12, 12)),
    "basic": (lambda: resnet.BasicBlock(16, 16), (16, 8, 8)),
    "bottleneck": (lambda: bottleneck(2), (64, 8, 8)),
    "inception": (lambda: googlenet.Inception(16, 8, 4, 8, 2, 4, 4), (16, 7, 7)),
    "dense": (lambda: densenet._DenseBlock(3, 16, 4, 8, 0.0), (16, 8, 8)),
    "mbconv": (mbconv, (24, 8, 8)),
    "convnext": (lambda: convnext.CNBlock(12, 1e-6, 0.1), (12, 8, 8)),
    "vit": (lambda: models.vision_transformer.EncoderBlock(4, 16, 32, 0.0, 0.0), (10, 16)),
    "transposed": (lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), (4, 5, 7)),
    "cube": (lambda: nn.Conv3d(2, 4, (3, 2, 1), padding=1), (2, 5, 6, 7)),
    "row": (lambda: nn.Conv1d(2, 4, 3, groups=2), (2, 9)),
}


class Calls(nn.Module):
    """A network of one function."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, x):
        return self.call(x)


def meta(name):
    with torch.device("meta"):
        return models.get_model(name, weights=None)


def counted(module, size):
    """Return torch's own count of multiply-adds: half its floating-point operations."""
    module = module.eval()
    device = next((each.device for each in module.parameters()), None)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.zeros(1, *size, device=device))
    return counter.get_total_flops() // 2


def labels(graph):
    return [node.label for node in graph.nodes]


def feeds(graph, label):
    """Return, for each node of that label, the labels of what feeds it."""
    return [[graph.nodes[i].label for i in node.inputs] for node in graph.nodes if node.label == label]


# --- numbers ---


def test_a_stack_has_the_numbers_worked_by_hand():
    graph = trace(
        nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5408, 10)), (1, 28, 28)
    )
    assert labels(graph) == ["input", "conv 3×3, 32", "ReLU", "max pool 2×2, /2", "flatten", "linear, 10", "output"]
    assert [node.shape for node in graph.nodes][1:5] == [(32, 26, 26), (32, 26, 26), (32, 13, 13), (5408,)]
    assert graph.nodes[1].parameters == 3 * 3 * 32 + 32
    assert graph.nodes[1].multiply_adds == 3 * 3 * 32 * 26 * 26
    assert graph.nodes[5].multiply_adds == 54080
    assert graph.parameters == 320 + 54090
    assert graph.edges == [(i, i + 1) for i in range(6)]


@pytest.mark.parametrize("name", BLOCKS)
def test_parameters_shapes_and_multiply_adds_of_a_block_are_those_of_torch(name):
    make, size = BLOCKS[name]
    block = make()
    graph = trace(block, size)
    assert graph.parameters == sum(each.numel() for each in block.parameters())
    assert graph.nodes[0].shape == size
    assert graph.nodes[-1].shape == tuple(block.eval()(torch.zeros(1, *size)).shape[1:])
    if name != "vit":  # torch counts nothing in the fast path of its attention
        assert graph.multiply_adds == counted(block, size)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_whole_network_costs_what_torch_and_torchvision_say(name):
    network = meta(name)
    graph = trace(network, (3, 224, 224))
    assert graph.parameters == sum(each.numel() for each in network.parameters())
    assert graph.multiply_adds == counted(network, (3, 224, 224))
    row = next(row for row in zoo() if row["name"] == name)
    assert graph.multiply_adds / 1e9 == pytest.approx(row["gflops"], abs=6e-4)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small"])
def test_each_convolution_is_that_of_torchinfo(name):
    network = models.get_model(name, weights=None)
    graph = trace(network, (3, 64, 64))
    summary = torchinfo.summary(network, (1, 3, 64, 64), verbose=0, mode="eval")
    layers = [info for info in summary.summary_list if info.class_name == "Conv2d" and info.module.bias is None]
    ours = {node.path: node for node in graph.nodes}
    paths = {id(module): path for path, module in network.named_modules()}
    assert len(layers) > 10
    for info in layers:
        node = ours[paths[id(info.module)]]
        assert (node.parameters, node.multiply_adds) == (info.num_params, info.macs)
        assert list(node.shape) == info.output_size[1:]
    assert graph.parameters == summary.total_params


def test_attention_costs_its_projections_and_its_two_products():
    graph = trace(models.vision_transformer.EncoderBlock(4, 16, 32, 0.0, 0.0), (10, 16))
    (node,) = [node for node in graph.nodes if node.kind == "attention"]
    assert node.multiply_adds == 4 * 10 * 16 * 16 + 2 * 10 * 10 * 16


def test_matrix_products_and_functional_layers_are_counted():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel, self.matrix = nn.Parameter(torch.zeros(4, 3, 3, 3)), nn.Parameter(torch.zeros(5, 4))

        def forward(self, x):
            maps = F.conv2d(x, self.kernel).relu_().mean((2, 3))
            return torch.sigmoid(F.linear(maps, self.matrix)) @ torch.ones(5, 2, device=x.device)

    graph = trace(Functional(), (3, 6, 6))
    assert "conv 3×3, 4" in labels(graph)
    assert {node.label for node in graph.nodes if node.kind == "parameter"} == {"kernel", "matrix"}
    assert graph.multiply_adds == 4 * 27 * 16 + 5 * 4 + 5 * 2
    assert graph.parameters == 4 * 27 + 20


# --- branches ---


def test_a_residual_block_adds_what_came_in():
    graph = trace(resnet.BasicBlock(16, 16), (16, 8, 8))
    assert feeds(graph, "+") == [["batch norm", "input"]]
    assert labels(graph)[-3:] == ["+", "ReLU", "output"]


def test_a_bottleneck_adds_two_branches_and_halves_in_both():
    graph = trace(bottleneck(2), (64, 8, 8))
    (add,) = [node for node in graph.nodes if node.kind == "add"]
    ends = [graph.nodes[i] for i in add.inputs]
    assert [end.path for end in ends] == ["bn3", "downsample.1"]
    assert add.shape == (256, 4, 4)
    assert feeds(graph, "conv 1×1, 256, /2") == [["input"]]


def test_an_inception_module_concatenates_four_branches_of_one_input():
    graph = trace(googlenet.Inception(16, 8, 4, 8, 2, 4, 4), (16, 7, 7))
    (concat,) = [node for node in graph.nodes if node.kind == "concat"]
    assert len(concat.inputs) == 4
    assert concat.shape == (24, 7, 7)
    assert sum(0 in node.inputs for node in graph.nodes) == 4


def test_each_dense_layer_sees_all_before_it():
    graph = trace(densenet._DenseBlock(3, 16, 4, 8, 0.0), (16, 8, 8))
    assert feeds(graph, "concat") == [
        ["input", "conv 3×3, 8"],
        ["input", "conv 3×3, 8", "conv 3×3, 8"],
        ["input", *["conv 3×3, 8"] * 3],
    ], "a concatenation of one tensor is nothing"


def test_squeeze_and_excitation_multiplies_the_maps():
    graph = trace(mbconv(), (24, 8, 8))
    assert feeds(graph, "×") == [["sigmoid", "SiLU"]]
    assert feeds(graph, "+") == [["stochastic depth", "input"]]
    assert "depthwise 3×3, 96" in labels(graph)
    assert "global average pool" in labels(graph)


def test_a_convnext_block_turns_its_axes_and_scales_by_a_parameter():
    graph = trace(convnext.CNBlock(12, 1e-6, 0.1), (12, 8, 8))
    permuted = [node.shape for node in graph.nodes if node.label == "permute"]
    assert permuted == [(8, 8, 12), (12, 8, 8)]
    assert feeds(graph, "×") == [["layer_scale", "permute"]]
    (scale,) = [node for node in graph.nodes if node.kind == "parameter"]
    assert (scale.path, scale.parameters, scale.inputs) == ("layer_scale", 12, ())


def test_what_uses_a_tensor_after_its_dropout_does_not_use_the_dropout():
    class Late(nn.Module):
        def __init__(self):
            super().__init__()
            self.drop, self.pass_on = nn.Dropout(0.5), nn.Identity()

        def forward(self, x):
            return self.drop(x) + self.pass_on(x)

    graph = trace(Late(), (3,))
    assert feeds(graph, "+") == [["dropout", "input"]]
    assert "Identity" not in labels(graph)


def test_what_is_changed_in_place_is_what_comes_after():
    def call(x):
        y = x + 1
        F.relu(y, inplace=True)
        y += x
        return y.view(2, 2).contiguous()

    graph = trace(Calls(call), (4,))
    assert labels(graph) == ["input", "+", "ReLU", "+", "view", "output"]
    assert [node.inputs for node in graph.nodes] == [(), (0,), (1,), (2, 0), (3,), (4,)]


def test_a_layer_that_works_in_place_also_changes_what_came_in():
    class Ignores(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU(inplace=True)

        def forward(self, x):
            y = x * 2
            self.act(y)
            return y

    assert labels(trace(Ignores(), (3,))) == ["input", "×", "ReLU", "output"]


def test_what_hands_on_its_input_is_no_node_and_a_cut_up_batch_keeps_its_windows():
    assert labels(trace(Calls(lambda x: F.dropout(x, 0.5, False) + x), (4,))) == ["input", "+", "output"]
    shapes = [node.shape for node in trace(Calls(lambda x: x.view(3, 4).relu()), (12,)).nodes]
    assert shapes == [(12,), (3, 4), (3, 4), (3, 4)]


def test_a_split_feeds_each_of_its_users():
    graph = trace(Calls(lambda x: torch.cat([part * 2 for part in x.chunk(2, 1)], 1)), (4, 3, 3))
    assert feeds(graph, "×") == [["chunk"], ["chunk"]]


def test_decisions_by_shape_and_mode_are_taken_as_in_evaluation():
    class Decides(nn.Module):
        def forward(self, x):
            assert isinstance(x, torch.Tensor)
            return torch.tanh(x) if self.training or x.shape[1] != 3 else torch.sigmoid(x)

    assert labels(trace(Decides().train(), (3, 2, 2))) == ["input", "sigmoid", "output"]


# --- parts as one box ---


def test_leaves_are_one_box_with_the_sum_of_their_costs():
    network = meta("resnet18")
    whole, boxed = (trace(network, (3, 224, 224), leaves=leaves) for leaves in ([], [resnet.BasicBlock]))
    blocks = [node for node in boxed.nodes if node.kind == "block"]
    assert [node.label for node in blocks[::2]] == [f"BasicBlock, {width}" for width in (64, 128, 256, 512)]
    assert (boxed.parameters, boxed.multiply_adds) == (whole.parameters, whole.multiply_adds)
    inside = [node for node in whole.nodes if node.path.startswith("layer2.0")]
    assert blocks[2].path == "layer2.0"
    assert blocks[2].parameters == sum(node.parameters for node in inside)
    assert blocks[2].multiply_adds == sum(node.multiply_adds for node in inside)


def test_leaves_are_named_too_and_the_network_itself_is_never_one():
    block = bottleneck()
    assert "Sequential, 256" in labels(trace(block, (64, 8, 8), leaves=["downsample"]))
    assert labels(trace(block, (64, 8, 8), leaves=[resnet.Bottleneck])) == labels(trace(block, (64, 8, 8)))
    assert trace(block, (64, 8, 8), "Fig. 5").name == "Fig. 5"
    assert trace(block, (64, 8, 8)).name == "Bottleneck"


def test_a_layer_that_runs_twice_counts_its_parameters_once_and_its_work_twice():
    layer = nn.Linear(4, 4)
    graph = trace(nn.Sequential(layer, layer), (4,))
    assert [node.parameters for node in graph.nodes] == [0, 20, 20, 0]
    assert (graph.parameters, graph.multiply_adds) == (20, 32)


def test_tied_weights_count_once():
    one, other = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
    other.weight = one.weight
    assert trace(nn.Sequential(one, other), (4,)).parameters == 16


# --- a good guest ---


class Untouched(nn.Module):
    def __init__(self, refuses=False):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout())
        self.refuses, self.calls, self.plain = refuses, 0, torch.ones(4, 1, 1)

    def forward(self, x):
        self.calls += 1
        if self.refuses:
            raise RuntimeError("no")
        return self.body(x) * self.plain


def state(module):
    return {
        "modes": [part.training for part in module.modules()],
        "hooks": [
            [len(value) for key, value in vars(part).items() if key.endswith("hooks")] for part in module.modules()
        ],
        "wants": [each.requires_grad for each in module.parameters()],
        "grads": [each.grad.clone() for each in module.parameters() if each.grad is not None],
        "numbers": {key: value.clone() for key, value in module.state_dict().items()},
        "calls": module.calls,
        "random": torch.get_rng_state(),
        "grad mode": torch.is_grad_enabled(),
    }


@pytest.mark.parametrize("refuses", [False, True])
def test_the_network_is_left_as_it_was_also_after_an_exception(refuses):
    network, fired = Untouched(refuses), []
    network.body[0].register_forward_hook(lambda *_: fired.append("forward"))
    network.body.register_forward_pre_hook(lambda *_: fired.append("before"))
    network.body[1].eval()
    network.body[0].bias.requires_grad_(False)
    network.body[0].weight.grad = torch.ones_like(network.body[0].weight)
    before = state(network)
    if refuses:
        with pytest.raises(ValueError, match="Untouched stops on an input of shape"):
            trace(network, (3, 8, 8))
    else:
        assert labels(trace(network, (3, 8, 8))) == [
            "input",
            "conv 3×3, 4",
            "batch norm",
            "ReLU",
            "dropout",
            "×",
            "output",
        ]
    after = state(network)
    for key in ("grads", "numbers"):
        torch.testing.assert_close(after.pop(key), before.pop(key), rtol=0, atol=0)
    assert torch.equal(after.pop("random"), before.pop("random"))
    assert after == before
    assert fired == []
    assert network.body[0].weight.device.type == "cpu"


def test_half_precision_networks_are_traced_as_they_are():
    assert labels(trace(nn.Sequential(nn.Conv2d(3, 4, 3)).half(), (3, 8, 8))) == ["input", "conv 3×3, 4", "output"]


# --- what it refuses ---


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: trace(nn.Linear, (3,)), TypeError, r"module expects a network \(nn.Module\), got type"),
        (lambda: trace(nn.Linear(3, 2), (3.0,)), TypeError, "input_size expects a whole number, got 3.0"),
        (lambda: trace(nn.Linear(3, 2), (0,)), ValueError, "input_size expects a whole number of at least 1"),
        (
            lambda: trace(resnet.BasicBlock(4, 4), (3, 8, 8)),
            ValueError,
            r"stops in conv1 on an input of shape \(3, 8, 8\)",
        ),
        (lambda: trace(meta("resnet18"), (1, 3, 64, 64)), ValueError, "without the batch, such as"),
        (
            lambda: trace(Calls(lambda x: x if x.sum() > 0 else -x), (3,)),
            ValueError,
            "it looks at numbers, and there are none",
        ),
        (
            lambda: trace(Calls(lambda x: torch.ones(3)), (3,)),
            ValueError,
            "what Calls returns is not made from its input",
        ),
        (lambda: trace(Calls(lambda x: 7), (3,)), ValueError, "what Calls returns is not made from its input"),
        (
            lambda: trace(nn.ReLU(), (3,), leaves="relu"),
            TypeError,
            r"list of types and names, got 'relu'; write \[BasicBlock\]",
        ),
        (lambda: trace(nn.ReLU(), (3,), leaves=[7]), TypeError, "leaves expects a list of types and names"),
        (lambda: trace(nn.ReLU(), (3,), leaves=["head"]), ValueError, r"no part of ReLU is called \['head'\]"),
    ],
)
def test_what_cannot_be_traced_is_named_with_what_to_do(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_network_that_cannot_be_copied_is_refused_by_name():
    network = nn.ReLU()
    network.lock = threading.Lock()
    with pytest.raises(TypeError, match=r"ReLU cannot be copied \(cannot pickle.*take open files, locks"):
        trace(network, (3,))
