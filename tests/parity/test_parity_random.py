"""minigrad's draws are PyTorch's, bit by bit.

Two things depend on the machine: on an Intel CPU PyTorch draws Bernoulli words from MKL, and it rounds u · a + b
once only where the CPU has a fused multiply-add (AVX2). Those tests are skipped elsewhere. Float32 normals of 16
values or more agree to a few ulps, because PyTorch's vector code takes log, sin and cos from short polynomials.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from this_machine import HAS_AVX2, fused_multiply_add, torch_masks

import minigrad
import minigrad.random as mr

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

DTYPES = {np.float16: torch.float16, np.float32: torch.float32, np.float64: torch.float64}

seeds = st.integers(-(2**63), 2**64 - 1)
dtypes = st.sampled_from(sorted(DTYPES, key=str))
shapes = st.lists(st.integers(0, 40), max_size=3).map(tuple)
long_shapes = shapes.filter(lambda shape: np.prod(shape) >= 16)
scales = st.one_of(st.just(0.0), st.floats(1e-200, 1e4))
probabilities = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 1e-3, 0.05, 0.1, 0.2, 0.5, 0.9, 1.0, 1e-17, 1 - 2**-53])
)


def pair(seed: int) -> tuple[mr.Generator, Any]:
    """Our generator and PyTorch's, both a few words into the same stream."""
    ours, theirs = mr.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    ours.integers(0, 10, (seed % 700,))
    torch.randint(10, (seed % 700,), generator=theirs)
    return ours, theirs


def assert_same(ours: np.ndarray, theirs: Any) -> None:
    """Same dtype, shape and bits, but for the sign of a zero."""
    expected = theirs.numpy()
    assert (ours.dtype, ours.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(ours, expected)


def assert_same_state(ours: mr.Generator, theirs: Any) -> None:
    assert ours.get_state().tobytes() == theirs.get_state().numpy().tobytes()


def test_a_new_generator_has_pytorchs_seed_and_state() -> None:
    ours, theirs = mr.Generator(), torch.Generator()
    assert ours.initial_seed() == theirs.initial_seed()
    assert_same_state(ours, theirs)


@given(seeds)
def test_manual_seed(seed: int) -> None:
    ours, theirs = mr.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    assert ours.initial_seed() == theirs.initial_seed()
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 1.5, "1", None, True])
def test_a_seed_is_refused_with_the_same_error(seed: Any) -> None:
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        torch.Generator().manual_seed(seed)
    with pytest.raises(theirs.type):
        mr.Generator().manual_seed(seed)


@given(seeds, shapes, dtypes)
def test_rand(seed: int, shape: tuple[int, ...], dtype: type) -> None:
    ours, theirs = pair(seed)
    assert_same(ours.uniform(shape, dtype), torch.rand(shape, dtype=DTYPES[dtype], generator=theirs))
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rand_of_many_values(dtype: type) -> None:
    """Enough float16 values that some round up to 1, which becomes 0."""
    ours, theirs = pair(0)
    assert_same(ours.uniform((200_000,), dtype), torch.rand(200_000, dtype=DTYPES[dtype], generator=theirs))


@fused_multiply_add
@given(seeds, shapes, dtypes, st.floats(-1e4, 1e4), scales)
def test_uniform_between_bounds(seed: int, shape: tuple[int, ...], dtype: type, low: float, width: float) -> None:
    ours, theirs = pair(seed)
    expected = torch.empty(shape, dtype=DTYPES[dtype]).uniform_(low, low + width, generator=theirs)
    assert_same(ours.uniform(shape, dtype, low, low + width), expected)
    assert_same_state(ours, theirs)


@fused_multiply_add
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.1), (-(3**-0.5), 3**-0.5), (2000.0, 2001.0), (0.1, 0.1)])
def test_uniform_between_bounds_of_many_values(dtype: type, low: float, high: float) -> None:
    ours, theirs = pair(0)
    expected = torch.empty(100_000, dtype=DTYPES[dtype]).uniform_(low, high, generator=theirs)
    assert_same(ours.uniform((100_000,), dtype, low, high), expected)


@fused_multiply_add
@given(st.integers(0, 100), st.integers(1, 50), st.integers(1, 50))
def test_the_weights_of_a_linear_layer(seed: int, inputs: int, outputs: int) -> None:
    torch.manual_seed(seed)
    layer = torch.nn.Linear(inputs, outputs)
    ours, bound = mr.Generator().manual_seed(seed), 1 / inputs**0.5
    assert_same(ours.uniform((outputs, inputs), low=-bound, high=bound), layer.weight.detach())
    assert_same(ours.uniform((outputs,), low=-bound, high=bound), layer.bias.detach())


@given(seeds, st.lists(st.tuples(st.integers(0, 15), dtypes), max_size=6))
def test_randn_of_fewer_than_16_keeps_a_normal(seed: int, calls: list[tuple[int, type]]) -> None:
    ours, theirs = pair(seed)
    for n, dtype in calls:
        assert_same(ours.normal((n,), dtype), torch.randn(n, dtype=DTYPES[dtype], generator=theirs))
        assert_same_state(ours, theirs)


@given(seeds, long_shapes)
def test_randn_in_float64(seed: int, shape: tuple[int, ...]) -> None:
    ours, theirs = pair(seed)
    assert_same(ours.normal(shape, np.float64), torch.randn(shape, dtype=torch.float64, generator=theirs))
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("n", [16, 17, 31, 32, 100_003])
def test_randn_of_many_values(n: int) -> None:
    ours, theirs = pair(0)
    assert_same(ours.normal((n,), np.float64), torch.randn(n, dtype=torch.float64, generator=theirs))
    ours32, theirs32 = ours.normal((n,)), torch.randn(n, generator=theirs).numpy()
    assert np.abs(ours32 - theirs32).max() <= (5e-7 if HAS_AVX2 else 3e-6)
    assert (ours32 == theirs32).mean() > 0.5
    assert_same_state(ours, theirs)


@fused_multiply_add
@given(seeds, long_shapes, st.sampled_from([np.float16, np.float32]), st.floats(-10, 10), st.floats(0.001, 10))
def test_short_randn_to_a_few_ulps(seed: int, shape: tuple[int, ...], dtype: type, mean: float, std: float) -> None:
    ours, theirs = pair(seed)
    expected = torch.empty(shape, dtype=DTYPES[dtype]).normal_(mean, std, generator=theirs).numpy().astype(np.float64)
    result = ours.normal(shape, dtype, mean, std)
    assert result.dtype == dtype
    # an ulp of the radius, which is at most √(-2 ln 2⁻²⁴) < 5.8, and of the result's own dtype
    tolerance = 4 * std * np.spacing(np.float32(4)) + np.spacing(np.abs(expected).astype(dtype)).astype(np.float64)
    assert (np.abs(result - expected) <= tolerance + 2 * np.spacing(np.float32(abs(mean)))).all()
    assert_same_state(ours, theirs)


@fused_multiply_add
@given(seeds, st.integers(0, 40), st.floats(-1e4, 1e4), scales)
def test_normal_with_mean_and_std_in_float64(seed: int, n: int, mean: float, std: float) -> None:
    ours, theirs = pair(seed)
    expected = torch.empty(n, dtype=torch.float64).normal_(mean, std, generator=theirs)
    assert_same(ours.normal((n,), np.float64, mean, std), expected)


@fused_multiply_add
@given(seeds, st.integers(0, 15), st.sampled_from([np.float16, np.float32]), st.floats(-10, 10), st.floats(0, 10))
def test_few_normals_with_mean_and_std(seed: int, n: int, dtype: type, mean: float, std: float) -> None:
    ours, theirs = pair(seed)
    assert_same(
        ours.normal((n,), dtype, mean, std), torch.normal(mean, std, (n,), dtype=DTYPES[dtype], generator=theirs)
    )


def test_normal_with_tensors_is_randn_scaled() -> None:
    means, stds = torch.linspace(-1, 1, 10), torch.linspace(0.1, 2, 10)
    ours, theirs = pair(3)
    assert_same(ours.normal((10,)) * stds.numpy() + means.numpy(), torch.normal(means, stds, generator=theirs))


@given(seeds, shapes, st.integers(-(2**63), 2**63 - 2), st.data())
def test_randint(seed: int, shape: tuple[int, ...], low: int, data: st.DataObject) -> None:
    high = low + data.draw(
        st.one_of(st.integers(1, 1000), st.integers(2**28 - 2, 2**28 + 2), st.integers(1, 2**64 - 1))
    )
    high = min(high, 2**63 - 1)
    ours, theirs = pair(seed)
    assert_same(ours.integers(low, high, shape), torch.randint(low, high, shape, generator=theirs))
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64", "bool", "float32", "float64"])
def test_randint_of_other_dtypes(dtype: str) -> None:
    ours, theirs = pair(3)
    assert_same(
        ours.integers(0, 2, (50,), dtype), torch.randint(0, 2, (50,), dtype=getattr(torch, dtype), generator=theirs)
    )


@pytest.mark.parametrize(
    ("low", "high", "dtype"), [(0, 0, "int64"), (3, 1, "int64"), (0, 257, "uint8"), (-1, 3, "uint8")]
)
def test_randint_refuses_the_same(low: int, high: int, dtype: str) -> None:
    with pytest.raises(RuntimeError):
        torch.randint(low, high, (3,), dtype=getattr(torch, dtype))
    with pytest.raises(RuntimeError):
        mr.Generator().integers(low, high, (3,), dtype)


@given(seeds, st.one_of(st.integers(0, 30), st.integers(0, 3000)))
def test_randperm(seed: int, n: int) -> None:
    ours, theirs = pair(seed)
    assert_same(ours.permutation(n), torch.randperm(n, generator=theirs))
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("n", [20_000, 100_000])
def test_long_randperm(n: int) -> None:
    ours, theirs = pair(1)
    assert_same(ours.permutation(n), torch.randperm(n, generator=theirs))


@torch_masks
@given(seeds, shapes, probabilities)
def test_bernoulli(seed: int, shape: tuple[int, ...], p: float) -> None:
    ours, theirs = pair(seed)
    assert_same(ours.bernoulli(p, shape), torch.empty(shape, dtype=torch.bool).bernoulli_(p, generator=theirs))
    assert_same_state(ours, theirs)


@given(seeds, shapes, dtypes)
def test_bernoulli_of_a_tensor(seed: int, shape: tuple[int, ...], dtype: type) -> None:
    ours, theirs = pair(seed)
    p = torch.rand(shape, dtype=DTYPES[dtype])
    expected = torch.empty(shape, dtype=torch.bool).bernoulli_(p, generator=theirs)
    assert_same(ours.bernoulli(p.numpy(), shape), expected)
    assert_same_state(ours, theirs)


@torch_masks
@given(st.integers(0, 1000), shapes, probabilities, dtypes)
def test_dropout(seed: int, shape: tuple[int, ...], p: float, dtype: type) -> None:
    torch.manual_seed(seed)
    expected = torch.nn.functional.dropout(torch.ones(shape, dtype=DTYPES[dtype]), p) != 0
    ours = mr.Generator().manual_seed(seed)
    mask, keep = ours.keep_mask(shape, p)
    assert keep == 1 - p
    assert_same(mask, expected)
    if mask.size:
        assert_same_state(ours, torch.default_generator)


@torch_masks
@pytest.mark.parametrize("p", [0.001, 0.05, 0.2, 0.5, 0.9])
def test_dropout_of_many_values(p: float) -> None:
    torch.manual_seed(7)
    expected = torch.nn.Dropout(p)(torch.ones(300, 400)) != 0
    assert_same(mr.Generator().manual_seed(7).keep_mask((300, 400), p)[0], expected)


@given(seeds, st.integers(0, 1300), st.integers(0, 5))
def test_a_state_travels_both_ways(seed: int, words: int, normals: int) -> None:
    ours, theirs = mr.Generator(), torch.Generator().manual_seed(seed)
    torch.randint(10, (words,), generator=theirs)
    torch.randn(normals, generator=theirs)
    ours.set_state(theirs.get_state().numpy())
    assert_same_state(ours, theirs)
    assert ours.initial_seed() == theirs.initial_seed()

    back = torch.Generator()
    back.set_state(torch.from_numpy(ours.get_state()))
    for generator in (theirs, back):
        expected = torch.randn(7, generator=generator)
        assert_same(copy.deepcopy(ours).normal((7,)), expected)


@given(seeds, st.lists(st.tuples(st.sampled_from("unpi"), st.integers(0, 700)), max_size=8))
def test_any_sequence_of_draws_leaves_the_same_state(seed: int, draws: list[tuple[str, int]]) -> None:
    ours, theirs = pair(seed)
    for kind, n in draws:
        if kind == "u":
            assert_same(ours.uniform((n,)), torch.rand(n, generator=theirs))
        elif kind == "n":
            assert_same(ours.normal((n,), np.float64), torch.randn(n, dtype=torch.float64, generator=theirs))
        elif kind == "p":
            assert_same(ours.permutation(n), torch.randperm(n, generator=theirs))
        else:
            assert_same(ours.integers(0, 2**40, (n,)), torch.randint(2**40, (n,), generator=theirs))
        assert_same_state(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda g: g.uniform((3,), low=2, high=1), lambda x: x.uniform_(2, 1)),
        (lambda g: g.uniform((3,), low=0, high=float("inf")), lambda x: x.uniform_(0, float("inf"))),
        (lambda g: g.uniform((3,), low=-3e38, high=3e38), lambda x: x.uniform_(-3e38, 3e38)),
        (lambda g: g.uniform((3,), np.int32), lambda x: x.int().uniform_()),
        (lambda g: g.uniform((-1,)), lambda x: torch.rand(-1)),
        (lambda g: g.normal((3,), std=-1), lambda x: x.normal_(0, -1)),
        (lambda g: g.normal((3,), std=float("nan")), lambda x: x.normal_(0, float("nan"))),
        (lambda g: g.normal((3,), np.int32), lambda x: x.int().normal_()),
        (lambda g: g.bernoulli(1.5, (3,)), lambda x: x.bernoulli_(1.5)),
        (lambda g: g.bernoulli(float("nan"), (3,)), lambda x: x.bernoulli_(float("nan"))),
        (lambda g: g.bernoulli(np.array([-0.5]), (1,)), lambda x: torch.bernoulli(torch.tensor([-0.5]))),
        (lambda g: g.bernoulli(np.array([1]), (1,)), lambda x: torch.bernoulli(torch.tensor([1]))),
        (lambda g: g.keep_mask((3,), 1.5), lambda x: torch.nn.functional.dropout(x, 1.5)),
        (lambda g: g.permutation(-1), lambda x: torch.randperm(-1)),
        (lambda g: g.permutation(1.5), lambda x: torch.randperm(1.5)),
        (
            lambda g: g.set_state(np.zeros(10, np.uint8)),
            lambda x: torch.set_rng_state(torch.zeros(10, dtype=torch.uint8)),
        ),
        (
            lambda g: g.set_state(np.zeros(5056, np.uint8)),
            lambda x: torch.set_rng_state(torch.zeros(5056, dtype=torch.uint8)),
        ),
        (lambda g: g.set_state(np.zeros(5056)), lambda x: torch.set_rng_state(torch.zeros(5056))),
    ],
)
def test_refused_with_the_same_type_of_error(ours: Any, theirs: Any) -> None:
    with pytest.raises((RuntimeError, NotImplementedError, ValueError, TypeError)) as expected:
        theirs(torch.zeros(3))
    with pytest.raises(expected.type):
        ours(mr.Generator())


DRAWS = {
    "dropout": lambda t, x: t.nn.functional.dropout(x, 0.5),
    "alpha_dropout": lambda t, x: t.nn.functional.alpha_dropout(x, 0.5),
    "rand_like": lambda t, x: t.rand_like(x),
    "randn_like": lambda t, x: t.randn_like(x),
    "randint_like": lambda t, x: t.randint_like(x, 9),
    "bernoulli": lambda t, x: t.bernoulli(x * 0 + 0.5),
    "zeros_like": lambda t, x: t.zeros_like(x).uniform_(),
    "full_like": lambda t, x: t.full_like(x, 2.0).normal_(),
}


MASKS = ("dropout", "alpha_dropout", "bernoulli")


@pytest.mark.parametrize("draw", [pytest.param(x, marks=torch_masks if x in MASKS else ()) for x in DRAWS])
@given(
    axes=st.permutations(range(3)),
    expanded=st.sets(st.integers(0, 2)),
    sizes=st.tuples(*[st.integers(1, 5)] * 3),
    step=st.integers(1, 2),
)
def test_draws_follow_memory_in_any_order_expanded_or_with_gaps(draw, axes, expanded, sizes, step):
    def drawn(t):
        x = t.ones([1 if axis in expanded else step * size for axis, size in enumerate(sizes)])
        x = x[:, :, ::step].expand(*[-1 if axis not in expanded else size for axis, size in enumerate(sizes)])
        t.manual_seed(0)
        return DRAWS[draw](t, x.permute(*axes))

    np.testing.assert_allclose(drawn(minigrad).numpy(), drawn(torch).numpy(), rtol=1e-6, atol=1e-6)
