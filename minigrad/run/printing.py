"""What a script prints is PyTorch's to the letter: ``torch.float32``, ``<class 'torch.Tensor'>``."""

from __future__ import annotations

import copyreg
import functools
import importlib
from collections.abc import Callable
from typing import Any

from .._tensor.dtypes import dtype, finfo, iinfo
from .._tensor.layouts import layout
from .._tensor.shapes import Size
from ..functions.creation import TensorType
from ..functions.return_types import ValuesAndIndices, aminmax, histogram
from ..functions.tensor import Tensor

NAMING = {
    Size: "__repr__",
    dtype: "__repr__",
    layout: "__repr__",
    TensorType: "__repr__",
    ValuesAndIndices: "__repr__",
    aminmax: "__repr__",
    histogram: "__repr__",
    Tensor: "type",
}
"""The methods whose text begins with the library's name."""

HOMES = {
    "_tensor.anomaly": "torch.autograd.anomaly_mode",
    "_tensor.devices": "torch",
    "_tensor.dtypes": "torch",
    "_tensor.grad_mode": "torch.autograd.grad_mode",
    "_tensor.layouts": "torch",
    "_tensor.shapes": "torch",
    "autograd": "torch.autograd.variable",
    "autograd.function": "torch.autograd.function",
    "functions.return_types": "torch.return_types",
    "nn.activations": "torch.nn.modules.activation",
    "nn.batchnorm": "torch.nn.modules.batchnorm",
    "nn.containers": "torch.nn.modules.container",
    "nn.distance": "torch.nn.modules.distance",
    "nn.dropout": "torch.nn.modules.dropout",
    "nn.flatten": "torch.nn.modules.flatten",
    "nn.linear": "torch.nn.modules.linear",
    "nn.losses": "torch.nn.modules.loss",
    "nn.module.module": "torch.nn.modules.module",
    "nn.normalization": "torch.nn.modules.normalization",
    "nn.parameter": "torch.nn.parameter",
    "nn.sparse": "torch.nn.modules.sparse",
    "optim.adadelta": "torch.optim.adadelta",
    "optim.adagrad": "torch.optim.adagrad",
    "optim.adam": "torch.optim.adam",
    "optim.adamax": "torch.optim.adamax",
    "optim.nadam": "torch.optim.nadam",
    "optim.optimizer": "torch.optim.optimizer",
    "optim.radam": "torch.optim.radam",
    "optim.rmsprop": "torch.optim.rmsprop",
    "optim.rprop": "torch.optim.rprop",
    "optim.sgd": "torch.optim.sgd",
    "optim.lr_scheduler.annealing": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.composed": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.cyclic": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.factors": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.functions": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.plateau": "torch.optim.lr_scheduler",
    "optim.lr_scheduler.scheduler": "torch.optim.lr_scheduler",
    "random.generator": "torch._C",
    "utils.data.dataloader": "torch.utils.data.dataloader",
    "utils.data.dataset": "torch.utils.data.dataset",
    "utils.data.sampler": "torch.utils.data.sampler",
}
"""The modules in which PyTorch defines the classes of minigrad's modules: a class is printed with its own."""

ELSEWHERE = {"AdamW": "torch.optim.adamw"}


def print_as_torch() -> None:
    """Let minigrad's objects and classes print as PyTorch's, from now on."""
    for cls, name in NAMING.items():
        setattr(cls, name, renamed(getattr(cls, name)))
    finfo.__repr__ = limits  # type: ignore[method-assign]
    iinfo.__repr__ = limits  # type: ignore[method-assign]
    Tensor.__module__ = "torch"
    for name, home in HOMES.items():
        module = importlib.import_module(f"minigrad.{name}")
        for cls in [x for x in vars(module).values() if isinstance(x, type) and x.__module__ == module.__name__]:
            cls.__module__ = ELSEWHERE.get(cls.__name__, home)
    copyreg.pickle(dtype, lambda d: d.name)  # by its name in torch


def renamed(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that says "torch" where this one says "minigrad"."""

    @functools.wraps(method)
    def saying(self: Any, *args: Any, **kwargs: Any) -> Any:
        said = method(self, *args, **kwargs)
        return said.replace("minigrad.", "torch.", 1) if isinstance(said, str) else said

    return saying


def limits(self: Any) -> str:
    """Return how PyTorch prints a finfo or an iinfo."""
    if isinstance(self, iinfo):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
    names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
    return f"finfo({', '.join(f'{name}={getattr(self, name):g}' for name in names)}, dtype={self.dtype})"
