"""What the kit needs to know of a dropout: how to build one, and how to run it forward and backward."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ... import nn
from ...functions.creation import from_numpy
from ...random import Generator

Array: TypeAlias = NDArray[Any]


class DropoutAdapter:
    """Tells the kit how to drive a dropout: subclass it, and write `build` and `run`.

    A layer is whatever `build` returns; the kit only hands it back to `run`. Where the dropout's random state can be
    saved, write `get_rng_state` and `set_rng_state` as well. Three rules: the random numbers of a call do not depend on
    whether grad_output is given; None for a gradient means that the adapter has none, never that it is zero; x itself,
    not a copy, goes to the layer.

    Attributes:
        kind: "element", "channel", "sample", or "shared", with `shared_axes`.
        shared_axes: axes along which one draw holds.
        channel_dims: how many dimensions a dropout of channels expects beside (N, C); None lets the kit try 1, 2 and 3.
        channels_last: the channels are the last dimension, (N, ..., C), of `channel_dims` + 2; None lets the kit look.
        dtypes: names of the dtypes that the dropout takes, by its policy; None lets the kit try.
        inplace: the dropout is meant to write its output into its input.
        none_is_off: p = None is documented to switch the dropout off.
        few_shapes: a new shape costs a compilation: the kit looks at fewer.

    Example:
        >>> class Mine(DropoutAdapter):
        ...     def build(self, p, seed):
        ...         return p, np.random.default_rng(seed)
        ...
        ...     def run(self, layer, x, grad_output=None, *, training=True):
        ...         p, rng = layer
        ...         keep = rng.random(x.shape) >= p if training else np.ones(x.shape)
        ...         return x * keep, None if grad_output is None else grad_output * keep
        >>> from minigrad.testing import check_dropout
        >>> "scale" in check_dropout(Mine()).broken
        True
    """

    kind: str = "element"
    shared_axes: Sequence[int] = ()
    channel_dims: int | None = None
    channels_last: bool | None = False
    dtypes: Sequence[str] | None = None
    inplace: bool = False
    none_is_off: bool = False
    few_shapes: ClassVar[bool] = False

    def build(self, p: float, seed: int) -> Any:
        """Return a fresh layer that drops with probability p, and whose randomness starts at seed (below 2³¹)."""
        raise NotImplementedError(f"{type(self).__name__} must define build(p, seed)")

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Run one call forward, and backward where grad_output is given; return (y, grad_input or None)."""
        raise NotImplementedError(f"{type(self).__name__} must define run(layer, x, grad_output=None, *, training)")

    def get_rng_state(self, layer: Any) -> Any:
        """Return the layer's random state, to be put back by `set_rng_state`."""
        raise NotImplementedError(f"{type(self).__name__} has no get_rng_state")

    def set_rng_state(self, layer: Any, state: Any) -> None:
        """Put back a random state that `get_rng_state` returned."""
        raise NotImplementedError(f"{type(self).__name__} has no set_rng_state")

    @property
    def saves_rng_state(self) -> bool:
        """Whether both optional methods are there."""
        mine = type(self)
        return (
            mine.get_rng_state is not DropoutAdapter.get_rng_state
            and mine.set_rng_state is not DropoutAdapter.set_rng_state
        )

    def __str__(self) -> str:
        return type(self).__name__


class MinigradDropout(DropoutAdapter):
    """Drives a dropout class of `minigrad.nn`, inside a container, so that the mode reaches it as in a network.

    Args:
        layer_class: takes p and the keyword generator.
        engine: of its generator, "torch" or "fast".
    """

    def __init__(self, layer_class: Callable[..., nn.Module] = nn.Dropout, engine: str = "torch") -> None:
        self.layer_class = layer_class
        set_kind_by_name(self, layer_class)
        self.engine = engine

    def build(self, p: float, seed: int) -> tuple[nn.Module, Generator]:
        """Return the network and the generator of its masks."""
        generator = Generator(engine=self.engine).manual_seed(seed)
        layer = self.layer_class(p, generator=generator)
        self.inplace = bool(getattr(layer, "inplace", False))
        return nn.Sequential(nn.Sequential(layer)), generator

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Run the network on x, and backward from grad_output."""
        network, _ = layer
        input = from_numpy(x)
        if grad_output is None:
            return network.train(training)(input).numpy(), None
        input.requires_grad_()
        y = network.train(training)(input * 1 if self.inplace else input)  # a leaf cannot be written to
        y.backward(from_numpy(grad_output))
        assert input.grad is not None
        return y.detach().numpy(), input.grad.numpy()

    def get_rng_state(self, layer: Any) -> Array:
        """Return the generator's state."""
        return layer[1].get_state()

    def set_rng_state(self, layer: Any, state: Any) -> None:
        """Put back the generator's state."""
        layer[1].set_state(state)

    def __str__(self) -> str:
        name = f"minigrad.nn.{getattr(self.layer_class, '__name__', self.layer_class)}"
        return name if self.engine == "torch" else f"{name} (engine={self.engine!r})"


class FunctionDropout(DropoutAdapter):
    """Drives a function of arrays, f(x, p, training, rng) -> y, whose masks rng draws, a `numpy.random.Generator`.

    A function has no gradient of its own: the checks that need one are skipped, unless `gradient` gives it.

    Args:
        function: f(x, p, training, rng).
        gradient: with it, function returns (y, saved), and gradient(saved, grad_output) returns dL/dx.
    """

    def __init__(self, function: Callable[..., Any], gradient: Callable[[Any, Array], Array] | None = None) -> None:
        self.function = function
        self.gradient = gradient

    def build(self, p: float, seed: int) -> tuple[float, np.random.Generator]:
        """Return p and the generator."""
        return p, np.random.default_rng(seed)

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        """Call the function."""
        p, rng = layer
        result = self.function(x, p, training, rng)
        if self.gradient is None:
            return result, None
        y, saved = result
        return y, None if grad_output is None else self.gradient(saved, grad_output)

    def get_rng_state(self, layer: Any) -> Any:
        """Return the generator's state."""
        return layer[1].bit_generator.state

    def set_rng_state(self, layer: Any, state: Any) -> None:
        """Put back the generator's state."""
        layer[1].bit_generator.state = state

    def __str__(self) -> str:
        return str(getattr(self.function, "__qualname__", self.function))


def set_kind_by_name(adapter: DropoutAdapter, layer: Any) -> None:
    """Read what is dropped as a whole off a name like Dropout2d, SpatialDropout1D or DropPath."""
    while isinstance(layer, functools.partial):
        layer = layer.func
    name = getattr(layer, "__name__", type(layer).__name__).lower()
    if name.endswith(("dropout1d", "dropout2d", "dropout3d")):
        adapter.kind, adapter.channel_dims = "channel", int(name[-2])
        adapter.channels_last = None if name.startswith("spatial") else False  # Keras' name, of (N, ..., C)
    elif name.startswith("featurealphadropout"):
        adapter.kind = "channel"
    elif name in ("droppath", "drop_path", "stochasticdepth"):
        adapter.kind = "sample"
