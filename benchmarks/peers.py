"""Who is compared: for each peer, how one trains a workload with it.

Each is written as its own users write, except that all begin with the same weights. Given masks, a peer drops what they
say, so that `check` can lay the losses side by side; without, it draws its own.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from . import handwritten
from .harness import Step, installed
from .workloads import Array, Workload

DEFAULT, FAST = "minigrad", "minigrad, fast masks"
REPLAYED, REPLAYED_FAST = "minigrad, replayed", "minigrad, replayed, fast masks"
TORCH, TORCH_FUSED, TORCH_COMPILED = "PyTorch", "PyTorch, fused", "PyTorch, compiled"
JAX = "JAX, jitted"
TINYGRAD = "tinygrad, jitted"
LIMIT = "NumPy by hand"

Masks = Iterator[Array] | None
Builder = Callable[[Workload, Masks], Step]


# ---- minigrad and PyTorch: one text ----------------------------------------------------------------------------------


def layered(
    lib: Any, work: Workload, masks: Masks, fused: bool = False, generator: Any = None, compiled: bool = False
) -> Step:
    """Return a step in minigrad or in PyTorch."""
    net, loss_func, optimizer = parts_of(lib, work, masks, fused, generator)
    x, y = map(lib.from_numpy, work.data())

    def forward() -> Any:
        return loss_func(net(x), y)

    if compiled:
        forward = lib.compile(forward)  # and with it the backward pass

    def step() -> Any:
        loss = forward()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def parts_of(
    lib: Any, work: Workload, masks: Masks, fused: bool = False, generator: Any = None
) -> tuple[Any, Any, Any]:
    """Return what a step in minigrad or in PyTorch consists of: the network, the loss and the optimizer."""
    own = {} if generator is None else {"generator": generator}
    lib.manual_seed(0)
    layers: list[Any] = []
    for (weight, bias), p in zip(work.weights(), (*work.drop, None), strict=True):
        linear = lib.nn.Linear(*reversed(weight.shape))
        linear.weight.data, linear.bias.data = lib.from_numpy(weight), lib.from_numpy(bias)
        layers.append(linear)
        if p is not None:
            layers.append(lib.nn.ReLU())
        if p:
            layers.append(given_dropout(lib, p, masks) if masks else lib.nn.Dropout(p, **own))
    net = lib.nn.Sequential(*layers)
    options = work.options | ({"fused": True} if fused else {})
    optimizer = getattr(lib.optim, work.optimizer)(net.parameters(), **options)
    return net, lib.nn.MSELoss() if work.loss == "mse" else lib.nn.CrossEntropyLoss(), optimizer


def given_dropout(lib: Any, p: float, masks: Iterator[Array]) -> Any:
    """Return a layer that drops what the masks say."""

    class GivenDropout(lib.nn.Module):  # type: ignore[misc,name-defined]
        def forward(self, x: Any) -> Any:
            return x * lib.from_numpy(next(masks) * np.float32(1 / (1 - p)))

    return GivenDropout()


def minigrad(work: Workload, masks: Masks = None) -> Step:
    import minigrad as lib

    return layered(lib, work, masks)


def minigrad_fast(work: Workload, masks: Masks = None) -> Step:
    import minigrad as lib

    return layered(lib, work, masks, generator=lib.Generator(engine="fast"))


def minigrad_replayed(work: Workload, masks: Masks = None, generator: Any = None) -> Step:
    """Return a step that is recorded once and then replayed; that it is the same bits is for the tests to prove."""
    import minigrad as lib
    from minigrad.replay import TrainingStep

    step = TrainingStep(*parts_of(lib, work, masks, generator=generator))
    x, y = map(lib.from_numpy, work.data())
    return lambda: step.as_written(x, y) if masks else step(x, y)  # masks from outside cannot be replayed


def minigrad_replayed_fast(work: Workload, masks: Masks = None) -> Step:
    import minigrad as lib

    return minigrad_replayed(work, masks, lib.Generator(engine="fast"))


def pytorch(work: Workload, masks: Masks = None) -> Step:
    return layered(single_threaded_torch(), work, masks)


def pytorch_fused(work: Workload, masks: Masks = None) -> Step:
    return layered(single_threaded_torch(), work, masks, fused=True)


def pytorch_compiled(work: Workload, masks: Masks = None) -> Step:
    return layered(single_threaded_torch(), work, masks, compiled=True)


def single_threaded_torch() -> Any:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return torch


# ---- JAX: the whole step is one compiled function --------------------------------------------------------------------


def jax(work: Workload, masks: Masks = None) -> Step:
    import jax
    from jax import numpy as jnp

    def multipliers(key: Any) -> list[Any]:
        shapes = [(work.batch, n) for n in work.sizes[1:-1]]
        keys = jax.random.split(key, len(shapes))
        draws = [jax.random.bernoulli(k, 1 - p, s) for k, p, s in zip(keys, work.drop, shapes, strict=True) if p]
        return scaled(draws, work)

    def loss_func(params: Any, kept: list[Any]) -> Any:
        return network_loss(jnp, params, x, y, kept, work)

    def train(params: Any, state: Any, kept: list[Any]) -> Any:
        loss, grads = jax.value_and_grad(loss_func)(params, kept)
        return loss, *JAX_UPDATES[work.optimizer](params, grads, state, **work.options)

    def draw_and_train(params: Any, state: Any, key: Any) -> Any:
        key, now = jax.random.split(key)
        return *train(params, state, multipliers(now) if any(work.drop) else []), key

    x, y = map(jnp.asarray, work.data())
    params = jax.tree.map(jnp.array, work.weights())
    zeros = jax.tree.map(jnp.zeros_like, params)
    state = (zeros, jax.tree.map(jnp.zeros_like, params), jnp.zeros((), jnp.float32))
    key = jax.random.key(0)
    compiled = jax.jit(train if masks else draw_and_train, donate_argnums=(0, 1))

    def step() -> Any:
        nonlocal params, state, key
        if masks:
            loss, params, state = compiled(params, state, scaled(taken(masks, work), work))
        else:
            loss, params, state, key = compiled(params, state, key)
        return loss

    return step


def jax_adam(params: Any, grads: Any, state: Any, lr: float, beta1: float = 0.9, beta2: float = 0.999) -> Any:
    from jax import numpy as jnp, tree

    means, squares, t = state
    t = t + 1
    means = tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, means, grads)
    squares = tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, squares, grads)
    rate, root = lr / (1 - beta1**t), jnp.sqrt(1 - beta2**t)
    params = tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + 1e-8), params, means, squares)
    return params, (means, squares, t)


def jax_sgd(params: Any, grads: Any, state: Any, lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> Any:
    from jax import tree

    buffers, *rest = state
    grads = tree.map(lambda g, p: g + weight_decay * p, grads, params)
    if momentum:
        buffers = grads = tree.map(lambda b, g: momentum * b + g, buffers, grads)
    return tree.map(lambda p, g: p - lr * g, params, grads), (buffers, *rest)


JAX_UPDATES = {"Adam": jax_adam, "SGD": jax_sgd}


# ---- tinygrad: the whole step is recorded once -----------------------------------------------------------------------


def tinygrad(work: Workload, masks: Masks = None) -> Step:
    from tinygrad import Tensor, TinyJit
    from tinygrad.helpers import Context
    from tinygrad.nn import optim

    x, y = map(Tensor, work.data())
    layers = [(Tensor(weight), Tensor(bias)) for weight, bias in work.weights()]
    optimizer = getattr(optim, work.optimizer)([p for layer in layers for p in layer], **work.options)

    def forward(kept: Iterator[Any]) -> Any:
        h = x
        for i, (weight, bias) in enumerate(layers):
            h = h @ weight.T + bias
            if i < len(work.drop):
                h = h.relu()
                if work.drop[i]:
                    h = h * next(kept) if masks else h.dropout(work.drop[i])
        return ((h - y) ** 2).mean() if work.loss == "mse" else h.sparse_categorical_crossentropy(y)

    @TinyJit  # type: ignore[untyped-decorator]
    def train(*kept: Any) -> Any:
        with Context(TRAINING=1):
            optimizer.zero_grad()
            loss = forward(iter(kept)).backward()
            return loss.realize(*optimizer.schedule_step())

    return lambda: train(*[Tensor(mask).realize() for mask in (scaled(taken(masks, work), work) if masks else [])])


# ---- autograds on NumPy; they bring no optimizers, and get those of the hand-written step ----------------------------


def hips_autograd(work: Workload, masks: Masks = None) -> Step:
    from autograd import numpy as anp, value_and_grad

    x, y = work.data()
    params = work.weights()
    rng = np.random.default_rng(0)
    moves = movers(params, work)
    gradient = value_and_grad(lambda params, kept: network_loss(anp, params, x, y, kept, work))

    def step() -> Any:
        loss, grads = gradient(params, scaled(taken(masks or drawn(rng, work), work), work))
        for layer, layer_grads, layer_moves in zip(params, grads, moves, strict=True):
            for p, g, move in zip(layer, layer_grads, layer_moves, strict=True):
                move(p.reshape(-1), g.reshape(-1))
        return loss

    return step


def mygrad(work: Workload, masks: Masks = None) -> Step:
    import mygrad as mg
    from mygrad.nnet.losses import softmax_crossentropy

    mg.turn_memory_guarding_off()  # as its documentation advises for speed
    x, y = work.data()
    arrays = work.weights()
    layers = [[mg.tensor(a, copy=False) for a in layer] for layer in arrays]
    rng = np.random.default_rng(0)
    moves = movers(arrays, work)

    def step() -> Any:
        kept = iter(scaled(taken(masks or drawn(rng, work), work), work))
        h = x
        for i, (weight, bias) in enumerate(layers):
            h = mg.matmul(h, weight.T) + bias
            if i < len(work.drop):
                h = mg.nnet.relu(h)
                if work.drop[i]:
                    h = h * next(kept)
        loss = softmax_crossentropy(h, y) if work.loss == "cross_entropy" else mg.mean((h - y) ** 2)
        loss.backward()
        for layer, layer_moves in zip(layers, moves, strict=True):
            for tensor, move in zip(layer, layer_moves, strict=True):
                move(tensor.data.reshape(-1), np.ascontiguousarray(tensor.grad).reshape(-1))
        return loss

    return step


def movers(layers: list[tuple[Array, Array]], work: Workload) -> list[list[Callable[[Array, Array], None]]]:
    """Return what moves each parameter by its gradient, both flat."""
    optimizer = handwritten.OPTIMIZERS[work.optimizer]
    return [[optimizer(p.reshape(-1), **work.options).step for p in layer] for layer in layers]


def network_loss(xp: Any, params: Any, x: Any, y: Any, kept: list[Any], work: Workload) -> Any:
    """Return the loss of a workload's network, in any NumPy that can be differentiated."""
    kept = iter(kept)
    for i, (weight, bias) in enumerate(params):
        x = xp.dot(x, weight.T) + bias
        if i < len(work.drop):
            x = xp.maximum(x, 0)
            if work.drop[i]:
                x = x * next(kept)
    if work.loss == "mse":
        return xp.mean((x - y) ** 2)
    x = x - xp.max(x, axis=1, keepdims=True)
    return xp.mean(xp.log(xp.sum(xp.exp(x), axis=1)) - x[np.arange(work.batch), y])


def taken(masks: Iterator[Array], work: Workload) -> list[Array]:
    """Take the masks of one step."""
    return [next(masks) for p in work.drop if p]


def scaled(kept: list[Any], work: Workload) -> list[Any]:
    """Return multipliers: 0, or the inverse of the probability to keep."""
    return [mask * np.float32(1 / (1 - p)) for mask, p in zip(kept, filter(None, work.drop), strict=True)]


def drawn(rng: np.random.Generator, work: Workload) -> Iterator[Array]:
    """Draw masks as one writes it in NumPy."""
    for p, n in zip(work.drop, work.sizes[1:], strict=False):
        if p:
            yield rng.random((work.batch, n), np.float32) >= p


# ---- DeZero ----------------------------------------------------------------------------------------------------------


def dezero(work: Workload, masks: Masks = None) -> Step:
    with mock.patch.object(np, "int", int, create=True):  # which NumPy 1.24 dropped, and DeZero 0.0.13 still asks for
        import dezero
    F, O = dezero.functions, dezero.optimizers

    class Net(dezero.Model):
        def __init__(self) -> None:
            super().__init__()
            for i, (weight, bias) in enumerate(work.weights()):
                linear = dezero.layers.Linear(len(bias), in_size=weight.shape[1])
                linear.W.data, linear.b.data = np.ascontiguousarray(weight.T), bias
                setattr(self, f"l{i}", linear)

        def forward(self, x: Any) -> Any:
            for i, p in enumerate(work.drop):
                x = F.relu(getattr(self, f"l{i}")(x))
                if p:
                    x = x * (next(masks) * np.float32(1 / (1 - p))) if masks else F.dropout(x, p)
            return getattr(self, f"l{len(work.drop)}")(x)

    net = Net()
    options = dict(work.options)
    decay, lr = options.pop("weight_decay", 0.0), options.pop("lr")
    kind = O.Adam if work.optimizer == "Adam" else O.MomentumSGD if "momentum" in options else O.SGD
    if kind is O.Adam:
        options["eps"] = 3e-10  # added before the bias correction: at first this is 1e-8 after it
    optimizer = kind(lr, **options).setup(net)
    if decay:
        optimizer.add_hook(O.WeightDecay(decay))
    loss_func = F.mean_squared_error if work.loss == "mse" else F.softmax_cross_entropy
    x, y = work.data()

    def step() -> Any:
        loss = loss_func(net(x), y)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        return loss.data

    return step


# ---- the table -------------------------------------------------------------------------------------------------------


class Peer(NamedTuple):
    """A name, the module that must be installed, what builds its training steps, and the program it compiles with."""

    name: str
    module: str
    build: Builder
    compiler: str | None = None


PEERS = [
    Peer(DEFAULT, "minigrad", minigrad),
    Peer(FAST, "minigrad", minigrad_fast),
    Peer(REPLAYED, "minigrad", minigrad_replayed),
    Peer(REPLAYED_FAST, "minigrad", minigrad_replayed_fast),
    Peer(TORCH, "torch", pytorch),
    Peer(TORCH_FUSED, "torch", pytorch_fused),
    Peer(TORCH_COMPILED, "torch", pytorch_compiled, compiler="g++"),
    Peer(JAX, "jax", jax),
    Peer(TINYGRAD, "tinygrad", tinygrad, compiler="clang"),
    Peer("MyGrad", "mygrad", mygrad),
    Peer("autograd", "autograd", hips_autograd),
    Peer("DeZero", "dezero", dezero),
    Peer(LIMIT, "numpy", handwritten.training_step),
]


ADAM_W = (DEFAULT, FAST, REPLAYED, REPLAYED_FAST, TORCH, TORCH_FUSED, TORCH_COMPILED, TINYGRAD, LIMIT)
"""Who has AdamW, or is written with it here."""


def present(work: Workload | None = None) -> list[Peer]:
    """Return the peers that are installed, and can train a workload."""
    able = ADAM_W if work is not None and work.optimizer == "AdamW" else [peer.name for peer in PEERS]
    found = [peer for peer in PEERS if installed(peer.module) and peer.name in able]
    return [peer for peer in found if peer.compiler is None or shutil.which(peer.compiler)]


STEPS_COMPARED, TOLERANCE = 5, 1e-4


def check(work: Workload, peers: list[Peer]) -> None:
    """Raise AssertionError unless all peers, given the same masks, have the same first losses."""
    expected = first_losses(peers[0], work)
    for peer in peers[1:]:
        np.testing.assert_allclose(
            first_losses(peer, work), expected, TOLERANCE, err_msg=f"{peer.name} trains another {work.name}"
        )


def first_losses(peer: Peer, work: Workload) -> list[float]:
    step = peer.build(work, work.masks())
    return [step().item() for _ in range(STEPS_COMPARED)]
