"""Orders in which to go through a dataset; the same seed gives PyTorch's orders.

Source: https://pytorch.org/docs/stable/data.html#data-loading-order-and-sampler
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

from ... import random
from ..._tensor import dtypes
from ...functions.creation import as_tensor
from ...random import Generator

DRAWN_AT_ONCE = 32  # by RandomSampler with replacement, as in PyTorch: others may draw in between


Index_co = TypeVar("Index_co", covariant=True)


class Sampler(Generic[Index_co]):
    """Something that gives indices one after the other; a subclass defines ``__iter__``, and most define ``__len__``.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.Sampler

    Example:
        >>> class Backwards(Sampler):
        ...     def __iter__(self):
        ...         return iter([2, 1, 0])
        >>> list(Backwards())
        [2, 1, 0]
    """

    def __iter__(self) -> Iterator[Index_co]:
        raise NotImplementedError(f"{type(self).__name__} does not say in which order samples come")


class SequentialSampler(Sampler[int]):
    """The indices 0, 1, 2, … of a dataset.

    Args:
        data_source: has a length.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler

    Example:
        >>> list(SequentialSampler(["a", "b", "c"]))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The indices of a dataset in a random order, drawn again for every pass.

    Args:
        data_source: has a length.
        replacement: draw every index from all of them.
        num_samples: indices in a pass; the length of the dataset unless given. Without replacement, an index comes
            again only after all the others have.
        generator: draws the orders; unless given, the default generator draws a seed for every pass.

    Raises:
        TypeError: replacement is no bool.
        ValueError: num_samples is no positive integer, or the dataset is empty.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler

    Example:
        >>> list(RandomSampler(range(5), generator=Generator().manual_seed(0)))
        [4, 0, 1, 3, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement!r}")
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        _require_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices a pass has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        generator = self.generator or Generator().manual_seed(draw_seed(None))
        n, wanted = len(self.data_source), self.num_samples
        if self.replacement:
            for start in range(0, wanted, DRAWN_AT_ONCE):
                yield from generator.integers(0, n, (min(DRAWN_AT_ONCE, wanted - start),)).tolist()
        else:
            for _ in range(wanted // n):
                yield from generator.permutation(n).tolist()
            yield from generator.permutation(n).tolist()[: wanted % n]  # PyTorch draws it even where none is wanted

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in a random order, drawn again for every pass.

    Args:
        indices: of the samples.
        generator: draws the orders; the default generator unless given.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler

    Example:
        >>> list(SubsetRandomSampler([10, 20, 30], generator=Generator().manual_seed(0)))
        [30, 10, 20]
    """

    def __init__(self, indices: Sequence[Any], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        generator = self.generator or random.default_generator
        yield from [self.indices[i] for i in generator.permutation(len(self.indices)).tolist()]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with probabilities in proportion to their weights, anew for every pass.

    Args:
        weights: of the indices 0, 1, …, at least 0; they need not add up to 1.
        num_samples: indices in a pass, at least 1.
        replacement: whether an index can be drawn again.
        generator: draws them; the default generator unless given.

    Raises:
        ValueError: num_samples is no positive integer, replacement is no bool, or the weights are not 1-dimensional.
        RuntimeError: at the start of a pass, where the weights cannot be drawn from: see `Generator.multinomial`.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler

    Example:
        >>> list(WeightedRandomSampler([0, 9, 1], 5, generator=Generator().manual_seed(0)))
        [2, 1, 1, 2, 1]
    """

    def __init__(
        self, weights: Any, num_samples: int, replacement: bool = True, generator: Generator | None = None
    ) -> None:
        _require_positive("num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement!r}")
        self.weights = as_tensor(weights, dtype=dtypes.float64)
        if self.weights.ndim != 1:
            raise ValueError(f"weights should be a 1d sequence, but got weights of shape {tuple(self.weights.shape)}")
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        generator = self.generator or random.default_generator
        yield from generator.multinomial(self.weights.array, self.num_samples, self.replacement).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of the indices that another sampler gives.

    Args:
        sampler: any iterable.
        batch_size: indices in a list, at least 1.
        drop_last: leave a last list out that is not full.

    Raises:
        ValueError: batch_size is no positive integer, or drop_last is no bool.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler

    Example:
        >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        _require_positive("batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last!r}")
        self.sampler: Iterable[Any] = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                break
            yield batch

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]  # a TypeError where it has none
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def draw_seed(generator: Generator | None) -> int:
    """Draw an integer below 2⁶³ from a generator, or from the default one."""
    return int((generator or random.default_generator).integers(0, 2**63, ()))


def _require_positive(name: str, value: Any) -> None:
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value!r}")
