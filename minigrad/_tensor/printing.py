"""How a tensor looks when it is printed: as PyTorch prints it, to the character."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import dtypes

Array = np.ndarray[Any, Any]

PREFIX = "tensor("


# ---- options ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrintOptions:
    """What `set_printoptions` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None

    def __post_init__(self) -> None:
        for name in ("precision", "edgeitems", "linewidth"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < 0:
                raise ValueError(f"{name} must be an integer >= 0, but got {value!r}")
        if not isinstance(self.threshold, int | float | np.number) or math.isnan(self.threshold):
            raise ValueError(f"threshold must be a number, but got {self.threshold!r}")
        if self.sci_mode not in (None, True, False):
            raise ValueError(f"sci_mode must be True, False or None, but got {self.sci_mode!r}")


PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}

_options = PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed; what is not given stays, except `sci_mode`, which goes back to None.

    Args:
        precision: digits behind the point.
        threshold: a tensor of more elements than this is summarized; math.inf for never.
        edgeitems: how many items a summary shows at either end of each dimension.
        linewidth: characters per line, which a line of one number may exceed.
        profile: "default", "short" or "full": set everything to this before the rest is applied.
        sci_mode: scientific notation always (True), never (False), or for numbers of very different or extreme
            sizes (None).

    Raises:
        ValueError: an option is not of the kind above.

    Source: https://pytorch.org/docs/stable/generated/torch.set_printoptions.html

    Example:
        >>> from minigrad import Tensor
        >>> set_printoptions(precision=2)
        >>> Tensor([1.2345])
        tensor([1.23])
        >>> set_printoptions(profile="default")
    """
    global _options
    if profile is not None and profile not in PROFILES:
        raise ValueError(f"profile must be one of {list(PROFILES)}, but got {profile!r}")
    start = _options if profile is None else PROFILES[profile]
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    _options = replace(start, **changes, sci_mode=sci_mode)


# ---- the whole -------------------------------------------------------------------------------------------------------


def tensor_repr(t: Any) -> str:
    r"""Return what ``repr(t)`` says: the numbers, then what they do not tell of dtype, size and history.

    Source: https://pytorch.org/docs/stable/generated/torch.set_printoptions.html

    Example:
        >>> from minigrad import Tensor
        >>> tensor_repr(Tensor([[0.0, 0.5], [1.0, 1.5]]).requires_grad_())
        'tensor([[0.0000, 0.5000],\n        [1.0000, 1.5000]], requires_grad=True)'
    """
    return with_notes(PREFIX + array_text(t.array), notes_on(t)) + ")"


def notes_on(t: Any) -> list[str]:
    """Return the keywords behind the numbers, as in ``size=(0, 3)`` and ``dtype=minigrad.float64``."""
    notes = []
    is_empty = t.array.size == 0
    if (is_empty and t.array.ndim != 1) or (not is_empty and _options.edgeitems == 0):
        notes.append(f"size={t.array.shape}")
    told_by_numbers = () if is_empty else (dtypes.int64, dtypes.bool_)
    if t.dtype not in (dtypes.get_default_dtype(), *told_by_numbers):
        notes.append(f"dtype={t.dtype}")
    if t.requires_grad:  # asked before grad_fn, because the question brings the history of a view up to date
        notes.append("requires_grad=True" if t.grad_fn is None else f"grad_fn=<{t.grad_fn.name()}>")
    return notes


def with_notes(text: str, notes: Iterable[str]) -> str:
    """Append the notes, each on a new line where the current one is full."""
    column = len(text) - (text.rfind("\n") + 1) + 2  # PyTorch takes a separator too many into account, so we do
    for note in notes:
        width = len(note.replace("minigrad.", "torch."))  # so that lines break where PyTorch's do
        if column + 2 + width > _options.linewidth:
            text += ",\n" + " " * len(PREFIX) + note
            column = len(PREFIX) + width
        else:
            text += ", " + note
            column += 2 + width
    return text


# ---- the brackets ----------------------------------------------------------------------------------------------------


def array_text(array: Array) -> str:
    """Return the numbers in nested brackets, summarized if they are too many."""
    if array.size == 0:
        return "[]"
    edge = _options.edgeitems if array.size > _options.threshold else array.size
    return nested(array, NumberFormat.of(corners(array, edge)), edge, len(PREFIX))


def corners(array: Array, edge: int) -> Array:
    """Return what a summary shows: the first and the last `edge` items along every axis."""
    for axis, n in enumerate(array.shape):
        if n > 2 * edge:
            array = array.take([*range(edge), *range(n - edge, n)], axis)
    return array


def nested(array: Array, number: NumberFormat, edge: int, indent: int) -> str:
    """Return the text of an array whose opening bracket stands in column `indent`."""
    if array.ndim == 0:
        return number.text(array[()])
    if array.ndim == 1:
        return row(array, number, edge, indent)
    items = summarized(array, edge, lambda item: nested(item, number, edge, indent + 1), dots="...")
    return bracketed(items, "\n" * (array.ndim - 1), indent)


def row(array: Array, number: NumberFormat, edge: int, indent: int) -> str:
    """Return the text of a vector, broken into lines."""
    items = summarized(array, edge, number.text, dots=" ..." if edge else "...")
    per_line = max(1, (_options.linewidth - indent) // (number.width + len(", ")))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return bracketed(lines, "\n", indent)


def summarized(array: Array, edge: int, text: Callable[[Any], str], dots: str) -> list[str]:
    """Return the text of each item along the first axis, with dots for those that are not at an edge."""
    n = len(array)
    if n <= 2 * edge:
        return [text(item) for item in array]
    return [*map(text, array[:edge]), dots, *map(text, array[n - edge :])]


def bracketed(items: Iterable[str], newlines: str, indent: int) -> str:
    """Return the items in brackets, aligned behind the opening one."""
    return "[" + ("," + newlines + " " * (indent + 1)).join(items) + "]"


# ---- the numbers -----------------------------------------------------------------------------------------------------

WHOLE = "#.0f"  # the '#' keeps the point, as in "3."


@dataclass(frozen=True)
class NumberFormat:
    """The format that all numbers of a tensor share.

    Attributes:
        spec: how a number is written, in the language of Python's format().
        width: the characters that it is padded to.
    """

    spec: str
    width: int

    @classmethod
    def of(cls, values: Array) -> NumberFormat:
        """Choose the format that suits these values."""
        if values.dtype.kind == "f":
            values = values[np.isfinite(values) & (values != 0)]  # the others fit in anywhere, PyTorch thinks
            spec = float_spec(values)
        else:
            spec = ""
        return cls(spec, max((len(format(x, spec)) for x in values.flat), default=1))

    def text(self, x: Any) -> str:
        """Return one number, aligned to the right."""
        return format(x, self.spec).rjust(self.width)


def float_spec(values: Array) -> str:
    """Return the format spec of floats, given the finite ones that are not 0."""
    if values.size == 0:
        return WHOLE
    if is_scientific(values):
        return f".{_options.precision}e"
    if np.all(values == np.ceil(values)):
        return WHOLE
    return f".{_options.precision}f"


def is_scientific(values: Array) -> bool:
    """Return whether floats are better read with exponents: very different in size, very large or very small."""
    if _options.sci_mode is not None:
        return _options.sci_mode
    sizes = np.abs(values)
    smallest, largest = float(sizes.min()), float(sizes.max())
    return largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
