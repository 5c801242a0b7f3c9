"""From a trace to a program: Python that makes the same calls, and nothing else.

This is what remains of a step once its objects are gone. Each call is a line, each array a variable, which is deleted
where it is no longer needed::

    v3 = linear(v2, p2, p3, out=b1)
    v4 = relu(v3, out=b1)
    v5 = scaled_mask(generator, (20, 300), 0.5, float32, out=b2)
    v6 = mul(v4, v5, out=b3)
    if not are_classes(x1, 10): raise Diverged

Results go where they are wanted: gradients into the arrays g0, g1, … that the program is given, others into buffers b1,
b2, … that are used again. What a function has no form for (`forms`) is a new array at every step.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .._tensor.base import Array
from .._tensor.views import owner_of
from ..random import Generator
from .forms import form_of
from .memory import Memory
from .trace import Call

PLAIN = (bool, int, float, str, type(None), type(Ellipsis))
"""The types of constants that are written as what they are."""

OWN_NAMES = re.compile(r"step|[bgxv]\d+|p\d+_.*")
"""The names of the function itself, of its arguments and of its variables, which no constant may have."""


class Program:
    """A trace's calls, as one function of arrays.

    Args:
        calls: in their order.
        inputs: the function's first arguments, each a name and the array that it was when the trace was recorded.
        outputs: what the function returns, a tuple of these arrays.
        gradients: what it writes into further arguments, arrays of the same shapes and dtypes.

    Attributes:
        source: the text of the function.
        run: the function. It keeps buffers, so that it may run but once at a time. Raises `Diverged` where Python would
            go another way than it went when the trace was recorded.
        written: the positions of the inputs that it writes into.
        spent: the generators that it draws from, and the positions of the inputs that it writes into, before it knows
            whether it diverges.
    """

    def __init__(
        self, calls: Sequence[Call], inputs: dict[str, Array], outputs: Sequence[Array], gradients: Sequence[Array]
    ) -> None:
        kept = [*outputs, *gradients]
        live = decisions_first(live_calls(calls, inputs.values()), inputs.values())
        self.written = written_inputs(live, inputs.values())
        done = live[: max([i for i, call in enumerate(live, 1) if call.decision is not None], default=0)]
        self.spent = generators_in(done), written_inputs(done, inputs.values())
        writer = _Writer(inputs, gradients, Memory(live, kept))
        lines = [
            line
            for i, (call, dying) in enumerate(zip(live, last_uses(live, kept), strict=True))
            for line in writer.written(i, call, dying)
        ]
        lines += [f"copyto(g{i}, {writer.value(x)})" for i, x in enumerate(gradients) if i not in writer.done]
        arguments = [*inputs, *[f"g{i}" for i in range(len(gradients))]]
        head = [
            f"def step({', '.join(arguments)}):",
            *([f"# {', '.join(writer.remarks)}"] if writer.remarks else []),
        ]
        tail = f"return {', '.join(map(writer.output, outputs))}," if outputs else "return ()"
        self.source = "\n    ".join([*head, *lines, tail]) + "\n"
        exec(compile(self.source, "<replayed step>", "exec"), writer.namespace)
        self.run: Callable[..., tuple[Array, ...]] = writer.namespace["step"]


class _Writer:
    """Gives names to arrays, functions and other constants, and writes calls of them.

    Attributes:
        names: the variable of each array, by the array's id.
        memory: says which results go into buffers.
        gradients: the number of each gradient, by its id.
        done: the numbers of those that a call writes where they belong.
        constants: the names of arrays that are constants, by their ids, and the arrays, so that they keep these.
        namespace: the functions and constants by their names.
        remarks: what constants are, whose names do not say it.
    """

    def __init__(self, inputs: dict[str, Array], gradients: Sequence[Array], memory: Memory) -> None:
        self.names = {id(array): name for name, array in inputs.items()}
        self.memory = memory
        self.gradients = {id(x): i for i, x in enumerate(gradients)}
        self.done: set[int] = set()
        self.constants: dict[int, tuple[str, Array]] = {}
        self.namespace: dict[str, Any] = {"__name__": __name__, "Diverged": Diverged, "copyto": np.copyto}
        self.remarks: list[str] = []
        self.n_variables = 0

    def written(self, i: int, call: Call, dying: list[int]) -> Iterator[str]:
        """Write the i-th call, and delete the variables that it was the last to need."""
        view = self.memory.view(call)
        if view is not None:
            expression = self.expression(call)
            name = self.variable(call.results[0])
            self.namespace[name] = view
            yield f"# {name} = {expression} once and for all"
            return
        place = self.place(i, call)
        expression = self.expression(call, place)
        if call.decision is not None:
            yield f"if {'not ' if call.decision else ''}{expression}: raise Diverged"
            return
        if all(x is None for x in call.results):  # it writes, or only looks whether all is well
            yield expression
            return
        results = [self.variable(x) for x in call.results]
        gone = [self.names[x] for x in dying if x in self.names and x not in self.memory.places]
        gone = [name for name in gone if name.startswith("v")]
        yield f"{', '.join(results)} = {expression}" + (f"; del {', '.join(gone)}" if gone else "")

    def place(self, i: int, call: Call) -> str | None:
        """Return the name of the memory that a call is to write into, or None."""
        buffer = self.memory.place(i, call)
        if buffer is not None:
            name = f"b{self.memory.number_of(buffer)}"
            self.namespace[name] = buffer
            return name
        number = self.gradients.get(id(call.results[0]))
        if number is None or form_of(call) is None:
            return None
        self.done.add(number)
        return f"g{number}"

    def expression(self, call: Call, place: str | None = None) -> str:
        """Write a call as an expression, which writes into a place if there is one."""
        given = _quick_numbers(call.arguments) if isinstance(call.function, np.ufunc) else call.arguments
        arguments = [self.value(x) for x in given]
        arguments += [f"{name}={self.value(x)}" for name, x in call.keywords.items()]
        function = call.function
        if place is not None and (form := form_of(call)) is not None:
            function = form.function
            arguments.append(f"out={place}")
        return f"{self.constant(call.name, function)}({', '.join(arguments)})"

    def variable(self, x: Array | None) -> str:
        """Give a variable to an array, or to nothing."""
        self.n_variables += 1
        name = f"v{self.n_variables}"
        if x is not None:
            self.names[id(x)] = name
        return name

    def value(self, x: Any) -> str:
        """Write an argument: an array's variable, a constant as what it is, or a constant's name."""
        if isinstance(x, np.ndarray):
            return self.names[id(x)] if id(x) in self.names else self.array(x)
        if type(x) in PLAIN and repr(x) not in ("nan", "inf", "-inf"):
            return repr(x)
        if type(x) is tuple:
            parts = [self.value(part) for part in x]
            return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
        name = str(x) if isinstance(x, np.dtype) else getattr(x, "__name__", type(x).__name__).strip("_").lower()
        return self.constant(name if name.isidentifier() else "constant", x)

    def array(self, x: Array) -> str:
        """Name a copy of an array that is a constant; the array itself may be written into later."""
        if id(x) not in self.constants:
            name = self.constant("c", x.copy())
            self.constants[id(x)] = name, x
            if x.size == 1:
                self.remarks.append(f"{name} = {x.reshape(())!s}")
        return self.constants[id(x)][0]

    def output(self, x: Array) -> str:
        """Write what is returned: a constant as a copy, which its receiver may change."""
        return self.names[id(x)] if id(x) in self.names else f"{self.array(x)}.copy()"

    def constant(self, name: str, x: Any) -> str:
        """Return a name for a constant: one like this, with a number if it is another's."""
        name = identifier(name)
        if OWN_NAMES.fullmatch(name):
            name = f"the_{name}"
        free, n = name, 1
        while self.namespace.setdefault(free, x) is not x:
            n += 1
            free = f"{name}{n}"
        return free


def identifier(text: str) -> str:
    """Return a name that Python's syntax allows, as near to a text as possible.

    Python compares names in their normal form NFKC: what is written as w² would not be found again.

    >>> identifier("w²"), identifier("0.weight"), identifier("lambda")
    ('w2', '_0_weight', 'lambda_')
    """
    normal = unicodedata.normalize("NFKC", text)
    name = "".join([c if f"_{c}".isidentifier() else "_" for c in normal])
    if not name.isidentifier():  # it is empty, or begins with a digit
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def _quick_numbers(arguments: tuple[Any, ...]) -> list[Any]:
    """Return a universal function's arguments with arrays for numbers, which NumPy takes in half of the time."""
    dtype = next(x.dtype for x in arguments if isinstance(x, np.ndarray))
    return [np.asarray(x, dtype) if type(x) in (int, float) and dtype.kind == "f" else x for x in arguments]


def live_calls(calls: Sequence[Call], inputs: Iterable[Array]) -> list[Call]:
    """Return the calls to make at every step; what the others return is constant.

    These are the draws, the calls whose results depend on an input or on a draw, and those into whose results somebody
    writes later.
    """
    known = {id(x) for x in inputs}
    written = {id(owner_of(call.written)) for call in calls if call.written is not None}
    live = []
    for call in calls:
        results = [x for x in call.results if x is not None]
        if (
            not call.is_pure
            or any(id(x) in known for x in call.given())
            or any(id(owner_of(x)) in written for x in results)
        ):
            live.append(call)
            known.update(map(id, results))
    return live


def decisions_first(calls: Sequence[Call], inputs: Iterable[Array]) -> list[Call]:
    """Return the calls, first those that lead from inputs alone to a decision: whether targets are classes, say.

    Then nothing is drawn or written yet where a batch takes another path, and nothing has to be put back.
    """
    written = {id(owner_of(call.written)) for call in calls if call.written is not None}
    early = {id(x) for x in inputs if id(owner_of(x)) not in written}
    movable = []
    for call in calls:
        if call.written is None and not generators_in([call]) and all(id(x) in early for x in call.given()):
            results = [x for x in call.results if x is not None]
            if not any(id(owner_of(x)) in written for x in results):
                movable.append(call)
                early.update(map(id, results))
    needed: set[int] = set()
    moved = []
    for call in reversed(movable):
        if call.decision is not None or any(id(x) in needed for x in call.results):
            needed.update(map(id, call.given()))
            moved.append(call)
    front = set(map(id, moved))
    return [*moved[::-1], *[call for call in calls if id(call) not in front]]


def written_inputs(calls: Iterable[Call], inputs: Iterable[Array]) -> list[int]:
    """Return the positions of the inputs that calls write into."""
    written = [call.written for call in calls if call.written is not None]
    return [i for i, x in enumerate(inputs) if any(np.may_share_memory(x, place) for place in written)]


def generators_in(calls: Iterable[Call]) -> list[Generator]:
    """Return the generators that calls draw from."""
    found: list[Generator] = []
    for call in calls:
        for x in (getattr(call.function, "__self__", None), *call.arguments):
            found += [x] if isinstance(x, Generator) else getattr(x, "generators", ())
    return [*dict.fromkeys(found)]


def last_uses(calls: Sequence[Call], outputs: Sequence[Array]) -> list[list[int]]:
    """Return for each call the arrays, by their ids, that are not needed after it."""
    needed = {id(array) for array in outputs}
    found = []
    for call in reversed(calls):
        results = [array for array in call.results if array is not None]
        involved = dict.fromkeys(map(id, (*call.given(), *results)))
        found.append([i for i in involved if i not in needed])
        needed.update(involved)
    return found[::-1]


class Diverged(Exception):
    """A batch takes another path than the one whose trace was recorded."""
