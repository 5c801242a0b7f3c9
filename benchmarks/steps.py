"""Training steps T1 to T5: every peer against minigrad."""

from __future__ import annotations

from . import peers
from .harness import Settings, Table, Times, duration, geometric_mean, in_turn, told
from .peers import DEFAULT, FAST, JAX, LIMIT, REPLAYED, REPLAYED_FAST, TORCH, TORCH_FUSED
from .workloads import TRAINING_STEPS, Workload


def measure(settings: Settings) -> dict[Workload, Times]:
    """Prove that all peers train alike, then time them."""
    present = peers.present()
    results = {}
    for work in TRAINING_STEPS:
        peers.check(work, present)
        results[work] = in_turn({peer.name: peer.build(work, None) for peer in present}, settings)
    return results


def tables(results: dict[Workload, Times]) -> list[Table]:
    names = [peer.name for peer in peers.PEERS]
    times = [[name, *(duration(t.median(name)) for t in results.values())] for name in names]
    heads = [work.name for work in results]
    remarks = [f"{work.name}: {work}." for work in results]
    return [
        Table("Training steps, the time of one", ["", *heads], times, remarks),
        Table("Training steps, ratios", ["", *heads, "geometric mean"], [ratio_row(results, *p) for p in PAIRS], []),
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
    known = [ratio.middle for ratio in ratios if ratio]
    mean = f"{geometric_mean(known):.2f}" if known else "–"
    return [f"{name} / {other}", *map(told, ratios), mean]
