"""MNIST and Fashion-MNIST, from idx files that are found on disk or downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..creation import from_numpy
from ..tensor import Tensor
from ..utils.data import Dataset
from .download import by_hand, download_file
from .idx import read_idx

IMAGE_SHAPE = (28, 28)


class MNIST(Dataset):
    """Handwritten digits: 60,000 images to train on and 10,000 to test, 28×28 grey levels, ten classes.

    `data` is a uint8 Tensor (N, 28, 28), `targets` an int64 Tensor (N,); `dataset[i]` is (image, label), the image
    a uint8 Tensor (28, 28), the label an int from 0 to 9.

    Args:
        root: folder of the files, each plain or .gz, in `<root>/MNIST/raw`, `<root>/mnist` or `<root>` itself.
            Default: the environment variable `MINIGRAD_DATA`, else `minigrad` in the user's cache (`~/.cache`).
        train: the training images if True, the test images if False.
        transform: a function of an image; `dataset[i]` returns its result in the image's place.
        target_transform: the same for a label.
        download: whether to download the files that are missing into `<root>/MNIST/raw`.

    Raises:
        RuntimeError: files are missing and were not to be downloaded, or could not be.
        ValueError: a file is damaged, or of another dataset; the message begins with its path.

    Source: https://pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html

    Example:
        >>> MNIST.classes[7]
        '7 - seven'

    Unlike torchvision, an image is a Tensor, since minigrad needs no PIL; download is True and root optional, so that
    a demo is one command; .gz files stay packed, since they are read in a fraction of a second.
    """

    url: ClassVar[str] = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    folder: ClassVar[str] = "mnist"
    md5: ClassVar[dict[str, str]] = {
        "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
    }
    counts: ClassVar[dict[str, int]] = {"train": 60_000, "t10k": 10_000}
    # MNIST and Fashion-MNIST share file names and shapes; the first labels tell one from the other.
    first_labels: ClassVar[dict[str, list[int]]] = {
        "train": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
        "t10k": [7, 2, 1, 0, 4, 1, 4, 9, 5, 9],
    }
    classes: ClassVar[list[str]] = [
        "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four",
        "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine",
    ]

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Callable[[Tensor], Any] | None = None,
        target_transform: Callable[[int], Any] | None = None,
        download: bool = True,
    ) -> None:
        if not isinstance(train, bool):  # train="test" would be taken for True
            raise TypeError(f"train must be True or False, got {train!r}")
        self.root = _default_root() if root is None else Path(root).expanduser()
        self.train = train
        self.transform = transform
        self.target_transform = target_transform
        split = "train" if train else "t10k"
        if download and self._missing(split):
            self.download()
        self.data = from_numpy(self._read_images(split))
        self.targets = from_numpy(self._read_labels(split).astype(np.int64))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image: Any = self.data[index]
        label: Any = int(self.targets[index])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    @property
    def raw_folder(self) -> Path:
        """The folder that files are downloaded into, torchvision's own."""
        return self.root / type(self).__name__ / "raw"

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The label of each class name."""
        return {name: label for label, name in enumerate(self.classes)}

    def download(self) -> None:
        """Download what is missing of the four files, both splits at once as torchvision does."""
        for name in self._missing():
            download_file(*self._source(name), self.md5[name])

    def _missing(self, split: str = "") -> list[str]:
        return [name for name in self.md5 if name.startswith(split) and self._find(name) is None]

    def _find(self, name: str) -> Path | None:
        folders = (self.raw_folder, self.root / self.folder, self.root)
        candidates = (folder / f"{name}{suffix}" for folder in folders for suffix in ("", ".gz"))
        return next(filter(Path.is_file, candidates), None)

    def _source(self, name: str) -> tuple[str, Path]:
        """Return the official address of a file, and the path it is downloaded to."""
        return f"{self.url}{name}.gz", self.raw_folder / f"{name}.gz"

    def _require(self, name: str) -> Path:
        path = self._find(name)
        if path is None:
            raise RuntimeError(f"Dataset not found: pass download=True, or {by_hand(*self._source(name))}")
        return path

    def _read_images(self, split: str) -> NDArray[np.uint8]:
        return read_idx(self._require(f"{split}-images-idx3-ubyte"), (self.counts[split], *IMAGE_SHAPE))

    def _read_labels(self, split: str) -> NDArray[np.uint8]:
        path = self._require(f"{split}-labels-idx1-ubyte")
        labels = read_idx(path, (self.counts[split],))
        if labels.max() >= len(self.classes):
            raise ValueError(
                f"{path}: expected labels from 0 to {len(self.classes) - 1}, "
                f"found {labels.max()} at position {labels.argmax()}"
            )
        expected = self.first_labels[split]
        found = labels[: len(expected)].tolist()
        if found != expected:
            raise ValueError(f"{path}: {type(self).__name__} begins with the labels {expected}, found {found}")
        return labels


class FashionMNIST(MNIST):
    """Articles of clothing in MNIST's format: harder than digits, and as small.

    The arguments, attributes and errors are those of `MNIST`; the folders are `<root>/FashionMNIST/raw`,
    `<root>/fashion-mnist` and `<root>` itself.

    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
    Algorithms", 2017, https://arxiv.org/abs/1708.07747

    Example:
        >>> FashionMNIST.classes[9]
        'Ankle boot'

    Unlike torchvision in what `MNIST` is, for the same reasons.
    """

    url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    folder = "fashion-mnist"
    md5: ClassVar[dict[str, str]] = {
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    }
    first_labels: ClassVar[dict[str, list[int]]] = {
        "train": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5],
        "t10k": [9, 2, 1, 1, 6, 1, 4, 6, 5, 7],
    }
    classes: ClassVar[list[str]] = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]


def _default_root() -> Path:
    """Return the folder of all datasets: `$MINIGRAD_DATA`, else `minigrad` in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("MINIGRAD_DATA") or Path(cache, "minigrad"))
