"""Event files for TensorBoard, of two networks that were watched while they learnt."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .unavailable import Unavailable


def summary_writer() -> Any:
    """Return tensorboardX's SummaryWriter.

    Raises:
        Unavailable: tensorboardX is not installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise Unavailable("--tensorboard needs the extra: pip install 'minigrad-nn[demos]'") from error
    return SummaryWriter


def write_events(folder: Path, runs: Mapping[str, Sequence[Any]]) -> None:
    """Write the snapshots of each network as an event file of its own, for `tensorboard --logdir`."""
    shutil.rmtree(folder, ignore_errors=True)  # TensorBoard would show the files of earlier runs as one with these
    for name, snapshots in runs.items():
        with summary_writer()(str(folder / name)) as writer:
            for snapshot in snapshots:
                writer.add_scalar("loss/train", snapshot.train_loss, snapshot.step)
                writer.add_scalar("loss/test", snapshot.test_loss, snapshot.step)
                for parameter in snapshot.values:
                    writer.add_histogram(f"{parameter}/value", snapshot.values[parameter], snapshot.step)
                    writer.add_histogram(f"{parameter}/gradient", snapshot.gradients[parameter], snapshot.step)
        print(f"wrote {folder / name}")
