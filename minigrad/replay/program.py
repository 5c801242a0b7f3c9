"""From a tape to a program: Python that makes the same calls, and nothing else.

This is what remains of a step once its objects are gone. Each call is a line, each array a variable, which is deleted
where nobody needs it any more::

    v3 = linear(v2, p2, p3)
    v4 = relu(v3)
    v5, v6 = drawn(c0, c1, (20, 300), 0.5, c2)
    if v6 is not None: raise departed('drawn')
    v7 = mul(v4, v5); del v4
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ..recording import Array
from ..tape import Call

PLAIN = (bool, int, float, str, type(None))
"""The types of constants that are written as what they are."""


class Program:
    """A tape's calls, as one function of arrays.

    Args:
        calls: in their order.
        inputs: the function's arguments, each a name and the array that it was when the tape was recorded.
        outputs: what the function returns, a tuple of these arrays.

    Attributes:
        source: the text of the function.
        run: the function.
    """

    def __init__(self, calls: Sequence[Call], inputs: dict[str, Array], outputs: Sequence[Array]) -> None:
        writer = _Writer(inputs)
        lines = [f"def step({', '.join(inputs)}):"]
        for call, dying in zip(calls, last_uses(calls, outputs), strict=True):
            lines += writer.written(call, dying)
        lines.append(f"return {', '.join([writer.names[id(array)] for array in outputs])},")
        self.source = "\n    ".join(lines) + "\n"
        exec(compile(self.source, "<replayed step>", "exec"), writer.namespace)
        self.run: Callable[..., tuple[Array, ...]] = writer.namespace["step"]


class _Writer:
    """Gives names to arrays, constants and functions, and writes calls of them.

    Attributes:
        names: the variable of each array, by the array's id.
        namespace: the constants and functions by their names.
    """

    def __init__(self, inputs: dict[str, Array]) -> None:
        self.names = {id(array): name for name, array in inputs.items()}
        self.namespace: dict[str, Any] = {"departed": departed}
        self.n_results = 0
        self.n_constants = 0

    def written(self, call: Call, dying: list[int]) -> Iterator[str]:
        """Write one call, and delete the variables that it was the last to need."""
        expression = self.expression(call)
        if all(x is None for x in call.results):  # it only looks whether all is well
            yield expression
            return
        results = [self.result(x) for x in call.results]
        gone = [self.names[i] for i in dying if self.names.get(i, "").startswith("v")]
        yield f"{', '.join(results)} = {expression}" + (f"; del {', '.join(gone)}" if gone else "")
        for name, x in zip(results, call.results, strict=True):
            if x is None:
                yield f"if {name} is not None: raise departed({call.name!r})"

    def expression(self, call: Call) -> str:
        """Write a call as an expression."""
        given = _quick_numbers(call.arguments) if isinstance(call.function, np.ufunc) else call.arguments
        arguments = [self.value(x) for x in given]
        arguments += [f"{name}={self.value(x)}" for name, x in call.keywords.items()]
        return f"{self.function(call)}({', '.join(arguments)})"

    def function(self, call: Call) -> str:
        """Return the name of the function that is called; with a number, where another one has it already."""
        name, n = call.name, 1
        while self.namespace.setdefault(name, call.function) is not call.function:
            n += 1
            name = f"{call.name}{n}"
        return name

    def result(self, x: Array | None) -> str:
        """Give a variable to an array, or to nothing."""
        self.n_results += 1
        name = f"v{self.n_results}"
        if x is not None:
            self.names[id(x)] = name
        return name

    def value(self, x: Any) -> str:
        """Write an argument: an array's variable, a constant as what it is, or a constant's name."""
        if isinstance(x, np.ndarray) and id(x) in self.names:
            return self.names[id(x)]
        if type(x) in PLAIN and repr(x) not in ("nan", "inf", "-inf"):
            return repr(x)
        if type(x) is tuple:
            return "(" + "".join([f"{self.value(part)}, " for part in x]).strip() + ")"
        self.n_constants += 1
        name = f"c{self.n_constants}"
        self.namespace[name] = x
        return name


def _quick_numbers(arguments: tuple[Any, ...]) -> list[Any]:
    """Return a universal function's arguments with arrays for numbers, which NumPy takes in half of the time."""
    dtype = next(x.dtype for x in arguments if isinstance(x, np.ndarray))
    return [np.asarray(x, dtype) if type(x) in (int, float) and dtype.kind == "f" else x for x in arguments]


def last_uses(calls: Sequence[Call], outputs: Sequence[Array]) -> list[list[int]]:
    """Return for each call the arrays, by their ids, that nobody needs behind it."""
    needed = {id(array) for array in outputs}
    found = []
    for call in reversed(calls):
        involved = {id(x): None for x in arrays_in((*call.arguments, *call.keywords.values(), *call.results))}
        found.append([i for i in involved if i not in needed])
        needed.update(involved)
    return found[::-1]


def arrays_in(values: Iterable[Any]) -> Iterator[Array]:
    """Iterate over the arrays among some values, and in tuples of them."""
    for x in values:
        if isinstance(x, np.ndarray):
            yield x
        elif isinstance(x, tuple | list):
            yield from arrays_in(x)


def departed(name: str) -> RuntimeError:
    """Say that a call returned something where it returned nothing when the step was recorded."""
    return RuntimeError(
        f"{name} goes another way than it went when this step was recorded (there is a target to be ignored, for "
        "instance): the step cannot be replayed"
    )
