"""Steps that do more than compute: they write in place, keep statistics, and take one path or another."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from replayed import Lambda

import minigrad as torch
from minigrad import Tensor, nn, optim
from minigrad.nn import functional as F
from minigrad.replay import TrainingStep

BATCH, WIDTH = 6, 5


def _with_a_zero(x: Tensor) -> Tensor:
    x[0] = 0.0
    x[:, 1] = x[:, 2]
    return x


def _with_a_view_written(x: Tensor) -> Tensor:
    x[:, :2].mul_(3.0).add_(1.0)
    x.T[1].neg_()
    return x.tanh_()


def _softened(x: Tensor) -> Tensor:
    with torch.no_grad():
        lower = x.detach().clone()
        lower.clamp_(max=0.1).sub_(x)
    return x + lower


def _through_an_embedding(x: Tensor) -> Tensor:
    return F.embedding((x > 0).long(), x, padding_idx=0, scale_grad_by_freq=True).sum(1)


IN_PLACE: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: nn.ReLU(inplace=True),
    "leaky relu": lambda: nn.LeakyReLU(0.1, inplace=True),
    "dropout": lambda: nn.Dropout(0.5, inplace=True),
    "fast dropout": lambda: nn.Dropout(0.2, inplace=True, generator=torch.Generator(engine="fast")),
    "elu": lambda: nn.ELU(inplace=True),
    "silu": lambda: nn.SiLU(inplace=True),
    "a number added": lambda: Lambda(lambda x: x.mul(1.5).add_(1)),
    "a zero": lambda: Lambda(lambda x: _with_a_zero(x * 1)),
    "a view": lambda: Lambda(lambda x: _with_a_view_written(x * 1)),
    "without a history": lambda: Lambda(_softened),
}

TRACKING: dict[str, Callable[[], nn.Module]] = {
    "batch norm": lambda: nn.BatchNorm1d(WIDTH),
    "batch norm, plain average": lambda: nn.BatchNorm1d(WIDTH, momentum=None),
    "batch norm without a memory": lambda: nn.BatchNorm1d(WIDTH, track_running_stats=False),
    "batch norm of the past": lambda: nn.BatchNorm1d(WIDTH).eval(),
}

BRANCHING: dict[str, Callable[[], nn.Module]] = {
    "a sign": lambda: Lambda(lambda x: x if x.sum() > 0 else -x),
    "a loop": lambda: Lambda(_halved_until_small),
    "in": lambda: Lambda(lambda x: -x if 0.0 in x.relu() else x),
    "allclose": lambda: Lambda(lambda x: x if torch.allclose(x, x.abs()) else -x),
    "equal": lambda: Lambda(lambda x: x if torch.equal(x, x.relu()) else x.tanh()),
}

DRAWING: dict[str, Callable[[], nn.Module]] = {
    "a mask by hand": lambda: Lambda(lambda x: x * (torch.rand(x.shape) > 0.5) / 0.5),
    "a mask like the input": lambda: Lambda(lambda x: x * (torch.rand_like(x) > 0.3).float()),
    "bernoulli": lambda: Lambda(lambda x: x * torch.bernoulli(torch.full((WIDTH,), 0.5))),
    "bernoulli of a tensor": lambda: Lambda(lambda x: x * torch.bernoulli(x.detach().sigmoid())),
    "bernoulli in place": lambda: Lambda(lambda x: x * torch.empty_like(x).bernoulli_(0.7)),
    "noise": lambda: Lambda(lambda x: x + 0.1 * torch.randn(WIDTH) + torch.randn_like(x) * torch.zeros(1).normal_()),
    "a shuffled batch": lambda: Lambda(lambda x: x + torch.randperm(len(x)).float().unsqueeze(1)),
    "integers": lambda: Lambda(lambda x: x + torch.randint(0, 3, (WIDTH,)) + torch.zeros(WIDTH).random_(4)),
    "a seed of its own": lambda: Lambda(_seeded),
    "a fork": lambda: Lambda(_forked),
    "multiplicative noise": lambda: Lambda(lambda x: x * torch.empty(x.shape).exponential_(2.0).uniform_(0.5, 1.5)),
    "made of numbers": lambda: Lambda(_scaled_by_new_tensors),
}

OTHERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(WIDTH, WIDTH),
    "tanh": nn.Tanh,
    "dropout": lambda: nn.Dropout(0.3),
    "through an embedding": lambda: Lambda(_through_an_embedding),
    "the largest": lambda: Lambda(lambda x: x + x.max(1, keepdim=True).values + x.topk(2).values.sum()),
    "sorted": lambda: Lambda(lambda x: x.sort(1, descending=True).values + x.argmax(1, keepdim=True)),
    "picked": lambda: Lambda(lambda x: x[:, [4, 3, 2, 1, 0]] + x[torch.arange(len(x)), x.argmin(1)].unsqueeze(1)),
    "mixed up": lambda: Lambda(lambda x: 0.7 * x + 0.3 * x[torch.randperm(len(x))]),
    "one hot": lambda: Lambda(lambda x: x * F.one_hot(x.argmax(1), WIDTH) + x.tril() + (x > 0).all()),
    "gathered": lambda: Lambda(lambda x: x + x.gather(1, x.argsort(1))),
    "scattered": lambda: Lambda(lambda x: x * torch.zeros(len(x), WIDTH).scatter(1, x.argmax(1, keepdim=True), 2.0)),
    "padded": lambda: Lambda(lambda x: F.pad(x, (1, 1))[:, 1:-1] + F.pad(x, (1, 0), value=2.0)[:, :-1]),
    "a mask written": lambda: Lambda(_without_negatives),
    "rrelu": lambda: nn.RReLU(),
    "normal draws around a tensor": lambda: Lambda(lambda x: x + torch.normal(x.detach(), 1.0)),
}


def _without_negatives(x: Tensor) -> Tensor:
    x = x * 1
    x[x < 0] = 0.1
    return x


def _seeded(x: Tensor) -> Tensor:
    torch.manual_seed(3)
    return x + torch.rand(WIDTH)


def _forked(x: Tensor) -> Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        y = x * torch.rand(1)
    return y + torch.rand(1)


def _scaled_by_new_tensors(x: Tensor) -> Tensor:
    scale = torch.ones(WIDTH)
    scale[1] = 0.5
    scale[2:4] = x.detach()[0, :2].abs()
    total = torch.zeros(len(x), 1)
    for i in range(3):
        total += x[:, i : i + 1] * torch.tensor([0.5, 1.0, 2.0])[i]
    total = total * torch.eye(WIDTH)[0] + torch.linspace(0, 1, WIDTH)
    return x * scale + torch.arange(WIDTH) * torch.tensor(0.1) + total


def _halved_until_small(x: Tensor) -> Tensor:
    while x.abs().max() > 1:
        x = x / 2
    return x


KINDS = {
    "in place": IN_PLACE, "tracking": TRACKING, "branching": BRANCHING, "drawing": DRAWING, "other": OTHERS,
}  # fmt: skip
LAYERS = {f"{kind}: {name}": make for kind, layers in KINDS.items() for name, make in layers.items()}

WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.0, 3.0])

LOSSES: dict[str, Callable[[], Any]] = {
    "cross-entropy": nn.CrossEntropyLoss,
    "weighted": lambda: nn.CrossEntropyLoss(WEIGHT),
    "smoothed": lambda: nn.CrossEntropyLoss(label_smoothing=0.1),
    "smoothed and weighted": lambda: nn.CrossEntropyLoss(WEIGHT, label_smoothing=0.2),
    "a sum, weighted": lambda: nn.CrossEntropyLoss(WEIGHT, reduction="sum", label_smoothing=0.1),
    "a class ignored": lambda: nn.CrossEntropyLoss(ignore_index=2),
    "a class ignored, weighted": lambda: nn.CrossEntropyLoss(WEIGHT, ignore_index=1, label_smoothing=0.1),
    "nll": lambda: lambda output, target: F.nll_loss(output.log_softmax(1), target),
    "nll, weighted": lambda: lambda output, target: nn.NLLLoss(WEIGHT, ignore_index=3)(output.log_softmax(1), target),
    "multi-margin": lambda: nn.MultiMarginLoss(weight=WEIGHT),
    "two losses": lambda: lambda output, target: (
        F.cross_entropy(output, target) + 0.1 * F.mse_loss(output, output.detach().relu()) + output.abs().mean()
    ),
}  # fmt: skip

OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda params: optim.SGD(params, lr=0.1, momentum=0.9),
    "adam": lambda params: optim.Adam(params, lr=0.01, weight_decay=0.1),
}


def bits(net: nn.Module, optimizer: optim.Optimizer) -> list[bytes]:
    """Return all that training leaves behind, generators included."""
    state = [x for p in net.parameters() for _, x in sorted(optimizer.state[p].items())]
    tensors = [*net.state_dict().values(), *[p.grad for p in net.parameters() if p.grad is not None], *state]
    own = [module.generator for module in net.modules() if getattr(module, "generator", None)]
    return [x.detach().numpy().tobytes() for x in (*tensors, torch.get_rng_state())] + [
        g.get_state().tobytes() for g in own
    ]


def batches(n: int) -> list[tuple[Tensor, Tensor]]:
    """Return batches, some of which have a target to be ignored."""
    found = [(torch.randn(BATCH, WIDTH), torch.randint(0, WIDTH, (BATCH,))) for _ in range(n)]
    for i in range(1, n, 3):
        found[i][1][2] = -100
    return found


def assert_same_bits(net: nn.Module, loss_func: Any, optimizer: str, data: list[tuple[Tensor, Tensor]]) -> TrainingStep:
    """Take steps both ways, until both raise the same error if they do, and return the one that replays."""
    twin = copy.deepcopy(net)
    steps = [TrainingStep(model, loss_func, OPTIMIZERS[optimizer](model.parameters())) for model in (net, twin)]
    results = []
    for step, take in ((steps[0], steps[0]), (steps[1], steps[1].as_written)):
        torch.manual_seed(2)
        found: list[Any] = []
        try:
            for batch in data:
                found.append((take(*batch).numpy().tobytes(), bits(step.net, step.optimizer)))
        except RuntimeError as error:  # a layer overwrites what the one before it has saved
            found.append(str(error))
        results.append(found)
    assert results[0] == results[1]
    return steps[0]


@given(
    layers=st.lists(st.sampled_from(sorted(LAYERS)), max_size=4),
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    seed=st.integers(0, 2**32 - 1),
    ignored=st.booleans(),
)
def test_a_replayed_step_leaves_the_same_bits(
    layers: list[str], loss: str, optimizer: str, seed: int, ignored: bool
) -> None:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), *[LAYERS[name]() for name in layers])
    loss_func = LOSSES[loss]()
    data = batches(6)
    if not ignored or getattr(loss_func, "ignore_index", 0) != -100:
        data = [(x, target.clamp(min=0)) for x, target in data]
    step = assert_same_bits(net, loss_func, optimizer, data)
    if not any("branching" in name for name in layers):
        assert len(step.recordings) <= 2


@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_is_replayed(name: str) -> None:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), LAYERS[name](), nn.Linear(WIDTH, WIDTH))
    data = [(x, target.clamp(min=0)) for x, target in batches(5)]
    step = assert_same_bits(net, nn.CrossEntropyLoss(), "sgd", data)
    assert len(step.recordings) == 1 or "branching" in name


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_is_replayed(name: str) -> None:
    torch.manual_seed(1)
    data = [(x, target.clamp(min=0)) for x, target in batches(5)]
    step = assert_same_bits(nn.Linear(WIDTH, WIDTH), LOSSES[name](), "adam", data)
    assert 1 <= len(step.recordings) <= 2  # with targets that are ignored, and without


def test_a_batch_with_ignored_targets_has_a_recording_of_its_own() -> None:
    """The mask was drawn, and the statistics moved, when the loss sees the targets: both are put back."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.BatchNorm1d(WIDTH), nn.Dropout(0.5), nn.Linear(WIDTH, WIDTH))
    step = assert_same_bits(net, nn.CrossEntropyLoss(), "adam", batches(9))
    assert len(step.recordings) == 2
    assert net[1].num_batches_tracked == 9
