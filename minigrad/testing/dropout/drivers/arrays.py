"""NumPy by hand: classes with forward and backward, and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..adapters import Array, DropoutAdapter, FunctionDropout, set_kind_by_name
from .arguments import Arguments, output_of, short_name

FORWARD = ("forward", "forward_pass", "__call__")
BACKWARD = ("backward", "backward_pass", "backprop")
OUTPUT = ("output", "outputs")
GRADIENT = ("dinputs", "grad_input")


class ArrayLayerDropout(DropoutAdapter):
    """Drives a class of arrays: forward(x) or forward(x, training), and backward(g) if there is one.

    Both may have other usual names (`FORWARD`, `BACKWARD`), and leave their results in an attribute (`OUTPUT`,
    `GRADIENT`) instead of returning them. Constructor and forward are called by the names of their parameters. A class
    that takes neither a seed nor a generator draws from NumPy's global generator, which is seeded for it when it is
    built.

    Args:
        layer_class: takes p, or the probability to keep if it calls it that.
    """

    def __init__(self, layer_class: Callable[..., Any]) -> None:
        self.layer_class = layer_class
        set_kind_by_name(self, layer_class)
        self.arguments = Arguments(layer_class)
        built = layer_class if isinstance(layer_class, type) else type(layer_class(0.5))
        self.forward_name, self.backward_name = method_name(built, FORWARD), method_name(built, BACKWARD)
        self.forward = Arguments(getattr(built, self.forward_name))

    def build(self, p: float, seed: int) -> Any:
        """Return a layer."""
        bound = self.arguments.bind(p=p, seed=seed, rng=np.random.default_rng(seed))
        if not {"seed", "rng"} & {role for role in ("seed", "rng") if role in self.arguments}:
            np.random.seed(seed)  # noqa: NPY002
        if "p" in self.arguments or "keep" in self.arguments:
            return self.layer_class(**bound)
        return self.layer_class(p, **bound)

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Set the mode in whichever way the class knows, and run."""
        mode = self.forward.bind(training=training)
        if not mode:
            self._set_mode(layer, training)
        y = _left_in(layer, OUTPUT, output_of(getattr(layer, self.forward_name)(x, **mode)))
        if grad_output is None or not self.backward_name:
            return y, None
        return y, _left_in(layer, GRADIENT, getattr(layer, self.backward_name)(grad_output))

    def _set_mode(self, layer: Any, training: bool) -> None:
        method = getattr(layer, "train" if training else "eval", None)
        if callable(method):
            method()
            return
        for name in ("training", "train", "is_training", "train_mode"):
            if hasattr(layer, name):
                setattr(layer, name, training)
                return
        raise TypeError(
            f"{type(layer).__name__} has no mode: neither {self.forward_name}(x, training) nor train(), eval() or "
            "training; write a DropoutAdapter that says what it does in evaluation"
        )

    def __str__(self) -> str:
        return short_name(self.layer_class)


def method_name(layer: type, names: tuple[str, ...]) -> str:
    """Return the first of these names that a class defines a method for; empty if there is none."""
    return next((name for name in names if name in dir(layer) and getattr(layer, name) is not None), "")


def _left_in(layer: Any, names: tuple[str, ...], result: Any) -> Any:
    """Return a result, or what a method that returns nothing has left in an attribute."""
    if result is not None:
        return result
    return next((getattr(layer, name) for name in names if hasattr(layer, name)), None)


class ArrayFunctionDropout(FunctionDropout):
    """Drives a function of arrays whose parameters are known by their names, such as x, keep_prob, training, rng.

    Of a tuple, such as (y, mask), the first is looked at.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        set_kind_by_name(self, function)
        self.arguments = Arguments(function)

    def build(self, p: float, seed: int) -> tuple[float, np.random.Generator]:
        """Return p and the generator."""
        if not any(role in self.arguments for role in ("rng", "seed")):
            np.random.seed(seed)  # noqa: NPY002
        return super().build(p, seed)

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Call the function; one without a mode is not called in evaluation."""
        p, rng = layer
        if not training and "training" not in self.arguments and "evaluation" not in self.arguments:
            return x, grad_output
        drawn = int(rng.integers(2**31)) if training and "seed" in self.arguments else 0
        bound = self.arguments.bind(x=x, p=p, training=training, rng=rng, seed=drawn)
        return output_of(self.function(**bound)), None
