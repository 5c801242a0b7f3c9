"""Keras 3, on any of its backends."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..adapters import Array, DropoutAdapter, set_kind_by_name
from .arguments import Arguments, library


class KerasDropout(DropoutAdapter):
    """Drives a dropout layer of Keras, whose policy is float32.

    Args:
        layer_class: takes the rate and seed; `keras.layers.Dropout` unless given.

    Raises:
        ModuleNotFoundError: Keras is not installed.
    """

    dtypes = ("float32",)

    def __init__(self, layer_class: Any = None) -> None:
        self.keras = library("keras", "KerasDropout", "subjects")
        self.layer_class = layer_class or self.keras.layers.Dropout
        set_kind_by_name(self, self.layer_class)
        self.few_shapes = self.keras.backend.backend() != "torch"  # type: ignore[misc]

    def build(self, p: float, seed: int) -> Any:
        """Return the layer."""
        with_seed = {"seed": seed} if "seed" in Arguments(self.layer_class) else {}
        return self.layer_class(p, **with_seed)

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Run the layer on x, and backward from grad_output by the backend's own means."""
        if grad_output is None:
            return np.asarray(self.keras.ops.convert_to_numpy(layer(np.asarray(x), training=training))), None
        return getattr(self, f"_{self.keras.backend.backend()}")(layer, x, grad_output, training)

    def _torch(self, layer: Any, x: Array, g: Array, training: bool) -> tuple[Array, Array]:
        torch = library("torch", "KerasDropout on the torch backend", "parity")
        input = torch.tensor(x).requires_grad_()
        y = layer(input, training=training)
        if y.requires_grad:
            y.backward(torch.tensor(g))
        return y.detach().numpy(), (torch.zeros_like(input) if input.grad is None else input.grad).numpy()

    def _jax(self, layer: Any, x: Array, g: Array, training: bool) -> tuple[Array, Array]:
        jax = library("jax", "KerasDropout on the jax backend", "subjects")
        if not layer.built:
            layer.build(x.shape)
        state = [variable.value for variable in layer.non_trainable_variables]
        y, pullback, after = jax.vjp(
            lambda x: layer.stateless_call([], state, x, training=training), jax.numpy.asarray(x), has_aux=True
        )
        for variable, value in zip(layer.non_trainable_variables, after, strict=True):
            variable.assign(value)
        return np.asarray(y), np.asarray(pullback(jax.numpy.asarray(g))[0])

    def _tensorflow(self, layer: Any, x: Array, g: Array, training: bool) -> tuple[Array, Array]:
        tensorflow = library("tensorflow", "KerasDropout on the tensorflow backend", "subjects")
        input = tensorflow.convert_to_tensor(x)
        with tensorflow.GradientTape() as tape:
            tape.watch(input)
            y = layer(input, training=training)
        gradient = tape.gradient(y, input, tensorflow.convert_to_tensor(g))
        return y.numpy(), np.zeros_like(x) if gradient is None else gradient.numpy()

    def __str__(self) -> str:
        return f"keras.layers.{self.layer_class.__name__} ({self.keras.backend.backend()})"
