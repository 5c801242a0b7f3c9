"""Processes of this machine that work for this one, and end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Open processes of this machine; if the block fails or is interrupted, they end at once."""
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=follow_the_parent)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def follow_the_parent() -> None:
    """Leave the answer to Ctrl-C to the parent, who gives it once; end when the parent ends, however that came."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_the_parent, daemon=True).start()


def end_with_the_parent() -> None:
    """Wait for the parent to end: the queue of a worker who lost it never closes."""
    multiprocessing.parent_process().join()
    os._exit(1)
