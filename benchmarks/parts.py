"""Single parts of a training step: dropout, Adam, a chain of scalar operations, cross-entropy, the import."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import handwritten
from .harness import Settings, Step, Table, Times, duration, in_turn, installed, told
from .peers import DEFAULT, FAST, LIMIT, TORCH, TORCH_FUSED, single_threaded_torch

CHAIN = 100_000
ROWS, CLASSES = 4096, 1000


class Part(NamedTuple):
    """What is timed, for which peers, and how many units of it one call does."""

    name: str
    steps: Callable[[], dict[str, Step]]
    units: int = 1


def frameworks() -> dict[str, Any]:
    import minigrad

    return {DEFAULT: minigrad} | ({TORCH: single_threaded_torch()} if installed("torch") else {})


# ---- dropout ---------------------------------------------------------------------------------------------------------


def dropout() -> dict[str, Step]:
    """Forward and backward, on a million values."""
    import minigrad

    n, p = 1_000_000, 0.5
    fast = minigrad.Generator(engine="fast")
    steps = {name: dropout_step(lib, lib.nn.Dropout(p), n) for name, lib in frameworks().items()}
    steps[FAST] = dropout_step(minigrad, minigrad.nn.Dropout(p, generator=fast), n)
    x, g, y = (np.ones(n, np.float32) for _ in range(3))
    by_hand = handwritten.Dropout(x.shape, p, None)

    def by_hand_step() -> None:
        multiplier = by_hand.draw()
        np.multiply(x, multiplier, out=y)
        np.multiply(g, multiplier, out=y)

    return steps | {LIMIT: by_hand_step}


def dropout_step(lib: Any, layer: Any, n: int) -> Step:
    x, g = lib.ones(n).requires_grad_(), lib.ones(n)

    def step() -> None:
        x.grad = None
        layer(x).backward(g)

    return step


# ---- Adam ------------------------------------------------------------------------------------------------------------


def adam(n: int) -> Callable[[], dict[str, Step]]:
    """Return what moves one parameter of n values."""

    def steps() -> dict[str, Step]:
        found = {name: adam_step(lib, n) for name, lib in frameworks().items()}
        if TORCH in found:
            found[TORCH_FUSED] = adam_step(single_threaded_torch(), n, fused=True)
        p, g = (np.random.default_rng(i).standard_normal(n, np.float32) for i in range(2))
        optimizer = handwritten.Adam(p, lr=1e-3)
        return found | {LIMIT: lambda: optimizer.step(p, g)}

    return steps


def adam_step(lib: Any, n: int, **options: Any) -> Step:
    p = lib.nn.Parameter(lib.randn(n))
    p.grad = lib.randn(n)
    return lib.optim.Adam([p], lr=1e-3, **options).step


# ---- a chain of scalar operations ------------------------------------------------------------------------------------


def chain_forward() -> dict[str, Step]:
    return {name: lambda lib=lib: chain(lib, CHAIN)[1].detach() for name, lib in frameworks().items()}


def chain_both() -> dict[str, Step]:
    return {name: lambda lib=lib: chain(lib, CHAIN)[1].backward() for name, lib in frameworks().items()}


def chain(lib: Any, nodes: int) -> tuple[Any, Any]:
    """Return a scalar leaf, and what becomes of it in a long chain of products and sums with numbers."""
    leaf = y = lib.ones(()).requires_grad_()
    for _ in range(nodes // 2):
        y = y * 0.5 + 1.0
    return leaf, y


# ---- cross-entropy ---------------------------------------------------------------------------------------------------


def cross_entropy(rows: int) -> Callable[[], dict[str, Step]]:
    """Return the loss of a batch, forward and backward."""

    def steps() -> dict[str, Step]:
        rng = np.random.default_rng(0)
        logits, target = rng.standard_normal((rows, CLASSES), np.float32), rng.integers(0, CLASSES, rows)
        found = {name: cross_entropy_step(lib, logits, target) for name, lib in frameworks().items()}
        buffer = logits.copy()

        def by_hand() -> None:
            np.copyto(buffer, logits)  # which the loss overwrites
            handwritten.cross_entropy(buffer, target)

        return found | {LIMIT: by_hand}

    return steps


def cross_entropy_step(lib: Any, logits: Any, target: Any) -> Step:
    x, y, loss_func = lib.from_numpy(logits).requires_grad_(), lib.from_numpy(target), lib.nn.CrossEntropyLoss()

    def step() -> None:
        x.grad = None
        loss_func(x, y).backward()

    return step


# ---- import ----------------------------------------------------------------------------------------------------------


def import_times(settings: Settings) -> Times:
    """Import each in a new interpreter, without what the interpreter itself takes; the bytecode is cached by then."""
    modules = [name for name in ("numpy", "minigrad", "torch") if installed(name)]
    times = Times({module: [] for module in modules})
    with tempfile.TemporaryDirectory() as cache:
        for module in modules:
            seconds_of(f"import {module}", cache)
        for _ in range(max(3, settings.rounds // 2)):
            bare = seconds_of("pass", cache)
            for module in modules:
                times.seconds[module].append(max(seconds_of(f"import {module}", cache) - bare, 1e-4))
    return times


def seconds_of(code: str, cache: str) -> float:
    """Return the processor's time that a new interpreter takes for some code."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---- the table -------------------------------------------------------------------------------------------------------

PARTS = [
    Part("dropout, 10⁶ values, forward and backward", dropout),
    Part("Adam, 10⁶ weights", adam(1_000_000)),
    Part("Adam, 8·10⁶ weights", adam(8_000_000)),
    Part("a node of a scalar chain of 10⁵, forward", chain_forward, CHAIN),
    Part("the same, forward and backward", chain_both, CHAIN),
    Part(f"cross-entropy, 64×{CLASSES}", cross_entropy(64)),
    Part(f"cross-entropy, {ROWS}×{CLASSES}", cross_entropy(ROWS)),
]

COLUMNS = [DEFAULT, FAST, TORCH, TORCH_FUSED, LIMIT]
PAIRS = [
    (DEFAULT, TORCH),
    (DEFAULT, TORCH_FUSED),
    (DEFAULT, LIMIT),
    (FAST, TORCH),
    (FAST, LIMIT),
]


def measure(settings: Settings) -> dict[str, Times]:
    results = {part.name: per_unit(in_turn(part.steps(), settings), part.units) for part in PARTS}
    return results | {"import": import_times(settings)}


def per_unit(times: Times, units: int) -> Times:
    return Times({name: [t / units for t in seconds] for name, seconds in times.seconds.items()})


def tables(results: dict[str, Times]) -> list[Table]:
    results = dict(results)
    imports = results.pop("import")
    times = [[name, *(duration(t.median(column)) for column in COLUMNS)] for name, t in results.items()]
    ratios = [[name, *(told(t.ratio(*pair)) for pair in PAIRS)] for name, t in results.items()]
    return [
        Table("Parts, the time of one", ["", *COLUMNS], times, []),
        Table("Parts, ratios", ["", *(f"{a} / {b}" for a, b in PAIRS)], ratios, []),
        import_table(imports),
    ]


def import_table(times: Times) -> Table:
    extra = times.median("minigrad") - times.median("numpy")
    rows = [[f"import {module}", duration(times.median(module))] for module in times.seconds]
    rows += [["minigrad without NumPy", duration(extra)], ["minigrad / torch", told(times.ratio("minigrad", "torch"))]]
    return Table("Import, in a new interpreter", ["", "time"], [r for r in rows if not math.isnan(extra)], [])
