"""The Tensor: an array that remembers how it was made."""

from __future__ import annotations

import math
from builtins import bool as Bool
from builtins import float as Float
from builtins import int as Int
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from . import dtypes, ops, printing, random
from .backward import backward
from .dtypes import dtype as DType
from .engine import Node
from .grad_mode import grad_mode
from .ops import Op
from .recording import (
    Array,
    TensorBase,
    apply,
    as_array,
    as_operand,
    edge_of,
    is_operand,
    places_in,
    refresh,
    refuse_write,
    scaled,
    twin,
    wrap,
)
from .shapes import Size, axes_of, axis_of, inferred, shape_from

Dim = int | Sequence[int] | None
Number = bool | int | float


class ValuesAndIndices(NamedTuple):
    """What a choice along one dimension returns: the chosen values, and where they were."""

    values: Tensor
    indices: Tensor


class Tensor(TensorBase):
    """An n-dimensional array of one dtype, with PyTorch's names and PyTorch's meaning.

    Where an input of an operation requires a gradient, the operation is recorded, and ``backward()`` on what becomes
    of it fills the ``.grad`` of the leaves.

    Args:
        *data: values (nested sequences, an array), which become the default float dtype; or the sizes of a tensor
            whose values are not initialised.

    Attributes:
        array: the NumPy array underneath.
        grad: the accumulated gradient of a leaf, a Tensor of the same shape, or None.
        grad_fn: the Node of the operation that made this tensor; None for a leaf.
        base: the tensor that this one is a view of, or None.

    Source: https://pytorch.org/docs/stable/tensors.html

    Example:
        >>> x = Tensor([1.0, 2.0, 3.0]).requires_grad_()
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4., 6.])
    """

    __slots__ = ()

    def __new__(cls, *data: Any) -> Self:
        """Make a tensor of values or of sizes."""
        dtype = dtypes.get_default_dtype().numpy
        if len(data) == 1 and not isinstance(data[0], int):
            return wrap(np.array(as_values(data[0]), dtype), cls)
        return wrap(np.empty(shape_from(data), dtype), cls)

    # ---- what it is --------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The size of every dimension."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return dtypes.from_numpy(self.array.dtype)

    @property
    def ndim(self) -> Int:
        """The number of dimensions."""
        return self.array.ndim

    @property
    def requires_grad(self) -> Bool:
        """Whether operations on this tensor are recorded."""
        return self._requires_grad or edge_of(self) is not None

    @requires_grad.setter
    def requires_grad(self, value: Bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: Bool = True) -> Self:
        """Say whether a gradient is wanted for this leaf; RuntimeError for integers and for results of operations."""
        if requires_grad and self.array.dtype.kind != "f":
            raise RuntimeError(f"only Tensors of floating point dtype can require gradients, but got {self.dtype}")
        if self.grad_fn is not None and not requires_grad:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        self._requires_grad = self.grad_fn is None and requires_grad
        return self

    @property
    def is_leaf(self) -> Bool:
        """Whether this tensor was made by the user rather than by a recorded operation."""
        return not isinstance(edge_of(self), Node)

    @property
    def data(self) -> Tensor:
        """The same memory without the history; writes through it go unnoticed by the graph."""
        return wrap(self.array)

    @data.setter
    def data(self, other: Tensor) -> None:
        self.array = other.array
        self.note_write()

    def size(self, dim: Int | None = None) -> Any:
        """Return the shape, or the size of one dimension."""
        return self.shape if dim is None else self.array.shape[axis_of(dim, self.ndim)]

    def dim(self) -> Int:
        """Return the number of dimensions."""
        return self.array.ndim

    def numel(self) -> Int:
        """Return the number of elements."""
        return self.array.size

    # ---- out of the graph, and out of minigrad -----------------------------------------------------------------------

    def detach(self) -> Tensor:
        """Return the same memory without the history; the graph notices writes through it."""
        out = wrap(self.array)
        out.memory = self.get_memory()
        return out

    def detach_(self) -> Self:
        """Cut this tensor off its history."""
        self.grad_fn = None
        self._requires_grad = False
        return self

    def numpy(self) -> Array:
        """Return the array underneath, sharing memory; RuntimeError where a gradient is required."""
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return self.array

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return self.array.item()

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers."""
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: Bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        """Let NumPy's own functions work on tensors: ``np.exp(t)``, ``array * t``."""
        if out is not None:
            raise TypeError(f"np.{ufunc.__name__} cannot write a Tensor's result into an array: use array = array + t")
        op = OPS_BY_UFUNC.get(ufunc)
        if op is None or method != "__call__" or kwargs:
            return NotImplemented
        return apply(op, *inputs)

    def __record__(self, op: Op, *inputs: Any, **params: Any) -> Tensor:
        return apply(op, *inputs, **params)

    def __float__(self) -> Float:
        return float(self.item())

    def __int__(self) -> Int:
        return int(self.item())

    def __index__(self) -> Int:
        if self.array.dtype.kind not in "biu":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> Bool:
        if self.array.size != 1:
            raise RuntimeError(f"Boolean value of Tensor with {self.array.size} values is ambiguous")
        return bool(self.array.item())

    def __len__(self) -> Int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __contains__(self, element: Any) -> Bool:
        return bool(np.any(self.array == as_array(element)))

    def __repr__(self) -> str:
        return printing.tensor_repr(self)

    def __format__(self, spec: str) -> str:
        is_number = type(self) is Tensor and self.array.ndim == 0
        return format(self.item(), spec) if is_number else object.__format__(self, spec)

    __hash__ = object.__hash__

    def __deepcopy__(self, memo: dict[Int, Any]) -> Self:
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user support the deepcopy protocol")
        copy = wrap(self.array.copy(), type(self))
        copy._requires_grad = self._requires_grad
        copy.grad = None if self.grad is None else wrap(self.grad.array.copy())
        memo[id(self)] = copy
        return copy

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise RuntimeError("Only leaf Tensors can be pickled: call detach() first")
        return rebuilt, (type(self), self.array, self._requires_grad)

    # ---- the backward pass -------------------------------------------------------------------------------------------

    def backward(
        self, gradient: Tensor | None = None, retain_graph: Bool | None = None, create_graph: Bool = False
    ) -> None:
        """Add the gradient of this tensor to the ``.grad`` of every leaf that it was made from.

        Args:
            gradient: dL/d(self), of this tensor's shape; 1 where this tensor has one element and none is given.
            retain_graph: keep the graph for another pass; as `create_graph` unless given.
            create_graph: record the pass itself, so that the gradients can be differentiated again.

        Raises:
            RuntimeError: no gradient is required, or none is given for more than one element, or its shape differs;
                or the graph was freed, or a saved value overwritten.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html

        Example:
            >>> w = Tensor([3.0]).requires_grad_()
            >>> (w**2).backward()
            >>> w.grad
            tensor([6.])
        """
        backward([self], [gradient], retain_graph, create_graph)

    # ---- writing in place --------------------------------------------------------------------------------------------

    def _in_place(self, op: Op, *others: Any, **params: Any) -> Self:
        """Compute op(self, *others) into this tensor's own memory, and take the result's place in the graph."""
        refuse_write(self)
        before = twin(self)
        if grad_mode.enabled and op.keeps_inputs:
            before.array = self.array.copy()  # a rule reads the values that are about to go
        result = apply(op, before, *others, **params)
        if result.array.shape != self.array.shape:
            own, broadcast = list(self.array.shape), list(result.array.shape)
            raise RuntimeError(f"output with shape {own} doesn't match the broadcast shape {broadcast}")
        if not dtypes.can_cast(result.array.dtype, self.array.dtype):
            raise RuntimeError(f"result type {result.dtype} can't be cast to the desired output type {self.dtype}")
        result = result.to(self.dtype)
        self.array[...] = result.array
        self.note_write()
        if result.grad_fn is not None:
            self._rebase(result)
        return self

    def _rebase(self, result: Tensor) -> None:
        """Let the history be that of `result`, whose values were just written here; a view passes it to its base."""
        self._requires_grad = False
        if self.base is None:
            self.grad_fn = result.grad_fn
            return
        places = places_in(self.base.array, self.array)
        flat = apply(ops.setitem, twin(self.base).reshape(-1), result.reshape(-1), index=places.reshape(-1))
        self.base._rebase(flat.reshape(self.base.array.shape))
        refresh(self)

    def __setitem__(self, index: Any, value: Any) -> None:
        index = as_index(index)
        value = as_operand(value)
        refuse_write(self)
        if grad_mode.enabled and (self.requires_grad or (isinstance(value, Tensor) and value.requires_grad)):
            self._in_place(ops.setitem, without_leading_ones(value, self.array[index].ndim), index=index)
        else:
            self.array[index] = as_array(value)
            self.note_write()

    def copy_(self, src: Tensor) -> Self:
        """Overwrite with the values of `src`, broadcast and converted."""
        self[...] = src
        return self

    def fill_(self, value: Any) -> Self:
        """Overwrite every element with one value."""
        self[...] = value
        return self

    def zero_(self) -> Self:
        """Overwrite every element with 0."""
        return self.fill_(0)

    def _redraw(self, values: Array) -> Self:
        """Overwrite with drawn values."""
        return self.copy_(wrap(values))

    def normal_(self, mean: Float = 0.0, std: Float = 1.0, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with draws from N(mean, std²); std >= 0."""
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
        source = generator or random.default_generator
        return self._redraw(source.normal(self.array.shape, self.array.dtype, mean, std))

    def uniform_(self, a: Float = 0.0, b: Float = 1.0, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with draws from [a, b)."""
        if not a <= b:
            raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a} > to={b}")
        source = generator or random.default_generator
        return self._redraw(source.uniform(self.array.shape, self.array.dtype, a, b))

    def bernoulli_(self, p: Float = 0.5, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with 1 with probability p, else 0; p in [0, 1]."""
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
        source = generator or random.default_generator
        return self._redraw(source.bernoulli(p, self.array.shape))

    # ---- arithmetic --------------------------------------------------------------------------------------------------

    def add(self, other: Any, *, alpha: Number = 1) -> Tensor:
        """Return self + alpha · other."""
        return apply(ops.add, self, scaled(other, alpha))

    def sub(self, other: Any, *, alpha: Number = 1) -> Tensor:
        """Return self - alpha · other."""
        return apply(ops.sub, self, scaled(other, alpha))

    def mul(self, other: Any) -> Tensor:
        """Return self · other, element by element."""
        return apply(ops.mul, self, as_operand(other))

    def div(self, other: Any) -> Tensor:
        """Return self / other, element by element."""
        return apply(ops.div, self, as_operand(other))

    def pow(self, exponent: Any) -> Tensor:
        """Return self to the power of a number or of a tensor."""
        if isinstance(exponent, Tensor):
            return apply(ops.pow, self, exponent)
        exponent = as_number(exponent)
        if self.array.dtype.kind != "f" and isinstance(exponent, float):
            return self.to(dtypes.get_default_dtype()).pow(exponent)
        return apply(ops.power, self, exponent=exponent)

    def neg(self) -> Tensor:
        """Return -self."""
        return apply(ops.neg, self)

    def matmul(self, other: Tensor) -> Tensor:
        """Return the product of matrices, of vectors, or of both, broadcast over leading dimensions.

        Source: https://pytorch.org/docs/stable/generated/torch.matmul.html
        """
        other = as_tensor(other)
        a, b = self.array.shape, other.array.shape
        if not a or not b:
            raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D")
        if a[-1] != b[-2 if len(b) > 1 else 0]:
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_by(a)} and {_by(b)})")
        if len(a) == 1:
            return self.unsqueeze(0).matmul(other).squeeze(-2 if len(b) > 1 else 0)
        if len(b) == 1:
            return self.matmul(other.unsqueeze(1)).squeeze(-1)
        return apply(ops.matmul, self, other)

    def mm(self, mat2: Tensor) -> Tensor:
        """Return the product of two matrices."""
        if self.array.ndim != 2 or mat2.array.ndim != 2:
            raise RuntimeError(f"mm: both must be matrices, but they are {self.array.ndim}D and {mat2.array.ndim}D")
        return self.matmul(mat2)

    def square(self) -> Tensor:
        """Return the square of each element."""
        return apply(ops.square, self)

    def sqrt(self) -> Tensor:
        """Return the square root of each element."""
        return apply(ops.sqrt, self)

    def rsqrt(self) -> Tensor:
        """Return 1/sqrt(x) for each element."""
        return apply(ops.rsqrt, self)

    def reciprocal(self) -> Tensor:
        """Return 1/x for each element."""
        return apply(ops.reciprocal, self)

    def exp(self) -> Tensor:
        """Return e to the power of each element."""
        return apply(ops.exp, self)

    def expm1(self) -> Tensor:
        """Return exp(x) - 1 for each element, exact for small x."""
        return apply(ops.expm1, self)

    def log(self) -> Tensor:
        """Return the natural logarithm of each element."""
        return apply(ops.log, self)

    def log1p(self) -> Tensor:
        """Return log(1 + x) for each element, exact for small x."""
        return apply(ops.log1p, self)

    def log2(self) -> Tensor:
        """Return the logarithm to base 2 of each element."""
        return apply(ops.log2, self)

    def log10(self) -> Tensor:
        """Return the logarithm to base 10 of each element."""
        return apply(ops.log10, self)

    def sin(self) -> Tensor:
        """Return the sine of each element, in radians."""
        return apply(ops.sin, self)

    def cos(self) -> Tensor:
        """Return the cosine of each element, in radians."""
        return apply(ops.cos, self)

    def tan(self) -> Tensor:
        """Return the tangent of each element, in radians."""
        return apply(ops.tan, self)

    def sinh(self) -> Tensor:
        """Return the hyperbolic sine of each element."""
        return apply(ops.sinh, self)

    def cosh(self) -> Tensor:
        """Return the hyperbolic cosine of each element."""
        return apply(ops.cosh, self)

    def tanh(self) -> Tensor:
        """Return the hyperbolic tangent of each element."""
        return apply(ops.tanh, self)

    def sigmoid(self) -> Tensor:
        """Return 1/(1 + exp(-x)) for each element."""
        return apply(ops.sigmoid, self)

    def relu(self) -> Tensor:
        """Return max(x, 0) for each element."""
        return apply(ops.relu, self)

    def abs(self) -> Tensor:
        """Return the absolute value of each element."""
        return apply(ops.abs, self)

    def sign(self) -> Tensor:
        """Return -1, 0 or 1 for each element."""
        return apply(ops.sign, self)

    def floor(self) -> Tensor:
        """Return the largest integer below each element."""
        return apply(ops.floor, self)

    def ceil(self) -> Tensor:
        """Return the smallest integer above each element."""
        return apply(ops.ceil, self)

    def trunc(self) -> Tensor:
        """Return each element without its fraction."""
        return apply(ops.trunc, self)

    def round(self) -> Tensor:
        """Return the nearest integer of each element, halves to even."""
        return apply(ops.round, self)

    def maximum(self, other: Tensor) -> Tensor:
        """Return the larger of each pair of elements; ties share the gradient."""
        return apply(ops.maximum, self, other)

    def minimum(self, other: Tensor) -> Tensor:
        """Return the smaller of each pair of elements; ties share the gradient."""
        return apply(ops.minimum, self, other)

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """Return each element moved into [min, max]; at least one bound is a number."""
        if min is None and max is None:
            raise RuntimeError("clamp: at least one of 'min' or 'max' must not be None")
        out = self if min is None else apply(ops.clamp_min, self, bound=as_number(min))
        return out if max is None else apply(ops.clamp_max, out, bound=as_number(max))

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Return self where the condition holds, other elsewhere."""
        return apply(ops.where, condition, self, as_operand(other))

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """Return self with `value` where the mask is true."""
        return apply(ops.where, mask, as_operand(value), self)

    def __add__(self, other: Any) -> Tensor:
        return apply(ops.add, self, other) if is_operand(other) else NotImplemented

    def __radd__(self, other: Any) -> Tensor:
        return apply(ops.add, other, self) if is_operand(other) else NotImplemented

    def __sub__(self, other: Any) -> Tensor:
        return apply(ops.sub, self, other) if is_operand(other) else NotImplemented

    def __rsub__(self, other: Any) -> Tensor:
        return apply(ops.sub, other, self) if is_operand(other) else NotImplemented

    def __mul__(self, other: Any) -> Tensor:
        return apply(ops.mul, self, other) if is_operand(other) else NotImplemented

    def __rmul__(self, other: Any) -> Tensor:
        return apply(ops.mul, other, self) if is_operand(other) else NotImplemented

    def __truediv__(self, other: Any) -> Tensor:
        return apply(ops.div, self, other) if is_operand(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Tensor:
        return apply(ops.div, other, self) if is_operand(other) else NotImplemented

    def __pow__(self, exponent: Any) -> Tensor:
        return self.pow(exponent) if is_operand(exponent) else NotImplemented

    def __rpow__(self, base: Any) -> Tensor:
        return apply(ops.pow, base, self) if is_operand(base) else NotImplemented

    def __matmul__(self, other: Any) -> Tensor:
        return self.matmul(other) if isinstance(other, Tensor) else NotImplemented

    def __neg__(self) -> Tensor:
        return apply(ops.neg, self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return apply(ops.abs, self)

    # ---- arithmetic in place -----------------------------------------------------------------------------------------

    def add_(self, other: Any, *, alpha: Number = 1) -> Self:
        """Add alpha · other in place."""
        return self._in_place(ops.add, scaled(other, alpha))

    def sub_(self, other: Any, *, alpha: Number = 1) -> Self:
        """Subtract alpha · other in place."""
        return self._in_place(ops.sub, scaled(other, alpha))

    def mul_(self, other: Any) -> Self:
        """Multiply by other in place."""
        return self._in_place(ops.mul, as_operand(other))

    def div_(self, other: Any) -> Self:
        """Divide by other in place."""
        return self._in_place(ops.div, as_operand(other))

    def pow_(self, exponent: Number) -> Self:
        """Raise to a power in place."""
        return self._in_place(ops.power, exponent=as_number(exponent))

    def neg_(self) -> Self:
        """Change the sign in place."""
        return self._in_place(ops.neg)

    def exp_(self) -> Self:
        """Replace each element by e to its power."""
        return self._in_place(ops.exp)

    def sqrt_(self) -> Self:
        """Replace each element by its square root."""
        return self._in_place(ops.sqrt)

    def relu_(self) -> Self:
        """Replace each negative element by 0."""
        return self._in_place(ops.relu)

    def sigmoid_(self) -> Self:
        """Replace each element by its sigmoid."""
        return self._in_place(ops.sigmoid)

    def tanh_(self) -> Self:
        """Replace each element by its hyperbolic tangent."""
        return self._in_place(ops.tanh)

    def clamp_(self, min: Any = None, max: Any = None) -> Self:
        """Move each element into [min, max] in place."""
        if min is None and max is None:
            raise RuntimeError("clamp_: at least one of 'min' or 'max' must not be None")
        if min is not None:
            self._in_place(ops.clamp_min, bound=as_number(min))
        return self if max is None else self._in_place(ops.clamp_max, bound=as_number(max))

    def __iadd__(self, other: Any) -> Self:
        return self.add_(other)

    def __isub__(self, other: Any) -> Self:
        return self.sub_(other)

    def __imul__(self, other: Any) -> Self:
        return self.mul_(other)

    def __itruediv__(self, other: Any) -> Self:
        return self.div_(other)

    def __ipow__(self, exponent: Any) -> Self:
        return self.pow_(exponent)

    # ---- questions ---------------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return apply(ops.eq, self, other) if is_operand(other) else NotImplemented

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return apply(ops.ne, self, other) if is_operand(other) else NotImplemented

    def __lt__(self, other: Any) -> Tensor:
        return apply(ops.lt, self, other) if is_operand(other) else NotImplemented

    def __le__(self, other: Any) -> Tensor:
        return apply(ops.le, self, other) if is_operand(other) else NotImplemented

    def __gt__(self, other: Any) -> Tensor:
        return apply(ops.gt, self, other) if is_operand(other) else NotImplemented

    def __ge__(self, other: Any) -> Tensor:
        return apply(ops.ge, self, other) if is_operand(other) else NotImplemented

    def __invert__(self) -> Tensor:
        return wrap(~self.array)

    def __and__(self, other: Any) -> Tensor:
        return wrap(self.array & as_array(other))

    def __or__(self, other: Any) -> Tensor:
        return wrap(self.array | as_array(other))

    def eq(self, other: Any) -> Tensor:
        """Return where the elements are equal."""
        return apply(ops.eq, self, as_operand(other))

    def isnan(self) -> Tensor:
        """Return where the elements are not a number."""
        return apply(ops.isnan, self)

    def isinf(self) -> Tensor:
        """Return where the elements are infinite."""
        return apply(ops.isinf, self)

    def isfinite(self) -> Tensor:
        """Return where the elements are finite."""
        return apply(ops.isfinite, self)

    def equal(self, other: Tensor) -> Bool:
        """Return whether both have the same shape and the same elements."""
        return np.array_equal(self.array, other.array)

    def allclose(self, other: Tensor, rtol: Float = 1e-5, atol: Float = 1e-8, equal_nan: Bool = False) -> Bool:
        """Return whether |self - other| <= atol + rtol · |other| everywhere."""
        return np.allclose(self.array, other.array, rtol, atol, equal_nan)

    def all(self) -> Tensor:
        """Return whether every element is true."""
        return self._answer(self.array.all())

    def any(self) -> Tensor:
        """Return whether any element is true."""
        return self._answer(self.array.any())

    def _answer(self, holds: Any) -> Tensor:
        return wrap(np.asarray(holds, np.uint8 if self.array.dtype == np.uint8 else np.bool_))

    # ---- reductions --------------------------------------------------------------------------------------------------

    def sum(
        self, dim: Dim = None, keepdim: Bool = False, *, dtype: Any = None, axis: Dim = None, keepdims: Bool = False
    ) -> Tensor:
        """Return the sum over some dimensions, or over all; integers add up to int64."""
        x = self._widened() if dtype is None else self.to(dtype)
        axes = axes_of(axis if dim is None else dim, x.array.ndim)
        return apply(ops.sum, x, axis=axes, keepdims=keepdim or keepdims, shape=x.array.shape)

    def _widened(self) -> Tensor:
        """Return integers and booleans as int64, the dtype in which PyTorch adds them up."""
        return self if self.array.dtype.kind == "f" else self.to(dtypes.int64)

    def mean(
        self, dim: Dim = None, keepdim: Bool = False, *, dtype: Any = None, axis: Dim = None, keepdims: Bool = False
    ) -> Tensor:
        """Return the mean over some dimensions, or over all; of floats only."""
        x = self if dtype is None else self.to(dtype)
        if x.array.dtype.kind != "f":
            raise RuntimeError(f"mean(): Input dtype must be floating point. Got: {x.dtype}")
        axes = axes_of(axis if dim is None else dim, x.array.ndim)
        return apply(ops.mean, x, axis=axes, keepdims=keepdim or keepdims, shape=x.array.shape)

    def var(
        self, dim: Dim = None, *, correction: Int = 1, unbiased: Bool | None = None, keepdim: Bool = False
    ) -> Tensor:
        """Return the variance: the sum of squared deviations over (number of values - correction)."""
        correction = correction if unbiased is None else int(unbiased)
        axes = axes_of(dim, self.array.ndim)
        count = math.prod([self.array.shape[i] for i in axes])
        deviations = apply(ops.squared_difference, self, self.mean(axes, keepdim=True))
        return deviations.sum(axes, keepdim) / (max(count - correction, 0) or math.nan)

    def std(
        self, dim: Dim = None, *, correction: Int = 1, unbiased: Bool | None = None, keepdim: Bool = False
    ) -> Tensor:
        """Return the standard deviation, the square root of `var`."""
        return self.var(dim, correction=correction, unbiased=unbiased, keepdim=keepdim).sqrt()

    def norm(self, p: Float = 2, dim: Dim = None, keepdim: Bool = False) -> Tensor:
        """Return (sum |x|^p)^(1/p) over some dimensions, or over all; its slope at 0 is taken as 0."""
        if p == 1:
            return self.abs().sum(dim, keepdim)
        if p == math.inf:
            return self.abs().amax(dim, keepdim)
        total = (self.square() if p == 2 else self.abs().pow(p)).sum(dim, keepdim)
        # The root has an infinite slope at 0, and infinity times 0 is NaN: there, take the root of a constant.
        return apply(ops.where, total == 0, 0.0, apply(ops.where, total == 0, 1.0, total).pow(1 / p))

    def amax(self, dim: Dim = None, keepdim: Bool = False) -> Tensor:
        """Return the largest value over some dimensions, or over all; ties share the gradient."""
        return self._reduce_kept(ops.amax, dim, keepdim)

    def amin(self, dim: Dim = None, keepdim: Bool = False) -> Tensor:
        """Return the smallest value over some dimensions, or over all; ties share the gradient."""
        return self._reduce_kept(ops.amin, dim, keepdim)

    def logsumexp(self, dim: Dim, keepdim: Bool = False) -> Tensor:
        """Return log(sum(exp(x))) over some dimensions, without overflow."""
        return self._reduce_kept(ops.logsumexp, dim, keepdim)

    def _reduce_kept(self, op: Op, dim: Dim, keepdim: Bool) -> Tensor:
        """Apply a reduction that keeps its dimensions, and drop them if they are not wanted."""
        shape = self.array.shape
        axes = axes_of(dim, len(shape))
        if op is not ops.logsumexp and not all(shape[i] for i in axes):
            kind = RuntimeError if dim is None else IndexError
            raise kind(f"{op.name}(): Expected reduction dim to have non-zero size, but the shape is {list(shape)}")
        out = apply(op, self, axis=axes)
        return out if keepdim else out.reshape([n for i, n in enumerate(shape) if i not in axes])

    def max(self, dim: Any = None, keepdim: Bool = False) -> Any:
        """Return the largest element; along a dimension, also where it is; with another tensor, of each pair."""
        if isinstance(dim, Tensor):
            return self.maximum(dim)
        return self.amax() if dim is None else self._chosen(self.argmax(dim, keepdim=True), dim, keepdim)

    def min(self, dim: Any = None, keepdim: Bool = False) -> Any:
        """Return the smallest element; along a dimension, also where it is; with another tensor, of each pair."""
        if isinstance(dim, Tensor):
            return self.minimum(dim)
        return self.amin() if dim is None else self._chosen(self.argmin(dim, keepdim=True), dim, keepdim)

    def _chosen(self, indices: Tensor, dim: Int, keepdim: Bool) -> ValuesAndIndices:
        values = self.take_along_dim(indices, dim)
        if not keepdim:
            values, indices = values.squeeze(dim), indices.squeeze(dim)
        return ValuesAndIndices(values, indices)

    def argmax(self, dim: Any = None, keepdim: Bool = False) -> Tensor:
        """Return where the largest element is, counted in the flat tensor or along one dimension."""
        return wrap(np.asarray(self._nonempty(dim, "argmax").argmax(dim, keepdims=keepdim), np.int64))

    def argmin(self, dim: Any = None, keepdim: Bool = False) -> Tensor:
        """Return where the smallest element is, counted in the flat tensor or along one dimension."""
        return wrap(np.asarray(self._nonempty(dim, "argmin").argmin(dim, keepdims=keepdim), np.int64))

    def _nonempty(self, dim: Int | None, name: str) -> Array:
        if not (self.array.size if dim is None else self.size(dim)):
            shape = list(self.array.shape)
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size, but the shape is {shape}")
        return self.array

    def cumsum(self, dim: Int) -> Tensor:
        """Return the running sum along one dimension."""
        axis, x = axis_of(dim, self.array.ndim), self._widened()
        return apply(ops.cumsum, x, axis=axis) if x.array.ndim else x.clone()

    def softmax(self, dim: Int) -> Tensor:
        """Return exp(x) / sum(exp(x)) along one dimension, without overflow."""
        return apply(ops.softmax, self, axis=axis_of(dim, self.array.ndim))

    def log_softmax(self, dim: Int) -> Tensor:
        """Return log(softmax(x)) along one dimension, without overflow."""
        return apply(ops.log_softmax, self, axis=axis_of(dim, self.array.ndim))

    # ---- shape -------------------------------------------------------------------------------------------------------

    def reshape(self, *shape: Any) -> Tensor:
        """Return the same elements in another shape, one size of which may be -1; a view where possible."""
        old = self.array.shape
        sizes = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return apply(ops.reshape, self, shape=inferred(tuple(sizes), self.array.size), old=old)

    def view(self, *shape: Any) -> Tensor:
        """Return a view in another shape; RuntimeError where the memory's layout allows none."""
        out = self.reshape(*shape)
        if out.array.size and not np.may_share_memory(out.array, self.array):
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride. Use .reshape(...) instead."
            )
        return out

    def view_as(self, other: Tensor) -> Tensor:
        """Return a view in the shape of another tensor."""
        return self.view(other.array.shape)

    def flatten(self, start_dim: Int = 0, end_dim: Int = -1) -> Tensor:
        """Return the tensor with a range of dimensions made one."""
        shape = self.array.shape or (1,)
        start, end = axis_of(start_dim, len(shape)), axis_of(end_dim, len(shape))
        if start > end:
            raise RuntimeError(f"flatten() has invalid args: start_dim {start_dim} comes after end_dim {end_dim}")
        return self.reshape(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def squeeze(self, dim: Dim = None) -> Tensor:
        """Return the tensor without its dimensions of size 1, or without the named ones of these."""
        axes = axes_of(dim, self.array.ndim)
        return self.reshape([n for i, n in enumerate(self.array.shape) if n != 1 or i not in axes])

    def unsqueeze(self, dim: Int) -> Tensor:
        """Return the tensor with a dimension of size 1 more."""
        axis = axis_of(dim, self.array.ndim + 1)
        return self.reshape([*self.array.shape[:axis], 1, *self.array.shape[axis:]])

    def unsqueeze_(self, dim: Int) -> Self:
        """Insert a dimension of size 1 in place."""
        return self._replaced_by(self.unsqueeze(dim))

    def squeeze_(self, dim: Dim = None) -> Self:
        """Remove dimensions of size 1 in place."""
        return self._replaced_by(self.squeeze(dim))

    def _replaced_by(self, view: Tensor) -> Self:
        """Become a view of what this tensor was."""
        refuse_write(self)
        self.array, self.grad_fn, self.memory = view.array, view.grad_fn, view.memory
        return self

    def transpose(self, dim0: Int, dim1: Int) -> Tensor:
        """Return a view with two dimensions exchanged."""
        ndim = self.array.ndim
        if ndim == 0:
            return self.reshape(())
        return apply(ops.swapaxes, self, axis1=axis_of(dim0, ndim), axis2=axis_of(dim1, ndim))

    swapaxes = transpose

    def t(self) -> Tensor:
        """Return a matrix transposed; a vector as it is."""
        if self.array.ndim > 2:
            raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.array.ndim}D")
        return self.transpose(0, 1) if self.array.ndim == 2 else self

    @property
    def T(self) -> Tensor:
        """The tensor with its dimensions reversed."""
        return self.permute(*range(self.array.ndim - 1, -1, -1))

    @property
    def mT(self) -> Tensor:
        """The tensor with its last two dimensions exchanged."""
        if self.array.ndim < 2:
            raise RuntimeError(
                f"tensor.mT is only supported on matrices or batches of matrices. Got {self.array.ndim}-D tensor."
            )
        return self.transpose(-2, -1)

    def permute(self, *dims: Any) -> Tensor:
        """Return a view with the dimensions in this order."""
        order = dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims
        axes = tuple([axis_of(d, self.array.ndim) for d in order])
        if sorted(axes) != list(range(self.array.ndim)):
            raise RuntimeError(f"permute(dims): {list(order)} is no order of the {self.array.ndim} dimensions")
        return apply(ops.permute, self, axes=axes)

    def expand(self, *sizes: Any) -> Tensor:
        """Return a view in which dimensions of size 1 are repeated; -1 leaves a dimension as it is."""
        target = list(sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes)
        own = self.array.shape
        new = len(target) - len(own)
        if new < 0:
            raise RuntimeError(f"expand: {target} has fewer dimensions than the tensor's shape {list(own)}")
        shape = tuple([own[i - new] if n == -1 and i >= new else n for i, n in enumerate(target)])
        for i, n in enumerate(own):
            if n not in (1, shape[new + i]):
                raise RuntimeError(
                    f"The expanded size of the tensor ({shape[new + i]}) must match the existing size ({n}) at "
                    f"dimension {new + i}"
                )
        return apply(ops.expand, self, shape=shape)

    def expand_as(self, other: Tensor) -> Tensor:
        """Return a view expanded to the shape of another tensor."""
        return self.expand(other.array.shape)

    broadcast_to = expand

    def flip(self, *dims: Any) -> Tensor:
        """Return a copy reversed along some dimensions."""
        return apply(ops.flip, self, axis=axes_of(dims[0] if not isinstance(dims[0], int) else dims, self.array.ndim))

    def __getitem__(self, index: Any) -> Tensor:
        return apply(ops.getitem, self, index=as_index(index), shape=self.array.shape)

    def take_along_dim(self, indices: Tensor, dim: Int) -> Tensor:
        """Return the element along `dim` that each place of an integer tensor of the same rank names."""
        axis, own, index = axis_of(dim, self.array.ndim), list(self.array.shape), indices.array
        wanted = list(np.broadcast_shapes([*own[:axis], 1, *own[axis + 1 :]], index.shape))
        index = np.array(np.broadcast_to(index, [*wanted[:axis], index.shape[axis], *wanted[axis + 1 :]]))
        x = self.expand([*wanted[:axis], own[axis], *wanted[axis + 1 :]])
        return apply(ops.take_along, x, index=index, axis=axis, shape=x.array.shape)

    def unbind(self, dim: Int = 0) -> tuple[Tensor, ...]:
        """Return the slices along one dimension."""
        before = (slice(None),) * axis_of(dim, self.array.ndim)
        return tuple([self[(*before, i)] for i in range(self.size(dim))])

    # ---- copies and conversions --------------------------------------------------------------------------------------

    def clone(self) -> Tensor:
        """Return a copy through which the gradient flows."""
        return apply(ops.clone, self)

    def contiguous(self) -> Tensor:
        """Return the tensor with its elements in memory in the order of its indices."""
        return self if self.array.flags.c_contiguous else self.clone()

    def is_contiguous(self) -> Bool:
        """Return whether the elements are in memory in the order of their indices."""
        return self.array.flags.c_contiguous

    def to(self, *args: Any, dtype: Any = None, copy: Bool = False, **ignored: Any) -> Tensor:
        """Return the tensor in another dtype; a device is accepted where it is the CPU.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
        """
        for arg in args:
            if isinstance(arg, Tensor):
                dtype = arg.dtype
            elif isinstance(arg, DType | np.dtype):
                dtype = arg
        target = self.array.dtype if dtype is None else dtypes.to_numpy(dtype)
        if target == self.array.dtype:
            return self.clone() if copy else self
        return apply(ops.cast, self, dtype=target, old=self.array.dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """Return the tensor in the dtype of another one."""
        return self.to(other.dtype)

    def half(self) -> Tensor:
        """Return the tensor as float16."""
        return self.to(dtypes.float16)

    def float(self) -> Tensor:
        """Return the tensor as float32."""
        return self.to(dtypes.float32)

    def double(self) -> Tensor:
        """Return the tensor as float64."""
        return self.to(dtypes.float64)

    def int(self) -> Tensor:
        """Return the tensor as int32."""
        return self.to(dtypes.int32)

    def long(self) -> Tensor:
        """Return the tensor as int64."""
        return self.to(dtypes.int64)

    def bool(self) -> Tensor:
        """Return where the elements are not 0."""
        return self.to(dtypes.bool_)

    def cpu(self) -> Tensor:
        """Return the tensor itself: it is on the CPU already."""
        return self


TensorBase.result = Tensor

OPS_BY_UFUNC = {op.forward: op for op in ops.TABLE.values() if isinstance(op.forward, np.ufunc)}


def as_tensor(x: Any) -> Tensor:
    """Return a tensor as it is, and an array as a tensor that shares its memory."""
    if isinstance(x, Tensor):
        return x
    array = np.asarray(x)
    dtypes.from_numpy(array.dtype)
    return wrap(array)


def as_values(data: Any) -> Any:
    """Return data in a form that np.array copies from."""
    return data.array if isinstance(data, Tensor) else data


def without_leading_ones(value: Any, ndim: int) -> Any:
    """Return a value without the leading dimensions of size 1 that it has beyond those of the place it goes to."""
    while isinstance(value, Tensor) and value.ndim > ndim and value.array.shape[0] == 1:
        value = value.squeeze(0)
    return value


def as_number(x: Any) -> Any:
    """Return a number as Python's own: NumPy's would decide the dtype of the result."""
    return x.item() if isinstance(x, np.generic | Tensor) else x


def as_index(index: Any) -> Any:
    """Return an index as NumPy takes it; one that would pick a NumPy scalar picks a 0-d view."""
    if isinstance(index, slice):
        return index
    parts = tuple([_index_part(part) for part in (index if isinstance(index, tuple) else (index,))])
    has_ellipsis = any(part is Ellipsis for part in parts)
    return parts if has_ellipsis else (*parts, Ellipsis)


def _index_part(part: Any) -> Any:
    if isinstance(part, Tensor):
        part = part.array.copy()  # what happens to the index later must not matter to the backward pass
    elif isinstance(part, np.ndarray):
        part = part.copy()
    elif isinstance(part, list):
        part = np.array(part, None if part else np.intp)
    if isinstance(part, np.integer) or (isinstance(part, np.ndarray) and part.ndim == 0 and part.dtype.kind in "iu"):
        return int(part)
    return part


def _by(shape: Sequence[int]) -> str:
    return "x".join(str(n) for n in shape)


def rebuilt(cls: type[Tensor], array: Array, requires_grad: bool) -> Tensor:
    """Make a leaf again that was pickled."""
    return wrap(array, cls).requires_grad_(requires_grad)
