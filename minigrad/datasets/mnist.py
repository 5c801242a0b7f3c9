"""MNIST and Fashion-MNIST, from idx files that are found on disk or downloaded."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..functions.creation import from_numpy
from ..functions.tensor import Tensor
from ..utils.data import Dataset
from .download import by_hand, download_file
from .idx import content_sha256, read_idx

IMAGE_SHAPE = (28, 28)


class OfficialFile(NamedTuple):
    """What is known of one of a dataset's files.

    Attributes:
        size: of the .gz file, in bytes.
        sha256: of the .gz file.
        content_sha256: of what is packed in it; None where any content will do.
    """

    size: int
    sha256: str
    content_sha256: str | None


class MNIST(Dataset[tuple[Any, Any]]):
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
        mirror: the address of a folder with the folders `mnist` and `fashion-mnist` of the official .gz files, to
            download from where the official address is slow or out of reach; https, http or file. Default: the
            environment variable `MINIGRAD_MIRROR`, else the official address. What is downloaded must have the official
            size and SHA-256 wherever it comes from. (torchvision has a list of mirrors instead.)

    Raises:
        RuntimeError: files are missing and were not to be downloaded, or could not be.
        ValueError: a file is damaged, or of another dataset; the message begins with its path.

    Warns:
        UserWarning: a file that was there is readable, but not the official one by its SHA-256.

    Source: https://pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html

    Example:
        >>> MNIST.classes[7]
        '7 - seven'

    Unlike torchvision, an image is a Tensor, since minigrad needs no PIL; download is True and root optional, so that
    a demo is one command; .gz files stay packed, since they are read in a fraction of a second.
    """

    url: ClassVar[str] = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    folder: ClassVar[str] = "mnist"
    files: ClassVar[dict[str, OfficialFile]] = {
        "train-images-idx3-ubyte": OfficialFile(
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        "train-labels-idx1-ubyte": OfficialFile(
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        "t10k-images-idx3-ubyte": OfficialFile(
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        "t10k-labels-idx1-ubyte": OfficialFile(
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    }
    counts: ClassVar[dict[str, int]] = {"train": 60_000, "t10k": 10_000}
    # MNIST and Fashion-MNIST share file names and shapes; the first labels tell one from the other.
    first_labels: ClassVar[dict[str, list[int]]] = {
        "train": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
        "t10k": [7, 2, 1, 0, 4, 1, 4, 9, 5, 9],
    }
    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Callable[[Tensor], Any] | None = None,
        target_transform: Callable[[int], Any] | None = None,
        download: bool = True,
        *,
        mirror: str | None = None,
    ) -> None:
        if not isinstance(train, bool):  # train="test" would be taken for True
            raise TypeError(f"train must be True or False, got {train!r}")
        self.root = _default_root() if root is None else Path(root).expanduser()
        self.train = train
        self.mirror = os.environ.get("MINIGRAD_MIRROR") if mirror is None else mirror
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
            download_file(*self._source(name), self.files[name].sha256, self.files[name].size)

    def _missing(self, split: str = "") -> list[str]:
        return [name for name in self.files if name.startswith(split) and self._find(name) is None]

    def _find(self, name: str) -> Path | None:
        folders = (self.raw_folder, self.root / self.folder, self.root)
        candidates = (folder / f"{name}{suffix}" for folder in folders for suffix in ("", ".gz"))
        return next(filter(Path.is_file, candidates), None)

    def _source(self, name: str) -> tuple[str, Path]:
        """Return the address of a file, and the path it is downloaded to."""
        folder = f"{self.mirror.rstrip('/')}/{self.folder}/" if self.mirror else self.url
        return f"{folder}{name}.gz", self.raw_folder / f"{name}.gz"

    def _require(self, name: str) -> Path:
        path = self._find(name)
        if path is None:
            raise RuntimeError(f"Dataset not found: pass download=True, or {by_hand(*self._source(name))}")
        return path

    def _read_images(self, split: str) -> NDArray[np.uint8]:
        path = self._require(f"{split}-images-idx3-ubyte")
        images = read_idx(path, (self.counts[split], *IMAGE_SHAPE))
        self._warn_unless_official(path, images)
        return images

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
        self._warn_unless_official(path, labels)
        return labels

    def _warn_unless_official(self, path: Path, values: NDArray[np.uint8]) -> None:
        """Warn of a file that may be a copy by way of another format, or have been tampered with."""
        expected = self.files[path.name.removesuffix(".gz")].content_sha256
        if expected is not None and (found := content_sha256(path, values)) != expected:
            warnings.warn(
                f"{path} is not the official file: its content has the SHA-256 {found}, not {expected}", stacklevel=4
            )


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

    # the official address is plain http, and the files' SHA-256 must carry it
    url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    folder = "fashion-mnist"
    files: ClassVar[dict[str, OfficialFile]] = {
        "train-images-idx3-ubyte": OfficialFile(
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        "train-labels-idx1-ubyte": OfficialFile(
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        "t10k-images-idx3-ubyte": OfficialFile(
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        "t10k-labels-idx1-ubyte": OfficialFile(
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    }
    first_labels: ClassVar[dict[str, list[int]]] = {
        "train": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5],
        "t10k": [9, 2, 1, 1, 6, 1, 4, 6, 5, 7],
    }
    classes: ClassVar[list[str]] = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


def _default_root() -> Path:
    """Return the folder of all datasets: `$MINIGRAD_DATA`, else `minigrad` in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("MINIGRAD_DATA") or Path(cache, "minigrad"))
