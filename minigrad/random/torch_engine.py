"""PyTorch's draws: what the core draws, and the rest in the order in which PyTorch consumes the words of MT19937."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from ..core.random import WORD32, Source

Array: TypeAlias = np.ndarray[Any, Any]
Bits: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]

WORDS = 624  # of MT19937's state

# CPUGeneratorImplState of PyTorch's CPUGeneratorImpl.cpp, 5056 bytes. Of its spare fields normal_y alone is in use.
TORCH_STATE = np.dtype(
    [
        ("initial_seed", np.uint64),
        ("left", np.int32),
        ("seeded", np.int32),
        ("next", np.uint64),
        ("key", np.uint64, WORDS),
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


class TorchEngine(Source):
    """PyTorch's draws, in the order in which PyTorch consumes the words of MT19937."""

    state_dtype = TORCH_STATE

    def start(self, seed: int) -> None:
        """Start again from a seed."""
        super().start(seed)
        self.seed = seed
        self._kept_normal: float | None = None

    def unit(self, n: int, dtype: Any = np.float32) -> Array:
        """Draw n uniforms in [0, 1): float64 has 53 bits, all else is float32 with 24."""
        return (self.words64(n) & (2**53 - 1)) * 2.0**-53 if dtype == np.float64 else super().unit(n)

    def standard_normal(self, n: int, dtype: np.dtype[Any]) -> Array:
        """Draw n standard normals, in the precision in which PyTorch scales them."""
        return self._normal_pairs(n) if n < 16 else self._normal_blocks(n, dtype)

    def below(self, span: int, n: int) -> Bits:
        """Draw n integers in [0, span)."""
        words = self.words32(n) if span < 2**28 else self.words64(n)
        return words % np.uint64(span)

    def permutation(self, n: int) -> Array:
        """Draw an order of 0 … n-1."""
        if n >= WORD32 // 20:
            raise NotImplementedError(f"permutation: n must be less than {WORD32 // 20} (use engine='fast'), got {n}")
        steps = max(n - 1, 0)
        partners = np.arange(steps, dtype=np.uint64) + self.words32(steps) % np.arange(n, 1, -1, dtype=np.uint64)
        return _swapped(n, partners.astype(np.int64))

    def get_state(self) -> Array:
        """Return the state, in the form that PyTorch gives it."""
        mt = self.bits.state["state"]
        state = np.zeros((), TORCH_STATE)
        # NumPy's position is 624 both before the first word and after a block's last; PyTorch tells the two apart
        unused = mt["pos"] == WORDS and np.array_equal(mt["key"], _first_key(self.seed))
        state["initial_seed"], state["key"], state["seeded"] = self.seed, mt["key"], 1
        state["next"], state["left"] = (0, 1) if unused else (mt["pos"], WORDS + 1 - mt["pos"])
        if self._kept_normal is not None:
            state["normal_y"], state["normal_is_valid"] = self._kept_normal, 1
        return state

    def set_state(self, state: Array) -> None:
        """Put a state back; RuntimeError if it is none."""
        left, position = int(state["left"]), int(state["next"])
        unused = (left, position) == (1, 0)
        if state["seeded"] != 1 or not (unused or 1 <= left == WORDS + 1 - position):
            raise RuntimeError(f"set_state: not a state of MT19937: seeded={state['seeded']}, {left=}, next={position}")
        self.seed = int(state["initial_seed"])
        self._kept_normal = float(state["normal_y"]) if state["normal_is_valid"] else None
        self.bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": state["key"].astype(np.uint32), "pos": WORDS if unused else position},
        }

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
        if whole == n:
            return _box_muller(self.unit(n, dtype))
        # PyTorch draws the broken last block, then draws the last 16 again; float16 does without the broken one
        drawn = whole if dtype == np.float16 else n
        uniforms = self.unit(drawn + 16, dtype)
        drawn_twice = _box_muller(np.concatenate([uniforms[:whole], uniforms[drawn:]]))
        normals = drawn_twice[:n]
        normals[-16:] = drawn_twice[whole:]
        return normals


@lru_cache(maxsize=16)  # a generator that has not drawn yet may be asked for its state again and again
def _first_key(seed: int) -> Array:
    key: Array = Source(seed).bits.state["state"]["key"]
    return key


def _swapped(n: int, partners: Array) -> Array:
    """Return 0 … n-1 after place i and its partner, which does not come before it, were swapped, for i = 0, 1, ….

    All swaps at once. What place i holds when its turn comes was brought by the last swap that had i as its partner:
    it is what the place of that swap held at its own turn. Swap i then takes from its partner what the last swap before
    it with the same partner brought there.
    """
    places = np.arange(n, dtype=np.int64)
    partners = np.concatenate([partners, places[n - 1 :]])  # the last place keeps what it holds
    held = places.copy()
    elsewhere = partners != places
    held[partners[elsewhere]] = places[elsewhere]  # the last of several wins
    on_the_way = np.flatnonzero(held != places)
    while on_the_way.size:
        nearer = held[on_the_way]
        held[on_the_way] = further = held[nearer]
        on_the_way = on_the_way[further != nearer]
    by_partner = np.sort(partners << 32 | places)  # the swaps of one partner in their order
    swaps, partner = by_partner & (2**32 - 1), by_partner >> 32
    again = np.flatnonzero(partner[1:] == partner[:-1])
    order = np.where(elsewhere, partners, held)
    order[swaps[again + 1]] = held[swaps[again]]
    return order


def _box_muller(uniforms: Array) -> Array:
    """Turn blocks of 16 uniforms into blocks of 16 normals (Box and Muller 1958)."""
    blocks = uniforms.reshape(-1, 2, 8)
    r, theta = np.sqrt(-2 * _log(1 - blocks[:, 0])), 2 * math.pi * blocks[:, 1]
    normals = np.empty_like(blocks)
    np.multiply(r, _cos(theta), out=normals[:, 0])
    np.multiply(r, _sin(theta), out=normals[:, 1])
    return normals.reshape(-1)


def _rounded(name: str) -> Callable[[Array], Array]:
    """Round the function from float64: the bits of NumPy's own vary by an ulp with the CPU's vector unit."""
    from_libm = np.vectorize(getattr(math, name), otypes=[np.float64])  # slow, but PyTorch's own
    from_numpy = getattr(np, name)

    def function(x: Array) -> Array:
        result: Array = from_libm(x) if x.dtype == np.float64 else from_numpy(x, dtype=np.float64).astype(x.dtype)
        return result

    return function


_log, _cos, _sin = _rounded("log"), _rounded("cos"), _rounded("sin")
log1p = _rounded("log1p")
