"""What NumPy's own functions do with tensors: ``np.exp(t)`` and ``np.sum(t, axis=0)`` are tensors with a gradient.

A NumPy function keeps NumPy's meaning (``np.std`` divides by n). One that is not listed here gets the tensors' arrays,
and refuses those that require a gradient, as everything does that needs an array.

Source: https://numpy.org/doc/stable/user/basics.interoperability.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._tensor import dtypes
from .._tensor.base import Array, TensorBase, wrap
from .._tensor.conversion import array_of
from .._tensor.listening import refuse_to_replay
from .._tensor.promotion import converted
from . import arithmetic, comparison, elementwise, indexing, joining, ordering, products, reductions, repeating, shaping
from .einsum import einsum

SAME_NAME = [
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "bitwise_and",
    "bitwise_or", "bitwise_xor", "ceil", "copysign", "cos", "cosh", "deg2rad", "divide", "exp", "exp2", "expm1",
    "floor", "floor_divide", "fmax", "fmin", "fmod", "greater", "greater_equal", "hypot", "isfinite", "isinf",
    "isnan", "less", "less_equal", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logical_and",
    "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "negative", "not_equal", "positive",
    "rad2deg", "reciprocal", "remainder", "sign", "signbit", "sin", "sinh", "sqrt", "square", "subtract", "tan",
    "tanh", "trunc",
]  # fmt: skip

FUNCTIONS_OF_ELEMENTS = {**vars(elementwise), **vars(comparison), **vars(arithmetic)}

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {getattr(np, name): FUNCTIONS_OF_ELEMENTS[name] for name in SAME_NAME} | {
    np.equal: comparison.eq,
    np.float_power: arithmetic.float_power,
    np.invert: comparison.bitwise_not,
    np.matmul: products.matmul,
    np.power: arithmetic.pow,
    np.rint: elementwise.round,
}
"""NumPy's universal functions, and the functions of tensors that they are."""


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
    """Compute a universal function of tensors, arrays and numbers; TypeError where it would write into an array."""
    if out is not None:
        raise TypeError(
            f"np.{ufunc.__name__} cannot write a Tensor's result into an array: write array = array + t, "
            "not array += t"
        )
    if method != "__call__":
        return NotImplemented
    function = UFUNCS.get(ufunc)
    if function is None or options:
        return wrap(np.asarray(ufunc(*map(_as_array, inputs), **options)))
    return function(*map(_as_operand if ufunc in TAKING_NUMBERS else _as_tensor, inputs))


TAKING_NUMBERS = {np.add, np.subtract, np.multiply, np.divide, np.power, np.floor_divide, np.remainder, np.fmod}


def _as_operand(x: Any) -> Any:
    """Return an array as a tensor, and a NumPy number as Python's, which decides no dtype."""
    if isinstance(x, np.ndarray):
        dtypes.from_numpy(x.dtype)
        return wrap(x)
    return x.item() if isinstance(x, np.generic) else x


def _as_tensor(x: Any) -> Any:
    """Return an array or a number as a tensor."""
    return x if isinstance(x, TensorBase) else wrap(array_of(x))


def _in(dtype: Any, a: Any) -> Any:
    return a if dtype is None else converted(a, dtypes.to_numpy(dtype))


def _along(axis: Any) -> dict[str, Any]:
    """Return an axis as PyTorch's functions take it, by keyword; nothing where there is none."""
    return {} if axis is None else {"dim": axis}


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None and ord is not None and x.ndim > 1:
        raise NotImplementedError(f"np.linalg.norm of a matrix of order {ord} has no gradient here: give axis")
    return reductions.norm(x, 2 if ord is None else ord, axis, keepdims)


def _transpose(a: Any, axes: Any = None) -> Any:
    return shaping.permute(a, tuple(reversed(range(a.ndim))) if axes is None else axes)


def _dot(a: Any, b: Any) -> Any:
    return arithmetic.mul(a, b) if a.ndim == 0 or b.ndim == 0 else products.tensordot(a, b, ([-1], [-min(b.ndim, 2)]))


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.amax: lambda a, axis=None, keepdims=False: reductions.amax(a, axis, keepdims),
    np.amin: lambda a, axis=None, keepdims=False: reductions.amin(a, axis, keepdims),
    np.argmax: lambda a, axis=None, keepdims=False: reductions.argmax(a, axis, keepdims),
    np.argmin: lambda a, axis=None, keepdims=False: reductions.argmin(a, axis, keepdims),
    np.broadcast_to: shaping.broadcast_to,
    np.clip: lambda a, a_min=None, a_max=None, min=None, max=None: elementwise.clamp(
        a, min if a_min is None else a_min, max if a_max is None else a_max
    ),
    np.concatenate: lambda arrays, axis=0: joining.cat(list(map(_as_operand, arrays)), axis),
    np.cumsum: lambda a, axis=None, dtype=None: (
        reductions.cumsum(_in(dtype, shaping.ravel(a) if axis is None else a), axis or 0)
    ),
    np.diag: lambda v, k=0: shaping.diag(v, k),
    np.dot: lambda a, b: _dot(_as_operand(a), _as_operand(b)),
    np.einsum: lambda subscripts, *operands: einsum(subscripts, *map(_as_operand, operands)),
    np.expand_dims: lambda a, axis: shaping.unsqueeze(a, axis),
    np.flip: lambda m, axis=None: repeating.flip(m, tuple(range(m.ndim)) if axis is None else axis),
    np.hstack: lambda tup: joining.hstack(list(map(_as_operand, tup))),
    np.linalg.norm: _norm,
    np.max: lambda a, axis=None, keepdims=False: reductions.amax(a, axis, keepdims),
    np.mean: lambda a, axis=None, dtype=None, keepdims=False: reductions.mean(a, axis, keepdims, dtype=dtype),
    np.min: lambda a, axis=None, keepdims=False: reductions.amin(a, axis, keepdims),
    np.moveaxis: shaping.movedim,
    np.outer: lambda a, b: products.outer(shaping.ravel(_as_operand(a)), shaping.ravel(_as_operand(b))),
    np.prod: lambda a, axis=None, dtype=None, keepdims=False: reductions.prod(
        a, **_along(axis), keepdim=keepdims, dtype=dtype
    ),
    np.ravel: lambda a: shaping.ravel(a),
    np.reshape: lambda a, shape: shaping.reshape(a, shape),
    np.roll: lambda a, shift, axis=None: repeating.roll(a, shift, axis),
    np.round: lambda a, decimals=0: elementwise.round(a, decimals=decimals),
    np.sort: lambda a, axis=-1: ordering.sort(a, axis)[0],
    np.squeeze: lambda a, axis=None: shaping.squeeze(a, **_along(axis)),
    np.stack: lambda arrays, axis=0: joining.stack(list(map(_as_operand, arrays)), axis),
    np.std: lambda a, axis=None, ddof=0, keepdims=False: reductions.std(a, axis, keepdim=keepdims, correction=ddof),
    np.sum: lambda a, axis=None, dtype=None, keepdims=False: reductions.sum(a, axis, keepdims, dtype=dtype),
    np.swapaxes: shaping.transpose,
    np.tensordot: lambda a, b, axes=2: products.tensordot(_as_operand(a), _as_operand(b), axes),
    np.tile: lambda A, reps: repeating.tile(A, reps),
    np.trace: reductions.trace,
    np.transpose: _transpose,
    np.tril: lambda m, k=0: shaping.tril(m, k),
    np.triu: lambda m, k=0: shaping.triu(m, k),
    np.var: lambda a, axis=None, ddof=0, keepdims=False: reductions.var(a, axis, keepdim=keepdims, correction=ddof),
    np.vstack: lambda tup: joining.vstack(list(map(_as_operand, tup))),
    np.where: lambda condition, *choices: indexing.where(_as_operand(condition), *map(_as_operand, choices)),
}
"""NumPy's other functions, and what they are of tensors."""


def call_function(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Compute a NumPy function whose arguments have tensors among them."""
    ours = FUNCTIONS.get(function)
    if ours is not None:
        return ours(*args, **{name: value for name, value in kwargs.items() if value is not None})
    return function(*map(_as_array, args), **{name: _as_array(value) for name, value in kwargs.items()})


def _as_array(x: Any) -> Any:
    """Return an argument with arrays in the place of tensors; RuntimeError for one that requires a gradient."""
    if isinstance(x, TensorBase):
        return x.numpy()  # type: ignore[attr-defined]
    return type(x)(map(_as_array, x)) if type(x) in (list, tuple) else x


class NumpyInterop(TensorBase):
    """The methods of a tensor that NumPy calls, and the array underneath."""

    __slots__ = ()

    def numpy(self) -> Array:
        """Return the array underneath: the same memory, so that a write into either is a write into both.

        Raises:
            RuntimeError: the tensor requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.numpy.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.0, 2.0]).numpy()
            array([1., 2.], dtype=float32)
        """
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        refuse_to_replay("it takes the values of a tensor as an array")
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        """Let NumPy's universal functions work on tensors: ``np.exp(t)``, ``array * t``."""
        return call_ufunc(ufunc, method, inputs, out, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Let NumPy's other functions work on tensors: ``np.sum(t, axis=0)``."""
        return call_function(function, args, kwargs)
