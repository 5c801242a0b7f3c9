"""The sums that dropout leaves, and a network in its four states."""

from __future__ import annotations

import argparse
import math

from lab.statistics import interval

import numpy as np
from matplotlib.figure import Figure

from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, ORANGE, VERMILLION, canvas
from two_modes import ONES, OPTIONS, P, Results, binomial, compute, draw_sums

SPREADS = {"exact": 0.0, "ten": 10.0, "hundred": 100.0, "thousand": 1000.0}  # guesses of the standard deviation


def draw_histogram(results: Results) -> Figure:
    figure, axes = canvas()
    kept = np.arange(ONES // 2 - 250, ONES // 2 + 251)
    width = 25  # of a bar, in units of the sum
    axes.hist(results.sums, bins=np.arange(9487.5, 10513, width), color=BLUE, alpha=0.75, label="training, drawn")
    expected = len(results.sums) * binomial(kept, ONES, 1 - P) * width * (1 - P)
    axes.plot(kept / (1 - P), expected, color=ORANGE, linestyle="--", label="binomial, computed")
    axes.axvline(results.evaluation, color=VERMILLION, linestyle=":", label="evaluation")
    axes.set(xlabel=f"sum of {ONES:,} ones", ylabel="draws", ylim=(0, 1.35 * max(expected)))
    axes.legend(loc="upper left")
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    deviation = float(np.std(results.sums, ddof=1))
    training, evaluation = results.states[:2], results.states[2:]
    return Exhibit(
        answer=min(SPREADS, key=lambda guess: abs(SPREADS[guess] - deviation)),
        values={
            "draws": len(results.sums),
            "ones": ONES,
            "mean": interval(results.sums),
            "deviation": deviation,
            "expected": math.sqrt(ONES * P / (1 - P)),
            "low": min(results.sums),
            "high": max(results.sums),
            "evaluation": results.evaluation,
            "change_training": max(state.change for state in training),
            "change_evaluation": max(state.change for state in evaluation),
        },
        pictures=[Picture("sums", draw_histogram(results))],
        tables=[
            Table(
                "states",
                ["mode", "gradients", "two passes differ by", "graph"],
                [
                    [s.mode, "on" if s.grad else "off", f"{s.change:.3f}", "recorded" if s.has_graph else "none"]
                    for s in results.states
                ],
            )
        ],
    )


DEMO = Demo(
    number="2",
    compute=compute,
    present=present,
    excerpt=draw_sums,
    options=OPTIONS,
    references=[
        Reference("torch.nn.Dropout", "https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html"),
        SRIVASTAVA,
    ],
    playground="play?a=p:0&b=p:0.5",
)
