"""Gradient checks: the backward pass against finite differences.

The random output gradient u turns a function of many outputs into one number, L = Σ u·f(x), whose slope along every
element of every input the backward pass must give. Random, since a constant u would let wrong rules pass: the outputs
of a softmax sum to one, so that with ones their true gradient is zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._tensor.backward import differentiate
from .._tensor.base import Array, wrap
from .._tensor.grad_mode import enable_grad
from .._tensor.writes import repeated
from ..functions.tensor import Tensor
from ..random import Generator

Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """The backward pass disagrees with finite differences."""


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = True,
    fast_mode: bool = True,
    generator: Generator | None = None,
) -> bool:
    """Check the first derivatives of a function, for every input that requires a gradient and every output.

    For each output y and each element xᵢ: |a - n| <= atol + rtol·|n|, where a = ∂(Σ u·y)/∂xᵢ by the backward pass, with
    u drawn from [0.5, 1.5] with random signs, and n = (L(xᵢ + eps) - L(xᵢ - eps)) / 2eps.

    Args:
        func: takes the inputs, returns a tensor or several.
        inputs: a tensor or several; those that require a gradient should be float64, and away from kinks.
        eps: half the width of the difference, in units of the input.
        atol: tolerated absolute error.
        rtol: tolerated relative error.
        raise_exception: raise on failure rather than return False.
        nondet_tol: by how much two calls of func may differ.
        check_undefined_grad: accepted, as are check_grad_dtypes and fast_mode; the checks are the same for all values.
        check_grad_dtypes: accepted; the dtypes are always checked.
        fast_mode: accepted; the random u is what PyTorch's fast mode does for the outputs.
        generator: draws u; one with a fixed seed unless given.

    Returns:
        True; or False where a check failed and raise_exception is False.

    Raises:
        GradcheckError: (a RuntimeError) with the worst element of the first pair of output and input that disagrees.
        ValueError: no input requires a gradient.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html. It differs on purpose: u
        is random, where PyTorch checks the whole Jacobian by unit vectors.

    Example:
        >>> x = Tensor([0.5, 1.5]).double().requires_grad_()
        >>> gradcheck(lambda x: x.exp().sum(), x)
        True
    """
    tensors = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    generator = generator or Generator().manual_seed(0)
    try:
        _check(func, tensors, eps, atol, rtol, nondet_tol, generator)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = True,
    fast_mode: bool = True,
    generator: Generator | None = None,
) -> bool:
    """Check the second derivatives of a function: `gradcheck` of its recorded backward pass.

    The function that is checked takes the inputs and the output gradients, and returns the inputs' gradients.

    Args:
        func: as in `gradcheck`.
        inputs: as in `gradcheck`.
        grad_outputs: for each output, a gradient of its shape; random unless given.
        eps: as in `gradcheck`, as are atol, rtol, raise_exception, nondet_tol and generator.
        atol: tolerated absolute error.
        rtol: tolerated relative error.
        raise_exception: raise on failure rather than return False.
        nondet_tol: by how much two calls may differ.
        check_undefined_grad: accepted, as in `gradcheck`.
        check_grad_dtypes: accepted.
        fast_mode: accepted.
        generator: draws the gradients.

    Raises:
        GradcheckError: as `gradcheck`.
        ValueError: no input requires a gradient, or no output depends on one.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html

    Example:
        >>> x = Tensor([0.5, 1.5]).double().requires_grad_()
        >>> gradgradcheck(lambda x: x**3, x)
        True
    """
    tensors = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    generator = generator or Generator().manual_seed(0)
    if grad_outputs is None:
        outputs = _differentiable(func, tensors)
        if not outputs:
            raise ValueError("gradgradcheck expects at least one output of inputs that require gradient")
        weights = [_tensor(_random_like(y.array, generator)).requires_grad_() for y in outputs]
    else:
        weights = [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)

    def first_derivative(*args: Tensor) -> tuple[Tensor, ...]:
        xs, us = args[: len(tensors)], args[len(tensors) :]
        trained = [x for x in xs if x.requires_grad]
        found = differentiate(_differentiable(func, xs), us, {x.edge() for x in trained}, True, create_graph=True)
        return tuple([found[x.edge()] for x in trained if x.edge() in found])

    return gradcheck(
        first_derivative,
        [*tensors, *weights],
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        generator=generator,
    )


def _check(
    func: Function, inputs: list[Tensor], eps: float, atol: float, rtol: float, nondet_tol: float, generator: Generator
) -> None:
    trained = {i: x for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad}
    if not trained:
        raise ValueError("gradcheck expects at least one input tensor to require gradient, but none of them does")
    for i, x in trained.items():
        if x.array.dtype != np.float64:
            raise GradcheckError(f"gradcheck: input {i} is {x.dtype}; finite differences need float64")
        if any(repeated(x.array)):
            raise GradcheckError(
                f"gradcheck: input {i} is expanded, so that several elements share one place in memory, and none can "
                "be moved alone: clone() it first, or expand inside of the function"
            )
    _check_deterministic(func, inputs, nondet_tol)
    for k, y in enumerate(_outputs(func, inputs)):
        u = _random_like(y.array, generator)
        analytical = _analytical(func, inputs, trained, k, u)
        for i, x in trained.items():
            numerical = _numerical(func, inputs, x, k, u, eps)
            _compare(analytical[i], numerical, atol, rtol, f"output {k} with respect to input {i}")


def _outputs(func: Function, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Return the floating-point outputs."""
    with enable_grad():
        outputs = func(*inputs)
    listed = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    return [y for y in listed if y.dtype.is_floating_point]


def _differentiable(func: Function, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Return the outputs that have a history."""
    return [y for y in _outputs(func, inputs) if y.requires_grad]


def _random_like(array: Array, generator: Generator) -> Array:
    """Draw values of either sign, none of them near 0."""
    sign = generator.integers(0, 2, array.shape) * 2 - 1
    return sign * generator.uniform(array.shape, array.dtype, 0.5, 1.5)


def _tensor(array: Array) -> Tensor:
    out: Tensor = wrap(np.asarray(array))
    return out


def _analytical(func: Function, inputs: list[Tensor], trained: dict[int, Tensor], k: int, u: Array) -> dict[int, Array]:
    """Return the gradient of Σ u·y for output k by the backward pass; zeros for an input that y does not depend on."""
    y = _outputs(func, inputs)[k]
    targets = {x.edge() for x in trained.values()}
    found = differentiate([y], [_tensor(u)], targets, False, create_graph=False) if y.requires_grad else {}
    gradients = {i: np.asarray(found.get(x.edge(), np.zeros_like(x.array))) for i, x in trained.items()}
    for i, x in trained.items():
        if gradients[i].dtype != x.array.dtype:
            raise GradcheckError(f"the gradient of input {i} is {gradients[i].dtype}, the input {x.array.dtype}")
    return gradients


def _numerical(func: Function, inputs: list[Tensor], x: Tensor, k: int, u: Array, eps: float) -> Array:
    """Return the gradient of Σ u·y for output k by central differences, one element of x at a time."""
    slope = np.zeros_like(x.array)
    for place in itertools.product(*[range(n) for n in x.array.shape]):
        above, below = (_moved(func, inputs, x, place, step, k) for step in (eps, -eps))
        slope[place] = ((above - below) * u).sum() / (2 * eps)
    return slope


def _moved(func: Function, inputs: list[Tensor], x: Tensor, place: tuple[int, ...], step: float, k: int) -> Array:
    """Return output k with one element of one input moved for the time of the call."""
    middle = x.array[place].copy()
    try:
        x.array[place] = middle + step
        return _outputs(func, inputs)[k].array.copy()  # a view of the input would move back with it
    finally:
        x.array[place] = middle


def _check_deterministic(func: Function, inputs: list[Tensor], tolerance: float) -> None:
    """Raise where two calls differ, as those of a live dropout do: a difference of two masks is no derivative."""
    for k, (y, again) in enumerate(zip(_outputs(func, inputs), _outputs(func, inputs), strict=True)):
        if not np.allclose(y.array, again.array, rtol=0, atol=tolerance, equal_nan=True):
            raise GradcheckError(f"output {k} is not deterministic: two calls on the same inputs differ")


def _compare(analytical: Array, numerical: Array, atol: float, rtol: float, where: str) -> None:
    if analytical.shape != numerical.shape:
        raise GradcheckError(f"gradient of {where}: its shape is {analytical.shape}, the input's {numerical.shape}")
    excess = np.abs(analytical - numerical) - (atol + rtol * np.abs(numerical))
    excess = np.where(np.isnan(excess), np.inf, excess)  # NaN agrees with nothing
    if excess.size and excess.max() > 0:
        worst = np.unravel_index(excess.argmax(), excess.shape)
        place = tuple(int(i) for i in worst)
        raise GradcheckError(
            f"gradient of {where}: worst element at {place}: backward gives {analytical[worst]:.9g}, finite "
            f"differences {numerical[worst]:.9g} (atol={atol:g}, rtol={rtol:g}); {(excess > 0).sum()} of {excess.size} "
            "elements disagree"
        )
