"""Draws whose distribution tensors describe. Their gradient is 0: to move the parameters moves no drawn value.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#random-sampling.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .. import table
from .._tensor.base import Array, TensorBase, TensorT, as_array, is_tensor, wrap
from .._tensor.declared import checked, explain, explaining
from .._tensor.in_place import assign
from .._tensor.listening import computed
from ..core.graph import apply
from ..random import Generator, default_generator
from ..random.layout import drawn_as_laid_out, memory_order, normals_for, uniforms_for
from .arguments import check_floating, other_names, takes_out
from .arithmetic import add
from .shaping import broadcast_shapes


@takes_out
def bernoulli(input: TensorT, p: Any = None, *, generator: Generator | None = None) -> TensorT:
    """Return 1 with the probability that each element names, or with probability p if it is given; else 0.

    Args:
        input: probabilities in [0, 1]; where p is given, only its shape and dtype matter.
        p: a number in [0, 1].
        generator: draws; the default generator unless given.

    Raises:
        RuntimeError: a probability is outside of [0, 1], or the input is not of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.bernoulli.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> bernoulli(minigrad.tensor([0.0, 0.5, 1.0]))
        tensor([0., 0., 1.])
    """
    chances = input.array if p is None else as_array(p)
    if p is None:
        check_floating("bernoulli", input)
    values = computed(_coins, generator or default_generator, chances, input.array.shape, input.array.dtype)
    return apply(table.drawn, input, values=values)


def _coins(source: Generator, chances: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Draw 1 with these probabilities, else 0."""
    if not np.all((np.asarray(chances) >= 0) & (np.asarray(chances) <= 1)):
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got values outside of [0, 1]")
    return source.bernoulli(chances, shape).astype(dtype)


def _coins_for(array: Array, source: Generator, chances: Any) -> Array:
    if not np.all((chances >= 0) & (chances <= 1)):
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={chances}")
    axes = memory_order(array)
    if axes is not None and np.ndim(chances):
        chances = np.broadcast_to(chances, array.shape).transpose(axes)
    return drawn_as_laid_out(array, lambda shape: source.bernoulli(chances, shape))


def _integers_for(array: Array, source: Generator, low: int, to: int) -> Array:
    return drawn_as_laid_out(array, lambda shape: source.integers(low, to, shape)).astype(array.dtype)


def _exponentials_for(array: Array, source: Generator, rate: float) -> Array:
    return drawn_as_laid_out(array, lambda shape: source.exponential(shape, rate)).astype(array.dtype)


@checked
def multinomial(
    input: TensorT, num_samples: int, replacement: bool = False, *, generator: Generator | None = None, out: Any = None
) -> TensorT:
    """Return `num_samples` indices of the last dimension, drawn with probabilities in proportion to the weights there.

    Args:
        input: weights of shape (categories,) or (rows, categories), at least 0 and not all 0.
        num_samples: draws of each row.
        replacement: whether an index may be drawn again.
        generator: draws; the default generator unless given.
        out: an int64 tensor to write into.

    Raises:
        RuntimeError: the shape or the weights are none of these, or too few are positive.

    Source: https://pytorch.org/docs/stable/generated/torch.multinomial.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> multinomial(minigrad.tensor([1.0, 0.0, 3.0]), 4, replacement=True)
        tensor([2, 2, 2, 2])
    """
    if out is not None and out.array.dtype != np.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype}")
    source = generator or default_generator
    indices = wrap(computed(source.multinomial, input.array, num_samples, replacement))
    return indices if out is None else out.copy_(indices)


def normal_of_tensors(mean: Any, std: Any, *, generator: Generator | None = None) -> Any:
    """Return draws from N(mean, std²), of the shape of both together; at least one is a tensor."""
    like, source = mean if is_tensor(mean) else std, generator or default_generator
    values = computed(_normals, source, as_array(mean), as_array(std), like.array.dtype)
    return apply(table.drawn, add(mean, std), values=values)  # the sum stands for both


def _normals(source: Generator, mean: Any, std: Any, dtype: np.dtype[Any]) -> Array:
    if (np.asarray(std) < 0).any():
        raise RuntimeError(f"normal expects all elements of std >= 0.0, but got {std}")
    z = source.normal(broadcast_shapes(np.shape(mean), np.shape(std)), dtype)
    return np.asarray(z * std + mean).astype(dtype)


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Draws(TensorBase):
    """The methods of a tensor that draw random values."""

    __slots__ = ()

    def _redraw(self, values: Any) -> Self:
        """Overwrite with drawn values."""
        assign(self, ..., wrap(values))
        return self

    @checked
    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Overwrite with draws from N(mean, std²), and return the tensor.

        Args:
            mean: of the distribution.
            std: its standard deviation, at least 0.
            generator: draws; the default generator unless given.

        Raises:
            RuntimeError: std is negative, or the tensor is a leaf that requires a gradient.
            NotImplementedError: the tensor is not of floats.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html

        Example:
            >>> import minigrad
            >>> _ = minigrad.manual_seed(0)
            >>> minigrad.zeros(3).normal_(10.0, 0.1)
            tensor([10.1541,  9.9707,  9.7821])
        """
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
        source = generator or default_generator
        return self._redraw(computed(normals_for, self.array, source, mean, std))

    @explaining
    @other_names(**{"from": "a", "to": "b"})
    @checked
    def uniform_(self, a: float = 0.0, b: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Overwrite with draws from [a, b), all values equally likely, and return the tensor.

        Args:
            a: the lower bound.
            b: the upper bound, not below a.
            generator: draws; the default generator unless given.

        Raises:
            RuntimeError: b is below a, or the tensor is a leaf that requires a gradient.
            NotImplementedError: the tensor is not of floats.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html

        Example:
            >>> import minigrad
            >>> _ = minigrad.manual_seed(0)
            >>> minigrad.zeros(3).uniform_(-1.0, 1.0)
            tensor([-0.0075,  0.5364, -0.8230])
        """
        if not a <= b:
            raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a} > to={b}")
        source = generator or default_generator
        return self._redraw(computed(uniforms_for, self.array, source, a, b))

    @checked
    def random_(self, low: int = 0, to: int | None = None, *, generator: Generator | None = None) -> Self:
        """Overwrite with integers from low to to - 1, all equally likely, and return the tensor.

        Args:
            low: the lowest; ``random_(to)`` means 0.
            to: one more than the highest; unless given, all that the dtype holds exactly may be drawn.
            generator: draws; the default generator unless given.

        Raises:
            RuntimeError: no integer lies in [low, to), or the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html

        Example:
            >>> import minigrad
            >>> _ = minigrad.manual_seed(0)
            >>> minigrad.zeros(5).random_(1, 7)
            tensor([3., 4., 6., 1., 2.])
        """
        if to is None:
            low, to = (low, self._integers_end()) if low == 0 else (0, low)
        if not low < to:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={to}")
        source = generator or default_generator
        return self._redraw(computed(_integers_for, self.array, source, low, to))

    def _integers_end(self) -> int:
        """Return the first integer that is too large for `random_`."""
        dtype = self.array.dtype
        if dtype.kind == "f":
            return 2 ** (np.finfo(dtype).nmant + 1) + 1
        return 2 if dtype.kind == "b" else int(np.iinfo(dtype).max) + 1

    @checked
    def exponential_(self, lambd: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Overwrite with draws from the exponential distribution, whose density is λ exp(-λx), and return the tensor.

        Args:
            lambd: the rate λ > 0; the mean is 1/λ.
            generator: draws; the default generator unless given.

        Raises:
            RuntimeError: lambd is not positive, or the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html

        Example:
            >>> import minigrad
            >>> _ = minigrad.manual_seed(0)
            >>> minigrad.zeros(3).exponential_()
            tensor([3.5083, 1.2304, 0.6150])
        """
        if not lambd > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
        source = generator or default_generator
        return self._redraw(computed(_exponentials_for, self.array, source, lambd))

    @checked
    def bernoulli_(self, p: float | TensorBase = 0.5, *, generator: Generator | None = None) -> Self:
        """Overwrite with 1 with probability p, else 0, and return the tensor.

        Args:
            p: a number in [0, 1], or a tensor of them that broadcasts to this one's shape.
            generator: draws; the default generator unless given.

        Raises:
            RuntimeError: a p is outside of [0, 1], or the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html

        Example:
            >>> import minigrad
            >>> _ = minigrad.manual_seed(0)
            >>> minigrad.zeros(5).bernoulli_(0.5)
            tensor([0., 0., 1., 0., 0.])
        """
        return self._redraw(computed(_coins_for, self.array, generator or default_generator, as_array(p)))

    bernoulli = bernoulli
    multinomial = multinomial
