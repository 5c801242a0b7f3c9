"""What the tests of sweeps and of `spread` let other processes run; each trial writes down that it was run."""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from pathlib import Path

import minigrad as mg

VICTIM = 3


def draws(n: int, folder: str) -> list[float]:
    """Return three random numbers of seed n."""
    with Path(folder, f"{n}.runs").open("a") as log:
        log.write("x")
    mg.manual_seed(n)
    return [mg.randn(1).item() for _ in range(3)]


def kills_its_worker_once(n: int, folder: str) -> list[float]:
    marker = Path(folder, "killed")
    if n == VICTIM and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return draws(n, folder)


def is_interrupted(n: int, folder: str) -> list[float]:
    """Do what Ctrl-C does, until there is a file that says no."""
    if n == VICTIM and not Path(folder, "go on").exists():
        raise KeyboardInterrupt
    return draws(n, folder)


def shifted(item: int, options: Namespace) -> int:
    return item + options.by
