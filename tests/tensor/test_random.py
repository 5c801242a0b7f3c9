"""minigrad's generator, tested without PyTorch: the frozen numbers were drawn by PyTorch 2.13 on a CPU."""

from __future__ import annotations

import copy
import itertools
import math
import os
import pickle
import random
import subprocess
import sys
import textwrap
import zlib
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

import minigrad as mg
import minigrad.random as mr
from minigrad.random import Generator

ENGINES = ["torch", "fast"]
seeds = st.integers(-(2**63), 2**64 - 1)
sizes = st.integers(0, 700)

DRAWS: dict[str, Callable[[Generator], np.ndarray]] = {
    "uniform": lambda g: g.uniform((3, 5)),
    "uniform float16": lambda g: g.uniform((3, 5), np.float16, -1, 1),
    "uniform float64": lambda g: g.uniform((3, 5), np.float64),
    "few normals": lambda g: g.normal((3,)),
    "normal": lambda g: g.normal((3, 7), mean=1, std=2),
    "normal float16": lambda g: g.normal((3, 7), np.float16),
    "integers": lambda g: g.integers(-5, 5, (3, 5)),
    "wide integers": lambda g: g.integers(-(2**63), 2**63 - 1, (3, 5)),
    "permutation": lambda g: g.permutation(9),
    "keep_mask": lambda g: g.keep_mask((3, 5), 0.2)[0],
    "rare keep_mask": lambda g: g.keep_mask((3, 5), 0.001)[0],
    "bernoulli": lambda g: g.bernoulli(0.3, (3, 5)),
    "bernoulli of an array": lambda g: g.bernoulli(np.linspace(0, 1, 5), (3, 5)),
}
draws = st.sampled_from(sorted(DRAWS))
every_draw = pytest.mark.parametrize("draw", DRAWS)
every_engine = pytest.mark.parametrize("engine", ENGINES)


def forty_two() -> Generator:
    return Generator().manual_seed(42)


def crc(array: np.ndarray) -> int:
    return zlib.crc32(array.tobytes())


# -- PyTorch's numbers, frozen ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "first", "thousandth"),
    [
        (0, [75434668, 130329135, 118924917], 90661784),
        (1, [46265381, 122126571, 6762380], 12055986),
        (-1, [16673187, 76693794, 26340364], 123402861),
        (2**32 + 5, [13929315, 102779086, 115888111], 76982757),
        (67280421310721, [71593334, 81747460, 123065725], 83327241),
    ],
)
def test_seeds(seed: int, first: list[int], thousandth: int) -> None:
    drawn = Generator().manual_seed(seed).integers(0, 2**27, (1000,))
    assert drawn[:3].tolist() == first
    assert drawn[-1] == thousandth


def test_a_new_generator_has_the_default_seed() -> None:
    assert Generator().integers(0, 2**27, (3,)).tolist() == [71593334, 81747460, 123065725]


@pytest.mark.parametrize(
    ("dtype", "first", "checksum"),
    [
        (np.float16, [0.88232421875, 0.9150390625, 0.3828125], 0xD297F12B),
        (np.float32, [0.8822692632675171, 0.9150039553642273, 0.38286375999450684], 0xD553ABF7),
        (np.float64, [0.05815448596142969, 0.06291016742457756, 0.12358607277440903], 0x2D1AEDD0),
    ],
)
def test_uniform(dtype: type, first: list[float], checksum: int) -> None:
    assert forty_two().uniform((3,), dtype).tolist() == first
    assert crc(forty_two().uniform((1000,), dtype)) == checksum


@pytest.mark.parametrize(
    ("dtype", "first", "checksum"),
    [
        (np.float16, [0.07647705078125, 0.0830078125, -0.0234222412109375], 0x260316EE),
        (np.float32, [0.07645385712385178, 0.0830007940530777, -0.023427248001098633], 0xE07CF4B3),
        (np.float64, [-0.08836910280771407, -0.08741796651508449, -0.0752827854451182], 0xEBAD94CD),
    ],
)
def test_uniform_between_bounds(dtype: type, first: list[float], checksum: int) -> None:
    assert forty_two().uniform((3,), dtype, -0.1, 0.1).tolist() == first
    assert crc(forty_two().uniform((1000,), dtype, -0.1, 0.1)) == checksum


def test_uniform_leaves_out_its_upper_bound() -> None:
    """PyTorch turns a value that rounds up to ``high`` into ``low``; 837 of these are ``low``."""
    values = Generator().manual_seed(7).uniform((100_000,), low=1e5, high=1e5 + 1)
    assert values.max() < 1e5 + 1
    assert (values == 1e5).sum() == 837


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (np.float16, [0.336669921875, 0.1287841796875, 0.2344970703125, 0.2303466796875, -1.123046875]),
        (
            np.float32,
            [0.33669036626815796, 0.12880940735340118, 0.23446236550807953, 0.23033303022384644, -1.1228563785552979],
        ),
        (
            np.float64,
            [0.33669035438385886, 0.1288094051365897, 0.23446236336153173, 0.2303330279146119, -1.12285637673817],
        ),
    ],
)
def test_few_normals(dtype: type, expected: list[float]) -> None:
    np.testing.assert_allclose(forty_two().normal((5,), dtype), np.array(expected, dtype), rtol=4e-16)


# fmt: off
SEVENTEEN_NORMALS = {
    np.float16: [
        1.9267578125, 1.642578125, -0.1595458984375, -0.497314453125, 0.439697265625, -0.75830078125,
        1.078125, 0.80078125, 1.6806640625, 1.279296875, 1.296875, 0.6103515625,
        1.3349609375, -0.2315673828125, 0.041748046875, -0.25146484375, 0.85986328125,
    ],
    np.float32: [
        1.9269152879714966, -0.1595974713563919, -0.4973975419998169, 0.439589262008667, -0.7581311464309692,
        1.078317642211914, 0.8008005619049072, 1.680620551109314, 0.3558599054813385, 1.2964228391647339,
        0.610466480255127, 1.334737777709961, -0.2316243201494217, 0.041759490966796875, -0.2515752911567688,
        0.859858512878418, -0.3097267746925354,
    ],
    np.float64: [
        0.2995562877502637, 1.504572275678796, 1.2715909667771088, 0.618669993885617, -0.03720300727052493,
        1.0352472972512925, -0.010085521702337353, 0.08948016046560357, 0.038435238263354446, 0.3900034836035703,
        -0.5798414554742108, 0.875893884648022, 0.39238484373268534, 1.108461181451433, 0.8651734647119074,
        0.855215961472287, 0.2494118796915765,
    ],
}
# fmt: on


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float16, 1e-3), (np.float32, 5e-7), (np.float64, 4e-16)])
def test_normals_in_blocks_of_sixteen(dtype: type, tolerance: float) -> None:
    """Tolerance: an ulp of float16, PyTorch's float32 polynomials, another C library's last bit in float64."""
    normals = forty_two().normal((17,), dtype)
    assert normals.dtype == dtype
    np.testing.assert_allclose(normals.astype(float), SEVENTEEN_NORMALS[dtype], rtol=tolerance, atol=tolerance)


def test_normal_with_mean_and_std() -> None:
    expected = [3.1683451771919295, 3.064404702568295, 3.117231181680766]
    np.testing.assert_allclose(forty_two().normal((3,), np.float64, 3, 0.5), expected, rtol=4e-16)


@pytest.mark.parametrize(
    ("low", "high", "first", "checksum"),
    [
        (0, 10, [2, 7, 6], 0x83E3BE3C),
        (0, 2**28 - 1, [266460267, 199900607, 56755051], 0x8EAE0ECB),
        (0, 2**28, [199900595, 250975502, 127521863], 0xBF6CD0B2),
        (-5, 2**40, [441476371554, 395845085946, 458553876606], 0xF65945DF),
        (-(2**63), 2**63 - 1, [-2314326399425823309, 8314211556539077902, 4279532810384561223], 0x609B515C),
    ],
)
def test_integers(low: int, high: int, first: list[int], checksum: int) -> None:
    drawn = forty_two().integers(low, high, (1000,))
    assert drawn[:3].tolist() == first
    assert crc(drawn) == checksum


def test_permutation() -> None:
    assert forty_two().permutation(10).tolist() == [2, 6, 1, 8, 4, 5, 0, 9, 3, 7]
    assert crc(forty_two().permutation(1000)) == 0x1A5344C0


@pytest.mark.parametrize(
    ("p", "kept", "checksum"), [(0.001, 999, 0xB2826BD0), (0.2, 817, 0x9E787E8B), (0.5, 507, 0x0BD866EB)]
)
def test_keep_mask(p: float, kept: int, checksum: int) -> None:
    mask, keep = forty_two().keep_mask((10, 100), p)
    assert keep == 1 - p
    assert mask.sum() == kept
    assert crc(mask) == checksum


@pytest.mark.parametrize(("p", "checksum"), [(0.001, 0x060B1780), (0.2, 0x28FD43C2), (0.5, 0x0BD866EB)])
def test_bernoulli(p: float, checksum: int) -> None:
    assert crc(forty_two().bernoulli(p, (1000,))) == checksum


@pytest.mark.parametrize(
    ("dtype", "checksum"), [(np.float16, 0x5823CE5B), (np.float32, 0x5823CE5B), (np.float64, 0x8CDBE30E)]
)
def test_bernoulli_of_an_array(dtype: type, checksum: int) -> None:
    p = (np.arange(1000) / 1024).astype(dtype)
    assert crc(forty_two().bernoulli(p, (1000,))) == checksum


def test_the_state_is_pytorchs_byte_for_byte() -> None:
    """New, at a first word, at a block's last word, at the next block's first, and in the middle of one."""
    generator, checksums = forty_two(), []
    for n in (0, 1, 623, 1, 700):
        generator.uniform((n,))
        checksums.append(crc(generator.get_state()))
    assert checksums == [0xEE508D56, 0xA25A8863, 0x10787ED4, 0x23B8D3ED, 0x23DBE07E]


# -- The stream -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "draw",
    [
        lambda g, n: g.uniform((n,)),
        lambda g, n: g.uniform((n,), np.float64),
        lambda g, n: g.integers(0, 7, (n,)),
        lambda g, n: g.integers(0, 2**40, (n,)),
        lambda g, n: g.keep_mask((n,), 0.3)[0],
        lambda g, n: g.bernoulli(0.3, (n,)),
        lambda g, n: g.bernoulli(np.full(n, 0.3), (n,)),
    ],
)
@given(seed=seeds, n=sizes, m=sizes)
def test_n_draws_then_m_are_n_plus_m(draw: Callable[[Generator, int], np.ndarray], seed: int, n: int, m: int) -> None:
    parts, whole = Generator().manual_seed(seed), Generator().manual_seed(seed)
    np.testing.assert_array_equal(np.concatenate([draw(parts, n), draw(parts, m)]), draw(whole, n + m))
    np.testing.assert_array_equal(parts.get_state(), whole.get_state())


@given(seed=seeds, n=st.integers(0, 15), m=st.integers(0, 15))
def test_few_normals_then_more(seed: int, n: int, m: int) -> None:
    assume(n + m < 16)
    parts, whole = Generator().manual_seed(seed), Generator().manual_seed(seed)
    together = np.concatenate([parts.normal((n,)), parts.normal((m,))])
    np.testing.assert_array_equal(together, whole.normal((n + m,)))
    np.testing.assert_array_equal(parts.get_state(), whole.get_state())


@every_engine
@given(seed=seeds, before=st.lists(draws, max_size=4), after=st.lists(draws, max_size=4))
def test_a_saved_state_replays_in_every_way(engine: str, seed: int, before: list[str], after: list[str]) -> None:
    """Also in the middle of a block, and with a normal kept."""
    generator = Generator(engine=engine).manual_seed(seed)
    for draw in before:
        DRAWS[draw](generator)
    state = generator.get_state()
    restored = Generator(engine=engine)
    restored.set_state(state)
    twins = [restored, copy.copy(generator), copy.deepcopy(generator), generator.clone_state()]
    twins.append(pickle.loads(pickle.dumps(generator)))

    expected = [DRAWS[draw](generator) for draw in after]
    for twin in twins:
        assert (twin.engine, twin.initial_seed()) == (engine, seed % 2**64)
        np.testing.assert_array_equal(twin.get_state(), state)
        for draw, result in zip(after, expected, strict=True):
            np.testing.assert_array_equal(DRAWS[draw](twin), result)
        np.testing.assert_array_equal(twin.get_state(), generator.get_state())


@every_engine
@every_draw
def test_the_same_seed_draws_the_same(engine: str, draw: str) -> None:
    first, second, other = (Generator(engine=engine).manual_seed(seed) for seed in (3, 3, 4))
    result = DRAWS[draw](first)
    np.testing.assert_array_equal(result, DRAWS[draw](second))
    if result.size >= 15 and draw != "rare keep_mask":
        assert (result != DRAWS[draw](other)).any()


@every_engine
def test_seeding_drops_the_kept_normal_and_all_else(engine: str) -> None:
    generator = Generator(engine=engine).manual_seed(5)
    new = generator.get_state()
    generator.normal((3,))
    generator.integers(0, 7, (3,))
    assert generator.get_state().tobytes() != new.tobytes()
    assert generator.manual_seed(5).get_state().tobytes() == new.tobytes()


@every_engine
def test_a_generator_moves_no_other(engine: str) -> None:
    one, other = Generator(engine=engine), Generator(engine=engine)
    state, default = other.get_state(), mr.default_generator.get_state()
    for draw in DRAWS.values():
        draw(one)
    assert other.get_state().tobytes() == state.tobytes()
    assert mr.default_generator.get_state().tobytes() == default.tobytes()


@every_engine
def test_the_global_generators_of_numpy_and_python_are_neither_read_nor_moved(engine: str) -> None:
    results = []
    for seed in (0, 1):
        np.random.seed(seed)
        random.seed(seed)
        states = pickle.dumps(np.random.get_state()), random.getstate()
        generator = Generator(engine=engine)
        generator.seed()
        generator.manual_seed(0)
        results.append([draw(generator).tolist() for draw in DRAWS.values()])
        assert (pickle.dumps(np.random.get_state()), random.getstate()) == states
    assert results[0] == results[1]


def test_seed_is_fresh_and_can_be_repeated() -> None:
    generator = Generator()
    drawn = {generator.seed() for _ in range(5)}
    assert len(drawn) == 5
    assert generator.initial_seed() in drawn
    first = generator.uniform((5,))
    np.testing.assert_array_equal(generator.manual_seed(generator.initial_seed()).uniform((5,)), first)


def test_the_default_generator() -> None:
    state = mr.default_generator.get_state()
    try:
        assert mr.manual_seed(7) is mr.default_generator
        assert mr.initial_seed() == 7
        assert mr.seed() == mr.initial_seed() == mr.default_generator.initial_seed()
    finally:
        mr.default_generator.set_state(state)


# -- Results ----------------------------------------------------------------------------------------------------------


@every_engine
@given(
    shape=st.lists(st.integers(0, 5), max_size=3).map(tuple),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
)
def test_shapes_and_dtypes(engine: str, shape: tuple[int, ...], dtype: type) -> None:
    generator = Generator(engine=engine)
    floats = [generator.uniform(shape, dtype), generator.normal(shape, dtype)]
    masks = [
        generator.keep_mask(shape, 0.5)[0],
        generator.bernoulli(0.5, shape),
        generator.bernoulli(np.array(0.5), shape),
    ]
    for result, expected in [(x, dtype) for x in floats] + [(x, np.bool_) for x in masks]:
        assert isinstance(result, np.ndarray)
        assert (result.shape, result.dtype) == (shape, expected)
    for integer in (np.uint8, np.int32, np.int64, np.float32):
        integers = generator.integers(0, 200, shape, integer)
        assert (integers.shape, integers.dtype) == (shape, integer)


@every_engine
@given(seed=seeds, low=st.integers(-(2**63), 2**63 - 2), span=st.one_of(st.integers(1, 10), st.integers(1, 2**64)))
def test_integers_lie_in_their_range(engine: str, seed: int, low: int, span: int) -> None:
    high = min(low + span, 2**63 - 1)
    drawn = Generator(engine=engine).manual_seed(seed).integers(low, high, (50,)).tolist()
    assert all(low <= x < high for x in drawn)


@every_engine
@given(seed=seeds, n=st.integers(0, 200))
def test_a_permutation_has_every_index_once(engine: str, seed: int, n: int) -> None:
    order = Generator(engine=engine).manual_seed(seed).permutation(n)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(n))


@every_engine
@given(low=st.floats(-1e3, 1e3), width=st.floats(0, 1e3), dtype=st.sampled_from([np.float16, np.float32, np.float64]))
def test_uniform_stays_within_its_bounds(engine: str, low: float, width: float, dtype: type) -> None:
    low, high = float(dtype(low)), float(dtype(low + width))
    assume(low < high)
    values = Generator(engine=engine).uniform((500,), dtype, low, high)
    assert low <= values.min()
    assert values.max() < high


@every_engine
@pytest.mark.parametrize(("p", "kept"), [(0, True), (1, False), (0.0, True), (1.0, False)])
def test_at_the_edges_nothing_is_drawn(engine: str, p: float, kept: bool) -> None:
    generator = Generator(engine=engine)
    state = generator.get_state()
    mask, keep = generator.keep_mask((3, 4), p)
    assert (mask == kept).all()
    assert keep == 1 - p
    assert generator.get_state().tobytes() == state.tobytes()
    assert (generator.bernoulli(1 - p, (3, 4)) == kept).all()


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_the_fast_engine_keeps_with_nearly_the_probability_asked_for(p: float) -> None:
    keep = Generator(engine="fast").keep_mask((), p)[1]
    assert abs(keep - (1 - p)) <= 1e-4 * min(1 - p, p)
    if p >= 2**-53:
        assert 0 < keep < 1


def test_the_fast_engine_spends_16_bits_a_value() -> None:
    """The bits of SFC64 are NumPy's promise, so its masks can be frozen."""
    generator = Generator(engine="fast").manual_seed(42)
    words = np.random.SFC64(42).random_raw(4).view(np.uint16)
    mask, keep = generator.keep_mask((16,), 0.2)
    assert keep == 52429 / 2**16
    np.testing.assert_array_equal(mask, words < 52429)


# -- Rates: ten exact binomial tests with a false alarm of at most 1e-10 each, 1e-9 together ---------------------------

N = 2**20
FALSE_ALARM = 1e-10
RATES = [0.001, 0.05, 0.2, 0.5, 0.9]


def at_least(k: int, p: float) -> float:
    """Return P(X >= k) for X ~ Binomial(N, p), where k is above the mean; 1 elsewhere."""
    if k <= N * p:
        return 1.0
    log_term = math.lgamma(N + 1) - math.lgamma(k + 1) - math.lgamma(N - k + 1) + k * math.log(p)
    term, total = math.exp(log_term + (N - k) * math.log1p(-p)), 0.0
    while term > 1e-17 * total and k <= N:
        total += term
        term *= (N - k) / (k + 1) * p / (1 - p)
        k += 1
    return total


def fewest_too_many(p: float) -> int:
    """Return the smallest count that is rejected as too high."""
    return bisect_left(range(N + 1), True, key=lambda k: at_least(k, p) < FALSE_ALARM / 2)


def assert_binomial(count: int, p: float) -> None:
    assert min(at_least(count, p), at_least(N - count, 1 - p)) >= FALSE_ALARM / 2, f"{count} of {N}, expected {N * p}"


@pytest.mark.parametrize("p", RATES)
def test_power(p: float) -> None:
    """A rate off by 11 standard errors (3.4e-4 at p = 0.001, 5.4e-3 at p = 0.5) is missed less than once in 1000."""
    for rate in (p, 1 - p):
        shifted = rate + 11 * math.sqrt(p * (1 - p) / N)
        missed = at_least(N - fewest_too_many(rate) + 1, 1 - shifted)
        assert missed < 1e-3


@every_engine
@pytest.mark.parametrize("p", RATES)
def test_rate_of_the_mask(engine: str, p: float) -> None:
    mask, keep = Generator(engine=engine).manual_seed(0).keep_mask((N,), p)
    assert_binomial(int(N - mask.sum()), 1 - keep)


# -- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda g: Generator("cuda"), RuntimeError, "device .* 'cuda'"),
        (lambda g: Generator(engine="slow"), ValueError, "engine .* 'slow'"),
        (lambda g: g.manual_seed(2**64), ValueError, str(2**64)),
        (lambda g: g.manual_seed(-(2**63) - 1), ValueError, "seed must lie in"),
        (lambda g: g.manual_seed(1.5), RuntimeError, "1.5 of type float"),
        (lambda g: g.manual_seed(True), RuntimeError, "True of type bool"),
        (lambda g: g.manual_seed(None), RuntimeError, "NoneType"),
        (lambda g: g.set_state(np.zeros(10, np.uint8)), RuntimeError, r"\(10,\)"),
        (lambda g: g.set_state(np.zeros(5056)), TypeError, "float64"),
        (lambda g: g.set_state(g.get_state().reshape(2, -1)), RuntimeError, "shape"),
        (lambda g: g.set_state(np.zeros(5056, np.uint8)), RuntimeError, "seeded=0"),
        (lambda g: g.set_state(Generator(engine="fast").get_state()), RuntimeError, r"\(48,\)"),
        (lambda g: g.uniform((2, -1)), RuntimeError, r"negative, got \(2, -1\)"),
        (lambda g: g.uniform((-1, -1)), RuntimeError, "negative"),
        (lambda g: g.uniform((1,), np.int64), NotImplementedError, "int64"),
        (lambda g: g.uniform((1,), low=2.0, high=1.0), RuntimeError, "low=2.0, high=1.0"),
        (lambda g: g.uniform((1,), high=math.nan), RuntimeError, "high=nan"),
        (lambda g: g.uniform((1,), np.float16, 0, 1e5), RuntimeError, "float16"),
        (lambda g: g.normal((1,), std=-1), RuntimeError, "std must be at least 0, got -1"),
        (lambda g: g.normal((1,), std=math.nan), RuntimeError, "nan"),
        (lambda g: g.normal((1,), bool), NotImplementedError, "bool"),
        (lambda g: g.normal((-1,)), RuntimeError, "negative"),
        (lambda g: g.integers(3, 3, (1,)), RuntimeError, "low=3, high=3"),
        (lambda g: g.integers(0, 1.5, (1,)), TypeError, "float"),
        (lambda g: g.integers(0, 257, (1,), np.uint8), RuntimeError, "uint8"),
        (lambda g: g.integers(0, 3, (1,), bool), RuntimeError, "bool"),
        (lambda g: g.integers(0, 2**63 + 1, (1,)), RuntimeError, "int64"),
        (lambda g: g.permutation(-1), RuntimeError, "negative"),
        (lambda g: g.permutation(2**28), NotImplementedError, "engine='fast'"),
        (lambda g: g.keep_mask((1,), -0.1), ValueError, "got -0.1"),
        (lambda g: g.keep_mask((1,), 1.5), ValueError, "got 1.5"),
        (lambda g: g.keep_mask((1,), math.nan), ValueError, "got nan"),
        (lambda g: g.keep_mask((-1,), 1), RuntimeError, "negative"),
        (lambda g: g.bernoulli(1.5, (1,)), RuntimeError, "got 1.5"),
        (lambda g: g.bernoulli(math.nan, (1,)), RuntimeError, "nan"),
        (lambda g: g.bernoulli(np.array([0.5, -1]), (2,)), RuntimeError, "-1"),
        (lambda g: g.bernoulli(np.array([1], np.int64), (1,)), NotImplementedError, "int64"),
        (lambda g: g.bernoulli(np.full(3, 0.5), (2,)), ValueError, "broadcast"),
    ],
)
def test_refusals_name_what_is_wrong_and_draw_nothing(call: Any, error: type[Exception], words: str) -> None:
    generator = Generator()
    state = generator.get_state()
    with pytest.raises(error, match=words):
        call(generator)
    assert generator.get_state().tobytes() == state.tobytes()


def test_repr() -> None:
    assert repr(Generator(engine="fast").manual_seed(3)) == "Generator(device='cpu', engine='fast', initial_seed=3)"
    assert Generator("cpu").device == "cpu"


# -- threads and forks ------------------------------------------------------------------------------------------------

SHARED: dict[str, Callable[[Generator], Any]] = {
    "normal": lambda g: g.normal((3,)),
    "normal, blocks": lambda g: g.normal((17,)),
    "uniform": lambda g: g.uniform((3,)),
    "integers": lambda g: g.integers(0, 2**40, (3,)),
    "permutation": lambda g: g.permutation(20),
    "keep_mask": lambda g: g.keep_mask((70,), 0.5)[0],
    "multinomial": lambda g: g.multinomial(np.ones(100), 10, replacement=True),
}


@pytest.mark.skipif(sys.platform == "emscripten", reason="there are no threads")
@pytest.mark.parametrize("engine", ["torch", "fast"])
@pytest.mark.parametrize("name", SHARED)
def test_threads_that_share_a_generator_draw_what_one_would(name: str, engine: str) -> None:
    draw, threads, draws = SHARED[name], 8, 60

    def bits(generator: Generator, n: int) -> list[bytes]:
        return [draw(generator).tobytes() for _ in range(n)]

    shared = Generator(engine=engine).manual_seed(1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            drawn = [*pool.map(lambda _: bits(shared, draws), range(threads))]
    finally:
        sys.setswitchinterval(interval)
    assert sorted(itertools.chain(*drawn)) == sorted(bits(Generator(engine=engine).manual_seed(1), threads * draws))


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "emscripten", reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_in_the_midst_of_a_draw_has_a_generator_that_draws() -> None:
    """In a process of its own, since threads and forks of a test runner do not go together."""
    script = """
        import os, signal, threading
        from minigrad.random import Generator
        generator, stop = Generator(), threading.Event()

        def draw():
            while not stop.is_set():
                generator.normal((20_000,))

        thread = threading.Thread(target=draw)
        thread.start()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(20)  # a child that hangs is killed
                generator.normal((3,))
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        thread.join()
    """
    subprocess.run([sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)], check=True, timeout=120)


# ---- tensors that are not row-major ----------------------------------------------------------------------------------


def filled(fill):
    mg.manual_seed(0)
    return fill()


@pytest.mark.parametrize(
    "fill",
    [
        lambda x: mg.nn.functional.dropout(x, 0.5), mg.rand_like, lambda x: mg.randint_like(x, 100),
        lambda x: x.uniform_(),
        lambda x: x.exponential_(), lambda x: x.bernoulli_(0.5), lambda x: x.random_(10),
        lambda x: mg.nn.init.xavier_uniform_(x),
    ],
)  # fmt: skip
def test_a_draw_follows_memory_and_not_the_axes(fill):
    rows = filled(lambda: fill(mg.ones(4, 3)))
    columns = filled(lambda: fill(mg.ones(4, 3).t()))
    assert columns.t().tolist() == rows.tolist()


def test_normals_with_gaps_between_them_are_drawn_one_by_one():
    few = filled(lambda: [mg.zeros(8).normal_() for _ in range(5)])
    assert filled(lambda: mg.zeros(8, 5).t().normal_()).t().tolist() == [x.tolist() for x in mg.stack(few).view(8, 5)]
    column = filled(lambda: mg.zeros(40, 3)[:, 0].normal_())
    assert column.tolist() == mg.cat(few).tolist()


def test_what_is_like_a_tensor_lies_like_it():
    x = mg.ones(4, 3).t()
    for like in (mg.zeros_like, mg.ones_like, mg.empty_like, mg.rand_like, mg.randn_like):
        assert like(x).stride() == x.stride()
    assert mg.zeros_like(mg.ones(4, 6)[:, ::2]).stride() == (3, 1)


def test_a_forked_generator_comes_back_to_where_it_was():
    mg.manual_seed(1)
    expected = mg.randn(5).tolist()
    mg.manual_seed(1)
    with mg.random.fork_rng():
        assert mg.randn(3).tolist() == expected[:3]
    with pytest.raises(RuntimeError), mg.random.fork_rng(devices=[]):
        mg.randn(17).view(2)
    assert mg.randn(5).tolist() == expected
    mg.manual_seed(1)
    with mg.random.fork_rng(enabled=False):
        mg.randn(2)
    assert mg.randn(3).tolist() != expected[:3]


def test_the_rate_of_an_exponential_is_1_unless_it_is_given():
    drawn = [Generator().manual_seed(5).exponential((4,), *rate).tolist() for rate in ((), (1.0,), (2.0,))]
    assert drawn[0] == drawn[1] == [2 * value for value in drawn[2]]


@pytest.mark.parametrize("engine", ["torch", "fast"])
@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("weights", [[1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [1.0, math.inf, 1.0], [1.0, math.nan, 1.0]])
def test_weights_that_are_none_are_refused(engine: str, replacement: bool, weights: list[float]) -> None:
    with pytest.raises(RuntimeError):
        Generator(engine=engine).multinomial(np.array(weights), 1, replacement)


def test_the_highest_integer_can_be_given_by_its_name_alone():
    def drawn(make):
        mg.manual_seed(0)
        return make().tolist()

    assert drawn(lambda: mg.randint(high=10, size=(4,))) == drawn(lambda: mg.randint(0, 10, (4,))) == [4, 9, 3, 0]
    x = mg.zeros(4)
    assert drawn(lambda: mg.randint_like(x, high=10)) == drawn(lambda: mg.randint_like(x, 0, 10)) == [4, 9, 3, 0]
    for empty in (lambda: mg.randint(size=(4,)), lambda: mg.randint_like(x)):
        with pytest.raises(RuntimeError, match="from=0 >= to=0"):
            empty()
