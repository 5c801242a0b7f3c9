"""Where samples come from.

Source: https://pytorch.org/docs/stable/data.html#dataset-types
"""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, Generic, TypeVar

from ...functions.creation import randperm
from ...functions.tensor import Tensor
from ...random import Generator

Sample = TypeVar("Sample")
Sample_co = TypeVar("Sample_co", covariant=True)


class Dataset(Generic[Sample_co]):
    """Something that gives a sample for an index; a subclass defines ``__getitem__``, and most define ``__len__``.

    It may define ``__getitems__(indices)``, too, which returns a list of samples: a DataLoader then asks for a batch at
    once. ``a + b`` is the ConcatDataset of both.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.Dataset

    Example:
        >>> class Squares(Dataset):
        ...     def __getitem__(self, index):
        ...         return index**2
        ...     def __len__(self):
        ...         return 4
        >>> squares = Squares()
        >>> len(squares), squares[3]
        (4, 9)
    """

    def __getitem__(self, index: Any) -> Sample_co:
        raise NotImplementedError(f"{type(self).__name__} does not say what its samples are")

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[Sample_co]):
    """Something that gives one sample after the other; a subclass defines ``__iter__``.

    ``a + b`` is the ChainDataset of both.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset

    Example:
        >>> class Countdown(IterableDataset):
        ...     def __iter__(self):
        ...         return iter([3, 2, 1])
        >>> list(Countdown())
        [3, 2, 1]
    """

    def __iter__(self) -> Iterator[Sample_co]:
        raise NotImplementedError(f"{type(self).__name__} does not say what its samples are")

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Samples that are the rows of tensors of equal length.

    Args:
        *tensors: each of shape (N, …).

    Raises:
        AssertionError: their lengths differ.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset

    Example:
        >>> import minigrad
        >>> data = TensorDataset(minigrad.tensor([[1.0], [2.0]]), minigrad.tensor([0, 1]))
        >>> data[1]
        (tensor([2.]), tensor(1))
    """

    def __init__(self, *tensors: Tensor) -> None:
        if len({t.size(0) for t in tensors}) > 1:
            raise AssertionError(f"Size mismatch between tensors: {[t.size(0) for t in tensors]}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple([t[index] for t in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0])


class StackDataset(Dataset[Any]):
    """Samples of several datasets side by side, as a tuple or, of datasets that are given by name, as a dict.

    Args:
        *datasets: of equal length.
        **named: instead of them.

    Raises:
        ValueError: lengths differ, or there is no dataset, or some have names and some have none.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset

    Example:
        >>> StackDataset(x=[1, 2], label=["one", "two"])[1]
        {'x': 2, 'label': 'two'}
    """

    def __init__(self, *datasets: Any, **named: Any) -> None:
        if datasets and named:
            raise ValueError("StackDataset: give all datasets by name or none, but got both kinds")
        self.datasets: Any = named or datasets
        lengths = [len(dataset) for dataset in datasets or named.values()]
        if not lengths:
            raise ValueError("StackDataset: at least one dataset should be passed")
        if len(set(lengths)) > 1:
            raise ValueError(f"Size mismatch between datasets: {lengths}")
        self._length = lengths[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple([dataset[index] for dataset in self.datasets])

    def __getitems__(self, indices: Sequence[Any]) -> list[Any]:
        """Return several samples at once."""
        if isinstance(self.datasets, dict):
            columns = [samples_at(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*[samples_at(dataset, indices) for dataset in self.datasets], strict=True))

    def __len__(self) -> int:
        return self._length


class ConcatDataset(Dataset[Sample_co]):
    """Samples of one dataset after those of another.

    Args:
        datasets: at least one, all with a length.

    Raises:
        AssertionError: there is none, or one is an IterableDataset.
        ValueError: a negative index reaches beyond the first sample.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset

    Example:
        >>> joined = ConcatDataset([range(3), range(10, 12)])
        >>> len(joined), joined[2], joined[3], joined[-1]
        (5, 2, 10, 11)
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("ConcatDataset: datasets should not be an empty iterable")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset: use ChainDataset")
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index: int) -> Any:
        if index < -len(self):
            raise ValueError(f"ConcatDataset: index {index} is out of range for {len(self)} samples")
        if index < 0:
            index += len(self)
        which = bisect_right(self.cumulative_sizes, index)
        before = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][index - before]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class ChainDataset(IterableDataset[Any]):
    """Samples of one IterableDataset after those of another.

    Args:
        datasets: IterableDatasets.

    Raises:
        AssertionError: when it is gone through or asked for its length, and a dataset is no IterableDataset.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset

    Example:
        >>> class Countdown(IterableDataset):
        ...     def __iter__(self):
        ...         return iter([3, 2, 1])
        >>> list(ChainDataset([Countdown(), Countdown()]))
        [3, 2, 1, 3, 2, 1]
    """

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self._streams())

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self._streams())

    def _streams(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError(f"ChainDataset only supports IterableDataset, got {type(dataset).__name__}")
            yield dataset


class Subset(Dataset[Sample_co]):
    """Some of the samples of a dataset.

    Args:
        dataset: any with ``dataset[index]``.
        indices: of the samples, in the order of the subset.

    Raises:
        NotImplementedError: a subclass overrides ``__getitem__`` alone, which a DataLoader would not ask.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset

    Example:
        >>> list(Subset(["a", "b", "c"], [2, 0]))
        ['c', 'a']
    """

    def __init__(self, dataset: Dataset[Sample_co] | Any, indices: Sequence[Any]) -> None:
        kind = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{kind.__name__} overrides __getitem__ but not __getitems__, which a DataLoader asks for batches: "
                "def __getitems__(self, indices): return [self[i] for i in indices]"
            )
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: Sequence[Any]) -> list[Any]:
        """Return several samples at once."""
        return samples_at(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Dataset[Sample], lengths: Sequence[float], generator: Generator | None = None
) -> list[Subset[Sample]]:
    """Split a dataset at random into parts that do not overlap; the same seed gives PyTorch's parts.

    Args:
        dataset: has a length.
        lengths: of the parts, adding up to that of the dataset; or fractions in [0, 1] that add up to 1. Fractions are
            rounded down, and what remains goes to the parts one by one from the first on.
        generator: draws the order; the default generator unless given.

    Raises:
        ValueError: the lengths do not add up, or a fraction is not in [0, 1].

    Warns:
        UserWarning: a fraction leaves a part without samples.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split

    Example:
        >>> [len(part) for part in random_split(range(10), [0.75, 0.25])]
        [8, 2]
    """
    n = len(dataset)  # type: ignore[arg-type]
    total = sum(lengths)
    sizes: Any = _sizes_of(lengths, n) if total <= 1 and math.isclose(total, 1) else lengths
    if sum(sizes) != n:
        raise ValueError(
            f"Sum of input lengths does not equal the length of the input dataset: {list(lengths)} add up to {total}, "
            f"not to 1 nor to {n}"
        )
    order = randperm(n, generator=generator).tolist()
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, accumulate(sizes), strict=True)]


def _sizes_of(fractions: Sequence[float], n: int) -> list[int]:
    """Divide n by fractions that add up to 1."""
    for i, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {i} is not between 0 and 1: {fraction}")
    sizes = [math.floor(n * fraction) for fraction in fractions]
    for i in range(n - sum(sizes)):
        sizes[i % len(sizes)] += 1
    for i, size in enumerate(sizes):
        if size == 0:
            warnings.warn(f"Length of split at index {i} is 0: the dataset has {n} samples", stacklevel=3)
    return sizes


def samples_at(dataset: Any, indices: Sequence[Any]) -> list[Any]:
    """Return several samples, asking ``__getitems__`` for all at once where the dataset has it.

    Raises:
        ValueError: it returns more of them, or fewer.
    """
    getitems = getattr(dataset, "__getitems__", None)
    if not callable(getitems):
        return [dataset[i] for i in indices]
    samples: list[Any] = getitems(indices)
    if len(samples) != len(indices):
        raise ValueError(
            f"{type(dataset).__name__}.__getitems__ returned {len(samples)} samples, expected {len(indices)}"
        )
    return samples
