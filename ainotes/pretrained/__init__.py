"""One door to trained networks: torchvision's where they can be had, else one of the course's own.

Examples
--------
>>> network = load("resnet14_cifar10")
>>> print(network.source)  # doctest: +ELLIPSIS
embedded: ResNet-14 on CIFAR-10, trained by this course, ...
>>> network.categories[:3]
('Airplane', 'Automobile', 'Bird')
"""

from .classify import classify_image, top_classes
from .embedded import EMBEDDED
from .network import Pretrained, load
from .pictures import open_picture
from .torchvision_weights import WeightsError, fetch_weights

__all__ = [
    "EMBEDDED",
    "Pretrained",
    "WeightsError",
    "classify_image",
    "fetch_weights",
    "load",
    "open_picture",
    "top_classes",
]
