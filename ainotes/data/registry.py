"""The data sets' files, and the one order in which they are looked for.

1. the folder named by `AINOTES_DATA`, only ever read;
2. the cache (`data/cache` of a checkout, else the user's cache folder; `AINOTES_CACHE` names another);
3. a verified download into the cache, unless `AINOTES_OFFLINE=1`;
4. what the package can draw or ships itself, which is each data set's own affair.

A file is used only when its size and SHA-256 are right. One that is damaged is named and passed over.
"""

from __future__ import annotations

import os
from pathlib import Path

from .download import DownloadError, download
from .files import DataFile, problem
from .folders import cache_folder, data_folder
from .notices import tell_once

_FASHION_MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # torchvision's
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",  # the authors' repository
)


def _fashion(name: str, size_bytes: int, sha256: str, md5: str) -> DataFile:
    urls = tuple(f"{mirror}{name}-ubyte.gz" for mirror in _FASHION_MIRRORS)
    return DataFile(f"FashionMNIST/raw/{name}-ubyte.gz", size_bytes, sha256, md5, urls)


# The labels first: the small file tells at once whether there is a connection.
FASHION_MNIST = {
    "train": (
        _fashion(
            "train-labels-idx1",
            29_515,
            sha256="a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            md5="25c81989df183df01b3e8a0aad5dffbe",
        ),
        _fashion(
            "train-images-idx3",
            26_421_880,
            sha256="3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        ),
    ),
    "test": (
        _fashion(
            "t10k-labels-idx1",
            5_148,
            sha256="67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            md5="bb300cfdad3c16e7a12a480ee83cd310",
        ),
        _fashion(
            "t10k-images-idx3",
            4_422_102,
            sha256="346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            md5="bef4ecab320f06d8554ea6380940ec79",
        ),
    ),
}

# What torchvision downloads. The batches in it have no SHA-256 here: their MD5 is torchvision's.
CIFAR10 = DataFile(
    "cifar-10-python.tar.gz",
    170_498_071,
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    md5="c58f30108f718f92721af3b95e74349a",
    urls=("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),  # its author's, and torchvision's
)
CIFAR10_BATCHES = {
    "train": (
        ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        ("data_batch_4", "634d18415352ddfa80567beed471001a"),
        ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    ),
    "test": (("test_batch", "40351d587109b95175f43aff81a1287e"),),
}
CIFAR10_JPEG = DataFile(
    "cifar10_jpeg.tar.xz",
    18_556_916,
    sha256="2d0d22bcad964ca3e33d2ba9caf9c638670afdf638895954c14fac0f9eae44ea",
    md5="61838c7068d9fe2f4e675b316fa148a6",
)

# The archive of PyTorch's tutorial on transfer learning. Its checksum is the one that the tutorials' own builds hold it
# to (pytorch/tutorials on GitHub, .jenkins/download_data.py); nobody has published its size.
HYMENOPTERA = DataFile(
    "hymenoptera_data.zip",
    None,
    sha256="fbc41b31d544714d18dd1230b1e2b455e1557766e13e67f9f5a7a23af7c02209",
    urls=("https://download.pytorch.org/tutorial/hymenoptera_data.zip",),
)


def fetch(file: DataFile, *, allow_download: bool = True, quiet: bool = False) -> tuple[Path, str]:
    """Return a true copy of a file and where it was found: "AINOTES_DATA", "the cache" or "a download".

    Raises
    ------
    FileNotFoundError
        If there is none on this machine and it could not be downloaded. The message says why, as the end of a
        sentence that begins "it ...".
    """
    for place, folder in (("AINOTES_DATA", data_folder()), ("the cache", cache_folder())):
        if folder is not None and (path := _true_copy(file, folder)):
            return path, place
    if offline():
        raise FileNotFoundError("is not on this machine and AINOTES_OFFLINE forbids to download it")
    if not allow_download:
        raise FileNotFoundError("is not on this machine and download=False")
    try:
        return download(file, cache_folder(), quiet=quiet), "a download"
    except DownloadError as error:
        raise FileNotFoundError(f"is not on this machine and could not be downloaded ({error})") from error


def offline() -> bool:
    """Return whether AINOTES_OFFLINE forbids to download."""
    return is_set("AINOTES_OFFLINE")


def is_set(variable: str) -> bool:
    """Return whether an environment variable is set to anything but nothing, 0, false or no."""
    return os.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no")


def _true_copy(file: DataFile, folder: Path) -> Path | None:
    path = folder / file.path
    if not path.exists():
        return None
    wrong = problem(file, path)
    if wrong:
        tell_once(f"Not using the damaged file {path}: {wrong}.")
        return None
    return path
