"""The mathematics of dropout: values, scale, edges, gradient, randomness, and expectation, exactly where it can be."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Generator, Tensor, nn
from minigrad.autograd import GradcheckError, grad, gradcheck, gradgradcheck
from minigrad.nn import functional as F

Array = np.ndarray
DTYPES = [minigrad.float16, minigrad.float32, minigrad.float64]
SHAPES = [(), (0,), (1,), (0, 3), (2, 3, 4)]
RATES = [0.001, 0.05, 0.2, 0.5, 0.9]

every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_engine = pytest.mark.parametrize("engine", ["torch", "fast"])
both_modes = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
probabilities = st.one_of(st.floats(0.001, 0.999), st.sampled_from(RATES))


class FrozenMask:
    """Stands in for a generator, and draws the mask that it is told to draw."""

    def __init__(self, mask: Any, keep: float | None = None) -> None:
        self.mask = np.asarray(mask, bool)
        self.keep = keep

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[Array, float]:
        return self.mask.reshape(shape), 1 - p if self.keep is None else self.keep


def dropped(x: Tensor, mask: Any, p: float) -> Tensor:
    """Return the dropout of x with this mask."""
    return F.dropout(x, p, generator=FrozenMask(mask))


def all_masks(n: int, p: float) -> Iterator[tuple[Array, float]]:
    """Every mask of n elements, and its probability."""
    for kept in itertools.product([False, True], repeat=n):
        yield np.array(kept), math.prod(1 - p if k else p for k in kept)


def default_state() -> bytes:
    return minigrad.default_generator.get_state().tobytes()


# -- values -----------------------------------------------------------------------------------------------------------


@every_engine
@every_dtype
@given(p=probabilities, seed=st.integers(0, 2**32 - 1))
def test_a_training_output_is_0_or_x_scaled(engine: str, dtype: Any, p: float, seed: int) -> None:
    generator = Generator(engine=engine).manual_seed(seed)
    x = minigrad.linspace(-3, 3, 60).to(dtype)
    x[0] = 1
    mask, keep = generator.clone_state().keep_mask((60,), p)
    mask[0] = True
    y = nn.Dropout(p, generator=FrozenMask(mask, keep))(x)
    scale = y.numpy()[0]
    assert y.dtype is dtype
    np.testing.assert_array_equal(y.numpy(), np.where(mask, x.numpy() * scale, 0))
    assert scale == pytest.approx(1 / keep, rel=2 * float(np.finfo(scale.dtype).eps))
    assert keep == pytest.approx(1 - p, rel=1e-4)


@every_shape
@every_dtype
@both_modes
def test_p_0_is_the_identity_and_draws_nothing(shape: tuple[int, ...], dtype: Any, training: bool) -> None:
    x = minigrad.randn(*shape, dtype=dtype) if shape else minigrad.tensor(3.0, dtype=dtype)
    before = default_state()
    y = nn.Dropout(0.0).train(training)(x)
    assert (y.dtype, y.shape) == (dtype, shape)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert default_state() == before


@every_shape
@every_dtype
def test_p_1_gives_zeros_and_zero_gradient_and_draws_nothing(shape: tuple[int, ...], dtype: Any) -> None:
    x = minigrad.ones(*shape, dtype=dtype, requires_grad=True)
    before = default_state()
    y = nn.Dropout(1.0)(x)
    assert (y.dtype, y.shape) == (dtype, shape)
    assert (y.detach().numpy() == 0).all()
    y.sum().backward()
    assert (x.grad.dtype, x.grad.shape) == (dtype, shape)
    assert (x.grad.numpy() == 0).all()
    assert default_state() == before


@every_shape
@every_dtype
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_evaluation_is_the_identity_and_draws_nothing(shape: tuple[int, ...], dtype: Any, p: float) -> None:
    generator = Generator()
    x = minigrad.full(shape, 0.1, dtype=dtype, requires_grad=True)
    before = default_state(), generator.get_state().tobytes()
    for layer in (nn.Dropout(p).eval(), nn.Dropout(p, generator=generator).eval()):
        y = layer(x)
        assert (y.dtype, y.shape) == (dtype, shape)
        assert y.detach().numpy().tobytes() == x.detach().numpy().tobytes()
    (gradient,) = grad((y * 1).sum(), x)
    assert (gradient.numpy() == 1).all()
    assert (default_state(), generator.get_state().tobytes()) == before


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@every_dtype
def test_shapes_and_dtypes_are_kept_while_training(shape: tuple[int, ...], dtype: Any) -> None:
    x = minigrad.ones(*shape, dtype=dtype, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert (y.shape, y.dtype) == (x.grad.shape, x.grad.dtype) == (shape, dtype)
    assert set(y.detach().numpy().ravel().tolist()) <= {0.0, 2.0}


@pytest.mark.parametrize("view", [lambda x: x.t(), lambda x: x[::2, 1:], lambda x: x[:, :1].expand(6, 5)])
def test_inputs_that_are_not_contiguous(view: Any) -> None:
    x = view(minigrad.rand(6, 5) + 1)
    assert not x.is_contiguous()
    before = x.numpy().copy()
    in_memory = x.t() if x.array.flags.f_contiguous else x  # PyTorch fills a mask in the order of memory
    mask = Generator().manual_seed(5).keep_mask(in_memory.shape, 0.4)[0]
    mask = mask if in_memory is x else mask.T
    y = F.dropout(x, 0.4, generator=Generator().manual_seed(5))
    np.testing.assert_allclose(y.numpy(), np.where(mask, before / 0.6, 0), rtol=1e-6)
    np.testing.assert_array_equal(x.numpy(), before)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_p_1_hides_whatever_it_drops(value: float) -> None:
    x = minigrad.tensor([value, 1.0], requires_grad=True)
    y = F.dropout(x, 1.0)
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([0, 0], [0, 0])
    assert F.dropout(minigrad.tensor([value]), 1.0, inplace=True).tolist() == [0]


@every_dtype
@pytest.mark.parametrize("p", [1 - 1e-8, 1 - 2**-53])
def test_p_next_to_1_gives_zeros_for_what_it_drops(dtype: Any, p: float) -> None:
    """In float16, 1 - p rounds to 0, and a scale of infinity must not turn the zeros into NaN."""
    y = dropped(minigrad.ones(100, dtype=dtype), np.zeros(100), p)
    assert y.tolist() == [0.0] * 100


def test_the_input_is_not_written_to_nor_shared() -> None:
    x = minigrad.ones(1000)
    y = nn.Dropout(0.5)(x)
    assert not np.shares_memory(x.numpy(), y.numpy())
    assert (x.numpy() == 1).all()


def test_the_mask_does_not_depend_on_the_input() -> None:
    x = minigrad.linspace(-2, 2, 50, dtype=minigrad.float64)
    one, double = (F.dropout(a * x, 0.3, generator=Generator().manual_seed(1)) for a in (1, 2))
    np.testing.assert_array_equal(double.numpy(), 2 * one.numpy())


# -- in place ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
@both_modes
def test_in_place_is_the_same_on_the_inputs_own_memory(p: float, training: bool) -> None:
    x = minigrad.rand(50)
    expected = F.dropout(x, p, training, generator=Generator())
    array = x.array
    y = F.dropout(x, p, training, inplace=True, generator=Generator())
    assert y is x
    assert x.array is array
    np.testing.assert_array_equal(x.numpy(), expected.numpy())


def test_the_gradient_of_dropout_in_place() -> None:
    leaf = minigrad.ones(5, requires_grad=True)
    y = F.dropout(leaf * 3, 0.5, inplace=True, generator=FrozenMask([1, 0, 1, 0, 0]))
    y.sum().backward()
    assert leaf.grad.tolist() == [6, 0, 6, 0, 0]


@pytest.mark.parametrize("p", [0.5, 1.0])
def test_dropout_in_place_of_a_leaf_is_refused(p: float) -> None:
    x = minigrad.ones(5, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        nn.Dropout(p, inplace=True)(x)
    assert x.tolist() == [1, 1, 1, 1, 1]


# -- gradient ---------------------------------------------------------------------------------------------------------


@every_dtype
@given(p=probabilities)
def test_the_gradient_is_g_times_the_multiplier_of_the_forward(dtype: Any, p: float) -> None:
    """Also where x is 0, where no one could tell from the output what was dropped."""
    generator = Generator()
    ones = F.dropout(minigrad.ones(40, dtype=dtype), p, generator=generator.clone_state())
    x = minigrad.tensor(np.arange(40) % 2, dtype=dtype, requires_grad=True)
    g = minigrad.linspace(-1, 1, 40).to(dtype)
    y = F.dropout(x, p, generator=generator)
    y.backward(g)
    np.testing.assert_array_equal(y.detach().numpy(), x.detach().numpy() * ones.numpy())
    np.testing.assert_array_equal(x.grad.numpy(), g.numpy() * ones.numpy())
    assert x.grad.dtype is dtype


def test_a_gradient_check_passes_with_a_frozen_mask_and_fails_with_a_live_one() -> None:
    x = minigrad.randn(4, 5, dtype=minigrad.float64).requires_grad_()
    mask = Generator().keep_mask((4, 5), 0.4)[0]
    assert gradcheck(lambda x: dropped(x, mask, 0.4).sin(), x)
    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(lambda x: F.dropout(x, 0.4).sin(), x)


def test_second_derivatives_go_through_dropout() -> None:
    x = minigrad.randn(6, dtype=minigrad.float64).requires_grad_()
    mask = np.array([1, 0, 1, 1, 0, 1])
    assert gradgradcheck(lambda x: dropped(x.sin(), mask, 0.4) ** 2, x)

    # y = (s·m·x)³, whose second derivative is 6·(s·m)³·x
    (first,) = grad((dropped(x, mask, 0.5) ** 3).sum(), x, create_graph=True)
    (second,) = grad(first.sum(), x)
    np.testing.assert_allclose(second.numpy(), 6 * (2.0 * mask) ** 3 * x.detach().numpy(), rtol=1e-12, atol=0)


# -- randomness -------------------------------------------------------------------------------------------------------


def mask_of(layer: nn.Module, n: int = 100) -> list[bool]:
    return (layer(minigrad.ones(n)).numpy() != 0).tolist()


@every_engine
def test_every_call_draws_a_fresh_mask(engine: str) -> None:
    """Two masks of 100 agree by chance with probability 2^-100."""
    layer = nn.Dropout(0.5, generator=Generator(engine=engine))
    assert mask_of(layer) != mask_of(layer)


@every_engine
def test_the_same_seed_draws_the_same_masks(engine: str) -> None:
    def masks() -> list[list[bool]]:
        layer = nn.Dropout(0.5, generator=Generator(engine=engine).manual_seed(7))
        return [mask_of(layer) for _ in range(3)]

    assert masks() == masks()


def test_the_default_generator_draws_unless_the_layer_has_its_own() -> None:
    minigrad.manual_seed(3)
    expected = mask_of(nn.Dropout(0.5))
    assert mask_of(nn.Dropout(0.5, generator=Generator().manual_seed(3))) == expected

    before = default_state()
    mask_of(nn.Dropout(0.5, generator=Generator()))
    assert default_state() == before
    mask_of(nn.Dropout(0.5))
    assert default_state() != before


@every_engine
def test_a_saved_state_replays_the_masks(engine: str) -> None:
    generator = Generator(engine=engine)
    layer = nn.Dropout(0.3, generator=generator)
    mask_of(layer, 13)
    state = generator.get_state()
    first = [mask_of(layer, 13) for _ in range(3)]
    generator.set_state(state)
    assert [mask_of(layer, 13) for _ in range(3)] == first


def test_the_default_state_replays_the_masks() -> None:
    state = minigrad.get_rng_state()
    first = mask_of(nn.Dropout(0.3))
    minigrad.set_rng_state(state)
    assert mask_of(nn.Dropout(0.3)) == first


def test_pythons_and_numpys_generators_are_left_alone() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    mask_of(nn.Dropout(0.5))
    assert (random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]) == before


# -- expectation, statistically ---------------------------------------------------------------------------------------


def log_binomial(n: int, k: int, q: float) -> float:
    return (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(q) + (n - k) * math.log1p(-q)
    )


def binomial_tail(n: int, k: int, q: float) -> float:
    """Return the probability of at least k of n, or of at most k if that is less: exact, term by term."""
    step = 1 if k >= n * q else -1
    total, i = 0.0, k
    while 0 <= i <= n:
        term = math.exp(log_binomial(n, i, q))
        total += term
        if term <= 1e-18 * total or term == 0.0:
            break
        i += step
    return total


N = 400_000
ALARM = 1e-9 / (2 * 2 * len(RATES))  # two tails, two engines, all rates: 1e-9 for all of them together


@every_engine
@pytest.mark.parametrize("p", RATES)
def test_the_rate_of_drops_is_p(engine: str, p: float) -> None:
    """An exact binomial test of 400,000 draws.

    With power > 0.999 it catches a rate wrong by 10% of 0.05 or 0.2, by 2% of 0.5, by 1% of 0.9; a rate of 1/256 in
    place of 0.001, as of an 8-bit mask; and at every p but 0.5 that dropped and kept are swapped.
    """
    y = nn.Dropout(p, generator=Generator(engine=engine))(minigrad.ones(N))
    drops = int((y.numpy() == 0).sum())
    assert binomial_tail(N, drops, p) > ALARM


@pytest.mark.parametrize(
    ("p", "wrong"),
    [(0.001, 1 / 256), (0.001, 0), (0.05, 0.055), (0.2, 0.22), (0.2, 0.18), (0.5, 0.51), (0.9, 0.909), (0.2, 0.8)],
)
def test_the_test_of_the_rate_has_the_power_that_it_claims(p: float, wrong: float) -> None:
    """3.1 deviations towards p from what the wrong rate gives, which happens in one of a thousand runs, still alarm."""
    towards = 1 if p > wrong else -1
    drops = round(N * wrong + towards * 3.1 * math.sqrt(N * wrong * (1 - wrong)))
    assert binomial_tail(N, drops, p) < ALARM


@every_engine
@pytest.mark.parametrize("p", RATES)
def test_the_mean_of_the_output_is_the_mean_of_the_input(engine: str, p: float) -> None:
    """The scale of kept values is exact, so the mean is off only by as much as the number of drops is.

    A scale wrong by 10 deviations, that is by 5% at p = 0.9 and by 1.6% at 0.5, is caught with power > 0.998.
    """
    y = F.dropout(minigrad.ones(N, dtype=minigrad.float64), p, generator=Generator(engine=engine)).numpy()
    deviation = math.sqrt(p / (1 - p) / N)
    assert abs(y.mean() - 1) < 7 * deviation  # a normal tail of 3e-12; at p = 0.001, 400 drops, the binomial's is 1e-10


# -- expectation, exactly: over all masks -----------------------------------------------------------------------------


@pytest.mark.parametrize("p", RATES)
def test_the_mean_over_all_masks_is_x_and_the_variance_x2_p_by_1_minus_p(p: float) -> None:
    x = minigrad.tensor([1.5, -2.0, 0.0, 3.0, -0.25, 10.0, 1e-3, -7.0], dtype=minigrad.float64)
    mean, square, total = np.zeros(8), np.zeros(8), 0.0
    for mask, probability in all_masks(8, p):
        y = dropped(x, mask, p).numpy()
        mean += probability * y
        square += probability * y**2
        total += probability
    assert total == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(mean, x.numpy(), rtol=1e-13)
    np.testing.assert_allclose(square - mean**2, x.numpy() ** 2 * p / (1 - p), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("p", RATES)
def test_the_mean_over_all_masks_of_a_linear_output_is_the_output_of_evaluation(p: float) -> None:
    """And so is the mean of the gradient, for the output is linear in what is dropped."""
    first, last = nn.Linear(3, 6, dtype=minigrad.float64), nn.Linear(6, 2, dtype=minigrad.float64)
    x = minigrad.randn(1, 3, dtype=minigrad.float64).requires_grad_()
    weights = minigrad.tensor([[1.0, -2.0]], dtype=minigrad.float64)

    def output_and_gradient(layer: nn.Module) -> tuple[Array, Array]:
        y = last(layer(first(x).tanh()))
        return y.detach().numpy(), grad(y, x, weights)[0].numpy()

    mean = [0.0, 0.0]
    for mask, probability in all_masks(6, p):
        parts = output_and_gradient(nn.Dropout(p, generator=FrozenMask(mask)))
        mean = [total + probability * part for total, part in zip(mean, parts, strict=True)]
    for average, expected in zip(mean, output_and_gradient(nn.Dropout(p).eval()), strict=True):
        np.testing.assert_allclose(average, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("p", RATES)
def test_the_squared_loss_over_all_masks_is_that_of_evaluation_plus_a_ridge_penalty(p: float) -> None:
    """E‖y - (x∘m/(1-p))·w‖² = ‖y - x·w‖² + p/(1-p) Σⱼ wⱼ² ‖xⱼ‖² (Wager, Wang and Liang 2013)."""
    x, w = minigrad.randn(2, 4, dtype=minigrad.float64), minigrad.randn(4, 1, dtype=minigrad.float64)
    y = minigrad.randn(2, 1, dtype=minigrad.float64)

    def loss(features: Tensor) -> float:
        return F.mse_loss(features @ w, y, reduction="sum").item()

    mean = sum(probability * loss(dropped(x, mask, p)) for mask, probability in all_masks(8, p))
    ridge = p / (1 - p) * float((w.numpy()[:, 0] ** 2 * (x.numpy() ** 2).sum(0)).sum())
    assert mean == pytest.approx(loss(x) + ridge, rel=1e-12)


@pytest.mark.parametrize("p", RATES)
def test_training_inflates_the_variance_of_a_zero_mean_input_by_1_by_1_minus_p(p: float) -> None:
    """The variance shift between training and evaluation (Li et al. 2018), over all masks and a symmetric input."""
    values = np.array([-3.0, -1.0, 1.0, 3.0])
    square = sum(
        probability * np.square(dropped(minigrad.tensor(values), mask, p).numpy()).mean()
        for mask, probability in all_masks(4, p)
    )
    assert square / values.var() == pytest.approx(1 / (1 - p), rel=1e-12)


# -- modes ------------------------------------------------------------------------------------------------------------


def test_a_network_is_deterministic_in_evaluation_and_random_in_training() -> None:
    net = nn.Sequential(nn.Linear(3, 50), nn.Dropout(0.5), nn.ReLU(), nn.Linear(50, 1))
    x = minigrad.randn(4, 3)
    assert net(x).tolist() != net(x).tolist()
    net.eval()
    assert net(x).tolist() == net(x).tolist()
    net.train()
    assert net(x).tolist() != net(x).tolist()


def test_repr_and_the_probability_of_the_moment() -> None:
    layer = nn.Dropout(0.25, inplace=True)
    assert repr(layer) == "Dropout(p=0.25, inplace=True)"
    layer = nn.Dropout(0.0)
    layer.p = 1.0
    assert layer(minigrad.ones(3)).tolist() == [0, 0, 0]
    layer.p = 1.5
    with pytest.raises(ValueError, match=r"but got 1\.5"):
        layer(minigrad.ones(3))


# ---- the relatives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_alpha_dropout_keeps_mean_0_and_variance_1_exactly(p: float) -> None:
    """Over every mask of a unit, and over an input that is -1 or 1 with equal chance: mean 0, variance 1."""
    outputs, weights = [], []
    for x, (mask, chance) in itertools.product((-1.0, 1.0), all_masks(1, p)):
        layer = nn.AlphaDropout(p, generator=FrozenMask(mask, 1 - p))
        outputs.append(layer(minigrad.tensor([x], dtype=minigrad.float64)).item())
        weights.append(chance / 2)
    mean = np.dot(weights, outputs)
    assert mean == pytest.approx(0, abs=1e-12)
    assert np.dot(weights, np.square(outputs)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("layer", "shape"), [(nn.Dropout1d, (6, 4, 9)), (nn.Dropout2d, (6, 4, 3, 5))])
def test_channels_are_dropped_as_a_whole(layer: type[nn.Module], shape: tuple[int, ...]) -> None:
    minigrad.manual_seed(0)
    channels = layer(0.5)(minigrad.ones(shape)).numpy().reshape(24, -1)
    assert set(np.unique(channels)) == {0.0, 2.0}
    assert (channels == channels[:, :1]).all()
    assert layer(0.5).eval()(minigrad.ones(shape)).equal(minigrad.ones(shape))


def test_feature_alpha_dropout_drops_channels_to_one_value() -> None:
    minigrad.manual_seed(0)
    channels = nn.FeatureAlphaDropout(0.5)(minigrad.ones(6, 4, 5)).numpy().reshape(24, -1)
    assert len(np.unique(channels)) == 2
    assert (channels == channels[:, :1]).all()


def test_dropout3d_drops_the_channels_of_every_sample() -> None:
    """Its input is (N, C, D, H, W): a draw for each of N·C channels, that of (C, D, H, W) one for each of C."""
    x = minigrad.ones(40, 5, 2, 2, 2)
    minigrad.manual_seed(0)
    y = F.dropout3d(x, 0.3).numpy().reshape(200, 8)
    assert (y == y[:, :1]).all()
    kept = y[:, 0] > 0
    np.testing.assert_allclose(y[kept, 0], 1 / 0.7, rtol=1e-6)
    assert len({row.tobytes() for row in kept.reshape(40, 5)}) > 1  # alike with a chance of 0.6²⁰⁰ and less
    mask = minigrad.Generator().manual_seed(0).keep_mask((40, 5), 0.3)[0]
    np.testing.assert_array_equal(kept.reshape(40, 5), mask)
    minigrad.manual_seed(0)
    volume = F.dropout3d(minigrad.ones(64, 2, 2, 2), 0.3).numpy().reshape(64, 8)
    assert (volume == volume[:, :1]).all()
    np.testing.assert_array_equal(volume[:, 0] > 0, minigrad.Generator().manual_seed(0).keep_mask((64,), 0.3)[0])


@pytest.mark.parametrize(
    ("name", "p"),
    [("dropout", 0.5), ("dropout1d", 0.5), ("dropout2d", 0.5), ("dropout3d", 0.5), ("alpha_dropout", 0.5)],
)
def test_a_function_drops_half_unless_it_is_told_otherwise(name: str, p: float) -> None:
    x = minigrad.ones(3, 4, 2, 2, 2)[(..., *[0] * {"dropout1d": 2, "dropout2d": 1}.get(name, 0))]
    results = []
    for rate in ({}, {"p": p}):
        minigrad.manual_seed(3)
        results.append(getattr(F, name)(x, training=True, **rate))
    assert results[0].tolist() == results[1].tolist()
