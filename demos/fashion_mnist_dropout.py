"""Dropout on Fashion-MNIST, twice: written from scratch, and with layers.

    python demos/fashion_mnist_dropout.py

trains 784-256-256-10 networks with dropout 0.2 and 0.5, prints every epoch in the form of the book whose section this
is ("Dive into Deep Learning", Dropout, in PyTorch), and sets the last one beside the figures that the book prints.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

# Before NumPy starts. One thread is enough for five epochs in ten seconds; two that wait for a busy core take minutes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from common import add_output_options, at_least, finish, plt, saving, tqdm

import minigrad as mg
from minigrad import nn, optim
from minigrad.datasets import FashionMNIST
from minigrad.utils.data import DataLoader, TensorDataset

num_inputs, num_outputs, num_hiddens1, num_hiddens2 = 784, 10, 256, 256
drop_prob1, drop_prob2 = 0.2, 0.5

PUBLISHED = {  # train and test accuracy of every epoch
    "from scratch": ([0.574, 0.786, 0.826, 0.839, 0.849], [0.648, 0.786, 0.825, 0.831, 0.850]),
    "with layers": ([0.553, 0.784, 0.822, 0.837, 0.848], [0.715, 0.793, 0.817, 0.830, 0.839]),
}


class Model(NamedTuple):
    """What training needs to know: the network in both modes, its parameters, and what moves them."""

    train: Callable[[mg.Tensor], mg.Tensor]
    predict: Callable[[mg.Tensor], mg.Tensor]
    parameters: list[mg.Tensor]
    step: Callable[[], None]


# ---- from scratch ----------------------------------------------------------------------------------------------------


def dropout(X: mg.Tensor, drop_prob: float) -> mg.Tensor:
    assert 0 <= drop_prob <= 1
    keep_prob = 1 - drop_prob
    if keep_prob == 0:
        return mg.zeros_like(X)
    mask = (mg.rand(X.shape) < keep_prob).float()
    return mask * X / keep_prob


def draw_parameters() -> list[mg.Tensor]:
    sizes = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
    parameters = []
    for rows, columns in pairwise(sizes):
        parameters += [mg.normal(0, 0.01, size=(rows, columns)), mg.zeros(columns)]
    return [parameter.requires_grad_() for parameter in parameters]


def sgd(params: list[mg.Tensor], lr: float, batch_size: int) -> None:
    for param in params:
        param.data -= lr * param.grad / batch_size


def from_scratch(batch_size: int) -> Model:
    params = W1, b1, W2, b2, W3, b3 = draw_parameters()

    def net(X: mg.Tensor, is_training: bool = True) -> mg.Tensor:
        X = X.view(-1, num_inputs)
        H1 = (X @ W1 + b1).relu()
        if is_training:
            H1 = dropout(H1, drop_prob1)
        H2 = (H1 @ W2 + b2).relu()
        if is_training:
            H2 = dropout(H2, drop_prob2)
        return H2 @ W3 + b3

    # The loss is a mean already, and this sgd divides by the batch size once more: hence the book's lr of 100.
    return Model(net, lambda X: net(X, is_training=False), params, lambda: sgd(params, 100.0, batch_size))


# ---- with layers -----------------------------------------------------------------------------------------------------


def with_layers(batch_size: int) -> Model:
    net = nn.Sequential(
        nn.Flatten(),
        nn.Linear(num_inputs, num_hiddens1),
        nn.ReLU(),
        nn.Dropout(drop_prob1),
        nn.Linear(num_hiddens1, num_hiddens2),
        nn.ReLU(),
        nn.Dropout(drop_prob2),
        nn.Linear(num_hiddens2, num_outputs),
    )
    for name, parameter in net.named_parameters():
        nn.init.normal_(parameter, std=0.01) if name.endswith("weight") else nn.init.zeros_(parameter)
    optimizer = optim.SGD(net.parameters(), lr=0.5)

    def predict(X: mg.Tensor) -> mg.Tensor:
        net.eval()
        y_hat = net(X)
        net.train()
        return y_hat

    return Model(net, predict, list(net.parameters()), optimizer.step)


# ---- training --------------------------------------------------------------------------------------------------------


class Epoch(NamedTuple):
    """The batches' mean losses, summed, over the number of samples; the accuracies in training and in test."""

    loss: float
    train_acc: float
    test_acc: float


def train_epoch(model: Model, batches: Iterable[list[mg.Tensor]]) -> tuple[float, float]:
    """Make one pass; the accuracy is that of the training steps themselves, with units dropped."""
    loss_func = nn.CrossEntropyLoss()
    loss_sum, correct, n = 0.0, 0, 0
    for X, y in batches:
        y_hat = model.train(X)
        loss = loss_func(y_hat, y)
        for parameter in model.parameters:
            parameter.grad = None
        loss.backward()
        model.step()
        loss_sum += loss.item()
        correct += (y_hat.argmax(dim=1) == y).sum().item()
        n += len(y)
    return loss_sum / n, correct / n


@mg.no_grad()
def evaluate_accuracy(model: Model, batches: Iterable[list[mg.Tensor]]) -> float:
    hits = [(model.predict(X).argmax(dim=1) == y).float() for X, y in batches]
    return mg.cat(hits).mean().item()


def train(model: Model, train_set: TensorDataset, test_set: TensorDataset, epochs: int, batch_size: int) -> list[Epoch]:
    train_iter = DataLoader(train_set, batch_size, shuffle=True)
    test_iter = DataLoader(test_set, batch_size)
    history = []
    for number in range(1, epochs + 1):
        loss, train_acc = train_epoch(model, tqdm(train_iter, f"epoch {number}", leave=False))
        history.append(Epoch(loss, train_acc, evaluate_accuracy(model, test_iter)))
        print("epoch {}, loss {:.4f}, train acc {:.3f}, test acc {:.3f}".format(number, *history[-1]))
    return history


def mean_history(histories: list[list[Epoch]]) -> list[Epoch]:
    """Average over seeds, epoch by epoch."""
    return [Epoch(*mg.tensor(epochs).mean(0).tolist()) for epochs in zip(*histories, strict=True)]


# ---- results ---------------------------------------------------------------------------------------------------------


def print_table(results: dict[str, list[Epoch]], seeds: int) -> None:
    epochs = len(results["from scratch"])
    print(f"\nAfter epoch {epochs}, mean over {seeds} seed{'s' * (seeds > 1)}; in brackets the book's, after epoch 5")
    for name, history in results.items():
        train_acc, test_acc = (figures[-1] for figures in PUBLISHED[name])
        last = history[-1]
        print(f"  {name:<12}  train {last.train_acc:.3f} ({train_acc:.3f})  test {last.test_acc:.3f} ({test_acc:.3f})")


def save_figure(results: dict[str, list[Epoch]], path: Path) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
    for (name, history), color, marker in zip(results.items(), ("#e0102f", "#1433d6"), "os", strict=True):
        numbers = range(1, len(history) + 1)
        for axis, values in zip(axes, zip(*history, strict=True), strict=True):
            axis.plot(numbers, values, color=color, marker=marker, label=name)
        for axis, values in zip(axes[1:], PUBLISHED[name], strict=True):
            axis.plot(range(1, 6), values, ":", color=color, marker=marker, mfc="white", label=f"{name}, the book")
    for axis, title in zip(axes, ("loss per example", "training accuracy", "test accuracy"), strict=True):
        axis.set(title=title, xlabel="epoch")
        axis.locator_params(axis="x", integer=True)
        axis.spines[["top", "right"]].set_visible(False)
    axes[1].sharey(axes[2])
    axes[1].legend(frameon=False, loc="lower right")
    figure.suptitle("Fashion-MNIST with dropout, from scratch and with layers: minigrad beside the book's figures")
    with saving(path) as temporary:
        figure.savefig(temporary, dpi=120)


# ---- from top to bottom ----------------------------------------------------------------------------------------------


def load(root: str | None, train: bool) -> TensorDataset:
    """Return images in [0, 1], of shape (N, 1, 28, 28), and labels."""
    dataset = FashionMNIST(root, train)
    return TensorDataset(dataset.data.unsqueeze(1).float() / 255, dataset.targets)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=at_least(1), default=3, help="seeds to average over (default: 3)")
    parser.add_argument("--epochs", type=at_least(1), default=5, help="passes over the data (default: 5)")
    parser.add_argument("--batch-size", type=at_least(1), default=256, help="images in a step (default: 256)")
    parser.add_argument("--data", metavar="ROOT", help="folder of the data sets (default: $MINIGRAD_DATA, or a cache)")
    add_output_options(parser)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    if not options.show:
        plt.switch_backend("agg")  # needs no display
    try:
        train_set, test_set = load(options.data, train=True), load(options.data, train=False)
    except (RuntimeError, ValueError) as error:
        sys.exit(str(error))
    results = {}
    for name, build in ("from scratch", from_scratch), ("with layers", with_layers):
        histories = []
        for seed in range(options.seeds):
            print(f"\n{name}, seed {seed}")
            mg.manual_seed(seed)
            model = build(options.batch_size)
            histories.append(train(model, train_set, test_set, options.epochs, options.batch_size))
        results[name] = mean_history(histories)
    print_table(results, options.seeds)
    save_figure(results, options.out / "fashion_mnist_dropout.png")
    if options.show:
        plt.show()


if __name__ == "__main__":
    finish(main)
