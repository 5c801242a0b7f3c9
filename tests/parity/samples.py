"""Run one call in PyTorch and in minigrad, and say where the two differ.

A sample is what `torch.testing` makes for an operator, a module or an optimizer: arguments in PyTorch's types. Both
frameworks get copies of their own, with the same values, strides and sharing; both outcomes are laid out as flat
dictionaries of NumPy arrays and plain values; and those are compared.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")
pytest.importorskip("expecttest", reason="PyTorch's samples need the extra: pip install 'minigrad-nn[parity]'")

DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")

Tolerances = dict[str, tuple[float, float]]

# rtol and atol of values: of float16 a few roundings, since PyTorch computes in float32 inside; gradients, sums of many
# such values, may be off by ten times as much
TOLERANCES: Tolerances = {"float64": (1e-7, 1e-7), "float32": (1e-5, 1e-5), "float16": (4e-3, 4e-3)}
GRADIENT_SLACK = 10

BEYOND_SCOPE = {torch.channels_last, torch.channels_last_3d}


class LeftOut(Exception):
    """This sample is beyond minigrad's scope: complex numbers, sparse layouts and their like."""


class Absent(Exception):
    """minigrad has no such name."""


# ---- samples in two frameworks ---------------------------------------------------------------------------------------

FOREIGN = (torch.dtype, torch.Size, torch.device, torch.layout, torch.memory_format, torch.Generator)


class Copies:
    """One framework's copies of a sample's tensors: a tensor that occurs twice is copied once.

    Args:
        framework: torch or minigrad.
    """

    def __init__(self, framework: ModuleType) -> None:
        self.framework = framework
        self.tensors: list[Any] = []
        self._originals: list[torch.Tensor] = []

    def __call__(self, x: Any) -> Any:
        """Return a structure of lists, tuples, dictionaries and slices with everything of PyTorch's copied."""
        if isinstance(x, torch.Tensor):
            return self._tensor(x)
        if isinstance(x, FOREIGN):
            return x if self.framework is torch else in_minigrad(x)
        if isinstance(x, complex):
            raise LeftOut("complex")
        if callable(x):
            raise LeftOut("a function as an argument")
        if isinstance(x, list | tuple):
            return type(x)(self(item) for item in x)
        if isinstance(x, dict):
            return {key: self(value) for key, value in x.items()}
        if isinstance(x, slice):
            return slice(self(x.start), self(x.stop), self(x.step))
        return x

    def _tensor(self, x: torch.Tensor) -> Any:
        for original, copy in zip(self._originals, self.tensors, strict=True):
            if original is x:
                return copy
        refuse_foreign(x)
        self._originals.append(x)
        self.tensors.append(copied_to_torch(x) if self.framework is torch else copied_to_minigrad(x))
        return self.tensors[-1]


def copied_to_torch(x: torch.Tensor) -> torch.Tensor:
    """Return a leaf with a tensor's values and strides in memory of its own."""
    copy = torch.as_strided(storage_of(x).clone(), x.shape, x.stride(), x.storage_offset())
    if isinstance(x, torch.nn.Parameter):
        return torch.nn.Parameter(copy, x.requires_grad)
    return copy.requires_grad_(x.requires_grad)


def copied_to_minigrad(x: torch.Tensor) -> minigrad.Tensor:
    """Return minigrad's leaf with a tensor's values and strides."""
    if x.ndim > 64:
        raise LeftOut("more than NumPy's 64 dimensions")
    strides = tuple(step * x.element_size() for step in x.stride())
    memory = storage_of(x).numpy().copy()[x.storage_offset() :]
    copy = minigrad.from_numpy(np.lib.stride_tricks.as_strided(memory, tuple(x.shape), strides))
    if isinstance(x, torch.nn.Parameter):
        return minigrad.nn.Parameter(copy, x.requires_grad)
    return copy.requires_grad_(x.requires_grad)


def in_minigrad(x: Any) -> Any:
    """Return what minigrad calls a dtype, a shape, a device or a layout."""
    if isinstance(x, torch.Size):
        return minigrad.Size(x)
    if isinstance(x, torch.device):
        return found("device")(str(x))
    if isinstance(x, torch.dtype | torch.layout | torch.memory_format):
        if (isinstance(x, torch.dtype) and name_of(x) not in DTYPES) or x in BEYOND_SCOPE:
            raise LeftOut(name_of(x))
        return found(name_of(x))
    raise LeftOut(type(x).__name__)


def storage_of(x: torch.Tensor) -> torch.Tensor:
    """Return the whole memory under a tensor as a vector."""
    return torch.empty(0, dtype=x.dtype).set_(x.detach().untyped_storage())


def refuse_foreign(x: torch.Tensor) -> None:
    """Raise LeftOut for a tensor that minigrad does not claim to have."""
    if x.layout != torch.strided:
        raise LeftOut("sparse")
    if x.is_complex():
        raise LeftOut("complex")
    if name_of(x.dtype) not in DTYPES:
        raise LeftOut(name_of(x.dtype))
    if x.device.type != "cpu":
        raise LeftOut(x.device.type)


def name_of(dtype: Any) -> str:
    """Return the bare name of either framework's dtype."""
    return str(dtype).rpartition(".")[2]


# ---- functions in two frameworks -------------------------------------------------------------------------------------


def found(dotted: str, root: Any = minigrad) -> Any:
    """Return minigrad's object of a dotted name; Absent where there is none."""
    for name in dotted.split("."):
        try:
            root = getattr(root, name)
        except AttributeError:
            raise Absent(dotted) from None
    return root


def counterpart(function: Callable[..., Any], dotted: str) -> Callable[..., Any]:
    """Return minigrad's function for one of PyTorch's, or for a lambda around some of them."""
    if isinstance(function, FunctionType) and function.__module__.startswith("torch.testing."):
        return rehomed(function)
    if getattr(function, "__module__", None) == "_operator":
        return function
    if getattr(torch.Tensor, getattr(function, "__name__", ""), None) is function:
        return found(function.__name__, minigrad.Tensor)
    return found(dotted)


def rehomed(function: FunctionType, **meanings: Any) -> Callable[..., Any]:
    """Return a copy of a function in which the name `torch` means minigrad, and other names what is given."""
    names = {**function.__globals__, "torch": minigrad, "wrapper_set_seed": call, **meanings}
    return FunctionType(function.__code__, names, None, function.__defaults__, function.__closure__)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function: `outcome` has seeded both frameworks, so nothing is left of `wrapper_set_seed`."""
    return function(*args, **kwargs)


# ---- outcomes --------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a call did: its flat results, or what it raised."""

    results: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None


def outcome(framework: ModuleType, run: Callable[..., dict[str, Any]], *sample: Any) -> Outcome:
    """Run something on a framework's copies of a sample, after a fixed seed."""
    copies = Copies(framework)
    sample = copies(sample)
    seed(framework)
    try:
        return Outcome(run(copies, *sample))
    except (LeftOut, Absent):
        raise
    except Exception as error:
        return Outcome(error=error)


def seed(framework: ModuleType) -> None:
    """Seed a framework's generator with `wrapper_set_seed`'s 42.

    `torch.manual_seed` also notes a stack trace for the GPUs that may come, which takes longer than most samples.
    """
    framework.default_generator.manual_seed(42)


def traced(
    function: Callable[..., Any], copies: Copies, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Call a function; return its results, what they share with the arguments, these afterwards, and gradients."""
    results = laid_out(function(*args, **kwargs))
    arguments = {f"argument {i}": x for i, x in enumerate(copies.tensors)}
    return {
        **{path: plain(x) for path, x in results.items()},
        **shared_memory(results, arguments),
        **{path: plain(x) for path, x in arguments.items()},
        **gradients_of(results, {path: x for path, x in arguments.items() if x.requires_grad and x.is_leaf}),
    }


def laid_out(x: Any, path: str = "result") -> dict[str, Any]:
    """Return the leaves of a nested result by their paths; named tuples are told from tuples."""
    if isinstance(x, torch.Size | minigrad.Size) or not isinstance(x, list | tuple | dict):
        return {path: x}
    if isinstance(x, dict):
        items: Iterable[tuple[Any, Any]] = x.items()
    else:
        fields = getattr(x, "__match_args__", ()) or range(len(x))
        items = zip(fields, x, strict=True)
    return {p: leaf for key, value in items for p, leaf in laid_out(value, f"{path}.{key}").items()}


def is_tensor(x: Any) -> bool:
    """Whether this is a tensor of either framework."""
    return isinstance(x, torch.Tensor | minigrad.Tensor)


def plain(x: Any) -> Any:
    """Return a tensor as an array; dtypes, sizes and devices as they print; anything else as it is."""
    if isinstance(x, torch.Tensor):
        return np.array(x.numpy(force=True))  # a gradient may be one of PyTorch's zeros without memory
    if isinstance(x, minigrad.Tensor):
        return np.array(x.detach().numpy())
    if isinstance(x, torch.Size | minigrad.Size):
        return str(tuple(x))
    if isinstance(x, torch.dtype | minigrad.dtype):
        return name_of(x)
    return x if isinstance(x, bool | int | float | None) else str(x)


def shared_memory(results: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Say which results are views of, or are, which arguments."""
    tensors = {path: x.detach().numpy() for path, x in results.items() if is_tensor(x)}
    return {
        f"{path} shares memory with {name}": True
        for path, x in tensors.items()
        for name, argument in arguments.items()
        if np.may_share_memory(x, argument.detach().numpy())
    }


def gradients_of(results: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Say which results require grad; return the wanted gradients of a random weighted sum of them."""
    outputs = {path: x for path, x in results.items() if is_tensor(x) and x.requires_grad}
    tracked = {f"{path} requires grad": True for path in outputs}
    if not outputs or not wanted:
        return tracked
    framework = torch if isinstance(next(iter(outputs.values())), torch.Tensor) else minigrad
    draw = np.random.default_rng(0).normal
    weights = [framework.from_numpy(np.array(draw(size=tuple(y.shape)), name_of(y.dtype))) for y in outputs.values()]
    grads = framework.autograd.grad([*outputs.values()], [*wanted.values()], weights, allow_unused=True)
    zeros = (np.zeros(tuple(x.shape), name_of(x.dtype)) for x in wanted.values())
    arrays = (zero if g is None else plain(g) for g, zero in zip(grads, zeros, strict=True))
    return {**tracked, **{f"gradient of {path}": g for path, g in zip(wanted, arrays, strict=True)}}


# ---- comparing -------------------------------------------------------------------------------------------------------


def differences(
    ours: Outcome, theirs: Outcome, values: bool = True, tolerances: Tolerances = TOLERANCES
) -> Iterator[str]:
    """Say where two outcomes differ, in PyTorch's order; with `values` off, dtypes and shapes alone count."""
    if ours.error or theirs.error:
        if not (ours.error and theirs.error):
            yield f"raises {named(ours.error)}, PyTorch {named(theirs.error)}"
        return
    for path in dict.fromkeys([*theirs.results, *ours.results]):
        if path not in ours.results or path not in theirs.results:
            yield f"{path}: only in {'PyTorch' if path in theirs.results else 'minigrad'}"
        elif said := difference(ours.results[path], theirs.results[path], tolerances if values else None, slack(path)):
            yield f"{path}: {said}"


def slack(path: str) -> int:
    """Return the factor on the tolerance of one result."""
    return GRADIENT_SLACK if path.startswith("gradient") else 1


def difference(ours: Any, theirs: Any, tolerances: Tolerances | None, slack: int) -> str | None:
    """Say how two leaves of a result differ, or None; without tolerances any value will do."""
    if type(ours) is not type(theirs):
        return f"{type(ours).__name__} {ours!r}, PyTorch {type(theirs).__name__} {theirs!r}"
    if not isinstance(ours, np.ndarray | float):
        return None if ours == theirs or tolerances is None else f"{ours!r}, PyTorch {theirs!r}"
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.dtype != theirs.dtype:
        return f"{ours.dtype}, PyTorch {theirs.dtype}"
    if ours.shape != theirs.shape:
        return f"shape {ours.shape}, PyTorch {theirs.shape}"
    if tolerances is None or np.array_equal(ours, theirs):
        return None
    rtol, atol = tolerances.get(str(ours.dtype), (0, 0))
    equal = np.isclose(ours, theirs, rtol * slack, atol * slack, equal_nan=True)
    if np.all(equal):
        return None
    worst = int(np.argmin(np.ravel(equal)))
    return f"{ours.size - np.count_nonzero(equal)} of {ours.size}, as {ours.flat[worst]}, PyTorch {theirs.flat[worst]}"


def named(error: Exception | None) -> str:
    """Return an error on one short line."""
    return "nothing" if error is None else " ".join(f"{type(error).__name__}: {error}".split())[:110]


# ---- counting --------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """How many samples of one name agreed, how many errors were raised, and what was left out why."""

    equal: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    raised: int = 0
    of_same_type: int = 0
    must_raise: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def count(self, kind: str, label: str, compare: Callable[[], tuple[Outcome, Outcome]], **how: Any) -> None:
        """Count one sample of a kind as equal or different; one that is beyond scope by its reason."""
        try:
            found_differences = list(differences(*compare(), **how))
        except LeftOut as reason:
            self.left_out[str(reason)] += 1
            return
        except Absent as absent:
            found_differences = [f"absent: {absent}"]
        self.total[kind] += 1
        self.equal[kind] += not found_differences
        self.differences += [f"{label}: {said}" for said in found_differences]

    def count_error(self, label: str, compare: Callable[[], tuple[Outcome, Outcome]]) -> None:
        """Count one call that PyTorch refuses; one that it takes here is none."""
        try:
            ours, theirs = compare()
        except (LeftOut, Absent) as reason:
            self.left_out[str(reason)] += 1
            return
        if theirs.error is None:
            return
        self.must_raise += 1
        self.raised += ours.error is not None
        self.of_same_type += isinstance(ours.error, type(theirs.error))
        if ours.error is None:
            self.differences.append(f"{label}: raises nothing, PyTorch {named(theirs.error)}")

    def add(self, other: Tally) -> None:
        """Count what another one counted, too."""
        self.equal += other.equal
        self.total += other.total
        self.raised += other.raised
        self.of_same_type += other.of_same_type
        self.must_raise += other.must_raise
        self.left_out += other.left_out
        self.differences += other.differences


@contextmanager
def quiet_and_repeatable() -> Iterator[None]:
    """Seed all generators and put them back afterwards; silence PyTorch's warnings; use one thread."""
    threads, states = torch.get_num_threads(), (random.getstate(), np.random.get_state(), minigrad.get_rng_state())
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            random.seed(0)
            np.random.seed(0)
            torch.default_generator.manual_seed(0)
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_num_threads(threads)
        random.setstate(states[0])
        np.random.set_state(states[1])
        minigrad.set_rng_state(states[2])


@contextmanager
def warnings_raised() -> Iterator[None]:
    """Make exceptions of warnings: some of PyTorch's samples must warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# ---- labels ----------------------------------------------------------------------------------------------------------


def signature(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return arguments on one short line."""
    return ", ".join([*map(short, args), *(f"{key}={short(x)}" for key, x in kwargs.items())])


def short(x: Any) -> str:
    """Return a tensor as its dtype and sizes, a structure with such tensors in it."""
    if isinstance(x, torch.Tensor):
        return f"{name_of(x.dtype)}{list(x.shape)}" + ("" if x.is_contiguous() else " strided")
    if isinstance(x, list | tuple) and not isinstance(x, torch.Size):
        return f"[{', '.join(map(short, x))}]"
    return str(x) if isinstance(x, torch.dtype | torch.Size) else repr(x)
