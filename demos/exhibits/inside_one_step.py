"""The graph of one step with every number in it, drawn, and the rules that made its gradients."""

from __future__ import annotations

import argparse

import numpy as np

from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from inside_one_step import OPTIONS, Results, compute, helpers_used, replay, rules_used
from minigrad.core.graph import Node


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    graph = results.drawing.graph
    mask = next(box for box in graph.values() if box.gradient is None)
    dropped = mask.value == 0
    before = next(box for box in graph.values() if box.name == "relu")  # what the mask is multiplied with
    steps = [
        [
            f"{u.name}[{', '.join(map(str, index))}]",
            f"{u.before[index]:.4f}",
            f"{u.gradient[index]:.4f}",
            f"{u.after[index]:.4f}",
        ]
        for u in results.updates
        for index in np.ndindex(*u.before.shape)
    ]
    return Exhibit(
        answer="zero" if not before.gradient[dropped].any() else "other",
        values={
            "operations": sum(isinstance(place, Node) for place in graph),
            "boxes": len(graph),
            "dropped": int(dropped.sum()),
            "hidden": mask.value.size,
            "replayed": results.replayed,
            "loss": results.loss,
            "after": results.loss_after,
            "worst": max(update.error for update in results.updates),
            "lr": options.lr,
            "helpers": "; ".join(helpers_used(graph)),
        },
        pictures=[Picture("graph", results.drawing.svg)],
        tables=[
            Table("rules", ["operation", "gradient of", "rule"], rules_used(graph)),
            Table("step", ["weight", "before", "gradient", "after"], steps),
        ],
        files={"graph.dot": results.drawing.dot},
    )


DEMO = Demo(
    number="13",
    compute=compute,
    present=present,
    excerpt=replay,
    options=OPTIONS,
    references=[
        Reference(
            "Baydin et al., Automatic differentiation: a survey, JMLR 18, 2018",
            "https://jmlr.org/papers/v18/17-468.html",
        ),
    ],
    playground="step",
)
