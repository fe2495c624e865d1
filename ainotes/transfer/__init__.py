"""Transfer learning: take what a network has learnt elsewhere, and teach it new classes from a few photographs.

Cached features and a new head, in seconds:

>>> from torch import nn
>>> from torch.utils.data import DataLoader
>>> from ainotes.data import hymenoptera
>>> from ainotes.pretrained import load
>>> network = load("resnet14_cifar10")
>>> train = features(network, hymenoptera(size=32, download=False, quiet=True), quiet=True)
>>> head = nn.Linear(train.tensors[0].shape[1], 2)  # to be trained by `fit` on DataLoader(train)
>>> model = replace_head(network, head)  # the whole network, for new photographs

Fine-tuning, the head alone first, then the topmost blocks with smaller learning rates:

>>> model = freeze(replace_head(network, 2))
>>> groups = parameter_groups(unfreeze(model, blocks=1), lr=1e-3)
>>> [group["name"] for group in groups]
['classifier.2', 'features.8 to features.9']

`save_classifier` puts the result into one file, classes and preprocessing included; `load_classifier` asks it again.
"""

from .anatomy import blocks
from .bodies import body
from .cached import features
from .freezing import freeze, unfreeze
from .groups import parameter_groups
from .heads import replace_head
from .preparing import prepare
from .saving import load_classifier, save_classifier

__all__ = [
    "blocks",
    "body",
    "features",
    "freeze",
    "load_classifier",
    "parameter_groups",
    "prepare",
    "replace_head",
    "save_classifier",
    "unfreeze",
]
