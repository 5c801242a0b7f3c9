"""The cures of the dropout paper in order, beside the paper's own."""

from __future__ import annotations

import argparse
from itertools import pairwise

from lab.statistics import Interval, interval, paired

from matplotlib.figure import Figure

from _image_trial import BATCH, LR, build
from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import LINES, canvas
from gallery.texts import Label, Listed, Verdict
from the_paper import ALL_IMAGES, IN_BOTH, OPTIONS, PUBLISHED, Results, compute, images_of


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    means = {name: interval(errors) for name, errors in results.items()}
    added = {name: paired(results["none"], errors) for name, errors in results.items() if name != "none"}
    images = images_of(options)
    in_order = ranking(results)
    both = paired(results["dropout"], results["dropout + max-norm"])
    return Exhibit(
        answer=in_order[-1]["name"].replace(" + ", "_and_").replace("-", "_"),
        values={
            "images": images,
            "all_images": ALL_IMAGES,
            "dropout": Verdict(added["dropout"], "the test error", ".2f", " points"),
            "more": Verdict(both, "it", ".2f", " points"),
            "error_none": means["none"].mean,
            "error_dropout": means["dropout"].mean,
            "error_best": means[in_order[-1]["name"]],
            "best": in_order[-1]["name"],
            "ranking": Listed("the_paper.rank", in_order),
            "published": Listed("the_paper.published", [{"name": Label(n), "error": e} for n, e in IN_BOTH.items()]),
            "errors": Listed("the_paper.mean", [{"name": Label(n), "mean": mean} for n, mean in means.items()]),
            "network": "-".join(map(str, [784, *[options.hidden] * options.layers, 10])),
            "epochs": options.epochs,
            "batch": BATCH,
            "lr": LR,
            "seeds": options.seeds,
        },
        pictures=[Picture("errors", draw(results))],
        tables=[
            Table(
                "here",
                ["cure", "here", "against none", "in the paper"],
                [
                    [name, f"{mean:.2f}", f"{added[name]:.2f}" if name in added else "–", in_the_paper(name)]
                    for name, mean in means.items()
                ],
            ),
            Table("paper", ["network", "test error, %"], [[name, f"{error:.2f}"] for name, error in PUBLISHED.items()]),
        ],
    )


def ranking(results: Results) -> list[dict[str, Label | str]]:
    """Return the methods from the largest mean error to the smallest, and the sign in front of each.

    It is > where the paired difference from the one before is clear, ≈ where it is not.
    """
    first, *others = sorted(results, key=lambda name: -interval(results[name]).mean)
    found = [{"sign": "", "name": Label(first)}]
    for a, b in pairwise([first, *others]):
        clear = paired(results[b], results[a]).clear_of_zero
        found.append({"sign": "> " if clear else "≈ ", "name": Label(b)})
    return found


def in_the_paper(name: str) -> str:
    return f"{IN_BOTH[name]:.2f}" if name in IN_BOTH else "–"


def draw(results: Results) -> Figure:
    figure, axes = canvas(height=3.9)
    heights = range(len(results))
    ours, paper = LINES[0], LINES[1]
    for y, errors in zip(heights, results.values(), strict=True):
        axes.plot(errors, [y + 0.18] * len(errors), "o", color=ours["color"], alpha=0.4, markersize=4)
    means: list[Interval] = [interval(errors) for errors in results.values()]
    axes.errorbar(
        [mean.mean for mean in means],
        heights,
        xerr=[mean.margin for mean in means],
        fmt="o",
        color=ours["color"],
        capsize=4,
        label="here: mean, 95% interval",
    )
    rows = [list(results).index(name) for name in IN_BOTH]
    axes.plot(list(IN_BOTH.values()), rows, "s", color=paper["color"], markerfacecolor="none", label="the paper")
    axes.set_yticks(heights, [name.replace(" + ", "\n+ ") for name in results])
    axes.set(xlim=(0, None), ylim=(-0.6, len(results) - 0.4), xlabel="test error, %")
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


DEMO = Demo(
    number="9",
    compute=compute,
    present=present,
    excerpt=build,
    options=OPTIONS,
    references=[SRIVASTAVA, Reference("MNIST", "https://yann.lecun.org/exdb/mnist/")],
    playground="play?a=data:moons,points:100,noise:0.2,p:0.5&b=data:moons,points:100,noise:0.2,p:0.5,max_norm:1",
)
