"""A dozen seeded scripts, each about one theme of the tutorials, print the same numbers under PyTorch."""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from this_machine import torch_masks

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

SCRIPTS: list[Any] = []
NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]?\d+)?|\bnan\b|\binf\b")


def script(function: Callable[[Any], None]) -> Callable[[Any], None]:
    SCRIPTS.append(pytest.param(function, id=function.__name__))
    return function


def draws_masks(function: Callable[[Any], None]) -> Callable[[Any], None]:
    SCRIPTS.append(pytest.param(function, id=function.__name__, marks=torch_masks))
    return function


@script
def tensors(torch):
    x = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 7
    print(x, x.shape, x.dtype, x[0, 1], x[:, :, ::2], x[..., -1], x[x > 3], x[[0, 1], [1, 2]])
    print(x.sum(), x.mean(0), x.max(2), x.argmax(), x.std(), x.norm(dim=1), x.cumsum(1), x.topk(2))
    print(torch.cat([x, x], 1).shape, torch.stack([x, x]).shape, x.permute(2, 0, 1)[0], [c.shape for c in x.chunk(2)])
    print(torch.tensor([1, 2]) / 2, torch.tensor([1]) * 1.5, torch.tensor(True) + 1, torch.tensor(-5) % 3, 2 ** x[0, 0])
    print(torch.tensor([1e-8, 1.0]), torch.tensor([1e10, 1.0]), torch.tensor([math.nan, math.inf]), torch.zeros(2, 0))
    b = torch.ones(2, 3)
    b += 1
    b[:, 1] *= 5
    b[b > 3] = 0
    print(
        b, b.t_(), b.unsqueeze(0).shape, f"{b.sum():.2f}", b.type(torch.LongTensor), torch.arange(-8.0, 8.0, 0.1)[78:82]
    )
    print(torch.zeros(3, 4).scatter_(1, torch.tensor([[0], [3], [1]]), 1.0), torch.where(x[0] > 1, x[0], 0.0))
    print(torch.einsum("bij,kj->bik", x, x[0]), torch.eye(3), torch.linspace(0, 1, 7), torch.full((2,), 7))


@script
def seeded_draws(torch):
    torch.manual_seed(3)
    print(torch.rand(3), torch.randn(2, 3), torch.randn(20), torch.randint(10, (5,)), torch.randperm(6))
    print(torch.normal(0.0, 2.0, (3,)), torch.empty(4).uniform_(-1, 1), torch.rand_like(torch.ones(2)))
    print(
        torch.normal(torch.zeros(3), torch.ones(3)),
        torch.multinomial(torch.tensor([0.2, 0.3, 0.5]), 8, replacement=True),
    )
    g = torch.Generator().manual_seed(2147483647)
    print(torch.randn(3, 3, generator=g), torch.randint(0, 27, (6,), generator=g), torch.rand(3, generator=g))
    state = torch.get_rng_state()
    first = torch.rand(3)
    torch.set_rng_state(state)
    print(first, torch.rand(3), torch.initial_seed())


@script
def gradients_by_hand(torch):
    torch.manual_seed(0)
    x, y = torch.randn(64, 20), torch.randn(64, 3)
    w1, w2 = torch.randn(20, 16, requires_grad=True), torch.randn(16, 3, requires_grad=True)
    for step in range(30):
        loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
        if step % 10 == 0:
            print(step, loss.item(), loss)
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2):
                w -= 1e-5 * w.grad
                w.grad.zero_()
    print(w2, w1.grad.sum())
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    for _ in range(2):  # gradients accumulate
        (3 * a**3 - a).backward(torch.ones(2))
        print(a.grad)
    b = a.detach()
    print(b.requires_grad, (1 - a).grad_fn is None, a.exp(), 4.2 - a, a.sum())


@script
def functions_of_our_own(torch):
    class Cubic(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return 0.5 * (5 * x**3 - 3 * x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 1.5 * (5 * x**2 - 1)

    x = torch.linspace(-math.pi, math.pi, 500)
    c, d = torch.full((), 0.1, requires_grad=True), torch.full((), 0.3, requires_grad=True)
    for _ in range(20):
        loss = (Cubic.apply(c + d * x) - x.sin()).pow(2).mean()
        loss.backward()
        with torch.no_grad():
            for p in (c, d):
                p -= 1e-2 * p.grad
                p.grad = None
    print(loss.item(), c, d)
    z = torch.tensor([1.0, 2.0], requires_grad=True)
    (first,) = torch.autograd.grad((z**3).sum(), z, create_graph=True)
    print(first, torch.autograd.grad(first.sum(), z))
    print(
        torch.autograd.functional.jacobian(lambda t: t**2, z),
        torch.autograd.functional.hessian(lambda t: (t**3).sum(), z),
    )


@script
def classifier(torch):
    nn, F = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.flatten = nn.Flatten()
            self.stack = nn.Sequential(
                OrderedDict([("fc1", nn.Linear(36, 16)), ("relu", nn.ReLU(inplace=True)), ("fc2", nn.Linear(16, 4))])
            )

        def forward(self, x):
            return self.stack(self.flatten(x))

    torch.manual_seed(1)
    x, y = torch.rand(100, 1, 6, 6), torch.randint(0, 4, (100,))
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=32, shuffle=True)
    net = Net()
    print(net, [(name, p.shape) for name, p in net.named_parameters()], len(loader))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
    for _ in range(3):
        net.train()
        for xs, ys in loader:
            loss = F.cross_entropy(net(xs), ys)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            scores = net(x)
            print(loss.item(), F.cross_entropy(scores, y), (scores.argmax(1) == y).sum().item(), scores.softmax(1)[0])
    print(F.cross_entropy(net(x), y), net(x)[:2], optimizer, net.stack.fc1.bias)


@draws_masks
def regularization(torch):
    nn = torch.nn
    torch.manual_seed(1)
    x = torch.linspace(-1, 1, 20).unsqueeze(1)
    y = x + 0.3 * torch.normal(torch.zeros(20, 1), torch.ones(20, 1))
    net = nn.Sequential(nn.Linear(1, 50), nn.Dropout(0.5), nn.ReLU(), nn.BatchNorm1d(50), nn.Linear(50, 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=0.1)
    for step in range(20):
        l1 = sum(p.abs().sum() for name, p in net.named_parameters() if "weight" in name)
        l2 = sum(p.pow(2).sum() for p in net.parameters())
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        (loss + 1e-3 * l1 + 1e-3 * l2).backward()
        norm = nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        if step % 5 == 0:
            print(loss.item(), l1.item(), l2.item(), norm)
    print(nn.functional.dropout(torch.ones(2, 10), 0.3), nn.AlphaDropout(0.3)(torch.ones(8)))
    print(net(x)[:3], net.eval()(x)[:3], net.training, [m.training for m in net])


@script
def losses(torch):
    nn = torch.nn
    torch.manual_seed(2)
    scores, other = torch.randn(5, 3, requires_grad=True), torch.rand(5, 3)
    labels = torch.tensor([0, 2, 1, 1, 0])
    for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCEWithLogitsLoss"):
        for reduction in ("mean", "sum", "none"):
            print(name, getattr(nn, name)(reduction=reduction)(scores, other).detach())
    weight = torch.tensor([1.0, 2.0, 3.0])
    for options in ({}, {"weight": weight}, {"label_smoothing": 0.1}, {"ignore_index": 1}, {"reduction": "none"}):
        loss = nn.CrossEntropyLoss(**options)(scores, labels)
        scores.grad = None
        loss.sum().backward()
        print(loss.detach(), scores.grad)
    print(
        nn.CrossEntropyLoss()(scores, labels), nn.NLLLoss()(scores.log_softmax(1), labels), nn.MSELoss()(scores, other)
    )
    print(nn.BCELoss()(scores.sigmoid(), other), nn.BCEWithLogitsLoss(pos_weight=weight)(scores, other))
    print(
        nn.KLDivLoss(reduction="batchmean")(scores.log_softmax(1), other.softmax(1)),
        nn.GELU()(scores),
        nn.SiLU()(scores),
    )


@script
def optimizers(torch):
    for name, options in [
        ("SGD", {"momentum": 0.9, "nesterov": True}), ("Adam", {"amsgrad": True}), ("AdamW", {}),
        ("RMSprop", {"alpha": 0.9}),
        ("Adagrad", {}), ("Adadelta", {}), ("Adamax", {}), ("NAdam", {}), ("RAdam", {}),
    ]:  # fmt: skip
        torch.manual_seed(4)
        model, x = torch.nn.Linear(3, 1), torch.randn(10, 3)
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01, weight_decay=0.01, **options)
        for _ in range(6):
            optimizer.zero_grad()
            loss = model(x).pow(2).mean()
            loss.backward()
            optimizer.step()
        print(loss.item(), model.weight, optimizer, sorted(optimizer.state[model.weight]), optimizer.state_dict())
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    groups = [{"params": model[0].parameters(), "lr": 1e-2}, {"params": model[1].parameters(), "weight_decay": 0.1}]
    optimizer = torch.optim.SGD(groups, lr=1e-1)
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))]})
    print(optimizer, optimizer.param_groups[0].keys(), optimizer.defaults)


@script
def an_optimizer_by_hand(torch):
    """The forms ``add_(number, tensor)`` are deprecated, and in many an old optimizer."""

    class Adam(torch.optim.Optimizer):
        def __init__(self, params, lr=1e-2, betas=(0.9, 0.999)):
            super().__init__(params, {"lr": lr, "betas": betas})

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                b1, b2 = group["betas"]
                for p in group["params"]:
                    state = self.state[p]
                    if not state:
                        state.update(step=0, m=torch.zeros_like(p.data), v=torch.zeros_like(p.data))
                    state["step"] += 1
                    state["m"].mul_(b1).add_(1 - b1, p.grad.data)
                    state["v"].mul_(b2).addcmul_(1 - b2, p.grad.data, p.grad.data)
                    size = group["lr"] * math.sqrt(1 - b2 ** state["step"]) / (1 - b1 ** state["step"])
                    p.data.addcdiv_(-size, state["m"], state["v"].sqrt().add_(1e-8))

    torch.manual_seed(5)
    model, x = torch.nn.Linear(4, 2), torch.randn(8, 4)
    optimizer = Adam(model.parameters())
    for _ in range(10):
        optimizer.zero_grad()
        loss = model(x).tanh().pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss, model.weight, model.bias.data, len(optimizer.state))


@script
def learning_rates(torch):
    schedulers = torch.optim.lr_scheduler

    class Halving(schedulers._LRScheduler):
        def get_lr(self):
            return [base * 0.5**self.last_epoch for base in self.base_lrs]

    for make in (
        lambda o: schedulers.StepLR(o, 3, gamma=0.1), lambda o: schedulers.MultiStepLR(o, [2, 5], gamma=0.5),
        lambda o: schedulers.ExponentialLR(o, 0.9), lambda o: schedulers.CosineAnnealingLR(o, T_max=5, eta_min=0.01),
        lambda o: schedulers.LambdaLR(o, lambda epoch: 0.95**epoch),
        lambda o: schedulers.OneCycleLR(o, 0.5, total_steps=10),
        lambda o: schedulers.LinearLR(o, 0.5, total_iters=4), Halving,
    ):  # fmt: skip
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)
        scheduler, rates = make(optimizer), []
        for _ in range(9):
            optimizer.step()
            rates.append(scheduler.get_last_lr()[0])
            scheduler.step()
        print(rates)
    plateau = schedulers.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    for loss in (1.0, 0.9, 0.95, 0.94, 0.93, 0.8):
        plateau.step(torch.tensor(loss))
        print(optimizer.param_groups[0]["lr"])


@script
def weights_and_hooks(torch):
    nn = torch.nn
    torch.manual_seed(6)
    for fill, options in [
        (nn.init.uniform_, {}), (nn.init.normal_, {"mean": 1.0}), (nn.init.xavier_uniform_, {"gain": 2.0}),
        (nn.init.xavier_normal_, {}), (nn.init.kaiming_uniform_, {"nonlinearity": "relu"}),
        (nn.init.kaiming_normal_, {"mode": "fan_out"}), (nn.init.trunc_normal_, {"std": 0.02}), (nn.init.eye_, {}),
    ]:  # fmt: skip
        print(fill(torch.empty(3, 5), **options))
    net, seen = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), {}

    def start(module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            module.bias.data.fill_(0.01)

    def remember(module, inputs, output):
        seen[type(module).__name__] = output.detach()

    print(net.apply(start), net[0].weight)
    handles = [layer.register_forward_hook(remember) for layer in net]
    x = torch.randn(2, 3, requires_grad=True)
    net(x).sum().backward()
    print(seen, x.grad, [handle.remove() for handle in handles])
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    y = w * 3
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.pow(2).sum().backward()
    print(y.grad, w.grad)
    w.label = "mine"  # as for any object of Python
    print(w.label)


@script
def characters(torch):
    F = torch.nn.functional
    words = ["emma", "olivia", "ava", "isabella", "sophia", "mia"]
    ids = {letter: i for i, letter in enumerate(sorted(set(".".join(words))))}
    pairs = [(ids[a], ids[b]) for word in words for a, b in zip("." + word, word + ".", strict=True)]
    xs, ys = (torch.tensor(column) for column in zip(*pairs, strict=True))
    g = torch.Generator().manual_seed(42)
    C, W = torch.randn((len(ids), 4), generator=g), torch.randn((4, len(ids)), generator=g)
    for p in (C, W):
        p.requires_grad = True
    for step in range(20):
        batch = torch.randint(0, len(xs), (16,), generator=g)
        loss = F.cross_entropy(torch.tanh(C[xs[batch]]) @ W, ys[batch]) + 0.01 * (W**2).mean()
        for p in (C, W):
            p.grad = None
        loss.backward()
        for p in (C, W):
            p.data += -0.5 * p.grad
        if step % 5 == 0:
            print(f"{step:4d} {loss.item():.4f}")
    print(F.one_hot(xs, num_classes=len(ids)).float().mean(0, keepdims=True), loss)
    probabilities = F.softmax(torch.tanh(C[:1]) @ W, dim=1)
    print(probabilities, torch.multinomial(probabilities, num_samples=12, replacement=True, generator=g))


@script
def checkpoints(torch):
    nn = torch.nn
    torch.manual_seed(7)
    model, x = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), torch.randn(6, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)

    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            loss = model(x).pow(2).mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    train(model, optimizer, 3)
    buffer = io.BytesIO()
    torch.save({"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, buffer)
    buffer.seek(0)
    checkpoint = torch.load(buffer)
    other = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    print(other.load_state_dict(checkpoint["model"]), list(checkpoint), checkpoint["epoch"])
    again = torch.optim.Adam(other.parameters(), lr=0.5)
    again.load_state_dict(checkpoint["optimizer"])
    print(train(model, optimizer, 3), train(other, again, 3), other.state_dict(), again)
    part = {name: p for name, p in model.state_dict().items() if name != "2.bias"}
    print(other.load_state_dict(part, strict=False))


@script
def mistakes(torch):
    nn, F = torch.nn, torch.nn.functional
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    for mistake in (
        y.backward, lambda: x.add_(1), lambda: (x * 2).backward(), lambda: x.numpy(), lambda: x.item(),
        lambda: torch.ones(2, 3) @ torch.ones(2, 3), lambda: torch.ones(2) + torch.ones(3),
        lambda: torch.zeros(2).view(3), lambda: torch.zeros(3)[5], lambda: torch.arange(3).mean(),
        lambda: torch.cat([torch.zeros(2, 2), torch.zeros(3, 3)]), lambda: torch.tensor([1]).requires_grad_(),
        lambda: nn.Linear(2, 3)(torch.ones(4, 5)), lambda: nn.Dropout(1.5), lambda: nn.Linear(2, 2).missing,
        lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 5])), lambda: bool(torch.tensor([1, 2])),
        lambda: torch.optim.SGD([], lr=0.1), lambda: torch.optim.SGD([x], lr=-1),
        lambda: nn.Linear(2, 2).load_state_dict({}), lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)),
        lambda: F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0])), lambda: torch.ones(2) + "a",
    ):  # fmt: skip
        try:
            print("no error", mistake())
        except Exception as error:
            print(type(error).__name__)


def printed_by(function: Callable[[Any], None], framework: Any) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        function(framework)
    return out.getvalue().replace("minigrad", "torch")


@pytest.mark.filterwarnings("ignore:This overload of add")
@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar")
@pytest.mark.parametrize("function", SCRIPTS)
def test_prints_the_same(function: Callable[[Any], None]) -> None:
    theirs, ours = (printed_by(function, framework) for framework in (torch, minigrad))
    expected, found = ("".join(NUMBER.sub("#", text).split()) for text in (theirs, ours))  # -0. is wider than 0.
    assert found == expected
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in (ours, theirs)]
    assert len(numbers[0]) > 0 or function is mistakes
    np.testing.assert_allclose(*numbers, rtol=1e-4, atol=1.1e-4)  # of four decimals, the last may round otherwise
