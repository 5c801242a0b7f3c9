"""Weight decay, layer by layer: what it does to a fit, to the weights of every layer, and to their gradients.

Two networks of 80,000 weights learn ten points, one of them with weight decay. The plain one comes to reach every
point, and its gradients die out. In the other they live on: they must hold the weights up against the decay.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

import minigrad as mg
from minigrad import nn, optim

from ._ten_points import (
    MOMENTUM,
    OPTIONS,
    Arrays,
    End,
    Results,
    animate_fits,
    claim_losses,
    compute_both,
    draw_gradients,
    draw_weights,
    size,
    table_losses,
    train_both,
    write_events,
)
from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import positive
from .house.statistics import Interval, interval

# ---- two networks, and their optimizers ------------------------------------------------------------------------------


class MLP(nn.Module):
    """Three hidden layers of the same width."""

    def __init__(self, neural_num: int) -> None:
        super().__init__()
        self.linears = nn.Sequential(
            nn.Linear(1, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, 1),
        )

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.linears(x)


def build_both(options: argparse.Namespace) -> Iterator[tuple[nn.Module, optim.Optimizer]]:
    """Yield two networks of their own first weights, with optimizers without and with weight decay."""
    for net, weight_decay in [(MLP(options.hidden), 0.0), (MLP(options.hidden), options.weight_decay)]:
        yield net, optim.SGD(net.parameters(), lr=options.lr, momentum=MOMENTUM, weight_decay=weight_decay)


# ---- results ---------------------------------------------------------------------------------------------------------


def compute(options: argparse.Namespace) -> Results:
    return compute_both(build_both, options)


def growth(ends: list[End], layer: int) -> Interval:
    """Return by which factor the size of a layer's weights has changed."""
    return interval([size(end.last[layer]) / size(end.first[layer]) for end in ends])


def factors(ends: list[End]) -> list[float]:
    """Return the mean growth of every layer but the last."""
    return [growth(ends, layer).mean for layer in range(len(ends[0].last) - 1)]


def norm(arrays: Arrays) -> float:
    """Return the Euclidean length of all of them as one vector."""
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays.values())))


# ---- the exhibit -----------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    if options.tensorboard:
        write_events(options.out / "weight_decay" / "events", results.pair, ("without", "with"))
    return Exhibit(
        [
            claim_losses(results, f"Weight decay of {options.weight_decay:g}"),
            claim_weights(results),
            claim_gradients(results, options),
        ],
        [
            animate_fits(results.data, results.pair, "weight decay"),
            picture_weights(results),
            picture_gradients(results, options),
        ],
        [table_losses(results, "weight decay", options), table_weights(results, options)],
        notes=[
            "PyTorch's SGD adds λθ to the gradient, biases included, so without momentum a step leaves 1 - ηλ of "
            "them: the notes write 1 - λ, without the learning rate.",
            "Where loss and penalty together are least, the loss alone still has the gradient -λθ. How far training "
            "is from there, the ratio of the two norms tells.",
            "Each network has its own first weights, as in the notes; losses are taken in evaluation mode.",
        ],
    )


def claim_weights(results: Results) -> str:
    without, decayed = (", ".join(f"{factor:.2f}" for factor in factors(ends)) for ends in results[2:])
    last = [growth(ends, len(ends[0].last) - 1) for ends in results[2:]]
    return (
        f"The weights of the hidden layers end at {without} times their first size without weight decay, and at "
        f"{decayed} times with it; those of the output layer at {last[0]:.2f} and {last[1]:.2f} times."
    )


def claim_gradients(results: Results, options: argparse.Namespace) -> str:
    without, decayed = (norm(snapshots[-1].gradients) for snapshots in results.pair)
    pull = options.weight_decay * norm(results.pair.treated[-1].values)
    return (
        f"On the first seed the gradient's norm ends at {without:.2g} without weight decay and at {decayed:.2g} with "
        f"it. The decay pulls with {pull:.2g}; where loss and penalty together are least, the two would be equal, but "
        f"here the one is {decayed / pull:.1f} times the other."
    )


def picture_weights(results: Results) -> Picture:
    without, decayed = (f"{min(all_):.2f} to {max(all_):.2f}" for all_ in map(factors, results[2:]))
    title = f"Hidden layers' weights end at {decayed} of their first size\nwith weight decay, at {without} without"
    return Picture(
        "weights",
        draw_weights(results.pair, "weight decay", title),
        alt=f"Histograms of every layer's weights over time, in two columns. {claim_weights(results)}",
        caption="The first seed. Every histogram is drawn as high as the others; a row has one scale.",
    )


def picture_gradients(results: Results, options: argparse.Namespace) -> Picture:
    without, decayed = (norm(snapshots[-1].gradients) for snapshots in results.pair)
    title = f"The gradient's norm ends at {without:.2g} without weight decay,\nat {decayed:.2g} with it"
    return Picture(
        "gradients",
        draw_gradients(results.pair, "weight decay", title),
        alt=f"Histograms of how large every layer's gradients are, over time. {claim_gradients(results, options)}",
        caption="The first seed. Gradients that are exactly 0, those of units that are off, are left out.",
    )


def table_weights(results: Results, options: argparse.Namespace) -> Table:
    rows = [
        [str(layer + 1), *(f"{growth(ends, layer):.3f}" for ends in (results.without, results.treated))]
        for layer in range(len(results.without[0].last))
    ]
    caption = f"Root mean square of the weights, at the end over at first, {options.seeds} data seeds"
    return Table(caption, ["layer", "without", "with weight decay"], rows)


DEMO = Demo(
    order=5,
    title="Weight decay",
    question="What does weight decay do to a fit, and to the weights and gradients of every layer?",
    formula=r"v ← μ v + \frac{∂L}{∂θ} + λ θ \\ θ ← θ - η v",
    source="Zhang Xian, PyTorch notes 6.1, “weight decay and dropout”",
    references=[
        Reference(
            "The notes' code", "https://github.com/zhangxiann/PyTorch_Practice/blob/master/lesson6/L2_regularization.py"
        ),
        Reference("torch.optim.SGD", "https://pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
        Reference("Krogh and Hertz, A simple weight decay can improve generalization, 1991"),
    ],
    options=[Option("--weight-decay", positive, 0.01, "λ"), *OPTIONS],
    code=[MLP, build_both, train_both],
    compute=compute,
    present=present,
)
