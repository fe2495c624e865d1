"""in_memory hands out what the DataLoader hands out."""

import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset
from torchvision import datasets, transforms
from torchvision.transforms import v2

from ainotes.data import ImageSet
from ainotes.data.memory import MemoryLoader, in_memory
from ainotes.pretrained import embedded


def fake_fashion(transform, count=20):
    """A torchvision FashionMNIST of random pixels that needs no files."""
    data = datasets.FashionMNIST.__new__(datasets.FashionMNIST)
    generator = torch.Generator().manual_seed(1)
    data.data = torch.randint(256, (count, 28, 28), dtype=torch.uint8, generator=generator)
    data.targets = torch.randint(10, (count,), generator=generator)
    data.transform, data.target_transform = transform, None
    return data


def tensors(count=20):
    return TensorDataset(torch.rand(count, 1, 4, 4), torch.arange(count))


def image_folder(root, transform):
    for name in ("ant", "bee"):
        (root / name).mkdir()
        for number in range(3):
            colour = (40 * number, 80, 200 if name == "ant" else 20)
            Image.new("RGB", (10 + number, 12), colour).save(root / name / f"{number}.png")
    return datasets.ImageFolder(root, transform)


def assert_same_batches(loader, size_limit_bytes=2**30):
    """Two epochs of both loaders agree bit for bit and use torch's generator alike."""
    fast = in_memory(loader, size_limit_bytes)
    assert isinstance(fast, MemoryLoader)
    runs = []
    for source in (loader, fast):
        torch.manual_seed(3)
        batches = [batch for _ in range(2) for batch in source]
        runs.append((batches, torch.rand(1)))
    (plain, plain_next), (kept, kept_next) = runs
    assert len(plain) == len(kept) == 2 * len(loader) == 2 * len(fast)
    for (images, labels), (kept_images, kept_labels) in zip(plain, kept, strict=True):
        torch.testing.assert_close(kept_images, images, rtol=0, atol=0)
        torch.testing.assert_close(kept_labels, labels, rtol=0, atol=0)
    assert plain_next == kept_next


@pytest.mark.parametrize("transform", [
    transforms.ToTensor(),
    transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.29, 0.35)]),
    v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]),
    transforms.Compose([transforms.Resize(14), transforms.ToTensor()]),
])  # fmt: skip
def test_torchvision_data_with_deterministic_transforms_gives_the_same_batches(transform):
    assert_same_batches(DataLoader(fake_fashion(transform), batch_size=8, shuffle=True))


@pytest.mark.parametrize("options", [
    {"batch_size": 6, "shuffle": True, "drop_last": True},
    {"batch_size": 6},
    {"batch_size": 5, "sampler": torch.utils.data.WeightedRandomSampler([1.0, 2.0] * 10, 13)},
    {"batch_size": 7, "shuffle": True, "num_workers": 0, "generator": None},
])  # fmt: skip
def test_every_plain_sampler_keeps_its_order(options):
    assert_same_batches(DataLoader(tensors(), **options))


def test_a_loaders_own_generator_is_drawn_from_alike():
    orders = []
    for wrap in (lambda loader: loader, in_memory):
        generator = torch.Generator().manual_seed(5)
        loader = wrap(DataLoader(tensors(), batch_size=6, shuffle=True, generator=generator))
        orders.append([labels.tolist() for _ in range(2) for _, labels in loader])
    assert orders[0] == orders[1]


def test_subsets_of_subsets_keep_their_indices():
    inner = Subset(tensors(), [9, 3, 7, 1, 5])
    assert_same_batches(DataLoader(Subset(inner, [4, 0, 2]), batch_size=2))


def test_an_image_folder_is_decoded_once(tmp_path):
    data = image_folder(tmp_path, transforms.Compose([transforms.Resize((8, 8)), transforms.ToTensor()]))
    assert_same_batches(DataLoader(data, batch_size=4, shuffle=True))
    fast = in_memory(DataLoader(data, batch_size=4))
    data.loader = None  # a second look at a file would fail now
    assert len(list(fast)) == 2


def test_images_of_different_sizes_are_left_to_the_loader(tmp_path):
    loader = DataLoader(image_folder(tmp_path, transforms.ToTensor()), batch_size=1)
    assert in_memory(loader) is loader


def test_an_image_set_is_gathered_and_augmented_anew_in_every_epoch():
    images = ImageSet(torch.zeros(6, 1, 2, 2, dtype=torch.uint8), [0] * 6, ["only"])
    assert_same_batches(DataLoader(images, batch_size=4, shuffle=True))
    noisy = in_memory(DataLoader(images.with_augment(lambda batch: batch + torch.rand(len(batch), 1, 1, 1)), 6))
    (first, _), (second, _) = next(iter(noisy)), next(iter(noisy))
    assert not torch.equal(first, second)


class Doubtful(Dataset):
    """Nothing tells whether its items are the same each time."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.rand(1), index


@pytest.mark.parametrize("dataset", [
    Doubtful(),
    Subset(Doubtful(), [0, 1]),
    fake_fashion(transforms.Compose([transforms.RandomHorizontalFlip(), transforms.ToTensor()])),
    fake_fashion(transforms.Compose([transforms.ToTensor(), torch.nn.Sequential(transforms.RandomErasing())])),
    fake_fashion(transforms.Lambda(lambda image: torch.zeros(1))),
])  # fmt: skip
def test_what_may_be_random_is_never_frozen(dataset):
    loader = DataLoader(dataset, batch_size=2)
    assert in_memory(loader) is loader


def test_a_target_transform_or_a_custom_collate_is_left_to_the_loader():
    data = fake_fashion(transforms.ToTensor())
    custom = DataLoader(data, batch_size=2, collate_fn=lambda batch: batch)
    assert in_memory(custom) is custom
    data.target_transform = lambda label: label + 1
    loader = DataLoader(data, batch_size=2)
    assert in_memory(loader) is loader


def test_data_above_the_limit_stays_where_it_is(tmp_path):
    data = image_folder(tmp_path, transforms.Compose([transforms.Resize((8, 8)), transforms.ToTensor()]))
    loader = DataLoader(data, batch_size=2)
    assert in_memory(loader, size_limit_bytes=100) is loader


def test_anything_but_a_data_loader_comes_back_as_it_is():
    pairs = [(torch.zeros(2, 1), torch.zeros(2))]
    assert in_memory(pairs) is pairs


def test_the_preprocessing_of_the_courses_own_networks_is_known_to_repeat_itself(tmp_path):
    data = image_folder(tmp_path, embedded.preprocess("resnet14_cifar10"))
    assert_same_batches(DataLoader(data, batch_size=4, shuffle=True))
