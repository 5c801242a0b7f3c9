"""Draws whose distribution tensors describe. Their gradient is 0: to move the parameters moves no drawn value.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#random-sampling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..random import Generator, default_generator
from ..recording import apply, as_array, is_tensor, wrap
from .arguments import check_floating, takes_out
from .elementwise import add
from .shaping import broadcast_shapes

if TYPE_CHECKING:
    from ..tensor import Tensor


@takes_out
def bernoulli(input: Tensor, p: Any = None, *, generator: Generator | None = None) -> Tensor:
    """Return 1 with the probability that each element names, or with probability p if it is given; else 0.

    Args:
        input: probabilities in [0, 1]; where p is given, only its shape and dtype matter.
        p: a number in [0, 1].
        generator: draws; the default generator unless given.

    Raises:
        RuntimeError: a probability is outside of [0, 1], or the input is not of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.bernoulli.html
    """
    chances = input.array if p is None else as_array(p)
    if p is None:
        check_floating("bernoulli", input)
    if not np.all((np.asarray(chances) >= 0) & (np.asarray(chances) <= 1)):
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got values outside of [0, 1]")
    values = (generator or default_generator).bernoulli(chances, input.array.shape).astype(input.array.dtype)
    return apply(ops.drawn, input, values=values)


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None, out: Any = None
) -> Tensor:
    """Return so many indices of the last dimension, drawn with probabilities in proportion to the weights there.

    Args:
        input: weights of shape (categories,) or (rows, categories), at least 0 and not all 0.
        num_samples: draws of each row.
        replacement: whether an index may be drawn again.
        generator: draws; the default generator unless given.
        out: an int64 tensor to write into.

    Raises:
        RuntimeError: the shape or the weights are none of these, or too few are positive.

    Source: https://pytorch.org/docs/stable/generated/torch.multinomial.html
    """
    if out is not None and out.array.dtype != np.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype}")
    indices = wrap((generator or default_generator).multinomial(input.array, num_samples, replacement))
    return indices if out is None else out.copy_(indices)


def normal_of_tensors(mean: Any, std: Any, *, generator: Generator | None = None) -> Tensor:
    """Return draws from N(mean, std²), of the shape of both together; at least one is a tensor."""
    if (np.asarray(as_array(std)) < 0).any():
        raise RuntimeError(f"normal expects all elements of std >= 0.0, but got {std}")
    shape = broadcast_shapes(np.shape(as_array(mean)), np.shape(as_array(std)))
    like = mean if is_tensor(mean) else std
    z = (generator or default_generator).normal(shape, like.array.dtype)
    values = z * as_array(std) + as_array(mean)
    return apply(ops.drawn, add(mean, std), values=values.astype(like.array.dtype))  # the sum stands for both
