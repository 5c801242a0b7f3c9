"""What the demos share: options that are checked, pictures that are written whole, and an interval."""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

try:
    import matplotlib.pyplot as plt
    from tqdm import tqdm
except ImportError:
    sys.exit("The demos need matplotlib and tqdm: pip install 'minigrad-nn[demos]'")

__all__ = ["add_output_options", "at_least", "finish", "interval", "plt", "positive", "probability", "saving", "tqdm"]


# ---- options ---------------------------------------------------------------------------------------------------------


def checked(kind: type, holds: Callable[[Any], bool], expected: str) -> Callable[[str], Any]:
    """Return an argparse type that refuses, in one sentence, what is not of this kind or does not hold."""

    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not holds(value):  # NaN holds nowhere
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
        return value

    return parse


def at_least(low: int) -> Callable[[str], int]:
    return checked(int, lambda value: value >= low, f"a whole number, at least {low}")


probability = checked(float, lambda value: 0 <= value <= 1, "a probability between 0 and 1")
positive = checked(float, lambda value: 0 < value < math.inf, "a positive number")


def writable_folder(text: str) -> Path:
    """Make a folder, and try it at once: better to hear of it before a minute of work than after."""
    folder = Path(text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write into {text!r} ({error.strerror})") from error


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add --out and --show."""
    parser.add_argument(
        "--out", type=writable_folder, default="out", metavar="FOLDER", help="where pictures go (default: out)"
    )
    parser.add_argument("--show", action="store_true", help="open the last picture in a window, too")


# ---- pictures --------------------------------------------------------------------------------------------------------


@contextmanager
def saving(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the right name if the block succeeds, and vanishes if it fails."""
    temporary = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")  # the suffix tells matplotlib the format
    try:
        yield temporary
        os.replace(temporary, path)
        print(f"wrote {path}")
    except OSError as error:
        sys.exit(f"Could not write {path}: {error.strerror or error}.")
    finally:
        temporary.unlink(missing_ok=True)


def finish(main: Callable[[], None]) -> None:
    """Run a demo; Ctrl-C ends it without a traceback."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted: no picture is left half-written.")


# ---- statistics ------------------------------------------------------------------------------------------------------


def interval(sample: Sequence[float]) -> tuple[float, float]:
    """Return the mean of at least two values, and the half-width of its 95% interval (Student's t)."""
    n = len(sample)
    return float(np.mean(sample)), t_quantile(n - 1) * float(np.std(sample, ddof=1)) / math.sqrt(n)


def t_quantile(dof: int) -> float:
    """Return the t that |T| stays below with probability 0.95.

    T = √dof·tan θ, where the density of θ is proportional to cosᵈᵒᶠ⁻¹ θ on ±π/2.
    """
    theta = np.linspace(0, math.pi / 2, 100_001)
    middle = (theta[1:] + theta[:-1]) / 2
    probability = np.cumsum(np.cos(middle) ** (dof - 1))
    return math.sqrt(dof) * math.tan(np.interp(0.95, probability / probability[-1], theta[1:]))
