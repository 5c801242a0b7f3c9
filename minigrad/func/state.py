"""The state of many modules in one: every parameter and buffer with the modules as its first dimension."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions.joining import stack
from ..functions.tensor import Tensor
from ..nn import Module


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Stack the parameters of modules of one kind, and their buffers.

    The stacks are new tensors, and those of parameters are leaves, to be handed to an optimizer.

    Args:
        models: S modules of the same class, in the same mode.

    Returns:
        Two dictionaries by dotted name: the parameters, and the buffers; each tensor of shape (S, …).

    Raises:
        RuntimeError: there are none; their classes or modes differ; or only some of them train a parameter.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.func.stack_module_state.html

    Example:
        >>> from minigrad import nn
        >>> params, buffers = stack_module_state([nn.Linear(3, 2) for _ in range(5)])
        >>> {name: tuple(p.shape) for name, p in params.items()}, buffers
        ({'weight': (5, 2, 3), 'bias': (5, 2)}, {})
    """
    if len(models) == 0:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    params = _stacked([dict(model.named_parameters()) for model in models])
    return params, _stacked([dict(model.named_buffers()) for model in models])


def _stacked(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: _leaf(name, [state[name] for state in states]) for name in states[0]}


def _leaf(name: str, tensors: Sequence[Tensor]) -> Tensor:
    """Return a stack of tensors, a leaf that requires a gradient where all of them do."""
    trained = {x.requires_grad for x in tensors}
    if len(trained) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return stack([x.detach() for x in tensors]).requires_grad_(trained.pop())
