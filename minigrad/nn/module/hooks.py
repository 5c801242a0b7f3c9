"""What users want called around a module's forward pass, and around the gradients' way back through it."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from ..._tensor.hooks import RemovableHandle
from ..._tensor.listening import refuse_to_replay
from ...autograd.function import Function
from ...functions.tensor import Tensor
from .registration import Registration

Hooks = OrderedDict[int, Any]
Gradients = tuple[Any, ...]

P = ParamSpec("P")
Output = TypeVar("Output")
Output_co = TypeVar("Output_co", covariant=True)


class HasForward(Protocol[P, Output_co]):
    """To type checkers, a module is called as its own forward pass is."""

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> Output_co:
        """Compute the output."""


class ForwardHook:
    """A hook on the forward pass, and how it wants to be called.

    Args:
        function: takes the module, its positional arguments and, after the pass, its output.
        with_kwargs: whether it takes the keyword arguments too, behind the positional ones.
        always_call: whether it is called even where the forward pass raised an error.
    """

    def __init__(self, function: Callable[..., Any], with_kwargs: bool = False, always_call: bool = False) -> None:
        if not callable(function):
            raise TypeError(f"a hook must be callable, but got {type(function).__name__}: {function!r}")
        self.function = function
        self.with_kwargs = with_kwargs
        self.always_call = always_call

    def __call__(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *output: Any) -> Any:
        """Call the function in the way that it wants."""
        if self.with_kwargs:
            return self.function(module, args, kwargs, *output)
        return self.function(module, args, *output)


def add_hook(hook: Any, hooks: Hooks, prepend: bool = False) -> RemovableHandle:
    """Put a hook behind the others, or before them, and return what it is taken off with."""
    handle = RemovableHandle(hooks, hook)
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def call_with_hooks(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a module's forward pass and all of its hooks."""
    refuse_to_replay(f"{type(module).__name__} has hooks, which would not be called")
    after, output = iter(list(module._forward_hooks.values())), None
    try:
        args, kwargs = _prepared(module, args, kwargs)
        gradients = BackwardHooks(module, len(args))
        output = module.forward(*gradients.watch_inputs(args), **kwargs)
        for hook in after:
            changed = hook(module, args, kwargs, output)
            output = output if changed is None else changed
        return gradients.watch_output(output)
    except Exception:
        for hook in after:
            if hook.always_call:
                _call_quietly(hook, module, args, kwargs, output)
        raise


def _prepared(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments as the hooks before the forward pass have left them."""
    for hook in module._forward_pre_hooks.values():
        changed = hook(module, args, kwargs)
        if changed is None:
            continue
        if not hook.with_kwargs:
            args = changed if isinstance(changed, tuple) else (changed,)
        elif isinstance(changed, tuple) and len(changed) == 2:
            args, kwargs = changed
        else:
            raise RuntimeError(
                f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
            )
    return args, kwargs


def _call_quietly(hook: ForwardHook, *args: Any) -> None:
    """Call a hook after an error, which must not hide behind one of the hook's own."""
    try:
        hook(*args)
    except Exception as error:
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception that was silenced as another error was "
            f"raised in forward: {error}",
            stacklevel=4,
        )


class BackwardHooks:
    """Watches the gradients of one call of a module, and calls the module's backward hooks with them.

    Args:
        module: whose hooks they are.
        n_inputs: the number of the call's positional arguments.
    """

    def __init__(self, module: Any, n_inputs: int) -> None:
        self.module = module
        self.n_inputs = n_inputs
        self.wanted = bool(module._backward_pre_hooks or module._backward_hooks)
        self.inputs_have_gradients = False
        self.grad_output: Gradients | None = None

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the arguments, so that their gradients come by here."""
        if not self.wanted:
            return args
        self.inputs_have_gradients = any(wants_gradient(x) for x in args)
        return watched(args, self._on_grad_input)

    def watch_output(self, output: Any) -> Any:
        """Return the output, a tensor or a tuple, so that its gradients come by here."""
        if not self.wanted:
            return output
        if not isinstance(output, Tensor | tuple):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(output)}",
                stacklevel=4,
            )
        if isinstance(output, tuple):
            return watched(output, self._on_grad_output)
        return watched((output,), self._on_grad_output)[0]

    def _on_grad_output(self, grad_output: Gradients) -> Gradients:
        for hook in self.module._backward_pre_hooks.values():
            grad_output = _answer("pre hook", "grad_output", grad_output, hook(self.module, grad_output))
        self.grad_output = grad_output
        if self.module._backward_hooks and not self.inputs_have_gradients:
            self._call_without_inputs()
        return grad_output

    def _on_grad_input(self, grad_input: Gradients) -> Gradients:
        if self.grad_output is None:  # a gradient that did not come through the output, in a second derivative
            return grad_input
        for hook in self.module._backward_hooks.values():
            grad_input = _answer("hook", "grad_input", grad_input, hook(self.module, grad_input, self.grad_output))
        self.grad_output = None
        return grad_input

    def _call_without_inputs(self) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients.",
            stacklevel=2,
        )
        if any(g is not None for g in self._on_grad_input((None,) * self.n_inputs)):
            raise RuntimeError(
                "Backward hook for Modules where no input requires gradient should always return None or None for all "
                "gradients."
            )


def _answer(kind: str, name: str, given: Gradients, answer: Any) -> Gradients:
    """Return the gradients that a hook has answered with, or those that it was given."""
    if answer is None:
        return given
    answer = answer if isinstance(answer, tuple | list) else (answer,)
    if len(answer) != len(given):
        raise RuntimeError(
            f"Backward {kind} returned an invalid number of {name}, got {len(answer)}, but expected {len(given)}"
        )
    return tuple(answer)


def wants_gradient(x: Any) -> bool:
    """Return whether x is a tensor that a gradient arrives at."""
    return isinstance(x, Tensor) and x.requires_grad


def watched(values: tuple[Any, ...], on_gradients: Callable[[Gradients], Gradients]) -> tuple[Any, ...]:
    """Return the values, in front of whose gradients stands a function that sees and may replace them all at once.

    The function gets and returns a gradient for each value: None for one that is no tensor, zeros for a tensor that
    requires none.
    """
    if not any(wants_gradient(x) for x in values):
        return values
    places = [i for i, x in enumerate(values) if isinstance(x, Tensor)]

    def on_these(*gradients: Any) -> tuple[Any, ...]:
        answer = on_gradients(_filled(places, gradients, (None,) * len(values)))
        return tuple([answer[i] for i in places])

    return _filled(places, BackwardHook.apply(on_these, *[values[i] for i in places]), values)


def _filled(places: list[int], new: tuple[Any, ...], values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values with new ones at these places."""
    replaced = dict(zip(places, new, strict=True))
    return tuple([replaced.get(i, x) for i, x in enumerate(values)])


class BackwardHook(Function):
    """The identity on some tensors, whose gradients go through a function, the first argument."""

    @staticmethod
    def forward(ctx: Any, on_gradients: Callable[..., Any], *tensors: Any) -> Any:
        """Return the tensors on the same memory."""
        ctx.on_gradients = on_gradients
        outputs = tuple([x.detach() for x in tensors])
        ctx.mark_non_differentiable(*[y for x, y in zip(tensors, outputs, strict=True) if not x.requires_grad])
        return outputs

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return what the function makes of the gradients."""
        return (None, *ctx.on_gradients(*grad_outputs))


class Hooked(Registration):
    """The part of a module that calls hooks around its forward and backward pass."""

    def __init__(self) -> None:
        super().__init__()
        self._forward_pre_hooks: OrderedDict[int, ForwardHook] = OrderedDict()
        self._forward_hooks: OrderedDict[int, ForwardHook] = OrderedDict()
        self._backward_pre_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()
        self._backward_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()

    if TYPE_CHECKING:

        def __call__(self: HasForward[P, Output], *args: P.args, **kwargs: P.kwargs) -> Output: ...  # noqa: D102

    else:

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Run the forward pass, and the hooks around it."""
            if self._forward_pre_hooks or self._forward_hooks or self._backward_pre_hooks or self._backward_hooks:
                return call_with_hooks(self, args, kwargs)
            return self.forward(*args, **kwargs)  # not by way of super(): warnings count frames to their caller

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every forward pass; what it returns, if anything, replaces args.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.
            with_kwargs: call ``hook(module, args, kwargs)``, which returns None or new args and kwargs.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_pre_hook

        Example:
            >>> from minigrad import nn
            >>> layer = nn.ReLU()
            >>> handle = layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
            >>> layer(Tensor([-3.0, 2.0]))
            tensor([0., 3.])
        """
        return add_hook(ForwardHook(hook, with_kwargs), self._forward_pre_hooks, prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every forward pass; what it returns replaces the output.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.
            with_kwargs: call ``hook(module, args, kwargs, output)``.
            always_call: call it also where the forward pass raised an error.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook

        Example:
            >>> from minigrad import nn
            >>> layer = nn.ReLU()
            >>> handle = layer.register_forward_hook(lambda module, args, output: output * 10)
            >>> layer(Tensor([-3.0, 2.0]))
            tensor([ 0., 20.])
        """
        return add_hook(ForwardHook(hook, with_kwargs, always_call), self._forward_hooks, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` in the backward pass before the module's own part of it.

        Args:
            hook: gets the gradients of the outputs as a tuple; what it returns replaces them.
            prepend: whether it comes before the hooks that are there.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_pre_hook

        Example:
            >>> from minigrad import nn
            >>> layer = nn.ReLU()
            >>> handle = layer.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 10,))
            >>> x = Tensor([-3.0, 2.0]).requires_grad_()
            >>> layer(x).sum().backward()
            >>> x.grad
            tensor([ 0., 10.])
        """
        return add_hook(hook, self._backward_pre_hooks, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` in the backward pass after the module's own part of it.

        Args:
            hook: gets the gradients of the positional arguments and of the outputs as tuples, None for those that have
                none; what it returns replaces the arguments' gradients.
            prepend: whether it comes before the hooks that are there.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook

        Example:
            >>> from minigrad import nn
            >>> layer = nn.ReLU()
            >>> handle = layer.register_full_backward_hook(lambda module, grad_input, grad_output: print(grad_input))
            >>> x = Tensor([-3.0, 2.0]).requires_grad_()
            >>> layer(x).sum().backward()
            (tensor([0., 1.]),)
        """
        return add_hook(hook, self._backward_hooks, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Do what `register_full_backward_hook` does.

        PyTorch's deprecated hook of this name gets the gradients of the last operation's inputs, the weights among
        them, instead of those of the module's.

        Args:
            hook: gets the module, and the gradients of the positional arguments and of the outputs as tuples.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_backward_hook

        Example:
            >>> from minigrad import nn
            >>> layer = nn.ReLU()
            >>> handle = layer.register_backward_hook(lambda module, grad_input, grad_output: print(grad_output))
            >>> x = Tensor([-3.0, 2.0]).requires_grad_()
            >>> layer(x).sum().backward()
            (tensor([1., 1.]),)
        """
        return self.register_full_backward_hook(hook)
