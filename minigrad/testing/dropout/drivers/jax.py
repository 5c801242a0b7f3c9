"""JAX and its libraries: a function with a key, Flax (linen and nnx), Equinox. Each call has a key of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..adapters import Array, DropoutAdapter, set_kind_by_name
from .arguments import Arguments, library


class _JaxDropout(DropoutAdapter):
    """What all of them share: a layer is a function of (x, key, training), and the key of the next call."""

    few_shapes = True

    def __init__(self, layer_class: Any) -> None:
        self.jax = library("jax", type(self).__name__, "subjects")
        self.layer_class = layer_class
        set_kind_by_name(self, layer_class)
        self.dtypes = ("float16", "float32", "float64") if self.jax.config.jax_enable_x64 else ("float16", "float32")

    def call(self, p: float) -> Callable[[Any, Any, bool], Any]:
        """Return f(x, key, training)."""
        raise NotImplementedError

    def build(self, p: float, seed: int) -> dict[str, Any]:
        """Return the function and its first key."""
        return {"call": self.call(p), "key": self.jax.random.PRNGKey(seed)}

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Call the function on x with the next key, and pull grad_output back."""
        key = layer["key"]
        if training:
            layer["key"], key = self.jax.random.split(key)

        def function(x: Any) -> Any:
            return layer["call"](x, key, training)

        if grad_output is None:
            return np.asarray(function(self.jax.numpy.asarray(x))), None
        y, pullback = self.jax.vjp(function, self.jax.numpy.asarray(x))
        return np.asarray(y), np.asarray(pullback(self.jax.numpy.asarray(grad_output))[0])

    def get_rng_state(self, layer: Any) -> Any:
        """Return the key."""
        return layer["key"]

    def set_rng_state(self, layer: Any, state: Any) -> None:
        """Put back the key."""
        layer["key"] = state

    def __str__(self) -> str:
        module = getattr(self.layer_class, "__module__", "").split(".")[0]
        return f"{module}.{getattr(self.layer_class, '__name__', self.layer_class)}"


class LinenDropout(_JaxDropout):
    """Drives a dropout of `flax.linen`: a module with the attribute rate."""

    def call(self, p: float) -> Callable[[Any, Any, bool], Any]:
        """Return a call of `apply`."""
        module = self.layer_class(p)
        return lambda x, key, training: module.apply({}, x, deterministic=not training, rngs={"dropout": key})


class NnxDropout(_JaxDropout):
    """Drives a dropout of `flax.nnx`, each call with a stream of its own."""

    def call(self, p: float) -> Callable[[Any, Any, bool], Any]:
        """Return a call of the module."""
        nnx = library("flax.nnx", "NnxDropout", "subjects")
        module = self.layer_class(p, rngs=nnx.Rngs(0))
        return lambda x, key, training: module(x, deterministic=not training, rngs=nnx.Rngs(key))


class EquinoxDropout(_JaxDropout):
    """Drives a dropout of `equinox.nn`."""

    def call(self, p: float) -> Callable[[Any, Any, bool], Any]:
        """Return a call of the module."""
        module = self.layer_class(p)
        return lambda x, key, training: module(x, key=key, inference=not training)


class JaxFunctionDropout(_JaxDropout):
    """Drives a function of JAX arrays with a key; its parameters are known by their names.

    Args:
        function: such as f(x, p, key, training) or f(key, rate, x).
    """

    def call(self, p: float) -> Callable[[Any, Any, bool], Any]:
        """Return a call of the function; one without a mode is not called in evaluation."""
        arguments = Arguments(self.layer_class)
        has_mode = "training" in arguments or "evaluation" in arguments

        def call(x: Any, key: Any, training: bool) -> Any:
            if not training and not has_mode:
                return x
            return self.layer_class(**arguments.bind(x=x, p=p, key=key, training=training))

        return call
