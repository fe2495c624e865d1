"""Exercise: a network of one's own, small, convolutional, better than a dense layer."""

import torch
from torch import nn
from torch.nn import functional as F

from ainotes.checks.capstone.trial import verdict
from ainotes.checks.engine import Exercise, Misconception


def _my_network(classes):
    def block(channels_in, channels_out):
        conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2))

    blocks = [block(3, 16), block(16, 32), block(32, 64), block(64, 64)]  # (N, 64, 4, 4)
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _small(*end, last=8, classes=2):
    """Return a small network, with layers at its end."""
    body = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4), nn.Conv2d(8, last, 3, padding=1), nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, classes)]
    return nn.Sequential(*body, *head, *end)


class _Around(nn.Module):
    """A small network with something done to its answer."""

    def __init__(self, classes, change):
        super().__init__()
        self.inner, self.change = _small(classes=classes), change

    def forward(self, images):
        return self.change(self.inner(images))


def _dense(classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, classes))


def _flattened_wrongly(classes):
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64 * 64 // 100, classes))


def _large(classes):
    wide = [nn.Flatten(), nn.Linear(16 * 32 * 32, 64), nn.ReLU(), nn.Linear(64, classes)]
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), *wide)


def _linear(classes):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes)
    )


def _blind(classes):
    network = _small(classes=classes)
    nn.init.zeros_(network[-1].weight)
    return nn.Sequential(network[:5], nn.ReLU(), _Nothing(), network[5:])


class _Nothing(nn.Module):
    def forward(self, maps):
        return maps * 0


def _frozen(classes):
    return _small(classes=classes).requires_grad_(False)


def _one_pool_for_all(classes):
    pool, layers = nn.MaxPool2d(2), []
    for channels in (3, 8, 8):
        layers += [nn.Conv2d(channels, 8, 3, padding=1), nn.ReLU(), pool]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes))


_ONE: dict[int, nn.Module] = {}


def _always_the_same(classes):
    return _ONE.setdefault(classes, _small(classes=classes))


def _deep_and_dark(classes):
    """Sigmoids all the way: the gradient that arrives below is next to nothing."""
    layers = []
    for channels in (3, *[4] * 4):
        layers += [nn.Conv2d(channels, 4, 3, stride=2, padding=1), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, classes))


my_network = Exercise(
    name="my_network",
    title="A network of your own",
    difficulty=3,
    minutes=15,
    reference=_my_network,
    cases=[(2,), (5,)],
    call=verdict,
    seconds=120.0,
    misconceptions=(
        Misconception(
            lambda classes: [nn.Conv2d(3, 8, 3), nn.ReLU()],
            "That is no network. Return an `nn.Module`, such as `nn.Sequential(...)`; if you wrote a class, return "
            "`MyClass(classes)`, one that was made.",
            also=(lambda classes: nn.Sequential,),
        ),
        Misconception(
            _flattened_wrongly,
            "Images (N, 3, 64, 64) do not get through: some layer expects another number of channels or features. Try "
            "`net(torch.rand(1, 3, 64, 64))` and read the last line of the error.",
            also=(lambda classes: _small(nn.Linear(99, classes), classes=classes),),
        ),
        Misconception(
            lambda classes: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, classes, 1)),
            "What comes out is no row of logits for each image. At the end: pool or flatten, then a linear layer.",
            also=(lambda classes: _Around(classes, lambda logits: logits.argmax(dim=1)),),
        ),
        Misconception(
            lambda classes: _small(classes=3),
            "Your network has as many logits whatever `classes` is. Use what is handed in.",
            also=(
                lambda classes: _small(classes=10),
                lambda classes: _small(classes=1),
                lambda classes: _small(classes=2),
            ),
        ),
        Misconception(
            lambda classes: _small(nn.Softmax(dim=1), classes=classes),
            "Probabilities come out. `CrossEntropyLoss` has the softmax in it: end with the linear layer.",
        ),
        Misconception(
            lambda classes: _small(nn.ReLU(), classes=classes),
            "Your logits pass through a ReLU or a sigmoid at the end: a logit must be able to say *no*, and to say it "
            "loudly. End with the linear layer.",
            also=(lambda classes: _small(nn.Sigmoid(), classes=classes),),
        ),
        Misconception(
            _large,
            "More than 100,000 parameters. Most stand in the first linear layer, after `Flatten`: pool more, or "
            "average each map (`nn.AdaptiveAvgPool2d(1)`).",
        ),
        Misconception(
            _dense,
            "There is no convolution in it. A dense layer is the baseline that you are to beat.",
        ),
        Misconception(
            _linear,
            "There is nothing non-linear between the layers: however many, they are one linear layer. Put a ReLU after "
            "each convolution.",
        ),
        Misconception(
            _blind,
            "Every image gets the same answer: somewhere all that was seen is lost, multiplied by 0 or cut off.",
        ),
        Misconception(
            lambda classes: _Around(classes, lambda logits: F.dropout(logits, 0.5)),
            "In `eval()` the same image gets another answer each time. `F.dropout` does not know the mode: take "
            "`nn.Dropout`, or hand over `training=self.training`.",
        ),
        Misconception(
            _one_pool_for_all,
            "One and the same layer runs twice in a pass. PyTorch allows it, but then nobody can ask a layer for *its* "
            "maps, as the next section does: make a pooling layer for each place.",
        ),
        Misconception(
            _always_the_same,
            "A second call returns the same weights again: they are made once, outside. Make the layers inside the "
            "function, so that every run begins anew.",
        ),
        Misconception(
            _frozen,
            "All parameters are frozen (`requires_grad` is False): nothing could be trained.",
        ),
        Misconception(
            lambda classes: _Around(classes, lambda logits: logits.detach()),
            "No gradient comes through: something in `forward` detaches it (`detach()`, `no_grad`, `.data`, numpy).",
            also=(lambda classes: _Around(classes, lambda logits: torch.tensor(logits.tolist())),),
        ),
        Misconception(
            _deep_and_dark,
            "All is formally right, but in 120 steps it does not learn to tell lying stripes from standing ones. Does "
            "the gradient reach the first layer? ReLU instead of sigmoid, batch normalisation, fewer layers.",
        ),
    ),
    hints=(
        "A block is convolution, batch normalisation, ReLU, pooling. Three or four of them, 64 → 32 → 16 → 8 → 4 rows.",
        "Widen slowly: 3 → 16 → 32 → 64 channels. A 3 × 3 layer from 32 to 64 channels has 18,432 weights.",
        "Then `nn.AdaptiveAvgPool2d(1)`, `nn.Flatten()`, `nn.Linear(channels, classes)`.",
    ),
    praise="Whether it beats the baseline on *your* pictures, the next cells say.",
)
