"""Exercise: run a body over all pictures once, and keep one vector for each."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import noise


def _extract(body, images, size=32):
    body.eval()
    vectors = []
    with torch.no_grad():
        for batch in images.split(size):
            maps = body(batch)  # (n, F, rows, columns)
            vectors.append(maps.mean(dim=(2, 3)))
    return torch.cat(vectors)


# --- The body, and what is looked at --------------------------------------------------------------------------------


class _Watched(nn.Module):
    """A small body that notes of each call how many pictures came, in which mode, and whether autograd recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 2))
        for seed, tensor in enumerate([*self.parameters(), *self.buffers()]):
            if tensor.is_floating_point():
                tensor.data.copy_(noise(*tensor.shape, seed=seed).abs() + 0.1)
        with torch.no_grad():
            for seed, name in enumerate(("layers.0.weight", "layers.3.weight")):
                weight = self.get_parameter(name)
                weight.copy_(noise(*weight.shape, seed=20 + seed))  # of both signs
        self.sizes: list[int] = []
        self.training_seen: list[bool] = []
        self.recording_seen: list[bool] = []

    def running_mean(self) -> Tensor:
        return self.get_buffer("layers.1.running_mean").clone()

    def forward(self, images: Tensor) -> Tensor:
        self.sizes.append(len(images))
        self.training_seen.append(self.layers[1].training)
        self.recording_seen.append(torch.is_grad_enabled())
        return self.layers(images)


def _plain(found: Any) -> Any:
    """Return tensors, also those in a list, without what autograd noted of them: so they can be copied."""
    if isinstance(found, list | tuple):
        return [_plain(each) for each in found]
    return found.detach() if isinstance(found, Tensor) else found


def _watched(attempt: Callable, images: Tensor, size: int) -> dict[str, Any]:
    """Let an attempt run the body, which comes in training mode, and tell what it did."""
    body = _Watched().train()
    before = body.running_mean()
    found = attempt(body, images, size)
    return {
        "features": _plain(found),
        "features ask for a gradient": isinstance(found, Tensor) and found.requires_grad,
        "batches": body.sizes,
        "in evaluation mode": not any(body.training_seen),
        "autograd records": any(body.recording_seen),
        "running means as before": torch.equal(before, body.running_mean()),
        "parameters still ask for a gradient": all(parameter.requires_grad for parameter in body.parameters()),
    }


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _average(maps):
    return maps.mean(dim=(2, 3))


def _loop(pool=_average, join=torch.cat, evaluate=True, record=False, batches=lambda images, size: images.split(size)):
    """The loop with one of its parts exchanged."""

    def variant(body, images, size=32):
        if evaluate:
            body.eval()
        with torch.set_grad_enabled(record):
            return join([pool(body(batch)) for batch in batches(images, size)])

    return variant


def _evaluates_too_late(body, images, size=32):
    found = _loop(evaluate=False)(body, images, size)
    body.eval()
    return found


def _detaches(evaluate):
    def variant(body, images, size=32):
        return _loop(record=True, evaluate=evaluate)(body, images, size).detach()

    return variant


def _freezes(evaluate):
    def variant(body, images, size=32):
        body.requires_grad_(False)
        return _loop(record=True, evaluate=evaluate)(body, images, size)

    return variant


def _whole_batches(images, size):
    return [batch for batch in images.split(size) if len(batch) == size]


def _pixels(body, images, size=32):
    return torch.cat([_average(batch) for batch in images.split(size)])


def _trains_after_each(body, images, size=32):
    """Calls `train` in the loop, from the second batch on."""
    body.eval()
    vectors = []
    with torch.no_grad():
        for batch in images.split(size):
            vectors.append(_average(body(batch)))
            body.train()
    return torch.cat(vectors)


extract = Exercise(
    name="extract",
    title="Look once, and keep it",
    difficulty=2,
    minutes=8,
    reference=_extract,
    cases=lambda: [
        (noise(7, 3, 6, 6, seed=0), 3),
        (noise(8, 3, 5, 7, seed=1), 4),
        (noise(9, 3, 6, 5, seed=2), 2),
        (noise(6, 3, 7, 6, seed=3), 5),
    ],
    call=_watched,
    misconceptions=(
        Misconception(
            _loop(evaluate=False),
            "The body is in training mode: batch normalisation then measures each batch, so that a picture's features "
            "depend on its neighbours, and notes what it measured. `body.eval()` first.",
            also=(_evaluates_too_late, _trains_after_each),
        ),
        Misconception(
            _loop(record=True),
            "Autograd records every layer, for a backward pass that never comes, and keeps all maps in memory. Put the "
            "loop into `with torch.no_grad():`.",
        ),
        Misconception(
            _loop(record=True, evaluate=False),
            "Two switches are missing: `body.eval()`, which makes layers compute as in a prediction, and `with "
            "torch.no_grad():`, which stops the recording.",
            also=(_detaches(False), _freezes(False)),
        ),
        Misconception(
            _detaches(True),
            "`detach` comes too late: while the batches ran, autograd has kept all of their maps. `with "
            "torch.no_grad():` around the loop.",
        ),
        Misconception(
            _freezes(True),
            "You freeze the body's parameters. That stops the recording too, but they are not yours to change: "
            "whoever trains this body next trains nothing. `with torch.no_grad():`.",
        ),
        Misconception(
            _loop(batches=lambda images, size: [images]),
            "All pictures at once. Their maps need a lot of memory: take `size` at a time, `images.split(size)`.",
        ),
        Misconception(
            _loop(batches=lambda images, size: images.split(1)),
            "One picture at a time is right, and slow. `images.split(size)`.",
        ),
        Misconception(
            _loop(batches=_whole_batches),
            "The last pictures are missing: a batch that is not full counts too. `images.split(size)` has it.",
        ),
        Misconception(
            _loop(join=lambda vectors: vectors[-1]),
            "Only the last batch comes back. Keep the vectors of each batch, and join them at the end.",
        ),
        Misconception(
            _loop(join=lambda vectors: vectors[0]),
            "Only the first batch comes back. `return` stands outside the loop.",
        ),
        Misconception(
            _loop(join=lambda vectors: vectors),
            "You return a list of batches. `torch.cat` lays them one below the other.",
            also=(_loop(join=lambda vectors: [row for each in vectors for row in each]),),
        ),
        Misconception(
            _loop(join=torch.stack),
            "`stack` wants batches of equal size and makes a new dimension. `torch.cat` lays them one below the other.",
        ),
        Misconception(
            _loop(join=lambda vectors: torch.cat(vectors, dim=1)),
            "`cat` along dimension 1 lays batches side by side, as if they were features. Pictures are dimension 0.",
        ),
        Misconception(
            _loop(pool=lambda maps: maps.flatten(1)),
            "You keep the whole maps. One number of each map is wanted, its average: `mean(dim=(2, 3))`.",
            also=(_loop(pool=lambda maps: maps),),
        ),
        Misconception(
            _loop(pool=lambda maps: maps.mean((2, 3), keepdim=True)),
            "The numbers are right. Rows and columns of 1 are still there: (N, F) is wanted.",
        ),
        Misconception(
            _loop(pool=lambda maps: maps.amax((2, 3))),
            "You take the maximum of each map. The average is wanted here.",
        ),
        Misconception(
            _loop(pool=lambda maps: maps.sum((2, 3))),
            "You add up each map. An average does not grow with the picture: `mean`.",
        ),
        Misconception(
            _loop(pool=lambda maps: maps.mean(1).flatten(1)),
            "You average over the channels, which are the features. Average over rows and columns: dimensions 2 and 3.",
            also=(_loop(pool=lambda maps: maps.mean(1)), _loop(pool=lambda maps: maps.mean((1, 2)))),
        ),
        Misconception(
            _loop(pool=lambda maps: maps.mean((0, 2, 3))[None]),
            "You average over the pictures of the batch too. Each picture keeps its own vector.",
        ),
        Misconception(
            _pixels,
            "Those are average colours: the pictures never go through the body.",
        ),
        Misconception(
            _loop(batches=lambda images, size: [batch / 255 for batch in images.split(size)]),
            "You divide by 255. The pictures come ready for the network.",
        ),
    ),
    hints=(
        "Two switches first: `body.eval()`, and around the loop `with torch.no_grad():`.",
        "`for batch in images.split(size):` gives `size` pictures at a time, fewer at the end. `body(batch)` are maps.",
        "`maps.mean(dim=(2, 3))` into a list; `torch.cat` of the list, after the loop.",
    ),
    praise="What you have is all that the head will ever see of the pictures.",
)
