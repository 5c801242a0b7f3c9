"""What the tests of the demos share: running one in this process, and made-up images."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the demos need the extra: pip install 'minigrad-nn[demos]'")
pytest.importorskip("tqdm", reason="the demos need the extra: pip install 'minigrad-nn[demos]'")
pytest.importorskip("latex2mathml", reason="the demos need the extra: pip install 'minigrad-nn[demos]'")

from lab import options

from command import runner
from gallery.exhibit import Exhibit

# Options with which an experiment takes a second; the other three want images.
SMALL = {
    "bias_variance": ["--sets", "4", "--steps", "3"],
    "dropout_batchnorm": ["--steps", "2", "--hidden", "4", "--seeds", "2"],
    "dropout_layers": ["--steps", "3", "--hidden", "4", "--seeds", "2", "--every", "2"],
    "dropout_overfitting": ["--steps", "60", "--hidden", "4", "--seeds", "2"],
    "inside_one_step": [],
    "l1_l2": ["--steps", "3", "--pair-steps", "3", "--hidden", "4", "--seeds", "2"],
    "numpy_dropout": ["--steps", "20", "--draws", "20"],
    "two_modes": ["--draws", "20"],
    "uncertainty": ["--networks", "2", "--hidden", "4", "--steps", "5", "--passes", "3", "--seeds", "2"],
    "weight_decay": ["--steps", "3", "--hidden", "4", "--seeds", "2", "--every", "2"],
    "what_dropout_is": ["--units", "2", "--draws", "10", "--steps", "20"],
}


def options_of(name: str, out: Path, *arguments: str) -> Namespace:
    """Return the options of an experiment, as the command line would read them."""
    return options.parse(name, "", runner.load(name).options, [*arguments, "--out", str(out)])


def results_of(name: str, out: Path, *arguments: str) -> Any:
    """Compute an experiment: what its `compute` returns."""
    return runner.load(name).compute(options_of(name, out, *arguments))


def exhibit_of(name: str, out: Path, *arguments: str) -> Exhibit:
    """Compute and present an experiment."""
    given = options_of(name, out, *arguments)
    demo = runner.load(name)
    return demo.present(demo.compute(given), given)


def run(name: str, out: Path, *arguments: str) -> int:
    """Run an experiment from the command line to its page; return the exit status."""
    return runner.main([name, *arguments, "--out", str(out)])


def write_images(folder: Path, counts: dict[str, int]) -> Path:
    """Write so many random images and their labels as MNIST's files; return the folder."""
    draw = np.random.default_rng(0)
    for split, n in counts.items():
        (folder / f"{split}-images-idx3-ubyte").write_bytes(idx(draw.integers(0, 256, (n, 28, 28), np.uint8)))
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(idx(np.arange(n, dtype=np.uint8) % 10))
    return folder


def idx(values: np.ndarray) -> bytes:
    shape = b"".join(n.to_bytes(4, "big") for n in values.shape)
    return b"\0\0\x08" + bytes([values.ndim]) + shape + values.tobytes()


def of_few_images(kind: type, counts: dict[str, int]) -> type:
    """Return a data set like this one, but of so few images."""
    first_labels = {split: list(range(10)) for split in counts}
    files = {name: official._replace(content_sha256=None) for name, official in kind.files.items()}
    return type(kind.__name__, (kind,), {"counts": counts, "first_labels": first_labels, "files": files})
