"""Many small networks: a step of 48 of them, each with weights of its own, one after the other or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from . import handwritten, peers
from .harness import Settings, Step, Table, Times, duration, in_turn, installed, told
from .workloads import T1, Workload

NETWORKS = 48
WIDTHS = 10, 30, 100, 200, 300

EAGER, REPLAYED = "minigrad, one by one", "minigrad, replayed one by one"
STACKED, STACKED_REPLAYED = "minigrad, stacked", "minigrad, stacked and replayed"
LIMIT = "NumPy by hand, one by one"
JAX = "JAX, vmap and jit"
TORCH = "PyTorch, torch.func"

Builder = Callable[[list[Workload]], Step]  # from as many workloads as there are networks; a step gives their losses


def workloads(width: int) -> list[Workload]:
    """Return the steps of the networks, which differ in their weights alone."""
    return [replace(T1, sizes=(1, width, width, 1), seed=1 + s) for s in range(NETWORKS)]


# ---- one by one ------------------------------------------------------------------------------------------------------


def one_by_one(build: peers.Builder) -> Builder:
    def build_all(works: list[Workload]) -> Step:
        steps = [build(work, None) for work in works]
        return lambda: np.array([step().item() for step in steps])

    return build_all


# ---- all at once -----------------------------------------------------------------------------------------------------


def stacked(works: list[Workload]) -> Step:
    from minigrad.func import StackedLoss

    net, loss_func, optimizer, x, y = stacked_parts(works)
    losses_of = StackedLoss(loss_func, reduction="none")

    def step() -> Any:
        losses = losses_of(net(x), y)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        return losses.detach().numpy()

    return step


def stacked_and_replayed(works: list[Workload]) -> Step:
    from minigrad.func import StackedLoss
    from minigrad.replay import TrainingStep

    net, loss_func, optimizer, x, y = stacked_parts(works)
    step = TrainingStep(net, StackedLoss(loss_func), optimizer)
    return lambda: step(x, y).numpy()  # their sum: a recorded step returns one number


def stacked_parts(works: list[Workload]) -> tuple[Any, ...]:
    """Return the stack, the loss of a network, the optimizer and the batch."""
    import minigrad as lib
    from minigrad.func import Stacked

    parts = [peers.parts_of(lib, work, None) for work in works]
    net = Stacked([net for net, _, _ in parts])
    optimizer = getattr(lib.optim, works[0].optimizer)(net.parameters(), **works[0].options)
    return net, parts[0][1], optimizer, *map(lib.from_numpy, works[0].data())


def jax(works: list[Workload]) -> Step:
    import jax
    from jax import numpy as jnp

    work = works[0]
    x, y = map(jnp.asarray, work.data())
    params = jax.tree.map(lambda *arrays: jnp.stack(arrays), *[work.weights() for work in works])
    state = (*[jax.tree.map(jnp.zeros_like, params) for _ in range(2)], jnp.zeros(len(works), jnp.float32))

    def train(params: Any, state: Any) -> Any:
        loss, grads = jax.value_and_grad(lambda p: peers.network_loss(jnp, p, x, y, [], work))(params)
        return loss, *peers.JAX_UPDATES[work.optimizer](params, grads, state, **work.options)

    compiled = jax.jit(jax.vmap(train), donate_argnums=(0, 1))

    def step() -> Any:
        nonlocal params, state
        losses, params, state = compiled(params, state)
        return np.asarray(losses)

    return step


def torch_func(works: list[Workload]) -> Step:
    torch = peers.single_threaded_torch()
    parts = [peers.parts_of(torch, work, None) for work in works]
    net, loss_func, _ = parts[0]
    params, buffers = torch.func.stack_module_state([net for net, _, _ in parts])
    optimizer = getattr(torch.optim, works[0].optimizer)(params.values(), **works[0].options)
    x, y = map(torch.from_numpy, works[0].data())

    def loss_of(params: Any, buffers: Any) -> Any:
        return loss_func(torch.func.functional_call(net, (params, buffers), (x,)), y)

    losses_of = torch.func.vmap(loss_of)

    def step() -> Any:
        losses = losses_of(params, buffers)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        return losses.detach().numpy()

    return step


BUILDERS: dict[str, tuple[str, Builder]] = {  # the module that must be installed, and what builds the step
    EAGER: ("minigrad", one_by_one(peers.minigrad)),
    REPLAYED: ("minigrad", one_by_one(peers.minigrad_replayed)),
    STACKED: ("minigrad", stacked),
    STACKED_REPLAYED: ("minigrad", stacked_and_replayed),
    TORCH: ("torch", torch_func),
    JAX: ("jax", jax),
    LIMIT: ("numpy", one_by_one(handwritten.training_step)),
}


# ---- measuring -------------------------------------------------------------------------------------------------------


def measure(settings: Settings) -> dict[int, Times]:
    """Prove that all train alike, then time them, width by width."""
    builders = {name: build for name, (module, build) in BUILDERS.items() if installed(module)}
    results = {}
    for width in WIDTHS:
        check(builders, workloads(width))
        steps = {name: waiting(build(workloads(width))) for name, build in builders.items()}
        results[width] = in_turn(steps, settings)
    return results


def waiting(step: Step) -> Step:
    """Return a step without a result: that its losses are arrays of NumPy says that it has come to its end."""

    def run() -> None:
        step()

    return run


def check(builders: dict[str, Builder], works: list[Workload], steps: int = 5) -> None:
    """Lay the losses of the first steps side by side; AssertionError where two differ."""
    expected = None
    for name, build in builders.items():
        step = build(works)
        losses = np.array([np.sum(step()) for _ in range(steps)])
        expected = losses if expected is None else expected
        np.testing.assert_allclose(losses, expected, rtol=1e-3, err_msg=f"{name} trains otherwise")


PAIRS = [(STACKED, EAGER), (STACKED_REPLAYED, REPLAYED), (STACKED, LIMIT), (STACKED_REPLAYED, LIMIT),
         (STACKED, JAX), (STACKED_REPLAYED, JAX), (STACKED, TORCH)]  # fmt: skip


def tables(results: dict[int, Times]) -> list[Table]:
    heads = ["", *(f"width {width}" for width in results)]
    times = [[name, *(duration(t.median(name)) for t in results.values())] for name in BUILDERS]
    ratios = [[f"{a} / {b}", *(told(t.ratio(a, b)) for t in results.values())] for a, b in PAIRS]
    remark = f"{NETWORKS} networks 20×(1-width-width-1), mse, Adam (lr 0.01), all on the same batch."
    return [
        Table("Many networks, a step of all", heads, times, [remark]),
        Table("Many networks, ratios", heads, ratios, []),
    ]
