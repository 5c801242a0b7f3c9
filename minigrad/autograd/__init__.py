"""Derivatives, asked for by name.

Source: https://pytorch.org/docs/stable/autograd.html
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _absent
from .._tensor.anomaly import detect_anomaly, set_detect_anomaly
from .._tensor.backward import backward as _backward, differentiate
from .._tensor.base import wrap
from .._tensor.grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .._tensor.listening import computed, constant
from ..functions.tensor import Tensor
from . import function, functional
from .function import Function
from .gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = [
    "Function", "GradcheckError", "Variable", "backward", "detect_anomaly", "enable_grad", "function", "functional",
    "grad", "gradcheck", "gradgradcheck", "inference_mode", "is_grad_enabled", "no_grad", "set_detect_anomaly",
    "set_grad_enabled",
]  # fmt: skip

Tensors = Tensor | Sequence[Tensor]


def backward(
    tensors: Tensors,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradient of the tensors' weighted sum to the ``.grad`` of every leaf.

    Args:
        tensors: one or several.
        grad_tensors: for each, dL/d(tensor), of its shape; or None for a tensor of one element, which means 1.
        retain_graph: keep the graph for another pass; as create_graph unless given.
        create_graph: record the pass itself.
        inputs: leaves or results whose ``.grad`` grows, and no other.

    Raises:
        RuntimeError: as `Tensor.backward`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.backward.html

    Example:
        >>> x = Tensor([2.0]).requires_grad_()
        >>> backward([x**2, 3 * x])
        >>> x.grad
        tensor([7.])
    """
    outputs = _listed(tensors)
    _backward(outputs, _weights(grad_tensors, outputs), retain_graph, create_graph, inputs)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradients of the outputs' weighted sum with respect to the inputs; no ``.grad`` is touched.

    Args:
        outputs: one tensor or several.
        inputs: leaves or results of operations.
        grad_outputs: the weights, as in `backward`.
        retain_graph: keep the graph for another pass; as create_graph unless given.
        create_graph: record the pass itself, so that the gradients can be differentiated again.
        only_inputs: always true; PyTorch keeps the name for old scripts.
        allow_unused: return None for an input that no output depends on, rather than raise.
        is_grads_batched: not supported.
        materialize_grads: return zeros rather than None, and allow unused inputs.

    Raises:
        RuntimeError: an input requires no gradient or was not used; otherwise as `Tensor.backward`.
        ValueError: materialize_grads=True contradicts allow_unused=False.
        NotImplementedError: is_grads_batched=True.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.grad.html

    Example:
        >>> x = Tensor([2.0]).requires_grad_()
        >>> (dy,) = grad(x**3, x, create_graph=True)
        >>> grad(dy, x)
        (tensor([12.]),)
    """
    if is_grads_batched:
        raise NotImplementedError("is_grads_batched=True is not supported: call grad() for each gradient")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    sources, targets = _listed(outputs), _listed(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    edges = [x.edge() for x in targets]
    if None in edges:
        raise RuntimeError(f"input {edges.index(None)} of the differentiated Tensors does not require grad")
    found = differentiate(sources, _weights(grad_outputs, sources), set(edges), retain_graph, create_graph)
    missing = [i for i, edge in enumerate(edges) if edge not in found]
    if missing and not (allow_unused or materialize_grads):
        raise RuntimeError(
            f"input {missing[0]} of the differentiated Tensors appears to not have been used in the graph. "
            "Set allow_unused=True if this is the desired behavior."
        )
    if materialize_grads:
        found.update((edges[i], constant(np.zeros_like(targets[i].array))) for i in missing)
    return tuple([_as_tensor(found.get(edge)) for edge in edges])


class _AnyTensor(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_AnyTensor):
    """What PyTorch called tensors before 0.4: every tensor is an instance.

    Calling it gives a tensor on the same memory that has this `requires_grad`.

    Args:
        data: a tensor, whose memory the result shares.
        requires_grad: whether a gradient is wanted.
        volatile: what kept the history away before `no_grad` did; a true one changes nothing, and warns.

    Raises:
        TypeError: data is no tensor.
        ValueError: both volatile and requires_grad are true.

    Source: https://pytorch.org/docs/stable/autograd.html#variable-deprecated

    Example:
        >>> x = Variable(Tensor([1.0]), requires_grad=True)
        >>> isinstance(x, Variable), x
        (True, tensor([1.], requires_grad=True))
    """

    def __new__(cls, data: Tensor, requires_grad: bool = False, volatile: bool = False) -> Any:
        """Return the tensor."""
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}: {data!r:.200}")
        if volatile and requires_grad:
            raise ValueError("Variable can't be volatile and require_grad at the same time!")
        if volatile:
            message = "volatile was removed and now has no effect. Use `with torch.no_grad():` instead."
            warnings.warn(message, UserWarning, stacklevel=2)
        return data.detach().requires_grad_(requires_grad)


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _weights(grad_tensors: Any, outputs: list[Tensor]) -> list[Tensor | None]:
    if grad_tensors is None:
        return [None] * len(outputs)
    weights = [grad_tensors] if isinstance(grad_tensors, Tensor) else list(grad_tensors)
    if len(weights) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(weights)} gradients")
    return weights


def _as_tensor(gradient: Any) -> Tensor | None:
    if gradient is None or isinstance(gradient, Tensor):
        return gradient
    # a copy: the array may be the user's, or shared with another gradient
    out: Tensor = wrap(computed(np.array, gradient))
    return out

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
