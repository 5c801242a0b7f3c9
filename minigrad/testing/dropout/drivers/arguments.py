"""Which argument of a stranger's function is which, by its name."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAMES = {
    "x": ("x", "input", "inputs", "x_in", "h", "a", "arr", "array", "data", "tensor"),
    "p": ("p", "rate", "drop_prob", "drop_rate", "dropout_rate", "dropout_prob", "dropout_ratio", "p_drop", "prob",
    "dropout",
          "drop_p", "ratio", "probability"),
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
        names: from roles to the names of the parameters that have them.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            parameters = list(inspect.signature(function).parameters)
        except (TypeError, ValueError):  # written in C
            parameters = []
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


def full_name(thing: Any) -> str:
    """Return module and name."""
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    return f"{getattr(thing, '__module__', type(thing).__module__)}.{name}".removeprefix("builtins.")
