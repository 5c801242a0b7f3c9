"""Derivatives of functions rather than of tensors: Jacobians, Hessians, and their products with vectors.

Every function here takes ``func`` and ``inputs``, a tensor or a tuple of tensors, and answers in their shape: a result
by input is a tensor where the inputs are one tensor and a tuple where they are a tuple.

Source: https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import table
from .._tensor.backward import differentiate
from .._tensor.base import wrap
from .._tensor.grad_mode import enable_grad
from ..core.graph import apply
from ..functions.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Func = Callable[..., Any]
Tensors = tuple[Tensor, ...]


def jacobian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return J[i, j] = ∂yᵢ/∂xⱼ for y = func(x), with an index for each dimension of y and then of x.

    Args:
        func: takes the inputs, returns a tensor or a tuple.
        inputs: a tensor or a tuple.
        create_graph: record the work, so that the Jacobian can be differentiated.
        strict: raise where an output does not depend on an input, rather than answer with zeros.
        vectorize: accepted; the result is the same.
        strategy: "reverse-mode".

    Returns:
        A tensor of shape y.shape + x.shape; a tuple by outputs, by inputs, or by outputs of tuples by inputs, as func
        returns and takes tuples.

    Raises:
        TypeError: func returns, or the inputs hold, something else than tensors.
        RuntimeError: strict, and an output does not depend on an input.
        NotImplementedError: another strategy.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html

    Example:
        >>> jacobian(lambda x: x**2, Tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if strategy != "reverse-mode":
        raise NotImplementedError(f"jacobian: strategy must be 'reverse-mode', but got {strategy!r}")
    with enable_grad():
        xs = _prepared(inputs, create_graph)
        ys, many_outputs = _called(func, xs, "jacobian")
        rows = [_jacobians(i, y, xs, create_graph, strict) for i, y in enumerate(ys)]
    by_output = [_answer(row, isinstance(inputs, tuple), create_graph) for row in rows]
    return tuple(by_output) if many_outputs else by_output[0]


def hessian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return H[i, j] = ∂²y/∂xᵢ∂xⱼ for y = func(x), a tensor of one element.

    Args:
        func: takes the inputs, returns a tensor of one element.
        inputs: a tensor or a tuple.
        create_graph: record the work, so that the Hessian can be differentiated.
        strict: as in `jacobian`, for both derivatives.
        vectorize: accepted; the result is the same.
        outer_jacobian_strategy: "reverse-mode".

    Returns:
        A tensor of shape x.shape + x.shape; for a tuple of inputs, a tuple of tuples by the two inputs.

    Raises:
        RuntimeError: func returns more than one element; or as `jacobian`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html

    Example:
        >>> hessian(lambda x: (x**3).sum(), Tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """

    def gradient(*xs: Tensor) -> Any:
        y = _scalar(func, xs, "hessian")
        found = _gradients((y,), (None,), xs, create_graph=True, strict=strict)
        return found if isinstance(inputs, tuple) else found[0]

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vjp(func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """Return func(x) and vᵀJ, where J is the Jacobian.

    Args:
        func: takes the inputs, returns a tensor or a tuple.
        inputs: a tensor or a tuple.
        v: in the shape of the outputs; may be left out for one element.
        create_graph: record the work.
        strict: as in `jacobian`.

    Raises:
        RuntimeError: v is missing or has another shape than the outputs; or as `jacobian`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html

    Example:
        >>> vjp(lambda x: x**2, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))
        (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        xs = _prepared(inputs, create_graph)
        ys, many_outputs = _called(func, xs, "vjp")
        found = _gradients(ys, _vectors(v, ys, "outputs of the user-provided function"), xs, create_graph, strict)
    return _answer(ys, many_outputs, create_graph), _answer(found, isinstance(inputs, tuple), create_graph)


def jvp(func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """Return func(x) and Jv, where J is the Jacobian.

    As g = uᵀJ is linear in u, the derivative of vᵀg by u is Jv: two passes backwards make one forwards.

    Args:
        func: takes the inputs, returns a tensor or a tuple.
        inputs: a tensor or a tuple.
        v: in the shape of the inputs; may be left out for one element.
        create_graph: record the work.
        strict: as in `jacobian`.

    Raises:
        RuntimeError: v is missing or has another shape than the inputs; or as `jacobian`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html

    Example:
        >>> jvp(lambda x: x**2, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))
        (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        xs = _prepared(inputs, create_graph)
        ys, many_outputs = _called(func, xs, "jvp")
        us = tuple([_zeros_like(y).requires_grad_() for y in ys])
        gs = _gradients(ys, us, xs, create_graph=True, strict=strict)
        found = _gradients(gs, _vectors(v, xs, "user-provided inputs"), us, create_graph, strict=False)
    return _answer(ys, many_outputs, create_graph), _answer(found, many_outputs, create_graph)


def vhp(func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """Return func(x), a tensor of one element, and vᵀH, where H is the Hessian.

    Args:
        func: takes the inputs, returns a tensor of one element.
        inputs: a tensor or a tuple.
        v: in the shape of the inputs; may be left out for one element.
        create_graph: record the work.
        strict: as in `jacobian`, for both derivatives.

    Raises:
        RuntimeError: func returns more than one element; v is missing or has another shape; or as `jacobian`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.vhp.html

    Example:
        >>> vhp(lambda x: (x**3).sum(), Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))
        (tensor(9.), tensor([  6., 120.]))
    """
    with enable_grad():
        xs = _prepared(inputs, create_graph)
        y = _scalar(func, xs, "vhp")
        gs = _gradients((y,), (None,), xs, create_graph=True, strict=strict)
        found = _gradients(gs, _vectors(v, xs, "user-provided inputs"), xs, create_graph, strict)
    return _answer((y,), False, create_graph), _answer(found, isinstance(inputs, tuple), create_graph)


def hvp(func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """Return func(x) and Hv; since the Hessian is symmetric, the same as `vhp`.

    Args:
        func: takes the inputs, returns a tensor of one element.
        inputs: a tensor or a tuple.
        v: in the shape of the inputs; may be left out for one element.
        create_graph: record the work.
        strict: as in `jacobian`, for both derivatives.

    Raises:
        RuntimeError: func returns more than one element; v is missing or has another shape; or as `jacobian`.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html

    Example:
        >>> hvp(lambda x: (x**3).sum(), Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))
        (tensor(9.), tensor([  6., 120.]))
    """
    return vhp(func, inputs, v, create_graph, strict)


# ---- before the derivative -------------------------------------------------------------------------------------------


def _prepared(inputs: Any, create_graph: bool) -> Tensors:
    """Return the inputs as tensors to differentiate by; with create_graph, tied to what they were made from."""
    xs = inputs if isinstance(inputs, tuple) else (inputs,)
    for i, x in enumerate(xs):
        if not isinstance(x, Tensor):
            raise TypeError(f"The inputs must be a Tensor or a tuple of Tensors, but input {i} is {type(x).__name__}")
    return tuple([x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in xs])


def _called(func: Func, xs: Tensors, name: str) -> tuple[Tensors, bool]:
    """Return the outputs, and whether they came in a tuple."""
    outputs = func(*xs)
    many = isinstance(outputs, tuple)
    ys = outputs if many else (outputs,)
    for i, y in enumerate(ys):
        if not isinstance(y, Tensor):
            raise TypeError(
                f"The outputs of the user-provided function given to {name} must be either a Tensor or a tuple of "
                f"Tensors, but output {i} is {type(y).__name__}"
            )
    return ys, many


def _scalar(func: Func, xs: Tensors, name: str) -> Tensor:
    ys, many = _called(func, xs, name)
    if many or ys[0].array.size != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return ys[0].reshape(())


def _vectors(v: Any, like: Tensors, what: str) -> Tensors:
    """Return the vector of a product, checked; 1 where there is none and it has one element."""
    if v is None:
        if len(like) != 1 or like[0].array.size != 1:
            raise RuntimeError(f"The vector v can only be None if the {what} consist of a single element")
        return (wrap(np.ones_like(like[0].array)),)
    vs = v if isinstance(v, tuple) else (v,)
    shapes, expected = [list(u.shape) for u in vs], [list(x.shape) for x in like]
    if shapes != expected:
        raise RuntimeError(f"v must have the shape of the {what}: expected {expected}, but got {shapes}")
    return vs


# ---- the derivative --------------------------------------------------------------------------------------------------


def _gradients(
    ys: Sequence[Tensor], weights: Sequence[Tensor | None], xs: Tensors, create_graph: bool, strict: bool
) -> Tensors:
    """Return the gradient of the weighted sum of ys by each x; zeros where no y depends on it."""
    depending = [(y, u) for y, u in zip(ys, weights, strict=True) if y.requires_grad]
    edges = [x.edge() for x in xs]
    found = differentiate([y for y, _ in depending], [u for _, u in depending], set(edges), True, create_graph)
    for i, edge in enumerate(edges):
        if strict and edge not in found:
            raise RuntimeError(f"The outputs are independent of input {i}. This is not allowed in strict mode.")
    return tuple([_tensor(found[edge]) if edge in found else _zeros_like(x) for edge, x in zip(edges, xs, strict=True)])


def _jacobians(i: int, y: Tensor, xs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """Return the Jacobian of output i by every input: a row for each element, by one backward pass."""
    if strict and not y.requires_grad:
        raise RuntimeError(
            f"Output {i} of the user-provided function does not require gradient. The outputs must be computed in a "
            "differentiable manner from the input when running in strict mode."
        )
    flat = y.reshape(-1)
    rows = [_gradients((flat[k],), (None,), xs, create_graph, strict) for k in range(flat.array.size)]
    return tuple([_stacked([row[j] for row in rows], x).reshape(*y.shape, *x.shape) for j, x in enumerate(xs)])


def _stacked(rows: list[Tensor], x: Tensor) -> Tensor:
    if not rows:
        return wrap(np.zeros((0, *x.array.shape), x.array.dtype))
    return apply(table.cat, *[row.reshape(1, -1) for row in rows], axis=0, bounds=range(len(rows) + 1))


def _zeros_like(x: Tensor) -> Tensor:
    return wrap(np.zeros_like(x.array))


def _tensor(g: Any) -> Tensor:
    return g if isinstance(g, Tensor) else wrap(np.array(g))


# ---- after it --------------------------------------------------------------------------------------------------------


def _answer(tensors: Tensors, is_tuple: bool, create_graph: bool) -> Any:
    finished = tensors if create_graph else tuple([x.detach() for x in tensors])
    return finished if is_tuple else finished[0]
