"""The data sets, as the experiments want them."""

from __future__ import annotations

import minigrad as mg
from minigrad.datasets import MNIST

from .options import Option
from .unavailable import Unavailable

DATA = Option("--data", str, None, "folder of the data sets, instead of $MINIGRAD_DATA or a cache")


def open_dataset(kind: type[MNIST], root: str | None, train: bool) -> MNIST:
    """Return one half of a data set, from disk or from where it is published.

    Raises:
        Unavailable: it is not on disk and cannot be downloaded, or is damaged.
    """
    try:
        return kind(root, train)
    except RuntimeError as error:
        raise Unavailable(
            f"{kind.__name__} is neither on this machine nor could it be downloaded: "
            "name a folder that has its four files by --data or $MINIGRAD_DATA."
        ) from error
    except ValueError as error:
        raise Unavailable(f"{error}.") from error


def load_images(
    kind: type[MNIST], root: str | None, train: bool, count: int | None = None
) -> tuple[mg.Tensor, mg.Tensor]:
    """Return images in [0, 1], of shape (N, 1, 28, 28), and labels (N,): all of them, or the first `count`."""
    dataset = open_dataset(kind, root, train)
    return dataset.data[:count].unsqueeze(1).float() / 255, dataset.targets[:count]
