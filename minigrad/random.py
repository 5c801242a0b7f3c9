"""Random numbers: the same seed gives PyTorch's own numbers.

``manual_seed(1)`` here draws what ``torch.manual_seed(1)`` draws on a CPU: the same data, weights, shuffles and dropout
masks. Each line was compared with PyTorch 2.13, bit by bit unless it says otherwise. w is a 32-bit word of MT19937,
W = (w₁ << 32) | w₂ is two of them:

=====================================  =================================================================================
uniform, float32 and float16           u = (w mod 2²⁴) · 2⁻²⁴, one word a value
uniform, float64                       u = (W mod 2⁵³) · 2⁻⁵³
uniform in [low, high)                 u · (high - low) + low, rounded once; a value rounded up to high becomes low
normal, fewer than 16 values           a pair of float64 u₁, u₂: r = √(-2 ln(1 - u₂)), θ = 2πu₁; r cos θ now, r sin θ is
                                       kept for the next call
normal, 16 values or more              blocks of 16: u₁ = 1 - the first eight, u₂ = the last eight; r = √(-2 ln u₁),
                                       θ = 2πu₂; eight r cos θ, then eight r sin θ; unless 16 divides the size, the last
                                       16 values are drawn again
normal with a mean and a std           z · std + mean, rounded once
integers in [low, high)                low + w mod (high - low), but W from a range of 2²⁸ on
permutation of n                       for i = 0 … n-2: swap i with i + w mod (n - i)
bernoulli(p), and dropout's mask       true where (W mod 2⁵³) · 2⁻⁵³ < p (dropout keeps with probability 1 - p)
bernoulli of an array of p             true where u < p, u uniform of the array's dtype
multinomial with replacement           the first category whose share of the running sum reaches u, u float64
multinomial without, or a single draw  the largest of weight / q first, q = -ln(1 - u) rounded to the weights' dtype
=====================================  =================================================================================

Where the bits may differ:

- float32 and float16 normals, 16 or more. PyTorch takes log, sin and cos from float32 polynomials of its own, minigrad
  rounds the float64 functions: five values in six are the same bits, the others agree to two ulps of r · std + |mean|
  (a few more on a CPU without AVX2).
- On Intel's CPUs PyTorch asks MKL for the Bernoulli words, so its dropout masks there are not those that PyTorch itself
  draws on any other CPU. There PyTorch differs from itself, not from us: minigrad draws the same mask everywhere.
  The same goes for multinomial without replacement.
- Where two categories of multinomial without replacement tie (in float16 they do), the one of lower index is first;
  PyTorch leaves their order to its sort.
- "Rounded once" is the fused multiply-add of every CPU with AVX2 or of ARM; an older CPU rounds twice.

``Generator(engine="fast")`` gives this sameness up for speed: its dropout masks cost about a tenth.
"""

from __future__ import annotations

import math
import operator
import os
import threading
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Generator", "default_generator", "initial_seed", "manual_seed", "seed", "set_default_engine"]

Array: TypeAlias = npt.NDArray[Any]
Bits: TypeAlias = npt.NDArray[np.uint64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Shape: TypeAlias = tuple[int, ...]

DEFAULT_SEED = 67280421310721  # PyTorch's c10::detail::default_rng_seed_val
WORD32, WORD64 = 2**32 - 1, 2**64 - 1


# -- PyTorch's numbers ------------------------------------------------------------------------------------------------

MT_WORDS = 624

# CPUGeneratorImplState of PyTorch's CPUGeneratorImpl.cpp, 5056 bytes. Of its spare fields normal_y alone is in use.
TORCH_STATE = np.dtype(
    [
        ("initial_seed", np.uint64),
        ("left", np.int32),
        ("seeded", np.int32),
        ("next", np.uint64),
        ("key", np.uint64, MT_WORDS),
        ("normal_x", np.float64),
        ("normal_y", np.float64),
        ("normal_rho", np.float64),
        ("normal_is_valid", np.int32),
        ("padding", np.int32),
        ("float_normal", np.float32),
        ("float_normal_is_valid", np.bool_),
    ],
    align=True,
)


def _seeded_key(seed: int) -> Array:
    """MT19937's first state (Matsumoto and Nishimura 2002): kᵢ = 1812433253 · (kᵢ₋₁ xor (kᵢ₋₁ >> 30)) + i."""
    key = [seed & WORD32]
    for i in range(1, MT_WORDS):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + i) & WORD32)
    return np.array(key, dtype=np.uint32)


class _TorchEngine:
    """PyTorch's draws, in the order in which PyTorch consumes the words of MT19937."""

    state_dtype = TORCH_STATE

    def __init__(self) -> None:
        self._bits = np.random.MT19937(0)
        self._numpy = np.random.Generator(self._bits)

    def start(self, seed: int) -> None:
        self.seed = seed
        self._kept_normal: float | None = None
        self._set_key(_seeded_key(seed), MT_WORDS)

    def unit(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Draw n uniforms in [0, 1): float64 has 53 bits, all else is float32 with 24."""
        if dtype == np.float64:
            return (self._words64(n) & (2**53 - 1)) * 2.0**-53
        return (self._words32(n) & (2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def standard_normal(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Draw n standard normals, in the precision in which PyTorch scales them."""
        return self._normal_pairs(n) if n < 16 else self._normal_blocks(n, dtype)

    def below(self, span: int, n: int) -> Bits:
        """Draw n integers in [0, span)."""
        words = self._words32(n) if span < 2**28 else self._words64(n)
        return words % np.uint64(span)

    def permutation(self, n: int) -> Array:
        if n >= WORD32 // 20:
            raise NotImplementedError(f"permutation: n must be less than {WORD32 // 20} (use engine='fast'), got {n}")
        steps = max(n - 1, 0)
        partners = np.arange(steps, dtype=np.uint64) + self._words32(steps) % np.arange(n, 1, -1, dtype=np.uint64)
        order = list(range(n))
        for i, j in enumerate(partners.tolist()):
            order[i], order[j] = order[j], order[i]
        return np.array(order, dtype=np.int64)

    def coin(self, n: int, p: float) -> tuple[Mask, float]:
        """Draw n Bernoulli(p) values, and say which p they have."""
        words = self._words64(n)
        words &= np.uint64(2**53 - 1)
        # k · 2⁻⁵³ < p exactly where k < ⌈p · 2⁵³⌉: no float is made
        return words < math.ceil(math.ldexp(p, 53)), p

    def get_state(self) -> Array:
        mt = self._bits.state["state"]
        state = np.zeros((), TORCH_STATE)
        # NumPy's position is 624 both before the first word and after a block's last; PyTorch tells the two apart
        unused = mt["pos"] == MT_WORDS and np.array_equal(mt["key"], _seeded_key(self.seed))
        state["initial_seed"], state["key"], state["seeded"] = self.seed, mt["key"], 1
        state["next"], state["left"] = (0, 1) if unused else (mt["pos"], MT_WORDS + 1 - mt["pos"])
        if self._kept_normal is not None:
            state["normal_y"], state["normal_is_valid"] = self._kept_normal, 1
        return state

    def set_state(self, state: Array) -> None:
        left, position = int(state["left"]), int(state["next"])
        unused = (left, position) == (1, 0)
        if state["seeded"] != 1 or not (unused or 1 <= left == MT_WORDS + 1 - position):
            raise RuntimeError(f"set_state: not a state of MT19937: seeded={state['seeded']}, {left=}, next={position}")
        self.seed = int(state["initial_seed"])
        self._kept_normal = float(state["normal_y"]) if state["normal_is_valid"] else None
        self._set_key(state["key"].astype(np.uint32), MT_WORDS if unused else position)

    def _set_key(self, key: Array, position: int) -> None:
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}

    def _words32(self, n: int) -> Bits:
        return self._bits.random_raw(n)

    def _words64(self, n: int) -> Bits:
        # over its full range NumPy returns the bare (w₁ << 32) | w₂, faster than joining them here
        return self._numpy.integers(0, WORD64, n, np.uint64, endpoint=True)

    def _normal_pairs(self, n: int) -> Array:
        normals: list[float] = []
        if n > 0 and self._kept_normal is not None:
            normals.append(self._kept_normal)
            self._kept_normal = None
        pairs = (n - len(normals) + 1) // 2
        for u1, u2 in self.unit(2 * pairs, np.dtype(np.float64)).reshape(pairs, 2).tolist():
            r, theta = math.sqrt(-2 * math.log1p(-u2)), 2 * math.pi * u1
            normals += [r * math.cos(theta), r * math.sin(theta)]
        if len(normals) > n:
            self._kept_normal = normals.pop()
        return np.array(normals, dtype=np.float64)

    def _normal_blocks(self, n: int, dtype: np.dtype[Any]) -> Array:
        whole = n - n % 16
        # PyTorch draws the broken last block in vain before it draws the last 16 again, except in float16
        uniforms = self.unit(whole if dtype == np.float16 else n, dtype)
        normals = np.empty(n, uniforms.dtype)
        normals[:whole] = _box_muller(uniforms[:whole])
        if whole < n:
            normals[-16:] = _box_muller(self.unit(16, dtype))
        return normals


def _box_muller(uniforms: Array) -> Array:
    """Turn blocks of 16 uniforms into blocks of 16 normals (Box and Muller 1958)."""
    blocks = uniforms.reshape(-1, 2, 8)
    r, theta = np.sqrt(-2 * _log(1 - blocks[:, 0])), 2 * math.pi * blocks[:, 1]
    return np.stack([r * _cos(theta), r * _sin(theta)], axis=1).reshape(-1)


def _rounded(name: str) -> Callable[[Array], Array]:
    """Round the function from float64: the bits of NumPy's own vary by an ulp with the CPU's vector unit."""
    from_libm = np.vectorize(getattr(math, name), otypes=[np.float64])  # slow, but PyTorch's own
    from_numpy = getattr(np, name)

    def function(x: Array) -> Array:
        result: Array = from_libm(x) if x.dtype == np.float64 else from_numpy(x, dtype=np.float64).astype(x.dtype)
        return result

    return function


_log, _cos, _sin = _rounded("log"), _rounded("cos"), _rounded("sin")
_log1p = _rounded("log1p")


# -- Speed instead of sameness ----------------------------------------------------------------------------------------

FAST_STATE = np.dtype(
    [("initial_seed", np.uint64), ("key", np.uint64, 4), ("has_uint32", np.int32), ("uinteger", np.uint32)]
)


class _FastEngine:
    """NumPy's draws from SFC64, its fastest bit generator; a coin costs 16 bits instead of PyTorch's 64."""

    state_dtype = FAST_STATE

    def start(self, seed: int) -> None:
        self.seed = seed
        self._bits = np.random.SFC64(seed)
        self._numpy = np.random.Generator(self._bits)

    def unit(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Draw n uniforms in [0, 1), float64 or else float32."""
        return self._numpy.random(n, np.float64) if dtype == np.float64 else self._numpy.random(n, np.float32)

    def standard_normal(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Draw n standard normals, float64 or else float32 (ziggurat)."""
        if dtype == np.float64:
            return self._numpy.standard_normal(n, np.float64)
        return self._numpy.standard_normal(n, np.float32)

    def below(self, span: int, n: int) -> Bits:
        """Draw n integers in [0, span)."""
        return self._numpy.integers(0, span - 1, n, np.uint64, endpoint=True)

    def permutation(self, n: int) -> Array:
        return self._numpy.permutation(n)

    def coin(self, n: int, p: float) -> tuple[Mask, float]:
        """Draw n Bernoulli values by cutting raw words into thresholds, and say which p they really have."""
        word, threshold, effective = _threshold(p)
        words = self._bits.random_raw(math.ceil(n * word.itemsize / 8))
        return words.view(word)[:n] < threshold, effective

    def get_state(self) -> Array:
        sfc = self._bits.state
        return np.array((self.seed, sfc["state"]["state"], sfc["has_uint32"], sfc["uinteger"]), FAST_STATE)

    def set_state(self, state: Array) -> None:
        self.start(int(state["initial_seed"]))
        self._bits.state = {
            "bit_generator": "SFC64",
            "state": {"state": state["key"]},
            "has_uint32": int(state["has_uint32"]),
            "uinteger": int(state["uinteger"]),
        }


@lru_cache
def _threshold(p: float) -> tuple[np.dtype[Any], int, float]:
    """Find the narrowest word in which a threshold gives p and 1 - p to a relative 1e-4: (word, threshold, its p)."""
    for word in map(np.dtype, (np.uint8, np.uint16, np.uint32, np.uint64)):
        levels = 1 << 8 * word.itemsize
        threshold = round(p * levels)
        effective = threshold / levels
        if abs(effective - p) <= 1e-4 * min(p, 1 - p):
            break
    return word, threshold, effective


# -- Threads and forks ------------------------------------------------------------------------------------------------

GENERATORS: weakref.WeakSet[Generator] = weakref.WeakSet()
"""All that are alive: a fork waits until none of them is in the midst of a draw, which its child could never end."""

_forking = threading.Lock()
_held: list[Generator] = []


def _before_fork() -> None:
    _forking.acquire()
    _held[:] = GENERATORS
    for generator in _held:
        generator._lock.acquire()


def _after_fork() -> None:
    while _held:
        _held.pop()._lock.release()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


# -- One generator for both -------------------------------------------------------------------------------------------

_ENGINES: dict[str, type[_TorchEngine] | type[_FastEngine]] = {"torch": _TorchEngine, "fast": _FastEngine}


class Generator:
    """A source of random numbers with a seed, and a state that can be saved and put back.

    Drawing n words and then m gives what drawing n + m gives, and nothing is drawn in advance ("torch" engine).
    Threads may share it: each draw is made whole before the next one begins, so that together they get what one thread
    would get, in the order in which they ask.
    A new generator has PyTorch's default seed.

    Args:
        device: the CPU.
        engine: "torch" for PyTorch's own numbers, "fast" for speed.

    Raises:
        RuntimeError: another device than the CPU.
        ValueError: an unknown engine.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html

    >>> Generator().manual_seed(1).integers(0, 10, (5,))
    array([5, 9, 4, 8, 3])
    """

    def __init__(self, device: object = "cpu", *, engine: str = "torch") -> None:
        if str(device).partition(":")[0] != "cpu":
            raise RuntimeError(f"Generator: device must be the CPU, got {device!r}")
        self._lock = threading.RLock()
        GENERATORS.add(self)
        self._use(engine)
        self._engine.start(DEFAULT_SEED)

    def _use(self, engine: str) -> None:
        if engine not in _ENGINES:
            raise ValueError(f"Generator: engine must be one of {', '.join(_ENGINES)}, got {engine!r}")
        self.engine = engine
        self._engine = _ENGINES[engine]()

    @property
    def device(self) -> str:
        """The device of the numbers: always the CPU."""
        return "cpu"

    def manual_seed(self, seed: int) -> Generator:
        """Start again from a seed, and return the generator.

        Args:
            seed: an integer from -2⁶³ to 2⁶⁴-1; a negative one stands for seed + 2⁶⁴. The torch engine uses the lowest
                32 bits, as PyTorch does.

        Raises:
            RuntimeError: the seed is no integer.
            ValueError: it is out of range.

        >>> Generator().manual_seed(-1).initial_seed() == 2**64 - 1
        True
        """
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed: seed must be an int, got {seed!r} of type {type(seed).__name__}")
        seed = operator.index(seed)
        if not -(2**63) <= seed <= WORD64:
            raise ValueError(f"manual_seed: seed must lie in [-2**63, 2**64 - 1], got {seed}")
        with self._lock:
            self._engine.start(seed & WORD64)
        return self

    def seed(self) -> int:
        """Start again from a seed that the operating system draws, and return it."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        """Return the seed from which this generator started, from 0 to 2⁶⁴-1."""
        return self._engine.seed

    def get_state(self) -> npt.NDArray[np.uint8]:
        """Return all that later draws depend on, as bytes.

        The torch engine's 5056 bytes are those of ``torch.Generator.get_state``: a state travels both ways.

        >>> g = Generator()
        >>> state = g.get_state()
        >>> first = g.normal((3,))
        >>> g.set_state(state)
        >>> bool((g.normal((3,)) == first).all())
        True
        """
        with self._lock:
            return np.frombuffer(self._engine.get_state().tobytes(), np.uint8).copy()

    def set_state(self, state: npt.ArrayLike) -> None:
        """Put back a state that ``get_state`` of the same engine returned.

        Raises:
            TypeError: the state is not of dtype uint8.
            RuntimeError: it has another size than this engine's, or is no state at all.
        """
        data, layout = np.asarray(state), self._engine.state_dtype
        if data.dtype != np.uint8:
            raise TypeError(f"set_state: state must be of dtype uint8, got {data.dtype}")
        if data.shape != (layout.itemsize,):
            raise RuntimeError(
                f"set_state: a state of engine {self.engine!r} has shape ({layout.itemsize},), got {data.shape}"
            )
        with self._lock:
            self._engine.set_state(np.frombuffer(data.tobytes(), layout)[0])

    def clone_state(self) -> Generator:
        """Return a new generator that will draw what this one would draw next."""
        return _restored(self.engine, self.get_state())

    def uniform(self, shape: Shape, dtype: npt.DTypeLike = np.float32, low: float = 0.0, high: float = 1.0) -> Array:
        """Draw from the uniform distribution on [low, high).

        Args:
            shape: of the result.
            dtype: float16, float32 or float64.
            low: a number that the dtype can hold.
            high: another, not less than low.

        Raises:
            NotImplementedError: another dtype.
            RuntimeError: a negative dimension; high < low; a bound or their difference is not finite in this dtype.

        >>> Generator().manual_seed(0).uniform((3,))
        array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
        """
        dtype = _floating("uniform", dtype)
        largest = float(np.finfo(dtype).max)
        if not (-largest <= low <= high <= largest and high - low <= largest):
            raise RuntimeError(f"uniform: low <= high must be finite in {dtype}, got {low=}, {high=}")
        with self._lock:
            unit = self._engine.unit(_size("uniform", shape), dtype)
        start, end = np.array(low, unit.dtype), np.array(high, unit.dtype)
        values = _multiply_add(unit, end - start, start).astype(dtype, copy=False)
        values[values == dtype.type(high)] = low
        return values.reshape(shape)

    def normal(self, shape: Shape, dtype: npt.DTypeLike = np.float32, mean: float = 0.0, std: float = 1.0) -> Array:
        """Draw from the normal distribution.

        Args:
            shape: of the result.
            dtype: float16, float32 or float64.
            mean: of the distribution.
            std: its standard deviation, at least 0.

        Raises:
            NotImplementedError: another dtype.
            RuntimeError: a negative dimension, or std is negative or NaN.

        >>> Generator().manual_seed(0).normal((3,))
        array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)
        """
        dtype = _floating("normal", dtype)
        if not std >= 0:
            raise RuntimeError(f"normal: std must be at least 0, got {std}")
        with self._lock:
            z = self._engine.standard_normal(_size("normal", shape), dtype)
        values = _multiply_add(z, np.array(std, z.dtype), np.array(mean, z.dtype))
        return values.astype(dtype, copy=False).reshape(shape)

    def exponential(self, shape: Shape, rate: float = 1.0) -> npt.NDArray[np.float64]:
        """Draw from the exponential distribution: -ln(1 - u) / rate, u uniform in double precision.

        >>> Generator().manual_seed(0).exponential((2,)).round(4)
        array([3.5083, 1.2304])
        """
        with self._lock:
            uniforms = self._engine.unit(_size("exponential", shape), np.dtype(np.float64)).reshape(shape)
        return -_log1p(-uniforms) / rate

    def integers(self, low: int, high: int, shape: Shape, dtype: npt.DTypeLike = np.int64) -> Array:
        """Draw integers from low to high - 1.

        A remainder is not quite uniform: in the torch engine probabilities differ by a factor of at most
        1 + (high - low) / 2³², or / 2⁶⁴ from a range of 2²⁸ on.

        Args:
            low: the lowest, at least -2⁶³.
            high: one more than the highest, at most 2⁶³-1.
            shape: of the result.
            dtype: any that holds low and high - 1.

        Raises:
            RuntimeError: a negative dimension; high <= low; the dtype cannot hold the range.

        >>> Generator().manual_seed(0).integers(-3, 3, (8,))
        array([-1,  0,  2, -3, -2,  0, -2, -2])
        """
        dtype = np.dtype(dtype)
        low, high = operator.index(low), operator.index(high)
        if not low < high:
            raise RuntimeError(f"integers: low must be less than high, got {low=}, {high=}")
        lowest, highest = _integer_range(dtype)
        if low < lowest or high - 1 > highest:
            raise RuntimeError(f"integers: [{low}, {high}) does not fit into {dtype}")
        with self._lock:
            offsets = self._engine.below(high - low, _size("integers", shape)).view(np.int64)
        return (offsets + low).astype(dtype, copy=False).reshape(shape)

    def permutation(self, n: int) -> Array:
        """Draw an order of 0 … n-1, int64, shape (n,).

        Raises:
            RuntimeError: n is negative.
            NotImplementedError: the torch engine, from n = 214 748 364 on.

        >>> Generator().manual_seed(0).permutation(6)
        array([2, 5, 3, 0, 1, 4])
        """
        with self._lock:
            return self._engine.permutation(_size("permutation", (operator.index(n),)))

    def keep_mask(self, shape: Shape, p: float) -> tuple[Mask, float]:
        """Draw a dropout mask, true where a value is kept, and the keep probability that it really has.

        That probability, k, is 1 - p for the torch engine. The fast engine's thresholds are coarser: k is within a
        relative 1e-4 of 1 - p, and 1 - k of p; kept values scaled by 1/k have the exact expectation.
        At p = 0 and p = 1 nothing is drawn, as in PyTorch.

        Args:
            shape: of the mask.
            p: the probability to drop, from 0 to 1.

        Raises:
            ValueError: p is outside of [0, 1] or NaN.
            RuntimeError: a negative dimension.

        >>> Generator().manual_seed(0).keep_mask((4,), 0.5)
        (array([False, False,  True, False]), 0.5)
        """
        if not 0 <= p <= 1:
            raise ValueError(f"keep_mask: dropout probability p must lie in [0, 1], got {p}")
        size = _size("keep_mask", shape)
        if p in (0, 1):
            return np.full(shape, p == 0), 1.0 - p
        with self._lock:
            mask, keep = self._engine.coin(size, 1.0 - p)
        return mask.reshape(shape), keep

    def bernoulli(self, p: float | Array, shape: Shape) -> Mask:
        """Draw true with probability p.

        Args:
            p: a number in [0, 1], or a floating-point array of them that broadcasts to the shape. An array is drawn in
                its own precision, so a float32 array full of p gives other values than the number p, as in PyTorch.
                The fast engine rounds a number as ``keep_mask`` does.
            shape: of the result.

        Raises:
            RuntimeError: a p outside of [0, 1] or NaN, or a negative dimension.
            NotImplementedError: an array of another dtype than float16, float32 or float64.
            ValueError: an array that does not broadcast to the shape.

        >>> Generator().manual_seed(0).bernoulli(0.5, (4,))
        array([False, False,  True, False])
        """
        if not np.all((p >= 0) & (p <= 1)):
            raise RuntimeError(f"bernoulli: p must lie in [0, 1], got {p}")
        size = _size("bernoulli", shape)
        if not isinstance(p, np.ndarray):
            with self._lock:
                return self._engine.coin(size, p)[0].reshape(shape)
        dtype, chances = _floating("bernoulli", p.dtype), np.broadcast_to(p, shape).ravel()
        with self._lock:
            mask: Mask = self._engine.unit(size, dtype) < chances
        return mask.reshape(shape)

    def multinomial(self, weights: Array, n: int, replacement: bool = False) -> Array:
        """Draw n categories with probabilities in proportion to their weights.

        Args:
            weights: of the categories, at least 0 and not all 0; shape (categories,), or (rows, categories) to draw
                from every row; float16, float32 or float64.
            n: draws, at least 1.
            replacement: whether a category can be drawn again. If not, at least n weights of a row must not be 0.

        Returns:
            The categories' indices, int64, shape (n,) or (rows, n).

        Raises:
            NotImplementedError: another dtype.
            RuntimeError: the shape, the weights or n are none of these.

        Source: https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html

        >>> Generator().manual_seed(0).multinomial(np.array([1.0, 2.0, 3.0]), 5, replacement=True)
        array([2, 2, 1, 2, 2])

        PyTorch fills up with categories of weight 0 where too few others are left; here that is an error.
        """
        _floating("multinomial", weights.dtype)
        _check_weights(weights, n, replacement)
        rows = np.atleast_2d(weights)
        # PyTorch takes a single draw by the faster of its two ways, whatever is asked
        chosen = self._from_running_sums(rows, n) if replacement and n > 1 else self._from_races(rows, n)
        return chosen.reshape(*weights.shape[:-1], n)

    def _from_running_sums(self, rows: Array, n: int) -> Array:
        sums = np.cumsum(rows, axis=1, dtype=np.promote_types(rows.dtype, np.float32))
        shares = sums / sums[:, -1:]
        with self._lock:
            uniforms = self._engine.unit(len(rows) * n, np.dtype(np.float64)).reshape(len(rows), n)
        chosen = [np.searchsorted(s.astype(np.float64), u) for s, u in zip(shares, uniforms, strict=True)]
        return np.array(chosen, np.int64)

    def _from_races(self, rows: Array, n: int) -> Array:
        """Let every category arrive at a time Exp(weight), and take the first n."""
        with self._lock:
            uniforms = self._engine.unit(rows.size, np.dtype(np.float64)).reshape(rows.shape)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a time may round to 0
            speeds = rows / (-_log1p(-uniforms)).astype(rows.dtype)
        speeds[rows == 0] = -1  # behind those that round to 0
        return np.argsort(-speeds, axis=1, kind="stable")[:, :n].astype(np.int64, copy=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.engine, self.get_state())

    def __repr__(self) -> str:
        return f"Generator(device='cpu', engine={self.engine!r}, initial_seed={self.initial_seed()})"


def _restored(engine: str, state: npt.NDArray[np.uint8]) -> Generator:
    generator = Generator(engine=engine)
    generator.set_state(state)
    return generator


def _floating(caller: str, dtype: npt.DTypeLike) -> np.dtype[Any]:
    dtype = np.dtype(dtype)
    if dtype not in (np.float16, np.float32, np.float64):
        raise NotImplementedError(f"{caller}: dtype must be float16, float32 or float64, got {dtype}")
    return dtype


def _integer_range(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return the lowest and the highest integer that fit: into a float all of int64's do, rounded."""
    if dtype == np.bool_:
        return 0, 1
    limits = np.iinfo(dtype if dtype.kind in "iu" else np.int64)
    return limits.min, limits.max


def _size(caller: str, shape: Shape) -> int:
    if min(shape, default=0) < 0:
        raise RuntimeError(f"{caller}: dimensions must not be negative, got {shape}")
    return math.prod(shape)


def _check_weights(weights: Array, n: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError(f"multinomial: weights must have 1 or 2 dimensions, got shape {weights.shape}")
    if n < 1:
        raise RuntimeError(f"multinomial: cannot draw n <= 0 samples, got {n=}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise RuntimeError(f"multinomial: weights must be finite and at least 0, got {weights}")
    if not weights.any(axis=-1).all():
        raise RuntimeError(f"multinomial: the sum of weights must be positive, got {weights}")
    if not replacement and (np.count_nonzero(weights, axis=-1) < n).any():
        raise RuntimeError(f"multinomial: cannot draw {n} samples without replacement from fewer positive weights")


def _multiply_add(x: Array, factor: Array, term: Array) -> Array:
    """Return x · factor + term, both of x's dtype, rounded once as the CPU's fused multiply-add does for PyTorch.

    Exact but for float64 products below 1e-290, whose errors underflow.
    """
    if factor == 1 and term == 0:
        return x
    result: Array
    if x.dtype == np.float32:
        result = (x * factor.astype(np.float64) + term.astype(np.float64)).astype(np.float32)
    elif max(abs(factor), abs(term)) < 1e290:  # beyond it _halves would overflow
        product, product_error = _two_product(x, factor)
        total, total_error = _two_sum(product, term)
        result = total + (total_error + product_error)
    else:
        result = x * factor + term
    return result


def _two_sum(x: Array, y: Any) -> tuple[Array, Array]:
    """Return x + y rounded, and what the rounding lost (Knuth 1969)."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


def _two_product(x: Array, y: Any) -> tuple[Array, Array]:
    """Return x · y rounded, and what the rounding lost (Dekker 1971)."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    return product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: Any) -> tuple[Any, Any]:
    """Split a float64 into two of 26 bits, so that their products are exact (Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high


# -- The generator that is used unless another is given ---------------------------------------------------------------

default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Start the default generator again from a seed, ``int(seed)``, and return it.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html

    >>> manual_seed(1).initial_seed()
    1
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator again from a seed that the operating system draws, and return it."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed from which the default generator started."""
    return default_generator.initial_seed()


def set_default_engine(engine: str) -> None:
    """Let the default generator draw with the other engine from here on, from the start of its seed.

    Args:
        engine: "torch" for PyTorch's own numbers, "fast" for speed.

    Raises:
        ValueError: an unknown engine.
    """
    with default_generator._lock:
        seed = default_generator.initial_seed()
        default_generator._use(engine)
        default_generator.manual_seed(seed)
