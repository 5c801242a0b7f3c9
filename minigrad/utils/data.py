"""Datasets, and batches of them.

Source: https://pytorch.org/docs/stable/data.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from typing import Any

from .. import random
from ..creation import randperm, tensor
from ..functions import stack
from ..random import Generator
from ..tensor import Tensor


class Dataset:
    """Something that has a length and gives a sample for an index; every subclass defines both."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what its samples are")


class TensorDataset(Dataset):
    """Samples that are the rows of tensors of equal length.

    Args:
        *tensors: each of shape (N, …).

    Raises:
        AssertionError: their lengths differ.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
    """

    def __init__(self, *tensors: Tensor) -> None:
        if len({len(t) for t in tensors}) > 1:
            raise AssertionError(f"Size mismatch between tensors: {[len(t) for t in tensors]}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple([t[index] for t in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0])


def default_collate(samples: Sequence[Any]) -> Any:
    """Make one batch of samples: tensors are stacked, numbers become a tensor, tuples and dicts go part by part.

    Raises:
        TypeError: samples of another kind.
    """
    first = samples[0]
    if isinstance(first, Tensor):
        return stack(samples)
    if isinstance(first, int | float):
        return tensor(list(samples))
    if isinstance(first, str):
        return list(samples)
    if isinstance(first, dict):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, tuple | list):
        return [default_collate(part) for part in zip(*samples, strict=True)]
    raise TypeError(f"default_collate: batch must contain tensors, numbers, dicts or lists; found {type(first)}")


class DataLoader:
    """Batches of a dataset, in order or shuffled anew for every pass.

    Args:
        dataset: has ``len(dataset)`` and ``dataset[i]``.
        batch_size: samples in a batch, at least 1; None gives single samples.
        shuffle: whether every pass draws a new order, PyTorch's for the same seed.
        collate_fn: makes a batch of a list of samples.
        drop_last: leave a last batch out that is not full.
        generator: draws the orders; the default generator unless given.
        num_workers: accepted; loading happens in this process. So is pin_memory.

    Raises:
        ValueError: batch_size is not positive.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader

    Example:
        >>> import minigrad
        >>> data = TensorDataset(minigrad.arange(5))
        >>> [x.tolist() for (x,) in DataLoader(data, batch_size=2)]
        [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool = False,
        *,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size!r}")
        if batch_size is None and drop_last:
            raise ValueError("batch_size=None makes no batches, so drop_last=True has nothing to drop")
        if num_workers < 0:
            raise ValueError(f"num_workers option should be non-negative, but got num_workers={num_workers}")
        if not isinstance(dataset, Sized):
            raise TypeError(f"dataset must have a length, but {type(dataset).__name__} has none")
        self.dataset: Any = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.generator = generator

    def __len__(self) -> int:
        n, size = len(self.dataset), self.batch_size or 1
        return n // size if self.drop_last else -(-n // size)

    def __iter__(self) -> Iterator[Any]:
        _draw_seed(self.generator)  # PyTorch's seed for worker processes, drawn whether or not there are any
        return self._pass()

    def _pass(self) -> Iterator[Any]:
        order = self._order()
        if self.batch_size is None:
            yield from (self.dataset[i] for i in order)
            self._end()
        else:
            batches = [order[i : i + self.batch_size] for i in range(0, len(order), self.batch_size)]
            partial = bool(batches) and len(batches[-1]) < self.batch_size
            for batch in batches[:-1] if partial else batches:
                yield self._batch(batch)
            self._end()
            if partial and not self.drop_last:
                yield self._batch(batches[-1])

    def _end(self) -> None:
        """Make the draw that PyTorch's sampler makes, and does not use, when its order is at an end."""
        if self.shuffle and self.generator is not None:
            randperm(len(self.dataset), generator=self.generator)

    def _order(self) -> list[int]:
        n = len(self.dataset)
        if not self.shuffle:
            return list(range(n))
        generator = self.generator or Generator().manual_seed(_draw_seed(None))
        order: list[int] = randperm(n, generator=generator).tolist()
        return order

    def _batch(self, indices: list[int]) -> Any:
        if self.collate_fn is None and isinstance(self.dataset, TensorDataset):
            return list(self.dataset[indices])  # one index instead of a stack of rows
        samples = [self.dataset[i] for i in indices]
        return (self.collate_fn or default_collate)(samples)


def _draw_seed(generator: Generator | None) -> int:
    """Draw an integer below 2⁶³ from a generator, or from the default one."""
    return int((generator or random.default_generator).integers(0, 2**63, ()))
