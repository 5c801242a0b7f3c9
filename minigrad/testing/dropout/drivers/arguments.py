"""Which argument of a stranger's function is which, by its name."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAMES = {
    "x": ("x", "input", "inputs", "input_data", "x_in", "h", "z", "a", "arr", "array", "data", "value", "values",
          "tensor"),
    "p": ("p", "rate", "drop_prob", "drop_rate", "dropout_rate", "dropout_prob", "dropout_ratio", "p_drop", "prob",
          "dropout", "dropout_p", "drop_p", "drop_probability", "drop_ratio", "ratio", "probability"),
    "keep": ("keep_prob", "keep_rate", "p_keep", "keep_p", "keep"),
    "training": ("training", "train", "is_training", "train_flg", "is_train", "mode", "train_mode"),
    "evaluation": ("deterministic", "inference", "eval", "evaluate", "testing", "test"),
    "rng": ("rng", "generator", "gen", "random_state"),
    "seed": ("seed",),
    "key": ("key", "rng_key", "prng_key", "rng"),
}  # fmt: skip


class Arguments:
    """The roles of a callable's parameters.

    Args:
        function: whose signature is read.

    Attributes:
        parameters: their names.
        names: from roles to the names of the parameters that have them.
        required: the names of the parameters without a default.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            parameters = dict(inspect.signature(function).parameters)
        except (TypeError, ValueError):  # written in C
            parameters = {}
        self.parameters = list(parameters)
        several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        self.required = [
            name for name, parameter in parameters.items()
            if parameter.default is parameter.empty and parameter.kind not in several
        ]  # fmt: skip
        self.names = {
            role: next((name for name in parameters if name.lower() in names), "") for role, names in NAMES.items()
        }

    def __contains__(self, role: str) -> bool:
        return bool(self.names.get(role))

    def bind(self, **roles: Any) -> dict[str, Any]:
        """Return keyword arguments of these roles; of those that have no parameter, none."""
        if "p" in roles and "p" not in self and "keep" in self:
            roles["keep"] = 1 - roles["p"] if isinstance(roles["p"], int | float) else roles["p"]
        if "training" in roles:
            roles["evaluation"] = not roles["training"]
        if self.names.get("training") == "mode" and "training" in roles:
            roles["training"] = "train" if roles["training"] else "test"
        return {self.names[role]: value for role, value in roles.items() if role in self}


def library(name: str, who: str, extra: str) -> ModuleType:
    """Import an optional library.

    Raises:
        ModuleNotFoundError: it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{who} needs {name}: pip install 'minigrad-nn[{extra}]'") from error


def output_of(result: Any) -> Any:
    """Return y of what a function returned: y, or a tuple that begins with it, such as (y, mask)."""
    return result[0] if isinstance(result, tuple) and result else result


def short_name(thing: Any) -> str:
    """Return the name of a class or function; of a functools.partial, with what it fixes."""
    if isinstance(thing, functools.partial):
        fixed = ", ".join([*map(repr, thing.args), *(f"{name}={value!r}" for name, value in thing.keywords.items())])
        return f"{short_name(thing.func)}({fixed})"
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))


def full_name(thing: Any) -> str:
    """Return module and name."""
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    return f"{getattr(thing, '__module__', type(thing).__module__)}.{name}".removeprefix("builtins.")
