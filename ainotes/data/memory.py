"""Decode a data set once, keep it in memory, and hand out the same batches as its DataLoader, in the same order."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset, default_collate

from .image_set import ImageSet

Batch = tuple[Tensor, Tensor]
Gather = Callable[[Tensor], Batch]

SIZE_LIMIT_BYTES = 2 * 1024**3

# Known by their names, so that this module need not import torchvision, which takes as long as the rest together.
# Transforms that give the same result every time; anything else is taken to be random.
DETERMINISTIC = frozenset(
    {"CenterCrop", "Compose", "ConvertImageDtype", "Grayscale", "Identity", "ImageClassification", "Normalize"}
    | {"PILToTensor", "Pad", "Resize", "ToDtype", "ToImage", "ToPureTensor", "ToTensor"}
)
OURS = frozenset({("ainotes.pretrained.embedded", "MiddleSquare")})  # the same, of this course
DECODED_AS_UINT8 = frozenset({"CIFAR10", "CIFAR100", "FashionMNIST", "KMNIST", "MNIST"})
FILES_IN_FOLDERS = frozenset({"ImageFolder"})


class MemoryLoader:
    """The batches of a DataLoader, gathered from memory instead of item by item.

    Order, batch size and use of the random generators are those of the loader it was made from: given the same seed,
    both hand out the same batches, and leave torch's generator in the same state.
    """

    def __init__(self, loader: DataLoader, gather: Gather):
        assert loader.batch_sampler is not None  # in_memory sees to it
        self.loader, self.batch_sampler = loader, loader.batch_sampler
        self.gather = gather

    @property
    def dataset(self) -> Dataset:
        """The data set of the DataLoader."""
        return self.loader.dataset

    @property
    def generator(self) -> torch.Generator | None:
        """The generator of the DataLoader, None for torch's own."""
        return self.loader.generator

    @property
    def sampler(self):
        """The sampler of the DataLoader."""
        return self.loader.sampler

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Batch]:
        # A DataLoader draws a seed for its workers before its sampler draws the order: keep step with it.
        torch.empty((), dtype=torch.int64).random_(generator=self.loader.generator)
        for indices in self.batch_sampler:
            yield self.gather(torch.tensor(indices))


def in_memory(loader, size_limit_bytes: int = SIZE_LIMIT_BYTES):
    """Return a loader of the same batches that decodes each sample only once.

    Works where every sample is the same each time it is asked for: an :class:`ImageSet` (whose ``augment`` still runs
    anew on every batch), a ``TensorDataset``, torchvision's MNIST and CIFAR families and ``ImageFolder`` with
    deterministic transforms, and a ``Subset`` of any of these. Any other loader comes back as it is: random
    augmentation is never frozen, and a data set larger than the limit is not loaded.

    Parameters
    ----------
    loader : torch.utils.data.DataLoader
        Loader of (image, label) pairs. It is not changed.
    size_limit_bytes : int
        Largest size of the decoded images.

    Returns
    -------
    MemoryLoader or the loader itself

    Examples
    --------
    >>> pairs = TensorDataset(torch.zeros(6, 1, 2, 2), torch.arange(6))
    >>> [labels.tolist() for _, labels in in_memory(DataLoader(pairs, batch_size=4))]
    [[0, 1, 2, 3], [4, 5]]
    """
    if not _is_plain(loader):
        return loader
    gather = _gather_from(loader.dataset, size_limit_bytes)
    return loader if gather is None else MemoryLoader(loader, gather)


def _is_plain(loader) -> bool:
    """Whether the loader does nothing but collate the items that its sampler names."""
    return (
        type(loader) is DataLoader
        and loader.batch_sampler is not None
        and loader.collate_fn is default_collate
        and loader.worker_init_fn is None
    )


def _gather_from(dataset: Dataset, limit: int) -> Gather | None:
    """Return the function from indices to a batch, None where the items may differ from time to time."""
    if type(dataset) is Subset:
        inner = _gather_from(dataset.dataset, limit)
        chosen = torch.as_tensor(dataset.indices)
        return None if inner is None else lambda indices: inner(chosen[indices])
    if type(dataset) is ImageSet:
        return dataset.batch
    if type(dataset) is TensorDataset:
        return _gather_tensors(dataset)
    if not _is_deterministic(dataset):
        return None
    return _gather_uint8(dataset) or _gather_items(dataset, limit)


def _gather_tensors(dataset: TensorDataset) -> Gather | None:
    if len(dataset.tensors) != 2:
        return None
    images, labels = dataset.tensors
    return lambda indices: (images[indices], labels[indices])


def _is_deterministic(dataset) -> bool:
    return (
        _is_torchvisions(dataset, "datasets", DECODED_AS_UINT8 | FILES_IN_FOLDERS)
        and dataset.target_transform is None
        and is_deterministic(dataset.transform)
    )


def is_deterministic(transform) -> bool:
    """Whether a transform does the same each time: torchvision's that do, ours, and Compose or Sequential of such."""
    if transform is None:
        return False  # the items would be PIL images, which no DataLoader can collate
    if isinstance(transform, nn.Sequential):
        return all(map(is_deterministic, transform))
    inside = getattr(transform, "transforms", ())
    known = _is_torchvisions(transform, "transforms", DETERMINISTIC) or _is_ours(transform)
    return known and all(map(is_deterministic, inside))


def _is_torchvisions(thing, package: str, names: frozenset[str]) -> bool:
    """Whether a thing is of one of these classes of torchvision itself, not of a class derived from one."""
    kind = type(thing)
    return kind.__module__.startswith(f"torchvision.{package}") and kind.__name__ in names


def _is_ours(thing) -> bool:
    return (type(thing).__module__, type(thing).__name__) in OURS


def _gather_uint8(dataset) -> Gather | None:
    """Gather from the uint8 images that MNIST and CIFAR keep, when the transform is ToTensor [and Normalize]."""
    steps = _steps(dataset.transform)
    names = [type(step).__name__ for step in steps]
    if type(dataset).__name__ not in DECODED_AS_UINT8 or names not in (["ToTensor"], ["ToTensor", "Normalize"]):
        return None
    images = torch.as_tensor(dataset.data)
    images = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2).contiguous()  # (N, C, H, W)
    labels = torch.as_tensor(dataset.targets)

    def gather(indices: Tensor) -> Batch:
        batch = images[indices].to(torch.get_default_dtype()).div_(255)
        for step in steps[1:]:
            batch = step(batch)
        return batch, labels[indices]

    return gather if _agrees(gather, dataset) else None


def _steps(transform) -> list:
    """The transforms inside a Compose, or the transform itself."""
    return list(getattr(transform, "transforms", [transform]))


def _agrees(gather: Gather, dataset, count: int = 4) -> bool:
    """Whether a few gathered samples equal the data set's own items bit for bit."""
    indices = torch.linspace(0, len(dataset) - 1, min(count, len(dataset))).long()
    images, labels = gather(indices)
    items = [dataset[index] for index in indices.tolist()]
    return all(
        torch.equal(image, item) and int(label) == int(target)
        for image, label, (item, target) in zip(images, labels, items, strict=True)
    )


def _gather_items(dataset, limit: int) -> Gather | None:
    """Decode every item once into one tensor, where all have one shape and fit below the limit."""
    first, _ = dataset[0]
    if not isinstance(first, Tensor) or first.element_size() * first.numel() * len(dataset) > limit:
        return None
    images = first.new_empty((len(dataset), *first.shape))
    labels = torch.empty(len(dataset), dtype=torch.int64)
    for index in range(len(dataset)):
        image, label = dataset[index]
        if image.shape != first.shape:
            return None
        images[index], labels[index] = image, label
    return lambda indices: (images[indices], labels[indices])
