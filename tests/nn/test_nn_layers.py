"""Layers beside NumPy's formulas, and their gradients beside finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, nn
from minigrad.autograd import gradcheck, gradgradcheck
from minigrad.nn import functional as F

Array = np.ndarray
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 4)


def normals(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def leaf(*shape: int, seed: int = 0) -> Tensor:
    return minigrad.tensor(normals(*shape, seed=seed), requires_grad=True)


def standardized(x: Array, axes: Any, eps: float) -> Array:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def assert_close(y: Tensor, expected: Array) -> None:
    assert y.shape == expected.shape
    np.testing.assert_allclose(y.detach().numpy(), expected, rtol=1e-10, atol=1e-12)


# -- gradients --------------------------------------------------------------------------------------------------------

x, w, b = leaf(4, 6), leaf(6, seed=1), leaf(6, seed=2)
COMPOSED: dict[str, tuple[Callable[..., Tensor], tuple[Tensor, ...]]] = {
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True, eps=0.1), (x, w, b)),
    "batch_norm of sequences": (lambda x: F.batch_norm(x, None, None, training=True), (leaf(2, 3, 2),)),
    "batch_norm in evaluation": (lambda x, w: F.batch_norm(x, minigrad.zeros(6).double(), w * w), (x, w)),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (6,), w, b, eps=0.1), (x, w, b)),
    "group_norm": (lambda x, w, b: F.group_norm(x, 3, w, b, eps=0.1), (x, w, b)),
    "rms_norm": (lambda x, w: F.rms_norm(x, (6,), w), (x, w)),
    "normalize": (F.normalize, (x,)),
    "bilinear": (F.bilinear, (leaf(3, 2), leaf(3, 4), leaf(5, 2, 4), leaf(5))),
    "linear of one output": (F.linear, (x, w, leaf())),
    "cosine_similarity": (F.cosine_similarity, (x, leaf(4, 6, seed=3))),
    "pairwise_distance": (lambda x, y: F.pairwise_distance(x, y, p=3.0), (x, leaf(4, 6, seed=3))),
    "pad": (lambda x: F.pad(x, (1, -2, 0, 3), value=2.0), (x,)),
    "pad by reflection": (lambda x: F.pad(x, (3, 1), mode="reflect"), (x,)),
    "pad in circles": (lambda x: F.pad(x, (6, 2), mode="circular"), (x,)),
    "embedding": (lambda w: F.embedding(minigrad.tensor([[1, 3], [1, 0]]), w), (x,)),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_gradients_of_first_and_second_order(name: str) -> None:
    function, inputs = COMPOSED[name]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


# -- normalizations ---------------------------------------------------------------------------------------------------


@given(sizes, sizes, sizes, seeds)
def test_batch_norm_is_its_formula_and_follows_the_batches(n: int, channels: int, length: int, seed: int) -> None:
    batch = normals(n + 1, channels, length, seed=seed)
    layer = nn.BatchNorm1d(channels, eps=0.1, momentum=0.25).double()
    assert_close(layer(minigrad.tensor(batch)), standardized(batch, (0, 2), 0.1))
    mean, var = 0.25 * batch.mean((0, 2)), 0.75 + 0.25 * batch.var((0, 2), ddof=1)
    assert_close(layer.running_mean, mean)
    assert_close(layer.running_var, var)
    assert layer.num_batches_tracked.item() == 1
    again = (batch - mean[:, None]) / np.sqrt(var[:, None] + 0.1)
    assert_close(layer.eval()(minigrad.tensor(batch)), again)
    assert layer.num_batches_tracked.item() == 1


def test_running_statistics_without_momentum_are_the_mean_of_all_batches() -> None:
    layer = nn.BatchNorm1d(2, momentum=None).double()
    batches = normals(5, 7, 2)
    for batch in batches:
        layer(minigrad.tensor(batch))
    assert_close(layer.running_mean, batches.mean((0, 1)))
    assert_close(layer.running_var, batches.var(1, ddof=1).mean(0))


def test_batch_norm_without_running_statistics_takes_those_of_the_batch_always() -> None:
    batch = normals(5, 2)
    layer = nn.BatchNorm1d(2, track_running_stats=False).double().eval()
    assert_close(layer(minigrad.tensor(batch)), standardized(batch, 0, 1e-5))
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_running_statistics_take_no_gradient_and_hold_no_graph() -> None:
    layer = nn.BatchNorm1d(3)
    layer(minigrad.randn(4, 3, requires_grad=True)).sum().backward()
    assert not any(buffer.requires_grad for buffer in layer.buffers())
    assert all(buffer.grad_fn is None for buffer in layer.buffers())


def test_in_evaluation_batch_norm_is_an_affine_map_of_each_value() -> None:
    layer = nn.BatchNorm1d(1, eps=0.0).eval()
    layer.running_mean.fill_(1.0)
    layer.running_var.fill_(4.0)
    assert layer(minigrad.tensor([[1.0], [5.0]])).tolist() == [[0.0], [2.0]]
    assert layer(minigrad.tensor([[5.0]])).tolist() == [[2.0]]


@given(sizes, sizes, sizes, seeds)
def test_layer_group_and_rms_norm_are_their_formulas(n: int, groups: int, width: int, seed: int) -> None:
    batch = normals(n, groups * 2, width + 1, seed=seed)
    given_batch, channels = minigrad.tensor(batch), groups * 2
    assert_close(nn.LayerNorm(width + 1, 0.1).double()(given_batch), standardized(batch, -1, 0.1))
    assert_close(nn.LayerNorm((channels, width + 1), 0.1).double()(given_batch), standardized(batch, (1, 2), 0.1))
    grouped = standardized(batch.reshape(n, groups, -1), -1, 0.1).reshape(batch.shape)
    assert_close(nn.GroupNorm(groups, channels, 0.1).double()(given_batch), grouped)
    roots = np.sqrt((batch**2).mean(-1, keepdims=True) + 0.1)
    assert_close(nn.RMSNorm(width + 1, 0.1).double()(given_batch), batch / roots)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(64), nn.LayerNorm(64), nn.GroupNorm(4, 64), nn.RMSNorm(64)], ids=repr)
def test_float16_is_normalized_in_float32(layer: nn.Module) -> None:
    """Sums of 64 squares around 200² overflow in float16, whose largest number is 65,504."""
    batch = minigrad.tensor(200 * normals(8, 64))
    narrow, wide = layer.half()(batch.half()), layer.double()(batch)
    assert narrow.dtype is minigrad.float16
    np.testing.assert_allclose(narrow.detach().numpy(), wide.detach().numpy(), atol=4e-3)


# -- embedding --------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=0, max_size=8), st.integers(-5, 4), st.booleans())
def test_the_gradient_of_an_embedding_counts_its_uses(index: list[int], padding: int, by_frequency: bool) -> None:
    weight = leaf(5, 2)
    given_index = minigrad.tensor(index, dtype=minigrad.int64)
    rows = F.embedding(given_index, weight, padding_idx=padding, scale_grad_by_freq=by_frequency)
    assert_close(rows, weight.detach().numpy()[index].reshape(-1, 2))
    rows.sum().backward()
    counts = np.bincount(np.array(index, np.int64), minlength=5).astype(float)
    counts[padding] = 0
    expected = np.minimum(counts, 1) if by_frequency else counts
    np.testing.assert_allclose(weight.grad.numpy(), np.repeat(expected[:, None], 2, 1))


def test_an_embedding_shortens_the_rows_that_it_looks_up() -> None:
    table = nn.Embedding.from_pretrained(minigrad.tensor([[3.0, 4.0], [6.0, 8.0], [0.3, 0.4]]), max_norm=1.0)
    rows = table(minigrad.tensor([1, 2]))
    np.testing.assert_allclose(rows.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)
    np.testing.assert_allclose(table.weight.detach().numpy(), [[3, 4], [0.6, 0.8], [0.3, 0.4]], rtol=1e-6)


def test_shortening_is_noticed_by_a_graph_that_needs_the_old_rows() -> None:
    weight = nn.Parameter(minigrad.full((2, 2), 5.0))
    loss = (weight * weight).sum()
    F.embedding(minigrad.tensor([0]), weight, max_norm=1.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_happens_to_the_indices_later_does_not_matter() -> None:
    weight, index = leaf(3, 1), minigrad.tensor([0, 0])
    rows = F.embedding(index, weight)
    index.fill_(2)
    rows.sum().backward()
    assert weight.grad.flatten().tolist() == [2.0, 0.0, 0.0]


def test_sparse_gradients_are_refused() -> None:
    with pytest.raises(RuntimeError, match="sparse=True is not available"):
        nn.Embedding(2, 2, sparse=True)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(0, 2))
def test_one_hot(index: list[int], more: int) -> None:
    hot = F.one_hot(minigrad.tensor(index), max(index) + 1 + more)
    np.testing.assert_array_equal(hot.numpy(), np.eye(max(index) + 1 + more, dtype=np.int64)[index])
    assert hot.dtype is minigrad.int64
    assert F.one_hot(minigrad.tensor(index)).shape == (len(index), max(index) + 1)


# -- padding, angles and distances ------------------------------------------------------------------------------------


@given(st.integers(1, 4), st.integers(1, 4), st.tuples(*[st.integers(0, 3)] * 4))
def test_padding_is_numpys(rows: int, columns: int, widths: tuple[int, ...]) -> None:
    a = normals(2, rows, columns)
    left, right, above, below = widths
    numpys = ((0, 0), (above, below), (left, right))
    assert_close(F.pad(minigrad.tensor(a), widths, value=7), np.pad(a, numpys, constant_values=7))
    assert_close(F.pad(minigrad.tensor(a), widths, mode="replicate"), np.pad(a, numpys, mode="edge"))
    if max(left, right) < columns and max(above, below) < rows:
        assert_close(F.pad(minigrad.tensor(a), widths, mode="reflect"), np.pad(a, numpys, mode="reflect"))
        assert_close(F.pad(minigrad.tensor(a), widths, mode="circular"), np.pad(a, numpys, mode="wrap"))


@given(sizes, sizes, sizes, sizes, seeds)
def test_a_bilinear_map_is_its_formula(n: int, in1: int, in2: int, out: int, seed: int) -> None:
    layer = nn.Bilinear(in1, in2, out).double()
    x, y = normals(n, in1, seed=seed), normals(n, in2, seed=seed + 1)
    weight, bias = (p.detach().numpy() for p in layer.parameters())
    assert_close(layer(minigrad.tensor(x), minigrad.tensor(y)), np.einsum("ni,oij,nj->no", x, weight, y) + bias)


def test_angles_and_distances() -> None:
    x, y = normals(5, 3), normals(5, 3, seed=1)
    cosines = (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    assert_close(nn.CosineSimilarity()(minigrad.tensor(x), minigrad.tensor(y)), cosines)
    distances = np.linalg.norm(x - y + 1e-6, axis=1, keepdims=True)
    assert_close(nn.PairwiseDistance(keepdim=True)(minigrad.tensor(x), minigrad.tensor(y)), distances)


def test_the_cosine_with_a_zero_vector_is_0() -> None:
    assert F.cosine_similarity(minigrad.zeros(1, 3), minigrad.ones(1, 3)).tolist() == [0.0]


# -- initial weights --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "std", "a", "b"), [(0, 1, -2, 2), (0, 1, 0.5, 1), (3, 0.5, 2.9, 3.1), (0, 1, 2, 2.5)])
def test_truncated_normals_are_inside_and_follow_the_density(mean: float, std: float, a: float, b: float) -> None:
    """Kolmogorov's distance of 20,000 draws is below 0.025 but for a chance below 2·exp(-2·20000·0.025²) = 3e-11.

    A uniform in the place of the density would be off by 0.046 or more in each case but the third.
    """
    values = np.sort(nn.init.trunc_normal_(minigrad.empty(20_000, dtype=minigrad.float64), mean, std, a, b).numpy())
    assert a <= values[0]
    assert values[-1] <= b

    def cdf(x: float) -> float:
        return math.erf((x - mean) / std / math.sqrt(2)) / 2

    expected = (np.vectorize(cdf)(values) - cdf(a)) / (cdf(b) - cdf(a))
    assert np.abs(expected - np.arange(1, 20_001) / 20_000).max() < 0.025


def test_a_mean_far_outside_of_the_bounds_warns() -> None:
    with pytest.warns(UserWarning, match="more than 2 std"):
        nn.init.trunc_normal_(minigrad.empty(3), mean=5.0)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (3, 2, 2)], ids=str)
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    weight = nn.init.orthogonal_(minigrad.empty(*shape, dtype=minigrad.float64), gain=2.0).numpy()
    matrix = weight.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_sparse_columns_and_the_identity() -> None:
    sparse = nn.init.sparse_(minigrad.empty(10, 4), sparsity=0.25).numpy()
    assert (np.count_nonzero(sparse, axis=0) == 7).all()
    assert nn.init.eye_(minigrad.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_a_tensor_without_elements_is_left_alone_with_a_warning() -> None:
    for init in (nn.init.kaiming_uniform_, nn.init.kaiming_normal_):
        with pytest.warns(UserWarning, match="zero-element"):
            assert init(minigrad.empty(0, 3)).shape == (0, 3)
