"""What happens as things grow: graphs, networks, and the number of steps."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from . import peers
from .harness import Settings, Step, Table, Times, duration, forget_peak, in_turn, resident, told
from .parts import chain, frameworks
from .peers import DEFAULT, FAST, LIMIT, REPLAYED_FAST, TORCH
from .workloads import T1, T2, T5, Workload

NODES = [10**3, 10**4, 10**5, 10**6]
WIDTHS = [32, 64, 128, 256, 512, 1024, 2048, 4096]
MANY_STEPS = 10_000
PRODUCTS = "matrix products"
MEASURED = [DEFAULT, FAST, REPLAYED_FAST, TORCH, LIMIT]


def measure(settings: Settings) -> dict[str, Any]:
    few = replace(settings, rounds=min(5, settings.rounds), slice=settings.slice / 2)
    fewest = replace(few, rounds=2)  # a million nodes take a while
    return {
        "nodes": {n: in_turn(graphs(n), few if n < NODES[-1] else fewest) for n in settings.up_to(NODES)},
        "widths": {width: in_turn(wide_steps(width), few) for width in settings.up_to(WIDTHS)},
        "peak": {peer.name: alone(peak_of_step, peer.name) for peer in peers.present()},
        "leak": alone(memory_over_steps, few.rounds),
    }


def graphs(nodes: int) -> dict[str, Step]:
    """Return what builds a chain of so many nodes, walks back and forgets it."""
    return {name: lambda lib=lib: chain(lib, nodes)[1].backward() for name, lib in frameworks().items()}


# ---- width -----------------------------------------------------------------------------------------------------------


def wide_steps(width: int) -> dict[str, Step]:
    """Return the step of T2's network with other hidden layers, and the matrix products in it alone."""
    work = replace(T2, name=f"width {width}", sizes=(1, width, width, 1))
    steps = {peer.name: peer.build(work, None) for peer in peers.present() if peer.name in MEASURED}
    return steps | {PRODUCTS: products(work)}


def products(work: Workload) -> Step:
    """Return the products of the hidden layer: forward, and two backward."""
    width = work.sizes[1]
    x, g = (np.ones((work.batch, width), np.float32) for _ in range(2))
    weight, weight_grad, x_grad, y = (np.ones(shape, np.float32) for shape in [(width, width)] * 2 + [x.shape] * 2)

    def step() -> None:
        np.dot(x, weight.T, out=y)
        np.dot(g.T, x, out=weight_grad)
        np.dot(g, weight, out=x_grad)

    return step


# ---- memory ----------------------------------------------------------------------------------------------------------


def alone(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function in a process of its own; None where the system does not say how much memory is used."""
    if not sys.platform.startswith("linux"):
        return None
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *args).result()


def peak_of_step(name: str) -> int:
    """Return by how many bytes the memory grows, at most, for T5's step, besides the weights and Adam's state.

    What the libraries themselves need is taken off: it is there after the steps of a small network of the same kind.
    """
    build = next(peer.build for peer in peers.PEERS if peer.name == name)
    run(build(replace(T5, batch=2, sizes=(784, 8, 8, 8, 10)), None), 3)
    give_back()
    before = resident()
    step = build(T5, None)
    give_back()
    forget_peak()
    run(step, 3)
    weights = sum(a.nbytes for layer in T5.weights() for a in layer)
    inputs = sum(a.nbytes for a in T5.data())
    return resident(peak=True) - before - 3 * weights - inputs


def memory_over_steps(rounds: int) -> list[int]:
    """Return the bytes of memory in use after every tenth of 10,000 steps, without Python's garbage collector."""
    step = peers.minigrad(replace(T1, sizes=(1, 32, 32, 1)))
    gc.disable()
    used = []
    for _ in range(11):
        used.append(resident())
        run(step, MANY_STEPS // 10)
    return used


def run(step: Step, times: int) -> None:
    for _ in range(times):
        step().item()


def give_back() -> None:
    """Return free memory to the system, where the C library can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


# ---- tables ----------------------------------------------------------------------------------------------------------


def tables(results: dict[str, Any]) -> list[Table]:
    return [nodes_table(results["nodes"]), widths_table(results["widths"]), *memory_tables(results)]


def nodes_table(results: dict[int, Times]) -> Table:
    names = [DEFAULT, TORCH]
    rows = [
        [f"{n:,}", *(duration(t.median(name) / n) for name in names), told(t.ratio(*names))] for n, t in results.items()
    ]
    title = "Time per node, forward and backward, as the graph grows"
    return Table(title, ["nodes", *names, "minigrad / PyTorch"], rows, [])


def widths_table(results: dict[int, Times]) -> Table:
    columns = [*MEASURED, PRODUCTS]
    rows = [
        [
            str(width),
            *(duration(t.median(name)) for name in columns),
            *(told(t.ratio(name, PRODUCTS)) for name in (FAST, REPLAYED_FAST)),
        ]
        for width, t in results.items()
    ]
    head = ["width", *columns, "fast masks / matrix products", "replayed / matrix products"]
    remark = "T2's network 20×(1-width-width-1), Adam; the matrix products are the three of its hidden layer."
    return Table("Time per step, as the network grows", head, rows, [remark])


def memory_tables(results: dict[str, Any]) -> list[Table]:
    tables, megabyte = [], 1e6
    peaks, leak = results["peak"], results["leak"]
    if all(peaks.values()):
        against = peaks.get(TORCH)
        rows = [[name, f"{n / megabyte:.1f} MB", f"{n / against:.2f}" if against else "–"] for name, n in peaks.items()]
        remark = "Besides weights, moments and data, and what the library needs for a small network."
        tables.append(Table("Peak memory of T5's step", ["", "peak", "/ PyTorch"], rows, [remark]))
    if leak:
        rows = [[f"{i * MANY_STEPS // 10:,}", f"{(n - leak[1]) / 1024:+,.0f} kB"] for i, n in enumerate(leak) if i]
        remark = "Against what is used after the first thousand; the garbage collector is off."
        tables.append(Table("Memory over 10,000 steps", ["steps", "growth"], rows, [remark]))
    return tables
