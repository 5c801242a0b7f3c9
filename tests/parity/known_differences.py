"""Where minigrad differs from PyTorch on purpose, and what it leaves out. Everything else must agree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A difference on purpose.

    Attributes:
        names: the names that have it, with spaces between.
        where: a regular expression that is found in each of these differences as they print, and in no other.
        why: how minigrad differs, and why.
    """

    names: str
    where: str
    why: str


KNOWN: tuple[Known, ...] = (
    Known(
        "optim.SGD optim.Adam optim.AdamW optim.RMSprop optim.Adagrad optim.Adadelta optim.Adamax optim.NAdam "
        "optim.RAdam optim.Rprop",
        r"differentiable=True.*raises NotImplementedError",
        "`differentiable=True` is refused: a step is never recorded, so that it can write into the weights.",
    ),
    Known(
        "sort argsort msort",
        r"\((float16|u?int8|bool)\[8000\]\): (result|result\.indices|gradient of argument 0): \d+ of",
        "Among equal elements another one may come first, where PyTorch promises no order either.",
    ),
    Known(
        "topk kthvalue",
        r"(int\d+|float16) #.*: result\.indices: \d+ of",
        "Among equal elements another one may come first, where PyTorch promises no order either.",
    ),
    Known(
        "absolute arccos arccosh arcsin arcsinh arctan arctan2 arctanh greater greater_equal less less_equal not_equal "
        "swapaxes swapdims",
        r"in place .*: absent: \w+_$",
        "The second name has no method in place of its own; the first one's does the same.",
    ),
    Known(
        "norm",
        r"norm\.nuc .*expected p to be",
        "No nuclear norm: it needs a singular value decomposition that can be differentiated.",
    ),
    Known(
        "cat concat concatenate bernoulli",
        r"^\S* ?error .*out=.*raises nothing",
        "Memory of `out` that overlaps itself or an input is not noticed.",
    ),
    Known(
        "quantile",
        r"gradient of argument 1",
        "The fraction q gets no gradient.",
    ),
    Known(
        "linalg.lstsq",
        r"expected matrices with as many rows",
        "One system at a time: no batches.",
    ),
    Known(
        "histc",
        r"float16 #.*: result: \d+ of",
        "Bins of float16 values are found in float64; PyTorch rounds on the way.",
    ),
    Known(
        "linalg.norm",
        r"only Frobenius' norm of a matrix is there",
        "Of the norms of a matrix only Frobenius' is there.",
    ),
    Known(
        "linspace",
        r"int\d+ .*result: \d+ of",
        "In integers, a value that is whole but for rounding may be cut to the next one.",
    ),
    Known(
        "addbmm",
        r"in place .*doesn't match the broadcast shape",
        "In place, a tensor is not broadcast to the shape of the product.",
    ),
    Known(
        "nn.functional.softmin",
        r"uint8",
        "The softmin of unsigned integers is that of their values; PyTorch negates them first, and they wrap around.",
    ),
    Known(
        "nn.functional.batch_norm",
        r"\w+\[0\], \w+\[0\], \w+\[0\].*expected an input of shape",
        "An input of a single, empty dimension is refused: it has no channels.",
    ),
    Known(
        "pow __rpow__ addbmm nn.functional.binary_cross_entropy nn.functional.normalize nn.functional.soft_margin_loss "
        "nn.functional.multilabel_soft_margin_loss linalg.vector_norm",
        r"float16",
        "In float16 other intermediate results overflow or are rounded.",
    ),
)

# reason: names that PyTorch has samples for, that a reader might look for, and that minigrad does not have
ABSENT: dict[str, str] = {
    "bits and the integers under floats": "bitwise_left_shift bitwise_right_shift frexp gcd lcm ldexp nextafter",
    "memory laid out by hand": "as_strided empty_permuted empty_strided new_empty_strided",
    "neighbours not met in the chapter": (
        "diff dsplit index_put index_reduce logcumsumexp mode nanmedian put scatter_reduce"
    ),
    "spelled `nn.functional` here": "constant_pad_nd group_norm layer_norm rms_norm",
    "a loss fused with its layer": "nn.functional.linear_cross_entropy nn.LinearCrossEntropyLoss",
    "optimizers that the chapter does not use": "optim.ASGD optim.Adafactor optim.LBFGS optim.Muon",
}

# reason: what the names that are no matter of minigrad's look like
OUT_OF_SCOPE: dict[str, str] = {
    "convolution, pooling and images": (
        r"conv|pool|fold$|grid_sample|interpolate|upsample|pixel_|channel_shuffle|affine_grid|local_response|LPPool|Pool"
        r"|Conv|LocalResponseNorm|InstanceNorm|instance_norm|BatchNorm[23]d|Softmax2d|ReplicationPad|ReflectionPad"
        r"|CircularPad|ZeroPad|ConstantPad"
    ),
    "recurrent nets and attention": r"RNN|GRU|LSTM|Transformer|Attention|attention|ctc_loss|CTCLoss|embedding_bag",
    "linear algebra beyond products": (
        r"^linalg\.|cholesky|^(lu|qr|svd|geqrf|ormqr|orgqr|det|logdet|slogdet|inverse|pinverse|matrix_\w+|chain_matmul)$"
        r"|^lu_|_lowrank|triangular_solve|cdist|pdist|^cross$|^kron$|cov$|corrcoef|^renorm$|block_diag|vander"
    ),
    "Fourier transforms and signals": r"^fft\.|stft|signal\.|trapezoid|trapz|^gradient$",
    "special functions": r"^special\.|gamma|^i0$|erfinv|erfc$|zeta|airy|bessel|polynomial|sinc|xlogy",
    "complex numbers and bfloat16": (
        r"complex|conj|^(real|imag|angle|polar|H|mH|adjoint|cfloat|cdouble|chalf|vdot|resolve_neg|bfloat16|view_as_real)$"
    ),
    "sparse, masked and jagged tensors": r"sparse|^masked\.|segment_reduce|SparseAdam",
    "statistics and sets beyond the chapter": (
        r"hist|quantile|searchsorted|bucketize|isin$|unique_consecutive|unravel_index|combinations|cartesian_prod"
    ),
    "random numbers of other distributions": r"^(cauchy|geometric|log_normal|exponential)$|rrelu",
    "PyTorch's internals": (
        r"^_|^torch|jiterator|_copy$|^native_|^unsafe_|triton|_scatter$|^slice$|hash_tensor|nonzero_static"
    ),
}
