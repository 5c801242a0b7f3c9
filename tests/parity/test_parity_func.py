"""minigrad.func beside torch.func: the same states, calls and gradients, and the same errors."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minigrad as mg
from minigrad.func import Stacked, StackedLoss


def nets_of(lib, n=3):
    lib.manual_seed(0)
    return [
        lib.nn.Sequential(lib.nn.Linear(2, 4), lib.nn.LayerNorm(4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
        for _ in range(n)
    ]


def batch(lib):
    rng = np.random.default_rng(0)
    return [lib.from_numpy(rng.standard_normal(shape, np.float32)) for shape in ((5, 2), (5, 1))]


def test_stacked_states_are_the_same():
    (params, buffers), (expected, expected_buffers) = (lib.func.stack_module_state(nets_of(lib)) for lib in (mg, torch))
    assert list(params) == list(expected)
    assert buffers == expected_buffers == {}
    for name, p in params.items():
        assert p.detach().numpy().tobytes() == expected[name].detach().numpy().tobytes()
        assert p.requires_grad
        assert p.is_leaf


def test_functional_calls_are_the_same():
    outputs = []
    for lib in (mg, torch):
        net, other = nets_of(lib, 2)
        state = dict(other.named_parameters())
        outputs.append(lib.func.functional_call(net, state, (batch(lib)[0],)).detach().numpy())
    np.testing.assert_allclose(*outputs, rtol=1e-5, atol=1e-6)


def test_a_stack_trains_as_torch_func_does():
    x, y = batch(mg)
    stacked = Stacked(nets_of(mg))
    optimizer = mg.optim.Adam(stacked.parameters(), lr=0.01)
    tx, ty = batch(torch)
    nets = nets_of(torch)
    params, buffers = torch.func.stack_module_state(nets)
    torch_optimizer = torch.optim.Adam(params.values(), lr=0.01)

    def loss_of(params, buffers):
        return torch.nn.functional.mse_loss(torch.func.functional_call(nets[0], (params, buffers), (tx,)), ty)

    for _ in range(10):
        losses = StackedLoss(mg.nn.MSELoss(), reduction="none")(stacked(x), y)
        expected = torch.func.vmap(loss_of)(params, buffers)
        np.testing.assert_allclose(losses.detach().numpy(), expected.detach().numpy(), rtol=1e-4)
        for some, loss in ((optimizer, losses), (torch_optimizer, expected)):
            some.zero_grad()
            loss.sum().backward()
            some.step()
    for name, p in stacked.named_parameters():
        np.testing.assert_allclose(p.detach().numpy(), params[name].detach().numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("out_dims", [0, 1])
@pytest.mark.parametrize("x_dim", [None, 0, 1])
def test_vmap_over_calls_is_the_same(x_dim, out_dims):
    outputs = []
    for lib in (mg, torch):
        nets = nets_of(lib)
        x = lib.from_numpy(np.random.default_rng(0).standard_normal((3, 3, 2), np.float32))
        state = lib.func.stack_module_state(nets)

        def call(params, buffers, x, lib=lib, net=nets[0]):
            return lib.func.functional_call(net, (params, buffers), (x,))

        given = x[0] if x_dim is None else x
        outputs.append(lib.func.vmap(call, (0, 0, x_dim), out_dims)(*state, given).detach().numpy())
    assert outputs[0].shape == outputs[1].shape
    np.testing.assert_allclose(*outputs, rtol=1e-4, atol=1e-6)


WRONG = {
    "no input": lambda lib: lib.func.vmap(lambda: 0)(),
    "sizes": lambda lib: lib.func.vmap(lambda x, y: x)(lib.ones(2), lib.ones(3)),
    "dimensions": lambda lib: lib.func.vmap(lambda x: x, in_dims=(0, 0))(lib.ones(2)),
    "no dimension": lambda lib: lib.func.vmap(lambda x: x, in_dims=2)(lib.ones(2)),
    "nothing mapped": lambda lib: lib.func.vmap(lambda x: x, in_dims=None)(lib.ones(2)),
    "a number to map": lambda lib: lib.func.vmap(lambda x: x)(7),
    "a number returned": lambda lib: lib.func.vmap(lambda x: 7)(lib.ones(2)),
    "results": lambda lib: lib.func.vmap(lambda x: (x, x), out_dims=(0,))(lib.ones(2)),
    "randomness": lambda lib: lib.func.vmap(lambda x: x, randomness="some")(lib.ones(2)),
    "no models": lambda lib: lib.func.stack_module_state([]),
    "modes": lambda lib: lib.func.stack_module_state([lib.nn.Linear(1, 1), lib.nn.Linear(1, 1).eval()]),
    "classes": lambda lib: lib.func.stack_module_state([lib.nn.Linear(1, 1), lib.nn.ReLU()]),
    "frozen": lambda lib: lib.func.stack_module_state([lib.nn.Linear(1, 1), lib.nn.Linear(1, 1).requires_grad_(False)]),
    "no dictionary": lambda lib: lib.func.functional_call(lib.nn.Linear(1, 1), 7, lib.ones(1)),
    "a number": lambda lib: lib.func.functional_call(lib.nn.Linear(1, 1), {"weight": 7}, lib.ones(1)),
    "twice": lambda lib: lib.func.functional_call(lib.nn.Linear(1, 1), [{"bias": lib.ones(1)}] * 2, lib.ones(1)),
    "strict": lambda lib: lib.func.functional_call(
        lib.nn.Linear(1, 1), {"bias": lib.ones(1)}, lib.ones(1), strict=True
    ),
    "no such layer": lambda lib: lib.func.functional_call(lib.nn.Linear(1, 1), {"0.bias": lib.ones(1)}, lib.ones(1)),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_of_the_same_kind(name):
    kinds = []
    for lib in (mg, torch):
        with pytest.raises(Exception, match=r".") as caught:
            WRONG[name](lib)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]
