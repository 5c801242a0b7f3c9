"""What minigrad leaves out on purpose: breadth is no aim. The error at a name that is missing says why.

A pattern is a name below the top of the package, with `*` for any letters; what stands below it is left out, too.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

LEFT_OUT = {
    "nn.*Conv* nn.*Pool* nn.*old nn.*Pad1d nn.*Pad2d nn.*Pad3d nn.*PadNd nn.Pixel* nn.Upsample* nn.ChannelShuffle "
    "nn.functional.*conv* nn.functional.*pool* nn.functional.*fold nn.functional.interpolate "
    "nn.functional.upsample* nn.functional.pixel_* nn.functional.grid_sample nn.functional.affine_grid conv* "
    "nn.BatchNorm2d nn.BatchNorm3d nn.InstanceNorm* nn.SyncBatchNorm nn.LocalResponseNorm nn.modules.conv "
    "nn.modules.pooling nn.LazyBatchNorm* nn.init.dirac*": (
        "it has no layers for images. On small images a network of nn.Flatten and nn.Linear does"
    ),
    "nn.RNN* nn.LSTM* nn.GRU* nn.utils.rnn nn.modules.rnn": (
        "it has no recurrent layers. Write the step with nn.Linear and loop over time"
    ),
    "nn.*ttention* nn.Transformer* nn.functional.scaled_dot_product_attention nn.functional.multi_head_attention* "
    "nn.attention": "it has no attention layers. matmul and softmax make one: softmax(q @ k.mT / sqrt(d), -1) @ v",
    "nn.EmbeddingBag nn.functional.embedding_bag": "it has nn.Embedding alone. Take the mean or sum of what that gives",
    "nn.CTCLoss nn.functional.ctc_loss nn.AdaptiveLogSoftmaxWithLoss": "it has no losses over sequences or word lists",
    "compile jit fx export onnx _dynamo _inductor": (
        "there is no compiler. Drop the call, or see minigrad.replay.TrainingStep for a step that is recorded once"
    ),
    "amp autocast cuda.amp GradScaler cpu.amp": "it computes in the dtype that it is given. Drop autocast and scaler",
    "distributions": "it has no distributions. Draw with randn, rand, normal, bernoulli and multinomial",
    "optim.LBFGS optim.SparseAdam optim.Adafactor optim.Muon optim.ASGD": (
        "it has the first-order optimizers from SGD to AdamW. See dir(optim)"
    ),
    "optim.swa_utils": "it does not average weights. Average the values of two state dictionaries",
    "nn.utils.weight_norm nn.utils.spectral_norm nn.utils.parametrize nn.utils.parametrizations nn.utils.prune "
    "nn.utils.remove_* nn.utils.stateless": "it does not change a module's parameters from outside",
    "Tensor.storage Tensor.untyped_storage Tensor.set_ Storage *Storage storage UntypedStorage TypedStorage": (
        "there is no storage apart from the array. See x.data_ptr(), x.stride() and x.numpy()"
    ),
    "autograd.graph": "nothing can be done to what the graph saves. Read it at x.grad_fn",
    "autograd.profiler profiler": "it has no profiler of its own. Python's cProfile shows where the time goes",
    "distributed nn.parallel nn.DataParallel nn.DistributedDataParallel": "it runs in one process, on the CPU",
    "sparse* Tensor.to_sparse* Tensor.coalesce": "tensors are dense",
    "complex* *.complex* view_as_complex view_as_real fft real imag angle polar stft istft "
    "cfloat cdouble": "there are no complex numbers. numpy.fft works on x.numpy()",
    "bfloat16 Tensor.bfloat16 float8*": "NumPy has no such dtype. Take float32 or float16",
    "quantization ao quantize* qint* quint* Tensor.dequantize": "there are no quantized tensors",
    "func.grad* func.jac* func.hessian func.jvp func.vjp func.linearize func.functionalize": (
        "minigrad.autograd.functional has jacobian, hessian, jvp and vjp"
    ),
    "vmap": "minigrad.func.vmap maps calls of networks, and nothing else",
    "hub utils.model_zoo": "there are no models to download",
    "utils.checkpoint utils.cpp_extension utils.benchmark utils.bottleneck utils.mobile_optimizer": (
        "the graph is small enough to be kept, and everything is Python"
    ),
    "linalg.* svd Tensor.svd qr Tensor.qr eig symeig cholesky* Tensor.cholesky* lu* matrix_exp matrix_rank pinverse "
    "Tensor.pinverse matrix_power Tensor.matrix_power logdet slogdet": (
        "it has no further decompositions. numpy.linalg works on x.numpy(), without a gradient"
    ),
    "searchsorted bucketize Tensor.searchsorted": "numpy.searchsorted works on x.numpy()",
    "dropout alpha_dropout feature_alpha_dropout celu selu rrelu threshold batch_norm group_norm layer_norm rms_norm "
    "embedding kl_div *_loss binary_cross_entropy_with_logits": "it is in nn.functional. Take it from there",
    "cuda.*": "there is no GPU: torch.cuda.is_available() is False",
}
"""Names, and the second half of a sentence that begins with "minigrad leaves it out: "."""

REASONS = [(pattern, reason) for patterns, reason in LEFT_OUT.items() for pattern in patterns.split()]


def reason(name: str) -> str | None:
    """Return why a name, such as "nn.Conv2d", is left out; None where that was no decision.

    Example:
        >>> reason("nn.LSTM")
        'it has no recurrent layers. Write the step with nn.Linear and loop over time'
    """
    parts = name.split(".")
    prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
    for pattern, why in REASONS:
        if any(fnmatchcase(prefix, pattern) for prefix in prefixes if prefix.count(".") == pattern.count(".")):
            return why
    return None


def message(module: str, name: str) -> str:
    """Return what the AttributeError at a missing name of a module says."""
    why = reason(f"{module}.{name}".partition(".")[2])
    return f"module {module!r} has no attribute {name!r}" + (f": minigrad leaves it out, because {why}." if why else "")


def module_message(name: str) -> str:
    """Return what the ModuleNotFoundError at a missing module of torch says."""
    why = reason(name.partition(".")[2])
    return f"No module named {name!r}" + (f": minigrad leaves it out, because {why}." if why else " in minigrad")


def attribute_of(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module, which says of a missing name why it is missing."""

    def __getattr__(name: str) -> Any:
        raise AttributeError(message(module, name))

    return __getattr__
