"""A trained classifier in one file, with all that is needed to ask it again: weights, classes, preprocessing."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_in
from safetensors.torch import save as as_bytes
from torch import Tensor, nn
from torchvision import models as torchvisions
from torchvision.models import get_model, list_models

from .. import models
from ..data import checked
from ..data.folders import replace_atomically
from ..pretrained import EMBEDDED, Pretrained, embedded
from ..utils.modes import borrowed
from .anatomy import network_of
from .heads import replace_head
from .saved_steps import sample, steps_of, with_steps

__all__ = ["load_classifier", "save_classifier"]

FORMAT = 1
KEY = "ainotes.classifier"  # in the header of the file: what is in it
POOLS = (None, "average", "concat")  # with which `replace_head` makes a head of a number of classes
WITH_PIXELS = {"transform_input": True, "aux_logits": False, "init_weights": False}  # as their weights want it
OPTIONS = {"googlenet": WITH_PIXELS, "inception_v3": WITH_PIXELS}

Tensors = dict[str, Tensor]
Facts = dict[str, Any]


def save_classifier(
    path: str | os.PathLike[str], model: nn.Module, network: Pretrained, classes: Iterable[str]
) -> Path:
    """Write a classifier that came from a trained network into one file.

    The file holds numbers and words, no code: the weights as safetensors, and in its header the name of the network,
    the classes in the order of the logits, and the steps of the preprocessing. What is written is tried before: built
    anew, it gives the same logits. The file is there whole or not at all; an older one of this name is replaced.

    Parameters
    ----------
    path : path
        Where to. Folders on the way are made.
    model : nn.Module
        What `replace_head` made of the network for a number of classes, or for one linear layer; trained, all of it or
        the head alone. It stays as it is.
    network : Pretrained
        The network that it was made of, as `ainotes.pretrained.load` returned it.
    classes : iterable of str
        A name for each logit: the `classes` of the images that it was trained with.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    TypeError, ValueError
        If the parts do not belong together, or the model is none that can be built anew from a few words.

    Examples
    --------
    >>> import tempfile
    >>> from ainotes.pretrained import load
    >>> network = load("resnet14_cifar10")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_classifier(f"{folder}/mine.safetensors", replace_head(network, 2), network, ["mug", "cup"])
    ...     again = load_classifier(path)
    >>> again.categories, again.name
    (('mug', 'cup'), 'resnet14_cifar10')
    """
    target = _path("save_classifier", path)
    if target.is_dir():
        raise ValueError(f"save_classifier: {target} is a folder; give the name of a file in it")
    if not isinstance(network, Pretrained):
        raise TypeError(
            f"save_classifier: network expects what ainotes.pretrained.load returned, got {type(network).__name__}"
        )
    trained, names = network_of("save_classifier", model), list(checked.classes(classes))
    picture = network.preprocess(sample()).unsqueeze(0)
    logits = _answer(trained, picture)
    if logits.ndim != 2 or logits.shape[1] != len(names):
        raise ValueError(
            f"save_classifier: the model gives logits {tuple(logits.shape)} for one image, there are {len(names)} "
            "classes; it needs one logit for each class"
        )
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in trained.state_dict().items()}
    facts = {"format": FORMAT, "network": network.name, "classes": names, "steps": steps_of(network.preprocess)}
    for pool in POOLS:
        again = _filled({**facts, "pool": pool}, state)
        if again is not None and torch.allclose(_answer(again, picture), logits, rtol=1e-3, atol=1e-3):
            _write(target, {**facts, "pool": pool}, state)
            return target
    raise ValueError(
        f"save_classifier: expects a model that replace_head made of {network.name} for {len(names)} classes, with no "
        f'pool, pool="average" or pool="concat"; this {type(model).__name__} is another one. Save its state_dict with '
        "torch.save, and keep the code that builds it"
    )


def load_classifier(path: str | os.PathLike[str]) -> Pretrained:
    """Return the classifier of a file that `save_classifier` wrote; nothing else is needed, and no code is run.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Pretrained
        `model` in evaluation mode on the CPU, `preprocess`, and the classes as `categories`: ``.classify(photograph)``
        names what is in a photograph.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message names files that are called nearly so.
    ValueError
        If it is a folder, no classifier, a damaged one, or one of a newer version of the course.
    TypeError
        If `path` is no path.
    """
    source = _path("load_classifier", path)
    facts, state = _read(source)
    model = _filled(facts, state)
    if model is None:
        raise ValueError(f"load_classifier: the weights in {source} do not fit {facts['network']}; it is damaged")
    kinds = facts["classes"]
    told = ", ".join(kinds[:4]) + (", ..." if len(kinds) > 4 else "")
    return Pretrained(
        facts["network"],
        model.eval(),
        with_steps([(name, arguments) for name, arguments in facts["steps"]]),
        tuple(kinds),
        f"saved: {facts['network']} with a new head for {len(kinds)} classes ({told}), from {source.name}.",
    )


def _path(function: str, path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"{function}: expects the path of a file, got {type(path).__name__}")
    return Path(path).expanduser()


def _answer(model: nn.Module, picture: Tensor) -> Tensor:
    """Return the logits of one image (1, C, H, W), on the CPU."""
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    with borrowed(model, training=False), torch.inference_mode():
        return model(picture.to(device)).float().cpu()


def _filled(facts: Facts, state: Tensors) -> nn.Module | None:
    """Return a network built from a few words, with these weights; None where they do not fit."""
    try:
        with torch.device("meta"):  # shapes alone, so that nothing is drawn at random
            model = replace_head(_bare(facts["network"]), len(facts["classes"]), pool=facts["pool"])
    except ValueError:
        return None  # not every network has a body that another pooling could follow
    own = model.state_dict()
    if {name: (each.shape, each.dtype) for name, each in own.items()} != {
        name: (each.shape, each.dtype) for name, each in state.items()
    }:
        return None
    model.load_state_dict({name: tensor.clone() for name, tensor in state.items()}, assign=True)
    return model


def _bare(name: str) -> nn.Module:
    """Return a network by its name, without what it has learnt."""
    if name in EMBEDDED:
        known = embedded.facts(name)
        network: nn.Module = getattr(models, known["network"])(classes=len(known["categories"]))
        return network
    return get_model(name, weights=None, **OPTIONS.get(name, {}))


def _write(path: Path, facts: Facts, state: Tensors) -> None:
    words = json.dumps(facts, ensure_ascii=False)
    data = as_bytes(state, metadata={KEY: words, "sha256": _digest(words, state)})
    replace_atomically(path, lambda file: file.write(data))


def _read(path: Path) -> tuple[Facts, Tensors]:
    """Return what a file says of its classifier, and the weights."""
    if not path.is_file():
        raise _not_there(path)
    data = path.read_bytes()
    try:
        state = tensors_in(data)
        length = int.from_bytes(data[:8], "little")  # a safetensors file begins with the length of its header
        header = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError) as error:
        raise ValueError(
            f"load_classifier: {path} is damaged, cut off, or no file of save_classifier ({error}); save the "
            "classifier again"
        ) from error
    if KEY not in header:
        raise ValueError(f"load_classifier: {path} holds weights, but was not written by save_classifier")
    if header.get("sha256") != _digest(header[KEY], state):
        raise ValueError(f"load_classifier: {path} is damaged (wrong checksum); save the classifier again")
    facts: Facts = json.loads(header[KEY])
    if facts["format"] != FORMAT or not _is_known(facts["network"]):
        raise ValueError(
            f"load_classifier: {path} needs a newer version of the course or of torchvision: it holds "
            f"{facts['network']}, format {facts['format']}"
        )
    return facts, state


def _is_known(name: str) -> bool:
    return name in EMBEDDED or name in list_models(module=torchvisions)


def _not_there(path: Path) -> Exception:
    """Return the error that says what is wrong with a path where no file is."""
    if path.is_dir():
        held = sorted(each.name for each in path.glob("*.safetensors"))
        return ValueError(
            f"load_classifier: {path} is a folder; give the file in it{': ' + ', '.join(held[:3]) if held else ''}"
        )
    names = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; the working folder is {Path.cwd()}"
    return FileNotFoundError(f"load_classifier: there is no file {path}{hint}")


def _digest(words: str, state: Tensors) -> str:
    """Return a checksum of all that a file says: a bit that has flipped would otherwise only be a wrong answer."""
    total = hashlib.sha256(words.encode())
    for name in sorted(state):
        total.update(f"{name} {state[name].dtype} {tuple(state[name].shape)}".encode())
        total.update(state[name].contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()
