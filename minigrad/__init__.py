"""minigrad: PyTorch's names and PyTorch's meaning on NumPy, small enough to read in an evening.

Start reading at `minigrad.core`, the heart, which runs alone. On it stand `minigrad.table`, the rest of the derivative
table; `minigrad._tensor`, what PyTorch means by a tensor; `minigrad.functions`, the functions and methods of tensors;
`minigrad.nn` and `minigrad.optim`.
"""

import importlib
import warnings
from math import e, inf, nan, pi
from typing import TYPE_CHECKING, Any

from . import _absent, random
from ._tensor.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled
from .functions.creation import (
    arange, as_tensor, asarray, BoolTensor, ByteTensor, CharTensor, DoubleTensor, empty, empty_like, eye, FloatTensor,
    from_numpy, full, full_like, get_rng_state, HalfTensor, IntTensor, linspace, logspace, LongTensor, normal, ones,
    ones_like, rand, rand_like, randint, randint_like, randn, randn_like, randperm, scalar_tensor,
    set_default_tensor_type, set_rng_state, ShortTensor, tensor, tril_indices, triu_indices, zeros, zeros_like,
)  # fmt: skip
from ._tensor.devices import (
    device, get_default_device, get_num_threads, set_default_device, set_deterministic, set_num_threads,
    use_deterministic_algorithms,
)  # fmt: skip
from ._tensor.dtypes import bool_ as bool
from ._tensor.dtypes import (
    dtype, finfo, float16, float32, float64, get_default_dtype, iinfo, int8, int16, int32, int64, promote_types,
    set_default_dtype, uint8,
)  # fmt: skip
from ._tensor.dtypes import float16 as half
from ._tensor.dtypes import float32 as float
from ._tensor.dtypes import float64 as double
from ._tensor.dtypes import int16 as short
from ._tensor.dtypes import int32 as int
from ._tensor.dtypes import int64 as long
from .functions import return_types
from .functions.arithmetic import (
    add, addcdiv, addcmul, div, divide, float_power, floor_divide, fmod, lerp, mul, multiply, neg, negative, positive,
    pow, reciprocal, remainder, rsqrt, rsub, sqrt, square, sub, subtract, true_divide,
)  # fmt: skip
from .functions.comparison import (
    allclose, bitwise_and, bitwise_not, bitwise_or, bitwise_xor, eq, equal, ge, greater, greater_equal, gt, heaviside,
    isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, less, less_equal, logical_and, logical_not,
    logical_or, logical_xor, lt, ne, not_equal, signbit,
)  # fmt: skip
from .functions.counting import bincount, histc, histogram, quantile
from .functions.draws import bernoulli, multinomial
from .functions.einsum import Labels, einsum
from .functions.elementwise import (
    abs, absolute, acos, acosh, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, asin, asinh, atan, atan2,
    atanh, ceil, clamp, clamp_max, clamp_min, clip, clone, copysign, cos, cosh, deg2rad, detach, erf, erfc, erfinv, exp,
    exp2, expm1, fix, floor, fmax, fmin, frac, hypot, log, log10, log1p, log2, logaddexp, logaddexp2, logit, maximum,
    minimum, nan_to_num, rad2deg, relu, round, sgn, sigmoid, sign, sin, sinc, sinh, tan, tanh, trunc, xlogy,
)  # fmt: skip
from .functions.in_place import (
    abs_, acos_, acosh_, addmv_, asin_, asinh_, atan_, atanh_, ceil_, clamp_, clamp_max_, clamp_min_, clip_, cos_,
    cosh_, deg2rad_, detach_, erf_, erfc_, exp2_, exp_, expm1_, fill_, fix_, floor_, frac_, log10_, log1p_, log2_, log_,
    logit_, nan_to_num_, neg_, negative_, rad2deg_, reciprocal_, relu_, resize_as_, round_, rsqrt_, sigmoid_, sin_,
    sinc_, sinh_, sqrt_, square_, tan_, tanh_, trunc_, xlogy_,
)  # fmt: skip
from .functions.indexing import (
    argwhere, fill, gather, index_add, index_copy, index_fill, index_select, masked_fill, masked_scatter, masked_select,
    narrow, nonzero, scatter, scatter_add, select, take, take_along_dim, where, zero_,
)  # fmt: skip
from .functions.joining import (
    atleast_1d, atleast_2d, atleast_3d, cat, chunk, column_stack, concat, concatenate, dstack, hsplit, hstack, meshgrid,
    row_stack, split, split_with_sizes, stack, tensor_split, unbind, vsplit, vstack,
)  # fmt: skip
from .functions.ordering import argsort, kthvalue, median, msort, sort, topk, unique
from .functions.products import (
    addbmm, addmm, addmv, addr, baddbmm, bmm, chain_matmul, dot, ger, inner, kron, matmul, mm, mv, outer, tensordot,
    vdot,
)  # fmt: skip
from .functions.queries import is_complex, is_floating_point, is_nonzero, numel
from .functions.reductions import (
    all, amax, amin, aminmax, any, argmax, argmin, count_nonzero, cummax, cummin, cumprod, cumsum, dist, log_softmax,
    logsumexp, max, mean, min, nanmean, nansum, norm, prod, softmax, std, std_mean, sum, trace, var, var_mean,
)  # fmt: skip
from .functions.repeating import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from .functions.shaping import (
    adjoint, broadcast_shapes, broadcast_tensors, broadcast_to, diag, diag_embed, diagflat, diagonal, flatten, moveaxis,
    movedim, permute, ravel, reshape, squeeze, swapaxes, swapdims, t, transpose, tril, triu, unflatten, unsqueeze,
)  # fmt: skip
from .functions.systems import det, inv as inverse
from ._tensor.grad_mode import (
    enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad, set_grad_enabled,
)  # fmt: skip
from ._tensor.layouts import channels_last, contiguous_format, layout, memory_format, preserve_format, strided
from ._tensor.allocator import keep_freed_memory
from ._tensor.printing import set_printoptions
from .random import Generator, default_generator, initial_seed, manual_seed, seed, set_default_engine
from ._tensor.base import is_tensor
from ._tensor.shapes import Size
from .functions.tensor import Tensor

__all__ = [
    "BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor", "Generator", "HalfTensor", "IntTensor",
    "Labels", "LongTensor", "ShortTensor", "Size", "Tensor", "abs", "abs_", "absolute", "accelerator", "acos", "acos_",
    "acosh", "acosh_", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addmv_", "addr", "adjoint", "all",
    "allclose", "amax", "amin", "aminmax", "any", "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan",
    "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere", "as_tensor", "asarray", "asin", "asin_", "asinh",
    "asinh_", "atan", "atan2", "atan_", "atanh", "atanh_", "atleast_1d", "atleast_2d", "atleast_3d", "autograd",
    "backends", "baddbmm", "bernoulli", "bilinear", "bincount", "bitwise_and", "bitwise_not", "bitwise_or",
    "bitwise_xor", "bmm", "bool", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "cat", "ceil", "ceil_",
    "chain_matmul", "channels_last", "chunk", "clamp", "clamp_", "clamp_max", "clamp_max_", "clamp_min", "clamp_min_",
    "clip", "clip_", "clone", "column_stack", "concat", "concatenate", "contiguous_format", "copysign", "cos", "cos_",
    "cosh", "cosh_", "cosine_similarity", "count_nonzero", "cuda", "cummax", "cummin", "cumprod", "cumsum",
    "default_generator", "deg2rad", "deg2rad_", "det", "detach", "detach_", "device", "diag", "diag_embed", "diagflat",
    "diagonal", "dist", "div", "divide", "dot", "double", "draw", "dstack", "dtype", "e", "einsum", "empty",
    "empty_like", "enable_grad", "eq", "equal", "erf", "erf_", "erfc", "erfc_", "erfinv", "exp", "exp2", "exp2_",
    "exp_", "expm1", "expm1_", "eye", "fill", "fill_", "finfo", "fix", "fix_", "flatten", "flip", "fliplr", "flipud",
    "float", "float16", "float32", "float64", "float_power", "floor", "floor_", "floor_divide", "fmax", "fmin", "fmod",
    "frac", "frac_", "from_numpy", "full", "full_like", "func", "functional", "gather", "ge", "ger",
    "get_default_device", "get_default_dtype", "get_num_threads", "get_rng_state", "greater", "greater_equal", "gt",
    "half", "hardshrink", "heaviside", "histc", "histogram", "hsplit", "hstack", "hypot", "iinfo", "index_add",
    "index_copy", "index_fill", "index_select", "inf", "inference_mode", "initial_seed", "inner", "int", "int8",
    "int16", "int32", "int64", "inverse", "is_anomaly_check_nan_enabled", "is_anomaly_enabled", "is_complex",
    "is_floating_point", "is_grad_enabled", "is_inference_mode_enabled", "is_nonzero", "is_tensor", "isclose",
    "isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "kron", "kthvalue", "layout", "le", "lerp", "less",
    "less_equal", "linalg", "linspace", "load", "log", "log1p", "log1p_", "log2", "log2_", "log10", "log10_", "log_",
    "log_softmax", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "logical_xor", "logit",
    "logit_", "logspace", "logsumexp", "long", "lt", "manual_seed", "masked_fill", "masked_scatter", "masked_select",
    "matmul", "max", "maximum", "mean", "median", "memory_format", "meshgrid", "min", "minimum", "mm", "moveaxis",
    "movedim", "msort", "mul", "multinomial", "multiply", "multiprocessing", "mv", "nan", "nan_to_num", "nan_to_num_",
    "nanmean", "nansum", "narrow", "ne", "neg", "neg_", "negative", "negative_", "newaxis", "nn", "no_grad", "nonzero",
    "norm", "normal", "not_equal", "numel", "ones", "ones_like", "optim", "outer", "pairwise_distance", "permute",
    "pi", "positive", "pow", "prelu", "preserve_format", "prod", "promote_types", "quantile", "rad2deg", "rad2deg_",
    "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "random", "randperm", "ravel", "reciprocal",
    "reciprocal_", "relu", "relu_", "remainder", "repeat_interleave", "replay", "reshape", "resize_as_",
    "return_types", "roll", "rot90", "round", "round_", "row_stack", "rsqrt", "rsqrt_", "rsub", "save",
    "scalar_tensor", "scatter", "scatter_add", "seed", "select", "serialization", "set_default_device",
    "set_default_dtype", "set_default_engine", "set_default_tensor_type", "set_deterministic", "set_grad_enabled",
    "set_num_threads", "set_printoptions", "set_rng_state", "sgn", "short", "sigmoid", "sigmoid_", "sign", "signbit",
    "sin", "sin_", "sinc", "sinc_", "sinh", "sinh_", "softmax", "sort", "split", "split_with_sizes", "sqrt", "sqrt_",
    "square", "square_", "squeeze", "stack", "std", "std_mean", "strided", "sub", "subtract", "sum", "summary",
    "swapaxes", "swapdims", "t", "take", "take_along_dim", "tan", "tan_", "tanh", "tanh_", "tensor", "tensor_split",
    "tensordot", "tile", "topk", "trace", "transpose", "tril", "tril_indices", "triu", "triu_indices", "true_divide",
    "trunc", "trunc_", "uint8", "unbind", "unflatten", "unique", "unsqueeze", "use_deterministic_algorithms", "utils",
    "var", "var_mean", "vdot", "vsplit", "vstack", "where", "xlogy", "xlogy_", "zero_", "zeros", "zeros_like",
]  # fmt: skip

__version__ = "0.1.0"

newaxis = None  # as in x[:, newaxis]

# Where a result is infinite or NaN, it is so in silence, as in PyTorch.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minigrad\.")

keep_freed_memory()

# Loaded at their first use: so `import minigrad` takes half of the time.
SUBPACKAGES = (
    "accelerator", "autograd", "backends", "cuda", "func", "functional", "linalg", "multiprocessing", "nn", "optim",
    "replay", "serialization", "utils",
)  # fmt: skip

# Functions of these packages that have their name here, loaded at their first use, too.
LENT = {
    "bilinear": "nn.functional", "cosine_similarity": "nn.functional", "draw": "utils.drawing",
    "hardshrink": "nn.functional", "load": "serialization", "pairwise_distance": "nn.functional",
    "prelu": "nn.functional", "save": "serialization", "summary": "utils.summary",
}  # fmt: skip

if TYPE_CHECKING:
    from . import (
        accelerator, autograd, backends, cuda, func, functional, linalg, multiprocessing, nn, optim, replay,
        serialization, utils,
    )  # fmt: skip
    from .nn.functional import bilinear, cosine_similarity, hardshrink, pairwise_distance, prelu
    from .serialization import load, save
    from .utils.drawing import draw
    from .utils.summary import summary


if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name

    def __getattr__(name: str) -> Any:
        if name in SUBPACKAGES:
            return importlib.import_module(f"minigrad.{name}")
        if name in LENT:
            return getattr(importlib.import_module(f"minigrad.{LENT[name]}"), name)
        raise AttributeError(_absent.message("minigrad", name))


def __dir__() -> list[str]:
    return sorted({*globals(), *SUBPACKAGES, *LENT})
