"""Data sets: looked for on this machine, downloaded and verified, or stood in for by pictures drawn by code."""

from typing import TYPE_CHECKING, Any

from . import augment
from .cifar import cifar10
from .fashion import fashion_mnist, full_run
from .hymenoptera import hymenoptera
from .image_folder import image_folder
from .image_set import ImageSet
from .photographs import photographs

if TYPE_CHECKING:
    from .memory import in_memory

__all__ = [
    "ImageSet",
    "augment",
    "cifar10",
    "fashion_mnist",
    "full_run",
    "hymenoptera",
    "image_folder",
    "in_memory",
    "photographs",
]


def __getattr__(name: str) -> Any:
    # Only on demand: it imports torchvision, which takes as long as the rest together.
    if name == "in_memory":
        from .memory import in_memory

        return in_memory
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
