"""The strategies deliver what they promise, and shrink to what is simplest."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given, settings, strategies as st

import minigrad
from minigrad import nn
from minigrad.testing.strategies import arrays, broadcastable_arrays, mutually_broadcastable, networks, shapes, tensors

anything = lambda _: True

# ---- shapes ----------------------------------------------------------------------------------------------------------


@given(st.data())
def test_shapes_are_within_their_bounds(data):
    least, most = sorted(data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
    shortest, longest = sorted(data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
    shape = data.draw(shapes(min_dims=least, max_dims=most, min_side=shortest, max_side=longest))
    assert least <= len(shape) <= most
    assert all(shortest <= side <= longest for side in shape)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (4, 4, 4)])
def test_every_shape_can_turn_up(shape):
    assert find(shapes(), lambda found: found == shape, settings=settings(max_examples=20_000)) == shape


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(st.just(n), mutually_broadcastable(n))))
def test_shapes_broadcast_together(drawn):
    n, group = drawn
    assert len(group) == n
    assert len(np.broadcast_shapes(*group)) <= 3


@pytest.mark.parametrize(
    "differ",
    [
        lambda a, b: len(a) != len(b),
        lambda a, b: any(m == 1 < n for m, n in zip(a, b, strict=False)),
        lambda a, b: 0 in a,
    ],
)
def test_shapes_are_stretched_in_every_way(differ):
    find(mutually_broadcastable(2), lambda pair: differ(*pair))


@given(broadcastable_arrays(3, dtype="float64", min_value=0.0))
def test_arrays_broadcast_together(group):
    x, y, z = group
    total = x + y + z
    assert total.shape == np.broadcast_shapes(x.shape, y.shape, z.shape)
    assert (total >= 0).all()


# ---- elements --------------------------------------------------------------------------------------------------------

DTYPES = ["float16", "float32", "float64", "int8", "int64", "uint8"]


@given(
    st.data(),
    st.sampled_from(DTYPES),
    st.lists(st.floats(-3, 3), max_size=3),
    st.sampled_from([0.0, 0.01, 0.1, 0.3]),
)
def test_elements_keep_to_the_range_and_away_from_the_kinks(data, dtype, kinks, gap):
    x = data.draw(arrays((4,), dtype, -3.0, 5.0, away_from=kinks, gap=gap))
    assert x.dtype == dtype
    exact = x.astype(np.float64)
    assert ((exact >= -3) & (exact <= 5)).all()
    for kink in kinks:
        assert (np.abs(exact - kink) >= gap * (1 - 1e-12)).all()


@pytest.mark.parametrize("side", [lambda x: x < -1, lambda x: -1 < x < 0, lambda x: x > 1.5])
def test_no_side_of_a_kink_is_forgotten(side):
    find(arrays((), "float64", away_from=(-1.0, 0.0), gap=0.2), lambda x: side(float(x)))


@pytest.mark.parametrize("edge", [-2.0, 2.0, -0.25, 0.25])
def test_the_ends_of_a_range_belong_to_it(edge):
    find(
        arrays((), "float32", away_from=(0.0,), gap=0.25),
        lambda x: float(x) == edge,
        settings=settings(max_examples=20_000),
    )


@given(arrays((3,), minigrad.bool))
def test_booleans(x):
    assert x.dtype == bool


@given(arrays((), "float16", -1e9, 1e9))
def test_a_range_beyond_the_dtype_is_cut_to_it(x):
    assert np.isfinite(x)


@given(arrays())
def test_arrays_of_any_shape(x):
    assert x.dtype in (np.float32, np.float64)
    assert x.ndim <= 3


@given(tensors((2, 3), "float32", 0.5, 1.0, requires_grad=True))
def test_tensors(x):
    assert isinstance(x, minigrad.Tensor)
    assert x.dtype == minigrad.float32
    assert x.shape == (2, 3)
    assert x.requires_grad
    assert x.is_leaf
    assert ((x >= 0.5) & (x <= 1.0)).all()


@given(tensors((3,), "float64", away_from=(0.0,), gap=1e-3, requires_grad=True))
def test_the_gap_keeps_finite_differences_off_a_kink(x):
    assert minigrad.autograd.gradcheck(lambda x: x.relu(), x)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_value": 1.0, "max_value": 0.0}, "min_value <= max_value, but got 1.0 and 0.0"),
        ({"min_value": float("nan")}, "min_value <= max_value, but got nan"),
        ({"gap": -1.0}, "gap >= 0, but got -1.0"),
        ({"away_from": (0.0,), "gap": 3.0}, r"no float32 in \[-2.0, 2.0\] that is at least 3.0 away from \[0.0\]"),
        ({"dtype": "int64", "min_value": 0.2, "max_value": 0.8}, r"no int64 in \[0.2, 0.8\]"),
    ],
)
def test_a_range_of_nothing_is_refused_when_a_value_is_drawn(options, message):
    strategy = arrays((2,), **options)
    with pytest.raises(ValueError, match=message):
        find(strategy, anything)


def test_arrays_shrink_to_simple_ones():
    assert find(arrays(dtype="float64"), anything).shape == ()
    assert find(arrays((2,), "float64"), anything).tolist() == [0, 0]
    assert find(arrays((2,), "float64", away_from=(0.0,)), anything).tolist() == [1, 1]
    assert find(arrays((), "int64", away_from=(1.0,), gap=0.5), lambda x: x > 0) == 2
    assert find(arrays((), "float32"), lambda x: x < 0) == -1


# ---- networks --------------------------------------------------------------------------------------------------------


@given(networks(3, 2, max_hidden=2, max_width=5, p=st.floats(0, 1), dtype=minigrad.float64))
def test_networks(network):
    *hidden, last = network
    assert [type(layer) for layer in hidden] == [nn.Linear, nn.ReLU, nn.Dropout] * (len(hidden) // 3)
    assert 1 <= len(hidden) // 3 <= 2
    assert isinstance(last, nn.Linear)
    assert all(1 <= layer.out_features <= 5 for layer in hidden[::3])
    assert all(p.dtype == minigrad.float64 and p.requires_grad and p.abs().max() <= 2 for p in network.parameters())
    assert network(minigrad.ones(4, 3, dtype=minigrad.float64)).shape == (4, 2)


@given(st.data())
def test_drawing_a_network_moves_no_generator(data):
    before = minigrad.get_rng_state()
    data.draw(networks())
    assert minigrad.equal(minigrad.get_rng_state(), before)


def test_networks_shrink_to_one_hidden_unit():
    network = find(networks(), anything)
    assert len(network) == 4
    assert [p.detach().numpy().tolist() for p in network.parameters()] == [[[0, 0]], [0], [[0]], [0]]
    assert network[2].p == 0


def test_networks_with_dropout_that_drops():
    network = find(networks(), lambda network: network[2].p > 0)
    assert network[2].p == 0.1


# ---- without Hypothesis ----------------------------------------------------------------------------------------------


def test_a_missing_hypothesis_is_named_with_the_extra_that_has_it():
    program = "import sys; sys.modules['hypothesis'] = None; import minigrad.testing.strategies"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "ImportError: minigrad.testing.strategies needs Hypothesis, which comes with an extra: "
        "pip install 'minigrad-nn[test]'"
    )
