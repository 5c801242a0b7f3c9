"""Hypothesis strategies for code that computes with arrays and tensors.

Source: https://hypothesis.readthedocs.io/en/latest/numpy.html for those that these are made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .. import nn
from .._tensor.base import Array
from .._tensor.dtypes import dtype as DType, to_numpy
from ..functions.creation import from_numpy, get_rng_state, set_rng_state
from ..functions.tensor import Tensor

try:
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as npst
except ImportError as error:
    raise ImportError(
        "minigrad.testing.strategies needs Hypothesis, which comes with an extra: pip install 'minigrad-nn[test]'"
    ) from error

Shape = tuple[int, ...]
FLOATS = ("float32", "float64")

def shapes(
    *, min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 4
) -> st.SearchStrategy[Shape]:
    """Generate shapes, those of scalars and of nothing included; they shrink to the fewest and shortest dimensions.

    Args:
        min_dims: the fewest dimensions.
        max_dims: the most dimensions, at most 32.
        min_side: the shortest a dimension may be.
        max_side: the longest a dimension may be.

    Example:
        >>> from hypothesis import find
        >>> find(shapes(), lambda shape: len(shape) == 2)
        (0, 0)
    """
    return npst.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def mutually_broadcastable(
    n: int, *, min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 4
) -> st.SearchStrategy[tuple[Shape, ...]]:
    """Generate tuples of n shapes that NumPy can broadcast together.

    Args:
        n: how many shapes, at least 1.
        min_dims: the fewest dimensions of each.
        max_dims: the most dimensions of each.
        min_side: the shortest a dimension may be, but for those of 1 that are stretched.
        max_side: the longest a dimension may be.

    Example:
        >>> from hypothesis import find
        >>> find(mutually_broadcastable(2), lambda group: True)
        ((), ())
    """
    groups = npst.mutually_broadcastable_shapes(
        num_shapes=n, min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side
    )
    return groups.map(lambda group: group.input_shapes)


def arrays(
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: Any = FLOATS,
    min_value: float = -2.0,
    max_value: float = 2.0,
    *,
    away_from: Sequence[float] = (),
    gap: float = 0.1,
) -> st.SearchStrategy[Array]:
    """Generate arrays of numbers in a range, away from the points where a function has a kink.

    Finite differences across a kink, such as ReLU's at 0, are wrong by chance; a step smaller than the gap never is.

    Args:
        shape: a shape, or a strategy of shapes; any of `shapes` unless given.
        dtype: a dtype of minigrad or NumPy, or a sequence of them to choose from.
        min_value: the least element.
        max_value: the greatest element.
        away_from: the kinks: every element x has |x - kink| >= gap, after its rounding to the dtype.
        gap: >= 0.

    Raises:
        ValueError: when a value is drawn: the range is empty, has no number of the dtype outside of the gaps, or gap is
            negative.

    Example:
        >>> from hypothesis import find
        >>> find(arrays((2,), "float64", away_from=(0.0,), gap=0.25), lambda x: True)
        array([1., 1.])
    """

    def define() -> st.SearchStrategy[Array]:
        return _arrays(shape, dtype, min_value, max_value, away_from, gap)

    return st.deferred(define)  # arguments are looked at when a value is drawn, as Hypothesis' own strategies do


def _arrays(
    shape: Shape | st.SearchStrategy[Shape] | None,
    dtype: Any,
    min_value: float,
    max_value: float,
    away_from: Sequence[float],
    gap: float,
) -> st.SearchStrategy[Array]:
    _check_range(min_value, max_value, gap)
    numpy_dtypes = [to_numpy(d) for d in (dtype if isinstance(dtype, list | tuple) else (dtype,))]
    elements = {d: _elements(d, min_value, max_value, away_from, gap) for d in numpy_dtypes}
    chosen_shape = shapes() if shape is None else shape
    return st.sampled_from(numpy_dtypes).flatmap(lambda d: npst.arrays(d, chosen_shape, elements=elements[d]))


def tensors(
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: Any = FLOATS,
    min_value: float = -2.0,
    max_value: float = 2.0,
    *,
    away_from: Sequence[float] = (),
    gap: float = 0.1,
    requires_grad: bool = False,
) -> st.SearchStrategy[Tensor]:
    """Generate tensors, as `arrays` generates arrays.

    Args:
        shape: as for `arrays`, like all that follow but the last.
        dtype: one or several.
        min_value: the least element.
        max_value: the greatest element.
        away_from: the kinks.
        gap: how far from them the elements are.
        requires_grad: of every tensor.

    Raises:
        ValueError: as `arrays`.

    Example:
        >>> from hypothesis import find
        >>> find(tensors((2,), "float32", requires_grad=True), lambda x: x.sum() > 1)
        tensor([1., 1.], requires_grad=True)
    """
    drawn = arrays(shape, dtype, min_value, max_value, away_from=away_from, gap=gap)
    return drawn.map(lambda array: from_numpy(array).requires_grad_(requires_grad))


def broadcastable_arrays(n: int, **options: Any) -> st.SearchStrategy[tuple[Array, ...]]:
    """Generate tuples of n arrays of shapes that are `mutually_broadcastable`; the options are those of `arrays`.

    Example:
        >>> from hypothesis import find
        >>> find(broadcastable_arrays(2, dtype="float64"), lambda group: True)
        (array(0.), array(0.))
    """
    return mutually_broadcastable(n).flatmap(
        lambda group: st.tuples(*[arrays(shape, **options) for shape in group])
    )


@st.composite
def networks(
    draw: st.DrawFn,
    in_features: int = 2,
    out_features: int = 1,
    *,
    max_hidden: int = 3,
    max_width: int = 4,
    p: st.SearchStrategy[float] | None = None,
    dtype: DType | None = None,
) -> nn.Sequential:
    """Generate small networks with dropout: Linear, ReLU and Dropout by turns, and Linear at the end.

    The weights are multiples of 1/8 in [-2, 2]. Hypothesis draws them, and minigrad's generator is not moved, so that a
    failure can be replayed, and shrinks to the fewest layers and simplest weights.

    Args:
        draw: given by Hypothesis.
        in_features: the size of the input's last dimension, at least 1.
        out_features: the size of the output's, at least 1.
        max_hidden: the most hidden layers; there is at least one.
        max_width: the most units of a hidden layer.
        p: a strategy of the dropout probability; 0, 0.1, 0.5 or 0.9 unless given.
        dtype: of the parameters; the default float dtype unless given.

    Example:
        >>> from hypothesis import find
        >>> find(networks(), lambda network: True)
        Sequential(
          (0): Linear(in_features=2, out_features=1, bias=True)
          (1): ReLU()
          (2): Dropout(p=0.0, inplace=False)
          (3): Linear(in_features=1, out_features=1, bias=True)
        )
    """
    rates = st.sampled_from([0.0, 0.1, 0.5, 0.9]) if p is None else p
    widths = draw(st.lists(st.integers(1, max_width), min_size=1, max_size=max_hidden))
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([in_features, *widths]):
        layers += [_linear(draw, inputs, outputs, dtype), nn.ReLU(), nn.Dropout(draw(rates))]
    return nn.Sequential(*layers, _linear(draw, widths[-1], out_features, dtype))


def _linear(draw: st.DrawFn, inputs: int, outputs: int, dtype: DType | None) -> nn.Linear:
    state = get_rng_state()
    layer = nn.Linear(inputs, outputs, dtype=dtype)
    set_rng_state(state)
    for parameter in layer.parameters():
        eighths = draw(npst.arrays(np.float64, tuple(parameter.shape), elements=st.integers(-16, 16)))
        parameter.data.copy_(from_numpy(eighths / 8))
    return layer


# ---- the elements ----------------------------------------------------------------------------------------------------


def _check_range(min_value: float, max_value: float, gap: float) -> None:
    if not min_value <= max_value:
        raise ValueError(f"expected min_value <= max_value, but got {min_value} and {max_value}")
    if not gap >= 0:
        raise ValueError(f"expected gap >= 0, but got {gap}")


def _elements(
    dtype: np.dtype[Any], min_value: float, max_value: float, away_from: Sequence[float], gap: float
) -> st.SearchStrategy[Any]:
    """Generate numbers of a dtype in what the gaps leave of a range."""
    if dtype.kind == "b":
        return st.booleans()
    bounds = [_rounded_inward(dtype, *piece) for piece in _pieces(min_value, max_value, away_from, gap)]
    bounds = sorted([(low, high) for low, high in bounds if low <= high], key=_simplicity)
    if not bounds:
        raise ValueError(
            f"there is no {dtype} in [{min_value}, {max_value}] that is at least {gap} away from {list(away_from)}"
        )
    if dtype.kind == "f":
        return st.one_of([st.floats(low, high, width=8 * dtype.itemsize) for low, high in bounds])  # type: ignore[arg-type]
    return st.one_of([st.integers(int(low), int(high)) for low, high in bounds])


def _pieces(
    min_value: float, max_value: float, away_from: Sequence[float], gap: float
) -> Iterator[tuple[float, float]]:
    """Iterate over the intervals, some of them empty, that the gaps leave of a range."""
    low = min_value
    for kink in sorted(away_from):
        yield low, min(kink - gap, max_value)
        low = max(low, kink + gap)
    yield low, max_value


def _rounded_inward(dtype: np.dtype[Any], low: float, high: float) -> tuple[float, float]:
    """Return the least and the greatest number of a dtype in an interval; the first is greater if there is none."""
    if dtype.kind != "f":
        integers = np.iinfo(dtype)
        return max(math.ceil(low), integers.min), min(math.floor(high), integers.max)
    floats = np.finfo(dtype)
    least = dtype.type(max(low, float(floats.min)))
    greatest = dtype.type(min(high, float(floats.max)))
    if float(least) < low:
        least = np.nextafter(least, dtype.type(math.inf))
    if float(greatest) > high:
        greatest = np.nextafter(greatest, dtype.type(-math.inf))
    return float(least), float(greatest)


def _simplicity(interval: tuple[float, float]) -> tuple[float, bool]:
    """Order intervals by where examples should shrink to: near to 0, and rather positive."""
    low, high = interval
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), high < 0
