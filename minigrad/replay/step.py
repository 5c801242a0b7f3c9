"""A training step that is recorded once and replayed from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .._tensor.anomaly import anomaly_mode
from .._tensor.backward import differentiate
from .._tensor.base import Array, wrap
from .._tensor.dtypes import get_default_dtype
from .._tensor.grad_mode import grad_mode
from ..functions.tensor import Tensor
from ..nn import Module
from ..optim import Optimizer
from .guards import Guards
from .recording import InUse, Recording, Recordings, kind_of_input, record

LossFunc = Callable[[Any, Any], Tensor]


class TrainingStep:
    """A forward pass, a backward pass and an optimizer's step: recorded once, then replayed.

    A call does what these lines do:

        loss = loss_func(net(*inputs), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    The first call takes down every call of NumPy on the way to the gradients, and later ones make these calls and no
    others. Losses, gradients, weights and random numbers are the same bits; what goes is the time that Python spends on
    modules, tensors and nodes, which is most of the time of a small network.

    Where the inputs have other shapes or dtypes, a module has another mode or other attributes, a variable that a
    function reads has another value, or a batch takes another path, the step is recorded again. It must do nothing but
    compute: what it prints is printed once.

    Args:
        net: a module.
        loss_func: a module or a function that takes the net's output and the target, and returns the loss.
        optimizer: any. Its own step is not replayed but made: its options may change, and its hooks are called, such as
            one that clips gradients.

    Attributes:
        recordings: what was recorded, by the kinds of the inputs.

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

    def __init__(self, net: Module, loss_func: LossFunc, optimizer: Optimizer) -> None:
        if not isinstance(net, Module):
            raise TypeError(f"net must be a Module, but got {type(net).__name__}: {net!r}")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, but got {type(optimizer).__name__}: {optimizer!r}")
        self.net = net
        self.loss_func = loss_func
        self.optimizer = optimizer
        self.recordings = Recordings()

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Train on one batch and return its loss, without a history.

        Args:
            *inputs: what the net takes, and behind it the target.

        Raises:
            TypeError: one of them is no tensor.
            RuntimeError: one requires a gradient; or the step does what cannot be replayed: it takes the value of a
                tensor as a number, has hooks, or makes a tensor of numbers that come from elsewhere.
        """
        if anomaly_mode.enabled or not grad_mode.enabled:
            return self.as_written(*inputs)
        kinds = (get_default_dtype(), *[kind_of_input(x.array) for x in checked(inputs)])
        try:
            found = self.recordings.replay(kinds, lambda recording: self._replay(recording, inputs))
        except InUse:
            return self.as_written(*inputs)
        if not found:
            recording, (loss,), gradients = record(self._compute, inputs, Guards(self.net, self.loss_func))
            self.recordings.add(kinds, recording)
            found = [(loss, zip(recording.leaves, gradients, strict=True))]
        loss, pairs = found[0]
        self.optimizer.zero_grad()
        for leaf, g in pairs:
            leaf.accumulate(g)
        self.optimizer.step()
        return wrap(np.asarray(loss))

    def _replay(self, recording: Recording, inputs: Sequence[Tensor]) -> tuple[Array, Iterable[tuple[Tensor, Array]]]:
        """Return the loss for a batch, and the gradients with the leaves that they are of."""
        gradients = recording.places(self.optimizer)
        (loss,) = recording.run(inputs, gradients)
        return loss, zip(recording.leaves, gradients, strict=True)

    def _compute(self, inputs: Sequence[Tensor]) -> tuple[list[Array], list[tuple[Tensor, Array]]]:
        """Return the loss for a batch, and the gradients with the leaves that they are of."""
        *args, target = inputs
        loss = self.loss_func(self.net(*args), target)
        return [loss.array], gradients_of(loss)

    @property
    def source(self) -> str:
        """The programs that were recorded, to read."""
        return "\n".join([recording.program.source for recording in self.recordings])

    def as_written(self, *inputs: Tensor) -> Tensor:
        """Take the step without recording or replaying it."""
        *args, target = inputs
        loss = self.loss_func(self.net(*args), target)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def checked(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """Return the inputs of a step; TypeError for what is no tensor, RuntimeError for what requires a gradient."""
    for i, x in enumerate(inputs):
        if not isinstance(x, Tensor):
            raise TypeError(f"input {i} of a training step must be Tensor, not {type(x).__name__}")
        if x.requires_grad:
            raise RuntimeError(f"input {i} of a training step requires a gradient, but only its parameters may")
    return inputs


def gradients_of(loss: Tensor) -> list[tuple[Any, Any]]:
    """Return the leaves that a loss was made from, each with its gradient."""
    if loss.array.size != 1:
        raise RuntimeError(
            f"grad can be implicitly created only for scalar outputs, but the loss has shape {list(loss.array.shape)}"
        )
    return [*differentiate([loss], [None], wanted=None, retain_graph=None, create_graph=False).items()]
