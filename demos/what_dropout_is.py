"""What dropout is, exactly: small enough networks have few enough masks to try every one of them.

Dropout's evaluation mode claims to answer for all masked networks at once. With one hidden layer it does, exactly: the
mean of what they say, and for a softmax their normalised geometric mean. With two it is close. And linear regression
with dropout is no new method at all: it is ridge regression, with a penalty that each weight's feature sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim

from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least, checked, inner_probability
from .house.style import BLUE, FAINT, INK, LINES, ORANGE, VERMILLION, canvas, label
from .house.training import evaluating, progress, train_steps

Array = np.ndarray

GRID = mg.linspace(-1, 1, 41).double().unsqueeze(1)
TRAINING_STEPS = 500
CLASSES = 3  # left, middle and right
MIDDLE = 1  # the one that is drawn
ROWS, FEATURES = 40, 8  # of the linear regression

few_units = checked(int, lambda n: 1 <= n <= 9, "a whole number from 1 to 9: there are 4ⁿ masks")


# ---- the networks and their data -------------------------------------------------------------------------------------


def build(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Return a network in double precision that drops units of every hidden layer."""
    *hidden, last = pairwise(sizes)
    layers = [layer for a, b in hidden for layer in (nn.Linear(a, b), nn.Tanh(), nn.Dropout(p))]
    return nn.Sequential(*layers, nn.Linear(*last)).double()


def train_curve(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Fit y = sin 3x."""
    net, x = build([1, *sizes, 1], p), mg.linspace(-1, 1, 60).double().unsqueeze(1)
    return train(net, nn.MSELoss(), x, (3 * x).sin())


def train_classes(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Fit the thirds of [-1, 1], as seen by someone who takes x for x + 0.2 ε."""
    net, x = build([1, *sizes, CLASSES], p), mg.linspace(-1, 1, 60).double().unsqueeze(1)
    seen = x + 0.2 * mg.randn(60, 1).double()
    return train(net, nn.CrossEntropyLoss(), x, ((seen > -1 / 3).long() + (seen > 1 / 3).long()).squeeze(1))


def train(net: nn.Sequential, loss_func: nn.Module, x: mg.Tensor, y: mg.Tensor) -> nn.Sequential:
    for _ in train_steps(net, optim.Adam(net.parameters(), lr=0.02), loss_func, x, y, TRAINING_STEPS):
        pass
    return net


# ---- every mask ------------------------------------------------------------------------------------------------------


def every_mask(n: int) -> mg.Tensor:
    """Return all masks of n units, of shape (2ⁿ, n)."""
    return mg.tensor(np.array(list(product((0.0, 1.0), repeat=n))))


def probabilities(masks: mg.Tensor, p: float) -> mg.Tensor:
    """Return how likely dropout is to draw each mask: p for every 0, times 1 - p for every 1."""
    return (p * (1 - masks) + (1 - p) * masks).prod(1)


class Masked(nn.Module):
    """Inverted dropout that does not draw its masks: it was given them."""

    def __init__(self, masks: mg.Tensor, p: float) -> None:
        super().__init__()
        self.masks, self.p = masks, p

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x * self.masks / (1 - self.p)


class MaskedNets:
    """The 2ⁿ networks that dropout makes of one, with the probability of each."""

    def __init__(self, net: nn.Sequential, units: int, p: float) -> None:
        dropouts = sum(isinstance(layer, nn.Dropout) for layer in net)
        masks = every_mask(units * dropouts)
        given = iter(masks.split(units, dim=1))
        layers = [Masked(next(given), p) if isinstance(layer, nn.Dropout) else layer for layer in net]
        self.nets = nn.Sequential(*layers)
        self.probability = probabilities(masks, p)

    @mg.no_grad()
    def answers(self, x: mg.Tensor) -> mg.Tensor:
        """Return what every network says to one input, of shape (2ⁿ, outputs)."""
        return self.nets(x)


# ---- the mean of what they say ---------------------------------------------------------------------------------------


class Curve(NamedTuple):
    """What all masked networks answer, input by input, and what their network answers in evaluation."""

    answers: mg.Tensor  # (inputs, 2ⁿ)
    probability: mg.Tensor  # (2ⁿ,)
    evaluated: mg.Tensor  # (inputs,)

    @property
    def mean(self) -> mg.Tensor:
        return self.answers @ self.probability

    @property
    def std(self) -> mg.Tensor:
        return ((self.answers - self.mean.unsqueeze(1)) ** 2 @ self.probability).sqrt()

    @property
    def gaps(self) -> mg.Tensor:
        return (self.mean - self.evaluated).abs()

    @property
    def worst(self) -> int:
        """The input at which mean and evaluation differ most."""
        return int(self.gaps.argmax())


def enumerate_curve(net: nn.Sequential, units: int, p: float) -> Curve:
    masked = MaskedNets(net, units, p)
    answers = [masked.answers(x).squeeze(1) for x in progress(GRID, "masks", unit="input")]
    return Curve(mg.stack(answers), masked.probability, evaluate(net).squeeze(1))


def evaluate(net: nn.Sequential) -> mg.Tensor:
    with evaluating(net):
        return net(GRID)


@mg.no_grad()
def draw_mean(net: nn.Sequential, x: mg.Tensor, draws: int) -> float:
    """Return the mean answer to one input in training mode, with masks that nn.Dropout draws."""
    return net(x.expand(draws, 1)).mean().item()


# ---- and of their softmax --------------------------------------------------------------------------------------------


class Softmax(NamedTuple):
    """The softmax in evaluation, and two means of it over all masks, each of shape (inputs, classes)."""

    evaluated: mg.Tensor
    geometric: mg.Tensor
    arithmetic: mg.Tensor

    @property
    def geometric_gap(self) -> float:
        return (self.geometric - self.evaluated).abs().max().item()

    @property
    def arithmetic_gap(self) -> float:
        return (self.arithmetic - self.evaluated).abs().max().item()


def enumerate_softmax(net: nn.Sequential, units: int, p: float) -> Softmax:
    masked = MaskedNets(net, units, p)
    geometric, arithmetic = [], []
    for x in progress(GRID, "masks", unit="input"):
        log_each = masked.answers(x).log_softmax(1)
        geometric.append((masked.probability @ log_each).softmax(0))  # exp of the mean logarithm, normalised
        arithmetic.append(masked.probability @ log_each.exp())
    return Softmax(evaluate(net).softmax(1), mg.stack(geometric), mg.stack(arithmetic))


# ---- linear regression -----------------------------------------------------------------------------------------------


class Regression(NamedTuple):
    """The weights of four methods, and how far training with dropout was from ridge after some steps."""

    least_squares: Array
    ridge: Array
    all_masks: Array
    averaged: Array  # over the steps of SGD with dropout
    steps: list[int]
    averages_distance: list[float]  # as a fraction of the ridge weights' length
    last_distance: list[float]

    @property
    def gap(self) -> float:
        """The largest difference between ridge and dropout over all masks."""
        return float(np.abs(self.ridge - self.all_masks).max())


def draw_regression() -> tuple[Array, Array]:
    """Return inputs whose features differ in size, and noisy linear targets."""
    X = mg.linspace(0.5, 1.5, FEATURES) * mg.randn(ROWS, FEATURES)
    y = X @ mg.randn(FEATURES) + mg.randn(ROWS)
    return X.double().numpy(), y.double().numpy()


def ridge(X: Array, y: Array, p: float) -> Array:
    """Return the weights of ridge regression whose penalty on w² is p/(1-p) times the feature's sum of squares."""
    gram = X.T @ X
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), X.T @ y)


def minimise_over_all_masks(X: Array, y: Array, p: float) -> Array:
    """Return the weights of least expected loss: every row under every mask is a row of its own."""
    masks = every_mask(FEATURES)
    importance = probabilities(masks, p).sqrt().numpy()[:, None]
    rows = importance[:, :, None] * X * masks.numpy()[:, None] / (1 - p)  # (masks, rows, features)
    return np.linalg.lstsq(rows.reshape(-1, FEATURES), (importance * y).ravel())[0]


def regress(p: float, steps: int) -> Regression:
    X, y = draw_regression()
    target = ridge(X, y, p)
    net = nn.Sequential(nn.Dropout(p), nn.Linear(FEATURES, 1, bias=False)).double()
    weights = net[1].weight.detach().numpy()[0]  # a view: it follows the training
    optimizer = optim.SGD(net.parameters(), lr=stable_rate(X, p))
    training = train_steps(net, optimizer, nn.MSELoss(), mg.from_numpy(X), mg.from_numpy(y[:, None]), steps)

    shown = set(np.geomspace(1, steps, 60).round().astype(int).tolist())
    average, distances = np.zeros(FEATURES), []
    for step in progress(training, "SGD", steps):
        average += (weights - average) / step
        if step in shown:
            distances.append((step, apart(average, target), apart(weights, target)))
    trace = map(list, zip(*distances, strict=True))
    return Regression(np.linalg.lstsq(X, y)[0], target, minimise_over_all_masks(X, y, p), average, *trace)


def stable_rate(X: Array, p: float) -> float:
    """Return a learning rate that is small beside the curvature that dropout's 1/(1-p) gives the loss."""
    return float(0.2 * (1 - p) / np.linalg.eigvalsh(X.T @ X / len(X))[-1])


def apart(these: Array, those: Array) -> float:
    """Return the distance of the first from the second, as a fraction of the second's length."""
    return float(np.linalg.norm(these - those) / np.linalg.norm(those))


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """What was enumerated, with one hidden layer and with two; what was drawn; and the regression."""

    curves: list[Curve]
    softmaxes: list[Softmax]
    drawn_mean: float  # of the deeper network, at its worst input
    regression: Regression


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    p, units = options.p, options.units
    depths = [units], [units, units]
    nets = [train_curve(sizes, p) for sizes in depths]
    curves = [enumerate_curve(net, units, p) for net in nets]
    softmaxes = [enumerate_softmax(train_classes(sizes, p), units, p) for sizes in depths]
    drawn_mean = draw_mean(nets[1], GRID[curves[1].worst], options.draws)
    return Results(curves, softmaxes, drawn_mean, regress(p, options.steps))


# ---- pictures --------------------------------------------------------------------------------------------------------


def draw_answers(curve: Curve) -> Figure:
    figure, axes = canvas()
    mean, evaluated = curve.mean[curve.worst].item(), curve.evaluated[curve.worst].item()
    answers = curve.answers[curve.worst].numpy()
    axes.hist(answers, bins=60, weights=curve.probability.numpy(), color=BLUE, alpha=0.6)
    axes.axvline(mean, color=INK, label="their mean")
    axes.axvline(evaluated, color=VERMILLION, linestyle="--", label="weight-scaled network")
    title = (
        f"At x = {GRID[curve.worst].item():.2f}, {len(answers):,} masked networks answer\n"
        f"{mean:.3f} on average, the weight-scaled one {evaluated:.3f}"
    )
    label(axes, title, x="answer of a masked network", y="probability")
    axes.legend(fontsize=9)
    return figure


def draw_curve(curve: Curve) -> Figure:
    figure, axes = canvas()
    x, mean, std = GRID.numpy().ravel(), curve.mean.numpy(), curve.std.numpy()
    axes.fill_between(x, mean - std, mean + std, color=BLUE, alpha=0.18, linewidth=0, label="± standard deviation")
    axes.plot(x, mean, color=BLUE, label="mean over all masks")
    axes.plot(x, curve.evaluated.numpy(), color=VERMILLION, linestyle="--", label="weight-scaled network")
    axes.plot(x, np.sin(3 * x), color=INK, linestyle=":", linewidth=1.2, label="sin 3x")
    title = (
        "With two hidden layers, the weight-scaled network is\n"
        f"not the mean over all masks: up to {curve.gaps.max().item():.3f} off"
    )
    label(axes, title, x="x", y="answer")
    axes.legend(fontsize=8.5, loc="upper left")
    return figure


def draw_softmax(softmax: Softmax, title: str) -> Figure:
    figure, axes = canvas()
    names = "weight-scaled network", "normalised geometric mean", "arithmetic mean"
    for name, values, style, width in zip(names, softmax, LINES, (5, 2, 1.6), strict=False):
        axes.plot(GRID, values[:, MIDDLE], label=name, **style, linewidth=width, markevery=4)
    label(axes, title, x="x", y="probability of the middle class")
    axes.set(ylim=(0, 1.35), yticks=np.linspace(0, 1, 5))
    axes.legend(fontsize=8.5, loc="upper left")
    return figure


def draw_weights(regression: Regression) -> Figure:
    figure, axes = canvas()
    places = np.arange(FEATURES) + 1
    axes.bar(places - 0.2, regression.ridge, 0.4, color=BLUE, label="ridge, in closed form")
    axes.bar(places + 0.2, regression.all_masks, 0.4, color=ORANGE, label="dropout, over all masks")
    axes.scatter(places, regression.averaged, marker="D", s=22, color=VERMILLION, label="dropout, SGD's average")
    axes.scatter(places, regression.least_squares, marker="_", s=260, color=INK, label="least squares")
    axes.axhline(0, color=FAINT, linewidth=1, zorder=0)
    title = f"Dropout's weights are those of ridge regression:\nthey differ by {regression.gap:.0e} at most"
    label(axes, title, x="feature, from the smallest to the largest", y="weight")
    axes.legend(fontsize=8.5)
    return figure


def draw_approach(regression: Regression) -> Figure:
    figure, axes = canvas()
    distances = regression.averages_distance, regression.last_distance
    for name, distance, style in zip(("average of all steps", "last step"), distances, LINES, strict=False):
        axes.loglog(regression.steps, distance, label=name, **style, markevery=6)
    axes.axhline(apart(regression.least_squares, regression.ridge), color=INK, linestyle=":", label="least squares")
    title = (
        f"After {regression.steps[-1]:,} steps of SGD with dropout, their average is\n"
        f"{distances[0][-1]:.1%} from ridge, the last weights {distances[1][-1]:.1%}"
    )
    label(axes, title, x="step", y="distance from ridge / its length")
    axes.legend(fontsize=9)
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    return Exhibit(claims(results, options), pictures(results), tables(results), NOTES)


def claims(results: Results, options: argparse.Namespace) -> list[str]:
    (shallow, deep), (flat, nested), drawn_mean, regression = results
    mean, std = deep.mean[deep.worst].item(), deep.std[deep.worst].item()
    errors = abs(drawn_mean - mean) / (std / options.draws**0.5)
    plain = apart(regression.least_squares, regression.ridge)
    return [
        f"With one hidden layer, the weight-scaled network answers the mean over all {len(shallow.probability):,} "
        f"masks, to {shallow.gaps.max().item():.0e}. With two it does not quite: it is up to "
        f"{deep.gaps.max().item():.3f} off the mean over {len(deep.probability):,}, whose standard deviation there is "
        f"{std:.3f}.",
        f"nn.Dropout knows nothing of this, and agrees: {options.draws:,} passes average {drawn_mean:.4f} there, all "
        f"masks {mean:.4f}, {errors:.1f} standard errors apart.",
        f"The softmax of one layer is, in evaluation, the normalised geometric mean over all masks, to "
        f"{flat.geometric_gap:.0e}; the arithmetic mean is up to {flat.arithmetic_gap:.3f} off. With another hidden "
        f"layer, so is the geometric one, by up to {nested.geometric_gap:.3f}.",
        f"Linear regression with dropout is ridge regression: the weights of least expected loss over all masks are "
        f"ridge's, to {regression.gap:.0e}. SGD with dropout circles them: after {options.steps:,} steps its average "
        f"is {regression.averages_distance[-1]:.1%} of their length away, its last weights "
        f"{regression.last_distance[-1]:.1%}; those of least squares are {plain:.0%} away.",
    ]


def pictures(results: Results) -> list[Picture]:
    (_, deep), (flat, nested), _, regression = results
    mean, evaluated = deep.mean[deep.worst].item(), deep.evaluated[deep.worst].item()
    return [
        Picture(
            "answers",
            draw_answers(deep),
            alt=f"Histogram of the answers of {len(deep.probability):,} masked networks to one input, with standard "
            f"deviation {deep.std[deep.worst].item():.3f}; lines at their mean, {mean:.3f}, and at {evaluated:.3f}.",
            caption="Two hidden layers, at the input where the two lines are furthest apart.",
        ),
        Picture(
            "curve",
            draw_curve(deep),
            alt=f"Two curves near sin 3x that differ by up to {deep.gaps.max().item():.3f}, in a band of up to "
            f"± {deep.std.max().item():.3f}.",
            caption="The band is what dropout does to one pass in training.",
        ),
        Picture(
            "softmax",
            draw_softmax(
                flat,
                "A softmax on dropped inputs is, in evaluation, the\n"
                f"normalised geometric mean over all masks, to {flat.geometric_gap:.0e}",
            ),
            alt=f"Over x, the geometric mean lies on the weight-scaled network's curve, to {flat.geometric_gap:.0e}; "
            f"the arithmetic mean is up to {flat.arithmetic_gap:.3f} away.",
            caption="One hidden layer. Wide to narrow, so that two lines in one place can be seen.",
        ),
        Picture(
            "deeper_softmax",
            draw_softmax(nested, f"With another hidden layer, it is not:\nup to {nested.geometric_gap:.3f} off"),
            alt=f"Over x, the geometric mean is up to {nested.geometric_gap:.3f} away from the weight-scaled network, "
            f"the arithmetic mean up to {nested.arithmetic_gap:.3f}.",
            caption="Two hidden layers, both dropped.",
        ),
        Picture(
            "weights",
            draw_weights(regression),
            alt=f"Pairs of bars of equal height for {FEATURES} features, and a mark for least squares at each.",
            caption="The smaller a feature, the smaller its penalty: dropout does not care for a feature's unit.",
        ),
        Picture(
            "approach",
            draw_approach(regression),
            alt=f"Over {regression.steps[-1]:,} steps, the distance of the average from ridge falls to "
            f"{regression.averages_distance[-1]:.1%}; that of the last weights stays, in the end at "
            f"{regression.last_distance[-1]:.1%}.",
            caption="At a constant learning rate, the masks keep the weights moving; their average finds the middle.",
        ),
    ]


def tables(results: Results) -> list[Table]:
    depths = ["one", "two"]
    enumerated = [
        [
            depth,
            f"{len(curve.probability):,}",
            f"{curve.gaps.max().item():.1e}",
            f"{softmax.geometric_gap:.1e}",
            f"{softmax.arithmetic_gap:.1e}",
        ]
        for depth, curve, softmax in zip(depths, results.curves, results.softmaxes, strict=True)
    ]
    methods = results.regression[:4]
    weights = [[str(i), *(f"{w:.3f}" for w in row)] for i, row in enumerate(zip(*methods, strict=True), 1)]
    return [
        Table(
            f"Largest distance from the weight-scaled network, over {len(GRID)} inputs, of the mean answer and of two "
            "means of the softmax",
            ["hidden layers", "masks", "mean", "geometric mean", "arithmetic mean"],
            enumerated,
        ),
        Table(
            "Weights of the linear regression",
            ["feature", "least squares", "ridge", "all masks", "SGD's average"],
            weights,
        ),
    ]


NOTES = [
    "Weight-scaled is the paper's word for the network in evaluation: there, weights are multiplied by 1 - p; here "
    "dropout is inverted, and training divides by 1 - p instead.",
    "Only if all features have the same sum of squares is this the ridge regression with one penalty for all.",
    "How far a deeper network is from the mean over its masks depends on its weights; these were trained with dropout.",
]

DEMO = Demo(
    order=10,
    title="What dropout is, exactly",
    question="If one tries every mask there is, what do the masked networks say together?",
    formula=r"E ∑_i^n (y_i - w · \frac{ξ_i x_i}{1 - p})^2 \\ = ∑_i^n (y_i - w · x_i)^2 \\ "
    r"+ \frac{p}{1 - p} ∑_j^d (X^T X)_{jj} w_j^2 \\ "
    r"\text{softmax} (E z)_k = \frac{∏_ξ q_k(ξ)^{P(ξ)}}{∑_l ∏_ξ q_l(ξ)^{P(ξ)}} \\ q(ξ) = \text{softmax} (z(ξ))",
    source="Srivastava et al. 2014, section 9, Wager et al. 2013, and Baldi and Sadowski 2013",
    references=[
        SRIVASTAVA,
        Reference(
            "Wager, Wang and Liang, Dropout training as adaptive regularization, NIPS 2013",
            "https://arxiv.org/abs/1307.1493",
        ),
        Reference(
            "Baldi and Sadowski, Understanding dropout, NIPS 2013",
            "https://papers.nips.cc/paper/2013/hash/71f6278d140af599e06ad9bf1ba03cb0-Abstract.html",
        ),
    ],
    options=[
        Option("--p", inner_probability, 0.5, "probability to drop"),
        Option("--units", few_units, 8, "units in a hidden layer", quick=5),
        Option("--draws", at_least(2), 20_000, "masks that nn.Dropout draws", quick=2_000),
        Option("--steps", at_least(2), 50_000, "steps of SGD on the regression", quick=2_000),
    ],
    code=[MaskedNets, enumerate_softmax, ridge, minimise_over_all_masks],
    compute=compute,
    present=present,
)
