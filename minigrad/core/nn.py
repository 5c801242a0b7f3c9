"""What a network is: modules that find their parameters, and the layers of this chapter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from . import random, table
from .graph import apply, drawn
from .tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module trains: a leaf that requires a gradient."""

    __slots__ = ()

    def __new__(cls, data: np.ndarray, requires_grad: bool = True) -> Self:
        """Make a parameter on the memory of an array."""
        out = cls.wrap(data)
        out._requires_grad = requires_grad
        return out


class Module:
    """Base class of all layers and networks.

    A subclass calls ``super().__init__()``, assigns parameters and other modules to attributes, and defines
    ``forward``. An attribute that is a Parameter or a Module belongs to the network, in the order of assignment.

    Attributes:
        training: whether the module behaves as in training; each module has its own.
    """

    def __init__(self) -> None:
        self.training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every subclass defines its own."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def children(self) -> Iterator[Module]:
        """Iterate over the modules among the attributes."""
        return (value for value in vars(self).values() if isinstance(value, Module))

    def parameters(self) -> Iterator[Parameter]:
        """Iterate over the parameters of this module and of all below it, each once."""
        own = [p for p in vars(self).values() if isinstance(p, Parameter)]
        below = [p for child in self.children() for p in child.parameters()]
        yield from dict.fromkeys(own + below)

    def train(self, mode: bool = True) -> Self:
        """Set this module and all below it to training, or to evaluation."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Set this module and all below it to evaluation."""
        return self.train(False)


class Sequential(Module):
    """A chain of modules, each fed with the output of the one before."""

    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for i, module in enumerate(modules):
            setattr(self, str(i), module)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.children())

    def forward(self, x: Any) -> Any:
        for module in self:
            x = module(x)
        return x


class Linear(Module):
    """y = x Wᵀ + b, where W and b are at first uniform in ±1/√in_features."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        self.weight = Parameter(random.default.uniform((out_features, in_features), -bound, bound))
        self.bias = Parameter(random.default.uniform((out_features,), -bound, bound))

    def forward(self, x: Any) -> Any:
        return linear(x, self.weight, self.bias)


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:
        return apply(table.relu, x)


class Dropout(Module):
    """While training, drop each element with probability p and scale the others up; in evaluation, the identity.

    y = x · m / (1 - p), where m is 0 with probability p and 1 otherwise, drawn for every element and every call.
    Since E[m / (1 - p)] = 1, the expectation of y is x, and evaluation needs no correction ("inverted" dropout). The
    gradient is dL/dx = dL/dy · m / (1 - p), with the m of the forward pass.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Any) -> Any:
        return dropout(x, self.p) if self.training else x


def dropout(x: Any, p: float, source: Any = None, shape: tuple[int, ...] | None = None) -> Any:
    """Multiply by a constant that is drawn, not differentiated: 0 with probability p, else 1/(1-p).

    Args:
        x: a tensor.
        p: the probability of 0.
        source: draws the mask.
        shape: of the mask, which broadcasts to that of x; that of x unless given.
    """
    if p == 1:
        return apply(table.where, False, x, 0.0)
    return x * drawn(scaled_mask, source or random.default, x.array.shape if shape is None else shape, p, x.array.dtype)


def scaled_mask(source: Any, shape: tuple[int, ...], p: float, dtype: np.dtype[Any]) -> np.ndarray:
    """Draw 0 with probability p, and 1/(1-p) otherwise."""
    mask, keep = source.keep_mask(shape, p)
    if dtype == np.float16:  # where 1/keep may be infinite, and PyTorch computes it in float32
        with np.errstate(over="ignore"):
            return np.where(mask, (np.float32(1) / np.float32(keep)).astype(np.float16), np.float16(0))
    return np.multiply(mask, dtype.type(1) / dtype.type(keep))


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Return x Wᵀ + b."""
    return apply(table.linear, x, weight) if bias is None else apply(table.linear, x, weight, bias)


def mse_loss(x: Any, target: Any) -> Any:
    """Return the mean of (x - target)²."""
    return apply(table.mse, x, target, count=x.array.size)


def cross_entropy(x: Any, index: np.ndarray) -> Any:
    """Return the mean over samples of -log softmax(x) at the index of the true class."""
    losses = apply(table.cross_entropy, x, index=index[:, None], axis=-1)
    return apply(table.mean, losses, axis=(0,), keepdims=False, shape=losses.array.shape)
