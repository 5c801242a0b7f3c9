"""Plain dropout, inverted dropout and minigrad's layers, on the same masks and in expectation."""

from __future__ import annotations

import argparse

from matplotlib.figure import Figure

from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, INK, LINES, VERMILLION, canvas
from numpy_dropout import KEEP, OPTIONS, SIZES, Expectation, Results, Training, compute, inverted_train_step

ROUNDING = 1e-9  # far above that of a thousand steps in double precision, far below a real difference


def draw_training(training: Training) -> Figure:
    figure, axes = canvas()
    names = "plain, NumPy", "inverted, NumPy", "minigrad's layers"
    every = max(1, len(training.plain) // 10)
    for i, (name, losses) in enumerate(zip(names, training[:3], strict=True)):
        marks = {"markevery": (i * every // 3, every), "linewidth": 5 - 1.6 * i}
        axes.plot(range(1, len(losses) + 1), losses, label=name, **LINES[i], **marks)
    axes.set(xlabel="step", ylabel="mean squared error", ylim=(0, None))
    axes.legend()
    return figure


def draw_expectation(expectation: Expectation) -> Figure:
    figure, axes = canvas(height=3.6)
    span = [expectation.predicted.min(), expectation.predicted.max()]
    axes.plot(span, span, color=INK, linewidth=1, label="equal")
    squares = {"marker": "s", "s": 34, "facecolors": "none", "edgecolors": VERMILLION}
    axes.scatter(expectation.predicted, expectation.plain, label="plain", **squares)
    axes.scatter(expectation.predicted, expectation.inverted, s=12, color=BLUE, label="inverted")
    axes.set(xlabel="input of a unit in prediction", ylabel="its mean over masks in training")
    axes.legend()
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    training, expectation = results
    gaps = training.output_gap, training.gradient_gap, training.prediction_gap
    names = "outputs in training", "gradients", "predictions"
    return Exhibit(
        answer="same" if max(gaps) < ROUNDING else "different",
        values={
            "output_gap": training.output_gap,
            "gradient_gap": training.gradient_gap,
            "prediction_gap": training.prediction_gap,
            "steps": options.steps,
            "draws": options.draws,
            "units": SIZES[2],
            "keep": KEEP,
            "worst": expectation.worst_z,
            "first_loss": training.inverted[0],
            "last_loss": training.inverted[-1],
        },
        pictures=[
            Picture("training", draw_training(training)),
            Picture("expectation", draw_expectation(expectation)),
        ],
        tables=[
            Table("gaps", ["", "largest difference"], [[n, f"{gap:.1e}"] for n, gap in zip(names, gaps, strict=True)])
        ],
    )


DEMO = Demo(
    number="3",
    compute=compute,
    present=present,
    excerpt=inverted_train_step,
    options=OPTIONS,
    references=[Reference("CS231n, Neural networks part 2", "https://cs231n.github.io/neural-networks-2/")],
    playground="clinic",
)
