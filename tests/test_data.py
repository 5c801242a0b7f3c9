"""Datasets and batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad import Generator, Tensor
from minigrad.utils.data import DataLoader, Dataset, TensorDataset, default_collate

sizes = st.integers(0, 30)
batch_sizes = st.integers(1, 12)


class Squares(Dataset):
    """A dataset of Python numbers that says which samples were asked for."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[int, float]:
        self.asked.append(index)
        return index, index**2 / 2


def counted(n: int) -> TensorDataset:
    return TensorDataset(minigrad.arange(n), minigrad.arange(n).reshape(n, 1) * 10)


def seen(loader: DataLoader) -> list[list[int]]:
    """The first tensor of every batch of one pass."""
    return [batch[0].tolist() for batch in loader]


# -- TensorDataset ----------------------------------------------------------------------------------------------------


def test_a_sample_is_a_row_of_each_tensor() -> None:
    data = counted(4)
    x, y = data[2]
    assert len(data) == 4
    assert (x.item(), y.tolist()) == (2, [20])


def test_several_samples_at_once() -> None:
    x, y = counted(4)[[3, 1]]
    assert (x.tolist(), y.tolist()) == ([3, 1], [[30], [10]])
    assert counted(4)[1:3][0].tolist() == [1, 2]


def test_tensors_of_different_length_are_refused_with_their_lengths() -> None:
    with pytest.raises(AssertionError, match=r"Size mismatch between tensors: \[2, 3\]"):
        TensorDataset(minigrad.zeros(2), minigrad.zeros(3))


def test_a_dataset_without_samples_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Dataset does not say what its samples are"):
        Dataset()[0]


# -- batches ----------------------------------------------------------------------------------------------------------


@given(sizes, batch_sizes, st.booleans())
def test_batches_in_order(n: int, batch_size: int, drop_last: bool) -> None:
    loader = DataLoader(counted(n), batch_size, drop_last=drop_last)
    expected = [list(range(n))[start : start + batch_size] for start in range(0, n, batch_size)]
    if drop_last:
        expected = [batch for batch in expected if len(batch) == batch_size]
    assert seen(loader) == expected
    assert len(loader) == len(expected)


@given(st.integers(1, 30), batch_sizes, st.integers(0, 2**32 - 1))
def test_a_shuffled_pass_has_every_sample_once(n: int, batch_size: int, seed: int) -> None:
    loader = DataLoader(counted(n), batch_size, shuffle=True, generator=Generator().manual_seed(seed))
    batches = seen(loader)
    assert [len(batch) for batch in batches] == [len(batch) for batch in seen(DataLoader(counted(n), batch_size))]
    assert sorted(index for batch in batches for index in batch) == list(range(n))


def test_rows_stay_together_when_shuffled() -> None:
    for x, y in DataLoader(counted(20), 6, shuffle=True):
        np.testing.assert_array_equal(y.numpy()[:, 0], 10 * x.numpy())


def test_both_ways_to_a_batch_agree() -> None:
    """A TensorDataset is indexed once for a batch; any other dataset is asked sample by sample."""

    class Plain(Dataset):
        def __len__(self) -> int:
            return 7

        def __getitem__(self, index: int) -> tuple[Tensor, ...]:
            return counted(7)[index]

    for one, other in zip(DataLoader(counted(7), 3), DataLoader(Plain(), 3), strict=True):
        assert type(one) is type(other) is list
        for x, y in zip(one, other, strict=True):
            assert x.dtype == y.dtype
            np.testing.assert_array_equal(x.numpy(), y.numpy())


def test_a_batch_does_not_share_memory_with_the_dataset() -> None:
    data = counted(4)
    next(iter(DataLoader(data, 2)))[0].zero_()
    assert data.tensors[0].tolist() == [0, 1, 2, 3]


def test_batch_size_none_gives_single_samples() -> None:
    loader = DataLoader(Squares(3), batch_size=None)
    assert list(loader) == [(0, 0.0), (1, 0.5), (2, 2.0)]
    assert len(loader) == 3


def test_samples_are_loaded_when_they_are_needed() -> None:
    data = Squares(10)
    batches = iter(DataLoader(data, 2))
    next(batches)
    assert data.asked == [0, 1]


def test_collate_fn_gets_a_list_of_samples() -> None:
    assert list(DataLoader(Squares(3), 2, collate_fn=list)) == [[(0, 0.0), (1, 0.5)], [(2, 2.0)]]
    assert list(DataLoader(counted(3), 2, collate_fn=len)) == [2, 1]


def test_a_list_is_a_dataset() -> None:
    assert [batch.tolist() for batch in DataLoader([1.5, 2.5, 3.5], 2)] == [[1.5, 2.5], [3.5]]


# -- orders -----------------------------------------------------------------------------------------------------------


def test_every_pass_has_an_order_of_its_own() -> None:
    """Two orders of 50 agree by chance with probability 1/50!, less than 1e-64."""
    loader = DataLoader(counted(50), 50, shuffle=True)
    assert seen(loader) != seen(loader)


@pytest.mark.parametrize("own_generator", [True, False])
def test_the_seed_decides_the_orders(own_generator: bool) -> None:
    def orders() -> list[list[list[int]]]:
        generator = Generator().manual_seed(3) if own_generator else None
        minigrad.manual_seed(3)
        loader = DataLoader(counted(20), 6, shuffle=True, generator=generator)
        return [seen(loader) for _ in range(3)]

    assert orders() == orders()


def test_an_own_generator_leaves_the_default_one_alone() -> None:
    before = minigrad.get_rng_state().tolist()
    seen(DataLoader(counted(20), 6, shuffle=True, generator=Generator()))
    assert minigrad.get_rng_state().tolist() == before


def test_numpys_generator_is_left_alone() -> None:
    before = np.random.get_state()[1].tolist()
    seen(DataLoader(counted(20), 6, shuffle=True))
    assert np.random.get_state()[1].tolist() == before


def test_two_passes_at_once_do_not_disturb_each_other() -> None:
    loader = DataLoader(counted(6), 2)
    assert [(a[0].tolist(), b[0].tolist()) for a, b in zip(loader, loader, strict=True)] == [
        (batch, batch) for batch in seen(loader)
    ]


# -- collating --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "dtype", "values"),
    [
        ([1, 2], minigrad.int64, [1, 2]),
        ([1.0, 2.0], minigrad.float32, [1.0, 2.0]),
        ([True, False], minigrad.bool, [True, False]),
        ([minigrad.ones(2), minigrad.zeros(2)], minigrad.float32, [[1.0, 1.0], [0.0, 0.0]]),
    ],
)
def test_numbers_and_tensors_become_one_tensor(samples: list[Any], dtype: Any, values: list[Any]) -> None:
    batch = default_collate(samples)
    assert (batch.dtype, batch.tolist()) == (dtype, values)


def test_containers_are_collated_part_by_part() -> None:
    x, label = default_collate([(minigrad.ones(2), "one"), (minigrad.zeros(2), "two")])
    assert (x.tolist(), label) == ([[1.0, 1.0], [0.0, 0.0]], ["one", "two"])
    batch = default_collate([{"x": 1, "y": [2, 3]}, {"x": 4, "y": [5, 6]}])
    assert batch["x"].tolist() == [1, 4]
    assert [part.tolist() for part in batch["y"]] == [[2, 5], [3, 6]]


def test_a_sample_of_another_kind_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match=r"default_collate: batch must contain .* found <class 'NoneType'>"):
        default_collate([None, None])


# -- bad arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, True, "2"])
def test_a_batch_size_that_is_no_positive_integer_is_refused(batch_size: Any) -> None:
    with pytest.raises(ValueError, match=f"batch_size should be a positive integer value, but got .*{batch_size}"):
        DataLoader(counted(3), batch_size)


def test_drop_last_without_batches_is_refused() -> None:
    with pytest.raises(ValueError, match="drop_last"):
        DataLoader(counted(3), batch_size=None, drop_last=True)


def test_a_negative_number_of_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="num_workers=-1"):
        DataLoader(counted(3), num_workers=-1)


def test_a_dataset_without_a_length_is_refused() -> None:
    with pytest.raises(TypeError, match="dataset must have a length, but int has none"):
        DataLoader(3)
