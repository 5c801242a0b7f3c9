"""A recorded training step: the same bits as the step as it is written, or an error that says why not."""

from __future__ import annotations

import argparse
import copy
import dataclasses
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, strategies as st
from replayed import Lambda, left_behind

import minigrad as torch
from minigrad import Tensor, nn, optim
from minigrad._tensor.listening import computed, refuse_to_replay
from minigrad.core import graph
from minigrad.nn import functional as F
from minigrad.replay import TrainingStep
from minigrad.replay.program import identifier
from minigrad.replay.trace import Trace

BATCH, WIDTH, CLASSES = 6, 5, 3

# ---- the same bits ---------------------------------------------------------------------------------------------------


class Shift(nn.Module):
    """Add a parameter, whose gradient is that of the output, summed."""

    def __init__(self) -> None:
        super().__init__()
        self.row = nn.Parameter(torch.zeros(WIDTH))
        self.every = nn.Parameter(torch.zeros(BATCH, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.row + self.every


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(WIDTH, WIDTH),
    "without bias": lambda: nn.Linear(WIDTH, WIDTH, bias=False),
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "leaky relu": lambda: nn.LeakyReLU(0.1),
    "softplus": nn.Softplus,
    "log softmax": lambda: nn.LogSoftmax(1),
    "a shift": Shift,
    "layer norm": lambda: nn.LayerNorm(WIDTH),
    "dropout": lambda: nn.Dropout(0.5),
    "fast dropout": lambda: nn.Dropout(0.2, generator=torch.Generator(engine="fast")),
    "all dropped": lambda: nn.Dropout(1.0),
    "alpha dropout": lambda: nn.AlphaDropout(0.3),
    "a block": lambda: nn.Sequential(nn.Linear(WIDTH, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, WIDTH)),
}

LOSSES: dict[str, tuple[Callable[[], Any], str]] = {
    "mse": (nn.MSELoss, "numbers"),
    "sum of squares": (lambda: nn.MSELoss(reduction="sum"), "numbers"),
    "l1": (nn.L1Loss, "numbers"),
    "smooth l1": (nn.SmoothL1Loss, "numbers"),
    "huber": (nn.HuberLoss, "numbers"),
    "cross-entropy": (nn.CrossEntropyLoss, "classes"),
    "smoothed cross-entropy": (lambda: nn.CrossEntropyLoss(label_smoothing=0.1), "probabilities"),
    "with logits": (nn.BCEWithLogitsLoss, "probabilities"),
    "kl": (lambda: nn.KLDivLoss(reduction="batchmean"), "probabilities"),
    "sum": (lambda: lambda output, target: output.sum(), "numbers"),
    "a function": (lambda: lambda output, target: (output - target).pow(2).mean() + output.abs().sum(), "numbers"),
}

OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda params: optim.SGD(params, lr=0.1),
    "momentum": lambda params: optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adam": lambda params: optim.Adam(params, lr=0.01, weight_decay=0.1),
    "adamw": lambda params: optim.AdamW(params, lr=0.01, amsgrad=True),
    "rmsprop": lambda params: optim.RMSprop(params, lr=0.01, momentum=0.9),
}

TARGETS: dict[str, Callable[[], Tensor]] = {
    "numbers": lambda: torch.randn(BATCH, WIDTH),
    "classes": lambda: torch.randint(0, WIDTH, (BATCH,)),
    "probabilities": lambda: torch.rand(BATCH, WIDTH).softmax(1),
}


def as_written(net: nn.Module, loss_func: Any, optimizer: optim.Optimizer, *inputs: Tensor) -> Tensor:
    *args, target = inputs
    loss = loss_func(net(*args), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def bits(net: nn.Module, optimizer: optim.Optimizer) -> list[bytes]:
    """Return all that training leaves behind."""
    params = list(net.parameters())
    state = [x for p in params for _, x in sorted(optimizer.state[p].items())]
    return [x.numpy().tobytes() for x in (*(p.detach() for p in params), *(p.grad for p in params), *state)]


def generators(net: nn.Module) -> list[Any]:
    own = [module.generator for module in net.modules() if getattr(module, "generator", None)]
    return [torch.get_rng_state().numpy().tobytes(), *[g.get_state().tobytes() for g in own]]


@given(
    layers=st.lists(st.sampled_from(sorted(LAYERS)), max_size=5),
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    double=st.booleans(),
)
def test_a_replayed_step_leaves_the_same_bits(layers: list[str], loss: str, optimizer: str, double: bool) -> None:
    torch.manual_seed(1)
    make_loss, kind = LOSSES[loss]
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), *[LAYERS[name]() for name in layers])
    batches = [(torch.randn(BATCH, WIDTH), TARGETS[kind]()) for _ in range(4)]
    if double:
        net.double()
        batches = [tuple([x.double() if x.is_floating_point() else x for x in batch]) for batch in batches]
    twin = copy.deepcopy(net)
    results = []
    for model, replayed in ((net, True), (twin, False)):
        torch.manual_seed(2)
        loss_func, moves = make_loss(), OPTIMIZERS[optimizer](model.parameters())
        step = TrainingStep(model, loss_func, moves) if replayed else None
        losses = [step(*batch) if step else as_written(model, loss_func, moves, *batch) for batch in batches]
        results.append(([x.numpy().tobytes() for x in losses], bits(model, moves), generators(model)))
        assert step is None or len(step.recordings) == 1
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "loss_func",
    [
        nn.BCELoss(),
        nn.CrossEntropyLoss(reduction="sum"),
        nn.PoissonNLLLoss(),
        nn.SoftMarginLoss(),
        lambda output, target: nn.GaussianNLLLoss()(output, target, output.exp()),
    ],
)
def test_losses_that_look_at_values_look_again(loss_func: Any) -> None:
    """What a check decides is no part of the program, but the check is."""
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Sigmoid())
    target = torch.rand(BATCH, WIDTH)
    if isinstance(loss_func, nn.CrossEntropyLoss):
        target = torch.randint(0, WIDTH, (BATCH,))
    step = TrainingStep(net, loss_func, optim.SGD(net.parameters(), lr=0.1))
    x = torch.randn(BATCH, WIDTH)
    first, second = step(x, target), step(x, target)
    assert second < first


def make(net: nn.Module | None = None, loss_func: Any = None) -> tuple[nn.Module, TrainingStep, Tensor, Tensor]:
    """Return a small net with its step, and a batch."""
    net = net or nn.Sequential(nn.Linear(WIDTH, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 1), Affine())
    step = TrainingStep(net, loss_func or nn.MSELoss(), optim.SGD(net.parameters(), lr=0.1))
    return net, step, torch.randn(BATCH, WIDTH), torch.randn(BATCH, 1)


def test_the_program_can_be_read() -> None:
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU())
    step = TrainingStep(net, nn.MSELoss(reduction="sum"), optim.SGD(net.parameters()))
    step(torch.ones(3, 2), torch.zeros(3, 2))
    lines = step.source.splitlines()
    assert lines[:6] == [
        "def step(x0, x1, p0_0_weight, g0):",
        "    # c2 = 2.0, c3 = 0.0",
        "    v1 = linear(x0, p0_0_weight, out=b1)",
        "    v2 = relu(v1, out=b1)",
        "    v3 = squared_difference(v2, x1)",
        "    v4 = sum(v3, axis=(0, 1), keepdims=False, shape=(3, 2)); del v3",
    ]
    assert lines[-2:] == ["    v12 = matmul(v11, x0, out=g0)", "    return v4,"]


def test_the_page_shows_the_program_of_its_script() -> None:
    page = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    script, program, function = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(script.replace("500", "2").replace("print(loss, step.source)", ""), names)
    assert names["step"].source == program
    assert names["loss"].isfinite()
    exec(function.replace("500", "3"), names)
    assert names["loss"].isfinite()
    assert len(names["backward"].recordings) == 1


def test_one_tensor_may_be_both_input_and_target() -> None:
    """An autoencoder's step, and later one whose target is another tensor."""
    net = nn.Linear(2, 2)
    twin = copy.deepcopy(net)
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters(), lr=0.1))
    optimizer = optim.SGD(twin.parameters(), lr=0.1)
    x, y = torch.randn(3, 2), torch.randn(3, 2)
    for target in (x, x, y):
        assert step(x, target).item() == as_written(twin, nn.MSELoss(), optimizer, x, target).item()


def test_a_net_of_several_inputs() -> None:
    net = nn.Bilinear(2, 3, 1)
    twin = copy.deepcopy(net)
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters(), lr=0.1))
    optimizer = optim.SGD(twin.parameters(), lr=0.1)
    for _ in range(3):
        batch = torch.randn(4, 2), torch.randn(4, 3), torch.randn(4, 1)
        assert step(*batch).item() == as_written(twin, nn.MSELoss(), optimizer, *batch).item()


def test_tied_weights_get_both_gradients() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.first(self.first(x).tanh())

    net = Tied()
    twin = copy.deepcopy(net)
    step, x = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters(), lr=0.1)), torch.randn(4, 3)
    optimizer = optim.SGD(twin.parameters(), lr=0.1)
    for _ in range(3):
        assert step(x, x).item() == as_written(twin, nn.MSELoss(), optimizer, x, x).item()


class Affine(nn.Module):
    """A layer whose numbers are in containers."""

    def __init__(self) -> None:
        super().__init__()
        self.factors, self.shifts = [2.0], {"b": 0.5}

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factors[0] + self.shifts["b"]


class ClippedCube(torch.autograd.Function):
    """A rule of the user's own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(-1, 1) ** 3

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return grad_output * x * x * 3


class Named(nn.Module):
    """Scale by one parameter, of any name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.register_parameter(name, nn.Parameter(torch.full((WIDTH,), 2.0)))

    def forward(self, x: Tensor) -> Tensor:
        return x * getattr(self, self.name)


@given(st.text(min_size=1).filter(lambda name: "." not in name and not hasattr(nn.Module(), name)))
@example("w²")
@example("ﬁ")
@example("重量")
@example("lambda")
@example("")
def test_parameters_of_any_name_are_replayed(name: str) -> None:
    if name:
        _, step, x, _ = make(Named(name))
        assert step(x, x).item() > step(x, x).item()
    assert identifier(name).isidentifier()


@pytest.mark.parametrize("name", ["step", "x0", "v1", "v2", "p0_w", "Diverged", "w²", "lambda", "None"])
def test_rules_of_any_name_are_replayed(name: str) -> None:
    rule = type(name, (ClippedCube,), {})

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(WIDTH))

        def forward(self, x: Tensor) -> Tensor:
            return rule.apply(x * self.w) + rule.apply(x)

    net = Layer()
    twin = copy.deepcopy(net)
    _, step, x, y = make(net, lambda out, y: (out.sum(1, keepdim=True) - y).pow(2).sum())
    other = TrainingStep(twin, step.loss_func, optim.SGD(twin.parameters(), lr=0.1))
    for _ in range(3):
        assert step(x, y).item() == other.as_written(x, y).item()


def test_rules_of_the_users_own() -> None:
    class Cube(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return ClippedCube.apply(x)

    net = nn.Sequential(nn.Linear(WIDTH, 4), Cube(), nn.Linear(4, 1))
    twin = copy.deepcopy(net)
    step, x, y = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters())), torch.randn(3, WIDTH), torch.randn(3, 1)
    optimizer = optim.SGD(twin.parameters())
    for _ in range(4):
        assert step(x, y).item() == as_written(twin, nn.MSELoss(), optimizer, x, y).item()


# ---- recorded anew ---------------------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[nn.Sequential, TrainingStep], Any]] = {
    "evaluation": lambda net, step: net.eval(),
    "another p": lambda net, step: setattr(net[2], "p", 0.1),
    "a frozen layer": lambda net, step: net[0].requires_grad_(False),
    "a layer more": lambda net, step: net.append(nn.Tanh()),
    "another layer": lambda net, step: net.__setitem__(1, nn.Sigmoid()),
    "another weight": lambda net, step: setattr(net[0], "weight", nn.Parameter(torch.ones(4, WIDTH))),
    "another generator": lambda net, step: setattr(net[2], "generator", torch.Generator().manual_seed(3)),
    "another entry of a list": lambda net, step: net[-1].factors.__setitem__(0, 3.0),
    "another entry of a dictionary": lambda net, step: net[-1].shifts.update(b=2.0),
    "another reduction": lambda net, step: setattr(step.loss_func, "reduction", "sum"),
}

NO_CHANGES: dict[str, Callable[[nn.Sequential, TrainingStep], Any]] = {
    "evaluation and back": lambda net, step: net.eval() and net.train(),
    "another array": lambda net, step: setattr(net[0].weight, "data", torch.ones(4, WIDTH)),
    "loaded weights": lambda net, step: net.load_state_dict({k: v * 0.5 for k, v in net.state_dict().items()}),
    "another rate": lambda net, step: step.optimizer.param_groups[0].update(lr=0.01),
    "another seed": lambda net, step: torch.manual_seed(5),
    "the fast engine": lambda net, step: torch.set_default_engine("fast"),
}


def both_after(change: Callable[[Any, TrainingStep], Any]) -> tuple[list[float], list[float], list[Any]]:
    """Return the losses of a replayed and of a written step around a change, and the programs there were."""
    losses, recordings = [], []
    for replayed in (True, False):
        torch.set_default_engine("torch")
        torch.manual_seed(7)
        net, step, x, y = make()
        found = []
        for i in range(5):
            if i == 3:
                change(net, step)
            if replayed:
                found.append(step(x, y).item())
                recordings.append(next(iter(step.recordings)).program)
            else:
                found.append(as_written(net, step.loss_func, step.optimizer, x, y).item())
        losses.append(found)
    return losses[0], losses[1], recordings


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_program_depends_on_is_recorded_anew(name: str) -> None:
    replayed, written, recordings = both_after(CHANGES[name])
    assert replayed == written
    assert recordings[0] == recordings[2] != recordings[3] == recordings[4]


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_a_program_takes_from_outside_may_change(name: str) -> None:
    replayed, written, recordings = both_after(NO_CHANGES[name])
    assert replayed == written
    assert len(set(recordings)) == 1


def test_every_kind_of_batch_has_a_recording() -> None:
    net, step, x, y = make()
    for n in (BATCH, 3, BATCH, 3):
        step(x[:n], y[:n])
    assert len(step.recordings) == 2
    net.double()
    step(x.double(), y.double())
    assert len(step.recordings) == 3


def test_where_gradients_are_not_recorded_there_is_an_error_as_ever() -> None:
    _, step, x, y = make()
    step(x, y)
    with torch.no_grad(), pytest.raises(RuntimeError, match="does not require grad"):
        step(x, y)


def test_anomalies_are_found() -> None:
    class Root(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x * 0).sqrt() * 0

    net = nn.Sequential(nn.Linear(2, 2), Root())
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters()))
    x = torch.ones(1, 2)
    step(x, x)
    with (
        torch.autograd.set_detect_anomaly(True),
        pytest.warns(UserWarning, match="Error detected"),
        pytest.raises(RuntimeError, match="nan values"),
    ):
        step(x, x)


# ---- what cannot be replayed -----------------------------------------------------------------------------------------


REFUSED: dict[str, Callable[[Tensor], Tensor]] = {
    "item": lambda x: x * x.sum().item(),
    "float": lambda x: x * float(x.sum()),
    "tolist": lambda x: x * x.detach().tolist()[0][0],
    "numpy": lambda x: x * x.detach().numpy().mean(),
    "array": lambda x: x * np.asarray(x.detach()).mean(),
    "print": lambda x: x * len(repr(x)),
    "a new tensor": lambda x: x + torch.tensor(np.arange(5.0, dtype=np.float32)),
    "an array": lambda x: x + np.ones(WIDTH, np.float32),
    "an array for an index": lambda x: x[:, np.array([4, 3, 2, 1, 0])],
    "a number for an index": lambda x: x + x[(x.detach() > 0).sum() % 2],
    "places": lambda x: x + (x > 0).nonzero().sum(),
    "a mask": lambda x: x.masked_fill(x > 0, 0.0) + x[x > 0].sum(),
    "an embedding of a greatest norm": lambda x: F.embedding((x > 0).long(), x.detach(), max_norm=1.0).sum(1) + x,
    "a hook": lambda x: _with_a_hook(x * 1),
    "a retained gradient": lambda x: _with_its_gradient(x * 1),
    "a number from a tensor": lambda x: x.clamp(min=x.detach().min()),
}


def _with_a_hook(x: Tensor) -> Tensor:
    x.register_hook(lambda grad: grad * 2)
    return x


def _with_its_gradient(x: Tensor) -> Tensor:
    x.retain_grad()
    return x


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_replayed_is_refused(name: str) -> None:
    function = REFUSED[name]
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), function if isinstance(function, nn.Module) else Lambda(function))
    step = TrainingStep(net, lambda output, target: output.pow(2).mean(), optim.SGD(net.parameters()))
    x = torch.randn(BATCH, WIDTH)
    with pytest.raises(RuntimeError, match="this step cannot be replayed"):
        step(x, x)
    assert graph.listener is None
    as_written(net, step.loss_func, step.optimizer, x, x)  # which is no less than what the step would have been


def test_losses_that_cannot_be_replayed_are_refused() -> None:
    net = nn.Linear(WIDTH, WIDTH)
    step = TrainingStep(net, nn.MultiLabelMarginLoss(), optim.SGD(net.parameters()))
    with pytest.raises(RuntimeError, match="this step cannot be replayed"):
        step(torch.randn(BATCH, WIDTH), torch.randint(0, WIDTH, (BATCH, WIDTH)))


def test_hooks_on_gradients_are_refused() -> None:
    net, step, x, y = make()
    step(x, y)
    next(net.parameters()).register_hook(lambda grad: grad * 2)
    with pytest.raises(RuntimeError, match="has hooks"):
        step(x, y)


def test_hooks_on_modules_are_refused_also_afterwards() -> None:
    net, step, x, y = make()
    step(x, y)
    handle = net.register_forward_hook(lambda module, args, output: None)
    with pytest.raises(RuntimeError, match="Sequential has hooks, which would not be called"):
        step(x, y)
    handle.remove()
    assert step(x, y).isfinite()


def test_a_backward_pass_inside_of_a_step_is_refused() -> None:
    net = nn.Linear(WIDTH, WIDTH)
    _, step, _, _ = make(net, lambda output, target: output.sum().backward(retain_graph=True) or output.sum())
    with pytest.raises(RuntimeError, match=r"cannot be replayed: it calls backward\(\) within; see replay.record"):
        step(torch.ones(1, WIDTH), torch.ones(1))


def test_an_optimizer_inside_of_a_forward_is_refused() -> None:
    other = nn.Parameter(torch.ones(1))
    other.grad = torch.ones(1)
    inner = optim.SGD([other])

    def forward(x: Tensor) -> Tensor:
        inner.step()
        return x

    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), Lambda(forward))
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters()))
    x = torch.randn(BATCH, WIDTH)
    with pytest.raises(RuntimeError, match="cannot be replayed: it writes into a tensor"):
        step(x, x)


def test_two_parameters_over_one_array_are_refused() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight.data = net[0].weight.data
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters()))
    with pytest.raises(RuntimeError, match="are one array"):
        step(torch.ones(1, 2), torch.ones(1, 2))


def test_targets_that_are_no_classes_are_refused_at_a_replay_too() -> None:
    net = nn.Linear(2, CLASSES)
    step = TrainingStep(net, nn.CrossEntropyLoss(), optim.SGD(net.parameters()))
    x = torch.randn(2, 2)
    step(x, torch.tensor([0, 1]))
    with pytest.raises(IndexError, match="Target 3 is out of bounds"):
        step(x, torch.tensor([0, 3]))
    assert step(x, torch.tensor([0, 1])).isfinite()


def test_arguments_are_checked() -> None:
    net, step, x, y = make()
    with pytest.raises(TypeError, match="net must be a Module, but got function"):
        TrainingStep(lambda x: x, nn.MSELoss(), step.optimizer)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="optimizer must be an Optimizer, but got float"):
        TrainingStep(net, nn.MSELoss(), 0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="input 1 of a training step must be Tensor, not ndarray"):
        step(x, y.numpy())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="input 0 of a training step requires a gradient"):
        step(x.requires_grad_(), y)
    step.loss_func = nn.MSELoss(reduction="none")
    with pytest.raises(RuntimeError, match=r"only for scalar outputs, but the loss has shape \[6, 1\]"):
        step(x.detach(), y)


def test_a_step_inside_of_a_step_is_refused() -> None:
    _, inner, x, y = make()
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), Lambda(lambda h: inner(x, y) * h))
    step = TrainingStep(net, lambda output, target: output.sum(), optim.SGD(net.parameters()))
    with pytest.raises(RuntimeError, match="one cannot be recorded inside of another"):
        step(x, y)


# ---- memory, threads -------------------------------------------------------------------------------------------------


def test_replays_leave_nothing_behind() -> None:
    _, step, x, y = make()
    step(x, y)
    step(x, y)  # the parameters lie in flat buffers by now
    assert left_behind(lambda: step(x, y)) <= 20


def test_what_is_infinite_is_so_in_silence() -> None:
    net = nn.Linear(2, 2, bias=False)
    step = TrainingStep(net, lambda output, target: (output / target).mean(), optim.SGD(net.parameters()))
    for x in (torch.ones(1, 2), torch.zeros(1, 2)):
        loss = step(x, x)
    assert loss.isnan()


def test_gradients_own_their_memory() -> None:
    net, step, x, y = make()
    for _ in range(2):
        step(x, y)
        arrays = [p.grad.array for p in net.parameters()]
        assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])
        assert all(a.flags.writeable for a in arrays)


def test_a_constant_gradient_is_new_at_every_step() -> None:
    """What somebody writes into a gradient does not come back with the next one."""
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), Shift())
    step = TrainingStep(net, lambda output, target: output.sum(), optim.SGD(net.parameters(), lr=0.1))
    x = torch.randn(BATCH, WIDTH)
    for _ in range(3):
        step(x, x)
        assert (net[1].every.grad == 1).all()
        net[1].every.grad.zero_()


def test_other_threads_are_not_heard() -> None:
    """What another thread computes meanwhile is neither noted nor refused."""
    found: list[float] = []

    def elsewhere(x: Tensor) -> Tensor:
        thread = threading.Thread(target=lambda: found.append(torch.randn(3).sum().item()))
        thread.start()
        thread.join()
        return x

    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), Lambda(elsewhere))
    step = TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters()))
    x = torch.randn(BATCH, WIDTH)
    step(x, x)
    assert len(found) == 1
    assert "sum" not in step.source.split("mse")[0]


def test_two_threads_may_record_at_a_time() -> None:
    """One waits for the other."""
    losses: dict[int, list[float]] = {}
    ready = threading.Barrier(2)

    def train(i: int) -> None:
        step, x = steps[i]
        ready.wait()
        losses[i] = [step(x, x).item() for _ in range(3)]

    nets = [nn.Linear(WIDTH, WIDTH) for _ in range(2)]
    twins = [copy.deepcopy(net) for net in nets]
    steps = [(TrainingStep(net, nn.MSELoss(), optim.SGD(net.parameters())), torch.randn(BATCH, WIDTH)) for net in nets]
    threads = [threading.Thread(target=train, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, twin in enumerate(twins):
        optimizer, x = optim.SGD(twin.parameters()), steps[i][1]
        assert losses[i] == [as_written(twin, nn.MSELoss(), optimizer, x, x).item() for _ in range(3)]


# ---- flat buffers: who holds an array must not notice ----------------------------------------------------------------


def test_parameters_and_gradients_of_a_step_lie_end_to_end() -> None:
    net, step, x, y = make()
    for _ in range(2):
        step(x, y)
    params = list(net.parameters())
    for arrays in ([p.array for p in params], [p.grad.array for p in params]):
        assert len({id(array.base) for array in arrays}) == 1
        places = [array.ctypes.data for array in arrays]
        assert places[0] % 64 == 0
        assert places == [places[0] + sum(a.nbytes for a in arrays[:i]) for i in range(len(arrays))]


@pytest.mark.parametrize("hold", [lambda p: p.data, lambda p: p.detach()[:1], lambda p: p.detach().numpy()])
def test_weights_that_somebody_holds_stay_where_they_are(hold: Callable[[Any], Any]) -> None:
    net, step, x, y = make()
    twin = copy.deepcopy(net)
    held = [hold(p) for p in net.parameters()]
    for _ in range(3):
        step(x, y)
    for mine, p in zip(held, net.parameters(), strict=True):
        assert np.shares_memory(np.asarray(mine), p.array)
    assert not any(np.shares_memory(p.array, q.array) for p, q in zip(net.parameters(), twin.parameters(), strict=True))


@pytest.mark.parametrize("hold", [lambda p: p.grad, lambda p: p.grad[:1], lambda p: p.grad.numpy(), lambda p: p.grad.T])
def test_gradients_that_somebody_keeps_are_kept(hold: Callable[[Any], Any]) -> None:
    net, step, x, y = make()
    kept, copies = [], []
    for _ in range(6):
        step(x, y)
        for p in net.parameters():
            kept.append(hold(p))
            copies.append(np.array(hold(p)))
    assert all(np.array_equal(np.asarray(a), b) for a, b in zip(kept, copies, strict=True))


def test_a_step_that_fails_leaves_the_gradients_of_the_one_before() -> None:
    """Even one that fails in the middle of the backward pass, when some gradients are written."""
    net, step, x, y = make()
    for _ in range(3):
        step(x, y)
    grads = [p.grad for p in net.parameters()]
    before = [(p.tobytes(), g.tobytes()) for p, g in ((p.array, p.grad.array) for p in net.parameters())]
    (recording,) = step.recordings
    names, matmul = recording.program.run.__globals__, recording.program.run.__globals__["matmul"]

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        matmul(*args, **kwargs)
        raise KeyboardInterrupt

    names["matmul"] = interrupted
    with pytest.raises(KeyboardInterrupt):
        step(x, y)
    names["matmul"] = matmul
    assert all(p.grad is g for p, g in zip(net.parameters(), grads, strict=True))
    assert before == [(p.array.tobytes(), p.grad.array.tobytes()) for p in net.parameters()]
    assert step(x, y).isfinite()


def _with_new_gradients(optimizer: Any, args: Any, kwargs: Any) -> None:
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = p.grad * 0.5


FLAT_CHANGES: dict[str, Callable[[nn.Sequential, optim.Optimizer, int], Any]] = {
    "nothing": lambda net, moves, i: None,
    "clipping": lambda net, moves, i: i or moves.register_step_pre_hook(
        lambda *_: nn.utils.clip_grad_norm_(net.parameters(), 0.1) and None
    ),
    "gradients replaced by a hook": lambda net, moves, i: i or moves.register_step_pre_hook(_with_new_gradients),
    "weights replaced": lambda net, moves, i: setattr(net[0].weight, "data", net[0].weight.data * 0.5),
    "frozen and thawed": lambda net, moves, i: net[0].requires_grad_(i % 2 == 0),
    "state loaded": lambda net, moves, i: i and moves.load_state_dict(copy.deepcopy(moves.state_dict())),
    "another group": lambda net, moves, i: i == 2 and moves.add_param_group(
        {"params": [nn.Parameter(torch.ones(3))], "lr": 0.5}
    ),
    "another rate": lambda net, moves, i: moves.param_groups[0].update(lr=0.1 / (i + 1)),
    "gradients kept in place": lambda net, moves, i: [p.grad.zero_() for p in net.parameters() if p.grad is not None],
}  # fmt: skip


@pytest.mark.parametrize("change", FLAT_CHANGES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_whatever_happens_between_steps_the_bits_are_the_same(name: str, change: str) -> None:
    results = []
    for replayed in (True, False):
        torch.manual_seed(4)
        net = nn.Sequential(nn.Linear(WIDTH, 70), nn.ReLU(), nn.Dropout(0.5), nn.Linear(70, 70), nn.Linear(70, 1))
        params = list(net.parameters())
        moves = OPTIMIZERS[name]([{"params": params[:3]}, {"params": params[3:], "weight_decay": 0.1}])
        step = TrainingStep(net, nn.MSELoss(), moves)
        found = []
        for i in range(6):
            x, y = torch.randn(BATCH, WIDTH), torch.randn(BATCH, 1)
            FLAT_CHANGES[change](net, moves, i)
            found.append((step if replayed else step.as_written)(x, y).item())
            found += [x.numpy().tobytes() for p in params for x in (p.detach(), p.grad) if x is not None]
            found += [x.numpy().tobytes() for p in params for _, x in sorted(moves.state[p].items())]
        results.append(found)
    assert results[0] == results[1]


def test_two_threads_may_take_one_step_at_a_time() -> None:
    """One replays while the other, which may not have the same buffers, takes the step as it is written."""
    _, step, x, y = make(nn.Sequential(nn.Linear(WIDTH, 1)))
    step(x, y)
    (recording,) = step.recordings
    with recording.in_use:
        assert step(x, y).isfinite()
    assert not recording.in_use.locked()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_records_though_another_thread_recorded_when_it_was_born() -> None:
    _, step, x, y = make()
    recording, done = threading.Event(), threading.Event()

    def record() -> None:
        with Trace([]):
            recording.set()
            done.wait()

    thread = threading.Thread(target=record)
    thread.start()
    recording.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # it would hang
        os._exit(0 if step(x, y).isfinite() and len(step.recordings) == 1 else 1)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("n", range(25))
def test_an_interrupt_at_any_moment_of_a_recording_leaves_nothing_behind(n: int) -> None:
    """It comes at the n-th event of the trace's own functions: their calls, lines and returns."""
    _, step, x, y = make()
    left = [n]

    def local(frame: Any, event: str, arg: Any) -> Any:
        left[0] -= 1
        if left[0] == -1:
            raise KeyboardInterrupt
        return local

    def begin(frame: Any, event: str, arg: Any) -> Any:
        names = ("__enter__", "__exit__", "leave", "set")
        ours = frame.f_code.co_name in names and frame.f_code.co_filename.endswith(("trace.py", "listening.py"))
        return local(frame, event, arg) if ours else None

    sys.settrace(begin)
    try:
        step(x, y)
    except KeyboardInterrupt:
        assert left[0] < 0
    finally:
        sys.settrace(None)
    assert graph.listener is None
    assert not held_by_somebody()
    assert step(x, y).isfinite()


def test_a_recording_inside_of_another_leaves_the_outer_one_alone() -> None:
    _, step, x, y = make()
    with Trace([x.array, y.array]) as outer:
        with pytest.raises(RuntimeError, match="being recorded already"):
            step(x, y)
        assert graph.listener == outer.note
        assert held_by_somebody()
    assert not held_by_somebody()


def held_by_somebody() -> bool:
    """Return whether another thread would wait for the lock of recordings."""
    found: list[bool] = []

    def ask() -> None:
        found.append(not Trace.only_one.acquire(blocking=False))
        if not found[0]:
            Trace.only_one.release()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return found[0]


# ---- the trace -------------------------------------------------------------------------------------------------------


def test_a_tape_knows_what_it_was_given_and_what_came_of_it() -> None:
    a, b = np.ones(2), np.ones(2)
    with Trace([a]) as trace:
        c = computed(np.negative, a)
        computed(np.add, c, a)
        with pytest.raises(RuntimeError, match=r"add takes an array of shape \[2\] that was neither given"):
            computed(np.add, c, b)
        with pytest.raises(RuntimeError, match="getitem takes an array"):
            trace.note("getitem", np.take, (a,), {"index": (slice(None), b)}, (c,))
        with pytest.raises(RuntimeError, match="cannot be replayed: it looks"):
            refuse_to_replay("it looks")
    assert [call.name for call in trace.calls] == ["negative", "add"]
    refuse_to_replay("nobody records")


# ---- values that lie deep --------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Settings:
    factor: float = 1.0


@dataclasses.dataclass(slots=True)
class SlottedSettings:
    factor: float = 1.0


class Scaled(nn.Module):
    """Scales by a factor that is found by a function, wherever that may be."""

    factor = 1.0

    def __init__(self, held: Any, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 1)
        self.held = held
        self.read = read

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) * self.read(self.held)


DEEP: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "a namespace": (lambda: argparse.Namespace(k=1.0), lambda o: o.k, lambda o: setattr(o, "k", 2.0)),
    "a dataclass": (Settings, lambda o: o.factor, lambda o: setattr(o, "factor", 2.0)),
    "one with slots": (SlottedSettings, lambda o: o.factor, lambda o: setattr(o, "factor", 2.0)),
    "a dictionary in one": (lambda: {"a": {"b": 1.0}}, lambda o: o["a"]["b"], lambda o: o["a"].update(b=2.0)),
    "a list in a list": (lambda: [[1.0]], lambda o: o[0][0], lambda o: o[0].__setitem__(0, 2.0)),
    "a list in a tuple": (lambda: ([1.0],), lambda o: o[0][0], lambda o: o[0].append(2.0) or o[0].pop(0)),
    "an object in a list": (lambda: [Settings()], lambda o: o[0].factor, lambda o: setattr(o[0], "factor", 2.0)),
    "an array": (lambda: np.array(1.0), float, lambda o: o.__setitem__((), 2.0)),
    "an array in a list": (lambda: [np.ones(3)], lambda o: float(o[0][1]), lambda o: o[0].__setitem__(1, 2.0)),
    "a module in a list": (
        lambda: [nn.Dropout(1.0).eval()], lambda o: 1.0 if o[0].training else 2.0, lambda o: o[0].train(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
def test_a_value_that_lies_deep_is_looked_at(name: str) -> None:
    make_held, read, change = DEEP[name]
    net, step, x, y = make(Scaled(make_held(), read))
    x, y = x[:, :2], y[:, :1]
    step(x, y)
    change(net.held)
    weights = {name: value.clone() for name, value in net.state_dict().items()}
    expected = step.as_written(x, y).item()
    net.load_state_dict(weights)
    assert step(x, y).item() == expected


def test_the_attributes_of_a_users_class_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    net, step, x, y = make(Scaled(None, lambda _: Scaled.factor))
    x, y = x[:, :2], y[:, :1]
    step(x, y)
    monkeypatch.setattr(Scaled, "factor", 2.0)
    weights = {name: value.clone() for name, value in net.state_dict().items()}
    expected = step.as_written(x, y).item()
    net.load_state_dict(weights)
    assert step(x, y).item() == expected
