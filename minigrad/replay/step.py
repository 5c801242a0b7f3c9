"""A training step that is recorded once and replayed from then on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..anomaly import anomaly_mode
from ..backward import differentiate
from ..hooks import accumulate
from ..nn import Module
from ..optim import Optimizer
from ..recording import Array, wrap
from ..tape import Tape
from ..tensor import Tensor
from .program import Program
from .surroundings import Surroundings


class TrainingStep:
    """A forward pass, a backward pass and an optimizer's step: recorded once, then replayed.

    A call does what these lines do:

        loss = loss_func(net(*inputs), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    The first one takes down every call of NumPy on the way, and later ones make these calls and no others. Losses,
    gradients, weights and random numbers are the same bits; what goes is the time that Python spends on modules,
    tensors and nodes, which is most of the time of a small network.

    Where the inputs have other shapes or dtypes, or a module has another mode or other attributes, the step is recorded
    anew. Whatever else a ``forward`` depends on, such as a global variable, must stay as it is, and all that it does
    must be to compute.

    Args:
        net: a module.
        loss_func: a module or a function that takes the net's output and the target, and returns the loss.
        optimizer: any. Its own step is not replayed but made, so that its options may change.

    Attributes:
        recordings: what was recorded, by the shapes and dtypes of the inputs; each has a ``program.source`` to read.

    Raises:
        TypeError: net is no module, or optimizer no optimizer.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.CUDAGraph.html replays what a GPU did, under the same
        conditions. PyTorch has no such class.

    Example:
        >>> import minigrad as torch
        >>> from minigrad import nn
        >>> from minigrad.replay import TrainingStep
        >>> _ = torch.manual_seed(0)
        >>> net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
        >>> step = TrainingStep(net, nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.1))
        >>> x = torch.randn(16, 2)
        >>> losses = [step(x, x.sum(1, keepdim=True)) for _ in range(100)]
        >>> losses[0] > 2 * losses[-1]
        tensor(True)
    """

    def __init__(self, net: Module, loss_func: Callable[..., Tensor], optimizer: Optimizer) -> None:
        if not isinstance(net, Module):
            raise TypeError(f"net must be a Module, but got {type(net).__name__}: {net!r}")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, but got {type(optimizer).__name__}: {optimizer!r}")
        self.net = net
        self.loss_func = loss_func
        self.optimizer = optimizer
        self.recordings: dict[Any, Recording] = {}

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Train on one batch and return its loss, without a history.

        Args:
            *inputs: what the net takes, and behind it the target.

        Raises:
            TypeError: one of them is no tensor.
            RuntimeError: one requires a gradient; or the step does what cannot be replayed: it looks at a value, writes
                into a tensor (as batch norm does), or makes a tensor of numbers that come from elsewhere.
        """
        if anomaly_mode.enabled:
            return self.as_written(inputs)
        kinds = tuple([(x.array.shape, x.array.dtype) for x in self._checked(inputs)])
        recording = self.recordings.get(kinds)
        if recording is None or not recording.surroundings.are_as_before():
            recording = self.recordings[kinds] = Recording(self.net, self.loss_func, inputs)
            loss, *gradients = recording.first_results
            recording.first_results = ()
        else:
            loss, *gradients = recording.replayed(inputs)
        self.optimizer.zero_grad()
        for leaf, g in zip(recording.leaves, gradients, strict=True):
            accumulate(leaf, g)
        self.optimizer.step()
        return wrap(np.asarray(loss))

    def as_written(self, inputs: Sequence[Tensor]) -> Tensor:
        """Take the step without recording or replaying it."""
        *args, target = inputs
        loss = self.loss_func(self.net(*args), target)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _checked(self, inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        for i, x in enumerate(inputs):
            if not isinstance(x, Tensor):
                raise TypeError(f"input {i} of a training step must be Tensor, not {type(x).__name__}")
            if x.requires_grad:
                raise RuntimeError(f"input {i} of a training step requires a gradient, but only its parameters may")
        return inputs


class Recording:
    """A forward and a backward pass, as a program.

    Attributes:
        program: from the arrays of the inputs and of the tensors to that of the loss and the gradients.
        tensors: the parameters and buffers of the net and of the loss.
        leaves: the parameters that get a gradient, in the order in which the program returns it.
        surroundings: what must be as it was for the program to hold.
        first_results: what the program would have returned while it was recorded.
    """

    def __init__(self, net: Module, loss_func: Callable[..., Tensor], inputs: Sequence[Tensor]) -> None:
        modules = [part for part in (net, loss_func) if isinstance(part, Module)]
        named = {
            name: x for part in modules for name, x in (*part.named_parameters(), *part.named_buffers())
        }
        self.surroundings = Surroundings(modules, list(named.values()))
        self.tensors = list(named.values())
        stand_ins = [wrap(x.array.view()) for x in inputs]  # different arrays, even for the same tensor given twice
        arrays = {f"x{i}": x.array for i, x in enumerate(stand_ins)}
        arrays |= {re.sub(r"\W", "_", f"p{i}_{name}"): x.array for i, (name, x) in enumerate(named.items())}
        with Tape(arrays.values()) as tape:
            *args, target = stand_ins
            loss = loss_func(net(*args), target)
            found = gradients_of(loss, tape)
        self.leaves = list(found)
        self.first_results = (loss.array, *[g.array for g in found.values()])
        self.program = Program(tape.calls, arrays, self.first_results)

    def replayed(self, inputs: Sequence[Tensor]) -> tuple[Array, ...]:
        """Return the loss and the gradients for other inputs."""
        return self.program.run(*[x.array for x in inputs], *[x.array for x in self.tensors])


def gradients_of(loss: Tensor, tape: Tape) -> dict[Any, Any]:
    """Return the gradient of each leaf; the rules run on tensors, so that the tape hears of every operation in them."""
    if loss.array.size != 1:
        raise RuntimeError(
            f"grad can be implicitly created only for scalar outputs, but the loss has shape {list(loss.array.shape)}"
        )
    one = wrap(np.ones_like(loss.array))
    tape.give(one.array)
    return differentiate([loss], [one], wanted=None, retain_graph=None, create_graph=True)
