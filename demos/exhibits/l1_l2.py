"""What a penalty does to weights and losses, and which of an optimizer's decays is a penalty."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lab.statistics import interval, paired

import numpy as np
from matplotlib.figure import Figure

from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import INK, LINES, canvas, draw_paired, label_powers
from gallery.texts import Label, Listed, Verdict
from l1_l2 import KINDS, NEAR_ZERO, OPTIONS, Comparison, Results, compute, losses_of, near_zero, train


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    shares = {kind: interval(near_zero(results, kind)) for kind in KINDS}
    first = {kind: outcomes[0].sizes for kind, outcomes in results.outcomes.items()}
    total = len(first["L1"])
    return Exhibit(
        answer=max(shares, key=lambda kind: shares[kind].mean),
        values={
            **{f"share_{kind}": share for kind, share in shares.items()},
            **{f"loss_{kind}": interval(losses_of(results, kind)).mean for kind in KINDS},
            **{f"typical_{kind}": float(np.sqrt(np.mean(sizes**2))) for kind, sizes in first.items()},
            **{f"largest_{kind}": float(sizes.max()) for kind, sizes in first.items()},
            "total": total,
            "left": total * (1 - shares["L1"].mean),
            "threshold": NEAR_ZERO,
            "change_L1": loss_change(results, "L1"),
            "change_L2": loss_change(results, "L2"),
            "comparisons": Listed("l1_l2.comparison", [told(pair) for pair in results.comparisons]),
            "pair_steps": options.pair_steps,
            "steps": options.steps,
            "seeds": options.seeds,
            "l1": options.l1,
            "l2": options.l2,
        },
        pictures=[
            Picture("near_zero", draw_shares(results)),
            Picture("test_loss", draw_losses(results)),
            Picture("weights", draw_weights(first)),
            Picture("recipes", draw_pairs(results.comparisons)),
        ],
        tables=[table_kinds(results), table_pairs(results, options)],
    )


def loss_change(results: Results, kind: str) -> Verdict:
    return Verdict(paired(losses_of(results, "none"), losses_of(results, kind)), "the test loss")


def told(pair: Comparison) -> dict[str, Label | float]:
    """Return what a sentence tells about two recipes."""
    return {"pair": Label(name_of(pair)), "distance": max(pair.distances)}


def name_of(pair: Comparison) -> str:
    return " and ".join(pair.names)


def draw_shares(results: Results) -> Figure:
    figure, axes = canvas()
    thresholds = np.logspace(-8, 0, 201)
    for kind, style in zip(KINDS, LINES, strict=False):
        sizes = np.sort(np.concatenate([outcome.sizes for outcome in results.outcomes[kind]]))
        below = np.searchsorted(sizes, thresholds) / len(sizes)
        axes.semilogx(thresholds, below, label=kind, markevery=20, **style)
    axes.axvline(NEAR_ZERO, color=INK, linestyle=":", linewidth=1)
    axes.minorticks_off()
    label_powers(axes.xaxis)
    axes.set(xlabel="threshold", ylabel="share of weights below it")
    axes.legend()
    return figure


def draw_weights(sizes: dict[str, np.ndarray]) -> Figure:
    figure, rows = canvas(rows=len(KINDS), height=5, sharex=True, sharey=True)
    bins = np.logspace(-7, 1, 65)
    for axes, kind, style in zip(rows, KINDS, LINES, strict=False):
        axes.hist(np.clip(sizes[kind], bins[0], None), bins, color=style["color"])
        axes.axvline(NEAR_ZERO, color=INK, linestyle=":", linewidth=1)
        axes.set(xscale="log", yscale="log", ylabel=f"{kind}\nweights")
        axes.minorticks_off()
        label_powers(axes.yaxis)
    label_powers(rows[-1].xaxis)
    rows[-1].set_xlabel("size of a weight")
    return figure


def draw_losses(results: Results) -> Figure:
    figure, axes = canvas()
    draw_paired(axes, {kind: losses_of(results, kind) for kind in KINDS})
    axes.set_ylabel("test loss")
    return figure


def draw_pairs(comparisons: Sequence[Comparison]) -> Figure:
    figure, axes = canvas(height=3.9)
    for pair, style in zip(comparisons, LINES, strict=False):
        steps = range(1, len(pair.distances) + 1)
        axes.plot(steps, pair.distances, label=name_of(pair), markevery=max(1, len(steps) // 8), **style)
    axes.set(xlabel="step", ylabel="largest difference of a weight")
    axes.set_yscale("symlog", linthresh=1e-17)  # logarithmic, with a place for zero
    axes.set(ylim=(-1e-17, 1e3), yticks=[0, *(10.0**k for k in range(-16, 1, 4))])
    axes.minorticks_off()
    label_powers(axes.yaxis)
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def table_kinds(results: Results) -> Table:
    rows = []
    for kind in KINDS:
        sides = [losses_of(results, kind, "train_loss"), losses_of(results, kind), near_zero(results, kind)]
        rows.append([kind, *(f"{interval(side):.3f}" for side in sides)])
    return Table("kinds", ["penalty", "training loss", "test loss", f"share of weights below {NEAR_ZERO:g}"], rows)


def table_pairs(results: Results, options: argparse.Namespace) -> Table:
    rows = [[name_of(pair), f"{pair.distances[0]:.1g}", f"{pair.distances[-1]:.1g}"] for pair in results.comparisons]
    return Table("pairs", ["recipes", "after step 1", f"after step {options.pair_steps:,}"], rows)


DEMO = Demo(
    number="4",
    compute=compute,
    present=present,
    excerpt=train,
    options=OPTIONS,
    references=[
        Reference("torch.optim.SGD", "https://pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
        Reference(
            "Loshchilov and Hutter, Decoupled weight decay regularization, 2019", "https://arxiv.org/abs/1711.05101"
        ),
        Reference("CS231n, Neural networks part 2", "https://cs231n.github.io/neural-networks-2/"),
    ],
    playground="play?a=p:0&b=p:0,l1:0.001",
)
