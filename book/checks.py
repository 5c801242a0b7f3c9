"""What `python -m book check` demands of the answers to each chapter's exercises."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.testing import DropoutAdapter, WeightDecayAdapter, check_dropout, check_weight_decay

from .invariants import DROPOUT, WEIGHT_DECAY
from .judging import Fault, Judge, Names, demand, gradcheck, same
from .words import Phrase

RNG_SEED = 17
SEVEN = ("value", "scale", "rate", "eval", "bad_p", "gradient", "fresh")  # the invariants of chapter 14


def random_arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return arrays of random numbers, the same in each call."""
    rng = np.random.default_rng(RNG_SEED)
    return [rng.normal(size=shape) for shape in shapes]


# ---- chapters 1 to 7: the engine -------------------------------------------------------------------------------------


def number_operator(symbol: str, value: Any, slopes: Any) -> Judge:
    """Return a check of an operator of chapter 1's Number."""

    def check(names: Names) -> None:
        for a, b in ((3.0, 4.0), (-2.0, 0.5)):
            x, y = names.Number(a), names.Number(b)
            z = x - y if symbol == "-" else x / y
            z.backward()
            same(z.value, value(a, b), f"{a:g} {symbol} {b:g}")
            for what, number, slope in zip("xy", (x, y), slopes(a, b), strict=True):
                same(number.grad, slope, Phrase(
                    "the slope of x {symbol} y towards {what} at ({a:g}, {b:g})", symbol=symbol, what=what, a=a, b=b
                ))  # fmt: skip
        x = names.Number(3.0)
        (x * x - x if symbol == "-" else (x * x) / x).backward()
        same(x.grad, 5.0 if symbol == "-" else 1.0, Phrase("the slope of x * x {symbol} x at 3", symbol=symbol))

    return check


def unary(name: str, forward: Any, points: list[float]) -> Judge:
    """Return a check of an op of one input by its values and by differences."""

    def check(names: Names) -> None:
        op, x = getattr(names, name), np.array(points)
        same(op(x), forward(x), Phrase("{name} at {points}", name=name, points=points))
        gradcheck(op, [x])

    return check


def check_visits(names: Names) -> None:
    same(names.visits(names.Number(1.0)), 1, Phrase("the visits of a single number"))
    x = y = names.Number(1.0)
    for doublings in range(1, 11):
        y = y + y
        same(names.visits(y), 2 ** (doublings + 1) - 1, Phrase("the visits after {n} doublings", n=doublings))
    same(names.visits(names.chain(x, 30_000)), 60_001, Phrase("the visits of a chain of 30,000 additions"))


def check_mean(names: Names) -> None:
    (x,) = random_arrays((2, 3, 4))
    for axis in ((0, 1, 2), (1,), (0, 2)):
        params = {"axis": axis, "keepdims": False, "shape": x.shape}
        same(names.mean(x, **params), x.mean(axis=axis), Phrase("the mean over the axes {axis}", axis=axis))
        gradcheck(names.mean, [x], **params)


def check_take(names: Names) -> None:
    (x,) = random_arrays((5,))
    index = np.array([0, 3, 3, 1, 0, 0])
    same(names.take(x, index=index), x[index], "take(x, index)")
    gradcheck(names.take, [x], index=index)


def check_fooled(names: Names) -> None:
    (x,) = random_arrays((2, 4))
    e = np.exp(x)
    values = Phrase("the values of fooled, which are softmax's,")
    same(names.fooled(x), e / e.sum(axis=-1, keepdims=True), values)
    gradcheck(names.fooled, [x], g=np.ones((2, 4)))
    try:
        gradcheck(names.fooled, [x])
    except Fault:
        return
    raise Fault("the rule is right: random output gradients find nothing wrong with it")


def check_hessian(names: Names) -> None:
    x = np.array([0.5, -1.0, 2.0])
    same(names.hessian(lambda t: (t * t * t).sum(), x), np.diag(6 * x), Phrase("the hessian of the sum of x**3"))
    same(names.hessian(lambda t: (t * t).sum() * t.sum(), x), 2 * (x[:, None] + x) + 2 * np.eye(3) * x.sum(),
         Phrase("the hessian of (x * x).sum() * x.sum()"))  # fmt: skip


def check_tanh_from_input(names: Names) -> None:
    unary("tanh_from_input", np.tanh, [-2.0, 0.3, 0.9])(names)
    op = names.tanh_from_input
    demand(not op.keeps_output, "the rule still reads the output: it may read g and the input only")
    demand(op.keeps_inputs, "the rule does not read the input")


def check_kept_bytes(names: Names) -> None:
    x, w = (names.Tensor(array, requires_grad=True) for array in random_arrays((10, 4), (4, 3)))
    y = names.apply(names.table.relu, x @ w)
    same(names.kept_bytes(y), (40 + 12 + 30) * 8, Phrase("what relu(x @ w) keeps for x (10, 4), w (4, 3)"))
    same(names.kept_bytes(x + x), 0, Phrase("what an addition keeps"))
    same(names.kept_bytes(x * x), 320, Phrase("what x * x keeps, where x is one array of 320 bytes,"))


# ---- chapters 8 to 11: networks and optimizers -----------------------------------------------------------------------


def check_residual(names: Names) -> None:
    inner = names.Linear(3, 3)
    layer = names.Residual(inner)
    x = names.Tensor(np.array([[1.0, -2.0, 0.5]], np.float32))
    same(layer(x).array, x.array + inner(x).array, "Residual(f)(x)")
    demand(len(list(layer.parameters())) == 2, "the weights of f are not found: assign f to an attribute")


def check_huber(names: Names) -> None:
    x, target = np.array([0.0, 0.4, -3.0, 2.0]), np.array([0.2, -0.2, 1.0, 0.0])
    tensor = names.Tensor(x, requires_grad=True)
    loss = names.huber(tensor, names.Tensor(target))
    e = np.abs(x - target)
    same(loss.array, np.where(e <= 1, e * e / 2, e - 0.5).mean(), Phrase("the value of huber"))
    loss.backward()
    same(tensor.grad.array, np.clip(x - target, -1, 1) / 4, Phrase("the gradient of huber"))


class OptimizerAdapter(WeightDecayAdapter):
    """Drives an optimizer class of the book by the contract for weight decay."""

    def __init__(self, optimizer_class: Any, nn: Any) -> None:
        self.optimizer_class, self.nn = optimizer_class, nn

    def build(self, params: Any, lr: float, weight_decay: float, **options: Any) -> Any:
        return self.build_groups(params, lr, [weight_decay] * len(params))

    def build_groups(self, params: Any, lr: float, weight_decays: Any, **options: Any) -> Any:
        made = zip(params, weight_decays, strict=True)
        groups = [{"params": [self.nn.Parameter(p.copy())], "weight_decay": decay} for p, decay in made]
        return self.optimizer_class(groups, lr=lr)

    def step(self, optimizer: Any, grads: Any) -> Any:
        params = [p for group in optimizer.param_groups for p in group["params"]]
        for p, grad in zip(params, grads, strict=True):
            p.grad = None if grad is None else self.nn.Tensor(grad.copy())
        optimizer.step()
        return [p.array for p in params]

    def set_lr(self, optimizer: Any, lr: float) -> None:
        for group in optimizer.param_groups:
            group["lr"] = lr


def by_contract(report: Any, meanings: Mapping[str, Phrase]) -> None:
    """Raise a Fault with the evidence for the first invariant that a report calls broken."""
    for result in report.results:
        if result.status == "broken":
            raise Fault('minigrad\'s kit convicts it of "{id}" ({meaning}): {evidence}', id=result.id,
                        meaning=meanings[result.id], evidence=result.evidence)  # fmt: skip


def check_sign_sgd(names: Names) -> None:
    p = names.nn.Parameter(np.array([1.0, 1.0, -1.0]))
    p.grad = names.nn.Tensor(np.array([5.0, -0.01, 0.0]))
    names.SignSGD([p], lr=0.1, weight_decay=0.1).step()
    same(p.array, [0.9, 0.9, -0.9], Phrase("a step of SignSGD with lr 0.1 and weight_decay 0.1"))
    by_contract(check_weight_decay(OptimizerAdapter(names.SignSGD, names.nn), kind="l2"), WEIGHT_DECAY)


def check_groups(names: Names) -> None:
    nn = names.nn
    groups = names.groups(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), 0.1)
    found = sorted((p.array.shape, group["weight_decay"]) for group in groups for p in group["params"])
    expected = [((1,), 0.0), ((1, 3), 0.1), ((3,), 0.0), ((3, 2), 0.1)]
    demand(found == expected, "shapes and decays should be {expected}, but are {found}", expected=expected, found=found)


def check_lion(names: Names) -> None:
    p = names.nn.Parameter(np.array([1.0]))
    optimizer = names.Lion([p], lr=0.1, weight_decay=0.0)
    for grad, expected in ((1.0, 0.9), (-1e-3, 0.8), (-1.0, 0.9)):
        p.grad = names.nn.Tensor(np.array([grad]))
        optimizer.step()
        same(p.array, [expected], Phrase("the weight after a gradient of {grad:g}", grad=grad))
    by_contract(check_weight_decay(OptimizerAdapter(names.Lion, names.nn), kind="decoupled"), WEIGHT_DECAY)


def check_best_step(names: Names) -> None:
    losses = [5.0, 3.0, 4.0, 2.0, 2.5, 2.4, 2.6, 1.0]
    for patience, expected in ((1, 1), (2, 3), (3, 3), (4, 7), (9, 7)):
        same(names.best_step(losses, patience), expected, f"best_step({losses}, {patience})")


def check_enable_grad(names: Names) -> None:
    with names.no_grad():
        with names.enable_grad():
            demand(names.grad_mode.enabled, "inside of the block nothing is recorded")
        demand(not names.grad_mode.enabled, "after the block the mode is not what it was before")


# ---- chapters 12 to 14: dropout --------------------------------------------------------------------------------------


class Layer(DropoutAdapter):
    """Drives a dropout layer of the book by the kit; p is checked for it, as the surface does."""

    def __init__(self, layer_class: Any, names: Names, random: Any, source: Any, kind: str = "element") -> None:
        self.layer_class, self.names, self.random, self.source, self.kind = layer_class, names, random, source, kind

    def build(self, p: float, seed: int) -> Any:
        if not 0 <= p <= 1:
            raise ValueError(f"p has to be between 0 and 1, but got {p}")
        return self.layer_class(p), self.source(seed)

    def run(self, layer: Any, x: Any, grad_output: Any = None, *, training: bool = True) -> Any:
        if self.kind == "channel" and x.ndim < 2:
            raise ValueError(f"expected (N, C, ...), got shape {x.shape}")
        dropout, self.random.default = layer
        tensor = self.names.Tensor(x, requires_grad=True)
        y = dropout.train(training)(tensor)
        if grad_output is None:
            return y.array, None
        y.backward(self.names.Tensor(grad_output))
        return y.array, tensor.grad.array


def examined(layer_class: Any, names: Names, kind: str = "element", source: Any = None) -> Any:
    """Return the kit's report on a layer, on the seven invariants."""
    shape = (4, 5, 3) if kind == "channel" else (4, 5)
    adapter = Layer(layer_class, names, names.random, source or names.Source, kind)
    return check_dropout(adapter, only=SEVEN, p=[0.2, 0.7], shapes=[shape], dtypes=["float32"])


def check_channel_dropout(names: Names) -> None:
    x = names.Tensor(np.ones((2, 5, 3, 3), np.float32))
    y = names.ChannelDropout(0.5)(x).array.reshape(10, 9)
    demand(bool((y == y[:, :1]).all()), "the values of one channel are not dropped together")
    by_contract(examined(names.ChannelDropout, names, "channel"), DROPOUT)


def check_paper_dropout(names: Names) -> None:
    x = names.Tensor(np.ones(1000, np.float32))
    layer = names.PaperDropout(0.2)
    y = layer(x).array
    demand(set(np.unique(y)) <= {0.0, 1.0}, "in training, what is kept should not be scaled")
    demand(700 < y.sum() < 900, "with p = 0.2 it keeps {kept:g} of 1000 units", kept=y.sum())
    same(layer.eval()(x).array, np.full(1000, 0.8), Phrase("the output for ones in evaluation"))


def check_coins(names: Names) -> None:
    source, words = names.Source(5), names.Source(5).bits.random_raw(64)
    coins = np.asarray(names.coins(source, 64))
    demand(coins.dtype == bool, "coins should be booleans, not {dtype}", dtype=coins.dtype)
    demand(bool((coins == (words & 1).astype(bool)).all()), "the coins are not the lowest bits of the stream's words")
    following = names.Source(5)
    following.bits.random_raw(64)
    demand(source.bits.random_raw() == following.bits.random_raw(), "64 coins should use up 64 words")


def check_shuffled(names: Names) -> None:
    source, draws = names.Source(6), 30_000
    counts = Counter(tuple(int(i) for i in names.shuffled(source, 3)) for _ in range(draws))
    demand(set(counts) <= set(itertools.permutations(range(3))), "the result is not a permutation of 0, 1, 2")
    for order in itertools.permutations(range(3)):
        # 6.5 standard deviations: a fair shuffle fails once in 10⁹ checks
        gap = abs(counts[order] - draws / 6)
        fair = gap < 6.5 * (draws * 5 / 36) ** 0.5
        demand(fair, "the order {order} came {count} times of {draws}, not about {expected}",
               order=order, count=counts[order], draws=draws, expected=draws // 6)  # fmt: skip


def check_guilty(names: Names) -> None:
    report = examined(names.Guilty, names, source=names.randomness.Source)
    broken = list(report.broken)
    demand(bool(broken), "the kit acquits it")
    demand(len(broken) == 1, "it breaks more than one invariant: {ids}", ids=", ".join(broken))
    alone = broken[0] not in ("scale", "eval", "gradient")
    demand(alone, '"{id}" is what one of the five breaks alone, too', id=broken[0])


# ---- chapters 15 to 17 -----------------------------------------------------------------------------------------------


def check_grad(names: Names) -> None:
    Tensor = names.engine.Tensor
    x, w = (Tensor(array, requires_grad=True) for array in random_arrays((3,), (3,)))
    same(names.grad((x * w).sum(), x), w.array, "grad((x * w).sum(), x)")
    demand(x.grad is None and w.grad is None, "it fills .grad, which it should leave alone")


def check_clipped(names: Names) -> None:
    Tensor = names.engine.Tensor
    for factor, expected in ((10.0, [0.6, 0.8]), (0.1, [0.3, 0.4])):
        x = Tensor(np.array([1.0, 1.0]), requires_grad=True)
        y = names.clipped(x * 1.0, 1.0)
        (y * (np.array([3.0, 4.0]) * factor)).sum().backward()
        same(x.grad.array, expected, Phrase(
            "the gradient {gradient}, clipped to the length 1,", gradient=[3 * factor, 4 * factor]
        ))  # fmt: skip


def check_part(names: Names) -> None:
    x, g = random_arrays((10, 2), (10, 2))
    calls: Counter[str] = Counter()
    (rule,) = names.part.rules

    def counted(*args: Any, **params: Any) -> Any:
        calls["rule"] += 1
        return rule(*args, **params)

    _ = names.part.keeps_inputs, names.part.keeps_output  # found out from the rule itself, so before it is wrapped
    names.part.rules = (counted,)
    leaf = names.engine.Tensor(x, requires_grad=True)
    rows = [names.engine.apply(names.part, leaf, i=i) * g[i] for i in (*range(10), 0)]
    same(rows[4].array, x[4] * g[4], Phrase("the fifth part, times a constant,"))
    total = rows[0].sum()
    for row in rows[1:]:
        total = total + row.sum()
    total.backward()
    g[0] *= 2
    same(leaf.grad.array, g, Phrase("the gradient of x, all of whose parts are used, one of them twice,"))
    demand(calls["rule"] == 1, "its rule is called {calls} times for parts of one x: give it an adds",
           calls=calls["rule"])  # fmt: skip


def check_count_ops(names: Names) -> None:
    Tensor = names.engine.Tensor
    counts = names.count_ops(lambda: Tensor([1.0]) * 2.0 + Tensor([1.0]) * 3.0)
    right = dict(counts) == {"mul": 2, "add": 1}
    demand(right, "two products and a sum are counted as {counts}", counts=dict(counts))
    with contextlib.suppress(ZeroDivisionError):
        names.count_ops(lambda: 1 / 0)
    heard = dict(counts)
    Tensor([1.0]) - 1.0
    demand(dict(counts) == heard, "the listener still hears after the call")
    demand(names.dropping.listener is None, "the listener of chapter 12 is not what it was before")


def check_careful(names: Names) -> None:
    x = names.Careful([1.0])
    demand(isinstance(x + 1.0, names.Careful), "a result is no longer Careful: set Careful.result")
    try:
        x + np.array([0.1])
    except TypeError as error:
        names_both = "float32" in str(error) and "float64" in str(error)
        demand(names_both, "the error does not name both dtypes: {error}", error=error)
        return
    raise Fault("float32 + float64 is accepted")


def check_train_both(names: Names) -> None:
    same(names.train_both(6), 0, Phrase("the number of weights that differ after six steps"))


CHECKS: dict[int, dict[str, Judge]] = {
    1: {
        "Number.__sub__": number_operator("-", lambda a, b: a - b, lambda a, b: (1, -1)),
        "Number.__truediv__": number_operator("/", lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2)),
    },
    2: {
        "sigmoid": unary("sigmoid", lambda x: 1 / (1 + np.exp(-x)), [-3.0, 0.4, 2.0]),
        "sin": unary("sin", np.sin, [-1.0, 0.5, 4.0]),
    },
    3: {"visits": check_visits},
    4: {"mean": check_mean},
    5: {"take": check_take, "fooled": check_fooled},
    6: {"hessian": check_hessian},
    7: {"tanh_from_input": check_tanh_from_input, "kept_bytes": check_kept_bytes},
    8: {"Residual": check_residual, "huber": check_huber},
    9: {"SignSGD": check_sign_sgd, "groups": check_groups},
    10: {"Lion": check_lion},
    11: {"best_step": check_best_step, "enable_grad": check_enable_grad},
    12: {"ChannelDropout": check_channel_dropout, "PaperDropout": check_paper_dropout},
    13: {"coins": check_coins, "shuffled": check_shuffled},
    14: {"Guilty": check_guilty},
    15: {"grad": check_grad, "clipped": check_clipped, "part": check_part},
    16: {"count_ops": check_count_ops, "Careful": check_careful},
    17: {"train_both": check_train_both},
}
