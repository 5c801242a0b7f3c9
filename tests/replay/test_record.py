"""A function of tensors that is recorded: the same bits as the function itself, or an error that says why not."""

from __future__ import annotations

import copy
import functools
import itertools
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from replayed import left_behind

import minigrad as torch
from minigrad import Tensor, nn, optim, replay
from minigrad.nn import functional as F
from minigrad.replay.guards import Guards

WIDTH = 4


def make_net() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(WIDTH, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(8, WIDTH)
    )


def bits(net: nn.Module) -> list[bytes]:
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    return [x.detach().numpy().tobytes() for x in (*net.state_dict().values(), *grads, torch.get_rng_state())]


# ---- gradients -------------------------------------------------------------------------------------------------------


def one_loss(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    loss = F.cross_entropy(net(x), y) / 3
    loss.backward()
    return loss


def two_losses(net: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    output = net(x)
    first, second = F.cross_entropy(output, y), output.abs().mean()
    first.backward(retain_graph=True)
    second.backward()
    return first, second


def summed_losses(net: nn.Module, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    losses = {"fit": F.nll_loss(net(x).log_softmax(1), y), "size": sum([p.square().sum() for p in net.parameters()])}
    (losses["fit"] + 0.01 * losses["size"]).backward()
    return losses


def two_passes(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """R-drop: two masks for one batch, and a loss for their difference."""
    first, second = net(x), net(x)
    loss = F.cross_entropy(first, y) + F.mse_loss(first.softmax(1), second.softmax(1))
    torch.autograd.backward([loss])
    return loss


def a_penalty_on_gradients(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    loss = F.cross_entropy(net(x), y)
    (slope,) = torch.autograd.grad(loss, x, create_graph=True)
    (loss + slope.square().sum()).backward()
    return slope


def against_an_attack(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(net(x), y), [x])
    loss = F.cross_entropy(net((x + 0.1 * slope.sign()).detach()), y)
    loss.backward()
    return loss


def by_the_size_of_the_loss(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    loss = F.cross_entropy(net(x), y)
    if loss > 1.5:
        loss = loss * 0.5
    loss.backward()
    return loss


FUNCTIONS = [
    one_loss, two_losses, summed_losses, two_passes, a_penalty_on_gradients, against_an_attack, by_the_size_of_the_loss,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@given(seed=st.integers(0, 2**32 - 1), micro_batches=st.integers(1, 3))
def test_gradients_accumulate_as_those_of_the_function(
    function: Callable[..., Any], seed: int, micro_batches: int
) -> None:
    torch.manual_seed(seed)
    net = make_net()
    twin = copy.deepcopy(net)
    data = [(torch.randn(6, WIDTH), torch.randint(0, WIDTH, (6,))) for _ in range(4 * micro_batches)]
    found: list[list[Any]] = []
    plain = functools.partial(function, twin)
    for model, step in ((net, replay.record(functools.partial(function, net))), (twin, plain)):
        torch.manual_seed(1)
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        seen: list[Any] = []
        for i, batch in enumerate(data):
            if i % micro_batches == 0:
                optimizer.zero_grad()
            answer = step(*batch)
            parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, tuple) else [answer]
            seen += [x.detach().numpy().tobytes() for x in parts]
            seen.append(bits(model))
            if i % micro_batches == micro_batches - 1:
                optimizer.step()
        found.append(seen)
    assert found[0] == found[1]


def test_a_function_that_returns_nothing() -> None:
    net = nn.Linear(WIDTH, 1)
    backward = replay.record(lambda x: net(x).sum().backward())
    for i in range(1, 5):
        assert backward(torch.ones(2, WIDTH)) is None
        assert net.weight.grad.tolist() == [[2.0 * i] * WIDTH]
    assert len(backward.recordings) == 1


def test_a_replay_computes_nothing_else() -> None:
    calls = itertools.count()

    @replay.record
    def double(x: Tensor) -> Tensor:
        next(calls)
        return x * 2

    results = [double(torch.tensor([float(i)])).item() for i in range(4)]
    assert results == [0.0, 2.0, 4.0, 6.0]
    assert next(calls) == 1


def test_results_have_no_history_and_are_not_overwritten() -> None:
    net = nn.Linear(WIDTH, WIDTH)
    forward = replay.record(net)
    x = torch.randn(3, WIDTH)
    kept = [forward(x + i) for i in range(4)]
    assert not any(y.requires_grad for y in kept)
    for i, y in enumerate(kept):
        assert np.array_equal(y.numpy(), net(x + i).detach().numpy())
    with pytest.raises(RuntimeError, match="does not require grad"):
        forward(x).sum().backward()
    assert len(forward.recordings) == 1


def test_a_module_is_recorded_for_each_mode() -> None:
    net = make_net()
    forward = replay.record(net)
    x = torch.randn(5, WIDTH)
    with torch.no_grad():
        for training in (True, False, True, False):
            net.train(training)
            state = torch.get_rng_state()
            before = copy.deepcopy(net)
            y = forward(x)
            torch.set_rng_state(state)
            assert np.array_equal(y.numpy(), before(x).numpy())
            for a, b in zip(net.buffers(), before.buffers(), strict=True):
                assert np.array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("n", [1, 4])
def test_arguments_of_every_form(n: int) -> None:
    @replay.record
    def combined(pair: Any, *more: Tensor, scale: float = 1.0, batch: Any = None, how: str = "") -> Any:
        x, y = pair
        total = (x + y) * scale + sum(more) + (0 if batch is None else batch["x"][0])
        return {"total": total, "n": len(more), "all": [x, (total.sum(), None)], "how": how}

    for i in range(3):
        x, y, z = torch.full((n,), i), torch.ones(n), torch.arange(float(n))
        found = combined((x, y), z, z, scale=2.0, batch={"x": [z]}, how="so")
        total = (x + y) * 2.0 + z + z + z
        assert found["total"].tolist() == total.tolist()
        assert (found["n"], found["how"], found["all"][1][1]) == (2, "so", None)
        assert found["all"][0].tolist() == x.tolist()
        assert found["all"][1][0].item() == total.sum().item()
    assert len(combined.recordings) == 1
    combined((x, y), scale=3.0)
    assert len(combined.recordings) == 2


def test_named_tuples_are_results_and_others_are_not() -> None:
    x = torch.randn(3, WIDTH)
    largest = replay.record(lambda x: x.max(1))
    for i in range(3):
        found, expected = largest(x + i), (x + i).max(1)
        assert type(found) is type(expected)
        assert found.values.tolist() == expected.values.tolist()
        assert found.indices.tolist() == expected.indices.tolist()
    with pytest.raises(TypeError, match=r"a recorded function returns tensors, .* but got set"):
        replay.record(lambda x: {x})(x)


def test_inputs_that_share_memory_are_told_from_those_that_do_not() -> None:
    @replay.record
    def compared(x: Tensor, y: Tensor) -> Tensor:
        x.zero_()
        return y + 1 if y.sum() > 0 else y

    for _ in range(2):
        assert compared(torch.ones(2), torch.ones(2)).tolist() == [2.0, 2.0]
        x = torch.ones(2)
        assert compared(x, x).tolist() == [0.0, 0.0]


class Trainer:
    def __init__(self) -> None:
        self.net = nn.Linear(WIDTH, 1)
        self.scale = 2.0

    @replay.record
    def step(self, x: Tensor) -> Tensor:
        """Take a step."""
        loss = self.net(x).square().sum() * self.scale
        loss.backward()
        return loss


def test_a_method_is_recorded_for_each_object() -> None:
    x = torch.randn(3, WIDTH)
    for trainer in (Trainer(), Trainer()):
        for _ in range(3):
            expected = trainer.net(x).square().sum() * trainer.scale
            assert trainer.step(x).item() == expected.item()
        trainer.scale = 0.5
        assert trainer.step(x).item() == (trainer.net(x).square().sum() * 0.5).item()
    assert Trainer.step.__doc__ == "Take a step."


SCALE = 1.0
LAYER = nn.Linear(WIDTH, WIDTH)
TABLE = torch.ones(WIDTH)


def scaled(x: Tensor) -> Tensor:
    return LAYER(x) * SCALE * TABLE


def test_what_a_function_finds_outside_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    offset = 1.0

    @replay.record
    def through(x: Tensor, *, factor: float = 2.0) -> Tensor:
        return scaled(x) * factor + offset

    def expected() -> list[Any]:
        return ((LAYER(x) * SCALE * TABLE) * 2.0 + offset).tolist()  # type: ignore[no-any-return]

    x = torch.randn(2, WIDTH)
    changes: list[Callable[[], Any]] = [
        lambda: None,
        lambda: monkeypatch.setitem(globals(), "SCALE", 3.0),
        lambda: monkeypatch.setitem(globals(), "LAYER", nn.Linear(WIDTH, WIDTH)),
        lambda: monkeypatch.setitem(globals(), "TABLE", torch.full((WIDTH,), 5.0)),
        lambda: LAYER.weight.data.mul_(2.0),
        lambda: TABLE.add_(1.0),
    ]
    for change in changes:
        change()
        for _ in range(2):
            assert through(x).tolist() == expected()
    offset = 4.0
    assert through(x).tolist() == expected()
    assert len(through.recordings) == 1


def test_functions_of_installed_packages_are_not_looked_into() -> None:
    from hypothesis.internal.conjecture import engine

    guards = Guards(lambda: engine.sort_key, engine.ConjectureRunner.run, pytest.raises)
    assert len(guards.readers) < 30
    assert not guards.tensors


def test_a_function_that_changes_what_it_looks_at_is_called_each_time() -> None:
    net = nn.Dropout(0.5)

    @replay.record
    def evaluated(x: Tensor) -> Tensor:
        net.eval()
        return net(x)

    x = torch.ones(8)
    for _ in range(3):
        net.train()
        assert evaluated(x).tolist() == x.tolist()
        assert not net.training
    assert len(evaluated.recordings) == 0


def test_grad_mode_and_default_dtype_are_looked_at() -> None:
    @replay.record
    def halved(x: Tensor) -> Tensor:
        return x / 2 if torch.is_grad_enabled() else x / 4

    x = torch.arange(3)
    assert halved(x).tolist() == [0.0, 0.5, 1.0]
    with torch.no_grad():
        assert halved(x).tolist() == [0.0, 0.25, 0.5]
    torch.set_default_dtype(torch.float64)
    try:
        assert halved(x).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    assert len(halved.recordings) == 3


def test_one_recorded_function_within_another_and_within_a_step() -> None:
    net = nn.Linear(WIDTH, WIDTH)
    inner = replay.record(lambda x, y: F.mse_loss(net(x), y))
    outer = replay.record(lambda x: inner(x, x) * 2)
    x = torch.randn(3, WIDTH)
    for _ in range(3):
        assert outer(x).item() == (F.mse_loss(net(x), x) * 2).item()
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    step = replay.TrainingStep(net, lambda output, y: inner(y, y) + output.sum() * 0, optimizer)
    assert step(x, x) > step(x, x)


def test_an_input_that_is_written_into() -> None:
    @replay.record
    def clipped(x: Tensor) -> Tensor:
        return x.clamp_(max=1.0)

    w = torch.ones(3, requires_grad=True)
    for _ in range(3):
        x = torch.tensor([0.5, 2.0, 3.0])
        product = w * x
        y = clipped(x)
        assert x.tolist() == y.tolist() == [0.5, 1.0, 1.0]
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            product.sum().backward()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda net, x: x * x.sum().item(), "takes the value of a tensor as a number"),
        (lambda net, x: net.zero_grad(), r"it sets a gradient: call zero_grad\(\) outside"),
        (lambda net, x: setattr(net.weight, "grad", torch.zeros(WIDTH, WIDTH)), "it sets a gradient"),
        (lambda net, x: optim.SGD(net.parameters()).step(), "it writes into a tensor"),
        (lambda net, x: torch.tensor(np.arange(3.0)) * 2, "takes an array of shape"),
        (lambda net, x: torch.tensor(np.arange(3.0)), "the result takes an array of shape"),
        (lambda net, x: net(x).sum().backward(create_graph=True), "keeps the history of a .grad"),
        (lambda net, x: net(x).register_hook(print), "it adds a hook"),
        (lambda net, x: setattr(net.weight, "data", net.weight.data * 2), "it writes into a tensor"),
    ],
)
def test_what_cannot_be_replayed_is_refused(function: Callable[..., Any], message: str) -> None:
    net = nn.Linear(WIDTH, WIDTH)
    with pytest.raises(RuntimeError, match=f"cannot be replayed: .*{message}"):
        replay.record(functools.partial(function, net))(torch.ones(2, WIDTH))
    assert replay.record(net)(torch.ones(2, WIDTH)).isfinite().all()


def test_a_gradient_that_was_taken_may_not_be_read_within() -> None:
    net = nn.Linear(WIDTH, WIDTH)

    @replay.record
    def step(x: Tensor) -> Tensor:
        net(x).sum().backward()
        return net.weight.grad * 2  # type: ignore[no-any-return]

    with pytest.raises(RuntimeError, match="cannot be replayed: mul takes an array"):
        step(torch.ones(2, WIDTH))


def test_arguments_are_checked() -> None:
    with pytest.raises(TypeError, match="record: expected a function, but got int: 3"):
        replay.record(3)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="tensor 0 of the arguments of a recorded function requires a gradient"):
        replay.record(lambda x: x)(torch.ones(2, requires_grad=True))


def test_a_path_for_each_of_several_decisions() -> None:
    @replay.record
    def rounds(x: Tensor) -> Tensor:
        while x.sum() < 100:
            x = x * 2 + 1
        return x

    for i in range(20):
        x = torch.full((2,), float(i * 7 % 20))
        expected = x
        while expected.sum() < 100:
            expected = expected * 2 + 1
        assert rounds(x).tolist() == expected.tolist()
    assert 1 < len(rounds.recordings) <= 8


def test_an_error_leaves_gradients_as_they_were() -> None:
    net = nn.Linear(WIDTH, WIDTH)
    step = replay.record(functools.partial(one_loss, net))
    x, y = torch.randn(3, WIDTH), torch.tensor([0, 1, 2])
    step(x, y)
    step(x, y)
    before = bits(net)
    with pytest.raises(IndexError, match="Target 9 is out of bounds"):
        step(x, torch.tensor([0, 1, 9]))
    assert bits(net) == before


def test_a_recording_holds_no_graph() -> None:
    net = nn.Linear(WIDTH, 1)
    held: deque[Any] = deque()  # which guards do not look into

    def forward(x: Tensor) -> dict[str, Tensor]:
        y = net(x)
        held.append(weakref.ref(y))
        return {"y": y}

    recorded = replay.record(forward)
    first = recorded(torch.ones(2, WIDTH))
    first.clear()
    assert len(recorded.recordings) == 1
    assert held[0]() is None
    assert recorded(torch.ones(2, WIDTH)).keys() == {"y"}


def test_replays_leave_nothing_behind() -> None:
    net = make_net()
    step = replay.record(functools.partial(one_loss, net))
    x, y = torch.randn(3, WIDTH), torch.tensor([0, 1, 2])
    step(x, y)
    assert left_behind(lambda: step(x, y)) <= 20


@pytest.mark.parametrize("package", ["minigrad.nn", "numpy.linalg", "pytest"])
def test_a_function_that_is_given_is_looked_into_whoever_wrote_it(package):
    net = nn.Linear(2, 1)

    def loss(x):
        return net(x).square().mean()

    loss.__module__ = package
    recorded = replay.record(loss)
    x = torch.ones(4, 2)
    assert recorded(x) == recorded(x) == loss(x).detach()
    net = nn.Linear(2, 1)
    assert recorded(x) == loss(x).detach()
    assert len(recorded.recordings) == 1  # of the new network
