"""Orders, splits, draws and batches are PyTorch's, bit for bit."""

from __future__ import annotations

import inspect
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from this_machine import torch_masks

import minigrad
from minigrad.utils import data

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

FRAMEWORKS = [(minigrad, data), (torch, torch.utils.data)]
seeds = st.integers(0, 2**32 - 1)
Pair = namedtuple("Pair", ["x", "y"])


def both(draw: Callable[[Any, Any], Any]) -> list[Any]:
    """What a function of a framework and of its data module returns in both, and what the generators draw after it."""
    results = []
    for framework, module in FRAMEWORKS:
        framework.manual_seed(5)
        results.append((draw(framework, module), framework.rand(1).item()))
    return results


def assert_both_same(draw: Callable[[Any, Any], Any]) -> None:
    mine, theirs = both(draw)
    assert mine == theirs


# -- samplers ---------------------------------------------------------------------------------------------------------


@given(
    seed=seeds,
    n=st.integers(1, 80),
    wanted=st.none() | st.integers(1, 200),
    replacement=st.booleans(),
    own_generator=st.booleans(),
)
def test_random_samplers(seed: int, n: int, wanted: int | None, replacement: bool, own_generator: bool) -> None:
    """Two passes, with other draws from both generators in between."""

    def draw(framework: Any, module: Any) -> Any:
        framework.manual_seed(seed)
        generator = framework.Generator().manual_seed(seed + 1) if own_generator else None
        sampler = module.RandomSampler(range(n), replacement, wanted, generator)
        return [
            (index, framework.rand(1).item(), framework.rand(1, generator=generator).item())
            for _ in range(2)
            for index in sampler
        ]

    assert_both_same(draw)


@given(seed=seeds, n=st.integers(1, 40), own_generator=st.booleans())
def test_samplers_of_subsets(seed: int, n: int, own_generator: bool) -> None:
    def draw(framework: Any, module: Any) -> Any:
        framework.manual_seed(seed)
        generator = framework.Generator().manual_seed(seed) if own_generator else None
        return [list(module.SubsetRandomSampler(range(100, 100 + n), generator)) for _ in range(2)]

    assert_both_same(draw)


@torch_masks  # where PyTorch asks MKL for Bernoulli words it asks for exponential times, too
@given(
    seed=seeds,
    weights=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=40),
    wanted=st.integers(1, 60),
    replacement=st.booleans(),
    own_generator=st.booleans(),
)
def test_weighted_samplers(
    seed: int, weights: list[float], wanted: int, replacement: bool, own_generator: bool
) -> None:
    def draw(framework: Any, module: Any) -> Any:
        framework.manual_seed(seed)
        generator = framework.Generator().manual_seed(seed) if own_generator else None
        count = wanted if replacement else min(wanted, len(weights))
        sampler = module.WeightedRandomSampler(weights, count, replacement, generator)
        return [list(sampler) for _ in range(2)]

    assert_both_same(draw)


@torch_masks
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    seed=seeds,
    shape=st.tuples(st.integers(1, 4), st.integers(1, 30)),
    one_row=st.booleans(),
    draws=st.integers(1, 30),
    replacement=st.booleans(),
)
def test_multinomial(
    dtype: str, seed: int, shape: tuple[int, int], one_row: bool, draws: int, replacement: bool
) -> None:
    weights = np.random.default_rng(seed).random(shape[1:] if one_row else shape).astype(dtype) + np.float32(0.01)
    if not replacement:
        draws = min(draws, shape[1])
    mine, theirs = minigrad.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    expected = torch.multinomial(torch.from_numpy(weights), draws, replacement, generator=theirs)
    assert mine.multinomial(weights, draws, replacement).tolist() == expected.tolist()
    assert mine.get_state().tolist() == theirs.get_state().tolist()


def test_multinomial_adds_up_in_its_own_precision() -> None:
    """In float64 112 of these draws are others."""
    weights = np.random.default_rng(0).random(2000, np.float32)
    expected = torch.multinomial(torch.from_numpy(weights), 500_000, True, generator=torch.Generator().manual_seed(1))
    assert (minigrad.Generator().manual_seed(1).multinomial(weights, 500_000, True) == expected.numpy()).all()


def test_multinomial_of_halves_with_replacement() -> None:
    weights = np.arange(1, 30, dtype=np.float16)
    expected = torch.multinomial(torch.from_numpy(weights), 500, True, generator=torch.Generator().manual_seed(1))
    assert minigrad.Generator().manual_seed(1).multinomial(weights, 500, True).tolist() == expected.tolist()


@given(st.integers(0, 20), st.integers(1, 7), st.booleans())
def test_lists_of_indices(n: int, batch_size: int, drop_last: bool) -> None:
    def draw(framework: Any, module: Any) -> Any:
        sampler = module.BatchSampler(module.SequentialSampler(range(n)), batch_size, drop_last)
        return list(sampler), len(sampler)

    assert_both_same(draw)


# -- splits -----------------------------------------------------------------------------------------------------------


@given(seed=seeds, lengths=st.lists(st.integers(0, 20), min_size=1, max_size=5), own_generator=st.booleans())
def test_splits_by_length(seed: int, lengths: list[int], own_generator: bool) -> None:
    def draw(framework: Any, module: Any) -> Any:
        framework.manual_seed(seed)
        options = {"generator": framework.Generator().manual_seed(seed)} if own_generator else {}
        return [list(part.indices) for part in module.random_split(range(sum(lengths)), lengths, **options)]

    if sum(lengths) != 1:  # which would be fractions
        assert_both_same(draw)


@pytest.mark.parametrize("fractions", [[1.0], [0.8, 0.2], [0.7, 0.15, 0.15], [0.5, 0.3, 0.2], [0.3, 0.3, 0.3, 0.1]])
@pytest.mark.parametrize("n", [10, 11, 97, 100])
def test_splits_by_fraction(fractions: list[float], n: int) -> None:
    assert_both_same(lambda framework, module: [list(p.indices) for p in module.random_split(range(n), fractions)])


# -- batches ----------------------------------------------------------------------------------------------------------


@given(
    seed=seeds,
    n=st.integers(1, 40),
    batch_size=st.none() | st.integers(1, 12),
    drop_last=st.booleans(),
    own_generator=st.booleans(),
    stop=st.integers(1, 8),
    kind=st.sampled_from(["shuffle", "in order", "weighted", "subset", "lists"]),
)
def test_batches(
    seed: int, n: int, batch_size: int | None, drop_last: bool, own_generator: bool, stop: int, kind: str
) -> None:
    """A pass that is left early and two whole ones, with other draws from both generators in between."""

    def draw(framework: Any, module: Any) -> Any:
        framework.manual_seed(seed)
        generator = framework.Generator().manual_seed(seed) if own_generator else None
        dataset = module.TensorDataset(framework.arange(n))
        weighted = module.WeightedRandomSampler([1.0] * n, n + 3, generator=generator)
        options: dict[str, Any] = {"batch_size": batch_size, "drop_last": drop_last and batch_size is not None}
        if kind == "shuffle":
            options["shuffle"] = True
        elif kind == "weighted":
            options["sampler"] = weighted
        elif kind == "subset":
            (dataset,) = module.random_split(dataset, [n], generator or framework.default_generator)
        elif kind == "lists":
            options = {"batch_sampler": module.BatchSampler(weighted, batch_size or 1, drop_last)}
        loader = module.DataLoader(dataset, generator=generator, **options)
        seen = [len(loader)]
        for limit in (stop, None, None):
            for i, (x,) in enumerate(loader):
                seen.append((x.tolist(), framework.rand(1).item(), framework.rand(1, generator=generator).item()))
                if limit == i + 1:
                    break
        return seen

    assert_both_same(draw)


@pytest.mark.parametrize("persistent", [True, False])
def test_orders_with_workers(persistent: bool) -> None:
    """minigrad loads in this process, PyTorch in others; the orders of three passes are the same."""

    def draw(framework: Any, module: Any) -> Any:
        loader = module.DataLoader(
            module.TensorDataset(framework.arange(10)), 4, shuffle=True, num_workers=1, persistent_workers=persistent
        )
        return [x.tolist() for _ in range(3) for (x,) in loader]

    assert_both_same(draw)


@pytest.mark.parametrize("batch_size", [None, 1, 3, 7])
@pytest.mark.parametrize("drop_last", [True, False])
def test_streams(batch_size: int | None, drop_last: bool) -> None:
    def draw(framework: Any, module: Any) -> Any:
        class Stream(module.IterableDataset):
            def __iter__(self) -> Iterator[Any]:
                return iter([framework.rand(2) for _ in range(8)])

        options = {"drop_last": drop_last and batch_size is not None}
        loader = module.DataLoader(Stream() + Stream(), batch_size, **options)
        return [x.tolist() for _ in range(2) for x in loader]

    assert_both_same(draw)


# -- collating --------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A batch of either framework without tensors: containers by type, tensors as dtype and values."""
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return str(value.dtype).rpartition(".")[2], value.tolist()
    if isinstance(value, dict):
        return type(value).__name__, {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(part) for part in value]
    return value


SAMPLES: dict[str, Callable[[Any], list[Any]]] = {
    "integers": lambda f: [1, 2],
    "floats": lambda f: [1.0, 2.0],
    "booleans": lambda f: [True, False],
    "an integer first": lambda f: [1, 2.5],
    "texts": lambda f: ["a", "b"],
    "bytes": lambda f: [b"a", b"b"],
    "NumPy's numbers": lambda f: [(np.float32(1), np.float64(2), np.int8(3), np.bool_(True))] * 2,
    "arrays": lambda f: [np.ones((2, 1), np.float64), np.zeros((2, 1), np.float64)],
    "arrays without axes": lambda f: [np.array(1), np.array(2)],
    "tensors": lambda f: [f.ones(2), f.zeros(2)],
    "tuples": lambda f: [(1, "a"), (2, "b")],
    "lists": lambda f: [[1, 2.0], [3, 4.0]],
    "named tuples": lambda f: [Pair(1, [2]), Pair(3, [4])],
    "ranges": lambda f: [range(2), range(2)],
    "dicts": lambda f: [{"b": 1, "a": "x"}, {"a": "y", "b": 2}],
    "ordered dicts": lambda f: [OrderedDict(b=1, a=2.0)],
    "default dicts": lambda f: [defaultdict(list, a=1)],
    "dicts of tuples": lambda f: [{"a": (f.ones(1), 2)}] * 3,
    "NumPy's texts": lambda f: [np.str_("a")],
}


@pytest.mark.parametrize("samples", SAMPLES.values(), ids=SAMPLES)
def test_collating(samples: Callable[[Any], list[Any]]) -> None:
    mine, theirs = (plain(module.default_collate(samples(framework))) for framework, module in FRAMEWORKS)
    assert mine == theirs


@pytest.mark.parametrize("samples", SAMPLES.values(), ids=SAMPLES)
def test_converting(samples: Callable[[Any], list[Any]]) -> None:
    mine, theirs = (plain(module.default_convert(samples(framework))) for framework, module in FRAMEWORKS)
    assert mine == theirs


# -- errors -----------------------------------------------------------------------------------------------------------


def stream(module: Any) -> Any:
    return type("Stream", (module.IterableDataset,), {"__iter__": lambda self: iter([1])})()


ERRORS: dict[str, Callable[[Any, Any], Any]] = {
    "no samples": lambda f, d: d.default_collate([]),
    "None": lambda f, d: d.default_collate([None]),
    "a set": lambda f, d: d.default_collate([{1}]),
    "an array of texts": lambda f, d: d.default_collate([np.array("a")]),
    "an array of objects": lambda f, d: d.default_collate([np.array([None])]),
    "lists of two lengths": lambda f, d: d.default_collate([[1], [1, 2]]),
    "tensors of two shapes": lambda f, d: d.default_collate([f.ones(2), f.ones(3)]),
    "dicts of other keys": lambda f, d: d.default_collate([{"a": 1}, {"b": 1}]),
    "a dataset without samples": lambda f, d: d.Dataset()[0],
    "nothing to concatenate": lambda f, d: d.ConcatDataset([]),
    "a stream to concatenate": lambda f, d: d.ConcatDataset([stream(d)]),
    "no stream to chain": lambda f, d: list(d.ChainDataset([[1]])),
    "beyond the end": lambda f, d: d.ConcatDataset([[1], [2]])[2],
    "before the start": lambda f, d: d.ConcatDataset([[1], [2]])[-3],
    "nothing to stack": lambda f, d: d.StackDataset(),
    "two lengths to stack": lambda f, d: d.StackDataset([1], [1, 2]),
    "two kinds to stack": lambda f, d: d.StackDataset([1], x=[1]),
    "half a subset": lambda f, d: type("Half", (d.Subset,), {"__getitem__": len})([1], [0]),
    "lengths that do not add up": lambda f, d: d.random_split(range(5), [1, 2]),
    "fractions that do not add up": lambda f, d: d.random_split(range(5), [0.5, 0.2]),
    "a fraction above 1": lambda f, d: d.random_split(range(5), [1.5, -0.5]),
    "lengths that are no integers": lambda f, d: d.random_split(range(5), [2.5, 2.5]),
    "no bool": lambda f, d: d.RandomSampler(range(3), 1),
    "no samples to draw": lambda f, d: d.RandomSampler(range(3), num_samples=0),
    "nothing to draw from": lambda f, d: d.DataLoader([], shuffle=True),
    "no number of draws": lambda f, d: d.WeightedRandomSampler([1.0], 1.5),
    "a matrix of weights": lambda f, d: d.WeightedRandomSampler([[1.0]], 1),
    "a negative weight": lambda f, d: list(d.WeightedRandomSampler([1.0, -1.0], 1)),
    "weights of 0": lambda f, d: list(d.WeightedRandomSampler([0.0, 0.0], 2)),
    "more draws than weights": lambda f, d: list(d.WeightedRandomSampler([1.0], 2, False)),
    "an infinite weight": lambda f, d: list(d.WeightedRandomSampler([1.0, float("inf")], 2)),
    "a batch of none": lambda f, d: d.BatchSampler([1], 0, False),
    "drop_last of another type": lambda f, d: d.BatchSampler([1], 1, 1),
    "a sampler and shuffle": lambda f, d: d.DataLoader([1], sampler=[0], shuffle=True),
    "a batch_sampler and batch_size": lambda f, d: d.DataLoader([1], 2, batch_sampler=[[0]]),
    "a batch_sampler and drop_last": lambda f, d: d.DataLoader([1], batch_sampler=[[0]], drop_last=True),
    "a negative timeout": lambda f, d: d.DataLoader([1], timeout=-1),
    "prefetching without workers": lambda f, d: d.DataLoader([1], prefetch_factor=2),
    "persistence without workers": lambda f, d: d.DataLoader([1], persistent_workers=True),
    "a context without workers": lambda f, d: d.DataLoader([1], multiprocessing_context="spawn"),
    "an unknown context": lambda f, d: d.DataLoader([1], num_workers=1, multiprocessing_context="thread"),
    "a context of another type": lambda f, d: d.DataLoader([1], num_workers=1, multiprocessing_context=3),
    "a shuffled stream": lambda f, d: d.DataLoader(stream(d), shuffle=True),
    "a stream with a sampler": lambda f, d: d.DataLoader(stream(d), sampler=[0]),
    "a stream without a length": lambda f, d: len(d.DataLoader(stream(d))),
    "another batch size": lambda f, d: setattr(d.DataLoader([1]), "batch_size", 2),
    "truth values in place of indices": lambda f, d: list(
        d.DataLoader(d.TensorDataset(f.ones(2)), batch_sampler=[[True, False]])
    ),
    "no list of indices": lambda f, d: list(d.DataLoader([1], batch_sampler=[0])),
    "an index beyond the end": lambda f, d: list(d.DataLoader(d.TensorDataset(f.ones(2)), sampler=[5])),
    "a short batch": lambda f, d: list(
        d.DataLoader(d.StackDataset(type("Short", (list,), {"__getitems__": lambda self, i: []})([1])))
    ),
}


@pytest.mark.parametrize("call", ERRORS.values(), ids=ERRORS)
def test_errors_are_of_the_same_type(call: Callable[[Any, Any], Any]) -> None:
    raised = []
    for framework, module in FRAMEWORKS:
        with pytest.raises(Exception) as caught:  # noqa: PT011  # which types, the other framework says
            call(framework, module)
        raised.append(caught.type)
    assert raised[0] is raised[1]


# -- signatures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in data.__all__ if name != "StackDataset"])  # its names are free
def test_arguments_are_in_pytorchs_order(name: str) -> None:
    mine, theirs = (list(inspect.signature(getattr(module, name)).parameters.values()) for _, module in FRAMEWORKS)
    assert [(p.name, p.kind) for p in mine] == [(p.name, p.kind) for p in theirs]


def test_a_loaders_defaults_are_pytorchs() -> None:
    mine, theirs = (inspect.signature(module.DataLoader).parameters.values() for _, module in FRAMEWORKS)
    assert [p.default for p in mine] == [p.default for p in theirs]
