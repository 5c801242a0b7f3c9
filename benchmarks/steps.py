"""Training steps T1 to T6: every peer against minigrad."""

from __future__ import annotations

from dataclasses import replace

from . import peers
from .harness import Settings, Table, Times, duration, geometric_mean, in_turn, told
from .peers import DEFAULT, FAST, JAX, LIMIT, REPLAYED, REPLAYED_FAST, TORCH, TORCH_FUSED
from .workloads import TINY_STEP, TRAINING_STEPS, Workload

MOST = 600
DENORMALS = (
    f"Nobody takes more than {MOST} steps: after some 800 of T1, which then fits its points exactly, most of Adam's "
    "means are denormal numbers, with which every framework takes twice the time."
)


def measure(settings: Settings) -> dict[Workload, Times]:
    """Prove that all peers train alike, then time them."""
    results = {}
    for work in (*TRAINING_STEPS, TINY_STEP):
        present = peers.present(work)
        peers.check(work, present)
        results[work] = in_turn({peer.name: peer.build(work, None) for peer in present}, replace(settings, most=MOST))
    return results


def tables(results: dict[Workload, Times]) -> list[Table]:
    names = [peer.name for peer in peers.PEERS]
    times = [[name, *(duration(t.median(name)) for t in results.values())] for name in names]
    heads = [work.name for work in results]
    remarks = [f"{work.name}: {work}." for work in results]
    ratios = [ratio_row(results, *pair) for pair in PAIRS]
    return [
        Table("Training steps, the time of one", ["", *heads], times, [*remarks, DENORMALS]),
        Table("Training steps, ratios", ["", *heads, "geometric mean of T1 to T5"], ratios, []),
    ]


PAIRS = [
    (DEFAULT, TORCH),
    (DEFAULT, TORCH_FUSED),
    (FAST, TORCH),
    (FAST, TORCH_FUSED),
    (REPLAYED, TORCH),
    (REPLAYED, TORCH_FUSED),
    (FAST, LIMIT),
    (REPLAYED_FAST, LIMIT),
    (FAST, JAX),
    (REPLAYED_FAST, JAX),
    (LIMIT, TORCH),
]


def ratio_row(results: dict[Workload, Times], name: str, other: str) -> list[str]:
    ratios = [times.ratio(name, other) for times in results.values()]
    mean = mean_ratio(results, name, other)
    return [f"{name} / {other}", *map(told, ratios), "–" if mean is None else f"{mean:.2f}"]


def mean_ratio(results: dict[Workload, Times], name: str, other: str) -> float | None:
    """Return the geometric mean of a ratio over T1 to T5; None if one of the two was not measured."""
    ratios = [results[work].ratio(name, other) for work in TRAINING_STEPS]
    known = [ratio.middle for ratio in ratios if ratio]
    return geometric_mean(known) if known else None
