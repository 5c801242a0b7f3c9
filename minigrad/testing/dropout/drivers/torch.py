"""PyTorch: layer classes, layers that are already built, and functions."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from ..adapters import Array, DropoutAdapter, set_kind_by_name
from .arguments import Arguments, library, output_of, short_name


class TorchDropout(DropoutAdapter):
    """Drives a dropout class of `torch.nn`, or of anyone, inside a container.

    PyTorch has one generator for all layers on the CPU; here each layer has its own part of it, swapped in for a call.

    Args:
        layer: takes p, or is a module whose attribute p can be set; `torch.nn.Dropout` unless given.

    Raises:
        ModuleNotFoundError: PyTorch is not installed.
    """

    framework = "torch"

    def __init__(self, layer: Any = None) -> None:
        self.torch = library(self.framework, type(self).__name__, "parity")
        self.layer_class = layer or self.torch.nn.Dropout
        set_kind_by_name(self, self.layer_class)

    def build(self, p: float, seed: int) -> dict[str, Any]:
        """Return the network and the state of its generator; PyTorch's is seeded while it is built, too."""
        state = self.torch.Generator().manual_seed(seed).get_state()
        with self._drawing_from(state):
            module = self._module(p)
        self.inplace = bool(getattr(module, "inplace", False))
        network = self.torch.nn.Sequential(self.torch.nn.Sequential(module))
        return {"network": network, "state": state}

    @contextlib.contextmanager
    def _drawing_from(self, state: Any) -> Iterator[None]:
        """Let the framework's generator go on from a state, and afterwards from its own."""
        outside = self.torch.get_rng_state()
        self.torch.set_rng_state(state)
        try:
            yield
        finally:
            self.torch.set_rng_state(outside)

    def _module(self, p: float) -> Any:
        if not isinstance(self.layer_class, self.torch.nn.Module):
            return self._with_p_in_each_call(p) if self._takes_p_in_each_call else self.layer_class(p)
        module = copy.deepcopy(self.layer_class)
        names = [name for name in ("p", "drop_prob", "drop_p", "rate", "dropout") if hasattr(module, name)]
        if not names:
            raise TypeError(f"{type(module).__name__} has no attribute p, drop_prob or rate to set")
        if not 0 <= p <= 1:
            return type(module)(p)
        setattr(module, names[0], p)
        return module

    @cached_property
    def _takes_p_in_each_call(self) -> bool:
        """Whether forward takes p, and the constructor nothing at all (PyTorch's own takes *args and **kwargs)."""
        if not isinstance(self.layer_class, type):
            return False
        constructor = Arguments(self.layer_class)
        return set(constructor.parameters) <= {"args", "kwargs"} and "p" in Arguments(self.layer_class.forward)  # type: ignore[attr-defined]

    def _with_p_in_each_call(self, p: float) -> Any:
        layer = self.layer_class()
        arguments = Arguments(layer.forward).bind(p=p)

        class Call(self.torch.nn.Module):  # type: ignore[name-defined, misc]
            def __init__(self) -> None:
                super().__init__()
                self.layer = layer

            def forward(self, x: Any) -> Any:
                return self.layer(x, **arguments)

        return Call()

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Run the network on x, and backward from grad_output."""
        with self._drawing_from(layer["state"]):
            try:
                return self._run(layer["network"].train(training), x, grad_output)
            finally:
                layer["state"] = self.torch.get_rng_state()

    def _run(self, network: Any, x: Array, grad_output: Array | None) -> tuple[Array, Array | None]:
        input = self._tensor(x)
        if grad_output is None:
            return network(input).detach().numpy(), None
        input.requires_grad_()
        y = network(input.clone())  # a leaf cannot be written to
        if y.requires_grad:
            y.backward(self._tensor(grad_output))
        gradient = self.torch.zeros_like(input) if input.grad is None else input.grad  # that of a constant is 0
        return y.detach().numpy(), gradient.numpy()

    def _tensor(self, x: Array) -> Any:
        # PyTorch has no read-only tensors, and warns
        return self.torch.from_numpy(x if x.flags.writeable else x.copy())

    def get_rng_state(self, layer: Any) -> Any:
        """Return the generator's state, and those of generators that its modules keep."""
        return copy.deepcopy(layer["state"]), [generator.get_state() for generator in self._own_generators(layer)]

    def set_rng_state(self, layer: Any, state: Any) -> None:
        """Put back the states of the generators."""
        layer["state"] = copy.deepcopy(state[0])
        for generator, own in zip(self._own_generators(layer), state[1], strict=True):
            generator.set_state(own)

    def _own_generators(self, layer: Any) -> list[Any]:
        attributes = [value for module in layer["network"].modules() for value in vars(module).values()]
        return [value for value in attributes if isinstance(value, self.torch.Generator)]

    def __str__(self) -> str:
        own = f"{self.framework}.nn"
        place = f"{own}." if getattr(self.layer_class, "__module__", "").startswith(own) else ""
        return place + short_name(self.layer_class)


class TorchFunctionDropout(TorchDropout):
    """Drives a function of tensors, such as `torch.nn.functional.dropout`; its parameters are known by their names.

    Args:
        function: f(input, p, training).
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function, self.arguments = function, Arguments(function)
        set_kind_by_name(self, function)

    def build(self, p: float, seed: int) -> dict[str, Any]:
        """Return a network that calls the function."""
        torch, function, arguments = self.torch, self.function, self.arguments

        class Call(torch.nn.Module):  # type: ignore[name-defined, misc]
            def forward(self, x: Any) -> Any:
                bound = arguments.bind(p=p, training=self.training)
                if not self.training and "training" not in arguments and "evaluation" not in arguments:
                    return x  # a function without a mode is not called in evaluation
                return output_of(function(x, **bound))

        network = torch.nn.Sequential(Call())
        return {"network": network, "state": torch.Generator().manual_seed(seed).get_state()}

    def __str__(self) -> str:
        return short_name(self.function)
