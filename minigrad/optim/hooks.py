"""What is called before and after a step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Step = Callable[..., Any]


def observed(step: Step) -> Step:
    """Return a method `step` of an optimizer that calls its hooks, and notes that the optimizer has moved."""

    @functools.wraps(step)
    def observed_step(*args: Any, **kwargs: Any) -> Any:
        optimizer = args[0]
        for hook in list(optimizer.step_pre_hooks.values()):
            args, kwargs = _changed(hook, args, kwargs)
        result = step(*args, **kwargs)
        optimizer.has_stepped = True
        for hook in list(optimizer.step_post_hooks.values()):
            hook(optimizer, args, kwargs)
        return result

    return observed_step


def _changed(hook: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the arguments of a step, as a hook has left them."""
    changed = hook(args[0], args, kwargs)
    if changed is None:
        return args, kwargs
    if isinstance(changed, tuple) and len(changed) == 2:
        return changed
    raise RuntimeError(f"a step pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed!r}")
