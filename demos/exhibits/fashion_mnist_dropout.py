"""Dropout by hand and by layer, beside the book's figures."""

from __future__ import annotations

import argparse

from lab.statistics import Interval, interval, paired

from matplotlib.figure import Figure

import minigrad as mg
from fashion_mnist_dropout import BUILDERS, OPTIONS, PUBLISHED, Epoch, Results, compute, dropout
from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import LINES, canvas
from gallery.texts import Verdict


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    values = {"epochs": options.epochs, "seeds": options.seeds}
    for name, short in zip(BUILDERS, ("scratch", "layers"), strict=True):
        for figure, half in zip(("train_acc", "test_acc"), ("train", "test"), strict=True):
            values[f"{half}_{short}"] = last(results, name, figure)
            values[f"book_{half}_{short}"] = PUBLISHED[name][half == "test"][-1]
    by_hand, by_layer = ([history[-1].test_acc for history in results[name]] for name in BUILDERS)
    change = paired(by_hand, by_layer)
    return Exhibit(
        answer=change.direction,
        values={**values, "change": Verdict(change, "the test accuracy")},
        pictures=[
            Picture("training", draw_accuracy(results, "train_acc")),
            Picture("test", draw_accuracy(results, "test_acc")),
        ],
        tables=[tabulate(results)],
    )


def mean_history(histories: list[list[Epoch]]) -> list[Epoch]:
    """Average over seeds, epoch by epoch."""
    return [Epoch(*mg.tensor(epochs).mean(0).tolist()) for epochs in zip(*histories, strict=True)]


def over_seeds(histories: list[list[Epoch]], figure: str) -> list[Interval]:
    """Return one figure of every epoch."""
    return [interval([getattr(epoch, figure) for epoch in epochs]) for epochs in zip(*histories, strict=True)]


def last(results: Results, name: str, figure: str) -> Interval:
    """Return one figure of the last epoch."""
    return over_seeds(results[name], figure)[-1]


def draw_accuracy(results: Results, figure: str) -> Figure:
    picture, axes = canvas(height=3.9)
    which = ("train_acc", "test_acc").index(figure)
    for (name, histories), style in zip(results.items(), LINES, strict=False):
        ours, margins = zip(*over_seeds(histories, figure), strict=True)
        axes.errorbar(range(1, len(ours) + 1), ours, margins, capsize=3, label=f"{name}, minigrad", **style)
        book = style | {"linestyle": "none", "markerfacecolor": "none", "markersize": 9}
        axes.plot(range(1, 6), PUBLISHED[name][which], label=f"{name}, the book", **book)
    epochs = len(next(iter(results.values()))[0])
    axes.set(xlabel="epoch", ylabel=("training accuracy", "test accuracy")[which])
    axes.set_xticks(range(1, max(epochs, 5) + 1))
    picture.legend(loc="outside lower center", ncols=1)
    return picture


def tabulate(results: Results) -> Table:
    rows = []
    for name, histories in results.items():
        book = list(zip(*PUBLISHED[name], strict=True))
        for number, epoch in enumerate(mean_history(histories), 1):
            published = [f"{value:.3f}" for value in book[number - 1]] if number <= len(book) else ["", ""]
            ours = [f"{epoch.loss:.4f}", f"{epoch.train_acc:.3f}", f"{epoch.test_acc:.3f}"]
            rows.append([f"{name}, epoch {number}", *ours, *published])
    return Table("epochs", ["", "loss", "training", "test", "the book: training", "the book: test"], rows)


DEMO = Demo(
    number="1b",
    compute=compute,
    present=present,
    excerpt=dropout,
    options=OPTIONS,
    references=[
        Reference("Dive into Deep Learning, Dropout", "https://d2l.ai/chapter_multilayer-perceptrons/dropout.html"),
        Reference("Xiao, Rasul, Vollgraf, Fashion-MNIST, 2017", "https://arxiv.org/abs/1708.07747"),
    ],
)
