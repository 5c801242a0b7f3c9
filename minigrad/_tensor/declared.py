"""One declaration of what a function takes: its annotations. Here calls are held against them.

`explained` costs a right call nothing: where a call raises by itself, it names the argument that does not fit.
`checked` looks at every argument before the call, for functions that would accept a wrong one in silence.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .base import TensorBase
from .dtypes import dtype

P = ParamSpec("P")
Result = TypeVar("Result")

UNCLEAR = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""What Python and NumPy raise from deep inside, at a wrong argument."""


def explained(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], error: Exception
) -> Exception:
    """Return a TypeError that names the argument that does not fit its annotation; the same error if all do."""
    wrong = misfit(function, args, kwargs)
    return error if wrong is None else TypeError(wrong)


def checked(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a function look at its arguments before it begins."""

    @functools.wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> Result:
        wrong = misfit(function, args, kwargs)
        if wrong is not None:
            raise TypeError(wrong)
        return function(*args, **kwargs)

    return checking


def check_at_once(module: dict[str, Any], names: Iterable[str]) -> None:
    """Let functions of a module, and the constructors of its classes, look at their arguments before they begin."""
    for name in names:
        value = module[name]
        if inspect.isfunction(value):
            module[name] = checked(value)
        elif inspect.isclass(value) and inspect.isfunction(vars(value).get("__init__")):
            setattr(value, "__init__", checked(vars(value)["__init__"]))  # noqa: B010  # mypy knows it as a method


def misfit(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the first argument that does not fit its annotation; None if all fit."""
    names, fits, rest = declaration(function)
    given: Iterable[tuple[str, Any]] = [*zip(names, args, strict=False), *kwargs.items()]
    if rest is not None:
        given = [*given, *((rest, value) for value in args[len(names) :])]
    for name, value in given:
        if name in fits and not fits[name][0](value):
            return (
                f"{spoken(function)}(): argument '{name}' must be {fits[name][1]}, "
                f"not {type(value).__name__}: {brief(value)}"
            )
    return None


def spoken(function: Callable[..., Any]) -> str:
    """Return the name by which a user calls a function: a class's, for its constructor."""
    owner, _, name = function.__qualname__.rpartition(".")
    return owner if name in ("__init__", "__new__") else name


def brief(value: Any) -> str:
    """Return how a value prints, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@functools.cache
def declaration(
    function: Callable[..., Any],
) -> tuple[list[str], dict[str, tuple[Callable[[Any], bool], str]], str | None]:
    """Return the names of a function's positional arguments, tests of those that have one, and the name of *args."""
    function = inspect.unwrap(function)
    hints = typing.get_type_hints(function)
    names, fits, rest = [], {}, None
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(name)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            rest = name
        elif parameter.kind is parameter.VAR_KEYWORD:
            continue
        test = fit(hints.get(name, Any))
        if test is not None:
            fits[name] = test
    return names, fits, rest


def fit(hint: Any) -> tuple[Callable[[Any], bool], str] | None:
    """Return a test of values for an annotation, and what it accepts in words; None where it accepts anything."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if isinstance(hint, TypeVar):
        return fit(hint.__bound__) if hint.__bound__ is not None else None
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        tests = [fit(part) for part in parts]
        known = [test for test in tests if test is not None]
        if len(known) < len(tests):
            return None
        words = [word for _, word in known]
        return lambda value: any(test(value) for test, _ in known), " or ".join(words)
    if origin in (Sequence, list, tuple) and parts and (inner := fit(parts[0])) is not None:
        item, word = inner
        return lambda value: isinstance(value, list | tuple) and all(map(item, value)), f"tuple of {word}s"
    if inspect.isclass(hint) and issubclass(hint, TensorBase):
        return lambda value: isinstance(value, TensorBase), "Tensor"
    return None


def is_integer(value: Any) -> bool:
    """Return whether a value counts as an integer: a bool does not."""
    if isinstance(value, bool | np.bool_):
        return False
    if isinstance(value, TensorBase):
        return value.array.size == 1 and value.array.dtype.kind in "iu"
    return hasattr(value, "__index__") and not isinstance(value, np.ndarray)


def is_number(value: Any) -> bool:
    """Return whether a value counts as a real number."""
    if isinstance(value, TensorBase):
        return value.array.size == 1
    return isinstance(value, int | float | np.number | np.bool_) and not isinstance(value, np.complexfloating)


SIMPLE: dict[Any, tuple[Callable[[Any], bool], str] | None] = {
    Any: None,
    object: None,
    int: (is_integer, "int"),
    float: (is_number, "float"),
    bool: (lambda value: isinstance(value, bool | np.bool_), "bool"),
    str: (lambda value: isinstance(value, str), "str"),
    dtype: (lambda value: isinstance(value, dtype | np.dtype | str | type), "dtype"),
    type(None): (lambda value: value is None, "None"),
}
