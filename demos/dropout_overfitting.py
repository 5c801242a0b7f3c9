"""Dropout against overfitting: two networks see the same 20 noisy points of y = x, one of them with dropout.

    python demos/dropout_overfitting.py

leaves in out/ an animation of both fits and a picture of the last one. One data seed proves nothing, so it then trains
on twelve, and prints what dropout is worth. After M. Zhou's PyTorch tutorial, whose numbers the first seed draws.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy starts: small matrices gain nothing

from common import add_output_options, at_least, finish, interval, plt, positive, probability, saving, tqdm
from matplotlib.animation import PillowWriter

import minigrad as mg
from minigrad import nn, optim

N_SAMPLES = 20
FIRST_SEED = 1
EVERY = 10  # steps between two frames
GRID = mg.linspace(-1, 1, 201).unsqueeze(1)  # where a fit is drawn


# ---- the data --------------------------------------------------------------------------------------------------------


class Data(NamedTuple):
    """Inputs, and two noisy observations of y = x at each of them: one to train on, one to test."""

    x: mg.Tensor
    y: mg.Tensor
    test_y: mg.Tensor


def draw_data() -> Data:
    x = mg.linspace(-1, 1, N_SAMPLES).unsqueeze(1)
    y, test_y = (x + 0.3 * mg.normal(mg.zeros(N_SAMPLES, 1), mg.ones(N_SAMPLES, 1)) for _ in range(2))
    return Data(x, y, test_y)


# ---- the two networks ------------------------------------------------------------------------------------------------


def build_plain(hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(1, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )


def build_dropped(hidden: int, p: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(1, hidden),
        nn.Dropout(p),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.Dropout(p),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )


# ---- training --------------------------------------------------------------------------------------------------------


def train(nets: Sequence[nn.Module], data: Data, lr: float, steps: int) -> Iterator[int]:
    """Train each network on the same points, and yield after every step how many were made."""
    optimizers = [optim.Adam(net.parameters(), lr=lr) for net in nets]
    loss_func = nn.MSELoss()
    for step in range(1, steps + 1):
        for net, optimizer in zip(nets, optimizers, strict=True):
            loss = loss_func(net(data.x), data.y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield step


@mg.no_grad()
def predict(net: nn.Module, x: mg.Tensor) -> mg.Tensor:
    """Predict with the whole network: nothing is dropped in evaluation."""
    net.eval()
    prediction = net(x)
    net.train()
    return prediction


def evaluate(net: nn.Module, data: Data) -> float:
    return nn.MSELoss()(predict(net, data.x), data.test_y).item()


class Frame(NamedTuple):
    """Both fits after some steps: the plain network first, then the one with dropout."""

    step: int
    curves: list[mg.Tensor]
    test_losses: list[float]


def watch(seed: int, options: argparse.Namespace) -> tuple[Data, list[Frame]]:
    """Train both networks on the data of one seed, and look at them every few steps."""
    data, nets = start(seed, options)
    frames = []
    for step in tqdm(train(nets, data, options.lr, options.steps), "training", options.steps, unit="step"):
        if step % EVERY == 0 or step == options.steps:
            curves, losses = [predict(net, GRID) for net in nets], [evaluate(net, data) for net in nets]
            frames.append(Frame(step, curves, losses))
    return data, frames


def start(seed: int, options: argparse.Namespace) -> tuple[Data, list[nn.Sequential]]:
    mg.manual_seed(seed)
    return draw_data(), [build_plain(options.hidden), build_dropped(options.hidden, options.p)]


# ---- many seeds ------------------------------------------------------------------------------------------------------


def final_test_losses(seed: int, options: argparse.Namespace) -> list[float]:
    data, nets = start(seed, options)
    for _ in train(nets, data, options.lr, options.steps):
        pass
    return [evaluate(net, data) for net in nets]


def over_seeds(options: argparse.Namespace) -> list[list[float]]:
    """Train on the data of each seed, in two processes; every seed starts its own generator, so order is no matter."""
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    spawn = multiprocessing.get_context("spawn")
    ignore_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)  # the parent answers it, once
    pool = ProcessPoolExecutor(2, spawn, initializer=ignore_ctrl_c)
    try:
        losses = pool.map(partial(final_test_losses, options=options), seeds)
        return list(tqdm(losses, "data seeds", options.seeds, unit="seed"))
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C does not wait for the seeds that have not begun


def print_table(losses: list[list[float]]) -> None:
    plain, dropped = zip(*losses, strict=True)
    saved = [a - b for a, b in zip(plain, dropped, strict=True)]
    print(f"\nTest loss over {len(losses)} data seeds, mean and 95% interval")
    for name, sample in ("without dropout", plain), ("with dropout", dropped), ("paired difference", saved):
        mean, margin = interval(sample)
        print(f"  {name:<17} {mean:7.3f} ± {margin:.3f}")
    print(f"  {'dropout won':<17} {sum(difference > 0 for difference in saved):>3} of {len(saved)}")
    print(verdict(*interval(saved)))


def verdict(saved: float, margin: float) -> str:
    """Say in a sentence what the interval of the paired difference allows to say."""
    if abs(saved) > margin:
        return f"Dropout {'lowers' if saved > 0 else 'raises'} the test loss, by {abs(saved):.3f} on average."
    return "These seeds do not tell whether dropout helps: the interval of the difference contains 0."


# ---- pictures --------------------------------------------------------------------------------------------------------

CURVES: list[dict[str, Any]] = [
    {"color": "#e0102f", "linestyle": "-", "label": "without dropout"},
    {"color": "#1433d6", "linestyle": (0, (4, 1.5)), "label": "with dropout"},
]


class Picture:
    """The points and both fits: drawn once, then moved from frame to frame."""

    def __init__(self, data: Data) -> None:
        self.figure, axes = plt.subplots(figsize=(6.4, 4.8))
        self.figure.subplots_adjust(left=0.1, right=0.97, bottom=0.11, top=0.88)
        axes.plot([-1, 1], [-1, 1], color="0.75", linewidth=1.2, label="y = x")
        points = {"s": 48, "alpha": 0.75, "linewidths": 0.8}
        axes.scatter(data.x, data.y, c="magenta", edgecolors="#8a008a", label="train", **points)
        axes.scatter(data.x, data.test_y, c="cyan", edgecolors="#007a8a", marker="D", label="test", **points)
        self.curves = [axes.plot([], [], linewidth=2.6, **style)[0] for style in CURVES]
        self.losses = [
            axes.text(0.95, y, "", ha="right", fontsize=12, color=style["color"])
            for y, style in zip((-1.55, -1.8), CURVES, strict=True)
        ]
        self.title = axes.set_title("", loc="left", fontsize=11)
        axes.set(xlim=(-1.08, 1.08), ylim=(-2, 2), xlabel="x", ylabel="y", xticks=(-1, -0.5, 0, 0.5, 1))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", frameon=False)

    def show(self, frame: Frame, note: str = "") -> None:
        """Move the curves to where this frame has them, and write the losses and a note."""
        self.title.set_text(f"Two fits of {N_SAMPLES} noisy points of y = x after {frame.step} steps\n{note}")
        for curve, y in zip(self.curves, frame.curves, strict=True):
            curve.set_data(GRID.numpy().ravel(), y.numpy().ravel())
        for text, style, loss in zip(self.losses, CURVES, frame.test_losses, strict=True):
            text.set_text(f"{style['label']}: test loss {loss:.3f}")


def save_animation(picture: Picture, frames: list[Frame], path: Path) -> None:
    writer = PillowWriter(fps=10)
    with saving(path) as temporary:
        writer.setup(picture.figure, temporary, dpi=100)
        for frame in tqdm(frames + frames[-1:] * 20, "animation", unit="frame"):  # rest on the last one
            picture.show(frame)
            writer.grab_frame()
        writer.finish()


def save_figure(picture: Picture, last: Frame, losses: list[list[float]], path: Path) -> None:
    plain, dropped = (sum(column) / len(losses) for column in zip(*losses, strict=True))
    picture.show(last, f"Mean test loss over {len(losses)} data seeds: {plain:.3f} without, {dropped:.3f} with dropout")
    with saving(path) as temporary:
        picture.figure.savefig(temporary, dpi=160)


# ---- from top to bottom ----------------------------------------------------------------------------------------------


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--p", type=probability, default=0.5, help="probability to drop (default: 0.5)")
    parser.add_argument("--lr", type=positive, default=0.01, help="learning rate of Adam (default: 0.01)")
    parser.add_argument("--steps", type=at_least(1), default=500, help="training steps (default: 500)")
    parser.add_argument("--hidden", type=at_least(1), default=300, help="units in a hidden layer (default: 300)")
    parser.add_argument("--seeds", type=at_least(2), default=12, help="data seeds of the table (default: 12)")
    add_output_options(parser)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    if not options.show:
        plt.switch_backend("agg")  # needs no display
    data, frames = watch(FIRST_SEED, options)
    picture = Picture(data)
    save_animation(picture, frames, options.out / "dropout_overfitting.gif")
    losses = over_seeds(options)
    save_figure(picture, frames[-1], losses, options.out / "dropout_overfitting.png")
    print_table(losses)
    if options.show:
        plt.show()


if __name__ == "__main__":
    finish(main)
