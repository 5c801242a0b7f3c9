"""Datasets and batches."""

from __future__ import annotations

from collections import OrderedDict, UserList, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Generator, Tensor
from minigrad.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    get_worker_info,
    random_split,
)

Pair = namedtuple("Pair", ["x", "y"])

sizes = st.integers(0, 30)
batch_sizes = st.integers(1, 12)


class Squares(Dataset[Any]):
    """A dataset of Python numbers that says which samples were asked for."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[int, float]:
        self.asked.append(index)
        return index, index**2 / 2


class Stream(IterableDataset):
    """The numbers from start to stop, one after the other."""

    def __init__(self, start: int, stop: int) -> None:
        self.range = range(start, stop)

    def __iter__(self) -> Iterator[int]:
        return iter(self.range)

    def __len__(self) -> int:
        return len(self.range)


class AtOnce(Squares):
    """A dataset that gives a batch at once, and has samples of its own there."""

    def __getitems__(self, indices: list[int]) -> list[Any]:
        return [(i, "at once") for i in indices]


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


def test_what_a_subclass_has_to_define_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Dataset does not say what its samples are"):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match="IterableDataset does not say what its samples are"):
        iter(IterableDataset())
    with pytest.raises(NotImplementedError, match="Sampler does not say in which order"):
        iter(Sampler())


# -- datasets made of datasets ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_concatenated_datasets_are_one_after_the_other(lengths: list[int]) -> None:
    parts = [[(which, i) for i in range(n)] for which, n in enumerate(lengths)]
    joined, expected = ConcatDataset(parts), [sample for part in parts for sample in part]
    assert len(joined) == len(expected)
    assert [joined[i] for i in range(len(joined))] == expected
    assert [joined[-i - 1] for i in range(len(joined))] == expected[::-1]
    with pytest.raises(IndexError):
        joined[len(joined)]
    with pytest.raises(ValueError, match="out of range"):
        joined[-len(joined) - 1]


def test_plus_joins_datasets() -> None:
    assert [x for x, _ in Squares(2) + Squares(1)] == [0, 1, 0]
    assert list(Stream(0, 2) + Stream(5, 7)) == [0, 1, 5, 6]
    assert len(Stream(0, 2) + Stream(5, 7)) == 4


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(AssertionError, match="should not be an empty iterable"):
        ConcatDataset([])
    with pytest.raises(AssertionError, match="does not support IterableDataset"):
        ConcatDataset([Stream(0, 1)])
    with pytest.raises(AssertionError, match="only supports IterableDataset, got list"):
        list(ChainDataset([[1]]))
    with pytest.raises(AssertionError, match="only supports IterableDataset, got list"):
        len(ChainDataset([[1]]))


def test_a_subset_has_the_samples_of_its_indices() -> None:
    part = Subset(counted(5), [3, 1])
    assert len(part) == 2
    assert [x.item() for x, _ in part] == [3, 1]
    assert part[[1, 0]][0].tolist() == [1, 3]
    assert Subset(AtOnce(5), [3, 1]).__getitems__([1]) == [(1, "at once")]


def test_a_subset_that_overrides_one_of_two_is_refused() -> None:
    class Doubled(Subset):
        def __getitem__(self, index: Any) -> Any:
            return 2 * super().__getitem__(index)

    class Both(Doubled):
        def __getitems__(self, indices: Any) -> list[Any]:
            return [self[i] for i in indices]

    with pytest.raises(NotImplementedError, match="Doubled overrides __getitem__ but not __getitems__"):
        Doubled([1, 2, 3], [0])
    assert [batch.tolist() for batch in DataLoader(Both([1, 2, 3], [2, 0]), 2)] == [[6, 2]]


def test_stacked_datasets_are_side_by_side() -> None:
    assert StackDataset([1, 2], "ab")[1] == (2, "b")
    assert StackDataset([1, 2], "ab").__getitems__([1, 0]) == [(2, "b"), (1, "a")]
    assert StackDataset(x=AtOnce(2), y="ab").__getitems__([1]) == [{"x": (1, "at once"), "y": "b"}]
    assert len(StackDataset([1, 2], "ab")) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StackDataset(), "at least one"),
        (lambda: StackDataset([1], x=[1]), "both kinds"),
        (lambda: StackDataset([1], [1, 2]), r"Size mismatch between datasets: \[1, 2\]"),
    ],
)
def test_what_cannot_be_stacked_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# -- random_split -----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 8), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_parts_do_not_overlap_and_leave_nothing_out(lengths: list[int], seed: int) -> None:
    if sum(lengths) == 1:
        lengths = [*lengths, 1]  # which would be fractions
    n = sum(lengths)
    parts = random_split(range(n), lengths, Generator().manual_seed(seed))
    assert [len(part) for part in parts] == lengths
    assert sorted(i for part in parts for i in part) == list(range(n))


@given(st.integers(10, 200), st.integers(0, 10))
def test_fractions_are_rounded_down_and_the_rest_is_dealt_out(n: int, tenths: int) -> None:
    fractions = [tenths / 10, 1 - tenths / 10]
    sizes = [int(n * f) for f in fractions]
    sizes[0] += n - sum(sizes)
    if 0 in sizes:
        with pytest.warns(UserWarning, match="Length of split at index . is 0"):
            parts = random_split(range(n), fractions)
    else:
        parts = random_split(range(n), fractions)
    assert [len(part) for part in parts] == sizes


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([3, 3], r"\[3, 3\] add up to 6, not to 1 nor to 5"),
        ([0.5, 0.4], r"add up to 0.9, not to 1 nor to 5"),
        ([1.5, -0.5], r"Fraction at index 0 is not between 0 and 1: 1.5"),
    ],
)
def test_lengths_that_do_not_add_up_are_refused(lengths: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        random_split(range(5), lengths)


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
    assert list(loader) == [[0, 0.0], [1, 0.5], [2, 2.0]]
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


def test_a_subset_of_a_subset_of_tensors_is_batched_by_one_index(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Subset(Subset(counted(9), range(8, -1, -1)), [0, 2, 4])
    slow = [batch[0].tolist() for batch in DataLoader(part, 2, collate_fn=lambda samples: default_collate(samples))]
    monkeypatch.delattr(TensorDataset, "__getitem__")  # no row is taken alone
    assert seen(DataLoader(part, 2)) == slow == [[8, 6], [4]]


def test_a_subclass_of_tensor_dataset_decides_itself() -> None:
    class Negative(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            return tuple(-x for x in super().__getitem__(index))

    assert seen(DataLoader(Negative(minigrad.arange(3)), 3)) == [[0, -1, -2]]


def test_a_dataset_may_give_a_batch_at_once() -> None:
    ((numbers, texts),) = DataLoader(AtOnce(3), 3)
    assert (numbers.tolist(), texts) == ([0, 1, 2], ("at once",) * 3)


def test_a_dataset_that_gives_too_few_at_once_is_refused() -> None:
    class TooFew(Squares):
        def __getitems__(self, indices: list[int]) -> list[Any]:
            return [0]

    with pytest.raises(ValueError, match=r"TooFew.__getitems__ returned 1 samples, expected 3"):
        list(DataLoader(TooFew(3), 3))


@given(sizes, st.none() | batch_sizes, st.booleans())
def test_a_stream_is_cut_into_batches(n: int, batch_size: int | None, drop_last: bool) -> None:
    drop_last = drop_last and batch_size is not None
    loader = DataLoader(Stream(0, n), batch_size, drop_last=drop_last)
    batches = [x if isinstance(x, int) else x.tolist() for x in loader]
    assert batches == (list(range(n)) if batch_size is None else seen_in_order(n, batch_size, drop_last))
    assert len(loader) == len(batches)


def seen_in_order(n: int, batch_size: int, drop_last: bool) -> list[list[int]]:
    return seen(DataLoader(counted(n), batch_size, drop_last=drop_last))


def test_a_stream_is_read_as_it_is_needed() -> None:
    class Endless(IterableDataset):
        def __iter__(self) -> Iterator[int]:
            return iter(int, 1)

    assert next(iter(DataLoader(Endless(), 3))).tolist() == [0, 0, 0]
    with pytest.raises(TypeError):
        len(DataLoader(Endless(), 3))


def test_options_of_workers_have_no_effect() -> None:
    def never(worker: int) -> None:
        raise AssertionError("there is no worker")

    options = {"prefetch_factor": 4, "persistent_workers": True, "multiprocessing_context": "spawn", "timeout": 1.5}
    loader = DataLoader(counted(3), 2, num_workers=2, pin_memory=True, worker_init_fn=never, **options)
    assert seen(loader) == [[0, 1], [2]]
    assert get_worker_info() is None


def test_a_loader_remembers_its_options() -> None:
    def begin(worker: int) -> None:
        raise AssertionError("there is no worker")

    loader = DataLoader(counted(3), 2, num_workers=2, pin_memory=True, worker_init_fn=begin)
    assert (loader.num_workers, loader.pin_memory, loader.worker_init_fn) == (2, True, begin)
    loader = DataLoader(counted(3), 2)
    assert (loader.num_workers, loader.pin_memory, loader.worker_init_fn) == (0, False, None)


class Marked(UserList):  # type: ignore[type-arg]
    """A sequence that carries more than its parts, and whose constructor takes no parts."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = "kept"


def test_a_sequence_of_the_users_own_stays_one_when_it_is_collated() -> None:
    def marked(*parts: float) -> Marked:
        out = Marked()
        out.extend(parts)
        return out

    (batch,) = DataLoader([marked(1.0, 2.0), marked(3.0, 4.0)], 2)
    assert type(batch) is Marked
    assert batch.mark == "kept"
    assert [column.tolist() for column in batch] == [[1.0, 3.0], [2.0, 4.0]]


# -- samplers ---------------------------------------------------------------------------------------------------------


def test_a_sampler_decides_the_order() -> None:
    assert seen(DataLoader(counted(5), 2, sampler=[4, 0, 2])) == [[4, 0], [2]]
    assert seen(DataLoader(counted(5), batch_sampler=[[1], [3, 0, 3]])) == [[1], [3, 0, 3]]
    assert seen(DataLoader(counted(5), batch_sampler=[minigrad.tensor([1, 2]), np.array([3])])) == [[1, 2], [3]]
    assert len(DataLoader(counted(5), 2, sampler=[4, 0, 2])) == 2
    assert DataLoader(counted(5), batch_sampler=[[1]]).batch_size is None


def test_a_sampler_without_a_length_has_no_number_of_batches() -> None:
    loader = DataLoader(counted(5), 2, sampler=(i for i in (1, 2, 3)))
    with pytest.raises(TypeError):
        len(loader)
    assert seen(loader) == [[1, 2], [3]]


@given(st.integers(1, 40), st.integers(1, 100), st.booleans())
def test_a_random_sampler_gives_as_many_as_are_asked_for(n: int, wanted: int, replacement: bool) -> None:
    sampler = RandomSampler(range(n), replacement, wanted)
    indices = list(sampler)
    assert len(indices) == len(sampler) == wanted
    counts = np.bincount(indices, minlength=n)
    assert len(counts) == n
    assert replacement or set(counts) <= {wanted // n, wanted // n + 1}


def test_a_sampler_of_a_subset_gives_each_index_once() -> None:
    sampler = SubsetRandomSampler([7, 3, 9])
    assert sorted(sampler) == [3, 7, 9]
    assert len(sampler) == 3


def test_weights_decide_how_often_an_index_is_drawn() -> None:
    """Of 20,000 draws with p = 0.9, 480 more or less than 18,000 have probability < 1e-9, by Hoeffding's inequality.

    A p of 0.85 or 0.95 passes with less than that.
    """
    counts = np.bincount(list(WeightedRandomSampler([0, 9, 1], 20_000)), minlength=3)
    assert counts[0] == 0
    assert abs(counts[1] - 18_000) <= 480
    assert len(WeightedRandomSampler([0, 9, 1], 20_000)) == 20_000
    assert len(WeightedRandomSampler([0.1, 5, 1], 2, replacement=False)) == 2
    assert sorted(WeightedRandomSampler([0.1, 5, 1], 3, replacement=False)) == [0, 1, 2]


@pytest.mark.parametrize("replacement", [True, False])
def test_a_weight_of_0_is_never_drawn_even_beside_the_smallest(replacement: bool) -> None:
    weights = np.array([[0, 2**-24, 0]] * 200, np.float16)
    assert (Generator().multinomial(weights, 1, replacement) == 1).all()


def test_the_length_of_a_sequential_sampler_is_that_of_its_data() -> None:
    data = [1, 2]
    sampler = SequentialSampler(data)
    data.append(3)
    assert (list(sampler), len(sampler)) == ([0, 1, 2], 3)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RandomSampler(range(3), 1), TypeError, "replacement=1"),
        (lambda: RandomSampler(range(3), num_samples=0), ValueError, "num_samples=0"),
        (lambda: RandomSampler(range(3), num_samples=2.0), ValueError, "num_samples=2.0"),
        (lambda: RandomSampler([]), ValueError, "num_samples=0"),
        (lambda: WeightedRandomSampler([1.0], True), ValueError, "num_samples=True"),
        (lambda: WeightedRandomSampler([1.0], 1, 1), ValueError, "replacement=1"),
        (lambda: WeightedRandomSampler([[1.0]], 1), ValueError, r"of shape \(1, 1\)"),
        (lambda: list(WeightedRandomSampler([1.0, -1.0], 1)), RuntimeError, "at least 0"),
        (lambda: list(WeightedRandomSampler([1.0, 0.0], 2, False)), RuntimeError, "fewer positive weights"),
        (lambda: list(WeightedRandomSampler([0.0, 0.0], 1)), RuntimeError, "sum of weights must be positive"),
        (lambda: BatchSampler([1], 0, False), ValueError, "batch_size=0"),
        (lambda: BatchSampler([1], 1, 1), ValueError, "drop_last=1"),
    ],
)
def test_what_a_sampler_cannot_do_is_refused(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


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
        ([1.0, 2.0], minigrad.float64, [1.0, 2.0]),
        ([True, False], minigrad.bool, [True, False]),
        ([np.float32(1), np.float32(2)], minigrad.float32, [1.0, 2.0]),
        ([np.float64(1), np.float64(2)], minigrad.float64, [1.0, 2.0]),
        ([np.bool_(True)], minigrad.bool, [True]),
        ([np.zeros(2, np.int8), np.ones(2, np.int8)], minigrad.int8, [[0, 0], [1, 1]]),
        ([np.zeros((), np.float32)], minigrad.float32, [0.0]),
        ([minigrad.ones(2), minigrad.zeros(2)], minigrad.float32, [[1.0, 1.0], [0.0, 0.0]]),
    ],
)
def test_numbers_and_tensors_become_one_tensor(samples: list[Any], dtype: Any, values: list[Any]) -> None:
    batch = default_collate(samples)
    assert (batch.dtype, batch.tolist()) == (dtype, values)


def test_containers_are_collated_part_by_part() -> None:
    x, label = default_collate([(minigrad.ones(2), "one"), (minigrad.zeros(2), "two")])
    assert (x.tolist(), label) == ([[1.0, 1.0], [0.0, 0.0]], ("one", "two"))
    batch = default_collate([{"x": 1, "y": [2, 3]}, {"x": 4, "y": [5, 6]}])
    assert batch["x"].tolist() == [1, 4]
    assert [part.tolist() for part in batch["y"]] == [[2, 5], [3, 6]]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([Pair(1, "a"), Pair(2, "b")], Pair([1, 2], ("a", "b"))),
        ([(1, 2), (3, 4)], [[1, 3], [2, 4]]),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]]),
        ([range(2), range(2)], [[0, 0], [1, 1]]),
        ([OrderedDict(b=1, a=2)] * 2, OrderedDict(b=[1, 1], a=[2, 2])),
        ([defaultdict(list, a=1)], defaultdict(list, a=[1])),
        ([b"a", b"b"], [b"a", b"b"]),
    ],
)
def test_a_batch_has_the_type_of_its_samples(samples: list[Any], expected: Any) -> None:
    batch = default_collate(samples)
    assert type(batch) is type(expected)
    parts = batch.items() if isinstance(batch, dict) else enumerate(batch)
    for key, part in parts:
        assert (part.tolist() if isinstance(part, Tensor) else part) == expected[key]


def test_samples_of_different_lengths_are_refused() -> None:
    with pytest.raises(RuntimeError, match=r"equal size, but got \[2, 1\]"):
        default_collate([[1, 2], [3]])


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None])])
def test_arrays_of_texts_and_objects_are_refused(array: Any) -> None:
    with pytest.raises(TypeError, match=f"found {array.dtype}"):
        default_collate([array])


def test_converting_makes_tensors_of_arrays_alone() -> None:
    data = {"pair": Pair(np.arange(2), 1.5), "list": [np.float32(2), "text", b"bytes"], "plain": (None, 3)}
    converted = default_convert(data)
    assert isinstance(converted["pair"].x, Tensor)
    assert converted["pair"].y == 1.5
    assert converted["list"][0].dtype == minigrad.float32
    assert converted["list"][1:] == ["text", b"bytes"]
    assert converted["plain"] == [None, 3]
    texts = np.array(["a"])
    assert default_convert(texts) is texts
    assert isinstance(data["list"][0], np.float32)  # the sample itself is left alone


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": [0], "shuffle": True}, "sampler option is mutually exclusive with shuffle"),
        ({"batch_sampler": [[0]], "batch_size": 2}, "mutually exclusive with batch_size.* batch_size=2"),
        ({"batch_sampler": [[0]], "shuffle": True}, "mutually exclusive with .*shuffle=True"),
        ({"batch_sampler": [[0]], "sampler": [0]}, r"mutually exclusive with .*sampler=\[0\]"),
        ({"batch_sampler": [[0]], "drop_last": True}, "mutually exclusive with .*drop_last=True"),
        ({"timeout": -1}, "timeout=-1"),
        ({"prefetch_factor": 2}, "prefetch_factor option needs num_workers > 0"),
        ({"prefetch_factor": -1, "num_workers": 1}, "prefetch_factor=-1"),
        ({"persistent_workers": True}, "persistent_workers option needs num_workers > 0"),
        ({"multiprocessing_context": "spawn"}, "multiprocessing_context option needs num_workers > 0"),
        ({"multiprocessing_context": "thread", "num_workers": 1}, "should be one of .*, but got 'thread'"),
        ({"drop_last": 1}, "drop_last=1"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DataLoader(counted(3), **options)


def test_a_context_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="a context or the name of one, but got 3"):
        DataLoader(counted(3), num_workers=1, multiprocessing_context=3)


@pytest.mark.parametrize("options", [{"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}])
def test_a_stream_has_no_order_to_choose(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"expected no {next(iter(options))} option"):
        DataLoader(Stream(0, 3), **options)


@pytest.mark.parametrize(
    "name", ["batch_size", "sampler", "batch_sampler", "drop_last", "dataset", "persistent_workers"]
)
def test_what_a_loader_is_built_on_cannot_be_changed(name: str) -> None:
    loader = DataLoader(counted(3))
    with pytest.raises(ValueError, match=f"{name} attribute should not be set"):
        setattr(loader, name, getattr(loader, name))
    loader.collate_fn = len
    assert list(loader) == [1, 1, 1]
