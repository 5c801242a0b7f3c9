"""What is asked before anything is judged: whether the subject runs, is a dropout, and which inputs it takes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .adapters import DropoutAdapter
from .kinds import Array, Kind, Shape
from .plan import DTYPES, UNITS, same_but_for_rounding, values
from .report import NothingToExamine, WrongShape

REFUSALS = (TypeError, ValueError, NotImplementedError, RuntimeError, AssertionError)
ALPHA = -1.7580993408473766  # -λα of SELU: what alpha dropout drops to (Klambauer et al. 2017)


@dataclass(frozen=True)
class Findings:
    """What the first runs showed.

    Attributes:
        ranks: numbers of dimensions that the subject takes.
        dtypes: that it takes.
        inplace: it returns its very input, with the output written into it.
        refused_ranks: which numbers of dimensions it refuses, and with which error; empty if none.
        wrong_shape: what it makes of a rank whose shape it does not keep; empty if it keeps all.
        refused_backward: the error of a backward pass in evaluation; empty if there is none.
        other_kind: what it is instead of a dropout of the kind that was asked for; empty if it is one.
        notes: what a user should know.
    """

    ranks: tuple[int, ...]
    dtypes: tuple[str, ...]
    inplace: bool = False
    refused_ranks: str = ""
    wrong_shape: str = ""
    refused_backward: str = ""
    other_kind: str = ""
    notes: tuple[str, ...] = ()


def preflight(
    adapter: DropoutAdapter, kind: Kind, shapes: tuple[Shape, ...] | None, dtypes: tuple[str, ...] | None
) -> Findings:
    """Run the subject for the first time.

    Raises:
        NothingToExamine: it cannot be built or run, returns something else than (y, gradient), or drops nothing.
    """
    wanted = tuple(dtypes or adapter.dtypes or DTYPES)
    dtype = next(name for name in ("float32", "float64", "float16") if name in wanted)
    ranks, refused_ranks, wrong_shape = _ranks(adapter, kind, shapes, dtype)
    rank = min(ranks, key=lambda rank: abs(kind.free_dims(rank) - 2))
    shape = next((s for s in shapes if len(s) == rank), ()) if shapes else kind.shape(rank, UNITS[kind.free_dims(rank)])
    x, g = values(np.random.default_rng(0), shape, dtype), values(np.random.default_rng(1), shape, dtype)
    _runs(adapter, x, g)
    _draws_without_regard_to_gradients(adapter, x, g)
    _drops_something(adapter, x)
    taken = tuple(name for name in wanted if name == dtype or _takes(adapter, x.astype(name), g.astype(name)))
    refused = [name for name in wanted if name not in taken]
    return Findings(
        ranks,
        taken,
        inplace=adapter.inplace or _works_in_place(adapter, x),
        refused_ranks=refused_ranks,
        wrong_shape=wrong_shape,
        refused_backward=_refused_backward(adapter, x, g),
        other_kind=_other_kind(adapter, kind, ranks, dtype),
        notes=(f"{', '.join(refused)} refused: not examined.",) if refused else (),
    )


def own_shared_axes(adapter: DropoutAdapter) -> Sequence[int]:
    """Return the axes that an adapter declares, those between (N and C) where its channels are last."""
    if adapter.kind != "channel" or not adapter.channel_dims or adapter.channels_last is False:
        return adapter.shared_axes
    between = tuple(range(1, 1 + adapter.channel_dims))
    if adapter.channels_last is None:
        try:
            dropped = _output(adapter, 0.5, np.ones((8, *(5 for _ in between), 8), "float32")) == 0
        except Exception:  # is for the first run to report
            return ()
        if not (dropped == dropped[(slice(None), *(slice(1) for _ in between))]).all():
            return ()
    return between


def _ranks(
    adapter: DropoutAdapter, kind: Kind, shapes: tuple[Shape, ...] | None, dtype: str
) -> tuple[tuple[int, ...], str, str]:
    """Return the ranks to examine, those of the kind that are taken, and what is said of the others."""
    if shapes is not None:
        return tuple(dict.fromkeys(map(len, shapes))), "", ""
    offered = [2 + adapter.channel_dims] if kind.name == "channel" and adapter.channel_dims else list(kind.ranks)
    refusals = {rank: _refusal(adapter, kind, rank, dtype) for rank in offered}
    taken = tuple(rank for rank, refusal in refusals.items() if refusal is None)
    if not taken:
        refusal = refusals[2 if kind.drops_elements else offered[0]]
        if isinstance(refusal, WrongShape):
            raise NothingToExamine(f"{refusal}: this is no dropout")
        raise NothingToExamine(f"the first run fails: {type(refusal).__name__}: {refusal}") from refusal
    wrong_shape = next((str(refusal) for refusal in refusals.values() if isinstance(refusal, WrongShape)), "")
    refused = {r: refusal for r, refusal in refusals.items() if refusal and not isinstance(refusal, WrongShape)}
    if not refused or not kind.drops_elements:
        return taken, "", wrong_shape
    error = next(iter(refused.values()))
    listed = ", ".join(map(str, refused))
    text = f"inputs of {listed} dimensions are refused ({type(error).__name__}: {error}), and not examined"
    return taken, text, wrong_shape


def _first_run(adapter: DropoutAdapter, kind: Kind, rank: int, dtype: str) -> None:
    shape = kind.shape(rank, UNITS[kind.free_dims(rank)])
    result = adapter.run(adapter.build(0.5, 0), np.ones(shape, dtype))
    known = isinstance(result, tuple) and len(result) == 2 and result[0] is not None
    if known and np.shape(result[0]) != shape:
        raise WrongShape(f"x of shape {shape} gives y of shape {np.shape(result[0])}")


def _refusal(adapter: DropoutAdapter, kind: Kind, rank: int, dtype: str) -> Exception | None:
    try:
        with warnings.catch_warnings():
            if not kind.drops_elements:
                warnings.simplefilter("error")  # PyTorch's channel dropouts warn of a rank that they guess about
            _first_run(adapter, kind, rank, dtype)
    except Exception as refusal:
        return refusal
    return None


def _runs(adapter: DropoutAdapter, x: Array, g: Array) -> None:
    try:
        results = [
            adapter.run(adapter.build(0.5, 0), x.copy()),
            _evaluate(adapter, 0.5, 0, x),
            adapter.run(adapter.build(0.5, 0), x.copy(), g.copy()),
        ]
    except Exception as error:
        raise NothingToExamine(f"the first run fails: {type(error).__name__}: {error}") from error
    for result in results:
        if not isinstance(result, tuple) or len(result) != 2:
            found = type(result).__name__
            raise NothingToExamine(
                f"run must return a pair (y, gradient or None), but returned a value of type {found}"
            )
        y, gradient = result
        if y is None:
            raise NothingToExamine("run must return a pair (y, gradient or None), but y is None: is it returned?")
        for name, array in {"y": y, "gradient": gradient}.items():
            if array is not None and np.asarray(array).dtype.kind not in "fiub":
                raise NothingToExamine(f"run must return NumPy arrays of numbers, but {name} is {type(array).__name__}")
        if np.asarray(y).shape != x.shape:
            raise NothingToExamine(f"x of shape {x.shape} gives y of shape {np.shape(y)}: this is no dropout")


def _evaluate(adapter: DropoutAdapter, p: float, seed: int, x: Array) -> Any:
    """Run in evaluation, then in training again, as a mode may be kept in the wrong place."""
    layer = adapter.build(p, seed)
    result = adapter.run(layer, x.copy(), training=False)
    adapter.run(layer, x.copy())
    return result


def _draws_without_regard_to_gradients(adapter: DropoutAdapter, x: Array, g: Array) -> None:
    def first(*grad_output: Array) -> Array:
        return np.asarray(adapter.run(adapter.build(0.5, 0), x.copy(), *grad_output)[0])

    if np.array_equal(first(), first()) and not same_but_for_rounding(first(), first(g.copy())):
        raise NothingToExamine(
            "a training call gives another output when a gradient is asked for: an adapter must draw the same random "
            "numbers with grad_output and without, and a layer must not look whether its input requires one"
        )


def _drops_something(adapter: DropoutAdapter, x: Array) -> None:
    """Raise if the subject does the same, without a zero, in both modes: it is no dropout."""
    outputs = []
    for p in (0.5, 0.9):
        for seed in (0, 1):
            trained = np.asarray(adapter.run(adapter.build(p, seed), x.copy())[0])
            evaluated = np.asarray(_evaluate(adapter, p, seed, x)[0])
            outputs += [(trained, evaluated)]
    if all((t != 0).all() and np.array_equal(t, e) and np.array_equal(t, outputs[0][0]) for t, e in outputs):
        raise NothingToExamine("it drops nothing, in training at p = 0.5 and 0.9 neither: this is no dropout")


def _works_in_place(adapter: DropoutAdapter, x: Array) -> bool:
    """Whether x is returned, and is another one than before; what writes into x and returns a copy is no such layer."""
    given = x.copy()
    y = np.asarray(adapter.run(adapter.build(0.5, 0), given)[0])
    return np.shares_memory(y, given) and not np.array_equal(given, x)


def _refused_backward(adapter: DropoutAdapter, x: Array, g: Array) -> str:
    """Return the error of a backward pass in evaluation, which a layer by hand may have no mask for."""
    layer = adapter.build(0.5, 0)
    try:
        adapter.run(layer, x.copy(), g.copy(), training=False)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        adapter.run(layer, x.copy())
    return ""


def _takes(adapter: DropoutAdapter, x: Array, g: Array) -> bool:
    try:
        adapter.run(adapter.build(0.5, 0), x.copy(), g.copy())
        _evaluate(adapter, 0.5, 0, x)
    except REFUSALS:
        return False
    return True


# -- relatives that are no dropouts of this kind ----------------------------------------------------------------------


def _other_kind(adapter: DropoutAdapter, kind: Kind, ranks: tuple[int, ...], dtype: str) -> str:
    return _alpha(adapter, kind, ranks, dtype) or (
        _blocks(adapter, dtype) if 4 in ranks and kind.drops_elements else ""
    )


def _output(adapter: DropoutAdapter, p: float, x: Array) -> Array:
    return np.asarray(adapter.run(adapter.build(p, 0), x.copy())[0], np.float64)


def _alpha(adapter: DropoutAdapter, kind: Kind, ranks: tuple[int, ...], dtype: str) -> str:
    """Recognise a·x + b with a = ((1-p)(1 + p·α'²))^(-1/2), b = -a·p·α', and a·α' + b for what is dropped."""
    rank, p = min(ranks, key=lambda rank: abs(kind.free_dims(rank) - 2)), 0.3
    x = values(np.random.default_rng(2), kind.shape(rank, UNITS[kind.free_dims(rank)]), dtype)
    y: Any = _output(adapter, p, x)
    a = ((1 - p) * (1 + p * ALPHA**2)) ** -0.5
    b = -a * p * ALPHA
    kept, dropped = np.isclose(y, a * x + b, rtol=1e-2), np.isclose(y, a * ALPHA + b, rtol=1e-2)
    if (kept | dropped).all() and dropped.any():
        return "alpha dropout: what is dropped becomes a number other than 0, and all is shifted to keep the variance"
    return ""


def _blocks(adapter: DropoutAdapter, dtype: str) -> str:
    """Recognise dropped squares of k × k pixels, k >= 2: dropout of blocks (Ghiasi, Lin and Le 2018)."""
    x = values(np.random.default_rng(3), (8, 4, 32, 32), dtype)
    try:
        dropped = _output(adapter, 0.1, x) == 0
    except Exception:
        return ""
    if not dropped.any() or dropped.all():
        return ""
    padded = np.pad(dropped, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=False)
    inside = padded[:, :, 1:, 1:] & padded[:, :, :-1, 1:] & padded[:, :, 1:, :-1] & padded[:, :, :-1, :-1]
    covered = inside[:, :, 1:, 1:] | inside[:, :, :-1, 1:] | inside[:, :, 1:, :-1] | inside[:, :, :-1, :-1]
    whole = dropped.reshape(8, 4, -1).all(2) | ~dropped.reshape(8, 4, -1).any(2)
    if (covered == dropped).all() and not whole.all() and not _shares_an_axis(dropped):
        return "dropout of blocks: squares of neighbouring pixels are dropped together"
    return ""


def _shares_an_axis(dropped: Any) -> bool:
    return any(bool((dropped == dropped.take([0], axis)).all()) for axis in (2, 3))
