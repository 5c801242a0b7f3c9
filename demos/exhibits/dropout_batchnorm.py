"""The shift of variance that dropout brings to BatchNorm, and what it costs in a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lab.statistics import Interval, interval, paired

import numpy as np
from matplotlib.figure import Figure

from dropout_batchnorm import (
    CHANNELS,
    INPUTS,
    OPTIONS,
    ORDERS,
    PROBABILITIES,
    WITH_DROPOUT,
    Results,
    compute,
    corrected_losses,
    measured_shift,
    moments,
    predicted_shift,
    test_losses,
)
from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, INK, LINES, VERMILLION, canvas
from gallery.texts import Label, Listed, Verdict

SHIFTS = {"half": 0.5, "same": 1.0, "double": 2.0}  # guesses, for p = 0.5


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    i = PROBABILITIES.index(0.5)
    shift, shifted = (shifts[i] for shifts in results.shifts.values())
    expected, elsewhere = (predicted_shift(0.5, *moments(name)) for name in INPUTS)
    plain = test_losses(results, "no dropout")
    against = paired(test_losses(results, "after"), test_losses(results, "before"))
    return Exhibit(
        answer=min(SHIFTS, key=lambda guess: abs(np.log(SHIFTS[guess] / shift.mean))),
        values={
            "shift": shift,
            "expected": expected,
            "shifted": shifted,
            "elsewhere": elsewhere,
            "orders": Listed(
                "dropout_batchnorm.order",
                [
                    {
                        "place": Label(ORDERS[order]),
                        "change": Verdict(paired(plain, test_losses(results, order)), "the test loss"),
                    }
                    for order in WITH_DROPOUT
                ],
            ),
            "against": Verdict(against, "it"),
            "corrections": Listed(
                "dropout_batchnorm.correction",
                [
                    {"place": Label(ORDERS[order]), "change": Verdict(correction(results, order), "the test loss")}
                    for order in WITH_DROPOUT
                ],
            ),
            "correction": Verdict(correction(results, "before"), "the test loss"),
            "worst": max(
                abs(shift.mean / predicted_shift(p, *moments(name)) - 1)
                for name, shifts in results.shifts.items()
                for p, shift in zip(PROBABILITIES, shifts, strict=True)
            ),
            "means": Listed(
                "dropout_batchnorm.mean",
                [{"place": Label(order), "mean": np.mean(test_losses(results, order))} for order in ORDERS],
            ),
            "p": options.p,
            "steps": options.steps,
            "seeds": options.seeds,
            "channels": CHANNELS,
        },
        pictures=[Picture("shift", draw_shift(results)), Picture("orders", draw_orders(results))],
        tables=[table_orders(results), table_shift(results)],
    )


def correction(results: Results, order: str) -> Interval:
    """Return what it does to the test loss to take the running statistics anew."""
    return paired(test_losses(results, order), corrected_losses(results, order))


def draw_shift(results: Results) -> Figure:
    figure, axes = canvas()
    curve = np.linspace(0, 0.82, 100)
    for (name, shifts), style in zip(results.shifts.items(), LINES, strict=False):
        line, marker = {**style, "marker": ""}, {**style, "linestyle": ""}
        axes.plot(curve, predicted_shift(curve, *moments(name)), **line)
        axes.plot(PROBABILITIES, [shift.mean for shift in shifts], label=name, **marker)
    axes.set(xlabel="p, the probability to drop", ylabel="variance, training / evaluation")
    axes.legend()
    return figure


def draw_orders(results: Results) -> Figure:
    figure, axes = canvas(height=3.7)
    sides: Sequence = (
        (test_losses, -0.14, VERMILLION, "s", "running statistics of training"),
        (corrected_losses, 0.14, BLUE, "o", "taken anew, without dropout"),
    )
    for found, offset, color, marker, name in sides:
        for i, order in enumerate(ORDERS):
            sample = found(results, order)
            axes.scatter([i + offset] * len(sample), sample, s=12, color=color, alpha=0.5, marker=marker, linewidths=0)
            mean, margin = interval(sample)
            key = {"label": name} if i == 0 else {}
            axes.errorbar(i + offset, mean, margin, color=color, marker=marker, markeredgecolor=INK, capsize=4, **key)
    axes.set(ylim=(0, None), xticks=range(len(ORDERS)), xticklabels=[order.replace(" ", "\n", 1) for order in ORDERS])
    axes.set(xlabel="place of dropout", ylabel="test loss")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def table_orders(results: Results) -> Table:
    rows = []
    for order in ORDERS:
        outcomes = results.outcomes[order]
        first, second = (interval([outcome.shifts[i] for outcome in outcomes]) for i in range(2))
        losses = [interval(found(results, order)) for found in (test_losses, corrected_losses)]
        rows.append([order, f"{first:.2f}", f"{second:.2f}", *(f"{loss:.3f}" for loss in losses)])
    columns = ["place of dropout", "shift at BatchNorm 1", "shift at BatchNorm 2", "test loss", "with statistics anew"]
    return Table("orders", columns, rows)


def table_shift(results: Results) -> Table:
    rows = []
    for i, p in enumerate(PROBABILITIES):
        cells = [(f"{predicted_shift(p, *moments(name)):.3f}", f"{results.shifts[name][i]:.3f}") for name in INPUTS]
        rows.append([f"{p:g}", *(cell for pair in cells for cell in pair)])
    columns = ["p", *(heading for name in INPUTS for heading in (f"{name}: computed", f"{name}: measured"))]
    return Table("shift", columns, rows)


DEMO = Demo(
    number="12",
    compute=compute,
    present=present,
    excerpt=measured_shift,
    options=OPTIONS,
    references=[
        Reference(
            "Li et al., Understanding the disharmony between dropout and batch normalization by variance shift, 2018",
            "https://arxiv.org/abs/1801.05134",
        ),
        Reference("Ioffe and Szegedy, Batch normalization, 2015", "https://arxiv.org/abs/1502.03167"),
        Reference("torch.nn.BatchNorm1d", "https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html"),
    ],
)
