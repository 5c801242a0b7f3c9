"""Checks that need no statistics: one violation convicts."""

from __future__ import annotations

import contextlib
import math
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from .report import Broken, Skipped
from .statistical import DEEPER_SHAPES, OLD_KIND, is_old_kind
from .trial import COLUMNS, ROWS, Array, Draw, Trial, tolerance

BAD_P: tuple[Any, ...] = (-0.1, 1.5, math.nan, math.inf, -math.inf, "a half", None)
DTYPES = (np.float16, np.float32, np.float64)


def same_bits(a: Array, b: Array) -> bool:
    """Whether two arrays are equal to the bit, NaN and -0.0 included."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# -- evaluation and the edges of p ------------------------------------------------------------------------------------


def check_eval(trial: Trial) -> str:
    """Check that evaluation is the identity, bit for bit, twice, and draws nothing."""
    x = trial.input(ROWS, COLUMNS)
    x.flat[:4] = -0.0, math.inf, math.nan, 1e-40
    for p in (0.2, 0.5):
        layer = trial.build(p)
        for call in ("first", "second"):
            y, _ = trial.run(layer, x, training=False)
            if not same_bits(y.astype(x.dtype), x):
                trial.train(layer, trial.input(2, 2))
                raise Broken(_difference(trial, p, x, y, call))
        trial.train(layer, trial.input(2, 2))
    if trial.replays and _evaluation_moves_the_masks(trial):
        raise Broken("evaluation consumes random numbers: the next training mask is another one")
    return "the identity, bit for bit, at p = 0.2 and 0.5; draws nothing" + ("" if trial.replays else " (not examined)")


def _difference(trial: Trial, p: float, x: Array, y: Array, call: str) -> str:
    if is_old_kind(trial):
        return f"p = {p}: y = {1 - p:g}·x in evaluation ({OLD_KIND})"
    ratio = y[1:].ravel().astype(np.float64) / x[1:].ravel()
    if np.ptp(ratio) > 1e-3:
        return f"p = {p}: {np.mean(ratio == 0):.2f} of the entries are dropped in evaluation ({call} call)"
    if abs(ratio[0] - 1) > 1e-6:
        return f"p = {p}: y = {ratio[0]:.6g}·x in evaluation"
    return f"p = {p}: evaluation changes the bits of {x.flat[:4].tolist()} to {y.flat[:4].tolist()}"


def _evaluation_moves_the_masks(trial: Trial) -> bool:
    x, seed = trial.input(ROWS, COLUMNS), trial.seed()
    expected = trial.train(trial.build(0.5, seed), x)
    layer = trial.build(0.5, seed)
    trial.run(layer, x, training=False)
    after = trial.train(layer, x)
    stuck = bool((after != 0).all())  # that is for the modes check to say
    return not stuck and not np.array_equal(after, expected)


def check_edge_p(trial: Trial) -> str:
    """Check that p = 0 is the identity, p = 1 gives zeros without NaN or warning, and evaluation ignores both."""
    x, g = trial.input(511, 129), trial.input(511, 129)
    y, gradient = trial.run(trial.build(0.0), x, g, training=True)
    if not np.array_equal(y, x):
        raise Broken(f"p = 0: training changes {np.mean(y != x):.5f} of the entries (drops {np.mean(y == 0):.5f})")
    if gradient is not None and not np.array_equal(gradient, g):
        raise Broken("p = 0: the gradient of the identity is not g")
    refusal = _check_p_1(trial, x, g)
    for p in (0.0,) if refusal else (0.0, 1.0):
        y, _ = trial.evaluate(trial.build(p), x)
        if not np.array_equal(y, x) and trial.holds("eval"):
            raise Broken(f"p = {p:g}: evaluation is not the identity ({np.mean(y == 0):.2f} of the entries are zero)")
    return "p = 0 is the identity; " + (refusal or "p = 1 gives zeros and zero gradient, no NaN, no warning")


def _check_p_1(trial: Trial, x: Array, g: Array) -> str:
    try:
        layer = trial.build(1.0)
    except ValueError as error:
        return f"p = 1 is refused ({error})"
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        y, gradient = trial.run(layer, x, g, training=True)
    for name, array in {"output": y, "gradient": gradient}.items():
        if array is not None and not (array == 0).all():
            found = "NaN or infinity" if not np.isfinite(array).all() else f"{np.mean(array != 0):.5f} that is not 0"
            raise Broken(f"p = 1: the {name} in training contains {found}")
    if caught:
        raise Broken(f"p = 1: a warning, {caught[0].message}")
    return ""


def check_bad_p(trial: Trial) -> str:
    """Check that a p that is no probability is refused when the layer is built, or at its first call at the latest."""
    verdicts = {repr(p): _refusal(trial, p) for p in BAD_P}
    accepted = [f"p = {p} {verdict}" for p, verdict in verdicts.items() if verdict not in ("refused", "late")]
    if accepted:
        raise Broken("; ".join(accepted))
    late = [p for p, verdict in verdicts.items() if verdict == "late"]
    return f"refused: {', '.join(map(repr, BAD_P))}" + (f" (at the first call only: {', '.join(late)})" if late else "")


def _refusal(trial: Trial, p: Any) -> str:
    try:
        layer = trial.build(p)
    except (ValueError, TypeError):
        return "refused"
    except Exception as error:
        return f"gives {type(error).__name__}, not ValueError or TypeError"
    try:
        trial.train(layer, trial.input(2, 3))
    except (ValueError, TypeError, RuntimeError):  # as late as in torch.nn.Dropout(nan), but no wrong number
        return "late"
    except Exception as error:
        return f"gives {type(error).__name__} at the first call, not ValueError or TypeError"
    return "is accepted"


# -- the gradient -----------------------------------------------------------------------------------------------------


def check_gradient(trial: Trial) -> str:
    """Check that dL/dx = g times the very multiplier of the forward pass, also where x = 0."""
    trial.needs("value")
    for p in (0.5, 0.2):
        x, g = trial.input(ROWS, COLUMNS), trial.input(ROWS, COLUMNS)
        x[::3] = 0
        y, gradient = _with_gradient(trial, trial.build(p), x, g, training=True)
        _compare_gradient(p, x, g, y, gradient)
        _compare_gradient_at_zero(trial, p, gradient[::3] / g[::3], trial.read(p, x[1::3], y[1::3]))
    y, gradient = _with_gradient(trial, layer := trial.build(0.5), x, g, training=False)
    trial.train(layer, x)
    if trial.holds("eval") and not np.array_equal(gradient, g):
        raise Broken("in evaluation the gradient is not g")
    return "g times the multiplier of the forward pass, also where x = 0; g in evaluation"


def _with_gradient(trial: Trial, layer: Any, x: Array, g: Array, *, training: bool) -> tuple[Array, Array]:
    y, gradient = trial.run(layer, x, g, training=training)
    if gradient is None:
        raise Skipped("the adapter returns no gradient")
    if gradient.shape != x.shape:
        raise Broken(f"x of shape {x.shape} has a gradient of shape {gradient.shape}")
    return y, gradient


def _compare_gradient(p: float, x: Array, g: Array, y: Array, gradient: Array) -> None:
    inside = x != 0
    multiplier, used = y[inside] / x[inside], gradient[inside] / g[inside]
    wrong = ~np.isclose(used, multiplier, rtol=2 * tolerance(x, y, gradient), atol=0)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise Broken(f"p = {p}: forward x·{multiplier[i]:.6g}, backward g·{used[i]:.6g} (in {wrong.mean():.2f} of all)")


def _compare_gradient_at_zero(trial: Trial, p: float, used: Array, elsewhere: Draw) -> None:
    dropped, kept = used == 0, np.isclose(used, elsewhere.scale, rtol=1e-4)
    # some are dropped and some are kept, unless the mask itself is wrong
    mixed = elsewhere.dropped.any() and all(trial.holds(id) for id in ("fresh", "linear", "independent"))
    if not (dropped | kept).all() or (mixed and (dropped.all() or kept.all())):
        found = "always 0" if dropped.all() else "never 0" if kept.all() else "neither 0 nor g·s"
        raise Broken(f"p = {p}: where x = 0 the gradient is {found}; the mask is not visible in the output there")


def check_gradcheck(trial: Trial) -> str:
    """Check that the gradient is the slope with a frozen mask; with a live mask it must not be (the control)."""
    trial.needs("value")
    trial.needs_replay()
    trial.needs("linear")
    x, g, seed = trial.input(ROWS, COLUMNS), trial.input(ROWS, COLUMNS), trial.seed()
    _, gradient = _with_gradient(trial, trial.build(0.5, seed), x, g, training=True)
    # the function is linear, so a wide step costs no accuracy
    step = trial.input(ROWS, COLUMNS) / 2
    ahead, behind = (trial.train(trial.build(0.5, seed), x + sign * step) for sign in (1, -1))
    slope, claimed = (ahead - behind) / 2, gradient * step / g
    if not np.allclose(slope, claimed, rtol=1e-3, atol=1e-3):
        raise Broken(f"frozen mask: {np.mean(~np.isclose(slope, claimed, 1e-3, 1e-3)):.2f} of the slopes differ")
    layer = trial.build(0.5, seed)
    ahead, behind = (trial.train(layer, x + sign * step) for sign in (1, -1))
    live = trial.verdict("fresh") == "held" and trial.holds("independent")
    if live and np.allclose((ahead - behind) / 2, claimed, rtol=1e-3, atol=1e-3):
        raise Broken("the control passes: with a live mask finite differences should disagree")
    return "agrees with finite differences of a frozen mask, disagrees with those of a live one"


# -- the mask ---------------------------------------------------------------------------------------------------------


def check_linear(trial: Trial) -> str:
    """Check that the mask does not depend on x: a·x in, a·y out, and another x gives the same multipliers."""
    trial.needs("value")
    trial.needs_replay()
    seed, x, other = trial.seed(), trial.input(ROWS, COLUMNS), trial.input(ROWS, COLUMNS)
    y, negative, different = (trial.train(trial.build(0.5, seed), v) for v in (x, -2 * x, other))
    for name, found, expected in [
        ("-2·x", negative / (-2 * x), y / x),
        ("another x", different / other, y / x),
    ]:
        if not np.allclose(found, expected, rtol=2 * tolerance(x, y), atol=0):
            raise Broken(f"same seed, {name}: {np.mean((found == 0) != (expected == 0)):.2f} of the mask changes")
    return "same seed: -2·x gives -2·y, another x the same mask"


def check_fresh(trial: Trial) -> str:
    """Check that two training calls draw two masks."""
    layer, x = trial.build(0.5), trial.input(ROWS, COLUMNS)
    first, *others = (trial.train(layer, x) for _ in range(8))
    if (first == x).all():
        raise Skipped("nothing is dropped at p = 0.5")
    if all(np.array_equal(first, other) for other in others):
        raise Broken("eight training calls in a row drop the same units")
    return "two training calls drop different units"


def check_seed(trial: Trial) -> str:
    """Check that the same seed gives the same masks, another seed others; no global generator is read or moved."""
    x, seed = trial.input(ROWS, COLUMNS), trial.seed()
    with _globals_kept():
        before = _global_state()
        first = _two_masks(trial, seed, x)
        if _global_state() != before:
            raise Broken("a global generator (numpy.random or random) is moved")
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        if not np.array_equal(_two_masks(trial, seed, x), first):
            raise Broken("the same seed gives different masks")
    dead = (first == x).all()  # the same for every seed, but that is for the rate check to say
    if not dead and np.array_equal(_two_masks(trial, seed ^ 1, x), first):
        raise Broken("different seeds give the same masks")
    return "same seed, same masks; no global generator read or moved; " + _check_state(trial, x)


def _two_masks(trial: Trial, seed: int, x: Array) -> Array:
    layer = trial.build(0.5, seed)
    return np.stack([trial.train(layer, x), trial.train(layer, x)])


def _check_state(trial: Trial, x: Array) -> str:
    if not trial.adapter.saves_rng_state:
        return "replay of a saved state skipped (the adapter has no get_rng_state)"
    layer = trial.build(0.5)
    state = trial.adapter.get_rng_state(layer)
    first = trial.train(layer, x)
    trial.adapter.set_rng_state(layer, state)
    if not np.array_equal(trial.train(layer, x), first):
        raise Broken("a generator state that is put back does not replay the mask")
    return "a saved state replays the mask"


def _global_state() -> tuple[Any, ...]:
    name, key, *rest = np.random.get_state()  # noqa: NPY002
    return name, np.asarray(key).tobytes(), *rest, random.getstate()


@contextlib.contextmanager
def _globals_kept() -> Iterator[None]:
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


# -- arrays -----------------------------------------------------------------------------------------------------------


def check_dtype(trial: Trial) -> str:
    """Check that dtypes are kept; empty, scalar, strided, Fortran-ordered and read-only inputs work."""
    refused = [np.dtype(dtype).name for dtype in DTYPES if not _keeps_dtype(trial, dtype)]
    if len(refused) == len(DTYPES):
        raise Broken("every floating dtype is refused")
    dtype = np.float32 if "float32" not in refused else np.float64
    matrix = trial.input(32, 32, dtype)
    usual = trial.read(0.3, matrix, trial.train(trial.build(0.3), matrix))
    for name, x in _unusual_inputs(trial, dtype):
        before = x.copy()  # a layer that writes into it is for the pure check to find
        try:
            y, _ = trial.adapter.run(trial.build(0.3), x)
        except Exception as error:
            raise Broken(f"{name} input: {type(error).__name__}: {error}") from error
        y = np.asarray(y)
        if y.shape != x.shape or y.dtype != x.dtype:
            raise Broken(f"{name} input {x.dtype}{x.shape} gives {y.dtype}{y.shape}")
        if trial.holds("value"):
            _compare_with_matrix(trial, name, trial.read(0.3, before, y), usual)
    kept = ", ".join(np.dtype(dtype).name for dtype in DTYPES if np.dtype(dtype).name not in refused)
    return f"{kept} kept{' (refused: ' + ', '.join(refused) + ')' if refused else ''}; unusual shapes and strides work"


def _compare_with_matrix(trial: Trial, name: str, draw: Draw, usual: Draw) -> None:
    """Raise where an input of another shape or layout is dropped otherwise than a matrix."""
    if draw.worst > 1e-5:
        raise Broken(f"{name} input: kept entries are not x·s with one s")
    if draw.dropped.size < 1000 or not (trial.holds("independent") and trial.holds("scale")):
        return
    if usual.dropped.any() and not draw.dropped.any():  # by chance, once in 10¹⁵⁵
        raise Broken(f"{name} input: nothing is dropped")
    if abs(draw.scale / usual.scale - 1) > 1e-5:
        raise Broken(f"{name} input: kept entries are x·{draw.scale:.6g}, those of a matrix x·{usual.scale:.6g}")


def _keeps_dtype(trial: Trial, dtype: type[np.floating[Any]]) -> bool:
    x = trial.input(3, 4, dtype)
    for training in (True, False):
        layer = trial.build(0.5)
        try:
            outputs = trial.run(layer, x, x, training=training)
        except (TypeError, NotImplementedError):
            return False
        finally:
            trial.train(layer, trial.input(2, 2))
        for name, array in zip(("output", "gradient"), outputs, strict=True):
            if array is not None and array.dtype != x.dtype:
                mode = "training" if training else "evaluation"
                raise Broken(f"{x.dtype} in, {array.dtype} out ({name}, {mode})")
    return True


def _unusual_inputs(trial: Trial, dtype: type[np.floating[Any]]) -> Iterator[tuple[str, Array]]:
    if trial.kind == "element":
        shapes: list[tuple[int, ...]] = [(), (0,), (1,), (0, 3), (1024,), *DEEPER_SHAPES]
    else:
        shapes = [(0, 3, *trial.spatial), (1, 1, *trial.spatial)]
    for shape in shapes:
        yield f"{shape}-shaped", trial.values(shape, dtype)
    x = trial.input(64, 64, dtype)
    yield "non-contiguous", x[::2, ::2]
    yield "Fortran-ordered", np.asfortranarray(x)
    x.flags.writeable = False
    yield "read-only", x


def check_pure(trial: Trial) -> str:
    """Check that the input is not written to, and a training output does not share its memory."""
    for p, rows in [(0.5, ROWS), (0.001, 1)]:
        x, g = trial.input(rows, 2), trial.input(rows, 2)
        x_before, g_before = x.copy(), g.copy()
        y, _ = trial.adapter.run(trial.build(p), x, g)
        if not np.array_equal(x, x_before):
            raise Broken(f"p = {p}: the input is written to")
        if not np.array_equal(g, g_before):
            raise Broken(f"p = {p}: the output's gradient is written to")
        if np.shares_memory(np.asarray(y), x):
            raise Broken(f"p = {p}: the output of a training call shares the input's memory")
    return "input and gradient are left alone; the output has memory of its own"


# -- modes ------------------------------------------------------------------------------------------------------------


def check_modes(trial: Trial) -> str:
    """Check that modes restore each other, in one layer, beside another layer, and after an exception."""
    x = trial.input(ROWS, COLUMNS)
    layer = trial.build(0.5)
    if (trial.train(layer, x) == x).all():
        raise Skipped("nothing is dropped at p = 0.5")
    _alternate(trial, layer, x, "after evaluation")
    other = trial.build(0.5)
    try:
        trial.run(layer, x, training=False)
        _trains(trial, other, x, "while another layer is in evaluation")
        _evaluates(trial, layer, x, "while another layer is training")
        for training in (False, True):
            for name, bad in _bad_calls(x):
                with contextlib.suppress(Exception):
                    trial.adapter.run(layer, *bad, training=training)
                _alternate(trial, layer, x, f"after a call with {name}")
    finally:
        trial.run(layer, x, training=True)
    return "train, evaluate, train restores everything: one layer, two layers, after a failing call"


def _bad_calls(x: Array) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "text for an input", (np.array(["no", "number"]),)
    yield "None for an input", (None,)
    yield "a gradient of the wrong shape", (x, np.ones((1, 2, 3), x.dtype))


def _alternate(trial: Trial, layer: Any, x: Array, when: str) -> None:
    _trains(trial, layer, x, when)
    _evaluates(trial, layer, x, when)
    _trains(trial, layer, x, "after evaluation")


def _trains(trial: Trial, layer: Any, x: Array, when: str) -> None:
    if (trial.train(layer, x) == x).all():
        raise Broken(f"{when}, a training call is the identity")


def _evaluates(trial: Trial, layer: Any, x: Array, when: str) -> None:
    y, _ = trial.run(layer, x, training=False)
    if trial.holds("eval") and not np.array_equal(y, x):
        raise Broken(f"{when}, an evaluation is not the identity")


def check_channel(trial: Trial) -> str:
    """Check that channels drop as a whole, and an input without channels is refused."""
    if trial.kind == "element":
        raise Skipped("this is a dropout of elements")
    x = trial.input(ROWS, COLUMNS)
    multiplier = (trial.train(trial.build(0.5), x) / x).reshape(ROWS, COLUMNS, -1)
    same = np.isclose(multiplier, multiplier[:, :, :1], rtol=tolerance(x), atol=0)
    if not same.all():
        raise Broken(f"{np.mean(~same.all(axis=2)):.2f} of the channels are dropped in part")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            trial.adapter.run(trial.build(0.5), trial.values((5,)))
    except Exception:
        return "constant inside each channel; an input of one dimension is refused (see independent for the rest)"
    raise Broken("an input of shape (5,) has no channels, but is not refused")
