"""Dropout on Fashion-MNIST, twice: written from scratch, and with layers.

Networks of 784-256-256-10 with dropout 0.2 and 0.5 are trained for five epochs, and set beside the figures that the
book prints whose section this is ("Dive into Deep Learning", Dropout, in PyTorch).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from itertools import pairwise, product
from typing import Any, NamedTuple

from lab.datasets import DATA, load_images
from lab.options import Option, at_least
from lab.training import seeds_of, spread

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


BUILDERS = {"from scratch": from_scratch, "with layers": with_layers}


# ---- training --------------------------------------------------------------------------------------------------------


class Epoch(NamedTuple):
    """The batches' mean losses, summed, over the number of samples; the accuracies in training and in test."""

    loss: float
    train_acc: float
    test_acc: float


def train_epoch(model: Model, batches: Iterable[Any]) -> tuple[float, float]:
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
def evaluate_accuracy(model: Model, batches: Iterable[Any]) -> float:
    hits = [(model.predict(X).argmax(dim=1) == y).float() for X, y in batches]
    return mg.cat(hits).mean().item()


def load(options: argparse.Namespace, train: bool) -> TensorDataset:
    return TensorDataset(*load_images(FashionMNIST, options.data, train, options.images))


def train(run: tuple[str, int], options: argparse.Namespace) -> list[Epoch]:
    """Train one of the two models from one seed."""
    name, seed = run
    mg.manual_seed(seed)
    model = BUILDERS[name](options.batch_size)
    train_iter = DataLoader(load(options, train=True), options.batch_size, shuffle=True)
    test_iter = DataLoader(load(options, train=False), options.batch_size)
    return [Epoch(*train_epoch(model, train_iter), evaluate_accuracy(model, test_iter)) for _ in range(options.epochs)]


# ---- results ---------------------------------------------------------------------------------------------------------

Results = dict[str, list[list[Epoch]]]  # of each model, for each seed, the epochs


def compute(options: argparse.Namespace) -> Results:
    load(options, train=True), load(options, train=False)  # what is missing is missed, or downloaded, once
    runs = list(product(BUILDERS, seeds_of(options)))
    histories = spread(train, runs, options, "trainings")
    results: Results = {name: [] for name in BUILDERS}
    for (name, _), history in zip(runs, histories, strict=True):
        results[name].append(history)
    return results


OPTIONS = [
    Option("--seeds", at_least(2), 3, "seeds to average over", quick=4),
    Option("--epochs", at_least(1), 5, "passes over the data"),
    Option("--batch-size", at_least(1), 256, "images in a step"),
    Option("--images", at_least(1), 60_000, "how many of the images are used", quick=6_000),
    DATA,
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
