"""One declaration of what a function takes: its annotations. Here calls are held against them.

`explaining` costs a right call nothing: where a call raises by itself, it names the argument that does not fit.
`checked` looks at every argument before the call, for functions that would accept a wrong one in silence.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from .base import TensorBase
from .dtypes import dtype

P = ParamSpec("P")
Result = TypeVar("Result")

NotGiven = Annotated[None, "the default, which nobody gives"]
"""Annotates an argument whose None stands for its absence: PyTorch has no None there."""

UNCLEAR = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What Python and NumPy raise from deep inside, at a wrong argument."""


def explained(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], error: Exception
) -> Exception:
    """Return a TypeError that names the argument that does not fit its annotation.

    The same error if all fit, or if it names that argument itself, and is of the type that PyTorch raises.
    """
    wrong = misfit(function, args, kwargs)
    if wrong is None or (not isinstance(error, TypeError) and wrong.split("'")[1] in str(error)):
        return error
    return TypeError(wrong)


def explaining(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a function understand its other spellings, and say which argument was wrong where it raises."""

    @functools.wraps(function)
    def calling(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except UNCLEAR as error:
            respelt = spelling_of(function).respelt(kwargs)
            if respelt is None:
                raise explained(function, args, kwargs, error) from None
        return called_otherwise(function, args, kwargs, respelt)

    return calling


class Spelling(NamedTuple):
    """How else a function may be called.

    Python refuses a keyword that a function does not have before the function begins. So a call by the function's own
    names pays nothing for the others: they are looked up where it was refused.
    """

    names: Mapping[str, str] = {}  # other names of arguments
    afterwards: Mapping[str, Callable[[Any, Any], Any]] = {}  # keywords that say what becomes of the result

    def respelt(self, kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return keywords by the function's own names; None if they are so already."""
        own = {self.names.get(name, name): value for name, value in kwargs.items() if name not in self.afterwards}
        return None if own.keys() == kwargs.keys() else own


def spelling_of(function: Callable[..., Any]) -> Spelling:
    """Return how else a function may be called."""
    return vars(function).get("spelling", NO_OTHER)


NO_OTHER = Spelling()


def spelt(
    function: Callable[P, Result],
    names: Mapping[str, str] | None = None,
    afterwards: Mapping[str, Callable[[Any, Any], Any]] | None = None,
) -> Callable[P, Result]:
    """Let a function, once it is explained, be called in other ways, too."""
    known = spelling_of(function)
    both = Spelling({**known.names, **(names or {})}, {**known.afterwards, **(afterwards or {})})
    vars(function)["spelling"] = both
    return function


def called_otherwise(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], respelt: Mapping[str, Any]
) -> Any:
    """Call a function by its own names, and do with the result what the other keywords say."""
    try:
        result = function(*args, **respelt)
    except UNCLEAR as error:
        raise explained(function, args, respelt, error) from None
    for name, become in spelling_of(function).afterwards.items():
        if kwargs.get(name) is not None:
            result = become(result, kwargs[name])
    return result


def checked(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a function look at its arguments before it begins."""
    doubtful: dict[tuple[Any, ...], list[Test]] = {}  # by the arguments' types: what is left to ask of their values

    @functools.wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> Result:
        kinds = (*map(type, args), *kwargs, *map(type, kwargs.values()))
        tests = doubtful.get(kinds)
        if tests is None:
            tests = doubtful[kinds] = tests_of_values(function, args, kwargs)
        for place, test in tests:
            if not test(args[place] if type(place) is int else kwargs[place]):
                raise TypeError(misfit(function, args, kwargs))
        return function(*args, **kwargs)

    return checking


Test = tuple[Any, Callable[[Any], bool]]  # where an argument stands, or its name; and whether a value of it fits


def explain(module: dict[str, Any]) -> None:
    """Let the public functions that a module has so far say which argument was wrong, where they raise."""
    explained_by: dict[Any, Any] = {}  # a function of two names stays one function
    for name, value in [*module.items()]:
        if inspect.isfunction(value) and value.__module__ == module["__name__"] and not name.startswith("_"):
            module[name] = explained_by.setdefault(value, explaining(value))


def check_at_once(module: dict[str, Any], names: Iterable[str]) -> None:
    """Let functions of a module, and the constructors of its classes, look at their arguments before they begin."""
    for name in names:
        value = module[name]
        if inspect.isfunction(value):
            module[name] = checked(value)
        elif inspect.isclass(value) and inspect.isfunction(init := vars(value).get("__init__", value.__init__)):
            setattr(value, "__init__", checked(init))  # noqa: B010  # mypy knows it as a method


def misfit(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the first argument that does not fit its annotation; None if all fit."""
    for _, name, value, fit in declared(function, args, kwargs):
        if not fit.test(value):
            return f"{spoken(function, args)}(): argument '{name}' must be {fit.words}, not {kind_of(value)}"
    return None


def tests_of_values(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Test]:
    """Return the tests of those arguments whose types do not say yet that they fit."""
    return [
        (place, fit.test)
        for place, _, value, fit in declared(function, args, kwargs)
        if not fit.takes_all(type(value))
    ]


def declared(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[tuple[Any, str, Any, Fit]]:
    """Yield the place, the name, the value and the declaration of every argument that has one."""
    names, fits, rest = declaration(function)
    by_place = [(place, name, value) for place, (name, value) in enumerate(zip(names, args, strict=False))]
    for place, name, value in [*by_place, *((name, name, value) for name, value in kwargs.items())]:
        if name in fits:
            yield place, name, value, fits[name]
    if rest in fits:
        yield from ((place, rest, args[place], fits[rest]) for place in range(len(names), len(args)))


def spoken(function: Callable[..., Any], args: Sequence[Any]) -> str:
    """Return the name by which a user calls a function: a class's, for its constructor."""
    return type(args[0]).__name__ if function.__name__ == "__init__" else function.__name__


def kind_of(value: Any) -> str:
    """Return the type of a value and how it prints, cut where it is long."""
    text = repr(value)
    return f"{type(value).__name__}: {text if len(text) <= 60 else text[:57] + '...'}"


class Fit(NamedTuple):
    """What an annotation accepts: a test of values, in words, and a test of types all of whose values it accepts."""

    test: Callable[[Any], bool]
    words: str
    takes_all: Callable[[type], bool]


@functools.cache
def declaration(function: Callable[..., Any]) -> tuple[list[str], dict[str, Fit], str]:
    """Return the names of a function's positional arguments, what those that say so accept, and the name of *args."""
    function = inspect.unwrap(function)
    hints = typing.get_type_hints(function, include_extras=True)
    names, fits, rest = [], {}, ""
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(name)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            rest = name
        elif parameter.kind is parameter.VAR_KEYWORD:
            continue
        fit = fit_of(hints.get(name, Any))
        if fit is not None:
            fits[name] = fit
    return names, fits, rest


def fit_of(hint: Any) -> Fit | None:
    """Return what an annotation accepts; None where it accepts anything."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if isinstance(hint, TypeVar):
        return fit_of(hint.__bound__) if hint.__bound__ is not None else None
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        fits = [fit_of(part) for part in parts if part != NotGiven]
        known = [fit for fit in fits if fit is not None]
        return None if len(known) < len(fits) else either(known)
    if origin in (Sequence, list, tuple):
        return sequence_of(fit_of(parts[0]))
    if origin in (Iterable, Callable):
        return INTERFACES[origin]
    if inspect.isclass(hint) and issubclass(hint, TensorBase):
        return TENSOR
    return None


def either(fits: list[Fit]) -> Fit:
    """Return what one of several annotations accepts."""
    return Fit(
        lambda value: any(fit.test(value) for fit in fits),
        " or ".join(fit.words for fit in fits),
        lambda kind: any(fit.takes_all(kind) for fit in fits),
    )


def sequence_of(item: Fit | None) -> Fit | None:
    """Return what a sequence of an annotation's values accepts; None where these may be anything."""
    if item is None:
        return None
    return Fit(
        lambda value: isinstance(value, list | tuple) and all(map(item.test, value)),
        f"tuple of {item.words}s",
        lambda kind: False,
    )


def is_integer(value: Any) -> bool:
    """Return whether a value counts as an integer: a bool does not."""
    if type(value) is int:
        return True
    if isinstance(value, bool | np.bool_):
        return False
    if isinstance(value, TensorBase):
        return value.array.size == 1 and value.array.dtype.kind in "iu"
    return hasattr(value, "__index__") and not isinstance(value, np.ndarray | type)


def is_number(value: Any) -> bool:
    """Return whether a value counts as a real number."""
    if isinstance(value, TensorBase):
        return value.array.size == 1
    return isinstance(value, int | float | np.number | np.bool_) and not isinstance(value, np.complexfloating)


TENSOR = Fit(lambda value: isinstance(value, TensorBase), "Tensor", lambda kind: issubclass(kind, TensorBase))

INTERFACES: dict[Any, Fit] = {
    Iterable: Fit(lambda value: hasattr(type(value), "__iter__"), "iterable", lambda kind: False),
    Callable: Fit(callable, "callable", lambda kind: False),
}

SIMPLE: dict[Any, Fit | None] = {
    Any: None,
    object: None,
    int: Fit(is_integer, "int", lambda kind: kind is int),
    float: Fit(is_number, "float", lambda kind: kind in (int, float, bool)),
    bool: Fit(lambda value: isinstance(value, bool | np.bool_), "bool", lambda kind: kind is bool),
    str: Fit(lambda value: isinstance(value, str), "str", lambda kind: kind is str),
    dtype: Fit(lambda value: isinstance(value, dtype | np.dtype | str | type), "dtype", lambda kind: kind is dtype),
    type(None): Fit(lambda value: value is None, "None", lambda kind: kind is type(None)),
}
