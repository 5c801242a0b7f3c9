"""Many networks of one kind as one module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..functions.arguments import check_tensor
from ..functions.tensor import Tensor
from ..nn import Module, Parameter, Sequential
from ..random import Generator
from .generators import GeneratorPerNetwork
from .layers import for_all
from .stacking import Stacking, check_stackable, is_chain, single_layer, stacked_layer
from .state import stack_module_state


class Stacked(Module):
    """S small networks as one, which computes all of them with the calls of one.

    Parameters have the names that they have in the networks, and shape (S, …). An optimizer that looks at every element
    by itself, as SGD, Adam and AdamW do, moves each network as it would move it alone; one that looks at a whole tensor
    does not, nor does `clip_grad_norm_`, whose norm is that of all networks together.

    On one machine with one BLAS, each network has the bits that it would have alone: NumPy makes the products of a
    stack one by one. That is what the tests find, not a promise.

    Args:
        nets: S networks, each a Sequential of the same layers with the same settings in the same mode. They are left as
            they are: the stack has a copy of their parameters.
        generators: one for each network, which draws all of its dropout masks: give network s the generator that it
            would have alone, and it drops what it would drop alone. Or one Generator for all networks, whose masks then
            differ from network to network, and cost less. Unless given, the generators of the networks' dropouts.

    Attributes:
        networks: S.

    Raises:
        TypeError: a network is no Sequential, or has a layer that cannot be stacked; generators are none.
        ValueError: there are no networks; they differ, or have hooks or tied parameters; or the generators are not S
            different ones.
        RuntimeError: an input does not fit; or, while training, a dropout has no generator.

    Source: https://docs.pytorch.org/tutorials/intermediate/ensembling.html does the same with `torch.func`.

    Example:
        >>> import minigrad as torch
        >>> from minigrad import nn
        >>> from minigrad.func import Stacked, StackedLoss
        >>> _ = torch.manual_seed(0)
        >>> nets = Stacked([nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 1)) for _ in range(5)])
        >>> optimizer = torch.optim.Adam(nets.parameters(), lr=0.01)
        >>> x = torch.linspace(-1, 1, 20).unsqueeze(1)
        >>> losses_of = StackedLoss(nn.MSELoss(), reduction="none")
        >>> for step in range(100):
        ...     losses = losses_of(nets(x), 2 * x)
        ...     optimizer.zero_grad()
        ...     losses.sum().backward()
        ...     optimizer.step()
        >>> nets(x).shape, (losses < 0.1).all()
        (minigrad.Size([5, 20, 1]), tensor(True))
        >>> nets.unstack()[0](x).shape
        minigrad.Size([20, 1])
    """

    def __init__(self, nets: Sequence[Sequential], generators: Generator | Sequence[Generator] | None = None) -> None:
        nets = list(nets)
        if not nets:
            raise ValueError("Stacked: expected at least one network, but got none")
        for s, net in enumerate(nets):
            if not is_chain(net):
                raise TypeError(
                    f"Stacked: expected each network to be a Sequential, whose forward is known, but network {s} is "
                    f"{type(net).__name__}"
                )
        super().__init__()
        self.networks = len(nets)
        self.training = nets[0].training
        check_stackable(nets)
        params, _ = stack_module_state(nets)
        values = {name: Parameter(stack.detach(), stack.requires_grad) for name, stack in params.items()}
        stacking = Stacking(len(nets), values, _source(generators, len(nets)))
        for name, layer in stacked_layer(nets, stacking)._modules.items():
            self.add_module(name, layer)

    def forward(self, input: Any) -> Tensor:
        """Return the outputs of all networks, of shape (S, N, …).

        Args:
            input: of shape (S, N, features), a batch for each network; or (N, features), the same one for all.
        """
        check_tensor("Stacked", input)
        input = for_all(self, input, self.networks)
        for _, layer in self._registered("module"):
            input = layer(input)
        return input

    def unstack(self) -> list[Any]:
        """Return S networks with copies of the parameters, which are what was stacked, after training.

        The dropouts of network s draw from its generator; without generators, from the default one.
        """
        layers: Any = Sequential(dict(self._modules))
        layers.training = self.training
        return [single_layer(layers, s) for s in range(self.networks)]

    def extra_repr(self) -> str:
        """Return how many networks there are."""
        return f"networks={self.networks}"


def _source(generators: Any, networks: int) -> Generator | GeneratorPerNetwork | None:
    """Return where the masks come from: the generators of the networks as one, or one for all."""
    if generators is None or isinstance(generators, Generator):
        return generators
    if not isinstance(generators, Sequence):
        raise TypeError(
            f"Stacked: generators must be a Generator or a sequence of them, but got {type(generators).__name__}"
        )
    if len(generators) != networks:
        raise ValueError(f"Stacked: expected {networks} generators, one for each network, but got {len(generators)}")
    return GeneratorPerNetwork(generators)
