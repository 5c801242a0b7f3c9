"""A function of one network, mapped over many."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..functions.tensor import Tensor
from .mapped_calls import Mapped, mapping

Dims = int | None | tuple[int | None, ...]


def vmap(
    func: Callable[..., Any],
    in_dims: Dims = 0,
    out_dims: int | tuple[int, ...] = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return a function that does for many networks at once what a function does for one.

    PyTorch maps any function. minigrad maps those that hand what they get to `functional_call`, of a Sequential that
    `Stacked` takes or of a loss; everything else that is done with a mapped tensor is an error. The result is that of
    as many calls of the function, stacked.

    Args:
        func: takes tensors, and dictionaries, tuples or lists of them; returns a tensor, or a tuple of them.
        in_dims: which dimension of the arguments has the networks, None for an argument that all of them share; one for
            all arguments, or a tuple with one for each.
        out_dims: which dimension of the results has the networks; one for all, or a tuple.
        randomness: what dropout does: "error" refuses to draw, "different" draws one mask for each network, "same" one
            for all of them. Masks come from the network's generator, or the default one.
        chunk_size: None; all networks are computed at once.

    Raises:
        ValueError: in_dims or out_dims do not fit; no argument is mapped, or they have different numbers of networks.
        RuntimeError: another randomness; or the function does what is not mapped.
        NotImplementedError: a chunk_size, or a vmap within another.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html

    Example:
        >>> import minigrad
        >>> from minigrad import nn
        >>> from minigrad.func import functional_call, stack_module_state, vmap
        >>> nets = [nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)) for _ in range(3)]
        >>> params, buffers = stack_module_state(nets)
        >>> def call(params, buffers, x):
        ...     return functional_call(nets[0], (params, buffers), (x,))
        >>> vmap(call, in_dims=(0, 0, None))(params, buffers, minigrad.ones(5, 2)).shape
        minigrad.Size([3, 5, 1])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None:
        raise NotImplementedError(f"vmap: chunk_size must be None, but got {chunk_size!r}")

    @functools.wraps(func)
    def over_networks(*args: Any) -> Any:
        if mapping.randomness is not None:
            raise NotImplementedError("vmap: a vmap within another is not there")
        dims = _checked_in_dims(in_dims, args)
        sizes: dict[int, None] = {}
        mapped = [_mapped(arg, dim, sizes) for arg, dim in zip(args, dims, strict=True)]
        if not sizes:
            raise ValueError(f"vmap: no argument holds a tensor to map with in_dims {in_dims!r}")
        if len(sizes) != 1:
            raise ValueError(
                "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                f"{list(sizes)} for the mapped dimension"
            )
        mapping.randomness = randomness
        try:
            result = func(*mapped)
        finally:
            mapping.randomness = None
        return _results(result, out_dims, next(iter(sizes)))

    return over_networks


def _checked_in_dims(in_dims: Any, args: tuple[Any, ...]) -> Sequence[int | None]:
    """Return a dimension for each argument."""
    if not args:
        raise ValueError("vmap: got no inputs; there must be at least one")
    dims = in_dims if isinstance(in_dims, tuple | list) else (in_dims,) * len(args)
    if any(dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)) for dim in dims):
        raise ValueError(f"vmap: in_dims must be an int or None, or one of these for each argument, got {in_dims!r}")
    if len(dims) != len(args):
        raise ValueError(f"vmap: in_dims has {len(dims)} entries, but there are {len(args)} arguments")
    if all(dim is None for dim in dims):
        raise ValueError(f"vmap: at least one argument must be mapped, but in_dims is {in_dims!r}")
    return dims


def _mapped(arg: Any, dim: int | None, sizes: dict[int, None]) -> Any:
    """Return an argument as the function gets it; take down how many networks it is of."""
    if dim is None:
        return arg
    if isinstance(arg, dict):
        return {name: _mapped(value, dim, sizes) for name, value in arg.items()}
    if isinstance(arg, tuple | list):
        return type(arg)([_mapped(value, dim, sizes) for value in arg])
    if not isinstance(arg, Tensor):
        raise ValueError(f"vmap: an argument that is mapped must be of tensors, but got {type(arg).__name__}: {arg!r}")
    if not -arg.ndim <= dim < arg.ndim:
        raise ValueError(f"vmap: in_dim {dim} is out of range for a tensor of shape {list(arg.shape)}")
    sizes[arg.array.shape[dim]] = None
    return Mapped(arg if dim == 0 else arg.movedim(dim, 0))


def _results(result: Any, out_dims: Any, networks: int) -> Any:
    """Return what the function returned as tensors, with the networks in the dimension that out_dims says."""
    several = isinstance(result, tuple)
    results = result if several else (result,)
    dims = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(results)
    if len(dims) != len(results):
        raise ValueError(f"vmap: out_dims has {len(dims)} entries, but there are {len(results)} results")
    out = [_result(one, dim, networks) for one, dim in zip(results, dims, strict=True)]
    return tuple(out) if several else out[0]


def _result(one: Any, dim: int, networks: int) -> Tensor:
    if isinstance(one, Tensor):  # which does not depend on what is mapped
        one = Mapped(one.expand(networks, *one.shape))
    if not isinstance(one, Mapped):
        raise ValueError(f"vmap: the function must return tensors, but it returned {type(one).__name__}")
    return one.stack if dim == 0 else one.stack.movedim(0, dim)
