"""The Generator: one source of random numbers, on one of two engines."""

from __future__ import annotations

import math
import operator
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from ..core.graph import drawn
from ..core.random import WORD64
from .fast_engine import FastEngine
from .forks import GENERATORS
from .fused import multiply_add
from .torch_engine import TorchEngine, log1p

Array: TypeAlias = np.ndarray[Any, Any]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Shape: TypeAlias = tuple[int, ...]

_ENGINES: dict[str, type[TorchEngine] | type[FastEngine]] = {"torch": TorchEngine, "fast": FastEngine}


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

    Example:
        >>> Generator().manual_seed(1).integers(0, 10, (5,))
        array([5, 9, 4, 8, 3])
    """

    def __init__(self, device: object = "cpu", *, engine: str = "torch") -> None:
        if str(device).partition(":")[0] != "cpu":
            raise RuntimeError(f"Generator: device must be the CPU, got {device!r}")
        self._lock = threading.RLock()
        GENERATORS.add(self)
        self._use(engine)

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

        Example:
            >>> Generator().manual_seed(-1).initial_seed() == 2**64 - 1
            True
        """
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed: seed must be an int, got {seed!r} of type {type(seed).__name__}")
        seed = operator.index(seed)
        if not -(2**63) <= seed <= WORD64:
            raise ValueError(f"manual_seed: seed must lie in [-2**63, 2**64 - 1], got {seed}")
        drawn(self._start, seed & WORD64)
        return self

    def _start(self, seed: int) -> None:
        with self._lock:
            self._engine.start(seed)

    def seed(self) -> int:
        """Start again from a seed that the operating system draws, and return it.

        Returns:
            The seed, an integer in [0, 2⁶⁴ - 1].

        Source: https://pytorch.org/docs/stable/generated/torch.Generator.html#torch.Generator.seed

        Example:
            >>> generator = Generator()
            >>> generator.seed() == generator.initial_seed()
            True
        """
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        """Return the seed from which this generator started, from 0 to 2⁶⁴-1.

        Source: https://pytorch.org/docs/stable/generated/torch.Generator.html#torch.Generator.initial_seed

        Example:
            >>> Generator().manual_seed(1).initial_seed()
            1
        """
        return self._engine.seed

    def get_state(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Return all that later draws depend on, as bytes.

        The torch engine's 5056 bytes are those of ``torch.Generator.get_state``: a state travels both ways.

        Example:
            >>> g = Generator()
            >>> state = g.get_state()
            >>> first = g.normal((3,))
            >>> g.set_state(state)
            >>> bool((g.normal((3,)) == first).all())
            True
        """
        state: np.ndarray[Any, np.dtype[np.uint8]] = drawn(self._state)
        return state

    def _state(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        with self._lock:
            return np.frombuffer(self._engine.get_state().tobytes(), np.uint8).copy()

    def set_state(self, state: Any) -> None:
        """Put back a state that ``get_state`` of the same engine returned.

        Args:
            state: what `get_state` returned, uint8.

        Raises:
            TypeError: the state is not of dtype uint8.
            RuntimeError: it has another size than this engine's, or is no state at all.

        Source: https://pytorch.org/docs/stable/generated/torch.Generator.html#torch.Generator.set_state

        Example:
            >>> generator = Generator()
            >>> state = generator.get_state()
            >>> generator.set_state(state)
        """
        data, layout = np.asarray(state), self._engine.state_dtype
        if data.dtype != np.uint8:
            raise TypeError(f"set_state: state must be of dtype uint8, got {data.dtype}")
        if data.shape != (layout.itemsize,):
            raise RuntimeError(
                f"set_state: a state of engine {self.engine!r} has shape ({layout.itemsize},), got {data.shape}"
            )
        drawn(self._put_back, data)

    def _put_back(self, state: Array) -> None:
        with self._lock:
            self._engine.set_state(np.frombuffer(state.tobytes(), self._engine.state_dtype)[0])

    def clone_state(self) -> Generator:
        """Return a new generator that will draw what this one would draw next.

        Source: https://pytorch.org/docs/stable/generated/torch.Generator.html#torch.Generator.clone_state

        Example:
            >>> generator = Generator()
            >>> twin = generator.clone_state()
            >>> bool((generator.normal((3,)) == twin.normal((3,))).all())
            True
        """
        return _restored(self.engine, self.get_state())

    def uniform(self, shape: Shape, dtype: Any = np.float32, low: float = 0.0, high: float = 1.0) -> Array:
        """Draw from the uniform distribution on [low, high).

        Args:
            shape: of the result.
            dtype: float16, float32 or float64.
            low: a number that the dtype can hold.
            high: another, not less than low.

        Raises:
            NotImplementedError: another dtype.
            RuntimeError: a negative dimension; high < low; a bound or their difference is not finite in this dtype.

        Example:
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
        values = multiply_add(unit, end - start, start).astype(dtype, copy=False)
        values[values == dtype.type(high)] = low
        return values.reshape(shape)

    def normal(self, shape: Shape, dtype: Any = np.float32, mean: float = 0.0, std: float = 1.0) -> Array:
        """Draw from the normal distribution.

        Args:
            shape: of the result.
            dtype: float16, float32 or float64.
            mean: of the distribution.
            std: its standard deviation, at least 0.

        Raises:
            NotImplementedError: another dtype.
            RuntimeError: a negative dimension, or std is negative or NaN.

        Example:
            >>> Generator().manual_seed(0).normal((3,))
            array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)
        """
        dtype = _floating("normal", dtype)
        if not std >= 0:
            raise RuntimeError(f"normal: std must be at least 0, got {std}")
        with self._lock:
            z = self._engine.standard_normal(_size("normal", shape), dtype)
        values = multiply_add(z, np.array(std, z.dtype), np.array(mean, z.dtype))
        return values.astype(dtype, copy=False).reshape(shape)

    def exponential(self, shape: Shape, rate: float = 1.0) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Draw from the exponential distribution: -ln(1 - u) / rate, u uniform in double precision.

        Args:
            shape: of the result.
            rate: above 0; the mean is 1 / rate.

        Example:
            >>> Generator().manual_seed(0).exponential((2,)).round(4)
            array([3.5083, 1.2304])
        """
        with self._lock:
            uniforms = self._engine.unit(_size("exponential", shape), np.dtype(np.float64)).reshape(shape)
        return -log1p(-uniforms) / rate

    def integers(self, low: int, high: int, shape: Shape, dtype: Any = np.int64) -> Array:
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

        Example:
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

        Args:
            n: how many, at least 0.

        Raises:
            RuntimeError: n is negative.
            NotImplementedError: the torch engine, from n = 214 748 364 on.

        Example:
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

        Example:
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

        Example:
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

        PyTorch fills up with categories of weight 0 where too few others are left; here that is an error.

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

        Example:
            >>> Generator().manual_seed(0).multinomial(np.array([1.0, 2.0, 3.0]), 5, replacement=True)
            array([2, 2, 1, 2, 2])
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
            speeds = rows / (-log1p(-uniforms)).astype(rows.dtype)
        speeds[rows == 0] = -1  # behind those that round to 0
        return np.argsort(-speeds, axis=1, kind="stable")[:, :n].astype(np.int64, copy=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.engine, self.get_state())

    def __repr__(self) -> str:
        return f"Generator(device='cpu', engine={self.engine!r}, initial_seed={self.initial_seed()})"


def _restored(engine: str, state: np.ndarray[Any, np.dtype[np.uint8]]) -> Generator:
    generator = Generator(engine=engine)
    generator.set_state(state)
    return generator


def _floating(caller: str, dtype: Any) -> np.dtype[Any]:
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


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Start the default generator again from a seed, ``int(seed)``, and return it.

    Args:
        seed: an integer in [-2⁶³, 2⁶⁴ - 1].

    Raises:
        ValueError: another one.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html

    Example:
        >>> manual_seed(1).initial_seed()
        1
    """
    if not hasattr(seed, "__int__"):
        raise TypeError(f"manual_seed(): argument 'seed' must be int, not {type(seed).__name__}: {seed!r}")
    return default_generator.manual_seed(int(seed))


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, device_type: Any = None) -> Iterator[None]:
    """Draw from the default generator for a while, and put it back to where it was.

    Args:
        devices: accepted; the generator of the CPU is the only one.
        enabled: False to leave the generator where it comes to.
        device_type: accepted.

    Source: https://docs.pytorch.org/docs/stable/random.html#torch.random.fork_rng

    >>> _ = manual_seed(1)
    >>> with fork_rng():
    ...     first = default_generator.uniform((2,))
    >>> bool((default_generator.uniform((2,)) == first).all())
    True
    """
    if not enabled:
        yield
        return
    state = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(state)


def seed() -> int:
    """Start the default generator again from a seed that the operating system draws, and return it.

    Source: https://pytorch.org/docs/stable/generated/torch.seed.html

    Example:
        >>> seed() == initial_seed()
        True
        >>> _ = manual_seed(0)
    """
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed from which the default generator started.

    Returns:
        An integer in [0, 2⁶⁴ - 1].

    Source: https://pytorch.org/docs/stable/generated/torch.initial_seed.html

    Example:
        >>> _ = manual_seed(1)
        >>> initial_seed()
        1
    """
    return default_generator.initial_seed()


def set_default_engine(engine: str) -> None:
    """Let the default generator draw with the other engine from here on, from the start of its seed.

    Args:
        engine: "torch" for PyTorch's own numbers, "fast" for speed.

    Raises:
        ValueError: an unknown engine.

    Example:
        >>> set_default_engine("fast")
        >>> default_generator.engine
        'fast'
        >>> set_default_engine("torch")
    """
    with default_generator._lock:
        seed = default_generator.initial_seed()
        default_generator._use(engine)
        default_generator.manual_seed(seed)
