"""Two bands of doubt, and how often they hold the truth."""

from __future__ import annotations

import argparse

from lab.statistics import Interval

import numpy as np
from matplotlib.figure import Figure

from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, INK, LINES, VERMILLION, canvas
from gallery.texts import Listed
from uncertainty import (
    MORE,
    N_SAMPLES,
    OPTIONS,
    Growth,
    Results,
    Trial,
    X,
    compute,
    dropout_band,
    summarise,
    summarise_growth,
)

CRITERIA = {"truth": "y = x", "observations": "new\nobservations", "with_noise": "new, band\nwith noise"}


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    dropout, trained = summaries = [summarise(results, band) for band in (0, 1)]
    growth = summarise_growth(results)
    sizes = [N_SAMPLES * times for times in MORE]
    rows = {
        "holds y = x": ("truth", ".0%"),
        "new observations": ("observations", ".0%"),
        "with noise added": ("with_noise", ".0%"),
        "error of its mean": ("error", ".2f"),
        "width from -1 to 1": ("width", ".2f"),
        "width beyond, to ±2": ("width_beyond", ".2f"),
    }
    return Exhibit(
        answer=Interval(dropout["truth"].mean - 0.95, dropout["truth"].margin).direction,
        values={
            **{f"dropout_{name}": value for name, value in dropout.items()},
            **{f"networks_{name}": value for name, value in trained.items()},
            "networks": options.networks,
            "passes": options.passes,
            "steps": options.steps,
            "seeds": options.seeds,
            "points": N_SAMPLES,
            "times": MORE[-1],
            "wide": growth.widths[0],
            "narrow": growth.widths[-1],
            "narrower": growth.widths[-1].mean / growth.widths[0].mean,
            "far": growth.errors[0],
            "near": growth.errors[-1],
            "nearer": growth.errors[-1].mean / growth.errors[0].mean,
            "first_dropout": results[0].measures[0].truth,
            "first_networks": results[0].measures[1].truth,
            "first_width": results[0].measures[0].width,
            "first_beyond": results[0].measures[0].width_beyond,
            "first_networks_width": results[0].measures[1].width,
            "first_networks_beyond": results[0].measures[1].width_beyond,
            "growth": Listed(
                "uncertainty.size",
                [{"n": n, "width": w, "error": e} for n, w, e in zip(sizes, *growth, strict=True)],
            ),
        },
        pictures=[
            Picture("dropout", draw_band(results[0], 0)),
            Picture("networks", draw_band(results[0], 1)),
            Picture("coverage", draw_coverage(summaries, options.networks)),
            Picture("more_data", draw_growth(growth)),
        ],
        tables=[
            Table(
                "bands",
                ["", "dropout", f"{options.networks} networks"],
                [[row, *(format(summary[key], spec) for summary in summaries)] for row, (key, spec) in rows.items()],
            )
        ],
    )


def draw_band(trial: Trial, band: int) -> Figure:
    figure, axes = canvas(height=3.5)
    middle = trial.bands[band]
    color = (BLUE, VERMILLION)[band]
    axes.fill_between(X, middle.low, middle.high, color=color, alpha=0.22, linewidth=0, label="mean ± 1.96 deviations")
    axes.plot(X, middle.mean, color=color, label="mean")
    axes.plot(X, X, color=INK, linestyle=":", linewidth=1.2, label="y = x")
    axes.scatter(trial.data.x, trial.data.y, s=22, color=INK, label="train", zorder=3)
    axes.set(xlim=(-2, 2), ylim=(-5, 5), xlabel="x", ylabel="y")
    axes.legend(loc="upper left")
    return figure


def draw_coverage(summaries: list[dict[str, Interval]], networks: int) -> Figure:
    figure, axes = canvas(height=3.7)
    names = "dropout", f"{networks} networks"
    for name, summary, style, offset in zip(names, summaries, LINES, (-0.08, 0.08), strict=False):
        means, margins = zip(*(summary[criterion] for criterion in CRITERIA), strict=True)
        style = style | {"linestyle": "none"}
        axes.errorbar(np.arange(3) + offset, means, margins, capsize=4, label=name, **style)
    axes.axhline(0.95, color=INK, linestyle=":", linewidth=1.2, label="what 95% would be")
    axes.set(
        xlim=(-0.5, 2.5), ylim=(0, 1.15), xticks=range(3), xticklabels=CRITERIA.values(), ylabel="held by the band"
    )
    axes.set_yticks(np.linspace(0, 1, 5), ["0%", "25%", "50%", "75%", "100%"])
    figure.legend(loc="outside lower center", ncols=3, columnspacing=1)
    return figure


def draw_growth(growth: Growth) -> Figure:
    figure, axes = canvas()
    points = [N_SAMPLES * times for times in MORE]
    for name, intervals, style in zip(("width of the band", "error of its mean"), growth, LINES, strict=False):
        means, margins = zip(*intervals, strict=True)
        axes.errorbar(points, means, margins, capsize=4, label=name, **style)
    axes.set(xscale="log", ylim=(0, None), xlabel="training points", ylabel="in units of y")
    axes.set_xticks(points, map(str, points))
    axes.minorticks_off()
    axes.legend()
    return figure


DEMO = Demo(
    number="11",
    compute=compute,
    present=present,
    excerpt=dropout_band,
    options=OPTIONS,
    references=[
        Reference(
            "Gal and Ghahramani, Dropout as a Bayesian approximation, ICML 2016", "https://arxiv.org/abs/1506.02142"
        ),
        Reference(
            "Lakshminarayanan, Pritzel and Blundell, Deep ensembles, NIPS 2017", "https://arxiv.org/abs/1612.01474"
        ),
    ],
    playground="play?a=p:0&b=p:0.5",
)
