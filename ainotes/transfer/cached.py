"""Features: what a trained network makes of images, computed once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset
from tqdm import tqdm

from .. import shapes
from ..data import ImageSet
from ..data.memory import is_deterministic
from ..interpret.layers import find_layer
from ..pretrained import Pretrained
from ..utils.modes import borrowed
from ..utils.precision import Precision
from .anatomy import last_layer, network_of
from .bodies import body, checked_pool, pooling
from .feature_cache import Table, digests, fingerprint
from .preparing import inputs

__all__ = ["features"]

Preprocess = Callable[[Any], Tensor]


class _Arrived(Exception):
    """The pass has come to the layer: what lies behind it need not be computed."""


def features(
    network: nn.Module | Pretrained,
    images: ImageSet,
    *,
    pool: str | None = None,
    layer: str | nn.Module | None = None,
    preprocess: Preprocess | None = None,
    batch: int = 32,
    quiet: bool = False,
) -> TensorDataset:
    """Return what a network makes of images: one vector for each, to train a new head on in seconds.

    The network runs once over each image, in evaluation mode and without gradients, and keeps the modes that it came
    in. Features are kept in the cache, image by image: asking for them again, or for those of a part of the same
    images, only reads them. Another network, other weights, another preprocessing or other pixels are other features.

    Parameters
    ----------
    network : nn.Module or Pretrained
        Runs on the device that it is on.
    images : ImageSet
        With a `Pretrained`, or a `preprocess`, its pixels as they are at rest; else as the set gives them out, so
        normalised as `with_normalize` says. A set with an augmentation gives other images each time: its features are
        computed anew at each call and not kept.
    pool : {None, "average", "concat", "flat"}
        None: what the network's last layer sees; that of a network without a head: what comes out at its end. Else the
        maps at the end of its body: averaged to (N, C), averages and maxima set side by side (N, 2C), or all (N, C *
        H * W).
    layer : str or nn.Module, optional
        Another layer of the network, by name or itself, whose outputs are wanted; maps are averaged unless `pool` says
        otherwise.
    preprocess : callable, optional
        Makes of uint8 images (n, C, H, W) what the network takes; that of the `Pretrained` where there is one.
    batch : int
        Images at a time.
    quiet : bool
        No progress bar.

    Returns
    -------
    TensorDataset
        Of features, float32 (N, F) on the CPU, and labels, int64 (N,), in the order of the images. A `DataLoader` takes
        it; `features, labels = dataset.tensors`.

    Raises
    ------
    TypeError, ValueError
        If the parts do not fit together; the message says what to do.

    Examples
    --------
    >>> from ainotes.pretrained import load
    >>> images = ImageSet(torch.zeros(4, 3, 40, 40, dtype=torch.uint8), [0, 1, 0, 1], ["cat", "dog"])
    >>> train = features(load("resnet14_cifar10"), images, quiet=True)
    >>> train.tensors[0].shape, train.tensors[1].tolist()
    (torch.Size([4, 128]), [0, 1, 0, 1])
    """
    model = network_of("features", network)
    checked_pool("features", pool)
    batch = shapes.whole("features", "batch", batch, 1)
    if not isinstance(images, ImageSet):
        raise TypeError(
            f"features: expects an ImageSet, such as ainotes.data.hymenoptera() or image_folder(...) give, got "
            f"{type(images).__name__}"
        )
    if not len(images):
        raise ValueError("features: expects at least one image, got none")
    if preprocess is None and isinstance(network, Pretrained):
        preprocess = network.preprocess
    visit = _Visit(model, pool, layer)
    give = inputs("features", images, model, preprocess)

    def compute(places: list[int]) -> np.ndarray:
        bar = tqdm(total=len(places), desc="Features", unit=" images", leave=False, disable=quiet or len(places) == 1)
        with bar, borrowed(visit.model, training=False), torch.inference_mode():
            rows = []
            for begin in range(0, len(places), batch):
                rows.append(visit(give(places[begin : begin + batch])).float().cpu().numpy())
                bar.update(len(rows[-1]))
        return np.concatenate(rows)

    if images.augment is None and (preprocess is None or is_deterministic(preprocess)):
        scale = [] if images.normalize is None else [numbers.flatten().tolist() for numbers in images.normalize]
        how = (visit.name, pool, repr(preprocess), scale)
        found = Table(type(model).__name__, fingerprint(model, *how)).gather(digests(images.images.cpu()), compute)
    else:
        found = compute(list(range(len(images))))
    return TensorDataset(torch.from_numpy(found), images.labels.cpu().clone())


class _Visit:
    """Run a network up to a layer, and return one vector for each image.

    With `pool` and no layer it is the body alone that runs.
    """

    def __init__(self, model: nn.Module, pool: str | None, layer: str | nn.Module | None) -> None:
        self.model, self.name, self.before = model, "", False
        if layer is not None:
            self.name, _ = find_layer("features", model, layer)
        elif pool is not None:
            self.model, self.name = body(model), "body"
        elif (last := last_layer(model)) is not None:
            self.name, self.before = last, True
        self.pool = pooling(pool or "average")
        self.pools = pool is not None

    def __call__(self, images: Tensor) -> Tensor:
        device = next((parameter.device for parameter in self.model.parameters()), torch.device("cpu"))
        images = Precision(device, fast=True).place(images)  # channels last: the layout that suits convolutions
        if not self.name or self.name == "body":
            return self._vectors(self.model(images))
        seen: list[Tensor] = []

        def stop(_: nn.Module, given: Any, output: Any = None) -> None:
            seen.append(self._vectors(given[0] if self.before else output))  # at once: what follows may work in place
            raise _Arrived

        target = self.model.get_submodule(self.name)
        hook = target.register_forward_pre_hook(stop) if self.before else target.register_forward_hook(stop)
        try:
            self.model(images)
        except _Arrived:
            return seen[0]
        finally:
            hook.remove()
        raise ValueError(f"features: {type(self.model).__name__} did not run its layer {self.name!r}")

    def _vectors(self, output: Any) -> Tensor:
        if not isinstance(output, Tensor) or output.ndim not in (2, 4):
            got = f"shape {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
            raise ValueError(
                f"features: layer {self.name!r} gives {got}, expects maps (N, C, rows, columns) or vectors (N, F)"
            )
        if output.ndim == 4:
            return self.pool(output)
        if self.pools:
            raise ValueError(
                f"features: layer {self.name!r} gives vectors, which have nothing to pool; leave pool away"
            )
        return output
