"""The Tensor: an array that remembers how it was made."""

from __future__ import annotations

from builtins import bool as Bool, float as Float, int as Int
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Self

import numpy as np

from . import devices, dtypes, hooks, ops, printing, random
from .backward import edges_of, explain
from .copies import Place, memory_parts, placed
from .core import graph
from .dtypes import dtype as DType
from .engine import Memory, Node
from .functions import draws, elementwise, indexing, products, reductions, shaping
from .inplace import assign, in_place
from .listening import refuse_to_replay
from .numpy_functions import call_function, call_ufunc
from .recording import OPERANDS, Array, TensorBase, apply, as_array, edge_of, is_operand, named, refuse_write, wrap
from .shapes import Size, axis_of, shape_from
from .values import array_of, element


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
            return wrap(np.array(array_of(data[0], dtype)), cls)
        return wrap(np.empty(shape_from(data or (0,)), dtype), cls)

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
    def device(self) -> devices.device:
        """Where the elements are: on the CPU."""
        return devices.CPU

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

    ndimension = dim

    def numel(self) -> Int:
        """Return the number of elements."""
        return self.array.size

    nelement = numel

    def element_size(self) -> Int:
        """Return the size of an element in bytes."""
        return self.array.itemsize

    itemsize = property(element_size)

    @property
    def nbytes(self) -> Int:
        """The size of all elements in bytes."""
        return self.array.nbytes

    def stride(self, dim: Int | None = None) -> Any:
        """Return how many elements in memory a step along each dimension, or along one, goes."""
        steps = tuple([step // self.array.itemsize for step in self.array.strides])
        return steps if dim is None else steps[axis_of(dim, self.ndim)]

    def data_ptr(self) -> Int:
        """Return the address of the first element."""
        return self.array.ctypes.data

    def is_floating_point(self) -> Bool:
        """Return whether the elements are floats."""
        return self.array.dtype.kind == "f"

    def is_signed(self) -> Bool:
        """Return whether the elements may be negative."""
        return self.array.dtype.kind in "fi"

    def is_complex(self) -> Bool:
        """Return False: there are no complex tensors."""
        return False

    is_cuda = is_sparse = is_quantized = False

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
        refuse_to_replay("it takes the values of a tensor as an array")
        return self.array

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        refuse_to_replay("it takes the value of a tensor as a number")
        return self.array.item()

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers."""
        refuse_to_replay("it takes the values of a tensor as a list")
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: Bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        """Let NumPy's universal functions work on tensors: ``np.exp(t)``, ``array * t``."""
        return call_ufunc(ufunc, method, inputs, out, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Let NumPy's other functions work on tensors: ``np.sum(t, axis=0)``."""
        return call_function(function, args, kwargs)

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
        return bool(self.item())

    def __len__(self) -> Int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __contains__(self, element: Any) -> Bool:
        refuse_to_replay("it looks for a value in a tensor")
        return bool(np.any(self.array == as_array(element)))

    def __repr__(self) -> str:
        refuse_to_replay("it prints a tensor")
        return printing.tensor_repr(self)

    def __format__(self, spec: str) -> str:
        is_number = type(self) is Tensor and self.array.ndim == 0
        return format(self.item(), spec) if is_number else object.__format__(self, spec)

    __hash__ = object.__hash__

    def __deepcopy__(self, memo: dict[Int, Any]) -> Self:
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user support the deepcopy protocol")
        copy: Self = rebuilt(type(self), *deepcopy(memory_parts(self), memo), self._requires_grad)
        memo[id(self)] = copy
        copy.grad = deepcopy(self.grad, memo)
        return copy

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise RuntimeError("Only leaf Tensors can be pickled or copied so: call detach() first")
        return rebuilt, (type(self), *memory_parts(self), self._requires_grad)

    # ---- the backward pass -------------------------------------------------------------------------------------------

    def backward(  # type: ignore[override]
        self,
        gradient: Tensor | None = None,
        retain_graph: Bool | None = None,
        create_graph: Bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to the ``.grad`` of every leaf that it was made from.

        Args:
            gradient: dL/d(self), of this tensor's shape; 1 where this tensor has one element and none is given.
            retain_graph: keep the graph for another pass; as `create_graph` unless given.
            create_graph: record the pass itself, so that the gradients can be differentiated again.
            inputs: leaves or results whose ``.grad`` grows, and no other.

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
        wanted = None if inputs is None else edges_of(inputs)
        try:
            super().backward(gradient, create_graph, keep_graph=retain_graph, wanted=wanted)
        except Exception as error:
            explain(error)
            raise

    register_hook = hooks.register_hook
    register_post_accumulate_grad_hook = hooks.register_post_accumulate_grad_hook
    retain_grad = hooks.retain_grad
    retains_grad = property(hooks.retains_grad)

    # ---- writing in place --------------------------------------------------------------------------------------------

    def __setitem__(self, index: Any, value: Any) -> None:
        *before, last = indexing.steps_of(index)
        place = self
        for step in before:
            place = apply(ops.getitem, place, index=step, shape=place.array.shape)
        assign(place, last, value)

    def copy_(self, src: Tensor, non_blocking: Bool = False) -> Self:
        """Overwrite with the values of `src`, broadcast and converted."""
        self[...] = src
        return self

    def fill_(self, value: Any) -> Self:
        """Overwrite every element with one value; RuntimeError for a value with dimensions."""
        if isinstance(value, Tensor) and value.ndim:
            raise RuntimeError(f"fill_ only supports a 0-dimension value tensor, but got {value.ndim} dimensions")
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

    def random_(self, low: Int = 0, to: Int | None = None, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with integers from low to to - 1; unless given, from 0 to the last that the dtype holds exactly."""
        if to is None:
            low, to = (low, self._integers_end()) if low == 0 else (0, low)
        if not low < to:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={to}")
        source = generator or random.default_generator
        return self._redraw(source.integers(low, to, self.array.shape).astype(self.array.dtype))

    def _integers_end(self) -> Int:
        """Return the first integer that is too large for `random_`."""
        dtype = self.array.dtype
        if dtype.kind == "f":
            return 2 ** (np.finfo(dtype).nmant + 1) + 1
        return 2 if dtype.kind == "b" else int(np.iinfo(dtype).max) + 1

    def exponential_(self, lambd: Float = 1.0, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with draws from the exponential distribution of rate lambd > 0, whose mean is 1/lambd."""
        if not lambd > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
        source = generator or random.default_generator
        return self._redraw(source.exponential(self.array.shape, lambd).astype(self.array.dtype))

    def bernoulli_(self, p: Any = 0.5, *, generator: random.Generator | None = None) -> Self:
        """Overwrite with 1 with probability p, else 0; p in [0, 1], one for all or one for each element."""
        p = as_array(p)
        if not np.all((p >= 0) & (p <= 1)):
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
        source = generator or random.default_generator
        return self._redraw(source.bernoulli(p, self.array.shape))

    def float_power_(self, exponent: Any) -> Self:
        """Raise to a power in place; RuntimeError for another dtype than float64, in which it is computed."""
        if self.array.dtype != np.float64:
            raise RuntimeError(f"float_power_: the base has dtype {self.dtype}, but the result requires float64")
        self.pow_(exponent)
        return self

    def unsqueeze_(self, dim: Int) -> Self:
        """Insert a dimension of size 1 in place."""
        return self._replaced_by(self.unsqueeze(dim))

    def squeeze_(self, dim: Any = None) -> Self:
        """Remove dimensions of size 1 in place."""
        return self._replaced_by(self.squeeze(dim))

    def t_(self) -> Self:
        """Transpose a matrix in place."""
        return self._replaced_by(self.t())

    def transpose_(self, dim0: Int, dim1: Int) -> Self:
        """Exchange two dimensions in place."""
        return self._replaced_by(self.transpose(dim0, dim1))

    def _replaced_by(self, view: Tensor) -> Self:
        """Become a view of what this tensor was."""
        refuse_write(self)
        self.array, self.grad_fn, self.memory = view.array, view.grad_fn, view.memory
        return self

    # ---- operators ---------------------------------------------------------------------------------------------------

    def __rsub__(self, other: Any) -> Tensor:
        out = super().__rsub__(other)
        return out if out is NotImplemented else named(out, "RsubBackward1")

    def __pow__(self, exponent: Any) -> Tensor:
        return elementwise.pow(self, exponent) if is_operand(exponent) else NotImplemented

    def __rpow__(self, base: Any) -> Tensor:
        return elementwise.pow(base, self) if is_operand(base) else NotImplemented

    def __matmul__(self, other: Any) -> Tensor:
        return products.matmul(self, other) if isinstance(other, Tensor) else NotImplemented

    def __rmatmul__(self, other: Any) -> Tensor:
        return products.matmul(other, self) if isinstance(other, Tensor) else NotImplemented

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return apply(ops.abs, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return elementwise.floor_divide(self, other) if is_operand(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Tensor:
        return elementwise.floor_divide(other, self) if is_operand(other) else NotImplemented

    def __mod__(self, other: Any) -> Tensor:
        return elementwise.remainder(self, other) if is_operand(other) else NotImplemented

    def __rmod__(self, other: Any) -> Tensor:
        return elementwise.remainder(other, self) if is_operand(other) else NotImplemented

    def __and__(self, other: Any) -> Tensor:
        return apply(ops.bitwise_and, self, other) if is_operand(other) else NotImplemented

    def __or__(self, other: Any) -> Tensor:
        return apply(ops.bitwise_or, self, other) if is_operand(other) else NotImplemented

    def __xor__(self, other: Any) -> Tensor:
        return apply(ops.bitwise_xor, self, other) if is_operand(other) else NotImplemented

    __rdiv__ = TensorBase.__rtruediv__
    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __invert__(self) -> Tensor:
        return apply(ops.bitwise_not, self)

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

    def __getitem__(self, index: Any) -> Tensor:
        return indexing.getitem(self, index)

    # ---- functions of each element -----------------------------------------------------------------------------------

    abs = elementwise.abs
    absolute = elementwise.absolute
    acos = elementwise.acos
    acosh = elementwise.acosh
    add = elementwise.add
    addcdiv = elementwise.addcdiv
    addcmul = elementwise.addcmul
    allclose = elementwise.allclose
    arccos = elementwise.arccos
    arccosh = elementwise.arccosh
    arcsin = elementwise.arcsin
    arcsinh = elementwise.arcsinh
    arctan = elementwise.arctan
    arctan2 = elementwise.arctan2
    arctanh = elementwise.arctanh
    asin = elementwise.asin
    asinh = elementwise.asinh
    atan = elementwise.atan
    atan2 = elementwise.atan2
    atanh = elementwise.atanh
    bitwise_and = elementwise.bitwise_and
    bitwise_not = elementwise.bitwise_not
    bitwise_or = elementwise.bitwise_or
    bitwise_xor = elementwise.bitwise_xor
    ceil = elementwise.ceil
    clamp = elementwise.clamp
    clamp_max = elementwise.clamp_max
    clamp_min = elementwise.clamp_min
    clip = elementwise.clip
    clone = elementwise.clone
    copysign = elementwise.copysign
    cos = elementwise.cos
    cosh = elementwise.cosh
    deg2rad = elementwise.deg2rad
    div = elementwise.div
    divide = elementwise.divide
    eq = elementwise.eq
    equal = elementwise.equal
    erf = elementwise.erf
    erfc = elementwise.erfc
    erfinv = elementwise.erfinv
    exp = elementwise.exp
    exp2 = elementwise.exp2
    expm1 = elementwise.expm1
    fix = elementwise.fix
    float_power = elementwise.float_power
    floor = elementwise.floor
    floor_divide = elementwise.floor_divide
    fmax = elementwise.fmax
    fmin = elementwise.fmin
    fmod = elementwise.fmod
    frac = elementwise.frac
    ge = elementwise.ge
    greater = elementwise.greater
    greater_equal = elementwise.greater_equal
    gt = elementwise.gt
    heaviside = elementwise.heaviside
    hypot = elementwise.hypot
    isclose = elementwise.isclose
    isfinite = elementwise.isfinite
    isinf = elementwise.isinf
    isnan = elementwise.isnan
    isneginf = elementwise.isneginf
    isposinf = elementwise.isposinf
    isreal = elementwise.isreal
    le = elementwise.le
    lerp = elementwise.lerp
    less = elementwise.less
    less_equal = elementwise.less_equal
    log = elementwise.log
    log10 = elementwise.log10
    log1p = elementwise.log1p
    log2 = elementwise.log2
    logaddexp = elementwise.logaddexp
    logaddexp2 = elementwise.logaddexp2
    logical_and = elementwise.logical_and
    logical_not = elementwise.logical_not
    logical_or = elementwise.logical_or
    logical_xor = elementwise.logical_xor
    logit = elementwise.logit
    lt = elementwise.lt
    maximum = elementwise.maximum
    minimum = elementwise.minimum
    mul = elementwise.mul
    multiply = elementwise.multiply
    nan_to_num = elementwise.nan_to_num
    ne = elementwise.ne
    neg = elementwise.neg
    negative = elementwise.negative
    not_equal = elementwise.not_equal
    positive = elementwise.positive
    pow = elementwise.pow
    rad2deg = elementwise.rad2deg
    reciprocal = elementwise.reciprocal
    relu = elementwise.relu
    remainder = elementwise.remainder
    round = elementwise.round
    rsqrt = elementwise.rsqrt
    sgn = elementwise.sgn
    sigmoid = elementwise.sigmoid
    sign = elementwise.sign
    signbit = elementwise.signbit
    sin = elementwise.sin
    sinc = elementwise.sinc
    sinh = elementwise.sinh
    sqrt = elementwise.sqrt
    square = elementwise.square
    sub = elementwise.sub
    subtract = elementwise.subtract
    tan = elementwise.tan
    tanh = elementwise.tanh
    true_divide = elementwise.true_divide
    trunc = elementwise.trunc
    xlogy = elementwise.xlogy

    # ---- reductions --------------------------------------------------------------------------------------------------

    all = reductions.all
    amax = reductions.amax
    amin = reductions.amin
    aminmax = reductions.aminmax
    any = reductions.any
    argmax = reductions.argmax
    argmin = reductions.argmin
    argsort = reductions.argsort
    count_nonzero = reductions.count_nonzero
    cummax = reductions.cummax
    cummin = reductions.cummin
    cumprod = reductions.cumprod
    cumsum = reductions.cumsum
    dist = reductions.dist
    kthvalue = reductions.kthvalue
    log_softmax = reductions.log_softmax
    logsumexp = reductions.logsumexp
    max = reductions.max
    mean = reductions.mean
    median = reductions.median
    min = reductions.min
    msort = reductions.msort
    nanmean = reductions.nanmean
    nansum = reductions.nansum
    norm = reductions.norm
    prod = reductions.prod
    softmax = reductions.softmax
    sort = reductions.sort
    std = reductions.std
    sum = reductions.sum
    topk = reductions.topk
    trace = reductions.trace
    unique = reductions.unique
    var = reductions.var

    # ---- shape -------------------------------------------------------------------------------------------------------

    adjoint = shaping.adjoint
    broadcast_to = shaping.broadcast_to
    chunk = shaping.chunk
    diag = shaping.diag
    diag_embed = shaping.diag_embed
    diagflat = shaping.diagflat
    diagonal = shaping.diagonal
    expand = shaping.expand
    expand_as = shaping.expand_as
    flatten = shaping.flatten
    flip = shaping.flip
    fliplr = shaping.fliplr
    flipud = shaping.flipud
    hsplit = shaping.hsplit
    moveaxis = shaping.moveaxis
    movedim = shaping.movedim
    permute = shaping.permute
    ravel = shaping.ravel
    repeat = shaping.repeat
    repeat_interleave = shaping.repeat_interleave
    reshape = shaping.reshape
    reshape_as = shaping.reshape_as
    roll = shaping.roll
    rot90 = shaping.rot90
    split = shaping.split
    split_with_sizes = shaping.split_with_sizes
    squeeze = shaping.squeeze
    sum_to_size = shaping.sum_to_size
    swapaxes = shaping.swapaxes  # type: ignore[assignment]
    swapdims = shaping.swapdims
    t = shaping.t
    tensor_split = shaping.tensor_split
    tile = shaping.tile
    transpose = shaping.transpose
    tril = shaping.tril
    triu = shaping.triu
    unbind = shaping.unbind
    unflatten = shaping.unflatten
    unsqueeze = shaping.unsqueeze
    view = shaping.view
    view_as = shaping.view_as
    vsplit = shaping.vsplit

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

    H = T
    mH = mT

    # ---- choice ------------------------------------------------------------------------------------------------------

    argwhere = indexing.argwhere
    gather = indexing.gather
    index_add = indexing.index_add
    index_copy = indexing.index_copy
    index_fill = indexing.index_fill
    index_select = indexing.index_select
    masked_fill = indexing.masked_fill
    masked_scatter = indexing.masked_scatter
    masked_select = indexing.masked_select
    narrow = indexing.narrow
    nonzero = indexing.nonzero
    scatter = indexing.scatter
    scatter_add = indexing.scatter_add
    select = indexing.select
    take = indexing.take
    take_along_dim = indexing.take_along_dim

    bernoulli = draws.bernoulli
    multinomial = draws.multinomial

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Return self where the condition holds, other elsewhere."""
        return indexing.where(condition, self, other)

    # ---- products ----------------------------------------------------------------------------------------------------

    addbmm = products.addbmm
    addmm = products.addmm
    addmv = products.addmv
    addr = products.addr
    baddbmm = products.baddbmm
    bmm = products.bmm
    dot = products.dot
    ger = products.ger
    inner = products.inner
    kron = products.kron
    matmul = products.matmul
    mm = products.mm
    mv = products.mv
    outer = products.outer
    vdot = products.vdot

    # ---- the same, in place ------------------------------------------------------------------------------------------

    abs_ = in_place(elementwise.abs)
    acos_ = in_place(elementwise.acos)
    acosh_ = in_place(elementwise.acosh)
    add_ = in_place(elementwise.add)
    addcdiv_ = in_place(elementwise.addcdiv)
    addcmul_ = in_place(elementwise.addcmul)
    asin_ = in_place(elementwise.asin)
    asinh_ = in_place(elementwise.asinh)
    atan_ = in_place(elementwise.atan)
    atan2_ = in_place(elementwise.atan2)
    atanh_ = in_place(elementwise.atanh)
    bitwise_and_ = in_place(elementwise.bitwise_and)
    bitwise_not_ = in_place(elementwise.bitwise_not)
    bitwise_or_ = in_place(elementwise.bitwise_or)
    bitwise_xor_ = in_place(elementwise.bitwise_xor)
    ceil_ = in_place(elementwise.ceil)
    clamp_ = in_place(elementwise.clamp)
    clamp_max_ = in_place(elementwise.clamp_max)
    clamp_min_ = in_place(elementwise.clamp_min)
    clip_ = in_place(elementwise.clip)
    copysign_ = in_place(elementwise.copysign)
    cos_ = in_place(elementwise.cos)
    cosh_ = in_place(elementwise.cosh)
    deg2rad_ = in_place(elementwise.deg2rad)
    div_ = in_place(elementwise.div)
    divide_ = in_place(elementwise.divide)
    eq_ = in_place(elementwise.eq)
    erf_ = in_place(elementwise.erf)
    erfc_ = in_place(elementwise.erfc)
    erfinv_ = in_place(elementwise.erfinv)
    exp_ = in_place(elementwise.exp)
    exp2_ = in_place(elementwise.exp2)
    expm1_ = in_place(elementwise.expm1)
    fix_ = in_place(elementwise.fix)
    floor_ = in_place(elementwise.floor)
    floor_divide_ = in_place(elementwise.floor_divide)
    fmod_ = in_place(elementwise.fmod)
    frac_ = in_place(elementwise.frac)
    ge_ = in_place(elementwise.ge)
    gt_ = in_place(elementwise.gt)
    heaviside_ = in_place(elementwise.heaviside)
    hypot_ = in_place(elementwise.hypot)
    le_ = in_place(elementwise.le)
    lerp_ = in_place(elementwise.lerp)
    log_ = in_place(elementwise.log)
    log10_ = in_place(elementwise.log10)
    log1p_ = in_place(elementwise.log1p)
    log2_ = in_place(elementwise.log2)
    logical_and_ = in_place(elementwise.logical_and)
    logical_not_ = in_place(elementwise.logical_not)
    logical_or_ = in_place(elementwise.logical_or)
    logical_xor_ = in_place(elementwise.logical_xor)
    logit_ = in_place(elementwise.logit)
    lt_ = in_place(elementwise.lt)
    mul_ = in_place(elementwise.mul)
    multiply_ = in_place(elementwise.multiply)
    nan_to_num_ = in_place(elementwise.nan_to_num)
    ne_ = in_place(elementwise.ne)
    neg_ = in_place(elementwise.neg)
    negative_ = in_place(elementwise.negative)
    pow_ = in_place(elementwise.pow)
    rad2deg_ = in_place(elementwise.rad2deg)
    reciprocal_ = in_place(elementwise.reciprocal)
    relu_ = in_place(elementwise.relu)
    remainder_ = in_place(elementwise.remainder)
    round_ = in_place(elementwise.round)
    rsqrt_ = in_place(elementwise.rsqrt)
    sgn_ = in_place(elementwise.sgn)
    sigmoid_ = in_place(elementwise.sigmoid)
    sign_ = in_place(elementwise.sign)
    sin_ = in_place(elementwise.sin)
    sinc_ = in_place(elementwise.sinc)
    sinh_ = in_place(elementwise.sinh)
    sqrt_ = in_place(elementwise.sqrt)
    square_ = in_place(elementwise.square)
    sub_ = in_place(elementwise.sub)
    subtract_ = in_place(elementwise.subtract)
    tan_ = in_place(elementwise.tan)
    tanh_ = in_place(elementwise.tanh)
    true_divide_ = in_place(elementwise.true_divide)
    trunc_ = in_place(elementwise.trunc)
    xlogy_ = in_place(elementwise.xlogy)
    cumprod_ = in_place(reductions.cumprod)
    cumsum_ = in_place(reductions.cumsum)
    tril_ = in_place(shaping.tril)
    triu_ = in_place(shaping.triu)
    index_add_ = in_place(indexing.index_add)
    index_copy_ = in_place(indexing.index_copy)
    index_fill_ = in_place(indexing.index_fill)
    masked_fill_ = in_place(indexing.masked_fill)
    masked_scatter_ = in_place(indexing.masked_scatter)
    scatter_ = in_place(indexing.scatter)
    scatter_add_ = in_place(indexing.scatter_add)
    addbmm_ = in_place(products.addbmm)
    addmm_ = in_place(products.addmm)
    addmv_ = in_place(products.addmv)
    addr_ = in_place(products.addr)
    baddbmm_ = in_place(products.baddbmm)

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ifloordiv__ = floor_divide_
    __imod__ = remainder_
    __ipow__ = pow_
    __iand__ = bitwise_and_
    __ior__ = bitwise_or_
    __ixor__ = bitwise_xor_

    # ---- copies and conversions --------------------------------------------------------------------------------------

    def contiguous(self, memory_format: Any = None) -> Tensor:
        """Return the tensor with its elements in memory in the order of its indices."""
        return self if self.array.flags.c_contiguous else self.clone()

    def is_contiguous(self, memory_format: Any = None) -> Bool:
        """Return whether the elements are in memory in the order of their indices."""
        return self.array.flags.c_contiguous

    def to(self, *args: Any, dtype: Any = None, device: Any = None, copy: Bool = False, **ignored: Any) -> Tensor:
        """Return the tensor in another dtype, itself if it has it already.

        Args:
            *args: in any order a dtype, a tensor whose dtype is meant, and a device, which must be the CPU.
            dtype: the same by name.
            device: the same by name.
            copy: make a copy in any case.
            **ignored: PyTorch's non_blocking and memory_format.

        Raises:
            RuntimeError: a device that is not there; AssertionError for CUDA, as in PyTorch.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
        """
        switches = [arg for arg in args if isinstance(arg, bool)]  # non_blocking and copy, by their positions
        copy = copy or switches[1:] == [True]
        for arg in args:
            if isinstance(arg, Tensor):
                dtype = arg.dtype
            elif isinstance(arg, DType | np.dtype):
                dtype = arg
            elif not isinstance(arg, bool):  # non_blocking, by its position
                devices.check_device(arg)
        devices.check_device(device)
        target = self.array.dtype if dtype is None else dtypes.to_numpy(dtype)
        if target == self.array.dtype:
            return self.clone() if copy else self
        return apply(ops.cast, self, dtype=target, old=self.array.dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """Return the tensor in the dtype of another one."""
        return self.to(other.dtype)

    def half(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as float16."""
        return self.to(dtypes.float16)

    def float(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as float32."""
        return self.to(dtypes.float32)

    def double(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as float64."""
        return self.to(dtypes.float64)

    def int(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as int32."""
        return self.to(dtypes.int32)

    def long(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as int64."""
        return self.to(dtypes.int64)

    def bool(self, memory_format: Any = None) -> Tensor:
        """Return where the elements are not 0."""
        return self.to(dtypes.bool_)

    def short(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as int16."""
        return self.to(dtypes.int16)

    def char(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as int8."""
        return self.to(dtypes.int8)

    def byte(self, memory_format: Any = None) -> Tensor:
        """Return the tensor as uint8."""
        return self.to(dtypes.uint8)

    def type(self, dtype: Any = None, non_blocking: Bool = False) -> Any:
        """Return the tensor in another dtype, or the name of its type where none is given."""
        if dtype is None:
            return f"minigrad.{dtypes.TYPE_NAMES[self.dtype]}"
        return self.to(dtype=getattr(dtype, "dtype", dtype))  # FloatTensor has its dtype as an attribute

    def cpu(self, memory_format: Any = None) -> Tensor:
        """Return the tensor itself: it is on the CPU already."""
        return self

    def cuda(self, device: Any = None) -> Tensor:
        """Raise AssertionError: there is no CUDA device."""
        return self.to("cuda" if device is None else device)

    # ---- new tensors of its dtype ------------------------------------------------------------------------------------

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Tensor:
        """Return a copy of the data, of this tensor's dtype unless another is given."""
        return self._new(np.array(array_of(data, self.dtype if dtype is None else dtype)), None, requires_grad)

    def new_zeros(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Tensor:
        """Return zeros of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.zeros(shape_from(size), self.array.dtype), dtype, requires_grad)

    def new_ones(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Tensor:
        """Return ones of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.ones(shape_from(size), self.array.dtype), dtype, requires_grad)

    def new_empty(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Tensor:
        """Return uninitialised values of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.empty(shape_from(size), self.array.dtype), dtype, requires_grad)

    def new_full(
        self, size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False
    ) -> Tensor:
        """Return one value in these sizes, of this tensor's dtype unless another is given."""
        value = element(fill_value, self.array.dtype if dtype is None else dtypes.to_numpy(dtype))
        return self._new(np.full(shape_from((size,)), value), None, requires_grad)

    def _new(self, array: Array, dtype: Any, requires_grad: Bool) -> Tensor:
        new: Tensor = wrap(array if dtype is None else array.astype(dtypes.to_numpy(dtype)))
        return new.requires_grad_(requires_grad)


TensorBase.result = graph.default = Node.result = Tensor
TensorBase.operands = OPERANDS


def rebuilt(cls: type[Tensor], owner: Array, place: Place | None, memory: Memory | None, requires_grad: bool) -> Any:
    """Make a leaf again that was copied or pickled, over memory that other tensors may be made over, too."""
    array = owner if place is None else placed(owner, *place)
    array = array.view(dtypes.to_numpy(array.dtype))  # pickle makes dtypes anew, and there should be one of each
    out = wrap(array, cls)
    out.memory = memory
    return out.requires_grad_(requires_grad)
