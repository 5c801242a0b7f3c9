"""Sweeps: many trials that do not know of each other, run by any executor, each kept on disk when it is finished.

A trial is a function of a module; its arguments are plain values that JSON can hold, and so is what it returns. It
starts its own generator with `mg.manual_seed`, so that the result does not depend on who computed it, or when.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, as_completed
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import minigrad

from . import datasets, training
from .files import replacing
from .options import Option
from .progress import bar
from .unavailable import Unavailable
from .workers import processes

Settings = Mapping[str, Any]
Trial = Callable[..., Any]

SCHEDULER = Option("--scheduler", str, None, "address of a Dask scheduler, whose workers run the trials")
PATIENCE = 5  # seconds in which a cluster must answer
HOW_TO_START = "start scheduler and workers in the folder demos, with `python -m dask`"
FRUITLESS_ROUNDS = 3  # how often workers may be lost in a row without a single trial finished


def sweep(trial: Trial, settings: Sequence[Settings], folder: Path, what: str, workers: Workers) -> list[Any]:
    """Return the trial's result for each of the settings, in their order.

    Trials that the folder has already are not run again. Each of the others is kept as soon as it is finished; one
    whose worker was lost is run again.

    Raises:
        Unavailable: there are no workers, or they are lost again and again, or the folder cannot be written.
    """
    store = Store(folder, trial)
    missing = [one for one in settings if one not in store]
    fruitless = 0
    with bar(desc=what, total=len(settings), initial=len(settings) - len(missing), unit="run") as shown:
        while missing and fruitless < FRUITLESS_ROUNDS:
            before = len(missing)
            with workers.hire() as executor:
                for one, result in finished(executor, trial, missing, workers.loss):
                    store.keep(one, result)
                    shown.update()
            missing = [one for one in reversed(missing) if one not in store]  # what kills workers is not first again
            fruitless = fruitless + 1 if len(missing) == before else 0
    if missing:
        raise Unavailable(
            f"Workers were lost {FRUITLESS_ROUNDS} times in a row without finishing a trial; "
            f"{len(missing)} of {len(settings)} are left, the first with {dict(missing[0])}."
        )
    return [store.load(one) for one in settings]


def finished(
    executor: Executor, trial: Trial, settings: Sequence[Settings], loss: tuple[type[BaseException], ...]
) -> Iterator[tuple[Settings, Any]]:
    """Yield settings and result of each trial as it is finished; leave out those whose worker was lost."""
    version = code_version(trial)
    futures = {}
    for one in settings:
        try:
            futures[executor.submit(run, trial, one, version)] = one
        except loss:
            break  # those that were handed in tell what became of them
    for future in as_completed(futures):
        one = futures.pop(future)  # what a cluster still holds a future of, it computes again for a lost worker
        try:
            yield one, future.result()
        except loss:
            continue
        except ImportError as error:
            raise Unavailable(f"{error} on a worker: {HOW_TO_START}.") from error


# ---- what workers do -------------------------------------------------------------------------------------------------

TURN = threading.Lock()


def run(trial: Trial, settings: Settings, version: str) -> Any:
    """Run a trial where the code is the one that the sweep means."""
    if code_version(trial) != version:
        raise Unavailable("A worker has other code than this process: give both the same demos, minigrad and NumPy.")
    with TURN:  # a process has one generator: its threads would draw from each other's seeds
        return trial(**settings)


@cache
def code_version(trial: Trial) -> str:
    """Return a digest of what determines a trial's result: its module, training, data, and minigrad."""
    package = Path(minigrad.__file__).parent
    files = [*map(inspect.getfile, (trial, training, datasets)), *sorted(package.rglob("*.py"))]
    digest = hashlib.sha256(np.__version__.encode())
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


# ---- what is kept ----------------------------------------------------------------------------------------------------


class Store:
    """Finished trials: a file for each, named by all that determines the result."""

    def __init__(self, folder: Path, trial: Trial) -> None:
        self.folder = folder
        self.identity = {"trial": f"{trial.__module__}.{trial.__qualname__}", "version": code_version(trial)}

    def path(self, settings: Settings) -> Path:
        """Return where a trial is kept."""
        key = json.dumps({**self.identity, "settings": settings}, sort_keys=True)
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def __contains__(self, settings: Settings) -> bool:
        try:
            self.load(settings)
        except (OSError, ValueError, KeyError):  # not there, or damaged
            return False
        return True

    def load(self, settings: Settings) -> Any:
        """Return what a finished trial returned."""
        return json.loads(self.path(settings).read_text(encoding="utf-8"))["result"]

    def keep(self, settings: Settings, result: Any) -> None:
        """Write a finished trial, whole or not at all."""
        record = json.dumps({**self.identity, "settings": settings, "result": result}, indent=1)
        try:
            with replacing(self.path(settings)) as temporary:
                temporary.write_text(record, encoding="utf-8")
        except OSError as error:
            raise Unavailable(f"Could not keep a trial in {self.folder}: {error.strerror or error}.") from error


# ---- workers ---------------------------------------------------------------------------------------------------------


LOST = BrokenExecutor, CancelledError


class Workers(NamedTuple):
    """Where executors come from.

    Args:
        hire: opens one, for a ``with`` block.
        loss: what a future raises whose worker was lost.
    """

    hire: Callable[[], AbstractContextManager[Executor]]
    loss: tuple[type[BaseException], ...] = LOST


def workers_at(scheduler: str | None) -> Workers:
    """Return the workers of a Dask cluster, by its scheduler's address; without one, two processes of this machine."""
    return Workers(partial(processes, 2)) if scheduler is None else cluster(scheduler)


def cluster(address: str) -> Workers:
    """Return the workers of a Dask cluster; they and the scheduler must be able to import what is in the folder demos.

    The scheduler must be trusted: Dask unpickles what it sends back, which can run any code.

    Raises:
        Unavailable: the optional package is missing.
    """
    try:
        from distributed import KilledWorker
    except ImportError as error:
        raise Unavailable("A cluster needs the extra: pip install 'minigrad-nn[cluster]'.") from error
    return Workers(partial(connect, address), (*LOST, KilledWorker))


@contextmanager
def connect(address: str) -> Iterator[Executor]:
    """Open the executor of a Dask cluster.

    Raises:
        Unavailable: there is no scheduler at this address, or it has no workers, or they lack the code.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise Unavailable(f"No scheduler answers at {address}: {HOW_TO_START}.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise Unavailable(f"The scheduler at {address} has no workers: {HOW_TO_START}.") from error
        try:
            client.run_on_scheduler(is_importable)
            client.run(is_importable)
        except Exception as error:  # of what type, depends on who could not read the message
            raise Unavailable(f"The cluster at {address} cannot import the experiments: {HOW_TO_START}.") from error
        yield client.get_executor()


def is_importable() -> bool:
    """Say that this module could be imported, where it could."""
    return True
