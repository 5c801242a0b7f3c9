"""How the time of an operation grows with its size: at one size, and at four times that size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .harness import Settings, Step, Table, Times, duration, in_turn, told
from .parts import frameworks
from .peers import DEFAULT, TORCH

FACTOR = 4

Make = Callable[[Any, int], Step]  # of a framework and a size: what is timed


def measure(settings: Settings) -> dict[str, Any]:
    few = replace(settings, rounds=min(5, settings.rounds), slice=settings.slice / 4)
    return {
        name: [
            in_turn({framework: without_result(make(lib, n)) for framework, lib in frameworks().items()}, few)
            for n in (size, FACTOR * size)
        ]
        for name, (make, size) in operations().items()
    }


def without_result(work: Step) -> Step:
    """Return work that gives nothing back: a step's result would be waited for by its `item`."""

    def step() -> None:
        work()

    return step


def operations() -> dict[str, tuple[Make, int]]:
    """Return what is timed, with the smaller of its sizes."""
    return {
        "x.unbind(), backward, n rows of 300": (parts(lambda lib, x: lib.stack(x.unbind(0))), 1000),
        "x.split(1), backward": (parts(lambda lib, x: lib.cat(x.split(1))), 1000),
        "x.chunk(n), backward": (parts(lambda lib, x: lib.cat(x.chunk(len(x)))), 1000),
        "for row in x, backward": (parts(lambda lib, x: lib.stack([row * 2 for row in x])), 1000),
        "x[i] for all i, backward": (parts(lambda lib, x: lib.stack([x[i] for i in range(len(x))])), 1000),
        "cat of n parts, backward": (cat_of_parts, 1000),
        "embedding of n words, backward": (embedding, 10_000),
        "index_add of n rows": (index_add, 10_000),
        "randperm(n)": (lambda lib, n: lambda: lib.randperm(n), 100_000),
        "sort": (of_values(lambda lib, x: x.sort()[0]), 100_000),
        "unique": (of_values(lambda lib, x: lib.unique((x * 1000).round())), 100_000),
        "topk(10)": (of_values(lambda lib, x: x.topk(10)[0]), 100_000),
        "cumsum, backward": (of_values(lambda lib, x: x.cumsum(0), backward=True), 100_000),
        "cumprod, backward": (of_values(lambda lib, x: (x * 0 + 1).cumprod(0), backward=True), 100_000),
        "x[x > 0], backward": (of_values(lambda lib, x: x[x > 0], backward=True), 100_000),
        "bincount": (bincount, 100_000),
        "einsum bij,bjk->bik, n matrices": (einsum, 1000),
        "printing n values": (of_values(lambda lib, x: str(x)), 250_000),
        "state_dict of n layers": (state_dict, 100),
        "DataLoader, n rows in batches of 100": (loader, 10_000),
    }


# ---- what is timed ---------------------------------------------------------------------------------------------------


def parts(joined: Callable[[Any, Any], Any]) -> Make:
    """Return a backward pass through the parts of a tensor, joined again."""

    def make(lib: Any, n: int) -> Step:
        x = lib.ones(n, 300, requires_grad=True)

        def step() -> None:
            x.grad = None
            joined(lib, x).sum().backward()

        return step

    return make


def cat_of_parts(lib: Any, n: int) -> Step:
    pieces = [lib.ones(3, requires_grad=True) for _ in range(n)]

    def step() -> None:
        for piece in pieces:
            piece.grad = None
        lib.cat(pieces).sum().backward()

    return step


def of_values(function: Callable[[Any, Any], Any], backward: bool = False) -> Make:
    """Return a function of n normal values, with its backward pass or without."""

    def make(lib: Any, n: int) -> Step:
        lib.manual_seed(0)
        x = lib.randn(n, requires_grad=backward)

        def step() -> None:
            y = function(lib, x)
            if backward:
                x.grad = None
                y.sum().backward()

        return step

    return make


def embedding(lib: Any, n: int) -> Step:
    lib.manual_seed(0)
    layer, words = lib.nn.Embedding(1000, 50), lib.randint(1000, (n,))

    def step() -> None:
        layer.weight.grad = None
        layer(words).sum().backward()

    return step


def index_add(lib: Any, n: int) -> Step:
    lib.manual_seed(0)
    x, index, rows = lib.zeros(100, 50), lib.randint(100, (n,)), lib.ones(n, 50)
    return lambda: x.index_add(0, index, rows)


def bincount(lib: Any, n: int) -> Step:
    lib.manual_seed(0)
    x = lib.randint(100, (n,))
    return lambda: lib.bincount(x)


def einsum(lib: Any, n: int) -> Step:
    x, y = lib.ones(n, 10, 10), lib.ones(n, 10, 10)
    return lambda: lib.einsum("bij,bjk->bik", x, y)


def state_dict(lib: Any, n: int) -> Step:
    net = lib.nn.Sequential(*[lib.nn.Linear(2, 2) for _ in range(n)])
    return lambda: net.load_state_dict(net.state_dict())


def loader(lib: Any, n: int) -> Step:
    data = lib.utils.data.TensorDataset(lib.ones(n, 5), lib.ones(n))
    batches = lib.utils.data.DataLoader(data, batch_size=100, shuffle=True)

    def step() -> None:
        for _ in batches:
            pass

    return step


# ---- the table -------------------------------------------------------------------------------------------------------


def tables(results: dict[str, list[Times]]) -> list[Table]:
    rows = []
    for name, (small, large) in results.items():
        size = FACTOR * operations()[name][1]
        growth = [f"×{large.median(peer) / small.median(peer):.1f}" for peer in (DEFAULT, TORCH)]
        rows.append([name, f"{size:,}", duration(large.median(DEFAULT)), duration(large.median(TORCH)), *growth,
                     told(large.ratio(DEFAULT, TORCH))])  # fmt: skip
    head = ["", "n", DEFAULT, TORCH, f"{DEFAULT}, from n/{FACTOR}", f"{TORCH}, from n/{FACTOR}", "minigrad / PyTorch"]
    remark = f"Work that grows with n takes {FACTOR} times as long, work that grows with its square {FACTOR**2} times."
    return [Table("Operations as they grow", head, rows, [remark])]
