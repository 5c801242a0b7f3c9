"""The three parts of an error, and what each cure does to them."""

from __future__ import annotations

import argparse

from lab.statistics import interval, paired

import numpy as np
from matplotlib.figure import Figure

from bias_variance import CURES, GRID, HIDDEN, NOISE, OPTIONS, POINTS, Cure, Parts, Results, compute, decompose, truth
from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, FAINT, INK, ORANGE, PAPER, SKY, VERMILLION, canvas
from gallery.texts import Label, Listed, Verdict

PARTS = "bias", "variance", "noise"


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    parts = results.parts
    plain = parts["none"]
    best, *rivals = leaders(parts)
    shown = best if best != "none" else "L2"
    furthest = max(parts, key=lambda name: abs(parts[name].chance.mean()))
    means = {name: [interval(values) for values in (p.bias, p.variance, p.noise, p.error)] for name, p in parts.items()}
    saved = {part: getattr(plain, part).mean() - getattr(parts[shown], part).mean() for part in PARTS}
    return Exhibit(
        answer=max(saved, key=saved.__getitem__),
        values={
            "sets": options.sets,
            "steps": options.steps,
            "points": POINTS,
            "hidden": HIDDEN,
            "sigma": NOISE,
            "grid": len(GRID),
            "best": Label(best),
            "shown": Label(shown),
            "rivals": Listed("bias_variance.rival", [{"name": Label(name)} for name in rivals or ["–"]]),
            "standing": Listed(f"bias_variance.standing.{'shared' if rivals else 'alone'}", [{}]),
            "error_best": means[best][3],
            "error_none": means["none"][3],
            "share": plain.variance.mean() / plain.total,
            "variance_shown": parts[shown].variance.mean(),
            "variance_none": plain.variance.mean(),
            "bias_shown": parts[shown].bias.mean(),
            "bias_none": plain.bias.mean(),
            "variances": effects(parts, "variance"),
            "biases": effects(parts, "bias"),
            "lower": count_of_cures(parts),
            "cures": len(parts) - 1,
            "furthest": Label(furthest),
            "gap": interval(parts[furthest].chance),
            "errors": Listed(
                "bias_variance.parts",
                [{"name": Label(n), "noise": v[2], "variance": v[1], "bias": v[0]} for n, v in means.items()],
            ),
            "strengths": Listed("bias_variance.strength", [strength(cure) for cure in CURES[1:]]),
        },
        pictures=[
            Picture("parts", draw_parts(results)),
            Picture("fits", draw_fits(results, ("none", shown))),
        ],
        tables=[
            Table(
                "parts",
                ["cure", "bias²", "variance", "noise", "sum", "measured"],
                [
                    [name, *(f"{v:.4f}" for v in values[:3]), f"{parts[name].total:.4f}", f"{values[3]:.4f}"]
                    for name, values in means.items()
                ],
            )
        ],
    )


def leaders(parts: dict[str, Parts]) -> list[str]:
    """Return the cure with the smallest mean error, and those whose errors are not clearly larger."""
    best, *others = sorted(parts, key=lambda name: parts[name].error.mean())
    more = {name: paired(parts[best].error, parts[name].error) for name in others}
    return [best, *(name for name in others if not more[name].clear_of_zero)]


def effects(parts: dict[str, Parts], part: str) -> Listed:
    """Return what each cure does to a part of the error."""
    before = getattr(parts["none"], part)
    changes = {name: paired(before, getattr(p, part)) for name, p in parts.items() if name != "none"}
    items = [{"name": Label(name), "change": Verdict(change, "it", ".4f")} for name, change in changes.items()]
    return Listed("bias_variance.effect", items)


def count_of_cures(parts: dict[str, Parts]) -> int:
    """Return how many of the cures clearly lower the variance."""
    return sum(paired(parts["none"].variance, p.variance).direction == "lower" for p in parts.values())


def strength(cure: Cure) -> dict[str, Label | str | float]:
    """Return what a cure was set to: dropout, p, 0.2."""
    fields = {"l1": "λ", "weight_decay": "λ", "p": "p", "max_norm": "c"}
    ((field, symbol),) = [item for item in fields.items() if getattr(cure, item[0])]
    return {"name": Label(cure.name), "symbol": symbol, "value": getattr(cure, field)}


def draw_parts(results: Results) -> Figure:
    figure, axes = canvas(height=3.7)
    names = list(results.parts)
    left = np.zeros(len(names))
    looks = {"noise": (FAINT, ""), "variance": (SKY, "//"), "bias": (VERMILLION, "xx")}
    for part, (color, hatch) in looks.items():
        widths = np.array([getattr(parts, part).mean() for parts in results.parts.values()])
        name = "bias²" if part == "bias" else part
        axes.barh(names, widths, left=left, color=color, hatch=hatch, edgecolor=PAPER, label=name)
        left += widths
    means, margins = zip(*(interval(parts.error) for parts in results.parts.values()), strict=True)
    axes.errorbar(means, names, xerr=margins, fmt="D", color=INK, capsize=4, markersize=4, linewidth=1.2, label="error")
    axes.invert_yaxis()
    figure.legend(loc="outside lower center", ncols=4, columnspacing=1)
    axes.set_xlabel("mean squared error")
    return figure


def draw_fits(results: Results, names: tuple[str, str]) -> Figure:
    figure, rows = canvas(rows=2, height=5, sharex=True, sharey=True)
    x, target = GRID.numpy().ravel(), truth(GRID).numpy().ravel()
    for axes, name in zip(rows, names, strict=True):
        predictions = results.fits[name]
        mean, deviation = predictions.mean(axis=0), predictions.std(axis=0, ddof=1)
        axes.fill_between(x, mean - 2 * deviation, mean + 2 * deviation, color=SKY, alpha=0.4, label="± 2 deviations")
        axes.plot(x, target, color=INK, linestyle=":", label="truth")
        axes.plot(x, mean, color=BLUE, label="mean fit")
        axes.plot(x, predictions[0], color=ORANGE, linestyle=(0, (4, 1.5)), linewidth=1.4, label="one fit")
        axes.set_ylabel(f"cure: {name}")
    figure.legend(*rows[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    rows[1].set_xlabel("x")
    return figure


DEMO = Demo(
    number="7",
    compute=compute,
    present=present,
    excerpt=decompose,
    options=OPTIONS,
    references=[
        Reference(
            "Geman, Bienenstock and Doursat, Neural Networks and the Bias/Variance Dilemma, 1992",
            "https://doi.org/10.1162/neco.1992.4.1.1",
        ),
        SRIVASTAVA,
    ],
    playground="play?a=data:curve,p:0&b=data:curve,p:0.2",
)
