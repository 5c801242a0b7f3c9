"""A function of tensors that is recorded once and replayed from then on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from .._tensor.anomaly import anomaly_mode
from .._tensor.base import Array, wrap
from .._tensor.dtypes import dtype, get_default_dtype
from .._tensor.grad_mode import grad_mode
from .._tensor.listening import recorder_of_this_thread
from ..functions.tensor import Tensor
from .guards import Guards
from .recording import InUse, Recording, Recordings, kind_of_input, record as record_once

P = ParamSpec("P")
Result = TypeVar("Result")

PLAIN = (bool, int, float, str, type(None), dtype)
"""The types of arguments and results that are compared by value."""


class RecordedFunction(Generic[P, Result]):
    """What `record` makes of a function.

    Attributes:
        recordings: what was recorded, by the kinds of the arguments.
    """

    def __init__(self, function: Callable[P, Result]) -> None:
        if not callable(function):
            raise TypeError(f"record: expected a function, but got {type(function).__name__}: {function!r}")
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.recordings = Recordings()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call the function, or replay what it did."""
        if anomaly_mode.enabled or recorder_of_this_thread() is not None:  # the outer recording hears it all
            return self.function(*args, **kwargs)
        given = Structure((args, kwargs))
        for i, x in enumerate(given.tensors):
            if x.requires_grad and grad_mode.enabled:
                raise RuntimeError(
                    f"tensor {i} of the arguments of a recorded function requires a gradient, but only tensors that "
                    "the function finds itself may"
                )
        kind = (get_default_dtype(), grad_mode.enabled, given.key)
        try:
            found = self.recordings.replay(kind, lambda recording: self._replay(recording, given))
        except InUse:
            return detached(Structure(self.function(*args, **kwargs)))
        return found[0] if found else self._record(kind, given)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    @property
    def source(self) -> str:
        """The programs that were recorded, to read."""
        return "\n".join([recording.program.source for recording in self.recordings])

    def _record(self, kind: Any, given: Structure) -> Any:
        answers = []

        def compute(stand_ins: list[Tensor]) -> tuple[list[Array], None]:
            args, kwargs = given.filled(stand_ins)
            answer = Structure(self.function(*args, **kwargs))
            if answer.objects:
                raise TypeError(
                    "a recorded function returns tensors, numbers or None, or tuples, lists or dictionaries of these, "
                    f"but got {type(answer.objects[0]).__name__}"
                )
            answers.append(answer)
            return [x.array for x in answer.tensors], None

        guards = Guards(self.function, *given.objects)
        recording, _, _ = record_once(compute, given.tensors, guards)
        answer = detached(answers[0])  # it holds no graph, and its containers are nobody's
        recording.answer = Structure(answer)
        self.recordings.add(kind, recording)
        return recording.answer.filled(recording.answer.tensors)

    def _replay(self, recording: Recording, given: Structure) -> Any:
        gradients = [np.empty_like(leaf.array) for leaf in recording.leaves]
        results = recording.run(given.tensors, gradients)
        for leaf, g in zip(recording.leaves, gradients, strict=True):
            leaf.accumulate(g)
        return recording.answer.filled([wrap(np.asarray(x)) for x in results])


def record(function: Callable[P, Result]) -> RecordedFunction[P, Result]:
    """Return a function that notes what another computes the first time, and from then on only computes that.

    Results and random numbers are the same bits. The function may call ``backward()``, on one loss or on several: a
    replay adds the gradients to each ``.grad``, so that a few calls accumulate them. Results have no history.

    Where the arguments have other shapes or dtypes, or what the function looks at has changed, it is recorded anew:
    modules that it finds, their modes and attributes, global and enclosed variables. So is a batch for which it takes
    another path, by the truth of a tensor. It must do nothing but compute: what it prints is printed once. Optimizers
    take their steps outside.

    Args:
        function: of tensors, also in tuples, lists and dictionaries, and of numbers and other objects, which are taken
            as constants; it returns tensors, numbers or None, or tuples, lists or dictionaries of these. A module, or a
            method, will do.

    Returns:
        The recorded function, with the attributes ``recordings`` and ``source``, the programs to read.

    Raises:
        TypeError: it cannot be called, or returns something else.
        RuntimeError: a tensor among the arguments requires a gradient; or the function does what cannot be replayed: it
            takes the value of a tensor as a number, sets a ``.grad``, or makes a tensor of numbers from elsewhere.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.make_graphed_callables.html replays what a GPU did,
        under the same conditions. PyTorch has no such function.

    Example:
        >>> import minigrad as torch
        >>> from minigrad import nn, replay
        >>> _ = torch.manual_seed(0)
        >>> net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
        >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        >>> @replay.record
        ... def backward(x, y):
        ...     loss = (net(x) - y).square().mean() / 2
        ...     loss.backward()
        ...     return loss
        >>> for _ in range(100):
        ...     optimizer.zero_grad()
        ...     for x in torch.randn(2, 16, 2):
        ...         loss = backward(x, x.sum(1, keepdim=True))
        ...     optimizer.step()
        >>> len(backward.recordings), bool(loss < 0.5)
        (1, True)
    """
    return RecordedFunction(function)


class Structure:
    """The tensors in tuples, lists and dictionaries, and what else there is.

    Attributes:
        tensors: in their order.
        objects: what is no tensor, no constant and no container.
        key: equal for values with tensors of the same kinds in the same places, and the same constants and objects.
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        self.tensors: list[Tensor] = []
        self.objects: list[Any] = []
        self.key = self._key(value)

    def filled(self, tensors: list[Tensor]) -> Any:
        """Return the value with other tensors in the places of its own."""
        return filled(self.value, iter(tensors))

    def _key(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            self.tensors.append(value)
            return Tensor, kind_of_input(value.array)
        if is_sequence(value):
            return type(value), *map(self._key, value)
        if type(value) is dict:
            return dict, *[(name, self._key(part)) for name, part in value.items()]
        if type(value) in PLAIN:
            return type(value), repr(value)  # which tells 0.0 from -0.0, and NaN is like NaN
        self.objects.append(value)
        return Same(value)


class Same:
    """An object, equal to itself alone."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


def is_sequence(value: Any) -> bool:
    """Return whether a value is a tuple, a list or a named tuple."""
    return type(value) in (tuple, list) or (isinstance(value, tuple) and hasattr(value, "_fields"))


def filled(value: Any, tensors: Iterator[Tensor]) -> Any:
    """Return a value with other tensors in the places of its own."""
    if isinstance(value, Tensor):
        return next(tensors)
    if is_sequence(value):
        parts = [filled(part, tensors) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return {name: filled(part, tensors) for name, part in value.items()} if type(value) is dict else value


def detached(structure: Structure) -> Any:
    """Return a value with its tensors without their history."""
    return structure.filled([x.detach() for x in structure.tensors])
