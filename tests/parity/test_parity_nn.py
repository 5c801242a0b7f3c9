"""minigrad's layers, losses, initial weights and batches beside PyTorch's: the same seed, the same numbers.

Float32 values agree to rounding, draws bit for bit; where the machine matters, `test_parity_random` says how.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from this_machine import fused_multiply_add, torch_masks

import minigrad
from minigrad import nn
from minigrad.nn import functional as F
from minigrad.utils import data

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

TF = torch.nn.functional
Array = np.ndarray
RTOL = {np.dtype(np.float32): 2e-5, np.dtype(np.float64): 1e-11}


seeds = st.integers(0, 2**32 - 1)
float_dtypes = st.sampled_from([np.float32, np.float64])
reductions = st.sampled_from(["mean", "sum", "none"])


def seed_both(seed: int) -> None:
    minigrad.manual_seed(seed)
    torch.manual_seed(seed)


def assert_same_bits(ours: Any, theirs: Any) -> None:
    x, y = ours.detach().numpy(), theirs.detach().numpy()
    assert (x.dtype, x.shape) == (y.dtype, y.shape)
    np.testing.assert_array_equal(x, y)


def assert_same_randomness_follows() -> None:
    assert minigrad.get_rng_state().tolist() == torch.get_rng_state().tolist()


def assert_close(ours: Any, theirs: Any) -> None:
    x, y = ours.detach().numpy(), theirs.detach().numpy()
    assert (x.dtype, x.shape) == (y.dtype, y.shape)
    rtol = RTOL[x.dtype]
    np.testing.assert_allclose(x, y, rtol=rtol, atol=rtol)


def random_array(draw: Any, shape: tuple[int, ...], dtype: type) -> Array:
    rng = np.random.default_rng(draw(seeds))
    return np.asarray(3 * rng.normal(size=shape), dtype)


def assert_same_value_and_gradients(ours: Any, theirs: Any, *inputs: Array) -> None:
    """Compare a function's value, and its gradients for a random output gradient, in both frameworks."""
    leaves = [minigrad.tensor(x, requires_grad=True) for x in inputs]
    expected_leaves = [torch.tensor(x, requires_grad=True) for x in inputs]
    y, expected = ours(*leaves), theirs(*expected_leaves)
    assert_close(y, expected)
    g = np.random.default_rng(0).normal(size=y.shape).astype(y.array.dtype)
    y.backward(minigrad.tensor(g))
    expected.backward(torch.tensor(g))
    for leaf, expected_leaf in zip(leaves, expected_leaves, strict=True):
        assert_close(leaf.grad, expected_leaf.grad)


# -- the same seed, the same numbers ----------------------------------------------------------------------------------


@fused_multiply_add
@given(seeds, st.lists(st.integers(1, 40), min_size=2, max_size=4), st.booleans())
def test_initial_weights(seed: int, sizes: list[int], bias: bool) -> None:
    def network(framework: Any) -> Any:
        layers = [framework.nn.Linear(i, o, bias=bias) for i, o in pairwise(sizes)]
        return framework.nn.Sequential(*layers)

    seed_both(seed)
    ours, theirs = network(minigrad), network(torch)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, tensor in theirs.state_dict().items():
        assert_same_bits(ours.state_dict()[name], tensor)
    assert_same_randomness_follows()


@torch_masks
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@given(seed=seeds, p=st.sampled_from([0.001, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]))
def test_ten_dropouts_in_a_row(dtype: str, seed: int, p: float) -> None:
    """Masks and kept values, to the bit; with other draws in between."""
    seed_both(seed)
    ours, theirs = nn.Dropout(p), torch.nn.Dropout(p)
    for n in range(10):
        x, expected = (framework.rand(4, n + 3).to(getattr(framework, dtype)) for framework in (minigrad, torch))
        assert_same_bits(ours(x), theirs(expected))
    assert_same_randomness_follows()


@given(seeds)
def test_the_data_of_the_main_demo(seed: int) -> None:
    """20 normals, which float32 gives to a few ulps, behind a linspace."""
    seed_both(seed)
    x, expected = (framework.linspace(-1, 1, 20).unsqueeze(1) for framework in (minigrad, torch))
    np.testing.assert_allclose(x.numpy(), expected.numpy(), rtol=0, atol=1.2e-7)
    noise = minigrad.normal(minigrad.zeros(20, 1), minigrad.ones(20, 1))
    expected_noise = torch.normal(torch.zeros(20, 1), torch.ones(20, 1))
    np.testing.assert_allclose(noise.numpy(), expected_noise.numpy(), rtol=0, atol=3e-6)
    assert_same_randomness_follows()


def test_evaluation_draws_nothing() -> None:
    seed_both(0)
    for p in (0.0, 0.5, 1.0):
        nn.Dropout(p).eval()(minigrad.ones(3))
    for p in (0.0, 1.0):
        nn.Dropout(p)(minigrad.ones(3))
        torch.nn.Dropout(p)(torch.ones(3))
    assert_same_randomness_follows()


# -- the main demo ----------------------------------------------------------------------------------------------------


def demo_losses(framework: Any, p: float | None, steps: int) -> list[float]:
    """Fit 20 noisy points of a line with a 1-300-300-1 network, and return the loss of every step."""
    framework.manual_seed(1)
    x = framework.unsqueeze(framework.linspace(-1, 1, 20), 1)
    y = x + 0.3 * framework.normal(framework.zeros(20, 1), framework.ones(20, 1))
    layers = [framework.nn.Linear(1, 300), framework.nn.Linear(300, 300), framework.nn.Linear(300, 1)]
    drops = [] if p is None else [framework.nn.Dropout(p)]
    net = framework.nn.Sequential(
        layers[0], *drops, framework.nn.ReLU(), layers[1], *drops, framework.nn.ReLU(), layers[2]
    )
    optimizer = framework.optim.Adam(net.parameters(), lr=0.01)
    loss_func = framework.nn.MSELoss()
    losses = []
    for _ in range(steps):
        loss = loss_func(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@fused_multiply_add
def test_the_main_demo_without_dropout() -> None:
    ours, theirs = demo_losses(minigrad, None, 20), demo_losses(torch, None, 20)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)
    assert ours[-1] < ours[0]


@fused_multiply_add
@torch_masks
def test_the_main_demo_with_dropout() -> None:
    ours, theirs = demo_losses(minigrad, 0.5, 100), demo_losses(torch, 0.5, 100)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


# -- functions --------------------------------------------------------------------------------------------------------


@given(st.data(), float_dtypes, st.lists(st.integers(0, 4), max_size=3), st.integers(1, 5), st.integers(1, 5))
def test_linear(source: Any, dtype: type, batch: list[int], inputs: int, outputs: int) -> None:
    x, w, b = (random_array(source.draw, s, dtype) for s in ((*batch, inputs), (outputs, inputs), (outputs,)))
    assert_same_value_and_gradients(F.linear, TF.linear, x, w, b)
    assert_same_value_and_gradients(F.linear, TF.linear, x, w)


ACTIVATIONS = {
    "relu": lambda f, x: f.relu(x),
    "sigmoid": lambda f, x: f.sigmoid(x),
    "tanh": lambda f, x: f.tanh(x),
    "softmax": lambda f, x: f.softmax(x, -1),
    "softmax of the first": lambda f, x: f.softmax(x, 0),
    "log_softmax": lambda f, x: f.log_softmax(x, -1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(source=st.data(), dtype=float_dtypes, shape=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_activations(name: str, source: Any, dtype: type, shape: list[int]) -> None:
    x = random_array(source.draw, tuple(shape), dtype)
    function = ACTIVATIONS[name]
    assert_same_value_and_gradients(lambda x: function(F, x), lambda x: function(TF, x), x)


@given(st.data(), float_dtypes, st.lists(st.integers(1, 4), max_size=3), reductions)
def test_mse_loss(source: Any, dtype: type, shape: list[int], reduction: str) -> None:
    x, y = (random_array(source.draw, tuple(shape), dtype) for _ in range(2))
    assert_same_value_and_gradients(
        lambda x, y: F.mse_loss(x, y, reduction=reduction), lambda x, y: TF.mse_loss(x, y, reduction=reduction), x, y
    )


@st.composite
def class_scores(draw: Any) -> Array:
    """Logits of shape (C,), (N, C), (N, C, d) or (N, C, d, e)."""
    classes, dtype = draw(st.integers(1, 5)), draw(float_dtypes)
    batch = draw(st.lists(st.integers(1, 4), max_size=3))
    return random_array(draw, (*batch[:1], classes, *batch[1:]), dtype)


@st.composite
def losses_of_classes(draw: Any) -> tuple[Array, Array, dict[str, Any], Array | None]:
    """Logits, class indices, options and class weights; some target is not ignored, or the mean would be NaN."""
    z = draw(class_scores())
    axis = min(1, z.ndim - 1)
    classes, shape = z.shape[axis], np.delete(z.shape, axis)
    target = np.random.default_rng(draw(seeds)).integers(0, classes, size=shape)
    ignore_index = draw(st.sampled_from([-100, 0, -1]))
    if ignore_index < 0:
        target = np.where(np.random.default_rng(draw(seeds)).random(shape) < 0.3, ignore_index, target)
    if (target == ignore_index).all():
        ignore_index, target = -7, np.zeros_like(target)
    weight = draw(st.none() | st.just(np.linspace(0.5, 2, classes).astype(z.dtype)))
    return z, target, {"ignore_index": ignore_index, "reduction": draw(reductions)}, weight


def weights_for(framework: Any, weight: Array | None) -> Any:
    return None if weight is None else framework.tensor(weight)


@given(losses_of_classes(), st.sampled_from([0.0, 0.1, 1.0]))
def test_cross_entropy(case: Any, label_smoothing: float) -> None:
    z, target, options, weight = case
    options = {**options, "label_smoothing": label_smoothing}
    ours = nn.CrossEntropyLoss(weights_for(minigrad, weight), **options)
    theirs = torch.nn.CrossEntropyLoss(weights_for(torch, weight), **options)
    assert_same_value_and_gradients(
        lambda z: ours(z, minigrad.tensor(target)), lambda z: theirs(z, torch.tensor(target)), z
    )


@given(losses_of_classes())
def test_nll_loss(case: Any) -> None:
    z, target, options, weight = case
    ours = nn.NLLLoss(weights_for(minigrad, weight), **options)
    theirs = torch.nn.NLLLoss(weights_for(torch, weight), **options)
    assert_same_value_and_gradients(
        lambda z: ours(z, minigrad.tensor(target)), lambda z: theirs(z, torch.tensor(target)), z
    )


@given(st.data(), class_scores(), reductions, st.sampled_from([0.0, 0.1, 1.0]), st.booleans())
def test_cross_entropy_with_probabilities(
    source: Any, z: Array, reduction: str, label_smoothing: float, weighted: bool
) -> None:
    truth = np.abs(random_array(source.draw, z.shape, z.dtype)) / 10
    weight = np.linspace(0.5, 2, z.shape[min(1, z.ndim - 1)]).astype(z.dtype) if weighted else None
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    assert_same_value_and_gradients(
        lambda z, truth: F.cross_entropy(z, truth, weights_for(minigrad, weight), **options),
        lambda z, truth: TF.cross_entropy(z, truth, weights_for(torch, weight), **options),
        z,
        truth,
    )


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("ignored", [[-100, 1], [-100, -100]])
@pytest.mark.parametrize("value", [math.nan, -math.inf, 0.0])
def test_ignored_targets(reduction: str, label_smoothing: float, ignored: list[int], value: float) -> None:
    z, options = [[value, 0.0], [1.0, 2.0]], {"reduction": reduction, "label_smoothing": label_smoothing}
    ours = F.cross_entropy(minigrad.tensor(z), minigrad.tensor(ignored), **options)
    assert_close(ours, TF.cross_entropy(torch.tensor(z), torch.tensor(ignored), **options))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_of_nothing(reduction: str) -> None:
    def losses(framework: Any) -> list[Any]:
        f, logits, target = framework.nn.functional, framework.zeros(0, 3), framework.zeros(0, dtype=framework.int64)
        return [f.cross_entropy(logits, target, reduction=reduction), f.mse_loss(logits, logits, reduction=reduction)]

    for ours, theirs in zip(losses(minigrad), losses(torch), strict=True):
        assert_close(ours, theirs)


# -- batches ----------------------------------------------------------------------------------------------------------


@given(
    seed=seeds,
    n=st.integers(1, 40),
    batch_size=st.none() | st.integers(1, 12),
    drop_last=st.booleans(),
    own_generator=st.booleans(),
    epochs=st.integers(1, 3),
)
def test_shuffled_orders(
    seed: int, n: int, batch_size: int | None, drop_last: bool, own_generator: bool, epochs: int
) -> None:
    """Every pass, whatever else is drawn within its loop from the default generator or the loader's own."""

    def draws(framework: Any, data: Any) -> list[Any]:
        framework.manual_seed(seed)
        generator = framework.Generator().manual_seed(seed) if own_generator else None
        loader = data.DataLoader(
            data.TensorDataset(framework.arange(n)),
            batch_size,
            shuffle=True,
            drop_last=drop_last and batch_size is not None,
            generator=generator,
        )
        assert len(loader) == sum(1 for _ in loader)
        return [
            (x.tolist(), framework.rand(1).item(), framework.rand(1, generator=generator).item())
            for _ in range(epochs)
            for (x,) in loader
        ]

    assert draws(minigrad, data) == draws(torch, torch.utils.data)
    assert_same_randomness_follows()


def test_an_epoch_that_is_left_early() -> None:
    def draws(framework: Any, data: Any) -> list[Any]:
        generator = framework.Generator().manual_seed(3)
        loader = data.DataLoader(data.TensorDataset(framework.arange(20)), 6, shuffle=True, generator=generator)
        return [next(iter(loader))[0].tolist() for _ in range(3)]

    assert draws(minigrad, data) == draws(torch, torch.utils.data)


# -- initial weights --------------------------------------------------------------------------------------------------

UNIFORM_INITS = {
    "uniform_": lambda init, w: init.uniform_(w, -0.3, 0.7),
    "xavier_uniform_": lambda init, w: init.xavier_uniform_(w, gain=1.7),
    "kaiming_uniform_": lambda init, w: init.kaiming_uniform_(w),
    "kaiming_uniform_ relu": lambda init, w: init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu"),
    "kaiming_uniform_ slope": lambda init, w: init.kaiming_uniform_(w, a=0.2),
    "constant_": lambda init, w: init.constant_(w, 0.1),
    "zeros_": lambda init, w: init.zeros_(w),
    "ones_": lambda init, w: init.ones_(w),
    "trunc_normal_ of a thin slice": lambda init, w: init.trunc_normal_(w, 0.5, 2.0, a=0.25, b=1.5),
    "trunc_normal_ of a tail": lambda init, w: init.trunc_normal_(w, a=1.0, b=3.0),
}
NORMAL_INITS = {
    "normal_": lambda init, w: init.normal_(w, 0.5, 2.0),
    "xavier_normal_": lambda init, w: init.xavier_normal_(w, gain=1.7),
    "kaiming_normal_": lambda init, w: init.kaiming_normal_(w),
    "kaiming_normal_ tanh": lambda init, w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="tanh"),
    "trunc_normal_": lambda init, w: init.trunc_normal_(w),
    "trunc_normal_ on one side": lambda init, w: init.trunc_normal_(w, 0.5, 2.0, a=0.0, b=9.0),
}
weight_shapes = pytest.mark.parametrize("shape", [(1, 1), (3, 5), (30, 17), (4, 3, 2, 2)], ids=str)
both_precisions = pytest.mark.parametrize("dtype", ["float32", "float64"])


def initialized(init: Any, shape: tuple[int, ...], dtype: str) -> tuple[Any, Any]:
    seed_both(5)
    ours = nn.Parameter(minigrad.empty(*shape, dtype=getattr(minigrad, dtype)))
    theirs = torch.nn.Parameter(torch.empty(*shape, dtype=getattr(torch, dtype)))
    assert init(nn.init, ours) is ours
    init(torch.nn.init, theirs)
    assert_same_randomness_follows()
    return ours, theirs


@fused_multiply_add
@pytest.mark.parametrize("name", UNIFORM_INITS)
@weight_shapes
@both_precisions
def test_uniform_inits(name: str, shape: tuple[int, ...], dtype: str) -> None:
    assert_same_bits(*initialized(UNIFORM_INITS[name], shape, dtype))


@fused_multiply_add
@pytest.mark.parametrize("name", NORMAL_INITS)
@weight_shapes
@both_precisions
def test_normal_inits(name: str, shape: tuple[int, ...], dtype: str) -> None:
    """To the bit, but for float32 values that are 16 or more, whose ulps are those of the radius, at most 5.8 std."""
    ours, theirs = initialized(NORMAL_INITS[name], shape, dtype)
    if dtype == "float64" or theirs.numel() < 16:
        assert_same_bits(ours, theirs)
    else:
        x, y = ours.detach().numpy(), theirs.detach().numpy()
        np.testing.assert_allclose(x, y, rtol=0, atol=6 * 2.0 * np.spacing(np.float32(4)))


@weight_shapes
@both_precisions
def test_orthogonal_inits(shape: tuple[int, ...], dtype: str) -> None:
    """To the rounding of a QR factorization, which two libraries do in different orders."""
    ours, theirs = initialized(lambda init, w: init.orthogonal_(w, gain=1.7), shape, dtype)
    atol = 1e-12 if dtype == "float64" else 2e-4
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=0, atol=atol)


def test_sparse_inits() -> None:
    """Fewer than 16 values, which are equal to the bit."""
    assert_same_bits(*initialized(lambda init, w: init.sparse_(w, 0.3, std=2.0), (5, 3), "float32"))


@fused_multiply_add
@pytest.mark.parametrize(
    "layer",
    [
        lambda n: n.Bilinear(2, 3, 4),
        lambda n: n.Embedding(3, 4, padding_idx=1),
        lambda n: n.Linear(0, 3),
        lambda n: n.BatchNorm1d(3),
    ],
    ids=["Bilinear", "Embedding", "Linear without inputs", "BatchNorm1d"],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_first_parameters(layer: Any) -> None:
    seed_both(7)
    ours, theirs = layer(nn).state_dict(), layer(torch.nn).state_dict()
    assert list(ours) == list(theirs)
    for name, tensor in theirs.items():
        assert_same_bits(ours[name], tensor)
    assert_same_randomness_follows()


LINEAR_MAPS = ["linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


@pytest.mark.parametrize("name", [*LINEAR_MAPS, "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains(name: str) -> None:
    assert nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert nn.init.calculate_gain("leaky_relu", 0.2) == torch.nn.init.calculate_gain("leaky_relu", 0.2)


# -- printed ----------------------------------------------------------------------------------------------------------


def shared(n: Any) -> Any:
    relu = n.ReLU()
    return n.Sequential(relu, n.Tanh(), relu)


def described(n: Any) -> Any:
    class Net(n.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = n.ReLU()

        def extra_repr(self) -> str:
            return "width=3"

    return Net()


PRINTED = {
    "Linear": lambda n: n.Linear(2, 3),
    "without bias": lambda n: n.Linear(2, 3, bias=False),
    "Dropout": lambda n: n.Dropout(0.25, inplace=True),
    "ReLU": lambda n: n.ReLU(),
    "ReLU in place": lambda n: n.ReLU(inplace=True),
    "Sigmoid": lambda n: n.Sigmoid(),
    "Flatten": lambda n: n.Flatten(1, 2),
    "Identity": lambda n: n.Identity(),
    "MSELoss": lambda n: n.MSELoss(),
    "CrossEntropyLoss": lambda n: n.CrossEntropyLoss(),
    "an empty chain": lambda n: n.Sequential(),
    "a chain": lambda n: n.Sequential(n.Linear(1, 8), n.ReLU(), n.Sequential(n.Dropout(), n.Linear(8, 1))),
    "a named chain": lambda n: n.Sequential(OrderedDict(first=n.Linear(1, 8), last=n.Linear(8, 1))),
    "a slice": lambda n: n.Sequential(n.Linear(1, 8), n.ReLU(), n.Tanh())[1:],
    "a shared layer": shared,
    "a description above children": described,
}


@pytest.mark.parametrize("case", PRINTED)
def test_repr(case: str) -> None:
    assert repr(PRINTED[case](nn)) == repr(PRINTED[case](torch.nn))


# -- refused ----------------------------------------------------------------------------------------------------------


def loaded(m: Any, **changes: Any) -> Any:
    layer = m.nn.Linear(2, 2)
    return layer.load_state_dict({**layer.state_dict(), **changes})


REFUSED = {
    "an input that does not fit": lambda m, f: m.nn.Linear(2, 3)(m.zeros(4, 5)),
    "an input of another dtype": lambda m, f: m.nn.Linear(2, 3)(m.zeros(4, 2, dtype=m.float64)),
    "an input of integers": lambda m, f: m.nn.Linear(2, 3)(m.zeros(4, 2, dtype=m.int64)),
    "an array": lambda m, f: m.nn.Linear(2, 3)(np.zeros((4, 2), np.float32)),
    "an array to drop": lambda m, f: m.nn.Dropout()(np.zeros((4, 2), np.float32)),
    "a string": lambda m, f: m.nn.ReLU()("x"),
    "a bias that does not fit": lambda m, f: f.linear(m.zeros(2, 3), m.zeros(4, 3), m.zeros(5)),
    "a negative size": lambda m, f: m.nn.Linear(-1, 3),
    "a broken size": lambda m, f: m.nn.Linear(2.5, 3),
    "p below 0": lambda m, f: m.nn.Dropout(-0.1),
    "p above 1": lambda m, f: m.nn.Dropout(1.1),
    "p infinite": lambda m, f: m.nn.Dropout(math.inf),
    "p no number": lambda m, f: m.nn.Dropout("0.5"),
    "p None": lambda m, f: m.nn.Dropout(None),
    "p above 1 in evaluation": lambda m, f: f.dropout(m.zeros(3), 1.1, training=False),
    "integers to drop": lambda m, f: f.dropout(m.arange(3)),
    "dropping in place from a leaf": lambda m, f: f.dropout(m.zeros(3, requires_grad=True), inplace=True),
    "a class too high": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0, 3])),
    "a class below 0": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0, -1])),
    "another batch": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0])),
    "a column of classes": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([[0], [1]])),
    "too few weights": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0, 1]), m.ones(2)),
    "probabilities of another shape": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.zeros(2, 2)),
    "too much smoothing": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0, 1]), label_smoothing=1.5),
    "an unknown reduction": lambda m, f: f.cross_entropy(m.zeros(2, 3), m.tensor([0, 1]), reduction="avg"),
    "an unknown reduction of squares": lambda m, f: f.mse_loss(m.zeros(2), m.zeros(2), reduction="avg"),
    "indices that are floats": lambda m, f: f.nll_loss(m.zeros(2, 3), m.zeros(2)),
    "a parameter of integers": lambda m, f: m.nn.Parameter(m.arange(3)),
    "a tensor in place of a parameter": lambda m, f: setattr(m.nn.Linear(1, 1), "weight", m.zeros(1, 1)),
    "a number in place of a layer": lambda m, f: setattr(m.nn.Sequential(m.nn.ReLU()), "0", 3),
    "a list of layers": lambda m, f: m.nn.Sequential([m.nn.ReLU()]),
    "a layer that is not there": lambda m, f: m.nn.Sequential(m.nn.ReLU())[1],
    "an attribute that is not there": lambda m, f: m.nn.ReLU().inplaces,
    "a layer of a layer that is not there": lambda m, f: m.nn.Sequential(m.nn.ReLU()).get_submodule("0.x"),
    "a name with a dot": lambda m, f: m.nn.ReLU().add_module("a.b", m.nn.ReLU()),
    "a name that is taken": lambda m, f: m.nn.Linear(1, 1).register_buffer("weight", m.zeros(1)),
    "a mode that is no boolean": lambda m, f: m.nn.ReLU().train(1),
    "a module without forward": lambda m, f: m.nn.Module()(3),
    "a state of another shape": lambda m, f: loaded(m, weight=m.zeros(3)),
    "a state with another name": lambda m, f: loaded(m, extra=m.zeros(3)),
    "a state of text": lambda m, f: loaded(m, weight="text"),
    "fans of a vector": lambda m, f: m.nn.init.kaiming_uniform_(m.zeros(3)),
    "an unknown mode": lambda m, f: m.nn.init.kaiming_uniform_(m.zeros(3, 3), mode="fan"),
    "an unknown nonlinearity": lambda m, f: m.nn.init.calculate_gain("swish"),
    "bounds that are swapped": lambda m, f: m.nn.init.uniform_(m.zeros(3), 2, 1),
    "a negative std": lambda m, f: m.nn.init.normal_(m.zeros(3), 0, -1),
    "tensors of two lengths": lambda m, f: m.utils.data.TensorDataset(m.zeros(2), m.zeros(3)),
    "a batch size of 0": lambda m, f: m.utils.data.DataLoader([1], batch_size=0),
    "a broken batch size": lambda m, f: m.utils.data.DataLoader([1], batch_size=2.5),
    "a batch size that is text": lambda m, f: m.utils.data.DataLoader([1], batch_size="2"),
    "dropping the last of no batches": lambda m, f: m.utils.data.DataLoader([1], batch_size=None, drop_last=True),
    "fewer workers than none": lambda m, f: m.utils.data.DataLoader([1], num_workers=-1),
}


ERRORS = (AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_same_type_of_error(case: str) -> None:
    with pytest.raises(ERRORS) as theirs:
        REFUSED[case](torch, TF)
    with pytest.raises(theirs.type):
        REFUSED[case](minigrad, F)


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_squares_of_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(RuntimeError):
        TF.mse_loss(torch.zeros(2, 3), torch.zeros(4))
    with pytest.raises(RuntimeError):
        F.mse_loss(minigrad.zeros(2, 3), minigrad.zeros(4))


def test_squares_of_shapes_that_differ_warn() -> None:
    for framework in (minigrad, torch):
        with pytest.warns(UserWarning, match="Using a target size .* that is different to the input size"):
            framework.nn.functional.mse_loss(framework.zeros(3, 1), framework.zeros(3))


def test_the_older_names_of_init_are_pytorchs() -> None:
    older = [name for name in vars(torch.nn.init) if f"{name}_" in vars(torch.nn.init)]
    assert [name for name in older if not hasattr(nn.init, name)] == ["dirac"]  # for convolutions
    for name in set(older) - {"dirac"}:
        args = (0.5,) if name in ("constant", "sparse") else ()
        messages = []
        for framework in (minigrad, torch):
            with pytest.warns(FutureWarning) as caught:
                getattr(framework.nn.init, name)(framework.empty(3, 3), *args)
            messages.append(str(caught[0].message))
        assert messages[0] == messages[1]
