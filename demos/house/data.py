"""The data sets, as the experiments want them."""

from __future__ import annotations

import minigrad as mg
from minigrad.datasets import MNIST

from .demo import Unavailable


def load_images(
    kind: type[MNIST], root: str | None, train: bool, count: int | None = None
) -> tuple[mg.Tensor, mg.Tensor]:
    """Return images in [0, 1], of shape (N, 1, 28, 28), and labels (N,): all of them, or the first `count`.

    Raises:
        Unavailable: they are not on disk and cannot be downloaded, or are damaged.
    """
    try:
        dataset = kind(root, train)
    except (RuntimeError, ValueError) as error:
        raise Unavailable(str(error)) from error
    return dataset.data[:count].unsqueeze(1).float() / 255, dataset.targets[:count]
